//! The modem that speaks QMI, in process and in virtual time: what scenarios do to it, and what its stream is made of.
#![cfg(feature = "files")]
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

use embedded_io::Error as _;
use qmi_wire::View as _;
use qmi_wire::frame::{Frame, Framing, Kind};
use qmi_wire::message::{Exchange, write_request};
use qmi_wire::service::{Service, ctl, dms};
use qmi_wire::{ProtocolError, Verdict};
use virtual_modem::scenario::BUILT_IN;
use virtual_modem::{AsyncInProcess, Face, InProcess, Room, Scenario, Time};
use wwan::channel::blocking::MessageChannel;
use wwan::channel::{MessageChannel as AsyncChannel, VirtualClock};
use wwan::time::{Instant, Millis};

/// Everything that comes within so many milliseconds.
fn wait(modem: &mut InProcess<'_>, span: u32) -> Vec<Vec<u8>> {
    let deadline = modem.now() + Millis(span);
    let mut frames = Vec::new();
    let mut buffer = [0; 4096];
    while let Some(length) = modem.receive(&mut buffer, deadline).unwrap() {
        frames.push(buffer[..length].to_vec());
    }
    frames
}

fn request<M: Exchange>(client: u8, transaction: u16, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> Vec<u8> {
    let mut buffer = [0; 256];
    write_request::<M>(&mut buffer, Framing::host(client), transaction, |request| fill(request)).unwrap().to_vec()
}

/// The Sync indication of a modem that has started.
fn assert_sync(frame: &[u8]) {
    assert_eq!(frame, [1, 0x0b, 0, 0x80, 0, 0, 2, frame[7], 0x27, 0, 0, 0]);
}

fn verdict(frame: &[u8]) -> Verdict {
    let message = Frame::parse(frame).unwrap().message;
    assert_eq!(message.kind(), Kind::Response);
    ctl::sync::Response::from_tlvs(message.tlvs).result().unwrap()
}

/// A client of DMS.
fn allocate(modem: &mut InProcess<'_>) -> u8 {
    modem
        .send(&request::<ctl::allocate_cid::Message>(0, 1, |request| {
            request.service(Service::DMS.into());
        }))
        .unwrap();
    let answers = wait(modem, 0);
    let message = Frame::parse(&answers[0]).unwrap().message;
    ctl::allocate_cid::Response::from_tlvs(message.tlvs).allocation_info().unwrap().cid
}

fn get_model(client: u8, transaction: u16) -> Vec<u8> {
    request::<dms::get_model::Message>(client, transaction, |_| ())
}

#[test]
fn every_built_in_scenario_has_a_modem_that_starts() {
    for built_in in BUILT_IN {
        let (scenario, mut room) = (Scenario::load(built_in.name).unwrap(), Room::new());
        let mut modem = InProcess::qmi(&scenario, Time::Virtual, &mut room);
        let frames = wait(&mut modem, 60_000);
        if built_in.name == "silent" {
            continue; // it says nothing any more after a while
        }
        assert_sync(&frames[0]);
        let Face::Qmi(function) = modem.face() else { panic!("not QMI") };
        assert_eq!(function.counters().garbage, 0);
    }
}

#[test]
fn messages_are_refused_delayed_swallowed_and_answered_wrongly() {
    let source = r#"
        [qmi]
        vendor = 0x1199
        clients-per-service = 2

        [[message]]
        service = "dms"
        name = "get model"
        refuse = "no-memory"
        once = true
        [[message]]
        service = "DMS"
        name = "Get Model"
        delay = 3_000
        once = true
        [[message]]
        service = "DMS"
        name = "Get Model"
        swallow = true
        once = true
        [[message]]
        service = "DMS"
        name = "Get Model"
        duplicate = true
        once = true
        [[message]]
        service = "DMS"
        name = "Get Model"
        wrong-transaction = true
        once = true
        [[message]]
        service = "DMS"
        name = "Get Model"
        no-result = true
        once = true
        [[message]]
        service = "CTL"
        name = "Sync"
        withhold = true
        once = true
    "#;
    let (scenario, mut room) = (Scenario::parse("messages", source).unwrap(), Room::new());
    assert_eq!(scenario.qmi.vendor, 0x1199);
    let mut modem = InProcess::qmi(&scenario, Time::Virtual, &mut room);
    assert!(wait(&mut modem, 10_000).is_empty(), "the indication is withheld");
    let client = allocate(&mut modem);
    let mut ask = |span| {
        modem.send(&get_model(client, 9)).unwrap();
        wait(&mut modem, span)
    };
    let answers = ask(0);
    assert_eq!(verdict(&answers[0]), Verdict::failure(ProtocolError::NO_MEMORY));
    assert!(ask(2_999).is_empty());
    let answers = ask(1);
    assert_eq!(answers.len(), 1, "the delayed one; the one behind it is swallowed");
    assert_eq!(verdict(&answers[0]), Verdict::SUCCESS);
    let answers = ask(0);
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0], answers[1]);
    let transaction = |frame: &[u8]| Frame::parse(frame).unwrap().message.transaction;
    let answers = ask(0);
    assert_ne!(transaction(&answers[0]), 9);
    let answers = ask(0);
    let message = Frame::parse(&answers[0]).unwrap().message;
    assert!(dms::get_model::Response::from_tlvs(message.tlvs).result().is_err());
    let answers = ask(0);
    assert_eq!((verdict(&answers[0]), transaction(&answers[0])), (Verdict::SUCCESS, 9));
    // A second client fits, a third one does not.
    assert_eq!(allocate(&mut modem), 2);
    modem
        .send(&request::<ctl::allocate_cid::Message>(0, 1, |request| {
            request.service(Service::DMS.into());
        }))
        .unwrap();
    assert_eq!(verdict(&wait(&mut modem, 0)[0]).error, ProtocolError::CLIENT_IDS_EXHAUSTED);
}

