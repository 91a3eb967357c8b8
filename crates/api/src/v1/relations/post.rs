//! `POST /v1/accounts/{account}/relations`: states how two contacts are related.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{Command, Relate};
use quorate_domain::contact::RelationKind;
use quorate_domain::id::ContactId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Write};
use crate::body::JsonBody;
use crate::idempotency;
use crate::problem::Problem;
use crate::query::{Params, named};
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer, Checks};
use crate::v1::path::AccountPath;

/// A relation between two contacts; both are introduced when they are new.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"from": "c-1", "to": "c-7", "kind": "influences", "strength": 0.8}))]
pub(crate) struct RelationPost {
    /// The id of the contact it starts at.
    from: String,
    /// The id of the contact it ends at.
    to: String,
    /// `reports_to`, `influences`, `works_with` or `blocks`.
    kind: String,
    /// How strong; left out: as the model says.
    #[serde(default)]
    #[schema(minimum = 0.0, maximum = 1.0)]
    strength: Option<f64>,
}

impl RelationPost {
    fn check(self) -> Result<Relate, Problem> {
        let mut checks = Checks::default();
        let from = checks.parsed("/from", &self.from, |id| ContactId::new(id));
        let to = checks.parsed("/to", &self.to, |id| ContactId::new(id));
        let kind = checks.parsed("/kind", &self.kind, kind);
        let (Some(from), Some(to), Some(kind)) = (from, to, kind) else {
            return Err(checks.refused());
        };
        Ok(Relate {
            from,
            to,
            kind,
            strength: self.strength,
        })
    }
}

/// Returns the kind of a wire name.
pub(super) fn kind(word: &str) -> Result<RelationKind, String> {
    let known = RelationKind::ALL.map(RelationKind::as_str);
    named("kind of relation", word, RelationKind::parse, &known)
}

/// States how two contacts are related; the same two and kind again state its strength anew.
#[utoipa::path(post, path = "/v1/accounts/{account}/relations", tag = "contacts",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own for this request, such as a \
            UUID: the same request with the same key again gets the same answer, and nothing is made twice"),
    ),
    request_body = RelationPost,
    responses(
        (status = 201, description = "It is recorded, and its account was made for it", body = ChangeAnswer),
        (status = 200, description = "It is recorded", body = ChangeAnswer),
    ))]
pub(crate) async fn post(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<RelationPost>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let account = path.account()?;
    let expected = edit::expected(&request)?;
    let command = Command::Relate(body.check()?);
    let engine = api.engine.clone();
    idempotency::once(&caller, &request, &api, async move {
        let receipt = engine.execute(account.clone(), command, expected).await?;
        Ok(edit::answer(account.as_str(), receipt.created, &receipt))
    })
    .await
}
