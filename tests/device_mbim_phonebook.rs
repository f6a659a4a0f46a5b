//! The phonebook service of the MBIM function: every command, every status.
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
use mbim_wire::field::{Empty, Raw};
use mbim_wire::message::CommandType;
use mbim_wire::service::phonebook::{self as wire, PhonebookFlag, PhonebookWriteFlag};
use mbim_wire::{Command, Status, View};
use wwan::device::modem::event::Origin;
use wwan::device::modem::phonebook::Phonebook;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::{Setup, SimSetup};

fn with(sim: Sim) -> Setup {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    setup
}

fn small() -> Sim {
    let mut sim = Sim::default();
    sim.phonebook = Phonebook::new(3, 8, 6);
    sim.phonebook.write(Some(2), "+155501", "Anna").unwrap();
    sim
}

fn configuration(body: &[u8]) -> (wire::PhonebookState, [u32; 4]) {
    let info = wire::ConfigurationInfoView::new(body).read().unwrap();
    (info.state, [info.number_of_entries, info.used_entries, info.max_number_length, info.max_name])
}

type Entries = Vec<(u32, String, String)>;

fn entries(body: &[u8]) -> Entries {
    let info = wire::ReadInfoView::new(body);
    let entries = info.entries().unwrap();
    entries
        .iter()
        .map(Result::unwrap)
        .map(|entry| {
            let text = |text: mbim_wire::text::Text<'_>| text.chars().collect::<String>();
            (entry.entry_index, text(entry.number), text(entry.name))
        })
        .collect()
}

fn read(bench: &mut Bench, flag: PhonebookFlag, index: u32) -> (u32, Message) {
    let tid = bench.query::<wire::Read>(&wire::ReadQuery { filter_flag: flag, filter_message_index: index });
    (tid, bench.read_one())
}

fn read_all(bench: &mut Bench) -> Entries {
    let (tid, answer) = read(bench, PhonebookFlag::ALL, 77);
    entries(answer.answer::<wire::Read>(tid, Status::SUCCESS))
}

fn delete(bench: &mut Bench, flag: PhonebookFlag, index: u32) -> Status {
    let tid = bench.set::<wire::Delete>(&wire::DeleteSet { filter_flag: flag, filter_message_index: index });
    status(tid, &bench.read_one())
}

fn write(bench: &mut Bench, flag: PhonebookWriteFlag, index: u32, number: &str, name: &str) -> Status {
    let set = wire::WriteSet { save_flag: flag, save_index: index, number: number.into(), name: name.into() };
    let tid = bench.set::<wire::Write>(&set);
    status(tid, &bench.read_one())
}

/// The status of an answer, which has no content.
fn status(wanted: u32, message: &Message) -> Status {
    match message {
        Message::Done { tid, status, body, .. } if *tid == wanted && body.is_empty() => *status,
        other => panic!("{other:?}"),
    }
}

#[test]
fn entries_are_written_read_and_deleted() {
    let mut bench = Bench::ready(with(small()));
    assert_eq!(configuration(&bench.ask::<wire::Configuration>()), (wire::PhonebookState::INITIALIZED, [3, 1, 8, 6]));
    let anna = (2, "+155501".to_owned(), "Anna".to_owned());
    assert_eq!(read_all(&mut bench), core::slice::from_ref(&anna));
    // Anywhere: the index is ignored.
    assert_eq!(write(&mut bench, PhonebookWriteFlag::SAVE_UNUSED, 2, "112", "\u{416}\u{43E}"), Status::SUCCESS);
    assert_eq!(write(&mut bench, PhonebookWriteFlag::SAVE_INDEX, 3, "*100#", "Money"), Status::SUCCESS);
    let first = (1, "112".to_owned(), "\u{416}\u{43E}".to_owned());
    let third = (3, "*100#".to_owned(), "Money".to_owned());
    assert_eq!(read_all(&mut bench), [first, anna, third.clone()]);
    assert_eq!(write(&mut bench, PhonebookWriteFlag::SAVE_UNUSED, 0, "1", "x"), Status::MEMORY_FULL);
    assert_eq!(write(&mut bench, PhonebookWriteFlag::SAVE_INDEX, 3, "3", ""), Status::SUCCESS);
    let (tid, answer) = read(&mut bench, PhonebookFlag::INDEX, 3);
    assert_eq!(entries(answer.answer::<wire::Read>(tid, Status::SUCCESS)), [(3, "3".to_owned(), String::new())]);
    assert_eq!(configuration(&bench.ask::<wire::Configuration>()).1[1], 3);

    assert_eq!(delete(&mut bench, PhonebookFlag::INDEX, 1), Status::SUCCESS);
    assert_eq!(delete(&mut bench, PhonebookFlag::INDEX, 1), Status::INVALID_MEMORY_INDEX);
    assert_eq!(read_all(&mut bench).len(), 2);
    assert_eq!(delete(&mut bench, PhonebookFlag::ALL, 9), Status::SUCCESS);
    assert_eq!(read_all(&mut bench), []);
    assert_eq!(delete(&mut bench, PhonebookFlag::ALL, 0), Status::SUCCESS, "an empty phonebook can be emptied");
}

