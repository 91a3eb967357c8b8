//! Recorded facts on the wire, for the timeline.

use quorate_domain::account::{ContactFact, Directory, Event, Record};
use quorate_domain::signal::Signal;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::standing::roles;
use super::value::AttributeValue;
use crate::v1::contact_name::{ContactName, name_of};
use crate::v1::instant::Instant;

/// A recorded fact.
#[derive(Serialize, ToSchema)]
#[schema(as = Record)]
pub(crate) struct RecordBody {
    /// Its place in the account's journal.
    seq: u64,
    /// When it was recorded.
    recorded_at: Instant,
    /// What happened.
    #[serde(flatten)]
    fact: FactBody,
}

/// What happened.
#[derive(Serialize, ToSchema)]
#[schema(as = Fact)]
#[serde(tag = "event")]
pub(crate) enum FactBody {
    /// A field or attribute was stated or cleared.
    #[serde(rename = "field.set")]
    FieldSet {
        /// Which.
        field: String,
        /// Its value; null: cleared.
        #[schema(value_type = AttributeValue)]
        value: Option<AttributeValue>,
        /// Who says so.
        source: String,
    },
    /// Sales disqualified the account, or took that back.
    #[serde(rename = "account.disqualified")]
    Disqualified {
        /// Why; null: taken back.
        reason: Option<String>,
        /// Who says so.
        source: String,
    },
    /// A contact became known.
    #[serde(rename = "contact.introduced")]
    ContactIntroduced {
        /// Who.
        contact: ContactName,
    },
    /// Something was said of a contact.
    #[serde(rename = "contact.stated")]
    ContactStated {
        /// Of whom.
        contact: ContactName,
        /// Of what: `roles`, `inferred`, `seniority`, `attitude`, `excluded`, `function`, `lead_source`, `consent`.
        field: &'static str,
        /// What; empty: taken back.
        values: Vec<String>,
        /// Who says so.
        source: String,
    },
    /// A relation was stated.
    #[serde(rename = "relation.set")]
    RelationSet {
        /// Where it starts.
        from: ContactName,
        /// Where it ends.
        to: ContactName,
        /// What it is.
        kind: &'static str,
        /// How strong; null: as the model says.
        strength: Option<f64>,
    },
    /// A relation was taken back.
    #[serde(rename = "relation.cleared")]
    RelationCleared {
        /// Where it started.
        from: ContactName,
        /// Where it ended.
        to: ContactName,
        /// What it was.
        kind: &'static str,
    },
    /// A signal came in.
    #[serde(rename = "signal.recorded")]
    Signal(SignalBody),
    /// Evidence for an element of a framework was stated.
    #[serde(rename = "evidence.stated")]
    EvidenceStated {
        /// Its number.
        evidence: u32,
        /// For which solution; null: for all.
        solution: Option<String>,
        /// The framework.
        framework: String,
        /// Its element.
        element: String,
        /// `assumed`, `stated` or `validated`.
        level: &'static str,
        /// What shows it.
        artefact: Option<String>,
        /// Who at the account said or did it.
        said_by: Option<ContactName>,
        /// What was said.
        note: Option<String>,
        /// When it was said; it counts from then on.
        said_at: Instant,
        /// Who recorded it.
        source: String,
    },
    /// Evidence was taken back.
    #[serde(rename = "evidence.retracted")]
    EvidenceRetracted {
        /// Which.
        evidence: u32,
        /// Why.
        reason: Option<String>,
        /// Who says so.
        source: String,
    },
    /// Somebody at the account denies what evidence says.
    #[serde(rename = "evidence.contested")]
    EvidenceContested {
        /// Which.
        evidence: u32,
        /// Who.
        contact: ContactName,
        /// What they say.
        note: Option<String>,
        /// Who recorded it.
        source: String,
    },
    /// An opportunity was stated, whole.
    #[serde(rename = "opportunity.set")]
    OpportunitySet {
        /// Its id.
        opportunity: String,
        /// What people call it.
        name: Option<String>,
        /// For which solution; null: for all.
        solution: Option<String>,
        /// How much it is worth.
        amount: Option<f64>,
        /// In which currency.
        currency: Option<String>,
        /// `open`, `won` or `lost`.
        state: &'static str,
        /// Who says so.
        source: String,
    },
    /// A gap was put off, or is shown again.
    #[serde(rename = "gap.snoozed")]
    GapSnoozed {
        /// The gap's id.
        gap: String,
        /// Of which buying group.
        solution: Option<String>,
        /// Until when; null: it is shown again.
        until: Option<Instant>,
        /// Why.
        reason: Option<String>,
        /// Who says so.
        source: String,
    },
}

