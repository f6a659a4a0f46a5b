//! What a vendor writes to add messages of its own: a dependency on `mbim-wire`, and the declarations. Module [`qmi`] is the
//! same with `qmi-wire`, and [`at`] with `at-wire`.
//!
//! The modem of this vendor measures its temperature in several places, and can be told at which temperature to throttle.
#![no_std]
#![forbid(unsafe_code)]

pub mod at;
pub mod qmi;

use mbim_wire::list::RefList;
use mbim_wire::service::basic_connect::RadioSwitchState;
use mbim_wire::text::Text;
use mbim_wire::{Count, field::EmptyView, flags, mbim_service, mbim_struct, open_enum};

open_enum! {
    /// Where a sensor is.
    pub struct Place(u32) {
        /// On the power amplifier.
        POWER_AMPLIFIER = 0,
        /// On the baseband.
        BASEBAND = 1,
        /// At the connector.
        CONNECTOR = 0x100,
    }
}

/// A value that only some modules know: named without touching the declaration.
pub const PLACE_SIM_TRAY: Place = Place(0x200);

flags! {
    /// What a sensor reports.
    pub struct Abilities(u32) {
        /// The temperature of now.
        CURRENT = 1 << 0,
        /// The highest temperature since power-up.
        PEAK = 1 << 1,
    }
}

mbim_struct! {
    /// One sensor.
    pub struct Sensor<'a>, SensorView {
        /// Where it is.
        place: Place,
        /// What it reports.
        abilities: Abilities,
        /// Hundredths of a degree Celsius.
        temperature: i32,
        /// Its serial number, at most 16 characters.
        serial_number personal: Text<'a, 32>,
    }
}

mbim_struct! {
    /// All sensors.
    pub struct Sensors<'a>, SensorsView {
        /// State of the radio, by a value of Basic Connect.
        radio: RadioSwitchState,
        /// Number of sensors.
        sensor_count: Count,
        /// The sensors.
        sensors: RefList<'a, SensorView<'a>>,
    }
}

mbim_struct! {
    /// When to throttle.
    pub struct ThrottleSet, ThrottleSetView {
        /// Which sensor decides.
        place: Place,
        /// From this temperature on, hundredths of a degree Celsius.
        temperature "Limit": i32,
    }
}

mbim_service! {
    /// Thermometers of Example Modems.
    pub EXAMPLE_THERMAL, "Example Thermal" = 0x6f1c7a1e_0b52_4a38_9c0d_2f6e51f0a9b4 {
        /// All sensors, asked or told.
        pub ReadSensors = 1 {
            query EmptyView => SensorsView;
            notification SensorsView;
        }

        /// When to throttle.
        pub Throttle = 2 {
            set ThrottleSetView => EmptyView;
        }
    }
}
