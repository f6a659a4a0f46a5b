//! The modem as a USB device: its USB side, its faces, and the network behind it, joined. Sans-IO: a door brings transfers
//! and the time.

use std::collections::VecDeque;
use std::fmt;

use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::descriptor::{Descriptor, Descriptors};
use mbim_wire::usb::notification::SerialState;
use wwan::channel::blocking::MessageChannel as _;
use wwan::channel::fault::Faults;
use wwan::channel::{AnyFraming, Direction, Sink, blocking};
use wwan::device::modem::Modem;
use wwan::device::modem::bearer::Way;
use wwan::device::modem::data_path::{DataFormat, Link};
use wwan::device::usb::{Config, Counters, Event, Memory, PortRole, PushError, UsbFunction};
use wwan::time::Instant;

pub use wwan::device::usb::{Kind, Speed};

use crate::machine::{Face, InProcessError, Machine};
use crate::network::{self, LinkLayer, Network};
use crate::room::{Room, Shown, Speaks, faces, with_faults};
use crate::scenario::Scenario;
use crate::usbip::urbs::{Device, Stalled};
use crate::usbip::wire::Exported;

/// The function that takes control messages, among those of the device, and its face.
const CONTROL: u8 = 0;
/// See [`CONTROL`].
const CONTROL_FACE: usize = 0;
/// The longest control message, in bytes.
const MESSAGE: usize = 64 * 1024;
/// Bytes of a port that are fetched from its face at once.
const PIECE: usize = 4096;
/// Types of Ethernet frames that carry IPv6.
const ETHERNET_IPV6: [u8; 2] = [0x86, 0xdd];

/// What was lost between the USB side and the modem. Both count for themselves, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// Packets of the host in sessions that are not active or that are stalled.
    pub up: u64,
    /// Packets of the network for the host in such sessions.
    pub down: u64,
    /// Packets of the network that the USB side could not take: the host had not opened the pipe, or they were too long.
    pub refused: u64,
    /// Pieces of device service streams, behind which there is nothing.
    pub streams: u64,
    /// Control messages that are longer than the descriptor allows.
    pub messages: u64,
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

/// Control messages between the USB side and a face, on which the faults of a scenario work.
#[derive(Debug)]
struct Mailbox {
    now: Instant,
    to_modem: VecDeque<Vec<u8>>,
    to_host: VecDeque<Vec<u8>>,
}

impl blocking::MessageChannel for Mailbox {
    type Error = InProcessError;

    fn send(&mut self, message: &[u8]) -> Result<(), InProcessError> {
        self.to_modem.push_back(message.to_vec());
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], _deadline: Instant) -> Result<Option<usize>, InProcessError> {
        let Some(message) = self.to_host.pop_front() else { return Ok(None) };
        let needed = message.len();
        buf.get_mut(..needed).ok_or(InProcessError::TooLong { needed })?.copy_from_slice(&message);
        Ok(Some(needed))
    }

    fn max_message(&self) -> usize {
        MESSAGE
    }

    fn now(&self) -> Instant {
        self.now
    }
}

/// An AT port and its face.
#[derive(Debug)]
struct Port {
    number: u8,
    face: usize,
    /// What the USB side did not take.
    left: VecDeque<u8>,
    dtr: bool,
    told: Option<SerialState>,
}

/// A listener to control messages.
type Tap<'m> = Box<dyn Sink + 'm>;

/// What is behind the USB side.
struct Behind<'m> {
    machine: Machine<'m>,
    network: Network,
    /// The way of control messages, if the device has any.
    messages: Option<Faults<'m, Mailbox>>,
    /// A control message that does not fit yet.
    held: Option<Vec<u8>>,
    ports: Vec<Port>,
    /// The data path is that of QMI.
    qmi: bool,
    tap: Option<Tap<'m>>,
    lost: Lost,
}

/// A virtual modem on a USB bus.
///
/// It plays its scenario: while it is unplugged, and while it restarts, it is [not attached](Self::attachment).
pub struct Gadget<'m> {
    usb: UsbFunction<'m>,
    behind: Behind<'m>,
    format: DataFormat,
    /// The network has something that the USB side does not take now.
    is_full: bool,
    plugs: u32,
    attached: bool,
    attachments: u32,
    restarts: u32,
    /// The host has chosen NCM, and nobody was told yet.
    chose_ncm: bool,
    buffer: Vec<u8>,
}

