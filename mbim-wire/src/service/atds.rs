//! ATDS (AT&T): signal, cell and networks in more detail than Basic Connect of its time.

use crate::field::{Count, EmptyView};
use crate::list::RefList;
use crate::service::basic_connect::{
    CellularClass, DataClass, NwError, ProviderState, RegisterMode, RegistrationFlag, RegistrationState, limit,
};
use crate::text::Text;

crate::open_enum! {
    /// Radio technology of a network (3GPP TS 27.007, `+COPS`).
    pub struct AtdsProviderPlmnMode(u32) {
        /// GSM.
        GSM = 0,
        /// UMTS.
        UTRAN = 6,
        /// LTE.
        LTE = 7,
    }
}

crate::open_enum! {
    /// Which radio technologies may be used.
    pub struct AtdsRatMode(u32) {
        /// All of them.
        AUTOMATIC = 0,
        /// GSM only.
        _2G_ONLY = 1,
        /// UMTS only.
        _3G_ONLY = 2,
        /// LTE only.
        _4G_ONLY = 3,
    }
}

crate::mbim_struct! {
    /// The signal, in the coded units of `+CSQ` and `+CESQ` (3GPP TS 27.007).
    pub struct SignalInfo, SignalInfoView {
        /// RSSI: −113 dBm + 2 dB per unit, 0 to 31; 99 unknown.
        rssi: u32,
        /// Bit error rate, 0 to 7; 99 unknown.
        error_rate: u32,
        /// RSCP (UMTS); 255 unknown.
        rscp: u32,
        /// Ec/No (UMTS); 255 unknown.
        ecno: u32,
        /// RSRQ (LTE); 255 unknown.
        rsrq: u32,
        /// RSRP (LTE); 255 unknown.
        rsrp: u32,
        /// Signal to noise ratio of the reference signal (LTE).
        rssnr: u32,
    }
}

crate::mbim_struct! {
    /// The serving cell.
    pub struct LocationInfo, LocationInfoView {
        /// Location area code (GSM, UMTS).
        lac: u32,
        /// Tracking area code (LTE).
        tac: u32,
        /// Cell identity.
        cell_id: u32,
    }
}

crate::mbim_struct! {
    /// A network.
    pub struct AtdsProvider<'a>, AtdsProviderView {
        /// Mobile country code and mobile network code, 5 or 6 digits.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// What the network is to this subscriber.
        provider_state: ProviderState,
        /// Name, at most 20 characters.
        provider_name: Text<'a, { limit::PROVIDER_NAME }>,
        /// Radio technology.
        plmn_mode: AtdsProviderPlmnMode,
        /// RSSI: −113 dBm + 2 dB per unit, 0 to 31; 99 unknown.
        rssi: u32,
        /// Bit error rate, 0 to 7; 99 unknown.
        error_rate: u32,
    }
}

crate::mbim_struct! {
    /// The networks in reach.
    pub struct OperatorsInfo<'a>, OperatorsInfoView {
        /// How many there are.
        providers_count: Count,
        /// The networks.
        providers: RefList<'a, AtdsProviderView<'a>>,
    }
}

crate::mbim_struct! {
    /// Which radio technologies may be used.
    pub struct RatMode, RatModeView {
        /// Which ones.
        mode: AtdsRatMode,
    }
}

crate::mbim_struct! {
    /// The registration, laid out as in Basic Connect.
    pub struct RegisterStateInfo<'a>, RegisterStateInfoView {
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Whether the modem is registered.
        register_state: RegistrationState,
        /// Who chose the network.
        register_mode: RegisterMode,
        /// Radio technologies that the network offers here.
        available_data_classes: DataClass,
        /// Family of the network.
        current_cellular_class: CellularClass,
        /// Mobile country code and mobile network code, 5 or 6 digits.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Name of the network, at most 20 characters.
        provider_name: Text<'a, { limit::PROVIDER_NAME }>,
        /// What to tell the user about roaming, at most 63 characters.
        roaming_text: Text<'a, { limit::ROAMING_TEXT }>,
        /// What to mind.
        registration_flag: RegistrationFlag,
    }
}

crate::mbim_service! {
    /// Commands of AT&T.
    pub ATDS, "ATDS" = 0x5967bdcc_7fd2_49a2_9f5c_b2e70e527db3 {
        /// The signal.
        pub Signal = 1 {
            query EmptyView => SignalInfoView;
        }
        /// The serving cell.
        pub Location = 2 {
            query EmptyView => LocationInfoView;
        }
        /// Searches for networks; takes up to four minutes.
        pub Operators = 3 {
            query EmptyView => OperatorsInfoView;
        }
        /// Which radio technologies may be used.
        pub Rat "RAT" = 4 {
            query EmptyView => RatModeView;
            set RatModeView => RatModeView;
        }
        /// The registration.
        pub RegisterState = 9 {
            query EmptyView => RegisterStateInfoView;
        }
    }
}
