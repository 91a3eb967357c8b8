//! `GET /imports`: every import that is kept, with how far it is.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::time::Timestamp;
use quorate_engine::imports::{Import, KEPT_MAX, State};
use quorate_intake::plan::Verdict;

use super::{address, file_name};
use crate::access::Visitor;
use crate::pages::frame::Frame;
use crate::partials::Dated;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// The page.
#[derive(Debug, Template)]
#[template(path = "import/all.html")]
pub(crate) struct Page {
    frame: Frame,
    lines: Vec<Line>,
    may_import: bool,
    kept_max: usize,
}

/// An import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) file: String,
    pub(crate) href: String,
    pub(crate) rows: String,
    pub(crate) sent: Dated,
    pub(crate) by: String,
    /// Name and page.
    pub(crate) list: Option<(String, String)>,
    pub(crate) tone: &'static str,
    pub(crate) state: &'static str,
    /// What happened, or what is still to be done.
    pub(crate) detail: String,
}

/// `GET /imports`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let imports = state.engine.imports().list().await?;
    let names: BTreeMap<String, String> = state
        .engine
        .lists()
        .described()
        .await?
        .into_iter()
        .map(|list| (list.slug.to_string(), list.name.to_string()))
        .collect();
    let now = state.engine.now();
    reply::html(&Page {
        frame: Frame::new("Imports", &request, &visitor, now),
        lines: imports
            .iter()
            .map(|import| Line::of(import, &names, now))
            .collect(),
        may_import: visitor.may_write(),
        kept_max: KEPT_MAX,
    })
}

impl Line {
    pub(crate) fn of(import: &Import, names: &BTreeMap<String, String>, now: Timestamp) -> Self {
        let (tone, state, page) = match import.state {
            State::Review => ("warn", "To be reviewed", "review"),
            State::Applying => ("acc", "Being applied", "result"),
            State::Applied => ("ok", "Applied", "result"),
        };
        Self {
            file: file_name(import),
            href: address(import, page),
            rows: words::counted(import.counts.total(), "row", "rows"),
            sent: Dated::ago(import.created_at, now),
            by: sender(&import.by),
            list: import.list.as_ref().map(|slug| {
                let name = names.get(slug.as_str());
                let name = name.map_or_else(|| slug.to_string(), String::clone);
                (name, format!("/lists/{slug}"))
            }),
            tone,
            state,
            detail: detail(import),
        }
    }
}

/// Returns who sent an import.
pub(crate) fn sender(by: &str) -> String {
    if by == "open" {
        "somebody on this machine".to_owned()
    } else {
        format!("key {by}")
    }
}

fn detail(import: &Import) -> String {
    let count = |verdict| import.counts.get(verdict);
    if import.state == State::Applying {
        return format!("{} of {}", words::count(import.done), words::count(import.to_do));
    }
    let to_come = import.state == State::Review;
    let parts = [
        (Verdict::Created, if to_come { "to create" } else { "created" }),
        (Verdict::Updated, if to_come { "to update" } else { "updated" }),
        (Verdict::NeedsAnswer, "need you"),
        (Verdict::Failed, "cannot go in"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(verdict, _)| count(*verdict) > 0)
        .map(|(verdict, what)| format!("{} {what}", words::count(count(verdict))))
        .collect();
    if parts.is_empty() {
        "nothing new in it".to_owned()
    } else {
        parts.join(", ")
    }
}
