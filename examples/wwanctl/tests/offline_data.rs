//! Commands for the data plane that need no modem: `decode ntb`, `decode qmap`.
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

use common::wwanctl;
use serde_json::{Value, json};

fn decoded(arguments: &[&str]) -> Value {
    wwanctl(&[&["decode", "--json"], arguments].concat()).json()
}

/// NTB16, session 2, one datagram of four bytes.
const NTB16: &str = "4e434d48 0c00 0500 2000 0c00 49505302 1000 0000 1c00 0400 0000 0000 45000004";

#[test]
fn blocks_are_shown_with_all_their_fields() {
    let block = decoded(&["ntb", NTB16]);
    let expected = json!({
        "format": "NTB16", "sequence": 5, "block_length": 32,
        "ndps": [{
            "index": 12, "signature": "0x02535049", "stream": "IPS", "session_id": 2, "length": 16,
            "datagrams": [{ "index": 28, "length": 4, "datagram": "45000004" }],
        }],
    });
    assert_eq!(block, expected);
    let words = wwanctl(&["decode", "ntb", NTB16]).ended(0);
    words.prints(&["NTB16", "sequence: 5", "session_id: 2", "datagram: 45000004"]);

    let wide = "6e636d68 1000 0000 33000000 10000000 64737301 2000 0000 00000000 00000000 30000000 03000000
        00000000 00000000 010203";
    let block = decoded(&["ntb", wide]);
    assert_eq!((&block["format"], &block["ndps"][0]["stream"]), (&json!("NTB32"), &json!("DSS")));
    assert_eq!(block["ndps"][0]["datagrams"], json!([{ "index": 48, "length": 3, "datagram": "010203" }]));

    // One behind the other, and the zero that ends a transfer.
    let both = decoded(&["ntb", NTB16, wide, "00"]);
    assert_eq!(both.as_array().map(Vec::len), Some(2));
    let unknown = decoded(&["ntb", &NTB16.replace("49505302", "4e434d30")]);
    assert_eq!(unknown["ndps"][0]["stream"], "unknown");
}

#[test]
fn wrong_blocks_are_named_with_field_and_offset() {
    let wrong = [
        ("00", "Signature at offset 0"),
        ("4e434d4800", "HeaderLength at offset 4"),
        ("4e434d49 0c00 0500 2000 0c00", "Signature at offset 0: value not allowed"),
        ("4e434d48 0c00 0500 2000 0c00", "BlockLength at offset 8: runs past the end"),
        ("4e434d48 0c00 0500 0000 0c00", "NdpIndex at offset 10: runs past the end"),
        ("4e434d48 0c00 0500 0000 0c00 49505302 0800 0000 1c00 0400 0000 0000", "Length of the NDP at offset 16"),
        ("4e434d48 0c00 0500 0000 0c00 49505302 1000 0c00 1c00 0400 0000 0000", "NextNdpIndex at offset 18"),
    ];
    for (bytes, text) in wrong {
        let run = wwanctl(&["decode", "ntb", bytes]).ended(65).says(&[text]);
        assert_eq!(run.out, "", "{bytes}");
        wwanctl(&["decode", "ntb", "--json", bytes]).ended(65).says(&[text]);
    }
    // What can be read is shown beside what cannot.
    let long = NTB16.replace("1c00 0400", "1c00 0500");
    wwanctl(&["decode", "ntb", &long]).ended(65).says(&["DatagramLength at offset 22"]).prints(&["session_id: 2"]);
    let second = format!("{NTB16} 99");
    wwanctl(&["decode", "ntb", &second]).ended(65).says(&["block at byte 32", "Signature at offset 0"]);
    wwanctl(&["decode", "ntb", "--mbimex", "2", NTB16]).ended(2).says(&["--mbimex belongs to mbim"]);
}

#[test]
fn transfers_of_qmap_are_shown_in_every_version() {
    let frames = decoded(&["qmap", "00010004 45000004 03020004 46000000 80010010 0100000000000009 0001000500000007"]);
    let command = json!({
        "name": "flow_disable", "number": 1, "type": "request", "transaction": 9, "ip_family": 1, "flow_sequence": 5,
        "qos_id": 7,
    });
    let expected = json!({
        "version": 1, "direction": "downlink",
        "frames": [
            { "offset": 0, "mux_id": 1, "length": 4, "packet": "45000004", "checksum": null },
            { "offset": 8, "mux_id": 2, "length": 1, "packet": "46", "checksum": null },
            { "offset": 16, "mux_id": 1, "command": command },
        ],
    });
    assert_eq!(frames, expected);
    wwanctl(&["decode", "qmap", "00010004 45000004"]).ended(0).prints(&["mux_id: 1", "packet: 45000004"]);

    let first = |arguments: &[&str]| decoded(&[&["qmap"], arguments].concat())["frames"][0].clone();
    let v4 = first(&["--qmap", "4", "00020004 45000004 0001 0000 0004 1234"]);
    assert_eq!(v4["checksum"], json!({ "start": 0, "length": 4, "checksum": 0x1234 }));
    let v4 = first(&["--qmap", "4", "--uplink", "00020004 0014 c006 45000004"]);
    assert_eq!(v4["checksum"], json!({ "start": 20, "offset": 6, "udp": true }));
    let v5 = first(&["--qmap", "5", "40020004 04800000 45000004"]);
    assert_eq!((&v5["checksum"], &v5["packet"]), (&json!(true), &json!("45000004")));
}

#[test]
fn wrong_transfers_are_named_with_field_and_offset() {
    let wrong: [(&[&str], &str); 5] = [
        (&["0001"], "MAP header at offset 0"),
        (&["00010005 45000004"], "packet length at offset 2: runs past the end"),
        (&["3f010004 45000004"], "pad length at offset 0"),
        (&["--qmap", "4", "00010004 45000004"], "checksum trailer at offset 8"),
        (&["--qmap", "5", "00010004 45000004"], "next header at offset 4: missing"),
    ];
    for (arguments, text) in wrong {
        wwanctl(&[&["decode", "qmap"], arguments].concat()).ended(65).says(&[text]);
    }
    let second = "00010004 45000004 00010009";
    wwanctl(&["decode", "qmap", second]).ended(65).says(&["at offset 10"]).prints(&["packet: 45000004"]);
    wwanctl(&["decode", "qmap", "--qmap", "2", "00"]).ended(2).says(&["1, 4 or 5"]);
    wwanctl(&["decode", "ntb", "--uplink", "00"]).ended(2).says(&["--uplink belongs to qmap"]);
}
