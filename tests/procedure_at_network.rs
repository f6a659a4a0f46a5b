//! AT procedures about the network: registration of all domains together, operators, scans, signal.
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
use wwan::procedure::at::{
    Attach, Plmn, PowerSavingTimer, ReadRegistration, ReadSignal, Register, Registration, RegistrationState as State,
    RejectCause, Scan, Selection, Signal, Stop,
};
use wwan::time::{Instant, Millis};

/// The answers to `+CEREG?`, `+C5GREG?`, `+CGREG?` and `+CREG?`.
fn read(answers: [&str; 4]) -> Registration {
    let lines = ["AT+CEREG?", "AT+C5GREG?", "AT+CGREG?", "AT+CREG?"];
    let mut script: Vec<_> = lines.into_iter().zip(answers).collect();
    script.extend([("AT+COPS=3,2", "ERROR"), ("AT+COPS?", "ERROR"), ("AT+COPS=3,0", "ERROR"), ("AT+COPS?", "ERROR")]);
    let mut modem = Modem::new(&script);
    let mut read = ReadRegistration::new();
    modem.follow(&mut read).unwrap();
    read.registration().clone()
}

#[test]
fn domains_decide_together() {
    let no = "ERROR";
    let rows = [
        (["+CEREG: 0,1", no, "+CGREG: 0,0", "+CREG: 0,1"], State::Home, true),
        // Field failure 27: on 5G alone.
        (["+CEREG: 2,0", "+C5GREG: 2,1,\"1F00\",\"79D903\",11,6,\"ABCDEF\"", no, "+CREG: 0,0"], State::Home, true),
        ([no, no, "+CGREG: 2,5,\"1422\",\"00000142\",3,\"00\"", "+CREG: 2,3"], State::Roaming, true),
        // Voice alone.
        (["+CEREG: 0,4", no, "+CGREG: 0,3", "+CREG: 0,1"], State::Home, false),
        (["+CEREG: 0,2", no, "+CGREG: 0,3", "+CREG: 0,0"], State::Searching, false),
        (["+CEREG: 0,3", no, no, "+CREG: 0,0"], State::Denied, false),
        (["+CEREG: 0,8", no, no, "+CREG: 0,3"], State::Limited, false),
        (["+CEREG: 0,10", no, no, no], State::Roaming, true),
        (["+CEREG: 0,90", no, no, no], State::Unknown, false),
        // An answer that a URC swallowed.
        (["+CGEV: ME PDN ACT 1", no, no, "+CREG:002,001,\"18d8\",\"ffff\""], State::Home, false),
    ];
    for (answers, state, packet) in rows {
        let found = read(answers);
        assert_eq!((found.state, found.packet), (state, packet), "{answers:?}");
    }
    let found = read(["+CEREG: 2,1, 1F00, 20 ,79D903 ,7", no, "+CGREG: 2,0", "+CREG: 2,1,\"CE00\",\"01CEAD8F\",2"]);
    assert_eq!((found.area, found.cell, found.act), (Some(0x1f00), Some(0x79_d903), Some(7)));
    let found = read(["+CEREG: 3,3,\"1F00\",\"79D903\",7,0,15", no, no, no]);
    assert_eq!(found.cause, Some(RejectCause { kind: 0, cause: 15 }));
    // Voice roams where packets are at home: packets decide.
    let found = read(["+CEREG: 2,1,\"1F00\",\"79D903\",7", no, no, "+CREG: 2,5,\"CE00\",\"01CEAD8F\",2"]);
    assert_eq!((found.state, found.packet, found.act), (State::Home, true, Some(7)));
    for (answers, sms_only) in [
        (["+CEREG: 0,6", no, no, "+CREG: 0,0"], true),
        (["+CEREG: 0,8", no, no, "+CREG: 0,0"], false),
        // Voice says so of itself on LTE.
        (["+CEREG: 0,1", no, no, "+CREG: 0,6"], false),
        ([no, no, no, "+CREG: 0,7"], true),
    ] {
        let found = read(answers);
        assert_eq!(
            (found.sms_only, found.state == State::Limited),
            (sms_only, answers[0] != "+CEREG: 0,1"),
            "{answers:?}"
        );
    }
    // Timers of power saving.
    let found = read(["+CEREG: 4,1,\"1F00\",\"79D903\",9,,,\"00100001\",\"01000111\"", no, no, no]);
    let timers = [Some(PowerSavingTimer::Seconds(60)), Some(PowerSavingTimer::Seconds(252_000))];
    assert_eq!([found.active_time, found.periodic_update], timers);
    let found = read(["+CEREG: 5,3,\"1F00\",\"79D903\",9,0,11,\"11100000\"", no, no, no]);
    assert_eq!((found.active_time, found.cause.unwrap().cause), (Some(PowerSavingTimer::Off), 11));

    let none = [("AT+CEREG?", no), ("AT+C5GREG?", no), ("AT+CGREG?", no), ("AT+CREG?", "+CME ERROR: 10")];
    let stop = play(&mut ReadRegistration::new(), &none).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CREG"), "{stop:?}");
}

