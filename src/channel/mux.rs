//! Several byte streams on one serial line: the multiplexer of 3GPP TS 27.010 as a carrier, seen from the host.
//!
//! A [`Mux`] is the memory; [`Mux::split`] makes of it a [`Runner`], which owns the line to the modem and moves its bytes,
//! and one [`Channel`] for each of the modem's, which implements the [`embedded_io_async`] traits: for an AT client, PPP,
//! positions. Run the runner beside whatever uses the channels. The programs of one line share a thread: there are neither
//! locks nor critical sections in this.
//!
//! ```
//! use embedded_io_async::{Read, Write};
//! use wwan::at_wire::command::network::csq;
//! use wwan::channel::mux::{Channel, Config, Lane, Memory, Mux};
//! use wwan::channel::{Clock, SerialLine};
//! use wwan::client::{Async, at};
//! # use core::error::Error;
//!
//! # async fn gateway<S: Read + Write + SerialLine, K: Clock + Copy>(uart: S, clock: K) -> Option<()> {
//! let (mut receive, mut send, mut slots) = ([0; 134], [0; 134], [wwan::session::cmux::Channel::FREE; 2]);
//! let (mut input, mut output) = ([0; 128], [0; 134]);
//! let (mut rings, mut lent) = ([[0; 512]; 2], [[0; 128]; 2]);
//! let ([from_at, from_ppp], [to_at, to_ppp]) = (&mut rings, &mut lent);
//! let mut lanes = [Lane::new(1, from_at, to_at), Lane::new(2, from_ppp, to_ppp)];
//! let session = wwan::session::cmux::Memory { receive: &mut receive, send: &mut send, channels: &mut slots };
//! let memory = Memory { session, lanes: &mut lanes, input: &mut input, output: &mut output };
//!
//! let mut mux = Mux::new(Config::default(), memory);
//! let (mut runner, [commands, mut ppp]) = mux.split(uart, clock);
//! runner.open().await.ok()?; // AT+CMUX and all that belongs to it
//!
//! # let (mut transfer, mut answer, mut urcs, mut line, mut command) = ([0; 64], [0; 512], [0; 256], [0; 384], [0; 128]);
//! # let session = wwan::session::at::Memory { line: &mut line, command: &mut command };
//! # let memory = at::Memory { transfer: &mut transfer, answer: &mut answer, urcs: &mut urcs, session };
//! let control = runner.control();
//! let link = Async { channel: commands, clock };
//! let mut client = at::Client::new(link, wwan::session::at::Config::default(), memory);
//! let work = async {
//!     client.open().await.ok()?;
//!     client.send(&csq::Execute {}).await.ok()?;
//!     ppp.write_all(b"~").await.ok()?;
//!     control.close(); // with it the runner ends
//!     Some(())
//! };
//! // Side by side: on tasks of their own, or joined.
//! # async fn join<A: Future, B: Future>(a: A, b: B) -> (A::Output, B::Output) { (a.await, b.await) }
//! let (ran, _) = join(runner.run(), work).await;
//! ran.ok()?;
//! let uart = runner.into_stream(); // which carries commands again
//! # drop(uart);
//! # Some(())
//! # }
//! ```
//!
//! # Both directions
//!
//! A driver that is one object can do one thing at a time: while [`Runner::run`] writes it does not read, and the driver must
//! keep what comes. A driver in two halves goes in as [`Halves`], and [`Runner::run_both_ways`] then does both at the same
//! time. That is the one to take where much data goes both ways: a modem that is stopped because nobody reads may stop
//! reading, too.
//!
//! # Flow control
//!
//! What comes for a channel waits in its [`Lane`]. When that is half full the modem is asked to stop, and to go on when three
//! quarters are free; what it sends beyond is lost, and [counted](Control::counters). A channel that the modem stops, or all,
//! makes writers wait. Channels take turns, a frame each.
//!
//! | file | holds |
//! |---|---|
//! | [`Lines`] (`mux/lines`) | the channels of a line, without I/O |
//! | [`Start`] (`mux/start`) | `AT+CMUX`, without I/O |
//! | [`blocking`] | the same for programs without an executor |

