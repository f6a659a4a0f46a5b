//! The same thermometer over QMI: a service of its own, and a message added to the device management of others.

use qmi_wire::list::List;
use qmi_wire::service::Service;
use qmi_wire::service::dms::OperatingMode;
use qmi_wire::text::Str;
use qmi_wire::{flags, open_enum, qmi_message, qmi_service, wire_struct};

open_enum! {
    /// Where a sensor is.
    pub struct Place(u8) {
        /// On the power amplifier.
        POWER_AMPLIFIER = 0,
        /// On the baseband.
        BASEBAND = 1,
    }
}

/// A value that only some modules know: named without touching the declaration.
pub const PLACE_SIM_TRAY: Place = Place(0x80);

flags! {
    /// What a sensor reports.
    pub struct Abilities(u16) {
        /// The temperature of now.
        CURRENT = 1 << 0,
        /// The highest temperature since power-up.
        PEAK = 1 << 1,
    }
}

wire_struct! {
    /// One sensor.
    pub struct Sensor<'a> {
        /// Where it is.
        place: Place,
        /// What it reports.
        abilities: Abilities,
        /// Hundredths of a degree Celsius.
        temperature "degrees": i16,
        /// Its serial number, at most 16 bytes.
        serial_number personal: Str<'a, u8, 16>,
    }
}

qmi_service! {
    Service(0xf0), "THERMAL";

    /// Asks for all sensors.
    pub mod read_sensors "Read Sensors" = 0x0021 {
        request {}
        response {
            /// The sensors.
            0x01 required => sensors: List<'a, Sensor<'a>>,
            /// What the device does with its radio, by a value of DMS.
            0x10 => operating_mode: OperatingMode,
        }
    }

    /// A sensor is too hot.
    pub mod alarm_indication "Alarm" = 0x0022 {
        indication {
            /// Which.
            0x01 required => sensor: Sensor<'a>,
        }
    }
}

qmi_message! {
    /// When to throttle.
    pub mod set_throttle "Set Throttle" = (Service::DMS, 0x5577) (vendor 0x1234);
    request {
        /// Which sensor decides.
        0x01 required => place: Place,
        /// From this temperature on, hundredths of a degree Celsius.
        0x10 => temperature "Limit": i16,
    }
    response {}
}
