//! LOC: positions, satellites, NMEA sentences, assistance data. Chips from MDM9x25 on; before: PDS.
//!
//! A response only says that the request was taken; how it went comes in an indication of the same number, with a
//! status of 0 if it went well.

use crate::field::{Ipv4, Ipv6};
use crate::list::List;
use crate::service::Service;
use crate::text::{Bytes, Rest, Str};

crate::open_enum! {
    /// Altitude dependency.
    pub struct AltitudeDependency(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Fully interdependent.
        FULLY_INTERDEPENDENT = 1,
        /// On latitude longitude.
        ON_LAT_LON = 2,
        /// Fully independent.
        FULLY_INDEPENDENT = 3,
    }
}

crate::open_enum! {
    /// Altitude source.
    pub struct AltitudeSource(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// GPS.
        GPS = 1,
        /// Cell ID.
        CELL_ID = 2,
        /// Enhanced cell ID.
        ENHANCED_CELL_ID = 3,
        /// Wi-Fi.
        WIFI = 4,
        /// Terrestrial.
        TERRESTRIAL = 5,
        /// Terrestrial hybrid.
        TERRESTRIAL_HYBRID = 6,
        /// Altitude database.
        ALTITUDE_DATABASE = 7,
        /// Barometric altimeter.
        BAROMETRIC_ALTIMETER = 8,
        /// Other.
        OTHER = 9,
    }
}

crate::open_enum! {
    /// Altitude uncertainty.
    pub struct AltitudeUncertainty(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Point.
        POINT = 1,
        /// Full.
        FULL = 2,
    }
}

crate::flags! {
    /// Delete cell database.
    pub struct DeleteCellDatabase(u32) {
        /// Position.
        POS = 1 << 0,
        /// Latest GPS position.
        LATEST_GPS_POS = 1 << 1,
        /// OTA position.
        OTA_POS = 1 << 2,
        /// Extended reference position.
        EXT_REF_POS = 1 << 3,
        /// Time tag.
        TIMETAG = 1 << 4,
        /// Cell id.
        CELLID = 1 << 5,
        /// Cached cell id.
        CACHED_CELLID = 1 << 6,
        /// Last service cell.
        LAST_SRV_CELL = 1 << 7,
        /// Current service cell.
        CUR_SRV_CELL = 1 << 8,
        /// Neighbor information.
        NEIGHBOR_INFO = 1 << 9,
    }
}

crate::flags! {
    /// Delete clock information.
    pub struct DeleteClockInfo(u32) {
        /// Time estimate.
        TIME_EST = 1 << 0,
        /// Frequency estimate.
        FREQ_EST = 1 << 1,
        /// Week number.
        WEEK_NUMBER = 1 << 2,
        /// RTC time.
        RTC_TIME = 1 << 3,
        /// Time transfer.
        TIME_TRANSFER = 1 << 4,
        /// GPS time estimate.
        GPS_TIME_EST = 1 << 5,
        /// GLONASS time estimate.
        GLO_TIME_EST = 1 << 6,
        /// GLONASS day number.
        GLO_DAY_NUMBER = 1 << 7,
        /// GLONASS year number.
        GLO_YEAR_NUMBER = 1 << 8,
        /// GLONASS RF group delay.
        GLO_RF_GRP_DELAY = 1 << 9,
        /// Disable TT.
        DISABLE_TT = 1 << 10,
    }
}

crate::flags! {
    /// Delete GNSS data.
    pub struct DeleteGnssData(u64) {
        /// GPS satellite direction.
        GPS_SVDIR = 1 << 0,
        /// GPS satellite steering.
        GPS_SVSTEER = 1 << 1,
        /// GPS time.
        GPS_TIME = 1 << 2,
        /// GPS almanac correlation.
        GPS_ALM_CORR = 1 << 3,
        /// GLONASS satellite direction.
        GLO_SVDIR = 1 << 4,
        /// GLONASS satellite steering.
        GLO_SVSTEER = 1 << 5,
        /// GLONASS time.
        GLO_TIME = 1 << 6,
        /// GLONASS almanac correlation.
        GLO_ALM_CORR = 1 << 7,
        /// SBAS satellite direction.
        SBAS_SVDIR = 1 << 8,
        /// SBAS satellite steering.
        SBAS_SVSTEER = 1 << 9,
        /// Position.
        POSITION = 1 << 10,
        /// Time.
        TIME = 1 << 11,
        /// Ionosphere.
        IONO = 1 << 12,
        /// UTC.
        UTC = 1 << 13,
        /// Health.
        HEALTH = 1 << 14,
        /// SA data.
        SADATA = 1 << 15,
        /// RTI.
        RTI = 1 << 16,
        /// Satellite no exist.
        SV_NO_EXIST = 1 << 17,
        /// Frequency bias estimate.
        FREQ_BIAS_EST = 1 << 18,
    }
}

