//! The modem as a USB device: descriptors byte for byte, every request right and wrong in every way, messages, packets and
//! bytes of ports as they cross the bus, and a host that does anything.
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
#![cfg(all(feature = "device", feature = "qmi", feature = "usb"))]

use proptest::collection::vec;
use proptest::prelude::*;
use wwan::device::modem::data_path::{Aggregation, DataFormat, Limits, Link};
use wwan::device::usb::{Config, DataCounters, Event, Kind, Memory, PortRole, PushError, Speed, Stall, UsbFunction};
use wwan::mbim_wire::ntb::{Format, NtbInputSize, NtbParameters};
use wwan::mbim_wire::usb::class_request::{ClassRequest, Setup};
use wwan::mbim_wire::usb::descriptor::{Descriptor, Descriptors, Device, NetworkCapabilities};
use wwan::mbim_wire::usb::notification::{Notification, SerialState};
use wwan::mbim_wire::usb::serial::{ControlLines, LineCoding, SerialRequest};
use wwan::mbim_wire::usb::standard_request::{Feature, Recipient, StandardRequest};
use wwan::qmi_wire::qmap::{Aggregator, Checksum, Command, CommandKind, CommandName, Direction, Version};
use wwan::time::{Instant, Millis};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|letter| !letter.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&String::from_iter(pair), 16).unwrap()).collect()
}

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0; len].into_boxed_slice())
}

/// An event in one line.
fn line(event: Event<'_>) -> String {
    match event {
        Event::Command { function, message } => format!("command {function} {}", hex(message)),
        Event::Datagram { function, session, packet } => format!("datagram {function}/{session} {}", hex(packet)),
        Event::Stream { function, stream, data } => format!("stream {function}/{stream} {}", hex(data)),
        Event::Frame { function, frame } => format!("frame {function} {}", hex(frame)),
        Event::Serial { port, bytes } => format!("serial {port} {}", hex(bytes)),
        event => format!("{event:?}"),
    }
}

/// A modem on a bus, and what it said of its host.
struct Bench {
    modem: UsbFunction<'static>,
    events: Vec<String>,
    now: Instant,
}

impl Bench {
    fn with(config: Config<'static>, room: usize) -> Self {
        let memory = Memory { responses: leak(room), down: leak(room), serial: leak(room), packet: leak(room) };
        Self { modem: UsbFunction::new(config, memory), events: Vec::new(), now: Instant(0) }
    }

    /// A modem that is not configured.
    fn new(kind: Kind) -> Self {
        Self::with(Config::new(kind), 20_000)
    }

    /// A modem whose pipes are all open.
    fn up(config: Config<'static>) -> Self {
        let kind = config.kind;
        let mut bench = Self::with(config, 20_000);
        bench.ok(StandardRequest::SetConfiguration(1));
        if kind == Kind::NcmMbim {
            bench.ok(StandardRequest::SetInterface { interface: 0, alternate: 1 });
        }
        match kind {
            Kind::Mbim | Kind::Composite => bench.set_interface(1, 1),
            Kind::NcmMbim => bench.set_interface(1, 2),
            _ => {}
        }
        bench.events.clear();
        bench
    }

    fn control(&mut self, setup: Setup, out: &[u8]) -> Result<Vec<u8>, Stall> {
        let mut reply = [0xa5; 4096];
        let events = &mut self.events;
        let length = self.modem.control(&setup, out, &mut reply, &mut |event| events.push(line(event)))?;
        assert!(length <= usize::from(setup.length));
        Ok(reply[..length].to_vec())
    }

    #[track_caller]
    fn ok(&mut self, request: StandardRequest) -> Vec<u8> {
        self.control(request.setup(), &[]).unwrap()
    }

    #[track_caller]
    fn set_interface(&mut self, interface: u8, alternate: u8) {
        assert!(self.ok(StandardRequest::SetInterface { interface, alternate }).is_empty());
    }

    #[track_caller]
    fn class(&mut self, request: ClassRequest, out: &[u8]) -> Vec<u8> {
        self.control(request.setup(0), out).unwrap()
    }

    fn descriptor(&mut self, kind: u8, nth: u8, length: u16) -> Result<Vec<u8>, Stall> {
        let language = if kind == 3 && nth > 0 { 0x0409 } else { 0 };
        self.control(StandardRequest::GetDescriptor { kind, nth, language, length }.setup(), &[])
    }

    fn out(&mut self, endpoint: u8, transfer: &[u8]) -> Result<bool, Stall> {
        let events = &mut self.events;
        self.modem.transfer_out(endpoint, transfer, &mut |event| events.push(line(event)))
    }

    /// A transfer to the host with that much room.
    fn some(&mut self, endpoint: u8, room: usize) -> Option<Vec<u8>> {
        let mut buf = vec![0xa5; room];
        let count = self.modem.transfer_in(self.now, endpoint, &mut buf).unwrap()?;
        Some(buf[..count].to_vec())
    }

    fn events(&mut self) -> Vec<String> {
        core::mem::take(&mut self.events)
    }

    /// Everything that the modem knows, memory included, but how many requests it refused.
    fn state(&self) -> String {
        let text = format!("{:?}", self.modem);
        let (before, after) = text.split_once("stalled_requests: ").unwrap();
        format!("{before}{}", after.trim_start_matches(|letter: char| letter.is_ascii_digit()))
    }

    /// The request is refused, and nothing has changed.
    #[track_caller]
    fn refuses(&mut self, setup: Setup, out: &[u8]) {
        let (before, stalled) = (self.state(), self.modem.counters().stalled_requests);
        let events = self.events.len();
        assert_eq!(self.control(setup, out), Err(Stall), "{setup:?}");
        assert_eq!(self.state(), before, "{setup:?}");
        assert_eq!(self.modem.counters().stalled_requests, stalled + 1);
        assert_eq!(self.events.len(), events, "{setup:?}: {:?}", self.events);
    }

    fn data(&self) -> DataCounters {
        self.modem.counters().data
    }
}

// ---- descriptors and standard requests ----

const MBIM: &str = "
    08 0b 00 02 02 0e 00 00
    09 04 00 00 01 02 0e 00 00
    05 24 00 20 01
    05 24 06 00 01
    0c 24 1b 00 01 00 10 20 80 00 08 28
    08 24 1c 00 01 40 dc 05
    07 05 81 03 40 00 09
    09 04 01 00 00 0a 00 02 00
    09 04 01 01 02 0a 00 02 00
    07 05 82 02 00 02 00
    07 05 02 02 00 02 00";

const NCM_MBIM: &str = "
    08 0b 00 02 02 0d 00 00
    09 04 00 00 01 02 0d 00 00
    05 24 00 20 01
    05 24 06 00 01
    0d 24 0f 04 00 00 00 00 ea 05 00 00 00
    06 24 1a 00 01 28
    07 05 81 03 40 00 09
    09 04 00 01 01 02 0e 00 00
    05 24 00 20 01
    05 24 06 00 01
    0c 24 1b 00 01 00 10 20 80 00 08 28
    08 24 1c 00 01 40 dc 05
    07 05 81 03 40 00 09
    09 04 01 00 00 0a 00 01 00
    09 04 01 01 02 0a 00 01 00
    07 05 82 02 00 02 00
    07 05 02 02 00 02 00
    09 04 01 02 02 0a 00 02 00
    07 05 82 02 00 02 00
    07 05 02 02 00 02 00";

fn acm(first: u8, endpoint: u8) -> String {
    let (data, to_host, to_modem) = (first + 1, endpoint + 0x81, endpoint + 1);
    format!(
        "08 0b {first:02x} 02 02 02 01 00
        09 04 {first:02x} 00 01 02 02 01 00
        05 24 00 20 01
        05 24 06 {first:02x} {data:02x}
        05 24 01 00 {data:02x}
        04 24 02 06
        07 05 {:02x} 03 40 00 09
        09 04 {data:02x} 00 02 0a 00 00 00
        07 05 {to_host:02x} 02 00 02 00
        07 05 {to_modem:02x} 02 00 02 00",
        endpoint + 0x80
    )
}

const EC25_PORTS: &str = "
    09 04 00 00 02 ff ff ff 00
    07 05 81 02 00 02 00
    07 05 01 02 00 02 00
    09 04 01 00 03 ff 00 00 00
    07 05 83 03 40 00 09
    07 05 82 02 00 02 00
    07 05 02 02 00 02 00
    09 04 02 00 03 ff 00 00 00
    07 05 85 03 40 00 09
    07 05 84 02 00 02 00
    07 05 03 02 00 02 00
    09 04 03 00 03 ff 00 00 00
    07 05 87 03 40 00 09
    07 05 86 02 00 02 00
    07 05 04 02 00 02 00";

const EC25_QMI: &str = "
    09 04 04 00 03 ff ff ff 00
    07 05 89 03 40 00 09
    07 05 88 02 00 02 00
    07 05 05 02 00 02 00";

