//! Every built-in scenario, from the host's side, in virtual time.
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

mod common;

use std::net::Ipv4Addr;
use std::path::Path;

use common::{Buffers, scenario};
use virtual_modem::scenario::BUILT_IN;
use virtual_modem::{AsyncInProcess, Face, InProcess, Room, Scenario, Time};
use wwan::channel::VirtualClock;
use wwan::channel::blocking::MessageChannel;
use wwan::client::Async;
use wwan::client::mbim::blocking::Client;
use wwan::client::mbim::{ConnectRequest, Error, Selection};
use wwan::device::mbim;
use wwan::mbim_wire::field::Empty;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::mbim_wire::{Command as _, Status};
use wwan::time::{Instant, Millis};

const APN: &str = "internet";

fn request(apn: &str) -> ConnectRequest<'_> {
    ConnectRequest { apn, ..ConnectRequest::default() }
}

/// The function of a modem that speaks MBIM.
fn mbim<'a, 'm>(modem: &'a mut InProcess<'m>) -> &'a mut mbim::Function<'m> {
    let Face::Mbim(function) = modem.face() else { panic!("not MBIM") };
    function
}

/// A conversation with a modem in virtual time. Gives the time at its end.
fn play(scenario: &Scenario, act: impl FnOnce(&mut Client<'_, InProcess<'_>>)) -> Instant {
    let (mut room, mut buffers) = (Room::new(), Buffers::new());
    let modem = InProcess::mbim(scenario, Time::Virtual, &mut room);
    let mut client = buffers.client(modem);
    act(&mut client);
    client.now()
}

/// From a cold modem to addresses; whether the PIN was entered, and the IPv4 address.
macro_rules! bring_up {
    ($client:ident, $pin:expr, [$($wait:tt)*]) => {{
        $client.open() $($wait)*?;
        $client.wait_ready(Millis::from_secs(60)) $($wait)*?;
        let unlocked = $client.unlock($pin) $($wait)*?;
        $client.radio_on() $($wait)*?;
        $client.register(Selection::Automatic, Millis::from_secs(60)) $($wait)*?;
        $client.attach(Millis::from_secs(30)) $($wait)*?;
        $client.connect(&request(APN)) $($wait)*?;
        let settings = $client.ip_configuration(0) $($wait)*?;
        let first = settings.ipv4_address().unwrap().iter().next().expect("an address").unwrap();
        Ok((unlocked, first.ipv4_address.0))
    }};
}

fn bring_up<C: MessageChannel>(client: &mut Client<'_, C>, pin: &str) -> Result<(bool, Ipv4Addr), Error<C::Error>> {
    bring_up!(client, pin, [])
}

#[test]
fn every_built_in_scenario_can_be_read_and_says_what_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files = 0;
    for file in folder.read_dir().unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files += 1;
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(BUILT_IN.iter().any(|built_in| built_in.name == name), "{name}");
        }
    }
    assert_eq!(files, BUILT_IN.len());
    for built_in in BUILT_IN {
        assert!(!scenario(built_in.name).description.is_empty(), "{}", built_in.name);
    }
}

#[test]
fn default_connects_and_tells_the_models_values() {
    let end = play(&scenario("default"), |client| {
        assert_eq!(bring_up(client, "").unwrap(), (false, Ipv4Addr::new(10, 64, 0, 2)));
        let modem = client.channel().modem();
        let settings = modem.ip_configuration(0).unwrap().v4.as_ref().unwrap();
        assert_eq!(settings.address, Ipv4Addr::new(10, 64, 0, 2));
        let imei = modem.identity().imei.clone();
        let caps = client.query::<bc::DeviceCaps>(&Empty {}).unwrap();
        assert_eq!(caps.device_id().unwrap(), imei.as_str());
        client.disconnect(0).unwrap();
        assert!(client.channel().modem().ip_configuration(0).is_none());
        client.close().unwrap();
        assert!(!mbim(client.channel()).is_open());
    });
    assert!(end >= Instant(1_500), "SIM, search, attach and activation take their time: {end:?}");
}

#[test]
fn locked_sim_wants_its_pin() {
    play(&scenario("locked-sim"), |client| {
        let Err(Error::Locked(lock)) = bring_up(client, "") else {
            panic!("without the PIN");
        };
        assert_eq!((lock.pin_type, lock.remaining_attempts, lock.wrong), (bc::PinType::PIN1, Some(3), false));
        let Err(Error::Locked(lock)) = client.unlock("0000") else {
            panic!("with a wrong PIN");
        };
        assert_eq!((lock.pin_type, lock.remaining_attempts, lock.wrong), (bc::PinType::PIN1, Some(2), true));
        assert!(bring_up(client, "1234").unwrap().0);
    });
}

