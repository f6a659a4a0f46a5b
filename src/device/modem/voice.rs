//! Calls: dialled, received, held, joined and ended, with the supplementary services of the network that bear upon them.
//!
//! The other parties come from a table; whoever is not in it answers. What takes time (ringing at the other end, nobody
//! answering here) has a due time, as everything in the modem has.

use heapless::Vec;

use super::super::collect;
use super::event::{Change, Origin};
use super::sms::{Number, is_number};
use super::{Failure, Modem, Reason, Text};
use crate::time::{Instant, Millis};

/// Calls at the same time.
pub const CALLS: usize = 7;
/// Parties in a conference, this one not counted (3GPP TS 22.084).
pub const CONFERENCE: usize = 5;
/// Other parties that are listed.
pub const PARTIES: usize = 8;
/// Emergency numbers that the network tells.
pub const EMERGENCY_NUMBERS: usize = 4;
/// Tones that are remembered.
pub const TONES: usize = 32;
/// Emergency numbers that every telephone knows (3GPP TS 22.101 §10.1.1).
pub const EMERGENCY: [&str; 2] = ["112", "911"];

/// What somebody does who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Conduct {
    /// Answers.
    Answers,
    /// Answers, and ends the call after a while.
    AnswersFor(Millis),
    /// Answers after another call; until then the call waits.
    Waits,
    /// Has the call forwarded to somebody who answers.
    Forwards,
    /// Is busy.
    Busy,
    /// Lets it ring.
    Silent,
    /// Rejects the call.
    Rejects,
    /// Does not exist.
    Unassigned,
}

/// Somebody who can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Party {
    /// The number; a leading `+` makes no difference.
    pub number: Number,
    /// What happens to calls to it.
    pub conduct: Conduct,
}

/// An emergency number that the network tells (3GPP TS 24.008 §10.5.3.13).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EmergencyNumber {
    /// The number.
    pub number: Text<6>,
    /// Whom it reaches: bit 0 police, 1 ambulance, 2 fire brigade, 3 marine guard, 4 mountain rescue.
    pub services: u8,
}

/// Calls at power-on, and who can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VoiceSetup {
    /// The device has calls at all.
    pub enabled: bool,
    /// Who can be called; everybody else answers.
    pub parties: Vec<Party, PARTIES>,
    /// Emergency numbers that the network tells.
    pub emergency: Vec<EmergencyNumber, EMERGENCY_NUMBERS>,
    /// Where calls can be forwarded to; empty: no forwarding is registered.
    pub forward_to: Number,
    /// Another call is told while there is one.
    pub call_waiting: bool,
}

impl Default for VoiceSetup {
    fn default() -> Self {
        Self {
            enabled: true,
            parties: Vec::new(),
            emergency: Vec::new(),
            forward_to: Number::new(),
            call_waiting: true,
        }
    }
}

/// Why a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CallEnd {
    /// A host ended it.
    Here,
    /// The other party ended it.
    There,
    /// The other party is busy.
    Busy,
    /// Nobody answered.
    NoAnswer,
    /// The other party, or a host, rejected it.
    Rejected,
    /// There is no such number.
    Unassigned,
    /// The network is not there any more.
    NoService,
    /// It was joined with another party, without this one.
    Transferred,
}

/// State of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CallState {
    /// It is being set up from here.
    Dialling,
    /// It rings at the other end.
    Alerting,
    /// It rings here.
    Incoming,
    /// It is told here beside another call.
    Waiting,
    /// Both can talk.
    Active,
    /// It is held from here.
    Held,
    /// It is over.
    Ended(CallEnd),
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Call {
    /// Its number, from 1.
    pub id: u8,
    /// Where it is.
    pub state: CallState,
    /// It came from the other end.
    pub incoming: bool,
    /// Number of the other party; empty if it is not told.
    pub number: Number,
    /// It is part of a conference.
    pub conference: bool,
    /// It is to an emergency number.
    pub emergency: bool,
    conduct: Conduct,
    due: Option<Instant>,
}

impl Call {
    /// Whether it is not over.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        !matches!(self.state, CallState::Ended(_))
    }
}

