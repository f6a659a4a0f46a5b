//! The AT host session against hand-made modems, in virtual time: streams of bytes with what they must mean, modems in
//! every state to be opened from, and everything that can go wrong with the end of an answer.
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

use wwan::at_wire::command::{call, equipment, general, network, packet, services, sms, vendor};
use wwan::at_wire::framer::{Announcement, Announcements, Delimiter, Length};
use wwan::at_wire::message::Request;
use wwan::at_wire::parameter::{Rest, Word};
use wwan::session::at::{
    Config, Dialect, Ending, Exchange, Expired, Failure, Ignored, Incoming, Memory, OpenError, Outgoing, Session,
    SessionError,
};
use wwan::time::{Instant, Millis};

struct Host {
    session: Session<'static>,
    now: Instant,
}

/// What an event says, in a word and its text.
fn text(incoming: Incoming<'_>) -> Option<String> {
    let lossy = |line: &[u8]| String::from_utf8_lossy(line).into_owned();
    Some(match incoming {
        Incoming::Nothing => return None,
        Incoming::Response { line, second: false } => format!("< {}", lossy(line)),
        Incoming::Response { line, second: true } => format!("<< {}", lossy(line)),
        Incoming::Header { line, len, answer } => format!("header {answer} {} {len}", lossy(line)),
        Incoming::Payload { bytes, left, answer } => format!("payload {answer} {:?} {left}", lossy(bytes)),
        Incoming::Prompt => "prompt".into(),
        Incoming::Done(result) => format!("= {result}"),
        Incoming::Failed(failure) => format!("! {failure:?}"),
        Incoming::Unsolicited { line, second: false, known: true } => format!("* {}", lossy(line)),
        Incoming::Unsolicited { line, second: true, .. } => format!("** {}", lossy(line)),
        Incoming::Unsolicited { line, known: false, .. } => format!("? {}", lossy(line)),
        Incoming::Restarted(line) => format!("restarted {}", lossy(line)),
        Incoming::Data(bytes) => format!("data {:?}", lossy(bytes)),
        Incoming::Ignored(ignored) => format!("- {ignored:?}"),
        Incoming::Overlong { start, len } => format!("overlong {} {len}", lossy(start)),
        other => format!("{other:?}"),
    })
}

impl Host {
    fn with(config: Config<'static>) -> Self {
        let memory = Memory {
            line: Box::leak(vec![0xa5; 160].into_boxed_slice()),
            command: Box::leak(vec![0; 64].into_boxed_slice()),
        };
        Self { session: Session::new(config, memory), now: Instant(1_000_000) }
    }

    fn open() -> Self {
        let mut host = Self::with(Config::default());
        host.session.assume_open();
        host
    }

    /// What goes out: bytes as text, the rest by its name.
    fn out(&mut self) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(outgoing) = self.session.transmit(self.now) {
            all.push(match outgoing {
                Outgoing::Bytes(bytes) => bytes.escape_ascii().to_string(),
                other => format!("{other:?}"),
            });
        }
        all
    }

    fn hear(&mut self, mut bytes: &[u8]) -> Vec<String> {
        let mut all = Vec::new();
        while let Some(incoming) = self.session.receive(self.now, &mut bytes) {
            all.extend(text(incoming));
        }
        all
    }

    fn submit<'a, R: Request<'a>>(&mut self, request: &R) {
        self.now.0 += 100;
        self.session.submit(self.now, request).unwrap();
        assert_eq!(self.out().len(), 1);
    }

    fn submit_as<'a, R: Request<'a>>(&mut self, request: &R, exchange: &Exchange) {
        self.now.0 += 100;
        self.session.submit_with(self.now, exchange, |escaping, writer| request.append(escaping, writer)).unwrap();
        assert_eq!(self.out().len(), 1);
    }

    fn line(&mut self, line: &str) {
        self.now.0 += 100;
        self.session.submit_line(self.now, line.as_bytes(), Millis(5_000)).unwrap();
        assert_eq!(self.out(), [format!("{line}\\r")]);
    }

    /// Lets the time pass to the next deadline, and tells what it brings.
    fn pass(&mut self) -> Vec<Expired> {
        self.now = self.session.poll_at();
        assert_ne!(self.now, Instant::FAR, "nothing is waited for");
        let mut all = Vec::new();
        while let Some(expired) = self.session.expire(self.now) {
            all.push(expired);
        }
        all
    }

    /// The dialogue goes on, one line after the other, with the answers of a table, until the session does nothing more by
    /// itself; what it told.
    fn talk(&mut self, answer: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>) -> Vec<String> {
        let mut told = Vec::new();
        for _ in 0..400 {
            let mut heard = Vec::new();
            while let Some(outgoing) = self.session.transmit(self.now) {
                match outgoing {
                    Outgoing::Bytes(bytes) => heard.extend(answer(bytes).unwrap_or_default()),
                    other => told.push(format!("{other:?}")),
                }
            }
            told.extend(self.hear(&heard));
            if !self.session.is_occupied() {
                return told;
            }
            if heard.is_empty() {
                told.extend(self.pass().iter().map(|expired| format!("{expired:?}")));
            } else {
                self.now.0 += 20;
            }
            if !self.session.is_occupied() {
                return told;
            }
        }
        panic!("no end: {told:?}");
    }
}

/// A modem that knows its commands, in a state that it may have been left in.
struct Modem {
    echo: bool,
    quiet: bool,
    verbose: bool,
    /// Whether it knows `+CMEE`.
    reports: bool,
    sent: Vec<String>,
}

impl Default for Modem {
    fn default() -> Self {
        Self { echo: true, quiet: false, verbose: true, reports: true, sent: Vec::new() }
    }
}

