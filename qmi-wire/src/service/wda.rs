//! WDA, wireless data administration: the format of the data path, aggregation included.
//!
//! TLV numbers shift between requests and responses: in the request to set the data format 0x17 is the endpoint, in its
//! response the uplink aggregation.

use crate::service::{DataEndpointType, Service};
use crate::text::Bytes;

crate::open_enum! {
    /// How packets are packed into transfers.
    pub struct DataAggregationProtocol(u32) {
        /// Disabled.
        DISABLED = 0,
        /// TLP.
        TLP = 1,
        /// Qualcomm NCM.
        QC_NCM = 2,
        /// MBIM.
        MBIM = 3,
        /// RNDIS.
        RNDIS = 4,
        /// QMAP.
        QMAP = 5,
        /// QMAP version 2.
        QMAPV2 = 6,
        /// QMAP version 3.
        QMAPV3 = 7,
        /// QMAP version 4.
        QMAPV4 = 8,
        /// QMAP version 5.
        QMAPV5 = 9,
    }
}

crate::open_enum! {
    /// Ethernet hardware configuration.
    pub struct EthernetHardwareConfig(u32) {
        /// Default.
        DEFAULT = 0,
        /// VLAN IP.
        VLAN_IP = 1,
        /// Not VLAN IP.
        NON_VLAN_IP = 2,
    }
}

crate::open_enum! {
    /// What a packet of the data path begins with.
    pub struct LinkLayerProtocol(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Ethernet (802.3).
        _802_3 = 1,
        /// Raw IP.
        RAW_IP = 2,
        /// Ethernet PDU.
        ETHERNET_PDU = 3,
    }
}

crate::open_enum! {
    /// Loop back state.
    pub struct LoopBackState(u8) {
        /// Disabled.
        DISABLED = 0,
        /// Enabled.
        ENABLED = 1,
    }
}

crate::wire_struct! {
    /// Endpoint information.
    pub struct EndpointInfo {
        /// What the data path runs over.
        endpoint_type: DataEndpointType,
        /// Number of the interface, for USB as in its descriptor.
        interface_number: u32,
    }
}