impl fmt::Debug for Gadget<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (usb, lost) = (&self.usb, &self.behind.lost);
        f.debug_struct("Gadget").field("usb", usb).field("lost", lost).finish_non_exhaustive()
    }
}

impl<'m> Behind<'m> {
    /// What the host has done.
    fn event(&mut self, now: Instant, event: Event<'_>) {
        match event {
            Event::Command { message, .. } => self.command(now, message),
            Event::Serial { port, bytes } => {
                if let Some(face) = self.face_of(port) {
                    // A modem that is off the bus has no host.
                    let _ = self.machine.receive(now, face, bytes);
                }
            }
            Event::Line { port, dtr, .. } => {
                if let Some(port) = self.ports.iter_mut().find(|known| known.number == port) {
                    if std::mem::replace(&mut port.dtr, dtr) && !dtr {
                        port.left.clear();
                        self.machine.terminal_not_ready(now, port.face);
                    }
                }
            }
            Event::Datagram { session, packet, .. } => self.up(now, session, is_v6(packet), packet),
            Event::Frame { frame, .. } => {
                // Neither QMAP nor MBIM: there is one session of each version.
                let v6 = frame.get(12..14).is_some_and(|found| found == ETHERNET_IPV6);
                self.up(now, 0, v6, frame);
            }
            Event::Stream { .. } => count(&mut self.lost.streams),
            Event::Configured(_) | Event::BusReset => {
                self.forget_messages();
                for face in (0..).take(self.machine.faces()) {
                    self.machine.reset(now, face);
                }
                for port in &mut self.ports {
                    port.left.clear();
                    (port.dtr, port.told) = (false, None);
                }
            }
            Event::FunctionReset { .. } => {
                self.forget_messages();
                self.machine.reset(now, CONTROL_FACE);
            }
            // Rates and breaks mean nothing here, and acknowledgements of QMAP nothing more.
            _ => {}
        }
    }

    fn face_of(&self, port: u8) -> Option<usize> {
        self.ports.iter().find(|known| known.number == port).map(|known| known.face)
    }

    fn forget_messages(&mut self) {
        self.held = None;
        if let Some(messages) = &mut self.messages {
            let mailbox = messages.channel_mut();
            mailbox.to_modem.clear();
            mailbox.to_host.clear();
        }
    }

    /// A control message of the host.
    fn command(&mut self, now: Instant, message: &[u8]) {
        if let Some(tap) = &mut self.tap {
            tap.message(now, Direction::Sent, message);
        }
        let Some(messages) = &mut self.messages else { return };
        messages.channel_mut().now = now;
        // The mailbox takes everything.
        let _ = messages.send(message);
        self.hand_over(now);
    }

    /// Gives the modem the messages that the faults let through.
    fn hand_over(&mut self, now: Instant) {
        let Some(messages) = &mut self.messages else { return };
        while let Some(message) = messages.channel_mut().to_modem.pop_front() {
            let _ = self.machine.receive(now, CONTROL_FACE, &message);
        }
    }

    /// The next control message for the host.
    fn message(&mut self, now: Instant, buffer: &mut [u8]) -> Option<Vec<u8>> {
        if let Some(held) = self.held.take() {
            return Some(held);
        }
        loop {
            self.hand_over(now);
            let messages = self.messages.as_mut()?;
            let mailbox = messages.channel_mut();
            mailbox.now = now;
            let mut found = false;
            if mailbox.to_host.is_empty() {
                if let Ok(Some(count)) = self.machine.transmit(now, CONTROL_FACE, buffer) {
                    mailbox.to_host.push_back(buffer.iter().take(count).copied().collect());
                    found = true;
                }
            }
            match messages.receive(buffer, now) {
                Ok(Some(count)) => {
                    let message: Vec<u8> = buffer.iter().take(count).copied().collect();
                    if let Some(tap) = &mut self.tap {
                        tap.message(now, Direction::Received, &message);
                    }
                    return Some(message);
                }
                // A fault has kept it.
                _ if found => {}
                _ => return None,
            }
        }
    }

