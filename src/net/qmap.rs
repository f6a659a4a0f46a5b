//! Packets in the transfers of QMAP, and the flow control that the modem has over it.

use core::cell::{Cell, RefCell};

use heapless::Deque;
use qmi_wire::qmap::{
    self, Aggregator, Body, Checksum, Command, CommandKind, CommandName, Config, Direction, Receiver, Version,
};

use super::framing::{Flow, ReadCounters, Reader, Transfer, Writer};
use super::link::{Link, Packet, PushError};
use super::session::Session;
use super::{Verdict, checksum};
use crate::time::Millis;

/// Answers that can wait. A modem awaits each before it asks again.
const ANSWERS: usize = 4;

/// What the modem has said of the flow of its sessions.
#[derive(Debug, Default)]
pub struct FlowControl {
    /// A bit for each mux id: it must wait.
    waiting: [Cell<u64>; 4],
    answers: RefCell<Deque<(u8, Command), ANSWERS>>,
    /// Answers for which there was no room.
    unanswered: Cell<u32>,
}

impl FlowControl {
    /// Where the bit of a mux id stands.
    fn bit(&self, session: u8) -> Option<(&Cell<u64>, u64)> {
        Some((self.waiting.get(usize::from(session >> 6))?, 1_u64.checked_shl(u32::from(session & 63))?))
    }

    fn set(&self, session: u8, waiting: bool) {
        if let Some((word, bit)) = self.bit(session) {
            word.set(if waiting { word.get() | bit } else { word.get() & !bit });
        }
    }

    /// Commands that the modem got no answer to, because too many came at once, or because there is no memory for any.
    #[must_use]
    pub fn unanswered(&self) -> u32 {
        self.unanswered.get()
    }

    /// Does what a command says, and keeps the answer.
    fn obey(&self, session: u8, command: Command) {
        if command.kind() != CommandKind::Request {
            return; // we ask for nothing
        }
        let kind = match command.name {
            CommandName::FLOW_DISABLE | CommandName::FLOW_ENABLE => {
                self.set(session, command.name == CommandName::FLOW_DISABLE);
                CommandKind::Ack
            }
            _ => CommandKind::Unsupported,
        };
        let kept = self.answers.try_borrow_mut().map(|mut answers| answers.push_back((session, command.answer(kind))));
        if !matches!(kept, Ok(Ok(()))) {
            self.count_unanswered();
        }
    }

    fn count_unanswered(&self) {
        self.unanswered.set(self.unanswered.get().saturating_add(1));
    }
}

impl Flow for FlowControl {
    fn may_send(&self, session: u8) -> bool {
        self.bit(session).is_none_or(|(word, bit)| word.get() & bit == 0)
    }

    fn has_answers(&self) -> bool {
        self.answers.try_borrow().is_ok_and(|answers| !answers.is_empty())
    }

    fn forget_former(&self, sessions: &[Session]) {
        for session in sessions.iter().filter_map(Session::newly_open) {
            self.set(session, false);
        }
    }
}

/// Writes transfers of QMAP.
#[derive(Debug)]
pub struct QmapWriter<'b>(Aggregator<'b, ()>);

/// Reads transfers of QMAP.
#[derive(Clone, Debug)]
pub struct QmapReader {
    receiver: Receiver,
}

/// A link of QMAP.
pub type QmapLink<'b> = Link<'b, QmapWriter<'b>, QmapReader>;

impl<'b> QmapWriter<'b> {
    /// A writer of transfers in `memory`, never longer than that.
    pub fn new(memory: &'b mut [u8], config: Config) -> Self {
        Self(Aggregator::new(memory, config))
    }
}

impl QmapReader {
    /// A reader for what was agreed.
    #[must_use]
    pub fn new(version: Version, direction: Direction) -> Self {
        Self { receiver: Receiver::new(version, direction) }
    }
}

impl<'b> QmapLink<'b> {
    /// A link whose transfers are made in `memory`, as `config` says; of a host, its direction is
    /// [`Uplink`](Direction::Uplink). The other direction has the same version. A packet waits for others at most `delay`;
    /// 0 for none.
    pub fn new(memory: &'b mut [u8], config: Config, sessions: &'b [Session], delay: Millis) -> Self {
        let other = match config.direction {
            Direction::Uplink => Direction::Downlink,
            Direction::Downlink => Direction::Uplink,
        };
        let reader = QmapReader::new(config.version, other);
        Self::with(QmapWriter::new(memory, config), reader, sessions, delay)
    }
}

impl Writer for QmapWriter<'_> {
    type Flow = FlowControl;

    fn push(&mut self, session: u8, packet: &[u8]) -> Result<(), PushError> {
        self.0.push(session, packet, ()).map_err(|error| match error {
            qmap::PushError::Full => PushError::Full,
            _ => PushError::TooLong,
        })
    }

    fn push_answers(&mut self, flow: &FlowControl) -> bool {
        let Ok(mut answers) = flow.answers.try_borrow_mut() else {
            return true;
        };
        while let Some((session, command)) = answers.front() {
            match self.0.push_command(*session, *command, ()) {
                Err(qmap::PushError::Full) => return false,
                done => {
                    // Memory for not even a command: the modem hears nothing.
                    if done.is_err() {
                        flow.count_unanswered();
                    }
                    answers.pop_front();
                }
            }
        }
        true
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_full(&self) -> bool {
        self.0.is_full()
    }

    fn take(&mut self) -> Option<Transfer<'_>> {
        let transfer = self.0.take()?;
        Some(Transfer { bytes: transfer.bytes, terminate: transfer.zero_length_packet })
    }

    fn reset(&mut self) {
        let _ = self.0.take();
    }
}

impl Reader for QmapReader {
    type Flow = FlowControl;

    fn read(&mut self, transfer: &[u8], flow: &FlowControl, mut packet: impl FnMut(Packet<'_>)) {
        for frame in self.receiver.receive(transfer) {
            let session = frame.mux_id;
            match frame.body {
                Body::Command(command) => flow.obey(session, command),
                Body::Packet { bytes, checksum } => {
                    let checksum = match checksum {
                        Checksum::Flagged => Verdict::Right,
                        Checksum::Computed { start, length, checksum } => {
                            checksum::judge(bytes, start, length, checksum)
                        }
                        Checksum::None | Checksum::Wanted { .. } => Verdict::Unknown,
                    };
                    packet(Packet { session, bytes, checksum });
                }
            }
        }
    }

    fn counters(&self) -> ReadCounters {
        let counters = self.receiver.counters();
        ReadCounters {
            transfers: counters.transfers,
            refused_parts: counters.refused,
            commands: counters.commands,
            ..ReadCounters::default()
        }
    }

    fn reset(&mut self) {}
}
