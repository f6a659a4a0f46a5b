//! The host session against hand-made functions, in virtual time: every way in which a modem is known to misbehave.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]
#![cfg(feature = "mbim")]

use mbim_wire::field::{Empty, Raw};
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{self, Body, CommandType, Transfer};
use mbim_wire::service::basic_connect::{BASIC_CONNECT, Connect, DeviceCaps, RadioState};
use mbim_wire::{Command as _, ProtocolError, Status, Uuid};
use wwan::session::mbim::{
    Config, Expired, Failure, Ignored, Incoming, Memory, OpenError, Session, SessionError, Slot, Ticket,
};
use wwan::time::{Instant, Millis};

/// A session with memory of its own, and a clock moved by hand.
struct Host {
    session: Session<'static>,
    now: Instant,
}

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0xa5; len].into_boxed_slice())
}

impl Host {
    fn with(config: Config, slots: usize, assembly: usize) -> Self {
        let memory = Memory {
            slots: Box::leak(vec![Slot::FREE; slots].into_boxed_slice()),
            command: leak(4096),
            answer: leak(assembly),
            indication: leak(assembly),
        };
        Self { session: Session::new(config, memory), now: Instant(1_000_000) }
    }

    fn new() -> Self {
        Self::with(Config::default(), 4, 4096)
    }

    /// Opened at the first try.
    fn open() -> Self {
        let mut host = Self::new();
        host.session.open(host.now);
        let id = host.sent_open();
        assert_eq!(host.gets(&open_done(id, Status::SUCCESS)), "Opened");
        host
    }

    fn config(change: impl FnOnce(&mut Config)) -> Config {
        let mut config = Config::default();
        change(&mut config);
        config
    }

    /// Everything the session wants to send.
    fn sent(&mut self) -> Vec<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(transfer) = self.session.transmit() {
            all.push(transfer.to_vec());
        }
        all
    }

    fn sent_one(&mut self) -> Vec<u8> {
        let all = self.sent();
        assert_eq!(all.len(), 1, "one transfer expected: {all:02x?}");
        all.into_iter().next().unwrap()
    }

    /// The transaction of the OPEN that is sent now, and of nothing else.
    fn sent_open(&mut self) -> u32 {
        let transfer = self.sent_one();
        let transfer = Transfer::parse(&transfer).unwrap();
        assert!(matches!(transfer.body, Body::Open { .. }), "{transfer:?}");
        transfer.transaction_id
    }

    fn sent_close(&mut self) -> u32 {
        let transfer = self.sent_one();
        let transfer = Transfer::parse(&transfer).unwrap();
        assert_eq!(transfer.body, Body::Close);
        transfer.transaction_id
    }

    fn sent_host_error(&mut self) -> (u32, ProtocolError) {
        let transfer = self.sent_one();
        let transfer = Transfer::parse(&transfer).unwrap();
        let Body::HostError(error) = transfer.body else { panic!("{transfer:?}") };
        (transfer.transaction_id, error)
    }

    /// Hands a transfer in; the variant of what it meant, without borrowed parts.
    fn gets(&mut self, transfer: &[u8]) -> &'static str {
        match self.session.receive(self.now, transfer) {
            Incoming::Opened => "Opened",
            Incoming::OpenFailed(_) => "OpenFailed",
            Incoming::Closed => "Closed",
            Incoming::Answer { .. } => "Answer",
            Incoming::Failed { .. } => "Failed",
            Incoming::Indication(_) => "Indication",
            Incoming::Lost => "Lost",
            Incoming::FunctionError(_) => "FunctionError",
            Incoming::Nothing => "Nothing",
            Incoming::Ignored(_) => "Ignored",
            _ => "?",
        }
    }

    /// Moves the clock to the session's next deadline and lets it act, as the run loop does.
    fn next_deadline(&mut self) -> Option<Expired> {
        let at = self.session.poll_at();
        assert!(at > self.now && at < Instant::FAR, "deadline {at:?} at {:?}", self.now);
        self.now = at;
        self.expire()
    }

    fn expire(&mut self) -> Option<Expired> {
        let first = self.session.expire(self.now);
        if first.is_none() {
            assert!(self.session.poll_at() > self.now, "drained, but still due");
        }
        first
    }

    fn query(&mut self, cid: u32) -> Ticket {
        self.start(cid, CommandType::QUERY, &[]).unwrap()
    }

    fn start(&mut self, cid: u32, kind: CommandType, body: &[u8]) -> Result<Ticket, SessionError> {
        self.session.start(self.now, Millis(10_000), BASIC_CONNECT, cid, kind, &Raw(body))
    }
}