use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::{Future as _, poll_fn};
use core::ops::Range;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use at_wire::cmux::Signals;
use embedded_io::ErrorType;
use embedded_io_async::{Read, Write};

use super::clock::register;
use super::{Clock, SerialLine, yield_once};
use crate::session::at::{self, Outgoing};
use crate::session::cmux;
use crate::time::{Instant, Millis};

pub mod blocking;
mod lines;
mod start;

pub use lines::{Counters, Ended, Lane, Lines, State};
pub use start::{Next, Start, StartError};

/// How a multiplexer is started and kept.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Config<'c> {
    /// How the modem is found before.
    pub at: at::Config<'c>,
    /// The session. The option and the size of frames are what is wanted: less if the modem does not offer it, or there is
    /// no memory for it.
    pub session: cmux::Config,
    /// The speed of the line as a parameter of `+CMUX`, 1 (9600) to 6 (230400), 27.007 §5.7; without it that is left as it
    /// is. Some modems want it all the same.
    pub port_speed: Option<u8>,
    /// If nothing has come for so long, the modem is asked whether it is there (the test command, which may wake it); if
    /// nothing comes then either, it counts as lost. Zero: it is never asked.
    pub keep_alive: Millis,
}

impl Default for Config<'static> {
    fn default() -> Self {
        let session = cmux::Config { max_frame_size: 127, ..cmux::Config::default() };
        Self { at: at::Config::default(), session, port_speed: None, keep_alive: Millis(0) }
    }
}

/// The memory a multiplexer works in.
#[derive(Debug)]
pub struct Memory<'m> {
    /// The session's: each of its frames with 7 bytes more, 134 for the usual 127.
    pub session: cmux::Memory<'m>,
    /// The channels.
    pub lanes: &'m mut [Lane<'m>],
    /// What the line delivers at once; while the multiplexer is started the modem's lines, 96 bytes at least.
    pub input: &'m mut [u8],
    /// The frame that is on its way: as long as that of the session, 96 bytes at least.
    pub output: &'m mut [u8],
}

/// Why a multiplexer does not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error<E> {
    /// The line failed.
    Stream(E),
    /// The line has ended, or takes nothing.
    StreamEnded,
    /// The modem does not start its multiplexer.
    Start(StartError),
    /// The modem did not open the multiplexer, or is lost.
    Ended(Ended),
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(error) => write!(f, "the line: {error}"),
            Self::StreamEnded => f.write_str("the line to the modem has ended"),
            Self::Start(error) => error.fmt(f),
            Self::Ended(Ended::Refused) => f.write_str("the modem refuses to open the multiplexer"),
            Self::Ended(Ended::NoAnswer) => f.write_str("the modem does not open the multiplexer"),
            Self::Ended(ended) => ended.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for Error<E> {}

/// What runner and channels share.
struct Shared<'m> {
    lines: RefCell<Lines<'m>>,
    /// Something may have to be sent.
    due: Cell<bool>,
    /// What waits for that.
    runner: Cell<Option<Waker>>,
    /// The clock of the runner when it looked last.
    now: Cell<Instant>,
}

