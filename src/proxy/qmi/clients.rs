//! Who has which client of the modem. Client numbers are the modem's; the proxy only keeps book.

use qmi_wire::service::Service;

use crate::time::{Instant, Millis};

/// Room for one client of the modem, or for one program more that shares it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Client(Option<Hold>);

impl Client {
    /// Unused room.
    pub const FREE: Self = Self(None);
}

/// A client in somebody's hands.
#[derive(Clone, Copy, Debug)]
struct Hold {
    service: Service,
    client: u8,
    holder: Holder,
    /// It has a data session, which would end with it.
    session: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// The program at that place.
    Program(usize),
    /// A program that is gone; released then.
    Nobody(Instant),
    /// To be released now.
    Doomed,
}

/// The book.
#[derive(Debug)]
pub(super) struct Clients<'s>(&'s mut [Client]);

impl<'s> Clients<'s> {
    pub(super) fn new(memory: &'s mut [Client]) -> Self {
        Self(memory)
    }

    fn all(&self) -> impl Iterator<Item = &Hold> {
        self.0.iter().filter_map(|client| client.0.as_ref())
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Hold> {
        self.0.iter_mut().filter_map(|client| client.0.as_mut())
    }

    fn of(&mut self, service: Service, client: u8) -> impl Iterator<Item = &mut Hold> {
        self.all_mut().filter(move |hold| (hold.service, hold.client) == (service, client))
    }

    /// Entries that are free.
    pub(super) fn room(&self) -> usize {
        self.0.len().saturating_sub(self.all().count())
    }

    /// Whether anybody has the client, were it nobody.
    pub(super) fn knows(&self, service: Service, client: u8) -> bool {
        self.all().any(|hold| (hold.service, hold.client) == (service, client))
    }

    /// Whether the program at `index` has the client.
    pub(super) fn holds(&self, service: Service, client: u8, index: usize) -> bool {
        let wanted = (service, client, Holder::Program(index));
        self.all().any(|hold| (hold.service, hold.client, hold.holder) == wanted)
    }

    /// Whether the program at `index` has any client of the service.
    pub(super) fn uses(&self, service: Service, index: usize) -> bool {
        self.all().any(|hold| (hold.service, hold.holder) == (service, Holder::Program(index)))
    }

    /// Whether a program other than that at `index` has the client.
    pub(super) fn is_shared(&self, service: Service, client: u8, index: usize) -> bool {
        let mut holds = self.all().filter(|hold| (hold.service, hold.client) == (service, client));
        holds.any(|hold| matches!(hold.holder, Holder::Program(holder) if holder != index))
    }

    /// Whether nobody has clients, the program at `index` set aside.
    pub(super) fn is_alone(&self, index: usize) -> bool {
        self.all().all(|hold| hold.holder == Holder::Program(index))
    }

    /// Enters a client; false if there is no room.
    pub(super) fn add(&mut self, service: Service, client: u8, holder: Holder) -> bool {
        let session = self.of(service, client).any(|hold| hold.session);
        let Some(room) = self.0.iter_mut().find(|client| client.0.is_none()) else {
            return false;
        };
        room.0 = Some(Hold { service, client, holder, session });
        true
    }

    /// Gives a client that nobody has any more to the program at `index`; whether that has it now.
    pub(super) fn adopt(&mut self, service: Service, client: u8, index: usize) -> bool {
        let holder = Holder::Program(index);
        let mut adopted = self.holds(service, client, index);
        for hold in self.of(service, client).filter(|hold| !matches!(hold.holder, Holder::Program(_))) {
            if !adopted {
                hold.holder = holder;
                adopted = true;
            }
        }
        adopted
    }

    /// Removes the entries for which `is` says so.
    fn remove(&mut self, is: impl Fn(&Hold) -> bool) {
        for client in self.0.iter_mut() {
            client.0.take_if(|hold| is(hold));
        }
    }

    /// The client is void.
    pub(super) fn forget(&mut self, service: Service, client: u8) {
        self.remove(|hold| (hold.service, hold.client) == (service, client));
    }

    /// The program at `index` has the client no longer; others still do.
    pub(super) fn let_go(&mut self, service: Service, client: u8, index: usize) {
        let gone = (service, client, Holder::Program(index));
        self.remove(|hold| (hold.service, hold.client, hold.holder) == gone);
    }

    /// The program at `index` has left its clients. Those that others have too stay theirs; of the others `next` says what
    /// becomes of them.
    pub(super) fn leave(&mut self, index: usize, next: impl Fn(Service, u8, bool) -> Holder) {
        for place in 0..self.0.len() {
            let Some(hold) = self.0.get(place).and_then(|client| client.0) else {
                continue;
            };
            if hold.holder != Holder::Program(index) {
                continue;
            }
            let shared = self.is_shared(hold.service, hold.client, index);
            if let Some(client) = self.0.get_mut(place) {
                let holder = next(hold.service, hold.client, hold.session);
                client.0 = (!shared).then_some(Hold { holder, ..hold });
            }
        }
    }

    /// All clients are void.
    pub(super) fn clear(&mut self) {
        self.0.fill(Client::FREE);
    }

    /// The data session of a client has begun, or has ended. A client that nobody has is kept for `grace` after that.
    pub(super) fn set_session(&mut self, service: Service, client: u8, session: bool, until: Instant) {
        for hold in self.of(service, client) {
            if hold.session && !session && matches!(hold.holder, Holder::Nobody(_)) {
                hold.holder = Holder::Nobody(until);
            }
            hold.session = session;
        }
    }

    /// Those that nobody has wanted for long enough are to be released.
    pub(super) fn expire(&mut self, now: Instant) {
        self.doom(|hold| matches!(hold.holder, Holder::Nobody(until) if until <= now));
    }

    /// Those of a service that nobody has are to be released.
    pub(super) fn doom_orphans(&mut self, service: Service) {
        self.doom(|hold| hold.service == service && matches!(hold.holder, Holder::Nobody(_)));
    }

    /// All are to be released that are not kept for ever.
    pub(super) fn doom_all(&mut self) {
        self.doom(|hold| hold.holder != Holder::Nobody(Instant::FAR));
    }

    fn doom(&mut self, is: impl Fn(&Hold) -> bool) {
        for hold in self.all_mut().filter(|hold| !hold.session && is(hold)) {
            hold.holder = Holder::Doomed;
        }
    }

    /// A client that is to be released now.
    pub(super) fn doomed(&self) -> Option<(Service, u8)> {
        self.all().find(|hold| hold.holder == Holder::Doomed).map(|hold| (hold.service, hold.client))
    }

    /// When the next one is to be released that nobody has.
    pub(super) fn earliest(&self) -> Instant {
        let times = self.all().filter(|hold| !hold.session).filter_map(|hold| match hold.holder {
            Holder::Nobody(until) => Some(until),
            _ => None,
        });
        times.min().unwrap_or(Instant::FAR)
    }
}

/// When a client is released that nobody wants from now on.
pub(super) fn orphaned_until(now: Instant, grace: Option<Millis>) -> Instant {
    grace.map_or(Instant::FAR, |grace| now + grace)
}