crate::flags! {
    /// Delete satellite information.
    pub struct DeleteSvInfo(u8) {
        /// Ephemeris.
        EPHEMERIS = 1 << 0,
        /// Almanac.
        ALMANAC = 1 << 1,
    }
}

crate::open_enum! {
    /// Engine state.
    pub struct EngineState(i32) {
        /// On.
        ON = 1,
        /// Off.
        OFF = 2,
    }
}

crate::flags! {
    /// What a client wants to be told.
    pub struct EventRegistrationFlag(u64) {
        /// Position report.
        POSITION_REPORT = 1 << 0,
        /// GNSS satellite information.
        GNSS_SATELLITE_INFO = 1 << 1,
        /// NMEA.
        NMEA = 1 << 2,
        /// NI notify verify request.
        NI_NOTIFY_VERIFY_REQUEST = 1 << 3,
        /// Inject time request.
        INJECT_TIME_REQUEST = 1 << 4,
        /// Inject predicted orbits request.
        INJECT_PREDICTED_ORBITS_REQUEST = 1 << 5,
        /// Inject position request.
        INJECT_POSITION_REQUEST = 1 << 6,
        /// Engine state.
        ENGINE_STATE = 1 << 7,
        /// Fix session state.
        FIX_SESSION_STATE = 1 << 8,
        /// Wi-Fi request.
        WIFI_REQUEST = 1 << 9,
        /// Sensor streaming ready status.
        SENSOR_STREAMING_READY_STATUS = 1 << 10,
        /// Time sync request.
        TIME_SYNC_REQUEST = 1 << 11,
        /// Set SPI streaming report.
        SET_SPI_STREAMING_REPORT = 1 << 12,
        /// Location server connection request.
        LOCATION_SERVER_CONNECTION_REQUEST = 1 << 13,
        /// NI geofence notification.
        NI_GEOFENCE_NOTIFICATION = 1 << 14,
        /// Geofence general alert.
        GEOFENCE_GENERAL_ALERT = 1 << 15,
        /// Geofence breach notification.
        GEOFENCE_BREACH_NOTIFICATION = 1 << 16,
        /// Pedometer control.
        PEDOMETER_CONTROL = 1 << 17,
        /// Motion data control.
        MOTION_DATA_CONTROL = 1 << 18,
    }
}

crate::open_enum! {
    /// Fix recurrence type.
    pub struct FixRecurrenceType(u32) {
        /// Request periodic fixes.
        REQUEST_PERIODIC_FIXES = 1,
        /// Request single fix.
        REQUEST_SINGLE_FIX = 2,
    }
}

crate::open_enum! {
    /// Health status.
    pub struct HealthStatus(u8) {
        /// Unhealthy.
        UNHEALTHY = 0,
        /// Healthy.
        HEALTHY = 1,
    }
}

crate::open_enum! {
    /// How a request went.
    pub struct IndicationStatus(u32) {
        /// Success.
        SUCCESS = 0,
        /// General failure.
        GENERAL_FAILURE = 1,
        /// Unsupported.
        UNSUPPORTED = 2,
        /// Invalid parameter.
        INVALID_PARAMETER = 3,
        /// Engine busy.
        ENGINE_BUSY = 4,
        /// Phone offline.
        PHONE_OFFLINE = 5,
        /// Timeout.
        TIMEOUT = 6,
    }
}

crate::open_enum! {
    /// Injected orbit file type.
    pub struct InjectedOrbitFileType(u32) {
        /// XTRA.
        XTRA = 1,
        /// NAVIC.
        NAVIC = 2,
    }
}

crate::flags! {
    /// Injected orbit server parameter update.
    pub struct InjectedOrbitServerParamUpdate(u64) {
        /// Inject request.
        INJECT_REQUEST = 1 << 0,
        /// Server update.
        SERVER_UPDATE = 1 << 1,
        /// Refresh update rate.
        REFRESH_UPDATE_RATE = 1 << 2,
    }
}

crate::open_enum! {
    /// Injected orbit update type.
    pub struct InjectedOrbitUpdateType(u32) {
        /// Injected orbit rate update.
        INJECTED_ORBIT_RATE_UPDATE = 1,
        /// Integrity rate update.
        INTEGRITY_RATE_UPDATE = 2,
    }
}

crate::open_enum! {
    /// Injected time source.
    pub struct InjectedTimeSource(i32) {
        /// Not known.
        UNKNOWN = 0,
        /// AP.
        AP = 1,
        /// NTP.
        NTP = 2,
        /// NTS.
        NTS = 3,
    }
}

