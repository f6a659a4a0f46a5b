//! What a broken or hostile modem sends: every refusal says where, and nothing takes long. Small enough to run under an
//! interpreter that watches memory.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use qmi_wire::frame::{Frame, Framing, HeaderError, Message, MessageWriter, frame_len, set_transaction};
use qmi_wire::frame::{Head, Kind, Sender};
use qmi_wire::link::{Ethernet, LinkError};
use qmi_wire::message::write_response;
use qmi_wire::qmap::{self, Direction, Field, Frames, QmapError, Version};
use qmi_wire::qrtr::Control;
use qmi_wire::service::uim::{Application, Card, CardStatus, get_card_status, read_transparent};
use qmi_wire::service::{Service, nas, wds};
use qmi_wire::text::Bytes;
use qmi_wire::{DecodeErrorKind, EncodeError, TlvSet, Verdict, View};

/// A frame of a card with two applications: lists in lists, with texts of any length in them.
fn card_status(buffer: &mut [u8]) -> &[u8] {
    let applications = [
        Application { application_identifier_value: (&[0xa0, 0, 0, 0, 0x87]).into(), ..Application::default() },
        Application { application_identifier_value: (&[]).into(), ..Application::default() },
    ];
    let cards = [Card { applications: (&applications).into(), ..Card::default() }];
    write_response::<get_card_status::Message>(buffer, Framing::modem(3), 9, Verdict::SUCCESS, |response| {
        response.card_status(CardStatus { cards: (&cards).into(), ..CardStatus::default() });
    })
    .unwrap()
}

/// Walks everything in it.
fn walk(status: &CardStatus<'_>) -> usize {
    let applications = status.cards.iter().flat_map(|card| card.applications.iter());
    applications.map(|application| 1 + application.application_identifier_value.bytes.len()).sum()
}

#[test]
fn a_frame_cut_anywhere_is_incomplete() {
    let mut buffer = [0xa5; 256];
    let frame = card_status(&mut buffer);
    for length in 0..frame.len() {
        let needed = if length < 3 { 3.max(length) } else { frame.len() };
        match Frame::parse(&frame[..length]) {
            Err(HeaderError::Incomplete { needed: said }) => {
                assert!(said >= needed && said > length, "{length}: {said}")
            }
            other => panic!("{length}: {other:?}"),
        }
    }
    let message = Frame::parse(frame).unwrap().message;
    let status = get_card_status::Response::from_tlvs(message.tlvs).card_status().unwrap().unwrap();
    assert_eq!(walk(&status), 7);
}

#[test]
fn a_value_cut_anywhere_is_refused_with_its_place() {
    let mut buffer = [0xa5; 256];
    let frame = card_status(&mut buffer);
    let value = Frame::parse(frame).unwrap().message.tlvs.find(0x10).unwrap();
    for length in 0..value.len() {
        let mut tlvs = vec![0x10, u8::try_from(length).unwrap(), 0];
        tlvs.extend(&value[..length]);
        let set = TlvSet::parse(Service::UIM, 0x2f, &tlvs).unwrap();
        let error = get_card_status::Response::from_tlvs(set).card_status().unwrap_err();
        assert_eq!((error.service, error.message, error.tlv), (Service::UIM, 0x2f, 0x10));
        assert!(matches!(error.kind, DecodeErrorKind::OutOfBounds | DecodeErrorKind::Count), "{error}");
        assert!(usize::from(error.offset) <= length, "{error}");
    }
}

#[test]
fn any_byte_may_be_wrong() {
    let mut buffer = [0xa5; 256];
    let frame = card_status(&mut buffer).to_vec();
    for place in 0..frame.len() {
        for wrong in [0x00, 0x01, 0x7f, 0x80, 0xff, frame[place] ^ 1] {
            let mut frame = frame.clone();
            frame[place] = wrong;
            let Ok(parsed) = Frame::parse(&frame) else { continue };
            for tlv in parsed.message.tlvs {
                assert!(tlv.value.len() <= frame.len());
            }
            let response = get_card_status::Response::from_tlvs(parsed.message.tlvs);
            if let Ok(Some(status)) = response.card_status() {
                assert!(walk(&status) <= frame.len());
            }
            let _ = response.result();
        }
    }
}

