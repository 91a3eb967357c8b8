//! `POST /v1/lists/{list}/members`: puts accounts on a list and takes others off.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::id::AccountId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ListPath;
use crate::auth::{Caller, Write};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::Checks;

/// The most accounts one request may name.
const NAMED_MAX: usize = 1_000;

/// Accounts by id. One that is named twice, to be added and to be removed, is removed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"add": ["acme"], "remove": ["beta"]}))]
pub(crate) struct MembersPost {
    /// Put on the list; each must be known.
    #[serde(default)]
    add: Vec<String>,
    /// Taken off the list.
    #[serde(default)]
    remove: Vec<String>,
    /// Who says so; left out: the key's.
    #[serde(default)]
    source: Option<String>,
}

/// What changed.
#[derive(Serialize, ToSchema)]
#[schema(as = MembersChanged)]
struct MembersAnswer {
    /// How many accounts were put on the list or taken off it.
    changed: usize,
    /// How many are on it now.
    members: usize,
}

/// Puts accounts on a list and takes others off.
#[utoipa::path(post, path = "/v1/lists/{list}/members", tag = "lists",
    params(("list" = String, Path, description = "The list's slug", max_length = 64)),
    request_body = MembersPost,
    responses((status = 200, description = "It is done", body = MembersAnswer)))]
pub(crate) async fn post(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<ListPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<MembersPost>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let slug = path.slug()?;
    let mut checks = Checks::default();
    let source = checks.source(body.source.as_deref(), &caller.grant);
    let add = ids(&mut checks, "/add", &body.add);
    let remove = ids(&mut checks, "/remove", &body.remove);
    let (add, remove, source) = checks.finish((add, remove, source))?;
    let lists = api.engine.lists();
    let changed = lists.change_members(&slug, add, remove, &source).await?;
    let (_, members) = lists.get(&slug).await?;
    Ok(HttpResponse::Ok().json(MembersAnswer { changed, members }))
}

fn ids(checks: &mut Checks, pointer: &str, texts: &[String]) -> Vec<AccountId> {
    if texts.len() > NAMED_MAX {
        checks.refuse(
            pointer,
            format!("names {} accounts, more than {NAMED_MAX}", texts.len()),
        );
        return Vec::new();
    }
    let numbered = texts.iter().enumerate();
    numbered
        .filter_map(|(place, text)| {
            checks.parsed(&format!("{pointer}/{place}"), text, |text| AccountId::new(text))
        })
        .collect()
}
