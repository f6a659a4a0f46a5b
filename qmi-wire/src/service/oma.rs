//! OMA: device management sessions with a carrier's server.

use crate::service::Service;

crate::open_enum! {
    /// HFA feature done state.
    pub struct HfaFeatureDoneState(u8) {
        /// None.
        NONE = 0,
        /// Succeeded.
        SUCCEEDED = 1,
        /// Failed.
        FAILED = 2,
    }
}

crate::open_enum! {
    /// Session failed reason.
    pub struct SessionFailedReason(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Network unavailable.
        NETWORK_UNAVAILABLE = 1,
        /// Server unavailable.
        SERVER_UNAVAILABLE = 2,
        /// Authentication failed.
        AUTHENTICATION_FAILED = 3,
        /// Greatest retry exceeded.
        MAX_RETRY_EXCEEDED = 4,
        /// Session cancelled.
        SESSION_CANCELLED = 5,
    }
}

crate::open_enum! {
    /// Session state.
    pub struct SessionState(u8) {
        /// Complete information updated.
        COMPLETE_INFORMATION_UPDATED = 0,
        /// Complete updated information unavailable.
        COMPLETE_UPDATED_INFORMATION_UNAVAILABLE = 1,
        /// Failed.
        FAILED = 2,
        /// Retrying.
        RETRYING = 3,
        /// Connecting.
        CONNECTING = 4,
        /// Connected.
        CONNECTED = 5,
        /// Authenticated.
        AUTHENTICATED = 6,
        /// MDN downloaded.
        MDN_DOWNLOADED = 7,
        /// Msid downloaded.
        MSID_DOWNLOADED = 8,
        /// PRL downloaded.
        PRL_DOWNLOADED = 9,
        /// Mip profile downloaded.
        MIP_PROFILE_DOWNLOADED = 10,
    }
}

crate::open_enum! {
    /// Session type.
    pub struct SessionType(u8) {
        /// Client initiated device configure.
        CLIENT_INITIATED_DEVICE_CONFIGURE = 0,
        /// Client initiated PRL update.
        CLIENT_INITIATED_PRL_UPDATE = 1,
        /// Client initiated hands free activation.
        CLIENT_INITIATED_HANDS_FREE_ACTIVATION = 2,
        /// Device initiated hands free activation.
        DEVICE_INITIATED_HANDS_FREE_ACTIVATION = 3,
        /// Network initiated PRL update.
        NETWORK_INITIATED_PRL_UPDATE = 4,
        /// Network initiated device configure.
        NETWORK_INITIATED_DEVICE_CONFIGURE = 5,
        /// Device initiated PRL update.
        DEVICE_INITIATED_PRL_UPDATE = 6,
    }
}

crate::wire_struct! {
    /// Network initiated alert.
    pub struct NetworkInitiatedAlert {
        /// On which application of which card.
        session_type: SessionType,
        /// Number of the session, chosen by the host.
        session_id: u16,
    }
}

crate::wire_struct! {
    /// Session information.
    pub struct SessionInfo {
        /// Session state.
        session_state: SessionState,
        /// On which application of which card.
        session_type: SessionType,
    }
}

crate::wire_struct! {
    /// Retry information.
    pub struct RetryInfo {
        /// Retry count.
        retry_count: u8,
        /// Retry pause timer.
        retry_pause_timer: u16,
        /// Retry pause timer remaining.
        retry_pause_timer_remaining: u16,
    }
}

crate::wire_struct! {
    /// Network initiated alert selection.
    pub struct NetworkInitiatedAlertSelection {
        /// Control point selection accept.
        control_point_selection_accept: bool,
        /// Number of the session, chosen by the host.
        session_id: u16,
    }
}

crate::qmi_service! {
    Service::OMA, "OMA";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Chooses which events this client is told. What is not named stays.
    pub mod set_event_report "Set Event Report" = 0x0001 {
        request {
            /// Network initiated alert reporting.
            0x10 => network_initiated_alert_reporting: bool,
            /// Session state reporting.
            0x11 => session_state_reporting: bool,
        }
        response {}
    }

    /// The server asks for a selection, or a session has changed.
    pub mod event_report_indication "Event Report" = 0x0001 {
        indication {
            /// Network initiated alert.
            0x10 => network_initiated_alert: NetworkInitiatedAlert,
            /// Session state.
            0x11 => session_state: SessionState,
            /// Session fail reason.
            0x12 => session_fail_reason: SessionFailedReason,
        }
    }

    /// Starts a session with the carrier's server.
    pub mod start_session "Start Session" = 0x0020 {
        request {
            /// On which application of which card.
            0x10 => session_type: SessionType,
        }
        response {}
    }

    /// Calls the session off.
    pub mod cancel_session "Cancel Session" = 0x0021 {
        request {}
        response {}
    }

    /// Asks for the session information.
    pub mod get_session_info "Get Session Info" = 0x0022 {
        request {}
        response {
            /// Session information.
            0x10 success => session_info: SessionInfo,
            /// Session failed reason. If the session failed.
            0x11 "session_info_session_state == QmiOmaSessionState.Failed" => session_failed_reason: SessionFailedReason,
            /// Retry information.
            0x12 success => retry_info: RetryInfo,
            /// Network initiated alert.
            0x13 success => network_initiated_alert: NetworkInitiatedAlert,
        }
    }

    /// Answers what the server asked the user.
    pub mod send_selection "Send Selection" = 0x0023 {
        request {
            /// Network initiated alert selection.
            0x10 => network_initiated_alert_selection: NetworkInitiatedAlertSelection,
        }
        response {}
    }

    /// Asks for the feature setting.
    pub mod get_feature_setting "Get Feature Setting" = 0x0024 {
        request {}
        response {
            /// Device provisioning service update configuration.
            0x10 success => device_provisioning_service_update_config: bool,
            /// PRL update service configuration.
            0x11 success => prl_update_service_config "PRL Update Service Config": bool,
            /// HFA feature configuration.
            0x12 success => hfa_feature_config "HFA Feature Config": bool,
            /// HFA feature done state.
            0x13 success => hfa_feature_done_state "HFA Feature Done State": HfaFeatureDoneState,
        }
    }

    /// Sets the feature setting.
    pub mod set_feature_setting "Set Feature Setting" = 0x0025 {
        request {
            /// Device provisioning service update configuration.
            0x10 => device_provisioning_service_update_config: bool,
            /// PRL update service configuration.
            0x11 => prl_update_service_config "PRL Update Service Config": bool,
            /// HFA feature configuration.
            0x12 => hfa_feature_config "HFA Feature Config": bool,
        }
        response {}
    }
}
