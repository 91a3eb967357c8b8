//! `GET /gaps/export.csv`: all gaps of a list, in its order, as they are found.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_engine::Listing;
use quorate_engine::list::{GapQuery, LIMIT_MAX};
use quorate_engine::view::AccountGap;

use super::Asked;
use crate::access::Visitor;
use crate::pages::export::{self, Part};
use crate::state::ConsoleState;

const HEADS: [&str; 10] = [
    "account",
    "name",
    "owner",
    "stage",
    "gap",
    "kind",
    "quorum",
    "completeness",
    "closes_mqa_condition",
    "since",
];

/// `GET /gaps/export.csv?..`: the same keys as the page.
pub(crate) async fn show(
    _visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> HttpResponse {
    let first = GapQuery {
        limit: LIMIT_MAX,
        after: None,
        ..Asked::parse(request.query_string()).query()
    };
    export::csv(&state.engine.listing(), "gaps", &HEADS, first, find)
}

fn find(listing: &Listing, query: GapQuery) -> Part<GapQuery> {
    let page = listing.gaps(&query);
    let last = page.gaps.last().filter(|_| page.more);
    let next = last.map(|last| last.place.clone());
    Part {
        rows: page.gaps.iter().map(cells).collect(),
        next: next.map(|place| GapQuery {
            after: Some(place),
            ..query
        }),
    }
}

fn cells(found: &AccountGap) -> Vec<String> {
    let (account, gap) = (&found.account, &found.gap);
    vec![
        account.id.as_str().to_owned(),
        account.name.to_string(),
        account.owner.as_deref().unwrap_or_default().to_owned(),
        account.stage.as_str().to_owned(),
        gap.id.to_string(),
        gap.kind.as_str().to_owned(),
        gap.quorum.to_string(),
        gap.completeness.to_string(),
        gap.closes.to_string(),
        found.since.to_string(),
    ]
}