fn built(write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], mbim_wire::EncodeError>) -> Vec<u8> {
    write(&mut [0xa5; 8192]).unwrap().to_vec()
}

fn open_done(id: u32, status: Status) -> Vec<u8> {
    built(|buffer| message::write_open_done(buffer, id, status))
}

fn close_done(id: u32) -> Vec<u8> {
    built(|buffer| message::write_close_done(buffer, id, Status::SUCCESS))
}

fn function_error(id: u32, error: ProtocolError) -> Vec<u8> {
    built(|buffer| message::write_function_error(buffer, id, error))
}

fn answer(id: u32, cid: u32, body: &[u8]) -> Vec<u8> {
    built(|buffer| message::write_command_done(buffer, id, BASIC_CONNECT, cid, Status::SUCCESS, &Raw(body)))
}

fn indication(cid: u32, body: &[u8]) -> Vec<u8> {
    built(|buffer| message::write_indicate_status(buffer, BASIC_CONNECT, cid, &Raw(body)))
}

fn split(mut message: Vec<u8>, limit: usize) -> Vec<Vec<u8>> {
    let mut splitter = Splitter::new(&message, limit);
    let mut all = Vec::new();
    while let Some(transfer) = splitter.next(&mut message) {
        all.push(transfer.to_vec());
    }
    all
}

#[test]
fn open_is_what_libmbim_sends_but_for_the_transaction() {
    let mut host = Host::new();
    host.session.open(host.now);
    // Captured from mbimcli: OPEN, transaction 1, 4096 bytes.
    assert_eq!(host.sent_one(), [1, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0x10, 0, 0]);
    assert!(host.sent().is_empty());
}

#[test]
fn open_unanswered_is_repeated_with_a_close_before_it_until_the_end() {
    let mut host = Host::new();
    host.session.open(host.now);
    let start = host.now;
    let mut ids = vec![host.sent_open()];
    loop {
        match host.next_deadline() {
            Some(Expired::OpenFailed(OpenError::Timeout)) => break,
            None => {}
            other => panic!("{other:?}"),
        }
        for transfer in host.sent() {
            ids.push(Transfer::parse(&transfer).unwrap().transaction_id);
        }
    }
    assert_eq!(host.now - start, Millis(30_000));
    // 5 s for each OPEN, 2 s for each CLOSE: OPEN 0, CLOSE 5, OPEN 7, CLOSE 12, OPEN 14, CLOSE 19, OPEN 21, CLOSE 26, OPEN 28.
    assert_eq!(ids, (1..=9).collect::<Vec<_>>());
    assert_eq!(host.session.poll_at(), Instant::FAR);
    assert!(!host.session.is_open());
}

#[test]
fn open_busy_is_asked_again_and_refusals_are_final() {
    let mut host = Host::new();
    host.session.open(host.now);
    let id = host.sent_open();
    assert_eq!(host.gets(&open_done(id, Status::BUSY)), "Nothing");
    assert_eq!(host.next_deadline(), None);
    let id = host.sent_close();
    assert_eq!(host.gets(&close_done(id)), "Nothing");
    let id = host.sent_open();
    let refused = open_done(id, Status::FAILURE);
    let incoming = host.session.receive(host.now, &refused);
    assert_eq!(incoming, Incoming::OpenFailed(OpenError::Status(Status::FAILURE)));
    assert_eq!(host.session.poll_at(), Instant::FAR);
}

