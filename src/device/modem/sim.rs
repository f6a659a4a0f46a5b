//! SIM slots and the cards in them: identity, codes and their attempts.

use heapless::Vec;

use super::super::collect;
use super::auth::Secrets;
use super::card::{self, Card};
use super::event::{Change, Origin};
use super::network::RegistrationState;
use super::phonebook::Phonebook;
use super::{Failure, Modem, Reason, SimSetup, Text, Ticket, Work, text};
use crate::time::Instant;

/// Attempts for a PIN.
pub const PIN_ATTEMPTS: u8 = 3;
/// Attempts for an unblocking code.
pub const PUK_ATTEMPTS: u8 = 10;
/// SIM slots at most.
pub const SLOTS: usize = 4;
/// Attempts for the code of a network lock that was unblocked.
pub const NETWORK_ATTEMPTS: u8 = 5;
/// Digits of a PIN, at least and at most.
pub const PIN_LENGTH: (usize, usize) = (4, 8);

/// A PIN with its unblocking code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// The PIN, 4 to 8 digits.
    pub pin: Text<8>,
    /// The unblocking code, 8 digits.
    pub puk: Text<8>,
    /// Attempts left for the PIN.
    pub pin_attempts: u8,
    /// Attempts left for the unblocking code.
    pub puk_attempts: u8,
    /// The PIN must be entered after power-on.
    pub enabled: bool,
    /// The PIN was entered since power-on.
    pub verified: bool,
}

impl Code {
    fn new(pin: &str, puk: &str, enabled: bool) -> Self {
        Self {
            pin: text(pin),
            puk: text(puk),
            pin_attempts: PIN_ATTEMPTS,
            puk_attempts: PUK_ATTEMPTS,
            enabled,
            verified: false,
        }
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.pin_attempts == 0
    }

    /// Compares; a wrong code costs an attempt, the last one blocks.
    pub(super) fn verify(&mut self, pin: &str) -> Result<(), Failure> {
        if !is_pin(pin) {
            return Err(Reason::Invalid.into());
        }
        if self.is_blocked() {
            return Err(Reason::CodeWrong.into());
        }
        if self.pin != *pin {
            self.pin_attempts = self.pin_attempts.saturating_sub(1);
            self.verified = self.verified && !self.is_blocked();
            return Err(Reason::CodeWrong.into());
        }
        self.pin_attempts = PIN_ATTEMPTS;
        self.verified = true;
        Ok(())
    }

    /// Unblocks with the unblocking code, which also enables the PIN.
    pub(super) fn unblock(&mut self, puk: &str, pin: &str) -> Result<(), Failure> {
        if !is_pin(puk) || !is_pin(pin) {
            return Err(Reason::Invalid.into());
        }
        if self.puk_attempts == 0 {
            return Err(Reason::CodeWrong.into());
        }
        if self.puk != *puk {
            self.puk_attempts = self.puk_attempts.saturating_sub(1);
            return Err(Reason::CodeWrong.into());
        }
        self.pin = text(pin);
        self.pin_attempts = PIN_ATTEMPTS;
        self.puk_attempts = PUK_ATTEMPTS;
        self.enabled = true;
        self.verified = true;
        Ok(())
    }
}

pub(super) fn is_pin(pin: &str) -> bool {
    let (least, most) = PIN_LENGTH;
    (least..=most).contains(&pin.len()) && pin.bytes().all(|c| c.is_ascii_digit())
}

/// A lock that ties the device to a network, whatever the SIM says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkLock {
    /// What opens it.
    pub code: Text<16>,
    /// Attempts left.
    pub attempts: u8,
}

/// What makes a network lock whose attempts are used up accept its code again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkUnblock {
    /// The key.
    pub key: Text<16>,
    /// Attempts left.
    pub attempts: u8,
}

