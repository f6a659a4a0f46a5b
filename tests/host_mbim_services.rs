//! An MBIM host and the services beyond the connection: subscriptions, card, slots, contexts, restart.
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

use host_common::{Script, bytes, client, hex};
use mbim_wire::bytes::{Bytes, BytesLengthFirst};
use mbim_wire::list::{Array, RefList};
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::intel_firmware_update as intel;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::service::ms_uicc_low_level_access as uicc;
use mbim_wire::service::{ms_sar, phonebook};
use mbim_wire::{Command as _, Count, Status, Uuid};
use wwan::apdu::{Command, StatusWords};
use wwan::client::mbim::Error;
use wwan::procedure::mbim::uicc::{Access, Exchange, Transmit};
use wwan::procedure::mbim::{CINTERION, Indications, Version};
use wwan::time::Millis;

/// The answer about device services that lists these commands.
fn services(list: &[(Uuid, &[u32])]) -> Vec<u8> {
    let element = |(service, cids): &(Uuid, &'static [u32])| bc::DeviceServiceElement {
        device_service_id: *service,
        cids: Array::new(cids),
        ..Default::default()
    };
    let list: Vec<(Uuid, &'static [u32])> =
        list.iter().map(|(service, cids)| (*service, &*Box::leak(cids.to_vec().into_boxed_slice()))).collect();
    let elements: Vec<_> = list.iter().map(element).collect();
    bytes(&bc::DeviceServicesInfo { device_services: RefList::new(&elements), ..Default::default() })
}

#[test]
fn the_list_has_what_the_modem_lists_of_what_is_wanted() {
    let vendor = Uuid([7; 16]);
    let mut client = client();
    client.channel().query::<bc::DeviceServices>(services(&[
        (vendor, &[1, 2, 0x0200_0100]),
        (bc::BASIC_CONNECT, &[1, 2, 9, 11, 12, 16]),
        (bce::MS_BASIC_CONNECT_EXTENSIONS, &[5, 8, 9, 15]),
    ]));
    let entry = |service, cids: &'static [u32]| bc::EventEntry {
        device_service_id: service,
        cids_count: Count::AUTO,
        cids: Array::new(cids),
    };
    let entries = [
        entry(bc::BASIC_CONNECT, &[2, 9, 11, 12]),
        entry(bce::MS_BASIC_CONNECT_EXTENSIONS, &[8, 9]),
        entry(vendor, &[2, 0x0200_0100]),
    ];
    let list = bytes(&bc::DeviceServiceSubscribeListSet { events: RefList::new(&entries), ..Default::default() });
    client.channel().set::<bc::DeviceServiceSubscribeList>(list.clone()).with(list);
    let own = [Indications { service: vendor, cids: &[2, 3, 0x0200_0100] }];
    assert_eq!(client.subscribe(&own), Ok(None));
    client.channel().finish();
}

#[test]
fn a_list_of_two_commands_has_the_bytes_of_the_fact_sheet() {
    let mut client = client();
    client.channel().query::<bc::DeviceServices>(services(&[(bc::BASIC_CONNECT, &[9, 11])]));
    client
        .channel()
        .set::<bc::DeviceServiceSubscribeList>(vec![])
        .with(hex("01000000 0c000000 1c000000 a289cc33bcbb8b4fb6b0133ec2aae6df 02000000 09000000 0b000000"));
    assert_eq!(client.subscribe(&[]), Ok(None));
    client.channel().finish();
}

#[test]
fn a_list_that_is_denied_is_no_failure_but_told() {
    let mut client = client();
    client.channel().query::<bc::DeviceServices>(services(&[(bc::BASIC_CONNECT, &[9])]));
    client.channel().set::<bc::DeviceServiceSubscribeList>(vec![]).but(Status::OPERATION_NOT_ALLOWED);
    let refusal = client.subscribe(&[]).unwrap().unwrap();
    assert_eq!((refusal.status, refusal.command.cid), (Status::OPERATION_NOT_ALLOWED, 19));
    // More of a caller's own than there are bits for: the rest is left out, and nothing breaks.
    let vendor = Uuid([9; 16]);
    let cids: Vec<u32> = (1..=100).collect();
    client.channel().query::<bc::DeviceServices>(services(&[(vendor, &cids)]));
    client.channel().set::<bc::DeviceServiceSubscribeList>(vec![]);
    client.subscribe(&[Indications { service: vendor, cids: &cids }]).unwrap();
    assert_eq!(client.channel().params[3].len(), 12 + 20 + 4 * 16);
    client.channel().finish();
}

