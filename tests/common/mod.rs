//! What the tests of the MBIM function share: a function with its modem on a bench, and a host's hands.
#![allow(dead_code, unreachable_pub)] // each file of tests uses a part
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs,
    missing_debug_implementations
)]

use mbim_wire::field::{Empty, EmptyView};
use mbim_wire::fragment::{Assembler, Progress};
use mbim_wire::list::RefList;
use mbim_wire::message::{
    Body, CommandDone, CommandType, IndicateStatus, Transfer, write_command, write_open, write_query, write_set,
};
use mbim_wire::service::basic_connect::{self as bc, context_type};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::{Command, Encode, ProtocolError, Query, Set, Status, Uuid, View};
use wwan::device::mbim::{Config, Function, Memory};
use wwan::device::modem::{Modem, Setup};
use wwan::time::Instant;

/// A whole message of the function.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    OpenDone(u32, Status),
    CloseDone(u32, Status),
    Error(u32, ProtocolError),
    Done { tid: u32, service: Uuid, cid: u32, status: Status, body: Vec<u8> },
    Indication { service: Uuid, cid: u32, body: Vec<u8> },
}

impl Message {
    /// The buffer of an answer to `C`, with the transaction and status expected.
    pub fn answer<C: Command>(&self, wanted_tid: u32, wanted: Status) -> &[u8] {
        match self {
            Self::Done { tid, service, cid, status, body } => {
                assert_eq!((*tid, *service, *cid, *status), (wanted_tid, C::SERVICE, C::CID, wanted));
                body
            }
            other => panic!("an answer to transaction {wanted_tid} expected, not {other:?}"),
        }
    }

    pub fn refused<C: Command>(&self, tid: u32, status: Status) {
        assert!(self.answer::<C>(tid, status).is_empty(), "the buffer must be empty");
    }

    pub fn indication<C: Command>(&self) -> &[u8] {
        match self {
            Self::Indication { service, cid, body } => {
                assert_eq!((*service, *cid), (C::SERVICE, C::CID));
                body
            }
            other => panic!("an indication expected, not {other:?}"),
        }
    }
}

/// A function with its modem, and a host's hands.
pub struct Bench {
    pub modem: Modem,
    pub function: Function<'static>,
    pub now: Instant,
    pub tid: u32,
    /// Transfers as they came.
    pub transfers: Vec<Vec<u8>>,
    assembler: Assembler<'static>,
}

pub fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

impl Bench {
    pub fn with(setup: Setup, config: Config, out: usize) -> Self {
        let memory = Memory { out: leak(out), assembly: leak(2048) };
        Self {
            modem: Modem::new(Instant(0), setup),
            function: Function::new(config, memory),
            now: Instant(0),
            tid: 0,
            transfers: Vec::new(),
            assembler: Assembler::new(leak(8192)),
        }
    }

    pub fn new(setup: Setup) -> Self {
        Self::with(setup, Config::default(), 4096)
    }

    /// Open, registered, attached; nothing left to read.
    pub fn ready(setup: Setup) -> Self {
        let mut bench = Self::new(setup);
        bench.open();
        bench.wait(10_000);
        bench
    }

    pub fn send(&mut self, transfer: &[u8]) {
        self.function.receive(self.now, &mut self.modem, transfer);
    }

    /// Everything that comes now.
    pub fn read(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(bytes) = self.function.transmit(self.now, &mut self.modem) {
            self.transfers.push(bytes.to_vec());
            let transfer = Transfer::parse(bytes).unwrap();
            assert_eq!(transfer.length, bytes.len());
            let tid = transfer.transaction_id;
            let fragment = match transfer.body {
                Body::OpenDone(status) => {
                    messages.push(Message::OpenDone(tid, status));
                    continue;
                }
                Body::CloseDone(status) => {
                    messages.push(Message::CloseDone(tid, status));
                    continue;
                }
                Body::FunctionError(error) => {
                    messages.push(Message::Error(tid, error));
                    continue;
                }
                Body::CommandDone(fragment) | Body::IndicateStatus(fragment) => fragment,
                other => panic!("a function does not send {other:?}"),
            };
            if self.assembler.push(&fragment).unwrap() == Progress::Pending {
                continue;
            }
            let payload = self.assembler.payload();
            messages.push(match transfer.body {
                Body::CommandDone(_) => {
                    let done = CommandDone::parse(payload).unwrap();
                    Message::Done {
                        tid,
                        service: done.service,
                        cid: done.cid,
                        status: done.status,
                        body: done.body.to_vec(),
                    }
                }
                _ => {
                    assert_eq!(tid, 0, "indications have transaction 0");
                    let indication = IndicateStatus::parse(payload).unwrap();
                    Message::Indication {
                        service: indication.service,
                        cid: indication.cid,
                        body: indication.body.to_vec(),
                    }
                }
            });
        }
        messages
    }

    /// The one message that comes now.
    pub fn read_one(&mut self) -> Message {
        let mut messages = self.read();
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.remove(0)
    }

    /// Lets time pass, event by event; everything that comes meanwhile.
    pub fn wait(&mut self, span: u64) -> Vec<Message> {
        let end = Instant(self.now.0 + span);
        let mut messages = self.read();
        while let Some(at) = self.function.poll_at(&self.modem).filter(|at| *at <= end) {
            self.now = self.now.max(at);
            let more = self.read();
            messages.extend(more);
        }
        self.now = end;
        messages.extend(self.read());
        messages
    }

