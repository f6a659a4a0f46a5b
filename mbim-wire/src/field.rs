//! What a declaration is made of: fields, views, values, commands.

use core::fmt::Debug;

use crate::codec::{self, DecodeError, DecodeErrorKind, StructWriter, word_at};
use crate::uuid::Uuid;

/// A wire format: knows how many bytes it takes in the fixed part of a structure, how to read itself there, and how to
/// write itself. Formats with data elsewhere (text, lists) follow or write the offsets.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no MBIM wire format",
    label = "declare it with `mbim_struct!`, `open_enum!` or `flags!`, or use a format of `mbim_wire`"
)]
pub trait Field<'a>: Sized {
    /// Bytes in the fixed part.
    const FIXED: usize;

    /// Reads the field whose fixed part is at `at` in the structure `base`.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] with the offset `at`, when the field or its data do not lie in `base` or are malformed.
    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError>;

    /// Writes the field, its fixed part at `at`, its data behind everything written so far.
    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize);

    /// Bytes beyond [`FIXED`](Self::FIXED) that this value takes in place (inline arrays, tables of offsets). Only the
    /// last field of a structure may have any.
    fn tail(&self) -> usize {
        0
    }

    /// Bytes of data, padding included, that a field read at `at` owns behind the fixed part. Needed where structures
    /// follow each other without a table of lengths.
    ///
    /// # Errors
    ///
    /// As [`at`](Self::at).
    fn owned(base: &'a [u8], at: usize) -> Result<usize, DecodeError> {
        let _ = (base, at);
        Ok(0)
    }
}

/// A value struct that can be written.
pub trait Encode {
    /// Bytes of the fixed part, inline tails included.
    fn fixed_len(&self) -> usize;

    /// Fills the fixed part, which is there as zeros, and appends the data.
    fn fill(&self, w: &mut StructWriter<'_, '_>);
}

/// Reads a structure in place, one getter per field.
pub trait View<'a>: Copy + Debug {
    /// The plain struct with the same fields.
    type Value: Encode + Copy + Default + Debug + PartialEq;

    /// Bytes of the fixed part, without inline tails.
    const FIXED: usize;

    /// A view of `base`, which starts where the structure starts. Nothing is checked yet.
    fn new(base: &'a [u8]) -> Self;

    /// The bytes under the view.
    fn base(&self) -> &'a [u8];

    /// Reads all fields.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read.
    fn read(&self) -> Result<Self::Value, DecodeError>;

    /// Bytes that the structure takes when its data follow it directly, in order and padded.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read.
    fn extent(&self) -> Result<usize, DecodeError>;

    /// Checks that the fixed part is there, so that a missing information buffer shows before any getter is called.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] at the offset where the bytes end.
    fn check(&self) -> Result<(), DecodeError> {
        if self.base().len() < Self::FIXED {
            return Err(DecodeError::new(DecodeErrorKind::OutOfBounds, self.base().len()));
        }
        Ok(())
    }
}

/// A command of a device service: where it is found.
pub trait Command {
    /// The device service.
    const SERVICE: Uuid;
    /// The command identifier.
    const CID: u32;
}

/// A command that can be asked (command type 0).
pub trait Query: Command {
    /// What the host sends.
    type Params<'a>: View<'a>;
    /// What the function answers.
    type Response<'a>: View<'a>;
}

/// A command that can be set (command type 1).
pub trait Set: Command {
    /// What the host sends.
    type Params<'a>: View<'a>;
    /// What the function answers.
    type Response<'a>: View<'a>;
}

/// A command that the function indicates unasked.
pub trait Notification: Command {
    /// What the function sends.
    type Body<'a>: View<'a>;
}

/// Sum of the first `i` widths: the offset of field `i`.
#[doc(hidden)]
#[must_use]
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // evaluated by the compiler only
pub const fn offset(widths: &[usize], i: usize) -> usize {
    let (mut sum, mut k) = (0, 0);
    while k < i {
        sum += widths[k];
        k += 1;
    }
    sum
}

impl Field<'_> for u32 {
    const FIXED: usize = 4;

    fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
        word_at(base, at)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.word(at, *self);
    }
}

macro_rules! scalar {
    ($($t:ty),*) => { $(
        impl Field<'_> for $t {
            const FIXED: usize = size_of::<$t>();

            fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
                Ok(Self::from_le_bytes(*codec::array_at(base, at)?))
            }

            fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
                w.patch(at, &self.to_le_bytes());
            }
        }
    )* };
}

scalar!(u16, u64, i32);

/// A boolean: a word, 0 or 1; anything but 0 reads as true.
impl Field<'_> for bool {
    const FIXED: usize = 4;

    fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
        Ok(word_at(base, at)? != 0)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.word(at, u32::from(*self));
    }
}

