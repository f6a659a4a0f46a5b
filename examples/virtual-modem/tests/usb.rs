//! The modem as a USB device, from its host's side: over the protocol of USB/IP, in memory and in virtual time, and through
//! the server's door.
#![cfg(all(feature = "usb", feature = "files"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use common::Buffers;
use common::usb_host::{bulk_in, unlink};
use common::usb_modem::UsbHost;
use qmi_wire::service::wda;
use virtual_modem::usb::Kind;
use virtual_modem::usbip::wire::status;
use virtual_modem::{Room, Scenario};
use wwan::client::mbim::{ConnectRequest, Selection};
use wwan::client::qmi;
use wwan::mbim_wire::ntb::{Aggregator16, Config, Ntb, NtbParameters, Stream};
use wwan::session::qmi::{ClientSlot, Slot};
use wwan::time::{Instant, Millis};

const HOST: [u8; 4] = [10, 64, 0, 2];
const ELSEWHERE: [u8; 4] = [198, 51, 100, 7];

fn checksum(bytes: &[u8]) -> u16 {
    let sum: u32 =
        bytes.chunks(2).map(|pair| u32::from(pair[0]) << 8 | pair.get(1).copied().map_or(0, u32::from)).sum();
    let folded = (sum & 0xffff) + (sum >> 16);
    !((folded & 0xffff) + (folded >> 16)) as u16
}

/// An ICMP echo, request (8) or reply (0), with its checksums.
fn echo(kind: u8, from: [u8; 4], to: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut icmp = vec![kind, 0, 0, 0, 0x12, 0x34, 0, 1];
    icmp.extend(data);
    let sum = checksum(&icmp);
    icmp[2..4].copy_from_slice(&sum.to_be_bytes());
    let length = u16::try_from(20 + icmp.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x45, 0, length[0], length[1], 0, 0, 0x40, 0, 64, 1, 0, 0];
    packet.extend(from);
    packet.extend(to);
    let sum = checksum(&packet);
    packet[10..12].copy_from_slice(&sum.to_be_bytes());
    packet.extend(icmp);
    packet
}

/// Fails unless `packet` answers the request with that data.
fn assert_answers(packet: &[u8], data: &[u8]) {
    assert_eq!((packet[0], packet[9], &packet[12..20]), (0x45, 1, [ELSEWHERE, HOST].as_flattened()));
    assert_eq!((checksum(&packet[..20]), checksum(&packet[20..])), (0, 0));
    assert_eq!((packet[20], &packet[28..]), (0, data));
}

#[test]
fn a_host_that_chooses_ncm_is_noticed() {
    for kind in [Kind::NcmMbim, Kind::Mbim] {
        let (scenario, mut room) = (Scenario::default(), Room::new());
        let mut host = UsbHost::new(kind, &scenario, &mut room);
        host.set_configuration(1);
        assert!(!host.gadget.chose_ncm());
        host.set_interface(1, 1);
        assert_eq!(host.gadget.chose_ncm(), kind == Kind::NcmMbim);
        assert!(!host.gadget.chose_ncm(), "it is told once");
    }
}

