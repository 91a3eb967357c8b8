//! Signing in by API key.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::theme::Theme;
use crate::access::{Access, Visitor, check_origin, own_address};
use crate::assets;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;

/// The page.
#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
struct Page {
    theme: Option<&'static str>,
    then: String,
    /// What went wrong; empty: nothing yet.
    problem: &'static str,
    css: String,
    mark: String,
}

impl Page {
    fn new(request: &HttpRequest, then: &str, problem: &'static str) -> Self {
        Self {
            theme: Theme::of(request).attribute(),
            then: own_address(then).to_owned(),
            problem,
            css: assets::url("console.css"),
            mark: assets::url("mark.svg"),
        }
    }
}

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    then: String,
}

/// What the form says.
#[derive(Deserialize)]
pub(crate) struct Entry {
    key: String,
    #[serde(default)]
    then: String,
}

/// What the sign-out form says.
#[derive(Debug, Deserialize)]
pub(crate) struct Leaving {
    #[serde(default)]
    form_token: String,
}

/// `GET /sign-in`.
pub(crate) async fn show(
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    wanted: web::Query<Wanted>,
) -> Result<HttpResponse, PageError> {
    match &state.access {
        // There is nothing to sign in to.
        Access::Open => Ok(gone_on(own_address(&wanted.then))),
        Access::Keys(_) => reply::html(&Page::new(&request, &wanted.then, "")),
    }
}

/// `POST /sign-in`.
pub(crate) async fn enter(
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    entry: web::Form<Entry>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    let then = own_address(&entry.then);
    let Access::Keys(keys) = &state.access else {
        return Ok(gone_on(then));
    };
    let Some(cookie) = keys.enter(&entry.key) else {
        let problem =
            "This key does not let you in. It may be mistyped or revoked, or it may only send signals.";
        let page = Page::new(&request, then, problem);
        return Ok(reply::page(StatusCode::UNAUTHORIZED).body(page.render()?));
    };
    let mut answer = gone_on(then);
    // A cookie of our own always makes a header.
    let _ = answer.add_cookie(&cookie);
    Ok(answer)
}

/// `POST /sign-out`.
pub(crate) async fn leave(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    leaving: web::Form<Leaving>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    visitor.check_form(&leaving.form_token)?;
    let mut answer = gone_on("/sign-in");
    if let Access::Keys(keys) = &state.access {
        let _ = answer.add_cookie(&keys.leave(&request));
    }
    Ok(answer)
}

fn gone_on(address: &str) -> HttpResponse {
    reply::page(StatusCode::SEE_OTHER)
        .insert_header((header::LOCATION, address))
        .finish()
}
