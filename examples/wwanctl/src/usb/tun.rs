//! A TUN interface: the end of a modem's data path that the kernel's IP stack sees, for a modem whose data pipe is in the
//! hands of this program.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use core::net::IpAddr;

use mbim_wire::catalogue::Value;
use tun_rs::{DeviceBuilder, SyncDevice};

use super::pump::Interface;
use crate::error::Fail;
use crate::output::{clean, note};

/// Where the network does not say.
const USUAL_MTU: u16 = 1500;
/// The least that IPv6 works with (RFC 8200 §5).
const LEAST_MTU_OF_IPV6: u16 = 1280;
/// Longest name of an interface, in bytes.
const LONGEST_NAME: usize = 15;

/// What an interface is configured with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The addresses, each with the length of its prefix.
    pub(crate) addresses: Vec<(IpAddr, u8)>,
    /// The other end of an address that has no network around it.
    pub(crate) peer: Option<IpAddr>,
    /// Longest packet, in bytes.
    pub(crate) mtu: u16,
}

impl Settings {
    /// From what a session is configured with, in the shape that reports have. Packets of at most `longest` bytes pass.
    pub(crate) fn of(ip: &Value, longest: Option<u16>) -> Self {
        let mut settings = Self::default();
        let mut mtu = longest.unwrap_or(USUAL_MTU).min(USUAL_MTU);
        for key in ["ipv4", "ipv6"] {
            let field = format!("{key}_address");
            let entries = ip.get(&field).and_then(Value::as_array);
            let mut found = false;
            for entry in entries.into_iter().flatten() {
                let address = entry.get(&field).and_then(Value::as_str).and_then(|text| text.parse().ok());
                let Some(address) = address.filter(|address: &IpAddr| !address.is_unspecified()) else { continue };
                let prefix = entry.get("on_link_prefix_length").and_then(Value::as_u64);
                let prefix = prefix.and_then(|prefix| u8::try_from(prefix).ok());
                let prefix = match (address, prefix) {
                    // Networks give a whole prefix to each session, also where the modem tells the address alone.
                    (IpAddr::V6(_), None | Some(0 | 128..)) => 64,
                    (IpAddr::V4(_), None | Some(0 | 33..)) => 32,
                    (_, Some(prefix)) => prefix,
                };
                settings.addresses.push((address, prefix));
                found = true;
            }
            let told = ip.get(format!("{key}_mtu")).and_then(Value::as_u64).and_then(|mtu| u16::try_from(mtu).ok());
            if let Some(told) =
                told.filter(|told| found && *told >= if key == "ipv6" { LEAST_MTU_OF_IPV6 } else { 576 })
            {
                mtu = mtu.min(told);
            }
        }
        let alone = settings
            .addresses
            .iter()
            .find_map(|(address, prefix)| Some(*address).filter(|address| address.is_ipv4() && *prefix == 32));
        if let Some(own) = alone {
            let gateway = ip.get("ipv4_gateway").and_then(Value::as_str).and_then(|text| text.parse().ok());
            settings.peer = gateway.filter(|gateway| *gateway != own);
        }
        settings.mtu = mtu;
        settings
    }
}

/// A name that an interface can have.
pub(crate) fn check_name(name: &str) -> Result<(), Fail> {
    let is_wrong =
        |byte: u8| byte.is_ascii_whitespace() || byte.is_ascii_control() || matches!(byte, b'/' | b':' | b'%');
    if name.is_empty() || name.len() > LONGEST_NAME || matches!(name, "." | "..") || name.bytes().any(is_wrong) {
        return Err(Fail::Usage(format!(
            "--tun {}: the name of a network interface expected, at most {LONGEST_NAME} bytes",
            clean(name)
        )));
    }
    Ok(())
}

/// Whether this program may make such an interface: better known before the modem is touched.
pub(crate) fn check_permission(name: &str) -> Result<(), Fail> {
    DeviceBuilder::new().name(name).enable(false).build_sync().map(drop).map_err(|error| failed(name, &error))
}

