//! The memory of one modem, and the faces that work in it: put together from a scenario, as a door wants them.

use wwan::channel::Direction;
use wwan::channel::fault::{Faults, Held};
#[cfg(feature = "at")]
use wwan::device::at;
#[cfg(feature = "at")]
use wwan::device::mbim::VendorServices;
use wwan::device::modem::event::Origin;
use wwan::device::{mbim, qmi};
#[cfg(feature = "at")]
use wwan::session::cmux;

#[cfg(feature = "at")]
use crate::machine::CHANNELS;
use crate::machine::Face;
use crate::scenario::Scenario;

/// Messages that faults may hold back at the same time.
const HELD: usize = 32;
/// Bytes of them.
const HELD_BYTES: usize = 64 * 1024;
/// Bytes of messages that wait for the host.
const OUT: usize = 16 * 1024;
/// The longest AT line, and what is sent for its prompt, in bytes.
#[cfg(feature = "at")]
const LINE: usize = 4096;
/// Bytes that wait for an AT host on a channel of the multiplexer.
#[cfg(feature = "at")]
const CHANNEL_OUT: usize = 4096;
/// The longest frame of the multiplexer, escaped.
#[cfg(feature = "at")]
const MUX_FRAME: usize = 4096;
/// The longest command in fragments, in bytes.
const ASSEMBLY: usize = 64 * 1024;
/// The longest answer to an AT line inside MBIM, in bytes.
#[cfg(feature = "at")]
const ANSWER: usize = 8 * 1024;
/// The QMI function inside an MBIM function, among all faces.
const INSIDE: Origin = Origin(2);
/// The AT modem inside an MBIM function, and that inside a QMI function.
#[cfg(feature = "at")]
const AT_IN_MBIM: Origin = Origin(3);
#[cfg(feature = "at")]
const AT_IN_QMI: Origin = Origin(4);
/// The first AT port beside another function; each has origins for its line and for the channels of its multiplexer.
#[cfg(feature = "usb")]
const PORTS: u8 = 8;
/// How many origins.
#[cfg(feature = "usb")]
const ORIGINS: u8 = 8;
/// Bytes of control messages that the host has not fetched.
#[cfg(feature = "usb")]
const RESPONSES: usize = 64 * 1024;
/// Bytes of packets in the next transfer to the host: the longest block that is offered.
#[cfg(feature = "usb")]
const DOWN: usize = 64 * 1024;
/// Bytes on their way to the host on all serial ports.
#[cfg(feature = "usb")]
const SERIAL: usize = 32 * 1024;
/// The longest packet.
#[cfg(feature = "usb")]
const PACKET: usize = 2048;
/// Services of MBIM that carry AT lines.
#[cfg(feature = "at")]
const CARRY_AT: VendorServices = VendorServices::QDU
    .union(VendorServices::FIBOCOM)
    .union(VendorServices::COMPAL)
    .union(VendorServices::INTEL_AT_TUNNEL);

/// The memory of one modem, which has to live longer than the modem.
#[derive(Debug)]
pub struct Room {
    out: Vec<u8>,
    /// The same of a QMI function inside an MBIM function.
    inside: Vec<u8>,
    /// The same of an AT modem inside an MBIM function.
    #[cfg(feature = "at")]
    at: AtRoom,
    /// The answer of that one to a line.
    #[cfg(feature = "at")]
    answer: Vec<u8>,
    /// The same of an AT modem inside a QMI function.
    #[cfg(feature = "at")]
    at_in_qmi: AtRoom,
    /// Those of the AT modem that has a line of its own, and of others beside it.
    #[cfg(feature = "at")]
    port: PortRoom,
    #[cfg(feature = "usb")]
    more_ports: Vec<PortRoom>,
    /// That of the USB side.
    #[cfg(feature = "usb")]
    usb: UsbRoom,
    assembly: Vec<u8>,
    slots: Vec<Held>,
    held: Vec<u8>,
}

/// The memory of an AT modem.
#[cfg(feature = "at")]
#[derive(Debug)]
struct AtRoom {
    /// The line that a host types.
    line: Vec<u8>,
    out: Vec<u8>,
}

#[cfg(feature = "at")]
impl AtRoom {
    fn new() -> Self {
        Self { line: vec![0; LINE], out: vec![0; OUT] }
    }
}

/// The memory of an AT modem with its multiplexer.
#[cfg(feature = "at")]
#[derive(Debug)]
struct PortRoom {
    at: AtRoom,
    /// Of each channel, the line that the host types, and what waits for it.
    channels: Vec<(Vec<u8>, Vec<u8>)>,
    receive: Vec<u8>,
    send: Vec<u8>,
    open: Vec<cmux::Channel>,
}

