//! The stored forms of evidence, opportunities and gaps put off, in events and in snapshots.

use std::sync::Arc;

use quorate_domain::account::Snooze;
use quorate_domain::evidence::{Contest, Evidence, Statement};
use quorate_domain::id::{ContactNo, EvidenceNo, OpportunityId, Solution};
use quorate_domain::opportunity::Opportunity;
use quorate_domain::time::{Day, Timestamp};
use quorate_domain::value::Source;
use serde::{Deserialize, Serialize};

use super::word::{LevelV1, OpportunityStateV1};

/// What a piece of evidence says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StatementV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    solution: Option<Arc<str>>,
    framework: Arc<str>,
    element: Arc<str>,
    level: LevelV1,
    artefact: Option<Arc<str>>,
    source: Arc<str>,
    said_by: Option<u32>,
    note: Option<Arc<str>>,
    said_at: i64,
}

impl StatementV1 {
    pub(super) fn from_domain(statement: &Statement) -> Self {
        let Statement {
            solution,
            framework,
            element,
            level,
            artefact,
            source,
            said_by,
            note,
            said_at,
        } = statement;
        Self {
            solution: solution.as_ref().map(|it| it.as_str().into()),
            framework: framework.clone(),
            element: element.clone(),
            level: (*level).into(),
            artefact: artefact.clone(),
            source: source.0.clone(),
            said_by: said_by.map(|no| no.0),
            note: note.clone(),
            said_at: said_at.as_millis(),
        }
    }

    pub(super) fn into_domain(self) -> Statement {
        Statement {
            solution: self.solution.map(Solution::trusted),
            framework: self.framework,
            element: self.element,
            level: self.level.into(),
            artefact: self.artefact,
            source: Source(self.source),
            said_by: self.said_by.map(ContactNo),
            note: self.note,
            said_at: Timestamp::from_millis(self.said_at),
        }
    }
}

/// A piece of evidence as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct EvidenceV1 {
    no: u32,
    statement: StatementV1,
    recorded_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contested: Option<ContestV1>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ContestV1 {
    by: u32,
    note: Option<Arc<str>>,
    source: Arc<str>,
    at: i64,
}

impl EvidenceV1 {
    pub(super) fn from_domain(evidence: &Evidence) -> Self {
        let Evidence {
            no,
            statement,
            recorded_at,
            contested,
        } = evidence;
        Self {
            no: no.0,
            statement: StatementV1::from_domain(statement),
            recorded_at: recorded_at.as_millis(),
            contested: contested
                .as_ref()
                .map(|Contest { by, note, source, at }| ContestV1 {
                    by: by.0,
                    note: note.clone(),
                    source: source.0.clone(),
                    at: at.as_millis(),
                }),
        }
    }

    pub(super) fn into_domain(self) -> Evidence {
        Evidence {
            no: EvidenceNo(self.no),
            statement: self.statement.into_domain(),
            recorded_at: Timestamp::from_millis(self.recorded_at),
            contested: self.contested.map(|contest| Contest {
                by: ContactNo(contest.by),
                note: contest.note,
                source: Source(contest.source),
                at: Timestamp::from_millis(contest.at),
            }),
        }
    }
}

/// An opportunity as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct OpportunityV1 {
    id: Arc<str>,
    name: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    solution: Option<Arc<str>>,
    amount: Option<f64>,
    currency: Option<Arc<str>>,
    state: OpportunityStateV1,
    closes_on: Option<i32>,
    source: Arc<str>,
    changed_at: i64,
}

impl OpportunityV1 {
    pub(super) fn from_domain(opportunity: &Opportunity) -> Self {
        let Opportunity {
            id,
            name,
            solution,
            amount,
            currency,
            state,
            closes_on,
            source,
            changed_at,
        } = opportunity;
        Self {
            id: id.as_str().into(),
            name: name.clone(),
            solution: solution.as_ref().map(|it| it.as_str().into()),
            amount: *amount,
            currency: currency.clone(),
            state: (*state).into(),
            closes_on: closes_on.map(|day| day.0),
            source: source.0.clone(),
            changed_at: changed_at.as_millis(),
        }
    }

    pub(super) fn into_domain(self) -> Opportunity {
        Opportunity {
            id: OpportunityId::trusted(self.id),
            name: self.name,
            solution: self.solution.map(Solution::trusted),
            amount: self.amount,
            currency: self.currency,
            state: self.state.into(),
            closes_on: self.closes_on.map(Day),
            source: Source(self.source),
            changed_at: Timestamp::from_millis(self.changed_at),
        }
    }
}

/// A gap that was put off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct SnoozeV1 {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    solution: Option<Arc<str>>,
    gap: Arc<str>,
    until: i64,
    reason: Option<Arc<str>>,
    source: Arc<str>,
    at: i64,
}

impl SnoozeV1 {
    pub(super) fn from_domain(((solution, gap), snooze): (&(Option<Solution>, Arc<str>), &Snooze)) -> Self {
        let Snooze {
            until,
            reason,
            source,
            at,
        } = snooze;
        Self {
            solution: solution.as_ref().map(|it| it.as_str().into()),
            gap: gap.clone(),
            until: until.as_millis(),
            reason: reason.clone(),
            source: source.0.clone(),
            at: at.as_millis(),
        }
    }

    pub(super) fn into_domain(self) -> ((Option<Solution>, Arc<str>), Snooze) {
        let snooze = Snooze {
            until: Timestamp::from_millis(self.until),
            reason: self.reason,
            source: Source(self.source),
            at: Timestamp::from_millis(self.at),
        };
        ((self.solution.map(Solution::trusted), self.gap), snooze)
    }
}
