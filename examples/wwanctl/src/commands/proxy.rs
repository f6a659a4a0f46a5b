//! `proxy`: one modem for many programs, on the socket on which programs look for mbim-proxy or qmi-proxy.
//!
//! The protocol is the engine's ([`wwan::proxy`]); here are sockets, devices, and who may use them. One thread waits in one
//! `poll` for everything; nothing it calls blocks, except opening a device.
//!
//! A program says only after it has connected which device it wants. Until then it is in the *lobby*, a core without a
//! device. Its wish takes it to the core of that device. The loss of the device takes it back in MBIM, and is its end in QMI,
//! where a program cannot begin again.
//!
//! | file | holds |
//! |---|---|
//! | `proxy` (here) | the loop, and who is where |
//! | `proxy/engine` | the proxy of the engine, for either protocol |
//! | `proxy/program` | the connection of a program |
//! | `proxy/line` | the line to a device |
//! | `proxy/access` | who may connect |

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::BorrowedFd;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use core::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use wwan::channel::pcapng::{Record, file_header};
use wwan::channel::{Direction, LinuxClock, LinuxError, Sink as _};
use wwan::proxy::ProgramId;
use wwan::time::{Instant, Millis};

use crate::args::{self, Keep, Options};
use crate::device::{self, Speaks};
use crate::error::Fail;
use crate::output::{clean, note};
use crate::trace::Trace;

mod access;
mod engine;
mod line;
mod program;

use access::Access;
use engine::{Denied, Engine, Heard, Kind, Wish};
use line::Line;
use program::{End, Program};

/// Programs that may be connected at the same time.
const PROGRAMS: usize = 32;
/// Devices that may be open at the same time.
const DEVICES: usize = 8;
/// Longest command, answer and indication, in bytes.
const LONGEST: usize = 0x1_0000;
/// Longest message to or from a program that has not said yet which device it wants.
const SHORT: usize = 4096;
/// The pause after a connection could not be taken.
const PAUSE: Millis = Millis(100);
/// How long clients of a QMI modem are kept that a program has left behind.
const GRACE: Millis = Millis::from_secs(60);
/// How long clearing up at the end may take.
const CLEAR_UP: Millis = Millis::from_secs(2);
/// The core without a device, in which programs begin.
const LOBBY: usize = 0;

/// A proxy of the engine, and the device behind it.
#[derive(Debug)]
struct Core {
    proxy: Engine,
    /// The device, with all symbolic links followed.
    path: PathBuf,
    /// Absent in the lobby, and where a device is gone; nobody is connected there then.
    line: Option<Line>,
    trace: Trace,
}

impl Core {
    fn new(proxy: Engine, trace: Trace) -> Self {
        Self { proxy, path: PathBuf::new(), line: None, trace }
    }

    /// Its device, for messages.
    fn name(&self) -> String {
        clean(&self.path.to_string_lossy())
    }
}

/// The file that messages to and from devices are recorded in.
#[derive(Debug)]
struct Capture {
    file: File,
    /// Milliseconds since 1970 at which the clock showed 0.
    epoch: u64,
}

impl Capture {
    fn new(path: &Path) -> io::Result<Self> {
        let mut file = File::create(path)?;
        file.write_all(&file_header())?;
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let epoch = u64::try_from(since_1970.as_millis()).unwrap_or(0).saturating_sub(LinuxClock::now().0);
        Ok(Self { file, epoch })
    }

    fn message(&mut self, at: Instant, direction: Direction, message: &[u8]) -> io::Result<()> {
        match Record::new(self.epoch.saturating_add(at.0), direction, message) {
            Some(record) => self.file.write_all(&[record.head(), message, record.tail()].concat()),
            None => Ok(()),
        }
    }
}