/// What the network tells of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Notice {
    /// The called party has it forwarded.
    Forwarded,
    /// It waits at the called party.
    Waiting,
    /// The other party holds it.
    Held,
    /// The other party does not hold it any more.
    Retrieved,
    /// It is part of a conference now.
    Conference,
}

/// What happened to calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CallEvent {
    /// A call has begun, moved on or ended: its number, and its state then; see [`Modem::calls`] for all of them.
    State(u8, CallState),
    /// The network told something of a call.
    Notice(u8, Notice),
}

/// What to do with the calls there are (3GPP TS 22.030 §6.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Manage {
    /// End those held, or reject the one that waits.
    ReleaseHeld,
    /// End those active, and take the one that waits, or those held.
    ReleaseActive,
    /// Hold those active, and take the one that waits, or those held.
    HoldActive,
    /// Hold all but this one.
    HoldExcept(u8),
    /// Join those held and those active.
    Join,
    /// Join the other parties, and leave.
    Transfer,
    /// End all.
    EndAll,
    /// End this one.
    Release(u8),
}

/// A supplementary service of the network that can be on and off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Supplementary {
    /// All calls are forwarded.
    ForwardUnconditional,
    /// Calls are forwarded while there is another one.
    ForwardBusy,
    /// Calls are forwarded that nobody answers.
    ForwardNoReply,
    /// Calls are forwarded while the modem cannot be reached.
    ForwardUnreachable,
    /// No calls go out.
    BarOutgoing,
    /// No calls come in.
    BarIncoming,
    /// Another call is told while there is one.
    CallWaiting,
}

impl Supplementary {
    const fn bit(self) -> u8 {
        match self {
            Self::ForwardUnconditional => 1,
            Self::ForwardBusy => 1 << 1,
            Self::ForwardNoReply => 1 << 2,
            Self::ForwardUnreachable => 1 << 3,
            Self::BarOutgoing => 1 << 4,
            Self::BarIncoming => 1 << 5,
            Self::CallWaiting => 1 << 6,
        }
    }

    const fn forwards(self) -> bool {
        self.bit() < Self::BarOutgoing.bit()
    }
}

/// Calls of a modem.
#[derive(Debug)]
pub(super) struct Voice {
    setup: VoiceSetup,
    calls: Vec<Call, CALLS>,
    /// Supplementary services that are active. The network knows them, so they outlive restarts.
    active: u8,
    tones: Text<TONES>,
    /// A tone that goes on, and the call.
    tone: Option<(u8, char)>,
    /// There is an emergency call.
    emergency: bool,
}

impl Voice {
    pub(super) fn new(setup: VoiceSetup) -> Self {
        let active = if setup.call_waiting { Supplementary::CallWaiting.bit() } else { 0 };
        Self { setup, calls: Vec::new(), active, tones: Text::new(), tone: None, emergency: false }
    }

    pub(super) fn power_off(&mut self) {
        self.calls.clear();
        self.tone = None;
        self.emergency = false;
    }

    pub(super) fn due(&self) -> Option<(Instant, u8)> {
        self.calls.iter().filter_map(|call| Some((call.due?, call.id))).min()
    }

    fn call_mut(&mut self, id: u8) -> Option<&mut Call> {
        self.calls.iter_mut().find(|call| call.id == id && call.is_live())
    }

    fn any(&self, wanted: impl Fn(CallState) -> bool) -> bool {
        self.calls.iter().any(|call| wanted(call.state))
    }

    fn first(&self, wanted: impl Fn(CallState) -> bool) -> Option<u8> {
        self.calls.iter().find(|call| wanted(call.state)).map(|call| call.id)
    }

    fn has(&self, service: Supplementary) -> bool {
        self.active & service.bit() != 0
    }

    fn remembers(&mut self, tone: char) {
        if self.tones.chars().count() >= TONES {
            let mut rest = self.tones.chars();
            rest.next();
            self.tones = super::text(rest.as_str());
        }
        let _ = self.tones.push(tone);
    }
}

fn is_active(state: CallState) -> bool {
    state == CallState::Active
}

fn is_held(state: CallState) -> bool {
    state == CallState::Held
}

