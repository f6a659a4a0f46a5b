//! Dialogues with the network (USSD) of the MBIM function: begun by either side, continued, ended, lost.
#![cfg(all(feature = "device", feature = "mbim"))]
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

use at_wire::text::CbsCoding;
use at_wire::ussd::UssdString;
use common::{Bench, Message};
use mbim_wire::field::Raw;
use mbim_wire::message::{CommandType, write_host_error};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ussd::{USSD, Ussd, UssdAction, UssdInfoView, UssdResponse, UssdSessionState, UssdSet};
use mbim_wire::{Command as _, ProtocolError, Status, View};
use wwan::device::modem::event::Origin;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::ussd::{Answer, Says};
use wwan::device::modem::{Reason, Setup, SimSetup, text};
use wwan::time::Instant;

const GSM7: u32 = 0x0f;
const UCS2: u32 = 0x48;

/// `*100#` in packed septets.
const BALANCE: [u8; 5] = [0xaa, 0x18, 0x0c, 0x36, 0x02];

fn ucs2(said: &str) -> Vec<u8> {
    said.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// What the network said: response, session, text.
fn heard(body: &[u8]) -> (UssdResponse, UssdSessionState, String) {
    let info = UssdInfoView::new(body).read().unwrap();
    let coding = CbsCoding(u8::try_from(info.data_coding_scheme).unwrap());
    let said = UssdString { coding, octets: info.payload.0 }.text().unwrap().to_string();
    (info.response, info.session_state, said)
}

fn indicated(messages: &[Message]) -> Vec<(UssdResponse, UssdSessionState, String)> {
    let told = messages.iter().filter_map(|message| match message {
        Message::Indication { service: USSD, cid: Ussd::CID, body } => Some(heard(body)),
        _ => None,
    });
    told.collect()
}

fn expected(response: UssdResponse, session: UssdSessionState, said: &str) -> (UssdResponse, UssdSessionState, String) {
    (response, session, said.to_owned())
}

const NEW: UssdSessionState = UssdSessionState::NEW_SESSION;
const EXISTING: UssdSessionState = UssdSessionState::EXISTING_SESSION;

trait Host {
    fn say(&mut self, action: UssdAction, said: &str) -> u32;
    /// The answer to what is said, which takes the network half a second.
    fn hear(&mut self, action: UssdAction, said: &str) -> (UssdResponse, UssdSessionState, String);
    fn refused_now(&mut self, action: UssdAction, said: &str, status: Status);
}

impl Host for Bench {
    fn say(&mut self, action: UssdAction, said: &str) -> u32 {
        let payload = ucs2(said);
        self.set::<Ussd>(&UssdSet { action, data_coding_scheme: UCS2, payload: payload[..].into() })
    }

    fn hear(&mut self, action: UssdAction, said: &str) -> (UssdResponse, UssdSessionState, String) {
        let tid = self.say(action, said);
        assert!(self.wait(499).is_empty());
        let messages = self.wait(1);
        assert_eq!(messages.len(), 1, "{messages:?}");
        heard(messages[0].answer::<Ussd>(tid, Status::SUCCESS))
    }

    fn refused_now(&mut self, action: UssdAction, said: &str, status: Status) {
        let tid = self.say(action, said);
        self.read_one().refused::<Ussd>(tid, status);
    }
}

#[test]
fn a_balance_is_asked_for() {
    let mut setup = Setup::default();
    setup.ussd.answers.clear();
    setup.ussd.answers.push(Answer::text("*100#", "abcdefg")).unwrap();
    let mut bench = Bench::ready(setup);
    let set = UssdSet { action: UssdAction::INITIATE, data_coding_scheme: GSM7, payload: BALANCE[..].into() };
    let tid = bench.set::<Ussd>(&set);
    let messages = bench.wait(500);
    // No action required, new session, default alphabet, seven bytes at 20: "abcdefg" with a carriage return behind.
    let body = [
        &[0, 0, 0, 0, 0, 0, 0, 0, 0x0f, 0, 0, 0, 20, 0, 0, 0, 7, 0, 0, 0][..],
        &[0x61, 0xf1, 0x98, 0x5c, 0x36, 0x9f, 0x1b, 0],
    ];
    assert_eq!(messages[0].answer::<Ussd>(tid, Status::SUCCESS), body.concat());
    assert!(!bench.modem.in_ussd());
}

#[test]
fn other_scripts_come_in_ucs2() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.say(UssdAction::INITIATE, "*101#");
    let messages = bench.wait(500);
    let body = messages[0].answer::<Ussd>(tid, Status::SUCCESS);
    let info = UssdInfoView::new(body).read().unwrap();
    assert_eq!((info.data_coding_scheme, info.payload.0), (UCS2, &ucs2("Баланс: 100 ₽")[..]));
    // A text that is too long is cut at a whole character.
    let mut setup = Setup::default();
    setup.ussd.answers[0] = Answer { ucs2: true, ..Answer::text("*100#", &"Ж".repeat(100)) };
    setup.ussd.answers[1] = Answer::text("*123#", &"x".repeat(256));
    let mut bench = Bench::ready(setup);
    assert_eq!(bench.hear(UssdAction::INITIATE, "*100#").2, "Ж".repeat(80));
    assert_eq!(bench.hear(UssdAction::INITIATE, "*123#").2, "x".repeat(182));
}

