//! What is recorded of an account: facts only.

use std::sync::Arc;

use crate::contact::{Attitude, Contact, HeldRole, InferredRole, RelationKey, Seniority};
use crate::evidence::Statement;
use crate::id::{ContactNo, EvidenceNo, Seq, Solution};
use crate::opportunity::Opportunity;
use crate::signal::Signal;
use crate::time::Timestamp;
use crate::value::{Source, Stated, Value};

/// One entry of an account's journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its place, from 1 without holes.
    pub seq: Seq,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

impl Record {
    /// Returns the instant the fold places the record at: a signal at its `occurred_at`, evidence at its `said_at`,
    /// all else when recorded.
    #[must_use]
    pub fn effective_at(&self) -> Timestamp {
        match &self.event {
            Event::SignalRecorded(signal) => signal.occurred_at,
            Event::EvidenceStated { statement, .. } => statement.said_at,
            Event::FieldSet { .. }
            | Event::Disqualified { .. }
            | Event::ContactIntroduced { .. }
            | Event::ContactStated { .. }
            | Event::RelationSet { .. }
            | Event::RelationCleared { .. }
            | Event::EvidenceRetracted { .. }
            | Event::EvidenceContested { .. }
            | Event::OpportunitySet(_)
            | Event::GapSnoozed { .. } => self.at,
        }
    }
}

/// Something that happened to an account.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A field or attribute was stated, or cleared (`None`).
    FieldSet {
        /// Its name.
        field: Arc<str>,
        /// Its new value.
        value: Option<Value>,
        /// Who says so.
        source: Source,
    },
    /// Sales disqualified the account, or took that back (`None`).
    Disqualified {
        /// Why.
        reason: Option<Arc<str>>,
        /// Who says so.
        source: Source,
    },
    /// A contact became known.
    ContactIntroduced {
        /// Its number.
        contact: ContactNo,
    },
    /// Something was said of a contact.
    ContactStated {
        /// Its number.
        contact: ContactNo,
        /// What was said.
        fact: ContactFact,
        /// Who says so.
        source: Source,
    },
    /// A relation was stated.
    RelationSet {
        /// Which.
        relation: RelationKey,
        /// How strong, `0..=1`; `None`: as the model says.
        strength: Option<f64>,
    },
    /// A relation was taken back.
    RelationCleared {
        /// Which.
        relation: RelationKey,
    },
    /// A signal came in.
    SignalRecorded(Signal),
    /// Evidence for an element was stated.
    EvidenceStated {
        /// Its number.
        evidence: EvidenceNo,
        /// What it says.
        statement: Box<Statement>,
    },
    /// Evidence was taken back: it was recorded in error.
    EvidenceRetracted {
        /// Which.
        evidence: EvidenceNo,
        /// Why.
        reason: Option<Arc<str>>,
        /// Who says so.
        source: Source,
    },
    /// Somebody at the account denies what evidence says.
    EvidenceContested {
        /// Which.
        evidence: EvidenceNo,
        /// Who.
        by: ContactNo,
        /// What they say.
        note: Option<Arc<str>>,
        /// Who recorded it.
        source: Source,
    },
    /// An opportunity was stated: as it is from now on, whole.
    OpportunitySet(Box<Opportunity>),
    /// A gap was put off, or is shown again (`None`).
    GapSnoozed {
        /// Of which buying group.
        solution: Option<Solution>,
        /// The gap's id.
        gap: Arc<str>,
        /// Until when.
        until: Option<Timestamp>,
        /// Why.
        reason: Option<Arc<str>>,
        /// Who says so.
        source: Source,
    },
}

/// One thing said of a contact; `None` inside takes it back.
#[derive(Clone, Debug, PartialEq)]
pub enum ContactFact {
    /// The roles it holds.
    Roles(Option<Vec<HeldRole>>),
    /// What title and department suggest, by the model in force when they were recorded.
    Inferred {
        /// Roles.
        roles: Vec<InferredRole>,
        /// Seniority.
        seniority: Option<Seniority>,
        /// Function.
        function: Option<Arc<str>>,
    },
    /// Its seniority.
    Seniority(Option<Seniority>),
    /// Its attitude.
    Attitude(Option<Attitude>),
    /// Why it does not count.
    Excluded(Option<Arc<str>>),
    /// Its department or function.
    Function(Option<Arc<str>>),
    /// How it became known.
    LeadSource(Option<Arc<str>>),
    /// What it agreed to.
    Consent(Option<Arc<str>>),
}

/// Which thing a [`ContactFact`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ContactField {
    Roles,
    Inferred,
    Seniority,
    Attitude,
    Excluded,
    Function,
    LeadSource,
    Consent,
}

