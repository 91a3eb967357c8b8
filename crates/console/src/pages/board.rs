//! The heat board: what heats up, became MQA, falls out soon.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_engine::Listing;
use quorate_engine::list::ListQuery;
use quorate_engine::view;
use quorate_engine::views::SavedView;

use super::demo::DemoLine;
use super::frame::Frame;
use crate::access::Visitor;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

pub(crate) mod export;

mod columns;
mod filters;
mod overview;
mod past;
mod query;
mod row;
mod summary;
mod tabs;
pub(crate) mod views;
mod why;

pub(crate) use overview::{ListCount, Overview, SharedOverview, is_hot};
#[cfg(test)]
pub(crate) use row::tests as row_tests;
pub(crate) use row::{RowHtml, RowView, row_key};
pub(crate) use summary::Summary;

use columns::{Head, Order};
use filters::{Chip, Columns, Filters, ListMenu};
use past::{InstantMenu, Looked, PastBar, Reading};
pub(crate) use query::{BoardQuery, escaped, unescaped};
use tabs::{Tab, Totals};
use views::{Offer, Refused, SaveMenu};

/// The page.
#[derive(Debug, Template)]
#[template(path = "board.html")]
pub(crate) struct Board {
    frame: Frame,
    lists: ListMenu,
    /// Where accounts are added; `None`: the visitor may only read.
    add: Option<String>,
    summary: Summary,
    /// The lists the summary is about, as the live stream is told them.
    scope: String,
    tabs: Vec<Tab>,
    /// Where views are saved; `None`: the visitor may only read, or looks at the past.
    saving: Option<SaveMenu>,
    chips: Vec<Chip>,
    filters: Filters,
    /// What in the address was not understood.
    unread: Option<String>,
    /// What else there is to say of the address.
    notes: Vec<String>,
    menu: InstantMenu,
    /// The bar over the board of a past instant.
    past: Option<PastBar>,
    heads: Vec<Head>,
    orders: Vec<Order>,
    columns: Columns,
    rows: Vec<RowHtml>,
    compact: bool,
    /// Whether there are more columns than usual: the table may then scroll in its own box.
    many: bool,
    other_density: String,
    footer: Footer,
    /// What stands there instead of rows.
    empty: Option<Empty>,
    /// All accounts at the view's instant.
    everything: String,
    /// The same view, sorted by what is shown now.
    resort: String,
    /// The view as a file.
    export: String,
    /// The view's conditions as the live stream is told them.
    view: String,
    /// The view as an account's page is told where it was opened from.
    origin: String,
}

/// What stands below the table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Footer {
    /// `100 of 248 accounts`.
    shown: String,
    /// `248 accounts`.
    all: String,
    /// The next page.
    more: Option<String>,
    /// The first page, from a later one.
    first: Option<String>,
}

/// Why there are no rows, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Empty {
    /// No account is known.
    FirstRun,
    /// None was known at the past instant.
    NobodyThen,
    /// None matches.
    NoMatch {
        /// Which condition hurts most, what remains without it, and the view without it.
        without: Option<(String, String, String)>,
    },
}

/// What people call lists, by slug.
type Names = BTreeMap<String, String>;

/// What all accounts count, and those of the lists that are looked at.
struct Seen {
    all: Arc<Overview>,
    scoped: Arc<Overview>,
}

/// `GET /board`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let (query, unread) = BoardQuery::parse(request.query_string());
    if request.query_string().split('&').any(|pair| pair.ends_with('=')) {
        // A form sends its empty fields too; an address somebody copies should not hold them.
        return Ok(reply::see_other(query.href()));
    }
    let asked = Request {
        query,
        unread,
        ..Request::default()
    };
    answer(&visitor, &request, state, asked).await
}

/// What a board is asked for.
#[derive(Debug, Default)]
struct Request {
    query: BoardQuery,
    /// What in the address was not understood.
    unread: Vec<String>,
    /// What else there is to say of the address.
    notes: Vec<String>,
    /// A view that was not saved.
    refused: Option<Refused>,
}

/// Answers with a board, or with how far it is read.
async fn answer(
    visitor: &Visitor,
    request: &HttpRequest,
    state: web::Data<ConsoleState>,
    mut asked: Request,
) -> Result<HttpResponse, PageError> {
    let now = state.engine.now();
    let mut frame = Frame::new("Heat board", request, visitor, now);
    frame.here = asked.query.href();
    let list = match past::look(&state.engine, &mut asked.query, &mut asked.notes)? {
        Looked::Now => None,
        Looked::Then(list) => Some(list),
        Looked::Reading(at, progress) => {
            return Reading::of(frame, &asked.query, at, progress, now).answer(request);
        }
    };
    if let Some(answer) = past::show_it(request) {
        return Ok(answer);
    }
    let (listing, frame) = if let Some(list) = &list {
        (list.listing.clone(), frame.with_past(list.listing.at()))
    } else {
        let line = DemoLine::of(&state, request, visitor);
        (state.engine.listing(), frame.with_demo(line))
    };
    let described = state.engine.lists().described().await?;
    let names = described
        .into_iter()
        .map(|list| (list.slug.to_string(), list.name.to_string()));
    let known = Known {
        names: names.collect(),
        saved: state.engine.views().all().await?,
        // Nothing can be changed in the past.
        may_write: visitor.may_write() && list.is_none(),
    };
    let menu = InstantMenu::of(&asked.query, now);
    let bar = list.map(|list| PastBar::of(&list, &asked.query));
    let board = web::block(move || {
        let mut board = Board::read(&state.overview, &listing, frame, asked, &known)?;
        board.menu = menu;
        board.past = bar;
        Ok::<_, PageError>(board)
    });
    reply::html(&board.await??)
}