    /// Only answers, of everything that comes.
    pub fn wait_answers(&mut self, span: u64) -> Vec<Message> {
        let mut messages = self.wait(span);
        messages.retain(|message| !matches!(message, Message::Indication { .. }));
        messages
    }

    pub fn next_tid(&mut self) -> u32 {
        self.tid += 1;
        self.tid
    }

    pub fn open(&mut self) {
        let tid = self.next_tid();
        self.send(write_open(&mut [0; 16], tid, 4096).unwrap());
        assert_eq!(self.read_one(), Message::OpenDone(tid, Status::SUCCESS));
    }

    pub fn command(&mut self, service: Uuid, cid: u32, kind: CommandType, body: &dyn Encode) -> u32 {
        let tid = self.next_tid();
        let mut buffer = [0; 2048];
        let message = write_command(&mut buffer, tid, service, cid, kind, body).unwrap();
        self.function.receive(self.now, &mut self.modem, message);
        tid
    }

    pub fn query<'p, Q: Query>(&mut self, params: &<Q::Params<'p> as View<'p>>::Value) -> u32 {
        let tid = self.next_tid();
        let mut buffer = [0; 2048];
        let message = write_query::<Q>(&mut buffer, tid, params).unwrap();
        self.function.receive(self.now, &mut self.modem, message);
        tid
    }

    pub fn set<'p, S: Set>(&mut self, params: &<S::Params<'p> as View<'p>>::Value) -> u32 {
        let tid = self.next_tid();
        let mut buffer = [0; 2048];
        let message = write_set::<S>(&mut buffer, tid, params).unwrap();
        self.function.receive(self.now, &mut self.modem, message);
        tid
    }

    /// The buffer of the answer to a simple query, which must succeed at once.
    pub fn ask<Q>(&mut self) -> Vec<u8>
    where
        Q: for<'a> Query<Params<'a> = EmptyView<'a>>,
    {
        let tid = self.query::<Q>(&Empty {});
        self.read_one().answer::<Q>(tid, Status::SUCCESS).to_vec()
    }

    pub fn agree(&mut self, version: u16) -> u16 {
        let tid =
            self.query::<ext::Version>(&ext::VersionInfo { mbim_version: 0x0100, mbim_extended_version: version });
        let answer = self.read_one();
        let view = ext::VersionInfoView::new(answer.answer::<ext::Version>(tid, Status::SUCCESS));
        assert_eq!(view.mbim_version().unwrap(), 0x0100);
        view.mbim_extended_version().unwrap()
    }

    pub fn connect(&mut self, session: u32) -> u32 {
        self.set::<bc::Connect>(&bc::ConnectSet {
            session_id: session,
            activation_command: bc::ActivationCommand::ACTIVATE,
            access_string: "internet".into(),
            ip_type: bc::ContextIpType::IPV4V6,
            context_type: context_type::INTERNET,
            ..Default::default()
        })
    }

    pub fn disconnect(&mut self, session: u32) -> u32 {
        self.set::<bc::Connect>(&bc::ConnectSet {
            session_id: session,
            activation_command: bc::ActivationCommand::DEACTIVATE,
            context_type: context_type::INTERNET,
            ..Default::default()
        })
    }

    /// A session that is up.
    pub fn connected(&mut self, session: u32) {
        let tid = self.connect(session);
        let messages = self.wait(1_000);
        assert_eq!(messages.len(), 1, "{messages:?}");
        let info = connect_info(messages[0].answer::<bc::Connect>(tid, Status::SUCCESS));
        assert_eq!(info.activation_state, bc::ActivationState::ACTIVATED);
    }

    pub fn session(&mut self, session: u32) -> bc::ConnectInfo {
        let tid = self.query::<bc::Connect>(&bc::ConnectQuery { session_id: session, ..Default::default() });
        connect_info(self.read_one().answer::<bc::Connect>(tid, Status::SUCCESS))
    }

    pub fn ip_configuration(&mut self, session: u32) -> Message {
        self.query::<bc::IpConfiguration>(&bc::IpConfigurationQuery { session_id: session, ..Default::default() });
        self.read_one()
    }

    pub fn subscribe(&mut self, events: &[(Uuid, &[u32])]) -> Vec<(Uuid, Vec<u32>)> {
        let entries: Vec<_> = events
            .iter()
            .map(|(service, cids)| bc::EventEntry {
                device_service_id: *service,
                cids: (*cids).into(),
                ..Default::default()
            })
            .collect();
        let tid = self.set::<bc::DeviceServiceSubscribeList>(&bc::DeviceServiceSubscribeListSet {
            events: RefList::new(&entries),
            ..Default::default()
        });
        let answer = self.read_one();
        let body = answer.answer::<bc::DeviceServiceSubscribeList>(tid, Status::SUCCESS);
        let list = bc::DeviceServiceSubscribeListInfoView::new(body).events().unwrap();
        list.iter()
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.device_service_id, entry.cids.iter().map(Result::unwrap).collect())
            })
            .collect()
    }
}

pub fn connect_info(body: &[u8]) -> bc::ConnectInfo {
    bc::ConnectInfoView::new(body).read().unwrap()
}
