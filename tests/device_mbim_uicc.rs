//! MS UICC Low Level Access of the MBIM function: channels, APDUs and files of the card as hosts reach them.
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
use mbim_wire::bytes::{Bytes, BytesLengthFirst, RestUnpadded};
use mbim_wire::field::{Empty, Raw};
use mbim_wire::message::{CommandType, write_close};
use mbim_wire::service::basic_connect::{self as bc, PinType, SubscriberReadyState};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::service::ms_uicc_low_level_access as wire;
use mbim_wire::{Command, Status, View};
use wwan::device::modem::card::{ATR, ISD_R, ISIM, USIM};
use wwan::device::modem::event::Origin;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::{Setup, SimSetup};

const OK: u32 = 0x0090;

fn with(sim: Sim) -> Setup {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    setup
}

fn esim() -> Setup {
    let mut sim = Sim::default();
    sim.esim = true;
    with(sim)
}

/// Opens a channel; status, then status words, channel and response.
fn open(bench: &mut Bench, id: &[u8], p2: u32, group: u32) -> (Status, u32, u32, Vec<u8>) {
    let tid = bench.set::<wire::OpenChannel>(&wire::OpenChannelSet {
        app_id: BytesLengthFirst(id),
        select_p2_arg: p2,
        channel_group: group,
    });
    let message = bench.read_one();
    let Message::Done { tid: answered, status, body, .. } = &message else { panic!("{message:?}") };
    assert_eq!(*answered, tid);
    let info = wire::OpenChannelInfoView::new(body).read().unwrap();
    (*status, info.status, info.channel, info.response.0.to_vec())
}

fn close(bench: &mut Bench, channel: u32, group: u32) -> (Status, u32) {
    bench.set::<wire::CloseChannel>(&wire::CloseChannelSet { channel, channel_group: group });
    let message = bench.read_one();
    let Message::Done { status, body, .. } = &message else { panic!("{message:?}") };
    (*status, wire::CloseChannelInfoView::new(body).status().unwrap())
}

fn apdu_set(channel: u32, command: &[u8]) -> wire::ApduSet<'_> {
    wire::ApduSet {
        channel,
        secure_messaging: wire::UiccSecureMessaging::NONE,
        class_byte_type: wire::UiccClassByteType::INTER_INDUSTRY,
        command: BytesLengthFirst(command),
    }
}

/// Sends an APDU; status words and response.
fn exchange(bench: &mut Bench, set: &wire::ApduSet<'_>) -> (u32, Vec<u8>) {
    let tid = bench.set::<wire::Apdu>(set);
    let message = bench.read_one();
    let info = wire::ApduInfoView::new(message.answer::<wire::Apdu>(tid, Status::SUCCESS)).read().unwrap();
    (info.status, info.response.0.to_vec())
}

#[test]
fn the_answer_to_reset_has_its_length_first() {
    let mut bench = Bench::ready(Setup::default());
    let body = bench.ask::<wire::Atr>();
    assert_eq!(body[..8], [ATR.len() as u8, 0, 0, 0, 8, 0, 0, 0]);
    assert_eq!(body[8..8 + ATR.len()], *ATR);
}

