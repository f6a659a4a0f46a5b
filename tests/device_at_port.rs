//! The AT modem behind the multiplexer: a host with the session of the other end opens channels, uses them side by side,
//! and closes them again; frames as the fact sheet has them; noise.
#![cfg(all(feature = "at", feature = "device"))]
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

mod at_common;
mod at_mux;

use at_mux::{Bench, Host};
use wwan::at_wire::cmux::{Framing, Signals};
use wwan::device::at::{Event, Mode};
use wwan::device::modem::Setup;
use wwan::session::cmux;
use wwan::time::Millis;

fn host() -> Host {
    let mut host = Host::new(Setup::default(), Framing::Basic, 127);
    host.open(&[1, 2]);
    host
}

#[test]
fn the_frames_of_the_fact_sheet() {
    let hex = |text: &str| text.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect::<Vec<_>>();
    let mut bench = Bench::new(Setup::default());
    assert_eq!(
        bench.say("AT+CMUX=?\r"),
        "\r\n+CMUX: (0-1),(0),(1-8),(1-252),(1-255),(0-100),(2-255),(1-255),(1-7)\r\n\r\nOK\r\n"
    );
    for wrong in ["2", "0,1", "0,0,5,253", "0,0,5,0", "0,0,5,31,0", "x", ""] {
        let answer = bench.say(format!("AT+CMUX={wrong}\r"));
        assert!(answer == "\r\nERROR\r\n" || wrong.is_empty() && answer.ends_with("\r\n"), "{wrong}: {answer}");
        bench.port.close(bench.now, &mut bench.modem);
    }
    assert_eq!(bench.say("AT+CMUX=0\r"), "\r\nOK\r\n");
    assert_eq!(bench.port.mode(0), Some(Mode::Multiplexer));
    let mut exchange = |sent: &str, expected: &[&str]| {
        bench.take(&hex(sent));
        let mut frames = Vec::new();
        while let Some(frame) = bench.port.transmit(bench.now, &mut bench.modem) {
            frames.push(frame.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" "));
        }
        assert_eq!(frames, expected, "{sent}");
    };
    exchange("F9 03 3F 01 1C F9", &["F9 03 73 01 D7 F9"]);
    // DCD is off: nothing is connected.
    exchange("F9 07 3F 01 DE F9", &["F9 07 73 01 15 F9", "F9 01 EF 09 E3 05 07 0D 9A F9"]);
    exchange("F9 03 EF 09 E3 05 07 0D FB F9", &["F9 01 EF 09 E1 05 07 0D 9A F9"]);
    exchange("F9 03 EF 09 E1 05 07 0D FB F9", &[]);
    exchange("F9 07 EF 0B 41 54 45 30 0D DA F9", &["F9 05 EF 17 41 54 45 30 0D 0D 0A 4F 4B 0D 0A AE F9"]);
    exchange("F9 07 EF 07 41 54 0D D3 F9", &["F9 05 EF 0D 0D 0A 4F 4B 0D 0A 5F F9"]);
    // The same in a frame whose check covers all of it; and one that is damaged.
    exchange("F9 07 03 07 41 54 0D 44 F9", &["F9 05 EF 0D 0D 0A 4F 4B 0D 0A 5F F9"]);
    exchange("F9 07 03 07 41 54 0D 45 F9", &[]);
    exchange("F9 07 53 01 3F F9", &["F9 07 73 01 15 F9"]);
    exchange("F9 03 EF 05 C3 01 F2 F9", &["F9 01 EF 05 C1 01 93 F9"]);
    assert_eq!(bench.say("AT\r"), "\r\nOK\r\n");
    assert!(bench.port.multiplexer_counters().malformed > 0);
}