#[test]
fn late_open_done_of_an_earlier_try_does_not_open_while_the_newer_open_will_reset_the_function() {
    let mut host = Host::new();
    host.session.open(host.now);
    let first = host.sent_open();
    assert_eq!(host.next_deadline(), None);
    let close = host.sent_close();
    // The slow function answers everything in order, after the second OPEN is out.
    assert_eq!(host.next_deadline(), None);
    let second = host.sent_open();
    assert_eq!(host.gets(&open_done(first, Status::SUCCESS)), "Nothing");
    assert!(!host.session.is_open());
    assert_eq!(host.gets(&close_done(close)), "Nothing");
    assert!(host.sent().is_empty(), "our own CLOSE, answered late, starts nothing anew");
    assert_eq!(host.gets(&open_done(second, Status::SUCCESS)), "Opened");
}

#[test]
fn an_open_done_of_an_earlier_try_counts_when_the_newest_stays_unanswered() {
    let mut host = Host::new();
    host.session.open(host.now);
    let first = host.sent_open();
    host.next_deadline();
    host.sent_close();
    host.next_deadline();
    host.sent_open();
    assert_eq!(host.gets(&open_done(first, Status::SUCCESS)), "Nothing");
    assert_eq!(host.next_deadline(), Some(Expired::Opened));
    assert!(host.session.is_open());
}

#[test]
fn stray_close_done_while_opening_leads_to_close_and_open() {
    let mut host = Host::new();
    host.session.open(host.now);
    host.sent_open();
    assert_eq!(host.gets(&close_done(77)), "Nothing");
    let close = host.sent_close();
    // A closed function may also say that it is not open.
    assert_eq!(host.gets(&function_error(close, ProtocolError::NOT_OPENED)), "Nothing");
    let open = host.sent_open();
    assert_eq!(host.gets(&open_done(open, Status::SUCCESS)), "Opened");
}

#[test]
fn close_before_open_when_asked_for_and_its_silence_does_not_matter() {
    let mut host = Host::with(Host::config(|config| config.close_before_open = true), 1, 0);
    host.session.open(host.now);
    let start = host.now;
    host.sent_close();
    assert_eq!(host.next_deadline(), None);
    assert_eq!(host.now - start, Millis(2_000));
    let open = host.sent_open();
    assert_eq!(host.gets(&open_done(open, Status::SUCCESS)), "Opened");
}

#[test]
fn max_transfer_is_halved_until_the_function_takes_it() {
    let mut host = Host::new();
    host.session.open(host.now);
    for expected in [4096_u32, 2048, 1024, 512] {
        let open = host.sent_one();
        assert_eq!(open[12..16], expected.to_le_bytes());
        let id = u32::from_le_bytes(open[8..12].try_into().unwrap());
        let reply = if expected == 512 {
            open_done(id, Status::SUCCESS)
        } else {
            function_error(id, ProtocolError::MAX_TRANSFER)
        };
        host.gets(&reply);
    }
    assert!(host.session.is_open());
    assert_eq!(host.session.max_control_transfer(), 512);
    // From now on commands are cut at 512.
    host.start(Connect::CID, CommandType::SET, &[7; 1000]).unwrap();
    let sent = host.sent();
    assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), [512, 512, 1048 - 20 - 2 * 492 + 20]);
    // Below 64 bytes there is nothing left to offer.
    let mut host = Host::with(Host::config(|config| config.max_control_transfer = 64), 1, 0);
    host.session.open(host.now);
    let id = host.sent_open();
    assert_eq!(host.gets(&function_error(id, ProtocolError::MAX_TRANSFER)), "OpenFailed");
}

#[test]
fn commands_are_matched_by_transaction_service_and_command() {
    let mut host = Host::open();
    let caps = host.query(DeviceCaps::CID);
    host.sent_one();
    let radio = host.query(RadioState::CID);
    host.sent_one();
    // Out of order.
    let reply = answer(radio.transaction_id(), RadioState::CID, &[1, 0, 0, 0, 1, 0, 0, 0]);
    let Incoming::Answer { ticket, answer: done } = host.session.receive(host.now, &reply) else { panic!() };
    assert_eq!((ticket, done.body.len(), done.cid), (radio, 8, RadioState::CID));
    // The same once more, an unknown transaction, and the right transaction with a foreign command: none of them counts.
    assert_eq!(host.gets(&reply), "Ignored");
    assert_eq!(host.gets(&answer(999, DeviceCaps::CID, &[])), "Ignored");
    assert_eq!(host.gets(&answer(caps.transaction_id(), Connect::CID, &[])), "Ignored");
    let foreign =
        built(|b| message::write_command_done(b, caps.transaction_id(), Uuid([9; 16]), 1, Status::SUCCESS, &Empty {}));
    assert_eq!(host.gets(&foreign), "Ignored");
    assert_eq!(host.session.counters().foreign, 4);
    assert_eq!(host.gets(&answer(caps.transaction_id(), DeviceCaps::CID, &[1; 64])), "Answer");
}