#[test]
fn a_channel_is_opened_used_and_closed() {
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(open(&mut bench, &USIM, 0x0c, 7), (Status::SUCCESS, OK, 1, vec![]));
    let (status, words, channel, response) = open(&mut bench, &ISIM[..7], 0x04, 7);
    assert_eq!((status, words, channel), (Status::SUCCESS, OK, 2));
    assert_eq!(response[..2], [0x62, 0x32]);

    // EF-IMSI; the class byte is the function's own affair, and so are 61xx and 6Cxx.
    let select = [0xff, 0xa4, 0x00, 0x04, 0x02, 0x6f, 0x07];
    let (words, template) = exchange(&mut bench, &apdu_set(1, &select));
    assert_eq!((words, &template[..2], template.len()), (OK, &[0x62, 0x17][..], 0x19));
    let (words, imsi) = exchange(&mut bench, &apdu_set(1, &[0, 0xb0, 0, 0, 0]));
    assert_eq!((words, imsi), (OK, vec![0x08, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98]));
    // SW1 is the low byte.
    assert_eq!(exchange(&mut bench, &apdu_set(1, &[0, 0xa4, 0, 4, 2, 0x6f, 0xff])), (0x826a, vec![]));
    // Classes of ETSI's own commands are of the other kind.
    let status =
        wire::ApduSet { class_byte_type: wire::UiccClassByteType::EXTENDED, ..apdu_set(1, &[0, 0xf2, 0, 1, 0]) };
    assert_eq!(exchange(&mut bench, &status).1, [&[0x84, 16][..], &USIM].concat());
    assert_eq!(exchange(&mut bench, &apdu_set(1, &[0x80, 0xf2, 0, 1, 0])), (0x006e, vec![]));
    // The card has no secure messaging.
    let secure = wire::ApduSet { secure_messaging: wire::UiccSecureMessaging::NO_HDR_AUTH, ..apdu_set(1, &select) };
    assert_eq!(exchange(&mut bench, &secure), (0x8268, vec![]));

    assert_eq!(close(&mut bench, 1, 0), (Status::SUCCESS, OK));
    let tid = bench.set::<wire::Apdu>(&apdu_set(1, &select));
    bench.read_one().refused::<wire::Apdu>(tid, Status::MS_INVALID_LOGICAL_CHANNEL);
    assert_eq!(close(&mut bench, 1, 0), (Status::MS_INVALID_LOGICAL_CHANNEL, 0x8168));
    assert_eq!(close(&mut bench, 0, 7), (Status::SUCCESS, OK));
    assert_eq!(close(&mut bench, 2, 0), (Status::MS_INVALID_LOGICAL_CHANNEL, 0x8168));
    assert_eq!(close(&mut bench, 0, 7), (Status::SUCCESS, OK), "an empty group");
}

#[test]
fn channels_that_cannot_be_opened_say_why() {
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(open(&mut bench, &ISD_R, 0, 0), (Status::MS_SELECT_FAILED, 0x826a, 0, vec![]));
    assert_eq!(open(&mut bench, &USIM, 0x08, 0), (Status::MS_SELECT_FAILED, 0x866a, 0, vec![]));
    for channel in 1..=3 {
        assert_eq!(open(&mut bench, &USIM, 0x0c, 0).2, channel);
    }
    assert_eq!(open(&mut bench, &USIM, 0x0c, 0), (Status::MS_NO_LOGICAL_CHANNELS, 0x816a, 0, vec![]));
    for (id, p2) in [(&[0xa0; 33][..], 0), (&USIM, 0x100)] {
        let set = wire::OpenChannelSet { app_id: BytesLengthFirst(id), select_p2_arg: p2, channel_group: 0 };
        let tid = bench.set::<wire::OpenChannel>(&set);
        bench.read_one().refused::<wire::OpenChannel>(tid, Status::INVALID_PARAMETERS);
    }
}

#[test]
fn apdus_that_make_no_sense_do_not_reach_the_card() {
    let mut bench = Bench::ready(Setup::default());
    assert_eq!(open(&mut bench, &USIM, 0x0c, 0).2, 1);
    let long = [0; 262];
    let sets = [
        apdu_set(1, &[]),
        apdu_set(1, &long),
        wire::ApduSet { class_byte_type: wire::UiccClassByteType(2), ..apdu_set(1, &[0; 5]) },
        wire::ApduSet { secure_messaging: wire::UiccSecureMessaging(2), ..apdu_set(1, &[0; 5]) },
    ];
    for set in sets {
        let tid = bench.set::<wire::Apdu>(&set);
        bench.read_one().refused::<wire::Apdu>(tid, Status::INVALID_PARAMETERS);
    }
    for channel in [0, 2, 4, 19, 20, 256, u32::MAX] {
        let tid = bench.set::<wire::Apdu>(&apdu_set(channel, &[0, 0xb0, 0, 0, 0]));
        bench.read_one().refused::<wire::Apdu>(tid, Status::MS_INVALID_LOGICAL_CHANNEL);
    }
    // Too short for a command, but it has a class byte: the card says so.
    assert_eq!(exchange(&mut bench, &apdu_set(1, &[0, 0xb0])), (0x0067, vec![]));
    let tid = bench.command(wire::Apdu::SERVICE, wire::Apdu::CID, CommandType::SET, &Raw(&[1, 0, 0, 0, 0, 0]));
    bench.read_one().refused::<wire::Apdu>(tid, Status::INVALID_PARAMETERS);
    let tid = bench.command(wire::Apdu::SERVICE, wire::Apdu::CID, CommandType::QUERY, &Empty {});
    bench.read_one().refused::<wire::Apdu>(tid, Status::NO_DEVICE_SUPPORT);
}