/// The interfaces of a kind, and all its descriptors behind the configuration's own.
fn layout(kind: Kind) -> (u8, Vec<u8>) {
    let (interfaces, text) = match kind {
        Kind::Mbim => (2, MBIM.to_owned()),
        Kind::NcmMbim => (2, NCM_MBIM.to_owned()),
        Kind::Qmi => (5, format!("{EC25_PORTS} {EC25_QMI}")),
        Kind::At => (4, format!("{} {}", acm(0, 1), acm(2, 3))),
        Kind::AtVendor => (4, EC25_PORTS.to_owned()),
        Kind::Composite => (6, format!("{MBIM} {} {}", acm(2, 3), acm(4, 5))),
        kind => panic!("{kind:?} is not in the table"),
    };
    (interfaces, unhex(&text))
}

#[test]
fn every_kind_has_the_descriptors_of_its_table() {
    for &kind in Kind::ALL {
        let (interfaces, behind) = layout(kind);
        let length = (behind.len() + 9) as u16;
        let [low, high] = length.to_le_bytes();
        let head = [9, 2, low, high, interfaces, 1, 0, 0xe0, 50];
        let expected = [&head[..], &behind].concat();
        let mut bench = Bench::new(kind);
        // As Linux asks: the head first, then all of it; and with any other length.
        assert_eq!(hex(&bench.descriptor(2, 0, 9).unwrap()), hex(&head), "{kind:?}");
        assert_eq!(hex(&bench.descriptor(2, 0, length).unwrap()), hex(&expected), "{kind:?}");
        for length in 0..=length + 5 {
            let cut = bench.descriptor(2, 0, length).unwrap();
            assert_eq!(cut, expected[..expected.len().min(length.into())]);
        }
        let mut buffer = [0; 512];
        assert_eq!(bench.modem.configuration(&mut buffer).unwrap(), expected);

        // Endpoints are as many as the interfaces say, and the modem knows the size of their packets.
        let mut left = 0;
        for descriptor in Descriptors::new(&behind).map(Result::unwrap) {
            match descriptor {
                Descriptor::Interface(interface) => {
                    assert_eq!(left, 0);
                    left = interface.endpoints;
                }
                Descriptor::Endpoint(endpoint) => {
                    left -= 1;
                    assert_eq!(bench.modem.packet_size(endpoint.address), Some(endpoint.max_packet_size));
                }
                _ => {}
            }
        }
        assert_eq!((left, bench.modem.packet_size(0x0f), bench.modem.packet_size(0)), (0, None, Some(64)));

        // At the other speed everything is the same but the packets.
        let other = bench.descriptor(7, 0, 512).unwrap();
        let config = Config { speed: Speed::Full, ..Config::new(kind) };
        let full = Bench::with(config, 64).descriptor(2, 0, 512).unwrap();
        assert_eq!((other[1], &other[2..], other.len()), (7, &full[2..], expected.len()));
        let bulk = Descriptors::new(&full).filter_map(|one| match one.unwrap() {
            Descriptor::Endpoint(endpoint) if endpoint.is_bulk() => Some(endpoint.max_packet_size),
            _ => None,
        });
        assert!(bulk.into_iter().all(|size| size == 64));
    }
}

#[test]
fn the_device_its_strings_and_its_qualifier() {
    let mut bench = Bench::new(Kind::Composite);
    let device = bench.descriptor(1, 0, 64).unwrap();
    assert_eq!(hex(&device), "12010002ef020140091204000001010203 01".replace(' ', ""));
    assert_eq!(bench.descriptor(1, 0, 8).unwrap(), device[..8]);
    assert_eq!(Device::parse(&device).unwrap(), bench.modem.device_descriptor());
    assert_eq!(hex(&bench.descriptor(6, 0, 10).unwrap()), "0a060002ef0201400100");
    assert_eq!(hex(&bench.descriptor(3, 0, 255).unwrap()), "04030904");
    assert_eq!(hex(&bench.descriptor(3, 1, 255).unwrap()), "0a037700770061006e00");
    assert_eq!(hex(&bench.descriptor(3, 1, 2).unwrap()), "0a03");
    assert_eq!(
        hex(&bench.descriptor(3, 4, 255).unwrap()),
        hex(&unhex("1a03 3000 3200 3700 3700 3700 3700 3600 3100 3600 4500 3000 3100"))
    );
    // No such string, language, or descriptor.
    let descriptor = |kind, nth, language| StandardRequest::GetDescriptor { kind, nth, language, length: 64 }.setup();
    for (kind, nth, language) in
        [(3, 5, 0x0409), (3, 0xee, 0), (3, 1, 0x0407), (1, 1, 0), (2, 1, 0), (15, 0, 0), (0x21, 0, 0)]
    {
        bench.refuses(descriptor(kind, nth, language), &[]);
    }
    // A device of USB 2.1 has a binary object store.
    let mut bench = Bench::with(Config { usb_version: 0x0210, ..Config::new(Kind::Qmi) }, 64);
    assert_eq!(hex(&bench.descriptor(15, 0, 5).unwrap()), "050f0c0001");
    assert_eq!(hex(&bench.descriptor(15, 0, 64).unwrap()), "050f0c000107100200000000");
    let device = Device::parse(&bench.descriptor(1, 0, 18).unwrap()).unwrap();
    assert_eq!((device.usb_version, device.vendor_id, device.product_id), (0x0210, 0x2c7c, 0x0125));
    // Names that are too long for a descriptor.
    let mut bench = Bench::with(Config { product: Box::leak("é".repeat(200).into()), ..Config::new(Kind::Mbim) }, 64);
    let product = bench.descriptor(3, 2, 255).unwrap();
    assert_eq!((product.len(), &product[..4]), (254, &[254, 3, 0xe9, 0][..]));
}

#[test]
fn a_host_enumerates_and_configures() {
    let mut bench = Bench::new(Kind::Mbim);
    let status = |recipient| StandardRequest::GetStatus(recipient);
    assert!(bench.ok(StandardRequest::SetAddress(5)).is_empty());
    assert_eq!(bench.modem.address(), 5);
    assert_eq!(bench.ok(StandardRequest::GetConfiguration), [0]);
    assert_eq!(bench.ok(status(Recipient::Device)), [1, 0]);
    // Before there is a configuration there are no interfaces and endpoints.
    for request in [
        StandardRequest::GetInterface(0),
        StandardRequest::SetInterface { interface: 1, alternate: 1 },
        status(Recipient::Interface(0)),
        status(Recipient::Endpoint(0x81)),
        StandardRequest::ClearFeature(Recipient::Endpoint(0x81), Feature::ENDPOINT_HALT),
        StandardRequest::SetConfiguration(2),
        StandardRequest::SetAddress(128),
    ] {
        bench.refuses(request.setup(), &[]);
    }
    assert_eq!(bench.modem.transfer_in(Instant(0), 0x81, &mut [0; 8]), Err(Stall));

    assert!(bench.ok(StandardRequest::SetConfiguration(1)).is_empty());
    assert_eq!(bench.events(), ["Configured(true)"]);
    assert_eq!(bench.ok(StandardRequest::GetConfiguration), [1]);
    assert_eq!(bench.ok(StandardRequest::GetInterface(1)), [0]);
    assert_eq!(bench.ok(status(Recipient::Interface(1))), [0, 0]);
    // Endpoints of the data interface are there in its second setting only.
    assert_eq!(bench.ok(status(Recipient::Endpoint(0x81))), [0, 0]);
    bench.refuses(status(Recipient::Endpoint(0x82)).setup(), &[]);
    assert_eq!((bench.out(0x02, &[]), bench.modem.is_data_open()), (Err(Stall), false));
    bench.set_interface(1, 1);
    assert_eq!(bench.events(), ["Data { function: 0, open: true }"]);
    assert_eq!(bench.ok(StandardRequest::GetInterface(1)), [1]);
    assert_eq!(bench.ok(status(Recipient::Endpoint(0x82))), [0, 0]);
    assert_eq!(bench.out(0x02, &[]), Ok(true));
    assert_eq!(bench.some(0x82, 512), None);
    // Wrong ways, and endpoints that are not there.
    for endpoint in [0x00, 0x80, 0x82, 0x81, 0x01, 0x0f, 0x12] {
        assert_eq!(bench.out(endpoint, &[1]), Err(Stall), "{endpoint:#x}");
    }
    for endpoint in [0x00, 0x80, 0x02, 0x01, 0x83, 0x92] {
        assert_eq!(bench.modem.transfer_in(Instant(0), endpoint, &mut [0; 64]), Err(Stall), "{endpoint:#x}");
    }
    for request in [
        StandardRequest::GetInterface(2),
        StandardRequest::SetInterface { interface: 1, alternate: 2 },
        StandardRequest::SetInterface { interface: 0, alternate: 1 },
        StandardRequest::SetInterface { interface: 2, alternate: 0 },
        status(Recipient::Interface(2)),
        status(Recipient::Endpoint(0x01)),
        StandardRequest::SetAddress(6),
    ] {
        bench.refuses(request.setup(), &[]);
    }

    // Features.
    let halt = |endpoint| (Recipient::Endpoint(endpoint), Feature::ENDPOINT_HALT);
    for endpoint in [0x81, 0x82, 0x02] {
        let (recipient, feature) = halt(endpoint);
        bench.ok(StandardRequest::SetFeature(recipient, feature));
        assert_eq!(bench.ok(status(recipient)), [1, 0]);
    }
    assert_eq!(bench.out(0x02, &[]), Err(Stall));
    assert_eq!(bench.modem.transfer_in(Instant(0), 0x81, &mut [0; 64]), Err(Stall));
    let (recipient, feature) = halt(0x81);
    bench.ok(StandardRequest::ClearFeature(recipient, feature));
    assert_eq!(bench.some(0x81, 64), None);
    // A setting that is set again has fresh endpoints.
    bench.set_interface(1, 1);
    assert_eq!(bench.out(0x02, &[]), Ok(true));
    bench.ok(StandardRequest::ClearFeature(Recipient::Endpoint(0), Feature::ENDPOINT_HALT));
    bench.ok(StandardRequest::SetFeature(Recipient::Device, Feature::DEVICE_REMOTE_WAKEUP));
    assert_eq!((bench.ok(status(Recipient::Device)), bench.modem.may_wake()), (vec![3, 0], true));
    bench.ok(StandardRequest::ClearFeature(Recipient::Device, Feature::DEVICE_REMOTE_WAKEUP));
    assert_eq!(bench.ok(status(Recipient::Device)), [1, 0]);
    for (recipient, feature) in [
        (Recipient::Device, Feature::TEST_MODE),
        (Recipient::Device, Feature::ENDPOINT_HALT),
        (Recipient::Interface(0), Feature::ENDPOINT_HALT),
        (Recipient::Endpoint(0), Feature::ENDPOINT_HALT),
        (Recipient::Endpoint(0x83), Feature::ENDPOINT_HALT),
        (Recipient::Endpoint(0x82), Feature::DEVICE_REMOTE_WAKEUP),
    ] {
        bench.refuses(StandardRequest::SetFeature(recipient, feature).setup(), &[]);
    }

    // No configuration, and a reset.
    bench.ok(StandardRequest::SetConfiguration(0));
    assert_eq!(bench.events(), ["Data { function: 0, open: false }", "Configured(false)"]);
    bench.refuses(StandardRequest::GetInterface(0).setup(), &[]);
    let events = &mut bench.events;
    bench.modem.bus_reset(&mut |event| events.push(line(event)));
    assert_eq!((bench.events(), bench.modem.address()), (vec!["BusReset".to_owned()], 0));
}

