//! Contexts as numbered profiles: which one is taken if none is named, with which ones the device attaches, and whether it
//! connects by itself.
//!
//! The contexts themselves are those of [`bearer`](super::bearer): what one protocol stores, the others see.

use heapless::Vec;

use super::bearer::{CONTEXTS, Context, ContextRequest, Purpose, SessionState};
use super::event::{Change, Origin};
use super::network::{PacketState, RegistrationState};
use super::{Failure, Modem, Reason, Ticket, Work};
use crate::device::collect;
use crate::time::{Instant, Millis};

/// Profiles that the device can attach with.
pub const ATTACH_PROFILES: usize = 4;
/// Bytes of what is kept with a context and means nothing to the modem.
pub const NOTES_LEN: usize = 304;

/// The modem waits at least so long until it tries again to connect by itself.
const SHORTEST_PAUSE: Millis = Millis(100);

/// What became of stored contexts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ContextChange {
    /// One with this number is new.
    Created(u32),
    /// The one with this number has changed.
    Modified(u32),
    /// The one with this number is gone.
    Deleted(u32),
    /// Any of them may have changed.
    All,
}

/// For whom a context is taken if none is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Usage {
    /// For the device itself.
    Embedded,
    /// For its host.
    Tethered,
}

/// Whether the modem connects by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AutoconnectMode {
    /// No.
    #[default]
    Off,
    /// Yes, with the default context for its host, as often as the connection is lost.
    On,
    /// Not before the next restart.
    Paused,
}

/// Whether and where the modem connects by itself. It holds over restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Autoconnect {
    /// Whether.
    pub mode: AutoconnectMode,
    /// Only in the home network.
    pub home_only: bool,
}

/// What belongs to a context without meaning anything to the modem.
#[derive(Clone, Debug)]
struct Notes {
    context: u32,
    bytes: Vec<u8, NOTES_LEN>,
}

/// The state behind all that.
#[derive(Debug)]
pub(super) struct Profiles {
    embedded: u32,
    tethered: u32,
    attach: Vec<u32, ATTACH_PROFILES>,
    pending_attach: Option<Vec<u32, ATTACH_PROFILES>>,
    notes: Vec<Notes, CONTEXTS>,
    pub(super) autoconnect: Autoconnect,
    /// The modem does not try again before.
    next_try: Instant,
    /// When the modem was last told the time.
    polled: Instant,
}

impl Profiles {
    pub(super) fn new(autoconnect: Autoconnect) -> Self {
        Self {
            embedded: 1,
            tethered: 1,
            attach: collect([1]),
            pending_attach: None,
            notes: Vec::new(),
            autoconnect,
            next_try: Instant(0),
            polled: Instant(0),
        }
    }

    pub(super) fn power_off(&mut self) {
        self.next_try = Instant(0);
        self.attached();
        if self.autoconnect.mode == AutoconnectMode::Paused {
            self.autoconnect.mode = AutoconnectMode::On;
        }
    }

    pub(super) fn polled(&mut self, now: Instant) {
        self.polled = self.polled.max(now);
    }

    /// What was asked for with the list to attach with, holds from an attach on.
    pub(super) fn attached(&mut self) {
        if let Some(list) = self.pending_attach.take() {
            self.attach = list;
        }
        self.may_connect();
    }

    /// Something that stood in the way of connecting by itself may be gone.
    pub(super) fn may_connect(&mut self) {
        self.next_try = self.next_try.max(self.polled);
    }

    pub(super) fn forget_notes(&mut self) {
        self.notes.clear();
    }

    pub(super) fn deleted(&mut self, context: u32) {
        self.notes.retain(|notes| notes.context != context);
    }
}

impl Modem {
    /// The stored context with a number.
    #[must_use]
    pub fn context(&self, id: u32) -> Option<&Context> {
        self.contexts().iter().find(|context| context.id == id)
    }

    /// Stores a context as a new one, with the lowest free number above 0.
    ///
    /// # Errors
    ///
    /// [`Reason::Full`].
    pub fn create_context(&mut self, by: Origin, mut context: Context) -> Result<u32, Failure> {
        let free = (1..=u32::from(u8::MAX)).find(|id| self.context(*id).is_none());
        context.id = free.ok_or(Failure::from(Reason::Full))?;
        let id = context.id;
        self.store_context(by, context)?;
        Ok(id)
    }

    /// Deletes the stored context with a number.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is none.
    pub fn delete_context(&mut self, by: Origin, id: u32) -> Result<(), Failure> {
        if self.context(id).is_none() {
            return Err(Reason::InvalidIndex.into());
        }
        self.bearers.forget_context(id);
        self.profiles.deleted(id);
        self.log.push(by, Change::Contexts(ContextChange::Deleted(id)));
        Ok(())
    }

