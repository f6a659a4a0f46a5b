//! The asynchronous client over an in-memory channel, in virtual time: dropped futures, waiting, lost functions.
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
#![cfg(feature = "mbim")]

use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;

use mbim_wire::field::{Empty, Raw};
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{self, Body, CommandType, Transfer};
use mbim_wire::service::basic_connect::{
    BASIC_CONNECT, Connect, DeviceCaps, NwError, PacketService, PacketServiceAction, PacketServiceSet, Pin, RadioState,
    RadioStateInfo, RadioSwitchState, RegisterState,
};
use mbim_wire::{Command as _, Encode, ProtocolError, Status, Writer};
use wwan::channel::blocking::MessageChannel as _;
use wwan::channel::{Pipe, PipeEnd, PipeError, VirtualClock};
use wwan::client::Async;
use wwan::client::mbim::{Client, CommandId, ConnectRequest, Error, Memory, Selection};
use wwan::procedure::mbim::{self as procedure, Outcome, Procedure as _, Step, UseCode};
use wwan::session::mbim::{Config, Failure, Memory as SessionMemory, SessionError, Slot};
use wwan::time::{Instant, Millis};

type Modem<'c, 'm> = Client<'static, Async<PipeEnd<'c, 'm>, &'c VirtualClock>>;

/// The function's end, moved by hand.
struct Function<'c, 'm> {
    end: PipeEnd<'c, 'm>,
    limit: usize,
}

impl Function<'_, '_> {
    /// What the host has sent, if anything: type, transaction, and for commands the command.
    fn got(&mut self) -> Option<(Body<'static>, u32)> {
        let mut buffer = vec![0; 4096];
        let length = self.end.receive(&mut buffer, Instant(0)).unwrap()?;
        let transfer = Transfer::parse(Box::leak(buffer[..length].to_vec().into_boxed_slice())).unwrap();
        Some((transfer.body, transfer.transaction_id))
    }

    fn says(&mut self, write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], mbim_wire::EncodeError>) {
        let mut buffer = vec![0; 4096];
        let length = write(&mut buffer).unwrap().len();
        let message = &mut buffer[..length];
        let mut splitter = Splitter::new(message, self.limit);
        while let Some(transfer) = splitter.next(message) {
            self.end.send(transfer).unwrap();
        }
    }

    fn indicates(&mut self, on: bool) {
        let state = if on { RadioSwitchState::ON } else { RadioSwitchState::OFF };
        let state = RadioStateInfo { hw_radio_state: RadioSwitchState::ON, sw_radio_state: state };
        self.says(|b| message::write_indicate_status(b, BASIC_CONNECT, RadioState::CID, &state));
    }

    /// Answers everything that has come: OPEN and CLOSE with success, queries with `body`.
    fn serve(&mut self, status: Status, body: &dyn Encode) -> usize {
        let mut served = 0;
        while let Some((asked, id)) = self.got() {
            served += 1;
            match asked {
                Body::Open { .. } => self.says(|b| message::write_open_done(b, id, Status::SUCCESS)),
                Body::Close => self.says(|b| message::write_close_done(b, id, Status::SUCCESS)),
                Body::Command(fragment) => {
                    let command = fragment.command().unwrap();
                    self.says(|b| message::write_command_done(b, id, command.service, command.cid, status, body));
                }
                _ => {}
            }
        }
        served
    }
}

fn with_modem(limit: usize, test: impl FnOnce(Modem<'_, '_>, Function<'_, '_>, &VirtualClock)) {
    with_memory(limit, 65536, 4096, test);
}