fn slots(map: &[u32]) -> Vec<u8> {
    let map: Vec<_> = map.iter().map(|slot| bce::Slot { slot: *slot }).collect();
    bytes(&bce::DeviceSlotMappingsInfo { slot_map: RefList::new(&map), ..Default::default() })
}

fn slot(slot_index: u32, state: bce::UiccSlotState) -> Vec<u8> {
    bytes(&bce::SlotInfoStatusInfo { slot_index, state })
}

#[test]
fn a_slot_is_switched_with_the_bytes_of_mbimcli_and_waited_for() {
    use bce::UiccSlotState as State;
    let mut client = client();
    client.channel().query::<bce::DeviceSlotMappings>(slots(&[0]));
    client.channel().set::<bce::DeviceSlotMappings>(slots(&[1])).with(hex("01000000 0c000000 04000000 01000000"));
    client.channel().query::<bce::SlotInfoStatus>(slot(1, State::OFF)).with(hex("01000000"));
    client.channel().query::<bce::SlotInfoStatus>(vec![]).but(Status::NOT_INITIALIZED);
    client.channel().query::<bce::SlotInfoStatus>(slot(1, State::NOT_READY));
    client.channel().query::<bce::SlotInfoStatus>(slot(1, State::ACTIVE_ESIM));
    assert_eq!(client.switch_slot(0, 1, Millis::from_secs(30)), Ok(State::ACTIVE_ESIM));
    assert_eq!(client.channel().times, [0, 0, 0, 1_000, 2_000, 3_000]);

    // It is so already, and empty.
    client.channel().query::<bce::DeviceSlotMappings>(slots(&[1]));
    client.channel().query::<bce::SlotInfoStatus>(slot(1, State::EMPTY));
    assert_eq!(client.switch_slot(0, 1, Millis::from_secs(30)), Ok(State::EMPTY));
    // Two executors cannot share one: they change places.
    client.channel().query::<bce::DeviceSlotMappings>(slots(&[0, 1]));
    client.channel().set::<bce::DeviceSlotMappings>(slots(&[1, 0])).with(slots(&[1, 0]));
    client.channel().query::<bce::SlotInfoStatus>(slot(1, State::NOT_READY));
    client.channel().query::<bce::SlotInfoStatus>(slot(1, State::NOT_READY));
    assert_eq!(client.switch_slot(0, 1, Millis(500)).unwrap_err(), Error::NotReached);
    client.channel().query::<bce::DeviceSlotMappings>(slots(&[0]));
    client.channel().set::<bce::DeviceSlotMappings>(slots(&[0])).but(Status::INVALID_SLOT);
    let error = client.switch_slot(0, 7, Millis(500)).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::INVALID_SLOT);
    // An executor that is not there: nothing is changed, and nothing is claimed.
    client.channel().query::<bce::DeviceSlotMappings>(slots(&[0]));
    let error = client.switch_slot(1, 0, Millis(500)).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::INVALID_PARAMETERS);
    client.channel().finish();
}

fn opened(status: u32, channel: u32) -> Vec<u8> {
    bytes(&uicc::OpenChannelInfo { status, channel, response: BytesLengthFirst(&[]) })
}

fn said(status: u32, response: &[u8]) -> Vec<u8> {
    bytes(&uicc::ApduInfo { status, response: BytesLengthFirst(response) })
}

const ISD_R: [u8; 16] = [0xa0, 0, 0, 5, 0x59, 0x10, 0x10, 0xff, 0xff, 0xff, 0xff, 0x89, 0, 0, 1, 0];
/// 9000 as modems write it.
const DONE: u32 = 0x0090;