impl Modem {
    fn answer(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        for line in bytes.split(|byte| *byte == b'\r') {
            let line = String::from_utf8_lossy(line).trim_matches(|c: char| c.is_control()).to_string();
            if line.is_empty() {
                continue;
            }
            self.sent.push(line.clone());
            if self.echo {
                out.extend(format!("{line}\r").bytes());
            }
            let mut lines = Vec::new();
            let mut fine = line.starts_with("AT");
            match line.trim_start_matches("AT") {
                "" => {}
                "E0" => self.echo = false,
                "V1" => self.verbose = true,
                "Q0" => self.quiet = false,
                "Q0V1" => (self.quiet, self.verbose) = (false, true),
                questions if questions.contains("+CMEE?") && self.reports => {
                    let answer = |question| if question == "+CFUN?" { "+CFUN: 1" } else { "+CMEE: 1" };
                    lines.extend(questions.split(';').map(answer));
                }
                "+CMEE=1" if self.reports => {}
                "+CMGF=0" => {}
                _ => fine = false,
            }
            for line in lines {
                out.extend(format!("\r\n{line}\r\n").bytes());
            }
            let end = match (self.verbose, fine) {
                _ if self.quiet => String::new(),
                (true, true) => "\r\nOK\r\n".into(),
                (true, false) => "\r\nERROR\r\n".into(),
                (false, true) => "0\r".into(),
                (false, false) => "4\r".into(),
            };
            out.extend(end.bytes());
        }
        Some(out)
    }
}

/// A name, how the command is started, what comes, and what it means.
type Row = (&'static str, fn(&mut Host), &'static [u8], &'static [&'static str]);

