//! A modem that plays a scenario, sans-IO: transfers and time in, transfers and the next time out.

use std::fmt;

#[cfg(feature = "usb")]
use mbim_wire::usb::notification::SerialState;
use wwan::channel::{AnyFraming, MbimFraming, QmuxFraming};
#[cfg(feature = "at")]
use wwan::device::at;
use wwan::device::modem::Modem;
use wwan::device::modem::bearer::Way;
use wwan::device::modem::event::Origin;
use wwan::device::modem::sms::Incoming;
use wwan::device::{mbim, qmi};
use wwan::time::Instant;

#[cfg(feature = "at")]
use crate::pipes::Pipes;
use crate::scenario::{Action, Event, Scenario};

/// What the modem cannot do at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum InProcessError {
    /// It is off its carrier.
    Unplugged,
    /// The message is longer than the buffer; it was consumed, or not sent.
    TooLong {
        /// Its length in bytes.
        needed: usize,
    },
    /// In virtual time, to wait without a deadline for a modem that has nothing more to say would never end.
    NeverAgain,
}

impl fmt::Display for InProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unplugged => f.write_str("the modem is unplugged"),
            Self::TooLong { needed } => write!(f, "a message of {needed} bytes does not fit"),
            Self::NeverAgain => f.write_str("nothing will ever happen"),
        }
    }
}

impl std::error::Error for InProcessError {}

impl embedded_io::Error for InProcessError {
    fn kind(&self) -> embedded_io::ErrorKind {
        match self {
            Self::Unplugged => embedded_io::ErrorKind::NotConnected,
            Self::TooLong { .. } => embedded_io::ErrorKind::OutOfMemory,
            Self::NeverAgain => embedded_io::ErrorKind::TimedOut,
        }
    }
}

/// Channels of the AT modem behind the multiplexer.
#[cfg(feature = "at")]
pub const CHANNELS: usize = 4;

/// What the modem shows to its host: a function of one protocol.
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // there is one for each modem, and it lives in a box
pub enum Face<'m> {
    /// MBIM.
    Mbim(mbim::Function<'m>),
    /// QMI.
    Qmi(qmi::Function<'m>),
    /// AT.
    #[cfg(feature = "at")]
    At(at::Port<'m, CHANNELS>),
}

impl Face<'_> {
    /// How a stream of its messages is cut; `None`: it is a stream of bytes, and any piece of it is a message.
    pub(crate) fn framing(&self) -> Option<AnyFraming> {
        match self {
            Self::Mbim(_) => Some(MbimFraming::default().into()),
            Self::Qmi(_) => Some(QmuxFraming::default().into()),
            #[cfg(feature = "at")]
            Self::At(_) => None,
        }
    }

    /// The host has closed the stream.
    #[cfg_attr(not(feature = "at"), expect(unused_variables))]
    fn close(&mut self, now: Instant, modem: &mut Modem) {
        match self {
            // Its messages say themselves when a host is gone.
            Self::Mbim(_) | Self::Qmi(_) => {}
            #[cfg(feature = "at")]
            Self::At(function) => function.close(now, modem),
        }
    }

    fn receive(&mut self, now: Instant, modem: &mut Modem, message: &[u8], #[cfg(feature = "at")] pipes: &mut Pipes) {
        match self {
            Self::Mbim(function) => function.receive(now, modem, message),
            Self::Qmi(function) => function.receive(now, modem, message),
            #[cfg(feature = "at")]
            Self::At(port) => {
                port.receive(now, modem, message, &mut |channel, data| pipes.take(channel, data));
                pipes.hold(port);
            }
        }
    }

    fn transmit(&mut self, now: Instant, modem: &mut Modem, #[cfg(feature = "at")] pipes: &mut Pipes) -> Option<&[u8]> {
        match self {
            Self::Mbim(function) => function.transmit(now, modem),
            Self::Qmi(function) => function.transmit(now, modem),
            #[cfg(feature = "at")]
            Self::At(port) => {
                pipes.give(port);
                port.transmit(now, modem)
            }
        }
    }

    fn poll_at(&self, modem: &Modem) -> Option<Instant> {
        match self {
            Self::Mbim(function) => function.poll_at(modem),
            Self::Qmi(function) => function.poll_at(modem),
            #[cfg(feature = "at")]
            Self::At(function) => function.poll_at(modem),
        }
    }

    fn reset(&mut self, now: Instant, modem: &mut Modem) {
        match self {
            Self::Mbim(function) => function.reset(now, modem),
            Self::Qmi(function) => function.reset(now, modem),
            #[cfg(feature = "at")]
            Self::At(function) => function.reset(now, modem),
        }
    }

    fn set_mute(&mut self, mute: bool) {
        match self {
            Self::Mbim(function) => function.set_mute(mute),
            Self::Qmi(function) => function.set_mute(mute),
            #[cfg(feature = "at")]
            Self::At(function) => function.set_mute(mute),
        }
    }
}

/// A face, and what is on both sides of it.
#[derive(Debug)]
struct Shown<'m> {
    // It is large, and once it is in its box it is moved no more.
    face: Box<Face<'m>>,
    /// What is behind `CONNECT`.
    #[cfg(feature = "at")]
    pipes: Pipes,
    /// What did not fit into the buffer of the host, of a stream without messages.
    left: Vec<u8>,
}

