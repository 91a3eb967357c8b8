//! Light or dark: as the system says, unless a cookie says otherwise.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::access::{check_origin, own_address};
use crate::reply::{self, PageError};

const COOKIE: &str = "quorate_theme";
const KEPT: Duration = Duration::days(400);

/// What a page looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    /// Returns the theme a request asks for.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        request
            .cookie(COOKIE)
            .and_then(|cookie| Self::parse(cookie.value()))
            .unwrap_or(Self::System)
    }

    /// Returns what the page says of itself; `None`: the system decides.
    pub(crate) fn attribute(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light | Self::Dark => Some(self.as_str()),
        }
    }

    /// Returns the theme after this one: system, dark, light and round again.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::System => Self::Dark,
            Self::Dark => Self::Light,
            Self::Light => Self::System,
        }
    }
}

/// What the form says.
#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    theme: String,
    #[serde(default)]
    then: String,
}

/// `POST /console/theme`: remembers the choice and goes back. It changes nothing but a colour, so nobody need be
/// signed in.
pub(crate) async fn choose(
    request: HttpRequest,
    choice: web::Form<Choice>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    let theme = Theme::parse(&choice.theme).unwrap_or(Theme::System);
    let cookie = Cookie::build(COOKIE, theme.as_str())
        .path("/")
        .max_age(KEPT)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    Ok(reply::page(StatusCode::SEE_OTHER)
        .cookie(cookie)
        .insert_header((header::LOCATION, own_address(&choice.then)))
        .finish())
}
