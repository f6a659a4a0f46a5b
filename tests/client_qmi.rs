//! The QMI client against the function role of this crate, in virtual time: the way to a connection, and what goes wrong
//! on it.
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
#![cfg(all(feature = "device", feature = "qmi"))]

use core::cell::RefCell;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;

use qmi_wire::frame::{Frame, Framing};
use qmi_wire::message::write_indication;
use qmi_wire::service::{Service, ctl, dms, nas, uim, wda, wds};
use qmi_wire::{Message as _, ProtocolError};
use wwan::channel::PipeError;
use wwan::channel::blocking::MessageChannel;
use wwan::client::Link;
use wwan::client::qmi::blocking::Client;
use wwan::client::qmi::{self, ConnectRequest, Error, Memory, Owned, Question, Record, Selection};
use wwan::device::modem::{Modem, Setup, SimSetup};
use wwan::device::qmi::{Config as FunctionConfig, Effect, Fault, Function, Memory as FunctionMemory};
use wwan::procedure::qmi::connect::{GLOBAL_HANDLE, session_end};
use wwan::procedure::qmi::{
    Code, Empty, Format, IpType, MessageId, Outcome, PinOperation, Plmn, Procedure, SimState, Step,
};
use wwan::session::qmi::{ClientSlot, Config, Failure, Memory as SessionMemory, OpenError, SessionError, Slot};
use wwan::time::{Instant, Millis};

/// A function and its modem, as a channel; its clock goes on when the host waits.
struct Bench {
    modem: Box<Modem>,
    function: Function<'static>,
    now: Instant,
    /// What the modem says before everything else.
    first: VecDeque<Vec<u8>>,
    /// The messages that the host has sent: service and number.
    sent: Vec<(Service, u16)>,
}

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

impl Bench {
    fn new(setup: Setup, config: FunctionConfig) -> Self {
        Self {
            modem: Box::new(Modem::new(Instant(0), setup)),
            function: Function::new(config, FunctionMemory { out: leak(16384) }),
            now: Instant(0),
            first: VecDeque::new(),
            sent: Vec::new(),
        }
    }

    /// The next frame; `None` if nothing comes until then.
    fn next(&mut self, deadline: Instant) -> Option<Vec<u8>> {
        loop {
            if let Some(frame) = self.first.pop_front() {
                return Some(frame);
            }
            self.modem.poll(self.now);
            if let Some(frame) = self.function.transmit(self.now, &mut self.modem) {
                return Some(frame.to_vec());
            }
            if deadline <= self.now {
                return None;
            }
            let modem = self.modem.poll_at().unwrap_or(Instant::FAR);
            let function = self.function.poll_at(&self.modem).unwrap_or(Instant::FAR);
            let next = modem.min(function).min(deadline);
            assert_ne!(next, Instant::FAR, "the host waits for nothing that can happen");
            self.now = self.now.max(next);
        }
    }

    fn take(&mut self, frame: &[u8]) {
        let message = Frame::parse(frame).unwrap().message;
        self.sent.push((message.service(), message.id()));
        self.function.receive(self.now, &mut self.modem, frame);
    }

    fn count(&self, service: Service, id: u16) -> usize {
        self.sent.iter().filter(|sent| **sent == (service, id)).count()
    }
}

impl MessageChannel for Bench {
    type Error = PipeError;

