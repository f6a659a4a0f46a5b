//! `mux`: the virtual modem on a pseudo-terminal, its channels on others, and programs on those.
#![cfg(feature = "mux")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::{Terminal, command, temporary, wwanctl};
use rustix::process::{Pid, Signal, kill_process};
use virtual_modem::InProcess;
use wwan::channel::LinuxPort;
use wwan::channel::blocking::ByteStream as _;

/// How long anything may take that is not slow by itself.
const PATIENCE: Duration = Duration::from_secs(60);

fn modem() -> Terminal {
    Terminal::speaking(|scenario, time, room| InProcess::at(scenario, time, room), "default")
}

/// `wwanctl mux`, with what it has printed.
struct Mux {
    child: Child,
    paths: Vec<String>,
}

impl Mux {
    fn new(modem: &Terminal, options: &[&str], channels: usize) -> Self {
        let arguments = [&["--device", modem.path(), "mux"], options].concat();
        let mut child = command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (sender, said) = mpsc::channel();
        let printed = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || printed.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        let paths = (0..channels).map(|_| {
            said.recv_timeout(PATIENCE).unwrap_or_else(|_| {
                child.kill().unwrap();
                let mut why = String::new();
                child.stderr.take().unwrap().read_to_string(&mut why).unwrap();
                panic!("it printed no path: {why}")
            })
        });
        let paths = paths.collect();
        Self { child, paths }
    }

    /// Ends it; what it has said, and its exit status.
    fn stop(mut self, signal: Option<Signal>) -> (String, i32) {
        if let Some(signal) = signal {
            kill_process(Pid::from_child(&self.child), signal).unwrap();
        }
        let end = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < end, "it does not end");
            thread::sleep(Duration::from_millis(5));
        };
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (said, status.code().unwrap_or(-1))
    }
}

impl Drop for Mux {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line, and what comes until one of those is in it.
fn ask(port: &mut LinuxPort, line: &[u8], ends: &[&str]) -> String {
    let mut rest = line;
    while !rest.is_empty() {
        let count = port.write(rest).unwrap();
        rest = &rest[count..];
    }
    let until = port.now() + wwan::time::Millis::from_secs(60);
    let (mut said, mut buf) = (String::new(), [0; 256]);
    while !ends.iter().any(|end| said.contains(end)) {
        let count = port.read(&mut buf, until).unwrap().unwrap_or_else(|| panic!("{ends:?} never came: {said:?}"));
        said += &String::from_utf8_lossy(&buf[..count]);
    }
    said
}

#[test]
fn several_programs_share_a_line() {
    let modem = modem();
    let recorded = temporary("frames.pcapng");
    let mux = Mux::new(&modem, &["-v", "--channels=3", "--pcap", recorded.to_str().unwrap()], 3);
    // Programs at the same time, some of them this one.
    let [first, second, third] = [0, 1, 2].map(|n| mux.paths[n].clone());
    let runs: Vec<_> = [&first, &second]
        .into_iter()
        .map(|path| command(&["--device", path, "--protocol=at", "status"]).stdout(Stdio::piped()).spawn().unwrap())
        .collect();
    for run in runs {
        let ended = common::ended(run.wait_with_output().unwrap());
        ended.ended(0).prints(&["490154203237518"]);
    }
    // One dials, while others go on; settings hold for a channel alone.
    let mut dials = LinuxPort::open(&third).unwrap();
    ask(&mut dials, b"ATE0\r", &["OK\r\n"]);
    ask(&mut dials, b"AT&D2\r", &["OK\r\n"]);
    // The modem may have to find its network first.
    let end = Instant::now() + PATIENCE;
    while !ask(&mut dials, b"ATD*99***1#\r", &["CONNECT\r\n", "NO CARRIER\r\n"]).contains("CONNECT") {
        assert!(Instant::now() < end, "it never connects");
        thread::sleep(Duration::from_millis(100));
    }
    wwanctl(&["--device", &first, "--protocol=at", "at", "AT+CGACT?"]).ended(0).prints(&["+CGACT: 1,1"]);
    // Its terminal is closed: DTR drops, and the modem hangs up.
    drop(dials);
    let end = Instant::now() + PATIENCE;
    loop {
        let run = wwanctl(&["--device", &second, "--protocol=at", "at", "AT+CGACT?"]).ended(0);
        if run.out.contains("+CGACT: 1,0") {
            break;
        }
        assert!(Instant::now() < end, "{}", run.out);
    }
    // What the channel is then is a modem that takes commands.
    let mut again = LinuxPort::open(&third).unwrap();
    ask(&mut again, b"AT\r", &["OK\r\n"]);
    drop(again);
    let (said, code) = mux.stop(Some(Signal::TERM));
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(" 0 pieces were no frames"), "{said}");
    // The multiplexer is closed: the line takes commands at once.
    let mut line = LinuxPort::open(modem.path()).unwrap();
    ask(&mut line, b"AT\r", &["OK\r\n"]);
    drop(line);
    // Frames were recorded, each as a whole: SABM of channel 0 among them, and the end.
    let recorded = fs::read(recorded).unwrap();
    for frame in [[0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9], [0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9]] {
        assert!(recorded.windows(6).any(|bytes| bytes == frame), "{frame:x?}");
    }
    // And it can be started again, with JSON.
    let json = Mux::new(&modem, &["--json", "--channels=1"], 1);
    assert!(json.paths[0].contains('['), "{:?}", json.paths);
    assert_eq!(json.stop(Some(Signal::INT)).1, 0);
}

#[test]
fn the_end_of_the_line_is_the_end_of_the_program() {
    let modem = modem();
    let mux = Mux::new(&modem, &["--channels=1"], 1);
    drop(modem);
    let (said, code) = mux.stop(None);
    assert_eq!(code, 69, "{said}");
    // What is no modem, or none with frames.
    wwanctl(&["mux"]).ended(2).says(&["--device expected"]);
    wwanctl(&["--device=virtual:at", "mux"]).ended(2).says(&["virtual-modem pty"]);
    wwanctl(&["--device=/dev/null", "mux", "--channels=9"]).ended(2).says(&["1 to 8"]);
    wwanctl(&["--device=/nonexistent", "mux"]).ended(69);
}
