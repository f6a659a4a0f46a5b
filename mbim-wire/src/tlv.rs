//! TLVs, which MBIMEx 3.0 puts behind the fixed part: type u16, a reserved byte, the number of padding bytes, length u32,
//! data, padding to a multiple of four.
//!
//! The formats here are fields without a fixed part; `N` says the how-manieth TLV of the structure a field is.

use core::fmt;

use crate::codec::{
    self, DecodeError, DecodeErrorKind, EncodeError, StructWriter, align4, array_at, region_at, word_at,
};
use crate::field::Field;
use crate::text::Utf16;

crate::open_enum! {
    /// Types of TLVs (MBIMEx 3.0).
    pub struct TlvType(u16) {
        /// Not a valid type.
        INVALID = 0,
        /// UE policies.
        UE_POLICIES = 1,
        /// One network slice (S-NSSAI).
        SINGLE_NSSAI = 2,
        /// Allowed slices.
        ALLOWED_NSSAI = 3,
        /// Configured slices.
        CFG_NSSAI = 4,
        /// Default configured slices.
        DFLT_CFG_NSSAI = 5,
        /// Pre-configured default slices.
        PRECFG_DFLT_CFG_NSSAI = 6,
        /// Rejected slices.
        REJ_NSSAI = 7,
        /// Local area data network.
        LADN = 8,
        /// Tracking area identities.
        TAI = 9,
        /// UTF-16LE text.
        WCHAR_STR = 10,
        /// Array of 16-bit numbers.
        UINT16_TBL = 11,
        /// EAP packet.
        EAP_PACKET = 12,
        /// Protocol configuration options (TS 24.008 §10.5.6.3).
        PCO = 13,
        /// Route selection descriptors.
        ROUTE_SELECTION_DESCRIPTORS = 14,
        /// Traffic parameters.
        TRAFFIC_PARAMETERS = 15,
        /// The command that woke the host.
        WAKE_COMMAND = 16,
        /// The packet that woke the host.
        WAKE_PACKET = 17,
    }
}

/// Bytes of a TLV header.
const HEADER: usize = 8;

/// One TLV of any type, the `N`-th of its structure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Tlv<'a, const N: usize = 0> {
    /// What the data are.
    pub kind: TlvType,
    /// The data without padding.
    pub data: &'a [u8],
}

/// Reads the TLV at `at`; also says where the next one starts.
fn one_at(base: &[u8], at: usize) -> Result<(Tlv<'_>, usize), DecodeError> {
    let kind = TlvType(u16::from_le_bytes(*array_at(base, at)?));
    let [padding] = *array_at(base, at.saturating_add(3))?;
    let size = word_at(base, at.saturating_add(4))?;
    let start = at.saturating_add(HEADER);
    let data = region_at(base, codec::word(start), size, at)?;
    // A padding that cannot be is what some modem made of it: then the alignment rule decides.
    let end = start.saturating_add(data.len());
    let next =
        if padding < 4 { end.saturating_add(usize::from(padding)) } else { align4(data.len()).saturating_add(start) };
    Ok((Tlv { kind, data }, next.min(base.len())))
}

/// Where the `n`-th TLV behind `at` is.
pub(crate) fn skip(base: &[u8], at: usize, n: usize) -> Result<usize, DecodeError> {
    (0..n).try_fold(at, |at, _| one_at(base, at).map(|(_, next)| next))
}

/// Reads the `n`-th TLV behind `at`.
pub(crate) fn nth_at(base: &[u8], at: usize, n: usize) -> Result<(Tlv<'_>, usize), DecodeError> {
    one_at(base, skip(base, at, n)?)
}

pub(crate) fn typed_at(base: &[u8], at: usize, n: usize, kind: TlvType) -> Result<&[u8], DecodeError> {
    match nth_at(base, at, n)? {
        (tlv, _) if tlv.kind == kind => Ok(tlv.data),
        _ => Err(DecodeError::new(DecodeErrorKind::Tlv, at)),
    }
}

fn put_header(w: &mut StructWriter<'_, '_>, kind: TlvType, len: usize) {
    let padding = align4(len).saturating_sub(len);
    w.append_unpadded(&kind.0.to_le_bytes());
    w.append_unpadded(&[0, u8::try_from(padding).unwrap_or(0)]);
    w.append_unpadded(&codec::word(len).to_le_bytes());
}

pub(crate) fn put_text(w: &mut StructWriter<'_, '_>, text: Utf16<'_>, max: usize) {
    let len = text.wire_len();
    if len > max {
        w.poison(EncodeError::TooLong { limit: max });
    }
    put_header(w, TlvType::WCHAR_STR, len);
    text.append(w);
    w.pad(len);
}

