//! What is behind `CONNECT` of an AT modem: nobody, the host's own bytes, or the program around the modem.

use std::collections::VecDeque;

use wwan::device::at::{Mode, Port};

use crate::machine::CHANNELS;
use crate::scenario::Behind;

/// Bytes of a connection that may wait. Above that the host is told to stop where it can be told, on a channel of the
/// multiplexer; else what comes is lost, as on a line without flow control.
const WAITING: usize = 16 * 1024;

/// One connection's bytes.
#[derive(Debug, Default)]
struct Pipe {
    from_host: VecDeque<u8>,
    to_host: VecDeque<u8>,
}

/// The connections of all channels, 0 being the line itself.
#[derive(Debug)]
pub(crate) struct Pipes {
    behind: Behind,
    pipes: [Pipe; CHANNELS + 1],
    lost: u64,
}

impl Pipes {
    pub(crate) fn new(behind: Behind) -> Self {
        Self { behind, pipes: Default::default(), lost: 0 }
    }

    /// Data from the host.
    pub(crate) fn take(&mut self, channel: u8, data: &[u8]) {
        let Some(pipe) = self.pipes.get_mut(usize::from(channel)) else { return };
        let queue = match self.behind {
            Behind::Nobody => return,
            Behind::LoopBack => &mut pipe.to_host,
            Behind::Program => &mut pipe.from_host,
        };
        let room = WAITING.saturating_mul(2).saturating_sub(queue.len());
        queue.extend(data.iter().take(room));
        let lost = data.len().saturating_sub(room);
        self.lost = self.lost.saturating_add(u64::try_from(lost).unwrap_or(u64::MAX));
    }

    /// Tells the host where to stop, and where to go on.
    pub(crate) fn hold(&self, port: &mut Port<'_, CHANNELS>) {
        for (channel, pipe) in (0..).zip(&self.pipes).skip(1) {
            port.hold(channel, pipe.from_host.len().max(pipe.to_host.len()) > WAITING);
        }
    }

    /// Whether the host should stop on the line itself, where its carrier can stop it.
    #[cfg(feature = "usb")]
    pub(crate) fn is_full(&self) -> bool {
        let [line, ..] = &self.pipes;
        line.from_host.len().max(line.to_host.len()) > WAITING
    }

    /// Hands the host what waits for it. What waits for a connection that has ended is lost.
    pub(crate) fn give(&mut self, port: &mut Port<'_, CHANNELS>) {
        for (channel, pipe) in (0..).zip(&mut self.pipes) {
            if !matches!(port.mode(channel), Some(Mode::Data(_))) {
                // Behind an escape it goes on.
                if !port.function(channel).is_some_and(|function| function.has_connection()) {
                    pipe.to_host.clear();
                }
                continue;
            }
            let taken = port.send_data(channel, pipe.to_host.make_contiguous());
            drop(pipe.to_host.drain(..taken));
        }
        self.hold(port);
    }

    /// What the host has sent on a channel.
    pub(crate) fn read(&mut self, channel: u8) -> Vec<u8> {
        self.pipes.get_mut(usize::from(channel)).map(|pipe| pipe.from_host.drain(..).collect()).unwrap_or_default()
    }

    /// Lets the host have bytes on a channel.
    pub(crate) fn write(&mut self, channel: u8, data: &[u8]) {
        if let Some(pipe) = self.pipes.get_mut(usize::from(channel)) {
            pipe.to_host.extend(data);
        }
    }

    /// Bytes of hosts for which there was no room.
    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }
}
