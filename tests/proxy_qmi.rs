//! The QMI proxy between programs and a modem, all in memory and in virtual time: what each sees on its own wire.
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
#![cfg(feature = "qmi")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use qmi_wire::frame::{BROADCAST, Frame, Framing, Head, Kind, MessageWriter, Sender};
use qmi_wire::message::Message as _;
use qmi_wire::service::{Service, ctl, dms, nas, wds};
use qmi_wire::{Encode, ProtocolError, Verdict};
use wwan::proxy::qmi::{Client, Config, Connection, Event, Memory, Pending, Proxy};
use wwan::proxy::{ProgramId, Refused};
use wwan::time::{Instant, Millis};

const DEVICE: &str = "/dev/cdc-wdm0";
const ALLOCATE: u16 = ctl::allocate_cid::Message::ID;
const RELEASE: u16 = ctl::release_cid::Message::ID;
const SYNC: u16 = ctl::sync::Message::ID;
const VERSIONS: u16 = ctl::get_version_info::Message::ID;
const OPEN: u16 = ctl::internal_proxy_open::Message::ID;
const MODEL: u16 = dms::get_model::Message::ID;
const START: u16 = wds::start_network::Message::ID;
const STOP: u16 = wds::stop_network::Message::ID;
const STATUS: u16 = wds::packet_service_status_indication::Message::ID;
const SERVING: u16 = nas::get_serving_system::Message::ID;
/// How long a client is kept that a program has left behind.
const GRACE: Millis = Millis::from_secs(60);

fn leak<T: Clone>(item: T, len: usize) -> &'static mut [T] {
    Box::leak(vec![item; len].into_boxed_slice())
}

/// A frame, with TLVs as bytes.
fn frame(framing: Framing, service: Service, kind: Kind, transaction: u16, id: u16, tlvs: &[(u8, &[u8])]) -> Vec<u8> {
    let mut buffer = vec![0; 4096];
    let mut writer = MessageWriter::new(&mut buffer, &Head { framing, service, kind, transaction, id });
    for (tlv, value) in tlvs {
        writer.put(*tlv, &Raw(value));
    }
    writer.finish().unwrap().to_vec()
}

#[derive(Debug)]
struct Raw<'a>(&'a [u8]);

impl Encode for Raw<'_> {
    fn encode(&self, w: &mut qmi_wire::Writer<'_>) {
        w.bytes(self.0);
    }
}

/// A frame, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    framing: Framing,
    service: Service,
    client: u8,
    kind: Kind,
    transaction: u16,
    id: u16,
    tlvs: Vec<(u8, Vec<u8>)>,
}

impl Seen {
    fn new(bytes: &[u8]) -> Self {
        let Frame { framing, message } = Frame::parse(bytes).unwrap();
        assert_eq!(bytes.len(), qmi_wire::frame::frame_len(bytes).unwrap(), "one frame at a time");
        Self {
            framing,
            service: message.service(),
            client: framing.client().unwrap(),
            kind: message.kind(),
            transaction: message.transaction,
            id: message.id(),
            tlvs: message.tlvs.iter().map(|tlv| (tlv.kind, tlv.value.to_vec())).collect(),
        }
    }

    fn tlv(&self, tlv: u8) -> &[u8] {
        &self.tlvs.iter().find(|(kind, _)| *kind == tlv).unwrap_or_else(|| panic!("no TLV {tlv}: {self:x?}")).1
    }

    fn error(&self) -> ProtocolError {
        assert_eq!(self.kind, Kind::Response, "{self:x?}");
        let verdict = self.tlv(Verdict::TLV);
        assert_eq!(verdict.len(), 4);
        assert_eq!(u16::from_le_bytes([verdict[0], verdict[1]]) == 0, verdict[2..] == [0, 0], "{self:x?}");
        ProtocolError(u16::from_le_bytes([verdict[2], verdict[3]]))
    }

    /// Asserts that it answers that request of a program, and how.
    fn answers(&self, transaction: u16, id: u16, error: ProtocolError) {
        assert_eq!((self.transaction, self.id, self.error()), (transaction, id, error), "{self:x?}");
    }
}

const SUCCESS: &[u8] = &[0; 4];

/// A program's end of its connection.
#[derive(Debug)]
struct Program {
    id: ProgramId,
    inbox: VecDeque<Seen>,
}

struct Rig {
    proxy: Proxy<'static>,
    now: Instant,
    /// What the modem got and was not looked at yet.
    asked: VecDeque<Seen>,
    programs: Vec<Option<Program>>,
    stuck: Vec<ProgramId>,
    garbage: Vec<ProgramId>,
    restarts: u32,
}

#[derive(Clone)]
struct Size {
    programs: usize,
    request: usize,
    out: usize,
    pending: usize,
    clients: usize,
    config: Config,
}

impl Default for Size {
    fn default() -> Self {
        Self { programs: 5, request: 512, out: 2048, pending: 21, clients: 32, config: Config::default() }
    }
}

fn rig(size: &Size) -> Rig {
    let connections: Vec<_> =
        (0..size.programs).map(|_| Connection::new(leak(0xa5, size.request), leak(0xa5, size.out))).collect();
    let memory = Memory {
        connections: Box::leak(connections.into_boxed_slice()),
        pending: leak(Pending::FREE, size.pending),
        clients: leak(Client::FREE, size.clients),
    };
    Rig {
        proxy: Proxy::new(size.config, memory),
        now: Instant(100_000),
        asked: VecDeque::new(),
        programs: Vec::new(),
        stuck: Vec::new(),
        garbage: Vec::new(),
        restarts: 0,
    }
}

impl Rig {
    fn connect(&mut self) -> usize {
        let id = self.proxy.connect().expect("a place");
        self.programs.push(Some(Program { id, inbox: VecDeque::new() }));
        self.programs.len() - 1
    }

    /// A program that has chosen the modem.
    fn join(&mut self) -> usize {
        let n = self.connect();
        self.send(n, Service::CTL, 0, 1, OPEN, &[(1, DEVICE.as_bytes())]);
        self.got(n).answers(1, OPEN, ProtocolError::NONE);
        n
    }

    fn kill(&mut self, n: usize) {
        let program = self.programs[n].take().unwrap();
        self.proxy.disconnect(self.now, program.id);
    }

    fn id(&self, n: usize) -> ProgramId {
        self.programs[n].as_ref().unwrap().id
    }

    fn offer(&mut self, n: usize, bytes: &[u8]) -> Result<(), Refused> {
        let id = self.id(n);
        let ready = self.proxy.is_ready(id);
        let taken = self.proxy.program_receive(id, bytes);
        assert_eq!(taken.is_ok(), ready);
        self.settle();
        taken
    }

    fn send(&mut self, n: usize, service: Service, client: u8, transaction: u16, id: u16, tlvs: &[(u8, &[u8])]) {
        let framing = if service.0 > 255 { Framing::Wide { client } } else { Framing::host(client) };
        self.offer(n, &frame(framing, service, Kind::Request, transaction, id, tlvs)).unwrap();
    }

    fn control(&mut self, n: usize, transaction: u16, id: u16, tlvs: &[(u8, &[u8])]) {
        self.send(n, Service::CTL, 0, transaction, id, tlvs);
    }

