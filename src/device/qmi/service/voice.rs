//! VOICE: calls, supplementary services, dialogues with the network (USSD).
//!
//! Clients are told only what they have registered for. What a client without registration asks for, it is answered; in a
//! dialogue with the network, who spoke last is told what the network says, registered or not.

use at_wire::text::CbsCoding;
use at_wire::ussd::{self, UssdString};
use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, voice::*};

use super::super::CLIENTS;
use super::super::call::{Call, On, Outcome, Refused, Step, supported};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::event::{Change, Origin};
use crate::device::modem::network::Technologies;
use crate::device::modem::preferences::VoiceDomain;
use crate::device::modem::ussd::{Reply, UssdResponse};
use crate::device::modem::voice::{CALLS, CallEvent, CallState as Stage, Manage, Notice, Supplementary};
use crate::device::modem::{Failure, Modem, Reason, Ticket};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::VOICE,
    version: (2, 1),
    messages: &[
        Served::of::<indication_register::Message>(register),
        Served::of::<get_supported_messages::Message>(supported),
        Served::of::<dial_call::Message>(dial),
        Served::of::<end_call::Message>(end),
        Served::of::<answer_call::Message>(answer),
        Served::of::<burst_dtmf::Message>(send_tones),
        Served::of::<start_continuous_dtmf::Message>(begin_tone),
        Served::of::<stop_continuous_dtmf::Message>(end_tone),
        Served::of::<get_all_call_info::Message>(all_calls),
        Served::of::<manage_calls::Message>(manage),
        Served::of::<set_supplementary_service::Message>(set_supplementary),
        Served::of::<get_call_waiting::Message>(call_waiting),
        Served::of::<originate_ussd::Message>(originate),
        Served::of::<answer_ussd::Message>(answer_network),
        Served::of::<cancel_ussd::Message>(cancel),
        Served::of::<get_config::Message>(config),
        Served::of::<originate_ussd_no_wait::Message>(originate_no_wait),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for, of what there is.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    calls: bool,
    notices: bool,
    ussd: bool,
    /// It spoke last in the dialogue with the network, which goes on.
    speaks: bool,
}

fn register(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<indication_register::Message>();
    let calls = request.call_notification_events()?;
    let notices = request.supplementary_service_notification_events()?;
    let ussd = request.ussd_notification_events()?;
    // Of the others nothing is ever told.
    let client = call.state::<Client>()?;
    client.calls = calls.unwrap_or(client.calls);
    client.notices = notices.unwrap_or(client.notices);
    client.ussd = ussd.unwrap_or(client.ussd);
    Ok(Step::Success)
}

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Some(client) = tell.state::<Client>().copied() else { return };
    match *change {
        Change::Call(CallEvent::State(id, _)) if client.calls => {
            tell.send::<all_call_status_indication::Message>(|r, modem| {
                with_calls(modem, Some(id), |calls, numbers, alerting| {
                    r.call_information(calls.into()).remote_party_number(numbers.into());
                    if !alerting.is_empty() {
                        r.alerting_type(alerting.into());
                    }
                });
            });
        }
        Change::Call(CallEvent::Notice(call_id, notice)) if client.notices => {
            let notification_type = match notice {
                Notice::Forwarded => SupplementaryServiceNotificationType::OUTGOING_CALL_IS_FORWARDED,
                Notice::Waiting => SupplementaryServiceNotificationType::OUTGOING_CALL_IS_WAITING,
                Notice::Held => SupplementaryServiceNotificationType::CALL_IS_ON_HOLD,
                Notice::Retrieved => SupplementaryServiceNotificationType::CALL_IS_RETRIEVED,
                Notice::Conference => SupplementaryServiceNotificationType::CALL_IS_IN_MULTIPARTY,
            };
            tell.send::<supplementary_service_indication::Message>(|r, _| {
                r.info(SupplementaryServiceIndInfo { call_id, notification_type });
            });
        }
        Change::Ussd(number) if client.ussd || client.speaks => {
            // A reply that is gone was followed by newer ones.
            let Some(reply) = tell.modem.ussd_reply(number) else { return };
            // It may be a host of this face that has taken the dialogue from another one.
            let by = Some(tell.config.origin);
            if reply.response == UssdResponse::OtherClient && tell.modem.ussd_host() == by {
                return;
            }
            match user_action(reply.response) {
                Some(action) => tell.send::<ussd_indication::Message>(|r, _| words(r, action, reply)),
                None => tell.send::<release_ussd_indication::Message>(|_, _| {}),
            }
            if let Some(client) = tell.state::<Client>() {
                client.speaks = false;
            }
        }
        _ => {}
    }
}

