//! One modem for many programs: `wwanctl proxy` between mbimcli, our own host and the virtual modem; and `wwanctl --proxy`
//! through the proxy of libmbim. Each test has a network of its own.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;

use wwan::channel::{LinuxChannel, LinuxPort};
use wwan::client::mbim::blocking::Client;
use wwan::mbim_wire::field::Empty;
use wwan::mbim_wire::message::CommandType;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::mbim_wire::{Command as _, Encode, Status, Uuid};
use wwan::time::Millis;
use wwan_interop::{
    Buffers, Guarded, Proxy, Said, Scratch, VirtualModem, in_own_network, mbimcli, mbimcli_command, program, run, until,
};

/// Commands of each of the five.
const COMMANDS: usize = 1000;

/// Our host, connected to the proxy and configured for a device.
fn host<'b>(buffers: &'b mut Buffers, device: &Path) -> Client<'b, LinuxChannel> {
    let stream = OwnedFd::from(Proxy::connect().unwrap());
    let channel = LinuxChannel::new(LinuxPort::from_fd(stream).unwrap());
    let mut client = buffers.client(channel);
    client.configure_proxy(device.to_str().unwrap(), Millis::from_secs(30)).unwrap();
    client.open().unwrap();
    client
}

fn through_proxy(device: &Path, arguments: &[&str]) -> Said {
    mbimcli(device, &[&["-p"], arguments].concat())
}

fn wwanctl(device: &Path, arguments: &[&str]) -> Said {
    run(Command::new(program("wwanctl")).args(["--proxy", "--device"]).arg(device).args(arguments))
}

/// A modem that is attached, behind `proxy`.
fn attached() -> VirtualModem {
    let modem = VirtualModem::start("default");
    until("attached", || {
        let said = through_proxy(&modem.path, &["--query-packet-service-state"]);
        (said.values("Packet service state") == ["attached"]).then_some(())
    });
    modem
}

