//! `GET /v1/accounts/{account}/forecast`: every coming change if nothing new happens.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::notice::NoticeBody;
use crate::auth::{Caller, Read};
use crate::problem::Problem;
use crate::query::Params;
use crate::state::Api;
use crate::v1::instant::{Instant, maybe};
use crate::v1::path::{AccountPath, no_account};

/// What comes if nothing new happens.
#[derive(Serialize, ToSchema)]
#[schema(as = Forecast)]
pub(crate) struct ForecastBody {
    /// Which account.
    id: String,
    /// The instant it is told at.
    as_of: Instant,
    /// When it stops being an MQA; null: it is none, or nothing makes it stop.
    mqa_ends_at: Option<Instant>,
    /// Every coming change, the next one first.
    changes: Vec<NoticeBody>,
}

/// Foretells every coming change if nothing new happens.
#[utoipa::path(get, path = "/v1/accounts/{account}/forecast", tag = "accounts",
    params(("account" = String, Path, description = "The account's id", max_length = 256)),
    responses((status = 200, description = "What comes", body = ForecastBody)))]
pub(crate) async fn forecast(
    _caller: Caller<Read>,
    request: HttpRequest,
    path: web::Path<AccountPath>,
    api: web::Data<Api>,
) -> Result<HttpResponse, Problem> {
    Params::none(&request)?;
    let id = path.account()?;
    let (view, changes) = api.engine.forecast(&id).await?.ok_or_else(|| no_account(&id))?;
    Ok(HttpResponse::Ok().json(ForecastBody {
        id: id.to_string(),
        as_of: view.reading.at.into(),
        mqa_ends_at: maybe(view.mqa_ends_at),
        changes: changes
            .iter()
            .map(|notice| NoticeBody::of(notice, &view.directory))
            .collect(),
    }))
}