impl<'m> Shown<'m> {
    #[cfg_attr(not(feature = "at"), expect(unused_variables))]
    fn new(face: Box<Face<'m>>, scenario: &Scenario) -> Self {
        Self {
            face,
            #[cfg(feature = "at")]
            pipes: Pipes::new(scenario.data),
            left: Vec::new(),
        }
    }

    fn reset(&mut self, now: Instant, modem: &mut Modem) {
        self.face.reset(now, modem);
        self.left.clear();
    }

    fn receive(&mut self, now: Instant, modem: &mut Modem, transfer: &[u8]) {
        self.face.receive(
            now,
            modem,
            transfer,
            #[cfg(feature = "at")]
            &mut self.pipes,
        );
    }

    fn transmit(&mut self, now: Instant, modem: &mut Modem, buf: &mut [u8]) -> Result<Option<usize>, InProcessError> {
        if !self.left.is_empty() {
            let count = buf.len().min(self.left.len());
            for (place, byte) in buf.iter_mut().zip(self.left.drain(..count)) {
                *place = byte;
            }
            return Ok(Some(count));
        }
        let is_stream = self.face.framing().is_none();
        let transfer = self.face.transmit(
            now,
            modem,
            #[cfg(feature = "at")]
            &mut self.pipes,
        );
        let Some(transfer) = transfer else {
            return Ok(None);
        };
        let fits = if is_stream { transfer.len().min(buf.len()) } else { transfer.len() };
        let (transfer, left) = transfer.split_at_checked(fits).unwrap_or_default();
        self.left.extend_from_slice(left);
        let needed = transfer.len();
        let room = buf.get_mut(..needed).ok_or(InProcessError::TooLong { needed })?;
        room.copy_from_slice(transfer);
        Ok(Some(needed))
    }

    fn poll_at(&self, modem: &Modem) -> Option<Instant> {
        if self.left.is_empty() { self.face.poll_at(modem) } else { Some(Instant(0)) }
    }
}

/// The modem, its faces, and what is still to happen to them. Faces have numbers, from 0.
#[derive(Debug)]
pub(crate) struct Machine<'m> {
    // Large as faces are.
    pub(crate) modem: Box<Modem>,
    first: Shown<'m>,
    others: Vec<Shown<'m>>,
    scenario: &'m Scenario,
    events: std::slice::Iter<'m, Event>,
    power_on: Instant,
    plugged: bool,
    plugs: u32,
}

// On its way into its box a modem takes several times its size of the stack, which then is free again.
#[inline(never)]
fn power_on(now: Instant, scenario: &Scenario) -> Box<Modem> {
    Box::new(Modem::new(now, scenario.setup.clone()))
}

impl<'m> Machine<'m> {
    pub(crate) fn new(now: Instant, scenario: &'m Scenario, face: Box<Face<'m>>, others: Vec<Box<Face<'m>>>) -> Self {
        Self {
            modem: power_on(now, scenario),
            first: Shown::new(face, scenario),
            others: others.into_iter().map(|face| Shown::new(face, scenario)).collect(),
            scenario,
            events: scenario.events.iter(),
            power_on: now,
            plugged: true,
            plugs: 0,
        }
    }

