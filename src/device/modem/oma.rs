//! Device management by the operator's server (OMA-DM): sessions that go from state to state, and what the server asks.

use super::event::{Change, Origin};
use super::{Failure, Modem, Reason};
use crate::time::Instant;

/// Why a session exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OmaKind(
    /// Number of the kind: 0 configuring, 1 updating the list of preferred roaming, 2 activating, by the client; 3 activating,
    /// 6 updating, by the device; 4 updating, 5 configuring, by the network.
    pub u8,
);

impl OmaKind {
    /// The highest number.
    pub const LAST: u8 = 6;
}

/// How far a session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OmaState {
    /// On the way to the server.
    Connecting,
    /// There.
    Connected,
    /// The server knows the device.
    Authenticated,
    /// Done; there was something new.
    Updated,
    /// It failed.
    Failed(OmaFailure),
}

/// Why a session failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OmaFailure {
    /// There is no packet service.
    NetworkUnavailable,
    /// The server does not answer.
    ServerUnavailable,
    /// It was called off.
    Cancelled,
}

/// What the server asks: whether a session may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OmaAlert {
    /// Why.
    pub kind: OmaKind,
    /// Number of the session.
    pub session: u16,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OmaEvent {
    /// The session.
    State(OmaState),
    /// The server asks.
    Alert(OmaAlert),
}

/// What the device may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OmaFeatures {
    /// Being configured.
    pub provisioning: bool,
    /// Updating the list of preferred roaming.
    pub prl: bool,
    /// Activating itself.
    pub activation: bool,
}

impl Default for OmaFeatures {
    fn default() -> Self {
        Self { provisioning: true, prl: true, activation: false }
    }
}

/// The server at power-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OmaSetup {
    /// It answers.
    pub server: bool,
    /// What the device may do.
    pub features: OmaFeatures,
}

impl Default for OmaSetup {
    fn default() -> Self {
        Self { server: true, features: OmaFeatures::default() }
    }
}

/// A session: why it exists, and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct OmaSession {
    /// Why it exists.
    pub kind: OmaKind,
    /// How far it is.
    pub state: OmaState,
}

#[derive(Debug)]
pub(super) struct Oma {
    setup: OmaSetup,
    features: OmaFeatures,
    session: Option<OmaSession>,
    /// When the session goes on.
    next: Option<Instant>,
    alert: Option<OmaAlert>,
    /// The device has activated itself.
    activated: Option<bool>,
}

impl Oma {
    pub(super) fn new(setup: OmaSetup) -> Self {
        Self { setup, features: setup.features, session: None, next: None, alert: None, activated: None }
    }

    pub(super) fn power_off(&mut self) {
        self.session = None;
        self.next = None;
        self.alert = None;
    }

    pub(super) fn restore(&mut self) {
        self.features = self.setup.features;
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.next
    }
}

impl Modem {
    /// The session that goes on, or the last one.
    #[must_use]
    pub fn oma_session(&self) -> Option<OmaSession> {
        self.oma.session
    }

    /// What the server asks, if it waits for an answer.
    #[must_use]
    pub fn oma_alert(&self) -> Option<OmaAlert> {
        self.oma.alert
    }

    /// What the device may do, and whether it has activated itself, if it tried.
    #[must_use]
    pub fn oma_features(&self) -> (OmaFeatures, Option<bool>) {
        (self.oma.features, self.oma.activated)
    }

    /// Says what the device may do.
    pub fn set_oma_features(&mut self, features: OmaFeatures) {
        self.oma.features = features;
    }

    fn oma_state(&mut self, by: Origin, kind: OmaKind, state: OmaState) {
        self.oma.session = Some(OmaSession { kind, state });
        self.log.push(by, Change::Oma(OmaEvent::State(state)));
    }

    /// A session begins.
    ///
    /// # Errors
    ///
    /// [`Reason::Busy`] if one goes on; [`Reason::Invalid`] for a kind that there is not; [`Reason::NotAllowed`] if the device
    /// may not.
    pub fn start_oma(&mut self, now: Instant, by: Origin, kind: OmaKind) -> Result<(), Failure> {
        self.poll(now);
        if self.oma.next.is_some() {
            return Err(Reason::Busy.into());
        }
        let features = self.oma.features;
        let allowed = match kind.0 {
            0 | 5 => features.provisioning,
            1 | 4 | 6 => features.prl,
            2 | 3 => features.activation,
            _ => return Err(Reason::Invalid.into()),
        };
        if !allowed {
            return Err(Reason::NotAllowed.into());
        }
        self.oma.next = Some(now + self.delays.oma);
        self.oma_state(by, kind, OmaState::Connecting);
        Ok(())
    }

    /// The session is called off.
    ///
    /// # Errors
    ///
    /// [`Reason::NotActive`] if none goes on.
    pub fn cancel_oma(&mut self, now: Instant, by: Origin) -> Result<(), Failure> {
        self.poll(now);
        let session = self.oma.session.filter(|_| self.oma.next.is_some());
        let session = session.ok_or(Failure::from(Reason::NotActive))?;
        self.oma.next = None;
        self.oma_state(by, session.kind, OmaState::Failed(OmaFailure::Cancelled));
        Ok(())
    }

    /// The server asks whether a session may begin.
    pub fn alert_oma(&mut self, now: Instant, alert: OmaAlert) {
        self.poll(now);
        self.oma.alert = Some(alert);
        self.log.push(Origin::WORLD, Change::Oma(OmaEvent::Alert(alert)));
    }

    /// The user's answer to what the server asked.
    ///
    /// # Errors
    ///
    /// [`Reason::NotActive`] if it asked nothing, or about another session; then as [`start_oma`](Self::start_oma).
    pub fn answer_oma(&mut self, now: Instant, by: Origin, session: u16, accept: bool) -> Result<(), Failure> {
        self.poll(now);
        let alert = self.oma.alert.filter(|alert| alert.session == session).ok_or(Failure::from(Reason::NotActive))?;
        self.oma.alert = None;
        if accept { self.start_oma(now, by, alert.kind) } else { Ok(()) }
    }

    pub(super) fn oma_due(&mut self, at: Instant) {
        self.oma.next = None;
        let Some(session) = self.oma.session else {
            return;
        };
        let attached = self.registration().is_registered();
        let next = match session.state {
            OmaState::Connecting if !attached => OmaState::Failed(OmaFailure::NetworkUnavailable),
            OmaState::Connecting if !self.oma.setup.server => OmaState::Failed(OmaFailure::ServerUnavailable),
            OmaState::Connecting => OmaState::Connected,
            OmaState::Connected => OmaState::Authenticated,
            _ => OmaState::Updated,
        };
        let over = matches!(next, OmaState::Updated | OmaState::Failed(_));
        if !over {
            self.oma.next = Some(at + self.delays.oma);
        } else if matches!(session.kind.0, 2 | 3) {
            self.oma.activated = Some(next == OmaState::Updated);
        }
        self.oma_state(Origin::WORLD, session.kind, next);
    }
}
