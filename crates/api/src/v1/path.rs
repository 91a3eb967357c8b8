//! Ids in paths.

use quorate_domain::id::{AccountId, ContactId, EvidenceNo, IdError, OpportunityId};
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

/// `/v1/accounts/{account}/evidence/{evidence}`.
#[derive(Deserialize)]
pub(crate) struct EvidencePath {
    account: String,
    evidence: String,
}

impl EvidencePath {
    /// Returns the account's id and the evidence's number.
    pub(crate) fn ids(&self) -> Result<(AccountId, EvidenceNo), Problem> {
        let account = AccountId::new(&*self.account).map_err(|error| wrong("account", error))?;
        let number = self.evidence.parse().map_err(|_| {
            let detail = format!("the evidence's number {:?} is none", self.evidence);
            Problem::new(Kind::InvalidId, detail)
        })?;
        Ok((account, EvidenceNo(number)))
    }
}

/// `/v1/accounts/{account}/opportunities/{opportunity}`.
#[derive(Deserialize)]
pub(crate) struct OpportunityPath {
    account: String,
    opportunity: String,
}

impl OpportunityPath {
    /// Returns the account's id and the opportunity's.
    pub(crate) fn ids(&self) -> Result<(AccountId, OpportunityId), Problem> {
        let account = AccountId::new(&*self.account).map_err(|error| wrong("account", error))?;
        let opportunity =
            OpportunityId::new(&*self.opportunity).map_err(|error| wrong("opportunity", error))?;
        Ok((account, opportunity))
    }
}

/// `/v1/accounts/{account}/frameworks/{framework}`.
#[derive(Deserialize)]
pub(crate) struct FrameworkPath {
    account: String,
    framework: String,
}

impl FrameworkPath {
    /// Returns the account's id and the framework's name.
    pub(crate) fn parts(&self) -> Result<(AccountId, &str), Problem> {
        let account = AccountId::new(&*self.account).map_err(|error| wrong("account", error))?;
        Ok((account, &self.framework))
    }
}

/// `/v1/accounts/{account}/gaps/{gap}/snooze`.
#[derive(Deserialize)]
pub(crate) struct GapPath {
    account: String,
    gap: String,
}

impl GapPath {
    /// Returns the account's id and the gap's.
    pub(crate) fn parts(&self) -> Result<(AccountId, &str), Problem> {
        let account = AccountId::new(&*self.account).map_err(|error| wrong("account", error))?;
        Ok((account, &self.gap))
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
