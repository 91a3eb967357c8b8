//! The board as of a past instant: the menu that chooses one, the page shown while all accounts are read, and the bar on
//! top of what was read.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::past_lists::{PastList, PastListError, PastLook, Progress};
use quorate_engine::{Engine, Error as EngineError};

use super::filters::{Kept, kept};
use super::query::{BoardQuery, escaped};
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::{instant, words};

/// Days back that the menu offers, in words.
const BACK: [(&str, i64); 4] = [
    ("A week ago", 7),
    ("30 days ago", 30),
    ("90 days ago", 90),
    ("180 days ago", 180),
];
/// The most accounts that are named because they could not be read.
const NAMED_MAX: usize = 5;

/// What a view's instant comes to.
pub(crate) enum Looked {
    /// It is now.
    Now,
    /// All accounts as of it.
    Then(Box<PastList>),
    /// They are being read.
    Reading(Timestamp, Progress),
}

/// Looks at the accounts as of a view's instant. One that has not come yet is taken away, and a note says so.
///
/// # Errors
/// When they cannot be read.
pub(crate) fn look(
    engine: &Engine,
    query: &mut BoardQuery,
    notes: &mut Vec<String>,
) -> Result<Looked, PageError> {
    let Some(at) = query.as_of else {
        return Ok(Looked::Now);
    };
    match engine.past_lists().look(at) {
        Ok(PastLook::Ready(list)) => Ok(Looked::Then(Box::new(list))),
        Ok(PastLook::Reading(progress)) => Ok(Looked::Reading(at, progress)),
        Err(PastListError::NotPast { .. }) => {
            query.as_of = None;
            notes.push(format!(
                "“{}” has not come yet: this is how it is now.",
                instant::short(at)
            ));
            Ok(Looked::Now)
        }
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: PastListError) -> PageError {
    match error {
        PastListError::TooMany { accounts, max } => PageError::NotNow {
            text: format!(
                "The board as of a past day is read from the history of every account, here {}, and this server reads \
                 at most {} (its setting engine.past_rows_max). The page of a single account shows it as of any day.",
                words::count(accounts),
                words::count(max)
            ),
        },
        PastListError::Busy => PageError::Engine(EngineError::Overloaded {
            what: "lists as of past instants",
            limit: 1,
        }),
        PastListError::BrokeOff { reason } => PageError::Engine(EngineError::Unavailable { reason }),
        PastListError::Engine(error) => PageError::Engine(error),
        // Told apart before.
        PastListError::NotPast { .. } => PageError::NotNow {
            text: "That day has not come yet.".to_owned(),
        },
    }
}

/// The menu that chooses an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstantMenu {
    /// `now`, or `1 Jun 2026`.
    pub(crate) chosen: String,
    pub(crate) options: Vec<InstantOption>,
    /// What the form keeps of the view.
    pub(crate) kept: Vec<Kept>,
    /// The day in the form's field.
    pub(crate) day: String,
    /// The last day that can be chosen.
    pub(crate) latest: String,
}

/// An instant to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InstantOption {
    pub(crate) name: &'static str,
    /// Its date; nothing: now.
    pub(crate) date: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

impl InstantMenu {
    pub(crate) fn of(query: &BoardQuery, now: Timestamp) -> Self {
        let today = now.day().start();
        let option = |name, as_of: Option<Timestamp>| InstantOption {
            name,
            date: as_of.map(|at| words::date(at, now)).unwrap_or_default(),
            href: query.at_instant(as_of).href(),
            current: query.as_of == as_of,
        };
        let back = BACK.map(|(name, days)| option(name, Some(today.plus_millis(-days * DAY_MS))));
        Self {
            chosen: query.as_of.map_or_else(|| "now".to_owned(), words::date_in_full),
            options: [option("Now", None)].into_iter().chain(back).collect(),
            kept: kept(&query.at_instant(None), |_, _| true),
            day: instant::day(query.as_of.unwrap_or(today)),
            latest: instant::day(today),
        }
    }
}

/// Says that this is the past and what is not in it, and leads back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PastBar {
    pub(crate) at: String,
    pub(crate) machine: String,
    /// When it was read: `14:32 UTC`.
    pub(crate) read_at: String,
    /// The same view now.
    pub(crate) now: String,
    /// How many accounts were not known yet; nothing: all were.
    pub(crate) later: String,
    /// How many accounts could not be read; nothing: all could.
    pub(crate) unread: String,
    /// The first of those, with their pages.
    pub(crate) named: Vec<(String, String)>,
    /// Whether there are more than are named.
    pub(crate) more: bool,
}

impl PastBar {
    pub(crate) fn of(list: &PastList, query: &BoardQuery) -> Self {
        let at = list.listing.at();
        let counted = |number: usize| match number {
            0 => String::new(),
            number => words::counted(number, "account", "accounts"),
        };
        let named = list.unread.iter().take(NAMED_MAX).map(|unread| {
            let id = unread.account.as_str();
            (id.to_owned(), format!("/accounts/{}", escaped(id)))
        });
        Self {
            at: words::moment(at),
            machine: at.to_string(),
            read_at: words::clock(list.read_at),
            now: query.at_instant(None).href(),
            later: counted(list.later),
            unread: counted(list.unread_total),
            named: named.collect(),
            more: list.unread_total > NAMED_MAX,
        }
    }
}

/// The page shown while all accounts are read.
#[derive(Debug, Template)]
#[template(path = "board_reading.html")]
pub(crate) struct Reading {
    frame: Frame,
    menu: InstantMenu,
    at: String,
    machine: String,
    done: usize,
    total: usize,
    /// `120 of 248 accounts`.
    progress: String,
    /// Whether another list is read first.
    waiting: bool,
    /// The same view now.
    now: String,
    /// The view itself.
    here: String,
}

impl Reading {
    pub(crate) fn of(
        frame: Frame,
        query: &BoardQuery,
        at: Timestamp,
        progress: Progress,
        now: Timestamp,
    ) -> Self {
        let Progress { done, total, waiting } = progress;
        Self {
            frame: Frame {
                search: query.text.as_deref().unwrap_or_default().to_owned(),
                ..frame.with_past(at)
            },
            menu: InstantMenu::of(query, now),
            at: words::moment(at),
            machine: at.to_string(),
            done,
            total,
            progress: format!(
                "{} of {}",
                words::count(done),
                words::counted(total, "account", "accounts")
            ),
            waiting,
            now: query.at_instant(None).href(),
            here: query.href(),
        }
    }

    /// Answers with the page. A script that asked for a part of the board is sent to the whole page.
    ///
    /// # Errors
    /// When the template fails.
    pub(crate) fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, PageError> {
        if is_script(request) && !asks_again(request) {
            let address = ("hx-redirect", self.here.clone());
            return Ok(reply::page(StatusCode::OK).insert_header(address).finish());
        }
        reply::html(self)
    }
}

/// Returns the answer to a page that asked whether the accounts were read, when they are; `None`: it is another that asks.
pub(crate) fn show_it(request: &HttpRequest) -> Option<HttpResponse> {
    asks_again(request).then(|| {
        let refresh = ("hx-refresh", "true");
        reply::page(StatusCode::OK).insert_header(refresh).finish()
    })
}

fn is_script(request: &HttpRequest) -> bool {
    request.headers().contains_key("hx-request")
}

/// Whether the page shown while all accounts are read asks how far they are.
fn asks_again(request: &HttpRequest) -> bool {
    let target = request.headers().get("hx-target");
    target.is_some_and(|target| target.as_bytes() == b"reading")
}

#[cfg(test)]
mod tests;
