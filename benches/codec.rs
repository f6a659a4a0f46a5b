//! How fast messages are read, written, cut and put together, beside copying the same bytes.
//!
//! `cargo bench --bench codec`. The numbers depend on the machine; the ratio to `copy` tells more than they do. Nothing here
//! is asserted: what must hold is tested elsewhere.
#![allow(clippy::unwrap_used, clippy::panic, clippy::arithmetic_side_effects, missing_docs)]

use core::hint::black_box;
use core::net::{Ipv4Addr, Ipv6Addr};

use at_wire::classify::{Class, Pending, classify};
use at_wire::cmux;
use at_wire::command::{network, packet};
use at_wire::framer::{Event, Expected, Framer};
use at_wire::message::{Line, Request};
use at_wire::result::Options;
use at_wire::sms::{Address as Party, Direction, Pdu, Submit, Tpdu, UserData};
use at_wire::urc::standard as urc;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mbim_wire::address::{Address, RefAddress};
use mbim_wire::field::Raw;
use mbim_wire::fragment::{Assembler, Progress, Splitter};
use mbim_wire::list::{ElementArray, RefArray};
use mbim_wire::message::{Body, CommandType, Transfer, write_command, write_command_done, write_indicate_status};
use mbim_wire::ntb::{Aggregator16, Config, NtbParameters, Receiver16, Stream};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command, Encode, Status, View};
use qmi_wire::qmap;

/// One message, how it is written, and how all of it is read.
struct Case {
    name: &'static str,
    write: fn(&mut [u8]) -> &mut [u8],
    read: fn(&[u8]) -> u32,
}

/// The information buffer of a whole message that a function sends.
fn body(message: &[u8]) -> &[u8] {
    match Transfer::parse(message).unwrap().body {
        Body::CommandDone(fragment) => fragment.command_done().unwrap().body,
        Body::IndicateStatus(fragment) => fragment.indicate_status().unwrap().body,
        Body::Command(fragment) => fragment.command().unwrap().body,
        _ => panic!("no information buffer"),
    }
}

fn answer<'b, C: Command>(buffer: &'b mut [u8], body: &dyn Encode) -> &'b mut [u8] {
    write_command_done(buffer, 7, C::SERVICE, C::CID, Status::SUCCESS, body).unwrap()
}

fn chars(text: &mbim_wire::text::Utf16<'_>) -> u32 {
    text.chars().map(u32::from).fold(0, u32::wrapping_add)
}

const CASES: &[Case] = &[
    Case {
        name: "signal state indication",
        write: |buffer| {
            let signal = bc::SignalStateInfo { rssi: 23, signal_strength_interval: 5, ..Default::default() };
            write_indicate_status(buffer, bc::BASIC_CONNECT, bc::SignalState::CID, &signal).unwrap()
        },
        read: |message| bc::SignalStateInfoView::new(body(message)).rssi().unwrap(),
    },
    Case {
        name: "connect command",
        write: |buffer| {
            let connect = bc::ConnectSet {
                activation_command: bc::ActivationCommand::ACTIVATE,
                access_string: "internet.example".into(),
                user_name: "somebody".into(),
                password: "secret".into(),
                auth_protocol: bc::AuthProtocol::CHAP,
                ip_type: bc::ContextIpType::IPV4V6,
                context_type: bc::context_type::INTERNET,
                ..Default::default()
            };
            write_command(buffer, 7, bc::BASIC_CONNECT, bc::Connect::CID, CommandType::SET, &connect).unwrap()
        },
        read: |message| {
            let connect = bc::ConnectSetView::new(body(message));
            let texts = [chars(&connect.access_string().unwrap()), chars(&connect.user_name().unwrap())];
            texts.iter().fold(connect.ip_type().unwrap().0, |sum, n| sum.wrapping_add(*n))
        },
    },
    Case {
        name: "device capabilities",
        write: |buffer| {
            let caps = bc::DeviceCapsInfo {
                device_type: bc::DeviceType::REMOVABLE,
                data_class: bc::DataClass::LTE,
                max_sessions: 8,
                device_id: "353338000000007".into(),
                firmware_info: "1.2.3 (build 456)".into(),
                hardware_info: "Rev C".into(),
                ..Default::default()
            };
            answer::<bc::DeviceCaps>(buffer, &caps)
        },
        read: |message| {
            let caps = bc::DeviceCapsInfoView::new(body(message)).read().unwrap();
            let texts = [chars(&caps.device_id), chars(&caps.firmware_info), chars(&caps.hardware_info)];
            texts.iter().fold(caps.max_sessions, |sum, n| sum.wrapping_add(*n))
        },
    },
    Case {
        name: "IP configuration",
        write: |buffer| {
            let v4 = [bc::Ipv4Element { on_link_prefix_length: 30, ipv4_address: Address(Ipv4Addr::new(10, 0, 0, 2)) }];
            let v6 = [bc::Ipv6Element { on_link_prefix_length: 64, ipv6_address: Address(Ipv6Addr::LOCALHOST) }];
            let dns = [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(192, 0, 2, 53)];
            let configuration = bc::IpConfigurationInfo {
                ipv4_address: ElementArray::new(&v4),
                ipv6_address: ElementArray::new(&v6),
                ipv4_gateway: RefAddress(Some(Ipv4Addr::new(10, 0, 0, 1))),
                ipv4_dns_server: RefArray::new(&dns),
                ipv4_mtu: 1500,
                ipv6_mtu: 1500,
                ..Default::default()
            };
            answer::<bc::IpConfiguration>(buffer, &configuration)
        },
        read: |message| {
            let configuration = bc::IpConfigurationInfoView::new(body(message));
            let mut sum = configuration.ipv4_mtu().unwrap();
            for element in configuration.ipv4_address().unwrap().iter() {
                sum = sum.wrapping_add(element.unwrap().ipv4_address.0.to_bits());
            }
            for element in configuration.ipv6_address().unwrap().iter() {
                sum = sum.wrapping_add(element.unwrap().on_link_prefix_length);
            }
            for server in configuration.ipv4_dns_server().unwrap().iter() {
                sum = sum.wrapping_add(server.unwrap().to_bits());
            }
            sum
        },
    },
];

