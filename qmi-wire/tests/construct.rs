//! Known bytes, written with builders and read with views: from captures and the protocol's examples, so that both halves are
//! judged by others. And what happens to values that do not fit.
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

use core::net::Ipv4Addr;

use qmi_wire::catalogue;
use qmi_wire::frame::{Frame, Framing, Head, HeaderError, Kind, Message, MessageWriter, Sender};
use qmi_wire::message::{write_indication, write_request, write_response, write_verdict};
use qmi_wire::qrtr::{Address, CONTROL_PORT, Control, Server};
use qmi_wire::service::nas::{self, DataCapability, RadioInterface, RegistrationState};
use qmi_wire::service::uim::{self, Application, Card, CardStatus, PinState};
use qmi_wire::service::wds::{self, CallEndReason, ConnectionStatus, IpFamily, VerboseCallEndReasonType};
use qmi_wire::service::{Service, ctl, dms, ssc, wms};
use qmi_wire::text::{Bytes, Str};
use qmi_wire::{
    Builder as _, DecodeErrorKind, EncodeError, Message as _, ProtocolError, TlvSet, Verdict, View, qmi_service,
};

/// The bytes of hexadecimal digits.
fn bytes(digits: &str) -> Vec<u8> {
    catalogue::unhex(digits).unwrap()
}

fn view<'a, V: View<'a>>(frame: &'a [u8], kind: Kind) -> V {
    let message = Frame::parse(frame).unwrap().message;
    assert_eq!(message.kind(), kind);
    V::from_tlvs(message.tlvs)
}

/// A buffer that is not empty, so that bytes nobody wrote show.
const DIRTY: [u8; 256] = [0xa5; 256];

#[test]
fn synchronising() {
    let mut buffer = DIRTY;
    let request = write_request::<ctl::sync::Message>(&mut buffer, Framing::host(0), 1, |_| {}).unwrap();
    assert_eq!(request, bytes("01 0B 00  00 00 00  00 01  27 00  00 00"));
    let mut buffer = DIRTY;
    let answer =
        write_response::<ctl::sync::Message>(&mut buffer, Framing::modem(0), 1, Verdict::SUCCESS, |_| {}).unwrap();
    assert_eq!(answer, bytes("01 12 00  80 00 00  01 01  27 00  07 00  02 04 00 00 00 00 00"));
    let mut buffer = DIRTY;
    let indication =
        write_indication::<ctl::sync_indication::Message>(&mut buffer, Framing::modem(0), 0, |_| {}).unwrap();
    assert_eq!(indication, bytes("01 0B 00  80 00 00  02 00  27 00  00 00"));
    assert_eq!(Frame::parse(indication).unwrap().message.kind(), Kind::Indication);
}

#[test]
fn allocating_a_client() {
    let mut buffer = DIRTY;
    let request = write_request::<ctl::allocate_cid::Message>(&mut buffer, Framing::host(0), 2, |request| {
        request.service(Service::WDS.into());
    });
    assert_eq!(request.unwrap(), bytes("01 0F 00  00 00 00  00 02  22 00  04 00  01 01 00 01"));
    let wire = bytes("01 17 00  80 00 00  01 02  22 00  0C 00  02 04 00 00 00 00 00  01 02 00 01 01");
    let answer: ctl::allocate_cid::Response<'_> = view(&wire, Kind::Response);
    assert_eq!(answer.result().unwrap().ok(), Ok(()));
    let info = answer.allocation_info().unwrap();
    assert_eq!((info.service.value, info.cid), (Service::WDS, 1));
    let mut buffer = DIRTY;
    let framing = Framing::modem(0);
    let again = write_response::<ctl::allocate_cid::Message>(&mut buffer, framing, 2, Verdict::SUCCESS, |answer| {
        answer.allocation_info(info);
    });
    assert_eq!(again.unwrap(), wire);
}