#[test]
fn the_operator_is_read_by_code_and_by_name() {
    let start = [("AT+CEREG?", "+CEREG: 0,1"), ("*", "ERROR"), ("*", "ERROR"), ("AT+CREG?", "+CREG: 0,1")];
    let rows = [
        ("+COPS: 0,2,\"26201\",7", "+COPS: 0,0,\"Telekom.de\",7", Some((262, 1)), "Telekom.de", Some(true)),
        // Without quotes; a spurious last digit; UCS-2; format not kept; not registered.
        ("+COPS: 1,2,46000,7", "+COPS: 1,0,\"CHINA MOBILE\"", Some((460, 0)), "CHINA MOBILE", Some(false)),
        ("+COPS: 0,2,\"3104100\",2", "+COPS: 0,0,\"AT&T\"", Some((310, 410)), "AT&T", Some(true)),
        ("+COPS: 0,2,\"00320036003200300031\",7", "+COPS: 0,0,\"0054004D004F\",7", Some((262, 1)), "TMO", Some(true)),
        ("+COPS: 0,0,\"Vodafone\"", "+COPS: 0,0,\"Vodafone\"", None, "Vodafone", Some(true)),
        ("+COPS: 0", "ERROR", None, "", Some(true)),
    ];
    for (numeric, long, plmn, name, automatic) in rows {
        let cops = [("AT+COPS=3,2", ""), ("AT+COPS?", numeric), ("AT+COPS=3,0", ""), ("AT+COPS?", long)];
        let mut read = ReadRegistration::new();
        play(&mut read, &[&start[..], &cops].concat()).unwrap();
        let found = read.registration();
        assert_eq!(found.plmn.map(|Plmn { mcc, mnc, .. }| (mcc, mnc)), plmn, "{numeric}");
        assert_eq!((found.name.as_str(), found.automatic), (name, automatic), "{numeric}");
    }
}

/// The one domain that the modem has is told to report, with causes.
const REPORTS: (&str, &str) = ("AT+CEREG=3", "");

fn domains(state: &'static str) -> [(&'static str, &'static str); 4] {
    [("AT+CEREG?", state), ("AT+C5GREG?", "ERROR"), ("AT+CGREG?", "ERROR"), ("AT+CREG?", "ERROR")]
}

#[test]
fn a_modem_that_chooses_is_left_alone_and_waited_for() {
    let mut register = Register::new(Selection::Automatic, Instant(1_060_000));
    let script = [
        &domains("+CEREG: 2,2")[..],
        &[("AT+COPS?", "+COPS: 0"), REPORTS],
        &[("", "+CEREG: 1,\"1F00\",\"79D903\",7")],
        &domains("+CEREG: 3,1,\"1F00\",\"79D903\",7"),
    ]
    .concat();
    let mut modem = Modem::new(&script);
    let before = modem.now;
    modem.follow(&mut register).unwrap();
    assert!(modem.is_done() && modem.now.since(before) < Millis(1_000), "the URC wakes it");
    assert_eq!(register.registration().state, State::Home);
}

