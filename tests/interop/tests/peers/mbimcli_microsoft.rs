//! mbimcli on Microsoft's services of the virtual modem: slots, cells, SAR, NITZ, streams and the rest.

use std::collections::BTreeSet;
use std::fs;

use wwan::channel::LinuxChannel;
use wwan::mbim_wire::field::Empty;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan_interop::mbimcli::{Row, actions, check, play};
use wwan_interop::{Buffers, Scratch, VirtualModem};

const V2: &str = "--device-open-ms-mbimex-v2";
const V3: &str = "--device-open-ms-mbimex-v3";

/// A modem with more than the default one: slots, cells nearby, antennas, a configuration, and something that woke the
/// host.
const SCENARIO: &str = r#"
[identity]
firmware-id = "00112233-4455-6677-8899-aabbccddeeff"

[[slot]]
iccid = "8900102000000000025"
imsi = "001020987654321"
home = "00102"

[[slot]]
inserted = false

[network]
technologies = ["umts", "lte", "nr-sa"]
configuration = "Example Operator"

[[network.in-reach]]
plmn = "00101"
name = "Test Network"
technologies = ["lte"]
cell = { tac = 4097, id = 2566, physical = 44, channel = 6300 }

[[network.in-reach]]
plmn = "00102"
name = "Partner Network"

[[network.neighbours]]
plmn = "00101"
technology = "lte"
cell = { tac = 4097, id = 2567, physical = 45, channel = 6300 }
signal = { rsrp = -101, rsrq = -11 }

[[network.neighbours]]
plmn = "00101"
technology = "gprs"
cell = { lac = 99, id = 7, physical = 11, channel = 975 }
signal = { rssi = -87 }

[[network.neighbours]]
plmn = "00102"
technology = "umts"
cell = { lac = 98, id = 8, physical = 12, channel = 10700 }
signal = { rssi = -91, rsrp = -103, rsrq = -8 }

[[network.neighbours]]
plmn = "001001"
technology = "nr-sa"
cell = { tac = 77, id = 68719476735, physical = 13 }
signal = { rsrp = -99, rsrq = -12, snr = 7 }

[sar]
antennas = 3
backoffs = 5
wifi = true

[[event]]
at = 0
do = "wake"
wake = { service = "a289cc33-bcbb-8b4f-b6b0-133ec2aae6df", cid = 9, indication = true, data = "01020304" }
"#;

fn start() -> (VirtualModem, Scratch) {
    let scratch = Scratch::new();
    let path = scratch.path("scenario.toml");
    fs::write(&path, SCENARIO).unwrap();
    let modem = VirtualModem::start(&path);
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    (modem, scratch)
}

#[test]
fn the_services_listed_are_those_that_the_function_offers() {
    let modem = VirtualModem::start("default");
    let said = modem.mbimcli(&["--query-device-services"]).good();
    let mut buffers = Buffers::new();
    let mut client = buffers.client(LinuxChannel::open(&modem.path).unwrap());
    client.open().unwrap();
    let info = client.query::<bc::DeviceServices>(&Empty {}).unwrap();
    let (mut uuids, mut instances, mut commands) = (Vec::new(), Vec::new(), 0);
    for service in info.device_services().unwrap().iter() {
        let service = service.unwrap();
        uuids.push(format!("[{}]:", service.device_service_id));
        instances.push(service.max_dss_instances.to_string());
        commands += service.cids.iter().count();
    }
    check(&said, &[("Max DSS sessions", &info.max_dss_sessions().unwrap().to_string())]);
    assert_eq!(said.value("Services"), format!("({})", uuids.len()));
    assert_eq!(said.values("UUID"), uuids);
    assert_eq!(said.values("Max DSS instances"), instances);
    let printed = said.out.lines().filter(|line| line.trim_end_matches(',').ends_with(')')).count();
    // The line with the number of services ends so, too.
    assert_eq!(printed, commands + 1, "{said:#?}");
}

