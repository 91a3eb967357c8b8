//! What was set aside so that the rest goes on.

pub(crate) mod all;
pub(crate) mod retry;

use quorate_engine::set_aside::{AccountAside, SignalAside};
use serde::Serialize;
use utoipa::ToSchema;

/// A signal that kept killing its account.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignalSetAside {
    /// The account.
    account: String,
    /// The signal's id.
    id: String,
    /// What it says happened.
    kind: String,
    /// When it happened.
    occurred_at: Option<String>,
    /// When it was set aside.
    set_aside_at: Option<String>,
}

impl SignalSetAside {
    fn of(aside: &SignalAside) -> Self {
        Self {
            account: aside.account.to_string(),
            id: aside.signal.id.as_str().to_owned(),
            kind: aside.signal.kind.as_str().to_owned(),
            occurred_at: aside.signal.occurred_at.map(|at| at.to_string()),
            set_aside_at: aside.at.map(|at| at.to_string()),
        }
    }
}

/// An account that cannot be loaded.
#[derive(Serialize, ToSchema)]
pub(crate) struct AccountSetAside {
    /// The account.
    account: String,
    /// Why, for an operator.
    reason: String,
}

impl From<AccountAside> for AccountSetAside {
    fn from(AccountAside { account, reason }: AccountAside) -> Self {
        Self {
            account: account.to_string(),
            reason,
        }
    }
}
