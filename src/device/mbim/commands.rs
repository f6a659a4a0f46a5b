//! Which services and commands the function serves: the one table from which everything else about that follows.
//!
//! Each service has a file in `service`, with a [`Service`] that says what is served and how.

use mbim_wire::message::CommandType;
use mbim_wire::{Command, Uuid};

use super::super::modem::Modem;
use super::super::modem::event::Change;
use super::answers::Subject;
use super::requests::Outcome;
use super::service;
use super::{Config, Core, V1, V3};
use crate::time::Instant;

/// A command that functions serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Served {
    /// The command identifier.
    pub cid: u32,
    /// It can be queried.
    pub query: bool,
    /// It can be set.
    pub set: bool,
    /// It is indicated.
    pub indicated: bool,
    /// The version of the extensions from which on it is there.
    pub since: u16,
}

/// Every command that functions can serve, with its device service. What one function really serves depends on its
/// [`Config`] and its modem, and is what it answers to DEVICE_SERVICES.
pub fn served_commands() -> impl Iterator<Item = (Uuid, Served)> {
    SERVICES.iter().flat_map(|service| service.commands.iter().map(|served| (service.uuid, *served)))
}

impl Served {
    pub(super) const fn of<C: Command>() -> Self {
        Self { cid: C::CID, query: false, set: false, indicated: false, since: V1 }
    }

    pub(super) const fn query(self) -> Self {
        Self { query: true, ..self }
    }

    pub(super) const fn set(self) -> Self {
        Self { set: true, ..self }
    }

    pub(super) const fn since_v3(self) -> Self {
        Self { since: V3, ..self }
    }

    pub(super) const fn indicated(self) -> Self {
        Self { indicated: true, ..self }
    }
}

/// Declares the commands that a service serves: `Id` names them in its file, `COMMANDS` is the table.
macro_rules! served {
    ($($id:ident = $command:ty: $($form:ident)+;)*) => {
        /// Which command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Id { $($id),* }

        impl Id {
            const fn of(cid: u32) -> Option<Self> {
                $(if cid == <$command as mbim_wire::Command>::CID { return Some(Self::$id); })*
                None
            }

            #[allow(dead_code)] // a service without indications does not ask
            const fn cid(self) -> u32 {
                match self { $(Self::$id => <$command as mbim_wire::Command>::CID),* }
            }
        }

        static COMMANDS: &[Served] = &[$(Served::of::<$command>()$(.$form())+),*];
    };
}

pub(super) use served;

/// A command from the host: of a form that is served, with content that is not trusted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request<'a> {
    pub(super) cid: u32,
    pub(super) kind: CommandType,
    pub(super) body: &'a [u8],
}

/// What a device is, as far as it decides what is served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer<'a> {
    pub(super) config: &'a Config,
    pub(super) modem: &'a Modem,
}

/// A device service.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) uuid: Uuid,
    pub(super) commands: &'static [Served],
    /// Its indications are on before a host says which it wants (MBIM 1.0 §10.5.30).
    pub(super) subscribed: bool,
    /// Whether this device has the command. A service without commands is not there.
    pub(super) offered: fn(Offer<'_>, u32) -> bool,
    /// Does what a command asks for.
    pub(super) execute: fn(&mut Core<'_>, Instant, &mut Modem, Request<'_>) -> Outcome,
    /// The indication for a change. `own`: this host has asked for it, and the answer tells.
    pub(super) indication: fn(own: bool, Change) -> Option<(u32, Subject)>,
    /// The newest state that an indication of this command tells; for states of each session or SIM slot, of that one.
    pub(super) state: fn(&Modem, cid: u32, session: u32) -> Option<Subject>,
}

/// Everything that can be served.
pub(super) static SERVICES: &[&Service] = &[
    &service::basic_connect::SERVICE,
    &service::sms::SERVICE,
    &service::ussd::SERVICE,
    &service::phonebook::SERVICE,
    &service::stk::SERVICE,
    &service::auth::SERVICE,
    &service::dss::SERVICE,
    &service::ms_basic_connect_extensions::SERVICE,
    &service::ms_firmware_id::SERVICE,
    &service::ms_host_shutdown::SERVICE,
    &service::ms_sar::SERVICE,
    &service::ms_uicc_low_level_access::SERVICE,
    &service::ms_voice_extensions::SERVICE,
    #[cfg(feature = "qmi")]
    &service::qmi::SERVICE,
    &service::qdu::SERVICE,
    &service::atds::SERVICE,
    &service::quectel::SERVICE,
    &service::google::SERVICE,
    &service::intel_firmware_update::SERVICE,
    &service::intel_thermal_rf::SERVICE,
    &service::intel_mutual_authentication::SERVICE,
    &service::intel_tools::SERVICE,
    #[cfg(feature = "at")]
    &service::fibocom::SERVICE,
    #[cfg(feature = "at")]
    &service::compal::SERVICE,
    #[cfg(feature = "at")]
    &service::intel_at_tunnel::SERVICE,
];

/// Services at most.
pub(super) const MAX_SERVICES: usize = 32;

/// Commands of one service at most.
pub(super) const CIDS: usize = 32;

impl Service {
    pub(super) fn by_uuid(uuid: Uuid) -> Option<&'static Self> {
        SERVICES.iter().copied().find(|service| service.uuid == uuid)
    }

    /// The commands that the device has.
    pub(super) fn offered_by(&self, offer: Offer<'_>) -> impl Iterator<Item = &'static Served> {
        let most = offer.config.extended_version;
        self.commands.iter().filter(move |served| served.since <= most && (self.offered)(offer, served.cid))
    }

    pub(super) fn find(&self, offer: Offer<'_>, cid: u32) -> Option<&'static Served> {
        self.offered_by(offer).find(|served| served.cid == cid)
    }
}

/// The services that the device has.
pub(super) fn offered(offer: Offer<'_>) -> impl Iterator<Item = &'static Service> {
    SERVICES.iter().copied().filter(move |service| service.offered_by(offer).next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_listed_once_and_fits_the_lists() {
        assert!(SERVICES.len() <= MAX_SERVICES);
        for service in SERVICES {
            assert_eq!(SERVICES.iter().filter(|other| other.uuid == service.uuid).count(), 1, "{service:?}");
            assert!(service.commands.len() <= CIDS);
            for served in service.commands {
                let same = service.commands.iter().filter(|other| other.cid == served.cid);
                assert_eq!(same.count(), 1, "{served:?}");
                assert!(served.cid < 64, "subscriptions are kept in 64 bits");
                assert!(served.query || served.set || served.indicated, "{served:?}");
            }
        }
    }
}
