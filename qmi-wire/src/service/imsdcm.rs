//! IMSDCM: data connections for an IMS client outside the modem. The number of the service needs 16 bits: not over
//! QMUX.

use crate::service::Service;
use crate::text::Str;

crate::open_enum! {
    /// APN type.
    pub struct ApnType "QmiImsDcmApnType" (u32) {
        /// IMS.
        IMS = 0,
        /// Internet.
        INTERNET = 1,
        /// Emergency.
        EMERGENCY = 2,
        /// RCS.
        RCS = 3,
        /// UT.
        UT = 4,
        /// WLAN.
        WLAN = 5,
    }
}

crate::open_enum! {
    /// Instance ID.
    pub struct InstanceId "QmiImsDcmInstanceId" (u32) {
        /// Global.
        GLOBAL = 1,
        /// Id1.
        ID1 = 2,
        /// Id2.
        ID2 = 3,
        /// None.
        NONE = 255,
    }
}

crate::open_enum! {
    /// IP family.
    pub struct IpFamily "QmiImsDcmIpFamiliy" (u32) {
        /// V4.
        V4 = 0,
        /// V6.
        V6 = 1,
    }
}

crate::open_enum! {
    /// RAT type.
    pub struct RatType "QmiImsDcmRatType" (u32) {
        /// eHRPD.
        EHPRD = 0,
        /// LTE.
        LTE = 1,
        /// EPC.
        EPC = 2,
        /// WLAN.
        WLAN = 3,
    }
}

crate::wire_struct! {
    /// Connection parameters.
    pub struct ConnectionParameters<'a> {
        /// Access point name.
        apn: Str<'a>,
        /// APN type.
        apn_type: ApnType,
        /// RAT type.
        rat_type: RatType,
        /// IP version.
        ip_family: IpFamily,
        /// WDS profile number.
        wds_profile_number: u32,
    }
}

crate::wire_struct! {
    /// Result.
    pub struct ResultInfo {
        /// Error status.
        error_status: u16,
        /// Error code.
        error_code: u16,
    }
}

crate::wire_struct! {
    /// Address information.
    pub struct AddressInfo<'a> {
        /// IP version.
        ip_family: IpFamily,
        /// Address.
        address: Str<'a>,
    }
}

crate::qmi_service! {
    Service::IMSDCM, "IMSDCM";

    /// Asks for a data connection.
    pub mod pdp_activate_request "PDP Activate Request" = 0x0020 {
        request {
            /// Connection parameters.
            0x01 required => connection_parameters: ConnectionParameters<'a>,
            /// PDP request sequence number.
            0x10 => pdp_request_sequence_number "PDP Request Sequence Number": u32,
            /// PDP subscription ID.
            0x11 => pdp_subscription_id "PDP Subscription Id": u32,
            /// PDP slot ID.
            0x12 => pdp_slot_id "PDP Slot Id": u32,
            /// Instance ID.
            0x13 => instance_id: InstanceId,
        }
        response {
            /// PDP ID.
            0x10 => pdp_id "PDP Id": u8,
            /// PDP request sequence number.
            0x11 => pdp_request_sequence_number "PDP Request Sequence Number": u32,
            /// Instance ID.
            0x12 => instance_id: InstanceId,
        }
    }

    /// How the data connection came up.
    pub mod pdp_activate_indication "PDP Activate" = 0x0020 {
        indication {
            /// Result.
            0x02 required => outcome "Result": ResultInfo,
            /// PDP ID.
            0x01 required => pdp_id "PDP Id": u8,
            /// PDP request sequence number.
            0x10 => pdp_request_sequence_number "PDP Request Sequence Number": u32,
            /// Address information.
            0x11 => address_info: AddressInfo<'a>,
            /// Instance ID.
            0x12 => instance_id: InstanceId,
        }
    }

    /// Ends a data connection.
    pub mod pdp_deactivate_request "PDP Deactivate Request" = 0x0021 {
        request {
            /// PDP ID.
            0x01 required => pdp_id "PDP Id": u8,
            /// Instance ID.
            0x10 => instance_id: InstanceId,
        }
        response {
            /// PDP ID.
            0x10 always => pdp_id "PDP Id": u8,
            /// Instance ID.
            0x11 => instance_id: InstanceId,
        }
    }
}
