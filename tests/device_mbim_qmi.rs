//! QMI inside MBIM: frames in commands, their answers whenever they come, and what ends with the session.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod common;

use common::{Bench, Message, leak};
use mbim_wire::field::Raw;
use mbim_wire::message::{CommandType, write_host_error};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::qmi as mbim_qmi;
use mbim_wire::{Command as _, ProtocolError as MbimError, Status};
use qmi_wire::View as _;
use qmi_wire::frame::{Frame, Framing, Kind};
use qmi_wire::message::{Exchange, write_request};
use qmi_wire::service::{Service, ctl, dms};
use qmi_wire::{ProtocolError, Verdict};
use wwan::device::mbim::{Effect, Fault};
use wwan::device::modem::Setup;
use wwan::device::modem::event::Origin;
use wwan::device::qmi;
use wwan::time::Millis;

const UUID: mbim_wire::Uuid = mbim_qmi::QMI;
const CID: u32 = mbim_qmi::Msg::CID;

fn bench() -> Bench {
    let mut bench = Bench::new(Setup::default());
    let mut config = qmi::Config::default();
    config.origin = Origin(2);
    config.data_format = false;
    let inside = qmi::Function::new(config, qmi::Memory { out: leak(2048) });
    bench.function = bench.function.with_qmi(inside);
    bench.open();
    bench.wait(10_000);
    bench
}

fn qmi(bench: &mut Bench) -> &mut qmi::Function<'static> {
    bench.function.qmi().unwrap()
}

/// Sends a frame in a command; the command's transaction.
fn send(bench: &mut Bench, frame: &[u8]) -> u32 {
    bench.command(UUID, CID, CommandType::SET, &Raw(frame))
}

