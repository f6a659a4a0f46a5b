//! Septets packed into octets (3GPP TS 23.038 §6.1.2): the first bit is the lowest of the first octet, nothing is left
//! out.

use crate::codec::{Writer, low};

/// Reads packed septets one by one.
///
/// ```
/// use at_wire::text::Septets;
///
/// let packed = [0x61, 0xf1, 0x98, 0x0c];
/// assert!(Septets::new(&packed, 0, 4).eq(*b"abcd"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Septets<'a> {
    octets: &'a [u8],
    /// Bit of `octets` at which the next septet starts.
    bit: usize,
    left: usize,
}

impl<'a> Septets<'a> {
    /// `count` septets that start `fill_bits` behind the beginning of `octets`; fewer if the octets do not hold so
    /// many.
    #[must_use]
    pub fn new(octets: &'a [u8], fill_bits: u8, count: usize) -> Self {
        let bit = usize::from(fill_bits);
        Self { octets, bit, left: capacity(octets.len(), bit).min(count) }
    }

    /// As many septets as the octets hold: for texts that come without a length.
    #[must_use]
    pub fn all(octets: &'a [u8]) -> Self {
        Self::new(octets, 0, usize::MAX)
    }

    /// Septets still to come.
    #[must_use]
    pub fn len(&self) -> usize {
        self.left
    }

    /// Whether none is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.left == 0
    }

    /// The same septets without the last one.
    #[must_use]
    pub(crate) fn without_last(mut self) -> Self {
        self.left = self.left.saturating_sub(1);
        self
    }

    /// Whether the last septet is this one.
    pub(crate) fn last_is(&self, septet: u8) -> bool {
        self.left.checked_sub(1).and_then(|last| self.get(last)) == Some(septet)
    }

    /// The septet `n` behind the next one.
    #[must_use]
    pub fn get(&self, n: usize) -> Option<u8> {
        if n >= self.left {
            return None;
        }
        let bit = n.checked_mul(7)?.checked_add(self.bit)?;
        let at = bit / 8;
        let pair = [self.octets.get(at).copied()?, self.octets.get(at.saturating_add(1)).copied().unwrap_or(0)];
        Some(low(u16::from_le_bytes(pair).wrapping_shr(u32::try_from(bit % 8).unwrap_or(0))) & 0x7f)
    }
}

impl Iterator for Septets<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let septet = self.get(0)?;
        self.bit = self.bit.saturating_add(7);
        self.left = self.left.saturating_sub(1);
        Some(septet)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Septets<'_> {}

/// Septets that fit into `octets` behind `fill_bits`.
fn capacity(octets: usize, fill_bits: usize) -> usize {
    octets.saturating_mul(8).saturating_sub(fill_bits) / 7
}

/// Octets that `septets` take behind `fill_bits`.
#[must_use]
pub fn packed_len(septets: usize, fill_bits: u8) -> usize {
    septets.saturating_mul(7).saturating_add(usize::from(fill_bits)).div_ceil(8)
}

/// Bits between a header of `octets` and the next septet boundary (3GPP TS 23.040 §9.2.3.24): 0 to 6.
#[must_use]
pub fn fill_bits(octets: usize) -> u8 {
    let beyond = octets.saturating_mul(8) % 7;
    u8::try_from(7_usize.saturating_sub(beyond) % 7).unwrap_or(0)
}

/// Appends septets behind `fill_bits` zero bits; the bits behind the last one are zero too. Returns how many there
/// were.
///
/// ```
/// use at_wire::Writer;
/// use at_wire::text::pack;
///
/// let mut buffer = [0; 8];
/// let mut writer = Writer::new(&mut buffer);
/// assert_eq!(pack(&mut writer, 1, *b"Hello"), 5);
/// assert_eq!(writer.finish()?, [0x90, 0x65, 0x36, 0xfb, 0x0d]);
/// # Ok::<(), at_wire::EncodeError>(())
/// ```
pub fn pack(writer: &mut Writer<'_>, fill_bits: u8, septets: impl IntoIterator<Item = u8>) -> usize {
    let mut packer = Packer::new(fill_bits);
    septets.into_iter().for_each(|septet| packer.put(writer, septet));
    packer.finish(writer)
}

/// Packs septets as they come.
#[derive(Debug)]
pub(crate) struct Packer {
    /// Bits of the octet that is not full yet.
    held: u16,
    bits: u32,
    count: usize,
}

impl Packer {
    pub(crate) fn new(fill_bits: u8) -> Self {
        Self { held: 0, bits: u32::from(fill_bits), count: 0 }
    }

    #[inline(never)]
    pub(crate) fn put(&mut self, writer: &mut Writer<'_>, septet: u8) {
        self.held |= u16::from(septet & 0x7f).wrapping_shl(self.bits);
        self.bits = self.bits.saturating_add(7);
        if self.bits >= 8 {
            writer.byte(low(self.held));
            self.held = self.held.wrapping_shr(8);
            self.bits = self.bits.saturating_sub(8);
        }
        self.count = self.count.saturating_add(1);
    }

    /// Appends the last octet; returns how many septets there were.
    pub(crate) fn finish(self, writer: &mut Writer<'_>) -> usize {
        if self.bits > 0 {
            writer.byte(low(self.held));
        }
        self.count
    }
}