#[test]
fn status_and_body_come_through_whatever_they_are() {
    let mut host = Host::open();
    let ticket = host.query(Connect::CID);
    host.sent();
    let id = ticket.transaction_id();
    let reply =
        built(|b| message::write_command_done(b, id, BASIC_CONNECT, Connect::CID, Status(0x8765_4321), &Raw(&[5; 36])));
    let Incoming::Answer { answer, .. } = host.session.receive(host.now, &reply) else { panic!() };
    assert_eq!((answer.status, answer.body), (Status(0x8765_4321), &[5; 36][..]));
}

#[test]
fn indications_between_command_and_answer_and_between_fragments_of_an_answer() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    let body: Vec<u8> = (0..200).collect();
    let pieces = split(answer(ticket.transaction_id(), DeviceCaps::CID, &body), 64);
    let noise = split(indication(RadioState::CID, &[3; 100]), 64);
    assert!(pieces.len() > 4 && noise.len() == 3);
    assert_eq!(host.gets(&indication(RadioState::CID, &[1; 8])), "Indication");
    // Fragmented indication interleaved with the fragmented answer, and a short one in between.
    assert_eq!(host.gets(&pieces[0]), "Nothing");
    assert_eq!(host.gets(&noise[0]), "Nothing");
    assert_eq!(host.gets(&pieces[1]), "Nothing");
    assert_eq!(host.gets(&indication(RadioState::CID, &[1; 8])), "Indication");
    assert_eq!(host.gets(&noise[1]), "Nothing");
    let Incoming::Indication(whole) = host.session.receive(host.now, &noise[2]) else { panic!() };
    assert_eq!(whole.body, [3; 100]);
    for piece in &pieces[2..pieces.len() - 1] {
        assert_eq!(host.gets(piece), "Nothing");
    }
    let Incoming::Answer { answer, .. } = host.session.receive(host.now, pieces.last().unwrap()) else { panic!() };
    assert_eq!(answer.body, body);
    assert!(host.sent().is_empty());
}

#[test]
fn fragments_out_of_order_end_the_command_and_the_function_is_told() {
    for order in [&[1_usize][..], &[0, 2], &[0, 0], &[0, 1, 1]] {
        let mut host = Host::open();
        let ticket = host.query(DeviceCaps::CID);
        host.sent();
        let pieces = split(answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 200]), 64);
        let (last, first) = order.split_last().unwrap();
        for piece in first {
            assert_eq!(host.gets(&pieces[*piece]), "Nothing", "{order:?}");
        }
        let incoming = host.session.receive(host.now, &pieces[*last]);
        assert_eq!(incoming, Incoming::Failed { ticket, failure: Failure::Fragments }, "{order:?}");
        assert_eq!(host.sent_host_error(), (ticket.transaction_id(), ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
        // What is left of the answer has no transaction any more.
        assert_eq!(host.gets(&pieces[2]), "Ignored");
        assert!(host.sent().is_empty());
        // And the next command works.
        let ticket = host.query(RadioState::CID);
        host.sent();
        assert_eq!(host.gets(&answer(ticket.transaction_id(), RadioState::CID, &[0; 8])), "Answer");
    }
}

#[test]
fn a_changed_total_is_an_error() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    let mut pieces = split(answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 200]), 64);
    assert_eq!(host.gets(&pieces[0]), "Nothing");
    pieces[1][12] = 99;
    assert_eq!(host.gets(&pieces[1]), "Failed");
}

