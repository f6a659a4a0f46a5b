//! The MBIM function against the acceptance checklist for functions: bytes laid by hand or by the writers of the wire
//! crate go in, every answer is compared, in virtual time.
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

use common::{Bench, Message, connect_info, leak};
use mbim_wire::field::{Empty, Raw};
use mbim_wire::fragment::Splitter;
use mbim_wire::list::RefList;
use mbim_wire::message::{
    Body, CommandType, Transfer, write_close, write_command, write_host_error, write_open, write_query, write_set,
};
use mbim_wire::service::basic_connect::{self as bc, NwError, context_type};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::{Command, ProtocolError, Status, Uuid, View};
use wwan::device::mbim::{Config, Effect, Fault, Function, Memory};
use wwan::device::modem::bearer::{AccessPoint, Credentials, IpKind, Way};
use wwan::device::modem::event::Origin;
use wwan::device::modem::network::{Network, NetworkSetup, RegistrationState, Signal, Technologies};
use wwan::device::modem::sim::{NetworkLock, Sim};
use wwan::device::modem::{Modem, Setup, SimSetup, text};
use wwan::time::{Instant, Millis};

/// What an indication says, in short.
fn tell(message: &Message) -> String {
    let Message::Indication { service, cid, body } = message else {
        return format!("{message:?}");
    };
    if *service == ext::MS_BASIC_CONNECT_EXTENSIONS {
        return match *cid {
            ext::SlotInfoStatus::CID => format!("slot {:?}", ext::SlotInfoStatusInfoView::new(body).state().unwrap()),
            cid => format!("extension {cid}"),
        };
    }
    match *cid {
        bc::SubscriberReadyStatus::CID => {
            format!("subscriber {:?}", bc::SubscriberReadyStatusInfoView::new(body).ready_state().unwrap())
        }
        bc::RadioState::CID => {
            let view = bc::RadioStateInfoView::new(body);
            format!("radio {:?} {:?}", view.hw_radio_state().unwrap(), view.sw_radio_state().unwrap())
        }
        bc::RegisterState::CID => {
            format!("register {:?}", bc::RegisterStateInfoView::new(body).register_state().unwrap())
        }
        bc::PacketService::CID => {
            format!("packet {:?}", bc::PacketServiceInfoView::new(body).packet_service_state().unwrap())
        }
        bc::Connect::CID => {
            let info = connect_info(body);
            format!("session {} {:?}", info.session_id, info.activation_state)
        }
        bc::SignalState::CID => format!("signal {}", bc::SignalStateInfoView::new(body).rssi().unwrap()),
        cid => format!("indication {cid}"),
    }
}

/// What all indications say, but for those of services that have tests of their own.
fn tell_all(messages: &[Message]) -> Vec<String> {
    let here = |message: &&Message| match message {
        Message::Indication { service, .. } => [bc::BASIC_CONNECT, ext::MS_BASIC_CONNECT_EXTENSIONS].contains(service),
        _ => true,
    };
    messages.iter().filter(here).map(tell).collect()
}

fn with_sim(sim: Sim) -> Setup {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    setup
}

fn pin(operation: bc::PinOperation, pin: &str) -> bc::PinSet<'_> {
    bc::PinSet { pin_type: bc::PinType::PIN1, pin_operation: operation, pin: pin.into(), ..Default::default() }
}

// 1. Open.