    fn settle(&mut self) {
        for _ in 0..1000 {
            let mut moved = false;
            let judged = match self.proxy.next_event() {
                None => None,
                Some(Event::Open { program, path, .. }) => Some((program, path == DEVICE.as_bytes())),
                Some(Event::Stuck(program)) => {
                    self.stuck.push(program);
                    continue;
                }
                Some(Event::Garbage(program)) => {
                    self.garbage.push(program);
                    continue;
                }
                Some(Event::Restarted) => {
                    self.restarts += 1;
                    continue;
                }
                Some(event) => panic!("{event:?}"),
            };
            if let Some((program, ours)) = judged {
                self.proxy.open(program, if ours { Ok(()) } else { Err(ProtocolError::INTERFACE_NOT_FOUND) });
                moved = true;
            }
            while let Some(bytes) = self.proxy.transmit_modem(self.now) {
                moved = true;
                let seen = Seen::new(bytes);
                assert_ne!(seen.transaction, 0);
                assert_eq!(seen.kind, Kind::Request);
                self.asked.push_back(seen);
            }
            while let Some((id, bytes)) = self.proxy.transmit_program(|_| true) {
                moved = true;
                let program = self.programs.iter_mut().flatten().find(|program| program.id == id).unwrap();
                program.inbox.push_back(Seen::new(bytes));
            }
            if !moved {
                return;
            }
        }
        panic!("it never settles");
    }

    /// The only message that a program has got.
    fn got(&mut self, n: usize) -> Seen {
        let inbox = &mut self.programs[n].as_mut().unwrap().inbox;
        let message = inbox.pop_front().expect("a message");
        assert_eq!(*inbox, [], "no more messages");
        message
    }

    fn silent(&mut self, n: usize) {
        assert_eq!(self.programs[n].as_ref().unwrap().inbox, []);
    }

    /// The only request that the modem has got.
    fn asked(&mut self) -> Seen {
        let asked = self.asked.pop_front().expect("a request");
        assert_eq!(self.asked, [], "no more requests");
        asked
    }

    fn idle(&self) {
        assert_eq!(self.asked, []);
    }

    fn modem_says(&mut self, bytes: &[u8]) {
        self.proxy.modem_receive(self.now, bytes);
        self.settle();
    }

    fn answer(&mut self, asked: &Seen, tlvs: &[(u8, &[u8])]) {
        let Seen { service, client, transaction, id, .. } = *asked;
        let framing = if service.0 > 255 { Framing::Wide { client } } else { Framing::modem(client) };
        self.modem_says(&frame(framing, service, Kind::Response, transaction, id, tlvs));
    }

    fn good(&mut self, asked: &Seen) {
        self.answer(asked, &[(2, SUCCESS)]);
    }

    fn bad(&mut self, asked: &Seen, error: ProtocolError) {
        let [low, high] = error.0.to_le_bytes();
        self.answer(asked, &[(2, &[1, 0, low, high])]);
    }

    fn indicate(&mut self, service: Service, client: u8, id: u16, tlvs: &[(u8, &[u8])]) {
        let framing = if service.0 > 255 { Framing::Wide { client } } else { Framing::modem(client) };
        self.modem_says(&frame(framing, service, Kind::Indication, 0, id, tlvs));
    }

    /// A program allocates a client, for which the modem takes that number.
    fn allocate(&mut self, n: usize, service: Service, client: u8) {
        self.control(n, 9, ALLOCATE, &[(1, &[service.0 as u8])]);
        let asked = self.asked();
        assert_eq!((asked.id, asked.tlv(1)), (ALLOCATE, &[service.0 as u8][..]));
        self.answer(&asked, &[(2, SUCCESS), (1, &[service.0 as u8, client])]);
        let got = self.got(n);
        got.answers(9, ALLOCATE, ProtocolError::NONE);
        assert_eq!(got.tlv(1), [service.0 as u8, client]);
    }

    /// A request that goes through and is answered.
    fn ask(&mut self, n: usize, service: Service, client: u8, id: u16) {
        self.send(n, service, client, 77, id, &[]);
        let asked = self.asked();
        assert_eq!((asked.service, asked.client, asked.id), (service, client, id));
        self.good(&asked);
        self.got(n).answers(77, id, ProtocolError::NONE);
    }

    /// The modem is asked to release a client by the proxy itself, and does.
    fn released(&mut self, service: Service, client: u8) {
        let asked = self.asked.pop_front().expect("a release");
        assert_eq!((asked.service, asked.client, asked.id), (Service::CTL, 0, RELEASE), "{asked:x?}");
        assert_eq!(asked.tlv(1), [service.0 as u8, client]);
        self.answer(&asked, &[(2, SUCCESS), (1, &[service.0 as u8, client])]);
    }

    fn pass(&mut self, span: Millis) {
        let end = self.now + span;
        loop {
            self.settle();
            let next = self.proxy.poll_at();
            if next > end {
                break;
            }
            assert!(next > self.now, "a deadline that has passed is met at once");
            self.now = next;
            self.proxy.expire(self.now);
        }
        self.now = end;
    }
}

#[test]
fn a_program_chooses_the_modem_and_gets_an_answer_either_way() {
    let mut rig = rig(&Size::default());
    let n = rig.connect();
    // Not before it has chosen.
    rig.send(n, Service::DMS, 1, 4, MODEL, &[]);
    rig.got(n).answers(4, MODEL, ProtocolError::INVALID_OPERATION);
    rig.control(n, 5, VERSIONS, &[]);
    rig.got(n).answers(5, VERSIONS, ProtocolError::INVALID_OPERATION);
    rig.control(n, 1, OPEN, &[(1, b"/dev/cdc-wdm7")]);
    rig.got(n).answers(1, OPEN, ProtocolError::INTERFACE_NOT_FOUND);
    rig.control(n, 2, OPEN, &[(1, b"")]);
    rig.got(n).answers(2, OPEN, ProtocolError::MISSING_ARGUMENT);
    rig.control(n, 3, OPEN, &[]);
    rig.got(n).answers(3, OPEN, ProtocolError::MISSING_ARGUMENT);
    let id = rig.id(n);
    let open = frame(Framing::host(0), Service::CTL, Kind::Request, 6, OPEN, &[(1, DEVICE.as_bytes())]);
    rig.proxy.program_receive(id, &open).unwrap();
    assert_eq!(rig.proxy.next_event(), Some(Event::Open { program: id, path: DEVICE.as_bytes(), transaction: 6 }),);
    assert_eq!(rig.proxy.next_event(), None, "asked once");
    assert_eq!(rig.proxy.program_receive(id, &open), Err(Refused::NotReady));
    rig.proxy.open(id, Ok(()));
    let (_, bytes) = rig.proxy.transmit_program(|_| true).unwrap();
    // A control answer of a modem: flags 0x80, response bit 1, transaction 6, 0xFF00, success.
    assert_eq!(bytes, [1, 18, 0, 0x80, 0, 0, 1, 6, 0, 0xff, 7, 0, 2, 4, 0, 0, 0, 0, 0]);
    rig.idle();
    rig.allocate(n, Service::DMS, 1);
    rig.ask(n, Service::DMS, 1, MODEL);
    assert_eq!(rig.proxy.counters().denied, 5);
}