/// A scan, which takes long, once it has reached the modem.
fn scan(modem: &VirtualModem) -> Guarded {
    let mut command = mbimcli_command(&modem.path, &["-p", "--query-visible-providers"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = Guarded(child.unwrap());
    modem.sees("Visible Providers query");
    child
}

/// The proxy was told to end: it does, and has lost nobody and nothing.
fn ends_well(proxy: Proxy) {
    let (status, said) = proxy.end();
    assert!(status.success(), "{status}: {said:#?}");
    let none = |text: &str| said.iter().any(|line| line.contains(text));
    assert!(none(" 0 refused, 0 disconnected because"), "{said:#?}");
}

/// Runs mbimcli, and waits without asking again and again whether it has ended.
fn mbimcli_at_once(device: &Path, arguments: &[&str]) -> Said {
    let output = mbimcli_command(device, arguments).env("LC_ALL", "C").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said { status: output.status, out: text(output.stdout), err: text(output.stderr) }
}

/// What each of the five asks with its `k`th command, and what the answer has to show.
fn question(n: usize, k: usize) -> (String, &'static str, String) {
    let plain = |action: &str, key, value: &str| (action.to_owned(), key, value.to_owned());
    match n {
        0 => plain("--query-device-caps", "Device ID", "490154203237518"),
        1 => plain("--query-subscriber-ready-status", "Subscriber ID", "001010123456789"),
        2 => (format!("--query-connection-state={}", k % 8), "Session ID", (k % 8).to_string()),
        3 => plain("--query-home-provider", "Provider ID", "00101"),
        _ => plain("--query-registration-state", "Provider name", "Test Network"),
    }
}

#[test]
fn five_mbimcli_are_not_mixed_up() {
    if !in_own_network("five_mbimcli_are_not_mixed_up") {
        return;
    }
    let proxy = Proxy::ours(&["-v"]);
    let modem = attached();
    let device = &modem.path;
    let (reached, middle) = mpsc::channel();
    thread::scope(|scope| {
        for n in 0..5 {
            let reached = reached.clone();
            scope.spawn(move || {
                for k in 0..COMMANDS {
                    let (action, key, value) = question(n, k);
                    let said = mbimcli_at_once(device, &["-p", &action]).good();
                    assert_eq!(said.value(key), value, "program {n}, command {k}");
                    if k == COMMANDS / 3 {
                        reached.send(()).unwrap();
                    }
                }
            });
        }
        drop(reached);
        // In the middle of this one more is killed while its command is under way.
        assert_eq!(middle.iter().take(3).count(), 3, "most have come to a third");
        let mut killed = scan(&modem);
        killed.0.kill().unwrap();
        killed.0.wait().unwrap();
        let said = through_proxy(device, &["--query-signal-state"]).good();
        assert_eq!(said.value("RSSI [0-31,99]"), "20");
    });
    let said = through_proxy(&modem.path, &["--query-device-caps"]).good();
    assert_eq!(said.value("Hardware info"), "Virtual Modem");
    let opens = modem.seen().iter().filter(|line| line.contains("> open #")).count();
    assert_eq!(opens, 0, "only the first program of all, before these, opened the modem");
    ends_well(proxy);
}

/// What each of five hosts asks with its `k`th command.
fn ask(client: &mut Client<'_, LinuxChannel>, n: usize, k: usize) -> (Uuid, u32, Status, Vec<u8>) {
    let connect = bc::Connect::CID;
    let session = bc::ConnectInfo { session_id: (k % 8) as u32, ..bc::ConnectInfo::default() };
    let settings = bc::IpConfigurationInfo { session_id: (k % 8) as u32, ..bc::IpConfigurationInfo::default() };
    let plain = [bc::DeviceCaps::CID, bc::SubscriberReadyStatus::CID, bc::HomeProvider::CID, bc::PinList::CID];
    let (cid, params): (u32, &dyn Encode) = match (n + k) % 3 {
        0 => (plain[n % 4], &Empty {}),
        1 => (connect, &session),
        _ if n == 4 => (bc::IpConfiguration::CID, &settings),
        _ => (plain[k % 4], &Empty {}),
    };
    let timeout = Millis::from_secs(60);
    let done = client.command(bc::BASIC_CONNECT, cid, CommandType::QUERY, params, timeout).unwrap();
    (done.service, done.cid, done.status, done.body.to_vec())
}

#[test]
fn five_connections_are_not_mixed_up() {
    if !in_own_network("five_connections_are_not_mixed_up") {
        return;
    }
    let proxy = Proxy::ours(&["-v"]);
    let modem = attached();
    let device = &modem.path;
    // What a program gets that is alone.
    let mut alone = Vec::new();
    let mut buffers = Buffers::new();
    let mut client = host(&mut buffers, device);
    for n in 0..5 {
        alone.push((0..24).map(|k| ask(&mut client, n, k)).collect::<Vec<_>>());
    }
    client.close().unwrap();
    drop(client);
    thread::scope(|scope| {
        for (n, alone) in alone.iter().enumerate() {
            scope.spawn(move || {
                let mut buffers = Buffers::new();
                let mut client = host(&mut buffers, device);
                for k in 0..COMMANDS {
                    assert_eq!(ask(&mut client, n, k), alone[k % 24], "program {n}, command {k}");
                }
                let counters = *client.counters();
                assert_eq!((counters.foreign, counters.malformed), (0, 0));
                client.close().unwrap();
            });
        }
    });
    ends_well(proxy);
}

#[test]
fn mbimcli_finds_in_ours_what_it_finds_in_its_own() {
    if !in_own_network("mbimcli_finds_in_ours_what_it_finds_in_its_own") {
        return;
    }
    let proxy = Proxy::ours(&["-v"]);
    let modem = VirtualModem::start("default");
    const V3: &str = "--device-open-ms-mbimex-v3";
    let subscriber = "--query-subscriber-ready-status";
    let said = through_proxy(&modem.path, &[V3, subscriber]).good();
    assert_eq!(said.value("Flags"), "sim-removability-known, sim-removable");
    // Others have not asked, but are told.
    let said = through_proxy(&modem.path, &[subscriber]).good();
    assert_eq!(said.value("Flags"), "sim-removability-known, sim-removable");
    let said =
        wwanctl(&modem.path, &["mbim", "basic-connect", subscriber.trim_start_matches("--query-"), "--json"]).good();
    let answer: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert!(answer.to_string().contains("Flags"), "{answer}");
    // Another modem, with the first version. Sessions last from one program to the next.
    let modem = attached();
    let said = through_proxy(&modem.path, &["--connect=access-string=internet"]).good();
    assert_eq!((said.value("Activation state"), said.value("IP [0]")), ("activated", "10.64.0.2/30"));
    let status = wwanctl(&modem.path, &["status", "--json"]).good();
    let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
    assert_eq!(status["sessions"][0]["activation_state"], "activated", "{status}");
    let said = through_proxy(&modem.path, &["--disconnect"]).good();
    assert_eq!(said.value("Activation state"), "deactivated");
    let _ = through_proxy(&modem.path, &["--query-ip-configuration=7"]).bad("ContextNotActivated");
    // A device that is none: an answer at once, where mbim-proxy would hang up.
    let _ = through_proxy(Path::new("/dev/null"), &["--query-device-caps"]).bad("");
    let opens = modem.seen().iter().filter(|line| line.contains("> open #")).count();
    assert_eq!(opens, 1, "of all these, one reached this modem");
    ends_well(proxy);
}

#[test]
fn wwanctl_uses_either_mbim_proxy() {
    if !in_own_network("wwanctl_uses_either_mbim_proxy") {
        return;
    }
    for ours in [false, true] {
        let proxy = if ours { Proxy::ours(&["-v"]) } else { Proxy::start() };
        let modem = attached();
        let said = wwanctl(&modem.path, &["connect", "--apn", "internet"]).good();
        assert!(said.out.contains("connected"), "{said:#?}");
        // Together with mbimcli, which sees the same session.
        let scanning = scan(&modem);
        let said = through_proxy(&modem.path, &["--query-connection-state"]).good();
        assert_eq!(said.value("Activation state"), "activated");
        let status = wwanctl(&modem.path, &["status", "--json"]).good();
        let status: serde_json::Value = serde_json::from_str(&status.out).unwrap();
        assert_eq!(status["sessions"][0]["activation_state"], "activated", "{status}");
        drop(scanning);
        let said = wwanctl(&modem.path, &["disconnect"]).good();
        assert!(said.out.contains("disconnected"), "{said:#?}");
        let said = wwanctl(Path::new("/nonexistent"), &["status"]).bad("proxy");
        assert_eq!(said.status.code(), Some(69), "{said:#?}");
        let opens = modem.seen().iter().filter(|line| line.contains("> open #")).count();
        assert_eq!(opens, 0, "the first program of all opened the modem");
        if ours {
            ends_well(proxy);
        }
    }
    let modem = VirtualModem::start("default");
    let said = wwanctl(&modem.path, &["status"]).bad("no proxy");
    assert_eq!(said.status.code(), Some(69), "{said:#?}");
}

#[test]
fn a_version_agreed_upon_meanwhile_is_heard() {
    if !in_own_network("a_version_agreed_upon_meanwhile_is_heard") {
        return;
    }
    // The one who asks for it has to be the first at the modem, so the one who listens says nothing before.
    let _proxy = Proxy::ours(&[]);
    let modem = VirtualModem::start("default");
    let mut monitor = Command::new(program("wwanctl"));
    monitor.args(["--proxy", "--json", "--timeout", "50", "--device"]).arg(&modem.path).arg("monitor");
    let scratch = Scratch::new();
    let out = fs::File::create(scratch.path("events")).unwrap();
    let monitor = monitor.stdin(Stdio::null()).stdout(out).stderr(Stdio::null()).spawn();
    let _monitor = Guarded(monitor.unwrap());
    modem.sees("Device Service Subscribe List set");
    let version = ["mbim", "ms-basic-connect-extensions", "version", "MbimVersion=0x100", "MbimExtendedVersion=0x300"];
    let _ = wwanctl(&modem.path, &version).good();
    // It is told, with the version that the modem has settled on.
    until("the monitor prints it", || {
        let events = fs::read_to_string(scratch.path("events")).unwrap();
        events.contains("mbim_extended_version").then_some(())
    });
}

#[test]
fn strangers_are_turned_away() {
    if !in_own_network("strangers_are_turned_away") {
        return;
    }
    // Without other users in this namespace there are no strangers to test with.
    let users = fs::read_to_string("/proc/self/uid_map").unwrap();
    if users.split_whitespace().nth(2) == Some("1") {
        return;
    }
    const STRANGER: u32 = 65534;
    let command = |modem: &VirtualModem| {
        let mut command = mbimcli_command(&modem.path, &["-p", "--query-device-caps"]);
        command.uid(STRANGER).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let modem = VirtualModem::start("default");
    let mut proxy = Proxy::ours(&["-v"]);
    let stranger = Guarded(command(&modem).spawn().unwrap());
    proxy.says("user 65534 may not"); // and the stranger would wait for half a minute
    drop(stranger);
    let _ = through_proxy(&modem.path, &["--query-device-caps"]).good();
    let (status, said) = proxy.end();
    assert!(status.success() && !said.iter().any(|line| line.contains(" 0 refused")), "{said:#?}");
    proxy = Proxy::ours(&["--user", "65534"]);
    assert!(command(&modem).status().unwrap().success());
    drop(proxy);
}