// Calls.

fn mode(modem: &Modem) -> CallMode {
    let serving = modem.serving_network().map_or(Technologies::empty(), |network| network.technologies);
    let best = (serving & modem.technologies()).best();
    match () {
        () if best.intersects(Technologies::LTE | Technologies::NR_NSA | Technologies::NR_SA) => CallMode::LTE,
        () if best.intersects(Technologies::UMTS | Technologies::HSDPA | Technologies::HSUPA) => CallMode::UMTS,
        () if best.intersects(Technologies::GPRS | Technologies::EDGE) => CallMode::GSM,
        () => CallMode::UNKNOWN,
    }
}

/// The calls there are, and the one that has just ended.
fn with_calls(
    modem: &Modem,
    ended: Option<u8>,
    then: impl FnOnce(&[CallInformation], &[RemotePartyNumber<'_>], &[AlertingTypeInfo]),
) {
    let mode = mode(modem);
    let (mut calls, mut numbers, mut alerting) =
        (Vec::<_, CALLS>::new(), Vec::<_, CALLS>::new(), Vec::<_, CALLS>::new());
    for call in modem.calls().iter().filter(|call| call.is_live() || ended == Some(call.id)) {
        let id = call.id;
        let _ = calls.push(CallInformation {
            id,
            state: match call.state {
                Stage::Dialling => CallState::ORIGINATION,
                Stage::Alerting => CallState::ALERTING,
                Stage::Incoming => CallState::INCOMING,
                Stage::Waiting => CallState::WAITING,
                Stage::Active => CallState::CONVERSATION,
                Stage::Held => CallState::HOLD,
                Stage::Ended(_) => CallState::END,
            },
            kind: match mode {
                _ if call.emergency => CallType::EMERGENCY,
                CallMode::LTE => CallType::VOICE_IP,
                _ => CallType::VOICE,
            },
            direction: if call.incoming { CallDirection::MT } else { CallDirection::MO },
            mode,
            multipart_indicator: call.conference,
            als: Als::LINE1,
        });
        let _ = numbers.push(RemotePartyNumber {
            id,
            presentation_indicator: match call.number.is_empty() {
                true => Presentation::RESTRICTED,
                false => Presentation::ALLOWED,
            },
            kind: call.number.as_str().into(),
        });
        if call.state == Stage::Alerting {
            let _ = alerting.push(AlertingTypeInfo { id, alerttype: AlertingType::NETWORK });
        }
    }
    then(&calls, &numbers, &alerting);
}

fn all_calls(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_all_call_info::Message>(|r, modem| {
        with_calls(modem, None, |calls, numbers, alerting| {
            if calls.is_empty() {
                return;
            }
            r.call_information(calls.into()).remote_party_number(numbers.into());
            if !alerting.is_empty() {
                r.alerting_type(alerting.into());
            }
        });
    })
}

/// Why something cannot be done with a call.
fn refused(failure: Failure) -> Refused {
    Refused(match failure.reason {
        // The same number stands for the numbers of calls.
        Reason::InvalidIndex => ProtocolError::INVALID_QOS_ID,
        Reason::NotAllowed | Reason::Busy => ProtocolError::INCOMPATIBLE_STATE,
        Reason::Full => ProtocolError::INSUFFICIENT_RESOURCES,
        _ => return failure.into(),
    })
}

fn dial(call: &mut Call<'_, '_>) -> Outcome {
    let number = call.request::<dial_call::Message>().calling_number()?;
    let number = number.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    let id = call.modem.dial(call.now, call.origin(), number).map_err(|failure| match failure.reason {
        // The network bars it.
        Reason::NotAllowed => Refused(ProtocolError::SUPS_FAILURE_CASE),
        _ => refused(failure),
    })?;
    call.answer::<dial_call::Message>(|r, _| {
        r.call_id(id);
    })
}

fn end(call: &mut Call<'_, '_>) -> Outcome {
    let id = call.request::<end_call::Message>().call_id()?;
    call.modem.end_call(call.now, call.origin(), id).map_err(refused)?;
    call.answer::<end_call::Message>(|r, _| {
        r.call_id(id);
    })
}

fn answer(call: &mut Call<'_, '_>) -> Outcome {
    let id = call.request::<answer_call::Message>().call_id()?;
    call.modem.answer_call(call.now, call.origin(), id).map_err(refused)?;
    call.answer::<answer_call::Message>(|r, _| {
        r.call_id(id);
    })
}

fn manage(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<manage_calls::Message>();
    let (what, id) = (request.service_type()?, request.call_id()?);
    let named = || id.ok_or(Refused(ProtocolError::MISSING_ARGUMENT));
    let what = match what {
        SupplementaryServiceType::RELEASE_HELD_OR_WAITING => Manage::ReleaseHeld,
        SupplementaryServiceType::RELEASE_ACTIVE_ACCEPT_HELD_OR_WAITING => Manage::ReleaseActive,
        SupplementaryServiceType::HOLD_ACTIVE_ACCEPT_WAITING_OR_HELD => Manage::HoldActive,
        SupplementaryServiceType::HOLD_ALL_EXCEPT_SPECIFIED_CALL => Manage::HoldExcept(named()?),
        SupplementaryServiceType::MAKE_CONFERENCE_CALL => Manage::Join,
        SupplementaryServiceType::EXPLICIT_CALL_TRANSFER => Manage::Transfer,
        SupplementaryServiceType::END_ALL_CALLS => Manage::EndAll,
        SupplementaryServiceType::RELEASE_SPECIFIED_CALL => Manage::Release(named()?),
        SupplementaryServiceType::CCBS_ACTIVATION
        | SupplementaryServiceType::LOCAL_HOLD
        | SupplementaryServiceType::LOCAL_UNHOLD => return Err(Refused(ProtocolError::NOT_SUPPORTED)),
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    call.modem.manage_calls(call.now, call.origin(), what).map_err(refused)?;
    Ok(Step::Success)
}

// Tones.

fn send_tones(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<burst_dtmf::Message>().data()?;
    let tones = data.digit_buffer.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    call.modem.send_tones(call.now, data.call_id, tones).map_err(refused)?;
    call.answer::<burst_dtmf::Message>(|r, _| {
        r.call_id(data.call_id);
    })
}

fn begin_tone(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<start_continuous_dtmf::Message>().data()?;
    call.modem.begin_tone(call.now, data.call_id, char::from(data.digit)).map_err(refused)?;
    call.answer::<start_continuous_dtmf::Message>(|r, _| {
        r.call_id(data.call_id);
    })
}

fn end_tone(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<stop_continuous_dtmf::Message>().data()?;
    call.modem.end_tone(call.now, data.call_id).map_err(refused)?;
    call.answer::<stop_continuous_dtmf::Message>(|r, _| {
        r.call_id(data.call_id);
    })
}

// Supplementary services.

/// The services that a reason stands for.
fn services(reason: SupplementaryServiceReason) -> Result<&'static [Supplementary], Refused> {
    use Supplementary::{
        BarIncoming, BarOutgoing, CallWaiting, ForwardBusy, ForwardNoReply, ForwardUnconditional, ForwardUnreachable,
    };
    Ok(match reason {
        SupplementaryServiceReason::FORWARD_UNCONDITIONAL => &[ForwardUnconditional],
        SupplementaryServiceReason::FORWARD_MOBILE_BUSY => &[ForwardBusy],
        SupplementaryServiceReason::FORWARD_NO_REPLY => &[ForwardNoReply],
        SupplementaryServiceReason::FORWARD_UNREACHABLE => &[ForwardUnreachable],
        SupplementaryServiceReason::FORWARD_ALL => {
            &[ForwardUnconditional, ForwardBusy, ForwardNoReply, ForwardUnreachable]
        }
        SupplementaryServiceReason::FORWARD_ALL_CONDITIONAL => &[ForwardBusy, ForwardNoReply, ForwardUnreachable],
        SupplementaryServiceReason::ALL_OUTGOING | SupplementaryServiceReason::BAR_ALL_OUTGOING => &[BarOutgoing],
        SupplementaryServiceReason::ALL_INCOMING | SupplementaryServiceReason::BAR_ALL_INCOMING => &[BarIncoming],
        SupplementaryServiceReason::BAR_ALL => &[BarOutgoing, BarIncoming],
        SupplementaryServiceReason::CALL_WAITING => &[CallWaiting],
        // The network of this modem has no finer bars.
        known if known.name().is_some() => return Err(Refused(ProtocolError::NETWORK_UNSUPPORTED)),
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    })
}

fn set_supplementary(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<set_supplementary_service::Message>().supplementary_service_information()?;
    let services = services(wanted.supplementary_service_reason)?;
    let on = match wanted.supplementary_service_action {
        SupplementaryServiceAction::ACTIVATE | SupplementaryServiceAction::REGISTER => true,
        SupplementaryServiceAction::DEACTIVATE | SupplementaryServiceAction::ERASE => false,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    for service in services {
        call.modem.set_supplementary(call.now, *service, on).map_err(|failure| match failure.reason {
            Reason::Refused => Refused(ProtocolError::SUPS_FAILURE_CASE),
            _ => failure.into(),
        })?;
    }
    call.answer::<set_supplementary_service::Message>(|r, modem| {
        let active = services.iter().all(|service| modem.supplementary(*service));
        r.service_status(ServiceStatus { active, provisioned: true });
    })
}

/// The class of calls (3GPP TS 27.007 §7.11), of which there are voice calls only.
const VOICE: u8 = 1;

fn call_waiting(call: &mut Call<'_, '_>) -> Outcome {
    let class = call.request::<get_call_waiting::Message>().service_class()?;
    call.answer::<get_call_waiting::Message>(|r, modem| {
        let asked = class.is_none_or(|class| class & VOICE != 0);
        let active = asked && modem.supplementary(Supplementary::CallWaiting);
        r.service_class(if active { VOICE } else { 0 });
    })
}

// Dialogues with the network.

/// Units of UTF-16 of the longest text.
const UNITS: usize = 182;
/// Bytes of text that a TLV has room for.
const BYTES: usize = 255;

/// What the network says, as it is told.
struct Said {
    units: Vec<u16, UNITS>,
    scheme: UssDataCodingScheme,
    bytes: Vec<u8, BYTES>,
    /// The bytes are all there.
    fits: bool,
}

impl Said {
    /// In ASCII if that is enough, else in UCS-2, the higher byte of each unit first.
    fn of(reply: &Reply) -> Self {
        let text = UssdString { coding: reply.coding, octets: &reply.octets }.text();
        let mut said = Self { units: Vec::new(), scheme: UssDataCodingScheme::ASCII, bytes: Vec::new(), fits: true };
        let Ok(text) = text else { return said };
        if text.chars().any(|c| !c.is_ascii()) {
            said.scheme = UssDataCodingScheme::UCS2;
        }
        for c in text.chars() {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = said.units.push(*unit);
                let [high, low] = unit.to_be_bytes();
                let bytes = if said.scheme == UssDataCodingScheme::ASCII { &[low][..] } else { &[high, low] };
                said.fits &= said.bytes.extend_from_slice(bytes).is_ok();
            }
        }
        said
    }

    fn data(&self) -> Option<UssData<'_>> {
        self.fits.then(|| UssData { data_coding_scheme: self.scheme, data: self.bytes.as_slice().into() })
    }
}

/// What the user is to do after words of the network; `None`: it has said nothing, and the dialogue is over.
fn user_action(response: UssdResponse) -> Option<UserAction> {
    match response {
        UssdResponse::Done => Some(UserAction::NOT_REQUIRED),
        UssdResponse::Question => Some(UserAction::REQUIRED),
        _ => None,
    }
}

/// Words of the network in an indication.
fn words(r: &mut ussd_indication::IndicationBuilder<'_>, action: UserAction, reply: &Reply) {
    r.user_action(action);
    let said = Said::of(reply);
    if let Some(data) = said.data() {
        r.uss_data(data);
    }
    r.uss_data_utf16(said.units.as_slice().into());
}

/// The client of a call has spoken: its part in the dialogue, and nobody else's, goes on while the network asks.
fn spoke(call: &mut Call<'_, '_>, goes_on: bool) {
    let speaker = call.client();
    for (cid, client) in call.states::<Client>() {
        client.speaks = goes_on && cid == speaker;
    }
}

/// What the network said to the first words of a dialogue was a question: the answer to the request has no place to say
/// so, the indication has.
fn ask_back(call: &mut Call<'_, '_>, response: UssdResponse) {
    let asks = response == UssdResponse::Question;
    spoke(call, asks);
    if asks {
        let by = call.origin();
        call.indicate::<ussd_indication::Message>(|r, modem| {
            if let Some(reply) = reply(modem, by) {
                words(r, UserAction::REQUIRED, reply);
            }
        });
    }
}

/// What a request in a dialogue comes to, when the network says no more than that.
fn cause(response: UssdResponse) -> (ProtocolError, CallEndReason) {
    match response {
        UssdResponse::NotSupported => (ProtocolError::SUPS_FAILURE_CASE, CallEndReason::FACILITY_NOT_SUPPORTED),
        UssdResponse::TimedOut => (ProtocolError::SUPS_FAILURE_CASE, CallEndReason::NETWORK_NO_RESPONSE_TIMEOUT),
        UssdResponse::OtherClient => (ProtocolError::ABORTED, CallEndReason::CLIENT_END),
        _ => (ProtocolError::NETWORK_ABORTED, CallEndReason::NETWORK_END),
    }
}

/// Why a dialogue cannot go on.
fn ussd_refused(failure: Failure) -> Refused {
    Refused(match failure.reason {
        Reason::Busy => ProtocolError::INCOMPATIBLE_STATE,
        Reason::NotAllowed => ProtocolError::INCOMPATIBLE_STATE,
        // Another request of the host has ended it.
        Reason::Refused => ProtocolError::ABORTED,
        _ => return failure.into(),
    })
}

/// Lends what the host says in the network's coding.
fn with_said<R>(data: UssData<'_>, then: impl FnOnce(CbsCoding, &[u8]) -> Result<R, Failure>) -> Result<R, Refused> {
    let bytes = data.data.bytes;
    let invalid = Refused(ProtocolError::INVALID_ARGUMENT);
    if bytes.is_empty() {
        return Err(invalid);
    }
    let outcome = match data.data_coding_scheme {
        UssDataCodingScheme::ASCII | UssDataCodingScheme::_8BIT => {
            let text = core::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()).ok_or(invalid)?;
            let mut buf = [0; ussd::MAX_LEN];
            let coded = ussd::write(text.into(), &mut buf).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
            then(coded.coding, coded.octets)
        }
        UssDataCodingScheme::UCS2 => then(CbsCoding::UCS2, bytes),
        _ => return Err(invalid),
    };
    outcome.map_err(ussd_refused)
}

