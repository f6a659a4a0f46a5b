//! Microsoft's services of the MBIM function: SIM slots, denied providers, cells nearby, SAR, NITZ, streams and the rest.
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

use common::{Bench, Message};
use mbim_wire::bytes::Bytes;
use mbim_wire::field::{Empty, Inline};
use mbim_wire::list::RefList;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect::{self as bc, NwError};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::service::{dss, known, ms_firmware_id, ms_host_shutdown, ms_sar, ms_voice_extensions};
use mbim_wire::tlv::{Tlv, TlvList, TlvType};
use mbim_wire::{Command, Query, Set, Status, Uuid, View};
use wwan::device::mbim::{Config, Streams};
use wwan::device::modem::bearer::Way;
use wwan::device::modem::clock::Date;
use wwan::device::modem::event::Origin;
use wwan::device::modem::network::{Cell, Neighbour, Technologies};
use wwan::device::modem::sar::SarSetup;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::wake::{Wake, WakeCause};
use wwan::device::modem::{Reason, Setup, SimSetup, text};

const EXT: Uuid = ext::MS_BASIC_CONNECT_EXTENSIONS;

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Open, agreed upon version 3.0, registered, attached; nothing left to read.
fn ready_v3(setup: Setup) -> Bench {
    let mut bench = Bench::new(setup);
    bench.open();
    assert_eq!(bench.agree(0x0300), 0x0300);
    bench.wait(10_000);
    bench
}

fn second_sim() -> Sim {
    let mut sim = Sim::default();
    sim.imsi = text("001020987654321");
    sim.iccid = text("8900102000000000025");
    sim.home = text("00102");
    sim
}

/// A second slot with the card of another subscription, a third one without a card.
fn three_slots() -> Setup {
    let mut setup = Setup::default();
    setup.more_slots.push(SimSetup::Card(second_sim())).unwrap();
    setup.more_slots.push(SimSetup::Empty).unwrap();
    setup
}

/// Everything that Basic Connect indicates by itself, and slots.
fn subscribe_slots(bench: &mut Bench) {
    bench.subscribe(&[(bc::BASIC_CONNECT, &[]), (EXT, &[ext::SlotInfoStatus::CID])]);
}

fn slot(bench: &mut Bench, slot_index: u32) -> ext::UiccSlotState {
    let tid = bench.query::<ext::SlotInfoStatus>(&ext::SlotInfoStatusQuery { slot_index });
    let answer = bench.read_one();
    let info = ext::SlotInfoStatusInfoView::new(answer.answer::<ext::SlotInfoStatus>(tid, Status::SUCCESS));
    assert_eq!(info.slot_index().unwrap(), slot_index);
    info.state().unwrap()
}

fn map(slots: &[u32]) -> Vec<ext::Slot> {
    slots.iter().map(|slot| ext::Slot { slot: *slot }).collect()
}

fn set_map(bench: &mut Bench, slots: &[u32]) -> u32 {
    let slots = map(slots);
    bench.set::<ext::DeviceSlotMappings>(&ext::DeviceSlotMappingsSet {
        slot_map: RefList::new(&slots),
        ..Default::default()
    })
}

fn read_map(body: &[u8]) -> Vec<u32> {
    let view = ext::DeviceSlotMappingsInfoView::new(body);
    view.slot_map().unwrap().iter().map(|slot| slot.unwrap().slot).collect()
}

/// What an indication says, in short.
fn tell(message: &Message) -> String {
    let Message::Indication { service, cid, body } = message else {
        return "answer".into();
    };
    match (*service, *cid) {
        (EXT, ext::SlotInfoStatus::CID) => {
            let info = ext::SlotInfoStatusInfoView::new(body).read().unwrap();
            format!("slot {} {:?}", info.slot_index, info.state)
        }
        (bc::BASIC_CONNECT, bc::SubscriberReadyStatus::CID) => {
            format!("subscriber {:?}", bc::SubscriberReadyStatusInfoView::new(body).ready_state().unwrap())
        }
        (bc::BASIC_CONNECT, bc::RegisterState::CID) => {
            format!("register {:?}", bc::RegisterStateInfoView::new(body).register_state().unwrap())
        }
        (bc::BASIC_CONNECT, bc::PacketService::CID) => {
            format!("packet {:?}", bc::PacketServiceInfoView::new(body).packet_service_state().unwrap())
        }
        (bc::BASIC_CONNECT, bc::Connect::CID) => {
            format!("session {:?}", bc::ConnectInfoView::new(body).activation_state().unwrap())
        }
        (_, cid) => format!("indication {cid}"),
    }
}

fn tell_all(messages: &[Message]) -> Vec<String> {
    messages.iter().map(tell).collect()
}

fn registered_with(bench: &mut Bench) -> (bc::RegistrationState, String) {
    let body = bench.ask::<bc::RegisterState>();
    let view = bc::RegisterStateInfoView::new(&body);
    (view.register_state().unwrap(), view.provider_id().unwrap().chars().collect())
}

// SIM slots.

#[test]
fn slots_are_counted_and_described() {
    let mut bench = Bench::ready(three_slots());
    let caps = ext::SysCapsInfoView::new(&bench.ask::<ext::SysCaps>()).read().unwrap();
    assert_eq!((caps.number_of_executors, caps.number_of_slots, caps.concurrency), (1, 3, 1));
    assert_eq!(read_map(&bench.ask::<ext::DeviceSlotMappings>()), [0]);
    let states = [0, 1, 2].map(|index| slot(&mut bench, index));
    assert_eq!(states, [ext::UiccSlotState::ACTIVE, ext::UiccSlotState::OFF, ext::UiccSlotState::OFF_EMPTY]);
    let tid = bench.query::<ext::SlotInfoStatus>(&ext::SlotInfoStatusQuery { slot_index: 3 });
    bench.read_one().refused::<ext::SlotInfoStatus>(tid, Status::INVALID_PARAMETERS);
    // One slot only, unless the set-up says otherwise.
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(ext::SysCapsInfoView::new(&bench.ask::<ext::SysCaps>()).number_of_slots().unwrap(), 1);
}

