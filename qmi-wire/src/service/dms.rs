//! DMS, device management: who the device is, operating mode, firmware images, and on older firmware PINs.
//!
//! Newer firmware refuses the messages on cards (0x0027 to 0x002B, 0x003C, 0x0043, 0x0044): use the service UIM.

use crate::field::Uint;
use crate::list::List;
use crate::service::Service;
use crate::text::{Bytes, Fixed, Rest, Segment, Str};

crate::open_enum! {
    /// Activation state.
    pub struct ActivationState(u16) {
        /// Not activated.
        NOT_ACTIVATED = 0,
        /// Activated.
        ACTIVATED = 1,
        /// Connecting.
        CONNECTING = 2,
        /// Connected.
        CONNECTED = 3,
        /// OTASP authenticated.
        OTASP_AUTHENTICATED = 4,
        /// OTASP NAM.
        OTASP_NAM = 5,
        /// OTASP MDN.
        OTASP_MDN = 6,
        /// OTASP IMSI.
        OTASP_IMSI = 7,
        /// OTASP PRL.
        OTASP_PRL = 8,
        /// OTASP SPC.
        OTASP_SPC = 9,
        /// OTASP committed.
        OTASP_COMMITED = 10,
    }
}

crate::flags! {
    /// Band capability.
    pub struct BandCapability(u64) {
        /// CDMA band class 0 A system.
        BC0_A_SYSTEM = 1 << 0,
        /// CDMA band class 0 B system.
        BC0_B_SYSTEM = 1 << 1,
        /// CDMA band class 1 all blocks.
        BC1_ALL_BLOCKS = 1 << 2,
        /// CDMA band class 2.
        BC2 = 1 << 3,
        /// CDMA band class 3 A system.
        BC3_A_SYSTEM = 1 << 4,
        /// CDMA band class 4 all blocks.
        BC4_ALL_BLOCKS = 1 << 5,
        /// CDMA band class 5 all blocks.
        BC5_ALL_BLOCKS = 1 << 6,
        /// GSM DCS 1800.
        GSM_DCS1800 = 1 << 7,
        /// GSM 900 extended.
        GSM900_EXTENDED = 1 << 8,
        /// GSM 900 primary.
        GSM900_PRIMARY = 1 << 9,
        /// CDMA band class 6.
        BC6 = 1 << 10,
        /// CDMA band class 7.
        BC7 = 1 << 11,
        /// CDMA band class 8.
        BC8 = 1 << 12,
        /// CDMA band class 9.
        BC9 = 1 << 13,
        /// CDMA band class 10.
        BC10 = 1 << 14,
        /// CDMA band class 11.
        BC11 = 1 << 15,
        /// GSM 450.
        GSM450 = 1 << 16,
        /// GSM 480.
        GSM480 = 1 << 17,
        /// GSM 750.
        GSM750 = 1 << 18,
        /// GSM 850.
        GSM850 = 1 << 19,
        /// GSM 900 railways.
        GSM900_RAILWAYS = 1 << 20,
        /// GSM PCS 1900.
        GSM_PCS1900 = 1 << 21,
        /// WCDMA 2100.
        WCDMA2100 = 1 << 22,
        /// WCDMA PCS 1900.
        WCDMA_PCS1900 = 1 << 23,
        /// WCDMA DCS 1800.
        WCDMA_DCS1800 = 1 << 24,
        /// WCDMA 1700 US.
        WCDMA1700_US = 1 << 25,
        /// WCDMA 850 US.
        WCDMA850_US = 1 << 26,
        /// WCDMA 800.
        WCDMA800 = 1 << 27,
        /// CDMA band class 12.
        BC12 = 1 << 28,
        /// CDMA band class 14.
        BC14 = 1 << 29,
        /// CDMA band class 15.
        BC15 = 1 << 31,
        /// WCDMA 2600.
        WCDMA2600 = 1 << 48,
        /// WCDMA 900.
        WCDMA900 = 1 << 49,
        /// WCDMA 1700 Japan.
        WCDMA1700_JAPAN = 1 << 50,
        /// CDMA band class 16.
        BC16 = 1 << 56,
        /// CDMA band class 17.
        BC17 = 1 << 57,
        /// CDMA band class 18.
        BC18 = 1 << 58,
        /// CDMA band class 19.
        BC19 = 1 << 59,
        /// WCDMA 850 Japan.
        WCDMA850_JAPAN = 1 << 60,
        /// WCDMA 1500.
        WCDMA1500 = 1 << 61,
    }
}

crate::open_enum! {
    /// Boot image download mode.
    pub struct BootImageDownloadMode(u8) {
        /// Normal.
        NORMAL = 0,
        /// Boot and recovery.
        BOOT_AND_RECOVERY = 1,
    }
}

crate::open_enum! {
    /// Data service capability.
    pub struct DataServiceCapability(u8) {
        /// None.
        NONE = 0,
        /// CS.
        CS = 1,
        /// PS.
        PS = 2,
        /// Simultaneous CS PS.
        SIMULTANEOUS_CS_PS = 3,
        /// Not simultaneous CS PS.
        NON_SIMULTANEOUS_CS_PS = 4,
    }
}