impl<'m> Shared<'m> {
    /// Does something with the channels; `None` in the midst of something else, which only a waker that acts at once can
    /// bring about.
    fn with<R>(&self, act: impl FnOnce(&mut Lines<'m>) -> R) -> Option<R> {
        self.lines.try_borrow_mut().ok().map(|mut lines| act(&mut lines))
    }

    /// The same, and the runner looks then whether there is something to send.
    fn act<R>(&self, act: impl FnOnce(&mut Lines<'m>) -> R) -> Option<R> {
        let done = self.with(act);
        self.poke();
        done
    }

    fn poke(&self) {
        self.due.set(true);
        lines::wake(&self.runner);
    }

    fn state(&self) -> State {
        self.with(|lines| lines.state()).unwrap_or(State::Opening)
    }

    /// Completes when something may have to be sent.
    fn poll_due(&self, cx: &Context<'_>) -> Poll<()> {
        if self.due.replace(false) {
            return Poll::Ready(());
        }
        register(&self.runner, cx.waker());
        Poll::Pending
    }

    /// Puts what is to be sent next into `output`; returns its length.
    fn next_frame(&self, now: Instant, output: &mut [u8]) -> usize {
        let next = |lines: &mut Lines<'m>| {
            lines.expire(now);
            let frame = lines.transmit(now)?;
            super::copy_to(frame, output)
        };
        self.now.set(now);
        self.with(next).flatten().unwrap_or(0)
    }

    fn receive(&self, now: Instant, bytes: &[u8]) {
        self.now.set(now);
        self.act(|lines| lines.receive(now, bytes));
    }

    fn poll_at(&self) -> Instant {
        self.with(|lines| lines.poll_at()).unwrap_or(Instant::FAR)
    }
}

/// The line's end of it.
struct Line<'m, 'c> {
    config: Config<'c>,
    input: &'m mut [u8],
    output: &'m mut [u8],
    /// What of `output` has not left yet.
    out: Range<usize>,
}

/// The memory of a multiplexer and its state. See the [module](self).
pub struct Mux<'m, 'c> {
    shared: Shared<'m>,
    line: Line<'m, 'c>,
}

impl fmt::Debug for Mux<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mux").field("lines", &self.shared.lines).finish_non_exhaustive()
    }
}

impl<'m, 'c> Mux<'m, 'c> {
    /// A multiplexer that is closed.
    #[must_use]
    pub fn new(config: Config<'c>, memory: Memory<'m>) -> Self {
        let Memory { session, lanes, input, output } = memory;
        let shared = Shared {
            lines: RefCell::new(Lines::new(session, lanes)),
            due: Cell::new(false),
            runner: Cell::new(None),
            now: Cell::new(Instant(0)),
        };
        Self { shared, line: Line { config, input, output, out: 0..0 } }
    }

    /// The runner for the line at `stream`, and the channels in the order of their lanes. Of channels without a lane all
    /// calls fail.
    pub fn split<S, K, const N: usize>(
        &mut self,
        stream: S,
        clock: K,
    ) -> (Runner<'_, 'm, 'c, S, K>, [Channel<'_, 'm>; N]) {
        let Self { shared, line } = self;
        let shared = &*shared;
        let channels = core::array::from_fn(|place| Channel { shared, place });
        (Runner { shared, line, stream, clock }, channels)
    }
}

/// A stream of two halves, one for each direction, as many drivers come: see [`Runner::run_both_ways`]. It has no DTR, and
/// one speed.
#[derive(Debug)]
pub struct Halves<R, W> {
    /// From the modem.
    pub input: R,
    /// To the modem.
    pub output: W,
}

impl<R: ErrorType, W> ErrorType for Halves<R, W> {
    type Error = R::Error;
}

impl<R: ErrorType, W> SerialLine for Halves<R, W> {}

impl<R: Read, W> Read for Halves<R, W> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, R::Error> {
        self.input.read(buf).await
    }
}

impl<R: ErrorType, W: Write<Error = R::Error>> Write for Halves<R, W> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, R::Error> {
        self.output.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), R::Error> {
        self.output.flush().await
    }
}

/// What moves the bytes between the line and the channels.
pub struct Runner<'x, 'm, 'c, S, K> {
    shared: &'x Shared<'m>,
    line: &'x mut Line<'m, 'c>,
    stream: S,
    clock: K,
}

