//! What all doors do: cut what the client writes into messages for the modem, and queue the modem's messages for the
//! client.

use std::mem;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use wwan::channel::LinuxClock;
use wwan::channel::blocking::MessageChannel;
use wwan::channel::framed::{AnyFraming, Deframer, Feed, Framing as _, Verdict};
use wwan::time::{Instant, Millis};

use super::watch::Watched;
use crate::InProcess;

/// The longest message that is taken from a client, in bytes.
const LONGEST: usize = 8192;
/// The longest message that is taken from the modem, in bytes.
const TRANSFER: usize = 16 * 1024;
/// Bytes for the client that may wait. Above that the modem is left to keep its messages, and the client's are left
/// unread: whoever does not listen is not listened to.
const WAITING: usize = 16 * 1024;
/// Bytes from the client that are read before the modem sees them: more than a terminal holds.
const UNSEEN: usize = 128 * 1024;
/// How often time is looked at while the client does not read.
const PATIENCE: Millis = Millis(100);
/// Bytes that are read at once.
const CHUNK: usize = 4096;

/// What an attempt to read or write came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moved {
    /// So many bytes.
    Bytes(usize),
    /// Nothing at the moment.
    Nothing,
    /// Nothing any more: the other end is closed.
    Closed,
}

/// Reads what is there.
pub(super) fn read(fd: BorrowedFd<'_>, buf: &mut [u8]) -> Moved {
    loop {
        match rustix::io::read(fd, &mut *buf) {
            Ok(0) => return Moved::Closed,
            Ok(count) => return Moved::Bytes(count),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => return Moved::Nothing,
            Err(_) => return Moved::Closed,
        }
    }
}

/// One stream between clients and the modem.
#[derive(Debug)]
pub(super) struct Stream {
    /// What cuts it into messages; without, all bytes that come together are one.
    cut: Option<(AnyFraming, Deframer<Vec<u8>, AnyFraming>)>,
    /// What the client has written and nobody has looked at yet.
    inbox: Vec<u8>,
    /// What the client has still to read, from `sent` on.
    outbox: Vec<u8>,
    sent: usize,
    transfer: Vec<u8>,
}

impl Stream {
    pub(super) fn new(framing: Option<AnyFraming>) -> Self {
        Self {
            cut: framing.map(|framing| (framing, Deframer::with_framing(vec![0; LONGEST], framing))),
            inbox: Vec::new(),
            outbox: Vec::new(),
            sent: 0,
            transfer: vec![0; TRANSFER],
        }
    }

    /// Whether the client reads too slowly for more.
    fn is_full(&self) -> bool {
        self.outbox.len().saturating_sub(self.sent) >= WAITING
    }

    /// Whether the client is listened to: it reads, and what it has written is not piling up.
    pub(super) fn takes_more(&self) -> bool {
        !self.is_full() && self.inbox.len() < UNSEEN
    }

    /// When there is something to do: at once if what the client has written can be looked at now, when `modem` says
    /// otherwise, and a little later if the client does not read, because time goes on all the same.
    pub(super) fn poll_at(&self, modem: &mut InProcess<'_>) -> Instant {
        if self.is_full() {
            LinuxClock::now() + PATIENCE
        } else if !self.inbox.is_empty() {
            Instant(0)
        } else {
            modem.poll_at()
        }
    }

    /// Whether anything waits to be written.
    pub(super) fn is_waiting(&self) -> bool {
        self.sent < self.outbox.len()
    }

    /// Reads what the client has written. [`carry`](Self::carry) looks at it.
    pub(super) fn read(&mut self, fd: BorrowedFd<'_>) -> Moved {
        let mut chunk = [0; CHUNK];
        let moved = read(fd, &mut chunk);
        if let Moved::Bytes(count) = moved {
            self.inbox.extend(chunk.iter().take(count));
        }
        moved
    }