/// Ways in which a standard request is wrong that were right but for one field.
#[test]
fn standard_requests_that_are_wrong_change_nothing() {
    let right = [
        StandardRequest::GetStatus(Recipient::Device),
        StandardRequest::GetStatus(Recipient::Interface(0)),
        StandardRequest::GetStatus(Recipient::Endpoint(0x82)),
        StandardRequest::GetConfiguration,
        StandardRequest::GetInterface(1),
        StandardRequest::SetInterface { interface: 1, alternate: 0 },
        StandardRequest::SetConfiguration(1),
        StandardRequest::SetFeature(Recipient::Endpoint(0x82), Feature::ENDPOINT_HALT),
    ];
    for request in right {
        let setup = request.setup();
        let mut bench = Bench::up(Config::new(Kind::Mbim));
        let mut wrong = |change: &dyn Fn(&mut Setup)| {
            let mut wrong = setup;
            change(&mut wrong);
            let data = if wrong.request_type & 0x80 == 0 { wrong.length.into() } else { 0 };
            bench.refuses(wrong, &vec![0; data]);
        };
        wrong(&|setup| setup.request_type ^= 0x80);
        wrong(&|setup| setup.request_type |= 0x40);
        wrong(&|setup| setup.request_type |= 0x03);
        wrong(&|setup| setup.request = 0x33);
        wrong(&|setup| setup.value |= 0x4000);
        wrong(&|setup| setup.index |= 0x4000);
        wrong(&|setup| setup.length += 1);
        // It was right.
        assert!(bench.control(setup, &[]).is_ok(), "{request:?}");
    }
}

// ---- class requests ----

/// A class request that is right, with the data that the host sends.
fn class_requests() -> Vec<(ClassRequest, Vec<u8>)> {
    let long = NtbInputSize { max_size: 2048, max_datagrams: Some(3) }.to_bytes();
    vec![
        (ClassRequest::SendEncapsulatedCommand { length: 16 }, vec![7; 16]),
        (ClassRequest::GetEncapsulatedResponse { length: 4096 }, vec![]),
        (ClassRequest::ResetFunction, vec![]),
        (ClassRequest::GetNtbParameters { length: 28 }, vec![]),
        (ClassRequest::GetNtbFormat { length: 2 }, vec![]),
        (ClassRequest::SetNtbFormat(Format::Ntb16), vec![]),
        (ClassRequest::GetNtbInputSize { length: 4 }, vec![]),
        (ClassRequest::GetNtbInputSize { length: 8 }, vec![]),
        (ClassRequest::SetNtbInputSize { length: 4 }, long[..4].to_vec()),
        (ClassRequest::SetNtbInputSize { length: 8 }, long.to_vec()),
        (ClassRequest::GetMaxDatagramSize { length: 2 }, vec![]),
        (ClassRequest::SetMaxDatagramSize, vec![0xdc, 5]),
    ]
}

/// A function in data setting 0 with something to lose: a response that waits, sizes that are not those of the start.
fn ready(config: Config<'static>) -> Bench {
    let kind = config.kind;
    let mut bench = Bench::with(config, 5000);
    bench.ok(StandardRequest::SetConfiguration(1));
    if kind == Kind::NcmMbim {
        bench.set_interface(0, 1);
    }
    bench.class(ClassRequest::SetNtbInputSize { length: 4 }, &4096_u32.to_le_bytes());
    bench.modem.push_response(0, b"waiting").unwrap();
    bench.events.clear();
    bench
}

#[test]
fn class_requests_that_are_right_are_answered() {
    for kind in [Kind::Mbim, Kind::NcmMbim, Kind::Composite] {
        let mut bench = ready(Config::new(kind));
        let parameters = "1c000100004000000400000004000000004000000400000004000000";
        assert_eq!(hex(&bench.class(ClassRequest::GetNtbParameters { length: 28 }, &[])), parameters);
        assert_eq!(hex(&bench.class(ClassRequest::GetNtbParameters { length: 64 }, &[])), parameters);
        assert_eq!(hex(&bench.class(ClassRequest::GetNtbInputSize { length: 4 }, &[])), "00100000");
        assert_eq!(hex(&bench.class(ClassRequest::GetNtbInputSize { length: 8 }, &[])), "0010000000000000");
        assert_eq!(hex(&bench.class(ClassRequest::GetNtbFormat { length: 2 }, &[])), "0000");
        assert_eq!(hex(&bench.class(ClassRequest::GetMaxDatagramSize { length: 2 }, &[])), "0008");
        assert_eq!(bench.class(ClassRequest::GetEncapsulatedResponse { length: 4096 }, &[]), b"waiting");
        assert_eq!(bench.class(ClassRequest::GetEncapsulatedResponse { length: 4096 }, &[]), b"");
        bench.class(ClassRequest::SetMaxDatagramSize, &[0xdc, 5]);
        assert_eq!(hex(&bench.class(ClassRequest::GetMaxDatagramSize { length: 2 }, &[])), "dc05");
        bench.class(ClassRequest::SetNtbInputSize { length: 8 }, &[0, 8, 0, 0, 3, 0, 0, 0]);
        assert_eq!(hex(&bench.class(ClassRequest::GetNtbInputSize { length: 8 }, &[])), "0008000003000000");
        bench.class(ClassRequest::SendEncapsulatedCommand { length: 3 }, b"abc");
        assert_eq!(bench.events(), ["command 0 616263"]);
        // Everything is as at the start again.
        bench.class(ClassRequest::ResetFunction, &[]);
        assert_eq!(bench.events(), ["FunctionReset { function: 0 }"]);
        assert_eq!(hex(&bench.class(ClassRequest::GetNtbInputSize { length: 8 }, &[])), "0040000000000000");
        assert_eq!(hex(&bench.class(ClassRequest::GetMaxDatagramSize { length: 2 }, &[])), "0008");
    }
}

#[test]
fn class_requests_that_are_wrong_in_one_field_change_nothing() {
    for kind in [Kind::Mbim, Kind::NcmMbim, Kind::Composite] {
        for (request, data) in class_requests() {
            let mut bench = ready(Config::new(kind));
            let right = request.setup(0);
            let mut wrong = |setup: Setup| {
                let length = if setup.request_type & 0x80 == 0 { setup.length.into() } else { 0 };
                let mut data = data.clone();
                data.resize(length, 0);
                bench.refuses(setup, &data);
            };
            // Another interface, the data interface among them.
            for index in [1, 7, 0x0100, 0xffff] {
                wrong(Setup { index, ..right });
            }
            // The other direction, another kind of request, another recipient.
            for request_type in [right.request_type ^ 0x80, right.request_type ^ 0x60, right.request_type & !0x1f] {
                wrong(Setup { request_type, ..right });
            }
            wrong(Setup { request_type: right.request_type & !0x1f | 2, ..right });
            // Another number, another parameter.
            wrong(Setup { request: 0x77, ..right });
            for value in [right.value + 1, 0x0100, 0xffff] {
                wrong(Setup { value, ..right });
            }
            // Other lengths. Answers may be asked for with more room than they need.
            let lengths: &[u16] = match request {
                ClassRequest::SendEncapsulatedCommand { .. } => &[0, 4097, 0xffff],
                ClassRequest::GetEncapsulatedResponse { .. } => &[0],
                ClassRequest::ResetFunction | ClassRequest::SetNtbFormat(_) => &[1, 2, 28],
                ClassRequest::GetNtbParameters { .. } => &[0, 2, 27],
                ClassRequest::GetNtbFormat { .. } | ClassRequest::GetMaxDatagramSize { .. } => &[0, 1],
                ClassRequest::GetNtbInputSize { .. } => &[0, 3, 5, 7, 9],
                ClassRequest::SetNtbInputSize { .. } => &[0, 3, 5, 6, 7, 9, 16],
                ClassRequest::SetMaxDatagramSize => &[0, 1, 3, 4],
                _ => panic!("{request:?} is not in the table"),
            };
            for length in lengths {
                wrong(Setup { length: *length, ..right });
            }
            // Fewer or more bytes than the setup packet says.
            if right.length > 0 && !request.is_to_host() {
                bench.refuses(right, &data[..data.len() - 1]);
                bench.refuses(right, &[&data[..], &[0]].concat());
            }
            // It was right.
            assert!(bench.control(right, &data).is_ok(), "{request:?}");
        }
    }
}

