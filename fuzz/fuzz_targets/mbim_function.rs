//! The function role against a host that sends anything, while the modem behind it is pulled about: what it sends is
//! well-formed and readable, every command has at most one answer, and with time it has exactly one.
//!
//! Input: how the function is configured (one byte), then steps, see [`Script::step`].
#![no_main]

#[path = "../world.rs"]
mod world;

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use mbim_wire::Uuid;
use mbim_wire::catalogue::{hex, message_to_json};
use mbim_wire::field::Raw;
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{self, Body, CommandType, Transfer};
use mbim_wire::service::{basic_connect, ms_basic_connect_extensions as extensions, sms, ussd};
use world::{Script, pull};
use wwan::device::mbim::{Config, Function, Memory, VendorServices, served_commands};
use wwan::device::modem::Modem;
use wwan::time::{Instant, Millis};

/// The world around the function.
struct World<'s> {
    function: Function<'s>,
    modem: Modem,
    now: Instant,
    next_id: u32,
    /// Commands that were sent whole and well-formed since the function was opened: how many answers are due.
    due: HashMap<u32, u32>,
    /// Whether bytes were sent of which nothing is known: they may be commands, or end what was under way.
    wild: bool,
    /// The message that is coming in fragments.
    message: Vec<u8>,
    /// Longest transfer that the function may send.
    limit: usize,
}

impl World<'_> {
    fn id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id
    }

    fn send(&mut self, transfer: &[u8]) {
        self.function.receive(self.now, &mut self.modem, transfer);
    }

    fn step(&mut self, script: &mut Script<'_>) -> Option<()> {
        let op = script.byte()?;
        match op % 8 {
            0 => {
                let transfer = script.bytes()?;
                self.wild = true;
                self.send(&transfer);
            }
            1 => {
                let (service, cid, kind) = (script.byte()?, script.byte()?, script.byte()?);
                let body = script.bytes()?;
                self.command(service, u32::from(cid), kind, &body);
            }
            2 => {
                let by = u32::from(script.byte()?);
                self.now = self.now + Millis(by * by);
            }
            3 => {
                let mut buffer = [0; 16];
                let limit = 64 + 16 * u32::from(script.byte()?);
                let open = message::write_open(&mut buffer, self.id(), limit).unwrap();
                self.due.clear();
                self.send(open);
            }
            4 => {
                let mut buffer = [0; 16];
                let close = message::write_close(&mut buffer, self.id()).unwrap();
                self.due.clear();
                self.send(close);
            }
            5 => pull(&mut self.modem, self.now, script.byte()?),
            6 => self.transmit(usize::from(script.byte()?)),
            _ => {
                self.due.clear();
                self.function.reset(self.now, &mut self.modem);
            }
        }
        Some(())
    }

    fn command(&mut self, service: u8, cid: u32, kind: u8, body: &[u8]) {
        let service = match service {
            0..128 => basic_connect::BASIC_CONNECT,
            128..180 => extensions::MS_BASIC_CONNECT_EXTENSIONS,
            180..188 => sms::SMS,
            188..192 => ussd::USSD,
            n @ 192..250 => {
                let mut served: Vec<_> = served_commands().map(|(service, _)| service).collect();
                served.dedup();
                served[usize::from(n) % served.len()]
            }
            n => Uuid([n; 16]),
        };
        let id = self.id();
        let mut buffer = vec![0; body.len() + 64];
        let kind = CommandType(u32::from(kind % 3));
        let message = message::write_command(&mut buffer, id, service, cid, kind, &Raw(body)).unwrap();
        let mut splitter = Splitter::new(message, 64);
        while let Some(transfer) = splitter.next(message) {
            self.send(transfer);
        }
        // Asked afterwards: an OPEN may have waited for the time to pass.
        if self.function.is_open() {
            *self.due.entry(id).or_default() += 1;
        }
    }

    /// Takes what the function sends.
    fn transmit(&mut self, most: usize) {
        for _ in 0..most {
            let Some(transfer) = self.function.transmit(self.now, &mut self.modem) else { return };
            let parsed = Transfer::parse(transfer).expect("well-formed");
            assert_eq!(parsed.length, transfer.len());
            let fragment = match parsed.body {
                Body::OpenDone(_) | Body::CloseDone(_) => continue,
                Body::FunctionError(_) => None,
                Body::CommandDone(fragment) | Body::IndicateStatus(fragment) => Some(fragment),
                other => panic!("a function does not send {other:?}"),
            };
            if let Some(fragment) = fragment {
                // Messages are never mixed, so one after the other is put together.
                assert!(transfer.len() <= self.limit);
                if fragment.current == 0 {
                    self.message = transfer[..20].to_vec();
                }
                self.message.extend(fragment.payload);
                if fragment.current + 1 < fragment.total {
                    continue;
                }
                let length = u32::try_from(self.message.len()).unwrap();
                for (at, word) in [(4, length), (12, 1), (16, 0)] {
                    self.message[at..at + 4].copy_from_slice(&word.to_le_bytes());
                }
                // An answer may be older than the version that was agreed upon meanwhile.
                let message = &self.message;
                let readable = (1..=3).any(|version| message_to_json(message, version, false).is_ok());
                assert!(readable, "unreadable: {}", hex(message));
                if matches!(parsed.body, Body::IndicateStatus(_)) {
                    assert_eq!(parsed.transaction_id, 0);
                    continue;
                }
            }
            let complaint = fragment.is_none();
            match self.due.get_mut(&parsed.transaction_id) {
                Some(due) if *due > 0 => *due -= 1,
                _ => assert!(self.wild || complaint, "an answer to nothing, or a second one"),
            }
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let Some(setup) = script.byte() else { return };
    let (mut out, mut assembly) = ([0; 4096], [0; 1024]);
    let mut config = Config::default();
    config.extended_version = [0x0100, 0x0200, 0x0300, 0x0400][usize::from(setup & 3)];
    config.max_control_transfer = if setup & 4 == 0 { 4096 } else { 128 };
    config.vendor_services = if setup & 16 == 0 { VendorServices::empty() } else { VendorServices::all() };
    config.open_delay = Millis(u32::from(setup >> 7) * 100);
    let room = if setup & 8 == 0 { 4096 } else { 2048 };
    let memory = Memory { out: &mut out[..room], assembly: &mut assembly };
    let mut world = World {
        limit: usize::from(config.max_control_transfer),
        function: Function::new(config, memory),
        modem: world::modem(),
        now: Instant(0),
        next_id: 0,
        due: HashMap::new(),
        wild: false,
        message: Vec::new(),
    };
    while world.step(&mut script).is_some() {}

    // With time every command is answered.
    for _ in 0..300 {
        world.transmit(10_000);
        assert!(world.function.transmit(world.now, &mut world.modem).is_none(), "sending never ends");
        match world.function.poll_at(&world.modem) {
            Some(at) => {
                assert!(at > world.now, "a deadline that has passed");
                world.now = at;
            }
            None => break,
        }
        if world.now > Instant(3_600_000) {
            break;
        }
    }
    if !world.wild && world.function.is_open() {
        assert!(world.due.values().all(|due| *due == 0), "never answered: {:?}", world.due);
    }
});