/// A modem at the end of a queue of `down` bytes, and a client that takes transfers of `transfer` bytes.
fn with_memory(
    limit: usize,
    down: usize,
    transfer: usize,
    test: impl FnOnce(Modem<'_, '_>, Function<'_, '_>, &VirtualClock),
) {
    let (mut down, mut up) = (vec![0; down], vec![0; 65536]);
    let mut pipe = Pipe::new(&mut down, &mut up);
    let (host, end) = pipe.split();
    let clock = host.clock();
    let leak = |len: usize| Box::leak(vec![0xa5; len].into_boxed_slice());
    let memory = Memory {
        transfer: leak(transfer),
        indications: leak(128),
        session: SessionMemory {
            slots: Box::leak(Box::new([Slot::FREE; 4])),
            command: leak(2048),
            answer: leak(2048),
            indication: leak(256),
        },
    };
    let client = Client::new(Async { channel: host, clock }, Config::default(), memory);
    test(client, Function { end, limit }, clock);
}

fn poll<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Runs a future to its end; `idle` is called whenever it waits and says whether it did something. If not, time passes.
fn run<F: Future>(clock: &VirtualClock, future: F, mut idle: impl FnMut() -> bool) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..10_000 {
        if let Poll::Ready(output) = poll(future.as_mut()) {
            return output;
        }
        if !idle() {
            clock.advance().expect("the future waits for nothing that can happen");
        }
    }
    panic!("the future does not end");
}

fn open(client: &mut Modem<'_, '_>, function: &mut Function<'_, '_>, clock: &VirtualClock) {
    run(clock, client.open(), || function.serve(Status::SUCCESS, &Empty {}) > 0).unwrap();
}

const CAPS: [u8; 64] = [1; 64];

#[test]
fn asks_and_reads() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let caps =
            run(clock, client.query::<DeviceCaps>(&Empty {}), || function.serve(Status::SUCCESS, &Raw(&CAPS)) > 0);
        assert_eq!(caps.unwrap().max_sessions(), Ok(0x0101_0101));
        run(clock, client.close(), || function.serve(Status::SUCCESS, &Empty {}) > 0).unwrap();
        assert_eq!(client.counters().foreign, 0);
    });
}

#[test]
fn a_future_dropped_at_any_moment_never_spoils_the_next_command() {
    // A fragmented answer in 64-byte transfers gives many moments; each `polls` drops the query one step later.
    for polls in 0..12 {
        with_modem(64, |mut client, mut function, clock| {
            open(&mut client, &mut function, clock);
            {
                let mut dropped = pin!(client.query::<RadioState>(&Empty {}));
                for step in 0..polls {
                    assert!(poll(dropped.as_mut()).is_pending(), "polls {polls} step {step}");
                    if step == 0 {
                        // Its answer is under way, one transfer at a time.
                        let (Body::Command(_), id) = function.got().unwrap() else { panic!() };
                        let mut answer = vec![0; 4096];
                        let message = message::write_command_done(
                            &mut answer,
                            id,
                            BASIC_CONNECT,
                            RadioState::CID,
                            Status::SUCCESS,
                            &Raw(&[0; 700]),
                        )
                        .unwrap();
                        let mut splitter = Splitter::new(message, 64);
                        while let Some(transfer) = splitter.next(message) {
                            function.end.send(transfer).unwrap();
                            if splitter.total() > 1 && transfer[16] == polls {
                                break;
                            }
                        }
                    }
                }
            }
            let caps =
                run(clock, client.query::<DeviceCaps>(&Empty {}), || function.serve(Status::SUCCESS, &Raw(&CAPS)) > 0);
            assert_eq!(caps.unwrap().max_sessions(), Ok(0x0101_0101), "dropped after {polls} polls");
        });
    }
}

#[test]
fn indications_wait_in_order_and_those_that_find_no_room_are_counted() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        // Room for 128 bytes: four of 32.
        for n in 0..6 {
            function.indicates(n % 2 == 0);
        }
        run(clock, client.query::<DeviceCaps>(&Empty {}), || function.serve(Status::SUCCESS, &Raw(&CAPS)) > 0).unwrap();
        assert_eq!(client.lost_indications(), 2);
        for n in 0..4 {
            let next = run(clock, client.next_indication(Instant::FAR), || false).unwrap().unwrap();
            assert_eq!((next.cid, next.body[4]), (RadioState::CID, u8::from(n % 2 == 0)));
        }
        let before = clock_now(clock);
        let none = run(clock, client.next_indication(before + Millis(500)), || false).unwrap();
        assert_eq!(none, None);
        assert_eq!(clock_now(clock) - before, Millis(500));
    });
}