fn request<M: Exchange>(client: u8, transaction: u16, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> Vec<u8> {
    let mut buffer = [0; 256];
    write_request::<M>(&mut buffer, Framing::host(client), transaction, |request| fill(request)).unwrap().to_vec()
}

fn body(message: &Message, tid: u32) -> &[u8] {
    message.answer::<mbim_qmi::Msg>(tid, Status::SUCCESS)
}

/// A client of DMS.
fn allocate(bench: &mut Bench) -> u8 {
    let tid = send(
        bench,
        &request::<ctl::allocate_cid::Message>(0, 7, |request| {
            request.service(Service::DMS.into());
        }),
    );
    let answer = bench.read_one();
    let frame = Frame::parse(body(&answer, tid)).unwrap();
    assert_eq!((frame.message.transaction, frame.message.kind()), (7, Kind::Response));
    ctl::allocate_cid::Response::from_tlvs(frame.message.tlvs).allocation_info().unwrap().cid
}

fn get_model(client: u8, transaction: u16) -> Vec<u8> {
    request::<dms::get_model::Message>(client, transaction, |_| ())
}

/// How the frame in an answer says that its request went.
fn verdict(message: &Message, tid: u32) -> Verdict {
    let frame = Frame::parse(body(message, tid)).unwrap();
    ctl::sync::Response::from_tlvs(frame.message.tlvs).result().unwrap()
}

#[test]
fn the_service_is_there_only_with_a_function_inside() {
    let lists_it = |bench: &mut Bench| {
        let body = bench.ask::<bc::DeviceServices>();
        body.windows(16).any(|bytes| bytes == UUID.0)
    };
    let mut plain = Bench::ready(Setup::default());
    assert!(!lists_it(&mut plain));
    let tid = send(&mut plain, &get_model(1, 1));
    plain.read_one().refused::<mbim_qmi::Msg>(tid, Status::NO_DEVICE_SUPPORT);
    assert!(lists_it(&mut bench()));
}

#[test]
fn a_request_is_answered_by_its_response() {
    // Frames of the reference sheet, QMI §1.6: Sync and its success.
    let mut bench = bench();
    let tid = send(&mut bench, &[1, 0x0b, 0, 0, 0, 0, 0, 1, 0x27, 0, 0, 0]);
    let answer = bench.read_one();
    assert_eq!(body(&answer, tid), [1, 0x12, 0, 0x80, 0, 0, 1, 1, 0x27, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0]);

    let client = allocate(&mut bench);
    let tid = send(&mut bench, &get_model(client, 0x1234));
    let answer = bench.read_one();
    let frame = Frame::parse(body(&answer, tid)).unwrap();
    assert_eq!((frame.message.service(), frame.message.transaction), (Service::DMS, 0x1234));
    let response = dms::get_model::Response::from_tlvs(frame.message.tlvs);
    assert_eq!(response.model().unwrap().to_str().unwrap(), "Virtual Modem");

    // A failure is told inside; the frame was delivered. The format of the data path is MBIM's.
    let tid = send(&mut bench, &get_model(99, 1));
    assert_eq!(verdict(&bench.read_one(), tid).error, ProtocolError::INVALID_CLIENT_ID);
    let set = request::<ctl::set_data_format::Message>(0, 9, |request| {
        request.format(ctl::DataFormat::QOS_FLOW_HEADER_ABSENT);
    });
    let tid = send(&mut bench, &set);
    assert_ne!(verdict(&bench.read_one(), tid).status, 0);
}

#[test]
fn what_is_no_request_is_refused_at_once() {
    let mut bench = bench();
    let client = allocate(&mut bench);
    let frame = get_model(client, 1);
    let mut response = frame.clone();
    response[6] = 2;
    let mut everybody = frame.clone();
    everybody[5] = 0xff;
    let mut wide = frame.clone();
    wide[0] = 2;
    let padded = [&frame[..], &[0, 0, 0]].concat();
    for wrong in [&[][..], &frame[..9], &padded, &response, &everybody, &wide] {
        let tid = send(&mut bench, wrong);
        bench.read_one().refused::<mbim_qmi::Msg>(tid, Status::INVALID_PARAMETERS);
    }
    let tid = bench.command(UUID, CID, CommandType::QUERY, &Raw(&frame));
    bench.read_one().refused::<mbim_qmi::Msg>(tid, Status::NO_DEVICE_SUPPORT);
    // Lengths that do not agree inside a whole frame are QMI's matter.
    let mut torn = frame;
    torn[11] = 9;
    let tid = send(&mut bench, &torn);
    assert_eq!(verdict(&bench.read_one(), tid).error, ProtocolError::MALFORMED_MESSAGE);
}

#[test]
fn several_are_under_way_and_answered_when_they_are_done() {
    let mut bench = bench();
    let client = allocate(&mut bench);
    qmi(&mut bench).delay(Service::DMS, 0x0022, Millis(500), true).unwrap();
    let late = send(&mut bench, &get_model(client, 1));
    let soon = send(&mut bench, &get_model(client, 2));
    let messages = bench.wait_answers(499);
    assert_eq!(messages.len(), 1);
    assert_eq!(verdict(&messages[0], soon), Verdict::SUCCESS);
    let messages = bench.wait_answers(1);
    assert_eq!(verdict(&messages[0], late), Verdict::SUCCESS);

    // The command that carries a frame is delayed: it holds up what is behind it.
    let fault = Fault { service: UUID, cid: CID, kind: None, effect: Effect::Delay(Millis(300)), once: true };
    bench.function.inject(fault).unwrap();
    let late = send(&mut bench, &get_model(client, 3));
    assert!(bench.wait_answers(299).is_empty());
    let messages = bench.wait_answers(1);
    assert_eq!(verdict(&messages[0], late), Verdict::SUCCESS);
}

#[test]
fn answers_that_go_wrong_leave_nothing_behind() {
    let mut bench = bench();
    let client = allocate(&mut bench);
    let misbehave = |bench: &mut Bench, effect| {
        let fault = qmi::Fault { service: Service::DMS, message: 0x0022, effect, once: true };
        qmi(bench).inject(fault).unwrap();
        send(bench, &get_model(client, 5))
    };
    let tid = misbehave(&mut bench, qmi::Effect::Duplicate);
    assert_eq!(verdict(&bench.read_one(), tid), Verdict::SUCCESS);
    assert_eq!(bench.function.counters().qmi_unasked, 1);
    // The answer has another transaction inside; it is that command's all the same.
    let tid = misbehave(&mut bench, qmi::Effect::WrongTransaction);
    assert_eq!(verdict(&bench.read_one(), tid), Verdict::SUCCESS);
    // One that is never answered is given up by the host.
    let tid = misbehave(&mut bench, qmi::Effect::Swallow);
    assert!(bench.wait_answers(60_000).is_empty());
    bench.send(write_host_error(&mut [0; 16], tid, MbimError::CANCEL).unwrap());
    let tid = send(&mut bench, &get_model(client, 5));
    assert_eq!(verdict(&bench.read_one(), tid), Verdict::SUCCESS);
}

#[test]
fn clients_end_with_the_session() {
    let mut bench = bench();
    let client = allocate(&mut bench);
    assert_eq!(qmi(&mut bench).clients().collect::<Vec<_>>(), [(Service::DMS, client)]);
    bench.open();
    assert_eq!(qmi(&mut bench).clients().count(), 0);
    let tid = send(&mut bench, &get_model(client, 1));
    assert_eq!(verdict(&bench.read_one(), tid).error, ProtocolError::INVALID_CLIENT_ID);
    allocate(&mut bench);
    bench.function.reset(bench.now, &mut bench.modem);
    assert_eq!(qmi(&mut bench).clients().count(), 0);
}

#[test]
fn indications_go_to_hosts_that_subscribed() {
    // A modem that has just started tells so, though not to a host that has not opened it yet.
    let mut bench = Bench::new(Setup::default());
    let inside = qmi::Function::new(qmi::Config::default(), qmi::Memory { out: leak(1024) });
    bench.function = bench.function.with_qmi(inside);
    assert!(bench.read().is_empty());
    assert_eq!(bench.function.poll_at(&bench.modem), bench.modem.poll_at());
    bench.open();
    let told = |bench: &mut Bench| {
        let mut messages = bench.wait(10_000);
        messages.retain(|message| matches!(message, Message::Indication { service, .. } if *service == UUID));
        messages
    };
    assert!(told(&mut bench).is_empty());
    let client = allocate(&mut bench);
    let register = |bench: &mut Bench| {
        let report = request::<dms::set_event_report::Message>(client, 3, |request| {
            request.operating_mode_reporting(true);
        });
        let tid = send(bench, &report);
        assert_eq!(verdict(&bench.read_one(), tid), Verdict::SUCCESS);
    };
    register(&mut bench);
    let change = |bench: &mut Bench, mode: dms::OperatingMode| {
        let set = request::<dms::set_operating_mode::Message>(client, 4, |request| {
            request.mode(mode);
        });
        let tid = send(bench, &set);
        let messages = bench.wait(10_000);
        let answers: Vec<_> = messages.iter().filter(|message| matches!(message, Message::Done { .. })).collect();
        assert_eq!(verdict(answers[0], tid), Verdict::SUCCESS);
        let of_qmi = |message: &&Message| matches!(message, Message::Indication { service, .. } if *service == UUID);
        messages.iter().filter(of_qmi).cloned().collect::<Vec<_>>()
    };
    assert!(change(&mut bench, dms::OperatingMode::LOW_POWER).is_empty(), "nobody has subscribed");
    let list = bench.subscribe(&[(UUID, &[CID])]);
    assert_eq!(list, [(UUID, vec![CID])]);
    let messages = change(&mut bench, dms::OperatingMode::ONLINE);
    let frame = Frame::parse(messages[0].indication::<mbim_qmi::Msg>()).unwrap();
    assert_eq!((frame.message.service(), frame.message.kind()), (Service::DMS, Kind::Indication));
}

#[test]
fn commands_do_not_wait_for_clients_that_are_gone() {
    let mut bench = bench();
    let client = allocate(&mut bench);
    let scanning = |bench: &mut Bench, client| {
        qmi(bench)
            .inject(qmi::Fault { service: Service::DMS, message: 0x0022, effect: qmi::Effect::Swallow, once: true })
            .unwrap();
        send(bench, &get_model(client, 7))
    };
    let lost = scanning(&mut bench, client);
    assert!(bench.wait_answers(10_000).is_empty());
    let info = ctl::ReleaseInfo { service: Service::DMS.into(), cid: client };
    let release = request::<ctl::release_cid::Message>(0, 9, |request| {
        request.release_info(info);
    });
    let tid = send(&mut bench, &release);
    let messages = bench.wait_answers(0);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(verdict(&messages[0], tid), Verdict::SUCCESS);
    messages[1].refused::<mbim_qmi::Msg>(lost, Status::FAILURE);
    // The same with all clients at once.
    let client = allocate(&mut bench);
    let lost = scanning(&mut bench, client);
    let tid = send(&mut bench, &request::<ctl::sync::Message>(0, 10, |_| {}));
    let messages = bench.wait_answers(0);
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert_eq!(verdict(&messages[0], tid), Verdict::SUCCESS);
    messages[1].refused::<mbim_qmi::Msg>(lost, Status::FAILURE);
}
