//! What all doors do: cut what the client writes into messages for the modem, and queue the modem's messages for the
//! client.

use std::os::fd::BorrowedFd;

use rustix::io::Errno;
use wwan::channel::blocking::MessageChannel;
use wwan::channel::framed::{Deframer, Feed};
use wwan::time::Instant;

use super::watch::Watched;

/// The longest message that is taken from a client, in bytes.
const LONGEST: usize = 8192;
/// Bytes for the client that may wait. Above that the modem is left to keep its messages, and the client's are left
/// unread: whoever does not listen is not listened to.
const WAITING: usize = 16 * 1024;
/// Bytes from the client that are read before the modem sees them: more than a terminal holds.
const UNSEEN: usize = 128 * 1024;
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
    deframer: Deframer<Vec<u8>>,
    /// What the client has written and nobody has looked at yet.
    inbox: Vec<u8>,
    /// What the client has still to read, from `sent` on.
    outbox: Vec<u8>,
    sent: usize,
    transfer: Vec<u8>,
}

impl Stream {
    pub(super) fn new() -> Self {
        Self {
            deframer: Deframer::new(vec![0; LONGEST]),
            inbox: Vec::new(),
            outbox: Vec::new(),
            sent: 0,
            transfer: vec![0; LONGEST],
        }
    }

    /// Whether the client reads too slowly for more.
    pub(super) fn is_full(&self) -> bool {
        self.outbox.len().saturating_sub(self.sent) >= WAITING
    }

    /// Whether the client is listened to: it reads, and what it has written is not piling up.
    pub(super) fn takes_more(&self) -> bool {
        !self.is_full() && self.inbox.len() < UNSEEN
    }

    /// Whether anything waits to be written.
    pub(super) fn is_waiting(&self) -> bool {
        self.sent < self.outbox.len()
    }

    /// Reads what the client has written. [`feed`](Self::feed) looks at it.
    pub(super) fn read(&mut self, fd: BorrowedFd<'_>) -> Moved {
        let mut chunk = [0; CHUNK];
        let moved = read(fd, &mut chunk);
        if let Moved::Bytes(count) = moved {
            self.inbox.extend(chunk.iter().take(count));
        }
        moved
    }

    /// Hands the modem whole messages. A modem that is off its carrier misses them.
    pub(super) fn feed(&mut self, modem: &mut Watched<'_>) {
        let mut input = self.inbox.as_slice();
        loop {
            match self.deframer.feed(input) {
                Feed::Consumed => break,
                Feed::Message { message, rest } => {
                    let _ = modem.send(message);
                    input = rest;
                }
                Feed::Oversize { rest, .. } => input = rest,
            }
        }
        self.inbox.clear();
    }

    /// Takes messages from the modem as long as there is room. Without a client they are lost, as they are when nobody
    /// has a real modem open.
    pub(super) fn fetch(&mut self, modem: &mut Watched<'_>, client: bool) {
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

    /// The client is gone: half a message of its is garbage, and nobody reads what was meant for it. Whole messages
    /// that it had written stay.
    pub(super) fn reset(&mut self, modem: &mut Watched<'_>) {
        self.feed(modem);
        self.deframer.boundary();
        self.outbox.clear();
        self.sent = 0;
    }
}