/// Everything.
#[derive(Debug)]
struct Host {
    /// The first one is the lobby.
    cores: Vec<Core>,
    programs: Vec<Program>,
    /// What programs and modems speak.
    kind: Kind,
    /// Name of the abstract socket.
    socket: String,
    access: Access,
    /// The only device that is served, if there is but one.
    only: Option<PathBuf>,
    capture: Option<Capture>,
    verbose: bool,
    start: Instant,
    /// Room for one transfer.
    transfer: Vec<u8>,
    /// Programs that were connected, and some that were turned away.
    served: u32,
    refused: u32,
    dropped: u32,
}

/// Serves until interrupted, or until no program has been there for a while.
pub(crate) fn run(options: &Options, arguments: &args::Proxy) -> Result<(), Fail> {
    let mut host = Host::new(options, arguments)?;
    let listener = listen(&host.socket)?;
    let stop = stop_signal()?;
    host.remark(&format!("serving on @{}", clean(&host.socket)));
    let end = options.timeout.map_or(Instant::FAR, |limit| host.start + limit);
    let mut idle_since = host.start;
    let mut listen_at = Instant(0);
    loop {
        let now = LinuxClock::now();
        host.work(now);
        if !host.programs.is_empty() {
            idle_since = now;
        }
        let idle_until = match arguments.idle {
            Some(idle) if host.programs.is_empty() => idle_since + idle,
            _ => Instant::FAR,
        };
        if now >= idle_until || now >= end {
            host.remark(if now >= end { "the time is over" } else { "no program is there any more" });
            break;
        }
        let until = idle_until.min(end).min(if listen_at > now { listen_at } else { Instant::FAR });
        let ready = host.wait(Some(&stop), (listen_at <= now).then_some(&listener), until)?;
        if ready.stop {
            host.remark("interrupted");
            break;
        }
        if ready.listener && !host.admit(&listener) {
            listen_at = LinuxClock::now() + PAUSE;
        }
    }
    // The modems stay open, and so do their sessions; whoever comes next takes them over.
    host.clear_up()?;
    host.report();
    Ok(())
}

/// Binds the socket.
fn listen(name: &str) -> Result<UnixListener, Fail> {
    let address = SocketAddr::from_abstract_name(name)
        .map_err(|error| Fail::Usage(format!("--socket {}: {error}", clean(name))))?;
    let listener = UnixListener::bind_addr(&address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        Ok(listener)
    });
    listener.map_err(|error| {
        let name = clean(name);
        Fail::Unreachable(match error.kind() {
            ErrorKind::AddrInUse => format!("another proxy is serving on @{name} already"),
            _ => format!("@{name}: {error}"),
        })
    })
}

/// Becomes readable when the program is told to end.
pub(super) fn stop_signal() -> Result<UnixStream, Fail> {
    let register = || {
        let (read, write) = UnixStream::pair()?;
        for signal in device::ending_signals() {
            signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
        }
        Ok(read)
    };
    register().map_err(|error: io::Error| Fail::Output(format!("signal handler: {error}")))
}

/// What `poll` found, beside what was served already.
struct Ready {
    stop: bool,
    listener: bool,
}

