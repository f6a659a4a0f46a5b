//! Microsoft's Basic Connect extensions: version negotiation, attach contexts, SIM slots, cells, modem configuration.
//!
//! A device that lists this service usually wants its commands used in place of those of Basic Connect with the same
//! name. As there, commands whose layout changed exist several times, `V3` from version 3.0 on.

use crate::bytes::{Bytes, InlineBytes};
use crate::field::{Count, EmptyView, Inline};
use crate::list::{RefList, RefSequence, RefStruct};
use crate::service::basic_connect::{
    AuthProtocol, CellularClass, Compression, ContextIpType, CtrlCaps, DataClass, DataClassV3, DataSubclass,
    DeviceType, NwError, PinInfo, PinInfoView, PinOperation, PinType, SimClass, SmsCaps, VoiceClass, limit,
};
use crate::text::Text;
use crate::tlv::{Tlv, TlvList, TlvNumbers, TlvText};
use crate::uuid::Uuid;

crate::mbim_struct! {
    /// Versions of MBIM and of the extensions, each in two decimal digits per byte: 0x0300 is 3.0.
    pub struct VersionInfo, VersionInfoView {
        /// MBIM: 0x0100.
        mbim_version: u16,
        /// The extensions: 0x0100, 0x0200, 0x0300 or 0x0400. The answer is the lower one of both sides.
        mbim_extended_version: u16,
    }
}

/// Tells the host's versions.
pub type VersionQuery = VersionInfo;
/// Reads [`VersionQuery`] in place.
pub type VersionQueryView<'a> = VersionInfoView<'a>;

crate::open_enum! {
    /// What to do with a list of attach contexts.
    pub struct LteAttachContextOperation(u32) {
        /// Store the list.
        DEFAULT = 0,
        /// Go back to how the device was delivered.
        RESTORE_FACTORY = 1,
    }
}

crate::open_enum! {
    /// Where an attach context is used.
    pub struct LteAttachContextRoamingControl(u32) {
        /// At home.
        HOME = 0,
        /// With a roaming partner.
        PARTNER = 1,
        /// With any other network.
        NON_PARTNER = 2,
    }
}

crate::open_enum! {
    /// Who has made a context.
    pub struct ContextSource(u32) {
        /// An administrator.
        ADMIN = 0,
        /// The user.
        USER = 1,
        /// The operator.
        OPERATOR = 2,
        /// The modem.
        MODEM = 3,
        /// The host's maker.
        DEVICE = 4,
    }
}

crate::mbim_struct! {
    /// A context to attach to LTE with (`MbimLteAttachConfiguration`).
    pub struct LteAttachConfigurationElement<'a>, LteAttachConfigurationElementView {
        /// Address families.
        ip_type: ContextIpType,
        /// Where it is used.
        roaming: LteAttachContextRoamingControl,
        /// Who has made it.
        source: ContextSource,
        /// Access point name, at most 100 characters; empty: the network chooses.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name, at most 255 characters.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password, at most 255 characters.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
    }
}

crate::mbim_struct! {
    /// Stores the attach contexts. It takes a new attach, such as radio off and on, until they are used.
    pub struct LteAttachConfigurationSet<'a>, LteAttachConfigurationSetView {
        /// What to do.
        operation: LteAttachContextOperation,
        /// Number of contexts: 3, or 0 to go back to how the device was delivered.
        configuration_count: Count,
        /// The contexts: home, partner, non-partner, all three.
        configurations: RefList<'a, LteAttachConfigurationElementView<'a>>,
    }
}

crate::mbim_struct! {
    /// The attach contexts.
    pub struct LteAttachConfigurationInfo<'a>, LteAttachConfigurationInfoView {
        /// Number of contexts: 3.
        configuration_count: Count,
        /// The contexts: home, partner, non-partner.
        configurations: RefList<'a, LteAttachConfigurationElementView<'a>>,
    }
}

crate::open_enum! {
    /// Whether the device is attached to LTE or 5G.
    pub struct LteAttachState(u32) {
        /// No.
        DETACHED = 0,
        /// Yes.
        ATTACHED = 1,
    }
}

crate::mbim_struct! {
    /// The attach and its context, up to version 2.0.
    pub struct LteAttachInfoInfo<'a>, LteAttachInfoInfoView {
        /// Whether attached.
        lte_attach_state: LteAttachState,
        /// Address families granted.
        ip_type: ContextIpType,
        /// Access point name in use, at most 100 characters.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
    }
}

crate::mbim_struct! {
    /// The attach and its context (version 3.0).
    pub struct LteAttachInfoInfoV3<'a>, LteAttachInfoInfoV3View {
        /// Whether attached.
        lte_attach_state: LteAttachState,
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Address families granted.
        ip_type: ContextIpType,
        /// Access point name in use, at most 100 characters.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
    }
}

crate::open_enum! {
    /// What to do with a stored context.
    pub struct ContextOperation(u32) {
        /// Store it.
        DEFAULT = 0,
        /// Delete it.
        DELETE = 1,
        /// Go back to how the device was delivered.
        RESTORE_FACTORY = 2,
    }
}

crate::open_enum! {
    /// Whether a context may be used.
    pub struct ContextState(u32) {
        /// No.
        DISABLED = 0,
        /// Yes.
        ENABLED = 1,
    }
}

