//! `qmi`: any message, sent to a virtual modem.
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

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use common::{Run, Terminal, command, ended, temporary, wwanctl};
use rustix::process::{Pid, Signal, kill_process};
use virtual_modem::InProcess;

fn on_virtual(arguments: &[&str]) -> Run {
    wwanctl(&[&["--device", "virtual:qmi"], arguments].concat())
}

#[test]
fn answers_are_printed() {
    let text = on_virtual(&["qmi", "dms", "get-operating-mode"]).ended(0);
    text.prints(&["RESPONSE", "DMS (0x02)", "Result (0x02): SUCCESS", "Mode (0x01): ONLINE (0)"]);
    let json = on_virtual(&["qmi", "dms", "get-ids", "--json"]).json();
    assert_eq!((&json["message"], &json["kind"]), (&"Get IDs".into(), &"response".into()));
    let imei = json["tlvs"].as_array().unwrap().iter().find(|tlv| tlv["name"] == "Imei").unwrap();
    assert_eq!(imei["value"].as_str().unwrap().len(), 15);
    // The same by numbers, and as bytes.
    let bytes = on_virtual(&["qmi", "2", "0x25", "--hex"]).ended(0).out;
    wwanctl(&["decode", "qmi", bytes.trim()]).ended(0).prints(&["Get IDs", "SUCCESS"]);
    // What was set is there in the same run only: the virtual modem ends with it. But it is told.
    on_virtual(&["qmi", "dms", "set-operating-mode", "Mode=low-power"]).ended(0).prints(&["SUCCESS"]);
}

#[test]
fn refusals_tell_why() {
    let run = on_virtual(&["qmi", "dms", "0x7777"]).ended(77);
    run.prints(&["FAILURE: INVALID_QMI_COMMAND (71)"]).says(&["DMS message 0x7777", "INVALID_QMI_COMMAND (71)"]);
    on_virtual(&["qmi", "dms", "set-operating-mode", "--incomplete"]).ended(77).says(&["MISSING_ARGUMENT"]);
    on_virtual(&["qmi", "0xaa", "1"]).ended(77).says(&["no client", "INVALID_SERVICE_TYPE"]);
    on_virtual(&["mbim", "basic-connect", "device-caps"]).ended(2).says(&["MBIM modems"]);
    wwanctl(&["--device", "virtual:mbim", "qmi", "dms", "get-ids"]).ended(2).says(&["speaks MBIM"]);
}

#[test]
fn the_trace_tells_nothing_personal() {
    let file = temporary("qmi.pcapng");
    let run = on_virtual(&["-v", "--pcap", file.to_str().unwrap(), "qmi", "dms", "get-ids"]).ended(0);
    let imei = run.out.lines().find_map(|line| line.split_once("Imei (0x11): ")).unwrap().1.to_owned();
    assert!(!run.err.contains(&imei), "{}", run.err);
    // What was allocated is given back.
    run.says(&["> REQUEST #1 CTL Get Version Info", "RESPONSE #1 DMS Get IDs client 1 SUCCESS {\"imei\":\"***\""])
        .says(&["CTL Release CID SUCCESS"]);
    let recorded = std::fs::read(&file).unwrap();
    // The type of the link stands in the description of the interface behind the header.
    assert_eq!(recorded[36..38], 148_u16.to_le_bytes());
    assert!(recorded.windows(imei.len()).any(|bytes| bytes == imei.as_bytes()));
    let _ = std::fs::remove_file(&file);
}

#[test]
fn what_is_not_awaited_any_longer_is_called_off() {
    // A scan takes 5 seconds.
    let scan = ["-v", "--timeout", "2", "qmi", "nas", "network-scan"];
    let run = on_virtual(&scan).ended(75);
    run.says(&["Network Scan request: no answer in time", "> REQUEST #2 NAS Abort"]);
    let scan = ["-v", "--timeout", "2", "scan"];
    on_virtual(&scan).ended(75).says(&["NAS Abort"]);
    // What cannot be called off is not.
    let run = on_virtual(&["-v", "qmi", "nas", "get-signal-info"]).ended(0);
    assert!(!run.err.contains("Abort"), "{}", run.err);
}

#[test]
fn what_is_interrupted_is_called_off() {
    let modem = Terminal::speaking(|scenario, time, room| InProcess::qmi(scenario, time, room), "default");
    // Before that the modem is not ready to scan.
    modem.run(&["--protocol", "qmi", "register", "auto"]).ended(0);
    for scan in [&["scan"][..], &["qmi", "nas", "network-scan"]] {
        let options = ["--device", modem.path(), "--protocol", "qmi", "-v"];
        let mut child =
            command(&[&options, scan].concat()).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("Network Scan") {
            assert_ne!(err.read_line(&mut said).unwrap(), 0, "{scan:?} ended early: {said}");
        }
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        err.read_to_string(&mut said).unwrap();
        assert_eq!(ended(child.wait_with_output().unwrap()).code, 130, "{said}");
        let place = |text| said.find(text).unwrap_or_else(|| panic!("no {text} in {said}"));
        assert!(place("NAS Abort") < place("CTL Release CID"), "{said}");
    }
}
