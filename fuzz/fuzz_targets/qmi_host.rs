//! The QMI host session against a modem that does anything, with a clock that jumps: every request ends exactly once, what
//! is sent is well-formed, deadlines lie in the future, and the table of clients holds no number twice.
#![no_main]

use std::collections::HashMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use qmi_wire::Verdict;
use qmi_wire::frame::{Frame, Framing, Head, Kind, MessageWriter};
use qmi_wire::service::Service;
use qmi_wire::text::Rest;
use wwan::session::qmi::{
    ClientSlot, Config, Empty, Expired, Incoming, Memory, MessageId, Owned, Record, Session, SessionError, Slot, Ticket,
};
use wwan::time::{Instant, Millis};

#[derive(Arbitrary, Debug)]
struct Input {
    sync: bool,
    exclusive: bool,
    slots: u8,
    clients: u8,
    request: u8,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum Step {
    Open,
    Resync,
    AssumeOpen,
    Close,
    Start {
        message: u8,
        instance: u8,
        timeout: u16,
    },
    Release {
        service: u8,
        instance: u8,
    },
    Keep(u8),
    Abandon(u8),
    Adopt(Vec<u8>),
    Transmit(u8),
    Advance(u16),
    /// Anything.
    Bytes(Vec<u8>),
    /// The answer to an earlier message, with lies.
    Answer {
        earlier: u8,
        verdict: u16,
        value: Vec<u8>,
        lie: Option<(u8, u8)>,
    },
    /// An indication.
    Tell {
        service: u8,
        client: u8,
        id: u8,
        value: Vec<u8>,
    },
}

/// What is asked: abortable ones, sessions, and a service with a wide number among them.
const MESSAGES: [MessageId; 7] = [
    MessageId { service: Service::DMS, id: 0x22, abortable: false },
    MessageId { service: Service::WDS, id: 0x20, abortable: true },
    MessageId { service: Service::WDS, id: 0x21, abortable: false },
    MessageId { service: Service::NAS, id: 0x21, abortable: true },
    MessageId { service: Service::CTL, id: 0x21, abortable: false },
    MessageId { service: Service::IMSDCM, id: 0x20, abortable: false },
    MessageId { service: Service::UIM, id: 0x2f, abortable: false },
];

/// The world around the session.
struct Model<'s> {
    session: Session<'s>,
    now: Instant,
    /// Requests that must end yet.
    open: HashMap<Ticket, MessageId>,
    /// All there ever were, in order.
    started: Vec<Ticket>,
    abandoned: Vec<Ticket>,
    /// What was sent: framing, service, transaction, number.
    sent: Vec<(Framing, Service, u16, u16)>,
}

