//! The AT client against a modem of a few lines, in virtual time, and over a real pseudo-terminal.
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

mod at_line;

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Waker};

use at_line::{Line, Link, Scripted, block_on};
use wwan::at_wire::DecodeErrorKind;
use wwan::at_wire::command::{call, equipment, general, network, sms, vendor};
use wwan::at_wire::framer::{Announcement, Announcements, Delimiter, Length};
use wwan::at_wire::parameter::Word;
use wwan::at_wire::policy::{Action, Policy, Rule};
use wwan::at_wire::urc::standard::CMti;
use wwan::client::at::blocking::Client;
use wwan::client::at::{self, Error, Memory, Reason};
use wwan::session::at::{Config, Exchange, Failure, SessionError};
use wwan::time::{Instant, Millis};

/// As long as lines and commands of these tests are.
fn memory(answer: usize, urcs: usize) -> Memory<'static> {
    at_line::memory(answer, urcs, 256, 80)
}

fn line(script: &[(&'static str, &'static [u8], u32)]) -> Line<Scripted> {
    Line::new(Instant(10_000), Scripted::of_bytes(script))
}

fn open(script: &[(&'static str, &'static [u8], u32)]) -> Client<'static, Line<Scripted>> {
    let mut client = Client::new(line(script), Config::default(), memory(256, 64));
    client.open().unwrap();
    client
}

