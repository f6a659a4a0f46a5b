//! The gateway between frames and datagrams, with sockets that only write down what is asked of them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::std_instead_of_alloc, clippy::panic)]

use std::vec::Vec;

use qmi_wire::frame::Framing;
use qmi_wire::message::write_request;
use qmi_wire::service::{dms, ssc};

use super::*;

const NODE: u32 = 5;
const ROUTER: Address = Address { node: 1, port: CONTROL_PORT };

#[derive(Debug, Default)]
struct Fake {
    open: Vec<usize>,
    sent: Vec<(usize, Address, Vec<u8>)>,
    /// Sockets that can still be opened.
    none_left: bool,
}

impl Sockets for Fake {
    type Error = ();

    fn open(&mut self, place: usize) -> Result<(), ()> {
        assert!(!self.open.contains(&place));
        if self.none_left {
            return Err(());
        }
        self.open.push(place);
        Ok(())
    }

    fn close(&mut self, place: usize) {
        assert!(self.open.contains(&place));
        self.open.retain(|open| *open != place);
    }

    fn send(&mut self, place: usize, to: Address, datagram: &[u8]) -> Result<(), ()> {
        assert!(self.open.contains(&place));
        self.sent.push((place, to, datagram.to_vec()));
        Ok(())
    }
}

struct Bench {
    gateway: Gateway,
    sockets: Fake,
}

fn server(service: u16, version: u8, port: u32) -> Server {
    Server::new(Service(service), version, 1, Address { node: NODE, port })
}

impl Bench {
    /// DMS at ports 1 and 2, NAS at 3, SSC at 4.
    fn new() -> Self {
        let mut bench = Self { gateway: Gateway::new(NODE), sockets: Fake::default() };
        for server in [server(2, 1, 1), server(2, 2, 2), server(3, 1, 3), server(0x190, 1, 4)] {
            assert_eq!(bench.control(&Control::NewServer(server)), News::Come(server));
        }
        assert_eq!(bench.control(&Control::NewServer(Server::default())), News::Complete);
        bench
    }

    fn control(&mut self, packet: &Control) -> News {
        let mut buffer = [0; 20];
        self.gateway.control(ROUTER, packet.write(&mut buffer).unwrap(), &mut self.sockets)
    }

    /// Sends a frame, and gives the answer of the gateway if it has one.
    fn send(&mut self, frame: &[u8]) -> Option<Vec<u8>> {
        self.gateway.send(frame, &mut self.sockets).unwrap();
        self.next()
    }

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut buffer = [0; 512];
        let length = self.gateway.next(&mut buffer)?.unwrap();
        Some(buffer[..length].to_vec())
    }

    fn ask<M: Exchange>(&mut self, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> Vec<u8> {
        let mut buffer = [0; 64];
        let frame = write_request::<M>(&mut buffer, Framing::host(0), 7, |request| fill(request)).unwrap();
        self.send(frame).unwrap()
    }

    fn allocate(&mut self, service: Service) -> Result<u8, ProtocolError> {
        let answer = self.ask::<ctl::allocate_cid::Message>(|request| {
            request.service(service.into());
        });
        let message = Frame::parse(&answer).unwrap().message;
        assert_eq!((message.transaction, message.kind()), (7, Kind::Response));
        let response = ctl::allocate_cid::Response::from_tlvs(message.tlvs);
        response.result().unwrap().ok()?;
        let info = response.allocation_info().unwrap();
        assert_eq!(info.service.value, service);
        Ok(info.cid)
    }
}

fn get_model(client: u8) -> Vec<u8> {
    let mut buffer = [0; 64];
    write_request::<dms::get_model::Message>(&mut buffer, Framing::host(client), 0x0102, |_| ()).unwrap().to_vec()
}

fn error_of(frame: &[u8]) -> ProtocolError {
    let message = Frame::parse(frame).unwrap().message;
    ctl::sync::Response::from_tlvs(message.tlvs).result().unwrap().error
}