#[test]
fn control_transactions_are_rewritten_and_restored() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    // Bytes of the specification's kind: Sync of transaction 1, Allocate CID for WDS of transaction 2.
    rig.offer(a, &[1, 0x0f, 0, 0, 0, 0, 0, 2, 0x22, 0, 4, 0, 1, 1, 0, 1]).unwrap();
    rig.offer(b, &[1, 0x0f, 0, 0, 0, 0, 0, 2, 0x22, 0, 4, 0, 1, 1, 0, 2]).unwrap();
    let [first, second] = [rig.asked.pop_front().unwrap(), rig.asked()];
    assert_ne!(first.transaction, second.transaction);
    assert_eq!((first.tlv(1), second.tlv(1)), (&[1][..], &[2][..]));
    // The later one is answered first.
    rig.answer(&second, &[(2, SUCCESS), (1, &[2, 7])]);
    rig.silent(a);
    let got = rig.got(b);
    assert_eq!((got.transaction, got.tlv(1)), (2, &[2, 7][..]));
    rig.answer(&first, &[(2, SUCCESS), (1, &[1, 1])]);
    assert_eq!(rig.got(a).tlv(1), [1, 1]);
    rig.silent(b);
    // All 255 numbers go round, 0 is not among them.
    let mut numbers = BTreeSet::new();
    for _ in 0..600 {
        rig.control(a, 3, VERSIONS, &[]);
        let asked = rig.asked();
        assert!((1..256).contains(&asked.transaction));
        numbers.insert(asked.transaction);
        rig.good(&asked);
        rig.got(a).answers(3, VERSIONS, ProtocolError::NONE);
    }
    assert_eq!(numbers.len(), 255);
}

#[test]
fn two_programs_that_share_a_client_are_kept_apart() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::DMS, 3);
    rig.send(a, Service::DMS, 3, 1, MODEL, &[]);
    rig.send(b, Service::DMS, 3, 1, MODEL, &[]);
    let [first, second] = [rig.asked.pop_front().unwrap(), rig.asked()];
    assert_ne!(first.transaction, second.transaction);
    rig.answer(&second, &[(2, SUCCESS), (1, b"B")]);
    rig.silent(a);
    assert_eq!(rig.got(b).tlv(1), b"B");
    rig.answer(&first, &[(2, SUCCESS), (1, b"A")]);
    let got = rig.got(a);
    got.answers(1, MODEL, ProtocolError::NONE);
    assert_eq!((got.tlv(1), got.framing), (&b"A"[..], Framing::Qmux { sender: Sender::MODEM, client: 3 }));
    rig.silent(b);
    // The one that did not allocate it hears its indications too, from its first answer on.
    rig.indicate(Service::DMS, 3, 1, &[(0x10, &[1])]);
    assert_eq!((rig.got(a).id, rig.got(b).id), (1, 1));
}

#[test]
fn answers_that_belong_to_nothing_harm_nobody() {
    let mut rig = rig(&Size::default());
    let a = rig.join();
    rig.allocate(a, Service::DMS, 1);
    rig.send(a, Service::DMS, 1, 5, MODEL, &[]);
    let asked = rig.asked();
    for wrong in [
        Seen { transaction: asked.transaction + 1, ..asked.clone() },
        Seen { id: asked.id + 1, ..asked.clone() },
        Seen { client: 2, ..asked.clone() },
        Seen { service: Service::NAS, ..asked.clone() },
    ] {
        rig.good(&wrong);
        rig.silent(a);
    }
    assert_eq!(rig.proxy.counters().unexpected, 4);
    rig.good(&asked);
    rig.got(a).answers(5, MODEL, ProtocolError::NONE);
    rig.good(&asked);
    rig.silent(a);
    // What is not a modem's, or is nothing.
    rig.modem_says(&frame(Framing::modem(1), Service::DMS, Kind::Request, 1, MODEL, &[]));
    rig.modem_says(&[1, 11, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0]);
    rig.modem_says(&[0xff; 40]);
    rig.modem_says(&[]);
    rig.silent(a);
    assert_eq!((rig.proxy.counters().unexpected, rig.proxy.counters().noise), (5, 4));
    // Bytes behind a frame are none of it.
    rig.send(a, Service::DMS, 1, 6, MODEL, &[]);
    let asked = rig.asked();
    let mut long = frame(Framing::modem(1), Service::DMS, Kind::Response, asked.transaction, MODEL, &[(2, SUCCESS)]);
    long.extend([1, 2, 3]);
    rig.modem_says(&long);
    rig.got(a).answers(6, MODEL, ProtocolError::NONE);
}

#[test]
fn calling_off_names_the_number_that_the_modem_knows() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    for (service, begin, abort) in [
        (Service::WDS, START, wds::abort::Message::ID),
        (Service::NAS, nas::network_scan::Message::ID, nas::abort::Message::ID),
    ] {
        rig.allocate(a, service, 1);
        rig.ask(b, service, 1, SERVING); // so the two have different numbers from here on
        rig.send(b, service, 1, 10, begin, &[]);
        rig.send(a, service, 1, 10, begin, &[]);
        let [other, victim] = [rig.asked.pop_front().unwrap(), rig.asked()];
        rig.send(a, service, 1, 11, abort, &[(0x20, &[9, 9]), (1, &[10, 0])]);
        let asked = rig.asked();
        assert_eq!((asked.tlv(1), asked.tlv(0x20)), (&victim.transaction.to_le_bytes()[..], &[9, 9][..]));
        // What is not under way, or is another one's, cannot be called off.
        rig.send(a, service, 1, 12, abort, &[(1, &[99, 0])]);
        rig.got(a).answers(12, abort, ProtocolError::INVALID_TRANSACTION_ID);
        rig.send(b, service, 1, 13, abort, &[(1, &[11, 0])]);
        rig.got(b).answers(13, abort, ProtocolError::INVALID_TRANSACTION_ID);
        // What says no number goes to the modem, which knows what to say.
        rig.send(a, service, 1, 14, abort, &[]);
        let empty = rig.asked();
        rig.bad(&empty, ProtocolError::MISSING_ARGUMENT);
        rig.got(a).answers(14, abort, ProtocolError::MISSING_ARGUMENT);
        rig.good(&asked);
        rig.got(a).answers(11, abort, ProtocolError::NONE);
        rig.bad(&victim, ProtocolError::ABORTED);
        rig.got(a).answers(10, begin, ProtocolError::ABORTED);
        rig.bad(&other, ProtocolError::CALL_FAILED);
        rig.got(b).answers(10, begin, ProtocolError::CALL_FAILED);
    }
}

#[test]
fn indications_go_to_those_whose_they_are() {
    let mut rig = rig(&Size::default());
    let [a, b, c] = [rig.join(), rig.join(), rig.join()];
    let d = rig.connect(); // has not chosen
    rig.allocate(a, Service::NAS, 1);
    rig.allocate(a, Service::NAS, 2);
    rig.allocate(b, Service::NAS, 3);
    rig.allocate(c, Service::WDS, 1);
    rig.indicate(Service::NAS, 1, SERVING, &[(1, &[5])]);
    assert_eq!(rig.got(a).tlv(1), [5]);
    for n in [b, c, d] {
        rig.silent(n);
    }
    // A broadcast comes once, however many clients a program has.
    for client in [BROADCAST, 0] {
        rig.indicate(Service::NAS, client, SERVING, &[]);
        assert_eq!((rig.got(a).client, rig.got(b).client), (client, client));
        for n in [c, d] {
            rig.silent(n);
        }
    }
    let before = *rig.proxy.counters();
    rig.indicate(Service::NAS, 9, SERVING, &[]);
    rig.indicate(Service::UIM, BROADCAST, 0x32, &[]);
    for n in [a, b, c, d] {
        rig.silent(n);
    }
    assert_eq!(rig.proxy.counters().unwanted, before.unwanted + 2);
    // Of the control service everybody hears.
    rig.indicate(Service::CTL, 0, 0x24, &[(1, &[3, 9])]);
    assert_eq!([a, b, c].map(|n| rig.got(n).id), [0x24; 3]);
    rig.silent(d);
}

