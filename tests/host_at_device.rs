//! An AT host against the function role of this crate, in virtual time: everything that the client can do, in every dialect
//! that the function has, from any state, and with a line that loses, delays and mixes.
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
#![cfg(all(feature = "device", feature = "at", feature = "sms"))]

mod at_common;
mod at_line;

use core::convert::Infallible;
use core::fmt::Write as _;

use at_common::Bench;
use at_line::{Line, Link, Peer, block_on};
use wwan::apdu::{self, USIM};
use wwan::client::at::blocking::Client;
use wwan::client::at::{self, Error};
use wwan::device::at::{Config as FunctionConfig, Dialect, Effect, Fault, Maker, RegistrationForm, UrcOrder};
use wwan::device::modem::sim::Sim;
use wwan::device::modem::sms::Incoming;
use wwan::device::modem::{Setup, SimSetup, text};
use wwan::procedure::at::connect::is_ended;
use wwan::procedure::at::{
    Bearer, ConnectRequest, File, IpType, PinOperation, Power, RegistrationState, Selection, SimState, Stop,
};
use wwan::session::at::{self as session, Config, Failure};
use wwan::sms::{Stored, TextMessage};
use wwan::time::{Instant, Millis};

const PATIENCE: Millis = Millis::from_secs(60);

/// What the line does to what is said on it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Harm {
    #[default]
    None,
    /// The host's line with this number never arrives.
    LoseLine(usize),
    /// What the modem says to it is lost.
    LoseAnswer(usize),
    /// The modem hears nothing for so long, beginning with that line.
    Delay(usize, Millis),
    /// Something unasked is told behind that many ends of lines of the modem.
    Tell(usize),
}

/// The modem, and what the line does.
struct Modem {
    bench: Bench,
    harm: Harm,
    /// Lines of the host, and ends of lines of the modem, since the harm was chosen.
    lines: usize,
    ends: usize,
    held: Vec<u8>,
    held_until: Instant,
    deaf: bool,
    /// It happened.
    harmed: bool,
}

/// What is told where nobody asked.
const TOLD: &[u8] = b"\r\n^UNASKED: 7,\"7\"\r\n";

impl Modem {
    fn new(setup: Setup, dialect: Dialect) -> Self {
        let mut config = FunctionConfig::default();
        config.dialect = dialect;
        let bench = Bench::with(setup, config);
        let (held, held_until) = (vec![], Instant(0));
        Self { bench, harm: Harm::None, lines: 0, ends: 0, held, held_until, deaf: false, harmed: false }
    }

    fn choose(&mut self, harm: Harm) {
        (self.harm, self.lines, self.ends, self.harmed, self.deaf) = (harm, 0, 0, false, false);
    }

    fn deliver(&mut self, now: Instant, bytes: &[u8]) {
        let Bench { modem, function, data, .. } = &mut self.bench;
        data.extend_from_slice(function.receive(now, modem, bytes));
    }
}

impl Peer for Modem {
    fn hear(&mut self, now: Instant, bytes: &[u8]) {
        self.bench.now = now;
        self.deaf = false;
        let this = self.lines;
        self.lines += bytes.iter().filter(|byte| matches!(byte, b'\r' | 0x1a)).count();
        let hit = |line: usize| (this..self.lines).contains(&line);
        match self.harm {
            Harm::LoseLine(line) if hit(line) => self.harmed = true,
            Harm::LoseAnswer(line) if hit(line) => {
                (self.harmed, self.deaf) = (true, true);
                self.deliver(now, bytes);
            }
            Harm::Delay(line, span) if hit(line) => {
                (self.harmed, self.held_until) = (true, now + span);
                self.held.extend_from_slice(bytes);
            }
            _ if !self.held.is_empty() => self.held.extend_from_slice(bytes),
            _ => self.deliver(now, bytes),
        }
    }

    fn say(&mut self, now: Instant) -> Vec<u8> {
        self.bench.now = now;
        if now >= self.held_until && !self.held.is_empty() {
            let held = core::mem::take(&mut self.held);
            self.deliver(now, &held);
        }
        let mut said = vec![];
        let Bench { modem, function, .. } = &mut self.bench;
        while let Some(more) = function.transmit(now, modem) {
            said.extend_from_slice(more);
        }
        if self.deaf {
            return vec![];
        }
        let Harm::Tell(place) = self.harm else { return said };
        let mut whole = vec![];
        for (at, byte) in said.iter().enumerate() {
            whole.push(*byte);
            // Between two lines: behind an end, and not in front of a second line or the text of a prompt.
            let between = whole.ends_with(b"\r\n") && said.get(at + 1).is_none_or(|next| *next == b'\r') && at > 1;
            if between {
                self.ends += 1;
                if self.ends == place {
                    self.harmed = true;
                    whole.extend_from_slice(TOLD);
                }
            }
        }
        whole
    }

