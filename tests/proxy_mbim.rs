//! The MBIM proxy between programs and a function, all in memory and in virtual time: what each sees on its own wire.
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
#![cfg(feature = "mbim")]

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use mbim_wire::field::{Empty, Raw};
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{self, Body, CommandType, Fragment, MessageType, Transfer};
use mbim_wire::service::basic_connect::{
    BASIC_CONNECT, DeviceCaps, DeviceServiceSubscribeList, DeviceServiceSubscribeListInfo,
    DeviceServiceSubscribeListSetView, EventEntry, RadioState, SignalState,
};
use mbim_wire::service::ms_basic_connect_extensions::{self as extensions, VersionInfo};
use mbim_wire::service::proxy_control::{
    Configuration, ConfigurationSet, PROXY_CONTROL, Version, VersionNotification, VersionNotificationView,
};
use mbim_wire::service::{qdu, sms};
use mbim_wire::subscription::{STANDARD_SERVICES, Subscription};
use mbim_wire::{Command, Encode, ProtocolError, Status, Uuid, View};
use wwan::channel::blocking::MessageChannel as _;
use wwan::channel::{Clock as _, Pipe, VirtualClock};
use wwan::client::Async;
use wwan::client::mbim::{self as client, Client, Error};
use wwan::proxy::mbim::{Config, Connection, Event, Memory, Pending, Proxy};
use wwan::proxy::{ProgramId, Refused};
use wwan::session::mbim as session;
use wwan::time::{Instant, Millis};

/// The device that the proxy serves, and a symbolic link to it.
const DEVICE: &str = "/dev/cdc-wdm0";
const LINK: &str = "/dev/modem";
/// A service that nobody knows.
const VENDOR: Uuid = Uuid([0x77; 16]);
const OTHER_VENDOR: Uuid = Uuid([0x78; 16]);

fn leak<T: Clone>(item: T, len: usize) -> &'static mut [T] {
    Box::leak(vec![item; len].into_boxed_slice())
}

/// A message that was put together from its transfers.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Message {
    kind: MessageType,
    id: u32,
    /// Behind the header, or behind the fragment header.
    rest: Vec<u8>,
}

impl Message {
    fn word(&self) -> u32 {
        u32::from_le_bytes(self.rest[..4].try_into().unwrap())
    }

    fn done(&self) -> message::CommandDone<'_> {
        assert_eq!(self.kind, MessageType::COMMAND_DONE, "{self:x?}");
        message::CommandDone::parse(&self.rest).unwrap()
    }

    fn indication(&self) -> message::IndicateStatus<'_> {
        assert_eq!((self.kind, self.id), (MessageType::INDICATE_STATUS, 0), "{self:x?}");
        message::IndicateStatus::parse(&self.rest).unwrap()
    }

    fn is_error(&self, id: u32, error: ProtocolError) -> bool {
        (self.kind, self.id) == (MessageType::FUNCTION_ERROR, id) && self.word() == error.0
    }
}

/// Puts messages together, by rules stricter than any real end's: nothing may come between two fragments.
#[derive(Default)]
struct Reader {
    longest: usize,
    partial: Option<(Message, u32, u32)>,
}

impl Reader {
    fn read(&mut self, bytes: &[u8]) -> Option<Message> {
        let transfer = Transfer::parse(bytes).unwrap();
        assert_eq!(transfer.length, bytes.len(), "one message a transfer");
        self.longest = self.longest.max(bytes.len());
        let (kind, id) = (transfer.kind(), transfer.transaction_id);
        let (Body::Command(fragment) | Body::CommandDone(fragment) | Body::IndicateStatus(fragment)) = transfer.body
        else {
            assert!(self.partial.is_none(), "between fragments");
            return Some(Message { kind, id, rest: bytes[12..].to_vec() });
        };
        let Fragment { total, current, payload, .. } = fragment;
        let (mut message, next) = match self.partial.take() {
            Some((message, before, next)) => {
                assert_eq!((message.kind, message.id, before), (kind, id, total), "between fragments");
                (message, next)
            }
            None => (Message { kind, id, rest: Vec::new() }, 0),
        };
        assert_eq!(current, next, "fragments in order");
        message.rest.extend_from_slice(payload);
        if current + 1 == total {
            return Some(message);
        }
        self.partial = Some((message, total, current + 1));
        None
    }
}

fn written(write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], mbim_wire::EncodeError>) -> Vec<u8> {
    let mut buffer = vec![0; 16384];
    let length = write(&mut buffer).unwrap().len();
    buffer.truncate(length);
    buffer
}

fn cut(mut message: Vec<u8>, limit: usize) -> Vec<Vec<u8>> {
    let mut splitter = Splitter::new(&message, limit);
    let mut transfers = Vec::new();
    while let Some(transfer) = splitter.next(&mut message) {
        transfers.push(transfer.to_vec());
    }
    transfers
}

/// A command at the function.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Asked {
    id: u32,
    service: Uuid,
    cid: u32,
    kind: CommandType,
    body: Vec<u8>,
}

/// The function's end of the wire.
struct Function {
    reader: Reader,
    /// Largest transfer that the host has asked for.
    limit: usize,
    opens: u32,
    closes: u32,
    /// Answers nothing.
    mute: bool,
    /// Answers commands of the proxy's own as they come.
    helpful: bool,
    /// Lists of subscriptions that came, as they were.
    lists: Vec<Vec<u8>>,
    /// Commands to be answered by hand.
    asked: VecDeque<Asked>,
    /// Transaction ids in use.
    busy: BTreeSet<u32>,
    /// Host errors that came.
    complaints: Vec<(u32, u32)>,
    out: VecDeque<Vec<u8>>,
}

impl Function {
    fn take(&mut self, transfer: &[u8]) {
        let Some(message) = self.reader.read(transfer) else {
            return;
        };
        let id = message.id;
        assert_ne!(id, 0);
        if self.mute {
            return;
        }
        match message.kind {
            MessageType::OPEN => {
                self.opens += 1;
                self.limit = message.word() as usize;
                self.asked.clear();
                self.busy.clear();
                self.say(written(|b| message::write_open_done(b, id, Status::SUCCESS)));
            }
            MessageType::CLOSE => {
                self.closes += 1;
                self.say(written(|b| message::write_close_done(b, id, Status::SUCCESS)));
            }
            MessageType::COMMAND => {
                assert!(self.busy.insert(id), "transaction {id} is in use");
                let command = message::CommandMessage::parse(&message.rest).unwrap();
                assert_ne!(command.service, PROXY_CONTROL, "that is the proxy's business");
                let (service, cid, kind) = (command.service, command.cid, command.kind);
                let asked = Asked { id, service, cid, kind, body: command.body.to_vec() };
                if self.helpful && (service, cid) == (BASIC_CONNECT, DeviceServiceSubscribeList::CID) {
                    self.lists.push(asked.body.clone());
                    self.answer(&asked, Status::SUCCESS, &asked.body);
                } else if self.helpful && (service, cid) == (BASIC_CONNECT, DeviceCaps::CID) {
                    self.answer(&asked, Status::SUCCESS, &[0; 64]);
                } else {
                    self.asked.push_back(asked);
                }
            }
            MessageType::HOST_ERROR => self.complaints.push((id, message.word())),
            kind => panic!("the host sends {kind:?}"),
        }
    }

    fn say(&mut self, message: Vec<u8>) {
        let transfers = cut(message, self.limit);
        self.out.extend(transfers);
    }

    fn answer(&mut self, asked: &Asked, status: Status, body: &[u8]) {
        assert!(self.busy.remove(&asked.id));
        self.say(written(|b| message::write_command_done(b, asked.id, asked.service, asked.cid, status, &Raw(body))));
    }

    fn indicate(&mut self, service: Uuid, cid: u32, body: &[u8]) {
        self.say(written(|b| message::write_indicate_status(b, service, cid, &Raw(body))));
    }

    fn error(&mut self, id: u32, error: ProtocolError) {
        self.say(written(|b| message::write_function_error(b, id, error)));
    }
}

/// A program's end of its connection.
struct Program {
    id: ProgramId,
    reader: Reader,
    /// Transfers that the proxy has not taken yet.
    backlog: VecDeque<Vec<u8>>,
    inbox: VecDeque<Message>,
    /// Fetches its messages.
    reads: bool,
}

/// Everything together.
struct Rig {
    proxy: Proxy<'static>,
    function: Function,
    programs: Vec<Option<Program>>,
    now: Instant,
    /// The device cannot be reached.
    unplugged: bool,
    stuck: Vec<ProgramId>,
    news: Vec<&'static str>,
}

struct Size {
    programs: usize,
    command: usize,
    out: usize,
    subscriptions: usize,
    joined: usize,
    slots: usize,
    /// Largest transfer to and from the function.
    limit: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self { programs: 5, command: 4096, out: 8192, subscriptions: 8, joined: 16, slots: 16, limit: 4096 }
    }
}

