//! Explanation (docs/semantics.md 3.12): the exact additive parts of intent points, by contact and kind, down to
//! each signal.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::account::{AccountState, Event, Record};
use crate::engagement::{self, Accumulator, DayEntry, SignalView};
use crate::id::{ContactNo, Kind, SignalId, Solution};
use crate::model::{Combine, Model, SignalRule};
use crate::signal::Signal;
use crate::standing::Standing;
use crate::time::{Day, Timestamp};

/// Where one buying group's intent points come from.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupExplanation {
    /// The solution; `None` when the model lists none.
    pub solution: Option<Solution>,
    /// `H(t)`.
    pub intent_points: f64,
    /// The anonymous visitor first, then by number. Their points add up to `intent_points`.
    pub people: Vec<PersonExplanation>,
}

/// What one person brings.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonExplanation {
    /// Who; `None`: the anonymous visitor.
    pub contact: Option<ContactNo>,
    /// What a point of it counts.
    pub weight: f64,
    /// `E(c, t)`: the sum of its kinds' contributions.
    pub engagement: f64,
    /// What it brings to the group: weight times engagement.
    pub points: f64,
    /// By kind, in name order.
    pub kinds: Vec<KindExplanation>,
}

/// What one person's signals of one kind contribute.
#[derive(Clone, Debug, PartialEq)]
pub struct KindExplanation {
    /// The kind.
    pub kind: Kind,
    /// What people read.
    pub label: Option<Arc<str>>,
    /// `contribution(c, k, t)`: its lines add up to it.
    pub contribution: f64,
    /// Signals oldest first, then what combining took away.
    pub lines: Vec<Line>,
}

/// One addend of a contribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Points at the instant asked about.
    pub points: f64,
    /// Where they come from.
    pub cause: Cause,
}

/// Where the points of a line come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Cause {
    /// One signal.
    Signal {
        /// Its id.
        id: SignalId,
        /// When it happened.
        occurred_at: Timestamp,
        /// Its strength.
        strength: f64,
        /// Points it had when it happened.
        points_then: f64,
        /// What is left of one of them.
        remaining: f64,
    },
    /// What the cap took away.
    Cap,
    /// What signals would bring that another one of a gauge stands in for.
    Superseded,
    /// What signals would bring that repeat one of their day.
    SameDay,
}

impl GroupExplanation {
    /// Returns what is left of it at `later` if nothing new happens: each line decayed on, each cap applied anew.
    ///
    /// - `at`: the instant it explains; not after `later`.
    /// - `model`: the model it was explained with.
    ///
    /// Weights stay as they are, and signals that were not due at `at` take no part.
    #[must_use]
    pub fn faded(&self, model: &Model, at: Timestamp, later: Timestamp) -> Self {
        let people: Vec<PersonExplanation> = self
            .people
            .iter()
            .map(|person| person.faded(model, later.millis_since(at)))
            .collect();
        Self {
            solution: self.solution.clone(),
            intent_points: people.iter().map(|person| person.points).sum(),
            people,
        }
    }
}

impl PersonExplanation {
    fn faded(&self, model: &Model, age_ms: i64) -> Self {
        let kinds: Vec<KindExplanation> = self
            .kinds
            .iter()
            .map(|kind| match model.rule(kind.kind.as_str()) {
                Some(rule) => kind.faded(rule, age_ms),
                None => kind.clone(),
            })
            .collect();
        let engagement = kinds.iter().map(|kind| kind.contribution).sum();
        Self {
            contact: self.contact,
            weight: self.weight,
            engagement,
            points: self.weight * engagement,
            kinds,
        }
    }
}

impl KindExplanation {
    fn faded(&self, rule: &SignalRule, age_ms: i64) -> Self {
        let left = rule
            .half_life
            .map_or(1.0, |half_life| half_life.remaining(age_ms));
        let mut lines = self.lines.clone();
        lines.retain(|line| line.cause != Cause::Cap);
        for line in &mut lines {
            line.points *= left;
            if let Cause::Signal { remaining, .. } = &mut line.cause {
                *remaining *= left;
            }
        }
        // All lines of a kind share its half-life, so what combining took away fades with what it took it from.
        let uncapped: f64 = lines.iter().map(|line| line.points).sum();
        let contribution = rule.cap.map_or(uncapped, |cap| uncapped.clamp(-cap, cap));
        if (contribution - uncapped).abs() > 0.0 {
            lines.push(Line {
                points: contribution - uncapped,
                cause: Cause::Cap,
            });
        }
        Self {
            kind: self.kind.clone(),
            label: self.label.clone(),
            contribution,
            lines,
        }
    }
}

