//! The QMI proxy between programs and a modem that all do anything: what it sends is well-formed; no program gets an answer to
//! what it did not ask; no two requests are under way at the modem that it could not tell apart; and in the end nothing is
//! left to be done.
//!
//! Input: how the proxy is configured (one byte), then steps, see [`World::step`].
#![no_main]

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use qmi_wire::frame::{Frame, Framing, Head, Kind, MessageWriter};
use qmi_wire::service::Service;
use qmi_wire::{Encode, ProtocolError, Writer};
use wwan::proxy::ProgramId;
use wwan::proxy::qmi::{Client, Config, Connection, Event, Memory, Pending, Proxy};
use wwan::time::{Instant, Millis};

const PROGRAMS: usize = 3;
/// Longer than any request may take.
const LONG: Millis = Millis::from_secs(301);

/// The input that is left.
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

#[derive(Debug)]
struct Raw<'a>(&'a [u8]);

impl Encode for Raw<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(self.0);
    }
}

fn frame(framing: Framing, head: (Service, Kind, u16, u16), tlvs: &[(u8, &[u8])]) -> Option<Vec<u8>> {
    let (service, kind, transaction, id) = head;
    let mut buffer = [0; 1024];
    let mut writer = MessageWriter::new(&mut buffer, &Head { framing, service, kind, transaction, id });
    for (tlv, value) in tlvs {
        writer.put(*tlv, &Raw(value));
    }
    writer.finish().ok().map(|frame| frame.to_vec())
}

/// Service, client, transaction, number.
type Key = (u16, u8, u16, u16);

fn key(bytes: &[u8], kind: Kind) -> Option<Key> {
    let Frame { framing, message } = Frame::parse(bytes).expect("a whole message");
    assert_eq!(qmi_wire::frame::frame_len(bytes), Ok(bytes.len()), "one at a time");
    let found = (message.service().0, framing.client().unwrap(), message.transaction, message.id());
    (message.kind() == kind).then_some(found)
}

/// The world around the proxy.
struct World<'s> {
    proxy: Proxy<'s>,
    now: Instant,
    programs: Vec<ProgramId>,
    /// How many answers each program may get to what it asked.
    due: HashMap<(ProgramId, Key), u32>,
    /// What the modem was asked and has not answered, and since when.
    asked: Vec<(Key, Instant)>,
}