#[test]
fn a_menu_is_walked_through() {
    let mut bench = Bench::ready(Setup::default());
    let question = |said| expected(UssdResponse::ACTION_REQUIRED, EXISTING, said);
    assert_eq!(
        bench.hear(UssdAction::INITIATE, "*123#"),
        expected(UssdResponse::ACTION_REQUIRED, NEW, "1 Data\n2 Voice\n0 Exit")
    );
    assert_eq!(bench.hear(UssdAction::CONTINUE, "1"), question("1 Volume left\n2 Book 1 GB"));
    assert_eq!(
        bench.hear(UssdAction::CONTINUE, "2"),
        expected(UssdResponse::NO_ACTION_REQUIRED, EXISTING, "1 GB was booked.")
    );
    bench.refused_now(UssdAction::CONTINUE, "1", Status::OPERATION_NOT_ALLOWED);
    // What is not in the menu ends the dialogue.
    bench.hear(UssdAction::INITIATE, "*123#");
    assert_eq!(bench.hear(UssdAction::CONTINUE, "9"), expected(UssdResponse::OPERATION_NOT_SUPPORTED, EXISTING, ""));
    assert_eq!(bench.hear(UssdAction::INITIATE, "*999#"), expected(UssdResponse::OPERATION_NOT_SUPPORTED, NEW, ""));
    assert!(!bench.modem.in_ussd());
}

#[test]
fn the_device_answers_for_its_imei_itself() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let mut bench = Bench::ready(setup);
    let tid = bench.say(UssdAction::INITIATE, "*#06#");
    let answer = bench.read_one();
    let body = answer.answer::<Ussd>(tid, Status::SUCCESS);
    assert_eq!(heard(body), expected(UssdResponse::NO_ACTION_REQUIRED, NEW, "490154203237518"));
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::SIM_NOT_INSERTED);
}

#[test]
fn one_dialogue_at_a_time() {
    let mut bench = Bench::ready(Setup::default());
    let first = bench.say(UssdAction::INITIATE, "*123#");
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::BUSY);
    bench.refused_now(UssdAction::CONTINUE, "1", Status::BUSY);
    assert_eq!(bench.modem.network_ussd(bench.now, "x", false), Err(Reason::Busy.into()));
    bench.wait(500)[0].answer::<Ussd>(first, Status::SUCCESS);
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::BUSY);
    let tid = bench.say(UssdAction::CANCEL, "");
    let answer = bench.read_one();
    assert_eq!(
        heard(answer.answer::<Ussd>(tid, Status::SUCCESS)),
        expected(UssdResponse::NO_ACTION_REQUIRED, EXISTING, "")
    );
    assert!(!bench.modem.in_ussd());
    // Once more, and while the network thinks: the request fails.
    let tid = bench.say(UssdAction::CANCEL, "");
    bench.read_one().answer::<Ussd>(tid, Status::SUCCESS);
    let waiting = bench.say(UssdAction::INITIATE, "*123#");
    let cancel = bench.say(UssdAction::CANCEL, "");
    let messages = bench.read();
    messages[0].answer::<Ussd>(cancel, Status::SUCCESS);
    messages[1].refused::<Ussd>(waiting, Status::FAILURE);
    assert!(bench.wait(60_000).is_empty());
}

