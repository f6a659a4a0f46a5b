//! The checksum of TCP and UDP (RFC 1071, RFC 9293 §3.1, RFC 768, RFC 8200 §8.1), which QMAP lets one side leave to the other.

pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;

/// Adds up 16-bit numbers. A packet has 32768 at most, so this never comes near the end.
pub(crate) fn sum(bytes: &[u8]) -> u32 {
    bytes.chunks(2).fold(0, |sum: u32, pair| match *pair {
        [high, low] => sum.saturating_add(u16::from_be_bytes([high, low]).into()),
        [last] => sum.saturating_add(u16::from_be_bytes([last, 0]).into()),
        _ => sum,
    })
}

/// Brings a sum into 16 bits, with the carry.
pub(crate) fn fold(mut total: u32) -> u16 {
    while total > 0xffff {
        total = (total & 0xffff).saturating_add(total >> 16);
    }
    u16::try_from(total).unwrap_or(0)
}

/// What an IP header says of the TCP or UDP behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    /// Bytes of the header.
    pub(crate) len: usize,
    /// Bytes of the packet, as the header says.
    #[cfg_attr(not(all(feature = "device", feature = "usb")), allow(dead_code))]
    pub(crate) total: usize,
    /// [`TCP`] or [`UDP`].
    pub(crate) protocol: u8,
    /// Sum over the pseudo header but for the length.
    pub(crate) pseudo: u32,
}

/// Reads the header of a packet of TCP or UDP; `None` for others, behind extension headers, and for fragments.
pub(crate) fn header(packet: &[u8]) -> Option<Header> {
    let (&first, rest) = packet.split_first()?;
    let number = |at: usize| packet.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes));
    let (len, total, protocol, addresses) = match first >> 4 {
        4 => {
            let len = usize::from(first & 0x0f).saturating_mul(4);
            // Neither a fragment's offset nor more of them.
            let whole = len >= 20 && number(6)? & 0x3fff == 0;
            whole.then_some((len, usize::from(number(2)?), *rest.get(8)?, packet.get(12..20)?))?
        }
        6 => (40, usize::from(number(4)?).saturating_add(40), *rest.get(5)?, packet.get(8..40)?),
        _ => return None,
    };
    let pseudo = sum(addresses).saturating_add(protocol.into());
    let fits = matches!(protocol, TCP | UDP) && len <= packet.len();
    fits.then_some(Header { len, total, protocol, pseudo })
}

/// Computes the checksum of a packet and puts it into its field; `None`, with nothing changed, if it has none.
#[cfg(all(feature = "device", feature = "usb"))]
pub(crate) fn complete(packet: &mut [u8]) -> Option<()> {
    let Header { len, total, protocol, pseudo } = header(packet)?;
    let segment = packet.get_mut(len..total)?;
    let field = if protocol == TCP { 16_usize } else { 6 };
    let pseudo = pseudo.saturating_add(u32::try_from(segment.len()).ok()?);
    *segment.get_mut(field..)?.first_chunk_mut()? = [0_u8; 2];
    let checksum = match (protocol, !fold(pseudo.saturating_add(sum(segment)))) {
        // In UDP, 0 says that there is none.
        (UDP, 0) => 0xffff,
        (_, checksum) => checksum,
    };
    *segment.get_mut(field..)?.first_chunk_mut()? = checksum.to_be_bytes();
    Some(())
}