    fn next(&self) -> Instant {
        let own = self.bench.function.poll_at(&self.bench.modem).unwrap_or(Instant::FAR);
        if self.held.is_empty() { own } else { own.min(self.held_until) }
    }

    fn dtr(&mut self, now: Instant, up: bool) {
        if !up {
            self.bench.function.terminal_not_ready(now, &mut self.bench.modem);
        }
    }
}

type Host = Client<'static, Line<Modem>>;
type Result<T> = core::result::Result<T, Error<Infallible>>;

/// A modem as it comes out of its box, a minute later.
fn host_of(setup: Setup, dialect: Dialect, config: Config<'static>) -> Host {
    let mut modem = Modem::new(setup, dialect);
    modem.bench.wait(PATIENCE);
    modem.bench.sent();
    Client::new(Line::new(modem.bench.now, modem), config, at_line::memory(2048, 2048, 1024, 256))
}

fn host() -> Host {
    let mut host = host_of(Setup::default(), Dialect::default(), Config::default());
    host.open().unwrap();
    host
}

// What a host does. Each tells what it has found, which is the same in all dialects.

fn identity(host: &mut Host) -> Result<String> {
    let identity = host.identity()?;
    let iccid = identity.iccid.unwrap();
    Ok(format!("{identity:?} {} {} {}", identity.imei, identity.imsi, iccid.as_str()))
}

fn power(host: &mut Host) -> Result<String> {
    host.set_power(Power::RADIO_OFF, PATIENCE)?;
    let off = host.power()?;
    host.set_power(Power::FULL, PATIENCE)?;
    Ok(format!("{off:?} {:?}", host.power()?))
}

fn sim(host: &mut Host) -> Result<String> {
    Ok(format!("{:?} {:?} {}", host.sim(PATIENCE)?, host.attempts()?, host.protection()?))
}

fn network(host: &mut Host) -> Result<String> {
    host.register(Selection::Automatic, PATIENCE)?;
    let found = host.registration()?;
    let signal = host.signal()?;
    host.attach(true)?;
    Ok(format!("{found:?} {signal:?}"))
}

fn manual(host: &mut Host) -> Result<String> {
    host.register(Selection::Manual { plmn: "00101", act: None }, PATIENCE)?;
    let found = host.registration()?;
    host.register(Selection::Automatic, PATIENCE)?;
    Ok(format!("{found:?}"))
}

fn scan(host: &mut Host) -> Result<String> {
    let scan = host.scan::<8>()?;
    Ok(format!("{:?} {}", scan.found(), scan.lost()))
}

fn connection(host: &mut Host) -> Result<String> {
    let mut said = String::new();
    for ip_type in [IpType::V4, IpType::V6, IpType::V4V6] {
        let request = ConnectRequest { cid: Some(3), apn: "internet", ip_type, ..ConnectRequest::default() };
        let connect = host.connect(&request)?;
        let active = host.is_connected(3)?;
        host.disconnect(3)?;
        let after = host.is_connected(3)?;
        writeln!(said, "{} {:?} {active} {after}", connect.cid(), connect.settings()).unwrap();
    }
    Ok(said)
}

fn dial(host: &mut Host) -> Result<String> {
    let bearer = Bearer::Dial;
    let request =
        ConnectRequest { cid: Some(2), apn: "internet", ip_type: IpType::V4, bearer, ..ConnectRequest::default() };
    host.connect(&request)?;
    let online = host.is_data();
    host.write(b"~\xff\x03data~")?;
    host.escape()?;
    host.disconnect(2)?;
    Ok(format!("{online} {}", host.is_connected(2)?))
}

