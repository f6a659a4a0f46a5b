//! Every action of qmicli for device management (DMS), with the values that it prints; those of makers on their modems.

use std::fs;

use wwan_interop::Scratch;
use wwan_interop::qmicli::{Modem, Row, Way, on_each_way, play};

const QUESTIONS: &[Row<'_>] = &[
    (&["--dms-get-ids"], &[("ESN", "0"), ("IMEI", "490154203237518"), ("MEID", "unknown"), ("IMEI SV", "01")]),
    (
        &["--dms-get-capabilities"],
        &[
            ("Max TX channel rate", "50000000"),
            ("Max RX channel rate", "150000000"),
            ("Data Service", "simultaneous-cs-ps"),
            ("SIM", "supported"),
            ("Networks", "umts, lte"),
        ],
    ),
    (&["--dms-get-manufacturer"], &[("Manufacturer", "wwan")]),
    (&["--dms-get-model"], &[("Model", "Virtual Modem")]),
    (&["--dms-get-revision"], &[("Revision", "1.0.0")]),
    (&["--dms-get-hardware-revision"], &[("Revision", "10000")]),
    (&["--dms-get-software-version"], &[("Software version", "1.0.0")]),
    (&["--dms-get-factory-sku"], &[("SKU", "9999999")]),
    (&["--dms-get-power-state"], &[("Power state", "external-source"), ("Battery level", "100 %")]),
    (&["--dms-get-activation-state"], &[("State", "activated")]),
    (&["--dms-get-time"], &[("Time source", "device")]),
    (
        &["--dms-get-band-capabilities"],
        &[
            ("Bands", "wcdma-2100, wcdma-pcs-1900, wcdma-dcs-1800, wcdma-1700-us, wcdma-850-us, wcdma-900"),
            ("LTE bands", "1, 2, 3, 4, 5, 7, 8, 12, 13, 17, 20, 25, 26, 28, 38, 39, 40, 41"),
            ("LTE bands (extended)", "1, 2, 3, 4, 5, 7, 8, 12, 13, 17, 20, 25, 26, 28, 38, 39, 40, 41, 66, 71"),
        ],
    ),
    (&["--dms-get-boot-image-download-mode"], &[("Boot image download mode", "normal")]),
    (&["--dms-set-boot-image-download-mode=boot-and-recovery"], &[]),
    (&["--dms-get-boot-image-download-mode"], &[("Boot image download mode", "boot-and-recovery")]),
    (
        &["--dms-list-stored-images"],
        &[
            ("Unique ID", "1.0.0"),
            ("Build ID#1", "1.1.0"),
            ("Build ID#2", "1.0.0_GENERIC"),
            ("Storage index#3", "2"),
            ("Boot version", "1.0"),
            ("PRI info#1", "1.1.0_TEST"),
        ],
    ),
    (&["--dms-get-firmware-preference"], &[("Build ID", "1.0.0"), ("Build ID#1", "1.0.0_GENERIC")]),
    (&["--dms-select-stored-image=modem1,pri1"], &[]),
    (&["--dms-get-firmware-preference"], &[("Build ID", "1.1.0"), ("Build ID#1", "1.1.0_TEST")]),
    (&["--dms-set-firmware-preference=1.0.0,1.0.0,GENERIC"], &[]),
    (&["--dms-delete-stored-image=pri1"], &[]),
    (&["--dms-get-user-lock-state"], &[("Enabled", "no")]),
    (&["--dms-set-user-lock-state=enable,0000"], &[]),
    (&["--dms-get-user-lock-state"], &[("Enabled", "yes")]),
    (&["--dms-set-user-lock-code=0000,1111"], &[]),
    (&["--dms-write-user-data=hello"], &[]),
    (&["--dms-read-user-data"], &[("Size", "5' bytes")]),
    (&["--dms-validate-service-programming-code=000000"], &[]),
    (&["--dms-restore-factory-defaults=000000"], &[]),
    (&["--dms-get-user-lock-state"], &[("Enabled", "no")]),
    (&["--dms-set-fcc-authentication"], &[]),
    (&["--dms-get-supported-messages"], &[]),
    (&["--dms-reset"], &[]),
    (&["--dms-noop"], &[]),
];

