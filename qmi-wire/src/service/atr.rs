//! ATR: AT commands carried to the modem and its answers back, on devices without a port of their own for them.

use crate::service::Service;
use crate::text::Str;

crate::qmi_service! {
    Service::ATR, "ATR";

    /// Sends an AT command.
    pub mod send "Send" = 0x0000 {
        request {
            /// AT, with whatever numbers, texts and codes it has.
            0x01 required => message personal: Str<'a, u16, 1024>,
        }
        response {}
    }

    /// What the modem said.
    pub mod received_indication "Received" = 0x0001 {
        indication {
            /// AT, with whatever numbers, texts and codes it has.
            0x01 required => message personal: Str<'a, u16>,
        }
    }
}
