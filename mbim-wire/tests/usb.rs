//! Descriptors, class requests and notifications: the bytes of the specifications, both ways.
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

use mbim_wire::catalogue::{hex, unhex};
use mbim_wire::ntb::Format;
use mbim_wire::usb::class_request::{ClassRequest, Setup};
use mbim_wire::usb::descriptor::{
    AbstractControl, AbstractControlCapabilities, CallManagement, Class, Configuration, Descriptor, Descriptors,
    Device, DeviceQualifier, Endpoint, Ethernet, Header, Interface, InterfaceAssociation, Mbim, MbimExtended, Ncm,
    NetworkCapabilities, Union, write_configuration,
};
use mbim_wire::usb::notification::{Notification, SerialState};
use mbim_wire::usb::serial::{ControlLines, LineCoding, SerialRequest};
use mbim_wire::usb::standard_request::{Feature, Recipient, StandardRequest};
use mbim_wire::{DecodeErrorKind, EncodeError};
use proptest::collection::vec;
use proptest::prelude::*;

/// A function that is MBIM only, as the specification lays it out.
const MBIM_CONFIGURATION: &str = "
    09 02 67 00 02 01 00 e0 32
    08 0b 00 02 02 0e 00 00
    09 04 00 00 01 02 0e 00 00
    05 24 00 20 01
    05 24 06 00 01
    0c 24 1b 00 01 00 10 20 80 00 08 28
    08 24 1c 00 01 01 dc 05
    07 05 81 03 40 00 09
    09 04 01 00 00 0a 00 02 00
    09 04 01 01 02 0a 00 02 00
    07 05 82 02 00 02 00
    07 05 03 02 00 02 00
    08 ff 01 02 03 04 05 06";

fn interface(number: u8, alternate_setting: u8, endpoints: u8, class: Class) -> Descriptor<'static> {
    Interface { number, alternate_setting, endpoints, class, name: 0 }.into()
}

#[test]
fn a_configuration_of_an_mbim_function() {
    let bytes = unhex(MBIM_CONFIGURATION).unwrap();
    let configuration =
        Configuration { total_length: 103, interfaces: 2, value: 1, name: 0, attributes: 0xe0, max_power: 50 };
    let capabilities = NetworkCapabilities::MAX_DATAGRAM_SIZE | NetworkCapabilities::NTB_INPUT_SIZE_8;
    let mbim = Mbim {
        mbim_version: 0x0100,
        max_control_message: 4096,
        filters: 32,
        max_filter_size: 128,
        max_segment_size: 2048,
        network_capabilities: capabilities,
    };
    let endpoint = |address, attributes, max_packet_size, interval| {
        Descriptor::from(Endpoint { address, attributes, max_packet_size, interval })
    };
    let extended = MbimExtended { mbim_extended_version: 0x0100, max_outstanding_command_messages: 1, mtu: 1500 };
    let descriptors = [
        InterfaceAssociation { first_interface: 0, count: 2, class: Class::MBIM_CONTROL, name: 0 }.into(),
        interface(0, 0, 1, Class::MBIM_CONTROL),
        Header { cdc_version: 0x0120 }.into(),
        Union { control_interface: 0, subordinate_interface: 1 }.into(),
        mbim.into(),
        extended.into(),
        endpoint(0x81, 3, 64, 9),
        interface(1, 0, 0, Class::MBIM_DATA),
        interface(1, 1, 2, Class::MBIM_DATA),
        endpoint(0x82, 2, 512, 0),
        endpoint(0x03, 2, 512, 0),
        Descriptor::Other(&[8, 0xff, 1, 2, 3, 4, 5, 6]),
    ];
    let mut read = Descriptors::new(&bytes).map(Result::unwrap);
    assert_eq!(read.next(), Some(configuration.into()));
    assert_eq!(read.collect::<Vec<_>>(), descriptors);
    // Whatever length is given, the one written is right.
    let mut buffer = [0xa5; 256];
    let written = write_configuration(&mut buffer, Configuration { total_length: 0, ..configuration }, &descriptors);
    assert_eq!(hex(written.unwrap()), hex(&bytes));
    for room in 0..bytes.len() {
        let short = write_configuration(&mut buffer[..room], configuration, &descriptors);
        assert_eq!(short.map(|bytes| bytes.len()), Err(EncodeError::BufferTooSmall { needed: bytes.len() }));
    }
    let long = vec![Descriptor::Other(&[0xff; 255]); 300];
    assert_eq!(
        write_configuration(&mut [], configuration, &long).map(|bytes| bytes.len()),
        Err(EncodeError::TooLong { limit: 65535 })
    );
}