impl<S, K> fmt::Debug for Runner<'_, '_, '_, S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("lines", &self.shared.lines).finish_non_exhaustive()
    }
}

impl<'x, 'm, S, K> Runner<'x, 'm, '_, S, K> {
    /// What the multiplexer as a whole can be told; there may be several.
    #[must_use]
    pub const fn control(&self) -> Control<'x, 'm> {
        Control { shared: self.shared }
    }

    /// The stream, which carries commands again if the multiplexer was closed.
    pub fn into_stream(self) -> S {
        self.stream
    }
}

impl<S: Read + Write + SerialLine, K: Clock> Runner<'_, '_, '_, S, K> {
    /// Starts the multiplexer: finds the modem in whatever state it is, even that of an earlier multiplexer; asks what it
    /// offers (`AT+CMUX=?`); sends `AT+CMUX` with the size of frames, or without it to modems that refuse that; opens
    /// channel 0 and the others. Done when each of these is open or refused; those that are refused say so when they are
    /// used.
    ///
    /// # Errors
    ///
    /// [`Error`], with the multiplexer closed.
    ///
    /// # Cancellation
    ///
    /// The next call goes on with opening channels, or starts anew if the modem had not answered `AT+CMUX` yet. So does
    /// [`run`](Self::run) with channels. No byte of the line is lost that its own `read` does not lose.
    pub async fn open(&mut self) -> Result<(), Error<S::Error>> {
        let Self { shared, line, stream, clock } = self;
        if shared.state() == State::Closed {
            start(shared, line, stream, clock).await?;
        }
        let done = || matches!(shared.state(), State::Open | State::Closed);
        by_turns(shared, line, stream, clock, done).await?;
        closed(shared)
    }

    /// Moves bytes until the multiplexer is closed, by [`Control::close`] or by the modem. Ends at once if it is not
    /// [open](Self::open).
    ///
    /// # Errors
    ///
    /// [`Error`]: the line or the modem is lost. All channels have ended then.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe as far as the stream is: what waits goes on at the next call. A stream whose `write` may have written
    /// some when it is dropped damages one frame, which the other side then drops.
    pub async fn run(&mut self) -> Result<(), Error<S::Error>> {
        let Self { shared, line, stream, clock } = self;
        by_turns(shared, line, stream, clock, || shared.state() == State::Closed).await?;
        closed(shared)
    }
}

impl<R: Read, W: Write<Error = R::Error>, K: Clock> Runner<'_, '_, '_, Halves<R, W>, K> {
    /// As [`run`](Self::run), both directions at the same time.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    ///
    /// # Cancellation
    ///
    /// As [`run`](Self::run).
    pub async fn run_both_ways(&mut self) -> Result<(), Error<R::Error>> {
        let Self { shared, line, stream, clock } = self;
        let Line { input, output, out, .. } = &mut **line;
        let mut receiving = pin!(receive(shared, &mut stream.input, clock, input));
        let mut sending = pin!(send(shared, &mut stream.output, clock, output, out));
        let ended = poll_fn(|cx| {
            // In this order: what was received can change what is to be sent.
            match receiving.as_mut().poll(cx) {
                Poll::Ready(error) => Poll::Ready(Err(error)),
                Poll::Pending => sending.as_mut().poll(cx),
            }
        })
        .await;
        lose(shared, clock, ended)?;
        closed(shared)
    }
}

/// How it ended, if it did.
fn closed<E>(shared: &Shared<'_>) -> Result<(), Error<E>> {
    match shared.with(|lines| lines.ended()) {
        Some(Ended::Closed) | None => Ok(()),
        Some(ended) => Err(Error::Ended(ended)),
    }
}

/// A failure of the line ends all channels.
fn lose<E, K: Clock>(shared: &Shared<'_>, clock: &K, ended: Result<(), Error<E>>) -> Result<(), Error<E>> {
    if ended.is_err() {
        shared.with(|lines| lines.lose(clock.now()));
    }
    ended
}

