//! mbimcli on the virtual modem: every action it has for Basic Connect and Microsoft's extensions, and what becomes of
//! sessions, clients that die, and scenarios that go wrong.

use std::process::{Command, Stdio};

use wwan::device::modem::network::NetworkSetup;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::{Identity, Setup};
use wwan_interop::mbimcli::{Row, actions, check, play};
use wwan_interop::{Guarded, VirtualModem, mbimcli_command, program, run};

#[test]
fn every_action_of_basic_connect_prints_the_models_values() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let setup = Setup::default();
    let Identity { imei, firmware, model, .. } = &setup.identity;
    let Sim { imsi, iccid, numbers, home, home_name, .. } = Sim::default();
    let number = format!("(1) '{}", numbers[0]);
    let NetworkSetup { networks, signal, .. } = &setup.network;
    let [own, partner, private] = [&networks[0], &networks[1], &networks[2]];
    // Coded as in 3GPP TS 27.007 §8.5.
    let rssi = |dbm: i16| ((dbm + 113) / 2).to_string();
    let (own_rssi, partner_rssi, private_rssi) = (rssi(own.rssi), rssi(partner.rssi), rssi(private.rssi));
    let signal_rssi = rssi(signal.rssi.unwrap());
    let sessions = setup.bearer.max_sessions.to_string();
    let (uplink, downlink) = (format!("{} bps", own.uplink), format!("{} bps", own.downlink));
    let plan = &setup.bearer.addresses;
    let mtu = plan.mtu.to_string();
    let (dns4, dns6) = (plan.dns4[0].to_string(), plan.dns6[0].to_string());

    let rows: &[Row<'_>] = &[
        (
            &["--query-device-caps"],
            &[
                ("Device type", "embedded"),
                ("Cellular class", "gsm"),
                ("Voice class", "no-voice"),
                ("SIM class", "removable"),
                ("Data class", "umts, hsdpa, hsupa, lte"),
                ("Max sessions", &sessions),
                ("Device ID", imei),
                ("Firmware info", firmware),
                ("Hardware info", model),
            ],
        ),
        (
            &["--query-subscriber-ready-status"],
            &[
                ("Ready state", "initialized"),
                ("Subscriber ID", &imsi),
                ("SIM ICCID", &iccid),
                ("Telephone numbers", &number),
            ],
        ),
        (&["--query-radio-state"], &[("Hardware radio state", "on"), ("Software radio state", "on")]),
        (&["--set-radio-state=off"], &[("Hardware radio state", "on"), ("Software radio state", "off")]),
        (&["--set-radio-state=on"], &[("Hardware radio state", "on"), ("Software radio state", "on")]),
        (&["--query-device-services"], &[("Service", "basic-connect")]),
        (&["--query-pin-state"], &[("PIN state", "unlocked"), ("PIN type", "pin1"), ("Remaining attempts", "3")]),
        (
            &["--query-pin-list"],
            &[("Mode", "disabled"), ("Format", "numeric"), ("Min length", "4"), ("Max length", "8")],
        ),
        (&["--enable-pin=1234"], &[("PIN state", "unlocked"), ("PIN type", "pin1"), ("Remaining attempts", "3")]),
        (&["--query-pin-list"], &[("Mode", "enabled")]),
        (&["--enter-pin=1234"], &[("PIN state", "unlocked"), ("Remaining attempts", "3")]),
        (&["--change-pin=1234,4321"], &[("PIN state", "unlocked"), ("Remaining attempts", "3")]),
        (&["--enter-puk=12345678,1111"], &[("PIN state", "unlocked"), ("Remaining attempts", "3")]),
        (&["--disable-pin=1111"], &[("PIN state", "unlocked"), ("Remaining attempts", "3")]),
        (
            &["--query-home-provider"],
            &[("Provider ID", &home), ("Provider name", &home_name), ("Cellular class", "gsm")],
        ),
        (&["--query-preferred-providers"], &[]),
        (
            &["--query-visible-providers"],
            &[
                ("Provider ID", &own.plmn),
                ("Provider name", &own.name),
                ("RSSI", &own_rssi),
                ("Provider ID#1", &partner.plmn),
                ("Provider name#1", &partner.name),
                ("RSSI#1", &partner_rssi),
                ("Provider ID#2", &private.plmn),
                ("Provider name#2", &private.name),
                ("State#2", "forbidden, visible"),
                ("RSSI#2", &private_rssi),
            ],
        ),
        (
            &["--register-automatic"],
            &[("Network error", "none"), ("Register state", "home"), ("Register mode", "automatic")],
        ),
        (
            &["--query-registration-state"],
            &[
                ("Register state", "home"),
                ("Available data classes", "lte"),
                ("Current cellular class", "gsm"),
                ("Provider ID", &own.plmn),
                ("Provider name", &own.name),
            ],
        ),
        (&["--query-signal-state"], &[("RSSI [0-31,99]", &signal_rssi), ("Error rate [0-7,99]", "0")]),
        (
            &["--set-signal-state=signal-strength-interval=7,rssi-threshold=4,error-rate-threshold=2"],
            &[
                ("RSSI [0-31,99]", &signal_rssi),
                ("Signal strength interval", "7"),
                ("RSSI threshold", "4"),
                ("Error rate threshold", "2"),
            ],
        ),
        (
            &["--detach-packet-service"],
            &[("Network error", "none"), ("Packet service state", "detached"), ("Uplink speed", "0 bps")],
        ),
        (&["--attach-packet-service"], &[("Network error", "none"), ("Packet service state", "attached")]),
        (
            &["--query-packet-service-state"],
            &[
                ("Packet service state", "attached"),
                ("Available data classes", "lte"),
                ("Uplink speed", &uplink),
                ("Downlink speed", &downlink),
            ],
        ),
        (
            &["--connect=session-id=1,access-string=internet,ip-type=ipv4v6", "--no-close"],
            &[
                ("Session ID", "1"),
                ("Activation state", "activated"),
                ("IP type", "ipv4v6"),
                ("Context type", "internet"),
                ("Network error", "none"),
                ("IP [0]", "10.64.0.6/30"),
                ("Gateway", "10.64.0.5"),
                ("DNS [0]", &dns4),
                ("MTU", &mtu),
                ("IP [0]#1", "2001:db8:64:1::2/64"),
                ("DNS [0]#1", &dns6),
                ("TRID", "4"),
            ],
        ),
        (
            &["--query-connection-state=1", "--no-open=4", "--no-close"],
            &[("Session ID", "1"), ("Activation state", "activated"), ("IP type", "ipv4v6"), ("TRID", "5")],
        ),
        (
            &["--query-ip-configuration=1", "--no-open=5", "--no-close"],
            &[("IP [0]", "10.64.0.6/30"), ("Gateway", "10.64.0.5"), ("DNS [0]", &dns4)],
        ),
        (&["--query-packet-statistics", "--no-open=6", "--no-close"], &[("Octets (in)", "0"), ("Packets (out)", "0")]),
        (
            &["--set-ip-packet-filters=session-id=1,packet-filter=0102,packet-mask=ffff", "--no-open=7", "--no-close"],
            &[],
        ),
        (
            &["--query-ip-packet-filters=1", "--no-open=8", "--no-close"],
            &[("IP packet filters", "(1)"), ("Packet filter", "01 02"), ("Packet mask", "FF FF")],
        ),
        (
            &["--disconnect=1", "--no-open=9"],
            &[("Session ID", "1"), ("Activation state", "deactivated"), ("Network error", "none")],
        ),
        (&["--query-provisioned-contexts"], &[("Provisioned contexts (1)", ""), ("Access string", "internet")]),
        (
            &["--set-provisioned-contexts=context-id=2,context-type=internet,auth=pap,compression=none,\
               username=me,password=secret,access-string=second,provider-id=00101"],
            &[
                ("Provisioned contexts (2)", ""),
                ("Access string#1", "second"),
                ("Username#1", "me"),
                ("Password#1", "secret"),
                ("Auth protocol#1", "pap"),
            ],
        ),
        (&["--set-network-idle-hint=enabled"], &[("Network idle hint state", "enabled")]),
        (&["--query-network-idle-hint"], &[("Network idle hint state", "enabled")]),
        (&["--set-emergency-mode=on"], &[("Emergency mode", "on")]),
        (&["--query-emergency-mode"], &[("Emergency mode", "on")]),
        (&["--set-service-activation=000102"], &[("Network error", "none")]),
    ];
    let done = play(&modem, rows);
    let known = actions("--help-basic-connect");
    assert_eq!(done, known, "mbimcli and the table have different actions");
    println!("Basic Connect: {} actions of mbimcli, {} calls", done.len(), rows.len());
}

