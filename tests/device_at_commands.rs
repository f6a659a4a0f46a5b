//! The AT modem's commands, group by group: what hosts send, and what comes back, at once or later.
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
use wwan::device::at::{Config, Event, Mode, RegistrationForm};
use wwan::device::modem::broadcast::Page;
use wwan::device::modem::clock::Date;
use wwan::device::modem::management::Power;
use wwan::device::modem::network::{Cell, Network, Signal, Technologies};
use wwan::device::modem::sim::Sim;
use wwan::device::modem::sms::Incoming;
use wwan::device::modem::voice::{Conduct, Party};
use wwan::device::modem::{Setup, SimSetup, text};
use wwan::time::{Instant, Millis};

/// What is sent, what comes back within some time, and how long that is.
fn rows(bench: &mut Bench, rows: &[(&str, &str, u32)]) {
    for (sent, expected, millis) in rows {
        assert_eq!(bench.ask_for(sent, Millis(*millis)), *expected, "{sent:?}");
    }
}

fn incoming<'a>(from: &'a str, said: &'a str) -> Incoming<'a> {
    let date = Date { year: 2026, month: 3, day: 4, hour: 5, minute: 6, second: 7, zone: 8, ..Date::default() };
    Incoming { from, text: said, class: None, date: Some(date) }
}

// Registration and operators.

#[test]
fn registration_in_all_forms() {
    let mut bench = Bench::new();
    let (now, cell) = (bench.now, Cell { lac: 0x12, tac: 0x1f00, id: 0x0079_d903, ..Cell::default() });
    bench.modem.set_cell(now, cell);
    rows(
        &mut bench,
        &[
            ("AT+CREG?", "+CREG: 0,1\r\n\r\nOK", 0),
            ("AT+CREG=1;+CREG?", "+CREG: 1,1\r\n\r\nOK", 0),
            ("AT+CREG=2;+CREG?", "+CREG: 2,1,\"1F00\",\"0079D903\",7\r\n\r\nOK", 0),
            ("AT+CREG=3;+CREG?", "+CREG: 3,1,\"1F00\",\"0079D903\",7\r\n\r\nOK", 0),
            ("AT+CREG=4", "ERROR", 0),
            ("AT+CEREG=2;+CEREG?", "+CEREG: 2,1,\"1F00\",\"0079D903\",7\r\n\r\nOK", 0),
            ("AT+CEREG=4;+CEREG?", "+CEREG: 4,1,\"1F00\",\"0079D903\",7\r\n\r\nOK", 0),
            (
                "AT+CPSMS=1,,,\"00000110\",\"00000001\"",
                "OK\r\n\r\n+CEREG: 1,\"1F00\",\"0079D903\",7,,,\"00000001\",\"00000110\"",
                0,
            ),
            // The same again changes nothing.
            ("AT+CPSMS=1,,,\"00000110\",\"00000001\"", "OK", 0),
            ("AT+CPSMS?", "+CPSMS: 1,,,\"00000110\",\"00000001\"\r\n\r\nOK", 0),
            ("AT+CEREG?", "+CEREG: 4,1,\"1F00\",\"0079D903\",7,,,\"00000001\",\"00000110\"\r\n\r\nOK", 0),
            ("AT+CEREG=5;+CPSMS=0", "OK\r\n\r\n+CEREG: 1,\"1F00\",\"0079D903\",7", 0),
            ("AT+CEREG=3;+CPSMS=1", "OK", 0),
            ("AT+CEDRXS=?", "+CEDRXS: (0-3),(2-5),(\"0000\"-\"1111\")\r\n\r\nOK", 0),
            ("AT+CEDRXS?", "OK", 0),
            ("AT+CEDRXRDP", "+CEDRXRDP: 0\r\n\r\nOK", 0),
            ("AT+CEDRXS=1,5,\"1001\"", "OK", 0),
            ("AT+CEDRXRDP", "+CEDRXRDP: 0\r\n\r\nOK", 0),
            ("AT+CEDRXS=2,4,\"0101\"", "OK\r\n\r\n+CEDRXP: 4,\"0101\",\"0101\",\"0011\"", 0),
            ("AT+CEDRXS=2,4,\"0101\"", "OK", 0),
            ("AT+CEDRXS?", "+CEDRXS: 4,\"0101\"\r\n+CEDRXS: 5,\"1001\"\r\n\r\nOK", 0),
            ("AT+CEDRXRDP", "+CEDRXRDP: 4,\"0101\",\"0101\",\"0011\"\r\n\r\nOK", 0),
            // What is wrong changes nothing.
            ("AT+CEDRXS=2,4,\"01012\"", "ERROR", 0),
            ("AT+CEDRXS=2,4,\"0102\"", "ERROR", 0),
            ("AT+CEDRXS=2,6,\"0101\"", "ERROR", 0),
            ("AT+CEDRXS=4", "ERROR", 0),
            ("AT+CEDRXRDP", "+CEDRXRDP: 4,\"0101\",\"0101\",\"0011\"\r\n\r\nOK", 0),
            // Off, on again with what was asked for before, and forgotten.
            ("AT+CEDRXS=0", "OK", 0),
            ("AT+CEDRXRDP", "+CEDRXRDP: 0\r\n\r\nOK", 0),
            ("AT+CEDRXS=2", "OK\r\n\r\n+CEDRXP: 4,\"0101\",\"0101\",\"0011\"", 0),
            ("AT+CEDRXS=3;+CEDRXS?;+CEDRXRDP", "+CEDRXRDP: 0\r\n\r\nOK", 0),
            ("AT+CEDRXS=2,4,\"0101\"", "OK\r\n\r\n+CEDRXP: 4,\"0101\",\"0101\",\"0011\"", 0),
            ("AT+CEDRXS=;+CEDRXS?;+CEDRXRDP", "+CEDRXRDP: 0\r\n\r\nOK", 0),
            // Not in the generations before.
            ("AT+CGREG=2;+CGREG?", "+CGREG: 2,0\r\n\r\nOK", 0),
            ("AT+C5GREG=2;+C5GREG?", "+C5GREG: 2,0\r\n\r\nOK", 0),
            ("AT+C5GREG=?", "+C5GREG: (0-5)\r\n\r\nOK", 0),
        ],
    );
    bench.ask("AT+CREG=2;+CGREG=0;+CEREG=1;+C5GREG=0");
    let now = bench.now;
    bench.modem.set_cell(now, Cell { id: 0x0079_d904, ..cell });
    assert_eq!(bench.sent(), "\r\n+CREG: 1,\"1F00\",\"0079D904\",7\r\n");
    bench.modem.lose_signal(now);
    assert_eq!(bench.sent(), "\r\n+CREG: 0\r\n\r\n+CEREG: 0\r\n");

    let mut config = Config::default();
    config.dialect.registration = RegistrationForm::Bare;
    let mut bench = Bench::with(Setup::default(), config).registered().quiet();
    let now = bench.now;
    bench.modem.set_cell(now, cell);
    assert_eq!(bench.ask("AT+CREG=2;+CREG?"), "+CREG: 2,1,1F00,0079D903,7\r\n\r\nOK");

    let mut config = Config::default();
    config.dialect.registration = RegistrationForm::Release8;
    let mut bench = Bench::with(Setup::default(), config).registered().quiet();
    let now = bench.now;
    bench.modem.set_cell(now, cell);
    assert_eq!(bench.ask("AT+CEREG=2;+CEREG?"), "+CEREG: 2,1,\"1F00\",\"00\",\"0079D903\",7\r\n\r\nOK");
}

fn single(technologies: Technologies) -> Bench {
    let mut setup = Setup::default();
    let mut network = Network::new("00101", "Test Network");
    network.technologies = technologies;
    network.cell = Cell { lac: 0xce00, tac: 0x00ab_cdef, id: 0x01_cead_8f12, ..Cell::default() };
    setup.network.technologies = Technologies::all();
    setup.network.networks = [network].into_iter().collect();
    Bench::with(setup, Config::default()).registered().quiet()
}

