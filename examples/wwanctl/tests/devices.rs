//! Device nodes: those that are no modem, silent ones, and sessions that outlive the program.
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

use std::os::fd::AsFd as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use common::{Terminal, command, ended, temporary, wwanctl};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use virtual_modem::{InProcess, Room, Scenario, Time};

#[test]
fn what_is_no_modem_is_unreachable() {
    let file = temporary("file");
    std::fs::write(&file, "no modem").unwrap();
    for path in ["/nonexistent", "/dev/null", "/dev", file.to_str().unwrap()] {
        let run = wwanctl(&["--device", path, "status", "--timeout", "5"]).ended(69).says(&[path]);
        assert_eq!(run.out, "", "{path}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "no modem");
}

#[test]
fn a_machine_without_qrtr_says_so() {
    wwanctl(&["--device", "qrtr://x", "status"]).ended(2).says(&["qrtr://NODE", "qrtr://0"]);
    wwanctl(&["--device", "qrtr://0", "--protocol", "mbim", "status"]).ended(2).says(&["QMI"]);
    // No machine has a node of this number.
    wwanctl(&["--device", "qrtr://4000000000", "status", "--timeout", "20"]).ended(69).says(&["qrtr://4000000000"]);
}

#[test]
fn without_a_modem_the_virtual_one_is_named() {
    let is_modem = |name: &str| name.starts_with("cdc-wdm") || (name.starts_with("wwan") && name.contains("mbim"));
    let names = std::fs::read_dir("/dev").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    if names.into_iter().any(|name| is_modem(&name)) {
        return; // this machine has a modem; it is left in peace
    }
    wwanctl(&["status"]).ended(69).says(&["/dev/cdc-wdm*", "--device virtual:mbim"]);
}

#[test]
fn a_silent_terminal_ends_with_75() {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(master.as_fd(), Vec::new()).unwrap().into_string().unwrap();
    let run =
        wwanctl(&["--device", &path, "status", "--timeout", "1"]).ended(75).says(&["MBIM was tried", "--protocol"]);
    assert_eq!(run.out, "");
    let run = wwanctl(&["--device", &path, "--protocol", "mbim", "status", "--timeout", "1"]).ended(75);
    assert!(!run.err.contains("hint"), "{}", run.err);
}

#[test]
fn a_session_outlives_the_program_that_made_it() {
    let modem = Terminal::new("default");
    modem.run(&["connect", "--apn", "internet"]).ended(0).prints(&["connected"]);
    let json = modem.run(&["status", "--json"]).json();
    assert_eq!(json["sessions"][0]["activation_state"], "activated");
    assert!(json["sessions"][0]["ip_configuration"]["ipv4_address"][0]["ipv4_address"].is_string());
    modem.run(&["connect", "--apn", "second", "--session", "1"]).ended(0);
    let json = modem.run(&["status", "--json"]).json();
    assert_eq!(json["sessions"].as_array().unwrap().len(), 2, "the first session is still there");
    let json = modem.run(&["disconnect", "--json"]).json();
    assert_eq!(json["was_active"], true);
    let json = modem.run(&["status", "--json"]).json();
    let states: Vec<_> = json["sessions"].as_array().unwrap().iter().map(|s| &s["activation_state"]).collect();
    assert_eq!(states, ["deactivated", "activated"]);
}

#[test]
fn taking_over_sends_no_open_and_no_close() {
    let modem = Terminal::new("default");
    let run = modem.run(&["-v", "radio"]).ended(0).says(&["NOT_OPENED (5)", "> OPEN", "> CLOSE"]);
    drop(run);
    let run = modem.run(&["-v", "connect", "--apn", "internet"]).ended(0).says(&["> OPEN"]);
    assert!(!run.err.contains("> CLOSE"), "{}", run.err);
    let run = modem.run(&["-v", "status"]).ended(0);
    assert!(!run.err.contains("OPEN") && !run.err.contains("CLOSE"), "{}", run.err);
    modem.run(&["-v", "--reopen", "radio"]).ended(0).says(&["> OPEN", "> CLOSE"]);
    let json = modem.run(&["status", "--json"]).json();
    assert_eq!(json["sessions"][0]["activation_state"], "deactivated", "opening anew ends sessions");
}

#[test]
fn a_newer_version_is_recognised() {
    let modem = Terminal::new("default");
    modem.run(&["register", "auto"]).ended(0); // so that its SIM is ready
    // A set leaves the modem open, here with version 3.0 of the extensions.
    modem.run(&["mbim", "--mbimex", "3", "basic-connect", "radio-state", "set", "RadioState=on"]).ended(0);
    let json = modem.run(&["status", "--json"]).json();
    assert!(json["subscriber_ready_status"]["flags"].is_array(), "{json}");
    assert_eq!(json["subscriber_ready_status"]["subscriber_id"], "001010123456789");
    // And it is used: the layouts of CONNECT are others there.
    modem.run(&["connect", "--apn", "internet"]).ended(0).prints(&["connected"]);
    assert_eq!(modem.run(&["status", "--json"]).json()["sessions"][0]["activation_state"], "activated");
    assert_eq!(modem.run(&["disconnect", "--json"]).json()["was_active"], true);
    assert_eq!(modem.run(&["disconnect", "--json"]).json()["was_active"], false);
    modem.run(&["--reopen", "connect", "--apn", "internet"]).ended(0);
}

#[test]
fn codes_from_standard_input_come_in_the_order_of_the_command_line() {
    let modem = Terminal::new("default");
    modem.run(&["register", "auto"]).ended(0); // so that its SIM is ready
    modem.run(&["pin", "enable", "1234"]).ended(0);
    let mut child = command(&["--device", modem.path(), "pin", "change", "-", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"1234\r\n4321\n").unwrap();
    ended(child.wait_with_output().unwrap()).ended(0);
    modem.run(&["pin", "disable", "4321"]).ended(0);
}

/// What starts a virtual modem.
type Start = for<'m> fn(&'m Scenario, Time, &'m mut Room) -> InProcess<'m>;

#[test]
fn monitor_ends_when_nobody_reads_its_output() {
    let modems: [(&str, Start); 3] = [
        ("mbim", |scenario, time, room| InProcess::mbim(scenario, time, room)),
        ("qmi", |scenario, time, room| InProcess::qmi(scenario, time, room)),
        ("at", |scenario, time, room| InProcess::at(scenario, time, room)),
    ];
    for (protocol, start) in modems {
        let modem = Terminal::speaking(start, "default");
        // A modem that is connected has nothing more to tell.
        modem.run(&["--protocol", protocol, "connect", "--apn", "internet"]).ended(0);
        let arguments = ["--device", modem.path(), "--protocol", protocol, "--timeout", "4000", "monitor"];
        let mut program = command(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        drop(program.stdout.take());
        let start = Instant::now();
        let status = loop {
            match program.try_wait().unwrap() {
                None if start.elapsed() < Duration::from_secs(60) => thread::sleep(Duration::from_millis(20)),
                status => break status,
            }
        };
        let _ = program.kill();
        assert_eq!(status.and_then(|status| status.code()), Some(0), "{protocol}");
        modem.run(&["--protocol", protocol, "status"]).ended(0);
    }
}

#[test]
fn monitor_takes_an_open_modem_over_and_leaves_its_session() {
    let modem = Terminal::new("default");
    modem.run(&["connect", "--apn", "internet"]).ended(0);
    modem.run(&["monitor", "--timeout", "1"]).ended(0);
    let json = modem.run(&["status", "--json"]).json();
    assert_eq!(json["sessions"][0]["activation_state"], "activated");
}

#[test]
fn two_programs_do_not_share_a_modem() {
    let modem = Terminal::new("default");
    let mut first = command(&["--device", modem.path(), "monitor", "--timeout", "20", "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut reader = std::io::BufReader::new(first.stdout.as_mut().unwrap());
    std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
    assert!(line.contains("indicate_status"), "{line}");
    modem.run(&["status"]).ended(69).says(&[modem.path()]);
    rustix::process::kill_process(rustix::process::Pid::from_child(&first), rustix::process::Signal::INT).unwrap();
    ended(first.wait_with_output().unwrap()).ended(0);
}

#[test]
fn failures_on_a_terminal_leave_the_modem_usable() {
    let modem = Terminal::new("refused-apn");
    modem.run(&["connect", "--apn", "wrong"]).ended(77).says(&["NwError 27"]);
    modem.run(&["connect", "--apn", "internet"]).ended(0);
}
