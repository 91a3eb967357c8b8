//! `GET /v1/accounts/{account}/timeline`: what happened, newest first.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_engine::AsOf;
use quorate_engine::view::TimelineEntry;
use serde::Serialize;
use utoipa::ToSchema;

use super::notice::NoticeBody;
use super::record::RecordBody;
use crate::auth::{Caller, Read};
use crate::page;
use crate::problem::{Kind, Problem};
use crate::query::{Params, short};
use crate::state::Api;
use crate::v1::instant::Instant;
use crate::v1::path::{AccountPath, no_account};

/// Entries of a page when nobody says how many.
const LIMIT_DEFAULT: usize = 100;
/// The most entries that may be asked for.
const LIMIT_MAX: usize = 1_000;
/// How many entries of one instant a page is made longer for, so that none is skipped.
const SAME_INSTANT_MAX: usize = 100_000;

/// A page of an account's timeline, newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = TimelinePage)]
pub(crate) struct TimelineBody {
    /// What happened. A page ends between two instants, so it may be a little shorter or longer than asked.
    items: Vec<EntryBody>,
    /// Where to go on; null: this is the last page.
    next_cursor: Option<String>,
}

/// One entry.
#[derive(Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub(crate) struct EntryBody {
    /// The instant it is shown at: a signal's `occurred_at`, a change's own, else when it was recorded.
    at: Instant,
    /// A fact; null: a change of standing.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<RecordBody>,
    /// A change of the account's standing; null: a fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<NoticeBody>,
}

/// Reads what happened to an account, newest first.
#[utoipa::path(get, path = "/v1/accounts/{account}/timeline", tag = "accounts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("limit" = Option<u32>, Query, description = "How many entries; left out: 100", minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "Where to go on: the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = TimelineBody,
        headers(("Link" = String, description = "The next page, with `rel=\"next\"`")))))]
pub(crate) async fn timeline(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let id = path.account()?;
    let mut params = Params::of(&request, &["limit", "cursor"]);
    let limit = params.parsed("limit", limit).unwrap_or(LIMIT_DEFAULT);
    let cursor = params.text("cursor").map(str::to_owned);
    params.finish(())?;
    let before = cursor.map(|cursor| instant(&cursor)).transpose()?;
    let view = api
        .engine
        .account(&id, AsOf::default())
        .await?
        .ok_or_else(|| no_account(&id))?;
    let (entries, next) = entries(&api, &id, before, limit).await?;
    let items = entries
        .iter()
        .map(|entry| {
            let (record, change) = match entry {
                TimelineEntry::Record(record) => (Some(RecordBody::of(record, &view.directory)), None),
                TimelineEntry::Notice(notice) => (None, Some(NoticeBody::of(notice, &view.directory))),
            };
            EntryBody {
                at: entry.at().into(),
                record,
                change,
            }
        })
        .collect();
    let next_cursor = next.map(|next| format!("t{}", next.as_millis()));
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        response.insert_header((header::LINK, page::next_link(&request, cursor)));
    }
    Ok(response.json(TimelineBody { items, next_cursor }))
}

/// Returns about `limit` entries before an instant, cut between two instants, and where to go on.
async fn entries(
    api: &Api,
    id: &AccountId,
    before: Option<Timestamp>,
    limit: usize,
) -> Result<(Vec<TimelineEntry>, Option<Timestamp>), Problem> {
    let mut wanted = limit;
    loop {
        let found = api.engine.timeline(id, before, wanted + 1).await?;
        let mut entries = found.ok_or_else(|| no_account(id))?;
        let Some(beyond) = entries.get(wanted).map(TimelineEntry::at) else {
            return Ok((entries, None));
        };
        entries.truncate(wanted);
        // A cursor is an instant: entries of the one that is cut stay together on the next page.
        let whole = entries
            .iter()
            .rposition(|entry| entry.at() != beyond)
            .map_or(0, |last| last + 1);
        if whole > 0 || wanted >= SAME_INSTANT_MAX {
            entries.truncate(if whole > 0 { whole } else { wanted });
            let next = entries.last().map(TimelineEntry::at);
            return Ok((entries, next));
        }
        wanted *= 2;
    }
}

fn limit(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit))
        .ok_or_else(|| format!("{:?} is no number from 1 to {LIMIT_MAX}", short(text)))
}

fn instant(cursor: &str) -> Result<Timestamp, Problem> {
    cursor
        .strip_prefix('t')
        .and_then(|millis| millis.parse().ok())
        .map(Timestamp::from_millis)
        .ok_or_else(|| {
            Problem::new(
                Kind::InvalidCursor,
                "the cursor is none of this timeline; start again without one",
            )
        })
}