#[test]
fn a_restart_makes_all_clients_void_and_everybody_hears_of_it() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::NAS, 1);
    rig.send(a, Service::NAS, 1, 4, SERVING, &[]);
    let lost = rig.asked();
    rig.control(b, 5, VERSIONS, &[]);
    let versions = rig.asked();
    // Byte by byte: QMUX of a modem, control service, indication bit 2, Sync.
    rig.modem_says(&[1, 11, 0, 0x80, 0, 0, 2, 0, 0x27, 0, 0, 0]);
    assert_eq!(rig.restarts, 1);
    rig.programs[a].as_mut().unwrap().inbox.pop_front().unwrap().answers(4, SERVING, ProtocolError::INVALID_CLIENT_ID);
    for n in [a, b] {
        let told = rig.got(n);
        assert_eq!((told.service, told.kind, told.id, told.tlvs.len()), (Service::CTL, Kind::Indication, SYNC, 0));
    }
    // A modem that is starting may still answer what it was asked.
    rig.good(&versions);
    rig.got(b).answers(5, VERSIONS, ProtocolError::NONE);
    rig.good(&lost);
    rig.indicate(Service::NAS, 1, SERVING, &[]);
    rig.silent(a);
    // Nothing is released that the modem does not have any more.
    rig.kill(a);
    rig.pass(Millis::from_secs(1000));
    rig.idle();
    // Somebody else gets the same number, and has it alone.
    rig.allocate(b, Service::NAS, 1);
    rig.ask(b, Service::NAS, 1, SERVING);
}

#[test]
fn a_sync_frees_the_clients_of_its_program_only() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::NAS, 1);
    rig.allocate(b, Service::NAS, 2);
    rig.allocate(a, Service::WDS, 1);
    rig.ask(a, Service::WDS, 1, START); // a session does not help it
    rig.ask(b, Service::WDS, 1, SERVING); // the other one uses that client too
    rig.control(a, 1, SYNC, &[]);
    rig.got(a).answers(1, SYNC, ProtocolError::NONE);
    rig.control(a, 2, VERSIONS, &[]);
    rig.released(Service::NAS, 1);
    let versions = rig.asked();
    assert_eq!(versions.id, VERSIONS, "behind the releases");
    rig.good(&versions);
    rig.got(a).answers(2, VERSIONS, ProtocolError::NONE);
    rig.ask(b, Service::NAS, 2, SERVING);
    rig.ask(b, Service::WDS, 1, SERVING);
    rig.indicate(Service::WDS, 1, STATUS, &[]);
    rig.silent(a);
    assert_eq!(rig.got(b).id, STATUS);
    // One that is alone, and with it no clients but its own, frees also what is unknown here.
    rig.kill(b);
    rig.control(a, 3, SYNC, &[]);
    rig.got(a).answers(3, SYNC, ProtocolError::NONE);
    rig.idle();
    // That session ended, so that the client is kept no longer than others.
    rig.indicate(Service::WDS, 1, STATUS, &[(1, &[1, 0])]);
    rig.pass(GRACE);
    rig.released(Service::NAS, 2);
    rig.released(Service::WDS, 1);
    rig.allocate(a, Service::NAS, 5);
    rig.control(a, 4, SYNC, &[]);
    let asked = rig.asked();
    assert_eq!((asked.id, asked.tlvs.len()), (SYNC, 0));
    rig.good(&asked);
    rig.got(a).answers(4, SYNC, ProtocolError::NONE);
    rig.kill(a);
    rig.pass(Millis::from_secs(1000));
    rig.idle();
}

#[test]
fn a_client_left_behind_is_kept_for_a_while_and_then_released() {
    let mut rig = rig(&Size::default());
    let a = rig.join();
    rig.allocate(a, Service::NAS, 1);
    rig.allocate(a, Service::DMS, 1);
    rig.kill(a);
    rig.pass(Millis(GRACE.0 - 1));
    rig.idle();
    // Another program uses one of them, for ever.
    let b = rig.join();
    rig.ask(b, Service::NAS, 1, SERVING);
    rig.indicate(Service::NAS, 1, SERVING, &[]);
    assert_eq!(rig.got(b).id, SERVING);
    rig.pass(Millis(1));
    rig.released(Service::DMS, 1);
    rig.pass(Millis::from_secs(10_000));
    rig.idle();
    rig.kill(b);
    rig.pass(GRACE);
    rig.released(Service::NAS, 1);
    rig.idle();
    assert_eq!((rig.proxy.counters().released, rig.proxy.counters().leaked), (2, 0));
    // A release that the modem refuses, and one that it does not answer.
    for answered in [true, false] {
        let c = rig.join();
        rig.allocate(c, Service::NAS, 4);
        rig.kill(c);
        rig.pass(GRACE);
        let asked = rig.asked();
        assert!(!rig.proxy.is_tidy());
        if answered {
            rig.bad(&asked, ProtocolError::INTERNAL);
        } else {
            rig.pass(Millis::from_secs(10));
        }
        assert!(rig.proxy.is_tidy());
        rig.idle();
    }
    assert_eq!(rig.proxy.counters().leaked, 2);
}

#[test]
fn a_client_with_an_unanswered_request_is_released_at_once() {
    let mut rig = rig(&Size::default());
    let a = rig.join();
    rig.allocate(a, Service::WDS, 1);
    rig.allocate(a, Service::NAS, 1);
    rig.send(a, Service::WDS, 1, 5, START, &[]);
    let start = rig.asked();
    rig.kill(a);
    rig.settle();
    rig.released(Service::WDS, 1);
    rig.idle();
    rig.good(&start);
    assert_eq!(rig.proxy.counters().swallowed, 1);
    rig.pass(GRACE);
    rig.released(Service::NAS, 1);
    rig.idle();
    // Of one that nobody ever heard of, the same.
    let b = rig.join();
    rig.control(b, 7, ALLOCATE, &[(1, &[1])]);
    let asked = rig.asked();
    rig.kill(b);
    rig.settle();
    rig.idle();
    rig.answer(&asked, &[(2, SUCCESS), (1, &[1, 9])]);
    rig.released(Service::WDS, 9);
    rig.idle();
    // And if its answer comes when its time is over.
    let c = rig.join();
    rig.control(c, 7, ALLOCATE, &[(1, &[1])]);
    let asked = rig.asked();
    rig.pass(Millis::from_secs(300));
    rig.got(c).answers(7, ALLOCATE, ProtocolError::INTERNAL);
    rig.answer(&asked, &[(2, SUCCESS), (1, &[1, 10])]);
    rig.released(Service::WDS, 10);
    // But an answer that comes twice frees nothing that is somebody's.
    rig.control(c, 7, ALLOCATE, &[(1, &[1])]);
    let asked = rig.asked();
    for _ in 0..2 {
        rig.answer(&asked, &[(2, SUCCESS), (1, &[1, 11])]);
    }
    rig.got(c).answers(7, ALLOCATE, ProtocolError::NONE);
    rig.idle();
}

#[test]
fn a_request_that_the_proxy_still_holds_counts_as_unanswered() {
    // Each program has one place, so that the second request is held.
    let mut rig = rig(&Size { programs: 1, pending: 2, ..Size::default() });
    let a = rig.join();
    for client in [1, 2, 3] {
        rig.allocate(a, Service::NAS, client);
    }
    rig.send(a, Service::NAS, 1, 5, 0x20, &[]);
    let first = rig.asked();
    rig.send(a, Service::NAS, 2, 6, 0x20, &[]);
    rig.idle();
    rig.kill(a);
    rig.settle();
    let mut released = Vec::new();
    for _ in 0..2 {
        let asked = rig.asked();
        released.push(asked.tlv(1).to_vec());
        rig.good(&asked);
    }
    released.sort();
    assert_eq!(released, [[3, 1], [3, 2]]);
    rig.good(&first);
    // What it was about to release is released.
    let b = rig.join();
    rig.allocate(b, Service::NAS, 4);
    rig.send(b, Service::NAS, 3, 5, 0x20, &[]);
    let first = rig.asked();
    rig.control(b, 9, RELEASE, &[(1, &[3, 4])]);
    rig.idle();
    rig.kill(b);
    rig.good(&first);
    rig.settle();
    let mut released = Vec::new();
    while let Some(asked) = rig.asked.pop_front() {
        released.push(asked.tlv(1).to_vec());
        rig.good(&asked);
    }
    released.sort();
    assert_eq!(released, [[3, 3], [3, 4]]);
    rig.idle();
}

