//! Messages of CDMA networks as QMI carries them: transport layer messages (3GPP2 C.S0015) with the teleservice data in them.

use heapless::Vec;

use crate::device::modem::sms::{CDMA_LEN, CdmaMessage, Number};
use crate::device::modem::{Text, text};

/// Longest message.
pub(super) const LEN: usize = CDMA_LEN + 64;

pub(super) type Bytes = Vec<u8, LEN>;

/// Parameters of the transport layer (C.S0015 §3.4.3).
mod parameter {
    pub(super) const TELESERVICE: u8 = 0x00;
    pub(super) const ORIGIN: u8 = 0x02;
    pub(super) const DESTINATION: u8 = 0x04;
    pub(super) const BEARER: u8 = 0x08;
}

/// Parameters of the teleservice layer (C.S0015 §4.5).
mod sub {
    pub(super) const IDENTIFIER: u8 = 0x00;
    pub(super) const USER_DATA: u8 = 0x01;
    pub(super) const TIME: u8 = 0x03;
    pub(super) const LANGUAGE: u8 = 0x0d;
}

/// The teleservice of texts.
const WMT: [u8; 2] = [0x10, 0x02];
const DELIVER: u8 = 1;
const SUBMIT: u8 = 2;
/// Encoding whose user data name a type of message behind it (C.R1001 table 9.1-1).
const IS_91: u8 = 1;

/// Bits of one character.
const fn width(encoding: u8) -> usize {
    match encoding {
        2 | 3 | 9 => 7,
        4 => 16,
        _ => 8,
    }
}

/// Bits, the highest one first.
struct Bits {
    bytes: Bytes,
    free: u8,
}

impl Bits {
    const fn new() -> Self {
        Self { bytes: Vec::new(), free: 0 }
    }

    fn put(&mut self, value: u8, count: u8) {
        for place in (0..count).rev() {
            if self.free == 0 {
                let _ = self.bytes.push(0);
                self.free = 8;
            }
            self.free = self.free.saturating_sub(1);
            if let Some(last) = self.bytes.last_mut() {
                *last |= (value.wrapping_shr(u32::from(place)) & 1).wrapping_shl(u32::from(self.free));
            }
        }
    }
}

/// Reads bits, the highest one first.
struct Read<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl Read<'_> {
    fn take(&mut self, count: u8) -> Option<u8> {
        let mut value = 0_u8;
        for _ in 0..count {
            let byte = self.bytes.get(self.place.wrapping_shr(3))?;
            let bit = byte.wrapping_shr(7_u32.saturating_sub(u32::try_from(self.place & 7).ok()?)) & 1;
            value = value.wrapping_shl(1) | bit;
            self.place = self.place.saturating_add(1);
        }
        Some(value)
    }
}

fn put(to: &mut Bytes, id: u8, value: &[u8]) {
    let _ = to.push(id);
    let _ = to.push(u8::try_from(value.len()).unwrap_or(u8::MAX));
    let _ = to.extend_from_slice(value);
}

/// Takes a parameter from the front: its number, its value, the rest.
fn take(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[id, len], rest) = bytes.split_first_chunk()?;
    let (value, rest) = rest.split_at_checked(usize::from(len))?;
    Some((id, value, rest))
}

/// The value of the first parameter with a number; `None` too if what stands in front of it cannot be read.
fn find(mut bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    loop {
        let (id, value, rest) = take(bytes)?;
        if id == wanted {
            return Some(value);
        }
        bytes = rest;
    }
}

fn digit(c: char) -> u8 {
    match c {
        '0' => 10,
        '*' => 11,
        '#' => 12,
        _ => c.to_digit(10).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0),
    }
}

fn address(number: &str) -> Bytes {
    let digits = number.trim_start_matches('+');
    let mut bits = Bits::new();
    // Digits as DTMF codes, in the network of telephones.
    bits.put(0, 2);
    bits.put(u8::try_from(digits.len()).unwrap_or(0), 8);
    for c in digits.chars() {
        bits.put(digit(c), 4);
    }
    bits.bytes
}

fn number(bytes: &[u8]) -> Option<Number> {
    let mut bits = Read { bytes, place: 0 };
    let ascii = bits.take(1)? == 1;
    let other_network = bits.take(1)? == 1;
    let mut number = Number::new();
    if ascii {
        if bits.take(3)? == 1 {
            number.push('+').ok()?;
        }
        if !other_network {
            bits.take(4)?;
        }
    }
    for _ in 0..bits.take(8)? {
        let c = if ascii {
            char::from(bits.take(8)?)
        } else {
            match bits.take(4)? {
                10 => '0',
                11 => '*',
                12 => '#',
                digit => char::from_digit(u32::from(digit), 10)?,
            }
        };
        number.push(c).ok()?;
    }
    Some(number)
}

fn user_data(message: &CdmaMessage) -> Bytes {
    let mut bits = Bits::new();
    let characters = match width(message.encoding) {
        7 => usize::try_from(message.characters).unwrap_or(0),
        16 => message.text.len().wrapping_shr(1),
        _ => message.text.len(),
    };
    bits.put(message.encoding, 5);
    bits.put(u8::try_from(characters).unwrap_or(u8::MAX), 8);
    for byte in &message.text {
        bits.put(*byte, 8);
    }
    bits.bytes
}

