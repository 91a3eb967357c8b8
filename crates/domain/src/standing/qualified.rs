//! How far a group is qualified: completeness and gaps, kept as of when they last changed.
//!
//! They are functions of facts, of who is engaged and of a few clocks, so that they change at instants and stay in
//! between. What makes them change unsettles the group; the next judgement measures it anew and says what changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::reading::GroupReading;
use super::{Change, Group, Notice, Standing};
use crate::account::{AccountState, Event};
use crate::evidence::Level;
use crate::framework::{self, Sight};
use crate::gap::{self, Gap, Seen, Since};
use crate::model::Model;
use crate::signal::Signal;
use crate::time::Timestamp;

/// Completeness and gaps of a group.
#[derive(Clone, Debug, Default)]
pub struct Qualified {
    /// In percent, of the framework that counts.
    pub completeness: Option<f64>,
    /// In words.
    pub verdict: Option<framework::Verdict>,
    /// The level of the evidence of each element, in model order.
    pub levels: Vec<Option<Level>>,
    /// The gaps that were not put off, most helpful first.
    pub marks: Vec<Seen>,
    /// The gaps seen, by id, and since when.
    pub gaps: BTreeMap<Arc<str>, Timestamp>,
    /// Whether gaps were ever looked for: those found first are not news.
    pub measured: bool,
    /// When evidence goes stale, a signal is no longer recent, or a gap that was put off comes back.
    pub(super) lapses: Option<Timestamp>,
    /// Conditions of the MQA rule that failed, a bit each.
    pub(super) unmet: u16,
    pub(super) unsettled: bool,
}

/// Since when a gap has been seen, and what is only waiting to be measured, is no part of what a group has come to.
impl PartialEq for Qualified {
    fn eq(&self, other: &Self) -> bool {
        self.completeness == other.completeness
            && self.levels == other.levels
            && self.marks == other.marks
            && self.gaps.keys().eq(other.gaps.keys())
    }
}

impl Qualified {
    /// Returns what a snapshot kept; the rest is measured again.
    #[must_use]
    pub fn restored(gaps: BTreeMap<Arc<str>, Timestamp>, measured: bool) -> Self {
        Self {
            gaps,
            measured,
            unsettled: true,
            ..Self::default()
        }
    }
}

impl Model {
    /// Whether there is anything to be complete in, or to lack.
    pub(crate) fn qualifies(&self) -> bool {
        !self.frameworks.in_use.is_empty() || !self.seats.is_empty() || self.mqa.is_some()
    }
}

/// Whether a fact can change completeness or gaps beyond what a judgement of MQA looks at.
pub(super) fn unsettles(event: &Event, model: &Model) -> bool {
    match event {
        Event::FieldSet { .. }
        | Event::ContactStated { .. }
        | Event::Disqualified { .. }
        | Event::RelationSet { .. }
        | Event::RelationCleared { .. }
        | Event::EvidenceStated { .. }
        | Event::EvidenceRetracted { .. }
        | Event::EvidenceContested { .. }
        | Event::OpportunitySet(_)
        | Event::GapSnoozed { .. } => model.qualifies(),
        Event::ContactIntroduced { .. } | Event::SignalRecorded(_) => false,
    }
}

impl Group {
    /// Returns the newest signal a check's pattern covers, by pattern.
    pub(super) fn newest_by_pattern(&self) -> BTreeMap<Arc<str>, Timestamp> {
        let mut newest: BTreeMap<Arc<str>, Timestamp> = BTreeMap::new();
        for (contact, member) in &self.members {
            if !member.countable && contact.is_some() {
                continue;
            }
            for (pattern, at) in &member.newest {
                let known = newest.entry(pattern.clone()).or_insert(*at);
                *known = (*known).max(*at);
            }
        }
        newest
    }

    /// Notes a signal that checks ask for, by pattern. What they find changes only where none of its pattern was recent
    /// enough: one more of a kind that is there already moves a clock that may run out a little early, and nothing else.
    ///
    /// - `checked_to`: the last instant at which the group was looked at.
    pub(super) fn note_checked(&mut self, signal: &Signal, model: &Model, checked_to: Timestamp) {
        let at = signal.occurred_at.max(checked_to);
        for (pattern, within) in model.frameworks.signal_checks() {
            if self.qualified.unsettled {
                break;
            }
            if !framework::covers(pattern, signal.kind.as_str()) {
                continue;
            }
            let before = self
                .members
                .iter()
                .filter(|(contact, member)| member.countable || contact.is_none())
                .filter_map(|(_, member)| member.newest.get(pattern))
                .max();
            if before.is_none_or(|before| before.plus_days(within) <= at) {
                self.qualified.unsettled = true;
            }
        }
        let Some(member) = self.members.get_mut(&signal.contact) else {
            return;
        };
        for (pattern, _) in model.frameworks.signal_checks() {
            if framework::covers(pattern, signal.kind.as_str()) {
                let newest = member.newest.entry(pattern.clone()).or_insert(signal.occurred_at);
                *newest = (*newest).max(signal.occurred_at);
            }
        }
    }

    /// Returns the next instant after `t` at which something about completeness or gaps runs out.
    pub(super) fn lapses_after(&self, t: Timestamp) -> Option<Timestamp> {
        self.qualified.lapses.filter(|lapses| *lapses > t)
    }
}

impl Standing {
    /// Has completeness and gaps measured anew.
    pub(super) fn unsettle(&mut self) {
        for group in &mut self.groups {
            group.qualified.unsettled = true;
        }
    }

