//! What a broken or hostile modem sends: every refusal names the field by its offset, and nothing takes long.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use mbim_wire::bytes::{BytesLengthFirst, InlineBytes, Rest, SizedBytes};
use mbim_wire::field::{EmptyView, Raw};
use mbim_wire::fragment::{Assembler, AssemblyError, Progress, Splitter};
use mbim_wire::list::{Array, ElementArray, RefArray, RefList, RefSequence, RefStruct, TextList};
use mbim_wire::message::{self, Body, HeaderError, Transfer};
use mbim_wire::ntb::{Field as NtbField, Ntb16, NtbError, NtbErrorKind};
use mbim_wire::service::basic_connect::{
    BASIC_CONNECT, ConnectSet, DeviceServicesInfoView, IpConfigurationInfoView, PacketFilter, PinSet, ProviderView,
    RsrpSnrInfoView, SubscriberReadyStatusInfoView,
};
use mbim_wire::text::{Text, Utf8, Utf16};
use mbim_wire::tlv::{Tlv, TlvList, TlvNumbers, TlvText, TlvType};
use mbim_wire::usb::descriptor::{self, Descriptors};
use mbim_wire::usb::notification::Notification;
use mbim_wire::{DecodeError, DecodeErrorKind, Encode, EncodeError, Field, View, Writer};

/// Words as bytes.
fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn error(kind: DecodeErrorKind, offset: u32) -> DecodeError {
    let mut error = DecodeError::new(kind, 0);
    error.offset = offset;
    error
}

fn written(value: &dyn Encode) -> Result<Vec<u8>, EncodeError> {
    let mut buffer = [0xa5; 2048];
    let mut writer = Writer::new(&mut buffer);
    writer.structure(value);
    writer.finish().map(|bytes| bytes.to_vec())
}

#[test]
fn text_of_modems() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let field = |bytes: &[u8]| [words(&[8, u32::try_from(bytes.len()).unwrap()]), bytes.to_vec()].concat();
    let read = |base: &[u8]| <Text<'_> as Field<'_>>::at(base, 0).map(|text| text.to_string());
    assert_eq!(read(&field(&utf16("Ålesund ☎ 𝄞"))), Ok("Ålesund ☎ 𝄞".into()));
    // Counted-in NULs end the text; a lone surrogate is replaced; an odd length is an error.
    assert_eq!(read(&field(&utf16("net\0\0"))), Ok("net".into()));
    assert_eq!(read(&field(&[0x61, 0, 0, 0xd8, 0x62, 0])), Ok("a\u{fffd}b".into()));
    assert_eq!(read(&field(&[0x61, 0, 0x62])), Err(error(DecodeErrorKind::Text, 0)));
    // Size 0 is absent, wherever the offset points; a size beyond the end is refused.
    assert_eq!(read(&words(&[0xffff_fff0, 0])), Ok(String::new()));
    assert_eq!(read(&words(&[8, 2])), Err(error(DecodeErrorKind::OutOfBounds, 0)));
    assert_eq!(read(&words(&[0xffff_fffe, 4, 0])), Err(error(DecodeErrorKind::OutOfBounds, 0)));
    assert_eq!(read(&words(&[8])), Err(error(DecodeErrorKind::OutOfBounds, 4)));
    assert_eq!(Utf8::at(&field(b"USIM\0\0"), 0), Ok(Utf8("USIM")));
    assert_eq!(Utf8::at(&field(&[0xff]), 0), Err(error(DecodeErrorKind::Text, 0)));
    let long = "a".repeat(40);
    let text = Utf16::from(&*long);
    assert_eq!(text.to_utf8(&mut [0; 39]), None);
    assert_eq!(text.to_utf8(&mut [0; 40]), Some(&*long));
    assert_eq!(format!("{:?}", Utf16::from("a\r\n\"\u{7f}")), r#""a\r\n\"\u{7f}""#);
}

