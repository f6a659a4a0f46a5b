//! The host side of USB against the function side of this crate, on a bus in memory and in virtual time: from descriptors to
//! a connection and its packets.

use std::collections::VecDeque;

use embedded_io::{Error as _, ErrorKind};
use qmi_wire::qmap::{self, Direction, Version};
use qmi_wire::service::DataEndpointType;
use qmi_wire::service::wda::{DataAggregationProtocol, EndpointInfo, LinkLayerProtocol, set_data_format};
use wwan::channel::{Clock as _, TransferIn, TransferOut, VirtualClock};
use wwan::client::{Async, at as at_client, mbim as mbim_client, qmi as qmi_client};
use wwan::device::modem::{Modem, Setup};
use wwan::device::usb::{Config, Event, Kind, Memory, UsbFunction};
use wwan::device::{at, mbim, qmi};
use wwan::mbim_wire::ntb::{Aggregator16, Receiver16, Stream};
use wwan::session::{at as at_session, mbim as mbim_session, qmi as qmi_session};
use wwan::time::{Instant, Millis};
use wwan::usb::memory::{Behind, BusError};
use wwan::usb::{self, MbimConfig, MemoryBus, UsbDevice, bring_up};

use crate::bench::{polls, timed};

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

enum Face {
    Mbim(Box<mbim::Function<'static>>),
    Qmi(Box<qmi::Function<'static>>),
    At(Box<at::Function<'static>>),
}

/// A modem, whose network sends every packet back.
struct Far {
    modem: Box<Modem>,
    face: Face,
    network: VecDeque<(u8, Vec<u8>)>,
    dtr: bool,
}

impl Far {
    fn new(kind: Kind) -> Self {
        let face = match kind {
            Kind::Qmi => {
                let memory = qmi::Memory { out: leak(16384) };
                Face::Qmi(Box::new(qmi::Function::new(qmi::Config::default(), memory)))
            }
            Kind::At | Kind::AtVendor => {
                let memory = at::Memory { line: leak(1024), out: leak(4096) };
                Face::At(Box::new(at::Function::new(at::Config::default(), memory)))
            }
            _ => {
                let memory = mbim::Memory { out: leak(8192), assembly: leak(4096) };
                Face::Mbim(Box::new(mbim::Function::new(mbim::Config::default(), memory)))
            }
        };
        let modem = Box::new(Modem::new(Instant(0), Setup::default()));
        Self { modem, face, network: VecDeque::new(), dtr: false }
    }
}

impl Behind for Far {
    fn event(&mut self, now: Instant, event: Event<'_>) {
        match (event, &mut self.face) {
            (Event::Command { message, .. }, Face::Mbim(function)) => function.receive(now, &mut self.modem, message),
            (Event::Command { message, .. }, Face::Qmi(function)) => function.receive(now, &mut self.modem, message),
            (Event::Serial { port: 0, bytes }, Face::At(function)) => {
                function.receive(now, &mut self.modem, bytes);
            }
            (Event::Line { port: 0, dtr, .. }, _) => self.dtr = dtr,
            (Event::Datagram { session, packet, .. }, _) => self.network.push_back((session, packet.to_vec())),
            (Event::Configured(false) | Event::FunctionReset { .. }, Face::Mbim(function)) => {
                function.reset(now, &mut self.modem);
            }
            (Event::Configured(false), Face::Qmi(function)) => function.reset(now, &mut self.modem),
            (Event::Configured(false), Face::At(function)) => function.reset(now, &mut self.modem),
            _ => {}
        }
    }

    fn run(&mut self, now: Instant, usb: &mut UsbFunction<'_>) {
        self.modem.poll(now);
        match &mut self.face {
            Face::Mbim(function) => {
                while usb.has_room(0, 4096) {
                    let Some(message) = function.transmit(now, &mut self.modem) else { break };
                    usb.push_response(0, message).unwrap();
                }
            }
            Face::Qmi(function) => {
                while usb.has_room(0, 4096) {
                    let Some(message) = function.transmit(now, &mut self.modem) else { break };
                    usb.push_response(0, message).unwrap();
                }
                usb.set_data_format(0, self.modem.data_format()).unwrap();
            }
            Face::At(function) => {
                while let room @ 1.. = usb.serial_room(0) {
                    let Some(bytes) = function.transmit_up_to(now, &mut self.modem, room) else { break };
                    assert_eq!(usb.push_serial(0, bytes), bytes.len());
                }
            }
        }
        while let Some((session, packet)) = self.network.pop_front() {
            if usb.push_datagram(now, 0, session, &packet) == Err(wwan::device::usb::PushError::Full) {
                self.network.push_front((session, packet));
                break;
            }
        }
    }

    fn poll_at(&self) -> Option<Instant> {
        let face = match &self.face {
            Face::Mbim(function) => function.poll_at(&self.modem),
            Face::Qmi(function) => function.poll_at(&self.modem),
            Face::At(function) => function.poll_at(&self.modem),
        };
        [self.modem.poll_at(), face].into_iter().flatten().min()
    }
}

type Bus<'c> = MemoryBus<'static, Far, &'c VirtualClock>;

fn bus<'c>(clock: &'c VirtualClock, config: Config<'static>) -> Bus<'c> {
    let memory = Memory { responses: leak(16384), down: leak(16384), serial: leak(4096), packet: leak(2048) };
    let far = Far::new(config.kind);
    MemoryBus::new(UsbFunction::new(config, memory), far, clock)
}

fn mbim_memory() -> mbim_client::Memory<'static> {
    mbim_client::Memory {
        transfer: leak(4096),
        indications: leak(4096),
        session: mbim_session::Memory {
            slots: Box::leak(Box::new([mbim_session::Slot::FREE; 2])),
            command: leak(4096),
            answer: leak(8192),
            indication: leak(1024),
        },
    }
}

fn qmi_memory() -> qmi_client::Memory<'static> {
    qmi_client::Memory {
        transfer: leak(4096),
        indications: leak(4096),
        session: qmi_session::Memory {
            slots: Box::leak(Box::new([qmi_session::Slot::FREE; 4])),
            clients: Box::leak(Box::new([qmi_session::ClientSlot::FREE; 8])),
            request: leak(1024),
        },
    }
}

async fn modem(mut device: impl UsbDevice) -> usb::Modem {
    let mut buf = [0; 1024];
    usb::enumerate(&mut device.control().unwrap(), &mut buf).await.unwrap()
}

/// An IPv4 packet of that length, by its first nibble.
fn packet(length: usize) -> Vec<u8> {
    let mut packet: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
    packet[0] = 0x45;
    packet
}

#[test]
fn mbim_from_descriptors_to_packets() {
    for kind in [Kind::Mbim, Kind::NcmMbim, Kind::Composite] {
        let clock = VirtualClock::new(Instant(0));
        let bus = bus(&clock, Config::new(kind));
        timed(&clock, async {
            let mut device = &bus;
            let modem = modem(device).await;
            let function = modem.mbim().next().unwrap();
            let config = MbimConfig { input_datagrams: 8, ..MbimConfig::new(4096) };
            let link = bring_up::mbim(&mut device, modem.configuration, function, &config, &clock).await.unwrap();
            assert!(link.parameters.refused.is_empty(), "{kind:?}");
            assert_eq!((link.parameters.input.max_size, link.parameters.input.max_datagrams), (4096, 8));
            let (mut input, mut output) = (link.input, link.output);

            let channel = Async { channel: link.control, clock: &clock };
            let mut client = mbim_client::Client::new(channel, mbim_session::Config::default(), mbim_memory());
            client.open().await.unwrap();
            client.wait_ready(Millis::from_secs(60)).await.unwrap();
            client.radio_on().await.unwrap();
            client.register(mbim_client::Selection::Automatic, Millis::from_secs(60)).await.unwrap();
            client.attach(Millis::from_secs(60)).await.unwrap();
            let request = mbim_client::ConnectRequest { apn: "internet", ..Default::default() };
            client.connect(&request).await.unwrap();

            // Packets there and back; among them blocks that end with a full packet of the bus.
            let mut receiver = Receiver16::new();
            for length in [20, 472, 484, 996, 1500] {
                let mut memory = [0; 4096];
                let mut aggregator = Aggregator16::new(&mut memory, link.parameters.output);
                aggregator.push(Stream::Ips(0), &packet(length), ()).unwrap();
                aggregator.push(Stream::Ips(0), &packet(40), ()).unwrap();
                let block = aggregator.take().unwrap();
                output.send(block.bytes, block.zero_length_packet).await.unwrap();
                let mut received = Vec::new();
                while received.len() < 2 {
                    let mut buf = [0; 4096];
                    let count = input.receive(&mut buf).await.unwrap();
                    let datagrams = receiver.receive(&buf[..count]).unwrap();
                    received.extend(datagrams.map(|datagram| (datagram.stream, datagram.bytes.to_vec())));
                }
                assert_eq!(received, [(Stream::Ips(0), packet(length)), (Stream::Ips(0), packet(40))], "{kind:?}");
            }
            client.close().await.unwrap();
        });
        assert_eq!(bus.unended(), 0, "blocks that end with a full packet need an empty one");
        bus.with(|usb, _| {
            assert_eq!(usb.counters().stalled_requests + usb.counters().stalled_transfers, 0, "{kind:?}")
        });
    }
}

/// The future of a call is dropped after every number of polls; the next call works.
#[test]
fn calls_that_are_dropped() {
    let clock = VirtualClock::new(Instant(0));
    let bus = bus(&clock, Config::new(Kind::Mbim));
    let mut device = &bus;
    let modem = timed(&clock, modem(device));
    let function = modem.mbim().next().unwrap();
    let config = MbimConfig::new(4096);
    let link = timed(&clock, bring_up::mbim(&mut device, 1, function, &config, &clock)).unwrap();
    let channel = Async { channel: link.control, clock: &clock };
    let mut client = mbim_client::Client::new(channel, mbim_session::Config::default(), mbim_memory());
    timed(&clock, client.open()).unwrap();
    for dropped in 0..8 {
        let _ = polls(dropped, client.device_caps());
        assert!(timed(&clock, client.device_caps()).is_ok(), "after a call dropped after {dropped} polls");
    }
}

#[test]
fn qmi_with_packets_of_qmap() {
    let clock = VirtualClock::new(Instant(0));
    let bus = bus(&clock, Config { needs_dtr: true, ..Config::new(Kind::Qmi) });
    timed(&clock, async {
        let mut device = &bus;
        let modem = modem(device).await;
        let function = modem.qmi().next().unwrap();
        assert_eq!((function.control, function.guessed, modem.qmi().count()), (4, false, 1));
        let link = bring_up::qmi(&mut device, modem.configuration, function, None, &clock).await.unwrap();
        let (mut input, mut output) = (link.input, link.output);

        let channel = Async { channel: link.control, clock: &clock };
        let mut client = qmi_client::Client::new(channel, qmi_session::Config::default(), qmi_memory());
        client.open().await.unwrap();
        client.set_mode(qmi_wire::service::dms::OperatingMode::ONLINE).await.unwrap();
        client.register(qmi_client::Selection::Automatic, Millis::from_secs(120)).await.unwrap();
        let endpoint =
            EndpointInfo { endpoint_type: DataEndpointType::HSUSB, interface_number: function.control.into() };
        let granted = client
            .ask::<set_data_format::Message>(|request| {
                request
                    .link_layer_protocol(LinkLayerProtocol::RAW_IP)
                    .uplink_data_aggregation_protocol(DataAggregationProtocol::QMAP)
                    .downlink_data_aggregation_protocol(DataAggregationProtocol::QMAP)
                    .downlink_data_aggregation_max_datagrams(16)
                    .downlink_data_aggregation_max_size(8192)
                    .endpoint_info(endpoint);
            })
            .await
            .unwrap();
        assert_eq!(granted.downlink_data_aggregation_protocol().unwrap(), Some(DataAggregationProtocol::QMAP));
        let request = qmi_client::ConnectRequest { apn: "internet", ..Default::default() };
        client.connect(&request).await.unwrap();

        let mut receiver = qmap::Receiver::new(Version::V1, Direction::Downlink);
        for length in [20, 508, 1020, 1500] {
            let config =
                qmap::Config { packet_size: link.packet_size, ..qmap::Config::new(Version::V1, Direction::Uplink) };
            let mut memory = [0; 2048];
            let mut aggregator = qmap::Aggregator::new(&mut memory, config);
            aggregator.push(1, &packet(length), ()).unwrap();
            let transfer = aggregator.take().unwrap();
            output.send(transfer.bytes, transfer.zero_length_packet).await.unwrap();
            let mut buf = [0; 8192];
            let count = input.receive(&mut buf).await.unwrap();
            let frames: Vec<_> = receiver.receive(&buf[..count]).collect();
            assert_eq!(frames.len(), 1);
            let qmap::Body::Packet { bytes, .. } = frames[0].body else { panic!("{frames:?}") };
            assert_eq!((frames[0].mux_id, bytes), (1, &packet(length)[..]));
        }
    });
    assert_eq!(bus.unended(), 0);
    bus.with(|usb, _| assert_eq!(usb.counters().ignored_commands, 0, "DTR was up before the first command"));
}

#[test]
fn at_over_serial_ports() {
    for kind in [Kind::At, Kind::AtVendor] {
        let clock = VirtualClock::new(Instant(0));
        let bus = bus(&clock, Config::new(kind));
        timed(&clock, async {
            let mut device = &bus;
            let modem = modem(device).await;
            let function = modem.at().next().unwrap();
            assert_eq!((function.control, function.acm), if kind == Kind::At { (0, true) } else { (2, false) });
            let mut memory = [0; 512];
            let port = bring_up::serial(&mut device, modem.configuration, function, &mut memory).await.unwrap();
            assert!(bus.with(|_, far| far.dtr), "{kind:?}");
            let session = at_session::Memory { line: leak(512), command: leak(256) };
            let memory = at_client::Memory { transfer: leak(64), answer: leak(1024), urcs: leak(512), session };
            let channel = Async { channel: port, clock: &clock };
            let mut client = at_client::Client::new(channel, at_session::Config::default(), memory);
            client.open().await.unwrap();
            client.register(wwan::procedure::at::Selection::Automatic, Millis::from_secs(60)).await.unwrap();
            assert!(client.send(&at_wire::command::network::csq::Execute {}).await.is_ok());
        });
    }
}

#[test]
fn unplugged_in_the_middle() {
    let clock = VirtualClock::new(Instant(0));
    let bus = bus(&clock, Config::new(Kind::Mbim));
    let mut device = &bus;
    let modem = timed(&clock, modem(device));
    let function = modem.mbim().next().unwrap();
    let config = MbimConfig::new(4096);
    let again = || {
        let mut device = &bus;
        timed(&clock, async { bring_up::mbim(&mut device, 1, function, &config, &clock).await })
    };
    let mut link = again().unwrap();
    let channel = Async { channel: &mut link.control, clock: &clock };
    let mut client = mbim_client::Client::new(channel, mbim_session::Config::default(), mbim_memory());
    timed(&clock, client.open()).unwrap();
    // A receive that waits when the plug is pulled ends at once, as does everything after it.
    let mut buf = [0; 4096];
    let mut waiting = Box::pin(link.input.receive(&mut buf));
    assert!(polls(5, waiting.as_mut()).is_none());
    bus.unplug();
    assert_eq!(polls(5, waiting.as_mut()), Some(Err(BusError::Unplugged)));
    drop(waiting);
    let at = clock.now();
    let error = timed(&clock, client.device_caps()).unwrap_err();
    assert!(
        matches!(error, mbim_client::Error::Channel(error) if error.kind() == ErrorKind::NotConnected),
        "{error:?}"
    );
    assert_eq!(clock.now(), at, "nobody waited for it");
    assert_eq!(again().unwrap_err().kind(), ErrorKind::NotConnected);
    // Plugged in again: the old pipes stay dead, new ones work.
    bus.plug();
    assert_eq!(timed(&clock, link.output.send(&[0; 12], true)), Err(BusError::Unplugged));
    let link = again().unwrap();
    let channel = Async { channel: link.control, clock: &clock };
    let mut client = mbim_client::Client::new(channel, mbim_session::Config::default(), mbim_memory());
    timed(&clock, client.open()).unwrap();
    assert!(timed(&clock, client.device_caps()).is_ok());
    assert!(timed(&clock, usb::enumerate(&mut UsbDevice::control(&mut device).unwrap(), &mut [0; 512])).is_ok());
}