/// What came back for this face, when the modem is done with a request.
fn reply(modem: &Modem, by: Origin) -> Option<&Reply> {
    modem.ussd_answer(by).and_then(|number| modem.ussd_reply(number))
}

fn begin(call: &mut Call<'_, '_>, data: UssData<'_>) -> Result<Ticket, Refused> {
    let (now, by) = (call.now, call.origin());
    with_said(data, |coding, octets| call.modem.begin_ussd(now, by, coding.0, octets))
}

fn originate(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<originate_ussd::Message>().uss_data()?;
    let ticket = begin(call, data)?;
    call.wait(ticket, 0, |call, _, outcome| {
        outcome.map_err(ussd_refused)?;
        let by = call.origin();
        let response = reply(call.modem, by).map_or(UssdResponse::Terminated, |reply| reply.response);
        if user_action(response).is_none() {
            let (error, cause) = cause(response);
            return call.refuse::<originate_ussd::Message>(error, |r, _| {
                r.failure_cause(cause);
            });
        }
        let answered = call.answer::<originate_ussd::Message>(|r, modem| {
            let Some(reply) = reply(modem, by) else { return };
            let said = Said::of(reply);
            if let Some(data) = said.data() {
                r.uss_data(data);
            }
            r.uss_data_utf16(said.units.as_slice().into());
        });
        ask_back(call, response);
        answered
    })
}