/// The number of elements, or bytes, of a list further on. Reading gives the peer's number; writing leaves it to the
/// list, which knows best: what is set here is ignored.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Count(u32);

impl Count {
    /// Filled in by the list when writing.
    pub const AUTO: Self = Self(0);

    /// The number that was read.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

/// Counts never make two values differ: the lists they count are compared.
impl PartialEq for Count {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Field<'_> for Count {
    const FIXED: usize = 4;

    fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
        word_at(base, at).map(Self)
    }

    fn put(&self, _: &mut StructWriter<'_, '_>, _: usize) {}
}

/// A structure inside the fixed part of another (catalogue type `struct(…)`). If it has data of its own, they follow the
/// outer fixed part, with offsets from the inner structure's start.
#[derive(Clone, Copy, Debug)]
pub enum Inline<'a, V: View<'a>> {
    /// Read from a message.
    Wire(V),
    /// To be written.
    Value(V::Value),
}

impl<'a, V: View<'a>> Inline<'a, V> {
    /// All fields of the inner structure.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read, with its offset in the inner structure.
    pub fn read(&self) -> Result<V::Value, DecodeError> {
        match self {
            Self::Wire(view) => view.read(),
            Self::Value(value) => Ok(*value),
        }
    }
}

impl<'a, V: View<'a>> Default for Inline<'a, V> {
    fn default() -> Self {
        Self::Value(V::Value::default())
    }
}

impl<'a, V: View<'a>> PartialEq for Inline<'a, V> {
    fn eq(&self, other: &Self) -> bool {
        matches!((self.read(), other.read()), (Ok(a), Ok(b)) if a == b)
    }
}

impl<'a, V: View<'a>> Field<'a> for Inline<'a, V> {
    const FIXED: usize = V::FIXED;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let view = V::new(base.get(at..).unwrap_or(&[]));
        view.check().map_err(|_| DecodeError::new(DecodeErrorKind::OutOfBounds, at))?;
        Ok(Self::Wire(view))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        match self.read() {
            Ok(value) => w.nested(at, &value),
            Err(error) => w.poison(crate::EncodeError::Malformed(error)),
        }
    }

    fn tail(&self) -> usize {
        self.read().map_or(0, |value| value.fixed_len().saturating_sub(V::FIXED))
    }

    fn owned(base: &'a [u8], at: usize) -> Result<usize, DecodeError> {
        let view = V::new(base.get(at..).unwrap_or(&[]));
        view.extent().map(|extent| extent.saturating_sub(V::FIXED))
    }
}

/// A field that is there only if the word `BACK` bytes before it equals `VALUE` (catalogue key `when`). Several of them
/// may share one place, each with its own value; they stand at the end of a structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct When<F, const BACK: usize, const VALUE: u32>(pub Option<F>);

impl<F, const BACK: usize, const VALUE: u32> From<F> for When<F, BACK, VALUE> {
    fn from(field: F) -> Self {
        Self(Some(field))
    }
}

/// The default fits the default of the word that decides, which is 0.
impl<F: Default, const BACK: usize, const VALUE: u32> Default for When<F, BACK, VALUE> {
    fn default() -> Self {
        Self((VALUE == 0).then(F::default))
    }
}

impl<'a, F: Field<'a>, const BACK: usize, const VALUE: u32> Field<'a> for When<F, BACK, VALUE> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let here = word_at(base, at.saturating_sub(BACK))? == VALUE;
        here.then(|| F::at(base, at)).transpose().map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        let decides = w.written(at.saturating_sub(BACK));
        if decides.is_some_and(|word| (word == VALUE) != self.0.is_some()) {
            w.poison(crate::EncodeError::Condition);
        }
        if let Some(field) = &self.0 {
            field.put(w, at);
        }
    }

    fn tail(&self) -> usize {
        self.0.as_ref().map_or(0, |field| F::FIXED.saturating_add(field.tail()))
    }

    fn owned(base: &'a [u8], at: usize) -> Result<usize, DecodeError> {
        if word_at(base, at.saturating_sub(BACK))? != VALUE {
            return Ok(0);
        }
        F::owned(base, at).map(|owned| owned.saturating_add(F::FIXED))
    }
}

crate::mbim_struct! {
    /// An empty information buffer. Whoever receives one ignores what is in it: some hosts send zeros.
    pub struct Empty, EmptyView {}
}

/// An information buffer that is already bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'a>(pub &'a [u8]);

impl Encode for Raw<'_> {
    fn fixed_len(&self) -> usize {
        self.0.len()
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        w.patch(0, self.0);
    }
}
