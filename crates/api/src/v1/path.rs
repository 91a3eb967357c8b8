//! Ids in paths.

use quorate_domain::id::{AccountId, ContactId, IdError};
use serde::Deserialize;

use crate::problem::{Kind, Problem};

/// `/v1/accounts/{account}`.
#[derive(Deserialize)]
pub(crate) struct AccountPath {
    account: String,
}

impl AccountPath {
    /// Returns the account's id.
    pub(crate) fn account(&self) -> Result<AccountId, Problem> {
        AccountId::new(&*self.account).map_err(|error| wrong("account", error))
    }
}

/// `/v1/accounts/{account}/contacts/{contact}`.
#[derive(Deserialize)]
pub(crate) struct ContactPath {
    account: String,
    contact: String,
}

impl ContactPath {
    /// Returns the account's id and the contact's.
    pub(crate) fn ids(&self) -> Result<(AccountId, ContactId), Problem> {
        let account = AccountId::new(&*self.account).map_err(|error| wrong("account", error))?;
        let contact = ContactId::new(&*self.contact).map_err(|error| wrong("contact", error))?;
        Ok((account, contact))
    }
}

fn wrong(what: &str, error: IdError) -> Problem {
    Problem::new(Kind::InvalidId, format!("the {what} id {error}"))
}

/// Returns the problem of an account nobody knows.
pub(crate) fn no_account(id: &AccountId) -> Problem {
    Problem::new(
        Kind::AccountNotFound,
        format!("there is no account {id:?}, or was none at the instant asked about"),
    )
}
