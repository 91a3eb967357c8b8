//! `PUT /v1/accounts/{account}/opportunities/{opportunity}`: says things of an opportunity.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::account::{Command, OpportunityChange, Patch};
use quorate_domain::id::{OpportunityId, Solution};
use quorate_domain::opportunity::OpportunityState;
use quorate_domain::time::{Day, Timestamp};
use quorate_engine::AsOf;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::auth::{Caller, Grant, Write};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::query::{Params, named};
use crate::state::Api;
use crate::v1::edit::{self, ChangeAnswer, Checks, patch};
use crate::v1::path::OpportunityPath;

/// What is said of an opportunity: named fields merge, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"name": "Rollout", "amount": 48000, "currency": "EUR", "state": "open",
    "closes_on": "2026-09-30"}))]
pub(crate) struct OpportunityPut {
    /// What people call it.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    name: Patch<String>,
    /// For which solution; null: for all.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    solution: Patch<String>,
    /// How much it is worth, from 0 up.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<f64>, minimum = 0.0)]
    amount: Patch<f64>,
    /// In which currency, such as `EUR`; null: that of the model.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>)]
    currency: Patch<String>,
    /// `open`, `won` or `lost`; a new one is open.
    #[serde(default)]
    state: Option<String>,
    /// The day it is to close, or closed, such as `2026-09-30`.
    #[serde(default, deserialize_with = "patch")]
    #[schema(value_type = Option<String>, format = Date)]
    closes_on: Patch<String>,
    /// Who says so; left out: the key's source.
    #[serde(default)]
    source: Option<String>,
}

impl OpportunityPut {
    fn check(self, id: OpportunityId, grant: &Grant) -> Result<OpportunityChange, Problem> {
        let mut checks = Checks::default();
        let change = OpportunityChange {
            id,
            name: checks.patch(self.name, |checks, text| Some(checks.text("/name", &text))),
            solution: checks.patch(self.solution, |checks, name| {
                checks.parsed("/solution", &name, |name| Solution::new(name))
            }),
            amount: self.amount,
            currency: checks.patch(self.currency, |checks, text| {
                Some(checks.text("/currency", &text))
            }),
            state: self.state.and_then(|word| {
                checks.parsed("/state", &word, |word| {
                    let known = OpportunityState::ALL.map(OpportunityState::as_str);
                    named("state", word, OpportunityState::parse, &known)
                })
            }),
            closes_on: checks.patch(self.closes_on, |checks, text| {
                checks.parsed("/closes_on", &text, day)
            }),
            source: checks.source(self.source.as_deref(), grant),
        };
        checks.finish(change)
    }
}

fn day(text: &str) -> Result<Day, String> {
    format!("{text}T00:00:00Z")
        .parse::<Timestamp>()
        .map(Timestamp::day)
        .map_err(|_| format!("{text:?} is no day such as 2026-09-30"))
}

/// Says things of an opportunity; makes it when it is new. Open amounts decide which elements are in scope.
#[utoipa::path(put, path = "/v1/accounts/{account}/opportunities/{opportunity}", tag = "qualification",
    params(
        ("account" = String, Path, description = "The account's id", max_length = 256),
        ("opportunity" = String, Path, description = "The opportunity's id, unique within its account", max_length = 256),
        ("If-Match" = Option<String>, Header, description = "The account's version the change is of"),
    ),
    request_body = OpportunityPut,
    responses(
        (status = 201, description = "The opportunity was made", body = ChangeAnswer),
        (status = 200, description = "The opportunity was known", body = ChangeAnswer),
    ))]
pub(crate) async fn put(
    caller: Caller<Write>,
    request: HttpRequest,
    path: web::Path<OpportunityPath>,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<OpportunityPut>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let (account, opportunity) = path.ids()?;
    let expected = edit::expected(&request)?;
    let change = body.check(opportunity.clone(), &caller.grant)?;
    let known = api
        .engine
        .account(&account, AsOf::default())
        .await?
        .is_some_and(|view| view.state.opportunities.contains_key(&opportunity));
    let receipt = api
        .engine
        .execute(account, Command::ChangeOpportunity(change), expected)
        .await?;
    Ok(edit::answer(opportunity.as_str(), !known, &receipt))
}