fn is_waiting(state: CallState) -> bool {
    matches!(state, CallState::Waiting | CallState::Incoming)
}

fn is_setting_up(state: CallState) -> bool {
    matches!(state, CallState::Dialling | CallState::Alerting)
}

/// Whether a character stands for a tone.
#[must_use]
pub const fn is_tone(tone: char) -> bool {
    matches!(tone, '0'..='9' | '*' | '#' | 'A'..='D' | 'a'..='d')
}

fn digits(number: &str) -> &str {
    number.trim_start_matches('+')
}

impl Modem {
    /// Whether the device has calls.
    #[must_use]
    pub fn has_calls(&self) -> bool {
        self.voice.setup.enabled
    }

    /// The calls there are, and those that have ended since the last one began.
    #[must_use]
    pub fn calls(&self) -> &[Call] {
        &self.voice.calls
    }

    /// Whether a supplementary service is active.
    #[must_use]
    pub fn supplementary(&self, service: Supplementary) -> bool {
        self.voice.has(service)
    }

    /// Emergency numbers that the network has told.
    #[must_use]
    pub fn network_emergency_numbers(&self) -> &[EmergencyNumber] {
        if self.registration().is_registered() { &self.voice.setup.emergency } else { &[] }
    }

    /// The tones that were sent, the oldest first; the last [`TONES`].
    #[must_use]
    pub fn tones(&self) -> &str {
        &self.voice.tones
    }

    fn is_emergency(&self, number: &str) -> bool {
        EMERGENCY.contains(&number) || self.voice.setup.emergency.iter().any(|known| known.number == *number)
    }

    fn tell_call(&mut self, by: Origin, id: u8) {
        if let Some(state) = self.voice.calls.iter().find(|call| call.id == id).map(|call| call.state) {
            self.log.push(by, Change::Call(CallEvent::State(id, state)));
        }
        let emergency = self.voice.calls.iter().any(|call| call.emergency && call.is_live());
        if self.voice.emergency != emergency {
            self.voice.emergency = emergency;
            self.set_emergency(Origin::WORLD, emergency);
        }
    }

    fn notice_call(&mut self, id: u8, notice: Notice) {
        self.log.push(Origin::WORLD, Change::Call(CallEvent::Notice(id, notice)));
    }

    fn move_call(&mut self, by: Origin, id: u8, state: CallState, due: Option<Instant>) {
        if let Some(call) = self.voice.call_mut(id) {
            call.state = state;
            call.due = due;
            self.tell_call(by, id);
        }
    }

    fn finish_call(&mut self, by: Origin, id: u8, end: CallEnd) {
        if let Some(call) = self.voice.call_mut(id) {
            call.state = CallState::Ended(end);
            call.due = None;
            if self.voice.tone.is_some_and(|(of, _)| of == id) {
                self.voice.tone = None;
            }
            self.tell_call(by, id);
        }
    }

    /// The lowest number that no call has, and room for it. Those that are over are forgotten.
    fn free_call(&mut self) -> Result<u8, Failure> {
        self.voice.calls.retain(Call::is_live);
        let most = u8::try_from(CALLS).unwrap_or(u8::MAX);
        let mut free = (1..=most).filter(|id| self.voice.calls.iter().all(|call| call.id != *id));
        match free.next() {
            Some(id) if !self.voice.calls.is_full() => Ok(id),
            _ => Err(Reason::Busy.into()),
        }
    }

    fn network_for_calls(&self, emergency: bool) -> Result<(), Failure> {
        if !self.voice.setup.enabled {
            return Err(Reason::NotSupported.into());
        }
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if emergency {
            let in_reach = self.registration().is_registered() || self.networks.visible().next().is_some();
            return if in_reach { Ok(()) } else { Err(Reason::NoNetworks.into()) };
        }
        self.usable_sim()?;
        if self.registration().is_registered() { Ok(()) } else { Err(Reason::NotRegistered.into()) }
    }