fn messages(c: &mut Criterion) {
    for case in CASES {
        let mut buffer = [0; 1024];
        let message = (case.write)(&mut buffer).to_vec();
        let mut group = c.benchmark_group(case.name);
        group.throughput(Throughput::Bytes(u64::try_from(message.len()).unwrap()));
        group.bench_function("copy", |b| copy(b, &message));
        group.bench_function("read", |b| b.iter(|| (case.read)(black_box(&message))));
        group.bench_function("write", |b| {
            let mut buffer = [0; 1024];
            b.iter(|| black_box((case.write)(black_box(&mut buffer))).len());
        });
        group.finish();
    }
}

fn fragments(c: &mut Criterion) {
    let service = bc::BASIC_CONNECT;
    let mut buffer = vec![0; 8192];
    let message =
        write_command_done(&mut buffer, 7, service, 1, Status::SUCCESS, &Raw(&[0x5a; 8000])).unwrap().to_vec();
    let mut cut = Vec::new();
    let (mut work, mut splitter) = (message.clone(), Splitter::new(&message, 512));
    while let Some(transfer) = splitter.next(&mut work) {
        cut.push(transfer.to_vec());
    }

    let mut group = c.benchmark_group("8 KiB in transfers of 512 bytes");
    group.throughput(Throughput::Bytes(u64::try_from(message.len()).unwrap()));
    group.bench_function("copy", |b| copy(b, &message));
    group.bench_function("cut", |b| {
        let mut work = message.clone();
        b.iter(|| {
            let mut splitter = Splitter::new(black_box(&message), 512);
            while let Some(transfer) = splitter.next(&mut work) {
                black_box(transfer);
            }
        });
    });
    group.bench_function("put together", |b| {
        let mut memory = vec![0; 8192];
        let mut assembler = Assembler::new(&mut memory);
        b.iter(|| {
            let mut last = Progress::Pending;
            for transfer in black_box(&cut) {
                let Body::CommandDone(fragment) = Transfer::parse(transfer).unwrap().body else { panic!("a fragment") };
                last = assembler.push(&fragment).unwrap();
            }
            last
        });
    });
    group.finish();
}

/// What a modem says to a host that looks after it, URCs among the answers.
const SAID: &[u8] =
    b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n\r\n+CMTI: \"SM\",3\r\n\r\n+CEREG: 2,1,\"1F00\",\"79D903\",7\r\n\r\nOK\r\n\
    \r\n+CGCONTRDP: 1,5,\"internet\",\"10.0.0.2.255.255.255.0\",\"10.0.0.1\",\"10.0.0.53\",\"10.0.0.54\"\r\n\r\nOK\r\n\
    \r\n+CEREG: 5,\"1F01\",\"79D904\",7\r\n\r\n+COPS: 0,0,\"Test Network\",7\r\n\r\nOK\r\n\r\n+CME ERROR: 30\r\n";