/// Returns a person's engagement at past instants, as one group counts it under one model.
///
/// - `records`: the account's journal, or at least all signals of the person.
/// - `contact`: who; `None`: the anonymous visitor.
#[must_use]
pub fn engagement_at(
    records: &[&Record],
    contact: Option<ContactNo>,
    model: &Model,
    solution: Option<&Solution>,
    instants: &[Timestamp],
) -> Vec<f64> {
    let at = |t: &Timestamp| {
        let signals = records.iter().filter_map(|record| {
            let Event::SignalRecorded(signal) = &record.event else {
                return None;
            };
            (signal.contact == contact).then_some(signal)
        });
        by_kind(signals, model, solution, *t)
            .iter()
            .map(|(kind, (rule, signals))| explain_kind(kind, rule, signals, *t).contribution)
            .sum()
    };
    instants.iter().map(at).collect()
}

/// Explains an account's standing at `t` from its journal.
///
/// - `records`: the whole journal; signals after `t` and expired ones take no part.
/// - `state`, `standing`: the account as of `t`, for weights.
#[must_use]
pub fn explain(
    state: &AccountState,
    standing: &Standing,
    records: &[Record],
    model: &Model,
    t: Timestamp,
) -> Vec<GroupExplanation> {
    let reading = standing.read(state, model, t);
    reading
        .groups
        .iter()
        .map(|group| {
            let kinds = by_person_and_kind(records, model, group.solution.as_ref(), t);
            let people = group
                .people
                .iter()
                .map(|person| {
                    let kinds: Vec<KindExplanation> = kinds
                        .get(&person.contact)
                        .into_iter()
                        .flatten()
                        .map(|(kind, (rule, signals))| explain_kind(kind, rule, signals, t))
                        .collect();
                    PersonExplanation {
                        contact: person.contact,
                        weight: person.weight,
                        engagement: person.engagement,
                        points: person.weight * person.engagement,
                        kinds,
                    }
                })
                .collect();
            GroupExplanation {
                solution: group.solution.clone(),
                intent_points: group.intent_points,
                people,
            }
        })
        .collect()
}

type Kinds<'a> = BTreeMap<&'a Kind, (&'a Arc<SignalRule>, Vec<&'a Signal>)>;

fn by_person_and_kind<'a>(
    records: &'a [Record],
    model: &'a Model,
    solution: Option<&Solution>,
    t: Timestamp,
) -> BTreeMap<Option<ContactNo>, Kinds<'a>> {
    let mut people: BTreeMap<Option<ContactNo>, Vec<&Signal>> = BTreeMap::new();
    for record in records {
        if let Event::SignalRecorded(signal) = &record.event {
            people.entry(signal.contact).or_default().push(signal);
        }
    }
    people
        .into_iter()
        .map(|(contact, signals)| (contact, by_kind(signals.into_iter(), model, solution, t)))
        .collect()
}

/// Sorts one person's signals by kind; those after `t`, expired, unknown or of another solution take no part.
fn by_kind<'a>(
    signals: impl Iterator<Item = &'a Signal>,
    model: &'a Model,
    solution: Option<&Solution>,
    t: Timestamp,
) -> Kinds<'a> {
    let mut kinds = Kinds::new();
    for signal in signals {
        if signal.expired || signal.occurred_at > t {
            continue;
        }
        let Some(rule) = model.rule(signal.kind.as_str()) else {
            continue;
        };
        let of = signal.solution.as_ref().or(rule.solution.as_ref());
        if solution.is_some() && of.is_some() && of != solution {
            continue;
        }
        let (_, signals) = kinds.entry(&signal.kind).or_insert((rule, Vec::new()));
        signals.push(signal);
    }
    kinds
}