#[test]
fn a_restart_and_a_plug_void_all_clients() {
    let source = r#"
        [[event]]
        at = 20_000
        do = "reboot"
        [[event]]
        at = 60_000
        do = "unplug"
        [[event]]
        at = 61_000
        do = "plug"
    "#;
    let (scenario, mut room) = (Scenario::parse("restart", source).unwrap(), Room::new());
    let mut modem = InProcess::qmi(&scenario, Time::Virtual, &mut room);
    assert_sync(&wait(&mut modem, 10_000)[0]);
    let client = allocate(&mut modem);
    let frames = wait(&mut modem, 45_000);
    assert_eq!(frames.len(), 1, "{frames:?}");
    assert_sync(&frames[0]);
    modem.send(&get_model(client, 2)).unwrap();
    assert_eq!(verdict(&wait(&mut modem, 0)[0]).error, ProtocolError::INVALID_CLIENT_ID);
    modem.pass(Millis(5_000));
    let error = modem.send(&get_model(client, 2)).unwrap_err();
    assert_eq!(error.kind(), embedded_io::ErrorKind::NotConnected);
    modem.pass(Millis(30_000));
    assert!(wait(&mut modem, 0).iter().any(|frame| frame.len() == 12), "the modem tells that it has started");
}

#[test]
fn faults_hit_frames_by_number() {
    let source = r#"
        [[fault]]
        way = "from-modem"
        nth = 2
        do = "lose"
        [[fault]]
        way = "to-modem"
        nth = 3
        do = "corrupt"
        offset = 1
        xor = 0x01
    "#;
    let (scenario, mut room) = (Scenario::parse("faults", source).unwrap(), Room::new());
    let mut modem = InProcess::qmi(&scenario, Time::Virtual, &mut room);
    assert_sync(&wait(&mut modem, 10_000)[0]);
    let sync = request::<ctl::sync::Message>(0, 1, |_| ());
    modem.send(&sync).unwrap();
    assert!(wait(&mut modem, 1_000).is_empty());
    modem.send(&sync).unwrap();
    assert_eq!(verdict(&wait(&mut modem, 1_000)[0]), Verdict::SUCCESS);
    modem.send(&sync).unwrap();
    assert!(wait(&mut modem, 1_000).is_empty(), "nobody can read that");
    let Face::Qmi(function) = modem.face() else { panic!("not QMI") };
    assert_eq!(function.counters().garbage, 1);
}

#[test]
fn an_async_host_shares_a_clock_with_it() {
    let (scenario, mut room) = (Scenario::default(), Room::new());
    let clock = VirtualClock::new(Instant(0));
    let mut modem = AsyncInProcess::qmi(&scenario, &clock, &mut room);
    let mut buffer = [0; 64];
    let length = {
        let mut future = std::pin::pin!(AsyncChannel::receive(&mut modem, &mut buffer));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        loop {
            if let std::task::Poll::Ready(length) = future.as_mut().poll(&mut context) {
                break length.unwrap();
            }
            clock.advance().expect("the modem waits for nothing that can happen");
        }
    };
    assert_sync(&buffer[..length]);
}
