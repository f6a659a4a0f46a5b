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

use qmi_common::{Bench, Client, hex};
use qmi_wire::ProtocolError;
use qmi_wire::frame::{Frame, Framing};
use qmi_wire::message::write_request;
use qmi_wire::service::ctl::{allocate_cid, internal_allocate_cid_qrtr};
use qmi_wire::service::{Service, atr, ssc};
use qmi_wire::{Verdict, View};
use wwan::device::modem::Setup;
use wwan::device::qmi::Config;

#[test]
fn commands_that_ask_who_the_device_is_are_answered() {
    let mut bench = Bench::default();
    let client = bench.client(Service::ATR);
    let say = |bench: &mut Bench, client: Client, line: &str| {
        let answer = bench.ask::<atr::send::Message>(client, |r| {
            r.message(line.into());
        });
        assert_eq!(answer.error(), ProtocolError::NONE);
        let told = bench.one();
        assert_eq!(told.client, client.1);
        told.indication::<atr::received_indication::Message>().message().unwrap().to_str().unwrap().to_owned()
    };
    assert_eq!(say(&mut bench, client, "AT\r\n"), "\r\nOK\r\n");
    assert_eq!(say(&mut bench, client, "at+cgmm\r"), "\r\nVirtual Modem\r\n\r\nOK\r\n");
    assert_eq!(say(&mut bench, client, "AT+CGMI"), "\r\nwwan\r\n\r\nOK\r\n");
    assert_eq!(say(&mut bench, client, "AT+CGMR"), "\r\n1.0.0\r\n\r\nOK\r\n");
    assert_eq!(say(&mut bench, client, "AT+GSN"), "\r\n490154203237518\r\n\r\nOK\r\n");
    assert_eq!(say(&mut bench, client, "ATI"), "\r\nwwan\r\nVirtual Modem\r\n1.0.0\r\n\r\nOK\r\n");
    for line in ["AT+CSQ", "A", "", "hello", "ATé"] {
        assert_eq!(say(&mut bench, client, line), "\r\nERROR\r\n", "{line}");
    }
    assert_eq!(bench.ask::<atr::send::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
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
        r.service(Service::ATR.into());
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
