//! Lists: of structures, of numbers, of addresses, of texts.
//!
//! Each list is lent from a message, or made of a caller's slice for sending; what was read can be written again. The
//! element count stands in a [`Count`](crate::Count) field `BACK` bytes before the list, usually 4. Counts are compared
//! with the room for elements before anything loops.

use core::fmt;

use crate::EncodeError;
use crate::codec::{self, DecodeError, DecodeErrorKind, StructWriter, align4, length, region_at, word_at};
use crate::field::{Field, Inline, View};
use crate::text::{Text, pair_at};

/// How many times the bytes around a list may be handed out as its elements. Elements may overlap, but many that all are
/// the whole message must not cost as many messages.
const OVERLAP: usize = 32;

/// Where the elements of a list that was read lie.
#[derive(Clone, Copy, Debug)]
pub struct Wire<'a> {
    /// The structure that holds the list.
    base: &'a [u8],
    /// Where the first element, or its pair, is.
    at: usize,
    /// How many there are.
    count: usize,
}

impl<'a> Wire<'a> {
    const EMPTY: Self = Self { base: &[], at: 0, count: 0 };

    /// `count` elements of `stride` bytes at `at`, if there is room for them.
    pub(crate) fn checked(base: &'a [u8], at: usize, count: u32, stride: usize) -> Result<Self, DecodeError> {
        let count = length(count);
        if count.saturating_mul(stride.max(1)) > base.len().saturating_sub(at) {
            return Err(DecodeError::new(DecodeErrorKind::Count, at));
        }
        Ok(Self { base, at, count })
    }

    /// Elements of `stride` bytes from `at` on, as many as the word `back` bytes before says.
    pub(crate) fn in_place(base: &'a [u8], at: usize, back: usize, stride: usize) -> Result<Self, DecodeError> {
        let count = word_at(base, at.saturating_sub(back))?;
        Self::checked(base, at, count, stride)
    }

    /// Elements of `stride` bytes at the offset in `at`, as many as the word `back` bytes before says.
    pub(crate) fn referenced(base: &'a [u8], at: usize, back: usize, stride: usize) -> Result<Self, DecodeError> {
        let count = word_at(base, at.saturating_sub(back))?;
        let first = word_at(base, at)?;
        if count == 0 {
            return Ok(Self::EMPTY);
        }
        if first == 0 {
            return Err(DecodeError::new(DecodeErrorKind::OutOfBounds, at));
        }
        Self::checked(base, length(first), count, stride).map_err(|error| DecodeError::new(error.kind, at))
    }

    /// Bytes that may be handed out as elements.
    pub(crate) const fn allowance(&self) -> usize {
        self.base.len().saturating_mul(OVERLAP)
    }

    /// Where the elements are, or their pairs.
    pub(crate) fn offsets(self, stride: usize) -> impl Iterator<Item = usize> + use<> {
        (0..self.count).map(move |i| i.saturating_mul(stride).saturating_add(self.at))
    }
}

/// Takes an element of `len` bytes, to which the pair at `at` points, off what may still be handed out.
pub(crate) fn spend(left: &mut usize, len: usize, at: usize) -> Result<(), DecodeError> {
    *left = left.checked_sub(len).ok_or(DecodeError::new(DecodeErrorKind::Count, at))?;
    Ok(())
}

/// A list: lent from a message, or to be sent.
#[derive(Clone, Copy)]
enum Source<'a, T> {
    Wire(Wire<'a>),
    Items(&'a [T]),
}

impl<'a, T: Copy> Source<'a, T> {
    fn len(&self) -> usize {
        match self {
            Self::Wire(wire) => wire.count,
            Self::Items(items) => items.len(),
        }
    }

    /// Elements of `stride` bytes, each read by `read`.
    fn iter(
        self,
        stride: usize,
        read: fn(&'a [u8], usize) -> Result<T, DecodeError>,
    ) -> impl Iterator<Item = Result<T, DecodeError>> + use<'a, T> {
        (0..self.len()).map_while(move |i| match self {
            Self::Wire(wire) => Some(read(wire.base, i.saturating_mul(stride).saturating_add(wire.at))),
            Self::Items(items) => items.get(i).map(|item| Ok(*item)),
        })
    }

    /// Writes elements of `stride` bytes one after the other, the first at `at`.
    fn put(
        &self,
        w: &mut StructWriter<'_, '_>,
        at: usize,
        stride: usize,
        read: fn(&'a [u8], usize) -> Result<T, DecodeError>,
    ) where
        T: Field<'a>,
    {
        let mut at = at;
        for item in self.iter(stride, read) {
            match item {
                Ok(item) => item.put(w, at),
                Err(error) => w.poison(EncodeError::Malformed(error)),
            }
            at = at.saturating_add(stride);
        }
    }
}

macro_rules! list_traits {
    ($name:ident, [$($g:tt)*], [$($p:tt)*], $item:ty) => {
        impl<'a, $($g)*> $name<'a, $($p)*> {
            /// A list to be sent.
            #[must_use]
            pub const fn new(items: &'a [$item]) -> Self {
                Self(Source::Items(items))
            }

            /// Number of elements.
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there are none.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }
        }

        impl<'a, $($g)*> Default for $name<'a, $($p)*> {
            fn default() -> Self {
                Self::new(&[])
            }
        }

        impl<'a, $($g)*> From<&'a [$item]> for $name<'a, $($p)*> {
            fn from(items: &'a [$item]) -> Self {
                Self::new(items)
            }
        }

        impl<'a, $($g)*> PartialEq for $name<'a, $($p)*> {
            fn eq(&self, other: &Self) -> bool {
                self.iter().eq(other.iter())
            }
        }

        impl<'a, $($g)*> fmt::Debug for $name<'a, $($p)*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }
    };
}