#[test]
fn a_data_session_outlives_the_program_that_began_it() {
    let mut rig = rig(&Size::default());
    let a = rig.join();
    for client in [1, 2, 3] {
        rig.allocate(a, Service::WDS, client);
        rig.ask(a, Service::WDS, client, START);
    }
    rig.ask(a, Service::WDS, 3, STOP);
    rig.kill(a);
    rig.pass(Millis::from_secs(100_000));
    rig.released(Service::WDS, 3);
    rig.idle();
    // One ends by itself; the network may suspend it before.
    rig.indicate(Service::WDS, 1, STATUS, &[(1, &[3, 0])]);
    rig.indicate(Service::WDS, 1, STATUS, &[(1, &[1, 0])]);
    rig.pass(Millis(GRACE.0 - 1));
    rig.idle();
    rig.pass(Millis(1));
    rig.released(Service::WDS, 1);
    rig.idle();
    // The other one is ended by the next program.
    let b = rig.join();
    rig.ask(b, Service::WDS, 2, STOP);
    rig.kill(b);
    rig.pass(GRACE);
    rig.released(Service::WDS, 2);
    rig.idle();
}

#[test]
fn a_release_is_for_the_program_that_asks() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::NAS, 1);
    rig.ask(b, Service::NAS, 1, SERVING);
    rig.control(b, 3, RELEASE, &[(1, &[3, 1])]);
    let got = rig.got(b);
    got.answers(3, RELEASE, ProtocolError::NONE);
    assert_eq!(got.tlv(1), [3, 1]);
    rig.idle();
    assert_eq!(rig.proxy.counters().kept, 1);
    rig.indicate(Service::NAS, 1, SERVING, &[]);
    assert_eq!(rig.got(a).id, SERVING);
    rig.silent(b);
    // Now it is that of one only. An answer that comes behind the release does not make it known again.
    rig.send(a, Service::NAS, 1, 4, SERVING, &[]);
    let late = rig.asked();
    rig.control(a, 5, RELEASE, &[(1, &[3, 1])]);
    let asked = rig.asked();
    assert_eq!((asked.id, asked.tlv(1)), (RELEASE, &[3, 1][..]));
    rig.answer(&asked, &[(2, SUCCESS), (1, &[3, 1])]);
    rig.got(a).answers(5, RELEASE, ProtocolError::NONE);
    rig.good(&late);
    rig.got(a).answers(4, SERVING, ProtocolError::NONE);
    rig.kill(a);
    rig.pass(GRACE);
    rig.idle();
    // If the modem cannot, the client is nobody's.
    rig.allocate(b, Service::NAS, 2);
    rig.control(b, 6, RELEASE, &[(1, &[3, 2])]);
    let asked = rig.asked();
    rig.bad(&asked, ProtocolError::INTERNAL);
    rig.got(b).answers(6, RELEASE, ProtocolError::INTERNAL);
    rig.pass(GRACE);
    rig.released(Service::NAS, 2);
    // One that was never heard of goes to the modem.
    rig.control(b, 7, RELEASE, &[(1, &[3, 200])]);
    let asked = rig.asked();
    rig.bad(&asked, ProtocolError::INVALID_CLIENT_ID);
    rig.got(b).answers(7, RELEASE, ProtocolError::INVALID_CLIENT_ID);
    rig.pass(GRACE);
    rig.idle();
    // A program that leaves before its release is sent has not released anything.
    let mut rig = self::rig(&Size { pending: 2, ..Size::default() });
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::NAS, 1);
    rig.control(b, 1, VERSIONS, &[]);
    let versions = rig.asked();
    rig.control(a, 2, RELEASE, &[(1, &[3, 1])]);
    rig.idle();
    rig.kill(a);
    rig.good(&versions);
    rig.pass(GRACE);
    rig.released(Service::NAS, 1);
}

#[test]
fn a_client_that_the_modem_does_not_know_is_nobodys() {
    let mut rig = rig(&Size::default());
    let a = rig.join();
    rig.send(a, Service::NAS, 8, 1, SERVING, &[]);
    let asked = rig.asked();
    rig.bad(&asked, ProtocolError::INVALID_CLIENT_ID);
    rig.got(a).answers(1, SERVING, ProtocolError::INVALID_CLIENT_ID);
    rig.indicate(Service::NAS, 8, SERVING, &[]);
    rig.silent(a);
    for client in [0, BROADCAST] {
        rig.send(a, Service::NAS, client, 2, SERVING, &[]);
        rig.got(a).answers(2, SERVING, ProtocolError::INVALID_CLIENT_ID);
    }
    rig.offer(a, &frame(Framing::host(3), Service::CTL, Kind::Request, 3, VERSIONS, &[])).unwrap();
    rig.got(a).answers(3, VERSIONS, ProtocolError::INVALID_CLIENT_ID);
    rig.idle();
    // One that the modem has taken away is not released again.
    rig.allocate(a, Service::NAS, 1);
    rig.send(a, Service::NAS, 1, 4, SERVING, &[]);
    let asked = rig.asked();
    rig.bad(&asked, ProtocolError::INVALID_CLIENT_ID);
    rig.got(a).answers(4, SERVING, ProtocolError::INVALID_CLIENT_ID);
    rig.kill(a);
    rig.pass(GRACE);
    rig.idle();
}

#[test]
fn a_modem_without_clients_gets_those_back_that_nobody_has() {
    let mut rig = rig(&Size::default());
    let a = rig.join();
    rig.allocate(a, Service::NAS, 1);
    rig.allocate(a, Service::DMS, 1);
    rig.allocate(a, Service::NAS, 2);
    rig.kill(a);
    let b = rig.join();
    rig.ask(b, Service::NAS, 2, SERVING);
    rig.control(b, 1, ALLOCATE, &[(1, &[3])]);
    let asked = rig.asked();
    rig.bad(&asked, ProtocolError::CLIENT_IDS_EXHAUSTED);
    rig.got(b).answers(1, ALLOCATE, ProtocolError::CLIENT_IDS_EXHAUSTED);
    rig.released(Service::NAS, 1);
    rig.idle();
    rig.allocate(b, Service::NAS, 1);
}

#[test]
fn no_more_clients_than_can_be_kept_in_mind() {
    let mut rig = rig(&Size { clients: 2, ..Size::default() });
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::NAS, 1);
    rig.control(a, 1, ALLOCATE, &[(1, &[3])]);
    let asked = rig.asked();
    rig.control(b, 1, ALLOCATE, &[(1, &[3])]);
    rig.got(b).answers(1, ALLOCATE, ProtocolError::CLIENT_IDS_EXHAUSTED);
    rig.idle();
    rig.answer(&asked, &[(2, SUCCESS), (1, &[3, 2])]);
    rig.got(a).answers(1, ALLOCATE, ProtocolError::NONE);
    // One more that uses what it did not allocate can do so, but hears no indications.
    rig.ask(b, Service::NAS, 2, SERVING);
    rig.indicate(Service::NAS, 2, SERVING, &[]);
    assert_eq!(rig.got(a).id, SERVING);
    rig.silent(b);
    assert_eq!(rig.proxy.counters().untracked, 2);
}

