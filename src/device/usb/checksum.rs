//! The checksum of TCP and UDP (RFC 9293 §3.1, RFC 768, RFC 8200 §8.1), where a host leaves it to the modem.

/// Computes the checksum of a packet and puts it into its field; `None` if it has none: no whole packet of TCP or UDP
/// without extension headers, or a fragment.
pub(super) fn complete(packet: &mut [u8]) -> Option<()> {
    let &[first, _, v4_high, v4_low, v6_high, v6_low, next_header, flow] = packet.first_chunk()?;
    let (header, length, protocol, addresses) = match first >> 4 {
        4 => {
            // Flags and offset of the fragment: nothing but the flag that forbids fragments.
            if [next_header & 0xbf, flow] != [0, 0] {
                return None;
            }
            let length = usize::from(u16::from_be_bytes([v4_high, v4_low]));
            (usize::from(first & 0x0f).saturating_mul(4), length, *packet.get(9)?, packet.get(12..20)?)
        }
        6 => {
            let length = usize::from(u16::from_be_bytes([v6_high, v6_low])).saturating_add(40);
            (40, length, next_header, packet.get(8..40)?)
        }
        _ => return None,
    };
    let field = match protocol {
        6 => 16_usize,
        17 => 6,
        _ => return None,
    };
    let segment_length = length.checked_sub(header)?;
    let pseudo = add(u32::from(protocol).wrapping_add(u32::try_from(segment_length).ok()?), addresses);
    let segment = packet.get_mut(header.max(20)..length)?;
    segment.get_mut(field..)?.first_chunk_mut::<2>()?.fill(0);
    let sum = add(pseudo, segment);
    let folded = (sum & 0xffff).wrapping_add(sum >> 16);
    let folded = u16::try_from((folded & 0xffff).wrapping_add(folded >> 16)).ok()?;
    // In UDP, 0 says that there is none.
    let checksum = if protocol == 17 && folded == 0xffff { 0xffff } else { !folded };
    *segment.get_mut(field..)?.first_chunk_mut()? = checksum.to_be_bytes();
    Some(())
}

/// Adds words of 16 bits; 65535 bytes do not overflow.
fn add(sum: u32, bytes: &[u8]) -> u32 {
    bytes.chunks(2).fold(sum, |sum, pair| match *pair {
        [high, low] => sum.wrapping_add(u16::from_be_bytes([high, low]).into()),
        [last] => sum.wrapping_add(u16::from_be_bytes([last, 0]).into()),
        _ => sum,
    })
}