fn clock_now(clock: &VirtualClock) -> Instant {
    wwan::channel::Clock::now(clock)
}

#[test]
fn an_indication_survives_a_dropped_wait() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        assert!(poll(pin!(client.next_indication(Instant::FAR))).is_pending());
        function.indicates(true);
        let next = run(clock, client.next_indication(Instant::FAR), || false).unwrap().unwrap();
        assert_eq!(next.cid, RadioState::CID);
    });
}

#[test]
fn silence_is_a_timeout_that_names_the_command() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let before = clock_now(clock);
        let error = run(clock, client.query::<DeviceCaps>(&Empty {}), || false).unwrap_err();
        let failed = Error::Failed { command: Some(CommandId::of::<DeviceCaps>()), failure: Failure::Timeout };
        assert_eq!(error, failed);
        assert_eq!(clock_now(clock) - before, Millis(10_000));
    });
}

#[test]
fn a_refusal_carries_status_and_network_cause() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let attach = PacketServiceSet { packet_service_action: PacketServiceAction::ATTACH };
        let mut body = [0; 28];
        body[0] = 15;
        let result =
            run(clock, client.set::<PacketService>(&attach), || function.serve(Status::FAILURE, &Raw(&body)) > 0);
        let error = result.map(drop).unwrap_err();
        let refusal = error.refusal().unwrap();
        assert_eq!((refusal.status, refusal.network), (Status::FAILURE, Some(NwError(15))));
        assert_eq!(refusal.command, CommandId::of::<PacketService>());
        // Without an information buffer there is just the status.
        let result = run(clock, client.set::<PacketService>(&attach), || function.serve(Status(4711), &Empty {}) > 0);
        let error = result.map(drop).unwrap_err();
        assert_eq!((error.refusal().unwrap().status, error.refusal().unwrap().network), (Status(4711), None));
    });
}

#[test]
fn success_without_the_information_buffer_is_a_decode_error_that_says_where() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let result =
            run(clock, client.query::<DeviceCaps>(&Empty {}), || function.serve(Status::SUCCESS, &Raw(&[0; 8])) > 0);
        let Err(Error::Decode { command, error }) = result.map(drop) else { panic!() };
        assert_eq!((command.cid, error.offset), (DeviceCaps::CID, 8));
    });
}

#[test]
fn a_function_that_was_reset_is_lost_and_opens_again() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let error = run(clock, client.query::<DeviceCaps>(&Empty {}), || match function.got() {
            Some((_, id)) => {
                function.says(|b| message::write_function_error(b, id, ProtocolError::NOT_OPENED));
                true
            }
            None => false,
        })
        .map(drop)
        .unwrap_err();
        assert_eq!(error, Error::Lost);
        open(&mut client, &mut function, clock);
        let caps =
            run(clock, client.query::<DeviceCaps>(&Empty {}), || function.serve(Status::SUCCESS, &Raw(&CAPS)) > 0);
        assert!(caps.is_ok());
    });
}

#[test]
fn a_dropped_open_goes_on_where_it_was() {
    with_modem(4096, |mut client, mut function, clock| {
        assert!(poll(pin!(client.open())).is_pending());
        let (Body::Open { .. }, id) = function.got().unwrap() else { panic!() };
        function.says(|b| message::write_open_done(b, id, Status::SUCCESS));
        run(clock, client.open(), || false).unwrap();
        assert!(function.got().is_none(), "no second OPEN");
    });
}

#[test]
fn an_indication_that_is_there_is_read_whatever_the_time() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        clock.set(Instant(1_000));
        function.indicates(true);
        let next = run(clock, client.next_indication(Instant(0)), || false).unwrap();
        assert_eq!(next.map(|indication| indication.cid), Some(RadioState::CID));
        assert_eq!(run(clock, client.next_indication(clock_now(clock)), || false), Ok(None));
        assert_eq!(clock_now(clock), Instant(1_000));
    });
}

