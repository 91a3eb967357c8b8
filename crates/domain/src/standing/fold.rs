//! The fold: facts and their standing, kept in step record by record, or folded anew from history.
//!
//! A standing is a function of what happened, in the order of (`occurred_at`, sequence), not of when we heard
//! (docs/semantics.md 3.8). A record in that order is absorbed at once. One that comes late is added to the sums,
//! which do not care, and, when it may change the past, marks the standing stale: [`refold`] then tells it anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::account::{AccountState, Event, Record};
use crate::contact::RelationKey;
use crate::engagement;
use crate::id::{AccountId, ContactNo, ModelVersion};
use crate::model::Model;
use crate::signal::Signal;
use crate::time::Timestamp;

use super::{Change, Notice, Span, Standing, late, qualified};

/// A model and from when it is in force.
#[derive(Clone, Debug)]
pub struct ModelInForce {
    /// From when; the first one's is taken as the beginning of time.
    pub from: Timestamp,
    /// Its version.
    pub version: ModelVersion,
    /// The model.
    pub model: Arc<Model>,
}

impl Standing {
    /// Absorbs a record into facts and standing. What changed by it, and by the time before it, is pushed to
    /// `notices`.
    ///
    /// Sets [`Standing::stale`] when the record may change the past.
    pub fn absorb(
        &mut self,
        state: &mut AccountState,
        record: &Record,
        model: &Model,
        notices: &mut Vec<Notice>,
    ) {
        self.absorb_all(state, std::slice::from_ref(record), model, notices);
    }

    /// Absorbs records one by one, as [`Standing::absorb`] does, at less cost.
    pub fn absorb_all(
        &mut self,
        state: &mut AccountState,
        records: &[Record],
        model: &Model,
        notices: &mut Vec<Notice>,
    ) {
        for record in records {
            self.absorb_one(state, record, model, notices);
        }
        if let Some(last) = records.last() {
            self.requalify_all(state, model, last.at, notices);
        }
        self.settle(model);
    }

    fn absorb_one(
        &mut self,
        state: &mut AccountState,
        record: &Record,
        model: &Model,
        notices: &mut Vec<Notice>,
    ) {
        match &record.event {
            Event::SignalRecorded(signal) => {
                state.apply(record);
                self.absorb_signal(state, signal, record.at, model, notices);
            }
            Event::FieldSet { .. }
            | Event::Disqualified { .. }
            | Event::ContactIntroduced { .. }
            | Event::ContactStated { .. }
            | Event::RelationSet { .. }
            | Event::RelationCleared { .. }
            | Event::EvidenceStated { .. }
            | Event::EvidenceRetracted { .. }
            | Event::EvidenceContested { .. }
            | Event::OpportunitySet(_)
            | Event::GapSnoozed { .. } => {
                let matters = matters(&record.event, model);
                let first = is_first(&record.event, state);
                let at = record.at;
                if qualified::unsettles(&record.event, model) {
                    self.unsettle();
                }
                if !matters {
                    state.apply(record);
                } else if self.signals() == 0 {
                    // Nothing happened yet, so there is nothing to judge; a changed fact still has its date.
                    state.apply(record);
                    self.refresh(state, model);
                    if !first {
                        self.dated(at);
                    }
                } else if first || self.stale || at < self.judged_to {
                    state.apply(record);
                    self.refresh(state, model);
                    self.stale = true;
                } else {
                    self.advance_lazily(state, model, at, notices);
                    self.note(model, at);
                    state.apply(record);
                    self.refresh(state, model);
                    self.facts_to = at;
                    self.judge(state, model, at, notices);
                }
            }
        }
    }

    /// Notes a fact that changed before any signal came.
    fn dated(&mut self, at: Timestamp) {
        self.facts_to = self.facts_to.max(at);
        self.judged_to = self.judged_to.max(at);
        self.checked_to = self.checked_to.max(at);
    }

    pub(super) fn signals(&self) -> u64 {
        self.counted + self.unknown
    }

    fn absorb_signal(
        &mut self,
        state: &AccountState,
        signal: &Signal,
        now: Timestamp,
        model: &Model,
        notices: &mut Vec<Notice>,
    ) {
        if signal.expired {
            return;
        }
        if signal.occurred_at > now {
            let place = self
                .ahead
                .partition_point(|known| known.occurred_at <= signal.occurred_at);
            self.ahead.insert(place, signal.clone());
            let due = signal.occurred_at;
            self.quiet_until = Some(self.quiet_until.map_or(due, |quiet| quiet.min(due)));
        } else if self.stale {
            self.add(signal, state, model);
        } else if signal.occurred_at >= self.judged_to {
            self.advance_lazily(state, model, signal.occurred_at, notices);
            self.add(signal, state, model);
            self.judge(state, model, signal.occurred_at, notices);
        } else {
            let effect = self.late_effect(signal, model);
            self.add(signal, state, model);
            if effect != late::Effect::Nothing {
                self.tape.take_late(signal.occurred_at);
            }
            if self.leaves_the_past(signal, effect, state, model) {
                self.judge(state, model, self.judged_to, notices);
            } else {
                self.stale = true;
            }
        }
    }
}