#[test]
fn an_mbim_host_enumerates_it_opens_it_connects_and_gets_its_ping_back() {
    for kind in [Kind::Mbim, Kind::NcmMbim, Kind::Composite] {
        let (scenario, mut room, mut buffers) = (Scenario::default(), Room::new(), Buffers::new());
        let mut host = UsbHost::new(kind, &scenario, &mut room);
        let device = host.control(0x80, 6, 0x0100, 0, &[0; 18]).unwrap();
        assert_eq!((device.len(), &device[..2]), (18, &[18, 1][..]));
        let exported = host.gadget.exported();
        assert_eq!(exported.id[0].to_le_bytes(), device[8..10]);
        let configuration = host.control(0x80, 6, 0x0200, 0, &[0; 512]).unwrap();
        assert_eq!(usize::from(u16::from_le_bytes([configuration[2], configuration[3]])), configuration.len());
        assert_eq!(exported.interfaces.len(), usize::from(configuration[4]), "interfaces");
        assert_eq!(host.control(0x80, 6, 0x0900, 0, &[0; 8]), Err(status::EPIPE), "no such descriptor");

        host.set_configuration(1);
        let live = if kind == Kind::NcmMbim { 2 } else { 1 };
        if kind == Kind::NcmMbim {
            host.set_interface(0, 1);
        }
        assert_eq!(host.control(0xa1, 0x80, 0, 0, &[0; 28]).unwrap()[0], 28, "parameters of blocks");
        host.set_interface(1, live);
        let mut client = buffers.client(&mut host);
        client.open().unwrap();
        client.wait_ready(Millis::from_secs(60)).unwrap();
        client.radio_on().unwrap();
        client.register(Selection::Automatic, Millis::from_secs(60)).unwrap();
        client.attach(Millis::from_secs(30)).unwrap();
        client.connect(&ConnectRequest { apn: "internet", ..ConnectRequest::default() }).unwrap();
        drop(client);

        // Several, so that blocks hold several, one of them long.
        let rules = NtbParameters::of_function(16_384).output();
        let mut memory = vec![0; 16_384];
        let mut blocks = Aggregator16::<()>::new(&mut memory, Config::new(rules));
        let data = [vec![1; 10], vec![2; 1400], vec![3; 1]];
        for data in &data {
            blocks.push(Stream::Ips(0), &echo(8, HOST, ELSEWHERE, data), ()).unwrap();
        }
        let block = blocks.take().unwrap().bytes.to_vec();
        host.bulk_out(2, &block);
        let mut answers = Vec::new();
        while answers.len() < data.len() {
            let block = host.bulk_in(2, 1_000);
            let block = Ntb::<false>::parse(&block).unwrap();
            for datagram in block.datagrams() {
                let datagram = datagram.unwrap();
                assert_eq!(datagram.stream, Stream::Ips(0));
                answers.push(datagram.bytes.to_vec());
            }
        }
        for (packet, data) in answers.iter().zip(&data) {
            assert_answers(packet, data);
        }
        // The modem counts them, and what has no session is lost and counted.
        let statistics = host.gadget.modem().session_statistics(0);
        let bytes: u64 = answers.iter().map(|packet| packet.len() as u64).sum();
        assert_eq!((statistics.out_octets, statistics.in_octets), (bytes, bytes));
        blocks.push(Stream::Ips(3), &echo(8, HOST, ELSEWHERE, b"nobody"), ()).unwrap();
        let block = blocks.take().unwrap().bytes.to_vec();
        host.bulk_out(2, &block);
        assert_eq!(host.gadget.lost().up, 1);
    }
}

#[test]
fn a_qmi_host_has_raw_ip_once_it_is_agreed() {
    let (scenario, mut room) = (Scenario::default(), Room::new());
    let mut host = UsbHost::new(Kind::Qmi, &scenario, &mut room);
    host.set_configuration(1);
    let (mut slots, mut clients) = ([Slot::FREE; 4], [ClientSlot::FREE; 8]);
    let (mut request, mut transfer, mut indications) = ([0; 2048], [0; 4096], [0; 4096]);
    let memory = qmi::Memory {
        transfer: &mut transfer,
        indications: &mut indications,
        session: wwan::session::qmi::Memory { slots: &mut slots, clients: &mut clients, request: &mut request },
    };
    let mut client = qmi::blocking::Client::new(&mut host, wwan::session::qmi::Config::default(), memory);
    client.open().unwrap();
    client
        .ask::<wda::set_data_format::Message>(|request| {
            request.link_layer_protocol(wda::LinkLayerProtocol::RAW_IP);
        })
        .unwrap();
    client.register(qmi::Selection::Automatic, Millis::from_secs(60)).unwrap();
    client.connect(&qmi::ConnectRequest { apn: "internet", ..Default::default() }).unwrap();

    host.bulk_out(5, &echo(8, HOST, ELSEWHERE, &[7; 100]));
    assert_answers(&host.bulk_in(8, 1_000), &[7; 100]);
    // 512 bytes: a full packet, which only an empty one ends.
    host.bulk_out(5, &echo(8, HOST, ELSEWHERE, &[8; 512 - 28]));
    assert_answers(&host.bulk_in(8, 1_000), &[8; 512 - 28]);
}

/// What a port says until it says `end`.
fn read_until(host: &mut UsbHost<'_>, endpoint: u32, end: &str) -> String {
    let mut said = String::new();
    while !said.ends_with(end) {
        said.push_str(&String::from_utf8(host.bulk_in(endpoint, 5_000)).unwrap());
        assert!(said.len() < 4096, "{said}");
    }
    said
}