#[test]
fn starting_a_session() {
    let wire = bytes("01 1B 00  00 01 01  00 01 00  20 00  0F 00  14 08 00 69 6E 74 65 72 6E 65 74  19 01 00 04");
    let mut buffer = DIRTY;
    let request = write_request::<wds::start_network::Message>(&mut buffer, Framing::host(1), 1, |request| {
        request.apn("internet".into()).ip_family_preference(IpFamily::IPV4.into());
    });
    assert_eq!(request.unwrap(), wire);
    let request: wds::start_network::Request<'_> = view(&wire, Kind::Request);
    assert_eq!(request.apn().unwrap().unwrap(), "internet");
    assert_eq!(request.ip_family_preference().unwrap().unwrap().value, IpFamily::IPV4);
    assert_eq!(request.password(), Ok(None));

    let wire = bytes("01 1A 00  80 01 01  02 01 00  20 00  0E 00  02 04 00 00 00 00 00  01 04 00 78 56 34 12");
    let answer: wds::start_network::Response<'_> = view(&wire, Kind::Response);
    assert_eq!(answer.packet_data_handle(), Ok(0x1234_5678));

    let wire =
        bytes("01 1F 00  80 01 01  02 01 00  20 00  13 00  02 04 00 01 00 0E 00  10 02 00 03 00  11 04 00 06 00 1B 00");
    let answer: wds::start_network::Response<'_> = view(&wire, Kind::Response);
    assert_eq!(answer.result().unwrap().ok(), Err(ProtocolError::CALL_FAILED));
    assert_eq!(answer.call_end_reason(), Ok(Some(CallEndReason(3))));
    let verbose = answer.verbose_call_end_reason().unwrap().unwrap();
    assert_eq!((verbose.kind, verbose.reason), (VerboseCallEndReasonType::_3GPP, 27));
    assert_eq!(verbose.name(), Some("UNKNOWN_APN"));
    assert_eq!(answer.packet_data_handle().unwrap_err().kind, DecodeErrorKind::Missing);
    let mut buffer = DIRTY;
    let failure = Verdict::failure(ProtocolError::CALL_FAILED);
    let again = write_response::<wds::start_network::Message>(&mut buffer, Framing::modem(1), 1, failure, |answer| {
        answer.call_end_reason(CallEndReason(3)).verbose_call_end_reason(verbose);
    });
    assert_eq!(again.unwrap(), wire);
}

#[test]
fn a_session_that_is_up() {
    let wire = bytes("01 15 00  80 01 01  04 05 00  22 00  09 00  01 02 00 02 00  12 01 00 04");
    let told: wds::packet_service_status_indication::Indication<'_> = view(&wire, Kind::Indication);
    let status = told.connection_status().unwrap();
    assert_eq!((status.status, status.reconfiguration_required), (ConnectionStatus::CONNECTED, false));
    let mut buffer = DIRTY;
    let framing = Framing::modem(1);
    let again =
        write_indication::<wds::packet_service_status_indication::Message>(&mut buffer, framing, 5, |indication| {
            indication.connection_status(status).ip_family(IpFamily::IPV4.into());
        });
    assert_eq!(again.unwrap(), wire);
}

#[test]
fn addresses_are_numbers() {
    let mut buffer = DIRTY;
    let framing = Framing::modem(1);
    let answer =
        write_response::<wds::get_current_settings::Message>(&mut buffer, framing, 1, Verdict::SUCCESS, |answer| {
            answer.ipv4_address(Ipv4Addr::new(10, 0, 0, 1).into());
        })
        .unwrap();
    assert!(answer.ends_with(&[0x1e, 4, 0, 1, 0, 0, 10]));
    let answer: wds::get_current_settings::Response<'_> = view(answer, Kind::Response);
    assert_eq!(answer.ipv4_address().unwrap().unwrap().to_string(), "10.0.0.1");
}

/// From a capture; the TLV of the detailed service status is a byte short.
const SERVING_SYSTEM: &str = "014f008003030201002400430002040000000000210400020300001d0400000000001c02000000150300010501\
    120e00360104010920542d4d6f62696c65110200010510010001010600010101020105";

#[test]
fn one_broken_tlv_spoils_no_other() {
    let wire = bytes(SERVING_SYSTEM);
    let answer: nas::get_serving_system::Response<'_> = view(&wire, Kind::Response);
    let system = answer.serving_system().unwrap();
    assert_eq!(system.registration_state, RegistrationState::REGISTERED);
    assert_eq!(system.radio_interfaces.iter().map(|interface| interface.0).collect::<Vec<_>>(), [5]);
    let plmn = answer.current_plmn().unwrap().unwrap();
    assert_eq!((plmn.mcc, plmn.mnc, plmn.description.to_str()), (310, 260, Some(" T-Mobile")));
    assert_eq!(answer.data_service_capability().unwrap().unwrap().get(0), Some(DataCapability(5)));
    let error = answer.detailed_service_status().unwrap_err();
    assert_eq!((error.kind, error.tlv, error.offset), (DecodeErrorKind::OutOfBounds, 0x21, 4));
    assert_eq!(error.to_string(), "NAS message 0x0024, TLV 0x21, offset 4: runs past the end of the TLV");
    assert_eq!(answer.hdr_personality(), Ok(None));
}