#[test]
fn what_cannot_be_read_is_refused() {
    let mut bench = Bench::ready(Setup::default());
    let send = |bench: &mut Bench, action, coding, payload: &[u8]| {
        let tid = bench.set::<Ussd>(&UssdSet { action, data_coding_scheme: coding, payload: payload.into() });
        (bench.read_one(), tid)
    };
    let long = [0x61; 161];
    let cases = [
        (UssdAction(3), GSM7, &BALANCE[..], Status::INVALID_PARAMETERS),
        (UssdAction::INITIATE, GSM7, &[], Status::INVALID_PARAMETERS),
        (UssdAction::INITIATE, UCS2, &[0, 0x2a, 0], Status::INVALID_PARAMETERS),
        (UssdAction::INITIATE, UCS2, &[0xd8, 0], Status::INVALID_PARAMETERS),
        (UssdAction::INITIATE, 0x44, &BALANCE, Status::INVALID_PARAMETERS),
        (UssdAction::INITIATE, 0x10f, &BALANCE, Status::INVALID_PARAMETERS),
        (UssdAction::CONTINUE, 0x44, &BALANCE, Status::INVALID_PARAMETERS),
        (UssdAction::INITIATE, GSM7, &long, Status::PARAMETER_TOO_LONG),
        (UssdAction::INITIATE, GSM7, &long[..160], Status::PARAMETER_TOO_LONG),
    ];
    for (action, coding, payload, status) in cases {
        let (answer, tid) = send(&mut bench, action, coding, payload);
        answer.refused::<Ussd>(tid, status);
    }
    for body in [&[][..], &[0; 12], &[0, 0, 0, 0, 15, 0, 0, 0, 16, 0, 0, 0, 9, 0, 0, 0]] {
        let tid = bench.command(USSD, Ussd::CID, CommandType::SET, &Raw(body));
        bench.read_one().refused::<Ussd>(tid, Status::INVALID_PARAMETERS);
    }
    for (cid, kind) in [(Ussd::CID, CommandType::QUERY), (2, CommandType::SET)] {
        let tid = bench.command(USSD, cid, kind, &Raw(&[]));
        let answer = bench.read_one();
        assert!(matches!(answer, Message::Done { tid: t, status: Status::NO_DEVICE_SUPPORT, .. } if t == tid));
    }
    assert!(!bench.modem.in_ussd());
}

#[test]
fn the_network_speaks_first() {
    let mut setup = Setup::default();
    setup.ussd.answers.push(Answer::text("network 1", "Booked.")).unwrap();
    let mut bench = Bench::ready(setup);
    bench.modem.network_ussd(bench.now, "Your volume is used up.", false).unwrap();
    let told = indicated(&bench.read());
    assert_eq!(told, [expected(UssdResponse::NO_ACTION_REQUIRED, NEW, "Your volume is used up.")]);
    bench.modem.network_ussd(bench.now, "1 to book more.", true).unwrap();
    let told = indicated(&bench.read());
    assert_eq!(told, [expected(UssdResponse::ACTION_REQUIRED, NEW, "1 to book more.")]);
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::BUSY);
    assert_eq!(bench.hear(UssdAction::CONTINUE, "1"), expected(UssdResponse::NO_ACTION_REQUIRED, EXISTING, "Booked."));
    bench.modem.lose_signal(bench.now);
    bench.wait(100);
    assert_eq!(bench.modem.network_ussd(bench.now, "x", true), Err(Reason::NotRegistered.into()));
}

#[test]
fn nobody_waits_for_ever() {
    let mut bench = Bench::ready(Setup::default());
    // The network does not answer.
    let tid = bench.say(UssdAction::INITIATE, "*199#");
    assert!(bench.wait(19_999).is_empty());
    let messages = bench.wait(1);
    let body = messages[0].answer::<Ussd>(tid, Status::SUCCESS);
    assert_eq!(heard(body), expected(UssdResponse::NETWORK_TIMEOUT, NEW, ""));
    // The user does not.
    bench.hear(UssdAction::INITIATE, "*123#");
    assert!(bench.wait(59_999).is_empty());
    assert_eq!(indicated(&bench.wait(1)), [expected(UssdResponse::TERMINATED_BY_NETWORK, EXISTING, "")]);
    bench.refused_now(UssdAction::CONTINUE, "1", Status::OPERATION_NOT_ALLOWED);
}

