//! `mux`: several programs on one serial line. The modem's multiplexer is opened, and each of its channels becomes a
//! pseudo-terminal that programs use like a modem of their own.
//!
//! The multiplexer is the engine's ([`wwan::channel::mux`]); here are terminals and files. One thread waits in one `poll` for
//! everything, and all queues are bounded: a program that does not read stops its channel of the modem, and no other.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use core::time::Duration;

use at_wire::cmux::{Decoder, Framing, Signals};
use embedded_io::{Error as _, ErrorKind};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wwan::channel::blocking::ByteStream;
use wwan::channel::linux::{PortKind, Terminal};
use wwan::channel::mux::{Config, Ended, Lane, Lines, Next, Start, StartError, State};
use wwan::channel::pcapng::{Record, file_header_for};
use wwan::channel::{Direction, LinuxClock, LinuxError, LinuxPort};
use wwan::session::at::{Memory as AtMemory, OpenError, Outgoing};
use wwan::session::cmux::{Channel, Memory};
use wwan::time::{Instant, Millis};

use super::proxy::stop_signal;
use crate::args::{self, Options};
use crate::at::SPEEDS;
use crate::device::USUAL;
use crate::error::Fail;
use crate::output::{Output, clean, note};

/// Bytes from the modem that wait for a program; at half of it the modem is asked to stop.
const RECEIVED: usize = 0x4000;
/// Bytes from a program that wait for the modem.
const OUTGOING: usize = 0x1000;
/// What is moved at once.
const PIECE: usize = 0x1000;
/// How often starting looks up to see whether the program is to end.
const LOOK_UP: Millis = Millis(200);
/// Link type of recorded frames: LINKTYPE_MUX27010. Each begins with a header of that format: no more of it, and the direction.
const LINK_TYPE_FRAMES: u16 = 236;
/// Our signals while a program has the terminal open, and while none has: DTR and RTS, and RTS alone.
const PRESENT: Signals = Signals(Signals::READY.0 | Signals::DATA_VALID);
const ABSENT: Signals = Signals(Signals::READY_TO_RECEIVE | 1);

/// Memory for as long as the program runs; there is one line in it.
fn memory(length: usize) -> &'static mut [u8] {
    vec![0; length].leak()
}

/// The file that frames are recorded in.
struct Capture {
    file: File,
    /// Milliseconds since 1970 at which the clock showed 0.
    epoch: u64,
    framing: Framing,
    decoders: [Decoder<'static>; 2],
}

impl Capture {
    fn new(path: &Path, framing: Framing) -> Result<Self, Fail> {
        let make = || {
            let mut file = File::create(path)?;
            file.write_all(&file_header_for(LINK_TYPE_FRAMES))?;
            Ok(file)
        };
        let file =
            make().map_err(|error: io::Error| Fail::Output(format!("{}: {error}", clean(&path.to_string_lossy()))))?;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let epoch = u64::try_from(since_1970.as_millis()).unwrap_or(0).saturating_sub(LinuxClock::now().0);
        let decoder = || Decoder::new(framing, memory(0x4000));
        Ok(Self { file, epoch, framing, decoders: [decoder(), decoder()] })
    }

