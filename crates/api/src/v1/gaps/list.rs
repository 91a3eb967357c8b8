//! `GET /v1/gaps`: what to do next, over all accounts, most helpful first.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::gap::GapKind;
use quorate_engine::list::{GapPlace, GapQuery};
use quorate_engine::view::AccountGap;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::auth::{Caller, Read};
use crate::problem::{Kind, Problem};
use crate::query::{Params, named};
use crate::state::Api;
use crate::v1::accounts::list::{self, LIMIT_DEFAULT, limit};
use crate::v1::accounts::row::RowBody;
use crate::v1::instant::Instant;

/// Which gaps; of several words in one parameter, separated by commas, any will do. Every filter of the list of
/// accounts works here, too.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only its description is used")]
struct GapParams {
    /// Kinds of gaps, such as `cold_seat`.
    gap: Option<String>,
    /// Owners.
    owner: Option<String>,
    /// `target`, `aware`, `engaged`, `mqa`, `disqualified`.
    stage: Option<String>,
    /// How many, at most 1,000; left out: 100.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// Where to go on: the `next_cursor` of the page before, with the same filters.
    cursor: Option<String>,
}

/// A page of gaps.
#[derive(Serialize, ToSchema)]
#[schema(as = GapPage)]
pub(crate) struct GapPageBody<'a> {
    /// The gaps: those that would close a condition of the MQA rule first, then the larger worth.
    items: Vec<GapRowBody<'a>>,
    /// Where to go on; null: this is the last page.
    next_cursor: Option<String>,
    /// How many match in all.
    total: usize,
    /// The instant the accounts' rows are computed at.
    as_of: Instant,
}

/// A gap of an account, as far as the index knows it; the account's own gaps say whom to ask.
#[derive(Serialize, ToSchema)]
#[schema(as = GapRow)]
pub(crate) struct GapRowBody<'a> {
    /// Its id.
    id: String,
    /// What kind.
    kind: &'static str,
    /// Points of quorum that closing it adds, to the hundredth.
    quorum: f64,
    /// Points of completeness that closing it adds, to the hundredth.
    completeness: f64,
    /// Whether closing it would meet a condition of the MQA rule that fails.
    closes_mqa_condition: bool,
    /// Since when it has been seen.
    since: Instant,
    /// Whose it is.
    account: RowBody<'a>,
}

impl<'a> From<&'a AccountGap> for GapRowBody<'a> {
    fn from(found: &'a AccountGap) -> Self {
        Self {
            id: found.gap.id.to_string(),
            kind: found.gap.kind.as_str(),
            quorum: found.gap.quorum,
            completeness: found.gap.completeness,
            closes_mqa_condition: found.gap.closes,
            since: found.since.into(),
            account: RowBody::from(&found.account),
        }
    }
}

/// Lists what all accounts lack, most helpful first.
#[utoipa::path(get, path = "/v1/gaps", tag = "qualification", params(GapParams),
    responses((status = 200, description = "A page", body = GapPageBody)))]
pub(crate) async fn list(
    _caller: Caller<Read>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::of(&request, &list::KNOWN);
    let kinds = params.several("gap", gap_kind);
    let mut filter = list::filter(&mut params);
    filter.gaps = Vec::new();
    let limit = params.parsed("limit", limit).unwrap_or(LIMIT_DEFAULT);
    let cursor = params.text("cursor").map(str::to_owned);
    params.finish(())?;
    let after = cursor.map(|text| {
        GapPlace::decode(&text).ok_or_else(|| {
            Problem::new(
                Kind::InvalidCursor,
                "the cursor is none of this list's; start again without it",
            )
        })
    });
    let page = api.engine.listing().gaps(&GapQuery {
        filter,
        kinds,
        limit,
        after: after.transpose()?,
    });
    let next_cursor = page
        .gaps
        .last()
        .filter(|_| page.more)
        .map(|last| last.place.encode());
    Ok(HttpResponse::Ok().json(GapPageBody {
        items: page.gaps.iter().map(GapRowBody::from).collect(),
        next_cursor,
        total: page.total,
        as_of: page.as_of.into(),
    }))
}

/// Reads a kind of gap.
pub(crate) fn gap_kind(word: &str) -> Result<GapKind, String> {
    named(
        "kind of gap",
        word,
        GapKind::parse,
        &GapKind::ALL.map(GapKind::as_str),
    )
}
