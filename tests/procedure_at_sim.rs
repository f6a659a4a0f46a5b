//! AT procedures about the SIM: its states in all forms, attempts as makers tell them, and codes that are tried once.
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
use wwan::at_wire::command::equipment::Lock as Wanted;
use wwan::procedure::at::{
    Attempts, Lock, PinOperation, ReadAttempts, ReadProtection, ReadSim, SimState, Stop, UseCode,
};
use wwan::time::{Instant, Millis};

const END: Instant = Instant(1_030_000);

#[test]
fn states_are_read_in_all_forms() {
    let rows = [
        ("+CPIN: READY", SimState::Ready),
        ("+CPIN:READY", SimState::Ready),
        ("+CPIN: \"READY\"", SimState::Ready),
        ("+CPIN: SIM PIN", SimState::Locked(Wanted::SimPin)),
        ("+CPIN: SIM PUK", SimState::Locked(Wanted::SimPuk)),
        // Nobody needs it for service.
        ("+CPIN: SIM PIN2", SimState::Ready),
        ("+CPIN: SIM PUK2", SimState::Ready),
        ("+CPIN: PH-NET PIN", SimState::Locked(Wanted::NetworkPin)),
        ("+CPIN: PH-SIM PIN", SimState::Locked(Wanted::PhSimPin)),
        ("+CPIN: BLOCKED", SimState::Unusable(None)),
        ("+CPIN: NOT INSERTED", SimState::NotInserted),
        ("+CME ERROR: 10", SimState::NotInserted),
        ("+CME ERROR: SIM not inserted", SimState::NotInserted),
        ("+CME ERROR: 11", SimState::Locked(Wanted::SimPin)),
        ("+CME ERROR: 13", SimState::Unusable(Some(13))),
        ("+CME ERROR: 45", SimState::Locked(Wanted::ProviderPuk)),
        ("+CME ERROR: 4", SimState::Unusable(Some(4))),
    ];
    for (answer, state) in rows {
        let mut read = ReadSim::new(END);
        play(&mut read, &[("AT+CPIN?", answer)]).unwrap();
        assert_eq!(read.state(), state, "{answer}");
    }
}

#[test]
fn a_sim_that_starts_is_waited_for() {
    let mut read = ReadSim::new(END);
    let mut modem = Modem::new(&[
        ("AT+CPIN?", "+CME ERROR: 14"),
        ("AT+CPIN?", "+CPIN: NOT READY"),
        ("AT+CPIN?", "ERROR"),
        ("", "+CPIN: READY"),
        ("AT+CPIN?", "+CPIN: READY"),
    ]);
    let before = modem.now;
    modem.follow(&mut read).unwrap();
    assert_eq!(read.state(), SimState::Ready);
    assert!(modem.is_done() && modem.now.since(before) < Millis(4_000), "a URC wakes it");

    let busy = vec![("AT+CPIN?", "+CME ERROR: 14"); 4];
    let mut read = ReadSim::new(Instant(1_003_000));
    play(&mut read, &busy).unwrap();
    assert_eq!(read.state(), SimState::Initializing);
    let stop = play(&mut ReadSim::new(Instant(0)), &[("AT+CPIN?", "ERROR")]).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CPIN"), "{stop:?}");
}

const NO: (&str, &str) = ("*", "ERROR");

#[test]
fn attempts_are_read_as_makers_tell_them() {
    let all = Attempts { pin1: Some(3), puk1: Some(10), pin2: Some(2), puk2: Some(9) };
    let rows: [(usize, &str, &str, Attempts); 9] = [
        (0, "AT+CPINR", "+CPINR: SIM PIN,3,3|+CPINR: SIM PUK,10,10|+CPINR: \"SIM PIN2\",2|+CPINR: SIM PUK2,9", all),
        (1, "AT^CPIN?", "^CPIN: SIM PIN,3,10,3,9,2", all),
        (2, "AT+UPINCNT", "+UPINCNT: 3,2,10,9", all),
        (3, "AT+QPINC?", "+QPINC: \"SC\",3,10|+QPINC: \"P2\",2,9", all),
        (4, "AT#PCT", "#PCT: 3", Attempts { pin1: Some(3), ..Attempts::default() }),
        (5, "AT+SPIC", "+SPIC: 3,2,10,9", all),
        (6, "AT^SPIC=\"SC\"", "^SPIC: 3", Attempts { pin1: Some(3), ..Attempts::default() }),
        (7, "AT*EPIN?", "*EPIN: 3,10,2,9", all),
        (9, "AT+XPINCNT", "+XPINCNT: 3, 2, 10, 9", all),
    ];
    for (before, line, answer, attempts) in rows {
        let mut script = vec![NO; before];
        script.push((line, answer));
        let mut read = ReadAttempts::new();
        play(&mut read, &script).unwrap();
        assert_eq!(read.attempts(), attempts, "{line}");
    }
    let mut read = ReadAttempts::new();
    play(&mut read, &[NO; 10]).unwrap();
    assert_eq!(read.attempts(), Attempts::default());
}