#[test]
fn class_requests_that_come_at_the_wrong_time_or_with_wrong_values_change_nothing() {
    // Before the configuration.
    let mut bench = Bench::new(Kind::Mbim);
    for (request, data) in class_requests() {
        bench.refuses(request.setup(0), &data);
    }
    // The format while there are pipes.
    let both = NtbParameters { ntb_formats_supported: 3, ..NtbParameters::of_function(16_384) };
    let mut bench = ready(Config { ntb: both, ..Config::new(Kind::Mbim) });
    bench.class(ClassRequest::SetNtbFormat(Format::Ntb32), &[]);
    assert_eq!(bench.class(ClassRequest::GetNtbFormat { length: 2 }, &[]), [1, 0]);
    bench.set_interface(1, 1);
    for format in [Format::Ntb16, Format::Ntb32] {
        bench.refuses(ClassRequest::SetNtbFormat(format).setup(0), &[]);
    }
    // Sizes that are too small or too great.
    for size in [0, 2047, 16_385, u32::MAX] {
        bench.refuses(ClassRequest::SetNtbInputSize { length: 4 }.setup(0), &size.to_le_bytes());
        let long = NtbInputSize { max_size: size, max_datagrams: Some(1) }.to_bytes();
        bench.refuses(ClassRequest::SetNtbInputSize { length: 8 }.setup(0), &long);
    }
    for size in [0, 2049, 0xffff_u16] {
        bench.refuses(ClassRequest::SetMaxDatagramSize.setup(0), &size.to_le_bytes());
    }
    // Of NCM only.
    for request in [
        ClassRequest::GetCrcMode { length: 2 },
        ClassRequest::SetCrcMode { crc32: false },
        ClassRequest::SetCrcMode { crc32: true },
        ClassRequest::GetNetAddress { length: 6 },
        ClassRequest::SetNetAddress,
    ] {
        let setup = request.setup(0);
        let data = if request.is_to_host() { 0 } else { setup.length.into() };
        bench.refuses(setup, &vec![0; data]);
    }
    // Without the capabilities.
    let mut bench = ready(Config { capabilities: NetworkCapabilities::empty(), ..Config::new(Kind::Mbim) });
    for (request, data) in class_requests() {
        match request {
            ClassRequest::GetNtbInputSize { length: 8 }
            | ClassRequest::SetNtbInputSize { length: 8 }
            | ClassRequest::GetMaxDatagramSize { .. }
            | ClassRequest::SetMaxDatagramSize => bench.refuses(request.setup(0), &data),
            _ => drop(bench.class(request, &data)),
        }
    }
    // NTB32 where there is none.
    bench.refuses(ClassRequest::SetNtbFormat(Format::Ntb32).setup(0), &[]);
}

#[test]
fn a_function_that_is_ncm_too_is_mbim_only_in_the_settings_for_it() {
    let mut bench = Bench::new(Kind::NcmMbim);
    bench.ok(StandardRequest::SetConfiguration(1));
    let mbim = [
        (ClassRequest::SendEncapsulatedCommand { length: 1 }, &b"x"[..]),
        (ClassRequest::GetEncapsulatedResponse { length: 4096 }, b""),
        (ClassRequest::ResetFunction, b""),
    ];
    for (request, data) in mbim {
        bench.refuses(request.setup(0), data);
    }
    // NCM has these as well.
    bench.class(ClassRequest::GetNtbParameters { length: 28 }, &[]);
    let set = |interface, alternate| StandardRequest::SetInterface { interface, alternate }.setup();
    // The data interface's setting for MBIM comes after that of the control interface.
    bench.refuses(set(1, 2), &[]);
    bench.set_interface(1, 1);
    assert_eq!(
        (bench.events.pop(), bench.out(0x02, b"NCM"), bench.some(0x82, 64)),
        (Some("Configured(true)".into()), Ok(true), None)
    );
    assert_eq!((bench.modem.is_data_open(), bench.data().up_refused), (false, 1));
    bench.refuses(set(0, 1), &[]);
    bench.set_interface(1, 0);
    bench.set_interface(0, 1);
    bench.refuses(set(1, 1), &[]);
    bench.refuses(set(1, 3), &[]);
    bench.refuses(set(0, 2), &[]);
    for (request, data) in mbim {
        bench.class(request, data);
    }
    bench.events.clear();
    bench.set_interface(1, 2);
    bench.refuses(set(0, 0), &[]);
    assert_eq!(bench.ok(StandardRequest::GetInterface(1)), [2]);
    assert_eq!(bench.events(), ["Data { function: 0, open: true }"]);
}

// ---- encapsulated commands ----

const AVAILABLE: [u8; 8] = [0xa1, 1, 0, 0, 0, 0, 0, 0];

fn fetch(bench: &mut Bench, length: u16) -> Vec<u8> {
    bench.class(ClassRequest::GetEncapsulatedResponse { length }, &[])
}

#[test]
fn the_host_is_told_of_every_response_and_fetches_them_in_order() {
    let mut bench = ready(Config::new(Kind::Mbim));
    bench.modem.push_response(0, b"second").unwrap();
    bench.modem.push_response(0, b"").unwrap();
    for _ in 0..3 {
        assert_eq!(bench.some(0x81, 64).unwrap(), AVAILABLE);
    }
    assert_eq!(bench.some(0x81, 64), None);
    assert_eq!(fetch(&mut bench, 4096), b"waiting");
    // In parts: the host is told of the rest.
    assert_eq!(fetch(&mut bench, 4), b"seco");
    assert_eq!(bench.some(0x81, 64).unwrap(), AVAILABLE);
    assert_eq!(bench.some(0x81, 64), None);
    assert_eq!(fetch(&mut bench, 4096), b"nd");
    assert_eq!(fetch(&mut bench, 4096), b"");
    assert_eq!(fetch(&mut bench, 4096), b"");
    // Who fetches without waiting is not told of what is no longer there.
    bench.modem.push_response(0, b"third").unwrap();
    assert_eq!((fetch(&mut bench, 4096), bench.some(0x81, 64)), (b"third".to_vec(), None));
    let counters = bench.modem.counters();
    assert_eq!((counters.responses, counters.refused_responses, counters.lost_responses), (4, 0, 0));
}

#[test]
fn responses_that_find_no_room_are_refused_and_counted_and_resets_drop_those_that_wait() {
    let config = Config { max_control_message: 64, ..Config::new(Kind::Mbim) };
    let mut bench = Bench::with(config, 150);
    assert_eq!(bench.modem.push_response(0, b"early"), Err(PushError::Inactive));
    bench.ok(StandardRequest::SetConfiguration(1));
    assert_eq!(bench.modem.push_response(0, &[1; 65]), Err(PushError::TooLong));
    assert_eq!(bench.modem.push_response(1, &[1; 64]), Err(PushError::Inactive));
    for _ in 0..2 {
        assert!(bench.modem.has_room(0, 64));
        bench.modem.push_response(0, &[2; 64]).unwrap();
    }
    assert!(!bench.modem.has_room(0, 64) && !bench.modem.has_room(1, 0));
    assert_eq!(bench.modem.push_response(0, &[3; 64]), Err(PushError::Full));
    assert_eq!(fetch(&mut bench, 64), [2; 64]);
    bench.modem.push_response(0, &[4; 64]).unwrap();
    assert_eq!(bench.modem.counters().refused_responses, 4);
    bench.class(ClassRequest::ResetFunction, &[]);
    assert_eq!((fetch(&mut bench, 64), bench.some(0x81, 64)), (vec![], None));
    assert_eq!(bench.modem.counters().lost_responses, 2);
    bench.modem.push_response(0, &[5; 64]).unwrap();
    bench.ok(StandardRequest::SetConfiguration(1));
    assert_eq!((fetch(&mut bench, 64), bench.some(0x81, 64)), (vec![], None));
    assert_eq!(bench.modem.counters().lost_responses, 3);
}

