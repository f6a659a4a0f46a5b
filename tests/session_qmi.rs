//! The QMI host session against hand-made modems, in virtual time: every way in which a modem is known to misbehave.
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
#![cfg(feature = "qmi")]

use qmi_wire::frame::{BROADCAST, Frame, Framing, Head, Kind, MessageWriter};
use qmi_wire::message::{write_indication, write_response, write_verdict};
use qmi_wire::service::{Service, ctl, dms, nas, wds};
use qmi_wire::{Exchange, Message as _, ProtocolError, Verdict};
use wwan::session::qmi::{
    ClientSlot, Config, Empty, Expired, Failure, Fill, Ignored, Incoming, Memory, MessageId, OpenError, Owned, Session,
    SessionError, Slot, Ticket,
};
use wwan::time::{Instant, Millis};

struct Host {
    session: Session<'static>,
    now: Instant,
}

/// A frame as the modem sees it: service, client, transaction, number, TLVs.
#[derive(Debug, PartialEq)]
struct Sent {
    service: Service,
    client: u8,
    transaction: u16,
    id: u16,
    tlvs: Vec<u8>,
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

impl Host {
    fn with(config: Config, slots: usize, clients: usize) -> Self {
        let memory = Memory {
            slots: Box::leak(vec![Slot::FREE; slots].into_boxed_slice()),
            clients: Box::leak(vec![ClientSlot::FREE; clients].into_boxed_slice()),
            request: Box::leak(vec![0xa5; 256].into_boxed_slice()),
        };
        Self { session: Session::new(config, memory), now: Instant(1_000_000) }
    }

    fn open() -> Self {
        Self::opened(Config::default())
    }

    fn opened(config: Config) -> Self {
        let mut host = Self::with(config, 4, 4);
        host.session.open(host.now);
        let asked = host.sent_one();
        assert_eq!(asked.id, ctl::get_version_info::Message::ID);
        assert_eq!(host.gets(&versions(asked.transaction, &[0, 1, 2, 3])), "Opened");
        host
    }

    /// Opened, with client 7 of the service.
    fn with_client(service: Service) -> Self {
        let mut host = Self::open();
        host.session.adopt(Owned { service, instance: 0, client: 7, keep: false, handle: 0 }).unwrap();
        host
    }

    fn sent(&mut self) -> Vec<Sent> {
        let mut all = Vec::new();
        while let Some(bytes) = self.session.transmit() {
            let frame = Frame::parse(bytes).unwrap();
            assert_eq!(frame.message.kind(), Kind::Request);
            all.push(Sent {
                service: frame.message.service(),
                client: frame.framing.client().unwrap(),
                transaction: frame.message.transaction,
                id: frame.message.id(),
                tlvs: frame.message.tlvs.bytes().to_vec(),
            });
        }
        all
    }

    fn sent_one(&mut self) -> Sent {
        let mut all = self.sent();
        assert_eq!(all.len(), 1, "one frame expected: {all:02x?}");
        all.remove(0)
    }

    fn gets(&mut self, frame: &[u8]) -> &'static str {
        match self.session.receive(self.now, frame) {
            Incoming::Opened => "Opened",
            Incoming::OpenFailed(_) => "OpenFailed",
            Incoming::Closed => "Closed",
            Incoming::Answer { .. } => "Answer",
            Incoming::Failed { .. } => "Failed",
            Incoming::Indication(_) => "Indication",
            Incoming::Lost => "Lost",
            Incoming::Revoked { .. } => "Revoked",
            Incoming::Nothing => "Nothing",
            Incoming::Ignored(Ignored::Late) => "Late",
            Incoming::Ignored(Ignored::Foreign) => "Foreign",
            Incoming::Ignored(Ignored::Unexpected) => "Unexpected",
            Incoming::Ignored(_) => "Ignored",
            _ => "?",
        }
    }

    fn next_deadline(&mut self) -> Option<Expired> {
        let at = self.session.poll_at();
        assert!(at > self.now && at < Instant::FAR, "deadline {at:?} at {:?}", self.now);
        self.now = at;
        let first = self.session.expire(self.now);
        if first.is_none() {
            assert!(self.session.poll_at() > self.now, "drained, but still due");
        }
        first
    }

