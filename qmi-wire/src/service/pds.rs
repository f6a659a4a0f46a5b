//! PDS: the older positioning service.

use crate::field::Ipv4;
use crate::service::Service;
use crate::text::{Bytes, Rest, Str};

crate::flags! {
    /// Which values of a position are valid.
    pub struct DataValid(u32) {
        /// Timestamp calendar.
        TIMESTAMP_CALENDAR = 1 << 0,
        /// Timestamp UTC.
        TIMESTAMP_UTC = 1 << 1,
        /// Leap seconds.
        LEAP_SECONDS = 1 << 2,
        /// Time uncertainty.
        TIME_UNCERTAINTY = 1 << 3,
        /// Latitude.
        LATITUDE = 1 << 4,
        /// Longitude.
        LONGITUDE = 1 << 5,
        /// Ellipsoid altitude.
        ELLIPSOID_ALTITUDE = 1 << 6,
        /// Mean sea level altitude.
        MEAN_SEA_LEVEL_ALTITUDE = 1 << 7,
        /// Horizontal speed.
        HORIZONTAL_SPEED = 1 << 8,
        /// Vertical speed.
        VERTICAL_SPEED = 1 << 9,
        /// Heading.
        HEADING = 1 << 10,
        /// Horizontal uncertainty circular.
        HORIZONTAL_UNCERTAINTY_CIRCULAR = 1 << 11,
        /// Horizontal uncertainty ellipse semi major.
        HORIZONTAL_UNCERTAINTY_ELLIPSE_SEMI_MAJOR = 1 << 12,
        /// Horizontal uncertainty ellipse semi minor.
        HORIZONTAL_UNCERTAINTY_ELLIPSE_SEMI_MINOR = 1 << 13,
        /// Horizontal uncertainty ellipse orient azimuth.
        HORIZONTAL_UNCERTAINTY_ELLIPSE_ORIENT_AZIMUTH = 1 << 14,
        /// Vertical uncertainty.
        VERTICAL_UNCERTAINTY = 1 << 15,
        /// Horizontal velocity uncertainty.
        HORIZONTAL_VELOCITY_UNCERTAINTY = 1 << 16,
        /// Vertical velocity uncertainty.
        VERTICAL_VELOCITY_UNCERTAINTY = 1 << 17,
        /// Horizontal confidence.
        HORIZONTAL_CONFIDENCE = 1 << 18,
        /// Position DOP.
        POSITION_DOP = 1 << 19,
        /// Horizontal DOP.
        HORIZONTAL_DOP = 1 << 20,
        /// Vertical DOP.
        VERTICAL_DOP = 1 << 21,
        /// Operating mode.
        OPERATING_MODE = 1 << 22,
    }
}

crate::open_enum! {
    /// Network mode.
    pub struct NetworkMode(u8) {
        /// UMTS.
        UMTS = 0,
        /// CDMA.
        CDMA = 1,
    }
}

crate::open_enum! {
    /// Operating mode.
    pub struct OperatingMode(u8) {
        /// Standalone.
        STANDALONE = 0,
        /// Mobile station based.
        MS_BASED = 1,
        /// Mobile station assisted.
        MS_ASSISTED = 2,
    }
}

crate::open_enum! {
    /// Operation mode.
    pub struct OperationMode(i8) {
        /// Not known.
        UNKNOWN = -1,
        /// Standalone.
        STANDALONE = 0,
        /// Mobile station based.
        MS_BASED = 1,
        /// Mobile station assisted.
        MS_ASSISTED = 2,
    }
}

crate::open_enum! {
    /// Position session status.
    pub struct PositionSessionStatus(u8) {
        /// Success.
        SUCCESS = 0,
        /// In progress.
        IN_PROGRESS = 1,
        /// General failure.
        GENERAL_FAILURE = 2,
        /// Timeout.
        TIMEOUT = 3,
        /// User ended session.
        USER_ENDED_SESSION = 4,
        /// Bad parameter.
        BAD_PARAMETER = 5,
        /// Phone offline.
        PHONE_OFFLINE = 6,
        /// Engine locked.
        ENGINE_LOCKED = 7,
        /// E911 session in progress.
        E911_SESSION_IN_PROGRESS = 8,
    }
}

crate::open_enum! {
    /// Tracking session state.
    pub struct TrackingSessionState(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Inactive.
        INACTIVE = 1,
        /// Active.
        ACTIVE = 2,
    }
}

crate::wire_struct! {
    /// Extended NMEA position.
    pub struct ExtendedNmeaPosition<'a> {
        /// Operation mode.
        operation_mode: OperationMode,
        /// NMEA.
        nmea: Str<'a, u16, 200>,
    }
}

crate::wire_struct! {
    /// State.
    pub struct State {
        /// GPS service state.
        gps_service_state: bool,
        /// Tracking session state.
        tracking_session_state: TrackingSessionState,
    }
}

