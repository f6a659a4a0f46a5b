//! A link: packets of several sessions into transfers and back, with what is dropped on the way counted.

use core::cell::Cell;
use core::fmt;

use super::framing::{AnyReader, AnyWriter, Flow, Reader, Transfer, Writer};
use super::session::{Session, carry, count};
use super::{AnyLink, Verdict};
use crate::time::{Instant, Millis};

/// A packet from the modem, lent from its transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Number of its session.
    pub session: u8,
    /// The IP packet.
    pub bytes: &'a [u8],
    /// What is known of its checksum.
    pub checksum: Verdict,
}

/// Why a packet was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PushError {
    /// The transfer has no room for it: flush the transfer, then push again.
    Full,
    /// The modem takes no packets of this session now: push again when it does.
    Blocked,
    /// No session with this number is open; the packet is lost.
    NoSession,
    /// Longer than the MTU, or than any transfer; the packet is lost.
    TooLong,
    /// Neither IPv4 nor IPv6; the packet is lost.
    NotIp,
}

impl PushError {
    /// Whether the packet is lost, because pushing it again is of no use.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Full | Self::Blocked)
    }
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "transfer is full",
            Self::Blocked => "modem takes no packets of the session now",
            Self::NoSession => "session is not open",
            Self::TooLong => "packet longer than the MTU",
            Self::NotIp => "neither IPv4 nor IPv6",
        })
    }
}

impl core::error::Error for PushError {}

/// What was counted of a link. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct LinkCounters {
    /// Transfers from the modem that held anything.
    pub received: u32,
    /// Transfers to the modem.
    pub sent: u32,
    /// Transfers from the modem that were refused as a whole.
    pub refused_transfers: u32,
    /// Parts of transfers that were refused.
    pub refused_parts: u32,
    /// How often transfers were missing before one.
    pub gaps: u32,
    /// Packets from the modem for sessions that are not open.
    pub unknown_session: u32,
    /// Packets from the modem that are not of IP sessions.
    pub others: u32,
    /// Packets to the modem of sessions that are not open.
    pub no_session: u32,
    /// Commands of the modem.
    pub commands: u32,
    /// Transfers to the modem of which nobody knows whether they went, because their sending was dropped or failed.
    pub interrupted: u32,
}

/// The direction to the modem.
#[derive(Debug)]
pub struct Uplink<'b, W> {
    writer: W,
    sessions: &'b [Session],
    delay: Millis,
    due: Option<Instant>,
    sent: u32,
    no_session: u32,
    interrupted: u32,
    /// A transfer is on its way.
    pub(super) sending: bool,
}

/// The direction from the modem.
#[derive(Debug)]
pub struct Downlink<'b, R> {
    reader: R,
    sessions: &'b [Session],
    unknown_session: Cell<u32>,
}

/// Both directions: packets in, transfers out, and the other way round.
///
/// What is pushed is copied once, into the memory of the transfer; what is received is lent from the transfer. No more than
/// one transfer is made at a time: send it before the next packet is pushed.
#[derive(Debug)]
pub struct Link<'b, W: Writer, R> {
    up: Uplink<'b, W>,
    down: Downlink<'b, R>,
    flow: W::Flow,
}

/// Whether a packet is one of IPv4 or IPv6, as far as its first byte tells.
fn is_ip(packet: &[u8]) -> bool {
    packet.first().is_some_and(|byte| matches!(byte >> 4, 4 | 6))
}

impl<'b, W: Writer, R: Reader<Flow = W::Flow>> Link<'b, W, R> {
    /// A link of this writer and this reader, for all sessions that `sessions` has or will have open. A packet waits for
    /// others at most `delay`; 0 for none.
    pub fn with(writer: W, reader: R, sessions: &'b [Session], delay: Millis) -> Self {
        let up = Uplink { writer, sessions, delay, due: None, sent: 0, no_session: 0, interrupted: 0, sending: false };
        Self { up, down: Downlink { reader, sessions, unknown_session: Cell::new(0) }, flow: W::Flow::default() }
    }

    /// Adds a packet to the transfer to the modem.
    ///
    /// # Errors
    ///
    /// [`PushError`]; what is lost is counted.
    pub fn push(&mut self, now: Instant, session: u8, packet: &[u8]) -> Result<(), PushError> {
        self.up.push(now, session, packet, &self.flow)
    }

    /// Whether the modem takes packets of this session now.
    pub fn may_send(&self, session: u8) -> bool {
        self.flow.forget_former(self.up.sessions);
        self.flow.may_send(session)
    }

