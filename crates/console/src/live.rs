//! `GET /console/events`: cells that changed, as server-sent events.
//!
//! A page names the rows it shows, each with the version of what it shows (`rows=KEY.VERSION,..`). The stream looks
//! at those rows only: soon after something was recorded of one, and once a second for what time alone changes. What
//! it sends are whole cells by account id. It remembers nothing between connections, so a stream that comes back
//! after a break starts with whatever changed meanwhile: versions say more than the number of the last event would.
//!
//! One browser may hold several pages over one stream. Each names the conditions it shows accounts by (`view=..`);
//! a row that no longer meets them is told so, and stays where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::Stream;
use futures_util::stream::unfold;
use quorate_domain::id::AccountId;
use quorate_engine::list::Filter;
use quorate_engine::view::LiveEvent;
use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::access::Visitor;
use crate::pages::board::{BoardQuery, RowView, Summary, row_key, unescaped};
use crate::pages::demo::DemoTick;
use crate::reply::PageError;
use crate::state::ConsoleState;
use crate::{assets, words};

/// How long changes of an account are gathered.
const TICK: Duration = Duration::from_millis(250);
/// After how many ticks all rows are looked at: time alone changes them too.
const TICKS_ALL: u32 = 4;
/// After how many ticks the tiles above the table are looked at.
const TICKS_SUMMARY: u32 = 20;
/// After how long a stream that has nothing to say shows that it is there.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Views a stream tells rows by; pages beyond them are not told that a row left.
const VIEWS_MAX: usize = 8;
/// Summaries a stream tells; pages beyond them keep theirs as it was.
const SCOPES_MAX: usize = 4;
/// Rows a stream watches; further ones do not move.
const ROWS_MAX: usize = 1_000;

/// One row that changed.
#[derive(Debug, Serialize)]
struct RowMessage {
    id: String,
    key: String,
    /// Its version now.
    v: String,
    /// Whether something was recorded of it, rather than time having passed.
    flash: bool,
    cells: BTreeMap<&'static str, String>,
    /// The views whose conditions it no longer meets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    out: Vec<Arc<str>>,
}

/// Rows that changed.
#[derive(Debug, Serialize)]
struct RowsMessage {
    rows: Vec<RowMessage>,
}

/// A row that a page shows.
#[derive(Debug)]
struct Watched {
    /// What the page shows of it.
    version: String,
    /// What was last rendered; `None`: nothing yet.
    last: Option<Seen>,
    /// Its cells as they were sent; empty: none were.
    cells: BTreeMap<&'static str, String>,
}

/// A row as it is.
#[derive(Debug, PartialEq)]
struct Seen {
    view: RowView,
    /// The views whose conditions it does not meet.
    out: Vec<Arc<str>>,
}

/// The rows of one page, and which of them something was recorded of.
#[derive(Debug, Default)]
struct Rows {
    watched: BTreeMap<AccountId, Watched>,
    changed: BTreeSet<AccountId>,
}

impl Rows {
    /// Reads `KEY.VERSION,..`.
    fn asked(text: &str) -> BTreeMap<&str, &str> {
        text.split(',')
            .filter_map(|pair| pair.split_once('.'))
            .take(ROWS_MAX)
            .collect()
    }

    fn note(&mut self, account: &AccountId) {
        if self.watched.contains_key(account) {
            self.changed.insert(account.clone());
        }
    }

    /// Returns what changed since it was last shown, of the rows noted or of all.
    ///
    /// - `see`: shows a row as it is now.
    fn take(&mut self, all: bool, see: impl Fn(&AccountId) -> Option<Seen>) -> Vec<RowMessage> {
        let changed = std::mem::take(&mut self.changed);
        let mut messages = Vec::new();
        for (id, watched) in &mut self.watched {
            let flash = changed.contains(id);
            if !all && !flash {
                continue;
            }
            let Some(seen) = see(id).filter(|seen| watched.last.as_ref() != Some(seen)) else {
                continue;
            };
            match watched.told(id, seen, flash) {
                Ok(message) => messages.extend(message),
                Err(error) => tracing::error!(%error, account.id = %id, "a row could not be written"),
            }
        }
        messages
    }
}

