//! `/imports/{id}/result`: the last step. How far applying is, what it did, and what stayed out.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_engine::imports::{Import, State};
use quorate_intake::plan::Verdict;

use super::{Head, Step, address};
use crate::access::Visitor;
use crate::pages::board::escaped;
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// The page.
#[derive(Debug, Template)]
#[template(path = "import/result.html")]
pub(crate) struct Page {
    frame: Frame,
    head: Head,
    outcome: Outcome,
}

/// What stands on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// How far applying is; `None`: it is done.
    pub(crate) progress: Option<Progress>,
    /// `Applied 16 Jun`.
    pub(crate) title: String,
    /// Number, what, colour, where they are listed.
    pub(crate) lines: Vec<(String, &'static str, &'static str, Option<String>)>,
    /// The board of the import's list, or of all accounts.
    pub(crate) board: (String, String),
    /// Questions that are still open: words, and where they are answered.
    pub(crate) open: Option<(String, String)>,
    /// Rows that stayed out: words, and the file.
    pub(crate) rejects: Option<(String, String)>,
}

/// How far applying is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// The page itself.
    pub(crate) here: String,
    pub(crate) text: String,
    /// Per cent of the rows.
    pub(crate) share: usize,
}

/// `GET /imports/{id}/result`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let import = state.engine.imports().get(&id).await?;
    if import.state == State::Review {
        return Ok(reply::see_other(address(&import, "review")));
    }
    let now = state.engine.now();
    let head = Head::read(&state.engine, &import, Step::Result).await?;
    reply::html(&Page {
        frame: Frame::new(&format!("Result, {}", head.file), &request, &visitor, now),
        outcome: Outcome::of(
            &import,
            &head,
            &words::date(import.applied_at.unwrap_or(now), now),
        ),
        head,
    })
}

/// `GET /imports/{id}/rejects.csv`.
pub(crate) async fn rejects(
    _visitor: Visitor,
    state: web::Data<ConsoleState>,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let text = state.engine.imports().rejects(&id).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"rejects-{id}.csv\""),
        ))
        .body(text))
}

impl Outcome {
    /// - `applied`: the day it was applied.
    pub(crate) fn of(import: &Import, head: &Head, applied: &str) -> Self {
        let count = |verdict| import.counts.get(verdict);
        let rows = |group: &str| Some(format!("{}?show={group}", address(import, "review")));
        let applying = import.state == State::Applying;
        let all = [
            (
                Verdict::Created,
                ["account created", "accounts created"],
                "ok",
                rows("created"),
            ),
            (
                Verdict::Updated,
                ["account updated", "accounts updated"],
                "",
                rows("updated"),
            ),
            (
                Verdict::Unchanged,
                ["row brought nothing new", "rows brought nothing new"],
                "",
                rows("unchanged"),
            ),
            (
                Verdict::Skipped,
                ["row stayed out", "rows stayed out"],
                "",
                rows("skipped"),
            ),
            (
                Verdict::NeedsAnswer,
                ["row still needs you", "rows still need you"],
                "warn",
                Some(address(import, "review")),
            ),
            (
                Verdict::Failed,
                ["row could not go in", "rows could not go in"],
                "danger",
                None,
            ),
        ];
        let lines = all.into_iter().filter(|(verdict, ..)| count(*verdict) > 0).map(
            |(verdict, [one, many], tone, href)| {
                let href = href.filter(|_| !applying);
                let number = count(verdict);
                let what = if number == 1 { one } else { many };
                (words::count(number), what, tone, href)
            },
        );
        let asked = count(Verdict::NeedsAnswer);
        let out = asked + count(Verdict::Failed);
        Self {
            progress: applying.then(|| Progress::of(import)),
            title: if applying {
                "Being applied".to_owned()
            } else {
                format!("Applied {applied}")
            },
            lines: lines.collect(),
            board: match (&import.list, &head.list) {
                (Some(slug), Some((name, _))) => (
                    format!("Heat board of {name}"),
                    format!("/board?list={}", escaped(slug.as_str())),
                ),
                (_, _) => ("To the heat board".to_owned(), "/board".to_owned()),
            },
            open: (asked > 0 && !applying).then(|| {
                (
                    format!("Answer {}", words::counted(asked, "question", "questions")),
                    address(import, "review"),
                )
            }),
            rejects: (out > 0 && !applying).then(|| {
                (
                    format!("{} as CSV", words::counted(out, "row", "rows")),
                    address(import, "rejects.csv"),
                )
            }),
        }
    }
}

impl Progress {
    fn of(import: &Import) -> Self {
        Self {
            here: address(import, "result"),
            text: format!(
                "{} of {}",
                words::count(import.done),
                words::counted(import.to_do, "row", "rows")
            ),
            share: import.done * 100 / import.to_do.max(1),
        }
    }
}

#[cfg(test)]
mod tests;
