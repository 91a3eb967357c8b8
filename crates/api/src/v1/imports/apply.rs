//! `POST /v1/imports/{import}/apply`: carries out what is certain.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{ImportBody, ImportPath};
use crate::auth::{Caller, Write};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// Applies an import: rows are planned anew against what is known now, what is certain is carried out, questions stay
/// out. Asking twice does it once. `import.progress` events and `GET /v1/imports/{import}` tell how far it is.
#[utoipa::path(post, path = "/v1/imports/{import}/apply", tag = "imports",
    params(("import" = String, Path, description = "The import's id")),
    responses((status = 202, description = "It is being applied", body = ImportBody)))]
pub(crate) async fn apply(
    _caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<ImportPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let import = api.engine.imports().apply(&path.import).await?;
    Ok(HttpResponse::Accepted().json(ImportBody::from(&import)))
}