/// A card.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sim {
    /// Number of the card, at most 20 digits.
    pub iccid: Text<20>,
    /// Number of the subscription, at most 15 digits.
    pub imsi: Text<15>,
    /// Telephone numbers.
    pub numbers: Vec<Text<20>, 4>,
    /// Home network, MCC and MNC.
    pub home: Text<6>,
    /// Name of the home network.
    pub home_name: Text<40>,
    /// The first PIN.
    pub pin1: Code,
    /// The second PIN; does not hinder service.
    pub pin2: Code,
    /// The phonebook.
    pub phonebook: Phonebook,
    /// The device accepts this card only after this lock is opened.
    pub network_lock: Option<NetworkLock>,
    /// What unblocks that lock.
    pub network_unblock: Option<NetworkUnblock>,
    /// The card does not work.
    pub bad: bool,
    /// The subscription is activated.
    pub activated: bool,
    /// The first PIN is the universal one of the card (ETSI TS 102 221 §9.4.1), not that of the application.
    pub universal_pin: bool,
    /// It is an embedded SIM.
    pub esim: bool,
    /// An embedded SIM has an enabled profile.
    pub profile: bool,
    /// While the card starts, the device says that the first PIN is needed, and refuses it without using an attempt up.
    /// Some real modems do.
    pub locked_at_start: bool,
    /// What the card shares with the home network.
    pub secrets: Secrets,
    /// Number of the chip of an embedded SIM (EID), 32 digits.
    pub eid: Text<32>,
    /// What was written into the files of the card.
    pub(super) written: card::Written,
}

impl Default for Sim {
    fn default() -> Self {
        let mut numbers = Vec::new();
        let _ = numbers.push(text("15550100"));
        Self {
            iccid: text("8900101000000000017"),
            imsi: text("001010123456789"),
            numbers,
            home: text("00101"),
            home_name: text("Test Network"),
            pin1: Code::new("1234", "12345678", false),
            pin2: Code::new("5678", "87654321", true),
            phonebook: Phonebook::default(),
            network_lock: None,
            network_unblock: None,
            bad: false,
            activated: true,
            universal_pin: false,
            esim: false,
            profile: true,
            locked_at_start: false,
            secrets: Secrets::default(),
            eid: text("89049032000001000000000000000074"),
            written: card::Written::default(),
        }
    }
}

impl Sim {
    /// The default card with the first PIN enabled.
    #[must_use]
    pub fn with_pin(pin: &str) -> Self {
        Self { pin1: Code::new(pin, "12345678", true), ..Self::default() }
    }

    /// Where the codes stand.
    pub(super) fn codes(&self) -> [(bool, bool, u8, u8); 3] {
        let state = |code: &Code| (code.enabled, code.verified, code.pin_attempts, code.puk_attempts);
        let unblock = self.network_unblock.as_ref().map_or(0, |unblock| unblock.attempts);
        let lock =
            self.network_lock.as_ref().map_or((false, false, 0, 0), |lock| (true, false, lock.attempts, unblock));
        [state(&self.pin1), state(&self.pin2), lock]
    }

    fn is_bad(&self) -> bool {
        self.bad || self.pin1.puk_attempts == 0
    }

    /// The code that is needed now, the first PIN before others.
    fn needs(&self) -> Option<Lock> {
        if self.pin1.is_blocked() {
            Some(Lock::Puk1)
        } else if self.pin1.enabled && !self.pin1.verified {
            Some(Lock::Pin1)
        } else if self.network_lock.is_some() {
            Some(Lock::Network)
        } else {
            None
        }
    }
}

/// A kind of code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Lock {
    /// The first PIN.
    Pin1,
    /// The second PIN.
    Pin2,
    /// What unblocks the first PIN.
    Puk1,
    /// What unblocks the second PIN.
    Puk2,
    /// What opens the network lock.
    Network,
}

/// A code and whether it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LockStatus {
    /// Which code.
    pub lock: Lock,
    /// It is needed.
    pub locked: bool,
    /// Attempts left.
    pub attempts: u8,
}

/// Whether the SIM can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ReadyState {
    /// Not yet.
    NotInitialized,
    /// Yes.
    Initialized,
    /// There is none.
    Absent,
    /// It does not work, or the attempts to unblock it are used up.
    Bad,
    /// The subscription is not activated.
    NotActivated,
    /// A code is needed.
    Locked,
    /// An embedded SIM without an enabled profile.
    NoProfile,
}

