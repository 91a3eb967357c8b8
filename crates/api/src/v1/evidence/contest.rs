//! `POST /v1/accounts/{account}/evidence/{evidence}/contest`: somebody at the account denies it.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::Command;
use quorate_domain::id::ContactId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Write};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer, Checks};
use crate::v1::path::EvidencePath;

/// Who denies it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"contact": "c-7", "note": "Legal was never asked"}))]
pub(crate) struct ContestPost {
    /// The id of the contact; one the account knows.
    contact: String,
    /// What they say.
    #[serde(default)]
    note: Option<String>,
    /// Who records it; left out: the key's source.
    #[serde(default)]
    source: Option<String>,
}

/// Records that somebody at the account denies what evidence says: it counts one step less from then on.
#[utoipa::path(post, path = "/v1/accounts/{account}/evidence/{evidence}/contest", tag = "qualification",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("evidence" = u32, Path, description = "The evidence's number"),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
    ),
    request_body = ContestPost,
    responses((status = 200, description = "It is recorded", body = ChangeAnswer)))]
pub(crate) async fn contest(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<EvidencePath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<ContestPost>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let (account, evidence) = path.ids()?;
    let expected = edit::expected(&request)?;
    let mut checks = Checks::default();
    let by = checks.parsed("/contact", &body.contact, |id| ContactId::new(id));
    let source = checks.source(body.source.as_deref(), &caller.grant);
    let Some(by) = by else {
        return Err(checks.refused());
    };
    let command = checks.finish(Command::ContestEvidence {
        evidence,
        by,
        note: body.note.map(Into::into),
        source,
    })?;
    let receipt = api.engine.execute(account.clone(), command, expected).await?;
    Ok(edit::answer(account.as_str(), false, &receipt))
}