#[test]
fn newer_layouts_print_the_models_values_too() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let setup = Setup::default();
    let signal = setup.network.signal;
    let (rsrp, snr) = (format!("{} dBm", signal.rsrp.unwrap()), format!("{}.0 dB", signal.snr.unwrap()));
    let own = &setup.network.networks[0];
    let tac = own.cell.tac.to_string();
    let downlink = format!("{} bps", own.downlink);
    let sim = Sim::default();
    const V2: &str = "--device-open-ms-mbimex-v2";
    const V3: &str = "--device-open-ms-mbimex-v3";
    let rows: &[Row<'_>] = &[
        (&[V2, "--query-signal-state"], &[("RSRP", &rsrp), ("SNR", &snr)]),
        (
            &[V2, "--query-registration-state"],
            &[("Register state", "home"), ("Preferred data classes", "umts, hsdpa, hsupa, lte")],
        ),
        (
            &[V2, "--query-packet-service-state"],
            &[("Packet service state", "attached"), ("Downlink speed", &downlink), ("Frequency range", "unknown")],
        ),
        (
            &[V3, "--query-subscriber-ready-status"],
            &[
                ("Ready state", "initialized"),
                ("Subscriber ID", &sim.imsi),
                ("SIM ICCID", &sim.iccid),
                ("Flags", "sim-removability-known, sim-removable"),
            ],
        ),
        (&[V3, "--query-signal-state"], &[("RSRP", &rsrp), ("SNR", &snr)]),
        (&[V3, "--query-registration-state"], &[("Provider ID", &own.plmn), ("Provider name", &own.name)]),
        (
            &[V3, "--query-packet-service-state"],
            &[
                ("Packet service state", "attached"),
                ("TAI PLMN MCC", "001"),
                ("TAI PLMN MNC", "01"),
                ("TAI  TAC", &tac),
            ],
        ),
        (
            &[V3, "--connect=access-string=internet,ip-type=ipv4", "--no-close"],
            &[
                ("Activation state", "activated"),
                ("IP type", "ipv4"),
                ("Access media type", "3gpp"),
                ("Access string", "internet"),
                ("IP [0]", "10.64.0.2/30"),
            ],
        ),
        (
            &[
                V3,
                "--set-ip-packet-filters=session-id=0,packet-filter=0a0b0c,packet-mask=ffff00,filter-id=77",
                "--no-open=6",
                "--no-close",
            ],
            &[("IP packet filters", "(1)"), ("Packet mask", "FF FF 00"), ("Filter ID", "77")],
        ),
        (&[V3, "--ms-query-device-caps"], &[("Device ID", &setup.identity.imei), ("Data subclass", "none")]),
        (&[V3, "--ms-query-lte-attach-info"], &[("Attach state", "attached"), ("Network error", "none")]),
        (&[V3, "--ms-query-base-stations-info"], &[("Provider id#2", &own.plmn), ("TAC", &tac)]),
    ];
    let done = play(&modem, rows);
    println!("Layouts of versions 2 and 3: {} actions of mbimcli, {} calls", done.len(), rows.len());
}