#[test]
fn open_is_answered_after_a_delay_and_commands_before_that_are_refused() {
    let mut setup = Setup::default();
    setup.delays.boot = Millis(700);
    let mut config = Config::default();
    config.open_delay = Millis(400);
    let mut bench = Bench::with(setup, config, 4096);
    bench.send(&[1, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0]);
    assert_eq!(bench.read(), []);
    let tid = bench.query::<bc::DeviceCaps>(&Empty {});
    assert_eq!(bench.read_one(), Message::Error(tid, ProtocolError::NOT_OPENED));
    assert_eq!(bench.function.poll_at(&bench.modem), Some(Instant(700)));
    bench.now = Instant(699);
    assert_eq!(bench.read(), []);
    bench.now = Instant(700);
    bench.read_one();
    assert_eq!(bench.transfers.last().unwrap(), &[1, 0, 0, 0x80, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn open_twice_ends_what_the_first_one_had() {
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(bench.agree(0x0300), 0x0300);
    bench.open();
    bench.connected(0);
    let slow = bench.query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery::default());
    assert_eq!(bench.read(), []);
    bench.open();
    assert_eq!(bench.function.agreed_version(), 0x0100);
    assert_eq!(bench.session(0).activation_state, bc::ActivationState::DEACTIVATED);
    let late = bench.wait(60_000);
    assert!(late.is_empty(), "nothing more of transaction {slow}: {late:?}");
}

#[test]
fn open_with_a_useless_size_is_refused() {
    let mut bench = Bench::new(Setup::default());
    for (size, answer) in [
        (0, Message::Error(7, ProtocolError::MAX_TRANSFER)),
        (63, Message::Error(7, ProtocolError::MAX_TRANSFER)),
        (64, Message::OpenDone(7, Status::SUCCESS)),
        (u32::MAX, Message::OpenDone(7, Status::SUCCESS)),
    ] {
        bench.send(write_open(&mut [0; 16], 7, size).unwrap());
        assert_eq!(bench.read_one(), answer, "{size}");
    }
}

#[test]
fn open_with_64_gets_fragments_of_64() {
    let mut bench = Bench::ready(Setup::default());
    let whole = bench.ask::<bc::DeviceServices>();
    assert!(whole.len() > 200);
    bench.send(write_open(&mut [0; 16], 50, 64).unwrap());
    bench.read_one();
    bench.transfers.clear();
    assert_eq!(bench.ask::<bc::DeviceServices>(), whole);
    let total = (whole.len() + 28).div_ceil(44);
    assert_eq!(bench.transfers.len(), total);
    for (current, transfer) in bench.transfers.iter().enumerate() {
        let Body::CommandDone(fragment) = Transfer::parse(transfer).unwrap().body else {
            panic!("{transfer:?}");
        };
        assert_eq!((fragment.total as usize, fragment.current as usize), (total, current));
        assert_eq!(transfer.len() == 64, current + 1 < total);
    }
}

#[test]
fn open_after_a_stale_session_does_not_see_old_messages() {
    let mut bench = Bench::ready(Setup::default());
    bench.send(write_open(&mut [0; 16], 50, 64).unwrap());
    bench.read_one();
    bench.query::<bc::DeviceServices>(&Empty {});
    bench.function.transmit(bench.now, &mut bench.modem).unwrap();
    bench.modem.lose_signal(bench.now);
    bench.send(write_open(&mut [0; 16], 1, 4096).unwrap());
    assert_eq!(bench.read(), [Message::OpenDone(1, Status::SUCCESS)]);
}

// 2. Close.

#[test]
fn close_is_answered_in_every_state_and_length() {
    let mut bench = Bench::new(Setup::default());
    bench.send(&[2, 0, 0, 0, 12, 0, 0, 0, 9, 0, 0, 0]);
    assert_eq!(bench.read(), [Message::CloseDone(9, Status::SUCCESS)]);
    bench.open();
    bench.send(&[2, 0, 0, 0, 16, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bench.read(), [Message::CloseDone(10, Status::SUCCESS)]);
    bench.send(write_close(&mut [0; 12], 11).unwrap());
    assert_eq!(bench.read(), [Message::CloseDone(11, Status::SUCCESS)]);
}

#[test]
fn after_close_there_is_nothing_but_not_opened() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    bench.query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery::default());
    bench.query::<bc::DeviceCaps>(&Empty {});
    bench.modem.set_hw_radio(bench.now, false);
    let tid = bench.next_tid();
    bench.send(write_close(&mut [0; 12], tid).unwrap());
    assert_eq!(bench.read(), [Message::CloseDone(tid, Status::SUCCESS)]);
    assert_eq!(bench.modem.sessions().count(), 0);
    bench.modem.set_hw_radio(bench.now, true);
    assert_eq!(bench.wait(60_000), []);
    let tid = bench.query::<bc::DeviceCaps>(&Empty {});
    assert_eq!(bench.read(), [Message::Error(tid, ProtocolError::NOT_OPENED)]);
    let mut fragment = [0_u8; 24];
    fragment[..20].copy_from_slice(&[3, 0, 0, 0, 24, 0, 0, 0, 77, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    bench.send(&fragment);
    assert_eq!(bench.read(), [Message::Error(77, ProtocolError::NOT_OPENED)]);
    // Errors of the host are taken without a word.
    bench.send(write_host_error(&mut [0; 16], 3, ProtocolError::TIMEOUT_FRAGMENT).unwrap());
    assert_eq!(bench.read(), []);
    assert_eq!(bench.function.counters().host_errors, 1);
}

#[test]
fn reset_closes_without_a_word() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(3);
    bench.query::<bc::DeviceCaps>(&Empty {});
    bench.function.reset(bench.now, &mut bench.modem);
    assert_eq!(bench.wait(10_000), []);
    assert_eq!(bench.modem.sessions().count(), 0);
    let tid = bench.query::<bc::DeviceCaps>(&Empty {});
    assert_eq!(bench.read(), [Message::Error(tid, ProtocolError::NOT_OPENED)]);
    bench.open();
}

// 3. Information buffers.

#[test]
fn content_of_queries_without_content_is_ignored() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.command(bc::BASIC_CONNECT, bc::RadioState::CID, CommandType::QUERY, &Raw(&[0; 8]));
    let answer = bench.read_one();
    let view = bc::RadioStateInfoView::new(answer.answer::<bc::RadioState>(tid, Status::SUCCESS));
    assert_eq!(view.sw_radio_state().unwrap(), bc::RadioSwitchState::ON);
}

#[test]
fn short_sets_are_invalid_and_change_nothing() {
    let mut bench = Bench::ready(Setup::default());
    // The shortest buffer that each set could do with.
    let sets: &[(Uuid, u32, usize)] = &[
        (bc::BASIC_CONNECT, bc::RadioState::CID, 4),
        (bc::BASIC_CONNECT, bc::Pin::CID, 24),
        (bc::BASIC_CONNECT, bc::PreferredProviders::CID, 4),
        (bc::BASIC_CONNECT, bc::RegisterState::CID, 16),
        (bc::BASIC_CONNECT, bc::PacketService::CID, 4),
        (bc::BASIC_CONNECT, bc::SignalState::CID, 12),
        (bc::BASIC_CONNECT, bc::Connect::CID, 60),
        (bc::BASIC_CONNECT, bc::ProvisionedContexts::CID, 60),
        (bc::BASIC_CONNECT, bc::DeviceServiceSubscribeList::CID, 4),
        (bc::BASIC_CONNECT, bc::NetworkIdleHint::CID, 4),
        (bc::BASIC_CONNECT, bc::EmergencyMode::CID, 4),
        (bc::BASIC_CONNECT, bc::IpPacketFilters::CID, 8),
        (bc::BASIC_CONNECT, bc::HomeProvider::CID, 32),
        (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::ProvisionedContexts::CID, 72),
        (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::LteAttachConfiguration::CID, 8),
        (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::DeviceSlotMappings::CID, 4),
    ];
    for (service, cid, least) in sets {
        for len in 0..*least {
            let tid = bench.command(*service, *cid, CommandType::SET, &Raw(&vec![0; len]));
            let answer = bench.read();
            let expected = Message::Done {
                tid,
                service: *service,
                cid: *cid,
                status: Status::INVALID_PARAMETERS,
                body: Vec::new(),
            };
            assert_eq!(answer, [expected], "cid {cid} with {len} bytes");
        }
    }
    assert_eq!(bench.modem.registration().state, RegistrationState::Home);
}

#[test]
fn an_access_string_at_offset_0_is_invalid() {
    // As in the public compliance test: offset 0, size 16.
    let mut bench = Bench::ready(Setup::default());
    let mut body = [0_u8; 60];
    body[4] = 1;
    body[12] = 16;
    let tid = bench.command(bc::BASIC_CONNECT, bc::Connect::CID, CommandType::SET, &Raw(&body));
    let answers = bench.wait(1_000);
    assert_eq!(answers.len(), 1);
    answers[0].refused::<bc::Connect>(tid, Status::INVALID_PARAMETERS);
}

#[test]
fn pairs_outside_the_buffer_and_unknown_values_are_invalid() {
    let mut bench = Bench::ready(Setup::default());
    let mut connect = [0_u8; 76];
    connect[4] = 1;
    let wrong = |bench: &mut Bench, at: usize, word: u32| {
        let mut body = connect;
        body[at..at + 4].copy_from_slice(&word.to_le_bytes());
        if at == 8 {
            body[12] = 16;
        }
        let tid = bench.command(bc::BASIC_CONNECT, bc::Connect::CID, CommandType::SET, &Raw(&body));
        bench.read_one().refused::<bc::Connect>(tid, Status::INVALID_PARAMETERS);
    };
    wrong(&mut bench, 0, 8); // session
    wrong(&mut bench, 4, 2); // command
    wrong(&mut bench, 8, 61); // offset: 16 bytes from there end behind the buffer
    wrong(&mut bench, 8, u32::MAX);
    wrong(&mut bench, 12, u32::MAX); // size
    wrong(&mut bench, 32, 2); // compression
    wrong(&mut bench, 36, 4); // authentication
    wrong(&mut bench, 40, 5); // address families
    let tid = bench.set::<bc::RadioState>(&bc::RadioStateSet { radio_state: bc::RadioSwitchState(2) });
    bench.read_one().refused::<bc::RadioState>(tid, Status::INVALID_PARAMETERS);
    let count = u32::MAX.to_le_bytes();
    let tid = bench.command(bc::BASIC_CONNECT, bc::PreferredProviders::CID, CommandType::SET, &Raw(&count));
    bench.read_one().refused::<bc::PreferredProviders>(tid, Status::INVALID_PARAMETERS);
    let long = "a".repeat(101);
    let mut body = [0_u8; 60 + 202];
    body[4] = 1;
    body[8] = 60;
    body[12] = 202;
    for (place, c) in body[60..].chunks_exact_mut(2).zip(long.bytes()) {
        place[0] = c;
    }
    let tid = bench.command(bc::BASIC_CONNECT, bc::Connect::CID, CommandType::SET, &Raw(&body));
    bench.read_one().refused::<bc::Connect>(tid, Status::PARAMETER_TOO_LONG);
    assert_eq!(bench.modem.sessions().count(), 0);
}

#[test]
fn what_is_not_served_is_answered_as_such() {
    let mut bench = Bench::ready(Setup::default());
    let unknown = Uuid([7; 16]);
    for (service, cid, kind) in [
        (unknown, 1, CommandType::QUERY),
        (bc::BASIC_CONNECT, 17, CommandType::QUERY),
        (bc::BASIC_CONNECT, 0, CommandType::SET),
        (bc::BASIC_CONNECT, u32::MAX, CommandType::QUERY),
        (bc::BASIC_CONNECT, bc::DeviceCaps::CID, CommandType::SET),
        (bc::BASIC_CONNECT, bc::DeviceServiceSubscribeList::CID, CommandType::QUERY),
        (bc::BASIC_CONNECT, bc::DeviceCaps::CID, CommandType(2)),
        (bc::BASIC_CONNECT, bc::MulticarrierProviders::CID, CommandType::QUERY),
        (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::Version::CID, CommandType::SET),
    ] {
        let tid = bench.command(service, cid, kind, &Empty {});
        let expected = Message::Done { tid, service, cid, status: Status::NO_DEVICE_SUPPORT, body: Vec::new() };
        assert_eq!(bench.read(), [expected]);
    }
}

#[test]
fn a_length_that_does_not_fit_is_a_mismatch() {
    let mut bench = Bench::ready(Setup::default());
    let query = |len: u32, ib: u32, bytes: usize| {
        let mut message = [0; 64];
        let written = write_query::<bc::DeviceCaps>(&mut message, 5, &Empty {}).unwrap().len();
        assert_eq!(written, 48);
        message[4..8].copy_from_slice(&len.to_le_bytes());
        message[44..48].copy_from_slice(&ib.to_le_bytes());
        message[..bytes].to_vec()
    };
    let mismatch = [Message::Error(5, ProtocolError::LENGTH_MISMATCH)];
    for bad in [query(48, 1, 48), query(52, 0, 52), query(56, 4, 56), query(52, 0, 48), query(11, 0, 48)] {
        bench.send(&bad);
        assert_eq!(bench.read(), mismatch, "{bad:?}");
    }
    // Padding up to a multiple of four is not a mismatch, nor are bytes behind the message.
    for good in [query(51, 0, 51), query(48, 0, 64)] {
        bench.send(&good);
        bench.read_one().answer::<bc::DeviceCaps>(5, Status::SUCCESS);
    }
    assert_eq!(bench.function.counters().trailing, 1);
    // No header, no type that a host sends: only counted.
    bench.send(&[3, 0, 0, 0, 48]);
    bench.send(&[9, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0]);
    bench.send(&[1, 0, 0, 0x80, 16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bench.read(), []);
    assert_eq!(bench.function.counters().garbage, 3);
}

#[test]
fn a_transfer_above_the_maximum_is_taken_and_answered_within_it() {
    let mut config = Config::default();
    config.max_control_transfer = 64;
    let mut bench = Bench::with(Setup::default(), config, 4096);
    bench.open();
    let tid = bench.command(bc::BASIC_CONNECT, bc::DeviceCaps::CID, CommandType::QUERY, &Raw(&[0; 32]));
    bench.read_one().answer::<bc::DeviceCaps>(tid, Status::SUCCESS);
}

// 4. Fragments from the host.

/// A long command in fragments of 64 bytes.
fn fragments(tid: u32) -> Vec<Vec<u8>> {
    let mut buffer = [0; 512];
    let message = write_set::<bc::Connect>(
        &mut buffer,
        tid,
        &bc::ConnectSet {
            activation_command: bc::ActivationCommand::ACTIVATE,
            access_string: "internet".into(),
            user_name: "somebody".into(),
            ip_type: bc::ContextIpType::IPV4,
            context_type: context_type::INTERNET,
            ..Default::default()
        },
    )
    .unwrap();
    let mut splitter = Splitter::new(message, 64);
    let mut parts = Vec::new();
    while let Some(part) = splitter.next(message) {
        parts.push(part.to_vec());
    }
    assert_eq!(parts.len(), 3);
    parts
}

#[test]
fn fragments_in_order_are_a_command() {
    let mut bench = Bench::ready(Setup::default());
    for part in fragments(100) {
        assert_eq!(bench.read(), []);
        bench.send(&part);
    }
    let answers = bench.wait(1_000);
    assert_eq!(answers.len(), 1);
    let info = connect_info(answers[0].answer::<bc::Connect>(100, Status::SUCCESS));
    assert_eq!(info.ip_type, bc::ContextIpType::IPV4);
}

#[test]
fn fragments_out_of_order_are_each_complained_about() {
    let out_of_order = Message::Error(100, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE);
    for (order, complaints) in [
        (&[1, 1][..], 2), // wrong first, twice
        (&[0, 0, 1], 2),  // repeated: discarded, so the next is wrong, too
        (&[0, 2], 1),     // gap
        (&[0, 2, 1], 2),
        (&[2], 1),
    ] {
        let mut bench = Bench::ready(Setup::default());
        let parts = fragments(100);
        for number in order {
            bench.send(&parts[*number]);
        }
        assert_eq!(bench.read(), vec![out_of_order.clone(); complaints], "{order:?}");
        // The same transaction may begin anew.
        for part in parts {
            bench.send(&part);
        }
        assert_eq!(bench.wait(1_000).len(), 1);
    }
}

#[test]
fn impossible_fragment_headers_are_complained_about() {
    for (total, current) in [(0_u8, 0_u8), (2, 2), (2, 9), (4, 1)] {
        let mut bench = Bench::ready(Setup::default());
        let mut parts = fragments(100);
        bench.send(&parts[0]);
        parts[1][12] = total;
        parts[1][16] = current;
        bench.send(&parts[1]);
        let complaint = Message::Error(100, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE);
        assert_eq!(bench.read(), core::slice::from_ref(&complaint), "{total} {current}");
        bench.send(&parts[2]);
        assert_eq!(bench.read(), [complaint], "the whole transaction is discarded");
    }
}

#[test]
fn a_late_fragment_is_a_timeout() {
    let mut bench = Bench::ready(Setup::default());
    let parts = fragments(100);
    bench.send(&parts[0]);
    let began = bench.now;
    assert_eq!(bench.wait(1_249), []);
    bench.send(&parts[1]);
    // The time begins anew with each fragment.
    assert_eq!(bench.wait(1_249), []);
    assert_eq!(bench.function.poll_at(&bench.modem), Some(Instant(began.0 + 1_249 + 1_250)));
    assert_eq!(bench.wait(1), [Message::Error(100, ProtocolError::TIMEOUT_FRAGMENT)]);
    bench.send(&parts[2]);
    assert_eq!(bench.read(), [Message::Error(100, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE)]);
}

#[test]
fn interleaved_fragments_end_the_message_before() {
    let mut bench = Bench::ready(Setup::default());
    let (first, second) = (fragments(100), fragments(101));
    bench.send(&first[0]);
    // A command in one piece does not hurt.
    let caps = bench.query::<bc::DeviceCaps>(&Empty {});
    bench.read_one().answer::<bc::DeviceCaps>(caps, Status::SUCCESS);
    bench.send(&second[0]);
    assert_eq!(bench.read(), [Message::Error(100, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE)]);
    bench.send(&first[1]);
    assert_eq!(bench.read(), [Message::Error(100, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE)]);
    bench.send(&second[1]);
    bench.send(&second[2]);
    let answers = bench.wait(1_000);
    assert_eq!(answers.len(), 1);
    answers[0].answer::<bc::Connect>(101, Status::SUCCESS);
}

#[test]
fn a_host_error_ends_an_assembly_and_a_close_too() {
    let mut bench = Bench::ready(Setup::default());
    let parts = fragments(100);
    bench.send(&parts[0]);
    bench.send(write_host_error(&mut [0; 16], 100, ProtocolError::CANCEL).unwrap());
    assert_eq!(bench.wait(5_000), []);
    bench.send(&parts[0]);
    bench.send(write_close(&mut [0; 12], 200).unwrap());
    assert_eq!(bench.wait(5_000), [Message::CloseDone(200, Status::SUCCESS)]);
}

#[test]
fn a_message_too_long_for_the_assembly_is_a_mismatch() {
    let mut bench = Bench::ready(Setup::default());
    let body = vec![0; 3_000];
    let mut buffer = vec![0; 4_096];
    let message =
        write_command(&mut buffer, 100, bc::BASIC_CONNECT, bc::Connect::CID, CommandType::SET, &Raw(&body)).unwrap();
    let mut splitter = Splitter::new(message, 1_500);
    while let Some(part) = splitter.next(message) {
        let part = part.to_vec();
        bench.send(&part);
    }
    let errors = bench.read();
    assert_eq!(errors[0], Message::Error(100, ProtocolError::LENGTH_MISMATCH));
    assert_eq!(errors[1..], [Message::Error(100, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE)]);
}

// Transactions.

#[test]
fn fast_commands_are_answered_while_slow_ones_go_on() {
    let mut bench = Bench::ready(Setup::default());
    let scan = bench.query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery::default());
    let connect = bench.connect(0);
    let caps = bench.query::<bc::DeviceCaps>(&Empty {});
    bench.read_one().answer::<bc::DeviceCaps>(caps, Status::SUCCESS);
    let answers = bench.wait(60_000);
    assert_eq!(answers.len(), 2);
    answers[0].answer::<bc::Connect>(connect, Status::SUCCESS);
    let body = answers[1].answer::<bc::VisibleProviders>(scan, Status::SUCCESS);
    let found: Vec<_> = bc::VisibleProvidersInfoView::new(body)
        .providers()
        .unwrap()
        .iter()
        .map(|provider| {
            let provider = provider.unwrap();
            (provider.provider_id.to_string(), provider.provider_state, provider.rssi)
        })
        .collect();
    use bc::ProviderState as State;
    assert_eq!(
        found,
        [
            ("00101".into(), State::HOME | State::VISIBLE | State::REGISTERED, 20),
            ("00102".into(), State::VISIBLE, 12),
            ("99970".into(), State::VISIBLE | State::FORBIDDEN, 9),
        ]
    );
}

#[test]
fn a_transaction_id_in_use_is_refused_and_the_first_one_goes_on() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery::default());
    bench.tid -= 1;
    assert_eq!(bench.query::<bc::DeviceCaps>(&Empty {}), tid);
    assert_eq!(bench.read(), [Message::Error(tid, ProtocolError::DUPLICATED_TID)]);
    bench.send(&fragments(tid)[0]);
    assert_eq!(bench.read(), [Message::Error(tid, ProtocolError::DUPLICATED_TID)]);
    let answers = bench.wait(60_000);
    assert_eq!(answers.len(), 1);
    answers[0].answer::<bc::VisibleProviders>(tid, Status::SUCCESS);
}

#[test]
fn a_host_error_cancels_a_command() {
    let mut bench = Bench::ready(Setup::default());
    let scan = bench.query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery::default());
    let connect = bench.connect(0);
    bench.send(write_host_error(&mut [0; 16], scan, ProtocolError::CANCEL).unwrap());
    bench.send(write_host_error(&mut [0; 16], connect, ProtocolError::CANCEL).unwrap());
    // An answer that is not yet fetched is dropped as well, other ones stay.
    let caps = bench.query::<bc::DeviceCaps>(&Empty {});
    let services = bench.query::<bc::DeviceServices>(&Empty {});
    bench.send(write_host_error(&mut [0; 16], caps, ProtocolError::CANCEL).unwrap());
    let answers = bench.wait(60_000);
    assert_eq!(answers.len(), 1);
    answers[0].answer::<bc::DeviceServices>(services, Status::SUCCESS);
    assert_eq!(bench.session(0).activation_state, bc::ActivationState::DEACTIVATED);
}