#[test]
fn channels_are_a_hosts_own_and_close_with_it() {
    let mut bench = Bench::ready(Setup::default());
    let now = bench.now;
    let (other, _) = bench.modem.open_channel(now, Origin(9), &USIM, 0x0c, 0).unwrap();
    assert_eq!(other, 1);
    let tid = bench.set::<wire::Apdu>(&apdu_set(1, &[0, 0xb0, 0, 0, 0]));
    bench.read_one().refused::<wire::Apdu>(tid, Status::MS_INVALID_LOGICAL_CHANNEL);
    assert_eq!(close(&mut bench, 1, 0), (Status::MS_INVALID_LOGICAL_CHANNEL, 0x8168));
    assert_eq!(open(&mut bench, &USIM, 0x0c, 0).2, 2);
    bench.send(write_close(&mut [0; 12], 77).unwrap());
    assert_eq!(bench.read_one(), Message::CloseDone(77, Status::SUCCESS));
    assert!(!bench.modem.has_channel(Origin(1), 2) && bench.modem.has_channel(Origin(9), 1));
    bench.open();
    assert_eq!(open(&mut bench, &USIM, 0x0c, 0).2, 2);
    let now = bench.now;
    bench.function.reset(now, &mut bench.modem);
    assert!(!bench.modem.has_channel(Origin(1), 2));
}

#[test]
fn an_embedded_sim_is_managed_through_a_channel() {
    let mut bench = Bench::ready(esim());
    let (status, words, channel, response) = open(&mut bench, &ISD_R, 0, 0);
    assert_eq!((status, words, channel), (Status::SUCCESS, OK, 1));
    assert_eq!(response[..4], [0x6f, 0x18, 0x84, 0x10]);
    let store = |command: &'static [u8]| wire::ApduSet {
        class_byte_type: wire::UiccClassByteType::EXTENDED,
        ..apdu_set(1, command)
    };
    let (words, eid) = exchange(&mut bench, &store(b"\x80\xe2\x91\x00\x06\xbf\x3e\x03\x5c\x01\x5a\x00"));
    assert_eq!((words, &eid[..5], eid.len()), (OK, &[0xbf, 0x3e, 0x12, 0x5a, 0x10][..], 21));
    // Disabled by the security domain's name: the host hears of it, slot first.
    let disable = b"\x80\xe2\x91\x00\x1a\xbf\x32\x17\xa0\x12\x4f\x10\xa0\x00\x00\x05\x59\x10\x10\xff\xff\xff\xff\x89\x00\x00\x10\x00\x81\x01\xff";
    bench.subscribe(&[(bc::BASIC_CONNECT, &[2]), (ext::MS_BASIC_CONNECT_EXTENSIONS, &[8])]);
    let tid = bench.set::<wire::Apdu>(&store(disable));
    let messages = bench.wait(1_000);
    assert_eq!(states(&messages), [("slot", 8), ("ready", 7)]);
    let done = messages.iter().find(|message| matches!(message, Message::Done { .. })).unwrap();
    let info = wire::ApduInfoView::new(done.answer::<wire::Apdu>(tid, Status::SUCCESS)).read().unwrap();
    assert_eq!((info.status, info.response.0), (OK, &[0xbf, 0x32, 0x03, 0x80, 0x01, 0x00][..]));
    let list = bench.ask::<wire::ApplicationList>();
    let list = wire::ApplicationListInfoView::new(&list).read().unwrap();
    assert_eq!((list.applications.len(), list.active_application_index), (0, u32::MAX));
}

