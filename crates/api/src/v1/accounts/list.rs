//! `GET /v1/accounts`: all accounts, filtered, sorted, a page at a time; as they are now, or as of a past instant once they
//! are read.

use std::sync::Arc;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::committee::SeatState;
use quorate_domain::engagement::Band;
use quorate_domain::evidence::Level;
use quorate_domain::fit::Grade;
use quorate_domain::id::Role;
use quorate_domain::standing::Stage;
use quorate_domain::time::Timestamp;
use quorate_engine::Listing;
use quorate_engine::list::{Filter, LIMIT_MAX, ListQuery, SortKey, Trend};
use quorate_engine::lists::Slug;
use quorate_engine::past_lists::{PastList, PastListError, PastLook};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::row::RowBody;
use crate::auth::{Caller, Read};
use crate::page;
use crate::problem::{FieldError, Kind, Problem, RETRY_AFTER_SECONDS};
use crate::query::{Params, named, short};
use crate::state::Api;
use crate::v1::gaps::list::gap_kind;
use crate::v1::instant::Instant;

/// Rows of a page when nobody says how many.
pub(crate) const LIMIT_DEFAULT: usize = 100;

/// What a list may be asked. Values divided by commas: any of them will do.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "the parameters as the document shows them; they are read in `query`"
)]
pub(crate) struct ListParams {
    /// Text in name, id or domain, without case.
    q: Option<String>,
    /// Bands: `cold`, `warm`, `hot`, `burning`.
    band: Option<String>,
    /// Fit grades: `A`, `B`, `C`, `D`.
    fit: Option<String>,
    /// Stages: `target`, `aware`, `engaged`, `mqa`, `disqualified`.
    stage: Option<String>,
    /// `in` or `out`.
    mqa: Option<String>,
    /// `surging`, `steady`, `cooling`.
    momentum: Option<String>,
    /// Leaves MQA within this time, such as `14d`, `36h` or `2w`.
    #[param(pattern = "^[0-9]{1,6}[hdw]$", example = "14d")]
    exits_within: Option<String>,
    /// Owners.
    owner: Option<String>,
    /// Tiers.
    tier: Option<String>,
    /// Industries.
    industry: Option<String>,
    /// Countries.
    country: Option<String>,
    /// Heat at least.
    heat_gte: Option<f64>,
    /// Heat below.
    heat_lt: Option<f64>,
    /// Engaged contacts at least.
    #[param(format = Int64, minimum = 0, maximum = 4_294_967_295_u64)]
    engaged_contacts_gte: Option<u32>,
    /// Lists of target accounts it is on, by their slugs.
    list: Option<String>,
    /// A seat of its best buying group in a state, such as `economic_buyer:missing`; states: `missing`, `opposed`,
    /// `identified`, `engaged`.
    seat: Option<String>,
    /// Has a gap of one of these kinds, such as `no_path`.
    gap: Option<String>,
    /// The evidence of an element of the framework that counts, such as `decision_process:none`.
    element: Option<String>,
    /// A past instant, by all that is known now. Every account is read for it: until that is done the answer is 202 with
    /// how far it is. Ask again after `Retry-After`; what nobody asks for within a minute is given up.
    as_of: Option<String>,
    /// What to sort by, largest first after a minus: `heat`, `name`, `fit`, `quorum`, `momentum`,
    /// `engaged_contacts`, `last_signal_at`, `mqa_ends_at`, `mqa_since`, `completeness`, `id`. Left out: `-heat`.
    sort: Option<String>,
    /// How many rows, at most 1,000; left out: 100.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// Where to go on: the `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
}

pub(crate) const KNOWN: [&str; 21] = [
    "q",
    "band",
    "fit",
    "stage",
    "mqa",
    "momentum",
    "exits_within",
    "owner",
    "tier",
    "industry",
    "country",
    "heat_gte",
    "heat_lt",
    "engaged_contacts_gte",
    "list",
    "seat",
    "gap",
    "element",
    "sort",
    "limit",
    "cursor",
];

/// A page of accounts.
#[derive(Serialize, ToSchema)]
#[schema(as = AccountPage)]
pub(crate) struct PageBody<'a> {
    /// The accounts.
    items: Vec<RowBody<'a>>,
    /// Where to go on; null: this is the last page.
    next_cursor: Option<String>,
    /// How many accounts match in all.
    total: usize,
    /// The instant all pages of this list are read at.
    as_of: Instant,
    /// What else there is to say of a list as of a past instant; null: it is of now.
    past: Option<PastBody>,
}