/// `yy/MM/dd,hh:mm:ss±zz` as digits, two in a byte.
fn time(date: &str) -> Option<Vec<u8, 6>> {
    let local = date.bytes().take_while(|c| !matches!(c, b'+' | b'-'));
    let mut digits = local.filter(u8::is_ascii_digit).map(|c| c & 0x0f);
    let mut time = Vec::new();
    while let (Some(high), Some(low)) = (digits.next(), digits.next()) {
        time.push(high.wrapping_shl(4) | low).ok()?;
    }
    time.is_full().then_some(time)
}

/// Writes a message: as it arrived if it has a date, else as it is to be sent.
pub(super) fn write(message: &CdmaMessage) -> Bytes {
    let time = time(&message.date);
    let (kind, party) = match time {
        Some(_) => (DELIVER, parameter::ORIGIN),
        None => (SUBMIT, parameter::DESTINATION),
    };
    let mut bearer = Bytes::new();
    put(&mut bearer, sub::IDENTIFIER, &[kind.wrapping_shl(4), 0, 0]);
    put(&mut bearer, sub::USER_DATA, &user_data(message));
    if let Some(time) = &time {
        put(&mut bearer, sub::TIME, time);
    }
    if message.language != 0 {
        put(&mut bearer, sub::LANGUAGE, &[message.language]);
    }
    let mut whole = Bytes::new();
    // Point to point.
    let _ = whole.push(0);
    put(&mut whole, parameter::TELESERVICE, &WMT);
    put(&mut whole, party, &address(&message.number));
    put(&mut whole, parameter::BEARER, &bearer);
    whole
}

/// Reads a message that a host wants to send or to store.
pub(super) fn read(bytes: &[u8]) -> Option<CdmaMessage> {
    let (0, parameters) = bytes.split_first()? else { return None };
    let party = find(parameters, parameter::DESTINATION).or_else(|| find(parameters, parameter::ORIGIN))?;
    let bearer = find(parameters, parameter::BEARER)?;
    let mut bits = Read { bytes: find(bearer, sub::USER_DATA)?, place: 0 };
    let encoding = bits.take(5)?;
    if encoding == IS_91 {
        bits.take(8)?;
    }
    let count = bits.take(8)?;
    let mut left = usize::from(count).saturating_mul(width(encoding));
    let mut said = Vec::<u8, CDMA_LEN>::new();
    while left != 0 {
        let now = u8::try_from(left.min(8)).unwrap_or(8);
        let byte = bits.take(now)?;
        said.push(byte.wrapping_shl(8_u32.saturating_sub(u32::from(now)))).ok()?;
        left = left.saturating_sub(usize::from(now));
    }
    let language = find(bearer, sub::LANGUAGE).and_then(|value| value.first().copied());
    let date = find(bearer, sub::TIME).and_then(date).unwrap_or_default();
    let message = CdmaMessage {
        number: number(party)?,
        date,
        encoding,
        language: language.unwrap_or(0),
        text: said,
        characters: u32::from(count),
    };
    Some(message)
}

fn date(time: &[u8]) -> Option<Text<20>> {
    use core::fmt::Write as _;
    let &[year, month, day, hour, minute, second] = time else { return None };
    let mut date: Text<20> = text("");
    write!(date, "{year:02x}/{month:02x}/{day:02x},{hour:02x}:{minute:02x}:{second:02x}+00").ok()?;
    Some(date)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_and_written() {
        // A submit to 15550123 with "Hi" in ASCII of seven bits, laid out by hand from C.S0015.
        let bytes = [
            0x00, 0x00, 0x02, 0x10, 0x02, 0x04, 0x06, 0x02, 0x05, 0x55, 0x68, 0x48, 0xc0, 0x08, 0x0a, 0x00, 0x03, 0x20,
            0x00, 0x10, 0x01, 0x03, 0x10, 0x14, 0x8d,
        ];
        let message = read(&[&bytes[..], &[0x20]].concat());
        assert!(message.is_none(), "the user data end early");
        let mut whole: Bytes = Vec::from_slice(bytes.get(..13).unwrap()).unwrap();
        let _ =
            whole.extend_from_slice(&[0x08, 0x0b, 0x00, 0x03, 0x20, 0x00, 0x10, 0x01, 0x04, 0x10, 0x14, 0x8d, 0x20]);
        let message = read(&whole).unwrap();
        assert_eq!((message.number.as_str(), message.encoding, message.characters), ("15550123", 2, 2));
        assert_eq!(message.text, [0x91, 0xa4]);
        let latin = CdmaMessage {
            number: text("15550123"),
            date: text("26/01/31,12:34:56+04"),
            encoding: 8,
            language: 1,
            text: Vec::from_slice(b"Hello").unwrap(),
            characters: 5,
        };
        let written = write(&latin);
        let again = read(&written).unwrap();
        assert_eq!((again.number, again.encoding, again.text), (latin.number, 8, latin.text));
        assert_eq!((again.date.as_str(), again.language), ("26/01/31,12:34:56+00", 1));
        for len in 0..written.len() {
            assert!(read(written.get(..len).unwrap()).is_none() || len > 20, "{len}");
        }
    }
}
