//! QOS: quality of service flows.

use crate::list::List;
use crate::service::{DataEndpointType, Service, SubscriptionType};

crate::open_enum! {
    /// Event.
    pub struct Event(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Activated.
        ACTIVATED = 1,
        /// Suspended.
        SUSPENDED = 2,
        /// Gone.
        GONE = 3,
        /// Modify accepted.
        MODIFY_ACCEPTED = 4,
        /// Modify rejected.
        MODIFY_REJECTED = 5,
        /// Information code updated.
        INFO_CODE_UPDATED = 6,
    }
}

crate::open_enum! {
    /// Status.
    pub struct Status(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Activated.
        ACTIVATED = 1,
        /// Suspended.
        SUSPENDED = 2,
        /// Gone.
        GONE = 3,
    }
}

crate::wire_struct! {
    /// Value.
    pub struct Value {
        /// QoS ID.
        qos_id: u32,
        /// Status.
        status: Status,
        /// Event.
        event: Event,
    }
}

crate::wire_struct! {
    /// Endpoint.
    pub struct Endpoint {
        /// What the data path runs over.
        endpoint_type: DataEndpointType,
        /// Number of the interface, for USB as in its descriptor.
        interface_number: u32,
    }
}

crate::wire_struct! {
    /// APN.
    pub struct Apn {
        /// APN ID.
        apn_id: u32,
        /// TX packets.
        tx_packets: u32,
        /// TX packets dropped.
        tx_packets_dropped: u32,
        /// RX packets.
        rx_packets: u32,
        /// TX bytes.
        tx_bytes: u64,
        /// TX bytes dropped.
        tx_bytes_dropped: u64,
        /// RX bytes.
        rx_bytes: u64,
    }
}

crate::wire_struct! {
    /// Flow.
    pub struct Flow {
        /// Bearer ID.
        bearer_id: u32,
        /// TX packets.
        tx_packets: u32,
        /// TX packets dropped.
        tx_packets_dropped: u32,
        /// TX bytes.
        tx_bytes: u64,
        /// TX bytes dropped.
        tx_bytes_dropped: u64,
    }
}

crate::qmi_service! {
    Service::QOS, "QOS";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Asks for the state of a flow.
    pub mod get_flow_status "Get Flow Status" = 0x0026 {
        request {
            /// QoS ID.
            0x01 required => qos_id: u32,
        }
        response {
            /// Value.
            0x01 required => value: Status,
        }
    }

    /// The state of a flow has changed.
    pub mod flow_status_indication "Flow Status" = 0x0026 {
        indication {
            /// Value.
            0x01 required => value: Value,
        }
    }

    /// Asks whether the network knows quality of service.
    pub mod get_network_status "Get Network Status" = 0x0027 {
        request {}
        response {
            /// QoS supported.
            0x01 required => qos_supported "QoS Supported": bool,
        }
    }

    /// Whether the network knows quality of service has changed.
    pub mod network_status_indication "Network Status" = 0x0027 {
        indication {
            /// QoS supported.
            0x01 required => qos_supported "QoS Supported": bool,
        }
    }

    /// Binds this client to an endpoint and a channel of the data path.
    pub mod bind_mux_data_port "Bind Mux Data Port" = 0x002b {
        request {
            /// Endpoint.
            0x10 => endpoint: Endpoint,
            /// Channel of the data path (QMAP).
            0x11 => mux_id: u8,
            /// Direction.
            0x12 => direction: u8,
        }
        response {}
    }

    /// Binds this client to one of several subscriptions.
    pub mod bind_subscription "Bind Subscription" = 0x002d {
        request {
            /// Subscription ID.
            0x01 required => subscription_id: SubscriptionType,
        }
        response {}
    }

    /// Asks to which subscription this client is bound.
    pub mod get_bind_subscription "Get Bind Subscription" = 0x002e {
        request {}
        response {
            /// Subscription ID.
            0x10 success => subscription_id: SubscriptionType,
        }
    }

    /// Asks for counters of data (Sierra).
    pub mod swi_read_data_stats "Swi Read Data Stats" = 0x5556 {
        request {
            /// APN ID.
            0x01 required => apn_id: u32,
        }
        response {
            /// Access point name.
            0x03 required => apn: Apn,
            /// Flow.
            0x04 required => flow: List<'a, Flow, u32>,
        }
    }
}
