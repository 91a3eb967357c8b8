//! Curves over time and the instants at which they cross a line, exact to the millisecond (docs/semantics.md 3.8).
//!
//! A curve is a weighted sum of [`Part`]s, each a capped exponential of constant sign. Its rising and falling
//! parts bound it on any interval, and so do those of its slope; where the bounds leave a doubt the interval is
//! halved. What is found is the first millisecond at which the answer to `value >= level`, computed as everywhere
//! else, differs: false at `t - 1 ms`, true at `t`, none skipped.

use crate::decay::Part;
use crate::math;
use crate::time::Timestamp;

/// How many intervals one search looks at before it trusts the ends of those that are left.
///
/// Reached only by a curve that lies on its line to the last bits for long, as when opposite points cancel out.
const LOOKS_MAX: u32 = 100_000;

/// By how much of its size rounding may move a sum of parts: some units in the last place.
const HAIR: f64 = 1e-12;

/// Parts of one person, with what a point of it weighs; not negative.
#[derive(Clone, Copy, Debug)]
pub struct Weighted<'a> {
    /// The weight.
    pub weight: f64,
    /// The person's parts, in kind order.
    pub parts: &'a [Part],
}

/// A weighted sum of persons' parts.
#[derive(Clone, Copy, Debug)]
pub struct Curve<'a> {
    /// Its persons, in the order they are added up.
    pub people: &'a [Weighted<'a>],
}

/// Which way an answer may change next, and how soon at the earliest.
#[derive(Clone, Copy, Debug, Default)]
struct Extent {
    /// Sum of positive contributions that decay.
    rising: f64,
    /// Sum of positive contributions that stay.
    rising_constant: f64,
    /// Sum of the negatives' sizes that decay.
    falling: f64,
    /// Sum of the negatives' sizes that stay.
    falling_constant: f64,
    /// The shortest half-life among decaying positives, in milliseconds.
    rising_half_life_ms: f64,
    /// The shortest half-life among decaying negatives, in milliseconds.
    falling_half_life_ms: f64,
}