#[test]
fn an_answer_has_the_bytes_of_the_specification() {
    let mut bench = Bench::ready(with(small()));
    let (tid, answer) = read(&mut bench, PhonebookFlag::INDEX, 2);
    let mut expected = vec![1, 0, 0, 0, 12, 0, 0, 0, 44, 0, 0, 0];
    expected.extend([2, 0, 0, 0, 20, 0, 0, 0, 14, 0, 0, 0, 36, 0, 0, 0, 8, 0, 0, 0]);
    expected.extend("+155501\0Anna".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(answer.answer::<wire::Read>(tid, Status::SUCCESS), expected);
}

#[test]
fn wrong_indices_and_long_texts_are_refused_and_change_nothing() {
    let mut bench = Bench::ready(with(small()));
    for index in [0, 1, 4, 65_538, u32::MAX] {
        let (tid, answer) = read(&mut bench, PhonebookFlag::INDEX, index);
        answer.refused::<wire::Read>(tid, Status::INVALID_MEMORY_INDEX);
        assert_eq!(delete(&mut bench, PhonebookFlag::INDEX, index), Status::INVALID_MEMORY_INDEX);
    }
    let place = PhonebookWriteFlag::SAVE_INDEX;
    for (index, number, name, wanted) in [
        (0, "1", "a", Status::INVALID_MEMORY_INDEX),
        (4, "1", "a", Status::INVALID_MEMORY_INDEX),
        (1, "123456789", "a", Status::PARAMETER_TOO_LONG),
        (1, &*"1".repeat(60), "a", Status::PARAMETER_TOO_LONG),
        (1, "1", "abcdefg", Status::PARAMETER_TOO_LONG),
        (1, "1", &*"a".repeat(200), Status::PARAMETER_TOO_LONG),
        (1, "call me", "a", Status::INVALID_PARAMETERS),
        (1, "", "", Status::INVALID_PARAMETERS),
    ] {
        assert_eq!(write(&mut bench, place, index, number, name), wanted, "{index} {number} {name}");
    }
    // Flags that do not exist, and content that breaks off.
    assert_eq!(write(&mut bench, PhonebookWriteFlag(2), 1, "1", "a"), Status::INVALID_PARAMETERS);
    assert_eq!(delete(&mut bench, PhonebookFlag(2), 2), Status::INVALID_PARAMETERS);
    let (tid, answer) = read(&mut bench, PhonebookFlag(2), 2);
    answer.refused::<wire::Read>(tid, Status::INVALID_PARAMETERS);
    for (cid, kind, len) in [
        (wire::Read::CID, CommandType::QUERY, 7),
        (wire::Delete::CID, CommandType::SET, 7),
        (wire::Write::CID, CommandType::SET, 23),
    ] {
        let tid = bench.command(wire::PHONEBOOK, cid, kind, &Raw(&vec![0; len]));
        assert_eq!(status(tid, &bench.read_one()), Status::INVALID_PARAMETERS, "{cid}");
    }
    assert_eq!(read_all(&mut bench).len(), 1);
    // What is not there in this form.
    for (cid, kind) in [
        (wire::Configuration::CID, CommandType::SET),
        (wire::Read::CID, CommandType::SET),
        (wire::Delete::CID, CommandType::QUERY),
        (wire::Write::CID, CommandType::QUERY),
        (5, CommandType::QUERY),
    ] {
        let tid = bench.command(wire::PHONEBOOK, cid, kind, &Empty {});
        assert_eq!(status(tid, &bench.read_one()), Status::NO_DEVICE_SUPPORT, "{cid}");
    }
}

#[test]
fn it_can_be_read_only_with_a_sim_that_is_ready() {
    let refused = |setup: Setup, wanted: Status| {
        let mut bench = Bench::ready(setup);
        let tid = bench.query::<wire::Configuration>(&Empty {});
        bench.read_one().refused::<wire::Configuration>(tid, wanted);
        let (tid, answer) = read(&mut bench, PhonebookFlag::ALL, 0);
        answer.refused::<wire::Read>(tid, wanted);
        assert_eq!(delete(&mut bench, PhonebookFlag::ALL, 0), wanted);
        // Even what would be too long: nothing is known of the limits.
        assert_eq!(write(&mut bench, PhonebookWriteFlag::SAVE_UNUSED, 0, &"1".repeat(60), "a"), wanted);
    };
    let mut empty = Setup::default();
    empty.sim = SimSetup::Empty;
    refused(empty, Status::SIM_NOT_INSERTED);
    refused(with(Sim::with_pin("1234")), Status::PIN_REQUIRED);
    let mut bad = Sim::default();
    bad.bad = true;
    refused(with(bad), Status::BAD_SIM);
    let mut none = Sim::default();
    none.phonebook = Phonebook::none();
    refused(with(none), Status::NO_PHONEBOOK);

    // While the card starts, the phonebook is not ready, which is a state.
    let mut bench = Bench::new(with(small()));
    bench.open();
    assert_eq!(
        configuration(&bench.ask::<wire::Configuration>()),
        (wire::PhonebookState::NOT_INITIALIZED, [0, 0, 0, 0])
    );
    let (tid, answer) = read(&mut bench, PhonebookFlag::ALL, 0);
    answer.refused::<wire::Read>(tid, Status::NOT_INITIALIZED);
}

/// What the indications of the phonebook say.
fn told(messages: &[Message]) -> Vec<(wire::PhonebookState, [u32; 4])> {
    let bodies = messages.iter().filter_map(|message| match message {
        Message::Indication { service, cid, body } if *service == wire::PHONEBOOK => {
            assert_eq!(*cid, wire::Configuration::CID);
            Some(body)
        }
        _ => None,
    });
    bodies.map(|body| configuration(body)).collect()
}

#[test]
fn readiness_and_changes_of_others_are_indicated() {
    let mut bench = Bench::new(with(small()));
    bench.open();
    let ready = (wire::PhonebookState::INITIALIZED, [3, 1, 8, 6]);
    let gone = (wire::PhonebookState::NOT_INITIALIZED, [0; 4]);
    assert_eq!(told(&bench.wait(10_000)), [ready]);
    let now = bench.now;
    bench.modem.write_phonebook(now, Origin(9), None, "5", "five").unwrap();
    assert_eq!(told(&bench.wait(0)), [(ready.0, [3, 2, 8, 6])]);
    // What the host does itself is told by the answer.
    assert_eq!(delete(&mut bench, PhonebookFlag::INDEX, 1), Status::SUCCESS);
    assert_eq!(told(&bench.wait(0)), []);
    bench.modem.remove_sim(now);
    assert_eq!(told(&bench.wait(0)), [gone]);
    // Another card has another phonebook.
    bench.modem.insert_sim(now, Sim::default());
    assert_eq!(told(&bench.wait(10_000)), [(ready.0, [20, 0, 20, 18])]);
}