#[test]
fn descriptors_of_other_functions() {
    let device = unhex("12 01 10 02 ef 02 01 40 34 12 78 56 01 00 01 02 03 01").unwrap();
    let read = Device::parse(&device).unwrap();
    assert_eq!((read.usb_version, read.vendor_id, read.product_id, read.configurations), (0x0210, 0x1234, 0x5678, 1));
    assert_eq!(read.class, Class::new(0xef, 2, 1));
    assert_eq!(read.to_bytes().as_slice(), device);

    let ncm = unhex("06 24 1a 00 01 1b").unwrap();
    let read = Ncm::parse(&ncm).unwrap();
    let others = NetworkCapabilities::ETHERNET_PACKET_FILTER | NetworkCapabilities::NET_ADDRESS;
    let expected = others | NetworkCapabilities::MAX_DATAGRAM_SIZE | NetworkCapabilities::CRC_MODE;
    assert_eq!(read, Ncm { ncm_version: 0x0100, network_capabilities: expected });
    assert_eq!(read.to_bytes().as_slice(), ncm);

    let ethernet = unhex("0d 24 0f 03 00 00 00 00 ea 05 00 00 00").unwrap();
    let read = Ethernet::parse(&ethernet).unwrap();
    assert_eq!((read.mac_address, read.max_segment_size), (3, 1514));
    assert_eq!(read.to_bytes().as_slice(), ethernet);

    let acm = AbstractControl { capabilities: AbstractControlCapabilities::LINE | AbstractControlCapabilities::BREAK };
    let descriptors = [
        (Descriptor::from(acm), "04 24 02 06"),
        (CallManagement { capabilities: 3, data_interface: 1 }.into(), "05 24 01 03 01"),
        (
            DeviceQualifier {
                usb_version: 0x0200,
                class: Class::new(0xef, 2, 1),
                max_packet_size: 64,
                configurations: 1,
                reserved: 0,
            }
            .into(),
            "0a 06 00 02 ef 02 01 40 01 00",
        ),
    ];
    for (descriptor, text) in descriptors {
        let bytes = unhex(text).unwrap();
        assert_eq!(Descriptors::new(&bytes).map(Result::unwrap).collect::<Vec<_>>(), [descriptor]);
        let mut buffer = [0; 16];
        let mut writer = mbim_wire::Writer::new(&mut buffer);
        descriptor.put(&mut writer);
        assert_eq!(hex(writer.finish().unwrap()), hex(&bytes));
    }

    let endpoints = [0x81, 3, 0x02, 2].chunks_exact(2).map(|pair| {
        let endpoint = Endpoint { address: pair[0], attributes: pair[1], max_packet_size: 64, interval: 0 };
        (endpoint.is_in(), endpoint.is_interrupt(), endpoint.is_bulk())
    });
    assert_eq!(endpoints.collect::<Vec<_>>(), [(true, true, false), (false, false, true)]);
}

#[test]
fn wrong_descriptors_end_the_walk_or_are_passed_over() {
    let walk = |text: &str| {
        let bytes = unhex(text).unwrap();
        let mut errors = Vec::new();
        let mut known = 0;
        for descriptor in Descriptors::new(&bytes) {
            match descriptor {
                Ok(Descriptor::Other(_)) => {}
                Ok(_) => known += 1,
                Err(error) => errors.push((error.kind, error.offset)),
            }
        }
        (known, errors)
    };
    use DecodeErrorKind::{OutOfBounds, Value};
    // A length of 0 or 1 would never end.
    assert_eq!(walk("05 24 00 20 01 00 24 06 00 01"), (1, vec![(Value, 5)]));
    assert_eq!(walk("05 24 00 20 01 01 05 24 06 00 01"), (1, vec![(Value, 5)]));
    assert_eq!(walk("05 24 00 20 01 0c 24 1b"), (1, vec![(OutOfBounds, 5)]));
    // Known, but too short: the next one is read.
    assert_eq!(walk("04 24 00 20 05 24 06 00 01"), (1, vec![(Value, 0)]));
    // Longer than what is known of it.
    assert_eq!(walk("07 24 06 00 01 02 03"), (1, vec![]));
    assert_eq!(walk("03 24 77 02 24"), (0, vec![]));
}