#[test]
fn the_first_of_two_counts_and_unknown_ones_are_kept() {
    let tlvs = bytes("ee 01 00 01  01 01 00 01  01 01 00 02");
    let set = TlvSet::parse(Service::WDS, 0x22, &tlvs).unwrap();
    let answer = wds::get_packet_service_status::Response::from_tlvs(set);
    assert_eq!(answer.connection_status(), Ok(ConnectionStatus::DISCONNECTED));
    assert_eq!(set.iter().map(|tlv| tlv.kind).collect::<Vec<_>>(), [0xee, 1, 1]);
    assert_eq!(answer.result().unwrap_err().kind, DecodeErrorKind::Missing);
    assert_eq!(TlvSet::parse(Service::WDS, 0x22, &tlvs[..tlvs.len() - 1]), Err(HeaderError::Tlv { offset: 8 }));
}

#[test]
fn counts_that_lie_are_refused() {
    let tlvs = bytes("01 06 00  01 01 01 02 ff 05");
    let set = TlvSet::parse(Service::NAS, 0x24, &tlvs).unwrap();
    let error = nas::get_serving_system::Response::from_tlvs(set).serving_system().unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Count, 4));
}

#[test]
fn nested_lists() {
    let applications = [Application { pin1_state: PinState::DISABLED, pin1_retries: 3, ..Default::default() }];
    let cards = [Card::default(), Card { applications: (&applications).into(), ..Default::default() }];
    let status = CardStatus {
        index_gw_primary: 0x0100,
        index_1x_primary: 0xffff,
        index_gw_secondary: 0xffff,
        index_1x_secondary: 0x0002,
        cards: (&cards).into(),
    };
    let mut buffer = DIRTY;
    let framing = Framing::modem(4);
    let answer = write_response::<uim::get_card_status::Message>(&mut buffer, framing, 9, Verdict::SUCCESS, |answer| {
        answer.card_status(status);
    })
    .unwrap();
    let answer: uim::get_card_status::Response<'_> = view(answer, Kind::Response);
    let read = answer.card_status().unwrap().unwrap();
    assert_eq!(read, status);
    assert_eq!(read.cards.len(), 2);
    assert_eq!(read.application(read.index_gw_primary).unwrap().1.pin1_retries, 3);
    assert!(read.application(read.index_1x_primary).is_none());
    assert!(read.application(read.index_1x_secondary).is_none());
}

#[test]
fn personal_values_are_masked() {
    let info = uim::VerifyPinInfo { pin_id: uim::PinId::PIN1, pin_value: "1234".into() };
    assert_eq!(format!("{info:?}"), "VerifyPinInfo { pin_id: PIN1, pin_value: *** }");
    let wire = bytes("01 16 00  00 01 01  00 01 00  20 00  0A 00  18 03 00 61 62 63  19 01 00 04");
    let request: wds::start_network::Request<'_> = view(&wire, Kind::Request);
    assert_eq!(format!("{request:?}"), "Request({24: 3, 25: 1})");
    let shown = catalogue::frame_to_json(&wire, None, true).unwrap().json.to_string();
    assert!(shown.contains("***") && !shown.contains("616263") && !shown.contains("abc"), "{shown}");
    let shown = catalogue::frame_to_json(&wire, None, false).unwrap().json.to_string();
    assert!(shown.contains("\"abc\""), "{shown}");
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let mut buffer = [0; 600];
    let framing = Framing::host(1);
    let mut write = |fill: &mut dyn FnMut(&mut MessageWriter<'_>)| {
        let head = Head { framing, service: Service::NAS, kind: Kind::Request, transaction: 1, id: 1 };
        let mut writer = MessageWriter::new(&mut buffer, &head);
        fill(&mut writer);
        writer.finish().map(|message| message.len())
    };
    let long = [0; 300];
    assert_eq!(write(&mut |w| w.put(1, &Str::<u8>::from(&long))), Err(EncodeError::TooLong { limit: 255 }));
    assert_eq!(write(&mut |w| w.put(1, &Str::<u16, 200>::from(&long))), Err(EncodeError::TooLong { limit: 200 }));
    assert_eq!(write(&mut |w| w.put(1, &Bytes::<u8>::from(&long))), Err(EncodeError::TooLong { limit: 255 }));
    assert_eq!(write(&mut |w| w.put(1, &Bytes::<u16>::from(&long))), Ok(13 + 3 + 2 + 300));
    let wide = qmi_wire::field::As::<Service, u8>::from(Service::SSC);
    assert_eq!(write(&mut |w| w.put(1, &wide)), Err(EncodeError::OutOfRange));
    assert_eq!(write(&mut |w| w.put(1, &qmi_wire::field::Uint::<2>(0x1_0000))), Err(EncodeError::OutOfRange));
    let interface = qmi_wire::field::As::<RadioInterface, u8>::from(RadioInterface::UNKNOWN);
    assert_eq!(write(&mut |w| w.put(1, &interface)), Ok(13 + 3 + 1));
    let huge = vec![0; 70_000];
    let rest = qmi_wire::text::Rest::<{ usize::MAX }>::from(huge.as_slice());
    assert_eq!(write(&mut |w| w.put(1, &rest)), Err(EncodeError::TooLong { limit: 65535 }));
    // The message is too long although no TLV is.
    let half = qmi_wire::text::Rest::<{ usize::MAX }>::from(&huge[..40_000]);
    let twice = |w: &mut MessageWriter<'_>| {
        w.put(1, &half);
        w.put(2, &half);
    };
    assert_eq!(write(&mut { twice }), Err(EncodeError::TooLong { limit: 65535 }));
}

