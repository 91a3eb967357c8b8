//! What a model makes of an account's facts: decayed sums, who is engaged, whether the account is MQA.
//!
//! A standing is folded from facts under one model version and rebuilt from history when the version differs.
//! It keeps no list of signals, so reading it costs contacts x kinds and not history.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::account::AccountState;
use crate::curve::{Curve, Weighted};
use crate::engagement::{self, Band, Person, SignalView};
use crate::fit::Fit;
use crate::id::{Kind, ModelVersion};
use crate::model::{Model, MqaThresholds};
use crate::mqa::{MqaStatus, Verdict};
use crate::signal::Signal;
use crate::time::Timestamp;

mod fold;
mod group;
mod late;
mod look;
mod notice;
mod qualified;
mod reading;
mod tape;

pub use fold::{HistoryPoint, Horizon, ModelInForce, corrections, history, refold};
pub use group::{Group, Holders, Member, RuledKind, SPANS_MAX, Span, weight};
pub use notice::{Change, Moment, Notice};
pub use qualified::Qualified;
pub use reading::{GroupReading, PersonReading, Reading, Stage};
pub use tape::{TAPE_WEEKS, Tape, TapeWeeks};

use look::{Curves, Look};

/// How many distinct unknown kinds an account remembers by name.
pub const UNKNOWN_KINDS_MAX: usize = 32;
/// What a model makes of an account's facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// The model it was folded with.
    pub model: ModelVersion,
    /// One a solution, in model order; one when the model lists none.
    pub groups: Vec<Group>,
    /// Signals dated ahead, in the order they fall due.
    pub ahead: Vec<Signal>,
    /// The last instant at which something was judged.
    pub judged_to: Timestamp,
    /// The last instant from which a changed fact or another model holds: weights and points before it may have
    /// been others.
    pub facts_to: Timestamp,
    /// Signals that count: of a known kind and not expired.
    pub counted: u64,
    /// Signals of kinds the model does not know.
    pub unknown: u64,
    /// Their kinds, the first [`UNKNOWN_KINDS_MAX`].
    pub unknown_kinds: BTreeSet<Kind>,
    /// Something was recorded that may change the past: to be folded again from history.
    pub stale: bool,
    /// What heat was at the end of past weeks and days, as far as something changed since.
    pub tape: Tape,
    /// The instant up to which nothing changed since `judged_to`.
    checked_to: Timestamp,
    /// Nothing changes before this instant; `None`: never by time alone. Not known while `restless`.
    quiet_until: Option<Timestamp>,
    /// Judged, and not yet asked how long nothing changes: within a batch the next record answers that for free.
    restless: bool,
    fit: Fit,
    /// The numbers of the MQA rule for this account.
    thresholds: Option<MqaThresholds>,
    act_now_ms: i64,
}

impl Standing {
    /// Returns the standing of an account nothing happened to.
    #[must_use]
    pub fn new(state: &AccountState, model: &Model, version: ModelVersion) -> Self {
        let groups = model
            .groups()
            .into_iter()
            .map(|solution| Group {
                solution,
                members: BTreeMap::new(),
                status: MqaStatus::default(),
                spans: Vec::new(),
                band: Band::Cold,
                engaged: BTreeSet::new(),
                quorum: None,
                newest: Vec::new(),
                qualified: Qualified::default(),
                holders: Holders::default(),
            })
            .collect();
        let mut standing = Self {
            model: version,
            groups,
            ahead: Vec::new(),
            judged_to: Timestamp::MIN,
            facts_to: Timestamp::MIN,
            counted: 0,
            unknown: 0,
            unknown_kinds: BTreeSet::new(),
            stale: false,
            tape: Tape::blank(),
            checked_to: Timestamp::MIN,
            quiet_until: None,
            restless: false,
            fit: Fit::of(&model.fit, state),
            thresholds: None,
            act_now_ms: model.mqa.as_ref().map_or(0, |rule| rule.act_now_days.to_millis()),
        };
        standing.refresh(state, model);
        standing
    }

    /// Returns the account's fit.
    #[must_use]
    pub fn fit(&self) -> &Fit {
        &self.fit
    }

    /// Returns the numbers of the MQA rule for this account; `None`: the model has no rule.
    #[must_use]
    pub fn thresholds(&self) -> Option<&MqaThresholds> {
        self.thresholds.as_ref()
    }

    /// Returns an instant before which time alone changes nothing; `None`: it never will.
    #[must_use]
    pub fn quiet_until(&self) -> Option<Timestamp> {
        self.quiet_until
    }