/// The element that the pair at `at` points to. Some modems state no size where there is a `fixed` part, or one that runs
/// past the end of the message; the element then ends where the bytes end, and its own fields are checked against that.
pub(crate) fn element_at(base: &[u8], at: usize, fixed: usize) -> Result<&[u8], DecodeError> {
    let (offset, size) = (word_at(base, at)?, word_at(base, at.saturating_add(4))?);
    match base.get(length(offset)..) {
        Some(rest) if offset != 0 => {
            let stated = rest.get(..length(size)).filter(|stated| fixed == 0 || !stated.is_empty());
            Ok(stated.unwrap_or(rest))
        }
        _ => Err(DecodeError::new(DecodeErrorKind::OutOfBounds, at)),
    }
}

/// A table of pairs (offset, size), one structure each (catalogue type `ref-struct-array`). Offsets inside an element
/// count from the element. Elements may overlap, but not without measure: those that together are longer than 32 times the
/// structure around the list read as an error.
#[derive(Clone, Copy)]
pub struct RefList<'a, V: View<'a>, const BACK: usize = 4>(Source<'a, V::Value>);

list_traits!(RefList, [V: View<'a>, const BACK: usize], [V, BACK], V::Value);

impl<'a, V: View<'a>, const BACK: usize> RefList<'a, V, BACK> {
    /// The elements as plain structs.
    pub fn iter(&self) -> impl Iterator<Item = Result<V::Value, DecodeError>> + use<'a, V, BACK> {
        let items = match self.0 {
            Source::Items(items) => items,
            Source::Wire(_) => &[],
        };
        self.views().map(|view| view?.read()).chain(items.iter().map(|item| Ok(*item)))
    }

    /// Views of the elements, for whoever needs few fields of each; none for a list made for sending.
    pub fn views(&self) -> impl Iterator<Item = Result<V, DecodeError>> + use<'a, V, BACK> {
        let wire = match self.0 {
            Source::Wire(wire) => wire,
            Source::Items(_) => Wire::EMPTY,
        };
        let mut left = wire.allowance();
        wire.offsets(8).map(move |at| {
            let element = element_at(wire.base, at, V::FIXED)?;
            spend(&mut left, element.len(), at)?;
            Ok(V::new(element))
        })
    }
}

impl<'a, V: View<'a>, const BACK: usize> Field<'a> for RefList<'a, V, BACK> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Wire::in_place(base, at, BACK, 8).map(|wire| Self(Source::Wire(wire)))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.count(at, BACK, self.len());
        let mut pair = at;
        for item in self.iter() {
            match item {
                Ok(item) => {
                    let (offset, size) = w.structure(&item);
                    w.pad(length(size));
                    w.word(pair, offset);
                    w.word(pair.saturating_add(4), size);
                }
                Err(error) => w.poison(EncodeError::Malformed(error)),
            }
            pair = pair.saturating_add(8);
        }
    }

    fn tail(&self) -> usize {
        self.len().saturating_mul(8)
    }
}