/// The outcome comes in an indication.
fn originate_no_wait(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<originate_ussd_no_wait::Message>().uss_data()?;
    let ticket = begin(call, data)?;
    call.later(On::Modem(ticket), 0, |call, _, outcome| {
        let by = call.origin();
        let response = reply(call.modem, by).map_or(UssdResponse::Terminated, |reply| reply.response);
        let failed = match outcome {
            Err(failure) => Some((ussd_refused(failure).0, CallEndReason::OFFLINE)),
            Ok(()) if user_action(response).is_none() => Some(cause(response)),
            Ok(()) => None,
        };
        call.indicate::<originate_ussd_no_wait_indication::Message>(|r, modem| {
            if let Some((error, cause)) = failed {
                r.error_code(error.0).failure_cause(cause);
                return;
            }
            let Some(reply) = reply(modem, by) else { return };
            let said = Said::of(reply);
            if let Some(data) = said.data() {
                r.uss_data(data);
            }
            r.uss_data_utf16(said.units.as_slice().into());
        });
        if failed.is_none() {
            ask_back(call, response);
        }
        Ok(Step::Success)
    })?;
    Ok(Step::Success)
}

/// What the network says to that, it tells who asked, and all who have registered.
fn answer_network(call: &mut Call<'_, '_>) -> Outcome {
    let data = call.request::<answer_ussd::Message>().uss_data()?;
    let (now, by) = (call.now, call.origin());
    let ticket = with_said(data, |coding, octets| call.modem.continue_ussd(now, by, coding.0, octets))?;
    call.later(On::Modem(ticket), 0, |call, _, outcome| {
        let by = call.origin();
        let response = reply(call.modem, by).map_or(UssdResponse::Terminated, |reply| reply.response);
        let action = user_action(response).filter(|_| outcome.is_ok());
        let asked = call.client();
        spoke(call, action == Some(UserAction::REQUIRED));
        let told = call.states::<Client>().filter(|(cid, client)| client.ussd || *cid == asked).map(|(cid, _)| cid);
        let told: Vec<u8, CLIENTS> = crate::device::collect(told);
        for cid in &told {
            match action {
                Some(action) => call.indicate_to::<ussd_indication::Message>(*cid, |r, modem| {
                    if let Some(reply) = reply(modem, by) {
                        words(r, action, reply);
                    }
                }),
                None => call.indicate_to::<release_ussd_indication::Message>(*cid, |_, _| {}),
            }
        }
        Ok(Step::Success)
    })?;
    Ok(Step::Success)
}

