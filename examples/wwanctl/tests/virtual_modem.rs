//! Every command on virtual modems: its text, its JSON, and how it fails.
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

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use common::{command, ended, on_virtual, on_virtual_at, on_virtual_qmi, temporary};
use mbim_wire::catalogue::Value;
use rustix::process::{Pid, Signal, kill_process};

#[test]
fn status() {
    on_virtual("default", &["status"]).ended(0).prints(&[
        "Virtual Modem",
        "490154203237518",
        "IMSI 001010123456789",
        "no code is needed",
        "registered at home",
        "(00101)",
        " dBm",
        "Session 0    not connected",
    ]);
    let json = on_virtual("default", &["status", "--json"]).json();
    assert_eq!(json["device_caps"]["device_id"], "490154203237518");
    assert_eq!(json["subscriber_ready_status"]["ready_state"], "initialized");
    assert_eq!(json["pin"]["pin_state"], "unlocked");
    assert_eq!(json["radio_state"]["sw_radio_state"], "on");
    assert_eq!(json["register_state"]["register_state"], "home");
    assert_eq!(json["register_state"]["provider_id"], "00101");
    assert_eq!(json["packet_service"]["packet_service_state"], "attached");
    assert_eq!(json["sessions"][0]["activation_state"], "deactivated");
    let (code, dbm) =
        (json["signal_state"]["rssi"].as_i64().unwrap(), json["signal_state"]["rssi_dbm"].as_i64().unwrap());
    assert_eq!(dbm, -113 + 2 * code);
}

#[test]
fn status_tells_what_the_modem_refuses() {
    let run = on_virtual("no-sim", &["status"]).ended(0);
    run.prints(&["not inserted", "not told: SIM_NOT_INSERTED (3)", "not registered"]);
    let json = on_virtual("no-sim", &["status", "--json"]).json();
    assert_eq!(json["pin"], serde_json::json!({ "status": 3, "status_name": "sim_not_inserted" }));
    let run = on_virtual("locked-sim", &["status"]).ended(0);
    run.prints(&["SIM          locked", "PIN1 is needed, 3 attempts left"]);
}

#[test]
fn connect() {
    let run = on_virtual("default", &["connect", "--apn", "internet"]).ended(0);
    run.prints(&["Virtual Modem, firmware", "IMEI", "IMSI", "Network", " dBm", "connected, IPv4 and IPv6"]).prints(&[
        "IPv4\n",
        "IPv6\n",
        "Address",
        "Gateway",
        "DNS",
        "MTU          1500",
    ]);
    let json = on_virtual("default", &["connect", "--apn", "internet", "--json", "--session", "3"]).json();
    assert_eq!(json["connect"]["session_id"], 3);
    assert_eq!(json["connect"]["activation_state"], "activated");
    assert_eq!(json["connect"]["ip_type"], "ipv4v6");
    assert_eq!(json["connect"]["nw_error"], 0);
    assert_eq!(json["access_string"], "internet");
    let ip = &json["ip_configuration"];
    for family in ["ipv4", "ipv6"] {
        let field = |name: &str| &ip[format!("{family}_{name}")];
        let address = &field("address")[0];
        assert!(address["on_link_prefix_length"].as_u64().unwrap() > 0);
        assert!(address[format!("{family}_address")].is_string() && field("gateway").is_string());
        assert!(field("dns_server")[0].is_string());
        assert_eq!(field("mtu"), 1500);
    }
}

#[test]
fn connect_with_one_address_family() {
    for (wanted, granted, other) in [("v4", "ipv4", "ipv6"), ("v6", "ipv6", "ipv4")] {
        let json = on_virtual("default", &["connect", "--apn", "a", "--ip-type", wanted, "--json"]).json();
        assert_eq!(json["connect"]["ip_type"], granted);
        assert_eq!(json["ip_configuration"][format!("{other}_address")], serde_json::json!([]));
    }
}

#[test]
fn connect_with_user_name() {
    let arguments = ["connect", "--apn", "corporate", "--user", "user", "--password", "secret", "--auth", "chap"];
    on_virtual("refused-apn", &arguments).ended(0).prints(&["connected, IPv4"]);
    let run = on_virtual("refused-apn", &["connect", "--apn", "corporate", "--user", "user", "--password", "wrong"]);
    run.ended(77).says(&["INVALID_USER_NAME_PWD (19)", "NwError 29", "hint: check --user"]);
}