#[test]
fn registration_by_generation() {
    let mut bench = single(Technologies::NR_SA);
    assert_eq!(bench.ask("AT+C5GREG=2;+C5GREG?"), "+C5GREG: 2,1,\"ABCDEF\",\"01CEAD8F12\",11,0,\"\"\r\n\r\nOK");
    assert_eq!(bench.ask("AT+CEREG?"), "+CEREG: 0,0\r\n\r\nOK");
    let mut bench = single(Technologies::UMTS | Technologies::HSDPA | Technologies::HSUPA);
    assert_eq!(bench.ask("AT+CGREG=2;+CGREG?"), "+CGREG: 2,1,\"CE00\",\"1CEAD8F12\",6,\"00\"\r\n\r\nOK");
    assert_eq!(bench.ask("AT+CREG=2;+CREG?"), "+CREG: 2,1,\"CE00\",\"1CEAD8F12\",6\r\n\r\nOK");
    let mut bench = single(Technologies::GPRS | Technologies::EDGE);
    assert_eq!(bench.ask("AT+COPS?"), "+COPS: 0,0,\"Test Network\",3\r\n\r\nOK");
    let mut bench = single(Technologies::LTE | Technologies::NR_NSA);
    assert_eq!(bench.ask("AT+COPS?"), "+COPS: 0,0,\"Test Network\",13\r\n\r\nOK");
}

#[test]
fn a_refused_registration_tells_its_cause() {
    let mut setup = Setup::default();
    let mut network = Network::new("00101", "Test Network");
    network.refuses = 11;
    setup.network.networks = [network].into_iter().collect();
    let mut bench = Bench::with(setup, Config::default()).registered().quiet();
    rows(
        &mut bench,
        &[
            ("AT+CREG=3;+CREG?", "+CREG: 3,3,,,,0,11\r\n\r\nOK", 0),
            ("AT+CREG=2;+CREG?", "+CREG: 2,3\r\n\r\nOK", 0),
            ("AT+CMEE=1;+COPS=1,2,\"00101\"", "+CME ERROR: 111", 2_000),
        ],
    );
}

#[test]
fn operators() {
    let mut setup = Setup::default();
    setup.network.networks = [Network::new("00101", "Test Network"), Network::new("26201", "Telekom Ä"), {
        let mut other = Network::new("310410", "AT&T");
        other.forbidden = true;
        other
    }]
    .into_iter()
    .collect();
    let mut bench = Bench::with(setup, Config::default()).registered().quiet();
    rows(
        &mut bench,
        &[
            ("AT+COPS?", "+COPS: 0,0,\"Test Network\",7\r\n\r\nOK", 0),
            ("AT+COPS=3,2;+COPS?", "+COPS: 0,2,\"00101\",7\r\n\r\nOK", 0),
            ("AT+COPS=3,1;+COPS?", "+COPS: 0,1,\"Test Net\",7\r\n\r\nOK", 0),
            ("AT+COPS=3,3", "ERROR", 0),
            ("AT+COPS=5", "ERROR", 0),
            ("AT+COPS=1", "ERROR", 0),
            (
                "AT+COPS=?",
                "+COPS: (2,\"Test Network\",\"Test Net\",\"00101\",7),(1,\"Telekom ?\",\"Telekom \",\"26201\",7),\
                 (3,\"AT&T\",\"AT&T\",\"310410\",7),,(0-4),(0-2)\r\n\r\nOK",
                6_000,
            ),
            ("AT+COPS=1,2,\"26201\"", "OK", 2_000),
            ("AT+COPS=3,2;+COPS?", "+COPS: 1,2,\"26201\",7\r\n\r\nOK", 0),
            ("AT+CMEE=1;+COPS=1,2,\"26299\"", "+CME ERROR: 30", 2_000),
            ("AT+COPS=4,2,\"26299\"", "OK", 4_000),
            ("AT+COPS?", "+COPS: 0,2,\"00101\",7\r\n\r\nOK", 0),
            ("AT+COPS=2", "OK", 0),
            ("AT+COPS?", "+COPS: 2\r\n\r\nOK", 2_000),
            ("AT+CREG?", "+CREG: 0,0\r\n\r\nOK", 0),
            ("AT+COPS=0", "OK", 2_000),
            ("AT+CREG?", "+CREG: 0,1\r\n\r\nOK", 0),
            ("AT+COPS=1,0,\"Test Network\",7", "OK", 2_000),
            ("AT+CSCS=\"UCS2\";+COPS=3,2;+COPS?", "+COPS: 1,2,\"00101\",7\r\n\r\nOK", 0),
            ("AT+COPS=3,1;+COPS?", "+COPS: 1,1,\"00540065007300740020004E00650074\",7\r\n\r\nOK", 0),
            ("AT+COPS=1,2,\"00101\"", "OK", 2_000),
            ("AT+COPS=1,2,\"00300030003100300031\"", "OK", 2_000),
            ("AT+CSCS=\"IRA\";+COPS=3,2;+CPOL=1,2,\"26201\",0,0,1,1;+CPOL=,2,\"310410\"", "OK", 0),
            ("AT+CPOL?", "+CPOL: 1,2,\"26201\",0,0,1,1,0\r\n+CPOL: 2,2,\"310410\",1,0,1,1,1\r\n\r\nOK", 0),
            ("AT+CPOL=1;+CPOL?", "+CPOL: 1,2,\"310410\",1,0,1,1,1\r\n\r\nOK", 0),
            ("AT+CPOL=7", "+CME ERROR: 21", 0),
        ],
    );
}

#[test]
fn a_scan_that_finds_nothing() {
    let mut setup = Setup::default();
    setup.network.networks.clear();
    let mut config = Config::default();
    config.dialect.blank = false;
    let mut bench = Bench::with(setup, config).registered().quiet();
    assert_eq!(bench.ask_for("AT+COPS=?", Millis::from_secs(6)), "+COPS:,,(0-4),(0-2)\r\n\r\nOK");
}

#[test]
fn signal() {
    let mut bench = single(Technologies::LTE);
    let told = |technology, rssi, rsrp, rsrq| {
        let mut bench = single(technology);
        let now = bench.now;
        let signal =
            Signal { rssi: Some(rssi), error_rate: Some(3), rsrp: Some(rsrp), rsrq: Some(rsrq), snr: Some(10) };
        bench.modem.set_signal(now, signal);
        bench.ask("AT+CSQ;+CESQ")
    };
    assert_eq!(
        told(Technologies::LTE, -51, -95, -10),
        "+CSQ: 31,99\r\n\r\n+CESQ: 99,99,255,255,20,46,255,255,255\r\n\r\nOK"
    );
    assert_eq!(
        told(Technologies::GPRS, -113, -95, -10),
        "+CSQ: 0,3\r\n\r\n+CESQ: 0,3,255,255,255,255,255,255,255\r\n\r\nOK"
    );
    assert_eq!(
        told(Technologies::UMTS, -90, -100, -7),
        "+CSQ: 11,99\r\n\r\n+CESQ: 99,99,21,35,255,255,255,255,255\r\n\r\nOK"
    );
    assert_eq!(
        told(Technologies::NR_SA, -90, -100, -11),
        "+CSQ: 11,99\r\n\r\n+CESQ: 99,99,255,255,255,255,65,57,67\r\n\r\nOK"
    );
    let now = bench.now;
    bench.modem.lose_signal(now);
    assert_eq!(bench.ask("AT+CSQ"), "+CSQ: 99,99\r\n\r\nOK");
}

// The equipment.