crate::open_enum! {
    /// Intermediate report state.
    pub struct IntermediateReportState(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Enable.
        ENABLE = 1,
        /// Disable.
        DISABLE = 2,
    }
}

crate::open_enum! {
    /// Lock type.
    pub struct LockType(u32) {
        /// None.
        NONE = 1,
        /// For positions that the device asks for.
        MI = 2,
        /// For positions that the network asks for.
        MT = 3,
        /// For all.
        ALL = 4,
    }
}

crate::open_enum! {
    /// Navigation data.
    pub struct NavigationData(u8) {
        /// Has ephemeris.
        HAS_EPHEMERIS = 0,
        /// Has almanac.
        HAS_ALMANAC = 1,
    }
}

crate::flags! {
    /// NMEA type.
    pub struct NmeaType(u32) {
        /// GGA.
        GGA = 1 << 0,
        /// RMC.
        RMC = 1 << 1,
        /// GSV.
        GSV = 1 << 2,
        /// GSA.
        GSA = 1 << 3,
        /// VTG.
        VTG = 1 << 4,
        /// PQXFI.
        PQXFI = 1 << 5,
        /// PSTIS.
        PSTIS = 1 << 6,
        /// All.
        ALL = 0xffff,
    }
}

crate::open_enum! {
    /// Operation mode.
    pub struct OperationMode(u32) {
        /// Default.
        DEFAULT = 1,
        /// Computed in the device with assistance data.
        MSB = 2,
        /// Computed in the network.
        MSA = 3,
        /// Computed in the device without assistance.
        STANDALONE = 4,
        /// From the cell.
        CELLID = 5,
        /// WWAN.
        WWAN = 6,
    }
}

crate::open_enum! {
    /// Position source.
    pub struct PositionSource(u32) {
        /// GNSS.
        GNSS = 0,
        /// Cell ID.
        CELL_ID = 1,
        /// Enhanced cell ID.
        ENHANCED_CELL_ID = 2,
        /// Wi-Fi.
        WIFI = 3,
        /// Terrestrial.
        TERRESTRIAL = 4,
        /// GNSS terrestrial hybrid.
        GNSS_TERRESTRIAL_HYBRID = 5,
        /// Other.
        OTHER = 6,
        /// Dead reckoning.
        DRE = 7,
        /// Fused provider.
        FLP = 8,
        /// Network provider.
        NLP = 9,
        /// Fused provider ALE.
        FLP_ALE = 10,
    }
}

crate::open_enum! {
    /// Position source provider.
    pub struct PositionSourceProvider(u32) {
        /// External.
        EXTERNAL = 0,
        /// Internal.
        INTERNAL = 1,
    }
}

crate::open_enum! {
    /// Predicted orbits data format.
    pub struct PredictedOrbitsDataFormat(u32) {
        /// XTRA.
        XTRA = 0,
    }
}

crate::open_enum! {
    /// Reliability.
    pub struct Reliability(u32) {
        /// Not set.
        NOT_SET = 0,
        /// Very low.
        VERY_LOW = 1,
        /// Low.
        LOW = 2,
        /// Medium.
        MEDIUM = 3,
        /// High.
        HIGH = 4,
    }
}

crate::open_enum! {
    /// Satellite status.
    pub struct SatelliteStatus(u32) {
        /// Idle.
        IDLE = 0,
        /// Searching.
        SEARCHING = 1,
        /// Tracking.
        TRACKING = 2,
    }
}

crate::flags! {
    /// Satellite valid information.
    pub struct SatelliteValidInformation(u32) {
        /// System.
        SYSTEM = 1 << 0,
        /// GNSS satellite ID.
        GNSS_SATELLITE_ID = 1 << 1,
        /// Health status.
        HEALTH_STATUS = 1 << 2,
        /// Process status.
        PROCESS_STATUS = 1 << 3,
        /// Satellite information mask.
        SATELLITE_INFO_MASK = 1 << 4,
        /// Elevation.
        ELEVATION = 1 << 5,
        /// Azimuth.
        AZIMUTH = 1 << 6,
        /// Signal to noise ratio.
        SIGNAL_TO_NOISE_RATIO = 1 << 7,
    }
}

crate::flags! {
    /// Sensor data usage.
    pub struct SensorDataUsage(u64) {
        /// Accelerometer used.
        ACCELEROMETER_USED = 1 << 0,
        /// Gyroscope used.
        GYRO_USED = 1 << 1,
        /// Aided heading.
        AIDED_HEADING = 1 << 32,
        /// Aided speed.
        AIDED_SPEED = 1 << 33,
        /// Aided position.
        AIDED_POSITION = 1 << 34,
        /// Aided velocity.
        AIDED_VELOCITY = 1 << 35,
    }
}

