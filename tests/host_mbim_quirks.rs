//! An MBIM host and what modems do that no specification says.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]
#![cfg(feature = "mbim")]

mod host_common;

use host_common::{bytes, client};
use mbim_wire::field::Empty;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command as _, Status};
use wwan::client::mbim::{ConnectRequest, Error, Selection};
use wwan::procedure::mbim::{Connect, Outcome, Procedure as _, Question, Step, UseCode};
use wwan::time::{Instant, Millis};

const PIN_NEEDED: bc::PinInfo =
    bc::PinInfo { pin_type: bc::PinType::PIN1, pin_state: bc::PinState::LOCKED, remaining_attempts: 3 };
const NO_PIN_NEEDED: bc::PinInfo =
    bc::PinInfo { pin_type: bc::PinType::UNKNOWN, pin_state: bc::PinState::UNLOCKED, remaining_attempts: u32::MAX };

#[test]
fn a_busy_modem_is_asked_again_and_again_but_not_for_ever() {
    let mut client = client();
    let on = bc::RadioSwitchState::ON;
    let state = bytes(&bc::RadioStateInfo { hw_radio_state: on, sw_radio_state: on });
    client.channel().query::<bc::RadioState>(vec![]).but(Status::BUSY);
    client.channel().query::<bc::RadioState>(vec![]).but(Status::BUSY);
    client.channel().query::<bc::RadioState>(state.clone());
    assert!(client.query::<bc::RadioState>(&Empty {}).is_ok());
    let times = client.channel().times.clone();
    assert_eq!(times, [0, 1_000, 2_000]);
    for _ in 0..6 {
        client.channel().query::<bc::RadioState>(vec![]).but(Status::BUSY);
    }
    let error = client.query::<bc::RadioState>(&Empty {}).map(drop).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::BUSY);
    assert_eq!(client.counters().busy, 7);
    client.channel().finish();
}

#[test]
fn an_indication_does_not_cut_the_wait_for_a_busy_modem_short() {
    let mut client = client();
    client.channel().query::<bc::RadioState>(vec![]).but(Status::BUSY).later::<bc::RadioState>(300, &[0; 8]);
    client.channel().query::<bc::RadioState>(vec![0; 8]);
    client.query::<bc::RadioState>(&Empty {}).map(drop).unwrap();
    assert_eq!(client.channel().times, [0, 1_000]);
    assert!(client.next_indication(Instant(0)).unwrap().is_some(), "it is kept");
}

#[test]
fn a_procedure_starts_over_when_a_step_of_it_was_answered_busy() {
    // The state may have changed meanwhile: it is read again before anything is set.
    let mut client = client();
    let radio =
        |sw_radio_state| bytes(&bc::RadioStateInfo { hw_radio_state: bc::RadioSwitchState::ON, sw_radio_state });
    client.channel().query::<bc::RadioState>(radio(bc::RadioSwitchState::OFF));
    client.channel().set::<bc::RadioState>(vec![]).but(Status::BUSY);
    client.channel().query::<bc::RadioState>(radio(bc::RadioSwitchState::ON));
    assert_eq!(client.radio_on().unwrap().sw_radio_state, bc::RadioSwitchState::ON);
    client.channel().finish();
    // Who asks by numbers gets the answer as it is.
    client.channel().query::<bc::RadioState>(vec![]).but(Status::BUSY);
    let (service, cid) = (bc::BASIC_CONNECT, bc::RadioState::CID);
    let answer = client.command(service, cid, CommandType::QUERY, &Empty {}, Millis(1_000)).unwrap();
    assert_eq!(answer.status, Status::BUSY);
    client.channel().finish();
}

#[test]
fn a_radio_is_switched_off_only_if_it_is_on() {
    let radio =
        |sw_radio_state| bytes(&bc::RadioStateInfo { hw_radio_state: bc::RadioSwitchState::ON, sw_radio_state });
    let mut client = client();
    client.channel().query::<bc::RadioState>(radio(bc::RadioSwitchState::OFF));
    client.radio_off().unwrap();
    client.channel().query::<bc::RadioState>(radio(bc::RadioSwitchState::ON));
    client.channel().set::<bc::RadioState>(radio(bc::RadioSwitchState::OFF)).with(vec![0; 4]);
    assert_eq!(client.radio_off().unwrap().sw_radio_state, bc::RadioSwitchState::OFF);
    client.channel().finish();
}

