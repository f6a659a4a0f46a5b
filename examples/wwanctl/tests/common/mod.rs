//! Running the program, and a virtual modem on a pseudo-terminal for it.
#![allow(dead_code)] // each test uses some of it

pub(crate) mod same;

use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use mbim_wire::catalogue::Value;
use virtual_modem::doors::{pty, watch};
use virtual_modem::{InProcess, Room, Scenario, Time};

/// How a run ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    /// The run must have ended so; returns what it printed.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        let run = self.ended(0);
        serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("{error}: {}", run.out))
    }

    /// Standard error must hold all of these.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not in: {}", self.err);
        }
        self
    }

    /// Standard output must hold all of these.
    #[track_caller]
    pub(crate) fn prints(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.out.contains(text), "{text:?} is not in: {}", self.out);
        }
        self
    }
}

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wwanctl"));
    command.args(arguments).stdin(Stdio::null());
    command
}

pub(crate) fn wwanctl(arguments: &[&str]) -> Run {
    ended(command(arguments).output().unwrap())
}

pub(crate) fn ended(output: Output) -> Run {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// The program on a virtual modem of its own.
pub(crate) fn on_virtual(scenario: &str, arguments: &[&str]) -> Run {
    let device = format!("virtual:mbim:{scenario}");
    wwanctl(&[&["--device", &device], arguments].concat())
}

/// The same over QMI.
pub(crate) fn on_virtual_qmi(scenario: &str, arguments: &[&str]) -> Run {
    let device = format!("virtual:qmi:{scenario}");
    wwanctl(&[&["--device", &device], arguments].concat())
}

/// The same over AT.
pub(crate) fn on_virtual_at(scenario: &str, arguments: &[&str]) -> Run {
    let device = format!("virtual:at:{scenario}");
    wwanctl(&[&["--device", &device], arguments].concat())
}

/// A new path in the folder for temporary files.
pub(crate) fn temporary(name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}-{number}", std::process::id()));
    let _ = std::fs::remove_file(&path);
    path
}

/// A virtual modem on a pseudo-terminal; it goes on between the programs that use it, like a real one.
pub(crate) struct Terminal {
    path: PathBuf,
    stop: Option<UnixStream>,
    thread: Option<JoinHandle<()>>,
}

impl Terminal {
    pub(crate) fn new(scenario: &str) -> Self {
        Self::speaking(|scenario, time, room| InProcess::mbim(scenario, time, room), scenario)
    }

    /// One that speaks what `protocol` makes it speak.
    pub(crate) fn speaking(
        protocol: for<'m> fn(&'m Scenario, Time, &'m mut Room) -> InProcess<'m>,
        scenario: &str,
    ) -> Self {
        let path = temporary("modem");
        let (stop, stopped) = UnixStream::pair().unwrap();
        let scenario = Scenario::load(scenario).unwrap();
        let link = path.clone();
        let thread = thread::spawn(move || {
            let mut room = Room::new();
            let modem = protocol(&scenario, Time::Real, &mut room);
            let mut watched = watch::watch(modem, 0, None).unwrap();
            pty::serve(&mut watched, Some(&link), stopped.as_fd()).unwrap();
        });
        while !path.exists() {
            assert!(!thread.is_finished(), "the virtual modem did not start");
            thread::sleep(Duration::from_millis(5));
        }
        Self { path, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    /// The program on this modem.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        wwanctl(&[&["--device", self.path()], arguments].concat())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().map(JoinHandle::join);
        if !thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}
