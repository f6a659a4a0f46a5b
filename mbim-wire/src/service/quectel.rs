//! Quectel: its FCC lock, found on modems for laptops (EM120, EM160).

use crate::field::EmptyView;

crate::open_enum! {
    /// Whether the radio may be used.
    pub struct QuectelRadioSwitchState(u32) {
        /// Off.
        OFF = 0,
        /// On.
        ON = 1,
        /// Locked until the host sets [`ON`](Self::ON).
        FCC_LOCKED = 4,
    }
}

crate::mbim_struct! {
    /// Unlocks the radio.
    pub struct RadioStateSet, RadioStateSetView {
        /// Wanted state.
        radio_state: QuectelRadioSwitchState,
    }
}

crate::mbim_struct! {
    /// Whether the radio may be used.
    pub struct RadioStateInfo, RadioStateInfoView {
        /// The state.
        radio_state: QuectelRadioSwitchState,
    }
}

crate::mbim_service! {
    /// Commands of Quectel. The UUID looks like a placeholder and is real.
    pub QUECTEL, "Quectel" = 0x11223344_5566_7788_99aa_bbccddeeff11 {
        /// The FCC lock.
        pub RadioState = 1 {
            query EmptyView => RadioStateInfoView;
            set RadioStateSetView => RadioStateInfoView;
        }
    }
}
