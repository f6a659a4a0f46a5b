//! From a closed function to a connection with addresses: the sequence behind the budget of design.md.

use mbim_wire::View;
use mbim_wire::field::Notification;
use mbim_wire::service::basic_connect as bc;
use wwan::channel::blocking::MessageChannel;
use wwan::client::Link;
use wwan::client::mbim::blocking::Client as Blocking;
use wwan::client::mbim::{Client, ConnectRequest, Error, Memory, Selection};
use wwan::session::mbim::{Config, Slot};
use wwan::time::Millis;

use crate::{put, put_bytes, text, word};

/// The caller's buffers.
pub struct Buffers {
    slots: [Slot; 2],
    command: [u8; 512],
    answer: [u8; 1024],
    indication: [u8; 1024],
    transfer: [u8; 512],
    indications: [u8; 512],
}

impl Buffers {
    /// Lends them.
    pub fn lend(&mut self) -> (Config, Memory<'_>) {
        let mut config = Config::default();
        config.max_control_transfer = 512;
        let memory = Memory {
            transfer: &mut self.transfer,
            indications: &mut self.indications,
            session: wwan::session::mbim::Memory {
                slots: &mut self.slots,
                command: &mut self.command,
                answer: &mut self.answer,
                indication: &mut self.indication,
            },
        };
        (config, memory)
    }
}

macro_rules! sequence {
    ($name:ident, $client:ident, $bound:ident, [$($asynchronous:ident)?] [$($wait:tt)*]) => {
            /// Connects, and reports what happens meanwhile until the connection is lost.
pub $($asynchronous)? fn $name<C: $bound>(mut client: $client<'_, C>) -> Result<(), Error<C::Error>> {
    client.open() $($wait)*?;
    put(client.wait_ready(Millis(word())) $($wait)*?.0);
    put(u32::from(client.unlock(text()) $($wait)*?));
    put(client.radio_on() $($wait)*?.hw_radio_state.0);
    put(client.register(Selection::Automatic, Millis(word())) $($wait)*?.0);
    client.attach(Millis(word())) $($wait)*?;
    let request = ConnectRequest {
        apn: text(),
        user_name: text(),
        password: text(),
        auth_protocol: bc::AuthProtocol(word()),
        ip_type: bc::ContextIpType(word()),
        ..Default::default()
    };
    let granted = client.connect(&request) $($wait)*?.ip_type().map_err(Error::decode::<bc::Connect>)?;
    put(granted.0);
    addresses(client.ip_configuration(0) $($wait)*?).map_err(Error::decode::<bc::IpConfiguration>)?;
    loop {
        let until = client.now() + Millis(word());
        let Some(told) = client.next_indication(until) $($wait)*? else {
            continue;
        };
        match (told.service, told.cid) {
            (bc::BASIC_CONNECT, <bc::SignalState as mbim_wire::Command>::CID) => {
                let signal = <bc::SignalState as Notification>::Body::new(told.body);
                put(signal.rssi().map_err(Error::decode::<bc::SignalState>)?);
            }
            (bc::BASIC_CONNECT, <bc::Connect as mbim_wire::Command>::CID) => {
                let info = <bc::Connect as Notification>::Body::new(told.body);
                let state = info.activation_state().map_err(Error::decode::<bc::Connect>)?;
                if state != bc::ActivationState::ACTIVATED {
                    break;
                }
            }
            _ => put(told.cid),
        }
    }
    client.disconnect(0) $($wait)*?;
    client.close() $($wait)*
}
    };
}

sequence!(connect, Blocking, MessageChannel, [] []);
sequence!(connect_async, Client, Link, [async] [.await]);

/// Everything an IP stack wants to know, both families.
fn addresses(info: bc::IpConfigurationInfoView<'_>) -> Result<(), mbim_wire::DecodeError> {
    for element in info.ipv4_address()?.iter() {
        let element = element?;
        put(element.on_link_prefix_length);
        put_bytes(&element.ipv4_address.0.octets());
    }
    for element in info.ipv6_address()?.iter() {
        let element = element?;
        put(element.on_link_prefix_length);
        put_bytes(&element.ipv6_address.0.octets());
    }
    if let Some(gateway) = info.ipv4_gateway()?.0 {
        put_bytes(&gateway.octets());
    }
    if let Some(gateway) = info.ipv6_gateway()?.0 {
        put_bytes(&gateway.octets());
    }
    for server in info.ipv4_dns_server()?.iter() {
        put_bytes(&server?.octets());
    }
    for server in info.ipv6_dns_server()?.iter() {
        put_bytes(&server?.octets());
    }
    put(info.ipv4_mtu()?);
    put(info.ipv6_mtu()?);
    Ok(())
}

/// What a program does with an error: it gives the reason to somebody.
pub fn report<E>(result: Result<(), Error<E>>) {
    let Err(error) = result else { return };
    match error {
        Error::Refused(refusal) => {
            put(refusal.status.0);
            put(refusal.network.map_or(0, |cause| cause.0));
        }
        Error::Locked(lock) => put(lock.remaining_attempts.unwrap_or(0)),
        Error::Failed { command: Some(command), .. } | Error::Decode { command, .. } => put(command.cid),
        _ => put(1),
    }
}
