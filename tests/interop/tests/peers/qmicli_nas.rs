//! qmicli asks for registration, networks, signal, preferences, the data system and transmit power: every option of NAS, DSD and
//! SAR.

use std::fs;

use wwan_interop::Scratch;
use wwan_interop::qmicli::{Modem, Row, Way, on_each_way};

/// A modem with a scenario of these lines, that has registered.
fn with(scenario: &str) -> (Modem, Scratch) {
    let scratch = Scratch::new();
    let path = scratch.path("scenario.toml");
    fs::write(&path, scenario).unwrap();
    let modem = Modem::start(Way::Qmux, path.to_str().unwrap());
    registered(&modem);
    (modem, scratch)
}

/// A modem that has registered.
fn registered(modem: &Modem) {
    modem.wait_for(&["--nas-get-serving-system"], "PS", "attached");
}

#[test]
fn registration_and_networks() {
    on_each_way("registration_and_networks", "default", |modem| {
        registered(modem);
        let rows: &[Row<'_>] = &[
            (
                &["--nas-get-serving-system"],
                &[
                    ("Registration state", "registered"),
                    ("CS", "attached"),
                    ("Selected network", "3gpp"),
                    ("Radio interfaces", "1"),
                    ("Roaming status", "off"),
                    ("MCC", "1"),
                    ("MNC", "1"),
                    ("Description", "Test Network"),
                    ("3GPP cell ID", "11259137"),
                    ("LTE tracking area code", "4097"),
                    ("MNC with PCS digit", "no"),
                ],
            ),
            (
                &["--nas-get-system-info"],
                &[
                    ("Status", "none"),
                    ("Status#1", "available"),
                    ("Domain", "cs-ps"),
                    ("Roaming status", "off"),
                    ("Cell ID", "11259137"),
                    ("MCC", "001"),
                    ("MNC", "01"),
                    ("Tracking Area Code", "4097"),
                    ("IMS voice support", "yes"),
                    ("Registration restriction", "unrestricted"),
                    ("Registration domain", "cs-ps"),
                    ("SIM reject info", "available"),
                ],
            ),
            (
                &["--nas-get-home-network"],
                &[
                    ("MCC", "1"),
                    ("MNC", "1"),
                    ("Description", "Test Network"),
                    ("Network name source", "service-provider-name"),
                ],
            ),
            (
                &["--nas-get-operator-name"],
                &[
                    ("Name", "Test Network"),
                    ("Operator Name", "Test Network"),
                    // Of an MNC of two digits in the PLMN list, qmicli prints a third one that nobody sent.
                    ("Long Name", "Test Network"),
                ],
            ),
            (&["--nas-get-plmn-name=00102"], &[("Long Name", "Partner Network"), ("Short Name", "Partner Network")]),
            (&["--nas-get-plmn-name=00101"], &[("Service Name", "Test Network")]),
            (&["--nas-get-drx"], &[("Successfully got DRX", "cn8-t128")]),
            (&["--nas-force-network-search"], &[]),
            (&["--nas-get-supported-messages"], &[]),
            (&["--nas-reset"], &[]),
            (&["--nas-noop"], &[]),
        ];
        let _ = modem.play(rows);
        let said = modem.qmicli(&["--nas-get-supported-messages"]).good();
        assert!(said.out.contains("0x004D") && !said.out.contains("0x0065"), "{said:#?}");
        let _ = modem.qmicli(&["--nas-get-plmn-name=310260"]).bad("InformationUnavailable");
        // Only modems of one maker have it.
        let _ = modem.qmicli(&["--nas-swi-get-status"]).bad("InvalidQmiCommand");
    });
}