#[test]
fn codes() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(Sim::with_pin("1234"));
    let mut bench = Bench::with(setup, Config::default());
    bench.send("ATE0\r");
    assert_eq!(bench.ask("AT+CMEE=1;+CPIN?"), "+CME ERROR: 14", "not ready yet");
    bench.wait(Millis::from_secs(10));
    rows(
        &mut bench,
        &[
            ("AT+CPIN?", "+CPIN: SIM PIN\r\n\r\nOK", 0),
            ("AT+CIMI", "+CME ERROR: 11", 0),
            ("AT+CMGF=1;+CMGL=\"ALL\"", "+CMS ERROR: 311", 0),
            ("AT+CPIN=\"0000\"", "+CME ERROR: 16", 0),
            (
                "AT+CPINR",
                "+CPINR: SIM PIN,2,3\r\n+CPINR: SIM PUK,10,10\r\n+CPINR: SIM PIN2,3,3\r\n+CPINR: SIM PUK2,10,10\r\n\r\nOK",
                0,
            ),
            ("AT+CPINR=\"SIM PUK*\"", "+CPINR: SIM PUK,10,10\r\n+CPINR: SIM PUK2,10,10\r\n\r\nOK", 0),
            ("AT+CPIN=0000", "+CME ERROR: 16", 0),
            ("AT+CPIN=0000", "+CME ERROR: 16", 0),
            ("AT+CPIN?", "+CPIN: SIM PUK\r\n\r\nOK", 0),
            ("AT+CPIN=\"12345678\"", "+CME ERROR: 12", 0),
            ("AT+CPIN=\"12345678\",\"4321\"", "OK", 1_000),
            ("AT+CPIN?", "+CPIN: READY\r\n\r\nOK", 0),
            ("AT+CPIN=\"4321\"", "+CME ERROR: 3", 0),
            ("AT+CLCK=\"SC\",2", "+CLCK: 1\r\n\r\nOK", 0),
            ("AT+CPWD=\"SC\",\"4321\",\"1111\"", "OK", 0),
            ("AT+CLCK=\"SC\",0,\"4321\"", "+CME ERROR: 16", 0),
            ("AT+CLCK=\"SC\",0,\"1111\"", "OK", 0),
            ("AT+CLCK=\"SC\",2", "+CLCK: 0\r\n\r\nOK", 0),
            ("AT+CPWD=\"P2\",\"5678\",\"8765\"", "OK", 0),
            ("AT+CLCK=\"PN\",2;+CLCK=\"FD\",2", "+CLCK: 0\r\n\r\n+CLCK: 0\r\n\r\nOK", 0),
            ("AT+CLCK=\"AO\",1,\"0000\";+CLCK=\"AO\",2", "+CLCK: 1,7\r\n\r\nOK", 0),
            ("AT+CLCK=\"XX\",2", "+CME ERROR: 4", 0),
            ("AT+CLCK=\"SC\",3", "+CME ERROR: 50", 0),
            ("AT+CLCK=\"SC\",0", "OK", 0),
        ],
    );
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let mut bench = Bench::with(setup, Config::default()).registered().quiet();
    assert_eq!(bench.ask("AT+CMEE=2;+CPIN?"), "+CME ERROR: SIM not inserted");
    assert_eq!(bench.ask("AT+CMGL=4"), "+CMS ERROR: (U)SIM not inserted");
    assert_eq!(bench.ask("AT+CLCK=\"SC\",0,\"1234\""), "+CME ERROR: SIM not inserted");
}

#[test]
fn functionality_indicators_clock() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CFUN=?", "+CFUN: (0,1,4),(0,1)\r\n\r\nOK", 0),
            (
                "AT+CIND=?",
                "+CIND: (\"battchg\",(0-5)),(\"signal\",(0-5)),(\"service\",(0,1)),(\"message\",(0,1)),(\"call\",(0,1)),\
                 (\"roam\",(0,1)),(\"smsfull\",(0,1)),(\"callsetup\",(0-3)),(\"callheld\",(0-2))\r\n\r\nOK",
                0,
            ),
            ("AT+CMER=3,0,0,1", "OK", 0),
            ("AT+CFUN=0", "OK\r\n\r\n+CIEV: 2,0\r\n\r\n+CIEV: 3,0", 100),
            ("AT+CFUN?", "+CFUN: 0\r\n\r\nOK", 0),
            ("AT+CFUN=4;+CFUN?", "+CFUN: 4\r\n\r\nOK", 100),
            ("AT+CFUN=0;+CFUN?", "+CFUN: 0\r\n\r\nOK", 100),
            ("AT+CFUN=1", "OK\r\n\r\n+CIEV: 2,4\r\n\r\n+CIEV: 3,1", 3_000),
            ("AT+CFUN=7", "ERROR", 0),
            ("AT+CCLK=\"26/11/22,10:20:30+08\"", "OK", 0),
            ("AT+CCLK?", "+CCLK: \"26/11/22,10:20:30+08\"\r\n\r\nOK", 2_000),
            ("AT+CCLK?", "+CCLK: \"26/11/22,10:20:32+08\"\r\n\r\nOK", 0),
            ("AT+CCLK=\"26/11/22,10:20:30\"", "OK", 0),
            ("AT+CCLK=\"26/13/22,10:20:30+08\"", "ERROR", 0),
            ("AT+CCLK=\"XX/XX/XX,10:20:30+08\"", "ERROR", 0),
            ("AT+CCLK=\"26/11/22\"", "ERROR", 0),
            ("AT+CTZR=1", "OK", 0),
        ],
    );
    let now = bench.now;
    let date = Date { year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5, zone: -20, ..Date::default() };
    bench.modem.set_date(now, date);
    assert_eq!(bench.sent(), "\r\n+CTZV: \"-20\"\r\n");
    bench.ask("AT+CTZR=2");
    bench.modem.set_date(now, date);
    assert_eq!(bench.sent(), "\r\n+CTZE: \"-20\",0,\"2026/01/02,03:04:05\"\r\n");
    bench.ask("AT+CTZR=3");
    bench.modem.set_date(now, date);
    assert_eq!(bench.sent(), "\r\n+CTZEU: \"-20\",0,\"2026/01/02,08:04:05\"\r\n");
}

#[test]
fn indicators_that_change_are_told() {
    let mut bench = Bench::new();
    bench.ask("AT+CMER=3,0,0,1");
    let now = bench.now;
    bench.modem.receive_text(now, incoming("+15550123", "hello")).unwrap();
    assert_eq!(bench.wait(Millis(500)), "\r\n+CIEV: 4,1\r\n");
    assert!(bench.ask("AT+CMGR=1").ends_with("\r\n\r\nOK\r\n\r\n+CIEV: 4,0"));
    rows(
        &mut bench,
        &[
            ("ATD5551;", "OK\r\n\r\n+CIEV: 8,2\r\n\r\n+CIEV: 8,3\r\n\r\n+CIEV: 5,1\r\n\r\n+CIEV: 8,0", 10_000),
            ("AT+CHLD=2", "OK\r\n\r\n+CIEV: 9,2", 0),
            ("AT+CHLD=2", "OK\r\n\r\n+CIEV: 9,0", 0),
            ("AT+CHUP", "OK\r\n\r\n+CIEV: 5,0", 0),
        ],
    );
    let now = bench.now;
    bench.modem.set_power(now, Power { battery: Some(50), ..bench.modem.power() });
    assert_eq!(bench.sent(), "\r\n+CIEV: 1,3\r\n");
}

#[test]
fn a_connection_of_the_radio_is_told_once() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CGDCONT=1,\"IP\",\"internet\";+CGDCONT=2,\"IP\",\"other\";+CSCON=1", "OK", 0),
            ("AT+CGACT=1,1", "OK\r\n\r\n+CSCON: 1", 500),
            ("AT+CGACT=1,2", "OK", 500),
            ("AT+CGACT=0,1", "OK", 500),
            ("AT+CGACT=0,2", "OK\r\n\r\n+CSCON: 0", 500),
        ],
    );
}

// The card.

#[test]
fn files_and_apdus() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CRSM=176,12258,0,0,10", "+CRSM: 144,0,\"980001010000000010F7\"\r\n\r\nOK", 0),
            ("AT+CRSM=176,28589,0,0,4", "+CRSM: 144,0,\"00000002\"\r\n\r\nOK", 0),
            ("AT+CRSM=176,28423,0,0,9", "+CRSM: 144,0,\"080910101032547698\"\r\n\r\nOK", 0),
            ("AT+CRSM=192,28589,0,0,15", "+CRSM: 144,0,\"000000046FAD040000000001020000\"\r\n\r\nOK", 0),
            ("AT+CRSM=176,1,0,0,4", "+CRSM: 106,130\r\n\r\nOK", 0),
            ("AT+CRSM=242", "+CRSM: 144,0\r\n\r\nOK", 0),
            ("AT+CRSM=99,28589,0,0,4", "ERROR", 0),
            ("AT+CSIM=14,\"00A40004023F00\"", "+CSIM: 4,\"6122\"\r\n\r\nOK", 0),
            ("AT+CSIM=10,\"00A40004023F00\"", "ERROR", 0),
            ("AT+CSIM=2,\"0\"", "ERROR", 0),
            ("AT+CCHO=\"A0000000871002\"", "1\r\n\r\nOK", 0),
            ("AT+CGLA=1,14,\"00A4000C026FAD\"", "+CGLA: 4,\"9000\"\r\n\r\nOK", 0),
            ("AT+CGLA=1,10,\"00B0000004\"", "+CGLA: 12,\"000000029000\"\r\n\r\nOK", 0),
            ("AT+CCHC=1", "OK", 0),
            ("AT+CMEE=1;+CGLA=1,10,\"00B0000004\"", "+CME ERROR: 21", 0),
            ("AT+CCHC=1", "+CME ERROR: 21", 0),
            ("AT+CCHO=\"FFFF\"", "+CME ERROR: 22", 0),
            ("AT+CCID;+ICCID", "+CCID: 8900101000000000017\r\n\r\n+ICCID: 8900101000000000017\r\n\r\nOK", 0),
            ("AT+CSUS?;+CSUS=?", "+CSUS: 0\r\n\r\n+CSUS: (0-0)\r\n\r\nOK", 0),
        ],
    );
}

