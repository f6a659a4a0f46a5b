//! The policy filter in front of the AT modem: whatever a client sends, the modem never does what the policy denies. The
//! judge is the modem, which counts what it was asked to do.
#![cfg(all(feature = "at", feature = "device"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod at_common;

use at_common::{Bench, shown};
use proptest::prelude::*;
use wwan::at_wire::policy::filter::{Config, Filter, Memory};
use wwan::at_wire::policy::{Action, Policy, Rule, lists};
use wwan::device::at::{self, Effect, Fault, Mode};
use wwan::device::modem::{Setup, text};
use wwan::time::Millis;

const OWN: &[Rule<'static>] = &[
    Rule { name: "+CFUN", forms: Rule::SET, action: Action::Deny },
    Rule { name: "+CGDCONT", forms: Rule::SET, action: Action::Deny },
    Rule { name: "&F", forms: Rule::ALL, action: Action::Deny },
    Rule { name: "+CMEE", forms: Rule::SET, action: Action::Rewrite("+CMEE=1") },
];

const DENIED: &[&str] = &["+CFUN", "+CGDCONT", "&F"];

const POLICY: Policy<'static> = Policy { rules: &[OWN, lists::SHELL, lists::UPLOADS], default: Action::Allow };

/// A client, the filter, and a modem that takes note when it is asked for what is denied.
struct Gate {
    bench: Bench,
    filter: Filter<'static, 'static>,
}

fn memory(room: usize) -> Memory<'static> {
    Memory {
        ahead: vec![0; room].leak(),
        line: vec![0; room].leak(),
        out: vec![0; room].leak(),
        answer: vec![0; 64].leak(),
        reply: vec![0; 256].leak(),
    }
}

impl Gate {
    fn new(config: Config<'static>, echo: bool) -> Self {
        let mut bench = Bench::with(Setup::default(), at::Config::default()).registered();
        if !echo {
            bench = bench.quiet();
        }
        bench.send("AT\r");
        for name in DENIED {
            bench.function.set_fault(Fault { name: text(name), effect: Effect::Swallow, once: false }).unwrap();
        }
        Self { bench, filter: Filter::new(config, memory(512)) }
    }

    /// Moves bytes until nothing moves; returns what the client sees.
    fn settle(&mut self) -> Vec<u8> {
        let mut seen = Vec::new();
        for _ in 0..1_000 {
            let to = self.filter.for_modem().to_vec();
            if !to.is_empty() {
                let now = self.bench.now;
                let rest = self.bench.function.receive(now, &mut self.bench.modem, &to);
                self.bench.data.extend_from_slice(rest);
                self.filter.sent(to.len());
            }
            let mut from = Vec::new();
            while let Some(more) = self.bench.function.transmit(self.bench.now, &mut self.bench.modem) {
                from.extend_from_slice(more);
            }
            let kept = self.filter.modem(&mut from);
            seen.extend_from_slice(&from[..kept]);
            let said = self.filter.for_client().to_vec();
            seen.extend_from_slice(&said);
            self.filter.told(said.len());
            if to.is_empty() && from.is_empty() && said.is_empty() {
                return seen;
            }
        }
        panic!("the gate never comes to rest");
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) -> String {
        self.filter.client(bytes.as_ref());
        shown(&self.settle())
    }

    /// Lets time go by in steps.
    fn wait(&mut self, span: Millis) -> String {
        let mut seen = String::new();
        for _ in 0..10 {
            self.bench.now = self.bench.now + Millis(span.0 / 10);
            seen += &shown(&self.settle());
        }
        seen
    }

    /// How often the modem was asked for what is denied.
    fn reached(&self) -> u32 {
        self.bench.function.counters().swallowed
    }
}

#[test]
fn the_judge_notices() {
    let mut gate = Gate::new(Config::new(Policy { rules: &[], default: Action::Allow }), false);
    gate.send("AT+CFUN=4\r");
    assert_eq!(gate.reached(), 1);
}

