//! AT commands inside commands of makers' MBIM services: one line, one answer.
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
use mbim_wire::service::{basic_connect as bc, compal, fibocom, intel_at_tunnel, qdu};
use mbim_wire::{Command as _, ProtocolError, Status, Uuid, View as _};
use wwan::device::at;
use wwan::device::mbim::{Config, Effect, Fault, VendorServices};
use wwan::device::modem::Setup;
use wwan::device::modem::event::Origin;
use wwan::time::Millis;

/// The services with nothing but lines in them.
const PLAIN: [(Uuid, CommandType); 3] = [
    (fibocom::FIBOCOM, CommandType::SET),
    (compal::COMPAL, CommandType::QUERY),
    (intel_at_tunnel::INTEL_AT_TUNNEL, CommandType::SET),
];
const CID: u32 = 1;

fn bench_with(services: VendorServices, answer: usize) -> Bench {
    let mut config = Config::default();
    config.vendor_services = services;
    let mut bench = Bench::with(Setup::default(), config, 8192);
    let mut config = at::Config::default();
    config.origin = Origin(2);
    config.dialect.echo = false;
    let inside = at::Function::new(config, at::Memory { line: leak(1024), out: leak(2048) });
    bench.function = bench.function.with_at(inside, leak(answer));
    bench.open();
    bench.wait(60_000);
    bench
}

fn bench() -> Bench {
    bench_with(VendorServices::all(), 4096)
}

fn send(bench: &mut Bench, line: &[u8]) -> u32 {
    bench.command(fibocom::FIBOCOM, CID, CommandType::SET, &Raw(line))
}

fn said(message: &Message, tid: u32) -> String {
    String::from_utf8(message.answer::<fibocom::AtCommand>(tid, Status::SUCCESS).to_vec()).unwrap()
}

/// Sends a line that is answered at once.
fn ask(bench: &mut Bench, line: &str) -> String {
    let tid = send(bench, line.as_bytes());
    said(&bench.read_one(), tid)
}

fn is_busy(bench: &mut Bench) -> bool {
    let tid = send(bench, b"AT\r");
    matches!(bench.read_one(), Message::Done { tid: id, status: Status::BUSY, .. } if id == tid)
}

#[test]
fn every_maker_has_its_service() {
    let mut bench = bench();
    for (service, kind) in PLAIN {
        let tid = bench.command(service, CID, kind, &Raw(b"AT+CGMM\r\n"));
        let Message::Done { tid: id, service: of, cid: CID, status: Status::SUCCESS, mut body } = bench.read_one()
        else {
            panic!("{service}")
        };
        assert_eq!((id, of), (tid, service));
        // Two of them fill up to four bytes.
        assert!(service == fibocom::FIBOCOM || body.len() % 4 == 0);
        body.retain(|byte| *byte != 0);
        assert_eq!(body, b"\r\nVirtual Modem\r\n\r\nOK\r\n", "{service}");
        let other = if kind == CommandType::SET { CommandType::QUERY } else { CommandType::SET };
        let tid = bench.command(service, CID, other, &Raw(b"AT\r"));
        assert!(
            matches!(bench.read_one(), Message::Done { tid: id, status: Status::NO_DEVICE_SUPPORT, .. } if id == tid)
        );
    }
}

#[test]
fn quectels_answer_begins_with_the_line_and_says_how_it_went() {
    let mut bench = bench();
    let mut say = |kind: u8, line: &str| {
        let body = [&[kind, 0, 0, 0], line.as_bytes()].concat();
        let tid = bench.command(qdu::QDU, qdu::Command::CID, CommandType::SET, &Raw(&body));
        match bench.read_one() {
            Message::Done { tid: id, status: Status::SUCCESS, body, .. } => {
                assert_eq!((id, body.len() % 4), (tid, 0));
                let view = qdu::CommandInfoView::new(&body);
                let text = view.command_response_string().unwrap().0.to_vec();
                let text = String::from_utf8(text).unwrap().trim_end_matches('\0').to_owned();
                Ok((view.command_response_status().unwrap(), text))
            }
            Message::Done { tid: id, status, .. } if id == tid => Err(status),
            other => panic!("{other:?}"),
        }
    };
    let (ok, fail) = (qdu::QuectelCommandResponseStatus::OK, qdu::QuectelCommandResponseStatus::FAIL);
    assert_eq!(say(0, "AT+CFUN?\r"), Ok((ok, "AT+CFUN?\r\r\n+CFUN: 1\r\n\r\nOK\r\n".into())));
    assert_eq!(say(0, "AT+XYZ"), Ok((fail, "AT+XYZ\r\r\nERROR\r\n".into())));
    assert_eq!(
        say(0, "AT+CMEE=2;+XYZ"),
        Ok((fail, "AT+CMEE=2;+XYZ\r\r\n+CME ERROR: operation not supported\r\n".into()))
    );
    assert_eq!(say(0, "ATE1"), Ok((ok, "ATE1\r\r\nOK\r\n".into())));
    assert_eq!(say(0, "AT"), Ok((ok, "AT\r\r\nOK\r\n".into())), "the line stands there once");
    assert_eq!(say(0, "AT+CMEE=0;V0"), Ok((ok, "AT+CMEE=0;V0\r0\r".into())));
    assert_eq!(say(0, "AT+XYZ"), Ok((fail, "AT+XYZ\r4\r".into())));
    // There is no operating system, and no third interpreter.
    assert_eq!(say(1, "ls"), Err(Status::NO_DEVICE_SUPPORT));
    assert_eq!(say(2, "AT"), Err(Status::NO_DEVICE_SUPPORT));
}

