//! What the sum in a trailer of QMAP version 4 says of a packet's own checksum.
//!
//! The modem has summed up the packet, IP header included. Without the header and with the pseudo header of TCP or UDP, the
//! sum over a whole packet is 0xffff (RFC 1071).

use super::Verdict;
use crate::checksum::{UDP, fold, header, sum};

/// Judges a packet by the sum that its modem has computed over `length` bytes from `start` on. [`Verdict::Unknown`] where
/// that says nothing: of fragments, of other protocols, behind extension headers, and over only a part of the packet.
pub(super) fn judge(packet: &[u8], start: u16, length: u16, computed: u16) -> Verdict {
    judged(packet, start, length, computed).unwrap_or_default()
}

fn judged(packet: &[u8], start: u16, length: u16, computed: u16) -> Option<Verdict> {
    let found = header(packet)?;
    let (header, payload) = packet.split_at_checked(found.len)?;
    // UDP over IPv4 may do without.
    let unused = found.protocol == UDP && packet.first()? >> 4 == 4 && payload.get(6..8)? == [0, 0];
    if unused {
        return None;
    }
    let (start, length) = (usize::from(start), usize::from(length));
    // The sum has to end with the packet, and to begin with it or behind its header.
    (start.checked_add(length)? == packet.len()).then_some(())?;
    let skip = match start {
        0 => fold(sum(header)),
        start if start == header.len() => 0,
        _ => return None,
    };
    // Taking away is adding the complement.
    let payload_sum = u32::from(!computed).saturating_add(u32::from(!skip));
    let payload_len = u32::try_from(payload.len()).ok()?;
    let pseudo = found.pseudo.saturating_add(payload_len);
    let right = fold(payload_sum.saturating_add(pseudo)) == 0xffff;
    Some(if right { Verdict::Right } else { Verdict::Wrong })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    /// A UDP datagram of RFC 1071's kind over IPv4, whose checksum was computed by hand: 10.0.0.1 to 10.0.0.2, ports 1 and
    /// 2, "hi".
    const V4: [u8; 30] = [
        0x45, 0, 0, 30, 0, 0, 0, 0, 64, 17, 0x66, 0xcd, 10, 0, 0, 1, 10, 0, 0, 2, 0, 1, 0, 2, 0, 10, 0x83, 0x6b, b'h',
        b'i',
    ];

    fn modem(packet: &[u8], start: usize) -> u16 {
        !fold(sum(&packet[start..]))
    }

    #[test]
    fn a_whole_packet_is_right() {
        // Header and datagram each sum up to 0xffff.
        assert_eq!(fold(sum(&V4[..20])), 0xffff);
        for start in [0, 20] {
            let length = u16::try_from(30 - start).unwrap();
            let computed = modem(&V4, start);
            assert_eq!(judge(&V4, u16::try_from(start).unwrap(), length, computed), Verdict::Right, "{start}");
            assert_eq!(judge(&V4, u16::try_from(start).unwrap(), length, computed ^ 1), Verdict::Wrong, "{start}");
        }
    }

    #[test]
    fn a_broken_one_is_wrong() {
        let mut packet = V4;
        packet[28] ^= 4;
        assert_eq!(judge(&packet, 0, 30, modem(&packet, 0)), Verdict::Wrong);
    }

    #[test]
    fn of_others_nothing_is_known() {
        for (at, value) in [(6, 0x20), (7, 1), (9, 1), (0, 0x4f)] {
            let mut packet = V4;
            packet[at] = value;
            assert_eq!(judge(&packet, 0, 30, modem(&packet, 0)), Verdict::Unknown, "{at}");
        }
        assert_eq!(judge(&V4, 0, 29, 0), Verdict::Unknown);
        assert_eq!(judge(&V4, 1, 29, 0), Verdict::Unknown);
        assert_eq!(judge(&V4, u16::MAX, u16::MAX, 0), Verdict::Unknown);
        for end in 0..V4.len() {
            let length = u16::try_from(end).unwrap();
            let cut = judge(&V4[..end], 0, length, modem(&V4[..end], 0));
            assert!(end >= 28 || cut == Verdict::Unknown, "{end}");
        }
        let mut packet = V4;
        packet[26..28].fill(0);
        assert_eq!(judge(&packet, 0, 30, modem(&packet, 0)), Verdict::Unknown);
    }
}