    /// A host calls somebody; an active call is held. The number of the call.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for what is no number, [`Reason::NotAllowed`] if the network bars it, [`Reason::Busy`] if
    /// there is a call that is neither active nor held, or one of each; [`Reason::RadioOff`], [`Reason::NotRegistered`]
    /// and those of a SIM that cannot be used. An emergency number wants a network in reach only.
    pub fn dial(&mut self, now: Instant, by: Origin, number: &str) -> Result<u8, Failure> {
        self.poll(now);
        if !is_number(number) {
            return Err(Reason::Invalid.into());
        }
        let emergency = self.is_emergency(number);
        self.network_for_calls(emergency)?;
        if self.voice.has(Supplementary::BarOutgoing) && !emergency {
            return Err(Reason::NotAllowed.into());
        }
        let other = |state| is_setting_up(state) || is_waiting(state);
        if self.voice.any(other) || (self.voice.any(is_active) && self.voice.any(is_held)) {
            return Err(Reason::Busy.into());
        }
        let id = self.free_call()?;
        self.hold_active(by);
        let mut parties = self.voice.setup.parties.iter();
        let known = parties.find(|party| digits(&party.number) == digits(number));
        let conduct = known.map_or(Conduct::Answers, |party| party.conduct);
        let call = Call {
            id,
            state: CallState::Dialling,
            incoming: false,
            number: super::text(number),
            conference: false,
            emergency,
            conduct,
            due: Some(now + self.delays.call_alert),
        };
        self.voice.calls.push(call).map_err(|_| Failure::from(Reason::Busy))?;
        self.tell_call(by, id);
        Ok(id)
    }

    fn hold_active(&mut self, by: Origin) {
        while let Some(id) = self.voice.first(is_active) {
            let due = self.voice.call_mut(id).and_then(|call| call.due);
            self.move_call(by, id, CallState::Held, due);
        }
    }

    fn retrieve_held(&mut self, by: Origin) {
        while let Some(id) = self.voice.first(is_held) {
            let due = self.voice.call_mut(id).and_then(|call| call.due);
            self.move_call(by, id, CallState::Active, due);
        }
    }

    /// Somebody calls; an empty number: it is not told. The number of the call; `None` if the network deals with it
    /// by itself, since it is forwarded, barred, or not told beside another one.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for what is no number, and if the modem cannot be reached.
    pub fn receive_call(&mut self, now: Instant, number: &str) -> Result<Option<u8>, Failure> {
        self.poll(now);
        if !number.is_empty() && !is_number(number) {
            return Err(Reason::Invalid.into());
        }
        self.network_for_calls(false)?;
        let beside = self.voice.calls.iter().any(Call::is_live);
        let turned_away = self.voice.has(Supplementary::BarIncoming)
            || self.voice.has(Supplementary::ForwardUnconditional)
            || (beside && self.voice.has(Supplementary::ForwardBusy))
            || (beside && !self.voice.has(Supplementary::CallWaiting))
            || self.voice.any(is_waiting);
        if turned_away {
            return Ok(None);
        }
        let id = self.free_call()?;
        let call = Call {
            id,
            state: if beside { CallState::Waiting } else { CallState::Incoming },
            incoming: true,
            number: super::text(number),
            conference: false,
            emergency: false,
            conduct: Conduct::Answers,
            due: Some(now + self.delays.call_ring),
        };
        self.voice.calls.push(call).map_err(|_| Failure::from(Reason::Busy))?;
        self.tell_call(Origin::WORLD, id);
        Ok(Some(id))
    }

    /// A host answers a call; an active one is held.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is no such call, [`Reason::NotAllowed`] if it does not ring,
    /// [`Reason::Busy`] with one active and one held.
    pub fn answer_call(&mut self, now: Instant, by: Origin, id: u8) -> Result<(), Failure> {
        self.poll(now);
        let call = self.voice.call_mut(id).ok_or(Failure::from(Reason::InvalidIndex))?;
        if !is_waiting(call.state) {
            return Err(Reason::NotAllowed.into());
        }
        if self.voice.any(is_active) && self.voice.any(is_held) {
            return Err(Reason::Busy.into());
        }
        self.hold_active(by);
        self.move_call(by, id, CallState::Active, None);
        Ok(())
    }