crate::wire_struct! {
    /// State.
    pub struct SetGpsServiceStateState {
        /// GPS service state.
        gps_service_state: bool,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct DefaultTrackingSessionInfo {
        /// Session operation.
        session_operation: OperatingMode,
        /// Position data timeout.
        position_data_timeout: u8,
        /// Interval.
        interval: u32,
        /// Accuracy threshold.
        accuracy_threshold: u32,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SetDefaultTrackingSessionInfo {
        /// Session operation.
        session_operation: OperatingMode,
        /// Position data timeout.
        position_data_timeout: u8,
        /// Interval.
        interval: u32,
        /// Accuracy threshold.
        accuracy_threshold: u32,
    }
}

crate::wire_struct! {
    /// Location server address.
    pub struct LocationServerAddress {
        /// IP.
        ip: Ipv4,
        /// Port.
        port: u32,
    }
}

crate::wire_struct! {
    /// State.
    pub struct GetAutoTrackingStateState {
        /// Auto tracking state.
        auto_tracking_state: bool,
    }
}

crate::wire_struct! {
    /// State.
    pub struct SetAutoTrackingStateState {
        /// Auto tracking state.
        auto_tracking_state: bool,
    }
}

crate::qmi_service! {
    Service::PDS, "PDS";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Chooses which events this client is told. What is not named stays.
    pub mod set_event_report "Set Event Report" = 0x0001 {
        request {
            /// NMEA position reporting.
            0x10 => nmea_position_reporting "NMEA Position Reporting": bool,
            /// Extended NMEA position reporting.
            0x11 => extended_nmea_position_reporting "Extended NMEA Position Reporting": bool,
            /// Parsed position reporting.
            0x12 => parsed_position_reporting: bool,
            /// External XTRA data request reporting.
            0x13 => external_xtra_data_request_reporting "External XTRA Data Request Reporting": bool,
            /// External time injection request reporting.
            0x14 => external_time_injection_request_reporting: bool,
            /// External Wi-Fi position request reporting.
            0x15 => external_wifi_position_request_reporting "External WIFI Position Request Reporting": bool,
            /// Satellite information reporting.
            0x16 => satellite_information_reporting: bool,
            /// VX network initiated request reporting.
            0x17 => vx_network_initiated_request_reporting "VX Network Initiated Request Reporting": bool,
            /// SUPL network initiated prompt reporting.
            0x18 => supl_network_initiated_prompt_reporting "SUPL Network Initiated Prompt Reporting": bool,
            /// UMTS CP network initiated prompt reporting.
            0x19 => umts_cp_network_initiated_prompt_reporting "UMTS CP Network Initiated Prompt Reporting": bool,
            /// PDS communication event reporting.
            0x1a => pds_comm_event_reporting "PDS Comm Event Reporting": bool,
            /// Accelerometer data streaming ready reporting.
            0x1b => accelerometer_data_streaming_ready_reporting: bool,
            /// Gyroscope data streaming ready reporting.
            0x1c => gyro_data_streaming_ready_reporting: bool,
            /// Time sync request reporting.
            0x1d => time_sync_request_reporting: bool,
            /// Position reliability indicator reporting.
            0x1e => position_reliability_indicator_reporting: bool,
            /// Sensor data usage indicator reporting.
            0x1f => sensor_data_usage_indicator_reporting: bool,
            /// Time source information reporting.
            0x20 => time_source_information_reporting: bool,
            /// Heading uncertainty reporting.
            0x21 => heading_uncertainty_reporting: bool,
            /// NMEA debug strings reporting.
            0x22 => nmea_debug_strings_reporting "NMEA Debug Strings Reporting": bool,
            /// Extended external XTRA data request reporting.
            0x23 => extended_external_xtra_data_request_reporting "Extended External XTRA Data Request Reporting": bool,
        }
        response {}
    }

    /// What was asked for with the message of the same number.
    pub mod event_report_indication "Event Report" = 0x0001 {
        indication {
            /// NMEA position.
            0x10 => nmea_position "NMEA Position": Rest<'a, 200>,
            /// Extended NMEA position.
            0x11 => extended_nmea_position "Extended NMEA Position": ExtendedNmeaPosition<'a>,
            /// Position session status.
            0x12 => position_session_status: PositionSessionStatus,
        }
    }

    /// Asks for the GPS service state.
    pub mod get_gps_service_state "Get GPS Service State" = 0x0020 {
        request {}
        response {
            /// State.
            0x01 required => state: State,
        }
    }

    /// Sets the GPS service state.
    pub mod set_gps_service_state "Set GPS Service State" = 0x0021 {
        request {
            /// State.
            0x01 required => state: SetGpsServiceStateState,
        }
        response {}
    }

    /// Asks for the default tracking session.
    pub mod get_default_tracking_session "Get Default Tracking Session" = 0x0029 {
        request {}
        response {
            /// Information.
            0x01 required => info: DefaultTrackingSessionInfo,
        }
    }

    /// Sets the default tracking session.
    pub mod set_default_tracking_session "Set Default Tracking Session" = 0x002a {
        request {
            /// Information.
            0x01 required => info: SetDefaultTrackingSessionInfo,
        }
        response {}
    }

    /// Asks for the A-GPS configuration.
    pub mod get_agps_config "Get AGPS Config" = 0x002e {
        request {
            /// Network mode.
            0x12 => network_mode: NetworkMode,
        }
        response {
            /// Location server address.
            0x10 success => location_server_address: LocationServerAddress,
            /// Location server URL.
            0x11 success => location_server_url "Location Server URL": Bytes<'a>,
        }
    }

    /// Sets the A-GPS configuration.
    pub mod set_agps_config "Set AGPS Config" = 0x002f {
        request {
            /// Location server address.
            0x10 => location_server_address: LocationServerAddress,
            /// Location server URL.
            0x11 => location_server_url "Location Server URL": Bytes<'a>,
            /// Network mode.
            0x14 => network_mode: NetworkMode,
        }
        response {}
    }

    /// Asks for the auto tracking state.
    pub mod get_auto_tracking_state "Get Auto Tracking State" = 0x0030 {
        request {}
        response {
            /// State.
            0x01 required => state: GetAutoTrackingStateState,
        }
    }

    /// Sets the auto tracking state.
    pub mod set_auto_tracking_state "Set Auto Tracking State" = 0x0031 {
        request {
            /// State.
            0x01 required => state: SetAutoTrackingStateState,
        }
        response {}
    }

    /// Positioning is possible now.
    pub mod gps_ready_indication "GPS Ready" = 0x0060 {
        indication {}
    }
}
