//! What can go wrong when the engine is asked something.

use quorate_domain::account::Rejection;
use quorate_domain::id::AccountId;

/// Why a request was not carried out.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// What was asked breaks a rule; asking again will not help.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// More is under way than the engine takes on; nothing was recorded.
    #[error("the engine is busy: {what} is at its limit of {limit}")]
    Overloaded {
        /// Which limit.
        what: &'static str,
        /// Its value.
        limit: usize,
    },
    /// It could not be made durable, or nobody can say whether it was. Asking again is safe.
    #[error("the outcome is unknown: {reason}")]
    Unavailable {
        /// Why, for the log.
        reason: String,
    },
    /// The account's journal is damaged, or an event keeps killing it; it is set aside.
    #[error("account {account} is set aside: {reason}")]
    Quarantined {
        /// Which.
        account: AccountId,
        /// Why.
        reason: String,
    },
    /// The precondition of a change does not hold.
    #[error("the account is at version {found}, not {expected}")]
    VersionMismatch {
        /// What the caller expects.
        expected: u64,
        /// What it is.
        found: u64,
    },
    /// The engine is shutting down.
    #[error("the engine is shutting down")]
    Stopping,
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] quorate_store::Error),
    /// There is no model.
    #[error("there is no model to start with")]
    NoModel,
    /// A thread could not be started.
    #[error("a thread could not be started")]
    Thread(#[source] std::io::Error),
    /// A stored thing of the engine's own could not be read.
    #[error("stored {what} cannot be read: {reason}")]
    Stored {
        /// What.
        what: &'static str,
        /// Why.
        reason: String,
    },
}