#[test]
fn another_slot_is_told_before_the_tear_down_and_the_subscriber() {
    let mut bench = Bench::ready(three_slots());
    subscribe_slots(&mut bench);
    bench.connected(0);
    let tid = set_map(&mut bench, &[1]);
    let told = bench.wait(10_000);
    let answers: Vec<_> = told.iter().filter(|message| matches!(message, Message::Done { .. })).collect();
    assert_eq!(read_map(answers[0].answer::<ext::DeviceSlotMappings>(tid, Status::SUCCESS)), [1]);
    assert_eq!(
        tell_all(&told),
        [
            "slot 0 OFF",
            "slot 1 NOT_READY",
            "session DEACTIVATED",
            "packet DETACHED",
            "register DEREGISTERED",
            "subscriber NOT_INITIALIZED",
            "answer",
            "slot 1 ACTIVE",
            "subscriber INITIALIZED",
            "register SEARCHING",
            "register HOME",
            "packet ATTACHING",
            "packet ATTACHED",
        ]
    );
    let body = bench.ask::<bc::SubscriberReadyStatus>();
    let subscriber = bc::SubscriberReadyStatusInfoView::new(&body);
    assert_eq!(subscriber.subscriber_id().unwrap().chars().collect::<String>(), "001020987654321");
    assert_eq!(registered_with(&mut bench), (bc::RegistrationState::HOME, "00102".into()));
    assert_eq!([0, 1].map(|index| slot(&mut bench, index)), [ext::UiccSlotState::OFF, ext::UiccSlotState::ACTIVE]);
    // The choice outlives a restart.
    bench.modem.reboot(bench.now);
    bench.open();
    bench.wait(10_000);
    assert_eq!(read_map(&bench.ask::<ext::DeviceSlotMappings>()), [1]);
}

#[test]
fn a_slot_without_a_card_is_used_and_a_slot_that_is_not_there_is_refused_with_the_map() {
    let mut bench = Bench::ready(three_slots());
    subscribe_slots(&mut bench);
    let tid = set_map(&mut bench, &[3]);
    assert_eq!(read_map(bench.read_one().answer::<ext::DeviceSlotMappings>(tid, Status::INVALID_SLOT)), [0]);
    for wrong in [&[][..], &[0, 1]] {
        let tid = set_map(&mut bench, wrong);
        bench.read_one().refused::<ext::DeviceSlotMappings>(tid, Status::INVALID_PARAMETERS);
    }
    // The one in use already.
    let tid = set_map(&mut bench, &[0]);
    assert_eq!(read_map(bench.read_one().answer::<ext::DeviceSlotMappings>(tid, Status::SUCCESS)), [0]);
    assert_eq!(bench.wait(5_000), []);
    // One change at a time.
    let first = set_map(&mut bench, &[2]);
    let second = set_map(&mut bench, &[1]);
    assert_eq!(read_map(bench.read_one().answer::<ext::DeviceSlotMappings>(second, Status::BUSY)), [0]);
    let told = bench.wait(10_000);
    assert_eq!(
        tell_all(&told),
        [
            "slot 0 OFF",
            "slot 2 EMPTY",
            "packet DETACHED",
            "register DEREGISTERED",
            "subscriber NOT_INITIALIZED",
            "answer",
            "subscriber SIM_NOT_INSERTED"
        ]
    );
    assert_eq!(read_map(told[5].answer::<ext::DeviceSlotMappings>(first, Status::SUCCESS)), [2]);
}

#[test]
fn cards_come_and_go_in_every_slot() {
    let mut bench = Bench::ready(three_slots());
    subscribe_slots(&mut bench);
    bench.modem.remove_sim_from(bench.now, 1).unwrap();
    assert_eq!(tell_all(&bench.read()), ["slot 1 OFF_EMPTY"]);
    bench.modem.insert_sim_into(bench.now, 2, second_sim()).unwrap();
    assert_eq!(tell_all(&bench.read()), ["slot 2 OFF"]);
    bench.modem.remove_sim_from(bench.now, 1).unwrap();
    assert_eq!(tell_all(&bench.read()), [""; 0], "it was gone");
    assert_eq!(bench.modem.remove_sim_from(bench.now, 3).unwrap_err().reason, Reason::NoSlot);
    bench.modem.remove_sim_from(bench.now, 0).unwrap();
    assert_eq!(
        tell_all(&bench.read()),
        ["slot 0 EMPTY", "packet DETACHED", "register DEREGISTERED", "subscriber SIM_NOT_INSERTED"]
    );
}

#[test]
fn after_lost_events_every_slot_is_told() {
    let mut bench = Bench::with(three_slots(), Config::default(), 256);
    bench.open();
    bench.wait(10_000);
    subscribe_slots(&mut bench);
    bench.modem.remove_sim_from(bench.now, 1).unwrap();
    for round in 0..200 {
        bench.modem.set_emergency(Origin::WORLD, round % 2 == 0);
    }
    let told = tell_all(&bench.read());
    assert!(bench.function.counters().events_missed > 0);
    let slots: Vec<_> = told.iter().filter(|line| line.starts_with("slot")).collect();
    assert_eq!(slots, ["slot 0 ACTIVE", "slot 1 OFF_EMPTY", "slot 2 OFF_EMPTY"]);
}

// Denied providers.

fn deny(bench: &mut Bench, providers: &[(u32, u32, ext::NetworkDenylistType)]) -> u32 {
    let providers: Vec<_> = providers
        .iter()
        .map(|(mcc, mnc, kind)| ext::NetworkDenylistProvider { mcc: *mcc, mnc: *mnc, network_denylist_type: *kind })
        .collect();
    bench.set::<ext::NetworkDenylist>(&ext::NetworkDenylistSet {
        providers: RefList::new(&providers),
        ..Default::default()
    })
}

#[test]
fn a_denied_network_is_left_shown_as_forbidden_and_not_chosen_again() {
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(bench.ask::<ext::NetworkDenylist>(), bytes("00000000 00000000"));
    let tid = deny(&mut bench, &[(1, 1, ext::NetworkDenylistType::NETWORK)]);
    let told = bench.wait(10_000);
    // State, count, the pair of the first entry, the entry.
    assert_eq!(
        told[0].answer::<ext::NetworkDenylist>(tid, Status::SUCCESS),
        bytes("02000000 01000000 10000000 0c000000 01000000 01000000 01000000")
    );
    assert_eq!(
        tell_all(&told[1..]),
        [
            "packet DETACHED",
            "register DEREGISTERED",
            "register SEARCHING",
            "register PARTNER",
            "packet ATTACHING",
            "packet ATTACHED"
        ]
    );
    let tid = bench
        .query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery { action: bc::VisibleProvidersAction::FULL_SCAN });
    let answer = bench.wait(10_000).remove(0);
    let list = bc::ProvidersInfoView::new(answer.answer::<bc::VisibleProviders>(tid, Status::SUCCESS));
    let first = list.providers().unwrap().iter().next().unwrap().unwrap();
    assert!(first.provider_state.contains(bc::ProviderState::FORBIDDEN | bc::ProviderState::HOME), "{first:?}");
    let tid = bench.set::<bc::RegisterState>(&bc::RegisterStateSet {
        provider_id: "00101".into(),
        register_action: bc::RegisterAction::MANUAL,
        ..Default::default()
    });
    let answer = bench.read_one();
    let body = answer.answer::<bc::RegisterState>(tid, Status::OPERATION_NOT_ALLOWED);
    assert_eq!(bc::RegisterStateInfoView::new(body).register_state().unwrap(), bc::RegistrationState::PARTNER);
    // It outlives a restart and another card.
    bench.modem.reboot(bench.now);
    bench.open();
    bench.modem.insert_sim(bench.now, Sim::default());
    bench.wait(10_000);
    assert_eq!(registered_with(&mut bench), (bc::RegistrationState::PARTNER, "00102".into()));
}