    /// The first face.
    pub(crate) fn face(&mut self) -> &mut Face<'m> {
        &mut self.first.face
    }

    /// What is behind the `CONNECT` of the first face.
    #[cfg(feature = "at")]
    pub(crate) const fn pipes(&mut self) -> &mut Pipes {
        &mut self.first.pipes
    }

    /// The modem, and one of its faces.
    fn shown(&mut self, face: usize) -> Option<(&mut Modem, &mut Shown<'m>)> {
        let shown = match face.checked_sub(1) {
            None => Some(&mut self.first),
            Some(place) => self.others.get_mut(place),
        };
        shown.map(|shown| (&mut *self.modem, shown))
    }

    fn each_face(&mut self, mut act: impl FnMut(&mut Modem, &mut Shown<'m>)) {
        for shown in std::iter::once(&mut self.first).chain(&mut self.others) {
            act(&mut self.modem, shown);
        }
    }

    pub(crate) const fn is_plugged(&self) -> bool {
        self.plugged
    }

    fn next_event(&self) -> Option<Instant> {
        self.events.as_slice().first().map(|event| self.power_on + event.at)
    }

    /// Does everything that is due.
    pub(crate) fn run(&mut self, now: Instant) {
        while self.next_event().is_some_and(|at| at <= now) {
            let Some(event) = self.events.next() else { break };
            let at = self.power_on + event.at;
            self.modem.poll(at);
            self.act(at, &event.action);
        }
        self.modem.poll(now);
    }

    fn act(&mut self, at: Instant, action: &Action) {
        let modem = &mut self.modem;
        match action {
            Action::InsertSim { slot } => {
                let slot = slot.unwrap_or(modem.active_slot().slot);
                // In a slot that is not there, nothing happens.
                let _ = modem.insert_sim_into(at, slot, self.scenario.card.clone());
            }
            Action::RemoveSim { slot } => {
                let slot = slot.unwrap_or(modem.active_slot().slot);
                let _ = modem.remove_sim_from(at, slot);
            }
            Action::LoseSignal => modem.lose_signal(at),
            Action::RestoreSignal => modem.restore_signal(at),
            Action::SetSignal(signal) => modem.set_signal(at, *signal),
            Action::NetworkDeregisters { cause } => modem.network_deregisters(at, *cause),
            Action::LosePacketService { cause } => modem.lose_packet_service(at, *cause),
            Action::RestorePacketService => modem.restore_packet_service(at),
            Action::RefuseIms { refuses, reason } => modem.refuse_ims(at, *refuses, reason),
            Action::NetworkDeactivates { session, cause } => modem.network_deactivates(at, *session, *cause),
            Action::ChangeDns { session, v4, v6 } => modem.change_dns(at, *session, v4, v6),
            Action::HardwareRadio { on } => modem.set_hw_radio(at, *on),
            Action::Configure { name } => modem.configure(at, name.clone()),
            Action::Pco { session, options } => modem.set_pco(at, *session, options),
            Action::Flow(flow) => {
                modem.network_sets_flow(at, *flow);
            }
            Action::FlowsKnown(known) => modem.set_network_flows(at, *known),
            Action::SetCell(cell) => modem.set_cell(at, *cell),
            Action::Traffic { session, octets } => {
                modem.carry(at, *session, Way::Up, *octets);
            }
            Action::Wake(wake) => modem.wakes_host(wake.clone()),
            Action::Reboot => modem.reboot(at),
            Action::Unplug => {
                self.each_face(|modem, shown| shown.reset(at, modem));
                self.plugged = false;
            }
            Action::Plug => {
                modem.reboot(at);
                self.each_face(|modem, shown| shown.reset(at, modem));
                self.plugged = true;
                self.plugs = self.plugs.wrapping_add(1);
            }
            Action::Mute => self.each_face(|_, shown| shown.face.set_mute(true)),
            Action::Unmute => self.each_face(|_, shown| shown.face.set_mute(false)),
            Action::Proactive(command) => drop(modem.issue_proactive(at, command.clone())),
            Action::CarrierPolicy(policy) => drop(modem.set_carrier_policy(at, Origin::WORLD, policy)),
            // What comes when it cannot be taken is lost.
            Action::ReceiveText { from, text, class } => {
                let _ = modem.receive_text(at, Incoming { from, text, class: *class, date: None });
            }
            Action::ReceivePdu(pdu) => drop(modem.receive_pdu(at, pdu)),
            Action::ReceiveCall { from } => drop(modem.receive_call(at, from)),
            Action::EndCall { call } => modem.other_party_ends(at, *call),
            Action::HoldCall { call, on } => modem.other_party_holds(at, *call, *on),
            Action::Refresh(refresh) => drop(modem.begin_refresh(at, refresh.clone())),
            Action::Broadcast(page) => drop(modem.receive_page(at, page.clone())),
            Action::NetworkUssd { text, question } => drop(modem.network_ussd(at, text, *question)),
            Action::EndUssd => modem.network_ends_ussd(at),
            Action::OtherUssdClient => modem.other_client_answers_ussd(at),
            Action::SetPlace(place) => modem.set_place(at, *place),
            Action::SetSatellites(count) => modem.set_satellites(at, *count),
            Action::SetPower(power) => modem.set_power(at, *power),
            Action::OmaAlert(alert) => modem.alert_oma(at, *alert),
            Action::SetDate(date) => modem.set_date(at, *date),
        }
    }

    /// A transfer from the host.
    pub(crate) fn receive(&mut self, now: Instant, face: usize, transfer: &[u8]) -> Result<(), InProcessError> {
        self.run(now);
        if !self.plugged {
            return Err(InProcessError::Unplugged);
        }
        if let Some((modem, shown)) = self.shown(face) {
            shown.receive(now, modem, transfer);
        }
        Ok(())
    }

    /// The next transfer to the host; `None` when there is none now.
    pub(crate) fn transmit(
        &mut self,
        now: Instant,
        face: usize,
        buf: &mut [u8],
    ) -> Result<Option<usize>, InProcessError> {
        self.run(now);
        if !self.plugged {
            return Err(InProcessError::Unplugged);
        }
        self.shown(face).map_or(Ok(None), |(modem, shown)| shown.transmit(now, modem, buf))
    }

    /// The host has closed the stream that carries the messages.
    pub(crate) fn close(&mut self, now: Instant, face: usize) {
        if let Some((modem, shown)) = self.shown(face) {
            shown.face.close(now, modem);
            shown.left.clear();
        }
    }

    /// When there is something to do next.
    pub(crate) fn poll_at(&self) -> Instant {
        let faces = std::iter::once(&self.first).chain(&self.others).filter(|_| self.plugged);
        let at = faces.filter_map(|shown| shown.poll_at(&self.modem)).min();
        at.unwrap_or(Instant::FAR).min(self.poll_at_without_faces())
    }

    /// The same as long as nobody takes anything from a face.
    pub(crate) fn poll_at_without_faces(&self) -> Instant {
        self.modem.poll_at().into_iter().chain(self.next_event()).min().unwrap_or(Instant::FAR)
    }
}

