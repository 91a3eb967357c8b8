//! Engagement of a contact (docs/semantics.md 3.1, 3.2): its signals by kind, combined and capped.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decay::{DecayedSum, Part};
use crate::id::{Kind, SignalId};
use crate::math;
use crate::model::{Combine, SignalRule};
use crate::time::{Day, HalfLife, Timestamp};

/// What the fold needs of a signal.
#[derive(Clone, Copy, Debug)]
pub struct SignalView<'a> {
    /// Its id.
    pub id: &'a str,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Its strength.
    pub strength: f64,
    /// What it was about.
    pub object: Option<&'a str>,
}

/// The one signal that counts for a gauge.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// Its id.
    pub id: SignalId,
    /// When it counts from: its instant, or the start of its day.
    pub at: Timestamp,
    /// Its strength.
    pub strength: f64,
}

/// The signal that stands for its day.
#[derive(Clone, Debug, PartialEq)]
pub struct DayEntry {
    /// The earliest signal's id; of equal instants the smallest.
    pub id: SignalId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Its strength.
    pub strength: f64,
}

/// The days of a `once_per_day` kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Daily {
    /// One entry a day and object.
    pub days: BTreeMap<(Day, Option<Arc<str>>), DayEntry>,
    sum: DecayedSum,
}

/// One contact's signals of one kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Accumulator {
    /// They add up.
    Sum(DecayedSum),
    /// One of them counts: `latest` or `max`.
    One(Box<Held>),
    /// They count once a day.
    Daily(Box<Daily>),
}

impl Accumulator {
    /// Returns the accumulator of a first signal.
    #[must_use]
    pub fn new(rule: &SignalRule, signal: &SignalView<'_>) -> Self {
        let mut first = if rule.once_per_day {
            Self::Daily(Box::default())
        } else {
            match rule.combine {
                Combine::Sum => Self::Sum(DecayedSum::default()),
                Combine::Latest | Combine::Max => {
                    return Self::One(Box::new(Held {
                        id: SignalId::trusted(signal.id),
                        at: signal.occurred_at,
                        strength: signal.strength,
                    }));
                }
            }
        };
        first.add(rule, signal);
        first
    }

    /// Returns the days of a kind, as a snapshot kept them.
    #[must_use]
    pub fn from_days(
        rule: &SignalRule,
        days: impl IntoIterator<Item = ((Day, Option<Arc<str>>), DayEntry)>,
    ) -> Self {
        let mut daily = Daily::default();
        for ((day, object), entry) in days {
            daily.sum.add(rule.half_life, day.start(), entry.strength);
            daily.days.insert((day, object), entry);
        }
        Self::Daily(Box::new(daily))
    }

    /// Adds a signal. The result does not depend on the order of adding.
    pub fn add(&mut self, rule: &SignalRule, signal: &SignalView<'_>) {
        match self {
            Self::Sum(sum) => sum.add(rule.half_life, signal.occurred_at, signal.strength),
            Self::One(held) => {
                let challenger = (signal.occurred_at, signal.strength, signal.id);
                if counts_instead(rule, (held.at, held.strength, held.id.as_str()), challenger) {
                    **held = Held {
                        id: SignalId::trusted(signal.id),
                        at: signal.occurred_at,
                        strength: signal.strength,
                    };
                }
            }
            Self::Daily(daily) => daily.add(rule.half_life, signal),
        }
    }

    /// Returns what the signals contribute, as a curve over time.
    #[must_use]
    pub fn part(&self, rule: &SignalRule) -> Part {
        match self {
            Self::Sum(sum) => sum.part(rule.points, rule.half_life, rule.cap),
            Self::One(held) => {
                Part::of_signal(rule.points * held.strength, rule.half_life, rule.cap, held.at)
            }
            Self::Daily(daily) => match rule.combine {
                Combine::Sum => daily.sum.part(rule.points, rule.half_life, rule.cap),
                Combine::Latest | Combine::Max => daily.best(rule).map_or_else(Part::zero, |(day, entry)| {
                    Part::of_signal(
                        rule.points * entry.strength,
                        rule.half_life,
                        rule.cap,
                        day.start(),
                    )
                }),
            },
        }
    }

    /// Returns the id of the one signal that counts, for a gauge.
    #[must_use]
    pub fn counting(&self, rule: &SignalRule) -> Option<&SignalId> {
        match self {
            Self::Sum(_) => None,
            Self::One(held) => Some(&held.id),
            Self::Daily(daily) => match rule.combine {
                Combine::Sum => None,
                Combine::Latest | Combine::Max => daily.best(rule).map(|(_, entry)| &entry.id),
            },
        }
    }
}