#[test]
fn a_device_is_managed() {
    play("a_device_is_managed", "default", QUESTIONS);
}

#[test]
fn what_the_device_does_not_have_is_refused() {
    on_each_way("what_the_device_does_not_have_is_refused", "default", |modem| {
        modem.wait_for(&["--dms-uim-get-state"], "State", "initialization-completed");
        for (call, why) in [
            ("--dms-get-prl-version", "NotProvisioned"),
            ("--dms-read-eri-file", "NotProvisioned"),
            ("--dms-get-mac-address=wlan", "NotProvisioned"),
            ("--dms-activate-automatic=*22899", "DeviceUnsupported"),
            ("--dms-activate-manual=000000,1,2,3", "DeviceUnsupported"),
            ("--dms-set-firmware-id", "NotSupported"),
            ("--dms-validate-service-programming-code=111111", "AuthenticationFailed"),
            ("--dms-set-user-lock-state=enable,1234", "AuthenticationFailed"),
            ("--dms-set-operating-mode=reset", "InvalidTransition"),
            ("--dms-delete-stored-image=modem0", "InvalidOperation"),
            ("--dms-uim-unblock-ck=pn,12345678", "NoEffect"),
            ("--dms-uim-set-ck-protection=pn,disable,12345678", "NoEffect"),
        ] {
            let _ = modem.qmicli(&[call]).bad(why);
        }
    });
}

#[test]
fn operating_modes_are_set() {
    on_each_way("operating_modes_are_set", "default", |modem| {
        for mode in ["low-power", "factory-test", "mode-only-low-power", "online", "persistent-low-power", "offline"] {
            let _ = modem.qmicli(&[&format!("--dms-set-operating-mode={mode}")]).good();
            let said = modem.qmicli(&["--dms-get-operating-mode"]).good();
            assert_eq!((said.value("Mode"), said.value("HW restricted")), (mode, "no"));
        }
        let _ = modem.qmicli(&["--dms-set-operating-mode=online"]).bad("InvalidTransition");
        let _ = modem.qmicli(&["--dms-set-operating-mode=reset"]).good();
        // Persistent low power ended with the mode that followed it.
        modem.wait_for(&["--dms-get-operating-mode"], "Mode", "online");
    });
}

#[test]
fn the_card_is_asked_as_older_firmware_has_it() {
    let rows: &[Row<'_>] = &[
        (&["--dms-uim-get-iccid"], &[("ICCID", "8900101000000000017")]),
        (&["--dms-uim-get-imsi"], &[("IMSI", "001010123456789")]),
        (&["--dms-uim-get-state"], &[("State", "initialization-completed")]),
        (&["--dms-get-msisdn"], &[("MSISDN", "15550100")]),
        (
            &["--dms-uim-get-pin-status"],
            &[("Status", "disabled"), ("Status#1", "enabled-not-verified"), ("Unblock", "10")],
        ),
        (&["--dms-uim-get-ck-status=pn"], &[("State", "deactivated")]),
        (&["--dms-uim-set-pin-protection=PIN,enable,1234"], &[]),
        (&["--dms-uim-change-pin=PIN,1234,4321"], &[]),
        (&["--dms-uim-verify-pin=PIN,4321"], &[]),
        (&["--dms-uim-get-pin-status"], &[("Status", "enabled-verified"), ("Verify", "3")]),
    ];
    on_each_way("the_card_is_asked_as_older_firmware_has_it", "default", |modem| {
        modem.wait_for(&["--dms-uim-get-state"], "State", "initialization-completed");
        let _ = modem.play(rows);
        for _ in 0..2 {
            let _ = modem.qmicli(&["--dms-uim-verify-pin=PIN,0000"]).bad("IncorrectPin");
        }
        let _ = modem.qmicli(&["--dms-uim-verify-pin=PIN,0000"]).bad("PinBlocked");
        let _ = modem.qmicli(&["--dms-uim-unblock-pin=PIN,00000000,1234"]).bad("IncorrectPin");
        let _ = modem.qmicli(&["--dms-uim-unblock-pin=PIN,12345678,1234"]).good();
        let said = modem.qmicli(&["--dms-uim-get-pin-status"]).good();
        assert_eq!((said.value("Status"), said.value("Unblock")), ("enabled-verified", "10"));
    });
}

