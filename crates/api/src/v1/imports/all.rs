//! `GET /v1/imports`: the imports that are kept.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::ImportBody;
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// Imports, the newest first.
#[derive(Serialize, ToSchema)]
#[schema(as = Imports)]
struct ImportsBody {
    /// The imports.
    items: Vec<ImportBody>,
}

/// Shows the imports that are kept, the newest first.
#[utoipa::path(get, path = "/v1/imports", tag = "imports",
    responses((status = 200, description = "All of them", body = ImportsBody)))]
pub(crate) async fn all(
    _caller: Caller<Read>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let imports = api.engine.imports().list().await?;
    let items = imports.iter().map(ImportBody::from).collect();
    Ok(HttpResponse::Ok().json(ImportsBody { items }))
}