impl Watched {
    fn of(version: &str) -> Self {
        Self {
            version: version.to_owned(),
            last: None,
            cells: BTreeMap::new(),
        }
    }

    /// Takes a row as it is now. Returns what of it is news; `None`: a page shows it so already.
    fn told(&mut self, id: &AccountId, seen: Seen, flash: bool) -> Result<Option<RowMessage>, askama::Error> {
        let html = seen.view.render()?;
        let was_out = self
            .last
            .as_ref()
            .map(|last| last.out.clone())
            .unwrap_or_default();
        let out = seen.out.clone();
        self.last = Some(seen);
        if html.version == self.version && out == was_out {
            return Ok(None);
        }
        self.version.clone_from(&html.version);
        let now: BTreeMap<&'static str, String> = html
            .cells
            .into_iter()
            .map(|cell| (cell.name, cell.html))
            .collect();
        let before = std::mem::replace(&mut self.cells, now);
        let news = self
            .cells
            .iter()
            .filter(|(name, html)| before.get(*name) != Some(html));
        Ok(Some(RowMessage {
            id: id.as_str().to_owned(),
            key: html.key,
            v: html.version,
            flash,
            cells: news.map(|(name, html)| (*name, html.clone())).collect(),
            out,
        }))
    }
}

/// `GET /console/events?rows=..`.
pub(crate) async fn events(
    _visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let summaries = scopes(request.query_string());
    let asked = request
        .query_string()
        .split('&')
        .find_map(|pair| pair.strip_prefix("rows="));
    let asked = asked.unwrap_or_default().to_owned();
    let views = views(request.query_string());
    let events = state.engine.listen();
    let state = state.into_inner();
    let finder = Arc::clone(&state);
    let rows = web::block(move || find(&finder, &asked)).await?;
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let follower = Follower {
        stopping: state.stopping.clone(),
        state,
        events,
        rows,
        ticks,
        ticked: 0,
        clock: String::new(),
        views,
        greeted: false,
        demo: None,
        summaries,
        spoken: Instant::now(),
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(stream(follower)))
}

/// Finds the accounts of the keys a page names.
fn find(state: &ConsoleState, asked: &str) -> Rows {
    let asked = Rows::asked(asked);
    let mut rows = Rows::default();
    if asked.is_empty() {
        return rows;
    }
    state.engine.listing().visit(&Filter::default(), &mut |row| {
        if let Some(version) = asked.get(row_key(&row.id).as_str()) {
            rows.watched.insert(row.id.clone(), Watched::of(version));
        }
    });
    rows
}

/// A page's conditions: as the page names them, and what they ask of an account.
type View = (Arc<str>, Filter);

/// Reads `view=CONDITIONS&..`: what a board's address holds, escaped once more. A view of all accounts needs no look.
fn views(query_string: &str) -> Vec<View> {
    query_string
        .split('&')
        .filter_map(|pair| pair.strip_prefix("view="))
        .map(unescaped)
        .filter(|view| !view.is_empty())
        .take(VIEWS_MAX)
        .map(|view| {
            let (query, _) = BoardQuery::parse(&view);
            (Arc::from(view), query.filter())
        })
        .collect()
}

/// The lists that a page's summary is about.
#[derive(Debug)]
struct Scope {
    query: BoardQuery,
    /// What was last told of them; `None`: nothing yet.
    last: Option<Summary>,
}

/// A summary that changed.
#[derive(Debug, Serialize)]
struct SummaryMessage {
    /// The lists as the page names them.
    scope: String,
    html: String,
}

/// Reads `summary=LISTS&..`: what a board's address holds of lists, escaped once more; empty: all accounts.
fn scopes(query_string: &str) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = Vec::new();
    let asked = query_string
        .split('&')
        .filter_map(|pair| pair.strip_prefix("summary="));
    for scope in asked.map(unescaped) {
        let query = BoardQuery::parse(&scope).0.scope();
        if scopes.len() < SCOPES_MAX && scopes.iter().all(|known| known.query != query) {
            scopes.push(Scope { query, last: None });
        }
    }
    scopes
}

