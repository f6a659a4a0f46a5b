//! Short messages of the MBIM function: every command, every status, and what the network does meanwhile. PDUs are laid by
//! hand from the specification's figures.
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

use at_wire::sms::{Direction, Pdu, Tpdu};
use common::{Bench, Message};
use mbim_wire::Status;
use mbim_wire::View;
use mbim_wire::field::{Inline, Raw, When};
use mbim_wire::message::{CommandType, write_host_error};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::sms::{
    Configuration, ConfigurationInfoView, ConfigurationSet, Delete, DeleteSet, MessageStoreStatus, Read, ReadInfoView,
    ReadQuery, SMS, Send, SendSet, SmsCdmaEncoding, SmsCdmaLang, SmsCdmaSendRecord, SmsFlag, SmsFormat,
    SmsPduSendRecord, SmsStatus,
};
use mbim_wire::{Command as _, ProtocolError};
use wwan::device::mbim::Config;
use wwan::device::modem::clock::Date;
use wwan::device::modem::event::Origin;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::sms::{Content, Destination, Format, Incoming, Message as Stored, MessageStatus, Verdict};
use wwan::device::modem::{Setup, SimSetup, text};
use wwan::time::{Instant, Millis};

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<char> = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// "hellohello" in packed septets.
const HELLO: &str = "e8329bfd4697d9ec37";

/// To 15550123, by the configured service centre: "hellohello".
fn submit() -> Vec<u8> {
    hex(&["00 01 00 0881 51551032 00 00 0a", HELLO].concat())
}

/// The same with another first octet, such as 0x21 that wants a report.
fn submit_to(first: &str, digits: &str) -> Vec<u8> {
    let swapped: String = digits.as_bytes().chunks(2).flat_map(|pair| [pair[1] as char, pair[0] as char]).collect();
    hex(&format!("00 {first} 00 {:02x}81 {swapped} 00 00 0a {HELLO}", digits.len()))
}

/// Messages that come, as they are stored: index, status, PDU.
fn records(body: &[u8]) -> Vec<(u32, SmsStatus, Vec<u8>)> {
    let info = ReadInfoView::new(body).read().unwrap();
    assert_eq!(info.format, SmsFormat::PDU);
    assert!(info.cdma_messages.0.is_none());
    let records = info.pdu_messages.0.unwrap();
    let read = records.iter().map(Result::unwrap);
    read.map(|record| (record.message_index, record.message_status, record.pdu_data.0.to_vec())).collect()
}

fn said(pdu: &[u8]) -> String {
    match Pdu::parse(pdu, Direction::Stored).unwrap().tpdu {
        Tpdu::Deliver(message) => message.user_data.text().unwrap().to_string(),
        Tpdu::Submit(message) => message.user_data.text().unwrap().to_string(),
        other => panic!("{other:?}"),
    }
}

/// What is told about short messages.
fn told(messages: &[Message]) -> Vec<(u32, &[u8])> {
    let told = messages.iter().filter_map(|message| match message {
        Message::Indication { service: SMS, cid, body } => Some((*cid, &body[..])),
        _ => None,
    });
    told.collect()
}

const ARRIVED: u32 = MessageStoreStatus::CID;

/// The indication of a message that arrived, or of a full store.
fn status(flags: u32, index: u32) -> Vec<u8> {
    [flags.to_le_bytes(), index.to_le_bytes()].concat()
}

trait Host {
    fn list(&mut self, flag: SmsFlag, index: u32) -> Message;
    fn listed(&mut self, flag: SmsFlag, index: u32) -> Vec<(u32, SmsStatus, Vec<u8>)>;
    fn delete(&mut self, flag: SmsFlag, index: u32) -> Message;
    fn send_pdu(&mut self, pdu: &[u8]) -> u32;
    fn receive_text(&mut self, text: &str);
    fn send_outcome(&mut self, pdu: &[u8], within: u64) -> Status;
}

impl Host for Bench {
    fn list(&mut self, flag: SmsFlag, index: u32) -> Message {
        self.query::<Read>(&ReadQuery { format: SmsFormat::PDU, flag, message_index: index });
        self.read_one()
    }

    fn listed(&mut self, flag: SmsFlag, index: u32) -> Vec<(u32, SmsStatus, Vec<u8>)> {
        let answer = self.list(flag, index);
        records(answer.answer::<Read>(self.tid, Status::SUCCESS))
    }

    fn delete(&mut self, flag: SmsFlag, index: u32) -> Message {
        self.set::<Delete>(&DeleteSet { flag, message_index: index });
        self.read_one()
    }

    fn send_pdu(&mut self, pdu: &[u8]) -> u32 {
        self.set::<Send>(&SendSet {
            format: SmsFormat::PDU,
            pdu_message: When(Some(Inline::Value(SmsPduSendRecord { pdu_data: pdu.into() }))),
            cdma_message: When(None),
        })
    }

    fn receive_text(&mut self, text: &str) {
        let incoming = Incoming { from: "+15550123", text, class: None, date: None };
        self.modem.receive_text(self.now, incoming).unwrap();
    }