#[test]
fn class_requests_have_the_bytes_of_the_specification() {
    let requests = [
        (ClassRequest::SendEncapsulatedCommand { length: 64 }, "2100000002004000"),
        (ClassRequest::GetEncapsulatedResponse { length: 4096 }, "a101000002000010"),
        (ClassRequest::ResetFunction, "2105000002000000"),
        (ClassRequest::GetNtbParameters { length: 28 }, "a180000002001c00"),
        (ClassRequest::GetNetAddress { length: 6 }, "a181000002000600"),
        (ClassRequest::SetNetAddress, "2182000002000600"),
        (ClassRequest::GetNtbFormat { length: 2 }, "a183000002000200"),
        (ClassRequest::SetNtbFormat(Format::Ntb16), "2184000002000000"),
        (ClassRequest::SetNtbFormat(Format::Ntb32), "2184010002000000"),
        (ClassRequest::GetNtbInputSize { length: 4 }, "a185000002000400"),
        (ClassRequest::SetNtbInputSize { length: 4 }, "2186000002000400"),
        (ClassRequest::SetNtbInputSize { length: 8 }, "2186000002000800"),
        (ClassRequest::GetMaxDatagramSize { length: 2 }, "a187000002000200"),
        (ClassRequest::SetMaxDatagramSize, "2188000002000200"),
        (ClassRequest::GetCrcMode { length: 2 }, "a189000002000200"),
        (ClassRequest::SetCrcMode { crc32: false }, "218a000002000000"),
        (ClassRequest::SetCrcMode { crc32: true }, "218a010002000000"),
    ];
    for (request, bytes) in requests {
        let setup = request.setup(2);
        assert_eq!(hex(&setup.to_bytes()), bytes, "{request:?}");
        assert_eq!(Setup::parse(&unhex(bytes).unwrap()), Ok(setup));
        assert_eq!(ClassRequest::parse(&setup), Ok(request));
        assert_eq!(request.is_to_host(), bytes.starts_with('a'), "{request:?}");
    }
}

#[test]
fn wrong_class_requests_are_refused_by_field() {
    let wrong = [
        ("2080000002001c00", 0), // not a class request
        ("a280000002001c00", 0), // to an endpoint
        ("2180000002001c00", 1), // wrong direction
        ("a105000002000000", 1),
        ("218b000002000000", 1),
        ("2184020002000000", 2),
        ("218a020002000000", 2),
        ("2105010002000000", 2),
        ("a180010002001c00", 2),
        ("2186000002000600", 6),
        ("2186000002000000", 6),
        ("2182000002000500", 6),
        ("2188000002000400", 6),
        ("2184000002000200", 6),
    ];
    for (bytes, offset) in wrong {
        let error = ClassRequest::parse(&Setup::parse(&unhex(bytes).unwrap()).unwrap()).unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::Value, offset), "{bytes}");
    }
    assert_eq!(Setup::parse(&[0xa1; 7]).unwrap_err().offset, 6);
}

#[test]
fn requests_to_serial_ports_and_devices_have_the_bytes_of_the_specifications() {
    let lines = ControlLines::DTR | ControlLines::RTS;
    let serial = [
        (SerialRequest::SetLineCoding, "2120000002000700"),
        (SerialRequest::GetLineCoding { length: 7 }, "a121000002000700"),
        (SerialRequest::SetControlLineState(lines), "2122030002000000"),
        (SerialRequest::SendBreak { millis: 0xffff }, "2123ffff02000000"),
    ];
    for (request, text) in serial {
        let setup = Setup::parse(&unhex(text).unwrap()).unwrap();
        assert_eq!((request.setup(2), SerialRequest::parse(&setup)), (setup, Ok(request)), "{text}");
    }
    assert_eq!(hex(&LineCoding::USUAL.to_bytes()), "00c20100000008");

    let standard = [
        (StandardRequest::GetStatus(Recipient::Device), "8000000000000200"),
        (StandardRequest::GetStatus(Recipient::Interface(1)), "8100000001000200"),
        (StandardRequest::GetStatus(Recipient::Endpoint(0x82)), "8200000082000200"),
        (StandardRequest::ClearFeature(Recipient::Endpoint(0x82), Feature::ENDPOINT_HALT), "0201000082000000"),
        (StandardRequest::SetFeature(Recipient::Device, Feature::DEVICE_REMOTE_WAKEUP), "0003010000000000"),
        (StandardRequest::SetAddress(5), "0005050000000000"),
        (StandardRequest::GetDescriptor { kind: 3, nth: 2, language: 0x0409, length: 255 }, "800602030904ff00"),
        (StandardRequest::GetConfiguration, "8008000000000100"),
        (StandardRequest::SetConfiguration(1), "0009010000000000"),
        (StandardRequest::GetInterface(1), "810a000001000100"),
        (StandardRequest::SetInterface { interface: 1, alternate: 2 }, "010b020001000000"),
    ];
    for (request, text) in standard {
        let setup = Setup::parse(&unhex(text).unwrap()).unwrap();
        assert_eq!((request.setup(), StandardRequest::parse(&setup)), (setup, Ok(request)), "{text}");
    }

    let wrong_serial = [
        ("2022030002000000", 0),
        ("2124000002000000", 1),
        ("a122030002000000", 1),
        ("2120010002000700", 2),
        ("2120000002000600", 6),
        ("2122030002000100", 6),
    ];
    for (text, offset) in wrong_serial {
        let error = SerialRequest::parse(&Setup::parse(&unhex(text).unwrap()).unwrap()).unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::Value, offset), "{text}");
    }
    let wrong_standard = [
        ("a000000000000200", 0), // a class request
        ("0000000000000200", 0), // wrong direction
        ("8009010000000000", 0),
        ("0107000000000000", 1), // SET_DESCRIPTOR
        ("820c000081000200", 1), // SYNCH_FRAME
        ("8000010000000200", 2),
        ("0009010100000000", 2),
        ("8000000001000200", 4),
        ("010b000001010000", 4),
        ("8000000000000100", 6),
        ("0009010000000100", 6),
    ];
    for (text, offset) in wrong_standard {
        let error = StandardRequest::parse(&Setup::parse(&unhex(text).unwrap()).unwrap()).unwrap_err();
        assert_eq!((error.kind, error.offset), (DecodeErrorKind::Value, offset), "{text}");
    }
}