#[test]
fn nobody_waits_for_indications_of_a_function_that_is_not_open() {
    with_modem(4096, |mut client, mut function, clock| {
        let not_open = Err(Error::Session(SessionError::NotOpen));
        assert_eq!(run(clock, client.next_indication(Instant::FAR), || false), not_open);
        open(&mut client, &mut function, clock);
        function.indicates(true);
        function.says(|b| message::write_function_error(b, 0, ProtocolError::NOT_OPENED));
        let lost = run(clock, client.query::<DeviceCaps>(&Empty {}), || false).map(drop);
        assert_eq!(lost, Err(Error::Lost));
        // What came before can still be read; then there is nothing to wait for.
        assert!(run(clock, client.next_indication(Instant::FAR), || false).unwrap().is_some());
        assert_eq!(run(clock, client.next_indication(Instant::FAR), || false), not_open);
    });
}

#[test]
fn the_function_is_not_asked_for_transfers_longer_than_the_memory() {
    with_memory(4096, 65536, 512, |mut client, mut function, clock| {
        let mut asked = None;
        run(clock, client.open(), || match function.got() {
            Some((Body::Open { max_control_transfer }, id)) => {
                asked = Some(max_control_transfer);
                function.says(|b| message::write_open_done(b, id, Status::SUCCESS));
                true
            }
            _ => false,
        })
        .unwrap();
        assert_eq!((asked, client.max_control_transfer()), (Some(512), 512));
    });
}

#[test]
fn a_message_too_long_for_the_channel_ends_the_command_and_no_other() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let mut first = None;
        let error = run(clock, client.query::<RadioState>(&Empty {}), || {
            let (Body::Command(_), id) = function.got().unwrap() else { panic!() };
            first = Some(id);
            function.end.send(&[7; 5000]).unwrap();
            true
        });
        assert_eq!(error.map(drop), Err(Error::Channel(PipeError::TooLong { needed: 5000 })));
        // The answer comes all the same, while the next command is under way.
        let id = first.unwrap();
        function
            .says(|b| message::write_command_done(b, id, BASIC_CONNECT, RadioState::CID, Status::SUCCESS, &Empty {}));
        let caps =
            run(clock, client.query::<DeviceCaps>(&Empty {}), || function.serve(Status::SUCCESS, &Raw(&CAPS)) > 0);
        assert_eq!(caps.unwrap().max_sessions(), Ok(0x0101_0101));
        assert_eq!((client.counters().late, client.counters().foreign), (1, 0));
    });
}

#[test]
fn a_carrier_that_takes_nothing_does_not_outlast_the_time_allowed() {
    // Room for one message of the host.
    with_memory(4096, 64, 4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let before = clock_now(clock);
        let caps = |client: &mut Modem<'_, '_>, idle: &mut dyn FnMut() -> bool| {
            run(clock, client.query::<DeviceCaps>(&Empty {}), idle).map(drop)
        };
        let command = Some(CommandId::of::<DeviceCaps>());
        let timeout = Err(Error::Failed { command, failure: Failure::Timeout });
        // The first is sent and not read; the second finds no room.
        assert_eq!(caps(&mut client, &mut || false), timeout);
        assert_eq!(caps(&mut client, &mut || false), timeout);
        assert_eq!(clock_now(clock) - before, Millis(20_000));
        assert!(function.got().is_some());
        assert_eq!(caps(&mut client, &mut || function.serve(Status::SUCCESS, &Raw(&CAPS)) > 0), Ok(()));
        // OPEN and CLOSE are no different.
        assert_eq!(caps(&mut client, &mut || false), timeout);
        let before = clock_now(clock);
        run(clock, client.close(), || false).unwrap();
        assert_eq!(clock_now(clock) - before, Millis(10_000));
        assert!(matches!(run(clock, client.open(), || false), Err(Error::Open(_))));
        assert_eq!(clock_now(clock) - before, Millis(40_000));
    });
}

