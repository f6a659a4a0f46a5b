//! mbimcli on a virtual modem with the services of makers and operators. Its actions on links of a network interface
//! (`--link-…`) speak to the kernel and not to a modem, so they have no place here.

use std::collections::BTreeSet;

use wwan::device::modem::network::Network;
use wwan_interop::VirtualModem;
use wwan_interop::mbimcli::{Row, actions, check, play};

const ACTIONS: [&str; 4] = ["--help-atds", "--help-quectel", "--help-intel-firmware-update", "--help-intel-thermal-rf"];

#[test]
fn every_action_of_the_makers_prints_the_models_values() {
    let modem = VirtualModem::start("vendor-services");
    // The radio is off, and FCC-locked.
    let radio_off: &[Row<'_>] = &[
        (&["--quectel-query-radio-state"], &[("Radio state retrieved", "fcc-locked")]),
        (&["--query-radio-state"], &[("Software radio state", "off")]),
        (&["--intel-query-rfim"], &[("RFIM frequency values (1)", ""), ("Serving cell info", "radio-off")]),
        (
            &["--atds-query-signal"],
            &[("RSSI", "unknown"), ("RSCP", "unknown"), ("RSRQ", "unknown"), ("RSRP", "unknown"), ("RSSNR", "unknown")],
        ),
        (&["--atds-query-location"], &[("LAC", "ffffffff"), ("TAC", "ffffffff"), ("Cell ID", "ffffffff")]),
    ];
    let mut done = play(&modem, radio_off);
    let _ = modem.mbimcli(&["--set-radio-state=on"]).bad("OperationNotAllowed");
    done.extend(play(&modem, &[(&["--quectel-set-radio-state=on"], &[])]));
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let cell = Network::new("00101", "").cell;
    let (tac, id) = (format!("{:x}", cell.tac), format!("{:x}", cell.id));
    let rows: &[Row<'_>] = &[
        (&["--quectel-query-radio-state"], &[("Radio state retrieved", "on")]),
        (&["--query-radio-state"], &[("Software radio state", "on")]),
        (
            // mbimcli takes the codes for the upper ends of their ranges: -95 dBm is in [-95, -94).
            &["--atds-query-signal"],
            &[
                ("RSSI", "-73 dBm"),
                ("BER", "< 0.2%"),
                ("RSCP", "unknown"),
                ("Ec/No", "unknown"),
                ("RSRQ", "-9.50 dBm"),
                ("RSRP", "-94 dBm"),
                ("RSSNR", "12 dB"),
            ],
        ),
        (&["--atds-query-location"], &[("LAC", "ffffffff"), ("TAC", &tac), ("Cell ID", &id)]),
        (
            &["--intel-query-rfim"],
            &[
                ("RFIM frequency values (1)", ""),
                ("Serving cell info", "pcell"),
                ("Center frequency", "1815000000 Hz"),
                ("Bandwidth", "20000000 Hz"),
                ("RSRP", "-94 dBm"),
                ("RSRQ", "-9.50 dB"),
                ("SINR", "12.500000000000000000000 dB"),
                ("RSSI", "-73 dBm"),
                ("Connected", "no"),
            ],
        ),
        (&["--intel-set-rfim=on"], &[]),
        (&["--intel-set-rfim=off"], &[]),
        (&["--intel-modem-reboot"], &[]),
    ];
    done.extend(play(&modem, rows));
    let known: BTreeSet<_> = ACTIONS.iter().flat_map(|help| actions(help)).collect();
    done.retain(|action| action != "query-radio-state");
    assert_eq!(done, known, "mbimcli and the table have different actions");
    // The restart brings the lock back.
    modem.wait_for("--quectel-query-radio-state", "Radio state retrieved", "fcc-locked");
}

#[test]
fn the_restart_of_newer_versions_says_how_and_when() {
    let modem = VirtualModem::start("vendor-services");
    modem.wait_for("--query-subscriber-ready-status", "Ready state", "initialized");
    check(&modem.mbimcli(&["--quectel-set-radio-state=on"]).good(), &[]);
    for version in ["--device-open-ms-mbimex-v2", "--device-open-ms-mbimex-v3"] {
        check(&modem.mbimcli(&[version, "--intel-modem-reboot=normal-mode,0"]).good(), &[]);
        modem.wait_for("--quectel-query-radio-state", "Radio state retrieved", "fcc-locked");
        check(&modem.mbimcli(&["--quectel-set-radio-state=on"]).good(), &[]);
    }
    let _ = modem
        .mbimcli(&["--device-open-ms-mbimex-v2", "--intel-modem-reboot=power-off-device,0"])
        .bad("NoDeviceSupport");
}

#[test]
fn a_plain_modem_has_none_of_this() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-radio-state", "Software radio state", "on");
    for action in ["--quectel-query-radio-state", "--atds-query-signal", "--intel-query-rfim", "--intel-modem-reboot"] {
        let _ = modem.mbimcli(&[action]).bad("NoDeviceSupport");
    }
}
