//! DPM, the data port mapper: opening ports of the data path on devices that have several.

use crate::list::List;
use crate::service::{DataEndpointType, Service};
use crate::text::Str;

crate::wire_struct! {
    /// Control port.
    pub struct ControlPort<'a> {
        /// Port name.
        port_name: Str<'a>,
        /// What the data path runs over.
        endpoint_type: DataEndpointType,
        /// Number of the interface, for USB as in its descriptor.
        interface_number: u32,
    }
}

crate::wire_struct! {
    /// Hardware data port.
    pub struct HardwareDataPort {
        /// What the data path runs over.
        endpoint_type: DataEndpointType,
        /// Number of the interface, for USB as in its descriptor.
        interface_number: u32,
        /// RX endpoint number.
        rx_endpoint_number: u32,
        /// TX endpoint number.
        tx_endpoint_number: u32,
    }
}

crate::wire_struct! {
    /// Software data port.
    pub struct SoftwareDataPort<'a> {
        /// What the data path runs over.
        endpoint_type: DataEndpointType,
        /// Number of the interface, for USB as in its descriptor.
        interface_number: u32,
        /// Port name.
        port_name: Str<'a>,
    }
}

crate::qmi_service! {
    Service::DPM, "DPM";

    /// Opens ports of the data path.
    pub mod open_port "Open Port" = 0x0020 {
        request {
            /// Control ports.
            0x10 => control_ports: List<'a, ControlPort<'a>>,
            /// Hardware data ports.
            0x11 => hardware_data_ports: List<'a, HardwareDataPort>,
            /// Software data ports.
            0x12 => software_data_ports: List<'a, SoftwareDataPort<'a>>,
        }
        response {}
    }

    /// Closes ports of the data path.
    pub mod close_port "Close Port" = 0x0021 {
        request {}
        response {}
    }
}
