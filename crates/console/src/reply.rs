//! How a page is answered: its headers, and what is shown when there is none to show.

use std::fmt;

use actix_web::error::BlockingError;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use askama::Template;
use quorate_engine::Error as EngineError;

use crate::assets;

/// What a page may load and do: from here only, nothing inside the page itself, in nobody's frame.
pub(crate) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PageError {
    /// Nobody is signed in.
    #[error("nobody is signed in")]
    SignInFirst {
        /// Where to go on afterwards.
        then: String,
        /// Whether a script asks: it is told to go, instead of being given another page.
        script: bool,
    },
    /// There is nothing of that name.
    #[error("{what} is not known")]
    NotFound {
        /// What was asked for, as a person says it.
        what: &'static str,
    },
    /// A form came from elsewhere, or from a page of long ago.
    #[error("the form did not come from a page of this session")]
    Forged,
    /// Somebody who may only read wants to change something.
    #[error("the key may not change anything")]
    NotAllowed,
    /// It cannot be done as things are now.
    #[error("it cannot be done now: {text}")]
    NotNow {
        /// Why, as a sentence for a person.
        text: String,
    },
    /// The engine did not answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A template failed.
    #[error("a page could not be written")]
    Render(#[from] askama::Error),
    /// The server runs without the console's state, or a thread of it failed.
    #[error("the console is not set up: {what}")]
    Internal {
        /// What is missing.
        what: &'static str,
    },
}

/// Work off the threads that answer did not come back.
impl From<BlockingError> for PageError {
    fn from(_: BlockingError) -> Self {
        Self::Internal {
            what: "a thread failed",
        }
    }
}

/// A page of a few words.
#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
    css: String,
    mark: String,
}

impl ResponseError for PageError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::SignInFirst { script: false, .. } => StatusCode::SEE_OTHER,
            Self::SignInFirst { script: true, .. } => StatusCode::UNAUTHORIZED,
            Self::NotFound { .. } => StatusCode::NOT_FOUND,
            Self::Forged | Self::NotAllowed => StatusCode::FORBIDDEN,
            Self::NotNow { .. } => StatusCode::CONFLICT,
            Self::Engine(EngineError::Rejected(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Engine(EngineError::VersionMismatch { .. }) => StatusCode::PRECONDITION_FAILED,
            Self::Engine(
                EngineError::Overloaded { .. }
                | EngineError::Unavailable { .. }
                | EngineError::Quarantined { .. }
                | EngineError::Stopping,
            ) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Render(_) | Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let (title, text) = match self {
            Self::SignInFirst { then, script } => return sign_in_first(status, then, *script),
            Self::NotFound { what } => (
                "Not found",
                format!(
                    "{} is not known here. The address may be mistyped, or nothing was recorded of it yet: look for \
                     it by name on the heat board.",
                    Capital(what)
                ),
            ),
            Self::Forged => (
                "Please try again",
                "This form is from another session. Go back, reload the page and send it again.".to_owned(),
            ),
            Self::NotAllowed => (
                "You may only read",
                "To change something here you need a key with the role sales, marketing or admin. \
                 Ask whoever made yours."
                    .to_owned(),
            ),
            Self::NotNow { text } => ("Not now", text.clone()),
            Self::Engine(EngineError::Quarantined { .. }) => (
                "Set aside",
                "This account is set aside because its history could not be read. The others are fine."
                    .to_owned(),
            ),
            Self::Engine(
                EngineError::Rejected(_)
                | EngineError::VersionMismatch { .. }
                | EngineError::Overloaded { .. }
                | EngineError::Unavailable { .. }
                | EngineError::Stopping,
            ) => ("Quorate is busy", "Please try again in a few seconds.".to_owned()),
            Self::Render(_) | Self::Internal { .. } => (
                "Something broke",
                "This page could not be made. Others may be fine.".to_owned(),
            ),
        };
        if status.is_server_error() {
            tracing::error!(
                error = %chain(self),
                "a page could not be shown"
            );
        }
        let message = Message {
            title,
            text: &text,
            css: assets::url("console.css"),
            mark: assets::url("mark.svg"),
        };
        let mut answer = page(status);
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.insert_header((header::RETRY_AFTER, "4"));
        }
        match message.render() {
            Ok(html) => answer.body(html),
            Err(_) => answer.body(text),
        }
    }
}

fn sign_in_first(status: StatusCode, then: &str, script: bool) -> HttpResponse {
    let address = format!("/sign-in?then={}", crate::pages::board::escaped(then));
    let name = if script { "hx-redirect" } else { "location" };
    page(status).insert_header((name, address)).finish()
}

/// Returns an error with its causes, for the log.
fn chain(error: &PageError) -> String {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

struct Capital<'a>(&'a str);

impl fmt::Display for Capital<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::words::capitalised(self.0))
    }
}

/// Returns an answer with the headers of a page, without its body.
pub(crate) fn page(status: StatusCode) -> HttpResponseBuilder {
    let mut answer = HttpResponse::build(status);
    answer
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "cookie"));
    answer
}

/// Returns an answer that leads to another page.
pub(crate) fn see_other(address: impl Into<String>) -> HttpResponse {
    page(StatusCode::SEE_OTHER)
        .insert_header((header::LOCATION, address.into()))
        .finish()
}

/// Returns a page.
///
/// # Errors
/// When the template fails.
pub(crate) fn html(template: &impl Template) -> Result<HttpResponse, PageError> {
    Ok(page(StatusCode::OK).body(template.render()?))
}

#[cfg(test)]
mod tests;