#[test]
fn channels_are_modems_side_by_side() {
    for (framing, size) in [(Framing::Basic, 31), (Framing::Basic, 127), (Framing::Advanced, 64), (Framing::Basic, 10)]
    {
        let mut host = Host::new(Setup::default(), framing, size);
        host.open(&[1, 3, 2]);
        // What a host has set holds for its channel, the modem is one.
        assert_eq!(host.ask(1, "AT+CMEE=1;+CREG=2"), "\r\nOK\r\n");
        assert_eq!(host.ask(2, "AT+CMEE=2"), "\r\nOK\r\n");
        assert_eq!(host.ask(1, "AT+NOPE"), "\r\n+CME ERROR: 4\r\n");
        assert_eq!(host.ask(2, "AT+NOPE"), "\r\n+CME ERROR: operation not supported\r\n");
        assert_eq!(host.ask(3, "AT+NOPE"), "\r\nERROR\r\n");
        assert_eq!(host.ask(3, "AT+CREG?;+CGMM"), "\r\n+CREG: 0,1\r\n\r\nVirtual Modem\r\n\r\nOK\r\n");
        // A multiplexer inside the multiplexer there is not.
        assert_eq!(host.ask(2, "AT+CMUX=0"), "\r\n+CME ERROR: operation not allowed\r\n");
        // A long command on one does not keep the other waiting.
        assert_eq!(host.ask(1, "AT+COPS=?"), "");
        assert_eq!(host.ask(2, "AT+CFUN?"), "\r\n+CFUN: 1\r\n\r\nOK\r\n");
        host.wait(Millis::from_secs(10));
        assert!(host.heard(1).ends_with(",,(0-4),(0-2)\r\n\r\nOK\r\n"));
        host.ask(2, "AT+CFUN=4");
        host.wait(Millis::from_secs(1));
        assert_eq!(host.heard(1), "\r\n+CREG: 0\r\n");
        assert_eq!(host.heard(3), "");
        assert_eq!(host.ask(3, "AT+CFUN?"), "\r\n+CFUN: 4\r\n\r\nOK\r\n");
        assert_eq!(host.bench.port.multiplexer_counters(), cmux::Counters::default());
        assert_eq!(host.session.counters().malformed, 0);
        host.close();
        // The line is as its host has left it, and what was told on channels is not told again.
        assert_eq!(host.bench.say("AT+CFUN?\r"), "\r\n+CFUN: 4\r\n\r\nOK\r\n");
        // It can be opened again, and nothing is left of what was set.
        assert_eq!(host.bench.say("AT+CMUX=0\r"), "\r\nOK\r\n");
    }
}

#[test]
fn what_nobody_has_asked_for_is_told_on_the_first_channel() {
    let mut host = host();
    host.ask(2, "AT+CNMI=2,1,0,1,0");
    let now = host.bench.now;
    host.bench.modem.receive_call(now, "+15550123").unwrap();
    host.wait(Millis(100));
    assert_eq!((host.heard(1), host.heard(2)), ("\r\nRING\r\n".into(), String::new()));
    assert!(host.signals[&1].has(Signals::INCOMING_CALL) && !host.signals[&2].has(Signals::INCOMING_CALL));
    host.ask(2, "AT+CHUP");
    let text = wwan::device::modem::sms::Incoming { from: "+15550123", text: "hello", class: None, date: None };
    host.bench.modem.receive_text(now, text).unwrap();
    host.wait(Millis::from_secs(1));
    host.heard(1);
    assert_eq!(host.heard(2), "\r\n+CMTI: \"SM\",1\r\n");
    // The first one is closed: now the other one is the first.
    host.session.close_channel(now, 1).unwrap();
    host.wait(Millis::from_secs(1));
    assert_eq!(host.bench.port.mode(1), None);
    host.bench.modem.receive_call(host.bench.now, "+15550123").unwrap();
    host.wait(Millis(100));
    assert_eq!(host.heard(2), "\r\nRING\r\n");
}