#[test]
fn notifications_tell_the_latest_state_and_may_come_in_parts() {
    let mut bench = ready(Config::new(Kind::Mbim));
    for connected in [true, false, true] {
        bench.modem.notify(0, Notification::NetworkConnection { connected }).unwrap();
    }
    bench.modem.notify(0, Notification::ConnectionSpeedChange { downlink: 150_000_000, uplink: 50_000_000 }).unwrap();
    assert_eq!(bench.modem.notify(0, Notification::ResponseAvailable), Err(PushError::Format));
    assert_eq!(bench.modem.notify(1, Notification::NetworkConnection { connected: true }), Err(PushError::Inactive));
    assert_eq!(bench.some(0x81, 64).unwrap(), AVAILABLE);
    assert_eq!(hex(&bench.some(0x81, 8).unwrap()), "a12a000000000800");
    assert_eq!(hex(&bench.some(0x81, 64).unwrap()), "80d1f00880f0fa02");
    assert_eq!(hex(&bench.some(0x81, 64).unwrap()), "a100010000000000");
    assert_eq!(bench.some(0x81, 64), None);
}

#[test]
fn a_qmi_function_that_needs_dtr_is_deaf_and_dumb_without() {
    let dtr = |on: bool| {
        let lines = if on { ControlLines::DTR } else { ControlLines::empty() };
        SerialRequest::SetControlLineState(lines).setup(4)
    };
    let command = ClassRequest::SendEncapsulatedCommand { length: 2 }.setup(4);
    let response = ClassRequest::GetEncapsulatedResponse { length: 4096 }.setup(4);
    let mut bench = Bench::up(Config { needs_dtr: true, usb_version: 0x0210, ..Config::new(Kind::Qmi) });
    bench.control(command, b"no").unwrap();
    bench.modem.push_response(0, b"answer").unwrap();
    assert_eq!((bench.events(), bench.some(0x89, 64)), (vec![], None));
    assert_eq!(bench.control(response, &[]), Ok(vec![]));
    assert_eq!(bench.modem.counters().ignored_commands, 1);
    bench.control(dtr(true), &[]).unwrap();
    bench.control(command, b"ok").unwrap();
    assert_eq!(bench.events(), ["command 0 6f6b"]);
    assert_eq!(hex(&bench.some(0x89, 64).unwrap()), "a101000004000000");
    assert_eq!(bench.some(0x89, 64), None);
    assert_eq!(bench.control(response, &[]), Ok(b"answer".to_vec()));
    bench.control(dtr(false), &[]).unwrap();
    bench.control(command, b"no").unwrap();
    assert_eq!((bench.events(), bench.modem.counters().ignored_commands), (vec![], 2));

    // Any other modem answers in any case, and QMI knows no requests for NTBs.
    let mut bench = Bench::up(Config::new(Kind::Qmi));
    bench.control(command, b"ok").unwrap();
    assert_eq!(bench.events(), ["command 0 6f6b"]);
    for (request, data) in class_requests() {
        match request {
            ClassRequest::SendEncapsulatedCommand { .. } | ClassRequest::GetEncapsulatedResponse { .. } => {
                bench.refuses(request.setup(0), &data);
                bench.refuses(Setup { value: 1, ..request.setup(4) }, &data);
            }
            _ => bench.refuses(request.setup(4), &data),
        }
    }
}

// ---- packets ----

/// The example of MBIM 1.0 §7: session 2, one packet of 40 bytes; with this number and total length.
fn block(sequence: &str) -> Vec<u8> {
    let head = unhex(&format!("4e434d48 0c00 {sequence} 4400 0c00 49505302 1000 0000 1c00 2800 0000 0000"));
    [head, packet()].concat()
}

fn packet() -> Vec<u8> {
    [&unhex("6000000000003b40")[..], &[0x20; 32]].concat()
}

#[test]
fn packets_from_the_host_are_taken_out_of_their_blocks() {
    let mut bench = Bench::up(Config::new(Kind::Mbim));
    let expected = format!("datagram 0/2 {}", hex(&packet()));
    assert_eq!(bench.out(0x02, &block("0500")), Ok(true));
    assert_eq!(bench.events(), [expected.as_str()]);
    // The next number; one that is not; a block that does not tell its length; an empty packet, which is no block.
    bench.out(0x02, &block("0600")).unwrap();
    bench.out(0x02, &block("0800")).unwrap();
    let mut untold = block("0900");
    untold[8..10].fill(0);
    bench.out(0x02, &untold).unwrap();
    bench.out(0x02, &[]).unwrap();
    assert_eq!(bench.events(), [expected.as_str(); 3]);
    let data = bench.data();
    assert_eq!((data.up_transfers, data.up_packets, data.up_bytes, data.up_sequence_gaps), (4, 4, 160, 1));
    assert_eq!((data.up_refused, data.up_against_rules), (0, 0));
    // A stream of a device service.
    let mut stream = block("0a00");
    stream[12..16].copy_from_slice(b"DSS\x07");
    bench.out(0x02, &stream).unwrap();
    assert_eq!(bench.events(), [format!("stream 0/7 {}", hex(&packet()))]);
    // An NDP that refers to itself, another kind of one, a wrong signature, and a datagram at an odd place.
    let change = |at: usize, byte: u8| {
        let mut block = block("0b00");
        block[at] = byte;
        block
    };
    for wrong in [change(18, 0x0c), change(12, b'X'), change(0, b'X')] {
        bench.out(0x02, &wrong).unwrap();
    }
    assert_eq!((bench.events(), bench.data().up_refused), (vec![], 3));
    let mut odd = [change(20, 0x1d), vec![0]].concat();
    odd[8] = 0x45;
    bench.out(0x02, &odd).unwrap();
    assert_eq!((bench.events().len(), bench.data().up_against_rules), (1, 1));
}

#[test]
fn packets_to_the_host_leave_in_blocks_of_the_agreed_form() {
    let mut bench = Bench::up(Config::new(Kind::Mbim));
    // One datagram in a block, as the example has it.
    bench.class(ClassRequest::SetNtbInputSize { length: 8 }, &[0, 8, 0, 0, 1, 0, 0, 0]);
    for sequence in ["0000", "0100"] {
        bench.modem.push_datagram(bench.now, 0, 2, &packet()).unwrap();
        assert_eq!(bench.modem.push_datagram(bench.now, 0, 2, &packet()), Err(PushError::Full));
        assert_eq!(hex(&bench.some(0x82, 2048).unwrap()), hex(&block(sequence)));
        assert_eq!(bench.some(0x82, 2048), None);
    }
    // Numbers begin anew with the function, or with its pipes.
    bench.class(ClassRequest::ResetFunction, &[]);
    bench.class(ClassRequest::SetNtbInputSize { length: 8 }, &[0, 8, 0, 0, 1, 0, 0, 0]);
    bench.modem.push_datagram(bench.now, 0, 2, &packet()).unwrap();
    assert_eq!(bench.some(0x82, 2048).unwrap(), block("0000"));
    bench.set_interface(1, 0);
    assert_eq!(bench.modem.push_datagram(bench.now, 0, 2, &packet()), Err(PushError::Inactive));
    bench.set_interface(1, 1);
    bench.modem.push_datagram(bench.now, 0, 2, &packet()).unwrap();
    assert_eq!(bench.some(0x82, 2048).unwrap(), block("0000"));
    // The host's own size goes on after a reopening; several fit if it says so, streams of services among them.
    bench.class(ClassRequest::SetNtbInputSize { length: 8 }, &[0, 8, 0, 0, 2, 0, 0, 0]);
    bench.modem.push_datagram(bench.now, 0, 2, &packet()).unwrap();
    bench.modem.push_stream(bench.now, 0, 9, b"stream").unwrap();
    let two = bench.some(0x82, 2048).unwrap();
    assert_eq!((&two[6..8], two.windows(4).any(|four| four == b"DSS\x09")), (&[1, 0][..], true));
    assert_eq!(bench.modem.push_datagram(bench.now, 0, 2, &[0x45; 2049]), Err(PushError::TooLong));
    assert_eq!(bench.modem.push_datagram(bench.now, 0, 2, &[]), Err(PushError::Format));
    assert_eq!(bench.modem.push_frame(bench.now, 0, &[0; 60]), Err(PushError::Format));
    assert_eq!(bench.modem.push_datagram(bench.now, 1, 2, &packet()), Err(PushError::Inactive));
    let data = bench.data();
    assert_eq!((data.down_transfers, data.down_packets, data.down_refused), (5, 6, 5));
}

#[test]
fn blocks_of_the_wide_form_and_of_a_dual_function() {
    let both = NtbParameters { ntb_formats_supported: 3, ..NtbParameters::of_function(16_384) };
    let mut bench = Bench::with(Config { ntb: both, ..Config::new(Kind::NcmMbim) }, 20_000);
    bench.ok(StandardRequest::SetConfiguration(1));
    bench.set_interface(0, 1);
    bench.class(ClassRequest::SetNtbFormat(Format::Ntb32), &[]);
    bench.class(ClassRequest::SetNtbInputSize { length: 8 }, &[0, 8, 0, 0, 1, 0, 0, 0]);
    bench.set_interface(1, 2);
    bench.events.clear();
    let head =
        "6e636d68 1000 0000 58000000 10000000 69707302 2000 0000 00000000 00000000 30000000 28000000 00000000 00000000";
    let block = [unhex(head), packet()].concat();
    bench.modem.push_datagram(bench.now, 0, 2, &packet()).unwrap();
    assert_eq!(hex(&bench.some(0x82, 2048).unwrap()), hex(&block));
    bench.out(0x02, &block).unwrap();
    assert_eq!(bench.events(), [format!("datagram 0/2 {}", hex(&packet()))]);
}