impl Daily {
    fn add(&mut self, half_life: Option<HalfLife>, signal: &SignalView<'_>) {
        let day = signal.occurred_at.day();
        let object = signal.object.map(Arc::from);
        let entry = || DayEntry {
            id: SignalId::trusted(signal.id),
            occurred_at: signal.occurred_at,
            strength: signal.strength,
        };
        match self.days.entry((day, object)) {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                self.sum.add(half_life, day.start(), signal.strength);
                vacant.insert(entry());
            }
            std::collections::btree_map::Entry::Occupied(mut occupied) => {
                let known = occupied.get();
                if (signal.occurred_at, signal.id) < (known.occurred_at, known.id.as_str()) {
                    self.sum.subtract(half_life, day.start(), known.strength);
                    self.sum.add(half_life, day.start(), signal.strength);
                    occupied.insert(entry());
                }
            }
        }
    }

    /// The day's entry that counts for a gauge.
    fn best(&self, rule: &SignalRule) -> Option<(Day, &DayEntry)> {
        self.days
            .iter()
            .map(|((day, _), entry)| (*day, entry))
            .reduce(|best, next| {
                let held = (best.0.start(), best.1.strength, best.1.id.as_str());
                let challenger = (next.0.start(), next.1.strength, next.1.id.as_str());
                if counts_instead(rule, held, challenger) {
                    next
                } else {
                    best
                }
            })
    }
}

/// Returns whether `challenger` counts in the place of `held`; each is (instant, strength, id).
pub(crate) fn counts_instead(
    rule: &SignalRule,
    held: (Timestamp, f64, &str),
    challenger: (Timestamp, f64, &str),
) -> bool {
    let newer = (challenger.0, challenger.2) > (held.0, held.2);
    match rule.combine {
        Combine::Sum => false,
        Combine::Latest => newer,
        Combine::Max => {
            // Both decay alike, so who is larger does not change with time: compare at the later instant.
            let at = challenger.0.max(held.0);
            let value = |(since, strength, _): (Timestamp, f64, &str)| {
                let left = rule
                    .half_life
                    .map_or(1.0, |half_life| half_life.remaining(at.millis_since(since)));
                rule.points * strength * left
            };
            match value(challenger).total_cmp(&value(held)) {
                std::cmp::Ordering::Greater => true,
                std::cmp::Ordering::Equal => newer,
                std::cmp::Ordering::Less => false,
            }
        }
    }
}

/// Half-life of the fast rate of momentum.
const FAST_DAYS: f64 = 7.0;
/// Half-life of the slow rate of momentum.
const SLOW_DAYS: f64 = 30.0;
/// Points are scaled by this in momentum's sums, so that the largest strength times the largest points fits.
const RATE_SCALE: f64 = 1.0 / 1_048_576.0;

/// A contact's positive points without caps, for momentum (docs/semantics.md 3.5).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rates {
    /// With a 7-day half-life.
    pub fast: DecayedSum,
    /// With a 30-day half-life.
    pub slow: DecayedSum,
}

impl Rates {
    fn half_life(days: f64) -> Option<HalfLife> {
        HalfLife::new(crate::time::Days(days))
    }

    /// Adds a signal of that many points; nothing when they are not positive.
    pub fn add(&mut self, at: Timestamp, points: f64) {
        if points > 0.0 {
            self.fast.add(Self::half_life(FAST_DAYS), at, points * RATE_SCALE);
            self.slow.add(Self::half_life(SLOW_DAYS), at, points * RATE_SCALE);
        }
    }

    /// Returns the fast and the slow decayed sum of points as curves.
    #[must_use]
    pub fn parts(&self) -> (Part, Part) {
        let part = |sum: &DecayedSum, days| sum.part(1.0 / RATE_SCALE, Self::half_life(days), None);
        (part(&self.fast, FAST_DAYS), part(&self.slow, SLOW_DAYS))
    }
}

/// Momentum from the weighted fast and slow sums (docs/semantics.md 3.5).
///
/// - Unit: ratio of two rates of points a day; `None` when the slow one is below 0.01.
#[must_use]
pub fn momentum(fast: f64, slow: f64) -> Option<f64> {
    let per_day = |sum: f64, days: f64| std::f64::consts::LN_2 / days * sum;
    let slow = per_day(slow, SLOW_DAYS);
    (slow >= 0.01).then(|| per_day(fast, FAST_DAYS) / slow)
}

