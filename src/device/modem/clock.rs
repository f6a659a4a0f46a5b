//! Date and time of day as the network tells them: the same virtual time as everywhere, counted from a date of the set-up.

use super::Modem;
use super::event::{Change, Origin};
use crate::time::Instant;

const DAY: u64 = 86_400;

/// Local date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Date {
    /// Year, 2000 to 9999.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
    /// Hour.
    pub hour: u8,
    /// Minute.
    pub minute: u8,
    /// Second.
    pub second: u8,
    /// Quarters of an hour that local time is ahead of UTC, daylight saving included.
    pub zone: i8,
    /// Hours of daylight saving, 0 to 2.
    pub daylight: u8,
}

impl Default for Date {
    /// The first moment of 2026, UTC.
    fn default() -> Self {
        Self { year: 2026, month: 1, day: 1, hour: 0, minute: 0, second: 0, zone: 0, daylight: 0 }
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn days_in(month: u8, year: u16) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Seconds from 1 January 1970 to 1 January 2000.
const MILLENNIUM: u64 = 946_684_800;

/// The remainder of a division by a number below 256.
fn small(n: u64) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}

impl Date {
    /// Whether there is such a date and time.
    #[must_use]
    pub fn is_valid(self) -> bool {
        (2000..=9999).contains(&self.year)
            && (1..=12).contains(&self.month)
            && (1..=days_in(self.month, self.year)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
            && (-48..=56).contains(&self.zone)
            && self.daylight <= 2
    }

    /// The date so many seconds later, in the same time zone. Time ends with the year 9999.
    ///
    /// ```
    /// use wwan::device::modem::clock::Date;
    ///
    /// let later = Date::default().after(59 * 86_400 + 61);
    /// assert_eq!((later.month, later.day, later.minute, later.second), (3, 1, 1, 1));
    /// ```
    #[must_use]
    pub fn after(self, seconds: u64) -> Self {
        let minutes = u64::from(self.hour).saturating_mul(60).saturating_add(u64::from(self.minute));
        let of_day = minutes.saturating_mul(60).saturating_add(u64::from(self.second));
        let total = of_day.saturating_add(seconds);
        let (mut days, of_day) = (total / DAY, total % DAY);
        let (minutes, second) = (of_day / 60, of_day % 60);
        let time = Self { hour: small(minutes / 60), minute: small(minutes % 60), second: small(second), ..self };
        let mut date = time;
        while days > 0 && date.year <= 9999 {
            let left = u64::from(days_in(date.month, date.year).saturating_sub(date.day));
            if days <= left {
                date.day = date.day.saturating_add(small(days));
                break;
            }
            days = days.saturating_sub(left).saturating_sub(1);
            date.day = 1;
            date.month = if date.month < 12 { date.month.saturating_add(1) } else { 1 };
            if date.month == 1 {
                date.year = date.year.saturating_add(1);
            }
        }
        if date.year > 9999 {
            return Self { year: 9999, month: 12, day: 31, ..time };
        }
        date
    }
}

impl Date {
    /// The date in UTC, so many seconds after the first moment of 1970; before 2000 it is that of 2000.
    ///
    /// ```
    /// use wwan::device::modem::clock::Date;
    ///
    /// assert_eq!(Date::from_unix(1_767_225_600), Date::default());
    /// ```
    #[must_use]
    pub fn from_unix(seconds: u64) -> Self {
        let first = Self { year: 2000, ..Self::default() };
        first.after(seconds.saturating_sub(MILLENNIUM))
    }

    /// Seconds of UTC since the first moment of 1970, whatever the time zone of the date.
    ///
    /// ```
    /// use wwan::device::modem::clock::Date;
    ///
    /// let east = Date { hour: 2, zone: 8, ..Date::default() };
    /// assert_eq!(east.unix(), 1_767_225_600);
    /// ```
    #[must_use]
    pub fn unix(self) -> u64 {
        let years = u64::from(self.year.saturating_sub(2000));
        // Leap years from 2000 up to the year before this one.
        let leaps = match years.checked_sub(1) {
            None => 0,
            Some(past) => (past / 4).saturating_sub(past / 100).saturating_add(past / 400).saturating_add(1),
        };
        let mut days = years.saturating_mul(365).saturating_add(leaps);
        for month in 1..self.month {
            days = days.saturating_add(u64::from(days_in(month, self.year)));
        }
        days = days.saturating_add(u64::from(self.day)).saturating_sub(1);
        let minutes = u64::from(self.hour).saturating_mul(60).saturating_add(u64::from(self.minute));
        let of_day = minutes.saturating_mul(60).saturating_add(u64::from(self.second));
        let local = days.saturating_mul(DAY).saturating_add(of_day).saturating_add(MILLENNIUM);
        local.saturating_add_signed(i64::from(self.zone).saturating_mul(-900))
    }
}

impl Date {
    /// The same moment in UTC, with the same time zone and daylight saving beside it.
    ///
    /// ```
    /// use wwan::device::modem::clock::Date;
    ///
    /// // One o'clock on New Year's Day, two hours ahead.
    /// let local = Date { hour: 1, zone: 8, ..Date::default() };
    /// let utc = local.universal();
    /// assert_eq!((utc.year, utc.month, utc.day, utc.hour), (2025, 12, 31, 23));
    /// ```
    #[must_use]
    pub fn universal(self) -> Self {
        let ahead = u64::from(self.zone.unsigned_abs()).saturating_mul(900);
        if self.zone <= 0 {
            return self.after(ahead);
        }
        // A day earlier, and what is left of that day.
        let (year, month) = match (self.day, self.month) {
            (1, 1) => (self.year.saturating_sub(1), 12),
            (1, month) => (self.year, month.saturating_sub(1)),
            (_, month) => (self.year, month),
        };
        let day = if self.day == 1 { days_in(month, year) } else { self.day.saturating_sub(1) };
        Self { year, month, day, ..self }.after(DAY.saturating_sub(ahead))
    }