#[cfg(feature = "at")]
impl PortRoom {
    fn new() -> Self {
        Self {
            at: AtRoom::new(),
            channels: (0..CHANNELS).map(|_| (vec![0; LINE], vec![0; CHANNEL_OUT])).collect(),
            receive: vec![0; MUX_FRAME],
            send: vec![0; MUX_FRAME],
            open: vec![cmux::Channel::FREE; CHANNELS],
        }
    }
}

/// The memory of the USB side; none as long as there is no such side.
#[cfg(feature = "usb")]
#[derive(Debug, Default)]
struct UsbRoom {
    responses: Vec<u8>,
    down: Vec<u8>,
    serial: Vec<u8>,
    packet: Vec<u8>,
}

#[cfg(feature = "usb")]
impl UsbRoom {
    fn grow(&mut self) {
        self.responses.resize(RESPONSES, 0);
        self.down.resize(DOWN, 0);
        self.serial.resize(SERIAL, 0);
        self.packet.resize(PACKET, 0);
    }

    fn lend(&mut self) -> wwan::device::usb::Memory<'_> {
        let Self { responses, down, serial, packet } = self;
        wwan::device::usb::Memory { responses, down, serial, packet }
    }
}

impl Room {
    /// Memory for one modem, about 200 KiB; a modem on USB adds what it needs.
    #[must_use]
    pub fn new() -> Self {
        Self {
            out: vec![0; OUT],
            inside: vec![0; OUT],
            #[cfg(feature = "at")]
            at: AtRoom::new(),
            #[cfg(feature = "at")]
            answer: vec![0; ANSWER],
            #[cfg(feature = "at")]
            at_in_qmi: AtRoom::new(),
            #[cfg(feature = "at")]
            port: PortRoom::new(),
            #[cfg(feature = "usb")]
            more_ports: Vec::new(),
            #[cfg(feature = "usb")]
            usb: UsbRoom::default(),
            assembly: vec![0; ASSEMBLY],
            slots: vec![Held::default(); HELD],
            held: vec![0; HELD_BYTES],
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

/// Protocols that a face speaks to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    Mbim,
    Qmi,
    #[cfg(feature = "at")]
    At,
}

/// Memory for messages that faults hold back.
pub(crate) type HeldRoom<'m> = (&'m mut [Held], &'m mut [u8]);

/// The parts of a [`Room`] that functions work in.
struct Places<'m> {
    out: &'m mut [u8],
    inside: &'m mut [u8],
    assembly: &'m mut [u8],
    #[cfg(feature = "at")]
    at: &'m mut AtRoom,
    #[cfg(feature = "at")]
    answer: &'m mut [u8],
    #[cfg(feature = "at")]
    at_in_qmi: &'m mut AtRoom,
    #[cfg(feature = "at")]
    port: &'m mut PortRoom,
    #[cfg(feature = "usb")]
    more_ports: &'m mut [PortRoom],
}

/// A [`Room`] taken apart.
struct Parts<'m> {
    places: Places<'m>,
    held: HeldRoom<'m>,
    #[cfg(feature = "usb")]
    usb: wwan::device::usb::Memory<'m>,
}

impl<'m> Parts<'m> {
    fn of(room: &'m mut Room) -> Self {
        let places = Places {
            out: &mut room.out,
            inside: &mut room.inside,
            assembly: &mut room.assembly,
            #[cfg(feature = "at")]
            at: &mut room.at,
            #[cfg(feature = "at")]
            answer: &mut room.answer,
            #[cfg(feature = "at")]
            at_in_qmi: &mut room.at_in_qmi,
            #[cfg(feature = "at")]
            port: &mut room.port,
            #[cfg(feature = "usb")]
            more_ports: &mut room.more_ports,
        };
        Self {
            places,
            held: (&mut room.slots, &mut room.held),
            #[cfg(feature = "usb")]
            usb: room.usb.lend(),
        }
    }
}

/// The only face of a modem.
pub(crate) fn face<'m>(speaks: Speaks, scenario: &Scenario, room: &'m mut Room) -> (Box<Face<'m>>, HeldRoom<'m>) {
    let Parts { places, held, .. } = Parts::of(room);
    (one(speaks, scenario, places), held)
}

fn one<'m>(speaks: Speaks, scenario: &Scenario, places: Places<'m>) -> Box<Face<'m>> {
    match speaks {
        Speaks::Mbim => mbim_face(scenario, places),
        Speaks::Qmi => qmi_face(scenario, places),
        #[cfg(feature = "at")]
        Speaks::At => at_face(scenario, scenario.at.origin, places.port),
    }
}

/// The faces of a modem on USB, and what else works in its memory.
#[cfg(feature = "usb")]
pub(crate) struct Shown<'m> {
    pub(crate) first: Box<Face<'m>>,
    pub(crate) more: Vec<Box<Face<'m>>>,
    pub(crate) held: HeldRoom<'m>,
    pub(crate) usb: wwan::device::usb::Memory<'m>,
}

