//! An MBIM host against the function role of this crate: whole conversations, in virtual time, in every version.
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
#![cfg(all(feature = "device", feature = "mbim", feature = "sms"))]

use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::{Command as _, Status};
use wwan::apdu::{Command, StatusWords};
use wwan::channel::PipeError;
use wwan::channel::blocking::MessageChannel;
use wwan::client::mbim::blocking::Client;
use wwan::client::mbim::{ConnectRequest, Memory, Selection};
use wwan::device::mbim::{Config as FunctionConfig, Effect, Fault, Function, Memory as FunctionMemory};
use wwan::device::modem::card::ISD_R;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::sms::Incoming;
use wwan::device::modem::ussd::Answer;
use wwan::device::modem::{Modem, Setup, SimSetup};
use wwan::procedure::mbim::uicc::Access;
use wwan::procedure::mbim::{Restart, SmsIndication, StoreItem, Ussd, UssdMessage, Version, newest, sort_in};
use wwan::session::mbim::{Config, Memory as SessionMemory, Slot};
use wwan::sms::{Inbox, Part, Received, Stored, TextMessage};
use wwan::time::{Instant, Millis};

/// A function and its modem, as a channel; its clock goes on when the host waits.
struct Bench {
    modem: Modem,
    function: Function<'static>,
    now: Instant,
}

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

impl MessageChannel for Bench {
    type Error = PipeError;

    fn send(&mut self, message: &[u8]) -> Result<(), PipeError> {
        self.function.receive(self.now, &mut self.modem, message);
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, PipeError> {
        loop {
            self.modem.poll(self.now);
            if let Some(transfer) = self.function.transmit(self.now, &mut self.modem) {
                buf[..transfer.len()].copy_from_slice(transfer);
                return Ok(Some(transfer.len()));
            }
            if deadline <= self.now {
                return Ok(None);
            }
            let modem = self.modem.poll_at().unwrap_or(Instant::FAR);
            let function = self.function.poll_at(&self.modem).unwrap_or(Instant::FAR);
            let next = modem.min(function).min(deadline);
            assert_ne!(next, Instant::FAR, "the host waits for nothing that can happen");
            self.now = self.now.max(next);
        }
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        self.now
    }
}

fn modem(setup: Setup, highest: Version) -> Client<'static, Bench> {
    let mut config = FunctionConfig::default();
    config.extended_version = highest.0;
    let memory = FunctionMemory { out: leak(8192), assembly: leak(4096) };
    let bench =
        Bench { modem: Modem::new(Instant(0), setup), function: Function::new(config, memory), now: Instant(0) };
    let memory = Memory {
        transfer: leak(4096),
        indications: leak(4096),
        session: SessionMemory {
            slots: Box::leak(Box::new([Slot::FREE; 2])),
            command: leak(4096),
            answer: leak(8192),
            indication: leak(1024),
        },
    };
    let mut client = Client::new(bench, Config::default(), memory);
    client.open().unwrap();
    client
}

/// A modem that is registered and attached, spoken to in the version given.
fn ready(setup: Setup, version: Version) -> Client<'static, Bench> {
    let mut client = modem(setup, version);
    assert_eq!(client.negotiate(Version::V3), Ok(version));
    assert_eq!(client.subscribe(&[]), Ok(None));
    client.wait_ready(Millis::from_secs(60)).unwrap();
    client.radio_on().unwrap();
    client.register(Selection::Automatic, Millis::from_secs(60)).unwrap();
    client.attach(Millis::from_secs(60)).unwrap();
    client
}