fn texts(host: &mut Host) -> Result<String> {
    let centre = host.service_centre()?;
    let mut references = [0; 3];
    let text = "Grüße, und noch mehr davon. ".repeat(7);
    let message = TextMessage { number: "+15550123", text: &text, reference: 9, ..TextMessage::default() };
    let parts = host.send_text(message, &mut references)?;
    let now = host.now();
    host.tell_texts()?;
    let incoming = Incoming { from: "+491701234567", text: "Hallo", class: None, date: None };
    host.stream().peer.bench.modem.receive_text(now, incoming).unwrap();
    let mut told = false;
    while let Some(urc) = host.next_urc(now + Millis::from_secs(120))? {
        told |= urc.is("+CMTI");
        if told {
            break;
        }
    }
    let mut read = vec![];
    host.read_texts(Stored::All, "", &mut |stored, pdu| read.push((stored.stat, pdu.len())))?;
    host.delete_texts("", None)?;
    let mut left = 0;
    host.read_texts(Stored::All, "", &mut |_, _| left += 1)?;
    Ok(format!("{centre} {parts} {told} {:?} {left}", read.last()))
}

fn dialogue(host: &mut Host) -> Result<String> {
    let balance = host.ussd("*100#", PATIENCE)?;
    let wide = host.ussd("*101#", PATIENCE)?;
    let menu = host.ussd("*123#", PATIENCE)?;
    assert!(menu.goes_on());
    let chosen = host.ussd("2", PATIENCE)?;
    host.ussd("*123#", PATIENCE)?;
    host.cancel_ussd()?;
    Ok(format!("{} {} {} {}", balance.text, wide.text, menu.text, chosen.text))
}

fn phonebook(host: &mut Host) -> Result<String> {
    host.phonebook_write("SM", Some(3), "+49170", "Zoë \"Z\"")?;
    host.phonebook_write("SM", Some(4), "0171", "Юрий")?;
    let mut found = String::new();
    let places = host.phonebook_read("SM", None, &mut |contact| {
        write!(found, "{} {} {}, ", contact.index, contact.number, contact.name).unwrap();
    })?;
    host.phonebook_delete("SM", 3)?;
    host.phonebook_delete("SM", 4)?;
    let mut left = 0;
    host.phonebook_read("SM", Some(3), &mut |_| left += 1)?;
    Ok(format!("{places} {found} {left}"))
}

fn card(host: &mut Host) -> Result<String> {
    let mut response = [0; 256];
    // SELECT of the master file, then a file of the application on a channel of its own.
    let select = apdu::Command::parse(&[0x00, 0xa4, 0x00, 0x04, 0x02, 0x3f, 0x00]).unwrap();
    let (root, _) = host.transmit(0, select, &mut response)?;
    let select = apdu::Command::parse(&[0x00, 0xa4, 0x00, 0x04, 0x02, 0x6f, 0x07]).unwrap();
    let (words, answer) = host.exchange(USIM, select, &mut response)?;
    let mut said = format!("{root} {words} {answer:02x?}");
    // EF_IMSI, and the first record of EF_ADN, written and read.
    let imsi = File { id: 0x6f07, path: "" };
    write!(said, " {:?}", host.file_status(imsi)?).unwrap();
    write!(said, " {:02x?}", host.read_binary(imsi, 0, &mut response)?).unwrap();
    let adn = File { id: 0x6f3a, path: "3F007F10" };
    let mut record = [0xff; 64];
    let len = host.read_record(adn, 1, &mut record)?.len();
    record[..2].copy_from_slice(b"Jo");
    host.update_record(adn, 1, &record[..len])?;
    write!(said, " {}", host.read_record(adn, 1, &mut response)?.starts_with(b"Jo")).unwrap();
    record[..2].fill(0xff);
    host.update_record(adn, 1, &record[..len])?;
    Ok(said)
}

/// What a host does.
type Act = fn(&mut Host) -> Result<String>;

/// Everything, under names.
const ALL: &[(&str, Act)] = &[
    ("identity", identity),
    ("power", power),
    ("sim", sim),
    ("network", network),
    ("manual", manual),
    ("scan", scan),
    ("connection", connection),
    ("dial", dial),
    ("texts", texts),
    ("dialogue", dialogue),
    ("phonebook", phonebook),
    ("card", card),
];

/// What it finds on a modem without particulars.
fn expected() -> Vec<String> {
    let mut host = host();
    ALL.iter().map(|(name, act)| act(&mut host).unwrap_or_else(|error| panic!("{name}: {error}"))).collect()
}