#[test]
fn typed_answers() {
    let mut client = open(&[
        ("AT+CSQ", b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n", 10),
        ("AT+CGSN", b"\r\n490154203237518\r\n\r\nOK\r\n", 10),
        ("AT+CREG?", b"\r\n+CREG: 2,1,\"00D2\",\"0000BEEF\",7\r\n\r\nOK\r\n", 10),
        ("AT+CMGL=4", b"\r\n+CMGL: 1,1,,3\r\n0011AA\r\n+CMGL: 2,1,,3\r\n0011BB\r\n\r\nOK\r\n", 10),
        ("AT+CPIN?", b"\r\n+CME ERROR: 10\r\n", 10),
        ("AT+CPINR", b"\r\n+CME ERROR: SIM not inserted\r\n", 10),
        ("AT+COPS?", b"\r\n+CME ERROR: the moon is wrong\r\n", 10),
    ]);
    let signal = client.send(&network::csq::Execute {}).unwrap().one::<network::csq::ExecuteAnswer>().unwrap();
    assert_eq!((signal.rssi, signal.ber), (20, Some(99)));
    let answer = client.send(&general::cgsn::Execute {}).unwrap();
    assert_eq!(answer.lines().collect::<Vec<_>>(), [b"490154203237518"]);
    assert!(client.send(&network::creg::Read {}).unwrap().one::<network::creg::ReadAnswer>().is_ok());
    let answer = client.send(&sms::cmgl::Set { stat: 4 }).unwrap();
    let pdus: Vec<_> = answer.units().map(|(_, pdu)| pdu.unwrap()).collect();
    assert_eq!(pdus, [b"0011AA", b"0011BB"]);
    assert_eq!(answer.all::<sms::cmgl::SetAnswer>().filter(Result::is_ok).count(), 2);
    assert_eq!(answer.one::<sms::cmgl::SetAnswer>().unwrap_err().field, "answer");
    // None where one is due.
    let nothing = client.send(&general::attention::Execute {}).unwrap();
    assert_eq!(nothing.one::<network::csq::ExecuteAnswer>().unwrap_err().kind, DecodeErrorKind::Length);
    // Refusals with their number, or with their text.
    let refused = client.send(&equipment::cpin::Read {}).unwrap_err();
    assert_eq!(refused, Error::Refused { command: "+CPIN", reason: Reason::Cme(Some(10)) });
    assert_eq!(refused.to_string(), "+CPIN: CME error 10 (SIM not inserted)");
    assert_eq!(client.cause(), Some(10));
    let refused = client.send(&equipment::cpinr::Execute {}).unwrap_err();
    assert_eq!(refused, Error::Refused { command: "+CPINR", reason: Reason::Cme(None) });
    assert_eq!((client.cause(), client.reason()), (Some(10), &b"SIM not inserted"[..]));
    let refused = client.send(&network::cops::Read {}).unwrap_err();
    assert_eq!(refused, Error::Refused { command: "+COPS", reason: Reason::Cme(None) });
    assert_eq!(client.cause(), None);
    assert_eq!(client.reason(), b"the moon is wrong");
}

#[test]
fn urcs_are_kept_in_order_and_counted() {
    let mut client = open(&[(
        "AT+CSQ",
        b"\r\n+CMTI: \"SM\",1\r\n\r\n+CSQ: 1,99\r\n\r\n+CMT: ,3\r\n0011AA\r\n\r\nOK\r\n\r\n^NEW: 1\r\n",
        10,
    )]);
    client.send(&network::csq::Execute {}).unwrap();
    let urc = client.next_urc(Instant(0)).unwrap().unwrap();
    assert!(urc.known && urc.is("+CMTI"));
    assert_eq!(urc.parse::<CMti<'_>>().unwrap().unwrap().index, 1);
    let urc = client.next_urc(Instant(0)).unwrap().unwrap();
    assert_eq!((urc.line, urc.second), (&b"+CMT: ,3"[..], Some(&b"0011AA"[..])));
    let soon = client.now() + Millis(100);
    let urc = client.next_urc(soon).unwrap().unwrap();
    assert_eq!((urc.line, urc.known), (&b"^NEW: 1"[..], false));
    assert_eq!(client.next_urc(soon).unwrap(), None);
    // More than there is room for: the oldest go.
    for _ in 0..4 {
        client.send(&network::csq::Execute {}).unwrap();
    }
    let mut read = 0;
    while client.next_urc(soon).unwrap().is_some() {
        read += 1;
    }
    assert!(read >= 3);
    assert_eq!(read + client.lost_urcs(), 12);
}

#[test]
fn texts_behind_prompts() {
    let mut client = open(&[
        ("AT+CMGS=3", b"\r\n> ", 10),
        ("0011AA\u{1a}", b"\r\n+CMGS: 5\r\n\r\nOK\r\n", 2_000),
        ("AT+CMGW=3", b"\r\n+CMS ERROR: 322\r\n", 10),
        ("\u{1b}", b"\r\nOK\r\n", 10),
    ]);
    let answer = client.send_payload(&sms::cmgs::Set { length: 3 }, b"0011AA").unwrap();
    assert_eq!(answer.one::<sms::cmgs::SetAnswer<'_>>().unwrap().mr, 5);
    // Refused before the prompt.
    let refused = client.send_payload(&sms::cmgw::Set { length: 3, stat: None }, b"0011AA").unwrap_err();
    assert_eq!(refused, Error::Refused { command: "+CMGW", reason: Reason::Cms(Some(322)) });
    // A text that would start another command is called off.
    let bad = client.send_payload(&sms::cmgs::Set { length: 3 }, b"0011\x1aAT+CFUN=0\r").unwrap_err();
    assert_eq!(bad, Error::Session(SessionError::Payload(4)));
    client.send(&general::attention::Execute {}).unwrap();
    assert!(client.stream().peer.lines.contains(&"\u{1b}".to_string()));
    assert!(!client.stream().peer.lines.iter().any(|line| line.contains("+CFUN=0")));
}

#[test]
fn counted_bytes() {
    const USORD: &[Announcement<'_>] =
        &[Announcement { name: "+USORD", length: Length::Parameter(1), delimiter: Delimiter::Quote }];
    let mut client = open(&[("AT+USORD=0,18", b"\r\n+USORD: 0,18,\"\r\nOK\r\n\r\n+CMTI: 1\r\n\"\r\n\r\nOK\r\n", 10)]);
    let exchange = Exchange { announcements: Announcements::new(USORD), ..Exchange::of::<vendor::ublox::usord::Set>() };
    let answer = client.send_as(&vendor::ublox::usord::Set { socket: 0, length: 18 }, &exchange, &[]).unwrap();
    let (_, bytes) = answer.units().next().unwrap();
    assert_eq!(bytes.unwrap(), b"\r\nOK\r\n\r\n+CMTI: 1\r\n");
}

#[test]
fn late_answers_go_to_nobody() {
    let mut client = open(&[
        ("AT+CSQ", b"\r\n+CSQ: 1,99\r\n\r\nOK\r\n", 5_600),
        ("AT+CGSN", b"\r\n490154203237518\r\n\r\nOK\r\n", 10),
    ]);
    let late = client.counters().late;
    let failed = client.send(&network::csq::Execute {}).unwrap_err();
    assert_eq!(failed, Error::Failed { command: "+CSQ", failure: Failure::Timeout });
    let answer = client.send(&general::cgsn::Execute {}).unwrap();
    assert_eq!(answer.lines().collect::<Vec<_>>(), [b"490154203237518"]);
    assert_eq!(client.counters().late, late + 2);
}

#[test]
fn a_dropped_future_leaves_nothing_behind() {
    let bench = line(&[
        ("AT+CSQ", b"\r\n+CSQ: 1,99\r\n\r\nOK\r\n\r\n+CMTI: \"SM\",7\r\n", 400),
        ("AT+CGSN", b"\r\n490154203237518\r\n\r\nOK\r\n", 10),
    ]);
    let mut client = at::Client::new(Link(bench), Config::default(), memory(256, 64));
    block_on(client.open()).unwrap();
    let mut told = 0;
    // Whenever it is dropped.
    for polls in 1..12 {
        {
            let mut future = pin!(client.send(&network::csq::Execute {}));
            for _ in 0..polls {
                if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                    break;
                }
            }
        }
        let answer = block_on(client.send(&general::cgsn::Execute {})).unwrap();
        assert_eq!(answer.lines().collect::<Vec<_>>(), [b"490154203237518"]);
        let soon = client.now() + Millis(1_000);
        let sent = client.link().0.peer.lines.iter().filter(|line| *line == "AT+CSQ").count();
        let urc = block_on(client.next_urc(soon)).unwrap().map(|urc| urc.line.to_vec());
        let due = (sent > told).then(|| b"+CMTI: \"SM\",7".to_vec());
        assert_eq!(urc, due, "after {polls} polls");
        told = sent;
    }
    assert!(told > 8);
    assert_eq!(client.lost_urcs(), 0);
}

#[test]
fn data_mode() {
    let mut client = open(&[("ATD*99#", b"\r\nCONNECT\r\n~first", 10), ("ATO", b"\r\nCONNECT\r\n", 10)]);
    let mut buffer = [0; 4];
    assert!(client.send(&call::dial::Execute { string: Word(b"*99#") }).unwrap().is_connected());
    assert!(client.is_data());
    assert_eq!(client.next_urc(Instant::FAR), Err(Error::Session(SessionError::Data)));
    assert_eq!(client.read(&mut buffer, Instant::FAR), Ok(Some(4)));
    assert_eq!(&buffer, b"~fir");
    // What has come in pieces is read in pieces.
    assert_eq!(client.read(&mut buffer, Instant::FAR), Ok(Some(1)));
    assert_eq!(client.read(&mut buffer, Instant::FAR), Ok(Some(1)));
    client.write(b"~reply").unwrap();
    assert_eq!(client.stream().peer.written, b"~reply");
    let soon = client.now() + Millis(5);
    assert_eq!(client.read(&mut buffer, soon), Ok(None));
    client.escape().unwrap();
    assert!(!client.is_data());
    assert_eq!(client.write(b"x"), Err(Error::Session(SessionError::NotOpen)));
    assert!(client.send(&call::online::Execute { value: None }).unwrap().is_connected());
    let at = client.now();
    client.stream().peer.says.push_back((at, b"\r\nNO CARRIER\r\n\r\n+CGEV: ME DETACH\r\n".to_vec()));
    let mut read = 0;
    loop {
        match client.read(&mut buffer, Instant::FAR).unwrap() {
            Some(0) => break,
            length => read += length.unwrap(),
        }
    }
    assert_eq!(read, 14);
    let soon = client.now() + Millis(5);
    assert_eq!(client.next_urc(soon).unwrap().unwrap().line, b"+CGEV: ME DETACH");
}

#[test]
fn lines_of_others_pass_a_policy() {
    let mut client = open(&[
        ("AT+CSQ;+CREG?", b"\r\n+CSQ: 1,99\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n", 10),
        ("AT+COPS=3,2", b"\r\n+CME ERROR: 3\r\n", 10),
    ]);
    let rules = [
        Rule { name: "+CFUN", forms: Rule::SET, action: Action::Deny },
        Rule { name: "+COPS", forms: Rule::SET, action: Action::Rewrite("+COPS=3,2") },
    ];
    let policy = Policy { rules: &[&rules], default: Action::Allow };
    let (mut buffer, timeout) = ([0; 64], Millis(5_000));
    let answer = client.send_line_if(b"AT+CSQ;+CREG?", &policy, &mut buffer, timeout).unwrap();
    assert_eq!(answer.lines().collect::<Vec<_>>(), [&b"+CSQ: 1,99"[..], b"+CREG: 0,1"]);
    let denied = client.send_line_if(b"at+csq;+cfun = 0", &policy, &mut buffer, timeout).unwrap_err();
    assert_eq!(denied, Error::Denied { offset: 7 });
    let answer = client.send_line_if(b"AT+COPS=0", &policy, &mut buffer, timeout).unwrap();
    assert_eq!(answer.reason(), Some(Reason::Cme(Some(3))));
    let refused = client.send_line_if(b"AT+CSQ\rAT+CFUN=0", &policy, &mut buffer, timeout).unwrap_err();
    assert!(matches!(refused, Error::Session(SessionError::Refused(_))));
    assert!(!client.stream().peer.lines.iter().any(|line| line.to_uppercase().contains("CFUN=0")));
}

#[test]
fn a_restart_is_told_once() {
    let mut client = open(&[("AT+CSQ", b"\r\nRDY\r\n\r\n+CPIN: READY\r\n", 10)]);
    assert_eq!(client.send(&network::csq::Execute {}).unwrap_err(), Error::Lost);
    let not_open = Error::Session(SessionError::NotOpen);
    assert_eq!(client.send(&network::csq::Execute {}).unwrap_err(), not_open);
    // What it said before it was lost can still be read.
    assert_eq!(client.next_urc(Instant(0)).unwrap().unwrap().line, b"RDY");
    client.open().unwrap();
    client.send(&general::attention::Execute {}).unwrap();
}

#[test]
fn answers_that_are_too_long() {
    let script: &[(&str, &[u8], u32)] =
        &[("AT+CGMI", b"\r\nA maker with a name that is longer than the room for it\r\n\r\nOK\r\n", 10)];
    let mut client = Client::new(line(script), Config::default(), memory(40, 40));
    client.open().unwrap();
    assert_eq!(client.send(&general::cgmi::Execute {}).unwrap_err(), Error::NoRoom);
    client.send(&general::attention::Execute {}).unwrap();
}

#[test]
fn a_modem_that_is_gone() {
    let mut client = open(&[]);
    // It takes nothing any more, and says nothing.
    client.stream().peer.forget();
    client.stream().peer.data = true;
    let failed = client.send(&network::csq::Execute {}).unwrap_err();
    assert_eq!(failed, Error::Failed { command: "+CSQ", failure: Failure::Timeout });
    assert_eq!(client.send(&network::csq::Execute {}).unwrap_err(), Error::Unresponsive);
    client.stream().peer.data = false;
    client.send(&general::attention::Execute {}).unwrap();
}

#[cfg(all(feature = "std", target_os = "linux"))]
mod linux {
    use std::io::{Read, Write};

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use wwan::channel::LinuxPort;

    use super::at_line::Peer as _;
    use super::*;

    /// A modem at the other end of a pseudo-terminal; it ends when the host is gone.
    fn modem() -> (std::path::PathBuf, std::thread::JoinHandle<()>) {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap().into();
        let thread = std::thread::spawn(move || {
            let mut file = std::fs::File::from(master);
            let mut bench = Scripted::of_bytes(&[("AT+CSQ", b"\r\n+CSQ: 7,99\r\n\r\nRING\r\n\r\nOK\r\n", 0)]);
            let mut buffer = [0; 64];
            loop {
                match file.read(&mut buffer) {
                    // Nobody has it open yet.
                    Err(_) if bench.lines.is_empty() => std::thread::yield_now(),
                    Ok(0) | Err(_) => return,
                    Ok(length) => bench.hear(Instant(0), &buffer[..length]),
                }
                for (_, bytes) in bench.says.drain(..) {
                    if file.write_all(&bytes).is_err() {
                        return;
                    }
                }
            }
        });
        (path, thread)
    }

    #[test]
    fn over_a_terminal() {
        let (path, thread) = modem();
        let mut config = Config::default();
        config.speeds = &[115_200];
        let mut client = Client::new(LinuxPort::open(path).unwrap(), config, memory(256, 64));
        client.open().unwrap();
        let answer = client.send(&network::csq::Execute {}).unwrap();
        assert_eq!(answer.one::<network::csq::ExecuteAnswer>().unwrap().rssi, 7);
        assert_eq!(client.next_urc(Instant(0)).unwrap().unwrap().line, b"RING");
        // The lines beside the bytes.
        let port = client.stream();
        port.set_speed(57_600).unwrap();
        port.set_dtr(false).unwrap();
        assert_eq!(rustix::termios::tcgetattr(&*port).unwrap().output_speed(), 0);
        port.set_dtr(true).unwrap();
        assert_eq!(rustix::termios::tcgetattr(&*port).unwrap().output_speed(), 57_600);
        client.send(&general::attention::Execute {}).unwrap();
        drop(client);
        thread.join().unwrap();
    }
}