// The packet domain.

#[test]
fn contexts() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            (
                "AT+CGDCONT=?",
                "+CGDCONT: (1-16),\"IP\",,,(0),(0)\r\n+CGDCONT: (1-16),\"IPV6\",,,(0),(0)\r\n\
                 +CGDCONT: (1-16),\"IPV4V6\",,,(0),(0)\r\n\r\nOK",
                0,
            ),
            ("AT+CGDCONT=2,\"IPV4V6\",\"internet\"", "OK", 0),
            ("AT+CGDCONT=1,\"ip\",\"ims\\22x\"", "OK", 0),
            (
                "AT+CGDCONT?",
                "+CGDCONT: 1,\"IP\",\"ims\\22x\",\"\",0,0\r\n+CGDCONT: 2,\"IPV4V6\",\"internet\",\"\",0,0\r\n\r\nOK",
                0,
            ),
            ("AT+CGAUTH=2,1,\"user\",\"secret\"", "OK", 0),
            ("AT+CGAUTH?", "+CGAUTH: 1,0\r\n+CGAUTH: 2,1,\"user\",\"\"\r\n\r\nOK", 0),
            ("AT+CGAUTH=2,1", "ERROR", 0),
            ("AT+CGDCONT=17,\"IP\",\"x\"", "ERROR", 0),
            ("AT+CGDCONT=1,\"X.25\",\"x\"", "ERROR", 0),
            ("AT+CGDCONT=3,\"IP\",\"x\",\"\",1,0", "ERROR", 0),
            ("AT+CGDCONT=3,\"IP\",\"x\",\"\",0,4", "ERROR", 0),
            ("AT+CGDCONT=1,\"ip\",\"ims\\22x\",\"0.0.0.0\",0,0", "OK", 0),
            ("AT+CGDCONT=1;+CGDCONT?", "+CGDCONT: 2,\"IPV4V6\",\"internet\",\"\",0,0\r\n\r\nOK", 0),
            ("AT+CGATT?", "+CGATT: 1\r\n\r\nOK", 0),
            ("AT+CGEREP=2", "OK", 0),
            ("AT+CGACT?", "+CGACT: 2,0\r\n\r\nOK", 0),
            ("AT+CGPADDR=2", "+CGPADDR: 2\r\n\r\nOK", 0),
            ("AT+CGACT=1,2", "OK\r\n\r\n+CGEV: ME PDN ACT 2", 500),
            ("AT+CGACT=1,2", "OK", 0),
            ("AT+CGACT?", "+CGACT: 2,1\r\n\r\nOK", 0),
            ("AT+CGPADDR=?", "+CGPADDR: (2)\r\n\r\nOK", 0),
            ("AT+CGDCONT=2", "ERROR", 0),
            ("AT+CMEE=1;+CGACT=1,3", "+CME ERROR: 50", 0),
            ("AT+CGACT=0,2", "OK\r\n\r\n+CGEV: ME PDN DEACT 2", 500),
            ("AT+CGACT=0", "OK", 0),
            ("AT+CGATT=0", "OK\r\n\r\n+CGEV: ME DETACH", 500),
            // Who activates need not attach, nor wait for it.
            ("AT+CGACT=1,2", "OK\r\n\r\n+CGEV: ME PDN ACT 2", 1000),
            ("AT+CGATT?", "+CGATT: 1\r\n\r\nOK", 0),
            ("AT+CGATT=0", "OK\r\n\r\n+CGEV: ME DETACH", 500),
            ("ATD*99***2#", "CONNECT", 1000),
        ],
    );
}

#[test]
fn addresses_of_both_versions() {
    let mut bench = Bench::new();
    bench.ask("AT+CGDCONT=1,\"IPV4V6\",\"internet\"");
    assert_eq!(bench.ask_for("AT+CGACT=1,1", Millis(500)), "OK");
    let v4 = bench.modem.ip_configuration(0).unwrap().v4.clone().unwrap();
    let v6 = bench.modem.ip_configuration(0).unwrap().v6.clone().unwrap();
    let dotted = |octets: &[u8]| octets.iter().map(u8::to_string).collect::<Vec<_>>().join(".");
    let six = dotted(&v6.address.octets());
    assert_eq!(bench.ask("AT+CGPADDR=1"), format!("+CGPADDR: 1,\"{}\",\"{six}\"\r\n\r\nOK", v4.address));
    let dns = &v4.dns;
    let mask = "255.255.255.252";
    let first = format!(
        "+CGCONTRDP: 1,5,\"internet\",\"{}.{mask}\",\"{}\",\"{}\",\"{}\",,,,,{}",
        v4.address,
        v4.gateway,
        dns[0],
        dns[1],
        bench.modem.ip_configuration(0).unwrap().mtu
    );
    let told = bench.ask("AT+CGCONTRDP=1");
    assert!(told.starts_with(&first), "{told:?} is not like {first:?}");
    let second = told.lines().nth(1).unwrap();
    let mask = "255.255.255.255.255.255.255.255.0.0.0.0.0.0.0.0";
    assert!(second.starts_with(&format!("+CGCONTRDP: 1,5,\"internet\",\"{six}.{mask}\",")), "{second}");
    bench.ask("AT+CGPIAF=1");
    // Zeros are compressed by request only.
    let groups: Vec<_> = v6.address.segments().iter().map(|group| format!("{group:x}")).collect();
    let told = bench.ask("AT+CGPADDR");
    assert!(told.contains(&format!("\"{}\"", groups.join(":"))), "{told}");
}

#[test]
fn activation_fails_with_the_networks_cause() {
    use wwan::device::modem::bearer::AccessPoint;
    let mut setup = Setup::default();
    let mut refused = AccessPoint::new("refused");
    refused.refuses = 33;
    let mut unknown = AccessPoint::new("unknown");
    unknown.refuses = 27;
    // Numbers that mean something else for registration.
    let (mut failing, mut barred) = (AccessPoint::new("failing"), AccessPoint::new("barred"));
    (failing.refuses, barred.refuses) = (38, 8);
    setup.bearer.access_points = [refused, unknown, failing, barred].into_iter().collect();
    let mut bench = Bench::with(setup, Config::default()).registered().quiet();
    rows(
        &mut bench,
        &[
            ("AT+CMEE=1;+CGDCONT=1,\"IP\",\"refused\";+CGDCONT=2,\"IP\",\"unknown\"", "OK", 0),
            ("AT+CGACT=1,1", "+CME ERROR: 133", 500),
            ("AT+CGACT=1,2", "+CME ERROR: 127", 500),
            ("AT+CEER", "+CEER: 27\r\n\r\nOK", 0),
            ("AT+CGDCONT=3,\"IP\",\"failing\";+CGACT=1,3", "+CME ERROR: 190", 500),
            ("AT+CGDCONT=3,\"IP\",\"barred\";+CGACT=1,3", "+CME ERROR: 177", 500),
            ("ATD*99***2#", "NO CARRIER", 500),
        ],
    );
}

