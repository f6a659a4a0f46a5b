//! Real peers as judges of the virtual modem and of the host: what the tests share.
//!
//! The tests need the programs `virtual-modem` and `wwanctl` beside them in the target directory, and mbimcli, qmicli,
//! their proxies and tshark on the machine; `./ci.sh interop` sees to both. Nothing here waits for a fixed time: conditions are asked for until they
//! hold or a generous limit is over. Every process that is started is killed when its owner is dropped.
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc)] // tests for hosts
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)] // test support: the message is the report

pub mod dissector;
pub mod mbimcli;
pub mod qmi;
pub mod qmicli;
pub mod rows;
pub mod tshark;

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use wwan::channel::blocking::MessageChannel;
use wwan::client::mbim::Memory;
use wwan::client::mbim::blocking::Client;
use wwan::session::mbim::{Config, Memory as SessionMemory, Slot};

/// How long anything may take that is not slow by itself.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Asks `condition` until it yields something.
///
/// # Panics
///
/// If it does not within [`PATIENCE`].
pub fn until<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    until_within(PATIENCE, what, condition)
}

fn until_within<T>(patience: Duration, what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(start.elapsed() < patience, "timeout: {what}");
        thread::sleep(Duration::from_millis(2));
    }
}

/// A process that does not outlive this.
#[derive(Debug)]
pub struct Guarded(pub Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A directory that does not outlive this.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new directory.
    ///
    /// # Panics
    ///
    /// If it cannot be made.
    #[must_use]
    #[allow(clippy::new_without_default)] // it does something
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("wwan-interop-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("make a directory for temporary files");
        Self(path)
    }

    /// A path inside.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A program of ours, built into the same target directory as the running test.
///
/// # Panics
///
/// If it is not there.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let test = env::current_exe().expect("path of the test");
    let mut beside = test.ancestors().skip(1).take(2).map(|folder| folder.join(name));
    beside.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!("{name} is not beside the tests: cargo build -p {name}, with the same profile");
    })
}

/// The program `virtual-modem`, serving on a pseudo-terminal.
#[derive(Debug)]
pub struct VirtualModem {
    child: Guarded,
    /// The pseudo-terminal.
    pub path: PathBuf,
    lines: mpsc::Receiver<String>,
    messages: mpsc::Receiver<String>,
}

/// The lines of a stream as they come.
fn lines(stream: impl std::io::Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    lines
}