    /// A packet, or a frame, of the host, on a channel of the data path.
    fn up(&mut self, now: Instant, channel: u8, v6: bool, packet: &[u8]) {
        let modem = &mut self.machine.modem;
        let session = if self.qmi { modem.session_on_channel(channel, v6) } else { Some(channel) };
        match session {
            Some(session) if modem.carry(now, session, Way::Up, packet.len()) => {
                self.network.receive(now, session, packet);
            }
            _ => count(&mut self.lost.up),
        }
    }
}

/// Whether an IP packet says that it is of version 6.
fn is_v6(packet: &[u8]) -> bool {
    packet.first().is_some_and(|first| first & 0xf0 == 0x60)
}

impl<'m> Gadget<'m> {
    /// A modem that was just plugged in.
    pub fn new(now: Instant, kind: Kind, speed: Speed, scenario: &'m Scenario, room: &'m mut Room) -> Self {
        let identity = &scenario.setup.identity;
        let mut config = Config::new(kind);
        config.speed = speed;
        config.manufacturer = &identity.manufacturer;
        config.product = &identity.model;
        config.serial_number = &identity.imei;
        config.max_control_message = scenario.function.max_control_transfer;
        config.mtu = scenario.setup.bearer.addresses.mtu;
        let qmi = kind == Kind::Qmi;
        let first = match kind {
            Kind::Mbim | Kind::NcmMbim | Kind::Composite => Speaks::Mbim,
            Kind::Qmi => Speaks::Qmi,
            _ => Speaks::At,
        };
        let is_port = first == Speaks::At;
        // How many ports there are does not depend on memory.
        let none = Memory { responses: &mut [], down: &mut [], serial: &mut [], packet: &mut [] };
        let ports = UsbFunction::new(Config::new(kind), none).ports().filter(|port| port.role == PortRole::At);
        let ports: Vec<_> = ports.collect();
        let others = ports.len().saturating_sub(usize::from(is_port));
        let Shown { first: face, more, held, usb: memory } = faces(first, others, scenario, room);
        let mailbox = Mailbox { now, to_modem: VecDeque::new(), to_host: VecDeque::new() };
        let faces = usize::from(!is_port)..;
        let ports = ports.iter().zip(faces).map(|(port, face)| Port {
            number: port.port,
            face,
            left: VecDeque::new(),
            dtr: false,
            told: None,
        });
        let ports = ports.collect();
        let machine = Machine::new(now, scenario, face, more);
        let restarts = machine.modem.restarts();
        Self {
            usb: UsbFunction::new(config, memory),
            behind: Behind {
                machine,
                network: Network::new(),
                messages: (!is_port).then(|| with_faults(mailbox, scenario, held)),
                held: None,
                ports,
                qmi,
                tap: None,
                lost: Lost::default(),
            },
            format: DataFormat::default(),
            is_full: false,
            plugs: 0,
            attached: true,
            attachments: 0,
            restarts,
            chose_ncm: false,
            buffer: vec![0; MESSAGE],
        }
    }

    /// Tells `tap` of every control message that passes.
    pub fn set_tap(&mut self, tap: impl Sink + 'm) {
        self.behind.tap = Some(Box::new(tap));
    }

    /// Does what is due in the scenario, the modem and the network.
    pub fn run(&mut self, now: Instant) {
        self.behind.machine.run(now);
        self.follow_plug(now);
        if self.attached {
            self.follow_data_path(now);
            self.give_messages(now);
            self.give_ports(now);
            self.give_packets(now);
        }
    }

    /// Which stay on the bus this is, counted from 0; `None` while the modem is off the bus. A new one is a new device to
    /// the host: its door takes the old one off the bus first.
    #[must_use]
    pub const fn attachment(&self) -> Option<u32> {
        if self.attached { Some(self.attachments) } else { None }
    }

    /// Whether the host has chosen NCM since the last call, where it could have MBIM: no packets pass then.
    pub const fn chose_ncm(&mut self) -> bool {
        std::mem::replace(&mut self.chose_ncm, false)
    }

    /// The host has pulled the modem out, or is gone: the next one finds it as it was plugged in, and still powered.
    pub fn unplugged(&mut self, now: Instant) {
        let (usb, behind) = (&mut self.usb, &mut self.behind);
        usb.bus_reset(&mut |event| behind.event(now, event));
    }

