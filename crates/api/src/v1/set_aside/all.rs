//! `GET /v1/set-aside`: what waits for an operator.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::{AccountSetAside, SignalSetAside};
use crate::auth::{Admin, Caller};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// What waits for an operator.
#[derive(Serialize, ToSchema)]
#[schema(as = SetAside)]
struct SetAsideBody {
    /// Accounts whose journal cannot be read: nothing is recorded of them meanwhile.
    accounts: Vec<AccountSetAside>,
    /// Signals that kept killing their account, which lives on without them.
    signals: Vec<SignalSetAside>,
}

/// Shows what was set aside so that the rest goes on: accounts whose journal cannot be read, and signals that kept
/// killing their account.
#[utoipa::path(get, path = "/v1/set-aside", tag = "operations",
    responses((status = 200, description = "All of it", body = SetAsideBody)))]
pub(crate) async fn all(
    _caller: Caller<Admin>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let asides = api.engine.set_aside();
    let signals = asides.signals().await?;
    Ok(HttpResponse::Ok().json(SetAsideBody {
        accounts: asides.accounts().into_iter().map(Into::into).collect(),
        signals: signals.iter().map(SignalSetAside::of).collect(),
    }))
}
