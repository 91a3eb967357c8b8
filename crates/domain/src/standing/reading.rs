//! What people and programs read of an account at an instant.

use std::sync::Arc;

use crate::account::AccountState;
use crate::committee::Quorum;
use crate::engagement::{self, Band};
use crate::fit::Fit;
use crate::framework::FrameworkReading;
use crate::gap::Gap;
use crate::id::{ContactNo, Role, Solution};
use crate::model::Model;
use crate::mqa::{self, ConditionState};
use crate::time::Timestamp;

use super::look::{Curves, Look};
use super::{Group, Span, Standing, qualified};

/// How far an account has come by rule (docs/semantics.md 3.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Known.
    Target,
    /// A signal that counts.
    Aware,
    /// An engaged contact.
    Engaged,
    /// Qualified.
    Mqa,
    /// Sales said no.
    Disqualified,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 5] = [
        Self::Target,
        Self::Aware,
        Self::Engaged,
        Self::Mqa,
        Self::Disqualified,
    ];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Aware => "aware",
            Self::Engaged => "engaged",
            Self::Mqa => "mqa",
            Self::Disqualified => "disqualified",
        }
    }

    /// Returns the stage of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.as_str() == text)
    }
}

/// A person at an instant, as one buying group sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonReading {
    /// Who; `None`: the anonymous visitor.
    pub contact: Option<ContactNo>,
    /// `E(c, t)`.
    pub engagement: f64,
    /// `weight(c)`.
    pub weight: f64,
    /// Whether it is engaged.
    pub engaged: bool,
    /// Whether its engagement makes it an MQL.
    pub mql: bool,
    /// The roles it holds.
    pub roles: Vec<Role>,
}

/// A buying group at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupReading {
    /// The solution; `None` when the model lists none.
    pub solution: Option<Solution>,
    /// `H(t)`.
    pub intent_points: f64,
    /// `0..=100`.
    pub heat: f64,
    /// In words.
    pub band: Band,
    /// Fast over slow rate of points; `None`: too few points to tell.
    pub momentum: Option<f64>,
    /// People with signals.
    pub people: Vec<PersonReading>,
    /// How many of them are engaged.
    pub engaged_contacts: usize,
    /// Their distinct roles, sorted.
    pub engaged_roles: Vec<Role>,
    /// Seats and quorum.
    pub quorum: Quorum,
    /// Since when it is MQA; `None`: it is not.
    pub mqa_since: Option<Timestamp>,
    /// The conditions, each with what it needs and what there is; empty: the model has no rule.
    pub conditions: Vec<ConditionState>,
    /// Until when an act-now signal qualifies it.
    pub act_now_until: Option<Timestamp>,
    /// When it was MQA, oldest first.
    pub spans: Vec<Span>,
    /// How far it has come.
    pub stage: Stage,
    /// Completeness of the first framework in use, in percent; `None`: there is none.
    pub completeness: Option<f64>,
    /// The frameworks in use.
    pub frameworks: Vec<FrameworkReading>,
    /// What is missing, most helpful first.
    pub gaps: Vec<Gap>,
}

/// An account at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The instant.
    pub at: Timestamp,
    /// Fit.
    pub fit: Fit,
    /// One a solution, in model order; at least one.
    pub groups: Vec<GroupReading>,
    /// Which of them speaks for the account: largest intent points, ties by solution name.
    pub best: usize,
}

impl Reading {
    /// Returns the group that speaks for the account.
    #[must_use]
    pub fn best(&self) -> Option<&GroupReading> {
        self.groups.get(self.best)
    }

    /// Returns whether any group is MQA.
    #[must_use]
    pub fn is_mqa(&self) -> bool {
        self.groups.iter().any(|group| group.mqa_since.is_some())
    }

    /// Returns since when some group has been MQA without a break, as far as the groups that are in show.
    #[must_use]
    pub fn mqa_since(&self) -> Option<Timestamp> {
        self.groups.iter().filter_map(|group| group.mqa_since).min()
    }

