//! FOX: additions of Foxconn.

use crate::service::Service;
use crate::text::Rest;

crate::open_enum! {
    /// Firmware version type.
    pub struct FirmwareVersionType(u8) {
        /// Firmware MCFG.
        FIRMWARE_MCFG = 0,
        /// Firmware MCFG applications.
        FIRMWARE_MCFG_APPS = 1,
        /// Applications.
        APPS = 2,
    }
}

crate::qmi_service! {
    Service::FOX, "FOX";

    /// Asks for the firmware version.
    pub mod get_firmware_version "Get Firmware Version" = 0x555e {
        request {
            /// Version type.
            0x01 required => version_type: FirmwareVersionType,
        }
        response {
            /// Version.
            0x01 required => version: Rest<'a>,
        }
    }

    /// Permits the radio on devices that lock it until the host says so.
    pub mod set_fcc_authentication "Set FCC Authentication" = 0x5571 {
        request {
            /// Magic string.
            0x01 required => magic_string: Rest<'a>,
            /// Magic number.
            0x02 required => magic_number: u8,
        }
        response {}
    }
}