#[test]
fn every_action_of_the_small_services_prints_the_models_values() {
    let (modem, _scratch) = start();
    let rows: &[Row<'_>] = &[
        (&["--ms-query-firmware-id"], &[("Firmware ID retrieved", "00112233-4455-6677-8899-aabbccddeeff")]),
        (
            &["--ms-query-sar-config"],
            &[
                ("Mode", "device"),
                ("Backoff state", "disabled"),
                ("Wi-Fi hardware state", "integrated"),
                ("Config states", "3"),
                ("Antenna index#2", "2"),
                ("Backoff index#2", "0"),
            ],
        ),
        (
            &["--ms-set-sar-config=os,enabled,[{1,3}]"],
            &[
                ("Mode", "os"),
                ("Backoff state", "enabled"),
                ("Backoff index", "0"),
                ("Antenna index#1", "1"),
                ("Backoff index#1", "3"),
            ],
        ),
        (
            &["--ms-set-sar-config=os,enabled,[{all,4}]"],
            &[("Backoff index", "4"), ("Backoff index#1", "4"), ("Backoff index#2", "4")],
        ),
        (&["--ms-set-sar-config=device,disabled"], &[("Mode", "device"), ("Backoff index", "4")]),
        (
            &["--ms-query-transmission-status"],
            &[("notification", "disabled"), ("status", "inactive"), ("hysteresis timer", "(1)")],
        ),
        (&["--ms-set-transmission-status=enabled,5"], &[("notification", "enabled"), ("hysteresis timer", "(5)")]),
        (
            &["--ms-query-nitz"],
            &[("Time zone offset minutes", "0"), ("Daylight saving time offset minutes", "0"), ("Data class", "lte")],
        ),
        (&[V3, "--ms-query-nitz"], &[("Data class", "lte")]),
        (&["--ms-notify-host-shutdown"], &[]),
    ];
    // Transmissions of the registration are over.
    modem.wait_for("--ms-query-transmission-status", "status", "inactive");
    let done = play(&modem, rows);
    let _ = modem.mbimcli(&["--ms-set-sar-config=os,enabled,[{3,0}]"]).bad("InvalidParameters");
    let _ = modem.mbimcli(&["--ms-set-sar-config=os,enabled,[{0,5}]"]).bad("InvalidParameters");
    // The next host that opens the modem brings it back.
    modem.wait_for("--query-registration-state", "Register state", "home");
    let all = |help: &[&str]| help.iter().flat_map(|help| actions(help)).collect::<BTreeSet<_>>();
    let known =
        all(&["--help-ms-firmware-id", "--help-ms-host-shutdown", "--help-ms-sar", "--help-ms-voice-extensions"]);
    assert_eq!(done, known);
    println!("Microsoft's small services: {} actions of mbimcli, {} calls", done.len(), rows.len());
}

#[test]
fn slots_are_listed_and_changed() {
    let (modem, _scratch) = start();
    let rows: &[Row<'_>] = &[
        (&["--ms-query-sys-caps"], &[("Number of executors", "1"), ("Number of slots", "3"), ("Concurrency", "1")]),
        (&["--ms-query-slot-info-status=0"], &[("Slot '0'", "state-active")]),
        (&["--ms-query-slot-info-status=1"], &[("Slot '1'", "state-off")]),
        // So it is written there.
        (&["--ms-query-slot-info-status=2"], &[("Slot '2'", "sate-off-empty")]),
        (&["--ms-set-device-slot-mappings=1"], &[("Executor '0'", "slot '1")]),
        (&["--ms-query-device-slot-mappings"], &[("Executor '0'", "slot '1")]),
        (&["--ms-query-slot-info-status=0"], &[("Slot '0'", "state-off")]),
    ];
    let _ = play(&modem, rows);
    modem.wait_for("--query-subscriber-ready-status", "Ready state", "initialized");
    let said = modem.mbimcli(&["--query-subscriber-ready-status"]).good();
    check(&said, &[("Subscriber ID", "001020987654321"), ("SIM ICCID", "8900102000000000025")]);
    modem.wait_for("--query-registration-state", "Provider ID", "00102");
    // Status 202, which this mbimcli has no name for.
    let _ = modem.mbimcli(&["--ms-set-device-slot-mappings=3"]).bad("0x000000ca");
    let _ = modem.mbimcli(&["--ms-query-slot-info-status=3"]).bad("InvalidParameters");
    let _ = modem.mbimcli(&["--ms-set-device-slot-mappings=0,1"]).bad("InvalidParameters");
    let said = modem.mbimcli(&["--ms-set-device-slot-mappings=2"]).good();
    check(&said, &[("Executor '0'", "slot '2")]);
    modem.wait_for("--query-subscriber-ready-status", "Ready state", "sim-not-inserted");
}