/// What is in the slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SlotState {
    /// Nothing.
    Empty,
    /// A card that is not ready yet.
    NotReady,
    /// A card.
    Active,
    /// A card that does not work.
    Error,
    /// An embedded SIM with an enabled profile.
    ActiveEsim,
    /// An embedded SIM without an enabled profile.
    NoProfile,
    /// The device does not use the slot, in which there is a card.
    Off,
    /// The device does not use the slot, in which there is none.
    OffEmpty,
}

/// A slot and what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SlotStatus {
    /// Number of the slot, from 0.
    pub slot: u8,
    /// What is in it.
    pub state: SlotState,
}

/// A slot that the device does not use, and the card in it, which has no power.
#[derive(Debug)]
pub(super) struct SpareSlot {
    number: u8,
    sim: Option<Sim>,
}

impl SpareSlot {
    fn new(number: u8, setup: SimSetup) -> Self {
        let sim = match setup {
            SimSetup::Card(sim) => Some(sim),
            SimSetup::Empty => None,
        };
        Self { number, sim }
    }

    const fn status(&self) -> SlotStatus {
        let state = if self.sim.is_some() { SlotState::Off } else { SlotState::OffEmpty };
        SlotStatus { slot: self.number, state }
    }
}

/// The slot in use and the card in it.
#[derive(Debug)]
pub(super) struct SimSlot {
    number: u8,
    sim: Option<Sim>,
    /// When the card can be used; `None` once it can.
    starts_at: Option<Instant>,
    /// What the card knows since it was powered.
    card: Card,
    /// The modem leaves the card to a host.
    pass_through: bool,
    /// The card has no power.
    off: bool,
    /// The modem does not use the application of the card.
    unprovisioned: bool,
}

impl SimSlot {
    /// The slots of a device: the one in use, and the others.
    pub(super) fn all(
        first: SimSetup,
        mut more: Vec<SimSetup, { SLOTS - 1 }>,
        in_use: u8,
    ) -> (Self, Vec<SpareSlot, { SLOTS - 1 }>) {
        let SpareSlot { number, sim } = SpareSlot::new(0, first);
        let mut slot = Self {
            number,
            sim,
            starts_at: None,
            card: Card::default(),
            pass_through: false,
            off: false,
            unprovisioned: false,
        };
        // From the last one on, since a list that is iterated by value could panic when it is dropped.
        more.reverse();
        let numbered = (1..).zip(core::iter::from_fn(|| more.pop()));
        let mut spare: Vec<_, { SLOTS - 1 }> = collect(numbered.map(|(number, setup)| SpareSlot::new(number, setup)));
        if let Some(other) = spare.iter_mut().find(|other| other.number == in_use) {
            slot.exchange(other);
        }
        (slot, spare)
    }

    /// The other slot is used instead of this one; its card must be started.
    fn exchange(&mut self, other: &mut SpareSlot) {
        core::mem::swap(&mut self.number, &mut other.number);
        core::mem::swap(&mut self.sim, &mut other.sim);
    }

    pub(super) fn sim_mut(&mut self) -> Option<&mut Sim> {
        self.sim.as_mut()
    }

    pub(super) fn card(&self) -> &Card {
        &self.card
    }

    pub(super) fn card_mut(&mut self) -> &mut Card {
        &mut self.card
    }

    /// The card and what it knows, unless the slot is empty.
    pub(super) fn powered(&mut self) -> Option<(&mut Card, &mut Sim)> {
        Some((&mut self.card, self.sim.as_mut()?))
    }

    pub(super) fn pass_through(&self) -> bool {
        self.pass_through
    }

    pub(super) fn is_off(&self) -> bool {
        self.off
    }

    /// There is a card that the modem does not use.
    fn leaves_card(&self) -> bool {
        (self.pass_through || self.off || self.unprovisioned) && self.sim.is_some()
    }

    pub(super) fn set_pass_through(&mut self, on: bool) {
        self.pass_through = on;
    }

    /// Powers the card: codes must be entered again.
    pub(super) fn start(&mut self, ready: Instant) {
        self.starts_at = Some(ready);
        self.pass_through = false;
        self.off = false;
        self.unprovisioned = false;
        self.card.reset();
        if let Some(sim) = &mut self.sim {
            sim.pin1.verified = false;
            sim.pin2.verified = false;
        }
    }