    /// When [`run`](Self::run) has something to do next, [`Instant::FAR`] for never; what the host does may come first.
    pub fn poll_at(&mut self, now: Instant) -> Instant {
        let behind = &mut self.behind;
        let mut at = behind.machine.poll_at_without_faces();
        let mut soon = |other: Option<Instant>| at = other.map_or(at, |other| other.min(at));
        if self.attached {
            // What is due already leaves when the host asks.
            soon(self.usb.poll_at().filter(|due| *due > now));
            if self.usb.is_configured() {
                if behind.held.is_none() && behind.messages.is_some() {
                    soon(behind.machine.poll_at_of(CONTROL_FACE));
                }
                let free = behind.ports.iter().filter(|port| port.left.is_empty());
                free.for_each(|port| soon(behind.machine.poll_at_of(port.face)));
            }
            soon(behind.messages.as_ref().map(Faults::poll_at).filter(|_| behind.held.is_none()));
            if !self.is_full {
                soon(behind.network.poll_at(now));
            }
        }
        at
    }

    /// Off the bus, and back on it, as the plug and the restarts of the modem have it.
    fn follow_plug(&mut self, now: Instant) {
        let machine = &self.behind.machine;
        let (plugged, plugs) = (machine.is_plugged(), machine.plugs());
        let (restarts, boots) = (machine.modem.restarts(), machine.modem.boots_at().is_some());
        // Whatever is plugged in is there at once, and boots then. What restarts is gone until it has booted.
        let plugged_in = std::mem::replace(&mut self.plugs, plugs) != plugs;
        let restarted = std::mem::replace(&mut self.restarts, restarts) != restarts;
        if self.attached && (!plugged || restarted) {
            self.unplugged(now);
            self.attached = false;
        }
        if plugged && !self.attached && (plugged_in || !boots) {
            self.attached = true;
            self.attachments = self.attachments.wrapping_add(1);
        }
    }

    fn follow_data_path(&mut self, now: Instant) {
        let behind = &mut self.behind;
        behind.network.follow(now, &behind.machine.modem);
        let format = behind.machine.modem.data_format();
        if behind.qmi && self.format != format {
            self.format = format;
            // There is such a function.
            let _ = self.usb.set_data_format(CONTROL, format);
            let ethernet = format.link == Link::Ethernet;
            behind.network.set_link(if ethernet { LinkLayer::Ethernet } else { LinkLayer::Ip });
        }
    }

    fn give_messages(&mut self, now: Instant) {
        // Nobody fetches answers before that; the face keeps them.
        while self.usb.is_configured() {
            let Some(message) = self.behind.message(now, &mut self.buffer) else { return };
            if message.len() > usize::from(self.usb.config().max_control_message) {
                count(&mut self.behind.lost.messages);
            } else if self.usb.has_room(CONTROL, message.len()) {
                let _ = self.usb.push_response(CONTROL, &message);
            } else {
                self.behind.held = Some(message);
                return;
            }
        }
    }

    fn give_ports(&mut self, now: Instant) {
        let (usb, machine) = (&mut self.usb, &mut self.behind.machine);
        if !usb.is_configured() {
            return;
        }
        for port in &mut self.behind.ports {
            let piece = self.buffer.get_mut(..PIECE).unwrap_or_default();
            loop {
                if port.left.is_empty() {
                    let Ok(Some(count)) = machine.transmit(now, port.face, piece) else { break };
                    port.left.extend(piece.iter().take(count));
                }
                let taken = usb.push_serial(port.number, port.left.make_contiguous());
                drop(port.left.drain(..taken));
                if !port.left.is_empty() {
                    break;
                }
            }
            usb.hold_serial(port.number, machine.is_full(port.face));
            let state = machine.serial_state(port.face);
            if port.dtr && port.told != Some(state) && usb.set_serial_state(port.number, state).is_ok() {
                port.told = Some(state);
            }
        }
    }

