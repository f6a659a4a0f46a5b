//! Every action of qmicli for short messages, calls and phone books (WMS, VOICE, PBM), with the values that it prints. The
//! rest of these services has no action there.

use std::collections::BTreeSet;

use wwan_interop::qmicli::{Row, on_each_way, options, play};

/// The numbers printed as `0xNNNN`, one on a line.
fn numbers(out: &str) -> BTreeSet<u16> {
    let lines = out.lines().filter_map(|line| line.trim().strip_prefix("0x"));
    lines.map(|digits| u16::from_str_radix(digits, 16).unwrap()).collect()
}

#[test]
fn routes_of_messages_are_shown_and_set() {
    let rows: &[Row<'_>] = &[
        (
            &["--wms-get-routes"],
            &[
                ("Message Class", "0"),
                ("Storage Type", "none"),
                ("Receipt Action", "transfer-only"),
                ("Message Class#1", "1"),
                ("Storage Type#1", "uim"),
                ("Receipt Action#1", "store-and-notify"),
                ("Message Class#4", "none"),
            ],
        ),
        (&["--wms-set-routes=type=point,class=1,storage=nv,receipt-action=store-and-notify"], &[]),
        (&["--wms-get-routes"], &[("Storage Type#1", "nv"), ("Storage Type#2", "uim")]),
        (&["--wms-reset"], &[]),
        (&["--wms-noop"], &[]),
    ];
    play("routes_of_messages_are_shown_and_set", "messages", rows);
}

#[test]
fn calls_and_phone_books_are_described() {
    let rows: &[Row<'_>] = &[
        (&["--voice-get-config"], &[("GSM", "enabled"), ("WCDMA", "wcdma-amr-wb, gsm-amr-wb, gsm-amr-nb' (0x001A)")]),
        (&["--voice-noop"], &[]),
        (
            &["--pbm-get-all-capabilities"],
            &[
                ("Used records", "0"),
                ("Maximum records", "20"),
                ("Maximum number length", "20"),
                ("Maximum name length", "18"),
                ("Used records#1", "1"),
                ("Maximum records#1", "4"),
                ("Maximum groups", "0"),
                ("Supported", "no"),
            ],
        ),
        (&["--pbm-noop"], &[]),
    ];
    on_each_way("calls_and_phone_books_are_described", "default", |modem| {
        modem.wait_for(&["--uim-get-card-status"], "Application state", "ready");
        modem.play(rows);
    });
}

#[test]
fn the_services_tell_which_messages_they_have() {
    on_each_way("the_services_tell_which_messages_they_have", "default", |modem| {
        let said = modem.qmicli(&["--wms-get-supported-messages"]).good();
        let wanted = [
            0x00, 0x01, 0x1e, 0x20, 0x21, 0x22, 0x23, 0x24, 0x30, 0x31, 0x32, 0x33, 0x37, 0x3c, 0x3d, 0x3e, 0x42, 0x47,
            0x4a,
        ];
        assert_eq!(numbers(&said.out), wanted.into());
        let said = modem.qmicli(&["--voice-get-supported-messages"]).good();
        let wanted =
            [0x03, 0x1e, 0x20, 0x21, 0x22, 0x28, 0x29, 0x2a, 0x2f, 0x31, 0x33, 0x34, 0x3a, 0x3b, 0x3c, 0x41, 0x43];
        assert_eq!(numbers(&said.out), wanted.into());
    });
}

#[test]
fn every_action_is_tried() {
    let source = include_str!("qmicli_telephony.rs").to_owned() + include_str!("qmicli_uim.rs");
    for help in ["--help-uim", "--help-wms", "--help-voice", "--help-pbm"] {
        for option in options(help) {
            assert!(source.contains(&format!("\"--{option}")), "nobody tries {option}");
        }
    }
}