    /// Hands the modem whole messages, and takes what it answers to each, as long as there is room. Without a client
    /// what it says is lost, as it is when nobody has a real modem open; a modem that is off its carrier misses what it
    /// is told.
    pub(super) fn carry(&mut self, modem: &mut Watched<'_>, client: bool) {
        let inbox = mem::take(&mut self.inbox);
        let mut input = inbox.as_slice();
        self.fetch(modem, client);
        while !self.is_full() {
            let Some((_, deframer)) = &mut self.cut else {
                if !input.is_empty() {
                    let _ = modem.send(input);
                    self.fetch(modem, client);
                }
                input = &[];
                break;
            };
            match deframer.feed(input) {
                Feed::Consumed => {
                    input = &[];
                    break;
                }
                Feed::Message { message, rest } => {
                    let _ = modem.send(message);
                    input = rest;
                }
                Feed::Oversize { rest, .. } => input = rest,
            }
            self.fetch(modem, client);
        }
        self.inbox.extend_from_slice(input);
    }

    fn fetch(&mut self, modem: &mut Watched<'_>, client: bool) {
        while !self.is_full() {
            let Ok(Some(length)) = modem.receive(&mut self.transfer, Instant(0)) else {
                return;
            };
            if client {
                self.outbox.extend(self.transfer.iter().take(length));
            }
        }
    }

    /// Writes as much as the client takes.
    pub(super) fn write(&mut self, fd: BorrowedFd<'_>) -> Moved {
        let mut total = 0_usize;
        loop {
            let rest = self.outbox.get(self.sent..).unwrap_or_default();
            if rest.is_empty() {
                self.outbox.clear();
                self.sent = 0;
                return if total > 0 { Moved::Bytes(total) } else { Moved::Nothing };
            }
            match rustix::io::write(fd, rest) {
                Ok(0) | Err(Errno::AGAIN) => return Moved::Nothing,
                Ok(count) => {
                    self.sent = self.sent.saturating_add(count);
                    total = total.saturating_add(count);
                }
                Err(Errno::INTR) => {}
                Err(_) => return Moved::Closed,
            }
        }
    }

    /// A client is gone: half a message of its is garbage, and nobody reads what was meant for it. The whole messages
    /// that it had written reach the modem.
    ///
    /// With `another` client there already, some of what was read is that one's: the end of it, if that is whole
    /// messages. It gets all answers from now on; it has to expect late answers to its predecessor anyway. A line has no
    /// messages that would tell: there the modem first loses its host, which ends data mode, and then hears everything.
    pub(super) fn reset(&mut self, modem: &mut Watched<'_>, another: bool) {
        self.outbox.clear();
        self.sent = 0;
        let Some((framing, _)) = &self.cut else {
            if !another {
                self.carry(modem, false);
            }
            super::watch::modem(modem).close();
            return;
        };
        let fresh = if another { whole_end(*framing, &self.inbox) } else { None };
        let later = fresh.map(|at| self.inbox.split_off(at));
        self.carry(modem, another);
        if let Some((_, deframer)) = &mut self.cut {
            deframer.boundary();
        }
        self.inbox.extend(later.unwrap_or_default());
    }
}

/// Where the longest end of `bytes` begins that is nothing but whole messages.
fn whole_end(framing: AnyFraming, bytes: &[u8]) -> Option<usize> {
    (0..bytes.len()).find(|at| {
        let mut rest = bytes.get(*at..).unwrap_or_default();
        while let Verdict::Message(length) = framing.judge(rest) {
            let Some(behind) = rest.get(length..) else { return false };
            if behind.is_empty() {
                return true;
            }
            rest = behind;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use wwan::channel::MbimFraming;

    use super::*;

    #[test]
    fn the_end_that_is_whole_messages_is_found() {
        const OPEN: [u8; 16] = [1, 0, 0, 0, 16, 0, 0, 0, 7, 0, 0, 0, 0, 16, 0, 0];
        const LONG: [u8; 12] = [3, 0, 0, 0, 0, 16, 0, 0, 7, 0, 0, 0];
        let cases: &[(&[&[u8]], Option<usize>)] = &[
            (&[], None),
            (&[&OPEN], Some(0)),
            (&[&OPEN, &OPEN], Some(0)),
            (&[&OPEN[..9], &OPEN], Some(9)),
            (&[&LONG, &OPEN, &OPEN], Some(12)),
            (&[&[0xff; 100], &OPEN], Some(100)),
            (&[&OPEN, &OPEN[..9]], None),
            (&[&[0; 50]], None),
        ];
        for (parts, expected) in cases {
            let framing = MbimFraming::default().into();
            assert_eq!(whole_end(framing, &parts.concat()), *expected, "{parts:?}");
        }
    }
}