crate::open_enum! {
    /// Firmware image type.
    pub struct FirmwareImageType(u8) {
        /// Modem.
        MODEM = 0,
        /// PRI.
        PRI = 1,
    }
}

crate::open_enum! {
    /// Foxconn device mode.
    pub struct FoxconnDeviceMode(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Fastboot online.
        FASTBOOT_ONLINE = 5,
        /// Fastboot OTA.
        FASTBOOT_OTA = 10,
    }
}

crate::open_enum! {
    /// Foxconn firmware version type.
    pub struct FoxconnFirmwareVersionType(u8) {
        /// Firmware MCFG.
        FIRMWARE_MCFG = 0,
        /// Firmware MCFG applications.
        FIRMWARE_MCFG_APPS = 1,
        /// Applications.
        APPS = 2,
    }
}

crate::open_enum! {
    /// HP device mode.
    pub struct HpDeviceMode(u8) {
        /// Fastboot.
        FASTBOOT = 5,
    }
}

crate::flags! {
    /// LTE band capability.
    pub struct LteBandCapability(u64) {
        /// E-UTRA band 1.
        EUTRAN1 = 1 << 0,
        /// E-UTRA band 2.
        EUTRAN2 = 1 << 1,
        /// E-UTRA band 3.
        EUTRAN3 = 1 << 2,
        /// E-UTRA band 4.
        EUTRAN4 = 1 << 3,
        /// E-UTRA band 5.
        EUTRAN5 = 1 << 4,
        /// E-UTRA band 6.
        EUTRAN6 = 1 << 5,
        /// E-UTRA band 7.
        EUTRAN7 = 1 << 6,
        /// E-UTRA band 8.
        EUTRAN8 = 1 << 7,
        /// E-UTRA band 9.
        EUTRAN9 = 1 << 8,
        /// E-UTRA band 10.
        EUTRAN10 = 1 << 9,
        /// E-UTRA band 11.
        EUTRAN11 = 1 << 10,
        /// E-UTRA band 12.
        EUTRAN12 = 1 << 11,
        /// E-UTRA band 13.
        EUTRAN13 = 1 << 12,
        /// E-UTRA band 14.
        EUTRAN14 = 1 << 13,
        /// E-UTRA band 17.
        EUTRAN17 = 1 << 16,
        /// E-UTRA band 18.
        EUTRAN18 = 1 << 17,
        /// E-UTRA band 19.
        EUTRAN19 = 1 << 18,
        /// E-UTRA band 20.
        EUTRAN20 = 1 << 19,
        /// E-UTRA band 21.
        EUTRAN21 = 1 << 20,
        /// E-UTRA band 24.
        EUTRAN24 = 1 << 23,
        /// E-UTRA band 25.
        EUTRAN25 = 1 << 24,
        /// E-UTRA band 26.
        EUTRAN26 = 1 << 25,
        /// E-UTRA band 27.
        EUTRAN27 = 1 << 26,
        /// E-UTRA band 28.
        EUTRAN28 = 1 << 27,
        /// E-UTRA band 29.
        EUTRAN29 = 1 << 28,
        /// E-UTRA band 30.
        EUTRAN30 = 1 << 29,
        /// E-UTRA band 31.
        EUTRAN31 = 1 << 30,
        /// E-UTRA band 32.
        EUTRAN32 = 1 << 31,
        /// E-UTRA band 33.
        EUTRAN33 = 1 << 32,
        /// E-UTRA band 34.
        EUTRAN34 = 1 << 33,
        /// E-UTRA band 35.
        EUTRAN35 = 1 << 34,
        /// E-UTRA band 36.
        EUTRAN36 = 1 << 35,
        /// E-UTRA band 37.
        EUTRAN37 = 1 << 36,
        /// E-UTRA band 38.
        EUTRAN38 = 1 << 37,
        /// E-UTRA band 39.
        EUTRAN39 = 1 << 38,
        /// E-UTRA band 40.
        EUTRAN40 = 1 << 39,
        /// E-UTRA band 41.
        EUTRAN41 = 1 << 40,
        /// E-UTRA band 42.
        EUTRAN42 = 1 << 41,
        /// E-UTRA band 43.
        EUTRAN43 = 1 << 42,
    }
}

crate::open_enum! {
    /// MAC type.
    pub struct MacType(u32) {
        /// WLAN.
        WLAN = 0,
        /// Bluetooth.
        BT = 1,
    }
}

crate::flags! {
    /// Offline reason.
    pub struct OfflineReason(u16) {
        /// Host image misconfiguration.
        HOST_IMAGE_MISCONFIGURATION = 1 << 0,
        /// PRI image misconfiguration.
        PRI_IMAGE_MISCONFIGURATION = 1 << 1,
        /// PRI version incompatible.
        PRI_VERSION_INCOMPATIBLE = 1 << 2,
        /// Device memory full.
        DEVICE_MEMORY_FULL = 1 << 3,
    }
}