fn rig(size: &Size) -> Rig {
    let connection = || Connection::new(leak(0xa5, size.command), leak(0xa5, size.out), empty(size.subscriptions));
    fn empty(len: usize) -> &'static mut [Subscription] {
        leak(Subscription::default(), len)
    }
    let connections: Vec<_> = (0..size.programs).map(|_| connection()).collect();
    let memory = Memory {
        connections: Box::leak(connections.into_boxed_slice()),
        pending: leak(Pending::FREE, size.slots),
        session: session::Memory {
            slots: Box::leak((0..size.slots).map(|_| session::Slot::FREE).collect::<Vec<_>>().into_boxed_slice()),
            command: leak(0xa5, size.command + 20),
            answer: leak(0xa5, 8192),
            indication: leak(0xa5, 4096),
        },
        subscribed: empty(size.joined),
        proposed: empty(size.joined),
    };
    let mut config = Config::default();
    config.session.max_control_transfer = size.limit;
    Rig {
        proxy: Proxy::new(config, memory),
        function: Function {
            reader: Reader::default(),
            limit: 4096,
            opens: 0,
            closes: 0,
            mute: false,
            helpful: true,
            lists: Vec::new(),
            asked: VecDeque::new(),
            busy: BTreeSet::new(),
            complaints: Vec::new(),
            out: VecDeque::new(),
        },
        programs: Vec::new(),
        now: Instant(100_000),
        unplugged: false,
        stuck: Vec::new(),
        news: Vec::new(),
    }
}

impl Rig {
    /// A new program; its number.
    fn connect(&mut self) -> usize {
        let id = self.proxy.connect().expect("a place");
        let program =
            Program { id, reader: Reader::default(), backlog: VecDeque::new(), inbox: VecDeque::new(), reads: true };
        self.programs.push(Some(program));
        self.programs.len() - 1
    }

    fn kill(&mut self, n: usize) {
        let program = self.programs[n].take().unwrap();
        self.proxy.disconnect(program.id);
    }

    fn program(&mut self, n: usize) -> &mut Program {
        self.programs[n].as_mut().unwrap()
    }

    /// A program sends a whole message, in transfers of at most 4096 bytes, as libmbim does.
    fn send(&mut self, n: usize, message: Vec<u8>) {
        self.program(n).backlog.extend(cut(message, 4096));
    }

    fn command(&mut self, n: usize, id: u32, service: Uuid, cid: u32, kind: CommandType, body: &dyn Encode) {
        self.send(n, written(|b| message::write_command(b, id, service, cid, kind, body)));
    }

    fn query(&mut self, n: usize, id: u32, service: Uuid, cid: u32, body: &[u8]) {
        self.command(n, id, service, cid, CommandType::QUERY, &Raw(body));
    }

    fn configuration(&mut self, n: usize, id: u32, path: &str) {
        let set = ConfigurationSet { device_path: path.into(), timeout: 30 };
        self.command(n, id, PROXY_CONTROL, Configuration::CID, CommandType::SET, &set);
    }

    fn subscribe(&mut self, n: usize, id: u32, list: &[(Uuid, &[u32])]) -> Vec<u8> {
        let events: Vec<_> = list
            .iter()
            .map(|(service, cids)| EventEntry {
                device_service_id: *service,
                cids: (*cids).into(),
                ..EventEntry::default()
            })
            .collect();
        let list = DeviceServiceSubscribeListInfo { events: (&*events).into(), ..Default::default() };
        let message = written(|b| message::write_set::<DeviceServiceSubscribeList>(b, id, &list));
        self.send(n, message.clone());
        message[48..].to_vec()
    }

