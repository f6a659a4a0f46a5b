//! The list of subscriptions that the function gets: the services of the specification, and what programs want beyond.

use mbim_wire::subscription::{STANDARD_SERVICES, Subscription};
use mbim_wire::{Encode, StructWriter, Uuid};

/// Bytes of an entry of the table: offset and size.
const PAIR: usize = 8;
/// Bytes of an element without its commands: service and number of commands.
const ELEMENT: usize = 20;

/// A DEVICE_SERVICE_SUBSCRIBE_LIST (MBIM 1.0 §10.5.30) that is written straight from subscriptions in any order.
#[derive(Debug)]
pub(super) struct Joined<'a>(pub(super) &'a [Subscription]);

impl Joined<'_> {
    /// Services, each once.
    fn services(&self) -> impl Iterator<Item = Uuid> + '_ {
        let beyond = self.0.iter().enumerate().filter_map(|(i, entry)| {
            let mut before = self.0.iter().take(i);
            before.all(|earlier| earlier.service != entry.service).then_some(entry.service)
        });
        STANDARD_SERVICES.into_iter().chain(beyond)
    }

    /// Commands of a service; none stands for all.
    fn cids(&self, service: Uuid) -> impl Iterator<Item = u32> + '_ {
        let entries = move || self.0.iter().filter(move |entry| entry.service == service);
        let all = entries().any(|entry| entry.cid.is_none());
        entries().filter_map(move |entry| entry.cid.filter(|_| !all))
    }
}

fn word(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Encode for Joined<'_> {
    fn fixed_len(&self) -> usize {
        self.services().count().saturating_mul(PAIR).saturating_add(4)
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        w.word(0, word(self.services().count()));
        let mut pair = 4_usize;
        for service in self.services() {
            let count = self.cids(service).count();
            let offset = w.append(&service.0);
            w.append(&word(count).to_le_bytes());
            for cid in self.cids(service) {
                w.append(&cid.to_le_bytes());
            }
            w.word(pair, offset);
            w.word(pair.saturating_add(4), word(count.saturating_mul(4).saturating_add(ELEMENT)));
            pair = pair.saturating_add(PAIR);
        }
    }
}