fn failed(name: &str, error: &io::Error) -> Fail {
    let hint = match error.kind() {
        io::ErrorKind::PermissionDenied => "\nhint: this needs root, or the capability CAP_NET_ADMIN",
        io::ErrorKind::NotFound => "\nhint: this needs the kernel's module: `modprobe tun`",
        io::ErrorKind::ResourceBusy => "\nhint: there is such an interface already; give it another name",
        _ => "",
    };
    Fail::Output(format!("--tun {}: {error}{hint}", clean(name)))
}

/// The interface; it is gone when this is dropped.
pub(crate) struct Tun(SyncDevice);

impl Tun {
    /// Makes an interface and configures it. It is up then.
    pub(crate) fn new(name: &str, settings: &Settings) -> Result<Self, Fail> {
        let mut builder = DeviceBuilder::new().name(name).mtu(settings.mtu).enable(true);
        for (address, prefix) in &settings.addresses {
            if let IpAddr::V4(address) = address {
                let peer = settings.peer.and_then(|peer| if let IpAddr::V4(peer) = peer { Some(peer) } else { None });
                builder = builder.ipv4(*address, *prefix, peer);
            }
        }
        let device = builder.build_sync().map_err(|error| failed(name, &error))?;
        for (address, prefix) in &settings.addresses {
            if let IpAddr::V6(address) = address {
                // A machine that does without IPv6 can have a session all the same.
                if let Err(error) = device.add_address_v6(*address, *prefix) {
                    note(&format!("--tun {}: {address}/{prefix}: {error}", clean(name)));
                }
            }
        }
        device.set_nonblocking(true).map_err(|error| failed(name, &error))?;
        Ok(Self(device))
    }
}

impl AsFd for Tun {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl Interface for Tun {
    fn try_read(&self, packet: &mut [u8]) -> io::Result<Option<usize>> {
        loop {
            match self.0.recv(packet) {
                Ok(length) => return Ok(Some(length)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn write(&self, packet: &[u8]) -> bool {
        self.0.send(packet).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_interface_gets_what_the_session_has() {
        let ip = json!({
            "session_id": 0,
            "ipv4_address": [{ "on_link_prefix_length": 30, "ipv4_address": "10.0.0.2" }],
            "ipv4_gateway": "10.0.0.1",
            "ipv4_mtu": 1430,
            "ipv6_address": [{ "on_link_prefix_length": 64, "ipv6_address": "2001:db8::2" }],
            "ipv6_mtu": 1420,
        });
        let (v4, v6) = (IpAddr::from([10, 0, 0, 2]), IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, 2]));
        let both = Settings { addresses: vec![(v4, 30), (v6, 64)], peer: None, mtu: 1420 };
        assert_eq!(Settings::of(&ip, None), both);
        assert_eq!(Settings::of(&ip, Some(1400)).mtu, 1400);
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        let ip = json!({
            "ipv4_address": [
                { "on_link_prefix_length": 0, "ipv4_address": "10.0.0.2" },
                { "on_link_prefix_length": 8, "ipv4_address": "0.0.0.0" },
                { "on_link_prefix_length": 8, "ipv4_address": 5 },
            ],
            "ipv4_gateway": "10.0.0.1",
            "ipv4_mtu": 0,
            "ipv6_address": [{ "on_link_prefix_length": 128, "ipv6_address": "2001:db8::2" }],
            "ipv6_mtu": 600,
        });
        let settings = Settings::of(&ip, None);
        let lengths: Vec<u8> = settings.addresses.iter().map(|(_, prefix)| *prefix).collect();
        assert_eq!((lengths, settings.mtu), (vec![32, 64], 1500));
        assert_eq!(settings.peer, Some(IpAddr::from([10, 0, 0, 1])));
        assert_eq!(Settings::of(&json!({}), Some(9000)), Settings { mtu: 1500, ..Settings::default() });
    }

    #[test]
    fn names_are_those_of_interfaces() {
        for name in ["tun0", "wwan-user", "a"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in ["", ".", "..", "a/b", "a b", "sixteen-bytes-no", "wwan%d", "a:1"] {
            assert!(matches!(check_name(name), Err(Fail::Usage(_))), "{name}");
        }
    }
}
