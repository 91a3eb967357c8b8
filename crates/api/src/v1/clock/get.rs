//! `GET /v1/clock`: the engine's time.

use actix_web::{HttpRequest, HttpResponse, web};

use super::ClockBody;
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;

/// Shows the engine's time, and whether the machine's clock is believed.
#[utoipa::path(get, path = "/v1/clock", tag = "operations",
    responses((status = 200, description = "It", body = ClockBody)))]
pub(crate) async fn get(
    _caller: Caller<Read>,
    request: HttpRequest,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    Ok(HttpResponse::Ok().json(ClockBody::of(&api.engine)))
}