#[test]
fn data_begin_and_end() {
    let mut bench = Bench::new();
    bench.ask("AT+CGDCONT=3,\"IP\",\"internet\"");
    assert_eq!(bench.ask_for("ATDT*99***3#", Millis(500)), "CONNECT");
    let Some(Event::Connected(online)) = bench.function.event() else { panic!("not connected") };
    assert_eq!(online.cid, 3);
    assert!(bench.function.carrier_detect());
    assert_eq!(bench.send(b"~\xff}#\xc0!AT\r"), "");
    assert_eq!(bench.data, b"~\xff}#\xc0!AT\r");
    // The network ends it.
    let now = bench.now;
    bench.modem.network_deactivates(now, online.session, 36);
    assert_eq!(bench.sent(), "\r\nNO CARRIER\r\n");
    assert_eq!(bench.function.event(), Some(Event::Disconnected(online)));
    assert!(!bench.function.carrier_detect());
    // The host ends it, by PPP and by DTR.
    assert_eq!(bench.ask_for("AT+CGDATA=\"PPP\",3", Millis(500)), "CONNECT");
    let now = bench.now;
    bench.function.end_data(now, &mut bench.modem);
    assert_eq!(bench.sent(), "\r\nNO CARRIER\r\n");
    bench.wait(Millis(200));
    bench.ask("AT&D2");
    assert_eq!(bench.ask_for("ATD*99***3#", Millis(500)), "CONNECT");
    let now = bench.now;
    bench.function.terminal_not_ready(now, &mut bench.modem);
    assert_eq!(bench.sent(), "\r\nNO CARRIER\r\n");
    assert_eq!(bench.function.mode(), Mode::Command);
    bench.wait(Millis(200));
    bench.ask("AT&D1");
    assert_eq!(bench.ask_for("ATD*99***3#", Millis(500)), "CONNECT");
    let now = bench.now;
    bench.function.terminal_not_ready(now, &mut bench.modem);
    assert_eq!(bench.sent(), "\r\nOK\r\n");
    assert_eq!(bench.ask("ATO"), "CONNECT");
    // An escape that is none: other bytes around it, or no silence.
    for data in ["x+++", "+++x", "++++", "++"] {
        bench.wait(Millis(1_500));
        bench.send(data);
        assert_eq!(bench.wait(Millis(1_500)), "", "{data}");
    }
    // One in pieces is one.
    for piece in ["+", "+", "+"] {
        bench.send(piece);
        bench.wait(Millis(100));
    }
    assert_eq!(bench.wait(Millis(1_500)), "\r\nOK\r\n");
    // A dial that is stopped brings nothing up.
    bench.ask("ATH");
    bench.wait(Millis(500));
    assert_eq!(bench.send("ATD*99***3#\r"), "");
    bench.wait(Millis(200));
    assert_eq!(bench.send("\r"), "\r\nNO CARRIER\r\n");
    assert_eq!(bench.ask_for("AT+CGACT?", Millis(1_000)), "+CGACT: 1,0\r\n+CGACT: 3,0\r\n\r\nOK");
}

// Calls.

#[test]
fn outgoing_calls() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("ATD+15551234;", "OK", 0),
            ("AT+CLCC", "+CLCC: 1,0,2,0,0,\"+15551234\",145\r\n\r\nOK", 600),
            ("AT+CLCC;+CPAS", "+CLCC: 1,0,3,0,0,\"+15551234\",145\r\n\r\n+CPAS: 4\r\n\r\nOK", 2_500),
            ("AT+CLCC", "+CLCC: 1,0,0,0,0,\"+15551234\",145\r\n\r\nOK", 0),
            ("AT+VTS=1;+VTS=\"#\"", "OK", 0),
            ("AT+VTS=X", "ERROR", 0),
            ("AT+CHUP", "OK", 0),
            ("AT+CLCC", "OK", 0),
            ("AT+CEER", "+CEER: 16\r\n\r\nOK", 0),
            ("AT+COLP=1", "OK", 0),
            ("ATDT15551234;", "+COLP: \"15551234\",129\r\n\r\nOK", 5_000),
            ("ATH", "OK", 0),
            ("ATD15551234", "NO CARRIER", 0),
            ("ATDabc!x;", "ERROR", 0),
            ("AT+CHLD=?", "+CHLD: (0,1,1x,2,2x,3,4)\r\n\r\nOK", 0),
        ],
    );
    // A dial that waits is stopped by a byte.
    assert_eq!(bench.send("ATD15551234;\r"), "");
    bench.wait(Millis(300));
    assert_eq!(bench.send("x"), "\r\nNO CARRIER\r\n");
    assert_eq!(bench.ask("AT+CLCC"), "OK");
}

#[test]
fn what_ends_a_call() {
    let mut bench = Bench::new();
    let active = "+CLCC: 1,0,0,0,0,\"5551\",129\r\n\r\nOK";
    rows(&mut bench, &[("AT&D2+CVHU=1;D5551;", "OK", 10_000), ("ATH", "OK", 0), ("AT+CLCC", active, 0)]);
    let mut drop_dtr = |mode: &str| {
        bench.ask(&format!("AT+CVHU={mode}"));
        let now = bench.now;
        bench.function.terminal_not_ready(now, &mut bench.modem);
        bench.ask("AT+CLCC")
    };
    assert_eq!(drop_dtr("1"), active);
    assert_eq!(drop_dtr("0"), active);
    assert_eq!(drop_dtr("2"), "OK");
    rows(&mut bench, &[("AT+CVHU=0;D5551;", "OK", 10_000), ("ATH", "OK", 0), ("AT+CLCC", "OK", 0)]);
    rows(&mut bench, &[("AT+CVHU=1;D5551;", "OK", 10_000), ("AT+CHUP", "OK", 0), ("AT+CLCC", "OK", 0)]);
}

#[test]
fn the_end_of_a_call_is_told_once() {
    let mut setup = Setup::default();
    setup.voice.parties = [Party { number: text("5551"), conduct: Conduct::Busy }].into_iter().collect();
    let mut bench = Bench::with(setup, Config::default()).registered().quiet();
    rows(
        &mut bench,
        &[
            ("ATX4;+COLP=1", "OK", 0),
            ("ATD5551;", "BUSY", 10_000),
            ("ATD5551;", "BUSY", 10_000),
            ("AT+COLP=0;D5551;", "OK\r\n\r\nBUSY", 10_000),
            (
                "AT+CPBS=\"DC\";+CPBR=1,10",
                "+CPBR: 1,\"5551\",129,\"\"\r\n+CPBR: 2,\"5551\",129,\"\"\r\n+CPBR: 3,\"5551\",129,\"\"\r\n\r\nOK",
                0,
            ),
        ],
    );
    // Somebody calls while a command is under way, and hangs up.
    bench.send("AT+COPS=?\r");
    let now = bench.now;
    bench.modem.receive_call(now, "5552").unwrap();
    bench.wait(Millis(100));
    let now = bench.now;
    bench.modem.other_party_ends(now, None);
    let told = bench.wait(Millis::from_secs(10));
    assert!(told.ends_with("\r\nOK\r\n\r\nNO CARRIER\r\n"), "{told:?}");
    assert_eq!(bench.ask("AT+CPBS=\"MC\";+CPBR=1,10"), "+CPBR: 1,\"5552\",129,\"\"\r\n\r\nOK");
}

#[test]
fn incoming_calls() {
    let mut bench = Bench::new();
    bench.ask("AT+CLIP=1");
    let now = bench.now;
    bench.modem.receive_call(now, "+15550123").unwrap();
    let ring = "\r\nRING\r\n\r\n+CLIP: \"+15550123\",145\r\n";
    assert_eq!(bench.sent(), ring);
    assert_eq!(bench.wait(Millis(4_900)), "");
    assert_eq!(bench.wait(Millis(200)), ring);
    rows(
        &mut bench,
        &[
            ("AT+CLCC", "+CLCC: 1,1,4,0,0,\"+15550123\",145\r\n\r\nOK", 0),
            ("AT+CPAS", "+CPAS: 3\r\n\r\nOK", 0),
            ("ATS1?", "002\r\n\r\nOK", 0),
            ("ATA", "OK", 0),
            ("ATS1?", "000\r\n\r\nOK", 0),
            ("AT+CLCC", "+CLCC: 1,1,0,0,0,\"+15550123\",145\r\n\r\nOK", 10_000),
        ],
    );
    let now = bench.now;
    bench.modem.other_party_ends(now, None);
    assert_eq!(bench.sent(), "\r\nNO CARRIER\r\n");
    // With its kind, as a number, and answered by itself.
    bench.ask("AT+CRC=1;+CLIP=0");
    bench.modem.receive_call(now, "").unwrap();
    assert_eq!(bench.sent(), "\r\n+CRING: VOICE\r\n");
    assert_eq!(bench.ask("AT+CHUP"), "OK");
    bench.ask("AT+CRC=0;S0=2V0");
    let now = bench.now;
    bench.modem.receive_call(now, "15550123").unwrap();
    assert_eq!(bench.sent(), "2\r");
    assert_eq!(bench.wait(Millis(6_000)), "2\r");
    bench.send("ATV1\r");
    assert!(bench.ask("AT+CLCC").starts_with("+CLCC: 1,1,0,"));
}

