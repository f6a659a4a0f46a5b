//! Every action of qmicli for the card (UIM), with the values that it prints.

use std::fs;
use std::process::Stdio;

use wwan::device::modem::card::{ISIM, USIM};
use wwan_interop::qmicli::{Modem, Row, Way, on_each_way, qmicli_command};
use wwan_interop::{Guarded, Scratch, until};

/// Bytes as qmicli takes and prints them.
fn colons(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

/// Waits until the card can be used.
fn ready(modem: &Modem) {
    modem.wait_for(&["--uim-get-card-status"], "Application state", "ready");
}

#[test]
fn a_card_is_shown() {
    let rows: &[Row<'_>] = &[
        (
            &["--uim-get-card-status"],
            &[
                ("Primary GW", "slot '1', application '1"),
                ("Primary 1X", "session doesn't exist"),
                ("Card state", "present"),
                ("UPIN state", "not-initialized"),
                ("Application type", "usim (2)"),
                ("Application state", "ready"),
                ("Personalization state", "ready"),
                ("UPIN replaces PIN1", "no"),
                ("PIN1 state", "disabled"),
                ("PIN1 retries", "3"),
                ("PUK1 retries", "10"),
                ("PIN2 state", "enabled-not-verified"),
                ("PUK2 retries", "10"),
                ("Application type#1", "isim (5)"),
                ("Application state#1", "detected"),
            ],
        ),
        (
            &["--uim-get-slot-status"],
            &[
                ("Card status", "present"),
                ("Slot status", "active"),
                ("Logical slot", "1"),
                ("ICCID", "8900101000000000017"),
                ("Protocol", "uicc"),
                ("Num apps", "2"),
                ("Is eUICC", "no"),
            ],
        ),
        (&["--uim-get-configuration"], &[("Personalization features", "all disabled")]),
        (&["--uim-noop"], &[]),
        (&["--uim-reset"], &[]),
    ];
    on_each_way("a_card_is_shown", "default", |modem| {
        ready(modem);
        modem.play(rows);
        let said = modem.qmicli(&["--uim-get-card-status"]).good();
        assert!(said.out.contains(&colons(&USIM)) && said.out.contains(&colons(&ISIM)), "{said:#?}");
        let said = modem.qmicli(&["--uim-get-supported-messages"]).good();
        assert!(said.out.lines().filter(|line| line.trim().starts_with("0x")).count() >= 26, "{said:#?}");
    });
}

#[test]
fn files_are_read() {
    on_each_way("files_are_read", "default", |modem| {
        ready(modem);
        let said = modem.qmicli(&["--uim-read-transparent=0x3F00,0x2FE2"]).good();
        assert!(said.out.contains("98:00:01:01:00:00:00:00:10:F7"), "{said:#?}");
        assert_eq!((said.value("SW1"), said.value("SW2")), ("0x90", "0x00"));
        let said = modem.qmicli(&["--uim-read-transparent=0x3F00,0x7FFF,0x6F07"]).good();
        assert!(said.out.contains("08:09:10:10:10:32:54:76:98"), "{said:#?}");
        let said =
            modem.qmicli(&["--uim-read-record=record-number=1,record-length=24,file=0x3F00-0x7FFF-0x6F40"]).good();
        assert!(said.out.contains("FF:FF:05:81:51:55:10:00:FF"), "{said:#?}");
        // The phonebook, which is empty, and the service centre.
        let entry = "--uim-read-record=record-number=1,record-length=51,file=0x3F00-0x7F10-0x6F3A";
        let said = modem.qmicli(&[entry]).good();
        // It is printed in lines of 25 bytes.
        let joined = |out: &str| out.replace(":\n\t", ":");
        assert!(joined(&said.out).contains(&colons(&[0xff; 51])), "{said:#?}");
        let centre = "--uim-read-record=record-number=1,record-length=40,file=0x3F00-0x7FFF-0x6F42";
        let said = modem.qmicli(&[centre]).good();
        assert!(joined(&said.out).contains("FF:05:91:51:55:10:99:FF"), "{said:#?}");
        let said = modem.qmicli(&["--uim-read-transparent=0x3F00,0x2FE3"]).bad("SimFileNotFound");
        assert_eq!((said.value("SW1"), said.value("SW2")), ("0x6a", "0x82"));
        modem.play(&[
            (
                &["--uim-get-file-attributes=0x3F00,0x2FE2"],
                &[
                    ("File size", "10"),
                    ("File ID", "12258"),
                    ("File type", "transparent"),
                    ("Read security attributes", "(always) none"),
                    ("Write security attributes", "(single) adm"),
                ],
            ),
            (
                &["--uim-get-file-attributes=0x3F00,0x7FFF,0x6F40"],
                &[
                    ("File type", "linear-fixed"),
                    ("Record size", "24"),
                    ("Record count", "4"),
                    ("Read security attributes", "(single) pin1"),
                ],
            ),
        ]);
    });
}

#[test]
fn codes_are_verified_changed_blocked_and_unblocked() {
    on_each_way("codes_are_verified_changed_blocked_and_unblocked", "locked-sim", |modem| {
        modem.wait_for(&["--uim-get-card-status"], "PIN1 state", "enabled-not-verified");
        let status = |modem: &Modem, state: &str, pin: &str, puk: &str| {
            let said = modem.qmicli(&["--uim-get-card-status"]).good();
            let found = (said.value("PIN1 state"), said.value("PIN1 retries"), said.value("PUK1 retries"));
            assert_eq!(found, (state, pin, puk), "{said:#?}");
        };
        let refused = |modem: &Modem, action: &str, error: &str, verify: &str, unblock: &str| {
            // qmicli prints the attempts that are left with its errors.
            let said = modem.qmicli(&[action]).bad(error);
            let line = |name: &str| said.err.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim);
            assert_eq!((line("Verify:"), line("Unblock:")), (Some(verify), Some(unblock)), "{said:#?}");
        };
        refused(modem, "--uim-verify-pin=PIN1,0000", "IncorrectPin", "2", "10");
        let _ = modem.qmicli(&["--uim-verify-pin=PIN1,1234"]).good();
        status(modem, "enabled-verified", "3", "10");
        let _ = modem.qmicli(&["--uim-change-pin=PIN1,1234,4321"]).good();
        refused(modem, "--uim-set-pin-protection=PIN1,disable,1234", "IncorrectPin", "2", "10");
        let _ = modem.qmicli(&["--uim-set-pin-protection=PIN1,disable,4321"]).good();
        status(modem, "disabled", "3", "10");
        let _ = modem.qmicli(&["--uim-set-pin-protection=PIN1,disable,4321"]).bad("NoEffect");
        let _ = modem.qmicli(&["--uim-set-pin-protection=PIN1,enable,4321"]).good();
        refused(modem, "--uim-verify-pin=PIN1,0000", "IncorrectPin", "2", "10");
        refused(modem, "--uim-verify-pin=PIN1,0000", "IncorrectPin", "1", "10");
        refused(modem, "--uim-verify-pin=PIN1,0000", "PinBlocked", "0", "10");
        status(modem, "blocked", "0", "10");
        refused(modem, "--uim-unblock-pin=PIN1,00000000,1234", "IncorrectPin", "0", "9");
        let _ = modem.qmicli(&["--uim-unblock-pin=PIN1,12345678,1234"]).good();
        status(modem, "enabled-verified", "3", "10");
        let _ = modem.qmicli(&["--uim-verify-pin=UPIN,1234"]).bad("InvalidPinId");
    });
}