#[test]
fn what_a_dropped_command_left_unsent_is_no_outcome_of_the_next() {
    // Room for one of the pieces.
    with_memory(64, 72, 64, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        let long = Raw(&[0; 100]);
        let time = Millis::from_secs(10);
        let given_up = client.command(BASIC_CONNECT, RadioState::CID, CommandType::SET, &long, time);
        assert!(poll(pin!(given_up)).is_pending());
        // What is left is not taken in time either; the question is asked all the same.
        let caps = run(clock, client.query::<DeviceCaps>(&Empty {}), || false).map(drop);
        let command = Some(CommandId::of::<DeviceCaps>());
        assert_eq!(caps, Err(Error::Failed { command, failure: Failure::Timeout }));
    });
}

#[test]
fn commands_that_were_given_up_never_lock_the_client_out() {
    with_modem(4096, |mut client, mut function, clock| {
        open(&mut client, &mut function, clock);
        for _ in 0..9 {
            assert!(poll(pin!(client.query::<RadioState>(&Empty {}))).is_pending());
        }
        let caps =
            run(clock, client.query::<DeviceCaps>(&Empty {}), || function.serve(Status::SUCCESS, &Raw(&CAPS)) > 0);
        assert_eq!(caps.unwrap().max_sessions(), Ok(0x0101_0101));
    });
}

/// What a step asks for, if it asks.
fn asks(step: &Step<'_>) -> Option<(u32, CommandType)> {
    match step {
        Step::Ask(question) => Some((question.command.cid, question.kind)),
        _ => None,
    }
}

/// The body of an answer about codes: the PIN is needed.
const LOCKED: [u8; 12] = [2, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0];

#[test]
fn a_procedure_that_was_broken_off_starts_over_and_takes_no_question_for_an_answer() {
    let now = Instant(0);
    let query = |cid| Some((cid, CommandType::QUERY));
    let set = |cid| Some((cid, CommandType::SET));

    // Broken off while the PIN was being entered: nobody knows whether it was right.
    let mut unlock = UseCode::unlock("1234");
    for _ in 0..2 {
        assert_eq!(asks(&unlock.step(now, Outcome::Begin)), query(Pin::CID));
        assert_eq!(asks(&unlock.step(now, Outcome::Answer(&LOCKED))), set(Pin::CID));
    }
    assert!(matches!(unlock.step(now, Outcome::Answer(&LOCKED)), Step::Done));

    // Broken off while a session that was left over was being deactivated.
    let mut connect = procedure::Connect::new(&ConnectRequest::default());
    let mut active = [0; 36];
    active[4] = 1;
    for _ in 0..2 {
        assert_eq!(asks(&connect.step(now, Outcome::Begin)), query(Connect::CID));
        let Step::Ask(question) = connect.step(now, Outcome::Answer(&active)) else { panic!() };
        let mut buffer = [0; 128];
        let mut writer = Writer::new(&mut buffer);
        writer.structure(question.params);
        assert_eq!(writer.finish().unwrap()[4..8], [0; 4], "deactivate");
    }

    // Broken off while the radio was being switched on: it is still off.
    let mut radio = procedure::Radio::on();
    for _ in 0..2 {
        assert_eq!(asks(&radio.step(now, Outcome::Begin)), query(RadioState::CID));
        assert_eq!(asks(&radio.step(now, Outcome::Answer(&[0; 8]))), set(RadioState::CID));
    }

    // Broken off before the modem was told to attach or to register.
    let (mut attach, mut register) = (procedure::Attach::new(now), procedure::Register::new(Selection::Automatic, now));
    for _ in 0..2 {
        assert_eq!(asks(&attach.step(now, Outcome::Begin)), query(PacketService::CID));
        assert_eq!(asks(&attach.step(now, Outcome::Answer(&[0; 28]))), set(PacketService::CID));
        assert_eq!(asks(&register.step(now, Outcome::Begin)), query(RegisterState::CID));
        assert_eq!(asks(&register.step(now, Outcome::Answer(&[0; 48]))), set(RegisterState::CID));
    }
}