#[test]
fn services() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CLIP?;+CLIR?;+COLP?", "+CLIP: 0,1\r\n\r\n+CLIR: 0,4\r\n\r\n+COLP: 0,1\r\n\r\nOK", 0),
            ("AT+CCWA=1,2", "+CCWA: 1,1\r\n\r\nOK", 0),
            ("AT+CCWA?", "+CCWA: 1\r\n\r\nOK", 0),
            ("AT+CCWA=0,3", "ERROR", 0),
            ("AT+CCWA?", "+CCWA: 1\r\n\r\nOK", 0),
            // It is set back as all others are.
            ("AT&FE0", "OK", 0),
            ("AT+CCWA?", "+CCWA: 0\r\n\r\nOK", 0),
            ("AT+CCFC=0,2", "+CCFC: 0,7\r\n\r\nOK", 0),
            ("AT+CCFC=9,2", "ERROR", 0),
            ("AT+CNUM", "+CNUM: ,\"15550100\",129\r\n\r\nOK", 0),
            ("AT+CSSN=1,1;+CSSN?", "+CSSN: 1,1\r\n\r\nOK", 0),
        ],
    );
}

// Dialogues with the network.

#[test]
fn ussd() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CUSD=1,\"*100#\",15", "OK\r\n\r\n+CUSD: 0,\"Balance: 12.34 EUR. Valid until 31.12.2026.\",15", 2_000),
            ("AT+CUSD?;+CUSD=?", "+CUSD: 1\r\n\r\n+CUSD: (0-2)\r\n\r\nOK", 0),
            ("AT+CUSD=1,\"*123#\",15", "OK\r\n\r\n+CUSD: 1,\"1 Data\\0A2 Voice\\0A0 Exit\",15", 2_000),
            ("AT+CUSD=1,\"2\"", "OK\r\n\r\n+CUSD: 0,\"You have 60 minutes left.\",15", 2_000),
            ("AT+CUSD=1,\"*123#\",15", "OK\r\n\r\n+CUSD: 1,\"1 Data\\0A2 Voice\\0A0 Exit\",15", 2_000),
            ("AT+CUSD=2", "OK", 2_000),
            ("AT+CUSD=1,\"*999#\"", "OK\r\n\r\n+CUSD: 4", 2_000),
            ("AT+CSCS=\"UCS2\"", "OK", 0),
            (
                "AT+CUSD=1,\"002A0031003000300023\",15",
                "OK\r\n\r\n+CUSD: 0,\"00420061006C0061006E00630065003A002000310032002E00330034002000450055\
                 0052002E002000560061006C0069006400200075006E00740069006C002000330031002E00310032002E0032003000320036002E\",15",
                2_000,
            ),
            ("AT+CSCS=\"IRA\"", "OK", 0),
            ("AT+CFUN=4", "OK", 200),
            ("AT+CMEE=1;+CUSD=1,\"*100#\"", "+CME ERROR: 30", 0),
        ],
    );
}

// The phonebook.

#[test]
fn phonebook() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CPBS=?", "+CPBS: (\"SM\",\"DC\",\"EN\",\"LD\",\"MC\",\"ON\",\"RC\")\r\n\r\nOK", 0),
            ("AT+CPBS=\"SM\"", "OK", 0),
            ("AT+CPBS=\"ME\"", "ERROR", 0),
            ("AT+CMEE=1", "OK", 0),
        ],
    );
    let told = bench.ask("AT+CPBS?");
    assert!(told.starts_with("+CPBS: \"SM\",0,"), "{told}");
    rows(
        &mut bench,
        &[
            ("AT+CPBW=3,\"+15550123\",145,\"Ann \\22B\\22\"", "OK", 0),
            ("AT+CPBW=,\"5550124\",129,\"Zoe\"", "OK", 0),
            ("AT+CPBW=5,\"15550125\",145,\"Bob\"", "OK", 0),
            ("AT+CPBR=3", "+CPBR: 3,\"+15550123\",145,\"Ann \\22B\\22\"\r\n\r\nOK", 0),
            (
                "AT+CPBR=1,10",
                "+CPBR: 1,\"5550124\",129,\"Zoe\"\r\n+CPBR: 3,\"+15550123\",145,\"Ann \\22B\\22\"\r\n\
                 +CPBR: 5,\"+15550125\",145,\"Bob\"\r\n\r\nOK",
                0,
            ),
            ("AT+CPBF=\"zo\"", "+CPBF: 1,\"5550124\",129,\"Zoe\"\r\n\r\nOK", 0),
            ("AT+CPBF=\"nobody\"", "+CME ERROR: 22", 0),
            ("AT+CPBR=0", "+CME ERROR: 21", 0),
            ("AT+CPBR=9999", "+CME ERROR: 21", 0),
            ("AT+CSCS=\"UCS2\";+CPBR=1", "+CPBR: 1,\"5550124\",129,\"005A006F0065\"\r\n\r\nOK", 0),
            ("AT+CSCS=\"IRA\";D>\"Zoe\";", "OK", 0),
            ("AT+CLCC", "+CLCC: 1,0,2,0,0,\"5550124\",129\r\n\r\nOK", 0),
            ("ATH", "OK", 0),
            ("ATD>3;", "OK", 0),
            ("ATH", "OK", 0),
            ("ATD>9;", "+CME ERROR: 22", 0),
            ("AT+CPBW=3", "OK", 0),
            ("AT+CPBR=3", "OK", 0),
            // What is wrong with numbers has codes of its own.
            ("AT+CPBW=3,\"123456789012345678901\"", "+CME ERROR: 26", 0),
            ("AT+CPBW=3,\"123456789012345678901234567890\"", "+CME ERROR: 26", 0),
            ("AT+CPBW=3,\"12x\"", "+CME ERROR: 27", 0),
            ("AT+CPBW=3,\"123\",129,\"a name that is too long\"", "+CME ERROR: 24", 0),
        ],
    );
}

// Messages.

/// "hello" from +15550123, through the service centre +15550199.
const DELIVERED: &str = "0591515510990408915155103200006230405060708005E8329BFD06";

#[test]
fn messages_as_pdus() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CMGF=?", "+CMGF: (0,1)\r\n\r\nOK", 0),
            ("AT+CSMS?", "+CSMS: 0,1,1,1\r\n\r\nOK", 0),
            ("AT+CPMS=?", "+CPMS: (\"SM\",\"ME\",\"MT\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")\r\n\r\nOK", 0),
            ("AT+CPMS?", "+CPMS: \"SM\",0,30,\"SM\",0,30,\"SM\",0,30\r\n\r\nOK", 0),
            ("AT+CSCA?", "+CSCA: \"+15550199\",145\r\n\r\nOK", 0),
            ("AT+CNMI=2,1,0,1,0", "OK", 0),
        ],
    );
    let now = bench.now;
    bench.modem.receive_text(now, incoming("+15550123", "hello")).unwrap();
    assert_eq!(bench.wait(Millis(500)), "\r\n+CMTI: \"SM\",1\r\n");
    assert_eq!(bench.ask("AT+CMGL=4"), format!("+CMGL: 1,0,,22\r\n{DELIVERED}\r\n\r\nOK"));
    rows(
        &mut bench,
        &[
            ("AT+CMGL=0", "OK", 0),
            ("AT+CMGR=1", &format!("+CMGR: 1,,22\r\n{DELIVERED}\r\n\r\nOK"), 0),
            ("AT+CMGR=2", "OK", 0),
            ("AT+CMGR=99", "+CMS ERROR: 321", 0),
            ("AT+CMGD=?", "+CMGD: (1-30),(0-4)\r\n\r\nOK", 0),
            ("AT+CMGD=1", "OK", 0),
            ("AT+CMGL=4", "OK", 0),
            ("AT+CMGD=99", "+CMS ERROR: 321", 0),
        ],
    );
    // Sending: what does not fit is refused behind the prompt, or before.
    assert_eq!(bench.send("AT+CMGS=21\r"), "\r\n> ");
    assert_eq!(bench.send("0001000B915155550100F0000009E8329BFD4697D9EC37\x1a"), "\r\n+CMS ERROR: 304\r\n");
    assert_eq!(bench.ask("AT+CMGS=200"), "+CMS ERROR: 304");
    assert_eq!(bench.ask("AT+CMGS=x"), "+CMS ERROR: 304");
    // Written, then sent from the store, with a report.
    assert_eq!(bench.send("AT+CMGW=22\r"), "\r\n> ");
    assert_eq!(bench.send("0021000B915155550100F0000009E8329\r\nBFD4697D9EC37\x1a"), "\r\n+CMGW: 1\r\n\r\nOK\r\n");
    assert_eq!(bench.ask_for("AT+CMSS=1", Millis(700)), "+CMSS: 0\r\n\r\nOK");
    let report = bench.wait(Millis(2_000));
    assert!(report.starts_with("\r\n+CDS: 25\r\n0"), "{report:?}");
    assert!(bench.ask("AT+CMGL=3").starts_with("+CMGL: 1,3,,22\r\n0021000B915155550100F0000009E8329BFD4697D9EC37"));
    assert_eq!(bench.ask("AT+CMSS=7"), "+CMS ERROR: 321");
    assert_eq!(bench.ask("AT+CMGD=1,4;+CMGL=4"), "OK");
}

