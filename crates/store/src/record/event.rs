//! The stored form of what happened.

use std::sync::Arc;

use quorate_domain::account::{ContactFact, Event, Record};
use quorate_domain::contact::{HeldRole, InferredRole, RelationKey};
use quorate_domain::id::{ContactNo, EvidenceNo, Kind, Role, Seq, SignalId, Solution};
use quorate_domain::signal::Signal;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Value};
use serde::{Deserialize, Serialize};

use super::qualify::{OpportunityV1, StatementV1};
use super::word::{AttitudeV1, RelationKindV1, SeniorityV1, SignalSourceV1};

/// A record in a journal entry; its sequence follows from its place in the entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecordV1 {
    at: i64,
    event: EventV1,
}

impl RecordV1 {
    /// Returns the stored form.
    #[must_use]
    pub fn from_domain(record: &Record) -> Self {
        Self {
            at: record.at.as_millis(),
            event: EventV1::from_domain(&record.event),
        }
    }

    /// Returns the record at that place.
    #[must_use]
    pub fn into_domain(self, seq: Seq) -> Record {
        Record {
            seq,
            at: Timestamp::from_millis(self.at),
            event: self.event.into_domain(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventV1 {
    FieldSet {
        field: Arc<str>,
        value: Option<ValueV1>,
        source: Arc<str>,
    },
    Disqualified {
        reason: Option<Arc<str>>,
        source: Arc<str>,
    },
    ContactIntroduced {
        contact: u32,
    },
    ContactStated {
        contact: u32,
        fact: FactV1,
        source: Arc<str>,
    },
    RelationSet {
        from: u32,
        to: u32,
        kind: RelationKindV1,
        strength: Option<f64>,
    },
    RelationCleared {
        from: u32,
        to: u32,
        kind: RelationKindV1,
    },
    SignalRecorded(SignalV1),
    EvidenceStated {
        evidence: u32,
        statement: Box<StatementV1>,
    },
    EvidenceRetracted {
        evidence: u32,
        reason: Option<Arc<str>>,
        source: Arc<str>,
    },
    EvidenceContested {
        evidence: u32,
        by: u32,
        note: Option<Arc<str>>,
        source: Arc<str>,
    },
    OpportunitySet(Box<OpportunityV1>),
    GapSnoozed {
        solution: Option<Arc<str>>,
        gap: Arc<str>,
        until: Option<i64>,
        reason: Option<Arc<str>>,
        source: Arc<str>,
    },
}

impl EventV1 {
    fn from_domain(event: &Event) -> Self {
        match event {
            Event::FieldSet { field, value, source } => Self::FieldSet {
                field: field.clone(),
                value: value.as_ref().map(ValueV1::from_domain),
                source: source.0.clone(),
            },
            Event::Disqualified { reason, source } => Self::Disqualified {
                reason: reason.clone(),
                source: source.0.clone(),
            },
            Event::ContactIntroduced { contact } => Self::ContactIntroduced { contact: contact.0 },
            Event::ContactStated {
                contact,
                fact,
                source,
            } => Self::ContactStated {
                contact: contact.0,
                fact: FactV1::from_domain(fact),
                source: source.0.clone(),
            },
            Event::RelationSet {
                relation: RelationKey { from, to, kind },
                strength,
            } => Self::RelationSet {
                from: from.0,
                to: to.0,
                kind: (*kind).into(),
                strength: *strength,
            },
            Event::RelationCleared {
                relation: RelationKey { from, to, kind },
            } => Self::RelationCleared {
                from: from.0,
                to: to.0,
                kind: (*kind).into(),
            },
            Event::SignalRecorded(signal) => Self::SignalRecorded(SignalV1::from_domain(signal)),
            Event::EvidenceStated { evidence, statement } => Self::EvidenceStated {
                evidence: evidence.0,
                statement: Box::new(StatementV1::from_domain(statement)),
            },
            Event::EvidenceRetracted {
                evidence,
                reason,
                source,
            } => Self::EvidenceRetracted {
                evidence: evidence.0,
                reason: reason.clone(),
                source: source.0.clone(),
            },
            Event::EvidenceContested {
                evidence,
                by,
                note,
                source,
            } => Self::EvidenceContested {
                evidence: evidence.0,
                by: by.0,
                note: note.clone(),
                source: source.0.clone(),
            },
            Event::OpportunitySet(opportunity) => {
                Self::OpportunitySet(Box::new(OpportunityV1::from_domain(opportunity)))
            }
            Event::GapSnoozed {
                solution,
                gap,
                until,
                reason,
                source,
            } => Self::GapSnoozed {
                solution: solution.as_ref().map(|it| it.as_str().into()),
                gap: gap.clone(),
                until: until.map(Timestamp::as_millis),
                reason: reason.clone(),
                source: source.0.clone(),
            },
        }
    }

    fn into_domain(self) -> Event {
        match self {
            Self::FieldSet { field, value, source } => Event::FieldSet {
                field,
                value: value.map(ValueV1::into_domain),
                source: Source(source),
            },
            Self::Disqualified { reason, source } => Event::Disqualified {
                reason,
                source: Source(source),
            },
            Self::ContactIntroduced { contact } => Event::ContactIntroduced {
                contact: ContactNo(contact),
            },
            Self::ContactStated {
                contact,
                fact,
                source,
            } => Event::ContactStated {
                contact: ContactNo(contact),
                fact: fact.into_domain(),
                source: Source(source),
            },
            Self::RelationSet {
                from,
                to,
                kind,
                strength,
            } => Event::RelationSet {
                relation: relation(from, to, kind),
                strength,
            },
            Self::RelationCleared { from, to, kind } => Event::RelationCleared {
                relation: relation(from, to, kind),
            },
            Self::SignalRecorded(signal) => Event::SignalRecorded(signal.into_domain()),
            Self::EvidenceStated { evidence, statement } => Event::EvidenceStated {
                evidence: EvidenceNo(evidence),
                statement: Box::new(statement.into_domain()),
            },
            Self::EvidenceRetracted {
                evidence,
                reason,
                source,
            } => Event::EvidenceRetracted {
                evidence: EvidenceNo(evidence),
                reason,
                source: Source(source),
            },
            Self::EvidenceContested {
                evidence,
                by,
                note,
                source,
            } => Event::EvidenceContested {
                evidence: EvidenceNo(evidence),
                by: ContactNo(by),
                note,
                source: Source(source),
            },
            Self::OpportunitySet(opportunity) => Event::OpportunitySet(Box::new(opportunity.into_domain())),
            Self::GapSnoozed {
                solution,
                gap,
                until,
                reason,
                source,
            } => Event::GapSnoozed {
                solution: solution.map(Solution::trusted),
                gap,
                until: until.map(Timestamp::from_millis),
                reason,
                source: Source(source),
            },
        }
    }
}

fn relation(from: u32, to: u32, kind: RelationKindV1) -> RelationKey {
    RelationKey {
        from: ContactNo(from),
        to: ContactNo(to),
        kind: kind.into(),
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FactV1 {
    Roles(Option<Vec<HeldRoleV1>>),
    Inferred {
        roles: Vec<InferredRoleV1>,
        seniority: Option<SeniorityV1>,
        /// Since titles tell functions; absent before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        function: Option<Arc<str>>,
    },
    Seniority(Option<SeniorityV1>),
    Attitude(Option<AttitudeV1>),
    Excluded(Option<Arc<str>>),
    Function(Option<Arc<str>>),
    LeadSource(Option<Arc<str>>),
    Consent(Option<Arc<str>>),
}

impl FactV1 {
    fn from_domain(fact: &ContactFact) -> Self {
        match fact {
            ContactFact::Roles(roles) => Self::Roles(
                roles
                    .as_ref()
                    .map(|roles| roles.iter().map(HeldRoleV1::from_domain).collect()),
            ),
            ContactFact::Inferred {
                roles,
                seniority,
                function,
            } => Self::Inferred {
                roles: roles.iter().map(InferredRoleV1::from_domain).collect(),
                seniority: seniority.map(Into::into),
                function: function.clone(),
            },
            ContactFact::Seniority(value) => Self::Seniority(value.map(Into::into)),
            ContactFact::Attitude(value) => Self::Attitude(value.map(Into::into)),
            ContactFact::Excluded(value) => Self::Excluded(value.clone()),
            ContactFact::Function(value) => Self::Function(value.clone()),
            ContactFact::LeadSource(value) => Self::LeadSource(value.clone()),
            ContactFact::Consent(value) => Self::Consent(value.clone()),
        }
    }

    fn into_domain(self) -> ContactFact {
        match self {
            Self::Roles(roles) => ContactFact::Roles(
                roles.map(|roles| roles.into_iter().map(HeldRoleV1::into_domain).collect()),
            ),
            Self::Inferred {
                roles,
                seniority,
                function,
            } => ContactFact::Inferred {
                roles: roles.into_iter().map(InferredRoleV1::into_domain).collect(),
                seniority: seniority.map(Into::into),
                function,
            },
            Self::Seniority(value) => ContactFact::Seniority(value.map(Into::into)),
            Self::Attitude(value) => ContactFact::Attitude(value.map(Into::into)),
            Self::Excluded(value) => ContactFact::Excluded(value),
            Self::Function(value) => ContactFact::Function(value),
            Self::LeadSource(value) => ContactFact::LeadSource(value),
            Self::Consent(value) => ContactFact::Consent(value),
        }
    }
}

/// A held role, in events and in snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct HeldRoleV1 {
    role: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    solution: Option<Arc<str>>,
}

impl HeldRoleV1 {
    pub(super) fn from_domain(held: &HeldRole) -> Self {
        let HeldRole { role, solution } = held;
        Self {
            role: role.as_str().into(),
            solution: solution.as_ref().map(|it| it.as_str().into()),
        }
    }

    pub(super) fn into_domain(self) -> HeldRole {
        HeldRole {
            role: Role::trusted(self.role),
            solution: self.solution.map(Solution::trusted),
        }
    }
}

/// An inferred role, in events and in snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct InferredRoleV1 {
    role: Arc<str>,
    confidence: f64,
    rule: Arc<str>,
    candidate: bool,
}

impl InferredRoleV1 {
    pub(super) fn from_domain(inferred: &InferredRole) -> Self {
        let InferredRole {
            role,
            confidence,
            rule,
            candidate,
        } = inferred;
        Self {
            role: role.as_str().into(),
            confidence: *confidence,
            rule: rule.clone(),
            candidate: *candidate,
        }
    }

    pub(super) fn into_domain(self) -> InferredRole {
        InferredRole {
            role: Role::trusted(self.role),
            confidence: self.confidence,
            rule: self.rule,
            candidate: self.candidate,
        }
    }
}

/// A value, in events and in snapshots.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ValueV1 {
    Text(Arc<str>),
    Number(f64),
    Flag(bool),
    List(Vec<Arc<str>>),
}

impl ValueV1 {
    pub(super) fn from_domain(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.clone()),
            Value::Number(number) => Self::Number(*number),
            Value::Flag(flag) => Self::Flag(*flag),
            Value::List(items) => Self::List(items.clone()),
        }
    }

    pub(super) fn into_domain(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Number(number) => Value::Number(number),
            Self::Flag(flag) => Value::Flag(flag),
            Self::List(items) => Value::List(items),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct SignalV1 {
    id: Arc<str>,
    kind: Arc<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contact: Option<u32>,
    occurred_at: i64,
    strength: f64,
    source: SignalSourceV1,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    solution: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    object: Option<Arc<str>>,
    /// JSON text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    properties: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    expired: bool,
}

impl SignalV1 {
    fn from_domain(signal: &Signal) -> Self {
        let Signal {
            id,
            kind,
            contact,
            occurred_at,
            strength,
            source,
            solution,
            object,
            properties,
            expired,
        } = signal;
        Self {
            id: id.as_str().into(),
            kind: kind.as_str().into(),
            contact: contact.map(|no| no.0),
            occurred_at: occurred_at.as_millis(),
            strength: *strength,
            source: (*source).into(),
            solution: solution.as_ref().map(|it| it.as_str().into()),
            object: object.clone(),
            properties: properties.clone(),
            expired: *expired,
        }
    }

    fn into_domain(self) -> Signal {
        Signal {
            id: SignalId::trusted(self.id),
            kind: Kind::trusted(self.kind),
            contact: self.contact.map(ContactNo),
            occurred_at: Timestamp::from_millis(self.occurred_at),
            strength: self.strength,
            source: self.source.into(),
            solution: self.solution.map(Solution::trusted),
            object: self.object,
            properties: self.properties,
            expired: self.expired,
        }
    }
}