/// Streams of bytes and what they mean while a command is under way, whole and byte by byte.
#[test]
fn what_lines_mean() {
    let none: fn(&mut Host) = |_| {};
    let csq: fn(&mut Host) = |host| host.submit(&network::csq::Execute {});
    let creg: fn(&mut Host) = |host| host.submit(&network::creg::Read {});
    let attention: fn(&mut Host) = |host| host.submit(&general::attention::Execute {});
    let cmgs: fn(&mut Host) = |host| host.submit(&sms::cmgs::Set { length: 22 });
    let dial: fn(&mut Host) = |host| host.submit(&call::dial::Execute { string: Word(b"*99#") });
    let scan: fn(&mut Host) = |host| host.submit(&network::cops::Test {});
    let ccwa: fn(&mut Host) = |host| host.submit(&services::ccwa::Read {});
    let rows: &[Row] = &[
        ("L1", csq, b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n", &["< +CSQ: 20,99", "= OK"]),
        ("L2", csq, b"AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n", &["- Echo", "< +CSQ: 20,99", "= OK"]),
        ("L3", csq, b"AT+CSQ\r\n+CMTI: \"SM\",1\r\n", &["- Echo", "* +CMTI: \"SM\",1"]),
        (
            "L4",
            creg,
            b"\r\n+CREG: 1,\"CE00\",\"01CEAD8F\"\r\n\r\n+CREG: 2,1,\"CE00\",\"01CEAD8F\"\r\n\r\nOK\r\n",
            &["* +CREG: 1,\"CE00\",\"01CEAD8F\"", "< +CREG: 2,1,\"CE00\",\"01CEAD8F\"", "= OK"],
        ),
        ("L5", none, b"\r\n+CREG: 5\r\n\r\n+CGREG: 0\r\n", &["* +CREG: 5", "* +CGREG: 0"]),
        (
            "L6",
            csq,
            b"\r\nRING\r\n\r\n+CLIP: \"123\",129\r\n\r\nOK\r\n",
            &["* RING", "* +CLIP: \"123\",129", "= OK"],
        ),
        ("L7", none, b"\r\n+CMT: ,22\r\n0001AB\r\n", &["* +CMT: ,22", "** 0001AB"]),
        ("L8", cmgs, b"\r\n> ", &["prompt"]),
        ("L9", none, b"\r\n> ", &[]),
        ("L10", cmgs, b"\r\n+CMS ERROR: 330\r\n", &["= +CMS ERROR: 330 (SMSC address unknown)"]),
        ("L13", dial, b"\r\nCONNECT\r\n~\xff}#", &["= CONNECT", "data \"~\u{fffd}}#\""]),
        ("L14", none, b"\r\nNO CARRIER\r\n", &["* NO CARRIER"]),
        ("L15", dial, b"\r\nNO CARRIER\r\n", &["= NO CARRIER"]),
        ("L16", attention, b"\0\0\r\nOK\r\n", &["= OK"]),
        ("L17", csq, b"\r\n+CME ERROR: SIM busy\r\n", &["= +CME ERROR: 14 (SIM busy)"]),
        ("L18", csq, b"\r\n+CME ERROR: \r\n", &["= +CME ERROR: "]),
        ("L19", none, b"\r\n+CUSD: 0,\"line1\r\nline2\",15\r\n", &["* +CUSD: 0,\"line1\r\nline2\",15"]),
        ("L20", none, b"\r\r\n+CRING: VOICE\r\r\n", &["* +CRING: VOICE"]),
        ("L21, words are expected", attention, b"0\r", &["? 0"]),
        ("L22", attention, b"OK\r\n\r\n+CMTI: \"ME\",1\r\n", &["= OK", "* +CMTI: \"ME\",1"]),
        (
            "L26",
            scan,
            b"\r\n+COPS: (2,\"T-Mobile\",\"TMO\",\"31026\",0),\r\n(1,\"AT&T\",,\"310410\",0),,(0,1,3),(0,2)\r\n\r\nOK\r\n",
            &["< +COPS: (2,\"T-Mobile\",\"TMO\",\"31026\",0),", "<< (1,\"AT&T\",,\"310410\",0),,(0,1,3),(0,2)", "= OK"],
        ),
        ("L27", none, b"\r\n+CGEV: NW DEACT 1,5,0\r\n", &["* +CGEV: NW DEACT 1,5,0"]),
        ("L29, URC", ccwa, b"\r\n+CCWA: \"123\",129,1\r\n", &["* +CCWA: \"123\",129,1"]),
        ("L29, answer", ccwa, b"\r\n+CCWA: 1,1\r\n", &["< +CCWA: 1,1"]),
        ("L30", csq, b"\r\nCOMMAND NOT SUPPORT\r\n", &["= COMMAND NOT SUPPORT"]),
        ("a stray end", none, b"\r\nOK\r\n", &["- Stray"]),
        ("a call ends meanwhile", csq, b"\r\nNO CARRIER\r\n\r\nOK\r\n", &["* NO CARRIER", "= OK"]),
        ("a maker's own URC", csq, b"\r\n^RSSI:20\r\n\r\nOK\r\n", &["? ^RSSI:20", "= OK"]),
        (
            "what a command without an answer is not answered with",
            |host| host.submit(&network::creg::Set { n: 2 }),
            b"\r\n+CREG: 2,1\r\n\r\nOK\r\n",
            &["* +CREG: 2,1", "= OK"],
        ),
        (
            "what can be set",
            |host| host.submit(&network::creg::Test {}),
            b"\r\n+CREG: (0-2)\r\n\r\n+CREG: 1\r\n\r\nOK\r\n",
            &["< +CREG: (0-2)", "* +CREG: 1", "= OK"],
        ),
        (
            "answers without a name",
            |host| host.submit(&general::cgmi::Execute {}),
            b"\r\nACME\r\n\r\n+CGEV: ME DETACH\r\n\r\nOK\r\n",
            &["< ACME", "* +CGEV: ME DETACH", "= OK"],
        ),
        (
            "messages and their PDUs, with URCs between",
            |host| host.submit(&sms::cmgr::Set { index: 1 }),
            b"\r\n+CMGR: 0,,22\r\n\r\nRING\r\n07911326\r\n\r\nOK\r\n",
            &["< +CMGR: 0,,22", "* RING", "<< 07911326", "= OK"],
        ),
        (
            "a text that looks like a URC",
            |host| host.submit(&sms::cmgr_text::Set { index: 1 }),
            b"\r\n+CMGR: \"REC READ\",\"+49123\",,\"26/01/01,00:00:00+04\"\r\n+CMTI: \"SM\",9\r\n\r\nOK\r\n",
            &["< +CMGR: \"REC READ\",\"+49123\",,\"26/01/01,00:00:00+04\"", "<< +CMTI: \"SM\",9", "= OK"],
        ),
        ("a report in text mode is one line", none, b"\r\n+CDS: 6,1,,,\"t\",\"t\",0\r\n\r\nRING\r\n", &[
            "* +CDS: 6,1,,,\"t\",\"t\",0",
            "* RING",
        ]),
        ("a URC in the middle of a line", csq, b"\r\n+CSQ: 2\r\nRING\r\n0,99\r\n\r\nOK\r\n", &[
            "< +CSQ: 2",
            "* RING",
            "? 0,99",
            "! Torn",
        ]),
        ("an echo with a URC in it", csq, b"AT+C\r\nRING\r\nSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n", &[
            "- Echo",
            "* RING",
            "- Echo",
            "< +CSQ: 20,99",
            "= OK",
        ]),
        (
            "a raw line",
            |host| host.line("at+creg?;+csq"),
            b"\r\n+CREG: 1\r\n\r\n+CREG: 2,1\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n",
            &["* +CREG: 1", "< +CREG: 2,1", "< +CSQ: 20,99", "= OK"],
        ),
        ("a raw line that dials", |host| host.line("ATD*99#"), b"\r\nCONNECT 115200\r\nxyz", &[
            "= CONNECT 115200",
            "data \"xyz\"",
        ]),
        ("the SIM, asked for", |host| host.submit(&equipment::cpin::Read {}), b"\r\n+CPIN: READY\r\n\r\nOK\r\n", &[
            "< +CPIN: READY",
            "= OK",
        ]),
    ];
    for (id, command, stream, expected) in rows {
        let mut host = Host::open();
        command(&mut host);
        assert_eq!(host.hear(stream), *expected, "{id}");
        // Data come in as many pieces as the bytes do.
        if stream.windows(7).any(|window| window == b"CONNECT") {
            continue;
        }
        let mut host = Host::open();
        command(&mut host);
        let pieces: Vec<String> = stream.iter().flat_map(|byte| host.hear(&[*byte])).collect();
        assert_eq!(pieces, *expected, "{id}, byte by byte");
    }
}

#[test]
fn counted_bytes_may_be_anything() {
    const USORD: &[Announcement<'_>] =
        &[Announcement { name: "+USORD", length: Length::Parameter(1), delimiter: Delimiter::Quote }];
    const QIRD: &[Announcement<'_>] =
        &[Announcement { name: "+QIRD", length: Length::Parameter(0), delimiter: Delimiter::LineEnd }];
    let mut host = Host::open();
    let exchange = Exchange { announcements: Announcements::new(USORD), ..Exchange::of::<vendor::ublox::usord::Set>() };
    host.submit_as(&vendor::ublox::usord::Set { socket: 0, length: 6 }, &exchange);
    assert_eq!(
        host.hear(b"\r\n+USORD: 0,6,\"\r\nOK\r\n\"\r\n\r\nOK\r\n"),
        ["header true +USORD: 0,6, 6", "payload true \"\\r\\nOK\\r\\n\" 0", "= OK",]
    );
    let exchange = Exchange { announcements: Announcements::new(QIRD), ..Exchange::of::<vendor::quectel::qird::Set>() };
    host.submit_as(&vendor::quectel::qird::Set { connect: 0, length: None }, &exchange);
    assert_eq!(
        host.hear(b"\r\n+QIURC: \"recv\",0\r\n\r\n+QIRD: 6\r\nERROR\r\r\n\r\nOK\r\n"),
        ["? +QIURC: \"recv\",0", "header true +QIRD: 6 6", "payload true \"ERROR\\r\" 0", "= OK",]
    );
    // Bytes that stop coming hold nothing up for ever.
    host.submit_as(&vendor::quectel::qird::Set { connect: 0, length: None }, &exchange);
    assert_eq!(host.hear(b"\r\n+QIRD: 600\r\nabc"), ["header true +QIRD: 600 600", "payload true \"abc\" 597"]);
    assert_eq!(host.pass(), [Expired::Failed(Failure::Timeout)]);
    let mut modem = Modem::default();
    assert!(host.talk(&mut |bytes| modem.answer(bytes)).contains(&"Synchronised".to_string()));
    // As a URC.
    const RECEIVE: &[Announcement<'_>] =
        &[Announcement { name: "+IPD", length: Length::Parameter(0), delimiter: Delimiter::Colon }];
    static DIALECT: Dialect<'static> = Dialect { announcements: Announcements::new(RECEIVE), ..Dialect::STANDARD };
    let mut config = Config::default();
    config.dialect = &DIALECT;
    let mut host = Host::with(config);
    host.session.assume_open();
    host.submit(&network::csq::Execute {});
    assert_eq!(host.hear(b"+IPD4:OK\r\n\r\nOK\r\n"), ["header false +IPD4 4", "payload false \"OK\\r\\n\" 0", "= OK"]);
}

#[test]
fn opens_a_modem_in_any_state() {
    let states: [fn(&mut Modem); 5] = [
        |_| {},
        |modem| modem.echo = false,
        |modem| modem.verbose = false,
        |modem| modem.quiet = true,
        |modem| modem.reports = false,
    ];
    for state in states {
        let mut config = Config::default();
        config.init = &["AT+CMGF=0", "AT+NOPE"];
        let mut host = Host::with(config);
        let mut modem = Modem::default();
        state(&mut modem);
        host.session.open(host.now);
        let told = host.talk(&mut |bytes| modem.answer(bytes));
        assert!(told.contains(&"Opened".to_string()), "{told:?} {:?}", modem.sent);
        assert!(host.session.is_ready());
        assert_eq!((modem.echo, modem.verbose, modem.quiet), (false, true, false));
        assert!(modem.sent.ends_with(&["AT+CMEE=1".into(), "AT+CMGF=0".into(), "AT+NOPE".into()]), "{:?}", modem.sent);
        assert_eq!(host.session.counters().init_refused, 1 + u32::from(!modem.reports));
        // And now it answers in words.
        host.submit(&network::csq::Execute {});
        assert_eq!(host.hear(b"\r\n+CSQ: 1,99\r\n\r\nOK\r\n"), ["< +CSQ: 1,99", "= OK"]);
    }
}

#[test]
fn finds_the_speed() {
    let mut config = Config::default();
    config.speeds = &[921_600, 115_200, 9_600];
    let mut host = Host::with(config);
    host.session.open(host.now);
    let mut speeds = Vec::new();
    let mut modem = Modem::default();
    for _ in 0..200 {
        let mut heard = Vec::new();
        while let Some(outgoing) = host.session.transmit(host.now) {
            match outgoing {
                Outgoing::Speed(speed) => speeds.push(speed),
                // At a wrong speed noise comes.
                Outgoing::Bytes(_) if speeds.last() != Some(&115_200) => heard.extend(b"\xf8\x00\x81~"),
                Outgoing::Bytes(bytes) => heard.extend(modem.answer(bytes).unwrap()),
                Outgoing::Dtr(up) => assert!(up),
                _ => unreachable!(),
            }
        }
        if host.hear(&heard).contains(&"Opened".to_string()) {
            assert_eq!(speeds, [921_600, 115_200]);
            assert!(host.session.counters().noise > 0);
            return;
        }
        if !host.session.is_open() && host.session.poll_at() > host.now {
            assert_eq!(host.pass(), []);
        }
    }
    panic!("not opened: {speeds:?}");
}

#[test]
fn leaves_data_mode_and_the_multiplexer_to_open() {
    // Data mode: everything but the escape sequence, in silence, is data.
    let mut host = Host::with(Config::default());
    let (mut data, mut modem, mut last) = (true, Modem::default(), 0);
    host.session.open(host.now);
    let mut quiet = false;
    for _ in 0..200 {
        let mut heard = Vec::new();
        while let Some(outgoing) = host.session.transmit(host.now) {
            let Outgoing::Bytes(bytes) = outgoing else { continue };
            if bytes == b"+++" {
                quiet = host.now.0 - last >= 1_000;
                data = !quiet;
                heard.extend(b"\r\nOK\r\n");
            } else if !data {
                heard.extend(modem.answer(bytes).unwrap());
            }
            last = host.now.0;
        }
        if host.hear(&heard).contains(&"Opened".to_string()) {
            break;
        }
        if host.session.is_occupied() && host.session.poll_at() > host.now {
            host.pass();
        }
    }
    assert!(host.session.is_ready() && quiet, "{host:?}", host = host.session);
    // The multiplexer: only its frames are heard.
    let mut host = Host::with(Config::default());
    let (mut multiplexed, mut modem) = (true, Modem::default());
    host.session.open(host.now);
    let told = host.talk(&mut |bytes| {
        if bytes.starts_with(&[0xf9, 0x03, 0xef, 0x05, 0xc3]) {
            multiplexed = false;
            return Some(vec![0xf9, 0x01, 0xef, 0x05, 0xc1, 0x01, 0x93, 0xf9]);
        }
        if multiplexed { None } else { modem.answer(bytes) }
    });
    assert!(told.contains(&"Opened".to_string()), "{told:?}");
}

#[test]
fn says_when_nobody_is_there() {
    let mut config = Config::default();
    config.speeds = &[115_200, 9_600];
    let mut host = Host::with(config);
    host.session.open(host.now);
    let told = host.talk(&mut |_| None);
    assert_eq!(told.last().unwrap(), &format!("{:?}", Expired::OpenFailed(OpenError::NoAnswer)));
    assert!(!host.session.is_open());
    assert_eq!(host.session.submit(host.now, &network::csq::Execute {}), Err(SessionError::NotOpen));
    // Nor with too little memory.
    let memory = Memory { line: Box::leak(Box::new([0; 64])), command: Box::leak(Box::new([0; 6])) };
    let mut host = Host { session: Session::new(Config::default(), memory), now: Instant(0) };
    host.session.open(host.now);
    let mut modem = Modem::default();
    let told = host.talk(&mut |bytes| modem.answer(bytes));
    assert_eq!(told.last().unwrap(), &format!("{:?}", Expired::OpenFailed(OpenError::NoRoom)));
}

#[test]
fn a_late_answer_goes_to_nobody() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    assert_eq!(host.pass(), [Expired::Failed(Failure::Timeout)]);
    assert_eq!(host.session.submit(host.now, &general::attention::Execute {}), Err(SessionError::Busy));
    // The modem comes back to life, and answers all it was asked.
    assert_eq!(host.out(), ["\\r"]);
    assert_eq!(host.pass(), []);
    assert_eq!(host.out(), ["AT+CMEE?;+CMEE?;+CMEE?;+CFUN?\\r"]);
    assert_eq!(host.pass(), []);
    assert_eq!(host.out(), ["AT+CMEE?;+CMEE?;+CFUN?;+CMEE?\\r"]);
    assert_eq!(host.hear(b"\r\n+CSQ: 9,99\r\n\r\nRING\r\n\r\nOK\r\n"), ["- Late", "* RING", "- Late"]);
    assert_eq!(host.hear(b"\r\n+CMEE: 1\r\n\r\n+CMEE: 1\r\n\r\n+CMEE: 1\r\n\r\n+CFUN: 1\r\n\r\nOK\r\n"), ["- Late"]);
    assert!(!host.session.is_ready());
    let last = b"\r\n+CMEE: 1\r\n\r\n+CMEE: 1\r\n\r\n+CFUN: 1\r\n\r\n+CMEE: 1\r\n\r\nOK\r\n";
    assert_eq!(host.hear(last), ["Synchronised"]);
    assert!(host.session.is_ready());
    let counters = host.session.counters();
    assert_eq!((counters.timeouts, counters.synchronisations, counters.late), (1, 1, 3));
    host.submit(&network::csq::Execute {});
    assert_eq!(host.hear(b"\r\n+CSQ: 8,99\r\n\r\nOK\r\n"), ["< +CSQ: 8,99", "= OK"]);
}

#[test]
fn a_modem_without_the_question_is_waited_for() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    host.pass();
    let mut modem = Modem { reports: false, echo: false, ..Modem::default() };
    let told = host.talk(&mut |bytes| modem.answer(bytes));
    assert_eq!(told.last().unwrap(), "Synchronised");
    assert_eq!(modem.sent.len(), 3);
}

#[test]
fn results_without_end_are_not_waited_for() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    host.pass();
    let since = host.now;
    let mut expired = None;
    while expired.is_none() && host.now.since(since) < Millis::from_secs(10) {
        host.out();
        host.hear(b"\r\nERROR\r\n");
        host.now.0 += 150;
        expired = host.session.expire(host.now);
    }
    assert_eq!(expired, Some(Expired::Unresponsive));
    assert_eq!(host.session.submit(host.now, &network::csq::Execute {}), Err(SessionError::Busy));
    let mut modem = Modem::default();
    assert_eq!(host.talk(&mut |bytes| modem.answer(bytes)).last().unwrap(), "Synchronised");
}

#[test]
fn a_dead_modem_is_tried_again_with_the_next_command() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    assert_eq!(host.pass(), [Expired::Failed(Failure::Timeout)]);
    assert_eq!(host.talk(&mut |_| None).last().unwrap(), "Unresponsive");
    assert!(host.session.is_open() && !host.session.is_ready());
    assert_eq!(host.session.submit(host.now, &network::csq::Execute {}), Err(SessionError::Busy));
    let mut modem = Modem::default();
    assert_eq!(host.talk(&mut |bytes| modem.answer(bytes)).last().unwrap(), "Synchronised");
    assert!(host.session.is_ready());
}

