//! Where messages go that arrive: into the store, or to a host, which may have to acknowledge them.

use super::super::event::{Change, Origin};
use super::super::{Failure, Modem, Reason};
use super::{Content, MessageEvent};
use crate::time::{Instant, Millis};

/// A part of the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Storage {
    /// The card.
    #[default]
    Card,
    /// The device.
    Device,
}

/// What becomes of a message that arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Receipt {
    /// It is thrown away.
    Discard,
    /// It is stored, and hosts are told.
    Store(Storage),
    /// Hosts get it; the modem acknowledges it.
    HandOver,
    /// Hosts get it, and one of them must acknowledge it.
    HandOverToAcknowledge,
}

/// Which messages a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Routed {
    /// Those of class 0: for the screen.
    Class0,
    /// Those of class 1: for the device.
    Class1,
    /// Those of class 2: for the card.
    Class2,
    /// Those of class 3: for something that is connected.
    Class3,
    /// Those without a class.
    NoClass,
    /// Those of CDMA networks.
    Cdma,
}

impl Routed {
    /// The route of messages with a class.
    pub(super) const fn of(class: Option<u8>) -> Self {
        match class {
            Some(0) => Self::Class0,
            Some(1) => Self::Class1,
            Some(2) => Self::Class2,
            Some(3) => Self::Class3,
            _ => Self::NoClass,
        }
    }
}

/// Where messages go that arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Routes {
    class0: Receipt,
    class1: Receipt,
    class2: Receipt,
    class3: Receipt,
    no_class: Receipt,
    cdma: Receipt,
    /// Hosts get the reports about messages that were sent; otherwise they are stored.
    pub reports: bool,
}

impl Default for Routes {
    /// To the card, but what is for the screen to hosts.
    fn default() -> Self {
        let card = Receipt::Store(Storage::Card);
        Self {
            class0: Receipt::HandOver,
            class1: card,
            class2: card,
            class3: card,
            no_class: card,
            cdma: card,
            reports: false,
        }
    }
}

impl Routes {
    /// Where those messages go.
    #[must_use]
    pub const fn get(&self, routed: Routed) -> Receipt {
        match routed {
            Routed::Class0 => self.class0,
            Routed::Class1 => self.class1,
            Routed::Class2 => self.class2,
            Routed::Class3 => self.class3,
            Routed::NoClass => self.no_class,
            Routed::Cdma => self.cdma,
        }
    }

    /// Says where those messages go.
    pub fn set(&mut self, routed: Routed, receipt: Receipt) {
        let route = match routed {
            Routed::Class0 => &mut self.class0,
            Routed::Class1 => &mut self.class1,
            Routed::Class2 => &mut self.class2,
            Routed::Class3 => &mut self.class3,
            Routed::NoClass => &mut self.no_class,
            Routed::Cdma => &mut self.cdma,
        };
        *route = receipt;
    }
}

/// A message that a host must acknowledge.
#[derive(Clone, Debug)]
pub(super) struct Unacknowledged {
    pub(super) number: u32,
    pub(super) content: Content,
    pub(super) due: Instant,
}

impl Modem {
    /// Where messages go that arrive.
    #[must_use]
    pub fn message_routes(&self) -> Routes {
        self.sms.routes
    }

    /// A host says where messages go that arrive. Restarts forget that.
    pub fn set_message_routes(&mut self, routes: Routes) {
        self.sms.routes = routes;
    }

    /// The number of the message that a host must acknowledge.
    #[must_use]
    pub fn unacknowledged_message(&self) -> Option<u32> {
        self.sms.unacknowledged.as_ref().map(|message| message.number)
    }

    /// A host has taken the message of that number, or could not: then the network tries again later.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if no such message waits, since it was too late.
    pub fn acknowledge_message(&mut self, now: Instant, number: u32, taken: bool) -> Result<(), Failure> {
        self.poll(now);
        if self.unacknowledged_message() != Some(number) {
            return Err(Reason::InvalidIndex.into());
        }
        if taken {
            self.sms.unacknowledged = None;
        } else {
            self.message_comes_again(now);
        }
        Ok(())
    }

    /// Nobody has taken a message: the network tries again later.
    pub(in super::super) fn message_comes_again(&mut self, now: Instant) {
        let Some(message) = self.sms.unacknowledged.take() else { return };
        let later = now + self.delays.redeliver;
        // No message overtakes another one.
        for arrival in &mut self.sms.arrivals {
            arrival.at = arrival.at.max(later + Millis(1));
        }
        self.arrive_or_lose(later, message.content);
    }

    pub(super) fn hand_over_to_acknowledge(&mut self, now: Instant, content: Content) {
        let number = self.sms.hands_over(content.clone());
        let due = now + self.delays.acknowledge;
        self.sms.unacknowledged = Some(Unacknowledged { number, content, due });
        self.log.push(Origin::WORLD, Change::Messages(MessageEvent::ToAcknowledge(number)));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::super::Setup;
    use super::super::{Incoming, MessageStatus};
    use super::*;

    fn text(text: &str) -> Incoming<'_> {
        Incoming { from: "+15551234", text, class: None, date: None }
    }

    #[test]
    fn a_message_that_nobody_acknowledges_comes_again_before_others() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        let now = Instant(10_000);
        modem.poll(now);
        let mut routes = modem.message_routes();
        routes.set(Routed::NoClass, Receipt::HandOverToAcknowledge);
        modem.set_message_routes(routes);
        modem.receive_text(now, text("one")).unwrap();
        modem.receive_text(now, text("two")).unwrap();
        assert_eq!(modem.unacknowledged_message(), Some(0));
        let one = modem.flash(0).unwrap().clone();
        modem.poll(now + Millis(15_000));
        assert_eq!(modem.unacknowledged_message(), None);
        assert_eq!(modem.acknowledge_message(now, 0, true).unwrap_err().reason, Reason::InvalidIndex);
        let again = now + Millis(45_000);
        modem.poll(again);
        assert_eq!(modem.unacknowledged_message(), Some(1));
        assert_eq!(modem.flash(1), Some(&one));
        modem.acknowledge_message(again, 1, true).unwrap();
        modem.poll(again + Millis(1));
        assert_eq!(modem.unacknowledged_message(), Some(2));
        assert_ne!(modem.flash(2), Some(&one));
        assert_eq!(modem.messages().count(), 0);
    }

    #[test]
    fn a_route_leads_to_a_part_of_the_store_or_nowhere() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        let now = Instant(10_000);
        modem.poll(now);
        let mut routes = modem.message_routes();
        routes.set(Routed::NoClass, Receipt::Store(Storage::Device));
        routes.set(Routed::Class1, Receipt::Discard);
        modem.set_message_routes(routes);
        modem.receive_text(now, text("kept")).unwrap();
        modem.receive_text(now, Incoming { class: Some(1), ..text("gone") }).unwrap();
        modem.receive_text(now, Incoming { class: Some(2), ..text("card") }).unwrap();
        assert_eq!(modem.messages().count(), 2);
        assert_eq!((modem.message_storage(1), modem.message_storage(2)), (Storage::Device, Storage::Card));
        modem.mark_message(now, Origin(1), 1, MessageStatus::Old).unwrap();
        assert_eq!(modem.messages().next().unwrap().1.status, MessageStatus::Old);
        assert_eq!(modem.mark_message(now, Origin(1), 3, MessageStatus::Old).unwrap_err().reason, Reason::InvalidIndex);
    }
}