    pub(super) fn starts_at(&self) -> Option<Instant> {
        self.starts_at
    }

    pub(super) fn started(&mut self) {
        self.starts_at = None;
    }
}

impl Modem {
    /// The card in the slot that is in use, whatever its state.
    #[must_use]
    pub fn sim(&self) -> Option<&Sim> {
        self.slot.sim.as_ref()
    }

    /// Whether the SIM can be used.
    #[must_use]
    pub fn ready_state(&self) -> ReadyState {
        // A slot is found empty as late as a card is found ready.
        if self.slot.starts_at.is_some() || self.slot.leaves_card() {
            return ReadyState::NotInitialized;
        }
        let Some(sim) = &self.slot.sim else {
            return ReadyState::Absent;
        };
        if sim.is_bad() {
            ReadyState::Bad
        } else if sim.esim && !sim.profile {
            ReadyState::NoProfile
        } else if sim.needs().is_some() {
            ReadyState::Locked
        } else if !sim.activated {
            ReadyState::NotActivated
        } else {
            ReadyState::Initialized
        }
    }

    /// Number of SIM slots, 1 to [`SLOTS`].
    #[must_use]
    pub fn slots(&self) -> u8 {
        u8::try_from(self.spare_slots.len()).unwrap_or(u8::MAX).saturating_add(1)
    }

    /// The slot in use and what is in it.
    #[must_use]
    pub fn active_slot(&self) -> SlotStatus {
        let state = match &self.slot.sim {
            None => SlotState::Empty,
            Some(_) if self.slot.off => SlotState::Off,
            Some(_) if self.slot.starts_at.is_some() => SlotState::NotReady,
            Some(sim) if sim.bad => SlotState::Error,
            // As Microsoft's guidance on ready states has it.
            Some(_) if self.slot.pass_through => SlotState::NoProfile,
            Some(sim) if sim.esim && !sim.profile => SlotState::NoProfile,
            Some(sim) if sim.esim => SlotState::ActiveEsim,
            Some(_) => SlotState::Active,
        };
        SlotStatus { slot: self.slot.number, state }
    }

    /// A slot and what is in it; `None` if there is no slot of that number.
    #[must_use]
    pub fn slot(&self, slot: u32) -> Option<SlotStatus> {
        let active = self.active_slot();
        if slot == u32::from(active.slot) {
            return Some(active);
        }
        let other = self.spare_slots.iter().find(|other| u32::from(other.number) == slot)?;
        Some(other.status())
    }

    /// A host chooses the slot to use. With the one in use already, nothing happens. Which one it is outlives restarts.
    ///
    /// # Errors
    ///
    /// [`Reason::NoSlot`], [`Reason::Busy`].
    pub fn request_slot(&mut self, now: Instant, by: Origin, slot: u32) -> Result<Ticket, Failure> {
        self.poll(now);
        let slot = self.slot(slot).ok_or(Failure::from(Reason::NoSlot))?.slot;
        let work = Work::Slot(slot);
        if slot == self.slot.number {
            return self.begin_done(by, work);
        }
        let other = self.operations.iter().any(|operation| {
            matches!(operation.work, Work::Slot(other) if other != slot) && operation.outcome.is_none()
        });
        if other {
            return Err(Reason::Busy.into());
        }
        let due = now + self.delays.slot;
        self.begin(by, work, Some(due))
    }

    /// Changes to another slot: the slots are told first, then sessions end, packet service, registration, and the
    /// subscriber is told last.
    pub(super) fn slot_due(&mut self, now: Instant, slot: u8) {
        let Some(other) = self.spare_slots.iter_mut().find(|other| other.number == slot) else {
            return;
        };
        self.slot.exchange(other);
        let left = other.status();
        self.slot.start(now + self.delays.sim);
        self.log.push(Origin::WORLD, Change::Slot(left));
        self.log.push(Origin::WORLD, Change::Slot(self.active_slot()));
        self.end_registration(RegistrationState::Deregistered, Reason::SimAbsent.into());
        self.tell_ready_state(Origin::WORLD);
        self.messages_follow_sim(now, Origin::WORLD);
    }

