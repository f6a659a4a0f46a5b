//! Modems on USB: names, and what is wrong without one. With a bus and a modem on it `tests/vm` goes on.
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
#![cfg(feature = "usb")]

mod common;

use common::wwanctl;

/// No device has these numbers.
const NONE: &str = "usb:ffff:ffff:none";

#[test]
fn a_wrong_name_says_what_a_name_is() {
    for name in ["usb:", "usb:1", "usb:2c7c:", "usb:2c7c:01255", "usb:1.2.3", "usb:1.256", "usb:zzzz:0000"] {
        wwanctl(&["--device", name, "status"]).ended(2).says(&["usb:VENDOR:PRODUCT", "usb:BUS.ADDRESS"]);
    }
}

#[test]
fn a_modem_that_is_not_there_is_unreachable() {
    for name in [NONE, "usb:ffff:ffff", "usb:255.255"] {
        let run = wwanctl(&["--device", name, "status", "--timeout", "20"]).ended(69).says(&[name]);
        assert_eq!(run.out, "", "{name}");
    }
    let json = wwanctl(&["--device", NONE, "--json", "status"]).ended(69);
    assert!(json.out.contains("\"exit_status\": 69"), "{}", json.out);
}

#[test]
fn a_proxy_has_no_usb() {
    wwanctl(&["--device", NONE, "--proxy", "status"]).ended(2).says(&["--proxy"]);
}

#[test]
fn an_interface_for_packets_belongs_to_usb() {
    let connect = |device: &str, tun: &str| wwanctl(&["--device", device, "connect", "--apn", "a", "--tun", tun]);
    connect("virtual:mbim", "tun0").ended(2).says(&["--tun", "--device usb"]);
    connect("/dev/null", "tun0").ended(2).says(&["--device usb"]);
    for name in ["", "a/b", "sixteen-bytes-no"] {
        connect(NONE, name).ended(2).says(&["name of a network interface"]);
    }
}

#[test]
fn devices_are_listed_without_a_modem() {
    let json = wwanctl(&["devices", "--json"]).json();
    assert!(json["nodes"].is_array() && json["usb"].is_array());
    wwanctl(&["devices"]).ended(0);
    wwanctl(&["devices", "more"]).ended(2).says(&["too many arguments"]);
}