#[test]
fn a_denied_sim_does_not_register_until_it_is_denied_no_more() {
    let mut bench = Bench::ready(Setup::default());
    bench.subscribe(&[(bc::BASIC_CONNECT, &[]), (EXT, &[ext::NetworkDenylist::CID])]);
    let tid = deny(&mut bench, &[(1, 1, ext::NetworkDenylistType::SIM)]);
    let told = bench.wait(10_000);
    let state = ext::NetworkDenylistInfoView::new(told[0].answer::<ext::NetworkDenylist>(tid, Status::SUCCESS));
    assert_eq!(state.network_denylist_state().unwrap(), ext::NetworkDenylistState::SIM_PROVIDER_ACTUATED);
    assert_eq!(tell_all(&told[1..]), ["packet DETACHED", "register DEREGISTERED"]);
    let tid = bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    let answer = bench.read_one();
    let _ = answer.answer::<bc::RegisterState>(tid, Status::OPERATION_NOT_ALLOWED);
    // A card of somebody else is welcome; when the first one is back, the host hears why it is not.
    bench.modem.insert_sim(bench.now, second_sim());
    assert_eq!(tell_all(&bench.wait(10_000)).last().unwrap(), "packet ATTACHED");
    bench.modem.insert_sim(bench.now, Sim::default());
    let told = tell_all(&bench.wait(10_000));
    assert_eq!(told[told.len() - 2..], ["subscriber INITIALIZED", "indication 2"]);
    let tid = deny(&mut bench, &[]);
    let told = bench.wait(10_000);
    assert_eq!(told[0].answer::<ext::NetworkDenylist>(tid, Status::SUCCESS), [0; 8]);
    assert_eq!(tell_all(&told[1..]).last().unwrap(), "packet ATTACHED");
}

#[test]
fn denylists_that_make_no_sense_change_nothing() {
    let mut bench = Bench::ready(Setup::default());
    for (mcc, mnc, kind) in [
        (1_000, 1, ext::NetworkDenylistType::SIM),
        (1, 1_000, ext::NetworkDenylistType::SIM),
        (1, 1, ext::NetworkDenylistType(2)),
    ] {
        let tid = deny(&mut bench, &[(1, 1, ext::NetworkDenylistType::NETWORK), (mcc, mnc, kind)]);
        bench.read_one().refused::<ext::NetworkDenylist>(tid, Status::INVALID_PARAMETERS);
    }
    let tid = deny(&mut bench, &[(310, 1, ext::NetworkDenylistType::NETWORK); 17]);
    bench.read_one().refused::<ext::NetworkDenylist>(tid, Status::MEMORY_FULL);
    assert_eq!(bench.ask::<ext::NetworkDenylist>(), [0; 8]);
    assert_eq!(bench.wait(5_000), []);
}

// Logging, codes of applications.

#[test]
fn logging_is_kept_as_set() {
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(bench.ask::<ext::ModemLoggingConfig>(), bytes("01000000 40000000 e8030000 00000000"));
    let wanted = ext::ModemLoggingConfigSet {
        version: 1,
        max_segment_size: 16,
        max_flush_time: 250,
        level_config: ext::ModemLoggingLevel::LAB_LOW,
    };
    let tid = bench.set::<ext::ModemLoggingConfig>(&wanted);
    let kept = bytes("01000000 10000000 fa000000 03000000");
    assert_eq!(bench.read_one().answer::<ext::ModemLoggingConfig>(tid, Status::SUCCESS), kept);
    for wrong in [
        ext::ModemLoggingConfigSet { version: 2, ..wanted },
        ext::ModemLoggingConfigSet { max_segment_size: 0, ..wanted },
        ext::ModemLoggingConfigSet { level_config: ext::ModemLoggingLevel(5), ..wanted },
    ] {
        let tid = bench.set::<ext::ModemLoggingConfig>(&wrong);
        bench.read_one().refused::<ext::ModemLoggingConfig>(tid, Status::INVALID_PARAMETERS);
    }
    assert_eq!(bench.ask::<ext::ModemLoggingConfig>(), kept);
}

/// The beginning of the identifier, by which cards are asked for the application of any issuer (3GPP TS 31.110).
const USIM: &[u8] = &[0xA0, 0, 0, 0, 0x87, 0x10, 0x02];

fn pin_ex(operation: bc::PinOperation, pin: &str) -> ext::PinExSet<'_> {
    ext::PinExSet {
        pin_type: bc::PinType::PIN1,
        pin_operation: operation,
        pin: pin.into(),
        app_id: Bytes(USIM),
        ..Default::default()
    }
}

fn pin_info(body: &[u8]) -> (bc::PinType, bc::PinState, u32) {
    let info = bc::PinInfoView::new(body).read().unwrap();
    (info.pin_type, info.pin_state, info.remaining_attempts)
}