crate::flags! {
    /// Server address type.
    pub struct ServerAddressType(u8) {
        /// None.
        NONE = 0x0,
        /// IPv4.
        IPV4 = 1 << 0,
        /// IPv6.
        IPV6 = 1 << 1,
        /// URL.
        URL = 1 << 2,
    }
}

crate::open_enum! {
    /// Server type.
    pub struct ServerType(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// CDMA PDE.
        CDMA_PDE = 1,
        /// CDMA MPC.
        CDMA_MPC = 2,
        /// UMTS SLP.
        UMTS_SLP = 3,
        /// Custom PDE.
        CUSTOM_PDE = 4,
    }
}

crate::open_enum! {
    /// Session status.
    pub struct SessionStatus(u32) {
        /// Success.
        SUCCESS = 0,
        /// In progress.
        IN_PROGRESS = 1,
        /// General failure.
        GENERAL_FAILURE = 2,
        /// Timeout.
        TIMEOUT = 3,
        /// User ended.
        USER_ENDED = 4,
        /// Bad parameter.
        BAD_PARAMETER = 5,
        /// Phone offline.
        PHONE_OFFLINE = 6,
        /// Engine locked.
        ENGINE_LOCKED = 6,
    }
}

crate::open_enum! {
    /// System.
    pub struct System(u32) {
        /// GPS.
        GPS = 1,
        /// Galileo.
        GALILEO = 2,
        /// SBAS.
        SBAS = 3,
        /// Compass.
        COMPASS = 4,
        /// GLONASS.
        GLONASS = 5,
    }
}

crate::flags! {
    /// Technology used.
    pub struct TechnologyUsed(u32) {
        /// Satellite.
        SATELLITE = 1 << 0,
        /// Cellular.
        CELLULAR = 1 << 1,
        /// Wi-Fi.
        WIFI = 1 << 2,
        /// Sensors.
        SENSORS = 1 << 3,
        /// Reference location.
        REFERENCE_LOCATION = 1 << 4,
        /// Injected position.
        INJECTED_POSITION = 1 << 5,
        /// AFLT.
        AFLT = 1 << 6,
        /// Hybrid.
        HYBRID = 1 << 7,
    }
}

crate::open_enum! {
    /// Time source.
    pub struct TimeSource(u32) {
        /// Invalid.
        INVALID = 0,
        /// Network time transfer.
        NETWORK_TIME_TRANSFER = 1,
        /// Network time tagging.
        NETWORK_TIME_TAGGING = 2,
        /// External input.
        EXTERNAL_INPUT = 3,
        /// Time of week decode.
        TOW_DECODE = 4,
        /// Time of week confirmed.
        TOW_CONFIRMED = 5,
        /// Time of week and week confirmed.
        TOW_AND_WEEK_CONFIRMED = 6,
        /// Navigation solution.
        NAVIGATION_SOLUTION = 7,
        /// Solve for time.
        SOLVE_FOR_TIME = 8,
        /// GLONASS time of week decode.
        GLO_TOW_DECODE = 9,
        /// Time transform.
        TIME_TRANSFORM = 10,
        /// WCDMA sleep time tag.
        WCDMA_SLEEP_TIME_TAG = 11,
        /// GSM sleep time tag.
        GSM_SLEEP_TIME_TAG = 12,
        /// Not known.
        UNKNOWN = 13,
        /// System time tick.
        SYSTEM_TIMETICK = 14,
        /// QZSS time of week decode.
        QZSS_TOW_DECODE = 15,
        /// BDS time of week decode.
        BDS_TOW_DECODE = 16,
    }
}

crate::wire_struct! {
    /// DOP.
    pub struct Dop {
        /// Position DOP.
        pdop: f32,
        /// Horizontal DOP.
        hdop: f32,
        /// Vertical DOP.
        vdop: f32,
    }
}

crate::wire_struct! {
    /// GPS date time.
    pub struct GpsDateTime {
        /// GPS weeks.
        gps_weeks: u16,
        /// GPS time of week milliseconds.
        gps_time_of_week_milliseconds: u32,
    }
}

crate::wire_struct! {
    /// Time server information.
    pub struct TimeServerInfo<'a> {
        /// Delay threshold.
        delay_threshold: u32,
        /// Time server list.
        time_server_list: List<'a, Str<'a>>,
    }
}

crate::wire_struct! {
    /// Allowed sizes.
    pub struct AllowedSizes {
        /// Greatest file size.
        max_file_size: u32,
        /// Greatest part size.
        max_part_size: u32,
    }
}

crate::wire_struct! {
    /// File information.
    pub struct FileInfo {
        /// File type.
        file_type: InjectedOrbitFileType,
        /// Download interval minutes. In minutes.
        download_interval_minutes: u32,
    }
}