impl Host {
    fn new(options: &Options, arguments: &args::Proxy) -> Result<Self, Fail> {
        let senseless = [("--json", options.json), ("--reopen", options.reopen), ("--proxy", options.proxy.is_some())];
        if let Some((option, _)) = senseless.iter().find(|(_, given)| *given) {
            return Err(Fail::Usage(format!("proxy: {option} makes no sense here")));
        }
        let only = match options.device.as_deref() {
            Some(name) if name.starts_with("virtual:") => {
                return Err(Fail::Usage(
                    "proxy: programs name a device node; start `virtual-modem pty` and give its path".to_owned(),
                ));
            }
            Some(path) => {
                Some(fs::canonicalize(path).map_err(|error| Fail::Unreachable(format!("{}: {error}", clean(path))))?)
            }
            None => None,
        };
        let own = rustix::process::geteuid().as_raw();
        let access = Access::new(own, arguments.user.as_deref(), arguments.group.as_deref())?;
        let capture = options.pcap.as_deref().map(|path| {
            Capture::new(path).map_err(|error| Fail::Output(format!("{}: {error}", clean(&path.to_string_lossy()))))
        });
        let speaks = Speaks::at(options.protocol, only.as_deref().unwrap_or(Path::new("")))?;
        let no_proxy = || Fail::Usage("proxy: AT has none; QMI only without MBIM around it".to_owned());
        let usual = speaks.proxy_socket().ok_or_else(no_proxy)?;
        let kind = match (speaks, arguments.keep) {
            (Speaks::QmiInMbim | Speaks::At, _) => return Err(no_proxy()),
            (Speaks::Mbim, None) => Kind::Mbim,
            (Speaks::Mbim, Some(_)) => {
                return Err(Fail::Usage("proxy: --release-after needs --protocol qmi".to_owned()));
            }
            (Speaks::Qmi, Some(Keep::Forever)) => Kind::Qmi { grace: None },
            (Speaks::Qmi, Some(Keep::For(grace))) => Kind::Qmi { grace: Some(grace) },
            (Speaks::Qmi, None) => Kind::Qmi { grace: Some(GRACE) },
        };
        Ok(Self {
            cores: vec![Core::new(Engine::lobby(kind), Trace::new(false, Instant(0)))],
            programs: Vec::new(),
            kind,
            socket: arguments.socket.clone().unwrap_or_else(|| usual.to_owned()),
            access,
            only,
            capture: capture.transpose()?,
            verbose: options.verbose,
            start: LinuxClock::now(),
            transfer: vec![0; LONGEST],
            served: 0,
            refused: 0,
            dropped: 0,
        })
    }

    /// Says something to those who want to know it all.
    fn remark(&self, text: &str) {
        if self.verbose {
            note(&format!("wwanctl: {text}"));
        }
    }

    /// Does everything that can be done without waiting.
    fn work(&mut self, now: Instant) {
        for place in 0..self.cores.len() {
            if let Some(core) = self.cores.get_mut(place) {
                if core.proxy.poll_at() <= now {
                    core.proxy.expire(now);
                }
                if let Some(line) = &mut core.line {
                    line.expire(now);
                }
            }
        }
        loop {
            let mut moved = self.hear_programs(now);
            for place in 0..self.cores.len() {
                moved |= self.hear_device(now, place);
                moved |= self.heed(now, place);
                moved |= self.tell_device(now, place);
                moved |= self.tell_programs(place);
            }
            moved |= self.see_off(now);
            if !moved {
                break;
            }
        }
    }

    /// Hands in what programs have sent; whether there was something.
    fn hear_programs(&mut self, now: Instant) -> bool {
        let mut moved = false;
        for program in &mut self.programs {
            let Some(core) = self.cores.get_mut(program.place) else {
                continue;
            };
            while core.proxy.is_ready(program.id) {
                match program.take(&mut self.transfer) {
                    None => break,
                    Some(Ok(length)) => {
                        let transfer = self.transfer.get(..length).unwrap_or_default();
                        core.proxy.program_receive(now, program.id, transfer);
                    }
                    Some(Err(length)) => {
                        let longest = self.transfer.len();
                        note(&format!(
                            "wwanctl: {}: a transfer of {length} bytes is too long: at most {longest}",
                            program.name
                        ));
                    }
                }
                moved = true;
            }
            if matches!(self.kind, Kind::Qmi { .. }) && program.garbage() > 0 && program.end.is_none() {
                program.end = Some(End::Garbage);
                moved = true;
            }
        }
        moved
    }

    /// Hands in what a device has sent; whether there was something.
    fn hear_device(&mut self, now: Instant, place: usize) -> bool {
        let mut moved = false;
        while let Some(core) = self.cores.get_mut(place) {
            let Some(length) = core.line.as_mut().and_then(|line| line.take(&mut self.transfer)) else {
                break;
            };
            let transfer = self.transfer.get(..length).unwrap_or_default();
            trace(core, &mut self.capture, now, Direction::Received, transfer);
            core.proxy.modem_receive(now, transfer);
            moved = true;
        }
        moved
    }

