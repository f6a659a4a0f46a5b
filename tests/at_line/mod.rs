//! What the tests of AT clients share: a line with a modem at its other end, in virtual time, and a modem that follows a
//! script.
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

use core::convert::Infallible;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;

use wwan::channel::blocking::ByteStream;
use wwan::client::StreamLink;
use wwan::client::at::Memory;
use wwan::session::at::Memory as SessionMemory;
use wwan::time::{Instant, Millis};

/// The other end of a line.
pub trait Peer {
    /// The host has sent these bytes.
    fn hear(&mut self, now: Instant, bytes: &[u8]);

    /// What it has to say by now.
    fn say(&mut self, now: Instant) -> Vec<u8>;

    /// When it may have more to say; an instant that is past means now.
    fn next(&self) -> Instant;

    /// The host raises or drops DTR.
    fn dtr(&mut self, _now: Instant, _up: bool) {}
}

/// A line of the host's, as both clients take it; its clock goes on when the host waits.
pub struct Line<P> {
    pub now: Instant,
    pub peer: P,
    said: VecDeque<u8>,
}

impl<P: Peer> Line<P> {
    pub fn new(now: Instant, peer: P) -> Self {
        Self { now, peer, said: VecDeque::new() }
    }

    fn give(&mut self, buf: &mut [u8], deadline: Instant) -> Option<usize> {
        for _ in 0..100_000 {
            self.said.extend(self.peer.say(self.now));
            if !self.said.is_empty() {
                let length = buf.len().min(self.said.len());
                for (place, byte) in buf.iter_mut().zip(self.said.drain(..length)) {
                    *place = byte;
                }
                return Some(length);
            }
            if deadline <= self.now {
                return None;
            }
            let next = self.peer.next().min(deadline);
            assert_ne!(next, Instant::FAR, "the host waits for ever");
            self.now = self.now.max(next);
        }
        panic!("the modem wants to be called again and again, and has nothing to say");
    }
}

impl<P: Peer> ByteStream for Line<P> {
    type Error = Infallible;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Infallible> {
        Ok(self.give(buf, deadline))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.peer.hear(self.now, bytes);
        Ok(bytes.len())
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), Infallible> {
        self.peer.dtr(self.now, up);
        Ok(())
    }

    fn now(&self) -> Instant {
        self.now
    }
}

/// The same for the asynchronous client: each read pends once.
pub struct Link<P>(pub Line<P>);

impl<P: Peer> StreamLink for Link<P> {
    type Error = Infallible;

    async fn write(&mut self, bytes: &[u8], _until: Instant) -> Result<bool, Infallible> {
        self.0.peer.hear(self.0.now, bytes);
        Ok(true)
    }

    async fn read(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, Infallible> {
        let mut pended = false;
        core::future::poll_fn(|_| if core::mem::replace(&mut pended, true) { Poll::Ready(()) } else { Poll::Pending })
            .await;
        Ok(self.0.give(buf, until))
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), Infallible> {
        self.0.peer.dtr(self.0.now, up);
        Ok(())
    }

    fn set_speed(&mut self, _speed: u32) -> Result<(), Infallible> {
        Ok(())
    }

    fn now(&self) -> Instant {
        self.0.now
    }
}

pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..100_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
    panic!("the future never completed");
}

pub fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

/// Memory of a client, with lines and commands of that length at most.
pub fn memory(answer: usize, urcs: usize, line: usize, command: usize) -> Memory<'static> {
    let session = SessionMemory { line: leak(line), command: leak(command) };
    Memory { transfer: leak(16), answer: leak(answer), urcs: leak(urcs), session }
}

/// A line that the modem knows.
struct Row {
    asked: String,
    answer: Vec<u8>,
    delay: Millis,
}

/// A modem that knows some lines.
pub struct Scripted {
    rows: Vec<Row>,
    /// What it says to all others.
    otherwise: &'static str,
    typed: Vec<u8>,
    /// What it will say, and when.
    pub says: VecDeque<(Instant, Vec<u8>)>,
    /// All lines of the host.
    pub lines: Vec<String>,
    /// It is in data mode, and takes no lines.
    pub data: bool,
    /// What the host wrote in data mode.
    pub written: Vec<u8>,
}