/// Whether a fact can change a standing under this model.
fn matters(event: &Event, model: &Model) -> bool {
    match event {
        Event::FieldSet { field, .. } => {
            model.fit.iter().any(|rule| rule.condition.attribute == *field)
                || model.mqa.as_ref().is_some_and(|rule| {
                    rule.segments
                        .iter()
                        .any(|segment| segment.when.attribute == *field)
                })
        }
        Event::ContactStated { fact, .. } => fact.matters(),
        Event::Disqualified { .. } => true,
        Event::ContactIntroduced { .. }
        | Event::RelationSet { .. }
        | Event::RelationCleared { .. }
        | Event::EvidenceStated { .. }
        | Event::EvidenceRetracted { .. }
        | Event::EvidenceContested { .. }
        | Event::OpportunitySet(_)
        | Event::GapSnoozed { .. }
        | Event::SignalRecorded(_) => false,
    }
}

/// Whether a fact says a thing for the first time, as far as the facts show. An undated fact's first value holds
/// from the beginning, so it may change the past.
fn is_first(event: &Event, state: &AccountState) -> bool {
    match event {
        Event::FieldSet { field, .. } => !state.fields.contains_key(field),
        Event::ContactStated { contact, fact, .. } => state
            .contacts
            .get(contact)
            .is_none_or(|contact| fact.is_first(contact)),
        Event::Disqualified { .. }
        | Event::ContactIntroduced { .. }
        | Event::RelationSet { .. }
        | Event::RelationCleared { .. }
        | Event::EvidenceStated { .. }
        | Event::EvidenceRetracted { .. }
        | Event::EvidenceContested { .. }
        | Event::OpportunitySet(_)
        | Event::GapSnoozed { .. }
        | Event::SignalRecorded(_) => false,
    }
}

/// What a record states, so that the first statement of each can be told from later ones.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stating {
    Field(Arc<str>),
    Contact(ContactNo, crate::account::ContactField),
    Introduction(ContactNo),
    Relation(RelationKey),
}

/// Returns which undated fact a record is about, and whether it takes it back.
fn stating(event: &Event) -> Option<(Stating, bool)> {
    match event {
        Event::FieldSet { field, value, .. } => Some((Stating::Field(field.clone()), value.is_none())),
        Event::ContactIntroduced { contact } => Some((Stating::Introduction(*contact), false)),
        Event::ContactStated { contact, fact, .. } => {
            Some((Stating::Contact(*contact, fact.field()), fact.clears()))
        }
        Event::RelationSet { relation, .. } => Some((Stating::Relation(*relation), false)),
        Event::RelationCleared { relation } => Some((Stating::Relation(*relation), true)),
        Event::Disqualified { .. }
        | Event::EvidenceStated { .. }
        | Event::EvidenceRetracted { .. }
        | Event::EvidenceContested { .. }
        | Event::OpportunitySet(_)
        | Event::GapSnoozed { .. }
        | Event::SignalRecorded(_) => None,
    }
}

/// Something that happens in the course of a fold.
enum Entry<'a> {
    Record(&'a Record),
    Model(&'a ModelInForce),
}

/// How far a fold goes, and what it leaves out.
#[derive(Clone, Copy, Debug)]
pub struct Horizon {
    /// Up to and including this instant; the engine's now, or a past instant asked about.
    pub as_of: Timestamp,
    /// The engine's now: signals after it wait.
    pub now: Timestamp,
    /// Leaves out what was recorded later.
    pub known_at: Option<Timestamp>,
}

/// Folds an account's history anew: its facts and their standing up to the horizon.
///
/// - `records`: the whole journal in sequence order.
/// - `models`: oldest first, at least one; each is in force from its instant on, the first from the beginning.
///
/// Returns nothing when there is no model.
#[must_use]
pub fn refold(
    id: &AccountId,
    records: &[Record],
    models: &[ModelInForce],
    horizon: Horizon,
    notices: &mut Vec<Notice>,
) -> Option<(AccountState, Standing)> {
    fold_watched(id, records, models, horizon, notices, |_, _, _, _| {})
}

/// An account at an instant of its history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryPoint {
    /// The instant.
    pub at: Timestamp,
    /// `H`, of the group that is best then.
    pub intent_points: f64,
    /// Heat, `0..=100`.
    pub heat: f64,
    /// Whether any group is MQA.
    pub mqa: bool,
    /// Whether anything that counts is known.
    pub known: bool,
}

