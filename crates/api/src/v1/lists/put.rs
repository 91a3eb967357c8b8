//! `PUT /v1/lists/{list}`: says things of a list; makes it when it is new.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::Patch;
use quorate_engine::lists::ListEdit;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ListBody, ListPath};
use crate::auth::{Caller, Write};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::{Checks, patch};

/// What is said of a list. Named fields merge; null clears; the others stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Q3 target accounts", "owner": "ada"}))]
pub(crate) struct ListPut {
    /// What people call it; a new list that names none is called like its slug.
    #[serde(default)]
    name: Option<String>,
    /// What it is for.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    description: Patch<String>,
    /// Who looks after it.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    owner: Patch<String>,
}

impl ListPut {
    fn check(self) -> Result<ListEdit, Problem> {
        let mut checks = Checks::default();
        let name = self.name.map(|name| checks.text("/name", &name));
        let description = checks.patch(self.description, |checks, text| {
            Some(checks.text("/description", &text))
        });
        let owner = checks.patch(self.owner, |checks, text| Some(checks.text("/owner", &text)));
        checks.finish(ListEdit {
            name,
            description: description.named().map(Option::<&_>::cloned),
            owner: owner.named().map(Option::<&_>::cloned),
        })
    }
}

/// Says things of a list of target accounts; makes it when it is new.
#[utoipa::path(put, path = "/v1/lists/{list}", tag = "lists",
    params(("list" = String, Path, description = "The list's slug: lower case letters, digits, `-`, `_`", max_length = 64)),
    request_body = ListPut,
    responses(
        (status = 201, description = "The list was made", body = ListBody),
        (status = 200, description = "The list was there", body = ListBody),
    ))]
pub(crate) async fn put(
    _caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<ListPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<ListPut>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let slug = path.slug()?;
    let lists = api.engine.lists();
    let (_, created) = lists.put(&slug, body.check()?).await?;
    let (list, members) = lists.get(&slug).await?;
    let mut response = if created {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(response.json(ListBody::of(&list, members)))
}
