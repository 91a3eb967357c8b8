//! `GET /v1/lists`: all lists.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::ListBody;
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// All lists, by slug.
#[derive(Serialize, ToSchema)]
#[schema(as = Lists)]
struct ListsBody {
    /// The lists.
    items: Vec<ListBody>,
}

/// Shows all lists of target accounts, each with how many accounts are on it.
#[utoipa::path(get, path = "/v1/lists", tag = "lists",
    responses((status = 200, description = "All lists", body = ListsBody)))]
pub(crate) async fn all(
    _caller: Caller<Read>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let lists = api.engine.lists().all().await?;
    let items = lists
        .iter()
        .map(|(list, members)| ListBody::of(list, *members))
        .collect();
    Ok(HttpResponse::Ok().json(ListsBody { items }))
}
