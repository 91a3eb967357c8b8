//! `GET /v1/accounts/{account}/evidence`: what was stated, newest first.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::Directory;
use quorate_domain::evidence::{Evidence, Level};
use quorate_domain::model::Model;
use quorate_domain::time::Timestamp;
use quorate_engine::AsOf;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::contact_name::{ContactName, name_of};
use crate::v1::instant::{Instant, maybe};
use crate::v1::path::{AccountPath, no_account};

/// The evidence of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = EvidenceList)]
pub(crate) struct EvidenceListBody {
    /// The evidence, what was said last first.
    items: Vec<EvidenceBody>,
    /// The instant it is read at.
    as_of: Instant,
}

/// A piece of evidence.
#[derive(Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(crate) struct EvidenceBody {
    /// Its number within the account.
    evidence: u32,
    /// For which solution; null: for all.
    solution: Option<String>,
    /// The framework.
    framework: String,
    /// Its element.
    element: String,
    /// Whether the model has that element; what it has no more is kept, and does not count.
    in_model: bool,
    /// `assumed`, `stated` or `validated`, as it was stated.
    level: &'static str,
    /// What it still counts as at this instant: null when nothing is left.
    counts_as: Option<&'static str>,
    /// Whether it lost a step to age.
    stale: bool,
    /// When it went stale, or will.
    stale_at: Option<Instant>,
    /// What shows it.
    artefact: Option<String>,
    /// Who said or did it.
    said_by: Option<ContactName>,
    /// What was said.
    note: Option<String>,
    /// When it was said.
    said_at: Instant,
    /// Who recorded it.
    source: String,
    /// When it was recorded.
    recorded_at: Instant,
    /// Who denies it.
    contested: Option<ContestBody>,
}

/// Somebody denies it.
#[derive(Serialize, ToSchema)]
#[schema(as = EvidenceContest)]
pub(crate) struct ContestBody {
    /// Who.
    contact: ContactName,
    /// What they say.
    note: Option<String>,
    /// When it was recorded.
    at: Instant,
}

impl EvidenceBody {
    pub(crate) fn of(evidence: &Evidence, directory: &Directory, model: &Model, at: Timestamp) -> Self {
        let said = &evidence.statement;
        let element = model
            .frameworks
            .get(&said.framework)
            .and_then(|framework| framework.element(&said.element));
        let worth = element.and_then(|element| evidence.worth(element.stale_after_days, at));
        Self {
            evidence: evidence.no.0,
            solution: said.solution.as_ref().map(ToString::to_string),
            framework: said.framework.to_string(),
            element: said.element.to_string(),
            in_model: element.is_some(),
            level: said.level.as_str(),
            counts_as: worth.and_then(|worth| worth.level).map(Level::as_str),
            stale: worth.is_some_and(|worth| worth.stale),
            stale_at: maybe(worth.map(|worth| worth.stale_at)),
            artefact: said.artefact.as_deref().map(str::to_owned),
            said_by: said.said_by.map(|no| name_of(no, directory)),
            note: said.note.as_deref().map(str::to_owned),
            said_at: said.said_at.into(),
            source: said.source.0.to_string(),
            recorded_at: evidence.recorded_at.into(),
            contested: evidence.contested.as_ref().map(|contest| ContestBody {
                contact: name_of(contest.by, directory),
                note: contest.note.as_deref().map(str::to_owned),
                at: contest.at.into(),
            }),
        }
    }
}

/// Lists an account's evidence, what was said last first.
#[utoipa::path(get, path = "/v1/accounts/{account}/evidence", tag = "qualification",
    params(("account" = String, Path, description = "The account's id", max_length = 256)),
    responses((status = 200, description = "The evidence", body = EvidenceListBody)))]
pub(crate) async fn list(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let id = path.account()?;
    let view = api
        .engine
        .account(&id, AsOf::default())
        .await?
        .ok_or_else(|| no_account(&id))?;
    let at = view.reading.at;
    let mut evidence: Vec<&Evidence> = view.state.evidence.values().collect();
    evidence.sort_by_key(|evidence| std::cmp::Reverse((evidence.statement.said_at, evidence.no)));
    Ok(HttpResponse::Ok().json(EvidenceListBody {
        items: evidence
            .into_iter()
            .map(|evidence| EvidenceBody::of(evidence, &view.directory, &view.model, at))
            .collect(),
        as_of: at.into(),
    }))
}
