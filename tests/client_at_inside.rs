//! An AT client through MBIM and through QMI, against the function role in virtual time, and against modems that answer
//! nonsense.
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
#![cfg(all(feature = "device", feature = "mbim", feature = "qmi", feature = "at"))]

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use mbim_wire::Status;
use mbim_wire::field::Raw;
use mbim_wire::message::{Body, CommandMessage, Transfer, write_command_done, write_open_done};
use wwan::at_wire::command::equipment;
use wwan::channel::PipeError;
use wwan::channel::blocking::{ByteStream as _, MessageChannel};
use wwan::client::at::{self as at_client, Error};
use wwan::client::at_over_mbim::{self, AtOverMbim, AtService, TunnelError};
use wwan::client::at_over_qmi::{self, AtOverQmi};
use wwan::client::{Link, StreamLink as _, qmi as qmi_client};
use wwan::device::modem::event::Origin;
use wwan::device::modem::{Modem, Setup};
use wwan::device::{at, mbim, qmi};
use wwan::procedure::at::SimState;
use wwan::session::{at as at_session, mbim as mbim_session, qmi as qmi_session};
use wwan::time::{Instant, Millis};

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

enum Face {
    Mbim(Box<mbim::Function<'static>>),
    Qmi(Box<qmi::Function<'static>>),
}

/// A function and its modem, as a channel; its clock goes on when the host waits.
struct Bench {
    modem: Box<Modem>,
    face: Face,
    now: Instant,
    /// Nothing comes for a while: receiving is pending.
    stalls: bool,
}

fn inside() -> at::Function<'static> {
    let mut config = at::Config::default();
    config.origin = Origin(3);
    at::Function::new(config, at::Memory { line: leak(1024), out: leak(4096) })
}

impl Bench {
    fn new(face: Face) -> Self {
        let mut bench =
            Self { modem: Box::new(Modem::new(Instant(0), Setup::default())), face, now: Instant(0), stalls: false };
        // The time it takes to register.
        while bench.now < Instant(60_000) {
            while bench.transmit().is_some() {}
            bench.pass(Instant(60_000));
        }
        bench
    }

    fn mbim(services: mbim::VendorServices) -> Self {
        let mut config = mbim::Config::default();
        config.vendor_services = services;
        let function = mbim::Function::new(config, mbim::Memory { out: leak(8192), assembly: leak(2048) });
        Self::new(Face::Mbim(Box::new(function.with_at(inside(), leak(4096)))))
    }

    fn qmi() -> Self {
        let function = qmi::Function::new(qmi::Config::default(), qmi::Memory { out: leak(8192) });
        Self::new(Face::Qmi(Box::new(function.with_at(inside()))))
    }

    fn transmit(&mut self) -> Option<Vec<u8>> {
        self.modem.poll(self.now);
        let message = match &mut self.face {
            Face::Mbim(function) => function.transmit(self.now, &mut self.modem),
            Face::Qmi(function) => function.transmit(self.now, &mut self.modem),
        };
        message.map(<[u8]>::to_vec)
    }

    /// Lets time go by until something happens, or until then.
    fn pass(&mut self, deadline: Instant) {
        let face = match &self.face {
            Face::Mbim(function) => function.poll_at(&self.modem),
            Face::Qmi(function) => function.poll_at(&self.modem),
        };
        let next = face.unwrap_or(Instant::FAR).min(self.modem.poll_at().unwrap_or(Instant::FAR)).min(deadline);
        assert_ne!(next, Instant::FAR, "the host waits for nothing that can happen");
        self.now = self.now.max(next);
    }

    fn put(&mut self, message: &[u8]) {
        match &mut self.face {
            Face::Mbim(function) => function.receive(self.now, &mut self.modem, message),
            Face::Qmi(function) => function.receive(self.now, &mut self.modem, message),
        }
    }
}

impl MessageChannel for Bench {
    type Error = PipeError;

    fn send(&mut self, message: &[u8]) -> Result<(), PipeError> {
        self.put(message);
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, PipeError> {
        loop {
            if let Some(message) = self.transmit() {
                buf[..message.len()].copy_from_slice(&message);
                return Ok(Some(message.len()));
            }
            if deadline <= self.now {
                return Ok(None);
            }
            self.pass(deadline);
        }
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        self.now
    }
}

impl Link for Bench {
    type Error = PipeError;

    async fn send(&mut self, message: &[u8], _: Instant) -> Result<bool, PipeError> {
        self.put(message);
        Ok(true)
    }

