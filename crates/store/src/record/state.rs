//! The stored form of an account's facts, for snapshots.

use std::sync::Arc;

use quorate_domain::account::AccountState;
use quorate_domain::contact::{Contact, RelationKey};
use quorate_domain::id::{AccountId, ContactNo, EvidenceNo, Kind};
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Stated};
use serde::{Deserialize, Serialize};

use super::event::{HeldRoleV1, InferredRoleV1, ValueV1};
use super::qualify::{EvidenceV1, OpportunityV1, SnoozeV1};
use super::word::{AttitudeV1, RelationKindV1, SeniorityV1};

/// An account's facts as of some record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountStateV1 {
    id: Arc<str>,
    created_at: Option<i64>,
    fields: Vec<(Arc<str>, StatedV1<ValueV1>)>,
    contacts: Vec<ContactV1>,
    relations: Vec<RelationV1>,
    disqualified: Option<StatedV1<Arc<str>>>,
    #[serde(default)]
    kinds: Vec<Arc<str>>,
    signals: u64,
    expired: u64,
    last_signal_at: Option<i64>,
    // Absent where there are none, so that a snapshot without them is what it always was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<EvidenceV1>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence_last: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    opportunities: Vec<OpportunityV1>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    snoozes: Vec<SnoozeV1>,
}

impl AccountStateV1 {
    /// Returns the stored form.
    #[must_use]
    pub fn from_domain(state: &AccountState) -> Self {
        // No `..`: a new fact must find its place here before this compiles.
        let AccountState {
            id,
            created_at,
            fields,
            contacts,
            relations,
            disqualified,
            kinds,
            signals,
            expired,
            last_signal_at,
            evidence,
            evidence_last,
            opportunities,
            snoozes,
        } = state;
        Self {
            id: id.as_str().into(),
            created_at: created_at.map(Timestamp::as_millis),
            fields: fields
                .iter()
                .map(|(name, stated)| (name.clone(), StatedV1::from_domain(stated, ValueV1::from_domain)))
                .collect(),
            contacts: contacts.values().map(ContactV1::from_domain).collect(),
            relations: relations
                .iter()
                .map(|(RelationKey { from, to, kind }, strength)| RelationV1 {
                    from: from.0,
                    to: to.0,
                    kind: (*kind).into(),
                    strength: *strength,
                })
                .collect(),
            disqualified: disqualified
                .as_ref()
                .map(|stated| StatedV1::from_domain(stated, Arc::clone)),
            kinds: kinds.iter().map(|kind| kind.as_str().into()).collect(),
            signals: *signals,
            expired: *expired,
            last_signal_at: last_signal_at.map(Timestamp::as_millis),
            evidence: evidence.values().map(EvidenceV1::from_domain).collect(),
            evidence_last: (evidence_last.0 > 0).then_some(evidence_last.0),
            opportunities: opportunities.values().map(OpportunityV1::from_domain).collect(),
            snoozes: snoozes.iter().map(SnoozeV1::from_domain).collect(),
        }
    }