#[test]
fn control_packets_are_what_the_kernel_sends() {
    let mut gateway = Gateway::new(0);
    let mut sockets = Fake::default();
    // NEW_SERVER: DMS, version 1, instance 1, node 0, port 0x4005 (reference sheet, QMI §1.9).
    let packet = [4, 0, 0, 0, 2, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5, 0x40, 0, 0];
    let News::Come(server) = gateway.control(ROUTER, &packet, &mut sockets) else { panic!() };
    assert_eq!((server.service(), server.version(), server.instance_number()), (Some(Service::DMS), 1, 1));
    assert_eq!(server.address, Address { node: 0, port: 0x4005 });
    let mut end = [0; 20];
    end[0] = 4;
    assert_eq!(gateway.control(ROUTER, &end, &mut sockets), News::Complete);
    assert!(gateway.directory().is_complete());
    // Not from a router; too short; of another node; of no interest.
    let stranger = Address { node: 0, port: 0x4005 };
    assert_eq!(gateway.control(stranger, &packet, &mut sockets), News::Nothing);
    assert_eq!(gateway.control(ROUTER, &packet[..19], &mut sockets), News::Nothing);
    let mut other = packet;
    other[12] = 9;
    assert_eq!(gateway.control(ROUTER, &other, &mut sockets), News::Nothing);
    assert_eq!(gateway.control(ROUTER, &[9; 20], &mut sockets), News::Nothing);
    assert_eq!((gateway.counters().strangers, gateway.counters().garbage), (1, 1));
    assert_eq!(gateway.directory().servers().count(), 1);
}

#[test]
fn the_version_info_is_what_was_announced() {
    let mut bench = Bench::new();
    let answer = bench.ask::<ctl::get_version_info::Message>(|_| ());
    let message = Frame::parse(&answer).unwrap().message;
    let list = ctl::get_version_info::Response::from_tlvs(message.tlvs).service_list().unwrap();
    let list: Vec<_> = list.iter().map(|info| (info.service.value.0, info.major_version, info.minor_version)).collect();
    assert_eq!(list, [(2, 1, 0), (3, 1, 0)], "16 bits of a service do not fit");
}

#[test]
fn a_client_is_a_socket_and_frames_are_datagrams() {
    let mut bench = Bench::new();
    let cid = bench.allocate(Service::DMS).unwrap();
    assert_eq!((cid, &bench.sockets.open[..]), (1, &[0][..]));
    let frame = get_model(cid);
    assert_eq!(bench.send(&frame), None);
    let newest = Address { node: NODE, port: 2 };
    assert_eq!(bench.sockets.sent, [(0, newest, frame[6..].to_vec())]);

    // The answer, padded by the router.
    let mut datagram = [&[2, 2, 1, 0x22, 0, 7, 0][..], &[2, 4, 0, 0, 0, 0, 0], &[0xee; 2]].concat();
    let mut buffer = [0; 64];
    assert_eq!(bench.gateway.received(0, newest, &datagram, &mut buffer), Some(Ok(20)));
    assert_eq!(buffer[..6], [1, 19, 0, 0x80, 2, 1]);
    assert_eq!(buffer[6..20], datagram[..14]);
    assert_eq!(error_of(&buffer[..20]), ProtocolError::NONE);
    // A buffer that is too small; somebody else; nonsense; no such client.
    assert_eq!(bench.gateway.received(0, newest, &datagram, &mut [0; 19]), Some(Err(20)));
    let other = Address { node: NODE, port: 1 };
    assert_eq!(bench.gateway.received(0, other, &datagram, &mut buffer), None);
    assert_eq!(bench.gateway.received(1, newest, &datagram, &mut buffer), None);
    datagram[5] = 200;
    assert_eq!(bench.gateway.received(0, newest, &datagram, &mut buffer), None);
    assert_eq!(bench.gateway.received(0, newest, &[], &mut buffer), None);
    let counters = bench.gateway.counters();
    assert_eq!((counters.oversize, counters.strangers, counters.garbage), (1, 2, 2));

    // Another client of the service has another number and another socket.
    assert_eq!(bench.allocate(Service::DMS), Ok(2));
    assert_eq!(bench.sockets.open, [0, 1]);
    let release = |bench: &mut Bench, cid| {
        let answer = bench.ask::<ctl::release_cid::Message>(|request| {
            request.release_info(ctl::ReleaseInfo { service: Service::DMS.into(), cid });
        });
        error_of(&answer)
    };
    assert_eq!(release(&mut bench, 1), ProtocolError::NONE);
    assert_eq!(release(&mut bench, 1), ProtocolError::INVALID_CLIENT_ID);
    assert_eq!(bench.sockets.open, [1]);
    let answer = bench.send(&get_model(1)).unwrap();
    assert_eq!(error_of(&answer), ProtocolError::INVALID_CLIENT_ID);
    assert_eq!(answer[..6], [1, 19, 0, 0x80, 2, 1]);
    // Sync releases them all.
    assert_eq!(error_of(&bench.ask::<ctl::sync::Message>(|_| ())), ProtocolError::NONE);
    assert!(bench.sockets.open.is_empty());
}