    fn send(&mut self, message: &[u8]) -> Result<(), PipeError> {
        self.take(message);
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, PipeError> {
        let Some(frame) = self.next(deadline) else { return Ok(None) };
        buf[..frame.len()].copy_from_slice(&frame);
        Ok(Some(frame.len()))
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        self.now
    }
}

fn memory() -> Memory<'static> {
    Memory {
        transfer: leak(4096),
        indications: leak(4096),
        session: SessionMemory {
            slots: Box::leak(Box::new([Slot::FREE; 4])),
            clients: Box::leak(Box::new([ClientSlot::FREE; 8])),
            request: leak(1024),
        },
    }
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

fn function(change: impl FnOnce(&mut FunctionConfig)) -> FunctionConfig {
    let mut config = FunctionConfig::default();
    change(&mut config);
    config
}

type Host = Client<'static, Bench>;

fn host(setup: Setup, function: FunctionConfig) -> Host {
    let mut client = Client::new(Bench::new(setup, function), Config::default(), memory());
    client.open().unwrap();
    client
}

/// Registered.
fn ready(setup: Setup) -> Host {
    let mut client = host(setup, FunctionConfig::default());
    client.set_mode(dms::OperatingMode::ONLINE).unwrap();
    client.unlock("1234", Millis::from_secs(60)).unwrap();
    client.register(Selection::Automatic, Millis::from_secs(120)).unwrap();
    client
}

fn setup(change: impl FnOnce(&mut Setup)) -> Setup {
    let mut setup = Setup::default();
    change(&mut setup);
    setup
}

fn sim(change: impl FnOnce(&mut wwan::device::modem::sim::Sim)) -> Setup {
    let mut sim = wwan::device::modem::sim::Sim::default();
    change(&mut sim);
    setup(|setup| setup.sim = SimSetup::Card(sim))
}

fn fault(client: &mut Host, service: Service, message: u16, effect: Effect, once: bool) {
    client.channel().function.inject(Fault { service, message, effect, once }).unwrap();
}

#[test]
fn the_whole_way_to_a_connection_and_back() {
    let mut client = ready(Setup::default());
    let connected = client.connect(&ConnectRequest { apn: "internet", ..Default::default() }).unwrap();
    assert!(connected.has_ipv4() && connected.has_ipv6());
    let v4 = client.settings(0, wds::IpFamily::IPV4).unwrap();
    let ipv4 = v4.ipv4().unwrap();
    assert!(ipv4.gateway.is_some() && ipv4.dns[0].is_some() && v4.mtu().is_some(), "{v4:?}");
    assert!((1..=32).contains(&ipv4.prefix_length));
    let v6 = client.settings(0, wds::IpFamily::IPV6).unwrap();
    assert_eq!(v6.ipv6().unwrap().prefix_length, 64);
    assert!(client.data_status(0, wds::IpFamily::IPV4).unwrap().is_up());
    // Two clients of WDS, and one of each other service that was asked.
    let clients: Vec<_> = client.clients().map(|owned| (owned.service, owned.instance)).collect();
    assert_eq!(clients.iter().filter(|(service, _)| *service == Service::WDS).count(), 2);

    client.disconnect(0).unwrap();
    assert!(!client.data_status(0, wds::IpFamily::IPV4).unwrap().connected);
    client.disconnect(0).unwrap();
    client.close().unwrap();
    assert_eq!(client.channel().function.clients().count(), 0);
    assert_eq!((client.counters().foreign, client.counters().malformed, client.counters().late), (0, 0, 0));
}

#[test]
fn the_device_says_who_it_is_and_older_firmware_too() {
    let mut client = host(Setup::default(), FunctionConfig::default());
    let identity = client.identity().unwrap();
    assert!(!identity.manufacturer.is_empty() && !identity.model.is_empty() && !identity.revision.is_empty());
    assert_eq!(identity.imei.len(), 15);
    assert!(!format!("{identity:?}").contains(identity.imei.as_str()));
    fault(&mut client, Service::DMS, 0x22, Effect::Refuse(ProtocolError::INVALID_QMI_COMMAND), true);
    fault(&mut client, Service::DMS, 0x25, Effect::Swallow, true);
    let less = client.identity().unwrap();
    assert!(less.model.is_empty() && less.imei.is_empty());
    assert_eq!(less.revision, identity.revision);
}

#[test]
fn declared_messages_are_asked_and_refusals_tell_why() {
    let mut client = host(Setup::default(), FunctionConfig::default());
    let model = client.ask::<dms::get_model::Message>(|_| {}).unwrap().model().unwrap().to_str().map(str::to_owned);
    assert!(model.is_some_and(|model| !model.is_empty()));
    fault(&mut client, Service::DMS, 0x22, Effect::Refuse(ProtocolError::NO_MEMORY), true);
    let Err(Error::Refused(refusal)) = client.ask::<dms::get_model::Message>(|_| {}) else { panic!() };
    assert_eq!((refusal.error, refusal.message.id), (ProtocolError::NO_MEMORY, 0x22));
    assert_eq!(refusal.to_string(), "DMS message 0x0022: the modem answers NO_MEMORY (2)");
    // By its numbers, whatever the verdict.
    let unknown = MessageId { service: Service::DMS, id: 0x7777, abortable: false };
    let tlvs = client.request(Question::new(&unknown, &Empty)).unwrap();
    assert_eq!(tlvs.find(2), Some(&[1, 0, 71, 0][..]));
    let missing = MessageId { service: Service(0xee), id: 1, abortable: false };
    let refused = client.request(Question::new(&missing, &Empty)).unwrap_err();
    let failure = Failure::NoClient(ProtocolError::INVALID_SERVICE_TYPE);
    assert_eq!(refused, Error::Failed { message: None, failure });
}

#[test]
fn a_modem_that_is_not_ready_is_asked_again() {
    let mut client = host(Setup::default(), FunctionConfig::default());
    fault(&mut client, Service::DMS, 0x22, Effect::Refuse(ProtocolError::DEVICE_NOT_READY), true);
    let before = client.now();
    client.ask::<dms::get_model::Message>(|_| {}).unwrap();
    assert_eq!((client.now() - before, client.counters().not_ready), (Millis(1000), 1));
    fault(&mut client, Service::DMS, 0x22, Effect::Refuse(ProtocolError::DEVICE_NOT_READY), false);
    assert!(client.ask::<dms::get_model::Message>(|_| {}).is_err());
    assert_eq!(client.counters().not_ready, 6);
}

#[test]
fn a_silent_modem_does_not_open_and_nothing_hangs() {
    let mut bench = Bench::new(Setup::default(), FunctionConfig::default());
    bench.function.set_mute(true);
    let mut client = Client::new(bench, Config::default(), memory());
    assert_eq!(client.open(), Err(Error::Open(OpenError::Timeout)));
    assert_eq!(client.now(), Instant(45_000));
    client.channel().function.set_mute(false);
    client.open().unwrap();
    client.channel().function.set_mute(true);
    let before = client.now();
    let Err(Error::Failed { failure: Failure::Timeout, .. }) = client.ask::<dms::get_model::Message>(|_| {}) else {
        panic!()
    };
    assert!(client.now() - before <= Millis(20_000));
}

#[test]
fn fcc_locked_modules_are_unlocked_and_switches_are_told() {
    let locked = setup(|setup| (setup.radio.software, setup.radio.fcc_locked) = (false, true));
    let mut client = host(locked, FunctionConfig::default());
    client.set_mode(dms::OperatingMode::ONLINE).unwrap();
    assert_eq!(client.channel().count(Service::DMS, dms::set_fcc_authentication::Message::ID), 1);
    // A mode that holds already is not set.
    let before = client.channel().count(Service::DMS, dms::set_operating_mode::Message::ID);
    client.set_mode(dms::OperatingMode::ONLINE).unwrap();
    assert_eq!(client.channel().count(Service::DMS, dms::set_operating_mode::Message::ID), before);

    client.set_mode(dms::OperatingMode::LOW_POWER).unwrap();
    let restricted = ProtocolError::HARDWARE_RESTRICTED;
    fault(&mut client, Service::DMS, dms::set_operating_mode::Message::ID, Effect::Refuse(restricted), true);
    let error = client.set_mode(dms::OperatingMode::ONLINE).unwrap_err();
    assert_eq!(error.refusal().unwrap().error, restricted);
    // Refused for good: the reason is the first one, not that the other message is unknown.
    let transition = ProtocolError::INVALID_TRANSITION;
    fault(&mut client, Service::DMS, dms::set_operating_mode::Message::ID, Effect::Refuse(transition), false);
    let unknown = Effect::Refuse(ProtocolError::INVALID_QMI_COMMAND);
    fault(&mut client, Service::DMS, dms::set_fcc_authentication::Message::ID, unknown, false);
    let error = client.set_mode(dms::OperatingMode::ONLINE).unwrap_err();
    assert_eq!(error.refusal().unwrap().error, transition);
}

#[test]
fn a_restart_loses_everything_and_opening_again_works() {
    let mut client = ready(Setup::default());
    client.restart().unwrap();
    let lost = loop {
        match client.next_indication(Instant::FAR) {
            Ok(told) => assert!(told.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!(lost, Error::Lost);
    assert_eq!(client.clients().count(), 0);
    let closed = client.ask::<dms::get_model::Message>(|_| {}).unwrap_err();
    assert_eq!(closed, Error::Session(SessionError::NotOpen));
    client.open().unwrap();
    client.ask::<dms::get_model::Message>(|_| {}).unwrap();
}

#[test]
fn codes_are_entered_in_the_newer_and_the_older_service() {
    for older in [false, true] {
        let setup = sim(|sim| sim.pin1.enabled = true);
        let mut client = host(setup, function(|f| f.dms_uim = true));
        if older {
            let unsupported = Effect::Refuse(ProtocolError::NOT_SUPPORTED);
            fault(&mut client, Service::UIM, uim::get_card_status::Message::ID, unsupported, false);
        }
        let sim = client.sim(Millis::from_secs(60)).unwrap();
        assert_eq!((sim.state, sim.pin1.attempts), (SimState::Locked(Code::Pin1), 3), "{older}");
        let Err(Error::Locked(lock)) = client.unlock("", Millis::from_secs(60)) else { panic!() };
        assert_eq!((lock.code, lock.remaining_attempts, lock.wrong), (Code::Pin1, Some(3), false));
        let Err(Error::Locked(lock)) = client.unlock("9999", Millis::from_secs(60)) else { panic!() };
        assert_eq!((lock.code, lock.remaining_attempts, lock.wrong), (Code::Pin1, Some(2), true));
        assert_eq!(lock.to_string(), "the code is wrong: PIN1 is needed, 2 attempts left");
        assert_eq!(client.unlock("1234", Millis::from_secs(60)), Ok(true));
        assert_eq!(client.sim(Millis::from_secs(60)).unwrap().state, SimState::Ready);
        assert_eq!(client.unlock("1234", Millis::from_secs(60)), Ok(false));
        let service = if older { Service::DMS } else { Service::UIM };
        let message = if older { dms::uim_verify_pin::Message::ID } else { uim::verify_pin::Message::ID };
        assert_eq!(client.channel().count(service, message), 2, "{older}");

        client.pin(PinOperation::Change("1234", "4321"), false).unwrap();
        let Err(Error::Locked(lock)) = client.pin(PinOperation::Change("1234", "1111"), false) else { panic!() };
        assert!(lock.wrong);
        client.pin(PinOperation::Protect(false, "4321"), false).unwrap();
        // What has no effect is done already, except where a code was to change.
        client.pin(PinOperation::Protect(false, "4321"), false).unwrap();
        let Err(Error::Refused(refusal)) = client.pin(PinOperation::Change("4321", "1111"), false) else { panic!() };
        assert_eq!(refusal.error, ProtocolError::NO_EFFECT);
    }
}

#[test]
fn the_last_attempt_is_left_to_the_user_and_the_puk_unblocks() {
    let setup = sim(|sim| sim.pin1.enabled = true);
    let mut client = host(setup, FunctionConfig::default());
    for left in [2, 1] {
        let Err(Error::Locked(lock)) = client.unlock("0000", Millis::from_secs(60)) else { panic!() };
        assert_eq!((lock.remaining_attempts, lock.wrong), (Some(left), true));
    }
    let Err(Error::Locked(lock)) = client.unlock("1234", Millis::from_secs(60)) else { panic!() };
    assert_eq!((lock.remaining_attempts, lock.wrong), (Some(1), false), "not tried");
    let Err(Error::Locked(lock)) = client.pin(PinOperation::Verify("0000"), false) else { panic!() };
    assert_eq!((lock.code, lock.wrong), (Code::Puk1, true));
    let sim = client.sim(Millis::from_secs(1)).unwrap();
    assert_eq!((sim.state, sim.pin1.unblock_attempts), (SimState::Locked(Code::Puk1), 10));
    let Err(Error::Locked(lock)) = client.pin(PinOperation::Unblock("00000000", "1111"), false) else { panic!() };
    assert_eq!((lock.code, lock.remaining_attempts), (Code::Puk1, Some(9)));
    client.pin(PinOperation::Unblock("12345678", "1111"), false).unwrap();
    assert_eq!(client.sim(Millis::from_secs(60)).unwrap().state, SimState::Ready);
}

#[test]
fn a_missing_sim_is_told() {
    let mut client = host(setup(|setup| setup.sim = SimSetup::Empty), FunctionConfig::default());
    assert_eq!(client.unlock("1234", Millis::from_secs(60)), Err(Error::Sim(SimState::NotInserted)));
}

#[test]
fn registers_by_itself_by_hand_and_with_either_firmware() {
    let mut client = ready(Setup::default());
    let registration = client.registration().unwrap();
    assert!(registration.is_registered() && registration.attached && !registration.roaming, "{registration:?}");
    let home = registration.plmn.unwrap();
    assert_eq!(registration.radio, nas::RadioInterface::LTE, "{registration:?}");
    assert!(!registration.name.is_empty() && registration.cell.is_some());
    client.register(Selection::Manual(home), Millis::from_secs(120)).unwrap();
    // Firmware without the older message, and without the newer way to choose.
    let unsupported = Effect::Refuse(ProtocolError::NOT_SUPPORTED);
    fault(&mut client, Service::NAS, nas::get_serving_system::Message::ID, unsupported, false);
    fault(&mut client, Service::NAS, nas::set_system_selection_preference::Message::ID, unsupported, false);
    client.register(Selection::Manual(home), Millis::from_secs(120)).unwrap();
    assert_eq!(client.channel().count(Service::NAS, nas::initiate_network_register::Message::ID), 1);
    let newer = client.registration().unwrap();
    assert_eq!((newer.plmn, newer.radio, newer.attached), (Some(home), registration.radio, true));
    client.channel().function.clear_faults();
    fault(&mut client, Service::NAS, nas::get_system_info::Message::ID, unsupported, false);
    assert!(client.registration().unwrap().is_registered());
    // A network that is not there.
    let nowhere = Plmn { mcc: 999, mnc: 99, three_digits: false };
    let before = client.now();
    let error = client.register(Selection::Manual(nowhere), Millis::from_secs(20)).unwrap_err();
    assert!(matches!(error, Error::NotReached | Error::Refused(_) | Error::Denied(_)), "{error:?}");
    assert!(client.now() - before <= Millis::from_secs(150));
}

#[test]
fn the_signal_is_read_from_either_message() {
    let mut client = ready(Setup::default());
    let signal = client.signal().unwrap();
    assert!(signal.lte_rsrp.is_some_and(|rsrp| (-140..-40).contains(&rsrp)), "{signal:?}");
    assert_eq!(signal.gsm, None);
    fault(
        &mut client,
        Service::NAS,
        nas::get_signal_info::Message::ID,
        Effect::Refuse(ProtocolError::NOT_SUPPORTED),
        false,
    );
    let older = client.signal().unwrap();
    assert_eq!(older.lte_rssi, signal.lte_rssi, "{older:?}");
}

#[test]
fn a_scan_finds_networks_and_is_called_off_when_given_up() {
    let mut client = ready(Setup::default());
    let scan = client.scan::<8>(None).unwrap();
    assert!(!scan.networks().is_empty() && scan.found() == scan.networks().len());
    assert!(scan.networks().iter().any(|network| network.status.contains(nas::NetworkStatus::CURRENT_SERVING)));
    let few = client.scan::<1>(None).unwrap();
    assert_eq!((few.networks().len(), few.found()), (1, scan.found()));
}

#[test]
fn the_data_format_is_agreed_upon_with_what_is_there() {
    let mut client = host(Setup::default(), FunctionConfig::default());
    let format = Format {
        aggregation: [Some(wda::DataAggregationProtocol::QMAPV5), Some(wda::DataAggregationProtocol::QMAP), None],
        ..Format::default()
    };
    let granted = client.set_format(&format).unwrap();
    assert_eq!(granted.link, wda::LinkLayerProtocol::RAW_IP);
    assert!(granted.downlink != wda::DataAggregationProtocol::DISABLED, "{granted:?}");
    assert!(granted.downlink_max_size <= 16_384);
    // Without WDA: the older message, which knows no packing.
    fault(&mut client, Service::WDA, 0x20, Effect::Refuse(ProtocolError::INVALID_QMI_COMMAND), false);
    let granted = client.set_format(&format).unwrap();
    assert_eq!(granted.link, wda::LinkLayerProtocol::RAW_IP);
    assert_eq!(granted.downlink, wda::DataAggregationProtocol::DISABLED);
    assert_eq!(client.channel().count(Service::CTL, ctl::set_data_format::Message::ID), 1);
}

#[test]
fn one_family_is_enough_and_the_reason_of_the_network_reaches_the_user() {
    let mut client = ready(Setup::default());
    let request = ConnectRequest { apn: "internet", ip_type: IpType::V4, ..Default::default() };
    let connected = client.connect(&request).unwrap();
    assert!(connected.has_ipv4() && !connected.has_ipv6());
    client.disconnect(0).unwrap();

    client.channel().modem.refuse_other_access_points(27);
    let error = client.connect(&ConnectRequest { apn: "nonsense", ..Default::default() }).unwrap_err();
    let refusal = *error.refusal().unwrap();
    assert_eq!(refusal.error, ProtocolError::CALL_FAILED);
    let verbose = refusal.end_reason.unwrap().verbose.unwrap();
    assert_eq!((verbose.kind, verbose.reason), (wds::VerboseCallEndReasonType::_3GPP, 27));
    assert!(error.to_string().contains("UNKNOWN_APN"), "{error}");
}

#[test]
fn what_is_left_over_from_an_earlier_run_is_cleared_away() {
    for error in [ProtocolError::NO_EFFECT, ProtocolError::POLICY_MISMATCH] {
        let mut client = ready(Setup::default());
        let request = ConnectRequest { apn: "internet", ip_type: IpType::V4, ..Default::default() };
        fault(&mut client, Service::WDS, wds::start_network::Message::ID, Effect::Refuse(error), true);
        let connected = client.connect(&request).unwrap();
        assert!(connected.has_ipv4() && connected.handles()[0] != GLOBAL_HANDLE);
        assert_eq!(client.channel().count(Service::WDS, wds::stop_network::Message::ID), 1);
        client.disconnect(0).unwrap();
        // It never ends: bounded, and then up by nobody's hand, or refused.
        fault(&mut client, Service::WDS, wds::start_network::Message::ID, Effect::Refuse(error), false);
        let starts = client.channel().count(Service::WDS, wds::start_network::Message::ID);
        let outcome = client.connect(&request);
        assert_eq!(client.channel().count(Service::WDS, wds::start_network::Message::ID), starts + 3);
        match outcome {
            Ok(connected) => {
                assert_eq!((error, connected.handles()[0]), (ProtocolError::NO_EFFECT, GLOBAL_HANDLE));
            }
            Err(refused) => assert_eq!(refused.refusal().unwrap().error, ProtocolError::POLICY_MISMATCH),
        }
    }
}

#[test]
fn a_modem_that_connects_by_itself_is_told_not_to() {
    let mut client = ready(Setup::default());
    let on = |request: &mut wds::set_autoconnect_settings::RequestBuilder<'_>| {
        request.status(wds::AutoconnectSetting::ENABLED);
    };
    client.ask::<wds::set_autoconnect_settings::Message>(on).unwrap();
    let connected = client.connect(&ConnectRequest { apn: "internet", ..Default::default() }).unwrap();
    assert!(connected.was_autoconnect());
    let settings = client.ask::<wds::get_autoconnect_settings::Message>(|_| {}).unwrap();
    assert_eq!(settings.status(), Ok(wds::AutoconnectSetting::DISABLED));
}

#[test]
fn the_end_of_a_session_is_told_and_its_status_is_not_believed() {
    let mut client = ready(Setup::default());
    client.connect(&ConnectRequest { apn: "internet", ip_type: IpType::V4, ..Default::default() }).unwrap();
    let session = client.channel().modem.sessions().next().unwrap().session;
    let now = client.now();
    client.channel().modem.network_deactivates(now, session, 36);
    let until = client.now() + Millis::from_secs(10);
    let mut reason = None;
    while let Some(told) = client.next_indication(until).unwrap() {
        reason = reason.or(session_end(&told));
    }
    assert!(reason.is_some(), "the end was told");
    assert_eq!(client.clients().find(|owned| owned.service == Service::WDS).unwrap().handle, 0);
    assert!(!client.data_status(0, wds::IpFamily::IPV4).unwrap().is_up());
    client.connect(&ConnectRequest { apn: "internet", ip_type: IpType::V4, ..Default::default() }).unwrap();
}

#[test]
fn clients_of_a_run_that_crashed_are_given_back_and_its_session_is_taken_over() {
    let mut client = ready(Setup::default());
    client.connect(&ConnectRequest { apn: "internet", ip_type: IpType::V4, ..Default::default() }).unwrap();
    let mut bytes = [0; 256];
    let record = Record::write(&mut bytes, client.clients()).unwrap().to_vec();
    let before = client.channel().function.clients().count();
    assert!(before >= 4);

    // The next run, on the same modem.
    let Bench { modem, function, now, .. } =
        core::mem::replace(client.channel(), Bench::new(Setup::default(), FunctionConfig::default()));
    let bench = Bench { modem, function, now, first: VecDeque::new(), sent: Vec::new() };
    let mut client = Client::new(bench, Config::default(), memory());
    client.open().unwrap();
    assert_eq!(client.restore(Record(&record)), Ok(1));
    let left: Vec<_> = client.clients().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].service == Service::WDS && left[0].handle != 0);
    assert_eq!(client.channel().function.clients().count(), 1, "all others were given back");
    assert!(client.data_status(0, wds::IpFamily::IPV4).unwrap().is_up());
    client.disconnect(0).unwrap();
    client.close().unwrap();
    assert_eq!(client.channel().function.clients().count(), 0);
    // A record of clients that are gone does no harm.
    client.open().unwrap();
    assert_eq!(client.restore(Record(&record)), Ok(0));
    assert_eq!(client.clients().count(), 0);
}

#[test]
fn numbers_that_ran_out_are_recovered_by_the_only_user() {
    let few = || function(|f| f.clients_per_service = 2);
    let leaky = |exclusive| {
        let mut bench = Bench::new(Setup::default(), few());
        // Two runs that crashed.
        for _ in 0..2 {
            let mut crashed = Client::new(bench, Config::default(), memory());
            crashed.open().unwrap();
            crashed.ask::<dms::get_model::Message>(|_| {}).unwrap();
            bench = core::mem::replace(crashed.channel(), Bench::new(Setup::default(), few()));
        }
        let mut client = Client::new(bench, config(|c| c.exclusive = exclusive), memory());
        client.open().unwrap();
        client
    };
    let mut client = leaky(false);
    let error = client.ask::<dms::get_model::Message>(|_| {}).map(drop).unwrap_err();
    assert_eq!(error.refusal().unwrap().error, ProtocolError::CLIENT_IDS_EXHAUSTED);

    let mut client = leaky(true);
    client.ask::<dms::get_model::Message>(|_| {}).unwrap();
    assert_eq!((client.counters().resyncs, client.channel().function.clients().count()), (1, 1));

    // Who has clients that would be lost hears of it, and opens again.
    let mut client = leaky(true);
    client.ask::<nas::get_signal_info::Message>(|_| {}).map(drop).unwrap();
    assert_eq!(client.ask::<dms::get_model::Message>(|_| {}).map(drop), Err(Error::Lost));
    client.open().unwrap();
    client.ask::<dms::get_model::Message>(|_| {}).unwrap();
}

/// Asks LOC-like: the answer only acknowledges, the result is told.
struct Told {
    results: Vec<Vec<u8>>,
    wanted: usize,
}

impl Procedure for Told {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<nas::incremental_network_scan::Message>();
        match outcome {
            Outcome::Begin => return Step::Ask(Question::new(message, &Empty).told()),
            Outcome::Told(tlvs) => self.results.push(tlvs.bytes().to_vec()),
            Outcome::Answer(_) => {}
            _ => return Step::Done,
        }
        if self.results.len() == self.wanted {
            return Step::Done;
        }
        Step::Listen(message, now + Millis::from_secs(300))
    }
}