#[test]
fn a_pin_query_answered_with_pin_required_means_pin_1() {
    let mut client = client();
    client.channel().query::<bc::Pin>(vec![]).but(Status::PIN_REQUIRED);
    let state = client.pin_state().unwrap();
    assert_eq!((state.pin_type, state.pin_state), (bc::PinType::PIN1, bc::PinState::LOCKED));
    assert_eq!(state.remaining_attempts, u32::MAX);

    client.channel().query::<bc::Pin>(vec![]).but(Status::PIN_REQUIRED);
    client.channel().set::<bc::Pin>(bytes(&NO_PIN_NEEDED));
    assert_eq!(client.unlock("1234"), Ok(true));
    // Without a PIN, it says what is needed, and that nobody knows how often.
    client.channel().query::<bc::Pin>(vec![]).but(Status::PIN_REQUIRED);
    let Err(Error::Locked(lock)) = client.unlock("") else { panic!() };
    assert_eq!((lock.pin_type, lock.remaining_attempts, lock.wrong), (bc::PinType::PIN1, None, false));
    // A wrong PIN says so by its status, since there are no attempts to compare.
    client.channel().query::<bc::Pin>(vec![]).but(Status::PIN_REQUIRED);
    client.channel().set::<bc::Pin>(vec![]).but(Status::PIN_FAILURE);
    client.channel().query::<bc::Pin>(bytes(&PIN_NEEDED));
    let Err(Error::Locked(lock)) = client.unlock("4321") else { panic!() };
    assert_eq!((lock.wrong, lock.remaining_attempts), (true, Some(3)));
    client.channel().finish();
}

#[test]
fn without_a_sim_the_pin_query_is_refused_and_nothing_is_tried() {
    let mut client = client();
    client.channel().query::<bc::Pin>(vec![]).but(Status::SIM_NOT_INSERTED);
    let error = client.unlock("1234").unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::SIM_NOT_INSERTED);
    client.channel().finish();
}

fn session(activation_state: bc::ActivationState, nw_error: u32) -> Vec<u8> {
    bytes(&bc::ConnectInfo { activation_state, nw_error: bc::NwError(nw_error), ..Default::default() })
}

/// What the parameters of a CONNECT set ask for.
fn activates(params: &[u8]) -> bool {
    params[4] == 1
}

#[test]
fn a_session_that_is_half_open_is_deactivated_before_the_next_attempt() {
    // The state says nothing of it; only the refusal does.
    let mut client = client();
    client.channel().query::<bc::Connect>(session(bc::ActivationState::DEACTIVATED, 0));
    client.channel().set::<bc::Connect>(vec![]).but(Status::MAX_ACTIVATED_CONTEXTS);
    client.channel().set::<bc::Connect>(session(bc::ActivationState::DEACTIVATED, 0));
    client.channel().set::<bc::Connect>(session(bc::ActivationState::ACTIVATED, 0));
    client.connect(&ConnectRequest::default()).map(drop).unwrap();
    let asked: Vec<_> = client.channel().params[1..].iter().map(|params| activates(params)).collect();
    assert_eq!(asked, [true, false, true]);
    // Once is enough: then the sessions are others'.
    client.channel().query::<bc::Connect>(session(bc::ActivationState::DEACTIVATED, 0));
    client.channel().set::<bc::Connect>(vec![]).but(Status::MAX_ACTIVATED_CONTEXTS);
    client.channel().set::<bc::Connect>(vec![]).but(Status::CONTEXT_NOT_ACTIVATED);
    client.channel().set::<bc::Connect>(vec![]).but(Status::MAX_ACTIVATED_CONTEXTS);
    let error = client.connect(&ConnectRequest::default()).map(drop).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::MAX_ACTIVATED_CONTEXTS);
    client.channel().finish();
}

#[test]
fn a_session_that_the_modem_does_not_tell_of_is_given_up() {
    use bc::ActivationState as State;
    let mut client = client();
    client.channel().query::<bc::Connect>(session(State::DEACTIVATED, 0));
    client.channel().set::<bc::Connect>(session(State::ACTIVATING, 0));
    client.channel().query::<bc::Connect>(vec![]).but(Status::FAILURE);
    client.channel().set::<bc::Connect>(session(State::DEACTIVATED, 0));
    let error = client.connect(&ConnectRequest::default()).map(drop).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::FAILURE);
    assert!(!activates(client.channel().params.last().unwrap()));
    client.channel().finish();
}

#[test]
fn a_session_in_an_unknown_state_counts_as_closed() {
    let mut client = client();
    client.channel().query::<bc::Connect>(session(bc::ActivationState::UNKNOWN, 0));
    client.channel().set::<bc::Connect>(session(bc::ActivationState::ACTIVATED, 50));
    let connected = client.connect(&ConnectRequest::default()).unwrap();
    assert_eq!(connected.nw_error(), Ok(bc::NwError(50)), "IPv4 only, and a success");
    assert!(activates(&client.channel().params[1]));
}

#[test]
fn deactivating_what_is_not_there_is_done() {
    let mut client = client();
    for status in [Status::SIM_NOT_INSERTED, Status::CONTEXT_NOT_ACTIVATED] {
        client.channel().set::<bc::Connect>(vec![]).but(status);
        assert_eq!(client.disconnect(0), Ok(()));
    }
    client.channel().set::<bc::Connect>(vec![]).but(Status::FAILURE);
    assert!(client.disconnect(0).is_err());
    client.channel().finish();
}