#[test]
fn the_last_try_is_not_wasted_and_the_puk_helps() {
    play(&scenario("wrong-pin-last-try"), |client| {
        client.open().unwrap();
        client.wait_ready(Millis::from_secs(10)).unwrap();
        let Err(Error::Locked(lock)) = client.unlock("9999") else {
            panic!("the last try");
        };
        assert_eq!((lock.remaining_attempts, lock.wrong), (Some(1), false), "nothing was tried");
        let enter = bc::PinOperation::ENTER;
        let Err(Error::Locked(lock)) = client.pin(bc::PinType::PIN1, enter, "9999", "") else {
            panic!("a wrong PIN");
        };
        assert_eq!((lock.pin_type, lock.remaining_attempts), (bc::PinType::PUK1, Some(10)));
        client.pin(bc::PinType::PUK1, enter, "12345678", "4321").unwrap();
        assert!(!bring_up(client, "").unwrap().0);
    });
}

#[test]
fn refused_access_points_tell_the_networks_cause() {
    play(&scenario("refused-apn"), |client| {
        bring_up(client, "").unwrap();
        client.disconnect(0).unwrap();
        for (apn, cause) in [("bogus", 27), ("blocked", 33)] {
            let error = client.connect(&request(apn)).unwrap_err();
            let refusal = *error.refusal().expect("a refusal");
            assert_eq!(refusal.network, Some(bc::NwError(cause)), "{apn}: {error}");
        }
        let error = client.connect(&request("corporate")).unwrap_err();
        assert_eq!(error.refusal().unwrap().status, Status::INVALID_USER_NAME_PWD);
        let login = ConnectRequest {
            user_name: "user",
            password: "secret",
            auth_protocol: bc::AuthProtocol::CHAP,
            ..request("corporate")
        };
        let info = client.connect(&login).unwrap();
        assert_eq!(
            (info.ip_type(), info.nw_error()),
            (Ok(bc::ContextIpType::IPV4), Ok(bc::NwError(50))),
            "asked for both"
        );
    });
}

#[test]
fn no_service_ends_after_half_a_minute() {
    let end = play(&scenario("no-service"), |client| {
        client.open().unwrap();
        client.wait_ready(Millis::from_secs(10)).unwrap();
        let early = client.register(Selection::Automatic, Millis::from_secs(5));
        // Whether the modem says so at once or goes on searching, there is no registration yet.
        assert!(early.is_err(), "{early:?}");
        client.channel().pass(Millis::from_secs(30));
        bring_up(client, "").unwrap();
    });
    assert!(end > Instant(30_000));
}

#[test]
fn denied_registration_tells_the_cause() {
    play(&scenario("registration-denied"), |client| {
        let error = bring_up(client, "").unwrap_err();
        assert_eq!(error.refusal().and_then(|refusal| refusal.network), Some(bc::NwError(15)), "{error}");
    });
}

#[test]
fn a_silent_modem_is_opened_once_it_answers() {
    let end = play(&scenario("silent"), |client| {
        client.open().unwrap();
        let now = client.now();
        assert!(now >= Instant(12_000), "{now:?}");
        bring_up(client, "").unwrap();
        assert!(mbim(client.channel()).counters().muted >= 2);
    });
    assert!(end < Instant(30_000), "{end:?}");
}

#[test]
fn at_a_cold_boot_no_try_is_used_up() {
    play(&scenario("cold-boot"), |client| {
        client.open().unwrap();
        let state = client.now();
        assert!(state >= Instant(500), "answers nothing before it has booted: {state:?}");
        let ready = client.query::<bc::SubscriberReadyStatus>(&Empty {}).unwrap();
        assert_eq!(ready.ready_state(), Ok(bc::SubscriberReadyState::NOT_INITIALIZED));
        // Impatient: the PIN looks needed, and is refused, but that costs nothing.
        assert_eq!(client.pin_state().unwrap().pin_state, bc::PinState::LOCKED);
        let error = client.unlock("1234").unwrap_err();
        assert!(matches!(error, Error::Refused(_)), "{error}");
        assert_eq!(client.pin_state().unwrap().remaining_attempts, 3);
        // Patient.
        assert!(bring_up(client, "1234").unwrap().0);
        assert!(client.now() > Instant(6_500));
    });
}

#[test]
fn a_sim_that_comes_late_is_found() {
    play(&scenario("no-sim"), |client| {
        client.open().unwrap();
        let absent = client.wait_ready(Millis::from_secs(10)).unwrap();
        assert_eq!(absent, bc::SubscriberReadyState::SIM_NOT_INSERTED);
        client.channel().pass(Millis::from_secs(20));
        bring_up(client, "").unwrap();
    });
}

#[test]
fn fragments_of_64_bytes_carry_everything() {
    play(&scenario("fragments"), |client| {
        bring_up(client, "").unwrap();
        assert_eq!(client.max_control_transfer(), 64);
        let services = client.query::<bc::DeviceServices>(&Empty {}).unwrap();
        assert!(services.device_services().unwrap().iter().count() >= 2);
        let counters = *mbim(client.channel()).counters();
        assert!(counters.received > counters.commands, "commands came in fragments: {counters:?}");
        assert_eq!((counters.function_errors, counters.garbage, counters.lost), (0, 0, 0));
        assert_eq!(client.counters().fragments, 0);
    });
}

