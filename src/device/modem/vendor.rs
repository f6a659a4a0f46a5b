//! What only the modems of some makers have: a firmware update, a carrier lock, an FCC lock that asks for proof, the
//! frequencies in use, settings of a trace.
//!
//! Faces show these by services of their makers, and only if told to.

use heapless::Vec;
use sha2::{Digest, Sha256};

use super::band::carrier;
use super::event::{Change, Origin};
use super::network::{RegistrationState, Signal};
use super::{Failure, Modem, Reason, Text, Ticket, Work};
use crate::time::{Instant, Millis};

/// Policies for the carrier lock that can be known at the same time.
pub const POLICIES: usize = 4;
/// Networks that a policy can allow.
pub const ALLOWED: usize = 4;
/// Bytes of a policy at most.
pub const POLICY: usize = 64;
/// Writes of an update that may be under way at once, at most.
pub const WINDOW: u32 = 8;
/// Settings of the trace.
pub const TRACE: usize = 4;

/// What proves that a host may open the FCC lock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Proof {
    /// Nothing does.
    #[default]
    None,
    /// This answer, whatever the challenge.
    Answer(u32),
    /// What follows from the challenge and these bytes of the maker of the laptop: the first four bytes of the SHA-256 of
    /// the challenge, lowest byte first, and the maker's bytes; taken as a number in the same order.
    Maker([u8; 4]),
}

impl Proof {
    fn answer(self, challenge: u32) -> Option<u32> {
        match self {
            Self::None => None,
            Self::Answer(answer) => Some(answer),
            Self::Maker(maker) => {
                let hash = Sha256::new().chain_update(challenge.to_le_bytes()).chain_update(maker).finalize();
                hash.first_chunk().map(|first| u32::from_le_bytes(*first))
            }
        }
    }
}

/// The FCC lock as far as it asks for proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct FccSetup {
    /// The first challenge; each wrong answer makes another one.
    pub challenge: u32,
    /// What answers it.
    pub proof: Proof,
}

impl Default for FccSetup {
    fn default() -> Self {
        // Some hosts take a lowest byte other than 0 for a lock that is open.
        Self { challenge: 0x5A17_3C00, proof: Proof::None }
    }
}

/// Why a policy is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PolicyError {
    /// Its signature is wrong.
    Signature,
    /// It is for another device.
    Imei,
    /// It is too old.
    Timestamp,
    /// It allows more networks than can be kept.
    TooManyNetworks,
    /// It is signed in an unknown way.
    Algorithm,
    /// It asks for what the device cannot do.
    Feature,
    /// It cannot be read.
    Unreadable,
}

/// Networks that SIMs may be of.
pub type Allowed = Vec<Text<6>, ALLOWED>;

/// What a policy does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Only SIMs of these networks may be used; all of them if the list is empty, which ends the lock.
    Allow(Allowed),
    /// It is refused.
    Refuse(PolicyError),
}

/// A policy that the device knows. It cannot check signatures: what it does not know has a wrong one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its bytes.
    pub data: Vec<u8, POLICY>,
    /// What it does.
    pub verdict: Verdict,
}

impl Policy {
    /// A policy from its bytes.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn new(data: &[u8], verdict: Verdict) -> Result<Self, Failure> {
        let data = Vec::from_slice(data).map_err(|_| Failure::from(Reason::TooLong))?;
        Ok(Self { data, verdict })
    }
}

/// What only some makers' modems have, at power-on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VendorSetup {
    /// The FCC lock as far as it asks for proof.
    pub fcc: FccSetup,
    /// Networks that SIMs may be of; empty without a carrier lock.
    pub allowed: Allowed,
    /// Policies that a host can set.
    pub policies: Vec<Policy, POLICIES>,
    /// Most bytes in one write of an update.
    pub update_transfer: u32,
    /// Most writes of an update under way at once, at most [`WINDOW`].
    pub update_window: u32,
    /// Version of the firmware after an update; the same as before if empty.
    pub updated: Text<30>,
}

impl Default for VendorSetup {
    fn default() -> Self {
        Self {
            fcc: FccSetup::default(),
            allowed: Vec::new(),
            policies: Vec::new(),
            update_transfer: 1024,
            update_window: 1,
            updated: Text::new(),
        }
    }
}

