//! The AT modem as hosts see it: the interpreter, and the commands that say who the modem is and how it speaks.
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

use at_common::Bench;
use proptest::prelude::*;
use wwan::device::at::{Config, Dialect, Effect, Fault, Maker, Mode, UrcOrder, served_commands};
use wwan::device::modem::network::Cell;
use wwan::device::modem::{Setup, text};
use wwan::time::Millis;

/// What is sent, and what comes back.
fn rows(bench: &mut Bench, rows: &[(&str, &str)]) {
    for (sent, expected) in rows {
        assert_eq!(bench.send(sent), *expected, "{sent:?}");
    }
}

#[test]
fn the_dialogue_of_the_fact_sheet() {
    let mut bench = Bench::with(Setup::default(), Config::default()).registered();
    let (now, cell) = (bench.now, Cell { lac: 1, tac: 1, id: 1, ..Cell::default() });
    bench.modem.set_cell(now, cell);
    rows(&mut bench, &[("AT\r", "AT\r\r\nOK\r\n"), ("ATE0V1+CMEE=1;+CREG=2\r", "ATE0V1+CMEE=1;+CREG=2\r\r\nOK\r\n")]);
    let signal = wwan::device::modem::network::Signal {
        rssi: Some(-73),
        error_rate: None,
        ..wwan::device::modem::network::Signal::default()
    };
    bench.modem.set_signal(now, signal);
    rows(
        &mut bench,
        &[
            ("AT+CREG?;+CSQ\r", "\r\n+CREG: 2,1,\"0001\",\"00000001\",7\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
            ("AT+NOPE\r", "\r\n+CME ERROR: 4\r\n"),
            // The references count from 0; this one takes it.
            ("AT+CMGS=22\r", "\r\n> "),
            ("0001000B915155550100F0000009E8329BFD4697D9EC37\x1a", ""),
        ],
    );
    assert_eq!(bench.wait(Millis(700)), "\r\n+CMGS: 0\r\n\r\nOK\r\n");
    rows(&mut bench, &[("AT+CMGS=22\r", "\r\n> "), ("0001000B915155550100F0000009E8329BFD4697D9EC37\x1a", "")]);
    assert_eq!(bench.wait(Millis(700)), "\r\n+CMGS: 1\r\n\r\nOK\r\n");
    rows(&mut bench, &[("AT+CMGS=22\r", "\r\n> "), ("\x1b", "\r\nOK\r\n"), ("A/", "\r\n> "), ("\x1b", "\r\nOK\r\n")]);
    assert_eq!(bench.ask_for("ATD*99***1#", Millis(500)), "CONNECT");
    assert!(matches!(bench.function.mode(), Mode::Data(_)));
    bench.wait(Millis(1_500));
    assert_eq!(bench.send("+++"), "");
    assert_eq!(bench.wait(Millis(1_100)), "\r\nOK\r\n");
    assert_eq!(bench.data, b"+++");
    rows(&mut bench, &[("ATO\r", "\r\nCONNECT\r\n")]);
    bench.wait(Millis(1_500));
    bench.send("+++");
    bench.wait(Millis(1_100));
    rows(&mut bench, &[("ATH\r", "\r\nOK\r\n"), ("ATO\r", "\r\nNO CARRIER\r\n"), ("AT+CMUX=0\r", "\r\nOK\r\n")]);
    assert_eq!(bench.function.mode(), Mode::Multiplexer);
    bench.send(b"\xf9\x03\x3f\x01\x1c\xf9");
    assert_eq!(bench.data[bench.data.len() - 6..], *b"\xf9\x03\x3f\x01\x1c\xf9");
    bench.function.end_multiplexer();
    rows(&mut bench, &[("AT\r", "\r\nOK\r\n")]);
}

#[test]
fn lines_as_v250_has_them() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("\r\n\r", ""),
            ("AT\r\n", "\r\nOK\r\n"),
            ("at\r", "\r\nOK\r\n"),
            ("At\r", "\r\nOK\r\n"),
            ("  AT  E0 V1 \r", "\r\nOK\r\n"),
            ("AT+CSXX\x08\x08Q=?\r", "\r\n+CSQ: (0-31,99),(0-7,99)\r\n\r\nOK\r\n"),
            ("a/", "\r\n+CSQ: (0-31,99),(0-7,99)\r\n\r\nOK\r\n"),
            ("AT+cscs?;;+CSCS?\r", "\r\n+CSCS: \"IRA\"\r\n\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n"),
            // The first failure ends the line.
            ("AT+CSCS?;+NOPE;+CSCS?\r", "\r\n+CSCS: \"IRA\"\r\n\r\nERROR\r\n"),
            ("AT+CSCS?;?\r", "\r\n+CSCS: \"IRA\"\r\n\r\nERROR\r\n"),
            ("hello AT\r", ""),
            ("~\x7eAT\r", "\r\nOK\r\n"),
            ("AT+CGDCONT=1,\"IP\",\"apn\r", "\r\nERROR\r\n"),
            ("AT\x01\x02\x00\r", "\r\nOK\r\n"),
            ("AT!GSTATUS?\r", "\r\nERROR\r\n"),
            ("AT^SYSINFO\r", "\r\nERROR\r\n"),
            ("AT#QSS?\r", "\r\nERROR\r\n"),
            ("AT%NWSTATE\r", "\r\nERROR\r\n"),
            ("AT*ENAP?\r", "\r\nERROR\r\n"),
            ("AT$QCPWRDN\r", "\r\nERROR\r\n"),
            ("AT_OPSYS?\r", "\r\nERROR\r\n"),
            ("ATU\r", "\r\nERROR\r\n"),
            ("ATE2\r", "\r\nERROR\r\n"),
            ("ATX4L0M0&C1&D2\r", "\r\nOK\r\n"),
        ],
    );
    let long = format!("AT+CGDCONT=1,\"IP\",\"{}\"\r", "a".repeat(2_000));
    assert_eq!(bench.send(long), "\r\nERROR\r\n");
    assert_eq!(bench.function.counters().too_long, 1);
    assert_eq!(bench.send("A/"), "\r\nERROR\r\n");
}

