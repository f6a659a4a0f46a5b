//! How a modem on USB is named: `usb`, `usb:VENDOR:PRODUCT`, `usb:VENDOR:PRODUCT:SERIAL` and `usb:BUS.ADDRESS`.

use core::fmt;

use crate::error::Fail;
use crate::output::clean;

/// Which device is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    /// The only one that has a modem's functions.
    Only,
    /// By vendor and product, and by serial number where there are several.
    Product { vendor: u16, product: u16, serial: Option<String> },
    /// Where it is plugged in: as in `/dev/bus/usb/BUS/ADDRESS`, and as `lsusb` says it.
    Place { bus: u8, address: u8 },
}

/// Whether that names a device on USB.
pub(crate) fn is_usb(name: &str) -> bool {
    name == "usb" || name.starts_with("usb:")
}

impl Name {
    /// Reads a name that [`is_usb`].
    pub(crate) fn parse(name: &str) -> Result<Self, Fail> {
        let wrong = || {
            Fail::Usage(format!(
                "{}: usb, usb:VENDOR:PRODUCT[:SERIAL] with hexadecimal numbers, such as usb:2c7c:0125, or usb:BUS.ADDRESS expected",
                clean(name)
            ))
        };
        let Some(rest) = name.strip_prefix("usb:") else {
            return if name == "usb" { Ok(Self::Only) } else { Err(wrong()) };
        };
        if let Some((vendor, rest)) = rest.split_once(':') {
            let (product, serial) = match rest.split_once(':') {
                Some((product, serial)) => (product, Some(serial)),
                None => (rest, None),
            };
            let number = |text: &str| {
                let digits = !text.is_empty() && text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
                u16::from_str_radix(text, 16).ok().filter(|_| digits).ok_or_else(wrong)
            };
            if serial.is_some_and(str::is_empty) {
                return Err(wrong());
            }
            let (vendor, product) = (number(vendor)?, number(product)?);
            return Ok(Self::Product { vendor, product, serial: serial.map(ToOwned::to_owned) });
        }
        let (bus, address) = rest.split_once('.').ok_or_else(wrong)?;
        let number = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| digits).ok_or_else(wrong)
        };
        Ok(Self::Place { bus: number(bus)?, address: number(address)? })
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only => f.write_str("usb"),
            Self::Product { vendor, product, serial: None } => write!(f, "usb:{vendor:04x}:{product:04x}"),
            Self::Product { vendor, product, serial: Some(serial) } => {
                write!(f, "usb:{vendor:04x}:{product:04x}:{serial}")
            }
            Self::Place { bus, address } => write!(f, "usb:{bus}.{address}"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        let product = |serial: Option<&str>| Name::Product {
            vendor: 0x2c7c,
            product: 0x0125,
            serial: serial.map(ToOwned::to_owned),
        };
        let names = [
            ("usb", Name::Only),
            ("usb:2c7c:0125", product(None)),
            ("usb:2c7c:0125:a:b", product(Some("a:b"))),
            ("usb:3.17", Name::Place { bus: 3, address: 17 }),
        ];
        for (text, name) in names {
            assert!(is_usb(text));
            assert_eq!(Name::parse(text).unwrap(), name);
            assert_eq!(name.to_string(), text);
        }
        assert_eq!(Name::parse("usb:2C7C:125").unwrap(), product(None));
        assert_eq!(Name::parse("usb:003.017").unwrap(), Name::Place { bus: 3, address: 17 });
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let wrong = [
            "usb:",
            "usb:2c7c",
            "usb:2c7c:",
            "usb::0125",
            "usb:2c7c:0125:",
            "usb:12c7c:0125",
            "usb:+c7c:0125",
            "usb:1.",
            "usb:.1",
            "usb:1.256",
            "usb:-1.2",
            "usb:1.2.3",
            "usb:1.2:3",
        ];
        for text in wrong {
            assert!(matches!(Name::parse(text), Err(Fail::Usage(_))), "{text}");
        }
        assert!(!is_usb("usb0") && !is_usb("/dev/usb") && !is_usb("./usb"));
    }
}
