//! The commands that are served, one file for each group.

mod call;
pub(super) mod control;
mod general;
pub(super) mod network;
pub(super) mod packet;
mod phonebook;
mod sim;
mod sms;
mod ussd;
mod vendor;

use at_wire::policy::Command;

use super::call::{Call, Outcome};
use super::dialect::{Dialect, Maker};
use super::settings::STORED;
use super::tell::Tell;
use crate::device::modem::Ticket;
use crate::device::modem::event::Change;

pub(super) use call::ring;
pub(super) use sms::{Saved, routes_end, routes_stay};

/// Whose numbers the errors of a command have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// `+CME ERROR`.
    #[default]
    General,
    /// `+CMS ERROR`.
    Message,
}

/// A command that is served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    pub(super) name: &'static str,
    /// What the test command is answered, behind the name; empty: no more than `OK`; `None`: `run` does it.
    pub(super) test: Option<&'static str>,
    pub(super) run: fn(&mut Call<'_, '_>) -> Outcome,
    pub(super) kind: Kind,
    /// Whose it is.
    maker: Maker,
}

impl Served {
    /// A command; `test` is the answer to its test command.
    pub(super) const fn new(name: &'static str, test: &'static str, run: fn(&mut Call<'_, '_>) -> Outcome) -> Self {
        Self { name, test: Some(test), run, kind: Kind::General, maker: Maker::None }
    }

    /// A command without a test command, or that answers it itself.
    pub(super) const fn whole(name: &'static str, run: fn(&mut Call<'_, '_>) -> Outcome) -> Self {
        Self { name, test: None, run, kind: Kind::General, maker: Maker::None }
    }

    /// The same, about messages.
    pub(super) const fn message(self) -> Self {
        Self { kind: Kind::Message, ..self }
    }

    /// The same, of a maker.
    pub(super) const fn of(self, maker: Maker) -> Self {
        Self { maker, ..self }
    }

    /// The one that a command is, in a dialect.
    pub(super) fn find(command: &Command<'_>, dialect: &Dialect) -> Option<Self> {
        let here = |served: &&Self| served.maker == Maker::None || served.maker == dialect.maker;
        let own = GROUPS.iter().flat_map(|group| group.iter()).filter(here).find(|served| command.is(served.name));
        own.copied().or_else(|| {
            let stored = STORED.iter().find(|stored| command.is(stored.name))?;
            Some(Self::whole(stored.name, |call| call.stored()))
        })
    }
}

static GROUPS: &[&[Served]] = &[
    general::SERVED,
    call::SERVED,
    network::SERVED,
    control::SERVED,
    sim::SERVED,
    packet::SERVED,
    ussd::SERVED,
    phonebook::SERVED,
    sms::SERVED,
    vendor::SERVED,
];

/// Names of all commands.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let own = GROUPS.iter().flat_map(|group| group.iter()).map(|served| served.name);
    let is_own = |name: &str| GROUPS.iter().flat_map(|group| group.iter()).any(|served| served.name == name);
    own.chain(STORED.iter().map(|stored| stored.name).filter(move |name| !is_own(name)))
}

/// Names of the commands of a dialect.
fn names_of(dialect: &Dialect) -> impl Iterator<Item = &'static str> {
    let maker = dialect.maker;
    let others = GROUPS.iter().flat_map(|group| group.iter());
    let is_others = move |name: &str| {
        others.clone().any(|served| served.name == name && served.maker != Maker::None && served.maker != maker)
    };
    names().filter(move |name| !is_others(name))
}

/// What commands keep between each other.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    /// Of the command that is done now.
    pub(super) kind: Kind,
    /// Why the last call ended, or the last connection failed (`+CEER`).
    pub(super) last_cause: u32,
    /// The last call that the host has dialled or answered.
    pub(super) own_call: Option<u8>,
    /// A dialogue in which the network is to speak.
    pub(super) dialogue: Option<Ticket>,
    /// The host writes what it says in dialogues in hexadecimal digits.
    pub(super) ussd_digits: bool,
    /// The host has asked for packet service to end.
    pub(super) detaches: bool,
    /// The host has said where messages go that arrive.
    pub(super) routes: bool,
    /// Of phonebooks.
    phonebook: phonebook::Kept,
    /// Packet timers that were asked for (`+CPSMS`).
    pub(super) power_saving: Option<([u8; 8], [u8; 8])>,
    /// Those that the host was told of last.
    pub(super) power_saving_told: Option<([u8; 8], [u8; 8])>,
    /// Extended idle cycles that were asked for (`+CEDRXS`).
    idle_cycles: network::IdleCycles,
    /// That which the host was told of last.
    idle_cycle_told: Option<network::IdleCycle>,
}

/// Tells the host what it has asked for and was to be told when it comes.
pub(super) fn later(tell: &mut Tell<'_, '_>) {
    ussd::later(tell);
    network::later(tell);
    control::later(tell);
}

/// Tells the host of a change.
pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    phonebook::tell(tell, change);
    call::tell(tell, change);
    network::tell(tell, change);
    control::tell(tell, change);
    packet::tell(tell, change);
    ussd::tell(tell, change);
    sms::tell(tell, change);
    if tell.core.leads {
        vendor::tell(tell, change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_served_once() {
        for name in names() {
            assert_eq!(names().filter(|other| *other == name).count(), 1, "{name}");
        }
    }
}
