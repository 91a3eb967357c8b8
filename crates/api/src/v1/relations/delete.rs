//! `DELETE /v1/accounts/{account}/relations`: takes a relation back.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::Command;
use quorate_domain::id::ContactId;

use super::post::kind;
use crate::auth::{Caller, Write};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer};
use crate::v1::path::AccountPath;

/// Takes a relation back.
#[utoipa::path(delete, path = "/v1/accounts/{account}/relations", tag = "contacts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("from" = String, Query, description = "The id of the contact it starts at"),
        ("to" = String, Query, description = "The id of the contact it ends at"),
        ("kind" = String, Query, description = "`reports_to`, `influences`, `works_with` or `blocks`"),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
    ),
    responses((status = 200, description = "It is taken back", body = ChangeAnswer)))]
pub(crate) async fn delete(
    _caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    let account = path.account()?;
    let expected = edit::expected(&request)?;
    let mut params = Params::of(&request, &["from", "to", "kind"]);
    let contact = |text: &str| ContactId::new(text).map_err(|error| error.to_string());
    let from = params.needed("from", contact);
    let to = params.needed("to", contact);
    let kind = params.needed("kind", kind);
    let (Some(from), Some(to), Some(kind)) = (from, to, kind) else {
        return Err(params.refused());
    };
    params.finish(())?;
    let receipt = api
        .engine
        .execute(account.clone(), Command::Unrelate { from, to, kind }, expected)
        .await?;
    Ok(edit::answer(account.as_str(), false, &receipt))
}
