//! `GET /v1/accounts/{account}/opportunities`: what sales opened, the latest change first.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::opportunity::Opportunity;
use quorate_domain::time::Day;
use quorate_engine::AsOf;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::instant::Instant;
use crate::v1::path::{AccountPath, no_account};

/// The opportunities of an account.
#[derive(Serialize, ToSchema)]
#[schema(as = OpportunityList)]
pub(crate) struct OpportunityListBody {
    /// The opportunities, the one changed last first.
    items: Vec<OpportunityBody>,
    /// The instant they are read at.
    as_of: Instant,
}

/// An opportunity.
#[derive(Serialize, ToSchema)]
#[schema(as = Opportunity)]
pub(crate) struct OpportunityBody {
    /// Its id, unique within its account.
    id: String,
    /// What people call it.
    name: Option<String>,
    /// For which solution; null: for all.
    solution: Option<String>,
    /// How much it is worth; null: nobody said.
    amount: Option<f64>,
    /// In which currency; null: that of the model.
    currency: Option<String>,
    /// `open`, `won` or `lost`.
    state: &'static str,
    /// The day it is to close, or closed.
    #[schema(format = Date)]
    closes_on: Option<String>,
    /// Who says so.
    source: String,
    /// When it was last changed.
    changed_at: Instant,
}

impl From<&Opportunity> for OpportunityBody {
    fn from(opportunity: &Opportunity) -> Self {
        Self {
            id: opportunity.id.to_string(),
            name: opportunity.name.as_deref().map(str::to_owned),
            solution: opportunity.solution.as_ref().map(ToString::to_string),
            amount: opportunity.amount,
            currency: opportunity.currency.as_deref().map(str::to_owned),
            state: opportunity.state.as_str(),
            closes_on: opportunity.closes_on.as_ref().map(Day::to_string),
            source: opportunity.source.0.to_string(),
            changed_at: opportunity.changed_at.into(),
        }
    }
}

/// Lists an account's opportunities, the one changed last first.
#[utoipa::path(get, path = "/v1/accounts/{account}/opportunities", tag = "qualification",
    params(("account" = String, Path, description = "The account's id", max_length = 256)),
    responses((status = 200, description = "The opportunities", body = OpportunityListBody)))]
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
    let mut opportunities: Vec<&Opportunity> = view.state.opportunities.values().collect();
    opportunities.sort_by_key(|opportunity| std::cmp::Reverse(opportunity.changed_at));
    Ok(HttpResponse::Ok().json(OpportunityListBody {
        items: opportunities.into_iter().map(OpportunityBody::from).collect(),
        as_of: view.reading.at.into(),
    }))
}