#[test]
fn events_reach_the_host_as_indications_in_their_order() {
    let source = r#"
        [[event]]
        at = 5_000
        do = "network-deactivates"
        session = 0
        cause = 38
        [[event]]
        at = 6_000
        do = "remove-sim"
    "#;
    let scenario = Scenario::parse("events", source).unwrap();
    play(&scenario, |client| {
        bring_up(client, "").unwrap();
        client.channel().pass(Millis::from_secs(10));
        let mut told = Vec::new();
        while let Some(indication) = client.next_indication(Instant(0)).unwrap() {
            told.push((indication.service, indication.cid, indication.body.to_vec()));
        }
        let connect = told.iter().find(|(service, cid, _)| *service == bc::BASIC_CONNECT && *cid == bc::Connect::CID);
        let (.., body) = connect.expect("the end of the session");
        assert_eq!(body[32..36], 38_u32.to_le_bytes());
        let cids: Vec<_> = told.iter().map(|(_, cid, _)| *cid).collect();
        let place = |cid| cids.iter().rposition(|other| *other == cid).unwrap();
        assert!(place(bc::PacketService::CID) < place(bc::RegisterState::CID));
        assert!(place(bc::RegisterState::CID) < place(bc::SubscriberReadyStatus::CID));
    });
}

#[test]
fn commands_can_be_refused_delayed_and_swallowed() {
    let source = r#"
        [[command]]
        name = "Device Caps"
        refuse = 2
        once = true
        [[command]]
        name = "Home Provider"
        form = "query"
        delay = 4_000
        [[command]]
        service = "Basic Connect"
        name = "PACKET_STATISTICS"
        swallow = true
    "#;
    let scenario = Scenario::parse("commands", source).unwrap();
    play(&scenario, |client| {
        client.open().unwrap();
        let error = client.query::<bc::DeviceCaps>(&Empty {}).unwrap_err();
        assert_eq!(error.refusal().unwrap().status, Status::FAILURE);
        client.query::<bc::DeviceCaps>(&Empty {}).unwrap();
        let before = client.now();
        client.channel().pass(Millis(400));
        client.query::<bc::HomeProvider>(&Empty {}).unwrap();
        assert!(client.now() - before >= Millis(4_000));
        let error = client.query::<bc::PacketStatistics>(&Empty {}).unwrap_err();
        assert!(matches!(error, Error::Failed { .. }), "{error}");
        assert_eq!(mbim(client.channel()).counters().swallowed, 1);
    });
}

#[test]
fn an_unplugged_modem_is_gone_until_it_is_plugged_in() {
    let source = r#"
        [[event]]
        at = 5_000
        do = "unplug"
        [[event]]
        at = 8_000
        do = "plug"
    "#;
    let scenario = Scenario::parse("unplug", source).unwrap();
    play(&scenario, |client| {
        bring_up(client, "").unwrap();
        let error = loop {
            match client.next_indication(Instant(20_000)) {
                Ok(indication) => drop(indication.expect("an indication, or the end")),
                Err(error) => break error,
            }
        };
        let Error::Channel(error) = error else { panic!("{error}") };
        assert_eq!(embedded_io::Error::kind(&error), embedded_io::ErrorKind::NotConnected);
        let modem = &mut client.channel();
        assert!(!modem.is_plugged());
        modem.pass(Millis::from_secs(5));
        assert!(modem.is_plugged() && !mbim(modem).is_open());
        bring_up(client, "").unwrap();
    });
}

#[test]
fn waiting_for_ever_in_virtual_time_is_refused() {
    let (scenario, mut room) = (scenario("default"), Room::new());
    let mut modem = InProcess::mbim(&scenario, Time::Virtual, &mut room);
    let error = modem.receive(&mut [0; 64], Instant::FAR).unwrap_err();
    assert_eq!(embedded_io::Error::kind(&error), embedded_io::ErrorKind::TimedOut);
    let long = modem.send(&[0; 5000]).unwrap_err();
    assert_eq!(embedded_io::Error::kind(&long), embedded_io::ErrorKind::OutOfMemory);
}

#[test]
fn every_run_is_the_same() {
    let run = || {
        let mut said = Vec::new();
        let end = play(&scenario("fragments"), |client| {
            bring_up(client, "").unwrap();
            let counters = *mbim(client.channel()).counters();
            said.push((counters, *client.counters()));
        });
        (end, said)
    };
    assert_eq!(run(), run());
}

#[test]
fn the_async_client_connects_too() {
    let (scenario, mut room, mut buffers) = (scenario("locked-sim"), Room::new(), Buffers::new());
    let clock = VirtualClock::new(Instant(0));
    let channel = AsyncInProcess::mbim(&scenario, &clock, &mut room);
    let mut client = buffers.client_over(Async { channel, clock: &clock }, 4096);
    let mut future = std::pin::pin!(async {
        let outcome: Result<_, Error<_>> = async { bring_up!(client, "1234", [.await]) }.await;
        outcome
    });
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let connected = loop {
        if let std::task::Poll::Ready(connected) = future.as_mut().poll(&mut context) {
            break connected;
        }
        clock.advance().expect("the client waits for nothing that can happen");
    };
    assert_eq!(connected.unwrap(), (true, Ipv4Addr::new(10, 64, 0, 2)));
}