#[test]
fn every_action_of_microsofts_extensions_prints_the_models_values() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let setup = Setup::default();
    let imei = &setup.identity.imei;
    let own = &setup.network.networks[0];
    let tac = format!("{:06X}", own.cell.tac);
    let cell = format!("{:08X}", own.cell.id);
    let rows: &[Row<'_>] = &[
        (&["--ms-query-version=1.0,3.0"], &[("MBIM version", "1.00"), ("MBIM extended version", "3.00")]),
        (&["--ms-query-version=1.0,2.0"], &[("MBIM version", "1.00"), ("MBIM extended version", "2.00")]),
        (&["--ms-query-pco"], &[("Session ID", "0"), ("PCO data size", "0")]),
        (
            &["--ms-query-lte-attach-configuration"],
            &[
                ("IP type", "ipv4v6"),
                ("Roaming", "home"),
                ("Roaming#1", "partner"),
                ("Roaming#2", "non-partner"),
                ("Access string", "internet"),
                ("Access string#2", "internet"),
            ],
        ),
        (
            &["--ms-query-lte-attach-info"],
            &[("Attach state", "attached"), ("IP type", "ipv4v6"), ("Access string", "internet")],
        ),
        (&["--ms-query-sys-caps"], &[("Number of executors", "1"), ("Number of slots", "1"), ("Modem ID", imei)]),
        (&["--ms-query-device-caps"], &[("Device ID", imei), ("Executor Index", "0")]),
        (&["--ms-query-slot-info-status=0"], &[("Slot '0'", "state-active")]),
        (&["--ms-set-device-slot-mappings=0"], &[("Executor '0'", "slot '0")]),
        (&["--ms-query-device-slot-mappings"], &[("Executor '0'", "slot '0")]),
        (&["--ms-query-location-info-status"], &[("Tracking area code", &tac), ("Cell ID", &cell)]),
        (
            &["--ms-set-provisioned-contexts=operation=default,context-type=internet,ip-type=ipv4,state=enabled,\
               roaming-control=allow-all,media-type=cellular-only,source=admin,auth=none,compression=none,\
               access-string=third"],
            &[],
        ),
        (&["--ms-query-provisioned-contexts"], &[("IP type", "ipv4"), ("Access string", "third"), ("Source", "admin")]),
        (&["--ms-query-base-stations-info"], &[("System type", "lte"), ("Provider id#2", &own.plmn)]),
    ];
    let mut done = play(&modem, rows);
    const V3: &str = "--device-open-ms-mbimex-v3";
    let parameters = "--ms-set-registration-parameters=mico-mode=disabled,drx-cycle=not-supported,\
                      ladn-info=requested,default-pdu-activation-hint=likely,re-register-if-needed=no";
    let rows: &[Row<'_>] = &[
        (
            &[V3, "--ms-query-registration-parameters"],
            &[("MICO mode", "unsupported"), ("DRX cycle", "not-supported"), ("LADN information", "not-needed")],
        ),
        (
            &[V3, parameters],
            &[
                ("MICO mode", "disabled"),
                ("DRX cycle", "not-supported"),
                ("LADN information", "requested"),
                ("Default PDU activation", "likely"),
                ("Re-register if needed", "no"),
            ],
        ),
        (&[V3, "--ms-query-modem-configuration"], &[("Status", "unknown"), ("Name", "")]),
    ];
    done.extend(play(&modem, rows));
    // Below that version they are not there; and nothing has woken the host.
    for action in ["--ms-query-registration-parameters", parameters, "--ms-query-modem-configuration"] {
        let _ = modem.mbimcli(&[action]).bad("NoDeviceSupport");
    }
    let _ = modem.mbimcli(&[V3, "--ms-query-wake-reason"]).bad("Failure");
    done.insert("ms-query-wake-reason".into());
    assert_eq!(done, actions("--help-ms-basic-connect-extensions"));
    println!("Microsoft's extensions: {} actions of mbimcli", done.len());
}