crate::wire_struct! {
    /// List.
    pub struct SatelliteInfo {
        /// Valid information.
        valid_information: SatelliteValidInformation,
        /// System.
        system: System,
        /// GNSS satellite ID.
        gnss_satellite_id: u16,
        /// Health status.
        health_status: HealthStatus,
        /// Satellite status.
        satellite_status: SatelliteStatus,
        /// Navigation data.
        navigation_data: NavigationData,
        /// Elevation degrees. In degrees.
        elevation_degrees: f32,
        /// Azimuth degrees. In degrees.
        azimuth_degrees: f32,
        /// Signal to noise ratio (dB-Hz). In dB-Hz.
        signal_to_noise_ratio_bhz: f32,
    }
}

crate::wire_struct! {
    /// Validity information.
    pub struct ValidityInfo {
        /// Start UTC timestamp. In milliseconds since 1970.
        start_utc_timestamp: u64,
        /// Duration hours.
        duration_hours: u16,
    }
}

crate::wire_struct! {
    /// Altitude source.
    pub struct AltitudeSourceInfo {
        /// Altitude source.
        altitude_source: AltitudeSource,
        /// Altitude dependency.
        altitude_dependency: AltitudeDependency,
        /// Altitude uncertainty.
        altitude_uncertainty: AltitudeUncertainty,
    }
}

crate::wire_struct! {
    /// IPv4.
    pub struct Ipv4Info {
        /// Address.
        ipv4_address: Ipv4,
        /// IPv4 port.
        ipv4_port: u16,
    }
}

crate::wire_struct! {
    /// IPv6.
    pub struct Ipv6Info {
        /// IPv6 address.
        ipv6_address: Ipv6,
        /// IPv6 port.
        ipv6_port: u32,
    }
}

crate::wire_struct! {
    /// Delete satellite information.
    pub struct DeleteSatelliteInfo {
        /// GNSS satellite ID.
        gnss_sv_id: u16,
        /// System.
        system: System,
        /// Delete satellite information mask.
        delete_sv_info_mask: DeleteSvInfo,
    }
}

