//! Time as an argument. Nothing in the engine reads a clock: the caller passes [`Instant`]s in and gets deadlines out.

use core::ops::{Add, Sub};

/// A point in time: milliseconds since any fixed start, by a clock that never runs backwards.
///
/// Use a monotonic clock; wall clocks jump when a board without a battery learns the date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Instant(pub u64);

/// A span of time in milliseconds, at most 49 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Millis(pub u32);

impl Instant {
    /// The end of time: a deadline that never comes.
    pub const FAR: Self = Self(u64::MAX);

    /// The span from `earlier` to `self`; zero if `earlier` is later, cut at 49 days.
    #[must_use]
    pub fn since(self, earlier: Self) -> Millis {
        Millis(u32::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(u32::MAX))
    }
}

impl Millis {
    /// Whole seconds; cut at 49 days.
    #[must_use]
    pub const fn from_secs(secs: u32) -> Self {
        Self(secs.saturating_mul(1000))
    }
}

impl Add<Millis> for Instant {
    type Output = Self;

    // Deadlines are many; on small processors an addition that does not wrap takes a dozen instructions.
    #[inline(never)]
    fn add(self, span: Millis) -> Self {
        Self(self.0.saturating_add(u64::from(span.0)))
    }
}

impl Sub for Instant {
    type Output = Millis;

    fn sub(self, earlier: Self) -> Millis {
        self.since(earlier)
    }
}