#[test]
fn a_transfer_ends_with_a_short_packet_an_empty_one_or_the_longest_block() {
    // The header and the table of one entry take 28 bytes.
    let mut bench = Bench::up(Config::new(Kind::Mbim));
    let size = |bench: &mut Bench, length: usize| {
        bench.modem.push_datagram(bench.now, 0, 0, &vec![0x45; length - 28]).unwrap();
    };
    bench.class(ClassRequest::SetNtbInputSize { length: 8 }, &[0, 8, 0, 0, 1, 0, 0, 0]);
    size(&mut bench, 1024);
    assert_eq!(bench.some(0x82, 2048).unwrap().len(), 1024);
    assert_eq!(bench.some(0x82, 2048), Some(vec![]));
    assert_eq!(bench.some(0x82, 2048), None);
    size(&mut bench, 1025);
    assert_eq!(bench.some(0x82, 2048).unwrap().len(), 1025);
    assert_eq!(bench.some(0x82, 2048), None);
    size(&mut bench, 2048);
    assert_eq!(bench.some(0x82, 2048).unwrap().len(), 2048);
    assert_eq!(bench.some(0x82, 2048), None);
    // In parts, packets that come meanwhile wait; and the numbers go on.
    size(&mut bench, 1024);
    let mut got = bench.some(0x82, 512).unwrap();
    assert_eq!(bench.modem.push_datagram(bench.now, 0, 0, &packet()), Err(PushError::Full));
    got.extend(bench.some(0x82, 512).unwrap());
    assert_eq!((got.len(), got[6], bench.some(0x82, 512)), (1024, 3, Some(vec![])));
    bench.modem.push_datagram(bench.now, 0, 2, &packet()).unwrap();
    assert_eq!(bench.some(0x82, 2048).unwrap(), block("0400"));
    // No room at all is no transfer.
    bench.modem.push_datagram(bench.now, 0, 2, &packet()).unwrap();
    assert_eq!(bench.some(0x82, 0), None);
    assert_eq!(bench.some(0x82, 2048).unwrap(), block("0500"));
}

#[test]
fn packets_wait_for_others_as_long_as_is_said() {
    let mut bench = Bench::up(Config { linger: Millis(5), ..Config::new(Kind::Mbim) });
    bench.now = Instant(100);
    assert_eq!(bench.modem.poll_at(), None);
    bench.modem.push_datagram(bench.now, 0, 0, &packet()).unwrap();
    assert_eq!((bench.modem.poll_at(), bench.some(0x82, 2048)), (Some(Instant(105)), None));
    bench.now = Instant(104);
    bench.modem.push_datagram(bench.now, 0, 0, &packet()).unwrap();
    assert_eq!((bench.modem.poll_at(), bench.some(0x82, 2048)), (Some(Instant(105)), None));
    bench.now = Instant(105);
    let block = bench.some(0x82, 2048).unwrap();
    assert_eq!((block[16], bench.modem.poll_at()), (20, None), "an NDP with two entries");
    // A block that is full does not wait.
    while bench.modem.push_datagram(bench.now, 0, 0, &[0x45; 1500]).is_ok() {}
    assert!(bench.some(0x82, 16_384).is_some_and(|block| block.len() > 14_000));
    // What is lost by a change is counted.
    bench.modem.push_datagram(bench.now, 0, 0, &packet()).unwrap();
    bench.set_interface(1, 0);
    assert_eq!((bench.data().down_lost, bench.modem.poll_at()), (1, None));
}

fn format(link: Link, aggregation: Aggregation) -> DataFormat {
    let limits = Limits { datagrams: 4, size: 4096 };
    DataFormat {
        link,
        up: aggregation,
        down: aggregation,
        up_limits: limits,
        down_limits: limits,
        ..DataFormat::default()
    }
}

#[test]
fn a_qmi_function_carries_frames_or_packets_as_was_agreed() {
    let mut bench = Bench::up(Config::new(Kind::Qmi));
    // Frames, as at power-on.
    let frame = unhex("ffffffffffff 027777616e01 0806 0001");
    bench.out(0x05, &frame).unwrap();
    bench.out(0x05, &frame[..13]).unwrap();
    assert_eq!(bench.events(), [format!("frame 0 {}", hex(&frame))]);
    bench.modem.push_frame(bench.now, 0, &frame).unwrap();
    assert_eq!(bench.modem.push_datagram(bench.now, 0, 0, &packet()), Err(PushError::Format));
    assert_eq!(bench.some(0x88, 2048).unwrap(), frame);
    // Raw IP: one in each transfer, several waiting; an empty packet behind one that fills its last.
    bench.modem.set_data_format(0, format(Link::RawIp, Aggregation::Off)).unwrap();
    assert_eq!(bench.modem.set_data_format(1, DataFormat::default()), Err(PushError::Format));
    for length in [40, 512, 1500] {
        bench.modem.push_datagram(bench.now, 0, 0, &vec![0x45; length]).unwrap();
    }
    assert_eq!(bench.modem.push_frame(bench.now, 0, &frame), Err(PushError::Format));
    let lengths: Vec<_> = core::iter::from_fn(|| bench.some(0x88, 2048)).map(|packet| packet.len()).collect();
    assert_eq!(lengths, [40, 512, 0, 1500]);
    bench.modem.push_datagram(bench.now, 0, 0, &[0x45; 700]).unwrap();
    assert_eq!([bench.some(0x88, 512).unwrap().len(), bench.some(0x88, 512).unwrap().len()], [512, 188]);
    bench.out(0x05, &packet()).unwrap();
    bench.out(0x05, &frame).unwrap();
    assert_eq!(bench.events(), [format!("datagram 0/0 {}", hex(&packet()))]);
    // With the header for quality of service.
    let quality = DataFormat { qos_header: true, ..format(Link::RawIp, Aggregation::Off) };
    bench.modem.set_data_format(0, quality).unwrap();
    bench.out(0x05, &[&[1, 0, 0, 0, 0, 0], &packet()[..]].concat()).unwrap();
    assert_eq!(bench.events(), [format!("datagram 0/0 {}", hex(&packet()))]);
    // The format outlasts a reset of the bus.
    bench.modem.bus_reset(&mut |_| {});
    bench.ok(StandardRequest::SetConfiguration(1));
    assert_eq!(bench.events(), ["Data { function: 0, open: true }", "Configured(true)"]);
    bench.modem.push_datagram(bench.now, 0, 0, &packet()).unwrap();
    assert_eq!(bench.some(0x88, 2048).unwrap(), packet());
}

#[test]
fn a_qmi_function_multiplexes() {
    let mut bench = Bench::up(Config::new(Kind::Qmi));
    bench.modem.set_data_format(0, format(Link::RawIp, Aggregation::Qmap)).unwrap();
    let (long, odd) = (vec![0x45; 28], vec![0x45; 29]);
    bench.modem.push_datagram(bench.now, 0, 1, &long).unwrap();
    bench.modem.push_datagram(bench.now, 0, 2, &odd).unwrap();
    let expected = [&[0, 1, 0, 28], &long[..], &[3, 2, 0, 32], &odd, &[0; 3]].concat();
    assert_eq!(hex(&bench.some(0x88, 4096).unwrap()), hex(&expected));
    bench.out(0x05, &expected).unwrap();
    let both = [format!("datagram 0/1 {}", hex(&long)), format!("datagram 0/2 {}", hex(&odd))];
    assert_eq!(bench.events(), both);
    // Of version 4 packets to the host have a trailer, of version 5 a header.
    bench.modem.set_data_format(0, format(Link::RawIp, Aggregation::QmapV4)).unwrap();
    bench.modem.push_datagram(bench.now, 0, 1, &long).unwrap();
    assert_eq!(bench.some(0x88, 4096).unwrap(), [&[0, 1, 0, 28], &long[..], &[0; 8]].concat());
    bench.modem.set_data_format(0, format(Link::RawIp, Aggregation::QmapV5)).unwrap();
    bench.modem.push_datagram(bench.now, 0, 1, &long).unwrap();
    assert_eq!(bench.some(0x88, 4096).unwrap(), [&[0x40, 1, 0, 28, 4, 0, 0, 0], &long[..]].concat());
    // Flow control, and its acknowledgement.
    let stop = Command::request(CommandName::FLOW_DISABLE, 7);
    bench.modem.push_qmap_command(bench.now, 0, 1, stop).unwrap();
    let told = bench.some(0x88, 4096).unwrap();
    assert_eq!(hex(&told), hex(&unhex("80010010 01000000 00000007 0000 0000 00000000")));
    let ack = [&[0x80, 1, 0, 16], &stop.answer(CommandKind::Ack).to_bytes()[..]].concat();
    bench.out(0x05, &ack).unwrap();
    assert!(
        bench
            .events()
            .concat()
            .contains("QmapCommand { function: 0, mux_id: 1, command: Command { name: FLOW_DISABLE, flags: 1")
    );
    // No frames, no streams.
    assert_eq!(bench.modem.push_stream(bench.now, 0, 1, b"x"), Err(PushError::Format));
    bench.out(0x05, &[0, 1, 0xff, 0xff]).unwrap();
    assert_eq!((bench.events(), bench.data().up_refused), (vec![], 1));
    let mut mbim = Bench::up(Config::new(Kind::Mbim));
    assert_eq!(mbim.modem.push_qmap_command(mbim.now, 0, 1, stop), Err(PushError::Format));
}