#[test]
fn cells_and_what_version_3_adds_print_the_models_values() {
    let (modem, _scratch) = start();
    // One behind the other in the order of technologies: GSM, UMTS, LTE (which serves), LTE, and from version 3 on 5G.
    let near: &[(&str, &str)] = &[
        ("Provider id", "00101"),
        ("LAC", "99"),
        ("Cell ID", "7"),
        ("ARFCN", "975"),
        ("Base station ID", "11"),
        ("Rx level", "-87 dBm"),
        ("Provider id#1", "00102"),
        ("LAC#1", "98"),
        ("Cell id", "8"),
        ("UARFCN", "10700"),
        ("Primary Scrambling Code", "12"),
        ("RSCP", "-103 dBm"),
        ("ECNO", "-8 dBm"),
        ("Provider id#2", "00101"),
        ("Cell id#1", "2566"),
        ("Physical cell id", "44"),
        ("TAC", "4097"),
        ("RSRP", "-95 dBm"),
        ("RSRQ", "-10 dBm"),
        ("Cell id#2", "2567"),
        ("EARFCN#1", "6300"),
        ("RSRP#1", "-101 dBm"),
        ("RSRQ#1", "-11 dBm"),
    ];
    for version in [&[][..], &[V2], &[V3]] {
        let said = modem.mbimcli(&[version, &["--ms-query-base-stations-info"]].concat()).good();
        check(&said, near);
        check(&said, &[("System type", "lte"), ("Neighboring GSM cells", "1"), ("Neighboring LTE cells", "1")]);
        let nr = said.values("Neighboring NR cells");
        assert_eq!(nr, [if version == [V3] { "1" } else { "n/a" }], "{said:#?}");
        if version == [V3] {
            check(
                &said,
                &[
                    ("Provider id#4", "001001"),
                    ("TAC#2", "77"),
                    ("RSRP#2", "-99 dBm"),
                    ("RSRQ#2", "-12 dB"),
                    ("SINR", "7 dB"),
                ],
            );
        }
    }
    let parameters = |mico: &str, drx: &str| {
        format!(
            "--ms-set-registration-parameters=mico-mode={mico},drx-cycle={drx},ladn-info=requested,\
             default-pdu-activation-hint=likely,re-register-if-needed=yes"
        )
    };
    let set = parameters("enabled", "64");
    let kept: &[(&str, &str)] = &[
        ("MICO mode", "enabled"),
        ("DRX cycle", "64"),
        ("LADN information", "requested"),
        ("Default PDU activation", "likely"),
        ("Re-register if needed", "yes"),
    ];
    let rows: &[Row<'_>] = &[
        (
            &[V3, "--ms-query-registration-parameters"],
            &[("MICO mode", "disabled"), ("DRX cycle", "not-specified"), ("LADN information", "not-needed")],
        ),
        (&[V3, &set], kept),
        (&[V3, "--ms-query-registration-parameters"], kept),
        (&[V3, "--ms-query-modem-configuration"], &[("Status", "completed"), ("Name", "Example Operator")]),
        (
            &[V3, "--ms-query-wake-reason"],
            &[
                ("Wake type", "cid-indication"),
                ("Session ID", "0"),
                ("Service", "a289cc33-bcbb-8b4f-b6b0-133ec2aae6df"),
                ("CID", "0x00000009"),
                ("Payload", "01:02:03:04"),
            ],
        ),
    ];
    let _ = play(&modem, rows);
    // It registers again, since that was asked for.
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
}

#[test]
fn streams_are_opened_and_closed() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    const FILES: &str = "0ebb1ceb-af2d-484d-8df3-53bc51fd162c";
    // Behind an open stream, this mbimcli asks for the addresses of the IP session of that number, which must be up.
    let said = modem.mbimcli(&["--connect=access-string=internet", "--no-close"]).good();
    let mut id = said.value("TRID").to_owned();
    let mut go_on = |action: &str| {
        let said = modem.mbimcli(&[action, &format!("--no-open={id}"), "--no-close"]);
        id = said.value("TRID").to_owned();
        said
    };
    let (up, down) = (format!("--dss-connect={FILES},0"), format!("--dss-disconnect={FILES},0"));
    let said = go_on(&up).good();
    assert!(said.out.contains("Successfully connected"), "{said:#?}");
    let _ = go_on(&up).bad("InvalidDeviceServiceOperation");
    let _ = go_on(&format!("--dss-connect={FILES},1")).bad("DssInstanceLimit");
    let said = go_on(&down);
    assert!(said.out.contains("Successfully disconnected"), "{said:#?}");
    let _ = go_on(&down).bad("InvalidDeviceServiceOperation");
    assert_eq!(actions("--help-dss"), BTreeSet::from(["dss-connect".to_owned(), "dss-disconnect".to_owned()]));
}
