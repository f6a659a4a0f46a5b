//! Which interfaces and endpoints each kind of modem has. One table for each kind; descriptors, requests and transfers all go
//! by it.

use super::{Kind, PortRole};

/// What a unit is: one function in the words of USB, which is a control interface with or without a data interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// MBIM.
    Mbim,
    /// NCM in the first setting of the control interface, MBIM in the second.
    NcmMbim,
    /// QMI: everything on one vendor-specific interface.
    #[cfg(feature = "qmi")]
    Qmi,
    /// A serial port of CDC ACM.
    Acm,
    /// A vendor-specific serial port on one interface.
    Vendor(PortRole),
}

/// Interfaces and endpoints of one unit. Endpoints are addresses; 0: there is none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    pub(super) role: Role,
    /// The interface that requests are for.
    pub(super) control: u8,
    /// The interface with the bulk pipes; the same if there is only one.
    pub(super) data: u8,
    /// Interrupt pipe to the host.
    pub(super) notify: u8,
    /// Bulk pipe to the host.
    pub(super) input: u8,
    /// Bulk pipe to the modem.
    pub(super) output: u8,
}

impl Unit {
    const fn mbim(role: Role) -> Self {
        Self { role, control: 0, data: 1, notify: 0x81, input: 0x82, output: 0x02 }
    }

    /// A port of CDC ACM, whose interfaces begin at `first` and endpoints at number `endpoint`.
    const fn acm(first: u8, endpoint: u8) -> Self {
        let next = endpoint.saturating_add(1);
        let data = first.saturating_add(1);
        Self { role: Role::Acm, control: first, data, notify: endpoint | 0x80, input: next | 0x80, output: next }
    }

    const fn vendor(role: PortRole, interface: u8, notify: u8, input: u8, output: u8) -> Self {
        Self { role: Role::Vendor(role), control: interface, data: interface, notify, input, output }
    }

    /// Whether it takes encapsulated commands: it is no port.
    pub(super) const fn is_control(&self) -> bool {
        !matches!(self.role, Role::Acm | Role::Vendor(_))
    }

    /// The highest alternate setting of one of its interfaces.
    pub(super) const fn last_setting(&self, interface: u8) -> u8 {
        match self.role {
            Role::Mbim if interface == self.data => 1,
            Role::NcmMbim if interface == self.data => 2,
            Role::NcmMbim => 1,
            _ => 0,
        }
    }
}

const MBIM: &[Unit] = &[Unit::mbim(Role::Mbim)];
const NCM_MBIM: &[Unit] = &[Unit::mbim(Role::NcmMbim)];
const AT: &[Unit] = &[Unit::acm(0, 1), Unit::acm(2, 3)];
const COMPOSITE: &[Unit] = &[Unit::mbim(Role::Mbim), Unit::acm(2, 3), Unit::acm(4, 5)];

/// The ports of a Quectel EC25, those for AT commands first.
const AT_VENDOR: &[Unit] = &[
    Unit::vendor(PortRole::At, 2, 0x85, 0x84, 0x03),
    Unit::vendor(PortRole::At, 3, 0x87, 0x86, 0x04),
    Unit::vendor(PortRole::Nmea, 1, 0x83, 0x82, 0x02),
    Unit::vendor(PortRole::Diagnostic, 0, 0, 0x81, 0x01),
];

/// The same with its QMI function behind them.
#[cfg(feature = "qmi")]
const QMI: &[Unit] = &[
    Unit { role: Role::Qmi, control: 4, data: 4, notify: 0x89, input: 0x88, output: 0x05 },
    Unit::vendor(PortRole::At, 2, 0x85, 0x84, 0x03),
    Unit::vendor(PortRole::At, 3, 0x87, 0x86, 0x04),
    Unit::vendor(PortRole::Nmea, 1, 0x83, 0x82, 0x02),
    Unit::vendor(PortRole::Diagnostic, 0, 0, 0x81, 0x01),
];

/// The units of a kind, the one that takes encapsulated commands first.
pub(super) const fn units(kind: Kind) -> &'static [Unit] {
    match kind {
        Kind::Mbim => MBIM,
        Kind::NcmMbim => NCM_MBIM,
        #[cfg(feature = "qmi")]
        Kind::Qmi => QMI,
        Kind::At => AT,
        Kind::AtVendor => AT_VENDOR,
        Kind::Composite => COMPOSITE,
    }
}

/// How many interfaces a kind has; their numbers begin at 0.
pub(super) fn interfaces(kind: Kind) -> u8 {
    units(kind).iter().map(|unit| unit.control.max(unit.data)).max().map_or(0, |last| last.saturating_add(1))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use crate::device::usb::{INTERFACES, PORTS};

    #[test]
    fn every_interface_has_one_unit_and_every_endpoint_one_place() {
        for &kind in Kind::ALL {
            let (mut taken, mut endpoints) = (0_u32, 0_u32);
            for unit in units(kind) {
                for interface in unit.control..=unit.data {
                    assert_eq!(taken & (1 << interface), 0, "{kind:?}: interface {interface} twice");
                    taken |= 1 << interface;
                }
                for (address, to_host) in [(unit.notify, true), (unit.input, true), (unit.output, false)] {
                    if address != 0 {
                        let bit = 1 << ((address & 0x0f) + if to_host { 16 } else { 0 });
                        assert!((address & 0x80 != 0) == to_host && endpoints & bit == 0, "{kind:?}: {address:#x}");
                        endpoints |= bit;
                    }
                }
            }
            assert_eq!(taken, (1 << interfaces(kind)) - 1, "{kind:?}: interfaces without a gap");
            assert!(usize::from(interfaces(kind)) <= INTERFACES);
            let control = units(kind).iter().filter(|unit| unit.is_control()).count();
            assert!(control <= 1 && units(kind).len() - control <= PORTS);
        }
    }
}
