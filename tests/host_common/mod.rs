//! A function that follows a script, in virtual time: it expects one command after another, and answers as written.
#![allow(dead_code, unreachable_pub, clippy::std_instead_of_alloc)] // each test uses what it needs

use std::collections::VecDeque;

use mbim_wire::field::Raw;
use mbim_wire::message::{self, Body, CommandType, Transfer};
use mbim_wire::{Command, Encode, Status, Uuid, Writer};
use wwan::channel::PipeError;
use wwan::channel::blocking::MessageChannel;
use wwan::client::mbim::Memory;
use wwan::client::mbim::blocking::Client;
use wwan::session::mbim::{Config, Memory as SessionMemory, Slot};
use wwan::time::Instant;

/// What the function does with a command.
enum Reply {
    Done(Status, Vec<u8>),
    Silence,
    /// Dead to everything: the function was reset.
    NotOpened,
}

struct Expected {
    service: Uuid,
    cid: u32,
    kind: CommandType,
    params: Option<Vec<u8>>,
    /// Indications before the answer: service, command, information buffer.
    before: Vec<(Uuid, u32, Vec<u8>)>,
    reply: Reply,
}

/// The channel to such a function.
#[derive(Default)]
pub struct Script {
    now: u64,
    steps: VecDeque<Expected>,
    out: VecDeque<Vec<u8>>,
    /// Indications at a time.
    later: VecDeque<(u64, Vec<u8>)>,
    /// When each command came, in milliseconds.
    pub times: Vec<u64>,
    /// The parameters of each command.
    pub params: Vec<Vec<u8>>,
}

/// The information buffer of `value`.
pub fn bytes(value: &dyn Encode) -> Vec<u8> {
    let mut buffer = vec![0; 4096];
    let mut writer = Writer::new(&mut buffer);
    writer.structure(value);
    writer.finish().unwrap().to_vec()
}

/// Bytes from hexadecimal digits, blanks between them.
pub fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        digits.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).unwrap() as u8).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

impl Script {
    pub fn expect<C: Command>(&mut self, kind: CommandType, status: Status, body: Vec<u8>) -> &mut Self {
        let (service, cid) = (C::SERVICE, C::CID);
        let reply = Reply::Done(status, body);
        self.steps.push_back(Expected { service, cid, kind, params: None, before: Vec::new(), reply });
        self
    }

    /// A query that succeeds.
    pub fn query<C: Command>(&mut self, body: Vec<u8>) -> &mut Self {
        self.expect::<C>(CommandType::QUERY, Status::SUCCESS, body)
    }

    /// A set that succeeds.
    pub fn set<C: Command>(&mut self, body: Vec<u8>) -> &mut Self {
        self.expect::<C>(CommandType::SET, Status::SUCCESS, body)
    }

    /// The last command carries these bytes.
    pub fn with(&mut self, params: Vec<u8>) -> &mut Self {
        self.steps.back_mut().unwrap().params = Some(params);
        self
    }

    /// The last command gets this status, and no information buffer.
    pub fn but(&mut self, status: Status) -> &mut Self {
        self.steps.back_mut().unwrap().reply = Reply::Done(status, Vec::new());
        self
    }

    /// The last command gets no answer.
    pub fn silence(&mut self) -> &mut Self {
        self.steps.back_mut().unwrap().reply = Reply::Silence;
        self
    }

    /// The last command finds the function closed.
    pub fn not_opened(&mut self) -> &mut Self {
        self.steps.back_mut().unwrap().reply = Reply::NotOpened;
        self
    }

    /// Before the answer to the last command, this is indicated.
    pub fn indicating<C: Command>(&mut self, body: Vec<u8>) -> &mut Self {
        self.steps.back_mut().unwrap().before.push((C::SERVICE, C::CID, body));
        self
    }