/// One open page, or all of a browser.
struct Follower {
    state: Arc<ConsoleState>,
    stopping: watch::Receiver<bool>,
    events: Receiver<Arc<LiveEvent>>,
    rows: Rows,
    ticks: Interval,
    ticked: u32,
    /// The time of day the page shows.
    clock: String,
    views: Vec<View>,
    /// Whether it said which build answers.
    greeted: bool,
    /// What the page was told of the demo.
    demo: Option<DemoTick>,
    /// The lists that pages have a summary of, each with what was last told.
    summaries: Vec<Scope>,
    /// When it last said something.
    spoken: Instant,
}

fn stream(follower: Follower) -> impl Stream<Item = Result<Bytes, Infallible>> {
    unfold(follower, |mut follower| async move {
        let chunk = follower.next().await?;
        Some((Ok(chunk), follower))
    })
}

impl Follower {
    /// Returns the next piece of the stream; `None`: it ends.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if *self.stopping.borrow() {
                return None;
            }
            tokio::select! {
                told = self.stopping.changed() => told.ok()?,
                received = self.events.recv() => match received {
                    Ok(event) => self.rows.note(&event.account),
                    // All rows are looked at within a second anyway.
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return None,
                },
                _ = self.ticks.tick() => {
                    let text = self.tick().await;
                    if !text.is_empty() {
                        self.spoken = Instant::now();
                        return Some(Bytes::from(text));
                    }
                }
            }
        }
    }

    /// Returns what there is to say now.
    async fn tick(&mut self) -> String {
        let all = self.ticked.is_multiple_of(TICKS_ALL);
        let summary = !self.summaries.is_empty() && self.ticked.is_multiple_of(TICKS_SUMMARY);
        self.ticked = self.ticked.wrapping_add(1);
        let mut text = String::new();
        let engine = &self.state.engine;
        let now = engine.now();
        let views = &self.views;
        let rows = self.rows.take(all, |id| {
            let out = views
                .iter()
                .filter(|(_, filter)| !engine.listing().admits(id, filter));
            Some(Seen {
                view: RowView::of(&engine.listing().row(id)?, now),
                out: out.map(|(view, _)| Arc::clone(view)).collect(),
            })
        });
        if !self.greeted {
            put(&mut text, "build", &assets::build());
            self.greeted = true;
        }
        if !rows.is_empty() {
            put(&mut text, "rows", &RowsMessage { rows });
        }
        let clock = words::clock(now);
        if all && clock != self.clock {
            put(&mut text, "clock", &clock);
            self.clock = clock;
        }
        let demo = self.state.demo.as_deref().filter(|_| all);
        if let Some(told) = demo.map(|demo| DemoTick::of(demo, now))
            && self.demo.as_ref() != Some(&told)
        {
            put(&mut text, "demo", &told);
            self.demo = Some(told);
        }
        if summary {
            for told in self.changed_summaries().await {
                put(&mut text, "summary", &told);
            }
        }
        if text.is_empty() && self.spoken.elapsed() >= HEARTBEAT {
            text.push_str(": still here\n\n");
        }
        text
    }

    async fn changed_summaries(&mut self) -> Vec<SummaryMessage> {
        let state = Arc::clone(&self.state);
        let queries: Vec<BoardQuery> = self.summaries.iter().map(|scope| scope.query.clone()).collect();
        let read = move || -> Vec<Summary> {
            let summary = |query| Summary::of(&state.overview.scoped(&state.engine.listing(), query), query);
            queries.iter().map(summary).collect()
        };
        let summaries = web::block(read).await.unwrap_or_default();
        let changed = self
            .summaries
            .iter_mut()
            .zip(summaries)
            .filter(|(scope, summary)| scope.last.as_ref() != Some(summary));
        changed
            .filter_map(|(scope, summary)| {
                let html = summary.render().ok();
                scope.last = Some(summary);
                Some(SummaryMessage {
                    scope: scope.query.view(),
                    html: html?,
                })
            })
            .collect()
    }
}

fn put(text: &mut String, event: &str, data: &impl Serialize) {
    // Texts always make JSON, and JSON has no line breaks.
    let data = serde_json::to_string(data).unwrap_or_default();
    text.push_str("event: ");
    text.push_str(event);
    text.push_str("\ndata: ");
    text.push_str(&data);
    text.push_str("\n\n");
}

#[cfg(test)]
mod tests;