#[test]
fn codes_of_applications_are_those_of_the_card() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(Sim::with_pin("1234"));
    let mut bench = Bench::ready(setup);
    let locked = |attempts| (bc::PinType::PIN1, bc::PinState::LOCKED, attempts);
    let tid = bench.query::<ext::PinEx>(&ext::PinExQuery { version: 1, app_id: Bytes(USIM) });
    assert_eq!(pin_info(bench.read_one().answer::<ext::PinEx>(tid, Status::SUCCESS)), locked(3));
    let tid = bench.set::<ext::PinEx>(&pin_ex(bc::PinOperation::ENTER, "9999"));
    assert_eq!(pin_info(bench.read_one().answer::<ext::PinEx>(tid, Status::FAILURE)), locked(2));
    // An empty code asks, and costs no attempt.
    let tid = bench.set::<ext::PinEx>(&pin_ex(bc::PinOperation::ENTER, ""));
    assert_eq!(pin_info(bench.read_one().answer::<ext::PinEx>(tid, Status::SUCCESS)), locked(2));
    let tid = bench.query::<ext::PinEx>(&ext::PinExQuery { version: 2, app_id: Bytes(USIM) });
    bench.read_one().refused::<ext::PinEx>(tid, Status::INVALID_PARAMETERS);
    for wrong in [&[0xA0, 0, 0, 0, 0x63][..], &[0xA0; 33]] {
        let tid = bench.query::<ext::PinEx>(&ext::PinExQuery { version: 1, app_id: Bytes(wrong) });
        bench.read_one().refused::<ext::PinEx>(tid, Status::INVALID_PARAMETERS);
        let set = ext::PinExSet { app_id: Bytes(wrong), ..pin_ex(bc::PinOperation::ENTER, "1234") };
        let tid = bench.set::<ext::PinEx>(&set);
        bench.read_one().refused::<ext::PinEx>(tid, Status::INVALID_PARAMETERS);
    }
    let tid = bench.set::<ext::PinEx>(&pin_ex(bc::PinOperation::ENTER, "1234"));
    let told = bench.wait(10_000);
    let unlocked = (bc::PinType::PIN1, bc::PinState::UNLOCKED, 3);
    assert_eq!(pin_info(told[0].answer::<ext::PinEx>(tid, Status::SUCCESS)), unlocked);
    assert_eq!(tell_all(&told[1..2]), ["subscriber INITIALIZED"]);
    bench.modem.remove_sim(bench.now);
    bench.read();
    let tid = bench.query::<ext::PinEx>(&ext::PinExQuery { version: 1, app_id: Bytes(&[]) });
    bench.read_one().refused::<ext::PinEx>(tid, Status::SIM_NOT_INSERTED);
}

// What there is from version 3.0 on.

#[test]
fn commands_of_version_3_are_refused_below_it_and_those_without_a_layout_always() {
    for version in [0x0100, 0x0200, 0x0300] {
        let mut bench = Bench::new(Setup::default());
        bench.open();
        assert_eq!(bench.agree(version), version);
        bench.subscribe(&[(EXT, &[])]);
        for cid in [16, 17] {
            let tid = bench.command(EXT, cid, CommandType::QUERY, &Empty {});
            let Message::Done { tid: answered, status, .. } = bench.read_one() else { panic!() };
            let expected = if version < 0x0300 { Status::NO_DEVICE_SUPPORT } else { Status::SUCCESS };
            assert_eq!((answered, status), (tid, expected), "{version:x} {cid}");
        }
        for cid in [0, 18, 20, 21] {
            for kind in [CommandType::QUERY, CommandType::SET] {
                bench.command(EXT, cid, kind, &Empty {});
                let Message::Done { status, body, .. } = bench.read_one() else { panic!() };
                assert_eq!((status, body.len()), (Status::NO_DEVICE_SUPPORT, 0), "{version:x} {cid}");
            }
        }
        bench.wait(10_000);
        bench.modem.configure(bench.now, text("Operator"));
        assert_eq!(bench.wait(10_000).len(), if version < 0x0300 { 0 } else { 2 });
    }
}

#[test]
fn a_device_of_version_2_does_not_list_commands_of_version_3() {
    let mut config = Config::default();
    config.extended_version = 0x0200;
    let mut bench = Bench::with(Setup::default(), config, 4096);
    bench.open();
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body).device_services().unwrap();
    let service = services.iter().map(Result::unwrap).find(|service| service.device_service_id == EXT).unwrap();
    let cids: Vec<u32> = service.cids.iter().map(Result::unwrap).collect();
    assert_eq!(cids, (1..=15).collect::<Vec<_>>());
}

#[test]
fn a_change_of_the_configuration_is_told_from_start_to_end() {
    let mut bench = ready_v3(Setup::default());
    // Unknown, and an empty text.
    assert_eq!(bench.ask::<ext::ModemConfiguration>(), bytes("00000000 0a00000000000000"));
    bench.subscribe(&[(EXT, &[ext::ModemConfiguration::CID])]);
    bench.modem.configure(bench.now, text("AT"));
    let told = bench.read_one();
    assert_eq!(told.indication::<ext::ModemConfiguration>(), bytes("01000000 0a00000004000000 41005400"));
    let told = bench.wait(10_000);
    assert_eq!(told[0].indication::<ext::ModemConfiguration>(), bytes("02000000 0a00000004000000 41005400"));
    assert_eq!(bench.ask::<ext::ModemConfiguration>(), bytes("02000000 0a00000004000000 41005400"));
}

#[test]
fn registration_parameters_are_kept_and_make_the_device_register_again() {
    let mut setup = Setup::default();
    setup.network.technologies |= Technologies::NR_SA;
    let mut bench = ready_v3(setup);
    let first = bytes("00000000 00000000 00000000 00000000 00000000");
    assert_eq!(bench.ask::<ext::RegistrationParameters>(), first);
    let elements = [Tlv { kind: TlvType::PRECFG_DFLT_CFG_NSSAI, data: &[1, 2, 3] }];
    let wanted = ext::RegistrationParametersSet {
        mico_mode: ext::MicoMode::ENABLED,
        drx_cycle: ext::DrxCycle::CYCLE_128,
        ladn_info: ext::LadnInfo::REQUESTED,
        default_pdu_activation_hint: ext::DefaultPduActivationHint::LIKELY,
        re_register_if_needed: false,
        unnamed_ies: TlvList::new(&elements),
    };
    let tid = bench.set::<ext::RegistrationParameters>(&wanted);
    let kept = bytes("01000000 04000000 01000000 01000000 00000000 0600000103000000 01020300");
    assert_eq!(bench.read_one().answer::<ext::RegistrationParameters>(tid, Status::SUCCESS), kept);
    assert_eq!(bench.wait(5_000), [], "it stays where it is");
    let again = ext::RegistrationParametersSet { re_register_if_needed: true, ..wanted };
    bench.set::<ext::RegistrationParameters>(&again);
    let told = tell_all(&bench.wait(10_000));
    let expected =
        ["answer", "packet DETACHED", "register SEARCHING", "register HOME", "packet ATTACHING", "packet ATTACHED"];
    assert_eq!(told, expected);
    bench.set::<ext::RegistrationParameters>(&again);
    assert_eq!(tell_all(&bench.wait(10_000)), ["answer"], "nothing has changed");
    for wrong in [
        ext::RegistrationParametersSet { mico_mode: ext::MicoMode(4), ..wanted },
        ext::RegistrationParametersSet { drx_cycle: ext::DrxCycle(6), ..wanted },
        ext::RegistrationParametersSet { ladn_info: ext::LadnInfo(2), ..wanted },
        ext::RegistrationParametersSet { default_pdu_activation_hint: ext::DefaultPduActivationHint(2), ..wanted },
    ] {
        let tid = bench.set::<ext::RegistrationParameters>(&wrong);
        bench.read_one().refused::<ext::RegistrationParameters>(tid, Status::INVALID_PARAMETERS);
    }
    let long = [0; 33];
    let too_long = [Tlv { kind: TlvType::LADN, data: &long }];
    let too_many = [Tlv { kind: TlvType::LADN, data: &[] }; 5];
    for list in [&too_long[..], &too_many] {
        let tid = bench.set::<ext::RegistrationParameters>(&ext::RegistrationParametersSet {
            unnamed_ies: TlvList::new(list),
            ..wanted
        });
        bench.read_one().refused::<ext::RegistrationParameters>(tid, Status::MEMORY_FULL);
    }
    let body = bench.ask::<ext::RegistrationParameters>();
    assert_eq!(ext::RegistrationParametersInfoView::new(&body).drx_cycle().unwrap(), ext::DrxCycle::CYCLE_128);
}