#[test]
fn the_applications_are_listed() {
    let mut bench = Bench::ready(Setup::default());
    let body = bench.ask::<wire::ApplicationList>();
    let info = wire::ApplicationListInfoView::new(&body).read().unwrap();
    assert_eq!((info.version, info.active_application_index), (1, 0));
    let list: Vec<_> = info.applications.iter().map(Result::unwrap).collect();
    let told: Vec<_> = list
        .iter()
        .map(|one| (one.application_type, one.application_id.0, one.application_name.0, one.pin_key_references.0))
        .collect();
    assert_eq!(
        told,
        [
            (wire::UiccApplicationType::USIM, &USIM[..], "USIM", &[0x01, 0x81][..]),
            (wire::UiccApplicationType::ISIM, &ISIM[..], "ISIM", &[0x01, 0x81][..]),
        ]
    );
    assert!(list.iter().all(|one| one.pin_key_reference_count == 2));
    // Two structures of 32 bytes with 16, 4 and 2 bytes behind, each padded to four.
    assert_eq!(info.application_list_size_bytes, 2 * (32 + 16 + 4 + 4));
}

fn file_status(bench: &mut Bench, id: &[u8], path: &[u8]) -> (Status, Option<wire::FileStatusInfo>) {
    bench.query::<wire::FileStatus>(&wire::FileStatusQuery {
        version: 1,
        application_id: Bytes(id),
        file_path: Bytes(path),
    });
    let message = bench.read_one();
    let Message::Done { status, body, .. } = &message else { panic!("{message:?}") };
    (*status, (!body.is_empty()).then(|| wire::FileStatusInfoView::new(body).read().unwrap()))
}

#[test]
fn files_are_described() {
    let mut bench = Bench::ready(Setup::default());
    let imsi = wire::FileStatusInfo {
        version: 1,
        status_word1: 0x90,
        status_word2: 0,
        file_accessibility: wire::UiccFileAccessibility::SHAREABLE,
        file_type: wire::UiccFileType::WORKING_EF,
        file_structure: wire::UiccFileStructure::TRANSPARENT,
        file_item_count: 1,
        file_item_size: 9,
        access_condition_read: PinType::PIN1,
        access_condition_update: PinType::ADM,
        access_condition_activate: PinType::ADM,
        access_condition_deactivate: PinType::ADM,
    };
    assert_eq!(file_status(&mut bench, &USIM, b"\x7f\xff\x6f\x07"), (Status::SUCCESS, Some(imsi)));
    // In the other order of bytes, and with the name of the application cut.
    assert_eq!(file_status(&mut bench, &USIM[..7], b"\xff\x7f\x07\x6f"), (Status::SUCCESS, Some(imsi)));
    let directory = wire::FileStatusInfo {
        file_structure: wire::UiccFileStructure::LINEAR,
        file_item_count: 2,
        file_item_size: 38,
        access_condition_read: PinType::UNKNOWN,
        ..imsi
    };
    assert_eq!(file_status(&mut bench, &[], b"\x3f\x00\x2f\x00"), (Status::SUCCESS, Some(directory)));
    let root = wire::FileStatusInfo {
        file_type: wire::UiccFileType::DF_OR_ADF,
        file_structure: wire::UiccFileStructure::UNKNOWN,
        file_item_count: 0,
        file_item_size: 0,
        ..directory
    };
    assert_eq!(file_status(&mut bench, &[], b"\x3f\x00"), (Status::SUCCESS, Some(root)));
    let absent = wire::FileStatusInfo { version: 1, status_word1: 0x6a, status_word2: 0x82, ..Default::default() };
    assert_eq!(file_status(&mut bench, &USIM, b"\x7f\xff\x6f\xff"), (Status::MS_SELECT_FAILED, Some(absent)));
    assert_eq!(file_status(&mut bench, &ISD_R, b"\x7f\xff"), (Status::MS_SELECT_FAILED, Some(absent)));
    for path in [&b"\x7f\xff\x6f"[..], b"\x6f\x07", b"", &[0x3f, 0].repeat(9)] {
        assert_eq!(file_status(&mut bench, &USIM, path), (Status::INVALID_PARAMETERS, None), "{path:x?}");
    }
    let wrong = wire::FileStatusQuery { version: 2, application_id: Bytes(&USIM), file_path: Bytes(b"\x7f\xff") };
    let tid = bench.query::<wire::FileStatus>(&wrong);
    bench.read_one().refused::<wire::FileStatus>(tid, Status::INVALID_PARAMETERS);
}

