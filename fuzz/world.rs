//! What the targets of the function role share: the modem behind the function, and the hands that pull it about.

use wwan::device::modem::bearer::Way;
use wwan::device::modem::clock::Date;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::sms::Incoming;
use wwan::device::modem::stk::ProactiveCommand;
use wwan::device::modem::{Modem, Setup, SimSetup, event::Origin};
use wwan::time::Instant;

/// Comes in two parts.
const LONG: &str = concat!(
    "A text that is longer than one message can hold, so that it comes in parts, each of which takes a place in the ",
    "store of the modem; the second one is here."
);

/// The bytes of the input that are left.
pub struct Script<'d>(pub &'d [u8]);

impl Script<'_> {
    pub fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub fn bytes(&mut self) -> Option<Vec<u8>> {
        let length = usize::from(self.byte()?).min(self.0.len());
        let (now, later) = self.0.split_at(length);
        self.0 = later;
        Some(now.to_vec())
    }
}

/// A modem with two cards and an empty slot.
pub fn modem() -> Modem {
    let mut setup = Setup::default();
    setup.more_slots.push(SimSetup::Card(Sim::default())).unwrap();
    setup.more_slots.push(SimSetup::Empty).unwrap();
    Modem::new(Instant(0), setup)
}

/// Pulls the modem about: what happens to it without its host.
pub fn pull(modem: &mut Modem, now: Instant, what: u8) {
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
