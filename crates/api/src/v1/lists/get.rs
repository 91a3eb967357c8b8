//! `GET /v1/lists/{list}`: one list.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{ListBody, ListPath};
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// Shows a list of target accounts.
#[utoipa::path(get, path = "/v1/lists/{list}", tag = "lists",
    params(("list" = String, Path, description = "The list's slug", max_length = 64)),
    responses((status = 200, description = "The list", body = ListBody)))]
pub(crate) async fn get(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<ListPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let (list, members) = api.engine.lists().get(&path.slug()?).await?;
    Ok(HttpResponse::Ok().json(ListBody::of(&list, members)))
}