fn binary<'a>(path: &'a [u8]) -> wire::ReadBinaryQuery<'a> {
    wire::ReadBinaryQuery { version: 1, application_id: Bytes(&USIM), file_path: Bytes(path), ..Default::default() }
}

fn record<'a>(path: &'a [u8], number: u32) -> wire::ReadRecordQuery<'a> {
    wire::ReadRecordQuery {
        version: 1,
        application_id: Bytes(&USIM),
        file_path: Bytes(path),
        record_number: number,
        ..Default::default()
    }
}

/// Status, status words, bytes.
fn result(bench: &mut Bench) -> (Status, u32, u32, Vec<u8>) {
    let message = bench.read_one();
    let Message::Done { status, body, .. } = &message else { panic!("{message:?}") };
    if body.is_empty() {
        return (*status, 0, 0, vec![]);
    }
    // Both layouts are the same.
    let info = wire::ReadBinaryInfoView::new(body).read().unwrap();
    assert_eq!(info.version, 1);
    (*status, info.status_word1, info.status_word2, info.data.0.to_vec())
}

#[test]
fn files_are_read_and_written() {
    let mut bench = Bench::ready(Setup::default());
    let iccid = vec![0x98, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x10, 0xf7];
    bench.query::<wire::ReadBinary>(&binary(b"\x3f\x00\x2f\xe2"));
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, iccid.clone()));
    bench.query::<wire::ReadBinary>(&wire::ReadBinaryQuery {
        read_offset: 2,
        read_size: 3,
        ..binary(b"\x3f\0\x2f\xe2")
    });
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, iccid[2..5].to_vec()));
    for (offset, size, words) in
        [(10, 0, (0x6b, 0)), (u32::MAX, 1, (0x6b, 0)), (2, 9, (0x6c, 8)), (0, u32::MAX, (0x6c, 10))]
    {
        let query = wire::ReadBinaryQuery { read_offset: offset, read_size: size, ..binary(b"\x3f\0\x2f\xe2") };
        bench.query::<wire::ReadBinary>(&query);
        assert_eq!(result(&mut bench), (Status::READ_FAILURE, words.0, words.1, vec![]));
    }
    bench.query::<wire::ReadBinary>(&binary(b"\x7f\xff\x6f\x40"));
    assert_eq!(result(&mut bench), (Status::READ_FAILURE, 0x69, 0x81, vec![]));
    bench.query::<wire::ReadBinary>(&binary(b"\x7f\xff"));
    assert_eq!(result(&mut bench), (Status::READ_FAILURE, 0x69, 0x86, vec![]));

    let fplmn = binary(b"\x7f\xff\x6f\x7b");
    bench.set::<wire::ReadBinary>(&wire::ReadBinaryQuery { read_offset: 3, data: Bytes(b"\x62\xf2\x10"), ..fplmn });
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![]));
    bench.query::<wire::ReadBinary>(&wire::ReadBinaryQuery { read_size: 6, ..fplmn });
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![0xff, 0xff, 0xff, 0x62, 0xf2, 0x10]));
    bench.set::<wire::ReadBinary>(&wire::ReadBinaryQuery { data: Bytes(&[0; 13]), ..fplmn });
    assert_eq!(result(&mut bench), (Status::WRITE_FAILURE, 0x67, 0, vec![]));
    bench.set::<wire::ReadBinary>(&fplmn);
    assert_eq!(result(&mut bench), (Status::INVALID_PARAMETERS, 0, 0, vec![]), "nothing to write");
    bench.set::<wire::ReadBinary>(&wire::ReadBinaryQuery { data: Bytes(&[0]), ..binary(b"\x7f\xff\x6f\x07") });
    assert_eq!(result(&mut bench), (Status::PIN_FAILURE, 0x69, 0x82, vec![]), "the maker's");

    bench.query::<wire::ReadRecord>(&record(b"\x7f\xff\x6f\xb7", 2));
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![0x19, 0xf1, 0xff, 0x00]));
    for number in [0, 3, 256, u32::MAX] {
        bench.query::<wire::ReadRecord>(&record(b"\x7f\xff\x6f\xb7", number));
        assert_eq!(result(&mut bench), (Status::READ_FAILURE, 0x6a, 0x83, vec![]));
    }
    bench
        .set::<wire::ReadRecord>(&wire::ReadRecordQuery { data: Bytes(&[0x2a; 40]), ..record(b"\x7f\xff\x6f\x42", 1) });
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![]));
    bench.query::<wire::ReadRecord>(&record(b"\x7f\xff\x6f\x42", 1));
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![0x2a; 40]));
    bench
        .set::<wire::ReadRecord>(&wire::ReadRecordQuery { data: Bytes(&[0x2a; 39]), ..record(b"\x7f\xff\x6f\x42", 1) });
    assert_eq!(result(&mut bench), (Status::WRITE_FAILURE, 0x67, 0, vec![]));
    bench.query::<wire::ReadRecord>(&wire::ReadRecordQuery { version: 0, ..record(b"\x7f\xff\x6f\x42", 1) });
    assert_eq!(result(&mut bench), (Status::INVALID_PARAMETERS, 0, 0, vec![]));
}