#[test]
fn results_that_are_told_reach_the_procedure_even_before_the_answer() {
    let told = |status| {
        let mut frame = vec![0; 64];
        let framing = Framing::modem(0xff);
        type Scan = nas::incremental_network_scan_indication::Message;
        let length = write_indication::<Scan>(&mut frame, framing, 1, |told| {
            told.status(nas::IncrementalNetworkScanStatus(status));
        });
        let length = length.unwrap().len();
        frame.truncate(length);
        frame
    };
    let mut client = ready(Setup::default());
    client.ask::<nas::get_signal_info::Message>(|_| {}).map(drop).unwrap();
    // Both in one transfer, before the answer: the rest of a transfer is not lost.
    client.channel().first.push_back([told(1), told(0)].concat());
    let mut procedure = Told { results: Vec::new(), wanted: 2 };
    client.follow(&mut procedure).unwrap();
    assert_eq!(procedure.results, [vec![1, 4, 0, 1, 0, 0, 0], vec![1, 4, 0, 0, 0, 0, 0]]);
}

/// The same bench for the asynchronous client.
struct Shared<'b>(&'b RefCell<Bench>);

impl Link for Shared<'_> {
    type Error = PipeError;

    async fn send(&mut self, message: &[u8], _: Instant) -> Result<bool, PipeError> {
        self.0.borrow_mut().take(message);
        Ok(true)
    }

    async fn receive(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, PipeError> {
        let mut waited = false;
        core::future::poll_fn(|_| {
            // One turn of the executor passes before anything comes.
            if !core::mem::replace(&mut waited, true) {
                return Poll::Pending;
            }
            let frame = self.0.borrow_mut().next(until);
            Poll::Ready(Ok(frame.map(|frame| {
                buf[..frame.len()].copy_from_slice(&frame);
                frame.len()
            })))
        })
        .await
    }

    fn now(&self) -> Instant {
        self.0.borrow().now
    }
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("the future does not end");
}