#[test]
fn what_is_allowed_passes() {
    let mut gate = Gate::new(Config::new(POLICY), false);
    for (sent, seen) in [
        ("AT\r", "\r\nOK\r\n"),
        ("AT+CSCS?\r\n", "\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n"),
        ("A/", "\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n"),
        ("AT+CSXX\x08\x08CS?\r", "\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n"),
        ("At E0 ; + c s c s ?\r", "\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n"),
        // Typed ahead: one after the other.
        ("AT\rAT+CSCS?\rAT+CFUN=0\rAT\r", "\r\nOK\r\n\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n\r\nERROR\r\n\r\nOK\r\n"),
        ("AT+CMEE=2;+NOPE\r", "\r\n+CME ERROR: 4\r\n"),
        ("ATS3?S5?\r", "\r\n013\r\n\r\n008\r\n\r\nOK\r\n"),
        ("AT+CMUX=?\r", "\r\n+CMUX: (0-1),(0),(1-8),(1-32768),(1-255),(0-100),(2-255),(1-255),(1-7)\r\n\r\nOK\r\n"),
    ] {
        assert_eq!(gate.send(sent), seen, "{sent:?}");
    }
    assert_eq!((gate.reached(), gate.filter.counters().denied, gate.filter.counters().rewritten), (0, 1, 1));
    let mut gate = Gate::new(Config::new(POLICY), true);
    assert_eq!(gate.send("AT+CSCS?\r"), "AT+CSCS?\r\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n");
}

#[test]
fn evasions() {
    let long = format!("AT+X=\"{}\";+CFUN=4\r", "a".repeat(600));
    let rows: &[&[u8]] = &[
        b"AT+CFUN=4\r",
        b"at+cfun=4\r",
        b"aT+CfUn=4\r",
        b"AT + C F U N = 4\r",
        b"AT\t+\tCFUN\t=4\r",
        b"AT+CSQ;+CFUN=4\r",
        b"ATE0V1+CFUN=4\r",
        b"ATE0&F+CSQ\r",
        b"AT&F0\r",
        b"AT;;;+CFUN=4\r",
        b"ATATAT+CFUN=4\r",
        b"AT AT +CFUN=4\r",
        b"AAAT+CFUN=4\r",
        b"AT\rAT+CFUN=4\r",
        b"AT+CSQ\nAT+CFUN=4\r",
        b"AT+CSQ\n\rAT+CFUN=4\n\r",
        b"AT+C\0FUN=4\r",
        b"AT\0+CFUN=4\r",
        b"\0\0AT+CFUN=4\r",
        b"AT+CFUX\x08N=4\r",
        b"AT+CFUN=\x1b4\r",
        b"AT+CFUN=4\x1a\r",
        b"\x1aAT+CFUN=4\r",
        b"\x1bAT+CFUN=4\r",
        b"\x7eAT+CFUN=4\r",
        b"+++AT+CFUN=4\r",
        b"+++\rAT+CFUN=4\r",
        b"A/AT+CFUN=4\r",
        b"AT+CSQ\rA/AT+CFUN=4\rA/",
        b"AT+CPBF=\"a;+CFUN=4\r",
        b"AT+CPBF=\"a\\\";+CFUN=4;+CPBF=\"\r",
        b"AT+CPBF=\"a\\22;+CFUN=4\r",
        b"AT+CPBF=\"\xa2;+CFUN=4;+CPBF=\xa2\"\r",
        b"AT\xab\xc3\xc6\xd5\xce\xbd\xb4\r",
        b"AT+C\xc6UN=4\r",
        b"AT+CPBF=\"\x0d\";+CFUN=4\r",
        b"AT/**/+CFUN=4\r",
        b"AT+CSQ//;+CFUN=4\r",
        b"AT#;+CFUN=4\r",
        b"AT%C0+CFUN=4\r",
        b"AT*E+CFUN=4\r",
        b"AT+CSQ+CFUN=4\r",
        b"AT+CSCS?+CFUN=4\r",
        b"AT+CSCS=?+CFUN=4\r",
        b"AT\\Q3+CFUN=4\r",
        b"ATS0=0+CFUN=4\r",
        b"ATS0?+CFUN=4\r",
        b"ATD112;+CFUN=4\r",
        b"ATS3=65\rAT+CSQA+CFUN=4A",
        b"ATS03=65\rAT+CSQA+CFUN=4A",
        b"ATS259=65\rAT+CSQA+CFUN=4A",
        b"ATS3\rATS=65\r",
        b"ATS5=43\rAT+C+CFUN=4\r",
        b"ATS4=65\rAT+CFUN=4\r",
        b"ATS2=65S12=0\rAAAAT+CFUN=4\r",
        b"ATV0Q1\rAT+CFUN=4\r",
        b"AT+CMUX=0\r\xf9\x03\x3f\x01\x1c\xf9AT+CFUN=4\r",
        b"ATD*99#\rAT+CFUN=4\r",
        b"AT+CGDATA=\"PPP\",1\rAT+CFUN=4\r",
        b"ATO\rAT+CFUN=4\r",
        b"AT+CMGS=20;+CFUN=4\r",
        b"AT+CMGF=1\rAT+CMGS=\"1\"\rhello\x1bAT+CFUN=4\r",
        b"AT+CMGF=1\rAT+CMGS=\"1\"\r\x1bAT+CFUN=4\r\x1a",
        b"AT+CMGF=1\rAT+CMGS=\"1\"\rAT+CFUN=4\r\x1a",
        b"AT+CMGF=1\rAT+CMGS=\"1\"\rhello\rAT+CFUN=4\r\x1a\x1aAT+CFUN=4\r",
        b"AT+CMGF=1\rAT+CMGS=\"1\"\r\x1a\x1a\r\x1aAT+CFUN=4\r",
        b"AT+CMGS=5\rAT+CFUN=4\r\x1a",
        b"AT+QISEND=0,20\rAT+CFUN=4\r",
        b"AT+CGDCONT=1,\"IP\",\"evil\"\r",
        long.as_bytes(),
    ];
    for row in rows {
        for cut in [1, 2, 3, row.len()] {
            let mut gate = Gate::new(Config::new(POLICY), cut == 2);
            let mut seen = gate.send("AT\r");
            for piece in row.chunks(cut) {
                seen += &gate.send(piece);
            }
            // What asked for time gets it, and is not stuck behind.
            seen += &gate.wait(Millis::from_secs(60));
            assert_eq!(gate.reached(), 0, "{} in {cut}: {seen}", shown(row));
            gate.send("\x1b\r");
            gate.wait(Millis::from_secs(10));
            assert!(gate.send("AT+CSCS?\r").contains("+CSCS: \"IRA\"\r\n\r\nOK"), "{} in {cut}", shown(row));
            assert_eq!(gate.bench.function.mode(), Mode::Command);
        }
    }
}