fn explain_kind(kind: &Kind, rule: &SignalRule, signals: &[&Signal], t: Timestamp) -> KindExplanation {
    let mut signals = signals.to_vec();
    signals.sort_by(|a, b| (a.occurred_at, &a.id).cmp(&(b.occurred_at, &b.id)));
    let accumulated = accumulate(rule, &signals);
    let part = accumulated.as_ref().map(|accumulator| accumulator.part(rule));
    let contribution = part.map_or(0.0, |part| part.at(t));
    let uncapped = part.map_or(0.0, |part| part.uncapped(t));
    let days = days(rule, &signals);
    let counting = accumulated
        .as_ref()
        .and_then(|accumulator| accumulator.counting(rule));
    let mut lines = Vec::with_capacity(signals.len() + 2);
    let (mut superseded, mut same_day) = (0.0, 0.0);
    for signal in &signals {
        let stands_for_its_day = days.as_ref().is_none_or(|days| {
            days.get(&day_key(signal))
                .is_some_and(|entry| entry.id == signal.id)
        });
        let dated = if rule.once_per_day && stands_for_its_day {
            signal.occurred_at.day().start()
        } else {
            signal.occurred_at
        };
        let remaining = rule
            .half_life
            .map_or(1.0, |half_life| half_life.remaining(t.millis_since(dated)));
        let points_then = rule.points * signal.strength;
        let points = points_then * remaining;
        lines.push(Line {
            points,
            cause: Cause::Signal {
                id: signal.id.clone(),
                occurred_at: signal.occurred_at,
                strength: signal.strength,
                points_then,
                remaining,
            },
        });
        if !stands_for_its_day {
            same_day -= points;
        } else if rule.combine != Combine::Sum && counting != Some(&signal.id) {
            superseded -= points;
        }
    }
    for (points, cause) in [
        (same_day, Cause::SameDay),
        (superseded, Cause::Superseded),
        (contribution - uncapped, Cause::Cap),
    ] {
        if points.abs() > 0.0 {
            lines.push(Line { points, cause });
        }
    }
    KindExplanation {
        kind: kind.clone(),
        label: rule.label.clone(),
        contribution,
        lines,
    }
}

fn accumulate(rule: &SignalRule, signals: &[&Signal]) -> Option<Accumulator> {
    let mut accumulated: Option<Accumulator> = None;
    for signal in signals {
        let view = SignalView {
            id: signal.id.as_str(),
            occurred_at: signal.occurred_at,
            strength: signal.strength,
            object: signal.object.as_deref(),
        };
        match &mut accumulated {
            Some(accumulator) => accumulator.add(rule, &view),
            None => accumulated = Some(Accumulator::new(rule, &view)),
        }
    }
    accumulated
}

/// A day and what its signals were about.
type DayKey = (Day, Option<Arc<str>>);

fn day_key(signal: &Signal) -> DayKey {
    (signal.occurred_at.day(), signal.object.clone())
}

/// Which signal stands for each day, for a `once_per_day` kind. `signals` come earliest first.
fn days(rule: &SignalRule, signals: &[&Signal]) -> Option<BTreeMap<DayKey, DayEntry>> {
    if !rule.once_per_day {
        return None;
    }
    let mut days = BTreeMap::new();
    for signal in signals {
        days.entry(day_key(signal)).or_insert_with(|| DayEntry {
            id: signal.id.clone(),
            occurred_at: signal.occurred_at,
            strength: signal.strength,
        });
    }
    Some(days)
}

/// What one person and kind gained or lost between two instants, or what all older signals lost by fading.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Of whom; `None` inside: the anonymous visitor. The outer `None` of `kind` is fading.
    pub contact: Option<ContactNo>,
    /// Of which kind; `None`: fading of everything that was there before.
    pub kind: Option<Kind>,
    /// Weighted points; they add up to the change of intent points.
    pub points: f64,
}

/// Tells what changed between two explanations of one group, largest first: what new signals (and changed
/// weights) brought by person and kind, and what fading took.
///
/// - `fading`: what `earlier` is worth at the later instant by itself: its own explanation at that instant.
#[must_use]
pub fn differences(
    earlier: &GroupExplanation,
    fading: &GroupExplanation,
    later: &GroupExplanation,
) -> Vec<Difference> {
    let mut by_cause: BTreeMap<(Option<ContactNo>, Kind), f64> = BTreeMap::new();
    for (explanation, sign) in [(later, 1.0), (fading, -1.0)] {
        for person in &explanation.people {
            for kind in &person.kinds {
                *by_cause.entry((person.contact, kind.kind.clone())).or_default() +=
                    sign * person.weight * kind.contribution;
            }
        }
    }
    let mut all: Vec<Difference> = by_cause
        .into_iter()
        .map(|((contact, kind), points)| Difference {
            contact,
            kind: Some(kind),
            points,
        })
        .filter(|difference| difference.points.abs() > 0.0)
        .collect();
    let faded = fading.intent_points - earlier.intent_points;
    if faded.abs() > 0.0 {
        all.push(Difference {
            contact: None,
            kind: None,
            points: faded,
        });
    }
    all.sort_by(|a, b| b.points.abs().total_cmp(&a.points.abs()));
    all
}

/// Returns the heat of a group's explanation.
#[must_use]
pub fn heat(explanation: &GroupExplanation, model: &Model) -> f64 {
    engagement::heat(explanation.intent_points, model.half_point)
}

#[cfg(test)]
mod tests;