    /// Acts on what a core has to say; whether it had something.
    fn heed(&mut self, now: Instant, place: usize) -> bool {
        let mut moved = false;
        while let Some(core) = self.cores.get_mut(place) {
            let Some(heard) = core.proxy.hear() else {
                break;
            };
            moved = true;
            let name = core.name();
            match heard {
                Heard::Wish(wish) => self.wish(now, place, &wish),
                Heard::Stuck(program) => self.end(place, program, End::Stuck),
                Heard::Garbage(program) => self.end(place, program, End::Garbage),
                Heard::Opened => self.remark(&format!("{name}: open")),
                Heard::OpenFailed(error) => {
                    note(&format!("wwanctl: {name}: the modem does not open: {error}"));
                    self.lose(now, place);
                }
                Heard::Lost => note(&format!("wwanctl: {name}: the modem was reset, or another program closed it")),
                Heard::Restarted => note(&format!("wwanctl: {name}: the modem has restarted")),
            }
        }
        moved
    }

    /// A program is to be disconnected.
    fn end(&mut self, place: usize, id: ProgramId, end: End) {
        if let Some(program) = self.programs.iter_mut().find(|program| (program.place, program.id) == (place, id)) {
            program.end = Some(end);
        }
    }

    /// A program wants a device.
    fn wish(&mut self, now: Instant, place: usize, wish: &Wish) {
        let Some(n) = self.programs.iter().position(|program| (program.place, program.id) == (place, wish.program))
        else {
            return;
        };
        let name = self.programs.get(n).map(|program| program.name.clone()).unwrap_or_default();
        let wanted = clean(&wish.path.to_string_lossy());
        match self.choose(place, &wish.path) {
            Ok(chosen) if chosen == place => {
                if let Some(core) = self.cores.get_mut(place) {
                    core.proxy.judge(now, wish.program, Ok(()));
                }
            }
            Ok(chosen) => {
                self.remark(&format!("{name}: wants {wanted}"));
                self.carry(now, n, chosen);
                if let (Some(program), Some(core)) = (self.programs.get(n), self.cores.get_mut(chosen)) {
                    // The core asks about it, and then it is at the right place.
                    core.proxy.repeat(now, program.id, wish);
                }
            }
            Err((denied, reason)) => {
                note(&format!("wwanctl: {name}: {wanted}: {reason}"));
                if let Some(core) = self.cores.get_mut(place) {
                    core.proxy.judge(now, wish.program, Err(denied));
                }
            }
        }
    }

    /// The core for a device that a program at `place` wants; opens the device if nobody has it yet.
    fn choose(&mut self, place: usize, wanted: &Path) -> Result<usize, (Denied, String)> {
        let system = |error: io::Error| (Denied::Device, error.to_string());
        let refused = |why: &str| (Denied::Access, format!("refused: {why}"));
        let path = fs::canonicalize(wanted).map_err(system)?;
        if place != LOBBY {
            let same = self.cores.get(place).is_some_and(|core| core.path == path);
            return if same { Ok(place) } else { Err(refused("it uses another device already")) };
        }
        match &self.only {
            Some(only) if *only != path => return Err(refused("not the device that --device names")),
            Some(_) => {}
            // A program must not make this one talk to whatever listens on some socket.
            None => {
                let kind = fs::metadata(&path).map_err(system)?.file_type();
                if !kind.is_char_device() {
                    return Err(refused("not a character device"));
                }
            }
        }
        if let Some(open) = self.cores.iter().position(|core| core.line.is_some() && core.path == path) {
            return Ok(open);
        }
        let free = self.cores.iter().skip(1).position(|core| core.line.is_none()).map(|free| free.saturating_add(1));
        let free = match free {
            Some(free) => free,
            None if self.cores.len() > DEVICES => return Err(refused("too many devices")),
            None => {
                self.cores.push(Core::new(Engine::new(self.kind), Trace::new(self.verbose, self.start)));
                self.cores.len().saturating_sub(1)
            }
        };
        let line = Line::open(&path, self.kind.framing(false));
        let line = line.map_err(|error| (Denied::Device, error.to_string()))?;
        if let Some(core) = self.cores.get_mut(free) {
            core.proxy.set_max_transfer(line.port.max_message());
            (core.path, core.line) = (path, Some(line));
        }
        Ok(free)
    }