#[test]
fn waits_between_commands_and_counts_from_the_last_byte() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    assert_eq!(host.session.poll_at(), host.now + Millis(5_000));
    host.now.0 += 700;
    host.session.sent(host.now);
    assert_eq!(host.session.poll_at(), host.now + Millis(5_000));
    host.hear(b"\r\n+CSQ: 8,99\r\n\r\nOK\r\n");
    host.session.submit(host.now, &network::csq::Execute {}).unwrap();
    assert_eq!(host.out(), Vec::<String>::new());
    assert_eq!(host.session.poll_at(), host.now + Millis(20));
    host.now.0 += 20;
    assert_eq!(host.out(), ["AT+CSQ\\r"]);
}

#[test]
fn wakes_a_modem_that_sleeps() {
    let mut config = Config::default();
    config.sleep_after = Millis(5_000);
    let mut host = Host::with(config);
    host.session.assume_open();
    host.now.0 += 4_000_000;
    assert_eq!(host.session.submit(host.now, &network::csq::Execute {}), Err(SessionError::Busy));
    let mut modem = Modem::default();
    let mut deaf = 2;
    let told = host.talk(&mut |bytes| {
        deaf -= 1;
        if deaf >= 0 { None } else { modem.answer(bytes) }
    });
    assert_eq!(told.last().unwrap(), "Synchronised");
    host.submit(&network::csq::Execute {});
}