#[test]
fn a_fragment_that_does_not_come_ends_the_command_after_1250_ms() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    let pieces = split(answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 200]), 64);
    assert_eq!(host.gets(&pieces[0]), "Nothing");
    host.now = host.now + Millis(1200);
    assert_eq!(host.expire(), None);
    assert_eq!(host.gets(&pieces[1]), "Nothing");
    let before = host.now;
    assert_eq!(host.next_deadline(), Some(Expired::Failed { ticket, failure: Failure::Fragments }));
    assert_eq!(host.now - before, Millis(1250));
    assert_eq!(host.sent_host_error(), (ticket.transaction_id(), ProtocolError::TIMEOUT_FRAGMENT));
    assert_eq!(host.session.counters().fragment_timeouts, 1);
    // Indications have a limit of their own.
    let pieces = split(indication(RadioState::CID, &[1; 200]), 64);
    assert_eq!(host.gets(&pieces[0]), "Nothing");
    assert_eq!(host.next_deadline(), None);
    assert_eq!(host.sent_host_error(), (0, ProtocolError::TIMEOUT_FRAGMENT));
    assert_eq!(host.gets(&pieces[1]), "Ignored");
}

#[test]
fn a_new_fragmented_answer_puts_an_end_to_the_unfinished_one() {
    let mut host = Host::open();
    let first = host.query(DeviceCaps::CID);
    host.sent();
    let second = host.query(RadioState::CID);
    host.sent();
    let stale = split(answer(first.transaction_id(), DeviceCaps::CID, &[1; 200]), 64);
    let fresh = split(answer(second.transaction_id(), RadioState::CID, &[2; 100]), 64);
    assert_eq!(host.gets(&stale[0]), "Nothing");
    assert_eq!(host.gets(&fresh[0]), "Nothing");
    assert_eq!(host.sent_host_error(), (first.transaction_id(), ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
    assert_eq!(host.gets(&fresh[1]), "Nothing");
    assert_eq!(host.gets(&fresh[2]), "Answer");
}

#[test]
fn an_answer_longer_than_the_memory_fails_with_the_size_and_cancels() {
    let mut host = Host::with(Config::default(), 2, 100);
    host.session.assume_open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    let pieces = split(answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 200]), 64);
    assert_eq!(host.gets(&pieces[0]), "Nothing");
    assert_eq!(host.gets(&pieces[1]), "Nothing");
    let incoming = host.session.receive(host.now, &pieces[2]);
    assert_eq!(incoming, Incoming::Failed { ticket, failure: Failure::TooLong(132) });
    assert_eq!(host.sent_host_error(), (ticket.transaction_id(), ProtocolError::CANCEL));
    assert_eq!(host.session.counters().too_long, 1);
}

#[test]
fn an_answer_that_states_more_than_it_has_fails_at_once() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    let mut reply = answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 64]);
    reply[44] = 65;
    assert_eq!(host.gets(&reply), "Failed");
    assert_eq!(host.sent_host_error(), (ticket.transaction_id(), ProtocolError::LENGTH_MISMATCH));
}

#[test]
fn garbage_is_counted_and_hurts_nothing() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    let huge = [3, 0, 0, 0x80, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
    // From the function: requests, an unknown type, a length below the header, empty, and cut short.
    let open = built(|b| message::write_open(b, 1, 4096));
    let cut = &answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 64])[..50];
    for bad in [&b"\r\nOK\r\n"[..], &[], &huge, &open, &[5, 0, 0, 0x80, 12, 0, 0, 0, 0, 0, 0, 0], cut] {
        assert_eq!(host.gets(bad), "Ignored", "{bad:02x?}");
    }
    assert_eq!(host.session.counters().malformed, 6);
    assert_eq!(host.gets(&answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 64])), "Answer");
}

#[test]
fn timeouts_end_commands_in_order_and_late_answers_go_nowhere() {
    let mut host = Host::open();
    let first = host.query(DeviceCaps::CID);
    host.sent();
    host.now = host.now + Millis(100);
    let second = host.query(RadioState::CID);
    host.sent();
    assert_eq!(host.next_deadline(), Some(Expired::Failed { ticket: first, failure: Failure::Timeout }));
    assert_eq!(host.next_deadline(), Some(Expired::Failed { ticket: second, failure: Failure::Timeout }));
    assert_eq!(host.expire(), None);
    assert_eq!((host.session.counters().timeouts, host.session.counters().consecutive_timeouts), (2, 2));
    assert_eq!(host.gets(&answer(first.transaction_id(), DeviceCaps::CID, &[1; 64])), "Ignored");
    assert_eq!(host.session.counters().consecutive_timeouts, 0);
}