    /// A host ends a call, or rejects one that rings.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is no such call.
    pub fn end_call(&mut self, now: Instant, by: Origin, id: u8) -> Result<(), Failure> {
        self.poll(now);
        let call = self.voice.call_mut(id).ok_or(Failure::from(Reason::InvalidIndex))?;
        let end = if is_waiting(call.state) { CallEnd::Rejected } else { CallEnd::Here };
        self.finish_call(by, id, end);
        Ok(())
    }

    /// A host does something with the calls there are.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] for a call that is not there, [`Reason::NotAllowed`] if there is nothing that it could
    /// be done with, [`Reason::Full`] for a conference that is too large.
    pub fn manage_calls(&mut self, now: Instant, by: Origin, what: Manage) -> Result<(), Failure> {
        self.poll(now);
        match what {
            Manage::ReleaseHeld => {
                if let Some(id) = self.voice.first(is_waiting) {
                    self.finish_call(by, id, CallEnd::Rejected);
                    return Ok(());
                }
                self.end_those(by, is_held)
            }
            Manage::ReleaseActive => {
                self.end_those(by, is_active)?;
                match self.voice.first(is_waiting) {
                    Some(id) => self.move_call(by, id, CallState::Active, None),
                    None => self.retrieve_held(by),
                }
                Ok(())
            }
            Manage::HoldActive => {
                let waiting = self.voice.first(is_waiting);
                let held = self.voice.any(is_held);
                if waiting.is_some() && held && self.voice.any(is_active) {
                    return Err(Reason::NotAllowed.into());
                }
                if waiting.is_none() && !held && !self.voice.any(is_active) {
                    return Err(Reason::NotAllowed.into());
                }
                match waiting {
                    Some(id) => {
                        self.hold_active(by);
                        self.move_call(by, id, CallState::Active, None);
                    }
                    None => self.swap_held(by, |_| true),
                }
                Ok(())
            }
            Manage::HoldExcept(id) => {
                let call = self.voice.call_mut(id).ok_or(Failure::from(Reason::InvalidIndex))?;
                if !is_active(call.state) && !is_held(call.state) {
                    return Err(Reason::NotAllowed.into());
                }
                call.conference = false;
                let held = is_held(call.state);
                if held && self.voice.any(is_active) {
                    // It takes the place of those that are active.
                    self.swap_held(by, |other| other == id);
                    return Ok(());
                }
                while let Some(other) = self.voice.calls.iter().find(|call| is_active(call.state) && call.id != id) {
                    let (other, due) = (other.id, other.due);
                    self.move_call(by, other, CallState::Held, due);
                }
                if held {
                    self.move_call(by, id, CallState::Active, None);
                }
                Ok(())
            }
            Manage::Join => self.join(by),
            Manage::Transfer => {
                if !self.voice.any(is_active) || !self.voice.any(is_held) {
                    return Err(Reason::NotAllowed.into());
                }
                while let Some(id) = self.voice.first(|state| is_active(state) || is_held(state)) {
                    self.finish_call(by, id, CallEnd::Transferred);
                }
                Ok(())
            }
            Manage::EndAll => {
                while let Some(call) = self.voice.calls.iter().find(|call| call.is_live()) {
                    let id = call.id;
                    let end = if is_waiting(call.state) { CallEnd::Rejected } else { CallEnd::Here };
                    self.finish_call(by, id, end);
                }
                Ok(())
            }
            Manage::Release(id) => self.end_call(now, by, id),
        }
    }

    /// Ends the calls in a state.
    fn end_those(&mut self, by: Origin, those: fn(CallState) -> bool) -> Result<(), Failure> {
        if !self.voice.any(those) {
            return Err(Reason::NotAllowed.into());
        }
        while let Some(id) = self.voice.first(those) {
            self.finish_call(by, id, CallEnd::Here);
        }
        Ok(())
    }

    /// Those active are held, and those held that are wanted become active.
    fn swap_held(&mut self, by: Origin, wanted: impl Fn(u8) -> bool) {
        let mut moved: Vec<u8, CALLS> = Vec::new();
        for call in &mut self.voice.calls {
            call.state = match call.state {
                CallState::Active => CallState::Held,
                CallState::Held if wanted(call.id) => CallState::Active,
                _ => continue,
            };
            let _ = moved.push(call.id);
        }
        for id in &moved {
            self.tell_call(by, *id);
        }
    }

