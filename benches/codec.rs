//! How fast messages are read, written, cut and put together, beside copying the same bytes.
//!
//! `cargo bench --bench codec`. The numbers depend on the machine; the ratio to `copy` tells more than they do. Nothing here
//! is asserted: what must hold is tested elsewhere.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use core::hint::black_box;
use core::net::{Ipv4Addr, Ipv6Addr};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mbim_wire::address::{Address, RefAddress};
use mbim_wire::field::Raw;
use mbim_wire::fragment::{Assembler, Progress, Splitter};
use mbim_wire::list::{ElementArray, RefArray};
use mbim_wire::message::{Body, CommandType, Transfer, write_command, write_command_done, write_indicate_status};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command, Encode, Status, View};

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

/// What the memory of the machine allows.
fn copy(b: &mut criterion::Bencher<'_>, message: &[u8]) {
    let mut to = vec![0; message.len()];
    b.iter(|| {
        to.copy_from_slice(black_box(message));
        black_box(&to);
    });
}

criterion_group!(benches, messages, fragments);
criterion_main!(benches);