#[test]
fn results_and_their_framing() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("ATV0\r", "0\r"),
            ("AT+CSCS?\r", "+CSCS: \"IRA\"\r\n0\r"),
            ("AT+NOPE\r", "4\r"),
            ("AT+CMEE=1;+NOPE\r", "+CME ERROR: 4\r"),
            ("ATV1\r", "\r\nOK\r\n"),
            ("AT+CMEE=2;+NOPE\r", "\r\n+CME ERROR: operation not supported\r\n"),
            ("AT+CMEE=0;+NOPE\r", "\r\nERROR\r\n"),
            ("ATQ1\r", ""),
            ("AT+CSCS?\r", "\r\n+CSCS: \"IRA\"\r\n"),
            ("AT+NOPE\r", ""),
            ("ATQ0\r", "\r\nOK\r\n"),
            // S3 and S4 hold for the answer to the command that sets them.
            ("ATS3=36\r", "$\nOK$\n"),
            ("ATS4=37$", "$%OK$%"),
            ("ATS3?$", "$%036$%$%OK$%"),
            ("ATS3=13S4=10$", "\r\nOK\r\n"),
            ("ATS5=127\r", "\r\nOK\r\n"),
            ("ATE9\x7f0\r", "\r\nOK\r\n"),
            ("ATS5=8;S0?\r", "\r\n000\r\n\r\nOK\r\n"),
            ("ATS3=128\r", "\r\nERROR\r\n"),
            ("ATS99=1\r", "\r\nERROR\r\n"),
            ("ATS7?S10?S12?\r", "\r\n060\r\n\r\n014\r\n\r\n050\r\n\r\nOK\r\n"),
            ("AT+CMEE=2;&WZ+CMEE?\r", "\r\n+CMEE: 2\r\n\r\nOK\r\n"),
            ("AT&F+CMEE?\r", "\r\n+CMEE: 0\r\n\r\nOK\r\n"),
            ("AT\r", "AT\r\r\nOK\r\n"),
        ],
    );
}

