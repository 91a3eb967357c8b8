//! Who is let in: by API key into a session. Who owns the keys is not the console's business; it asks through
//! [`Authorize`].

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use tokio::time::Instant;

use crate::reply::PageError;
use crate::state::ConsoleState;

mod session;

pub(crate) use session::{Session, Sessions, draw};

/// The cookie that names a session.
pub(crate) const SESSION_COOKIE: &str = "quorate_session";

/// Says who may read.
pub trait Authorize: Send + Sync {
    /// Returns the id of a key that may read; `None`: it is unknown, wrong, revoked, or may not read.
    fn sign_in(&self, key: &str) -> Option<Arc<str>>;

    /// Returns whether the key of an id still may: it was not revoked meanwhile.
    fn still_admits(&self, key_id: &str) -> bool;

    /// Returns whether the key of an id may change accounts and people, and record signals.
    fn may_write(&self, key_id: &str) -> bool;
}

/// Who is let in.
#[derive(Clone)]
pub enum Access {
    /// Everybody. For `demo` on loopback only.
    Open,
    /// Whoever signed in with a key that may read.
    Keys(KeyAccess),
}

/// Keys and the sessions of those who signed in.
#[derive(Clone)]
pub struct KeyAccess {
    authorize: Arc<dyn Authorize>,
    sessions: Arc<Sessions>,
    /// Whether cookies are sent over TLS only.
    secure: bool,
}

impl Access {
    /// Returns access by key.
    ///
    /// - `secure`: whether people reach the console over TLS; cookies are then never sent without.
    #[must_use]
    pub fn by_key(authorize: Arc<dyn Authorize>, secure: bool) -> Self {
        Self::Keys(KeyAccess {
            authorize,
            sessions: Arc::default(),
            secure,
        })
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "Open",
            Self::Keys(_) => "Keys(..)",
        })
    }
}

impl fmt::Debug for KeyAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyAccess")
            .field("secure", &self.secure)
            .finish_non_exhaustive()
    }
}

impl KeyAccess {
    /// Signs somebody in.
    ///
    /// Returns the cookie of the new session; `None`: the key does not let in.
    pub(crate) fn enter(&self, key: &str) -> Option<Cookie<'static>> {
        let key_id = self.authorize.sign_in(key.trim())?;
        let token = self.sessions.open(key_id, Instant::now())?;
        Some(self.cookie(token))
    }

    /// Ends a request's session.
    ///
    /// Returns the cookie that takes the old one's place.
    pub(crate) fn leave(&self, request: &HttpRequest) -> Cookie<'static> {
        if let Some(cookie) = request.cookie(SESSION_COOKIE) {
            self.sessions.close(cookie.value());
        }
        let mut gone = self.cookie(String::new());
        gone.make_removal();
        gone
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build(SESSION_COOKIE, value)
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .finish()
    }

    fn session(&self, request: &HttpRequest) -> Option<Session> {
        let cookie = request.cookie(SESSION_COOKIE)?;
        let session = self.sessions.find(cookie.value(), Instant::now())?;
        if self.authorize.still_admits(&session.key_id) {
            return Some(session);
        }
        self.sessions.close(cookie.value());
        None
    }
}

/// Somebody who may read. Only the extractor makes one, so a page that asks for it is guarded.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// The session; `None`: everybody is let in.
    session: Option<Session>,
    may_write: bool,
}

/// Somebody who may change things. Only the extractor makes one; a handler checks the form it was sent besides.
#[derive(Clone, Debug)]
pub(crate) struct Editor(pub(crate) Visitor);

impl Visitor {
    /// Returns somebody where everybody is let in.
    #[cfg(test)]
    pub(crate) fn anybody() -> Self {
        Self {
            session: None,
            may_write: true,
        }
    }

    /// Returns whether the visitor may change accounts and people: who may not is shown no form for it.
    pub(crate) fn may_write(&self) -> bool {
        self.may_write
    }

    /// Returns the id of the key that let the visitor in; `None`: everybody is let in.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.session.as_ref().map(|session| &*session.key_id)
    }

    /// Returns what forms of this session carry; `None`: there is no session to abuse.
    pub(crate) fn form_token(&self) -> Option<&str> {
        self.session.as_ref().map(|session| &*session.form_token)
    }

    /// Checks that a form came from a page of this session.
    ///
    /// # Errors
    /// When it did not.
    pub(crate) fn check_form(&self, token: &str) -> Result<(), PageError> {
        match self.form_token() {
            Some(expected) if !session::same(expected, token) => Err(PageError::Forged),
            Some(_) | None => Ok(()),
        }
    }
}

impl FromRequest for Visitor {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request))
    }
}

impl FromRequest for Editor {
    type Error = PageError;
    type Future = Ready<Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request).and_then(|visitor| {
            if visitor.may_write {
                Ok(Self(visitor))
            } else {
                Err(PageError::NotAllowed)
            }
        }))
    }
}

fn admit(request: &HttpRequest) -> Result<Visitor, PageError> {
    let Some(state) = request.app_data::<web::Data<ConsoleState>>() else {
        return Err(PageError::Internal {
            what: "its state is not in the application",
        });
    };
    match &state.access {
        Access::Open => Ok(Visitor {
            session: None,
            may_write: true,
        }),
        Access::Keys(keys) => match keys.session(request) {
            Some(session) => Ok(Visitor {
                may_write: keys.authorize.may_write(&session.key_id),
                session: Some(session),
            }),
            None => Err(PageError::SignInFirst {
                then: wanted(request),
                script: is_script(request),
            }),
        },
    }
}

fn wanted(request: &HttpRequest) -> String {
    request
        .uri()
        .path_and_query()
        .map_or("/board", |path| path.as_str())
        .to_owned()
}

/// Whether a script of ours asks: htmx, or the live stream.
fn is_script(request: &HttpRequest) -> bool {
    let accepts_events = request
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|accept| accept.as_bytes().starts_with(b"text/event-stream"));
    accepts_events || request.headers().contains_key("hx-request")
}

/// Checks that a form was sent from a page of this server: browsers say so.
///
/// # Errors
/// When it came from elsewhere.
pub(crate) fn check_origin(request: &HttpRequest) -> Result<(), PageError> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return if matches!(site, "same-origin" | "none") {
            Ok(())
        } else {
            Err(PageError::Forged)
        };
    }
    let Some(origin) = text("origin") else {
        // Neither header: no browser of the last years, so nobody's session rides along.
        return Ok(());
    };
    let host = origin.split_once("://").map_or(origin, |(_, host)| host);
    if text("host") == Some(host) {
        Ok(())
    } else {
        Err(PageError::Forged)
    }
}

/// Returns an address to go on to, if it is one of ours; the heat board otherwise.
pub(crate) fn own_address(address: &str) -> &str {
    let ours = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(['\\', '\r', '\n'])
        && address.is_ascii();
    if ours { address } else { "/board" }
}

#[cfg(test)]
mod tests;
