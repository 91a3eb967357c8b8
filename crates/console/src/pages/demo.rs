//! The demo's line on top of the board: what this is, where to start, the clock, and signals to send.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::time::Timestamp;
use quorate_engine::Error as EngineError;
use quorate_engine::view::ItemOutcome;
use serde::{Deserialize, Serialize};

use super::board::escaped;
use crate::access::{Visitor, check_origin, own_address};
use crate::demo::{Demo, DemoClock};
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// Remembers in which state somebody dismissed the line; it comes back in another one.
const COOKIE: &str = "quorate_demo_line";

/// The line.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/demo.html")]
pub(crate) struct DemoLine {
    /// `running`, `paused` or `over`.
    state: &'static str,
    /// What it says of the clock, with a capital.
    pace: String,
    /// The demo's now: `16 Jun 2026, 14:32 UTC`.
    now: String,
    lead: Lead,
    /// The button that moves the clock.
    act: Act,
    offers: Vec<Offer>,
    /// What was just sent.
    sent: Option<Sent>,
    form_token: String,
    /// Where forms come back to.
    here: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Lead {
    name: String,
    href: String,
    why: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Act {
    action: &'static str,
    words: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Offer {
    key: &'static str,
    words: &'static str,
    effect: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Sent {
    words: &'static str,
    name: &'static str,
    href: String,
}

/// What a page with the line is told once a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct DemoTick {
    now: String,
    state: &'static str,
}

impl DemoTick {
    pub(crate) fn of(demo: &dyn Demo, now: Timestamp) -> Self {
        Self {
            now: shown(now),
            state: demo.clock().as_str(),
        }
    }
}

impl DemoLine {
    /// Returns the line for somebody who has not dismissed it; `None`: no demo, or dismissed.
    pub(crate) fn of(state: &ConsoleState, request: &HttpRequest, visitor: &Visitor) -> Option<Self> {
        let demo = state.demo.as_deref()?;
        let dismissed = request
            .cookie(COOKIE)
            .is_some_and(|cookie| cookie.value() == demo.clock().as_str());
        let here = request
            .uri()
            .path_and_query()
            .map_or("/board", |path| path.as_str());
        (!dismissed).then(|| Self::new(demo, visitor, state.engine.now(), here))
    }

    fn new(demo: &dyn Demo, visitor: &Visitor, now: Timestamp, here: &str) -> Self {
        let clock = demo.clock();
        let lead = demo.lead();
        let (pace, action, words) = match clock {
            DemoClock::Running => (demo.pace(), "pause", "Pause"),
            DemoClock::Paused => ("the clock stands still", "go-on", "Go on"),
            DemoClock::Over => (
                "its days are over, and the clock stands still",
                "another-week",
                "Another week",
            ),
        };
        Self {
            state: clock.as_str(),
            pace: pace.to_owned(),
            now: shown(now),
            lead: Lead {
                href: account_page(lead.account.as_str()),
                name: lead.name.into_owned(),
                why: lead.why.into_owned(),
            },
            act: Act { action, words },
            offers: demo
                .offers()
                .iter()
                .map(|offer| Offer {
                    key: offer.key,
                    words: offer.words,
                    effect: offer.effect,
                })
                .collect(),
            sent: None,
            form_token: visitor.form_token().unwrap_or_default().to_owned(),
            here: here.to_owned(),
        }
    }
}

fn shown(now: Timestamp) -> String {
    format!("{}, {}", words::date_in_full(now), words::clock(now))
}

fn account_page(id: &str) -> String {
    format!("/accounts/{}", escaped(id))
}

/// What a form of the line says.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    then: String,
    #[serde(default)]
    signal: String,
}

/// `GET /demo`: the line alone, for a page whose line is not as the demo is.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let demo = port(&state)?;
    if is_htmx(&request) {
        return reply::html(&DemoLine::new(demo, &visitor, state.engine.now(), "/board"));
    }
    Ok(gone_on("/board").finish())
}

/// `POST /demo/pause`, `go-on`, `another-week`.
pub(crate) async fn turn(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    act: web::Path<String>,
    asked: web::Form<Asked>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    visitor.check_form(&asked.form_token)?;
    let demo = port(&state)?;
    match act.as_str() {
        "pause" => demo.pause(),
        "go-on" => demo.go_on(),
        "another-week" => demo.another_week(),
        _ => return Err(PageError::NotFound { what: "this page" }),
    }
    let line = DemoLine::new(demo, &visitor, state.engine.now(), own_address(&asked.then));
    answer(&request, &line)
}

/// `POST /demo/send`: records a ready signal as if it had come over the API.
pub(crate) async fn send(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    asked: web::Form<Asked>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    visitor.check_form(&asked.form_token)?;
    let demo = port(&state)?;
    let offer = demo.offers().iter().find(|offer| offer.key == asked.signal);
    let (Some(offer), Some(signal)) = (offer, demo.signal(&asked.signal)) else {
        return Err(PageError::NotFound { what: "this signal" });
    };
    let outcomes = state.engine.record_signals(vec![signal]).await?;
    if let Some(ItemOutcome::Unavailable { reason }) = outcomes.into_iter().next() {
        return Err(EngineError::Unavailable { reason }.into());
    }
    let mut line = DemoLine::new(demo, &visitor, state.engine.now(), own_address(&asked.then));
    line.sent = Some(Sent {
        words: offer.words,
        name: offer.name,
        href: account_page(offer.account.as_str()),
    });
    answer(&request, &line)
}

/// `POST /demo/dismiss`: leaves the line out until the browser is started again, or the clock's state changes.
pub(crate) async fn dismiss(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    asked: web::Form<Asked>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    visitor.check_form(&asked.form_token)?;
    let cookie = Cookie::build(COOKIE, port(&state)?.clock().as_str())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish();
    if is_htmx(&request) {
        return Ok(reply::page(StatusCode::OK).cookie(cookie).finish());
    }
    Ok(gone_on(&asked.then).cookie(cookie).finish())
}

fn port(state: &ConsoleState) -> Result<&dyn Demo, PageError> {
    state.demo.as_deref().ok_or(PageError::Internal {
        what: "there is no demo",
    })
}

fn is_htmx(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}

/// Answers a script with the line as it is now, and a form with the page it came from.
fn answer(request: &HttpRequest, line: &DemoLine) -> Result<HttpResponse, PageError> {
    if is_htmx(request) {
        return reply::html(line);
    }
    Ok(gone_on(&line.here).finish())
}

fn gone_on(to: &str) -> actix_web::HttpResponseBuilder {
    let mut answer = reply::page(StatusCode::SEE_OTHER);
    answer.insert_header((header::LOCATION, own_address(to)));
    answer
}

#[cfg(test)]
mod tests;