    /// So many milliseconds from now, this is indicated.
    pub fn later<C: Command>(&mut self, after: u64, body: &[u8]) -> &mut Self {
        self.later.push_back((self.now + after, indication(C::SERVICE, C::CID, body)));
        self
    }

    /// Fails the test if the host has not sent all that was expected.
    pub fn finish(&self) {
        assert_eq!(self.steps.len(), 0, "commands that never came");
    }
}

fn indication(service: Uuid, cid: u32, body: &[u8]) -> Vec<u8> {
    let mut buffer = vec![0; 4096];
    message::write_indicate_status(&mut buffer, service, cid, &Raw(body)).unwrap().to_vec()
}

impl MessageChannel for Script {
    type Error = PipeError;

    fn send(&mut self, transfer: &[u8]) -> Result<(), PipeError> {
        let transfer = Transfer::parse(transfer).unwrap();
        let id = transfer.transaction_id;
        let mut buffer = vec![0; 4096];
        match transfer.body {
            Body::Open { .. } => {
                self.out.push_back(message::write_open_done(&mut buffer, id, Status::SUCCESS).unwrap().to_vec());
            }
            Body::Close => {
                self.out.push_back(message::write_close_done(&mut buffer, id, Status::SUCCESS).unwrap().to_vec());
            }
            Body::Command(fragment) => {
                assert!(fragment.is_whole());
                let command = fragment.command().unwrap();
                let number = self.times.len();
                let Some(expected) = self.steps.pop_front() else {
                    panic!("command {number} was not expected: {command:?}");
                };
                let (asked, wanted) =
                    ((command.service, command.cid, command.kind), (expected.service, expected.cid, expected.kind));
                assert_eq!(asked, wanted, "command {number}");
                if let Some(params) = expected.params {
                    assert_eq!(command.body, params, "parameters of command {number}");
                }
                self.times.push(self.now);
                self.params.push(command.body.to_vec());
                for (service, cid, body) in &expected.before {
                    self.out.push_back(indication(*service, *cid, body));
                }
                match expected.reply {
                    Reply::Done(status, body) => {
                        let (service, cid) = (command.service, command.cid);
                        let done =
                            message::write_command_done(&mut buffer, id, service, cid, status, &Raw(&body)).unwrap();
                        self.out.push_back(done.to_vec());
                    }
                    Reply::Silence => {}
                    Reply::NotOpened => {
                        let error = mbim_wire::ProtocolError::NOT_OPENED;
                        let error = message::write_function_error(&mut buffer, id, error).unwrap();
                        self.out.push_back(error.to_vec());
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, PipeError> {
        let due = self.later.front().is_some_and(|(at, _)| self.out.is_empty() && *at <= deadline.0);
        if let (true, Some((at, message))) = (due, self.later.front().cloned()) {
            self.later.pop_front();
            self.now = self.now.max(at);
            self.out.push_back(message);
        }
        if let Some(message) = self.out.pop_front() {
            buf[..message.len()].copy_from_slice(&message);
            return Ok(Some(message.len()));
        }
        assert_ne!(deadline, Instant::FAR, "the host waits for nothing that can happen");
        self.now = self.now.max(deadline.0);
        Ok(None)
    }

    fn max_message(&self) -> usize {
        4096
    }

    fn now(&self) -> Instant {
        Instant(self.now)
    }
}

/// A client that is open, at the end of an empty script.
pub fn client() -> Client<'static, Script> {
    let mut client = closed();
    client.open().unwrap();
    client
}

/// A client at the end of an empty script.
pub fn closed() -> Client<'static, Script> {
    let leak = |len: usize| Box::leak(vec![0xa5; len].into_boxed_slice());
    let memory = Memory {
        transfer: leak(4096),
        indications: leak(1024),
        session: SessionMemory {
            slots: Box::leak(Box::new([Slot::FREE; 2])),
            command: leak(4096),
            answer: leak(4096),
            indication: leak(256),
        },
    };
    Client::new(Script::default(), Config::default(), memory)
}
