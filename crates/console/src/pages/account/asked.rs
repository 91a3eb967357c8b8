//! What the address of an account's page asks for: which account, as of when, and the page's own keys.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use quorate_domain::id::{AccountId, ContactNo, Kind};
use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountRow;
use quorate_engine::{AsOf, Engine};

use super::NOT_FOUND;
pub(crate) use crate::instant::{day, minute, read as instant};
use crate::pages::board::{BoardQuery, escaped};
use crate::reply::PageError;
use crate::words;

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) id: AccountId,
    /// The account as the live index knows it.
    pub(crate) row: AccountRow,
    /// The past instant; `None`: now.
    pub(crate) at: Option<Timestamp>,
    keys: BTreeMap<String, String>,
    /// What was not understood, for people.
    pub(crate) notes: Vec<String>,
    pub(crate) links: Links,
}

/// Addresses of an account's pages. All of them keep the instant that is being looked at, and the list one came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Links {
    base: String,
    as_of: Option<String>,
    /// The board's view that the account was opened from; `None`: it was not.
    origin: Option<String>,
}

impl Asked {
    /// Reads what is asked for.
    ///
    /// - `own`: the keys the page understands besides `as_of`.
    ///
    /// # Errors
    /// When there is no such account.
    pub(crate) fn of(
        engine: &Engine,
        request: &HttpRequest,
        account: String,
        own: &[&str],
    ) -> Result<Self, PageError> {
        let id = AccountId::new(account).map_err(|_| NOT_FOUND)?;
        let row = engine.listing().row(&id).ok_or(NOT_FOUND)?;
        let query = web::Query::<BTreeMap<String, String>>::from_query(request.query_string());
        let mut keys = query.map(web::Query::into_inner).unwrap_or_default();
        keys.retain(|_, value| !value.trim().is_empty());
        let mut notes = Vec::new();
        let origin = keys.remove("in");
        let at = keys.remove("as_of").and_then(|text| match instant(&text) {
            Some(at) if at < engine.now() => Some(at),
            Some(_) => {
                notes.push(format!("“{text}” has not come yet: this is how it is now."));
                None
            }
            None => {
                notes.push(format!(
                    "“{text}” is not understood as an instant: write 2026-06-01 or 2026-06-01T14:30."
                ));
                None
            }
        });
        keys.retain(|key, _| {
            let understood = own.contains(&key.as_str());
            if !understood {
                notes.push(format!("“{key}” is not understood here and is left out."));
            }
            understood
        });
        let links = Links {
            base: format!("/accounts/{}", escaped(id.as_str())),
            as_of: at.map(|at| at.to_string()),
            origin,
        };
        Ok(Self {
            id,
            row,
            at,
            keys,
            notes,
            links,
        })
    }

    pub(crate) fn as_of(&self) -> AsOf {
        AsOf {
            at: self.at,
            known_at: None,
        }
    }

    /// Returns what a key says.
    pub(crate) fn key(&self, name: &str) -> Option<&str> {
        self.keys.get(name).map(String::as_str)
    }

    /// Returns the instant a key names; one that is none is noted.
    pub(crate) fn instant(&mut self, name: &str) -> Option<Timestamp> {
        let text = self.keys.get(name)?;
        let at = instant(text);
        if at.is_none() {
            self.notes
                .push(format!("“{text}” is not understood as a date: write 2026-06-01."));
        }
        at
    }
}

impl Links {
    /// Returns the addresses of an account as it is now.
    pub(crate) fn live(id: &AccountId) -> Self {
        Self {
            base: format!("/accounts/{}", escaped(id.as_str())),
            as_of: None,
            origin: None,
        }
    }

    #[cfg(test)]
    pub(crate) fn new(base: &str) -> Self {
        Self {
            base: base.to_owned(),
            as_of: None,
            origin: None,
        }
    }

    /// Returns the address of one of the account's pages.
    ///
    /// - `tail`: below the account's address, such as `/signals`.
    pub(crate) fn to(&self, tail: &str, keys: &[(&str, &str)]) -> String {
        let as_of = self.as_of.as_deref().map(|at| ("as_of", at));
        let pairs: Vec<String> = keys
            .iter()
            .copied()
            .chain(as_of)
            .chain(self.origin.as_deref().map(|origin| ("in", origin)))
            .map(|(key, value)| format!("{key}={}", escaped(value)))
            .collect();
        let mark = if pairs.is_empty() { "" } else { "?" };
        format!("{}{tail}{mark}{}", self.base, pairs.join("&"))
    }

    /// Returns the address of the same page now.
    pub(crate) fn now(&self, tail: &str) -> String {
        let now = Self {
            as_of: None,
            ..self.clone()
        };
        now.to(tail, &[])
    }

    /// Returns the view of the board that the account was opened from.
    pub(crate) fn origin(&self) -> Option<BoardQuery> {
        self.origin.as_deref().map(BoardQuery::of_origin)
    }

    /// Returns the same page of another account of the list.
    pub(crate) fn beside(&self, account: &AccountId, tail: &str) -> String {
        let beside = Self {
            base: format!("/accounts/{}", escaped(account.as_str())),
            ..self.clone()
        };
        beside.to(tail, &[])
    }

    /// Returns the page of a person. The address holds the internal number: ids are often email addresses.
    pub(crate) fn person(&self, no: ContactNo) -> String {
        self.to(&format!("/people/{}", no.0), &[])
    }

    /// Returns the signals of a person and of some kinds.
    ///
    /// - `contact`: who; `None`: the anonymous visitor.
    /// - `kinds`: none: of all kinds.
    pub(crate) fn signals(&self, contact: Option<ContactNo>, kinds: &[Kind]) -> String {
        let person = contact.map_or_else(|| ANONYMOUS.to_owned(), |no| no.0.to_string());
        let kinds: Vec<&str> = kinds.iter().map(Kind::as_str).collect();
        let kinds = kinds.join(",");
        let mut keys = vec![("person", person.as_str())];
        if !kinds.is_empty() {
            keys.push(("kind", &kinds));
        }
        self.to("/signals", &keys)
    }
}

/// How an address names the anonymous visitor.
pub(crate) const ANONYMOUS: &str = "anonymous";

/// Returns an instant for the bar above a page of the past.
pub(crate) fn in_full(t: Timestamp) -> String {
    words::moment(t)
}

#[cfg(test)]
mod tests;