    /// The status of the answer to a message that is sent.
    fn send_outcome(&mut self, pdu: &[u8], within: u64) -> Status {
        let wanted = self.send_pdu(pdu);
        let answers = self.wait_answers(within);
        match &answers[..] {
            [Message::Done { tid, status, body, .. }] if *tid == wanted => {
                assert_eq!(body.is_empty(), *status != Status::SUCCESS);
                *status
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_store_is_ready_a_little_after_the_sim() {
    let mut bench = Bench::new(Setup::default());
    bench.open();
    let body = bench.ask::<Configuration>();
    let not_yet = ConfigurationInfoView::new(&body).read().unwrap();
    assert_eq!((not_yet.sms_storage_state.0, not_yet.max_messages), (0, 30));
    bench.list(SmsFlag::ALL, 0).refused::<Read>(bench.tid, Status::NOT_INITIALIZED);
    bench.delete(SmsFlag::ALL, 0).refused::<Delete>(bench.tid, Status::NOT_INITIALIZED);
    bench.query::<MessageStoreStatus>(&mbim_wire::field::Empty {});
    bench.read_one().refused::<MessageStoreStatus>(bench.tid, Status::NOT_INITIALIZED);
    bench.send_pdu(&submit());
    bench.read_one().refused::<Send>(bench.tid, Status::NOT_INITIALIZED);
    let set = ConfigurationSet { format: SmsFormat::PDU, sc_address: "+1".into() };
    bench.set::<Configuration>(&set);
    bench.read_one().refused::<Configuration>(bench.tid, Status::NOT_INITIALIZED);
    // The SIM is ready after 300 ms, the store 200 ms later.
    assert!(told(&bench.wait(499)).is_empty());
    let messages = bench.wait(1);
    // State 1, PDU, 30 messages, no CDMA, "+15550199" at 24.
    let expected = hex("01000000 00000000 1e000000 00000000 18000000 12000000
         2b00 3100 3500 3500 3500 3000 3100 3900 3900 0000");
    assert_eq!(told(&messages), [(Configuration::CID, &expected[..])]);
    assert_eq!(bench.ask::<Configuration>(), expected);
}

#[test]
fn the_store_goes_with_the_sim() {
    let mut bench = Bench::ready(Setup::default());
    bench.receive_text("kept");
    bench.wait(1_000);
    bench.modem.remove_sim(bench.now);
    let messages = bench.wait(100);
    assert_eq!(told(&messages).len(), 1);
    assert_eq!(told(&messages)[0].1[..4], [0; 4], "not initialized");
    bench.list(SmsFlag::ALL, 0).refused::<Read>(bench.tid, Status::SIM_NOT_INSERTED);
    bench.modem.insert_sim(bench.now, Sim::with_pin("1234"));
    assert!(told(&bench.wait(5_000)).is_empty());
    bench.list(SmsFlag::ALL, 0).refused::<Read>(bench.tid, Status::PIN_REQUIRED);
    bench.modem.insert_sim(bench.now, Sim::default());
    assert_eq!(told(&bench.wait(5_000)).len(), 1);
    assert_eq!(bench.listed(SmsFlag::ALL, 0).len(), 1);
}

#[test]
fn the_store_goes_with_the_slot() {
    let mut setup = Setup::default();
    setup.more_slots.push(SimSetup::Card(Sim::default())).unwrap();
    let mut bench = Bench::ready(setup);
    bench.modem.request_slot(bench.now, Origin(9), 1).unwrap();
    // Another slot takes 200 ms; then its card starts, which takes 300 ms, and the store follows 200 ms later.
    let messages = bench.wait(200);
    assert_eq!(told(&messages).len(), 1);
    assert_eq!(told(&messages)[0].1[..4], [0; 4], "not initialized");
    assert_eq!(bench.ask::<Configuration>()[..4], [0; 4]);
    assert!(told(&bench.wait(499)).is_empty());
    assert_eq!(told(&bench.wait(1)).len(), 1);
    assert_eq!(bench.ask::<Configuration>()[..4], [1, 0, 0, 0]);
}

#[test]
fn the_service_centre_can_be_set() {
    let mut bench = Bench::ready(Setup::default());
    let number = |bench: &mut Bench| {
        let body = bench.ask::<Configuration>();
        ConfigurationInfoView::new(&body).sc_address().unwrap().chars().collect::<String>()
    };
    let set = |number: &'static str| ConfigurationSet { format: SmsFormat::PDU, sc_address: number.into() };
    let tid = bench.set::<Configuration>(&set("+491710760000"));
    let answer = bench.read_one();
    let info = ConfigurationInfoView::new(answer.answer::<Configuration>(tid, Status::SUCCESS));
    assert_eq!(info.sc_address().unwrap(), "+491710760000");
    let tid = bench.set::<Configuration>(&set(""));
    bench.read_one().answer::<Configuration>(tid, Status::SUCCESS);
    assert_eq!(number(&mut bench), "+491710760000", "an empty number leaves it");
    let cases = [
        (set("home"), Status::INVALID_PARAMETERS),
        (set("+"), Status::INVALID_PARAMETERS),
        (set("+123456789012345678901"), Status::PARAMETER_TOO_LONG),
        (ConfigurationSet { format: SmsFormat::CDMA, ..set("1") }, Status::SMS_FORMAT_NOT_SUPPORTED),
        (ConfigurationSet { format: SmsFormat(2), ..set("1") }, Status::INVALID_PARAMETERS),
    ];
    for (set, status) in cases {
        let tid = bench.set::<Configuration>(&set);
        bench.read_one().refused::<Configuration>(tid, status);
    }
    for body in [&[][..], &[0; 11], &hex("00000000 40000000 02000000")] {
        let tid = bench.command(SMS, Configuration::CID, CommandType::SET, &Raw(body));
        bench.read_one().refused::<Configuration>(tid, Status::INVALID_PARAMETERS);
    }
    assert_eq!(number(&mut bench), "+491710760000");
    assert!(bench.read().is_empty(), "the host's own change is not indicated");
    bench.modem.set_service_centre(bench.now, Origin(9), "+1").unwrap();
    assert_eq!(told(&bench.read())[0].0, Configuration::CID);
}

#[test]
fn a_message_arrives_is_indicated_and_read() {
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(bench.now, Instant(10_000));
    bench.receive_text("hellohello");
    let messages = bench.read();
    assert_eq!(told(&messages), [(ARRIVED, &status(2, 1)[..])]);
    // Service centre +15550199; DELIVER from +15550123, nothing more waits; 2026-01-01 00:00:10 UTC; ten septets.
    let pdu = hex(&["05 91 51551099 04 0891 51551032 00 00 62101000000100 0a", HELLO].concat());
    assert_eq!(bench.ask::<MessageStoreStatus>(), status(2, 1));
    let body = {
        let answer = bench.list(SmsFlag::INDEX, 1);
        answer.answer::<Read>(bench.tid, Status::SUCCESS).to_vec()
    };
    // PDU, one message, its place and size; index 1, new, its bytes.
    let mut expected = hex("00000000 01000000 10000000 30000000 01000000 00000000 10000000 20000000");
    expected.extend(&pdu);
    assert_eq!((pdu.len(), &body), (32, &expected));
    assert_eq!(bench.listed(SmsFlag::INDEX, 1), [(1, SmsStatus::OLD, pdu)]);
    assert_eq!(bench.ask::<MessageStoreStatus>(), status(0, 0));
}

#[test]
fn time_stamps_tell_the_local_time_of_the_network() {
    let mut bench = Bench::ready(Setup::default());
    let date = Date { year: 2031, month: 12, day: 31, hour: 23, minute: 59, second: 58, zone: -14, daylight: 0 };
    bench.modem.set_date(bench.now, date);
    bench.now = Instant(bench.now.0 + 3_000);
    bench.receive_text("x");
    let [(_, _, pdu)] = &bench.wait_read()[..] else { panic!() };
    // 2032-01-01 00:00:01, three and a half hours behind UTC.
    assert_eq!(pdu[15..22], hex("23 10 10 00 00 10 49"));
    let sent = Incoming { from: "Bank", text: "y", class: None, date: Some(Date { day: 2, ..Date::default() }) };
    bench.modem.receive_text(bench.now, sent).unwrap();
    let messages = bench.wait_read();
    // A name: seven semi-octets, alphanumeric, "Bank" in septets.
    assert_eq!(messages[1].2[6..14], hex("04 07 d0 c2b07b0d 00"));
    assert_eq!(messages[1].2[15..22], hex("62 10 20 00 00 00 00"));
}

trait WaitRead {
    fn wait_read(&mut self) -> Vec<(u32, SmsStatus, Vec<u8>)>;
}

impl WaitRead for Bench {
    fn wait_read(&mut self) -> Vec<(u32, SmsStatus, Vec<u8>)> {
        self.wait(2_000);
        self.listed(SmsFlag::ALL, 0)
    }
}

#[test]
fn messages_are_listed_by_status_and_index() {
    let mut setup = Setup::default();
    let statuses = [MessageStatus::Draft, MessageStatus::Sent, MessageStatus::Old, MessageStatus::New];
    for status in statuses {
        let content = Content::pdu(&submit()).unwrap();
        setup.sms.stored.push(Stored { status, content }).unwrap();
    }
    let mut bench = Bench::ready(setup);
    bench.agree(0x0300);
    let indexes = |records: Vec<(u32, SmsStatus, Vec<u8>)>| records.iter().map(|record| record.0).collect::<Vec<_>>();
    assert_eq!(indexes(bench.listed(SmsFlag::DRAFT, 0)), [1]);
    assert_eq!(indexes(bench.listed(SmsFlag::SENT, 0)), [2]);
    assert_eq!(indexes(bench.listed(SmsFlag::OLD, 0)), [3]);
    let all = bench.listed(SmsFlag::ALL, 0);
    let kinds: Vec<_> = all.iter().map(|record| record.1).collect();
    assert_eq!(kinds, [SmsStatus::DRAFT, SmsStatus::SENT, SmsStatus::OLD, SmsStatus::NEW]);
    assert!(bench.listed(SmsFlag::NEW, 0).is_empty(), "all were read");
    assert_eq!(indexes(bench.listed(SmsFlag::OLD, 0)), [3, 4]);
    assert_eq!(bench.listed(SmsFlag::INDEX, 2), [(2, SmsStatus::SENT, submit())]);
    for index in [0, 5, 30, 31, 256, u32::MAX] {
        bench.list(SmsFlag::INDEX, index).refused::<Read>(bench.tid, Status::INVALID_MEMORY_INDEX);
    }
    bench.list(SmsFlag(6), 1).refused::<Read>(bench.tid, Status::INVALID_PARAMETERS);
    for (format, status) in
        [(SmsFormat::CDMA, Status::SMS_FORMAT_NOT_SUPPORTED), (SmsFormat(2), Status::INVALID_PARAMETERS)]
    {
        let tid = bench.query::<Read>(&ReadQuery { format, flag: SmsFlag::ALL, message_index: 0 });
        bench.read_one().refused::<Read>(tid, status);
    }
    let tid = bench.command(SMS, Read::CID, CommandType::QUERY, &Raw(&[0; 8]));
    bench.read_one().refused::<Read>(tid, Status::INVALID_PARAMETERS);
    for cid in [Read::CID, MessageStoreStatus::CID, 6] {
        let tid = bench.command(SMS, cid, CommandType::SET, &Raw(&[0; 12]));
        assert!(
            matches!(bench.read_one(), Message::Done { tid: t, status: Status::NO_DEVICE_SUPPORT, .. } if t == tid)
        );
    }
    for cid in [Send::CID, Delete::CID] {
        let tid = bench.command(SMS, cid, CommandType::QUERY, &Raw(&[0; 12]));
        assert!(
            matches!(bench.read_one(), Message::Done { tid: t, status: Status::NO_DEVICE_SUPPORT, .. } if t == tid)
        );
    }
}

#[test]
fn messages_are_deleted_by_status_and_index() {
    let mut bench = Bench::ready(Setup::default());
    for text in ["a", "b", "c", "d"] {
        bench.receive_text(text);
    }
    bench.wait(1_000);
    bench.listed(SmsFlag::INDEX, 2);
    bench.delete(SmsFlag::OLD, 0).refused::<Delete>(bench.tid, Status::SUCCESS);
    bench.delete(SmsFlag::INDEX, 2).refused::<Delete>(bench.tid, Status::INVALID_MEMORY_INDEX);
    bench.delete(SmsFlag::INDEX, 3).refused::<Delete>(bench.tid, Status::SUCCESS);
    let left: Vec<_> = bench.listed(SmsFlag::ALL, 0).iter().map(|(index, _, pdu)| (*index, said(pdu))).collect();
    assert_eq!(left, [(1, "a".into()), (4, "d".into())]);
    // What arrives takes the lowest place.
    bench.receive_text("e");
    assert_eq!(told(&bench.wait(1_000)), [(ARRIVED, &status(2, 2)[..])]);
    for flag in [SmsFlag::SENT, SmsFlag::DRAFT] {
        bench.delete(flag, 0).refused::<Delete>(bench.tid, Status::SUCCESS);
    }
    assert_eq!(bench.modem.messages().count(), 3);
    bench.delete(SmsFlag::NEW, 7).refused::<Delete>(bench.tid, Status::SUCCESS);
    assert_eq!(bench.modem.messages().count(), 2);
    bench.delete(SmsFlag(6), 0).refused::<Delete>(bench.tid, Status::INVALID_PARAMETERS);
    bench.delete(SmsFlag::INDEX, 0).refused::<Delete>(bench.tid, Status::INVALID_MEMORY_INDEX);
    let tid = bench.command(SMS, Delete::CID, CommandType::SET, &Raw(&[0; 4]));
    bench.read_one().refused::<Delete>(tid, Status::INVALID_PARAMETERS);
    bench.delete(SmsFlag::ALL, 0).refused::<Delete>(bench.tid, Status::SUCCESS);
    assert!(bench.listed(SmsFlag::ALL, 0).is_empty());
    assert!(bench.read().is_empty(), "nothing is indicated about what the host did itself");
}

#[test]
fn long_texts_come_in_parts_and_other_scripts_in_ucs2() {
    let mut bench = Bench::ready(Setup::default());
    let long = "0123456789".repeat(20);
    bench.receive_text(&long);
    assert_eq!(told(&bench.read()), [(ARRIVED, &status(2, 1)[..]), (ARRIVED, &status(2, 2)[..])]);
    bench.receive_text("Привет 👋");
    let records = bench.wait_read();
    assert_eq!(said(&records[0].2) + &said(&records[1].2), long);
    // The first part: more is to come, a header of six octets says so: part 1 of 2.
    assert_eq!((records[0].2[6], &records[0].2[22..29]), (0x40, &hex("a0 05 00 03 00 02 01")[..]));
    assert_eq!((records[1].2[6], records[1].2[28]), (0x44, 2));
    assert_eq!((records[2].2[14], said(&records[2].2)), (0x08, "Привет 👋".into()));
    // The next long one has another number.
    bench.receive_text(&long);
    assert_eq!(bench.wait_read()[3].2[26], 2);
}

#[test]
fn a_message_for_the_screen_is_shown_and_not_stored() {
    let mut bench = Bench::ready(Setup::default());
    let incoming = Incoming { from: "+15550123", text: "hellohello", class: Some(0), date: None };
    bench.modem.receive_text(bench.now, incoming).unwrap();
    let messages = bench.read();
    let [(Read::CID, body)] = told(&messages)[..] else { panic!("{messages:?}") };
    let pdu = hex(&["05 91 51551099 04 0891 51551032 00 10 62101000000100 0a", HELLO].concat());
    assert_eq!(records(body), [(0, SmsStatus::NEW, pdu)]);
    assert!(bench.listed(SmsFlag::ALL, 0).is_empty());
    // Class 1 is stored as any other.
    bench.modem.receive_text(bench.now, Incoming { class: Some(1), ..incoming }).unwrap();
    assert_eq!(told(&bench.read())[0].0, ARRIVED);
    // A host that is slow finds the last ones.
    for n in 0..6 {
        bench.now = Instant(bench.now.0 + 1);
        let text = n.to_string();
        bench.modem.receive_text(bench.now, Incoming { text: &text, ..incoming }).unwrap();
    }
    let messages = bench.read();
    let shown: Vec<_> = told(&messages).iter().map(|(_, body)| records(body)).collect();
    assert_eq!(shown.len(), 6);
    assert!(shown[0].is_empty() && shown[1].is_empty());
    assert_eq!(said(&shown[5][0].2), "5");
}

#[test]
fn a_full_store_is_told_once_and_the_network_comes_again() {
    let mut setup = Setup::default();
    setup.sms.capacity = 2;
    let mut bench = Bench::ready(setup);
    for text in ["a", "b", "c", "d"] {
        bench.receive_text(text);
    }
    let messages = bench.read();
    let full = status(1, 0);
    assert_eq!(told(&messages), [(ARRIVED, &status(2, 1)[..]), (ARRIVED, &status(3, 2)), (ARRIVED, &full)]);
    assert_eq!(bench.ask::<MessageStoreStatus>(), status(3, 1));
    // The network comes again every 30 s, in vain; that is not told again.
    assert!(told(&bench.wait(100_000)).is_empty());
    bench.delete(SmsFlag::INDEX, 1).refused::<Delete>(bench.tid, Status::SUCCESS);
    // Soon after there is room, the next one comes, and the store is full again.
    let messages = bench.wait(1_000);
    assert_eq!(told(&messages), [(ARRIVED, &status(3, 1)[..]), (ARRIVED, &full)]);
    let there: Vec<_> = bench.listed(SmsFlag::ALL, 0).iter().map(|record| said(&record.2)).collect();
    assert_eq!(there, ["c", "b"]);
    bench.delete(SmsFlag::ALL, 0).refused::<Delete>(bench.tid, Status::SUCCESS);
    assert_eq!(told(&bench.wait(1_000)), [(ARRIVED, &status(2, 1)[..])]);
    // A network without patience is none without end.
    bench.modem.delays().redeliver = Millis(0);
    for text in ["x", "y"] {
        bench.receive_text(text);
    }
    assert_eq!(told(&bench.wait(1_000)), [(ARRIVED, &status(3, 2)[..]), (ARRIVED, &full)]);
    bench.delete(SmsFlag::ALL, 0).refused::<Delete>(bench.tid, Status::SUCCESS);
    assert_eq!(told(&bench.wait(1_000)), [(ARRIVED, &status(2, 1)[..])]);
    // Messages for the screen need no room.
    bench.receive_text("e");
    bench.read();
    let flash = Incoming { from: "1", text: "x", class: Some(0), date: None };
    bench.modem.receive_text(bench.now, flash).unwrap();
    assert_eq!(told(&bench.read())[0].0, Read::CID);
}

#[test]
fn the_network_keeps_messages_until_the_modem_is_there() {
    let mut bench = Bench::ready(Setup::default());
    bench.modem.lose_signal(bench.now);
    bench.receive_text("a");
    bench.receive_text("b");
    assert!(told(&bench.wait(60_000)).is_empty());
    bench.modem.restore_signal(bench.now);
    let messages = bench.wait(10_000);
    assert_eq!(told(&messages), [(ARRIVED, &status(2, 1)[..]), (ARRIVED, &status(2, 2))]);
    let there: Vec<_> = bench.listed(SmsFlag::ALL, 0).iter().map(|record| said(&record.2)).collect();
    assert_eq!(there, ["a", "b"]);
    // Not more than it can keep.
    bench.modem.lose_signal(bench.now);
    let incoming = Incoming { from: "1", text: "x", class: None, date: None };
    let kept = (0..20).take_while(|_| bench.modem.receive_text(bench.now, incoming).is_ok()).count();
    assert_eq!(kept, 16);
    assert_eq!(bench.modem.messages().count(), 2);
    assert!(bench.modem.receive_pdu(bench.now, &hex("0004048155550000620101000000000161")).is_err());
    bench.modem.restore_signal(bench.now);
    bench.wait(10_000);
    assert_eq!(bench.modem.messages().count(), 18);
}

#[test]
fn raw_messages_arrive_silent_ones_do_not_and_some_replace_others() {
    let mut bench = Bench::ready(Setup::default());
    let deliver =
        |pid: &str, from: &str, text: &str| hex(&format!("00 04 0481{from} {pid} 00 62101000000000 01 {text}"));
    let (silent, first) = (deliver("40", "5555", "61"), deliver("41", "5555", "61"));
    bench.modem.receive_pdu(bench.now, &silent).unwrap();
    assert!(bench.read().is_empty());
    bench.modem.receive_pdu(bench.now, &first).unwrap();
    bench.modem.receive_pdu(bench.now, &deliver("41", "6655", "62")).unwrap();
    bench.modem.receive_pdu(bench.now, &deliver("42", "5555", "63")).unwrap();
    assert_eq!(told(&bench.read()).len(), 3);
    bench.listed(SmsFlag::ALL, 0);
    let second = deliver("41", "5555", "64");
    bench.modem.receive_pdu(bench.now, &second).unwrap();
    assert_eq!(told(&bench.read()), [(ARRIVED, &status(2, 1)[..])]);
    assert_eq!(bench.listed(SmsFlag::NEW, 0), [(1, SmsStatus::NEW, second)]);
    // A report of the network, and what is no message.
    let report = hex("00 06 07 0481 5555 62101000000000 62101000000000 00");
    bench.modem.receive_pdu(bench.now, &report).unwrap();
    assert_eq!(bench.listed_after(4), report);
    for wrong in [submit(), hex("00"), hex("0004048155"), Vec::new()] {
        assert!(bench.modem.receive_pdu(bench.now, &wrong).is_err(), "{wrong:?}");
    }
}

trait ListedAfter {
    fn listed_after(&mut self, index: u32) -> Vec<u8>;
}

impl ListedAfter for Bench {
    fn listed_after(&mut self, index: u32) -> Vec<u8> {
        self.wait(2_000);
        self.listed(SmsFlag::INDEX, index).remove(0).2
    }
}

#[test]
fn sending_takes_time_and_counts_references() {
    let mut bench = Bench::ready(Setup::default());
    let first = bench.send_pdu(&submit());
    let second = bench.send_pdu(&submit());
    assert!(bench.wait(599).is_empty());
    let messages = bench.wait(1);
    assert_eq!(messages[0].answer::<Send>(first, Status::SUCCESS), 0_u32.to_le_bytes());
    assert_eq!(messages[1].answer::<Send>(second, Status::SUCCESS), 1_u32.to_le_bytes());
    // A service centre of its own: 41 79 11 11 11 1.
    let own = hex("07 91 1497111111f1");
    let own = [&own[..], &submit()[1..]].concat();
    assert_eq!(bench.send_outcome(&own, 1_000), Status::SUCCESS);
    assert!(bench.wait(10_000).is_empty(), "no report was wanted");
}

#[test]
fn a_message_that_cannot_be_sent_says_why() {
    let mut bench = Bench::ready(Setup::default());
    let long = [&submit()[..], &[0; 160]].concat();
    let deliver = hex("00 04 0481 5555 00 00 62101000000000 01 61");
    // A name as receiver; user data that is not there; a command.
    let to_name = hex("00 01 00 07d0 c2b07b0d 00 00 01 61");
    let short = &submit()[..15];
    let command = hex("00 02 00 00 00 00 0481 5555 00");
    let cases = [
        (&long[..], Status::PARAMETER_TOO_LONG),
        (&deliver, Status::INVALID_PARAMETERS),
        (&to_name, Status::INVALID_PARAMETERS),
        (short, Status::INVALID_PARAMETERS),
        (&command, Status::INVALID_PARAMETERS),
        (&[], Status::INVALID_PARAMETERS),
        (&[12], Status::INVALID_PARAMETERS),
    ];
    for (pdu, status) in cases {
        let tid = bench.send_pdu(pdu);
        bench.read_one().refused::<Send>(tid, status);
    }
    for body in [&[][..], &[0; 8], &hex("00000000 08000000 40000000"), &hex("02000000 08000000 00000000")] {
        let tid = bench.command(SMS, Send::CID, CommandType::SET, &Raw(body));
        bench.read_one().refused::<Send>(tid, Status::INVALID_PARAMETERS);
    }
    let record = SmsCdmaSendRecord { address: "15550123".into(), ..Default::default() };
    let cdma = SendSet { format: SmsFormat::CDMA, pdu_message: When(None), cdma_message: Inline::Value(record).into() };
    let tid = bench.set::<Send>(&cdma);
    bench.read_one().refused::<Send>(tid, Status::SMS_FORMAT_NOT_SUPPORTED);
    // Four at a time.
    let tids: Vec<_> = (0..5).map(|_| bench.send_pdu(&submit())).collect();
    bench.read_one().refused::<Send>(tids[4], Status::BUSY);
    assert_eq!(bench.wait_answers(1_000).len(), 4);

    bench.modem.set_hw_radio(bench.now, false);
    bench.wait(100);
    assert_eq!(bench.send_outcome(&submit(), 0), Status::RADIO_POWER_OFF);
    bench.modem.set_hw_radio(bench.now, true);
    bench.wait(10);
    assert_eq!(bench.send_outcome(&submit(), 0), Status::NOT_REGISTERED);
    bench.wait(10_000);
    assert_eq!(bench.send_outcome(&submit(), 1_000), Status::SUCCESS);
    // The signal is lost on the way.
    let tid = bench.send_pdu(&submit());
    bench.modem.lose_signal(bench.now);
    let answers = bench.wait_answers(1_000);
    answers[0].refused::<Send>(tid, Status::NOT_REGISTERED);
    bench.modem.remove_sim(bench.now);
    bench.wait(100);
    assert_eq!(bench.send_outcome(&submit(), 0), Status::SIM_NOT_INSERTED);
}

#[test]
fn without_a_service_centre_the_message_must_name_one() {
    let mut setup = Setup::default();
    setup.sms.service_centre = text("");
    let mut bench = Bench::ready(setup);
    assert_eq!(bench.send_outcome(&submit(), 0), Status::SMS_UNKNOWN_SMSC_ADDRESS);
    let own = [&hex("05 91 51551099")[..], &submit()[1..]].concat();
    assert_eq!(bench.send_outcome(&own, 1_000), Status::SUCCESS);
    bench.receive_text("x");
    assert_eq!(bench.listed_after(1)[0], 0, "no address in front of what arrives");
    let tid = bench.set::<Configuration>(&ConfigurationSet { format: SmsFormat::PDU, sc_address: "+15550199".into() });
    bench.read_one().answer::<Configuration>(tid, Status::SUCCESS);
    assert_eq!(bench.send_outcome(&submit(), 1_000), Status::SUCCESS);
}

#[test]
fn the_network_refuses_or_is_silent_or_reports() {
    let mut setup = Setup::default();
    let verdicts =
        [("15550666", Verdict::Refused(38)), ("+15550777", Verdict::Silent), ("15550888", Verdict::Taken(0x46))];
    for (number, verdict) in verdicts {
        setup.sms.destinations.push(Destination { number: text(number), verdict }).unwrap();
    }
    let mut bench = Bench::ready(setup);
    assert_eq!(bench.send_outcome(&submit_to("21", "15550666"), 1_000), Status::FAILURE);
    let tid = bench.send_pdu(&submit_to("21", "15550777"));
    assert!(bench.wait_answers(19_999).is_empty());
    bench.wait_answers(1)[0].refused::<Send>(tid, Status::SMS_NETWORK_TIMEOUT);
    assert!(bench.wait(10_000).is_empty(), "no report about what failed");
    bench.modem.set_date(bench.now, Date::default());
    assert_eq!(bench.send_outcome(&submit_to("21", "15550888"), 600), Status::SUCCESS);
    let messages = bench.wait(10_000);
    assert_eq!(told(&messages), [(ARRIVED, &status(2, 1)[..])]);
    // STATUS-REPORT about message 2 to 15550888: taken at second 0, given up at second 1, validity expired.
    let report = hex("05 91 51551099 06 02 0881 51558088 62101000000000 62101000001000 46");
    assert_eq!(bench.listed(SmsFlag::NEW, 0), [(1, SmsStatus::NEW, report)]);
}

#[test]
fn what_is_sent_to_the_own_number_arrives() {
    let mut bench = Bench::ready(Setup::default());
    let own = submit_to("21", "15550100");
    assert_eq!(bench.send_outcome(&own, 700), Status::SUCCESS);
    let messages = bench.wait(10_000);
    assert_eq!(told(&messages).len(), 2, "the message and the report");
    let [message, report] = &bench.listed(SmsFlag::ALL, 0)[..] else { panic!() };
    let pdu = hex(&["05 91 51551099 04 0881 51551000 00 00 62101000000100 0a", HELLO].concat());
    assert_eq!(message, &(1, SmsStatus::NEW, pdu));
    assert_eq!(report.2[6] & 3, 2);
    // A header and octets go through as they are; to the international form of the number, in UCS-2.
    let header = hex("00 41 00 0891 51551000 00 04 0a 06 05 04 0b84 23f0 010203");
    assert_eq!(bench.send_outcome(&header, 1_000), Status::SUCCESS);
    assert_eq!(bench.listed_after(3)[6..], hex("44 0881 51551000 00 04 62101000001200 0a 06 05 04 0b84 23f0 010203"));
    assert_eq!(bench.modem.messages_lost(), 0);
    // Given up by the host, it is sent all the same.
    let tid = bench.send_pdu(&own);
    let mut buffer = [0; 16];
    let error = write_host_error(&mut buffer, tid, ProtocolError::CANCEL).unwrap();
    bench.send(error);
    assert!(bench.wait_answers(5_000).is_empty());
    assert_eq!(bench.modem.messages().count(), 5);

    let mut setup = Setup::default();
    setup.sms.loop_back = false;
    let mut bench = Bench::ready(setup);
    assert_eq!(bench.send_outcome(&submit_to("01", "15550100"), 1_000), Status::SUCCESS);
    assert!(bench.wait(10_000).is_empty());
}

#[test]
fn cdma_networks_carry_fields() {
    let mut setup = Setup::default();
    setup.sms.format = Format::Cdma;
    let mut bench = Bench::ready(setup);
    let body = bench.ask::<Configuration>();
    let info = ConfigurationInfoView::new(&body).read().unwrap();
    assert_eq!((info.format, info.cdma_short_message_size), (SmsFormat::CDMA, 160));
    let body = bench.ask::<bc::DeviceCaps>();
    let caps = bc::DeviceCapsInfoView::new(&body).sms_caps().unwrap();
    assert_eq!(caps, bc::SmsCaps::TEXT_RECEIVE | bc::SmsCaps::TEXT_SEND);
    bench.receive_text("Grüße");
    bench.receive_text("Привет");
    assert_eq!(told(&bench.read()), [(ARRIVED, &status(2, 1)[..]), (ARRIVED, &status(2, 2))]);
    let tid = bench.query::<Read>(&ReadQuery { format: SmsFormat::CDMA, flag: SmsFlag::ALL, message_index: 0 });
    let answer = bench.read_one();
    let info = ReadInfoView::new(answer.answer::<Read>(tid, Status::SUCCESS)).read().unwrap();
    assert!(info.pdu_messages.0.is_none());
    let records: Vec<_> = info.cdma_messages.0.unwrap().iter().map(Result::unwrap).collect();
    assert_eq!((records[0].message_index, records[0].message_status), (1, SmsStatus::NEW));
    assert_eq!(*records[0].address, "+15550123");
    assert_eq!(*records[0].timestamp, "26/01/01,00:00:10+00");
    assert_eq!((records[0].encoding, records[0].encoded_message.0), (SmsCdmaEncoding::LATIN, &b"Gr\xfc\xdfe"[..]));
    assert_eq!(records[0].encoded_message_size_in_characters, 5);
    let russian = hex("041f 0440 0438 0432 0435 0442");
    assert_eq!((records[1].encoding, records[1].encoded_message.0), (SmsCdmaEncoding::UNICODE, &russian[..]));
    bench.list(SmsFlag::ALL, 0).refused::<Read>(bench.tid, Status::SMS_FORMAT_NOT_SUPPORTED);

    let record = SmsCdmaSendRecord {
        encoding: SmsCdmaEncoding::_7BIT_ASCII,
        language: SmsCdmaLang::ENGLISH,
        address: "15550100".into(),
        encoded_message: b"packed".as_slice().into(),
        encoded_message_size_in_characters: 6,
    };
    let send = |bench: &mut Bench, record: SmsCdmaSendRecord<'_>| {
        bench.set::<Send>(&SendSet {
            format: SmsFormat::CDMA,
            pdu_message: When(None),
            cdma_message: Inline::Value(record).into(),
        })
    };
    let long = [0; 161];
    let cases = [
        (SmsCdmaSendRecord { encoding: SmsCdmaEncoding(10), ..record }, Status::SMS_ENCODING_NOT_SUPPORTED),
        (SmsCdmaSendRecord { language: SmsCdmaLang(8), ..record }, Status::SMS_LANG_NOT_SUPPORTED),
        (SmsCdmaSendRecord { address: "".into(), ..record }, Status::INVALID_PARAMETERS),
        (SmsCdmaSendRecord { address: "x".into(), ..record }, Status::INVALID_PARAMETERS),
        (SmsCdmaSendRecord { address: "1234567890123456789012".into(), ..record }, Status::PARAMETER_TOO_LONG),
        (SmsCdmaSendRecord { encoded_message: long.as_slice().into(), ..record }, Status::PARAMETER_TOO_LONG),
    ];
    for (record, status) in cases {
        let tid = send(&mut bench, record);
        bench.read_one().refused::<Send>(tid, status);
    }
    bench.send_pdu(&submit());
    bench.read_one().refused::<Send>(bench.tid, Status::SMS_FORMAT_NOT_SUPPORTED);
    let tid = send(&mut bench, record);
    bench.wait_answers(600)[0].answer::<Send>(tid, Status::SUCCESS);
    assert_eq!(told(&bench.wait(1_000)), [(ARRIVED, &status(2, 3)[..])]);
    let tid = bench.query::<Read>(&ReadQuery { format: SmsFormat::CDMA, flag: SmsFlag::INDEX, message_index: 3 });
    let answer = bench.read_one();
    let info = ReadInfoView::new(answer.answer::<Read>(tid, Status::SUCCESS)).read().unwrap();
    let echo = info.cdma_messages.0.unwrap().iter().next().unwrap().unwrap();
    assert_eq!((echo.encoding, echo.encoded_message.0), (record.encoding, &b"packed"[..]));
    assert_eq!(*echo.timestamp, "26/01/01,00:00:10+00");
    assert!(bench.modem.receive_pdu(bench.now, &hex("0004048155550000620101000000000161")).is_err());
}

#[test]
fn a_restart_keeps_the_store() {
    let mut bench = Bench::ready(Setup::default());
    bench.receive_text("kept");
    bench.wait(1_000);
    bench.send_pdu(&submit_to("21", "15550100"));
    bench.modem.reboot(bench.now);
    bench.wait(1_000);
    bench.open();
    let messages = bench.wait(10_000);
    assert!(told(&messages).iter().all(|(cid, _)| *cid == Configuration::CID), "what was being sent is lost");
    assert_eq!(bench.listed(SmsFlag::ALL, 0).len(), 1);
}

#[test]
fn indications_obey_the_subscription() {
    let mut bench = Bench::ready(Setup::default());
    bench.subscribe(&[(SMS, &[Read::CID])]);
    bench.receive_text("unheard");
    assert!(bench.read().is_empty());
    let flash = Incoming { from: "1", text: "x", class: Some(0), date: None };
    bench.modem.receive_text(bench.now, flash).unwrap();
    assert_eq!(told(&bench.read()).len(), 1);
    let served = bench.subscribe(&[(SMS, &[Send::CID, MessageStoreStatus::CID])]);
    assert_eq!(served, [(SMS, vec![MessageStoreStatus::CID])]);
}

#[test]
fn after_missed_events_the_state_of_the_store_is_told() {
    let mut bench = Bench::ready(Setup::default());
    bench.receive_text("a");
    for n in 0..100 {
        bench.modem.set_emergency(Origin::WORLD, n % 2 == 0);
    }
    let messages = bench.wait(100);
    let cids: Vec<_> = told(&messages).iter().map(|(cid, _)| *cid).collect();
    assert_eq!(cids, [Configuration::CID, ARRIVED]);
    assert_eq!(told(&messages)[1].1, status(2, 1));
}

#[test]
fn a_device_without_messages_does_not_offer_them() {
    let mut setup = Setup::default();
    setup.sms.enabled = false;
    let mut bench = Bench::new(setup);
    bench.open();
    assert!(told(&bench.wait(10_000)).is_empty());
    bench.list(SmsFlag::ALL, 0).refused::<Read>(bench.tid, Status::NO_DEVICE_SUPPORT);
    let body = bench.ask::<bc::DeviceCaps>();
    assert_eq!(bc::DeviceCapsInfoView::new(&body).sms_caps().unwrap(), bc::SmsCaps::empty());
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body).device_services().unwrap();
    assert!(services.iter().all(|service| service.unwrap().device_service_id != SMS));
}

#[test]
fn a_list_that_does_not_fit_the_queue_fails() {
    let mut setup = Setup::default();
    for _ in 0..30 {
        let content = Content::pdu(&[&submit()[..], &[0; 140]].concat()).unwrap();
        setup.sms.stored.push(Stored { status: MessageStatus::Old, content }).unwrap();
    }
    for (out, status) in [(2048, Status::FAILURE), (8192, Status::SUCCESS)] {
        let mut bench = Bench::with(setup.clone(), Config::default(), out);
        bench.open();
        bench.wait(10_000);
        bench.query::<Read>(&ReadQuery::default());
        let answer = bench.read_one();
        let body = answer.answer::<Read>(bench.tid, status);
        if status == Status::SUCCESS {
            assert_eq!(records(body).len(), 30);
        }
        assert_eq!(bench.function.counters().answers_too_long, u32::from(status != Status::SUCCESS));
    }
}

#[test]
fn what_the_network_cannot_keep_is_counted() {
    let mut setup = Setup::default();
    setup.sms.capacity = 1;
    let mut bench = Bench::ready(setup);
    bench.receive_text("full");
    for _ in 0..16 {
        bench.receive_text("kept");
    }
    assert_eq!(bench.send_outcome(&submit_to("21", "15550100"), 1_000), Status::SUCCESS);
    assert_eq!(bench.modem.messages_lost(), 2, "the message and the report");
}

#[test]
fn cards_without_a_number_and_locked_cards() {
    let mut sim = Sim::default();
    sim.numbers.clear();
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    let mut bench = Bench::ready(setup);
    assert_eq!(bench.send_outcome(&submit_to("01", "15550100"), 1_000), Status::SUCCESS);
    assert!(bench.wait(10_000).is_empty());
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(Sim::with_pin("1234"));
    let mut bench = Bench::ready(setup);
    assert_eq!(bench.send_outcome(&submit(), 0), Status::PIN_REQUIRED);
    bench.query::<MessageStoreStatus>(&mbim_wire::field::Empty {});
    bench.read_one().refused::<MessageStoreStatus>(bench.tid, Status::PIN_REQUIRED);
}
