//! The client numbers that a host owns, and their record for after a crash.
//!
//! A modem has about ten numbers per service, and those of a program that died stay taken until somebody gives them back.
//! So a caller may store the [record](Record) of what is allocated, and hand it in at the next start.

use core::fmt;

use qmi_wire::service::Service;

/// A client of a service that is allocated for us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Owned {
    /// The service.
    pub service: Service,
    /// Tells several clients of one service apart.
    pub instance: u8,
    /// The number, which the modem chose.
    pub client: u8,
    /// It is to stay when the session closes.
    pub keep: bool,
    /// The handle of its data session; 0 if there is none.
    pub handle: u32,
}

/// Room for one client.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientSlot(Option<Owned>);

impl ClientSlot {
    /// An unused one.
    pub const FREE: Self = Self(None);
}

/// Bytes of one client in a [`Record`].
pub const RECORD_LEN: usize = 8;

/// Clients as bytes, for the caller to store: service (16 bits), client, instance, handle (32 bits), lowest byte first.
///
/// The record of a modem that has restarted since is worthless: its numbers may be somebody else's by now. Discard it when
/// the device disappears.
///
/// ```
/// use wwan::qmi_wire::service::Service;
/// use wwan::session::qmi::{Owned, Record};
///
/// let owned = Owned { service: Service::WDS, instance: 0, client: 3, keep: false, handle: 0x0102_0304 };
/// let mut bytes = [0; 16];
/// let record = Record::write(&mut bytes, [owned].into_iter());
/// assert_eq!(record, Some(&[1, 0, 3, 0, 4, 3, 2, 1][..]));
/// assert!(Record(record.unwrap()).iter().eq([owned]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a>(pub &'a [u8]);

impl<'a> Record<'a> {
    /// Writes the clients into `bytes`; `None` if there is no room for them all.
    pub fn write(bytes: &'a mut [u8], clients: impl Iterator<Item = Owned>) -> Option<&'a [u8]> {
        let mut length = 0_usize;
        for owned in clients {
            let end = length.checked_add(RECORD_LEN)?;
            let [s0, s1] = owned.service.0.to_le_bytes();
            let [h0, h1, h2, h3] = owned.handle.to_le_bytes();
            bytes.get_mut(length..end)?.copy_from_slice(&[s0, s1, owned.client, owned.instance, h0, h1, h2, h3]);
            length = end;
        }
        bytes.get(..length)
    }

    /// The clients in it. An incomplete one at the end, and numbers that no client has, are left out.
    pub fn iter(&self) -> impl Iterator<Item = Owned> + use<'a> {
        let entries = self.0.chunks_exact(RECORD_LEN).filter_map(|entry| entry.first_chunk());
        let owned = entries.map(|&[s0, s1, client, instance, h0, h1, h2, h3]| Owned {
            service: Service(u16::from_le_bytes([s0, s1])),
            instance,
            client,
            keep: false,
            handle: u32::from_le_bytes([h0, h1, h2, h3]),
        });
        owned.filter(|owned| (1..255).contains(&owned.client) && owned.service != Service::CTL)
    }
}

/// The table. A pair of service and instance is in it at most once.
pub(super) struct Clients<'s>(&'s mut [ClientSlot]);

impl fmt::Debug for Clients<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'s> Clients<'s> {
    pub(super) fn new(slots: &'s mut [ClientSlot]) -> Self {
        let mut clients = Self(slots);
        clients.clear();
        clients
    }

    pub(super) fn clear(&mut self) {
        self.0.iter_mut().for_each(|slot| slot.0 = None);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Owned> {
        self.0.iter().filter_map(|slot| slot.0)
    }

    pub(super) fn has_room(&self) -> bool {
        self.0.iter().any(|slot| slot.0.is_none())
    }

    #[inline(never)]
    pub(super) fn find(&self, service: Service, instance: u8) -> Option<&Owned> {
        let mut owned = self.0.iter().filter_map(|slot| slot.0.as_ref());
        owned.find(|owned| owned.service == service && owned.instance == instance)
    }

    /// The place of the client of that instance or number.
    #[inline(never)]
    fn place(&mut self, service: Service, name: u8, is_number: bool) -> Option<&mut ClientSlot> {
        self.0.iter_mut().find(|slot| {
            let Some(owned) = &slot.0 else { return false };
            owned.service == service && name == if is_number { owned.client } else { owned.instance }
        })
    }

    pub(super) fn find_mut(&mut self, service: Service, instance: u8) -> Option<&mut Owned> {
        self.place(service, instance, false)?.0.as_mut()
    }

    pub(super) fn find_number(&mut self, service: Service, client: u8) -> Option<&mut Owned> {
        self.place(service, client, true)?.0.as_mut()
    }

    /// Whether that number of the service is ours.
    pub(super) fn owns(&mut self, service: Service, client: u8) -> bool {
        self.place(service, client, true).is_some()
    }

    /// Enters a client, in place of one with the same service and instance; `None` if there is no room.
    #[inline(never)]
    pub(super) fn insert(&mut self, owned: Owned) -> Option<()> {
        if let Some(place) = self.place(owned.service, owned.instance, false) {
            place.0 = Some(owned);
            return Some(());
        }
        self.0.iter_mut().find(|slot| slot.0.is_none())?.0 = Some(owned);
        Some(())
    }

    /// Takes the client of that number out; false if it is not ours.
    pub(super) fn remove_number(&mut self, service: Service, client: u8) -> bool {
        self.place(service, client, true).map(|place| place.0 = None).is_some()
    }

    /// Takes the first client out that fits.
    pub(super) fn remove(&mut self, fits: impl Fn(&Owned) -> bool) -> Option<Owned> {
        self.0.iter_mut().find(|slot| slot.0.as_ref().is_some_and(&fits))?.0.take()
    }
}
