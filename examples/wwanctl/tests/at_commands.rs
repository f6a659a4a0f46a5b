//! The commands over AT on virtual modems: their text, their JSON, and how they fail.
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

use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixListener;
use std::thread;

use common::{Terminal, on_virtual_at as on_at, on_virtual_qmi, temporary, wwanctl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use virtual_modem::InProcess;

#[test]
fn status_is_told_as_over_qmi() {
    let at = on_at("default", &["status", "--json"]).json();
    let qmi = on_virtual_qmi("default", &["status", "--json"]).json();
    assert_eq!(at["protocol"], "at");
    for path in [
        "/device_caps/manufacturer",
        "/device_caps/hardware_info",
        "/device_caps/firmware_info",
        "/device_caps/device_id",
        "/subscriber_ready_status/ready_state",
        "/subscriber_ready_status/subscriber_id",
        "/subscriber_ready_status/sim_icc_id",
        "/subscriber_ready_status/telephone_numbers",
        "/pin",
        "/radio_state/hw_radio_state",
        "/radio_state/sw_radio_state",
        "/register_state/register_state",
        "/register_state/provider_id",
        "/register_state/provider_name",
        "/packet_service",
        "/signal_state/lte/rsrp_dbm",
        "/signal_state/lte/rsrq_db",
        "/sessions",
    ] {
        assert_eq!(at.pointer(path), qmi.pointer(path), "{path}");
        assert!(at.pointer(path).is_some(), "{path}");
    }
    let locked = on_at("locked-sim", &["status", "--json"]).json();
    assert_eq!(locked["subscriber_ready_status"]["ready_state"], "device_locked");
    assert_eq!(locked["pin"]["pin_state"], "locked");
    let empty = on_at("no-sim", &["status", "--json"]).json();
    assert_eq!(empty["subscriber_ready_status"]["ready_state"], "sim_not_inserted");
    on_at("default", &["status"]).ended(0).prints(&["490154203237518", "registered at home", "RSRP -95 dBm"]);
}

#[test]
fn codes_are_used_once_and_refusals_end_with_77() {
    on_at("locked-sim", &["pin", "status"]).ended(0).prints(&["PIN1 is needed, 3 attempts left"]);
    on_at("locked-sim", &["pin", "enter", "0000"]).ended(77).says(&["the code is wrong", "2 attempts left"]);
    on_at("locked-sim", &["pin", "enter", "1234"]).ended(0).prints(&["no code is needed"]);
    let list = on_at("default", &["pin", "list", "--json"]).json();
    assert_eq!(list["pin_list"]["pin_desc_pin1"]["pin_mode"], "disabled");
    assert_eq!(list["pin_list"]["pin_desc_pin1"]["remaining_attempts"], 3);
    on_at("default", &["pin", "enable", "1234"]).ended(0);
    on_at("default", &["pin", "enable", "0000"]).ended(77).says(&["wrong"]);
    on_at("no-sim", &["pin", "enter", "1234"]).ended(77).says(&["no SIM", "insert a SIM"]);
    on_at("default", &["pin", "unblock", "12345678", "1234"]).ended(77).says(&["PUK"]);
    on_at("default", &["pin", "enter", "--type", "pin3", "1"]).ended(2).says(&["pin3", "network-pin"]);
    on_at("default", &["pin", "enter", ""]).ended(2).says(&["empty"]);
    on_at("default", &["pin", "change", "1\"2\r", "1"]).says(&["wwanctl: "]);
}

#[test]
fn the_radio_is_switched_and_the_modem_restarts() {
    let off = on_at("default", &["radio", "off", "--json"]).json();
    assert_eq!(off["radio_state"]["sw_radio_state"], "off");
    on_at("default", &["radio"]).ended(0).prints(&["on"]);
    assert_eq!(on_at("default", &["reset", "--json"]).json()["restarts"], true);
}

#[test]
fn a_terminal_and_a_socket_are_lines() {
    let modem = Terminal::speaking(|scenario, time, room| InProcess::at(scenario, time, room), "default");
    let run = modem.run(&["--protocol", "at", "--baud", "115200", "-v", "status"]).ended(0);
    let run = run.prints(&["490154203237518"]).says(&["> AT+CIMI", "< OK"]);
    assert!(!run.err.contains("001010123456789"), "{}", run.err);
    modem.run(&["--protocol", "at", "radio"]).ended(0).prints(&["Radio  on"]);
    modem.run(&["--protocol", "at", "--proxy", "status"]).ended(2).says(&["--proxy"]);
    modem.run(&["--protocol", "at", "--baud", "fast", "status"]).ended(2).says(&["--baud"]);
}

#[test]
fn a_silent_line_ends_with_75_and_one_that_ends_with_69() {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(master.as_fd(), Vec::new()).unwrap().into_string().unwrap();
    let run = wwanctl(&["--device", &path, "--protocol", "at", "status", "--timeout", "1"]).ended(75);
    assert_eq!(run.out, "");
    wwanctl(&["--device", "/nonexistent", "--protocol", "at", "status"]).ended(69).says(&["/nonexistent"]);
    wwanctl(&["--device", "/dev/null", "--protocol", "at", "status"]).ended(69).says(&["/dev/null"]);
    // One that says something else, and hangs up.
    let path = temporary("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let peer = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut some = [0; 8];
        let _ = stream.read(&mut some);
        let _ = stream.write_all(b"\xff\x00garbage\r\nnothing\x1b[31m\r\n");
        drop(OwnedFd::from(stream));
    });
    wwanctl(&["--device", path.to_str().unwrap(), "--protocol", "at", "status", "--timeout", "10"]).ended(69);
    peer.join().unwrap();
}

#[test]
fn what_makes_no_sense_is_told() {
    wwanctl(&["--device", "virtual:at", "--protocol", "mbim", "status"]).ended(2).says(&["--protocol"]);
    wwanctl(&["--device", "virtual:mbim", "--protocol", "at", "status"]).ended(2).says(&["--protocol"]);
    wwanctl(&["--device", "virtual:at:nothing", "status"]).ended(2).says(&["nothing"]);
    wwanctl(&["--protocol", "at", "proxy"]).ended(2).says(&["proxy"]);
}