#[test]
fn texts_pass_whole_or_not_at_all() {
    let mut gate = Gate::new(Config::new(POLICY), false);
    gate.send("AT+CMGF=1\r");
    assert_eq!(gate.send("AT+CMGS=\"+15555500\"\r"), "\r\n> ");
    assert_eq!(gate.send("At home, what now?\rAT+CSQ is a command.\r"), "");
    let sent = gate.send("\x1a") + &gate.wait(Millis::from_secs(5));
    assert_eq!(sent, "\r\n> \r\n> \r\n+CMGS: 0\r\n\r\nOK\r\n");
    // A message that would do what is denied, were the modem not waiting for it any more.
    assert_eq!(gate.send("AT+CMGS=\"+15555500\"\r"), "\r\n> ");
    let refused = gate.send("hello\rplease AT + cfun = 4\r\x1a");
    assert!(refused.ends_with("\r\n+CMS ERROR: 302\r\n") && !refused.contains("OK"), "{refused:?}");
    assert_eq!(gate.send("AT\r"), "\r\nOK\r\n");
    // Nor one that would change what ends a line.
    for (text, passes) in [("ATS3=65", false), ("ATS3\rAT=65", false), ("see you at sunset, at 5", true)] {
        gate.send("AT+CMGS=\"+15555500\"\r");
        let answer = gate.send(format!("{text}\x1a")) + &gate.wait(Millis::from_secs(5));
        assert_eq!(answer.ends_with("\r\nOK\r\n"), passes, "{text}: {answer:?}");
    }
    // Given up by the client.
    assert_eq!(gate.send("AT+CMGS=\"+15555500\"\r"), "\r\n> ");
    assert_eq!(gate.send("hello\x1b"), "\r\nOK\r\n");
    // Given up by the gateway; what the client still sends is a line like any other.
    assert_eq!(gate.send("AT+CMGS=\"+15555500\"\r"), "\r\n> ");
    gate.send("hello");
    assert!(gate.filter.is_busy());
    gate.filter.give_up();
    assert!(shown(&gate.settle()).ends_with("\r\n+CMS ERROR: 302\r\n"));
    assert_eq!(gate.send("\rAT+CFUN=4\r"), "\r\nERROR\r\n");
    assert!(!gate.filter.is_busy());
    // Without prompts no text.
    let mut config = Config::new(POLICY);
    config.prompts = &[];
    let mut gate = Gate::new(config, false);
    gate.send("AT+CMGF=1;+CMGS=\"+15555500\"\r");
    gate.send("hello\x1aAT+CFUN=4\r\x1a");
    gate.filter.give_up();
    assert!(shown(&gate.settle()).contains("ERROR"));
    assert_eq!((gate.reached(), gate.bench.modem.calls().len()), (0, 0));
    assert_eq!(gate.send("\rAT\r"), "\r\nOK\r\n");
}