#[test]
fn networks_are_selected_and_refusals_told() {
    let automatic = [&domains("+CEREG: 2,0")[..], &[("AT+COPS?", "+COPS: 2"), REPORTS, ("AT+COPS=0", "")]].concat();
    let script = [&automatic[..], &domains("+CEREG: 3,5")].concat();
    play(&mut Register::new(Selection::Automatic, Instant(1_060_000)), &script).unwrap();
    // Registered already; told to save power, and to tell of it, which stays.
    let there = [&domains("+CEREG: 0,1")[..], &[("AT+COPS?", "+COPS: 0"), REPORTS]].concat();
    play(&mut Register::new(Selection::Automatic, Instant(1_060_000)), &there).unwrap();
    let script = [&domains("+CEREG: 5,2")[..], &[("AT+COPS?", "+COPS: 0"), ("", "+CEREG: 1")], &domains("+CEREG: 5,1")];
    play(&mut Register::new(Selection::Automatic, Instant(1_060_000)), &script.concat()).unwrap();
    // A modem that does not tell causes, or has no URCs at all.
    for answer in ["", "ERROR"] {
        let reports = [("AT+COPS?", "+COPS: 0"), ("AT+CEREG=3", "+CME ERROR: 50"), ("AT+CEREG=2", answer)];
        let script = [&domains("+CEREG: 0,2")[..], &reports, &domains("+CEREG: 2,1")].concat();
        play(&mut Register::new(Selection::Automatic, Instant(1_060_000)), &script).unwrap();
    }

    let manual = Selection::Manual { plmn: "26201", act: Some(7) };
    let select = ("AT+COPS=1,2,\"26201\",7", "");
    let start = [&domains("+CEREG: 2,1")[..], &[("AT+COPS?", "+COPS: 0"), REPORTS]].concat();
    let script = [&start[..], &[select], &domains("+CEREG: 3,1")].concat();
    play(&mut Register::new(manual, Instant(1_060_000)), &script).unwrap();
    let refused = [&start[..], &[("AT+COPS=1,2,\"26201\",7", "+CME ERROR: 32")]].concat();
    let stop = play(&mut Register::new(manual, Instant(1_060_000)), &refused).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+COPS"), "{stop:?}");

    // Denied to the end of the time, and searching in vain.
    let denied = domains("+CEREG: 3,3,\"1F00\",\"79D903\",7,0,11");
    let script = [&denied[..], &[("AT+COPS?", "+COPS: 0")], &denied].concat();
    let stop = play(&mut Register::new(Selection::Automatic, Instant(1_001_000)), &script).unwrap_err();
    assert_eq!(stop, Stop::Denied(Some(RejectCause { kind: 0, cause: 11 })));
    // Short messages alone are no registration.
    for state in ["+CEREG: 3,2", "+CEREG: 3,6"] {
        let searching = domains(state);
        let script = [&searching[..], &[("AT+COPS?", "+COPS: 0")], &searching].concat();
        let stop = play(&mut Register::new(Selection::Automatic, Instant(1_001_000)), &script).unwrap_err();
        assert_eq!(stop, Stop::NotReached);
    }
}

