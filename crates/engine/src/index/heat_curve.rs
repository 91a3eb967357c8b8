//! An account's intent points as a small function of time, without its people.

use quorate_domain::engagement;
use quorate_domain::standing::Standing;
use quorate_domain::time::Timestamp;

/// One exponential of a curve, held to a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Term {
    /// Time in which it halves, in milliseconds; infinite: it stays.
    pub(crate) half_life_ms: f64,
    /// Weighted points at the curve's instant.
    pub(crate) amount: f64,
    /// The most it counts, either way; infinite: no limit.
    pub(crate) limit: f64,
}

/// Intent points of an account's best group from an instant on, until the next event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct HeatCurve {
    /// Where amounts are measured.
    pub(crate) at: Timestamp,
    /// One a half-life, and one more for each part that is over its cap.
    pub(crate) terms: Box<[Term]>,
    /// Momentum's fast sum at `at`.
    pub(crate) fast: f64,
    /// Momentum's slow sum at `at`.
    pub(crate) slow: f64,
}

const DAY_MS: f64 = 86_400_000.0;

impl HeatCurve {
    /// Returns a curve that is 0 for ever.
    pub(crate) fn zero() -> Self {
        Self {
            at: Timestamp::from_millis(0),
            terms: Box::default(),
            fast: 0.0,
            slow: 0.0,
        }
    }

    /// Returns the curve of a standing's group from `at` on.
    pub(crate) fn of(standing: &Standing, group: usize, at: Timestamp) -> Self {
        let Some(group) = standing.groups.get(group) else {
            return Self::zero();
        };
        let mut terms: Vec<Term> = Vec::new();
        let (mut fast, mut slow) = (0.0, 0.0);
        for member in group.members.values() {
            if member.weight <= 0.0 {
                continue;
            }
            for (kind, accumulator) in &member.person.kinds {
                let part = accumulator.part(&kind.rule);
                let amount = member.weight * part.uncapped(at);
                let limit = part.cap.map_or(f64::INFINITY, |cap| member.weight * cap);
                let half_life_ms = part.half_life_ms.unwrap_or(f64::INFINITY);
                if amount.abs() > limit {
                    terms.push(Term {
                        half_life_ms,
                        amount,
                        limit,
                    });
                    continue;
                }
                // Under its cap it stays there: parts of one half-life add up to one exponential.
                let same = |term: &&mut Term| {
                    term.limit.is_infinite() && term.half_life_ms.total_cmp(&half_life_ms).is_eq()
                };
                match terms.iter_mut().find(same) {
                    Some(term) => term.amount += amount,
                    None => terms.push(Term {
                        half_life_ms,
                        amount,
                        limit: f64::INFINITY,
                    }),
                }
            }
            let (fast_part, slow_part) = member.person.rates.parts();
            fast += member.weight * fast_part.at(at);
            slow += member.weight * slow_part.at(at);
        }
        Self {
            at,
            terms: terms.into_boxed_slice(),
            fast,
            slow,
        }
    }

    /// Returns intent points at `t`.
    pub(crate) fn points(&self, t: Timestamp) -> f64 {
        let age_ms = millis(t.millis_since(self.at));
        self.terms
            .iter()
            .map(|term| (term.amount * remaining(age_ms, term.half_life_ms)).clamp(-term.limit, term.limit))
            .sum()
    }

    /// Returns momentum at `t`.
    pub(crate) fn momentum(&self, t: Timestamp) -> Option<f64> {
        let age_ms = millis(t.millis_since(self.at));
        engagement::momentum(
            self.fast * remaining(age_ms, 7.0 * DAY_MS),
            self.slow * remaining(age_ms, 30.0 * DAY_MS),
        )
    }
}

fn remaining(age_ms: f64, half_life_ms: f64) -> f64 {
    quorate_domain::math::exp2(-age_ms / half_life_ms)
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "spans between accepted instants are below 2^53 ms"
)]
fn millis(span: i64) -> f64 {
    span as f64
}
