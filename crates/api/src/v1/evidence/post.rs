//! `POST /v1/accounts/{account}/evidence`: states evidence for an element of a framework.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{Command, StateEvidence};
use quorate_domain::evidence::Level;
use quorate_domain::id::{ContactId, Solution};
use quorate_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::auth::{Caller, Grant, Write};
use crate::body::JsonBody;
use crate::idempotency;
use crate::problem::Problem;
use crate::query::{Params, named};
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer, Checks};
use crate::v1::path::AccountPath;

/// A dated statement for an element of a framework.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"framework": "meddpicc", "element": "decision_process", "level": "stated",
    "said_by": "c-1", "said_at": "2026-06-11T09:00:00Z", "note": "The board decides in July"}))]
pub(crate) struct EvidencePost {
    /// The framework; one the model uses. Left out: the first one.
    #[serde(default)]
    framework: Option<String>,
    /// Its element.
    element: String,
    /// `assumed` (the seller believes it), `stated` (the buyer said it) or `validated` (the buyer did it).
    level: String,
    /// What shows it: a document, a mail, a meeting. Validated evidence must name it.
    #[serde(default)]
    artefact: Option<String>,
    /// The id of the contact who said or did it; one the account knows.
    #[serde(default)]
    said_by: Option<String>,
    /// What was said.
    #[serde(default)]
    note: Option<String>,
    /// When it was said or done; it counts from then on. Left out: now.
    #[serde(default)]
    said_at: Option<String>,
    /// For which solution; left out: for all.
    #[serde(default)]
    solution: Option<String>,
    /// Who records it; left out: the key's source.
    #[serde(default)]
    source: Option<String>,
}

/// What stating evidence did.
#[derive(Serialize, ToSchema)]
pub(crate) struct EvidenceAnswer<'a> {
    /// The number of the evidence within its account: what takes it back or contests it names this.
    evidence: Option<u32>,
    #[serde(flatten)]
    change: ChangeAnswer<'a>,
}

impl EvidencePost {
    fn check(self, grant: &Grant, first: Option<&str>) -> Result<StateEvidence, Problem> {
        let mut checks = Checks::default();
        let element = checks.text("/element", &self.element);
        let level = checks.parsed("/level", &self.level, |word| {
            named("level", word, Level::parse, &Level::ALL.map(Level::as_str))
        });
        let said_by = self
            .said_by
            .and_then(|id| checks.parsed("/said_by", &id, |id| ContactId::new(id)));
        let said_at = self
            .said_at
            .and_then(|text| checks.parsed("/said_at", &text, str::parse::<Timestamp>));
        let solution = self
            .solution
            .and_then(|name| checks.parsed("/solution", &name, |name| Solution::new(name)));
        let source = checks.source(self.source.as_deref(), grant);
        let Some(level) = level else {
            return Err(checks.refused());
        };
        let framework = self.framework.as_deref().or(first).unwrap_or_default();
        checks.finish(StateEvidence {
            solution,
            framework: framework.into(),
            element,
            level,
            artefact: self.artefact.map(Into::into),
            said_by,
            note: self.note.map(Into::into),
            said_at,
            source,
        })
    }
}

/// States evidence for an element of a framework. Several pieces stand side by side; the best one counts.
#[utoipa::path(post, path = "/v1/accounts/{account}/evidence", tag = "qualification",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
        ("Idempotency-Key" = Option<String>, Header, description = "A text of your own for this request, such as a \
            UUID: the same request with the same key again gets the same answer, and nothing is made twice"),
    ),
    request_body = EvidencePost,
    responses(
        (status = 201, description = "It is recorded, and its account was made for it", body = EvidenceAnswer),
        (status = 200, description = "It is recorded", body = EvidenceAnswer),
    ))]
pub(crate) async fn post(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<EvidencePost>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let account = path.account()?;
    let expected = edit::expected(&request)?;
    let model = api.engine.model().model;
    let first = model.frameworks.in_use.first().map(|framework| &*framework.name);
    let command = Command::StateEvidence(body.check(&caller.grant, first)?);
    let engine = api.engine.clone();
    idempotency::once(&caller, &request, &api, async move {
        let receipt = engine.execute(account.clone(), command, expected).await?;
        let answer = EvidenceAnswer {
            evidence: receipt.evidence.map(|no| no.0),
            change: ChangeAnswer::of(account.as_str(), receipt.created, &receipt),
        };
        Ok(edit::answer_with(receipt.created, &receipt, &answer))
    })
    .await
}