#[test]
fn wide_services_are_for_those_who_can() {
    let service = Service::IMSDCM;
    assert_eq!(service, Service(0x302));
    let wide = [(1, &[2_u8, 3][..])];
    let (allocate, release) =
        (ctl::internal_allocate_cid_qrtr::Message::ID, ctl::internal_release_cid_qrtr::Message::ID);
    let mut rig = rig(&Size::default());
    let a = rig.join();
    rig.control(a, 1, allocate, &wide);
    rig.got(a).answers(1, allocate, ProtocolError::NOT_SUPPORTED);
    rig.control(a, 2, release, &[(1, &[2, 3, 1])]);
    rig.got(a).answers(2, release, ProtocolError::NOT_SUPPORTED);
    rig.send(a, service, 1, 3, 0x20, &[]);
    let got = rig.got(a);
    got.answers(3, 0x20, ProtocolError::NOT_SUPPORTED);
    assert_eq!((got.framing, got.service), (Framing::Wide { client: 1 }, service));
    rig.idle();
    let mut config = Config::default();
    config.wide = true;
    let mut rig = self::rig(&Size { config, ..Size::default() });
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(b, Service::DMS, 1); // the same low bits and number
    rig.control(a, 1, allocate, &wide);
    let asked = rig.asked();
    rig.answer(&asked, &[(2, SUCCESS), (1, &[2, 3, 1])]);
    assert_eq!(rig.got(a).tlv(1), [2, 3, 1]);
    rig.ask(a, service, 1, 0x20);
    rig.indicate(service, 1, 0x20, &[]);
    assert_eq!(rig.got(a).service, service);
    rig.silent(b);
    rig.indicate(Service::DMS, 1, 1, &[]);
    assert_eq!(rig.got(b).service, Service::DMS);
    rig.silent(a);
    rig.kill(a);
    rig.pass(GRACE);
    let asked = rig.asked();
    assert_eq!((asked.id, asked.tlv(1)), (release, &[2, 3, 1][..]));
    rig.answer(&asked, &[(2, SUCCESS), (1, &[2, 3, 1])]);
    assert!(rig.proxy.is_tidy());
}

#[test]
fn what_is_no_message_ends_the_connection() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    // Lengths that contradict each other.
    rig.offer(a, &[1, 11, 0, 0, 0, 0, 0, 1, 0x27, 0, 9, 0]).unwrap();
    assert_eq!(rig.garbage, [rig.id(a)]);
    rig.offer(b, b"GET / HTTP/1.1").unwrap();
    assert_eq!(rig.garbage, [rig.id(a), rig.id(b)]);
    // Answers and indications are not a program's to send, but harmless.
    rig.offer(b, &frame(Framing::host(1), Service::NAS, Kind::Response, 1, SERVING, &[])).unwrap();
    rig.offer(b, &frame(Framing::host(1), Service::NAS, Kind::Indication, 1, SERVING, &[])).unwrap();
    assert_eq!(rig.garbage.len(), 2);
    rig.idle();
    rig.silent(b);
    assert_eq!(rig.proxy.counters().malformed, 4);
    // Too long to be kept.
    rig.send(b, Service::NAS, 1, 9, SERVING, &[(0x10, &[0; 600])]);
    rig.got(b).answers(9, SERVING, ProtocolError::NO_MEMORY);
    assert_eq!(rig.proxy.counters().too_long, 1);
    // Who is gone is gone.
    let gone = rig.id(a);
    rig.kill(a);
    assert_eq!(rig.proxy.program_receive(gone, &[]), Err(Refused::Disconnected));
    assert!(!rig.proxy.is_ready(gone));
    let c = rig.connect();
    assert_eq!(rig.id(c).index(), gone.index());
    assert_ne!(rig.id(c), gone);
    rig.proxy.disconnect(rig.now, gone);
    assert_eq!(rig.proxy.programs().count(), 2);
}

#[test]
fn a_program_that_fetches_nothing_costs_the_others_nothing() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::NAS, 1);
    rig.allocate(b, Service::NAS, 2);
    let slow = rig.id(a);
    let broadcast = frame(Framing::modem(BROADCAST), Service::NAS, Kind::Indication, 0, SERVING, &[(1, &[7; 180])]);
    let mut heard = 0;
    for _ in 0..20 {
        rig.proxy.modem_receive(rig.now, &broadcast);
        while let Some((id, _)) = rig.proxy.transmit_program(|program| program != slow) {
            assert_ne!(id, slow);
            heard += 1;
        }
    }
    assert_eq!(heard, 20);
    assert!(!rig.proxy.is_ready(slow), "it is to read before it asks again");
    // 2048 bytes hold ten of 196.
    assert_eq!((rig.proxy.lost(slow), rig.proxy.counters().lost), (10, 10));
    assert_eq!(rig.proxy.next_event(), Some(Event::Stuck(slow)));
    assert_eq!(rig.proxy.next_event(), None);
    rig.settle();
    assert_eq!(rig.programs[a].as_ref().unwrap().inbox.len(), 10);
    // An answer too long for it becomes an error.
    rig.programs[a].as_mut().unwrap().inbox.clear();
    rig.send(a, Service::NAS, 1, 3, SERVING, &[]);
    let asked = rig.asked();
    rig.answer(&asked, &[(2, SUCCESS), (0x10, &[0; 2100])]);
    rig.got(a).answers(3, SERVING, ProtocolError::NO_MEMORY);
}

#[test]
fn each_program_has_its_share_of_the_modem() {
    let mut rig = rig(&Size { programs: 2, pending: 7, ..Size::default() });
    let [a, b] = [rig.join(), rig.join()];
    for transaction in 1..=3 {
        rig.send(a, Service::NAS, 1, transaction, SERVING, &[]);
    }
    let first = rig.asked[0].clone();
    assert_eq!(rig.asked.len(), 3);
    rig.asked.clear();
    rig.send(a, Service::NAS, 1, 4, SERVING, &[]);
    rig.idle();
    let more = frame(Framing::host(1), Service::NAS, Kind::Request, 5, SERVING, &[]);
    assert_eq!(rig.offer(a, &more), Err(Refused::NotReady));
    assert_eq!(rig.proxy.counters().not_ready, 1);
    rig.ask(b, Service::NAS, 2, SERVING);
    // Its next one goes when one of its own is answered.
    rig.good(&first);
    rig.got(a).answers(1, SERVING, ProtocolError::NONE);
    let asked = rig.asked();
    assert_eq!(asked.client, 1);
    // Who takes its place inherits what is under way there, until it is answered or its time is over.
    rig.kill(a);
    rig.settle();
    rig.released(Service::NAS, 1);
    let c = rig.join();
    rig.send(c, Service::NAS, 1, 1, SERVING, &[]);
    rig.idle();
    rig.pass(Millis::from_secs(300));
    assert_eq!(rig.asked().client, 1);
    rig.silent(c);
    // A number that is used again ends the wait for the older answer.
    rig.send(c, Service::NAS, 1, 1, SERVING, &[]);
    let newer = rig.asked();
    rig.good(&newer);
    rig.got(c).answers(1, SERVING, ProtocolError::NONE);
}

