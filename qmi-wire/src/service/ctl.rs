//! CTL, the control service: which services there are, allocating and releasing clients, synchronising.
//!
//! All its messages go to client 0. The messages above 0xFF00 are for a proxy on the same machine, or for what stands
//! in for this service over QRTR; a modem refuses them.

use crate::field::As;
use crate::list::List;
use crate::service::Service;
use crate::text::{Rest, Str};

crate::open_enum! {
    /// Whether packets of the data path have a header for quality of service.
    pub struct DataFormat(u8) {
        /// QoS flow header absent.
        QOS_FLOW_HEADER_ABSENT = 0,
        /// QoS flow header present.
        QOS_FLOW_HEADER_PRESENT = 1,
    }
}

crate::open_enum! {
    /// What a packet of the data path begins with.
    pub struct DataLinkProtocol(u16) {
        /// Not known.
        UNKNOWN = 0,
        /// Ethernet (802.3).
        _802_3 = 1,
        /// Raw IP.
        RAW_IP = 2,
    }
}

crate::wire_struct! {
    /// Service.
    pub struct ServiceInfo {
        /// The service.
        service: As<Service, u8>,
        /// Major version.
        major_version: u16,
        /// Minor version.
        minor_version: u16,
    }
}

crate::wire_struct! {
    /// Allocation information.
    pub struct AllocationInfo {
        /// The service.
        service: As<Service, u8>,
        /// Client number.
        cid: u8,
    }
}

crate::wire_struct! {
    /// Release information.
    pub struct ReleaseInfo {
        /// The service.
        service: As<Service, u8>,
        /// Client number.
        cid: u8,
    }
}

crate::wire_struct! {
    /// Allocation information.
    pub struct WideAllocationInfo {
        /// The service.
        service: Service,
        /// Client number.
        cid: u8,
    }
}

crate::wire_struct! {
    /// Release information.
    pub struct WideReleaseInfo {
        /// The service.
        service: Service,
        /// Client number.
        cid: u8,
    }
}

crate::qmi_service! {
    Service::CTL, "CTL";

    /// Tells the modem which of several hosts this is, and asks for the number of the link.
    pub mod set_instance_id "Set Instance ID" = 0x0020 {
        request {
            /// ID.
            0x01 required => id "ID": u8,
        }
        response {
            /// Link ID.
            0x01 required => link_id "Link ID": u16,
        }
    }

    /// Asks which services there are, and in which versions. A modem answers this first after a start: ask again in
    /// short intervals.
    pub mod get_version_info "Get Version Info" = 0x0021 {
        request {}
        response {
            /// The services and their versions.
            0x01 required => service_list "Service list": List<'a, ServiceInfo>,
            /// Maker and version of the firmware, on some devices.
            0x10 => vendor: Str<'a>,
        }
    }

    /// Asks for a client of a service. Compare the service in the answer: it may answer an earlier request.
    pub mod allocate_cid "Allocate CID" = 0x0022 {
        request {
            /// The service.
            0x01 required => service: As<Service, u8>,
        }
        response {
            /// The client.
            0x01 required => allocation_info: AllocationInfo,
        }
    }

    /// Gives a client back. All it registered for and started is gone with it.
    pub mod release_cid "Release CID" = 0x0023 {
        request {
            /// The client.
            0x01 required => release_info: ReleaseInfo,
        }
        response {
            /// The client.
            0x01 required => release_info: ReleaseInfo,
        }
    }

    /// Sets the format of the data path. Obsolete where the service WDA exists.
    pub mod set_data_format "Set Data Format" = 0x0026 {
        request {
            /// What kind of unit it is.
            0x01 required => format: DataFormat,
            /// Protocol.
            0x10 => protocol: DataLinkProtocol,
        }
        response {
            /// Protocol.
            0x10 required => protocol: DataLinkProtocol,
        }
    }

    /// Releases all clients of all programs, as after a crash.
    pub mod sync "Sync" = 0x0027 {
        request {}
        response {}
    }

    /// The modem has (re)started: all clients are void.
    pub mod sync_indication "Sync" = 0x0027 {
        indication {}
    }

    /// Opens the device of that path. For a proxy on the same machine; a modem refuses it.
    pub mod internal_proxy_open "Internal Proxy Open" = 0xff00 {
        request {
            /// Path of the device.
            0x01 required => device_path: Rest<'a>,
        }
        response {}
    }

    /// As [`allocate_cid`], for services whose number needs 16 bits. For a proxy; a modem refuses it.
    pub mod internal_allocate_cid_qrtr "Internal Allocate CID QRTR" = 0xff22 {
        request {
            /// The service.
            0x01 required => service: Service,
        }
        response {
            /// The client.
            0x01 required => allocation_info: WideAllocationInfo,
        }
    }

    /// As [`release_cid`], for services whose number needs 16 bits. For a proxy; a modem refuses it.
    pub mod internal_release_cid_qrtr "Internal Release CID QRTR" = 0xff23 {
        request {
            /// The client.
            0x01 required => release_info: WideReleaseInfo,
        }
        response {
            /// The client.
            0x01 required => release_info: WideReleaseInfo,
        }
    }
}
