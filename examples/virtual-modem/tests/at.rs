//! The AT modem in process, in virtual time: what is behind `CONNECT`, and the multiplexer.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

use virtual_modem::scenario::Behind;
use virtual_modem::{InProcess, Room, Scenario, Time};
use wwan::channel::blocking::MessageChannel as _;
use wwan::time::Millis;

/// What the modem says within some time after it was told something.
fn ask(modem: &mut InProcess<'_>, bytes: &[u8], span: Millis) -> Vec<u8> {
    modem.send(bytes).unwrap();
    let until = modem.now() + span;
    let (mut said, mut piece) = (Vec::new(), [0; 4096]);
    while let Some(length) = modem.receive(&mut piece, until).unwrap() {
        said.extend_from_slice(&piece[..length]);
    }
    said
}

const SOON: Millis = Millis(900);
const LATER: Millis = Millis::from_secs(10);

fn connected<'m>(scenario: &'m Scenario, room: &'m mut Room) -> InProcess<'m> {
    let mut modem = InProcess::at(scenario, Time::Virtual, room);
    modem.pass(LATER);
    assert!(ask(&mut modem, b"ATE0\r", SOON).ends_with(b"\r\nOK\r\n"));
    assert_eq!(ask(&mut modem, b"ATD*99#\r", SOON), b"\r\nCONNECT\r\n");
    modem
}

#[test]
fn behind_connect_is_nobody_the_host_itself_or_the_program() {
    let mut scenario = Scenario::default();
    let data = b"~\xff\x7d\r\nAT\r~";
    let mut room = Room::new();
    let mut modem = connected(&scenario, &mut room);
    assert_eq!(ask(&mut modem, data, SOON), b"");
    // Silence, the escape, silence.
    modem.pass(LATER);
    assert_eq!(ask(&mut modem, b"+++", LATER), b"\r\nOK\r\n");
    assert_eq!(ask(&mut modem, b"ATO\r", SOON), b"\r\nCONNECT\r\n");
    // Who closes the line ends the connection.
    modem.close();
    assert_eq!(ask(&mut modem, b"AT+CGACT?\r", SOON), b"\r\n+CGACT: 1,0\r\n\r\nOK\r\n");

    scenario.data = Behind::LoopBack;
    let mut room = Room::new();
    let mut modem = connected(&scenario, &mut room);
    assert_eq!(ask(&mut modem, data, SOON), data);
    let long = vec![0x7e; 12_000];
    assert_eq!(ask(&mut modem, &long, SOON), long);
    // The bearer falls.
    let now = modem.now();
    modem.modem().network_deactivates(now, 0, 0);
    assert_eq!(ask(&mut modem, b"", SOON), b"\r\nNO CARRIER\r\n");
    assert_eq!(modem.data_lost(), 0);

    scenario.data = Behind::Program;
    let mut room = Room::new();
    let mut modem = connected(&scenario, &mut room);
    assert_eq!(ask(&mut modem, data, SOON), b"");
    assert_eq!(modem.data_from_host(0), data);
    assert_eq!(modem.data_from_host(0), b"");
    modem.data_to_host(0, b"answer");
    assert_eq!(ask(&mut modem, b"", SOON), b"answer");
}

#[test]
fn the_multiplexer_is_served() {
    let scenario = Scenario::default();
    let mut room = Room::new();
    let mut modem = InProcess::at(&scenario, Time::Virtual, &mut room);
    modem.pass(LATER);
    assert_eq!(ask(&mut modem, b"ATE0+CMUX=0,0,5,127\r", SOON), b"ATE0+CMUX=0,0,5,127\r\r\nOK\r\n");
    assert_eq!(ask(&mut modem, b"\xf9\x03\x3f\x01\x1c\xf9", Millis(50)), b"\xf9\x03\x73\x01\xd7\xf9");
    let opened = ask(&mut modem, b"\xf9\x07\x3f\x01\xde\xf9", Millis(50));
    assert_eq!(opened, b"\xf9\x07\x73\x01\x15\xf9\xf9\x01\xef\x09\xe3\x05\x07\x0d\x9a\xf9");
    let answer = ask(&mut modem, b"\xf9\x03\xef\x09\xe1\x05\x07\x0d\xfb\xf9\xf9\x07\xef\x07AT\r\xd3\xf9", Millis(50));
    assert_eq!(answer, b"\xf9\x05\xef\x13AT\r\r\nOK\r\n\xa9\xf9");
    // The host closes the line, and with it the multiplexer.
    modem.close();
    assert_eq!(ask(&mut modem, b"AT\r", SOON), b"\r\nOK\r\n");
}
