//! mbim-proxy between its clients and the virtual modem: mbimcli, and our own host. Each test has a network of its own.

use std::net::Ipv4Addr;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;

use wwan::channel::{LinuxChannel, LinuxPort};
use wwan::client::mbim::blocking::Client;
use wwan::client::mbim::{ConnectRequest, Selection};
use wwan::mbim_wire::Command as _;
use wwan::mbim_wire::field::Empty;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::time::{Instant, Millis};
use wwan_interop::{Buffers, Guarded, Proxy, Said, VirtualModem, in_own_network, mbimcli, mbimcli_command};

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

/// The modem, and a proxy that shares it.
fn start(scenario: &str) -> (VirtualModem, Proxy) {
    let modem = VirtualModem::start(scenario);
    let proxy = Proxy::start();
    wwan_interop::until("attached", || {
        let said = through_proxy(&modem.path, &["--query-packet-service-state"]);
        (said.values("Packet service state") == ["attached"]).then_some(())
    });
    (modem, proxy)
}

#[test]
fn mbimcli_shares_the_modem() {
    if !in_own_network("mbimcli_shares_the_modem") {
        return;
    }
    let (modem, _proxy) = start("default");
    let said = through_proxy(&modem.path, &["--query-device-caps"]).good();
    assert_eq!(said.value("Hardware info"), "Virtual Modem");
    let said = through_proxy(&modem.path, &["--connect=access-string=internet"]).good();
    assert_eq!((said.value("Activation state"), said.value("IP [0]")), ("activated", "10.64.0.2/30"));
    // The proxy keeps the modem open, and so the session up.
    let said = through_proxy(&modem.path, &["--query-connection-state"]).good();
    assert_eq!(said.value("Activation state"), "activated");
    let said = through_proxy(&modem.path, &["--disconnect"]).good();
    assert_eq!(said.value("Activation state"), "deactivated");
    // A version can only be agreed upon before other commands; the modem has had some.
    let said = through_proxy(&modem.path, &["--device-open-ms-mbimex-v3", "--query-subscriber-ready-status"]).good();
    assert!(said.values("Flags").is_empty(), "{said:#?}");
    let _ = through_proxy(&modem.path, &["--query-ip-configuration=7"]).bad("ContextNotActivated");
    let opens = modem.seen().iter().filter(|line| line.contains("> open #")).count();
    assert_eq!(opens, 1, "of all these, one reached the modem");
}

#[test]
fn the_version_that_the_first_client_agrees_upon_holds_for_all() {
    if !in_own_network("the_version_that_the_first_client_agrees_upon_holds_for_all") {
        return;
    }
    let modem = VirtualModem::start("default");
    let _proxy = Proxy::start();
    const V3: &str = "--device-open-ms-mbimex-v3";
    let action = "--query-subscriber-ready-status";
    let said = through_proxy(&modem.path, &[V3, action]).good();
    assert_eq!(said.value("Flags"), "sim-removability-known, sim-removable");
    // This one has not asked, but the proxy tells it.
    let said = through_proxy(&modem.path, &[action]).good();
    assert_eq!(said.value("Flags"), "sim-removability-known, sim-removable");
}

#[test]
fn clients_work_side_by_side() {
    if !in_own_network("clients_work_side_by_side") {
        return;
    }
    let (modem, _proxy) = start("default");
    let mut scans = Vec::new();
    for _ in 0..2 {
        let mut command = mbimcli_command(&modem.path, &["-p", "--query-visible-providers"]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        scans.push(Guarded(child.unwrap()));
        modem.sees("Visible Providers query");
    }
    // While one scans, and another is refused, others are served.
    let said = through_proxy(&modem.path, &["--query-signal-state"]).good();
    assert_eq!(said.value("RSSI [0-31,99]"), "20");
    // One is killed; the other ends by itself, well or refused because only one can scan.
    scans[0].0.kill().unwrap();
    scans[0].0.wait().unwrap();
    let said = through_proxy(&modem.path, &["--query-device-caps"]).good();
    assert_eq!(said.value("Hardware info"), "Virtual Modem");
    wwan_interop::until("the second scan ends", || scans[1].0.try_wait().unwrap());
}

#[test]
fn our_host_connects_through_the_proxy() {
    if !in_own_network("our_host_connects_through_the_proxy") {
        return;
    }
    let (modem, _proxy) = start("default");
    let mut buffers = Buffers::new();
    let mut host = host(&mut buffers, &modem.path);
    let caps = host.query::<bc::DeviceCaps>(&Empty {}).unwrap();
    assert_eq!(caps.max_sessions(), Ok(8));
    host.wait_ready(Millis::from_secs(10)).unwrap();
    assert!(!host.unlock("").unwrap());
    host.radio_on().unwrap();
    let state = host.register(Selection::Automatic, Millis::from_secs(30)).unwrap();
    assert_eq!(state, bc::RegistrationState::HOME);
    host.attach(Millis::from_secs(30)).unwrap();
    let request = ConnectRequest { session_id: 3, apn: "internet", ..ConnectRequest::default() };
    let info = host.connect(&request).unwrap();
    assert_eq!(
        (info.activation_state(), info.ip_type()),
        (Ok(bc::ActivationState::ACTIVATED), Ok(bc::ContextIpType::IPV4V6))
    );
    let settings = host.ip_configuration(3).unwrap();
    assert_eq!(settings.ipv4_gateway().unwrap().0, Some(Ipv4Addr::new(10, 64, 0, 13)));
    // mbimcli sees the same session at the same time.
    let said = through_proxy(&modem.path, &["--query-connection-state=3"]).good();
    assert_eq!(said.value("Activation state"), "activated");
    host.disconnect(3).unwrap();
    let said = through_proxy(&modem.path, &["--query-connection-state=3"]).good();
    assert_eq!(said.value("Activation state"), "deactivated");
    host.close().unwrap();
    assert_eq!(host.counters().foreign, 0);
}

#[test]
fn our_host_hears_what_another_client_causes() {
    if !in_own_network("our_host_hears_what_another_client_causes") {
        return;
    }
    let (modem, _proxy) = start("default");
    let mut buffers = Buffers::new();
    let mut host = host(&mut buffers, &modem.path);
    let end = Instant(u64::MAX - 1);
    let _ = through_proxy(&modem.path, &["--detach-packet-service"]).good();
    loop {
        let indication = host.next_indication(end).unwrap().expect("an indication");
        if (indication.service, indication.cid) == (bc::BASIC_CONNECT, bc::PacketService::CID) {
            break;
        }
    }
}