crate::open_enum! {
    /// Where a context may be used.
    pub struct ContextRoamingControl(u32) {
        /// At home.
        HOME_ONLY = 0,
        /// With roaming partners.
        PARTNER_ONLY = 1,
        /// With other networks.
        NON_PARTNER_ONLY = 2,
        /// At home and with partners.
        HOME_AND_PARTNER = 3,
        /// At home and with other networks, but not with partners.
        HOME_AND_NON_PARTNER = 4,
        /// Abroad.
        PARTNER_AND_NON_PARTNER = 5,
        /// Everywhere.
        ALLOW_ALL = 6,
    }
}

crate::open_enum! {
    /// Over which access networks a context may run.
    pub struct ContextMediaType(u32) {
        /// Cellular.
        CELLULAR_ONLY = 0,
        /// Wi-Fi.
        WIFI_ONLY = 1,
        /// Both.
        ALL = 2,
    }
}

crate::mbim_struct! {
    /// A stored context.
    pub struct ProvisionedContextElementV2<'a>, ProvisionedContextElementV2View {
        /// Number of the context.
        context_id: u32,
        /// What it is for, see [`context_type`](super::basic_connect::context_type).
        context_type: Uuid,
        /// Address families.
        ip_type: ContextIpType,
        /// Whether it may be used.
        state: ContextState,
        /// Where it may be used.
        roaming: ContextRoamingControl,
        /// Over which access networks.
        media_type: ContextMediaType,
        /// Who has made it.
        source: ContextSource,
        /// Access point name, at most 100 characters.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name, at most 255 characters.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password, at most 255 characters.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
    }
}

crate::mbim_struct! {
    /// Stores or deletes a context.
    pub struct ProvisionedContextsSet<'a>, ProvisionedContextsSetView {
        /// What to do.
        operation: ContextOperation,
        /// What the context is for, see [`context_type`](super::basic_connect::context_type).
        context_type: Uuid,
        /// Address families.
        ip_type: ContextIpType,
        /// Whether it may be used.
        state: ContextState,
        /// Where it may be used.
        roaming: ContextRoamingControl,
        /// Over which access networks.
        media_type: ContextMediaType,
        /// Who makes it.
        source: ContextSource,
        /// Access point name, at most 100 characters.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name, at most 255 characters.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password, at most 255 characters.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
    }
}

crate::mbim_struct! {
    /// The stored contexts.
    pub struct ProvisionedContextsInfo<'a>, ProvisionedContextsInfoView {
        /// Number of contexts.
        provisioned_contexts_count: Count,
        /// The contexts.
        provisioned_contexts: RefList<'a, ProvisionedContextElementV2View<'a>>,
    }
}

crate::flags! {
    /// Whether an entry of the denylist is what keeps the device from service.
    pub struct NetworkDenylistState(u32) {
        /// The provider of the SIM is on the list.
        SIM_PROVIDER_ACTUATED = 1 << 0,
        /// The network found is on the list.
        NETWORK_PROVIDER_ACTUATED = 1 << 1,
    }
}

crate::open_enum! {
    /// What an entry of the denylist is compared with.
    pub struct NetworkDenylistType(u32) {
        /// The provider of the SIM.
        SIM = 0,
        /// The network.
        NETWORK = 1,
    }
}

crate::mbim_struct! {
    /// A provider that must not be used.
    pub struct NetworkDenylistProvider, NetworkDenylistProviderView {
        /// Country code.
        mcc: u32,
        /// Network code.
        mnc: u32,
        /// What to compare with.
        network_denylist_type: NetworkDenylistType,
    }
}

crate::mbim_struct! {
    /// The providers that must not be used. The list outlives power cycles and changes of the SIM.
    pub struct NetworkDenylistInfo<'a>, NetworkDenylistInfoView {
        /// Whether an entry applies now; ignored in a set.
        network_denylist_state: NetworkDenylistState,
        /// Number of entries.
        providers_count: Count,
        /// The entries.
        providers: RefList<'a, NetworkDenylistProviderView<'a>>,
    }
}

/// Replaces all entries of both kinds.
pub type NetworkDenylistSet<'a> = NetworkDenylistInfo<'a>;
/// Reads [`NetworkDenylistSet`] in place.
pub type NetworkDenylistSetView<'a> = NetworkDenylistInfoView<'a>;

crate::mbim_struct! {
    /// How many modems and SIMs there are.
    pub struct SysCapsInfo, SysCapsInfoView {
        /// Number of executors: modems in the device.
        number_of_executors: u32,
        /// Number of SIM slots.
        number_of_slots: u32,
        /// How many executors may be active at the same time.
        concurrency: u32,
        /// Says which executors belong to one device.
        modem_id: u64,
    }
}

