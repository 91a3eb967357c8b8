//! The account page: one account's numbers, why they are so, who is there, and what comes next.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use futures_util::future::try_join_all;
use quorate_domain::account::field;
use quorate_domain::explain::GroupExplanation;
use quorate_domain::id::AccountId;
use quorate_domain::standing::Notice;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::{AccountRow, AccountView, TimelineEntry};
use quorate_engine::{AsOf, Engine};

use super::board::{RowHtml, RowView};
use super::frame::Frame;
use crate::access::Visitor;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

mod chart;
mod conditions;
mod entries;
mod outlook;
pub(crate) mod peek;
mod people;
mod why;

use chart::{Chart, Sample};
use conditions::ConditionLine;
use entries::EntryLine;
use people::{PersonLine, SeatLine};
use why::Why;

/// Days of heat the chart looks back.
const BACK_DAYS: i64 = 180;
/// The most and the least instants at which the past is read for the chart.
const SAMPLES: std::ops::RangeInclusive<usize> = 26..=90;
/// Signals folded for one chart: an account with many is looked at less often.
const FOLDED_MAX: usize = 100_000;
/// Signals the overview lists.
const SIGNALS_SHOWN: usize = 10;
/// Entries the history lists.
const HISTORY_SHOWN: usize = 200;

/// The page.
#[derive(Debug, Template)]
#[template(path = "account.html")]
pub(crate) struct Page {
    frame: Frame,
    head: Head,
    row: RowHtml,
    tabs: Vec<Tab>,
    body: Body,
}

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Head {
    name: String,
    initials: String,
    facts: String,
    owner: Option<String>,
    points: String,
    known: String,
}

/// A tab.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tab {
    name: &'static str,
    number: String,
    href: String,
    current: bool,
}

/// What stands below the tabs.
#[derive(Clone, Debug)]
enum Body {
    Overview(Box<Overview>),
    History(Vec<EntryLine>),
}

/// The overview.
#[derive(Clone, Debug)]
struct Overview {
    chart: Chart,
    outlook: String,
    conditions: Vec<ConditionLine>,
    why: Why,
    seats: Vec<SeatLine>,
    people: Vec<PersonLine>,
    signals: Vec<EntryLine>,
}

/// What is read of an account for its overview.
struct Read {
    view: AccountView,
    groups: Vec<GroupExplanation>,
    coming: Vec<Notice>,
    samples: Vec<Sample>,
    entries: Vec<TimelineEntry>,
}

/// `GET /accounts/{id}`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (id, row) = known(&state.engine, account.into_inner())?;
    let read = Read::of(&state.engine, &id).await?.ok_or(NOT_FOUND)?;
    let now = read.view.reading.at;
    let frame = Frame::new(&row.name, &request, &visitor, now);
    let body = Body::Overview(Box::new(Overview::of(&read)));
    reply::html(&Page::new(frame, &row, &read.view, body, now)?)
}

/// `GET /accounts/{id}/history`.
pub(crate) async fn history(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    account: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let (id, row) = known(&state.engine, account.into_inner())?;
    let view = state
        .engine
        .account(&id, AsOf::default())
        .await?
        .ok_or(NOT_FOUND)?;
    let entries = state
        .engine
        .timeline(&id, None, HISTORY_SHOWN)
        .await?
        .ok_or(NOT_FOUND)?;
    let now = view.reading.at;
    let frame = Frame::new(&row.name, &request, &visitor, now);
    let lines = entries
        .iter()
        .map(|entry| EntryLine::of(entry, &view, now))
        .collect();
    reply::html(&Page::new(frame, &row, &view, Body::History(lines), now)?)
}

const NOT_FOUND: PageError = PageError::NotFound { what: "this account" };

fn known(engine: &Engine, id: String) -> Result<(AccountId, AccountRow), PageError> {
    let id = AccountId::new(id).map_err(|_| NOT_FOUND)?;
    let row = engine.row(&id).ok_or(NOT_FOUND)?;
    Ok((id, row))
}

