//! `POST /v1/set-aside/retry`: tries again what was set aside.

use actix_web::{HttpRequest, HttpResponse, web};
use quorate_domain::id::AccountId;
use quorate_engine::view::ItemOutcome;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AccountSetAside, SignalSetAside};
use crate::auth::{Admin, Caller};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::edit::Checks;

/// What to try again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"account": "acme"}))]
pub(crate) struct SetAsideRetry {
    /// One account and its signals; left out: everything.
    #[serde(default)]
    account: Option<String>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
struct SetAsideRetried {
    /// Signals that were recorded now, or had been.
    recorded: usize,
    /// Signals that were refused for good, and why.
    rejected: Vec<SignalRefused>,
    /// Signals that are still set aside.
    signals: Vec<SignalSetAside>,
    /// Accounts that are still set aside.
    accounts: Vec<AccountSetAside>,
}

/// A signal that was refused for good.
#[derive(Serialize, ToSchema)]
struct SignalRefused {
    /// The account.
    account: String,
    /// The signal's id.
    id: String,
    /// Why.
    detail: String,
}

/// Tries again what was set aside, after what stood in its way was mended: accounts are loaded once more, signals
/// are sent once more. What fails again stays set aside.
#[utoipa::path(post, path = "/v1/set-aside/retry", tag = "operations",
    request_body = SetAsideRetry,
    responses((status = 200, description = "It was tried", body = SetAsideRetried)))]
pub(crate) async fn retry(
    _caller: Caller<Admin>,
    request: HttpRequest,
    api: web::Data<Api>,
    JsonBody(body): JsonBody<SetAsideRetry>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let mut checks = Checks::default();
    let account = body
        .account
        .as_deref()
        .and_then(|account| checks.parsed("/account", account, |text| AccountId::new(text)));
    checks.finish(())?;
    let asides = api.engine.set_aside();
    let accounts = asides.retry_accounts(account.as_ref()).await?;
    let mut retried = SetAsideRetried {
        recorded: 0,
        rejected: Vec::new(),
        signals: Vec::new(),
        accounts: accounts.into_iter().map(Into::into).collect(),
    };
    for (aside, outcome) in asides.retry_signals(account.as_ref()).await? {
        match outcome {
            ItemOutcome::Decided(quorate_domain::account::Outcome::Rejected(rejection)) => {
                retried.rejected.push(SignalRefused {
                    account: aside.account.to_string(),
                    id: aside.signal.id.as_str().to_owned(),
                    detail: rejection.to_string(),
                });
            }
            ItemOutcome::Decided(_) => retried.recorded += 1,
            ItemOutcome::Unmatched | ItemOutcome::Unavailable { .. } | ItemOutcome::Quarantined { .. } => {
                retried.signals.push(SignalSetAside::of(&aside));
            }
        }
    }
    Ok(HttpResponse::Ok().json(retried))
}