#[test]
fn an_abandoned_command_swallows_its_late_answer_and_its_id_stays_busy() {
    let mut host = Host::with(Host::config(|config| config.first_transaction = u32::MAX), 2, 0);
    host.session.assume_open();
    let ticket = host.query(DeviceCaps::CID);
    assert_eq!(ticket.transaction_id(), u32::MAX);
    host.sent();
    host.session.abandon(ticket);
    let next = host.query(DeviceCaps::CID);
    host.sent();
    assert_eq!(next.transaction_id(), 1, "0 is skipped");
    let late = answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 64]);
    let Incoming::Ignored(Ignored::Late) = host.session.receive(host.now, &late) else { panic!() };
    assert_eq!(host.session.counters().late, 1);
    assert_eq!(host.gets(&answer(1, DeviceCaps::CID, &[1; 64])), "Answer");
    // Both slots are free again; an abandoned one that is never answered is freed by its deadline, silently.
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    host.session.abandon(ticket);
    assert_eq!(host.next_deadline(), None);
    assert_eq!(host.session.counters().timeouts, 0);
    for _ in 0..2 {
        host.query(DeviceCaps::CID);
        host.sent();
    }
    assert_eq!(host.start(RadioState::CID, CommandType::QUERY, &[]), Err(SessionError::NoSlot));
}

#[test]
fn what_was_not_sent_when_it_was_abandoned_never_is() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.session.abandon(ticket);
    assert!(host.sent().is_empty());
    // Half sent: the rest goes out, so that the function is not left with half a message.
    let ticket = host.start(Connect::CID, CommandType::SET, &[7; 3000]).unwrap();
    host.sent();
    host.session.abandon(ticket);
    let mut host = Host::with(Host::config(|config| config.max_control_transfer = 64), 2, 0);
    host.session.assume_open();
    let ticket = host.start(Connect::CID, CommandType::SET, &[7; 100]).unwrap();
    assert!(host.session.transmit().is_some());
    host.session.abandon(ticket);
    assert_eq!(host.start(RadioState::CID, CommandType::QUERY, &[]), Err(SessionError::Busy));
    assert_eq!(host.sent().len(), 2);
    assert!(host.start(RadioState::CID, CommandType::QUERY, &[]).is_ok());
}

#[test]
fn function_errors_end_their_command_and_others_are_reported() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    let error = function_error(ticket.transaction_id(), ProtocolError::DUPLICATED_TID);
    let incoming = host.session.receive(host.now, &error);
    assert_eq!(incoming, Incoming::Failed { ticket, failure: Failure::Function(ProtocolError::DUPLICATED_TID) });
    let error = function_error(0, ProtocolError::UNKNOWN);
    assert_eq!(host.session.receive(host.now, &error), Incoming::FunctionError(ProtocolError::UNKNOWN));
    assert_eq!(host.session.counters().function_errors, 2);
}

#[test]
fn a_function_that_was_reset_is_lost_and_can_be_opened_again() {
    let mut host = Host::open();
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    assert_eq!(host.gets(&function_error(ticket.transaction_id(), ProtocolError::NOT_OPENED)), "Lost");
    assert_eq!(host.session.poll_at(), Instant::FAR);
    assert_eq!(host.start(DeviceCaps::CID, CommandType::QUERY, &[]), Err(SessionError::NotOpen));
    assert_eq!(host.gets(&indication(RadioState::CID, &[1; 8])), "Ignored");
    host.session.open(host.now);
    let id = host.sent_open();
    assert!(id > ticket.transaction_id());
    assert_eq!(host.gets(&open_done(id, Status::SUCCESS)), "Opened");
}

#[test]
fn close_ends_everything_and_silence_counts_as_closed() {
    let mut host = Host::open();
    host.query(DeviceCaps::CID);
    host.sent();
    host.session.close(host.now);
    let id = host.sent_close();
    assert_eq!(host.gets(&indication(RadioState::CID, &[1; 8])), "Ignored");
    assert_eq!(host.gets(&close_done(id)), "Closed");
    let mut host = Host::open();
    host.session.close(host.now);
    host.sent_close();
    let start = host.now;
    assert_eq!(host.next_deadline(), Some(Expired::Closed));
    assert_eq!(host.now - start, Millis(10_000));
}

