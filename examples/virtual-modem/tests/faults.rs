//! A way that loses, repeats, damages, delays and reorders messages: every command ends with its own answer or an error,
//! none hangs, and none gets the answer to another one. In virtual time, for several seeds.
#![cfg(feature = "files")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use common::{Buffers, scenario};
use virtual_modem::{InProcess, Room, Scenario, Time};
use wwan::channel::Direction::{Received, Sent};
use wwan::channel::fault::{FaultCounters, Faults, Held, Rates};
use wwan::client::mbim::Error;
use wwan::mbim_wire::service::basic_connect as bc;
use wwan::session::mbim::{Counters, Failure};
use wwan::time::{Instant, Millis};

/// Commands of each run.
const COMMANDS: u32 = 100;

/// How the commands of a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    /// With an answer about the session that was asked about.
    own: u32,
    /// With an answer about another session.
    other: u32,
    /// With an answer that the modem gave to what it took for something else, or that cannot be read.
    refused: u32,
    timeout: u32,
    /// For another reason: fragments, a complaint of the modem, a contradiction.
    failed: u32,
    /// Because the modem was not open any more; it was opened again.
    lost: u32,
}

impl Tally {
    const fn all(&self) -> u32 {
        self.own + self.other + self.refused + self.timeout + self.failed + self.lost
    }
}

struct Outcome {
    tally: Tally,
    session: Counters,
    sent: FaultCounters,
    received: FaultCounters,
    end: Instant,
}

/// Opens a modem, then asks about one session after the other, with these faults on the way.
fn ask(scenario: &Scenario, seed: u64, to_modem: Rates, from_modem: Rates) -> Outcome {
    let (mut room, mut buffers) = (Room::new(), Buffers::new());
    let (mut slots, mut held) = ([Held::default(); 256], vec![0; 64 * 1024]);
    let mut modem = InProcess::mbim(scenario, Time::Virtual, &mut room);
    modem.pass(Millis::from_secs(10)); // it has registered by now, and has nothing to tell unasked
    let channel = Faults::new(modem, seed, &mut slots, &mut held).rates(Sent, to_modem).rates(Received, from_modem);
    let mut client = buffers.client(channel);
    let mut tally = Tally::default();
    let mut is_open = false;
    for number in 0..COMMANDS {
        // However bad the way, a few rounds of retries get through.
        for _ in 0..20 {
            is_open = is_open || client.open().is_ok();
        }
        assert!(is_open, "seed {seed}: does not open");
        let session_id = number % 8;
        let asked = bc::ConnectQuery { session_id, ..bc::ConnectQuery::default() };
        match client.query::<bc::Connect>(&asked) {
            Ok(info) if info.session_id() == Ok(session_id) => tally.own += 1,
            Ok(_) => tally.other += 1,
            Err(Error::Refused(_) | Error::Decode { .. }) => tally.refused += 1,
            Err(Error::Failed { failure: Failure::Timeout, .. }) => tally.timeout += 1,
            Err(Error::Failed { .. }) => tally.failed += 1,
            Err(Error::Lost) => {
                tally.lost += 1;
                is_open = false;
            }
            Err(error) => panic!("seed {seed}, command {number}: {error}"),
        }
    }
    let session = *client.counters();
    let channel = client.channel();
    Outcome {
        tally,
        session,
        sent: channel.counters(Sent),
        received: channel.counters(Received),
        end: wwan::channel::blocking::MessageChannel::now(channel),
    }
}

const CLEAN: Rates =
    Rates { lose: 0, duplicate: 0, corrupt: 0, truncate: 0, reorder: 0, delay: 0, delay_up_to: Millis(0) };

/// Runs `ask` for several seeds and both sizes of transfers, and checks what must hold whatever the faults.
fn for_seeds(to_modem: Rates, from_modem: Rates, check: impl Fn(&str, &Outcome)) -> Tally {
    let mut sum = Tally::default();
    for name in ["default", "fragments"] {
        let scenario = scenario(name);
        for seed in 1..=6 {
            let outcome = ask(&scenario, seed, to_modem, from_modem);
            let tally = outcome.tally;
            assert_eq!(tally.all(), COMMANDS, "{name}, seed {seed}: {tally:?}");
            assert_eq!(outcome.sent.no_room + outcome.received.no_room, 0);
            // Twenty openings of 30 s and one command of 10 s for each at most, and a lot less in truth.
            assert!(outcome.end < Instant(60 * 60 * 1000), "{name}, seed {seed}: {:?}", outcome.end);
            check(name, &outcome);
            sum.own += tally.own;
            sum.other += tally.other;
            sum.refused += tally.refused;
            sum.timeout += tally.timeout;
            sum.failed += tally.failed;
            sum.lost += tally.lost;
        }
    }
    sum
}

const ALL: u32 = COMMANDS * 6 * 2;

#[test]
fn a_clean_way_answers_everything() {
    let sum = for_seeds(CLEAN, CLEAN, |_, outcome| {
        assert_eq!(outcome.session, Counters::default());
    });
    assert_eq!(sum, Tally { own: ALL, ..Tally::default() });
}