    /// The state of the slot, to be told.
    pub(super) fn slot_change(&self) -> Change {
        Change::Slot(self.active_slot())
    }

    /// Why the SIM cannot be used, if it cannot.
    pub(super) fn usable_sim(&self) -> Result<&Sim, Failure> {
        match (self.ready_state(), &self.slot.sim) {
            (ReadyState::Initialized, Some(sim)) => Ok(sim),
            (ReadyState::NotInitialized, _) => Err(Reason::NotReady.into()),
            (ReadyState::Bad, _) => Err(Reason::SimBad.into()),
            (ReadyState::Locked, _) => Err(Reason::CodeRequired.into()),
            (ReadyState::NotActivated, _) => Err(Reason::NotActivated.into()),
            _ => Err(Reason::SimAbsent.into()),
        }
    }

    /// The same, to change what is on the card.
    pub(super) fn usable_sim_mut(&mut self) -> Result<&mut Sim, Failure> {
        self.usable_sim()?;
        self.slot.sim.as_mut().ok_or(Reason::SimAbsent.into())
    }

    /// The card goes into the slot in use. A card that is there already is replaced, as if it had been taken out first.
    pub fn insert_sim(&mut self, now: Instant, sim: Sim) {
        self.poll(now);
        self.remove_sim(now);
        self.slot.sim = Some(sim);
        self.slot.start(now + self.delays.sim);
        self.log.push(Origin::WORLD, Change::Slot(self.active_slot()));
        self.tell_ready_state(Origin::WORLD);
    }

    /// The card goes out of the slot in use: the slot is told first, then sessions end, packet service, registration, and the subscriber
    /// is told last.
    pub fn remove_sim(&mut self, now: Instant) {
        self.poll(now);
        if self.slot.sim.take().is_none() {
            return;
        }
        self.slot.started();
        self.log.push(Origin::WORLD, Change::Slot(self.active_slot()));
        self.end_registration(RegistrationState::Deregistered, Reason::SimAbsent.into());
        self.tell_ready_state(Origin::WORLD);
        self.messages_follow_sim(now, Origin::WORLD);
    }

    /// A card goes into a slot, whichever is in use; a card that is there already is replaced. The device notices also
    /// in a slot that it does not use.
    ///
    /// # Errors
    ///
    /// [`Reason::NoSlot`].
    pub fn insert_sim_into(&mut self, now: Instant, slot: u8, sim: Sim) -> Result<(), Failure> {
        self.poll(now);
        if slot == self.slot.number {
            self.insert_sim(now, sim);
            return Ok(());
        }
        self.change_unused(slot, Some(sim))
    }

    /// The card goes out of a slot, whichever is in use.
    ///
    /// # Errors
    ///
    /// [`Reason::NoSlot`].
    pub fn remove_sim_from(&mut self, now: Instant, slot: u8) -> Result<(), Failure> {
        self.poll(now);
        if slot == self.slot.number {
            self.remove_sim(now);
            return Ok(());
        }
        self.change_unused(slot, None)
    }

    fn change_unused(&mut self, slot: u8, sim: Option<Sim>) -> Result<(), Failure> {
        let found = self.spare_slots.iter_mut().find(|other| other.number == slot);
        let other = found.ok_or(Failure::from(Reason::NoSlot))?;
        let before = other.status();
        other.sim = sim;
        let after = other.status();
        if before != after {
            self.log.push(Origin::WORLD, Change::Slot(after));
        }
        Ok(())
    }

    /// Changes the card in place, such as another profile of an embedded SIM; the modem notices at once. The slot is
    /// told before the subscriber.
    pub fn change_sim(&mut self, now: Instant, change: impl FnOnce(&mut Sim)) {
        self.poll(now);
        let slot = self.active_slot();
        if let Some(sim) = &mut self.slot.sim {
            change(sim);
        }
        if slot != self.active_slot() {
            self.log.push(Origin::WORLD, Change::Slot(self.active_slot()));
        }
        if self.usable_sim().is_err() {
            self.end_registration(RegistrationState::Deregistered, Reason::SimAbsent.into());
        }
        self.sim_changed(now, Origin::WORLD);
    }