impl VirtualModem {
    /// Starts it with a scenario.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn start(scenario: impl AsRef<OsStr>) -> Self {
        Self::with(scenario, &[""; 0])
    }

    /// Starts it with a scenario and more options.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn with<O: AsRef<OsStr>>(scenario: impl AsRef<OsStr>, options: &[O]) -> Self {
        Self::speaking("mbim", scenario, options)
    }

    /// Starts it with a protocol (`mbim`, `qmi`, `at`), a scenario and more options.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn speaking<O: AsRef<OsStr>>(protocol: &str, scenario: impl AsRef<OsStr>, options: &[O]) -> Self {
        Self::spawn(
            Command::new(program("virtual-modem"))
                .args(["pty", "--protocol", protocol, "--verbose", "--scenario"])
                .arg(scenario)
                .args(options),
        )
    }

    /// Starts it with a protocol and a scenario on an abstract socket of that name.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn listening(protocol: &str, scenario: impl AsRef<OsStr>, name: &str) -> Self {
        Self::spawn(
            Command::new(program("virtual-modem"))
                .args(["socket", "--protocol", protocol, "--verbose", "--scenario"])
                .arg(scenario)
                .args(["--listen", &format!("unix:@{name}")]),
        )
    }

    /// Starts it with a protocol and a scenario on a TCP port of this machine, and returns its address, too.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    pub fn listening_on_tcp(protocol: &str, scenario: impl AsRef<OsStr>) -> (Self, String) {
        let modem = Self::spawn(
            Command::new(program("virtual-modem"))
                .args(["socket", "--protocol", protocol, "--verbose", "--scenario"])
                .arg(scenario)
                .args(["--listen", "127.0.0.1:0"]),
        );
        let said = modem.path.to_str().and_then(|said| said.strip_prefix("listening "));
        let address = said.expect("the address").to_owned();
        (modem, address)
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("start virtual-modem");
        let said = lines(child.stdout.take().expect("its output"));
        let messages = lines(child.stderr.take().expect("its messages"));
        let child = Guarded(child);
        let path = said.recv_timeout(PATIENCE).expect("the path of the pseudo-terminal");
        Self { child, path: path.into(), lines: said, messages }
    }

    /// Waits for a message that passes its door, as it prints it: `> command #2 Basic Connect Connect set`, say.
    ///
    /// # Panics
    ///
    /// If none with `text` in it comes.
    pub fn sees(&self, text: &str) {
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.messages.recv_timeout(left) {
                Ok(line) if line.contains(text) => return,
                Ok(_) => {}
                Err(error) => panic!("the modem never saw {text:?}: {error}"),
            }
        }
    }

    /// The messages that have passed its door and were not asked for yet, as it prints them.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        self.messages.try_iter().collect()
    }

    /// Runs mbimcli on it.
    ///
    /// # Panics
    ///
    /// As [`run`].
    #[must_use]
    pub fn mbimcli(&self, arguments: &[&str]) -> Said {
        mbimcli(&self.path, arguments)
    }

    /// Asks with mbimcli until a value is printed.
    ///
    /// # Panics
    ///
    /// If it is not within [`PATIENCE`].
    pub fn wait_for(&self, action: &str, key: &str, value: &str) {
        until(&format!("{action}: {key} {value}"), || {
            let said = self.mbimcli(&[action]);
            (said.values(key).first() == Some(&value)).then_some(())
        });
    }

    /// The next line it prints: the path after it was plugged in again.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn next_path(&self) -> PathBuf {
        self.lines.recv_timeout(PATIENCE).expect("another path").into()
    }

    /// Its process.
    pub const fn child(&mut self) -> &mut Child {
        &mut self.child.0
    }
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub struct Said {
    /// The exit status.
    pub status: ExitStatus,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// The values printed as `KEY: 'VALUE'`, in order.
    #[must_use]
    pub fn values(&self, key: &str) -> Vec<&str> {
        let lines = self.out.lines().filter_map(|line| {
            // Some lines begin with the device: `[/dev/pts/0] Provisioned contexts (1):`.
            let line = line.strip_prefix('[').and_then(|line| line.split_once("] ")).map_or(line, |(_, line)| line);
            let (name, value) = line.split_once(':')?;
            (name.trim() == key).then(|| value.trim().trim_matches('\''))
        });
        lines.collect()
    }

    /// The first value of a key.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[must_use]
    pub fn value(&self, key: &str) -> &str {
        match self.values(key).first() {
            Some(value) => value,
            None => panic!("no `{key}` in: {self:#?}"),
        }
    }

    /// Asserts that it succeeded.
    ///
    /// # Panics
    ///
    /// If it did not.
    #[must_use]
    pub fn good(self) -> Self {
        assert!(self.status.success(), "{self:#?}");
        self
    }

    /// Asserts that it failed, and says why on standard error.
    ///
    /// # Panics
    ///
    /// If it did not, or did not say `why`.
    #[must_use]
    pub fn bad(self, why: &str) -> Self {
        assert!(!self.status.success() && self.err.contains(why), "not {why:?}: {self:#?}");
        self
    }
}

/// Runs a program to its end.
///
/// # Panics
///
/// If it cannot be started, or does not end within [`PATIENCE`].
#[must_use]
pub fn run(command: &mut Command) -> Said {
    run_within(PATIENCE, command)
}

fn run_within(patience: Duration, command: &mut Command) -> Said {
    let child = command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = Guarded(child.unwrap_or_else(|error| panic!("{command:?}: {error}")));
    let out = whole(child.0.stdout.take().expect("its standard output"));
    let err = whole(child.0.stderr.take().expect("its standard error"));
    let status = until_within(patience, &format!("{command:?}"), || child.0.try_wait().expect("wait"));
    Said { status, out: out.join().expect("its standard output"), err: err.join().expect("its standard error") }
}