/// Receives until that fails.
async fn receive<R: Read, K: Clock>(shared: &Shared<'_>, input: &mut R, clock: &K, buf: &mut [u8]) -> Error<R::Error> {
    loop {
        match input.read(buf).await {
            Ok(0) => return Error::StreamEnded,
            Ok(count) => shared.receive(clock.now(), buf.get(..count).unwrap_or_default()),
            Err(error) => return Error::Stream(error),
        }
        // A line that always has more must not keep everything else waiting.
        yield_once().await;
    }
}

/// Sends until the multiplexer is closed, or that fails.
async fn send<W: Write, K: Clock>(
    shared: &Shared<'_>,
    output: &mut W,
    clock: &K,
    buf: &mut [u8],
    out: &mut Range<usize>,
) -> Result<(), Error<W::Error>> {
    loop {
        send_all(shared, output, clock, buf, out).await?;
        if shared.state() == State::Closed {
            return Ok(());
        }
        let mut time = pin!(clock.wait_until(shared.poll_at()));
        poll_fn(|cx| match shared.poll_due(cx) {
            Poll::Ready(()) => Poll::Ready(()),
            Poll::Pending => time.as_mut().poll(cx),
        })
        .await;
    }
}

/// Sends all that is to be sent now.
async fn send_all<W: Write, K: Clock>(
    shared: &Shared<'_>,
    output: &mut W,
    clock: &K,
    buf: &mut [u8],
    out: &mut Range<usize>,
) -> Result<(), Error<W::Error>> {
    loop {
        while let Some(rest) = buf.get(out.clone()).filter(|rest| !rest.is_empty()) {
            match output.write(rest).await.map_err(Error::Stream)? {
                0 => return Err(Error::StreamEnded),
                count => out.start = out.start.saturating_add(count),
            }
        }
        if out.end > 0 {
            output.flush().await.map_err(Error::Stream)?;
            *out = 0..0;
            shared.with(Lines::sent);
        }
        match shared.next_frame(clock.now(), buf) {
            0 => return Ok(()),
            length => *out = 0..length,
        }
    }
}

/// Sends and receives, one after the other, until that is enough.
async fn by_turns<S: Read + Write, K: Clock>(
    shared: &Shared<'_>,
    line: &mut Line<'_, '_>,
    stream: &mut S,
    clock: &K,
    enough: impl Fn() -> bool,
) -> Result<(), Error<S::Error>> {
    loop {
        let Line { input, output, out, .. } = line;
        let sent = send_all(shared, stream, clock, output, out).await;
        lose(shared, clock, sent)?;
        if enough() {
            return Ok(());
        }
        let received = {
            let mut reading = pin!(stream.read(input));
            let mut time = pin!(clock.wait_until(shared.poll_at()));
            poll_fn(|cx| {
                if let Poll::Ready(read) = reading.as_mut().poll(cx) {
                    return Poll::Ready(Some(read));
                }
                match shared.poll_due(cx) {
                    Poll::Ready(()) => Poll::Ready(None),
                    Poll::Pending => time.as_mut().poll(cx).map(|()| None),
                }
            })
            .await
        };
        let received = match received {
            None => continue,
            Some(Ok(0)) => Err(Error::StreamEnded),
            Some(Ok(count)) => {
                shared.receive(clock.now(), input.get(..count).unwrap_or_default());
                Ok(())
            }
            Some(Err(error)) => Err(Error::Stream(error)),
        };
        lose(shared, clock, received)?;
        // A line that always has more must not keep everything else waiting.
        yield_once().await;
    }
}