crate::open_enum! {
    /// What the device does with its radio. It goes through low power and offline before a reset.
    pub struct OperatingMode(u8) {
        /// Works.
        ONLINE = 0,
        /// Radio off, card readable (aeroplane mode).
        LOW_POWER = 1,
        /// For tests in the factory.
        FACTORY_TEST = 2,
        /// Radio off until a reset.
        OFFLINE = 3,
        /// Restarts; from offline only.
        RESET = 4,
        /// Switches off.
        SHUTTING_DOWN = 5,
        /// Radio off, across restarts.
        PERSISTENT_LOW_POWER = 6,
        /// Radio off, card off too.
        MODE_ONLY_LOW_POWER = 7,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::flags! {
    /// Where the power comes from (bits of the power state flags).
    pub struct PowerState(u8) {
        /// Power from outside.
        EXTERNAL_SOURCE = 1 << 0,
        /// A battery is connected.
        BATTERY_CONNECTED = 1 << 1,
        /// The battery is being charged.
        BATTERY_CHARGING = 1 << 2,
        /// Something is wrong with the power.
        FAULT = 1 << 3,
    }
}

crate::open_enum! {
    /// Radio interface.
    pub struct RadioInterface(u8) {
        /// CDMA2000 1x.
        CDMA20001X = 1,
        /// EV-DO.
        EVDO = 2,
        /// GSM.
        GSM = 4,
        /// UMTS.
        UMTS = 5,
        /// LTE.
        LTE = 8,
        /// TD-SCDMA.
        TDS = 9,
        /// 5G NR.
        _5GNR = 10,
    }
}

crate::open_enum! {
    /// SIM capability.
    pub struct SimCapability(u8) {
        /// Not supported.
        NOT_SUPPORTED = 1,
        /// Supported.
        SUPPORTED = 2,
    }
}

crate::open_enum! {
    /// Sierra USB composition.
    pub struct SwiUsbComposition(u8) {
        /// Not known.
        UNKNOWN = 255,
        /// Composition 0.
        _0 = 0,
        /// Composition 1.
        _1 = 1,
        /// Composition 2.
        _2 = 2,
        /// Composition 3.
        _3 = 3,
        /// Composition 4.
        _4 = 4,
        /// Composition 5.
        _5 = 5,
        /// Composition 6.
        _6 = 6,
        /// Composition 7.
        _7 = 7,
        /// Composition 8.
        _8 = 8,
        /// Composition 9.
        _9 = 9,
        /// Composition 10.
        _10 = 10,
        /// Composition 11.
        _11 = 11,
        /// Composition 12.
        _12 = 12,
        /// Composition 13.
        _13 = 13,
        /// Composition 14.
        _14 = 14,
        /// Composition 15.
        _15 = 15,
        /// Composition 16.
        _16 = 16,
        /// Composition 17.
        _17 = 17,
        /// Composition 18.
        _18 = 18,
        /// Composition 19.
        _19 = 19,
        /// Composition 20.
        _20 = 20,
        /// Composition 21.
        _21 = 21,
        /// Composition 22.
        _22 = 22,
    }
}

crate::open_enum! {
    /// Time reference type.
    pub struct TimeReferenceType(u32) {
        /// User.
        USER = 0,
    }
}

crate::open_enum! {
    /// Time source.
    pub struct TimeSource(u16) {
        /// Device.
        DEVICE = 0,
        /// CDMA network.
        CDMA_NETWORK = 1,
        /// HDR network.
        HDR_NETWORK = 2,
    }
}

crate::open_enum! {
    /// UIM facility.
    pub struct UimFacility(u8) {
        /// Lock to a network.
        PN = 0,
        /// Lock to a network subset.
        PU = 1,
        /// Lock to a service provider.
        PP = 2,
        /// Lock to a corporation.
        PC = 3,
        /// Lock to this device's first card.
        PF = 4,
    }
}

crate::open_enum! {
    /// UIM facility state.
    pub struct UimFacilityState(u8) {
        /// Deactivated.
        DEACTIVATED = 0,
        /// Activated.
        ACTIVATED = 1,
        /// Blocked.
        BLOCKED = 2,
    }
}

crate::open_enum! {
    /// UIM PIN ID.
    pub struct UimPinId(u8) {
        /// PIN.
        PIN = 1,
        /// PIN2.
        PIN2 = 2,
    }
}

crate::open_enum! {
    /// UIM PIN status.
    pub struct UimPinStatus(u8) {
        /// Not initialized.
        NOT_INITIALIZED = 0,
        /// Enabled not verified.
        ENABLED_NOT_VERIFIED = 1,
        /// Enabled verified.
        ENABLED_VERIFIED = 2,
        /// Disabled.
        DISABLED = 3,
        /// Blocked.
        BLOCKED = 4,
        /// Permanently blocked.
        PERMANENTLY_BLOCKED = 5,
        /// Unblocked.
        UNBLOCKED = 6,
        /// Changed.
        CHANGED = 7,
    }
}

crate::open_enum! {
    /// UIM state.
    pub struct UimState(u8) {
        /// Initialization completed.
        INITIALIZATION_COMPLETED = 0,
        /// Locked or failed.
        LOCKED_OR_FAILED = 1,
        /// Not present.
        NOT_PRESENT = 2,
        /// Reserved.
        RESERVED = 3,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::wire_struct! {
    /// Battery level report limits.
    pub struct BatteryLevelReportLimits {
        /// Lower limit.
        lower_limit: u8,
        /// Upper limit.
        upper_limit: u8,
    }
}

crate::wire_struct! {
    /// Power state.
    pub struct PowerStateInfo {
        /// Power state flags. See [`PowerState`].
        power_state_flags: u8,
        /// Battery level. In percent.
        battery_level: u8,
    }
}

crate::wire_struct! {
    /// PIN1 status.
    pub struct Pin1Status {
        /// Current status.
        current_status: UimPinStatus,
        /// Attempts left for the PIN.
        verify_retries_left: u8,
        /// Attempts left for the PUK.
        unblock_retries_left: u8,
    }
}

crate::wire_struct! {
    /// PIN2 status.
    pub struct Pin2Status {
        /// Current status.
        current_status: UimPinStatus,
        /// Attempts left for the PIN.
        verify_retries_left: u8,
        /// Attempts left for the PUK.
        unblock_retries_left: u8,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct CapabilitiesInfo<'a> {
        /// Greatest TX channel rate. In bit/s.
        max_tx_channel_rate: u32,
        /// Greatest RX channel rate. In bit/s.
        max_rx_channel_rate: u32,
        /// Data service capability.
        data_service_capability: DataServiceCapability,
        /// SIM capability.
        sim_capability: SimCapability,
        /// Radio interface list.
        radio_interface_list: List<'a, RadioInterface>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SetPinProtectionInfo<'a> {
        /// Which PIN.
        pin_id: UimPinId,
        /// Protection enabled.
        protection_enabled: bool,
        /// The PIN.
        pin personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// PIN attempts status.
    pub struct PinRetriesStatus {
        /// Attempts left for the PIN.
        verify_retries_left: u8,
        /// Attempts left for the PUK.
        unblock_retries_left: u8,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct VerifyPinInfo<'a> {
        /// Which PIN.
        pin_id: UimPinId,
        /// The PIN.
        pin personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct UnblockPinInfo<'a> {
        /// Which PIN.
        pin_id: UimPinId,
        /// The PUK.
        puk personal: Str<'a>,
        /// The new PIN.
        new_pin personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct ChangePinInfo<'a> {
        /// Which PIN.
        pin_id: UimPinId,
        /// The old PIN.
        old_pin personal: Str<'a>,
        /// The new PIN.
        new_pin personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Device time.
    pub struct DeviceTime {
        /// Time count. In 1.25 ms since 6 January 1980.
        time_count: Uint<6>,
        /// Time source.
        time_source: TimeSource,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct ActivateManualInfo<'a> {
        /// Service programming code.
        service_programming_code: Fixed<'a, 6>,
        /// System identification number.
        system_identification_number: u16,
        /// Mobile directory number.
        mobile_directory_number: Str<'a, u8, 15>,
        /// Mobile identification number.
        mobile_identification_number: Str<'a, u8, 15>,
    }
}

crate::wire_struct! {
    /// PRL.
    pub struct Prl<'a> {
        /// PRL total length.
        prl_total_length: u16,
        /// PRL segment.
        prl_segment: Segment<'a>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SetUserLockStateInfo<'a> {
        /// Enabled.
        enabled: bool,
        /// Lock code.
        lock_code personal: Fixed<'a, 4>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SetUserLockCodeInfo<'a> {
        /// Old code.
        old_code: Fixed<'a, 4>,
        /// New code.
        new_code: Fixed<'a, 4>,
    }
}

crate::wire_struct! {
    /// CK status.
    pub struct CkStatus {
        /// Facility state.
        facility_state: UimFacilityState,
        /// Attempts left for the PIN.
        verify_retries_left: u8,
        /// Attempts left for the PUK.
        unblock_retries_left: u8,
    }
}

crate::wire_struct! {
    /// Facility.
    pub struct SetCkProtectionInfo<'a> {
        /// Facility.
        facility: UimFacility,
        /// Facility state.
        facility_state: UimFacilityState,
        /// Facility depersonalization control key.
        facility_depersonalization_control_key: Str<'a>,
    }
}

crate::wire_struct! {
    /// Facility.
    pub struct UnblockCkInfo<'a> {
        /// Facility.
        facility: UimFacility,
        /// Facility control key.
        facility_control_key: Str<'a>,
    }
}

crate::wire_struct! {
    /// List.
    pub struct FirmwareImage<'a> {
        /// Type.
        kind "type": FirmwareImageType,
        /// Unique ID.
        unique_id: [u8; 16],
        /// Build ID.
        build_id: Str<'a>,
    }
}

crate::wire_struct! {
    /// Sublist.
    pub struct Sublist<'a> {
        /// Storage index.
        storage_index: u8,
        /// Failure count.
        failure_count: u8,
        /// Unique ID.
        unique_id: [u8; 16],
        /// Build ID.
        build_id: Str<'a>,
    }
}

crate::wire_struct! {
    /// List.
    pub struct StoredImageList<'a> {
        /// Type.
        kind "type": FirmwareImageType,
        /// Maximum images.
        maximum_images: u8,
        /// Index of running image.
        index_of_running_image: u8,
        /// Sublist.
        sublist: List<'a, Sublist<'a>>,
    }
}

crate::wire_struct! {
    /// Image details.
    pub struct ImageDetails<'a> {
        /// Type.
        kind "type": FirmwareImageType,
        /// Unique ID.
        unique_id: [u8; 16],
        /// Build ID.
        build_id: Str<'a>,
    }
}

crate::wire_struct! {
    /// Boot version.
    pub struct BootVersion {
        /// Major version.
        major_version: u16,
        /// Minor version.
        minor_version: u16,
    }
}

crate::wire_struct! {
    /// PRI version.
    pub struct PriVersion<'a> {
        /// PRI version.
        pri_version: u32,
        /// PRI information.
        pri_info: Fixed<'a, 32>,
    }
}

crate::qmi_service! {
    Service::DMS, "DMS";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Chooses which events this client is told. What is not named stays.
    pub mod set_event_report "Set Event Report" = 0x0001 {
        request {
            /// Power state reporting.
            0x10 => power_state_reporting: bool,
            /// Battery level report limits.
            0x11 => battery_level_report_limits: BatteryLevelReportLimits,
            /// PIN state reporting.
            0x12 => pin_state_reporting "PIN State Reporting": bool,
            /// Activation state reporting.
            0x13 => activation_state_reporting: bool,
            /// Operating mode reporting.
            0x14 => operating_mode_reporting: bool,
            /// UIM state reporting.
            0x15 => uim_state_reporting "UIM State Reporting": bool,
            /// Wireless disable state reporting.
            0x16 => wireless_disable_state_reporting: bool,
            /// PRL initialisation reporting.
            0x17 => prl_init_reporting "PRL Init Reporting": bool,
        }
        response {}
    }

    /// Something that was asked for with [`set_event_report`] has changed.
    pub mod event_report_indication "Event Report" = 0x0001 {
        indication {
            /// Power state.
            0x10 => power_state: PowerStateInfo,
            /// PIN1 status.
            0x11 => pin1_status "PIN1 Status": Pin1Status,
            /// PIN2 status.
            0x12 => pin2_status "PIN2 Status": Pin2Status,
            /// Activation state.
            0x13 => activation_state: ActivationState,
            /// Operating mode.
            0x14 => operating_mode: OperatingMode,
            /// UIM state.
            0x15 => uim_state "UIM State": UimState,
            /// Wireless disable state.
            0x16 => wireless_disable_state: bool,
            /// PRL initialisation notification.
            0x17 => prl_init_notification "PRL Init Notification": bool,
        }
    }

    /// Asks what the device can do: rates, services, radio interfaces.
    pub mod get_capabilities "Get Capabilities" = 0x0020 {
        request {}
        response {
            /// Information.
            0x01 required => info: CapabilitiesInfo<'a>,
        }
    }

    /// Asks for the manufacturer.
    pub mod get_manufacturer "Get Manufacturer" = 0x0021 {
        request {}
        response {
            /// Manufacturer.
            0x01 required => manufacturer: Rest<'a>,
        }
    }

    /// Asks for the model.
    pub mod get_model "Get Model" = 0x0022 {
        request {}
        response {
            /// Model.
            0x01 required => model: Rest<'a>,
        }
    }

    /// Asks for the revision.
    pub mod get_revision "Get Revision" = 0x0023 {
        request {}
        response {
            /// Revision.
            0x01 required => revision: Rest<'a>,
        }
    }

    /// Asks for the telephone number on the card.
    pub mod get_msisdn "Get MSISDN" = 0x0024 {
        request {}
        response {
            /// Telephone number.
            0x01 required => msisdn "MSISDN": Rest<'a>,
        }
    }

    /// Asks for the identities of the device: IMEI, MEID, ESN.
    pub mod get_ids "Get IDs" = 0x0025 {
        request {}
        response {
            /// Electronic serial number.
            0x10 success => esn: Rest<'a>,
            /// International mobile equipment identity.
            0x11 success => imei personal: Rest<'a, 15>,
            /// Mobile equipment identifier.
            0x12 success => meid personal: Rest<'a>,
            /// Software version number of the IMEI.
            0x13 success => imei_software_version: Rest<'a>,
        }
    }

    /// Asks for the source of power and the charge of the battery.
    pub mod get_power_state "Get Power State" = 0x0026 {
        request {}
        response {
            /// Information.
            0x01 required => info: PowerStateInfo,
        }
    }

    /// Switches the question for a PIN on or off.
    pub mod uim_set_pin_protection "UIM Set PIN Protection" = 0x0027 {
        request {
            /// Information.
            0x01 required => info: SetPinProtectionInfo<'a>,
        }
        response {
            /// PIN attempts status. If the request failed.
            0x10 failure => pin_retries_status: PinRetriesStatus,
        }
    }

    /// Enters a PIN. If it is wrong, the answer says how many attempts are left.
    pub mod uim_verify_pin "UIM Verify PIN" = 0x0028 {
        request {
            /// Information.
            0x01 required => info: VerifyPinInfo<'a>,
        }
        response {
            /// PIN attempts status. If the request failed.
            0x10 failure => pin_retries_status: PinRetriesStatus,
        }
    }

    /// Enters a PUK and sets a new PIN.
    pub mod uim_unblock_pin "UIM Unblock PIN" = 0x0029 {
        request {
            /// Information.
            0x01 required => info: UnblockPinInfo<'a>,
        }
        response {
            /// PIN attempts status. If the request failed.
            0x10 failure => pin_retries_status: PinRetriesStatus,
        }
    }

    /// Replaces a PIN.
    pub mod uim_change_pin "UIM Change PIN" = 0x002a {
        request {
            /// Information.
            0x01 required => info: ChangePinInfo<'a>,
        }
        response {
            /// PIN attempts status. If the request failed.
            0x10 failure => pin_retries_status: PinRetriesStatus,
        }
    }

    /// Asks for the state of both PINs.
    pub mod uim_get_pin_status "UIM Get PIN Status" = 0x002b {
        request {}
        response {
            /// PIN1 status.
            0x11 => pin1_status "PIN1 Status": Pin1Status,
            /// PIN2 status.
            0x12 => pin2_status "PIN2 Status": Pin2Status,
        }
    }

    /// Asks for the hardware revision.
    pub mod get_hardware_revision "Get Hardware Revision" = 0x002c {
        request {}
        response {
            /// Revision.
            0x01 required => revision: Rest<'a>,
        }
    }

    /// Asks what the device does with its radio.
    pub mod get_operating_mode "Get Operating Mode" = 0x002d {
        request {}
        response {
            /// The mode.
            0x01 required => mode: OperatingMode,
            /// Why. If the mode is offline.
            0x10 "mode == QmiDmsOperatingMode.Offline" => offline_reason: OfflineReason,
            /// Whether a switch of the hardware forbids the radio.
            0x11 success => hardware_restricted_mode: bool,
        }
    }

    /// Switches the radio on or off, or restarts the device. A reset is possible from offline only.
    pub mod set_operating_mode "Set Operating Mode" = 0x002e {
        request {
            /// The mode.
            0x01 required => mode: OperatingMode,
        }
        response {}
    }

    /// Asks for the time, as the network or the device knows it.
    pub mod get_time "Get Time" = 0x002f {
        request {}
        response {
            /// Device time.
            0x01 required => device_time: DeviceTime,
            /// System time. In milliseconds since 6 January 1980.
            0x10 success => system_time: u64,
            /// User time. In milliseconds since 6 January 1980.
            0x11 success => user_time: u64,
        }
    }

    /// Asks for the PRL version.
    pub mod get_prl_version "Get PRL Version" = 0x0030 {
        request {}
        response {
            /// Version.
            0x01 required => version: u16,
            /// PRL only preference.
            0x10 success => prl_only_preference "PRL Only Preference": bool,
        }
    }

    /// Asks for the activation state.
    pub mod get_activation_state "Get Activation State" = 0x0031 {
        request {}
        response {
            /// Information.
            0x01 required => info: ActivationState,
        }
    }

    /// Activates the device over the air (CDMA).
    pub mod activate_automatic "Activate Automatic" = 0x0032 {
        request {
            /// Activation code.
            0x01 required => activation_code: Str<'a>,
        }
        response {}
    }

    /// Activates the device by hand (CDMA).
    pub mod activate_manual "Activate Manual" = 0x0033 {
        request {
            /// Information.
            0x01 required => info personal: ActivateManualInfo<'a>,
            /// MN HA key.
            0x11 => mn_ha_key "MN HA key" personal: Str<'a, u8, 16>,
            /// MN AAA key.
            0x12 => mn_aaa_key "MN AAA key" personal: Str<'a, u8, 16>,
            /// PRL.
            0x13 => prl "PRL": Prl<'a>,
        }
        response {}
    }

    /// Asks whether the user's lock is on.
    pub mod get_user_lock_state "Get User Lock State" = 0x0034 {
        request {}
        response {
            /// Enabled.
            0x01 required => enabled: bool,
        }
    }

    /// Switches the user's lock on or off.
    pub mod set_user_lock_state "Set User Lock State" = 0x0035 {
        request {
            /// Information.
            0x01 required => info: SetUserLockStateInfo<'a>,
        }
        response {}
    }

    /// Replaces the code of the user's lock.
    pub mod set_user_lock_code "Set User Lock Code" = 0x0036 {
        request {
            /// Information.
            0x01 required => info: SetUserLockCodeInfo<'a>,
        }
        response {}
    }

    /// Reads the user data.
    pub mod read_user_data "Read User Data" = 0x0037 {
        request {}
        response {
            /// User data.
            0x01 required => user_data: Bytes<'a, u16>,
        }
    }

    /// Writes the user data.
    pub mod write_user_data "Write User Data" = 0x0038 {
        request {
            /// User data.
            0x01 required => user_data: Bytes<'a, u16>,
        }
        response {}
    }

    /// Reads the ERI file.
    pub mod read_eri_file "Read ERI File" = 0x0039 {
        request {}
        response {
            /// ERI file.
            0x01 required => eri_file "ERI File": Bytes<'a, u16>,
        }
    }

    /// Restores what the device was delivered with. Needs the service programming code.
    pub mod restore_factory_defaults "Restore Factory Defaults" = 0x003a {
        request {
            /// Service programming code.
            0x01 required => service_programming_code: Fixed<'a, 6>,
        }
        response {}
    }

    /// Asks whether this is the service programming code.
    pub mod validate_service_programming_code "Validate Service Programming Code" = 0x003b {
        request {
            /// Service programming code.
            0x01 required => service_programming_code: Fixed<'a, 6>,
        }
        response {}
    }

    /// Asks for the ICCID.
    pub mod uim_get_iccid "UIM Get ICCID" = 0x003c {
        request {}
        response {
            /// Number of the card.
            0x01 required => iccid "ICCID" personal: Rest<'a>,
        }
    }

    /// Sets the firmware ID.
    pub mod set_firmware_id "Set Firmware ID" = 0x003e {
        request {}
        response {}
    }

    /// Asks for the state of a lock to a network or provider.
    pub mod uim_get_ck_status "UIM Get CK Status" = 0x0040 {
        request {
            /// Facility.
            0x01 required => facility: UimFacility,
        }
        response {
            /// CK status.
            0x01 required => ck_status "CK Status": CkStatus,
            /// Operation blocking facility.
            0x10 success => operation_blocking_facility: bool,
        }
    }

    /// Removes a lock to a network or provider.
    pub mod uim_set_ck_protection "UIM Set CK Protection" = 0x0041 {
        request {
            /// Facility.
            0x01 required => facility: SetCkProtectionInfo<'a>,
        }
        response {
            /// Attempts left for the PIN.
            0x10 => verify_retries_left: u8,
        }
    }

    /// Unblocks a lock to a network or provider.
    pub mod uim_unblock_ck "UIM Unblock CK" = 0x0042 {
        request {
            /// Facility.
            0x01 required => facility: UnblockCkInfo<'a>,
        }
        response {
            /// Attempts left for the PUK.
            0x10 => unblock_retries_left: u8,
        }
    }

    /// Asks for the IMSI.
    pub mod uim_get_imsi "UIM Get IMSI" = 0x0043 {
        request {}
        response {
            /// Identity of the subscriber.
            0x01 required => imsi "IMSI" personal: Rest<'a>,
        }
    }

    /// Asks for the state of the card.
    pub mod uim_get_state "UIM Get State" = 0x0044 {
        request {}
        response {
            /// State.
            0x01 required => state: UimState,
        }
    }

    /// Asks which bands the device has.
    pub mod get_band_capabilities "Get Band Capabilities" = 0x0045 {
        request {}
        response {
            /// Band capability.
            0x01 required => band_capability: BandCapability,
            /// LTE band capability.
            0x10 success => lte_band_capability "LTE Band Capability": LteBandCapability,
            /// Extended LTE band capability. Numbers of bands.
            0x12 success => extended_lte_band_capability "Extended LTE Band Capability": List<'a, u16, u16>,
            /// 5G NR band capability. Numbers of bands.
            0x13 success => nr5g_band_capability "NR5G Band Capability": List<'a, u16, u16>,
        }
    }

    /// Asks for the factory SKU.
    pub mod get_factory_sku "Get Factory SKU" = 0x0046 {
        request {}
        response {
            /// SKU.
            0x01 required => sku "SKU": Rest<'a>,
        }
    }

    /// Asks for the firmware images to be used.
    pub mod get_firmware_preference "Get Firmware Preference" = 0x0047 {
        request {}
        response {
            /// List.
            0x01 required => list: List<'a, FirmwareImage<'a>>,
        }
    }

    /// Chooses the firmware images to be used.
    pub mod set_firmware_preference "Set Firmware Preference" = 0x0048 {
        request {
            /// List.
            0x01 required => list: List<'a, FirmwareImage<'a>>,
            /// Download override.
            0x10 => download_override: bool,
            /// Modem storage index.
            0x11 => modem_storage_index: u8,
        }
        response {
            /// Image download list.
            0x01 required => image_download_list: List<'a, FirmwareImageType>,
        }
    }

    /// Asks for the firmware images that are stored.
    pub mod list_stored_images "List Stored Images" = 0x0049 {
        request {}
        response {
            /// List.
            0x01 required => list: List<'a, StoredImageList<'a>>,
        }
    }

    /// Deletes the stored image.
    pub mod delete_stored_image "Delete Stored Image" = 0x004a {
        request {
            /// Image details.
            0x01 required => image_details: ImageDetails<'a>,
        }
        response {}
    }

    /// Sets the time.
    pub mod set_time "Set Time" = 0x004b {
        request {
            /// Time value.
            0x01 required => time_value: u64,
            /// Time reference type.
            0x10 required => time_reference_type: TimeReferenceType,
        }
        response {}
    }

    /// Asks for the versions of a stored firmware image.
    pub mod get_stored_image_info "Get Stored Image Info" = 0x004c {
        request {
            /// Image details.
            0x01 required => image_details: ImageDetails<'a>,
        }
        response {
            /// Boot version.
            0x10 success => boot_version: BootVersion,
            /// PRI version.
            0x11 success => pri_version "PRI Version": PriVersion<'a>,
            /// OEM lock ID.
            0x12 success => oem_lock_id "OEM Lock ID": u32,
        }
    }

    /// Asks whether the alternative network configuration is in use.
    pub mod get_alt_net_config "Get Alt Net Config" = 0x004d {
        request {}
        response {
            /// Configuration.
            0x01 required => config: bool,
        }
    }

    /// Chooses whether the alternative network configuration is used.
    pub mod set_alt_net_config "Set Alt Net Config" = 0x004e {
        request {
            /// Configuration.
            0x01 required => config: bool,
        }
        response {}
    }

    /// Asks for the boot image download mode.
    pub mod get_boot_image_download_mode "Get Boot Image Download Mode" = 0x004f {
        request {}
        response {
            /// The mode.
            0x10 success => mode: BootImageDownloadMode,
        }
    }

    /// Sets the boot image download mode.
    pub mod set_boot_image_download_mode "Set Boot Image Download Mode" = 0x0050 {
        request {
            /// The mode.
            0x01 required => mode: BootImageDownloadMode,
        }
        response {}
    }

    /// Asks for the software version.
    pub mod get_software_version "Get Software Version" = 0x0051 {
        request {}
        response {
            /// Version.
            0x01 required => version: Rest<'a>,
        }
    }

    /// Sets the service programming code.
    pub mod set_service_programming_code "Set Service Programming Code" = 0x0052 {
        request {
            /// Current code.
            0x01 required => current_code: Fixed<'a, 6>,
            /// New code.
            0x02 required => new_code: Fixed<'a, 6>,
        }
        response {}
    }

    /// Asks for the MAC address.
    pub mod get_mac_address "Get MAC Address" = 0x005c {
        request {
            /// Device.
            0x01 required => device: MacType,
        }
        response {
            /// MAC address.
            0x10 success => mac_address "MAC Address": Bytes<'a>,
        }
    }

    /// Asks which messages the service knows.
    pub mod get_supported_messages "Get Supported Messages" = 0x001e {
        request {}
        response {
            /// List. Byte n / 8, bit n % 8 stands for message n.
            0x10 success => list: Bytes<'a, u16>,
        }
    }

    /// Changes the device mode (HP).
    pub mod hp_change_device_mode "HP Change Device Mode" = 0x5556 (vendor 0x03f0) {
        request {
            /// The mode.
            0x01 required => mode: HpDeviceMode,
        }
        response {}
    }

    /// Asks for the current firmware (Sierra).
    pub mod swi_get_current_firmware "Swi Get Current Firmware" = 0x5556 (vendor 0x1199) {
        request {}
        response {
            /// Model.
            0x10 success => model: Rest<'a>,
            /// Boot version.
            0x11 success => boot_version "Boot version": Rest<'a>,
            /// AMSS version.
            0x12 success => amss_version "AMSS version": Rest<'a>,
            /// SKU ID.
            0x13 success => sku_id "SKU ID": Rest<'a>,
            /// Package ID.
            0x14 success => package_id "Package ID": Rest<'a>,
            /// Carrier ID.
            0x15 success => carrier_id "Carrier ID": Rest<'a>,
            /// PRI version.
            0x16 success => pri_version "PRI version": Rest<'a>,
            /// Carrier.
            0x17 success => carrier: Rest<'a>,
            /// Configuration version.
            0x18 success => config_version "Config version": Rest<'a>,
        }
    }

    /// Asks for the USB composition (Sierra).
    pub mod swi_get_usb_composition "Swi Get USB Composition" = 0x555b (vendor 0x1199) {
        request {}
        response {
            /// Current.
            0x10 success => current: SwiUsbComposition,
            /// Supported.
            0x11 success => supported: List<'a, SwiUsbComposition>,
        }
    }

    /// Sets the USB composition (Sierra).
    pub mod swi_set_usb_composition "Swi Set USB Composition" = 0x555c (vendor 0x1199) {
        request {
            /// Current.
            0x01 required => current: SwiUsbComposition,
        }
        response {}
    }

    /// Asks for the firmware version (Foxconn).
    pub mod foxconn_get_firmware_version "Foxconn Get Firmware Version" = 0x555e (vendor 0x0489) {
        request {
            /// Version type.
            0x01 required => version_type: FoxconnFirmwareVersionType,
        }
        response {
            /// Version.
            0x01 required => version: Rest<'a>,
        }
    }

    /// Permits the radio on devices that lock it until the host says so (Sierra EM/MC 73xx and 74xx, and their
    /// relatives).
    pub mod set_fcc_authentication "Set FCC Authentication" = 0x555f {
        request {}
        response {}
    }

    /// Changes the device mode (Foxconn).
    pub mod foxconn_change_device_mode "Foxconn Change Device Mode" = 0x5562 (vendor 0x0489) {
        request {
            /// The mode.
            0x01 required => mode: FoxconnDeviceMode,
        }
        response {}
    }

    /// Permits the radio on devices that lock it until the host says so.
    pub mod foxconn_set_fcc_authentication "Foxconn Set FCC Authentication" = 0x5571 (vendor 0x0489) {
        request {
            /// Value.
            0x01 required => value: u8,
        }
        response {}
    }

    /// Permits the radio on devices that lock it until the host says so; newer firmware wants a magic text and number.
    /// The number of the message is that of [`foxconn_set_fcc_authentication`]: the vendor only tells the two apart
    /// here.
    pub mod foxconn_set_fcc_authentication_v2 "Foxconn Set FCC Authentication v2" = 0x5571 (vendor 0x0490) {
        request {
            /// Magic string.
            0x01 required => magic_string: Rest<'a>,
            /// Magic number.
            0x02 required => magic_number: u8,
        }
        response {}
    }
}
