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
