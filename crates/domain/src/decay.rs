//! Sums of decaying points (docs/semantics.md 3.1): `sum_i strength_i * 2^(-(t - t_i) / half_life)`.
//!
//! A sum is kept as exact integers, so it does not depend on the order in which its signals arrive, on how many
//! threads add to it, or on the snapshots in between. Time is cut into periods of 32 half-lives; a signal adds
//! `round(strength * 2^((t_i - b) / half_life) * 2^55)` to the bucket of the period it is in, which starts at `b`.
//! Two signals of one bucket never lose precision to each other, and since a period is a whole number of
//! half-lives, buckets are brought together by powers of two, which is exact.

use crate::math;
use crate::time::{HalfLife, Timestamp};

/// Half-lives in a period.
const PERIOD: f64 = 32.0;
/// Units in one point at the start of a period: `2^55`.
const UNITS: f64 = 36_028_797_018_963_968.0;
/// Buckets kept; what is older weighs less than `2^-64` of what it did.
const BUCKETS_MAX: i32 = 3;

/// One period's share of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The period, counted from 1970 in steps of 32 half-lives; 0 when nothing decays.
    pub index: i32,
    low: u64,
    high: i64,
}

impl Bucket {
    /// Returns the bucket of a period with its exact sum, in units of `2^-55` at the period's start.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "splits 128 bits into two halves"
    )]
    pub fn new(index: i32, sum: i128) -> Self {
        // Two words and not an i128: that one is aligned to 16 bytes and would make every sum half as large again.
        Self {
            index,
            low: sum as u64,
            high: (sum >> 64) as i64,
        }
    }

    /// Returns the two words of the sum, for storing: low, high.
    #[must_use]
    pub fn words(self) -> (u64, i64) {
        (self.low, self.high)
    }

    /// Returns the bucket of stored words.
    #[must_use]
    pub fn from_words(index: i32, low: u64, high: i64) -> Self {
        Self { index, low, high }
    }

    /// Returns the exact sum, in units of `2^-55` at the period's start.
    #[must_use]
    pub fn sum(self) -> i128 {
        (i128::from(self.high) << 64) | i128::from(self.low)
    }
}

/// The decaying sum of one contact's signals of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecayedSum {
    newest: Bucket,
    /// Oldest first; almost always absent.
    older: Box<[Bucket]>,
}

impl Default for DecayedSum {
    fn default() -> Self {
        Self {
            newest: Bucket::new(i32::MIN, 0),
            older: Box::default(),
        }
    }
}

impl DecayedSum {
    /// Returns the sum of these buckets.
    #[must_use]
    pub fn from_buckets(buckets: impl IntoIterator<Item = Bucket>) -> Self {
        let mut sum = Self::default();
        for bucket in buckets {
            sum.add_exact(bucket.index, bucket.sum());
        }
        sum
    }

