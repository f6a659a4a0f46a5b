//! A program at the other end of a connection: what came from it, and what it has not taken yet.

use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::net::UnixStream;

use wwan::channel::framed::{AnyFraming, Deframer};
use wwan::proxy::ProgramId;

use super::LONGEST;

/// A connected program.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) socket: UnixStream,
    /// What it is called in messages.
    pub(super) name: String,
    /// The core that it is connected to, and as whom.
    pub(super) place: usize,
    pub(super) id: ProgramId,
    /// Why it is to be disconnected.
    pub(super) end: Option<End>,
    input: Deframer<Vec<u8>, AnyFraming>,
    /// What its socket has not taken yet.
    out: Vec<u8>,
    sent: usize,
}

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The program has closed it, or has died.
    Left,
    /// The program does not read its messages.
    Stuck,
    /// The program sends what is no message.
    Garbage,
    /// Its modem is gone, and it cannot begin again.
    Lost,
    /// There is no room for it where it has to go.
    NoRoom,
}

impl Program {
    /// Takes a connection, which becomes non-blocking.
    pub(super) fn new(
        socket: UnixStream,
        name: String,
        place: usize,
        id: ProgramId,
        framing: AnyFraming,
    ) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let input = Deframer::with_framing(vec![0; LONGEST], framing);
        Ok(Self { socket, name, place, id, end: None, input, out: Vec::new(), sent: 0 })
    }

    /// Reads once. What it read comes from [`take`](Self::take); that has to be called until there is nothing before
    /// this is called again.
    pub(super) fn read(&mut self) {
        match self.socket.read(self.input.space()) {
            Ok(0) => self.end = Some(End::Left),
            Ok(count) => self.input.commit(count),
            Err(error) => self.failed(&error),
        }
    }

    /// The next transfer that is complete: its length in `to`, or the length of one that is too long and lost.
    pub(super) fn take(&mut self, to: &mut [u8]) -> Option<Result<usize, usize>> {
        self.input.take(to)
    }

    /// Bytes from it that belonged to no message.
    pub(super) fn garbage(&self) -> u32 {
        self.input.counters().dropped_bytes
    }

    /// Whether it has taken everything.
    pub(super) fn is_free(&self) -> bool {
        self.out.is_empty()
    }

    /// Sends a transfer, or keeps what its socket does not take.
    pub(super) fn send(&mut self, transfer: &[u8]) {
        self.out.extend_from_slice(transfer);
        self.flush();
    }

    /// Goes on sending.
    pub(super) fn flush(&mut self) {
        while let Some(rest) = self.out.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.socket.write(rest) {
                Ok(count) => self.sent = self.sent.saturating_add(count),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(error) => {
                    self.failed(&error);
                    if self.end.is_some() {
                        break;
                    }
                }
            }
        }
        self.out.clear();
        self.sent = 0;
    }

    fn failed(&mut self, error: &io::Error) {
        if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) {
            self.end = Some(End::Left);
        }
    }
}