#[test]
fn without_an_at_function_none_of_them_is_there() {
    let mut config = Config::default();
    config.vendor_services = VendorServices::all();
    let mut bench = Bench::with(Setup::default(), config, 4096);
    bench.open();
    bench.wait(10_000);
    for (service, kind) in PLAIN.into_iter().chain([(qdu::QDU, CommandType::SET)]) {
        let cid = if service == qdu::QDU { qdu::Command::CID } else { CID };
        let tid = bench.command(service, cid, kind, &Raw(b"\0\0\0\0AT\r\n"));
        assert!(
            matches!(bench.read_one(), Message::Done { tid: id, status: Status::NO_DEVICE_SUPPORT, .. } if id == tid)
        );
    }
    assert!(bench.function.at().is_none());
    // Nor is it without the services.
    let mut bench = bench_with(VendorServices::empty(), 64);
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body).device_services().unwrap();
    let listed: Vec<_> = services.iter().map(|service| service.unwrap().device_service_id).collect();
    assert!(PLAIN.iter().all(|(service, _)| !listed.contains(service)));
    let mut bench = bench_with(VendorServices::FIBOCOM | VendorServices::QDU, 64);
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body).device_services().unwrap();
    let cids = |wanted: Uuid| {
        let found = services.iter().map(Result::unwrap).find(|service| service.device_service_id == wanted);
        found.map(|service| service.cids.iter().map(Result::unwrap).collect::<Vec<_>>())
    };
    assert_eq!(cids(fibocom::FIBOCOM), Some(vec![1]));
    assert_eq!(cids(compal::COMPAL), None);
    assert_eq!(cids(qdu::QDU), Some(vec![1, 2, 3, 4, 7, 8]));
}

#[test]
fn a_line_is_one_line() {
    let mut bench = bench();
    for line in ["AT", "AT\r", "AT\r\n", "AT\n", "  at\r\0\0", "\r\nAT\r\n\r\n"] {
        assert_eq!(ask(&mut bench, line), "\r\nOK\r\n", "{line:?}");
    }
    assert_eq!(ask(&mut bench, "AT+CFUN?;+CGATT?\r"), "\r\n+CFUN: 1\r\n\r\n+CGATT: 1\r\n\r\nOK\r\n");
    assert_eq!(ask(&mut bench, "A/"), "\r\n+CFUN: 1\r\n\r\n+CGATT: 1\r\n\r\nOK\r\n");
    assert_eq!(ask(&mut bench, "ATQ1\r"), "", "as the host has asked");
    assert_eq!(ask(&mut bench, "ATQ0\r"), "\r\nOK\r\n");
    assert_eq!(ask(&mut bench, "ATS3=35\r"), "#\nOK#\n");
    assert_eq!(ask(&mut bench, "ATS3=13\r"), "\r\nOK\r\n");
    for wrong in
        [&b""[..], b"\r", b"hello\r", b"A", b"AT\rAT\r", b"AT\r\nATI", b"AT+CMGS=1\r\x1a", b"\xff\xfe", b"\0AT\r"]
    {
        let tid = send(&mut bench, wrong);
        bench.read_one().refused::<fibocom::AtCommand>(tid, Status::INVALID_PARAMETERS);
    }
    // Longer than the modem's memory for lines.
    let long = [&b"AT"[..], &[b'A'; 1100], b"\r"].concat();
    let tid = send(&mut bench, &long);
    assert_eq!(said(&bench.read_one(), tid), "\r\nERROR\r\n");
    assert_eq!(ask(&mut bench, "AT\r"), "\r\nOK\r\n");
}

#[test]
fn what_takes_time_is_answered_then_and_others_are_told_that_the_line_is_busy() {
    let mut bench = bench();
    let tid = send(&mut bench, b"AT+COPS=?\r");
    assert_eq!(bench.read(), []);
    assert!(is_busy(&mut bench));
    // Other services have their answers meanwhile.
    bench.ask::<bc::DeviceServices>();
    // A line that is none is told so even now.
    let wrong = send(&mut bench, b"hello\r");
    bench.read_one().refused::<fibocom::AtCommand>(wrong, Status::INVALID_PARAMETERS);
    let answers = bench.wait_answers(120_000);
    assert_eq!(answers.len(), 1);
    let answer = said(&answers[0], tid);
    assert!(answer.starts_with("\r\n+COPS: (") && answer.ends_with("\r\nOK\r\n"), "{answer}");
    assert_eq!(ask(&mut bench, "AT\r"), "\r\nOK\r\n");
    assert_eq!(bench.function.counters().busy, 1);
}

