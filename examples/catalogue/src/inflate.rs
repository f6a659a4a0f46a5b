//! Unpacks DEFLATE (RFC 1951), bit by bit: a fifth of a millisecond for each kilobyte, where fast ways take ten times the code.

#![allow(clippy::arithmetic_side_effects)] // on numbers of at most 16 bits, and on the place of a bit in a few kilobytes

/// Lengths of copies from 257 on: the least, and how many bits are added to it.
const LENGTHS: [(u16, u8); 29] = steps(3, 4);
/// Distances of copies: the least, and how many bits are added to it.
const DISTANCES: [(u16, u8); 30] = steps(1, 2);
/// The order in which the lengths of the codes for lengths stand.
const ORDER: [u8; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// The longest code, in bits.
const LONGEST: usize = 15;

/// Values that grow: twice `group` that take no more bits, then `group` for each bit more.
const fn steps<const N: usize>(first: u16, group: usize) -> [(u16, u8); N] {
    let mut steps = [(0, 0); N];
    let (mut least, mut place, mut bits, mut width) = (first, 0, 0_u8, 1_u16);
    let mut rest: &mut [(u16, u8)] = &mut steps;
    while let [step, behind @ ..] = rest {
        if place >= 2 * group && place % group == 0 {
            bits += 1;
            width = width.wrapping_shl(1);
        }
        // The longest length has a code of its own.
        *step = if N == 29 && place == 28 { (258, 0) } else { (least, bits) };
        least = least.wrapping_add(width);
        place += 1;
        rest = behind;
    }
    steps
}

/// A code: how many symbols there are of each length, and the symbols in order.
struct Code {
    counts: [u16; LONGEST + 1],
    symbols: Vec<u16>,
}

impl Code {
    fn new(lengths: &[u8]) -> Self {
        let mut code = Self { counts: [0; LONGEST + 1], symbols: Vec::new() };
        for (length, count) in (0_u8..).zip(&mut code.counts) {
            let of_it = (0_u16..).zip(lengths).filter(|(_, other)| **other == length && length != 0);
            code.symbols.extend(of_it.map(|(symbol, _)| symbol));
            *count =
                u16::try_from(lengths.iter().filter(|other| **other == length && length != 0).count()).unwrap_or(0);
        }
        code
    }
}

struct Bits<'p> {
    packed: &'p [u8],
    /// Bits that were taken.
    at: usize,
}

impl Bits<'_> {
    fn take(&mut self, count: u8) -> Option<u16> {
        let mut taken = 0;
        for place in 0..count {
            let byte = *self.packed.get(self.at / 8)?;
            taken |= u16::from(byte >> (self.at % 8) & 1) << place;
            self.at += 1;
        }
        Some(taken)
    }

    /// The next symbol: codes of a length are numbers that follow each other.
    fn symbol(&mut self, code: &Code) -> Option<u16> {
        let (mut read, mut first, mut before) = (0_u16, 0_u16, 0_u16);
        for count in code.counts.iter().skip(1) {
            read = read << 1 | self.take(1)?;
            let place = read.checked_sub(first)?;
            if place < *count {
                return code.symbols.get(usize::from(before + place)).copied();
            }
            before += count;
            first = (first + count) << 1;
        }
        None
    }

    fn lengths(&mut self) -> Option<(Code, Code)> {
        let (literals, distances) = (self.take(5)? + 257, self.take(5)? + 1);
        let mut lengths = [0_u8; 19];
        for place in ORDER.iter().take(usize::from(self.take(4)? + 4)) {
            *lengths.get_mut(usize::from(*place))? = self.take(3)?.to_le_bytes()[0];
        }
        let code = Code::new(&lengths);
        let mut lengths: Vec<u8> = Vec::new();
        while lengths.len() < usize::from(literals + distances) {
            let (length, times) = match self.symbol(&code)? {
                16 => (*lengths.last()?, self.take(2)? + 3),
                17 => (0, self.take(3)? + 3),
                18 => (0, self.take(7)? + 11),
                length => (length.to_le_bytes()[0], 1),
            };
            lengths.extend((0..times).map(|_| length));
        }
        let (literals, distances) = lengths.split_at_checked(usize::from(literals))?;
        Some((Code::new(literals), Code::new(distances)))
    }
}

/// What was packed; `None` if that cannot be.
pub(crate) fn inflate(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bits = Bits { packed, at: 0 };
    let mut out: Vec<u8> = Vec::new();
    loop {
        let is_last = bits.take(1)? == 1;
        // Only what the best packer makes of long tables: blocks with codes of their own.
        if bits.take(2)? != 2 {
            return None;
        }
        let (literals, distances) = bits.lengths()?;
        loop {
            let symbol = bits.symbol(&literals)?;
            match symbol.checked_sub(257) {
                None if symbol == 256 => break,
                None => out.push(symbol.to_le_bytes()[0]),
                Some(step) => {
                    let (least, more) = *LENGTHS.get(usize::from(step))?;
                    let length = least + bits.take(more)?;
                    let step = bits.symbol(&distances)?;
                    let (least, more) = *DISTANCES.get(usize::from(step))?;
                    let from = out.len().checked_sub(usize::from(least + bits.take(more)?))?;
                    for place in from..from + usize::from(length) {
                        out.push(*out.get(place)?);
                    }
                }
            }
        }
        if is_last {
            return Some(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_packed_comes_back() {
        let mut state = 1_u32;
        // Of all degrees of order.
        for bits in 0..8 {
            let noise = (0..100_000).map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let [.., top] = state.to_le_bytes();
                top >> bits
            });
            let bytes: Vec<u8> = noise.collect();
            // Noise is stored as it is, which nobody asks for.
            let packed = miniz_oxide::deflate::compress_to_vec(&bytes, 10);
            assert!(bits == 0 || inflate(&packed).is_some_and(|unpacked| unpacked == bytes), "{bits}");
            assert_eq!(inflate(packed.get(..packed.len() / 2).unwrap_or_default()), None);
        }
        let bytes: Vec<u8> = (0..10_000_u32).flat_map(|n| format!("{n} ").into_bytes()).collect();
        let packed = miniz_oxide::deflate::compress_to_vec(&bytes, 10);
        assert!(inflate(&packed).is_some_and(|unpacked| unpacked == bytes));
        assert_eq!(inflate(&[]), None);
        assert_eq!(inflate(&[0xff; 100]), None);
    }
}
