//! SAR: reduced transmit power near a body.

use crate::service::Service;

crate::open_enum! {
    /// RF state.
    pub struct RfState(u32) {
        /// 0.
        _0 = 0,
        /// 1.
        _1 = 1,
        /// 2.
        _2 = 2,
        /// 3.
        _3 = 3,
        /// 4.
        _4 = 4,
        /// 5.
        _5 = 5,
        /// 6.
        _6 = 6,
        /// 7.
        _7 = 7,
        /// 8.
        _8 = 8,
        /// 9.
        _9 = 9,
        /// 10.
        _10 = 10,
        /// 11.
        _11 = 11,
        /// 12.
        _12 = 12,
        /// 13.
        _13 = 13,
        /// 14.
        _14 = 14,
        /// 15.
        _15 = 15,
        /// 16.
        _16 = 16,
        /// 17.
        _17 = 17,
        /// 18.
        _18 = 18,
        /// 19.
        _19 = 19,
        /// 20.
        _20 = 20,
    }
}

crate::qmi_service! {
    Service::SAR, "SAR";

    /// Chooses the transmit power.
    pub mod rf_set_state "RF Set State" = 0x0001 {
        request {
            /// State.
            0x01 required => state: RfState,
        }
        response {}
    }

    /// Asks for the transmit power.
    pub mod rf_get_state "RF Get State" = 0x0002 {
        request {}
        response {
            /// State.
            0x10 => state: RfState,
        }
    }
}