    async fn receive(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, PipeError> {
        if self.stalls {
            core::future::pending::<()>().await;
        }
        MessageChannel::receive(self, buf, until)
    }

    fn now(&self) -> Instant {
        self.now
    }
}

/// Runs a future that has nothing to wait for.
fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

fn config() -> mbim_session::Config {
    mbim_session::Config::default()
}

fn memory(line: usize, answer: usize) -> at_over_mbim::Memory<'static> {
    let session = mbim_session::Memory {
        slots: Box::leak(Box::new([mbim_session::Slot::FREE; 2])),
        command: leak(1024),
        answer: leak(4096),
        indication: leak(2048),
    };
    at_over_mbim::Memory { transfer: leak(4096), line: leak(line), answer: leak(answer), session }
}

fn at_memory() -> at_client::Memory<'static> {
    let session = at_session::Memory { line: leak(512), command: leak(2048) };
    at_client::Memory { transfer: leak(64), answer: leak(4096), urcs: leak(1024), session }
}

type Blocking<C> = at_over_mbim::blocking::AtOverMbim<'static, C>;
type AtClient<C> = at_client::blocking::Client<'static, C>;

/// A blocking AT client through the services of MBIM.
fn over_mbim(services: mbim::VendorServices) -> AtClient<Blocking<Bench>> {
    let mut stream = Blocking::new(Bench::mbim(services), config(), memory(512, 4096));
    stream.open().unwrap();
    let mut client = at_client::blocking::Client::new(stream, at_session::Config::inside(), at_memory());
    client.open().unwrap();
    client
}

fn qmi_memory() -> qmi_client::Memory<'static> {
    qmi_client::Memory {
        transfer: leak(4096),
        indications: leak(8192),
        session: qmi_session::Memory {
            slots: Box::leak(Box::new([qmi_session::Slot::FREE; 4])),
            clients: Box::leak(Box::new([qmi_session::ClientSlot::FREE; 8])),
            request: leak(2048),
        },
    }
}

fn blocking_qmi() -> qmi_client::blocking::Client<'static, Bench> {
    let mut client = qmi_client::blocking::Client::new(Bench::qmi(), qmi_session::Config::default(), qmi_memory());
    client.open().unwrap();
    client
}

/// What `status` asks.
macro_rules! status {
    ($client:expr, $run:ident) => {{
        let client = &mut $client;
        assert_eq!(&*$run(client.identity()).unwrap().model, "Virtual Modem");
        assert_eq!($run(client.sim(Millis::from_secs(10))).unwrap(), SimState::Ready);
        assert!($run(client.registration()).unwrap().state.is_registered());
        assert!($run(client.signal()).unwrap().rsrp.is_some());
        let scan = $run(client.scan::<8>()).unwrap();
        assert!(!scan.found().is_empty());
        $run(client.send_line(b"AT+XYZ", Millis::from_secs(5))).unwrap();
        assert_eq!(client.cause(), Some(4));
    }};
}

/// Blocking calls have run when they return.
fn here<T>(value: T) -> T {
    value
}

#[test]
fn status_through_every_service_of_mbim() {
    for (services, expected) in [
        (mbim::VendorServices::INTEL_AT_TUNNEL, AtService::Intel),
        (mbim::VendorServices::FIBOCOM, AtService::Fibocom),
        (mbim::VendorServices::COMPAL, AtService::Compal),
        (mbim::VendorServices::QDU, AtService::Quectel),
        (mbim::VendorServices::all(), AtService::Intel),
    ] {
        let mut client = over_mbim(services);
        assert_eq!(client.stream().service(), Some(expected));
        status!(client, here);
        let counters = client.counters();
        assert_eq!((counters.timeouts, counters.late, counters.noise), (0, 0, 0), "{expected:?}");
        client.stream().close().unwrap();
    }
}