#[test]
fn who_is_not_answered_is_told_so() {
    let mut rig = rig(&Size::default());
    let [a, b] = [rig.join(), rig.join()];
    rig.allocate(a, Service::NAS, 1);
    rig.send(a, Service::NAS, 1, 3, SERVING, &[]);
    let asked = rig.asked();
    rig.pass(Millis(299_999));
    rig.silent(a);
    rig.pass(Millis(1));
    rig.got(a).answers(3, SERVING, ProtocolError::INTERNAL);
    rig.good(&asked);
    rig.silent(a);
    assert_eq!((rig.proxy.counters().failed, rig.proxy.counters().unexpected), (1, 1));
    // The modem is unplugged.
    rig.send(a, Service::NAS, 1, 4, SERVING, &[]);
    rig.control(b, 5, VERSIONS, &[]);
    rig.asked.clear();
    rig.proxy.modem_gone();
    rig.settle();
    rig.got(a).answers(4, SERVING, ProtocolError::INTERNAL);
    rig.got(b).answers(5, VERSIONS, ProtocolError::INTERNAL);
    rig.control(b, 6, VERSIONS, &[]);
    rig.got(b).answers(6, VERSIONS, ProtocolError::INVALID_OPERATION);
    rig.idle();
}

#[test]
fn a_proxy_that_ends_releases_what_nobody_has() {
    let mut rig = rig(&Size::default());
    let a = rig.join();
    rig.allocate(a, Service::WDS, 1);
    rig.ask(a, Service::WDS, 1, START);
    rig.allocate(a, Service::NAS, 1);
    rig.allocate(a, Service::DMS, 1);
    rig.kill(a);
    assert!(rig.proxy.is_tidy());
    rig.proxy.tidy();
    assert!(!rig.proxy.is_tidy());
    rig.settle();
    rig.released(Service::NAS, 1);
    rig.released(Service::DMS, 1);
    assert!(rig.proxy.is_tidy());
    rig.idle();
    // Those that are kept for ever are.
    let mut config = Config::default();
    config.grace = None;
    let mut rig = self::rig(&Size { config, ..Size::default() });
    let a = rig.join();
    rig.allocate(a, Service::NAS, 1);
    rig.kill(a);
    rig.pass(Millis::from_secs(1_000_000));
    rig.proxy.tidy();
    rig.settle();
    rig.idle();
    assert!(rig.proxy.is_tidy());
}

/// A modem with clients, that answers in any order.
#[derive(Default)]
struct Modem {
    clients: BTreeMap<(u16, u8), u16>,
    todo: Vec<Seen>,
}

impl Modem {
    /// Answers a request: whether it has the client, and what the request said.
    fn answer(&mut self, rig: &mut Rig, asked: &Seen) {
        let error = |error: ProtocolError| [&[1, 0][..], &error.0.to_le_bytes()].concat();
        if asked.service != Service::CTL {
            let known = self.clients.contains_key(&(asked.service.0, asked.client));
            let verdict = if known { SUCCESS.to_vec() } else { error(ProtocolError::INVALID_CLIENT_ID) };
            return rig.answer(asked, &[(2, &verdict), (0x10, asked.tlv(0x10))]);
        }
        match asked.id {
            ALLOCATE => {
                let service = u16::from(asked.tlv(1)[0]);
                match (1..5).find(|client| !self.clients.contains_key(&(service, *client))) {
                    Some(client) => {
                        self.clients.insert((service, client), asked.transaction);
                        rig.answer(asked, &[(2, SUCCESS), (1, &[service as u8, client])]);
                    }
                    None => rig.answer(asked, &[(2, &error(ProtocolError::CLIENT_IDS_EXHAUSTED))]),
                }
            }
            RELEASE => {
                let (service, client) = (asked.tlv(1)[0], asked.tlv(1)[1]);
                let verdict = match self.clients.remove(&(u16::from(service), client)) {
                    Some(_) => SUCCESS.to_vec(),
                    None => error(ProtocolError::INVALID_CLIENT_ID),
                };
                rig.answer(asked, &[(2, &verdict), (1, &[service, client])]);
            }
            SYNC => {
                self.clients.clear();
                rig.good(asked);
            }
            id => panic!("the modem is asked {id:#x}"),
        }
    }
}

#[test]
fn whatever_programs_do_nothing_is_mixed_up_and_nothing_leaks() {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |limit: u64| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 11) % limit
    };
    for _ in 0..300 {
        let mut rig = rig(&Size { pending: 9, clients: 12, ..Size::default() });
        let mut modem = Modem::default();
        let mut programs: Vec<usize> = Vec::new();
        // What each program waits for: transaction, and what it has said.
        let mut waiting: BTreeMap<usize, BTreeMap<u16, Vec<u8>>> = BTreeMap::new();
        let mut told: BTreeMap<usize, Vec<(u8, u8)>> = BTreeMap::new();
        let mut serial = 0_u16;
        for _ in 0..120 {
            match random(12) {
                0 | 1 if programs.len() < 5 => programs.push(rig.join()),
                2 if !programs.is_empty() => {
                    let n = programs.remove(random(programs.len() as u64) as usize);
                    rig.kill(n);
                    rig.settle();
                }
                3..8 if !programs.is_empty() => {
                    let n = programs[random(programs.len() as u64) as usize];
                    if !rig.proxy.is_ready(rig.id(n)) {
                        continue;
                    }
                    serial = serial % 250 + 1;
                    let mine = told.entry(n).or_default();
                    let (service, client) = match mine.len() {
                        0 => (1 + random(2) as u8, 1 + random(4) as u8),
                        len => mine[random(len as u64) as usize],
                    };
                    let said = [n as u8, serial as u8, random(256) as u8].to_vec();
                    waiting.entry(n).or_default().insert(serial, said.clone());
                    match random(8) {
                        0..3 => rig.control(n, serial, ALLOCATE, &[(1, &[1 + random(2) as u8])]),
                        // Of what it was told; whoever releases what may just be another's asks for trouble.
                        3 if !mine.is_empty() => {
                            mine.retain(|known| *known != (service, client));
                            rig.control(n, serial, RELEASE, &[(1, &[service, client])]);
                        }
                        4 if waiting[&n].len() == 1 => {
                            mine.clear();
                            rig.control(n, serial, SYNC, &[]);
                        }
                        _ => rig.send(n, Service(u16::from(service)), client, serial, SERVING, &[(0x10, &said)]),
                    }
                }
                8..11 if !modem.todo.is_empty() => {
                    // The control service answers in order, as modems do; the others do not.
                    let control = modem.todo.iter().position(|asked| asked.service == Service::CTL).unwrap_or(0);
                    let n = if random(2) == 0 { control } else { random(modem.todo.len() as u64) as usize };
                    let n = if modem.todo[n].service == Service::CTL { control } else { n };
                    let asked = modem.todo.remove(n);
                    modem.answer(&mut rig, &asked);
                }
                _ => rig.pass(Millis(random(20_000) as u32)),
            }
            modem.todo.extend(rig.asked.drain(..));
            for (n, program) in rig.programs.iter_mut().enumerate() {
                for got in program.iter_mut().flat_map(|program| program.inbox.drain(..)) {
                    let said = waiting.get_mut(&n).and_then(|waiting| waiting.remove(&got.transaction));
                    let said = said.unwrap_or_else(|| panic!("{n} did not ask: {got:x?}"));
                    if got.service != Service::CTL && got.error() != ProtocolError::INTERNAL {
                        assert_eq!(got.tlv(0x10), said);
                    } else if got.id == ALLOCATE && got.error() == ProtocolError::NONE {
                        told.entry(n).or_default().push((got.tlv(1)[0], got.tlv(1)[1]));
                    }
                }
            }
            // What a program was told that it has, and did not give back, the modem still has, or is about to hear of.
            let mine: BTreeSet<(u8, u8)> = told
                .iter()
                .filter(|(n, _)| programs.contains(n))
                .flat_map(|(_, clients)| clients.iter().copied())
                .collect();
            for (service, client) in mine {
                let known = modem.clients.contains_key(&(u16::from(service), client));
                let released = told.values().flatten().filter(|one| **one == (service, client)).count() > 1;
                assert!(known || released, "{service} {client} was taken from a program that has it");
            }
        }
        for n in programs {
            rig.kill(n);
        }
        for _ in 0..20 {
            rig.settle();
            modem.todo.extend(rig.asked.drain(..));
            for asked in core::mem::take(&mut modem.todo) {
                modem.answer(&mut rig, &asked);
            }
            rig.pass(GRACE);
        }
        assert!(modem.clients.is_empty(), "{:?}", modem.clients);
        assert_eq!(rig.proxy.poll_at(), Instant::FAR, "nothing is left to be done");
    }
}

