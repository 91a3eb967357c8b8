//! `GET /v1/imports/{import}/rejects.csv`: the rows that stay out, to mend and send again.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use quorate_intake::plan::Verdict;
use quorate_intake::rejects;

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
    let imports = api.engine.imports();
    let import = imports.get(&path.import).await?;
    let found = imports
        .rows(
            &path.import,
            vec![Verdict::Failed, Verdict::NeedsAnswer],
            0,
            usize::MAX,
        )
        .await?;
    let columns = import.mapping.columns.len();
    let mut header: Vec<String> = import
        .mapping
        .columns
        .iter()
        .map(|(name, _)| name.clone())
        .collect();
    header.extend(["quorate row", "quorate verdict", "quorate reason"].map(str::to_owned));
    let rows = found.rows.into_iter().map(|row| {
        let mut cells = row.cells;
        cells.resize(columns.max(cells.len()), String::new());
        cells.push(row.planned.row.to_string());
        cells.push(row.planned.verdict.to_string());
        cells.push(row.planned.reason.unwrap_or_default());
        cells
    });
    let text = rejects::write(std::iter::once(header).chain(rows));
    let disposition = format!("attachment; filename=\"rejects-{}.csv\"", import.id);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .body(text))
}