#[test]
fn a_pin_is_entered_if_it_is_needed() {
    let mut unlock = UseCode::unlock("1234", END);
    play(&mut unlock, &[("AT+CPIN?", "+CPIN: READY")]).unwrap();
    assert!(!unlock.used());
    play(
        &mut unlock,
        &[
            ("AT+CPIN?", "+CME ERROR: 14"),
            ("AT+CPIN?", "+CPIN: SIM PIN"),
            ("AT+CPINR", "+CPINR: SIM PIN,3,3"),
            ("AT+CPIN=\"1234\"", "+CPIN: READY"),
            ("AT+CPIN?", "+CME ERROR: 14"),
            ("AT+CPIN?", "+CPIN: READY"),
        ],
    )
    .unwrap();
    assert!(unlock.used());
}

#[test]
fn a_wrong_pin_is_told_and_not_tried_again() {
    let start =
        [("AT+CPIN?", "+CPIN: SIM PIN"), ("AT+CPINR", "+CPINR: SIM PIN,3,3"), ("AT+CPIN=\"1234\"", "+CME ERROR: 16")];
    let after = [("AT+CPIN?", "+CPIN: SIM PIN"), ("AT+CPINR", "+CPINR: SIM PIN,2,3")];
    let stop = play(&mut UseCode::unlock("1234", END), &[&start[..], &after].concat()).unwrap_err();
    assert_eq!(stop, Stop::Locked(Lock { code: Wanted::SimPin, remaining_attempts: Some(2), wrong: true }));
    assert_eq!(stop.to_string(), "the code is wrong: SIM PIN is needed, 2 attempts left");
    // It was the last.
    let after = [("AT+CPIN?", "+CPIN: SIM PUK"), ("AT+CPINR", "+CPINR: SIM PIN,0|+CPINR: SIM PUK,10")];
    let stop = play(&mut UseCode::unlock("1234", END), &[&start[..], &after].concat()).unwrap_err();
    assert_eq!(stop, Stop::Locked(Lock { code: Wanted::SimPuk, remaining_attempts: Some(10), wrong: true }));
    // A refusal that says nothing of the code leaves it untried; a busy SIM is no reason to send it again.
    let start = [&start[..2], &[("AT+CPIN=\"1234\"", "+CME ERROR: 14")]].concat();
    let after = [("AT+CPIN?", "+CPIN: SIM PIN"), ("AT+CPINR", "+CPINR: SIM PIN,3,3")];
    let stop = play(&mut UseCode::unlock("1234", END), &[&start[..], &after].concat()).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CPIN"), "{stop:?}");
    // The answer was lost, but the SIM is open.
    let start = [&start[..2], &[("AT+CPIN=\"1234\"", "ERROR"), ("AT+CPIN?", "+CPIN: READY")]].concat();
    play(&mut UseCode::unlock("1234", END), &start).unwrap();
}

