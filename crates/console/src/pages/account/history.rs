//! `GET /accounts/{id}/history`: what happened, in words: stages, people, facts, models.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_domain::standing::{ModelInForce, Notice};
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::{AccountView, TimelineEntry};

use super::asked::Asked;
use super::entries::{self, EntryLine};
use super::sentence::Sentence;
use super::shell::{self, Place, Shell};
use super::{ENTRIES_MAX, NOT_FOUND, paging, past, tiles};
use crate::access::Visitor;
use crate::pages::frame::Frame;
use crate::partials::Dated;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account/history.html")]
pub(crate) struct Page {
    frame: Frame,
    shell: Shell,
    history: History,
}

/// What happened.
#[derive(Clone, Debug)]
pub(crate) struct History {
    /// Times of being MQA, the latest first.
    pub(crate) spans: Vec<SpanLine>,
    pub(crate) entries: Vec<EntryLine>,
    /// Which entries are shown.
    pub(crate) choices: Vec<Choice>,
    pub(crate) next: Option<String>,
    pub(crate) first: Option<String>,
}

/// A time of being MQA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpanLine {
    pub(crate) entered: Dated,
    /// `None`: it is still in.
    pub(crate) left: Option<Dated>,
    pub(crate) lasted: String,
}

/// A choice above the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) name: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// Something of the history: an entry of the account, or a change of the model.
#[derive(Clone, Debug)]
enum Item {
    Entry(TimelineEntry),
    Model { from: Timestamp, number: usize },
}

impl Item {
    fn at(&self) -> Timestamp {
        match self {
            Self::Entry(entry) => entry.at(),
            Self::Model { from, .. } => *from,
        }
    }
}

/// `GET /accounts/{id}/history`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let asked = Asked::of(&state.engine, &request, account.into_inner(), &["show", "cursor"])?;
    let view = state
        .engine
        .account(&asked.id, asked.as_of())
        .await?
        .ok_or(NOT_FOUND)?;
    let before = view.reading.at.plus_millis(1);
    let entries = state
        .engine
        .timeline(&asked.id, Some(before), ENTRIES_MAX)
        .await?
        .ok_or(NOT_FOUND)?;
    let week_ago = past::heat_at(&state.engine, &asked.id, tiles::week_before(view.reading.at)).await?;
    let history = History::of(&view, entries, &state.engine.models(), &asked);
    reply::html(&Page {
        frame: shell::frame(&asked.row.name, &request, &visitor, &asked, &view),
        shell: Shell::of(&state.engine, &asked, &visitor, &view, week_ago, Place::History).await?,
        history,
    })
}

impl History {
    /// - `entries`: newest first.
    /// - `models`: all that ever were in force, oldest first.
    pub(crate) fn of(
        view: &AccountView,
        entries: Vec<TimelineEntry>,
        models: &[ModelInForce],
        asked: &Asked,
    ) -> Self {
        let now = view.reading.at;
        let all = asked.key("show") == Some("all");
        let notices: Vec<Notice> = entries::notices(&entries).into_iter().cloned().collect();
        let together: Vec<&Notice> = notices.iter().collect();
        let mut items: Vec<Item> = entries
            .into_iter()
            .filter(|entry| all || !entries::is_signal(entry))
            .map(Item::Entry)
            .collect();
        let known_since = view.state.created_at.unwrap_or(now);
        for (place, model) in models.iter().enumerate().skip(1) {
            if model.from > known_since && model.from <= now {
                items.push(Item::Model {
                    from: model.from,
                    number: place + 1,
                });
            }
        }
        // Stable: entries of one instant keep their order.
        items.sort_by_key(|item| std::cmp::Reverse(item.at()));
        let paged = paging::page(items, Item::at, asked.key("cursor"));
        let mut keys: Vec<(&str, &str)> = Vec::new();
        if all {
            keys.push(("show", "all"));
        }
        let first = paged.further.then(|| asked.links.to("/history", &keys));
        let next = paged.next.as_ref().map(|cursor| {
            keys.push(("cursor", cursor));
            asked.links.to("/history", &keys)
        });
        let line = |item: &Item| match item {
            Item::Entry(entry) => EntryLine::of(entry, view, now, &together, &asked.links),
            Item::Model { from, number } => EntryLine {
                at: Dated::ago(*from, now),
                who: String::new(),
                href: None,
                what: format!("Model v{number} came into force"),
                why: Sentence::default(),
                aside: String::new(),
                tone: "acc",
            },
        };
        let choice = |name, keys: &[(&str, &str)], current| Choice {
            name,
            href: asked.links.to("/history", keys),
            current,
        };
        Self {
            spans: spans(view),
            entries: paged.entries.iter().map(line).collect(),
            choices: vec![
                choice("Without signals", &[], !all),
                choice("Everything", &[("show", "all")], all),
            ],
            next,
            first,
        }
    }
}

fn spans(view: &AccountView) -> Vec<SpanLine> {
    let now = view.reading.at;
    let dated = |at: Timestamp| Dated::new(words::date(at, now), at);
    let spans = view
        .reading
        .best()
        .map(|group| group.spans.as_slice())
        .unwrap_or_default();
    spans
        .iter()
        .rev()
        .map(|span| SpanLine {
            entered: dated(span.entered),
            left: span.left.map(dated),
            lasted: {
                let days = span.left.unwrap_or(now).millis_since(span.entered) / DAY_MS;
                words::counted(usize::try_from(days).unwrap_or(0), "day", "days")
            },
        })
        .collect()
}