crate::mbim_struct! {
    /// What the device is and can do, up to version 2.0: as in Basic Connect, with the executor behind.
    pub struct DeviceCapsInfo<'a>, DeviceCapsInfoView {
        /// How it is built in.
        device_type: DeviceType,
        /// Families of networks.
        cellular_class: CellularClass,
        /// Voice calls.
        voice_class: VoiceClass,
        /// How the SIM is built.
        sim_class "SmsClass": SimClass,
        /// Radio technologies.
        data_class: DataClass,
        /// Short messages.
        sms_caps: SmsCaps,
        /// What the host can control.
        control_caps: CtrlCaps,
        /// Number of IP sessions at the same time; session ids are smaller than this.
        max_sessions: u32,
        /// Name of radio technologies that have no flag, at most 11 characters.
        custom_data_class: Text<'a, { limit::CUSTOM_DATA_CLASS }>,
        /// IMEI, MEID or ESN. Microsoft asks for at most 13 characters; 18 are accepted.
        device_id personal: Text<'a, { limit::DEVICE_ID }>,
        /// Version of the firmware, at most 30 characters.
        firmware_info: Text<'a, { limit::DEVICE_INFO }>,
        /// Name or version of the hardware, at most 30 characters.
        hardware_info: Text<'a, { limit::DEVICE_INFO }>,
        /// Which executor this is, from 0.
        executor_index: u32,
    }
}

crate::flags! {
    /// How 5G and LTE work together: the flags of [`DataSubclass`] in 64 bits, as the device capabilities have them.
    pub struct DataSubclass64(u64) {
        /// LTE core, LTE anchor, 5G beside it (non-standalone).
        _5G_ENDC = 1 << 0,
        /// 5G core and 5G radio (standalone).
        _5G_NR = 1 << 1,
        /// 5G core, 5G anchor, LTE beside it.
        _5G_NEDC = 1 << 2,
        /// 5G core with LTE radio.
        _5G_ELTE = 1 << 3,
        /// 5G core, LTE anchor, 5G beside it.
        _5G_NGENDC = 1 << 4,
    }
}

crate::mbim_struct! {
    /// What the device is and can do (version 3.0).
    pub struct DeviceCapsInfoV3<'a>, DeviceCapsInfoV3View {
        /// How it is built in.
        device_type: DeviceType,
        /// Families of networks.
        cellular_class: CellularClass,
        /// Voice calls.
        voice_class: VoiceClass,
        /// How the SIM is built.
        sim_class: SimClass,
        /// Radio technologies.
        data_class: DataClassV3,
        /// Short messages.
        sms_caps: SmsCaps,
        /// What the host can control.
        control_caps: CtrlCaps,
        /// How 5G can be used.
        data_subclass: DataSubclass64,
        /// Number of IP sessions at the same time; session ids are smaller than this.
        max_sessions: u32,
        /// Which executor this is, from 0.
        executor_index: u32,
        /// UMTS bands: bit n - 1 for band n.
        wcdma_band_class: u32,
        /// LTE bands, by number.
        lte_band_class: TlvNumbers<'a, 0>,
        /// 5G bands, by number.
        nr_band_class: TlvNumbers<'a, 1>,
        /// Name of radio technologies that have no flag, at most 11 characters.
        custom_data_class: TlvText<'a, 2, { limit::CUSTOM_DATA_CLASS }>,
        /// IMEI, at most 18 characters.
        device_id personal: TlvText<'a, 3, { limit::DEVICE_ID }>,
        /// Version of the firmware, at most 30 characters.
        firmware_info: TlvText<'a, 4, { limit::DEVICE_INFO }>,
        /// Name or version of the hardware, at most 30 characters.
        hardware_info: TlvText<'a, 5, { limit::DEVICE_INFO }>,
    }
}

crate::mbim_struct! {
    /// The slot of an executor; the position in the list is the executor.
    pub struct Slot, SlotView {
        /// Number of the slot, from 0.
        slot: u32,
    }
}

crate::mbim_struct! {
    /// Which executor uses which SIM slot. A failed set brings the present state.
    pub struct DeviceSlotMappingsInfo<'a>, DeviceSlotMappingsInfoView {
        /// Number of executors.
        map_count: Count,
        /// A slot for each executor.
        slot_map: RefList<'a, SlotView<'a>>,
    }
}

/// Maps executors to slots.
pub type DeviceSlotMappingsSet<'a> = DeviceSlotMappingsInfo<'a>;
/// Reads [`DeviceSlotMappingsSet`] in place.
pub type DeviceSlotMappingsSetView<'a> = DeviceSlotMappingsInfoView<'a>;

crate::open_enum! {
    /// What is in a SIM slot.
    pub struct UiccSlotState(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Powered off, and empty.
        OFF_EMPTY = 1,
        /// Powered off, with a card.
        OFF = 2,
        /// Empty.
        EMPTY = 3,
        /// A card that is not yet ready.
        NOT_READY = 4,
        /// A card that is ready.
        ACTIVE = 5,
        /// A card that does not work.
        ERROR = 6,
        /// An embedded SIM with an enabled profile.
        ACTIVE_ESIM = 7,
        /// An embedded SIM without an enabled profile.
        ACTIVE_ESIM_NO_PROFILES = 8,
    }
}

crate::mbim_struct! {
    /// Asks for a slot.
    pub struct SlotInfoStatusQuery, SlotInfoStatusQueryView {
        /// Number of the slot, from 0.
        slot_index: u32,
    }
}