crate::qmi_service! {
    Service::WDA, "WDA";

    /// Asks which messages the service knows.
    pub mod get_supported_messages "Get Supported Messages" = 0x001e {
        request {}
        response {
            /// List. Byte n / 8, bit n % 8 stands for message n.
            0x10 success => list: Bytes<'a, u16>,
        }
    }

    /// Sets the format of the data path. The answer says what holds: compare it.
    pub mod set_data_format "Set Data Format" = 0x0020 {
        request {
            /// Whether packets have a header for quality of service.
            0x10 => qos_format "QoS Format": bool,
            /// What a packet of the data path begins with.
            0x11 => link_layer_protocol: LinkLayerProtocol,
            /// How packets to the modem are packed.
            0x12 => uplink_data_aggregation_protocol: DataAggregationProtocol,
            /// How packets from the modem are packed.
            0x13 => downlink_data_aggregation_protocol: DataAggregationProtocol,
            /// Signature of NDPs, for NCM and MBIM aggregation.
            0x14 => ndp_signature "NDP Signature": u32,
            /// How many packets a transfer from the modem may hold.
            0x15 => downlink_data_aggregation_max_datagrams: u32,
            /// How long a transfer from the modem may be. In bytes.
            0x16 => downlink_data_aggregation_max_size: u32,
            /// Endpoint of the data path.
            0x17 => endpoint_info: EndpointInfo,
            /// Least padding of packets from the modem. In bytes.
            0x19 => download_minimum_padding: u32,
            /// Whether the modem controls the flow.
            0x1a => flow_control: u32,
            /// How many packets a transfer to the modem may hold.
            0x1b => uplink_data_aggregation_max_datagrams: u32,
            /// How long a transfer to the modem may be. In bytes.
            0x1c => uplink_data_aggregation_max_size: u32,
        }
        response {
            /// Whether packets have a header for quality of service.
            0x10 success => qos_format "QoS Format": bool,
            /// What a packet of the data path begins with.
            0x11 success => link_layer_protocol: LinkLayerProtocol,
            /// How packets to the modem are packed.
            0x12 success => uplink_data_aggregation_protocol: DataAggregationProtocol,
            /// How packets from the modem are packed.
            0x13 success => downlink_data_aggregation_protocol: DataAggregationProtocol,
            /// Signature of NDPs, for NCM and MBIM aggregation.
            0x14 success => ndp_signature "NDP Signature": u32,
            /// How many packets a transfer from the modem may hold.
            0x15 success => downlink_data_aggregation_max_datagrams: u32,
            /// How long a transfer from the modem may be. In bytes.
            0x16 success => downlink_data_aggregation_max_size: u32,
            /// How many packets a transfer to the modem may hold.
            0x17 success => uplink_data_aggregation_max_datagrams: u32,
            /// How long a transfer to the modem may be. In bytes.
            0x18 success => uplink_data_aggregation_max_size: u32,
            /// Least padding of packets from the modem. In bytes.
            0x1a success => download_minimum_padding: u32,
            /// Whether the modem controls the flow.
            0x1b success => flow_control: u8,
        }
    }

    /// Asks for the data format.
    pub mod get_data_format "Get Data Format" = 0x0021 {
        request {
            /// Endpoint of the data path.
            0x10 => endpoint_info: EndpointInfo,
        }
        response {
            /// Whether packets have a header for quality of service.
            0x10 success => qos_format "QoS Format": bool,
            /// What a packet of the data path begins with.
            0x11 success => link_layer_protocol: LinkLayerProtocol,
            /// How packets to the modem are packed.
            0x12 success => uplink_data_aggregation_protocol: DataAggregationProtocol,
            /// How packets from the modem are packed.
            0x13 success => downlink_data_aggregation_protocol: DataAggregationProtocol,
            /// Signature of NDPs, for NCM and MBIM aggregation.
            0x14 success => ndp_signature "NDP Signature": u32,
            /// How many packets a transfer from the modem may hold.
            0x15 success => downlink_data_aggregation_max_datagrams: u32,
            /// How long a transfer from the modem may be. In bytes.
            0x16 success => downlink_data_aggregation_max_size: u32,
            /// How many packets a transfer to the modem may hold.
            0x17 success => uplink_data_aggregation_max_datagrams: u32,
            /// How long a transfer to the modem may be. In bytes.
            0x18 success => uplink_data_aggregation_max_size: u32,
            /// Least padding of packets from the modem. In bytes.
            0x1a success => download_minimum_padding: u32,
            /// Whether the modem controls the flow.
            0x1b success => flow_control: u8,
        }
    }

    /// Lets the modem send data back.
    pub mod loopback_configuration "Loopback Configuration" = 0x002f {
        request {
            /// Loopback state.
            0x01 required => loopback_state "Loopback state": LoopBackState,
            /// Replication factor.
            0x10 => replication_factor "Replication factor": u32,
        }
        response {}
    }

    /// The loopback has changed.
    pub mod loopback_configuration_indication "Loopback Configuration" = 0x002f {
        indication {
            /// Loopback state.
            0x01 required => loopback_state "Loopback state": LoopBackState,
            /// Replication factor.
            0x10 => replication_factor "Replication factor": u32,
        }
    }

    /// Tells what the host can do.
    pub mod set_capability "Set Capability" = 0x0030 {
        request {
            /// Endpoint of the data path.
            0x01 required => endpoint_info: EndpointInfo,
            /// Ethernet PDU capability.
            0x15 => ethernet_pdu_capability "Ethernet PDU Capability": bool,
        }
        response {
            /// Ethernet PDU capability.
            0x15 success => ethernet_pdu_capability "Ethernet PDU Capability": bool,
        }
    }

    /// Asks for the ethernet configuration.
    pub mod get_ethernet_config "Get Ethernet Config" = 0x0033 {
        request {}
        response {
            /// Hardware configuration.
            0x10 success => hardware_config: EthernetHardwareConfig,
        }
    }
}
