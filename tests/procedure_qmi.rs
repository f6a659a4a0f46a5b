//! What QMI procedures make of the bytes of modems: states of SIMs, registrations, signals and settings, one by one.
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

use qmi_wire::frame::{Framing, Head, Kind, MessageWriter};
use qmi_wire::service::{Service, nas, uim, wds};
use qmi_wire::{ProtocolError, TlvSet};
use wwan::procedure::qmi::{
    Code, EndReason, Outcome, Plmn, Procedure, Register, Registration, Selection, Settings, Signal, Sim, SimState,
    Step, Stop, UseCode,
};
use wwan::session::qmi::MessageId;
use wwan::time::{Instant, Millis};

/// TLVs of a message.
fn tlvs(service: Service, id: u16, tlvs: &[(u8, &[u8])]) -> TlvSet<'static> {
    let mut bytes = Vec::new();
    for (number, value) in tlvs {
        bytes.push(*number);
        bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        bytes.extend(*value);
    }
    TlvSet::parse(service, id, bytes.leak()).unwrap()
}

/// A card status: index of application and card, then one card with one application.
fn card_status(index: [u8; 2], card: [u8; 5], app: [u8; 6], pins: [u8; 7]) -> TlvSet<'static> {
    let mut value = vec![index[0], index[1], 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    value.extend(card);
    value.push(1);
    value.extend(app);
    value.extend([2, 0xa0, 0x87]);
    value.extend(pins);
    tlvs(Service::UIM, 0x2f, &[(0x10, &value)])
}

const PRESENT: [u8; 5] = [1, 0, 0, 0, 0];
const READY: [u8; 6] = [2, 7, 2, 11, 0, 0];
const OPEN: [u8; 7] = [0, 3, 3, 10, 1, 3, 10];

#[test]
fn a_card_status_is_judged_as_other_hosts_judge_it() {
    let unusable = SimState::Unusable(uim::CardError::UNKNOWN);
    let judge = |index, card, app, pins| Sim::from_card_status(card_status(index, card, app, pins)).unwrap().state;
    let app = |state, personal, lock| [2, state, personal, lock, 0, 0];
    let pin = |state| [0, state, 3, 10, 1, 3, 10];
    assert_eq!(judge([0, 0], PRESENT, READY, OPEN), SimState::Ready);
    assert_eq!(judge([0xff, 0xff], PRESENT, READY, OPEN), SimState::NotInserted);
    assert_eq!(judge([0xff, 0], PRESENT, READY, OPEN), SimState::NotInserted);
    assert_eq!(judge([0, 1], PRESENT, READY, OPEN), unusable, "a card beyond the list");
    assert_eq!(judge([1, 0], PRESENT, READY, OPEN), unusable, "an application beyond the list");
    assert_eq!(judge([0, 0], [0, 0, 0, 0, 0], READY, OPEN), SimState::NotInserted);
    let no_atr = SimState::Unusable(uim::CardError::NO_ATR_RECEIVED);
    assert_eq!(judge([0, 0], [2, 0, 0, 0, 3], READY, OPEN), no_atr);
    assert_eq!(judge([0, 0], PRESENT, [4, 7, 2, 0, 0, 0], OPEN), unusable, "an application of CDMA");
    assert_eq!(judge([0, 0], PRESENT, app(6, 2, 0), OPEN), unusable, "illegal");
    assert_eq!(judge([0, 0], PRESENT, app(1, 0, 0), OPEN), SimState::Initializing);
    // The state of the PIN goes before that of the application.
    for state in [2, 3, 5, 7] {
        assert_eq!(judge([0, 0], PRESENT, app(state, 0, 0), pin(1)), SimState::Locked(Code::Pin1));
        assert_eq!(judge([0, 0], PRESENT, app(state, 0, 0), pin(4)), SimState::Locked(Code::Puk1));
        assert_eq!(judge([0, 0], PRESENT, app(state, 0, 0), pin(5)), unusable);
        assert_eq!(judge([0, 0], PRESENT, app(state, 0, 0), pin(0)), unusable);
        assert_eq!(judge([0, 0], PRESENT, app(state, 0, 0), pin(2)), SimState::Ready);
    }
    // Locks to networks and more.
    let locked = |lock| SimState::Locked(Code::Personalization(uim::CardApplicationPersonalizationFeatureStatus(lock)));
    assert_eq!(judge([0, 0], PRESENT, app(4, 1, 0), pin(2)), SimState::Initializing);
    assert_eq!(judge([0, 0], PRESENT, app(4, 2, 0), pin(2)), SimState::Ready);
    assert_eq!(judge([0, 0], PRESENT, app(4, 3, 4), pin(2)), locked(4));
    assert_eq!(judge([0, 0], PRESENT, app(4, 3, 5), pin(2)), unusable, "a lock of CDMA");
    let puk = Code::PersonalizationPuk(uim::CardApplicationPersonalizationFeatureStatus::GW_NETWORK);
    assert_eq!(judge([0, 0], PRESENT, app(4, 4, 0), pin(2)), SimState::Locked(puk));
    assert_eq!(judge([0, 0], PRESENT, app(4, 4, 4), pin(2)), unusable);
    assert_eq!(judge([0, 0], PRESENT, app(4, 5, 0), pin(2)), unusable);
    // The universal PIN stands in for the first.
    let sim = Sim::from_card_status(card_status([0, 0], [1, 1, 2, 8, 0], READY, [1, 3, 0, 0, 0, 0, 0])).unwrap();
    assert_eq!((sim.state, sim.upin, sim.pin1.attempts), (SimState::Locked(Code::Pin1), true, 2));
    // Nothing there, no card listed, and a count that lies.
    assert_eq!(Sim::from_card_status(tlvs(Service::UIM, 0x2f, &[])).unwrap().state, unusable);
    assert_eq!(Sim::from_card_status(tlvs(Service::UIM, 0x2f, &[(0x10, &[0; 9])])).unwrap().state, unusable);
    let mut lie = [0; 9];
    lie[8] = 255;
    let error = Sim::from_card_status(tlvs(Service::UIM, 0x2f, &[(0x10, &lie)])).unwrap_err();
    assert_eq!((error.tlv, error.offset), (0x10, 9));
}