#[test]
fn the_whole_way_to_a_connection_goes_in_every_version() {
    for version in [Version::V1, Version::V2, Version::V3] {
        let mut client = ready(Setup::default(), version);
        let sim = client.subscriber().unwrap();
        assert_eq!(sim.ready_state, bc::SubscriberReadyState::INITIALIZED, "{version}");
        assert!(!sim.subscriber_id.is_empty() && !sim.sim_icc_id.is_empty(), "{version}");
        let registration = client.registration().unwrap();
        assert_eq!(registration.register_state, bc::RegistrationState::HOME, "{version}");
        assert_eq!(registration.provider_id, "00101", "{version}");
        let attached = client.packet_service().unwrap();
        assert_eq!(attached.packet_service_state, bc::PacketServiceState::ATTACHED, "{version}");
        assert!(attached.highest_available_data_class.contains(bc::DataClassV3::LTE), "{version}");
        let signal = client.signal().unwrap();
        assert_eq!(signal.rsrp_snr.iter().count() > 0, version > Version::V1, "{version}");
        assert!(client.device_caps().unwrap().max_sessions > 0, "{version}");
        let cells = client.base_stations(15).unwrap();
        let serving = cells.lte_serving_cell.read().unwrap().unwrap();
        assert_eq!((serving.provider_id, serving.rsrp), ("00101".into(), -95), "{version}");
        assert_eq!(client.lte_attach().unwrap().lte_attach_state, bce::LteAttachState::ATTACHED, "{version}");

        let request = ConnectRequest { apn: "internet", ..Default::default() };
        let connected = client.connect(&request).unwrap();
        let connected = newest::connect(version, mbim_wire::View::base(&connected)).unwrap();
        assert_eq!(connected.activation_state, bc::ActivationState::ACTIVATED, "{version}");
        assert!(client.ip_configuration(0).unwrap().ipv4_address().unwrap().iter().next().is_some(), "{version}");
        let filters = [bc::PacketFilterV3 {
            packet_filter: mbim_wire::bytes::SizedBytes(&[0x45]),
            packet_mask: mbim_wire::bytes::SizedBytes(&[0xff]),
            filter_id: 5,
            ..Default::default()
        }];
        client.set_packet_filters(0, &filters).unwrap();
        let told: Vec<_> = client.packet_filters(0).unwrap().iter().unwrap().map(Result::unwrap).collect();
        assert_eq!((told.len(), told[0].packet_filter.0), (1, &[0x45][..]), "{version}");
        assert_eq!(told[0].filter_id, if version == Version::V3 { 5 } else { 0 }, "{version}");
        client.set_packet_filters(0, &[]).unwrap();
        assert_eq!(client.packet_filters(0).unwrap().iter().unwrap().count(), 0, "{version}");
        // Connected again over what is there: deactivated first.
        client.connect(&request).map(drop).unwrap();
        client.disconnect(0).unwrap();
        client.disconnect(0).unwrap();
        client.radio_off().unwrap();
        client.close().unwrap();
        let counters = client.counters();
        assert_eq!((counters.malformed, counters.foreign, counters.timeouts), (0, 0, 0), "{version}");
    }
}

#[test]
fn indications_are_read_in_every_version() {
    for version in [Version::V1, Version::V2, Version::V3] {
        let mut client = ready(Setup::default(), version);
        while client.next_indication(Instant(0)).unwrap().is_some() {}
        client.connect(&ConnectRequest { apn: "internet", ..Default::default() }).map(drop).unwrap();
        let now = client.now();
        client.channel().modem.network_deactivates(now, 0, 36);
        let mut ended = None;
        while let Some(told) = client.next_indication(now + Millis(100)).unwrap() {
            if (told.service, told.cid) == (bc::BASIC_CONNECT, bc::Connect::CID) {
                let info = newest::connect(version, told.body).unwrap();
                ended = Some((info.session_id, info.activation_state, info.nw_error));
            }
        }
        let expected = (0, bc::ActivationState::DEACTIVATED, bc::NwError(36));
        assert_eq!(ended, Some(expected), "{version}");
    }
}

#[test]
fn a_busy_function_is_asked_again() {
    let mut client = ready(Setup::default(), Version::V3);
    let fault = Fault {
        service: bc::BASIC_CONNECT,
        cid: bc::SignalState::CID,
        kind: None,
        effect: Effect::Refuse(Status::BUSY),
        once: true,
    };
    client.channel().function.inject(fault).unwrap();
    let before = client.now();
    client.signal().unwrap();
    assert_eq!((client.now() - before, client.counters().busy), (Millis(1_000), 1));
}