/// What only a carrier with several faces needs.
#[cfg(feature = "usb")]
impl Machine<'_> {
    /// How many faces there are.
    pub(crate) fn faces(&self) -> usize {
        self.others.len().saturating_add(1)
    }

    /// How often the modem was plugged in, not counting that it was at the start.
    pub(crate) const fn plugs(&self) -> u32 {
        self.plugs
    }

    /// The carrier begins anew, and with it the host of a face.
    pub(crate) fn reset(&mut self, now: Instant, face: usize) {
        if let Some((modem, shown)) = self.shown(face) {
            shown.reset(now, modem);
        }
    }

    /// The host of an AT port drops DTR.
    pub(crate) fn terminal_not_ready(&mut self, now: Instant, face: usize) {
        if let Some((modem, shown)) = self.shown(face) {
            if let Face::At(port) = &mut *shown.face {
                port.terminal_not_ready(now, modem);
            }
        }
    }

    /// When there is something to be had from a face.
    pub(crate) fn poll_at_of(&self, face: usize) -> Option<Instant> {
        self.look(face).filter(|_| self.plugged).and_then(|shown| shown.poll_at(&self.modem))
    }

    /// Whether the host of an AT port must wait before it sends more on the line.
    pub(crate) fn is_full(&self, face: usize) -> bool {
        self.look(face).is_some_and(|shown| shown.pipes.is_full())
    }

    /// What an AT port tells on its lines: that the modem is there, a connection, a call.
    pub(crate) fn serial_state(&self, face: usize) -> SerialState {
        let mut state = SerialState::READY;
        if let Some(Face::At(port)) = self.look(face).map(|shown| &*shown.face) {
            if let Some(line) = port.function(0) {
                state.set(SerialState::CARRIER, line.carrier_detect());
                state.set(SerialState::RING, line.ring_indicator());
            }
        }
        state
    }

    fn look(&self, face: usize) -> Option<&Shown<'_>> {
        match face.checked_sub(1) {
            None => Some(&self.first),
            Some(place) => self.others.get(place),
        }
    }
}
