//! `GET /v1/imports/{import}/rows`: what becomes of each row.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_intake::plan::Verdict;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ImportPath, RowBody};
use crate::auth::{Caller, Read};
use crate::page;
use crate::problem::Problem;
use crate::query::{Params, named, short};
use crate::state::Api;

/// Rows of a page when nobody says how many.
const LIMIT_DEFAULT: usize = 100;
/// The most rows of a page.
const LIMIT_MAX: usize = 1_000;

/// A page of rows, in the order of the file.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportRows)]
struct RowsBody {
    /// The rows.
    items: Vec<RowBody>,
    /// Where to go on; null: this is the last page.
    next_cursor: Option<String>,
}

/// Shows rows of an import, in the order of the file.
#[utoipa::path(get, path = "/v1/imports/{import}/rows", tag = "imports",
    params(
        ("import" = String, Path, description = "The import's id"),
        ("verdict" = Option<String>, Query, description = "Verdicts divided by commas: any of them"),
        ("limit" = Option<u32>, Query, description = "How many rows, at most 1,000; left out: 100", minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "Where to go on: the `next_cursor` of the page before"),
    ),
    responses((status = 200, description = "A page", body = RowsBody,
        headers(("Link" = String, description = "The next page, with `rel=\"next\"`")))))]
pub(crate) async fn rows(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<ImportPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::of(&request, &["verdict", "limit", "cursor"]);
    let verdicts = params.several("verdict", |word| {
        named(
            "verdict",
            word,
            Verdict::parse,
            &Verdict::ALL.map(Verdict::as_str),
        )
    });
    let limit = params.parsed("limit", |text| {
        text.parse()
            .ok()
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or_else(|| format!("{:?} is no number from 1 to {LIMIT_MAX}", short(text)))
    });
    let after = params.parsed("cursor", |text| {
        text.parse::<usize>()
            .map_err(|_| format!("{:?} is no cursor of this list", short(text)))
    });
    params.finish(())?;
    let found = api
        .engine
        .imports()
        .rows(
            &path.import,
            verdicts,
            after.unwrap_or(0),
            limit.unwrap_or(LIMIT_DEFAULT),
        )
        .await?;
    let next_cursor = found.next.map(|row| row.to_string());
    let mut response = HttpResponse::Ok();
    if let Some(cursor) = &next_cursor {
        response.insert_header((header::LINK, page::next_link(&request, cursor)));
    }
    Ok(response.json(RowsBody {
        items: found.rows.iter().map(RowBody::from).collect(),
        next_cursor,
    }))
}
