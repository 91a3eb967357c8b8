//! An account in a list, under the names it has when it is read alone.

use quorate_domain::fit::Grade;
use quorate_domain::standing::TAPE_WEEKS;
use quorate_engine::view::{AccountRow, SeatCell};
use serde::Serialize;
use utoipa::ToSchema;

use super::standing::{ConditionBody, roles};
use crate::v1::instant::{Instant, maybe};

/// An account in a list.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountRow)]
pub(crate) struct RowBody<'a> {
    /// Its id.
    id: &'a str,
    /// Its name; its id when it has none.
    name: &'a str,
    /// Its first domain.
    domain: Option<&'a str>,
    /// Who looks after it.
    owner: Option<&'a str>,
    /// Its tier.
    tier: Option<&'a str>,
    /// Its industry.
    industry: Option<&'a str>,
    /// Its country.
    country: Option<&'a str>,
    /// `H` at the list's instant.
    intent_points: f64,
    /// From 0 to 100.
    heat: f64,
    /// `cold`, `warm`, `hot` or `burning`.
    band: &'static str,
    /// The fast rate of points over the slow one.
    momentum: Option<f64>,
    /// Heat at the end of each of the last 25 weeks and, last, at the list's instant, in whole degrees, oldest first;
    /// null: nothing that counts was known.
    tape: [Option<u8>; TAPE_WEEKS],
    /// By how many whole degrees heat moved since the start of the UTC day a week ago; null: nothing that counts is
    /// known.
    week_change: Option<i16>,
    /// How well it fits.
    fit: RowFit,
    /// How many contacts are engaged.
    engaged_contacts: u32,
    /// Their distinct roles, sorted.
    engaged_roles: Vec<String>,
    /// In percent.
    quorum: Option<f64>,
    /// The seats of its best buying group, in the model's order.
    seats: Vec<RowSeat>,
    /// How complete it is against the first framework in use, in percent; null: none is in use.
    completeness: Option<f64>,
    /// How many gaps it has that nobody put off.
    gaps: usize,
    /// The lists of target accounts it is on.
    lists: Vec<&'a str>,
    /// Whether it is a marketing-qualified account.
    mqa: RowMqa,
    /// How far it has come.
    stage: &'static str,
    /// Its newest signal.
    last_signal_at: Option<Instant>,
    /// Known contacts.
    contacts: u32,
    /// Its version.
    version: u64,
}

/// How well an account of a list fits.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountRowFit)]
pub(crate) struct RowFit {
    /// From 0 to 100.
    score: Option<f64>,
    /// `A` to `D`.
    grade: Option<&'static str>,
}

/// Whether an account of a list is an MQA.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountRowMqa)]
pub(crate) struct RowMqa {
    /// Whether it is.
    qualified: bool,
    /// Since when.
    since: Option<Instant>,
    /// When it ends if nothing new happens.
    ends_at: Option<Instant>,
    /// The conditions that keep it from being one; empty: it is, or the model has no rule.
    missing: Vec<ConditionBody>,
}

/// A seat of an account of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountRowSeat)]
pub(crate) struct RowSeat {
    /// The role that fills it.
    role: String,
    /// `missing`, `opposed`, `identified` or `engaged`.
    state: &'static str,
    /// Its weight in the decision.
    weight: f64,
    /// How much of it counts, from 0 to 1.
    worth: f64,
}

impl From<&SeatCell> for RowSeat {
    fn from(seat: &SeatCell) -> Self {
        Self {
            role: seat.role.to_string(),
            state: seat.state.as_str(),
            weight: seat.weight,
            worth: seat.worth,
        }
    }
}

impl<'a> From<&'a AccountRow> for RowBody<'a> {
    fn from(row: &'a AccountRow) -> Self {
        Self {
            id: row.id.as_str(),
            name: &row.name,
            domain: row.domain.as_deref(),
            owner: row.owner.as_deref(),
            tier: row.tier.as_deref(),
            industry: row.industry.as_deref(),
            country: row.country.as_deref(),
            intent_points: row.intent_points,
            heat: row.heat,
            band: row.band.as_str(),
            momentum: row.momentum,
            tape: row.tape,
            week_change: row.week_change,
            fit: RowFit {
                score: row.fit,
                grade: row.grade.map(Grade::as_str),
            },
            engaged_contacts: row.engaged_contacts,
            engaged_roles: roles(&row.engaged_roles),
            quorum: row.quorum,
            seats: row.seats.iter().map(RowSeat::from).collect(),
            completeness: row.completeness,
            gaps: row.gaps.len(),
            lists: row.lists.iter().map(|list| &**list).collect(),
            mqa: RowMqa {
                qualified: row.mqa_since.is_some(),
                since: maybe(row.mqa_since),
                ends_at: maybe(row.mqa_ends_at),
                missing: row.missing().iter().map(ConditionBody::from).collect(),
            },
            stage: row.stage.as_str(),
            last_signal_at: maybe(row.last_signal_at),
            contacts: row.contacts,
            version: row.seq.0,
        }
    }
}
