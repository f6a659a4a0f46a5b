//! Every action of qmicli for positions (LOC) and configurations for operators (PDC), with the values that it prints.
//!
//! A session of LOC belongs to a client, and clients do not outlive a program inside MBIM: it is tried on the other ways.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use wwan_interop::qmicli::{Modem, Row, Way, on_each_way, play, qmicli_command};
use wwan_interop::{Guarded, Scratch, in_own_network, until};

const SETTINGS: &[Row<'_>] = &[
    (&["--loc-get-nmea-types"], &[("Successfully retrieved NMEA types", "gga, rmc, gsv, gsa, vtg")]),
    (&["--loc-set-nmea-types=gga|rmc"], &[]),
    (&["--loc-get-nmea-types"], &[("Successfully retrieved NMEA types", "gga, rmc")]),
    (&["--loc-get-operation-mode"], &[("Successfully retrieved operation mode", "default")]),
    (&["--loc-set-operation-mode=standalone"], &[]),
    (&["--loc-get-operation-mode"], &[("Successfully retrieved operation mode", "standalone")]),
    (&["--loc-get-engine-lock"], &[("Successfully retrieved engine lock", "none")]),
    (&["--loc-set-engine-lock=mt"], &[]),
    (&["--loc-get-engine-lock"], &[("Successfully retrieved engine lock", "mt")]),
    (&["--loc-delete-assistance-data"], &[]),
    (&["--loc-noop"], &[]),
    (&["--pdc-noop"], &[]),
];

#[test]
fn positioning_is_set_up() {
    play("positioning_is_set_up", "default", SETTINGS);
}

/// The first line of an action that goes on for ever that has the text.
fn first_line(modem: &Modem, arguments: &[&str], text: &str) -> String {
    let mut command = qmicli_command(&modem.modem.path, &[modem.way.options(), arguments].concat());
    let mut child = Guarded(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).find(|line| line.contains(text)).unwrap_or_else(|| panic!("no {text} of {arguments:?}"))
}

#[test]
fn positions_come_to_the_client_that_began() {
    let scratch = Scratch::new();
    let path = scratch.path("quick.toml");
    fs::write(&path, "[delays]\nfix-cold = 500\n").unwrap();
    let modem = Modem::start(Way::Qmux, path.to_str().unwrap());
    let said = modem.qmicli(&["--loc-start", "--loc-session-id=5", "--client-no-release-cid"]).good();
    let client = format!("--client-cid={}", said.value("CID"));
    let kept: &[&str] = &[&client, "--client-no-release-cid"];
    let said = modem.qmicli(&[&["--loc-get-position-report", "--loc-timeout=20"], kept].concat()).good();
    assert!(said.out.contains("48.4"), "{said:#?}");
    assert!(said.out.contains("9.99"), "{said:#?}");
    let said = modem.qmicli(&[&["--loc-get-gnss-sv-info"], kept].concat()).good();
    assert!(said.out.contains("glonass"), "{said:#?}");
    let line = first_line(&modem, &[&["--loc-follow-nmea"], kept].concat(), "$GPGGA");
    assert!(line.contains(",4824.0000,N,00959.4000,E,1,"), "{line}");
    let _ = first_line(&modem, &[&["--loc-follow-position-report"], kept].concat(), "48.4");
    let _ = first_line(&modem, &[&["--loc-follow-gnss-sv-info"], kept].concat(), "glonass");
    let _ = modem.qmicli(&[&["--loc-stop", "--loc-session-id=4"], kept].concat()).bad("NoEffect");
    let _ = modem.qmicli(&["--loc-stop", "--loc-session-id=5", &client]).good();
}

#[test]
fn configurations_are_listed_loaded_and_activated() {
    on_each_way("configurations_are_listed_loaded_and_activated", "default", |modem| {
        let said = modem.qmicli(&["--pdc-list-configs=software"]).good();
        assert_eq!(said.value("Total configurations"), "2");
        assert_eq!(said.values("Description"), ["ROW_Generic_3GPP", "Test_Network"]);
        assert_eq!(said.values("Status"), ["Active", "Inactive"]);
        let id = "B2:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13";
        let scratch = Scratch::new();
        let file = scratch.path("config.mbn");
        fs::write(&file, [0x5a; 2500]).unwrap();
        let _ = modem.qmicli(&[&format!("--pdc-load-config={}", file.display())]).good();
        let said = modem.qmicli(&["--pdc-list-configs=software"]).good();
        assert_eq!(said.value("Total configurations"), "3");
        let loaded = said.values("ID")[2].to_owned();
        let _ = modem.qmicli(&[&format!("--pdc-delete-config=software,{loaded}")]).good();
        let _ = modem.qmicli(&[&format!("--pdc-activate-config=software,{id}")]).good();
        until("the other configuration is active", || {
            let said = modem.try_qmicli(&["--pdc-list-configs=software"]);
            (said.values("Status") == ["Inactive", "Active"]).then_some(())
        });
        let _ = modem.qmicli(&[&format!("--pdc-deactivate-config=software,{id}")]).good();
        let said = modem.qmicli(&["--pdc-list-configs=software"]).good();
        assert_eq!(said.values("Status"), ["Inactive", "Inactive"]);
    });
}

#[test]
fn who_watches_sees_configurations_change() {
    if !in_own_network("who_watches_sees_configurations_change") {
        return;
    }
    // Through the proxy, because two programs are at it.
    let modem = Modem::start(Way::Proxy, "default");
    let mut command = qmicli_command(&modem.modem.path, &[Way::Proxy.options(), &["--pdc-monitor-refresh"]].concat());
    let mut watcher = Guarded(command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let lines = BufReader::new(watcher.0.stdout.take().unwrap()).lines();
    modem.modem.sees("PDC/1 Register");
    let _ =
        modem.qmicli(&["--pdc-deactivate-config=software,A1:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13"]);
    let told = lines.map_while(Result::ok).find(|line| line.contains("complete") || line.contains("Complete"));
    assert!(told.is_some());
}