#[test]
fn data_pass_if_they_may() {
    let mut config = Config::new(POLICY);
    config.data = true;
    let mut gate = Gate::new(config, false);
    assert_eq!(gate.send("AT+CSQ;D*99#\r"), "\r\nERROR\r\n");
    gate.send("ATD*99***1#\r");
    assert_eq!(gate.wait(Millis(500)), "\r\nCONNECT\r\n");
    assert!(gate.filter.is_data());
    gate.send(b"~\xff\x03AT+CFUN=4\r\0~");
    assert_eq!(gate.bench.data, b"~\xff\x03AT+CFUN=4\r\0~");
    gate.wait(Millis(2_000));
    gate.send("+++");
    assert_eq!(gate.wait(Millis(2_000)), "\r\nOK\r\n");
    assert!(!gate.filter.is_data());
    assert_eq!(gate.send("AT+CFUN=4\r"), "\r\nERROR\r\n");
    assert_eq!(gate.send("ATO\r"), "\r\nCONNECT\r\n");
    gate.bench.function.end_data(gate.bench.now, &mut gate.bench.modem);
    assert!(shown(&gate.settle()).ends_with("\r\nNO CARRIER\r\n"));
    assert_eq!(gate.send("AT+CFUN=4\r"), "\r\nERROR\r\n");
    assert_eq!(gate.reached(), 0);
}

#[test]
fn what_is_lost_is_refused() {
    let mut gate = Gate::new(Config::new(POLICY), false);
    gate.filter = Filter::new(Config::new(POLICY), memory(32));
    gate.filter.client(b"AT+COPS=?\r");
    // The modem is busy; what follows does not all fit.
    gate.filter.client(b"AT+CSCS?\rAT+CSCS=\"GSM\";+CSCS=\"HEX\"\rAT\r");
    let mut seen = shown(&gate.settle());
    seen += &gate.wait(Millis::from_secs(60));
    assert!(seen.ends_with("+CSCS: \"IRA\"\r\n\r\nOK\r\n\r\nERROR\r\n"), "{seen}");
    assert!(gate.filter.counters().lost > 0);
    assert_eq!(gate.send("AT+CSCS?\r"), "\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n");
}

#[test]
fn urcs_pass_while_a_text_is_called_off() {
    let mut filter = Filter::new(Config::new(POLICY), memory(64));
    filter.client(b"AT+CMGS=\"1\"\r");
    filter.sent(filter.for_modem().len());
    assert_eq!(filter.modem(&mut b"\r\n> ".to_vec()), 4);
    filter.client(b"\0\x1a");
    assert_eq!(filter.for_modem(), b"\x1b");
    filter.sent(1);
    let mut said = b"\r\n+CMTI: \"SM\",3\r\n\r\nOK\r\n\r\n+CSQ: 1,99\r".to_vec();
    let kept = filter.modem(&mut said);
    assert_eq!(shown(&said[..kept]), "\n\r\n+CSQ: 1,99\r");
    assert_eq!(shown(filter.for_client()), "\r\n+CMTI: \"SM\",3\r\n\r\n+CMS ERROR: 302\r\n");
}

