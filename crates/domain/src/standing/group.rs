//! A buying group as the fold keeps it: its people with their sums, and what it has come to.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::account::AccountState;
use crate::committee::Quorum;
use crate::contact::{Contact, Seniority};
use crate::engagement::{Band, Person};
use crate::id::{ContactNo, Kind, Role, Solution};
use crate::model::{Model, MqaThresholds, SignalRule};
use crate::mqa::MqaStatus;
use crate::time::Timestamp;

use super::{Change, Notice, Qualified};

/// How many past spans of being MQA an account remembers.
pub const SPANS_MAX: usize = 256;

/// The standing of one buying group: account x solution.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The solution; `None` when the model lists none.
    pub solution: Option<Solution>,
    /// People with signals, the anonymous visitor (`None`) first.
    pub members: BTreeMap<Option<ContactNo>, Member>,
    /// Whether it is MQA.
    pub status: MqaStatus,
    /// When it was MQA, oldest first; at most [`SPANS_MAX`].
    pub spans: Vec<Span>,
    /// The band heat was in when last judged; cold before anything happened.
    pub band: Band,
    /// Who was engaged when last judged.
    pub engaged: BTreeSet<ContactNo>,
    /// The quorum when last judged; it changes only where something is judged.
    pub quorum: Option<f64>,
    /// The newest signal of each kind that counts, in the order of kinds.
    pub newest: Vec<(Kind, Timestamp)>,
    /// Completeness and gaps when they last changed.
    pub qualified: Qualified,
    /// Who holds the seats, as far as that was found out already.
    pub holders: Holders,
}

/// Who holds the seats of a group while its facts and who is engaged stay as they are. Found out once, since every
/// judgement and every row asks; it is no part of what a group has come to.
#[derive(Clone, Debug, Default)]
pub struct Holders(Option<Arc<Quorum>>);

impl PartialEq for Holders {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Holders {
    /// Facts changed: who holds what is found out again.
    pub(super) fn forget(&mut self) {
        self.0 = None;
    }

    pub(super) fn keep(&mut self, found: &Arc<Quorum>) {
        self.0 = Some(Arc::clone(found));
    }
}

/// A time in which an account was MQA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// When it entered.
    pub entered: Timestamp,
    /// When it left; `None`: it is still in.
    pub left: Option<Timestamp>,
}

/// A person as one buying group sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// What it did.
    pub person: Person<RuledKind>,
    /// What a point of it counts.
    pub weight: f64,
    /// Whether it may count as an engaged contact: known, and not excluded.
    pub countable: bool,
    /// The roles it holds.
    pub roles: Vec<Role>,
    /// Its newest signal that a check of a framework asks for, by the check's pattern.
    pub newest: BTreeMap<Arc<str>, Timestamp>,
}

/// A kind with the rule the model gives it.
#[derive(Clone, Debug)]
pub struct RuledKind {
    /// The kind.
    pub kind: Kind,
    /// Its rule.
    pub rule: Arc<SignalRule>,
}

impl PartialEq for RuledKind {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}
impl Eq for RuledKind {}
impl PartialOrd for RuledKind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for RuledKind {
    fn cmp(&self, other: &Self) -> Ordering {
        self.kind.cmp(&other.kind)
    }
}

impl Group {
    pub(super) fn notice(&self, at: Timestamp, change: Change) -> Notice {
        Notice {
            at,
            solution: self.solution.clone(),
            change,
            late: false,
        }
    }

    pub(super) fn note_newest(&mut self, kind: &Kind, at: Timestamp) {
        match self.newest.binary_search_by(|(known, _)| known.cmp(kind)) {
            Ok(place) => {
                if let Some((_, newest)) = self.newest.get_mut(place) {
                    *newest = at.max(*newest);
                }
            }
            Err(place) => {
                if self.newest.len() == self.newest.capacity() {
                    self.newest.reserve_exact(2);
                }
                self.newest.insert(place, (kind.clone(), at));
            }
        }
    }