#[test]
fn services_of_16_bits_travel_in_wide_frames() {
    let mut bench = Bench::new();
    let answer = bench.ask::<ctl::internal_allocate_cid_qrtr::Message>(|request| {
        request.service(Service::SSC);
    });
    let message = Frame::parse(&answer).unwrap().message;
    let info = ctl::internal_allocate_cid_qrtr::Response::from_tlvs(message.tlvs).allocation_info().unwrap();
    assert_eq!((info.service, info.cid), (Service::SSC, 1));
    let mut buffer = [0; 64];
    let framing = Framing::Wide { client: 1 };
    let frame = write_request::<ssc::control::Message>(&mut buffer, framing, 3, |_| ()).unwrap().to_vec();
    assert_eq!(bench.send(&frame), None);
    let there = Address { node: NODE, port: 4 };
    assert_eq!(bench.sockets.sent, [(0, there, frame[6..].to_vec())]);
    let datagram = [2, 3, 0, 0x20, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0];
    assert_eq!(bench.gateway.received(0, there, &datagram, &mut buffer), Some(Ok(20)));
    assert_eq!(buffer[..6], [2, 19, 0, 0x90, 1, 1]);
    let answer = bench.ask::<ctl::internal_release_cid_qrtr::Message>(|request| {
        request.release_info(ctl::WideReleaseInfo { service: Service::SSC, cid: 1 });
    });
    assert_eq!(error_of(&answer), ProtocolError::NONE);
}

#[test]
fn what_cannot_be_is_refused() {
    let mut bench = Bench::new();
    assert_eq!(bench.allocate(Service::WDS), Err(ProtocolError::INVALID_SERVICE_TYPE));
    bench.sockets.none_left = true;
    assert_eq!(bench.allocate(Service::DMS), Err(ProtocolError::INTERNAL));
    bench.sockets.none_left = false;
    for expected in 1..=48 {
        assert_eq!(bench.allocate(Service::NAS), Ok(expected));
    }
    assert_eq!(bench.allocate(Service::NAS), Err(ProtocolError::CLIENT_IDS_EXHAUSTED));
    let answer = bench.ask::<ctl::set_instance_id::Message>(|request| {
        request.id(1);
    });
    assert_eq!(error_of(&answer), ProtocolError::NOT_SUPPORTED);
    // A request without its TLV, and what is no request, or no frame.
    let bare = [1, 0x0b, 0, 0, 0, 0, 0, 9, 0x22, 0, 0, 0];
    assert_eq!(error_of(&bench.send(&bare).unwrap()), ProtocolError::MALFORMED_MESSAGE);
    let response = [1, 0x0b, 0, 0, 0, 0, 1, 9, 0x22, 0, 0, 0];
    assert_eq!(bench.send(&response), None);
    assert_eq!(bench.send(&bare[..11]), None);
    assert_eq!(bench.gateway.counters().garbage, 2);
    // Nobody fetches the answers.
    for _ in 0..100 {
        bench.gateway.send(&bare, &mut bench.sockets).unwrap();
    }
    let kept = core::iter::from_fn(|| bench.next()).count();
    assert_eq!(kept, WAITING / 19);
    let lost = usize::try_from(bench.gateway.counters().lost).unwrap();
    assert_eq!(kept + lost, 100);
}

