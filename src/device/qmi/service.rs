//! The services, one file for each, and the tables that all else about them follows from.

use qmi_wire::Exchange;
use qmi_wire::service as wire;

use super::Config;
use super::call::{Call, Outcome, Released};
use super::tell::Tell;
use crate::device::modem::event::Change;

#[cfg(feature = "at")]
pub(super) mod atr;
pub(super) mod ctl;
pub(super) mod dms;
pub(super) mod dpm;
pub(super) mod dsd;
pub(super) mod fox;
pub(super) mod gas;
pub(super) mod gms;
pub(super) mod ims;
pub(super) mod imsa;
pub(super) mod imsdcm;
pub(super) mod imsp;
pub(super) mod loc;
pub(super) mod nas;
pub(super) mod oma;
pub(super) mod pbm;
pub(super) mod pdc;
pub(super) mod pds;
pub(super) mod qos;
pub(super) mod sar;
pub(super) mod ssc;
pub(super) mod uim;
pub(super) mod voice;
pub(super) mod wda;
pub(super) mod wds;
pub(super) mod wms;

/// A service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) service: wire::Service,
    /// Its version, major and minor.
    pub(super) version: (u16, u16),
    /// What it answers.
    pub(super) messages: &'static [Served],
    /// Whether this device has it.
    pub(super) offered: fn(&Config) -> bool,
    /// What is kept for a new client.
    pub(super) client: fn() -> State,
    /// A client goes: what it started ends.
    pub(super) released: fn(&mut Released<'_>),
    /// Tells one client of a change, if that client is to know.
    pub(super) tell: fn(&mut Tell<'_, '_>, &Change),
}

/// A message that a service answers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    pub(super) id: u16,
    /// Only devices with this USB vendor number have it.
    pub(super) vendor: Option<u16>,
    /// Only devices have it of which this is true.
    pub(super) here: fn(&Config) -> bool,
    /// Does what it asks for.
    pub(super) run: fn(&mut Call<'_, '_>) -> Outcome,
}

impl Served {
    pub(super) const fn of<M: Exchange>(run: fn(&mut Call<'_, '_>) -> Outcome) -> Self {
        Self { id: M::ID, vendor: M::VENDOR, here: always, run }
    }

    /// Only devices have it of which this is true.
    pub(super) const fn only(self, here: fn(&Config) -> bool) -> Self {
        Self { here, ..self }
    }

    pub(super) fn is_here(&self, config: &Config) -> bool {
        self.vendor.is_none_or(|vendor| vendor == config.vendor) && (self.here)(config)
    }
}

/// USB vendor number of Sierra, for their messages that the catalogue does not mark.
const SIERRA: u16 = 0x1199;

/// Everything that can be served.
pub(super) static SERVICES: &[&Service] = &[
    &ctl::SERVICE,
    &wds::SERVICE,
    &dms::SERVICE,
    &nas::SERVICE,
    &qos::SERVICE,
    &wms::SERVICE,
    &pds::SERVICE,
    &voice::SERVICE,
    &uim::SERVICE,
    &pbm::SERVICE,
    &loc::SERVICE,
    &sar::SERVICE,
    &ims::SERVICE,
    &wda::SERVICE,
    &imsp::SERVICE,
    &imsa::SERVICE,
    &pdc::SERVICE,
    &dsd::SERVICE,
    &dpm::SERVICE,
    &oma::SERVICE,
    &fox::SERVICE,
    &gms::SERVICE,
    &gas::SERVICE,
    #[cfg(feature = "at")]
    &atr::SERVICE,
    &ssc::SERVICE,
    &imsdcm::SERVICE,
];

impl Service {
    pub(super) fn find(service: wire::Service, config: &Config) -> Option<&'static Self> {
        offered(config).find(|known| known.service == service)
    }

    pub(super) fn message(&self, id: u16, config: &Config) -> Option<&'static Served> {
        self.messages.iter().find(|served| served.id == id && served.is_here(config))
    }
}

/// The services that the device has.
pub(super) fn offered(config: &Config) -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().copied().filter(|service| (service.offered)(config))
}

/// For services that every device has.
pub(super) fn always(_: &Config) -> bool {
    true
}

/// For services whose clients leave nothing behind.
pub(super) fn leaves_nothing(_: &mut Released<'_>) {}

/// For services that tell nothing unasked.
pub(super) fn tells_nothing(_: &mut Tell<'_, '_>, _: &Change) {}

/// For services that keep nothing for a client.
pub(super) fn keeps_nothing() -> State {
    State::Nothing
}

/// What a service keeps for a client, as one of all such.
pub(super) trait Kept {
    fn of(state: &mut State) -> Option<&mut Self>;
}

/// Lists what services keep for their clients.
macro_rules! states {
    ($($name:ident($kept:ty),)*) => {
        /// What is kept for a client.
        #[derive(Debug)]
        #[allow(clippy::large_enum_variant)] // it lives where there is room for the largest in any case
        pub(super) enum State {
            /// Of a service that keeps nothing.
            Nothing,
            $($name($kept),)*
        }

        $(
            impl Kept for $kept {
                fn of(state: &mut State) -> Option<&mut Self> {
                    match state {
                        State::$name(kept) => Some(kept),
                        _ => None,
                    }
                }
            }

            impl From<$kept> for State {
                fn from(kept: $kept) -> Self {
                    Self::$name(kept)
                }
            }
        )*
    };
}

states! {
    Imsdcm(imsdcm::Client),
    Imsa(imsa::Client),
    Ims(ims::Client),
    Dsd(dsd::Client),
    Nas(nas::Client),
    Dms(dms::Client),
    Qos(qos::Client),
    Uim(uim::Client),
    Wds(wds::Client),
    Wms(wms::Client),
    Voice(voice::Client),
    Loc(loc::Client),
    Pdc(pdc::Client),
    Pds(pds::Client),
    Oma(oma::Client),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_and_message_is_listed_once() {
        for service in SERVICES {
            assert_eq!(SERVICES.iter().filter(|other| other.service == service.service).count(), 1, "{service:?}");
            for served in service.messages {
                let same = |other: &&Served| (other.id, other.vendor) == (served.id, served.vendor);
                assert_eq!(service.messages.iter().filter(same).count(), 1, "{served:?}");
            }
        }
    }
}
