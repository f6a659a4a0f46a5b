//! AT procedures about the device: identity from all kinds of answers, power, restart.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]
#![cfg(feature = "at")]

mod at_procedure_common;

use at_procedure_common::{Modem, play};
use wwan::at_wire::result::{Cause, FinalResult};
use wwan::procedure::at::{Power, ReadIdentity, ReadPower, Restart, SetPower, Stop};
use wwan::session::at::Failure;
use wwan::time::{Instant, Millis};

const IMEI: &str = "490154203237518";

#[test]
fn identity_is_read_from_the_usual_answers() {
    let mut read = ReadIdentity::new();
    play(
        &mut read,
        &[
            ("AT+CGMI", "Quectel"),
            ("AT+CGMM", "EG25"),
            ("AT+CGMR", "Revision: EG25GGBR07A08M2G"),
            ("AT+CGSN", IMEI),
            ("AT+CGSN=2", "+CGSN: \"4901542032375101\""),
            ("AT+CGSN=3", "+CGSN: \"01\""),
            ("AT+CIMI", "262011234567890"),
            ("AT+CCID", "+CCID: 89490200004476280014"),
        ],
    )
    .unwrap();
    let identity = read.identity();
    assert_eq!((&*identity.manufacturer, &*identity.model), ("Quectel", "EG25"));
    assert_eq!((&*identity.revision, &*identity.imei), ("EG25GGBR07A08M2G", IMEI));
    assert_eq!((&*identity.imeisv, &*identity.svn), ("4901542032375101", "01"));
    assert_eq!(&*identity.imsi, "262011234567890");
    assert_eq!(identity.iccid.unwrap().as_str(), "89490200004476280014");
}

/// Field failure 24: a URC stands where the answer should.
#[test]
fn an_answer_that_a_urc_swallowed_is_asked_for_once_more() {
    let mut read = ReadIdentity::of_device();
    play(
        &mut read,
        &[
            ("AT+CGMI", "+CGEV: ME PDN ACT 1"),
            ("AT+CGMI", "+CGMI: \"Telit\""),
            ("AT+CGMM", ""),
            ("AT+CGMM", ""),
            ("AT+GMM", "LE910"),
            ("AT+CGMR", "+CME ERROR: 4"),
            ("AT+GMR", "ERROR"),
            ("AT+CGSN", "A1B2C3D4E5"),
            // A serial number that is not the IMEI.
            ("AT+CGSN", "A1B2C3D4E5"),
            ("AT+CGSN=1", "+CGSN: \"490154203237518\""),
            ("AT+CGSN=2", "ERROR"),
            ("AT+CGSN=3", "ERROR"),
        ],
    )
    .unwrap();
    let identity = read.identity();
    assert_eq!((&*identity.manufacturer, &*identity.model, &*identity.revision), ("Telit", "LE910", ""));
    assert_eq!((&*identity.imei, &*identity.serial), (IMEI, "A1B2C3D4E5"));
}

#[test]
fn the_serial_number_of_the_card_is_found_wherever_it_is() {
    let device = [
        ("AT+CGMI", "Maker"),
        ("AT+CGMM", "Model"),
        ("AT+CGMR", "1.0"),
        ("AT+CGSN", "+CGSN: 490154203237518"),
        ("AT+CGSN=2", "ERROR"),
        ("AT+CGSN=3", "ERROR"),
        ("AT+CIMI", "+CME ERROR: 10"),
    ];
    let rows: [&[(&str, &str)]; 4] = [
        &[("AT+CCID", "ERROR"), ("AT+CCID?", "+CCID: \"8949020000447628001F\"")],
        &[
            ("AT+CCID", "ERROR"),
            ("AT+CCID?", "ERROR"),
            ("AT+ICCID", "ICCID:89490200004476280014|+ICCID: 8949020000447628001"),
        ],
        &[
            ("AT+CCID", "ERROR"),
            ("AT+CCID?", "ERROR"),
            ("AT+ICCID", "ERROR"),
            ("AT+QCCID", "+QCCID: 8949020000447628001F"),
        ],
        &[
            ("AT+CCID", "ERROR"),
            ("AT+CCID?", "ERROR"),
            ("AT+ICCID", "ERROR"),
            ("AT+QCCID", "ERROR"),
            ("AT+CRSM=176,12258,0,0,10", "+CRSM: 144,0,\"989420000044678200F1\""),
        ],
    ];
    for row in rows {
        let mut read = ReadIdentity::new();
        play(&mut read, &[&device[..], row].concat()).unwrap();
        assert_eq!(read.identity().iccid.unwrap().as_str(), "8949020000447628001", "{row:?}");
    }
    // A file that cannot be read.
    let mut read = ReadIdentity::new();
    let refused = [&device[..], &rows[3][..4], &[("*", "+CRSM: 105,130"), ("*", "+CRSM: 105,130")]].concat();
    play(&mut read, &refused).unwrap();
    assert_eq!(read.identity().iccid, None);
}

