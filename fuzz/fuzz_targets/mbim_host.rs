//! The host session against a function that does anything, with a clock that jumps: every command ends exactly once, what
//! is sent is well-formed, and deadlines lie in the future.
#![no_main]

use std::collections::HashMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use mbim_wire::field::Raw;
use mbim_wire::message::{self, Body, CommandType, Transfer};
use mbim_wire::{Encode, ProtocolError, Status, Uuid};
use wwan::session::mbim::{Config, Expired, Incoming, Memory, Session, SessionError, Slot, Ticket};
use wwan::time::{Instant, Millis};

#[derive(Arbitrary, Debug)]
struct Input {
    max_control_transfer: u16,
    close_before_open: bool,
    first_transaction: u32,
    slots: u8,
    command: u8,
    answer: u16,
    indication: u16,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum Step {
    Open,
    AssumeOpen,
    Close,
    Start {
        service: u8,
        cid: u8,
        timeout: u16,
        body: u8,
    },
    Abandon(u8),
    Transmit(u8),
    Advance(u16),
    /// Anything.
    Bytes(Vec<u8>),
    /// The answer to what was sent last, or to an earlier message.
    Short {
        kind: u8,
        earlier: u8,
        word: u32,
    },
    /// The answer to a command, whole or cut, with lies.
    Answer {
        ticket: u8,
        body: Vec<u8>,
        limit: Option<u8>,
        only: Option<u8>,
        lie: Option<(u8, u8)>,
        status: u8,
    },
    Indicate {
        body: Vec<u8>,
        limit: Option<u8>,
        only: Option<u8>,
        lie: Option<(u8, u8)>,
    },
}

/// The world around the session.
struct Model<'s> {
    session: Session<'s>,
    now: Instant,
    /// Commands that must end yet, and what they were.
    open: HashMap<Ticket, (Uuid, u32)>,
    /// All there ever were, in order.
    started: Vec<(Ticket, Uuid, u32)>,
    /// Commands the caller has given up.
    abandoned: Vec<Ticket>,
    sent: Vec<u32>,
    limit: usize,
}

fn service(n: u8) -> Uuid {
    Uuid([n & 1; 16])
}

