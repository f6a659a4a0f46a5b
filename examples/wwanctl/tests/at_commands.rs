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

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::thread;

use common::{Terminal, command, on_virtual, on_virtual_at as on_at, on_virtual_qmi, temporary, wwanctl};
use mbim_wire::catalogue::Value;
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
        "/register_state/tracking_area_code",
        "/register_state/cell_id",
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
fn lines_go_inside_messages_of_mbim_and_qmi() {
    let lines = ["at", "ATI", "AT+CMGF=1;+CMGF?", "--json"];
    let told = on_at("default", &lines).json();
    assert_eq!(on_virtual_qmi("default", &lines).json(), told);
    assert_eq!(on_virtual("vendor-services", &lines).json(), told);
    for run in [on_virtual_qmi, on_virtual] {
        let refused = run("vendor-services", &["at", "AT+CSQ", "AT+CMGD=99", "ATI"]).ended(77);
        refused.prints(&["+CSQ: "]).says(&["AT+CMGD=99", "CMS error 321"]);
        run("vendor-services", &["at", "ATD*99#"]).ended(2).says(&["--force"]);
        // What is personal is not shown.
        let run = run("vendor-services", &["-v", "at", "AT+CIMI"]).ended(0).prints(&["001010123456789"]);
        assert!(!run.err.contains("001010123456789"), "{}", run.err);
    }
    on_virtual("default", &["at", "ATI"]).ended(77).says(&["no MBIM service that carries AT"]);
    let inside = ["--device", "virtual:mbim", "--protocol", "qmi-in-mbim", "at", "ATI"];
    assert_eq!(wwanctl(&inside).ended(0).out, on_at("default", &["at", "ATI"]).out);
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

#[test]
fn connect_prints_both_families_as_over_qmi() {
    let connect = &["connect", "--apn", "internet", "--ip-type", "v4v6", "--json"];
    let at = on_at("default", connect).json();
    let qmi = on_virtual_qmi("default", connect).json();
    assert_eq!(at["connect"]["activation_state"], "activated");
    assert_eq!(at["connect"]["ip_type"], "ipv4_and_ipv6");
    for key in ["access_string", "packet_service"] {
        assert_eq!(at[key], qmi[key], "{key}");
    }
    for family in ["ipv4", "ipv6"] {
        let key = format!("{family}_address");
        assert!(at["ip_configuration"][&key][0][&key].is_string(), "{at}");
        let key = format!("{family}_dns_server");
        assert_eq!(at["ip_configuration"][&key], qmi["ip_configuration"][&key]);
    }
    let four = on_at("default", &["connect", "--apn", "internet", "--ip-type", "v4", "--json"]).json();
    assert_eq!(four["connect"]["ip_type"], "ipv4");
    assert!(four["ip_configuration"]["ipv6_address"].is_null());
    on_at("default", &["connect", "--apn", "a", "--session", "32"]).ended(2).says(&["too high"]);
}

#[test]
fn refusals_end_with_77_and_the_reason() {
    on_at("refused-apn", &["connect", "--apn", "blocked"]).ended(77).says(&["AT+CGACT", "--apn"]);
    on_at("no-sim", &["connect", "--apn", "internet"]).ended(77).says(&["no SIM"]);
    on_at("locked-sim", &["connect", "--apn", "internet"]).ended(77).says(&["PIN", "hint: "]);
    on_at("locked-sim", &["connect", "--apn", "internet", "--pin", "1234"]).ended(0).prints(&["connected"]);
    on_at("registration-denied", &["connect", "--apn", "internet"]).ended(77).says(&["the network"]);
    let corporate = |password| {
        on_at(
            "refused-apn",
            &[
                "connect",
                "--apn",
                "corporate",
                "--ip-type",
                "v4",
                "--user",
                "user",
                "--auth",
                "chap",
                "--password",
                password,
            ],
        )
    };
    corporate("secret").ended(0);
    corporate("wrong").ended(77);
    on_at("default", &["slot"]).ended(2).says(&["AT has no command"]);
    on_at("default", &["mbim", "basic-connect", "device-caps"]).ended(2).says(&["wwanctl at"]);
}

#[test]
fn a_session_outlives_the_run() {
    let modem = Terminal::speaking(|scenario, time, room| InProcess::at(scenario, time, room), "default");
    let at = |arguments: &[&str]| modem.run(&[&["--protocol", "at"], arguments].concat());
    let up = at(&["connect", "--apn", "internet", "--session", "2", "--json"]).json();
    assert_eq!(up["connect"]["session_id"], 2);
    let status = at(&["status", "--json"]).json();
    assert_eq!(status["sessions"][0]["activation_state"], "activated", "{status}");
    assert_eq!(status["sessions"][0]["session_id"], 2);
    assert_eq!(status["sessions"][0]["ip_configuration"]["ipv4_address"], up["ip_configuration"]["ipv4_address"]);
    // Connecting again finds it.
    assert_eq!(at(&["connect", "--apn", "internet", "--json"]).json()["connect"]["session_id"], 2);
    at(&["disconnect", "--session", "7", "--json"]).ended(0).prints(&["\"was_active\": false"]);
    at(&["disconnect"]).ended(0).prints(&["session 2 disconnected"]);
    at(&["disconnect"]).ended(0).prints(&["was not connected"]);
    let status = at(&["status", "--json"]).json();
    assert_eq!(status["sessions"][0]["activation_state"], "deactivated");
}

#[test]
fn lines_are_sent_as_they_are() {
    on_at("default", &["at", "AT"]).ended(0).prints(&["OK"]);
    let run = on_at("default", &["at", "AT+CGMM", "AT+CSQ;+CPIN?"]).ended(0);
    assert_eq!(run.out, "Virtual Modem\n+CSQ: 20,99\n+CPIN: READY\n");
    let json = on_at("default", &["at", "AT+CFUN?", "--json"]).json();
    assert_eq!(json["at"][0]["line"], "AT+CFUN?");
    assert_eq!(json["at"][0]["answer"], serde_json::json!(["+CFUN: 1"]));
    assert_eq!(json["at"][0]["result"], "OK");
    // A refusal ends it, and its reason is told.
    let run = on_at("default", &["at", "AT+CSQ", "AT+CPIN=\"0000\"", "AT+CGMM"]).ended(77);
    let run = run.says(&["AT+CPIN", "CME error 3 (operation not allowed)"]);
    assert_eq!(run.out, "+CSQ: 20,99\n");
    on_at("no-sim", &["at", "AT+CIMI"]).ended(77).says(&["SIM not inserted", "hint: insert a SIM"]);
    on_at("default", &["at", "AT+NONSENSE"]).ended(77).says(&["refuses"]);
    // A forced way into data mode leads out of it again.
    let dialled = on_at("default", &["at", "ATD*99#", "AT", "--force"]).ended(0).says(&["data mode"]);
    assert_eq!(dialled.out, "CONNECT\nOK\n");
    for line in ["CSQ", "AT+CSQ\r", "AT+X=\"", "ATD*99#", "ATZ", "AT+IPR=9600"] {
        on_at("default", &["at", line]).ended(2).says(&["at: "]);
    }
    on_at("default", &["at", "ATE1", "--force"]).ended(0);
    on_at("default", &["at", "AT+CMGS=23"]).ended(2).says(&["--text"]);
    let sent = on_at("default", &["at", "AT+CMGF=1", "AT+CMGS=\"+15550123\"", "--text", "On my way"]).ended(0);
    sent.prints(&["+CMGS: "]);
}

#[test]
fn monitor_shows_what_the_modem_tells() {
    let scenario = temporary("scenario.toml");
    // However long it takes until the program listens, one comes later.
    let mut text = "description = \"the network speaks\"\n".to_owned();
    for at in [2, 4, 8, 16, 32, 64, 128] {
        text += &format!(
            "[[event]]\nat = {at}000\ndo = \"sms\"\nfrom = \"+15550124\"\ntext = \"Read me.\"\n\
             [[event]]\nat = {at}500\ndo = \"ussd\"\ntext = \"Book more?\"\n"
        );
    }
    std::fs::write(&scenario, text).unwrap();
    let device = format!("virtual:at:{}", scenario.to_str().unwrap());
    let mut program = command(&["--device", &device, "monitor", "--json"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut wanted = vec!["sms", "ussd"];
    for line in BufReader::new(program.stdout.take().unwrap()).lines() {
        let event: Value = serde_json::from_str(&line.unwrap()).unwrap();
        assert_eq!(event["type"], "urc");
        assert!(event["time"].is_f64() && event["line"].is_string());
        match (event["sms"]["index"].as_u64(), event["ussd"]["text"].as_str()) {
            (Some(_), _) => wanted.retain(|one| *one != "sms"),
            (_, Some(text)) => {
                assert_eq!(text, "Book more?");
                wanted.retain(|one| *one != "ussd");
            }
            _ => {}
        }
        if wanted.is_empty() {
            break;
        }
    }
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(wanted, [""; 0]);
    on_at("default", &["monitor", "--timeout", "1"]).ended(0);
}

/// A modem that does what `text` says; for all protocols.
fn scenario(text: &str) -> String {
    let path = temporary("scenario.toml");
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_is_not_answered_is_named() {
    let modem = scenario("[[line]]\nname = \"+CSCS\"\nswallow = true\n");
    on_at(&modem, &["ussd", "*100#"]).ended(75).says(&["wwanctl: AT+CSCS: no answer in time"]);
    let typed = on_at(&modem, &["at", "AT+CSQ", "AT+CSCS=\"secret\""]).ended(75);
    assert_eq!((&*typed.out, &*typed.err), ("+CSQ: 20,99\n", "wwanctl: AT+CSCS: no answer in time\n"));
    // What was answered before is not lost.
    let typed = on_at(&modem, &["at", "AT+CSQ", "AT+CSCS?", "--json"]).ended(75);
    let document: Value = serde_json::from_str(&typed.out).unwrap();
    assert_eq!(document["at"][0]["answer"][0], "+CSQ: 20,99");
    let typed = on_at(&modem, &["at", "AT+CSCS?", "--json"]).ended(75);
    let document: Value = serde_json::from_str(&typed.out).unwrap();
    assert_eq!(document["error"]["exit_status"], 75);
}

/// A modem behind a socket that answers lines by `answer`, and hangs up where that says nothing.
fn scripted(answer: fn(&str) -> Option<&'static [u8]>) -> (String, thread::JoinHandle<()>) {
    let path = temporary("socket");
    let listener = UnixListener::bind(&path).unwrap();
    let peer = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut line = Vec::new();
        let mut byte = [0];
        while matches!(stream.read(&mut byte), Ok(1)) {
            if byte != *b"\r" {
                line.push(byte[0]);
                continue;
            }
            let text = String::from_utf8_lossy(&line).trim_start_matches('\u{1b}').to_owned();
            line.clear();
            match answer(&text) {
                Some(answer) => drop(stream.write_all(answer)),
                None => return,
            }
        }
    });
    (path.to_str().unwrap().to_owned(), peer)
}

#[test]
fn a_modem_that_hangs_up_or_makes_no_sense_is_no_danger() {
    let (path, peer) = scripted(|line| match line {
        line if line.ends_with('?') => Some(b"\r\nERROR\r\n"),
        "AT+CGMM" => None,
        _ => Some(b"\r\nOK\r\n"),
    });
    let run = wwanctl(&["--device", &path, "--protocol", "at", "status", "--timeout", "20", "--json"]).ended(69);
    let error: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(error["error"]["exit_status"], 69);
    peer.join().unwrap();
    // What a terminal would act on does not get there.
    let (path, peer) = scripted(|line| match line {
        line if line.contains("?;") => Some(b"\r\nERROR\r\n"),
        "AT+CGMM" => Some(b"\r\n\x1b]0;evil\x07\xe2\x80\xae\r\n+CUSD: 1,\"\x1b[31m\"\r\nOK\r\n"),
        "AT+CSQ" => Some(b"\r\n+CSQ: 99999999999999999999,-1\r\nOK\r\n"),
        "AT+CFUN?" => Some(b"\r\n+CFUN: x\r\nOK\r\n"),
        line if line.ends_with('?') || line.contains('+') => Some(b"\r\n+CME ERROR: 4\r\n"),
        _ => Some(b"\r\nOK\r\n"),
    });
    let lines = ["--device", &path, "--protocol", "at", "at", "AT+CGMM", "AT+CSQ", "--timeout", "20"];
    let run = wwanctl(&lines).ended(0);
    assert!(!run.out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", run.out);
    assert!(!run.err.contains(['\u{1b}', '\u{7}']), "{}", run.err);
    peer.join().unwrap();
}
