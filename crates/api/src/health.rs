//! For operators and their tools: alive, ready, metrics, version. Open to everybody; they tell nothing of accounts.

use actix_web::{HttpResponse, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::problem::{Kind, Problem};
use crate::state::Api;

/// How the server is.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub(crate) struct HealthBody {
    /// `alive`, `ready`, `stopping`, `store_away` (writes are refused until it is back) or `read_only` (the store failed).
    status: &'static str,
    /// Known accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts: Option<usize>,
    /// Accounts that are set aside.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_aside: Option<usize>,
    /// What an acknowledged write survives: `fsync`, `redis-fsync`, `redis-replica` or `weak`.
    #[serde(skip_serializing_if = "Option::is_none")]
    durability: Option<&'static str>,
    /// By how many milliseconds the machine's clock is off since it jumped; left out: it is believed. See `/v1/clock`.
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_off_ms: Option<i64>,
}

/// Which build this is.
#[derive(Serialize, ToSchema)]
#[schema(as = Version)]
pub(crate) struct VersionBody {
    /// What this is.
    name: &'static str,
    /// Its version.
    version: &'static str,
}

/// Says that the process answers.
#[utoipa::path(get, path = "/livez", tag = "operations", security(()),
    responses((status = 200, description = "It does", body = HealthBody)))]
pub(crate) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(HealthBody {
        status: "alive",
        accounts: None,
        set_aside: None,
        durability: None,
        clock_off_ms: None,
    })
}

/// Says whether requests are taken: the store takes writes and the server is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses(
        (status = 200, description = "They are", body = HealthBody),
        (status = 503, description = "They are not", body = HealthBody),
    ))]
pub(crate) async fn ready(api: web::Data<Api>) -> HttpResponse {
    let status = api.engine.status();
    let stopping = *api.stopping.borrow();
    let writable = status.writable && api.engine.failed().borrow().is_none();
    let word = if stopping {
        "stopping"
    } else if !writable {
        "read_only"
    } else if api.engine.check_store().await.is_err() {
        "store_away"
    } else {
        "ready"
    };
    let mut response = if word == "ready" {
        HttpResponse::Ok()
    } else {
        HttpResponse::ServiceUnavailable()
    };
    response.json(HealthBody {
        status: word,
        accounts: Some(status.accounts),
        set_aside: Some(status.quarantined.len()),
        durability: Some(api.engine.durability().as_str()),
        clock_off_ms: api.engine.clock().doubt(),
    })
}

/// Shows the metrics in Prometheus' text form.
#[utoipa::path(get, path = "/metrics", tag = "operations", security(()),
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain")))]
pub(crate) async fn metrics(api: web::Data<Api>) -> Result<HttpResponse, Problem> {
    let Some(render) = &api.metrics else {
        return Err(Problem::new(Kind::NotFound, "this server records no metrics"));
    };
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(render()))
}

/// Says which build this is.
#[utoipa::path(get, path = "/version", tag = "operations", security(()),
    responses((status = 200, description = "The build", body = VersionBody)))]
pub(crate) async fn version() -> HttpResponse {
    HttpResponse::Ok().json(VersionBody {
        name: "quorate",
        version: env!("CARGO_PKG_VERSION"),
    })
}