#[test]
fn futures_may_be_dropped_anywhere_on_the_way_to_a_connection() {
    // The connection is given up after so many turns; the next attempt must succeed, with nothing left over.
    for turns in 0..40 {
        let mut bench = Some(Bench::new(Setup::default(), FunctionConfig::default()));
        let bench = RefCell::new(bench.take().unwrap());
        let mut client = qmi::Client::new(Shared(&bench), Config::default(), memory());
        run(client.open()).unwrap();
        run(client.register(Selection::Automatic, Millis::from_secs(120))).unwrap();
        let request = ConnectRequest { apn: "internet", ..Default::default() };
        {
            let mut connecting = pin!(client.connect(&request));
            for _ in 0..turns {
                if connecting.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
            }
        }
        // Time for whatever was under way to be called off, and given back if it came up.
        let until = client.now() + Millis::from_secs(60);
        while run(client.next_indication(until)).unwrap().is_some() {}
        run(client.disconnect(0)).unwrap();
        let after = bench.borrow().modem.sessions().count();
        assert_eq!(after, 0, "a session is left over after {turns} turns");
        let connected = run(client.connect(&request)).unwrap();
        assert!(connected.has_ipv4() && connected.has_ipv6(), "after {turns} turns");
        assert_eq!(bench.borrow().modem.sessions().count(), 2, "after {turns} turns");
        run(client.close()).unwrap();
        assert_eq!(bench.borrow().function.clients().count(), 0, "after {turns} turns");
    }
}

#[test]
fn a_client_that_the_modem_does_not_know_is_replaced() {
    let mut client = host(Setup::default(), FunctionConfig::default());
    client.adopt(Owned { service: Service::DMS, instance: 0, client: 99, keep: false, handle: 0 }).unwrap();
    // The modem does not know it: told, and a new one is obtained with the next question.
    let error = client.ask::<dms::get_model::Message>(|_| {}).map(drop).unwrap_err();
    assert_eq!(error.refusal().unwrap().error, ProtocolError::INVALID_CLIENT_ID);
    client.ask::<dms::get_model::Message>(|_| {}).unwrap();
    let unknown = client.release(Service::NAS, 0).unwrap_err();
    assert_eq!(unknown, Error::Session(SessionError::NoClient(Service::NAS)));
    client.release(Service::DMS, 0).unwrap();
    assert_eq!(client.channel().function.clients().count(), 0);
}
