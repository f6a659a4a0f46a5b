//! The program: its doors, its clients that come and go, its exit status. In real time, with real descriptors.
#![cfg(feature = "cli")]
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

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use common::Buffers;
use common::usb_host::{Replies, Reply, bulk_in, control_in, control_out, setup};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, Signal, kill_process};
use wwan::channel::blocking::MessageChannel as _;
use wwan::channel::linux::Operation;
use wwan::channel::{LinuxChannel, LinuxError, LinuxPort, Protocol};
use wwan::mbim_wire::field::Empty;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::time::Millis;

const PATIENCE: Duration = Duration::from_secs(60);

/// A program that does not outlive this.
struct Program {
    child: Child,
    lines: Receiver<String>,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_virtual-modem"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = child.stdout.take().unwrap();
        thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).all(|line| sender.send(line).is_ok())
        });
        Self { child, lines }
    }

    fn line(&self) -> String {
        self.lines.recv_timeout(PATIENCE).expect("a line")
    }

    /// Asks it to end, and waits until it has.
    fn stop(mut self, signal: Signal) -> (ExitStatus, String) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.end()
    }

    fn end(&mut self) -> (ExitStatus, String) {
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("virtual-modem-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Asks the modem behind a device or socket who it is.
fn identify(port: LinuxPort) -> String {
    let mut buffers = Buffers::new();
    let mut client = buffers.client(LinuxChannel::new(port));
    client.open().unwrap();
    let caps = client.query::<bc::DeviceCaps>(&Empty {}).unwrap();
    let imei: String = caps.device_id().unwrap().chars().collect();
    client.close().unwrap();
    imei
}

/// As [`identify`]. A process that another test is just starting holds the claim of the last client a little longer.
fn identify_path(path: &str) -> String {
    let start = Instant::now();
    loop {
        match LinuxPort::open(path) {
            Ok(port) => return identify(port),
            Err(LinuxError::System { operation: Operation::Lock, .. }) if start.elapsed() < PATIENCE => {
                thread::sleep(Duration::from_millis(1));
            }
            Err(error) => panic!("{path}: {error}"),
        }
    }
}

const IMEI: &str = "490154203237518";

#[test]
fn a_terminal_serves_one_client_after_the_other() {
    let program = Program::start(&["pty"]);
    let path = program.line();
    for _ in 0..5 {
        assert_eq!(identify_path(&path), IMEI);
    }
    let (status, said) = program.stop(Signal::TERM);
    assert!(status.success() && said.is_empty(), "{status}: {said}");
}

/// A raw client: what a program that breaks off half-way has done.
fn raw(path: &str) -> File {
    OpenOptions::new().read(true).write(true).open(path).unwrap()
}

const OPEN: [u8; 16] = [1, 0, 0, 0, 16, 0, 0, 0, 7, 0, 0, 0, 0, 16, 0, 0];

#[test]
fn clients_that_break_off_leave_nothing_behind() {
    let program = Program::start(&["pty"]);
    let path = program.line();
    // Half a message.
    raw(&path).write_all(&OPEN[..9]).unwrap();
    assert_eq!(identify_path(&path), IMEI);
    // The header of a long message.
    raw(&path).write_all(&[3, 0, 0, 0, 0, 16, 0, 0, 7, 0, 0, 0]).unwrap();
    assert_eq!(identify_path(&path), IMEI);
    // Garbage.
    raw(&path).write_all(&[0xff; 1000]).unwrap();
    assert_eq!(identify_path(&path), IMEI);
    // Answers that nobody has read, for a while: the terminal is full, and the program must not mind.
    let mut careless = raw(&path);
    for _ in 0..200 {
        careless.write_all(&OPEN).unwrap();
    }
    drop(careless);
    assert_eq!(identify_path(&path), IMEI);
}

#[test]
fn what_one_client_leaves_unread_does_not_confuse_the_next() {
    let program = Program::start(&["pty"]);
    let path = program.line();
    for number in 1..=99 {
        let mut client = raw(&path);
        client.write_all(&close(number)).unwrap();
        let mut answer = [0; 16];
        for strays in 0.. {
            client.read_exact(&mut answer).unwrap();
            assert_eq!((answer[0], answer[3]), (2, 0x80), "client {number}");
            if answer[8..12] == number.to_le_bytes() {
                break;
            }
            // The last client's last answers may come late, if that client has only just gone.
            assert!(strays <= 10 && [100, 200].contains(&answer[8]), "client {number}: {answer:?}");
        }
        for _ in 0..10 {
            client.write_all(&close(100)).unwrap();
        }
        client.read_exact(&mut answer).unwrap();
        client.write_all(&close(200)).unwrap();
    }
}

/// CLOSE, which a closed function answers, too, and indicates nothing.
fn close(transaction_id: u32) -> Vec<u8> {
    [2_u32, 12, transaction_id].iter().flat_map(|word| word.to_le_bytes()).collect()
}

#[test]
fn a_reader_that_stops_is_waited_for() {
    let program = Program::start(&["pty"]);
    let path = program.line();
    let mut client = raw(&path);
    let mut writer = client.try_clone().unwrap();
    // More answers than terminal and program hold: the program stops listening until it is heard.
    const COUNT: u32 = 10_000;
    let sender = thread::spawn(move || {
        for number in 1..=COUNT {
            writer.write_all(&close(number)).unwrap();
        }
    });
    let mut answer = [0; 16];
    for number in 1..=COUNT {
        client.read_exact(&mut answer).unwrap();
        assert_eq!(answer[8..12], number.to_le_bytes());
    }
    sender.join().unwrap();
}

/// Reads whole lines until one is a final result.
fn hear(file: &mut File) -> String {
    let mut heard = String::new();
    while !(["OK\r\n", "ERROR\r\n", "NO CARRIER\r\n", "CONNECT\r\n"].iter().any(|end| heard.ends_with(end))) {
        let mut waits = [PollFd::new(file, PollFlags::IN)];
        let ready = poll(&mut waits, Some(&PATIENCE.try_into().unwrap())).unwrap();
        assert_eq!(ready, 1, "nothing more behind {heard:?}");
        let mut byte = [0];
        file.read_exact(&mut byte).unwrap();
        heard.push(char::from(byte[0]));
    }
    heard
}

#[test]
fn a_client_that_follows_at_once_does_not_find_the_call_of_its_predecessor() {
    let program = Program::start(&["pty", "--protocol", "at"]);
    let path = program.line();
    let mut first = raw(&path);
    first.write_all(b"AT+CGDCONT=1,\"IP\",\"internet\"\r").unwrap();
    assert!(hear(&mut first).ends_with("OK\r\n"));
    // Until it is registered it refuses.
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < PATIENCE, "it does not register");
        first.write_all(b"ATD*99***1#\r").unwrap();
        if hear(&mut first).ends_with("CONNECT\r\n") {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    // One goes and another comes while nobody looks.
    let pid = Pid::from_child(&program.child);
    kill_process(pid, Signal::STOP).unwrap();
    drop(first);
    let mut second = raw(&path);
    second.write_all(b"AT+CGMM\r").unwrap();
    kill_process(pid, Signal::CONT).unwrap();
    assert!(hear(&mut second).contains("Virtual Modem"));
}

#[test]
fn the_link_is_there_as_long_as_the_program() {
    let scratch = Scratch::new("link");
    let link = scratch.path("modem");
    let program = Program::start(&["pty", "--link", &link]);
    let path = program.line();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new(&path));
    assert_eq!(identify_path(&link), IMEI);
    let (status, _) = program.stop(Signal::INT);
    assert!(status.success() && fs::symlink_metadata(&link).is_err());
    // A file of that name is not replaced.
    File::create(&link).unwrap();
    let mut program = Program::start(&["pty", "--link", &link]);
    let (status, said) = program.end();
    assert_eq!(status.code(), Some(69), "{said}");
    assert!(said.contains(&link));
}

#[test]
fn what_cannot_be_recorded_is_counted() {
    let program = Program::start(&["pty", "--pcap", "/dev/full"]);
    assert_eq!(identify_path(&program.line()), IMEI);
    let (status, said) = program.stop(Signal::TERM);
    assert!(status.success());
    assert_eq!(said, "virtual-modem: 6 messages could not be recorded\n");
}

#[test]
fn messages_are_printed_and_recorded() {
    let scratch = Scratch::new("watch");
    let pcap = scratch.path("messages.pcapng");
    let program = Program::start(&["pty", "-vv", "--pcap", &pcap]);
    identify_path(&program.line());
    let (_, said) = program.stop(Signal::TERM);
    let lines: Vec<_> = said.lines().map(|line| line.split_once(' ').unwrap().1).collect();
    assert_eq!(lines.len(), 6, "{said}");
    assert_eq!(lines[0], "> open #1");
    assert_eq!(lines[2], "> command #2 Basic Connect Device Caps query {}");
    assert!(lines[3].contains("\"MaxSessions\":8") && !said.contains(IMEI), "personal values are hidden: {said}");
    let recorded = fs::read(&pcap).unwrap();
    assert_eq!(recorded[..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    assert!(recorded.windows(OPEN.len()).any(|bytes| bytes[..8] == OPEN[..8]));
}

#[test]
fn an_unplugged_modem_comes_back_on_another_terminal() {
    let scratch = Scratch::new("unplug");
    let file = scratch.path("unplug.toml");
    let events = "[[event]]\nat = 1_000\ndo = 'unplug'\n[[event]]\nat = 1_500\ndo = 'plug'\n";
    fs::write(&file, events).unwrap();
    let link = scratch.path("modem");
    let program = Program::start(&["pty", "--scenario", &file, "--link", &link]);
    let path = program.line();
    let mut client = raw(&path);
    // The end of the terminal, like that of a device.
    let mut rest = Vec::new();
    let gone = client.read_to_end(&mut rest);
    assert!(gone.is_err() || rest.is_empty(), "{gone:?}");
    let path = program.line();
    assert_eq!(fs::read_link(&link).unwrap(), Path::new(&path));
    assert_eq!(identify_path(&path), IMEI);
}

#[test]
fn tcp_clients_are_served_one_after_the_other() {
    let program = Program::start(&["socket", "--listen", "127.0.0.1:0"]);
    let line = program.line();
    let address = line.strip_prefix("listening ").unwrap();
    for _ in 0..3 {
        let mut broken = TcpStream::connect(address).unwrap();
        broken.write_all(&OPEN[..11]).unwrap();
        drop(broken);
        let stream = TcpStream::connect(address).unwrap();
        assert_eq!(identify(LinuxPort::from_fd(OwnedFd::from(stream)).unwrap()), IMEI);
    }
    let (status, said) = program.stop(Signal::TERM);
    assert!(status.success() && said.is_empty(), "{said}");
}

/// A socket to the program that listens on `path`.
fn connect(path: &str) -> UnixStream {
    let stream = UnixStream::connect(path).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

#[test]
fn a_socket_client_that_says_no_more_is_answered() {
    let scratch = Scratch::new("half-close");
    let path = scratch.path("modem");
    let program = Program::start(&["socket", "--protocol", "at", "--listen", &format!("unix:{path}")]);
    program.line();
    for _ in 0..3 {
        let mut client = connect(&path);
        client.write_all(b"ATE0\rAT+CGSN\r").unwrap();
        client.shutdown(std::net::Shutdown::Write).unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).unwrap();
        assert!(said.contains(IMEI), "{said:?}");
    }
}

#[test]
fn a_socket_client_that_does_not_read_is_not_listened_to() {
    let scratch = Scratch::new("no-reader");
    let path = scratch.path("modem");
    let program = Program::start(&["socket", "--listen", &format!("unix:{path}")]);
    program.line();
    let mut client = connect(&path);
    client.set_nonblocking(true).unwrap();
    // Half a second in which it takes nothing, before it has taken far more than sockets and program hold.
    let piece = close(1).repeat(340);
    let (mut taken, mut refusals) = (0, 0);
    while refusals < 20 {
        match client.write(&piece) {
            Ok(count) => (taken, refusals) = (taken + count, 0),
            Err(_) => {
                refusals += 1;
                thread::sleep(Duration::from_millis(25));
            }
        }
        assert!(taken < 4 * 1024 * 1024, "it takes whatever comes");
    }
    // It is let go when it goes.
    drop(client);
    assert_eq!(identify_path(&path), IMEI);
}

#[test]
fn a_modem_speaks_qmi_on_a_terminal_and_on_a_socket() {
    let scratch = Scratch::new("qmi");
    let (link, socket) = (scratch.path("modem"), scratch.path("qmux_socket"));
    let listen = format!("unix:{socket}");
    let terminal = Program::start(&["pty", "--protocol", "qmi", "--link", &link]);
    assert!(terminal.line().starts_with("/dev/pts/"));
    let listener = Program::start(&["socket", "--protocol", "qmi", "-v", "--listen", &listen]);
    assert_eq!(listener.line(), format!("listening {listen}"));
    assert_eq!(Protocol::of(&socket), Some(Protocol::Qmi));
    // Frames of the reference sheet, QMI §1.6: Sync and its success.
    let request = [1, 0x0b, 0, 0, 0, 0, 0, 1, 0x27, 0, 0, 0];
    let response = [1, 0x12, 0, 0x80, 0, 0, 1, 1, 0x27, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0];
    for path in [&link, &link, &socket, &socket] {
        let mut channel = LinuxChannel::qmux(LinuxPort::open(path).unwrap());
        let mut buffer = [0; 64];
        let limit = channel.now() + Millis::from_secs(60);
        channel.send(&request).unwrap();
        // That it has started, the modem may tell just now.
        let answer = loop {
            let length = channel.receive(&mut buffer, limit).unwrap().expect("an answer");
            if length > request.len() {
                break &buffer[..length];
            }
        };
        assert_eq!(answer, response);
    }
    let (status, said) = listener.stop(Signal::TERM);
    assert!(status.success());
    assert!(said.contains("> request #1 CTL Sync\n") && said.contains("< response #1 CTL Sync success\n"), "{said}");
}

#[test]
fn a_unix_socket_is_removed_and_a_stale_one_replaced() {
    let scratch = Scratch::new("unix");
    let path = scratch.path("modem");
    let address = format!("unix:{path}");
    let program = Program::start(&["socket", "--listen", &address]);
    assert_eq!(program.line(), format!("listening {address}"));
    assert_eq!(identify_path(&path), IMEI);
    // A second one finds the place taken.
    let (status, said) = Program::start(&["socket", "--listen", &address]).end();
    assert_eq!(status.code(), Some(69), "{said}");
    // Killed, it cannot clean up; its successor does.
    let mut program = program;
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    assert!(UnixStream::connect(&path).is_err() && fs::symlink_metadata(&path).is_ok());
    let program = Program::start(&["socket", "--listen", &address]);
    program.line();
    assert_eq!(identify_path(&path), IMEI);
    program.stop(Signal::TERM);
    assert!(fs::symlink_metadata(&path).is_err());
}

#[test]
fn the_exit_status_tells_what_is_wrong() {
    let cases: &[(&[&str], i32, &str)] = &[
        (&[], 2, "Usage"),
        (&["pty", "--frobnicate"], 2, "--frobnicate"),
        (&["pty", "--protocol", "at", "--pcap", "at.pcapng"], 2, "AT has no messages to record"),
        (&["socket"], 2, "--listen"),
        (&["socket", "--listen", "nowhere"], 2, "HOST:PORT, unix:PATH or unix:@NAME"),
        (&["usbip", "--listen", "nowhere"], 2, "HOST:PORT"),
        (&["usbip", "--listen", "127.0.0.1:65536"], 2, "HOST:PORT"),
        (&["pty", "--scenario", "nothing"], 65, "locked-sim"),
        (&["pty", "--scenario", "/dev/zero"], 65, "too large"),
        (&["pty", "--pcap", "/no/such/folder/file"], 69, "/no/such/folder/file"),
        (&["socket", "--listen", "unix:/no/such/folder/socket"], 69, "/no/such/folder/socket"),
        (&["scenarios", "nothing"], 2, "nothing"),
    ];
    for (arguments, status, text) in cases {
        let (ended, said) = Program::start(arguments).end();
        assert_eq!(ended.code(), Some(*status), "{arguments:?}: {said}");
        assert!(said.contains(text), "{arguments:?}: {said}");
    }
}

#[test]
fn scenarios_are_listed_and_shown() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_virtual-modem")).args(arguments).output().unwrap();
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap()
    };
    let list = run(&["scenarios"]);
    let names: Vec<_> = list.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    let expected = virtual_modem::scenario::BUILT_IN.iter().map(|built_in| built_in.name);
    assert_eq!(names, expected.collect::<Vec<_>>());
    assert!(run(&["scenarios", "locked-sim"]).contains("[sim.pin1]"));
}

#[test]
fn nothing_is_done_while_nothing_happens() {
    let mut program = Program::start(&["pty"]);
    let client = raw(&program.line());
    // How often it has gone to sleep.
    let sleeps = |child: &Child| -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
        let mut lines = status.lines();
        let count = lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:")).unwrap();
        count.trim().parse().unwrap()
    };
    let before = sleeps(&program.child);
    thread::sleep(Duration::from_secs(2));
    let after = sleeps(&program.child);
    drop(client);
    assert!(program.child.try_wait().unwrap().is_none());
    // The SIM, a search, an attach: each wakes it once.
    assert!(after - before < 20, "{before} {after}");
}