/// The sum over an IP packet of TCP or UDP and its pseudo header, which is 0xffff if the checksum is right.
fn sum(packet: &[u8]) -> u32 {
    let (header, protocol, addresses) = match packet[0] >> 4 {
        4 => (20, packet[9], &packet[12..20]),
        _ => (40, packet[6], &packet[8..40]),
    };
    let segment = &packet[header..];
    let words = |bytes: &[u8]| {
        bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0))).sum::<u32>()
    };
    let sum = words(addresses) + words(segment) + u32::from(protocol) + segment.len() as u32;
    let folded = (sum & 0xffff) + (sum >> 16);
    (folded & 0xffff) + (folded >> 16)
}

#[test]
fn checksums_that_the_host_leaves_to_the_modem_are_computed() {
    let v4 = |protocol: u8, segment: &[u8]| {
        let length = (20 + segment.len()) as u16;
        let [high, low] = length.to_be_bytes();
        [&[0x45, 0, high, low, 0, 1, 0x40, 0, 64, protocol, 0, 0, 10, 0, 0, 2, 192, 0, 2, 1], segment].concat()
    };
    let v6 = |protocol: u8, segment: &[u8]| {
        let [high, low] = (segment.len() as u16).to_be_bytes();
        let mut packet = vec![0x60, 0, 0, 0, high, low, protocol, 64];
        packet.extend((0..32).map(|n| n * 7));
        [&packet[..], segment].concat()
    };
    let udp = unhex("1234 0035 0011 ffff 0102030405060708 09");
    let tcp = unhex("1234 0050 00000001 00000002 5010 ffff abcd 0000 68656c6c6f");
    // Its sum is 0xffff without the checksum, which is sent as 0xffff then.
    let mut zero = unhex("1234 0035 000a 0000 0000");
    let rest = !(sum(&v4(17, &zero)) as u16);
    zero[8..].copy_from_slice(&rest.to_be_bytes());
    let packets = [v4(17, &udp), v4(6, &tcp), v6(17, &udp), v6(6, &tcp), v4(17, &zero)];
    for (version, aggregation) in [(Version::V4, Aggregation::QmapV4), (Version::V5, Aggregation::QmapV5)] {
        let mut bench = Bench::up(Config::new(Kind::Qmi));
        bench.modem.set_data_format(0, format(Link::RawIp, aggregation)).unwrap();
        for packet in &packets {
            let mut memory = [0; 2048];
            let mut aggregator =
                Aggregator::new(&mut memory, wwan::qmi_wire::qmap::Config::new(version, Direction::Uplink));
            let (start, protocol) = if packet[0] == 0x45 { (20, packet[9]) } else { (40, packet[6]) };
            let offset = if protocol == 6 { 16 } else { 6 };
            let checksum = match version {
                Version::V4 => Checksum::Wanted { start, offset, udp: protocol == 17 },
                _ => Checksum::Flagged,
            };
            aggregator.push_with(3, packet, checksum, ()).unwrap();
            bench.out(0x05, aggregator.take().unwrap().bytes).unwrap();
            let event = bench.events().pop().unwrap();
            let got = unhex(event.strip_prefix("datagram 0/3 ").unwrap());
            let at = usize::from(start + offset);
            assert_eq!(
                (sum(&got), &got[..at], &got[at + 2..]),
                (0xffff, &packet[..at], &packet[at + 2..]),
                "{version:?}"
            );
            assert_ne!((protocol, &got[at..at + 2]), (17, &[0, 0][..]));
        }
        // Not one that has a checksum: a fragment, another protocol, one that is cut off.
        let mut fragment = v4(17, &udp);
        fragment[7] = 1;
        for packet in
            [fragment, v4(1, &udp), v4(17, &udp)[..30].to_vec(), v4(17, &[0; 7]), vec![0x55; 40], vec![0x45; 3]]
        {
            let mut memory = [0; 2048];
            let mut aggregator =
                Aggregator::new(&mut memory, wwan::qmi_wire::qmap::Config::new(version, Direction::Uplink));
            let checksum = match version {
                Version::V4 => Checksum::Wanted { start: 20, offset: 6, udp: true },
                _ => Checksum::Flagged,
            };
            aggregator.push_with(3, &packet, checksum, ()).unwrap();
            bench.out(0x05, aggregator.take().unwrap().bytes).unwrap();
        }
        assert_eq!((bench.events(), bench.data().up_refused), (vec![], 6));
    }
}

// ---- serial ports ----

#[test]
fn ports_are_listed_with_their_use() {
    let list = |kind| {
        let bench = Bench::new(kind);
        let functions: Vec<_> = bench.modem.functions().map(|one| (one.function, one.qmi, one.interface)).collect();
        let ports: Vec<_> = bench.modem.ports().map(|one| (one.port, one.role, one.interface)).collect();
        (functions, ports)
    };
    use PortRole::{At, Diagnostic, Nmea};
    let vendor = vec![(0, At, 2), (1, At, 3), (2, Nmea, 1), (3, Diagnostic, 0)];
    assert_eq!(list(Kind::Mbim), (vec![(0, false, 0)], vec![]));
    assert_eq!(list(Kind::NcmMbim), (vec![(0, false, 0)], vec![]));
    assert_eq!(list(Kind::Qmi), (vec![(0, true, 4)], vendor.clone()));
    assert_eq!(list(Kind::At), (vec![], vec![(0, At, 0), (1, At, 2)]));
    assert_eq!(list(Kind::AtVendor), (vec![], vendor));
    assert_eq!(list(Kind::Composite), (vec![(0, false, 0)], vec![(0, At, 2), (1, At, 4)]));
}

#[test]
fn a_port_carries_bytes_both_ways() {
    let mut bench = Bench::up(Config::new(Kind::Composite));
    assert_eq!((bench.out(0x06, b"AT\r"), bench.out(0x04, b"ATI\r")), (Ok(true), Ok(true)));
    assert_eq!(bench.events(), ["serial 1 41540d", "serial 0 4154490d"]);
    // The modem cannot follow.
    bench.modem.hold_serial(0, true);
    assert_eq!((bench.out(0x04, b"more"), bench.out(0x06, b"AT\r")), (Ok(false), Ok(true)));
    bench.modem.hold_serial(0, false);
    assert_eq!(bench.out(0x04, b"more"), Ok(true));
    assert_eq!(bench.events(), ["serial 1 41540d", "serial 0 6d6f7265"]);

    assert_eq!(bench.modem.push_serial(1, b"\r\nOK\r\n"), 6);
    assert_eq!((bench.some(0x84, 512), bench.some(0x86, 512).unwrap()), (None, b"\r\nOK\r\n".to_vec()));
    assert_eq!((bench.some(0x86, 512), bench.modem.push_serial(2, b"x")), (None, 0));
    // As much as there is room for, and an empty packet behind the last full one.
    let room = bench.modem.serial_room(0);
    assert_eq!((room, bench.modem.push_serial(0, &[7; 20_000])), (10_000, 10_000));
    assert_eq!(bench.modem.push_serial(0, &[7]), 0);
    assert_eq!(bench.some(0x84, 9984).unwrap().len(), 9984);
    assert_eq!(bench.some(0x84, 512).unwrap().len(), 16);
    assert_eq!(bench.some(0x84, 512), None);
    bench.modem.push_serial(0, &[7; 512]);
    assert_eq!([bench.some(0x84, 1024).unwrap().len(), bench.some(0x84, 512).unwrap().len()], [512, 0]);
    assert_eq!(bench.some(0x84, 512), None);
    // What waits is lost with the configuration.
    bench.modem.push_serial(0, b"lost");
    bench.ok(StandardRequest::SetConfiguration(1));
    assert_eq!(bench.some(0x84, 512), None);
    bench.ok(StandardRequest::SetConfiguration(0));
    assert_eq!((bench.modem.push_serial(0, b"x"), bench.modem.serial_room(0)), (0, 0));
}

