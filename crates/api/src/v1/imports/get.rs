//! `GET /v1/imports/{import}`: one import.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{ImportBody, ImportPath};
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// Shows an import: how far it is, what its rows come to, what its columns are.
#[utoipa::path(get, path = "/v1/imports/{import}", tag = "imports",
    params(("import" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The import", body = ImportBody)))]
pub(crate) async fn get(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<ImportPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let import = api.engine.imports().get(&path.import).await?;
    Ok(HttpResponse::Ok().json(ImportBody::from(&import)))
}
