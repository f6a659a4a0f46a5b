//! IMSA: whether the IMS client in the modem is registered, and what it can do. On devices with two cards bind first.

use crate::service::Service;
use crate::text::Rest;

crate::open_enum! {
    /// IMS registration status.
    pub struct ImsRegistrationStatus(u32) {
        /// Not registered.
        NOT_REGISTERED = 0,
        /// Registering.
        REGISTERING = 1,
        /// Registered.
        REGISTERED = 2,
        /// Limited registered.
        LIMITED_REGISTERED = 3,
    }
}

crate::open_enum! {
    /// Registration technology.
    pub struct RegistrationTechnology(u32) {
        /// WLAN.
        WLAN = 0,
        /// WWAN.
        WWAN = 1,
        /// Interworking WLAN.
        INTERWORKING_WLAN = 2,
    }
}

crate::open_enum! {
    /// Service status.
    pub struct ServiceStatus(u32) {
        /// Unavailable.
        UNAVAILABLE = 0,
        /// Limited.
        LIMITED = 1,
        /// Available.
        AVAILABLE = 2,
    }
}

crate::qmi_service! {
    Service::IMSA, "IMSA";

    /// Asks whether the IMS client is registered.
    pub mod get_ims_registration_status "Get IMS Registration Status" = 0x0020 {
        request {}
        response {
            /// IMS registration status.
            0x12 success => ims_registration_status "IMS Registration Status": ImsRegistrationStatus,
            /// IMS registration error code.
            0x11 success => ims_registration_error_code "IMS Registration Error Code": u16,
            /// IMS registration error message.
            0x13 success => ims_registration_error_message "IMS Registration Error Message": Rest<'a>,
            /// IMS registration technology.
            0x14 success => ims_registration_technology "IMS Registration Technology": RegistrationTechnology,
        }
    }

    /// Asks which services the IMS client offers.
    pub mod get_ims_services_status "Get IMS Services Status" = 0x0021 {
        request {}
        response {
            /// IMS SMS service status.
            0x10 success => ims_sms_service_status "IMS SMS Service Status": ServiceStatus,
            /// IMS voice service status.
            0x11 success => ims_voice_service_status "IMS Voice Service Status": ServiceStatus,
            /// IMS video telephony service status.
            0x12 success => ims_video_telephony_service_status "IMS Video Telephony Service Status": ServiceStatus,
            /// IMS SMS service registration technology.
            0x13 success => ims_sms_service_registration_technology "IMS SMS Service Registration Technology": RegistrationTechnology,
            /// IMS voice service registration technology.
            0x14 success => ims_voice_service_registration_technology "IMS Voice Service Registration Technology": RegistrationTechnology,
            /// IMS video telephony service registration technology.
            0x15 success => ims_video_telephony_service_registration_technology "IMS Video Telephony Service Registration Technology": RegistrationTechnology,
            /// IMS device to TAS service status.
            0x16 success => ims_ue_to_tas_service_status "IMS UE to TAS Service Status": ServiceStatus,
            /// IMS device to TAS service registration technology.
            0x17 success => ims_ue_to_tas_service_registration_technology "IMS UE to TAS Service Registration Technology": RegistrationTechnology,
            /// IMS video share service status.
            0x18 success => ims_video_share_service_status "IMS Video Share Service Status": ServiceStatus,
            /// IMS video share service registration technology.
            0x19 success => ims_video_share_service_registration_technology "IMS Video Share Service Registration Technology": RegistrationTechnology,
        }
    }

    /// Chooses which indications this client gets.
    pub mod register_indications "Register Indications" = 0x0022 {
        request {
            /// IMS registration status changed.
            0x10 => ims_registration_status_changed "IMS Registration Status Changed": bool,
            /// IMS services status changed.
            0x11 => ims_services_status_changed "IMS Services Status Changed": bool,
        }
        response {}
    }

    /// Whether the IMS client is registered has changed.
    pub mod ims_registration_status_changed_indication "IMS Registration Status Changed" = 0x0023 {
        indication {
            /// IMS registration status.
            0x11 => ims_registration_status "IMS Registration Status": ImsRegistrationStatus,
            /// IMS registration error code.
            0x10 => ims_registration_error_code "IMS Registration Error Code": u16,
            /// IMS registration error message.
            0x12 => ims_registration_error_message "IMS Registration Error Message": Rest<'a>,
            /// IMS registration technology.
            0x13 => ims_registration_technology "IMS Registration Technology": RegistrationTechnology,
        }
    }

    /// Which services the IMS client offers has changed.
    pub mod ims_services_status_changed_indication "IMS Services Status Changed" = 0x0024 {
        indication {
            /// IMS SMS service status.
            0x10 => ims_sms_service_status "IMS SMS Service Status": ServiceStatus,
            /// IMS voice service status.
            0x11 => ims_voice_service_status "IMS Voice Service Status": ServiceStatus,
            /// IMS video telephony service status.
            0x12 => ims_video_telephony_service_status "IMS Video Telephony Service Status": ServiceStatus,
            /// IMS SMS service registration technology.
            0x13 => ims_sms_service_registration_technology "IMS SMS Service Registration Technology": RegistrationTechnology,
            /// IMS voice service registration technology.
            0x14 => ims_voice_service_registration_technology "IMS Voice Service Registration Technology": RegistrationTechnology,
            /// IMS video telephony service registration technology.
            0x15 => ims_video_telephony_service_registration_technology "IMS Video Telephony Service Registration Technology": RegistrationTechnology,
            /// IMS device to TAS service status.
            0x16 => ims_ue_to_tas_service_status "IMS UE to TAS Service Status": ServiceStatus,
            /// IMS device to TAS service registration technology.
            0x17 => ims_ue_to_tas_service_registration_technology "IMS UE to TAS Service Registration Technology": RegistrationTechnology,
            /// IMS video share service status.
            0x18 => ims_video_share_service_status "IMS Video Share Service Status": ServiceStatus,
            /// IMS video share service registration technology.
            0x19 => ims_video_share_service_registration_technology "IMS Video Share Service Registration Technology": RegistrationTechnology,
        }
    }

    /// Binds this client to a subscription.
    pub mod bind "Bind" = 0x0033 {
        request {
            /// Binding.
            0x10 => binding: u32,
        }
        response {}
    }

    /// Asks to which subscription this client is bound.
    pub mod get_bind "Get Bind" = 0x0034 {
        request {}
        response {
            /// Binding.
            0x10 => binding: u32,
        }
    }
}