#[test]
fn the_network_or_another_client_ends_it() {
    let mut setup = Setup::default();
    setup.ussd.answers.push(Answer { to: text("*5#"), says: Says::Ends, ucs2: false }).unwrap();
    let mut bench = Bench::ready(setup);
    let ended = expected(UssdResponse::TERMINATED_BY_NETWORK, NEW, "");
    assert_eq!(bench.hear(UssdAction::INITIATE, "*5#"), ended);
    bench.modem.network_ends_ussd(bench.now);
    assert!(bench.read().is_empty(), "there was none");
    bench.hear(UssdAction::INITIATE, "*123#");
    bench.modem.network_ends_ussd(bench.now);
    assert_eq!(indicated(&bench.read()), [expected(UssdResponse::TERMINATED_BY_NETWORK, EXISTING, "")]);
    // While a request waits, its answer says so.
    let tid = bench.say(UssdAction::INITIATE, "*123#");
    bench.modem.network_ends_ussd(bench.now);
    assert_eq!(heard(bench.read_one().answer::<Ussd>(tid, Status::SUCCESS)), ended);
    bench.hear(UssdAction::INITIATE, "*123#");
    bench.modem.other_client_answers_ussd(bench.now);
    assert_eq!(indicated(&bench.read()), [expected(UssdResponse::OTHER_LOCAL_CLIENT, EXISTING, "")]);
    // A host of another face takes the dialogue over, and has its answers.
    bench.hear(UssdAction::INITIATE, "*123#");
    let ticket = bench.modem.continue_ussd(bench.now, Origin(9), 0x48, &ucs2("2")).unwrap();
    assert_eq!(indicated(&bench.read()), [expected(UssdResponse::OTHER_LOCAL_CLIENT, EXISTING, "")]);
    assert!(bench.wait(1_000).is_empty());
    assert_eq!(bench.modem.outcome(ticket), Some(Ok(())));
    let reply = bench.modem.ussd_reply(bench.modem.ussd_answer(Origin(9)).unwrap()).unwrap();
    let said = UssdString { coding: reply.coding, octets: &reply.octets };
    assert_eq!(said.text().unwrap(), "You have 60 minutes left.");
}

#[test]
fn every_host_is_told_what_it_has_asked() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.say(UssdAction::INITIATE, "*100#");
    // Another host asks before this one has fetched its answer.
    bench.now = Instant(bench.now.0 + 500);
    let ticket = bench.modem.begin_ussd(bench.now, Origin(9), 0x48, &ucs2("*#06#")).unwrap();
    let messages = bench.read();
    let (_, _, said) = heard(messages[0].answer::<Ussd>(tid, Status::SUCCESS));
    assert_eq!(said, "Balance: 12.34 EUR. Valid until 31.12.2026.");
    assert_eq!(bench.modem.outcome(ticket), Some(Ok(())));
    let reply = bench.modem.ussd_reply(bench.modem.ussd_answer(Origin(9)).unwrap()).unwrap();
    let reply = UssdString { coding: reply.coding, octets: &reply.octets };
    assert_eq!(reply.text().unwrap().to_string(), "490154203237518");
}

#[test]
fn a_dialogue_is_lost_with_the_network() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.say(UssdAction::INITIATE, "*100#");
    bench.modem.lose_signal(bench.now);
    let answers = bench.wait_answers(1_000);
    answers[0].refused::<Ussd>(tid, Status::NOT_REGISTERED);
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::NOT_REGISTERED);
    bench.modem.restore_signal(bench.now);
    bench.wait(10_000);
    bench.hear(UssdAction::INITIATE, "*123#");
    bench.modem.set_hw_radio(bench.now, false);
    let told = indicated(&bench.wait(100));
    assert_eq!(told, [expected(UssdResponse::TERMINATED_BY_NETWORK, EXISTING, "")]);
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::RADIO_POWER_OFF);
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(Sim::with_pin("1234"));
    let mut bench = Bench::ready(setup);
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::PIN_REQUIRED);
}

#[test]
fn a_host_that_gives_up_or_goes_ends_its_dialogue() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.say(UssdAction::INITIATE, "*123#");
    let mut buffer = [0; 16];
    bench.send(write_host_error(&mut buffer, tid, ProtocolError::CANCEL).unwrap());
    assert!(!bench.modem.in_ussd());
    assert!(bench.wait(60_000).is_empty());
    bench.hear(UssdAction::INITIATE, "*123#");
    bench.open();
    assert!(!bench.modem.in_ussd());
    bench.say(UssdAction::INITIATE, "*123#");
    bench.modem.reboot(bench.now);
    assert!(!bench.modem.in_ussd());
}

#[test]
fn indications_obey_the_subscription() {
    let mut bench = Bench::ready(Setup::default());
    bench.subscribe(&[(bc::BASIC_CONNECT, &[])]);
    bench.modem.network_ussd(bench.now, "unheard", false).unwrap();
    assert!(bench.read().is_empty());
    assert_eq!(bench.subscribe(&[(USSD, &[Ussd::CID])]), [(USSD, vec![Ussd::CID])]);
    bench.modem.network_ussd(bench.now, "heard", false).unwrap();
    assert_eq!(indicated(&bench.read()).len(), 1);
    let mut setup = Setup::default();
    setup.ussd.enabled = false;
    let mut bench = Bench::ready(setup);
    bench.refused_now(UssdAction::INITIATE, "*100#", Status::NO_DEVICE_SUPPORT);
    assert_eq!(bench.now, Instant(10_000));
}