    /// What a host has stored with a context and the modem makes nothing of, in that host's own form.
    #[must_use]
    pub fn context_notes(&self, id: u32) -> &[u8] {
        let found = self.profiles.notes.iter().find(|notes| notes.context == id);
        found.map_or(&[], |notes| &notes.bytes)
    }

    /// Keeps something with a context that the modem makes nothing of.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] without such a context, [`Reason::TooLong`] beyond [`NOTES_LEN`].
    pub fn set_context_notes(&mut self, id: u32, notes: &[u8]) -> Result<(), Failure> {
        if self.context(id).is_none() {
            return Err(Reason::InvalidIndex.into());
        }
        let bytes = Vec::from_slice(notes).map_err(|_| Failure::from(Reason::TooLong))?;
        self.profiles.deleted(id);
        let stale = |notes: &Notes| self.bearers.contexts().iter().any(|context| context.id == notes.context);
        if self.profiles.notes.is_full() {
            self.profiles.notes.retain(stale);
        }
        let kept = self.profiles.notes.push(Notes { context: id, bytes });
        kept.map_err(|_| Reason::Full.into())
    }

    /// The number of the context that is taken if none is named.
    #[must_use]
    pub fn default_context(&self, usage: Usage) -> u32 {
        match usage {
            Usage::Embedded => self.profiles.embedded,
            Usage::Tethered => self.profiles.tethered,
        }
    }

    /// Chooses the context that is taken if none is named.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] without such a context.
    pub fn set_default_context(&mut self, usage: Usage, id: u32) -> Result<(), Failure> {
        if self.context(id).is_none() {
            return Err(Reason::InvalidIndex.into());
        }
        match usage {
            Usage::Embedded => self.profiles.embedded = id,
            Usage::Tethered => self.profiles.tethered = id,
        }
        Ok(())
    }

    /// The numbers of the contexts that the device attaches with, the most wanted first.
    #[must_use]
    pub fn attach_profiles(&self) -> &[u32] {
        &self.profiles.attach
    }

    /// Those that will hold from the next attach on, if others.
    #[must_use]
    pub fn pending_attach_profiles(&self) -> Option<&[u32]> {
        self.profiles.pending_attach.as_deref()
    }

    /// Chooses the contexts to attach with. They hold from the next attach on; `now` means that the device detaches and
    /// attaches for it, and the request is done when it has. The first one becomes the context to attach with everywhere.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if one is not stored or the list is empty, [`Reason::TooLong`] beyond
    /// [`ATTACH_PROFILES`], [`Reason::Busy`], and those of attaching.
    pub fn request_attach_profiles(
        &mut self,
        now: Instant,
        by: Origin,
        list: &[u32],
        attach: bool,
    ) -> Result<Option<Ticket>, Failure> {
        self.poll(now);
        let first = list.first().and_then(|id| self.context(*id)).cloned();
        let first = first.ok_or(Failure::from(Reason::InvalidIndex))?;
        if list.iter().any(|id| self.context(*id).is_none()) {
            return Err(Reason::InvalidIndex.into());
        }
        let list = Vec::from_slice(list).map_err(|_| Failure::from(Reason::TooLong))?;
        let attached = self.packet_service().state == PacketState::Attached;
        self.profiles.pending_attach = Some(list);
        self.set_attach_contexts(by, Some([first.clone(), first.clone(), first]));
        if !attached {
            self.profiles.attached();
        } else if attach {
            self.end_packet_service(Reason::Detached.into());
            return self.request_attach(now, by).map(Some);
        }
        Ok(None)
    }

    /// The place among [`attach_contexts`](Self::attach_contexts) that counts where the device is registered.
    #[must_use]
    pub fn attach_context(&self) -> &Context {
        let [home, partner, others] = self.attach_contexts();
        match self.registration().state {
            RegistrationState::Partner => partner,
            RegistrationState::Roaming => others,
            _ => home,
        }
    }

    /// Whether the modem connects by itself.
    #[must_use]
    pub fn autoconnect(&self) -> Autoconnect {
        self.profiles.autoconnect
    }

    /// Says whether the modem connects by itself. A connection that it has stays.
    pub fn set_autoconnect(&mut self, now: Instant, autoconnect: Autoconnect) {
        self.poll(now);
        self.profiles.autoconnect = autoconnect;
        self.profiles.next_try = now;
        self.poll(now);
    }