#[test]
fn the_code_of_a_file_comes_with_the_command() {
    let mut bench = Bench::ready(Setup::default());
    let est = wire::ReadBinaryQuery { data: Bytes(&[1]), ..binary(b"\x7f\xff\x6f\x56") };
    bench.set::<wire::ReadBinary>(&est);
    assert_eq!(result(&mut bench), (Status::PIN_FAILURE, 0x69, 0x82, vec![]));
    bench.set::<wire::ReadBinary>(&wire::ReadBinaryQuery { local_pin: "0000".into(), ..est });
    assert_eq!(result(&mut bench), (Status::PIN_FAILURE, 0x63, 0xc2, vec![]));
    bench.set::<wire::ReadBinary>(&wire::ReadBinaryQuery { local_pin: "5678".into(), ..est });
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![]));
    bench.query::<wire::ReadBinary>(&binary(b"\x7f\xff\x6f\x56"));
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![1]));
    let tid = bench.set::<wire::ReadBinary>(&wire::ReadBinaryQuery { local_pin: "01234567890123456".into(), ..est });
    bench.read_one().refused::<wire::ReadBinary>(tid, Status::PARAMETER_TOO_LONG);

    let mut bench = Bench::ready(with(Sim::with_pin("1234")));
    bench.query::<wire::ReadBinary>(&binary(b"\x7f\xff\x6f\x07"));
    assert_eq!(result(&mut bench), (Status::PIN_FAILURE, 0x69, 0x82, vec![]));
    bench.query::<wire::ReadBinary>(&binary(b"\x7f\xff\x6f\xad"));
    assert_eq!(result(&mut bench), (Status::SUCCESS, 0x90, 0, vec![0, 0, 0, 2]));
    // Entered in an APDU, it is entered.
    assert_eq!(open(&mut bench, &USIM, 0x0c, 0).2, 1);
    let verify = b"\x00\x20\x00\x01\x081234\xff\xff\xff\xff";
    bench.set::<wire::Apdu>(&apdu_set(1, verify));
    let messages = bench.wait(5_000);
    let ready = messages.iter().any(|message| match message {
        Message::Indication { service, cid, body } => {
            (*service, *cid) == (bc::BASIC_CONNECT, bc::SubscriberReadyStatus::CID)
                && body[0] == SubscriberReadyState::INITIALIZED.0 as u8
        }
        _ => false,
    });
    assert!(ready, "{messages:?}");
    bench.query::<wire::ReadBinary>(&binary(b"\x7f\xff\x6f\x07"));
    assert_eq!(result(&mut bench).0, Status::SUCCESS);
}