    /// Bytes of the line come in any pieces; frames are recorded one by one.
    fn bytes(&mut self, direction: Direction, mut bytes: &[u8]) -> io::Result<()> {
        let [sent, received] = &mut self.decoders;
        let decoder = if direction == Direction::Sent { sent } else { received };
        let mut buffer = [0; 0x4000];
        while let Some(frame) = decoder.next(&mut bytes) {
            let Some(written) = frame.ok().and_then(|frame| frame.write(self.framing, &mut buffer).ok()) else {
                continue;
            };
            let at = self.epoch.saturating_add(LinuxClock::now().0);
            let framed = [&[0, u8::from(direction == Direction::Received)], &*written].concat();
            if let Some(record) = Record::new(at, direction, &framed) {
                self.file.write_all(&[record.head(), &framed, record.tail()].concat())?;
            }
        }
        Ok(())
    }
}

/// What waits between a channel and its program.
struct Door {
    terminal: Terminal,
    to_program: Vec<u8>,
    to_modem: Vec<u8>,
    /// Bytes that came while no program was there.
    unread: u64,
}

/// Everything.
struct Host {
    name: String,
    port: LinuxPort,
    stop: UnixStream,
    lines: Lines<'static>,
    doors: Vec<Door>,
    /// The frame that is on its way.
    out: Vec<u8>,
    capture: Option<Capture>,
}

/// Runs until it is interrupted, or the modem is gone.
pub(crate) fn run(options: &Options, arguments: &args::Mux, out: &mut Output) -> Result<(), Fail> {
    if options.proxy.is_some() || options.reopen {
        return Err(Fail::Usage("mux: --proxy and --reopen make no sense here".to_owned()));
    }
    let name = match options.device.as_deref() {
        Some(name) if name.contains(':') && !name.starts_with('/') => {
            return Err(Fail::Usage(
                "mux: the device node of a serial line expected; to try it start `virtual-modem pty`".to_owned(),
            ));
        }
        Some(name) => name,
        None => return Err(Fail::Usage("mux: --device expected, the serial line of the modem".to_owned())),
    };
    let unreachable = |error: LinuxError| Fail::Unreachable(format!("{}: {error}", clean(name)));
    let port = LinuxPort::open(name).map_err(unreachable)?;
    let stop = stop_signal()?;
    let start = LinuxClock::now();

    let mut config = Config::default();
    config.session.max_frame_size = arguments.frame_size;
    config.keep_alive = arguments.keep_alive.unwrap_or(Millis(0));
    if port.kind() == PortKind::Terminal {
        config.at.speeds = options.baud.map_or(SPEEDS, |speed| vec![speed].leak());
    }
    let room = usize::from(arguments.frame_size).saturating_add(64);
    let channels = vec![Channel::FREE; usize::from(arguments.channels)].leak();
    let session = Memory { receive: memory(room), send: memory(room), channels };
    let lanes: Vec<Lane<'static>> =
        (1..=arguments.channels).map(|dlci| Lane::new(dlci, memory(RECEIVED), memory(OUTGOING))).collect();
    let mut lines = Lines::new(session, lanes.leak());
    let doors: Result<Vec<Door>, LinuxError> = (1..=arguments.channels)
        .map(|_| {
            let terminal = Terminal::open()?;
            Ok(Door { terminal, to_program: Vec::new(), to_modem: Vec::new(), unread: 0 })
        })
        .collect();
    let doors = doors.map_err(|error| Fail::Output(format!("pseudo-terminal: {error}")))?;
    for place in 0..doors.len() {
        lines.set_signals(place, ABSENT);
    }
    let capture = options.pcap.as_deref().map(|path| Capture::new(path, config.session.framing)).transpose()?;
    let name = clean(name);
    let mut host = Host { name, port, stop, lines, doors, out: Vec::new(), capture };
    host.start(&config, start + options.timeout.unwrap_or(USUAL))?;
    host.serve(options.timeout.map_or(Instant::FAR, |limit| start + limit), |host| {
        let paths = host.doors.iter().map(|door| door.terminal.path().to_string_lossy().into_owned());
        if out.json {
            let all =
                (1_u8..).zip(paths).map(|(channel, path)| serde_json::json!({ "channel": channel, "path": path }));
            out.document(&all.collect())
        } else {
            out.lines(&paths.collect::<Vec<_>>().join("\n"))
        }
    })?;
    host.report(options.verbose);
    Ok(())
}

impl Host {
    fn gone(&self, error: &LinuxError) -> Fail {
        Fail::Unreachable(format!("{}: {error}", self.name))
    }