#[test]
fn signal_and_radio() {
    on_each_way("signal_and_radio", "default", |modem| {
        registered(modem);
        let rows: &[Row<'_>] = &[
            (
                &["--nas-get-signal-strength"],
                &[
                    ("Network 'lte'", "-73 dBm"),
                    ("Network 'lte'#2", "-73 dBm"),
                    ("Network 'lte'#3", "-10 dB"),
                    ("Network 'lte'#4", "12.0 dB"),
                    ("Network 'lte'#5", "-95 dBm"),
                ],
            ),
            (
                &["--nas-get-signal-info"],
                &[("RSSI", "-73 dBm"), ("RSRQ", "-10 dB"), ("RSRP", "-95 dBm"), ("SNR", "12.0 dB")],
            ),
            (
                &["--nas-get-tx-rx-info=lte"],
                &[("Radio tuned", "yes"), ("Power", "-73.0 dBm"), ("Power#1", "-73.5 dBm"), ("RSRP", "-95.0 dBm")],
            ),
            (
                &["--nas-get-rf-band-info"],
                &[
                    ("Radio Interface", "lte"),
                    ("Active Band Class", "eutran-3"),
                    ("Active Channel", "1300"),
                    ("Bandwidth#1", "20"),
                ],
            ),
            (
                &["--nas-get-lte-cphy-ca-info"],
                &[
                    ("Physical Cell ID", "101"),
                    ("RX Channel", "1300"),
                    ("DL Bandwidth", "20"),
                    ("LTE Band", "eutran-3"),
                ],
            ),
            (
                &["--nas-get-cell-location-info"],
                &[
                    ("PLMN", "00101"),
                    ("Tracking Area Code", "4097"),
                    ("Global Cell ID", "11259137"),
                    ("Serving Cell ID", "101"),
                    ("Physical Cell ID", "101"),
                    ("Physical Cell ID#1", "102"),
                    ("GERAN Absolute RF Channel Number", "62"),
                    ("UTRA Absolute RF Channel Number", "10663"),
                    ("Primary Scrambling Code", "311"),
                    ("LTE Timing Advance", "unavailable"),
                ],
            ),
        ];
        let _ = modem.play(rows);
        let _ = modem.qmicli(&["--nas-get-tx-rx-info=gsm"]).bad("InformationUnavailable");
    });
}

#[test]
fn networks_are_scanned() {
    // On one way: it takes a while, and the lists are long rather than special.
    let modem = Modem::start(Way::Qmux, "default");
    registered(&modem);
    let rows: &[Row<'_>] = &[(
        &["--nas-network-scan"],
        &[
            ("MCC", "1"),
            ("Status", "current-serving, home, not-forbidden, not-preferred"),
            ("Description#1", "Partner Network"),
            ("Status#2", "available, roaming, forbidden, not-preferred"),
            ("RAT", "lte"),
            ("MCC with PCS digit", "no"),
            ("Network scan result", "success"),
        ],
    )];
    let _ = modem.play(rows);
}

#[test]
fn preferences() {
    on_each_way("preferences", "default", |modem| {
        registered(modem);
        let rows: &[Row<'_>] = &[
            (
                &["--nas-get-system-selection-preference"],
                &[
                    ("Emergency mode", "no"),
                    ("Mode preference", "umts, lte"),
                    ("Roaming preference", "any"),
                    ("Network selection preference", "automatic"),
                    ("Service domain preference", "cs-ps"),
                    ("Usage preference", "data-centric"),
                    ("Voice domain preference", "ps-preferred"),
                    ("Acquisition order preference", "lte, umts"),
                ],
            ),
            (
                &["--nas-get-technology-preference"],
                &[("Active", "auto', duration: 'permanent"), ("Persistent", "auto")],
            ),
            (&["--nas-get-preferred-networks"], &[]),
            (&["--nas-set-preferred-networks=00102,eutran,310026,gsm"], &[]),
            (
                &["--nas-get-preferred-networks"],
                &[
                    ("MNC", "2"),
                    ("Access Technology", "eutran"),
                    ("MCC#1", "310"),
                    ("MNC#1", "26"),
                    ("Access Technology#1", "gsm"),
                    ("MCC with PCS digit#1", "yes"),
                ],
            ),
            (&["--nas-set-system-selection-preference=lte,manual=00102"], &[]),
        ];
        let _ = modem.play(rows);
        modem.wait_for(&["--nas-get-serving-system"], "Roaming status", "on");
        let rows: &[Row<'_>] = &[
            (
                &["--nas-get-system-selection-preference"],
                &[
                    ("Mode preference", "lte"),
                    ("Network selection preference", "manual"),
                    ("MCC", "1"),
                    ("MNC", "2"),
                    ("MCC with PCS digit", "no"),
                ],
            ),
            (&["--nas-get-serving-system"], &[("Description", "Partner Network")]),
            (&["--nas-set-system-selection-preference=umts|lte,automatic"], &[]),
        ];
        let _ = modem.play(rows);
        modem.wait_for(&["--nas-get-serving-system"], "Roaming status", "off");
        // The device has no GSM.
        let _ = modem.qmicli(&["--nas-set-system-selection-preference=gsm,automatic"]).bad("NotSupported");
    });
}