#[test]
fn connect_with_pin() {
    let run = on_virtual("locked-sim", &["connect", "--apn", "a"]).ended(77);
    run.says(&["PIN_REQUIRED (5)", "3 attempts left", "hint:", "--pin"]);
    let run = on_virtual("locked-sim", &["connect", "--apn", "a", "--pin", "9999"]).ended(77);
    run.says(&["wrong", "FAILURE (2)", "2 attempts left"]);
    on_virtual("locked-sim", &["connect", "--apn", "a", "--pin", "1234"]).ended(0);
    let run = on_virtual("wrong-pin-last-try", &["connect", "--apn", "a", "--pin", "1234"]).ended(77);
    run.says(&["PIN_REQUIRED (5)", "1 attempt left", "never used unasked"]);
    let mut child = command(&["--device", "virtual:mbim:locked-sim", "connect", "--apn", "a", "--pin", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"1234\n").unwrap();
    ended(child.wait_with_output().unwrap()).ended(0);
}

#[test]
fn refusals_tell_status_and_network_reason() {
    let run = on_virtual("refused-apn", &["connect", "--apn", "wrong"]).ended(77);
    run.says(&[
        "Basic Connect Connect",
        "INVALID_ACCESS_STRING (18)",
        "access point name missing or unknown",
        "NwError 27",
        "hint: check --apn",
    ]);
    let run = on_virtual("registration-denied", &["connect", "--apn", "a"]).ended(77);
    run.says(&["Register State", "FAILURE (2)", "no suitable cells in this area", "NwError 15"]);
    let run = on_virtual("no-service", &["connect", "--apn", "a", "--timeout", "5"]).ended(77);
    run.says(&["Register State", "PROVIDERS_NOT_FOUND (8)", "NwError 0", "hint:"]);
    let run = on_virtual("no-sim", &["connect", "--apn", "a"]).ended(77);
    run.says(&["SIM_NOT_INSERTED (3)", "hint:"]);
    let run = on_virtual("default", &["connect", "--apn", "a", "--session", "200"]).ended(2);
    run.says(&["session 200"]);
}

/// Whatever the protocol, a user is told what to do.
#[test]
fn refusals_come_with_a_hint() {
    let scenario = |text: &str| {
        let path = temporary("scenario.toml");
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let empty = scenario("[sim]\ninserted = false\n");
    let blocked = scenario("[sim.pin1]\nenabled = true\npin-attempts = 0\n");
    for run in [on_virtual, on_virtual_qmi, on_virtual_at] {
        for command in ["register auto", "register 00101", "scan", "sms list", "phonebook list", "connect --apn a"] {
            let arguments: Vec<&str> = command.split(' ').collect();
            run(&empty, &arguments).ended(77).says(&["hint: "]);
            let unblocking = if command.starts_with("register") { "hint: " } else { "wwanctl pin unblock PUK NEW-PIN" };
            run(&blocked, &arguments).ended(77).says(&[unblocking]);
        }
        run("messages", &["sms", "read", "29"]).ended(77).says(&["wwanctl sms list"]);
        run("default", &["pin", "enter", ""]).ended(2).says(&["the code is empty"]);
    }
}

#[test]
fn fcc_lock_is_hinted_at() {
    let path = temporary("scenario.toml");
    fs::write(&path, "[radio]\nsoftware = false\nfcc-locked = true\n").unwrap();
    let run = on_virtual(path.to_str().unwrap(), &["radio", "on"]).ended(77);
    run.says(&["Radio State", "OPERATION_NOT_ALLOWED (28)", "FCC", "quectel"]);
}

#[test]
fn disconnect() {
    on_virtual("default", &["disconnect"]).ended(0).prints(&["session 0 was not connected"]);
    let json = on_virtual("default", &["disconnect", "--session", "2", "--json"]).json();
    assert_eq!(json["connect"], serde_json::json!({ "session_id": 2, "activation_state": "deactivated" }));
    assert_eq!(json["was_active"], false);
}

#[test]
fn radio() {
    on_virtual("default", &["radio"]).ended(0).prints(&["Radio  on"]);
    on_virtual("default", &["radio", "off"]).ended(0).prints(&["Radio  off"]);
    let json = on_virtual("default", &["radio", "off", "--json"]).json();
    assert_eq!(json["radio_state"], serde_json::json!({ "hw_radio_state": "on", "sw_radio_state": "off" }));
    on_virtual("default", &["radio", "on"]).ended(0).prints(&["Radio  on"]);
}

#[test]
fn register_and_scan() {
    on_virtual("default", &["register"]).ended(0).prints(&["(00101)", "registered at home"]);
    on_virtual("default", &["register", "auto"]).ended(0).prints(&["registered at home"]);
    let json = on_virtual("default", &["register", "00102", "--json"]).json();
    assert_eq!(json["register_state"]["provider_id"], "00102");
    assert_eq!(json["register_state"]["register_mode"], "manual");
    on_virtual("default", &["register", "99970"]).ended(77).says(&["NwError 11", "PLMN_NOT_ALLOWED"]);
    on_virtual("default", &["register", "31026"]).ended(77).says(&["PROVIDER_NOT_VISIBLE (10)", "scan"]);
    on_virtual("default", &["register", "1234"]).ended(2);

    on_virtual("default", &["scan"]).ended(0).prints(&["00101", "home, visible, registered", "forbidden", " dBm"]);
    let json = on_virtual("default", &["scan", "--json"]).json();
    let found = json["visible_providers"]["providers"].as_array().unwrap();
    assert_eq!(json["visible_providers"]["providers_count"], found.len());
    assert!(found.iter().any(|network| network["provider_id"] == "00101" && network["rssi_dbm"].is_i64()));
}

#[test]
fn signal() {
    on_virtual("default", &["signal"]).ended(0).prints(&["Signal  -73 dBm"]);
    assert_eq!(on_virtual("default", &["signal", "--json"]).json()["signal_state"]["rssi_dbm"], -73);
    let run = on_virtual("default", &["signal", "--mbimex", "3"]).ended(0);
    run.prints(&["LTE, RSRP -95 dBm, SNR 12 dB"]);
}

#[test]
fn pin() {
    on_virtual("locked-sim", &["pin", "status"]).ended(0).prints(&["PIN1 is needed, 3 attempts left"]);
    let json = on_virtual("locked-sim", &["pin", "status", "--json"]).json();
    assert_eq!(json["pin"], serde_json::json!({ "pin_type": "pin1", "pin_state": "locked", "remaining_attempts": 3 }));
    on_virtual("default", &["pin", "list"]).ended(0).prints(&["pin1", "4 to 8 characters", "not supported"]);
    let json = on_virtual("default", &["pin", "list", "--json"]).json();
    assert_eq!(json["pin_list"]["pin_desc_pin1"]["pin_mode"], "disabled");

    on_virtual("locked-sim", &["pin", "enter", "1234"]).ended(0).prints(&["no code is needed"]);
    on_virtual("default", &["pin", "enter", "1234"]).ended(0).prints(&["no code is needed"]);
    on_virtual("locked-sim", &["pin", "enter", "9999"]).ended(77).says(&["wrong", "2 attempts left", "FAILURE (2)"]);
    let run = on_virtual("wrong-pin-last-try", &["pin", "enter", "9999"]).ended(77);
    run.says(&["PUK1 is needed", "pin unblock"]);
    on_virtual("default", &["pin", "enable", "1234"]).ended(0);
    on_virtual("default", &["pin", "change", "1234", "4321"]).ended(77).says(&["PIN_DISABLED (6)"]);
    on_virtual("locked-sim", &["pin", "disable", "--type", "pin7", "1"]).ended(2).says(&["pin7", "network-pin"]);
}

#[test]
fn any_message() {
    let run = on_virtual("default", &["mbim", "basic-connect", "radio-state"]).ended(0);
    run.prints(&["COMMAND_DONE", "SUCCESS (0)", "HwRadioState: ON (1)"]);
    let json =
        on_virtual("default", &["mbim", "basic-connect", "radio-state", "set", "RadioState=off", "--json"]).json();
    assert_eq!((json["status"].as_u64(), json["fields"]["SwRadioState"].as_u64()), (Some(0), Some(0)));
    let uuid = "a289cc33-bcbb-8b4f-b6b0-133ec2aae6df";
    let run = on_virtual("default", &["mbim", uuid, "3", "set", "00000000", "--hex"]).ended(0);
    assert!(
        run.out.trim_end().ends_with("03000000000000000800000001000000 00000000".replace(' ', "").as_str()),
        "{}",
        run.out
    );
    let run = on_virtual("default", &["mbim", "google", "carrier-lock", "query"]).ended(77);
    run.says(&["Carrier Lock", "NO_DEVICE_SUPPORT (9)"]).prints(&["NO_DEVICE_SUPPORT (9)"]);
    let run = on_virtual("default", &["mbim", uuid, "3", "set", "00"]).ended(77);
    run.says(&["INVALID_PARAMETERS (21)"]);
}

#[test]
fn any_message_in_a_later_version() {
    let signal = ["mbim", "--mbimex", "2", "basic-connect", "signal-state", "--json"];
    let json = on_virtual("default", &signal).json();
    assert_eq!(json["extension_version"], "2.0");
    assert!(json["fields"]["RsrpSnr"].is_array(), "{json}");
    let connect = ["mbim", "--mbimex", "3", "basic-connect", "connect", "query", "SessionId=0", "--json"];
    assert_eq!(on_virtual("default", &connect).json()["extension_version"], "3.0");
}

#[test]
fn long_messages_come_in_fragments() {
    on_virtual("fragments", &["connect", "--apn", "internet"]).ended(0).prints(&["connected"]);
    let run = on_virtual("fragments", &["mbim", "basic-connect", "device-services", "-v"]).ended(0);
    run.says(&["fragment 1 of "]).prints(&["DeviceServices[0]"]);
}

#[test]
fn silence_ends_with_75() {
    let run = on_virtual("silent", &["status", "--timeout", "5"]).ended(75);
    assert_eq!(run.out, "");
    // Given time, the modem is opened in the end.
    on_virtual("silent", &["status", "--timeout", "30"]).ended(0);
}

#[test]
fn traces_hide_what_is_personal() {
    let run = on_virtual(
        "locked-sim",
        &["connect", "--apn", "a", "--pin", "1234", "--user", "someone", "--password", "secret", "-v"],
    );
    let run = run.ended(0).says(&[
        "> OPEN",
        "< OPEN_DONE",
        "SUCCESS (0)",
        "Basic Connect Pin set",
        "Basic Connect Connect set",
    ]);
    for personal in ["1234\"", "someone", "secret", "001010123456789", "8900101", "490154203237518"] {
        assert!(!run.err.contains(personal), "{personal} in: {}", run.err);
    }
    run.prints(&["IMSI 001010123456789", "490154203237518"]);
}

#[test]
fn messages_are_recorded() {
    let path = temporary("capture.pcapng");
    on_virtual("default", &["signal", "--pcap", path.to_str().unwrap()]).ended(0);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes[..12], [0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a]);
    let open = [1, 0, 0, 0, 16, 0, 0, 0];
    assert!(bytes.windows(8).any(|window| window == open), "OPEN is not in the file");
    on_virtual("default", &["signal", "--pcap", "/nonexistent/file"]).ended(74).says(&["/nonexistent/file"]);
}

#[test]
fn text_of_the_modem_is_escaped() {
    let path = temporary("scenario.toml");
    let scenario = "[[network.in-reach]]\nplmn = \"00101\"\nname = \"A\\u001b[31m\\u009b\\u202eB\"\n";
    fs::write(&path, scenario).unwrap();
    let path = path.to_str().unwrap();
    let run = on_virtual(path, &["register"]).ended(0).prints(&["A\\u{1b}[31m\\u{9b}\\u{202e}B"]);
    assert!(!run.out.contains(['\u{1b}', '\u{9b}', '\u{202e}']));
    let run = on_virtual(path, &["register", "--json"]).ended(0);
    assert!(run.out.is_ascii(), "{}", run.out);
    assert_eq!(run.json()["register_state"]["provider_name"], "A\u{1b}[31m\u{9b}\u{202e}B");
    let run = on_virtual(path, &["mbim", "basic-connect", "register-state", "-v"]).ended(0);
    assert!(!run.out.contains('\u{1b}') && !run.err.contains('\u{1b}'));
}

#[test]
fn monitor_prints_a_line_for_each_indication() {
    let run = on_virtual("default", &["monitor", "--timeout", "3"]).ended(0);
    run.prints(&["Basic Connect Subscriber Ready Status: ", "ReadyState: INITIALIZED (1)", "RegisterState: HOME (3)"]);

    let run = on_virtual("default", &["monitor", "--timeout", "3", "--json"]).ended(0);
    let events: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let registered =
        events.iter().find(|event| event["command"] == "Register State" && event["fields"]["register_state"] == "home");
    let registered = registered.unwrap_or_else(|| panic!("{}", run.out));
    assert_eq!((&registered["type"], &registered["cid"]), (&"indicate_status".into(), &9.into()));
    assert!(registered["time"].is_f64());
}

#[test]
fn monitor_ends_when_interrupted() {
    let mut child = command(&["--device", "virtual:mbim", "monitor"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("Basic Connect"), "{line}");
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let run = ended(child.wait_with_output().unwrap()).ended(0);
    assert_eq!(run.err, "");
}