/// A byte stream in memory; reading waits for ever when nothing is there.
struct Wire<'w> {
    down: &'w core::cell::RefCell<VecDeque<u8>>,
    up: &'w core::cell::RefCell<Vec<u8>>,
}

impl embedded_io::ErrorType for Wire<'_> {
    type Error = core::convert::Infallible;
}

impl embedded_io_async::Read for Wire<'_> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        core::future::poll_fn(|_| if self.down.borrow().is_empty() { Poll::Pending } else { Poll::Ready(()) }).await;
        let count = buf.len().min(self.down.borrow().len());
        for (to, from) in buf.iter_mut().zip(self.down.borrow_mut().drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

impl embedded_io_async::Write for Wire<'_> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.up.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    async fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }
}

#[test]
fn a_lying_length_swallows_no_more_than_the_command_that_times_out() {
    let (down, up) = (core::cell::RefCell::default(), core::cell::RefCell::default());
    let (mut from, mut to) = ([0; 4096], [0; 4096]);
    let channel = wwan::channel::Framed::new(Wire { down: &down, up: &up }, &mut from, &mut to);
    let clock = VirtualClock::new(Instant(0));
    let (mut slots, mut command, mut answer) = ([Slot::FREE; 2], [0; 512], [0; 512]);
    let (mut transfer, mut indications) = ([0; 1024], [0; 128]);
    let session = SessionMemory { slots: &mut slots, command: &mut command, answer: &mut answer, indication: &mut [] };
    let memory = Memory { transfer: &mut transfer, indications: &mut indications, session };
    let mut client = Client::new(Async { channel, clock: &clock }, Config::default(), memory);
    // The function: answers the last command, if there is one.
    let serve = |lie: Option<u16>| {
        let sent = core::mem::take(&mut *up.borrow_mut());
        if sent.is_empty() {
            return false;
        }
        let transfer = Transfer::parse(&sent).unwrap();
        let mut buffer = [0; 256];
        let id = transfer.transaction_id;
        let message = match transfer.body {
            Body::Command(fragment) => {
                let asked = fragment.command().unwrap();
                let (service, cid) = (asked.service, asked.cid);
                message::write_command_done(&mut buffer, id, service, cid, Status::SUCCESS, &Raw(&CAPS)).unwrap()
            }
            _ => message::write_open_done(&mut buffer, id, Status::SUCCESS).unwrap(),
        };
        if let Some(length) = lie {
            // The header of an indication that never comes.
            let [low, high] = length.to_le_bytes();
            down.borrow_mut().extend([7, 0, 0, 0x80, low, high, 0, 0, 0, 0, 0, 0]);
        }
        down.borrow_mut().extend(&*message);
        true
    };
    run(&clock, client.open(), || serve(None)).unwrap();
    let timeout = |failure| matches!(failure, Err(Error::Failed { failure: Failure::Timeout, .. }));
    // A lie that fits the memory swallows the answer behind it, and one that does not, which is told at once, the next
    // one; until the time is up.
    let query = run(&clock, client.query::<DeviceCaps>(&Empty {}), || serve(Some(4_000))).map(drop);
    assert!(timeout(query));
    for _ in 0..3 {
        let caps = run(&clock, client.query::<DeviceCaps>(&Empty {}), || serve(None));
        assert_eq!(caps.unwrap().max_sessions(), Ok(0x0101_0101));
    }
    let query = run(&clock, client.query::<DeviceCaps>(&Empty {}), || serve(Some(0xffff))).map(drop);
    assert!(matches!(query, Err(Error::Channel(_))));
    assert!(timeout(run(&clock, client.query::<DeviceCaps>(&Empty {}), || serve(None)).map(drop)));
    let caps = run(&clock, client.query::<DeviceCaps>(&Empty {}), || serve(None));
    assert_eq!(caps.unwrap().max_sessions(), Ok(0x0101_0101));
}