#[test]
fn lengths_that_contradict_each_other() {
    let ok = [1, 15, 0, 0x80, 3, 1, 2, 1, 0, 0x4d, 0, 3, 0, 0x10, 0, 0];
    assert!(Frame::parse(&ok).is_ok());
    for (place, wrong, error) in [
        (0, 0x7e, HeaderError::Marker(0x7e)),
        (1, 10, HeaderError::Length(10)),
        (1, 14, HeaderError::TlvLength { declared: 3, present: 2 }),
        (1, 16, HeaderError::Incomplete { needed: 17 }),
        (11, 4, HeaderError::TlvLength { declared: 4, present: 3 }),
        (12, 0xff, HeaderError::TlvLength { declared: 0xff03, present: 3 }),
        (14, 1, HeaderError::Tlv { offset: 0 }),
    ] {
        let mut frame = ok;
        frame[place] = wrong;
        assert_eq!(Frame::parse(&frame), Err(error), "byte {place}");
    }
    // Routers pad; frames do not.
    assert!(Message::parse(Service::NAS, &[2, 1, 0, 0x4d, 0, 0, 0, 9, 9]).is_ok());
    assert!(Message::parse(Service::NAS, &[2, 1, 0, 0x4d, 0, 1, 0]).is_err());
    assert_eq!(frame_len(&[]), Err(HeaderError::Incomplete { needed: 6 }));
    assert_eq!(set_transaction(&mut [1, 2, 3], 1), Err(EncodeError::BufferTooSmall { needed: 12 }));
}

#[test]
fn the_first_of_two_tlvs_counts_and_missing_ones_are_named() {
    let tlvs = [0x01, 1, 0, 7, 0x01, 1, 0, 8];
    let set = TlvSet::parse(Service::WDS, 0x22, &tlvs).unwrap();
    assert_eq!(set.get::<u8>(1), Ok(Some(7)));
    assert_eq!(set.iter().count(), 2);
    let response = wds::start_network::Response::from_tlvs(TlvSet::empty(Service::WDS, 0x20));
    let error = response.result().unwrap_err();
    assert_eq!((error.kind, error.tlv, error.message), (DecodeErrorKind::Missing, 2, 0x20));
    assert_eq!(error.to_string(), "WDS message 0x0020, TLV 0x02, offset 0: mandatory TLV missing");
}

#[test]
fn counts_are_compared_with_the_room_before_anything_loops() {
    // A list of 16-bit count: 65535 elements announced, none there.
    let set = [0x11, 2, 0, 0xff, 0xff];
    let set = TlvSet::parse(Service::UIM, 0x20, &set).unwrap();
    let error = read_transparent::Response::from_tlvs(set).read_result().unwrap_err();
    assert!(matches!(error.kind, DecodeErrorKind::OutOfBounds | DecodeErrorKind::Count));
    let set = [0x10, 2, 0, 0xff, 0xff];
    let set = TlvSet::parse(Service::NAS, 0x21, &set).unwrap();
    let error = nas::network_scan::Response::from_tlvs(set).network_information().unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::Count, 0));
}

#[test]
fn what_does_not_fit_is_said_before_it_leaves() {
    let framing = Framing::Qmux { sender: Sender::HOST, client: 1 };
    let head = |service| Head { framing, service, kind: Kind::Request, transaction: 300, id: 1 };
    assert_eq!(MessageWriter::new(&mut [0; 64], &head(Service::CTL)).finish().err(), Some(EncodeError::Header));
    assert_eq!(MessageWriter::new(&mut [0; 64], &head(Service::SSC)).finish().err(), Some(EncodeError::Header));
    let short = MessageWriter::new(&mut [0; 4], &head(Service::DMS)).finish().err();
    assert_eq!(short, Some(EncodeError::BufferTooSmall { needed: 13 }));
    let mut buffer = [0; 600];
    let mut writer = MessageWriter::new(&mut buffer, &head(Service::DMS));
    writer.put(1, &Bytes::<u8>::from(&[0_u8; 256]));
    assert_eq!(writer.finish().err(), Some(EncodeError::TooLong { limit: 255 }));
}

#[test]
fn control_packets_of_the_router_of_any_length() {
    let packet = [4_u8, 0, 0, 0, 3, 0, 0, 0, 1, 1, 0, 0, 7, 0, 0, 0, 0x34, 0x12, 0, 0];
    assert!(
        matches!(Control::parse(&packet), Ok(Control::NewServer(server)) if server.service() == Some(Service::NAS))
    );
    for length in 0..packet.len() {
        assert!(Control::parse(&packet[..length]).is_err(), "{length}");
    }
}

