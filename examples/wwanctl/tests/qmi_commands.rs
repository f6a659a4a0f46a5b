//! The commands over QMI on virtual modems, bare and inside MBIM: their text, their JSON, and how they fail.
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

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use common::{Run, Terminal, command, on_virtual_qmi as on_qmi, temporary, wwanctl};
use mbim_wire::catalogue::Value;
use virtual_modem::InProcess;

/// The program on a virtual modem that speaks QMI inside MBIM.
fn inside(scenario: &str, arguments: &[&str]) -> Run {
    let device = format!("virtual:mbim:{scenario}");
    wwanctl(&[&["--device", &device, "--protocol", "qmi"], arguments].concat())
}

#[test]
fn status_is_the_same_bare_and_inside_mbim() {
    for run in [on_qmi, inside] {
        let json = run("default", &["status", "--json"]).json();
        assert_eq!(json["device_caps"]["device_id"], "490154203237518");
        assert_eq!(json["subscriber_ready_status"]["ready_state"], "initialized");
        assert_eq!(json["subscriber_ready_status"]["subscriber_id"], "001010123456789");
        assert_eq!(json["register_state"]["register_state"], "home");
        assert_eq!(json["register_state"]["provider_id"], "00101");
        let locked = run("locked-sim", &["status", "--json"]).json();
        assert_eq!(locked["subscriber_ready_status"]["ready_state"], "device_locked");
        let empty = run("no-sim", &["status", "--json"]).json();
        assert_eq!(empty["subscriber_ready_status"]["ready_state"], "sim_not_inserted");
        run("default", &["status"]).ended(0).prints(&["490154203237518", "registered at home"]);
    }
}

#[test]
fn connect_prints_both_families() {
    for run in [on_qmi, inside] {
        let json = run("default", &["connect", "--apn", "internet", "--ip-type", "v4v6", "--json"]).json();
        assert_eq!(json["connect"]["activation_state"], "activated");
        for family in ["ipv4", "ipv6"] {
            assert!(json["ip_configuration"][format!("{family}_address")][0].is_object(), "{json}");
        }
    }
}

#[test]
fn refusals_end_with_77() {
    for run in [on_qmi, inside] {
        run("refused-apn", &["connect", "--apn", "blocked"]).ended(77);
        run("no-sim", &["connect", "--apn", "internet"]).ended(77);
        run("locked-sim", &["connect", "--apn", "internet"]).ended(77);
        run("registration-denied", &["connect", "--apn", "internet"]).ended(77);
        run("default", &["qmi", "dms", "set-operating-mode", "Mode=77"]).ended(77);
    }
}

#[test]
fn what_is_not_answered_is_named() {
    let path = temporary("scenario.toml");
    std::fs::write(&path, "[[message]]\nservice = \"DMS\"\nname = \"Get Operating Mode\"\nswallow = true\n").unwrap();
    on_qmi(path.to_str().unwrap(), &["radio"]).ended(75).says(&["DMS Get Operating Mode request: no answer in time"]);
}

#[test]
fn any_message_goes_through_the_tunnel() {
    let direct = on_qmi("default", &["qmi", "dms", "get-ids"]).ended(0);
    let tunnelled = inside("default", &["qmi", "dms", "get-ids"]).ended(0);
    assert_eq!(direct.out, tunnelled.out);
}

#[test]
fn what_makes_no_sense_is_told_before_anything_is_asked() {
    wwanctl(&["--device", "virtual:qmi", "--protocol", "mbim", "status"]).ended(2).says(&["--protocol"]);
    wwanctl(&["--device", "virtual:qmi", "--protocol", "qmi-in-mbim", "status"]).ended(2).says(&["--protocol"]);
    wwanctl(&["--device", "virtual:mbim", "--protocol", "qmi-in-qmi", "status"]).ended(2).says(&["qmi-in-mbim"]);
    let path = common::temporary("nothing");
    let path = path.to_str().unwrap();
    wwanctl(&["--device", path, "--protocol", "qmi-in-mbim", "status"]).ended(69);
    wwanctl(&["--device", path, "--protocol", "qmi-in-mbim", "--proxy=x", "status"]).ended(2).says(&["--proxy"]);
}

