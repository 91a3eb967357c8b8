//! An account's row of the index, as it is stored with each append.

use std::sync::Arc;

use quorate_domain::committee::SeatState;
use quorate_domain::fit::Grade;
use quorate_domain::gap::{Packed, Seen};
use quorate_domain::id::{AccountId, ModelVersion, Role, Seq};
use quorate_domain::standing::{Stage, Tape};
use quorate_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::standing::TapeV1;
use crate::index::{HeatCurve, Row, Term};
use crate::view::{SeatCell, Why};

/// Short names: there is one of these for every known account.
#[derive(Serialize, Deserialize)]
pub(crate) struct SummaryV1<'a> {
    #[serde(rename = "n", borrow, default, skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(rename = "d", borrow, default, skip_serializing_if = "Vec::is_empty")]
    domains: Vec<&'a str>,
    #[serde(rename = "o", borrow, default, skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    #[serde(rename = "t", borrow, default, skip_serializing_if = "Option::is_none")]
    tier: Option<&'a str>,
    #[serde(rename = "i", borrow, default, skip_serializing_if = "Option::is_none")]
    industry: Option<&'a str>,
    #[serde(rename = "c", borrow, default, skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
    #[serde(rename = "at")]
    curve_at: i64,
    #[serde(rename = "h")]
    terms: Vec<(f64, f64, f64)>,
    #[serde(rename = "f")]
    fast: f64,
    #[serde(rename = "s")]
    slow: f64,
    #[serde(rename = "fit", default, skip_serializing_if = "Option::is_none")]
    fit: Option<f64>,
    #[serde(rename = "g", borrow, default, skip_serializing_if = "Option::is_none")]
    grade: Option<&'a str>,
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    quorum: Option<f64>,
    #[serde(rename = "e")]
    engaged_contacts: u32,
    #[serde(rename = "r", borrow, default, skip_serializing_if = "Vec::is_empty")]
    engaged_roles: Vec<&'a str>,
    #[serde(rename = "st", borrow)]
    stage: &'a str,
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    mqa_since: Option<i64>,
    #[serde(rename = "me", default, skip_serializing_if = "Option::is_none")]
    mqa_ends_at: Option<i64>,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    last_signal_at: Option<i64>,
    #[serde(rename = "p")]
    contacts: u32,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    wake_at: Option<i64>,
    #[serde(rename = "v")]
    model: u64,
    #[serde(rename = "ht", default, skip_serializing_if = "Option::is_none")]
    tape: Option<TapeV1>,
    /// Role, weight, state, worth.
    #[serde(rename = "se", borrow, default, skip_serializing_if = "Vec::is_empty")]
    seats: Vec<(&'a str, f64, &'a str, f64)>,
    #[serde(rename = "y", borrow, default, skip_serializing_if = "Vec::is_empty")]
    why: Vec<(&'a str, i64)>,
    #[serde(rename = "li", borrow, default, skip_serializing_if = "Vec::is_empty")]
    lists: Vec<&'a str>,
    #[serde(rename = "x", default, skip_serializing_if = "std::ops::Not::not")]
    excluded: bool,
    #[serde(rename = "th", default, skip_serializing_if = "Option::is_none")]
    thresholds: Option<u16>,
    #[serde(rename = "cp", default, skip_serializing_if = "Option::is_none")]
    completeness: Option<f64>,
    /// Levels of evidence, one an element: 0 none to 3 validated.
    #[serde(rename = "lv", default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<u8>,
    /// Missing before gaps were looked for: then the account is woken after the start.
    #[serde(rename = "gp", default, skip_serializing_if = "Option::is_none")]
    gaps: Option<Vec<u64>>,
    /// Since when each of them has been seen. Missing before it was kept: then the account is woken after the start, too.
    #[serde(rename = "gs", default, skip_serializing_if = "Vec::is_empty")]
    gaps_since: Vec<i64>,
}