#[test]
fn a_channel_is_opened_with_the_bytes_of_mbimcli() {
    let mut client = client();
    client
        .channel()
        .set::<uicc::OpenChannel>(opened(DONE, 2))
        .with(hex("10000000 10000000 00000000 01000000 a0000005591010ffffffff8900000100"));
    assert_eq!(client.open_channel(&ISD_R, Access::default()), Ok(2));
    client.channel().set::<uicc::CloseChannel>(vec![]).with(hex("02000000 00000000"));
    client.close_channel(2).unwrap();
    client.channel().set::<uicc::CloseChannel>(vec![]).but(Status::MS_INVALID_LOGICAL_CHANNEL);
    client.close_channel(2).unwrap();
    client.channel().finish();
}

#[test]
fn a_channel_that_is_not_had_at_once_is_tried_for() {
    let mut client = client();
    // The other P2 of the SELECT.
    client.channel().set::<uicc::OpenChannel>(vec![]).but(Status::MS_SELECT_FAILED);
    client.channel().set::<uicc::OpenChannel>(opened(DONE, 3));
    assert_eq!(client.open_channel(&ISD_R, Access::default()), Ok(3));
    let p2: Vec<_> = client.channel().params.iter().map(|params| params[8]).collect();
    assert_eq!(p2, [0, 0x0c]);
    // All channels taken, by our own that were lost.
    client.channel().set::<uicc::OpenChannel>(vec![]).but(Status::MS_NO_LOGICAL_CHANNELS);
    client.channel().set::<uicc::CloseChannel>(vec![]).with(hex("00000000 01000000"));
    client.channel().set::<uicc::OpenChannel>(opened(DONE, 1));
    assert_eq!(client.open_channel(&ISD_R, Access::default()), Ok(1));
    // By others'.
    client.channel().set::<uicc::OpenChannel>(vec![]).but(Status::MS_NO_LOGICAL_CHANNELS);
    client.channel().set::<uicc::CloseChannel>(vec![]).but(Status::FAILURE);
    client.channel().set::<uicc::OpenChannel>(vec![]).but(Status::MS_NO_LOGICAL_CHANNELS);
    let error = client.open_channel(&ISD_R, Access::default()).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::MS_NO_LOGICAL_CHANNELS);
    client.channel().finish();
}

#[test]
fn a_select_that_fails_says_what_the_card_said_and_leaves_no_channel_open() {
    let mut client = client();
    // 6A82, file not found; the channel was opened before the SELECT failed.
    let failed = |channel| opened(0x0000_826a, channel);
    client.channel().expect::<uicc::OpenChannel>(CommandType::SET, Status::MS_SELECT_FAILED, failed(0));
    client.channel().expect::<uicc::OpenChannel>(CommandType::SET, Status::MS_SELECT_FAILED, failed(4));
    client.channel().set::<uicc::CloseChannel>(vec![]).with(hex("04000000 01000000"));
    let error = client.open_channel(&ISD_R, Access::default()).unwrap_err();
    let words = StatusWords { sw1: 0x6a, sw2: 0x82 };
    assert_eq!(error, Error::Card { status: Status::MS_SELECT_FAILED, words });
    assert_eq!(error.to_string(), "the card says 6A82, the modem MS_SELECT_FAILED");
    client.channel().finish();
}

/// The APDU in the parameters: its length stands at 12, its offset at 16.
fn apdu(params: &[u8]) -> &[u8] {
    let word = |at: usize| u32::from_le_bytes(params[at..at + 4].try_into().unwrap()) as usize;
    &params[word(16)..word(16) + word(12)]
}