#[test]
fn payloads_behind_prompts() {
    let mut host = Host::open();
    assert_eq!(host.session.payload(b"00", true), Err(SessionError::NoPrompt));
    host.submit(&sms::cmgs::Set { length: 70 });
    assert_eq!(host.session.payload(b"00", true), Err(SessionError::NoPrompt));
    assert_eq!(host.hear(b"\r\n> "), ["prompt"]);
    assert_eq!(host.session.payload(b"00\x1a", true), Err(SessionError::Payload(2)));
    assert_eq!(host.session.payload(b"\x1b00", true), Err(SessionError::Payload(0)));
    // Longer than the memory for what goes out.
    let pdu = [b'7'; 100];
    assert_eq!(host.session.payload(&pdu, true), Ok(63));
    assert_eq!(host.session.payload(&pdu[63..], true), Ok(0), "nothing while the first part waits");
    assert_eq!(host.out(), ["7".repeat(63)]);
    assert_eq!(host.session.payload(&pdu[63..], true), Ok(37));
    assert_eq!(host.out(), [format!("{}\\x1a", "7".repeat(37))]);
    assert_eq!(host.session.payload(b"0", true), Err(SessionError::NoPrompt));
    assert_eq!(
        host.hear(b"\r\n+CMTI: \"SM\",3\r\n\r\n+CMGS: 7\r\n\r\nOK\r\n"),
        ["* +CMTI: \"SM\",3", "< +CMGS: 7", "= OK",]
    );
    // With echo, and prompted again for each line.
    host.submit(&sms::cmgs::Set { length: 2 });
    assert_eq!(host.hear(b"AT+CMGS=2\r\r\n> "), ["- Echo", "prompt"]);
    host.session.payload(b"0011", true).unwrap();
    host.out();
    assert_eq!(host.hear(b"0011\x1a\r\n> \r\n+CMGS: 8\r\n\r\nOK\r\n"), ["- Echo", "< +CMGS: 8", "= OK"]);
    // Counted.
    let exchange = Exchange { ending: Ending::Length(5), ..Exchange::of::<vendor::ublox::usowr::Set>() };
    host.submit_as(&vendor::ublox::usowr::Set { socket: 1, length: 5 }, &exchange);
    assert_eq!(host.hear(b"\r\n@"), ["prompt"]);
    assert_eq!(host.session.payload(b"123456", true), Err(SessionError::Payload(5)));
    assert_eq!(host.session.payload(b"\x1a\x1b\r\n\0", true), Ok(5));
    assert_eq!(host.out(), ["\\x1a\\x1b\\r\\n\\x00"]);
    assert_eq!(host.hear(b"\r\n+USOWR: 1,5\r\n\r\nOK\r\n"), ["< +USOWR: 1,5", "= OK"]);
}

