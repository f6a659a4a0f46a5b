//! The policy filter between a client that sends anything and the AT modem: the modem is never asked for what the policy
//! denies, which it counts itself, and the filter never stops.
//!
//! Input: room for lines (one byte), bytes of the client; 0xff and the byte behind it are time that goes by, in half seconds,
//! or for 0 a client that gives up waiting.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wwan::at_wire::policy::filter::{Config, Filter, Memory};
use wwan::at_wire::policy::{Action, Policy, Rule, lists};
use wwan::device::at::{self, Effect, Fault, Function};
use wwan::device::modem::{Modem, Setup, text};
use wwan::time::{Instant, Millis};

const OWN: &[Rule<'static>] = &[
    Rule { name: "+CFUN", forms: Rule::SET, action: Action::Deny },
    Rule { name: "&F", forms: Rule::ALL, action: Action::Deny },
    Rule { name: "+CMEE", forms: Rule::SET, action: Action::Rewrite("+CMEE=1") },
];
const POLICY: Policy<'static> = Policy { rules: &[OWN, lists::SHELL, lists::UPLOADS], default: Action::Allow };

fuzz_target!(|data: &[u8]| {
    let Some((&room, mut rest)) = data.split_first() else { return };
    let mut modem = Modem::new(Instant(0), Setup::default());
    let mut now = Instant(60_000);
    modem.poll(now);
    let (mut line, mut out) = ([0; 1024], [0; 4096]);
    let mut function = Function::new(at::Config::default(), at::Memory { line: &mut line, out: &mut out });
    for name in ["+CFUN", "&F"] {
        function.set_fault(Fault { name: text(name), effect: Effect::Swallow, once: false }).unwrap();
    }
    let room = usize::from(room).max(16);
    let (mut ahead, mut typed, mut sent) = (vec![0; room], vec![0; room], vec![0; room]);
    let (mut answer, mut reply) = ([0; 64], [0; 256]);
    let memory = Memory { ahead: &mut ahead, line: &mut typed, out: &mut sent, answer: &mut answer, reply: &mut reply };
    let mut filter = Filter::new(Config::new(POLICY), memory);

    while !rest.is_empty() {
        if let [0xff, time, behind @ ..] = rest {
            rest = behind;
            match time {
                0 => filter.give_up(),
                halves => now = now + Millis(u32::from(*halves) * 500),
            }
        } else {
            let end = rest.iter().position(|byte| *byte == 0xff).unwrap_or(rest.len()).max(1);
            let (bytes, behind) = rest.split_at(end);
            rest = behind;
            filter.client(bytes);
        }
        settle(&mut filter, &mut function, &mut modem, now);
        assert_eq!(function.counters().swallowed, 0, "the modem was asked for what is denied");
    }

    now = now + Millis::from_secs(600);
    for _ in 0..3 {
        filter.give_up();
        settle(&mut filter, &mut function, &mut modem, now);
    }
    filter.forget_client();
    settle(&mut filter, &mut function, &mut modem, now);
    filter.client(b"\r\rAT\r");
    let said = settle(&mut filter, &mut function, &mut modem, now);
    assert!(said.ends_with(b"OK\r\n") || said.ends_with(b"0\r"), "the filter is stuck: {}", said.escape_ascii());
});

/// Moves bytes until nothing moves; what the client sees.
fn settle(filter: &mut Filter<'_, '_>, function: &mut Function<'_>, modem: &mut Modem, now: Instant) -> Vec<u8> {
    let mut seen = Vec::new();
    for _ in 0..10_000 {
        let to = filter.for_modem().to_vec();
        let _ = function.receive(now, modem, &to);
        filter.sent(to.len());
        let mut from = Vec::new();
        while let Some(more) = function.transmit(now, modem) {
            from.extend_from_slice(more);
        }
        let kept = filter.modem(&mut from);
        seen.extend_from_slice(&from[..kept]);
        let said = filter.for_client().to_vec();
        seen.extend_from_slice(&said);
        filter.told(said.len());
        if to.is_empty() && from.is_empty() && said.is_empty() {
            return seen;
        }
    }
    panic!("the filter never comes to rest");
}