/// From commands to frames.
async fn start<S: Read + Write + SerialLine, K: Clock>(
    shared: &Shared<'_>,
    line: &mut Line<'_, '_>,
    stream: &mut S,
    clock: &K,
) -> Result<(), Error<S::Error>> {
    let Line { config, input, output, out } = line;
    *out = 0..0;
    let limits = room(shared, output.len());
    let memory = at::Memory { line: input, command: output };
    let mut start = Start::new(clock.now(), config, limits, memory);
    let mut some = [0; 32];
    loop {
        match start.next(clock.now()).map_err(Error::Start)? {
            Next::Done(session) => {
                let (now, keep_alive) = (clock.now(), config.keep_alive);
                shared.with(|lines| lines.open(now, session, keep_alive));
                return Ok(());
            }
            Next::Send(outgoing) => {
                match outgoing {
                    Outgoing::Bytes(bytes) => {
                        let mut rest = bytes;
                        while !rest.is_empty() {
                            let count = stream.write(rest).await.map_err(Error::Stream)?;
                            rest = rest.get(count..).filter(|_| count > 0).ok_or(Error::StreamEnded)?;
                        }
                        stream.flush().await.map_err(Error::Stream)?;
                    }
                    Outgoing::Dtr(up) => stream.set_dtr(up).map_err(Error::Stream)?,
                    Outgoing::Speed(speed) => stream.set_speed(speed).map_err(Error::Stream)?,
                }
                start.sent(clock.now());
            }
            Next::Receive(until) => {
                let received = super::unless(stream.read(&mut some), clock.wait_until(until)).await;
                match received {
                    None => {}
                    Some(Ok(0)) => return Err(Error::StreamEnded),
                    // Behind the answer to `+CMUX` nothing comes before it was asked for.
                    Some(Ok(count)) => start.receive(clock.now(), &mut some.get(..count).unwrap_or_default()),
                    Some(Err(error)) => return Err(Error::Stream(error)),
                }
            }
        }
    }
}

/// The most bytes of a frame, by all memory it goes through.
fn room(shared: &Shared<'_>, output: usize) -> impl Fn(at_wire::cmux::Framing) -> u16 {
    use at_wire::cmux::Framing;
    let limit = |framing| shared.with(|lines| lines.max_frame_size(framing, output)).unwrap_or(0);
    let limits = [limit(Framing::Basic), limit(Framing::Advanced)];
    move |framing| {
        let [basic, advanced] = limits;
        if framing == Framing::Advanced { advanced } else { basic }
    }
}

/// What the multiplexer as a whole can be told.
#[derive(Clone, Copy)]
pub struct Control<'x, 'm> {
    shared: &'x Shared<'m>,
}

impl fmt::Debug for Control<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Control").field("lines", &self.shared.lines).finish()
    }
}

impl Control<'_, '_> {
    /// Closes all channels and the multiplexer; [`Runner::run`] ends when the modem has agreed, or does not answer. What has
    /// not left by now does not leave any more: [flush](Write::flush) channels before.
    pub fn close(&self) {
        self.shared.act(|lines| lines.close(self.shared.now.get()));
    }

    /// Lets the line sleep, if the modem agrees. Whatever is to be sent wakes it, and so does the modem.
    pub fn sleep(&self) {
        self.shared.act(Lines::sleep);
    }

    /// Whether the line sleeps.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.shared.with(|lines| lines.is_asleep()).unwrap_or(false)
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> State {
        self.shared.state()
    }

    /// What went nowhere.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.shared.with(|lines| lines.counters()).unwrap_or_default()
    }
}

/// A channel of the multiplexer: a byte stream, whose calls wait while it is being opened.
pub struct Channel<'x, 'm> {
    shared: &'x Shared<'m>,
    place: usize,
}

impl fmt::Debug for Channel<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("place", &self.place).finish_non_exhaustive()
    }
}