#[test]
fn who_the_modem_is() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("ATI\r", "\r\nwwan\r\nVirtual Modem\r\n1.0.0\r\n\r\nOK\r\n"),
            ("AT+CGMI;+GMI\r", "\r\nwwan\r\n\r\nwwan\r\n\r\nOK\r\n"),
            ("AT+CGMM=?;+GMM\r", "\r\nVirtual Modem\r\n\r\nOK\r\n"),
            ("AT+CGMR;+GMR\r", "\r\n1.0.0\r\n\r\n1.0.0\r\n\r\nOK\r\n"),
            ("AT+CGSN\r", "\r\n490154203237518\r\n\r\nOK\r\n"),
            ("AT+CGSN=0\r", "\r\n490154203237518\r\n\r\nOK\r\n"),
            ("AT+CGSN=1\r", "\r\n+CGSN: \"490154203237518\"\r\n\r\nOK\r\n"),
            ("AT+CGSN=?\r", "\r\n+CGSN: (0-3)\r\n\r\nOK\r\n"),
            ("AT+GCAP\r", "\r\n+GCAP: +CGSM,+CLTE,+DS,+ES\r\n\r\nOK\r\n"),
            ("AT+CIMI\r", "\r\n001010123456789\r\n\r\nOK\r\n"),
            (
                "AT+CSCS=?\r",
                "\r\n+CSCS: (\"IRA\",\"GSM\",\"HEX\",\"UCS2\",\"UTF-8\",\"8859-1\",\"PCCP437\",\"PCDN\")\r\n\r\nOK\r\n",
            ),
            ("AT+CSCS=\"UCS2\";+CSCS?\r", "\r\n+CSCS: \"UCS2\"\r\n\r\nOK\r\n"),
            ("AT+CSCS=\"004900520041\";+CSCS?\r", "\r\n+CSCS: \"IRA\"\r\n\r\nOK\r\n"),
            ("AT+CSCS=\"KLINGON\"\r", "\r\nERROR\r\n"),
            ("AT+WS46?\r", "\r\n35\r\n\r\nOK\r\n"),
            ("AT+WS46=28\r", "\r\nOK\r\n"),
            ("AT+WS46?\r", "\r\n28\r\n\r\nOK\r\n"),
            ("AT+IPR?\r", "\r\n+IPR: 0\r\n\r\nOK\r\n"),
            ("AT+IFC=?\r", "\r\n+IFC: (0-2),(0-2)\r\n\r\nOK\r\n"),
            ("AT+CMUX?\r", "\r\n+CMUX: 0,0,5,31,10,3,30,10\r\n\r\nOK\r\n"),
        ],
    );
}

#[test]
fn what_is_remembered_is_checked_and_read_back() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CNMI=?\r", "\r\n+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1)\r\n\r\nOK\r\n"),
            ("AT+CNMI=2,1,2,1,0;+CNMI?\r", "\r\n+CNMI: 2,1,2,1,0\r\n\r\nOK\r\n"),
            ("AT+CNMI=,,0;+CNMI?\r", "\r\n+CNMI: 2,1,0,1,0\r\n\r\nOK\r\n"),
            ("AT+CGEREP=2,1;+CGEREP=;+CGEREP?\r", "\r\n+CGEREP: 0,0\r\n\r\nOK\r\n"),
            ("AT+CGEREP=3\r", "\r\nERROR\r\n"),
            ("AT+CMEE=1;+CREG=9\r", "\r\n+CME ERROR: 50\r\n"),
            ("AT+CREG=1,2\r", "\r\n+CME ERROR: 50\r\n"),
            ("AT+CREG=x\r", "\r\n+CME ERROR: 50\r\n"),
            ("AT+CREG=99999999999\r", "\r\n+CME ERROR: 50\r\n"),
        ],
    );
}

#[test]
fn every_command_answers_in_every_form() {
    let mut bench = Bench::new();
    bench.ask("AT+CMEE=1");
    for name in served_commands() {
        for form in ["", "?", "=?", "=", "=1", "=\"\"", "=1,\"x\",2", "=,,,,"] {
            if name == "+CMUX" && form == "=1" || name == "D" || name == "Q" || name == "V" || name.starts_with('S') {
                continue;
            }
            let mut sent = bench.send(format!("AT{name}{form}\r"));
            sent += &bench.wait(Millis::from_secs(30));
            if sent.contains("\r\n> ") {
                sent += &bench.send("\x1b");
            }
            assert!(
                sent.contains("OK\r\n") || sent.contains("ERROR") || sent.contains("NO CARRIER"),
                "{name}{form}: {sent:?}"
            );
            if bench.function.mode() != Mode::Command {
                let now = bench.now;
                bench.function.end_data(now, &mut bench.modem);
                bench.function.end_multiplexer();
            }
            bench.send("\rATE0V1Q0\r");
            bench.wait(Millis::from_secs(5));
            assert_eq!(bench.ask("AT"), "OK", "{name}{form}");
        }
    }
}