#[test]
fn a_device_without_5g_says_so_in_its_registration_parameters() {
    let mut bench = ready_v3(Setup::default());
    let first = bytes("02000000 01000000 00000000 00000000 00000000");
    assert_eq!(bench.ask::<ext::RegistrationParameters>(), first);
    for wrong in [
        ext::RegistrationParametersSet { mico_mode: ext::MicoMode::ENABLED, ..Default::default() },
        ext::RegistrationParametersSet { drx_cycle: ext::DrxCycle::CYCLE_32, ..Default::default() },
    ] {
        let tid = bench.set::<ext::RegistrationParameters>(&wrong);
        bench.read_one().refused::<ext::RegistrationParameters>(tid, Status::NO_DEVICE_SUPPORT);
    }
    assert_eq!(bench.ask::<ext::RegistrationParameters>(), first);
}

#[test]
fn the_wake_reason_is_told_as_a_command_or_a_packet() {
    let mut bench = ready_v3(Setup::default());
    let tid = bench.query::<ext::WakeReason>(&Empty {});
    bench.read_one().refused::<ext::WakeReason>(tid, Status::FAILURE);
    // A TLV with a structure of its own, whose offsets count from the start of its data.
    let service = bc::BASIC_CONNECT.0;
    let cause = WakeCause::Indication { service, cid: 11 };
    bench.modem.wakes_host(Wake::new(cause, &[]).unwrap());
    assert_eq!(
        bench.ask::<ext::WakeReason>(),
        bytes("01000000 00000000 10000000 1c000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0b000000 00000000 00000000")
    );
    bench.modem.wakes_host(Wake::new(WakeCause::Answer { service, cid: 9 }, &[1, 2, 3, 4]).unwrap());
    assert_eq!(
        bench.ask::<ext::WakeReason>(),
        bytes(
            "00000000 00000000 10000000 20000000 a289cc33bcbb8b4fb6b0133ec2aae6df 09000000 1c000000 04000000 01020304"
        )
    );
    let packet: Vec<u8> = (1..=10).collect();
    let cause = WakeCause::Packet { session: 2, filter: 11, size: 12 };
    bench.modem.wakes_host(Wake::new(cause, &packet).unwrap());
    assert_eq!(
        bench.ask::<ext::WakeReason>(),
        bytes("02000000 02000000 11000002 1a000000 0b000000 0c000000 10000000 0a000000 0102030405060708090a 0000")
    );
    assert_eq!(Wake::new(cause, &[0; 129]), None);
    let longest = Wake::new(cause, &[7; 128]).unwrap();
    bench.modem.wakes_host(longest);
    assert_eq!(bench.ask::<ext::WakeReason>().len(), 16 + 16 + 128);
    bench.modem.reboot(bench.now);
    assert_eq!(bench.modem.wake(), None);
}

// Cells, attach, PCO.

#[test]
fn cells_nearby_are_told_by_technology_as_many_as_asked_for() {
    let mut setup = Setup::default();
    let nr = Cell { tac: 0x00AB_CDEF, id: 0x9_1234_5678, physical: 1007, channel: 627_264, ..Cell::default() };
    setup.network.neighbours.push(Neighbour::new("001001", Technologies::NR_SA, nr)).unwrap();
    let third = Cell { id: 0x00AB_CD03, ..Cell::default() };
    setup.network.neighbours.push(Neighbour::new("00101", Technologies::LTE, third)).unwrap();
    let mut bench = Bench::ready(setup.clone());
    let tid = bench.query::<ext::BaseStationsInfo>(&ext::BaseStationsInfoQuery {
        max_gsm_count: 15,
        max_umts_count: 15,
        max_lte_count: 15,
        ..Default::default()
    });
    let answer = bench.read_one();
    let info = ext::BaseStationsInfoInfoView::new(answer.answer::<ext::BaseStationsInfo>(tid, Status::SUCCESS));
    assert_eq!(info.system_type().unwrap(), bc::DataClass::LTE);
    let serving = info.lte_serving_cell().unwrap().read().unwrap().unwrap();
    assert_eq!((serving.cell_id, serving.tac, serving.rsrp), (0x00AB_CD01, 0x1001, -95));
    let lte = info.lte_neighboring_cells().unwrap();
    let lte: Vec<_> = lte.iter().map(Result::unwrap).map(|cell| (cell.cell_id, cell.rsrp, cell.rsrq)).collect();
    assert_eq!(lte, [(0x00AB_CD02, -112, -15), (0x00AB_CD03, -112, -15)]);
    let umts = info.umts_neighboring_cells().unwrap();
    let umts: Vec<_> = umts.iter().map(Result::unwrap).map(|cell| (cell.cell_id, cell.rscp, cell.ecno)).collect();
    assert_eq!(umts, [(0x0012_3401, -112, -15)]);
    let gsm = info.gsm_neighboring_cells().unwrap();
    let gsm: Vec<_> = gsm.iter().map(Result::unwrap).map(|cell| (cell.cell_id, cell.arfcn, cell.rx_level)).collect();
    assert_eq!(gsm, [(0x3401, 62, 13)]);
    // None of a kind that is not asked for, and no more than asked for.
    let tid =
        bench.query::<ext::BaseStationsInfo>(&ext::BaseStationsInfoQuery { max_lte_count: 1, ..Default::default() });
    let answer = bench.read_one();
    let info = ext::BaseStationsInfoInfoView::new(answer.answer::<ext::BaseStationsInfo>(tid, Status::SUCCESS));
    assert_eq!(info.lte_neighboring_cells().unwrap().iter().count(), 1);
    assert_eq!(info.gsm_neighboring_cells().unwrap().iter().count(), 0);

    let mut bench = ready_v3(setup);
    let tid = bench
        .query::<ext::BaseStationsInfoV3>(&ext::BaseStationsInfoQueryV3 { max_nr_count: 15, ..Default::default() });
    let answer = bench.read_one();
    let info = ext::BaseStationsInfoInfoV3View::new(answer.answer::<ext::BaseStationsInfo>(tid, Status::SUCCESS));
    assert_eq!(info.nr_serving_cells().unwrap().iter().count(), 0);
    let nr = info.nr_neighbor_cells().unwrap();
    let nr: Vec<_> = nr.iter().map(Result::unwrap).collect();
    assert_eq!(nr.len(), 1);
    assert_eq!(nr[0].cell_id.chars().collect::<String>(), 0x9_1234_5678_u64.to_string());
    assert_eq!(nr[0].provider_id.chars().collect::<String>(), "001001");
    // Coded as distances from -156 dBm, -43 dB and -23 dB.
    assert_eq!((nr[0].tac, nr[0].rsrp, nr[0].rsrq, nr[0].sinr), (0x00AB_CDEF, 44, 28, 25));
    // Nothing without a signal.
    bench.modem.lose_signal(bench.now);
    bench.read();
    let tid = bench.query::<ext::BaseStationsInfoV3>(&ext::BaseStationsInfoQueryV3 {
        max_nr_count: 15,
        max_lte_count: 15,
        ..Default::default()
    });
    let answer = bench.read_one();
    let info = ext::BaseStationsInfoInfoV3View::new(answer.answer::<ext::BaseStationsInfo>(tid, Status::SUCCESS));
    assert_eq!(info.nr_neighbor_cells().unwrap().iter().count(), 0);
    assert_eq!(info.lte_neighboring_cells().unwrap().iter().count(), 0);
}

