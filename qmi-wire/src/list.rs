//! Lists behind their number of elements.

use core::fmt;
use core::marker::PhantomData;

use crate::codec::{DecodeErrorKind, Reader, Writer};
use crate::field::{Decode, Encode};
use crate::text::Prefix;

/// Elements behind their count, which is a `P` (catalogue type `array(prefix=…,…)`). To write one, borrow a slice:
/// `[…].as_slice().into()`.
pub enum List<'a, T, P = u8> {
    /// Read from a message; checked, so that iterating cannot fail.
    Wire(WireList<'a, T, P>),
    /// To be written.
    Items(&'a [T]),
}

/// The bytes of a list whose elements have all been tried.
pub struct WireList<'a, T, P> {
    bytes: &'a [u8],
    count: usize,
    element: PhantomData<fn() -> (T, P)>,
}

impl<T, P> Clone for WireList<'_, T, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, P> Copy for WireList<'_, T, P> {}

impl<T, P> fmt::Debug for WireList<'_, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireList").field("count", &self.count).finish_non_exhaustive()
    }
}

impl<T, P> Clone for List<'_, T, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, P> Copy for List<'_, T, P> {}

impl<T, P> Default for List<'_, T, P> {
    fn default() -> Self {
        Self::Items(&[])
    }
}

impl<'a, T, P> From<&'a [T]> for List<'a, T, P> {
    fn from(items: &'a [T]) -> Self {
        Self::Items(items)
    }
}

impl<'a, T, P, const N: usize> From<&'a [T; N]> for List<'a, T, P> {
    fn from(items: &'a [T; N]) -> Self {
        Self::Items(items)
    }
}

impl<T, P> List<'_, T, P> {
    /// Number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Wire(list) => list.count,
            Self::Items(items) => items.len(),
        }
    }

    /// Whether there is no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a, T: Decode<'a> + Copy, P> List<'a, T, P> {
    /// The elements.
    #[must_use]
    pub fn iter(&self) -> Iter<'a, T> {
        match self {
            Self::Wire(list) => Iter { reader: Reader::new(list.bytes), left: list.count, items: [].iter() },
            Self::Items(items) => Iter { reader: Reader::new(&[]), left: 0, items: items.iter() },
        }
    }

    /// The element at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<T> {
        self.iter().nth(index)
    }
}

impl<'a, T: Decode<'a> + Copy, P> IntoIterator for List<'a, T, P> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<'a, T: Decode<'a> + Copy, P> IntoIterator for &List<'a, T, P> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

/// The elements of a [`List`].
#[derive(Clone, Debug)]
pub struct Iter<'a, T> {
    reader: Reader<'a>,
    left: usize,
    items: core::slice::Iter<'a, T>,
}

impl<'a, T: Decode<'a> + Copy> Iterator for Iter<'a, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if let Some(item) = self.items.next() {
            return Some(*item);
        }
        self.left = self.left.checked_sub(1)?;
        T::decode(&mut self.reader).ok()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.left.saturating_add(self.items.len());
        (left, Some(left))
    }
}

impl<'a, T: Decode<'a> + Copy> ExactSizeIterator for Iter<'a, T> {}

impl<'a, T: Decode<'a> + Copy + PartialEq, P> PartialEq for List<'a, T, P> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Decode<'a> + Copy + fmt::Debug, P> fmt::Debug for List<'a, T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(feature = "defmt")]
impl<'a, T: Decode<'a> + Copy + fmt::Debug, P> defmt::Format for List<'a, T, P> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Debug2Format(self));
    }
}

impl<'a, T: Decode<'a>, P: Prefix> Decode<'a> for List<'a, T, P> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        let mut ahead = *r;
        let count = P::read(&mut ahead)?;
        // Every element takes a byte at least, so a count beyond the bytes left is a lie that need not be walked.
        if count > ahead.left() {
            return Err(DecodeErrorKind::Count);
        }
        let start = ahead;
        *r = ahead;
        for _ in 0..count {
            let left = r.left();
            T::decode(r)?;
            if r.left() == left {
                return Err(DecodeErrorKind::Count);
            }
        }
        let bytes = ahead.bytes(start.left().saturating_sub(r.left()))?;
        Ok(Self::Wire(WireList { bytes, count, element: PhantomData }))
    }
}

/// What was read is written as it came.
impl<T: Encode, P: Prefix> Encode for List<'_, T, P> {
    fn encode(&self, w: &mut Writer<'_>) {
        P::write(self.len(), w);
        match self {
            Self::Wire(list) => w.bytes(list.bytes),
            Self::Items(items) => items.iter().for_each(|item| item.encode(w)),
        }
    }
}
