//! The card against programs that send it anything: it answers every command with status words that exist and no more
//! than an answer holds, and an exchange ends by itself.
//!
//! Input: which card (one byte), then commands, each with its length in front. The highest bit of the length sends the
//! command as it is; without it, the answer is fetched too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wwan::device::modem::card::ANSWER;
use wwan::device::modem::event::Origin;
use wwan::device::modem::sim::Sim;
use wwan::device::modem::{Modem, Setup, SimSetup};
use wwan::time::Instant;

fuzz_target!(|data: &[u8]| {
    let Some((card, mut script)) = data.split_first() else { return };
    let mut sim = if card & 1 == 0 { Sim::default() } else { Sim::with_pin("1234") };
    sim.esim = card & 2 != 0;
    sim.profile = card & 4 == 0;
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    let mut modem = Modem::new(Instant(0), setup);
    let now = Instant(10_000);
    modem.poll(now);
    while let Some((length, rest)) = script.split_first() {
        let (command, rest) = rest.split_at(usize::from(length & 0x7f).min(rest.len()));
        script = rest;
        let host = Origin(1 + (length >> 7));
        let answer = match length >> 7 {
            0 => modem.exchange(now, host, command),
            _ => modem.apdu(now, host, command),
        };
        let answer = answer.expect("a card that answers");
        assert!(answer.data().len() <= ANSWER);
        assert!(matches!(answer.sw.first(), 0x61..=0x6f | 0x90..=0x9f), "{:x?} to {command:x?}", answer.sw);
        assert!(answer.sw.first() != 0x61 || length >> 7 == 1, "something is left to fetch");
    }
});
