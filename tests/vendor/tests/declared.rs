//! A vendor's own messages work like those of mbim-wire, with and without its optional features.

use mbim_wire::list::RefList;
use mbim_wire::message::{Body, Transfer, write_indicate_status, write_set};
use mbim_wire::service::basic_connect::RadioSwitchState;
use mbim_wire::{Command, Count, Set, View, Writer};
use vendor_messages::*;

fn sensors() -> [Sensor<'static>; 2] {
    [
        Sensor {
            place: Place::BASEBAND,
            abilities: Abilities::CURRENT | Abilities::from_bits_retain(0x8000),
            temperature: -1250,
            serial_number: "S-77".into(),
        },
        Sensor { place: PLACE_SIM_TRAY, abilities: Abilities::PEAK, temperature: 4000, serial_number: "".into() },
    ]
}

/// As laid out by hand after MBIM 1.0 §10.3: fixed part, table of (offset, size), elements with their text behind them.
const SENSORS: &[u8] = &[
    1, 0, 0, 0, // radio on
    2, 0, 0, 0, // two sensors
    24, 0, 0, 0, 28, 0, 0, 0, // the first
    52, 0, 0, 0, 20, 0, 0, 0, // the second
    1, 0, 0, 0, 1, 0x80, 0, 0, 0x1e, 0xfb, 0xff, 0xff, 20, 0, 0, 0, 8, 0, 0, 0, // baseband, -12.5 degrees
    b'S', 0, b'-', 0, b'7', 0, b'7', 0, //
    0, 2, 0, 0, 2, 0, 0, 0, 0xa0, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, // SIM tray, 40 degrees
];

#[test]
fn values_become_bytes_and_bytes_become_values() {
    let sensors = sensors();
    let told = Sensors { radio: RadioSwitchState::ON, sensor_count: Count::AUTO, sensors: RefList::new(&sensors) };
    let mut buffer = [0xa5; 256];
    let mut writer = Writer::new(&mut buffer);
    writer.structure(&told);
    assert_eq!(writer.finish().unwrap(), SENSORS);

    let view = SensorsView::new(SENSORS);
    assert_eq!(view.read().unwrap(), told);
    let read: Vec<_> = view.sensors().unwrap().iter().map(Result::unwrap).collect();
    assert_eq!(read, sensors);
    for length in 0..SENSORS.len() {
        let cut = SensorsView::new(&SENSORS[..length]);
        let all = cut.read().and_then(|value| value.sensors.iter().try_for_each(|sensor| sensor.map(drop)));
        assert!(all.is_err(), "{length} bytes");
    }
}

#[test]
fn messages_name_the_vendors_service() {
    let mut buffer = [0xa5; 256];
    let set = ThrottleSet { place: Place::POWER_AMPLIFIER, temperature: 9000 };
    let message = write_set::<Throttle>(&mut buffer, 7, &set).unwrap();
    let Body::Command(fragment) = Transfer::parse(message).unwrap().body else {
        panic!("not a command");
    };
    let command = fragment.command().unwrap();
    assert_eq!((command.service, command.cid), (EXAMPLE_THERMAL, 2));
    assert_eq!(command.service.to_string(), "6f1c7a1e-0b52-4a38-9c0d-2f6e51f0a9b4");
    assert_eq!(<Throttle as Set>::Params::new(command.body).read(), Ok(set));

    let mut buffer = [0xa5; 256];
    let raw = mbim_wire::field::Raw(SENSORS);
    let message = write_indicate_status(&mut buffer, ReadSensors::SERVICE, ReadSensors::CID, &raw).unwrap();
    assert_eq!(&message[44..], SENSORS);
}

#[test]
fn debug_output_names_values_and_hides_personal_ones() {
    let [first, second] = sensors();
    assert_eq!(
        format!("{first:?}"),
        "Sensor { place: BASEBAND, abilities: Abilities(CURRENT | 0x8000), temperature: -1250, serial_number: *** }"
    );
    assert_eq!(format!("{:?}", second.place), "Place(512)");
    assert_eq!(Place::CONNECTOR.name(), Some("CONNECTOR"));
    assert_eq!(PLACE_SIM_TRAY.name(), None);
}

/// With `catalogue` of mbim-wire the same declarations are tables and JSON.
#[cfg(feature = "tables")]
mod tables {
    use mbim_wire::catalogue::{DescribeView, Form};

    use super::*;

    #[test]
    fn the_catalogue_knows_the_service() {
        assert_eq!((SERVICE.name, SERVICE.uuid), ("Example Thermal", EXAMPLE_THERMAL));
        let rows: Vec<_> = SERVICE.commands.iter().map(|command| (command.name(), command.cid)).collect();
        assert_eq!(rows, [("Read Sensors".to_owned(), 1), ("Throttle".to_owned(), 2)]);
        let (_, layout) = SERVICE.command(2, Form::Set, 1).unwrap();
        let fields: Vec<_> = layout.fields.iter().map(|field| (field.name(), field.type_text(layout))).collect();
        let expected = [("Place", "enum:MbimPlace(u32)"), ("Limit", "i32")];
        assert_eq!(fields, expected.map(|(name, kind)| (name.to_owned(), kind.to_owned())));
        assert!(SERVICE.command(2, Form::Query, 1).is_none());
    }

    #[test]
    fn json_and_bytes_are_the_same_message() {
        let layout = SensorsView::INFO;
        let json = layout.decode(SENSORS, false).unwrap();
        assert_eq!(
            json.to_string(),
            r#"{"Radio":1,"SensorCount":2,"Sensors":["#.to_owned()
                + r#"{"Place":1,"Abilities":32769,"Temperature":-1250,"SerialNumber":"S-77"},"#
                + r#"{"Place":512,"Abilities":2,"Temperature":4000,"SerialNumber":null}]}"#
        );
        assert_eq!(layout.encode(&json).unwrap(), SENSORS);
        let masked = layout.decode(SENSORS, true).unwrap();
        assert_eq!(masked["Sensors"][0]["SerialNumber"], "***");
    }
}

/// With `defmt` of mbim-wire every declared type is a `Format`; without, this module is not there and neither is `defmt`.
#[cfg(feature = "logging")]
mod logging {
    use mbim_wire::__private::defmt::Format;

    use super::*;

    #[test]
    fn declared_types_print() {
        fn prints<T: Format>() {}
        prints::<Place>();
        prints::<Abilities>();
        prints::<Sensor<'_>>();
        prints::<Sensors<'_>>();
        prints::<ThrottleSet>();
    }
}