#[test]
fn everything_is_found_as_the_model_has_it() {
    let found = expected();
    let said = |name: &str| &found[ALL.iter().position(|(other, _)| *other == name).unwrap()];
    assert!(said("identity").ends_with("490154203237518 001010123456789 8900101000000000017"), "{}", said("identity"));
    assert_eq!(said("power"), "Power(4) Power(1)");
    assert!(said("sim").starts_with("Ready Attempts { pin1: Some(3), puk1: Some(10)"), "{}", said("sim"));
    assert!(said("network").contains("state: Home, packet: true, act: Some(7)"), "{}", said("network"));
    assert!(said("network").contains("rsrp: Some(-950)"), "{}", said("network"));
    assert!(said("scan").contains("stat: Some(2)"), "{}", said("scan"));
    assert!(said("connection").contains("true false"), "{}", said("connection"));
    assert_eq!(said("dial"), "true false");
    assert!(said("texts").contains(" 2 true Some((0,"), "{}", said("texts"));
    assert!(
        said("dialogue").contains("12.34 EUR") && said("dialogue").contains("Баланс: 100 ₽"),
        "{}",
        said("dialogue")
    );
    assert!(said("phonebook").contains("3 +49170 Zoë \"Z\", 4 0171 Юрий,  0"), "{}", said("phonebook"));
    assert!(said("card").starts_with("9000 9000"), "{}", said("card"));
}

#[test]
fn every_dialect_is_understood() {
    let expected = expected();
    let mut dialects = vec![];
    for maker in [Maker::None, Maker::Huawei, Maker::Quectel, Maker::Cinterion] {
        for urcs in [UrcOrder::AfterResult, UrcOrder::BeforeResult, UrcOrder::AtOnce] {
            let mut dialect = Dialect::of(maker);
            dialect.urcs = urcs;
            dialects.push(dialect);
        }
    }
    let forms = [RegistrationForm::Quoted, RegistrationForm::Bare, RegistrationForm::Short, RegistrationForm::Release8];
    for (nth, registration) in (0..).zip(forms) {
        let mut dialect = Dialect::default();
        dialect.registration = registration;
        dialect.echo = nth % 2 == 0;
        dialect.blank = nth < 2;
        dialect.cmee = nth % 3;
        dialect.progress = nth + 1;
        dialect.connect = text(["", "150000000", "", "115200"][usize::from(nth)]);
        dialect.prefixed_identity = nth > 1;
        dialect.bare_prompt = nth > 0;
        dialects.push(dialect);
    }
    for (nth, dialect) in (0..).zip(dialects) {
        let mut config = Config::default();
        // How the host wants errors, whatever the modem began with; and lines as WWAN ports want them.
        config.error_reports = nth % 3;
        static WITH_LINE_FEED: session::Dialect<'static> =
            session::Dialect { line_end: b"\r\n", ..session::Dialect::STANDARD };
        config.dialect = if nth % 2 == 0 { &session::Dialect::STANDARD } else { &WITH_LINE_FEED };
        let mut host = host_of(Setup::default(), dialect.clone(), config);
        host.open().unwrap();
        for ((name, act), expected) in ALL.iter().zip(&expected) {
            match act(&mut host) {
                Ok(found) => assert_eq!(&found, expected, "{name}: {dialect:?}"),
                Err(error) => panic!("{name}: {error}: {dialect:?}"),
            }
        }
        let counters = host.counters();
        assert_eq!((counters.torn, counters.timeouts, counters.overlong), (0, 0, 0), "{counters:?} {dialect:?}");
    }
}

#[test]
fn a_modem_is_opened_from_any_state() {
    let expected = identity(&mut host()).unwrap();
    // What others have left behind.
    let states: &[&[&[u8]]] = &[
        &[b"ATV0\r"],
        &[b"ATQ1\r"],
        &[b"ATE1V0Q1\r", b"AT+CMEE=2\r"],
        &[b"AT+CREG=2;+CGREG=2;+CEREG=4\r"],
        &[b"AT+CSCS=\"UCS2\"\r"],
        &[b"AT+CPBS=\"SM\"\r", b"AT+CPB"],
        &[b"AT+CMGF=1;+CMGS=\"0170\"\r", b"half a text"],
        &[b"AT+CMGS=20\r"],
        &[b"AT+COPS=?\r"],
        &[b"ATD*99#\r"],
        &[b"AT&D2\r", b"ATD*99#\r"],
    ];
    for state in states {
        let mut host = host_of(Setup::default(), Dialect::default(), Config::default());
        let line = host.stream();
        for bytes in *state {
            line.peer.bench.send(bytes);
            line.peer.bench.wait(Millis(1_000));
        }
        line.now = line.peer.bench.now;
        let shown = at_common::shown(&state.concat());
        host.open().unwrap_or_else(|error| panic!("{shown}: {error}"));
        assert_eq!(identity(&mut host).unwrap_or_else(|error| panic!("{shown}: {error}")), expected, "{shown}");
    }
}

