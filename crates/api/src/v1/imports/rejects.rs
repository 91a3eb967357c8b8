//! `GET /v1/imports/{import}/rejects.csv`: the rows that stay out, to mend and send again.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};

use super::ImportPath;
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// Shows the rows that failed or are questions still, as they came, with their number, verdict and reason behind. No
/// cell is taken for a formula by a spreadsheet.
#[utoipa::path(get, path = "/v1/imports/{import}/rejects.csv", tag = "imports",
    params(("import" = String, Path, description = "The import's id")),
    responses((status = 200, description = "The rows", body = String, content_type = "text/csv")))]
pub(crate) async fn rejects(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<ImportPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let text = api.engine.imports().rejects(&path.import).await?;
    let disposition = format!("attachment; filename=\"rejects-{}.csv\"", path.import);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(text))
}