/// Reads an account at many instants in one fold: the same as folding up to each of them.
///
/// - `records`, `models`: as for [`refold`].
/// - `instants`: ascending; those after `horizon.as_of` are left out.
///
/// Returns nothing when there is no model, or nothing was recorded by `horizon.known_at`.
#[must_use]
pub fn history(
    id: &AccountId,
    records: &[Record],
    models: &[ModelInForce],
    horizon: Horizon,
    instants: &[Timestamp],
) -> Option<Vec<HistoryPoint>> {
    debug_assert!(instants.is_sorted(), "instants in any order");
    let mut points = Vec::with_capacity(instants.len());
    let mut due = instants
        .iter()
        .copied()
        .take_while(|at| *at <= horizon.as_of)
        .peekable();
    let mut see =
        |standing: &mut Standing, state: &AccountState, model: &Model, before: Option<Timestamp>| {
            while let Some(at) = due.next_if(|at| before.is_none_or(|before| *at < before)) {
                standing.advance_lazily(state, model, at, &mut Vec::new());
                let intent_points = standing.intent_points(at);
                points.push(HistoryPoint {
                    at,
                    intent_points,
                    heat: engagement::heat(intent_points, model.half_point),
                    mqa: standing.is_mqa(),
                    known: standing.counted > 0,
                });
            }
        };
    let (state, _) = fold_watched(id, records, models, horizon, &mut Vec::new(), &mut see)?;
    state.created_at.map(|_| points)
}

