//! `/lists`: every list with how many accounts are on it and how they do.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::time::Timestamp;
use quorate_engine::lists::{List, ListEdit, Slug};
use serde::Deserialize;

use super::slug_of;
use crate::access::{Editor, Visitor, check_origin};
use crate::pages::board::{ListCount, escaped};
use crate::pages::frame::Frame;
use crate::partials::Dated;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// The longest name of a list, in letters.
const NAME_LENGTH_MAX: usize = 120;

/// The page.
#[derive(Debug, Template)]
#[template(path = "list/all.html")]
pub(crate) struct Page {
    frame: Frame,
    lines: Vec<Line>,
    may_make: bool,
    /// What somebody wanted to call a list, and what is wrong with it.
    refused: Option<(String, String)>,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) description: String,
    pub(crate) accounts: String,
    /// Number, then the board of them.
    pub(crate) mqa: (String, String),
    pub(crate) hot: (String, String),
    pub(crate) owner: String,
    pub(crate) made: Option<Dated>,
}

/// What the form says.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Sent {
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    name: String,
}

/// `GET /lists`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let page = page(&visitor, &request, &state, None).await?;
    reply::html(&page)
}

/// `POST /lists`: makes a list.
pub(crate) async fn make(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    editor.0.check_form(&sent.form_token)?;
    let name = sent.name.trim();
    let lists = state.engine.lists();
    let problem = match slug_of(name) {
        _ if name.chars().count() > NAME_LENGTH_MAX => "That name is too long.",
        None => "A list needs a name with a letter or a digit.",
        Some(slug) => {
            if lists.get(&slug).await.is_ok() {
                "There is a list of this name."
            } else {
                let edit = ListEdit {
                    name: Some(Arc::from(name)),
                    ..ListEdit::default()
                };
                lists.put(&slug, edit).await?;
                return Ok(reply::see_other(format!("/lists/{slug}")));
            }
        }
    };
    let refused = Some((name.to_owned(), problem.to_owned()));
    let page = page(&editor.0, &request, &state, refused).await?;
    Ok(reply::page(StatusCode::UNPROCESSABLE_ENTITY).body(page.render()?))
}

async fn page(
    visitor: &Visitor,
    request: &HttpRequest,
    state: &web::Data<ConsoleState>,
    refused: Option<(String, String)>,
) -> Result<Page, PageError> {
    let known = state.engine.lists().all().await?;
    let counting = state.clone();
    let overview = web::block(move || counting.overview.get(&counting.engine.listing())).await?;
    let now = state.engine.now();
    Ok(Page {
        frame: Frame::new("Lists", request, visitor, now),
        lines: lines(&known, &overview.lists, now),
        may_make: visitor.may_write(),
        refused,
    })
}

/// Returns the lists that were made, by name, then those that accounts name and nobody made.
fn lines(known: &[(List, usize)], counted: &BTreeMap<Arc<str>, ListCount>, now: Timestamp) -> Vec<Line> {
    let mut lines: Vec<Line> = known
        .iter()
        .map(|(list, members)| {
            let count = counted.get(list.slug.as_str()).copied().unwrap_or_default();
            Line {
                name: list.name.to_string(),
                description: list.description.as_deref().unwrap_or_default().to_owned(),
                // The overview may be some milliseconds old; this is what it is now.
                accounts: words::count(*members),
                owner: list.owner.as_deref().unwrap_or_default().to_owned(),
                made: Some(Dated::ago(list.created_at, now)),
                ..Line::of(list.slug.as_str(), count)
            }
        })
        .collect();
    lines.sort_by_key(|line| line.name.to_lowercase());
    let made = |slug: &str| known.iter().any(|(list, _)| list.slug.as_str() == slug);
    let named = counted.iter().filter(|(slug, _)| !made(slug));
    lines.extend(named.map(|(slug, count)| Line::of(slug, *count)));
    lines
}

impl Line {
    /// Returns a list of which nobody said more than its name.
    fn of(slug: &str, count: ListCount) -> Self {
        let board = |more: &str| format!("/board?list={}{more}", escaped(slug));
        Self {
            name: slug.to_owned(),
            // A name that is no slug has no page of its own.
            href: Slug::new(slug).map_or_else(|_| board(""), |slug| format!("/lists/{slug}")),
            description: "Named by accounts; nobody described it yet.".to_owned(),
            accounts: words::count(count.accounts),
            mqa: (words::count(count.mqa), board("&mqa=in")),
            hot: (words::count(count.hot), board("&band=hot,burning")),
            owner: String::new(),
            made: None,
        }
    }
}
