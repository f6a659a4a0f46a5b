//! The time of `+CCLK` and its like: `"yy/MM/dd,hh:mm:ss±zz"` (27.007 §8.15), as modems really write it.

use crate::codec::{DecodeError, DecodeErrorKind};
pub use crate::sms::DateTime;

/// A time with what stands behind it.
///
/// ```
/// use at_wire::time::Clock;
///
/// let clock = Clock::parse(b"\"15/02/28,20:30:40-32\"")?;
/// assert_eq!(clock.time.to_string(), "2015-02-28T20:30:40-08");
/// assert_eq!((clock.has_zone, clock.daylight_saving), (true, None));
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Clock {
    /// The time by the clock of the place.
    pub time: DateTime,
    /// Whether a time zone was told; without one `time` has 0 for it.
    pub has_zone: bool,
    /// Hours of daylight saving that are in `time`, if told.
    pub daylight_saving: Option<u8>,
}

/// Reads from the front.
struct Cursor<'a> {
    rest: &'a [u8],
    len: usize,
}

impl Cursor<'_> {
    fn error(&self, field: &'static str) -> DecodeError {
        DecodeError::new(DecodeErrorKind::Value, field, self.len.saturating_sub(self.rest.len()))
    }

    fn skip(&mut self, what: &[u8]) {
        while let Some((_, rest)) = self.rest.split_first().filter(|(first, _)| what.contains(first)) {
            self.rest = rest;
        }
    }

    /// A number of one to four digits, behind blanks.
    fn number(&mut self, field: &'static str, low: u16, high: u16) -> Result<u16, DecodeError> {
        self.skip(b" ");
        let error = self.error(field);
        let (mut value, mut digits) = (0_u16, 0_u8);
        while let Some((first, rest)) = self.rest.split_first() {
            let Some(digit) = char::from(*first).to_digit(10).and_then(|digit| u16::try_from(digit).ok()) else {
                break;
            };
            value = value.checked_mul(10).and_then(|value| value.checked_add(digit)).ok_or(error)?;
            digits = digits.saturating_add(1);
            self.rest = rest;
        }
        if digits == 0 || digits > 4 || !(low..=high).contains(&value) { Err(error) } else { Ok(value) }
    }

    fn small(&mut self, field: &'static str, low: u8, high: u8) -> Result<u8, DecodeError> {
        let error = self.error(field);
        let value = self.number(field, low.into(), high.into())?;
        u8::try_from(value).map_err(|_| error)
    }

    fn expect(&mut self, byte: u8, field: &'static str) -> Result<(), DecodeError> {
        let error = self.error(field);
        self.rest = self.rest.strip_prefix(&[byte]).ok_or(error)?;
        Ok(())
    }
}

impl Clock {
    /// Reads the time: with or without quotes, with a year of two or four digits, with a comma or blanks between date
    /// and time, with or without a zone in quarters of an hour, and with the hours of daylight saving behind another
    /// comma if they are told.
    ///
    /// # Errors
    ///
    /// The first part that is no number, or none that a date or time can have.
    pub fn parse(text: &[u8]) -> Result<Self, DecodeError> {
        let mut cursor = Cursor { rest: text, len: text.len() };
        cursor.skip(b" \"");
        let error = cursor.error("year");
        let year = match cursor.number("year", 0, 2099)? {
            year @ 0..=99 => year,
            year => year.checked_sub(2000).ok_or(error)?,
        };
        cursor.expect(b'/', "year")?;
        let month = cursor.small("month", 1, 12)?;
        cursor.expect(b'/', "month")?;
        let day = cursor.small("day", 1, 31)?;
        cursor.skip(b" ,");
        let hour = cursor.small("hour", 0, 23)?;
        cursor.expect(b':', "hour")?;
        let minute = cursor.small("minute", 0, 59)?;
        cursor.expect(b':', "minute")?;
        let second = cursor.small("second", 0, 60)?;
        let (quarters, has_zone) = match cursor.rest.split_first() {
            Some((sign @ (b'+' | b'-'), rest)) => {
                cursor.rest = rest;
                let quarters = i8::try_from(cursor.number("zone", 0, 96)?).unwrap_or(0);
                (if *sign == b'-' { 0_i8.saturating_sub(quarters) } else { quarters }, true)
            }
            _ => (0, false),
        };
        cursor.skip(b"\" ");
        let daylight_saving = match cursor.rest.split_first() {
            Some((b',', rest)) => {
                cursor.rest = rest;
                cursor.skip(b" \"");
                if cursor.rest.is_empty() { None } else { Some(cursor.small("daylight_saving", 0, 2)?) }
            }
            _ => None,
        };
        cursor.skip(b"\" ");
        if !cursor.rest.is_empty() {
            return Err(cursor.error("zone"));
        }
        let year = u8::try_from(year).map_err(|_| error)?;
        let time = DateTime { year, month, day, hour, minute, second, quarter_hours: quarters };
        Ok(Self { time, has_zone, daylight_saving })
    }
}
