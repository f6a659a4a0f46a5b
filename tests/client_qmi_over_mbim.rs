//! A QMI client through the MBIM of the function role, in virtual time: frames in commands, and what goes wrong with them.
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
#![cfg(all(feature = "device", feature = "mbim", feature = "qmi"))]

use mbim_wire::message::{Body, Transfer};
use mbim_wire::service::qmi as mbim_qmi;
use mbim_wire::{Command as _, Status};
use qmi_wire::service::{Service, dms, nas, uim, wds};
use qmi_wire::{Message as _, ProtocolError};
use wwan::channel::PipeError;
use wwan::channel::blocking::MessageChannel;
use wwan::client::qmi::blocking::Client;
use wwan::client::qmi::{ConnectRequest, Error, Memory, Owned, Selection};
use wwan::client::qmi_over_mbim::{QmiOverMbim, TunnelError};
use wwan::device::mbim::{self, Function};
use wwan::device::modem::event::Origin;
use wwan::device::modem::{Modem, Setup};
use wwan::device::qmi;
use wwan::session::mbim::{Config as MbimConfig, Memory as MbimMemory, SessionError, Slot as MbimSlot};
use wwan::session::qmi::{ClientSlot, Config, Failure, Memory as SessionMemory, Slot};
use wwan::time::{Instant, Millis};

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

/// An MBIM function and its modem, as a channel; its clock goes on when the host waits.
struct Bench {
    modem: Box<Modem>,
    function: Box<Function<'static>>,
    now: Instant,
    /// Transfers with answers to frames, and how many of them had more than one part.
    answers: (u32, u32),
    /// The last part of so many answers to frames is lost.
    loses: u32,
}

impl Bench {
    fn new(inside: bool) -> Self {
        let mut function =
            Function::new(mbim::Config::default(), mbim::Memory { out: leak(8192), assembly: leak(2048) });
        if inside {
            let mut config = qmi::Config::default();
            config.origin = Origin(2);
            config.data_format = false;
            function = function.with_qmi(qmi::Function::new(config, qmi::Memory { out: leak(4096) }));
        }
        let modem = Box::new(Modem::new(Instant(0), Setup::default()));
        Self { modem, function: Box::new(function), now: Instant(0), answers: (0, 0), loses: 0 }
    }

    fn qmi(&mut self) -> &mut qmi::Function<'static> {
        self.function.qmi().unwrap()
    }

    /// Whether a transfer gets lost.
    fn is_lost(&mut self, transfer: &[u8]) -> bool {
        let Body::CommandDone(fragment) = Transfer::parse(transfer).unwrap().body else { return false };
        let is_last = fragment.current + 1 == fragment.total;
        // The service is in the first part alone; of the other commands no answer has two parts.
        let is_frame = fragment.total > 1
            || fragment
                .command_done()
                .is_ok_and(|done| (done.service, done.cid) == (mbim_qmi::QMI, mbim_qmi::Msg::CID));
        if is_frame && is_last {
            self.answers.0 += 1;
            self.answers.1 += u32::from(fragment.total > 1);
        }
        let lost = self.loses > 0 && is_frame && is_last;
        self.loses -= u32::from(lost);
        lost
    }
}

impl MessageChannel for Bench {
    type Error = PipeError;

