//! One QMI modem for many programs: `wwanctl proxy` between qmicli, our own host and the virtual modem; and `wwanctl
//! --proxy` through the proxy of libqmi. Each test has a network of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use qmi_wire::ProtocolError;
use qmi_wire::frame::{Frame, Kind};
use qmi_wire::message::Message as _;
use qmi_wire::service::{Service, ctl, dms};
use wwan_interop::qmi::{Buffers, Raw, result};
use wwan_interop::qmicli::qmicli_command;
use wwan_interop::{Guarded, Proxy, Said, Scratch, VirtualModem, in_own_network, program, run, until};

/// Commands of each of the five.
const COMMANDS: usize = 1000;

fn through_proxy(device: &Path, arguments: &[&str]) -> Command {
    qmicli_command(device, &[&["-p", "--device-open-qmi"], arguments].concat())
}

fn qmicli(device: &Path, arguments: &[&str]) -> Said {
    run(&mut through_proxy(device, arguments))
}

/// Runs qmicli, and waits without asking again and again whether it has ended.
fn qmicli_at_once(device: &Path, arguments: &[&str]) -> Said {
    let output = through_proxy(device, arguments).env("LC_ALL", "C").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { status: output.status, out: text(output.stdout), err: text(output.stderr) }
}

fn quiet(command: &mut Command) -> Guarded {
    Guarded(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
}

/// A modem that takes no turn, until it is dropped.
struct Stopped(String);

impl Stopped {
    fn new(modem: &mut VirtualModem) -> Self {
        let process = modem.child().id().to_string();
        assert!(Command::new("kill").args(["-STOP", &process]).status().unwrap().success());
        Self(process)
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        assert!(Command::new("kill").args(["-CONT", &self.0]).status().unwrap().success());
    }
}

/// The proxy was told to end: it does, has lost nobody, and has left nothing behind in the modem.
fn ends_well(proxy: Proxy) {
    let (status, said) = proxy.end();
    assert!(status.success(), "{status}: {said:#?}");
    let some = |text: &str| said.iter().any(|line| line.contains(text));
    assert!(some(" 0 refused, 0 disconnected because"), "{said:#?}");
    assert!(some(" 0 without"), "{said:#?}");
    assert!(some(" released, 0 not"), "{said:#?}");
}

/// What each of the five asks with its `k`th command, and what the answer has to show.
fn question(n: usize, k: usize) -> (&'static str, &'static str, &'static str) {
    match (n + k) % 5 {
        0 => ("--dms-get-manufacturer", "Manufacturer", "wwan"),
        1 => ("--dms-get-model", "Model", "Virtual Modem"),
        2 => ("--dms-get-ids", "IMEI", "490154203237518"),
        3 => ("--dms-get-operating-mode", "Mode", "online"),
        _ => ("--uim-get-card-status", "Card state", "present"),
    }
}

#[test]
fn five_qmicli_are_not_mixed_up() {
    if !in_own_network("five_qmicli_are_not_mixed_up") {
        return;
    }
    let proxy = Proxy::ours_speaking("qmi", &["-v"]);
    let mut modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
    let device = modem.path.clone();
    let before = Raw::open(&device).free_clients(Service::DMS);
    assert!(before.len() >= 16, "{before:?}");
    let (reached, middle) = mpsc::channel();
    thread::scope(|scope| {
        for n in 0..5 {
            let (reached, device) = (reached.clone(), &device);
            scope.spawn(move || {
                for k in 0..COMMANDS {
                    let (action, key, value) = question(n, k);
                    let said = qmicli_at_once(device, &[action]).good();
                    assert_eq!(said.value(key), value, "program {n}, command {k}");
                    if k == COMMANDS / 3 {
                        reached.send(()).unwrap();
                    }
                }
            });
        }
        drop(reached);
        // In the middle of this one more is killed while the modem does not answer it.
        assert_eq!(middle.iter().take(3).count(), 3, "most have come to a third");
        let stopped = Stopped::new(&mut modem);
        let mut killed = quiet(&mut through_proxy(&device, &["--dms-get-model"]));
        proxy.says(&format!("(process {}): wants", killed.0.id()));
        killed.0.kill().unwrap();
        killed.0.wait().unwrap();
        proxy.says(&format!("(process {}): left", killed.0.id()));
        drop(stopped);
        let said = qmicli(&device, &["--dms-get-model"]).good();
        assert_eq!(said.value("Model"), "Virtual Modem");
    });
    assert_eq!(Raw::open(&device).free_clients(Service::DMS), before, "no client is lost");
    ends_well(proxy);
}

#[test]
fn programs_that_are_killed_leave_nothing_behind() {
    if !in_own_network("programs_that_are_killed_leave_nothing_behind") {
        return;
    }
    let proxy = Proxy::ours_speaking("qmi", &["-v"]);
    // Whoever found out that it listens.
    proxy.says("left");
    let mut modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
    let device = modem.path.clone();
    let mut watcher = Raw::open(&device);
    let before = watcher.free_clients(Service::DMS);
    for asking in [false, true] {
        let mut raw = Raw::open(&device);
        let stopped = Stopped::new(&mut modem);
        if asking {
            // It has a client, and a request under way.
            drop(stopped);
            let client = raw.allocate(Service::DMS).unwrap();
            let _stopped = Stopped::new(&mut modem);
            raw.begin::<dms::get_model::Message>(client, |_| {});
            drop(raw);
            proxy.says("left");
        } else {
            // It is about to get one.
            raw.begin::<ctl::allocate_cid::Message>(0, |request| {
                request.service(Service::DMS.into());
            });
            drop(raw);
            proxy.says("left");
            drop(stopped);
        }
        // Whatever the order, what the watcher asks comes behind the release.
        let _ = watcher.ask::<ctl::get_version_info::Message>(0, |_| {});
        let _ = watcher.ask::<ctl::get_version_info::Message>(0, |_| {});
        assert_eq!(watcher.free_clients(Service::DMS), before, "asking: {asking}");
    }
    ends_well(proxy);
}

#[test]
fn a_scan_that_is_killed_does_not_hold_up_the_others() {
    if !in_own_network("a_scan_that_is_killed_does_not_hold_up_the_others") {
        return;
    }
    let proxy = Proxy::ours_speaking("qmi", &["-v"]);
    let modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
    let mut watcher = Raw::open(&modem.path);
    // The home network is on the SIM, which takes a moment.
    until("a SIM", || Some(()).filter(|()| qmicli(&modem.path, &["--nas-get-home-network"]).status.success()));
    let before = watcher.free_clients(Service::NAS);
    let mut killed = quiet(&mut through_proxy(&modem.path, &["--nas-network-scan"]));
    modem.sees("Network Scan");
    killed.0.kill().unwrap();
    killed.0.wait().unwrap();
    proxy.says(&format!("(process {}): left", killed.0.id()));
    let said = qmicli(&modem.path, &["--nas-get-home-network"]).good();
    assert_eq!(said.value("MCC"), "1");
    assert_eq!(watcher.free_clients(Service::NAS), before, "it was released although it was busy");
    drop(proxy);
}

#[test]
fn wwanctl_uses_either_qmi_proxy() {
    if !in_own_network("wwanctl_uses_either_qmi_proxy") {
        return;
    }
    let wwanctl = |device: &Path, arguments: &[&str]| {
        let options = ["--protocol", "qmi", "--proxy", "--device"];
        run(Command::new(program("wwanctl")).args(options).arg(device).args(arguments))
    };
    let model = ["qmi", "DMS", "Get Model"];
    for ours in [false, true] {
        let proxy = if ours { Proxy::ours_speaking("qmi", &["-v"]) } else { Proxy::qmi() };
        let modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
        let before = Raw::open(&modem.path).free_clients(Service::DMS);
        assert!(wwanctl(&modem.path, &model).good().out.contains("Virtual Modem"));
        let said = wwanctl(Path::new("/nonexistent"), &model).bad("proxy");
        assert_eq!(said.status.code(), Some(69), "{said:#?}");
        assert_eq!(Raw::open(&modem.path).free_clients(Service::DMS), before);
        if ours {
            ends_well(proxy);
        }
    }
    let modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
    let said = wwanctl(&modem.path, &model).bad("no proxy is serving on @qmi-proxy");
    assert_eq!(said.status.code(), Some(69), "{said:#?}");
}

#[test]
fn clients_can_stay_for_a_while_and_be_taken_over() {
    if !in_own_network("clients_can_stay_for_a_while_and_be_taken_over") {
        return;
    }
    let proxy = Proxy::ours_speaking("qmi", &["-v", "--release-after", "never"]);
    let modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
    let device = &modem.path;
    let stay = || qmicli(device, &["--dms-noop", "--client-no-release-cid"]).good().value("CID").to_owned();
    let (first, second) = (stay(), stay());
    assert_ne!(first, second);
    let taken = format!("--client-cid={first}");
    let said = qmicli(device, &["--dms-get-model", &taken, "--client-no-release-cid"]).good();
    assert_eq!(said.value("Model"), "Virtual Modem");
    // A Sync of another program does not touch them.
    let _ = qmicli(device, &["--dms-noop", "--device-open-sync"]).good();
    let _ = qmicli(device, &["--dms-get-model", &taken]).good();
    let _ = qmicli(device, &["--dms-get-model", &taken]).bad("InvalidClientId");
    ends_well(proxy);
    // The next proxy knows nothing of the one that was left, and can take it over all the same.
    let proxy = Proxy::ours_speaking("qmi", &["-v", "--release-after", "0.001"]);
    proxy.says("left"); // whoever found out that it listens
    let taken = format!("--client-cid={second}");
    let _ = qmicli(device, &["--dms-get-model", &taken, "--client-no-release-cid"]).good();
    // It does not stay any more: the modem is asked to release it.
    proxy.says("left");
    wwan_interop::until("it is released", || {
        let free = Raw::open(device).free_clients(Service::DMS);
        free.contains(&second.parse().unwrap()).then_some(())
    });
    ends_well(proxy);
}

#[test]
fn a_sync_spares_the_others() {
    if !in_own_network("a_sync_spares_the_others") {
        return;
    }
    let proxy = Proxy::ours_speaking("qmi", &["-v"]);
    let modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
    let mut buffers = Buffers::new();
    let mut host = buffers.through_proxy(&modem.path);
    assert_eq!(host.ask::<dms::get_model::Message>(|_| {}).unwrap().model().unwrap().to_str(), Some("Virtual Modem"));
    let _ = qmicli(&modem.path, &["--device-open-sync", "--device-open-version-info", "--dms-noop"]).good();
    let _ = host.ask::<dms::get_model::Message>(|_| {}).unwrap();
    host.close().unwrap();
    ends_well(proxy);
}

#[test]
fn who_asks_for_what_is_not_there_gets_an_answer() {
    if !in_own_network("who_asks_for_what_is_not_there_gets_an_answer") {
        return;
    }
    let proxy = Proxy::ours_speaking("qmi", &["-v"]);
    let modem = VirtualModem::speaking("qmi", "default", &[""; 0]);
    let open = |path: &str| {
        let mut raw = Raw::connect();
        let answer = raw.ask::<ctl::internal_proxy_open::Message>(0, |request| {
            request.device_path(path.into());
        });
        (result(&answer), raw)
    };
    assert_eq!(open("/nonexistent").0, Err(ProtocolError::INTERFACE_NOT_FOUND));
    assert_eq!(open("/").0, Err(ProtocolError::ACCESS_DENIED));
    // A link is as good as the device itself.
    let scratch = Scratch::new();
    std::os::unix::fs::symlink(&modem.path, scratch.path("modem")).unwrap();
    let (opened, mut raw) = open(scratch.path("modem").to_str().unwrap());
    assert_eq!(opened, Ok(()));
    let client = raw.allocate(Service::DMS).unwrap();
    assert_eq!(result(&raw.ask::<dms::get_model::Message>(client, |_| {})), Ok(()));
    // Services with wide numbers are not for this modem, and it is not asked.
    raw.send(&[2, 12, 0, 2, 3, 1, 0, 9, 0, 0x20, 0, 0, 0]);
    let refused = raw.receive().unwrap();
    assert_eq!(refused[..6], [2, 19, 0, 2, 3, 1]);
    assert_eq!(result(&refused), Err(ProtocolError::NOT_SUPPORTED));
    // Garbage ends the connection, and harms nobody else.
    let mut other = Raw::open(&modem.path);
    other.send(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(other.receive(), None);
    assert_eq!(result(&raw.ask::<dms::get_model::Message>(client, |_| {})), Ok(()));
    let (status, said) = proxy.end();
    assert!(status.success() && said.iter().any(|line| line.contains(" 1 disconnected because")), "{said:#?}");
}

#[test]
fn everybody_hears_of_a_restart_and_of_the_end() {
    if !in_own_network("everybody_hears_of_a_restart_and_of_the_end") {
        return;
    }
    let proxy = Proxy::ours_speaking("qmi", &["-v"]);
    let scratch = Scratch::new();
    let scenario = "description = \"Restarts\"\n[[event]]\nat = 3_000\ndo = \"reboot\"\n";
    fs::write(scratch.path("restarts.toml"), scenario).unwrap();
    let mut modem = VirtualModem::speaking("qmi", scratch.path("restarts.toml"), &[""; 0]);
    let mut all = [Raw::open(&modem.path), Raw::open(&modem.path)];
    let client = all[0].allocate(Service::DMS).unwrap();
    for raw in &mut all {
        loop {
            let told = raw.receive().expect("the connection stays");
            let message = Frame::parse(&told).unwrap().message;
            if (message.service(), message.kind()) == (Service::CTL, Kind::Indication) {
                assert_eq!(message.id(), ctl::sync_indication::Message::ID);
                break;
            }
        }
    }
    wwan_interop::until("it is up again", || {
        let answer = all[0].ask::<dms::get_model::Message>(client, |_| {});
        (result(&answer) == Err(ProtocolError::INVALID_CLIENT_ID)).then_some(())
    });
    assert!(all[1].allocate(Service::DMS).is_ok());
    modem.child().kill().unwrap();
    for raw in &mut all {
        while raw.receive().is_some() {}
    }
    drop(proxy);
}