#[test]
fn counts_are_compared_with_the_room_before_anything_loops() {
    for count in [1, 2, 0x1fff_ffff, 0x2000_0000, 0x7fff_ffff, u32::MAX] {
        let base = words(&[count]);
        assert_eq!(
            RefList::<ProviderView<'_>>::at(&base, 4).map(drop),
            Err(error(DecodeErrorKind::Count, 4)),
            "{count}"
        );
        assert_eq!(TextList::<4>::at(&base, 4).map(drop), Err(error(DecodeErrorKind::Count, 4)));
        assert_eq!(Array::<u32>::at(&base, 4).map(drop), Err(error(DecodeErrorKind::Count, 4)));
        let base = words(&[count, 8]);
        assert_eq!(RefArray::<u32>::at(&base, 4).map(drop), Err(error(DecodeErrorKind::Count, 4)));
        let base = words(&[8, 4, count]);
        assert_eq!(RefSequence::<RsrpSnrInfoView<'_>>::at(&base, 0).map(drop), Err(error(DecodeErrorKind::Count, 0)));
    }
    let ip = words(&[0, 1, 0, u32::MAX, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(IpConfigurationInfoView::new(&ip).ipv4_address().map(drop), Err(error(DecodeErrorKind::Count, 16)));
    // The neighbours can be read all the same.
    assert_eq!(IpConfigurationInfoView::new(&ip).ipv4_mtu(), Ok(0));
}

#[test]
fn list_elements_of_size_0_and_beyond_the_end() {
    // Two elements: one of size 0, one that starts beyond the end.
    let base = words(&[2, 20, 0, 4000, 44, 0]);
    let list = RefList::<ProviderView<'_>>::at(&base, 4).unwrap();
    let read: Vec<_> = list.iter().map(|element| element.map(drop)).collect();
    assert_eq!(read, [Err(error(DecodeErrorKind::OutOfBounds, 4)), Err(error(DecodeErrorKind::OutOfBounds, 12))]);
    // An element that states more than there is ends where the bytes end.
    let base = words(&[1, 12, 4000, 7, 0, 0, 0]);
    let view = RefList::<RsrpSnrInfoView<'_>>::at(&base, 4).unwrap().views().next().unwrap().unwrap();
    assert_eq!((view.base().len(), view.rsrp()), (16, Ok(7)));
    assert_eq!(view.read().map(drop), Err(error(DecodeErrorKind::OutOfBounds, 16)));
}

#[test]
fn overlapping_and_self_referring_regions_are_read_in_bounded_time() {
    // 1000 elements that all are the whole buffer, by their size or because none is stated. Some are read, for overlaps
    // are allowed; but all together cost as much as a few dozen passes, not as many as there are elements.
    for size in [8 * 1000, 0] {
        let mut base = words(&[1000]);
        for _ in 0..1000 {
            base.extend(words(&[4, size]));
        }
        let list = RefList::<ProviderView<'_>>::at(&base, 4).unwrap();
        let (read, refused): (Vec<_>, Vec<_>) = list.views().partition(Result::is_ok);
        let bytes: usize = read.iter().map(|view| view.unwrap().base().len()).sum();
        assert!(read.len() >= 30 && bytes <= 32 * base.len(), "{} elements of {bytes} bytes", read.len());
        assert_eq!(refused.last().unwrap().map(drop), Err(error(DecodeErrorKind::Count, 4 + 8 * 999)));
        let texts = TextList::<4>::at(&base, 4).unwrap();
        let bytes: usize = texts.iter().flatten().map(|text| text.wire_len()).sum();
        assert!(bytes <= 32 * base.len(), "texts of {bytes} bytes");
    }
    // A list of lists that points back at itself is no recursion: an element has no lists of its own kind.
    let services = [words(&[1, 0, 0, 4 + 16]), words(&[0; 4])].concat();
    assert!(DeviceServicesInfoView::new(&services).device_services().is_ok());
}

#[test]
fn a_sequence_ends_with_the_first_element_that_cannot_be_read() {
    // Three promised, room for the minimum of three, but the first text runs away.
    let mut base = words(&[8, 4 + 3 * 44, 3]);
    base.extend(words(&[0xffff, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
    base.extend(vec![0; 88]);
    let sequence = RefSequence::<ProviderView<'_>>::at(&base, 0).unwrap();
    let read: Vec<_> = sequence.iter().map(|element| element.map(drop)).collect();
    assert_eq!(read.len(), 1);
    assert!(read[0].is_err());
}

#[test]
fn tlvs_of_any_kind() {
    let tlv = |kind: u16, padding: u8, len: u32, data: &[u8]| {
        [&kind.to_le_bytes()[..], &[0, padding], &len.to_le_bytes(), data].concat()
    };
    let base =
        [tlv(10, 2, 2, &[0x69, 0, 0, 0]), tlv(4711, 0, 4, &[1, 2, 3, 4]), tlv(13, 1, 3, &[7, 8, 9, 0]), vec![1; 7]]
            .concat();
    assert_eq!(TlvText::<0>::at(&base, 0).unwrap().0, "i");
    let all: Vec<_> =
        TlvList::<0>::at(&base, 0).unwrap().iter().map(|tlv| tlv.map(|t| (t.kind.0, t.data.len()))).collect();
    assert_eq!(
        all,
        [Ok((10, 2)), Ok((4711, 4)), Ok((13, 3))],
        "unknown types are kept, seven bytes at the end ignored"
    );
    assert_eq!(Tlv::<2>::at(&base, 0).map(|t| t.kind), Ok(TlvType::PCO));
    // The wrong type, one too many, a length beyond the end, odd numbers.
    assert_eq!(TlvText::<1>::at(&base, 0).map(drop), Err(error(DecodeErrorKind::Tlv, 0)));
    assert!(Tlv::<3>::at(&base, 0).is_err());
    assert!(TlvText::<0>::at(&tlv(10, 0, u32::MAX, &[]), 0).is_err());
    assert_eq!(TlvNumbers::<0>::at(&tlv(11, 1, 3, &[1, 2, 3, 0]), 0).map(drop), Err(error(DecodeErrorKind::Tlv, 0)));
    // A padding that cannot be: the alignment decides.
    let base = [tlv(10, 255, 2, &[0x69, 0, 0, 0]), tlv(13, 0, 0, &[])].concat();
    assert_eq!(Tlv::<1>::at(&base, 0).map(|t| t.kind), Ok(TlvType::PCO));
    // Padding that is left out at the very end of a message is forgiven.
    assert_eq!(TlvText::<0>::at(&tlv(10, 2, 2, &[0x69, 0]), 0).map(|t| t.0.to_string()), Ok("i".into()));
    let list = TlvList::<0>::at(&tlv(10, 0, 100, &[0; 8]), 0).map(|list| list.iter().count());
    assert_eq!(list, Ok(1), "an element that runs past the end is one error, not an endless loop");
}

#[test]
fn inline_and_referenced_bytes_stay_inside() {
    let base = words(&[5, 0, 1]);
    assert!(InlineBytes::<8>::at(&base, 8).is_err());
    assert_eq!(InlineBytes::<4>::at(&words(&[4, 9]), 4), Ok(InlineBytes(&9_u32.to_le_bytes())));
    assert!(SizedBytes::<4>::at(&words(&[4, 6]), 4).is_err());
    assert_eq!(Rest::at(&base, 12), Ok(Rest(&[])));
    assert!(Rest::at(&base, 13).is_err());
    assert!(RefStruct::<RsrpSnrInfoView<'_>>::at(&words(&[8, 4, 0]), 0).is_err());
    let ready = words(&[1, 0, 0, 0, 0, 0, 0]);
    let view = SubscriberReadyStatusInfoView::new(&ready);
    assert!(view.check().is_ok() && view.read().is_ok());
    let short = SubscriberReadyStatusInfoView::new(&ready[..24]);
    assert_eq!(short.check(), Err(error(DecodeErrorKind::OutOfBounds, 24)));
}

#[test]
fn what_is_too_long_is_refused_before_it_is_sent() {
    let apn = "a".repeat(101);
    let connect = ConnectSet { access_string: (&*apn).into(), ..Default::default() };
    assert_eq!(written(&connect), Err(EncodeError::TooLong { limit: 200 }));
    let pin = PinSet { pin: "12345678901234567".into(), ..Default::default() };
    assert_eq!(written(&pin), Err(EncodeError::TooLong { limit: 32 }));
    assert!(written(&PinSet { pin: "1234567890123456".into(), ..Default::default() }).is_ok());
    let filter =
        PacketFilter { packet_filter: SizedBytes(&[1, 2, 3]), packet_mask: SizedBytes(&[1, 2]), ..Default::default() };
    assert_eq!(written(&filter), Err(EncodeError::LengthsDiffer));
    // An empty buffer measures.
    let mut writer = Writer::new(&mut []);
    writer.structure(&ConnectSet { access_string: "internet".into(), ..Default::default() });
    assert_eq!(writer.finish().map(drop), Err(EncodeError::BufferTooSmall { needed: 76 }));
}

#[test]
fn headers_that_lie() {
    let header = |kind: u32, len: u32| words(&[kind, len, 1, 1, 0]);
    assert_eq!(Transfer::parse(&header(0x8000_0007, 11)), Err(HeaderError::Length(11)));
    assert_eq!(Transfer::parse(&header(0x8000_0001, 12)), Err(HeaderError::Length(12)));
    assert_eq!(Transfer::parse(&header(5, 20)), Err(HeaderError::Type(5)));
    assert_eq!(Transfer::parse(&header(3, u32::MAX)), Err(HeaderError::Incomplete { needed: 0xffff_ffff }));
    for (total, current) in [(0, 0), (1, 1), (3, 4), (u32::MAX, u32::MAX)] {
        let bytes = words(&[0x8000_0003, 20, 1, total, current]);
        assert_eq!(Transfer::parse(&bytes), Err(HeaderError::Fragment { total, current }));
    }
    // A CLOSE with four bytes too many, as one host sends it.
    assert_eq!(Transfer::parse(&words(&[2, 16, 9, 0])).map(|t| t.body), Ok(Body::Close));
}

#[test]
fn forged_totals_cost_nothing_and_empty_fragments_are_refused() {
    let fragment = |total: u32, current: u32, payload: &[u8]| {
        let len = 20 + u32::try_from(payload.len()).unwrap();
        [words(&[0x8000_0003, len, 7, total, current]), payload.to_vec()].concat()
    };
    let mut memory = [0; 64];
    let mut assembler = Assembler::new(&mut memory);
    let mut push = |bytes: &[u8]| {
        let Ok(Transfer { body: Body::CommandDone(fragment), .. }) = Transfer::parse(bytes) else { panic!() };
        assembler.push(&fragment)
    };
    assert_eq!(push(&fragment(u32::MAX, 0, &[1; 32])), Ok(Progress::Pending));
    assert_eq!(push(&fragment(u32::MAX, 1, &[])), Err(AssemblyError::OutOfSequence));
    assert_eq!(push(&fragment(u32::MAX, 0, &[1; 32])), Ok(Progress::Pending));
    assert_eq!(push(&fragment(u32::MAX, 1, &[1; 33])), Err(AssemblyError::TooLong { needed: 65 }));
    assert_eq!(push(&fragment(2, 1, &[1; 3])), Err(AssemblyError::OutOfSequence));
}

#[test]
fn every_message_is_the_same_after_splitting_at_every_limit() {
    let body: Vec<u8> = (0..=255).collect();
    let mut buffer = [0; 512];
    let length = message::write_command_done(&mut buffer, 7, BASIC_CONNECT, 1, mbim_wire::Status::SUCCESS, &Raw(&body))
        .unwrap()
        .len();
    let original = buffer[..length].to_vec();
    for limit in 0..320 {
        let mut whole = original.clone();
        let mut memory = [0xa5; 512];
        let mut assembler = Assembler::new(&mut memory);
        let mut splitter = Splitter::new(&whole, limit);
        let mut count = 0;
        while let Some(transfer) = splitter.next(&mut whole) {
            count += 1;
            assert!(transfer.len() <= limit.max(21), "{} of {limit}", transfer.len());
            let Ok(Transfer { body: Body::CommandDone(fragment), .. }) = Transfer::parse(transfer) else { panic!() };
            if fragment.is_whole() {
                assert_eq!(transfer, original);
                continue;
            }
            let whole = assembler.push(&fragment).unwrap() == Progress::Whole;
            assert_eq!(whole, splitter.is_done());
        }
        assert_eq!(count, splitter.total());
        assert!(count == 1 || assembler.payload() == &original[20..]);
    }
}

#[test]
fn data_without_an_offset_would_lie_over_the_fixed_part_and_is_refused() {
    let refused = Err(error(DecodeErrorKind::OutOfBounds, 4));
    assert_eq!(SizedBytes::<4>::at(&words(&[4, 0, 9]), 4).map(drop), refused);
    assert_eq!(BytesLengthFirst::at(&words(&[7, 4, 0, 9]), 4).map(drop), refused);
    assert_eq!(RefArray::<u32>::at(&words(&[1, 0]), 4).map(drop), refused);
    assert_eq!(ElementArray::<RsrpSnrInfoView<'_>>::at(&words(&[1, 0, 0, 0, 0, 0]), 4).map(drop), refused);
    // Nothing needs no place.
    assert_eq!(SizedBytes::<4>::at(&words(&[0, 0]), 4), Ok(SizedBytes(&[])));
    assert_eq!(RefArray::<u32>::at(&words(&[0, 0]), 4).map(|list| list.len()), Ok(0));
}

#[test]
fn elements_without_bytes_are_counted_as_if_they_had_some() {
    let base = words(&[u32::MAX, 8]);
    let list = ElementArray::<EmptyView<'_>>::at(&base, 4).map(|list| list.len());
    assert_eq!(list, Err(error(DecodeErrorKind::Count, 4)));
}

#[test]
fn an_element_that_may_be_empty_is_empty_and_not_the_rest_of_the_message() {
    use mbim_wire::bytes::RestUnpadded;
    use mbim_wire::service::ms_uicc_low_level_access::{
        TerminalCapabilityInfo, TerminalCapabilityList, TerminalCapabilityListView,
    };

    let object = |bytes| TerminalCapabilityInfo { terminal_capability_data: RestUnpadded(bytes) };
    let objects = [object(&[]), object(&[0xa9, 3])];
    let bytes = written(&TerminalCapabilityList { terminal_capability: RefList::new(&objects), ..Default::default() });
    let bytes = bytes.unwrap();
    let read = TerminalCapabilityListView::new(&bytes).terminal_capability().unwrap();
    assert_eq!(read.iter().collect::<Result<Vec<_>, _>>(), Ok(objects.to_vec()));
}

#[cfg(feature = "catalogue")]
mod json {
    use mbim_wire::catalogue::{DescribeView, Problem, message_to_json};
    use mbim_wire::service::basic_connect::{DeviceServicesInfoView, HomeProviderSetView, Pin, PinSet};
    use mbim_wire::service::ms_basic_connect_extensions::BaseStationsInfoInfoView;

    use super::*;

    #[test]
    fn errors_name_the_field_by_its_path() {
        let path = |info: &mbim_wire::catalogue::StructInfo, base: &[u8]| {
            let error = info.decode(base, false).unwrap_err();
            (error.path, error.offset)
        };
        // A structure in place, and one elsewhere.
        let provider = words(&[4000, 12, 0, 0, 0, 0, 0, 0]);
        assert_eq!(path(HomeProviderSetView::INFO, &provider), ("Provider.ProviderId".into(), 0));
        // GSM cell: the pair at 4 points to 76, where its first text runs away.
        let mut cells = vec![0; 76 + 64];
        cells[4..12].copy_from_slice(&words(&[76, 64]));
        cells[76..84].copy_from_slice(&words(&[4000, 12]));
        assert_eq!(path(BaseStationsInfoInfoView::INFO, &cells), ("GsmServingCell.ProviderId".into(), 76));
    }

    #[test]
    fn a_small_message_does_not_become_a_huge_document() {
        // 500 services, each with the same 1000 commands.
        let (count, cids) = (500_u32, 1000_u32);
        let element = 8 + 8 * count;
        let mut base = words(&[count, 0]);
        for _ in 0..count {
            base.extend(words(&[element, 28 + 4 * cids]));
        }
        base.extend(words(&[0, 0, 0, 0, 0, 0, cids]));
        base.extend(words(&vec![7; cids as usize]));
        let error = DeviceServicesInfoView::INFO.decode(&base, false).unwrap_err();
        assert_eq!(error.problem, Problem::Decode(DecodeErrorKind::Count), "{error}");
    }

    #[test]
    fn what_is_personal_is_masked_in_fragments_too() {
        let mut buffer = [0; 256];
        let set = PinSet { pin: "1234".into(), new_pin: "5678".into(), ..Default::default() };
        let message = message::write_set::<Pin>(&mut buffer, 7, &set).unwrap();
        let mut splitter = Splitter::new(message, 64);
        assert!(splitter.total() > 1);
        while let Some(transfer) = splitter.next(message) {
            let shown = |mask| message_to_json(transfer, 1, mask).unwrap().json;
            assert!(shown(false).get("fragment_payload").is_some());
            assert_eq!(shown(true).get("fragment_payload"), None);
            assert_eq!(shown(true).get("fragments_total"), shown(false).get("fragments_total"));
        }
    }
}

/// Halves as bytes.
fn halves(halves: &[u16]) -> Vec<u8> {
    halves.iter().flat_map(|half| half.to_le_bytes()).collect()
}

/// A block of 64 bytes: a header, and what is put behind it.
fn ntb(first_ndp: u16, parts: &[(usize, &[u16])]) -> Vec<u8> {
    let mut bytes = [b"NCMH".to_vec(), halves(&[12, 0, 64, first_ndp]), vec![0; 52]].concat();
    for (at, numbers) in parts {
        let numbers = halves(numbers);
        bytes[*at..at + numbers.len()].copy_from_slice(&numbers);
    }
    bytes
}

/// "IPS", session 0.
const IPS: [u16; 2] = [0x5049, 0x0053];

#[test]
fn blocks_with_wrong_headers_and_ndps_are_refused_by_field() {
    use NtbErrorKind::{OutOfBounds, Overlap, TooMany, Value};
    let [i, s] = IPS;
    let good = ntb(16, &[(16, &[i, s, 16, 0, 40, 8, 0, 0])]);
    assert_eq!(Ntb16::parse(&good).unwrap().datagrams().count(), 1);
    for end in 0..64 {
        assert!(Ntb16::parse(&good[..end]).is_err(), "{end}");
    }
    let cases = [
        ([b"NCMX".to_vec(), good[4..].to_vec()].concat(), (Value, NtbField::Signature, 0)),
        (ntb(16, &[(4, &[11])]), (Value, NtbField::HeaderLength, 4)),
        (ntb(16, &[(4, &[65])]), (OutOfBounds, NtbField::HeaderLength, 4)),
        (ntb(16, &[(8, &[65])]), (OutOfBounds, NtbField::BlockLength, 8)),
        (ntb(16, &[(8, &[8])]), (OutOfBounds, NtbField::HeaderLength, 4)),
        (ntb(57, &[]), (OutOfBounds, NtbField::NdpIndex, 10)),
        (ntb(u16::MAX, &[]), (OutOfBounds, NtbField::NdpIndex, 10)),
        (ntb(4, &[(8, &[64])]), (Overlap, NtbField::NdpIndex, 10)),
        (ntb(16, &[(16, &[i, s, 15])]), (Value, NtbField::NdpLength, 20)),
        (ntb(16, &[(16, &[i, s, 0])]), (Value, NtbField::NdpLength, 20)),
        (ntb(16, &[(16, &[i, s, 49])]), (OutOfBounds, NtbField::NdpLength, 20)),
        (ntb(16, &[(16, &[i, s, u16::MAX])]), (OutOfBounds, NtbField::NdpLength, 20)),
        // To itself, into itself, in a circle.
        (ntb(16, &[(16, &[i, s, 16, 16])]), (Overlap, NtbField::NextNdpIndex, 22)),
        (ntb(16, &[(16, &[i, s, 16, 24, 0, 0, 16])]), (Overlap, NtbField::NextNdpIndex, 22)),
        (ntb(16, &[(16, &[i, s, 16, 32]), (32, &[i, s, 16, 16])]), (Overlap, NtbField::NextNdpIndex, 38)),
        (ntb(16, &[(16, &[i, s, 16, 60])]), (OutOfBounds, NtbField::NextNdpIndex, 22)),
    ];
    for (nth, (bytes, (kind, field, offset))) in cases.into_iter().enumerate() {
        assert_eq!(Ntb16::parse(&bytes).map(drop), Err(NtbError { kind, field, offset }), "case {nth}");
    }
    // A long chain of empty NDPs.
    let mut chain = [b"NCMH".to_vec(), halves(&[12, 0, 0, 12])].concat();
    for nth in 1..=2000 {
        chain.extend(halves(&[i, s, 16, 12 + nth * 16, 0, 0, 0, 0]));
    }
    let end = chain.len() - 10;
    chain[end..end + 2].fill(0);
    let error = Ntb16::parse(&chain).map(drop).unwrap_err();
    assert_eq!((error.kind, error.field, error.offset), (TooMany, NtbField::NextNdpIndex, 12 + 63 * 16 + 6));
}

#[test]
fn datagrams_that_lie_elsewhere_are_refused_and_the_others_are_lent() {
    use NtbErrorKind::{OutOfBounds, Overlap, Value};
    let [i, s] = IPS;
    let errors = |entries: &[u16]| {
        let length = u16::try_from(8 + entries.len() * 2 + 4).unwrap();
        let bytes = ntb(12, &[(12, &[&[i, s, length, 0], entries].concat())]);
        let ntb = Ntb16::parse(&bytes).unwrap();
        let found: Vec<_> = ntb.datagrams().map(|one| one.map(|one| one.bytes.len())).collect();
        found.into_iter().map(|one| one.map_err(|error| (error.kind, error.field, error.offset))).collect::<Vec<_>>()
    };
    assert_eq!(errors(&[48, 16]), [Ok(16)]);
    assert_eq!(errors(&[48, 17, 50, 2]), [Err((OutOfBounds, NtbField::DatagramLength, 22)), Ok(2)]);
    assert_eq!(errors(&[64, 1, 50, 2]), [Err((OutOfBounds, NtbField::DatagramIndex, 20)), Ok(2)]);
    assert_eq!(errors(&[u16::MAX, u16::MAX]), [Err((OutOfBounds, NtbField::DatagramIndex, 20))]);
    // Over the header, over the NDP.
    assert_eq!(errors(&[4, 20, 50, 2]), [Err((Overlap, NtbField::DatagramIndex, 20)), Ok(2)]);
    assert_eq!(errors(&[16, 4, 50, 2]), [Err((Overlap, NtbField::DatagramIndex, 20)), Ok(2)]);
    // The same bytes again and again: no more is lent than the block holds.
    assert_eq!(errors(&[40, 12, 40, 12, 40, 12]), [Ok(12), Ok(12), Err((Overlap, NtbField::DatagramLength, 30))],);
    // An empty entry ends the table; nothing behind it counts.
    assert_eq!(errors(&[50, 2, 0, 9, 52, 2]), [Ok(2)]);
    assert_eq!(errors(&[50, 2, 52, 0, 52, 2]), [Ok(2)]);
    // A table without end.
    let bytes = ntb(12, &[(12, &[i, s, 16, 0, 48, 4, 52, 4])]);
    let found: Vec<_> = Ntb16::parse(&bytes).unwrap().datagrams().collect();
    assert_eq!(found.len(), 2);
    assert_eq!(found[1].unwrap_err(), NtbError { kind: Value, field: NtbField::Terminator, offset: 24 });
}

#[test]
fn the_longest_tables_cost_bounded_time() {
    // Entries over the whole of the longest block, all for the same byte; then the same in many NDPs. An interpreter that
    // watches memory gets fewer.
    let [i, s] = IPS;
    let ndps: u16 = if cfg!(miri) { 4 } else { 64 };
    let length: u16 = if cfg!(miri) { 0x0ff0 } else { 0xfff0 };
    let mut bytes = [b"NCMH".to_vec(), halves(&[12, 0, 0, 12]), halves(&[i, s, length, 0])].concat();
    while bytes.len() < usize::from(length) + 12 {
        bytes.extend(halves(&[length + 14, 1]));
    }
    bytes.extend([0; 3]);
    let found = Ntb16::parse(&bytes).unwrap().datagrams().filter(Result::is_ok).count();
    assert!(found < 8, "{found} datagrams in the bytes that are left over");
    let mut bytes = [b"NCMH".to_vec(), halves(&[12, 0, 0, 12])].concat();
    for nth in 1..=ndps {
        let next = if nth == ndps { 0 } else { 12 + nth * 1000 };
        bytes.extend(halves(&[i, s, 1000, next]));
        bytes.extend(halves(&[13, 1].repeat(248)));
    }
    let ntb = Ntb16::parse(&bytes).unwrap();
    assert_eq!(ntb.datagrams().filter(|one| one.is_err()).count(), usize::from(ndps) * 248);
}

#[test]
fn descriptors_requests_and_notifications_at_their_ends() {
    let bytes = [0x0c, 0x24, 0x1b, 0, 1, 0, 16, 32, 128, 0, 8, 0x28];
    for end in 0..bytes.len() {
        assert!(Descriptors::new(&bytes[..end]).all(|descriptor| descriptor.is_err()));
        assert!(descriptor::Mbim::parse(&bytes[..end]).is_err());
    }
    for length in 0..=u8::MAX {
        let mut bytes = [0x24; 64];
        bytes[0] = length;
        assert!(Descriptors::new(&bytes).count() <= 32);
    }
    let long = [0xa1, 0x2a, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3];
    assert_eq!(Notification::wire_len(&long), Some(65543));
    assert_eq!(Notification::parse(&long), Err(error(DecodeErrorKind::OutOfBounds, 6)));
}