    /// Activates the subscription.
    ///
    /// # Errors
    ///
    /// Without a card that works.
    pub fn activate_subscription(&mut self, now: Instant, by: Origin) -> Result<(), Failure> {
        self.poll(now);
        match (self.ready_state(), &mut self.slot.sim) {
            (ReadyState::Initialized, _) => Ok(()),
            (ReadyState::NotActivated, Some(sim)) => {
                sim.activated = true;
                self.sim_changed(now, by);
                Ok(())
            }
            _ => self.usable_sim().map(|_| ()),
        }
    }

    /// Takes the power from the card in the slot in use, or gives it back: then the card starts anew. Whether that
    /// changed something.
    ///
    /// # Errors
    ///
    /// [`Reason::SimAbsent`].
    pub fn power_sim(&mut self, now: Instant, by: Origin, on: bool) -> Result<bool, Failure> {
        self.poll(now);
        if self.slot.sim.is_none() {
            return Err(Reason::SimAbsent.into());
        }
        if self.slot.off != on {
            return Ok(false);
        }
        self.slot.start(now + self.delays.sim);
        if !on {
            self.slot.off = true;
            self.slot.started();
        }
        self.log.push(by, Change::Slot(self.active_slot()));
        self.end_registration(RegistrationState::Deregistered, Reason::SimAbsent.into());
        self.tell_ready_state(by);
        self.messages_follow_sim(now, by);
        Ok(true)
    }

    /// Whether the card in the slot in use has power.
    #[must_use]
    pub fn sim_has_power(&self) -> bool {
        self.slot.sim.is_some() && !self.slot.off
    }

    /// Makes the modem use the application of the card in the slot in use, or not any more; the card keeps its power.
    /// Whether that changed something.
    ///
    /// # Errors
    ///
    /// [`Reason::SimAbsent`]; [`Reason::NotReady`] without power.
    pub fn provision_sim(&mut self, now: Instant, by: Origin, on: bool) -> Result<bool, Failure> {
        self.poll(now);
        if self.slot.sim.is_none() {
            return Err(Reason::SimAbsent.into());
        }
        if self.slot.off {
            return Err(Reason::NotReady.into());
        }
        if self.slot.unprovisioned != on {
            return Ok(false);
        }
        self.slot.unprovisioned = !on;
        if on {
            self.slot.starts_at = Some(now + self.delays.sim);
        } else {
            self.end_registration(RegistrationState::Deregistered, Reason::SimAbsent.into());
        }
        self.sim_changed(now, by);
        Ok(true)
    }

    /// Whether the modem uses the application of the card in the slot in use.
    #[must_use]
    pub fn is_sim_provisioned(&self) -> bool {
        self.slot.sim.is_some() && !self.slot.unprovisioned && !self.slot.off
    }

    /// When the card is ready, if it is not yet.
    #[must_use]
    pub fn sim_starts_at(&self) -> Option<Instant> {
        self.slot.starts_at
    }

    /// The card in a slot, whether or not it is used.
    #[must_use]
    pub fn sim_in(&self, slot: u8) -> Option<&Sim> {
        if slot == self.slot.number {
            return self.slot.sim.as_ref();
        }
        self.spare_slots.iter().find(|other| other.number == slot)?.sim.as_ref()
    }

    fn tell_ready_state(&mut self, by: Origin) {
        let state = self.ready_state();
        if self.told != state {
            self.told = state;
            self.log.push(by, Change::Subscriber(state));
            if state != ReadyState::Initialized {
                self.stk_card_stops();
            }
        }
        let phonebook = self.has_phonebook();
        if self.phonebook_told != phonebook {
            self.phonebook_told = phonebook;
            self.log.push(Origin::WORLD, Change::Phonebook);
        }
    }

