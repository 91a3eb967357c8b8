//! Why a command or an item of it was refused.

use crate::account::FUTURE_MAX_MS;
use crate::signal::STRENGTH_MAX;
use crate::time::Timestamp;

/// Why a whole command was refused; nothing of it was recorded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Rejection {
    /// The account would have more contacts than allowed.
    #[error("the account already has {max} contacts, the most it may have")]
    TooManyContacts {
        /// The limit.
        max: usize,
    },
    /// The account would have more fields than allowed.
    #[error("the account already has {max} fields and attributes, the most it may have")]
    TooManyFields {
        /// The limit.
        max: usize,
    },
    /// A relation from a contact to itself.
    #[error("a contact cannot be related to itself")]
    SelfRelation,
    /// A relation's strength outside its range.
    #[error("strength {strength} is not between 0 and 1")]
    RelationStrength {
        /// What was asked.
        strength: f64,
    },
    /// A contact nobody introduced.
    #[error("the account has no contact {contact:?}")]
    UnknownContact {
        /// What was named.
        contact: String,
    },
    /// A relation that is not there.
    #[error("there is no such relation")]
    UnknownRelation,
    /// A number that is none.
    #[error("field {field:?} is not a finite number")]
    NotFinite {
        /// Which field.
        field: String,
    },
    /// A framework the model does not use.
    #[error("the model uses no framework {framework:?}; it uses {}", listed(.known))]
    UnknownFramework {
        /// What was named.
        framework: String,
        /// Those in use.
        known: Vec<String>,
    },
    /// An element the framework does not have.
    #[error("framework {framework:?} has no element {element:?}; it has {}", listed(.known))]
    UnknownElement {
        /// The framework.
        framework: String,
        /// What was named.
        element: String,
        /// Those it has.
        known: Vec<String>,
    },
    /// Validated evidence that does not say what shows it.
    #[error("validated evidence names what shows it: the artefact is missing")]
    NoArtefact,
    /// Evidence dated ahead.
    #[error("said_at {said_at} is more than {} minutes after now ({now})", FUTURE_MAX_MS / 60_000)]
    EvidenceAhead {
        /// What was sent.
        said_at: Timestamp,
        /// The engine's now.
        now: Timestamp,
    },
    /// Evidence that is not there.
    #[error("the account has no evidence {evidence}")]
    UnknownEvidence {
        /// What was named.
        evidence: u32,
    },
    /// A solution the model does not list.
    #[error("solution {solution:?} is not in the model; it lists {}", listed(.known))]
    UnknownSolution {
        /// What was named.
        solution: String,
        /// Those it lists.
        known: Vec<String>,
    },
    /// An amount that is none.
    #[error("amount {amount} is not a number from 0 up")]
    Amount {
        /// What was sent.
        amount: f64,
    },
    /// More of something than an account may have.
    #[error("the account already has {max} {what}, the most it may have")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The limit.
        max: usize,
    },
    /// A text longer than it may be.
    #[error("{field} is longer than {} bytes", crate::evidence::TEXT_MAX)]
    TextTooLong {
        /// Which.
        field: &'static str,
    },
    /// A gap put off to a day that is over.
    #[error("until {until} is not after now ({now})")]
    SnoozeOver {
        /// What was sent.
        until: Timestamp,
        /// The engine's now.
        now: Timestamp,
    },
}

/// Returns what is known, as a person reads a list.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// Why one signal was refused; sending it again as it is will not help.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SignalRejection {
    /// Dated too far ahead.
    #[error("occurred_at {occurred_at} is more than {} minutes after now ({now})", FUTURE_MAX_MS / 60_000)]
    Future {
        /// What was sent.
        occurred_at: Timestamp,
        /// The engine's now.
        now: Timestamp,
    },
    /// A strength outside its range.
    #[error("strength {strength} is not a number from 0 to {STRENGTH_MAX}")]
    Strength {
        /// What was sent.
        strength: f64,
    },
    /// A solution the model does not list.
    #[error("solution {solution:?} is not in the model")]
    UnknownSolution {
        /// What was sent.
        solution: String,
    },
    /// The account would have more contacts than allowed.
    #[error("the account already has {max} contacts, the most it may have")]
    TooManyContacts {
        /// The limit.
        max: usize,
    },
    /// The account would see more kinds than allowed.
    #[error("the account already has signals of {max} kinds, the most it may have")]
    TooManyKinds {
        /// The limit.
        max: usize,
    },
}

impl SignalRejection {
    /// Returns the wire code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Future { .. } => "future",
            Self::Strength { .. } => "strength",
            Self::UnknownSolution { .. } => "unknown_solution",
            Self::TooManyContacts { .. } => "too_many_contacts",
            Self::TooManyKinds { .. } => "too_many_kinds",
        }
    }
}