impl<'a, const N: usize> Field<'a> for Tlv<'a, N> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        nth_at(base, at, N).map(|(tlv, _)| Self { kind: tlv.kind, data: tlv.data })
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, _: usize) {
        put_header(w, self.kind, self.data.len());
        w.append_unpadded(self.data);
        w.pad(self.data.len());
    }
}

/// A text TLV (type 10), the `N`-th of its structure. `MAX` limits what may be sent, in bytes of UTF-16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TlvText<'a, const N: usize = 0, const MAX: usize = { usize::MAX }>(pub Utf16<'a>);

impl<'a, const N: usize, const MAX: usize> From<&'a str> for TlvText<'a, N, MAX> {
    fn from(text: &'a str) -> Self {
        Self(text.into())
    }
}

impl<'a, const N: usize, const MAX: usize> Field<'a> for TlvText<'a, N, MAX> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let data = typed_at(base, at, N, TlvType::WCHAR_STR)?;
        Utf16::from_wire(data).map(Self).map_err(|kind| DecodeError::new(kind, at))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, _: usize) {
        put_text(w, self.0, MAX);
    }
}

/// A TLV of 16-bit numbers (type 11), the `N`-th of its structure.
#[derive(Clone, Copy)]
pub struct TlvNumbers<'a, const N: usize = 0>(Numbers<'a>);

#[derive(Clone, Copy)]
enum Numbers<'a> {
    Wire(&'a [u8]),
    Items(&'a [u16]),
}

impl<'a, const N: usize> TlvNumbers<'a, N> {
    /// Numbers to be sent.
    #[must_use]
    pub const fn new(items: &'a [u16]) -> Self {
        Self(Numbers::Items(items))
    }

    /// The numbers.
    pub fn iter(&self) -> impl Iterator<Item = u16> + use<'a, N> {
        let (wire, items) = match self.0 {
            Numbers::Wire(bytes) => (bytes, &[][..]),
            Numbers::Items(items) => (&[][..], items),
        };
        let wire = wire.chunks_exact(2).filter_map(<[u8]>::first_chunk).map(|bytes| u16::from_le_bytes(*bytes));
        wire.chain(items.iter().copied())
    }
}

impl<const N: usize> Default for TlvNumbers<'_, N> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<const N: usize> PartialEq for TlvNumbers<'_, N> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<const N: usize> fmt::Debug for TlvNumbers<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, const N: usize> Field<'a> for TlvNumbers<'a, N> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let data = typed_at(base, at, N, TlvType::UINT16_TBL)?;
        if data.len() & 1 == 1 {
            return Err(DecodeError::new(DecodeErrorKind::Tlv, at));
        }
        Ok(Self(Numbers::Wire(data)))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, _: usize) {
        let len = self.iter().count().saturating_mul(2);
        put_header(w, TlvType::UINT16_TBL, len);
        self.iter().for_each(|n| w.append_unpadded(&n.to_le_bytes()));
        w.pad(len);
    }
}

/// All TLVs from the `N`-th to the end, types unknown included. Fewer than eight bytes at the end are not a TLV and are
/// ignored.
#[derive(Clone, Copy)]
pub struct TlvList<'a, const N: usize = 0>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Wire { base: &'a [u8], at: usize },
    Items(&'a [Tlv<'a>]),
}

impl<'a, const N: usize> TlvList<'a, N> {
    /// TLVs to be sent.
    #[must_use]
    pub const fn new(items: &'a [Tlv<'a>]) -> Self {
        Self(Source::Items(items))
    }

    /// The TLVs; ends with the first that runs past the end.
    pub fn iter(&self) -> impl Iterator<Item = Result<Tlv<'a>, DecodeError>> + use<'a, N> {
        let (base, mut at, items) = match self.0 {
            Source::Wire { base, at } => (base, at, &[][..]),
            Source::Items(items) => (&[][..], 0, items),
        };
        let wire = core::iter::from_fn(move || {
            if base.len().saturating_sub(at) < HEADER {
                return None;
            }
            let next = one_at(base, at);
            at = next.map_or(base.len(), |(_, next)| next);
            Some(next.map(|(tlv, _)| tlv))
        });
        wire.chain(items.iter().map(|tlv| Ok(*tlv)))
    }
}

impl<const N: usize> Default for TlvList<'_, N> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<const N: usize> PartialEq for TlvList<'_, N> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<const N: usize> fmt::Debug for TlvList<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, const N: usize> Field<'a> for TlvList<'a, N> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Ok(Self(Source::Wire { base, at: skip(base, at, N)? }))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        for tlv in self.iter() {
            match tlv {
                Ok(tlv) => tlv.put(w, at),
                Err(error) => w.poison(EncodeError::Malformed(error)),
            }
        }
    }
}
