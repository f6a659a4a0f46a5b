//! UIM: the card and its slot, codes, files, logical channels, refreshes.
//!
//! The device has one logical slot, 1, which stands for the physical slot in use. Requests that want their answer in an
//! indication (the token) are refused: no public description of those indications exists.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, uim::*};

use super::super::call::{Call, Outcome, Refused, Released, Step, reset, supported};
use super::super::tell::Tell;
use super::{Served, Service, State, always};
use crate::device::modem::card::{self, Access, Answer, ChannelFailure, FileAction, FileStep, Layout, Sw};
use crate::device::modem::event::Change;
use crate::device::modem::refresh::{self, RefreshMode as Mode, RefreshStage as Stage};
use crate::device::modem::sim::{self, Code, Lock, Sim};
use crate::device::modem::{Failure, Modem, Reason};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::UIM,
    version: (1, 46),
    messages: &[
        Served::of::<reset::Message>(reset),
        Served::of::<get_supported_messages::Message>(supported),
        Served::of::<read_transparent::Message>(read_transparent),
        Served::of::<read_record::Message>(read_record),
        Served::of::<write_record::Message>(write_record),
        Served::of::<get_file_attributes::Message>(file_attributes),
        Served::of::<set_pin_protection::Message>(set_pin_protection),
        Served::of::<verify_pin::Message>(verify_pin),
        Served::of::<unblock_pin::Message>(unblock_pin),
        Served::of::<change_pin::Message>(change_pin),
        Served::of::<depersonalization::Message>(depersonalization),
        Served::of::<refresh_register::Message>(refresh_register),
        Served::of::<refresh_complete::Message>(refresh_complete),
        Served::of::<register_events::Message>(register_events),
        Served::of::<get_card_status::Message>(card_status),
        Served::of::<power_off_sim::Message>(power_off),
        Served::of::<power_on_sim::Message>(power_on),
        Served::of::<change_provisioning_session::Message>(provision),
        Served::of::<get_configuration::Message>(configuration),
        Served::of::<send_apdu::Message>(send_apdu),
        Served::of::<logical_channel::Message>(logical_channel),
        Served::of::<open_logical_channel::Message>(open_logical_channel),
        Served::of::<refresh_register_all::Message>(refresh_register_all),
        Served::of::<switch_slot::Message>(switch_slot),
        Served::of::<get_slot_status::Message>(slot_status),
        Served::of::<remote_unlock::Message>(remote_unlock),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released,
    tell,
};

/// The logical slot.
const SLOT: u8 = 1;
/// Stands for "no application" in a card status.
const NONE: u16 = 0xffff;
/// Files that a client can watch.
const WATCHED: usize = 12;
/// Bytes of records that are read together.
const RECORDS: usize = 768;
/// The indications that are there.
const EVENTS: EventRegistrationFlag =
    EventRegistrationFlag::CARD_STATUS.union(EventRegistrationFlag::PHYSICAL_SLOT_STATUS);

/// What is kept for a client.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Client {
    events: EventRegistrationFlag,
    /// The session by which it watches files, if it does.
    watches: Option<SessionType>,
    watches_all: bool,
    /// Parent and file, from the higher bits on.
    files: Vec<u32, WATCHED>,
    /// It has been told of a refresh, and is to say when it is done.
    owes: bool,
}

impl Client {
    fn watches_file(&self, path: &[u8]) -> bool {
        self.watches_all || self.files.contains(&watched(path))
    }
}

/// How a file is told from others: the last two identifiers of its path.
fn watched(path: &[u8]) -> u32 {
    path.iter().fold(0, |key: u32, byte| key.wrapping_shl(8) | u32::from(*byte))
}

fn released(client: &mut Released<'_>) {
    let (origin, group) = (client.config.origin, u32::from(client.cid));
    // Without a card there are no channels either.
    let _ = client.modem.close_channels(client.now, origin, group);
}

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let modem = tell.modem;
    let Some(client) = tell.state::<Client>() else { return };
    let events = client.events;
    let cards = events.contains(EventRegistrationFlag::CARD_STATUS);
    match change {
        Change::Slot(status) => {
            if events.contains(EventRegistrationFlag::PHYSICAL_SLOT_STATUS) {
                tell.send::<slot_status_indication::Message>(|r, modem| {
                    with_slots(modem, |slots, details, eids| {
                        let r = r.physical_slot_status(slots.into());
                        r.physical_slot_information(details.into()).slot_eid(eids.into());
                    });
                });
            }
            if cards && status.slot == modem.active_slot().slot {
                tell_cards(tell);
            }
        }
        Change::Subscriber(_) | Change::Codes if cards => tell_cards(tell),
        Change::Refresh(stage) => tell_refresh(tell, *stage),
        _ => {}
    }
}

fn tell_cards(tell: &mut Tell<'_, '_>) {
    tell.send::<card_status_indication::Message>(|r, modem| {
        with_cards(modem, |status| {
            r.card_status(status);
        });
    });
}