impl Model<'_> {
    /// A command has ended.
    fn ended(&mut self, ticket: Ticket) -> (Uuid, u32) {
        assert!(!self.abandoned.contains(&ticket), "a command that was given up ended all the same");
        self.open.remove(&ticket).expect("a command ended that was not under way")
    }

    fn forget(&mut self) {
        self.open.clear();
        self.abandoned.clear();
    }

    fn receive(&mut self, transfer: &[u8]) {
        let outcome = match self.session.receive(self.now, transfer) {
            Incoming::Answer { ticket, answer } => Some((ticket, Some((answer.service, answer.cid)))),
            Incoming::Failed { ticket, .. } => Some((ticket, None)),
            Incoming::Lost => {
                self.open.clear();
                self.abandoned.clear();
                None
            }
            _ => None,
        };
        if let Some((ticket, name)) = outcome {
            let asked = self.ended(ticket);
            assert!(name.is_none_or(|name| name == asked), "the answer of another command");
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
    }

    fn transmit(&mut self, most: usize) {
        let limit = usize::try_from(self.session.max_control_transfer()).unwrap();
        assert!(limit <= self.limit);
        for _ in 0..most {
            let Some(transfer) = self.session.transmit() else {
                return;
            };
            let parsed = Transfer::parse(transfer).expect("well-formed");
            assert_eq!(parsed.length, transfer.len());
            assert!(transfer.len() <= limit.max(64), "longer than agreed");
            // Complaints about an indication have its number, which is 0.
            let complaint = matches!(parsed.body, Body::HostError(_));
            assert!(complaint || parsed.transaction_id != 0);
            match parsed.body {
                Body::Open { .. } | Body::Close | Body::Command(_) => self.sent.push(parsed.transaction_id),
                Body::HostError(_) => {}
                other => panic!("a host does not send {other:?}"),
            }
        }
    }

    /// Delivers a message, whole or cut to `limit`, or one fragment of it; with a word of the headers changed.
    fn deliver(&mut self, message: &mut [u8], limit: Option<u8>, only: Option<u8>, lie: Option<(u8, u8)>) {
        let limit = limit.map_or(usize::MAX, |limit| usize::from(limit).max(21));
        let mut splitter = mbim_wire::fragment::Splitter::new(message, limit);
        let mut transfers = Vec::new();
        while let Some(transfer) = splitter.next(message) {
            transfers.push(transfer.to_vec());
        }
        if let Some((at, value)) = lie {
            let n = usize::from(at) / 48 % transfers.len();
            let at = usize::from(at) % 48;
            if let Some(byte) = transfers[n].get_mut(at) {
                *byte = value;
            }
        }
        match only {
            Some(n) => {
                let n = usize::from(n) % transfers.len();
                self.receive(&transfers[n]);
            }
            None => transfers.iter().for_each(|transfer| self.receive(transfer)),
        }
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Open => {
                // Opening that is under way goes on; else everything starts anew.
                self.session.open(self.now);
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
            Step::Start { service: name, cid, timeout, body } => self.start(service(*name), *cid, *timeout, *body),
            Step::Abandon(n) => {
                if let Some((ticket, ..)) = pick(&self.started, *n) {
                    self.session.abandon(ticket);
                    if self.open.remove(&ticket).is_some() {
                        self.abandoned.push(ticket);
                    }
                }
            }
            Step::Transmit(most) => self.transmit(usize::from(*most)),
            Step::Advance(by) => {
                self.now = self.now + Millis(u32::from(*by));
                self.expire();
            }
            Step::Bytes(bytes) => self.receive(bytes),
            Step::Short { kind, earlier, word } => {
                let id = pick(&self.sent, *earlier).unwrap_or(1);
                let mut buffer = [0; 16];
                let short = match kind % 5 {
                    0 => message::write_open_done(&mut buffer, id, Status(*word & 0x3f)),
                    1 => message::write_close_done(&mut buffer, id, Status(*word & 0x3f)),
                    2 => message::write_function_error(&mut buffer, id, ProtocolError(*word & 0xf)),
                    3 => message::write_open_done(&mut buffer, id, Status::SUCCESS),
                    _ => message::write_close_done(&mut buffer, id, Status::SUCCESS),
                };
                let short = short.unwrap().to_vec();
                self.receive(&short);
            }
            Step::Answer { ticket, body, limit, only, lie, status } => {
                if let Some((ticket, service, cid)) = pick(&self.started, *ticket) {
                    let (id, status) = (ticket.transaction_id(), Status(u32::from(*status)));
                    let mut buffer = vec![0; body.len() + 64];
                    let message = message::write_command_done(&mut buffer, id, service, cid, status, &Raw(body));
                    self.deliver(message.unwrap(), *limit, *only, *lie);
                }
            }
            Step::Indicate { body, limit, only, lie } => {
                let mut buffer = vec![0; body.len() + 64];
                let message = message::write_indicate_status(&mut buffer, service(0), 1, &Raw(body));
                self.deliver(message.unwrap(), *limit, *only, *lie);
            }
        }
    }

    fn start(&mut self, service: Uuid, cid: u8, timeout: u16, body: u8) {
        let bytes = [0x5a; 256];
        let body: &dyn Encode = &Raw(&bytes[..usize::from(body)]);
        let (cid, timeout) = (u32::from(cid & 1), Millis(u32::from(timeout)));
        let before = self.session.next_transaction();
        let was_open = self.session.is_open();
        match self.session.start(self.now, timeout, service, cid, CommandType::SET, body) {
            Ok(ticket) => {
                assert!(was_open && ticket.transaction_id() != 0);
                assert_eq!(self.open.insert(ticket, (service, cid)), None, "a transaction id twice");
                self.abandoned.retain(|old| *old != ticket);
                self.started.push((ticket, service, cid));
                // Nothing may be overdue at once.
                self.expire();
            }
            Err(SessionError::NotOpen) => assert!(!was_open),
            // A command that cannot be written uses up its number, and nothing else.
            Err(SessionError::Encode(_)) => assert_ne!(self.session.next_transaction(), 0),
            Err(_) => assert_eq!(self.session.next_transaction(), before),
        }
    }
}

/// An item counted from the end.
fn pick<T: Copy>(items: &[T], n: u8) -> Option<T> {
    items.iter().rev().nth(usize::from(n) % items.len().max(1)).copied()
}

fuzz_target!(|input: Input| {
    let mut slots = vec![Slot::FREE; usize::from(input.slots % 5)];
    let mut command = vec![0; usize::from(input.command) + 48];
    let (mut answer, mut indication) = (vec![0; usize::from(input.answer)], vec![0; usize::from(input.indication)]);
    let memory = Memory { slots: &mut slots, command: &mut command, answer: &mut answer, indication: &mut indication };
    let mut config = Config::default();
    config.max_control_transfer = u32::from(input.max_control_transfer);
    config.close_before_open = input.close_before_open;
    config.first_transaction = input.first_transaction;
    let limit = usize::from(input.max_control_transfer).max(64);
    let mut model = Model {
        session: Session::new(config, memory),
        now: Instant(1),
        open: HashMap::new(),
        started: Vec::new(),
        abandoned: Vec::new(),
        sent: Vec::new(),
        limit,
    };
    for step in &input.steps {
        model.step(step);
    }

    // With time, everything ends.
    for _ in 0..100 {
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
    assert!(model.open.is_empty(), "commands that never ended: {:?}", model.open);
});