#[test]
fn commands_that_are_given_up() {
    // Before anything of it left.
    let mut host = Host::open();
    host.session.submit(host.now, &network::csq::Execute {}).unwrap();
    host.session.abandon(host.now);
    assert_eq!(host.out(), Vec::<String>::new());
    assert!(host.session.is_ready());
    // One that cannot be aborted is waited for.
    host.submit(&network::csq::Execute {});
    host.session.abandon(host.now);
    assert_eq!(host.out(), Vec::<String>::new());
    assert!(!host.session.is_ready());
    assert_eq!(host.hear(b"\r\n+CSQ: 8,99\r\n\r\nRING\r\n\r\nOK\r\n"), ["- Late", "* RING", "- Late"]);
    assert!(host.session.is_ready());
    // One that can.
    host.submit(&network::cops::Test {});
    host.session.abandon(host.now);
    assert_eq!(host.out(), ["\\r"]);
    assert_eq!(host.hear(b"\r\nABORTED\r\n"), ["- Late"]);
    assert!(host.session.is_ready());
    // At its prompt, and in front of it.
    for early in [true, false] {
        host.submit(&sms::cmgs::Set { length: 2 });
        if early {
            host.session.abandon(host.now);
            // It is abortable; its prompt comes all the same.
            assert_eq!(host.out(), ["\\r"]);
            assert_eq!(host.hear(b"\r\n> "), ["- Late"]);
        } else {
            assert_eq!(host.hear(b"\r\n> "), ["prompt"]);
            host.session.abandon(host.now);
        }
        assert_eq!(host.out(), ["\\x1b"]);
        assert_eq!(host.hear(b"\r\nOK\r\n"), ["- Late"]);
        assert!(host.session.is_ready());
    }
    // In the middle of counted bytes: they are made up for.
    let exchange = Exchange { ending: Ending::Length(100), ..Exchange::of::<vendor::ublox::usowr::Set>() };
    host.submit_as(&vendor::ublox::usowr::Set { socket: 1, length: 100 }, &exchange);
    assert_eq!(host.hear(b"\r\n@"), ["prompt"]);
    assert_eq!(host.session.payload(&[b'x'; 10], false), Ok(10));
    host.out();
    host.session.abandon(host.now);
    assert_eq!(host.pass(), []);
    let (mut owed, mut modem) = (90, Modem::default());
    let told = host.talk(&mut |bytes| {
        if owed > 0 {
            owed -= bytes.len();
            return (owed == 0).then(|| b"\r\n+USOWR: 1,100\r\n\r\nOK\r\n".to_vec());
        }
        modem.answer(bytes)
    });
    assert_eq!((owed, told.last().unwrap().as_str()), (0, "Synchronised"));
    // One whose connection nobody wants.
    host.submit(&call::dial::Execute { string: Word(b"*99#") });
    host.session.abandon(host.now);
    host.out();
    assert_eq!(host.hear(b"\r\nCONNECT\r\n"), ["- Late"]);
    let mut modem = Modem::default();
    let told = host.talk(&mut |bytes| if bytes == b"+++" { Some(b"\r\nOK\r\n".to_vec()) } else { modem.answer(bytes) });
    assert_eq!(told.last().unwrap(), "Escaped");
    assert!(host.session.is_ready());
}