#[test]
fn power_provisioning_and_locks() {
    let scratch = Scratch::new();
    let scenario = "[sim.network-lock]\ncode = '12345678'\nattempts = 3\n";
    fs::write(scratch.path("locked.toml"), scenario).unwrap();
    let scenario = scratch.path("locked.toml");
    on_each_way("power_provisioning_and_locks", scenario.to_str().unwrap(), |modem| {
        let status = &["--uim-get-card-status"];
        modem.wait_for(status, "Application state", "check-personalization-state");
        modem.play(&[(status, &[("Personalization state", "code-required' (feature: gw-network)")])]);
        let said = modem.qmicli(&["--uim-get-configuration"]).good();
        assert!(said.out.contains("gw-network"), "{said:#?}");
        let _ = modem.qmicli(&["--uim-depersonalization=gw-network,deactivate,1,1"]).bad("IncorrectPin");
        let _ = modem.qmicli(&["--uim-depersonalization=gw-network,deactivate,12345678,1"]).good();
        ready(modem);
        modem.play(&[
            (&["--uim-sim-power-off=1"], &[]),
            (status, &[("Card state", "error: power-down (1)"), ("Primary GW", "session doesn't exist")]),
            (&["--uim-sim-power-on=1"], &[]),
        ]);
        ready(modem);
        let off = "--uim-change-provisioning-session=session-type=primary-gw-provisioning,activate=no";
        modem.play(&[(&[off], &[]), (status, &[("Primary GW", "session doesn't exist")])]);
        let on = off.replace("activate=no", &format!("activate=yes,slot=1,aid={}", colons(&USIM)));
        modem.play(&[(&[&on], &[])]);
        ready(modem);
    });
}