#[test]
fn too_many_commands_under_way_are_busy() {
    let mut bench = Bench::ready(Setup::default());
    bench.function.delay(bc::BASIC_CONNECT, bc::RadioState::CID, Millis(1_000), false).unwrap();
    for _ in 0..16 {
        bench.query::<bc::RadioState>(&Empty {});
    }
    assert_eq!(bench.read(), []);
    let tid = bench.query::<bc::RadioState>(&Empty {});
    bench.read_one().refused::<bc::RadioState>(tid, Status::BUSY);
    assert_eq!(bench.wait(1_000).len(), 16);
    assert_eq!(bench.function.counters().busy, 1);
}

#[test]
fn a_host_that_does_not_read_loses_nothing_it_was_not_told_about() {
    let mut bench = Bench::with(Setup::default(), Config::default(), 400);
    bench.open();
    bench.wait(10_000);
    let tids: Vec<u32> = (0..40).map(|_| bench.query::<bc::RadioState>(&Empty {})).collect();
    let answers = bench.read();
    // 400 bytes hold 7 answers of 56 bytes, the table 16 more; BUSY does not fit until the host reads.
    let counters = *bench.function.counters();
    assert_eq!(answers.len(), 7 + 16);
    assert_eq!((counters.busy, counters.lost), (17, 17));
    for (answer, tid) in answers.iter().zip(tids) {
        answer.answer::<bc::RadioState>(tid, Status::SUCCESS);
    }
}

#[test]
fn after_missed_events_the_newest_state_is_told() {
    let mut bench = Bench::with(Setup::default(), Config::default(), 400);
    bench.open();
    bench.wait(10_000);
    for round in 0..60 {
        bench.modem.set_hw_radio(bench.now, round % 2 == 1);
        bench.modem.set_emergency(Origin::WORLD, round % 2 == 0);
    }
    let told = tell_all(&bench.read());
    assert!(bench.function.counters().events_missed > 0);
    let last = |what: &str| told.iter().rfind(|line| line.starts_with(what)).unwrap().clone();
    assert_eq!(last("radio"), "radio ON ON");
    assert_eq!(last("register"), "register SEARCHING");
    assert_eq!(last("subscriber"), "subscriber INITIALIZED");
    let told = tell_all(&bench.wait(10_000));
    assert_eq!(told, ["register HOME", "packet ATTACHING", "packet ATTACHED"]);
}

// 5. Services and versions.

#[test]
fn device_services_lists_exactly_what_is_served() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    assert_eq!(bench.agree(0x0300), 0x0300);
    bench.wait(10_000);
    let body = bench.ask::<bc::DeviceServices>();
    let view = bc::DeviceServicesInfoView::new(&body);
    assert_eq!(view.max_dss_sessions().unwrap(), 1);
    let mut listed = Vec::new();
    for service in view.device_services().unwrap().iter() {
        let service = service.unwrap();
        for cid in service.cids.iter() {
            listed.push((service.device_service_id, cid.unwrap()));
        }
    }
    let counted = [bc::BASIC_CONNECT, ext::MS_BASIC_CONNECT_EXTENSIONS];
    assert_eq!(listed.iter().filter(|(service, _)| counted.contains(service)).count(), 21 + 18);
    for service in counted {
        for cid in 0..40 {
            // Served is what does not answer "no support" to both a query and a set; a set without content breaks off.
            let mut served = false;
            for kind in [CommandType::QUERY, CommandType::SET] {
                if (service, cid, kind) == (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::DeviceReset::CID, CommandType::SET) {
                    served = true;
                    continue;
                }
                bench.command(service, cid, kind, &Empty {});
                let answers = bench.wait(10_000);
                let done = answers.iter().find_map(|message| match message {
                    Message::Done { status, .. } => Some(*status),
                    _ => None,
                });
                served |= done.unwrap() != Status::NO_DEVICE_SUPPORT;
            }
            assert_eq!(served, listed.contains(&(service, cid)), "{service} {cid}");
        }
    }
}

#[test]
fn the_version_is_the_lower_one_and_only_asked_for_first() {
    for (asked, agreed) in [(0x0100, 0x0100), (0x0200, 0x0200), (0x0300, 0x0300), (0x0400, 0x0300)] {
        let mut bench = Bench::new(Setup::default());
        bench.open();
        assert_eq!(bench.agree(asked), agreed);
        // Asking again does not change it.
        assert_eq!(bench.agree(0x0100), agreed);
        assert_eq!(bench.function.agreed_version(), agreed);
        bench.open();
        assert_eq!(bench.function.agreed_version(), 0x0100);
    }
    // Behind the device services it is in time, behind anything else too late.
    let mut bench = Bench::new(Setup::default());
    bench.open();
    bench.ask::<bc::DeviceServices>();
    assert_eq!(bench.agree(0x0200), 0x0200);
    bench.open();
    bench.ask::<bc::RadioState>();
    assert_eq!(bench.agree(0x0300), 0x0100);
    // The golden bytes of the query, and the answer to them.
    bench.open();
    bench.transfers.clear();
    let mut golden = vec![3, 0, 0, 0, 0x34, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    golden.extend(ext::MS_BASIC_CONNECT_EXTENSIONS.0);
    golden.extend([15, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0, 1, 0, 3]);
    bench.send(&golden);
    bench.read_one();
    golden[3] = 0x80;
    assert_eq!(bench.transfers, [golden]);
}

#[test]
fn a_function_of_version_1_does_not_offer_another() {
    let mut config = Config::default();
    config.extended_version = 0x0100;
    let mut bench = Bench::with(Setup::default(), config, 4096);
    bench.open();
    let tid = bench.query::<ext::Version>(&ext::VersionInfo { mbim_version: 0x0100, mbim_extended_version: 0x0300 });
    bench.read_one().refused::<ext::Version>(tid, Status::NO_DEVICE_SUPPORT);
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body).device_services().unwrap();
    let extensions = services.iter().nth(1).unwrap().unwrap();
    assert!(extensions.cids.iter().all(|cid| cid != Ok(15)));
}

#[test]
fn every_layout_follows_the_version() {
    // Lengths of the fixed parts, without texts: registered, attached, with a session.
    let lengths = |version: u16| {
        let mut bench = Bench::new(Setup::default());
        bench.open();
        assert_eq!(bench.agree(version), version);
        bench.wait(10_000);
        let mut buffer = [0; 256];
        let tid = bench.next_tid();
        let connect = if version < 0x0300 {
            let set = bc::ConnectSet {
                activation_command: bc::ActivationCommand::ACTIVATE,
                context_type: context_type::INTERNET,
                ..Default::default()
            };
            write_set::<bc::Connect>(&mut buffer, tid, &set).unwrap()
        } else {
            let set = bc::ConnectSetV3 {
                activation_command: bc::ActivationCommand::ACTIVATE,
                context_type: context_type::INTERNET,
                access_string: "internet".into(),
                ..Default::default()
            };
            write_set::<bc::ConnectV3>(&mut buffer, tid, &set).unwrap()
        };
        bench.function.receive(bench.now, &mut bench.modem, connect);
        let answers = bench.wait(1_000);
        let connect = answers[0].answer::<bc::Connect>(tid, Status::SUCCESS).len();
        let subscriber = bench.ask::<bc::SubscriberReadyStatus>();
        // The offset of the first text, the IMSI, is the length of the fixed part and one pair for the number.
        let pair = if version < 0x0300 { 4 } else { 8 };
        let subscriber = subscriber[pair];
        let register = bench.ask::<bc::RegisterState>()[20];
        let packet = bench.ask::<bc::PacketService>().len();
        let signal = bench.ask::<bc::SignalState>().len();
        let caps = bench.ask::<ext::DeviceCaps>();
        let attach = bench.ask::<ext::LteAttachInfo>().len();
        (subscriber, register, packet, signal, connect, caps.len(), attach)
    };
    // SUBSCRIBER_READY 28/32 with one pair more; REGISTER_STATE 48/52; PACKET_SERVICE 28/32/44; SIGNAL_STATE 20/28 with
    // a list of one; CONNECT 36/40 with two TLVs' worth of name; the rest by their own texts.
    let (v1, v2, v3) = (lengths(0x0100), lengths(0x0200), lengths(0x0300));
    assert_eq!((v1.0, v2.0, v3.0), (36, 36, 40));
    assert_eq!((v1.1, v2.1, v3.1), (48, 52, 52));
    assert_eq!((v1.2, v2.2, v3.2), (28, 32, 44));
    assert_eq!((v1.3, v2.3, v3.3), (20, 28 + 4 + 20, 28 + 4 + 20));
    assert_eq!((v1.4, v2.4, v3.4), (36, 36, 40 + 8 + 16));
    let texts = 30 + 2 + 10 + 2 + 26 + 2; // IMEI, firmware, model, padded
    assert_eq!((v1.5, v2.5), (68 + texts, 68 + texts));
    assert!(v3.5 > 48 + texts);
    assert_eq!((v1.6 + 4, v2.6 + 4), (v3.6, v3.6));
}

#[test]
fn identity_and_capabilities() {
    let mut setup = Setup::default();
    setup.network.technologies = Technologies::LTE | Technologies::NR_NSA;
    let mut bench = Bench::new(setup.clone());
    bench.open();
    let body = bench.ask::<bc::DeviceCaps>();
    let view = bc::DeviceCapsInfoView::new(&body);
    assert_eq!(view.device_id().unwrap(), "490154203237518");
    assert_eq!(view.hardware_info().unwrap(), "Virtual Modem");
    assert_eq!(view.firmware_info().unwrap(), "1.0.0");
    assert_eq!(view.data_class().unwrap(), bc::DataClass::LTE | bc::DataClass::_5G_NSA);
    assert_eq!(view.max_sessions().unwrap(), 8);
    assert_eq!(view.sms_caps().unwrap(), bc::SmsCaps::PDU_RECEIVE | bc::SmsCaps::PDU_SEND);
    bench.open();
    bench.agree(0x0300);
    let body = bench.ask::<ext::DeviceCaps>();
    let view = ext::DeviceCapsInfoV3View::new(&body);
    assert_eq!(view.data_class().unwrap(), bc::DataClassV3::LTE | bc::DataClassV3::_5G);
    assert_eq!(view.data_subclass().unwrap(), ext::DataSubclass64::_5G_ENDC);
    assert_eq!(view.device_id().unwrap().0, "490154203237518");
    // Some modems hide 5G in a text.
    let mut config = Config::default();
    config.custom_data_class = text("5G/TDS");
    let mut bench = Bench::with(setup, config, 4096);
    bench.open();
    let body = bench.ask::<bc::DeviceCaps>();
    let view = bc::DeviceCapsInfoView::new(&body);
    assert_eq!(view.data_class().unwrap(), bc::DataClass::LTE | bc::DataClass::CUSTOM);
    assert_eq!(view.custom_data_class().unwrap(), "5G/TDS");
}

// 6. Sessions.

#[test]
fn a_session_from_first_to_last() {
    let mut bench = Bench::ready(Setup::default());
    let before = bench.session(0);
    assert_eq!(before.activation_state, bc::ActivationState::DEACTIVATED);
    let answer = bench.ip_configuration(0);
    answer.refused::<bc::IpConfiguration>(bench.tid, Status::CONTEXT_NOT_ACTIVATED);

    // The golden bytes of an activation, only with another transaction.
    let mut golden = vec![3, 0, 0, 0, 0x7c, 0, 0, 0, 90, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    golden.extend(bc::BASIC_CONNECT.0);
    golden.extend([0x0c, 0, 0, 0, 1, 0, 0, 0, 0x4c, 0, 0, 0]);
    golden.extend([0, 0, 0, 0, 1, 0, 0, 0, 0x3c, 0, 0, 0, 0x10, 0, 0, 0]);
    golden.extend([0; 24]);
    golden.extend([1, 0, 0, 0]);
    golden.extend(context_type::INTERNET.0);
    golden.extend("internet".encode_utf16().flat_map(u16::to_le_bytes));
    bench.send(&golden);
    assert_eq!(bench.read(), []);
    assert_eq!(bench.session(0).activation_state, bc::ActivationState::ACTIVATING);
    let answers = bench.wait(1_000);
    assert_eq!(answers.len(), 1, "no indication for what the host itself has asked for");
    let info = connect_info(answers[0].answer::<bc::Connect>(90, Status::SUCCESS));
    assert_eq!(
        info,
        bc::ConnectInfo {
            session_id: 0,
            activation_state: bc::ActivationState::ACTIVATED,
            voice_call_state: bc::VoiceCallState::NONE,
            ip_type: bc::ContextIpType::IPV4,
            context_type: context_type::INTERNET,
            nw_error: NwError::NONE,
        }
    );

    let answer = bench.ip_configuration(0);
    let body = answer.answer::<bc::IpConfiguration>(bench.tid, Status::SUCCESS);
    let view = bc::IpConfigurationInfoView::new(body);
    assert_eq!(view.ipv4_configuration_available().unwrap().bits(), 0xf);
    assert_eq!(view.ipv6_configuration_available().unwrap().bits(), 0);
    let address = view.ipv4_address().unwrap().iter().next().unwrap().unwrap();
    assert_eq!((address.on_link_prefix_length, address.ipv4_address.0), (30, [10, 64, 0, 2].into()));
    assert_eq!(view.ipv4_gateway().unwrap().0, Some([10, 64, 0, 1].into()));
    assert_eq!(view.ipv4_dns_server().unwrap().len(), 2);
    assert_eq!((view.ipv4_mtu().unwrap(), view.ipv6_mtu().unwrap()), (1500, 0));

    let tid = bench.connect(0);
    let answer = bench.read_one();
    let info = connect_info(answer.answer::<bc::Connect>(tid, Status::MAX_ACTIVATED_CONTEXTS));
    assert_eq!(info.activation_state, bc::ActivationState::ACTIVATED);

    let tid = bench.disconnect(0);
    assert_eq!(bench.read(), []);
    let answers = bench.wait(1_000);
    assert_eq!(answers.len(), 1);
    let info = connect_info(answers[0].answer::<bc::Connect>(tid, Status::SUCCESS));
    assert_eq!(info.activation_state, bc::ActivationState::DEACTIVATED);

    let tid = bench.disconnect(0);
    let answer = bench.read_one();
    let info = connect_info(answer.answer::<bc::Connect>(tid, Status::CONTEXT_NOT_ACTIVATED));
    assert_eq!(info.activation_state, bc::ActivationState::DEACTIVATED);
    bench.connected(0);
}

#[test]
fn the_network_drops_a_session() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    bench.connected(1);
    bench.modem.network_deactivates(bench.now, 1, 36);
    let info = connect_info(bench.read_one().indication::<bc::Connect>());
    assert_eq!(info.session_id, 1);
    assert_eq!(info.activation_state, bc::ActivationState::DEACTIVATED);
    assert_eq!(info.ip_type, bc::ContextIpType::IPV4V6);
    assert_eq!(info.nw_error, NwError::REGULAR_DEACTIVATION);
    assert_eq!(bench.session(0).activation_state, bc::ActivationState::ACTIVATED);
}