#[test]
fn a_restart_ends_everything() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    assert_eq!(host.hear(b"\r\nRDY\r\n\r\n+CFUN: 1\r\n"), ["restarted RDY", "? +CFUN: 1"]);
    assert!(!host.session.is_open());
    assert_eq!(host.session.counters().restarts, 1);
    // Opening again hears the chatter of booting.
    host.session.open(host.now);
    let (mut modem, mut booted) = (Modem::default(), false);
    let told = host.talk(&mut |bytes| {
        let mut answer = modem.answer(bytes).unwrap();
        if !booted && bytes == b"ATE0\r" {
            booted = true;
            modem.echo = true;
            answer = b"\r\nRDY\r\n".to_vec();
        }
        Some(answer)
    });
    assert!(told.contains(&"* RDY".to_string()) && told.contains(&"Opened".to_string()), "{told:?}");
    assert!(!modem.echo);
}

fn connected() -> Host {
    let mut host = Host::open();
    host.submit(&packet::cgdata::Set { l2p: "PPP".into(), cids: Rest(b"1") });
    assert_eq!(host.hear(b"\r\nCONNECT\r\n~abc"), ["= CONNECT", "data \"~abc\""]);
    assert!(host.session.is_data());
    host
}

#[test]
fn data_mode_ends() {
    let mut host = connected();
    assert_eq!(host.session.submit(host.now, &network::csq::Execute {}), Err(SessionError::Data));
    // By the modem, also in pieces and behind half a try.
    assert_eq!(host.hear(b"x\r\nNO CAR"), ["data \"x\\r\\nNO CAR\""]);
    assert_eq!(host.hear(b"\r\nNO CARRIER\r"), ["data \"\\r\\nNO CARRIER\\r\""]);
    assert_eq!(host.hear(b"\n\r\n+CGEV: ME DETACH\r\n"), ["data \"\\n\"", "DataEnded", "* +CGEV: ME DETACH"]);
    assert!(host.session.is_ready());
    // By the escape sequence, with silence around it.
    let mut host = connected();
    host.session.escape(host.now).unwrap();
    assert_eq!(host.out(), Vec::<String>::new());
    let silent = host.now;
    assert_eq!(host.pass(), []);
    assert!(host.now.since(silent) >= Millis(1_000));
    assert_eq!(host.out(), ["+++"]);
    assert_eq!(host.hear(b"more\r\nOK\r\n"), ["data \"more\\r\\nOK\\r\\n\""]);
    let mut modem = Modem::default();
    assert_eq!(host.talk(&mut |bytes| modem.answer(bytes)), ["- Echo", "Escaped"]);
    // And back into it.
    host.submit(&call::online::Execute { value: None });
    assert_eq!(host.hear(b"\r\nCONNECT\r\n"), ["= CONNECT"]);
    // A modem that does not hear the sequence.
    let mut host = connected();
    host.session.escape(host.now).unwrap();
    assert_eq!(host.talk(&mut |_| None), ["EscapeFailed"]);
    assert!(host.session.is_data());
    // By DTR.
    let mut host = connected();
    host.session.drop_dtr(host.now).unwrap();
    let mut modem = Modem::default();
    let told = host.talk(&mut |bytes| modem.answer(bytes));
    assert_eq!(told, ["Dtr(false)", "Dtr(true)", "- Echo", "Escaped"]);
    assert!(host.session.is_ready());
    assert_eq!(host.session.escape(host.now), Err(SessionError::NotOpen));
}

#[test]
fn lines_that_are_too_long_are_told() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    let long = format!("\r\n+CSQ: {}\r\n\r\nOK\r\n", "1".repeat(200));
    let told = host.hear(long.as_bytes());
    assert_eq!(told.len(), 2);
    assert!(told[0].starts_with("overlong +CSQ: 1") && told[0].ends_with("1 206"));
    assert_eq!(told[1], "! TooLong(206)");
    assert_eq!(host.session.counters().overlong, 1);
}