#[test]
fn something_told_at_any_moment_changes_nothing() {
    let expected = expected();
    for ((name, act), expected) in ALL.iter().zip(&expected) {
        for place in 1.. {
            let mut host = host();
            host.stream().peer.choose(Harm::Tell(place));
            let found = act(&mut host).unwrap_or_else(|error| panic!("{name}, behind {place} lines: {error}"));
            assert_eq!(&found, expected, "{name}, behind {place} lines");
            if !host.stream().peer.harmed {
                assert!(place > 2, "{name}");
                break;
            }
            let mut told = 0;
            while let Some(urc) = host.next_urc(Instant(0)).unwrap() {
                told += usize::from(urc.line == b"^UNASKED: 7,\"7\"");
            }
            // What comes in data mode is data; and a host that looks for one of its own passes others by.
            assert!(told == 1 || ["texts", "dial"].contains(name), "{name}, behind {place} lines: told {told} times");
        }
    }
}

/// A harm to the line with a number.
type Chosen = fn(usize) -> Harm;

#[test]
fn what_is_lost_or_late_is_an_error_or_made_up_for() {
    let expected = expected();
    let harms: [(&str, Chosen); 3] = [
        ("lost line", Harm::LoseLine),
        ("lost answer", Harm::LoseAnswer),
        ("late", |line| Harm::Delay(line, Millis(4_500))),
    ];
    let whole = network(&mut host()).unwrap();
    for ((name, act), expected) in ALL.iter().zip(&expected) {
        for (kind, harm) in harms {
            let mut failed = 0;
            for line in 0.. {
                let mut host = host();
                host.stream().peer.choose(harm(line));
                let result = act(&mut host);
                if !core::mem::take(&mut host.stream().peer.harmed) {
                    assert_eq!(result.as_ref(), Ok(expected), "{name}");
                    assert!(line > 0 && (failed > 0 || kind == "late"), "{name}, {kind}: {failed} of {line}");
                    break;
                }
                match result {
                    Ok(found) => assert_eq!(&found, expected, "{name}, {kind} {line}"),
                    Err(Error::Failed { failure: Failure::Timeout, .. } | Error::Stop(Stop::NotReached)) => failed += 1,
                    Err(error) => panic!("{name}, {kind} {line}: {error}"),
                }
                // Whatever it was, the next one is understood again.
                if host.is_data() {
                    host.escape().unwrap();
                }
                if let Err(error) = host.set_power(Power::FULL, PATIENCE) {
                    // It is in data mode, and the host does not know.
                    assert_eq!((*name, kind), ("dial", "lost answer"), "{line}: {error}");
                    host.open().unwrap();
                }
                let after = network(&mut host).unwrap_or_else(|error| panic!("after {name}, {kind} {line}: {error}"));
                assert_eq!(after, whole, "after {name}, {kind} {line}");
            }
        }
    }
}

#[test]
fn codes_are_used_as_the_card_wants_them() {
    for cmee in 0..3 {
        let mut setup = Setup::default();
        setup.sim = SimSetup::Card(Sim::with_pin("1234"));
        let mut config = Config::default();
        config.error_reports = cmee;
        let mut host = host_of(setup, Dialect::default(), config);
        host.open().unwrap();
        assert!(matches!(host.sim(PATIENCE), Ok(SimState::Locked(_))));
        // A wrong one, twice, then no more, as the last one is not risked.
        for left in [2, 1] {
            let result = host.unlock("0000", PATIENCE);
            let Err(Error::Stop(Stop::Locked(lock))) = result else { panic!("{result:?}, error reports {cmee}") };
            assert_eq!((lock.wrong, lock.remaining_attempts), (true, Some(left)), "error reports {cmee}");
        }
        let Err(Error::Stop(Stop::Locked(lock))) = host.unlock("0000", PATIENCE) else { panic!("the last attempt") };
        assert_eq!((lock.wrong, lock.remaining_attempts), (false, Some(1)));
        let wrong = host.pin(PinOperation::Verify("0000"), false, PATIENCE).unwrap_err();
        assert!(matches!(wrong, Error::Stop(Stop::Locked(lock)) if lock.wrong), "{wrong:?}");
        let blocked = host.unlock("1234", PATIENCE).unwrap_err();
        assert!(matches!(blocked, Error::Stop(Stop::Locked(lock)) if lock.code.code() == "SIM PUK"), "{blocked:?}");
        host.pin(PinOperation::Unblock("12345678", "4321"), false, PATIENCE).unwrap();
        assert_eq!(host.sim(PATIENCE), Ok(SimState::Ready));
        assert_eq!(host.unlock("4321", PATIENCE), Ok(false));
        host.pin(PinOperation::Change("4321", "1111"), false, PATIENCE).unwrap();
        assert_eq!(host.protection(), Ok(true));
        host.pin(PinOperation::Protect(false, "1111"), false, PATIENCE).unwrap();
        assert_eq!(host.protection(), Ok(false));
        host.register(Selection::Automatic, PATIENCE).unwrap();
    }
}

