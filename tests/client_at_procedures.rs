//! AT procedures through both clients, in virtual time: what is followed ends, what comes meanwhile is kept, and a future
//! that was dropped leaves nothing behind.
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
#![cfg(all(feature = "at", feature = "sms"))]

mod at_line;

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use at_line::{Line, Link, Scripted};
use wwan::apdu::{Command, StatusWords};
use wwan::client::at::blocking::Client;
use wwan::client::at::{self, Error, Memory};
use wwan::procedure::at::{
    ConnectRequest, Contact, IpType, Power, RegistrationState, Restart, Selection, SimState, Stop,
};
use wwan::session::at::{Config, Failure};
use wwan::sms::{Stored, TextMessage};
use wwan::time::{Instant, Millis};

/// As long as lines and commands of these tests are.
fn memory() -> Memory<'static> {
    at_line::memory(256, 128, 512, 160)
}

fn line(script: &[(&str, &str)]) -> Line<Scripted> {
    Line::new(Instant(10_000), Scripted::of_lines(script))
}

fn client(script: &[(&str, &str)]) -> Client<'static, Line<Scripted>> {
    let mut client = Client::new(line(script), Config::default(), memory());
    client.assume_open();
    client
}

#[test]
fn a_cold_modem_is_connected() {
    let mut client = client(&[
        ("AT+CFUN?", "+CFUN: 1|OK"),
        ("AT+CPIN?", "+CPIN: SIM PIN|OK"),
        ("AT+CPINR", "+CPINR: SIM PIN,3,3|OK"),
        ("AT+CPIN=\"1234\"", "OK"),
        ("AT+CPIN?", "+CME ERROR: 14"),
        ("AT+CPIN?", "+CPIN: READY|OK"),
        ("AT+CEREG=3", "+CMTI: \"SM\",3|OK"),
        ("AT+CEREG?", "+CEREG: 2,2|OK"),
        ("AT+CEREG?", "+CEREG: 2,5,\"1F00\",\"79D903\",7|OK"),
        ("AT+COPS?", "+COPS: 0|OK"),
        ("AT+CESQ", "+CESQ: 99,99,255,255,20,80|OK"),
        ("AT+CGATT?", "+CGATT: 1|OK"),
        ("AT+CGDCONT?", "+CGDCONT: 1,\"IP\",\"web\"|OK"),
        ("AT+CGACT?", "OK"),
        ("AT+CGACT?", "+CGACT: 1,1|OK"),
        ("AT+CGACT=1,1", "OK"),
        ("AT+CGPADDR=1", "+CGPADDR: 1,\"10.0.0.9\"|OK"),
        ("AT+CGACT=0,1", "OK"),
    ]);
    let patience = Millis::from_secs(30);
    client.set_power(Power::FULL, patience).unwrap();
    assert!(client.unlock("1234", patience).unwrap());
    assert_eq!(client.sim(patience).unwrap(), SimState::Ready);
    client.register(Selection::Automatic, patience).unwrap();
    assert_eq!(client.registration().unwrap().state, RegistrationState::Roaming);
    assert_eq!(client.signal().unwrap().rsrp, Some(-610));
    client.attach(true).unwrap();
    let request = ConnectRequest { apn: "web", ip_type: IpType::V4, ..ConnectRequest::default() };
    let connect = client.connect(&request).unwrap();
    assert_eq!((connect.cid(), connect.settings().ipv4.address), (1, Some("10.0.0.9".parse().unwrap())));
    assert!(client.is_connected(1).unwrap());
    client.disconnect(1).unwrap();
    // What came meanwhile is kept.
    let urc = client.next_urc(Instant(0)).unwrap().unwrap();
    assert_eq!(urc.line, b"+CMTI: \"SM\",3");
}

#[test]
fn refusals_and_silence_are_told_with_the_command() {
    let mut client = client(&[("AT+CFUN?", "+CME ERROR: 13"), ("AT+CGATT?", "-"), ("AT+CPIN?", "+CME ERROR: 10")]);
    let error = client.power().unwrap_err();
    assert!(matches!(error, Error::Stop(Stop::Refused(refusal)) if refusal.command == "+CFUN"), "{error:?}");
    assert_eq!(error.to_string(), "AT+CFUN: the modem answers +CME ERROR: 13 (SIM failure)");
    let error = client.unlock("1234", Millis(1_000)).unwrap_err();
    assert_eq!(error, Error::Stop(Stop::Sim(SimState::NotInserted)));
    let error = client.attach(true).unwrap_err();
    assert_eq!(error, Error::Failed { command: "+CGATT", failure: Failure::Timeout });
}