    fn join(&mut self, by: Origin) -> Result<(), Failure> {
        if !self.voice.any(is_active) || !self.voice.any(is_held) {
            return Err(Reason::NotAllowed.into());
        }
        let members = self.voice.calls.iter().filter(|call| is_active(call.state) || is_held(call.state));
        if members.count() > CONFERENCE {
            return Err(Reason::Full.into());
        }
        let mut joined: Vec<u8, CALLS> = Vec::new();
        for call in &mut self.voice.calls {
            if is_active(call.state) || is_held(call.state) {
                call.state = CallState::Active;
                call.conference = true;
                let _ = joined.push(call.id);
            }
        }
        for id in &joined {
            self.tell_call(by, *id);
            self.notice_call(*id, Notice::Conference);
        }
        Ok(())
    }

    /// The other party ends a call, or all if none is named; those that are not there have ended already.
    pub fn other_party_ends(&mut self, now: Instant, id: Option<u8>) {
        self.poll(now);
        let those: Vec<u8, CALLS> = collect(
            self.voice
                .calls
                .iter()
                .filter(|call| call.is_live() && id.is_none_or(|id| call.id == id))
                .map(|call| call.id),
        );
        for id in &those {
            self.finish_call(Origin::WORLD, *id, CallEnd::There);
        }
    }

    /// The other party holds a call, or does not any more.
    pub fn other_party_holds(&mut self, now: Instant, id: u8, on: bool) {
        self.poll(now);
        if self.voice.call_mut(id).is_some_and(|call| is_active(call.state)) {
            self.notice_call(id, if on { Notice::Held } else { Notice::Retrieved });
        }
    }

    // Tones.

    /// A host sends tones in a call.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is no such call, [`Reason::NotAllowed`] if it is not active,
    /// [`Reason::Invalid`] for what is no tone, or no tone at all.
    pub fn send_tones(&mut self, now: Instant, id: u8, tones: &str) -> Result<(), Failure> {
        self.poll(now);
        if tones.is_empty() || !tones.chars().all(is_tone) {
            return Err(Reason::Invalid.into());
        }
        self.talking(id)?;
        for tone in tones.chars() {
            self.voice.remembers(tone);
        }
        Ok(())
    }

    /// A host begins a tone in a call.
    ///
    /// # Errors
    ///
    /// Those of [`send_tones`](Self::send_tones); [`Reason::Busy`] while there is a tone.
    pub fn begin_tone(&mut self, now: Instant, id: u8, tone: char) -> Result<(), Failure> {
        self.poll(now);
        if !is_tone(tone) {
            return Err(Reason::Invalid.into());
        }
        self.talking(id)?;
        if self.voice.tone.is_some() {
            return Err(Reason::Busy.into());
        }
        self.voice.tone = Some((id, tone));
        self.voice.remembers(tone);
        Ok(())
    }

    /// A host ends the tone.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is no such call, [`Reason::NotAllowed`] if there is no tone in it.
    pub fn end_tone(&mut self, now: Instant, id: u8) -> Result<(), Failure> {
        self.poll(now);
        self.talking(id)?;
        match self.voice.tone {
            Some((of, _)) if of == id => {
                self.voice.tone = None;
                Ok(())
            }
            _ => Err(Reason::NotAllowed.into()),
        }
    }

    fn talking(&mut self, id: u8) -> Result<(), Failure> {
        let call = self.voice.call_mut(id).ok_or(Failure::from(Reason::InvalidIndex))?;
        if is_active(call.state) { Ok(()) } else { Err(Reason::NotAllowed.into()) }
    }

    // Services of the network.

