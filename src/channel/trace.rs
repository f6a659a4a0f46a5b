//! Reports every message that passes a channel, so that a program can print or count its control traffic.

use super::{Clock, Direction, MessageChannel, blocking};
use crate::time::Instant;

/// Takes the reports of a [`Tracer`]. Every closure of the same shape is one.
pub trait Sink {
    /// One message passed at `at`. `bytes` are exactly what the channel was given or has handed out.
    fn message(&mut self, at: Instant, direction: Direction, bytes: &[u8]);
}

impl<F: FnMut(Instant, Direction, &[u8])> Sink for F {
    fn message(&mut self, at: Instant, direction: Direction, bytes: &[u8]) {
        self(at, direction, bytes);
    }
}

/// Middleware that reports every message to a [`Sink`].
///
/// A message to send is reported before the channel takes it, so that a trace holds everything that can have left,
/// whether or not `send` completed. `K` is the clock: the async channel needs one ([`with_clock`](Self::with_clock)),
/// the blocking one has its own.
///
/// # Cancellation
///
/// As the inner channel's.
#[derive(Debug)]
pub struct Tracer<C, S, K = ()> {
    channel: C,
    sink: S,
    clock: K,
}

impl<C, S: Sink> Tracer<C, S> {
    /// Wraps a blocking channel.
    pub const fn new(channel: C, sink: S) -> Self {
        Self { channel, sink, clock: () }
    }
}

impl<C, S: Sink, K> Tracer<C, S, K> {
    /// Wraps an async channel. The clock may be a reference.
    pub const fn with_clock(channel: C, sink: S, clock: K) -> Self {
        Self { channel, sink, clock }
    }

    /// The wrapped channel.
    pub const fn channel_mut(&mut self) -> &mut C {
        &mut self.channel
    }

    /// The sink.
    pub const fn sink_mut(&mut self) -> &mut S {
        &mut self.sink
    }

    /// Gives the channel and the sink back.
    pub fn into_inner(self) -> (C, S) {
        (self.channel, self.sink)
    }
}

impl<C: MessageChannel, S: Sink, K: Clock> MessageChannel for Tracer<C, S, K> {
    type Error = C::Error;

    async fn send(&mut self, message: &[u8]) -> Result<(), C::Error> {
        self.sink.message(self.clock.now(), Direction::Sent, message);
        self.channel.send(message).await
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, C::Error> {
        let length = self.channel.receive(buf).await?;
        self.sink.message(self.clock.now(), Direction::Received, buf.get(..length).unwrap_or(&[]));
        Ok(length)
    }

    fn max_message(&self) -> usize {
        self.channel.max_message()
    }

    fn boundary(&mut self) {
        self.channel.boundary();
    }
}

impl<C: blocking::MessageChannel, S: Sink, K> blocking::MessageChannel for Tracer<C, S, K> {
    type Error = C::Error;

    fn send(&mut self, message: &[u8]) -> Result<(), C::Error> {
        self.sink.message(self.channel.now(), Direction::Sent, message);
        self.channel.send(message)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, C::Error> {
        let length = self.channel.receive(buf, deadline)?;
        if let Some(length) = length {
            self.sink.message(self.channel.now(), Direction::Received, buf.get(..length).unwrap_or(&[]));
        }
        Ok(length)
    }

    fn max_message(&self) -> usize {
        self.channel.max_message()
    }

    fn now(&self) -> Instant {
        self.channel.now()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    use std::vec::Vec;

    use super::{Direction, Instant, Tracer, blocking};
    use crate::channel::testing::block_on;
    use crate::channel::{Pipe, PipeError};

    #[test]
    fn reports_both_directions_async() {
        use crate::channel::MessageChannel;
        let (mut a, mut b) = ([0; 32], [0; 32]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (host, mut function) = pipe.split();
        let clock = host.clock();
        let mut seen = Vec::new();
        let sink = |at: Instant, direction, bytes: &[u8]| seen.push((at.0, direction, bytes.to_vec()));
        let mut host = Tracer::with_clock(host, sink, clock);
        let mut buf = [0; 32];
        block_on(async {
            host.send(b"ask").await.unwrap();
            clock.set(Instant(7));
            function.send(b"answer").await.unwrap();
            assert_eq!(host.receive(&mut buf).await, Ok(6));
            assert_eq!(host.send(&[0; 64]).await, Err(PipeError::TooLong { needed: 64 }));
        });
        assert_eq!(
            seen,
            [
                (0, Direction::Sent, b"ask".to_vec()),
                (7, Direction::Received, b"answer".to_vec()),
                (7, Direction::Sent, std::vec![0; 64]), // tried
            ]
        );
    }

    #[test]
    fn reports_both_directions_blocking() {
        use blocking::MessageChannel;
        let (mut a, mut b) = ([0; 32], [0; 32]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (host, mut function) = pipe.split();
        let mut seen = Vec::new();
        let sink = |at: Instant, direction, bytes: &[u8]| seen.push((at.0, direction, bytes.to_vec()));
        let mut host = Tracer::new(host, sink);
        let mut buf = [0; 32];
        host.send(b"ask").unwrap();
        assert_eq!(host.receive(&mut buf, Instant(3)), Ok(None));
        function.send(b"answer").unwrap();
        assert_eq!(host.receive(&mut buf, Instant(9)), Ok(Some(6)));
        assert_eq!((host.max_message(), host.now()), (28, Instant(3)));
        assert_eq!(seen, [(0, Direction::Sent, b"ask".to_vec()), (3, Direction::Received, b"answer".to_vec())]);
    }
}
