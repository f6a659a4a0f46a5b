//! DSS (MBIM 1.0): device service streams, which carry a service's own bytes in the data plane.

use crate::field::EmptyView;
use crate::uuid::Uuid;

crate::open_enum! {
    /// What to do with a stream.
    pub struct DssLinkState(u32) {
        /// Close it.
        DEACTIVATE = 0,
        /// Open it.
        ACTIVATE = 1,
    }
}

crate::mbim_struct! {
    /// Opens or closes a stream.
    pub struct ConnectSet, ConnectSetView {
        /// The service whose bytes it carries.
        device_service_id: Uuid,
        /// Number of the stream, 0 to 255; apart from the numbers of IP sessions.
        dss_session_id: u32,
        /// What to do.
        dss_link_state: DssLinkState,
    }
}

crate::mbim_service! {
    /// Device service streams.
    pub DSS, "DSS" = 0xc08a26dd_7718_4382_8482_6e0d583c4d0e {
        /// Opens or closes a stream.
        pub Connect = 1 {
            set ConnectSetView => EmptyView;
        }
    }
}