    /// Takes a program to another core. What the old one has for it goes before what the new one will have.
    fn carry(&mut self, now: Instant, n: usize, to: usize) {
        self.hand_over(n);
        let Some(program) = self.programs.get_mut(n) else {
            return;
        };
        if let Some(core) = self.cores.get_mut(program.place) {
            core.proxy.disconnect(now, program.id);
        }
        program.place = to;
        match self.cores.get_mut(to).and_then(|core| core.proxy.connect()) {
            Some(id) => program.id = id,
            None => program.end = Some(End::NoRoom), // never: see `admit`
        }
    }

    /// Gives a program all that its core has for it.
    fn hand_over(&mut self, n: usize) {
        let Some(program) = self.programs.get_mut(n) else {
            return;
        };
        if let Some(core) = self.cores.get_mut(program.place) {
            while let Some((_, transfer)) = core.proxy.transmit_program(|id| id == program.id) {
                program.send(transfer);
            }
        }
    }

    /// A device is gone: its programs are told, and begin again if they can.
    fn lose(&mut self, now: Instant, place: usize) {
        let Some(core) = self.cores.get_mut(place) else {
            return;
        };
        let begin_again = core.proxy.modem_gone(now);
        if let Some(losses) = core.line.take().and_then(|line| line.losses()) {
            note(&format!("wwanctl: {}: {losses}", core.name()));
        }
        for n in 0..self.programs.len() {
            if self.programs.get(n).is_none_or(|program| program.place != place) {
                continue;
            }
            if begin_again {
                self.carry(now, n, LOBBY);
            } else {
                self.hand_over(n);
                if let Some(program) = self.programs.get_mut(n) {
                    program.end = Some(End::Lost);
                }
            }
        }
        // Whatever the core had to say was about a device that is gone.
        while self.cores.get_mut(place).is_some_and(|core| core.proxy.hear().is_some()) {}
    }

    /// A line has failed.
    fn fail(&mut self, now: Instant, place: usize, error: &LinuxError) {
        let name = self.cores.get(place).map(Core::name).unwrap_or_default();
        note(&format!("wwanctl: {name}: {error}"));
        self.lose(now, place);
    }

    /// Gives a device what it takes; whether there was something.
    fn tell_device(&mut self, now: Instant, place: usize) -> bool {
        let mut moved = false;
        while let Some(core) = self.cores.get_mut(place) {
            if !core.line.as_ref().is_some_and(Line::is_free) {
                break;
            }
            let Some(transfer) = core.proxy.transmit_modem(now).map(<[u8]>::to_vec) else {
                break;
            };
            moved = true;
            trace(core, &mut self.capture, now, Direction::Sent, &transfer);
            let sent = core.line.as_mut().map_or(Ok(()), |line| line.send(&transfer));
            if let Err(error) = sent {
                self.fail(now, place, &error);
            }
        }
        moved
    }

    /// Gives programs what they take; whether there was something.
    fn tell_programs(&mut self, place: usize) -> bool {
        let mut moved = false;
        while let Some(core) = self.cores.get_mut(place) {
            let programs = &mut self.programs;
            let is = |program: &Program, client| (program.place, program.id) == (place, client);
            let free = |client| programs.iter().any(|program| is(program, client) && program.is_free());
            let Some((client, transfer)) = core.proxy.transmit_program(free) else {
                break;
            };
            if let Some(program) = programs.iter_mut().find(|program| is(program, client)) {
                program.send(transfer);
            }
            moved = true;
        }
        moved
    }

