//! The multiplexer for programs without an executor: whoever waits for a channel moves the bytes of all of them.

use core::cell::RefCell;
use core::fmt;

use at_wire::cmux::Signals;
use embedded_io::ErrorKind;

use super::{Config, Counters, Ended, Error, Lines, Memory, Next, Start, State};
use crate::channel::blocking::ByteStream;
use crate::session::at::{self, Outgoing};
use crate::time::{Instant, Millis};

/// How long a modem may take nothing before a write gives up.
const PATIENCE: Millis = Millis::from_secs(10);

/// Why a call for a channel failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ChannelError<E> {
    /// The channel is not there.
    Ended(Ended),
    /// The line failed.
    Line(Error<E>),
    /// The modem takes nothing.
    TimedOut,
}

impl<E: fmt::Display> fmt::Display for ChannelError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(ended) => ended.fmt(f),
            Self::Line(error) => error.fmt(f),
            Self::TimedOut => f.write_str("the modem takes nothing"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for ChannelError<E> {}

impl<E: embedded_io::Error> embedded_io::Error for ChannelError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Ended(ended) => embedded_io::Error::kind(ended),
            Self::Line(Error::Stream(error)) => error.kind(),
            Self::Line(_) => ErrorKind::NotConnected,
            Self::TimedOut => ErrorKind::TimedOut,
        }
    }
}

/// A line with its channels.
struct Inner<'m, 'c, S> {
    lines: Lines<'m>,
    config: Config<'c>,
    stream: S,
    input: &'m mut [u8],
    output: &'m mut [u8],
}

/// A multiplexer with its line. One thread uses all its channels.
pub struct Mux<'m, 'c, S> {
    inner: RefCell<Inner<'m, 'c, S>>,
}

impl<S> fmt::Debug for Mux<'_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mux").finish_non_exhaustive()
    }
}

impl<S: ByteStream> Inner<'_, '_, S> {
    fn send(&mut self) -> Result<(), Error<S::Error>> {
        let now = self.stream.now();
        self.lines.expire(now);
        while let Some(frame) = self.lines.transmit(self.stream.now()) {
            write_all(&mut self.stream, frame)?;
            self.lines.sent();
        }
        Ok(())
    }

    /// Sends what is to be sent, and receives once, until then at most.
    fn step(&mut self, until: Instant) -> Result<(), Error<S::Error>> {
        let mut step = || {
            self.send()?;
            if self.lines.state() == State::Closed {
                return Ok(());
            }
            let until = until.min(self.lines.poll_at());
            match self.stream.read(self.input, until).map_err(Error::Stream)? {
                Some(0) => return Err(Error::StreamEnded),
                Some(count) => {
                    let now = self.stream.now();
                    self.lines.receive(now, self.input.get(..count).unwrap_or_default());
                }
                None => {}
            }
            self.send()
        };
        let done = step();
        if done.is_err() {
            self.lines.lose(self.stream.now());
        }
        done
    }

    fn start(&mut self) -> Result<(), Error<S::Error>> {
        let Self { lines, config, stream, input, output } = self;
        let room = output.len();
        let memory = at::Memory { line: input, command: output };
        let mut start = Start::new(stream.now(), config, |framing| lines.max_frame_size(framing, room), memory);
        let mut some = [0; 32];
        loop {
            match start.next(stream.now()).map_err(Error::Start)? {
                Next::Done(session) => {
                    lines.open(stream.now(), session, config.keep_alive);
                    return Ok(());
                }
                Next::Send(outgoing) => {
                    match outgoing {
                        Outgoing::Bytes(bytes) => write_all(stream, bytes)?,
                        Outgoing::Dtr(up) => stream.set_dtr(up).map_err(Error::Stream)?,
                        Outgoing::Speed(speed) => stream.set_speed(speed).map_err(Error::Stream)?,
                    }
                    start.sent(stream.now());
                }
                Next::Receive(until) => match stream.read(&mut some, until).map_err(Error::Stream)? {
                    Some(0) => return Err(Error::StreamEnded),
                    Some(count) => start.receive(stream.now(), &mut some.get(..count).unwrap_or_default()),
                    None => {}
                },
            }
        }
    }
}

impl<'m, 'c, S: ByteStream> Mux<'m, 'c, S> {
    /// A multiplexer on the line at `stream`, closed.
    pub fn new(stream: S, config: Config<'c>, memory: Memory<'m>) -> Self {
        let Memory { session, lanes, input, output } = memory;
        let lines = Lines::new(session, lanes);
        Self { inner: RefCell::new(Inner { lines, config, stream, input, output }) }
    }

