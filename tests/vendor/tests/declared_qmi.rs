//! A vendor's own QMI messages work like those of qmi-wire, with and without its optional features.

use qmi_wire::frame::{Frame, Framing, Kind};
use qmi_wire::message::{write_indication, write_request, write_response};
use qmi_wire::service::Service;
use qmi_wire::service::dms::OperatingMode;
use qmi_wire::{Message, Verdict, View};
use vendor_messages::qmi::*;

/// As laid out by hand: QMUX, header, result, list of two sensors, operating mode.
const ANSWER: &[u8] = &[
    1, 43, 0, 0x80, 0xf0, 3, // QMUX
    2, 9, 0, 0x21, 0, 31, 0, // response 9
    2, 4, 0, 0, 0, 0, 0, // well
    1, 17, 0, 2, // two sensors
    1, 1, 0x80, 0x1e, 0xfb, 4, b'S', b'-', b'7', b'7', // baseband, -12.5 degrees
    0x80, 2, 0, 0xa0, 0x0f, 0, // SIM tray, 40 degrees
    0x10, 1, 0, 1, // low power
];

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

#[test]
fn values_become_bytes_and_bytes_become_values() {
    let sensors = sensors();
    let mut buffer = [0xa5; 128];
    let written =
        write_response::<read_sensors::Message>(&mut buffer, Framing::modem(3), 9, Verdict::SUCCESS, |answer| {
            answer.sensors((&sensors).into()).operating_mode(OperatingMode::LOW_POWER);
        });
    assert_eq!(written.unwrap(), ANSWER);

    let message = Frame::parse(ANSWER).unwrap().message;
    assert_eq!((message.service(), message.id(), message.kind()), (Service(0xf0), 0x21, Kind::Response));
    let answer = read_sensors::Response::from_tlvs(message.tlvs);
    assert!(answer.sensors().unwrap().iter().eq(sensors));
    assert_eq!(answer.operating_mode(), Ok(Some(OperatingMode::LOW_POWER)));
    for length in 0..ANSWER.len() {
        assert!(Frame::parse(&ANSWER[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn personal_values_are_masked() {
    let text = format!("{:?}", sensors()[0]);
    assert!(text.contains("BASEBAND") && text.contains("***") && !text.contains("S-77"), "{text}");
}

#[test]
fn messages_name_their_service() {
    assert_eq!((alarm_indication::Message::SERVICE, alarm_indication::Message::ID), (Service(0xf0), 0x22));
    assert_eq!((set_throttle::Message::SERVICE, set_throttle::Message::VENDOR), (Service::DMS, Some(0x1234)));
    let mut buffer = [0xa5; 64];
    let request = write_request::<set_throttle::Message>(&mut buffer, Framing::host(1), 1, |request| {
        request.place(Place::POWER_AMPLIFIER).temperature(9000);
    });
    assert_eq!(request.unwrap()[13..], [1, 1, 0, 0, 0x10, 2, 0, 0x28, 0x23]);
    let mut buffer = [0xa5; 64];
    let told = write_indication::<alarm_indication::Message>(&mut buffer, Framing::modem(0xff), 1, |told| {
        told.sensor(sensors()[1]);
    });
    assert_eq!(Frame::parse(told.unwrap()).unwrap().message.kind(), Kind::Indication);
}

#[cfg(feature = "tables")]
#[test]
fn the_catalogue_knows_them() {
    assert_eq!((SERVICE.name, SERVICE.messages.len()), ("THERMAL", 2));
    let row = SERVICE.row(&SERVICE.messages[0]);
    let wanted = "array(prefix=u8,struct{place:enum:QmiThermalPlace(u8),abilities:flags:QmiThermalAbilities(u16),\
                  degrees:i16,serial_number:string(prefix=u8,max=16)})";
    assert_eq!(row["output"][1]["type"], wanted);
    assert_eq!(set_throttle::INFO.vendor, Some(0x1234));
}

#[cfg(feature = "logging")]
#[test]
fn declared_types_print() {
    fn prints<T: qmi_wire::__private::defmt::Format>() {}
    prints::<Place>();
    prints::<Abilities>();
    prints::<Sensor<'_>>();
}