    /// Disconnects programs that have left, or have to; whether there were some.
    fn see_off(&mut self, now: Instant) -> bool {
        let mut moved = false;
        let (gone, here) = self.programs.drain(..).partition(|program| program.end.is_some());
        self.programs = here;
        for program in Vec::<Program>::into_iter(gone) {
            moved = true;
            if let Some(core) = self.cores.get_mut(program.place) {
                core.proxy.disconnect(now, program.id);
            }
            match program.end {
                Some(End::Stuck) => {
                    self.dropped = self.dropped.saturating_add(1);
                    note(&format!("wwanctl: {}: disconnected: it does not read its messages", program.name));
                }
                Some(End::Garbage) => {
                    self.dropped = self.dropped.saturating_add(1);
                    let (name, garbage) = (&program.name, program.garbage());
                    note(&format!("wwanctl: {name}: disconnected: it sends what is no message ({garbage} bytes)"));
                }
                Some(End::Lost) => self.remark(&format!("{}: disconnected: its modem is gone", program.name)),
                Some(End::NoRoom) => note(&format!("wwanctl: {}: disconnected: no room for it", program.name)),
                _ => self.remark(&format!("{}: left", program.name)),
            }
            if program.garbage() > 0 && program.end != Some(End::Garbage) {
                self.remark(&format!("{}: {} bytes belonged to no message", program.name, program.garbage()));
            }
        }
        moved
    }

    /// Takes the next connection; false if the system refuses for now.
    fn admit(&mut self, listener: &UnixListener) -> bool {
        let socket = match listener.accept() {
            Ok((socket, _)) => socket,
            Err(error) => {
                let usual = [ErrorKind::WouldBlock, ErrorKind::Interrupted, ErrorKind::ConnectionAborted];
                if usual.contains(&error.kind()) {
                    return true;
                }
                note(&format!("wwanctl: a connection could not be taken: {error}"));
                return false;
            }
        };
        let Ok(peer) = rustix::net::sockopt::socket_peercred(&socket) else {
            return true;
        };
        let (process, user, group) = (peer.pid.as_raw_nonzero(), peer.uid.as_raw(), peer.gid.as_raw());
        if !self.access.allows(user, group) {
            self.turn_away(&format!("process {process} of user {user} may not use modems; see --user and --group"));
            return true;
        }
        // No more than there are places in each core, so that all can go everywhere.
        let free = self.cores.get_mut(LOBBY).filter(|_| self.programs.len() < PROGRAMS);
        let Some(id) = free.and_then(|core| core.proxy.connect()) else {
            self.turn_away(&format!("process {process}: too many programs: at most {PROGRAMS}"));
            return true;
        };
        self.served = self.served.saturating_add(1);
        let name = format!("program {} (process {process})", self.served);
        self.remark(&format!("{name}: connected"));
        match Program::new(socket, name, LOBBY, id, self.kind.framing(true)) {
            Ok(program) => self.programs.push(program),
            Err(error) => {
                note(&format!("wwanctl: a connection could not be taken: {error}"));
                if let Some(core) = self.cores.get_mut(LOBBY) {
                    core.proxy.disconnect(LinuxClock::now(), id);
                }
            }
        }
        true
    }

    /// Tells that a connection was refused: the first time, or always to those who want to know it all. Otherwise programs
    /// could fill logs.
    fn turn_away(&mut self, why: &str) {
        self.refused = self.refused.saturating_add(1);
        if self.refused == 1 || self.verbose {
            note(&format!("wwanctl: {why}"));
        }
    }