/// What is not on a list as of a past instant.
#[derive(Serialize, ToSchema)]
#[schema(as = PastList)]
pub(crate) struct PastBody {
    /// When it was read: what was recorded before counts.
    read_at: Instant,
    /// Accounts to which nothing had happened by then.
    later: usize,
    /// Accounts that cannot be read.
    unread: usize,
    /// The first of those, by id; `/v1/set-aside` says why.
    unread_accounts: Vec<String>,
}

impl From<&PastList> for PastBody {
    fn from(list: &PastList) -> Self {
        let named = list.unread.iter().map(|unread| unread.account.to_string());
        Self {
            read_at: list.read_at.into(),
            later: list.later,
            unread: list.unread_total,
            unread_accounts: named.collect(),
        }
    }
}

/// A list as of a past instant that is not read yet.
#[derive(Serialize, ToSchema)]
#[schema(as = PastListProgress)]
pub(crate) struct ProgressBody {
    /// `waiting` (another instant's list is read first) or `reading`.
    status: &'static str,
    /// The instant asked about.
    as_of: Instant,
    /// How many accounts are read.
    done: usize,
    /// How many there are to read.
    total: usize,
}

/// The accounts that a request is about.
enum Asked {
    Now(Listing),
    Then(Box<PastList>),
    Reading(ProgressBody),
}

/// Lists accounts, sorted by what they show at this instant, or at a past one.
#[utoipa::path(get, path = "/v1/accounts", tag = "accounts", params(ListParams),
    responses((status = 200, description = "A page", body = PageBody,
        headers(("Link" = String, description = "The next page, with `rel=\"next\"`"))),
        (status = 202, description = "With `as_of`: the accounts are being read; ask again", body = ProgressBody,
        headers(("Retry-After" = u32, description = "Seconds to wait before asking again")))))]
pub(crate) async fn list(
    _caller: Caller<Read>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (query, as_of) = query(&request)?;
    let (listing, past) = match asked(&api, as_of)? {
        Asked::Now(listing) => (listing, None),
        Asked::Then(list) => (list.listing.clone(), Some(PastBody::from(&*list))),
        Asked::Reading(progress) => {
            let wait = (header::RETRY_AFTER, RETRY_AFTER_SECONDS.to_string());
            return Ok(HttpResponse::Accepted().insert_header(wait).json(progress));
        }
    };
    let page = listing.page(&query);
    let next_cursor = page.next.as_ref().map(|cursor| page::write(cursor, &request));
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        response.insert_header((header::LINK, page::next_link(&request, cursor)));
    }
    Ok(response.json(PageBody {
        items: page.rows.iter().map(RowBody::from).collect(),
        next_cursor,
        total: page.total,
        as_of: page.as_of.into(),
        past,
    }))
}

/// Returns the accounts as of an instant, as far as they are read; `None`: as they are now.
fn asked(api: &Api, as_of: Option<Timestamp>) -> Result<Asked, Problem> {
    let Some(at) = as_of else {
        return Ok(Asked::Now(api.engine.listing()));
    };
    match api.engine.past_lists().look(at) {
        Ok(PastLook::Ready(list)) => Ok(Asked::Then(Box::new(list))),
        Ok(PastLook::Reading(progress)) => Ok(Asked::Reading(ProgressBody {
            status: if progress.waiting { "waiting" } else { "reading" },
            as_of: at.into(),
            done: progress.done,
            total: progress.total,
        })),
        Err(error) => Err(refused(error)),
    }
}

fn refused(error: PastListError) -> Problem {
    let text = error.to_string();
    match error {
        PastListError::NotPast { at } => {
            let message = format!("{at} has not passed; leave as_of out for now");
            let errors = vec![FieldError::parameter("as_of", message)];
            Problem::fields(Kind::InvalidParameter, errors)
        }
        PastListError::TooMany { .. } => Problem::new(
            Kind::LimitReached,
            format!("{text} (engine.past_rows_max); /v1/accounts/{{account}} takes as_of, too"),
        ),
        PastListError::Busy => {
            let detail = "lists as of other instants are being read, and there is no room for one more now";
            Problem::new(Kind::Overloaded, detail)
        }
        PastListError::BrokeOff { .. } => {
            tracing::error!(reason = text, "a list as of a past instant broke off");
            let detail = "reading the accounts broke off; asking again begins anew";
            Problem::new(Kind::Unavailable, detail)
        }
        PastListError::Engine(error) => error.into(),
    }
}