impl Channel<'_, '_> {
    /// Tries until it yields something, or the channel has ended.
    fn poll<R>(
        &self,
        cx: &Context<'_>,
        slot: impl for<'l> Fn(&'l Lane<'_>) -> &'l Cell<Option<Waker>>,
        act: impl FnOnce(&mut Lines<'_>) -> Result<Option<R>, Ended>,
    ) -> Poll<Result<R, Ended>> {
        let place = self.place;
        let done = self.shared.with(|lines| {
            let done = act(lines);
            if let (Ok(None), Some(lane)) = (&done, lines.place(place)) {
                register(slot(lane), cx.waker());
            }
            done
        });
        match done {
            Some(done) => done.transpose().map_or(Poll::Pending, Poll::Ready),
            None => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        }
    }

    /// The modem's signals: whether it is ready, the carrier (DV), a call (IC).
    #[must_use]
    pub fn signals(&self) -> Signals {
        self.shared.with(|lines| lines.signals(self.place)).unwrap_or(Signals(1))
    }

    /// Changes our signals, such as DTR (RTC) and RTS (RTR); flow control is not among them. They are kept when the channel
    /// is opened again.
    pub fn set_signals(&mut self, signals: Signals) {
        self.shared.act(|lines| lines.set_signals(self.place, signals));
    }

    /// Sends a break of so many times 200 ms, at most 15. It is sent once.
    ///
    /// # Errors
    ///
    /// Why the channel is not there.
    pub fn send_break(&mut self, length: u8) -> Result<(), Ended> {
        self.shared.act(|lines| lines.send_break(self.place, length)).unwrap_or(Ok(()))
    }

    /// The break octet that came last (27.010 §5.4.6.3.7), once.
    pub fn take_break(&mut self) -> Option<u8> {
        self.shared.with(|lines| lines.take_break(self.place)).flatten()
    }

    /// Closes this channel alone, by which the modem hangs up, too; what has not left does not leave any more.
    pub fn close(&mut self) {
        self.shared.act(|lines| lines.set_open(self.shared.now.get(), self.place, false));
    }

    /// Opens it again after it has ended; nothing while the multiplexer is not open.
    pub fn open(&mut self) {
        self.shared.act(|lines| lines.set_open(self.shared.now.get(), self.place, true));
    }
}

impl ErrorType for Channel<'_, '_> {
    type Error = Ended;
}

impl SerialLine for Channel<'_, '_> {
    fn set_dtr(&mut self, up: bool) -> Result<(), Ended> {
        self.set_signals(dtr(up));
        Ok(())
    }
}

/// The signals of a host that is there, or not.
const fn dtr(up: bool) -> Signals {
    let bits = Signals::READY.0 | Signals::DATA_VALID;
    Signals(if up { bits } else { bits & !Signals::READY_TO_COMMUNICATE })
}

/// # Cancellation
///
/// Cancel-safe: dropping the future loses no byte.
impl Read for Channel<'_, '_> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Ended> {
        if buf.is_empty() {
            return Ok(0);
        }
        let read = poll_fn(|cx| {
            let take = |lines: &mut Lines<'_>| {
                let count = lines.read(self.place, buf)?;
                Ok((count > 0).then_some(count))
            };
            self.poll(cx, |lane| &lane.reader, take)
        })
        .await;
        // The modem may go on.
        self.shared.poke();
        read
    }
}

/// # Cancellation
///
/// Cancel-safe: a dropped `write` has taken nothing. What was taken leaves, whoever waits for it.
impl Write for Channel<'_, '_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Ended> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let written = poll_fn(|cx| {
            let put = |lines: &mut Lines<'_>| {
                let count = lines.write(self.place, bytes)?;
                Ok((count > 0).then_some(count))
            };
            self.poll(cx, |lane| &lane.writer, put)
        })
        .await;
        self.shared.poke();
        written
    }

    async fn flush(&mut self) -> Result<(), Ended> {
        poll_fn(|cx| {
            let look = |lines: &mut Lines<'_>| Ok(lines.is_flushed(self.place)?.then_some(()));
            self.poll(cx, |lane| &lane.writer, look)
        })
        .await
    }
}