#[test]
fn the_attach_is_told_with_the_networks_cause_from_version_3_on() {
    for version in [0x0100, 0x0300] {
        let mut bench = Bench::new(Setup::default());
        bench.open();
        assert_eq!(bench.agree(version), version);
        bench.wait(10_000);
        bench.subscribe(&[(EXT, &[ext::LteAttachInfo::CID, ext::LocationInfoStatus::CID, ext::Pco::CID])]);
        let body = bench.ask::<ext::LteAttachInfo>();
        assert_eq!(ext::LteAttachInfoInfoView::new(&body).lte_attach_state().unwrap(), ext::LteAttachState::ATTACHED);
        bench.modem.lose_packet_service(bench.now, 8);
        let told = bench.read_one();
        let body = told.indication::<ext::LteAttachInfo>();
        assert_eq!(ext::LteAttachInfoInfoView::new(body).lte_attach_state().unwrap(), ext::LteAttachState::DETACHED);
        if version >= 0x0300 {
            assert_eq!(ext::LteAttachInfoInfoV3View::new(body).nw_error().unwrap(), NwError(8));
        }
        bench.modem.restore_packet_service(bench.now);
        let told = bench.wait(1_000);
        let body = told[0].indication::<ext::LteAttachInfo>();
        let apn = if version >= 0x0300 {
            ext::LteAttachInfoInfoV3View::new(body).access_string().unwrap().chars().collect::<String>()
        } else {
            ext::LteAttachInfoInfoView::new(body).access_string().unwrap().chars().collect()
        };
        assert_eq!((told.len(), apn.as_str()), (1, "internet"));
        bench.modem.set_cell(bench.now, Cell { tac: 7, id: 0x1234, ..Cell::default() });
        let told = bench.read_one();
        assert_eq!(told.indication::<ext::LocationInfoStatus>(), bytes("ffffffff 07000000 34120000"));
        assert_eq!(bench.ask::<ext::LocationInfoStatus>(), bytes("ffffffff 07000000 34120000"));
    }
}

#[test]
fn protocol_configuration_options_are_told_inline() {
    let mut bench = Bench::ready(Setup::default());
    bench.subscribe(&[(EXT, &[ext::Pco::CID])]);
    bench.connected(1);
    bench.modem.set_pco(bench.now, 1, &[0x80, 0xff, 0x00]);
    let pco = bytes("01000000 03000000 00000000 80ff0000");
    assert_eq!(bench.read_one().indication::<ext::Pco>(), pco);
    let ask =
        |session_id| ext::PcoQuery { pco_value: Inline::Value(ext::PcoValue { session_id, ..Default::default() }) };
    let tid = bench.query::<ext::Pco>(&ask(1));
    assert_eq!(bench.read_one().answer::<ext::Pco>(tid, Status::SUCCESS), pco);
    let tid = bench.query::<ext::Pco>(&ask(2));
    assert_eq!(bench.read_one().answer::<ext::Pco>(tid, Status::SUCCESS), bytes("02000000 00000000 00000000"));
    let tid = bench.query::<ext::Pco>(&ask(8));
    bench.read_one().refused::<ext::Pco>(tid, Status::INVALID_PARAMETERS);
}

// Small services.

#[test]
fn the_firmware_has_an_identity() {
    let mut setup = Setup::default();
    setup.identity.firmware_id = core::array::from_fn(|n| n as u8);
    let mut bench = Bench::ready(setup);
    assert_eq!(bench.ask::<ms_firmware_id::Get>(), bytes("000102030405060708090a0b0c0d0e0f"));
}

#[test]
fn a_host_that_shuts_down_is_forgotten_by_the_network_until_it_is_back() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    let tid = bench.set::<ms_host_shutdown::Notify>(&Empty {});
    let told = bench.wait(60_000);
    assert_eq!(told[0].answer::<ms_host_shutdown::Notify>(tid, Status::SUCCESS), [0; 0]);
    assert_eq!(tell_all(&told[1..]), ["session DEACTIVATED", "packet DETACHED", "register DEREGISTERED"]);
    // Nothing brings it back by itself.
    bench.modem.lose_signal(bench.now);
    bench.modem.restore_signal(bench.now);
    bench.wait(60_000);
    assert_eq!(registered_with(&mut bench).0, bc::RegistrationState::DEREGISTERED);
    bench.open();
    assert_eq!(tell_all(&bench.wait(10_000)).last().unwrap(), "packet ATTACHED");
    // A host that has changed its mind.
    bench.set::<ms_host_shutdown::Notify>(&Empty {});
    bench.wait(1_000);
    bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    assert_eq!(tell_all(&bench.wait(10_000)).last().unwrap(), "packet ATTACHED");
    // A host that has not shut down changes nothing by opening again.
    bench.open();
    assert_eq!(bench.wait(10_000), []);
}