    /// Returns the kinds that give the group the most intent points at `t`, largest first, ties by kind: each with
    /// its points and its newest signal. Kinds that give none are left out.
    #[must_use]
    pub fn largest_kinds(&self, t: Timestamp) -> Vec<(&Kind, f64, Timestamp)> {
        let mut points = vec![0.0; self.newest.len()];
        for member in self.members.values() {
            // Both are in the order of kinds: they are walked side by side.
            let mut sums = self.newest.iter().zip(&mut points).peekable();
            for (kind, accumulator) in &member.person.kinds {
                while sums.next_if(|((known, _), _)| *known < kind.kind).is_some() {}
                if let Some((_, sum)) = sums.next_if(|((known, _), _)| *known == kind.kind) {
                    *sum += member.weight * accumulator.part(&kind.rule).at(t);
                }
            }
        }
        let mut kinds: Vec<(&Kind, f64, Timestamp)> = self
            .newest
            .iter()
            .zip(points)
            .filter(|(_, points)| *points > 0.0)
            .map(|((kind, newest), points)| (kind, points, *newest))
            .collect();
        kinds.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        kinds
    }

    /// Returns the seats and who holds them, by who was engaged when it was last judged.
    #[must_use]
    pub fn seats(&self, state: &AccountState, model: &Model) -> Arc<Quorum> {
        self.seats_with(&self.engaged, state, model)
    }

    /// Returns the seats and who holds them, if these were engaged.
    pub(super) fn seats_with(
        &self,
        engaged: &BTreeSet<ContactNo>,
        state: &AccountState,
        model: &Model,
    ) -> Arc<Quorum> {
        if let Some(known) = self.holders.0.as_ref().filter(|_| *engaged == self.engaged) {
            return Arc::clone(known);
        }
        let solution = self.solution.as_ref();
        Arc::new(Quorum::of(state, model, solution, |contact| {
            engaged.contains(&contact)
        }))
    }

    pub(super) fn enter(&mut self, t: Timestamp) {
        if self.spans.len() >= SPANS_MAX {
            self.spans.remove(0);
        }
        self.spans.push(Span {
            entered: t,
            left: None,
        });
    }

    pub(super) fn leave(&mut self, t: Timestamp) {
        if let Some(span) = self.spans.last_mut() {
            span.left = Some(t);
        }
    }

    /// Returns until when an act-now signal of a countable contact qualifies.
    pub(crate) fn act_now_until(&self, act_now_ms: i64) -> Option<Timestamp> {
        self.members
            .values()
            .filter(|member| member.countable)
            .filter_map(|member| member.person.act_now)
            .max()
            .map(|newest| newest.plus_millis(act_now_ms))
    }

    /// Returns the next instant after `t` at which a clock runs out: an act-now ends, patience ends.
    ///
    /// Also what completeness and gaps wait for: evidence goes stale, a signal is no longer recent.
    pub(super) fn clock(
        &self,
        thresholds: Option<&MqaThresholds>,
        act_now_ms: i64,
        t: Timestamp,
    ) -> Option<Timestamp> {
        let act_now = thresholds.and_then(|_| self.act_now_until(act_now_ms));
        let patience = thresholds.and_then(|thresholds| self.status.patience_ends(thresholds));
        [act_now, patience, self.lapses_after(t)]
            .into_iter()
            .flatten()
            .filter(|instant| *instant > t)
            .min()
    }
}

impl Member {
    pub(super) fn take_up(
        &mut self,
        contact: Option<ContactNo>,
        state: &AccountState,
        model: &Model,
        solution: Option<&Solution>,
    ) {
        let Some(no) = contact else {
            self.weight = model.engagement.anonymous_weight;
            self.countable = false;
            return;
        };
        let known = state.contacts.get(&no);
        self.roles = known.map_or_else(Vec::new, |contact| {
            contact.roles_for(solution).into_iter().cloned().collect()
        });
        self.countable = !known.is_some_and(Contact::is_excluded);
        self.weight = if self.countable {
            weight(&self.roles, known.and_then(Contact::seniority), model)
        } else {
            0.0
        };
    }
}

/// Returns `weight(c)`: the largest weight among the roles (`unknown` if none) times the factor of the seniority.
#[must_use]
pub fn weight(roles: &[Role], seniority: Option<Seniority>, model: &Model) -> f64 {
    let role = roles
        .iter()
        .map(|role| model.role_weight(role.as_str()))
        .reduce(f64::max)
        .unwrap_or_else(|| model.role_weight(Role::UNKNOWN));
    role * seniority
        .and_then(|level| model.seniority.factors.get(&level))
        .copied()
        .unwrap_or(1.0)
}
