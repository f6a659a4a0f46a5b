//! IMS: settings of the IMS client in the modem: voice and messages over LTE. On devices with two cards bind first.

use crate::service::Service;
use crate::text::Str;

crate::open_enum! {
    /// Call mode preference.
    pub struct CallModePreference(u8) {
        /// None.
        NONE = 0,
        /// Cellular.
        CELLULAR = 1,
        /// Wi-Fi.
        WIFI = 2,
        /// Wi-Fi only.
        WIFI_ONLY = 3,
        /// Cellular only.
        CELLULAR_ONLY = 4,
        /// IMS.
        IMS = 5,
    }
}

crate::qmi_service! {
    Service::IMS, "IMS";

    /// Sets the IMS policy manager settings.
    pub mod set_ims_policy_manager_settings "Set IMS Policy Manager Settings" = 0x0047 {
        request {
            /// ACS priority.
            0x14 => acs_priority "ACS Priority": u8,
            /// ISIM priority.
            0x15 => isim_priority "ISIM Priority": u8,
            /// NV priority.
            0x16 => nv_priority "NV Priority": u8,
            /// PCO priority.
            0x17 => pco_priority "PCO Priority": u8,
            /// Service mask.
            0x18 => service_mask: u64,
            /// APNS.
            0x19 => apns "APNS": [Str<'a>; 6],
        }
        response {
            /// IMS settings error.
            0x10 => ims_settings_error "IMS Settings Error": u32,
        }
    }

    /// Asks for the IMS policy manager settings.
    pub mod get_ims_policy_manager_settings "Get IMS Policy Manager Settings" = 0x0048 {
        request {}
        response {
            /// IMS settings error.
            0x10 => ims_settings_error "IMS Settings Error": u32,
            /// ACS priority.
            0x15 => acs_priority "ACS Priority": u8,
            /// ISIM priority.
            0x16 => isim_priority "ISIM Priority": u8,
            /// NV priority.
            0x17 => nv_priority "NV Priority": u8,
            /// PCO priority.
            0x18 => pco_priority "PCO Priority": u8,
            /// Service mask.
            0x19 => service_mask: u64,
            /// APNS.
            0x1a => apns "APNS": [Str<'a>; 6],
        }
    }

    /// The settings of the policy manager have changed.
    pub mod ims_policy_manager_settings_indication "IMS Policy Manager Settings Ind" = 0x0049 {
        indication {
            /// ACS priority.
            0x14 => acs_priority "ACS Priority": u8,
            /// ISIM priority.
            0x15 => isim_priority "ISIM Priority": u8,
            /// NV priority.
            0x16 => nv_priority "NV Priority": u8,
            /// PCO priority.
            0x17 => pco_priority "PCO Priority": u8,
            /// Service mask.
            0x18 => service_mask: u64,
            /// APNS.
            0x19 => apns "APNS": [Str<'a>; 6],
        }
    }

    /// Sets the IMS services enabled setting.
    pub mod set_ims_services_enabled_setting "Set IMS Services Enabled Setting" = 0x008f {
        request {
            /// IMS voice over LTE enable.
            0x10 => ims_voice_over_lte_enable "IMS Voice Over LTE Enable": bool,
            /// IMS video telephony service enable.
            0x11 => ims_video_telephony_service_enable "IMS Video Telephony Service Enable": bool,
            /// IMS voice Wi-Fi service enable.
            0x14 => ims_voice_wifi_service_enable "IMS Voice WiFi Service Enable": bool,
            /// IMS call mode preference.
            0x15 => ims_call_mode_preference "IMS Call Mode Preference": CallModePreference,
            /// IMS service enabled.
            0x18 => ims_service_enabled "IMS Service Enabled": bool,
            /// IMS UT service enable.
            0x19 => ims_ut_service_enable "IMS UT Service Enable": bool,
            /// IMS SMS service enable.
            0x1a => ims_sms_service_enable "IMS SMS Service Enable": bool,
            /// IMS USSD service enabled.
            0x1c => ims_ussd_service_enabled "IMS USSD Service Enabled": bool,
            /// IMS presence enabled.
            0x1e => ims_presence_enabled "IMS Presence Enabled": bool,
            /// IMS autoconfig enabled.
            0x1f => ims_autoconfig_enabled "IMS Autoconfig Enabled": bool,
            /// IMS XDM client enabled.
            0x20 => ims_xdm_client_enabled "IMS XDM Client Enabled": bool,
            /// IMS RCS enabled.
            0x21 => ims_rcs_enabled "IMS RCS Enabled": bool,
            /// IMS carrier configuration.
            0x25 => ims_carrier_config "IMS Carrier Config": bool,
        }
        response {}
    }

    /// Asks for the IMS services enabled setting.
    pub mod get_ims_services_enabled_setting "Get IMS Services Enabled Setting" = 0x0090 {
        request {}
        response {
            /// IMS voice service enabled.
            0x11 success => ims_voice_service_enabled "IMS Voice Service Enabled": bool,
            /// IMS video telephony service enabled.
            0x12 success => ims_video_telephony_service_enabled "IMS Video Telephony Service Enabled": bool,
            /// IMS voice Wi-Fi service enabled.
            0x15 success => ims_voice_wifi_service_enabled "IMS Voice WiFi Service Enabled": bool,
            /// IMS registration service enabled.
            0x18 success => ims_registration_service_enabled "IMS Registration Service Enabled": bool,
            /// IMS UT service enabled.
            0x19 success => ims_ut_service_enabled "IMS UT Service Enabled": bool,
            /// IMS SMS service enabled.
            0x1a success => ims_sms_service_enabled "IMS SMS Service Enabled": bool,
            /// IMS USSD service enabled.
            0x1c success => ims_ussd_service_enabled "IMS USSD Service Enabled": bool,
        }
    }

    /// Which services are enabled has changed.
    pub mod ims_services_enabled_setting_indication "IMS Services Enabled Setting" = 0x0091 {
        indication {
            /// IMS voice over LTE enable.
            0x10 => ims_voice_over_lte_enable "IMS Voice Over LTE Enable": bool,
            /// IMS video telephony service enable.
            0x11 => ims_video_telephony_service_enable "IMS Video Telephony Service Enable": bool,
            /// IMS voice Wi-Fi service enable.
            0x14 => ims_voice_wifi_service_enable "IMS Voice WiFi Service Enable": bool,
            /// IMS service enabled.
            0x18 => ims_service_enabled "IMS Service Enabled": bool,
            /// IMS UT service enable.
            0x19 => ims_ut_service_enable "IMS UT Service Enable": bool,
            /// IMS SMS service enable.
            0x1a => ims_sms_service_enable "IMS SMS Service Enable": bool,
            /// IMS USSD service enabled.
            0x1c => ims_ussd_service_enabled "IMS USSD Service Enabled": bool,
            /// IMS presence enabled.
            0x1e => ims_presence_enabled "IMS Presence Enabled": bool,
            /// IMS autoconfig enabled.
            0x1f => ims_autoconfig_enabled "IMS Autoconfig Enabled": bool,
            /// IMS XDM client enabled.
            0x20 => ims_xdm_client_enabled "IMS XDM Client Enabled": bool,
            /// IMS RCS enabled.
            0x21 => ims_rcs_enabled "IMS RCS Enabled": bool,
            /// IMS carrier configuration.
            0x25 => ims_carrier_config "IMS Carrier Config": bool,
        }
    }

    /// Binds this client to a subscription.
    pub mod bind "Bind" = 0x0098 {
        request {
            /// Binding.
            0x01 required => binding: u32,
        }
        response {}
    }
}