crate::mbim_struct! {
    /// The state of a slot.
    pub struct SlotInfoStatusInfo, SlotInfoStatusInfoView {
        /// Number of the slot, from 0.
        slot_index: u32,
        /// What is in it.
        state: UiccSlotState,
    }
}

crate::open_enum! {
    /// How much of the protocol configuration options is told.
    pub struct PcoType(u32) {
        /// All of the information element, as the network sent it.
        COMPLETE = 0,
        /// Only what the modem passes on.
        PARTIAL = 1,
    }
}

crate::mbim_struct! {
    /// Protocol configuration options of a session (3GPP TS 24.008 §10.5.6.3).
    pub struct PcoValue<'a>, PcoValueView {
        /// The session.
        session_id: u32,
        /// Bytes of the options; 0 none.
        pco_data_size: Count,
        /// How much is told.
        pco_data_type: PcoType,
        /// The options.
        pco_data_buffer: InlineBytes<'a, 8>,
    }
}

crate::mbim_struct! {
    /// Protocol configuration options.
    pub struct PcoInfo<'a>, PcoInfoView {
        /// The options of one session.
        pco_value: Inline<'a, PcoValueView<'a>>,
    }
}

/// Asks for a session: the layout of the answer, without options.
pub type PcoQuery<'a> = PcoInfo<'a>;
/// Reads [`PcoQuery`] in place.
pub type PcoQueryView<'a> = PcoInfoView<'a>;

crate::mbim_struct! {
    /// The GSM cell that serves. Numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoServingGsm<'a>, CellInfoServingGsmView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Location area code.
        location_area_code: u32,
        /// Cell identity, 0 to 65535.
        cell_id: u32,
        /// Timing advance in bit periods.
        timing_advance: u32,
        /// Channel number.
        arfcn: u32,
        /// Base station identity code.
        base_station_id: u32,
        /// Signal level: n means n - 110 dBm.
        rx_level: u32,
    }
}

crate::mbim_struct! {
    /// The UMTS cell that serves. Unsigned numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoServingUmts<'a>, CellInfoServingUmtsView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Location area code.
        location_area_code: u32,
        /// Cell identity, 28 bits.
        cell_id: u32,
        /// Frequency of the uplink, as channel number.
        frequency_info_ul "FrequencyInfoUL": u32,
        /// Frequency of the downlink, as channel number.
        frequency_info_dl "FrequencyInfoDL": u32,
        /// Frequency of both, for TDD.
        frequency_info_nt "FrequencyInfoNT": u32,
        /// Channel number.
        uarfcn: u32,
        /// Primary scrambling code.
        primary_scrambling_code: u32,
        /// Received signal code power in dBm; 0 unknown.
        rscp: i32,
        /// Chip energy to noise in dB; 1 unknown.
        ecno: i32,
        /// Path loss in dB.
        path_loss: u32,
    }
}

crate::mbim_struct! {
    /// The TD-SCDMA cell that serves. Numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoServingTdscdma<'a>, CellInfoServingTdscdmaView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Location area code.
        location_area_code: u32,
        /// Cell identity.
        cell_id: u32,
        /// Channel number.
        uarfcn: u32,
        /// Cell parameter identity.
        cell_parameter_id "CellParameterID": u32,
        /// Timing advance.
        timing_advance: u32,
        /// Received signal code power in dBm; -1 (0xFFFFFFFF) unknown.
        rscp: i32,
        /// Path loss in dB.
        path_loss: u32,
    }
}

crate::mbim_struct! {
    /// The LTE cell that serves. Numbers are 0xFFFFFFFF when unknown, in the signed ones that is -1.
    pub struct CellInfoServingLte<'a>, CellInfoServingLteView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Cell identity, 28 bits.
        cell_id: u32,
        /// Channel number.
        earfcn: u32,
        /// Physical cell identity, 0 to 503.
        physical_cell_id: u32,
        /// Tracking area code.
        tac: u32,
        /// Reference signal received power in dBm.
        rsrp: i32,
        /// Reference signal received quality in dB.
        rsrq: i32,
        /// Timing advance.
        timing_advance: u32,
    }
}

crate::mbim_struct! {
    /// A GSM cell nearby. Numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoNeighboringGsm<'a>, CellInfoNeighboringGsmView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Location area code.
        location_area_code: u32,
        /// Cell identity, 0 to 65535.
        cell_id: u32,
        /// Channel number.
        arfcn: u32,
        /// Base station identity code.
        base_station_id: u32,
        /// Signal level: n means n - 110 dBm.
        rx_level: u32,
    }
}

crate::mbim_struct! {
    /// A UMTS cell nearby. Unsigned numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoNeighboringUmts<'a>, CellInfoNeighboringUmtsView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Location area code.
        location_area_code: u32,
        /// Cell identity, 28 bits.
        cell_id: u32,
        /// Channel number.
        uarfcn: u32,
        /// Primary scrambling code.
        primary_scrambling_code: u32,
        /// Received signal code power in dBm; 0 unknown.
        rscp: i32,
        /// Chip energy to noise in dB; 1 unknown.
        ecno: i32,
        /// Path loss in dB.
        path_loss: u32,
    }
}