    /// Waits for something to do, until `until` at most, and moves bytes between the system and the buffers.
    fn wait(
        &mut self,
        stop: Option<&UnixStream>,
        listener: Option<&UnixListener>,
        until: Instant,
    ) -> Result<Ready, Fail> {
        let now = LinuxClock::now();
        let mut until = until;
        let mut fds: Vec<PollFd<'_>> = stop.iter().map(|stop| PollFd::new(*stop, PollFlags::IN)).collect();
        fds.extend(listener.map(|listener| PollFd::new(listener, PollFlags::IN)));
        let mut lines = Vec::new();
        for (place, core) in self.cores.iter().enumerate() {
            until = until.min(core.proxy.poll_at());
            let Some(line) = &core.line else {
                continue;
            };
            until = until.min(line.late_at());
            if line.rests_until > now {
                until = until.min(line.rests_until);
            } else {
                lines.push(place);
                fds.push(PollFd::new(&line.port, line.interest()));
            }
        }
        for program in &self.programs {
            let core = self.cores.get(program.place);
            let mut interest = PollFlags::empty();
            interest.set(PollFlags::IN, core.is_some_and(|core| core.proxy.is_ready(program.id)));
            interest.set(PollFlags::OUT, !program.is_free());
            fds.push(PollFd::from_borrowed_fd(borrow(&program.socket), interest));
        }
        let left = Duration::from_millis(until.0.saturating_sub(now.0));
        let left = Timespec::try_from(left).ok().filter(|_| until != Instant::FAR);
        match poll(&mut fds, left.as_ref()) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Ready { stop: false, listener: false }),
            Err(error) => return Err(Fail::Output(format!("poll: {error}"))),
        }
        let found: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        let mut found = found.into_iter();
        let mut next = || found.next().unwrap_or(PollFlags::empty());
        let ready =
            Ready { stop: stop.is_some() && !next().is_empty(), listener: listener.is_some() && !next().is_empty() };
        let lines: Vec<(usize, PollFlags)> = lines.into_iter().map(|place| (place, next())).collect();
        for program in &mut self.programs {
            serve(program, next());
        }
        for (place, flags) in lines.into_iter().filter(|(_, flags)| !flags.is_empty()) {
            let line = self.cores.get_mut(place).and_then(|core| core.line.as_mut());
            if let Some(Err(error)) = line.map(|line| line.serve(flags)) {
                self.hear_device(now, place); // what it said before
                self.fail(now, place, &error);
            }
        }
        Ok(ready)
    }

    /// Takes leave of the programs, and releases what they have left behind, as far as that can be done in a moment.
    fn clear_up(&mut self) -> Result<(), Fail> {
        let now = LinuxClock::now();
        for program in &mut self.programs {
            program.end = Some(End::Left);
        }
        self.see_off(now);
        for core in &mut self.cores {
            core.proxy.tidy();
        }
        let end = now + CLEAR_UP;
        loop {
            let now = LinuxClock::now();
            self.work(now);
            if now >= end || self.cores.iter().all(|core| core.line.is_none() || core.proxy.is_tidy()) {
                return Ok(());
            }
            self.wait(None, None, end)?;
        }
    }

    /// What happened, for those who want to know it all.
    fn report(&self) {
        self.remark(&format!(
            "{} programs served, {} refused, {} disconnected because they did not read, or sent garbage",
            self.served, self.refused, self.dropped
        ));
        for core in self.cores.iter().skip(1) {
            if let Some(losses) = core.line.as_ref().and_then(Line::losses) {
                note(&format!("wwanctl: {}: {losses}", core.name()));
            }
            self.remark(&format!("{}: {}", core.name(), core.proxy.report()));
        }
    }
}

fn borrow(socket: &UnixStream) -> BorrowedFd<'_> {
    std::os::fd::AsFd::as_fd(socket)
}

/// Does what `poll` says that can be done.
fn serve(program: &mut Program, found: PollFlags) {
    if found.contains(PollFlags::OUT) {
        program.flush();
    }
    if found.contains(PollFlags::IN) {
        program.read();
    } else if found.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        // Nobody is there to read the answers.
        program.end = Some(End::Left);
    }
}

/// Shows and records a message to or from a device.
fn trace(core: &mut Core, capture: &mut Option<Capture>, now: Instant, direction: Direction, transfer: &[u8]) {
    core.trace.version = core.proxy.version();
    core.trace.message(now, direction, transfer);
    if let Some(Err(error)) = capture.as_mut().map(|capture| capture.message(now, direction, transfer)) {
        note(&format!("wwanctl: recording ends: {error}"));
        *capture = None;
    }
}