/// What a board shows besides accounts.
struct Known {
    names: Names,
    saved: Vec<SavedView>,
    may_write: bool,
}

impl Board {
    /// Reads what the page shows. Takes tens of milliseconds at 100,000 accounts.
    fn read(
        overview: &SharedOverview,
        listing: &Listing,
        frame: Frame,
        asked: Request,
        known: &Known,
    ) -> Result<Self, PageError> {
        let query = &asked.query;
        let seen = Seen {
            all: overview.get(listing),
            scoped: overview.scoped(listing, query),
        };
        let page = listing.page(&query.list());
        let totals = Totals::of(listing, query, &known.saved, page.total, &seen.scoped);
        let mut board = Self::of(frame, query, &asked.unread, &page, &seen, |query| {
            total(listing, query)
        })?;
        board.tabs = tabs::tabs(query, &known.saved, &totals);
        board.lists = ListMenu::of(query, &known.names, &seen.all, &seen.scoped);
        board.add = known.may_write.then(|| match query.list_chosen() {
            Some(list) => format!("/imports/new?list={}", escaped(list)),
            None => "/imports/new".to_owned(),
        });
        board.saving = known
            .may_write
            .then(|| SaveMenu::of(query, &known.saved, asked.refused));
        board.notes = asked.notes;
        Ok(board)
    }

    fn of(
        frame: Frame,
        query: &BoardQuery,
        unread: &[String],
        page: &view::Page,
        seen: &Seen,
        total: impl Fn(&BoardQuery) -> usize,
    ) -> Result<Self, PageError> {
        let shown = query.shown_cols();
        let origin = query.origin();
        let rows: Result<Vec<RowHtml>, askama::Error> = page
            .rows
            .iter()
            .map(|row| {
                let row = RowView::of(row, page.as_of);
                row.render()?
                    .showing(&shown)
                    .opened_from(row.account, &origin, query.as_of)
            })
            .collect();
        let mut density = query.clone();
        density.compact = !density.compact;
        let frame = Frame {
            search: query.text.as_deref().unwrap_or_default().to_owned(),
            ..frame
        };
        Ok(Self {
            lists: ListMenu::of(query, &Names::new(), &seen.all, &seen.scoped),
            add: None,
            summary: Summary::of(&seen.scoped, &query.scope()),
            scope: query.scope().view(),
            tabs: Vec::new(),
            saving: None,
            chips: filters::chips(query),
            filters: Filters::of(query, &seen.all),
            unread: (!unread.is_empty()).then(|| unread.join(", ")),
            notes: Vec::new(),
            menu: InstantMenu::of(query, page.as_of),
            past: None,
            heads: columns::heads(query),
            orders: columns::orders(query),
            columns: Columns::of(query),
            rows: rows?,
            compact: query.compact,
            many: shown.len() > columns::Col::usual().len(),
            other_density: density.href(),
            footer: Footer::of(query, page),
            empty: page.rows.is_empty().then(|| Empty::of(query, &seen.all, total)),
            everything: BoardQuery::default().at_instant(query.as_of).href(),
            resort: query.first_page().href(),
            export: query.first_page().at("/board/export.csv"),
            view: query.view(),
            origin,
            frame,
        })
    }
}

/// Returns how many accounts a view has.
fn total(listing: &Listing, query: &BoardQuery) -> usize {
    listing
        .page(&ListQuery {
            limit: 1,
            ..query.first_page().list()
        })
        .total
}

impl Footer {
    fn of(query: &BoardQuery, page: &view::Page) -> Self {
        let more = page.next.as_ref().map(|cursor| {
            let next = BoardQuery {
                cursor: Some(cursor.clone()),
                ..query.clone()
            };
            next.href()
        });
        let first = query.cursor.is_some().then(|| query.first_page().href());
        let all = words::counted(page.total, "account", "accounts");
        let shown = if first.is_some() || more.is_some() {
            format!("{} of {all}", words::count(page.rows.len()))
        } else {
            all.clone()
        };
        Self {
            shown,
            all,
            more,
            first,
        }
    }
}

impl Empty {
    fn of(query: &BoardQuery, overview: &Overview, total: impl Fn(&BoardQuery) -> usize) -> Self {
        if overview.accounts == 0 {
            return if query.as_of.is_some() {
                Self::NobodyThen
            } else {
                Self::FirstRun
            };
        }
        let without = query
            .conditions()
            .into_iter()
            .map(|condition| (total(&query.without(condition.key)), condition))
            .max_by_key(|(total, _)| *total)
            .filter(|(total, _)| *total > 0)
            .map(|(total, condition)| {
                let what = format!("{} {}", condition.name, condition.value);
                (what, words::count(total), query.without(condition.key).href())
            });
        Self::NoMatch { without }
    }
}

#[cfg(test)]
mod tests;