/// [`refold`], shown to `see` before each thing that happens (with its instant) and at the end (with none).
#[expect(
    clippy::too_many_lines,
    reason = "one walk over everything that happened, an arm a thing"
)]
fn fold_watched(
    id: &AccountId,
    records: &[Record],
    models: &[ModelInForce],
    horizon: Horizon,
    notices: &mut Vec<Notice>,
    mut see: impl FnMut(&mut Standing, &AccountState, &Model, Option<Timestamp>),
) -> Option<(AccountState, Standing)> {
    let first = models.first()?;
    let known: Vec<&Record> = records
        .iter()
        .filter(|record| horizon.known_at.is_none_or(|known_at| record.at <= known_at))
        .collect();
    let mut state = AccountState::new(id.clone());
    // What is applied first below need not be what was recorded first.
    state.created_at = known.first().map(|record| record.at);
    let mut said = BTreeSet::new();
    let mut entries: Vec<(Timestamp, u64, Entry<'_>)> = Vec::with_capacity(known.len());
    for record in known {
        let new = stating(&record.event).filter(|(thing, _)| !said.contains(thing));
        match new {
            // To take back what nobody said says nothing.
            Some((_, true)) => {}
            Some((thing, false)) => {
                // The first statement of an undated fact holds from the beginning of time.
                said.insert(thing);
                state.apply(record);
            }
            None => entries.push((record.effective_at(), record.seq.0, Entry::Record(record))),
        }
    }
    for later in models.iter().skip(1) {
        entries.push((later.from, 0, Entry::Model(later)));
    }
    entries.sort_by_key(|(at, seq, _)| (*at, *seq));
    let mut standing = Standing::new(&state, &first.model, first.version);
    let mut model = &first.model;
    let mut folded: Vec<&Signal> = Vec::new();
    let mut ended = false;
    for (at, _, entry) in &entries {
        if *at > horizon.as_of {
            if !ended {
                ended = true;
                see(&mut standing, &state, model, None);
            }
            // What is dated ahead of now waits; what lies between a past `as_of` and now did not happen yet.
            if horizon.as_of == horizon.now
                && let Entry::Record(record) = entry
            {
                state.apply(record);
                if let Event::SignalRecorded(signal) = &record.event
                    && !signal.expired
                {
                    standing.ahead.push(signal.clone());
                }
            }
            continue;
        }
        see(&mut standing, &state, model, Some(*at));
        standing.advance_lazily(&state, model, *at, notices);
        match entry {
            Entry::Record(record) => {
                state.apply(record);
                match &record.event {
                    Event::SignalRecorded(signal) if signal.expired => continue,
                    Event::SignalRecorded(signal) => {
                        standing.add(signal, &state, model);
                        folded.push(signal);
                    }
                    Event::FieldSet { .. }
                    | Event::Disqualified { .. }
                    | Event::ContactIntroduced { .. }
                    | Event::ContactStated { .. }
                    | Event::RelationSet { .. }
                    | Event::RelationCleared { .. }
                    | Event::EvidenceStated { .. }
                    | Event::EvidenceRetracted { .. }
                    | Event::EvidenceContested { .. }
                    | Event::OpportunitySet(_)
                    | Event::GapSnoozed { .. } => {
                        if qualified::unsettles(&record.event, model) {
                            standing.unsettle();
                        }
                        if !matters(&record.event, model) {
                            continue;
                        }
                        standing.note(model, *at);
                        standing.refresh(&state, model);
                        standing.facts_to = *at;
                        if standing.signals() == 0 {
                            standing.dated(*at);
                            continue;
                        }
                    }
                }
            }
            Entry::Model(later) => {
                standing.note(model, *at);
                model = &later.model;
                standing = standing.under(&state, model, later.version, &folded);
                standing.facts_to = *at;
            }
        }
        standing.judge(&state, model, *at, notices);
    }
    if !ended {
        see(&mut standing, &state, model, None);
    }
    // What is known undated, and evidence, is measured even where nothing happened that is judged.
    let end = records.iter().map(|record| record.at).max();
    let end = end.unwrap_or(horizon.as_of).min(horizon.as_of);
    standing.requalify_all(&state, model, end, notices);
    if standing.restless || !standing.ahead.is_empty() {
        standing.rest(model, standing.checked_to);
    }
    Some((state, standing))
}

impl Standing {
    /// Returns the standing under another model from here on: the sums anew, the status carried over.
    fn under(self, state: &AccountState, model: &Model, version: ModelVersion, folded: &[&Signal]) -> Self {
        let mut next = Self::new(state, model, version);
        // What was noted stays as it was under the old model; whether anything counts is for the new one to say.
        next.tape = self.tape;
        next.tape.set_known(false);
        for signal in folded {
            next.add(signal, state, model);
        }
        next.ahead = self.ahead;
        for group in &mut next.groups {
            if let Some(old) = self.groups.iter().find(|old| old.solution == group.solution) {
                group.status.clone_from(&old.status);
                group.spans.clone_from(&old.spans);
                group.band = old.band;
                group.engaged.clone_from(&old.engaged);
                group.quorum = old.quorum;
                group.qualified.gaps.clone_from(&old.qualified.gaps);
                group.qualified.measured = old.qualified.measured;
            }
        }
        next
    }
}

/// Returns what a fresh fold says that was announced otherwise: what was not announced yet, and what is taken
/// back, each marked late.
#[must_use]
pub fn corrections(announced: &Standing, told: &Standing, notices: &[Notice]) -> Vec<Notice> {
    let spans = |standing: &Standing, place: usize| -> Vec<Span> {
        standing
            .groups
            .get(place)
            .map(|group| group.spans.clone())
            .unwrap_or_default()
    };
    let mut corrections = Vec::new();
    for (place, group) in told.groups.iter().enumerate() {
        let (before, after) = (spans(announced, place), spans(told, place));
        let entered = |spans: &[Span], at: Timestamp| spans.iter().any(|span| span.entered == at);
        let left = |spans: &[Span], at: Timestamp| spans.iter().any(|span| span.left == Some(at));
        corrections.extend(
            notices
                .iter()
                .filter(|notice| notice.solution == group.solution)
                .filter_map(|notice| {
                    let new = match &notice.change {
                        Change::MqaEntered(_) => !entered(&before, notice.at),
                        Change::MqaLeft(_) => !left(&before, notice.at),
                        Change::MqaRevised { .. }
                        | Change::BandChanged { .. }
                        | Change::Engaged { .. }
                        | Change::Cooled { .. }
                        | Change::GapOpened { .. }
                        | Change::GapClosed { .. } => false,
                    };
                    new.then(|| Notice {
                        late: true,
                        ..notice.clone()
                    })
                }),
        );
        corrections.extend(
            before
                .iter()
                .filter_map(|span| {
                    if entered(&after, span.entered) {
                        // It did enter then, but did not leave as announced.
                        span.left.filter(|at| !left(&after, *at))
                    } else {
                        Some(span.entered)
                    }
                })
                .map(|at| Notice {
                    at,
                    solution: group.solution.clone(),
                    change: Change::MqaRevised {
                        since: group.status.since,
                    },
                    late: true,
                }),
        );
        if let Some(before) = announced.groups.get(place)
            && before.qualified.measured
        {
            let (before, after) = (&before.qualified.gaps, &group.qualified.gaps);
            let late = |at: Timestamp, change: Change| Notice {
                at,
                solution: group.solution.clone(),
                change,
                late: true,
            };
            let opened = after.iter().filter(|(gap, _)| !before.contains_key(*gap));
            corrections
                .extend(opened.map(|(gap, since)| late(*since, Change::GapOpened { gap: gap.clone() })));
            let closed = before.keys().filter(|gap| !after.contains_key(*gap));
            let at = told.checked_to;
            corrections.extend(closed.map(|gap| late(at, Change::GapClosed { gap: gap.clone() })));
        }
    }
    corrections
}