#[test]
fn causes_that_no_specification_has_are_not_told() {
    let mut client = client();
    for (nw_error, told) in [(33, Some(33)), (112, Some(112)), (0, None), (4_000, None), (u32::MAX, None)] {
        client.channel().query::<bc::Connect>(session(bc::ActivationState::DEACTIVATED, 0));
        let body = session(bc::ActivationState::DEACTIVATED, nw_error);
        client.channel().expect::<bc::Connect>(CommandType::SET, Status::FAILURE, body);
        let error = client.connect(&ConnectRequest::default()).map(drop).unwrap_err();
        assert_eq!(error.refusal().unwrap().network.map(|cause| cause.0), told);
    }
    client.channel().finish();
}

#[test]
fn a_failure_to_register_without_a_cause_is_looked_at_again() {
    let info = |register_state, nw_error| {
        bytes(&bc::RegisterStateInfo { register_state, nw_error: bc::NwError(nw_error), ..Default::default() })
    };
    let mut client = client();
    client.channel().query::<bc::RegisterState>(info(bc::RegistrationState::DEREGISTERED, 0));
    let failed = info(bc::RegistrationState::UNKNOWN, 0);
    client.channel().expect::<bc::RegisterState>(CommandType::SET, Status::FAILURE, failed);
    client.channel().query::<bc::RegisterState>(info(bc::RegistrationState::HOME, 0));
    let state = client.register(Selection::Automatic, Millis::from_secs(60));
    assert_eq!(state, Ok(bc::RegistrationState::HOME));
    // With a cause it has failed.
    client.channel().query::<bc::RegisterState>(info(bc::RegistrationState::DEREGISTERED, 0));
    let failed = info(bc::RegistrationState::DENIED, 11);
    client.channel().expect::<bc::RegisterState>(CommandType::SET, Status::FAILURE, failed);
    let error = client.register(Selection::Automatic, Millis::from_secs(60)).unwrap_err();
    assert_eq!(error.refusal().unwrap().network, Some(bc::NwError(11)));
    client.channel().finish();
}

#[test]
fn detaching_waits_until_it_has_happened() {
    let state = |packet_service_state| bytes(&bc::PacketServiceInfo { packet_service_state, ..Default::default() });
    let mut client = client();
    client.channel().query::<bc::PacketService>(state(bc::PacketServiceState::ATTACHED));
    client.channel().set::<bc::PacketService>(state(bc::PacketServiceState::DETACHING)).with(vec![1, 0, 0, 0]);
    client.channel().query::<bc::PacketService>(state(bc::PacketServiceState::DETACHED));
    client.detach(Millis::from_secs(30)).unwrap();
    client.channel().query::<bc::PacketService>(state(bc::PacketServiceState::DETACHED));
    client.detach(Millis::from_secs(30)).unwrap();
    client.channel().query::<bc::PacketService>(state(bc::PacketServiceState::ATTACHED));
    client.channel().set::<bc::PacketService>(state(bc::PacketServiceState::DETACHING));
    client.channel().query::<bc::PacketService>(state(bc::PacketServiceState::DETACHING));
    assert_eq!(client.detach(Millis(900)), Err(Error::NotReached));
    client.channel().finish();
}

#[test]
fn debug_output_shows_neither_codes_nor_subscribers() {
    let mut client = client();
    client.channel().query::<bc::Pin>(bytes(&PIN_NEEDED));
    client.channel().set::<bc::Pin>(bytes(&NO_PIN_NEEDED));
    client.unlock("7294").unwrap();
    let secret = [0x37, 0, 0x32, 0, 0x39, 0, 0x34, 0];
    assert!(client.channel().params[1].windows(8).any(|window| window == secret), "it was sent");
    let debug = format!("{client:?} {client:#?}");
    // The digits as UTF-16 would be listed as numbers.
    assert!(!debug.contains("55, 0, 50") && !debug.contains("55,\n"), "{debug}");
    assert!(!debug.contains("165, 165"), "no buffer is shown: {debug}");

    let request = ConnectRequest { user_name: "alice", password: "secret", ..Default::default() };
    let text = format!("{request:?} {:?} {:?}", Connect::new(&request), UseCode::unlock("7294"));
    assert!(!text.contains("alice") && !text.contains("secret") && !text.contains("7294"), "{text}");
    let outcome = format!("{:?}", Outcome::Refused(Status::FAILURE, &[0x37, 0x32]));
    assert_eq!(outcome, "Refused(FAILURE, 2 bytes)");
    let mut unlock = UseCode::unlock("7294");
    unlock.step(Instant(0), Outcome::Begin);
    let step = unlock.step(Instant(0), Outcome::Answer(&bytes(&PIN_NEEDED)));
    assert!(matches!(step, Step::Ask(Question { kind: CommandType::SET, .. })));
    assert!(!format!("{step:?}").contains("7294"));
}