#[test]
fn heads_that_do_not_fit_are_refused() {
    let sync = |buffer: &mut [u8], transaction| {
        write_request::<ctl::sync::Message>(buffer, Framing::host(0), transaction, |_| {}).map(|message| message.len())
    };
    assert_eq!(sync(&mut DIRTY.clone(), 256), Err(EncodeError::Header));
    for len in 0..12 {
        assert_eq!(sync(&mut [0; 12][..len], 1), Err(EncodeError::BufferTooSmall { needed: 12 }));
    }
    assert_eq!(sync(&mut [0; 12], 255), Ok(12));
    let control = |framing| {
        let mut buffer = DIRTY;
        write_request::<ssc::control::Message>(&mut buffer, framing, 1, |_| {}).map(|message| message.to_vec())
    };
    assert_eq!(control(Framing::host(1)), Err(EncodeError::Header));
    assert_eq!(control(Framing::Wide { client: 3 }).unwrap(), bytes("02 0c00 9001 03  00 0100 2000 0000"));
    assert_eq!(control(Framing::Bare).unwrap(), bytes("00 0100 2000 0000"));
}

#[test]
fn headers_that_lie_are_refused() {
    let good = bytes("01 15 00  80 01 01  04 05 00  22 00  09 00  01 02 00 02 00  12 01 00 04");
    for len in 0..good.len() {
        let Err(HeaderError::Incomplete { needed }) = Frame::parse(&good[..len]) else {
            panic!("a prefix of {len} bytes is no frame");
        };
        assert!(needed > len && needed <= good.len());
    }
    let spoiled = |at: usize, byte| {
        let mut frame = good.clone();
        frame[at] = byte;
        Frame::parse(&frame).map(drop)
    };
    assert_eq!(spoiled(0, 3), Err(HeaderError::Marker(3)));
    assert_eq!(spoiled(1, 10), Err(HeaderError::Length(10)));
    assert_eq!(spoiled(1, 11), Err(HeaderError::Length(11)));
    assert_eq!(spoiled(1, 0x14), Err(HeaderError::TlvLength { declared: 9, present: 8 }));
    assert_eq!(spoiled(11, 8), Err(HeaderError::TlvLength { declared: 8, present: 9 }));
    assert_eq!(spoiled(14, 3), Err(HeaderError::Tlv { offset: 6 }));
    // Who sent it is not checked, and what follows a frame is another's.
    assert_eq!(spoiled(3, 0), Ok(()));
    let two = [&good[..], &good[..5]].concat();
    assert_eq!(Frame::parse(&two).unwrap().framing, Framing::Qmux { sender: Sender::MODEM, client: 1 });
    // Without a frame the surplus may be padding.
    let bare = [&good[6..], &[0, 0, 0]].concat();
    assert_eq!(Message::parse(Service::WDS, &bare).unwrap().tlvs.iter().count(), 2);
    assert!(Message::parse(Service::WDS, &bare[..15]).is_err());
}

#[test]
fn refusing_what_is_not_known() {
    let head =
        Head { framing: Framing::modem(2), service: Service::DMS, kind: Kind::Response, transaction: 7, id: 0x7fff };
    let mut buffer = DIRTY;
    let answer = write_verdict(&mut buffer, &head, Verdict::failure(ProtocolError::INVALID_QMI_COMMAND)).unwrap();
    assert_eq!(answer, bytes("01 1300 80 02 02  02 0700 ff7f 0700  02 0400 0100 4700"));
}

