//! Instants and spans. The domain never reads a clock: every instant is an argument.

use std::fmt;
use std::num::NonZeroI64;
use std::str::FromStr;

use crate::math;

/// Milliseconds in a day.
pub const DAY_MS: i64 = 86_400_000;

/// A UTC instant with millisecond precision.
///
/// - Range: 0001-01-01 to 9999-12-31; what is finer than a millisecond is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroI64);

/// What is added to milliseconds since 1970 to keep them: more than the earliest instant takes away, so that 0 is no
/// instant and an `Option<Timestamp>` is no larger than a `Timestamp`. There are many of them.
const OFFSET_MS: i64 = 62_135_596_800_001;

/// Text that is no RFC 3339 instant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not an RFC 3339 instant such as 2026-09-01T12:00:00Z")]
pub struct TimestampError {
    /// What was found.
    pub text: String,
}

impl Timestamp {
    /// The earliest instant that is accepted: 0001-01-01T00:00:00Z.
    pub const MIN: Self = Self::kept(-62_135_596_800_000);
    /// The latest instant that is accepted: 9999-12-30T22:00:00Z, the last one `jiff` prints.
    pub const MAX: Self = Self::kept(253_402_207_200_000);

    const fn kept(millis: i64) -> Self {
        match NonZeroI64::new(millis + OFFSET_MS) {
            Some(kept) => Self(kept),
            None => Self(NonZeroI64::MIN),
        }
    }

    /// Returns the instant that many milliseconds after 1970-01-01T00:00:00Z, held to the accepted range.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self::kept(millis.clamp(Self::MIN.as_millis(), Self::MAX.as_millis()))
    }

    /// Returns the milliseconds since 1970-01-01T00:00:00Z; negative before it.
    #[must_use]
    pub fn as_millis(self) -> i64 {
        self.0.get() - OFFSET_MS
    }

    /// Returns the instant `millis` later (earlier when negative), held to the accepted range.
    #[must_use]
    pub fn plus_millis(self, millis: i64) -> Self {
        Self::from_millis(self.as_millis().saturating_add(millis))
    }

    /// Returns the instant `days` later, to the millisecond.
    #[must_use]
    pub fn plus_days(self, days: Days) -> Self {
        self.plus_millis(days.to_millis())
    }

    /// Returns the milliseconds from `earlier` to `self`; negative when `earlier` is later.
    #[must_use]
    pub fn millis_since(self, earlier: Self) -> i64 {
        self.0.get() - earlier.0.get()
    }

    /// Returns the UTC day this instant is in.
    #[must_use]
    pub fn day(self) -> Day {
        Day(i32::try_from(self.as_millis().div_euclid(DAY_MS)).unwrap_or(i32::MAX))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Parses an RFC 3339 instant; an offset is honoured, a zone must be given.
    ///
    /// # Errors
    /// When the text is no instant.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        // `floor` and not jiff's rounding towards zero: an instant belongs to the millisecond it is in.
        let instant: jiff::Timestamp = text.parse().map_err(|_| TimestampError {
            text: text.chars().take(64).collect(),
        })?;
        let nanos = instant.as_nanosecond().div_euclid(1_000_000);
        let millis = i64::try_from(nanos).map_err(|_| TimestampError {
            text: text.chars().take(64).collect(),
        })?;
        Ok(Self::from_millis(millis))
    }
}

impl fmt::Display for Timestamp {
    /// Prints RFC 3339 in UTC, with milliseconds only when there are some.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.as_millis()) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{} ms", self.as_millis()),
        }
    }
}

/// A UTC day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

impl Day {
    /// Returns the first instant of the day.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp::from_millis(i64::from(self.0) * DAY_MS)
    }

    /// Returns the last millisecond of the day.
    #[must_use]
    pub fn end(self) -> Timestamp {
        Timestamp::from_millis((i64::from(self.0) + 1) * DAY_MS - 1)
    }

    /// Returns the week the day is in.
    #[must_use]
    pub fn week(self) -> Week {
        // 1970-01-01 was a Thursday, three days after its Monday.
        Week((self.0 + 3).div_euclid(7))
    }
}

impl fmt::Display for Day {
    /// Prints the date, such as `2026-09-30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.start().to_string();
        f.write_str(start.split_once('T').map_or(&start, |(date, _)| date))
    }
}

/// A UTC week from Monday to Sunday, counted from the one 1970-01-01 is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week(pub i32);

impl Week {
    /// Returns the week's Monday.
    #[must_use]
    pub fn monday(self) -> Day {
        Day(self.0 * 7 - 3)
    }

    /// Returns the last millisecond of the week's Sunday.
    #[must_use]
    pub fn end(self) -> Timestamp {
        Day(self.0 * 7 + 3).end()
    }
}

/// A span in days; may be a fraction.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Days(pub f64);

impl Days {
    /// Returns the span in whole milliseconds, rounded.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::as_conversions,
        reason = "`as` saturates, and spans are checked to be finite"
    )]
    pub fn to_millis(self) -> i64 {
        (self.0 * math::millis_f64(DAY_MS)).round() as i64
    }
}

/// The time in which a signal loses half of its points; finite and positive.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct HalfLife {
    millis: f64,
}

impl HalfLife {
    /// The shortest half-life that is accepted: a minute.
    pub const MIN: Days = Days(1.0 / 1440.0);
    /// The longest half-life that is accepted: 100 years.
    pub const MAX: Days = Days(36_525.0);

    /// Returns the half-life, or nothing when `days` is outside `[MIN, MAX]`.
    #[must_use]
    pub fn new(days: Days) -> Option<Self> {
        (days.0 >= Self::MIN.0 && days.0 <= Self::MAX.0).then(|| Self {
            millis: days.0 * math::millis_f64(DAY_MS),
        })
    }

    /// Returns the half-life in days.
    #[must_use]
    pub fn days(self) -> Days {
        Days(self.millis / math::millis_f64(DAY_MS))
    }

    /// Returns the half-life in milliseconds.
    #[must_use]
    pub fn millis(self) -> f64 {
        self.millis
    }

    /// Returns what is left of one point `age_ms` milliseconds after its signal: `2^(-age / half_life)`.
    ///
    /// A negative age (an instant before the signal) gives more than 1.
    /// Source: docs/semantics.md 3.1.
    #[must_use]
    pub fn remaining(self, age_ms: i64) -> f64 {
        math::exp2(-math::millis_f64(age_ms) / self.millis)
    }
}

#[cfg(test)]
mod tests;