/// A signal as it is recorded.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordedSignal)]
pub(crate) struct SignalBody {
    /// Its id; null once it is older than the retention.
    id: Option<String>,
    /// What happened.
    kind: String,
    /// Who did it; null: an anonymous visitor.
    contact: Option<ContactName>,
    /// When.
    occurred_at: Instant,
    /// How strong.
    strength: f64,
    /// Where it was seen.
    source: &'static str,
    /// Which solution it was about.
    solution: Option<String>,
    /// What it was about.
    object: Option<String>,
    /// Whatever else was said; null once it is older than the retention.
    #[schema(value_type = Option<Object>)]
    properties: Option<Box<RawValue>>,
    /// Whether it was too old to count when it came in.
    expired: bool,
}

impl SignalBody {
    fn of(signal: &Signal, directory: &Directory) -> Self {
        let properties = signal.properties.as_deref().map(str::to_owned);
        Self {
            id: signal.id.told().map(str::to_owned),
            kind: signal.kind.to_string(),
            contact: signal.contact.map(|no| name_of(no, directory)),
            occurred_at: signal.occurred_at.into(),
            strength: signal.strength,
            source: signal.source.as_str(),
            solution: signal.solution.as_ref().map(ToString::to_string),
            object: signal.object.as_deref().map(str::to_owned),
            properties: properties.and_then(|text| RawValue::from_string(text).ok()),
            expired: signal.expired,
        }
    }
}

impl RecordBody {
    /// Returns a recorded fact; contacts have id and name as far as the directory knows them.
    pub(crate) fn of(record: &Record, directory: &Directory) -> Self {
        let fact = match &record.event {
            Event::FieldSet { field, value, source } => FactBody::FieldSet {
                field: field.to_string(),
                value: value.clone().map(AttributeValue),
                source: source.0.to_string(),
            },
            Event::Disqualified { reason, source } => FactBody::Disqualified {
                reason: reason.as_deref().map(str::to_owned),
                source: source.0.to_string(),
            },
            Event::ContactIntroduced { contact } => FactBody::ContactIntroduced {
                contact: name_of(*contact, directory),
            },
            Event::ContactStated {
                contact,
                fact,
                source,
            } => {
                let (field, values) = stated(fact);
                let contact = name_of(*contact, directory);
                FactBody::ContactStated {
                    contact,
                    field,
                    values,
                    source: source.0.to_string(),
                }
            }
            Event::RelationSet { relation, strength } => FactBody::RelationSet {
                from: name_of(relation.from, directory),
                to: name_of(relation.to, directory),
                kind: relation.kind.as_str(),
                strength: *strength,
            },
            Event::RelationCleared { relation } => FactBody::RelationCleared {
                from: name_of(relation.from, directory),
                to: name_of(relation.to, directory),
                kind: relation.kind.as_str(),
            },
            Event::SignalRecorded(signal) => FactBody::Signal(SignalBody::of(signal, directory)),
            Event::EvidenceStated { .. }
            | Event::EvidenceRetracted { .. }
            | Event::EvidenceContested { .. }
            | Event::OpportunitySet(_)
            | Event::GapSnoozed { .. } => return Self::qualifying(record, directory),
        };
        Self {
            seq: record.seq.0,
            recorded_at: record.at.into(),
            fact,
        }
    }

