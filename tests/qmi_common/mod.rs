//! What the tests of the QMI function share: a function with its modem on a bench, and a host's hands.
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

use qmi_wire::frame::{Frame, Framing, Kind, Sender};
use qmi_wire::message::write_request;
use qmi_wire::service::Service;
use qmi_wire::service::ctl::{ReleaseInfo, allocate_cid, release_cid};
use qmi_wire::{Exchange, Indicated, ProtocolError, View};
use wwan::device::modem::{Modem, Setup};
use wwan::device::qmi::{Config, Function, Memory};
use wwan::time::{Instant, Millis};

/// A message of the function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub kind: Kind,
    pub service: Service,
    pub client: u8,
    pub transaction: u16,
    pub id: u16,
    pub tlvs: &'static [u8],
    /// The whole frame.
    pub frame: &'static [u8],
}

impl Message {
    fn of(frame: &[u8]) -> Self {
        let frame: &'static [u8] = frame.to_vec().leak();
        let parsed = Frame::parse(frame).expect("a frame");
        let client = match parsed.framing {
            Framing::Qmux { sender, client } => {
                assert_eq!(sender, Sender::MODEM);
                client
            }
            other => other.client().unwrap(),
        };
        let message = parsed.message;
        Self {
            kind: message.kind(),
            service: message.service(),
            client,
            transaction: message.transaction,
            id: message.id(),
            tlvs: message.tlvs.bytes(),
            frame,
        }
    }

    fn tlv_set(&self) -> qmi_wire::TlvSet<'static> {
        qmi_wire::TlvSet::parse(self.service, self.id, self.tlvs).unwrap()
    }

    /// The response to `M`, however it went.
    pub fn response<M: Exchange>(&self) -> M::Response<'static> {
        assert_eq!((self.kind, self.service, self.id), (Kind::Response, M::SERVICE, M::ID), "{self:?}");
        // Result comes first, four bytes.
        assert_eq!(self.tlvs[..3], [2, 4, 0]);
        M::Response::from_tlvs(self.tlv_set())
    }

    /// How the request went.
    pub fn error(&self) -> ProtocolError {
        assert_eq!(self.kind, Kind::Response);
        let verdict: qmi_wire::Verdict = self.tlv_set().require(2).unwrap();
        verdict.ok().err().unwrap_or(ProtocolError::NONE)
    }

    pub fn indication<M: Indicated>(&self) -> M::Indication<'static> {
        assert_eq!((self.kind, self.service, self.id), (Kind::Indication, M::SERVICE, M::ID), "{self:?}");
        M::Indication::from_tlvs(self.tlv_set())
    }
}

/// A client.
pub type Client = (Service, u8);

/// A function with its modem, and a host's hands.
pub struct Bench {
    // Both are too large for the stacks of tests with several benches.
    pub modem: Box<Modem>,
    pub function: Box<Function<'static>>,
    pub now: Instant,
    pub transaction: u16,
}

impl Default for Bench {
    /// A minute after the start of an ordinary modem, which is registered then.
    fn default() -> Self {
        Self::with(Setup::default(), Config::default())
    }
}

impl Bench {
    /// A minute after the start; what the function said by then is dropped.
    pub fn with(setup: Setup, config: Config) -> Self {
        let mut bench = Self::fresh(setup, config);
        bench.wait(60_000);
        bench
    }

    /// At the start.
    pub fn fresh(setup: Setup, config: Config) -> Self {
        let out = Box::leak(vec![0xa5; 8192].into_boxed_slice());
        let function = Box::new(Function::new(config, Memory { out }));
        Self { modem: Box::new(Modem::new(Instant(0), setup)), function, now: Instant(0), transaction: 0 }
    }

    /// Hands the function a frame.
    pub fn send(&mut self, frame: &[u8]) {
        self.function.receive(self.now, &mut self.modem, frame);
    }

    /// What the function has to say now.
    pub fn heard(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(frame) = self.function.transmit(self.now, &mut self.modem) {
            messages.push(Message::of(frame));
        }
        messages
    }

