//! ATR and SSC of the QMI function: AT commands in messages, and a sensor core without sensors.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod qmi_common;

use qmi_common::{Bench, Client, Message, hex};
use qmi_wire::ProtocolError;
use qmi_wire::frame::{Frame, Framing};
use qmi_wire::message::write_request;
use qmi_wire::service::ctl::{allocate_cid, internal_allocate_cid_qrtr};
use qmi_wire::service::{Service, atr, ssc};
use qmi_wire::{Verdict, View};
use wwan::device::at;
use wwan::device::modem::Setup;
use wwan::device::modem::event::Origin;
use wwan::device::qmi::{Config, Memory};

fn inside(urcs: bool) -> Bench {
    let mut bench = Bench::fresh(Setup::default(), Config::default());
    let mut config = at::Config::default();
    config.origin = Origin(2);
    config.dialect.echo = false;
    config.urcs = urcs;
    let memory = at::Memory { line: vec![0; 2048].leak(), out: vec![0; 4096].leak() };
    let plain = core::mem::replace(
        &mut *bench.function,
        wwan::device::qmi::Function::new(Config::default(), Memory { out: &mut [] }),
    );
    *bench.function = plain.with_at(at::Function::new(config, memory));
    bench.wait(60_000);
    bench
}

fn send(bench: &mut Bench, client: Client, bytes: &[u8]) -> ProtocolError {
    let answer = bench.ask::<atr::send::Message>(client, |r| {
        r.message(bytes.into());
    });
    answer.error()
}

/// What the modem says in these messages, all of which are ATR's and the client's.
fn said(messages: &[Message], client: Client) -> String {
    let text = |message: &Message| {
        assert_eq!(message.client, client.1);
        assert!(message.frame.len() <= 1024, "no longer than other messages");
        message.indication::<atr::received_indication::Message>().message().unwrap().to_str().unwrap().to_owned()
    };
    messages.iter().map(text).collect()
}

/// Sends a line; what comes a moment later.
fn ask(bench: &mut Bench, client: Client, line: &str) -> String {
    assert_eq!(send(bench, client, line.as_bytes()), ProtocolError::NONE, "{line}");
    assert!(bench.heard().is_empty(), "hosts begin to listen when they have taken the answer in");
    said(&bench.outcome(), client)
}

