//! The TLVs of a message: walked once when the message arrives, read one by one when somebody asks.
//!
//! * A TLV nobody asks for costs nothing and can spoil nothing: not even one whose value is malformed.
//! * TLVs with unknown numbers are skipped; [`TlvSet::iter`] shows them.
//! * A number that comes twice is against the rules; the first one counts, as with other hosts.
//! * Bytes left over behind a value are ignored: newer firmware appends fields.
//! * A value that ends early spoils its TLV only: its getter fails, all others work. Whoever wants to take an optional TLV
//!   that is malformed for absent, as other hosts do, writes `.ok().flatten()`.

use core::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, Reader};
use crate::field::Decode;
use crate::frame::HeaderError;
use crate::service::Service;

/// Bytes in front of a TLV's value: type and length.
pub const TLV_HEADER_LEN: usize = 3;

/// One TLV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// Its type.
    pub kind: u8,
    /// Its value.
    pub value: &'a [u8],
}

/// The TLVs of one message, and which message it is, so that errors can say so.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TlvSet<'a> {
    bytes: &'a [u8],
    service: Service,
    message: u16,
}

impl<'a> TlvSet<'a> {
    /// Takes the TLVs of a message.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Tlv`] if the TLVs do not end where the bytes end.
    pub fn parse(service: Service, message: u16, bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let mut reader = Reader::new(bytes);
        while reader.left() > 0 {
            let offset = reader.at();
            next(&mut reader).ok_or(HeaderError::Tlv { offset })?;
        }
        Ok(Self { bytes, service, message })
    }

    /// No TLVs.
    #[must_use]
    pub const fn empty(service: Service, message: u16) -> Self {
        Self { bytes: &[], service, message }
    }

    /// The service of the message.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.service
    }

    /// The message's number.
    #[must_use]
    pub const fn message(&self) -> u16 {
        self.message
    }

    /// All TLVs as bytes.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// All TLVs in the order in which they were sent.
    #[must_use]
    pub fn iter(&self) -> Tlvs<'a> {
        Tlvs(Reader::new(self.bytes))
    }

    /// The value of the first TLV of that type.
    #[inline(never)]
    #[must_use]
    pub fn find(&self, tlv: u8) -> Option<&'a [u8]> {
        self.iter().find(|one| one.kind == tlv).map(|one| one.value)
    }

    /// Reads the TLV of that type, if it is there.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the value cannot be read.
    pub fn get<T: Decode<'a>>(&self, tlv: u8) -> Result<Option<T>, DecodeError> {
        let Some(value) = self.find(tlv) else { return Ok(None) };
        let mut reader = Reader::new(value);
        match T::decode(&mut reader) {
            Ok(value) => Ok(Some(value)),
            Err(kind) => Err(self.error(kind, tlv, reader.at())),
        }
    }

    /// Reads the TLV of that type, which must be there.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if it is missing or its value cannot be read.
    pub fn require<T: Decode<'a>>(&self, tlv: u8) -> Result<T, DecodeError> {
        self.get(tlv)?.ok_or(self.error(DecodeErrorKind::Missing, tlv, 0))
    }

    fn error(&self, kind: DecodeErrorKind, tlv: u8, offset: usize) -> DecodeError {
        // A TLV is at most 65535 bytes long.
        let offset = u16::try_from(offset).unwrap_or(u16::MAX);
        DecodeError { kind, service: self.service, message: self.message, tlv, offset }
    }
}

/// Types and lengths, no values: these may be personal.
impl fmt::Debug for TlvSet<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|tlv| (tlv.kind, tlv.value.len()))).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for TlvSet<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{} {=u16:#x}, {=usize} bytes", self.service, self.message, self.bytes.len());
    }
}

impl<'a> IntoIterator for TlvSet<'a> {
    type Item = Tlv<'a>;
    type IntoIter = Tlvs<'a>;

    fn into_iter(self) -> Tlvs<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &TlvSet<'a> {
    type Item = Tlv<'a>;
    type IntoIter = Tlvs<'a>;

    fn into_iter(self) -> Tlvs<'a> {
        self.iter()
    }
}

/// TLVs one after the other.
#[derive(Clone, Debug)]
pub struct Tlvs<'a>(Reader<'a>);

impl<'a> Iterator for Tlvs<'a> {
    type Item = Tlv<'a>;

    fn next(&mut self) -> Option<Tlv<'a>> {
        next(&mut self.0)
    }
}

fn next<'a>(reader: &mut Reader<'a>) -> Option<Tlv<'a>> {
    let [kind, low, high] = reader.array().ok()?;
    let value = reader.take(usize::from(u16::from_le_bytes([low, high])))?;
    Some(Tlv { kind, value })
}