#[test]
fn a_busy_sim_is_asked_again_and_a_silent_modem_is_named() {
    let mut read = ReadIdentity::new();
    let mut modem = Modem::new(&[
        ("AT+CGMI", "+CME ERROR: 14"),
        ("AT+CGMI", "+CME ERROR: SIM busy"),
        ("AT+CGMI", "Maker"),
        ("AT+CGMM", "-"),
        ("*", "-"), // to get back in step
        ("*", "-"),
        ("*", "-"),
        ("*", "-"),
    ]);
    let before = modem.now;
    let stop = modem.follow(&mut read).unwrap_err();
    assert_eq!(stop, Stop::Failed { command: "+CGMM", failure: Failure::Timeout });
    assert!(modem.now.since(before) >= Millis(7_000), "two pauses, and the time limit");
    assert_eq!(stop.to_string(), "AT+CGMM: no answer in time");
}

#[test]
fn power_is_read_and_set_once() {
    let mut read = ReadPower::new();
    play(&mut read, &[("AT+CFUN?", "+CFUN: 1,0")]).unwrap();
    assert_eq!(read.power(), Power::FULL);
    let stop = play(&mut ReadPower::new(), &[("AT+CFUN?", "")]).unwrap_err();
    assert!(matches!(stop, Stop::Missing { command: "+CFUN", .. }), "{stop:?}");

    let end = Instant(1_060_000);
    play(&mut SetPower::new(Power::FULL, end), &[("AT+CFUN?", "+CFUN: 1")]).unwrap();
    let late = [("AT+CFUN?", "+CFUN: 4"), ("AT+CFUN=1", ""), ("AT+CFUN?", "+CFUN: 4"), ("AT+CFUN?", "+CFUN: 1")];
    play(&mut SetPower::new(Power::FULL, end), &late).unwrap();
    let mut off = SetPower::new(Power::RADIO_OFF, end);
    let minimum = [("AT+CFUN?", "+CFUN: 1"), ("AT+CFUN=4", "ERROR"), ("AT+CFUN=0", ""), ("AT+CFUN?", "+CFUN: 0")];
    play(&mut off, &minimum).unwrap();
    assert_eq!(off.power(), Power::MINIMUM);
    let stuck: Vec<_> = [("AT+CFUN?", "+CFUN: 4"), ("AT+CFUN=1", "")]
        .into_iter()
        .chain(core::iter::repeat_n(("AT+CFUN?", "+CFUN: 4"), 4))
        .collect();
    assert_eq!(play(&mut SetPower::new(Power::FULL, Instant(1_003_000)), &stuck), Err(Stop::NotReached));
    let stop = play(&mut SetPower::new(Power::FULL, end), &[("AT+CFUN?", "+CFUN: 0"), ("AT+CFUN=1", "+CME ERROR: 13")]);
    let Err(Stop::Refused(refusal)) = stop else { panic!("{stop:?}") };
    assert_eq!(
        (refusal.command, refusal.to_string().as_str()),
        ("+CFUN", "AT+CFUN: the modem answers +CME ERROR: 13 (SIM failure)")
    );
}

#[test]
fn a_restart_ends_with_ok_with_the_greeting_or_with_nothing() {
    play(&mut Restart::new(), &[("AT+CFUN=1,1", "")]).unwrap();
    play(&mut Restart::new(), &[("AT+CFUN=1,1", "RDY|-")]).unwrap();
    play(&mut Restart::new(), &[("AT+CFUN=1,1", "-")]).unwrap();
    play(&mut Restart::new(), &[("AT+CFUN=1,1", "ERROR"), ("AT+CFUN=4", ""), ("AT+CFUN=1,1", "")]).unwrap();
    // One that does not: its radio is on again.
    let refused = [("AT+CFUN=1,1", "+CME ERROR: 50"), ("AT+CFUN=4", "")];
    for (second, last, result) in [
        ("ERROR", "", FinalResult::Error),
        ("+CME ERROR: 3", "ERROR", FinalResult::Cme(Cause::Number(3))),
        ("ERROR", "-", FinalResult::Error),
    ] {
        let script = [&refused[..], &[("AT+CFUN=1,1", second), ("AT+CFUN=1", last)]].concat();
        let stop = play(&mut Restart::new(), &script);
        let Err(Stop::Refused(refusal)) = stop else { panic!("{stop:?}") };
        assert_eq!(refusal.result, result);
    }
    let stop = play(&mut Restart::new(), &[("AT+CFUN=1,1", "ERROR"), ("AT+CFUN=4", "ERROR")]);
    assert!(matches!(stop, Err(Stop::Refused(_))), "{stop:?}");
    // That the radio is not turned off is no restart.
    let stop = play(&mut Restart::new(), &[("AT+CFUN=1,1", "ERROR"), ("AT+CFUN=4", "-")]);
    assert_eq!(stop, Err(Stop::Failed { command: "+CFUN", failure: Failure::Timeout }));
}
