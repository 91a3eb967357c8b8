//! `GET /board/export.csv`: all rows of a view in full precision, in its order, as they are found.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::id::Role;
use quorate_domain::time::Timestamp;
use quorate_engine::Listing;
use quorate_engine::list::{LIMIT_MAX, ListQuery};
use quorate_engine::view::AccountRow;

use super::past::{self, Looked};
use super::query::BoardQuery;
use crate::access::Visitor;
use crate::pages::export::{self, Part};
use crate::reply::{self, PageError};
use crate::state::ConsoleState;

const HEADS: [&str; 23] = [
    "id",
    "name",
    "domain",
    "owner",
    "tier",
    "industry",
    "country",
    "heat",
    "band",
    "intent_points",
    "momentum",
    "fit",
    "grade",
    "quorum",
    "engaged_contacts",
    "contacts",
    "engaged_roles",
    "stage",
    "mqa_since",
    "mqa_ends_at",
    "last_signal_at",
    "heat_change_7d",
    "lists",
];

/// `GET /board/export.csv?..`: the same keys as the board.
pub(crate) async fn show(
    _visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
) -> Result<HttpResponse, PageError> {
    let (mut query, _) = BoardQuery::parse(request.query_string());
    let listing = match past::look(&state.engine, &mut query, &mut Vec::new())? {
        Looked::Now => state.engine.listing(),
        Looked::Then(list) => list.listing,
        // The board says how far it is, and has the link to the file.
        Looked::Reading(..) => return Ok(reply::see_other(query.first_page().href())),
    };
    let first = ListQuery {
        limit: LIMIT_MAX,
        ..query.first_page().list()
    };
    Ok(export::csv(&listing, "accounts", &HEADS, first, find))
}

fn find(listing: &Listing, query: ListQuery) -> Part<ListQuery> {
    let page = listing.page(&query);
    Part {
        rows: page.rows.iter().map(cells).collect(),
        next: page.next.map(|cursor| ListQuery {
            cursor: Some(cursor),
            ..query
        }),
    }
}

fn cells(row: &AccountRow) -> Vec<String> {
    let maybe = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let roles: Vec<&str> = row.engaged_roles.iter().map(Role::as_str).collect();
    vec![
        row.id.as_str().to_owned(),
        row.name.to_string(),
        maybe(row.domain.as_deref()),
        maybe(row.owner.as_deref()),
        maybe(row.tier.as_deref()),
        maybe(row.industry.as_deref()),
        maybe(row.country.as_deref()),
        row.heat.to_string(),
        row.band.as_str().to_owned(),
        row.intent_points.to_string(),
        number(row.momentum),
        number(row.fit),
        maybe(row.grade.map(quorate_domain::fit::Grade::as_str)),
        number(row.quorum),
        row.engaged_contacts.to_string(),
        row.contacts.to_string(),
        roles.join(";"),
        row.stage.as_str().to_owned(),
        instant(row.mqa_since),
        instant(row.mqa_ends_at),
        instant(row.last_signal_at),
        row.week_change
            .map(|change| change.to_string())
            .unwrap_or_default(),
        row.lists.join(";"),
    ]
}

#[cfg(test)]
mod tests;