    /// A host makes a supplementary service active, or not.
    ///
    /// # Errors
    ///
    /// [`Reason::Refused`] to forward to nowhere; [`Reason::RadioOff`], [`Reason::NotRegistered`] and those of a SIM that
    /// cannot be used.
    pub fn set_supplementary(&mut self, now: Instant, service: Supplementary, on: bool) -> Result<(), Failure> {
        self.poll(now);
        self.network_for_calls(false)?;
        if on && service.forwards() && self.voice.setup.forward_to.is_empty() {
            return Err(Reason::Refused.into());
        }
        if on {
            self.voice.active |= service.bit();
        } else {
            self.voice.active &= !service.bit();
        }
        Ok(())
    }

    /// Whether there is a number to forward calls to.
    #[must_use]
    pub fn can_forward(&self) -> bool {
        !self.voice.setup.forward_to.is_empty()
    }

    pub(super) fn call_due(&mut self, now: Instant, id: u8) {
        let Some(call) = self.voice.calls.iter_mut().find(|call| call.id == id) else { return };
        let (state, conduct) = (call.state, call.conduct);
        call.due = None;
        let answers = Some(now + self.delays.call_answer);
        match (state, conduct) {
            (CallState::Ended(_), _) => {}
            (CallState::Dialling, Conduct::Busy) => self.finish_call(Origin::WORLD, id, CallEnd::Busy),
            (CallState::Dialling, Conduct::Unassigned) => self.finish_call(Origin::WORLD, id, CallEnd::Unassigned),
            (CallState::Dialling, Conduct::Silent) => {
                self.move_call(Origin::WORLD, id, CallState::Alerting, Some(now + self.delays.call_ring));
            }
            (CallState::Dialling, _) => {
                self.move_call(Origin::WORLD, id, CallState::Alerting, answers);
                match conduct {
                    Conduct::Waits => self.notice_call(id, Notice::Waiting),
                    Conduct::Forwards => self.notice_call(id, Notice::Forwarded),
                    _ => {}
                }
            }
            (CallState::Alerting, Conduct::Silent) => self.finish_call(Origin::WORLD, id, CallEnd::NoAnswer),
            (CallState::Alerting, Conduct::Rejects) => self.finish_call(Origin::WORLD, id, CallEnd::Rejected),
            (CallState::Alerting, Conduct::AnswersFor(while_)) => {
                self.move_call(Origin::WORLD, id, CallState::Active, Some(now + while_));
            }
            (CallState::Alerting, _) => self.move_call(Origin::WORLD, id, CallState::Active, None),
            (CallState::Incoming | CallState::Waiting, _) => {
                self.finish_call(Origin::WORLD, id, CallEnd::NoAnswer);
            }
            (CallState::Active | CallState::Held, _) => self.finish_call(Origin::WORLD, id, CallEnd::There),
        }
    }