/// Our host, the proxy, our function and the modem behind it, together.
#[cfg(feature = "device")]
mod whole {
    use core::cell::RefCell;

    use embedded_io::ErrorKind;
    use wwan::channel::blocking::MessageChannel;
    use wwan::client::qmi::blocking::Client as Host;
    use wwan::client::qmi::{ConnectRequest, Memory as HostMemory, Selection};
    use wwan::device::modem::{Modem, Setup};
    use wwan::device::qmi::{Config as FunctionConfig, Function, Memory as FunctionMemory};
    use wwan::session::qmi::{self as session, ClientSlot, Slot};

    use super::*;

    struct World {
        proxy: Proxy<'static>,
        function: Function<'static>,
        modem: Modem,
        now: Instant,
        inboxes: BTreeMap<usize, VecDeque<Vec<u8>>>,
    }

    impl World {
        fn pump(&mut self) {
            for _ in 0..1000 {
                let mut moved = false;
                while let Some(event) = self.proxy.next_event() {
                    if let Event::Open { program, path, .. } = event {
                        let ours = path == DEVICE.as_bytes();
                        self.proxy.open(program, if ours { Ok(()) } else { Err(ProtocolError::INTERFACE_NOT_FOUND) });
                    }
                }
                while let Some(frame) = self.proxy.transmit_modem(self.now) {
                    moved = true;
                    self.function.receive(self.now, &mut self.modem, frame);
                }
                while let Some(frame) = self.function.transmit(self.now, &mut self.modem) {
                    moved = true;
                    self.proxy.modem_receive(self.now, frame);
                }
                while let Some((program, frame)) = self.proxy.transmit_program(|_| true) {
                    moved = true;
                    self.inboxes.entry(program.index()).or_default().push_back(frame.to_vec());
                }
                if !moved {
                    return;
                }
            }
            panic!("it never settles");
        }

        /// Lets time pass, up to `end` or the next thing that happens by itself.
        fn pass(&mut self, end: Instant) {
            let next = self.function.poll_at(&self.modem).unwrap_or(Instant::FAR).min(self.proxy.poll_at());
            self.now = next.clamp(self.now, end.max(self.now));
            self.proxy.expire(self.now);
            self.pump();
        }

        fn pass_until(&mut self, end: Instant) {
            while self.now < end {
                // What is due now is done now.
                let before = self.now;
                self.pass(end);
                self.now = self.now.max(Instant(before.0 + 1));
            }
        }

        fn clients(&self) -> usize {
            self.function.clients().filter(|(service, _)| *service != Service::CTL).count()
        }
    }

    /// A program's end of its connection.
    struct End<'w>(&'w RefCell<World>, ProgramId);

    impl MessageChannel for End<'_> {
        type Error = ErrorKind;

        fn send(&mut self, message: &[u8]) -> Result<(), ErrorKind> {
            let mut world = self.0.borrow_mut();
            world.proxy.program_receive(self.1, message).unwrap();
            world.pump();
            Ok(())
        }

        fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, ErrorKind> {
            let mut world = self.0.borrow_mut();
            loop {
                world.pump();
                if let Some(frame) = world.inboxes.entry(self.1.index()).or_default().pop_front() {
                    buf[..frame.len()].copy_from_slice(&frame);
                    return Ok(Some(frame.len()));
                }
                if world.now >= deadline {
                    return Ok(None);
                }
                let before = world.now;
                world.pass(deadline);
                world.now = world.now.max(Instant(before.0 + 1));
            }
        }

        fn max_message(&self) -> usize {
            4096
        }

        fn now(&self) -> Instant {
            self.0.borrow().now
        }
    }

    impl Drop for End<'_> {
        fn drop(&mut self) {
            let mut world = self.0.borrow_mut();
            let now = world.now;
            world.proxy.disconnect(now, self.1);
            world.inboxes.remove(&self.1.index());
            world.pump();
        }
    }

    fn host(world: &RefCell<World>) -> Host<'static, End<'_>> {
        let id = world.borrow_mut().proxy.connect().unwrap();
        let memory = HostMemory {
            transfer: leak(0, 4096),
            indications: leak(0, 4096),
            session: session::Memory {
                slots: Box::leak(Box::new([Slot::FREE; 4])),
                clients: Box::leak(Box::new([ClientSlot::FREE; 8])),
                request: leak(0, 1024),
            },
        };
        let mut host = Host::new(End(world, id), session::Config::default(), memory);
        assert!(host.open_proxy("/dev/other", Millis::from_secs(5)).is_err(), "told so, not hung up on");
        host.open_proxy(DEVICE, Millis::from_secs(5)).unwrap();
        host.open().unwrap();
        host
    }

    #[test]
    fn a_session_goes_from_host_to_host() {
        let rig = rig(&Size { out: 16384, request: 2048, ..Size::default() });
        let memory = FunctionMemory { out: leak(0, 16384) };
        let world = RefCell::new(World {
            proxy: rig.proxy,
            function: Function::new(FunctionConfig::default(), memory),
            modem: Modem::new(Instant(0), Setup::default()),
            now: Instant(0),
            inboxes: BTreeMap::new(),
        });
        let mut first = host(&world);
        first.register(Selection::Automatic, Millis::from_secs(60)).unwrap();
        let request = ConnectRequest { apn: "internet", ip_type: Default::default(), ..ConnectRequest::default() };
        let _ = first.connect(&request).unwrap();
        let owned: Vec<_> = first.clients().collect();
        let in_use = world.borrow().clients();
        assert!(in_use > 1 && owned.len() == in_use, "{owned:?}");
        // It crashes. All that it had is released but for the clients with a session.
        drop(first);
        let end = world.borrow().now + Millis::from_secs(1000);
        world.borrow_mut().pass_until(end);
        let sessions: Vec<_> = world.borrow().function.clients().collect();
        assert!(!sessions.is_empty() && sessions.iter().all(|(service, _)| *service == Service::WDS), "{sessions:?}");
        // The next one takes them over from its record, and ends them.
        let mut second = host(&world);
        for owned in owned.into_iter().filter(|owned| owned.service == Service::WDS) {
            second.adopt(owned).unwrap();
        }
        second.disconnect(0).unwrap();
        second.close().unwrap();
        drop(second);
        let end = world.borrow().now + Millis::from_secs(1000);
        world.borrow_mut().pass_until(end);
        let world = world.borrow();
        assert_eq!(world.clients(), 0, "{:?}", world.function.clients().collect::<Vec<_>>());
        assert_eq!((world.proxy.counters().leaked, world.proxy.counters().failed), (0, 0));
    }
}