fn tell_refresh(tell: &mut Tell<'_, '_>, stage: Stage) {
    let Some(refresh) = tell.modem.refresh() else { return };
    let (paths, mode) = (&refresh.files, refresh.mode);
    let Some(client) = tell.state::<Client>() else { return };
    let Some(session_type) = client.watches else { return };
    let mut reversed: [Vec<u8, { refresh::PATH }>; refresh::FILES] = Default::default();
    let mut files: Vec<RefreshFile<'_>, { refresh::FILES }> = Vec::new();
    for (path, little) in paths.iter().zip(&mut reversed) {
        *little = little_endian(path);
    }
    for (path, little) in paths.iter().zip(&reversed) {
        if client.watches_file(path) {
            let (parents, id) = little.split_at_checked(little.len().saturating_sub(2)).unwrap_or_default();
            let id = <[u8; 2]>::try_from(id).map_or(0, u16::from_le_bytes);
            let _ = files.push(RefreshFile { file_id: id, path: parents.into() });
        }
    }
    // Who watches other files only, is not concerned.
    if mode == Mode::Files && files.is_empty() && !client.watches_all {
        return;
    }
    client.owes = stage == Stage::Start && mode != Mode::Reset;
    let event = RefreshEvent {
        stage: match stage {
            Stage::Start => RefreshStage::START,
            Stage::Done => RefreshStage::END_WITH_SUCCESS,
            Stage::Failed => RefreshStage::END_WITH_FAILURE,
        },
        mode: match mode {
            Mode::Reset => RefreshMode::RESET,
            Mode::Init => RefreshMode::INIT,
            Mode::InitFiles => RefreshMode::INIT_FCN,
            Mode::Files => RefreshMode::FCN,
            Mode::InitAll => RefreshMode::INIT_FULL_FCN,
            Mode::Application => RefreshMode::APP_RESET,
            Mode::Session => RefreshMode::_3G_RESET,
        },
        session_type,
        application_identifier: (&[]).into(),
        files: files.as_slice().into(),
    };
    tell.send::<refresh_indication::Message>(|r, _| {
        r.event(event);
    });
}

// The state of the card.

fn pin_state(code: &Code) -> PinState {
    if code.puk_attempts == 0 {
        PinState::PERMANENTLY_BLOCKED
    } else if code.pin_attempts == 0 {
        PinState::BLOCKED
    } else if !code.enabled {
        PinState::DISABLED
    } else if code.verified {
        PinState::ENABLED_VERIFIED
    } else {
        PinState::ENABLED_NOT_VERIFIED
    }
}

fn application<'a>(modem: &Modem, sim: &Sim, kind: CardApplicationType, id: &'a [u8]) -> Application<'a> {
    let pin2 = pin_state(&sim.pin2);
    let mut told = Application {
        kind,
        state: CardApplicationState::DETECTED,
        personalization_state: CardApplicationPersonalizationState::UNKNOWN,
        personalization_feature: CardApplicationPersonalizationFeatureStatus::UNKNOWN,
        application_identifier_value: id.into(),
        upin_replaces_pin1: sim.universal_pin,
        pin1_state: PinState::NOT_INITIALIZED,
        pin1_retries: sim.pin1.pin_attempts,
        puk1_retries: sim.pin1.puk_attempts,
        pin2_state: PinState::NOT_INITIALIZED,
        pin2_retries: sim.pin2.pin_attempts,
        puk2_retries: sim.pin2.puk_attempts,
        ..Application::default()
    };
    let is_used = modem.sim_starts_at().is_none() && modem.is_sim_provisioned() && !modem.pass_through();
    if !is_used {
        return told;
    }
    let pin1 = pin_state(&sim.pin1);
    told.pin1_state = if sim.universal_pin { PinState::DISABLED } else { pin1 };
    told.pin2_state = pin2;
    if kind != CardApplicationType::USIM {
        return told;
    }
    told.personalization_state = CardApplicationPersonalizationState::READY;
    told.state = match pin1 {
        PinState::ENABLED_NOT_VERIFIED => CardApplicationState::PIN1_OR_UPIN_PIN_REQUIRED,
        PinState::BLOCKED => CardApplicationState::PUK1_OR_UPIN_PUK_REQUIRED,
        PinState::PERMANENTLY_BLOCKED => CardApplicationState::PIN1_BLOCKED,
        _ => CardApplicationState::READY,
    };
    if let Some(lock) = &sim.network_lock {
        told.personalization_feature = CardApplicationPersonalizationFeatureStatus::GW_NETWORK;
        told.personalization_retries = lock.attempts;
        let unblock = unblock_left(modem);
        told.personalization_unblock_retries = unblock;
        told.personalization_state = match (lock.attempts, unblock) {
            (0, 0) => CardApplicationPersonalizationState::PERMANENTLY_BLOCKED,
            (0, _) => CardApplicationPersonalizationState::PUK_CODE_REQUIRED,
            _ => CardApplicationPersonalizationState::CODE_REQUIRED,
        };
        if told.state == CardApplicationState::READY {
            told.state = CardApplicationState::CHECK_PERSONALIZATION_STATE;
        }
    }
    told
}

/// Attempts left for what unblocks the network lock.
fn unblock_left(modem: &Modem) -> u8 {
    modem.sim().and_then(|sim| sim.network_unblock.as_ref()).map_or(0, |unblock| unblock.attempts)
}

/// Whether the card has applications: those of an embedded SIM belong to its profile.
fn has_applications(sim: &Sim) -> bool {
    sim.profile || !sim.esim
}