    /// Tells what changed, and looks for a network once the SIM can be used.
    pub(super) fn sim_changed(&mut self, now: Instant, by: Origin) {
        let before = self.told;
        if before == ReadyState::NotInitialized && self.slot.sim.is_some() && before != self.ready_state() {
            self.log.push(by, Change::Slot(self.active_slot()));
        }
        self.tell_ready_state(by);
        self.messages_follow_sim(now, by);
        if before != ReadyState::Initialized && self.told == ReadyState::Initialized {
            if self.is_sim_denied() {
                self.log.push(by, Change::Denylist);
            }
            self.begin_search(now);
            self.stk_card_starts(now);
        }
    }

    // Codes.

    /// The card, if its codes can be used.
    fn card(&mut self) -> Result<&mut Sim, Failure> {
        let starting = self.slot.starts_at.is_some() || self.slot.leaves_card();
        match &mut self.slot.sim {
            Some(_) if starting => Err(Reason::NotReady.into()),
            Some(sim) if sim.is_bad() => Err(Reason::SimBad.into()),
            Some(sim) => Ok(sim),
            None if starting => Err(Reason::NotReady.into()),
            None => Err(Reason::SimAbsent.into()),
        }
    }

    /// The code that is needed now; if none is, the first PIN, not locked.
    ///
    /// # Errors
    ///
    /// [`Reason::SimAbsent`], [`Reason::SimBad`], [`Reason::NotReady`].
    pub fn lock(&self) -> Result<LockStatus, Failure> {
        let sim = match &self.slot.sim {
            Some(sim) if self.slot.starts_at.is_some() && sim.locked_at_start => {
                return Ok(LockStatus { lock: Lock::Pin1, locked: true, attempts: sim.pin1.pin_attempts });
            }
            _ if self.slot.starts_at.is_some() || self.slot.leaves_card() => return Err(Reason::NotReady.into()),
            Some(sim) if sim.is_bad() => return Err(Reason::SimBad.into()),
            Some(sim) => sim,
            None => return Err(Reason::SimAbsent.into()),
        };
        let needed = sim.needs();
        Ok(self.lock_status(needed.unwrap_or(Lock::Pin1), needed.is_some()))
    }

    fn lock_status(&self, lock: Lock, locked: bool) -> LockStatus {
        let attempts = self.slot.sim.as_ref().map_or(0, |sim| match lock {
            Lock::Pin1 => sim.pin1.pin_attempts,
            Lock::Pin2 => sim.pin2.pin_attempts,
            Lock::Puk1 => sim.pin1.puk_attempts,
            Lock::Puk2 => sim.pin2.puk_attempts,
            Lock::Network => sim.network_lock.as_ref().map_or(0, |lock| lock.attempts),
        });
        LockStatus { lock, locked, attempts }
    }

    /// Where a code stands, for the answer to a request that concerned it: what is needed now, if a first code is;
    /// else the code itself, blocked codes as their unblocking ones.
    #[must_use]
    pub fn lock_after(&self, lock: Lock) -> LockStatus {
        let Some(sim) = &self.slot.sim else {
            return self.lock_status(lock, true);
        };
        let (lock, locked) = match lock {
            Lock::Pin1 | Lock::Puk1 if sim.pin1.is_blocked() => (Lock::Puk1, true),
            Lock::Pin1 | Lock::Puk1 => (Lock::Pin1, sim.pin1.enabled && !sim.pin1.verified),
            Lock::Pin2 | Lock::Puk2 if sim.pin2.is_blocked() => (Lock::Puk2, true),
            Lock::Pin2 | Lock::Puk2 => (Lock::Pin2, !sim.pin2.verified),
            Lock::Network => (Lock::Network, sim.network_lock.is_some()),
        };
        self.lock_status(lock, locked)
    }

    fn with_code<R>(
        &mut self,
        now: Instant,
        by: Origin,
        act: impl FnOnce(&mut Sim) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        self.poll(now);
        let sim = self.card()?;
        let before = sim.codes();
        let result = act(sim);
        let changed = before != sim.codes();
        if changed {
            self.log.push(by, Change::Codes);
        }
        if self.usable_sim().is_err() {
            // A last wrong code takes the card out of service.
            self.end_registration(RegistrationState::Deregistered, Reason::CodeRequired.into());
        }
        self.sim_changed(now, by);
        result
    }

