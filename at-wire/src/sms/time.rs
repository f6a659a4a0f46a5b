//! Time stamps and validity periods (3GPP TS 23.040 §9.2.3.11 to §9.2.3.13).

use core::fmt;

/// A point in time as seven octets of two decimal digits each, the first digit low: the date, the time of day and the
/// zone.
///
/// Some service centres send what is no date; the octets are kept, and [`date_time`](Self::date_time) has nothing then.
///
/// ```
/// use at_wire::sms::Timestamp;
///
/// let stamp = Timestamp([0x11, 0x20, 0x82, 0x11, 0x05, 0x05, 0x0a]);
/// assert_eq!(stamp.to_string(), "2011-02-28T11:50:50-05");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Timestamp(pub [u8; 7]);

/// A point in time by the clock of the service centre. The values are digits of the message and may be no real date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DateTime {
    /// Year since 2000: 0 to 99.
    pub year: u8,
    /// Month: 1 to 12.
    pub month: u8,
    /// Day: 1 to 31.
    pub day: u8,
    /// Hour: 0 to 23.
    pub hour: u8,
    /// Minute: 0 to 59.
    pub minute: u8,
    /// Second: 0 to 59.
    pub second: u8,
    /// How far the clock is ahead of UTC, in quarters of an hour: -79 to 79.
    pub quarter_hours: i8,
}

/// The number of an octet with its digits swapped; `None` if one is no digit.
fn decimal(octet: u8) -> Option<u8> {
    let (tens, units) = (octet & 0x0f, octet >> 4);
    if tens > 9 || units > 9 { None } else { tens.checked_mul(10)?.checked_add(units) }
}

/// Two digits, swapped; numbers above 99 lose their hundreds.
fn swapped(number: u8) -> u8 {
    (number % 100 / 10) | ((number % 10) << 4)
}

impl Timestamp {
    /// The date and time, if the octets are digits. The zone is taken as it comes: some count it in hexadecimal digits.
    #[must_use]
    pub fn date_time(&self) -> Option<DateTime> {
        let [year, month, day, hour, minute, second, zone] = self.0;
        let quarters = (zone & 0x07).checked_mul(10)?.checked_add(zone >> 4)?;
        let quarters = i8::try_from(quarters).ok()?;
        Some(DateTime {
            year: decimal(year)?,
            month: decimal(month)?,
            day: decimal(day)?,
            hour: decimal(hour)?,
            minute: decimal(minute)?,
            second: decimal(second)?,
            quarter_hours: if zone & 0x08 != 0 { quarters.checked_neg()? } else { quarters },
        })
    }
}

impl From<DateTime> for Timestamp {
    fn from(time: DateTime) -> Self {
        let sign = if time.quarter_hours < 0 { 0x08 } else { 0 };
        let zone = swapped(time.quarter_hours.unsigned_abs().min(79)) | sign;
        Self([
            swapped(time.year),
            swapped(time.month),
            swapped(time.day),
            swapped(time.hour),
            swapped(time.minute),
            swapped(time.second),
            zone,
        ])
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, quarter_hours } = *self;
        write!(f, "20{year:02}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        let quarters = quarter_hours.unsigned_abs();
        let sign = if quarter_hours < 0 { '-' } else { '+' };
        match (quarters / 4, (quarters % 4).saturating_mul(15)) {
            (0, 0) => f.write_str("Z"),
            (hours, 0) => write!(f, "{sign}{hours:02}"),
            (hours, minutes) => write!(f, "{sign}{hours:02}:{minutes:02}"),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date_time() {
            Some(time) => time.fmt(f),
            None => f.write_str("no time"),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

/// How long the service centre keeps trying (§9.2.3.12). The service centre decides if nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Validity {
    /// Not said.
    #[default]
    Default,
    /// For some time from when the service centre got the message.
    Relative(RelativeValidity),
    /// Until this time.
    Absolute(Timestamp),
    /// Seven octets with more choices.
    Enhanced(EnhancedValidity),
}

/// A time span in one octet, in ever larger steps.
///
/// ```
/// use at_wire::sms::RelativeValidity;
///
/// assert_eq!(RelativeValidity::of_minutes(24 * 60), RelativeValidity(0xa7));
/// assert_eq!(RelativeValidity(0xff).minutes(), 63 * 7 * 24 * 60);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RelativeValidity(pub u8);

const DAY: u32 = 24 * 60;

impl RelativeValidity {
    /// The time span in minutes: 5 to 635040.
    #[must_use]
    pub fn minutes(self) -> u32 {
        let n = u32::from(self.0);
        match self.0 {
            0..=143 => n.saturating_add(1).saturating_mul(5),
            144..=167 => n.saturating_sub(143).saturating_mul(30).saturating_add(DAY / 2),
            168..=196 => n.saturating_sub(166).saturating_mul(DAY),
            197..=255 => n.saturating_sub(192).saturating_mul(7 * DAY),
        }
    }

    /// The shortest time span that is not shorter than `minutes`; the longest of all if there is none.
    #[must_use]
    pub fn of_minutes(minutes: u32) -> Self {
        (0..=u8::MAX).map(Self).find(|span| span.minutes() >= minutes).unwrap_or(Self(u8::MAX))
    }
}

/// The enhanced form of the validity period (§9.2.3.12.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EnhancedValidity(pub [u8; 7]);

/// What an enhanced validity period says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum EnhancedPeriod {
    /// Nothing.
    None,
    /// A time span as in the relative form.
    Relative(RelativeValidity),
    /// Seconds: 1 to 255.
    Seconds(u8),
    /// Hours, minutes and seconds.
    Clock {
        /// Hours: 0 to 99.
        hours: u8,
        /// Minutes: 0 to 59.
        minutes: u8,
        /// Seconds: 0 to 59.
        seconds: u8,
    },
}

impl EnhancedValidity {
    /// A period, and whether the service centre shall try just once.
    #[must_use]
    pub fn new(period: EnhancedPeriod, single_shot: bool) -> Self {
        let [kind, a, b, c] = match period {
            EnhancedPeriod::None => [0; 4],
            EnhancedPeriod::Relative(RelativeValidity(span)) => [1, span, 0, 0],
            EnhancedPeriod::Seconds(seconds) => [2, seconds, 0, 0],
            EnhancedPeriod::Clock { hours, minutes, seconds } => {
                [3, swapped(hours), swapped(minutes), swapped(seconds)]
            }
        };
        Self([kind | if single_shot { 0x40 } else { 0 }, a, b, c, 0, 0, 0])
    }

    /// Whether the service centre shall try just once.
    #[must_use]
    pub const fn is_single_shot(self) -> bool {
        let [functionality, ..] = self.0;
        functionality & 0x40 != 0
    }

    /// The period; `None` for a reserved kind, an extension, or what are no digits.
    #[must_use]
    pub fn period(self) -> Option<EnhancedPeriod> {
        let [functionality, a, b, c, ..] = self.0;
        match functionality & 0x87 {
            0 => Some(EnhancedPeriod::None),
            1 => Some(EnhancedPeriod::Relative(RelativeValidity(a))),
            2 => Some(EnhancedPeriod::Seconds(a)),
            3 => Some(EnhancedPeriod::Clock { hours: decimal(a)?, minutes: decimal(b)?, seconds: decimal(c)? }),
            _ => None,
        }
    }
}