    /// Returns how far the account has come: as far as its furthest group.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.groups
            .iter()
            .map(|group| group.stage)
            .max()
            .unwrap_or(Stage::Target)
    }
}

impl Standing {
    /// Reads the account at `t`, not before the last thing that happened to it.
    ///
    /// A crossing between that and `t` is found and taken into account; the standing itself stays as it is.
    #[must_use]
    pub fn read(&self, state: &AccountState, model: &Model, t: Timestamp) -> Reading {
        if self.quiet_until.is_none_or(|quiet| t < quiet) {
            return self.read_quiet(state, model, t);
        }
        let mut later = self.clone();
        later.advance(state, model, t, &mut Vec::new());
        later.read_quiet(state, model, t)
    }

    fn read_quiet(&self, state: &AccountState, model: &Model, t: Timestamp) -> Reading {
        let groups: Vec<GroupReading> = self
            .groups
            .iter()
            .map(|group| {
                let mut reading = self.read_people(group, state, model, t);
                let sight = qualified::sight(group, &reading, state, model, t);
                qualified::fill(&mut reading, group, &sight);
                reading
            })
            .collect();
        let best = groups
            .iter()
            .enumerate()
            .reduce(|best, next| {
                let ahead = next.1.intent_points.total_cmp(&best.1.intent_points);
                if ahead.then_with(|| best.1.solution.cmp(&next.1.solution)).is_gt() {
                    next
                } else {
                    best
                }
            })
            .map_or(0, |(place, _)| place);
        Reading {
            at: t,
            fit: self.fit,
            groups,
            best,
        }
    }

    /// Reads a group but for frameworks and gaps.
    pub(super) fn read_people(
        &self,
        group: &Group,
        facts: &AccountState,
        model: &Model,
        t: Timestamp,
    ) -> GroupReading {
        let curves = Curves::of(group);
        let look = Look::at(&curves, group, facts, model, t);
        let (mut fast, mut slow) = (0.0, 0.0);
        let mut people = Vec::with_capacity(curves.people.len());
        for person in &curves.people {
            let engagement = engagement::engagement(curves.parts_of(person), t);
            let member = group.members.get(&person.contact);
            if let Some(member) = member {
                let (fast_part, slow_part) = member.person.rates.parts();
                fast += member.weight * fast_part.at(t);
                slow += member.weight * slow_part.at(t);
            }
            people.push(PersonReading {
                contact: person.contact,
                engagement,
                weight: person.weight,
                engaged: person
                    .contact
                    .is_some_and(|contact| look.engaged.contains(&contact)),
                mql: person.countable && !self.fit.excluded && engagement >= model.engagement.mql_at,
                roles: member.map(|member| member.roles.clone()).unwrap_or_default(),
            });
        }
        let act_now_until = group.act_now_until(self.act_now_ms).filter(|until| *until > t);
        let situation = look.situation(&self.fit, facts, act_now_until);
        let conditions = self
            .thresholds
            .as_ref()
            .map(|thresholds| mqa::conditions(&situation, thresholds, &group.status))
            .unwrap_or_default();
        let stage = if facts.disqualified.is_some() {
            Stage::Disqualified
        } else if group.status.since.is_some() {
            Stage::Mqa
        } else if !look.engaged.is_empty() {
            Stage::Engaged
        } else if self.counted > 0 {
            Stage::Aware
        } else {
            Stage::Target
        };
        GroupReading {
            solution: group.solution.clone(),
            intent_points: look.intent_points,
            heat: look.heat,
            band: Band::of(look.heat),
            momentum: engagement::momentum(fast, slow),
            people,
            engaged_contacts: look.engaged.len(),
            engaged_roles: look.engaged_roles.iter().cloned().collect(),
            quorum: Arc::unwrap_or_clone(look.quorum),
            mqa_since: group.status.since,
            conditions,
            act_now_until,
            spans: group.spans.clone(),
            stage,
            completeness: None,
            frameworks: Vec::new(),
            gaps: Vec::new(),
        }
    }
}