impl ContactFact {
    pub(crate) fn field(&self) -> ContactField {
        match self {
            Self::Roles(_) => ContactField::Roles,
            Self::Inferred { .. } => ContactField::Inferred,
            Self::Seniority(_) => ContactField::Seniority,
            Self::Attitude(_) => ContactField::Attitude,
            Self::Excluded(_) => ContactField::Excluded,
            Self::Function(_) => ContactField::Function,
            Self::LeadSource(_) => ContactField::LeadSource,
            Self::Consent(_) => ContactField::Consent,
        }
    }

    pub(crate) fn write(&self, contact: &mut Contact, source: &Source, at: Timestamp) {
        fn stated<T: Clone>(value: Option<&T>, source: &Source, at: Timestamp) -> Option<Stated<T>> {
            value.map(|value| Stated {
                value: value.clone(),
                source: source.clone(),
                at,
            })
        }
        match self {
            Self::Roles(roles) => {
                contact.roles = stated(roles.as_ref().filter(|roles| !roles.is_empty()), source, at);
            }
            Self::Inferred {
                roles,
                seniority,
                function,
            } => {
                contact.inferred.clone_from(roles);
                contact.inferred_seniority = *seniority;
                contact.inferred_function.clone_from(function);
            }
            Self::Seniority(value) => contact.seniority = stated(value.as_ref(), source, at),
            Self::Attitude(value) => contact.attitude = stated(value.as_ref(), source, at),
            Self::Excluded(value) => contact.excluded = stated(value.as_ref(), source, at),
            Self::Function(value) => contact.function = stated(value.as_ref(), source, at),
            Self::LeadSource(value) => contact.lead_source = stated(value.as_ref(), source, at),
            Self::Consent(value) => contact.consent = stated(value.as_ref(), source, at),
        }
    }
}

impl ContactFact {
    /// Returns the wire name of the thing.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Roles(_) => "roles",
            Self::Inferred { .. } => "inferred",
            Self::Seniority(_) => "seniority",
            Self::Attitude(_) => "attitude",
            Self::Excluded(_) => "excluded",
            Self::Function(_) => "function",
            Self::LeadSource(_) => "lead_source",
            Self::Consent(_) => "consent",
        }
    }

    /// Returns who said what the contact says of the thing now.
    pub(crate) fn stated_by<'a>(&self, contact: &'a Contact) -> Option<&'a Source> {
        match self {
            Self::Roles(_) => contact.roles.as_ref().map(|stated| &stated.source),
            Self::Inferred { .. } => None,
            Self::Seniority(_) => contact.seniority.as_ref().map(|stated| &stated.source),
            Self::Attitude(_) => contact.attitude.as_ref().map(|stated| &stated.source),
            Self::Excluded(_) => contact.excluded.as_ref().map(|stated| &stated.source),
            Self::Function(_) => contact.function.as_ref().map(|stated| &stated.source),
            Self::LeadSource(_) => contact.lead_source.as_ref().map(|stated| &stated.source),
            Self::Consent(_) => contact.consent.as_ref().map(|stated| &stated.source),
        }
    }

    /// Whether it takes back what was said.
    pub(crate) fn clears(&self) -> bool {
        match self {
            Self::Roles(roles) => roles.as_ref().is_none_or(Vec::is_empty),
            Self::Inferred {
                roles,
                seniority,
                function,
            } => roles.is_empty() && seniority.is_none() && function.is_none(),
            Self::Seniority(value) => value.is_none(),
            Self::Attitude(value) => value.is_none(),
            Self::Excluded(value)
            | Self::Function(value)
            | Self::LeadSource(value)
            | Self::Consent(value) => value.is_none(),
        }
    }

    /// Whether such a fact can change a standing.
    pub(crate) fn matters(&self) -> bool {
        match self {
            Self::Roles(_)
            | Self::Inferred { .. }
            | Self::Seniority(_)
            | Self::Attitude(_)
            | Self::Excluded(_) => true,
            Self::Function(_) | Self::LeadSource(_) | Self::Consent(_) => false,
        }
    }

    /// Whether the contact shows no earlier statement of the same thing.
    pub(crate) fn is_first(&self, contact: &Contact) -> bool {
        match self {
            Self::Roles(_) => contact.roles.is_none(),
            Self::Inferred { .. } => {
                contact.inferred.is_empty()
                    && contact.inferred_seniority.is_none()
                    && contact.inferred_function.is_none()
            }
            Self::Seniority(_) => contact.seniority.is_none(),
            Self::Attitude(_) => contact.attitude.is_none(),
            Self::Excluded(_) => contact.excluded.is_none(),
            Self::Function(_) => contact.function.is_none(),
            Self::LeadSource(_) => contact.lead_source.is_none(),
            Self::Consent(_) => contact.consent.is_none(),
        }
    }
}
