//! IP addresses as AT writes them: dotted or with colons, of four or sixteen numbers, with or without a mask behind
//! (27.007 §10.1.1, §10.1.23).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address, and the mask that was glued to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The address.
    pub address: IpAddr,
    /// The length of its prefix in bits, if a mask or length stands behind it.
    pub prefix: Option<u8>,
}

/// Reads an address: `10.0.0.1`, sixteen numbers with dots between (IPv6), colons, and in each case a mask of the same
/// form or `/` and a length behind. `None` if there is none, or only zeros, which means the same.
///
/// ```
/// let read = at_wire::address::masked(b"10.0.0.9.255.255.255.252").unwrap();
/// assert_eq!((read.address.to_string(), read.prefix), ("10.0.0.9".into(), Some(30)));
/// let read = at_wire::address::masked(b"254.128.0.0.0.0.0.0.0.0.0.37.88.136.248.1").unwrap();
/// assert_eq!(read.address.to_string(), "fe80::25:5888:f801");
/// assert_eq!(at_wire::address::masked(b"0.0.0.0"), None);
/// ```
#[must_use]
pub fn masked(text: &[u8]) -> Option<Masked> {
    let read = any(text)?;
    (!read.address.is_unspecified()).then_some(read)
}

/// As [`masked`], the address alone.
#[must_use]
pub fn ip(text: &[u8]) -> Option<IpAddr> {
    masked(text).map(|masked| masked.address)
}

fn any(text: &[u8]) -> Option<Masked> {
    let text = core::str::from_utf8(text.trim_ascii()).ok()?;
    if text.bytes().any(|byte| byte == b':') {
        // With colons a length may stand behind a slash, or a mask behind a blank.
        let end = text.bytes().position(|byte| matches!(byte, b'/' | b' ')).unwrap_or(text.len());
        let (address, behind) = text.split_at_checked(end)?;
        let address: Ipv6Addr = address.parse().ok()?;
        let prefix = match behind.strip_prefix('/') {
            Some(length) => Some(length.trim().parse().ok().filter(|length: &u8| *length <= 128)?),
            None if behind.trim().is_empty() => None,
            None => Some(prefix_of(&behind.trim().parse::<Ipv6Addr>().ok()?.octets())?),
        };
        return Some(Masked { address: address.into(), prefix });
    }
    let mut numbers = [0_u8; 32];
    let mut places = numbers.iter_mut();
    let mut count = 0_usize;
    for number in text.as_bytes().split(|byte| *byte == b'.') {
        let number = core::str::from_utf8(number.trim_ascii()).ok()?;
        *places.next()? = number.parse().ok()?;
        count = count.saturating_add(1);
    }
    let octets = numbers.get(..count)?;
    let (address, mask): (IpAddr, &[u8]) = match octets.len() {
        4 | 8 => {
            let (address, mask) = octets.split_first_chunk::<4>()?;
            (Ipv4Addr::from(*address).into(), mask)
        }
        16 | 32 => {
            let (address, mask) = octets.split_first_chunk::<16>()?;
            (Ipv6Addr::from(*address).into(), mask)
        }
        _ => return None,
    };
    // A mask of zeros is none.
    let prefix = Some(prefix_of(mask)?).filter(|length| *length > 0);
    Some(Masked { address, prefix })
}

/// How many bits of a mask are set; `None` if zeros stand between them.
///
/// ```
/// assert_eq!(at_wire::address::prefix_of(&[255, 255, 255, 248]), Some(29));
/// assert_eq!(at_wire::address::prefix_of(&[255, 0, 255, 0]), None);
/// ```
#[must_use]
pub fn prefix_of(mask: &[u8]) -> Option<u8> {
    let mut length = 0_u32;
    let mut ended = false;
    for octet in mask {
        let ones = octet.leading_ones();
        if ones != octet.count_ones() || (ended && ones > 0) {
            return None;
        }
        ended |= ones < 8;
        length = length.saturating_add(ones);
    }
    u8::try_from(length).ok()
}

/// The mask with as many bits set as `prefix` says, of the family of `address`.
#[must_use]
pub fn mask_of(address: IpAddr, prefix: u8) -> IpAddr {
    let shift = |width: u32| width.saturating_sub(u32::from(prefix));
    match address {
        IpAddr::V4(_) => Ipv4Addr::from_bits(u32::MAX.checked_shl(shift(32)).unwrap_or(0)).into(),
        IpAddr::V6(_) => Ipv6Addr::from_bits(u128::MAX.checked_shl(shift(128)).unwrap_or(0)).into(),
    }
}