#[test]
fn what_the_card_is_told_of_the_terminal_waits_for_its_reset() {
    let mut bench = Bench::ready(Setup::default());
    let empty = bench.ask::<wire::TerminalCapability>();
    assert_eq!(empty, [0; 4]);
    let objects = [&b"\x80\x01\x01"[..], b"\x83\x02\x03\x00", b"\x84\x01\x01"];
    // The last one with padding, as some hosts send it.
    let sent = [objects[0], objects[1], b"\x84\x01\x01\x00"];
    let list = sent.map(|object| wire::TerminalCapabilityInfo { terminal_capability_data: RestUnpadded(object) });
    let set = wire::TerminalCapabilityList { terminal_capability: (&list[..]).into(), ..Default::default() };
    let tid = bench.set::<wire::TerminalCapability>(&set);
    let answer = bench.read_one();
    let answer = answer.answer::<wire::TerminalCapability>(tid, Status::SUCCESS);
    let told = wire::TerminalCapabilityListView::new(answer).terminal_capability().unwrap();
    let told: Vec<_> = told.iter().map(|object| object.unwrap().terminal_capability_data.0).collect();
    assert_eq!(told, objects);
    assert!(bench.modem.told_capabilities().is_empty());
    bench.set::<wire::Reset>(&wire::ResetSet { pass_through_action: wire::UiccPassThroughAction::DISABLE });
    bench.wait(1_000);
    assert_eq!(bench.modem.told_capabilities().as_slice(), objects);

    let many = [list[0]; 9];
    let set = wire::TerminalCapabilityList { terminal_capability: (&many[..]).into(), ..Default::default() };
    let tid = bench.set::<wire::TerminalCapability>(&set);
    bench.read_one().refused::<wire::TerminalCapability>(tid, Status::MEMORY_FULL);
    for (object, status) in [(&[0_u8; 33][..], Status::PARAMETER_TOO_LONG), (&[], Status::INVALID_PARAMETERS)] {
        let list = [wire::TerminalCapabilityInfo { terminal_capability_data: RestUnpadded(object) }];
        let set = wire::TerminalCapabilityList { terminal_capability: (&list[..]).into(), ..Default::default() };
        let tid = bench.set::<wire::TerminalCapability>(&set);
        bench.read_one().refused::<wire::TerminalCapability>(tid, status);
    }
    assert_eq!(bench.modem.terminal_capabilities().as_slice(), objects, "nothing of that was kept");
}

/// Slot and ready states that are told, in their order.
fn states(messages: &[Message]) -> Vec<(&'static str, u8)> {
    let told = messages.iter().filter_map(|message| match message {
        Message::Indication { service, cid, body }
            if (*service, *cid) == (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::SlotInfoStatus::CID) =>
        {
            Some(("slot", body[4]))
        }
        Message::Indication { service, cid, body }
            if (*service, *cid) == (bc::BASIC_CONNECT, bc::SubscriberReadyStatus::CID) =>
        {
            Some(("ready", body[0]))
        }
        _ => None,
    });
    told.collect()
}

fn pass_through(bench: &mut Bench) -> wire::UiccPassThroughStatus {
    let body = bench.ask::<wire::Reset>();
    wire::ResetInfoView::new(&body).pass_through_status().unwrap()
}