    fn send(&mut self, message: &[u8]) -> Result<(), PipeError> {
        self.function.receive(self.now, &mut self.modem, message);
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, PipeError> {
        loop {
            self.modem.poll(self.now);
            if let Some(transfer) = self.function.transmit(self.now, &mut self.modem) {
                let transfer = transfer.to_vec();
                if self.is_lost(&transfer) {
                    continue;
                }
                buf[..transfer.len()].copy_from_slice(&transfer);
                return Ok(Some(transfer.len()));
            }
            if deadline <= self.now {
                return Ok(None);
            }
            let modem = self.modem.poll_at().unwrap_or(Instant::FAR);
            let function = self.function.poll_at(&self.modem).unwrap_or(Instant::FAR);
            let next = modem.min(function).min(deadline);
            assert_ne!(next, Instant::FAR, "the host waits for nothing that can happen");
            self.now = self.now.max(next);
        }
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        self.now
    }
}

type Tunnel = QmiOverMbim<'static, Bench>;
type Host = Client<'static, Tunnel>;

/// A tunnel that has not been opened, with so many commands under way at most, in transfers of so many bytes.
fn tunnel(bench: Bench, slots: usize, transfer: usize) -> Tunnel {
    let memory = MbimMemory {
        slots: Box::leak(vec![MbimSlot::FREE; slots].into_boxed_slice()),
        command: leak(2048),
        answer: leak(4096),
        indication: leak(2048),
    };
    QmiOverMbim::new(bench, MbimConfig::default(), leak(transfer), memory)
}

fn client(tunnel: Tunnel) -> Host {
    let memory = Memory {
        transfer: leak(4096),
        indications: leak(4096),
        session: SessionMemory {
            slots: Box::leak(Box::new([Slot::FREE; 4])),
            clients: Box::leak(Box::new([ClientSlot::FREE; 8])),
            request: leak(1024),
        },
    };
    Client::new(tunnel, Config::default(), memory)
}

/// A client of an open modem.
fn open(slots: usize, transfer: usize) -> Host {
    let mut tunnel = tunnel(Bench::new(true), slots, transfer);
    tunnel.open().unwrap();
    assert!(tunnel.has_indications());
    let mut client = client(tunnel);
    client.open().unwrap();
    client
}

/// The modem at the other end.
fn bench(client: &mut Host) -> &mut Bench {
    client.channel().channel_mut()
}

/// The modem again, without its host.
fn left(mut client: Host) -> Bench {
    core::mem::replace(bench(&mut client), Bench::new(false))
}

fn model(client: &mut Host) -> Result<String, Error<TunnelError<PipeError>>> {
    let answer = client.ask::<dms::get_model::Message>(|_| {})?;
    Ok(answer.model().unwrap().to_str().unwrap().to_owned())
}

#[test]
fn the_whole_way_to_a_connection_and_back_with_every_answer_in_parts() {
    for transfer in [4096, 64] {
        let mut client = open(4, transfer);
        client.set_mode(dms::OperatingMode::ONLINE).unwrap();
        assert_eq!(&*client.identity().unwrap().model, "Virtual Modem");
        client.unlock("1234", Millis::from_secs(60)).unwrap();
        client.register(Selection::Automatic, Millis::from_secs(120)).unwrap();
        client.signal().unwrap();
        let connected = client.connect(&ConnectRequest { apn: "internet", ..Default::default() }).unwrap();
        assert!(connected.has_ipv4() && connected.has_ipv6());
        assert!(client.settings(0, wds::IpFamily::IPV4).unwrap().ipv4().is_some());
        let mut services: Vec<_> = client.clients().map(|owned| owned.service).collect();
        services.sort_unstable_by_key(|service| service.0);
        assert_eq!(services, [Service::WDS, Service::WDS, Service::DMS, Service::NAS, Service::UIM]);
        assert_eq!(bench(&mut client).qmi().clients().count(), 5);
        assert_eq!(bench(&mut client).modem.sessions().count(), 2);
        let (answers, parted) = bench(&mut client).answers;
        assert!(answers > 20, "{answers}");
        // An answer is 48 bytes longer than its frame, and no frame is shorter than 16.
        assert_eq!(parted == answers, transfer == 64, "{parted} of {answers}");

        client.disconnect(0).unwrap();
        client.close().unwrap();
        assert_eq!(bench(&mut client).qmi().clients().count(), 0, "clients are given back");
        assert_eq!((client.channel().failed(), bench(&mut client).function.counters().qmi_unasked), (0, 0));
        client.channel().close().unwrap();
        assert_eq!(bench(&mut client).modem.sessions().count(), 0);
    }
}

#[test]
fn closing_the_function_gives_back_the_clients_that_the_host_has_left() {
    let mut client = open(4, 4096);
    client.register(Selection::Automatic, Millis::from_secs(120)).unwrap();
    client.connect(&ConnectRequest { apn: "internet", ..Default::default() }).unwrap();
    assert!(bench(&mut client).qmi().clients().count() > 2);
    client.channel().close().unwrap();
    assert_eq!(bench(&mut client).qmi().clients().count(), 0);
    assert_eq!(bench(&mut client).modem.sessions().count(), 0);
    // Nothing goes through a function that is closed.
    let error = client.ask::<dms::get_model::Message>(|_| {}).map(drop).unwrap_err();
    assert_eq!(error, Error::Channel(TunnelError::Session(SessionError::NotOpen)));
    client.channel().open().unwrap();
    client.open().unwrap();
    assert_eq!(model(&mut client).unwrap(), "Virtual Modem");
}

#[test]
fn indications_come_through_as_long_as_they_are_wanted() {
    let mut client = open(4, 64);
    client.register(Selection::Automatic, Millis::from_secs(120)).unwrap();
    client
        .ask::<nas::register_indications::Message>(|request| {
            request.signal_info(true);
        })
        .unwrap();
    client
        .ask::<nas::config_signal_info::Message>(|request| {
            request.rssi_threshold((&[-100, -80][..]).into());
        })
        .map(drop)
        .unwrap();
    let weaken = |client: &mut Host, by: i16| {
        let outer = bench(client);
        let mut signal = outer.modem.signal();
        signal.rssi = signal.rssi.map(|rssi| rssi - by);
        let now = outer.now;
        outer.modem.set_signal(now, signal);
    };
    let heard = |client: &mut Host| {
        let until = client.now() + Millis::from_secs(1);
        let mut heard = 0;
        while let Some(indication) = client.next_indication(until).unwrap() {
            heard += u32::from(indication.id() == nas::signal_info_indication::Message::ID);
        }
        heard
    };
    while heard(&mut client) > 0 {}
    weaken(&mut client, 10);
    assert_eq!(heard(&mut client), 1);
    assert!(client.channel().subscribe(false, Millis::from_secs(1)).unwrap());
    assert!(!client.channel().has_indications());
    weaken(&mut client, 20);
    assert_eq!(heard(&mut client), 0);
    assert!(client.channel().subscribe(true, Millis::from_secs(1)).unwrap());
    weaken(&mut client, -20);
    assert_eq!(heard(&mut client), 1);
}

#[test]
fn a_lost_part_costs_its_answer_and_no_other() {
    let slots = 3;
    let mut client = open(slots, 64);
    model(&mut client).unwrap();
    for n in 1..=u32::try_from(slots).unwrap() {
        bench(&mut client).loses = 1;
        let lost = model(&mut client).unwrap_err();
        assert!(matches!(lost, Error::Failed { failure: Failure::Timeout, .. }), "{lost:?}");
        assert_eq!(bench(&mut client).loses, 0);
        let counters = *client.channel().counters();
        assert_eq!(counters.fragment_timeouts, n, "{counters:?}");
        assert_eq!(client.channel().failed(), n, "the slot of the command is free again");
    }
    assert_eq!(model(&mut client).unwrap(), "Virtual Modem");
}

#[test]
fn what_is_never_answered_holds_a_command_for_minutes_and_not_for_ever() {
    let mut client = open(2, 4096);
    model(&mut client).unwrap();
    for _ in 0..2 {
        let (service, message, once) = (Service::DMS, dms::get_model::Message::ID, true);
        let fault = qmi::Fault { service, message, effect: qmi::Effect::Swallow, once };
        bench(&mut client).qmi().inject(fault).unwrap();
        let lost = model(&mut client).unwrap_err();
        assert!(matches!(lost, Error::Failed { failure: Failure::Timeout, .. }), "{lost:?}");
    }
    // Both commands are under way as far as MBIM knows.
    let error = model(&mut client).unwrap_err();
    assert!(matches!(error, Error::Channel(TunnelError::Session(SessionError::NoSlot))), "{error:?}");
    let until = client.now() + Millis::from_secs(300);
    assert!(client.next_indication(until).unwrap().is_none());
    assert_eq!(client.channel().failed(), 2);
    assert_eq!(model(&mut client).unwrap(), "Virtual Modem");
}

#[test]
fn a_modem_without_it_says_so() {
    let mut tunnel = tunnel(Bench::new(false), 4, 4096);
    tunnel.open().unwrap();
    let mut client = client(tunnel);
    let refused = Error::Channel(TunnelError::Refused(Status::NO_DEVICE_SUPPORT));
    assert_eq!(client.open(), Err(refused));
    assert!(refused.to_string().contains("refuses QMI inside MBIM"), "{refused}");
}

#[test]
fn a_service_that_the_modem_lacks_leaves_the_others_alone() {
    let mut client = open(4, 4096);
    let service = Service(0x7f);
    assert!(!client.has_service(service));
    assert!(client.has_service(Service::UIM));
    let fault = qmi::Fault {
        service: Service::CTL,
        message: qmi_wire::service::ctl::allocate_cid::Message::ID,
        effect: qmi::Effect::Refuse(ProtocolError::INVALID_SERVICE_TYPE),
        once: true,
    };
    bench(&mut client).qmi().inject(fault).unwrap();
    let error = client.ask::<uim::get_card_status::Message>(|_| {}).map(drop).unwrap_err();
    assert_eq!(error.refusal().unwrap().error, ProtocolError::INVALID_SERVICE_TYPE);
    assert_eq!(model(&mut client).unwrap(), "Virtual Modem");
}

#[test]
fn an_open_function_is_taken_over_with_its_clients() {
    let mut first = open(4, 4096);
    model(&mut first).unwrap();
    first.keep(Service::DMS, 0, true);
    first.close().unwrap();
    let kept: Vec<Owned> = first.clients().collect();
    assert_eq!((kept.len(), kept[0].service), (1, Service::DMS));
    // The next run finds the function open, and the client in it.
    let mut next = tunnel(left(first), 4, 4096);
    assert!(next.take_over(Millis::from_secs(2)).unwrap());
    let mut second = client(next);
    second.assume_open();
    second.adopt(kept[0]).unwrap();
    assert_eq!(model(&mut second).unwrap(), "Virtual Modem");
    assert_eq!(bench(&mut second).qmi().clients().collect::<Vec<_>>(), [(Service::DMS, kept[0].client)]);
    // A function that is closed is no function to take over.
    second.channel().close().unwrap();
    let mut third = tunnel(left(second), 4, 4096);
    assert!(!third.take_over(Millis::from_secs(2)).unwrap());
    third.open().unwrap();
    assert!(third.has_indications());
}

#[test]
fn a_function_that_was_reset_is_lost_and_opens_again() {
    let mut client = open(4, 4096);
    model(&mut client).unwrap();
    let outer = bench(&mut client);
    let now = outer.now;
    outer.function.reset(now, &mut outer.modem);
    let error = model(&mut client).unwrap_err();
    assert!(matches!(error, Error::Channel(TunnelError::Lost)), "{error:?}");
    client.channel().open().unwrap();
    client.open().unwrap();
    // The number of a client of before means nothing to the modem any more; a new one is had then.
    assert_eq!(model(&mut client).unwrap_err().refusal().unwrap().error, ProtocolError::INVALID_CLIENT_ID);
    assert_eq!(model(&mut client).unwrap(), "Virtual Modem");
    // One client: that of before has gone with the function.
    assert_eq!(bench(&mut client).qmi().clients().count(), 1);
}

#[test]
fn answers_to_an_earlier_run_reach_nobody() {
    let mut first = open(4, 4096);
    model(&mut first).unwrap();
    let (service, message) = (Service::DMS, dms::get_model::Message::ID);
    bench(&mut first).qmi().delay(service, message, Millis::from_secs(60), true).unwrap();
    let lost = model(&mut first).unwrap_err();
    assert!(matches!(lost, Error::Failed { failure: Failure::Timeout, .. }), "{lost:?}");
    let mut config = MbimConfig::default();
    // As far from the transactions of before as a new run is.
    config.first_transaction = 0x5000;
    let memory = MbimMemory {
        slots: Box::leak(Box::new([MbimSlot::FREE; 4])),
        command: leak(2048),
        answer: leak(4096),
        indication: leak(2048),
    };
    let mut next = QmiOverMbim::new(left(first), config, leak(4096), memory);
    assert!(next.take_over(Millis::from_secs(2)).unwrap());
    let mut second = client(next);
    second.open().unwrap();
    assert_eq!(model(&mut second).unwrap(), "Virtual Modem");
    let until = second.now() + Millis::from_secs(90);
    assert!(second.next_indication(until).unwrap().is_none());
    assert_eq!(second.channel().counters().foreign, 1);
    assert_eq!(second.counters().foreign, 0, "the frame stays in its command");
}

#[test]
fn a_request_that_goes_with_its_client_disturbs_nothing() {
    let mut client = open(4, 4096);
    client.ask::<nas::get_signal_info::Message>(|_| {}).map(drop).unwrap();
    let (service, message, once) = (Service::DMS, dms::get_model::Message::ID, true);
    let fault = qmi::Fault { service, message, effect: qmi::Effect::Swallow, once };
    bench(&mut client).qmi().inject(fault).unwrap();
    model(&mut client).unwrap_err();
    // The modem says that the command of the lost answer has failed while the clients are given back.
    client.close().unwrap();
    assert_eq!(bench(&mut client).qmi().clients().count(), 0);
    let until = client.now() + Millis::from_secs(1);
    let mut buf = [0; 64];
    assert_eq!(client.channel().receive(&mut buf, until), Ok(None));
    assert_eq!(client.channel().failed(), 1);
}