fn sar_states(body: &[u8]) -> Vec<(u32, u32)> {
    let states = ms_sar::ConfigInfoView::new(body).config_states().unwrap();
    states.iter().map(Result::unwrap).map(|state| (state.antenna_index, state.backoff_index)).collect()
}

fn set_sar(bench: &mut Bench, states: &[(u32, u32)]) -> u32 {
    let states: Vec<_> = states
        .iter()
        .map(|(antenna_index, backoff_index)| ms_sar::SarConfigState {
            antenna_index: *antenna_index,
            backoff_index: *backoff_index,
        })
        .collect();
    bench.set::<ms_sar::Config>(&ms_sar::ConfigSet {
        mode: ms_sar::SarControlMode::OS,
        backoff_state: ms_sar::SarBackoffState::ENABLED,
        config_states: RefList::new(&states),
        ..Default::default()
    })
}

#[test]
fn the_backoff_is_set_for_one_antenna_or_for_all() {
    let mut setup = Setup::default();
    setup.sar.antennas = 3;
    setup.sar.backoffs = 4;
    setup.sar.wifi = true;
    let mut bench = Bench::ready(setup);
    let body = bench.ask::<ms_sar::Config>();
    assert_eq!(
        body,
        bytes(
            "00000000 00000000 00000000 03000000 28000000 08000000 30000000 08000000 38000000 08000000
             00000000 00000000 01000000 00000000 02000000 00000000"
        )
    );
    let tid = set_sar(&mut bench, &[(1, 3)]);
    let answer = bench.read_one();
    let body = answer.answer::<ms_sar::Config>(tid, Status::SUCCESS);
    assert_eq!(sar_states(body), [(0, 0), (1, 3), (2, 0)]);
    let info = ms_sar::ConfigInfoView::new(body);
    assert_eq!(info.mode().unwrap(), ms_sar::SarControlMode::OS);
    assert_eq!(info.backoff_state().unwrap(), ms_sar::SarBackoffState::ENABLED);
    let tid = set_sar(&mut bench, &[(u32::MAX, 2), (0, 1)]);
    assert_eq!(sar_states(bench.read_one().answer::<ms_sar::Config>(tid, Status::SUCCESS)), [(0, 1), (1, 2), (2, 2)]);
    for wrong in [(3, 0), (0, 4), (u32::MAX, 4)] {
        let tid = set_sar(&mut bench, &[(1, 0), wrong]);
        bench.read_one().refused::<ms_sar::Config>(tid, Status::INVALID_PARAMETERS);
    }
    for (mode, backoff_state) in [
        (ms_sar::SarControlMode(2), ms_sar::SarBackoffState::ENABLED),
        (ms_sar::SarControlMode::OS, ms_sar::SarBackoffState(2)),
    ] {
        let tid = bench.set::<ms_sar::Config>(&ms_sar::ConfigSet { mode, backoff_state, ..Default::default() });
        bench.read_one().refused::<ms_sar::Config>(tid, Status::INVALID_PARAMETERS);
    }
    assert_eq!(sar_states(&bench.ask::<ms_sar::Config>()), [(0, 1), (1, 2), (2, 2)]);
    assert_eq!(SarSetup::default().antennas, 2);
}

fn report_transmissions(bench: &mut Bench, on: bool, seconds: u32) -> u32 {
    bench.set::<ms_sar::TransmissionStatus>(&ms_sar::TransmissionStatusSet {
        channel_notification: ms_sar::TransmissionNotificationStatus(u32::from(on)),
        hysteresis_timer: seconds,
    })
}

#[test]
fn transmissions_are_told_from_the_first_packet_until_silence() {
    let mut bench = Bench::ready(Setup::default());
    bench.subscribe(&[(ms_sar::MS_SAR, &[ms_sar::TransmissionStatus::CID])]);
    bench.connected(0);
    bench.wait(10_000);
    assert_eq!(bench.ask::<ms_sar::TransmissionStatus>(), bytes("00000000 00000000 01000000"));
    // Not asked for: not told.
    assert!(bench.modem.carry(bench.now, 0, Way::Up, 100));
    assert_eq!(bench.read(), []);
    assert_eq!(bench.ask::<ms_sar::TransmissionStatus>(), bytes("00000000 01000000 01000000"));
    bench.wait(10_000);
    for wrong in [0, 6, u32::MAX] {
        let tid = report_transmissions(&mut bench, true, wrong);
        bench.read_one().refused::<ms_sar::TransmissionStatus>(tid, Status::INVALID_PARAMETERS);
    }
    let tid = report_transmissions(&mut bench, true, 3);
    let answer = bench.read_one();
    assert_eq!(answer.answer::<ms_sar::TransmissionStatus>(tid, Status::SUCCESS), bytes("01000000 00000000 03000000"));
    let (active, inactive) = (bytes("01000000 01000000 03000000"), bytes("01000000 00000000 03000000"));
    assert!(bench.modem.carry(bench.now, 0, Way::Down, 100));
    assert_eq!(bench.read(), [], "what arrives is not sent");
    bench.modem.carry(bench.now, 0, Way::Up, 100);
    assert_eq!(bench.read_one().indication::<ms_sar::TransmissionStatus>(), active);
    assert_eq!(bench.wait(2_999), []);
    bench.modem.carry(bench.now, 0, Way::Up, 100);
    assert_eq!(bench.wait(2_999), [], "the silence begins anew");
    assert_eq!(bench.wait(1)[0].indication::<ms_sar::TransmissionStatus>(), inactive);
    // Signalling is sent, too.
    bench.disconnect(0);
    let told = bench.wait(10_000);
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0].indication::<ms_sar::TransmissionStatus>(), active);
    assert_eq!(told[2].indication::<ms_sar::TransmissionStatus>(), inactive);
    report_transmissions(&mut bench, false, 1);
    bench.read();
    bench.connected(0);
}