#[test]
fn the_next_client_starts_anew() {
    let mut gate = Gate::new(Config::new(POLICY), false);
    gate.send("AT+CSCS?\rAT+CF");
    gate.filter.forget_client();
    assert_eq!(gate.send("UN=4\rA/"), "\r\nERROR\r\n");
    gate.send("AT+CMGF=1\rAT+CMGS=\"+15555500\"\rsecret");
    gate.filter.forget_client();
    gate.settle();
    assert_eq!(gate.send("AT+CSCS?\r"), "\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n");
    let mut urcs_at_boundaries = Filter::new(Config::new(POLICY), memory(64));
    // A refusal does not land in the middle of a line of the modem.
    urcs_at_boundaries.modem(&mut b"\r\n+CMTI: \"S".to_vec());
    urcs_at_boundaries.client(b"AT+CFUN=4\r");
    assert_eq!(urcs_at_boundaries.for_client(), b"");
    urcs_at_boundaries.modem(&mut b"M\",3\r\n".to_vec());
    assert_eq!(urcs_at_boundaries.for_client(), b"\r\nERROR\r\n");
}

/// Pieces that a client might make evasions of.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let fixed: &'static [&'static [u8]] = &[
        b"AT",
        b"at",
        b"A",
        b"T",
        b"/",
        b"+CFUN=4",
        b"+cfun=0",
        b"+CFUN",
        b"=",
        b"?",
        b"4",
        b"&F",
        b"+CGDCONT=1",
        b";",
        b"\r",
        b"\n",
        b"\r\n",
        b"\"",
        b"\\",
        b"\\22",
        b" ",
        b"\0",
        b"\x08",
        b"\x1a",
        b"\x1b",
        b"+++",
        b"E1",
        b"V0",
        b"Q1",
        b"Z",
        b"S3=65",
        b"S5=65",
        b"S3",
        b"+CMGF=1",
        b"+CMGF=0",
        b"+CMGS=\"1\"",
        b"+CMGS=20",
        b"+CMGW",
        b"+CNMA=1,4",
        b"+CSQ",
        b"+CMUX=0",
        b"D*99#",
        b"D112;",
        b"D>",
        b"O",
        b"H",
        b"+CGDATA=\"PPP\",1",
        b"+CPBF=\"",
        b"+CUSD=1,\"*100#\"",
        b"+COPS=?",
        b"+CLAC",
        b"\xab",
        b"\xa2",
        b"%C0",
        b"#",
        b"~",
        b"+CSCS=\"UCS2\"",
        b"+CMEE=2",
    ];
    prop_oneof![
        8 => proptest::sample::select(fixed).prop_map(<[u8]>::to_vec),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_denied_is_ever_done(
        pieces in proptest::collection::vec((piece(), 0_u32..4), 1..60),
        echo in any::<bool>(),
        bare in any::<bool>(),
    ) {
        let mut gate = Gate::new(Config::new(POLICY), echo);
        if bare {
            gate.filter = Filter::new(Config::new(POLICY), memory(48));
        }
        for (bytes, pause) in &pieces {
            gate.send(bytes);
            match pause {
                1 => { gate.wait(Millis(500)); }
                2 => gate.filter.give_up(),
                3 => { gate.wait(Millis::from_secs(40)); }
                _ => {}
            }
            prop_assert_eq!(gate.reached(), 0);
        }
        // And it still works: nothing that a client sends makes it stop.
        gate.wait(Millis::from_secs(120));
        gate.filter.give_up();
        gate.settle();
        gate.filter.give_up();
        gate.settle();
        gate.filter.forget_client();
        gate.settle();
        prop_assert!(gate.send("\r\rAT\r").ends_with("OK\r\n"));
        prop_assert_eq!(gate.reached(), 0);
    }
}

#[test]
fn any_dialect_prompts() {
    let mut config = at::Config::default();
    config.dialect.bare_prompt = true;
    let mut gate = Gate::new(Config::new(POLICY), false);
    gate.bench = Bench::with(Setup::default(), config).registered().quiet();
    gate.send("AT+CMGF=1\r");
    assert_eq!(gate.send("AT+CMGS=\"+15555500\"\r"), "\r\n>");
    assert!((gate.send("hello\x1a") + &gate.wait(Millis::from_secs(5))).ends_with("+CMGS: 0\r\n\r\nOK\r\n"));
}