    fn start<M: Exchange>(&mut self) -> Ticket {
        self.session.start(self.now, Millis(10_000), MessageId::of::<M>(), 0, &Empty).unwrap()
    }
}

fn built(write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], qmi_wire::EncodeError>) -> Vec<u8> {
    write(&mut [0xa5; 1024]).unwrap().to_vec()
}

fn versions(transaction: u16, services: &[u16]) -> Vec<u8> {
    let list: Vec<_> = services
        .iter()
        .map(|n| ctl::ServiceInfo { service: Service(*n).into(), major_version: 1, minor_version: 5 })
        .collect();
    built(|b| {
        write_response::<ctl::get_version_info::Message>(b, Framing::modem(0), transaction, Verdict::SUCCESS, |r| {
            r.service_list(list.as_slice().into());
        })
    })
}

fn verdict<M: Exchange>(client: u8, transaction: u16, verdict: Verdict) -> Vec<u8> {
    let framing = Framing::modem(client);
    let head = Head { framing, service: M::SERVICE, kind: Kind::Response, transaction, id: M::ID };
    built(|b| write_verdict(b, &head, verdict))
}

fn ok<M: Exchange>(client: u8, transaction: u16) -> Vec<u8> {
    verdict::<M>(client, transaction, Verdict::SUCCESS)
}

fn refused<M: Exchange>(client: u8, transaction: u16, error: ProtocolError) -> Vec<u8> {
    verdict::<M>(client, transaction, Verdict::failure(error))
}

fn allocated(transaction: u16, service: Service, cid: u8) -> Vec<u8> {
    built(|b| {
        write_response::<ctl::allocate_cid::Message>(b, Framing::modem(0), transaction, Verdict::SUCCESS, |r| {
            r.allocation_info(ctl::AllocationInfo { service: service.into(), cid });
        })
    })
}

fn started(client: u8, transaction: u16, handle: u32) -> Vec<u8> {
    built(|b| {
        write_response::<wds::start_network::Message>(b, Framing::modem(client), transaction, Verdict::SUCCESS, |r| {
            r.packet_data_handle(handle);
        })
    })
}

fn sync_indication() -> Vec<u8> {
    built(|b| write_indication::<ctl::sync_indication::Message>(b, Framing::modem(0), 1, |_| {}))
}

#[test]
fn frames_are_those_of_the_fact_sheet() {
    // Sync, transaction 1; Allocate of WDS, transaction 2, answered with client 1; Start Network.
    let mut host = Host::with(config(|c| c.sync = true), 4, 4);
    host.session.open(host.now);
    let version = host.sent_one();
    assert_eq!(host.gets(&versions(version.transaction, &[0, 1])), "Nothing");
    let sync = host.session.transmit().unwrap().to_vec();
    assert_eq!(sync, [1, 0x0b, 0, 0, 0, 0, 0, 2, 0x27, 0, 0, 0]);
    let done = [1, 0x12, 0, 0x80, 0, 0, 1, 2, 0x27, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0];
    assert_eq!(host.gets(&done), "Opened");

    let start = Fill::<wds::start_network::Message, _>::new(|start| {
        start.apn("internet".into()).ip_family_preference(wds::IpFamily::IPV4.into());
    });
    let id = MessageId::of::<wds::start_network::Message>();
    host.session.start(host.now, Millis(1000), id, 0, &start).unwrap();
    let allocate = host.session.transmit().unwrap().to_vec();
    assert_eq!(allocate, [1, 0x0f, 0, 0, 0, 0, 0, 3, 0x22, 0, 4, 0, 1, 1, 0, 1]);
    assert!(host.session.transmit().is_none(), "the request waits for its client");
    let answer = [1, 0x17, 0, 0x80, 0, 0, 1, 3, 0x22, 0, 0x0c, 0, 2, 4, 0, 0, 0, 0, 0, 1, 2, 0, 1, 1];
    assert_eq!(host.gets(&answer), "Nothing");
    assert_eq!(host.session.client(Service::WDS, 0), Some(1));
    let start = host.session.transmit().unwrap().to_vec();
    let expected = [
        1, 0x1b, 0, 0, 1, 1, 0, 1, 0, 0x20, 0, 0x0f, 0, 0x14, 8, 0, 0x69, 0x6e, 0x74, 0x65, 0x72, 0x6e, 0x65, 0x74,
        0x19, 1, 0, 4,
    ];
    assert_eq!(start, expected);
    let answer =
        [1, 0x1a, 0, 0x80, 1, 1, 2, 1, 0, 0x20, 0, 0x0e, 0, 2, 4, 0, 0, 0, 0, 0, 1, 4, 0, 0x78, 0x56, 0x34, 0x12];
    assert_eq!(host.gets(&answer), "Answer");
    assert_eq!(host.session.owned(Service::WDS, 0).unwrap().handle, 0x1234_5678);
    // Connected changes nothing; disconnected ends the session.
    let told = [1, 0x15, 0, 0x80, 1, 1, 4, 5, 0, 0x22, 0, 9, 0, 1, 2, 0, 2, 0, 0x12, 1, 0, 4];
    assert_eq!(host.gets(&told), "Indication");
    assert_eq!(host.session.owned(Service::WDS, 0).unwrap().handle, 0x1234_5678);
    let told = [1, 0x15, 0, 0x80, 1, 1, 4, 6, 0, 0x22, 0, 9, 0, 1, 2, 0, 1, 0, 0x12, 1, 0, 4];
    assert_eq!(host.gets(&told), "Indication");
    assert_eq!(host.session.owned(Service::WDS, 0).unwrap().handle, 0);
}