#[test]
fn services_that_are_not_there_are_refused_as_not_supported() {
    let modem = VirtualModem::start("default");
    let actions = [
        // Services of vendors are there only in scenarios that say so.
        "--atds-query-signal",
        "--intel-query-rfim",
        "--quectel-query-radio-state",
    ];
    for action in actions {
        let _ = modem.mbimcli(&[action]).bad("NoDeviceSupport");
    }
}

#[test]
fn a_session_lives_on_between_calls_that_carry_the_transaction() {
    // What mbim-network does.
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-registration-state", "Register state", "home");
    let mut said = modem.mbimcli(&["--query-subscriber-ready-status", "--no-close"]).good();
    for (action, key, value) in [
        ("--query-registration-state", "Register state", "home"),
        ("--attach-packet-service", "Packet service state", "attached"),
        ("--connect=access-string=internet", "Activation state", "activated"),
        ("--query-ip-configuration", "IP [0]", "10.64.0.2/30"),
        ("--query-connection-state", "Activation state", "activated"),
    ] {
        let id = said.value("TRID").to_owned();
        said = modem.mbimcli(&[&format!("--no-open={id}"), "--no-close", action]).good();
        assert_eq!(said.value(key), value);
        assert!(said.value("TRID").parse::<u32>().unwrap() > id.parse().unwrap());
    }
    let open = format!("--no-open={}", said.value("TRID"));
    let said = modem.mbimcli(&[&open, "--disconnect"]).good();
    assert_eq!(said.value("Activation state"), "deactivated");
    // Closed now: who does not open is refused.
    let _ = modem.mbimcli(&["--no-open=50", "--no-close", "--query-device-caps"]).bad("NotOpened");
}