    /// Returns the buckets, oldest first.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        self.older
            .iter()
            .copied()
            .chain((self.newest.index != i32::MIN).then_some(self.newest))
    }

    /// Adds a signal.
    pub fn add(&mut self, half_life: Option<HalfLife>, at: Timestamp, strength: f64) {
        let (index, units) = units(half_life, at, strength);
        self.add_exact(index, units);
    }

    /// Takes back a signal that was added, exactly.
    pub fn subtract(&mut self, half_life: Option<HalfLife>, at: Timestamp, strength: f64) {
        let (index, units) = units(half_life, at, strength);
        self.add_exact(index, -units);
    }

    fn add_exact(&mut self, index: i32, units: i128) {
        if index == self.newest.index {
            self.newest = Bucket::new(index, self.newest.sum().saturating_add(units));
        } else if index > self.newest.index {
            let last = std::mem::replace(&mut self.newest, Bucket::new(index, units));
            if last.index != i32::MIN {
                self.keep(last);
            }
            self.forget();
        } else if index > self.newest.index - BUCKETS_MAX {
            match self.older.iter_mut().find(|bucket| bucket.index == index) {
                Some(bucket) => *bucket = Bucket::new(index, bucket.sum().saturating_add(units)),
                None => self.keep(Bucket::new(index, units)),
            }
        }
    }

    /// Keeps one more bucket beside the newest. Rare: once in 32 half-lives.
    fn keep(&mut self, bucket: Bucket) {
        let mut older = std::mem::take(&mut self.older).into_vec();
        older.push(bucket);
        older.sort_unstable_by_key(|bucket| bucket.index);
        self.older = older.into_boxed_slice();
    }

    fn forget(&mut self) {
        let oldest = self.newest.index.saturating_sub(BUCKETS_MAX - 1);
        if self.older.iter().any(|bucket| bucket.index < oldest) {
            self.older = self
                .older
                .iter()
                .copied()
                .filter(|bucket| bucket.index >= oldest)
                .collect();
        }
    }

    /// Returns the sum as a curve over time: `points` a unit of strength, held to `cap` either way.
    #[must_use]
    pub fn part(&self, points: f64, half_life: Option<HalfLife>, cap: Option<f64>) -> Part {
        let mut amount = 0.0;
        for bucket in &self.older {
            let periods = f64::from(bucket.index - self.newest.index);
            amount += to_points(bucket.sum()) * math::exp2(periods * PERIOD);
        }
        amount += to_points(self.newest.sum());
        let start_ms = half_life.map_or(0.0, |half_life| {
            f64::from(self.newest.index) * period_ms(half_life)
        });
        let start_ms = if self.newest.index == i32::MIN {
            0.0
        } else {
            start_ms
        };
        Part {
            start_ms,
            amount: amount * points,
            half_life_ms: half_life.map(HalfLife::millis),
            cap,
        }
    }
}

fn period_ms(half_life: HalfLife) -> f64 {
    PERIOD * half_life.millis()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::as_conversions,
    reason = "floats saturate; strengths and times are bounded"
)]
fn units(half_life: Option<HalfLife>, at: Timestamp, strength: f64) -> (i32, i128) {
    let scale = |value: f64| (value * UNITS).round() as i128;
    let Some(half_life) = half_life else {
        return (0, scale(strength));
    };
    let at_ms = math::millis_f64(at.as_millis());
    let index = (at_ms / period_ms(half_life)).floor();
    let since_start_ms = at_ms - index * period_ms(half_life);
    (
        index as i32,
        scale(strength * math::exp2(since_start_ms / half_life.millis())),
    )
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "rounds to the nearest float, once, at reading"
)]
fn to_points(units: i128) -> f64 {
    // A power of two: the division rounds nothing.
    units as f64 / UNITS
}

/// What one contact's signals of one kind contribute, as a function of time: a single exponential, held to a cap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Where `amount` is measured, in milliseconds since 1970.
    pub start_ms: f64,
    /// Points at `start_ms`, before the cap; may be negative.
    pub amount: f64,
    /// Time in which it halves; `None`: it stays.
    pub half_life_ms: Option<f64>,
    /// The most it counts, either way.
    pub cap: Option<f64>,
}

impl Part {
    /// Returns the points of a single signal.
    #[must_use]
    pub fn of_signal(points: f64, half_life: Option<HalfLife>, cap: Option<f64>, at: Timestamp) -> Self {
        Self {
            start_ms: math::millis_f64(at.as_millis()),
            amount: points,
            half_life_ms: half_life.map(HalfLife::millis),
            cap,
        }
    }

    /// Returns a part that contributes nothing.
    #[must_use]
    pub fn zero() -> Self {
        Self {
            start_ms: 0.0,
            amount: 0.0,
            half_life_ms: None,
            cap: None,
        }
    }

    /// Returns the points at `t` before the cap.
    #[must_use]
    pub fn uncapped(&self, t: Timestamp) -> f64 {
        match self.half_life_ms {
            // Nothing stays nothing, also seen from so long before that it would have been infinite.
            Some(_) if self.amount.abs() <= 0.0 => 0.0,
            Some(half_life_ms) => {
                self.amount * math::exp2(-(math::millis_f64(t.as_millis()) - self.start_ms) / half_life_ms)
            }
            None => self.amount,
        }
    }

    /// Returns the contribution at `t`: `clamp(S, -cap, +cap)`.
    #[must_use]
    pub fn at(&self, t: Timestamp) -> f64 {
        let points = self.uncapped(t);
        self.cap.map_or(points, |cap| points.clamp(-cap, cap))
    }
}

#[cfg(test)]
mod tests;
