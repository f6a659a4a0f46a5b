//! What the tests of the AT modem share: a function with its modem on a bench, and a host's hands.
#![allow(dead_code, unreachable_pub)] // each file of tests uses a part
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs,
    missing_debug_implementations
)]

use wwan::device::at::{Config, Function, Memory};
use wwan::device::modem::{Modem, Setup};
use wwan::time::{Instant, Millis};

/// A modem and its face.
pub struct Bench {
    pub now: Instant,
    pub modem: Modem,
    pub function: Function<'static>,
    /// Bytes that were no commands.
    pub data: Vec<u8>,
}

/// Bytes as tests write them: `\r` and `\n` as they are, what is not printed as `\x..`.
pub fn shown(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| match byte {
            b'\r' | b'\n' | 0x20..=0x7e => char::from(*byte).to_string(),
            byte => format!("\\x{byte:02x}"),
        })
        .collect()
}

impl Bench {
    /// With everything as it is without being said, a minute after power-on, without echo.
    pub fn new() -> Self {
        Self::with(Setup::default(), Config::default()).registered().quiet()
    }

    pub fn with(setup: Setup, config: Config) -> Self {
        let (line, out) = (vec![0; 1024].leak(), vec![0; 4096].leak());
        let modem = Modem::new(Instant(0), setup);
        let function = Function::new(config, Memory { line, out });
        Self { now: Instant(0), modem, function, data: Vec::new() }
    }

    /// A minute later.
    #[must_use]
    pub fn registered(mut self) -> Self {
        self.wait(Millis::from_secs(60));
        self
    }

    /// Without echo.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.send("ATE0\r");
        self
    }

    /// What the modem has sent.
    pub fn sent(&mut self) -> String {
        let mut bytes = Vec::new();
        while let Some(more) = self.function.transmit(self.now, &mut self.modem) {
            bytes.extend_from_slice(more);
        }
        shown(&bytes)
    }

    /// Sends bytes, and returns what comes at once.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> String {
        let data = self.function.receive(self.now, &mut self.modem, bytes.as_ref());
        self.data.extend_from_slice(data);
        self.sent()
    }

    /// Sends a line, and returns what stands between it and its result, and that.
    pub fn ask(&mut self, line: &str) -> String {
        let sent = self.send(format!("{line}\r"));
        sent.strip_prefix("\r\n").unwrap_or(&sent).strip_suffix("\r\n").unwrap_or(&sent).to_string()
    }

    /// Lets time go by, as the modem wants to be called, and returns what it has sent meanwhile.
    pub fn wait(&mut self, span: Millis) -> String {
        let end = self.now + span;
        let mut sent = self.sent();
        for _ in 0..100_000 {
            let at = self.function.poll_at(&self.modem).unwrap_or(end);
            if at >= end {
                break;
            }
            self.now = Instant(at.0.max(self.now.0));
            sent += &self.sent();
        }
        self.now = end;
        sent += &self.sent();
        sent
    }

    /// Sends a line, and lets so much time go by.
    pub fn ask_for(&mut self, line: &str, span: Millis) -> String {
        let mut sent = self.send(format!("{line}\r"));
        sent += &self.wait(span);
        sent.strip_prefix("\r\n").unwrap_or(&sent).strip_suffix("\r\n").unwrap_or(&sent).to_string()
    }
}