#[test]
fn status_through_qmi() {
    let mut qmi = blocking_qmi();
    let stream = AtOverQmi::new(&mut qmi, leak(1024));
    let mut client = at_client::blocking::Client::new(stream, at_session::Config::inside(), at_memory());
    client.open().unwrap();
    status!(client, here);
    assert_eq!(client.counters().timeouts, 0);
    // What the modem tells unasked comes through.
    let bench = client.stream().client().channel();
    let now = bench.now;
    bench.modem.receive_call(now, "+491701234567").unwrap();
    let until = client.now() + Millis::from_secs(3);
    assert!(client.next_urc(until).unwrap().unwrap().is("RING"));
    // Answers longer than any message of QMI.
    let line = format!("AT{}", "+CFUN?;".repeat(60));
    let answer = client.send_line(line.trim_end_matches(';').as_bytes(), Millis::from_secs(5)).unwrap();
    assert_eq!(answer.lines().filter(|line| *line == b"+CFUN: 1").count(), 60);
    // The QMI client goes on.
    assert!(qmi.clients().any(|owned| owned.service == qmi_wire::service::Service::ATR));
    assert_eq!(&*qmi.identity().unwrap().model, "Virtual Modem");
}

#[test]
fn messages_are_sent_by_prompts_through_qmi_and_refused_through_mbim() {
    let mut qmi = blocking_qmi();
    let stream = AtOverQmi::new(&mut qmi, leak(1024));
    let mut client = at_client::blocking::Client::new(stream, at_session::Config::inside(), at_memory());
    client.open().unwrap();
    client.send(&wwan::at_wire::command::sms::cmgf::Set { mode: 0 }).unwrap();
    let pdu = b"0001000A91947110325476000005E8329BFD06";
    let sent = client.send_payload(&wwan::at_wire::command::sms::cmgs::Set { length: 18 }, pdu);
    assert!(sent.unwrap().lines().any(|line| line.starts_with(b"+CMGS: ")));

    let mut client = over_mbim(mbim::VendorServices::FIBOCOM);
    let refused = client.send_payload(&wwan::at_wire::command::sms::cmgs::Set { length: 18 }, pdu).map(drop);
    assert!(matches!(refused, Err(Error::Refused { .. })), "{refused:?}");
    assert_eq!(client.cause(), Some(302));
}

#[test]
fn asynchronous_clients_do_the_same() {
    let mut stream = AtOverMbim::new(Bench::mbim(mbim::VendorServices::FIBOCOM), config(), memory(512, 4096));
    run(stream.open()).unwrap();
    let mut client = at_client::Client::new(stream, at_session::Config::inside(), at_memory());
    run(client.open()).unwrap();
    status!(client, run);

    let mut qmi = qmi_client::Client::new(Bench::qmi(), qmi_session::Config::default(), qmi_memory());
    run(qmi.open()).unwrap();
    let stream = AtOverQmi::new(&mut qmi, leak(1024));
    let mut client = at_client::Client::new(stream, at_session::Config::inside(), at_memory());
    run(client.open()).unwrap();
    status!(client, run);
}