    /// Returns whether what was recorded late may have changed the past: judgements, or only the heats noted of it.
    #[must_use]
    pub fn is_to_be_told_anew(&self) -> bool {
        self.stale || self.tape.is_outdated()
    }

    /// Takes up facts that weights, fit and thresholds hang on.
    pub(crate) fn refresh(&mut self, state: &AccountState, model: &Model) {
        self.fit = Fit::of(&model.fit, state);
        self.thresholds = model.mqa.as_ref().map(|rule| rule.thresholds(state).clone());
        for group in &mut self.groups {
            group.holders.forget();
            for (contact, member) in &mut group.members {
                member.take_up(*contact, state, model, group.solution.as_ref());
            }
        }
        self.unsettle();
    }

    /// Takes up life again after its parts were put back from a snapshot.
    pub fn resume(&mut self, state: &AccountState, model: &Model) {
        self.refresh(state, model);
        self.checked_to = self.judged_to;
        // What was said already is not said again: the gaps were put back, too.
        self.requalify_all(state, model, self.checked_to, &mut Vec::new());
        self.rest(model, self.checked_to);
    }

    /// Adds a signal to the sums of the groups it belongs to. Does not judge.
    pub(crate) fn add(&mut self, signal: &Signal, state: &AccountState, model: &Model) {
        let Some(rule) = model.rule(signal.kind.as_str()) else {
            self.unknown += 1;
            if self.unknown_kinds.len() < UNKNOWN_KINDS_MAX {
                self.unknown_kinds.insert(signal.kind.clone());
            }
            return;
        };
        self.note(model, signal.occurred_at);
        self.counted += 1;
        self.tape.set_known(true);
        let solution = signal.solution.as_ref().or(rule.solution.as_ref());
        let ruled = RuledKind {
            kind: signal.kind.clone(),
            rule: Arc::clone(rule),
        };
        let view = SignalView {
            id: signal.id.as_str(),
            occurred_at: signal.occurred_at,
            strength: signal.strength,
            object: signal.object.as_deref(),
        };
        for group in &mut self.groups {
            // A model without solutions has one unnamed group, and every signal belongs to it.
            if group.solution.is_some() && solution.is_some() && group.solution.as_ref() != solution {
                continue;
            }
            let member = group.members.entry(signal.contact).or_insert_with(|| {
                let mut member = Member {
                    person: Person::default(),
                    weight: 0.0,
                    countable: false,
                    roles: Vec::new(),
                    newest: BTreeMap::new(),
                };
                member.take_up(signal.contact, state, model, group.solution.as_ref());
                member
            });
            member.person.add(&ruled, rule, &view);
            group.note_checked(signal, model, self.checked_to);
            group.note_newest(&signal.kind, signal.occurred_at);
        }
    }

    /// Notes the heats at the ends of weeks and days before `t`, ahead of a change at `t`.
    fn note(&mut self, model: &Model, t: Timestamp) {
        if t.day() > self.tape.next() {
            self.tape = self.tape_to(model, t);
        }
    }

    /// Returns the account's intent points at `t`, not before the last change: those of its best group.
    #[must_use]
    pub fn intent_points(&self, t: Timestamp) -> f64 {
        self.groups
            .iter()
            .map(|group| {
                let curves = Curves::of(group);
                Curve {
                    people: &curves.weighted(),
                }
                .at(t)
            })
            .reduce(f64::max)
            .unwrap_or(0.0)
    }

    /// Returns whether any group is MQA, as last judged.
    #[must_use]
    pub fn is_mqa(&self) -> bool {
        self.groups.iter().any(|group| group.status.since.is_some())
    }

    /// Returns the tape with the weeks and days noted that ended before `t`, not before the last change.
    #[must_use]
    pub fn tape_to(&self, model: &Model, t: Timestamp) -> Tape {
        if t.day() <= self.tape.next() {
            return self.tape;
        }
        let curves: Vec<Curves> = self.groups.iter().map(Curves::of).collect();
        let weighted: Vec<Vec<Weighted<'_>>> = curves.iter().map(Curves::weighted).collect();
        let heat = |at| {
            // Heat is monotone in points, so that of the best group is the largest.
            weighted
                .iter()
                .map(|people| engagement::heat(Curve { people }.at(at), model.half_point))
                .fold(0.0, f64::max)
        };
        let mut tape = self.tape;
        tape.note(t, heat);
        tape
    }

