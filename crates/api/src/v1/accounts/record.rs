//! Recorded facts on the wire, for the timeline.

use quorate_domain::account::{ContactFact, Directory, Event, Record};
use quorate_domain::signal::Signal;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::notice::{ContactName, name_of};
use super::standing::roles;
use super::value::AttributeValue;
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
}

/// A signal as it is recorded.
#[derive(Serialize, ToSchema)]
#[schema(as = RecordedSignal)]
pub(crate) struct SignalBody {
    /// Its id.
    id: String,
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
    /// Whatever else was said.
    #[schema(value_type = Option<Object>)]
    properties: Option<Box<RawValue>>,
    /// Whether it was too old to count when it came in.
    expired: bool,
}

impl SignalBody {
    fn of(signal: &Signal, directory: &Directory) -> Self {
        let properties = signal.properties.as_deref().map(str::to_owned);
        Self {
            id: signal.id.to_string(),
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
        } => {
            let names: Vec<_> = inferred.iter().map(|role| role.role.clone()).collect();
            let mut values = roles(&names);
            values.extend(seniority.map(|level| level.as_str().to_owned()));
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