    /// Measures what is unsettled, at `t` or at the last judgement, whichever is later.
    pub(super) fn requalify_all(
        &mut self,
        state: &AccountState,
        model: &Model,
        t: Timestamp,
        notices: &mut Vec<Notice>,
    ) {
        let t = t.max(self.checked_to);
        for place in 0..self.groups.len() {
            self.requalify(place, state, model, t, notices);
        }
    }

    /// Measures a group's completeness and gaps, if they are unsettled or a clock has run out, and says what changed.
    pub(super) fn requalify(
        &mut self,
        place: usize,
        state: &AccountState,
        model: &Model,
        t: Timestamp,
        notices: &mut Vec<Notice>,
    ) {
        let Some(group) = self.groups.get(place) else {
            return;
        };
        let due = group.qualified.lapses.is_some_and(|lapses| lapses <= t);
        if !group.qualified.unsettled && !due {
            return;
        }
        if !model.qualifies() {
            if let Some(group) = self.groups.get_mut(place) {
                group.qualified.unsettled = false;
            }
            return;
        }
        let mut reading = self.read_people(group, state, model, t);
        let sight = sight(group, &reading, state, model, t);
        fill(&mut reading, group, &sight);
        let mut next = Qualified {
            completeness: reading.completeness,
            verdict: reading.frameworks.first().and_then(|framework| framework.verdict),
            levels: reading
                .frameworks
                .first()
                .map(|framework| framework.elements.iter().map(|element| element.level).collect())
                .unwrap_or_default(),
            marks: reading
                .gaps
                .iter()
                .filter(|gap| !gap.is_snoozed(t))
                .filter_map(|gap| {
                    let since = gap.since.0.unwrap_or(t);
                    Some(Seen {
                        gap: model.gaps.pack(gap)?,
                        since,
                    })
                })
                .collect(),
            gaps: BTreeMap::new(),
            measured: true,
            lapses: lapses(&sight),
            unmet: group.qualified.unmet,
            unsettled: false,
        };
        let known = &group.qualified;
        for gap in &reading.gaps {
            let since = known.gaps.get(&gap.id).copied();
            next.gaps.insert(gap.id.clone(), since.unwrap_or(t));
            if since.is_none() && known.measured {
                notices.push(group.notice(t, Change::GapOpened { gap: gap.id.clone() }));
            }
        }
        for gap in known.gaps.keys().filter(|gap| !next.gaps.contains_key(*gap)) {
            notices.push(group.notice(t, Change::GapClosed { gap: gap.clone() }));
        }
        if let Some(group) = self.groups.get_mut(place) {
            group.qualified = next;
        }
        // Another clock may run out first now.
        self.restless = true;
    }

    /// Adds to a reading the gap of an MQA that is about to end.
    pub fn foresee(
        &self,
        reading: &mut super::Reading,
        state: &AccountState,
        model: &Model,
        mqa_ends_at: Option<Timestamp>,
    ) {
        let at = reading.at;
        for (group, told) in self.groups.iter().zip(&mut reading.groups) {
            if told.mqa_since.is_some()
                && mqa_ends_at.is_some_and(|ends| ends <= at.plus_days(gap::LEAVING_WITHIN))
            {
                let sight = sight(group, told, state, model, at);
                told.gaps = gaps(group, told, &sight, mqa_ends_at);
            }
        }
    }
}

/// Returns what frameworks and gaps look at; its graph of the people is found out once, so one sight serves them all.
pub(super) fn sight<'a>(
    group: &'a Group,
    reading: &GroupReading,
    state: &'a AccountState,
    model: &'a Model,
    t: Timestamp,
) -> Sight<'a> {
    let engaged = reading
        .people
        .iter()
        .filter(|person| person.engaged)
        .filter_map(|person| person.contact)
        .collect();
    let newest = group.newest_by_pattern();
    Sight::new(t, state, model, group.solution.as_ref(), engaged, newest)
}

/// Fills a reading with frameworks and gaps.
pub(super) fn fill(reading: &mut GroupReading, group: &Group, sight: &Sight<'_>) {
    reading.frameworks = sight
        .model
        .frameworks
        .in_use
        .iter()
        .map(|framework| framework::read(framework, sight))
        .collect();
    reading.completeness = reading.frameworks.first().and_then(|first| first.completeness);
    reading.gaps = gaps(group, reading, sight, None);
}

/// Returns the gaps of a group that was read but for them.
fn gaps(
    group: &Group,
    reading: &GroupReading,
    sight: &Sight<'_>,
    mqa_ends_at: Option<Timestamp>,
) -> Vec<Gap> {
    let standings = gap::Standings {
        quorum: &reading.quorum,
        conditions: &reading.conditions,
        intent_points: reading.intent_points,
        framework: reading.frameworks.first(),
        mqa_ends_at,
    };
    let mut gaps = gap::of(sight, &standings);
    for gap in &mut gaps {
        gap.since = Since(group.qualified.gaps.get(&gap.id).copied());
    }
    gaps
}

/// Returns when completeness or gaps change next by time alone.
fn lapses(sight: &Sight<'_>) -> Option<Timestamp> {
    let framework = sight.model.frameworks.in_use.first();
    let framework = framework.and_then(|framework| framework::next_lapse(framework, sight));
    let snoozes = sight
        .state
        .snoozes
        .iter()
        .filter(|((solution, _), snooze)| solution.as_ref() == sight.solution && snooze.until > sight.at)
        .map(|(_, snooze)| snooze.until);
    framework.into_iter().chain(snoozes).min()
}