fn with_cards(modem: &Modem, then: impl FnOnce(CardStatus<'_>)) {
    let mut told = Card::default();
    let mut primary = NONE;
    let mut applications: Vec<Application<'_>, 2> = Vec::new();
    if let Some(sim) = modem.sim() {
        told.card_state = CardState::PRESENT;
        if !modem.sim_has_power() {
            (told.card_state, told.error_code) = (CardState::ERROR, CardError::POWER_DOWN);
        } else if sim.bad {
            (told.card_state, told.error_code) = (CardState::ERROR, CardError::NO_ATR_RECEIVED);
        } else if has_applications(sim) {
            let _ = applications.push(application(modem, sim, CardApplicationType::USIM, &card::USIM));
            let _ = applications.push(application(modem, sim, CardApplicationType::ISIM, &card::ISIM));
            if modem.is_sim_provisioned() {
                primary = 0;
            }
        }
        if sim.universal_pin && told.card_state == CardState::PRESENT && modem.sim_starts_at().is_none() {
            told.upin_state = pin_state(&sim.pin1);
            (told.upin_retries, told.upuk_retries) = (sim.pin1.pin_attempts, sim.pin1.puk_attempts);
        }
    }
    told.applications = applications.as_slice().into();
    then(CardStatus {
        index_gw_primary: primary,
        index_1x_primary: NONE,
        index_gw_secondary: NONE,
        index_1x_secondary: NONE,
        cards: (&[told]).into(),
    });
}

fn card_status(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_card_status::Message>(|r, modem| {
        with_cards(modem, |status| {
            r.card_status(status);
        });
    })
}

/// Digits with the first one in the low half of a byte.
fn swapped(text: &str) -> Vec<u8, 10> {
    let mut digits = text.bytes().map(|c| c & 0x0f);
    let mut packed = Vec::new();
    while let Some(low) = digits.next() {
        let high = digits.next().unwrap_or(0x0f);
        let _ = packed.push(high.wrapping_shl(4) | low);
    }
    packed
}

/// Digits with the first one in the high half of a byte.
fn packed(text: &str) -> Vec<u8, 16> {
    let mut digits = text.chars().filter_map(|c| c.to_digit(16)).filter_map(|digit| u8::try_from(digit).ok());
    let mut packed = Vec::new();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        let _ = packed.push(high.wrapping_shl(4) | low);
    }
    packed
}