#[test]
fn opening_asks_every_second_until_the_modem_answers_or_time_is_up() {
    let mut host = Host::with(Config::default(), 2, 2);
    host.session.open(host.now);
    let start = host.now;
    let mut tries = host.sent().len();
    loop {
        match host.next_deadline() {
            Some(Expired::OpenFailed(OpenError::Timeout)) => break,
            None => tries += host.sent().len(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((host.now - start, tries), (Millis(45_000), 45));
    assert_eq!(host.session.poll_at(), Instant::FAR);
    assert!(host.session.is_closed());

    // The answer to an earlier try will do.
    host.session.open(host.now);
    let first = host.sent_one();
    assert_eq!(host.next_deadline(), None);
    host.sent_one();
    assert_eq!(host.gets(&versions(first.transaction, &[0])), "Opened");
    assert_eq!(host.session.poll_at(), Instant::FAR);
}

#[test]
fn only_the_newest_sync_counts_and_it_releases_everything() {
    let mut host = Host::with(config(|c| c.sync = true), 2, 2);
    host.session.adopt(Owned { service: Service::DMS, instance: 0, client: 3, keep: false, handle: 0 }).unwrap();
    host.session.open(host.now);
    let version = host.sent_one();
    host.gets(&versions(version.transaction, &[0]));
    let first = host.sent_one();
    assert_eq!(host.next_deadline(), None);
    let second = host.sent_one();
    assert_eq!(host.gets(&ok::<ctl::sync::Message>(0, first.transaction)), "Ignored");
    assert_eq!(host.session.clients().count(), 1);
    assert_eq!(host.gets(&ok::<ctl::sync::Message>(0, second.transaction)), "Opened");
    assert_eq!(host.session.clients().count(), 0);

    let refusal = refused::<ctl::sync::Message>(0, 0, ProtocolError::NOT_SUPPORTED);
    host.session.open(host.now);
    let version = host.sent_one();
    host.gets(&versions(version.transaction, &[0]));
    let sync = host.sent_one();
    let mut refusal = refusal;
    refusal[7] = u8::try_from(sync.transaction).unwrap();
    assert_eq!(
        host.session.receive(host.now, &refusal),
        Incoming::OpenFailed(OpenError::Refused(ProtocolError::NOT_SUPPORTED))
    );
}

#[test]
fn a_refused_version_list_leaves_all_services_possible() {
    let mut host = Host::with(Config::default(), 2, 2);
    host.session.open(host.now);
    let version = host.sent_one();
    let refusal = refused::<ctl::get_version_info::Message>(0, version.transaction, ProtocolError::INTERNAL);
    assert_eq!(host.gets(&refusal), "Opened");
    assert!(host.session.has_service(Service::GMS));
    let host = Host::open();
    assert!(host.session.has_service(Service::DMS) && !host.session.has_service(Service::GMS));
    assert!(host.session.has_service(Service::SSC), "wide numbers are not in the list");
}

#[test]
fn answers_are_matched_by_service_client_transaction_and_number() {
    let mut host = Host::with_client(Service::DMS);
    let ticket = host.start::<dms::get_model::Message>();
    let asked = host.sent_one();
    assert_eq!((asked.service, asked.client, asked.id), (Service::DMS, 7, dms::get_model::Message::ID));
    let t = asked.transaction;
    assert_eq!(host.gets(&ok::<dms::get_model::Message>(8, t)), "Foreign");
    assert_eq!(host.gets(&ok::<dms::get_model::Message>(7, t + 1)), "Foreign");
    assert_eq!(host.gets(&ok::<nas::get_signal_info::Message>(7, t)), "Foreign");
    assert_eq!(host.gets(&ok::<dms::get_ids::Message>(7, t)), "Unexpected");
    let answer = ok::<dms::get_model::Message>(7, t);
    match host.session.receive(host.now, &answer) {
        Incoming::Answer { ticket: answered, answer } => {
            assert_eq!((answered, answer.verdict), (ticket, Verdict::SUCCESS));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(host.gets(&answer), "Foreign", "twice");
    let counters = *host.session.counters();
    assert_eq!((counters.foreign, counters.unexpected, counters.late), (4, 1, 0));
}

#[test]
fn late_answers_are_counted_and_never_taken_for_another() {
    let mut host = Host::with_client(Service::DMS);
    let ticket = host.start::<dms::get_model::Message>();
    let first = host.sent_one();
    host.session.abandon(host.now, ticket);
    let second = host.start::<dms::get_model::Message>();
    let asked = host.sent_one();
    assert_ne!(first.transaction, asked.transaction);
    assert_eq!(host.gets(&ok::<dms::get_model::Message>(7, first.transaction)), "Late");
    assert_eq!(host.gets(&ok::<dms::get_model::Message>(7, asked.transaction)), "Answer");
    let _ = second;
    // What was not sent never will be.
    let third = host.start::<dms::get_model::Message>();
    host.session.abandon(host.now, third);
    assert!(host.sent().is_empty());
    assert_eq!(host.session.poll_at(), Instant::FAR);
}

#[test]
fn a_request_without_an_answer_ends_in_time() {
    let mut host = Host::with_client(Service::DMS);
    let ticket = host.start::<dms::get_model::Message>();
    host.sent_one();
    let before = host.now;
    assert_eq!(host.next_deadline(), Some(Expired::Failed { ticket, failure: Failure::Timeout }));
    assert_eq!(host.now - before, Millis(10_000));
    assert!(host.sent().is_empty(), "nothing to call off");
    assert_eq!((host.session.counters().timeouts, host.session.counters().consecutive_timeouts), (1, 1));
    host.gets(&sync_indication());
    assert_eq!(host.session.counters().consecutive_timeouts, 0);
}

#[test]
fn transaction_numbers_skip_those_under_way_and_zero() {
    let mut host = Host::with_client(Service::DMS);
    let held = host.start::<dms::get_model::Message>();
    host.sent_one();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..65_534 {
        let ticket = host.start::<dms::get_ids::Message>();
        let asked = host.sent_one();
        assert!(asked.transaction != 0 && asked.transaction != held.transaction());
        assert!(seen.insert(asked.transaction));
        assert_eq!(host.gets(&ok::<dms::get_ids::Message>(7, asked.transaction)), "Answer");
        let _ = ticket;
    }
    let ticket = host.start::<dms::get_ids::Message>();
    assert_ne!(ticket.transaction(), held.transaction(), "it is still under way after a turn");
    host.sent_one();
    // The same with the 8 bits of the control service.
    let mut host = Host::open();
    let held = host.start::<ctl::get_version_info::Message>();
    host.sent_one();
    for _ in 0..1000 {
        host.start::<ctl::get_version_info::Message>();
        let asked = host.sent_one();
        assert!((1..256).contains(&asked.transaction) && asked.transaction != held.transaction());
        assert_eq!(host.gets(&versions(asked.transaction, &[0])), "Answer");
    }
}

#[test]
fn a_start_that_times_out_is_called_off() {
    let mut host = Host::with_client(Service::WDS);
    let ticket = host.start::<wds::start_network::Message>();
    let asked = host.sent_one();
    assert_eq!(host.next_deadline(), None, "the caller hears of it when it is settled");
    let abort = host.sent_one();
    let [low, high] = asked.transaction.to_le_bytes();
    assert_eq!((abort.id, abort.client, &abort.tlvs[..]), (2, 7, &[1, 2, 0, low, high][..]));
    let answer = ok::<wds::abort::Message>(7, abort.transaction);
    let incoming = host.session.receive(host.now, &answer);
    assert_eq!(incoming, Incoming::Failed { ticket, failure: Failure::Timeout });
    assert_eq!(host.session.counters().aborted, 1);

    // The real answer wins, whether it comes instead of the other or before it.
    let ticket = host.start::<wds::start_network::Message>();
    let asked = host.sent_one();
    host.next_deadline();
    let abort = host.sent_one();
    let refusal = refused::<wds::abort::Message>(7, abort.transaction, ProtocolError::UNABORTABLE_TRANSACTION);
    assert_eq!(host.gets(&refusal), "Nothing");
    let answer = started(7, asked.transaction, 9);
    assert!(matches!(host.session.receive(host.now, &answer), Incoming::Answer { ticket: t, .. } if t == ticket));

    // Nothing at all: settled by time.
    let ticket = host.start::<wds::start_network::Message>();
    host.sent_one();
    host.next_deadline();
    host.sent_one();
    assert_eq!(host.next_deadline(), Some(Expired::Failed { ticket, failure: Failure::Timeout }));
}

#[test]
fn a_scan_that_is_given_up_is_called_off_by_the_abort_of_its_service() {
    let mut host = Host::with_client(Service::NAS);
    let ticket = host.start::<nas::network_scan::Message>();
    let asked = host.sent_one();
    host.session.abandon(host.now, ticket);
    let abort = host.sent_one();
    assert_eq!((abort.service, abort.id), (Service::NAS, 1));
    let refusal = refused::<nas::network_scan::Message>(7, asked.transaction, ProtocolError::ABORTED);
    assert_eq!(host.gets(&refusal), "Late");
    assert_eq!(host.session.poll_at(), Instant::FAR);
}

#[test]
fn a_session_that_comes_up_after_it_was_given_up_is_stopped() {
    let mut host = Host::with_client(Service::WDS);
    let ticket = host.start::<wds::start_network::Message>();
    let asked = host.sent_one();
    host.session.abandon(host.now, ticket);
    host.sent_one();
    assert_eq!(host.gets(&started(7, asked.transaction, 0x0506_0708)), "Late");
    let stop = host.sent_one();
    assert_eq!((stop.id, stop.client, &stop.tlvs[..]), (0x21, 7, &[1, 4, 0, 8, 7, 6, 5][..]));
    assert_eq!(host.gets(&ok::<wds::stop_network::Message>(7, stop.transaction)), "Late");
    assert_eq!(host.session.counters().given_back, 1);
    assert_eq!(host.session.poll_at(), Instant::FAR);
    // Even when its slot is long gone.
    assert_eq!(host.gets(&started(7, asked.transaction, 3)), "Foreign");
    assert_eq!(host.sent_one().id, 0x21);
}

#[test]
fn a_client_that_is_allocated_too_late_is_given_back() {
    let mut host = Host::open();
    let ticket = host.start::<dms::get_model::Message>();
    let allocate = host.sent_one();
    let failed = Some(Expired::Failed { ticket, failure: Failure::Timeout });
    assert_eq!(host.next_deadline(), failed);
    assert_eq!(host.gets(&allocated(allocate.transaction, Service::DMS, 9)), "Foreign");
    let release = host.sent_one();
    assert_eq!((release.service, release.id, &release.tlvs[..]), (Service::CTL, 0x23, &[1, 2, 0, 2, 9][..]));
    assert_eq!(host.session.clients().count(), 0);

    // One of another service than asked for is the answer to an earlier request.
    let ticket = host.start::<dms::get_model::Message>();
    let allocate = host.sent_one();
    let answer = allocated(allocate.transaction, Service::NAS, 4);
    let failure = Failure::WrongService(Service::NAS);
    assert_eq!(host.session.receive(host.now, &answer), Incoming::Failed { ticket, failure });
    assert_eq!(&host.sent_one().tlvs[..], [1, 2, 0, 3, 4]);
}

#[test]
fn a_refused_client_ends_the_request_that_needs_it() {
    let mut host = Host::open();
    let ticket = host.start::<dms::get_model::Message>();
    let allocate = host.sent_one();
    let error = ProtocolError::CLIENT_IDS_EXHAUSTED;
    let answer = refused::<ctl::allocate_cid::Message>(0, allocate.transaction, error);
    let failure = Failure::NoClient(error);
    assert_eq!(host.session.receive(host.now, &answer), Incoming::Failed { ticket, failure });
    assert!(host.sent().is_empty());
    let id = MessageId { service: Service::GMS, id: 1, abortable: false };
    let missing = host.session.start(host.now, Millis(10), &id, 0, &Empty);
    assert_eq!(missing, Err(SessionError::NoService(Service::GMS)));
}

#[test]
fn an_invalid_client_is_forgotten_and_a_new_one_is_obtained() {
    let mut host = Host::with_client(Service::DMS);
    host.start::<dms::get_model::Message>();
    let asked = host.sent_one();
    let refusal = refused::<dms::get_model::Message>(7, asked.transaction, ProtocolError::INVALID_CLIENT_ID);
    assert_eq!(host.gets(&refusal), "Answer");
    assert_eq!(host.session.client(Service::DMS, 0), None);
    host.start::<dms::get_model::Message>();
    assert_eq!(host.sent_one().id, ctl::allocate_cid::Message::ID);
}

#[test]
fn a_restart_of_the_modem_voids_everything() {
    let mut host = Host::with_client(Service::DMS);
    host.start::<dms::get_model::Message>();
    let asked = host.sent_one();
    assert_eq!(host.gets(&sync_indication()), "Lost");
    assert!(host.session.is_closed());
    assert_eq!((host.session.clients().count(), host.session.poll_at()), (0, Instant::FAR));
    assert_eq!(host.gets(&ok::<dms::get_model::Message>(7, asked.transaction)), "Ignored");
    let id = MessageId::of::<dms::get_model::Message>();
    assert_eq!(host.session.start(host.now, Millis(1), id, 0, &Empty), Err(SessionError::NotOpen));
    // While opening it means nothing: the modem is just starting.
    host.session.open(host.now);
    let version = host.sent_one();
    host.gets(&sync_indication());
    assert_eq!(host.gets(&versions(version.transaction, &[0])), "Opened");
}

#[test]
fn a_revoked_client_ends_its_requests_only() {
    let mut host = Host::with_client(Service::DMS);
    host.session.adopt(Owned { service: Service::NAS, instance: 0, client: 2, keep: false, handle: 0 }).unwrap();
    let ticket = host.start::<dms::get_model::Message>();
    host.sent_one();
    let revoke = |named: &[u8]| {
        let head = Head {
            framing: Framing::modem(0),
            service: Service::CTL,
            kind: Kind::Indication,
            transaction: 1,
            id: 0x24,
        };
        let mut buffer = [0; 32];
        let mut writer = MessageWriter::new(&mut buffer, &head);
        if let [service, client] = named {
            writer.put(1, &[*service, *client]);
        }
        writer.finish().unwrap().to_vec()
    };
    assert_eq!(host.gets(&revoke(&[2, 9])), "Foreign");
    assert_eq!(host.gets(&revoke(&[2, 7])), "Revoked");
    assert_eq!(host.session.expire(host.now), Some(Expired::Failed { ticket, failure: Failure::Revoked }));
    assert_eq!(host.session.clients().count(), 1);
    assert_eq!(host.gets(&revoke(&[])), "Lost");
}

#[test]
fn indications_are_for_own_clients_or_for_all() {
    let mut host = Host::with_client(Service::NAS);
    let told = |client| {
        built(|b| write_indication::<nas::signal_info_indication::Message>(b, Framing::modem(client), 0, |_| {}))
    };
    assert_eq!(host.gets(&told(7)), "Indication");
    assert_eq!(host.gets(&told(BROADCAST)), "Indication");
    assert_eq!(host.gets(&told(0)), "Indication");
    assert_eq!(host.gets(&told(8)), "Foreign");
}

#[test]
fn garbage_and_requests_are_counted() {
    let mut host = Host::with_client(Service::DMS);
    for bytes in [&[][..], &[1], &[2, 3, 4, 5, 6, 7, 8], &[0x55; 40], &[1, 0x0b, 0, 0x80, 0, 0, 1, 1, 0x27, 0, 9, 0]] {
        assert_eq!(host.gets(bytes), "Ignored", "{bytes:02x?}");
    }
    assert_eq!(host.session.counters().malformed, 5);
    assert_eq!(host.gets(&[1, 0x0b, 0, 0, 0, 0, 0, 1, 0x27, 0, 0, 0]), "Foreign", "a request");
    // An answer without a result.
    let ticket = host.start::<dms::get_model::Message>();
    let asked = host.sent_one();
    let head = Head {
        framing: Framing::modem(7),
        service: Service::DMS,
        kind: Kind::Response,
        transaction: asked.transaction,
        id: asked.id,
    };
    let empty = built(|b| MessageWriter::new(b, &head).finish());
    let incoming = host.session.receive(host.now, &empty);
    assert!(matches!(incoming, Incoming::Failed { ticket: t, failure: Failure::Malformed(_) } if t == ticket));
}

#[test]
fn closing_gives_every_client_back_but_those_to_be_kept() {
    let mut host = Host::with_client(Service::DMS);
    for (service, client) in [(Service::NAS, 2), (Service::WDS, 5)] {
        host.session.adopt(Owned { service, instance: 0, client, keep: false, handle: 0 }).unwrap();
    }
    assert!(host.session.keep(Service::WDS, 0, true));
    host.session.close(host.now);
    let first = host.sent_one();
    assert_eq!(&first.tlvs[..], [1, 2, 0, 2, 7]);
    assert_eq!(host.gets(&ok::<ctl::release_cid::Message>(0, first.transaction)), "Nothing");
    assert_eq!(&host.sent_one().tlvs[..], [1, 2, 0, 3, 2]);
    // No answer: it counts as given back.
    assert_eq!(host.next_deadline(), Some(Expired::Closed));
    assert!(host.session.is_closed());
    let left: Vec<_> = host.session.clients().map(|owned| (owned.service, owned.client)).collect();
    assert_eq!(left, [(Service::WDS, 5)]);
}

#[test]
fn wide_services_travel_in_wide_frames() {
    let mut host = Host::open();
    let id = MessageId { service: Service::IMSDCM, id: 0x20, abortable: false };
    host.session.start(host.now, Millis(1000), &id, 0, &Empty).unwrap();
    let allocate = host.sent_one();
    assert_eq!((allocate.id, &allocate.tlvs[..]), (0xff22, &[1, 2, 0, 2, 3][..]));
    let info = ctl::WideAllocationInfo { service: Service::IMSDCM, cid: 6 };
    let answer = built(|b| {
        write_response::<ctl::internal_allocate_cid_qrtr::Message>(
            b,
            Framing::modem(0),
            allocate.transaction,
            Verdict::SUCCESS,
            |r| {
                r.allocation_info(info);
            },
        )
    });
    assert_eq!(host.gets(&answer), "Nothing");
    let frame = host.session.transmit().unwrap();
    assert_eq!(frame[..6], [2, 12, 0, 2, 3, 6]);
}

#[test]
fn calls_are_refused_without_harm() {
    let mut host = Host::with(Config::default(), 1, 1);
    let id = MessageId::of::<dms::get_model::Message>();
    assert_eq!(host.session.start(host.now, Millis(1), id, 0, &Empty), Err(SessionError::NotOpen));
    host.session.assume_open();
    // A slot for the request, none for the client it needs.
    assert_eq!(host.session.start(host.now, Millis(1), id, 0, &Empty), Err(SessionError::NoSlot));
    assert!(host.sent().is_empty());
    host.session.adopt(Owned { service: Service::DMS, instance: 0, client: 1, keep: false, handle: 0 }).unwrap();
    host.session.start(host.now, Millis(1), id, 0, &Empty).unwrap();
    assert_eq!(host.session.start(host.now, Millis(1), id, 0, &Empty), Err(SessionError::Busy));
    host.sent_one();
    assert_eq!(host.session.start(host.now, Millis(1), id, 0, &Empty), Err(SessionError::NoSlot));
    let other = MessageId::of::<nas::get_signal_info::Message>();
    assert_eq!(host.session.start(host.now, Millis(1), other, 0, &Empty), Err(SessionError::NoRoom));
    assert!(host.session.release(host.now, Millis(1), Service::NAS, 0).is_err());
}
