//! SSC, the sensor core. The number of the service needs 16 bits: not over QMUX.

use crate::service::Service;
use crate::text::Bytes;

crate::open_enum! {
    /// Report type.
    pub struct ReportType(u8) {
        /// Small.
        SMALL = 0,
        /// Large.
        LARGE = 1,
    }
}

crate::qmi_service! {
    Service::SSC, "SSC";

    /// Sends a request to the sensors.
    pub mod control "Control" = 0x0020 {
        request {
            /// Data.
            0x01 required => data: Bytes<'a, u16>,
            /// Report type.
            0x10 => report_type: ReportType,
        }
        response {
            /// Client ID.
            0x10 success => client_id "Client ID": u64,
            /// Response.
            0x11 success => response: u32,
        }
    }

    /// A short report of the sensors.
    pub mod report_small_indication "Report Small" = 0x0021 {
        indication {
            /// Client ID.
            0x01 required => client_id "Client ID": u64,
            /// Data.
            0x02 required => data: Bytes<'a, u16>,
        }
    }

    /// A long report of the sensors.
    pub mod report_large_indication "Report Large" = 0x0022 {
        indication {
            /// Client ID.
            0x01 required => client_id "Client ID": u64,
            /// Data.
            0x02 required => data: Bytes<'a, u16>,
        }
    }
}