fn with_slots(
    modem: &Modem,
    then: impl FnOnce(&[PhysicalSlotStatus<'_>], &[PhysicalSlotInformation<'_>], &[SlotEid<'_>]),
) {
    let mut numbers: [(Vec<u8, 10>, Vec<u8, 16>); sim::SLOTS] = Default::default();
    for (slot, (iccid, eid)) in (0..modem.slots()).zip(&mut numbers) {
        if let Some(sim) = modem.sim_in(slot) {
            *iccid = swapped(&sim.iccid);
            if sim.esim {
                *eid = packed(&sim.eid);
            }
        }
    }
    let (mut slots, mut details, mut eids) =
        (Vec::<_, { sim::SLOTS }>::new(), Vec::<_, { sim::SLOTS }>::new(), Vec::<_, { sim::SLOTS }>::new());
    for (slot, (iccid, eid)) in (0..modem.slots()).zip(&numbers) {
        let (sim, is_active) = (modem.sim_in(slot), slot == modem.active_slot().slot);
        let _ = slots.push(PhysicalSlotStatus {
            physical_card_status: if sim.is_some() { PhysicalCardState::PRESENT } else { PhysicalCardState::ABSENT },
            physical_slot_status: if is_active { SlotState::ACTIVE } else { SlotState::INACTIVE },
            logical_slot: if is_active { SLOT } else { 0 },
            iccid: iccid.as_slice().into(),
        });
        let works = sim.filter(|sim| !sim.bad);
        let _ = details.push(PhysicalSlotInformation {
            card_protocol: if works.is_some() { CardProtocol::UICC } else { CardProtocol::UNKNOWN },
            valid_applications: works.map_or(0, |sim| if has_applications(sim) { 2 } else { 0 }),
            atr_value: if works.is_some() { card::ATR.into() } else { (&[]).into() },
            is_euicc: sim.is_some_and(|sim| sim.esim),
        });
        let _ = eids.push(SlotEid { eid: eid.as_slice().into() });
    }
    then(&slots, &details, &eids);
}

fn slot_status(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_slot_status::Message>(|r, modem| {
        with_slots(modem, |slots, details, eids| {
            r.physical_slot_status(slots.into()).physical_slot_information(details.into()).slot_eid(eids.into());
        });
    })
}

fn register_events(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<register_events::Message>().event_registration_mask()?;
    let granted = wanted & EVENTS;
    call.state::<Client>()?.events = granted;
    call.answer::<register_events::Message>(|r, _| {
        r.event_registration_mask(granted);
    })
}

// Slots, power, provisioning.

fn is_slot(slot: u8) -> Result<(), Refused> {
    if slot == SLOT { Ok(()) } else { Err(Refused(ProtocolError::INVALID_ARGUMENT)) }
}

fn done(changed: bool) -> Outcome {
    if changed { Ok(Step::Success) } else { Err(Refused(ProtocolError::NO_EFFECT)) }
}

fn power_off(call: &mut Call<'_, '_>) -> Outcome {
    is_slot(call.request::<power_off_sim::Message>().slot()?)?;
    done(call.modem.power_sim(call.now, call.origin(), false)?)
}

fn power_on(call: &mut Call<'_, '_>) -> Outcome {
    is_slot(call.request::<power_on_sim::Message>().slot()?)?;
    done(call.modem.power_sim(call.now, call.origin(), true)?)
}

fn switch_slot(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<switch_slot::Message>();
    let (logical, physical) = (request.logical_slot()?, request.physical_slot()?);
    is_slot(logical)?;
    let slot = physical.checked_sub(1).ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    if slot == u32::from(call.modem.active_slot().slot) {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    let ticket = call.modem.request_slot(call.now, call.origin(), slot).map_err(|failure| match failure.reason {
        Reason::NoSlot => Refused(ProtocolError::INVALID_ARGUMENT),
        _ => failure.into(),
    })?;
    call.wait(ticket, 0, |_, _, outcome| Ok(outcome.map(|()| Step::Success)?))
}

fn provision(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<change_provisioning_session::Message>();
    let (change, application) = (request.session_change()?, request.application_information()?);
    if change.session_type != SessionType::PRIMARY_GW_PROVISIONING {
        return Err(Refused(ProtocolError::INVALID_SESSION_TYPE));
    }
    if change.activate {
        let application = application.ok_or(Refused(ProtocolError::MISSING_ARGUMENT))?;
        is_slot(application.slot)?;
        let id = application.application_identifier.bytes;
        if !is_usim(id) || !call.modem.sim().is_some_and(has_applications) {
            return Err(Refused(ProtocolError::INVALID_ARGUMENT));
        }
    }
    done(call.modem.provision_sim(call.now, call.origin(), change.activate)?)
}

/// Whether an identifier, or the beginning of one, is that of the USIM; an empty one is.
fn is_usim(id: &[u8]) -> bool {
    card::USIM.starts_with(id)
}

fn configuration(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<get_configuration::Message>().configuration_mask()?;
    let asks = |what: Configuration| wanted.is_none_or(|wanted| wanted.contains(what));
    call.answer::<get_configuration::Message>(|r, modem| {
        if asks(Configuration::AUTOMATIC_SELECTION) {
            r.automatic_selection(true);
        }
        if asks(Configuration::PERSONALIZATION_STATUS) {
            let lock = modem.sim().and_then(|sim| sim.network_lock.as_ref()).map(|lock| PersonalizationStatus {
                feature: CardApplicationPersonalizationFeature::GW_NETWORK,
                verify_left: lock.attempts,
                unblock_left: unblock_left(modem),
            });
            r.personalization_status(lock.as_slice().into());
        }
        if asks(Configuration::HALT_SUBSCRIPTION) {
            r.halt_subscription(false);
        }
    })
}

// Codes.

/// A token asks for the answer in an indication.
fn no_token(token: Option<u32>) -> Result<(), Refused> {
    match token {
        None => Ok(()),
        Some(_) => Err(Refused(ProtocolError::NOT_SUPPORTED)),
    }
}

/// What a session stands for: the identifier of an application, empty for the one that the modem uses.
fn session<'a>(call: &Call<'_, '_>, session: Session<'a>) -> Result<&'a [u8], Refused> {
    let id = session.application_identifier.bytes;
    match session.session_type {
        SessionType::PRIMARY_GW_PROVISIONING if call.modem.sim().is_none() => Err(Refused(ProtocolError::NO_SIM)),
        SessionType::PRIMARY_GW_PROVISIONING if !call.modem.is_sim_provisioned() => {
            Err(Refused(ProtocolError::UIM_UNINITIALIZED))
        }
        SessionType::PRIMARY_GW_PROVISIONING if is_usim(id) => Ok(&[]),
        SessionType::NONPROVISIONING_SLOT1 | SessionType::CARD_SLOT1 => Ok(id),
        SessionType::PRIMARY_GW_PROVISIONING => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
        _ => Err(Refused(ProtocolError::INVALID_SESSION_TYPE)),
    }
}

/// The lock that a PIN is.
fn pin(call: &Call<'_, '_>, id: PinId) -> Result<Lock, Refused> {
    let universal = call.modem.sim().ok_or(Refused(ProtocolError::NO_SIM))?.universal_pin;
    match id {
        PinId::PIN1 if universal => Err(Refused(ProtocolError::NO_EFFECT)),
        PinId::PIN1 => Ok(Lock::Pin1),
        PinId::PIN2 => Ok(Lock::Pin2),
        PinId::UPIN if universal => Ok(Lock::Pin1),
        _ => Err(Refused(ProtocolError::INVALID_PIN_ID)),
    }
}

fn code(modem: &Modem, lock: Lock) -> Option<&Code> {
    let sim = modem.sim()?;
    Some(if lock == Lock::Pin1 { &sim.pin1 } else { &sim.pin2 })
}

/// What a request with a code came to: the error, the attempts left, and what the card said.
fn code_failed(modem: &Modem, lock: Lock, failure: Failure) -> (ProtocolError, RetriesRemaining, CardResult) {
    let (pin, puk) = code(modem, lock).map_or((0, 0), |code| (code.pin_attempts, code.puk_attempts));
    let (error, (sw1, sw2)) = match failure.reason {
        Reason::CodeWrong if puk == 0 => (ProtocolError::PIN_ALWAYS_BLOCKED, (0x69, 0x83)),
        Reason::CodeWrong if pin == 0 => (ProtocolError::PIN_BLOCKED, (0x69, 0x83)),
        Reason::CodeWrong => (ProtocolError::INCORRECT_PIN, (0x63, 0xc0 | pin)),
        // ETSI TS 102 221 §10.2.1.5: referenced data reversibly blocked, which is to say disabled.
        Reason::CodeDisabled => (ProtocolError::NO_EFFECT, (0x69, 0x84)),
        _ => (Refused::from(failure).0, (0, 0)),
    };
    (error, RetriesRemaining { verify_retries_left: pin, unblock_retries_left: puk }, CardResult { sw1, sw2 })
}

/// The same where the unblocking code was wrong.
fn puk_failed(modem: &Modem, lock: Lock, failure: Failure) -> (ProtocolError, RetriesRemaining, CardResult) {
    let (error, left, mut said) = code_failed(modem, lock, failure);
    if failure.reason == Reason::CodeWrong && left.unblock_retries_left != 0 {
        said = CardResult { sw1: 0x63, sw2: 0xc0 | left.unblock_retries_left };
        return (ProtocolError::INCORRECT_PIN, left, said);
    }
    (error, left, said)
}

/// A code as text; what is no text is no code.
fn digits(text: Option<&str>) -> Result<&str, Refused> {
    text.ok_or(Refused(ProtocolError::INVALID_ARGUMENT))
}

/// Whether the card said something.
fn said(result: CardResult) -> bool {
    result != CardResult::default()
}

fn set_pin_protection(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_pin_protection::Message>();
    let (of, info) = (request.session()?, request.info()?);
    no_token(request.response_in_indication_token()?)?;
    session(call, of)?;
    let (lock, value) = (pin(call, info.pin_id)?, digits(info.pin_value.to_str())?);
    if lock == Lock::Pin1 && code(call.modem, lock).is_some_and(|code| code.enabled == info.pin_enabled) {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    match call.modem.enable_code(call.now, call.origin(), lock, value, info.pin_enabled) {
        Ok(()) => Ok(Step::Success),
        Err(failure) => {
            let (error, left, _) = code_failed(call.modem, lock, failure);
            call.refuse::<set_pin_protection::Message>(error, |r, _| {
                r.retries_remaining(left);
            })
        }
    }
}

const OK: CardResult = CardResult { sw1: 0x90, sw2: 0 };

fn verify_pin(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<verify_pin::Message>();
    let (of, info) = (request.session()?, request.info()?);
    no_token(request.response_in_indication_token()?)?;
    session(call, of)?;
    let (lock, value) = (pin(call, info.pin_id)?, digits(info.pin_value.to_str())?);
    match call.modem.enter_code(call.now, call.origin(), lock, value) {
        Ok(()) => call.answer::<verify_pin::Message>(|r, _| {
            r.card_result(OK);
        }),
        Err(failure) => {
            let (error, left, result) = code_failed(call.modem, lock, failure);
            call.refuse::<verify_pin::Message>(error, |r, _| {
                r.retries_remaining(left);
                if said(result) {
                    r.card_result(result);
                }
            })
        }
    }
}

fn unblock_pin(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<unblock_pin::Message>();
    let (of, info) = (request.session()?, request.info()?);
    no_token(request.response_in_indication_token()?)?;
    session(call, of)?;
    let lock = pin(call, info.pin_id)?;
    let (puk, new) = (digits(info.puk.to_str())?, digits(info.new_pin.to_str())?);
    let key = if lock == Lock::Pin1 { Lock::Puk1 } else { Lock::Puk2 };
    match call.modem.unblock(call.now, call.origin(), key, puk, new) {
        Ok(()) => call.answer::<unblock_pin::Message>(|r, _| {
            r.card_result(OK);
        }),
        Err(failure) => {
            let (error, left, result) = puk_failed(call.modem, lock, failure);
            call.refuse::<unblock_pin::Message>(error, |r, _| {
                r.retries_remaining(left);
                if said(result) {
                    r.card_result(result);
                }
            })
        }
    }
}

fn change_pin(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<change_pin::Message>();
    let (of, info) = (request.session()?, request.info()?);
    no_token(request.response_in_indication_token()?)?;
    session(call, of)?;
    let lock = pin(call, info.pin_id)?;
    let (old, new) = (digits(info.old_pin.to_str())?, digits(info.new_pin.to_str())?);
    match call.modem.change_code(call.now, call.origin(), lock, old, new) {
        Ok(()) => call.answer::<change_pin::Message>(|r, _| {
            r.card_result(OK);
        }),
        Err(failure) => {
            let (error, left, result) = code_failed(call.modem, lock, failure);
            call.refuse::<change_pin::Message>(error, |r, _| {
                r.retries_remaining(left);
                if said(result) {
                    r.card_result(result);
                }
            })
        }
    }
}

fn depersonalization(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<depersonalization::Message>();
    let (info, slot) = (request.info()?, request.slot()?);
    is_slot(slot.unwrap_or(SLOT))?;
    if info.feature.name().is_none() {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let lock = call.modem.sim().ok_or(Refused(ProtocolError::NO_SIM))?.network_lock.as_ref();
    let attempts = lock.map(|lock| lock.attempts);
    if info.feature != CardApplicationPersonalizationFeature::GW_NETWORK || attempts.is_none() {
        // There is no such lock.
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    let key = digits(info.control_key.to_str())?;
    let (now, by) = (call.now, call.origin());
    let done = match info.operation {
        DepersonalizationOperation::DEACTIVATE => call.modem.enter_code(now, by, Lock::Network, key),
        DepersonalizationOperation::UNBLOCK => call.modem.unblock_network(now, by, key),
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    match done {
        Ok(()) => Ok(Step::Success),
        Err(failure) => {
            let lock = call.modem.sim().and_then(|sim| sim.network_lock.as_ref());
            let verify_left = lock.map_or(0, |lock| lock.attempts);
            let error = match failure.reason {
                Reason::CodeWrong if verify_left == 0 && unblock_left(call.modem) == 0 => {
                    ProtocolError::PIN_ALWAYS_BLOCKED
                }
                Reason::CodeWrong if verify_left == 0 && info.operation == DepersonalizationOperation::DEACTIVATE => {
                    ProtocolError::PIN_BLOCKED
                }
                _ => Refused::from(failure).0,
            };
            call.refuse::<depersonalization::Message>(error, |r, modem| {
                r.retries_remaining(KeyRetriesRemaining { verify_left, unblock_left: unblock_left(modem) });
            })
        }
    }
}

/// The data are a policy of the carrier lock.
fn remote_unlock(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<remote_unlock::Message>();
    let data = match (request.simlock_data()?, request.simlock_extended_data()?) {
        (Some(data), _) | (None, Some(data)) => data.bytes,
        (None, None) => return Err(Refused(ProtocolError::MISSING_ARGUMENT)),
    };
    let set = call.modem.set_carrier_policy(call.now, call.origin(), data);
    set.map_err(|_| Refused(ProtocolError::ACCESS_DENIED))?;
    Ok(Step::Success)
}

// Files.

/// Longest path of a file: identifiers from the root on.
type Path = Vec<u8, 16>;

fn little_endian<const N: usize>(path: &[u8]) -> Vec<u8, N> {
    let mut turned = Vec::new();
    for id in path.chunks_exact(2) {
        for byte in id.iter().rev() {
            let _ = turned.push(*byte);
        }
    }
    turned
}

/// The path of a file in the card's own words: the higher byte of each identifier first, and no root in front of an
/// application.
fn path(file: File<'_>) -> Result<Path, Refused> {
    let parents = file.file_path.bytes;
    if !parents.len().is_multiple_of(2) || parents.len() > 14 {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let mut whole: Path = little_endian(parents);
    whole.extend_from_slice(&file.file_id.to_be_bytes()).map_err(|_| Refused(ProtocolError::INVALID_ARGUMENT))?;
    let (root, application) = (card::MF.to_be_bytes(), card::CURRENT_APPLICATION.to_be_bytes());
    match whole.strip_prefix(&root).filter(|rest| rest.starts_with(&application)) {
        Some(rest) => Path::from_slice(rest).map_err(|_| Refused(ProtocolError::INVALID_ARGUMENT)),
        None => Ok(whole),
    }
}

/// What the card answered: the error, if it is one.
fn file_error(step: FileStep, sw: Sw) -> Option<ProtocolError> {
    match step {
        _ if sw == Sw::OK => None,
        FileStep::Selected => Some(ProtocolError::SIM_FILE_NOT_FOUND),
        FileStep::Code => Some(ProtocolError::ACCESS_DENIED),
        FileStep::Acted => Some(match sw {
            Sw::NO_MEMORY => ProtocolError::INSUFFICIENT_RESOURCES,
            _ => ProtocolError::INVALID_ARGUMENT,
        }),
    }
}

fn card_result(sw: Sw) -> CardResult {
    CardResult { sw1: sw.first(), sw2: sw.second() }
}

/// Acts on a file of a session.
fn act(
    call: &mut Call<'_, '_>,
    of: Session<'_>,
    file: File<'_>,
    action: FileAction<'_>,
) -> Result<card::FileOutcome, Refused> {
    let id = session(call, of)?;
    let application = if id.is_empty() { &card::USIM[..] } else { id };
    let path = path(file)?;
    Ok(call.modem.file(call.now, call.origin(), application, &path, "", action)?)
}

fn read_transparent(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<read_transparent::Message>();
    let (of, file, part) = (request.session()?, request.file()?, request.read_information()?);
    no_token(request.response_in_indication_token()?)?;
    if request.encrypt_data()? == Some(true) {
        return Err(Refused(ProtocolError::NOT_SUPPORTED));
    }
    let action = FileAction::ReadBytes { offset: part.offset.into(), count: part.length.into() };
    let outcome = act(call, of, file, action)?;
    let result = card_result(outcome.answer.sw);
    match file_error(outcome.step, outcome.answer.sw) {
        Some(error) => call.refuse::<read_transparent::Message>(error, |r, _| {
            r.card_result(result);
        }),
        None => call.answer::<read_transparent::Message>(|r, _| {
            r.card_result(result).read_result(outcome.answer.data().into());
        }),
    }
}

fn read_record(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<read_record::Message>();
    let (of, file, record) = (request.session()?, request.file()?, request.record()?);
    let last = request.last_record()?;
    no_token(request.response_in_indication_token()?)?;
    let first = record.record_number;
    let last = last.unwrap_or(first);
    if last < first {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let mut result = OK;
    let mut bytes: Vec<u8, RECORDS> = Vec::new();
    let mut len = 0;
    for number in first..=last {
        let outcome = act(call, of, file, FileAction::ReadRecord(number.into()))?;
        let mut sw = outcome.answer.sw;
        let data = outcome.answer.data();
        if sw == Sw::OK && record.record_length != 0 && usize::from(record.record_length) != data.len() {
            sw = Sw(u16::from_be_bytes([0x6c, u8::try_from(data.len()).unwrap_or(0)]));
        }
        result = card_result(sw);
        if let Some(error) = file_error(outcome.step, sw) {
            return call.refuse::<read_record::Message>(error, |r, _| {
                r.card_result(result);
            });
        }
        bytes.extend_from_slice(data).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
        len = data.len();
    }
    call.answer::<read_record::Message>(|r, _| {
        let (record, more) = bytes.split_at_checked(len).unwrap_or_default();
        r.card_result(result).read_result(record.into());
        if first < last {
            r.additional_read_result(more.into());
        }
    })
}

fn write_record(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<write_record::Message>();
    let (of, file, record) = (request.session()?, request.file()?, request.write_record()?);
    no_token(request.response_in_indication_token()?)?;
    let action = FileAction::WriteRecord(record.record_number.into(), record.record.bytes);
    let outcome = act(call, of, file, action)?;
    let result = card_result(outcome.answer.sw);
    match file_error(outcome.step, outcome.answer.sw) {
        Some(error) => call.refuse::<write_record::Message>(error, |r, _| {
            r.card_result(result);
        }),
        None => call.answer::<write_record::Message>(|r, _| {
            r.card_result(result);
        }),
    }
}

fn condition(access: Access) -> (SecurityAttributeLogic, SecurityAttribute) {
    match access {
        Access::Always => (SecurityAttributeLogic::ALWAYS, SecurityAttribute::empty()),
        Access::Pin1 => (SecurityAttributeLogic::SINGLE, SecurityAttribute::PIN1),
        Access::Pin2 => (SecurityAttributeLogic::SINGLE, SecurityAttribute::PIN2),
        Access::Maker => (SecurityAttributeLogic::SINGLE, SecurityAttribute::ADM),
    }
}

fn attributes(file_id: u16, info: card::FileInfo, answer: &Answer) -> FileAttributes<'_> {
    let (read, read_by) = condition(info.read);
    let (write, write_by) = condition(info.update);
    let (maker, maker_by) = condition(Access::Maker);
    let (file_type, size, record_size, record_count) = match info.layout {
        Layout::Directory if file_id == card::MF => (FileType::MASTER_FILE, 0, 0, 0),
        Layout::Directory => (FileType::DEDICATED_FILE, 0, 0, 0),
        Layout::Bytes(len) => (FileType::TRANSPARENT, u16::from(len), 0, 0),
        Layout::Records { len, count } => {
            let (len, count) = (u16::from(len), u16::from(count));
            (FileType::LINEAR_FIXED, len.saturating_mul(count), len, count)
        }
    };
    FileAttributes {
        file_size: size,
        file_id,
        file_type,
        record_size,
        record_count,
        read_security_attributes_logic: read,
        read_security_attributes: read_by,
        write_security_attributes_logic: write,
        write_security_attributes: write_by,
        increase_security_attributes_logic: SecurityAttributeLogic::NEVER,
        increase_security_attributes: SecurityAttribute::empty(),
        deactivate_security_attributes_logic: maker,
        deactivate_security_attributes: maker_by,
        activate_security_attributes_logic: maker,
        activate_security_attributes: maker_by,
        raw_data: answer.data().into(),
    }
}

fn file_attributes(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<get_file_attributes::Message>();
    let (of, file) = (request.session()?, request.file()?);
    no_token(request.response_in_indication_token()?)?;
    let outcome = act(call, of, file, FileAction::Look)?;
    let result = card_result(outcome.answer.sw);
    match (file_error(outcome.step, outcome.answer.sw), outcome.info) {
        (None, Some(info)) => call.answer::<get_file_attributes::Message>(|r, _| {
            r.card_result(result).file_attributes(attributes(file.file_id, info, &outcome.answer));
        }),
        (error, _) => {
            call.refuse::<get_file_attributes::Message>(error.unwrap_or(ProtocolError::SIM_FILE_NOT_FOUND), |r, _| {
                r.card_result(result);
            })
        }
    }
}

// Refreshes.

fn refresh_register(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<refresh_register::Message>();
    let (of, info) = (request.session()?, request.info()?);
    session(call, of)?;
    if info.vote_for_init {
        // The card asks nobody whether it may start anew.
        return Err(Refused(ProtocolError::NOT_SUPPORTED));
    }
    let mut files: Vec<u32, WATCHED> = Vec::new();
    for file in info.files {
        let path = path(File { file_id: file.file_id, file_path: file.path })?;
        files.push(watched(&path)).map_err(|_| Refused(ProtocolError::INSUFFICIENT_RESOURCES))?;
    }
    let client = call.state::<Client>()?;
    (client.watches_all, client.owes) = (false, false);
    client.watches = Some(of.session_type).filter(|_| info.register_flag && !files.is_empty());
    client.files = if client.watches.is_some() { files } else { Vec::new() };
    Ok(Step::Success)
}

fn refresh_register_all(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<refresh_register_all::Message>();
    let (of, info) = (request.session()?, request.info()?);
    session(call, of)?;
    let client = call.state::<Client>()?;
    (client.watches_all, client.owes) = (info.register_flag, false);
    client.watches = Some(of.session_type).filter(|_| info.register_flag);
    client.files.clear();
    Ok(Step::Success)
}

fn refresh_complete(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<refresh_complete::Message>();
    let (of, info) = (request.session()?, request.info()?);
    session(call, of)?;
    let client = call.state::<Client>()?;
    if !core::mem::take(&mut client.owes) {
        return Err(Refused(ProtocolError::INCOMPATIBLE_STATE));
    }
    let others = call.states::<Client>().any(|(_, client)| client.owes);
    if !others || !info.refresh_success {
        call.modem.complete_refresh(call.now, call.origin(), info.refresh_success)?;
    }
    Ok(Step::Success)
}

// Logical channels.

fn open(call: &mut Call<'_, '_>, id: Option<&[u8]>, wanted: Option<FileControlInformation>) -> Opened {
    let p2 = match wanted {
        None | Some(FileControlInformation::FCI | FileControlInformation::FCI_WITH_INTERFACES) => 0x00,
        Some(FileControlInformation::FCP) => 0x04,
        Some(FileControlInformation::NO_DATA) => 0x0c,
        Some(_) => return Opened::Refused(ProtocolError::INVALID_ARGUMENT, None),
    };
    let (now, by, group) = (call.now, call.origin(), u32::from(call.client()));
    // Without an application nothing is selected on it.
    let opened = match id.filter(|id| !id.is_empty()) {
        Some(id) => call.modem.open_channel(now, by, id, p2, group).map(|(channel, answer)| (channel, Some(answer))),
        None => call.modem.open_bare_channel(now, by, group).map(|channel| (channel, None)),
    };
    match opened {
        Ok((channel, answer)) => Opened::Channel(channel, answer),
        Err(ChannelFailure::NoneLeft(sw)) => Opened::Refused(ProtocolError::INSUFFICIENT_RESOURCES, Some(sw)),
        Err(ChannelFailure::Select(sw)) => Opened::Refused(ProtocolError::SIM_FILE_NOT_FOUND, Some(sw)),
        Err(ChannelFailure::Card(failure)) => Opened::Refused(Refused::from(failure).0, None),
        Err(ChannelFailure::NotOpened) => Opened::Refused(ProtocolError::INTERNAL, None),
    }
}

/// What opening a channel came to.
#[allow(clippy::large_enum_variant)] // lives no longer than its request
enum Opened {
    Channel(u8, Option<Answer>),
    Refused(ProtocolError, Option<Sw>),
}

/// What was selected, as far as its length can be told.
fn selected(answer: &Answer) -> &[u8] {
    answer.data().get(..255).unwrap_or(answer.data())
}

fn open_logical_channel(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<open_logical_channel::Message>();
    let (slot, id, wanted) = (request.slot()?, request.aid()?, request.file_control_information()?);
    is_slot(slot)?;
    match open(call, id.map(|id| id.bytes), wanted) {
        Opened::Channel(channel, answer) => call.answer::<open_logical_channel::Message>(|r, _| {
            r.channel_id(channel).card_result(OK);
            if let Some(answer) = &answer {
                r.select_response(selected(answer).into());
            }
        }),
        Opened::Refused(error, sw) => call.refuse::<open_logical_channel::Message>(error, |r, _| {
            if let Some(sw) = sw {
                r.card_result(card_result(sw));
            }
        }),
    }
}

/// Closes a channel if one is named, else opens one.
fn logical_channel(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<logical_channel::Message>();
    let (slot, id, channel) = (request.slot()?, request.aid()?, request.channel_id()?);
    let wanted = request.file_control_information()?;
    is_slot(slot)?;
    if let Some(channel) = channel {
        return match call.modem.close_channel(call.now, call.origin(), channel) {
            Ok(()) => call.answer::<logical_channel::Message>(|r, _| {
                r.channel_id(channel).card_result(OK);
            }),
            Err(ChannelFailure::Card(failure)) => Err(failure.into()),
            Err(_) => call.refuse::<logical_channel::Message>(ProtocolError::INVALID_ARGUMENT, |r, _| {
                r.card_result(card_result(Sw::NO_CHANNEL));
            }),
        };
    }
    let id = id.ok_or(Refused(ProtocolError::MISSING_ARGUMENT))?;
    match open(call, Some(id.bytes), wanted) {
        Opened::Channel(channel, answer) => call.answer::<logical_channel::Message>(|r, _| {
            r.channel_id(channel).card_result(OK);
            if let Some(answer) = &answer {
                r.select_response(selected(answer).into());
            }
        }),
        Opened::Refused(error, sw) => call.refuse::<logical_channel::Message>(error, |r, _| {
            if let Some(sw) = sw {
                r.card_result(card_result(sw));
            }
        }),
    }
}

/// The class byte with the channel in it (ISO 7816-4 §5.4.1, ETSI TS 102 221 §10.1.1).
fn with_channel(class: u8, channel: u8) -> Option<u8> {
    match channel.checked_sub(4) {
        None => Some(class & 0xf0 & !0x40 | channel | class & 0x0c),
        Some(further @ 0..=15) => Some(class & 0x80 | 0x40 | further),
        Some(_) => None,
    }
}

fn send_apdu(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<send_apdu::Message>();
    let (slot, apdu, channel) = (request.slot()?, request.apdu()?, request.channel_id()?);
    is_slot(slot)?;
    let invalid = Refused(ProtocolError::INVALID_ARGUMENT);
    let (class, rest) = apdu.bytes.split_first().ok_or(invalid)?;
    let class = match channel.filter(|channel| *channel != 0) {
        None => *class,
        Some(channel) if call.modem.has_channel(call.origin(), channel) => {
            with_channel(*class, channel).ok_or(invalid)?
        }
        Some(_) => return Err(invalid),
    };
    let mut command: Vec<u8, { card::COMMAND }> = Vec::new();
    let _ = command.push(class);
    command.extend_from_slice(rest).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
    let answer = call.modem.apdu(call.now, call.origin(), &command)?;
    let mut response: Vec<u8, { card::ANSWER + 2 }> = Vec::new();
    let _ = response.extend_from_slice(answer.data());
    let _ = response.extend_from_slice(&answer.sw.0.to_be_bytes());
    call.answer::<send_apdu::Message>(|r, _| {
        r.apdu_response(response.as_slice().into());
    })
}