#[test]
fn complaints_that_find_no_room_are_counted() {
    let mut host = Host::open();
    for n in 0..6_u8 {
        let pieces = split(indication(RadioState::CID, &[n; 200]), 64);
        assert_eq!(host.gets(&pieces[0]), "Nothing");
        assert_eq!(host.gets(&pieces[2]), "Ignored");
    }
    assert_eq!(host.sent().len(), 4);
    assert_eq!(host.session.counters().host_errors_lost, 2);
}

#[test]
fn a_command_too_long_for_its_memory_is_refused_with_the_size() {
    let mut host = Host::open();
    let refused = host.start(Connect::CID, CommandType::SET, &[0; 4096]);
    assert_eq!(refused, Err(SessionError::Encode(mbim_wire::EncodeError::BufferTooSmall { needed: 4096 + 48 })));
    assert!(host.sent().is_empty());
    assert_eq!(host.session.poll_at(), Instant::FAR, "no slot was taken");
}

#[test]
fn an_earlier_open_answered_in_the_last_try_opens_at_the_end_and_no_deadline_is_left_behind() {
    let mut host = Host::new();
    host.session.open(host.now);
    let end = host.now + Millis(30_000);
    let first = host.sent_open();
    // Up to the last OPEN, whose try would outlast the time for opening.
    let mut last = first;
    while last != 9 {
        assert_eq!(host.next_deadline(), None);
        last = Transfer::parse(&host.sent_one()).unwrap().transaction_id;
    }
    host.now = host.now + Millis(1_000);
    assert_eq!(host.gets(&open_done(first, Status::SUCCESS)), "Nothing");
    assert_eq!(host.next_deadline(), Some(Expired::Opened));
    assert_eq!(host.now, end);
    assert!(host.session.is_open());
}

#[test]
fn open_starts_anew_when_the_time_of_the_last_one_ran_out_unseen() {
    let mut host = Host::new();
    host.session.open(host.now);
    host.sent_open();
    host.now = host.now + Millis(60_000);
    host.session.open(host.now);
    let id = host.sent_open();
    assert_eq!(host.expire(), None);
    assert_eq!(host.gets(&open_done(id, Status::SUCCESS)), "Opened");
}

#[test]
fn open_refused_for_its_transaction_id_is_repeated_with_another() {
    // The process before us left a command under way whose number is ours.
    let mut host = Host::new();
    host.session.open(host.now);
    let id = host.sent_open();
    assert_eq!(host.gets(&function_error(id, ProtocolError::DUPLICATED_TID)), "Nothing");
    assert_eq!(host.next_deadline(), None);
    let close = host.sent_close();
    assert_eq!(host.gets(&close_done(close)), "Nothing");
    let again = host.sent_open();
    assert!(again > id);
    assert_eq!(host.gets(&open_done(again, Status::SUCCESS)), "Opened");
}

#[test]
fn the_late_answer_to_a_close_does_not_disturb_the_open_after_it() {
    let mut host = Host::open();
    host.session.close(host.now);
    let close = host.sent_close();
    host.session.open(host.now);
    let open = host.sent_open();
    assert_eq!(host.gets(&close_done(close)), "Nothing");
    assert!(host.sent().is_empty(), "nothing starts anew");
    assert_eq!(host.gets(&open_done(open, Status::SUCCESS)), "Opened");
}