#[test]
fn slots_are_switched() {
    on_each_way("slots_are_switched", "two-slots", |modem| {
        let slots: &[Row<'_>] = &[(
            &["--uim-get-slot-status"],
            &[
                ("Slot status", "active"),
                ("Slot status#1", "inactive"),
                ("ICCID", "8900101000000000017"),
                ("ICCID#1", "8900102000000000025"),
            ],
        )];
        modem.play(slots);
        let _ = modem.qmicli(&["--uim-switch-slot=1"]).bad("NoEffect");
        let _ = modem.qmicli(&["--uim-switch-slot=3"]).bad("unavailable");
        let _ = modem.qmicli(&["--uim-switch-slot=2"]).good();
        modem.play(&[(&["--uim-get-slot-status"], &[("Slot status", "inactive"), ("Slot status#1", "active")])]);
    });
}

#[test]
fn changes_are_monitored() {
    // What qmicli watches comes again and again, until it has begun to.
    let mut scenario = "[[slot]]\niccid = '8900102000000000025'\n".to_owned();
    for round in 1..20 {
        let at = round * 2_000;
        scenario += &format!("[[event]]\nat = {at}\ndo = 'refresh'\nmode = 'files'\nfiles = ['3f002fe2']\n");
        let action = if round % 2 == 1 { "remove-sim" } else { "insert-sim" };
        scenario += &format!("[[event]]\nat = {at}\ndo = '{action}'\nslot = 1\n");
    }
    let scratch = Scratch::new();
    fs::write(scratch.path("changes.toml"), scenario).unwrap();
    let modem = Modem::start(Way::Qmux, scratch.path("changes.toml").to_str().unwrap());
    for (number, (action, wanted)) in [
        ("--uim-monitor-refresh-all", &["Refresh mode: fcn", "0x2fe2; path: 0x3f00", "end-with-success"][..]),
        ("--uim-monitor-refresh-file=0x3F00,0x2FE2", &["Refresh mode: fcn", "0x2fe2", "end-with-success"]),
        ("--uim-monitor-slot-status", &["Received slot status indication", "Card status: absent"]),
    ]
    .into_iter()
    .enumerate()
    {
        let path = scratch.path(&number.to_string());
        let mut monitor = qmicli_command(&modem.modem.path, &["--device-open-qmi", action]);
        monitor.env("LC_ALL", "C").stdin(Stdio::null()).stdout(fs::File::create(&path).unwrap()).stderr(Stdio::null());
        let _monitor = Guarded(monitor.spawn().unwrap());
        until(action, || {
            let said = fs::read_to_string(&path).unwrap();
            wanted.iter().all(|wanted| said.contains(wanted)).then_some(())
        });
    }
}
