//! The function role against a QMI host that sends anything, while the modem behind it is pulled about: what it sends is
//! well-formed and readable, every request has at most one answer, and with time it has exactly one.
//!
//! Input: how the function is configured (one byte), then steps, see [`World::step`].
#![no_main]

#[path = "../world.rs"]
mod world;

use std::collections::HashMap;

use libfuzzer_sys::fuzz_target;
use qmi_wire::catalogue::{build, frame_to_json, hex};
use qmi_wire::frame::{Frame, Framing, Head, Kind, Sender};
use qmi_wire::service::Service;
use world::{Script, pull};
use wwan::device::modem::Modem;
use wwan::device::qmi::{Config, Function, Memory, served_messages};
use wwan::time::{Instant, Millis};

/// A request: service, client, transaction, number.
type Asked = (u16, u8, u16, u16);

/// The world around the function.
struct World<'s> {
    function: Function<'s>,
    modem: Modem,
    now: Instant,
    transaction: u16,
    vendor: u16,
    /// Whether services with numbers of 16 bits can be reached.
    wide: bool,
    /// How many answers are due to requests that were sent whole.
    due: HashMap<Asked, u32>,
    /// Requests may have gone with their client, or nothing is known of what was sent.
    wild: bool,
}

impl World<'_> {
    fn step(&mut self, script: &mut Script<'_>) -> Option<()> {
        let op = script.byte()?;
        match op % 8 {
            0 => {
                let frame = script.bytes()?;
                self.wild = true;
                self.function.receive(self.now, &mut self.modem, &frame);
            }
            1 | 2 => {
                let which = u16::from_le_bytes([script.byte()?, script.byte()?]);
                let clients = script.byte()?;
                // Most requests go to a client that there is.
                let (service, id) = {
                    let reached = |service: Service| service != Service::CTL && (self.wide || service.0 < 0x100);
                    let served: Vec<_> = served_messages().filter(|served| reached(served.0)).collect();
                    let (service, id, _) = served[usize::from(which) % served.len()];
                    (service, id)
                };
                let client = if clients > 250 { clients } else { self.client(service)? };
                let tlvs = self.tlvs(script)?;
                self.request(service, client, id, &tlvs);
            }
            3 => {
                let by = u32::from(script.byte()?);
                self.now = self.now + Millis(by * by);
            }
            4 => {
                let [id, service] = [script.byte()?, script.byte()?];
                let tlvs = [(1, vec![service])];
                let (id, tlvs) = match id {
                    0..200 => (0x22, &tlvs[..]),
                    200..240 => {
                        self.wild = true;
                        (0x23, &[(1, vec![service, id % 4])][..])
                    }
                    240 => {
                        self.wild = true;
                        (0x27, &[][..])
                    }
                    _ => (0x21, &[][..]),
                };
                self.request(Service::CTL, 0, id, tlvs);
            }
            5 => {
                let restarts = self.modem.restarts();
                pull(&mut self.modem, self.now, script.byte()?);
                self.wild |= restarts != self.modem.restarts();
            }
            6 => self.transmit(usize::from(script.byte()?)),
            _ => {
                self.wild = true;
                self.function.reset(self.now, &mut self.modem);
            }
        }
        Some(())
    }

    /// A client of the service, a new one if there is none.
    fn client(&mut self, service: Service) -> Option<u8> {
        let known = self.function.clients().find(|client| client.0 == service);
        if let Some((_, cid)) = known {
            return Some(cid);
        }
        let (id, number) = match u8::try_from(service.0) {
            Ok(narrow) => (0x22, vec![narrow]),
            Err(_) => (0xff22, service.0.to_le_bytes().to_vec()),
        };
        self.request(Service::CTL, 0, id, &[(1, number)]);
        self.function.clients().find(|client| client.0 == service).map(|(_, cid)| cid)
    }

    /// TLVs of any type and length, the types that are usual more often.
    fn tlvs(&self, script: &mut Script<'_>) -> Option<Vec<(u8, Vec<u8>)>> {
        let mut tlvs = Vec::new();
        for _ in 0..script.byte()? % 5 {
            let kind = script.byte()?;
            let kind = if kind < 200 { [1, 2, 0x10, 0x11][usize::from(kind % 4)] + kind / 100 } else { kind % 64 };
            tlvs.push((kind, script.bytes()?));
        }
        Some(tlvs)
    }

    fn request(&mut self, service: Service, client: u8, id: u16, tlvs: &[(u8, Vec<u8>)]) {
        self.transaction = self.transaction % 255 + 1;
        let framing = match service.0 {
            0..256 => Framing::host(client),
            _ => Framing::Wide { client },
        };
        let transaction = self.transaction;
        let head = Head { framing, service, kind: Kind::Request, transaction, id };
        let Ok(frame) = build(&head, tlvs) else { return };
        self.function.receive(self.now, &mut self.modem, &frame);
        if client != 255 {
            *self.due.entry((service.0, client, transaction, id)).or_default() += 1;
        }
    }

    /// Takes what the function sends.
    fn transmit(&mut self, most: usize) {
        for _ in 0..most {
            let Some(bytes) = self.function.transmit(self.now, &mut self.modem) else { return };
            let frame = Frame::parse(bytes).expect("well-formed");
            if let Framing::Qmux { sender, .. } = frame.framing {
                assert_eq!(sender, Sender::MODEM);
            }
            let message = frame.message;
            let shown = frame_to_json(bytes, Some(self.vendor), false).expect("a frame");
            assert!(shown.error.is_none(), "{:?} in {}", shown.error, hex(bytes));
            if message.kind() == Kind::Indication {
                continue;
            }
            assert_eq!(message.kind(), Kind::Response);
            let result = message.tlvs.iter().next().expect("a result");
            assert_eq!((result.kind, result.value.len()), (2, 4));
            let client = frame.framing.client().unwrap();
            match self.due.get_mut(&(message.service().0, client, message.transaction, message.id())) {
                Some(due) if *due > 0 => *due -= 1,
                _ => assert!(self.wild, "an answer to nothing, or a second one: {}", hex(bytes)),
            }
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let Some(setup) = script.byte() else { return };
    let mut out = [0; 4096];
    let mut config = Config::default();
    config.vendor = [0x05c6, 0x1199, 0x0489, 0x03f0, 0x1bc7][usize::from(setup % 5)];
    config.wide = setup & 8 != 0;
    config.dms_uim = setup & 16 == 0;
    config.data_format = setup & 32 == 0;
    let (vendor, wide) = (config.vendor, config.wide);
    let room = if setup & 64 == 0 { 4096 } else { 2048 };
    let mut world = World {
        function: Function::new(config, Memory { out: &mut out[..room] }),
        modem: world::modem(),
        now: Instant(0),
        transaction: 0,
        vendor,
        wide,
        due: HashMap::new(),
        wild: false,
    };
    while world.step(&mut script).is_some() {
        // Requests can restart the modem, too.
        world.wild |= world.modem.restarts() > 0;
    }

    // With time every request is answered.
    for _ in 0..300 {
        world.transmit(10_000);
        assert!(world.function.transmit(world.now, &mut world.modem).is_none(), "sending never ends");
        world.wild |= world.modem.restarts() > 0;
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
    if !world.wild && world.function.counters().lost == 0 {
        let open: Vec<_> = world.due.iter().filter(|(_, due)| **due > 0).collect();
        assert!(open.is_empty(), "never answered: {open:?}");
    }
});