#[test]
fn texts_and_dialogues_go_through_prompts_and_urcs() {
    let mut client = client(&[
        ("AT+CMGF=0", "OK"),
        ("AT+CMGS=17", ">"),
        ("AT+CSCS?", "+CSCS: \"GSM\"|OK"),
        ("AT+CUSD=1,\"*100#\",15", "OK|+CUSD: 0,\"Hi\",15"),
        ("AT+CFUN=1,1", "OK"),
        ("*", "+CMGS: 42|OK"),
    ]);
    let mut references = [0];
    let message = TextMessage { number: "+4917012345", text: "hello", ..TextMessage::default() };
    assert_eq!(client.send_text(message, &mut references), Ok(1));
    assert_eq!(references, [42]);
    let message = client.ussd("*100#", Millis::from_secs(120)).unwrap();
    assert_eq!(message.text, "Hi");
    assert!(matches!(client.ussd("", Millis(1)), Err(Error::Text(_))));
    client.follow(&mut Restart::new()).unwrap();
}

/// Quotes, backslashes and ends of lines are escaped; in GSM the octet of the backslash is a letter.
#[test]
fn texts_of_dialogues_are_read_without_their_escapes() {
    for (charset, text) in [("IRA", "1 \"Data\"\n2 C:\\"), ("GSM", "1 Ö22DataÖ22Ö0A2 C:Ö5C")] {
        let mut client = client(&[
            ("AT+CSCS?", &format!("+CSCS: \"{charset}\"|OK")),
            ("*", "OK|+CUSD: 0,\"1 \\22Data\\22\\0A2 C:\\5C\",15"),
        ]);
        assert_eq!(client.ussd("*100#", Millis::from_secs(120)).unwrap().text, text);
    }
}

#[test]
fn services_are_methods() {
    let mut client = client(&[
        ("AT+CMGF=0", "OK"),
        ("AT+CPMS=\"ME\"", "+CPMS: 1,9,1,9,1,9|OK"),
        ("AT+CMGL=4", "+CMGL: 3,1,,23|0791448720003023240DD0E474D81C0EBB010000111011315214000BE474D81C0EBB5DE3771B|OK"),
        ("AT+CMGD=3", "OK"),
        ("AT+CNMI=2,1,2,1,0", "OK"),
        ("AT+CSCA?", "+CSCA: \"+49171\",145|OK"),
        ("AT+CSCA=\"0171\",129", "OK"),
        ("AT+CUSD=2", "OK"),
        ("AT+CPBS=\"SM\"", "OK"),
        ("AT+CSCS?", "+CSCS: \"UCS2\"|OK"),
        ("AT+CPBR=?", "+CPBR: (1-9),40,18|OK"),
        ("AT+CPBR=1,9", "+CPBR: 2,\"0170\",129,\"00610062\"|OK"),
        ("AT+CPBW=2,\"0171\",129,\"0061\"", "OK"),
        ("AT+CPBW=2", "OK"),
        ("AT+CCHO=\"A0\"", "+CCHO: 1|OK"),
        ("AT+CGLA=1,8,\"00F20000\"", "+CGLA: 4,\"9000\"|OK"),
        ("AT+CCHC=1", "OK"),
        ("AT+CSIM=8,\"00F20000\"", "+CSIM: 6,\"AB9000\"|OK"),
    ]);
    let mut texts = vec![];
    let unreadable =
        client.read_texts(Stored::All, "ME", &mut |text, pdu| texts.push((text.index, pdu.len()))).unwrap();
    assert_eq!((unreadable, texts), (0, vec![(3, 38)]));
    client.delete_texts("ME", Some(3)).unwrap();
    client.tell_texts().unwrap();
    assert_eq!(client.service_centre().unwrap(), "+49171");
    client.set_service_centre("0171").unwrap();
    client.cancel_ussd().unwrap();
    let mut names = vec![];
    let mut take = |contact: &Contact| names.push((contact.index, contact.name.to_string()));
    assert_eq!(client.phonebook_read("SM", None, &mut take), Ok(9));
    assert_eq!(names, [(2, "ab".to_owned())]);
    client.phonebook_write("SM", Some(2), "0171", "a").unwrap();
    client.phonebook_delete("SM", 2).unwrap();
    let mut response = [0; 8];
    let status = Command::parse(&[0x00, 0xf2, 0, 0]).unwrap();
    assert_eq!(client.exchange(&[0xa0], status, &mut response).unwrap().0, StatusWords::SUCCESS);
    assert_eq!(client.transmit(0, status, &mut response), Ok((StatusWords::SUCCESS, &[0xab][..])));
}

#[test]
fn a_dropped_future_leaves_nothing_behind() {
    let script = [("AT+CGATT?", "+CGATT: 0|OK"), ("AT+CGATT=1", "LATE|OK"), ("AT+CFUN?", "+CFUN: 4|OK")];
    // Dropped after each number of polls.
    for polls in 0..40 {
        let mut client = at::Client::new(Link(line(&script)), Config::default(), memory());
        client.assume_open();
        let mut context = Context::from_waker(Waker::noop());
        let done = {
            let mut follow = pin!(client.attach(true));
            (0..polls).any(|_| follow.as_mut().poll(&mut context).is_ready())
        };
        let mut power = pin!(client.power());
        let power = loop {
            if let Poll::Ready(power) = power.as_mut().poll(&mut context) {
                break power;
            }
        };
        assert_eq!(power, Ok(Power::RADIO_OFF), "after {polls} polls");
        if done {
            return;
        }
    }
    panic!("it never ended");
}