#[test]
fn a_call_rings_on_a_line_that_comes_later() {
    let mut host = host();
    let now = host.bench.now;
    host.bench.modem.receive_call(now, "+15550123").unwrap();
    host.wait(Millis(100));
    assert_eq!((host.heard(1), host.heard(2)), ("\r\nRING\r\n".into(), String::new()));
    let now = host.bench.now;
    host.session.close_channel(now, 1).unwrap();
    host.wait(Millis(500));
    assert_eq!(host.heard(2), "\r\nRING\r\n");
    // The line itself carries commands again.
    host.bench.take(b"\xf9\x03\xef\x05\xc3\x01\xf2\xf9");
    host.bench.give();
    let told = host.bench.wait(Millis(100));
    assert_eq!(told, b"\r\nRING\r\n");
    // Half a line keeps it waiting, and is no reason to look all the time.
    host.bench.wait(Millis(4_800));
    host.bench.say("AT");
    host.bench.wait(Millis(500));
    assert!(host.bench.port.poll_at(&host.bench.modem).unwrap() > host.bench.now);
    assert_eq!(host.bench.say("\r"), "\r\nOK\r\n\r\nRING\r\n");
}

#[test]
fn any_channel_answers_by_itself() {
    let mut host = host();
    host.ask(2, "ATS0=1");
    let now = host.bench.now;
    host.bench.modem.receive_call(now, "+15550123").unwrap();
    host.wait(Millis(100));
    assert_eq!(host.heard(2), "\r\nRING\r\n");
    assert!(host.ask(2, "AT+CLCC").starts_with("\r\n+CLCC: 1,1,0,"));
    let now = host.bench.now;
    host.bench.modem.other_party_ends(now, None);
    host.wait(Millis(100));
    assert_eq!(host.heard(2), "\r\nNO CARRIER\r\n");
}

#[test]
fn messages_for_a_channel_that_is_closed_are_stored() {
    let mut host = host();
    host.ask(1, "AT+CNMI=2,2,0,0,0");
    host.ask(2, "AT+CNMI=2,1,0,0,0");
    host.ask(1, "AT+CNMI=2,2,0,0,0");
    let receive = |host: &mut Host| {
        let text = wwan::device::modem::sms::Incoming { from: "+15550123", text: "hello", class: None, date: None };
        let now = host.bench.now;
        host.bench.modem.receive_text(now, text).unwrap();
        host.wait(Millis::from_secs(1));
        (host.heard(1), host.heard(2))
    };
    assert!(receive(&mut host).0.starts_with("\r\n+CMT: ,22\r\n"));
    let now = host.bench.now;
    host.session.close_channel(now, 1).unwrap();
    host.wait(Millis(500));
    assert_eq!(receive(&mut host), (String::new(), "\r\n+CMTI: \"SM\",1\r\n".into()));
    // Nobody is left.
    host.ask(2, "AT+CNMI=2,2,0,0,0");
    host.bench.take(b"\xf9\x03\xef\x05\xc3\x01\xf2\xf9");
    host.bench.give();
    let text = wwan::device::modem::sms::Incoming { from: "+15550123", text: "hello", class: None, date: None };
    let now = host.bench.now;
    host.bench.modem.receive_text(now, text).unwrap();
    host.bench.wait(Millis(1_000));
    assert!(host.bench.say("AT+CMGL=0\r").starts_with("\r\n+CMGL: 1,0,,22\r\n"));
    assert!(host.bench.say("AT+CMGR=2\r").starts_with("\r\n+CMGR: 1,,22\r\n"));
}