    /// One round of the run loop; whether anything happened.
    fn round(&mut self) -> bool {
        let mut moved = false;
        for program in self.programs.iter_mut().flatten() {
            while let Some(transfer) = program.backlog.pop_front() {
                match self.proxy.client_receive(self.now, program.id, &transfer) {
                    Ok(()) => moved = true,
                    Err(Refused::NotReady) => {
                        assert!(!self.proxy.is_ready(program.id));
                        program.backlog.push_front(transfer);
                        break;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
        loop {
            let (client, accept) = match self.proxy.next_event() {
                None => break,
                Some(Event::Configure { client, path, timeout, .. }) => {
                    assert_eq!(timeout, Millis::from_secs(30));
                    (client, path == DEVICE || path == LINK)
                }
                Some(Event::Stuck(client)) => {
                    self.stuck.push(client);
                    continue;
                }
                Some(Event::Opened) => {
                    self.news.push("opened");
                    continue;
                }
                Some(Event::OpenFailed(_)) => {
                    self.news.push("open failed");
                    continue;
                }
                Some(Event::Lost) => {
                    self.news.push("lost");
                    continue;
                }
                Some(Event::Closed) => {
                    self.news.push("closed");
                    continue;
                }
                Some(event) => panic!("{event:?}"),
            };
            self.proxy.configure(self.now, client, accept);
            moved = true;
        }
        while let Some(transfer) = self.proxy.transmit_device(self.now) {
            moved = true;
            if !self.unplugged {
                self.function.take(transfer);
            }
        }
        while let Some(transfer) = self.function.out.pop_front() {
            moved = true;
            self.proxy.device_receive(self.now, &transfer);
        }
        let programs = &mut self.programs;
        loop {
            let reads = |id| programs.iter().flatten().any(|program| program.id == id && program.reads);
            let Some((id, transfer)) = self.proxy.transmit_client(reads) else {
                break;
            };
            moved = true;
            let program = programs.iter_mut().flatten().find(|program| program.id == id).expect("a living program");
            program.inbox.extend(program.reader.read(transfer));
        }
        moved
    }

    /// Runs until nothing happens without time.
    fn settle(&mut self) {
        for _ in 0..100_000 {
            if !self.round() {
                return;
            }
        }
        panic!("it never settles");
    }

    /// Lets time pass, with all deadlines on the way.
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

    /// The only message that a program has got.
    fn got(&mut self, n: usize) -> Message {
        self.settle();
        let program = self.program(n);
        let message = program.inbox.pop_front().expect("a message");
        assert_eq!(program.inbox, [], "no more messages");
        message
    }

    fn silent(&mut self, n: usize) {
        self.settle();
        assert_eq!(self.program(n).inbox, []);
    }

    /// A program that has chosen the device.
    fn ready(&mut self) -> usize {
        let n = self.connect();
        self.configuration(n, 1, DEVICE);
        let message = self.got(n);
        assert_eq!((message.id, message.done().status, message.done().body), (1, Status::SUCCESS, &[][..]));
        n
    }

    /// What is at the function, and nothing else.
    fn asked(&mut self) -> Asked {
        self.settle();
        let asked = self.function.asked.pop_front().expect("a command");
        assert_eq!(self.function.asked, []);
        asked
    }

    fn open(&mut self, n: usize, id: u32, limit: u32) -> Status {
        self.send(n, written(|b| message::write_open(b, id, limit)));
        let message = self.got(n);
        assert_eq!((message.kind, message.id), (MessageType::OPEN_DONE, id));
        Status(message.word())
    }

    fn status(&mut self, n: usize, id: u32) -> Status {
        let message = self.got(n);
        assert_eq!(message.id, id);
        message.done().status
    }
}

/// The subscriptions that a list on the wire stands for.
fn listed(body: &[u8]) -> BTreeMap<Uuid, Vec<u32>> {
    let list = DeviceServiceSubscribeListSetView::new(body).read().unwrap();
    let entries = list.events.iter().map(|entry| {
        let entry = entry.unwrap();
        (entry.device_service_id, entry.cids.iter().map(Result::unwrap).collect())
    });
    let entries: Vec<_> = entries.collect();
    let count = entries.len();
    let map: BTreeMap<_, _> = entries.into_iter().collect();
    assert_eq!(map.len(), count, "each service once");
    map
}

/// The services of the specification, and these.
fn standard_and(beyond: &[(Uuid, &[u32])]) -> BTreeMap<Uuid, Vec<u32>> {
    let standard = STANDARD_SERVICES.iter().map(|service| (*service, Vec::new()));
    standard.chain(beyond.iter().map(|(service, cids)| (*service, cids.to_vec()))).collect()
}

/// Numbers that look random and never change.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % n
    }
}

#[test]
fn before_configuration_nothing_is_open() {
    let mut rig = rig(&Size::default());
    let n = rig.connect();
    assert_eq!(rig.open(n, 1, 4096), Status::FAILURE);
    rig.query(n, 2, BASIC_CONNECT, DeviceCaps::CID, &[]);
    assert!(rig.got(n).is_error(2, ProtocolError::NOT_OPENED));
    rig.send(n, written(|b| message::write_close(b, 3)));
    let closed = rig.got(n);
    assert_eq!((closed.kind, closed.id, closed.word()), (MessageType::CLOSE_DONE, 3, 0));
    assert_eq!(rig.function.opens, 0);
    assert!(!rig.proxy.is_open());
}

#[test]
fn configuration_is_answered_as_the_programs_know_it() {
    let mut rig = rig(&Size::default());
    let n = rig.connect();
    let (service, cid) = (PROXY_CONTROL, Configuration::CID);
    // Not a set; unreadable in four ways; no path.
    let path = written(|b| {
        let set = ConfigurationSet { device_path: DEVICE.into(), timeout: 30 };
        message::write_command(b, 1, service, cid, CommandType::QUERY, &set)
    });
    let body = path[48..].to_vec();
    rig.send(n, path);
    assert_eq!(rig.status(n, 1), Status::INVALID_PARAMETERS);
    let mut odd = body.clone();
    odd[4] -= 1;
    let mut beyond = body.clone();
    beyond[0] = 0xf0;
    let mut over_header = body.clone();
    over_header[0] = 0;
    for bad in [&body[..11], &[], &odd, &beyond, &over_header, &[0; 12]] {
        rig.command(n, 2, service, cid, CommandType::SET, &Raw(bad));
        assert_eq!(rig.status(n, 2), Status::INVALID_PARAMETERS, "{bad:x?}");
    }
    // The proxy's other command is only ever indicated.
    rig.query(n, 3, PROXY_CONTROL, Version::CID, &[]);
    assert_eq!(rig.status(n, 3), Status::NO_DEVICE_SUPPORT);

    rig.configuration(n, 4, "/dev/cdc-wdm1");
    assert_eq!(rig.status(n, 4), Status::FAILURE);
    assert_eq!(rig.function.opens, 0);
    rig.configuration(n, 5, LINK);
    assert_eq!(rig.status(n, 5), Status::SUCCESS);
    rig.configuration(n, 6, DEVICE);
    assert_eq!(rig.status(n, 6), Status::SUCCESS);
    rig.configuration(n, 7, "/dev/cdc-wdm1");
    assert_eq!(rig.status(n, 7), Status::FAILURE);
    // It still has the device that it had.
    rig.query(n, 8, BASIC_CONNECT, RadioState::CID, &[]);
    assert_eq!(rig.asked().cid, RadioState::CID);
    assert_eq!(rig.function.opens, 1);
    assert_eq!(rig.news, ["opened"]);
}

#[test]
fn a_second_configuration_is_busy_while_the_first_runs() {
    let mut rig = rig(&Size::default());
    let n = rig.connect();
    rig.function.mute = true;
    rig.configuration(n, 1, DEVICE);
    rig.silent(n);
    rig.configuration(n, 2, DEVICE);
    assert_eq!(rig.status(n, 2), Status::BUSY);
    rig.function.mute = false;
    rig.pass(Millis::from_secs(10));
    assert_eq!(rig.status(n, 1), Status::SUCCESS);
}

#[test]
fn an_open_sent_right_behind_the_configuration_waits_for_it() {
    // As umbim does.
    let mut rig = rig(&Size::default());
    let n = rig.connect();
    rig.function.mute = true;
    rig.configuration(n, 1, DEVICE);
    rig.send(n, written(|b| message::write_open(b, 2, 4096)));
    rig.silent(n);
    rig.function.mute = false;
    rig.pass(Millis::from_secs(10));
    let inbox: Vec<_> = rig.program(n).inbox.drain(..).collect();
    assert_eq!((inbox[0].id, inbox[0].done().status), (1, Status::SUCCESS));
    assert_eq!((inbox[1].kind, inbox[1].id, inbox[1].word()), (MessageType::OPEN_DONE, 2, 0));
    assert_eq!(inbox.len(), 2);
}

#[test]
fn open_and_close_never_reach_the_function() {
    let mut rig = rig(&Size::default());
    let (a, b) = (rig.ready(), rig.ready());
    for n in [a, b] {
        assert_eq!(rig.open(n, 2, 4096), Status::SUCCESS);
    }
    rig.send(a, written(|b| message::write_close(b, 3)));
    assert_eq!(rig.got(a).kind, MessageType::CLOSE_DONE);
    rig.kill(a);
    rig.query(b, 3, BASIC_CONNECT, RadioState::CID, &[]);
    let asked = rig.asked();
    rig.function.answer(&asked, Status::SUCCESS, &[1; 8]);
    let message = rig.got(b);
    assert_eq!((message.id, message.done().body), (3, &[1; 8][..]));
    assert_eq!((rig.function.opens, rig.function.closes), (1, 0));
}

#[test]
fn a_closed_program_hears_nothing_until_it_opens_again() {
    let mut rig = rig(&Size::default());
    let n = rig.ready();
    rig.query(n, 2, BASIC_CONNECT, RadioState::CID, &[]);
    let asked = rig.asked();
    rig.send(n, written(|b| message::write_close(b, 3)));
    assert_eq!(rig.got(n).kind, MessageType::CLOSE_DONE);
    rig.function.answer(&asked, Status::SUCCESS, &[1; 8]);
    rig.function.indicate(BASIC_CONNECT, SignalState::CID, &[0; 20]);
    rig.silent(n);
    assert_eq!((rig.proxy.counters().swallowed, rig.proxy.counters().unwanted), (1, 1));
    rig.open(n, 4, 4096);
    rig.function.indicate(BASIC_CONNECT, SignalState::CID, &[0; 20]);
    assert_eq!(rig.got(n).indication().cid, SignalState::CID);
}

#[test]
fn the_first_program_opens_and_a_failure_is_told() {
    let mut rig = rig(&Size::default());
    rig.unplugged = true;
    let (a, b) = (rig.connect(), rig.connect());
    rig.configuration(a, 1, DEVICE);
    rig.configuration(b, 1, DEVICE);
    rig.pass(Millis::from_secs(29));
    rig.silent(a);
    rig.pass(Millis::from_secs(2));
    for n in [a, b] {
        assert_eq!(rig.status(n, 1), Status::FAILURE);
    }
    assert_eq!(rig.news, ["open failed"]);
    rig.unplugged = false;
    rig.configuration(a, 2, DEVICE);
    assert_eq!(rig.status(a, 2), Status::SUCCESS);
}

#[test]
fn a_function_that_was_silent_is_asked_whether_it_is_there() {
    let mut rig = rig(&Size::default());
    let a = rig.ready();
    rig.function.helpful = false;
    // Not if it has just said something.
    rig.ready();
    assert_eq!(rig.function.asked, []);
    rig.pass(Millis::from_secs(6));
    let c = rig.connect();
    rig.configuration(c, 1, DEVICE);
    let asked = rig.asked();
    assert_eq!((asked.service, asked.cid, asked.kind), (BASIC_CONNECT, DeviceCaps::CID, CommandType::QUERY));
    // Any answer is a sign of life.
    rig.function.answer(&asked, Status::NOT_INITIALIZED, &[]);
    assert_eq!(rig.status(c, 1), Status::SUCCESS);
    rig.silent(a);
    assert_eq!(rig.function.opens, 1);
}

#[test]
fn a_function_that_does_not_answer_is_opened_anew() {
    let mut rig = rig(&Size::default());
    let a = rig.ready();
    rig.pass(Millis::from_secs(6));
    rig.function.helpful = false;
    let b = rig.connect();
    rig.configuration(b, 1, DEVICE);
    rig.pass(Millis(4_999));
    rig.silent(b);
    rig.pass(Millis(2));
    assert_eq!(rig.status(b, 1), Status::SUCCESS);
    assert_eq!(rig.function.opens, 2);
    // The other program is told, although it has asked nothing, and has to begin again.
    assert!(rig.got(a).is_error(0, ProtocolError::NOT_OPENED));
    rig.query(a, 2, BASIC_CONNECT, RadioState::CID, &[]);
    assert!(rig.got(a).is_error(2, ProtocolError::NOT_OPENED));
    rig.configuration(a, 3, DEVICE);
    assert_eq!(rig.status(a, 3), Status::SUCCESS);
    assert_eq!(rig.function.opens, 2);
}

#[test]
fn a_function_that_is_busy_for_somebody_is_not_taken_away() {
    let mut rig = rig(&Size::default());
    let a = rig.ready();
    rig.function.helpful = false;
    rig.query(a, 2, BASIC_CONNECT, 8, &[]);
    let scan = rig.asked();
    rig.pass(Millis::from_secs(6));
    let b = rig.connect();
    rig.configuration(b, 1, DEVICE);
    rig.pass(Millis::from_secs(6));
    assert_eq!(rig.status(b, 1), Status::SUCCESS);
    rig.silent(a);
    rig.function.answer(&scan, Status::SUCCESS, &[0; 8]);
    assert_eq!(rig.status(a, 2), Status::SUCCESS);
    assert_eq!(rig.function.opens, 1);
}

/// What a program asks: its number, the number of the command, and bytes that depend on both.
fn question(n: usize, k: usize) -> Vec<u8> {
    let mut body = vec![n as u8, k as u8, (k >> 8) as u8];
    body.extend((0..(n * 31 + k * 17) % 300).map(|i| (i + n + k) as u8));
    body
}

fn reply(question: &[u8]) -> Vec<u8> {
    question.iter().rev().chain(question).copied().collect()
}

/// Many programs send many commands with the very same transaction ids, which the function answers in any order; one
/// program dies in the middle, and another takes its place.
fn mix(size: &Size, seed: u64, commands: usize) {
    let mut rig = rig(size);
    let mut dice = Dice(seed);
    let programs: Vec<_> = (0..5).map(|_| rig.ready()).collect();
    let mut sent = [0; 6];
    let mut answered = [0; 6];
    let mut indicated = 0;
    let mut victim = Some(2);
    let mut alive = programs;
    let limits = [64, 4096, 100, 512, 65];
    for n in alive.clone() {
        rig.open(n, 2, limits[n]);
    }
    let ids = 10;
    loop {
        for _ in 0..1 + dice.below(4) {
            let n = alive[dice.below(alive.len())];
            if sent[n] < commands {
                let cid = 1 + (sent[n] % 7) as u32;
                let body = question(n, sent[n]);
                let message = written(|b| {
                    message::write_command(b, ids + sent[n] as u32, VENDOR, cid, CommandType::SET, &Raw(&body))
                });
                // Each in transfers of its own size.
                rig.program(n).backlog.extend(cut(message, limits[n % 5] as usize));
                sent[n] += 1;
            }
        }
        // The transfers of several programs come in turns.
        rig.round();
        for _ in 0..dice.below(5) {
            if rig.function.asked.is_empty() {
                break;
            }
            let at = dice.below(rig.function.asked.len());
            let asked = rig.function.asked.remove(at).unwrap();
            assert_eq!((asked.service, asked.kind), (VENDOR, CommandType::SET));
            let status = Status(u32::from(asked.body[1]) % 3);
            rig.function.answer(&asked, status, &reply(&asked.body));
        }
        if dice.below(20) == 0 {
            rig.function.indicate(BASIC_CONNECT, SignalState::CID, &[7; 20]);
            indicated += 1;
        }
        rig.round();
        for n in alive.clone() {
            while let Some(message) = rig.program(n).inbox.pop_front() {
                if message.kind == MessageType::INDICATE_STATUS {
                    assert_eq!(message.indication().body, [7; 20]);
                    continue;
                }
                let done = message.done();
                let k = (message.id - ids) as usize;
                let question = question(n, k);
                assert_eq!(done.body, reply(&question), "program {n}, command {k}");
                assert_eq!((done.service, done.cid), (VENDOR, 1 + (k % 7) as u32));
                assert_eq!(done.status.0, u32::from(k as u8) % 3);
                answered[n] += 1;
            }
        }
        if let Some(n) = victim.take_if(|n| sent[*n] > commands / 2 && !rig.function.asked.is_empty()) {
            rig.kill(n);
            alive.retain(|other| *other != n);
            let heir = rig.ready();
            assert_eq!(heir, 5);
            rig.open(heir, 2, 64);
            alive.push(heir);
        }
        if alive.iter().all(|n| answered[*n] == commands) {
            break;
        }
    }
    assert!(victim.is_none(), "one died");
    rig.settle();
    for n in alive {
        assert_eq!(rig.program(n).inbox.iter().filter(|m| m.kind == MessageType::COMMAND_DONE).count(), 0);
        assert!(rig.program(n).reader.longest <= limits[n % 5] as usize);
    }
    let counters = *rig.proxy.counters();
    assert!(indicated > 0 && counters.indications == indicated);
    assert_eq!((counters.lost, counters.failed, counters.malformed, counters.fragments), (0, 0, 0, 0));
    assert_eq!(counters.answered as usize, answered.iter().sum::<usize>());
    assert_eq!(counters.forwarded, counters.answered + counters.swallowed);
    assert!(rig.function.reader.longest <= size.limit as usize);
    assert_eq!(rig.stuck, []);
}

#[test]
fn thousand_commands_of_five_programs_are_never_mixed_up() {
    mix(&Size::default(), 0x9e37_79b9_7f4a_7c15, 1000);
}

#[test]
fn nor_are_they_in_the_smallest_transfers() {
    mix(&Size { limit: 64, ..Size::default() }, 7, 200);
}

#[test]
fn nor_one_at_a_time() {
    mix(&Size { slots: 2, ..Size::default() }, 11, 200);
}

#[test]
fn fragments_of_two_programs_never_come_between_each_other() {
    let mut rig = rig(&Size { limit: 64, ..Size::default() });
    let (a, b) = (rig.ready(), rig.ready());
    let body = |n: usize| vec![n as u8; 700];
    let mut transfers = Vec::new();
    for n in [a, b] {
        // The same transaction id, too.
        let message = written(|w| message::write_command(w, 9, VENDOR, 1, CommandType::SET, &Raw(&body(n))));
        transfers.push(cut(message, 64));
    }
    assert_eq!(transfers[0].len(), 17);
    for (from_a, from_b) in transfers[0].clone().into_iter().zip(transfers[1].clone()) {
        rig.program(a).backlog.push_back(from_a);
        rig.round();
        rig.program(b).backlog.push_back(from_b);
        rig.round();
    }
    rig.settle();
    // The function's reader has checked that neither was interrupted.
    let asked: Vec<_> = rig.function.asked.drain(..).collect();
    assert_eq!(asked.iter().map(|asked| asked.body.clone()).collect::<Vec<_>>(), [body(a), body(b)]);
    for asked in asked.iter().rev() {
        rig.function.answer(asked, Status::SUCCESS, &asked.body);
    }
    for n in [a, b] {
        let message = rig.got(n);
        assert_eq!((message.id, message.done().body), (9, &*body(n)));
    }
}

#[test]
fn bad_fragments_are_refused_and_cost_nobody_else_anything() {
    let mut rig = rig(&Size { command: 500, ..Size::default() });
    let (a, b) = (rig.ready(), rig.ready());
    let transfers = |id: u32, len: usize| {
        cut(written(|w| message::write_command(w, id, VENDOR, 1, CommandType::SET, &Raw(&vec![0; len]))), 64)
    };
    let long = transfers(2, 200);
    // Out of order, and once more for each that follows.
    rig.program(a).backlog.extend([long[0].clone(), long[2].clone()]);
    assert!(rig.got(a).is_error(2, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
    rig.program(a).backlog.extend([long[3].clone()]);
    assert!(rig.got(a).is_error(2, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
    // Interrupted by another, which gets through.
    rig.program(a).backlog.push_back(long[0].clone());
    rig.query(a, 3, VENDOR, 2, &[]);
    assert!(rig.got(a).is_error(2, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
    assert_eq!(rig.asked().cid, 2);
    // Too late.
    rig.program(a).backlog.push_back(long[0].clone());
    rig.pass(Millis(1249));
    rig.silent(a);
    rig.pass(Millis(1));
    assert!(rig.got(a).is_error(2, ProtocolError::TIMEOUT_FRAGMENT));
    // Too long.
    rig.program(a).backlog.extend(transfers(4, 600));
    rig.settle();
    assert!(rig.program(a).inbox.pop_front().unwrap().is_error(4, ProtocolError::LENGTH_MISMATCH));
    rig.program(a).inbox.clear();
    // An information buffer that is longer than its message; headers that cannot be.
    let mut lying = transfers(5, 8).concat();
    lying[44] = 9;
    rig.send(a, lying.clone());
    assert!(rig.got(a).is_error(5, ProtocolError::LENGTH_MISMATCH));
    lying[16] = 1;
    rig.program(a).backlog.push_back(lying.clone());
    assert!(rig.got(a).is_error(5, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
    lying[4] = 13;
    rig.program(a).backlog.push_back(lying.clone());
    assert!(rig.got(a).is_error(5, ProtocolError::LENGTH_MISMATCH));
    lying[0] = 9;
    rig.program(a).backlog.extend([lying, vec![], vec![3, 0, 0]]);
    rig.silent(a);
    // What only a function says.
    rig.send(a, written(|w| message::write_open_done(w, 5, Status::SUCCESS)));
    rig.silent(a);
    rig.silent(b);
    assert_eq!(rig.proxy.counters().malformed, 7);
    assert_eq!(rig.proxy.counters().fragments, 5 + 3);
    assert_eq!(rig.function.complaints, []);
}

#[test]
fn subscriptions_are_joined_and_each_program_gets_its_own_back() {
    let mut rig = rig(&Size::default());
    let (a, b) = (rig.ready(), rig.ready());
    // The services of the specification are subscribed anyway: nothing is sent.
    let own = rig.subscribe(a, 2, &[(BASIC_CONNECT, &[2, 3, 11, 15, 21]), (sms::SMS, &[2, 3])]);
    let message = rig.got(a);
    assert_eq!((message.id, message.done().status, message.done().body), (2, Status::SUCCESS, &*own));
    assert_eq!(rig.function.lists, Vec::<Vec<u8>>::new());

    let own = rig.subscribe(a, 3, &[(VENDOR, &[1, 2]), (BASIC_CONNECT, &[11])]);
    assert_eq!(rig.got(a).done().body, own);
    let own = rig.subscribe(b, 2, &[(VENDOR, &[3, 4, 9])]);
    assert_eq!(rig.got(b).done().body, own);
    // As libmbim's own test has it: entries of one service are joined.
    assert_eq!(listed(&rig.function.lists[0]), standard_and(&[(VENDOR, &[1, 2])]));
    let mut joined = listed(&rig.function.lists[1]);
    joined.get_mut(&VENDOR).unwrap().sort_unstable();
    assert_eq!(joined, standard_and(&[(VENDOR, &[1, 2, 3, 4, 9])]));
    assert_eq!(rig.function.lists.len(), 2);

    // All commands of a service swallow the single ones.
    rig.subscribe(b, 3, &[(VENDOR, &[]), (OTHER_VENDOR, &[8])]);
    assert_eq!(rig.status(b, 3), Status::SUCCESS);
    assert_eq!(listed(&rig.function.lists[2]), standard_and(&[(VENDOR, &[]), (OTHER_VENDOR, &[8])]));
    // The same again: nothing is sent.
    rig.subscribe(b, 4, &[(OTHER_VENDOR, &[8]), (VENDOR, &[])]);
    assert_eq!(rig.status(b, 4), Status::SUCCESS);
    assert_eq!(rig.function.lists.len(), 3);
    // A dead program's share goes.
    rig.kill(b);
    rig.settle();
    assert_eq!(listed(&rig.function.lists[3]), standard_and(&[(VENDOR, &[1, 2])]));
    // So does that of one that begins again.
    rig.open(a, 4, 4096);
    assert_eq!(listed(&rig.function.lists[4]), standard_and(&[]));
    assert_eq!(rig.function.lists.len(), 5);
}

#[test]
fn the_joined_list_has_the_bytes_that_the_codec_writes() {
    let mut rig = rig(&Size::default());
    let n = rig.ready();
    rig.subscribe(n, 2, &[(VENDOR, &[5, 6]), (OTHER_VENDOR, &[])]);
    rig.settle();
    let entry = |service, cids: &'static [u32]| EventEntry {
        device_service_id: service,
        cids: cids.into(),
        ..EventEntry::default()
    };
    let mut events: Vec<_> = STANDARD_SERVICES.iter().map(|service| entry(*service, &[])).collect();
    events.extend([entry(VENDOR, &[5, 6]), entry(OTHER_VENDOR, &[])]);
    let list = DeviceServiceSubscribeListInfo { events: (&*events).into(), ..Default::default() };
    let expected = written(|b| message::write_set::<DeviceServiceSubscribeList>(b, 1, &list));
    assert_eq!(rig.function.lists, [expected[48..].to_vec()]);
}

#[test]
fn indications_go_to_those_who_want_them() {
    let mut rig = rig(&Size::default());
    let (by_default, picky, deaf, all) = (rig.ready(), rig.ready(), rig.ready(), rig.ready());
    let unconfigured = rig.connect();
    rig.subscribe(picky, 2, &[(BASIC_CONNECT, &[SignalState::CID]), (VENDOR, &[4])]);
    rig.subscribe(deaf, 2, &[]);
    rig.subscribe(all, 2, &[(VENDOR, &[])]);
    rig.settle();
    for n in [picky, deaf, all] {
        assert_eq!(rig.status(n, 2), Status::SUCCESS);
    }
    let cases: [(Uuid, u32, &[usize]); 6] = [
        (BASIC_CONNECT, SignalState::CID, &[by_default, picky]),
        (BASIC_CONNECT, RadioState::CID, &[by_default]),
        (sms::SMS, 3, &[by_default]),
        (VENDOR, 4, &[picky, all]),
        (VENDOR, 5, &[all]),
        (qdu::QDU, 5, &[]),
    ];
    for (service, cid, wanting) in cases {
        // Longer than a transfer of the function.
        let body = vec![cid as u8; 3000];
        rig.function.limit = 1000;
        rig.function.indicate(service, cid, &body);
        rig.settle();
        for n in [by_default, picky, deaf, all, unconfigured] {
            if wanting.contains(&n) {
                let message = rig.got(n);
                let indication = message.indication();
                assert_eq!((indication.service, indication.cid, indication.body), (service, cid, &*body));
            } else {
                rig.silent(n);
            }
        }
    }
    assert_eq!((rig.proxy.counters().indications, rig.proxy.counters().unwanted), (6, 1));
}

#[test]
fn a_list_that_is_refused_hurts_only_its_program_and_leaves_its_old_one() {
    let mut rig = rig(&Size { subscriptions: 4, joined: 5, ..Size::default() });
    let (a, b) = (rig.ready(), rig.ready());
    rig.subscribe(a, 2, &[(VENDOR, &[1, 2])]);
    assert_eq!(rig.status(a, 2), Status::SUCCESS);
    // The function does not like the new list; two programs wait at the same time.
    rig.function.helpful = false;
    rig.subscribe(a, 3, &[(OTHER_VENDOR, &[])]);
    rig.subscribe(b, 3, &[(VENDOR, &[3])]);
    let asked = rig.asked();
    let bad = listed(&asked.body).contains_key(&OTHER_VENDOR);
    assert!(bad);
    rig.function.answer(&asked, Status::INVALID_PARAMETERS, &[]);
    let asked = rig.asked();
    assert_eq!(listed(&asked.body), standard_and(&[(VENDOR, &[3, 1, 2])]));
    rig.function.answer(&asked, Status::SUCCESS, &asked.body);
    assert_eq!(rig.status(a, 3), Status::INVALID_PARAMETERS);
    assert_eq!(rig.status(b, 3), Status::SUCCESS);
    rig.function.indicate(VENDOR, 2, &[]);
    assert_eq!(rig.got(a).indication().cid, 2);
    rig.silent(b);
    // Too long for the program's memory; too long together.
    rig.function.helpful = true;
    rig.subscribe(a, 4, &[(OTHER_VENDOR, &[1, 2, 3, 4, 5])]);
    assert_eq!(rig.status(a, 4), Status::FAILURE);
    rig.subscribe(b, 4, &[(OTHER_VENDOR, &[1, 2, 3, 4])]);
    assert_eq!(rig.status(b, 4), Status::FAILURE);
    // Not answered.
    rig.function.mute = true;
    rig.subscribe(b, 5, &[(OTHER_VENDOR, &[1])]);
    rig.pass(Millis::from_secs(31));
    assert_eq!(rig.status(b, 5), Status::FAILURE);
    rig.function.mute = false;
    // Unreadable: a count, and an offset, beyond the end; entries that overlap.
    let mut overlapping = vec![20, 0, 0, 0];
    overlapping.extend([164_u32.to_le_bytes(), 820_u32.to_le_bytes()].concat().repeat(20));
    overlapping.extend(VENDOR.0);
    overlapping.extend([200, 0, 0, 0].iter().chain(&[0; 800]));
    for bad in [vec![], vec![1, 0, 0, 0], [1, 0, 0, 0, 99, 0, 0, 0, 20, 0, 0, 0].to_vec(), overlapping] {
        rig.command(b, 6, BASIC_CONNECT, DeviceServiceSubscribeList::CID, CommandType::SET, &Raw(&bad));
        assert_eq!(rig.status(b, 6), Status::INVALID_PARAMETERS, "{bad:x?}");
    }
    // What they had is what they have.
    for cid in [1, 3] {
        rig.function.indicate(VENDOR, cid, &[]);
    }
    assert_eq!(rig.got(a).indication().cid, 1);
    assert_eq!(rig.got(b).indication().cid, 3);
    assert_eq!(rig.proxy.counters().lists_refused, 8);
}

#[test]
fn what_a_dead_program_leaves_is_told_even_if_the_next_list_is_refused() {
    let mut rig = rig(&Size::default());
    let (a, b) = (rig.ready(), rig.ready());
    rig.subscribe(a, 2, &[(VENDOR, &[1])]);
    assert_eq!(rig.status(a, 2), Status::SUCCESS);
    rig.function.helpful = false;
    rig.subscribe(b, 2, &[(OTHER_VENDOR, &[])]);
    rig.kill(a);
    let asked = rig.asked();
    assert_eq!(listed(&asked.body), standard_and(&[(OTHER_VENDOR, &[])]));
    rig.function.answer(&asked, Status::FAILURE, &[]);
    assert_eq!(rig.status(b, 2), Status::FAILURE);
    let asked = rig.asked();
    assert_eq!(listed(&asked.body), standard_and(&[]));
    // Refused as it is, it is not sent again and again.
    rig.function.answer(&asked, Status::FAILURE, &[]);
    rig.pass(Millis::from_secs(100));
    assert_eq!(rig.function.asked, []);
}

#[test]
fn a_query_of_the_list_is_the_functions_business() {
    let mut rig = rig(&Size::default());
    rig.function.helpful = false;
    let n = rig.ready();
    rig.query(n, 2, BASIC_CONNECT, DeviceServiceSubscribeList::CID, &[]);
    let asked = rig.asked();
    rig.function.answer(&asked, Status::NO_DEVICE_SUPPORT, &[]);
    assert_eq!(rig.status(n, 2), Status::NO_DEVICE_SUPPORT);
}

fn version_body(extended: u16) -> Vec<u8> {
    let info = VersionInfo { mbim_version: 0x0100, mbim_extended_version: extended };
    written(|b| message::write_query::<extensions::Version>(b, 1, &info))[48..].to_vec()
}

fn is_version(message: &Message, extended: u16) -> bool {
    let indication = message.indication();
    assert_eq!((indication.service, indication.cid), (PROXY_CONTROL, Version::CID));
    let view = VersionNotificationView::new(indication.body);
    (view.mbim_version(), view.mbim_extended_version()) == (Ok(0x0100), Ok(extended))
}

#[test]
fn versions_are_told_to_everybody() {
    let mut rig = rig(&Size::default());
    let (a, b) = (rig.ready(), rig.ready());
    let stranger = rig.connect();
    assert_eq!(rig.proxy.version(), None);
    let service = extensions::MS_BASIC_CONNECT_EXTENSIONS;
    let cid = extensions::Version::CID;
    // A refusal says nothing.
    rig.query(a, 2, service, cid, &version_body(0x0400));
    let asked = rig.asked();
    rig.function.answer(&asked, Status::NO_DEVICE_SUPPORT, &[]);
    assert_eq!(rig.status(a, 2), Status::NO_DEVICE_SUPPORT);
    rig.silent(b);

    rig.query(a, 3, service, cid, &version_body(0x0300));
    let asked = rig.asked();
    assert_eq!(asked.body, version_body(0x0300), "as the program wrote it");
    rig.function.answer(&asked, Status::SUCCESS, &version_body(0x0200));
    rig.settle();
    let inbox: Vec<_> = rig.program(a).inbox.drain(..).collect();
    assert_eq!((inbox[0].id, inbox[0].done().body), (3, &*version_body(0x0200)));
    assert!(is_version(&inbox[1], 0x0200) && inbox.len() == 2);
    let told = rig.got(b);
    assert!(is_version(&told, 0x0200));
    rig.silent(stranger);
    // The bytes: four, and no padding in between.
    assert_eq!(told.indication().body, [0, 1, 0, 2]);

    // Who comes later hears of it before the answer.
    rig.configuration(stranger, 1, DEVICE);
    rig.settle();
    let inbox: Vec<_> = rig.program(stranger).inbox.drain(..).collect();
    assert!(is_version(&inbox[0], 0x0200));
    assert_eq!((inbox[1].id, inbox[1].done().status, inbox.len()), (1, Status::SUCCESS, 2));

    // A function that is opened anew has agreed on nothing.
    rig.function.error(0, ProtocolError::NOT_OPENED);
    rig.settle();
    assert_eq!(rig.proxy.version(), None);
    rig.program(b).inbox.clear();
    rig.configuration(b, 4, DEVICE);
    assert_eq!(rig.status(b, 4), Status::SUCCESS);
}

#[test]
fn a_function_that_was_reset_is_opened_by_the_next_configuration() {
    let mut rig = rig(&Size::default());
    let (a, b, c) = (rig.ready(), rig.ready(), rig.ready());
    rig.subscribe(c, 2, &[(VENDOR, &[])]);
    assert_eq!(rig.status(c, 2), Status::SUCCESS);
    rig.query(a, 2, VENDOR, 1, &[]);
    rig.query(a, 3, VENDOR, 2, &[]);
    rig.query(b, 2, VENDOR, 3, &[]);
    rig.settle();
    let asked = rig.function.asked.pop_back().unwrap();
    rig.function.error(asked.id, ProtocolError::NOT_OPENED);
    rig.settle();
    let inbox: Vec<_> = rig.program(a).inbox.drain(..).collect();
    assert!(inbox.len() == 2 && (2..4).all(|id| inbox.iter().any(|m| m.is_error(id, ProtocolError::NOT_OPENED))));
    assert!(rig.got(b).is_error(2, ProtocolError::NOT_OPENED));
    assert!(rig.got(c).is_error(0, ProtocolError::NOT_OPENED));
    assert_eq!(rig.news, ["opened", "lost"]);
    assert!(!rig.proxy.is_open());
    // Nobody asked for it, so it stays closed.
    rig.pass(Millis::from_secs(100));
    assert_eq!(rig.function.opens, 1);
    assert_eq!(rig.open(c, 3, 4096), Status::FAILURE);
    rig.configuration(c, 4, DEVICE);
    assert_eq!(rig.status(c, 4), Status::SUCCESS);
    assert_eq!(rig.function.opens, 2);
    // Its subscriptions are gone with the function's.
    rig.function.indicate(VENDOR, 1, &[]);
    rig.silent(c);
    rig.silent(a);
    // The answer of before, should it come, is nobody's.
    rig.function.busy.insert(asked.id);
    rig.function.answer(&asked, Status::SUCCESS, &[]);
    rig.silent(b);
    assert_eq!(rig.proxy.counters().resets, 1);
}

#[test]
fn the_caller_can_take_the_carrier_away_and_close() {
    let mut rig = rig(&Size::default());
    let n = rig.ready();
    rig.query(n, 2, VENDOR, 1, &[]);
    rig.settle();
    rig.proxy.device_gone();
    assert!(rig.got(n).is_error(2, ProtocolError::NOT_OPENED));
    rig.pass(Millis::from_secs(1000));
    rig.configuration(n, 3, DEVICE);
    assert_eq!(rig.status(n, 3), Status::SUCCESS);
    rig.kill(n);
    rig.proxy.close(rig.now);
    rig.settle();
    assert_eq!((rig.function.opens, rig.function.closes), (2, 1));
    assert_eq!(rig.news, ["opened", "lost", "opened", "closed"]);
    rig.ready();
    assert_eq!(rig.function.opens, 3);
}

#[test]
fn a_carrier_that_goes_away_while_the_function_opens_is_told() {
    let mut rig = rig(&Size::default());
    rig.function.mute = true;
    let n = rig.connect();
    rig.configuration(n, 1, DEVICE);
    rig.settle();
    rig.silent(n);
    rig.proxy.device_gone();
    assert_eq!(rig.status(n, 1), Status::FAILURE);
    // What comes in its place takes longer transfers.
    rig.proxy.set_max_control_transfer(8192);
    rig.function.mute = false;
    rig.configuration(n, 2, DEVICE);
    assert_eq!(rig.status(n, 2), Status::SUCCESS);
    assert_eq!(rig.function.limit, 8192);
}

#[test]
fn a_dead_programs_commands_are_dropped_or_swallowed() {
    let mut rig = rig(&Size { slots: 2, ..Size::default() });
    let (a, b) = (rig.ready(), rig.ready());
    // The first is sent, the second is started, the third waits in the connection.
    rig.query(a, 2, VENDOR, 1, &[]);
    let first = rig.asked();
    rig.query(a, 3, VENDOR, 2, &[]);
    rig.query(a, 4, VENDOR, 3, &[]);
    rig.settle();
    assert_eq!(rig.function.asked, [], "its share is one");
    rig.kill(a);
    rig.query(b, 2, VENDOR, 4, &[]);
    let second = rig.asked();
    assert_eq!(second.cid, 4);
    // The next program at its place gets nothing of it, and its share when it is over.
    let heir = rig.connect();
    rig.configuration(heir, 2, DEVICE);
    assert_eq!(rig.status(heir, 2), Status::SUCCESS);
    rig.query(heir, 3, VENDOR, 5, &[]);
    rig.silent(heir);
    assert_eq!(rig.function.asked, []);
    rig.function.answer(&first, Status::SUCCESS, &[1]);
    rig.silent(heir);
    assert_eq!(rig.asked().cid, 5);
    rig.function.answer(&second, Status::SUCCESS, &[2]);
    assert_eq!(rig.got(b).done().body, [2]);
    assert_eq!(rig.proxy.counters().swallowed, 1);
}

#[test]
fn a_command_of_which_nothing_was_sent_never_is() {
    let mut rig = rig(&Size::default());
    let a = rig.ready();
    let message = written(|b| message::write_command(b, 2, VENDOR, 1, CommandType::SET, &Raw(&[])));
    let id = rig.program(a).id;
    rig.proxy.client_receive(rig.now, id, &message).unwrap();
    rig.kill(a);
    rig.settle();
    assert_eq!(rig.function.asked, []);
}

#[test]
fn a_command_that_is_half_sent_is_sent_to_its_end() {
    // The function must not be left with half a message.
    let mut rig = rig(&Size { limit: 64, ..Size::default() });
    let (a, b) = (rig.ready(), rig.ready());
    let id = rig.program(a).id;
    let message = written(|b| message::write_command(b, 2, VENDOR, 1, CommandType::SET, &Raw(&[1; 400])));
    rig.proxy.client_receive(rig.now, id, &message).unwrap();
    for _ in 0..3 {
        let sent = rig.proxy.transmit_device(rig.now).unwrap();
        rig.function.take(sent);
    }
    rig.kill(a);
    rig.query(b, 2, VENDOR, 2, &[]);
    rig.settle();
    let asked: Vec<_> = rig.function.asked.drain(..).collect();
    assert_eq!((&*asked[0].body, asked[1].cid, asked.len()), (&[1; 400][..], 2, 2));
    for asked in &asked {
        rig.function.answer(asked, Status::SUCCESS, &[]);
    }
    assert_eq!(rig.status(b, 2), Status::SUCCESS);
    assert_eq!(rig.proxy.counters().swallowed, 1);
}

#[test]
fn host_errors_and_duplicates_are_settled_here() {
    let mut rig = rig(&Size::default());
    let n = rig.ready();
    rig.query(n, 2, VENDOR, 1, &[]);
    let asked = rig.asked();
    rig.query(n, 2, VENDOR, 2, &[]);
    assert!(rig.got(n).is_error(2, ProtocolError::DUPLICATED_TID));
    rig.send(n, written(|b| message::write_host_error(b, 2, ProtocolError::CANCEL)));
    rig.silent(n);
    // Given up, so the number is free again.
    rig.query(n, 2, VENDOR, 3, &[]);
    let again = rig.asked();
    rig.function.answer(&asked, Status::SUCCESS, &[1]);
    rig.silent(n);
    rig.function.answer(&again, Status::SUCCESS, &[3]);
    assert_eq!(rig.got(n).done().body, [3]);
    assert_eq!((rig.proxy.counters().host_errors, rig.proxy.counters().swallowed), (1, 1));
    assert_eq!(rig.function.complaints, []);
}

#[test]
fn commands_without_an_answer_end_all_the_same() {
    let mut rig = rig(&Size::default());
    let n = rig.ready();
    rig.query(n, 2, VENDOR, 1, &[]);
    let late = rig.asked();
    rig.pass(Millis::from_secs(299));
    rig.silent(n);
    rig.pass(Millis::from_secs(1));
    assert_eq!(rig.status(n, 2), Status::FAILURE);
    rig.function.answer(&late, Status::SUCCESS, &[]);
    rig.silent(n);
    // The function complains about it.
    rig.query(n, 3, VENDOR, 1, &[]);
    let asked = rig.asked();
    rig.function.error(asked.id, ProtocolError::LENGTH_MISMATCH);
    assert!(rig.got(n).is_error(3, ProtocolError::LENGTH_MISMATCH));
    // The rest of the answer never comes.
    rig.query(n, 4, VENDOR, 1, &[]);
    let asked = rig.asked();
    let first =
        cut(written(|b| message::write_command_done(b, asked.id, VENDOR, 1, Status::SUCCESS, &Raw(&[0; 100]))), 64);
    rig.function.out.push_back(first[0].clone());
    rig.pass(Millis::from_secs(2));
    assert_eq!(rig.status(n, 4), Status::FAILURE);
    // The answer is longer than the program's whole queue.
    rig.query(n, 5, VENDOR, 1, &[]);
    let asked = rig.asked();
    rig.function.answer(&asked, Status::SUCCESS, &[0; 8150]);
    assert_eq!(rig.status(n, 5), Status::FAILURE);
    assert_eq!((rig.proxy.counters().failed, rig.proxy.counters().too_long), (3, 1));
}

#[test]
fn a_program_that_does_not_read_loses_its_own_messages_only() {
    let mut rig = rig(&Size { out: 1024, ..Size::default() });
    let (slow, busy) = (rig.ready(), rig.ready());
    rig.program(slow).reads = false;
    for k in 0..100 {
        rig.function.indicate(BASIC_CONNECT, SignalState::CID, &[k; 100]);
        rig.query(busy, 2, VENDOR, u32::from(k), &[]);
        let asked = rig.asked();
        rig.function.answer(&asked, Status::SUCCESS, &[k]);
        rig.settle();
        let inbox: Vec<_> = rig.program(busy).inbox.drain(..).collect();
        assert_eq!(inbox.len(), 2);
        assert_eq!((inbox[0].indication().body, inbox[1].done().body), (&[k; 100][..], &[k][..]));
    }
    let id = rig.program(slow).id;
    // 1024 bytes hold seven indications of 144.
    assert_eq!((rig.proxy.counters().lost, rig.proxy.lost(id)), (93, 93));
    let busy_id = rig.program(busy).id;
    assert_eq!(rig.proxy.lost(busy_id), 0);
    assert!(rig.stuck.iter().all(|stuck| *stuck == id) && !rig.stuck.is_empty());
    // What it has is whole and in order; it is not asked for more until it reads.
    assert!(!rig.proxy.is_ready(id));
    rig.program(slow).reads = true;
    rig.settle();
    let inbox: Vec<_> = rig.program(slow).inbox.drain(..).map(|m| m.indication().body[0]).collect();
    assert_eq!(inbox, [0, 1, 2, 3, 4, 5, 6]);
    assert!(rig.proxy.is_ready(id));
}

#[test]
fn a_program_that_asks_without_reading_is_held_back_and_loses_nothing() {
    let mut rig = rig(&Size { out: 2048, ..Size::default() });
    let n = rig.ready();
    rig.program(n).reads = false;
    for k in 0..200 {
        rig.query(n, 10 + k, VENDOR, k, &[]);
    }
    for _ in 0..200 {
        rig.settle();
        while let Some(asked) = rig.function.asked.pop_front() {
            rig.function.answer(&asked, Status::SUCCESS, &[0; 100]);
        }
    }
    assert!(rig.proxy.counters().answered < 20);
    rig.program(n).reads = true;
    let mut answers = 0;
    while answers < 200 {
        rig.settle();
        while let Some(asked) = rig.function.asked.pop_front() {
            rig.function.answer(&asked, Status::SUCCESS, &[0; 100]);
        }
        while let Some(message) = rig.program(n).inbox.pop_front() {
            assert_eq!((message.id, message.done().cid), (10 + answers, answers));
            answers += 1;
        }
    }
    assert_eq!((rig.proxy.counters().lost, rig.stuck.len()), (0, 0));
}

#[test]
fn places_run_out_and_old_names_are_known() {
    let mut rig = rig(&Size { programs: 2, ..Size::default() });
    let (a, b) = (rig.ready(), rig.ready());
    assert_eq!(rig.proxy.connect(), None);
    assert_eq!(rig.proxy.counters().refused, 1);
    assert_eq!(rig.proxy.clients().count(), 2);
    let old = rig.program(a).id;
    rig.kill(a);
    let heir = rig.ready();
    let new = rig.program(heir).id;
    assert!(new.index() == old.index() && new != old);
    assert_eq!(rig.proxy.client_receive(rig.now, old, &[]), Err(Refused::Disconnected));
    rig.proxy.disconnect(old);
    rig.proxy.configure(rig.now, old, true);
    assert!(!rig.proxy.is_ready(old) && rig.proxy.is_ready(new));
    rig.query(heir, 2, VENDOR, 1, &[]);
    rig.query(b, 2, VENDOR, 1, &[]);
    rig.settle();
    assert_eq!(rig.function.asked.len(), 2);
}

#[test]
fn hostile_programs_and_a_hostile_function_hurt_nobody_else() {
    let mut rig = rig(&Size::default());
    let mut dice = Dice(0x0bad_cafe);
    let honest = rig.ready();
    let mut attackers = [rig.ready(), rig.ready(), rig.connect()];
    // Valid messages to be spoiled.
    let models: Vec<Vec<u8>> = {
        let n = rig.connect();
        rig.configuration(n, 3, DEVICE);
        rig.configuration(n, 3, "/dev/null");
        rig.subscribe(n, 4, &[(VENDOR, &[1, 2, 3]), (BASIC_CONNECT, &[])]);
        rig.query(n, 5, VENDOR, 1, &[1; 60]);
        rig.query(n, 5, extensions::MS_BASIC_CONNECT_EXTENSIONS, 15, &version_body(0x300));
        rig.send(n, written(|b| message::write_open(b, 6, 0)));
        rig.send(n, written(|b| message::write_close(b, 7)));
        rig.send(n, written(|b| message::write_host_error(b, 5, ProtocolError::CANCEL)));
        let models = rig.program(n).backlog.drain(..).collect();
        rig.kill(n);
        models
    };
    let mut asked_of_us = 0;
    for k in 0..1000_u32 {
        for _ in 0..10 {
            let at = dice.below(attackers.len());
            let n = attackers[at];
            let mut bytes = models[dice.below(models.len())].clone();
            if dice.below(4) == 0 {
                let pieces = cut(bytes, 64);
                bytes = pieces[dice.below(pieces.len())].clone();
            }
            for _ in 0..dice.below(4) {
                let at = dice.below(bytes.len());
                bytes[at] = [0, 1, 4, 0x7f, 0x80, 0xff][dice.below(6)];
            }
            if dice.below(5) == 0 {
                bytes.truncate(dice.below(bytes.len()));
            }
            let id = rig.program(n).id;
            let _ = rig.proxy.client_receive(rig.now, id, &bytes);
            match dice.below(200) {
                0 => {
                    rig.kill(n);
                    attackers[at] = rig.connect();
                }
                1 => rig.program(n).reads ^= true,
                _ => {}
            }
        }
        rig.query(honest, 10 + k, VENDOR, 99, &k.to_le_bytes());
        let mut answered = false;
        for _ in 0..2000 {
            rig.hostile_round(&mut dice);
            while let Some(message) = rig.program(honest).inbox.pop_front() {
                match message.kind {
                    MessageType::INDICATE_STATUS => {}
                    _ => {
                        assert_eq!((message.id, message.done().body), (10 + k, &k.to_le_bytes()[..]));
                        answered = true;
                        asked_of_us += 1;
                    }
                }
            }
            if answered {
                break;
            }
        }
        assert!(answered, "command {k}");
        rig.now = rig.now + Millis(20);
        if rig.proxy.poll_at() <= rig.now {
            rig.proxy.expire(rig.now);
        }
    }
    assert_eq!(asked_of_us, 1000);
    let id = rig.program(honest).id;
    assert_eq!((rig.proxy.lost(id), rig.function.opens, rig.proxy.counters().resets), (0, 1, 0));
    let counters = rig.proxy.counters();
    assert!(counters.malformed > 100 && counters.fragments > 100, "{counters:?}");
}

impl Rig {
    /// As [`round`](Self::round), with paths that are judged anyhow and a function that answers anything to strangers.
    fn hostile_round(&mut self, dice: &mut Dice) {
        let backlog = self.programs.iter_mut().flatten().find(|program| !program.backlog.is_empty());
        if let Some(program) = backlog {
            let transfer = program.backlog.pop_front().unwrap();
            if self.proxy.client_receive(self.now, program.id, &transfer).is_err() {
                program.backlog.push_front(transfer);
            }
        }
        while let Some(event) = self.proxy.next_event() {
            if let Event::Configure { client, path, .. } = event {
                let accept = path == DEVICE;
                self.proxy.configure(self.now, client, accept);
            }
        }
        while let Some(transfer) = self.proxy.transmit_device(self.now) {
            self.function.take(transfer);
        }
        while let Some(asked) = self.function.asked.pop_front() {
            let honest = (asked.service, asked.cid) == (VENDOR, 99);
            let body = if honest { asked.body.clone() } else { vec![0xff; dice.below(200)] };
            self.function.answer(&asked, Status(if honest { 0 } else { dice.below(3) as u32 }), &body);
        }
        while let Some(transfer) = self.function.out.pop_front() {
            self.proxy.device_receive(self.now, &transfer);
            if dice.below(4) == 0 {
                // Noise of the function's: spoiled copies, of other transactions.
                let mut noise = transfer.clone();
                noise[8] ^= 0x55;
                let at = dice.below(noise.len());
                noise[at] = dice.below(256) as u8;
                if noise[0] != 4 && noise[8] != transfer[8] {
                    self.proxy.device_receive(self.now, &noise);
                }
            }
        }
        let programs = &mut self.programs;
        loop {
            let reads = |id| programs.iter().flatten().any(|program| program.id == id && program.reads);
            let Some((id, transfer)) = self.proxy.transmit_client(reads) else {
                break;
            };
            let program = programs.iter_mut().flatten().find(|program| program.id == id).expect("a living program");
            program.inbox.extend(program.reader.read(transfer));
        }
    }
}

// The client's side.

fn poll<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Runs a future of the client, whose transfers go through the proxy, to its end.
fn run<F: Future>(
    rig: &mut Rig,
    n: usize,
    clock: &VirtualClock,
    end: &mut wwan::channel::PipeEnd<'_, '_>,
    future: F,
) -> F::Output {
    let mut future = pin!(future);
    let mut buffer = vec![0; 4096];
    for _ in 0..10_000 {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
        let mut moved = false;
        while let Some(length) = end.receive(&mut buffer, Instant(0)).unwrap() {
            rig.program(n).backlog.push_back(buffer[..length].to_vec());
            moved = true;
        }
        rig.settle();
        while let Some(asked) = rig.function.asked.pop_front() {
            let body = asked.body.clone();
            rig.function.answer(&asked, Status::SUCCESS, &body);
            rig.settle();
        }
        while let Some(message) = rig.program(n).inbox.pop_front() {
            let length =
                if matches!(message.kind, MessageType::COMMAND_DONE | MessageType::INDICATE_STATUS) { 20 } else { 12 };
            let mut bytes = vec![0; length];
            bytes[..4].copy_from_slice(&message.kind.0.to_le_bytes());
            bytes[4..8].copy_from_slice(&((length + message.rest.len()) as u32).to_le_bytes());
            bytes[8..12].copy_from_slice(&message.id.to_le_bytes());
            if length == 20 {
                bytes[12] = 1;
            }
            bytes.extend(message.rest);
            end.send(&bytes).unwrap();
            moved = true;
        }
        if !moved {
            clock.advance().expect("the future waits for nothing that can happen");
        }
    }
    panic!("the future does not end");
}

fn client_memory() -> client::Memory<'static> {
    client::Memory {
        transfer: leak(0, 4096),
        indications: leak(0, 1024),
        session: session::Memory {
            slots: Box::leak(Box::new([session::Slot::FREE, session::Slot::FREE])),
            command: leak(0, 1024),
            answer: leak(0, 1024),
            indication: leak(0, 0),
        },
    }
}

#[test]
fn our_client_goes_through_the_proxy() {
    let mut rig = rig(&Size::default());
    let other = rig.ready();
    let n = rig.connect();
    let (mut down, mut up) = (vec![0; 65536], vec![0; 65536]);
    let mut pipe = Pipe::new(&mut down, &mut up);
    let (host, mut end) = pipe.split();
    let clock = host.clock();
    let mut modem = Client::new(Async { channel: host, clock }, session::Config::default(), client_memory());

    let refused = run(&mut rig, n, clock, &mut end, modem.configure_proxy("/dev/cdc-wdm9", Millis::from_secs(30)));
    assert!(matches!(refused, Err(Error::Refused(refusal)) if refusal.status == Status::FAILURE));
    let versions = run(&mut rig, n, clock, &mut end, modem.configure_proxy(LINK, Millis::from_secs(30)));
    assert_eq!(versions, Ok(None));
    run(&mut rig, n, clock, &mut end, modem.open()).unwrap();
    let body = run(&mut rig, n, clock, &mut end, async {
        let answer = modem.command(VENDOR, 5, CommandType::SET, &Raw(&[1, 2, 3]), Millis::from_secs(10)).await;
        answer.unwrap().body.to_vec()
    });
    assert_eq!(body, [1, 2, 3]);

    // Somebody else agrees on versions; then the function is lost, and found again.
    rig.query(other, 2, extensions::MS_BASIC_CONNECT_EXTENSIONS, 15, &version_body(0x0300));
    let asked = rig.asked();
    rig.function.answer(&asked, Status::SUCCESS, &version_body(0x0300));
    let told = run(&mut rig, n, clock, &mut end, async {
        let told = modem.next_indication(Instant::FAR).await.unwrap().unwrap();
        (told.service, told.body.to_vec())
    });
    assert_eq!(told, (PROXY_CONTROL, vec![0, 1, 0, 3]));
    let versions = run(&mut rig, n, clock, &mut end, modem.configure_proxy(DEVICE, Millis::from_secs(30)));
    assert_eq!(versions, Ok(None), "open: whatever is indicated stays to be read");
    rig.function.error(0, ProtocolError::NOT_OPENED);
    let lost = run(&mut rig, n, clock, &mut end, async {
        while modem.next_indication(Instant::FAR).await?.is_some() {}
        Ok(())
    });
    assert_eq!(lost, Err(Error::Lost));
    rig.program(other).inbox.clear();
    rig.configuration(other, 3, DEVICE);
    assert_eq!(rig.status(other, 3), Status::SUCCESS);
    rig.query(other, 4, extensions::MS_BASIC_CONNECT_EXTENSIONS, 15, &version_body(0x0200));
    let asked = rig.asked();
    rig.function.answer(&asked, Status::SUCCESS, &version_body(0x0200));
    rig.settle();
    let versions = run(&mut rig, n, clock, &mut end, modem.configure_proxy(DEVICE, Millis::from_secs(30)));
    assert_eq!(versions, Ok(Some(VersionNotification { mbim_version: 0x0100, mbim_extended_version: 0x0200 })));
    run(&mut rig, n, clock, &mut end, modem.open()).unwrap();
    let caps = run(&mut rig, n, clock, &mut end, async { modem.query::<DeviceCaps>(&Empty {}).await.is_ok() });
    assert!(caps);
    assert_eq!((modem.counters().foreign, modem.counters().not_open, modem.counters().malformed), (0, 0, 0));
}

/// What libmbim puts into its CONFIGURATION: path "/dev/null", 30 s.
const CONFIGURATION: [u8; 32] = [
    0x0c, 0, 0, 0, 0x12, 0, 0, 0, 0x1e, 0, 0, 0, b'/', 0, b'd', 0, b'e', 0, b'v', 0, b'/', 0, b'n', 0, b'u', 0, b'l',
    0, b'l', 0, 0, 0,
];

#[test]
fn configurations_are_those_of_libmbim() {
    let mut rig = rig(&Size::default());
    let n = rig.connect();
    let (service, cid) = (PROXY_CONTROL, Configuration::CID);
    let message = written(|b| message::write_command(b, 1, service, cid, CommandType::SET, &Raw(&CONFIGURATION)));
    let id = rig.program(n).id;
    rig.proxy.client_receive(rig.now, id, &message).unwrap();
    let event = rig.proxy.next_event();
    let timeout = Millis::from_secs(30);
    let path = "/dev/null".into();
    assert_eq!(event, Some(Event::Configure { client: id, path, timeout, transaction_id: 1 }));
    assert_eq!(rig.proxy.next_event(), None, "asked once");

    let (mut down, mut up) = (vec![0; 4096], vec![0; 4096]);
    let mut pipe = Pipe::new(&mut down, &mut up);
    let (host, mut end) = pipe.split();
    let clock = host.clock();
    let mut modem = Client::new(Async { channel: host, clock }, session::Config::default(), client_memory());
    // Seconds are rounded up.
    assert!(poll(pin!(modem.configure_proxy("/dev/null", Millis(29_001)))).is_pending());
    let mut buffer = vec![0; 4096];
    let length = end.receive(&mut buffer, Instant(0)).unwrap().unwrap();
    assert_eq!(buffer[..length], message);
}

#[test]
fn our_client_gives_a_silent_proxy_up() {
    let mut rig = rig(&Size::default());
    let n = rig.connect();
    rig.unplugged = true;
    let (mut down, mut up) = (vec![0; 65536], vec![0; 65536]);
    let mut pipe = Pipe::new(&mut down, &mut up);
    let (host, mut end) = pipe.split();
    let clock = host.clock();
    let mut modem = Client::new(Async { channel: host, clock }, session::Config::default(), client_memory());
    // Virtual time passes for the client only, so the proxy never answers.
    let failed = run(&mut rig, n, clock, &mut end, modem.configure_proxy(DEVICE, Millis::from_secs(30)));
    let Err(Error::Failed { command: Some(command), failure }) = failed else {
        panic!("{failed:?}");
    };
    assert_eq!((command.service, command.cid), (PROXY_CONTROL, Configuration::CID));
    assert_eq!(failure, session::Failure::Timeout);
    assert_eq!(clock.now(), Instant(40_000));
}