/// Everything one person did, by kind. `K` names a kind: [`Kind`] in a live account, a number in a batch run.
#[derive(Clone, Debug, PartialEq)]
pub struct Person<K = Kind> {
    /// One accumulator a kind, in the order of `K`.
    pub kinds: Vec<(K, Accumulator)>,
    /// For momentum.
    pub rates: Rates,
    /// The newest act-now signal.
    pub act_now: Option<Timestamp>,
}

impl<K> Default for Person<K> {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            rates: Rates::default(),
            act_now: None,
        }
    }
}

impl<K: Ord + Clone> Person<K> {
    /// Adds a signal of a known kind that is not expired.
    pub fn add(&mut self, kind: &K, rule: &SignalRule, signal: &SignalView<'_>) {
        match self.kinds.binary_search_by(|(known, _)| known.cmp(kind)) {
            Ok(place) => {
                if let Some((_, accumulator)) = self.kinds.get_mut(place) {
                    accumulator.add(rule, signal);
                }
            }
            Err(place) => {
                // Few kinds a person: grow by little, there are many persons.
                if self.kinds.len() == self.kinds.capacity() {
                    self.kinds.reserve_exact(2);
                }
                self.kinds
                    .insert(place, (kind.clone(), Accumulator::new(rule, signal)));
            }
        }
        self.rates.add(signal.occurred_at, rule.points * signal.strength);
        if rule.act_now {
            self.act_now = self.act_now.max(Some(signal.occurred_at));
        }
    }
}

/// Returns the sum of contributions at `t`: a contact's engagement, `E(c, t)`.
#[must_use]
pub fn engagement(parts: &[Part], t: Timestamp) -> f64 {
    parts.iter().map(|part| part.at(t)).sum()
}

/// Returns heat `100 * (1 - 2^(-max(H, 0) / half_point))` (docs/semantics.md 3.4).
///
/// - Range: `0..=100`.
#[must_use]
pub fn heat(intent_points: f64, half_point: f64) -> f64 {
    100.0 * (1.0 - math::exp2(-intent_points.max(0.0) / half_point))
}

/// Returns the least intent points at which [`heat`], as it is computed, reaches `line`.
///
/// - `line`: `0..=100`; 0 points reach the line 0.
#[must_use]
pub fn points_at_heat(line: f64, half_point: f64) -> f64 {
    if line <= 0.0 {
        return 0.0;
    }
    // The inverse is only near: close to 100 heat is flat, and both ways round. What it is near is then found by
    // halving, so that points reach the level exactly when heat reaches the line.
    let near = -half_point * math::log2(1.0 - (line / 100.0).clamp(0.0, 1.0 - f64::EPSILON / 2.0));
    let reaches = |points: f64| heat(points, half_point) >= line;
    let (mut under, mut over) = (near, near);
    let mut step = near * f64::EPSILON;
    while reaches(under) && under > 0.0 {
        over = under;
        under = (under - step).max(0.0);
        step *= 2.0;
    }
    // At 54 half points 1 - 2^-x is 1 to the last bit.
    while !reaches(over) && over < 64.0 * half_point {
        under = over;
        over += step;
        step *= 2.0;
    }
    loop {
        let middle = under + (over - under) / 2.0;
        if middle <= under || middle >= over {
            return over;
        }
        if reaches(middle) {
            over = middle;
        } else {
            under = middle;
        }
    }
}

/// A band of heat, in words (docs/semantics.md 3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Below 20.
    Cold,
    /// Below 50.
    Warm,
    /// Below 80.
    Hot,
    /// 80 and up.
    Burning,
}

impl Band {
    /// All bands, coldest first.
    pub const ALL: [Self; 4] = [Self::Cold, Self::Warm, Self::Hot, Self::Burning];
    /// The heats at which a band ends and the next begins.
    pub const EDGES: [f64; 3] = [20.0, 50.0, 80.0];

    /// Returns the band of a heat.
    #[must_use]
    pub fn of(heat: f64) -> Self {
        match heat {
            heat if heat < 20.0 => Self::Cold,
            heat if heat < 50.0 => Self::Warm,
            heat if heat < 80.0 => Self::Hot,
            _ => Self::Burning,
        }
    }

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
            Self::Hot => "hot",
            Self::Burning => "burning",
        }
    }

    /// Returns the band of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|band| band.as_str() == text)
    }
}

#[cfg(test)]
mod tests;
