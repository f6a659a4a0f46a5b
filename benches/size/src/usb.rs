//! A modem on USB: the smallest host controller there can be, and a program that finds the MBIM function of a device, brings it
//! up, connects, and moves packets.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll};

use embedded_io::ErrorKind;
use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::descriptor::Endpoint;
use wwan::channel::{TransferIn, TransferOut};
use wwan::client::Async;
use wwan::client::mbim::{Client, Error};
use wwan::net::{Deliver, Ntb16Link, Offer, Runner, Session, Supply};
use wwan::time::Millis;
use wwan::usb::bring_up::ControlChannel;
use wwan::usb::{self, ChunkedIn, ControlPipe, MbimConfig, MbimLink, Relay, UsbDevice, UsbError};

use crate::connect::{Buffers, connect_async};
use crate::{Timer, bytes, outcome, put, put_bytes, ready, word};

/// The host's room for a block.
const BLOCK: usize = 2048;

/// Why a transfer failed.
#[derive(Clone, Copy, Debug)]
pub struct Fault(ErrorKind);

impl core::fmt::Display for Fault {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        Ok(())
    }
}

impl core::error::Error for Fault {}

impl embedded_io::Error for Fault {
    fn kind(&self) -> ErrorKind {
        self.0
    }
}

impl UsbError for Fault {
    fn is_stall(&self) -> bool {
        self.0 == ErrorKind::Other
    }
}

/// A device on the bus, and each pipe of it.
#[derive(Debug)]
pub struct Bus;

fn setup_packet(setup: Setup) {
    put_bytes(&setup.to_bytes());
}

impl ControlPipe for Bus {
    type Error = Fault;

    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, Fault> {
        setup_packet(setup);
        ready().await;
        outcome(word()).map_err(Fault)?;
        Ok(bytes(data).len())
    }

    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), Fault> {
        setup_packet(setup);
        put_bytes(data);
        ready().await;
        outcome(word()).map_err(Fault)
    }
}

impl TransferIn for Bus {
    type Error = Fault;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Fault> {
        ready().await;
        outcome(word()).map_err(Fault)?;
        Ok(bytes(buf).len())
    }
}

impl TransferOut for Bus {
    type Error = Fault;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), Fault> {
        put_bytes(transfer);
        put(u32::from(terminate));
        ready().await;
        outcome(word()).map_err(Fault)
    }
}

impl UsbDevice for Bus {
    type Error = Fault;
    type Control = Self;
    type In = Self;
    type Out = Self;

    async fn set_configuration(&mut self, value: u8) -> Result<(), Fault> {
        put(value.into());
        ready().await;
        outcome(word()).map_err(Fault)
    }

    async fn claim(&mut self, _: u8) -> Result<(), Fault> {
        Ok(())
    }

    async fn set_interface(&mut self, interface: u8, alternate: u8) -> Result<(), Fault> {
        put(interface.into());
        put(alternate.into());
        ready().await;
        outcome(word()).map_err(Fault)
    }

    fn control(&mut self) -> Result<Self, Fault> {
        outcome(word()).map_err(Fault).map(|()| Self)
    }

    fn open_in(&mut self, _: u8, endpoint: &Endpoint) -> Result<Self, Fault> {
        put(endpoint.address.into());
        outcome(word()).map_err(Fault).map(|()| Self)
    }

    fn open_out(&mut self, _: u8, endpoint: &Endpoint) -> Result<Self, Fault> {
        put(endpoint.address.into());
        outcome(word()).map_err(Fault).map(|()| Self)
    }
}

/// The IP stack.
#[derive(Debug)]
struct Stack<'m>(&'m mut [u8]);

impl Deliver for Stack<'_> {
    fn deliver(&mut self, session: u8, packet: &[u8]) -> bool {
        put(session.into());
        put_bytes(packet);
        word() != 0
    }
}

impl Supply for Stack<'_> {
    fn poll_offer(&mut self, _: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<()> {
        let session = word() as u8;
        match offer(session, bytes(self.0)) {
            Offer::Stop => Poll::Ready(()),
            _ => Poll::Pending,
        }
    }
}

/// The caller's buffers.
pub struct UsbBuffers {
    client: Buffers,
    descriptors: [u8; 512],
    relayed_in: [u8; 512],
    relayed_out: [u8; 512],
    chunks: [u8; BLOCK],
    received: [u8; BLOCK],
    sent: [u8; BLOCK],
    packet: [u8; 1500],
    sessions: [Session; 2],
}

/// The control channel as `bring_up` hands it out.
pub type Control = ControlChannel<Bus, Timer>;
/// The link that `bring_up` yields.
pub type Link = MbimLink<Bus, Timer>;

/// Finds the MBIM function and brings it up.
pub async fn bring_up(descriptors: &mut [u8]) -> Option<Link> {
    let mut device = Bus;
    let found = usb::enumerate(&mut device.control().ok()?, descriptors).await;
    let modem = found.map_err(|_| put(1)).ok()?;
    let function = modem.mbim().next()?;
    let config = MbimConfig::new(BLOCK);
    match usb::bring_up::mbim(&mut device, modem.configuration, function, &config, Timer).await {
        Ok(link) => Some(link),
        Err(error) => {
            put(error.step as u32);
            None
        }
    }
}

/// The program: everything until the connection is lost.
pub async fn run(buffers: &'static mut UsbBuffers) -> Result<(), Error<usb::encapsulated::EncapsulatedError<Fault>>> {
    let UsbBuffers { client, descriptors, relayed_in, relayed_out, chunks, received, sent, packet, sessions } = buffers;
    let Some(MbimLink { control, input, output, parameters, .. }) = bring_up(descriptors).await else {
        return Ok(());
    };
    put(u32::from(parameters.mtu));
    let relay = Relay::new(relayed_in, relayed_out);
    let (channel, pipe) = control.with_control(relay.control());
    let (mut config, memory) = client.lend();
    config.max_control_transfer = parameters.max_control_message.into();
    let mut connection = pin!(connect_async(Client::new(Async { channel, clock: Timer }, config, memory)));
    let mut relaying = pin!(relay.run(pipe));

    for session in &*sessions {
        session.open(word() as u8, parameters.mtu);
    }
    let link = Ntb16Link::new(sent, parameters.output, sessions, Millis(word()));
    let input = ChunkedIn::new(input, 512, chunks);
    let mut runner = Runner::new(link, input, output, Timer, received);
    let (mut deliver, mut supply) = (Stack(&mut []), Stack(packet));
    let mut packets = pin!(runner.run(&mut deliver, &mut supply));
    poll_fn(|cx| {
        let _ = relaying.as_mut().poll(cx);
        if packets.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        connection.as_mut().poll(cx)
    })
    .await
}
