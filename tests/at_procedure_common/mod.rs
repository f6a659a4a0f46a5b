//! What the tests of AT procedures share: a modem that follows a script, in virtual time.
#![allow(dead_code, unreachable_pub)] // each file of tests uses a part
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs,
    missing_debug_implementations
)]

use std::collections::VecDeque;

use wwan::procedure::at::{Follow, Halt, Next, Procedure, Stop};
use wwan::session::at::{Config, Memory, Outgoing, Session};
use wwan::time::{Instant, Millis};

/// A modem that expects these lines in this order, and answers each as written; `*` expects anything. An answer is the
/// text between line ends: `|` stands for them, and `OK` is added to what has no end. An entry whose line is empty is told
/// when the modem waits for the host, a second later.
pub struct Modem {
    session: Session<'static>,
    pub now: Instant,
    script: VecDeque<(String, String)>,
    typed: Vec<u8>,
    /// All lines of the host, and what it wrote behind prompts.
    pub seen: Vec<String>,
    prompted: bool,
}

impl Modem {
    pub fn new(script: &[(&str, &str)]) -> Self {
        let memory = Memory {
            line: Box::leak(vec![0; 1024].into_boxed_slice()),
            command: Box::leak(vec![0; 160].into_boxed_slice()),
        };
        let mut session = Session::new(Config::default(), memory);
        session.assume_open();
        let script = script.iter().map(|(line, answer)| ((*line).to_owned(), (*answer).to_owned())).collect();
        Self { session, now: Instant(1_000_000), script, typed: vec![], seen: vec![], prompted: false }
    }

    /// What the modem says to what the host has written so far.
    fn answer(&mut self) -> Option<Vec<u8>> {
        let end = self.typed.iter().position(|byte| matches!(byte, b'\r' | 0x1a))?;
        let line = String::from_utf8(self.typed.drain(..=end).collect()).unwrap();
        let line = line.trim_end_matches(['\r', '\x1a']).to_owned();
        self.seen.push(line.clone());
        let Some((expected, answer)) = self.script.pop_front() else { panic!("unexpected {line}") };
        assert!(expected == "*" || expected == line, "expected {expected}, got {line}; {:?}", self.seen);
        Some(self.say(&answer))
    }

    fn say(&mut self, answer: &str) -> Vec<u8> {
        if answer == ">" {
            return b"\r\n> ".to_vec();
        }
        if answer == "-" {
            return vec![];
        }
        let ends = |part: &str| {
            ["OK", "ERROR", "NO CARRIER"].contains(&part)
                || part.starts_with("+CM") && part.contains("ERROR")
                || part.starts_with("CONNECT")
        };
        let mut parts: Vec<&str> = if answer.is_empty() { vec![] } else { answer.split('|').collect() };
        if !parts.iter().any(|part| ends(part)) {
            parts.push("OK");
        }
        parts.iter().flat_map(|part| format!("\r\n{part}\r\n").into_bytes()).collect()
    }

    /// Follows a procedure to its end.
    pub fn follow<P: Procedure>(&mut self, procedure: &mut P) -> Result<(), Stop> {
        let mut follow = Follow::new();
        for _ in 0..2000 {
            let until = match follow.next(self.now, &mut self.session, procedure) {
                Ok(Next::Done) => return Ok(()),
                Ok(Next::Wait(until)) => until,
                Err(Halt::Stop(stop)) => return Err(stop),
                Err(Halt::Session(error)) => panic!("{error:?}"),
            };
            let mut sent = false;
            while let Some(outgoing) = self.session.transmit(self.now) {
                if let Outgoing::Bytes(bytes) = outgoing {
                    self.typed.extend(bytes);
                    sent = true;
                }
            }
            let mut input = vec![];
            while let Some(bytes) = self.answer() {
                input.extend(bytes);
            }
            // Nothing is going on: what the modem has to tell of itself comes.
            let told = self.script.front().is_some_and(|(line, _)| line.is_empty());
            if !sent && input.is_empty() && told && !follow.is_asking() {
                self.now = self.now + Millis(500);
                let (_, text) = self.script.pop_front().unwrap();
                input = text.split('|').flat_map(|part| format!("\r\n{part}\r\n").into_bytes()).collect();
            }
            let mut rest = &input[..];
            while let Some(incoming) = self.session.receive(self.now, &mut rest) {
                follow.heard(self.now, &incoming, procedure);
            }
            if !sent && input.is_empty() {
                self.now = until.min(self.session.poll_at()).max(self.now);
                assert!(self.now != Instant::FAR, "nothing to wait for");
            }
            while let Some(expired) = self.session.expire(self.now) {
                follow.expired(self.now, expired, procedure);
            }
        }
        panic!("no end: {:?}", self.seen);
    }

    /// Whether all of the script was needed.
    pub fn is_done(&self) -> bool {
        self.script.is_empty()
    }
}

/// Follows a procedure with a modem of that script, which has to be needed to its end.
pub fn play<P: Procedure>(procedure: &mut P, script: &[(&str, &str)]) -> Result<(), Stop> {
    let mut modem = Modem::new(script);
    let result = modem.follow(procedure);
    assert!(modem.is_done(), "left of the script: {:?}; {result:?}", modem.script);
    result
}