/// An offset at which elements of fixed size lie one after the other: addresses (catalogue types `ref-ipv4-array`,
/// `ref-ipv6-array`). For structures see [`ElementArray`].
#[derive(Clone, Copy)]
pub struct RefArray<'a, T: Field<'a>, const BACK: usize = 4>(Source<'a, T>);

list_traits!(RefArray, [T: Field<'a> + Copy + PartialEq + fmt::Debug, const BACK: usize], [T, BACK], T);

impl<'a, T: Field<'a> + Copy, const BACK: usize> RefArray<'a, T, BACK> {
    /// The elements.
    pub fn iter(&self) -> impl Iterator<Item = Result<T, DecodeError>> + use<'a, T, BACK> {
        self.0.iter(T::FIXED, T::at)
    }
}

impl<'a, T: Field<'a> + Copy + PartialEq + fmt::Debug, const BACK: usize> Field<'a> for RefArray<'a, T, BACK> {
    const FIXED: usize = 4;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Wire::referenced(base, at, BACK, T::FIXED).map(|wire| Self(Source::Wire(wire)))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.count(at, BACK, self.len());
        if self.is_empty() {
            return;
        }
        let first = w.next();
        w.word(at, first);
        w.zeros(self.len().saturating_mul(T::FIXED));
        self.0.put(w, length(first), T::FIXED, T::at);
    }
}

/// An offset at which structures without data of their own lie one after the other (catalogue type
/// `ref-array(…,struct(…))`).
#[derive(Clone, Copy)]
pub struct ElementArray<'a, V: View<'a>, const BACK: usize = 4>(Source<'a, V::Value>);

list_traits!(ElementArray, [V: View<'a>, const BACK: usize], [V, BACK], V::Value);

impl<'a, V: View<'a>, const BACK: usize> ElementArray<'a, V, BACK> {
    /// The elements as plain structs.
    pub fn iter(&self) -> impl Iterator<Item = Result<V::Value, DecodeError>> + use<'a, V, BACK> {
        self.0.iter(V::FIXED, |base, at| Inline::<V>::at(base, at)?.read())
    }
}

impl<'a, V: View<'a>, const BACK: usize> Field<'a> for ElementArray<'a, V, BACK> {
    const FIXED: usize = 4;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Wire::referenced(base, at, BACK, V::FIXED).map(|wire| Self(Source::Wire(wire)))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.count(at, BACK, self.len());
        if self.is_empty() {
            return;
        }
        let first = w.next();
        w.word(at, first);
        for item in self.iter() {
            match item {
                Ok(item) => {
                    w.structure(&item);
                }
                Err(error) => w.poison(EncodeError::Malformed(error)),
            }
        }
    }
}

/// Elements of fixed size in place (catalogue type `array`).
#[derive(Clone, Copy)]
pub struct Array<'a, T: Field<'a>, const BACK: usize = 4>(Source<'a, T>);

list_traits!(Array, [T: Field<'a> + Copy + PartialEq + fmt::Debug, const BACK: usize], [T, BACK], T);

impl<'a, T: Field<'a> + Copy, const BACK: usize> Array<'a, T, BACK> {
    /// The elements.
    pub fn iter(&self) -> impl Iterator<Item = Result<T, DecodeError>> + use<'a, T, BACK> {
        self.0.iter(T::FIXED, T::at)
    }
}

impl<'a, T: Field<'a> + Copy + PartialEq + fmt::Debug, const BACK: usize> Field<'a> for Array<'a, T, BACK> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Wire::in_place(base, at, BACK, T::FIXED).map(|wire| Self(Source::Wire(wire)))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.count(at, BACK, self.len());
        self.0.put(w, at, T::FIXED, T::at);
    }

    fn tail(&self) -> usize {
        self.len().saturating_mul(T::FIXED)
    }
}

/// A table of pairs (offset, size), one text each (catalogue type `string-array`). Texts may overlap as the elements of a
/// [`RefList`] may.
#[derive(Clone, Copy)]
pub struct TextList<'a, const BACK: usize = 4>(Source<'a, Text<'a>>);

list_traits!(TextList, [const BACK: usize], [BACK], Text<'a>);

impl<'a, const BACK: usize> TextList<'a, BACK> {
    /// The texts.
    pub fn iter(&self) -> impl Iterator<Item = Result<Text<'a>, DecodeError>> + use<'a, BACK> {
        let (wire, items) = match self.0 {
            Source::Wire(wire) => (wire, &[][..]),
            Source::Items(items) => (Wire::EMPTY, items),
        };
        let mut left = wire.allowance();
        let texts = wire.offsets(8).map(move |at| {
            let text = <Text<'a> as Field<'a>>::at(wire.base, at)?;
            spend(&mut left, text.wire_len(), at)?;
            Ok(text)
        });
        texts.chain(items.iter().map(|text| Ok(*text)))
    }
}

impl<'a, const BACK: usize> Field<'a> for TextList<'a, BACK> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Wire::in_place(base, at, BACK, 8).map(|wire| Self(Source::Wire(wire)))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.count(at, BACK, self.len());
        self.0.put(w, at, 8, Text::at);
    }

    fn tail(&self) -> usize {
        self.len().saturating_mul(8)
    }
}

