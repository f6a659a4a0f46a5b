//! What is found in descriptors.

use proptest::prelude::*;
use wwan::mbim_wire::usb::descriptor::NetworkCapabilities;
use wwan::usb::find::{MAX_FUNCTIONS, SerialFunction};
use wwan::usb::quirk::{Quirks, Role};
use wwan::usb::{Function, Modem, enumerate, find};

use crate::bench::{
    Bench, BusError, Control, Fault, bulk, configuration, device, interface, interrupt, mbim_function, mbim_functional,
    run, vendor_port,
};

const SERIAL: (u8, u8, u8) = (0xff, 0x00, 0x00);
const PLAIN: (u8, u8, u8) = (0xff, 0xff, 0xff);

fn look(vendor: u16, product: u16, descriptors: &[Vec<u8>]) -> Modem {
    Modem::look(&device(vendor, product), &configuration(1, descriptors))
}

#[test]
fn mbim_by_its_union() {
    // The union names interface 5, although 4 follows.
    let descriptors = [
        interface(3, 0, 1, (2, 0x0e, 0)),
        mbim_functional(3, 5, 0x28),
        interrupt(0x81, 64),
        interface(4, 0, 0, (0x0a, 0, 2)),
        interface(4, 1, 2, (0x0a, 0, 2)),
        bulk(4, 512),
        interface(5, 0, 0, (0x0a, 0, 2)),
        interface(5, 1, 2, (0x0a, 0, 2)),
        bulk(2, 512),
    ];
    let modem = look(0x1199, 0x9071, &descriptors);
    let mbim = *modem.mbim().next().unwrap();
    assert_eq!((mbim.control, mbim.control_alternate, mbim.control_has_alternates), (3, 0, false));
    assert_eq!((mbim.data.interface, mbim.data.alternate, mbim.data.has_alternates), (5, 1, true));
    assert_eq!((mbim.data.input.address, mbim.data.output.address), (0x82, 0x02));
    assert_eq!(mbim.notification.unwrap().address, 0x81);
    assert_eq!((mbim.max_control_message, mbim.max_segment_size, mbim.mtu), (4096, 2048, Some(1500)));
    assert_eq!(mbim.max_outstanding_commands, Some(1));
    let both = NetworkCapabilities::MAX_DATAGRAM_SIZE | NetworkCapabilities::NTB_INPUT_SIZE_8;
    assert_eq!((mbim.capabilities, mbim.quirks), (both, Quirks::empty()));
    assert_eq!((modem.configuration, modem.functions.len()), (1, 1));
}

/// As the MC7710 has it.
#[test]
fn mbim_without_a_union() {
    let association = vec![8, 0x0b, 12, 2, 2, 0x0e, 0, 0];
    let function = |association: &[u8]| {
        let mut descriptors = vec![association.to_vec(), interface(12, 0, 1, (2, 0x0e, 0))];
        descriptors.push(mbim_functional(12, 13, 0)[10..].to_vec()); // neither header nor union
        descriptors.extend([interrupt(0x81, 64), interface(13, 0, 0, (0x0a, 0, 2))]);
        descriptors.extend([interface(13, 1, 2, (0x0a, 0, 2)), bulk(2, 512)]);
        let modem = look(0x1199, 0x68a2, &descriptors);
        modem.mbim().next().map(|mbim| (mbim.control, mbim.data.interface, mbim.data.alternate))
    };
    assert_eq!(function(&association), Some((12, 13, 1)));
    assert_eq!(function(&[]), Some((12, 13, 1)), "the next interface is one for data");
}

#[test]
fn a_union_that_names_nothing_is_not_believed() {
    let descriptors = [mbim_function(0, 9, 0)[..].to_vec()];
    assert_eq!(look(0x2c7c, 0x0125, &descriptors).mbim().next().unwrap().data.interface, 9);
    // Names interface 7, which is not there; interface 1 is behind it.
    let mut bytes = mbim_function(0, 1, 0);
    let union = bytes.windows(4).position(|window| window == [0x24, 0x06, 0, 1]).unwrap();
    bytes[union + 3] = 7;
    assert_eq!(look(0x2c7c, 0x0125, &[bytes]).mbim().next().unwrap().data.interface, 1);
}

