//! WMS of the QMI function: storages, routes, sending, acknowledging, cell broadcast.
#![cfg(all(feature = "device", feature = "qmi"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod qmi_common;

use qmi_common::{Bench, Client, Message, hex};
use qmi_wire::ProtocolError;
use qmi_wire::service::Service;
use qmi_wire::service::wms::*;
use wwan::device::modem::broadcast::Page;
use wwan::device::modem::event::Origin;
use wwan::device::modem::sms::{Destination, Format, Incoming, Verdict};
use wwan::device::modem::{Setup, text};
use wwan::device::qmi::Config;

/// An SMS-SUBMIT to a number of eight digits, through the service centre of the modem: "hellohello" in 7 bits, from 3GPP TS
/// 23.040 laid out by hand.
fn submit(number: [u8; 4]) -> Vec<u8> {
    let mut pdu = vec![0x00, 0x01, 0x00, 0x08, 0x81];
    pdu.extend(number);
    pdu.extend([0x00, 0x00, 0x0a, 0xe8, 0x32, 0x9b, 0xfd, 0x46, 0x97, 0xd9, 0xec, 0x37]);
    pdu
}

/// 15550666, which the network refuses, 15550777, which it leaves without answer, and 15550123.
const REFUSED: [u8; 4] = [0x51, 0x55, 0x60, 0x66];
const SILENT: [u8; 4] = [0x51, 0x55, 0x70, 0x77];
const FRIEND: [u8; 4] = [0x51, 0x55, 0x10, 0x32];

fn bench(format: Format) -> (Bench, Client) {
    let mut setup = Setup::default();
    setup.sms.format = format;
    for (number, verdict) in [("15550666", Verdict::Refused(42)), ("15550777", Verdict::Silent)] {
        setup.sms.destinations.push(Destination { number: text(number), verdict }).unwrap();
    }
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::WMS);
    (bench, client)
}

fn receive(bench: &mut Bench, said: &str, class: Option<u8>) {
    let now = bench.now;
    bench.modem.receive_text(now, Incoming { from: "+15550199", text: said, class, date: None }).unwrap();
}