/// A structure elsewhere: a pair (offset, size), zero when there is none (catalogue type `ms-struct`).
#[derive(Clone, Copy, Debug)]
pub struct RefStruct<'a, V: View<'a>>(Option<Inline<'a, V>>);

impl<'a, V: View<'a>> RefStruct<'a, V> {
    /// No structure.
    pub const NONE: Self = Self(None);

    /// A structure to be sent.
    #[must_use]
    pub const fn new(value: V::Value) -> Self {
        Self(Some(Inline::Value(value)))
    }

    /// All fields, if there is a structure.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read, with its offset in the structure.
    pub fn read(&self) -> Result<Option<V::Value>, DecodeError> {
        self.0.map(|inner| inner.read()).transpose()
    }
}

impl<'a, V: View<'a>> Default for RefStruct<'a, V> {
    fn default() -> Self {
        Self::NONE
    }
}

impl<'a, V: View<'a>> PartialEq for RefStruct<'a, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<'a, V: View<'a>> Field<'a> for RefStruct<'a, V> {
    const FIXED: usize = 8;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let (offset, size) = (word_at(base, at)?, word_at(base, at.saturating_add(4))?);
        if offset == 0 {
            return Ok(Self::NONE);
        }
        let view = V::new(region_at(base, offset, size, at)?);
        view.check().map_err(|error| DecodeError::new(error.kind, at))?;
        Ok(Self(Some(Inline::Wire(view))))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        match self.read() {
            Ok(Some(value)) => {
                let (offset, size) = w.structure(&value);
                w.word(at, offset);
                w.word(at.saturating_add(4), size);
            }
            Ok(None) => {}
            Err(error) => w.poison(EncodeError::Malformed(error)),
        }
    }
}

/// A pair (offset, size) to a count followed by structures that follow each other with their data (catalogue type
/// `ms-struct-array`). The length of an element is known only by reading it.
#[derive(Clone, Copy)]
pub struct RefSequence<'a, V: View<'a>>(Source<'a, V::Value>);

list_traits!(RefSequence, [V: View<'a>], [V], V::Value);

impl<'a, V: View<'a>> RefSequence<'a, V> {
    /// The elements; the iteration ends with the first that cannot be read.
    pub fn iter(&self) -> impl Iterator<Item = Result<V::Value, DecodeError>> + use<'a, V> {
        let items = match self.0 {
            Source::Items(items) => items,
            Source::Wire(_) => &[],
        };
        self.views().map(|view| view?.read()).chain(items.iter().map(|item| Ok(*item)))
    }

    /// Views of the elements; none for a list made for sending. Ends with the first that cannot be read.
    pub fn views(&self) -> impl Iterator<Item = Result<V, DecodeError>> + use<'a, V> {
        let mut wire = match self.0 {
            Source::Wire(wire) => wire,
            Source::Items(_) => Wire::EMPTY,
        };
        core::iter::from_fn(move || {
            wire.count = wire.count.checked_sub(1)?;
            let at = wire.at;
            let view = V::new(wire.base.get(at..).unwrap_or(&[]));
            let extent = view.check().and_then(|()| view.extent());
            let taken = extent.map(|extent| align4(extent).saturating_add(at));
            match taken {
                Ok(end) if end <= wire.base.len() => {
                    wire.at = end;
                    Some(Ok(view))
                }
                Ok(_) => {
                    wire.count = 0;
                    Some(Err(DecodeError::new(DecodeErrorKind::OutOfBounds, at)))
                }
                Err(error) => {
                    wire.count = 0;
                    Some(Err(error))
                }
            }
        })
    }
}

impl<'a, V: View<'a>> Field<'a> for RefSequence<'a, V> {
    const FIXED: usize = 8;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let region = pair_at(base, at)?;
        if region.is_empty() {
            return Ok(Self::default());
        }
        let count = word_at(region, 0).map_err(|error| DecodeError::new(error.kind, at))?;
        let wire = Wire::checked(region, 4, count, V::FIXED.max(1));
        wire.map(|wire| Self(Source::Wire(wire))).map_err(|error| DecodeError::new(error.kind, at))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        if self.is_empty() {
            return;
        }
        let offset = w.append(&codec::word(self.len()).to_le_bytes());
        w.word(at, offset);
        for item in self.iter() {
            match item {
                Ok(item) => {
                    w.structure(&item);
                }
                Err(error) => w.poison(EncodeError::Malformed(error)),
            }
        }
        let size = w.next().saturating_sub(offset);
        w.word(at.saturating_add(4), size);
    }
}