#[test]
fn sessions_have_limits_and_addresses_of_their_own() {
    let mut setup = Setup::default();
    setup.bearer.max_sessions = 256;
    let mut bench = Bench::ready(setup);
    let mut seen = Vec::new();
    for session in [0, 1, 255] {
        bench.connected(session);
        let answer = bench.ip_configuration(session);
        let body = answer.answer::<bc::IpConfiguration>(bench.tid, Status::SUCCESS);
        let view = bc::IpConfigurationInfoView::new(body);
        let v4 = view.ipv4_address().unwrap().iter().next().unwrap().unwrap();
        let v6 = view.ipv6_address().unwrap().iter().next().unwrap().unwrap();
        assert_eq!(v6.on_link_prefix_length, 64);
        seen.push((v4.ipv4_address.0.to_string(), v6.ipv6_address.0.to_string()));
    }
    assert_eq!(
        seen,
        [
            ("10.64.0.2".into(), "2001:db8:64::2".into()),
            ("10.64.0.6".into(), "2001:db8:64:1::2".into()),
            ("10.64.3.254".into(), "2001:db8:64:ff::2".into()),
        ]
    );
    for session in [256, u32::MAX] {
        let tid = bench.connect(session);
        bench.read_one().refused::<bc::Connect>(tid, Status::INVALID_PARAMETERS);
    }
    // Sixteen at the same time, no more.
    for session in 2..15 {
        bench.connected(session);
    }
    let tid = bench.connect(100);
    bench.read_one().answer::<bc::Connect>(tid, Status::MAX_ACTIVATED_CONTEXTS);
    let tid = bench.disconnect(7);
    bench.wait(1_000)[0].answer::<bc::Connect>(tid, Status::SUCCESS);
    bench.connected(100);

    let mut bench = Bench::ready(Setup::default());
    bench.connected(7);
    let tid = bench.connect(8);
    bench.read_one().refused::<bc::Connect>(tid, Status::INVALID_PARAMETERS);
}

#[test]
fn access_points_refuse_with_the_network_s_reason() {
    let mut setup = Setup::default();
    setup.bearer.refuses_others = 27;
    let mut secured = AccessPoint::new("secured");
    secured.credentials = Some(Credentials {
        user: text("user"),
        password: text("secret"),
        auth: wwan::device::modem::bearer::Auth::Chap,
    });
    let mut barred = AccessPoint::new("barred");
    barred.refuses = 33;
    setup.bearer.access_points.push(secured).unwrap();
    setup.bearer.access_points.push(barred).unwrap();
    let mut bench = Bench::ready(setup);
    let mut attempt = |apn: &str, user: &str, password: &str, auth| {
        let tid = bench.set::<bc::Connect>(&bc::ConnectSet {
            session_id: 2,
            activation_command: bc::ActivationCommand::ACTIVATE,
            access_string: apn.into(),
            user_name: user.into(),
            password: password.into(),
            auth_protocol: auth,
            context_type: context_type::INTERNET,
            ..Default::default()
        });
        let answers = bench.wait(1_000);
        assert_eq!(answers.len(), 1, "{answers:?}");
        let Message::Done { tid: answered, status, body, .. } = &answers[0] else {
            panic!("{answers:?}");
        };
        assert_eq!(*answered, tid);
        let info = connect_info(body);
        if *status == Status::SUCCESS {
            bench.disconnect(2);
            bench.wait(1_000);
        } else {
            assert_eq!(info.activation_state, bc::ActivationState::DEACTIVATED);
        }
        (*status, info.nw_error)
    };
    use bc::AuthProtocol as Auth;
    let unknown = (Status::INVALID_ACCESS_STRING, NwError::MISSING_OR_UNKNOWN_APN);
    let credentials = (Status::INVALID_USER_NAME_PWD, NwError::USER_AUTHENTICATION_FAILED);
    let fine = (Status::SUCCESS, NwError::NONE);
    assert_eq!(attempt("nonsense", "", "", Auth::NONE), unknown);
    assert_eq!(attempt("INTERNET", "", "", Auth::NONE), fine);
    assert_eq!(attempt("", "", "", Auth::NONE), fine);
    assert_eq!(attempt("secured", "", "", Auth::NONE), credentials);
    assert_eq!(attempt("secured", "user", "wrong", Auth::CHAP), credentials);
    assert_eq!(attempt("secured", "user", "secret", Auth::PAP), credentials);
    assert_eq!(attempt("secured", "user", "secret", Auth::CHAP), fine);
    assert_eq!(
        attempt("barred", "", "", Auth::NONE),
        (Status::FAILURE, NwError::REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED)
    );
}

#[test]
fn address_families_are_granted_as_the_access_point_has_them() {
    let mut setup = Setup::default();
    let mut v4 = AccessPoint::new("v4");
    v4.ip = IpKind::V4;
    let mut v6 = AccessPoint::new("v6");
    v6.ip = IpKind::V6;
    let mut silent = v4.clone();
    silent.name = text("silent");
    silent.tells_limit = false;
    for point in [v4, v6, silent] {
        setup.bearer.access_points.push(point).unwrap();
    }
    let mut bench = Bench::ready(setup);
    use bc::ContextIpType as Ip;
    let fails = Status::FAILURE;
    let fine = Status::SUCCESS;
    for (apn, asked, status, granted, cause) in [
        ("internet", Ip::DEFAULT, fine, Ip::IPV4V6, 0),
        ("internet", Ip::IPV4, fine, Ip::IPV4, 0),
        ("internet", Ip::IPV6, fine, Ip::IPV6, 0),
        ("internet", Ip::IPV4V6, fine, Ip::IPV4V6, 0),
        ("internet", Ip::IPV4_AND_IPV6, fine, Ip::IPV4_AND_IPV6, 0),
        ("v4", Ip::DEFAULT, fine, Ip::IPV4, 0),
        ("v4", Ip::IPV4V6, fine, Ip::IPV4, 50),
        ("v4", Ip::IPV6, fails, Ip::IPV6, 50),
        ("v6", Ip::IPV4V6, fine, Ip::IPV6, 51),
        ("v6", Ip::IPV4, fails, Ip::IPV4, 51),
        ("silent", Ip::IPV4V6, fine, Ip::IPV4, 0),
    ] {
        let tid = bench.set::<bc::Connect>(&bc::ConnectSet {
            activation_command: bc::ActivationCommand::ACTIVATE,
            access_string: apn.into(),
            ip_type: asked,
            context_type: context_type::INTERNET,
            ..Default::default()
        });
        let answers = bench.wait(1_000);
        let info = connect_info(answers[0].answer::<bc::Connect>(tid, status));
        assert_eq!((info.ip_type, info.nw_error), (granted, NwError(cause)), "{apn} {asked:?}");
        if status == fine {
            let answer = bench.ip_configuration(0);
            let body = answer.answer::<bc::IpConfiguration>(bench.tid, fine);
            let view = bc::IpConfigurationInfoView::new(body);
            let families = (
                !view.ipv4_configuration_available().unwrap().is_empty(),
                !view.ipv6_configuration_available().unwrap().is_empty(),
            );
            assert_eq!(families, (granted != Ip::IPV6, granted != Ip::IPV4));
            bench.disconnect(0);
            bench.wait(1_000);
        }
    }
}

#[test]
fn changed_name_servers_are_indicated_with_everything_else() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    bench.modem.change_dns(bench.now, 0, &[[9, 9, 9, 9].into()], &[]);
    let message = bench.read_one();
    let view = bc::IpConfigurationInfoView::new(message.indication::<bc::IpConfiguration>());
    let servers: Vec<_> = view.ipv4_dns_server().unwrap().iter().map(Result::unwrap).collect();
    assert_eq!(servers, [core::net::Ipv4Addr::new(9, 9, 9, 9)]);
    assert_eq!(view.ipv4_configuration_available().unwrap().bits(), 0xf);
    assert_eq!(view.ipv4_address().unwrap().len(), 1);
    assert_eq!(view.ipv4_mtu().unwrap(), 1500);
    assert_eq!(view.ipv6_configuration_available().unwrap().bits(), 0xb, "no IPv6 name server is left");
    // A session that is not active has nothing to change.
    bench.modem.change_dns(bench.now, 1, &[], &[]);
    assert_eq!(bench.read(), []);
}

#[test]
fn connecting_needs_registration_and_packet_service() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    bench.wait(500);
    let tid = bench.connect(0);
    let answer = bench.read_one();
    let info = connect_info(answer.answer::<bc::Connect>(tid, Status::NOT_REGISTERED));
    assert_eq!(info.activation_state, bc::ActivationState::DEACTIVATED);
    bench.wait(10_000);
    let tid = bench
        .set::<bc::PacketService>(&bc::PacketServiceSet { packet_service_action: bc::PacketServiceAction::DETACH });
    bench.wait_answers(1_000)[0].answer::<bc::PacketService>(tid, Status::SUCCESS);
    let tid = bench.connect(0);
    bench.read_one().answer::<bc::Connect>(tid, Status::PACKET_SERVICE_DETACHED);
    let tid = bench
        .set::<bc::PacketService>(&bc::PacketServiceSet { packet_service_action: bc::PacketServiceAction::ATTACH });
    let answers = bench.wait_answers(1_000);
    let body = answers[0].answer::<bc::PacketService>(tid, Status::SUCCESS);
    let view = bc::PacketServiceInfoView::new(body);
    assert_eq!(view.packet_service_state().unwrap(), bc::PacketServiceState::ATTACHED);
    assert_eq!(view.highest_available_data_class().unwrap(), bc::DataClass::LTE);
    bench.connected(0);
}

#[test]
fn version_3_connects_by_tlv() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    bench.agree(0x0300);
    bench.wait(10_000);
    // The golden bytes: access point "i", empty user name and password.
    let mut golden = vec![3, 0, 0, 0, 0x74, 0, 0, 0, 70, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    golden.extend(bc::BASIC_CONNECT.0);
    golden.extend([0x0c, 0, 0, 0, 1, 0, 0, 0, 0x44, 0, 0, 0]);
    golden.extend([0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    golden.extend(context_type::INTERNET.0);
    golden.extend([0, 0, 0, 0, 0x0a, 0, 0, 2, 2, 0, 0, 0, 0x69, 0, 0, 0]);
    golden.extend([0x0a, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0, 0, 0, 0, 0, 0]);
    bench.send(&golden);
    let answers = bench.wait(1_000);
    let body = answers[0].answer::<bc::ConnectV3>(70, Status::SUCCESS);
    let view = bc::ConnectInfoV3View::new(body);
    assert_eq!(view.activation_state().unwrap(), bc::ActivationState::ACTIVATED);
    assert_eq!(view.access_string().unwrap().0, "i");
    let tid = bench.query::<bc::ConnectV3>(&bc::ConnectQueryV3 { session_id: 0 });
    let answer = bench.read_one();
    assert_eq!(answer.answer::<bc::ConnectV3>(tid, Status::SUCCESS), body);
    // The name must be there as a TLV.
    golden.truncate(20 + 28 + 40);
    golden[4] = 88;
    golden[44] = 40;
    bench.send(&golden);
    bench.read_one().refused::<bc::ConnectV3>(70, Status::INVALID_PARAMETERS);
}

// 7. Radio and network.

#[test]
fn power_on_is_told_in_order() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    let told = tell_all(&bench.wait(10_000));
    assert_eq!(
        told,
        ["subscriber INITIALIZED", "register SEARCHING", "register HOME", "packet ATTACHING", "packet ATTACHED"]
    );
    let body = bench.ask::<bc::RegisterState>();
    let view = bc::RegisterStateInfoView::new(&body);
    assert_eq!(view.register_state().unwrap(), bc::RegistrationState::HOME);
    assert_eq!(view.register_mode().unwrap(), bc::RegisterMode::AUTOMATIC);
    assert_eq!(view.provider_id().unwrap(), "00101");
    assert_eq!(view.provider_name().unwrap(), "Test Network");
    assert_eq!(view.available_data_classes().unwrap(), bc::DataClass::LTE);
    assert_eq!(view.registration_flag().unwrap(), bc::RegistrationFlag::PACKET_SERVICE_AUTOMATIC_ATTACH);
}

#[test]
fn a_host_that_reads_late_is_told_the_state_of_each_moment() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    bench.now = Instant(60_000);
    let told = tell_all(&bench.read());
    assert_eq!(told[1..3], ["register SEARCHING", "register HOME"]);
}