fn query(request: &HttpRequest) -> Result<(ListQuery, Option<Timestamp>), Problem> {
    let known: Vec<&str> = KNOWN.into_iter().chain(["as_of"]).collect();
    let mut params = Params::of(request, &known);
    let as_of = params.instant("as_of");
    let filter = filter(&mut params);
    let (sort, descending) = params.parsed("sort", sort).unwrap_or((SortKey::Heat, true));
    let limit = params.parsed("limit", limit).unwrap_or(LIMIT_DEFAULT);
    let cursor = params.text("cursor").map(str::to_owned);
    params.finish(())?;
    let mut query = ListQuery {
        filter,
        sort,
        descending,
        limit,
        cursor: None,
    };
    query.cursor = cursor
        .map(|cursor| page::read(&cursor, request, &query))
        .transpose()?;
    Ok((query, as_of))
}

pub(crate) fn filter(params: &mut Params) -> Filter {
    let text = |word: &str| -> Result<Arc<str>, String> { Ok(Arc::from(word)) };
    Filter {
        text: params.text("q").map(Arc::from),
        bands: params.several("band", |word| {
            named("band", word, Band::parse, &Band::ALL.map(Band::as_str))
        }),
        grades: params.several("fit", |word| {
            named("grade", word, Grade::parse, &Grade::ALL.map(Grade::as_str))
        }),
        stages: params.several("stage", |word| {
            named("stage", word, Stage::parse, &Stage::ALL.map(Stage::as_str))
        }),
        mqa: params.parsed("mqa", |word| match word {
            "in" => Ok(true),
            "out" => Ok(false),
            other => Err(format!("{:?} is neither in nor out", short(other))),
        }),
        owners: params.several("owner", text),
        tiers: params.several("tier", text),
        industries: params.several("industry", text),
        countries: params.several("country", text),
        heat_gte: params.number("heat_gte"),
        heat_lt: params.number("heat_lt"),
        momentum: params.several("momentum", |word| {
            named("momentum", word, Trend::parse, &Trend::ALL.map(Trend::as_str))
        }),
        exits_within_days: params.parsed("exits_within", days),
        engaged_contacts_gte: params.parsed("engaged_contacts_gte", |text| {
            text.parse()
                .map_err(|_| format!("{:?} is no whole number", short(text)))
        }),
        lists: params.several("list", |word| {
            Slug::new(word)
                .map(|slug| Arc::from(slug.as_str()))
                .map_err(|error| error.to_string())
        }),
        seats: params.several("seat", seat),
        gaps: params.several("gap", gap_kind),
        elements: params.several("element", element),
        ..Filter::default()
    }
}

/// Reads a seat and its state: `economic_buyer:missing`.
fn seat(text: &str) -> Result<(Role, SeatState), String> {
    let (role, state) = text.split_once(':').ok_or_else(|| {
        format!(
            "{:?} is no seat and state, such as economic_buyer:missing",
            short(text)
        )
    })?;
    let role = Role::new(role).map_err(|error| format!("the role {error}"))?;
    let known = SeatState::ALL.map(SeatState::as_str);
    named("state", state, SeatState::parse, &known).map(|state| (role, state))
}

/// Reads an element and the level of its evidence: `decision_process:none`.
fn element(text: &str) -> Result<(Arc<str>, Option<Level>), String> {
    let (key, level) = text
        .split_once(':')
        .ok_or_else(|| format!("{:?} is no element and level, such as champion:none", short(text)))?;
    let level = match level {
        "none" => None,
        word => Some(named(
            "level",
            word,
            Level::parse,
            &["none", "assumed", "stated", "validated"],
        )?),
    };
    Ok((Arc::from(key), level))
}

fn sort(text: &str) -> Result<(SortKey, bool), String> {
    let (word, descending) = text.strip_prefix('-').map_or((text, false), |word| (word, true));
    let known = SortKey::ALL.map(|(_, name)| name);
    named("order", word, SortKey::parse, &known).map(|key| (key, descending))
}

pub(crate) fn limit(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit))
        .ok_or_else(|| format!("{:?} is no number from 1 to {LIMIT_MAX}", short(text)))
}

/// Reads a span such as `14d`, `36h` or `2w`.
fn days(text: &str) -> Result<f64, String> {
    let units = [('h', 1.0 / 24.0), ('d', 1.0), ('w', 7.0)];
    units
        .into_iter()
        .find_map(|(unit, days)| {
            let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
            (number.is_finite() && number >= 0.0).then_some(number * days)
        })
        .ok_or_else(|| format!("{:?} is no time such as 14d, 36h or 2w", short(text)))
}