crate::mbim_struct! {
    /// A TD-SCDMA cell nearby. Numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoNeighboringTdscdma<'a>, CellInfoNeighboringTdscdmaView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Location area code.
        location_area_code: u32,
        /// Cell identity.
        cell_id: u32,
        /// Channel number.
        uarfcn: u32,
        /// Cell parameter identity.
        cell_parameter_id "CellParameterID": u32,
        /// Timing advance.
        timing_advance: u32,
        /// Received signal code power in dBm; -1 (0xFFFFFFFF) unknown.
        rscp: i32,
        /// Path loss in dB.
        path_loss: u32,
    }
}

crate::mbim_struct! {
    /// An LTE cell nearby. Numbers are 0xFFFFFFFF when unknown, in the signed ones that is -1.
    pub struct CellInfoNeighboringLte<'a>, CellInfoNeighboringLteView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Cell identity, 28 bits.
        cell_id: u32,
        /// Channel number.
        earfcn: u32,
        /// Physical cell identity, 0 to 503.
        physical_cell_id: u32,
        /// Tracking area code.
        tac: u32,
        /// Reference signal received power in dBm.
        rsrp: i32,
        /// Reference signal received quality in dB.
        rsrq: i32,
    }
}

crate::mbim_struct! {
    /// A CDMA cell. Numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoCdma, CellInfoCdmaView {
        /// 1 if it serves, 0 if it is a neighbour.
        serving_cell_flag: u32,
        /// Network identity.
        nid: u32,
        /// System identity.
        sid: u32,
        /// Base station identity.
        base_station_id: u32,
        /// Latitude in quarters of a second.
        base_latitude: u32,
        /// Longitude in quarters of a second.
        base_longitude: u32,
        /// Pilot offset.
        ref_pn: u32,
        /// GPS time in seconds.
        gps_seconds: u32,
        /// Strength of the pilot.
        pilot_strength: u32,
    }
}

crate::mbim_struct! {
    /// A 5G cell that serves (version 3.0). Numbers are all ones when unknown.
    pub struct CellInfoServingNr<'a>, CellInfoServingNrView {
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Cell identity, 36 bits.
        nci: u64,
        /// Physical cell identity, 0 to 1007.
        physical_cell_id "PhysicalCellID": u32,
        /// Channel number.
        nrarfcn: u32,
        /// Tracking area code, 24 bits.
        tac: u32,
        /// Reference signal received power: n means n - 156 dBm.
        rsrp: u32,
        /// Reference signal received quality: n means n - 43 dB.
        rsrq: u32,
        /// Signal to noise and interference: n means n - 23 dB.
        sinr: u32,
        /// Timing advance in nanoseconds.
        timing_advance: u64,
    }
}

crate::mbim_struct! {
    /// A 5G cell nearby (version 3.0). Numbers are 0xFFFFFFFF when unknown.
    pub struct CellInfoNeighboringNr<'a>, CellInfoNeighboringNrView {
        /// How it works together with LTE.
        system_sub_type: DataSubclass,
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Cell identity as text.
        cell_id: Text<'a>,
        /// Physical cell identity, 0 to 1007.
        physical_cell_id "PhysicalCellID": u32,
        /// Tracking area code, 24 bits.
        tac: u32,
        /// Reference signal received power: n means n - 156 dBm.
        rsrp: u32,
        /// Reference signal received quality: n means n - 43 dB.
        rsrq: u32,
        /// Signal to noise and interference: n means n - 23 dB.
        sinr: u32,
    }
}

crate::mbim_struct! {
    /// Asks for cells: how many neighbours of each kind at most. With zeros some modems tell nothing.
    pub struct BaseStationsInfoQuery, BaseStationsInfoQueryView {
        /// GSM.
        max_gsm_count: u32,
        /// UMTS.
        max_umts_count: u32,
        /// TD-SCDMA.
        max_tdscdma_count: u32,
        /// LTE.
        max_lte_count: u32,
        /// CDMA, the one that serves included.
        max_cdma_count: u32,
    }
}

crate::mbim_struct! {
    /// Asks for cells (version 3.0): how many neighbours of each kind at most.
    pub struct BaseStationsInfoQueryV3, BaseStationsInfoQueryV3View {
        /// GSM.
        max_gsm_count: u32,
        /// UMTS.
        max_umts_count: u32,
        /// TD-SCDMA.
        max_tdscdma_count: u32,
        /// LTE.
        max_lte_count: u32,
        /// CDMA, the one that serves included.
        max_cdma_count: u32,
        /// 5G.
        max_nr_count: u32,
    }
}

crate::mbim_struct! {
    /// The cells that serve and those nearby, up to version 2.0.
    pub struct BaseStationsInfoInfo<'a>, BaseStationsInfoInfoView {
        /// Radio technologies in use.
        system_type: DataClass,
        /// Serving GSM cell.
        gsm_serving_cell: RefStruct<'a, CellInfoServingGsmView<'a>>,
        /// Serving UMTS cell.
        umts_serving_cell: RefStruct<'a, CellInfoServingUmtsView<'a>>,
        /// Serving TD-SCDMA cell.
        tdscdma_serving_cell: RefStruct<'a, CellInfoServingTdscdmaView<'a>>,
        /// Serving LTE cell.
        lte_serving_cell: RefStruct<'a, CellInfoServingLteView<'a>>,
        /// GSM cells nearby.
        gsm_neighboring_cells: RefSequence<'a, CellInfoNeighboringGsmView<'a>>,
        /// UMTS cells nearby.
        umts_neighboring_cells: RefSequence<'a, CellInfoNeighboringUmtsView<'a>>,
        /// TD-SCDMA cells nearby.
        tdscdma_neighboring_cells: RefSequence<'a, CellInfoNeighboringTdscdmaView<'a>>,
        /// LTE cells nearby.
        lte_neighboring_cells: RefSequence<'a, CellInfoNeighboringLteView<'a>>,
        /// CDMA cells, the one that serves included.
        cdma_cells: RefSequence<'a, CellInfoCdmaView<'a>>,
    }
}