/// What an update session is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum UpdateState {
    /// There is none.
    Inactive,
    /// It receives a file.
    Transfer,
    /// The file is complete; it is applied at the next restart.
    Complete,
}

/// The update session, and how the one before ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Update {
    /// What it is doing.
    pub state: UpdateState,
    /// How the one before ended, if there was one: with bytes received and bytes missing if badly.
    pub last: Option<Result<(), (u32, u32)>>,
}

/// A file that is received.
#[derive(Clone, Copy, Debug)]
struct File {
    size: u32,
    /// Bytes of all writes that were taken.
    taken: u32,
    /// Bytes of all writes that are done.
    done: u32,
}

/// Role of a frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FrequencyUse {
    /// The serving cell.
    Serving,
    /// None: the radio is off.
    RadioOff,
}

/// A frequency in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frequency {
    /// Its role.
    pub role: FrequencyUse,
    /// Middle of the carrier, in Hz; 0 if not known.
    pub center: u64,
    /// Width of the carrier, in Hz.
    pub bandwidth: u32,
    /// What is received on it.
    pub signal: Signal,
    /// A session is active.
    pub connected: bool,
}

/// The carrier lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CarrierLock {
    /// It is in force.
    pub applied: bool,
    /// Registration.
    pub registration: RegistrationState,
    /// Whether the SIM is one of those that are allowed; `None` without a SIM or lock.
    pub matches: Option<bool>,
}

#[derive(Debug)]
pub(super) struct Vendor {
    setup: VendorSetup,
    challenge: u32,
    state: UpdateState,
    last: Option<Result<(), (u32, u32)>>,
    file: Option<File>,
    /// Number of the next write, and how many are under way.
    next_write: u16,
    writes: u32,
    /// A complete file waits for a restart.
    complete: bool,
    trace: [u32; TRACE],
    /// Frequencies are told as they change.
    tells_frequencies: bool,
    told_frequency: Option<Frequency>,
    told_lock: Option<CarrierLock>,
}

impl Vendor {
    pub(super) fn new(setup: VendorSetup) -> Self {
        let challenge = setup.fcc.challenge;
        Self {
            setup,
            challenge,
            state: UpdateState::Inactive,
            last: None,
            file: None,
            next_write: 0,
            writes: 0,
            complete: false,
            trace: [0; TRACE],
            tells_frequencies: false,
            told_frequency: None,
            told_lock: None,
        }
    }

    fn end_update(&mut self) {
        if self.state == UpdateState::Inactive {
            return;
        }
        let file = self.file.take().unwrap_or(File { size: 0, taken: 0, done: 0 });
        let complete = self.state == UpdateState::Complete;
        self.last = Some(if complete { Ok(()) } else { Err((file.done, file.size.saturating_sub(file.done))) });
        self.complete |= complete;
        self.state = UpdateState::Inactive;
        self.writes = 0;
    }

    /// Ends what a restart ends. The version that is new after it, if an update was complete.
    pub(super) fn restart(&mut self) -> Option<Text<30>> {
        self.end_update();
        self.tells_frequencies = false;
        self.told_frequency = None;
        self.told_lock = None;
        let updated = core::mem::take(&mut self.complete).then(|| self.setup.updated.clone());
        updated.filter(|version| !version.is_empty())
    }
}

impl Modem {
    // The FCC lock.

    /// The challenge of the FCC lock, if it is locked.
    #[must_use]
    pub fn fcc_challenge(&self) -> Option<u32> {
        self.radio().fcc_locked.then_some(self.vendor.challenge)
    }

    /// A host answers the challenge. The right answer opens the lock, a wrong one makes another challenge.
    ///
    /// # Errors
    ///
    /// [`Reason::Refused`]. Without a lock every answer is right.
    pub fn answer_fcc_challenge(&mut self, answer: u32) -> Result<(), Failure> {
        let Some(challenge) = self.fcc_challenge() else {
            return Ok(());
        };
        if self.vendor.setup.fcc.proof.answer(challenge) == Some(answer) {
            self.set_fcc_lock(false);
            return Ok(());
        }
        self.vendor.challenge = challenge.wrapping_add(0x100);
        Err(Reason::Refused.into())
    }

