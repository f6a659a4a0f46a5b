//! What experience with modems on USB has taught, as data: which interfaces speak QMI although no class says so, what the
//! serial ports of makers are, and which devices want something special. The one place to add a device to.

use mbim_wire::usb::descriptor::Class;

bitflags::bitflags! {
    /// What a device wants beside the specification.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Quirks: u8 {
        /// The NDP of a block to the device lies at its end, so that a block has one NDP and packets of one session.
        const NDP_AT_END = 1 << 0;
        /// The data interface must not go to its working setting and back before it is set up: the device hangs.
        const NO_TOGGLE = 1 << 1;
        /// No empty packet behind a block of the full size. All others get one: many wait for it, although the specification
        /// does not ask for it (MBIM 1.0 §7, NCM 1.0 §3.2.2).
        const NO_EXTRA_PACKET = 1 << 2;
        /// Answers QMI only after SET_CONTROL_LINE_STATE has raised DTR.
        const DTR = 1 << 3;
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Quirks {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=u8:#x}", self.bits());
    }
}

/// A vendor, one of its products or any, and what it wants.
type Special = (u16, Option<u16>, Quirks);

const SPECIAL: &[Special] = &[
    (0x12d1, None, Quirks::NDP_AT_END),         // Huawei
    (0x03f0, Some(0xa31d), Quirks::NDP_AT_END), // HP lt4132, made by Huawei
    (0x1bc7, Some(0x1041), Quirks::NO_TOGGLE),  // Telit LE922A6
    (0x1bc7, Some(0x1061), Quirks::NO_TOGGLE),  // Telit LN920
    (0x0bdb, None, Quirks::NO_EXTRA_PACKET),    // Ericsson
];

/// What a device wants. `usb_version` is that of its device descriptor: chips from MDM9x30 on, which say 2.01 or later, need
/// DTR.
#[must_use]
pub fn quirks(vendor: u16, product: u16, usb_version: u16) -> Quirks {
    let dtr = if usb_version >= 0x0201 { Quirks::DTR } else { Quirks::empty() };
    SPECIAL
        .iter()
        .filter(|(v, p, _)| *v == vendor && p.is_none_or(|p| p == product))
        .fold(dtr, |quirks, (_, _, more)| quirks | *more)
}

/// How an interface is known to speak QMI.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct KnownQmi {
    /// Needs DTR, whatever the version of USB says.
    pub(super) dtr: bool,
    /// By its number alone, so that only a vendor's own class is believed.
    pub(super) by_number: bool,
}

/// A product with the interfaces that speak QMI: one or two, [`NONE`] for none. [`D`] in the first: needs DTR.
type Product = (u16, u8, u8);

/// No second interface.
const NONE: u8 = 0xff;
/// Added to an interface: needs DTR.
const D: u8 = 0x80;

