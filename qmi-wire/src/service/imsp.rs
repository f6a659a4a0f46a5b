//! IMSP: presence of the IMS client in the modem.

use crate::service::Service;

crate::open_enum! {
    /// Enabler state.
    pub struct EnablerState(u32) {
        /// Uninitialized.
        UNINITIALIZED = 1,
        /// Initialized.
        INITIALIZED = 2,
        /// Airplane.
        AIRPLANE = 3,
        /// Registered.
        REGISTERED = 4,
    }
}

crate::qmi_service! {
    Service::IMSP, "IMSP";

    /// Asks for the enabler state.
    pub mod get_enabler_state "Get Enabler State" = 0x0024 {
        request {}
        response {
            /// Enabler state.
            0x10 success => enabler_state: EnablerState,
        }
    }
}