#[test]
fn the_network_tells_date_and_time() {
    let mut setup = Setup::default();
    setup.date = Date { zone: -14, daylight: 1, ..Date::default() };
    let mut bench = Bench::new(setup);
    bench.open();
    let tid = bench.query::<ms_voice_extensions::Nitz>(&Empty {});
    bench.read_one().refused::<ms_voice_extensions::Nitz>(tid, Status::NOT_REGISTERED);
    bench.subscribe(&[(ms_voice_extensions::MS_VOICE_EXTENSIONS, &[])]);
    let told = bench.wait(10_000);
    assert_eq!(told.len(), 1, "{told:?}");
    let info = ms_voice_extensions::NitzInfoView::new(told[0].indication::<ms_voice_extensions::Nitz>());
    let info = info.read().unwrap();
    assert_eq!((info.year, info.month, info.day, info.hour, info.minute, info.second), (2026, 1, 1, 0, 0, 1));
    assert_eq!(info.time_zone_offset_minutes.cast_signed(), -210);
    assert_eq!((info.daylight_saving_time_offset_minutes, info.data_class), (60, bc::DataClass::LTE));
    bench.wait(3_600_000);
    // Ten seconds and an hour after power-on.
    assert_eq!(
        bench.ask::<ms_voice_extensions::Nitz>(),
        bytes("ea070000 01000000 01000000 01000000 00000000 0a000000 2effffff 3c000000 20000000")
    );
    bench.modem.set_date(bench.now, Date { year: 2027, hour: 23, ..Date::default() });
    let told = bench.read_one();
    let info = ms_voice_extensions::NitzInfoView::new(told.indication::<ms_voice_extensions::Nitz>());
    assert_eq!((info.year().unwrap(), info.hour().unwrap()), (2027, 23));
}

// Streams.

fn stream(bench: &mut Bench, service: Uuid, session: u32, state: dss::DssLinkState) -> Status {
    let tid = bench.set::<dss::Connect>(&dss::ConnectSet {
        device_service_id: service,
        dss_session_id: session,
        dss_link_state: state,
    });
    let Message::Done { tid: answered, status, body, .. } = bench.read_one() else { panic!() };
    assert_eq!((answered, body.len()), (tid, 0));
    status
}

#[test]
fn streams_are_opened_within_their_limits_and_end_with_the_host() {
    const UP: dss::DssLinkState = dss::DssLinkState::ACTIVATE;
    const DOWN: dss::DssLinkState = dss::DssLinkState::DEACTIVATE;
    let files = known::MS_MODEM_FILE_TRANSFER;
    let other = Uuid([7; 16]);
    let mut config = Config::default();
    config.streams.push(Streams { service: other, instances: 2, from_host: true, to_host: true }).unwrap();
    let mut bench = Bench::with(Setup::default(), config, 4096);
    bench.open();
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body);
    assert_eq!(services.max_dss_sessions().unwrap(), 3);
    let services = services.device_services().unwrap();
    let listed: Vec<_> = services
        .iter()
        .map(Result::unwrap)
        .filter(|service| service.max_dss_instances > 0)
        .map(|service| (service.device_service_id, service.dss_payload.bits(), service.max_dss_instances))
        .collect();
    assert_eq!(listed, [(files, 2, 1), (other, 3, 2)]);

    let wrong = Status::INVALID_DEVICE_SERVICE_OPERATION;
    assert_eq!(stream(&mut bench, files, 3, DOWN), wrong, "it is not open");
    assert_eq!(stream(&mut bench, files, 3, UP), Status::SUCCESS);
    assert_eq!(stream(&mut bench, files, 3, UP), wrong, "it is open");
    assert_eq!(stream(&mut bench, other, 3, UP), wrong, "the number is taken");
    assert_eq!(stream(&mut bench, files, 4, UP), Status::DSS_INSTANCE_LIMIT);
    assert_eq!(stream(&mut bench, other, 0, UP), Status::SUCCESS);
    assert_eq!(stream(&mut bench, other, 255, UP), Status::SUCCESS);
    assert_eq!(stream(&mut bench, other, 1, UP), Status::DSS_INSTANCE_LIMIT);
    assert_eq!(stream(&mut bench, other, 256, UP), Status::INVALID_PARAMETERS);
    assert_eq!(stream(&mut bench, bc::BASIC_CONNECT, 9, UP), wrong, "it has no streams");
    assert_eq!(stream(&mut bench, files, 3, dss::DssLinkState(2)), Status::INVALID_PARAMETERS);
    assert_eq!(bench.function.open_streams().collect::<Vec<_>>(), [(files, 3), (other, 0), (other, 255)]);
    assert_eq!(stream(&mut bench, other, 0, DOWN), Status::SUCCESS);
    assert_eq!(stream(&mut bench, other, 1, UP), Status::SUCCESS);
    bench.open();
    assert_eq!(bench.function.open_streams().count(), 0);
}

#[test]
fn without_streams_there_is_no_command_to_open_them() {
    let mut config = Config::default();
    config.streams.clear();
    let mut bench = Bench::with(Setup::default(), config, 4096);
    bench.open();
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body);
    assert_eq!(services.max_dss_sessions().unwrap(), 0);
    let services = services.device_services().unwrap();
    assert!(services.iter().all(|service| service.unwrap().device_service_id != dss::DSS));
    let up = dss::DssLinkState::ACTIVATE;
    assert_eq!(stream(&mut bench, known::MS_MODEM_FILE_TRANSFER, 1, up), Status::NO_DEVICE_SUPPORT);
}

/// Set without content: refused as invalid, not as unknown, by every command that can be set and needs some.
#[test]
fn short_sets_are_invalid() {
    let mut bench = ready_v3(Setup::default());
    fn check<S: Set>(bench: &mut Bench) {
        let tid = bench.command(S::SERVICE, S::CID, CommandType::SET, &Empty {});
        bench.read_one().refused::<S>(tid, Status::INVALID_PARAMETERS);
    }
    check::<ext::DeviceSlotMappings>(&mut bench);
    check::<ext::NetworkDenylist>(&mut bench);
    check::<ext::ModemLoggingConfig>(&mut bench);
    check::<ext::PinEx>(&mut bench);
    check::<ext::RegistrationParameters>(&mut bench);
    check::<ms_sar::Config>(&mut bench);
    check::<ms_sar::TransmissionStatus>(&mut bench);
    check::<dss::Connect>(&mut bench);
    fn query<Q: Query>(bench: &mut Bench) {
        let tid = bench.command(Q::SERVICE, Q::CID, CommandType::QUERY, &Empty {});
        bench.read_one().refused::<Q>(tid, Status::INVALID_PARAMETERS);
    }
    query::<ext::SlotInfoStatus>(&mut bench);
    query::<ext::PinEx>(&mut bench);
    query::<ext::BaseStationsInfo>(&mut bench);
    query::<ext::Pco>(&mut bench);
}