    /// Makes the stored contexts, what they are used for and whether the modem connects by itself as they were delivered.
    pub(super) fn restore_profiles(&mut self, by: Origin) {
        let (polled, autoconnect) = (self.profiles.polled, self.bearers.delivered_autoconnect());
        self.profiles = Profiles { next_try: polled, polled, ..Profiles::new(autoconnect) };
        self.set_attach_contexts(by, None);
        self.restore_contexts(by);
    }

    /// When the modem connects by itself, if it will.
    pub(super) fn autoconnect_due(&self) -> Option<Instant> {
        let Autoconnect { mode, home_only } = self.profiles.autoconnect;
        let away = self.registration().state != RegistrationState::Home;
        let usable = self.packet_service().state == PacketState::Attached && !(home_only && away);
        if mode != AutoconnectMode::On || !usable || self.own_session().is_some() {
            return None;
        }
        let context = self.context(self.default_context(Usage::Tethered))?;
        (!context.disabled && self.last_free_session().is_some()).then_some(self.profiles.next_try)
    }

    /// The session that the modem has begun by itself and that is not over.
    #[must_use]
    pub fn own_session(&self) -> Option<u8> {
        let mut sessions = self.sessions();
        let own = sessions.find(|status| self.session_owner(status.session) == Some(Origin::WORLD));
        own.map(|status| status.session)
    }

    pub(super) fn connect_by_itself(&mut self, now: Instant) {
        self.profiles.next_try = now + self.delays.reconnect.max(SHORTEST_PAUSE);
        let id = self.default_context(Usage::Tethered);
        let (Some(context), Some(session)) = (self.context(id).cloned(), self.last_free_session()) else {
            return;
        };
        let request = ContextRequest {
            session: session.into(),
            apn: &context.apn,
            user: &context.user,
            password: &context.password,
            auth: context.auth,
            ip: context.ip,
            purpose: Purpose::INTERNET,
            channel: 0,
            context: id,
            ..ContextRequest::default()
        };
        // What cannot begin now is tried again later.
        let _ = self.activate(now, Origin::WORLD, &request);
    }

