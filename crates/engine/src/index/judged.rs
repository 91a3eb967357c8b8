//! The row of an account, out of its facts and what was last made of them.

use std::sync::Arc;

use quorate_domain::account::{AccountState, field};
use quorate_domain::committee::Quorum;
use quorate_domain::id::{Role, Seq};
use quorate_domain::model::Model;
use quorate_domain::standing::{Stage, Standing};
use quorate_domain::time::Timestamp;
use quorate_domain::value::Value;

use super::{HeatCurve, Row, level_code};
use crate::view::{SeatCell, Why};

/// An account as it was last judged: all a row is made of.
#[derive(Clone, Copy)]
pub(crate) struct Judged<'a> {
    pub(crate) state: &'a AccountState,
    pub(crate) standing: &'a Standing,
    /// The model it was judged by.
    pub(crate) model: &'a Model,
    /// When it leaves MQA if nothing new happens.
    pub(crate) mqa_ends_at: Option<Timestamp>,
    /// The last record of its journal.
    pub(crate) seq: Seq,
}

impl Judged<'_> {
    /// Returns the row as of `now`: as last judged, with intent points as a curve.
    pub(crate) fn row(&self, now: Timestamp) -> Row {
        let text = |name: &str| self.state.text(name).map(Arc::from);
        let curves: Vec<(usize, HeatCurve)> = (0..self.standing.groups.len())
            .map(|place| (place, HeatCurve::of(self.standing, place, now)))
            .collect();
        // The best group: the most intent points; of equals the first in the order of solution names.
        let (best, curve) = curves
            .into_iter()
            .reduce(|best, next| {
                let name = |place: usize| self.standing.groups.get(place).map(|group| &group.solution);
                let points = next.1.points(now).total_cmp(&best.1.points(now));
                if points.then_with(|| name(best.0).cmp(&name(next.0))).is_gt() {
                    next
                } else {
                    best
                }
            })
            .unwrap_or((0, HeatCurve::zero()));
        let group = self.standing.groups.get(best);
        let engaged_contacts = group.map_or(0, |group| group.engaged.len());
        let mut roles: Vec<Role> = group
            .iter()
            .flat_map(|group| {
                group
                    .engaged
                    .iter()
                    .filter_map(|contact| group.members.get(&Some(*contact)))
            })
            .flat_map(|member| member.roles.iter().cloned())
            .collect();
        roles.sort_unstable();
        roles.dedup();
        let mqa_since = self
            .standing
            .groups
            .iter()
            .filter_map(|group| group.status.since)
            .min();
        let fit = self.standing.fit();
        let model = self.model;
        let seats = group.map(|group| group.seats(self.state, model));
        Row {
            id: self.state.id.clone(),
            name: text(field::NAME),
            domains: match self.state.value(field::DOMAINS) {
                Some(Value::List(domains)) => domains.iter().cloned().collect(),
                Some(Value::Text(domain)) => Arc::from([Arc::clone(domain)]),
                Some(Value::Number(_) | Value::Flag(_)) | None => Arc::from([]),
            },
            owner: text(field::OWNER),
            tier: self
                .state
                .value(field::TIER)
                .map(|tier| Arc::from(tier.to_string())),
            industry: text("industry"),
            country: text("country"),
            curve,
            tape: self.standing.tape_to(model, now),
            fit: fit.score,
            grade: fit.grade,
            quorum: self.quorum(best, seats.as_deref()),
            engaged_contacts: u32::try_from(engaged_contacts).unwrap_or(u32::MAX),
            engaged_roles: roles.into(),
            stage: self.stage(),
            mqa_since,
            mqa_ends_at: self.mqa_ends_at,
            last_signal_at: self.state.last_signal_at,
            contacts: u32::try_from(self.state.contacts.len()).unwrap_or(u32::MAX),
            seats: seats
                .iter()
                .flat_map(|quorum| &quorum.seats)
                .map(|view| SeatCell {
                    role: view.seat.role.clone(),
                    weight: view.seat.weight,
                    state: view.state,
                    worth: view.worth,
                })
                .collect(),
            why: self.why(best),
            lists: match self.state.value(field::LISTS) {
                Some(lists) => lists.texts().map(Arc::from).collect(),
                None => Arc::from([]),
            },
            excluded: fit.excluded,
            thresholds: model
                .mqa
                .as_ref()
                .and_then(|rule| u16::try_from(rule.place(self.state)).ok()),
            seq: self.seq,
            wake_at: self.wake_at(now),
            model: self.standing.model,
            completeness: group.and_then(|group| group.qualified.completeness),
            levels: group
                .map(|group| group.qualified.levels.iter().copied().map(level_code).collect())
                .unwrap_or_default(),
            gaps: group.map(|group| group.qualified.marks.as_slice().into()),
        }
    }

    /// How far the account has come: as far as its furthest group.
    fn stage(&self) -> Stage {
        if self.state.disqualified.is_some() {
            Stage::Disqualified
        } else if self.standing.is_mqa() {
            Stage::Mqa
        } else if self.standing.groups.iter().any(|group| !group.engaged.is_empty()) {
            Stage::Engaged
        } else if self.standing.counted > 0 {
            Stage::Aware
        } else {
            Stage::Target
        }
    }

    /// Returns when the account should be looked at again; one whose past is to be told anew at once.
    fn wake_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.standing.is_to_be_told_anew() {
            return Some(now);
        }
        self.standing.wake_at(self.model)
    }

    /// The quorum as last judged. Where nothing was judged yet, or facts came in since that are still to be judged,
    /// it is that of the seats now: who is known holds them.
    fn quorum(&self, place: usize, seats: Option<&Quorum>) -> Option<f64> {
        let group = self.standing.groups.get(place)?;
        group
            .quorum
            .filter(|_| !self.standing.stale)
            .or_else(|| seats?.percent)
    }

    /// The kinds that give a group the most points, as last judged.
    fn why(&self, place: usize) -> [Option<Why>; 2] {
        let at = self.standing.judged_to;
        let mut kinds = self
            .standing
            .groups
            .get(place)
            .map(|group| group.largest_kinds(at))
            .unwrap_or_default()
            .into_iter()
            .map(|(kind, _, newest)| {
                let rule = self.model.rule(kind.as_str());
                let label = rule.and_then(|rule| rule.label.clone());
                Why {
                    label: label.unwrap_or_else(|| Arc::from(kind.as_str())),
                    newest,
                }
            });
        [kinds.next(), kinds.next()]
    }
}