impl Curve<'_> {
    /// Returns the curve's value at `t`.
    #[must_use]
    pub fn at(&self, t: Timestamp) -> f64 {
        // Not `sum`: that of nothing is -0, which people would read.
        self.people.iter().fold(0.0, |sum, person| {
            sum + person.weight * crate::engagement::engagement(person.parts, t)
        })
    }

    fn parts(&self) -> impl Iterator<Item = (f64, &Part)> {
        self.people
            .iter()
            .flat_map(|person| person.parts.iter().map(move |part| (person.weight, part)))
    }

    /// Returns an instant before which `value >= level` surely keeps the answer it has at `t`; `None`: for ever.
    ///
    /// Cheap and cautious: it treats all that decays as decaying with the shortest half-life in it.
    #[must_use]
    pub fn quiet_until(&self, level: f64, t: Timestamp) -> Option<Timestamp> {
        let extent = self.extent(t);
        let positive = extent.rising + extent.rising_constant;
        let negative = extent.falling + extent.falling_constant;
        // So close to the level either answer may be the one given: neither change is left out.
        let hair = (positive + negative + level.abs()) * HAIR;
        let value = self.at(t);
        let wait_ms = |decaying: f64, half_life_ms: f64, needed: f64| {
            (decaying > 0.0 && needed > 0.0).then(|| half_life_ms * math::log2(decaying / needed))
        };
        // F >= constant + decaying * 2^(-dt/h) - negative; below the level at the earliest when that is.
        let falls_ms = wait_ms(
            extent.rising,
            extent.rising_half_life_ms,
            level + negative - extent.rising_constant,
        )
        .filter(|_| value >= level - hair);
        // And F <= positive - constant - decaying * 2^(-dt/h), by the other signs.
        let rises_ms = wait_ms(
            extent.falling,
            extent.falling_half_life_ms,
            positive - extent.falling_constant - level,
        )
        .filter(|_| value < level + hair);
        let wait_ms = falls_ms.into_iter().chain(rises_ms).reduce(f64::min)?;
        if !wait_ms.is_finite() || wait_ms <= 2.0 {
            return Some(t);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::as_conversions,
            reason = "floats saturate"
        )]
        let wait_ms = (wait_ms * (1.0 - 1e-9)) as i64 - 2;
        Some(t.plus_millis(wait_ms.max(0)))
    }

    fn extent(&self, t: Timestamp) -> Extent {
        let mut extent = Extent {
            rising_half_life_ms: f64::INFINITY,
            falling_half_life_ms: f64::INFINITY,
            ..Extent::default()
        };
        for (weight, part) in self.parts() {
            let value = weight * part.at(t);
            match (value >= 0.0, part.half_life_ms) {
                (true, Some(half_life_ms)) => {
                    extent.rising += value;
                    if value > 0.0 {
                        extent.rising_half_life_ms = extent.rising_half_life_ms.min(half_life_ms);
                    }
                }
                (true, None) => extent.rising_constant += value,
                (false, Some(half_life_ms)) => {
                    extent.falling -= value;
                    extent.falling_half_life_ms = extent.falling_half_life_ms.min(half_life_ms);
                }
                (false, None) => extent.falling_constant -= value,
            }
        }
        extent
    }

    /// Returns the first instant in `(from, to]` at which `above` gives another answer than at `from`.
    ///
    /// `above(t)` is the question `value(t) >= level` as it is asked everywhere else; `level` is that line in
    /// the curve's own unit, used only to leave out intervals that are surely on one side of it.
    #[must_use]
    pub fn next_crossing(
        &self,
        level: f64,
        from: Timestamp,
        to: Timestamp,
        above: impl Fn(Timestamp) -> bool,
    ) -> Option<Timestamp> {
        let was = above(from);
        // Intervals yet to be searched, the earliest last. Each is known to begin with the answer `was`.
        let mut pending = vec![(from, to)];
        let mut looks = 0_u32;
        while let Some((start, end)) = pending.pop() {
            let width_ms = end.millis_since(start);
            if width_ms <= 0 {
                continue;
            }
            if width_ms == 1 {
                if above(end) != was {
                    return Some(end);
                }
                continue;
            }
            looks += 1;
            let sight = self.look(level, start, end);
            match sight {
                Sight::OneSide => {}
                Sight::Doubt if looks < LOOKS_MAX => {
                    let middle = start.plus_millis(width_ms / 2);
                    pending.push((middle, end));
                    pending.push((start, middle));
                }
                Sight::Monotone | Sight::Doubt => {
                    if above(end) != was {
                        return Some(bisect(start, end, |t| above(t) != was));
                    }
                }
            }
        }
        None
    }

    /// Tells what the bounds of value and slope say of an interval.
    fn look(&self, level: f64, start: Timestamp, end: Timestamp) -> Sight {
        let (mut low, mut high) = (0.0, 0.0);
        let (mut slope_low, mut slope_high) = (0.0, 0.0);
        let mut size = level.abs();
        for (weight, part) in self.parts() {
            let (first, last) = (weight * part.at(start), weight * part.at(end));
            low += first.min(last);
            high += first.max(last);
            size += first.abs();
            let (flat, steep) = slopes(part, start, end);
            slope_low += weight * flat.min(steep);
            slope_high += weight * flat.max(steep);
        }
        // A hair is a doubt, never a certainty.
        let hair = size * HAIR;
        if low > level + hair || high < level - hair {
            return Sight::OneSide;
        }
        if slope_low >= 0.0 || slope_high <= 0.0 || (high - low) <= hair {
            return Sight::Monotone;
        }
        let width_ms = math::millis_f64(end.millis_since(start));
        let middle = self.at(start.plus_millis(end.millis_since(start) / 2));
        let reach = slope_low.abs().max(slope_high.abs()) * (width_ms / 2.0 + 1.0);
        if middle - reach > level + hair || middle + reach < level - hair {
            return Sight::OneSide;
        }
        Sight::Doubt
    }
}

enum Sight {
    /// The curve stays on one side of the line.
    OneSide,
    /// It only rises or only falls.
    Monotone,
    /// Neither is sure.
    Doubt,
}

/// Bounds of a part's slope per millisecond on an interval: the flattest and the steepest.
fn slopes(part: &Part, start: Timestamp, end: Timestamp) -> (f64, f64) {
    let Some(half_life_ms) = part.half_life_ms else {
        return (0.0, 0.0);
    };
    let slope = |value: f64| -std::f64::consts::LN_2 / half_life_ms * value;
    let (first, last) = (part.uncapped(start), part.uncapped(end));
    let Some(cap) = part.cap else {
        return (slope(last), slope(first));
    };
    if last.abs() >= cap {
        (0.0, 0.0)
    } else if first.abs() > cap {
        (0.0, slope(cap.copysign(first)))
    } else {
        (slope(last), slope(first))
    }
}

/// Returns the first instant in `(start, end]` at which `flipped` holds: it does not at `start`, it does at `end`.
fn bisect(mut start: Timestamp, mut end: Timestamp, flipped: impl Fn(Timestamp) -> bool) -> Timestamp {
    while end.millis_since(start) > 1 {
        let middle = start.plus_millis(end.millis_since(start) / 2);
        if flipped(middle) {
            end = middle;
        } else {
            start = middle;
        }
    }
    end
}

#[cfg(test)]
mod tests;
