//! Which indications the host wants (MBIM 1.0 §10.5.30).

use heapless::Vec;
use mbim_wire::service::basic_connect::{DeviceServiceSubscribeListSetView, EventEntry};
use mbim_wire::{DecodeError, Uuid};

use super::super::collect;
use super::commands::{CIDS, MAX_SERVICES as MAX, Offer, SERVICES, Service};

#[derive(Clone, Copy, Debug)]
struct Entry {
    service: Uuid,
    /// All commands, asked for as such.
    all: bool,
    /// Bit `n`: command `n`.
    cids: u64,
}

#[derive(Clone, Debug)]
pub(super) struct Subscriptions(Vec<Entry, MAX>);

fn bit(cid: u32) -> u64 {
    1_u64.checked_shl(cid).unwrap_or(0)
}

impl Subscriptions {
    /// What holds until the host says otherwise.
    pub(super) fn at_first() -> Self {
        let services = SERVICES.iter().filter(|service| service.subscribed);
        let entries = services.map(|service| Entry { service: service.uuid, all: true, cids: 0 });
        Self(collect(entries))
    }

    /// Reads a list; services and commands that are not served are left out.
    pub(super) fn read(list: DeviceServiceSubscribeListSetView<'_>, offer: Offer<'_>) -> Result<Self, DecodeError> {
        let mut accepted = Self(Vec::new());
        for event in list.events()?.iter() {
            let event = event?;
            let Some(service) = Service::by_uuid(event.device_service_id) else {
                continue;
            };
            let mut cids = 0;
            for cid in event.cids.iter() {
                let cid = cid?;
                if service.find(offer, cid).is_some_and(|served| served.indicated) {
                    cids |= bit(cid);
                }
            }
            let all = event.cids.is_empty();
            if service.offered_by(offer).next().is_none() || (!all && cids == 0) {
                continue;
            }
            let service = service.uuid;
            match accepted.0.iter_mut().find(|entry| entry.service == service) {
                // A service named twice gets what both entries ask for.
                Some(entry) => {
                    entry.all |= all;
                    entry.cids |= cids;
                }
                // There are never more services than served.
                None => drop(accepted.0.push(Entry { service, all, cids })),
            }
        }
        Ok(accepted)
    }

    pub(super) fn wants(&self, service: Uuid, cid: u32) -> bool {
        let entry = self.0.iter().find(|entry| entry.service == service);
        entry.is_some_and(|entry| entry.all || entry.cids & bit(cid) != 0)
    }

    /// Lends the list as it is sent.
    pub(super) fn lend<R>(&self, f: impl FnOnce(&[EventEntry<'_>]) -> R) -> R {
        let named = |entry: &Entry| {
            let (all, cids) = (entry.all, entry.cids);
            collect((0..64).filter(move |cid| !all && cids & bit(*cid) != 0))
        };
        let cids: Vec<Vec<u32, CIDS>, MAX> = collect(self.0.iter().map(named));
        let entries = self.0.iter().zip(&cids).map(|(entry, cids)| EventEntry {
            device_service_id: entry.service,
            cids: (&**cids).into(),
            ..EventEntry::default()
        });
        f(&collect::<_, MAX>(entries))
    }
}