#[test]
fn a_reset_starts_the_sim_anew_and_pass_through_leaves_it_to_the_host() {
    let mut bench = Bench::ready(Setup::default());
    bench.subscribe(&[(bc::BASIC_CONNECT, &[2]), (ext::MS_BASIC_CONNECT_EXTENSIONS, &[8])]);
    assert_eq!(pass_through(&mut bench), wire::UiccPassThroughStatus::DISABLED);
    assert_eq!(open(&mut bench, &USIM, 0x0c, 0).2, 1);
    bench.set::<wire::Reset>(&wire::ResetSet { pass_through_action: wire::UiccPassThroughAction::DISABLE });
    let messages = bench.wait(10_000);
    assert_eq!(states(&messages), [("slot", 4), ("ready", 0), ("slot", 5), ("ready", 1)]);
    let tid = bench.set::<wire::Apdu>(&apdu_set(1, &[0, 0xb0, 0, 0, 0]));
    bench.read_one().refused::<wire::Apdu>(tid, Status::MS_INVALID_LOGICAL_CHANNEL);
    assert!(bench.modem.serving_network().is_some());

    bench.set::<wire::Reset>(&wire::ResetSet { pass_through_action: wire::UiccPassThroughAction::ENABLE });
    let tid = bench.query::<wire::Atr>(&Empty {});
    let messages = bench.wait(10_000);
    assert_eq!(states(&messages), [("slot", 4), ("ready", 0), ("slot", 8)]);
    let early = messages.iter().find(|message| matches!(message, Message::Done { tid: done, .. } if *done == tid));
    early.unwrap().refused::<wire::Atr>(tid, Status::NOT_INITIALIZED);
    assert_eq!(pass_through(&mut bench), wire::UiccPassThroughStatus::ENABLED);
    assert!(bench.modem.serving_network().is_none(), "the modem leaves the card alone");
    let tid = bench.query::<bc::Pin>(&Empty {});
    bench.read_one().refused::<bc::Pin>(tid, Status::NOT_INITIALIZED);
    assert_eq!(open(&mut bench, &USIM, 0x0c, 0).2, 1, "the host does not");

    bench.set::<wire::Reset>(&wire::ResetSet { pass_through_action: wire::UiccPassThroughAction::DISABLE });
    let messages = bench.wait(10_000);
    assert_eq!(states(&messages), [("slot", 4), ("slot", 5), ("ready", 1)]);
    assert!(bench.modem.serving_network().is_some());
    let tid = bench.set::<wire::Reset>(&wire::ResetSet { pass_through_action: wire::UiccPassThroughAction(2) });
    bench.read_one().refused::<wire::Reset>(tid, Status::INVALID_PARAMETERS);
}

#[test]
fn without_a_card_every_command_says_so() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let mut bench = Bench::ready(setup);
    let refused = |bench: &mut Bench| match bench.read_one() {
        Message::Done { status, body, .. } => (status, body.len()),
        other => panic!("{other:?}"),
    };
    let absent = (Status::SIM_NOT_INSERTED, 0);
    bench.query::<wire::Atr>(&Empty {});
    assert_eq!(refused(&mut bench), absent);
    bench.set::<wire::OpenChannel>(&wire::OpenChannelSet { app_id: BytesLengthFirst(&USIM), ..Default::default() });
    assert_eq!(refused(&mut bench), absent);
    bench.set::<wire::CloseChannel>(&wire::CloseChannelSet { channel: 1, channel_group: 0 });
    assert_eq!(refused(&mut bench), absent);
    bench.set::<wire::Apdu>(&apdu_set(1, &[0; 5]));
    assert_eq!(refused(&mut bench), absent);
    bench.set::<wire::Reset>(&wire::ResetSet { pass_through_action: wire::UiccPassThroughAction::DISABLE });
    assert_eq!(refused(&mut bench), absent);
    bench.query::<wire::ApplicationList>(&Empty {});
    assert_eq!(refused(&mut bench), absent);
    bench.query::<wire::ReadBinary>(&binary(b"\x3f\0\x2f\xe2"));
    assert_eq!(refused(&mut bench), absent);
    bench.query::<wire::ReadRecord>(&record(b"\x3f\0\x2f\0", 1));
    assert_eq!(refused(&mut bench), absent);
    assert_eq!(file_status(&mut bench, &[], b"\x3f\0"), (Status::SIM_NOT_INSERTED, None));
}
