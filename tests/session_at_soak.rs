//! The AT host session for a hundred thousand commands in virtual time, with a modem that loses commands, answers and lines
//! of answers, takes longer than it may, and tells URCs at every byte position of its answers. Every command ends once, with
//! its own answer or none; every URC is told once.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]
#![cfg(feature = "at")]

use std::collections::{HashMap, VecDeque};

use wwan::at_wire::command::{call, general, network, sms};
use wwan::at_wire::result::FinalResult;
use wwan::session::at::{Config, Expired, Failure, Incoming, Memory, Outgoing, Session, SessionError};
use wwan::time::Instant;

const COMMANDS: u32 = 100_000;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }
}

/// What is asked. Each answer bears the number of its command.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    /// One line with a name of its own.
    Named,
    /// One whose name is that of a URC.
    Registration,
    /// One without a name.
    Bare,
    /// Many lines.
    List,
    /// Lines of two.
    Messages,
    /// A prompt, then one line.
    Prompt,
    /// Only an error with a number.
    Error,
}

const KINDS: [Kind; 7] =
    [Kind::Named, Kind::Registration, Kind::Bare, Kind::List, Kind::Messages, Kind::Prompt, Kind::Error];

impl Kind {
    /// The lines of the answer, the final one last.
    fn lines(self, number: u32) -> Vec<String> {
        let mut lines = match self {
            Self::Named => vec![format!("+CSQ: {number},99")],
            Self::Registration => vec![format!("+CREG: 2,1,\"{number:08X}\",\"{number:08X}\",7")],
            Self::Bare => vec![format!("35{number:013}")],
            Self::List => (1..4).map(|id| format!("+CLCC: {id},0,0,0,0,\"{number}\",129")).collect(),
            Self::Messages => {
                (1..3).flat_map(|index| [format!("+CMGL: {index},1,,{number}"), format!("0791{number:010}")]).collect()
            }
            Self::Prompt => vec![format!("+CMGS: {number}")],
            Self::Error => vec![],
        };
        lines.push(if self == Self::Error { format!("+CME ERROR: {}", number + 1_000) } else { "OK".into() });
        lines
    }

    fn submit(self, session: &mut Session<'_>, now: Instant) -> Result<(), SessionError> {
        match self {
            Self::Named => session.submit(now, &network::csq::Execute {}),
            Self::Registration => session.submit(now, &network::creg::Read {}),
            Self::Bare => session.submit(now, &general::cgsn::Execute {}),
            Self::List => session.submit(now, &call::clcc::Execute {}),
            Self::Messages => session.submit(now, &sms::cmgl::Set { stat: 4 }),
            Self::Prompt => session.submit(now, &sms::cmgs::Set { length: 22 }),
            Self::Error => session.submit(now, &network::cops::Read {}),
        }
    }
}

/// The modem's end.
struct Modem {
    random: Random,
    /// Typed and not read yet.
    typed: VecDeque<u8>,
    /// What it will say, and when.
    says: VecDeque<(Instant, Vec<u8>)>,
    /// Until then it reads nothing.
    busy: Instant,
    /// What is typed while it is busy is lost.
    deaf: bool,
    echo: bool,
    /// The text behind a prompt is read: its command.
    prompted: Option<u32>,
    /// The last command that the host started.
    asked: (Kind, u32),
    /// Where the next URC stands.
    position: HashMap<u8, usize>,
    urcs: u32,
    told: Vec<String>,
    /// The commands into whose lines a URC was told, and those that lost a line.
    torn: Option<u32>,
}

impl Modem {
    /// A URC that is like no other, with what the host must be told.
    fn urc(&mut self) -> Vec<u8> {
        let n = self.urcs;
        self.urcs += 1;
        let lines = match n % 4 {
            0 => vec![format!("+CMTI: \"SM\",{n}")],
            1 => vec![format!("+CREG: 1,\"{n:04X}\",\"{n:08X}\",7")],
            2 => vec![format!("+CMT: ,{n}"), format!("0011{n:010}")],
            _ => vec![format!("+CUSD: 0,\"first\r\nsecond {n}\",15")],
        };
        self.told.extend(lines.iter().cloned());
        format!("\r\n{}\r\n", lines.join("\r\n")).into_bytes()
    }

    /// Lets a URC into what it is about to say, at the next position of this kind of answer.
    fn interrupt(&mut self, kind: u8, number: u32, says: Vec<u8>) -> Vec<u8> {
        let at = *self.position.entry(kind).and_modify(|at| *at += 1).or_insert(0) % (says.len() + 1);
        let (front, back) = says.split_at(at);
        // Between the ends of lines it tears nothing apart.
        let inside = |byte: Option<&u8>| byte.is_some_and(|byte| !matches!(byte, b'\r' | b'\n'));
        if inside(front.last()) && inside(back.first()) {
            self.torn = Some(number);
        }
        [front, &self.urc(), back].concat()
    }