    /// The network is gone, and all calls with it.
    pub(super) fn calls_lost(&mut self) {
        while let Some(call) = self.voice.calls.iter().find(|call| call.is_live()) {
            let id = call.id;
            self.finish_call(Origin::WORLD, id, CallEnd::NoService);
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::std_instead_of_alloc, clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::*;

    const HOST: Origin = Origin(1);

    fn modem(conduct: Conduct) -> (Modem, Instant) {
        let mut setup = Setup::default();
        setup.voice.parties.push(Party { number: super::super::text("+100"), conduct }).unwrap();
        let mut modem = Modem::new(Instant(0), setup);
        modem.poll(Instant(10_000));
        (modem, Instant(10_000))
    }

    fn states(modem: &Modem) -> std::vec::Vec<(u8, CallState)> {
        modem.calls().iter().map(|call| (call.id, call.state)).collect()
    }

    #[test]
    fn the_other_party_does_what_it_is_said_to() {
        for (conduct, after_alert, later) in [
            (Conduct::Answers, CallState::Alerting, CallState::Active),
            (Conduct::Waits, CallState::Alerting, CallState::Active),
            (Conduct::Busy, CallState::Ended(CallEnd::Busy), CallState::Ended(CallEnd::Busy)),
            (Conduct::Unassigned, CallState::Ended(CallEnd::Unassigned), CallState::Ended(CallEnd::Unassigned)),
            (Conduct::Rejects, CallState::Alerting, CallState::Ended(CallEnd::Rejected)),
            (Conduct::Silent, CallState::Alerting, CallState::Ended(CallEnd::NoAnswer)),
            (Conduct::AnswersFor(Millis(5_000)), CallState::Alerting, CallState::Ended(CallEnd::There)),
        ] {
            let (mut modem, now) = modem(conduct);
            assert_eq!(modem.dial(now, HOST, "100").unwrap(), 1);
            assert_eq!(states(&modem), [(1, CallState::Dialling)]);
            modem.poll(now + Millis(500));
            assert_eq!(states(&modem), [(1, after_alert)], "{conduct:?}");
            modem.poll(now + Millis(31_000));
            assert_eq!(states(&modem), [(1, later)], "{conduct:?}");
        }
    }

    #[test]
    fn calls_are_held_swapped_joined_and_ended() {
        let (mut modem, now) = modem(Conduct::Answers);
        let later = now + Millis(3_000);
        modem.dial(now, HOST, "100").unwrap();
        assert_eq!(modem.dial(now, HOST, "101").unwrap_err().reason, Reason::Busy);
        modem.poll(later);
        assert_eq!(modem.receive_call(later, "+15551234").unwrap(), Some(2));
        assert_eq!(states(&modem), [(1, CallState::Active), (2, CallState::Waiting)]);
        assert_eq!(modem.receive_call(later, "3").unwrap(), None, "one waits already");
        modem.manage_calls(later, HOST, Manage::HoldActive).unwrap();
        assert_eq!(states(&modem), [(1, CallState::Held), (2, CallState::Active)]);
        modem.manage_calls(later, HOST, Manage::HoldActive).unwrap();
        assert_eq!(states(&modem), [(1, CallState::Active), (2, CallState::Held)]);
        modem.manage_calls(later, HOST, Manage::Join).unwrap();
        assert_eq!(states(&modem), [(1, CallState::Active), (2, CallState::Active)]);
        assert!(modem.calls().iter().all(|call| call.conference));
        modem.manage_calls(later, HOST, Manage::HoldExcept(2)).unwrap();
        assert_eq!(states(&modem), [(1, CallState::Held), (2, CallState::Active)]);
        modem.manage_calls(later, HOST, Manage::ReleaseActive).unwrap();
        assert_eq!(states(&modem), [(1, CallState::Active), (2, CallState::Ended(CallEnd::Here))]);
        modem.send_tones(later, 1, "12#").unwrap();
        modem.begin_tone(later, 1, '*').unwrap();
        assert_eq!(modem.begin_tone(later, 1, '1').unwrap_err().reason, Reason::Busy);
        modem.end_tone(later, 1).unwrap();
        assert_eq!(modem.tones(), "12#*");
        modem.lose_signal(later);
        assert_eq!(modem.calls()[0].state, CallState::Ended(CallEnd::NoService));
    }

    #[test]
    fn services_of_the_network_decide_about_calls() {
        let (mut modem, now) = modem(Conduct::Answers);
        let forward = Supplementary::ForwardUnconditional;
        assert_eq!(modem.set_supplementary(now, forward, true).unwrap_err().reason, Reason::Refused);
        modem.set_supplementary(now, Supplementary::BarIncoming, true).unwrap();
        assert_eq!(modem.receive_call(now, "1").unwrap(), None);
        modem.set_supplementary(now, Supplementary::BarIncoming, false).unwrap();
        modem.set_supplementary(now, Supplementary::BarOutgoing, true).unwrap();
        assert_eq!(modem.dial(now, HOST, "100").unwrap_err().reason, Reason::NotAllowed);
        let id = modem.dial(now, HOST, "112").unwrap();
        assert!(modem.emergency());
        modem.end_call(now, HOST, id).unwrap();
        assert!(!modem.emergency());
        modem.set_supplementary(now, Supplementary::CallWaiting, false).unwrap();
        assert_eq!(modem.receive_call(now, "").unwrap(), Some(1));
        assert_eq!(modem.receive_call(now, "2").unwrap(), None);
        modem.poll(now + Millis(31_000));
        assert_eq!(modem.calls()[0].state, CallState::Ended(CallEnd::NoAnswer));
    }
}
