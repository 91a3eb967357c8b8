//! What a judgement sees of a buying group at an instant, and the curves it reads that from.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::account::AccountState;
use crate::committee::Quorum;
use crate::curve::Weighted;
use crate::decay::Part;
use crate::engagement;
use crate::fit::Fit;
use crate::id::{ContactNo, Role};
use crate::model::{Model, MqaThresholds};
use crate::mqa::{self, MqaStatus, Situation};
use crate::time::Timestamp;

use super::{Group, Moment};

/// What a judgement sees of a group.
pub(super) struct Look {
    at: Timestamp,
    pub(super) intent_points: f64,
    pub(super) heat: f64,
    pub(super) engaged: BTreeSet<ContactNo>,
    pub(super) engaged_roles: BTreeSet<Role>,
    pub(super) quorum: Arc<Quorum>,
}

impl Look {
    pub(super) fn at(
        curves: &Curves,
        group: &Group,
        state: &AccountState,
        model: &Model,
        t: Timestamp,
    ) -> Self {
        let mut intent_points = 0.0;
        let mut engaged = BTreeSet::new();
        let mut engaged_roles = BTreeSet::new();
        for person in &curves.people {
            let points = engagement::engagement(curves.parts_of(person), t);
            intent_points += person.weight * points;
            if let Some(contact) = person.contact.filter(|_| person.countable)
                && points >= model.engagement.engaged_at
            {
                engaged.insert(contact);
                if let Some(member) = group.members.get(&Some(contact)) {
                    engaged_roles.extend(member.roles.iter().cloned());
                }
            }
        }
        let quorum = group.seats_with(&engaged, state, model);
        let heat = engagement::heat(intent_points, model.half_point);
        Self {
            at: t,
            intent_points,
            heat,
            engaged,
            engaged_roles,
            quorum,
        }
    }

    pub(super) fn situation<'a>(
        &'a self,
        fit: &'a Fit,
        state: &AccountState,
        act_now_until: Option<Timestamp>,
    ) -> Situation<'a> {
        Situation {
            at: self.at,
            heat: self.heat,
            engaged_contacts: self.engaged.len(),
            engaged_roles: &self.engaged_roles,
            fit,
            quorum: self.quorum.percent,
            disqualified: state.disqualified.is_some(),
            act_now_until,
        }
    }

    pub(super) fn moment(
        &self,
        situation: &Situation<'_>,
        thresholds: Option<&MqaThresholds>,
        status: &MqaStatus,
    ) -> Moment {
        Moment {
            intent_points: self.intent_points,
            heat: self.heat,
            engaged: self.engaged.iter().copied().collect(),
            conditions: thresholds
                .map(|thresholds| mqa::conditions(situation, thresholds, status))
                .unwrap_or_default(),
            act_now: thresholds.is_some_and(|thresholds| situation.acts_now(thresholds)),
            ended_by: Vec::new(),
        }
    }
}

/// The curves of one group: built once for a judgement or a search.
pub(super) struct Curves {
    parts: Vec<Part>,
    pub(super) people: Vec<PersonCurve>,
}

pub(super) struct PersonCurve {
    pub(super) contact: Option<ContactNo>,
    pub(super) weight: f64,
    pub(super) countable: bool,
    start: usize,
    end: usize,
}

impl Curves {
    pub(super) fn of(group: &Group) -> Self {
        let mut parts = Vec::with_capacity(
            group
                .members
                .values()
                .map(|member| member.person.kinds.len())
                .sum(),
        );
        let mut people = Vec::with_capacity(group.members.len());
        for (contact, member) in &group.members {
            let start = parts.len();
            parts.extend(member.person.kinds.iter().map(|(kind, sum)| sum.part(&kind.rule)));
            people.push(PersonCurve {
                contact: *contact,
                weight: member.weight,
                countable: member.countable,
                start,
                end: parts.len(),
            });
        }
        Self { parts, people }
    }

    pub(super) fn parts_of(&self, person: &PersonCurve) -> &[Part] {
        self.parts.get(person.start..person.end).unwrap_or_default()
    }

    pub(super) fn weighted(&self) -> Vec<Weighted<'_>> {
        self.people
            .iter()
            .map(|person| Weighted {
                weight: person.weight,
                parts: self.parts_of(person),
            })
            .collect()
    }
}
