//! mbimcli and the card: every action of Microsoft's low-level access, values checked against the file system.

use wwan::device::modem::card::{ATR, ISD_R, ISIM, USIM};
use wwan_interop::VirtualModem;
use wwan_interop::mbimcli::{Row, actions, play};

/// As arguments have it.
fn plain(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// As mbimcli prints it.
fn printed(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(":")
}

#[test]
fn every_action_shows_what_is_on_the_card() {
    let modem = VirtualModem::start("embedded-sim");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let (usim, isd_r) = (plain(&USIM), plain(&ISD_R));
    let file = |path: &str, more: &str| format!("application-id={usim},file-path={path}{more}");
    let status = format!("--ms-query-uicc-file-status={}", file("7fff6f40", ""));
    let root = format!("--ms-query-uicc-file-status={}", file("3f00", ""));
    let imsi = format!("--ms-query-uicc-read-binary={}", file("7fff6f07", ""));
    let part = format!("--ms-query-uicc-read-binary={}", file("3f002fe2", ",read-offset=2,read-size=3"));
    let number = format!("--ms-query-uicc-read-record={}", file("7fff6f40", ",record-number=1"));
    let with_code = format!("--ms-query-uicc-read-record={}", file("7fff6fb7", ",record-number=2,local-pin=5678"));
    let open_isd_r = format!("--ms-set-uicc-open-channel=application-id={isd_r},selectp2arg=0,channel-group=1");
    let open_usim = format!("--ms-set-uicc-open-channel=application-id={usim},selectp2arg=12,channel-group=1");
    let apdu = |channel: u32, class: &str, command: &str| {
        format!("--ms-set-uicc-apdu=channel={channel},secure-message=none,classbyte-type={class},command={command}")
    };
    let (eid, profiles) = (apdu(1, "extended", "80e2910006bf3e035c015a"), apdu(1, "extended", "80e2910003bf2d00"));
    let (select, read) = (apdu(2, "inter-industry", "00a40004026f07"), apdu(2, "inter-industry", "00b0000000"));
    let absent = apdu(2, "inter-industry", "00a40004026fff");
    let fci = [&[0x6f, 0x18, 0x84, 0x10][..], &ISD_R, &[0xa5, 0x04, 0x9f, 0x65, 0x01, 0xff]].concat();
    let fci = printed(&fci);
    let (atr, usim_id, isim_id) = (printed(ATR), printed(&USIM), printed(&ISIM));
    let profile = "BF:2D:45:A0:43:E3:41:5A:0A:98:00:01:01:00:00:00:00:10:F7:4F:10:A0:00:00:05:59:10:10:FF:FF:FF:FF:89:\
                   00:00:10:00:9F:70:01:01:91:0C:54:65:73:74:20:4E:65:74:77:6F:72:6B:92:0C:54:65:73:74:20:4E:65:74:77:\
                   6F:72:6B:95:01:02";

    let rows: &[Row<'_>] = &[
        (&["--ms-query-uicc-atr"], &[("response", &atr)]),
        (
            &["--ms-query-uicc-application-list"],
            &[
                ("UICC applications", "(2)"),
                ("Application type", "usim"),
                ("Application ID", &usim_id),
                ("Application name", "USIM"),
                ("PIN key references", "01:81"),
                ("Application type#1", "isim"),
                ("Application ID#1", &isim_id),
                ("Application name#1", "ISIM"),
            ],
        ),
        (
            &[&status],
            &[
                ("Status word 1", "144"),
                ("Status word 2", "0"),
                ("Accessibility", "shareable"),
                ("Type", "working-ef"),
                ("Structure", "linear"),
                ("Item count", "4"),
                ("Item size", "24"),
                ("Read", "pin1"),
                ("Update", "adm"),
            ],
        ),
        (&[&root], &[("Status word 1", "144"), ("Type", "df-or-adf"), ("Item count", "0")]),
        (&[&imsi], &[("Status word 1", "144"), ("Data", "08:09:10:10:10:32:54:76:98")]),
        (&[&part], &[("Status word 1", "144"), ("Data", "01:01:00")]),
        (&[&number], &[("Data", "FF:FF:FF:FF:FF:FF:FF:FF:FF:FF:05:81:51:55:10:00:FF:FF:FF:FF:FF:FF:FF:FF")]),
        (&[&with_code], &[("Data", "19:F1:FF:00")]),
        // Channels live as long as the session, so these calls share one.
        (&[&open_isd_r, "--no-close"], &[("status", "144"), ("channel", "1"), ("response", &fci)]),
        (&[&open_usim, "--no-open=4", "--no-close"], &[("status", "144"), ("channel", "2"), ("response", "(null)")]),
        (
            &[&eid, "--no-open=5", "--no-close"],
            &[("status", "144"), ("response", "BF:3E:12:5A:10:89:04:90:32:00:00:01:00:00:00:00:00:00:00:00:74")],
        ),
        (&[&profiles, "--no-open=6", "--no-close"], &[("status", "144"), ("response", profile)]),
        (
            &[&select, "--no-open=7", "--no-close"],
            &[
                ("status", "144"),
                ("response", "62:17:82:02:41:21:83:02:6F:07:8A:01:05:8B:03:6F:06:02:80:02:00:09:88:01:38"),
            ],
        ),
        (&[&read, "--no-open=8", "--no-close"], &[("status", "144"), ("response", "08:09:10:10:10:32:54:76:98")]),
        // 6A82: the first status word is the low byte.
        (&[&absent, "--no-open=9", "--no-close"], &[("status", "33386"), ("response", "(null)")]),
        (&["--ms-set-uicc-close-channel=channel=2", "--no-open=10", "--no-close"], &[("status", "144")]),
        (&["--ms-set-uicc-close-channel=channel-group=1", "--no-open=11"], &[("status", "144")]),
        // mbimcli prints nothing of it, and takes the padding to four bytes for a part of the object, both ways.
        (&["--ms-set-uicc-terminal-capability=terminal-capability=810100"], &[]),
        (
            &["--ms-query-uicc-terminal-capability"],
            &[("Terminal capability", "(1)"), ("terminal capability", "81:01:00:00")],
        ),
        (&["--ms-query-uicc-reset"], &[("pass through action", "disabled")]),
        (&["--ms-set-uicc-reset=enable"], &[("pass through action", "enabled")]),
        (&["--ms-query-uicc-reset"], &[("pass through action", "enabled")]),
        (&["--query-subscriber-ready-status"], &[("Ready state", "not-initialized")]),
        (&["--ms-set-uicc-reset=disable"], &[("pass through action", "disabled")]),
    ];
    let mut done = play(&modem, rows);
    modem.wait_for("--query-subscriber-ready-status", "Ready state", "initialized");
    done.remove("query-subscriber-ready-status");
    assert_eq!(done, actions("--help-ms-uicc-low-level-access"));
    println!("Low-level access to the card: all {} actions of mbimcli", done.len());
}

#[test]
fn what_the_card_refuses_is_a_status_of_its_own() {
    let modem = VirtualModem::start("default");
    modem.wait_for("--query-packet-service-state", "Packet service state", "attached");
    let (usim, isd_r) = (plain(&USIM), plain(&ISD_R));
    let open = |id: &str| format!("--ms-set-uicc-open-channel=application-id={id},selectp2arg=0,channel-group=1");
    let read = |path: &str| format!("--ms-query-uicc-read-binary=application-id={usim},file-path={path}");
    let record = format!("--ms-query-uicc-read-record=application-id={usim},file-path=7fff6f40,record-number=5");
    // This mbimcli has no names for the statuses of the service.
    for (action, status) in [
        (open(&isd_r), "0x87430002"),
        (read("7fff6fff"), "0x87430002"),
        ("--ms-set-uicc-close-channel=channel=1".to_owned(), "0x87430003"),
        (
            "--ms-set-uicc-apdu=channel=1,secure-message=none,classbyte-type=extended,command=80f2000c00".to_owned(),
            "0x87430003",
        ),
        (record, "ReadFailure"),
        (read("6f07"), "InvalidParameters"),
    ] {
        let _ = modem.mbimcli(&[&action]).bad(status);
    }
    // All three channels, in one session.
    let usim = open(&usim);
    let rows: &[Row<'_>] = &[
        (&[&usim, "--no-close"], &[("channel", "1")]),
        (&[&usim, "--no-open=4", "--no-close"], &[("channel", "2")]),
        (&[&usim, "--no-open=5", "--no-close"], &[("channel", "3")]),
    ];
    play(&modem, rows);
    let _ = modem.mbimcli(&[&usim, "--no-open=6"]).bad("0x87430001");
    // The end of the session has closed them.
    play(&modem, &[(&[&usim], &[("channel", "1")])]);

    let locked = VirtualModem::start("locked-sim");
    locked.wait_for("--query-subscriber-ready-status", "Ready state", "device-locked");
    // PIN_FAILURE, for which it has no name either.
    let _ = locked.mbimcli(&[&read("7fff6f07")]).bad("0x00000028");
    play(&locked, &[(&[&read("7fff6fad")], &[("Data", "00:00:00:02")])]);
}