#[test]
fn hardware_radio_off_tears_down_in_order() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    bench.connected(2);
    bench.modem.set_hw_radio(bench.now, false);
    assert_eq!(
        tell_all(&bench.read()),
        ["session 0 DEACTIVATED", "session 2 DEACTIVATED", "packet DETACHED", "register DEREGISTERED", "radio OFF ON"]
    );
    let tid = bench.connect(0);
    bench.read_one().answer::<bc::Connect>(tid, Status::RADIO_POWER_OFF);
    // The software switch alone does not bring it back.
    let tid = bench.set::<bc::RadioState>(&bc::RadioStateSet { radio_state: bc::RadioSwitchState::ON });
    let answers = bench.wait(10_000);
    assert_eq!(answers.len(), 1);
    let view = bc::RadioStateInfoView::new(answers[0].answer::<bc::RadioState>(tid, Status::SUCCESS));
    assert_eq!(view.hw_radio_state().unwrap(), bc::RadioSwitchState::OFF);
    bench.modem.set_hw_radio(bench.now, true);
    assert_eq!(
        tell_all(&bench.wait(10_000)),
        ["radio ON ON", "register SEARCHING", "register HOME", "packet ATTACHING", "packet ATTACHED"]
    );
}

#[test]
fn software_radio_off_is_answered_after_the_tear_down() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    let tid = bench.set::<bc::RadioState>(&bc::RadioStateSet { radio_state: bc::RadioSwitchState::OFF });
    let messages = bench.wait(1_000);
    assert_eq!(tell_all(&messages[..3]), ["session 0 DEACTIVATED", "packet DETACHED", "register DEREGISTERED"]);
    assert_eq!(messages.len(), 4);
    let view = bc::RadioStateInfoView::new(messages[3].answer::<bc::RadioState>(tid, Status::SUCCESS));
    assert_eq!(view.sw_radio_state().unwrap(), bc::RadioSwitchState::OFF);
    let scan = bench.query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery::default());
    bench.read_one().refused::<bc::VisibleProviders>(scan, Status::RADIO_POWER_OFF);
    let register = bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    let answer = bench.read_one();
    answer.answer::<bc::RegisterState>(register, Status::RADIO_POWER_OFF);
}

#[test]
fn an_fcc_lock_forbids_the_radio() {
    let mut setup = Setup::default();
    setup.radio.software = false;
    setup.radio.fcc_locked = true;
    let mut bench = Bench::ready(setup);
    let on = bc::RadioStateSet { radio_state: bc::RadioSwitchState::ON };
    let tid = bench.set::<bc::RadioState>(&on);
    bench.read_one().refused::<bc::RadioState>(tid, Status::OPERATION_NOT_ALLOWED);
    bench.modem.set_fcc_lock(false);
    let tid = bench.set::<bc::RadioState>(&on);
    bench.wait_answers(1_000)[0].answer::<bc::RadioState>(tid, Status::SUCCESS);
}

#[test]
fn lost_signal_tears_down_in_order_and_comes_back() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    bench.modem.lose_signal(bench.now);
    let told = tell_all(&bench.read());
    assert_eq!(told, ["session 0 DEACTIVATED", "packet DETACHED", "register DEREGISTERED", "signal 99"]);
    bench.modem.restore_signal(bench.now);
    let told = tell_all(&bench.wait(10_000));
    assert_eq!(told, ["signal 20", "register SEARCHING", "register HOME", "packet ATTACHING", "packet ATTACHED"]);
    assert_eq!(bench.session(0).activation_state, bc::ActivationState::DEACTIVATED);
}

#[test]
fn lost_packet_service_ends_sessions_first() {
    let mut bench = Bench::ready(Setup::default());
    bench.connected(0);
    bench.modem.lose_packet_service(bench.now, 10);
    let messages = bench.read();
    assert_eq!(tell_all(&messages), ["session 0 DEACTIVATED", "packet DETACHED"]);
    let body = messages[1].indication::<bc::PacketService>();
    let view = bc::PacketServiceInfoView::new(body);
    assert_eq!(view.nw_error().unwrap(), NwError::IMPLICITLY_DETACHED);
    let tid = bench.set::<bc::PacketService>(&bc::PacketServiceSet::default());
    let answers = bench.wait_answers(1_000);
    let view = bc::PacketServiceInfoView::new(answers[0].answer::<bc::PacketService>(tid, Status::FAILURE));
    assert_eq!(view.nw_error().unwrap(), NwError::GPRS_NOT_ALLOWED);
    assert_eq!(view.packet_service_state().unwrap(), bc::PacketServiceState::DETACHED);
}

#[test]
fn registration_automatic_manual_and_denied() {
    let mut bench = Bench::ready(Setup::default());
    let manual = |plmn| bc::RegisterStateSet {
        provider_id: plmn,
        register_action: bc::RegisterAction::MANUAL,
        data_class: bc::DataClass::LTE,
    };
    // Already at home: answered at once, nothing changes.
    let tid = bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    bench.read_one().answer::<bc::RegisterState>(tid, Status::SUCCESS);

    let tid = bench.set::<bc::RegisterState>(&manual("00102".into()));
    let messages = bench.wait(10_000);
    let answer = messages.iter().find(|message| matches!(message, Message::Done { .. })).unwrap();
    let view = bc::RegisterStateInfoView::new(answer.answer::<bc::RegisterState>(tid, Status::SUCCESS));
    assert_eq!(view.register_state().unwrap(), bc::RegistrationState::PARTNER);
    assert_eq!(view.register_mode().unwrap(), bc::RegisterMode::MANUAL);
    assert_eq!(view.provider_id().unwrap(), "00102");
    assert_eq!(
        tell_all(&messages).into_iter().filter(|line| !line.contains("Done")).collect::<Vec<_>>(),
        ["packet DETACHED", "register SEARCHING", "register PARTNER", "packet ATTACHING", "packet ATTACHED"]
    );

    let tid = bench.set::<bc::RegisterState>(&manual("99970".into()));
    let answers = bench.wait_answers(10_000);
    let view = bc::RegisterStateInfoView::new(answers[0].answer::<bc::RegisterState>(tid, Status::FAILURE));
    assert_eq!(view.register_state().unwrap(), bc::RegistrationState::DENIED);
    assert_eq!(view.nw_error().unwrap(), NwError::PLMN_NOT_ALLOWED);

    let tid = bench.set::<bc::RegisterState>(&manual("26201".into()));
    let answers = bench.wait_answers(10_000);
    let view =
        bc::RegisterStateInfoView::new(answers[0].answer::<bc::RegisterState>(tid, Status::PROVIDER_NOT_VISIBLE));
    assert_eq!(view.register_state().unwrap(), bc::RegistrationState::DEREGISTERED);
    for plmn in ["", "1234", "0010a"] {
        let tid = bench.set::<bc::RegisterState>(&manual(plmn.into()));
        bench.read_one().refused::<bc::RegisterState>(tid, Status::INVALID_PARAMETERS);
    }
    let tid = bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    let answers = bench.wait_answers(10_000);
    let view = bc::RegisterStateInfoView::new(answers[0].answer::<bc::RegisterState>(tid, Status::SUCCESS));
    assert_eq!(view.register_state().unwrap(), bc::RegistrationState::HOME);
}

#[test]
fn a_denied_registration_says_why() {
    let mut setup = Setup::default();
    setup.network.networks.clear();
    let mut network = Network::new("00101", "Test Network");
    network.refuses = 15;
    setup.network.networks.push(network).unwrap();
    let mut bench = Bench::new(setup);
    bench.open();
    let messages = bench.wait(10_000);
    assert_eq!(tell_all(&messages), ["subscriber INITIALIZED", "register SEARCHING", "register DENIED"]);
    let view = bc::RegisterStateInfoView::new(messages.last().unwrap().indication::<bc::RegisterState>());
    assert_eq!(view.nw_error().unwrap(), NwError::NO_CELLS_IN_LOCATION_AREA);
    let tid = bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    let answers = bench.wait_answers(10_000);
    let view = bc::RegisterStateInfoView::new(answers[0].answer::<bc::RegisterState>(tid, Status::FAILURE));
    assert_eq!(view.nw_error().unwrap(), NwError::NO_CELLS_IN_LOCATION_AREA);
}

#[test]
fn roaming_and_no_network_at_all() {
    let mut setup = Setup::default();
    setup.network.networks.clear();
    let mut network = Network::new("20801", "Faraway Network With A Very Long Name");
    network.roaming_text = text("Roaming costs extra");
    setup.network.networks.push(network).unwrap();
    let mut bench = Bench::ready(setup);
    let body = bench.ask::<bc::RegisterState>();
    let view = bc::RegisterStateInfoView::new(&body);
    assert_eq!(view.register_state().unwrap(), bc::RegistrationState::ROAMING);
    assert_eq!(view.provider_name().unwrap(), "Faraway Network With");
    assert_eq!(view.roaming_text().unwrap(), "Roaming costs extra");

    let mut setup = Setup::default();
    setup.network.networks.clear();
    let mut bench = Bench::ready(setup);
    let tid = bench.query::<bc::VisibleProviders>(&bc::VisibleProvidersQuery::default());
    bench.wait(10_000)[0].refused::<bc::VisibleProviders>(tid, Status::PROVIDERS_NOT_FOUND);
    let tid = bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    let answers = bench.wait_answers(10_000);
    let view = bc::RegisterStateInfoView::new(answers[0].answer::<bc::RegisterState>(tid, Status::PROVIDERS_NOT_FOUND));
    assert_eq!(view.register_state().unwrap(), bc::RegistrationState::SEARCHING);
}

#[test]
fn the_signal_is_told_by_threshold_and_interval() {
    let mut bench = Bench::ready(Setup::default());
    let tid = bench.set::<bc::SignalState>(&bc::SignalStateSet {
        signal_strength_interval: 10,
        rssi_threshold: 5,
        error_rate_threshold: u32::MAX,
    });
    let answer = bench.read_one();
    let info = bc::SignalStateInfoView::new(answer.answer::<bc::SignalState>(tid, Status::SUCCESS)).read().unwrap();
    assert_eq!((info.rssi, info.error_rate, info.signal_strength_interval), (20, 0, 10));
    assert_eq!((info.rssi_threshold, info.error_rate_threshold), (5, u32::MAX));
    let dbm = |rssi| Signal { rssi: Some(rssi), ..Signal::default() };
    bench.modem.set_signal(bench.now, dbm(-63));
    assert_eq!(tell_all(&bench.read()), ["signal 25"]);
    bench.modem.set_signal(bench.now, dbm(-71));
    assert_eq!(bench.wait(9_999), []);
    assert_eq!(tell_all(&bench.wait(1)), ["signal 21"]);
    assert_eq!(bench.wait(60_000), [], "no change, no indication");
    bench.modem.set_signal(bench.now, Signal { error_rate: Some(7), ..dbm(-71) });
    assert_eq!(bench.wait(9_999), []);
    assert_eq!(bench.wait(1).len(), 1);
}

#[test]
fn version_2_tells_rsrp_instead_of_rssi() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    bench.agree(0x0200);
    bench.wait(10_000);
    let body = bench.ask::<bc::SignalState>();
    let view = bc::SignalStateInfoV2View::new(&body);
    assert_eq!(view.rssi().unwrap(), 99);
    let measured = view.rsrp_snr().unwrap().iter().next().unwrap().unwrap();
    assert_eq!((measured.rsrp, measured.snr), (62, 71)); // -95 dBm, 12 dB
    assert_eq!(measured.system_type, bc::DataClass::LTE);
    bench.modem.lose_signal(bench.now);
    bench.read();
    let body = bench.ask::<bc::SignalState>();
    assert_eq!(body.len(), 28);
    assert_eq!(body[20..], [0; 8], "offset and size 0 when nothing is measured");
}

