//! Whether a signal that comes late leaves the past as it was judged.
//!
//! Several senders are never quite in step, so signals that are late by a little are common, and telling the past
//! anew costs the whole history. Most of them change nothing that was judged: heat is bounded over the time since
//! the signal, and where even the most it can have been does not qualify the account, it never was.

use std::collections::BTreeSet;

use crate::account::AccountState;
use crate::decay::Part;
use crate::engagement::{self, Accumulator};
use crate::model::{Combine, Model, SignalRule};
use crate::mqa::Situation;
use crate::signal::Signal;
use crate::time::Timestamp;

use super::look::Curves;
use super::{Group, Standing};

/// What a late signal does to intent points from its instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// Nothing: another one of its day counts, or its kind is unknown.
    Nothing,
    /// They are as high or higher.
    More,
    /// They are as low or lower.
    Less,
    /// Both may be.
    Unclear,
}

impl Standing {
    /// Tells what a late signal will do, before it is added.
    pub(super) fn late_effect(&self, signal: &Signal, model: &Model) -> Effect {
        let Some(rule) = model.rule(signal.kind.as_str()) else {
            return Effect::Nothing;
        };
        let effects: BTreeSet<Effect> = self
            .groups
            .iter()
            .map(|group| group.late_effect(signal, rule))
            .collect();
        match (effects.first(), effects.len()) {
            (Some(effect), 1) => *effect,
            (Some(_) | None, _) => Effect::Unclear,
        }
    }

    /// Returns whether a late signal, added already, surely changes no past judgement of MQA.
    pub(super) fn leaves_the_past(
        &self,
        signal: &Signal,
        effect: Effect,
        state: &AccountState,
        model: &Model,
    ) -> bool {
        if signal.occurred_at < self.facts_to {
            return false;
        }
        let Some(thresholds) = self.thresholds() else {
            return true;
        };
        let at = signal.occurred_at;
        let acts_now = model.rule(signal.kind.as_str()).is_some_and(|rule| rule.act_now);
        self.groups.iter().all(|group| {
            let moved = group
                .status
                .since
                .or_else(|| group.spans.last().and_then(|span| span.left));
            if moved.is_some_and(|moved| moved > at) {
                return false;
            }
            match (group.status.since.is_some(), effect) {
                (_, Effect::Nothing) if !acts_now => true,
                // It was in all the while, and more points do not make it leave; but they may have reset a clock.
                (true, Effect::Nothing | Effect::More) => group.status.failing.is_empty(),
                (true, Effect::Less) | (_, Effect::Unclear) => false,
                // It was out all the while, and fewer points do not let it in.
                (false, Effect::Less) => !acts_now,
                (false, Effect::Nothing | Effect::More) => group.most(self, at, state, model, |most| {
                    let near = Situation {
                        heat: most.heat + 1e-9,
                        ..most.clone()
                    };
                    !near.qualifies(thresholds)
                }),
            }
        })
    }
}

impl Group {
    fn late_effect(&self, signal: &Signal, rule: &SignalRule) -> Effect {
        let known = self.members.get(&signal.contact).and_then(|member| {
            let place = member
                .person
                .kinds
                .binary_search_by(|(kind, _)| kind.kind.cmp(&signal.kind))
                .ok()?;
            member.person.kinds.get(place).map(|(_, accumulator)| accumulator)
        });
        let adds = if rule.points >= 0.0 {
            Effect::More
        } else {
            Effect::Less
        };
        let combined = match rule.combine {
            Combine::Sum => adds,
            Combine::Max if rule.points >= 0.0 => Effect::More,
            Combine::Latest | Combine::Max => Effect::Unclear,
        };
        match known {
            Some(Accumulator::Daily(daily)) => {
                let day = (signal.occurred_at.day(), signal.object.clone());
                match daily.days.get(&day) {
                    Some(entry) if (entry.occurred_at, &entry.id) <= (signal.occurred_at, &signal.id) => {
                        Effect::Nothing
                    }
                    Some(entry) if signal.strength >= entry.strength => combined,
                    Some(_) => Effect::Unclear,
                    None => combined,
                }
            }
            Some(Accumulator::Sum(_) | Accumulator::One(_)) | None => combined,
        }
    }

    /// Judges the most the group can have been from `at` until it was last judged: positive parts only fall, so
    /// their size at `at` bounds them, and who engages whom and which seats are filled follows from that.
    ///
    /// Says no when a gauge stands that is newer than `at`: it may have stood higher before.
    fn most(
        &self,
        standing: &Standing,
        at: Timestamp,
        state: &AccountState,
        model: &Model,
        judge: impl Fn(&Situation<'_>) -> bool,
    ) -> bool {
        let newer_gauge =
            self.members
                .values()
                .flat_map(|member| &member.person.kinds)
                .any(|(kind, accumulator)| {
                    kind.rule.combine == Combine::Latest
                        && match accumulator {
                            Accumulator::One(held) => held.at > at,
                            Accumulator::Daily(_) | Accumulator::Sum(_) => true,
                        }
                });
        if newer_gauge {
            return false;
        }
        let curves = Curves::of(self);
        let positive = |parts: &[Part]| -> f64 { parts.iter().map(|part| part.at(at).max(0.0)).sum() };
        let mut points = 0.0;
        let mut engaged = BTreeSet::new();
        let mut engaged_roles = BTreeSet::new();
        for person in &curves.people {
            let most = positive(curves.parts_of(person));
            // Seen from long before its signals a part may be infinite, and nothing times that is no number.
            if person.weight > 0.0 {
                points += person.weight * most;
            }
            if let Some(contact) = person.contact.filter(|_| person.countable)
                && most >= model.engagement.engaged_at - 1e-9
            {
                engaged.insert(contact);
                if let Some(member) = self.members.get(&Some(contact)) {
                    engaged_roles.extend(member.roles.iter().cloned());
                }
            }
        }
        let quorum = self.seats_with(&engaged, state, model).percent;
        judge(&Situation {
            at,
            heat: engagement::heat(points, model.half_point),
            engaged_contacts: engaged.len(),
            engaged_roles: &engaged_roles,
            fit: standing.fit(),
            quorum,
            disqualified: state.disqualified.is_some(),
            act_now_until: self.act_now_until(standing.act_now_ms),
        })
    }
}