impl World<'_> {
    fn program(&self, which: u8) -> Option<ProgramId> {
        self.programs.get(usize::from(which) % self.programs.len().max(1)).copied()
    }

    fn ask(&mut self, program: ProgramId, bytes: &[u8]) {
        if self.proxy.program_receive(program, bytes).is_err() {
            return;
        }
        if let Ok(Frame { framing, message }) = Frame::parse(bytes) {
            let asked = (message.service().0, framing.client().unwrap(), message.transaction, message.id());
            if message.kind() == Kind::Request {
                *self.due.entry((program, asked)).or_default() += 1;
            }
        }
    }

    fn answer(&mut self, which: u8, tlvs: &[(u8, &[u8])]) -> Option<()> {
        let which = usize::from(which) % self.asked.len().max(1);
        let ((service, client, transaction, id), _) = *self.asked.get(which)?;
        self.asked.remove(which);
        let service = Service(service);
        let framing = if service.0 > 255 { Framing::Wide { client } } else { Framing::modem(client) };
        let answer = frame(framing, (service, Kind::Response, transaction, id), tlvs)?;
        self.proxy.modem_receive(self.now, &answer);
        Some(())
    }

    fn step(&mut self, script: &mut Script<'_>) -> Option<()> {
        let op = script.byte()?;
        match op % 10 {
            0 => self.programs.extend(self.proxy.connect()),
            1 => {
                let program = self.program(op / 10)?;
                self.programs.retain(|one| *one != program);
                self.proxy.disconnect(self.now, program);
            }
            2 => {
                let (program, bytes) = (self.program(op / 10)?, script.bytes()?);
                self.ask(program, &bytes);
            }
            3..6 => {
                let program = self.program(op / 10)?;
                let [which, transaction, one, two] = [script.byte()?, script.byte()?, script.byte()?, script.byte()?];
                let (service, id): (u16, u16) = match which % 16 {
                    0..2 => (0, 0xff00),
                    2..5 => (0, 0x22),
                    5 => (0, 0x23),
                    6 => (0, 0x27),
                    7 => (0, 0x21),
                    8 => (0, 0xff22),
                    9 => (0, 0xff23),
                    10 => (1, 0x20),
                    11 => (1, 0x21),
                    12 => (1, 0x02),
                    13 => (0x302, 0x20),
                    _ => (3, 0x24),
                };
                let client = if service == 0 { 0 } else { one % 6 };
                let framing = if service > 255 { Framing::Wide { client } } else { Framing::host(client) };
                let head = (Service(service), Kind::Request, transaction.into(), id);
                let value = [one % 4, two, 1];
                let len = if id == 0x22 { 1 } else { usize::from(two % 4) };
                let request = frame(framing, head, &[(1, value.get(..len)?)])?;
                self.ask(program, &request);
            }
            6 => {
                let bytes = script.bytes()?;
                self.proxy.modem_receive(self.now, &bytes);
            }
            7 => {
                let [which, error, one, two] = [script.byte()?, script.byte()?, script.byte()?, script.byte()?];
                let verdict = if error < 200 { [0; 4] } else { [1, 0, error % 10, 0] };
                self.answer(which, &[(2, &verdict), (1, &[one % 4, two % 6, two % 6])])?;
            }
            8 => {
                let [which, client] = [script.byte()?, script.byte()?];
                let service = [0, 1, 3, 0x302].get(usize::from(which % 4)).map(|number| Service(*number))?;
                let client = if client > 200 { 255 } else { client % 6 };
                let framing = if service.0 > 255 { Framing::Wide { client } } else { Framing::modem(client) };
                let id = if service == Service::CTL { 0x27 } else { 0x22 };
                let indication = frame(framing, (service, Kind::Indication, 0, id), &[(1, &[which >> 4, 0])])?;
                self.proxy.modem_receive(self.now, &indication);
            }
            _ => {
                let by = u32::from(script.byte()?);
                self.now = self.now + Millis(by * by * 8);
                self.proxy.expire(self.now);
                match op / 10 {
                    20 => self.proxy.modem_gone(),
                    21 => self.proxy.tidy(),
                    _ => {}
                }
            }
        }
        Some(())
    }

    /// Has the proxy say all that it has to say, except to programs that fetch nothing now.
    fn settle(&mut self, deaf: u8) {
        for _ in 0..1000 {
            let mut moved = false;
            while let Some(event) = self.proxy.next_event() {
                let Event::Open { program, path, .. } = event else { continue };
                moved = true;
                let refused = path.len() == 2;
                self.proxy.open(program, if refused { Err(ProtocolError::ACCESS_DENIED) } else { Ok(()) });
            }
            while let Some(bytes) = self.proxy.transmit_modem(self.now) {
                moved = true;
                let asked = key(bytes, Kind::Request).expect("a request");
                let (service, client, transaction, _) = asked;
                assert_ne!(transaction, 0);
                for ((before, since), same) in self.asked.iter().map(|one| (one, (service, client, transaction))) {
                    // What the proxy has given up does not count.
                    let given_up = self.now.since(*since) >= Millis::from_secs(10);
                    assert!(given_up || (before.0, before.1, before.2) != same, "{asked:x?} is under way");
                }
                self.asked.push((asked, self.now));
            }
            while let Some((program, bytes)) =
                self.proxy.transmit_program(|program| deaf == 0 || !program.index().is_multiple_of(deaf.into()))
            {
                moved = true;
                assert!(self.programs.contains(&program), "nothing for those who are gone");
                if let Some(answer) = key(bytes, Kind::Response) {
                    let due = self.due.get_mut(&(program, answer)).expect("an answer to what was asked");
                    *due = due.checked_sub(1).expect("one answer to each request");
                } else {
                    assert!(key(bytes, Kind::Indication).is_some());
                }
            }
            if !moved {
                return;
            }
        }
        panic!("it never settles");
    }
}

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let Some(how) = script.byte() else { return };
    let mut requests = [[0; 128]; PROGRAMS];
    let mut outs = [[0; 512]; PROGRAMS];
    let mut places = requests.iter_mut().zip(&mut outs);
    let mut connections: [Connection<'_>; PROGRAMS] = core::array::from_fn(|_| {
        let (request, out) = places.next().unwrap();
        Connection::new(request, out)
    });
    let (mut pending, mut clients) = ([Pending::FREE; 8], [Client::FREE; 10]);
    let mut config = Config::default();
    config.wide = how & 1 != 0;
    config.grace = (how & 2 == 0).then_some(Millis(u32::from(how) * 100));
    let room = 2 + usize::from(how >> 5);
    let memory = Memory {
        connections: &mut connections,
        pending: pending.get_mut(..room.min(8)).unwrap(),
        clients: &mut clients,
    };
    let mut world = World {
        proxy: Proxy::new(config, memory),
        now: Instant(1000),
        programs: Vec::new(),
        due: HashMap::new(),
        asked: Vec::new(),
    };
    while world.step(&mut script).is_some() {
        world.settle(how >> 2 & 3);
    }
    // Everybody leaves; the modem does what it is asked.
    for program in core::mem::take(&mut world.programs) {
        world.proxy.disconnect(world.now, program);
    }
    for _ in 0..3 {
        world.proxy.tidy();
        world.settle(0);
        while !world.asked.is_empty() {
            world.answer(0, &[(2, &[0; 4])]);
            world.settle(0);
        }
        world.now = world.now + LONG;
        world.proxy.expire(world.now);
    }
    assert!(world.proxy.is_tidy());
    let until = world.proxy.poll_at();
    assert!(until > world.now || until == Instant::FAR, "nothing is due and not done");
});