#[test]
fn clients_end_when_their_server_goes() {
    let mut bench = Bench::new();
    bench.allocate(Service::DMS).unwrap();
    bench.allocate(Service::NAS).unwrap();
    // The older server of DMS has no client.
    assert_eq!(bench.control(&Control::DelServer(server(2, 1, 1))), News::Gone(server(2, 1, 1)));
    assert_eq!((bench.sockets.open.len(), bench.next()), (2, None));
    assert_eq!(bench.control(&Control::DelServer(server(2, 2, 2))), News::Gone(server(2, 2, 2)));
    assert_eq!((bench.sockets.open.len(), bench.next()), (1, None));
    assert_eq!(error_of(&bench.send(&get_model(1)).unwrap()), ProtocolError::INVALID_CLIENT_ID);
    assert_eq!(bench.allocate(Service::DMS), Err(ProtocolError::INVALID_SERVICE_TYPE));
    // Another node is no concern of ours.
    assert_eq!(bench.control(&Control::Bye { node: 77 }), News::Nothing);
    assert_eq!(bench.control(&Control::Bye { node: NODE }), News::NodeGone);
    assert!(bench.sockets.open.is_empty());
    // The session is told what a modem tells that has restarted.
    let sync = bench.next().unwrap();
    assert_eq!(sync[..7], [1, 0x0b, 0, 0x80, 0, 0, 2]);
    assert_eq!(bench.gateway.counters().orphans, 2);
}

#[test]
fn a_router_that_restarts_voids_everything() {
    let mut bench = Bench::new();
    bench.allocate(Service::DMS).unwrap();
    bench.gateway.reset(&mut bench.sockets);
    assert!(bench.sockets.open.is_empty() && !bench.gateway.directory().is_complete());
    assert_eq!(bench.next().unwrap()[8], 0x27);
    assert_eq!(bench.allocate(Service::DMS), Err(ProtocolError::INVALID_SERVICE_TYPE));
    assert_eq!(bench.control(&Control::NewServer(server(2, 3, 9))), News::Come(server(2, 3, 9)));
    assert_eq!(bench.allocate(Service::DMS), Ok(1));
}

#[test]
fn only_so_many_servers_are_remembered() {
    let mut directory = Directory::new(NODE);
    for port in 0..100 {
        directory.take(&Control::NewServer(server(2, 1, port)));
    }
    assert_eq!((directory.servers().count(), directory.left_out()), (SERVERS, 36));
    // One that tells its service anew on the same port takes no second place.
    let again = server(3, 1, 0);
    assert_eq!(directory.take(&Control::NewServer(again)), News::Come(again));
    assert_eq!(directory.find(Service::NAS), Some(again));
}

#[test]
fn a_node_is_named_by_its_number() {
    for (uri, node) in [
        ("qrtr://0", Some(0)),
        ("qrtr://4294967295", Some(u32::MAX)),
        ("qrtr://4294967296", None),
        ("qrtr://", None),
        ("qrtr://+1", None),
        ("qrtr:0", None),
        ("/dev/cdc-wdm0", None),
    ] {
        assert_eq!(node_of(uri), node, "{uri}");
    }
}