fn lines(c: &mut Criterion) {
    let mut group = c.benchmark_group("lines of AT");
    group.throughput(Throughput::Bytes(u64::try_from(SAID.len()).unwrap()));
    group.bench_function("copy", |b| copy(b, SAID));
    group.bench_function("cut", |b| {
        let mut memory = [0; 256];
        let mut framer = Framer::new(&mut memory);
        b.iter(|| {
            let mut input = black_box(SAID);
            while let Some(event) = framer.next(&mut input, &Expected::default()) {
                black_box(event);
            }
        });
    });
    group.bench_function("cut and classify", |b| {
        let mut memory = [0; 256];
        let mut framer = Framer::new(&mut memory);
        let pending = Pending { names: &["+CSQ", "+CEREG", "+CGCONTRDP", "+COPS"], reads: true, ..Pending::default() };
        b.iter(|| {
            let (mut input, mut answers) = (black_box(SAID), 0_usize);
            while let Some(event) = framer.next(&mut input, &Expected::default()) {
                let Event::Line(line) = event else { continue };
                let class = classify(line, Some(&pending), urc::NAMES, Options::LENIENT);
                answers = answers.saturating_add(usize::from(class == Class::Response));
            }
            answers
        });
    });
    group.finish();

    let mut group = c.benchmark_group("one line of AT");
    group.bench_function("read +CSQ", |b| b.iter(|| network::csq::ExecuteAnswer::parse(black_box(b"+CSQ: 20,99"))));
    group.bench_function("read +CEREG", |b| {
        b.iter(|| network::Registration::parse("+CEREG", black_box(b"+CEREG: 2,1,\"1F00\",\"79D903\",7")));
    });
    group.bench_function("read +COPS", |b| {
        b.iter(|| network::cops::ReadAnswer::parse(black_box(b"+COPS: 0,0,\"Test Network\",7")));
    });
    group.bench_function("read +CMTI", |b| b.iter(|| urc::CMti::parse(black_box(b"+CMTI: \"SM\",3")).unwrap().index));
    group.bench_function("write +CGACT", |b| {
        let mut buffer = [0; 64];
        b.iter(|| {
            let set = packet::cgact::Set { state: black_box(1), cids: at_wire::parameter::Rest(b"1") };
            set.to_line(&mut buffer).unwrap().len()
        });
    });
    group.finish();
}

fn short_messages(c: &mut Criterion) {
    let submit = Submit {
        destination_address: Party::number("+46708251358"),
        user_data: UserData::of_text("Shall I compare thee to a summer's day? Thou art more lovely.".into()),
        ..Submit::default()
    };
    let pdu = Pdu::of(Tpdu::Submit(submit));
    let mut buffer = [0; Pdu::MAX_LEN];
    let octets = pdu.write(&mut buffer).unwrap().to_vec();
    let mut group = c.benchmark_group("short message");
    group.throughput(Throughput::Bytes(u64::try_from(octets.len()).unwrap()));
    group.bench_function("copy", |b| copy(b, &octets));
    group.bench_function("write", |b| {
        let mut buffer = [0; Pdu::MAX_LEN];
        b.iter(|| black_box(&pdu).write(&mut buffer).unwrap().len());
    });
    group.bench_function("read, with its text", |b| {
        b.iter(|| {
            let pdu = Pdu::parse(black_box(&octets), Direction::ToServiceCentre).unwrap();
            let text = pdu.tpdu.user_data().and_then(UserData::text).unwrap();
            text.chars().map(u32::from).fold(0, u32::wrapping_add)
        });
    });
    group.finish();
}