/// By vendor, product and number of the interface.
const QMI_BY_NUMBER: &[(u16, &[Product])] = &[
    // Quectel
    (
        0x2c7c,
        &[
            (0x0121, 4 | D, NONE), // EC21
            (0x0191, 4 | D, NONE), // EG91
            (0x0195, 4 | D, NONE), // EG95
            (0x0296, 4, NONE),     // BG96
            (0x030e, 4 | D, NONE), // EM05G
            (0x0316, 3 | D, NONE), // RG255C
        ],
    ),
    // Sierra Wireless; behind the first ones those of Gobi 2000 and 3000
    (
        0x1199,
        &[
            (0x68a2, 8, 19),       // MC77xx
            (0x68c0, 8 | D, 10),   // MC73xx, WP76xx
            (0x9041, 8 | D, 10),   // MC7305, MC7355
            (0x9063, 8 | D, 10),   // EM7305
            (0x9051, 8, NONE),     // Netgear AirCard 340U
            (0x9053, 8, NONE),     // as module
            (0x9054, 8, NONE),     //
            (0x9055, 8, NONE),     // AirCard 341U
            (0x9056, 8, NONE),     //
            (0x9057, 8, NONE),     //
            (0x9061, 8, NONE),     //
            (0x901c, 8, NONE),     // EM7700
            (0x901f, 8, NONE),     // EM7355
            (0x9071, 8 | D, 10),   // MC74xx
            (0x9079, 8 | D, 10),   // EM74xx
            (0x907b, 8 | D, 10),   // EM74xx
            (0x9091, 8 | D, NONE), // EM7565
            (0xc081, 8 | D, NONE), // EM7590
            (0x68a5, 0, NONE),
            (0x68a9, 0, NONE),
            (0x9001, 0, NONE),
            (0x9002, 0, NONE),
            (0x9003, 0, NONE),
            (0x9004, 0, NONE),
            (0x9005, 0, NONE),
            (0x9006, 0, NONE),
            (0x9007, 0, NONE),
            (0x9008, 0, NONE),
            (0x9009, 0, NONE),
            (0x900a, 0, NONE),
            (0x9011, 0, NONE),
            (0x9013, 0, NONE),
            (0x9015, 0, NONE),
            (0x9019, 0, NONE),
            (0x901b, 0, NONE),
        ],
    ),
    // Telit
    (
        0x1bc7,
        &[
            (0x0991, D, NONE),
            (0x1031, 3 | D, NONE),
            (0x1034, 2 | D, NONE),
            (0x1037, 4 | D, NONE),
            (0x1038, 3 | D, NONE),
            (0x103a, D, NONE),
            (0x1040, 2 | D, NONE),
            (0x1050, 2 | D, NONE), // FN980
            (0x1057, 2 | D, NONE),
            (0x1060, 2 | D, NONE), // LN920
            (0x1070, 2 | D, NONE), // FN990A
            (0x1077, 2 | D, NONE),
            (0x1080, 2 | D, NONE),
            (0x10a0, D, NONE), // FN920
            (0x10a4, D, NONE),
            (0x10a9, D, NONE),
            (0x10b0, D, NONE), // FE990B
            (0x10c0, D, NONE), // FE910
            (0x10c4, D, NONE),
            (0x10c8, D, NONE),
            (0x10d0, D, NONE), // FN990B
            (0x1100, 3, NONE), // ME910
            (0x1101, 3, NONE),
            (0x1200, 5, NONE), // LE920
            (0x1201, 2 | D, NONE),
            (0x1230, 2 | D, NONE),
            (0x1250, D, NONE),
            (0x1260, 2 | D, NONE),
            (0x1261, 2 | D, NONE),
            (0x1900, 1 | D, NONE),
            (0x3000, D, NONE), // FN912
            (0x3001, D, NONE),
        ],
    ),
    // SIMCom
    (0x1e0e, &[(0x9001, 5 | D, NONE), (0x9071, 3 | D, NONE)]),
    // Fibocom
    (0x2cb7, &[(0x0104, 4 | D, NONE), (0x0112, D, NONE)]),
    (0x1508, &[(0x1001, 4 | D, NONE)]),
    // u-blox
    (0x1546, &[(0x1312, 4 | D, NONE), (0x1342, 4 | D, NONE)]),
    // Cinterion, Thales, Telit Cinterion
    (
        0x1e2d,
        &[
            (0x0053, 4, NONE),
            (0x0060, 4, NONE),
            (0x0063, 10, NONE),
            (0x006f, 8 | D, NONE),
            (0x0082, 4, 5),
            (0x0083, 4, NONE),
            (0x00b0, 4 | D, NONE),
            (0x00b7, 0, NONE), // MV31
            (0x00b9, 0, NONE),
            (0x00f3, 0, NONE), // MV32
            (0x00f4, 0, NONE),
        ],
    ),
    // Dell
    (
        0x413c,
        &[
            (0x8172, 3, NONE), // Gobi 1000
            (0x8186, 0, NONE), // Gobi 2000
            (0x8194, 0, NONE),
            (0x81a2, 8, NONE),
            (0x81a3, 8, NONE),
            (0x81a4, 8, NONE),
            (0x81a8, 8, NONE),
            (0x81a9, 8, NONE),
            (0x81b1, 8, NONE),
            (0x81b3, 8, NONE),
            (0x81b6, 8, 10),
            (0x81c2, 8, NONE),
            (0x81cc, 8, NONE),
            (0x81d7, 0, 1), // DW5821e
            (0x81e0, 0, NONE),
            (0x81e4, 0, NONE),
            (0x81e6, 0, NONE),
        ],
    ),
    // HP
    (0x03f0, &[(0x1f1d, 3, NONE), (0x251d, 0, NONE), (0x371d, 0, NONE), (0x4e1d, 8, NONE), (0x9d1d, 1, NONE)]),
    // Foxconn
    (0x0489, &[(0xe0b4, 0, NONE), (0xe0b5, 0, NONE)]),
    // ZTE
    (0x19d2, &[(0x0199, 1, NONE), (0x0257, 3, NONE), (0x1485, 5, NONE)]),
    // Qualcomm's own number, used by many
    (
        0x05c6,
        &[
            (0x9001, 3, NONE), // Gobi 1000
            (0x9002, 3, NONE),
            (0x9009, 3, NONE),
            (0x9202, 3, NONE),
            (0x9203, 3, NONE),
            (0x9212, 3, NONE),
            (0x9222, 3, NONE),
            (0x9205, 0, NONE), // Gobi 2000
            (0x920b, 0, NONE),
            (0x9215, 0, NONE), // as a rule; see `EC20`
            (0x9225, 0, NONE),
            (0x9235, 0, NONE),
            (0x9245, 0, NONE),
            (0x9265, 0, NONE),
            (0x9275, 0, NONE),
            (0x9025, 4 | D, NONE), // Alcatel-Sbell ASB TL131
            (0x9091, 2 | D, NONE), // Compal RXM-G1
            (0x90b2, 3, NONE),     // u-blox R410M
            (0x90db, 2 | D, NONE), // Compal RXM-G1
            (0x9625, 4 | D, NONE), // YUGA CLM920-NC5
        ],
    ),
    // Gobi 1000 and 2000 of others
    (
        0x1410,
        &[
            (0xa001, 3, NONE),
            (0xa002, 3, NONE),
            (0xa003, 3, NONE),
            (0xa004, 3, NONE),
            (0xa005, 3, NONE),
            (0xa021, 0, NONE),
        ],
    ),
    (0x12d1, &[(0x14f1, 0, NONE)]),
    (0x0af0, &[(0x8120, 0, NONE)]),
    (0x16d8, &[(0x8002, 0, NONE)]),
    // Others
    (0x2020, &[(0x2060, 4 | D, NONE)]),                        // BroadMobi BM818
    (0x0408, &[(0xea42, 4, NONE)]),                            // Yota
    (0x0846, &[(0x68a2, 8, NONE), (0x68d3, 8, NONE)]),         // Netgear AirCard
    (0x04b7, &[(0x8217, 8 | D, NONE)]),                        // Compal
    (0x1c9e, &[(0x9b05, 4 | D, NONE), (0x9b3c, 4 | D, NONE)]), // Longsung U8300, U9300
    (0x2dee, &[(0x4d22, 5, NONE), (0x4d63, D, NONE), (0x4d64, D, NONE)]), // MeiG
    (0x33f8, &[(0x0104, 4 | D, NONE)]),                        // Rolling RW101
];