#[test]
fn undeclared_tlvs_can_be_written() {
    let mut buffer = DIRTY;
    let request = write_request::<dms::get_ids::Message>(&mut buffer, Framing::host(1), 1, |request| {
        request.writer().put(0xf0, &7_u32);
    });
    assert_eq!(request.unwrap()[13..], [0xf0, 4, 0, 7, 0, 0, 0]);
}

#[test]
fn finding_services_over_qrtr() {
    let mut buffer = DIRTY;
    let lookup = Control::NewLookup { service: 3, instance: 0 };
    let wire = lookup.write(&mut buffer).unwrap();
    assert_eq!(wire, bytes("0a000000 03000000 00000000 00000000 00000000"));
    assert_eq!(Control::parse(wire), Ok(lookup));
    let wire = bytes("04000000 03000000 01020000 00000000 07400000");
    let Control::NewServer(server) = Control::parse(&wire).unwrap() else { panic!() };
    assert_eq!((server.service(), server.version(), server.instance_number()), (Some(Service::NAS), 1, 2));
    assert_eq!(server, Server::new(Service::NAS, 1, 2, Address { node: 0, port: 0x4007 }));
    assert!(!server.is_end() && Server::default().is_end());
    let mut buffer = DIRTY;
    assert_eq!(Control::NewServer(server).write(&mut buffer).unwrap(), wire);
    assert_eq!(Address::control(1), Address { node: 1, port: CONTROL_PORT });
    for command in 0..20_u8 {
        let mut wire = [command, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        let again = Control::parse(&wire).unwrap();
        let mut buffer = DIRTY;
        let written = again.write(&mut buffer).unwrap();
        assert_eq!(Control::parse(written), Ok(again));
        wire[4] = 9;
        assert!(Control::parse(&wire[..19]).is_err());
    }
}

// What a vendor's crate would write.
qmi_service! {
    Service(0xf1), "ACME";

    /// Lights a lamp.
    pub mod set_lamp "Set Lamp" = 0x0021 (vendor 0x1234) [abortable] {
        request {
            /// Which one.
            0x01 required => lamp: u8,
            /// Its name.
            0x10 => label personal: Str<'a>,
        }
        response {
            /// How bright it is.
            0x10 success => brightness: u16,
        }
    }

    /// A lamp burnt out.
    pub mod lamp_indication "Lamp" = 0x0022 {
        indication {
            /// Which one.
            0x01 required => lamp: u8,
        }
    }
}

#[test]
fn a_vendor_declares_its_own_messages() {
    assert_eq!((set_lamp::Message::SERVICE, set_lamp::Message::ID), (Service(0xf1), 0x21));
    assert_eq!(set_lamp::Message::VENDOR, Some(0x1234));
    const { assert!(<set_lamp::Message as qmi_wire::Exchange>::ABORTABLE) };
    let mut buffer = DIRTY;
    let request = write_request::<set_lamp::Message>(&mut buffer, Framing::host(1), 1, |request| {
        request.lamp(3).label("red".into());
    })
    .unwrap();
    let request: set_lamp::Request<'_> = view(request, Kind::Request);
    assert_eq!((request.lamp(), request.label().unwrap().unwrap()), (Ok(3), "red".into()));
    let row = SERVICE.row(&SERVICE.messages[0]);
    assert_eq!(row["service"], "ACME");
    assert_eq!(row["input"][1]["personal"], true);
    assert_eq!(row["output"][1]["when"], "success");
    assert_eq!(SERVICE.messages[1].name, "Lamp");
}

#[test]
fn wms_causes_have_two_widths() {
    // The same cause is one byte in one message and two in another.
    let tlvs = bytes("11 02 00  26 45");
    let set = TlvSet::parse(Service::WMS, 0x37, &tlvs).unwrap();
    let request = wms::send_ack::Request::from_tlvs(set);
    let ack = request.failure_information_3gpp().unwrap().unwrap();
    assert_eq!((ack.rp_cause.value.0, ack.tp_cause.0), (0x26, 0x45));
    let tlvs = bytes("12 03 00  26 00 45");
    let set = TlvSet::parse(Service::WMS, 0x20, &tlvs).unwrap();
    let cause = wms::raw_send::Response::from_tlvs(set).gsm_wcdma_cause_info().unwrap().unwrap();
    assert_eq!((cause.rp_cause.0, cause.tp_cause.0), (0x26, 0x45));
}
