//! `POST /v1/clock/confirm`: the machine's clock is right after it jumped.

use actix_web::{HttpRequest, HttpResponse, web};

use super::ClockBody;
use crate::auth::{Admin, Caller};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// Says that the machine's clock is right after it jumped: the engine's now follows it, and what fades or ends by that
/// does so. Now never goes back: after a jump back it stands still until the machine's clock has come so far again.
#[utoipa::path(post, path = "/v1/clock/confirm", tag = "operations",
    responses((status = 200, description = "It is believed", body = ClockBody)))]
pub(crate) async fn confirm(
    caller: Caller<Admin>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    if let Some(off_ms) = api.engine.clock().doubt() {
        tracing::warn!(off_ms, key = %caller.grant.id, "the machine's clock is confirmed");
    }
    api.engine.clock().confirm();
    Ok(HttpResponse::Ok().json(ClockBody::of(&api.engine)))
}