/// An EC20 under a number of Gobi 2000, which it is not: it has five interfaces, and QMI on the last.
const EC20: (u16, u16, usize, u8) = (0x05c6, 0x9215, 5, 4);

/// What speaks QMI by the class of the interface.
struct ByClass {
    vendor: u16,
    /// None: all of the vendor's.
    products: &'static [u16],
    class: Class,
    dtr: bool,
}

const fn class_of(vendor: u16, products: &'static [u16], class: (u8, u8, u8), dtr: bool) -> ByClass {
    ByClass { vendor, products, class: Class::new(class.0, class.1, class.2), dtr }
}

/// The class of CDC Ethernet, which some use.
const ETHERNET: (u8, u8, u8) = (0x02, 0x06, 0x00);

const QMI_BY_CLASS: &[ByClass] = &[
    // Huawei: combined
    class_of(0x12d1, &[], (0xff, 0x01, 0x07), false),
    class_of(0x12d1, &[], (0xff, 0x01, 0x11), false),
    class_of(0x12d1, &[], (0xff, 0x01, 0x37), false),
    class_of(0x12d1, &[], (0xff, 0x01, 0x67), false),
    // Huawei: control and data interface
    class_of(0x12d1, &[], (0xff, 0x01, 0x09), false),
    class_of(0x12d1, &[], (0xff, 0x01, 0x39), false),
    class_of(0x12d1, &[], (0xff, 0x01, 0x69), false),
    class_of(0x03f0, &[0x581d], (0xff, 0x01, 0x07), false), // HP lt4112, made by Huawei
    class_of(0x106c, &[], (0xff, 0xf0, 0xff), false),       // Pantech
    class_of(0x106c, &[], (0xff, 0xf1, 0xff), false),
    class_of(0x2dee, &[0x4d49], (0xff, 0x10, 0x05), false), // MeiG
    class_of(0x22b8, &[], (0xff, 0xfb, 0xff), false),       // Motorola
    class_of(0x1410, &[0xb001, 0x9010, 0x9011], ETHERNET, false), // Novatel
    class_of(0x413c, &[0x8195, 0x8196, 0x819b], ETHERNET, false), // Dell, made by Novatel
    class_of(0x16d5, &[0x650a], ETHERNET, false),           // AnyData
    class_of(0x03f0, &[0x421d], ETHERNET, false),           // HP, made by Novatel
    // Quectel RG650V, EC25, RG660QB, EP06, EM060K, EG12, EM160R-GL, RM500Q, RM520N
    class_of(
        0x2c7c,
        &[0x0122, 0x0125, 0x013d, 0x0306, 0x030b, 0x0512, 0x0620, 0x0800, 0x0801],
        (0xff, 0xff, 0xff),
        true,
    ),
    class_of(0x05c6, &[0xf601], (0xff, 0xff, 0xff), true), // MeigLink SLM750
];