#[test]
fn transfers_of_the_data_path_are_refused_by_field() {
    use qmap::QmapErrorKind::{Missing, OutOfBounds, Value};
    let read = |version, direction, bytes: &[u8]| {
        let frames = Frames::new(bytes, version, direction);
        let errors = |frame: Result<qmap::Frame<'_>, QmapError>| {
            frame.map(|frame| frame.offset).map_err(|error| (error.kind, error.field, error.offset))
        };
        frames.map(errors).collect::<Vec<_>>()
    };
    let down = |version, bytes: &[u8]| read(version, Direction::Downlink, bytes);
    // One whole packet in front shows that what can be read is.
    let cases: [(Version, &[u8], &[_]); 16] = [
        (Version::V1, &[0, 1, 0], &[Err((OutOfBounds, Field::Header, 0))]),
        (Version::V1, &[0, 1, 0, 1, 0x45, 0, 0, 0], &[Ok(0)]),
        (Version::V1, &[0, 1, 0, 1, 0x45, 0, 0, 0, 0, 0, 0, 0], &[Ok(0)]),
        (Version::V1, &[0, 1, 0, 1, 0x45, 0, 0, 0, 0, 0, 9], &[Ok(0), Err((Value, Field::Length, 7))]),
        (Version::V1, &[0, 1, 0, 1, 0x45, 0, 1, 0, 2, 0x45], &[Ok(0), Err((OutOfBounds, Field::Length, 7))]),
        (Version::V1, &[0, 1, 0xff, 0xff, 0x45], &[Err((OutOfBounds, Field::Length, 2))]),
        (Version::V1, &[2, 1, 0, 2, 0x45, 0], &[Err((Value, Field::PadLength, 0))]),
        (Version::V1, &[63, 1, 0, 2, 0x45, 0, 0, 1, 0, 1, 0x45], &[Err((Value, Field::PadLength, 0)), Ok(6)]),
        (Version::V1, &[0x80, 1, 0, 2, 1, 0], &[Err((OutOfBounds, Field::Command, 4))]),
        (Version::V4, &[0, 1, 0, 1, 0x45, 0, 0, 0, 0, 0, 0, 0], &[Err((OutOfBounds, Field::Trailer, 5))]),
        (Version::V5, &[0x40, 1, 0, 1, 4, 0], &[Err((OutOfBounds, Field::NextHeader, 4))]),
        (Version::V5, &[0x40, 1, 0, 1, 4, 0, 0, 0], &[Err((OutOfBounds, Field::Length, 2))]),
        (
            Version::V5,
            &[0, 1, 0, 1, 0x45, 0x40, 1, 0, 1, 4, 0, 0, 0, 0x45],
            &[Err((Missing, Field::NextHeader, 4)), Ok(5)],
        ),
        // Coalesced packets, and a header behind the header.
        (Version::V5, &[0x40, 1, 0, 1, 2, 0, 0, 0, 0x45], &[Err((Value, Field::NextHeader, 4))]),
        (Version::V5, &[0x40, 1, 0, 1, 5, 0, 0, 0, 0x45], &[Err((Value, Field::NextHeader, 4))]),
        (Version::V5, &[0xc0, 1, 0, 1, 0x45], &[Err((OutOfBounds, Field::Command, 4))]),
    ];
    for (nth, (version, bytes, expected)) in cases.into_iter().enumerate() {
        assert_eq!(down(version, bytes), expected, "case {nth}");
    }
    let up = read(Version::V4, Direction::Uplink, &[0, 1, 0, 1, 0, 0]);
    assert_eq!(up, [Err((OutOfBounds, Field::NextHeader, 4))]);
    // The most frames that a transfer can hold.
    assert_eq!(down(Version::V1, &[0, 1, 0, 1, 0x45].repeat(2000)).len(), 2000);
    assert_eq!(down(Version::V1, &[63, 1, 0, 1, 0x45].repeat(2000)).len(), 2000);
}

#[test]
fn short_frames_of_the_data_path() {
    for end in 0..14 {
        assert_eq!(Ethernet::parse(&[0; 14][..end]), Err(LinkError::Incomplete));
    }
    assert_eq!(Ethernet::parse(&[0; 14]), Ok((Ethernet::default(), &[][..])));
    for end in 0..16 {
        assert_eq!(qmap::Command::parse(&[0; 16][..end]), None);
    }
}