#[test]
fn what_there_is_no_way_for_is_refused() {
    let mut bench = bench();
    assert_eq!(ask(&mut bench, "AT+CMEE=1\r"), "\r\nOK\r\n");
    for line in ["ATD*99#\r", "AT+CGDATA=\"PPP\",1\r", "AT+CMUX=0\r"] {
        assert_eq!(ask(&mut bench, line), "\r\n+CME ERROR: 3\r\n", "{line}");
    }
    for line in ["AT+CMGS=23\r", "AT+CMGF=1;+CMGS=\"+4917\"\r", "AT+CMGW=\"+4917\"\r"] {
        assert_eq!(ask(&mut bench, line), "\r\n+CMS ERROR: 302\r\n", "{line}");
    }
    assert_eq!(bench.modem.sessions().count(), 0);
    // Nothing is told unasked, and nothing of it gets into an answer.
    let now = bench.now;
    assert_eq!(ask(&mut bench, "AT+CREG=2;+CGEREP=2\r"), "\r\nOK\r\n");
    bench.modem.receive_call(now, "+491701234567").unwrap();
    bench.modem.lose_signal(now);
    let indications = bench.wait(20_000);
    assert!(
        indications
            .iter()
            .all(|message| matches!(message, Message::Indication { service, .. } if *service != fibocom::FIBOCOM))
    );
    assert_eq!(ask(&mut bench, "AT\r"), "\r\nOK\r\n");
}

#[test]
fn long_answers_are_whole_or_none() {
    let fill = |bench: &mut Bench| {
        for index in 0..20 {
            let (now, name) = (bench.now, "Name of a length");
            bench.modem.write_phonebook(now, Origin::WORLD, Some(index + 1), "+491701234567", name).unwrap();
        }
        bench.read();
    };
    let mut bench = bench();
    fill(&mut bench);
    let answer = ask(&mut bench, "AT+CPBR=1,20;+CPBR=1,20;+CPBR=1,20\r");
    assert!(answer.len() > 2048, "longer than the memory of the AT function");
    assert_eq!(answer.matches("+CPBR: ").count(), 60);
    assert!(answer.ends_with("\r\nOK\r\n"));

    let mut bench = bench_with(VendorServices::all(), 1024);
    fill(&mut bench);
    let tid = send(&mut bench, b"AT+CPBR=1,20;+CPBR=1,20;+CPBR=1,20\r");
    bench.read_one().refused::<fibocom::AtCommand>(tid, Status::FAILURE);
    assert_eq!(bench.function.counters().answers_too_long, 1);
    assert_eq!(ask(&mut bench, "AT\r"), "\r\nOK\r\n");
}

#[test]
fn a_line_that_is_given_up_ends() {
    let mut bench = bench();
    let tid = send(&mut bench, b"AT+COPS=?\r");
    let error = |tid| {
        let mut buffer = [0; 16];
        write_host_error(&mut buffer, tid, ProtocolError::CANCEL).unwrap().to_vec()
    };
    bench.send(&error(tid));
    assert_eq!(ask(&mut bench, "AT\r"), "\r\nOK\r\n");
    // What cannot be stopped keeps the line, and is not answered.
    let tid = send(&mut bench, b"AT+CFUN=4\r");
    bench.send(&error(tid));
    assert!(is_busy(&mut bench));
    assert_eq!(bench.wait_answers(60_000), []);
    assert_eq!(ask(&mut bench, "AT+CFUN?\r"), "\r\n+CFUN: 4\r\n\r\nOK\r\n");
    // An answer that was not sent yet.
    let delayed =
        Fault { service: fibocom::FIBOCOM, cid: CID, kind: None, effect: Effect::Delay(Millis(500)), once: true };
    bench.function.inject(delayed).unwrap();
    let tid = send(&mut bench, b"AT\r");
    assert_eq!(bench.wait(100), []);
    assert!(is_busy(&mut bench));
    bench.send(&error(tid));
    assert_eq!(ask(&mut bench, "AT\r"), "\r\nOK\r\n");
    bench.function.inject(delayed).unwrap();
    let tid = send(&mut bench, b"AT\r");
    assert_eq!(bench.wait(499), []);
    assert_eq!(said(&bench.wait(1)[0], tid), "\r\nOK\r\n");
}

#[test]
fn closing_and_restarting_end_it() {
    let mut bench = bench();
    send(&mut bench, b"AT+COPS=?\r");
    let now = bench.now;
    bench.function.reset(now, &mut bench.modem);
    bench.open();
    bench.wait(1_000);
    assert_eq!(ask(&mut bench, "AT\r"), "\r\nOK\r\n");
    send(&mut bench, b"AT+COPS=?\r");
    let now = bench.now;
    bench.modem.reboot(now);
    bench.wait(60_000);
    bench.open();
    assert_eq!(ask(&mut bench, "ATE0\r").replace("ATE0\r", ""), "\r\nOK\r\n");
}