#[test]
fn ports_are_faces_of_the_same_modem() {
    let source = "[at]\ndata = \"loop-back\"\n";
    let (scenario, mut room) = (Scenario::parse("test", source).unwrap(), Room::new());
    let mut host = UsbHost::new(Kind::Composite, &scenario, &mut room);
    host.set_configuration(1);
    // Both ports: control interfaces 2 and 4, endpoints 4 and 6.
    for interface in [2, 4] {
        host.control(0x21, 0x22, 3, interface, &[]).unwrap();
    }
    for endpoint in [4, 6] {
        host.bulk_out(endpoint, b"ATE0&D2+CGSN\r");
        assert!(read_until(&mut host, endpoint, "OK\r\n").contains("490154203237518"));
    }
    // One switches the radio off, the other one learns it.
    host.bulk_out(4, b"AT+CFUN=4\r");
    read_until(&mut host, 4, "OK\r\n");
    host.bulk_out(6, b"AT+CFUN?\r");
    assert!(read_until(&mut host, 6, "OK\r\n").contains("+CFUN: 4"));
    host.bulk_out(6, b"AT+CFUN=1\r");
    read_until(&mut host, 6, "OK\r\n");

    // Data, which comes back, until DTR drops.
    let until = Instant(host.now.0 + 10_000);
    while host.pass(until) {}
    host.bulk_out(4, b"ATD*99#\r");
    read_until(&mut host, 4, "\r\n");
    host.bulk_out(4, b"AT is data");
    assert_eq!(read_until(&mut host, 4, "AT is data"), "AT is data");
    host.control(0x21, 0x22, 0, 2, &[]).unwrap();
    host.control(0x21, 0x22, 3, 2, &[]).unwrap();
    host.bulk_out(4, b"AT+CFUN?\r");
    assert!(read_until(&mut host, 4, "OK\r\n").contains("+CFUN: 1"));
}

#[test]
fn what_waits_is_told_that_the_device_is_gone_and_it_comes_back_as_new() {
    let source = "[[event]]\nat = 5000\ndo = \"unplug\"\n[[event]]\nat = 8000\ndo = \"plug\"\n\
                  [[event]]\nat = 20000\ndo = \"reboot\"\n";
    let (scenario, mut room) = (Scenario::parse("test", source).unwrap(), Room::new());
    let mut host = UsbHost::new(Kind::Mbim, &scenario, &mut room);
    host.set_configuration(1);
    host.set_interface(1, 1);
    let first = host.tell(|number| bulk_in(number, 2, 0, 512));
    let other = host.tell(|number| bulk_in(number, 2, 0, 512));
    host.tell(|number| unlink(number, other));
    assert_eq!(host.gadget.attachment(), Some(0));
    while host.pass(Instant(5_000)) {}
    assert_eq!(host.gadget.attachment(), None);
    assert_eq!(host.done.remove(&first), Some((status::ESHUTDOWN, Vec::new())));
    assert_eq!(host.done.remove(&other), None);

    while host.pass(Instant(8_000)) {}
    assert_eq!(host.gadget.attachment(), Some(1));
    assert!(!host.gadget.usb().is_configured());
    // A restart takes it off the bus until it has started.
    host.set_configuration(1);
    while host.pass(Instant(20_000)) {}
    let boots = host.gadget.modem().boots_at();
    assert_eq!(host.gadget.attachment().is_none(), boots.is_some());
    while host.pass(Instant(60_000)) {}
    assert_eq!(host.gadget.attachment(), Some(2));
    assert!(!host.gadget.usb().is_configured());
}

#[test]
fn faults_of_the_scenario_meet_control_messages() {
    let source = "[[fault]]\nway = 'to-modem'\nnth = 1\ndo = 'lose'";
    let scenario = Scenario::parse("test", source).unwrap();
    let (mut room, mut buffers) = (Room::new(), Buffers::new());
    let mut host = UsbHost::new(Kind::Mbim, &scenario, &mut room);
    host.set_configuration(1);
    let before = host.now;
    let mut client = buffers.client(&mut host);
    client.open().unwrap();
    drop(client);
    assert!(host.now > before, "the first OPEN was lost, and the second one came in time");
}