#[test]
fn an_indication_that_begins_anew_is_not_lost_for_the_one_that_stopped() {
    let mut host = Host::open();
    let stale = split(indication(RadioState::CID, &[1; 200]), 64);
    let fresh = split(indication(RadioState::CID, &[2; 100]), 64);
    assert_eq!(host.gets(&stale[0]), "Nothing");
    assert_eq!(host.gets(&stale[1]), "Nothing");
    // All indications have transaction 0: only the number of the fragment tells.
    assert_eq!(host.gets(&fresh[0]), "Nothing");
    assert_eq!(host.sent_host_error(), (0, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
    assert_eq!(host.gets(&fresh[1]), "Nothing");
    let Incoming::Indication(whole) = host.session.receive(host.now, &fresh[2]) else { panic!() };
    assert_eq!(whole.body, [2; 100]);
    assert_eq!(host.session.counters().fragments, 1);
}

#[test]
fn a_refused_indication_is_complained_of_once_and_not_for_each_of_its_fragments() {
    // Too long for the memory, which may be none at all.
    let mut host = Host::with(Config::default(), 2, 0);
    host.session.assume_open();
    let pieces = split(indication(RadioState::CID, &[1; 400]), 64);
    assert!(pieces.len() > 9);
    for piece in &pieces {
        assert_eq!(host.gets(piece), "Ignored");
    }
    assert_eq!(host.sent_host_error(), (0, ProtocolError::CANCEL));
    assert_eq!(host.session.counters().too_long, 1);
    // A gap: the rest of the message is of no use either, but what comes twice is a new fault.
    let mut host = Host::open();
    assert_eq!(host.gets(&pieces[0]), "Nothing");
    for piece in &pieces[2..] {
        assert_eq!(host.gets(piece), "Ignored");
    }
    assert_eq!(host.sent_host_error(), (0, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
    assert_eq!(host.gets(&pieces[3]), "Ignored");
    assert_eq!(host.sent_host_error(), (0, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE));
}

#[test]
fn a_command_whose_answer_was_cut_off_by_another_ends_at_once() {
    let mut host = Host::open();
    let first = host.query(DeviceCaps::CID);
    host.sent();
    let second = host.query(RadioState::CID);
    host.sent();
    let stale = split(answer(first.transaction_id(), DeviceCaps::CID, &[1; 200]), 64);
    let fresh = split(answer(second.transaction_id(), RadioState::CID, &[2; 100]), 64);
    assert_eq!(host.gets(&stale[0]), "Nothing");
    assert_eq!(host.gets(&fresh[0]), "Nothing");
    // The function was told that the first is of no use: nothing more will come for it.
    assert_eq!(host.session.poll_at(), host.now);
    let ended = Expired::Failed { ticket: first, failure: Failure::Fragments };
    assert_eq!(host.session.expire(host.now), Some(ended));
    assert_eq!(host.expire(), None);
    assert_eq!(host.session.counters().timeouts, 0);
    assert_eq!(host.gets(&fresh[1]), "Nothing");
    assert_eq!(host.gets(&fresh[2]), "Answer");
}

#[test]
fn a_transaction_that_ended_is_not_complained_of_later() {
    for last in ["function error", "whole answer"] {
        let mut host = Host::open();
        let ticket = host.query(DeviceCaps::CID);
        host.sent();
        let id = ticket.transaction_id();
        let pieces = split(answer(id, DeviceCaps::CID, &[1; 200]), 64);
        assert_eq!(host.gets(&pieces[0]), "Nothing");
        if last == "function error" {
            assert_eq!(host.gets(&function_error(id, ProtocolError::UNKNOWN)), "Failed");
        } else {
            assert_eq!(host.gets(&answer(id, DeviceCaps::CID, &[1; 64])), "Answer");
        }
        assert_eq!(host.session.poll_at(), Instant::FAR, "{last}");
        assert!(host.sent().is_empty());
    }
}

#[test]
fn commands_that_were_given_up_make_room_for_new_ones() {
    let mut host = Host::with(Config::default(), 1, 0);
    host.session.assume_open();
    let mut given_up = Vec::new();
    for _ in 0..3 {
        let ticket = host.query(DeviceCaps::CID);
        host.sent();
        host.session.abandon(ticket);
        given_up.push(ticket);
    }
    let ticket = host.query(DeviceCaps::CID);
    host.sent();
    // Their answers still go nowhere.
    for late in given_up {
        let late = answer(late.transaction_id(), DeviceCaps::CID, &[1; 64]);
        assert_eq!(host.gets(&late), "Ignored");
    }
    assert_eq!(
        host.start(RadioState::CID, CommandType::QUERY, &[]),
        Err(SessionError::NoSlot),
        "a command that is awaited keeps its slot"
    );
    assert_eq!(host.gets(&answer(ticket.transaction_id(), DeviceCaps::CID, &[1; 64])), "Answer");
}
