//! Whole transfers over a host controller that is better given pieces of them: because it has room for a packet only, or
//! because a transfer that it breaks off loses what has come of it. The size of the pieces is the caller's choice.

use crate::channel::{TransferIn, TransferOut};

/// Puts transfers together that come in pieces of at most some bytes, up to the short packet. What has come of a transfer
/// stays here, so that a dropped future loses nothing.
#[derive(Debug)]
pub struct ChunkedIn<'m, I> {
    pipe: I,
    chunk: usize,
    memory: &'m mut [u8],
    have: usize,
}

impl<'m, I> ChunkedIn<'m, I> {
    /// Asks `pipe` for `chunk` bytes at once: a multiple of the pipe's packet size, at least one packet. `memory` has room for
    /// the longest transfer, in whole pieces.
    #[must_use]
    pub const fn new(pipe: I, chunk: usize, memory: &'m mut [u8]) -> Self {
        Self { pipe, chunk, memory, have: 0 }
    }

    /// The pipe again.
    pub fn into_inner(self) -> I {
        self.pipe
    }
}

impl<I: TransferIn> TransferIn for ChunkedIn<'_, I> {
    type Error = I::Error;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, I::Error> {
        let limit = self.memory.len().min(buf.len());
        while self.have < limit {
            let end = self.have.saturating_add(self.chunk.max(1)).min(limit);
            let room = self.memory.get_mut(self.have..end).unwrap_or_default();
            let asked = room.len();
            match self.pipe.receive(room).await {
                Ok(received) => self.have = self.have.saturating_add(received.min(asked)),
                Err(error) => {
                    // The rest of it will not come as its continuation.
                    self.have = 0;
                    return Err(error);
                }
            }
            if self.have < end {
                break; // the short packet
            }
        }
        let have = core::mem::take(&mut self.have);
        let whole = self.memory.get(..have).unwrap_or_default();
        Ok(whole.iter().zip(buf.iter_mut()).map(|(from, to)| *to = *from).count())
    }
}

/// Sends transfers in pieces of at most some bytes.
///
/// A transfer whose future was dropped half-way is ended by an empty packet before the next one, so that the receiver sees a
/// broken one, and not two joined.
#[derive(Debug)]
pub struct ChunkedOut<O> {
    pipe: O,
    chunk: usize,
    /// A transfer has begun and not ended.
    open: bool,
}

impl<O> ChunkedOut<O> {
    /// Gives `pipe` at most `chunk` bytes at once: a multiple of the pipe's packet size, at least one packet.
    #[must_use]
    pub const fn new(pipe: O, chunk: usize) -> Self {
        Self { pipe, chunk, open: false }
    }

    /// The pipe again.
    pub fn into_inner(self) -> O {
        self.pipe
    }
}

impl<O: TransferOut> TransferOut for ChunkedOut<O> {
    type Error = O::Error;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), O::Error> {
        if self.open {
            self.pipe.send(&[], true).await?;
        }
        let mut rest = transfer;
        while let Some((piece, more)) = rest.split_at_checked(self.chunk.max(1)).filter(|(_, more)| !more.is_empty()) {
            self.open = true;
            self.pipe.send(piece, false).await?;
            rest = more;
        }
        self.open = true;
        self.pipe.send(rest, terminate).await?;
        self.open = false;
        Ok(())
    }
}
