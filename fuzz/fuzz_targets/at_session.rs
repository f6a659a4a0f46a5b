//! The AT host session against a modem that says anything, with a clock that jumps: every command ends once, nothing is told
//! of one that was given up, and deadlines lie in the future. The same bytes go through the multiplexer's sessions.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use wwan::at_wire::command::{call, general, network, sms};
use wwan::at_wire::parameter::Word;
use wwan::session::at::{Config, Expired, Incoming, Memory, Outgoing, Session, SessionError};
use wwan::session::cmux;
use wwan::time::{Instant, Millis};

#[derive(Arbitrary, Debug)]
struct Input {
    line: u8,
    command: u8,
    sleeps: bool,
    steps: Vec<Step>,
}

#[derive(Arbitrary, Debug)]
enum Step {
    Open,
    AssumeOpen,
    Submit(u8),
    Line(Vec<u8>),
    Payload(Vec<u8>, bool),
    Abandon,
    Escape,
    DropDtr,
    Advance(u16),
    /// To the next deadline.
    Wait,
    Hear(Vec<u8>),
    /// What modems say.
    Say(u8),
}

const SAYINGS: [&[u8]; 14] = [
    b"\r\nOK\r\n",
    b"\r\nERROR\r\n",
    b"\r\n+CME ERROR: 10\r\n",
    b"\r\n> ",
    b"\r\nCONNECT\r\n",
    b"\r\nNO CARRIER\r\n",
    b"\r\nRDY\r\n",
    b"\r\n+CSQ: 1,99\r\n",
    b"\r\n+CREG: 2,1\r\n",
    b"\r\n+CMT: ,3\r\n",
    b"\r\n0011AA\r\n",
    b"\r\n+CMEE: 1\r\n",
    b"\r\n+CFUN: 1\r\n",
    b"\r\n+CUSD: 0,\"a",
];

fuzz_target!(|input: Input| {
    let (mut line, mut command) = (vec![0; input.line.into()], vec![0; input.command.into()]);
    let mut config = Config::default();
    if input.sleeps {
        config.sleep_after = Millis(10_000);
    }
    let mut session = Session::new(config, Memory { line: &mut line, command: &mut command });
    let mut now = Instant(1_000);
    // Whether an end is due.
    let mut under_way = false;
    for step in &input.steps {
        match step {
            Step::Open => {
                session.open(now);
                under_way = false;
            }
            Step::AssumeOpen if !under_way && !session.is_occupied() => session.assume_open(),
            Step::AssumeOpen => {}
            Step::Submit(kind) => {
                let started = match kind % 6 {
                    0 => session.submit(now, &network::csq::Execute {}),
                    1 => session.submit(now, &network::creg::Read {}),
                    2 => session.submit(now, &general::cgmi::Execute {}),
                    3 => session.submit(now, &sms::cmgs::Set { length: 3 }),
                    4 => session.submit(now, &sms::cmgl::Set { stat: 4 }),
                    _ => session.submit(now, &call::dial::Execute { string: Word(b"*99#") }),
                };
                assert!(started.is_err() || !under_way);
                under_way |= started.is_ok();
            }
            Step::Line(line) => {
                let started = session.submit_line(now, line, Millis(5_000));
                assert!(started.is_err() || !under_way);
                under_way |= started.is_ok();
            }
            Step::Payload(bytes, last) => match session.payload(bytes, *last) {
                Ok(taken) => assert!(under_way && taken <= bytes.len()),
                Err(error) => assert!(matches!(error, SessionError::NoPrompt | SessionError::Payload(_))),
            },
            Step::Abandon => {
                session.abandon(now);
                under_way = false;
            }
            Step::Escape => assert_eq!(session.escape(now).is_ok(), session.is_data()),
            Step::DropDtr => assert_eq!(session.drop_dtr(now).is_ok(), session.is_data()),
            Step::Advance(ticks) => now.0 += u64::from(*ticks),
            Step::Wait => now = now.max(Some(session.poll_at()).filter(|at| *at != Instant::FAR).unwrap_or(now)),
            Step::Hear(bytes) => hear(&mut session, now, bytes, &mut under_way),
            Step::Say(which) => hear(&mut session, now, SAYINGS[usize::from(*which) % SAYINGS.len()], &mut under_way),
        }
        let mut sent = 0;
        while let Some(outgoing) = session.transmit(now) {
            sent += 1;
            assert!(sent < 8, "{outgoing:?}");
            if let Outgoing::Bytes(bytes) = outgoing {
                assert!(!bytes.is_empty());
            }
        }
        let mut expired = 0;
        while let Some(told) = session.expire(now) {
            expired += 1;
            assert!(expired < 100);
            if let Expired::Failed(_) = told {
                assert!(core::mem::take(&mut under_way), "two ends");
            }
        }
        assert!(session.poll_at() > now || session.has_due(now));
    }
    multiplexer(&input.steps);
});

fn hear(session: &mut Session<'_>, now: Instant, mut bytes: &[u8], under_way: &mut bool) {
    let mut told = 0;
    let most = 2 * bytes.len() + 4;
    while let Some(incoming) = session.receive(now, &mut bytes) {
        told += 1;
        assert!(told <= most);
        match incoming {
            Incoming::Done(_) | Incoming::Failed(_) => assert!(core::mem::take(under_way), "two ends"),
            Incoming::Response { .. } | Incoming::Prompt => assert!(*under_way),
            // The command under way is gone with it.
            Incoming::Restarted(_) => *under_way = false,
            _ => {}
        }
    }
}

fn multiplexer(steps: &[Step]) {
    for role in [wwan::at_wire::cmux::Role::Initiator, wwan::at_wire::cmux::Role::Responder] {
        let (mut receive, mut send, mut channels) = ([0; 64], [0; 64], [cmux::Channel::FREE; 2]);
        let mut config = cmux::Config::default();
        config.role = role;
        let memory = cmux::Memory { receive: &mut receive, send: &mut send, channels: &mut channels };
        let mut session = cmux::Session::new(config, memory);
        let mut now = Instant(0);
        session.open(now);
        for step in steps {
            match step {
                Step::Hear(bytes) => {
                    let (mut bytes, mut told) = (&bytes[..], 0);
                    let most = 2 * bytes.len() + 70;
                    while session.receive(now, &mut bytes).is_some() {
                        told += 1;
                        assert!(told <= most);
                    }
                }
                Step::Submit(dlci) => drop(session.open_channel(now, *dlci)),
                Step::Payload(bytes, _) => drop(session.send(1, bytes)),
                Step::Abandon => session.close(now),
                Step::Escape => session.sleep(),
                Step::Open => session.open(now),
                _ => now.0 += 300,
            }
            let mut sent = 0;
            while session.transmit(now).is_some() {
                sent += 1;
                assert!(sent < 40);
            }
            let mut expired = 0;
            while session.expire(now).is_some() {
                expired += 1;
                assert!(expired < 10);
            }
        }
    }
}
