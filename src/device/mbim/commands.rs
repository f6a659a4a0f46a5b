//! Which commands the function serves: the one table from which everything else about that follows.

use mbim_wire::service::{basic_connect as bc, ms_basic_connect_extensions as ext};
use mbim_wire::{Command, Uuid};

/// A command that is served.
#[derive(Clone, Copy, Debug)]
pub(super) struct Served {
    pub(super) id: Id,
    pub(super) service: Uuid,
    pub(super) cid: u32,
    pub(super) query: bool,
    pub(super) set: bool,
    pub(super) indicated: bool,
}

impl Served {
    const fn of<C: Command>(id: Id) -> Self {
        Self { id, service: C::SERVICE, cid: C::CID, query: false, set: false, indicated: false }
    }

    const fn query(self) -> Self {
        Self { query: true, ..self }
    }

    const fn set(self) -> Self {
        Self { set: true, ..self }
    }

    const fn indicated(self) -> Self {
        Self { indicated: true, ..self }
    }
}

macro_rules! served {
    ($($id:ident = $command:ty: $($form:ident)+;)*) => {
        /// Which command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Id { $($id),* }

        /// Everything served, by service.
        pub(super) static TABLE: &[Served] = &[$(Served::of::<$command>(Id::$id)$(.$form())+),*];
    };
}

served! {
    DeviceCaps = bc::DeviceCaps: query;
    Subscriber = bc::SubscriberReadyStatus: query indicated;
    Radio = bc::RadioState: query set indicated;
    Pin = bc::Pin: query set;
    PinList = bc::PinList: query;
    HomeProvider = bc::HomeProvider: query set;
    PreferredProviders = bc::PreferredProviders: query set indicated;
    VisibleProviders = bc::VisibleProviders: query;
    Registration = bc::RegisterState: query set indicated;
    PacketService = bc::PacketService: query set indicated;
    Signal = bc::SignalState: query set indicated;
    Connect = bc::Connect: query set indicated;
    Contexts = bc::ProvisionedContexts: query set indicated;
    ServiceActivation = bc::ServiceActivation: set;
    IpConfiguration = bc::IpConfiguration: query indicated;
    DeviceServices = bc::DeviceServices: query;
    SubscribeList = bc::DeviceServiceSubscribeList: set;
    Statistics = bc::PacketStatistics: query;
    IdleHint = bc::NetworkIdleHint: query set;
    Emergency = bc::EmergencyMode: query set indicated;
    Filters = bc::IpPacketFilters: query set;
    HomeProviders = bc::MulticarrierProviders: query set indicated;

    ExtContexts = ext::ProvisionedContexts: query set indicated;
    AttachContexts = ext::LteAttachConfiguration: query set indicated;
    AttachInfo = ext::LteAttachInfo: query indicated;
    SysCaps = ext::SysCaps: query;
    ExtDeviceCaps = ext::DeviceCaps: query;
    SlotMappings = ext::DeviceSlotMappings: query set;
    SlotInfo = ext::SlotInfoStatus: query indicated;
    Pco = ext::Pco: query indicated;
    DeviceReset = ext::DeviceReset: set;
    BaseStations = ext::BaseStationsInfo: query;
    Location = ext::LocationInfoStatus: query indicated;
    Version = ext::Version: query;
}

/// Services in the table, in its order.
pub(super) const SERVICES: &[Uuid] = &[bc::BASIC_CONNECT, ext::MS_BASIC_CONNECT_EXTENSIONS];

/// Services whose indications are on before a host says which it wants (MBIM 1.0 §10.5.30).
pub(super) const SUBSCRIBED_AT_FIRST: &[Uuid] = &[bc::BASIC_CONNECT];

/// Commands of one service at most.
pub(super) const CIDS: usize = 32;

/// What this particular device leaves out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Without {
    /// There is only the SIM's home provider.
    pub(super) home_providers: bool,
    /// The host cannot learn about versions beyond 1.0.
    pub(super) version: bool,
}

impl Without {
    fn has(self, id: Id) -> bool {
        !matches!(id, Id::HomeProviders if self.home_providers) && !matches!(id, Id::Version if self.version)
    }

    pub(super) fn find(self, service: Uuid, cid: u32) -> Option<&'static Served> {
        self.of(service).find(|served| served.cid == cid)
    }

    pub(super) fn of(self, service: Uuid) -> impl Iterator<Item = &'static Served> {
        let table = TABLE.iter().filter(move |served| served.service == service);
        table.filter(move |served| self.has(served.id))
    }
}

pub(super) fn by_id(id: Id) -> Option<&'static Served> {
    TABLE.iter().find(|served| served.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_listed_once_and_fits_the_lists() {
        for served in TABLE {
            let same = TABLE.iter().filter(|other| (other.service, other.cid) == (served.service, served.cid));
            assert_eq!(same.count(), 1, "{served:?}");
            assert!(SERVICES.contains(&served.service));
            assert!(served.cid < 64, "subscriptions are kept in 64 bits");
        }
        for service in SERVICES {
            assert!(TABLE.iter().filter(|served| served.service == *service).count() <= CIDS);
        }
    }
}