    /// The transfer to the modem, if it has to leave: because it is full, or because it is [due](Self::poll_at).
    pub fn transmit(&mut self, now: Instant) -> Option<Transfer<'_>> {
        self.up.transmit(now, &self.flow)
    }

    /// The transfer to the modem, if there is anything in it: because a packet found no room.
    pub fn flush(&mut self) -> Option<Transfer<'_>> {
        self.up.push_answers(&self.flow);
        self.up.take()
    }

    /// When there is something to [transmit](Self::transmit).
    pub fn poll_at(&self) -> Option<Instant> {
        self.up.poll_at(&self.flow)
    }

    /// Takes a transfer from the modem and hands on its packets; `packet` says whether there was room for it, and what finds
    /// none is lost and counted. What the modem says of its flow is obeyed from then on, and the answer is the next thing to
    /// transmit.
    pub fn receive(&mut self, transfer: &[u8], packet: impl FnMut(Packet<'_>) -> bool) {
        self.down.receive(transfer, &self.flow, packet);
    }

    /// Starts anew after a reset of the function. What waits is lost; the counters stay.
    pub fn reset(&mut self) {
        self.up.reset();
        self.down.reader.reset();
        self.flow = W::Flow::default();
    }

    /// What was counted so far; what is of a session it has [itself](Session::counters).
    pub fn counters(&self) -> LinkCounters {
        let read = self.down.reader.counters();
        LinkCounters {
            received: read.transfers,
            sent: self.up.sent,
            refused_transfers: read.refused_transfers,
            refused_parts: read.refused_parts,
            gaps: read.gaps,
            unknown_session: self.down.unknown_session.get(),
            others: read.others,
            no_session: self.up.no_session,
            commands: read.commands,
            interrupted: self.up.interrupted,
        }
    }

    /// What the modem has said of the flow of its sessions.
    pub const fn flow(&self) -> &W::Flow {
        &self.flow
    }

    /// The two directions, which two tasks of one thread can have, and what they share.
    pub const fn split(&mut self) -> (&mut Uplink<'b, W>, &mut Downlink<'b, R>, &W::Flow) {
        (&mut self.up, &mut self.down, &self.flow)
    }
}

impl<'b> AnyLink<'b> {
    /// A link of a framing that was chosen at run time.
    pub fn any(writer: AnyWriter<'b>, reader: AnyReader, sessions: &'b [Session], delay: Millis) -> Self {
        Self::with(writer, reader, sessions, delay)
    }
}

impl<W: Writer> Uplink<'_, W> {
    /// As [`Link::push`].
    ///
    /// # Errors
    ///
    /// As those of [`Link::push`].
    pub fn push(&mut self, now: Instant, session: u8, packet: &[u8], flow: &W::Flow) -> Result<(), PushError> {
        let Some(place) = Session::find(self.sessions, session) else {
            self.no_session = self.no_session.saturating_add(1);
            return Err(PushError::NoSession);
        };
        if !is_ip(packet) {
            count(&place.sent_not_ip);
            return Err(PushError::NotIp);
        }
        flow.forget_former(self.sessions);
        if !flow.may_send(session) {
            return Err(PushError::Blocked);
        }
        // What the modem waits for goes first.
        if !self.push_answers(flow) {
            return Err(PushError::Full);
        }
        let fits = packet.len() <= usize::from(place.mtu());
        match if fits { self.writer.push(session, packet) } else { Err(PushError::TooLong) } {
            Ok(()) => carry(&place.sent, &place.sent_bytes, packet),
            Err(error) => {
                if error.is_final() {
                    count(&place.sent_too_long);
                }
                return Err(error);
            }
        }
        // The first packet says when all have to leave.
        if self.due.is_none() {
            self.due = Some(now + self.delay);
        }
        Ok(())
    }

    /// Adds what the modem waits for; `true` if there is room for all of it.
    fn push_answers(&mut self, flow: &W::Flow) -> bool {
        if !flow.has_answers() {
            return true;
        }
        let all = self.writer.push_answers(flow);
        if !self.writer.is_empty() {
            self.due = Some(Instant(0));
        }
        all
    }

    /// Whether a transfer has to leave.
    pub(super) fn is_due(&mut self, now: Instant, flow: &W::Flow) -> bool {
        !self.push_answers(flow) || self.writer.is_full() || self.due.is_some_and(|due| due <= now)
    }

    /// As [`Link::transmit`].
    pub fn transmit(&mut self, now: Instant, flow: &W::Flow) -> Option<Transfer<'_>> {
        if self.is_due(now, flow) { self.take() } else { None }
    }

    /// The transfer, if there is anything in it.
    pub fn take(&mut self) -> Option<Transfer<'_>> {
        self.due = None;
        let transfer = self.writer.take()?;
        self.sent = self.sent.saturating_add(1);
        Some(transfer)
    }

    /// As [`Link::poll_at`].
    pub fn poll_at(&self, flow: &W::Flow) -> Option<Instant> {
        if self.writer.is_full() || flow.has_answers() { Some(Instant(0)) } else { self.due }
    }

    /// A transfer that was given out may be lost.
    pub(super) const fn interrupt(&mut self) {
        self.interrupted = self.interrupted.saturating_add(1);
        self.sending = false;
    }

    fn reset(&mut self) {
        self.due = None;
        self.writer.reset();
    }
}

impl<R: Reader> Downlink<'_, R> {
    /// As [`Link::receive`].
    pub fn receive(&mut self, transfer: &[u8], flow: &R::Flow, mut packet: impl FnMut(Packet<'_>) -> bool) {
        let (sessions, unknown) = (self.sessions, &self.unknown_session);
        // Before the commands in it, which are about the sessions of now.
        flow.forget_former(sessions);
        self.reader.read(transfer, flow, |received| {
            let Some(session) = Session::find(sessions, received.session) else {
                return count(unknown);
            };
            if !is_ip(received.bytes) {
                return count(&session.received_not_ip);
            }
            match received.checksum {
                Verdict::Unknown => {}
                Verdict::Right => count(&session.checksum_right),
                Verdict::Wrong => count(&session.checksum_wrong),
            }
            if packet(received) {
                carry(&session.received, &session.received_bytes, received.bytes);
            } else {
                count(&session.received_no_room);
            }
        });
    }
}