    /// Returns a fact on evidence, opportunities or gaps; any other by the way of [`Self::of`].
    fn qualifying(record: &Record, directory: &Directory) -> Self {
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().map(str::to_owned);
        let fact = match &record.event {
            Event::EvidenceStated { evidence, statement } => FactBody::EvidenceStated {
                evidence: evidence.0,
                solution: statement.solution.as_ref().map(ToString::to_string),
                framework: statement.framework.to_string(),
                element: statement.element.to_string(),
                level: statement.level.as_str(),
                artefact: text(&statement.artefact),
                said_by: statement.said_by.map(|no| name_of(no, directory)),
                note: text(&statement.note),
                said_at: statement.said_at.into(),
                source: statement.source.0.to_string(),
            },
            Event::EvidenceRetracted {
                evidence,
                reason,
                source,
            } => FactBody::EvidenceRetracted {
                evidence: evidence.0,
                reason: text(reason),
                source: source.0.to_string(),
            },
            Event::EvidenceContested {
                evidence,
                by,
                note,
                source,
            } => FactBody::EvidenceContested {
                evidence: evidence.0,
                contact: name_of(*by, directory),
                note: text(note),
                source: source.0.to_string(),
            },
            Event::OpportunitySet(opportunity) => FactBody::OpportunitySet {
                opportunity: opportunity.id.to_string(),
                name: text(&opportunity.name),
                solution: opportunity.solution.as_ref().map(ToString::to_string),
                amount: opportunity.amount,
                currency: text(&opportunity.currency),
                state: opportunity.state.as_str(),
                source: opportunity.source.0.to_string(),
            },
            Event::GapSnoozed {
                solution,
                gap,
                until,
                reason,
                source,
            } => FactBody::GapSnoozed {
                gap: gap.to_string(),
                solution: solution.as_ref().map(ToString::to_string),
                until: until.map(Into::into),
                reason: text(reason),
                source: source.0.to_string(),
            },
            Event::FieldSet { .. }
            | Event::Disqualified { .. }
            | Event::ContactIntroduced { .. }
            | Event::ContactStated { .. }
            | Event::RelationSet { .. }
            | Event::RelationCleared { .. }
            | Event::SignalRecorded(_) => return Self::of(record, directory),
        };
        Self {
            seq: record.seq.0,
            recorded_at: record.at.into(),
            fact,
        }
    }
}

/// Returns which thing was said of a contact, and what.
fn stated(fact: &ContactFact) -> (&'static str, Vec<String>) {
    let one = |text: &Option<std::sync::Arc<str>>| text.iter().map(ToString::to_string).collect();
    match fact {
        ContactFact::Roles(held) => {
            let held = held.iter().flatten().map(|held| match &held.solution {
                Some(solution) => format!("{} ({solution})", held.role),
                None => held.role.to_string(),
            });
            ("roles", held.collect())
        }
        ContactFact::Inferred {
            roles: inferred,
            seniority,
            function,
        } => {
            let names: Vec<_> = inferred.iter().map(|role| role.role.clone()).collect();
            let mut values = roles(&names);
            values.extend(seniority.map(|level| level.as_str().to_owned()));
            values.extend(function.iter().map(ToString::to_string));
            ("inferred", values)
        }
        ContactFact::Seniority(level) => (
            "seniority",
            level.iter().map(|level| level.as_str().to_owned()).collect(),
        ),
        ContactFact::Attitude(attitude) => (
            "attitude",
            attitude
                .iter()
                .map(|attitude| attitude.as_str().to_owned())
                .collect(),
        ),
        ContactFact::Excluded(text) => ("excluded", one(text)),
        ContactFact::Function(text) => ("function", one(text)),
        ContactFact::LeadSource(text) => ("lead_source", one(text)),
        ContactFact::Consent(text) => ("consent", one(text)),
    }
}