/// Whether that interface of that device is known to speak QMI; `interfaces` is how many the configuration has.
pub(super) fn known_qmi(vendor: u16, product: u16, number: u8, class: Class, interfaces: usize) -> Option<KnownQmi> {
    let by_class = QMI_BY_CLASS.iter().find(|entry| {
        let product = entry.products.is_empty() || entry.products.contains(&product);
        entry.vendor == vendor && product && entry.class == class
    });
    if let Some(entry) = by_class {
        return Some(KnownQmi { dtr: entry.dtr, by_number: false });
    }
    if (vendor, product, interfaces) == (EC20.0, EC20.1, EC20.2) {
        return (number == EC20.3).then_some(KnownQmi { dtr: false, by_number: true });
    }
    let (_, products) = QMI_BY_NUMBER.iter().find(|(v, _)| *v == vendor)?;
    let (_, first, second) = products.iter().find(|(p, _, _)| *p == product)?;
    let fits = first & !D == number || *second == number;
    fits.then_some(KnownQmi { dtr: first & D != 0, by_number: true })
}

/// What a serial port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Role {
    /// AT commands.
    At,
    /// The maker's diagnostics. It is mute to AT.
    Diagnostics,
    /// Positions, as text of NMEA 0183.
    Gnss,
    /// Not known. AT, if the port answers `AT`.
    Unknown,
}

/// A vendor, one of its products or any, and its ports: interface and role.
type Ports = (u16, Option<u16>, &'static [(u8, Role)]);

/// Qualcomm's usual order.
const QUALCOMM: &[(u8, Role)] = &[(0, Role::Diagnostics), (1, Role::Gnss), (2, Role::At), (3, Role::At)];

const PORTS: &[Ports] = &[
    (0x2c7c, None, QUALCOMM),                                                          // Quectel
    (0x1e0e, Some(0x9001), QUALCOMM),                                                  // SIMCom
    (0x1199, None, &[(0, Role::Diagnostics), (2, Role::Gnss), (3, Role::At)]),         // Sierra Wireless
    (0x05c6, Some(0x9215), &[(1, Role::Diagnostics), (2, Role::At), (3, Role::Gnss)]), // Gobi 2000
    (0x2dee, Some(0x4d57), &[(2, Role::Diagnostics)]),                                 // MeiG SLM770A
    (0x0489, Some(0xe0b4), FOXCONN),
    (0x0489, Some(0xe0b5), FOXCONN),
];

/// Foxconn T77W968.
const FOXCONN: &[(u8, Role)] = &[(2, Role::At), (3, Role::At), (4, Role::Gnss), (5, Role::Diagnostics)];

/// The debugger's interfaces of Android: whoever takes them makes some modems crash.
pub(super) const fn is_debugger(class: Class) -> bool {
    matches!((class.class, class.subclass), (0xff, 0x42))
}

/// What the vendor's port with that interface is for: by the table, or by the protocols that newer chips of Qualcomm give
/// their interfaces.
pub(super) fn role(vendor: u16, product: u16, number: u8, class: Class) -> Role {
    match (class.subclass, class.protocol) {
        (0x00 | 0xff, 0x30) => return Role::Diagnostics,
        (0x00 | 0xff, 0x40) => return Role::At,
        (0x00 | 0xff, 0x60) => return Role::Gnss,
        _ => {}
    }
    PORTS
        .iter()
        .filter(|(v, p, _)| *v == vendor && p.is_none_or(|p| p == product))
        .find_map(|(_, _, ports)| ports.iter().find(|(port, _)| *port == number))
        .map_or(Role::Unknown, |(_, role)| *role)
}

/// Makers of modems: what has a vendor's own class and pipes of bytes is a port of a modem, and not anything else.
const MAKERS: &[u16] = &[
    0x03f0, 0x0408, 0x0489, 0x04b7, 0x05c6, 0x0846, 0x0af0, 0x0bdb, 0x0e8d, 0x106c, 0x1199, 0x12d1, 0x1410, 0x1435,
    0x1508, 0x1546, 0x16d5, 0x16d8, 0x19d2, 0x1bbb, 0x1bc7, 0x1c9e, 0x1e0e, 0x1e2d, 0x2001, 0x2020, 0x22b8, 0x2357,
    0x2c7c, 0x2cb7, 0x2dee, 0x33f8, 0x413c, 0x8087,
];

/// Whether the vendor makes modems.
pub(super) fn is_maker(vendor: u16) -> bool {
    MAKERS.contains(&vendor)
}