#[test]
fn messages_handed_over_and_acknowledged() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CNMA", "+CMS ERROR: 340", 0),
            ("AT+CSMS=1", "+CSMS: 1,1,1\r\n\r\nOK", 0),
            ("AT+CNMI=2,2,0,1,0", "OK", 0),
        ],
    );
    let now = bench.now;
    bench.modem.receive_text(now, incoming("+15550123", "hello")).unwrap();
    let told = bench.wait(Millis(500));
    assert!(told.starts_with("\r\n+CMT: ,22\r\n"), "{told:?}");
    assert!(told.ends_with("05E8329BFD06\r\n"), "{told:?}");
    assert_eq!(bench.ask("AT+CNMA"), "OK");
    assert_eq!(bench.ask("AT+CNMA=0"), "+CMS ERROR: 340");
    // What is not acknowledged comes again.
    let now = bench.now;
    bench.modem.receive_text(now, incoming("+15550123", "again")).unwrap();
    assert!(bench.wait(Millis(500)).starts_with("\r\n+CMT: ,22\r\n"));
    assert_eq!(bench.send("AT+CNMA=2,2\r"), "\r\n> ");
    assert_eq!(bench.send("0000\x1a"), "\r\nOK\r\n");
    assert!(bench.wait(Millis::from_secs(31)).contains("+CMT: ,22\r\n"));
    assert_eq!(bench.ask("AT+CNMA=1"), "OK");
    // If nobody answers, nothing is handed over any more: it is stored.
    let now = bench.now;
    bench.modem.receive_text(now, incoming("+15550123", "nobody")).unwrap();
    assert!(bench.wait(Millis(500)).starts_with("\r\n+CMT: ,23\r\n"));
    assert_eq!(bench.wait(Millis::from_secs(60)), "");
    assert_eq!(bench.ask("AT+CNMI?"), "+CNMI: 2,0,0,0,0\r\n\r\nOK");
    assert!(bench.ask("AT+CMGL=4").starts_with("+CMGL: 1,0,,23\r\n"));
    bench.ask("AT+CNMI=2,2,0,1,0");
    // As text, with the header.
    bench.ask("AT+CSMS=0;+CMGF=1;+CSDH=1");
    let now = bench.now;
    bench.modem.receive_text(now, incoming("+15550123", "as text")).unwrap();
    assert!(
        bench.wait(Millis::from_secs(60)).ends_with(
            "\r\n+CMT: \"+15550123\",,\"26/03/04,05:06:07+08\",145,4,0,0,\"+15550199\",145,7\r\nas text\r\n"
        )
    );
}

#[test]
fn messages_as_text() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CMGF=1;+CNMI=2,1,0,1,0;+CSMP?", "+CSMP: 17,167,0,0\r\n\r\nOK", 0),
            ("AT+CMGL=?", "+CMGL: (\"REC UNREAD\",\"REC READ\",\"STO UNSENT\",\"STO SENT\",\"ALL\")\r\n\r\nOK", 0),
            ("AT+CMGS", "+CMS ERROR: 303", 0),
            ("AT+CMGS=\"\"", "+CMS ERROR: 305", 0),
            ("AT+CMGS=\"word\"", "+CMS ERROR: 305", 0),
        ],
    );
    assert_eq!(bench.send("AT+CMGS=\"15550100\"\r"), "\r\n> ");
    assert_eq!(bench.send("to myself\rtwo lX\x08ines"), "\r\n> ");
    assert_eq!(bench.send("\x1a"), "");
    // The card's own number: it comes back.
    let told = bench.wait(Millis(2_000));
    assert!(told.starts_with("\r\n+CMGS: 0\r\n\r\nOK\r\n"), "{told:?}");
    assert!(told.ends_with("\r\n+CMTI: \"SM\",1\r\n"), "{told:?}");
    let read = bench.ask("AT+CMGR=1");
    assert!(read.starts_with("+CMGR: \"REC UNREAD\",\""), "{read:?}");
    assert!(read.ends_with("\"\r\nto myself\ntwo lines\r\n\r\nOK"), "{read:?}");
    // A text that is a result is text.
    let now = bench.now;
    bench.modem.receive_text(now, incoming("Bank", "OK")).unwrap();
    bench.modem.receive_text(now, incoming("+15550123", "не ASCII")).unwrap();
    bench.wait(Millis(2_000));
    let listed = bench.ask("AT+CMGL=\"REC UNREAD\"");
    assert!(listed.starts_with("+CMGL: 2,\"REC UNREAD\",\"Bank\",,\"26/03/04,05:06:07+08\"\r\nOK\r\n"), "{listed:?}");
    assert!(
        listed.contains("\r\n043D043500200041005300430049\r\n") || listed.contains("043D0435002000410053004300490049"),
        "{listed:?}"
    );
    // Drafts.
    assert_eq!(bench.send("AT+CMGW=\"+15551234\"\r"), "\r\n> ");
    assert_eq!(bench.send("draft\x1a"), "\r\n+CMGW: 4\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CMGL=\"STO UNSENT\""), "+CMGL: 4,\"STO UNSENT\",\"+15551234\"\r\ndraft\r\n\r\nOK");
    assert_eq!(
        bench.ask("AT+CSDH=1;+CMGR=4"),
        "+CMGR: \"STO UNSENT\",\"+15551234\",,145,17,0,0,167,\"\",129,5\r\ndraft\r\n\r\nOK"
    );
    assert_eq!(bench.ask_for("AT+CMSS=4,\"+15559999\"", Millis(700)), "+CMSS: 1\r\n\r\nOK");
    assert_eq!(bench.ask("AT+CPMS?"), "+CPMS: \"SM\",4,30,\"SM\",4,30,\"SM\",4,30\r\n\r\nOK");
    assert_eq!(bench.ask("AT+CPMS=\"ME\",\"ME\",\"ME\""), "+CPMS: 0,30,0,30,0,30\r\n\r\nOK");
    assert_eq!(bench.ask("AT+CMGL=\"ALL\""), "OK");
    assert_eq!(bench.ask("AT+CPMS=\"XX\""), "+CMS ERROR: 302");
    let now = bench.now;
    bench.modem.receive_text(now, incoming("+15550123", "in the device")).unwrap();
    assert_eq!(bench.wait(Millis(2_000)), "\r\n+CMTI: \"ME\",5\r\n");
    // Reports, in words.
    bench.ask("AT+CSMP=49,167,0,0");
    bench.send("AT+CMGS=\"+15551234\"\r");
    bench.send("with a report\x1a");
    let told = bench.wait(Millis(3_000));
    assert!(told.contains("\r\n+CDS: 6,2,\"+15551234\",145,\""), "{told:?}");
}

#[test]
fn long_lists_come_whole() {
    let mut bench = Bench::new();
    for n in 0..30 {
        let now = bench.now;
        bench.modem.receive_text(now, incoming("+15550123", &format!("{n:0>160}"))).unwrap();
        bench.wait(Millis(1_000));
    }
    let told = bench.ask_for("AT+CMGL=4", Millis(100));
    assert_eq!(told.matches("+CMGL: ").count(), 30);
    assert!(told.ends_with("\r\n\r\nOK"), "{told:?}");
    assert_eq!(bench.function.counters().answers_too_long, 0);
}