#[test]
fn an_answer_that_the_card_holds_ready_is_fetched_and_a_wrong_length_corrected() {
    let mut client = client();
    let mut memory = [0; 16];
    client.channel().set::<uicc::Apdu>(said(0x0000_046c, &[]));
    client.channel().set::<uicc::Apdu>(said(0x0000_0361, &[1, 2, 3, 4]));
    client.channel().set::<uicc::Apdu>(said(DONE, &[5, 6, 7]));
    let command = Command::parse(&[0x80, 0xca, 0x00, 0x5a, 0x00]).unwrap();
    let (words, answer) = client.transmit(2, Access::default(), command, &mut memory).unwrap();
    assert_eq!((words, answer), (StatusWords::SUCCESS, &[1, 2, 3, 4, 5, 6, 7][..]));
    let params = client.channel().params.clone();
    assert_eq!(apdu(&params[0]), [0x80, 0xca, 0x00, 0x5a, 0x00]);
    assert_eq!(apdu(&params[1]), [0x80, 0xca, 0x00, 0x5a, 0x04]);
    assert_eq!(apdu(&params[2]), [0x00, 0xc0, 0x00, 0x00, 0x03]);
    assert_eq!(params[0][..12], hex("02000000 00000000 01000000"), "channel, protection, class byte");
    // More than there is room for.
    client.channel().set::<uicc::Apdu>(said(DONE, &[0; 17]));
    let error = client.transmit(2, Access::default(), command, &mut memory).unwrap_err();
    assert_eq!(error, Error::NoRoom { needed: 17 });
    // A card that always has more is not followed for ever.
    for _ in 0..64 {
        client.channel().set::<uicc::Apdu>(said(0x0000_0161, &[]));
    }
    let error = client.transmit(2, Access::default(), command, &mut memory).unwrap_err();
    assert_eq!(error, Error::NotReached);
    // What the card refuses is an answer; the channel that is gone is not.
    client.channel().set::<uicc::Apdu>(said(0x0000_8869, &[]));
    let (words, answer) = client.transmit(2, Access::default(), command, &mut memory).unwrap();
    assert_eq!((words.get(), words.is_success(), answer.len()), (0x6988, false, 0));
    client.channel().set::<uicc::Apdu>(vec![]).but(Status::MS_INVALID_LOGICAL_CHANNEL);
    let error = client.transmit(2, Access::default(), command, &mut memory).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::MS_INVALID_LOGICAL_CHANNEL);
    client.channel().finish();
}

#[test]
fn a_long_command_is_sent_in_a_chain_that_stops_at_the_first_refusal() {
    let data: Vec<u8> = (0..600_u32).map(|n| n as u8).collect();
    let command = Command { cla: 0x80, ins: 0xe2, p1: 0x91, p2: 0, data: &data, le: Some(0) };
    let mut client = client();
    let mut memory = [0; 8];
    client.channel().set::<uicc::Apdu>(said(DONE, &[]));
    client.channel().set::<uicc::Apdu>(vec![]).but(Status::BUSY).later::<bc::SignalState>(300, &[0; 20]);
    client.channel().set::<uicc::Apdu>(said(DONE, &[]));
    client.channel().set::<uicc::Apdu>(said(0x0000_0291, &[0xbf, 0x37]));
    let (words, answer) = client.transmit(1, Access::default(), command, &mut memory).unwrap();
    assert_eq!((words.get(), words.is_success(), answer), (0x9102, true, &[0xbf, 0x37][..]));
    let sent: Vec<_> = client.channel().params.iter().map(|params| apdu(params).to_vec()).collect();
    assert_eq!(sent[1], sent[2], "the block that the modem was too busy for, and nothing before it");
    assert_eq!(client.channel().times, [0, 0, 1_000, 1_000], "what is indicated meanwhile does not cut the wait short");
    let sent = [&sent[0], &sent[2], &sent[3]];
    let heads: Vec<_> = sent.iter().map(|apdu| (apdu[0], apdu[4], apdu.len())).collect();
    assert_eq!(heads, [(0x90, 255, 260), (0x90, 255, 260), (0x80, 90, 96)]);
    let joined: Vec<u8> = sent.iter().flat_map(|apdu| apdu[5..5 + apdu[4] as usize].to_vec()).collect();
    assert_eq!(joined, data);
    client.channel().set::<uicc::Apdu>(said(0x0000_806a, &[]));
    let (words, _) = client.transmit(1, Access::default(), command, &mut memory).unwrap();
    assert_eq!(words.get(), 0x6a80);
    client.channel().finish();
}