/// All faces of a modem: the first speaks what is said, the others are AT ports.
#[cfg(feature = "usb")]
pub(crate) fn faces<'m>(first: Speaks, more_ports: usize, scenario: &Scenario, room: &'m mut Room) -> Shown<'m> {
    room.more_ports.resize_with(more_ports, PortRoom::new);
    room.usb.grow();
    let Parts { mut places, held, usb } = Parts::of(room);
    let mut origin = PORTS;
    let more = std::mem::take(&mut places.more_ports).iter_mut().map(|port| {
        let face = at_face(scenario, Origin(origin), port);
        origin = origin.saturating_add(ORIGINS);
        face
    });
    let more = more.collect();
    Shown { first: one(first, scenario, places), more, held, usb }
}

// Functions are large; each is moved into its box by a call of its own, whose stack then is free again.
#[inline(never)]
fn mbim_face<'m>(scenario: &Scenario, places: Places<'m>) -> Box<Face<'m>> {
    let memory = mbim::Memory { out: places.out, assembly: places.assembly };
    let mut function = mbim::Function::new(scenario.function.clone(), memory);
    for fault in &scenario.commands {
        // A scenario from a file has no more than fit.
        let _ = function.inject(*fault);
    }
    if scenario.qmi_over_mbim {
        let mut config = scenario.qmi.clone();
        config.origin = INSIDE;
        config.data_format = false;
        let inside = qmi_function(scenario, config, places.inside);
        #[cfg(feature = "at")]
        let inside = with_at(scenario, inside, places.at_in_qmi);
        function = function.with_qmi(inside);
    }
    #[cfg(feature = "at")]
    if scenario.function.vendor_services.intersects(CARRY_AT) {
        let AtRoom { line, out } = places.at;
        function = function.with_at(at_function(scenario, AT_IN_MBIM, at::Memory { line, out }), places.answer);
    }
    Box::new(Face::Mbim(function))
}

#[inline(never)]
fn qmi_face<'m>(scenario: &Scenario, places: Places<'m>) -> Box<Face<'m>> {
    let function = qmi_function(scenario, scenario.qmi.clone(), places.out);
    #[cfg(feature = "at")]
    let function = with_at(scenario, function, places.at_in_qmi);
    Box::new(Face::Qmi(function))
}

/// The same with an AT modem inside, if the scenario wants one.
#[cfg(feature = "at")]
fn with_at<'m>(scenario: &Scenario, function: qmi::Function<'m>, room: &'m mut AtRoom) -> qmi::Function<'m> {
    if !scenario.at_over_qmi {
        return function;
    }
    function.with_at(at_function(scenario, AT_IN_QMI, at::Memory { line: &mut room.line, out: &mut room.out }))
}

#[cfg(feature = "at")]
fn at_function<'m>(scenario: &Scenario, origin: Origin, memory: at::Memory<'m>) -> at::Function<'m> {
    let mut config = scenario.at.clone();
    config.origin = origin;
    // Nobody there takes its frames apart.
    config.multiplexer = false;
    let mut function = at::Function::new(config, memory);
    for fault in &scenario.lines {
        let _ = function.set_fault(fault.clone());
    }
    function
}

#[cfg(feature = "at")]
#[inline(never)]
fn at_face<'m>(scenario: &Scenario, origin: Origin, room: &'m mut PortRoom) -> Box<Face<'m>> {
    let PortRoom { at: AtRoom { line, out }, channels, receive, send, open } = room;
    let mut channels = channels.iter_mut();
    let channels = std::array::from_fn(|_| {
        let (line, out) = channels.next().map(|(line, out)| (&mut line[..], &mut out[..])).unwrap_or_default();
        at::Memory { line, out }
    });
    let mut config = scenario.at.clone();
    config.origin = origin;
    let multiplexer = cmux::Memory { receive, send, channels: open };
    let mut port = at::Port::new(config, at::Memory { line, out }, channels, multiplexer);
    for fault in &scenario.lines {
        let _ = port.set_fault(fault);
    }
    Box::new(Face::At(port))
}

fn qmi_function<'m>(scenario: &Scenario, config: qmi::Config, out: &'m mut [u8]) -> qmi::Function<'m> {
    let mut function = qmi::Function::new(config, qmi::Memory { out });
    for fault in &scenario.messages {
        let _ = function.inject(*fault);
    }
    function
}

/// A channel to a modem, with the faults of its scenario.
pub(crate) fn with_faults<'m, C>(channel: C, scenario: &'m Scenario, (slots, held): HeldRoom<'m>) -> Faults<'m, C> {
    Faults::new(channel, scenario.chance.seed, slots, held)
        .script(&scenario.faults)
        .rates(Direction::Sent, scenario.chance.to_modem)
        .rates(Direction::Received, scenario.chance.from_modem)
}