#[test]
fn texts_are_sent_come_back_whole_and_are_deleted() {
    let mut client = ready(Setup::default(), Version::V3);
    while client.next_indication(Instant(0)).unwrap().is_some() {}
    let text = "Die Würde des Menschen ist unantastbar. ".repeat(8);
    let mut references = [0; 4];
    let message = TextMessage { number: "+15550123", text: &text, reference: 3, ..Default::default() };
    let parts = client.send_text(message, &mut references).unwrap();
    assert!(parts > 1 && references[..usize::from(parts)].windows(2).all(|pair| pair[0] != pair[1]));

    let now = client.now();
    let incoming = Incoming { from: "+491701234567", text: &text, class: None, date: None };
    let count = client.channel().modem.receive_text(now, incoming).unwrap();
    let mut room = [Part::FREE; 4];
    let mut inbox = Inbox::new(&mut room, Millis::from_secs(3600));
    let mut whole = Vec::new();
    while let Some(told) = client.next_indication(now + Millis::from_secs(60)).unwrap() {
        if !matches!(SmsIndication::read(&told), Ok(Some(SmsIndication::New(_)))) {
            continue;
        }
        client
            .receive_texts(Stored::New, &mut inbox, &mut |item| {
                if let StoreItem::Pdu { received: Received::Whole(message), .. } = item {
                    let from: String = message.address().unwrap().digits().collect();
                    whole.push((from, message.chars().collect::<String>(), message.indexes().collect::<Vec<_>>()));
                }
            })
            .unwrap();
    }
    let [(from, told, indexes)] = &whole[..] else { panic!("{whole:?}") };
    assert!(from.ends_with("491701234567"));
    assert_eq!((told, indexes.len()), (&text, usize::from(count)));
    for index in indexes {
        client.delete_texts(Stored::At(*index)).unwrap();
    }
    let stored = client.read_store(Stored::All).unwrap().pdu_messages().unwrap().0.unwrap().iter().count();
    assert_eq!(stored, 0);

    // For the screen at once: it is never stored.
    let now = client.now();
    let incoming = Incoming { from: "Flash", text: "look!", class: Some(0), date: None };
    client.channel().modem.receive_text(now, incoming).unwrap();
    let mut flash = String::new();
    while let Some(told) = client.next_indication(now + Millis::from_secs(60)).unwrap() {
        if let Ok(Some(SmsIndication::Flash(info))) = SmsIndication::read(&told) {
            sort_in(now, &info, &mut inbox, &mut |item| {
                if let StoreItem::Pdu { received: Received::Whole(message), .. } = item {
                    assert_eq!(message.class(), Some(0));
                    flash.extend(message.chars());
                }
            })
            .unwrap();
        }
    }
    assert_eq!(flash, "look!");
}

#[test]
fn a_dialogue_with_the_network_goes_both_ways() {
    let mut setup = Setup::default();
    setup.ussd.answers.clear();
    setup.ussd.answers.push(Answer::text("*100#", "Ваш баланс 5")).unwrap();
    let mut client = ready(setup, Version::V3);
    let said = client.ussd(Ussd::initiate("*100#").unwrap()).unwrap();
    assert!(!said.goes_on());
    assert_eq!(said.text().unwrap(), "Ваш баланс 5");
    while client.next_indication(Instant(0)).unwrap().is_some() {}
    let now = client.now();
    client.channel().modem.network_ussd(now, "Top up? 1 yes 2 no", true).unwrap();
    let told = client.next_indication(now + Millis(10_000)).unwrap().unwrap();
    let told = UssdMessage::read(told.body).unwrap();
    assert!(told.goes_on());
    assert_eq!(told.text().unwrap(), "Top up? 1 yes 2 no");
    let _ = client.ussd(Ussd::cancel());
    assert!(!client.channel().modem.in_ussd());
}

#[test]
fn the_card_is_reached_and_its_channels_are_closed() {
    let mut sim = Sim::default();
    sim.esim = true;
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    let mut client = ready(setup, Version::V3);
    let access = Access::default();
    let mut memory = [0; 512];
    // GET EID.
    let eid = Command::parse(&[0x80, 0xe2, 0x91, 0x00, 0x06, 0xbf, 0x3e, 0x03, 0x5c, 0x01, 0x5a, 0x00]).unwrap();
    for _ in 0..30 {
        // Thirty times, and never a channel lost.
        let (words, answer) = client.exchange(&ISD_R, access, eid, &mut memory).unwrap();
        assert!(words.is_success(), "{words}");
        assert_eq!(answer[..2], [0xbf, 0x3e]);
    }
    // Channels that are lost are closed when there are no more.
    let mut opened = 0;
    for _ in 0..40 {
        opened = opened.max(client.open_channel(&ISD_R, access).unwrap());
    }
    assert!(opened > 1);
    client.close_channels(access).unwrap();
    let unknown = client.open_channel(&[0xa0, 0, 0, 0, 1], access).unwrap_err();
    let wwan::client::mbim::Error::Card { words, .. } = unknown else { panic!("{unknown:?}") };
    assert_eq!(words, StatusWords { sw1: 0x6a, sw2: 0x82 });
}

#[test]
fn a_modem_restarts_and_is_opened_again() {
    let mut client = ready(Setup::default(), Version::V3);
    client.restart(None).unwrap();
    let now = client.now();
    client.channel().now = now + Millis::from_secs(60);
    client.open().unwrap();
    assert_eq!(client.version(), Version::V1);
    assert_eq!(client.channel().modem.restarts(), 1);
    let restart = Restart::new(Version::V3, None);
    assert!(!restart.answered());
}