#[test]
fn a_read_that_is_dropped_loses_nothing() {
    let mut stream = AtOverMbim::new(Bench::mbim(mbim::VendorServices::FIBOCOM), config(), memory(512, 4096));
    run(stream.open()).unwrap();
    let until = Instant(100_000);
    assert_eq!(run(stream.write(b"ATE0\r", until)), Ok(true));
    let mut buf = [0; 64];
    for _ in 0..3 {
        stream.channel().stalls = true;
        {
            let mut dropped = pin!(stream.read(&mut buf, until));
            assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        stream.channel().stalls = false;
    }
    let length = run(stream.read(&mut buf, until)).unwrap().unwrap();
    assert_eq!(&buf[..length], b"ATE0\r\r\nOK\r\n");
    // In pieces.
    assert_eq!(run(stream.write(b"AT+C", until)), Ok(true));
    assert_eq!(run(stream.write(b"FUN?\r\n", until)), Ok(true));
    let mut all = Vec::new();
    while let Some(length) = run(stream.read(&mut buf[..5], until)).unwrap() {
        all.extend_from_slice(&buf[..length]);
    }
    assert_eq!(all, b"\r\n+CFUN: 1\r\n\r\nOK\r\n");

    let mut qmi = qmi_client::Client::new(Bench::qmi(), qmi_session::Config::default(), qmi_memory());
    run(qmi.open()).unwrap();
    let mut stream = AtOverQmi::new(&mut qmi, leak(1024));
    let until = Instant(100_000);
    assert_eq!(run(stream.write(b"ATE0\r", until)), Ok(true));
    stream.client().link().stalls = true;
    {
        let mut dropped = pin!(stream.read(&mut buf, until));
        assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    stream.client().link().stalls = false;
    let mut all = Vec::new();
    while let Some(length) = run(stream.read(&mut buf[..5], until)).unwrap() {
        all.extend_from_slice(&buf[..length]);
    }
    assert_eq!(all, b"ATE0\r\r\nOK\r\n");
}

#[test]
fn the_answer_to_a_line_that_was_given_up_is_dropped() {
    let mut client = over_mbim(mbim::VendorServices::FIBOCOM);
    // A scan takes longer than this; then the line is busy, since a command of MBIM is not stopped by another.
    let given_up = client.send_line(b"AT+COPS=?", Millis(500)).map(drop);
    assert!(matches!(given_up, Err(Error::Failed { .. })), "{given_up:?}");
    assert_eq!(client.send(&equipment::cfun::Read {}).unwrap().lines().next(), Some(&b"+CFUN: 1"[..]));
    assert!(client.stream().counters().busy > 0, "it was told to wait");
}

#[test]
fn a_function_that_is_open_is_lent() {
    let mut client = over_mbim(mbim::VendorServices::FIBOCOM);
    let mut config = config();
    config.first_transaction = 0x1000_0000;
    let mut stream = Blocking::new(client.stream().channel(), config, memory(512, 1024));
    assert_eq!(stream.take_over(Millis::from_secs(5)), Ok(true));
    stream.write(b"ATI\r").unwrap();
    let until = stream.now() + Millis::from_secs(5);
    assert!(stream.read(&mut [0; 64], until).unwrap().is_some());
    drop(stream);
    client.send(&equipment::cfun::Read {}).unwrap();
    // One that is closed does not answer.
    let mut stream = Blocking::new(Bench::mbim(mbim::VendorServices::FIBOCOM), config, memory(512, 1024));
    assert!(matches!(stream.take_over(Millis::from_secs(5)), Ok(false) | Err(TunnelError::Lost)));
}

#[test]
fn modems_without_a_service_say_so() {
    let mut stream = Blocking::new(Bench::mbim(mbim::VendorServices::QUECTEL), config(), memory(512, 1024));
    assert_eq!(stream.open(), Err(TunnelError::NoService));
    assert_eq!(stream.service(), None);
    // Who knows better may try.
    let mut stream = Blocking::new(Bench::mbim(mbim::VendorServices::QUECTEL), config(), memory(512, 1024))
        .with_service(AtService::Compal);
    stream.open().unwrap();
    stream.write(b"AT\r").unwrap();
    let refused = stream.read(&mut [0; 64], Instant(1_000_000));
    assert_eq!(refused, Err(TunnelError::Refused(Status::NO_DEVICE_SUPPORT)));

    let mut qmi = qmi_client::blocking::Client::new(
        Bench::new(Face::Qmi(Box::new(qmi::Function::new(qmi::Config::default(), qmi::Memory { out: leak(4096) })))),
        qmi_session::Config::default(),
        qmi_memory(),
    );
    qmi.open().unwrap();
    let mut stream = AtOverQmi::new(&mut qmi, leak(64));
    assert!(matches!(stream.write(b"AT\r"), Err(at_over_qmi::TunnelError::Qmi(_))));
}

#[test]
fn lines_and_answers_that_do_not_fit_are_told_and_gone() {
    let mut stream = Blocking::new(Bench::mbim(mbim::VendorServices::FIBOCOM), config(), memory(16, 24));
    stream.open().unwrap();
    let until = Instant(1_000_000);
    assert_eq!(stream.write(b"AT+CGDCONT=1,\"IP\",\"internet\"\r"), Err(TunnelError::NoRoom(28)));
    stream.write(b"ATE0\r").unwrap();
    let mut buf = [0; 64];
    assert_eq!(stream.read(&mut buf, until), Ok(Some(11)));
    stream.write(b"AT+CGMI;+CGMM\r").unwrap();
    assert!(matches!(stream.read(&mut buf, until), Err(TunnelError::NoRoom(_))));
    stream.write(b"AT\r").unwrap();
    assert_eq!(stream.read(&mut buf, until), Ok(Some(6)));
    // Of QMI, one message.
    let mut qmi = blocking_qmi();
    let mut stream = AtOverQmi::new(&mut qmi, leak(8));
    stream.write(b"ATI\r").unwrap();
    let until = stream.now() + Millis::from_secs(5);
    assert!(matches!(stream.read(&mut buf, until), Err(at_over_qmi::TunnelError::NoRoom(_))));
    stream.write(b"A/").unwrap();
}

/// A modem that opens, and answers every command with this.
struct Scripted {
    status: Status,
    body: Vec<u8>,
    now: Instant,
    queue: Vec<Vec<u8>>,
}

impl MessageChannel for Scripted {
    type Error = PipeError;

    fn send(&mut self, message: &[u8]) -> Result<(), PipeError> {
        let transfer = Transfer::parse(message).unwrap();
        let mut buffer = vec![0; 8192];
        let id = transfer.transaction_id;
        let answer = match transfer.body {
            Body::Open { .. } => write_open_done(&mut buffer, id, Status::SUCCESS).unwrap(),
            Body::Command(fragment) => {
                let command = CommandMessage::parse(fragment.payload).unwrap();
                write_command_done(&mut buffer, id, command.service, command.cid, self.status, &Raw(&self.body))
                    .unwrap()
            }
            _ => return Ok(()),
        };
        self.queue.push(answer.to_vec());
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, PipeError> {
        if self.queue.is_empty() {
            assert_ne!(deadline, Instant::FAR);
            self.now = self.now.max(deadline);
            return Ok(None);
        }
        let message = self.queue.remove(0);
        buf[..message.len()].copy_from_slice(&message);
        Ok(Some(message.len()))
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        self.now
    }
}

#[test]
fn answers_of_all_kinds_are_read_to_their_end() {
    let scripted = |status, body: &[u8], service| {
        let channel = Scripted { status, body: body.to_vec(), now: Instant(0), queue: Vec::new() };
        let mut stream = Blocking::new(channel, config(), memory(64, 64)).with_service(service);
        stream.open().unwrap();
        stream.write(b"AT\r").unwrap();
        let mut buf = [0; 128];
        let read = stream.read(&mut buf, Instant(20_000));
        read.map(|length| length.map(|length| String::from_utf8_lossy(&buf[..length]).into_owned()))
    };
    let said = |text: &str| Ok(Some(text.to_owned()));
    let ok = Status::SUCCESS;
    // Without line ends around, with filler, with nothing but filler.
    assert_eq!(scripted(ok, b"OK", AtService::Fibocom), said("OK\r\n"));
    assert_eq!(scripted(ok, b"\r\nOK\r\n\0\0", AtService::Intel), said("\r\nOK\r\n"));
    assert_eq!(scripted(ok, b"\0\0\0\0", AtService::Compal), Ok(None));
    assert_eq!(scripted(ok, b"", AtService::Fibocom), Ok(None));
    // With a failure there may be a text.
    assert_eq!(scripted(Status::FAILURE, b"\r\nERROR\r\n", AtService::Fibocom), said("\r\nERROR\r\n"));
    assert_eq!(scripted(Status::FAILURE, b"", AtService::Fibocom), Err(TunnelError::Refused(Status::FAILURE)));
    // BUSY is asked again, and not for ever.
    assert_eq!(scripted(Status::BUSY, b"", AtService::Fibocom), Err(TunnelError::Refused(Status::BUSY)));
    // Quectel's, whole and cut off.
    assert_eq!(scripted(ok, b"\x01\0\0\0AT\r\nERROR\r\n\0", AtService::Quectel), said("AT\r\nERROR\r\n"));
    assert_eq!(scripted(ok, b"\0\0\0", AtService::Quectel), Ok(None));
    // Longer than there is room, and no text at all.
    assert_eq!(scripted(ok, &[b'x'; 65], AtService::Fibocom), Err(TunnelError::NoRoom(67)));
    assert!(scripted(ok, &[0xff; 60], AtService::Fibocom).unwrap().is_some());
}

#[test]
fn the_longest_message_of_atr_is_one_piece_and_what_is_longer_two() {
    let mut qmi = blocking_qmi();
    let mut stream = AtOverQmi::new(&mut qmi, leak(2048));
    let line = [&b"AT"[..], &b";+CFUN?".repeat(200), b"\r"].concat();
    let mut rest = &line[..];
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let taken = stream.write(rest).unwrap();
        pieces.push(taken);
        rest = &rest[taken..];
    }
    assert_eq!(pieces, [1024, line.len() - 1024]);
    // The memory of the modem is one byte too short for it, as is told by the modem itself.
    let until = stream.now() + Millis::from_secs(5);
    let mut buf = [0; 4096];
    let mut all = Vec::new();
    while let Some(length) = stream.read(&mut buf, until).unwrap() {
        all.extend_from_slice(&buf[..length]);
    }
    assert!(all.ends_with(b"\r\nERROR\r\n"));
    assert_eq!(stream.others(), 0);
}