#[test]
fn nothing_is_answered_while_the_modem_starts() {
    let mut setup = Setup::default();
    setup.delays.boot = Millis(2_000);
    let mut bench = Bench::with(setup, Config::default());
    assert_eq!(bench.send("AT\r"), "");
    assert_eq!(bench.function.counters().muted, 3);
    assert_eq!(bench.function.poll_at(&bench.modem), Some(Instant(2_000)));
    bench.wait(Millis(2_000));
    assert_eq!(bench.send("AT\r"), "AT\r\r\nOK\r\n");
}

#[test]
fn phonebooks_that_are_not_on_the_card() {
    let mut bench = Bench::new();
    bench.ask("AT+CMEE=1");
    rows(
        &mut bench,
        &[
            ("AT+CPBS=\"ON\";+CPBR=1,10", "+CPBR: 1,\"15550100\",129,\"\"\r\n\r\nOK", 0),
            ("AT+CPBS?", "+CPBS: \"ON\",1,10\r\n\r\nOK", 0),
            ("AT+CPBW=1,\"123\"", "+CME ERROR: 3", 0),
            ("AT+CPBS=\"EN\";+CPBR=1,10", "+CPBR: 1,\"112\",129,\"\"\r\n+CPBR: 2,\"911\",129,\"\"\r\n\r\nOK", 0),
            ("AT+CPBS=\"FD\"", "+CME ERROR: 4", 0),
            ("AT+CPBS=\"MC\";+CPBS?", "+CPBS: \"MC\",0,10\r\n\r\nOK", 0),
            ("ATD+15550123;", "OK", 0),
            ("ATH", "OK", 0),
            ("ATD+15550124;", "OK", 0),
            ("ATH", "OK", 0),
            (
                "AT+CPBS=\"DC\";+CPBR=1,10",
                "+CPBR: 1,\"+15550124\",145,\"\"\r\n+CPBR: 2,\"+15550123\",145,\"\"\r\n\r\nOK",
                0,
            ),
        ],
    );
    // The other name of those that were dialled; one of them is dialled again by it.
    rows(
        &mut bench,
        &[
            ("AT+CPBS=\"LD\";+CPBS?", "+CPBS: \"LD\",2,10\r\n\r\nOK", 0),
            ("ATD>2i;", "OK", 0),
            ("AT+CLCC", "+CLCC: 1,0,2,0,0,\"+15550123\",145\r\n\r\nOK", 0),
            ("ATH", "OK", 0),
            ("ATD> ON 1;", "OK", 0),
            ("AT+CLCC", "+CLCC: 1,0,2,0,0,\"15550100\",129\r\n\r\nOK", 0),
            ("ATH", "OK", 0),
            ("ATD>SM1;", "+CME ERROR: 22", 0),
        ],
    );
    for number in ["5550125", "5550126"] {
        let now = bench.now;
        bench.modem.receive_call(now, number).unwrap();
        bench.sent();
        if number == "5550126" {
            bench.ask("ATA");
        }
        bench.ask("AT+CHUP");
        bench.wait(Millis(100));
    }
    rows(
        &mut bench,
        &[
            ("AT+CPBS=\"MC\";+CPBR=1,10", "+CPBR: 1,\"5550125\",129,\"\"\r\n\r\nOK", 0),
            ("AT+CPBS=\"RC\";+CPBR=1,10", "+CPBR: 1,\"5550126\",129,\"\"\r\n\r\nOK", 0),
        ],
    );
}

#[test]
fn dialogues_in_hexadecimal_digits() {
    let mut bench = Bench::new();
    bench.ask("AT+CUSD=1");
    let said = bench.ask_for("AT+CUSD=1,\"2A31303023\",15", Millis::from_secs(2));
    assert!(said.contains("+CUSD: 0,\"Balance: 12.34 EUR"), "{said}");
    let said = bench.ask_for("AT+CUSD=1,\"2A31323323\",15", Millis::from_secs(2));
    assert!(said.contains("+CUSD: 1,\"1 Data"), "{said}");
    let said = bench.ask_for("AT+CUSD=1,\"31\",15", Millis::from_secs(2));
    assert!(said.contains("+CUSD: 1,\"1 Volume left"), "{said}");
    bench.ask("AT+CUSD=2");
    // Digits that are no code are what they are.
    let said = bench.ask_for("AT+CUSD=1,\"*123#\"", Millis::from_secs(2));
    assert!(said.contains("+CUSD: 1,\"1 Data"), "{said}");
    let said = bench.ask_for("AT+CUSD=1,\"1\"", Millis::from_secs(2));
    assert!(said.contains("+CUSD: 1,\"1 Volume left"), "{said}");
}

#[test]
fn a_text_with_a_header_is_octets_in_digits() {
    let mut bench = Bench::new();
    bench.ask("AT+CMGF=1;+CSMP=81,167,0,8;+CNMI=2,2,0,0,0");
    assert_eq!(bench.send("AT+CMGS=\"15550100\"\r"), "\r\n> ");
    // The first of two parts: `Hi`.
    bench.send("050003AA020100480069\x1a");
    let told = bench.wait(Millis::from_secs(2));
    assert!(told.starts_with("\r\n+CMGS: "), "{told}");
    assert!(told.contains("\r\n050003AA020100480069\r\n"), "{told}");
    // A header that is longer than the text, and one in front of septets.
    for (coding, text) in [(8, "0A0003AA0201"), (0, "050003AA0201")] {
        bench.ask(&format!("AT+CSMP=81,167,0,{coding}"));
        bench.send("AT+CMGS=\"15550100\"\r");
        assert_eq!(bench.send(format!("{text}\x1a")), "\r\n+CMS ERROR: 305\r\n");
    }
}

#[test]
fn what_holds_for_messages_is_saved_and_restored() {
    let mut bench = Bench::new();
    rows(
        &mut bench,
        &[
            ("AT+CSMP=49,1,2,0;+CSCA=\"+15550111\",145;+CSCB=0,\"5\"", "OK", 0),
            ("AT+CSAS;+CSMP=17,167,0,0;+CSCA=\"+15550122\",145;+CSCB=0,\"6\"", "OK", 0),
            ("AT+CRES=0;+CSMP?", "+CSMP: 49,1,2,0\r\n\r\nOK", 0),
            ("AT+CSCA?;+CSCB?", "+CSCA: \"+15550111\",145\r\n\r\n+CSCB: 0,\"5\",\"\"\r\n\r\nOK", 0),
            // There is no other profile.
            ("AT+CSAS=1", "+CMS ERROR: 304", 0),
            ("AT+CRES=1", "+CMS ERROR: 304", 0),
        ],
    );
}

#[test]
fn pages_of_cell_broadcast() {
    let mut bench = Bench::new();
    bench.ask("AT+CSCB=0,\"50\";+CNMI=2,0,2,0,0");
    let mut told = |format: &str, said: &str| {
        bench.ask(&format!("AT+CMGF={format}"));
        let now = bench.now;
        assert!(bench.modem.receive_page(now, Page::text(0x4010, 50, said).unwrap()));
        bench.sent()
    };
    let as_pdu = told("0", "Road closed");
    assert!(as_pdu.starts_with("\r\n+CBM: 88\r\n401000320F11D277980C1AB3DFF3"), "{as_pdu:?}");
    assert_eq!(told("1", "Road closed"), "\r\n+CBM: 16400,50,15,1,1\r\nRoad closed\r\n");
    // What is no text of seven bits is octets in digits.
    let as_octets = told("1", "Дорога");
    assert!(as_octets.starts_with("\r\n+CBM: 16400,50,72,1,1\r\n0414043E0440043E0433043000"), "{as_octets:?}");
    assert_eq!(as_octets.lines().last().unwrap().len(), 164);
}

#[test]
fn channels_of_cell_broadcast() {
    let mut bench = Bench::new().registered().quiet();
    rows(
        &mut bench,
        &[
            ("AT+CSCB=0,\"0,5-7,\";+CSCB?", "+CSCB: 0,\"0,5-7\",\"\"\r\n\r\nOK", 0),
            ("AT+CMEE=0;+CSCB=0,\"1-2-3\"", "+CMS ERROR: 305", 0),
            ("AT+CSCB=0,\",\"", "+CMS ERROR: 305", 0),
            ("AT+CSCB=0,\"7-5\"", "+CMS ERROR: 304", 0),
            ("AT+CSCB?", "+CSCB: 0,\"0,5-7\",\"\"\r\n\r\nOK", 0),
            ("AT+CSCB=0;+CSCB?", "+CSCB: 0,\"\",\"\"\r\n\r\nOK", 0),
        ],
    );
}
