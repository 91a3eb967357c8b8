//! `DELETE /v1/lists/{list}`: deletes a list; its accounts stay.

use actix_web::{HttpRequest, HttpResponse, web};

use super::ListPath;
use crate::auth::{Caller, Write};
use crate::problem::Problem;
use crate::query::{Params, flag};
use crate::state::Api;

/// Deletes a list. One with accounts on it is deleted only with `force`; the accounts stay.
#[utoipa::path(delete, path = "/v1/lists/{list}", tag = "lists",
    params(
        ("list" = String, Path, description = "The list's slug", max_length = 64),
        ("force" = Option<bool>, Query, description = "Takes the accounts that are on it off it first"),
    ),
    responses((status = 204, description = "It is gone")))]
pub(crate) async fn delete(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<ListPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let mut params = Params::of(&request, &["force"]);
    let force = params.parsed("force", flag).unwrap_or(false);
    params.finish(())?;
    let source = &caller.grant.source;
    api.engine.lists().delete(&path.slug()?, force, source).await?;
    Ok(HttpResponse::NoContent().finish())
}