    fn say(&mut self, now: Instant, says: Vec<u8>) {
        // Now and then longer than anybody waits.
        let delay = match self.random.below(40) {
            0 => 4_000 + self.random.below(12_000),
            1..=4 => self.random.below(2_000),
            _ => self.random.below(30),
        };
        let at = Instant(now.0 + delay);
        self.busy = at;
        self.deaf = self.random.one_in(3);
        self.says.push_back((at, says));
    }

    fn hear(&mut self, now: Instant, bytes: &[u8]) {
        if now < self.busy && self.deaf {
            return;
        }
        self.typed.extend(bytes);
        self.work(now);
    }

    fn work(&mut self, now: Instant) {
        while now >= self.busy {
            let ends: &[u8] = if self.prompted.is_some() { b"\x1a\x1b" } else { b"\r" };
            let Some(end) = self.typed.iter().position(|byte| ends.contains(byte)) else { return };
            let line: Vec<u8> = self.typed.drain(..=end).collect();
            if let Some(number) = self.prompted.take() {
                let lines = if line.ends_with(b"\x1a") { Kind::Prompt.lines(number) } else { vec!["OK".into()] };
                self.answer(now, number, 20, Vec::new(), &lines);
                continue;
            }
            let line = String::from_utf8(line).unwrap();
            let line = line.trim_matches(|c: char| c.is_control());
            if line.is_empty() || self.random.one_in(50) {
                continue;
            }
            let mut says = if self.echo { format!("{line}\r").into_bytes() } else { Vec::new() };
            if line.starts_with("AT+CMEE?") || line.starts_with("AT+CFUN?") {
                let asked = line.trim_start_matches("AT").split(';');
                let mut lines: Vec<String> = asked.map(|name| name.replace('?', ": 1")).collect();
                lines.push("OK".into());
                self.answer(now, u32::MAX, 21, says, &lines);
            } else if line.starts_with("AT+CMGS=") {
                says.extend(b"\r\n> ");
                let (_, number) = self.asked;
                self.prompted = Some(number);
                let says = if self.random.one_in(2) { self.interrupt(22, number, says) } else { says };
                self.say(now, says);
            } else {
                let (kind, number) = self.asked;
                self.answer(now, number, kind as u8, says, &kind.lines(number));
            }
        }
    }

    fn answer(&mut self, now: Instant, number: u32, kind: u8, mut says: Vec<u8>, lines: &[String]) {
        if self.random.one_in(50) {
            return;
        }
        let lost = if self.random.one_in(50) { self.random.below(lines.len() as u64) as usize } else { usize::MAX };
        for (index, line) in lines.iter().enumerate() {
            if index != lost {
                says.extend(format!("\r\n{line}\r\n").bytes());
            } else {
                self.torn = Some(number);
            }
        }
        let says = if self.random.one_in(4) { says } else { self.interrupt(kind, number, says) };
        self.say(now, says);
    }
}