#[test]
fn each_lost_command_or_answer_costs_one_command() {
    let rates = Rates { lose: 100, ..CLEAN };
    let sum = for_seeds(rates, rates, |name, outcome| {
        let Outcome { tally, sent, received, .. } = outcome;
        let lost = sent.lost + received.lost;
        assert!(lost > 0 && tally.own + tally.timeout + tally.failed == COMMANDS, "{tally:?}");
        assert!(tally.timeout + tally.failed <= lost, "{tally:?} with {lost} lost");
        if name == "default" {
            // Of whole messages; an OPEN is lost here and there, and retried.
            let openings = outcome.session.not_open + sent.seen - COMMANDS;
            assert!(tally.timeout + openings >= lost, "{tally:?} with {lost} lost, {openings} openings");
            assert_eq!(tally.failed, 0);
        }
    });
    assert!(sum.own > ALL / 3 && sum.timeout > ALL / 20, "{sum:?}");
    assert_eq!((sum.other, sum.refused, sum.lost), (0, 0, 0));
}

#[test]
fn repeated_answers_are_counted_and_dropped() {
    let from_modem = Rates { duplicate: 300, ..CLEAN };
    let sum = for_seeds(CLEAN, from_modem, |name, outcome| {
        let duplicated = outcome.received.duplicated;
        if name == "default" {
            assert_eq!(outcome.tally.own, COMMANDS);
            // One may be that of OPEN_DONE, and one may still wait at the end.
            let dropped = outcome.session.foreign;
            assert!(dropped + 2 >= duplicated && dropped <= duplicated, "{dropped} of {duplicated}");
        }
    });
    assert_eq!((sum.other, sum.refused, sum.timeout, sum.lost), (0, 0, 0, 0));
}

#[test]
fn repeated_commands_are_answered_once_to_the_client() {
    let to_modem = Rates { duplicate: 300, ..CLEAN };
    let sum = for_seeds(to_modem, CLEAN, |name, outcome| {
        assert!(outcome.sent.duplicated > 0);
        if name == "default" {
            assert_eq!(outcome.tally.own, COMMANDS);
        }
    });
    // A repeated fragment ends its message; a repeated OPEN closes what is under way.
    assert_eq!((sum.other, sum.refused), (0, 0), "{sum:?}");
    assert!(sum.own > ALL / 2);
}

#[test]
fn late_answers_never_reach_another_command() {
    // Longer than the ten seconds that a command waits.
    let rates = Rates { delay: 300, delay_up_to: Millis(25_000), ..CLEAN };
    let sum = for_seeds(rates, rates, |_, outcome| {
        assert!(outcome.sent.delayed + outcome.received.delayed > 0);
    });
    assert_eq!((sum.other, sum.refused), (0, 0), "{sum:?}");
    assert!(sum.own > ALL / 4 && sum.timeout > 0, "{sum:?}");
}

#[test]
fn reordered_messages_never_reach_another_command() {
    let rates = Rates { reorder: 200, ..CLEAN };
    let sum = for_seeds(rates, rates, |_, outcome| {
        assert!(outcome.sent.reordered + outcome.received.reordered > 0);
    });
    assert_eq!((sum.other, sum.refused), (0, 0), "{sum:?}");
    assert!(sum.own > ALL / 4 && sum.timeout > 0, "{sum:?}");
}

#[test]
fn truncated_messages_are_noticed() {
    let rates = Rates { truncate: 100, ..CLEAN };
    let sum = for_seeds(rates, rates, |_, outcome| {
        assert!(outcome.sent.truncated + outcome.received.truncated > 0);
    });
    assert_eq!((sum.other, sum.refused), (0, 0), "{sum:?}");
    assert!(sum.own > ALL / 3, "{sum:?}");
}

#[test]
fn damaged_messages_end_their_command_at_most() {
    let rates = Rates { corrupt: 100, ..CLEAN };
    let sum = for_seeds(rates, rates, |_, outcome| {
        let hurt = outcome.sent.corrupted + outcome.received.corrupted;
        assert!(hurt > 0);
        // A changed session number in question or answer is all that can pass for another answer.
        assert!(outcome.tally.other <= hurt);
    });
    assert!(sum.own > ALL / 3, "{sum:?}");
}

#[test]
fn everything_at_once() {
    let rates = Rates {
        lose: 30,
        duplicate: 30,
        corrupt: 30,
        truncate: 30,
        reorder: 30,
        delay: 60,
        delay_up_to: Millis(15_000),
    };
    let sum = for_seeds(rates, rates, |_, _| {});
    assert!(sum.own > ALL / 4, "{sum:?}");
}

#[test]
fn faults_of_the_scenario_hurt_the_same_way() {
    let source = r#"
        [[fault]]
        way = "to-modem"
        nth = 2
        do = "lose"
        [[fault]]
        way = "from-modem"
        nth = 2
        do = "delay"
        by = 12_000
        [[fault]]
        way = "from-modem"
        nth = 3
        do = "duplicate"
    "#;
    let scenario = Scenario::parse("faults", source).unwrap();
    let outcome = ask(&scenario, 1, CLEAN, CLEAN);
    // The first command is lost, the answer to the second comes after everything is over, that to the third comes twice.
    assert_eq!(outcome.tally, Tally { own: COMMANDS - 2, timeout: 2, ..Tally::default() });
    assert_eq!((outcome.session.timeouts, outcome.session.foreign), (2, 1));
}