#[test]
fn the_data_system_and_transmit_power() {
    on_each_way("the_data_system_and_transmit_power", "default", |modem| {
        registered(modem);
        let rows: &[Row<'_>] = &[
            (
                &["--dsd-get-system-status"],
                &[("Network type", "3gpp"), ("RAT", "3gpp-lte"), ("Service option", "3gpp-so-mask-lte-fdd")],
            ),
            (&["--dsd-get-apn-info=default"], &[("APN name", "internet")]),
            (&["--dsd-set-apn-type=mms.example,mms|fota"], &[]),
            (&["--dsd-get-apn-info=fota"], &[("APN name", "mms.example")]),
            (&["--dsd-noop"], &[]),
            (&["--sar-rf-get-state"], &[("Successfully got SAR RF state", "0")]),
            (&["--sar-rf-set-state=3"], &[]),
            (&["--sar-rf-get-state"], &[("Successfully got SAR RF state", "3")]),
            (&["--sar-noop"], &[]),
        ];
        let _ = modem.play(rows);
        let _ = modem.qmicli(&["--dsd-get-apn-info=supl"]).bad("NoEntry");
        let _ = modem.qmicli(&["--sar-rf-set-state=20"]).bad("InvalidArgument");
    });
}

#[test]
fn one_makers_modem_tells_its_state() {
    let (modem, _scratch) = with("[qmi]\nvendor = 0x1199\n");
    let rows: &[Row<'_>] = &[(
        &["--nas-swi-get-status"],
        &[
            ("Modem mode", "online"),
            ("System mode", "lte"),
            ("Packet service state", "attached"),
            ("RX channel", "1300"),
        ],
    )];
    let _ = modem.play(rows);
}

/// Networks of other kinds print other lines.
#[test]
fn other_technologies() {
    let all = "[network]\ntechnologies = [\"gprs\", \"edge\", \"umts\", \"hsdpa\", \"hsupa\", \"lte\", \"nr-nsa\", \"nr-sa\"]\n\
               [[network.in-reach]]\nplmn = \"00101\"\nname = \"Test Network\"\n";
    let (modem, _scratch) = with(&format!(
        "{all}technologies = [\"nr-sa\"]\ncell = {{ tac = 66051, id = 4886718345, channel = 632628 }}\n"
    ));
    let rows: &[Row<'_>] = &[
        (&["--nas-get-serving-system"], &[("[0]", "5gnr"), ("CS", "detached")]),
        (&["--nas-get-signal-info"], &[("RSRP", "-95 dBm"), ("SNR", "12.0 dB"), ("RSRQ", "-10 dB")]),
        (&["--nas-get-rf-band-info"], &[("Active Band Class", "nr5g-78")]),
        (&["--dsd-get-system-status"], &[("RAT", "3gpp-5g")]),
    ];
    let _ = modem.play(rows);
    let (modem, _scratch) = with(&format!("{all}technologies = [\"lte\", \"nr-nsa\"]\ncarriers = [{{}}]\n"));
    let rows: &[Row<'_>] = &[
        (&["--nas-get-system-info"], &[("5G NSA Available", "yes"), ("DCNR Restriction", "no")]),
        (&["--nas-get-lte-cphy-ca-info"], &[("Physical Cell ID#1", "201"), ("LTE Band#1", "eutran-20")]),
        (&["--dsd-get-system-status"], &[("RAT", "3gpp-5g")]),
    ];
    let _ = modem.play(rows);
    let (modem, _scratch) =
        with(&format!("{all}technologies = [\"hsdpa\"]\ncell = {{ lac = 7, channel = 10600, physical = 255 }}\n"));
    let rows: &[Row<'_>] = &[
        (&["--nas-get-serving-system"], &[("[0]", "umts"), ("3GPP location area code", "7")]),
        (&["--nas-get-signal-info"], &[("RSSI", "-73 dBm"), ("ECIO", "-10.0 dBm")]),
        (&["--nas-get-cell-location-info"], &[("Location Area Code", "7"), ("Primary Scrambling Code", "255")]),
    ];
    let _ = modem.play(rows);
}