#[test]
fn an_exchange_closes_its_channel_whatever_came_of_it() {
    let command = Command { cla: 0x80, ins: 0xe2, p1: 0x91, p2: 0, data: &[0xbf, 0x3e, 0], le: Some(0) };
    let mut client = client();
    let mut memory = [0; 8];
    let around = |script: &mut Script| {
        script.set::<uicc::OpenChannel>(opened(DONE, 5));
    };
    around(client.channel());
    client.channel().set::<uicc::Apdu>(said(DONE, &[1]));
    client.channel().set::<uicc::CloseChannel>(vec![]).with(hex("05000000 00000000"));
    let (words, answer) = client.exchange(&ISD_R, Access::default(), command, &mut memory).unwrap();
    assert_eq!((words, answer), (StatusWords::SUCCESS, &[1][..]));
    assert_eq!(client.channel().params[1][..4], [5, 0, 0, 0]);

    around(client.channel());
    client.channel().set::<uicc::Apdu>(vec![]).silence();
    client.channel().set::<uicc::CloseChannel>(vec![]).with(hex("05000000 00000000"));
    let error = client.exchange(&ISD_R, Access::default(), command, &mut memory).unwrap_err();
    assert!(matches!(error, Error::Failed { .. }), "{error:?}");

    // A channel that cannot be closed is no reason to lose the answer.
    around(client.channel());
    client.channel().set::<uicc::Apdu>(said(DONE, &[2]));
    client.channel().set::<uicc::CloseChannel>(vec![]).but(Status::BUSY);
    let (_, answer) = client.exchange(&ISD_R, Access::default(), command, &mut memory).unwrap();
    assert_eq!(answer, [2]);

    client.channel().set::<uicc::OpenChannel>(vec![]).but(Status::SIM_NOT_INSERTED);
    let error = client.exchange(&ISD_R, Access::default(), command, &mut memory).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::SIM_NOT_INSERTED);
    client.channel().finish();

    let debug = format!(
        "{:?} {:?}",
        Exchange::new(&ISD_R, Access::default(), command, &mut [0xaa; 4]),
        Transmit::new(1, Access::default(), command, &mut [0xaa; 4])
    );
    assert!(!debug.contains("191") && !debug.contains("170"), "{debug}");
}

#[test]
fn apdus_are_read_in_all_four_cases_and_nothing_else_is() {
    let parse = |apdu: &'static [u8]| Command::parse(apdu).map(|c| (c.data, c.le));
    assert_eq!(parse(&[0, 0xa4, 0, 0]), Some((&[][..], None)));
    assert_eq!(parse(&[0, 0xa4, 0, 0, 5]), Some((&[][..], Some(5))));
    assert_eq!(parse(&[0, 0xa4, 0, 0, 2, 8, 9]), Some((&[8, 9][..], None)));
    assert_eq!(parse(&[0, 0xa4, 0, 0, 2, 8, 9, 0]), Some((&[8, 9][..], Some(0))));
    for wrong in [&[0, 0xa4, 0][..], &[0, 0xa4, 0, 0, 3, 8, 9], &[0, 0xa4, 0, 0, 1, 8, 9, 7]] {
        assert_eq!(Command::parse(wrong), None);
    }
}

#[test]
fn files_are_read_with_the_version_of_the_structures() {
    let mut client = client();
    let info = uicc::ReadBinaryInfo { version: 1, status_word1: 0x90, status_word2: 0, data: Bytes(&[9, 8]) };
    client.channel().query::<uicc::ReadBinary>(bytes(&info));
    assert_eq!(client.read_binary(&ISD_R, &[0x7f, 0xff, 0x6f, 0x07], (0, 0), ""), Ok(&[9, 8][..]));
    assert_eq!(client.channel().params[0][..4], [1, 0, 0, 0]);
    let info = uicc::ReadRecordInfo { version: 1, status_word1: 0x69, status_word2: 0x82, data: Bytes(&[]) };
    client.channel().query::<uicc::ReadRecord>(bytes(&info));
    let error = client.read_record(&ISD_R, &[0x3f, 0x00, 0x2f, 0x00], 1, "").unwrap_err();
    assert_eq!(error, Error::Card { status: Status::SUCCESS, words: StatusWords { sw1: 0x69, sw2: 0x82 } });
    let info = uicc::FileStatusInfo { version: 1, status_word1: 0x90, file_item_size: 9, ..Default::default() };
    client.channel().query::<uicc::FileStatus>(bytes(&info));
    assert_eq!(client.file_status(&ISD_R, &[0x7f, 0xff, 0x6f, 0x07]).unwrap().file_item_size, 9);
    client.channel().finish();
}