    /// Enters a PIN or the code of the network lock.
    ///
    /// # Errors
    ///
    /// [`Reason::CodeWrong`] costs an attempt unless none is left; [`Reason::CodeDisabled`], [`Reason::Invalid`] (not 4
    /// to 8 digits), [`Reason::NotReady`] and the like cost none.
    pub fn enter_code(&mut self, now: Instant, by: Origin, lock: Lock, code: &str) -> Result<(), Failure> {
        self.with_code(now, by, |sim| match lock {
            Lock::Pin1 if !sim.pin1.enabled => Err(Reason::CodeDisabled.into()),
            Lock::Pin1 => sim.pin1.verify(code),
            Lock::Pin2 => sim.pin2.verify(code),
            Lock::Network => match &mut sim.network_lock {
                None => Err(Reason::CodeDisabled.into()),
                Some(lock) if lock.attempts > 0 && lock.code == *code => {
                    sim.network_lock = None;
                    Ok(())
                }
                Some(lock) => {
                    lock.attempts = lock.attempts.saturating_sub(1);
                    Err(Reason::CodeWrong.into())
                }
            },
            Lock::Puk1 | Lock::Puk2 => Err(Reason::Invalid.into()),
        })
    }

    /// Unblocks a PIN, which then is `pin`. `lock` is the unblocking code.
    ///
    /// # Errors
    ///
    /// As [`enter_code`](Self::enter_code).
    pub fn unblock(&mut self, now: Instant, by: Origin, lock: Lock, puk: &str, pin: &str) -> Result<(), Failure> {
        self.with_code(now, by, |sim| match lock {
            Lock::Puk1 => sim.pin1.unblock(puk, pin),
            Lock::Puk2 => sim.pin2.unblock(puk, pin),
            _ => Err(Reason::Invalid.into()),
        })
    }

    /// Unblocks the network lock: its code can be tried again.
    ///
    /// # Errors
    ///
    /// As [`enter_code`](Self::enter_code); [`Reason::NotSupported`] if nothing unblocks it.
    pub fn unblock_network(&mut self, now: Instant, by: Origin, key: &str) -> Result<(), Failure> {
        self.with_code(now, by, |sim| {
            let lock = sim.network_lock.as_mut().ok_or(Failure::from(Reason::CodeDisabled))?;
            let unblock = sim.network_unblock.as_mut().ok_or(Failure::from(Reason::NotSupported))?;
            if unblock.attempts == 0 || unblock.key != *key {
                unblock.attempts = unblock.attempts.saturating_sub(1);
                return Err(Reason::CodeWrong.into());
            }
            lock.attempts = NETWORK_ATTEMPTS;
            Ok(())
        })
    }

    /// Makes the first PIN needed after power-on, or not.
    ///
    /// # Errors
    ///
    /// As [`enter_code`](Self::enter_code); [`Reason::NotSupported`] for other codes.
    pub fn enable_code(&mut self, now: Instant, by: Origin, lock: Lock, pin: &str, on: bool) -> Result<(), Failure> {
        self.with_code(now, by, |sim| {
            if lock != Lock::Pin1 {
                return Err(Reason::NotSupported.into());
            }
            if !on && !sim.pin1.enabled {
                return Err(Reason::CodeDisabled.into());
            }
            sim.pin1.verify(pin)?;
            sim.pin1.enabled = on;
            Ok(())
        })
    }

    /// Changes a PIN.
    ///
    /// # Errors
    ///
    /// As [`enter_code`](Self::enter_code); [`Reason::NotSupported`] for other codes.
    pub fn change_code(&mut self, now: Instant, by: Origin, lock: Lock, old: &str, new: &str) -> Result<(), Failure> {
        self.with_code(now, by, |sim| {
            let code = match lock {
                Lock::Pin1 if !sim.pin1.enabled => return Err(Reason::CodeDisabled.into()),
                Lock::Pin1 => &mut sim.pin1,
                Lock::Pin2 => &mut sim.pin2,
                _ => return Err(Reason::NotSupported.into()),
            };
            if !is_pin(new) {
                return Err(Reason::Invalid.into());
            }
            code.verify(old)?;
            code.pin = text(new);
            Ok(())
        })
    }
}