#[test]
fn lines_are_answered_as_on_a_serial_line() {
    let mut bench = inside(true);
    let client = bench.client(Service::ATR);
    assert_eq!(ask(&mut bench, client, "AT\r\n"), "\r\nOK\r\n");
    assert_eq!(ask(&mut bench, client, "at+cgmm\r"), "\r\nVirtual Modem\r\n\r\nOK\r\n");
    assert_eq!(ask(&mut bench, client, "AT+CGMI"), "\r\nwwan\r\n\r\nOK\r\n", "without an end");
    assert_eq!(ask(&mut bench, client, "AT+GSN\0\0"), "\r\n490154203237518\r\n\r\nOK\r\n", "with filler");
    assert_eq!(ask(&mut bench, client, "AT+CFUN?;+CGATT?"), "\r\n+CFUN: 1\r\n\r\n+CGATT: 1\r\n\r\nOK\r\n");
    assert_eq!(ask(&mut bench, client, "AT+XYZ"), "\r\nERROR\r\n");
    assert_eq!(ask(&mut bench, client, "ATE1"), "\r\nOK\r\n");
    assert_eq!(ask(&mut bench, client, "AT"), "AT\r\r\nOK\r\n", "echo");
    assert_eq!(ask(&mut bench, client, "ATE0"), "ATE0\r\r\nOK\r\n");
    // Nothing that a modem answers.
    for line in ["A", "", "hello"] {
        assert_eq!(ask(&mut bench, client, line), "", "{line}");
    }
    // Another character ends lines from then on.
    assert_eq!(ask(&mut bench, client, "ATS3=35"), "#\nOK#\n");
    assert_eq!(ask(&mut bench, client, "AT"), "#\nOK#\n");
    assert_eq!(ask(&mut bench, client, "ATS3=13#"), "\r\nOK\r\n");
    assert_eq!(bench.ask::<atr::send::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
    // One byte more than a message may have is cut off, and the line goes on.
    let mut frame = vec![1, 0x12, 4, 0, 0xed, client.1, 0, 7, 0, 0, 0, 6, 4, 1, 3, 4, 1, 4];
    frame.resize(frame.len() + 1025, b'A');
    bench.send(&frame);
    assert_eq!(bench.one().error(), ProtocolError::NONE);
    assert_eq!(bench.outcome(), []);
    assert_eq!(ask(&mut bench, client, "\rAT"), "\r\nOK\r\n");
}

#[test]
fn without_an_at_function_there_is_no_such_service() {
    let mut bench = Bench::default();
    let answer = bench.ask::<allocate_cid::Message>((Service::CTL, 0), |r| {
        r.service(Service::ATR.into());
    });
    assert_ne!(answer.error(), ProtocolError::NONE);
    assert!(bench.function.at().is_none());
}

#[test]
fn long_lines_come_in_pieces_and_long_answers_leave_in_pieces() {
    let mut bench = inside(true);
    let client = bench.client(Service::ATR);
    // A line longer than a message.
    let line = format!("AT{}", ";+CFUN?".repeat(200));
    let (first, rest) = line.as_bytes().split_at(1024);
    assert_eq!(send(&mut bench, client, first), ProtocolError::NONE);
    assert_eq!(bench.outcome(), []);
    assert_eq!(send(&mut bench, client, rest), ProtocolError::NONE);
    let messages = bench.outcome();
    assert!(messages.len() > 2);
    let answer = said(&messages, client);
    assert_eq!(answer.matches("+CFUN: 1").count(), 200);
    assert!(answer.ends_with("\r\nOK\r\n"));
    for message in &messages {
        let text = message.indication::<atr::received_indication::Message>().message().unwrap().to_str().unwrap();
        assert!(text.ends_with("\r\n"), "cut between lines");
    }
    // One that is longer than the memory for it.
    for _ in 0..3 {
        assert_eq!(send(&mut bench, client, &[b'A', b'T'].repeat(512)), ProtocolError::NONE);
    }
    assert_eq!(send(&mut bench, client, b"\r"), ProtocolError::NONE);
    assert_eq!(said(&bench.outcome(), client), "\r\nERROR\r\n");
    assert_eq!(ask(&mut bench, client, "AT"), "\r\nOK\r\n");
}

#[test]
fn prompts_are_answered_in_the_next_message() {
    let mut bench = inside(true);
    let client = bench.client(Service::ATR);
    assert_eq!(ask(&mut bench, client, "AT+CMGF=1;+CMGS=\"+4917\""), "\r\n> ");
    assert_eq!(send(&mut bench, client, b"Hello"), ProtocolError::NONE);
    assert_eq!(bench.outcome(), [], "the text goes on");
    assert_eq!(send(&mut bench, client, b"\x1a"), ProtocolError::NONE);
    let answer = said(&bench.wait(10_000), client);
    assert!(answer.starts_with("\r\n+CMGS: ") && answer.ends_with("\r\nOK\r\n"), "{answer}");
    // A client that goes leaves no prompt behind.
    assert_eq!(ask(&mut bench, client, "AT+CMGS=\"+4917\""), "\r\n> ");
    bench.release(client);
    let other = bench.client(Service::ATR);
    assert_eq!(ask(&mut bench, other, "AT"), "\r\nOK\r\n");
}

#[test]
fn what_messages_cannot_carry_is_refused() {
    let mut bench = inside(true);
    let client = bench.client(Service::ATR);
    assert_eq!(ask(&mut bench, client, "AT+CMEE=1"), "\r\nOK\r\n");
    for line in ["ATD*99#", "ATD*99***1#", "AT+CGDATA=\"PPP\",1", "AT+CMUX=0"] {
        let answer = ask(&mut bench, client, line);
        assert!(answer.starts_with("\r\n+CME ERROR: "), "{line}: {answer}");
    }
    assert_eq!(bench.modem.sessions().count(), 0);
}

#[test]
fn one_client_at_a_time_has_the_line() {
    let mut bench = inside(true);
    let (one, other) = (bench.client(Service::ATR), bench.client(Service::ATR));
    assert_eq!(send(&mut bench, one, b"AT+COPS=?\r"), ProtocolError::NONE);
    bench.wait(200);
    assert_eq!(send(&mut bench, other, b"AT\r"), ProtocolError::DEVICE_IN_USE);
    // As on a line, what the same one sends stops what can be stopped.
    assert_eq!(send(&mut bench, one, b"\r"), ProtocolError::NONE);
    assert_eq!(said(&bench.outcome(), one), "\r\nOK\r\n");
    assert_eq!(ask(&mut bench, other, "AT"), "\r\nOK\r\n");
    assert_eq!(ask(&mut bench, one, "AT"), "\r\nOK\r\n");
    // The one that has it goes, and the line with it.
    assert_eq!(send(&mut bench, one, b"AT+COPS=?\r"), ProtocolError::NONE);
    bench.release(one);
    assert_eq!(ask(&mut bench, other, "AT"), "\r\nOK\r\n");
    // What cannot be stopped is awaited, and its answer is for nobody.
    assert_eq!(send(&mut bench, other, b"AT+CFUN=4\r"), ProtocolError::NONE);
    bench.release(other);
    let third = bench.client(Service::ATR);
    assert_eq!(send(&mut bench, third, b"AT\r"), ProtocolError::DEVICE_IN_USE);
    assert_eq!(bench.wait(60_000), []);
    assert_eq!(ask(&mut bench, third, "AT+CFUN?"), "\r\n+CFUN: 4\r\n\r\nOK\r\n");
}

#[test]
fn what_the_modem_tells_unasked_goes_to_who_has_sent_last() {
    let mut bench = inside(true);
    let receive = |bench: &mut Bench| {
        let now = bench.now;
        bench.modem.receive_call(now, "+491701234567").unwrap();
    };
    // To nobody, if there is no client.
    receive(&mut bench);
    assert_eq!(bench.wait(60_000), []);
    let (one, other) = (bench.client(Service::ATR), bench.client(Service::ATR));
    bench.wait(120_000);
    let now = bench.now;
    bench.modem.other_party_ends(now, None);
    bench.wait(1_000);
    receive(&mut bench);
    assert!(said(&bench.wait(100), one).contains("\r\nRING\r\n"));
    assert_eq!(send(&mut bench, other, b"ATH\r"), ProtocolError::NONE);
    let heard = bench.wait(1_000);
    assert!(said(&heard, other).contains("\r\nOK\r\n"));
    receive(&mut bench);
    assert!(said(&bench.wait(100), other).contains("\r\nRING\r\n"));

    let mut bench = inside(false);
    bench.client(Service::ATR);
    receive(&mut bench);
    assert_eq!(bench.wait(20_000), []);
}

#[test]
fn a_restart_ends_the_line_and_its_clients() {
    let mut bench = inside(true);
    let client = bench.client(Service::ATR);
    assert_eq!(send(&mut bench, client, b"AT+COPS=?\r"), ProtocolError::NONE);
    let now = bench.now;
    bench.modem.reboot(now);
    bench.wait(60_000);
    assert_eq!(send(&mut bench, client, b"AT\r"), ProtocolError::INVALID_CLIENT_ID);
    let client = bench.client(Service::ATR);
    assert_eq!(ask(&mut bench, client, "AT"), "\r\nOK\r\n");
    // A host that is gone without a word.
    assert_eq!(send(&mut bench, client, b"AT+COPS=?\r"), ProtocolError::NONE);
    let now = bench.now;
    bench.function.reset(now, &mut bench.modem);
    assert_eq!(bench.wait(120_000), []);
    let client = bench.client(Service::ATR);
    assert_eq!(ask(&mut bench, client, "AT"), "\r\nOK\r\n");
}

#[test]
fn the_sensor_core_is_reached_by_wide_frames_and_has_no_sensors() {
    let mut bench = Bench::default();
    let answer = bench.ask::<internal_allocate_cid_qrtr::Message>((Service::CTL, 0), |r| {
        r.service(Service::SSC);
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_QMI_COMMAND, "not on this way");

    let mut config = Config::default();
    config.wide = true;
    let mut bench = Bench::with(Setup::default(), config);
    let answer = bench.ask::<allocate_cid::Message>((Service::CTL, 0), |r| {
        r.service(Service::DMS.into());
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let answer = bench.ask::<internal_allocate_cid_qrtr::Message>((Service::CTL, 0), |r| {
        r.service(Service::SSC);
    });
    let client = answer.response::<internal_allocate_cid_qrtr::Message>().allocation_info().unwrap().cid;
    let mut ask = |data: Option<&[u8]>, kind| {
        let mut buffer = [0; 64];
        let frame = write_request::<ssc::control::Message>(&mut buffer, Framing::Wide { client }, 1, |r| {
            if let Some(data) = data {
                r.data(data.into()).report_type(ssc::ReportType(kind));
            }
        });
        bench.function.receive(bench.now, &mut bench.modem, frame.unwrap());
        let answer = bench.function.transmit(bench.now, &mut bench.modem).expect("an answer");
        assert_eq!(hex(&answer[..1]), "02");
        let frame = Frame::parse(answer).unwrap();
        assert_eq!(frame.message.service(), Service::SSC);
        let response = ssc::control::Response::from_tlvs(frame.message.tlvs);
        let verdict: Verdict = response.result().unwrap();
        verdict.error
    };
    assert_eq!(ask(Some(&[1, 2, 3]), 0), ProtocolError::NOT_SUPPORTED);
    assert_eq!(ask(Some(&[1, 2, 3]), 2), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(ask(None, 0), ProtocolError::MISSING_ARGUMENT);
}