#[test]
fn a_restart_takes_the_best_way_that_is_listed_and_works() {
    let both =
        services(&[(intel::INTEL_FIRMWARE_UPDATE, &[1]), (bce::MS_BASIC_CONNECT_EXTENSIONS, &[bce::DeviceReset::CID])]);
    let mut client = client();
    client.channel().query::<bc::DeviceServices>(both.clone());
    client.channel().set::<intel::ModemReboot>(vec![]).with(vec![]);
    assert_eq!(client.restart(Some(0x8087)), Ok(true));
    // From 2.0 on with how and when.
    client.assume_version(Version::V2);
    client.channel().query::<bc::DeviceServices>(both.clone());
    client.channel().set::<intel::ModemReboot>(vec![]).with(vec![0; 8]).silence();
    assert_eq!(client.restart(None), Ok(false), "gone without an answer");
    // Refused, so the other.
    client.channel().query::<bc::DeviceServices>(both.clone());
    client.channel().set::<intel::ModemReboot>(vec![]).but(Status::NO_DEVICE_SUPPORT);
    client.channel().set::<bce::DeviceReset>(vec![]).with(vec![]);
    assert_eq!(client.restart(None), Ok(true));
    // Cinterion lists the first without having it.
    client.channel().query::<bc::DeviceServices>(both);
    client.channel().set::<bce::DeviceReset>(vec![]).not_opened();
    assert_eq!(client.restart(Some(CINTERION)), Ok(false));
    client.open().unwrap();
    // Lost before it was told to restart: that is no restart.
    client.channel().query::<bc::DeviceServices>(vec![]).not_opened();
    assert_eq!(client.restart(None), Err(Error::Lost));
    client.open().unwrap();
    client.channel().query::<bc::DeviceServices>(services(&[(bc::BASIC_CONNECT, &[1])]));
    let error = client.restart(None).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::NO_DEVICE_SUPPORT);
    client.channel().finish();
}

#[test]
fn stored_contexts_come_from_whichever_service_there_is() {
    let new = [bce::ProvisionedContextElementV2 {
        context_id: 1,
        ip_type: bc::ContextIpType::IPV6,
        access_string: "ims".into(),
        ..Default::default()
    }];
    let old = [bc::ProvisionedContextElement { context_id: 2, access_string: "web".into(), ..Default::default() }];
    let new = bytes(&bce::ProvisionedContextsInfo { provisioned_contexts: RefList::new(&new), ..Default::default() });
    let old = bytes(&bc::ProvisionedContextsInfo { provisioned_contexts: RefList::new(&old), ..Default::default() });
    let mut client = client();
    client.channel().query::<bce::ProvisionedContexts>(new);
    let context = client.stored_contexts().unwrap().iter().unwrap().next().unwrap().unwrap();
    assert_eq!((context.context_id, context.ip_type), (1, bc::ContextIpType::IPV6));
    client.channel().query::<bce::ProvisionedContexts>(vec![]).but(Status::NO_DEVICE_SUPPORT);
    client.channel().query::<bc::ProvisionedContexts>(old);
    let context = client.stored_contexts().unwrap().iter().unwrap().next().unwrap().unwrap();
    assert_eq!((context.context_id, context.state), (2, bce::ContextState::ENABLED));
    assert_eq!(context.access_string, "web");

    let set = bce::ProvisionedContextsSet { access_string: "web".into(), ..Default::default() };
    client.channel().set::<bce::ProvisionedContexts>(vec![]).but(Status::NO_DEVICE_SUPPORT);
    let expected = bc::ProvisionedContextsSet {
        context_id: 3,
        access_string: "web".into(),
        provider_id: "26201".into(),
        ..Default::default()
    };
    client.channel().set::<bc::ProvisionedContexts>(vec![]).with(bytes(&expected));
    client.store_context(3, "26201", &set).unwrap();
    // The old service cannot delete.
    let set = bce::ProvisionedContextsSet { operation: bce::ContextOperation::DELETE, ..Default::default() };
    client.channel().set::<bce::ProvisionedContexts>(vec![]).but(Status::NO_DEVICE_SUPPORT);
    assert!(client.store_context(3, "26201", &set).is_err());
    client.channel().finish();
}

