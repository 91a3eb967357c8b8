//! What a client reads when a request fails: RFC 9457, `application/problem+json`, one kind per thing a client
//! does differently.

use std::fmt;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use quorate_domain::account::Rejection;
use quorate_engine::Error as EngineError;
use serde::Serialize;
use utoipa::ToSchema;

mod kind;
pub(crate) mod page;

pub use kind::Kind;

/// How long a client should wait before it tries again.
pub(crate) const RETRY_AFTER_SECONDS: u32 = 1;

/// A failed request, told to its client. Holds nothing internal.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    kind: Kind,
    detail: String,
    errors: Vec<FieldError>,
    allow: Vec<Method>,
    /// Seconds; 0: as long as the kind says.
    retry_after: u64,
}

/// What is wrong at one place of a request.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the body, as a JSON pointer: `/domains/0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Which query parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// Which line of the body, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Which column of that line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What is wrong there.
    pub message: String,
}

impl FieldError {
    /// Says what is wrong at a place in the body.
    #[must_use]
    pub fn at(pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            message: message.into(),
            ..Self::default()
        }
    }

    /// Says what is wrong with a query parameter.
    #[must_use]
    pub fn parameter(name: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            parameter: Some(name.into()),
            message: message.into(),
            ..Self::default()
        }
    }
}

/// A problem as it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// A page of this server that explains the kind.
    #[serde(rename = "type")]
    kind: String,
    /// The same words for every problem of the kind.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The kind as a word for programs.
    code: &'static str,
    /// This case: what is wrong, where, what to do next.
    detail: &'a str,
    /// Each place that is wrong, when the request has several.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
}

impl Problem {
    /// Returns a problem of that kind.
    #[must_use]
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            allow: Vec::new(),
            retry_after: 0,
        }
    }

    /// Returns the problem of a body whose fields are wrong; the first one is also the detail.
    #[must_use]
    pub fn fields(kind: Kind, errors: Vec<FieldError>) -> Self {
        let place = |error: &FieldError| {
            error
                .pointer
                .clone()
                .or_else(|| error.parameter.clone())
                .unwrap_or_default()
        };
        let detail = errors.first().map_or_else(String::new, |first| {
            format!("{}: {}", place(first), first.message)
        });
        Self {
            errors,
            ..Self::new(kind, detail)
        }
    }

    /// Adds where it is.
    #[must_use]
    pub fn with(mut self, error: FieldError) -> Self {
        self.errors.push(error);
        self
    }

    /// Returns the problem of a path that is there, asked with a method it does not have.
    #[must_use]
    pub fn method_not_allowed(method: &Method, allow: Vec<Method>) -> Self {
        let names: Vec<&str> = allow.iter().map(Method::as_str).collect();
        let detail = format!(
            "this path does not answer {method}; it answers {}",
            names.join(", ")
        );
        Self {
            allow,
            ..Self::new(Kind::MethodNotAllowed, detail)
        }
    }

    /// Returns the problem of a key that asked too often and may ask again after so many seconds.
    #[must_use]
    pub fn rate_limited(after_seconds: u64) -> Self {
        let detail =
            format!("this key sent too many requests; the next one is answered in {after_seconds} s");
        Self {
            retry_after: after_seconds,
            ..Self::new(Kind::RateLimited, detail)
        }
    }

    /// Returns the kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns this case in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// Returns the problem as it is sent.
    pub(crate) fn body(&self) -> ProblemBody<'_> {
        ProblemBody {
            kind: self.kind.page(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            code: self.kind.code(),
            detail: &self.detail,
            errors: &self.errors,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.code(), self.detail)
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponseBuilder::new(self.kind.status());
        answer.content_type("application/problem+json");
        if self.kind == Kind::Unauthorized {
            answer.insert_header((header::WWW_AUTHENTICATE, r#"Bearer realm="quorate""#));
        }
        if self.kind == Kind::Forbidden {
            let challenge = r#"Bearer realm="quorate", error="insufficient_scope""#;
            answer.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        if !self.allow.is_empty() {
            let names: Vec<&str> = self.allow.iter().map(Method::as_str).collect();
            answer.insert_header((header::ALLOW, names.join(", ")));
        }
        if matches!(self.kind, Kind::BodyTooLarge | Kind::BodyTimeout) {
            // The rest of the body would be read as the next request.
            answer.force_close();
        }
        if self.kind.may_be_sent_again() {
            let seconds = self.retry_after.max(u64::from(RETRY_AFTER_SECONDS));
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        answer.json(self.body())
    }
}

impl From<EngineError> for Problem {
    fn from(error: EngineError) -> Self {
        let text = error.to_string();
        match error {
            EngineError::Rejected(rejection) => rejected(&rejection),
            EngineError::Overloaded { .. } => {
                tracing::warn!(reason = text, "a request was shed");
                Self::new(
                    Kind::Overloaded,
                    "more is under way than this server takes on; nothing was recorded",
                )
            }
            EngineError::Unavailable { .. } => {
                tracing::warn!(reason = text, "a request could not be carried out");
                let detail = "the store does not answer now, so nobody can say whether a change was recorded; sending it \
                    again is safe";
                Self::new(Kind::Unavailable, detail)
            }
            EngineError::Quarantined { account, .. } => {
                tracing::error!(account.id = %account, reason = text, "an account that is set aside was asked for");
                let detail =
                    "this account is set aside because its records are damaged; the server's log says how";
                Self::new(Kind::AccountSetAside, detail)
            }
            EngineError::VersionMismatch { expected, found } => Self::new(
                Kind::PreconditionFailed,
                format!(
                    "the account is at version {found}, your If-Match says {expected}; read it again and repeat the change"
                ),
            ),
            EngineError::Stopping => Self::new(
                Kind::Stopping,
                "this server is shutting down; nothing was recorded",
            ),
        }
    }
}

fn rejected(rejection: &Rejection) -> Problem {
    let text = rejection.to_string();
    let field =
        |pointer: &str| Problem::new(Kind::InvalidField, &*text).with(FieldError::at(pointer, &*text));
    match rejection {
        Rejection::TooManyContacts { .. } | Rejection::TooManyFields { .. } | Rejection::TooMany { .. } => {
            Problem::new(Kind::LimitReached, text)
        }
        Rejection::SelfRelation => Problem::new(Kind::InvalidField, &*text).with(FieldError::at("/to", text)),
        Rejection::RelationStrength { .. } => {
            Problem::new(Kind::InvalidField, &*text).with(FieldError::at("/strength", text))
        }
        Rejection::NotFinite { field } => Problem::new(Kind::InvalidField, &*text)
            .with(FieldError::at(format!("/attributes/{field}"), text)),
        Rejection::UnknownContact { .. } => Problem::new(Kind::ContactNotFound, text),
        Rejection::UnknownRelation => Problem::new(Kind::RelationNotFound, text),
        Rejection::UnknownEvidence { .. } => Problem::new(Kind::EvidenceNotFound, text),
        Rejection::UnknownFramework { .. } => field("/framework"),
        Rejection::UnknownElement { .. } => field("/element"),
        Rejection::NoArtefact => field("/artefact"),
        Rejection::EvidenceAhead { .. } => field("/said_at"),
        Rejection::UnknownSolution { .. } => field("/solution"),
        Rejection::Amount { .. } => field("/amount"),
        Rejection::SnoozeOver { .. } => field("/until"),
        Rejection::TextTooLong { field: name } => field(&format!("/{name}")),
    }
}

#[cfg(test)]
mod tests;