impl Scripted {
    fn with(rows: Vec<Row>, otherwise: &'static str) -> Self {
        let (typed, says, lines, written) = (vec![], VecDeque::new(), vec![], vec![]);
        Self { rows, otherwise, typed, says, lines, data: false, written }
    }

    /// Each line is answered by these bytes after so many milliseconds, all others by `OK`.
    pub fn of_bytes(script: &[(&str, &[u8], u32)]) -> Self {
        let row = |(asked, answer, delay): &(&str, &[u8], u32)| Row {
            asked: (*asked).to_owned(),
            answer: answer.to_vec(),
            delay: Millis(*delay),
        };
        Self::with(script.iter().map(row).collect(), "OK")
    }

    /// Each line is answered by that text, in which `|` stands between two lines; `-` is none, `>` is a prompt, and one that
    /// begins with `LATE` comes late. All others are refused. What is there twice is used one after the other, `*` is
    /// any line.
    pub fn of_lines(script: &[(&str, &str)]) -> Self {
        let row = |(asked, answer): &(&str, &str)| Row {
            asked: (*asked).to_owned(),
            answer: match *answer {
                ">" => b"\r\n> ".to_vec(),
                "-" => vec![],
                answer => answer.split('|').flat_map(|part| format!("\r\n{part}\r\n").into_bytes()).collect(),
            },
            delay: if answer.starts_with("LATE") { Millis(2_000) } else { Millis(10) },
        };
        Self::with(script.iter().map(row).collect(), "ERROR")
    }

    fn answer(&mut self, line: &str) -> (Vec<u8>, Millis) {
        let found = |rows: &[Row], name: &str| rows.iter().position(|row| row.asked == name);
        // What tells a late answer from others.
        let probe = line.contains("+CMEE?") || line.contains("+CFUN?");
        let at = match found(&self.rows, line) {
            None if probe => {
                let answers = line.trim_start_matches("AT").split(';').map(|name| name.replace('?', ": 1"));
                let answers = answers.chain(["OK".to_owned()]).map(|line| format!("\r\n{line}\r\n"));
                return (answers.collect::<String>().into_bytes(), Millis(0));
            }
            None => found(&self.rows, "*"),
            at => at,
        };
        let Some(at) = at else { return (format!("\r\n{}\r\n", self.otherwise).into_bytes(), Millis(0)) };
        let more = self.rows.iter().filter(|row| row.asked == line).count() > 1;
        let (answer, delay) = (self.rows[at].answer.clone(), self.rows[at].delay);
        if more {
            self.rows.remove(at);
        }
        (answer, delay)
    }

    /// It knows no lines any more.
    pub fn forget(&mut self) {
        self.rows.clear();
    }
}

impl Peer for Scripted {
    fn hear(&mut self, now: Instant, bytes: &[u8]) {
        if self.data {
            if bytes == b"+++" {
                self.data = false;
                self.says.push_back((now, b"\r\nOK\r\n".to_vec()));
            } else {
                self.written.extend(bytes);
            }
            return;
        }
        self.typed.extend(bytes);
        while let Some(end) = self.typed.iter().position(|byte| matches!(byte, b'\r' | 0x1a | 0x1b)) {
            let line: Vec<u8> = self.typed.drain(..=end).collect();
            let line = String::from_utf8(line).unwrap().trim_matches('\r').to_string();
            if line.is_empty() {
                continue;
            }
            let (answer, delay) = self.answer(&line);
            self.data = answer.starts_with(b"\r\nCONNECT");
            self.lines.push(line);
            if !answer.is_empty() {
                self.says.push_back((now + delay, answer));
            }
        }
    }

    fn say(&mut self, now: Instant) -> Vec<u8> {
        match self.says.front() {
            Some((at, _)) if *at <= now => self.says.pop_front().unwrap().1,
            _ => vec![],
        }
    }

    fn next(&self) -> Instant {
        self.says.front().map_or(Instant::FAR, |(at, _)| *at)
    }
}