#[test]
fn attach_contexts_are_always_three_and_pco_is_asked_per_session() {
    use bce::LteAttachContextRoamingControl as Where;
    let context = |roaming| bce::LteAttachConfigurationElement {
        roaming,
        ip_type: bc::ContextIpType::IPV4V6,
        access_string: "iot".into(),
        ..Default::default()
    };
    let three = [context(Where::HOME), context(Where::PARTNER), context(Where::NON_PARTNER)];
    let mut client = client();
    let set = bytes(&bce::LteAttachConfigurationSet { configurations: RefList::new(&three), ..Default::default() });
    client.channel().set::<bce::LteAttachConfiguration>(vec![]).with(set);
    client.set_lte_attach(Some(&three)).unwrap();
    client.channel().set::<bce::LteAttachConfiguration>(vec![]).with(hex("01000000 00000000"));
    client.set_lte_attach(None).unwrap();

    let pco = hex("02000000 03000000 01000000 80 0010 00");
    client.channel().query::<bce::Pco>(pco).with(hex("02000000 00000000 00000000"));
    let pco = client.pco(2).unwrap();
    assert_eq!(
        (pco.session_id, pco.pco_data_type, pco.pco_data_buffer.0),
        (2, bce::PcoType::PARTIAL, &[0x80, 0, 0x10][..])
    );
    client.channel().finish();
}

#[test]
fn phonebook_and_backoff_say_what_they_mean() {
    let mut client = client();
    let entry = [phonebook::PhonebookEntry { entry_index: 4, number: "110".into(), name: "Police".into() }];
    let entries = bytes(&phonebook::ReadInfo { entries: RefList::new(&entry), ..Default::default() });
    client.channel().query::<phonebook::Read>(entries).with(hex("00000000 00000000"));
    let entries = client.phonebook_read(None).unwrap().entries().unwrap();
    assert_eq!(entries.iter().next().unwrap().unwrap().name, "Police");
    let written = |save_flag, save_index| {
        bytes(&phonebook::WriteSet { save_flag, save_index, number: "1".into(), name: "A".into() })
    };
    let (anywhere, there) = (phonebook::PhonebookWriteFlag::SAVE_UNUSED, phonebook::PhonebookWriteFlag::SAVE_INDEX);
    client.channel().set::<phonebook::Write>(vec![]).with(written(anywhere, 0));
    client.phonebook_write(None, "1", "A").unwrap();
    client.channel().set::<phonebook::Write>(vec![]).with(written(there, 9));
    client.phonebook_write(Some(9), "1", "A").unwrap();
    client.channel().set::<phonebook::Delete>(vec![]).with(hex("01000000 09000000"));
    client.phonebook_delete(Some(9)).unwrap();

    client
        .channel()
        .set::<ms_sar::Config>(vec![])
        .with(hex("01000000 01000000 01000000 14000000 08000000 ffffffff 03000000"));
    client.set_sar_backoff(Some(3)).unwrap();
    client.channel().set::<ms_sar::Config>(vec![]);
    client.set_sar_backoff(None).unwrap();
    assert_eq!(client.channel().params.last().unwrap()[..8], hex("01000000 00000000"));
    client.channel().finish();
}