#[test]
fn a_restart_is_survived() {
    for maker in [Maker::None, Maker::Quectel] {
        let mut host = host_of(Setup::default(), Dialect::of(maker), Config::default());
        host.open().unwrap();
        host.restart().unwrap();
        let now = host.now();
        host.stream().now = now + PATIENCE;
        host.open().unwrap();
        assert_eq!(host.registration().unwrap().state, RegistrationState::Home);
        assert_eq!(host.stream().peer.bench.modem.restarts(), 1);
    }
}

#[test]
fn a_card_is_reached_without_channels_of_the_modem() {
    let mut host = host();
    let mut response = [0; 256];
    let select = apdu::Command::parse(&[0x00, 0xa4, 0x00, 0x04, 0x02, 0x6f, 0x07]).unwrap();
    let (words, expected) = host.exchange(USIM, select, &mut response).unwrap();
    let expected = (words, expected.to_vec());
    let effect = Effect::Refuse(4);
    host.stream().peer.bench.function.set_fault(Fault { name: text("+CCHO"), effect, once: false }).unwrap();
    let mut response = [0; 256];
    // Never a channel lost.
    for _ in 0..10 {
        let (words, answer) = host.exchange(USIM, select, &mut response).unwrap();
        assert_eq!((words, answer), (expected.0, &expected.1[..]));
    }
    let stop = host.exchange(&[0xa0, 0, 0, 0, 1], select, &mut response).unwrap_err();
    assert!(matches!(stop, Error::Stop(Stop::Card { command: "+CSIM", .. })), "{stop:?}");
}

#[test]
fn a_connection_that_the_network_ends_is_told() {
    let mut host = host();
    let request = ConnectRequest { cid: Some(3), apn: "internet", ..ConnectRequest::default() };
    host.connect(&request).unwrap();
    host.send_line(b"AT+CGEREP=2,0", PATIENCE).unwrap();
    while host.next_urc(Instant(0)).unwrap().is_some() {}
    let now = host.now();
    let modem = &mut host.stream().peer.bench.modem;
    let session = modem.sessions().next().unwrap().session;
    modem.network_deactivates(now, session, 36);
    let mut ended = false;
    while let Some(urc) = host.next_urc(now + PATIENCE).unwrap() {
        ended |= is_ended(urc.line, 3);
    }
    assert!(ended);
    assert_eq!(host.is_connected(3), Ok(false));
}

#[test]
fn the_asynchronous_client_does_the_same() {
    let mut modem = Modem::new(Setup::default(), Dialect::default());
    modem.bench.wait(PATIENCE);
    modem.bench.sent();
    let link = Link(Line::new(modem.bench.now, modem));
    let mut host = at::Client::new(link, Config::default(), at_line::memory(2048, 2048, 1024, 256));
    block_on(async {
        host.open().await?;
        host.register(Selection::Automatic, PATIENCE).await?;
        let request = ConnectRequest { cid: Some(3), apn: "internet", ..ConnectRequest::default() };
        let connect = host.connect(&request).await?;
        assert!(connect.settings().ipv4.address.is_some() && connect.settings().ipv6.address.is_some());
        let message = TextMessage { number: "+15550123", text: "hello", ..TextMessage::default() };
        assert_eq!(host.send_text(message, &mut [0]).await?, 1);
        assert_eq!(host.ussd("*101#", PATIENCE).await?.text, "Баланс: 100 ₽");
        let mut names = vec![];
        host.phonebook_write("SM", Some(1), "1", "Юрий").await?;
        host.phonebook_read("SM", None, &mut |contact| names.push(contact.name.to_string())).await?;
        assert_eq!(names, ["Юрий"]);
        host.disconnect(3).await
    })
    .unwrap();
}