/// What a procedure asks: number and TLVs.
fn asked(step: Step<'_>) -> (MessageId, Vec<u8>) {
    let Step::Ask(question) = step else { panic!("{step:?}") };
    let mut buffer = [0; 256];
    let MessageId { service, id, .. } = *question.message;
    let head = Head { framing: Framing::Bare, service, kind: Kind::Request, transaction: 1, id };
    let bytes = question.request.write(MessageWriter::new(&mut buffer, &head)).unwrap();
    (*question.message, bytes[7..].to_vec())
}

#[test]
fn codes_are_written_as_both_services_want_them() {
    let mut unlock = UseCode::unlock("1234", Instant(1000));
    assert_eq!(asked(unlock.step(Instant(0), Outcome::Begin)).0.id, 0x2f);
    // The second slot, whose PIN is the universal one.
    let mut value = vec![0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0, 0, 1, 1, 3, 10, 0, 1];
    value.extend([2, 2, 2, 11, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    let status = tlvs(Service::UIM, 0x2f, &[(0x10, &value)]);
    let (message, written) = asked(unlock.step(Instant(0), Outcome::Answer(status)));
    assert_eq!((message.id, &written[..]), (0x26, &[1, 2, 0, 7, 0, 2, 6, 0, 3, 4, b'1', b'2', b'3', b'4'][..]));
    let retries = tlvs(Service::UIM, 0x26, &[(2, &[1, 0, 12, 0]), (0x10, &[2, 10])]);
    let step = unlock.step(Instant(0), Outcome::Refused(ProtocolError::INCORRECT_PIN, retries));
    let Step::Fail(Stop::Locked(lock)) = step else { panic!("{step:?}") };
    assert_eq!((lock.code, lock.remaining_attempts, lock.wrong), (Code::Pin1, Some(2), true));

    let mut unlock = UseCode::unlock("1234", Instant(1000));
    asked(unlock.step(Instant(0), Outcome::Begin));
    let none = tlvs(Service::UIM, 0x2f, &[]);
    let older = unlock.step(Instant(0), Outcome::Refused(ProtocolError::NOT_SUPPORTED, none));
    assert_eq!(asked(older).0, *MessageId::of::<qmi_wire::service::dms::uim_get_pin_status::Message>());
    let status = tlvs(Service::DMS, 0x2b, &[(0x11, &[1, 3, 10])]);
    let (message, written) = asked(unlock.step(Instant(0), Outcome::Answer(status)));
    assert_eq!((message.id, &written[..]), (0x28, &[1, 6, 0, 1, 4, b'1', b'2', b'3', b'4'][..]));
}

/// The first 26 bytes of a system: domain, roaming, reject, codes.
fn system(domain: u8, reject: Option<u8>, codes: &[u8; 6]) -> Vec<u8> {
    let mut bytes = vec![1, domain, 0, 0, 1, 0, 1, 0, 1, 0x34, 0x12, 1, 4, 3, 2, 1];
    bytes.extend([u8::from(reject.is_some()), 2, reject.unwrap_or(0), 1]);
    bytes.extend(codes);
    bytes
}

#[test]
fn registration_is_read_in_every_generation() {
    let of = |set: &[(u8, &[u8])]| {
        let mut registration = Registration::default();
        registration.add_system_info(tlvs(Service::NAS, 0x4d, set));
        registration
    };
    let home = system(3, None, b"26201\xff");
    let lte = of(&[(0x14, &[2, 2, 1]), (0x19, &home), (0x12, &[0, 0, 0]), (0x4e, &[1])]);
    assert!(lte.is_registered() && lte.attached && lte.nsa, "{lte:?}");
    assert_eq!((lte.radio, lte.plmn), (nas::RadioInterface::LTE, Plmn::parse("26201")));
    assert_eq!((lte.lac, lte.cell), (Some(0x1234), Some(0x0102_0304)));
    // Standalone 5G goes before what is left of LTE; its numbers in the indication are others.
    let nr = of(&[(0x4a, &[2, 2, 1]), (0x4b, &home), (0x14, &[1, 1, 0])]);
    assert_eq!((nr.radio, nr.is_registered(), nr.nsa), (nas::RadioInterface::_5GNR, true, false));
    let mut told = Registration::default();
    told.add_system_info(tlvs(Service::NAS, 0x4e, &[(0x4c, &[2, 2, 1]), (0x4d, &home)]));
    assert_eq!((told.radio, told.is_registered()), (nas::RadioInterface::_5GNR, true));
    // A radio with service goes before a better one without.
    let gsm = of(&[(0x14, &[1, 1, 0]), (0x12, &[2, 2, 1]), (0x17, &system(1, None, b"310260"))]);
    assert_eq!((gsm.radio, gsm.attached), (nas::RadioInterface::GSM, false));
    assert_eq!(gsm.plmn.unwrap().to_string(), "310260");
    let limited = of(&[(0x14, &[1, 1, 0]), (0x19, &system(0, Some(11), b"26201\xff"))]);
    assert!(!limited.is_registered() && limited.limited);
    assert_eq!(limited.state, nas::RegistrationState::REGISTRATION_DENIED);
    assert_eq!(limited.reject, Some(nas::RejectCause::PLMN_NOT_ALLOWED));

    // Of the older message: the roaming indicator is the wrong way round.
    let serving = |roaming| {
        let tlvs = tlvs(
            Service::NAS,
            0x24,
            &[(1, &[1, 1, 1, 2, 1, 8]), (0x10, &[roaming]), (0x12, &[6, 1, 1, 0, 3, b'A', b'B', b'C'])],
        );
        Registration::from_serving_system(tlvs).unwrap()
    };
    assert!(serving(0).roaming && !serving(1).roaming);
    assert_eq!((serving(1).name.as_str(), serving(1).plmn.unwrap().to_string().as_str()), ("ABC", "26201"));
}

#[test]
fn codes_of_networks_keep_their_digits() {
    for digits in ["26201", "310260", "310026", "001001", "00101"] {
        assert_eq!(Plmn::parse(digits).unwrap().to_string(), digits);
    }
    for wrong in ["", "262", "2620", "2620100", "26a01", "2620é"] {
        assert_eq!(Plmn::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_refusal_of_the_network_counts_when_it_lasts_and_its_cause_is_told() {
    let mut now = Instant(0);
    let mut register = Register::new(Selection::Automatic, Instant(100_000));
    let serving = |state: u8| Outcome::Answer(tlvs(Service::NAS, 0x24, &[(1, &[state, 2, 2, 2, 0])]));
    assert_eq!(asked(register.step(now, Outcome::Begin)).0.id, 0x24);
    let (message, written) = asked(register.step(now, serving(0)));
    assert_eq!((message.id, &written[..]), (0x33, &[0x16, 5, 0, 0, 0, 0, 0, 0, 0x17, 1, 0, 0][..]));
    asked(register.step(now, Outcome::Answer(tlvs(Service::NAS, 0x33, &[]))));
    // Refused at some cells, and then not: it goes on.
    for state in [3, 3, 2, 3, 3, 3, 3] {
        let Step::Rest(until) = register.step(now, serving(state)) else { panic!() };
        assert_eq!(until - now, Millis(1000));
        now = until;
        assert_eq!(asked(register.step(now, Outcome::Rested)).0.id, 0x24);
    }
    assert_eq!(asked(register.step(now, serving(3))).0.id, 0x4d, "the fifth in a row");
    let info = tlvs(Service::NAS, 0x4d, &[(0x14, &[0, 0, 0]), (0x19, &system(0, Some(15), b"26201\xff"))]);
    let Step::Fail(Stop::Denied(cause)) = register.step(now, Outcome::Answer(info)) else { panic!() };
    assert_eq!(cause, Some(nas::RejectCause::NO_SUITABLE_CELLS_IN_LOCATION_AREA));

    // By hand, three digits, and with the older message where the newer is refused.
    let plmn = Plmn::parse("310026").unwrap();
    let mut register = Register::new(Selection::Manual(plmn), Instant(100_000));
    asked(register.step(now, Outcome::Begin));
    let elsewhere = tlvs(Service::NAS, 0x24, &[(1, &[1, 1, 1, 2, 1, 8]), (0x12, &[6, 1, 1, 0, 0])]);
    let (message, written) = asked(register.step(now, Outcome::Answer(elsewhere)));
    let expected = [0x16, 5, 0, 1, 0x36, 1, 26, 0, 0x17, 1, 0, 0, 0x1a, 1, 0, 1];
    assert_eq!((message.id, &written[..]), (0x33, &expected[..]));
    let none = tlvs(Service::NAS, 0x33, &[]);
    let (message, written) = asked(register.step(now, Outcome::Refused(ProtocolError::NOT_SUPPORTED, none)));
    let expected = [1, 1, 0, 2, 0x10, 5, 0, 0x36, 1, 26, 0, 0xff, 0x12, 1, 0, 1];
    assert_eq!((message.id, &written[..]), (0x22, &expected[..]));
    asked(register.step(now, Outcome::Answer(none)));
    assert!(matches!(register.step(now, Outcome::Answer(elsewhere)), Step::Rest(_)), "at the wrong network");
    let there = tlvs(Service::NAS, 0x24, &[(1, &[1, 1, 1, 2, 1, 8]), (0x12, &[0x36, 1, 26, 0, 0])]);
    assert!(matches!(register.step(now, Outcome::Answer(there)), Step::Done));
}

#[test]
fn what_was_not_measured_is_no_signal() {
    let info = tlvs(
        Service::NAS,
        0x4f,
        &[(0x14, &[0xbe, 0xf5, 0xa6, 0xff, 0x64, 0]), (0x17, &[0, 0x80, 0, 0x80]), (0x18, &[0, 0x80]), (0x12, &[0x80])],
    );
    let signal = Signal::from_info(info);
    assert_eq!((signal.lte_rssi, signal.lte_rsrq), (Some(-66), Some(-11)));
    assert_eq!((signal.lte_rsrp, signal.lte_snr), (Some(-90), Some(100)));
    assert_eq!((signal.nr5g_rsrp, signal.nr5g_rsrq, signal.nr5g_snr, signal.gsm), (None, None, None, None));
}

#[test]
fn settings_are_read_whatever_is_missing() {
    // Addresses of version 4 come lowest byte first.
    let set = tlvs(
        Service::WDS,
        0x2d,
        &[(0x1e, &[2, 0, 0, 10]), (0x15, &[8, 8, 8, 8]), (0x16, &[0; 4]), (0x29, &[0xdc, 5, 0, 0])],
    );
    let settings = Settings::new(set).unwrap();
    let ipv4 = settings.ipv4().unwrap();
    assert_eq!((ipv4.address.octets(), ipv4.prefix_length), ([10, 0, 0, 2], 32), "without a mask");
    assert_eq!((ipv4.gateway, ipv4.dns[0], ipv4.dns[1]), (None, Some([8, 8, 8, 8].into()), None));
    assert_eq!((settings.mtu(), settings.ipv6()), (Some(1500), None));
    let mut v6 = [0; 17];
    (v6[0], v6[15], v6[16]) = (0x20, 1, 64);
    let set =
        tlvs(Service::WDS, 0x2d, &[(0x25, &v6), (0x26, &v6[..16]), (0x27, &[0; 16]), (0x21, &[0xfc, 255, 255, 255])]);
    let settings = Settings::new(set).unwrap();
    let ipv6 = settings.ipv6().unwrap();
    assert_eq!((&ipv6.address[..], ipv6.prefix_length), (&v6[..16], 64));
    assert_eq!((ipv6.gateway, ipv6.dns), (Some(ipv6.address), [None, None]));
    assert_eq!(settings.ipv4(), None);
    let error = Settings::new(tlvs(Service::WDS, 0x2d, &[(0x1e, &[1, 2])])).unwrap_err();
    assert_eq!((error.tlv, error.message), (0x1e, 0x2d));
}

#[test]
fn reasons_have_names() {
    let reason = EndReason::new(tlvs(Service::WDS, 0x20, &[(0x10, &[3, 0]), (0x11, &[6, 0, 0x1b, 0])]));
    assert_eq!(reason.to_string(), "_3GPP 27 (UNKNOWN_APN)");
    let reason = EndReason::new(tlvs(Service::WDS, 0x20, &[(0x10, &[3, 0])]));
    assert_eq!(reason.reason, Some(wds::CallEndReason::GENERIC_NO_SERVICE));
    assert_eq!(reason.to_string(), "3 (GENERIC_NO_SERVICE)");
}