fn frames(c: &mut Criterion) {
    for (name, framing) in [("basic", cmux::Framing::Basic), ("advanced", cmux::Framing::Advanced)] {
        let mut stream = Vec::new();
        let mut buffer = [0; 512];
        for dlci in 1..=4 {
            let frame = cmux::Frame::data(cmux::Role::Initiator, dlci, &[0x5a; 120]);
            stream.extend_from_slice(frame.write(framing, &mut buffer).unwrap());
        }
        let mut group = c.benchmark_group(format!("frames of the multiplexer, {name} option"));
        group.throughput(Throughput::Bytes(u64::try_from(stream.len()).unwrap()));
        group.bench_function("copy", |b| copy(b, &stream));
        group.bench_function("read", |b| {
            let mut memory = [0; 256];
            let mut decoder = cmux::Decoder::new(framing, &mut memory);
            b.iter(|| {
                let (mut input, mut octets) = (black_box(&stream[..]), 0_usize);
                while let Some(frame) = decoder.next(&mut input) {
                    octets = octets.saturating_add(frame.unwrap().information.len());
                }
                octets
            });
        });
        group.bench_function("write", |b| {
            b.iter(|| {
                let frame = cmux::Frame::data(cmux::Role::Initiator, 1, black_box(&[0x5a; 120]));
                frame.write(framing, &mut buffer).unwrap().len()
            });
        });
        group.finish();
    }
}

/// As many datagrams as a transfer of 32 KiB has of usual size.
const DATAGRAMS: usize = 21;

/// Bytes of each, so that they fill it.
const DATAGRAM: usize = 1552;

fn ntbs(c: &mut Criterion) {
    let config = Config { max_datagrams: 21, ..Config::new(NtbParameters::of_function(32768).output()) };
    let (mut memory, datagrams) = (vec![0; 32768], vec![0x45; DATAGRAMS * DATAGRAM]);
    let mut aggregator = Aggregator16::new(&mut memory, config);
    let fill = |aggregator: &mut Aggregator16<'_>| {
        for datagram in black_box(&datagrams).chunks(DATAGRAM) {
            aggregator.push(Stream::Ips(0), datagram, ()).unwrap();
        }
    };
    fill(&mut aggregator);
    let block = aggregator.take().unwrap().bytes.to_vec();

    let mut group = c.benchmark_group("NTB of 32 KiB with 21 datagrams");
    group.throughput(Throughput::Bytes(u64::try_from(block.len()).unwrap()));
    group.bench_function("copy", |b| copy(b, &block));
    group.bench_function("read", |b| {
        let mut receiver = Receiver16::new();
        b.iter(|| receiver.receive(black_box(&block)).unwrap().map(|datagram| datagram.bytes.len()).sum::<usize>());
    });
    group.bench_function("write", |b| {
        b.iter(|| {
            fill(&mut aggregator);
            black_box(aggregator.take().unwrap()).bytes.len()
        });
    });
    group.finish();
}

fn qmap_transfers(c: &mut Criterion) {
    use qmap::{Aggregator, Body, Config, Direction, Receiver, Version};
    let (mut memory, packets) = (vec![0; 33000], vec![0x45; DATAGRAMS * DATAGRAM]);
    for (name, version) in [("1", Version::V1), ("4", Version::V4), ("5", Version::V5)] {
        let limits = Config::new(version, Direction::Downlink);
        let mut aggregator =
            Aggregator::new(&mut memory, Config { max_size: 33000, max_packets: 21, padding: true, ..limits });
        let fill = |aggregator: &mut Aggregator<'_>| {
            for packet in black_box(&packets).chunks(DATAGRAM) {
                aggregator.push(1, packet, ()).unwrap();
            }
        };
        fill(&mut aggregator);
        let transfer = aggregator.take().unwrap().bytes.to_vec();

        let mut group = c.benchmark_group(format!("QMAP version {name}, 32 KiB with 21 packets"));
        group.throughput(Throughput::Bytes(u64::try_from(transfer.len()).unwrap()));
        group.bench_function("copy", |b| copy(b, &transfer));
        group.bench_function("read", |b| {
            let mut receiver = Receiver::new(version, Direction::Downlink);
            let length = |frame: qmap::Frame<'_>| match frame.body {
                Body::Packet { bytes, .. } => bytes.len(),
                Body::Command(_) => 0,
            };
            b.iter(|| receiver.receive(black_box(&transfer)).map(length).sum::<usize>());
        });
        group.bench_function("write", |b| {
            b.iter(|| {
                fill(&mut aggregator);
                black_box(aggregator.take().unwrap()).bytes.len()
            });
        });
        group.finish();
    }
}

/// What the memory of the machine allows.
fn copy(b: &mut criterion::Bencher<'_>, message: &[u8]) {
    let mut to = vec![0; message.len()];
    b.iter(|| {
        to.copy_from_slice(black_box(message));
        black_box(&to);
    });
}

criterion_group!(benches, messages, fragments, ntbs, qmap_transfers, lines, short_messages, frames);
criterion_main!(benches);