#[test]
fn every_command_ends_with_its_own_answer_and_every_urc_is_told_once() {
    let (mut line, mut command) = ([0; 256], [0; 128]);
    let memory = Memory { line: &mut line, command: &mut command };
    let mut session = Session::new(Config::default(), memory);
    session.assume_open();
    let mut modem = Modem {
        random: Random(2026),
        typed: VecDeque::new(),
        says: VecDeque::new(),
        busy: Instant(0),
        deaf: false,
        echo: false,
        prompted: None,
        asked: (Kind::Named, 0),
        position: HashMap::new(),
        urcs: 0,
        told: Vec::new(),
        torn: None,
    };
    let mut now = Instant(1_000);
    let mut number = 0;
    let mut under_way = false;
    let mut lines: Vec<String> = Vec::new();
    let mut heard: Vec<String> = Vec::new();
    let mut ends = [0_u32; 4];
    let mut halves = 0;
    let mut random = Random(7);
    loop {
        // The host starts the next command when it can.
        if !under_way && number < COMMANDS {
            let kind = KINDS[number as usize % KINDS.len()];
            match kind.submit(&mut session, now) {
                Ok(()) => {
                    number += 1;
                    modem.asked = (kind, number);
                    modem.torn = None;
                    modem.echo = random.one_in(2);
                    under_way = true;
                    lines.clear();
                }
                Err(error) => assert_eq!(error, SessionError::Busy),
            }
        }
        while let Some(outgoing) = session.transmit(now) {
            if let Outgoing::Bytes(bytes) = outgoing {
                modem.hear(now, bytes);
            }
        }
        if !under_way && number == COMMANDS && modem.says.is_empty() && session.poll_at() == Instant::FAR {
            break;
        }
        // Then something comes, in pieces, or the time is up.
        let due = modem.says.front().map_or(Instant::FAR, |(at, _)| *at);
        let next = due.min(session.poll_at());
        assert_ne!(next, Instant::FAR, "nothing is waited for: {session:?}");
        now = now.max(next);
        let mut ended = None;
        if due <= now {
            let (_, says) = modem.says.pop_front().unwrap();
            let mut rest = &says[..];
            while !rest.is_empty() {
                let (mut piece, behind) = rest.split_at((1 + random.below(9) as usize).min(rest.len()));
                rest = behind;
                while let Some(incoming) = session.receive(now, &mut piece) {
                    match incoming {
                        Incoming::Response { line, .. } => {
                            assert!(under_way && ended.is_none());
                            lines.push(String::from_utf8(line.to_vec()).unwrap());
                        }
                        // Half of an answer, torn where it looks like a whole URC.
                        Incoming::Unsolicited { line, known: true, .. }
                            if "+CREG: 2,".as_bytes().starts_with(line) || line.starts_with(b"+CREG: 2") =>
                        {
                            halves += 1;
                        }
                        Incoming::Unsolicited { line, known: true, .. } => {
                            heard.push(String::from_utf8(line.to_vec()).unwrap());
                        }
                        Incoming::Prompt => {
                            assert_eq!(modem.asked.0, Kind::Prompt);
                            assert_eq!(session.payload(b"0011000B91", true), Ok(10));
                        }
                        Incoming::Done(result) => {
                            assert!(ended.is_none(), "two ends");
                            let (kind, number) = modem.asked;
                            let own = kind.lines(number);
                            let end = own.last().unwrap();
                            if modem.torn == Some(number) {
                                // What is left of its own answer, and nothing of any other.
                                for line in &lines {
                                    assert!(own.iter().any(|own| own.contains(line)), "{line} in {own:?}");
                                }
                            } else {
                                assert_eq!(lines, own[..own.len() - 1]);
                                let display = result.to_string();
                                assert!(display == *end || display.starts_with(&format!("{end} ")), "{display} {end}");
                            }
                            let refused = matches!(result, FinalResult::Cme(_));
                            assert!(refused == (kind == Kind::Error));
                            ended = Some(0);
                        }
                        Incoming::Failed(Failure::Torn) => {
                            assert!(
                                ended.is_none() && modem.torn == Some(modem.asked.1),
                                "{:?} {lines:?} {heard:?}",
                                modem.asked,
                                heard = &heard[heard.len().saturating_sub(4)..]
                            );
                            ended = Some(1);
                        }
                        Incoming::Nothing
                        | Incoming::Ignored(_)
                        | Incoming::Synchronised
                        | Incoming::Unsolicited { known: false, .. } => {}
                        other => panic!("{other:?}"),
                    }
                }
            }
            modem.work(now);
        }
        while let Some(expired) = session.expire(now) {
            match expired {
                Expired::Failed(Failure::Timeout) => {
                    assert!(ended.is_none(), "two ends");
                    ended = Some(2);
                }
                Expired::Unresponsive => ends[3] += 1,
                Expired::Synchronised => {}
                other => panic!("{other:?}"),
            }
        }
        if let Some(end) = ended {
            assert!(under_way, "the end of nothing");
            under_way = false;
            ends[end] += 1;
        }
    }
    assert_eq!(ends[..3].iter().sum::<u32>(), COMMANDS);
    assert!(ends[0] > COMMANDS / 2 && ends[1] > 100 && ends[2] > 1_000, "{ends:?}");
    assert!(session.counters().late > 1_000 && session.counters().synchronisations > 1_000);
    // Every URC, in order, and nothing else.
    let first = heard.iter().zip(&modem.told).position(|(heard, told)| heard != told);
    if let Some(at) = first {
        panic!("URC {at}: {:?} instead of {:?}", &heard[at], &modem.told[at]);
    }
    assert_eq!(heard.len(), modem.told.len());
    assert!(halves < ends[1] + ends[2], "{halves} URCs that are none");
    assert!(modem.told.len() > COMMANDS as usize / 2);
    for (kind, positions) in &modem.position {
        assert!(*positions > 300, "answer {kind}: only {positions} positions");
    }
}