/// NCM and MBIM in one function: the settings that are MBIM have to be chosen (MBIM 1.0 §3.2.2).
#[test]
fn mbim_beside_ncm() {
    let descriptors = [
        vec![8, 0x0b, 0, 2, 2, 0x0d, 0, 0],
        interface(0, 0, 1, (2, 0x0d, 0)),
        vec![5, 0x24, 0, 0x20, 1, 5, 0x24, 6, 0, 1, 6, 0x24, 0x1a, 0, 1, 0x1f],
        interrupt(0x81, 64),
        interface(0, 1, 1, (2, 0x0e, 0)),
        mbim_functional(0, 1, 0),
        interrupt(0x81, 64),
        interface(1, 0, 0, (0x0a, 0, 1)),
        interface(1, 1, 2, (0x0a, 0, 1)),
        bulk(2, 512),
        interface(1, 2, 2, (0x0a, 0, 2)),
        bulk(2, 512),
    ];
    let modem = look(0x0bdb, 0x1926, &descriptors);
    let mbim = modem.mbim().next().unwrap();
    assert_eq!((mbim.control, mbim.control_alternate, mbim.control_has_alternates), (0, 1, true));
    assert_eq!((mbim.data.interface, mbim.data.alternate), (1, 2));
    assert_eq!(mbim.quirks, Quirks::NO_EXTRA_PACKET);
    assert_eq!(modem.functions.len(), 1);
}

#[test]
fn what_devices_want_beside_the_specification() {
    let quirks = |vendor, product| look(vendor, product, &[mbim_function(0, 1, 0)]).mbim().next().unwrap().quirks;
    assert_eq!(quirks(0x12d1, 0x15c1), Quirks::NDP_AT_END);
    assert_eq!(quirks(0x03f0, 0xa31d), Quirks::NDP_AT_END);
    assert_eq!(quirks(0x1bc7, 0x1041), Quirks::NO_TOGGLE);
    assert_eq!(quirks(0x1bc7, 0x1061), Quirks::NO_TOGGLE);
    assert_eq!(quirks(0x2c7c, 0x0125), Quirks::empty());
}