    fn give_packets(&mut self, now: Instant) {
        let Behind { network, machine, lost, qmi, .. } = &mut self.behind;
        self.is_full = false;
        while let Some((session, packet)) = network.transmit(now) {
            if !machine.modem.carries(session) {
                // Counts it as thrown away.
                machine.modem.carry(now, session, Way::Down, packet.len());
                count(&mut lost.down);
                continue;
            }
            let done = if *qmi && self.format.link == Link::Ethernet {
                self.usb.push_frame(now, CONTROL, packet)
            } else {
                let channel = match machine.modem.session_origin(session) {
                    Some(origin) if *qmi => origin.channel,
                    _ => session,
                };
                self.usb.push_datagram(now, CONTROL, channel, packet)
            };
            match done {
                Ok(()) => {
                    machine.modem.carry(now, session, Way::Down, packet.len());
                }
                Err(PushError::Full) => {
                    network.keep();
                    self.is_full = true;
                    return;
                }
                Err(_) => count(&mut lost.refused),
            }
        }
    }

    /// The modem itself, to look at it, or to do to it what no scenario foresees.
    pub fn modem(&mut self) -> &mut Modem {
        &mut self.behind.machine.modem
    }

    /// What the host's control messages meet.
    pub fn face(&mut self) -> &mut Face<'m> {
        self.behind.machine.face()
    }

    /// How a stream of its control messages would be cut; `None` if there are only serial ports.
    pub fn framing(&mut self) -> Option<AnyFraming> {
        self.face().framing()
    }

    /// The USB side, to look at it.
    #[must_use]
    pub const fn usb(&self) -> &UsbFunction<'m> {
        &self.usb
    }

    /// What the USB side has counted.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        self.usb.counters()
    }

    /// What the network has counted.
    #[must_use]
    pub const fn network_counters(&self) -> &network::Counters {
        self.behind.network.counters()
    }

    /// What was lost between them.
    #[must_use]
    pub const fn lost(&self) -> Lost {
        self.behind.lost
    }

    /// What a host is told of the device before it imports it.
    #[must_use]
    pub fn exported(&self) -> Exported {
        let device = self.usb.device_descriptor();
        let mut buffer = [0; 1024];
        let configuration = self.usb.configuration(&mut buffer).unwrap_or_default();
        let mut found = Exported {
            bus_id: format!("{}-{}", Exported::BUS, Exported::DEVICE),
            speed: self.usb.config().speed,
            id: [device.vendor_id, device.product_id, device.device_version],
            class: [device.class.class, device.class.subclass, device.class.protocol],
            configuration: u8::from(self.usb.is_configured()),
            configurations: device.configurations,
            interfaces: Vec::new(),
        };
        for descriptor in Descriptors::new(configuration) {
            if let Ok(Descriptor::Interface(interface)) = descriptor {
                if interface.alternate_setting == 0 {
                    let class = interface.class;
                    found.interfaces.push([class.class, class.subclass, class.protocol]);
                }
            }
        }
        found
    }
}

impl Device for Gadget<'_> {
    fn control(&mut self, now: Instant, setup: &Setup, out: &[u8], reply: &mut [u8]) -> Result<usize, Stalled> {
        self.run(now);
        let (usb, behind) = (&mut self.usb, &mut self.behind);
        let done = usb.control(setup, out, reply, &mut |event| behind.event(now, event));
        // SET_INTERFACE, the setting of the data interface that is NCM with its pipes.
        let is_ncm = (setup.request_type, setup.request, setup.value, setup.index) == (0x01, 11, 1, 1);
        self.chose_ncm |= is_ncm && done.is_ok() && self.usb.config().kind == Kind::NcmMbim;
        self.run(now);
        done.map_err(|_| Stalled)
    }

    fn transfer_out(&mut self, now: Instant, endpoint: u8, transfer: &[u8]) -> Result<bool, Stalled> {
        let (usb, behind) = (&mut self.usb, &mut self.behind);
        let done = usb.transfer_out(endpoint, transfer, &mut |event| behind.event(now, event));
        if done == Ok(true) {
            self.run(now);
        }
        done.map_err(|_| Stalled)
    }

    fn transfer_in(&mut self, now: Instant, endpoint: u8, buf: &mut [u8]) -> Result<Option<usize>, Stalled> {
        let done = self.usb.transfer_in(now, endpoint, buf);
        // Where it came from there is room now.
        if let Ok(Some(_)) = done {
            self.run(now);
        }
        done.map_err(|_| Stalled)
    }

    fn packet_size(&self, endpoint: u8) -> usize {
        self.usb.packet_size(endpoint).map_or(0, usize::from)
    }
}
