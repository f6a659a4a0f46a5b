//! GMS: test messages of Telit. TLV 0x02 being the result, mandatory answers begin at 0x03.

use crate::service::Service;

crate::qmi_service! {
    Service::GMS, "GMS";

    /// Sets values, to try the service.
    pub mod test_set_value "Test Set Value" = 0x0f00 {
        request {
            /// Test mandatory value.
            0x01 required => test_mandatory_value: u8,
            /// Test optional value.
            0x10 => test_optional_value: u8,
        }
        response {}
    }

    /// Asks for the values, to try the service.
    pub mod test_get_value "Test Get Value" = 0x0f01 {
        request {}
        response {
            /// Test mandatory value.
            0x03 required => test_mandatory_value: u8,
            /// Test optional value.
            0x10 success => test_optional_value: u8,
        }
    }
}