#[test]
fn what_cannot_be_sent_is_refused() {
    let mut host = Host::open();
    let now = host.now;
    let refused = |result| matches!(result, Err(SessionError::Refused(_)));
    assert!(refused(host.session.submit_line(now, b"AT+CSQ\rAT+CFUN=0", Millis(1_000))));
    assert!(refused(host.session.submit_line(now, b"hello", Millis(1_000))));
    let long = [b'1'; 80];
    let dial = call::dial::Execute { string: Word(&long) };
    assert!(matches!(host.session.submit(now, &dial), Err(SessionError::Encode(_))));
    assert!(host.session.is_ready());
    assert_eq!(host.session.submit(now, &network::csq::Execute {}), Ok(()));
    assert_eq!(host.session.submit(now, &network::csq::Execute {}), Err(SessionError::Busy));
    assert_eq!(text(Incoming::Ignored(Ignored::Late)).unwrap(), "- Late");
}

/// A modem that never falls silent: what it says, drawn from some of these, again and again.
#[test]
fn whatever_a_modem_says_opening_and_commands_end() {
    const SAYINGS: [&[u8]; 16] = [
        b"\r\nOK\r\n",
        b"\r\nERROR\r\n",
        b"\r\n+CME ERROR: 10\r\n",
        b"\r\n> ",
        b"\r\nCONNECT\r\n",
        b"\r\nNO CARRIER\r\n",
        b"\r\nRDY\r\n",
        b"\r\n+CSQ: 1,99\r\n",
        b"\r\n+CMT: ,3\r\n",
        b"\r\n0011AA\r\n",
        b"\r\n+CMEE: 1\r\n",
        b"\r\n+CFUN: 1\r\n",
        b"\r\n+CUSD: 0,\"a",
        b"noise without an end ",
        b"\0\xff",
        b"AT+CMEE?;+CMEE?;+CMEE?;+CFUN?\r",
    ];
    let mut state = 1_u64;
    let mut below = |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let (mut opened, mut failed, mut restarts, mut ends, mut silent) = (0, 0, 0, 0, 0);
    for run in 0..100 {
        let mut config = Config::default();
        config.speeds = &[115_200, 9_600];
        config.init = &["AT+CMGF=0"];
        let mut host = Host::with(config);
        let (mut says, mut answers, mut pause) = (Vec::new(), false, 1);
        host.session.open(host.now);
        let (mut since, mut under_way) = (host.now, false);
        let mut modem = Modem { echo: false, ..Modem::default() };
        let mut asked = None;
        for step in 0..4_000 {
            // Now and then it changes its mind.
            if step % 1_000 == 0 {
                let rarity = 2 + below(16);
                says = (0..SAYINGS.len()).filter(|_| below(rarity) == 0).collect();
                // What it was asked last is answered as often as the rest is said.
                answers = below(2) == 0;
                pause = 1 + below(400);
            }
            if host.session.is_open() && !under_way && host.session.submit(host.now, &network::csq::Execute {}).is_ok()
            {
                (since, under_way) = (host.now, true);
            }
            while let Some(outgoing) = host.session.transmit(host.now) {
                if let Outgoing::Bytes(bytes) = outgoing {
                    asked = modem.answer(bytes);
                }
            }
            let which = below(says.len() as u64 + 1) as usize;
            let answer = asked.take_if(|_| answers).unwrap_or_default();
            let bytes = says.get(which).map_or(answer, |at| SAYINGS[*at].to_vec());
            let mut rest = &bytes[..];
            while let Some(incoming) = host.session.receive(host.now, &mut rest) {
                match incoming {
                    Incoming::Opened => opened += 1,
                    Incoming::Done(_) | Incoming::Failed(_) => ends += 1,
                    Incoming::Restarted(_) => {
                        host.session.open(host.now);
                        restarts += 1;
                    }
                    _ => continue,
                }
                (since, under_way) = (host.now, false);
            }
            host.now.0 += pause.min(host.session.poll_at().0.saturating_sub(host.now.0));
            while let Some(expired) = host.session.expire(host.now) {
                match expired {
                    Expired::OpenFailed(_) => {
                        failed += 1;
                        host.session.open(host.now);
                    }
                    Expired::Failed(_) => ends += 1,
                    Expired::Unresponsive => silent += 1,
                    _ => continue,
                }
                (since, under_way) = (host.now, false);
            }
            assert!(
                host.now.since(since) < Millis::from_secs(90),
                "run {run}: {:?} {answers} {pause}: {:?}",
                says.iter().map(|at| SAYINGS[*at].escape_ascii().to_string()).collect::<Vec<_>>(),
                host.session
            );
        }
    }
    let counts = [opened, failed, restarts, ends, silent];
    assert!(counts.iter().all(|count| *count > 100), "{counts:?}");
}

#[test]
fn what_comes_before_a_command_has_left_is_no_answer_to_it() {
    let mut host = Host::open();
    host.submit(&network::csq::Execute {});
    assert_eq!(host.hear(b"+CSQ: 20,99\r\nOK\r\n"), ["< +CSQ: 20,99", "= OK"]);
    // Some modems say it twice: the pause behind a result is for that.
    host.session.submit(host.now, &network::csq::Execute {}).unwrap();
    assert!(host.out().is_empty(), "the pause");
    let late = host.hear(b"+CSQ: 1,99\r\nOK\r\nERROR\r\n+CMTI: \"SM\",1\r\n");
    host.now.0 += 20;
    assert_eq!(host.out(), ["AT+CSQ\\r"], "{late:?}");
    assert_eq!(late, ["? +CSQ: 1,99", "- Stray", "- Stray", "* +CMTI: \"SM\",1"]);
    assert_eq!(host.hear(b"+CSQ: 21,99\r\nOK\r\n"), ["< +CSQ: 21,99", "= OK"]);
}