    /// Returns the facts.
    #[must_use]
    pub fn into_domain(self) -> AccountState {
        AccountState {
            id: AccountId::trusted(self.id),
            created_at: self.created_at.map(Timestamp::from_millis),
            fields: self
                .fields
                .into_iter()
                .map(|(name, stated)| (name, stated.into_domain(ValueV1::into_domain)))
                .collect(),
            contacts: self
                .contacts
                .into_iter()
                .map(|contact| (ContactNo(contact.no), contact.into_domain()))
                .collect(),
            relations: self
                .relations
                .into_iter()
                .map(
                    |RelationV1 {
                         from,
                         to,
                         kind,
                         strength,
                     }| {
                        (
                            RelationKey {
                                from: ContactNo(from),
                                to: ContactNo(to),
                                kind: kind.into(),
                            },
                            strength,
                        )
                    },
                )
                .collect(),
            disqualified: self
                .disqualified
                .map(|stated| stated.into_domain(|reason| reason)),
            kinds: self.kinds.into_iter().map(Kind::trusted).collect(),
            signals: self.signals,
            expired: self.expired,
            last_signal_at: self.last_signal_at.map(Timestamp::from_millis),
            evidence: self
                .evidence
                .into_iter()
                .map(EvidenceV1::into_domain)
                .map(|evidence| (evidence.no, evidence))
                .collect(),
            evidence_last: EvidenceNo(self.evidence_last.unwrap_or(0)),
            opportunities: self
                .opportunities
                .into_iter()
                .map(OpportunityV1::into_domain)
                .map(|opportunity| (opportunity.id.clone(), opportunity))
                .collect(),
            snoozes: self.snoozes.into_iter().map(SnoozeV1::into_domain).collect(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RelationV1 {
    from: u32,
    to: u32,
    kind: RelationKindV1,
    strength: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct StatedV1<T> {
    value: T,
    source: Arc<str>,
    at: i64,
}

impl<T> StatedV1<T> {
    fn from_domain<D>(stated: &Stated<D>, convert: impl FnOnce(&D) -> T) -> Self {
        let Stated { value, source, at } = stated;
        Self {
            value: convert(value),
            source: source.0.clone(),
            at: at.as_millis(),
        }
    }

    fn into_domain<D>(self, convert: impl FnOnce(T) -> D) -> Stated<D> {
        Stated {
            value: convert(self.value),
            source: Source(self.source),
            at: Timestamp::from_millis(self.at),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ContactV1 {
    no: u32,
    roles: Option<StatedV1<Vec<HeldRoleV1>>>,
    inferred: Vec<InferredRoleV1>,
    seniority: Option<StatedV1<SeniorityV1>>,
    inferred_seniority: Option<SeniorityV1>,
    /// Since titles tell functions; absent before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inferred_function: Option<Arc<str>>,
    attitude: Option<StatedV1<AttitudeV1>>,
    excluded: Option<StatedV1<Arc<str>>>,
    function: Option<StatedV1<Arc<str>>>,
    lead_source: Option<StatedV1<Arc<str>>>,
    consent: Option<StatedV1<Arc<str>>>,
}

impl ContactV1 {
    fn from_domain(contact: &Contact) -> Self {
        let Contact {
            no,
            roles,
            inferred,
            seniority,
            inferred_seniority,
            inferred_function,
            attitude,
            excluded,
            function,
            lead_source,
            consent,
        } = contact;
        let text = |stated: &Option<Stated<Arc<str>>>| {
            stated
                .as_ref()
                .map(|stated| StatedV1::from_domain(stated, Arc::clone))
        };
        Self {
            no: no.0,
            roles: roles.as_ref().map(|stated| {
                StatedV1::from_domain(stated, |roles| {
                    roles.iter().map(HeldRoleV1::from_domain).collect()
                })
            }),
            inferred: inferred.iter().map(InferredRoleV1::from_domain).collect(),
            seniority: seniority
                .as_ref()
                .map(|stated| StatedV1::from_domain(stated, |value| (*value).into())),
            inferred_seniority: inferred_seniority.map(Into::into),
            inferred_function: inferred_function.clone(),
            attitude: attitude
                .as_ref()
                .map(|stated| StatedV1::from_domain(stated, |value| (*value).into())),
            excluded: text(excluded),
            function: text(function),
            lead_source: text(lead_source),
            consent: text(consent),
        }
    }

    fn into_domain(self) -> Contact {
        let text = |stated: Option<StatedV1<Arc<str>>>| stated.map(|stated| stated.into_domain(|text| text));
        Contact {
            no: ContactNo(self.no),
            roles: self.roles.map(|stated| {
                stated.into_domain(|roles| roles.into_iter().map(HeldRoleV1::into_domain).collect())
            }),
            inferred: self
                .inferred
                .into_iter()
                .map(InferredRoleV1::into_domain)
                .collect(),
            seniority: self.seniority.map(|stated| stated.into_domain(Into::into)),
            inferred_seniority: self.inferred_seniority.map(Into::into),
            inferred_function: self.inferred_function,
            attitude: self.attitude.map(|stated| stated.into_domain(Into::into)),
            excluded: text(self.excluded),
            function: text(self.function),
            lead_source: text(self.lead_source),
            consent: text(self.consent),
        }
    }
}