crate::mbim_struct! {
    /// The cells that serve and those nearby (version 3.0).
    pub struct BaseStationsInfoInfoV3<'a>, BaseStationsInfoInfoV3View {
        /// Radio technologies in use.
        system_type: DataClassV3,
        /// How 5G is used.
        system_sub_type: DataSubclass,
        /// Serving GSM cell.
        gsm_serving_cell: RefStruct<'a, CellInfoServingGsmView<'a>>,
        /// Serving UMTS cell.
        umts_serving_cell: RefStruct<'a, CellInfoServingUmtsView<'a>>,
        /// Serving TD-SCDMA cell.
        tdscdma_serving_cell: RefStruct<'a, CellInfoServingTdscdmaView<'a>>,
        /// Serving LTE cell.
        lte_serving_cell: RefStruct<'a, CellInfoServingLteView<'a>>,
        /// GSM cells nearby.
        gsm_neighboring_cells: RefSequence<'a, CellInfoNeighboringGsmView<'a>>,
        /// UMTS cells nearby.
        umts_neighboring_cells: RefSequence<'a, CellInfoNeighboringUmtsView<'a>>,
        /// TD-SCDMA cells nearby.
        tdscdma_neighboring_cells: RefSequence<'a, CellInfoNeighboringTdscdmaView<'a>>,
        /// LTE cells nearby.
        lte_neighboring_cells: RefSequence<'a, CellInfoNeighboringLteView<'a>>,
        /// CDMA cells, the one that serves included.
        cdma_cells: RefSequence<'a, CellInfoCdmaView<'a>>,
        /// Serving 5G cells.
        nr_serving_cells: RefSequence<'a, CellInfoServingNrView<'a>>,
        /// 5G cells nearby.
        nr_neighbor_cells: RefSequence<'a, CellInfoNeighboringNrView<'a>>,
    }
}

crate::mbim_struct! {
    /// Where the device is in the network. Numbers are 0xFFFFFFFF when unknown.
    pub struct LocationInfoStatusInfo, LocationInfoStatusInfoView {
        /// Location area code (GSM, UMTS).
        location_area_code: u32,
        /// Tracking area code (LTE, 5G).
        tracking_area_code: u32,
        /// Cell identity; not enough bits for 5G.
        cell_id "CellID": u32,
    }
}

crate::open_enum! {
    /// How much a modem logs.
    pub struct ModemLoggingLevel(u32) {
        /// As in the field.
        PROD = 0,
        /// Laboratory, everything.
        LAB_VERBOSE = 1,
        /// Laboratory, some.
        LAB_MEDIUM = 2,
        /// Laboratory, little.
        LAB_LOW = 3,
        /// As the maker of the host wants.
        OEM = 4,
    }
}

crate::mbim_struct! {
    /// How the modem logs. The log itself comes over a device service stream.
    pub struct ModemLoggingConfigInfo, ModemLoggingConfigInfoView {
        /// Version of this structure: 1.
        version: u32,
        /// Largest piece of a log in KiB.
        max_segment_size: u32,
        /// Longest time in milliseconds until a piece is sent.
        max_flush_time: u32,
        /// How much is logged.
        level_config: ModemLoggingLevel,
    }
}

/// Chooses how to log.
pub type ModemLoggingConfigSet = ModemLoggingConfigInfo;
/// Reads [`ModemLoggingConfigSet`] in place.
pub type ModemLoggingConfigSetView<'a> = ModemLoggingConfigInfoView<'a>;

crate::mbim_struct! {
    /// Asks for the codes of an application on the card.
    pub struct PinExQuery<'a>, PinExQueryView {
        /// Version of this structure: 1.
        version: u32,
        /// The application (AID), at most 32 bytes.
        app_id: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// Enters, enables, disables or changes a code of an application. Entering an empty code asks for the state.
    pub struct PinExSet<'a>, PinExSetView {
        /// Which code.
        pin_type: PinType,
        /// What to do.
        pin_operation: PinOperation,
        /// The code, at most 16 characters.
        pin personal: Text<'a, { limit::PIN }>,
        /// The new code, for a change or behind a PUK; at most 16 characters.
        new_pin personal: Text<'a, { limit::PIN }>,
        /// The application (AID), at most 32 bytes.
        app_id: Bytes<'a>,
    }
}

/// The code that is needed now: as for [`Pin`](super::basic_connect::Pin).
pub type PinExInfo = PinInfo;
/// Reads [`PinExInfo`] in place.
pub type PinExInfoView<'a> = PinInfoView<'a>;

