//! Who may do what: API keys, their scopes, and the scope a handler needs as a type in its signature.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpMessage, HttpRequest};
use quorate_domain::value::Source;

use crate::problem::{Kind, Problem};

mod caller;
mod key;
mod keys;

pub use caller::{Admin, Caller, Ingest, Need, Read, Write};
pub use key::{KeyRecord, KeyText};
pub(crate) use key::{hex, unhex};
pub use keys::{KeyError, Keys, NewKey};

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Send signals, nothing else.
    Ingest,
    /// Read everything.
    Read,
    /// Read, send signals, change accounts, contacts and relations, as sales.
    Sales,
    /// The same, as marketing.
    Marketing,
    /// Everything, keys included.
    Admin,
}

impl Scope {
    /// All scopes, the narrowest first.
    pub const ALL: [Self; 5] = [
        Self::Ingest,
        Self::Read,
        Self::Sales,
        Self::Marketing,
        Self::Admin,
    ];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Read => "read",
            Self::Sales => "sales",
            Self::Marketing => "marketing",
            Self::Admin => "admin",
        }
    }

    /// Returns the scope of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text)
    }
}

/// What a caller was let in with. Whoever lets people in by other means (a session cookie) puts one into the
/// request's extensions before the handler runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The key's id, or who else let the caller in; for logs.
    pub id: Arc<str>,
    /// What it may do.
    pub scopes: Arc<[Scope]>,
    /// Who speaks when a body names no `source`.
    pub source: Source,
}

/// Who is let in.
#[derive(Clone, Debug)]
pub enum Auth {
    /// Whoever has a key.
    Keys(Keys),
    /// Everybody, as admin. For `demo` on loopback only.
    Open,
}

impl Auth {
    /// Returns what the key in a text such as `qk_<id>_<secret>` grants; `None`: it is unknown, wrong or revoked.
    #[must_use]
    pub fn grant(&self, key: &str) -> Option<Grant> {
        match self {
            Self::Keys(keys) => keys.grant(key),
            Self::Open => Some(open()),
        }
    }

    /// Returns whether everybody is let in.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// Returns what a request is granted.
    ///
    /// # Errors
    /// When it names no key, or one that is unknown or revoked.
    pub fn admit(&self, request: &HttpRequest) -> Result<Grant, Problem> {
        if let Some(grant) = request.extensions().get::<Grant>() {
            return Ok(grant.clone());
        }
        if self.is_open() {
            return Ok(open());
        }
        let Some(given) = request.headers().get(header::AUTHORIZATION) else {
            let detail = "send an API key: Authorization: Bearer qk_...";
            return Err(Problem::new(Kind::Unauthorized, detail));
        };
        let key = given.to_str().ok().and_then(|text| {
            let (scheme, key) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        key.and_then(|key| self.grant(key)).ok_or_else(|| {
            let detail = "the Authorization header holds no API key that is known and not revoked";
            Problem::new(Kind::Unauthorized, detail)
        })
    }
}

fn open() -> Grant {
    Grant {
        id: Arc::from("open"),
        scopes: Arc::from([Scope::Admin]),
        source: Source::person(),
    }
}

#[cfg(test)]
mod tests;
