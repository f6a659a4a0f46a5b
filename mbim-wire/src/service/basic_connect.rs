//! Basic Connect (MBIM 1.0 §10.5): identity, SIM, radio, registration, packet service, contexts, addresses, statistics.

use crate::field::EmptyView;

crate::open_enum! {
    /// Position of a radio switch (§10.5.3).
    pub struct RadioSwitchState(u32) {
        /// Off.
        OFF = 0,
        /// On.
        ON = 1,
    }
}

crate::mbim_struct! {
    /// Asks for a position of the software switch.
    pub struct RadioStateSet, RadioStateSetView {
        /// Wanted position.
        radio_state: RadioSwitchState,
    }
}

crate::mbim_struct! {
    /// Both radio switches; the radio is on only if both are.
    pub struct RadioStateInfo, RadioStateInfoView {
        /// The hardware switch.
        hw_radio_state: RadioSwitchState,
        /// The software switch.
        sw_radio_state: RadioSwitchState,
    }
}

crate::mbim_service! {
    /// Basic Connect.
    pub BASIC_CONNECT, "Basic Connect" = 0xa289cc33_bcbb_8b4f_b6b0_133ec2aae6df {
        /// The radio switches (§10.5.3).
        pub RadioState = 3 {
            query EmptyView => RadioStateInfoView;
            set RadioStateSetView => RadioStateInfoView;
            notification RadioStateInfoView;
        }
    }
}