crate::open_enum! {
    /// How far the modem is with a change of its configuration.
    pub struct ModemConfigurationStatus(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Begun.
        STARTED = 1,
        /// Done.
        COMPLETED = 2,
    }
}

crate::mbim_struct! {
    /// The operator configuration of the modem (version 3.0).
    pub struct ModemConfigurationInfo<'a>, ModemConfigurationInfoView {
        /// How far a change is.
        configuration_status: ModemConfigurationStatus,
        /// Name of the configuration.
        configuration_name: TlvText<'a>,
        /// Anything else.
        unnamed_ies: TlvList<'a, 1>,
    }
}

crate::mbim_struct! {
    /// A change of the operator configuration (version 3.0).
    pub struct ModemConfigurationNotification<'a>, ModemConfigurationNotificationView {
        /// How far it is.
        modem_configuration_status: ModemConfigurationStatus,
        /// Name of the configuration.
        configuration_name: TlvText<'a>,
        /// Anything else.
        unnamed_ies: TlvList<'a, 1>,
    }
}

crate::open_enum! {
    /// Mobile initiated connections only: the device sleeps deeply when it has nothing to send.
    pub struct MicoMode(u32) {
        /// Off.
        DISABLED = 0,
        /// On.
        ENABLED = 1,
        /// The device cannot.
        UNSUPPORTED = 2,
        /// The device decides.
        DEFAULT = 3,
    }
}

crate::open_enum! {
    /// How often a sleeping device listens, in radio frames of 10 ms.
    pub struct DrxCycle(u32) {
        /// The network decides.
        NOT_SPECIFIED = 0,
        /// The device cannot choose.
        NOT_SUPPORTED = 1,
        /// Every 32 frames.
        CYCLE_32 = 2,
        /// Every 64 frames.
        CYCLE_64 = 3,
        /// Every 128 frames.
        CYCLE_128 = 4,
        /// Every 256 frames.
        CYCLE_256 = 5,
    }
}

crate::open_enum! {
    /// Whether to ask for local area data networks.
    pub struct LadnInfo(u32) {
        /// No.
        NOT_NEEDED = 0,
        /// Yes.
        REQUESTED = 1,
    }
}

crate::open_enum! {
    /// Whether the host will open a default session soon.
    pub struct DefaultPduActivationHint(u32) {
        /// No.
        UNLIKELY = 0,
        /// Yes.
        LIKELY = 1,
    }
}

crate::mbim_struct! {
    /// What to ask for when registering with 5G (version 3.0).
    pub struct RegistrationParametersInfo<'a>, RegistrationParametersInfoView {
        /// Deep sleep.
        mico_mode: MicoMode,
        /// Listening while asleep.
        drx_cycle: DrxCycle,
        /// Local area data networks.
        ladn_info: LadnInfo,
        /// Default session.
        default_pdu_activation_hint: DefaultPduActivationHint,
        /// Whether to register again if that is needed for a change to take effect.
        re_register_if_needed "ReRegisterIfNedeed": bool,
        /// Slices and the like.
        unnamed_ies: TlvList<'a>,
    }
}

/// Chooses what to ask for.
pub type RegistrationParametersSet<'a> = RegistrationParametersInfo<'a>;
/// Reads [`RegistrationParametersSet`] in place.
pub type RegistrationParametersSetView<'a> = RegistrationParametersInfoView<'a>;

crate::open_enum! {
    /// What woke the host.
    pub struct WakeType(u32) {
        /// The answer to a command.
        CID_RESPONSE = 0,
        /// An indication.
        CID_INDICATION = 1,
        /// A packet.
        PACKET = 2,
    }
}

crate::mbim_struct! {
    /// What woke the host (version 3.0).
    pub struct WakeReasonInfo<'a>, WakeReasonInfoView {
        /// Kind of event.
        wake_type: WakeType,
        /// The session of the packet.
        session_id: u32,
        /// The event: type [`WAKE_COMMAND`](crate::tlv::TlvType::WAKE_COMMAND) with a [`WakeCommand`], or type
        /// [`WAKE_PACKET`](crate::tlv::TlvType::WAKE_PACKET) with a [`WakePacket`].
        wake_tlv: Tlv<'a>,
    }
}

crate::mbim_struct! {
    /// Data of the TLV with the command that woke the host.
    pub struct WakeCommand<'a>, WakeCommandView {
        /// The device service.
        service: Uuid,
        /// The command.
        cid: u32,
        /// Its information buffer, as far as it is told.
        payload: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// Data of the TLV with the packet that woke the host.
    pub struct WakePacket<'a>, WakePacketView {
        /// The filter that it passed.
        filter_id: u32,
        /// Bytes of the whole packet.
        original_packet_size: u32,
        /// The packet, as far as it is told.
        packet: Bytes<'a>,
    }
}

