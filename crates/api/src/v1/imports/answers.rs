//! `POST /v1/imports/{import}/answers`: what people say about rows that are not certain.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_engine::imports::parse_answer;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ImportBody, ImportPath};
use crate::auth::{Caller, Write};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::Checks;

/// Answers by row number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"answers": {"48": "same:halden-biologics", "231": "new", "232": "skip"}}))]
pub(crate) struct AnswersPost {
    /// `same:<account id>`, `new` or `skip`, by the row's number.
    answers: BTreeMap<String, String>,
}

/// Answers rows. All answers are taken or none.
#[utoipa::path(post, path = "/v1/imports/{import}/answers", tag = "imports",
    params(("import" = String, Path, description = "The import's id")),
    request_body = AnswersPost,
    responses((status = 200, description = "The import with its new counts", body = ImportBody)))]
pub(crate) async fn post(
    _caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<ImportPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<AnswersPost>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let mut checks = Checks::default();
    let mut answers = BTreeMap::new();
    for (row, answer) in &body.answers {
        let pointer = format!("/answers/{}", crate::body::escaped(row));
        let number = checks.parsed(&pointer, row, |row| {
            row.parse::<usize>().map_err(|_| "is no number of a row")
        });
        let answer = checks.parsed(&pointer, answer, parse_answer);
        answers.extend(number.zip(answer));
    }
    let answers = checks.finish(answers)?;
    let import = api.engine.imports().answer(&path.import, answers).await?;
    Ok(HttpResponse::Ok().json(ImportBody::from(&import)))
}