/// All of a stream.
fn whole(mut stream: impl std::io::Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// mbimcli for a device, with these arguments.
#[must_use]
pub fn mbimcli_command(device: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("mbimcli");
    command.arg("-d").arg(device).args(arguments);
    command
}

/// Runs mbimcli on a device.
///
/// # Panics
///
/// As [`run`].
#[must_use]
pub fn mbimcli(device: &Path, arguments: &[&str]) -> Said {
    run(&mut mbimcli_command(device, arguments))
}

const OWN_NETWORK: &str = "WWAN_OWN_NETWORK";

/// Whether this is a run that [`in_own_network`] has begun.
#[must_use]
pub fn is_in_own_network() -> bool {
    env::var_os(OWN_NETWORK).is_some()
}

/// Runs the test of that name, which no other begins with, once more in a network of its own, because a proxy listens on one
/// name for the whole network; true in that second run, where the test goes on.
///
/// # Panics
///
/// If the second run fails, or networks cannot be made.
#[must_use]
pub fn in_own_network(test: &str) -> bool {
    if is_in_own_network() {
        return true;
    }
    let own = |options: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(options);
        command
    };
    // Root needs no user namespace; others may be allowed to have one.
    let plain: &[&str] = &["--net"];
    let options = if run(own(plain).arg("true")).status.success() { plain } else { &["--net", "--map-root-user"] };
    let executable = env::current_exe().expect("path of the test");
    // Each of its steps has a limit of its own.
    let again = run_within(
        PATIENCE.saturating_mul(10),
        own(options).arg(executable).arg(format!("::{test}")).arg("--nocapture").env(OWN_NETWORK, "1"),
    );
    assert!(again.status.success() && again.out.contains("1 passed"), "{again:#?}");
    false
}

/// A D-Bus of its own, which is the system's for who is started with its address.
#[derive(Debug)]
pub struct Bus {
    _daemon: Guarded,
    address: String,
    _scratch: Scratch,
}

impl Bus {
    /// Starts it.
    ///
    /// # Panics
    ///
    /// If it does not start.
    #[must_use]
    #[allow(clippy::new_without_default)] // it does something
    pub fn new() -> Self {
        let scratch = Scratch::new();
        let (socket, settings) = (scratch.path("bus"), scratch.path("bus.conf"));
        let address = format!("unix:path={}", socket.display());
        let text = format!(
            "<busconfig><type>session</type><listen>{address}</listen><auth>EXTERNAL</auth><policy context=\"default\">\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy>\
             </busconfig>"
        );
        fs::write(&settings, text).expect("write the settings of the bus");
        let mut daemon = Command::new("dbus-daemon");
        let _ = daemon.arg("--config-file").arg(&settings).args(["--nofork", "--nopidfile"]);
        let daemon = quiet(&mut daemon);
        until("the bus is there", || socket.exists().then_some(()));
        Self { _daemon: daemon, address, _scratch: scratch }
    }

    /// A program that finds this bus where it looks for the system's, or for its session's.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let _ = command.env("DBUS_SYSTEM_BUS_ADDRESS", &self.address).env("DBUS_SESSION_BUS_ADDRESS", &self.address);
        command
    }

    /// Starts such a program, of which nobody hears anything.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(&self, program: &str, arguments: &[&str], environment: &[(&str, &Path)]) -> Guarded {
        quiet(self.command(program).args(arguments).envs(environment.iter().copied()))
    }

    /// Calls `method` (`INTERFACE.METHOD`) of the object `path` of `service`, with arguments as dbus-send takes them.
    ///
    /// # Panics
    ///
    /// As [`run`].
    #[must_use]
    pub fn call(&self, service: &str, path: &str, method: &str, arguments: &[&str]) -> Said {
        let mut call = self.command("dbus-send");
        let _ = call.args([
            "--system",
            "--print-reply",
            "--reply-timeout=60000",
            &format!("--dest={service}"),
            path,
            method,
        ]);
        run(call.args(arguments))
    }
}