/// A modem of a maker, with what else the scenario says.
fn made_by(scratch: &Scratch, vendor: u16, more: &str) -> Modem {
    let path = scratch.path(&format!("{vendor}.toml"));
    fs::write(&path, format!("{more}\n[qmi]\nvendor = {vendor}\n")).unwrap();
    Modem::start(Way::Qmux, path.to_str().unwrap())
}

#[test]
fn makers_have_actions_of_their_own() {
    let scratch = Scratch::new();
    let sierra = made_by(&scratch, 0x1199, "");
    let rows: &[Row<'_>] = &[
        (
            &["--dms-swi-get-current-firmware"],
            &[
                ("Model", "Virtual Modem"),
                ("AMSS version", "1.0.0"),
                ("SKU ID", "9999999"),
                ("Carrier ID", "1"),
                ("Config version", "1.0.0_GENERIC"),
            ],
        ),
        (&["--dms-swi-get-usb-composition"], &[]),
        (&["--dms-swi-set-usb-composition=8"], &[]),
    ];
    let _ = sierra.play(rows);

    let locked =
        "[radio]\nsoftware = false\nfcc-locked = true\n[management]\nunlock-text = \"magic\"\nunlock-number = 7\n";
    let foxconn = made_by(&scratch, 0x0489, locked);
    let _ = foxconn.qmicli(&["--dms-set-operating-mode=online"]).bad("InvalidTransition");
    let _ = foxconn.qmicli(&["--dms-foxconn-set-fcc-authentication-v2=magic,8"]).bad("AuthenticationFailed");
    let rows: &[Row<'_>] = &[
        (&["--dms-foxconn-get-firmware-version=firmware-mcfg"], &[("Version", "1.0.0.1.0.0_GENERIC")]),
        (&["--dms-foxconn-set-fcc-authentication-v2=magic,7"], &[]),
        (&["--dms-set-operating-mode=online"], &[]),
        (&["--dms-foxconn-set-fcc-authentication=0"], &[]),
        (&["--fox-get-firmware-version=apps"], &[("Version", "1.0.0_WWAN_001")]),
        (&["--fox-noop"], &[]),
        (&["--dms-foxconn-change-device-mode=fastboot-ota"], &[]),
        (&["--dms-get-operating-mode"], &[("Mode", "shutting-down")]),
    ];
    let _ = foxconn.play(rows);

    let hp = made_by(&scratch, 0x03f0, "");
    let rows: &[Row<'_>] = &[
        (&["--dms-hp-change-device-mode=fastboot"], &[]),
        (&["--dms-get-operating-mode"], &[("Mode", "shutting-down")]),
    ];
    let _ = hp.play(rows);

    let telit = made_by(&scratch, 0x1bc7, "[management]\ncomposition = 0x1050\ncompositions = [0x1050, 0x1051]\n");
    let rows: &[Row<'_>] = &[
        (&["--gas-dms-get-usb-composition"], &[]),
        (&["--gas-dms-get-firmware-list"], &[("Version", "1.0.0"), ("Version#1", "1.1.0"), ("Name#1", "TEST")]),
        (&["--gas-dms-get-active-firmware"], &[("Version", "1.0.0"), ("Name", "GENERIC")]),
        (&["--gas-noop"], &[]),
        (&["--gms-test-set-value=5,6"], &[]),
        (&["--gms-test-get-value"], &[]),
        (&["--gms-noop"], &[]),
        (&["--gas-dms-set-usb-composition=0x1051"], &[]),
        (&["--gas-dms-set-active-firmware=2"], &[]),
    ];
    let _ = telit.play(rows);
    telit.wait_for(&["--dms-get-revision"], "Revision", "1.1.0");
}