/// State, codes, name, technology.
type Found = (u8, u16, u16, &'static str, Option<u8>);

#[test]
fn scans_are_read_in_all_forms() {
    let rows: [(&str, &[Found]); 7] = [
        (
            "+COPS: (2,\"T-Mobile\",\"TMO\",\"31026\",0),(1,\"Cingular\",\"Cing\",\"310410\",2),,(0,1,2,3,4),(0,1,2)",
            &[(2, 310, 26, "T-Mobile", Some(0)), (1, 310, 410, "Cingular", Some(2))],
        ),
        ("+COPS: (2,\"TMO\",,\"31026\"),,(0, 1,),(0,1)", &[(2, 310, 26, "TMO", None)]),
        ("+COPS: (2,\"T - Mobile\",\"T - Mobile\",\"310260\"),2),,(0,1)", &[(2, 310, 260, "T - Mobile", Some(2))]),
        ("+COPS: (1,\"\",\"Short\",\"26202\",7)", &[(1, 262, 2, "Short", Some(7))]),
        (
            "+COPS: (1,\"A\",\"\",\"26201\",7)|+COPS: (3,\"B\",\"\",\"26203\",2)",
            &[(1, 262, 1, "A", Some(7)), (3, 262, 3, "B", Some(2))],
        ),
        (
            "+COPS: (1,\"A\",\"\",\"26201\",7)|,(3,\"B\",\"\",\"26203\",2)",
            &[(1, 262, 1, "A", Some(7)), (3, 262, 3, "B", Some(2))],
        ),
        ("+COPS: (0,1,2,3),(1,2,3,4)", &[]),
    ];
    for (answer, expected) in rows {
        let mut scan = Scan::<4>::new();
        play(&mut scan, &[("AT+COPS=?", answer)]).unwrap();
        let found: Vec<_> = scan
            .found()
            .iter()
            .map(|network| {
                let Plmn { mcc, mnc, .. } = network.plmn.unwrap();
                (network.stat.unwrap(), mcc, mnc, network.name.as_str(), network.act)
            })
            .collect();
        assert_eq!(found, expected, "{answer}");
    }
    let mut scan = Scan::<1>::new();
    play(&mut scan, &[("AT+COPS=?", rows[0].0)]).unwrap();
    assert_eq!((scan.found().len(), scan.lost()), (1, 1));
    let stop = play(&mut scan, &[("AT+COPS=?", "+CME ERROR: 31")]).unwrap_err();
    assert_eq!(stop.to_string(), "AT+COPS: the modem answers +CME ERROR: 31 (network timeout)");
}

#[test]
fn signals_are_read_by_the_newer_command_or_the_older() {
    let rows = [
        (
            vec![("AT+CESQ", "+CESQ:99,99,255,255,20,80")],
            Signal { rsrq: Some(-100), rsrp: Some(-610), ..Signal::default() },
        ),
        (
            vec![("AT+CESQ", "+CESQ: 99,99,255,255,255,255,65,80,60")],
            Signal { ss_rsrq: Some(-110), ss_rsrp: Some(-770), ss_sinr: Some(65), ..Signal::default() },
        ),
        (
            vec![("AT+CESQ", "+CESQ: 99,99,255,255,255,255"), ("AT+CSQ", "+CSQ: 20,99")],
            Signal { rssi: Some(-730), ..Signal::default() },
        ),
        (vec![("AT+CESQ", "ERROR"), ("AT+CSQ", "+CSQ: 20")], Signal { rssi: Some(-730), ..Signal::default() }),
        (vec![("AT+CESQ", "ERROR"), ("AT+CSQ", "+CSQ: 99,99")], Signal::default()),
    ];
    for (script, expected) in rows {
        let mut read = ReadSignal::new();
        play(&mut read, &script).unwrap();
        assert_eq!(read.signal(), expected, "{script:?}");
    }
    let stop = play(&mut ReadSignal::new(), &[("AT+CESQ", "ERROR"), ("AT+CSQ", "")]).unwrap_err();
    assert!(matches!(stop, Stop::Missing { command: "+CSQ", .. }), "{stop:?}");
}

#[test]
fn attaching_is_done_once() {
    play(&mut Attach::new(true), &[("AT+CGATT?", "+CGATT: 1")]).unwrap();
    play(&mut Attach::new(true), &[("AT+CGATT?", "+CGATT: 0"), ("AT+CGATT=1", "")]).unwrap();
    play(&mut Attach::new(false), &[("AT+CGATT?", "ERROR"), ("AT+CGATT=0", "")]).unwrap();
    let stop = play(&mut Attach::new(true), &[("AT+CGATT?", "+CGATT: 0"), ("AT+CGATT=1", "+CME ERROR: 107")]);
    assert!(matches!(stop, Err(Stop::Refused(refusal)) if refusal.command == "+CGATT"), "{stop:?}");
}