impl Read {
    async fn of(engine: &Engine, id: &AccountId) -> Result<Option<Self>, PageError> {
        let Some((view, groups)) = engine.explanation(id, AsOf::default()).await? else {
            return Ok(None);
        };
        let Some((_, coming)) = engine.forecast(id).await? else {
            return Ok(None);
        };
        let entries = engine
            .timeline(id, None, HISTORY_SHOWN)
            .await?
            .unwrap_or_default();
        let instants = instants(&view);
        let past = instants.iter().map(|at| {
            engine.account(
                id,
                AsOf {
                    at: Some(*at),
                    known_at: None,
                },
            )
        });
        let past = try_join_all(past).await?;
        let heat = |view: Option<AccountView>| {
            view.and_then(|view| view.reading.best().map(|group| group.heat))
                .unwrap_or(0.0)
        };
        let mut samples: Vec<Sample> = instants
            .into_iter()
            .zip(past)
            .map(|(at, view)| Sample { at, heat: heat(view) })
            .collect();
        samples.push(Sample {
            at: view.reading.at,
            heat: heat(Some(view.clone())),
        });
        Ok(Some(Self {
            view,
            groups,
            coming,
            samples,
            entries,
        }))
    }
}

/// Returns the past instants the chart reads, oldest first; always one seven days ago.
fn instants(view: &AccountView) -> Vec<Timestamp> {
    let now = view.reading.at;
    let signals = usize::try_from(view.state.signals).unwrap_or(usize::MAX).max(1);
    let count = (FOLDED_MAX / signals).clamp(*SAMPLES.start(), *SAMPLES.end());
    let step = BACK_DAYS * DAY_MS / i64::try_from(count).unwrap_or(1);
    let mut instants: Vec<Timestamp> = (1..=count)
        .filter_map(|back| i64::try_from(back).ok())
        .map(|back| now.plus_millis(-back * step))
        .chain([now.plus_millis(-7 * DAY_MS)])
        .collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

impl Overview {
    fn of(read: &Read) -> Self {
        let view = &read.view;
        let now = view.reading.at;
        let signals = read
            .entries
            .iter()
            .filter(|entry| entries::is_signal(entry))
            .take(SIGNALS_SHOWN)
            .map(|entry| EntryLine::of(entry, view, now).with_points(entry, &read.groups))
            .collect();
        Self {
            chart: Chart::of(view, &read.samples, &read.coming),
            outlook: outlook::sentence(view, &read.coming),
            conditions: conditions::lines(view),
            why: Why::of(view, &read.groups, &read.samples),
            seats: people::seats(view),
            people: people::people(view),
            signals,
        }
    }
}

impl Page {
    fn new(
        frame: Frame,
        row: &AccountRow,
        view: &AccountView,
        body: Body,
        now: Timestamp,
    ) -> Result<Self, PageError> {
        let href = RowView::of(row, now).account.href;
        let overview = matches!(body, Body::Overview(_));
        let tabs = vec![
            Tab {
                name: "Overview",
                number: String::new(),
                href: href.clone(),
                current: overview,
            },
            Tab {
                name: "History",
                number: String::new(),
                href: format!("{href}/history"),
                current: !overview,
            },
        ];
        Ok(Self {
            head: Head::of(row, view),
            row: RowView::of(row, now).render()?,
            frame,
            tabs,
            body,
        })
    }
}

impl Head {
    fn of(row: &AccountRow, view: &AccountView) -> Self {
        let employees = view
            .state
            .value("employees")
            .and_then(quorate_domain::value::Value::as_number);
        let facts = [
            row.domain.as_deref().map(str::to_owned),
            row.industry.as_deref().map(str::to_owned),
            row.country.as_deref().map(str::to_owned),
            employees.map(|employees| format!("{} employees", words::whole(employees))),
            view.state.text(field::TIER).map(|tier| format!("Tier {tier}")),
        ];
        Self {
            name: row.name.to_string(),
            initials: words::initials(&row.name),
            facts: facts.into_iter().flatten().collect::<Vec<_>>().join(" · "),
            owner: row.owner.as_deref().map(str::to_owned),
            points: words::points(row.intent_points),
            known: format!("{}% of facts known", words::whole(view.reading.fit.known * 100.0)),
        }
    }
}

#[cfg(test)]
mod tests;