// 8. SIM.

#[test]
fn without_a_sim() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let mut bench = Bench::new(setup);
    bench.open();
    assert_eq!(tell_all(&bench.wait(10_000)), ["subscriber SIM_NOT_INSERTED"]);
    let body = bench.ask::<bc::SubscriberReadyStatus>();
    let view = bc::SubscriberReadyStatusInfoView::new(&body);
    assert_eq!(view.ready_state().unwrap(), bc::SubscriberReadyState::SIM_NOT_INSERTED);
    assert!(view.subscriber_id().unwrap().is_empty());
    let absent = Status::SIM_NOT_INSERTED;
    let tid = bench.query::<bc::Pin>(&Empty {});
    bench.read_one().refused::<bc::Pin>(tid, absent);
    let tid = bench.set::<bc::Pin>(&pin(bc::PinOperation::ENTER, "1234"));
    bench.read_one().refused::<bc::Pin>(tid, absent);
    let tid = bench.query::<bc::HomeProvider>(&Empty {});
    bench.read_one().refused::<bc::HomeProvider>(tid, absent);
    let tid = bench.connect(0);
    bench.read_one().answer::<bc::Connect>(tid, absent);
    // The radio can be switched without a SIM.
    let tid = bench.set::<bc::RadioState>(&bc::RadioStateSet { radio_state: bc::RadioSwitchState::OFF });
    bench.wait_answers(1_000)[0].answer::<bc::RadioState>(tid, Status::SUCCESS);
    bench.ask::<bc::DeviceServices>();
}

#[test]
fn identity_and_numbers_of_the_sim() {
    let mut bench = Bench::ready(Setup::default());
    let body = bench.ask::<bc::SubscriberReadyStatus>();
    let info = bc::SubscriberReadyStatusInfoView::new(&body).read().unwrap();
    assert_eq!(info.ready_state, bc::SubscriberReadyState::INITIALIZED);
    assert_eq!(info.subscriber_id, "001010123456789");
    assert_eq!(info.sim_icc_id, "8900101000000000017");
    assert_eq!(info.telephone_numbers.iter().next().unwrap().unwrap(), "15550100");
    let body = bench.ask::<bc::HomeProvider>();
    let provider = bc::HomeProviderInfoView::new(&body).provider().unwrap().read().unwrap();
    assert_eq!(provider.provider_id, "00101");
    assert_eq!(
        provider.provider_state,
        bc::ProviderState::HOME | bc::ProviderState::VISIBLE | bc::ProviderState::REGISTERED
    );
}

fn lock(bench: &mut Bench) -> (bc::PinType, bc::PinState, u32) {
    let body = bench.ask::<bc::Pin>();
    lock_info(&body)
}

fn lock_info(body: &[u8]) -> (bc::PinType, bc::PinState, u32) {
    let info = bc::PinInfoView::new(body).read().unwrap();
    (info.pin_type, info.pin_state, info.remaining_attempts)
}