/// A connection to a server of USB/IP, and what it says until it ends or there are so many bytes.
fn usbip(address: &str, request: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request).unwrap();
    stream
}

fn read_to_end(mut stream: TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    all
}

/// OP_REQ_DEVLIST.
const LIST: [u8; 8] = [0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0];

/// OP_REQ_IMPORT of the only device.
fn import() -> Vec<u8> {
    let mut request = vec![0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0];
    request.extend(b"1-1");
    request.resize(40, 0);
    request
}

#[test]
fn a_modem_is_listed_and_imported_over_usbip() {
    let program = Program::start(&["usbip", "--listen", "127.0.0.1:0", "--kind", "composite"]);
    let line = program.line();
    let address = line.strip_prefix("listening ").unwrap();

    // What is no such protocol ends the connection, and only that.
    assert_eq!(read_to_end(usbip(address, b"GET / HTTP/1.1\r\n\r\n")), b"");
    let list = read_to_end(usbip(address, &LIST));
    assert_eq!((&list[..12], list.len()), (&[1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1][..], 12 + 312 + 6 * 4));

    let mut stream = usbip(address, &import());
    let mut answer = [0; 8 + 312];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer[..8], [1, 0x11, 0, 3, 0, 0, 0, 0]);
    // Nobody else can have it now.
    assert_eq!(read_to_end(usbip(address, &import())), [1, 0x11, 0, 3, 0, 0, 0, 2]);

    let mut replies = Replies::default();
    let frames = [
        control_in(1, setup(0x80, 6, 0x0100, 0, 18)),
        control_out(2, setup(0x00, 9, 1, 0, 0), &[]),
        control_out(3, setup(0x01, 11, 1, 1, 0), &[]),
        bulk_in(4, 2, 0, 512),
        bulk_in(5, 1, 0, 64),
    ];
    for frame in frames {
        replies.sent(&frame);
        stream.write_all(&frame).unwrap();
    }
    // Three are answered at once, two wait for the modem.
    let mut seen = Vec::new();
    let mut piece = [0; 256];
    while seen.len() < 3 {
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "{seen:?}");
        replies.extend(&piece[..count]);
        while let Some(Reply::Submit { number, status, data, .. }) = replies.next() {
            seen.push((number, status, data.len()));
        }
    }
    assert_eq!(seen, [(1, 0, 18), (2, 0, 0), (3, 0, 0)]);

    // A host that goes leaves the modem to the next, and one that says what is no command is sent away.
    drop(stream);
    let mut stream = import_when_free(address);
    stream.write_all(&[0xff; 48]).unwrap();
    assert_eq!(read_to_end(stream), b"");
    let stream = import_when_free(address);

    let (status, said) = program.stop(Signal::TERM);
    assert!(status.success(), "{said}");
    assert!(said.contains("connection ended: version 0x4745 of USB/IP instead of 0x0111"), "{said}");
    assert!(said.contains("connection ended: unknown command 0xffffffff"), "{said}");
    assert_eq!(read_to_end(stream), b"");
}

/// Imports the device as soon as the last host has gone.
fn import_when_free(address: &str) -> TcpStream {
    let start = Instant::now();
    loop {
        let mut stream = usbip(address, &import());
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).unwrap();
        if answer == [1, 0x11, 0, 3, 0, 0, 0, 0] {
            stream.read_exact(&mut [0; 312]).unwrap();
            return stream;
        }
        assert_eq!(answer, [1, 0x11, 0, 3, 0, 0, 0, 2]);
        assert!(start.elapsed() < PATIENCE, "the last host never goes");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn without_the_kernels_module_the_modem_cannot_be_plugged_in() {
    if Path::new("/sys/devices/platform/vhci_hcd.0").exists() {
        return; // another test has a kernel for that
    }
    let (status, said) = Program::start(&["vhci", "--kind", "qmi"]).end();
    assert_eq!(status.code(), Some(69));
    assert!(said.contains("hint: the kernel's module is not loaded: `modprobe vhci-hcd`"), "{said}");
}