fn listen(bench: &mut Bench, client: Client) {
    let answer = bench.ask::<set_event_report::Message>(client, |r| {
        r.new_mt_message_indicator(NewMtMessageIndicator { report: true });
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
}

fn write(bench: &mut Bench, client: Client, storage_type: StorageType, raw: &[u8]) -> Message {
    bench.ask::<raw_write::Message>(client, |r| {
        let format = MessageFormat::GSM_WCDMA_POINT_TO_POINT;
        r.raw_message_data(MessageToStore { storage_type, format, raw_data: raw.into() });
    })
}

fn list(bench: &mut Bench, client: Client, storage: StorageType, tag: Option<MessageTagType>) -> Vec<(u32, u8)> {
    let answer = bench.ask::<list_messages::Message>(client, |r| {
        r.storage_type(storage).message_mode(MessageMode::GSM_WCDMA);
        if let Some(tag) = tag {
            r.message_tag(tag);
        }
    });
    let listed = answer.response::<list_messages::Message>().message_list().unwrap();
    listed.iter().map(|message| (message.memory_index, message.message_tag.0)).collect()
}

#[test]
fn storages_are_written_listed_read_marked_and_emptied() {
    let (mut bench, client) = bench(Format::Pdu);
    let draft = submit(FRIEND);
    let index = |answer: Message| answer.response::<raw_write::Message>().memory_index().unwrap();
    assert_eq!(index(write(&mut bench, client, StorageType::UIM, &draft)), 0);
    assert_eq!(index(write(&mut bench, client, StorageType::NV, &draft)), 1);
    receive(&mut bench, "Hi", None);
    assert_eq!(bench.heard(), [], "nobody has registered");
    assert_eq!(list(&mut bench, client, StorageType::UIM, None), [(0, 3), (2, 1)]);
    assert_eq!(list(&mut bench, client, StorageType::NV, None), [(1, 3)]);
    assert_eq!(list(&mut bench, client, StorageType::UIM, Some(MessageTagType::MT_NOT_READ)), [(2, 1)]);
    let read = |bench: &mut Bench, storage_type, memory_index, mode| {
        bench.ask::<raw_read::Message>(client, |r| {
            r.message_memory_storage_id(MessageMemoryStorageId { storage_type, memory_index }).message_mode(mode);
        })
    };
    let gsm = MessageMode::GSM_WCDMA;
    let answer = read(&mut bench, StorageType::NV, 1, gsm);
    let message = answer.response::<raw_read::Message>().raw_message_data().unwrap();
    assert_eq!((message.message_tag, message.format), (MessageTagType::MO_NOT_SENT, MessageFormat(6)));
    assert_eq!(message.raw_data.bytes, draft);
    for (storage, index, mode, error) in [
        (StorageType::NV, 0, gsm, ProtocolError::NO_ENTRY),
        (StorageType::UIM, 7, gsm, ProtocolError::NO_ENTRY),
        (StorageType::UIM, 30, gsm, ProtocolError::INVALID_INDEX),
        (StorageType::NONE, 0, gsm, ProtocolError::INVALID_ARGUMENT),
        (StorageType::UIM, 0, MessageMode::CDMA, ProtocolError::DEVICE_UNSUPPORTED),
        (StorageType::UIM, 0, MessageMode(9), ProtocolError::INVALID_ARGUMENT),
    ] {
        assert_eq!(read(&mut bench, storage, index, mode).error(), error);
    }
    let mark = |bench: &mut Bench, memory_index, message_tag| {
        let answer = bench.ask::<modify_tag::Message>(client, |r| {
            r.message_tag(MessageTag { storage_type: StorageType::UIM, memory_index, message_tag });
        });
        answer.error()
    };
    assert_eq!(mark(&mut bench, 2, MessageTagType::MT_READ), ProtocolError::NONE);
    assert_eq!(mark(&mut bench, 1, MessageTagType::MT_READ), ProtocolError::NO_ENTRY);
    assert_eq!(mark(&mut bench, 2, MessageTagType(9)), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(list(&mut bench, client, StorageType::UIM, None), [(0, 3), (2, 0)]);
    let delete = |bench: &mut Bench, storage, index: Option<u32>, tag: Option<MessageTagType>| {
        let answer = bench.ask::<delete::Message>(client, |r| {
            r.memory_storage(storage).message_mode(gsm);
            if let Some(index) = index {
                r.memory_index(index);
            }
            if let Some(tag) = tag {
                r.message_tag(tag);
            }
        });
        answer.error()
    };
    assert_eq!(delete(&mut bench, StorageType::NV, Some(0), None), ProtocolError::NO_ENTRY);
    assert_eq!(delete(&mut bench, StorageType::UIM, None, Some(MessageTagType::MT_READ)), ProtocolError::NONE);
    assert_eq!(list(&mut bench, client, StorageType::UIM, None), [(0, 3)]);
    assert_eq!(delete(&mut bench, StorageType::NV, Some(1), None), ProtocolError::NONE);
    assert_eq!(delete(&mut bench, StorageType::UIM, None, None), ProtocolError::NONE);
    assert_eq!(list(&mut bench, client, StorageType::UIM, None), []);
    assert_eq!(write(&mut bench, client, StorageType::UIM, &[0, 3]).error(), ProtocolError::WMS_T_PDU_TYPE);
    assert_eq!(write(&mut bench, client, StorageType::UIM, &[0; 177]).error(), ProtocolError::ARGUMENT_TOO_LONG);
    for _ in 0..30 {
        assert_eq!(write(&mut bench, client, StorageType::UIM, &draft).error(), ProtocolError::NONE);
    }
    assert_eq!(write(&mut bench, client, StorageType::UIM, &draft).error(), ProtocolError::DEVICE_STORAGE_FULL);
    let answer = bench.ask::<get_message_protocol::Message>(client, |_| {});
    let protocol = answer.response::<get_message_protocol::Message>().message_protocol().unwrap();
    assert_eq!(protocol, MessageProtocol::WCDMA);
}

#[test]
fn messages_are_sent_with_a_reference_or_a_cause() {
    let (mut bench, client) = bench(Format::Pdu);
    let send = |bench: &mut Bench, raw: &[u8]| {
        let (answer, _) = bench.ask_within::<raw_send::Message>(30_000, client, |r| {
            let format = MessageFormat::GSM_WCDMA_POINT_TO_POINT;
            r.raw_message_data(RawMessageData { format, raw_data: raw.into() });
        });
        answer
    };
    let answer = send(&mut bench, &submit(FRIEND));
    assert_eq!(answer.response::<raw_send::Message>().message_id().unwrap(), 0);
    let answer = send(&mut bench, &submit(REFUSED));
    assert_eq!(answer.error(), ProtocolError::WMS_CAUSE_CODE);
    // Congestion, no cause of the other end; it makes sense to send again.
    assert_eq!(hex(&answer.tlvs[7..]), "12 03 00 2A 00 FF 13 01 00 00");
    assert_eq!(send(&mut bench, &submit(SILENT)).error(), ProtocolError::WMS_MESSAGE_DELIVERY_FAILURE);
    assert_eq!(send(&mut bench, &[0, 1, 2]).error(), ProtocolError::WMS_ENCODING);
    let (answer, _) = bench.ask_within::<raw_send::Message>(30_000, client, |r| {
        r.raw_message_data(RawMessageData { format: MessageFormat::MWI, raw_data: (&[0]).into() });
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    let (answer, _) = bench.ask_within::<raw_send::Message>(30_000, client, |r| {
        let raw = submit(FRIEND);
        r.raw_message_data(RawMessageData { format: MessageFormat::CDMA, raw_data: raw.as_slice().into() });
    });
    assert_eq!(answer.error(), ProtocolError::WMS_ENCODING);
    // From the store.
    write(&mut bench, client, StorageType::UIM, &submit(FRIEND));
    write(&mut bench, client, StorageType::UIM, &submit(REFUSED));
    let send = |bench: &mut Bench, memory_index| {
        let (answer, _) = bench.ask_within::<send_from_memory_storage::Message>(30_000, client, |r| {
            let message_mode = MessageMode::GSM_WCDMA;
            r.information(SendFromMemoryStorageInformation {
                storage_type: StorageType::UIM,
                memory_index,
                message_mode,
            });
        });
        answer
    };
    let answer = send(&mut bench, 0);
    assert_eq!(answer.response::<send_from_memory_storage::Message>().message_id().unwrap(), Some(3));
    let answer = send(&mut bench, 1);
    assert_eq!(hex(&answer.tlvs[7..]), "13 03 00 2A 00 FF 14 01 00 00");
    assert_eq!(send(&mut bench, 2).error(), ProtocolError::NO_ENTRY);
    assert_eq!(list(&mut bench, client, StorageType::UIM, None), [(0, 2), (1, 3)]);
    let now = bench.now;
    bench.modem.lose_signal(now);
    bench.heard();
    assert_eq!(send(&mut bench, 1).error(), ProtocolError::NETWORK_NOT_READY);
}

#[test]
fn a_new_message_is_told_to_those_registered_and_goes_where_its_route_leads() {
    let (mut bench, client) = bench(Format::Pdu);
    let other = bench.client(Service::WMS);
    listen(&mut bench, client);
    receive(&mut bench, "one", None);
    let told = bench.one();
    assert_eq!(told.client, client.1);
    let stored = told.indication::<event_report_indication::Message>().mt_message().unwrap().unwrap();
    assert_eq!((stored.storage_type, stored.memory_index), (StorageType::UIM, 0));
    // For the screen.
    receive(&mut bench, "flash", Some(0));
    let told = bench.one();
    let handed = told.indication::<event_report_indication::Message>().transfer_route_mt_message().unwrap().unwrap();
    assert_eq!((handed.ack_indicator, handed.format), (AckIndicator::DO_NOT_SEND, MessageFormat(6)));
    assert_eq!(handed.raw_data.bytes[0], 5, "a service centre stands in front");

    let routes = |bench: &mut Bench| {
        let answer = bench.ask::<get_routes::Message>(client, |_| {});
        let response = answer.response::<get_routes::Message>();
        let list: Vec<_> = response.route_list().unwrap().iter().collect();
        let list = list.iter().map(|route| (route.message_class.0, route.storage.0, route.receipt_action.0)).collect();
        (list, response.transfer_status_report().unwrap())
    };
    let defaults: Vec<_> = vec![(0, 255, 2), (1, 0, 1), (2, 0, 1), (3, 0, 1), (4, 0, 1)];
    assert_eq!(routes(&mut bench), (defaults, None));
    let set = |bench: &mut Bench, routes: &[(u8, u8, u8)], reports| {
        let routes: Vec<_> = routes
            .iter()
            .map(|(class, storage, action)| Route {
                message_type: MessageType::POINT_TO_POINT,
                message_class: MessageClass(*class),
                storage: StorageType(*storage),
                receipt_action: ReceiptAction(*action),
            })
            .collect();
        let answer = bench.ask::<set_routes::Message>(client, |r| {
            r.route_list(routes.as_slice().into());
            if reports {
                r.transfer_status_report(TransferIndication::CLIENT);
            }
        });
        answer.error()
    };
    for wrong in [(9, 0, 1), (1, 255, 1), (1, 0, 255)] {
        assert_eq!(set(&mut bench, &[(2, 1, 1), wrong], false), ProtocolError::INVALID_ARGUMENT);
    }
    assert_eq!(set(&mut bench, &[(0, 0, 0), (1, 1, 1), (4, 255, 3)], true), ProtocolError::NONE);
    let wanted = vec![(0, 255, 0), (1, 1, 1), (2, 0, 1), (3, 0, 1), (4, 255, 3)];
    assert_eq!(routes(&mut bench), (wanted, Some(TransferIndication::CLIENT)));
    receive(&mut bench, "gone", Some(0));
    assert_eq!(bench.heard(), []);
    receive(&mut bench, "device", Some(1));
    let stored = bench.one().indication::<event_report_indication::Message>().mt_message().unwrap().unwrap();
    assert_eq!(stored.storage_type, StorageType::NV);
    // A report about a message that asked for one goes to the host too.
    let mut asking = submit(FRIEND);
    asking[1] |= 0x20;
    let (answer, told) = bench.ask_within::<raw_send::Message>(5_000, client, |r| {
        let format = MessageFormat::GSM_WCDMA_POINT_TO_POINT;
        r.raw_message_data(RawMessageData { format, raw_data: asking.as_slice().into() });
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let report = told[0].indication::<event_report_indication::Message>().transfer_route_mt_message().unwrap().unwrap();
    assert_eq!(report.raw_data.bytes[6] & 3, 2);
    assert_eq!(list(&mut bench, client, StorageType::UIM, None).len(), 1);
    // Who resets, is told nothing any more.
    listen(&mut bench, other);
    assert_eq!(bench.ask::<reset::Message>(client, |_| {}).error(), ProtocolError::NONE);
    receive(&mut bench, "two", Some(2));
    assert_eq!(bench.one().client, other.1);
}

#[test]
fn a_message_must_be_acknowledged_in_time() {
    let (mut bench, client) = bench(Format::Pdu);
    listen(&mut bench, client);
    let route = Route {
        message_class: MessageClass::NONE,
        receipt_action: ReceiptAction::TRANSFER_AND_ACK,
        ..Route::default()
    };
    bench.ask::<set_routes::Message>(client, |r| {
        r.route_list((&[route]).into());
    });
    receive(&mut bench, "one", None);
    let handed = |message: &Message| {
        message.indication::<event_report_indication::Message>().transfer_route_mt_message().unwrap().unwrap()
    };
    let first = handed(&bench.one());
    assert_eq!(first.ack_indicator, AckIndicator::SEND);
    let acknowledge = |bench: &mut Bench, transaction_id, message_protocol, success| {
        bench.ask::<send_ack::Message>(client, |r| {
            r.information(SendAckInformation { transaction_id, message_protocol, success });
        })
    };
    let wcdma = MessageProtocol::WCDMA;
    let answer = acknowledge(&mut bench, first.transaction_id + 1, wcdma, true);
    assert_eq!((answer.error(), hex(&answer.tlvs[7..])), (ProtocolError::ACK_NOT_SENT, "10 01 00 01".into()));
    let answer = acknowledge(&mut bench, first.transaction_id, MessageProtocol::CDMA, true);
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    // Too late: it comes again.
    let told = bench.wait(60_000);
    let again = handed(&told[0]);
    assert_eq!((told.len(), again.raw_data.bytes), (1, first.raw_data.bytes));
    assert_eq!(acknowledge(&mut bench, again.transaction_id, wcdma, false).error(), ProtocolError::ACK_NOT_SENT);
    let told = bench.wait(45_000);
    let third = handed(&told[0]);
    assert_eq!(acknowledge(&mut bench, third.transaction_id, wcdma, true).error(), ProtocolError::ACK_NOT_SENT);
    let told = bench.wait(31_000);
    let fourth = handed(&told[0]);
    assert_eq!(acknowledge(&mut bench, fourth.transaction_id, wcdma, true).error(), ProtocolError::NONE);
    assert_eq!(bench.wait(120_000), []);
}

#[test]
fn pages_come_on_the_channels_that_are_selected() {
    let (mut bench, client) = bench(Format::Pdu);
    listen(&mut bench, client);
    let mode = MessageMode::GSM_WCDMA;
    let set = |bench: &mut Bench, channels: &[BroadcastChannel]| {
        let answer = bench.ask::<set_broadcast_config::Message>(client, |r| {
            r.message_mode(mode).channels(channels.into());
        });
        answer.error()
    };
    let range = |start, end| BroadcastChannel { start, end, selected: true };
    assert_eq!(set(&mut bench, &[range(0, 50), range(919, 919)]), ProtocolError::NONE);
    assert_eq!(set(&mut bench, &[range(5, 4)]), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, &[range(0, 1); 26]), ProtocolError::INSUFFICIENT_RESOURCES);
    let answer = bench.ask::<set_broadcast_activation::Message>(client, |r| {
        r.activation(BroadcastActivation { message_mode: mode, activate: true });
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let answer = bench.ask::<get_broadcast_config::Message>(client, |r| {
        r.message_mode(mode);
    });
    assert_eq!(hex(&answer.tlvs[7..]), "10 0D 00 01 02 00 00 00 32 00 01 97 03 97 03 01");
    let answer = bench.ask::<get_broadcast_config::Message>(client, |r| {
        r.message_mode(MessageMode::CDMA);
    });
    assert_eq!(answer.error(), ProtocolError::DEVICE_UNSUPPORTED);
    let now = bench.now;
    assert!(bench.modem.receive_page(now, Page::text(1, 50, "Road closed").unwrap()));
    let told = bench.one();
    let page = told.indication::<event_report_indication::Message>().transfer_route_mt_message().unwrap().unwrap();
    assert_eq!((page.format, page.raw_data.bytes.len()), (MessageFormat::GSM_WCDMA_BROADCAST, 88));
    assert!(!bench.modem.receive_page(now, Page::text(2, 51, "Not for us").unwrap()));
    assert!(bench.modem.receive_page(now, Page::text(3, 0x1100, "Earthquake").unwrap()));
    let told = bench.one();
    let response = told.indication::<event_report_indication::Message>();
    assert_eq!(response.etws_message().unwrap().unwrap().notification_type, NotificationType::SECONDARY_GSM);
    assert_eq!(response.etws_plmn_information().unwrap().unwrap(), EtwsPlmnInformation { mcc: 1, mnc: 1 });
}

#[test]
fn the_service_centre_and_the_way_to_it_are_told() {
    let (mut bench, client) = bench(Format::Pdu);
    let answer = bench.ask::<indication_register::Message>(client, |r| {
        r.report_transport_network_registration_status(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let status = |bench: &mut Bench| {
        let answer = bench.ask::<get_transport_network_registration_status::Message>(client, |_| {});
        answer.response::<get_transport_network_registration_status::Message>().registration_status().unwrap().unwrap()
    };
    assert_eq!(status(&mut bench), NwRegistration::STATUS_FULL_SERVICE);
    let now = bench.now;
    bench.modem.lose_signal(now);
    let told = bench.heard();
    let last = told.last().unwrap().indication::<transport_network_registration_status_indication::Message>();
    assert_eq!(last.registration_status().unwrap(), NwRegistration::STATUS_NO_SERVICE);
    assert_eq!(status(&mut bench), NwRegistration::STATUS_NO_SERVICE);
    listen(&mut bench, client);
    bench.modem.set_service_centre(now, Origin::WORLD, "+15551111").unwrap();
    let told = bench.one();
    assert_eq!(hex(told.tlvs), "01 0D 00 31 34 35 09 2B 31 35 35 35 31 31 31 31");
}

#[test]
fn messages_of_cdma_networks_come_as_their_transport_layer_has_them() {
    let (mut bench, client) = bench(Format::Cdma);
    listen(&mut bench, client);
    // To 15550123: "Hi" in ASCII of seven bits (3GPP2 C.S0015).
    let raw = [
        0x00, 0x00, 0x02, 0x10, 0x02, 0x04, 0x06, 0x02, 0x05, 0x55, 0x68, 0x48, 0xc0, 0x08, 0x0b, 0x00, 0x03, 0x20,
        0x00, 0x10, 0x01, 0x04, 0x10, 0x14, 0x8d, 0x20,
    ];
    let (answer, _) = bench.ask_within::<raw_send::Message>(5_000, client, |r| {
        r.raw_message_data(RawMessageData { format: MessageFormat::CDMA, raw_data: (&raw).into() });
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let (answer, _) = bench.ask_within::<raw_send::Message>(5_000, client, |r| {
        r.raw_message_data(RawMessageData { format: MessageFormat::CDMA, raw_data: (&raw[..20]).into() });
    });
    assert_eq!(answer.error(), ProtocolError::WMS_ENCODING);
    let answer = bench.ask::<raw_write::Message>(client, |r| {
        let format = MessageFormat::CDMA;
        r.raw_message_data(MessageToStore { storage_type: StorageType::NV, format, raw_data: (&raw).into() });
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let read = |bench: &mut Bench, storage_type, memory_index| {
        let answer = bench.ask::<raw_read::Message>(client, |r| {
            r.message_memory_storage_id(MessageMemoryStorageId { storage_type, memory_index });
            r.message_mode(MessageMode::CDMA);
        });
        answer.response::<raw_read::Message>().raw_message_data().unwrap()
    };
    let message = read(&mut bench, StorageType::NV, 0);
    assert_eq!((message.message_tag, message.format), (MessageTagType::MO_NOT_SENT, MessageFormat::CDMA));
    assert_eq!(message.raw_data.bytes[5..13], raw[5..13]);
    let now = bench.now;
    let incoming = Incoming { from: "15550199", text: "Hi", class: None, date: None };
    bench.modem.receive_text(now, incoming).unwrap();
    let stored = bench.one().indication::<event_report_indication::Message>().mt_message().unwrap().unwrap();
    let message = read(&mut bench, stored.storage_type, stored.memory_index);
    // From 15550199, one message in Latin-1, with its time.
    assert_eq!(
        hex(&message.raw_data.bytes[..30]),
        "00 00 02 10 02 02 06 02 05 55 68 66 40 08 13 00 03 10 00 00 01 04 40 12 43 48 03 06 26 01"
    );
}