    /// Day of the week, from Monday as 0.
    #[must_use]
    pub fn weekday(self) -> u8 {
        // The first day of 2000 was a Saturday.
        let years = u32::from(self.year.saturating_sub(2000));
        let leaps = |years: u32| (years.saturating_add(3) / 4).saturating_sub(years.saturating_add(99) / 100);
        let leaps = leaps(years).saturating_add(years.saturating_add(399) / 400);
        let days = years.saturating_mul(365).saturating_add(leaps);
        let of_year = (1..self.month).map(|month| u32::from(days_in(month, self.year))).sum::<u32>();
        let days = days.saturating_add(of_year).saturating_add(u32::from(self.day.saturating_sub(1)));
        u8::try_from(days.saturating_add(5) % 7).unwrap_or(0)
    }
}

/// When it was which date.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) at: Instant,
    pub(super) date: Date,
}

impl Modem {
    /// The date now.
    #[must_use]
    pub fn date(&self, now: Instant) -> Date {
        let Clock { at, date } = self.clock;
        date.after(now.0.saturating_sub(at.0) / 1000)
    }

    /// Milliseconds of UTC since the first moment of 1970.
    #[must_use]
    pub fn utc_millis(&self, now: Instant) -> u64 {
        let Clock { at, date } = self.clock;
        date.unix().saturating_mul(1000).saturating_add(now.0.saturating_sub(at.0))
    }

    /// The network says which date it is, such as when a time zone is entered.
    pub fn set_date(&mut self, now: Instant, date: Date) {
        self.poll(now);
        self.clock = Clock { at: now, date };
        self.log.push(Origin::WORLD, Change::Date(date));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: u16, month: u8, day: u8) -> Date {
        Date { year, month, day, ..Date::default() }
    }

    #[test]
    fn days_are_counted_over_months_and_leap_years() {
        // Days between by the Gregorian calendar.
        let cases = [
            (day(2026, 1, 1), 0, day(2026, 1, 1)),
            (day(2026, 1, 1), 364, day(2026, 12, 31)),
            (day(2026, 1, 1), 365, day(2027, 1, 1)),
            (day(2028, 2, 28), 1, day(2028, 2, 29)),
            (day(2028, 2, 28), 2, day(2028, 3, 1)),
            (day(2100, 2, 28), 1, day(2100, 3, 1)),
            (day(2000, 1, 1), 9_861, day(2026, 12, 31)),
            (day(2000, 1, 1), 146_097, day(2400, 1, 1)),
            (day(9999, 12, 1), 31, day(9999, 12, 31)),
        ];
        for (from, days, to) in cases {
            assert_eq!(from.after(days * DAY), to, "{from:?} and {days} days");
            assert!(to.is_valid());
        }
        assert_eq!(day(2026, 1, 1).after(u64::MAX).year, 9999);
        for (from, days, to) in cases.into_iter().filter(|(_, _, to)| to.year < 9999) {
            assert_eq!(to.unix() - from.unix(), days * DAY, "{from:?} and {days} days");
            assert_eq!(Date::from_unix(to.unix()), to);
        }
        let evening = Date { hour: 23, minute: 59, second: 59, zone: 8, ..day(2026, 12, 31) };
        assert_eq!(evening.after(1), Date { zone: 8, ..day(2027, 1, 1) });
        assert!(!day(2026, 2, 29).is_valid());
        let behind = Date { hour: 20, zone: -20, ..day(2027, 12, 31) };
        assert_eq!(behind.universal(), Date { hour: 1, zone: -20, ..day(2028, 1, 1) });
        let ahead = Date { hour: 1, minute: 10, zone: 22, ..day(2028, 3, 1) };
        assert_eq!(ahead.universal(), Date { hour: 19, minute: 40, zone: 22, ..day(2028, 2, 29) });
        assert_eq!(Date { hour: 7, zone: 8, ..day(2026, 5, 5) }.universal().hour, 5);
        let weekdays = [(2000, 1, 1, 5), (2026, 11, 22, 6), (2024, 2, 29, 3), (2100, 3, 1, 0), (2400, 2, 29, 1)];
        for (year, month, of_month, weekday) in weekdays {
            assert_eq!(day(year, month, of_month).weekday(), weekday, "{year}-{month}-{of_month}");
        }
        assert!(!Date { hour: 24, ..Date::default() }.is_valid());
    }
}