crate::qmi_service! {
    Service::LOC, "LOC";

    /// Chooses what this client is told.
    pub mod register_events "Register Events" = 0x0021 {
        request {
            /// Event registration mask.
            0x01 required => event_registration_mask: EventRegistrationFlag,
        }
        response {}
    }

    /// Starts positioning.
    pub mod start "Start" = 0x0022 {
        request {
            /// Number of the session, chosen by the host.
            0x01 required => session_id "Session ID": u8,
            /// Fix recurrence type.
            0x10 => fix_recurrence_type: FixRecurrenceType,
            /// Intermediate report state.
            0x12 => intermediate_report_state: IntermediateReportState,
            /// Minimum interval between position reports. In milliseconds. Counts for periodic reports only.
            0x13 => minimum_interval_between_position_reports "Minimum Interval between Position Reports": u32,
        }
        response {}
    }

    /// Stops positioning.
    pub mod stop "Stop" = 0x0023 {
        request {
            /// Number of the session, chosen by the host.
            0x01 required => session_id "Session ID": u8,
        }
        response {}
    }

    /// A position. Values that are not there are not known.
    pub mod position_report_indication "Position Report" = 0x0024 {
        indication {
            /// Session status.
            0x01 required => session_status: SessionStatus,
            /// Number of the session, chosen by the host.
            0x02 required => session_id "Session ID": u8,
            /// Latitude. In degrees.
            0x10 => latitude: f64,
            /// Longitude. In degrees.
            0x11 => longitude: f64,
            /// Horizontal uncertainty circular. In metres.
            0x12 => horizontal_uncertainty_circular: f32,
            /// Horizontal uncertainty elliptical minor. In metres.
            0x13 => horizontal_uncertainty_elliptical_minor: f32,
            /// Horizontal uncertainty elliptical major. In metres.
            0x14 => horizontal_uncertainty_elliptical_major: f32,
            /// Horizontal uncertainty elliptical azimuth. In degrees.
            0x15 => horizontal_uncertainty_elliptical_azimuth: f32,
            /// Horizontal confidence. In percent.
            0x16 => horizontal_confidence: u8,
            /// Horizontal reliability.
            0x17 => horizontal_reliability: Reliability,
            /// Horizontal speed. In m/s.
            0x18 => horizontal_speed: f32,
            /// Speed uncertainty. In m/s.
            0x19 => speed_uncertainty: f32,
            /// Altitude from ellipsoid. In metres.
            0x1a => altitude_from_ellipsoid "Altitude from Ellipsoid": f32,
            /// Altitude from sealevel. In metres.
            0x1b => altitude_from_sealevel "Altitude from Sealevel": f32,
            /// Vertical uncertainty. In metres.
            0x1c => vertical_uncertainty: f32,
            /// Vertical confidence. In percent.
            0x1d => vertical_confidence: u8,
            /// Vertical reliability.
            0x1e => vertical_reliability: Reliability,
            /// Vertical speed. In m/s.
            0x1f => vertical_speed: f32,
            /// Heading. In degrees.
            0x20 => heading: f32,
            /// Heading uncertainty. In degrees.
            0x21 => heading_uncertainty: f32,
            /// Magnetic deviation. In degrees.
            0x22 => magnetic_deviation: f32,
            /// Technology used.
            0x23 => technology_used: TechnologyUsed,
            /// DOP.
            0x24 => dop "DOP": Dop,
            /// UTC timestamp. In milliseconds since 1970.
            0x25 => utc_timestamp "UTC Timestamp": u64,
            /// Leap seconds. In seconds.
            0x26 => leap_seconds: u8,
            /// GPS date time.
            0x27 => gps_date_time "GPS Date Time": GpsDateTime,
            /// Time uncertainty.
            0x28 => time_uncertainty: f32,
            /// Time source.
            0x29 => time_source: TimeSource,
            /// Sensor data usage.
            0x2a => sensor_data_usage: SensorDataUsage,
            /// Session fix count.
            0x2b => session_fix_count: u32,
            /// Satellites used.
            0x2c => satellites_used: List<'a, u16>,
            /// Altitude assumed.
            0x2d => altitude_assumed: bool,
        }
    }

    /// NMEA sentences, each with its line end.
    pub mod nmea_indication "NMEA" = 0x0026 {
        indication {
            /// One or more sentences, each with its line end.
            0x01 required => nmea_string "NMEA String": Rest<'a>,
        }
    }

    /// The modem asks for the time: inject it.
    pub mod inject_time_request_indication "Inject Time Request" = 0x0028 {
        indication {
            /// Time server information.
            0x10 => time_server_info: TimeServerInfo<'a>,
        }
    }

    /// The modem asks for predicted orbits: inject them.
    pub mod inject_predicted_orbits_request_indication "Inject Predicted Orbits Request" = 0x0029 {
        indication {
            /// Allowed sizes.
            0x01 required => allowed_sizes: AllowedSizes,
            /// Server list.
            0x10 => server_list: List<'a, Str<'a>>,
            /// Server update mask.
            0x11 => server_update_mask: InjectedOrbitServerParamUpdate,
            /// Update type.
            0x12 => update_type: InjectedOrbitUpdateType,
            /// Update period seconds. In seconds.
            0x13 => update_period_seconds: u32,
            /// File information.
            0x14 => file_info: FileInfo,
        }
    }

    /// The modem asks for a rough position: inject it.
    pub mod inject_position_request_indication "Inject Position Request" = 0x002a {
        indication {
            /// Latitude. In degrees.
            0x01 required => latitude: f64,
            /// Longitude. In degrees.
            0x02 required => longitude: f64,
            /// Horizontal uncertainty circular. In metres.
            0x03 required => horizontal_uncertainty_circular: f32,
            /// UTC timestamp. In milliseconds since 1970.
            0x04 required => utc_timestamp "UTC Timestamp": u64,
        }
    }

    /// The positioning engine was switched on or off.
    pub mod engine_state_indication "Engine State" = 0x002b {
        indication {
            /// Engine state.
            0x01 required => engine_state: EngineState,
        }
    }

    /// How often positions are asked for.
    pub mod fix_recurrence_type_indication "Fix Recurrence Type" = 0x002c {
        indication {
            /// Fix recurrence type.
            0x10 => fix_recurrence_type: FixRecurrenceType,
        }
    }

    /// The satellites in view.
    pub mod gnss_sv_info_indication "GNSS Sv Info" = 0x0025 {
        indication {
            /// Altitude assumed.
            0x01 required => altitude_assumed: bool,
            /// List.
            0x10 => list: List<'a, SatelliteInfo>,
        }
    }

    /// Loads assistance data, part by part; the next one after the indication.
    pub mod inject_predicted_orbits_data "Inject Predicted Orbits Data" = 0x0035 {
        request {
            /// Total size.
            0x01 required => total_size: u32,
            /// Total parts.
            0x02 required => total_parts: u16,
            /// Part number.
            0x03 required => part_number: u16,
            /// Part data.
            0x04 required => part_data: Bytes<'a, u16>,
            /// Format type.
            0x10 => format_type: PredictedOrbitsDataFormat,
        }
        response {}
    }

    /// How the request of the same number went: inject predicted orbits data.
    pub mod inject_predicted_orbits_data_indication "Inject Predicted Orbits Data" = 0x0035 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// Part number.
            0x10 => part_number: u16,
        }
    }

    /// Asks for the predicted orbits data source.
    pub mod get_predicted_orbits_data_source "Get Predicted Orbits Data Source" = 0x0036 {
        request {}
        response {}
    }

    /// How the request of the same number went: get predicted orbits data source.
    pub mod get_predicted_orbits_data_source_indication "Get Predicted Orbits Data Source" = 0x0036 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// Allowed sizes.
            0x10 => allowed_sizes: AllowedSizes,
            /// Server list.
            0x11 => server_list: List<'a, Str<'a>>,
        }
    }

    /// Asks for the predicted orbits data validity.
    pub mod get_predicted_orbits_data_validity "Get Predicted Orbits Data Validity" = 0x0037 {
        request {}
        response {}
    }

    /// How the request of the same number went: get predicted orbits data validity.
    pub mod get_predicted_orbits_data_validity_indication "Get Predicted Orbits Data Validity" = 0x0037 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// Validity information.
            0x10 => validity_info: ValidityInfo,
        }
    }

    /// Tells the time, for a faster first position.
    pub mod inject_utc_time "Inject UTC Time" = 0x0038 {
        request {
            /// UTC time. In milliseconds since 1970.
            0x01 required => utc_time "UTC Time": u64,
            /// Time uncertainty. In milliseconds.
            0x02 required => time_uncertainty: u32,
            /// Time source.
            0x10 => time_source: InjectedTimeSource,
        }
        response {}
    }

    /// How the request of the same number went: inject UTC time.
    pub mod inject_utc_time_indication "Inject UTC Time" = 0x0038 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
        }
    }

    /// Tells the rough position, for a faster first position.
    pub mod inject_position "Inject Position" = 0x0039 {
        request {
            /// Latitude. In degrees.
            0x10 => latitude: f64,
            /// Longitude. In degrees.
            0x11 => longitude: f64,
            /// Horizontal uncertainty circular. In metres.
            0x12 => horizontal_uncertainty_circular: f32,
            /// Horizontal confidence. In percent.
            0x13 => horizontal_confidence: u8,
            /// Horizontal reliability.
            0x14 => horizontal_reliability: Reliability,
            /// Altitude from ellipsoid. In metres.
            0x15 => altitude_from_ellipsoid "Altitude from Ellipsoid": f32,
            /// Altitude from sealevel. In metres.
            0x16 => altitude_from_sealevel "Altitude from Sealevel": f32,
            /// Vertical uncertainty. In metres.
            0x17 => vertical_uncertainty: f32,
            /// Vertical confidence. In percent.
            0x18 => vertical_confidence: u8,
            /// Vertical reliability.
            0x19 => vertical_reliability: Reliability,
            /// Altitude source.
            0x1a => altitude_source: AltitudeSourceInfo,
            /// UTC timestamp. In milliseconds since 1970.
            0x1b => utc_timestamp "UTC Timestamp": u64,
            /// Timestamp age.
            0x1c => timestamp_age: u32,
            /// Position source.
            0x1d => position_source: PositionSource,
            /// Raw horizontal uncertainty circular. In metres.
            0x1e => raw_horizontal_uncertainty_circular: f32,
            /// Raw horizontal confidence. In percent.
            0x1f => raw_horizontal_confidence: u8,
            /// Requested position injection.
            0x20 => requested_position_injection: bool,
            /// Position source provider.
            0x21 => position_source_provider: PositionSourceProvider,
            /// GPS date time.
            0x22 => gps_date_time "GPS Date Time": GpsDateTime,
            /// Time uncertainty.
            0x23 => time_uncertainty: f32,
            /// Speed east north up. In m/s.
            0x24 => speed_east_north_up: [f32; 3],
            /// Speed uncertainty east north up. In m/s.
            0x25 => speed_uncertainty_east_north_up: [f32; 3],
            /// Satellites used.
            0x26 => satellites_used: List<'a, u16, u32>,
            /// Number satellites in fix.
            0x27 => number_satellites_in_fix "Number Satellites in Fix": u8,
        }
        response {}
    }

    /// How the request of the same number went: inject position.
    pub mod inject_position_indication "Inject Position" = 0x0039 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
        }
    }

    /// Sets the engine lock.
    pub mod set_engine_lock "Set Engine Lock" = 0x003a {
        request {
            /// Lock type.
            0x01 required => lock_type: LockType,
        }
        response {}
    }

    /// How the request of the same number went: set engine lock.
    pub mod set_engine_lock_indication "Set Engine Lock" = 0x003a {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
        }
    }

    /// Asks for the engine lock.
    pub mod get_engine_lock "Get Engine Lock" = 0x003b {
        request {}
        response {}
    }

    /// How the request of the same number went: get engine lock.
    pub mod get_engine_lock_indication "Get Engine Lock" = 0x003b {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// Lock type.
            0x10 => lock_type: LockType,
        }
    }

    /// Sets the NMEA types.
    pub mod set_nmea_types "Set NMEA Types" = 0x003e {
        request {
            /// NMEA types.
            0x01 required => nmea_types "NMEA Types": NmeaType,
        }
        response {}
    }

    /// How the request of the same number went: set NMEA types.
    pub mod set_nmea_types_indication "Set NMEA Types" = 0x003e {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
        }
    }

    /// Asks for the NMEA types.
    pub mod get_nmea_types "Get NMEA Types" = 0x003f {
        request {}
        response {}
    }

    /// How the request of the same number went: get NMEA types.
    pub mod get_nmea_types_indication "Get NMEA Types" = 0x003f {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// NMEA types.
            0x10 => nmea_types "NMEA Types": NmeaType,
        }
    }

    /// Sets the server.
    pub mod set_server "Set Server" = 0x0042 {
        request {
            /// Server type.
            0x01 required => server_type: ServerType,
            /// IPv4.
            0x10 => ipv4 "IPv4": Ipv4Info,
            /// IPv6.
            0x11 => ipv6 "IPv6": Ipv6Info,
            /// URL.
            0x12 => url "URL": Rest<'a, 256>,
        }
        response {}
    }

    /// How the request of the same number went: set server.
    pub mod set_server_indication "Set Server" = 0x0042 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
        }
    }

    /// Asks for the server.
    pub mod get_server "Get Server" = 0x0043 {
        request {
            /// Server type.
            0x01 required => server_type: ServerType,
            /// Server address type.
            0x10 => server_address_type: ServerAddressType,
        }
        response {}
    }

    /// How the request of the same number went: get server.
    pub mod get_server_indication "Get Server" = 0x0043 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// Server type.
            0x02 required => server_type: ServerType,
            /// IPv4.
            0x10 => ipv4 "IPv4": Ipv4Info,
            /// IPv6.
            0x11 => ipv6 "IPv6": Ipv6Info,
            /// URL.
            0x12 => url "URL": Rest<'a, 256>,
        }
    }

    /// Deletes the assistance data.
    pub mod delete_assistance_data "Delete Assistance Data" = 0x0044 {
        request {
            /// Delete all.
            0x01 required => delete_all: bool,
            /// Delete satellite information.
            0x10 => delete_sv_info "Delete SV Info": List<'a, DeleteSatelliteInfo>,
            /// Delete GNSS data mask.
            0x11 => delete_gnss_data_mask "Delete GNSS Data Mask": DeleteGnssData,
            /// Delete cell database mask.
            0x12 => delete_cell_database_mask: DeleteCellDatabase,
            /// Delete clock information mask.
            0x13 => delete_clock_info_mask: DeleteClockInfo,
        }
        response {}
    }

    /// How the request of the same number went: delete assistance data.
    pub mod delete_assistance_data_indication "Delete Assistance Data" = 0x0044 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
        }
    }

    /// Sets the operation mode.
    pub mod set_operation_mode "Set Operation Mode" = 0x004a {
        request {
            /// Operation mode.
            0x01 required => operation_mode: OperationMode,
        }
        response {}
    }

    /// How the request of the same number went: set operation mode.
    pub mod set_operation_mode_indication "Set Operation Mode" = 0x004a {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
        }
    }

    /// Asks for the operation mode.
    pub mod get_operation_mode "Get Operation Mode" = 0x004b {
        request {}
        response {}
    }

    /// How the request of the same number went: get operation mode.
    pub mod get_operation_mode_indication "Get Operation Mode" = 0x004b {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// Operation mode.
            0x10 => operation_mode: OperationMode,
        }
    }

    /// Loads assistance data, part by part; the next one after the indication.
    pub mod inject_xtra_data "Inject Xtra Data" = 0x00a7 {
        request {
            /// Total size.
            0x01 required => total_size: u32,
            /// Total parts.
            0x02 required => total_parts: u16,
            /// Part number.
            0x03 required => part_number: u16,
            /// Part data.
            0x04 required => part_data: Bytes<'a, u16>,
        }
        response {}
    }

    /// How the request of the same number went: inject XTRA data.
    pub mod inject_xtra_data_indication "Inject Xtra Data" = 0x00a7 {
        indication {
            /// How the request went.
            0x01 required => indication_status: IndicationStatus,
            /// Part number.
            0x10 => part_number: u16,
        }
    }
}
