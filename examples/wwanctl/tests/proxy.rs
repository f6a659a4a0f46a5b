//! `proxy` and `--proxy`: sockets with names of their own, virtual modems on pseudo-terminals, and programs of all kinds.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use std::io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::symlink;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::{Run, Terminal, command, temporary, wwanctl};
use mbim_wire::field::{Empty, Raw};
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{self, Body, CommandDone, CommandType, MessageType, Transfer};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::proxy_control::{Configuration, ConfigurationSet};
use mbim_wire::{Command, Encode, ProtocolError, Status};
use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take that is not slow by itself.
const PATIENCE: Duration = Duration::from_secs(60);

fn socket_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("wwanctl-test-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// `wwanctl proxy`.
struct Serving {
    child: Child,
    socket: String,
    said: mpsc::Receiver<String>,
}

impl Serving {
    fn new(options: &[&str]) -> Self {
        let socket = socket_name();
        let arguments = [&["proxy", "-v", "--socket", &socket], options].concat();
        let mut child = command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, said) = mpsc::channel();
        let messages = BufReader::new(child.stderr.take().unwrap());
        thread::spawn(move || messages.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let serving = Self { child, socket, said };
        serving.says("serving on @");
        serving
    }

    #[track_caller]
    fn says(&self, text: &str) {
        let start = Instant::now();
        loop {
            match self.said.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
                Ok(line) if line.contains(text) => return,
                Ok(_) => {}
                Err(error) => panic!("the proxy never said {text:?}: {error}"),
            }
        }
    }

    /// Another run, through it.
    fn run(&self, device: &str, arguments: &[&str]) -> Run {
        let proxy = format!("--proxy={}", self.socket);
        wwanctl(&[&[&proxy, "--device", device], arguments].concat())
    }

    fn program(&self) -> Program {
        let address = SocketAddr::from_abstract_name(&self.socket).unwrap();
        let stream = UnixStream::connect_addr(&address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Program(stream)
    }

    fn kill(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn ended(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A program that says what it likes.
struct Program(UnixStream);

fn written(write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], mbim_wire::EncodeError>) -> Vec<u8> {
    let mut buffer = vec![0; 0x4000];
    let length = write(&mut buffer).unwrap().len();
    buffer.truncate(length);
    buffer
}

fn asked<C: Command>(id: u32, kind: CommandType, params: &dyn Encode) -> Vec<u8> {
    written(|buf| message::write_command(buf, id, C::SERVICE, C::CID, kind, params))
}

fn configuration(id: u32, path: &str) -> Vec<u8> {
    asked::<Configuration>(id, CommandType::SET, &ConfigurationSet { device_path: path.into(), timeout: 10 })
}

impl Program {
    fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).unwrap();
    }

    /// The next transfer; `None` at the end.
    fn receive(&mut self) -> Option<Vec<u8>> {
        let mut bytes = vec![0; 12];
        self.fill(&mut bytes)?;
        let length = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
        bytes.resize(length, 0);
        self.fill(&mut bytes[12..])?;
        Some(bytes)
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Option<()> {
        match self.0.read_exact(bytes) {
            Ok(()) => Some(()),
            // The latter is for whoever is disconnected while something of his is unread.
            Err(error) if [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset].contains(&error.kind()) => None,
            Err(error) => panic!("{error}"),
        }
    }

    /// The next transfer that is no indication: type, transaction, and what stands behind the header.
    fn next(&mut self) -> (MessageType, u32, Vec<u8>) {
        loop {
            let bytes = self.receive().expect("a message");
            let transfer = Transfer::parse(&bytes).unwrap();
            if transfer.kind() != MessageType::INDICATE_STATUS {
                return (transfer.kind(), transfer.transaction_id, bytes[12..].to_vec());
            }
        }
    }

    /// The status of the answer to a command, which has to come next.
    #[track_caller]
    fn status(&mut self, id: u32) -> Status {
        let (kind, answered, rest) = self.next();
        assert_eq!((kind, answered), (MessageType::COMMAND_DONE, id));
        CommandDone::parse(&rest[8..]).unwrap().status
    }

    #[track_caller]
    fn configure(&mut self, id: u32, path: &str) -> Status {
        self.send(&configuration(id, path));
        self.status(id)
    }

    fn is_lost(&mut self, id: u32) -> bool {
        let (kind, answered, rest) = self.next();
        (kind, answered) == (MessageType::FUNCTION_ERROR, id) && rest == ProtocolError::NOT_OPENED.0.to_le_bytes()
    }
}

#[test]
fn mistakes_end_with_2() {
    for (arguments, named) in [
        (&["proxy", "--idle", "never"][..], "--idle"),
        (&["proxy", "--idle", "1", "--no-idle-exit"], "not both"),
        (&["proxy", "now"], "too many"),
        (&["proxy", "--json"], "--json"),
        (&["proxy", "--proxy"], "--proxy"),
        (&["proxy", "--protocol", "at"], "AT has none"),
        (&["proxy", "--user", "nobody knows him"], "no such user"),
        (&["proxy", "--group", "nobody knows them"], "no such group"),
        (&["proxy", "--device", "virtual:mbim"], "virtual-modem pty"),
        (&["--proxy", "--device", "virtual:mbim", "status"], "--proxy"),
        (&["--proxy", "--reopen", "status"], "--reopen"),
    ] {
        wwanctl(arguments).ended(2).says(&[named]);
    }
    wwanctl(&["proxy", "--help"]).ended(0).prints(&["--idle SECS", "--socket NAME", "--proxy[=NAME]"]);
}

#[test]
fn it_ends_when_nobody_is_there() {
    let mut serving = Serving::new(&["--idle", "0.1"]);
    assert!(serving.ended().success());
    serving.says("no program is there");
    // A program holds it up, until it leaves.
    let mut serving = Serving::new(&["--idle", "1"]);
    let program = serving.program();
    thread::sleep(Duration::from_millis(1300));
    assert!(serving.child.try_wait().unwrap().is_none());
    drop(program);
    assert!(serving.ended().success());
}

#[test]
fn a_signal_ends_it_well() {
    let modem = Terminal::new("default");
    for signal in [Signal::TERM, Signal::INT] {
        let mut serving = Serving::new(&["--no-idle-exit"]);
        let mut program = serving.program();
        assert_eq!(program.configure(1, modem.path()), Status::SUCCESS);
        serving.kill(signal);
        assert!(serving.ended().success());
        assert_eq!(program.receive(), None);
    }
}

#[test]
fn a_session_outlives_the_proxy() {
    let modem = Terminal::new("default");
    let mut serving = Serving::new(&[]);
    serving.run(modem.path(), &["connect", "--apn", "internet"]).ended(0).prints(&["connected"]);
    // Nobody else can have the device meanwhile.
    modem.run(&["status"]).ended(69).says(&["--proxy"]);
    serving.kill(Signal::TERM);
    assert!(serving.ended().success());
    let json = modem.run(&["status", "--json"]).json();
    assert_eq!(json["sessions"][0]["activation_state"], "activated");
}

#[test]
fn one_socket_has_one_proxy() {
    let serving = Serving::new(&[]);
    wwanctl(&["proxy", "--socket", &serving.socket]).ended(69).says(&["another proxy", &serving.socket]);
    let nobody = socket_name();
    wwanctl(&["--device", "/dev/null", "status", &format!("--proxy={nobody}")]).ended(69).says(&["no proxy", &nobody]);
}

#[test]
fn devices_are_told_apart_and_links_are_followed() {
    let (one, two) = (Terminal::new("default"), Terminal::new("default"));
    let link = temporary("link");
    symlink(one.path(), &link).unwrap();
    let serving = Serving::new(&[]);
    serving.run(one.path(), &["connect", "--apn", "internet"]).ended(0);
    let state = |path: &str| {
        let json = serving.run(path, &["status", "--json"]).json();
        json["sessions"][0]["activation_state"].as_str().map(str::to_owned)
    };
    assert_eq!(state(link.to_str().unwrap()).as_deref(), Some("activated"));
    assert_ne!(state(two.path()).as_deref(), Some("activated"));
    assert_eq!(state(one.path()).as_deref(), Some("activated"));
    // On one connection there is one device.
    let mut program = serving.program();
    assert_eq!(program.configure(1, one.path()), Status::SUCCESS);
    assert_eq!(program.configure(2, two.path()), Status::FAILURE);
    assert_eq!(program.configure(3, link.to_str().unwrap()), Status::SUCCESS);
}

#[test]
fn what_is_no_device_is_refused() {
    let serving = Serving::new(&[]);
    let file = temporary("file");
    std::fs::write(&file, "no modem").unwrap();
    let socket = temporary("socket");
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let paths = ["/nonexistent", "/dev", "/dev/null", file.to_str().unwrap(), socket.to_str().unwrap()];
    let mut program = serving.program();
    for (id, path) in (1..).zip(paths) {
        assert_eq!(program.configure(id, path), Status::FAILURE, "{path}");
        serving.run(path, &["status"]).ended(69).says(&[path]);
    }
    let modem = Terminal::new("default");
    assert_eq!(program.configure(99, modem.path()), Status::SUCCESS);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "no modem");
}

#[test]
fn a_device_that_is_named_is_the_only_one() {
    let (one, two) = (Terminal::new("default"), Terminal::new("default"));
    let serving = Serving::new(&["--device", one.path()]);
    serving.run(one.path(), &["radio"]).ended(0);
    serving.run(two.path(), &["radio"]).ended(69);
    serving.says("not the device that --device names");
    wwanctl(&["proxy", "--device", "/nonexistent", "--socket", &socket_name()]).ended(69).says(&["/nonexistent"]);
}

#[test]
fn a_silent_modem_is_given_up_and_its_device_let_go() {
    let modem = Terminal::new("silent");
    let serving = Serving::new(&[]);
    let mut program = serving.program();
    let set = ConfigurationSet { device_path: modem.path().into(), timeout: 1 }; // 5 seconds at least
    program.send(&asked::<Configuration>(1, CommandType::SET, &set));
    assert_eq!(program.status(1), Status::FAILURE);
    serving.says("does not open");
    // The device is free: this run gets as far as asking.
    modem.run(&["radio", "--timeout", "1"]).ended(75);
}

#[test]
fn a_modem_that_goes_away_is_told_and_the_next_one_is_served() {
    let link = temporary("link");
    let modem = Terminal::new("default");
    symlink(modem.path(), &link).unwrap();
    let link = link.to_str().unwrap();
    let serving = Serving::new(&[]);
    let mut program = serving.program();
    let mut bystander = serving.program();
    let other = Terminal::new("default");
    assert_eq!(bystander.configure(1, other.path()), Status::SUCCESS);
    assert_eq!(program.configure(1, link), Status::SUCCESS);
    drop(modem);
    assert!(program.is_lost(0));
    assert_eq!(program.configure(2, link), Status::FAILURE);
    program.send(&asked::<bc::RadioState>(3, CommandType::QUERY, &Empty {}));
    assert!(program.is_lost(3));
    // Another modem in its place, at another node: many times, in the memory of the first.
    for id in 4..24 {
        let modem = Terminal::new("default");
        std::fs::remove_file(link).unwrap();
        symlink(modem.path(), link).unwrap();
        assert_eq!(program.configure(id, link), Status::SUCCESS);
        program.send(&asked::<bc::RadioState>(id, CommandType::QUERY, &Empty {}));
        assert_eq!(program.status(id), Status::SUCCESS);
        drop(modem);
        assert!(program.is_lost(0));
    }
    bystander.send(&asked::<bc::RadioState>(2, CommandType::QUERY, &Empty {}));
    assert_eq!(bystander.status(2), Status::SUCCESS);
}

#[test]
fn programs_that_do_not_wait_are_answered_in_order() {
    let modem = Terminal::new("default");
    let serving = Serving::new(&[]);
    let mut program = serving.program();
    let mut bytes = asked::<bc::RadioState>(1, CommandType::QUERY, &Empty {});
    bytes.extend(configuration(2, modem.path()));
    bytes.extend(written(|buf| message::write_open(buf, 3, 4096)));
    bytes.extend(asked::<bc::RadioState>(4, CommandType::QUERY, &Empty {}));
    // In pieces of any size.
    for piece in bytes.chunks(7) {
        program.send(piece);
    }
    assert!(program.is_lost(1), "nothing is open yet");
    assert_eq!(program.status(2), Status::SUCCESS);
    assert_eq!(program.next(), (MessageType::OPEN_DONE, 3, vec![0; 4]));
    assert_eq!(program.status(4), Status::SUCCESS);
}

#[test]
fn the_dead_hurt_nobody() {
    let modem = Terminal::new("default");
    let serving = Serving::new(&[]);
    let mut survivor = serving.program();
    assert_eq!(survivor.configure(1, modem.path()), Status::SUCCESS);
    for id in 2..50 {
        let mut dead = serving.program();
        if id % 2 == 0 {
            assert_eq!(dead.configure(1, modem.path()), Status::SUCCESS);
        }
        match id % 6 {
            // In the middle of a transfer, of a message, of a command.
            0 => dead.send(&asked::<bc::RadioState>(9, CommandType::QUERY, &Empty {})[..20]),
            2 => {
                let mut long = asked::<bc::RadioState>(9, CommandType::SET, &Raw(&[1; 500]));
                let mut splitter = Splitter::new(&long, 100);
                let first = splitter.next(&mut long).unwrap().to_vec();
                dead.send(&first);
            }
            4 => dead.send(&asked::<bc::VisibleProviders>(9, CommandType::QUERY, &Empty {})),
            // Before it has said what it wants, or while that is under way; and garbage.
            1 => dead.send(&[0xff; 3000]),
            3 => dead.send(&configuration(1, modem.path())),
            _ => {}
        }
        drop(dead);
        survivor.send(&asked::<bc::DeviceCaps>(id, CommandType::QUERY, &Empty {}));
        assert_eq!(survivor.status(id), Status::SUCCESS);
    }
    serving.says("3000 bytes belonged to no message");
    serving.run(modem.path(), &["radio"]).ended(0);
}

#[test]
fn one_who_does_not_read_is_disconnected() {
    let quick = temporary("quick.toml");
    std::fs::write(&quick, "description = \"A radio that switches at once\"\n[delays]\nradio = 0\n").unwrap();
    let modem = Terminal::new(quick.to_str().unwrap());
    let serving = Serving::new(&[]);
    let (mut deaf, mut active) = (serving.program(), serving.program());
    assert_eq!(deaf.configure(1, modem.path()), Status::SUCCESS);
    assert_eq!(active.configure(1, modem.path()), Status::SUCCESS);
    // Asking without reading fills nothing but the sockets: the proxy reads no more questions than it can answer.
    deaf.0.set_nonblocking(true).unwrap();
    let questions: Vec<u8> =
        (2..66).flat_map(|id| asked::<bc::DeviceCaps>(id, CommandType::QUERY, &Empty {})).collect();
    let mut taken = 0;
    let mut last = Instant::now();
    while taken < 10_000_000 && last.elapsed() < Duration::from_secs(1) {
        match deaf.0.write(&questions[taken % questions.len()..]) {
            Ok(count) => (taken, last) = (taken + count, Instant::now()),
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
    assert!(taken < 10_000_000, "the proxy takes questions without end");
    // Indications come unasked. Every change of the radio causes some.
    let mut id = 2;
    let stuck = loop {
        let state = bc::RadioStateSet { radio_state: bc::RadioSwitchState(id % 2) };
        active.send(&asked::<bc::RadioState>(id, CommandType::SET, &state));
        assert_eq!(active.status(id), Status::SUCCESS);
        if let Some(line) = serving.said.try_iter().find(|line| line.contains("does not read")) {
            break line;
        }
        id += 1;
        assert!(id < 100_000, "the proxy keeps everything");
    };
    assert!(stuck.contains("disconnected"));
    // What had reached its socket can still be read; then it is over.
    deaf.0.set_nonblocking(false).unwrap();
    let mut read = 0;
    while let Some(transfer) = deaf.receive() {
        let body = Transfer::parse(&transfer).unwrap().body;
        assert!(matches!(body, Body::CommandDone(_) | Body::IndicateStatus(_)), "{body:?}");
        read += 1;
    }
    assert!(read > 0);
    serving.run(modem.path(), &["radio", "on"]).ended(0);
}

#[test]
fn there_is_room_for_so_many() {
    let modem = Terminal::new("default");
    let serving = Serving::new(&[]);
    let mut programs: Vec<Program> = (0..32).map(|_| serving.program()).collect();
    for (id, program) in (1..).zip(&mut programs) {
        assert_eq!(program.configure(id, modem.path()), Status::SUCCESS);
    }
    assert_eq!(serving.program().receive(), None);
    drop(programs.pop());
    serving.says("left");
    let mut next = serving.program();
    assert_eq!(next.configure(1, modem.path()), Status::SUCCESS);
    for (id, program) in (100..).zip(&mut programs) {
        program.send(&asked::<bc::DeviceCaps>(id, CommandType::QUERY, &Empty {}));
    }
    for (id, program) in (100..).zip(&mut programs) {
        assert_eq!(program.status(id), Status::SUCCESS);
    }
}