#[test]
fn data_on_one_channel_and_commands_on_another() {
    let mut host = host();
    assert!(!host.signals[&2].has(Signals::DATA_VALID));
    host.ask(2, "AT&D2");
    assert_eq!(host.ask(2, "ATD*99***1#"), "");
    host.wait(Millis::from_secs(1));
    assert_eq!(host.heard(2), "\r\nCONNECT\r\n");
    assert!(host.signals[&2].has(Signals::DATA_VALID));
    assert!(matches!(host.bench.port.mode(2), Some(Mode::Data(online)) if online.cid == 1));
    // Flags and escapes are data like all else.
    let stream: Vec<u8> = (0..3_000_u32).map(|n| [0xf9, 0x7e, 0x7d, b'+', n as u8][n as usize % 5]).collect();
    host.send(2, &stream);
    assert_eq!(host.bench.data[&2], stream);
    assert_eq!(host.ask(1, "AT+CGACT?"), "\r\n+CGACT: 1,1\r\n\r\nOK\r\n");
    let mut sent = 0;
    while sent < stream.len() {
        sent += host.bench.port.send_data(2, &stream[sent..]);
        host.settle();
    }
    assert_eq!(host.heard.remove(&2).unwrap(), stream);
    // The host takes nothing for a while, on this channel only.
    host.session.hold(2, true).unwrap();
    host.settle();
    let taken = host.bench.port.send_data(2, &[b'x'; 10_000]);
    assert_eq!(taken, 4096);
    host.wait(Millis::from_secs(5));
    assert_eq!(host.heard(2), "");
    assert_eq!(host.ask(1, "AT"), "\r\nOK\r\n");
    host.session.hold(2, false).unwrap();
    host.settle();
    assert_eq!(host.heard(2).len(), 4096);
    // And the modem takes nothing.
    host.bench.port.hold(2, true);
    host.settle();
    assert_eq!(host.session.send(2, b"no"), Ok(0));
    host.bench.port.hold(2, false);
    host.settle();
    assert_eq!(host.session.send(2, b"yes"), Ok(3));
    host.settle();
    // The network ends it.
    let now = host.bench.now;
    host.bench.modem.network_deactivates(now, 0, 0);
    host.wait(Millis::from_secs(1));
    assert_eq!(host.heard(2), "\r\nNO CARRIER\r\n");
    assert!(!host.signals[&2].has(Signals::DATA_VALID));
    // A host that drops DTR hangs up,
    for end in 0..2 {
        host.ask(2, "ATD*99***1#");
        host.wait(Millis::from_secs(1));
        assert_eq!(host.heard(2), "\r\nCONNECT\r\n");
        if end == 0 {
            host.session.set_signals(2, Signals(Signals::READY_TO_RECEIVE | 1)).unwrap();
            host.settle();
            host.session.set_signals(2, Signals::READY).unwrap();
            host.wait(Millis::from_secs(1));
            assert_eq!(host.heard(2), "\r\nNO CARRIER\r\n");
        } else {
            // and so does one that closes the channel.
            host.session.close_channel(host.bench.now, 2).unwrap();
            host.wait(Millis::from_secs(1));
        }
        assert_eq!(host.ask(1, "AT+CGACT?"), "\r\n+CGACT: 1,0\r\n\r\nOK\r\n");
    }
    let mut events = Vec::new();
    while let Some((channel, event)) = host.bench.port.event() {
        events.push((channel, core::mem::discriminant(&event)));
    }
    let online = wwan::device::at::Online { cid: 1, session: 0 };
    let ended = core::mem::discriminant(&Event::Disconnected(online));
    assert_eq!(events.last(), Some(&(2, ended)));
    host.close();
}

#[test]
fn it_goes_back_to_commands() {
    // Nobody opens it.
    let mut bench = Bench::new(Setup::default());
    assert_eq!(bench.say("AT+CMUX=0\r"), "\r\nOK\r\n");
    assert_eq!(bench.say("AT\r"), "");
    bench.wait(Millis::from_secs(6));
    assert_eq!(bench.say("AT\r"), "\r\nOK\r\n");
    // CLD, and DISC of channel 0, whatever is open, and both in a row.
    let endings: [&[u8]; 3] = [
        b"\xf9\x03\xef\x05\xc3\x01\xf2\xf9",
        b"\xf9\x03\x53\x01\xfd\xf9",
        b"\xf9\x03\xef\x05\xc3\x01\xf2\xf9\x03\x53\x01\xfd\xf9",
    ];
    for ending in endings {
        let mut host = host();
        host.bench.take(ending);
        let answer = host.bench.give();
        assert!(answer.starts_with(&[0xf9]) && answer.ends_with(&[0xf9]), "{answer:x?}");
        assert_eq!(host.bench.port.mode(0), Some(Mode::Command));
        assert_eq!(host.bench.say("AT\r"), "\r\nOK\r\n");
        // Once more, to a modem that has left it already.
        assert_eq!(host.bench.say(ending), "");
        assert_eq!(host.bench.say("AT\r"), "\r\nOK\r\n");
    }
    // The modem starts again.
    let mut host = host();
    host.ask(1, "AT+CFUN=1,1");
    host.bench.wait(Millis::from_secs(60));
    assert_eq!(host.bench.port.mode(0), Some(Mode::Command));
    assert!(host.bench.say("AT\r").ends_with("\r\nOK\r\n"));
    // The host closes the line.
    let mut host = self::host();
    host.ask(1, "ATD*99#");
    host.wait(Millis::from_secs(1));
    let now = host.bench.now;
    host.bench.port.close(now, &mut host.bench.modem);
    assert_eq!(host.bench.say("AT+CGACT?\r"), "\r\n+CGACT: 1,0\r\n\r\nOK\r\n");
}

