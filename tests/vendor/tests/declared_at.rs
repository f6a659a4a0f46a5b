//! A vendor's own AT commands and URCs work like those of at-wire, with and without its optional features.

use at_wire::classify::{Class, Pending, classify};
use at_wire::message::{Line, Request};
use at_wire::parameter::{Rest, Str};
use at_wire::policy;
use at_wire::result::Options;
use at_wire::{DecodeErrorKind, EncodeError};
use vendor_messages::at::*;

#[test]
fn commands_are_written_and_read() {
    let mut buffer = [0; 64];
    let set = throttle::Set { place: 256, limit: Temperature(8550) };
    let line = set.to_line(&mut buffer).unwrap();
    assert_eq!(line, b"AT^XTHROTTLE=256,8550\r");
    // The modem's side: the line taken apart, and the parameters read.
    let command = policy::commands(&line[..line.len() - 1]).unwrap().next().unwrap();
    assert_eq!((command.name, command.form), (&b"^XTHROTTLE"[..], policy::Form::Set));
    assert_eq!(throttle::Set::from_parameters(b"256,85.50").unwrap(), set);
    assert_eq!(throttle::Test {}.to_line(&mut buffer).unwrap(), b"AT^XTHROTTLE=?\r");
    assert_eq!((throttle::INFO.timeout, calibrate::INFO.timeout, COMMANDS.len()), (5, 60, 3));
}

#[test]
fn nothing_in_a_string_becomes_a_second_command() {
    let mut buffer = [0; 64];
    let set = calibrate::Set { password: "a\"\r;+CFUN=0".into(), values: Rest(b"1,2") };
    assert_eq!(set.to_line(&mut buffer).unwrap(), b"AT^XCAL=\"a\\22\\0D;+CFUN=0\",1,2\r");
    let set = calibrate::Set { password: "a".into(), values: Rest(b"1;+CFUN=0") };
    assert_eq!(set.to_line(&mut buffer), Err(EncodeError::Value { field: "parameters" }));
}

#[test]
fn answers_are_read_and_written() {
    let answer = sensors::ReadAnswer::parse(b"^XTHERM: 1,-12.50,\"S-77\"").unwrap();
    assert_eq!((answer.temperature, answer.serial_number), (Temperature(-1250), Some(Str::from("S-77"))));
    let mut buffer = [0; 64];
    assert_eq!(answer.to_line(&mut buffer).unwrap(), b"^XTHERM: 1,-1250,\"S-77\"");
    let error = sensors::ReadAnswer::parse(b"^XTHERM: 1,warm").unwrap_err();
    assert_eq!((error.kind, error.field, error.offset), (DecodeErrorKind::Value, "temperature", 11));
    assert!(sensors::TestAnswer::parse(b"^XTHERM: (0,1,256)").unwrap().places.contains(256));
}

#[test]
fn urcs_are_told_apart_from_answers() {
    let pending = Pending { names: &[sensors::NAME], ..Pending::default() };
    let class = |line| classify(line, Some(&pending), URCS, Options::default());
    assert_eq!(class(&b"^XHOT: 0,90.0"[..]), Class::Unsolicited(0));
    assert_eq!(class(b"^XCOOL"), Class::Unsolicited(2));
    assert_eq!(class(b"^XTHERM: 0,20.0"), Class::Response);
    assert_eq!(Hot::parse(b"^XHOT: 0,90.1").unwrap().temperature, Temperature(9001));
}

#[test]
fn personal_values_are_masked() {
    let set = calibrate::Set { password: "secret".into(), values: Rest(b"") };
    assert_eq!(format!("{set:?}"), "Set { *** }");
    assert_eq!(format!("{:?}", Opened { who: "Joe".into() }), "Opened { *** }");
    assert!(format!("{:?}", throttle::Set { place: 7, limit: Temperature(1) }).contains("place: 7"));
}

#[cfg(feature = "tables")]
#[test]
fn tables_tell_of_them() {
    let described: Vec<_> = CATALOGUE.iter().map(|info| info.describe()).collect();
    assert_eq!(described[1]["name"], "^XTHROTTLE");
    assert_eq!(described[1]["summary"], "When to throttle");
    assert_eq!(described[2]["personal"], true);
    assert_eq!(described[0]["forms"][0]["answer"][1]["type"], "Temperature");
    let read = CATALOGUE[0].forms[0].decode(sensors::NAME, b"^XTHERM: 1,-12.50").unwrap();
    assert_eq!((&read["temperature"], URC_CATALOGUE.len()), (&(-1250).into(), 3));
}