impl Model<'_> {
    /// A request has ended.
    fn ended(&mut self, ticket: Ticket) -> MessageId {
        assert!(!self.abandoned.contains(&ticket), "a request that was given up ended all the same");
        self.open.remove(&ticket).expect("a request ended that was not under way")
    }

    fn forget(&mut self) {
        self.open.clear();
        self.abandoned.clear();
    }

    fn receive(&mut self, frame: &[u8]) {
        match self.session.receive(self.now, frame) {
            Incoming::Answer { ticket, answer } => {
                let name = (answer.tlvs.service(), answer.tlvs.message());
                let asked = self.ended(ticket);
                assert_eq!(name, (asked.service, asked.id), "the answer of another message");
            }
            Incoming::Failed { ticket, .. } => drop(self.ended(ticket)),
            Incoming::Lost => {
                self.forget();
                assert_eq!(self.session.clients().count(), 0);
            }
            _ => {}
        }
        self.expire();
    }

    /// Lets the session act on time, as its rules demand, and checks that it is content afterwards.
    fn expire(&mut self) {
        for n in 0.. {
            assert!(n < 300, "expire never ends");
            match self.session.expire(self.now) {
                Some(Expired::Failed { ticket, .. }) => drop(self.ended(ticket)),
                Some(_) => {}
                None => break,
            }
        }
        assert!(self.session.poll_at() > self.now, "a deadline that has passed");
        let clients: Vec<_> = self.session.clients().collect();
        for (n, one) in clients.iter().enumerate() {
            let twice = clients[..n].iter().any(|other| (other.service, other.instance) == (one.service, one.instance));
            assert!(!twice, "an instance twice: {clients:?}");
        }
    }

    fn transmit(&mut self, most: usize) {
        for _ in 0..most {
            let Some(bytes) = self.session.transmit() else { return };
            let length = bytes.len();
            let frame = Frame::parse(bytes).expect("well-formed");
            assert_eq!(qmi_wire::frame::frame_len(bytes), Ok(length));
            let message = frame.message;
            assert!(message.kind() == Kind::Request && message.transaction != 0);
            self.sent.push((frame.framing, message.service(), message.transaction, message.id()));
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Open => {
                // Opening that is under way goes on; else everything starts anew.
                self.session.open(self.now);
                self.forget();
            }
            Step::Resync => {
                self.session.resync(self.now);
                self.forget();
            }
            Step::AssumeOpen => {
                self.session.assume_open();
                self.forget();
            }
            Step::Close => {
                self.session.close(self.now);
                self.forget();
            }
            Step::Start { message, instance, timeout } => {
                let message = MESSAGES[usize::from(*message) % MESSAGES.len()];
                let timeout = Millis(u32::from(*timeout));
                let started = self.session.start(self.now, timeout, &message, *instance % 2, &Empty);
                self.note(started, message);
            }
            Step::Release { service, instance } => {
                let service = MESSAGES[usize::from(*service) % MESSAGES.len()].service;
                if service == Service::CTL {
                    return;
                }
                let wide = service.0 > 0xff;
                let id = if wide { 0xff23 } else { 0x23 };
                let started = self.session.release(self.now, Millis(3000), service, *instance % 2);
                self.note(started, MessageId { service: Service::CTL, id, abortable: false });
            }
            Step::Keep(n) => {
                let owned = self.session.clients().nth(usize::from(*n) % 8);
                if let Some(Owned { service, instance, .. }) = owned {
                    assert!(self.session.keep(service, instance, n & 0x80 != 0));
                }
            }
            Step::Abandon(n) => {
                if let Some(ticket) = pick(&self.started, *n) {
                    self.session.abandon(self.now, ticket);
                    if self.open.remove(&ticket).is_some() {
                        self.abandoned.push(ticket);
                    }
                }
            }
            Step::Adopt(record) => {
                for owned in Record(record).iter().take(3) {
                    let _ = self.session.adopt(owned);
                }
            }
            Step::Transmit(most) => self.transmit(usize::from(*most)),
            Step::Advance(by) => {
                self.now = self.now + Millis(u32::from(*by));
                self.expire();
            }
            Step::Bytes(bytes) => self.receive(bytes),
            Step::Answer { earlier, verdict, value, lie } => {
                let Some((framing, service, transaction, id)) = pick(&self.sent, *earlier) else { return };
                let framing = match framing {
                    Framing::Qmux { client, .. } => Framing::modem(client),
                    other => other,
                };
                let mut buffer = vec![0; value.len() + 64];
                let head = Head { framing, service, kind: Kind::Response, transaction, id };
                let mut writer = MessageWriter::new(&mut buffer, &head);
                let error = qmi_wire::ProtocolError(verdict >> 1);
                let verdict = if verdict & 1 == 0 { Verdict::SUCCESS } else { Verdict::failure(error) };
                writer.put(2, &verdict);
                writer.put(1, &Rest::<{ usize::MAX }>::from(&value[..]));
                let mut frame = writer.finish().unwrap().to_vec();
                if let Some((at, byte)) = lie {
                    let at = usize::from(*at) % frame.len();
                    frame[at] = *byte;
                }
                self.receive(&frame);
            }
            Step::Tell { service, client, id, value } => {
                let mut buffer = vec![0; value.len() + 64];
                let head = Head {
                    framing: Framing::modem(*client),
                    service: Service(u16::from(*service % 12)),
                    kind: Kind::Indication,
                    transaction: 1,
                    id: u16::from(*id),
                };
                let mut writer = MessageWriter::new(&mut buffer, &head);
                writer.put(1, &Rest::<{ usize::MAX }>::from(&value[..]));
                let frame = writer.finish().unwrap().to_vec();
                self.receive(&frame);
            }
        }
    }

    fn note(&mut self, started: Result<Ticket, SessionError>, message: MessageId) {
        match started {
            Ok(ticket) => {
                assert!(self.session.is_open() && ticket.transaction() != 0);
                assert_eq!(self.open.insert(ticket, message), None, "a transaction twice");
                self.abandoned.retain(|old| *old != ticket);
                self.started.push(ticket);
                // Nothing may be overdue at once.
                self.expire();
            }
            Err(SessionError::NotOpen) => assert!(!self.session.is_open()),
            Err(_) => {}
        }
    }
}

/// An item counted from the end.
fn pick<T: Copy>(items: &[T], n: u8) -> Option<T> {
    items.iter().rev().nth(usize::from(n) % items.len().max(1)).copied()
}

fuzz_target!(|input: Input| {
    let mut slots = vec![Slot::FREE; usize::from(input.slots % 6)];
    let mut clients = vec![ClientSlot::FREE; usize::from(input.clients % 5)];
    let mut request = vec![0; usize::from(input.request)];
    let memory = Memory { slots: &mut slots, clients: &mut clients, request: &mut request };
    let mut config = Config::default();
    (config.sync, config.exclusive) = (input.sync, input.exclusive);
    let mut model = Model {
        session: Session::new(config, memory),
        now: Instant(1),
        open: HashMap::new(),
        started: Vec::new(),
        abandoned: Vec::new(),
        sent: Vec::new(),
    };
    for step in &input.steps {
        model.step(step);
    }

    // With time, everything ends.
    for _ in 0..200 {
        model.transmit(1000);
        assert!(model.session.transmit().is_none(), "sending never ends");
        let at = model.session.poll_at();
        if at == Instant::FAR {
            break;
        }
        model.now = at;
        model.expire();
    }
    assert_eq!(model.session.poll_at(), Instant::FAR);
    assert!(model.open.is_empty(), "requests that never ended: {:?}", model.open);
});
