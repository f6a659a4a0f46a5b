//! MS SAR (Microsoft): less transmit power near a body (specific absorption rate).

use crate::field::{Count, EmptyView};
use crate::list::RefList;

crate::open_enum! {
    /// Who decides about the backoff.
    pub struct SarControlMode(u32) {
        /// The modem, by its own sensors.
        DEVICE = 0,
        /// The host.
        OS = 1,
    }
}

crate::open_enum! {
    /// Whether power is reduced.
    pub struct SarBackoffState(u32) {
        /// No.
        DISABLED = 0,
        /// Yes, by the table of the modem.
        ENABLED = 1,
    }
}

crate::open_enum! {
    /// Whether the modem shares antennas with Wi-Fi.
    pub struct SarWifiHardwareState(u32) {
        /// It does.
        INTEGRATED = 0,
        /// It does not.
        NOT_INTEGRATED = 1,
    }
}

crate::open_enum! {
    /// Whether the start and the end of transmissions are indicated.
    pub struct TransmissionNotificationStatus(u32) {
        /// No.
        DISABLED = 0,
        /// Yes.
        ENABLED = 1,
    }
}

crate::open_enum! {
    /// Whether the modem transmits.
    pub struct TransmissionState(u32) {
        /// No.
        INACTIVE = 0,
        /// Yes.
        ACTIVE = 1,
    }
}

crate::mbim_struct! {
    /// Backoff of one antenna.
    pub struct SarConfigState, SarConfigStateView {
        /// The antenna; 0xFFFFFFFF in a set means all of them.
        antenna_index: u32,
        /// Row of the maker's table of backoffs.
        backoff_index: u32,
    }
}

crate::mbim_struct! {
    /// Sets the backoff.
    pub struct ConfigSet<'a>, ConfigSetView {
        /// Who decides.
        mode: SarControlMode,
        /// Whether power is to be reduced.
        backoff_state: SarBackoffState,
        /// Number of antennas given.
        config_states_count: Count,
        /// Backoff per antenna.
        config_states: RefList<'a, SarConfigStateView<'a>>,
    }
}

crate::mbim_struct! {
    /// The backoff in force.
    pub struct ConfigInfo<'a>, ConfigInfoView {
        /// Who decides.
        mode: SarControlMode,
        /// Whether power is reduced.
        backoff_state: SarBackoffState,
        /// Whether antennas are shared with Wi-Fi.
        wifi_integration: SarWifiHardwareState,
        /// Number of antennas.
        config_states_count: Count,
        /// Backoff per antenna.
        config_states: RefList<'a, SarConfigStateView<'a>>,
    }
}

crate::mbim_struct! {
    /// Turns indications of transmissions on or off.
    pub struct TransmissionStatusSet, TransmissionStatusSetView {
        /// Whether they are wanted.
        channel_notification: TransmissionNotificationStatus,
        /// Silence, in seconds (1 to 5), after which a transmission counts as over.
        hysteresis_timer: u32,
    }
}

crate::mbim_struct! {
    /// Whether the modem transmits.
    pub struct TransmissionStatusInfo, TransmissionStatusInfoView {
        /// Whether changes are indicated.
        channel_notification: TransmissionNotificationStatus,
        /// Whether it transmits.
        transmission_status: TransmissionState,
        /// Silence, in seconds (1 to 5), after which a transmission counts as over.
        hysteresis_timer: u32,
    }
}

crate::mbim_service! {
    /// Specific absorption rate.
    pub MS_SAR, "MS SAR" = 0x68223d04_9f6c_4e0f_822d_28441fb72340 {
        /// The backoff.
        pub Config = 1 {
            query EmptyView => ConfigInfoView;
            set ConfigSetView => ConfigInfoView;
        }
        /// Whether the modem transmits.
        pub TransmissionStatus "Transmission status" = 2 {
            query EmptyView => TransmissionStatusInfoView;
            set TransmissionStatusSetView => TransmissionStatusInfoView;
            notification TransmissionStatusInfoView;
        }
    }
}