    /// Judges every group at `t`: MQA, band, who is engaged. Says what changed.
    pub(crate) fn judge(
        &mut self,
        state: &AccountState,
        model: &Model,
        t: Timestamp,
        notices: &mut Vec<Notice>,
    ) {
        for place in 0..self.groups.len() {
            let Some(group) = self.groups.get(place) else {
                continue;
            };
            let curves = Curves::of(group);
            let look = Look::at(&curves, group, state, model, t);
            let thresholds = self.thresholds.clone();
            let act_now_until = group.act_now_until(self.act_now_ms);
            let situation = look.situation(&self.fit, state, act_now_until);
            let Some(group) = self.groups.get_mut(place) else {
                continue;
            };
            let verdict = group.status.judge(&situation, thresholds.as_ref());
            let unmet = thresholds.as_ref().map_or(0, |thresholds| {
                situation.unmet(thresholds, group.status.since.is_some())
            });
            if verdict != Verdict::Same || unmet != group.qualified.unmet {
                group.qualified.unsettled = true;
                group.qualified.unmet = unmet;
            }
            match verdict {
                Verdict::Same => {}
                Verdict::Entered => {
                    group.enter(t);
                    let moment = look.moment(&situation, thresholds.as_ref(), &group.status);
                    notices.push(group.notice(t, Change::MqaEntered(Box::new(moment))));
                }
                Verdict::Left(status) => {
                    group.leave(t);
                    // Why it left is told by what it needed to stay, not by what it needs to come back.
                    let ended_by = thresholds
                        .as_ref()
                        .map(|thresholds| status.ending(&situation, thresholds))
                        .unwrap_or_default();
                    let moment = Moment {
                        ended_by,
                        ..look.moment(&situation, thresholds.as_ref(), &status)
                    };
                    notices.push(group.notice(t, Change::MqaLeft(Box::new(moment))));
                }
            }
            group.quorum = look.quorum.percent;
            group.holders.keep(&look.quorum);
            let band = Band::of(look.heat);
            let from = std::mem::replace(&mut group.band, band);
            if from != band {
                notices.push(group.notice(t, Change::BandChanged { from, to: band }));
            }
            let before = std::mem::replace(&mut group.engaged, look.engaged);
            for contact in group.engaged.difference(&before) {
                notices.push(group.notice(t, Change::Engaged { contact: *contact }));
            }
            for contact in before.difference(&group.engaged) {
                notices.push(group.notice(t, Change::Cooled { contact: *contact }));
            }
            if before != group.engaged {
                group.qualified.unsettled = true;
            }
            self.requalify(place, state, model, t, notices);
        }
        self.judged_to = t;
        self.checked_to = t;
        self.restless = true;
    }

    /// Sets how long nothing can change after `t`.
    fn rest(&mut self, model: &Model, t: Timestamp) {
        let mut quiet: Option<Timestamp> = self.due();
        let mut sooner = |instant: Option<Timestamp>| {
            if let Some(instant) = instant {
                quiet = Some(quiet.map_or(instant, |known| known.min(instant)));
            }
        };
        for group in &self.groups {
            let curves = Curves::of(group);
            sooner(group.clock(self.thresholds.as_ref(), self.act_now_ms, t));
            let weighted = curves.weighted();
            let heat = Curve { people: &weighted };
            for line in self.heat_lines(group) {
                let level = engagement::points_at_heat(line, model.half_point);
                sooner(
                    heat.quiet_until(level, t)
                        .map(|until| until.max(t.plus_millis(1))),
                );
            }
            for person in curves.people.iter().filter(|person| person.countable) {
                let one = [Weighted {
                    weight: 1.0,
                    parts: curves.parts_of(person),
                }];
                let until = Curve { people: &one }.quiet_until(model.engagement.engaged_at, t);
                sooner(until.map(|until| until.max(t.plus_millis(1))));
            }
        }
        self.quiet_until = quiet;
        self.restless = false;
    }

    /// Finds out how long nothing changes, if that is not known.
    fn settle(&mut self, model: &Model) {
        if self.restless {
            self.rest(model, self.checked_to);
        }
    }

    /// Returns the heats whose crossing changes something for the group.
    fn heat_lines(&self, group: &Group) -> impl Iterator<Item = f64> + use<> {
        let line = self.thresholds.as_ref().map(|thresholds| {
            if group.status.since.is_some() {
                thresholds.exit_heat
            } else {
                thresholds.enter_heat
            }
        });
        // Only the edges of the band heat is in can be crossed next.
        let edges = match group.band {
            Band::Cold => [Some(20.0), None],
            Band::Warm => [Some(20.0), Some(50.0)],
            Band::Hot => [Some(50.0), Some(80.0)],
            Band::Burning => [Some(80.0), None],
        };
        // Heat is never below 0, so that line is never crossed.
        let line = line.filter(|line| *line > 0.0);
        line.into_iter().chain(edges.into_iter().flatten())
    }