    /// Ends a session for everybody, whoever has begun it. A request under way is given up.
    pub fn drop_session(&mut self, now: Instant, by: Origin, session: u8) {
        self.poll(now);
        let active = self.session(session.into()).is_ok_and(|status| status.state != SessionState::Inactive);
        if active {
            self.end_session(session, by, Reason::NotActive.into());
            self.finish(Work::Deactivate(session), Ok(()));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::super::bearer::{AccessPoint, IpKind};
    use super::super::text;
    use super::*;

    const HOST: Origin = Origin(1);
    const ON: Autoconnect = Autoconnect { mode: AutoconnectMode::On, home_only: false };

    fn ready(setup: Setup) -> Modem {
        let mut modem = Modem::new(Instant(0), setup);
        modem.poll(Instant(10_000));
        modem
    }

    #[test]
    fn the_modem_connects_by_itself_as_often_as_it_is_disconnected() {
        let mut modem = ready(Setup::default());
        assert_eq!(modem.own_session(), None);
        modem.set_autoconnect(Instant(10_000), ON);
        modem.poll(Instant(10_400));
        let session = modem.own_session().unwrap();
        assert_eq!(modem.session_apn(session), "internet");
        assert_eq!(modem.session_origin(session).unwrap().context, 1);
        assert!(modem.ip_configuration(session).is_some());
        modem.network_deactivates(Instant(60_000), session, 36);
        modem.poll(Instant(60_400));
        assert!(modem.ip_configuration(modem.own_session().unwrap()).is_some());
        // It is its session, and no host's that goes.
        modem.forget_host(Instant(60_500), HOST);
        assert!(modem.own_session().is_some());
        modem.set_autoconnect(Instant(61_000), Autoconnect::default());
        modem.drop_session(Instant(61_000), HOST, session);
        modem.poll(Instant(90_000));
        assert_eq!(modem.own_session(), None);
    }

    #[test]
    fn a_pause_lasts_until_the_next_restart_and_the_home_network_can_be_a_condition() {
        let mut setup = Setup::default();
        setup.bearer.autoconnect = Autoconnect { mode: AutoconnectMode::Paused, home_only: true };
        let mut modem = ready(setup);
        assert_eq!(modem.own_session(), None);
        modem.reboot(Instant(20_000));
        modem.poll(Instant(30_000));
        assert!(modem.own_session().is_some());
        modem.change_networks(|networks| networks.retain(|network| network.partner));
        modem.reboot(Instant(40_000));
        modem.poll(Instant(50_000));
        assert_eq!(modem.registration().state, RegistrationState::Partner);
        assert_eq!(modem.own_session(), None);
        modem.set_autoconnect(Instant(50_000), ON);
        assert!(modem.own_session().is_some());
    }

    #[test]
    fn a_refused_modem_tries_again_after_a_while_and_a_network_can_make_it_wait() {
        let mut setup = Setup::default();
        setup.bearer.autoconnect = ON;
        let mut point = AccessPoint::new("internet");
        point.refuses = 26;
        point.back_off = Millis(30_000);
        setup.bearer.access_points.clear();
        setup.bearer.access_points.push(point).unwrap();
        let mut modem = Modem::new(Instant(0), setup);
        while modem.throttles(Instant(0)).count() == 0 {
            let at = modem.poll_at().unwrap();
            modem.poll(at);
        }
        let refused = modem.poll_at().unwrap();
        let (apn, v4, v6) = modem.throttles(refused).next().unwrap();
        assert_eq!((apn, v4), ("internet", v6));
        // Within that time the modem says so itself, and at once.
        modem.access_points()[0].refuses = 0;
        modem.poll(refused + Millis(1_000));
        assert_eq!(modem.own_session(), None);
        modem.poll(refused + Millis(40_000));
        assert!(modem.own_session().is_some());
        assert_eq!(modem.throttles(refused + Millis(40_000)).count(), 0);
    }

    #[test]
    fn a_modem_that_is_refused_at_once_does_not_try_without_end() {
        let mut setup = Setup::default();
        setup.bearer.autoconnect = ON;
        setup.bearer.access_points.clear();
        setup.bearer.refuses_others = 27;
        (setup.delays.activate, setup.delays.reconnect) = (Millis(0), Millis(0));
        let modem = ready(setup);
        assert_eq!(modem.own_session(), None);
        assert!(modem.poll_at().unwrap() > Instant(10_000));
    }

    #[test]
    fn profiles_are_numbered_named_and_carry_notes() {
        let mut modem = ready(Setup::default());
        let context = Context { name: text("work"), apn: text("corp"), ip: IpKind::V4, ..Context::default() };
        assert_eq!(modem.create_context(HOST, context.clone()), Ok(2));
        modem.set_context_notes(2, &[1, 2, 3]).unwrap();
        assert_eq!(modem.set_context_notes(9, &[]), Err(Reason::InvalidIndex.into()));
        assert_eq!(modem.set_context_notes(2, &[0; NOTES_LEN + 1]), Err(Reason::TooLong.into()));
        assert_eq!(modem.context_notes(2), [1, 2, 3]);
        // Who knows no names changes none.
        modem.store_context(HOST, Context { id: 2, apn: text("other"), ..Context::default() }).unwrap();
        assert_eq!((&*modem.context(2).unwrap().name, &*modem.context(2).unwrap().apn), ("work", "other"));
        modem.set_default_context(Usage::Tethered, 2).unwrap();
        assert_eq!((modem.default_context(Usage::Tethered), modem.default_context(Usage::Embedded)), (2, 1));
        modem.delete_context(HOST, 2).unwrap();
        assert_eq!(modem.delete_context(HOST, 2), Err(Reason::InvalidIndex.into()));
        assert!(modem.context_notes(2).is_empty());
        for id in 2..=8 {
            assert_eq!(modem.create_context(HOST, context.clone()), Ok(id));
            modem.set_context_notes(id, &[7]).unwrap();
        }
        assert_eq!(modem.create_context(HOST, context), Err(Reason::Full.into()));
    }

    #[test]
    fn the_list_to_attach_with_holds_from_the_next_attach_on() {
        let mut modem = ready(Setup::default());
        let context = Context { apn: text("corp"), ip: IpKind::V6, ..Context::default() };
        modem.create_context(HOST, context).unwrap();
        assert_eq!(modem.request_attach_profiles(Instant(10_000), HOST, &[2, 1], false), Ok(None));
        assert_eq!((modem.attach_profiles(), modem.pending_attach_profiles()), (&[1][..], Some(&[2, 1][..])));
        assert_eq!(&*modem.attach_context().apn, "corp");
        let ticket = modem.request_attach_profiles(Instant(10_000), HOST, &[2], true).unwrap().unwrap();
        assert_eq!(modem.packet_service().state, PacketState::Attaching);
        modem.poll(Instant(10_200));
        assert_eq!(modem.outcome(ticket), Some(Ok(())));
        assert_eq!((modem.attach_profiles(), modem.pending_attach_profiles()), (&[2][..], None));
        for list in [&[][..], &[3]] {
            let failed = modem.request_attach_profiles(Instant(10_200), HOST, list, false);
            assert_eq!(failed, Err(Reason::InvalidIndex.into()));
        }
    }
}
