//! What the function can do and wants (NCM 1.0 §6.2.1), and what follows for blocks of one direction.

use super::Format;
use crate::codec::{DecodeError, DecodeErrorKind};

packed! {
    /// The answer to GET_NTB_PARAMETERS (NCM 1.0 §6.2.1). *In* is from the function to the host, *out* the other way.
    ///
    /// These are the function's own words; [`input`](Self::input) and [`output`](Self::output) yield rules to go by.
    pub struct NtbParameters {
        /// Bytes of this structure: 28.
        length: u16,
        /// Bit 0: NTB16, always set; bit 1: NTB32.
        ntb_formats_supported: u16,
        /// The longest block that the function sends; at least 2048.
        in_max_size: u32,
        /// Divisor for where datagrams lie in blocks to the host.
        in_divisor: u16,
        /// Remainder for where they lie.
        in_payload_remainder: u16,
        /// NDPs in blocks to the host lie at multiples of this.
        in_alignment: u16,
        /// 0.
        reserved: u16,
        /// The longest block that the function takes.
        out_max_size: u32,
        /// Divisor for where datagrams have to lie in blocks to the function.
        out_divisor: u16,
        /// Remainder for where they have to lie.
        out_payload_remainder: u16,
        /// NDPs in blocks to the function have to lie at multiples of this.
        out_alignment: u16,
        /// The most datagrams in a block to the function; 0: any number.
        out_max_datagrams: u16,
    }
}

impl NtbParameters {
    /// What a function is right with that has memory for blocks of that size: NTB16, everything at multiples of four,
    /// any number of datagrams.
    #[must_use]
    pub const fn of_function(max_size: u32) -> Self {
        Self {
            length: 28,
            ntb_formats_supported: 1,
            in_max_size: max_size,
            in_divisor: 4,
            in_payload_remainder: 0,
            in_alignment: 4,
            reserved: 0,
            out_max_size: max_size,
            out_divisor: 4,
            out_payload_remainder: 0,
            out_alignment: 4,
            out_max_datagrams: 0,
        }
    }

    /// Whether the function can do NTB32. Then a host that wants NTB16 says so before anything else.
    #[must_use]
    pub const fn supports_ntb32(&self) -> bool {
        self.ntb_formats_supported & 2 != 0
    }

    /// Rules for blocks to the host.
    #[must_use]
    pub const fn input(&self) -> Rules {
        Rules {
            max_size: self.in_max_size,
            max_datagrams: 0,
            placement: Placement::new(self.in_divisor, self.in_payload_remainder, self.in_alignment, self.in_max_size),
        }
    }

    /// Rules for blocks to the function.
    #[must_use]
    pub const fn output(&self) -> Rules {
        Rules {
            max_size: self.out_max_size,
            max_datagrams: self.out_max_datagrams,
            placement: Placement::new(
                self.out_divisor,
                self.out_payload_remainder,
                self.out_alignment,
                self.out_max_size,
            ),
        }
    }
}

/// Where the parts of a block lie: datagrams at offsets that leave the remainder when divided by the divisor, NDPs at
/// multiples of the alignment. Values that the specification forbids are not in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Placement {
    divisor: u16,
    remainder: u16,
    alignment: u16,
}

impl Default for Placement {
    /// Everything at multiples of four.
    fn default() -> Self {
        Self { divisor: 4, remainder: 0, alignment: 4 }
    }
}

impl Placement {
    /// A placement for blocks of up to `max_size` bytes. A divisor or alignment that is not a power of two from 4 to
    /// less than `max_size` counts as 4, a remainder that is not less than the divisor as 0; Linux does the same.
    #[must_use]
    pub const fn new(divisor: u16, remainder: u16, alignment: u16, max_size: u32) -> Self {
        const fn sane(value: u16, max_size: u32) -> u16 {
            let [low, high] = value.to_le_bytes();
            let small = u32::from_le_bytes([low, high, 0, 0]) < max_size;
            if value >= 4 && value.is_power_of_two() && small { value } else { 4 }
        }
        let divisor = sane(divisor, max_size);
        let remainder = if remainder < divisor { remainder } else { 0 };
        Self { divisor, remainder, alignment: sane(alignment, max_size) }
    }

    /// What offsets of datagrams are divided by.
    #[must_use]
    pub const fn divisor(&self) -> u16 {
        self.divisor
    }

    /// What that leaves.
    #[must_use]
    pub const fn remainder(&self) -> u16 {
        self.remainder
    }

    /// What offsets of NDPs are multiples of.
    #[must_use]
    pub const fn alignment(&self) -> u16 {
        self.alignment
    }

    /// The first place for a datagram from `at` on.
    pub(super) fn datagram_at(&self, at: usize) -> usize {
        let (remainder, mask) = (usize::from(self.remainder), usize::from(self.divisor.wrapping_sub(1)));
        // A divisor is a power of two.
        at.saturating_add(remainder.wrapping_sub(at) & mask)
    }

    /// The first place for an NDP from `at` on.
    pub(super) fn ndp_at(&self, at: usize) -> usize {
        let mask = usize::from(self.alignment.wrapping_sub(1));
        at.saturating_add(0_usize.wrapping_sub(at) & mask)
    }
}

/// What a block of one direction keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rules {
    /// The most bytes of a block: dwNtbInMaxSize or dwNtbOutMaxSize, or what SET_NTB_INPUT_SIZE made of it.
    pub max_size: u32,
    /// The most datagrams in a block; 0: any number.
    pub max_datagrams: u16,
    /// Where its parts lie.
    pub placement: Placement,
}

impl Rules {
    /// The same with what the host wants of blocks to it.
    #[must_use]
    pub fn with_input_size(self, size: NtbInputSize) -> Self {
        Self { max_size: size.max_size, max_datagrams: size.max_datagrams.unwrap_or(self.max_datagrams), ..self }
    }

    /// The most bytes of a block in that format.
    pub(super) fn limit(&self, format: Format) -> usize {
        usize::try_from(self.max_size.min(format.max_len())).unwrap_or(usize::MAX)
    }
}

/// The data of GET_NTB_INPUT_SIZE and SET_NTB_INPUT_SIZE (NCM 1.0 §6.2.6, §6.2.7): how long blocks to the host may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NtbInputSize {
    /// The most bytes of a block; at least 2048.
    pub max_size: u32,
    /// The most datagrams in a block, 0 for any number; only in the form of 8 bytes, which the function announces in its
    /// capabilities.
    pub max_datagrams: Option<u16>,
}

packed! {
    /// The form of 8 bytes.
    struct Long {
        max_size: u32,
        max_datagrams: u16,
        reserved: u16,
    }
}

impl NtbInputSize {
    /// Reads the data of either form.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] unless there are 4 or 8 bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, DecodeError> {
        match *bytes {
            [a, b, c, d] => Ok(Self { max_size: u32::from_le_bytes([a, b, c, d]), max_datagrams: None }),
            _ if bytes.len() == Long::LEN => {
                Long::parse(bytes).map(|long| Self { max_size: long.max_size, max_datagrams: Some(long.max_datagrams) })
            }
            _ => Err(DecodeError::new(DecodeErrorKind::OutOfBounds, bytes.len())),
        }
    }

    /// Bytes of the form that it has: 4 or 8.
    #[must_use]
    pub const fn wire_len(&self) -> u16 {
        if self.max_datagrams.is_some() { 8 } else { 4 }
    }

    /// The form of 8 bytes; that of 4 is its beginning.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 8] {
        let max_datagrams = self.max_datagrams.unwrap_or(0);
        Long { max_size: self.max_size, max_datagrams, reserved: 0 }.to_bytes()
    }
}