#[test]
fn notifications_have_the_bytes_of_the_specification() {
    let all = [
        (Notification::NetworkConnection { connected: true }, "a100010003000000"),
        (Notification::NetworkConnection { connected: false }, "a100000003000000"),
        (Notification::ResponseAvailable, "a101000003000000"),
        (
            Notification::ConnectionSpeedChange { downlink: 150_000_000, uplink: 50_000_000 },
            "a12a00000300080080d1f00880f0fa02",
        ),
        (Notification::SerialState(SerialState::CARRIER | SerialState::READY), "a1200000030002000300"),
        (Notification::Other { notification: 0x28, value: 3 }, "a128030003000000"),
    ];
    for (notification, text) in all {
        let bytes = unhex(text).unwrap();
        assert_eq!(Notification::parse(&bytes), Ok((notification, 3)));
        assert_eq!(Notification::wire_len(&bytes), Some(bytes.len()));
        let mut buffer = [0; Notification::MAX_LEN];
        assert_eq!(hex(notification.write(3, &mut buffer).unwrap()), text);
        // In pieces, as a small interrupt pipe has them.
        for end in 0..bytes.len() {
            assert_eq!(Notification::parse(&bytes[..end]).unwrap_err().kind, DecodeErrorKind::OutOfBounds);
            assert_eq!(Notification::wire_len(&bytes[..end]), (end >= 8).then_some(bytes.len()));
        }
    }
    let error = |text| Notification::parse(&unhex(text).unwrap()).unwrap_err();
    assert_eq!((error("2101000003000000").kind, error("2101000003000000").offset), (DecodeErrorKind::Value, 0));
    assert_eq!(error("a12a0000030004000000000000000000").offset, 6);
    assert_eq!(error("a1200000030001000300").offset, 6);
}

proptest! {
    /// A walk ends, and what it yields together is no more than there was.
    #[test]
    fn any_descriptors(bytes in vec(prop_oneof![0..16_u8, Just(0x24), any::<u8>()], 0..200)) {
        let mut walk = Descriptors::new(&bytes);
        let mut last = 0;
        while let Some(descriptor) = walk.next() {
            let at = walk.offset();
            prop_assert!(at > last || descriptor.is_err());
            if let Ok(descriptor) = descriptor {
                let mut buffer = [0; 256];
                let mut writer = mbim_wire::Writer::new(&mut buffer);
                descriptor.put(&mut writer);
                let written = writer.finish().unwrap();
                // The length apart, the same bytes: of a longer one those that are known.
                prop_assert_eq!(&written[1..], &bytes[last + 1..last + written.len()]);
            }
            last = at;
        }
        prop_assert!(last <= bytes.len());
    }

    #[test]
    fn any_setup(bytes in any::<[u8; 8]>()) {
        let setup = Setup::parse(&bytes).unwrap();
        prop_assert_eq!(setup.to_bytes(), bytes);
        if let Ok(request) = ClassRequest::parse(&setup) {
            prop_assert_eq!(request.setup(setup.index), setup);
        }
    }
}