#[test]
fn a_single_attempt_and_other_locks_stop_it_before_anything_is_tried() {
    let last = [("AT+CPIN?", "+CPIN: SIM PIN"), ("AT+CPINR", "+CPINR: SIM PIN,1,3")];
    let stop = play(&mut UseCode::unlock("1234", END), &last).unwrap_err();
    assert_eq!(stop, Stop::Locked(Lock { code: Wanted::SimPin, remaining_attempts: Some(1), wrong: false }));
    let last = [("AT+CPIN?", "+CPIN: SIM PIN"), ("AT+CPINR", "+CPINR: SIM PIN,3,3")];
    let stop = play(&mut UseCode::unlock("", END), &last).unwrap_err();
    assert!(matches!(stop, Stop::Locked(Lock { wrong: false, .. })), "{stop:?}");
    let puk = [("AT+CPIN?", "+CPIN: SIM PUK"), ("AT+CPINR", "+CPINR: SIM PUK,9,10")];
    let stop = play(&mut UseCode::unlock("1234", END), &puk).unwrap_err();
    assert_eq!(stop, Stop::Locked(Lock { code: Wanted::SimPuk, remaining_attempts: Some(9), wrong: false }));
    let stop = play(&mut UseCode::unlock("1234", END), &[("AT+CPIN?", "+CME ERROR: 10")]).unwrap_err();
    assert_eq!(stop, Stop::Sim(SimState::NotInserted));
    // A PIN is never sent where a PUK is wanted, nor a PUK where a PIN is.
    let enter = PinOperation::Verify("1234");
    let stop = play(&mut UseCode::new(enter, false, END), &[("AT+CPIN?", "+CPIN: SIM PUK")]).unwrap_err();
    assert!(matches!(stop, Stop::Locked(Lock { code: Wanted::SimPuk, .. })), "{stop:?}");
    let unblock = PinOperation::Unblock("12345678", "1234");
    let stop = play(&mut UseCode::new(unblock, false, END), &[("AT+CPIN?", "+CPIN: SIM PIN")]).unwrap_err();
    assert_eq!(stop, Stop::Sim(SimState::Locked(Wanted::SimPin)));
}

#[test]
fn codes_are_changed_and_cannot_become_commands() {
    let ready = ("AT+CPIN?", "+CPIN: READY");
    let mut change = UseCode::new(PinOperation::Change("1234", "4321"), false, END);
    play(&mut change, &[ready, ("AT+CPWD=\"SC\",\"1234\",\"4321\"", "")]).unwrap();
    let mut second = UseCode::new(PinOperation::Change("1234", "4321"), true, END);
    play(&mut second, &[ready, ("AT+CPWD=\"P2\",\"1234\",\"4321\"", "")]).unwrap();
    let mut protect = UseCode::new(PinOperation::Protect(false, "12\r34\";+CFUN=0"), false, END);
    play(&mut protect, &[ready, ("AT+CLCK=\"SC\",0,\"12\\0D34\\22;+CFUN=0\"", "")]).unwrap();
    let unblock = PinOperation::Unblock("12345678", "1234");
    let puk = [("AT+CPIN?", "+CPIN: SIM PUK"), ("AT+CPIN=\"12345678\",\"1234\"", ""), ready];
    play(&mut UseCode::new(unblock, false, END), &puk).unwrap();
    let wrong = [ready, ("AT+CLCK=\"SC\",1,\"1\"", "+CME ERROR: 16"), ready, ("AT+CPINR", "+CPINR: SIM PIN,2")];
    let stop = play(&mut UseCode::new(PinOperation::Protect(true, "1"), false, END), &wrong).unwrap_err();
    assert_eq!(stop, Stop::Locked(Lock { code: Wanted::SimPin, remaining_attempts: Some(2), wrong: true }));

    let mut read = ReadProtection::new();
    play(&mut read, &[("AT+CLCK=\"SC\",2", "+CLCK: 1")]).unwrap();
    assert!(read.is_on());
}

#[test]
fn a_state_that_lags_behind_the_pin_is_waited_for() {
    let mut modem = Modem::new(&[
        ("AT+CPIN?", "+CPIN: SIM PIN"),
        ("AT+CPIN=\"1234\"", ""),
        ("AT+CPIN?", "+CPIN: SIM PIN"),
        ("AT+CPIN?", "+CME ERROR: 14"),
        ("AT+CPIN?", "+CPIN: READY"),
    ]);
    let mut enter = UseCode::new(PinOperation::Verify("1234"), false, END);
    modem.follow(&mut enter).unwrap();
    assert!(modem.is_done() && enter.state() == SimState::Ready);
}