    // The carrier lock.

    fn carrier_lock_matches(&self) -> Option<bool> {
        let allowed = &self.vendor.setup.allowed;
        let sim = self.usable_sim().ok().filter(|_| !allowed.is_empty())?;
        Some(allowed.contains(&sim.home))
    }

    /// The carrier lock.
    #[must_use]
    pub fn carrier_lock(&self) -> CarrierLock {
        CarrierLock {
            applied: !self.vendor.setup.allowed.is_empty(),
            registration: self.registration().state,
            matches: self.carrier_lock_matches(),
        }
    }

    /// Whether the carrier lock keeps this SIM from the network.
    pub(super) fn is_carrier_locked(&self) -> bool {
        self.carrier_lock_matches() == Some(false)
    }

    /// A host sets a policy.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn set_carrier_policy(&mut self, now: Instant, by: Origin, data: &[u8]) -> Result<(), PolicyError> {
        self.poll(now);
        if data.is_empty() {
            return Err(PolicyError::Unreadable);
        }
        let policy = self.vendor.setup.policies.iter().find(|policy| policy.data == *data);
        let allowed = match policy.map(|policy| &policy.verdict) {
            None => return Err(PolicyError::Signature),
            Some(Verdict::Refuse(error)) => return Err(*error),
            Some(Verdict::Allow(allowed)) => allowed.clone(),
        };
        let was_locked = self.is_carrier_locked();
        self.vendor.setup.allowed = allowed;
        if self.is_carrier_locked() {
            self.end_registration(RegistrationState::Deregistered, Reason::NotAllowed.into());
        } else if was_locked {
            self.begin_search(now);
        }
        self.vendor.told_lock = Some(self.carrier_lock());
        self.log.push(by, Change::CarrierLock);
        Ok(())
    }

    // Firmware update.

    /// The update session.
    #[must_use]
    pub fn update(&self) -> Update {
        Update { state: self.vendor.state, last: self.vendor.last }
    }

    /// Most bytes in one write, and most writes under way at once.
    #[must_use]
    pub fn update_limits(&self) -> (u32, u32) {
        (self.vendor.setup.update_transfer, self.vendor.setup.update_window.clamp(1, WINDOW))
    }

    /// A host starts an update session.
    ///
    /// # Errors
    ///
    /// [`Reason::NotAllowed`] if there is one.
    pub fn start_update(&mut self) -> Result<(), Failure> {
        if self.vendor.state != UpdateState::Inactive {
            return Err(Reason::NotAllowed.into());
        }
        self.vendor.state = UpdateState::Transfer;
        self.vendor.file = None;
        Ok(())
    }

    /// A host ends the update session. A complete file is applied at the next restart.
    ///
    /// # Errors
    ///
    /// [`Reason::NotAllowed`] if there is none; [`Reason::Busy`] while writes are under way.
    pub fn stop_update(&mut self) -> Result<(), Failure> {
        if self.vendor.state == UpdateState::Inactive {
            return Err(Reason::NotAllowed.into());
        }
        if self.vendor.writes > 0 {
            return Err(Reason::Busy.into());
        }
        self.vendor.end_update();
        Ok(())
    }

    /// A host begins the file of the session.
    ///
    /// # Errors
    ///
    /// [`Reason::NotAllowed`] without a session, or with a file begun already; [`Reason::Invalid`] for an empty file.
    pub fn open_update_file(&mut self, size: u32) -> Result<(), Failure> {
        if self.vendor.state != UpdateState::Transfer || self.vendor.file.is_some() {
            return Err(Reason::NotAllowed.into());
        }
        if size == 0 {
            return Err(Reason::Invalid.into());
        }
        self.vendor.file = Some(File { size, taken: 0, done: 0 });
        Ok(())
    }

    /// A host writes the next piece of the file. The model counts the bytes and does not keep them.
    ///
    /// # Errors
    ///
    /// [`Reason::NotAllowed`] without a file; [`Reason::TooLong`], [`Reason::Invalid`] if the piece is empty or goes beyond
    /// the end of the file; [`Reason::Busy`] if as many writes as the window takes are under way.
    pub fn request_update_write(&mut self, now: Instant, by: Origin, len: usize) -> Result<Ticket, Failure> {
        self.poll(now);
        let (most, window) = self.update_limits();
        let Some(file) = self.vendor.file.filter(|_| self.vendor.state == UpdateState::Transfer) else {
            return Err(Reason::NotAllowed.into());
        };
        let len = u32::try_from(len).ok().filter(|len| *len <= most).ok_or(Failure::from(Reason::TooLong))?;
        let taken = file.taken.checked_add(len).filter(|taken| len > 0 && *taken <= file.size);
        let taken = taken.ok_or(Failure::from(Reason::Invalid))?;
        if self.vendor.writes >= window {
            return Err(Reason::Busy.into());
        }
        let work = Work::UpdateWrite { number: self.vendor.next_write, len };
        let due = now + self.delays.update_write;
        let ticket = self.begin(by, work, Some(due))?;
        self.vendor.next_write = self.vendor.next_write.wrapping_add(1);
        self.vendor.writes = self.vendor.writes.saturating_add(1);
        self.vendor.file = Some(File { taken, ..file });
        Ok(ticket)
    }

    pub(super) fn update_written(&mut self, len: u32) {
        self.vendor.writes = self.vendor.writes.saturating_sub(1);
        if let Some(file) = &mut self.vendor.file {
            file.done = file.done.saturating_add(len);
            if file.done == file.size {
                self.vendor.state = UpdateState::Complete;
            }
        }
    }

    // Trace.

    /// A setting of the trace.
    #[must_use]
    pub fn trace_setting(&self, which: usize) -> Option<u32> {
        self.vendor.trace.get(which).copied()
    }

    /// Changes a setting of the trace.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] if there is no such setting.
    pub fn set_trace_setting(&mut self, which: usize, value: u32) -> Result<(), Failure> {
        *self.vendor.trace.get_mut(which).ok_or(Failure::from(Reason::Invalid))? = value;
        Ok(())
    }

    // Frequencies.

    /// The frequency in use, if there is anything to tell.
    #[must_use]
    pub fn frequency(&self) -> Option<Frequency> {
        if !self.radio().is_on() {
            let (role, signal) = (FrequencyUse::RadioOff, Signal::NONE);
            return Some(Frequency { role, center: 0, bandwidth: 0, signal, connected: false });
        }
        let network = self.serving_network()?;
        let technology = self.registration().available.best();
        Some(Frequency {
            role: FrequencyUse::Serving,
            center: carrier(technology, network.cell.channel).unwrap_or(0),
            bandwidth: network.bandwidth(technology).saturating_mul(1000),
            signal: self.signal(),
            connected: self.has_active_session(),
        })
    }

    /// Whether frequencies are told as they change.
    #[must_use]
    pub fn tells_frequencies(&self) -> bool {
        self.vendor.tells_frequencies
    }

    /// Says whether frequencies are told as they change.
    pub fn tell_frequencies(&mut self, on: bool) {
        self.vendor.tells_frequencies = on;
        self.vendor.told_frequency = self.frequency();
    }

    /// Tells what has changed, whenever something has changed that these depend on. The signal alone is no news.
    pub(super) fn notice_vendor(&mut self) {
        let frequency = self.frequency();
        let plain = |frequency: Frequency| Frequency { signal: Signal::NONE, ..frequency };
        if self.vendor.tells_frequencies && frequency.map(plain) != self.vendor.told_frequency.map(plain) {
            self.vendor.told_frequency = frequency;
            self.log.push(Origin::WORLD, Change::Frequencies(frequency));
        }
        let lock = self.carrier_lock();
        if lock.applied && self.vendor.told_lock != Some(lock) {
            self.vendor.told_lock = Some(lock);
            self.log.push(Origin::WORLD, Change::CarrierLock);
        }
    }

    /// Restarts the device after a while.
    pub fn request_restart_after(&mut self, now: Instant, wait: Millis) {
        self.request_restart(now + wait);
    }
}
