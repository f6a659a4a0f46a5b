//! From a cold modem to addresses, on a microcontroller: the async MBIM client over a UART, as it stands in `src/client`.
//!
//! All results are lines on the semihosting console. The last one is `END OK`, or the error that ended the run.

#![no_std]
#![no_main]

#[allow(unsafe_code)]
mod platform;
mod report;

use core::convert::Infallible;

use cortex_m_rt::entry;
use wwan::channel::{Framed, FramedError};
use wwan::client::mbim::{Client, ConnectRequest, Error, Memory, Selection};
use wwan::client::{Async, Link as _};
use wwan::mbim_wire::DecodeError;
use wwan::mbim_wire::field::Empty;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::session::mbim::{self as session, Config, Slot};
use wwan::time::Millis;

use platform::{SysClock, Uart, memory};
use report::{V4, V6, line};

type Link = Async<Framed<'static, Uart>, SysClock>;
type Failure = Error<FramedError<Infallible>>;

/// Bytes of one transfer. Longer messages travel in fragments.
const MAX_CONTROL_TRANSFER: u32 = 256;
#[allow(clippy::as_conversions)] // no other conversion is constant
const TRANSFER: usize = MAX_CONTROL_TRANSFER as usize;
/// Bytes of the longest command, and of the longest answer and indication in fragments.
const MESSAGE: usize = 512;

/// The PIN of the SIM, of the scenario that `run.sh` chooses.
const PIN: &str = "1234";
/// How long the modem may take for each step that depends on the SIM or on the network.
const PATIENCE: Millis = Millis::from_secs(60);

#[entry]
#[allow(clippy::too_many_arguments)] // `entry` makes arguments of the statics
fn main() -> ! {
    static mut RECEIVE: [u8; TRANSFER] = [0; TRANSFER];
    static mut SEND: [u8; TRANSFER] = [0; TRANSFER];
    static mut INCOMING: [u8; TRANSFER] = [0; TRANSFER];
    static mut COMMAND: [u8; MESSAGE] = [0; MESSAGE];
    static mut ANSWER: [u8; MESSAGE] = [0; MESSAGE];
    static mut INDICATION: [u8; MESSAGE] = [0; MESSAGE];
    static mut INDICATIONS: [u8; 2 * MESSAGE] = [0; 2 * MESSAGE];
    static mut SLOTS: [Slot; 2] = [Slot::FREE; 2];

    memory::paint_stack();
    let Some((clock, uart)) = platform::start() else { platform::exit(false) };
    let mut config = Config::default();
    config.max_control_transfer = MAX_CONTROL_TRANSFER;
    let memory = Memory {
        transfer: INCOMING,
        indications: INDICATIONS,
        session: session::Memory { slots: SLOTS, command: COMMAND, answer: ANSWER, indication: INDICATION },
    };
    let channel = Framed::new(uart, RECEIVE, SEND);
    let mut client = Client::new(Async { channel, clock }, config, memory);
    let steps = steps(&mut client);
    let future = size_of_val(&steps);
    let outcome = platform::block_on(steps);
    losses(&mut client);
    report::figures(future, size_of_val(&client));
    match outcome {
        Ok(()) => line!("END OK"),
        Err(error) => line!("END {error}"),
    }
    platform::exit(outcome.is_ok())
}

/// What went nowhere.
fn losses(client: &mut Client<'static, Link>) {
    let channel = &mut client.link().channel;
    let frames = channel.counters();
    line!("bytes lost: {} by the UART, {} by framing", channel.stream_mut().lost(), frames.dropped_bytes);
    line!("messages received: {}, too long: {}", frames.messages, frames.oversize);
    let session = client.counters();
    line!("timeouts: {}, late answers: {}", session.timeouts, session.late);
    line!("indications lost: {}", client.lost_indications());
}

/// All steps, in order; a line for each.
async fn steps(client: &mut Client<'static, Link>) -> Result<(), Failure> {
    client.open().await?;
    line!("open: transfers of {} bytes", client.max_control_transfer());

    let caps = client.query::<bc::DeviceCaps>(&Empty {}).await?;
    show_identity(caps).map_err(Error::decode::<bc::DeviceCaps>)?;

    line!("SIM: {:?}", client.wait_ready(PATIENCE).await?);
    let entered = client.unlock(PIN).await?;
    line!("PIN: {}", if entered { "entered" } else { "not needed" });
    line!("SIM: {:?}", client.wait_ready(PATIENCE).await?);
    line!("radio: {:?}", client.radio_on().await?.sw_radio_state);
    line!("registration: {:?}", client.register(Selection::Automatic, PATIENCE).await?);
    client.attach(PATIENCE).await?;
    line!("packet service: attached");

    let request = ConnectRequest { apn: "internet", ..Default::default() };
    let granted = client.connect(&request).await?.ip_type().map_err(Error::decode::<bc::Connect>)?;
    line!("connect: session {} {:?}", request.session_id, granted);
    let settings = client.ip_configuration(request.session_id).await?;
    show_addresses(settings).map_err(Error::decode::<bc::IpConfiguration>)?;

    let until = client.link().now() + PATIENCE;
    match client.next_indication(until).await? {
        Some(told) => line!("indication: command {} of {}, {} bytes", told.cid, told.service, told.body.len()),
        None => return Err(Error::NotReached),
    }

    client.disconnect(request.session_id).await?;
    client.close().await?;
    line!("close: done");
    Ok(())
}

/// What the modem is. A function of its own, as the next one, so that the future above does not hold its variables.
#[inline(never)]
fn show_identity(caps: bc::DeviceCapsInfoView<'_>) -> Result<(), DecodeError> {
    line!("device: {}", caps.device_id()?);
    line!("firmware: {}", caps.firmware_info()?);
    line!("hardware: {}", caps.hardware_info()?);
    Ok(())
}

/// What the network gave us.
#[inline(never)]
fn show_addresses(settings: bc::IpConfigurationInfoView<'_>) -> Result<(), DecodeError> {
    for element in settings.ipv4_address()?.iter() {
        let element = element?;
        line!("IPv4 address: {}/{}", V4(element.ipv4_address.0), element.on_link_prefix_length);
    }
    if let Some(gateway) = settings.ipv4_gateway()?.0 {
        line!("IPv4 gateway: {}", V4(gateway));
    }
    for server in settings.ipv4_dns_server()?.iter() {
        line!("IPv4 name server: {}", V4(server?));
    }
    line!("IPv4 MTU: {}", settings.ipv4_mtu()?);
    for element in settings.ipv6_address()?.iter() {
        let element = element?;
        line!("IPv6 address: {}/{}", V6(element.ipv6_address.0), element.on_link_prefix_length);
    }
    if let Some(gateway) = settings.ipv6_gateway()?.0 {
        line!("IPv6 gateway: {}", V6(gateway));
    }
    for server in settings.ipv6_dns_server()?.iter() {
        line!("IPv6 name server: {}", V6(server?));
    }
    line!("IPv6 MTU: {}", settings.ipv6_mtu()?);
    Ok(())
}
