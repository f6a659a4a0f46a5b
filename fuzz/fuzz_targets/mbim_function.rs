//! The function role against a host that sends anything, while the modem behind it is pulled about: what it sends is
//! well-formed and readable, every command has at most one answer, and with time it has exactly one.
//!
//! Input: how the function is configured (one byte), then steps, see [`Script::step`].
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use mbim_wire::Uuid;
use mbim_wire::catalogue::{hex, message_to_json};
use mbim_wire::field::Raw;
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{self, Body, CommandType, Transfer};
use mbim_wire::service::{basic_connect, ms_basic_connect_extensions as extensions, sms, ussd};
use wwan::device::mbim::{Config, Function, Memory, VendorServices, served_commands};
use wwan::device::modem::bearer::Way;
use wwan::device::modem::clock::Date;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::sms::Incoming;
use wwan::device::modem::stk::ProactiveCommand;
use wwan::device::modem::{Modem, Setup, SimSetup, event::Origin};
use wwan::time::{Instant, Millis};

/// Comes in two parts.
const LONG: &str = concat!(
    "A text that is longer than one message can hold, so that it comes in parts, each of which takes a place in the ",
    "store of the modem; the second one is here."
);

/// The bytes of the input that are left.
struct Script<'d>(&'d [u8]);

impl Script<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::from(self.byte()?).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        self.0 = later;
        Some(now.to_vec())
    }
}

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
            5 => self.control(script.byte()?),
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

    fn control(&mut self, what: u8) {
        let (modem, now) = (&mut self.modem, self.now);
        match what % 24 {
            0 => drop(modem.insert_sim_into(now, what >> 6, Sim::default())),
            1 => modem.insert_sim(now, Sim::with_pin("1234")),
            2 => drop(modem.remove_sim_from(now, what >> 6)),
            3 => modem.lose_signal(now),
            4 => modem.restore_signal(now),
            5 => modem.network_deregisters(now, u32::from(what)),
            6 => modem.lose_packet_service(now, u32::from(what)),
            7 => modem.restore_packet_service(now),
            8 => modem.network_deactivates(now, what >> 7, u32::from(what)),
            9 => modem.set_hw_radio(now, what > 127),
            10 => modem.set_fcc_lock(what > 127),
            11 => modem.set_emergency(Origin::WORLD, what > 127),
            12 => modem.refuse_other_access_points(u32::from(what)),
            13 => modem.reboot(now),
            14 => modem.set_stalled(what >> 7, what & 0x40 != 0),
            15 if what > 127 => {
                let asks = [0xd0, 9, 0x81, 3, 1, what >> 5 | 0x20, 0, 0x82, 2, 0x81, 0x82];
                let _ = modem.issue_proactive(now, ProactiveCommand::raw(&asks).unwrap());
            }
            15 => {
                modem.carry(now, what >> 7, Way::Up, usize::from(what));
            }
            16 | 17 => {
                let text = if what & 0x40 == 0 { "short" } else { LONG };
                let class = what.is_multiple_of(2).then_some(what >> 6);
                let _ = modem.receive_text(now, Incoming { from: "+15550123", text, class, date: None });
            }
            18 => drop(modem.receive_pdu(now, &[0, 4, 4, 0x81, 0x55, 0x55, what, what, 0, 0, 0, 0, 0, 0, 0, 1, 0x61])),
            19 => drop(modem.network_ussd(now, "1?", what > 127)),
            20 => modem.network_ends_ussd(now),
            21 => modem.other_client_answers_ussd(now),
            22 => modem.set_date(now, Date { day: 1 + (what >> 3), zone: -8, ..Date::default() }),
            _ => drop(modem.set_service_centre(now, Origin::WORLD, if what > 127 { "1" } else { "+2" })),
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
    let mut setup = Setup::default();
    setup.more_slots.push(SimSetup::Card(Sim::default())).unwrap();
    setup.more_slots.push(SimSetup::Empty).unwrap();
    let mut world = World {
        limit: usize::from(config.max_control_transfer),
        function: Function::new(config, memory),
        modem: Modem::new(Instant(0), setup),
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