impl<'a> SummaryV1<'a> {
    pub(crate) fn of(row: &'a Row) -> Self {
        let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millis);
        Self {
            name: row.name.as_deref(),
            domains: row.domains.iter().map(|domain| &**domain).collect(),
            owner: row.owner.as_deref(),
            tier: row.tier.as_deref(),
            industry: row.industry.as_deref(),
            country: row.country.as_deref(),
            curve_at: row.curve.at.as_millis(),
            terms: row
                .curve
                .terms
                .iter()
                .map(|term| (term.half_life_ms, term.amount, term.limit))
                .collect(),
            fast: row.curve.fast,
            slow: row.curve.slow,
            fit: row.fit,
            grade: row.grade.map(Grade::as_str),
            quorum: row.quorum,
            engaged_contacts: row.engaged_contacts,
            engaged_roles: row.engaged_roles.iter().map(Role::as_str).collect(),
            stage: row.stage.as_str(),
            mqa_since: millis(row.mqa_since),
            mqa_ends_at: millis(row.mqa_ends_at),
            last_signal_at: millis(row.last_signal_at),
            contacts: row.contacts,
            wake_at: millis(row.wake_at),
            model: row.model.0,
            tape: Some(TapeV1::of(&row.tape)),
            seats: row
                .seats
                .iter()
                .map(|seat| (seat.role.as_str(), seat.weight, seat.state.as_str(), seat.worth))
                .collect(),
            why: row
                .why
                .iter()
                .flatten()
                .map(|why| (&*why.label, why.newest.as_millis()))
                .collect(),
            lists: row.lists.iter().map(|list| &**list).collect(),
            excluded: row.excluded,
            thresholds: row.thresholds,
            completeness: row.completeness,
            levels: row.levels.to_vec(),
            gaps: row
                .gaps
                .as_ref()
                .map(|gaps| gaps.iter().map(|seen| seen.gap.0).collect()),
            gaps_since: row
                .gaps
                .iter()
                .flat_map(|gaps| gaps.iter())
                .map(|seen| seen.since.as_millis())
                .collect(),
        }
    }

    pub(crate) fn into_row(self, id: AccountId, seq: Seq) -> Row {
        let mut why = self.why.iter().map(|(label, newest)| Why {
            label: Arc::from(*label),
            newest: Timestamp::from_millis(*newest),
        });
        let why = [why.next(), why.next()];
        let text = |text: Option<&str>| text.map(Arc::from);
        let instant = |at: Option<i64>| at.map(Timestamp::from_millis);
        Row {
            id,
            name: text(self.name),
            domains: self.domains.iter().map(|domain| Arc::from(*domain)).collect(),
            owner: text(self.owner),
            tier: text(self.tier),
            industry: text(self.industry),
            country: text(self.country),
            curve: HeatCurve {
                at: Timestamp::from_millis(self.curve_at),
                terms: self
                    .terms
                    .iter()
                    .map(|(half_life_ms, amount, limit)| Term {
                        half_life_ms: *half_life_ms,
                        amount: *amount,
                        limit: *limit,
                    })
                    .collect(),
                fast: self.fast,
                slow: self.slow,
            },
            fit: self.fit,
            grade: self.grade.and_then(Grade::parse),
            quorum: self.quorum,
            engaged_contacts: self.engaged_contacts,
            engaged_roles: self
                .engaged_roles
                .iter()
                .map(|role| Role::trusted(*role))
                .collect(),
            stage: Stage::parse(self.stage).unwrap_or(Stage::Target),
            mqa_since: instant(self.mqa_since),
            mqa_ends_at: instant(self.mqa_ends_at),
            last_signal_at: instant(self.last_signal_at),
            contacts: self.contacts,
            seq,
            wake_at: instant(self.wake_at),
            model: ModelVersion(self.model),
            seats: self
                .seats
                .iter()
                .filter_map(|(role, weight, state, worth)| {
                    Some(SeatCell {
                        role: Role::trusted(*role),
                        weight: *weight,
                        state: SeatState::parse(state)?,
                        worth: *worth,
                    })
                })
                .collect(),
            why,
            lists: self.lists.iter().map(|list| Arc::from(*list)).collect(),
            excluded: self.excluded,
            thresholds: self.thresholds,
            tape: self.tape.map_or(Tape::lost(), |tape| tape.restore()),
            completeness: self.completeness,
            levels: self.levels.into(),
            gaps: self
                .gaps
                .filter(|gaps| gaps.len() == self.gaps_since.len())
                .map(|gaps| {
                    let seen = gaps.into_iter().zip(self.gaps_since);
                    seen.map(|(gap, since)| Seen {
                        gap: Packed(gap),
                        since: Timestamp::from_millis(since),
                    })
                    .collect()
                }),
        }
    }
}