#[test]
fn long_commands_are_stopped_or_let_bytes_wait() {
    let mut bench = Bench::new();
    assert_eq!(bench.send("AT+COPS=?\r"), "");
    bench.wait(Millis(200));
    // A byte stops it, and is not part of a line.
    assert_eq!(bench.send("x"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT"), "OK");
    assert_eq!(bench.function.counters().aborted, 1);
    // What follows the line at once does not stop it.
    assert_eq!(bench.send("AT+COPS=?\r\nAT+CFUN?\r"), "");
    let listed = "\r\n+COPS: (2,\"Test Network\",\"Test Netw\",\"00101\",7),,(0-4),(0-2)\r\n\r\nOK\r\n";
    let waited = bench.wait(Millis::from_secs(6));
    assert!(waited.ends_with("\r\n+CFUN: 1\r\n\r\nOK\r\n"), "{waited:?}");
    assert!(waited.contains("+COPS: (2,"), "{waited:?} is not like {listed:?}");
    // Nor does anything stop a change of the radio.
    assert_eq!(bench.send("AT+CFUN=4\r"), "");
    assert_eq!(bench.send("AT+CFUN?\r"), "");
    assert_eq!(bench.wait(Millis(100)), "\r\nOK\r\n\r\n+CFUN: 4\r\n\r\nOK\r\n");
}

#[test]
fn urcs_wait_for_the_end_of_what_is_under_way() {
    for (order, expected) in
        [(UrcOrder::AfterResult, "\r\nOK\r\n\r\n+CREG: 0\r\n"), (UrcOrder::BeforeResult, "\r\n+CREG: 0\r\n\r\nOK\r\n")]
    {
        let mut config = Config::default();
        config.dialect.urcs = order;
        let mut bench = Bench::with(Setup::default(), config).registered().quiet();
        bench.ask("AT+CREG=1");
        assert_eq!(bench.send("AT+CFUN=4\r"), "");
        assert_eq!(bench.wait(Millis(500)), expected, "{order:?}");
    }
    let mut config = Config::default();
    config.dialect.urcs = UrcOrder::AtOnce;
    let mut bench = Bench::with(Setup::default(), config).registered().quiet();
    bench.ask("AT+CREG=1");
    bench.send("AT+COPS=?\r");
    let now = bench.now;
    bench.modem.lose_signal(now);
    assert_eq!(bench.wait(Millis(100)), "\r\n+CREG: 0\r\n");
    assert!(bench.wait(Millis::from_secs(10)).ends_with("OK\r\n"));
    // Not behind a prompt, and not in the middle of a line.
    bench.modem.restore_signal(now);
    bench.wait(Millis::from_secs(60));
    bench.send("AT+CMGS=22\r");
    let now = bench.now;
    bench.modem.lose_signal(now);
    assert_eq!(bench.wait(Millis(100)), "");
    assert_eq!(bench.send("\x1b"), "\r\nOK\r\n\r\n+CREG: 0\r\n");
    bench.send("AT+CS");
    let now = bench.now;
    bench.modem.restore_signal(now);
    assert_eq!(bench.wait(Millis(1_900)), "");
    // What is told is the newest state.
    assert!(bench.send("Q\r").ends_with("\r\nOK\r\n\r\n+CREG: 1\r\n"));
}

#[test]
fn a_restart_sets_everything_back() {
    let dialect = Dialect::of(Maker::Quectel);
    let mut config = Config::default();
    config.dialect = dialect;
    let mut bench = Bench::with(Setup::default(), config);
    let started = bench.wait(Millis::from_secs(60));
    assert!(started.starts_with("\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n"), "{started:?}");
    bench.ask("ATE0+CREG=1;+CMEE=1");
    assert_eq!(bench.ask("AT+CFUN=1,1"), "OK");
    let started = bench.wait(Millis::from_secs(60));
    assert!(started.contains("\r\nRDY\r\n"), "{started:?}");
    assert_eq!(bench.send("AT+CREG?;+CMEE?\r"), "AT+CREG?;+CMEE?\r\r\n+CREG: 0,1\r\n\r\n+CMEE: 0\r\n\r\nOK\r\n");
}

#[test]
fn dialects_differ() {
    let mut config = Config::default();
    config.dialect = Dialect::of(Maker::Huawei);
    config.dialect.echo = false;
    config.dialect.cmee = 2;
    config.dialect.prefixed_identity = true;
    config.dialect.bare_prompt = true;
    config.dialect.connect = text("150000000");
    let mut bench = Bench::with(Setup::default(), config).registered();
    rows(
        &mut bench,
        &[
            ("AT+CSCS?\r", "\r\n+CSCS:\"IRA\"\r\n\r\nOK\r\n"),
            ("AT+CGMI\r", "\r\n+CGMI:\"wwan\"\r\n\r\nOK\r\n"),
            ("AT+NOPE\r", "\r\n+CME ERROR: operation not supported\r\n"),
            ("AT+CMGS=22\r", "\r\n>"),
            ("\x1b", "\r\nOK\r\n"),
            ("AT^SYSINFO\r", "\r\n^SYSINFO:2,3,0,17,1,,17\r\n\r\nOK\r\n"),
            ("AT^CPIN?\r", "\r\n^CPIN:READY,,10,3,10,3\r\n\r\nOK\r\n"),
        ],
    );
    bench.ask("ATX1");
    assert_eq!(bench.ask_for("ATD*99#", Millis(500)), "CONNECT 150000000");
}

#[test]
fn faults() {
    let mut bench = Bench::new();
    bench.ask("AT+CMEE=1");
    let mut set = |name: &str, effect| {
        bench.function.set_fault(Fault { name: text(name), effect, once: true }).unwrap();
    };
    set("+CSQ", Effect::Refuse(14));
    set("+CFUN", Effect::Swallow);
    set("+CGMI", Effect::Delay(Millis(1_000)));
    set("+CGMM", Effect::NoResult);
    set("+CREG", Effect::Withhold);
    rows(
        &mut bench,
        &[
            ("AT+CSQ\r", "\r\n+CME ERROR: 14\r\n"),
            ("AT+CFUN?\r", ""),
            ("AT+CFUN?\r", "\r\n+CFUN: 1\r\n\r\nOK\r\n"),
            ("AT+CGMM\r", "\r\nVirtual Modem\r\n"),
            ("AT+CGMI\r", ""),
        ],
    );
    assert_eq!(bench.wait(Millis(1_000)), "\r\nwwan\r\n\r\nOK\r\n");
    bench.ask("AT+CREG=1;+CGREG=1");
    let now = bench.now;
    bench.modem.lose_signal(now);
    bench.wait(Millis(10));
    bench.modem.restore_signal(now);
    assert!(bench.wait(Millis::from_secs(60)).contains("+CREG: 1"));
    assert_eq!(bench.function.counters().swallowed, 3);
}

/// Pieces that lines are made of, so that many of them are commands.
fn piece() -> impl Strategy<Value = String> {
    let names: Vec<&'static str> = served_commands().collect();
    prop_oneof![
        4 => proptest::sample::select(names).prop_map(str::to_owned),
        2 => "(\\?|=\\?|=|=[0-9]{1,3}|=\"[A-Za-z0-9+*#]{0,12}\")",
        2 => "[,;]([0-9]{1,5}|\"[ -~]{0,10}\")?",
        1 => "[ -~]{0,8}",
    ]
}

/// Whatever a host types, and whenever, the modem answers `AT` with `OK` once the host has ended what it had begun.
fn survives(bench: &mut Bench, lines: &[Vec<u8>]) -> Result<(), TestCaseError> {
    for bytes in lines {
        bench.send(bytes);
        bench.wait(Millis(100));
        if bench.function.mode() != Mode::Command {
            let now = bench.now;
            bench.function.end_data(now, &mut bench.modem);
            bench.function.end_multiplexer();
        }
    }
    // A prompt is left, what waits is awaited, and how lines end and answers look is set back.
    bench.send("\x1b");
    bench.wait(Millis::from_secs(600));
    let now = bench.now;
    bench.function.end_data(now, &mut bench.modem);
    bench.function.end_multiplexer();
    bench.send("\rATE0Q0V1S4=10\r");
    bench.wait(Millis::from_secs(600));
    if bench.send("\rAT\r") != "\r\nOK\r\n" {
        // A host can choose characters by which it locks itself out (S3, S5); the modem must be restarted then.
        prop_assert!(lines.iter().flatten().any(|byte| matches!(byte, b'S' | b's')), "stuck");
        let now = bench.now;
        bench.modem.reboot(now);
        bench.wait(Millis::from_secs(60));
        bench.send("\rATE0Q0V1\r");
        bench.wait(Millis::from_secs(60));
        prop_assert_eq!(bench.send("\rAT\r"), "\r\nOK\r\n");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn random_commands_leave_the_modem_answering(
        lines in proptest::collection::vec(proptest::collection::vec(piece(), 1..6), 1..12),
        end in prop_oneof![Just("\r"), Just("\r\n"), Just("\x1a"), Just("")],
    ) {
        let mut bench = Bench::new();
        let lines: Vec<Vec<u8>> = lines.iter().map(|pieces| format!("AT{}{end}", pieces.concat()).into_bytes()).collect();
        survives(&mut bench, &lines)?;
    }

    #[test]
    fn random_bytes_leave_the_modem_answering(
        lines in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..12),
    ) {
        let mut bench = Bench::new();
        survives(&mut bench, &lines)?;
    }
}
