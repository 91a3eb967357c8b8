//! `DELETE /v1/accounts/{account}/evidence/{evidence}`: takes evidence back.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::Command;

use crate::auth::{Caller, Write};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer};
use crate::v1::path::EvidencePath;

/// Takes evidence back that was recorded in error; what it said stays in the timeline.
#[utoipa::path(delete, path = "/v1/accounts/{account}/evidence/{evidence}", tag = "qualification",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("evidence" = u32, Path, description = "The evidence's number"),
        ("reason" = Option<String>, Query, description = "Why"),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
    ),
    responses((status = 200, description = "It is taken back", body = ChangeAnswer)))]
pub(crate) async fn delete(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<EvidencePath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let (account, evidence) = path.ids()?;
    let expected = edit::expected(&request)?;
    let mut params = Params::of(&request, &["reason"]);
    let reason = params.text("reason").map(Arc::from);
    params.finish(())?;
    let command = Command::RetractEvidence {
        evidence,
        reason,
        source: caller.grant.source.clone(),
    };
    let receipt = api.engine.execute(account.clone(), command, expected).await?;
    Ok(edit::answer(account.as_str(), false, &receipt))
}