    /// Returns the first instant in `(from, to]` at which fading or a clock changes something.
    fn next_change(&self, model: &Model, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let mut found: Option<Timestamp> = None;
        let mut until = to;
        let mut take = |instant: Option<Timestamp>, until: &mut Timestamp| {
            if let Some(instant) = instant.filter(|instant| *instant > from && *instant <= *until) {
                found = Some(instant);
                *until = instant;
            }
        };
        for group in &self.groups {
            let curves = Curves::of(group);
            take(
                group.clock(self.thresholds.as_ref(), self.act_now_ms, from),
                &mut until,
            );
            let weighted = curves.weighted();
            let heat = Curve { people: &weighted };
            for line in self.heat_lines(group) {
                let level = engagement::points_at_heat(line, model.half_point);
                if heat.quiet_until(level, from).is_some_and(|quiet| quiet <= until) {
                    let above = |t| engagement::heat(heat.at(t), model.half_point) >= line;
                    take(heat.next_crossing(level, from, until, above), &mut until);
                }
            }
            let level = model.engagement.engaged_at;
            for person in curves.people.iter().filter(|person| person.countable) {
                let parts = curves.parts_of(person);
                let one = [Weighted { weight: 1.0, parts }];
                let curve = Curve { people: &one };
                if curve.quiet_until(level, from).is_some_and(|quiet| quiet <= until) {
                    let above = |t| engagement::engagement(parts, t) >= level;
                    take(curve.next_crossing(level, from, until, above), &mut until);
                }
            }
        }
        found
    }

    /// Lets time pass up to and including `to`: what falls due is added, what crosses a line is judged there.
    pub fn advance(&mut self, state: &AccountState, model: &Model, to: Timestamp, notices: &mut Vec<Notice>) {
        self.advance_lazily(state, model, to, notices);
        self.settle(model);
    }

    /// [`Standing::advance`], which may leave the standing restless.
    fn advance_lazily(
        &mut self,
        state: &AccountState,
        model: &Model,
        to: Timestamp,
        notices: &mut Vec<Notice>,
    ) {
        if to <= self.checked_to && self.due().is_none_or(|due| due > to) {
            return;
        }
        self.settle(model);
        while self.quiet_until.is_some_and(|quiet| quiet <= to) {
            let due = self.due().filter(|due| *due <= to);
            let until = due.unwrap_or(to);
            // At one instant fading and clocks come first, then what falls due, one by one in the order of
            // sequence: as a fold of the journal meets them, where these signals are records like all others.
            if until > self.checked_to
                && let Some(change) = self.next_change(model, self.checked_to, until)
            {
                if self.signals() == 0 {
                    // Nothing happened yet, so there is no MQA to judge; evidence ages all the same.
                    self.checked_to = change;
                    self.requalify_all(state, model, change, notices);
                    self.restless = true;
                } else {
                    self.judge(state, model, change, notices);
                }
                self.settle(model);
            } else if let Some(due) = due {
                let signal = self.ahead.remove(0);
                self.add(&signal, state, model);
                self.judge(state, model, due, notices);
                self.settle(model);
            } else {
                if to > self.checked_to {
                    self.checked_to = to;
                    self.rest(model, to);
                }
                return;
            }
        }
    }

    /// Returns when the first of the signals dated ahead falls due.
    fn due(&self) -> Option<Timestamp> {
        self.ahead.first().map(|signal| signal.occurred_at)
    }

    /// Returns when somebody should look again: the next change by time alone, or an instant before it from
    /// which it can be found cheaply. `None`: time alone changes nothing any more.
    #[must_use]
    pub fn wake_at(&self, model: &Model) -> Option<Timestamp> {
        const NEAR_MS: i64 = 2 * 3_600_000;
        let quiet = self.quiet_until?;
        if quiet.millis_since(self.checked_to) > NEAR_MS {
            return Some(quiet);
        }
        let near = self.checked_to.plus_millis(NEAR_MS);
        let near = self.due().map_or(near, |due| due.min(near));
        Some(self.next_change(model, self.checked_to, near).unwrap_or(near))
    }
}

#[cfg(test)]
mod tests;