    /// Starts the multiplexer: see [`Runner::open`](super::Runner::open).
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn open(&mut self) -> Result<(), Error<S::Error>> {
        let inner = self.inner.get_mut();
        inner.start()?;
        while inner.lines.state() == State::Opening {
            inner.step(Instant::FAR)?;
        }
        if inner.lines.state() == State::Open { Ok(()) } else { Err(Error::Ended(inner.lines.ended())) }
    }

    /// The channels, in the order of their lanes. Of those without a lane all calls fail.
    pub fn channels<const N: usize>(&mut self) -> [Channel<'_, 'm, 'c, S>; N] {
        let mux = &*self;
        core::array::from_fn(|place| Channel { mux, place })
    }

    /// Closes all channels and the multiplexer; the line carries commands again then.
    ///
    /// # Errors
    ///
    /// [`Error`].
    pub fn close(&mut self) -> Result<(), Error<S::Error>> {
        let inner = self.inner.get_mut();
        inner.lines.close(inner.stream.now());
        while inner.lines.state() != State::Closed {
            inner.step(Instant::FAR)?;
        }
        Ok(())
    }

    /// The channels without I/O, such as for their counters.
    pub fn lines(&mut self) -> &mut Lines<'m> {
        &mut self.inner.get_mut().lines
    }

    /// The stream, which carries commands again if the multiplexer was closed.
    pub fn into_stream(self) -> S {
        self.inner.into_inner().stream
    }
}

/// A channel of a [`Mux`]. While it waits it moves the bytes of the others, too.
pub struct Channel<'x, 'm, 'c, S> {
    mux: &'x Mux<'m, 'c, S>,
    place: usize,
}

impl<S> fmt::Debug for Channel<'_, '_, '_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("place", &self.place).finish_non_exhaustive()
    }
}

impl<S: ByteStream> Channel<'_, '_, '_, S> {
    fn with<R>(&self, act: impl FnOnce(&mut Inner<'_, '_, S>) -> R, busy: R) -> R {
        match self.mux.inner.try_borrow_mut() {
            Ok(mut inner) => act(&mut inner),
            // A stream that uses a channel of its own line.
            Err(_) => busy,
        }
    }

    /// The modem's signals: see [`super::Channel::signals`].
    #[must_use]
    pub fn signals(&self) -> Signals {
        self.with(|inner| inner.lines.signals(self.place), Signals(1))
    }

    /// What went nowhere, on the whole line.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.with(|inner| inner.lines.counters(), Counters::default())
    }
}

impl<S: ByteStream> ByteStream for Channel<'_, '_, '_, S> {
    type Error = ChannelError<S::Error>;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        let place = self.place;
        let read = |inner: &mut Inner<'_, '_, S>| loop {
            let count = inner.lines.read(place, buf).map_err(ChannelError::Ended)?;
            if count > 0 || buf.is_empty() {
                // The modem may go on.
                inner.send().map_err(ChannelError::Line)?;
                return Ok(Some(count));
            }
            let late = inner.stream.now() >= deadline;
            inner.step(deadline).map_err(ChannelError::Line)?;
            if late {
                let count = inner.lines.read(place, buf).map_err(ChannelError::Ended)?;
                return Ok(Some(count).filter(|count| *count > 0));
            }
        };
        self.with(read, Ok(None))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let place = self.place;
        let write = |inner: &mut Inner<'_, '_, S>| {
            let until = inner.stream.now() + PATIENCE;
            loop {
                let count = inner.lines.write(place, bytes).map_err(ChannelError::Ended)?;
                if count > 0 || bytes.is_empty() {
                    inner.send().map_err(ChannelError::Line)?;
                    return Ok(count);
                }
                if inner.stream.now() >= until {
                    return Err(ChannelError::TimedOut);
                }
                inner.step(until).map_err(ChannelError::Line)?;
            }
        };
        self.with(write, Err(ChannelError::TimedOut))
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), Self::Error> {
        let signals = super::dtr(up);
        self.with(
            |inner| {
                inner.lines.set_signals(self.place, signals);
                inner.send().map_err(ChannelError::Line)
            },
            Ok(()),
        )
    }

    fn now(&self) -> Instant {
        self.with(|inner| inner.stream.now(), Instant(0))
    }
}

fn write_all<S: ByteStream>(stream: &mut S, mut bytes: &[u8]) -> Result<(), Error<S::Error>> {
    while !bytes.is_empty() {
        let count = stream.write(bytes).map_err(Error::Stream)?;
        bytes = bytes.get(count..).filter(|_| count > 0).ok_or(Error::StreamEnded)?;
    }
    stream.flush().map_err(Error::Stream)
}