    /// Whether the program is to end.
    fn is_stopped(&self) -> bool {
        let mut fds = [PollFd::new(&self.stop, PollFlags::IN)];
        matches!(poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })), Ok(1..))
    }

    /// From commands to frames.
    fn start(&mut self, config: &Config<'static>, until: Instant) -> Result<(), Fail> {
        let memory = AtMemory { line: memory(PIECE), command: memory(256) };
        let lines = &self.lines;
        let limit = |framing| lines.max_frame_size(framing, usize::MAX);
        let mut start = Start::new(LinuxClock::now(), config, limit, memory);
        loop {
            let now = LinuxClock::now();
            if self.is_stopped() {
                return Err(Fail::Interrupted);
            }
            if now >= until {
                return Err(Fail::Timeout(format!("{}: the modem does not start its multiplexer in time", self.name)));
            }
            match start.next(now).map_err(|error| failed(&self.name, error))? {
                Next::Done(session) => {
                    self.lines.open(now, session, config.keep_alive);
                    return Ok(());
                }
                Next::Send(outgoing) => {
                    let done = match outgoing {
                        Outgoing::Bytes(bytes) => write_all(&mut self.port, bytes),
                        Outgoing::Dtr(up) => ByteStream::set_dtr(&mut self.port, up),
                        // Most lines have no speed that would matter, and none that can be set.
                        Outgoing::Speed(speed) => {
                            let _ = ByteStream::set_speed(&mut self.port, speed);
                            Ok(())
                        }
                        _ => Ok(()),
                    };
                    done.map_err(|error| self.gone(&error))?;
                    start.sent(LinuxClock::now());
                }
                Next::Receive(at) => {
                    let mut bytes = [0; PIECE];
                    let read = self.port.read(&mut bytes, at.min(now + LOOK_UP).min(until));
                    if let Some(count) = read.map_err(|error| self.gone(&error))? {
                        if count == 0 {
                            return Err(self.gone(&LinuxError::Closed));
                        }
                        start.receive(LinuxClock::now(), &mut bytes.get(..count).unwrap_or_default());
                    }
                }
            }
        }
    }

    /// Moves bytes. `ready` is called once the channels are open.
    fn serve(&mut self, end: Instant, ready: impl FnOnce(&Self) -> io::Result<()>) -> Result<(), Fail> {
        self.port.set_write_timeout(Millis(0)); // takes it now, or not now
        let mut ready = Some(ready);
        let mut ending = false;
        loop {
            let now = LinuxClock::now();
            self.lines.expire(now);
            self.hear_programs()?;
            self.tell_modem(now)?;
            self.tell_programs()?;
            match self.lines.state() {
                State::Closed if ending => return Ok(()),
                State::Closed => {
                    let why = match self.lines.ended() {
                        Ended::Closed => "the modem has closed its multiplexer",
                        Ended::Refused => "the modem refuses to open its multiplexer",
                        Ended::NoAnswer => "the modem does not open its multiplexer",
                        _ => "the modem does not answer any more",
                    };
                    return Err(Fail::Unreachable(format!("{}: {why}", self.name)));
                }
                State::Open => {
                    if let Some(ready) = ready.take() {
                        ready(self)?;
                    }
                }
                _ => {}
            }
            if !ending && (now >= end || self.is_stopped()) {
                ending = true;
                self.lines.close(now);
                continue;
            }
            self.wait(if ending { Instant::FAR } else { end }, ending)?;
        }
    }

    /// Takes what programs have written, as far as there is room; and notices who has come and gone.
    fn hear_programs(&mut self) -> Result<(), Fail> {
        let Self { lines, doors, .. } = self;
        for (place, door) in doors.iter_mut().enumerate() {
            let terminal = |error: LinuxError| Fail::Output(format!("pseudo-terminal: {error}"));
            loop {
                if door.to_modem.is_empty() {
                    let mut bytes = [0; PIECE];
                    let count = door.terminal.read(&mut bytes).map_err(terminal)?.unwrap_or(0);
                    door.to_modem.extend(bytes.iter().take(count));
                }
                // A channel that the modem refuses takes its bytes to nowhere.
                let taken = lines.write(place, &door.to_modem).unwrap_or(door.to_modem.len());
                door.to_modem.drain(..taken);
                if taken == 0 {
                    break;
                }
            }
            let before = door.terminal.clients();
            let left = door.terminal.clients_left().map_err(terminal)?;
            let after = door.terminal.clients();
            if left {
                door.terminal.tidy();
                door.to_program.clear();
                lines.set_signals(place, ABSENT);
            }
            if after > 0 && (left || before == 0) {
                lines.set_signals(place, PRESENT);
            }
        }
        Ok(())
    }

    /// Gives the modem what it takes.
    fn tell_modem(&mut self, now: Instant) -> Result<(), Fail> {
        loop {
            if self.out.is_empty() {
                let Some(frame) = self.lines.transmit(now) else { return Ok(()) };
                self.out.extend_from_slice(frame);
                record(&mut self.capture, Direction::Sent, &self.out);
            }
            match self.port.write(&self.out) {
                Ok(count) => drop(self.out.drain(..count)),
                Err(LinuxError::TimedOut) => return Ok(()),
                Err(error) => return Err(self.gone(&error)),
            }
            if self.out.is_empty() {
                self.lines.sent();
            }
        }
    }

    /// Gives programs what they take.
    fn tell_programs(&mut self) -> Result<(), Fail> {
        let Self { lines, doors, .. } = self;
        for (place, door) in doors.iter_mut().enumerate() {
            loop {
                if door.to_program.is_empty() {
                    let mut bytes = [0; PIECE];
                    let count = lines.read(place, &mut bytes).unwrap_or(0);
                    door.to_program.extend(bytes.iter().take(count));
                }
                if door.to_program.is_empty() {
                    break;
                }
                if door.terminal.clients() == 0 {
                    // As it is with a modem that nobody has open.
                    door.unread = door.unread.saturating_add(u64::try_from(door.to_program.len()).unwrap_or(0));
                    door.to_program.clear();
                    continue;
                }
                let written = door.terminal.write(&door.to_program);
                let written = written.map_err(|error| Fail::Output(format!("pseudo-terminal: {error}")))?;
                door.to_program.drain(..written);
                if written == 0 {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Waits for something to do, until then at most, and takes what the modem has sent.
    fn wait(&mut self, until: Instant, ending: bool) -> Result<(), Fail> {
        let mut interest = PollFlags::IN;
        interest.set(PollFlags::OUT, !self.out.is_empty());
        let mut fds = vec![PollFd::new(&self.port, interest)];
        if !ending {
            fds.push(PollFd::new(&self.stop, PollFlags::IN));
        }
        for door in &self.doors {
            let mut interest = PollFlags::empty();
            interest.set(PollFlags::IN, door.to_modem.is_empty());
            interest.set(PollFlags::OUT, !door.to_program.is_empty());
            fds.push(PollFd::new(&door.terminal, interest));
            fds.push(PollFd::from_borrowed_fd(door.terminal.watch(), PollFlags::IN));
        }
        let until = until.min(self.lines.poll_at());
        let left = Duration::from_millis(until.0.saturating_sub(LinuxClock::now().0));
        let left = Timespec::try_from(left).ok().filter(|_| until != Instant::FAR);
        match poll(&mut fds, left.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(()),
            Err(error) => return Err(Fail::Output(format!("poll: {error}"))),
        }
        let found = fds.first().map_or(PollFlags::empty(), PollFd::revents);
        drop(fds);
        if !found.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            return Ok(());
        }
        let mut bytes = [0; PIECE];
        match self.port.read(&mut bytes, Instant(0)) {
            Ok(Some(0)) => return Err(self.gone(&LinuxError::Closed)),
            Ok(Some(count)) => {
                let bytes = bytes.get(..count).unwrap_or_default();
                record(&mut self.capture, Direction::Received, bytes);
                self.lines.receive(LinuxClock::now(), bytes);
            }
            Ok(None) if found.contains(PollFlags::HUP) => return Err(self.gone(&LinuxError::Closed)),
            Ok(None) => {}
            Err(error) if error.kind() == ErrorKind::NotConnected => return Err(self.gone(&error)),
            Err(error) => note(&format!("wwanctl: {}: {error}", self.name)),
        }
        Ok(())
    }

    /// What was lost, for all; what happened, for those who want to know it.
    fn report(&self, verbose: bool) {
        let counters = self.lines.counters();
        if counters.lost > 0 || counters.unsent > 0 {
            let (lost, unsent) = (counters.lost, counters.unsent);
            note(&format!("wwanctl: {}: {lost} bytes from the modem and {unsent} to it were lost", self.name));
        }
        if verbose {
            let session = counters.session;
            let unread: u64 = self.doors.iter().map(|door| door.unread).sum();
            note(&format!(
                "wwanctl: {}: {} pieces were no frames, {} things were said again, {} bytes came while no program was there",
                self.name, session.malformed, session.retransmissions, unread
            ));
        }
    }
}

/// Records bytes, if they are to be recorded.
fn record(capture: &mut Option<Capture>, direction: Direction, bytes: &[u8]) {
    if let Some(Err(error)) = capture.as_mut().map(|capture| capture.bytes(direction, bytes)) {
        note(&format!("wwanctl: recording ends: {error}"));
        *capture = None;
    }
}

fn write_all(port: &mut LinuxPort, mut bytes: &[u8]) -> Result<(), LinuxError> {
    while !bytes.is_empty() {
        let written = port.write(bytes)?;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Why the modem did not start.
fn failed(name: &str, error: StartError) -> Fail {
    match error {
        StartError::Open(OpenError::NoAnswer | OpenError::Timeout) | StartError::Failed(_) => Fail::Timeout(format!(
            "{name}: the modem does not open: {error}; is this its AT port, and does nothing else use it?"
        )),
        StartError::Refused => Fail::Refused {
            reason: format!("{name}: {error}"),
            hint: Some("not every modem has a multiplexer, nor every port of one"),
        },
        error => Fail::Unreachable(format!("{name}: {error}")),
    }
}