crate::mbim_service! {
    /// Microsoft's Basic Connect extensions.
    pub MS_BASIC_CONNECT_EXTENSIONS, "Ms Basic Connect Extensions" = 0x3d01dcc5_fef5_4d05_0d3a_bef7058e9aaf {
        /// Stored contexts (`MBIM_CID_MS_PROVISIONED_CONTEXT_V2`).
        pub ProvisionedContexts = 1 {
            query EmptyView => ProvisionedContextsInfoView;
            set ProvisionedContextsSetView => ProvisionedContextsInfoView;
            notification ProvisionedContextsInfoView;
        }

        /// Providers that must not be used (`MBIM_CID_MS_NETWORK_BLACKLIST`).
        pub NetworkDenylist = 2 {
            query EmptyView => NetworkDenylistInfoView;
            set NetworkDenylistSetView => NetworkDenylistInfoView;
            notification NetworkDenylistInfoView;
        }

        /// Contexts to attach with (`MBIM_CID_MS_LTE_ATTACH_CONFIG`).
        pub LteAttachConfiguration = 3 {
            query EmptyView => LteAttachConfigurationInfoView;
            set LteAttachConfigurationSetView => LteAttachConfigurationInfoView;
            notification LteAttachConfigurationInfoView;
        }

        /// The attach and its context (`MBIM_CID_MS_LTE_ATTACH_STATUS`).
        pub LteAttachInfo = 4 {
            query EmptyView => LteAttachInfoInfoView;
            notification LteAttachInfoInfoView;
        }

        /// The attach and its context, version 3.0.
        pub LteAttachInfoV3 "Lte Attach Info" = 4 v3 {
            query EmptyView => LteAttachInfoInfoV3View;
            notification LteAttachInfoInfoV3View;
        }

        /// Modems and SIM slots (`MBIM_CID_MS_SYS_CAPS`).
        pub SysCaps = 5 {
            query EmptyView => SysCapsInfoView;
        }

        /// What the device is and can do (`MBIM_CID_MS_DEVICE_CAPS_V2`).
        pub DeviceCaps = 6 {
            query EmptyView => DeviceCapsInfoView;
        }

        /// What the device is and can do, version 3.0.
        pub DeviceCapsV3 "Device Caps" = 6 v3 {
            query EmptyView => DeviceCapsInfoV3View;
        }

        /// Which modem uses which SIM slot (`MBIM_CID_MS_DEVICE_SLOT_MAPPINGS`).
        pub DeviceSlotMappings = 7 {
            query EmptyView => DeviceSlotMappingsInfoView;
            set DeviceSlotMappingsSetView => DeviceSlotMappingsInfoView;
        }

        /// What is in a SIM slot (`MBIM_CID_MS_SLOT_INFO_STATUS`).
        pub SlotInfoStatus = 8 {
            query SlotInfoStatusQueryView => SlotInfoStatusInfoView;
            notification SlotInfoStatusInfoView;
        }

        /// Protocol configuration options of a session (`MBIM_CID_MS_PCO`).
        pub Pco "PCO" = 9 {
            query PcoQueryView => PcoInfoView;
            notification PcoInfoView;
        }

        /// Restarts the device (`MBIM_CID_MS_DEVICE_RESET`). Many modems leave the bus before they answer.
        pub DeviceReset = 10 {
            set EmptyView => EmptyView;
        }

        /// Cells that serve and cells nearby (`MBIM_CID_MS_BASE_STATIONS_INFO`).
        pub BaseStationsInfo = 11 {
            query BaseStationsInfoQueryView => BaseStationsInfoInfoView;
        }

        /// Cells that serve and cells nearby, version 3.0.
        pub BaseStationsInfoV3 "Base Stations Info" = 11 v3 {
            query BaseStationsInfoQueryV3View => BaseStationsInfoInfoV3View;
        }

        /// Where the device is in the network (`MBIM_CID_MS_LOCATION_INFO_STATUS`).
        pub LocationInfoStatus = 12 {
            query EmptyView => LocationInfoStatusInfoView;
            notification LocationInfoStatusInfoView;
        }

        /// How the modem logs (`MBIM_CID_MS_MODEM_LOGGING_CONFIG`).
        pub ModemLoggingConfig = 13 {
            query EmptyView => ModemLoggingConfigInfoView;
            set ModemLoggingConfigSetView => ModemLoggingConfigInfoView;
            notification ModemLoggingConfigInfoView;
        }

        /// Codes of an application on the card (`MBIM_CID_MS_PIN_EX`).
        pub PinEx = 14 {
            query PinExQueryView => PinExInfoView;
            set PinExSetView => PinExInfoView;
        }

        /// Versions (`MBIM_CID_MS_VERSION`): directly behind the query of the device services, or version 1.0 holds
        /// until the next open.
        pub Version = 15 v2 {
            query VersionQueryView => VersionInfoView;
        }

        /// Operator configuration of the modem (`MBIM_CID_MS_MODEM_CONFIGURATION`).
        pub ModemConfiguration = 16 v3 {
            query EmptyView => ModemConfigurationInfoView;
            notification ModemConfigurationNotificationView;
        }

        /// What to ask for when registering with 5G (`MBIM_CID_MS_REGISTRATION_PARAMS`).
        pub RegistrationParameters = 17 v3 {
            query EmptyView => RegistrationParametersInfoView;
            set RegistrationParametersSetView => RegistrationParametersInfoView;
        }

        /// What woke the host (`MBIM_CID_MS_WAKE_REASON`).
        pub WakeReason = 19 v3 {
            query EmptyView => WakeReasonInfoView;
        }
    }
}