#[test]
fn opening_a_stale_session_ends_it() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let said = modem.mbimcli(&["--connect=access-string=internet", "--no-close"]).good();
    assert_eq!(said.value("Activation state"), "activated");
    // The next program opens although nobody has closed.
    let said = modem.mbimcli(&["--query-connection-state"]).good();
    assert_eq!(said.value("Activation state"), "deactivated");
    let _ = modem.mbimcli(&["--noop", "--no-close"]).good();
    let _ = modem.mbimcli(&["--device-open-ms-mbimex-v3", "--noop", "--no-close"]).good();
    // And the version is that of 1.0 again.
    let said = modem.mbimcli(&["--query-subscriber-ready-status"]).good();
    assert!(said.values("Flags").is_empty(), "{said:#?}");
}

#[test]
fn a_client_killed_in_the_middle_of_a_command_does_not_hurt_the_next() {
    let modem = VirtualModem::start("default");
    for action in ["--query-visible-providers", "--set-radio-state=off"] {
        let mut command = mbimcli_command(&modem.path, &[action]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = Guarded(child.unwrap());
        modem.sees("> command #2");
        child.0.kill().unwrap();
        child.0.wait().unwrap();
        let said = modem.mbimcli(&["--query-device-caps"]).good();
        assert_eq!(said.value("Hardware info"), "Virtual Modem");
    }
}

#[test]
fn a_wrong_pin_costs_a_try_and_the_right_one_opens() {
    let modem = VirtualModem::start("locked-sim");
    modem.wait_for("--query-subscriber-ready-status", "Ready state", "device-locked");
    let said = modem.mbimcli(&["--query-pin-state"]).good();
    check(&said, &[("PIN state", "locked"), ("PIN type", "pin1"), ("Remaining attempts", "3")]);
    let _ = modem.mbimcli(&["--enter-pin=0000"]).bad("operation failed: Failure");
    let said = modem.mbimcli(&["--query-pin-state"]).good();
    check(&said, &[("PIN state", "locked"), ("Remaining attempts", "2")]);
    let said = modem.mbimcli(&["--enter-pin=1234"]).good();
    check(&said, &[("PIN state", "unlocked"), ("Remaining attempts", "3")]);
    modem.wait_for("--query-registration-state", "Register state", "home");
}

#[test]
fn the_last_wrong_pin_blocks_and_the_puk_opens() {
    let modem = VirtualModem::start("wrong-pin-last-try");
    modem.wait_for("--query-subscriber-ready-status", "Ready state", "device-locked");
    let _ = modem.mbimcli(&["--enter-pin=0000"]).bad("operation failed: Failure");
    let said = modem.mbimcli(&["--query-pin-state"]).good();
    check(&said, &[("PIN state", "locked"), ("PIN type", "puk1"), ("Remaining attempts", "10")]);
    let said = modem.mbimcli(&["--enter-puk=12345678,4321"]).good();
    check(&said, &[("PIN state", "unlocked"), ("PIN type", "pin1")]);
    modem.wait_for("--query-registration-state", "Register state", "home");
}

#[test]
fn refused_access_points_and_registrations_are_reported() {
    let modem = VirtualModem::start("refused-apn");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let _ = modem.mbimcli(&["--connect=access-string=bogus"]).bad("InvalidAccessString");
    let said = modem.mbimcli(&["--connect=access-string=internet"]).good();
    assert_eq!(said.value("Activation state"), "activated");

    let modem = VirtualModem::start("registration-denied");
    modem.wait_for("--query-registration-state", "Register state", "denied");
    let said = modem.mbimcli(&["--query-registration-state"]).good();
    assert_eq!(said.value("Network error"), "no-cells-in-location-area");

    let modem = VirtualModem::start("no-sim");
    modem.wait_for("--query-subscriber-ready-status", "Ready state", "sim-not-inserted");
    let _ = modem.mbimcli(&["--query-pin-state"]).bad("SimNotInserted");
}

#[test]
fn a_silent_modem_is_opened_by_a_later_try() {
    let modem = VirtualModem::start("silent");
    let said = modem.mbimcli(&["--query-device-caps"]).good();
    assert_eq!(said.value("Hardware info"), "Virtual Modem");
    let seen = modem.seen();
    let opens = seen.iter().filter(|line| line.contains("> open")).count();
    assert!(opens >= 3, "{seen:#?}");
}

#[test]
fn fragments_of_the_modem_are_put_together() {
    let modem = VirtualModem::start("fragments");
    let said = modem.mbimcli(&["--query-device-services"]).good();
    let services = said.values("Service");
    assert!(services.len() > 2 && services.contains(&"ms-basic-connect-extensions"), "{said:#?}");
    let said = modem.mbimcli(&["--query-device-caps"]).good();
    assert_eq!(said.value("Device ID"), Identity::default().imei.as_str());
}

#[test]
fn what_mbimcli_leaves_open_in_version_3_wwanctl_uses_in_version_3() {
    let modem = VirtualModem::start("default");
    let _ = modem.mbimcli(&["--device-open-ms-mbimex-v3", "--query-device-caps", "--no-close"]).good();
    let wwanctl = |arguments: &[&str]| {
        run(Command::new(program("wwanctl")).arg("--device").arg(&modem.path).args(arguments)).good().out
    };
    assert!(wwanctl(&["connect", "--apn", "internet"]).contains("connected, IPv4 and IPv6"));
    // RSRP is what only later versions tell.
    let status = wwanctl(&["status"]);
    assert!(status.contains("connected, IPv4 and IPv6") && status.contains("RSRP"), "{status}");
    assert!(wwanctl(&["disconnect"]).contains("session 0 disconnected"));
    assert!(wwanctl(&["status"]).contains("not connected"));
}