#[test]
fn a_pin_is_asked_for_and_wrong_ones_count() {
    use bc::{PinOperation as Do, PinState as State, PinType as Type};
    let mut bench = Bench::new(with_sim(Sim::with_pin("1234")));
    bench.open();
    assert_eq!(tell_all(&bench.wait(10_000)), ["subscriber DEVICE_LOCKED"]);
    assert_eq!(lock(&mut bench), (Type::PIN1, State::LOCKED, 3));
    let tid = bench.connect(0);
    bench.read_one().answer::<bc::Connect>(tid, Status::PIN_REQUIRED);

    let tid = bench.set::<bc::Pin>(&pin(Do::ENTER, "9999"));
    let answer = bench.read_one();
    let told = lock_info(answer.answer::<bc::Pin>(tid, Status::FAILURE));
    assert_eq!(told, (Type::PIN1, State::LOCKED, 2));
    // What is no PIN at all costs nothing.
    for bad in ["", "123", "12a4", "123456789"] {
        let tid = bench.set::<bc::Pin>(&pin(Do::ENTER, bad));
        bench.read_one().refused::<bc::Pin>(tid, Status::INVALID_PARAMETERS);
    }
    assert_eq!(lock(&mut bench), (Type::PIN1, State::LOCKED, 2));

    // The golden bytes of entering "1234".
    let mut golden = vec![3, 0, 0, 0, 0x50, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    golden.extend(bc::BASIC_CONNECT.0);
    golden.extend([4, 0, 0, 0, 1, 0, 0, 0, 0x20, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    golden.extend([0x18, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x31, 0, 0x32, 0, 0x33, 0, 0x34, 0]);
    bench.send(&golden);
    let messages = bench.wait(10_000);
    // The answer comes first; then what follows from it.
    assert_eq!(lock_info(messages[0].answer::<bc::Pin>(5, Status::SUCCESS)), (Type::PIN1, State::UNLOCKED, 3));
    assert_eq!(
        tell_all(&messages[1..]),
        ["subscriber INITIALIZED", "register SEARCHING", "register HOME", "packet ATTACHING", "packet ATTACHED"]
    );
    assert_eq!(lock(&mut bench), (Type::PIN1, State::UNLOCKED, 3));
}

#[test]
fn pin_enabled_disabled_and_changed() {
    use bc::{PinOperation as Do, PinState as State, PinType as Type};
    let mut bench = Bench::ready(Setup::default());
    let pin1_mode = |bench: &mut Bench| {
        let body = bench.ask::<bc::PinList>();
        assert_eq!(body.len(), 160);
        let view = bc::PinListInfoView::new(&body);
        assert_eq!(view.pin_desc_subsidy_lock().unwrap().read().unwrap().pin_mode, bc::PinMode::NOT_SUPPORTED);
        view.pin_desc_pin1().unwrap().read().unwrap().pin_mode
    };
    assert_eq!(pin1_mode(&mut bench), bc::PinMode::DISABLED);
    for operation in [Do::ENTER, Do::DISABLE, Do::CHANGE] {
        let tid = bench.set::<bc::Pin>(&pin(operation, "1234"));
        bench.read_one().refused::<bc::Pin>(tid, Status::PIN_DISABLED);
    }
    let tid = bench.set::<bc::Pin>(&pin(Do::ENABLE, "1111"));
    let answer = bench.read_one();
    let told = lock_info(answer.answer::<bc::Pin>(tid, Status::FAILURE));
    assert_eq!(told, (Type::PIN1, State::UNLOCKED, 2));
    let tid = bench.set::<bc::Pin>(&pin(Do::ENABLE, "1234"));
    bench.read_one().answer::<bc::Pin>(tid, Status::SUCCESS);
    assert_eq!(pin1_mode(&mut bench), bc::PinMode::ENABLED);
    let change = bc::PinSet { new_pin: "4321".into(), ..pin(Do::CHANGE, "1111") };
    let tid = bench.set::<bc::Pin>(&change);
    let answer = bench.read_one();
    let told = lock_info(answer.answer::<bc::Pin>(tid, Status::FAILURE));
    assert_eq!(told, (Type::PIN1, State::UNLOCKED, 2), "a wrong old PIN costs an attempt");
    let change = bc::PinSet { new_pin: "4321".into(), ..pin(Do::CHANGE, "1234") };
    let tid = bench.set::<bc::Pin>(&change);
    bench.read_one().answer::<bc::Pin>(tid, Status::SUCCESS);
    let tid = bench.set::<bc::Pin>(&pin(Do::DISABLE, "4321"));
    bench.read_one().answer::<bc::Pin>(tid, Status::SUCCESS);
    assert_eq!(pin1_mode(&mut bench), bc::PinMode::DISABLED);
    // Codes that the device does not have, and one that does not exist.
    for (kind, status) in [
        (Type::SUBSIDY_PIN, Status::NO_DEVICE_SUPPORT),
        (Type::ADM, Status::NO_DEVICE_SUPPORT),
        (Type::UNKNOWN, Status::INVALID_PARAMETERS),
        (Type(20), Status::INVALID_PARAMETERS),
    ] {
        let set = bc::PinSet { pin_type: kind, ..pin(Do::ENTER, "1234") };
        let tid = bench.set::<bc::Pin>(&set);
        bench.read_one().refused::<bc::Pin>(tid, status);
    }
    // The second PIN is there, and does not hinder service.
    let set = bc::PinSet { pin_type: Type::PIN2, ..pin(Do::ENTER, "0000") };
    let tid = bench.set::<bc::Pin>(&set);
    let answer = bench.read_one();
    assert_eq!(lock_info(answer.answer::<bc::Pin>(tid, Status::FAILURE)), (Type::PIN2, State::LOCKED, 2));
    assert_eq!(lock(&mut bench), (Type::PIN1, State::UNLOCKED, 3));
    bench.connected(0);
}

#[test]
fn puk_unblocks_and_its_last_attempt_ruins_the_sim() {
    use bc::{PinOperation as Do, PinState as State, PinType as Type};
    let blocked = || {
        let mut bench = Bench::ready(with_sim(Sim::with_pin("1234")));
        for left in [Some(2), Some(1), None] {
            let tid = bench.set::<bc::Pin>(&pin(Do::ENTER, "0000"));
            let answer = bench.read_one();
            let told = lock_info(answer.answer::<bc::Pin>(tid, Status::FAILURE));
            let expected = match left {
                Some(left) => (Type::PIN1, State::LOCKED, left),
                None => (Type::PUK1, State::LOCKED, 10),
            };
            assert_eq!(told, expected);
        }
        bench
    };
    let puk = |code| bc::PinSet { pin_type: Type::PUK1, new_pin: "2468".into(), ..pin(Do::ENTER, code) };
    let mut bench = blocked();
    assert_eq!(lock(&mut bench), (Type::PUK1, State::LOCKED, 10));
    // The right PIN is of no use any more.
    let tid = bench.set::<bc::Pin>(&pin(Do::ENTER, "1234"));
    bench.read_one().answer::<bc::Pin>(tid, Status::FAILURE);
    let tid = bench.set::<bc::Pin>(&puk("12345678"));
    let messages = bench.wait(10_000);
    assert_eq!(lock_info(messages[0].answer::<bc::Pin>(tid, Status::SUCCESS)), (Type::PIN1, State::UNLOCKED, 3));
    assert_eq!(tell(&messages[1]), "subscriber INITIALIZED");

    let mut bench = blocked();
    for left in (0..10).rev() {
        let tid = bench.set::<bc::Pin>(&puk("00000000"));
        let messages = bench.read();
        let told = lock_info(messages[0].answer::<bc::Pin>(tid, Status::FAILURE));
        assert_eq!(told, (Type::PUK1, State::LOCKED, left));
        if left == 0 {
            assert_eq!(tell_all(&messages[1..]), ["subscriber BAD_SIM"]);
        } else {
            assert_eq!(messages.len(), 1);
        }
    }
    let tid = bench.set::<bc::Pin>(&puk("12345678"));
    bench.read_one().refused::<bc::Pin>(tid, Status::BAD_SIM);
    let tid = bench.query::<bc::Pin>(&Empty {});
    bench.read_one().refused::<bc::Pin>(tid, Status::BAD_SIM);
}

#[test]
fn attempts_can_be_kept_from_the_host() {
    let mut config = Config::default();
    config.pin_attempts_on_failure = false;
    let mut bench = Bench::with(with_sim(Sim::with_pin("1234")), config, 4096);
    bench.open();
    bench.wait(10_000);
    let tid = bench.set::<bc::Pin>(&pin(bc::PinOperation::ENTER, "0000"));
    bench.read_one().refused::<bc::Pin>(tid, Status::FAILURE);
}

#[test]
fn a_network_lock_is_told_and_opened() {
    let mut sim = Sim::default();
    sim.network_lock = Some(NetworkLock { code: text("00000001"), attempts: 5 });
    let mut bench = Bench::new(with_sim(sim));
    bench.open();
    assert_eq!(tell_all(&bench.wait(10_000)), ["subscriber DEVICE_LOCKED"]);
    assert_eq!(lock(&mut bench), (bc::PinType::NETWORK_PIN, bc::PinState::LOCKED, 5));
    let set = |code| bc::PinSet { pin_type: bc::PinType::NETWORK_PIN, ..pin(bc::PinOperation::ENTER, code) };
    let tid = bench.set::<bc::Pin>(&set("00000002"));
    let answer = bench.read_one();
    assert_eq!(
        lock_info(answer.answer::<bc::Pin>(tid, Status::FAILURE)),
        (bc::PinType::NETWORK_PIN, bc::PinState::LOCKED, 4)
    );
    let tid = bench.set::<bc::Pin>(&set("00000001"));
    bench.wait_answers(10_000)[0].answer::<bc::Pin>(tid, Status::SUCCESS);
    assert_eq!(bench.modem.registration().state, RegistrationState::Home);
}

#[test]
fn a_cold_sim_says_locked_and_refuses_without_counting() {
    let mut sim = Sim::with_pin("1234");
    sim.locked_at_start = true;
    let mut setup = with_sim(sim);
    setup.delays.sim = Millis(5_000);
    let mut bench = Bench::new(setup);
    bench.open();
    let body = bench.ask::<bc::SubscriberReadyStatus>();
    let view = bc::SubscriberReadyStatusInfoView::new(&body);
    assert_eq!(view.ready_state().unwrap(), bc::SubscriberReadyState::NOT_INITIALIZED);
    assert!(view.subscriber_id().unwrap().is_empty() && view.sim_icc_id().unwrap().is_empty());
    assert_eq!(lock(&mut bench), (bc::PinType::PIN1, bc::PinState::LOCKED, 3));
    let enter = pin(bc::PinOperation::ENTER, "1234");
    let tid = bench.set::<bc::Pin>(&enter);
    bench.read_one().refused::<bc::Pin>(tid, Status::NOT_INITIALIZED);
    assert_eq!(lock(&mut bench), (bc::PinType::PIN1, bc::PinState::LOCKED, 3));
    bench.wait(5_000);
    let tid = bench.set::<bc::Pin>(&enter);
    bench.wait_answers(1_000)[0].answer::<bc::Pin>(tid, Status::SUCCESS);

    // Other cards say that they are not ready.
    let mut bench = Bench::new(Setup::default());
    bench.open();
    let tid = bench.query::<bc::Pin>(&Empty {});
    bench.read_one().refused::<bc::Pin>(tid, Status::NOT_INITIALIZED);
}

#[test]
fn bad_unactivated_and_empty_embedded_sims() {
    let mut bad = Sim::default();
    bad.bad = true;
    let mut bench = Bench::ready(with_sim(bad));
    let tid = bench.connect(0);
    bench.read_one().answer::<bc::Connect>(tid, Status::BAD_SIM);

    let mut fresh = Sim::default();
    fresh.activated = false;
    let mut bench = Bench::new(with_sim(fresh));
    bench.open();
    assert_eq!(tell_all(&bench.wait(10_000)), ["subscriber NOT_ACTIVATED"]);
    let tid = bench.connect(0);
    bench.read_one().answer::<bc::Connect>(tid, Status::SERVICE_NOT_ACTIVATED);
    let tid = bench.set::<bc::ServiceActivation>(&bc::ServiceActivationSet::default());
    let answers = bench.wait_answers(10_000);
    let body = answers[0].answer::<bc::ServiceActivation>(tid, Status::SUCCESS);
    assert_eq!(body, [0; 4]);
    bench.connected(0);

    let mut esim = Sim::default();
    esim.esim = true;
    esim.profile = false;
    let mut bench = Bench::new(with_sim(esim));
    bench.open();
    bench.subscribe(&[(bc::BASIC_CONNECT, &[]), (ext::MS_BASIC_CONNECT_EXTENSIONS, &[8])]);
    assert_eq!(tell_all(&bench.wait(10_000)), ["slot ACTIVE_ESIM_NO_PROFILES", "subscriber NO_ESIM_PROFILE"]);
    bench.modem.change_sim(bench.now, |sim| sim.profile = true);
    let told = tell_all(&bench.wait(10_000));
    assert_eq!(told[..2], ["slot ACTIVE_ESIM", "subscriber INITIALIZED"]);
}

#[test]
fn hot_swap_is_told_in_order() {
    let mut bench = Bench::ready(Setup::default());
    bench.subscribe(&[(bc::BASIC_CONNECT, &[]), (ext::MS_BASIC_CONNECT_EXTENSIONS, &[8])]);
    bench.connected(0);
    bench.connected(1);
    bench.modem.remove_sim(bench.now);
    assert_eq!(
        tell_all(&bench.read()),
        [
            "slot EMPTY",
            "session 0 DEACTIVATED",
            "session 1 DEACTIVATED",
            "packet DETACHED",
            "register DEREGISTERED",
            "subscriber SIM_NOT_INSERTED"
        ]
    );
    bench.modem.insert_sim(bench.now, Sim::default());
    assert_eq!(
        tell_all(&bench.wait(10_000)),
        [
            "slot NOT_READY",
            "subscriber NOT_INITIALIZED",
            "slot ACTIVE",
            "subscriber INITIALIZED",
            "register SEARCHING",
            "register HOME",
            "packet ATTACHING",
            "packet ATTACHED"
        ]
    );
    let tid = bench.query::<ext::SlotInfoStatus>(&ext::SlotInfoStatusQuery { slot_index: 0 });
    let answer = bench.read_one();
    let body = answer.answer::<ext::SlotInfoStatus>(tid, Status::SUCCESS);
    assert_eq!(body, [0, 0, 0, 0, 5, 0, 0, 0]);
    let tid = bench.query::<ext::SlotInfoStatus>(&ext::SlotInfoStatusQuery { slot_index: 1 });
    bench.read_one().refused::<ext::SlotInfoStatus>(tid, Status::INVALID_PARAMETERS);
}

// 10. Subscriptions.

/// Something for every subscription: a session dropped, and the hardware switch.
fn happen(bench: &mut Bench) -> Vec<String> {
    bench.modem.set_hw_radio(bench.now, false);
    bench.modem.set_hw_radio(bench.now, true);
    let told = tell_all(&bench.wait(10_000));
    bench.modem.set_emergency(Origin::WORLD, false);
    told
}

#[test]
fn standard_indications_are_on_before_any_list_and_vendor_ones_are_not() {
    let mut bench = Bench::ready(Setup::default());
    let told = happen(&mut bench);
    assert!(told.contains(&"radio OFF ON".into()) && told.contains(&"register HOME".into()));
    assert!(told.iter().all(|line| !line.starts_with("extension")));
}

#[test]
fn lists_are_obeyed_replaced_and_forgotten() {
    let bcs = bc::BASIC_CONNECT;
    let exts = ext::MS_BASIC_CONNECT_EXTENSIONS;
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(bench.subscribe(&[]), []);
    assert_eq!(happen(&mut bench), [""; 0]);
    assert_eq!(bench.subscribe(&[(bcs, &[3])]), [(bcs, vec![3])]);
    assert_eq!(happen(&mut bench), ["radio OFF ON", "radio ON ON"]);
    // The golden bytes of {Basic Connect: 9, 11}; the answer repeats them.
    let mut golden = vec![3, 0, 0, 0, 0x58, 0, 0, 0, 88, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
    golden.extend(bcs.0);
    golden.extend([0x13, 0, 0, 0, 1, 0, 0, 0, 0x28, 0, 0, 0, 1, 0, 0, 0, 0x0c, 0, 0, 0, 0x1c, 0, 0, 0]);
    golden.extend(bcs.0);
    golden.extend([2, 0, 0, 0, 9, 0, 0, 0, 11, 0, 0, 0]);
    bench.send(&golden);
    let answer = bench.read_one();
    assert_eq!(answer.answer::<bc::DeviceServiceSubscribeList>(88, Status::SUCCESS), &golden[48..]);
    let told = happen(&mut bench);
    assert_eq!(told, ["register DEREGISTERED", "register SEARCHING", "register HOME"]);
    // No number means all of a service; what is not served is left out of the answer.
    let accepted = bench.subscribe(&[(exts, &[]), (Uuid([9; 16]), &[1]), (bcs, &[3, 99, 1])]);
    assert_eq!(accepted, [(exts, vec![]), (bcs, vec![3])]);
    let told = happen(&mut bench);
    let extensions = told.iter().filter(|line| line.starts_with("extension"));
    assert_eq!(extensions.count(), 3, "attach ends, cell, attach: {told:?}");
    assert!(told.contains(&"radio OFF ON".into()));
    // Opening forgets it.
    bench.open();
    let told = happen(&mut bench);
    assert!(told.contains(&"register HOME".into()));
    assert!(told.iter().all(|line| !line.starts_with("extension")));
}

#[test]
fn indications_follow_the_version() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    bench.agree(0x0300);
    let messages = bench.wait(10_000);
    let subscriber = messages[0].indication::<bc::SubscriberReadyStatusV3>();
    let view = bc::SubscriberReadyStatusInfoV3View::new(subscriber);
    assert_eq!(view.subscriber_id().unwrap(), "001010123456789");
    assert_eq!(view.flags().unwrap().bits(), 6);
    let packet = messages.last().unwrap().indication::<bc::PacketServiceV3>();
    let view = bc::PacketServiceInfoV3View::new(packet);
    assert_eq!(view.highest_available_data_class().unwrap(), bc::DataClassV3::LTE);
    let tai = view.tai().unwrap().read().unwrap();
    assert_eq!((tai.plmn_mcc, tai.plmn_mnc, tai.tac), (1, 0x8001, 0x1001));
}

// Stored things.

#[test]
fn lists_of_providers_and_contexts_are_stored_and_told() {
    let mut setup = Setup::default();
    let mut homes = NetworkSetup::default().home_providers;
    homes.push(wwan::device::modem::network::Provider::new("00101", "Test Network")).unwrap();
    setup.network.home_providers = homes;
    let mut bench = Bench::ready(setup);
    let entry = |plmn: &'static str| bc::Provider {
        provider_id: plmn.into(),
        provider_name: "Name".into(),
        ..Default::default()
    };
    let entries = [entry("00102"), entry("310260")];
    let list = bc::ProvidersInfo { providers: RefList::new(&entries), ..Default::default() };
    let ids = |body: &[u8]| -> Vec<String> {
        let providers = bc::ProvidersInfoView::new(body).providers().unwrap();
        providers.iter().map(|provider| provider.unwrap().provider_id.to_string()).collect()
    };
    let tid = bench.set::<bc::PreferredProviders>(&list);
    let answer = bench.read_one();
    assert_eq!(ids(answer.answer::<bc::PreferredProviders>(tid, Status::SUCCESS)), ["00102", "310260"]);
    assert_eq!(ids(&bench.ask::<bc::PreferredProviders>()), ["00102", "310260"]);
    let tid = bench.set::<bc::MulticarrierProviders>(&list);
    let answer = bench.read_one();
    answer.answer::<bc::MulticarrierProviders>(tid, Status::SUCCESS);
    assert_eq!(ids(&bench.ask::<bc::MulticarrierProviders>()), ["00102", "310260"]);
    for (plmn, status) in [("310260", Status::SUCCESS), ("26201", Status::NO_DEVICE_SUPPORT)] {
        let set = bc::HomeProviderSet { provider: mbim_wire::field::Inline::Value(entry(plmn)) };
        let tid = bench.set::<bc::HomeProvider>(&set);
        bench.read_one().answer::<bc::HomeProvider>(tid, status);
    }
    let body = bench.ask::<bc::HomeProvider>();
    let provider = bc::HomeProviderInfoView::new(&body).provider().unwrap().read().unwrap();
    assert_eq!(provider.provider_id, "310260");

    let tid = bench.set::<bc::ProvisionedContexts>(&bc::ProvisionedContextsSet {
        context_id: 5,
        context_type: context_type::MMS,
        access_string: "mms".into(),
        user_name: "user".into(),
        password: "word".into(),
        auth_protocol: bc::AuthProtocol::PAP,
        ..Default::default()
    });
    let answer = bench.read_one();
    let body = answer.answer::<bc::ProvisionedContexts>(tid, Status::SUCCESS).to_vec();
    let contexts = bc::ProvisionedContextsInfoView::new(&body).provisioned_contexts().unwrap();
    let stored: Vec<_> = contexts.iter().map(Result::unwrap).collect();
    assert_eq!(stored.len(), 2);
    assert_eq!((stored[1].context_id, stored[1].context_type), (5, context_type::MMS));
    assert_eq!(stored[1].password, "word");
    // The same store, seen through the extension.
    let body = bench.ask::<ext::ProvisionedContexts>();
    assert_eq!(ext::ProvisionedContextsInfoView::new(&body).provisioned_contexts().unwrap().len(), 2);
    let tid = bench.set::<ext::ProvisionedContexts>(&ext::ProvisionedContextsSet {
        operation: ext::ContextOperation::DELETE,
        context_type: context_type::MMS,
        ..Default::default()
    });
    let answer = bench.read_one();
    answer.answer::<ext::ProvisionedContexts>(tid, Status::SUCCESS);
    let body = bench.ask::<bc::ProvisionedContexts>();
    assert_eq!(body[0], 1);
}

#[test]
fn attach_contexts_come_in_threes() {
    let mut bench = Bench::ready(Setup::default());
    let body = bench.ask::<ext::LteAttachConfiguration>();
    let list = ext::LteAttachConfigurationInfoView::new(&body).configurations().unwrap();
    let mut contexts: Vec<_> = list.iter().map(Result::unwrap).collect();
    assert_eq!(contexts.len(), 3);
    assert_eq!(contexts[2].roaming, ext::LteAttachContextRoamingControl::NON_PARTNER);
    contexts[0].access_string = "attach".into();
    let set = |contexts: &[ext::LteAttachConfigurationElement<'_>]| {
        let mut buffer = [0; 1024];
        let set = ext::LteAttachConfigurationSet {
            operation: ext::LteAttachContextOperation::DEFAULT,
            configurations: RefList::new(contexts),
            ..Default::default()
        };
        write_set::<ext::LteAttachConfiguration>(&mut buffer, 500, &set).unwrap().to_vec()
    };
    bench.send(&set(&contexts[..2]));
    bench.read_one().refused::<ext::LteAttachConfiguration>(500, Status::INVALID_PARAMETERS);
    bench.send(&set(&contexts));
    bench.read_one().answer::<ext::LteAttachConfiguration>(500, Status::SUCCESS);
    let body = bench.ask::<ext::LteAttachInfo>();
    let view = ext::LteAttachInfoInfoView::new(&body);
    assert_eq!(view.lte_attach_state().unwrap(), ext::LteAttachState::ATTACHED);
    assert_eq!(view.access_string().unwrap(), "attach");
}

#[test]
fn filters_statistics_hints_and_modes() {
    let mut bench = Bench::ready(Setup::default());
    let filters = [bc::PacketFilter {
        packet_filter: mbim_wire::bytes::SizedBytes(&[0x45, 0, 0, 0]),
        packet_mask: mbim_wire::bytes::SizedBytes(&[0xf0, 0, 0, 0]),
        ..Default::default()
    }];
    let set = bc::IpPacketFiltersSet { session_id: 1, packet_filters: RefList::new(&filters), ..Default::default() };
    let tid = bench.set::<bc::IpPacketFilters>(&set);
    bench.read_one().refused::<bc::IpPacketFilters>(tid, Status::CONTEXT_NOT_ACTIVATED);
    bench.connected(1);
    let tid = bench.set::<bc::IpPacketFilters>(&set);
    let answer = bench.read_one();
    let told = answer.answer::<bc::IpPacketFilters>(tid, Status::SUCCESS).to_vec();
    let list = bc::IpPacketFiltersInfoView::new(&told).packet_filters().unwrap();
    assert_eq!(list.iter().next().unwrap().unwrap().packet_mask.0, [0xf0, 0, 0, 0]);
    let tid = bench.query::<bc::IpPacketFilters>(&bc::IpPacketFiltersQuery { session_id: 1, ..Default::default() });
    assert_eq!(bench.read_one().answer::<bc::IpPacketFilters>(tid, Status::SUCCESS), told);

    assert!(bench.modem.carry(bench.now, 1, Way::Up, 100));
    assert!(bench.modem.carry(bench.now, 1, Way::Down, 1_400));
    assert!(!bench.modem.carry(bench.now, 0, Way::Up, 100));
    bench.modem.set_stalled(1, true);
    assert!(!bench.modem.carry(bench.now, 1, Way::Down, 60));
    let body = bench.ask::<bc::PacketStatistics>();
    let info = bc::PacketStatisticsInfoView::new(&body).read().unwrap();
    assert_eq!((info.in_octets, info.in_packets, info.in_discards), (1_400, 1, 1));
    assert_eq!((info.out_octets, info.out_packets, info.out_discards), (100, 1, 1));

    let tid = bench.set::<bc::NetworkIdleHint>(&bc::NetworkIdleHintSet { state: bc::NetworkIdleHintState::ENABLED });
    assert_eq!(bench.read_one().answer::<bc::NetworkIdleHint>(tid, Status::SUCCESS), [1, 0, 0, 0]);
    assert_eq!(bench.ask::<bc::NetworkIdleHint>(), [1, 0, 0, 0]);
    bench.modem.set_emergency(Origin::WORLD, true);
    assert_eq!(bench.read_one().indication::<bc::EmergencyMode>(), [1, 0, 0, 0]);
    assert_eq!(bench.ask::<bc::EmergencyMode>(), [1, 0, 0, 0]);
}

#[test]
fn slots_cells_and_options() {
    let mut bench = Bench::ready(Setup::default());
    let map = |slots: &[ext::Slot]| {
        let mut buffer = [0; 128];
        let set = ext::DeviceSlotMappingsSet { slot_map: RefList::new(slots), ..Default::default() };
        write_set::<ext::DeviceSlotMappings>(&mut buffer, 600, &set).unwrap().to_vec()
    };
    bench.send(&map(&[ext::Slot { slot: 0 }]));
    let answer = bench.read_one();
    let mapped = answer.answer::<ext::DeviceSlotMappings>(600, Status::SUCCESS).to_vec();
    assert_eq!(mapped, bench.ask::<ext::DeviceSlotMappings>());
    bench.send(&map(&[ext::Slot { slot: 1 }]));
    let answer = bench.read_one();
    let now = answer.answer::<ext::DeviceSlotMappings>(600, Status::INVALID_SLOT);
    assert_eq!(now, mapped, "the present state comes with the failure");
    let body = bench.ask::<ext::SysCaps>();
    assert_eq!(body.len(), 20);
    let body = bench.ask::<ext::LocationInfoStatus>();
    let info = ext::LocationInfoStatusInfoView::new(&body).read().unwrap();
    assert_eq!((info.tracking_area_code, info.cell_id), (0x1001, 0x00AB_CD01));
    let tid = bench.query::<ext::BaseStationsInfo>(&ext::BaseStationsInfoQuery::default());
    let answer = bench.read_one();
    let body = answer.answer::<ext::BaseStationsInfo>(tid, Status::SUCCESS);
    let view = ext::BaseStationsInfoInfoView::new(body);
    let lte = view.lte_serving_cell().unwrap().read().unwrap().unwrap();
    assert_eq!((lte.rsrp, lte.rsrq, lte.tac), (-95, -10, 0x1001));
    assert_eq!(lte.provider_id, "00101");
    assert_eq!(view.gsm_serving_cell().unwrap().read().unwrap(), None);

    bench.subscribe(&[(ext::MS_BASIC_CONNECT_EXTENSIONS, &[9])]);
    bench.connected(0);
    bench.modem.set_pco(bench.now, 0, &[0x27, 1, 0x80]);
    let expected = [0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0x27, 1, 0x80, 0];
    assert_eq!(bench.read_one().indication::<ext::Pco>(), expected);
    let tid = bench.query::<ext::Pco>(&ext::PcoQuery::default());
    assert_eq!(bench.read_one().answer::<ext::Pco>(tid, Status::SUCCESS), expected);
}

// Misbehaviour on request.

#[test]
fn faults_refuse_delay_and_swallow() {
    let mut bench = Bench::ready(Setup::default());
    let (service, cid) = (bc::BASIC_CONNECT, bc::Connect::CID);
    bench.function.refuse(service, cid, Status::FAILURE, true).unwrap();
    let tid = bench.connect(0);
    bench.read_one().refused::<bc::Connect>(tid, Status::FAILURE);
    bench.connected(0);
    bench.function.delay(service, cid, Millis(30_000), false).unwrap();
    let tid = bench.disconnect(0);
    assert_eq!(bench.wait(29_999), []);
    bench.wait(1)[0].answer::<bc::Connect>(tid, Status::SUCCESS);
    bench.function.clear_faults();
    bench.connected(0);
    let swallow = Fault { service, cid, kind: Some(CommandType::QUERY), effect: Effect::Swallow, once: true };
    bench.function.inject(swallow).unwrap();
    bench.query::<bc::Connect>(&bc::ConnectQuery::default());
    assert_eq!(bench.wait(600_000), []);
    bench.session(0);
    assert_eq!(bench.function.counters().swallowed, 1);
    // Some modems never tell that the SIM became ready.
    let withhold =
        Fault { service, cid: bc::SubscriberReadyStatus::CID, kind: None, effect: Effect::Withhold, once: true };
    bench.function.inject(withhold).unwrap();
    bench.modem.remove_sim(bench.now);
    bench.modem.insert_sim(bench.now, Sim::default());
    let told = tell_all(&bench.wait(10_000));
    assert!(!told.contains(&"subscriber SIM_NOT_INSERTED".into()));
    assert!(told.contains(&"subscriber INITIALIZED".into()), "only once: {told:?}");
    bench.ask::<bc::SubscriberReadyStatus>();
}

#[test]
fn a_mute_function_says_nothing_and_hears_nothing() {
    let mut bench = Bench::ready(Setup::default());
    bench.function.set_mute(true);
    bench.query::<bc::DeviceCaps>(&Empty {});
    bench.modem.set_hw_radio(bench.now, false);
    assert_eq!(bench.wait(60_000), []);
    bench.function.set_mute(false);
    let told = tell_all(&bench.read());
    assert_eq!(told.last().unwrap(), "radio OFF ON", "what happened meanwhile is told");
    assert_eq!(bench.function.counters().muted, 1);
}

#[test]
fn a_restart_forgets_the_host() {
    let mut setup = Setup::default();
    setup.delays.boot = Millis(2_000);
    let mut bench = Bench::new(setup);
    bench.wait(2_000);
    bench.open();
    bench.wait(10_000);
    bench.connected(0);
    let tid = bench.set::<ext::DeviceReset>(&Empty {});
    assert!(bench.read_one().answer::<ext::DeviceReset>(tid, Status::SUCCESS).is_empty());
    assert_eq!(bench.modem.restarts(), 0);
    assert_eq!(bench.wait(100), []);
    assert_eq!(bench.modem.restarts(), 1);
    assert!(!bench.function.is_open());
    let tid = bench.query::<bc::DeviceCaps>(&Empty {});
    assert_eq!(bench.read(), [Message::Error(tid, ProtocolError::NOT_OPENED)]);
    // OPEN waits for the boot.
    let tid = bench.next_tid();
    bench.send(write_open(&mut [0; 16], tid, 4096).unwrap());
    assert_eq!(bench.wait(1_999), []);
    let messages = bench.wait(10_000);
    assert_eq!(messages[0], Message::OpenDone(tid, Status::SUCCESS));
    assert_eq!(tell(&messages[1]), "subscriber INITIALIZED");
    assert_eq!(bench.session(0).activation_state, bc::ActivationState::DEACTIVATED);
}

#[test]
fn two_faces_share_a_modem() {
    let mut modem = Modem::new(Instant(0), Setup::default());
    let (mut one, mut two) = (Config::default(), Config::default());
    one.origin = Origin(1);
    two.origin = Origin(2);
    let mut faces = [one, two].map(|config| Function::new(config, Memory { out: leak(4096), assembly: leak(512) }));
    let now = Instant(20_000);
    modem.poll(now);
    let drain = |face: &mut Function<'_>, modem: &mut Modem, now: Instant| {
        let mut messages = Vec::new();
        while let Some(bytes) = face.transmit(now, modem) {
            messages.push(bytes.to_vec());
        }
        messages
    };
    for face in &mut faces {
        face.receive(now, &mut modem, write_open(&mut [0; 16], 1, 4096).unwrap());
        assert_eq!(drain(face, &mut modem, now).len(), 1);
    }
    let set = bc::ConnectSet {
        activation_command: bc::ActivationCommand::ACTIVATE,
        context_type: context_type::INTERNET,
        ..Default::default()
    };
    let mut buffer = [0; 256];
    let message = write_set::<bc::Connect>(&mut buffer, 2, &set).unwrap();
    faces[0].receive(now, &mut modem, message);
    let now = Instant(21_000);
    let answers = drain(&mut faces[0], &mut modem, now);
    assert_eq!(answers.len(), 1, "its own session is told by the answer alone");
    let told = drain(&mut faces[1], &mut modem, now);
    let states: Vec<_> = told
        .iter()
        .map(|bytes| {
            let Body::IndicateStatus(fragment) = Transfer::parse(bytes).unwrap().body else {
                panic!();
            };
            connect_info(fragment.indicate_status().unwrap().body).activation_state
        })
        .collect();
    assert_eq!(states, [bc::ActivationState::ACTIVATING, bc::ActivationState::ACTIVATED]);
    // A host that leaves takes only its own sessions along.
    faces[1].receive(now, &mut modem, write_close(&mut [0; 12], 3).unwrap());
    assert_eq!(modem.sessions().count(), 1);
    faces[0].receive(now, &mut modem, write_close(&mut [0; 12], 3).unwrap());
    assert_eq!(modem.sessions().count(), 0);
}

#[test]
fn random_bytes_do_no_harm() {
    // A generator of its own, so that every run is the same.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut bench = Bench::ready(Setup::default());
    for round in 0..20_000_u32 {
        // Headers that pass, so that what is behind them is looked at.
        let len = 48 + (random() % 120) as usize;
        let mut message: Vec<u8> = (0..len).map(|_| (random() % 7) as u8).collect();
        let kind = [3, 3, 3, 3, 3, 1, 2, 4][(random() % 8) as usize];
        message[..4].copy_from_slice(&u32::to_le_bytes(kind));
        message[4..8].copy_from_slice(&(len as u32).to_le_bytes());
        message[8..12].copy_from_slice(&round.to_le_bytes());
        if kind == 3 {
            message[12..20].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
            let service = [bc::BASIC_CONNECT, ext::MS_BASIC_CONNECT_EXTENSIONS][(random() % 2) as usize];
            message[20..36].copy_from_slice(&service.0);
            message[36..40].copy_from_slice(&((random() % 26) as u32).to_le_bytes());
            message[40..44].copy_from_slice(&((random() % 2) as u32).to_le_bytes());
            message[44..48].copy_from_slice(&((len - 48) as u32).to_le_bytes());
        }
        bench.send(&message);
        if random() % 4 == 0 {
            bench.now.0 += random() % 2_000;
            bench.transfers.clear();
            bench.read();
        }
    }
}