/// The usual composition of Quectel: diagnostics with two endpoints, three serial ports, QMI with the class of diagnostics.
#[test]
fn qmi_by_class_and_not_by_number_of_endpoints() {
    let ports = |diagnostics| {
        [
            vendor_port(0, diagnostics, false),
            vendor_port(1, SERIAL, true),
            vendor_port(2, SERIAL, true),
            vendor_port(3, SERIAL, true),
            vendor_port(4, PLAIN, true),
        ]
    };
    let modem = look(0x2c7c, 0x0125, &ports(PLAIN));
    let qmi: Vec<_> = modem.qmi().collect();
    assert_eq!(qmi.len(), 1);
    assert_eq!((qmi[0].control, qmi[0].data.interface, qmi[0].notification.address), (4, 4, 0x89));
    assert!(!qmi[0].guessed && qmi[0].quirks.contains(Quirks::DTR) && !qmi[0].data.has_alternates);
    let role = |port| {
        modem.functions.iter().find_map(|function| match function {
            Function::Serial(SerialFunction { control, role, .. }) if *control == port => Some(*role),
            _ => None,
        })
    };
    assert_eq!(role(0), Some(Role::Diagnostics));
    assert_eq!(role(1), Some(Role::Gnss));
    assert_eq!((role(2), role(3), role(4)), (Some(Role::At), Some(Role::At), None));
    assert_eq!(modem.at().map(|port| port.control).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn qmi_by_number_and_its_exceptions() {
    let five = [0, 1, 2, 3, 4].map(|number| vendor_port(number, PLAIN, number != 1));
    let interfaces = |product, ports: &[Vec<u8>]| {
        let modem = look(0x05c6, product, ports);
        modem.qmi().map(|qmi| (qmi.control, qmi.guessed)).collect::<Vec<_>>()
    };
    assert_eq!(interfaces(0x9215, &five), [(4, false)], "an EC20");
    assert_eq!(interfaces(0x9215, &five[..4]), [(0, false)], "Gobi 2000");
    assert_eq!(interfaces(0x9202, &five), [(3, false)], "Gobi 1000");
    // The number fits, but the class is not the vendor's, or there are no notifications.
    let other = [vendor_port(3, (0x0a, 0, 0), true)];
    assert_eq!(interfaces(0x9202, &other), []);
    assert_eq!(interfaces(0x9202, &[vendor_port(3, PLAIN, false)]), []);
    let two = look(0x1199, 0x68a2, &[8, 19].map(|number| vendor_port(number, PLAIN, true)));
    assert_eq!(two.qmi().map(|qmi| qmi.control).collect::<Vec<_>>(), [8, 19]);
    assert!(two.qmi().all(|qmi| qmi.quirks.is_empty()));
}

#[test]
fn qmi_over_two_interfaces() {
    let with_union = |union: [u8; 2]| {
        let mut control = interface(1, 0, 1, (0xff, 1, 9));
        control.extend([5, 0x24, 6, union[0], union[1]]);
        control.extend(interrupt(0x85, 16));
        let data = [interface(2, 0, 0, (0xff, 1, 8)), interface(2, 1, 2, (0xff, 1, 8)), bulk(3, 512)].concat();
        look(0x12d1, 0x1506, &[control, data])
    };
    let modem = with_union([1, 2]);
    let qmi = modem.qmi().next().unwrap();
    assert_eq!((qmi.control, qmi.data.interface, qmi.data.alternate, qmi.data.has_alternates), (1, 2, 1, true));
    assert_eq!(with_union([4, 7]).qmi().next(), None, "no pipes without the other interface");
}

#[test]
fn a_guess_where_nothing_is_known() {
    let guess = |ports: &[Vec<u8>]| look(0x4242, 0x0001, ports).qmi().map(|qmi| (qmi.control, qmi.guessed)).next();
    assert_eq!(guess(&[vendor_port(0, SERIAL, true), vendor_port(1, PLAIN, true)]), Some((1, true)));
    let same = [0, 1, 2].map(|number| vendor_port(number, SERIAL, number != 0));
    assert_eq!(guess(&same), Some((2, true)), "behind the serial ports");
    assert_eq!(guess(&same[..2]), None);
    assert_eq!(guess(&[vendor_port(0, (0xff, 0x42, 0x01), true)]), None, "Android's debugger");
    // Beside MBIM nobody has to guess.
    let ports = [mbim_function(0, 1, 0), vendor_port(4, PLAIN, true)];
    assert_eq!(look(0x4242, 1, &ports).qmi().next(), None);
}

#[test]
fn serial_ports_of_cdc_acm() {
    let acm = |control: u8, union: &[u8], management: &[u8], protocol| {
        let mut bytes = interface(control, 0, 1, (2, 2, protocol));
        bytes.extend([5, 0x24, 0, 0x10, 1]);
        bytes.extend(union);
        bytes.extend([4, 0x24, 2, 2]);
        bytes.extend(management);
        bytes.extend(interrupt(0x80 | (control + 1), 8));
        bytes
    };
    let data = |number: u8| [interface(number, 0, 2, (0x0a, 0, 0)), bulk(number + 1, 64)].concat();
    let modem = look(
        0x1e2d,
        0x0058,
        &[
            acm(0, &[5, 0x24, 6, 0, 1], &[], 1),
            data(1),
            acm(2, &[], &[5, 0x24, 1, 3, 5], 0), // only call management names its data interface
            data(5),
            acm(6, &[], &[], 0), // the next one
            data(7),
        ],
    );
    let ports: Vec<_> = modem.at().map(|port| (port.control, port.data.interface, port.acm, port.role)).collect();
    let expected = [(0, 1, true, Role::At), (2, 5, true, Role::Unknown), (6, 7, true, Role::Unknown)];
    assert_eq!(ports, expected);
    assert_eq!(modem.functions.len(), 3);
}

#[test]
fn vendors_ports_count_only_in_modems() {
    let ports = [vendor_port(0, SERIAL, false), vendor_port(1, (0xff, 0x42, 1), false)];
    let stranger = look(0x4242, 1, &ports);
    assert_eq!((stranger.functions.len(), stranger.others.vendor), (0, 2));
    let maker = look(0x2dee, 0x4d57, &ports);
    assert_eq!(maker.functions.len(), 1, "and the debugger never does");
    let role = look(0x2dee, 0x4d57, &[vendor_port(2, SERIAL, true)]).functions[0];
    assert!(matches!(role, Function::Serial(SerialFunction { role: Role::Diagnostics, .. })), "a mute port: {role:?}");
    let disk = look(0x12d1, 0x1f01, &[[interface(0, 0, 2, (8, 6, 0x50)), bulk(1, 512)].concat()]);
    assert!(disk.functions.is_empty() && disk.others.storage, "has to be switched over first");
}

#[test]
fn the_configuration_that_serves_best() {
    let serial = configuration(3, &[vendor_port(0, SERIAL, true)]);
    let qmi = configuration(1, &[vendor_port(8, PLAIN, true)]);
    let mbim = configuration(2, &[mbim_function(12, 13, 0)]);
    let nothing = configuration(4, &[]);
    let device = device(0x1199, 0x9071);
    let best = |list: &[&Vec<u8>]| find(&device, list.iter().map(|bytes| &bytes[..])).map(|modem| modem.configuration);
    assert_eq!(best(&[&qmi, &mbim, &serial]), Some(2));
    assert_eq!(best(&[&serial, &qmi]), Some(1));
    assert_eq!(best(&[&nothing, &serial]), Some(3));
    assert_eq!(best(&[&nothing]), Some(4));
    assert_eq!(best(&[]), None);
    let mut other = mbim.clone();
    other[5] = 7;
    assert_eq!(best(&[&other, &mbim]), Some(7), "the first of equals");
}

#[test]
fn more_functions_than_room() {
    let number = |number: usize| u8::try_from(number).unwrap();
    let ports: Vec<_> = (0..MAX_FUNCTIONS + 3)
        .map(|nth| {
            let port = interface(number(nth), 0, 2, SERIAL);
            [port, bulk(1, 512)].concat()
        })
        .collect();
    let modem = look(0x2c7c, 0x0125, &ports);
    assert_eq!((modem.functions.len(), modem.others.left_out), (MAX_FUNCTIONS, 3));
}

#[test]
fn endpoints_that_cannot_be() {
    for (address, size) in [(0x80, 512_u16), (0x82, 0), (0x82, 500)] {
        let [low, high] = size.to_le_bytes();
        let mut function = mbim_function(0, 1, 0);
        let at = function.len() - 14;
        function[at + 2] = address;
        function[at + 4..at + 6].copy_from_slice(&[low, high]);
        assert_eq!(look(1, 1, &[function]).mbim().next(), None, "{address:x} of {size} bytes");
    }
}

#[test]
fn reads_the_descriptors_itself() {
    let bench = Bench::default();
    let mbim = configuration(2, &[mbim_function(0, 1, 0)]);
    let descriptor = device(0x1199, 0x9071).to_bytes().to_vec();
    let log = ["in 80 06 0", "in 80 06 0", "in 80 06 0"];
    let asked = |faults: &[(usize, Fault)], room: usize| {
        // Every request is GET_DESCRIPTOR, so each answer is told by its place.
        let mut result = Err(());
        for (at, fault) in faults {
            bench.fault.replace(Some((*at, fault.clone())));
            bench.taken();
            let mut buf = vec![0; room];
            result = run(enumerate(&mut Control::new(&bench), &mut buf)).map_err(|_| ());
        }
        result
    };
    bench.answers.replace(vec![(6, mbim.clone())]);
    let modem = asked(&[(0, Fault::Answers(descriptor.clone()))], 512).unwrap();
    assert_eq!((modem.configuration, modem.mbim().count()), (2, 1));
    assert_eq!(bench.taken(), log);
    // Too long for the memory, no device descriptor, a device that is gone.
    assert!(asked(&[(0, Fault::Answers(descriptor.clone()))], mbim.len() - 1).is_err());
    assert!(asked(&[(0, Fault::Answers(vec![18, 1]))], 512).is_err());
    assert!(asked(&[(0, Fault::Fails(BusError::Gone))], 512).is_err());
}

proptest! {
    /// Whatever a device says: an answer, and every endpoint in it is one.
    #[test]
    fn hostile_descriptors(bytes in prop::collection::vec(any::<u8>(), 0..600), vendor in prop::sample::select(vec![0x12d1, 0x2c7c, 1])) {
        let modem = Modem::look(&device(vendor, 0x0125), &bytes);
        prop_assert!(modem.functions.len() <= MAX_FUNCTIONS);
    }

    /// Damage anywhere in the configuration of a real modem.
    #[test]
    fn damaged_descriptors(at in 9_usize..200, with in any::<u8>()) {
        let mut bytes = configuration(1, &[mbim_function(0, 1, 0x28), vendor_port(2, SERIAL, true), vendor_port(4, PLAIN, true)]);
        let at = at % bytes.len();
        bytes[at] = with;
        for function in &Modem::look(&device(0x2c7c, 0x0125), &bytes).functions {
            if let Function::Mbim(mbim) = function {
                prop_assert!(mbim.max_control_message >= 64);
                prop_assert!(mbim.data.input.max_packet_size.is_power_of_two());
            }
        }
    }
}