#[test]
fn the_control_channel_answers() {
    let mut host = host();
    host.session.test(b"abc");
    host.settle();
    assert_eq!(host.told.last().unwrap(), "Tested([97, 98, 99])");
    host.session.set_port(1, None);
    host.settle();
    assert!(host.told.last().unwrap().starts_with("Port { dlci: 1"), "{:?}", host.told);
    // A channel that the modem does not have.
    host.session.open_channel(host.bench.now, 5).unwrap();
    host.settle();
    assert_eq!(host.told.last().unwrap(), "ChannelRefused(5)");
    // Asleep, and woken by the host, by the modem.
    for by_host in [true, false] {
        host.session.sleep();
        host.wait(Millis(50));
        assert_eq!(host.told.last().unwrap(), "Asleep");
        if by_host {
            assert_eq!(host.session.send(1, b"AT\r"), Ok(3));
            host.wait(Millis(50));
            assert_eq!(host.heard(1), "\r\nOK\r\n");
        } else {
            let now = host.bench.now;
            host.bench.modem.receive_call(now, "+15550123").unwrap();
            host.wait(Millis(50));
            assert_eq!(host.heard(1), "\r\nRING\r\n");
        }
        assert!(!host.session.is_asleep());
    }
    // All channels at once.
    host.session.hold_all(true);
    host.settle();
    assert_eq!(host.ask(1, "AT"), "");
    host.session.hold_all(false);
    host.settle();
    assert_eq!(host.heard(1), "\r\nOK\r\n");
    host.close();
}

#[test]
fn noise_costs_frames_and_nothing_else() {
    let mut random = 7_u64;
    let mut below = |bound: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    for framing in [Framing::Basic, Framing::Advanced] {
        let mut host = Host::new(Setup::default(), framing, 64);
        host.open(&[1, 2]);
        let mut answered = 0;
        for round in 0..2_000 {
            // Noise between frames, frames that are damaged, and frames that are neither.
            let mut noise: Vec<u8> = (0..below(40)).map(|_| below(256) as u8).collect();
            if round % 3 == 0 {
                noise
                    .iter_mut()
                    .step_by(5)
                    .for_each(|byte| *byte = if framing == Framing::Basic { 0xf9 } else { 0x7e });
            }
            host.bench.take(&noise);
            host.settle();
            if !host.session.is_channel_open(1) || !host.session.is_open() {
                // The noise was a frame that closes it.
                host = Host::new(Setup::default(), framing, 64);
                host.open(&[1, 2]);
            }
            // What the noise has begun ends here.
            let flag = if framing == Framing::Basic { 0xf9 } else { 0x7e };
            host.bench.take(&[flag; 200]);
            host.settle();
            host.wait(Millis(200));
            host.heard(1);
            // A command that was half typed by a frame among the noise is gone, too.
            host.ask(1, "");
            if host.ask(1, "AT").ends_with("OK\r\n") {
                answered += 1;
            }
        }
        assert!(answered > 1_990, "{answered}");
        let counters = host.bench.port.multiplexer_counters();
        assert!(counters.malformed > 100 && counters.dropped > 1_000, "{counters:?}");
        host.close();
    }
}