#[test]
fn a_port_has_lines_and_tells_of_its_own() {
    let mut bench = Bench::up(Config::new(Kind::Composite));
    let coding = unhex("80250000 00 00 08");
    let set = SerialRequest::SetLineCoding.setup(2);
    let get = SerialRequest::GetLineCoding { length: 7 };
    assert_eq!(bench.control(get.setup(2), &[]).unwrap(), LineCoding::USUAL.to_bytes());
    bench.control(set, &coding).unwrap();
    assert_eq!(bench.control(get.setup(2), &[]).unwrap(), coding);
    assert_eq!(bench.control(get.setup(4), &[]).unwrap(), LineCoding::USUAL.to_bytes());
    let lines = ControlLines::DTR | ControlLines::RTS;
    bench.control(SerialRequest::SetControlLineState(lines).setup(4), &[]).unwrap();
    bench.control(SerialRequest::SetControlLineState(lines).setup(4), &[]).unwrap();
    bench.control(SerialRequest::SendBreak { millis: 100 }.setup(2), &[]).unwrap();
    assert_eq!(
        bench.events(),
        [
            "LineCoding { port: 0, coding: LineCoding { rate: 9600, stop_bits: 0, parity: 0, data_bits: 8 } }",
            "Line { port: 1, dtr: true, rts: true }",
            "Break { port: 0, millis: 100 }",
        ]
    );
    assert_eq!((bench.modem.lines(0), bench.modem.lines(1)), ((false, false), (true, true)));

    // Everything wrong.
    for wrong in ["80250000 03 00 08", "80250000 00 05 08", "80250000 00 00 09", "80250000 00 00 04"] {
        bench.refuses(set, &unhex(wrong));
    }
    for (length, data) in [(6, 6), (8, 8), (0, 0), (7, 6)] {
        bench.refuses(Setup { length, ..set }, &vec![0; data]);
    }
    for setup in [set, SerialRequest::SetControlLineState(lines).setup(2)] {
        let data = vec![0; setup.length.into()];
        for index in [1, 3, 5, 6, 0x0102] {
            bench.refuses(Setup { index, ..setup }, &data);
        }
        bench.refuses(Setup { request_type: 0xa1, ..setup }, &[]);
        bench.refuses(Setup { request_type: 0x41, ..setup }, &data);
    }
    bench.refuses(Setup { value: 1, ..set }, &coding);
    bench.refuses(SerialRequest::GetLineCoding { length: 6 }.setup(2), &[]);
    bench.refuses(ClassRequest::SendEncapsulatedCommand { length: 2 }.setup(2), b"AT");
    // The MBIM function is no port.
    bench.refuses(SerialRequest::SetControlLineState(lines).setup(0), &[]);

    let state = SerialState::CARRIER | SerialState::READY;
    bench.modem.set_serial_state(0, SerialState::READY).unwrap();
    bench.modem.set_serial_state(0, state).unwrap();
    assert_eq!(hex(&bench.some(0x83, 64).unwrap()), "a1200000020002000300");
    assert_eq!((bench.some(0x83, 64), bench.some(0x85, 64)), (None, None));
    assert_eq!(bench.modem.set_serial_state(2, state), Err(PushError::Inactive));
    // The host lets its lines go with the bus.
    bench.modem.bus_reset(&mut |_| {});
    assert_eq!(bench.modem.lines(1), (false, false));

    // Ports that are vendor-specific have lines only.
    let mut bench = Bench::up(Config::new(Kind::AtVendor));
    bench.control(SerialRequest::SetControlLineState(lines).setup(2), &[]).unwrap();
    bench.control(SerialRequest::SetControlLineState(lines).setup(0), &[]).unwrap();
    let told = ["Line { port: 0, dtr: true, rts: true }", "Line { port: 3, dtr: true, rts: true }"];
    assert_eq!(bench.events(), told);
    bench.refuses(set, &coding);
    bench.refuses(SerialRequest::SendBreak { millis: 1 }.setup(2), &[]);
    assert_eq!((bench.out(0x04, b"AT"), bench.events()), (Ok(true), vec!["serial 1 4154".to_owned()]));
}

// ---- a host that does anything ----

#[derive(Clone, Debug)]
enum Step {
    Control(Setup, Vec<u8>),
    Out(u8, Vec<u8>),
    In(u8, usize),
    Response(usize),
    Datagram(u8, usize),
    Serial(u8, usize),
    Format(u8),
    Reset,
    Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
    let endpoint = prop_oneof![0..10_u8, 0x80..0x8a_u8, any::<u8>()];
    let request_type =
        prop_oneof![Just(0x21), Just(0xa1), Just(0), Just(0x80), Just(1), Just(0x81), Just(2), any::<u8>()];
    let request = prop_oneof![0..12_u8, 0x20..0x24_u8, 0x80..0x8b_u8, any::<u8>()];
    let small = || prop_oneof![4 => 0..6_u16, 1 => any::<u16>()];
    let setup = (request_type, request, prop_oneof![small(), (0..16_u16).prop_map(|kind| kind << 8)], small());
    let length = prop_oneof![Just(0), Just(2), Just(4), Just(7), Just(8), Just(28), 0..80_u16, any::<u16>()];
    let control = (setup, length, vec(any::<u8>(), 0..80)).prop_map(|(setup, length, mut data)| {
        let (request_type, request, value, index) = setup;
        if request_type & 0x80 == 0 && length < 80 {
            data.resize(length.into(), 0);
        }
        Step::Control(Setup { request_type, request, value, index, length }, data)
    });
    let configured = Just(Step::Control(StandardRequest::SetConfiguration(1).setup(), Vec::new()));
    let live = (0..2_u8, 0..3_u8).prop_map(|(interface, alternate)| {
        Step::Control(StandardRequest::SetInterface { interface, alternate }.setup(), Vec::new())
    });
    let ntb = Just(Step::Out(0x02, block("0000")));
    prop_oneof![
        8 => control,
        1 => configured,
        2 => live,
        1 => ntb,
        3 => (endpoint.clone(), vec(any::<u8>(), 0..100)).prop_map(|(endpoint, data)| Step::Out(endpoint, data)),
        6 => (endpoint, 0..600_usize).prop_map(|(endpoint, room)| Step::In(endpoint, room)),
        2 => (0..200_usize).prop_map(Step::Response),
        3 => (any::<u8>(), 0..300_usize).prop_map(|(session, length)| Step::Datagram(session, length)),
        2 => (0..5_u8, 0..200_usize).prop_map(|(port, length)| Step::Serial(port, length)),
        1 => (0..5_u8).prop_map(Step::Format),
        1 => Just(Step::Reset),
        1 => (0..10_u32).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever a host does: no answer is longer than asked for, what is refused changes nothing, nothing goes on for ever,
    /// and afterwards the modem works.
    #[test]
    fn any_host(kind in 0..Kind::ALL.len(), dtr: bool, linger in 0..3_u32, steps in vec(step(), 1..80)) {
        let config = Config { needs_dtr: dtr, linger: Millis(linger), ..Config::new(Kind::ALL[kind]) };
        let mut bench = Bench::with(config, 700);
        for step in steps {
            match step {
                Step::Control(setup, data) => {
                    let before = bench.state();
                    bench.events.clear();
                    if bench.control(setup, &data).is_err() {
                        prop_assert_eq!(before, bench.state());
                        prop_assert!(bench.events.is_empty());
                    }
                }
                Step::Out(endpoint, data) => {
                    let _ = bench.out(endpoint, &data);
                }
                Step::In(endpoint, room) => {
                    let mut buf = vec![0; room];
                    let count = bench.modem.transfer_in(bench.now, endpoint, &mut buf);
                    prop_assert!(count.ok().flatten().is_none_or(|count| count <= room));
                }
                Step::Response(length) => {
                    let (room, configured) = (bench.modem.has_room(0, length), bench.modem.is_configured());
                    let pushed = bench.modem.push_response(0, &vec![9; length]);
                    prop_assert!(pushed.is_ok() == room && (configured || pushed.is_err()));
                }
                Step::Datagram(session, length) => {
                    let _ = bench.modem.push_datagram(bench.now, 0, session, &vec![0x45; length]);
                    let _ = bench.modem.push_frame(bench.now, 0, &vec![0x02; length]);
                    let _ = bench.modem.push_stream(bench.now, 0, session, &vec![1; length]);
                }
                Step::Serial(port, length) => {
                    let room = bench.modem.serial_room(port);
                    prop_assert_eq!(bench.modem.push_serial(port, &vec![1; length]), length.min(room));
                }
                Step::Format(what) => {
                    let all = [Aggregation::Off, Aggregation::Qmap, Aggregation::QmapV4, Aggregation::QmapV5];
                    let link = if what == 4 { Link::Ethernet } else { Link::RawIp };
                    let _ = bench.modem.set_data_format(0, format(link, all[usize::from(what) % 4]));
                }
                Step::Reset => bench.modem.bus_reset(&mut |_| {}),
                Step::Wait(millis) => bench.now = bench.now + Millis(millis),
            }
        }
        // With time everything is given out, and then there is nothing more.
        bench.now = bench.now + Millis(1000);
        for endpoint in 0x81..0x8a {
            let mut buf = [0; 64];
            for turn in 0.. {
                match bench.modem.transfer_in(bench.now, endpoint, &mut buf) {
                    Ok(Some(_)) => prop_assert!(turn < 3000, "pipe {:#x} never ends", endpoint),
                    _ => break,
                }
            }
        }
        prop_assert_eq!(bench.modem.poll_at().filter(|_| bench.modem.is_data_open() && !halted(&mut bench)), None);
        bench.modem.bus_reset(&mut |_| {});
        bench.ok(StandardRequest::SetConfiguration(1));
        let length = bench.descriptor(2, 0, 4).unwrap();
        prop_assert_eq!(&length[..2], &[9, 2]);
    }
}

/// Whether a pipe for packets is halted.
fn halted(bench: &mut Bench) -> bool {
    [0x82, 0x88].iter().any(|endpoint| {
        let status = StandardRequest::GetStatus(Recipient::Endpoint(*endpoint)).setup();
        bench.control(status, &[]).is_ok_and(|status| status == [1, 0])
    })
}