fn quiet(command: &mut Command) -> Guarded {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Guarded(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// A proxy, in the network of the caller.
#[derive(Debug)]
pub struct Proxy {
    child: Guarded,
    messages: mpsc::Receiver<String>,
}

impl Proxy {
    /// Starts mbim-proxy and waits until it listens.
    ///
    /// # Panics
    ///
    /// If it does not.
    #[must_use]
    pub fn start() -> Self {
        Self::spawn("mbim-proxy", Command::new("/usr/libexec/mbim-proxy").arg("--no-exit"))
    }

    /// Starts qmi-proxy and waits until it listens.
    ///
    /// # Panics
    ///
    /// If it does not.
    #[must_use]
    pub fn qmi() -> Self {
        Self::spawn("qmi-proxy", Command::new("/usr/libexec/qmi-proxy").arg("--no-exit"))
    }

    /// Starts ours, `wwanctl proxy`, and waits until it listens.
    ///
    /// # Panics
    ///
    /// If it does not.
    #[must_use]
    pub fn ours(options: &[&str]) -> Self {
        Self::ours_speaking("mbim", options)
    }

    /// Starts ours with a protocol (`mbim`, `qmi`), and waits until it listens where programs of that protocol look for it.
    ///
    /// # Panics
    ///
    /// If it does not.
    #[must_use]
    pub fn ours_speaking(protocol: &str, options: &[&str]) -> Self {
        let command = ["proxy", "--protocol", protocol, "--no-idle-exit"];
        Self::spawn(&format!("{protocol}-proxy"), Command::new(program("wwanctl")).args(command).args(options))
    }

    fn spawn(name: &str, command: &mut Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut child = Guarded(child.expect("start the proxy"));
        let messages = lines(child.0.stderr.take().expect("its messages"));
        until("the proxy listens", || Self::connect_to(name).ok());
        Self { child, messages }
    }

    /// Waits until it says something with `text` in it.
    ///
    /// # Panics
    ///
    /// If it does not.
    pub fn says(&self, text: &str) {
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.messages.recv_timeout(left) {
                Ok(line) if line.contains(text) => return,
                Ok(_) => {}
                Err(error) => panic!("the proxy never said {text:?}: {error}"),
            }
        }
    }

    /// Tells it to end, and waits until it has; its exit status, and what it has said.
    ///
    /// # Panics
    ///
    /// If it does not end.
    #[must_use]
    pub fn end(mut self) -> (ExitStatus, Vec<String>) {
        let mut kill = Command::new("kill");
        assert!(run(kill.arg(self.child.0.id().to_string())).status.success(), "tell it to end");
        let status = until("the proxy ends", || self.child.0.try_wait().expect("wait"));
        (status, self.messages.iter().collect())
    }

    /// Connects to it.
    ///
    /// # Errors
    ///
    /// If nobody listens.
    pub fn connect() -> std::io::Result<std::os::unix::net::UnixStream> {
        Self::connect_to("mbim-proxy")
    }

    /// Connects to the proxy that listens on that abstract name.
    ///
    /// # Errors
    ///
    /// If nobody listens.
    pub fn connect_to(name: &str) -> std::io::Result<std::os::unix::net::UnixStream> {
        use std::os::linux::net::SocketAddrExt as _;
        let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
        std::os::unix::net::UnixStream::connect_addr(&address)
    }
}

/// The memory of our client.
#[derive(Debug)]
pub struct Buffers {
    transfer: Vec<u8>,
    indications: Vec<u8>,
    slots: [Slot; 4],
    command: Vec<u8>,
    answer: Vec<u8>,
    indication: Vec<u8>,
}

impl Buffers {
    /// Memory for messages of all usual sizes.
    #[must_use]
    #[allow(clippy::new_without_default)] // as elsewhere
    pub fn new() -> Self {
        Self {
            transfer: vec![0; 4096],
            indications: vec![0; 16 * 1024],
            slots: [Slot::FREE; 4],
            command: vec![0; 4096],
            answer: vec![0; 8192],
            indication: vec![0; 8192],
        }
    }

    /// A client over `channel`.
    pub fn client<C: MessageChannel>(&mut self, channel: C) -> Client<'_, C> {
        let memory = Memory {
            transfer: &mut self.transfer,
            indications: &mut self.indications,
            session: SessionMemory {
                slots: &mut self.slots,
                command: &mut self.command,
                answer: &mut self.answer,
                indication: &mut self.indication,
            },
        };
        Client::new(channel, Config::default(), memory)
    }
}