fn cancel(call: &mut Call<'_, '_>) -> Outcome {
    if !call.modem.in_ussd() {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    call.modem.cancel_ussd(call.now, call.origin());
    let own = call.client();
    let mut speakers = call.states::<Client>();
    let speaker = speakers.find_map(|(cid, client)| core::mem::take(&mut client.speaks).then_some(cid));
    drop(speakers);
    let answered = call.answer::<cancel_ussd::Message>(|_, _| {});
    // Somebody else's dialogue is over for that one, who has not asked for it.
    if let Some(speaker) = speaker.filter(|speaker| *speaker != own) {
        call.indicate_to::<release_ussd_indication::Message>(speaker, |_, _| {});
    }
    answered
}

/// What a telephone without CDMA has: no timers of calls, no service options, no privacy.
fn config(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<get_config::Message>();
    let asks = |wanted: Option<bool>| wanted == Some(true);
    let (auto_answer, tty) = (asks(request.auto_answer()?), asks(request.tty_mode()?));
    let (amr, domain) = (asks(request.amr_status()?), asks(request.voice_domain_preference()?));
    call.answer::<get_config::Message>(|r, modem| {
        if auto_answer {
            r.auto_answer_status(false);
        }
        if tty {
            r.current_tty_mode(TtyMode::OFF);
        }
        if amr {
            let wcdma = WcdmaAmrStatus::WCDMA_AMR_WB | WcdmaAmrStatus::GSM_AMR_WB | WcdmaAmrStatus::GSM_AMR_NB;
            r.current_amr_status(CurrentAmrStatus { gsm: true, wcdma });
        }
        if domain {
            r.current_voice_domain_preference(match modem.preferences().voice {
                VoiceDomain::Circuit => Domain::CS_ONLY,
                VoiceDomain::Packet => Domain::PS_ONLY,
                VoiceDomain::CircuitPreferred => Domain::CS_PREFERRED,
                VoiceDomain::PacketPreferred => Domain::PS_PREFERRED,
            });
        }
    })
}