    /// The one message that the function has to say now.
    pub fn one(&mut self) -> Message {
        let mut messages = self.heard();
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.remove(0)
    }

    /// What is told of the outcome of a request, a moment behind its answer.
    pub fn outcome(&mut self) -> Vec<Message> {
        self.wait(20)
    }

    /// Lets time pass, in the steps that the function asks for; what it said meanwhile.
    pub fn wait(&mut self, millis: u32) -> Vec<Message> {
        let end = self.now + Millis(millis);
        let mut messages = self.heard();
        while let Some(at) = self.function.poll_at(&self.modem).filter(|at| *at <= end) {
            self.now = self.now.max(at);
            let heard = self.heard();
            // What is due now may have nothing to say, but it must not stay due for ever.
            if heard.is_empty() && self.function.poll_at(&self.modem).is_some_and(|again| again <= self.now) {
                panic!("nothing comes of what is due at {at:?}");
            }
            messages.extend(heard);
        }
        self.now = end;
        messages.extend(self.heard());
        messages
    }

    /// A new client.
    pub fn client(&mut self, service: Service) -> Client {
        let ctl = (Service::CTL, 0);
        let answer = self.ask::<allocate_cid::Message>(ctl, |r| {
            r.service(service.into());
        });
        (service, answer.response::<allocate_cid::Message>().allocation_info().unwrap().cid)
    }

    pub fn release(&mut self, (service, cid): Client) -> ProtocolError {
        let info = ReleaseInfo { service: service.into(), cid };
        let answer = self.ask::<release_cid::Message>((Service::CTL, 0), |r| {
            r.release_info(info);
        });
        answer.error()
    }

    /// Sends a request; its transaction number.
    pub fn request<M: Exchange>(
        &mut self,
        (service, cid): Client,
        fill: impl FnOnce(&mut M::RequestBuilder<'_>),
    ) -> u16 {
        assert_eq!(service, M::SERVICE);
        self.transaction = self.transaction % 255 + 1;
        let mut buffer = [0; 4096];
        let frame = write_request::<M>(&mut buffer, Framing::host(cid), self.transaction, fill).unwrap();
        self.function.receive(self.now, &mut self.modem, frame);
        self.transaction
    }

    /// Sends a request that is answered at once; the answer, which must come first. What follows it stays to be heard.
    pub fn ask<M: Exchange>(&mut self, client: Client, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> Message {
        assert_eq!(self.heard(), [], "told before the request");
        let transaction = self.request::<M>(client, fill);
        let frame = self.function.transmit(self.now, &mut self.modem).expect("an answer");
        let answer = Message::of(frame);
        assert_eq!((answer.kind, answer.client, answer.transaction), (Kind::Response, client.1, transaction));
        assert_eq!((answer.service, answer.id), (M::SERVICE, M::ID));
        answer
    }

    /// Sends a request and lets time pass until it is answered, at most so long; the answer, and what else was said.
    pub fn ask_within<M: Exchange>(
        &mut self,
        millis: u32,
        client: Client,
        fill: impl FnOnce(&mut M::RequestBuilder<'_>),
    ) -> (Message, Vec<Message>) {
        let transaction = self.request::<M>(client, fill);
        let mut messages = self.wait(millis);
        let answers = |message: &Message| {
            (message.kind, message.service, message.client, message.transaction)
                == (Kind::Response, client.0, client.1, transaction)
        };
        let place = messages.iter().position(answers).unwrap_or_else(|| panic!("no answer in {messages:?}"));
        (messages.remove(place), messages)
    }

    /// Hands over a request as bytes, hexadecimal; what the function says to it.
    pub fn bytes(&mut self, hex: &str) -> Vec<Message> {
        let digits: String = hex.split_whitespace().collect();
        let bytes: Vec<u8> =
            (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect();
        self.send(&bytes);
        self.heard()
    }
}

/// Bytes, hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" ")
}