#[test]
fn a_data_session_outlives_the_run_inside_mbim() {
    let modem = Terminal::new("default");
    let tunnel = |arguments: &[&str]| modem.run(&[&["--protocol", "qmi-in-mbim"], arguments].concat());
    tunnel(&["connect", "--apn", "internet"]).ended(0).prints(&["IPv4", "IPv6"]);
    // The function stays open, and the next run finds the session.
    let json = tunnel(&["status", "--json"]).json();
    assert_eq!(json["sessions"][0]["activation_state"], "activated", "{json}");
    tunnel(&["disconnect"]).ended(0);
    let json = tunnel(&["status", "--json"]).json();
    assert_eq!(json["sessions"][0]["activation_state"], "deactivated", "{json}");
    // MBIM finds the function in order.
    modem.run(&["status"]).ended(0).prints(&["registered at home"]);
}

#[test]
fn only_the_session_that_is_meant_is_taken_down() {
    let modem = Terminal::speaking(|scenario, time, room| InProcess::qmi(scenario, time, room), "default");
    let run = |arguments: &[&str]| modem.run(&[&["--protocol", "qmi", "--json"], arguments].concat()).json();
    run(&["connect", "--apn", "internet"]);
    assert_eq!(run(&["disconnect", "--session", "3"])["was_active"], false);
    let second = modem.run(&["--protocol", "qmi", "connect", "--apn", "ims", "--session", "1"]).ended(0);
    second.says(&["session 0 was ended"]);
    assert_eq!(run(&["disconnect", "--session", "1"])["was_active"], true);
    assert_eq!(run(&["disconnect"])["was_active"], false);
}

#[test]
fn monitor_prints_a_line_for_each_indication() {
    for options in [&["--device", "virtual:qmi"][..], &["--device", "virtual:mbim", "--protocol", "qmi"]] {
        let run = wwanctl(&[options, &["--timeout", "4", "--json", "monitor"]].concat()).ended(0);
        let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(lines.iter().all(|line| line["type"] == "indication" && line["time"].is_f64()), "{}", run.out);
        let of_nas = lines.iter().find(|line| line["service"] == "NAS").unwrap_or_else(|| panic!("{}", run.out));
        assert!(of_nas["message"].is_string() && of_nas["fields"].is_object(), "{of_nas}");
        let text = wwanctl(&[options, &["--timeout", "3", "monitor"]].concat()).ended(0);
        text.prints(&["NAS "]);
    }
}

#[test]
fn monitor_shows_messages_and_what_the_network_says() {
    let scenario = temporary("scenario.toml");
    // However long it takes until the program listens, one comes later.
    let mut text = "description = \"the network speaks\"\n".to_owned();
    for at in [2, 4, 8, 16, 32, 64, 128] {
        text += &format!(
            "[[event]]\nat = {at}000\ndo = \"sms\"\nfrom = \"+15550124\"\ntext = \"Read me.\"\nclass = 0\n\
             [[event]]\nat = {at}500\ndo = \"ussd\"\ntext = \"Book more?\"\n"
        );
    }
    std::fs::write(&scenario, text).unwrap();
    let device = format!("virtual:qmi:{}", scenario.to_str().unwrap());
    let mut program = command(&["--device", &device, "monitor"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut wanted = vec!["+15550124, ", "Book more?"];
    for line in BufReader::new(program.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        wanted.retain(|part| !(line.contains(part) && (line.ends_with("class 0: Read me.") || line.ends_with(part))));
        if wanted.is_empty() {
            break;
        }
    }
    program.kill().unwrap();
    program.wait().unwrap();
    assert_eq!(wanted, [""; 0]);
}

#[test]
fn cells_are_told_as_over_mbim() {
    let mbim = wwanctl(&["--device", "virtual:mbim", "cells", "--json"]).json();
    for run in [on_qmi, inside] {
        let qmi = run("default", &["cells", "--json"]).json();
        let (qmi, mbim) = (&qmi["base_stations_info"], &mbim["base_stations_info"]);
        for key in ["provider_id", "cell_id", "earfcn", "physical_cell_id", "tac", "rsrp", "rsrq"] {
            assert_eq!(qmi["lte_serving_cell"][key], mbim["lte_serving_cell"][key], "{key}");
        }
        for key in ["earfcn", "physical_cell_id", "rsrp", "rsrq"] {
            assert_eq!(qmi["lte_neighboring_cells"][0][key], mbim["lte_neighboring_cells"][0][key], "{key}");
        }
        for key in ["uarfcn", "primary_scrambling_code"] {
            assert_eq!(qmi["umts_neighboring_cells"][0][key], mbim["umts_neighboring_cells"][0][key], "{key}");
        }
        assert_eq!(qmi["gsm_neighboring_cells"][0]["arfcn"], mbim["gsm_neighboring_cells"][0]["arfcn"]);
        run("default", &["cells"]).ended(0).prints(&["LTE serving", "GSM neighbour"]);
        run("no-sim", &["cells"]).says(&["wwanctl: "]);
    }
}
