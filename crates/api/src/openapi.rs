//! The API's description: OpenAPI 3.1, generated from the handlers, committed as `openapi.json`.

use std::sync::LazyLock;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::conditional::{self, OF_THE_BUILD};
use crate::problem::{FieldError, Kind, ProblemBody, page};
use crate::v1::{accounts, contacts, events, evidence, gaps, opportunities, relations, signals};
use crate::{docs, health};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Quorate",
        description = "Which target accounts have a quorum: enough of the right people, warm enough. Send signals, \
            read accounts, listen to what changes.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        signals::post::post,
        accounts::list::list,
        accounts::get::get,
        accounts::put::put,
        accounts::explanation::explanation,
        accounts::forecast::forecast,
        accounts::timeline::timeline,
        accounts::committee::committee,
        contacts::put::put,
        relations::post::post,
        relations::delete::delete,
        evidence::list::list,
        evidence::post::post,
        evidence::delete::delete,
        evidence::contest::contest,
        opportunities::put::put,
        accounts::framework::framework,
        accounts::gaps::gaps,
        gaps::snooze::snooze,
        gaps::list::list,
        events::events,
        health::live,
        health::ready,
        health::metrics,
        health::version,
        show,
        docs::page,
        docs::file,
        page::list,
        page::show,
    ),
    components(schemas(ProblemBody<'_>, FieldError)),
    security(("key" = [])),
    tags(
        (name = "signals", description = "What happened"),
        (name = "accounts", description = "Accounts and how they stand"),
        (name = "contacts", description = "People and how they are related"),
        (name = "qualification", description = "Evidence, frameworks, opportunities, and what is missing"),
        (name = "events", description = "What happens, as it happens"),
        (name = "operations", description = "For operators and their tools; open to everybody"),
    ),
)]
struct Description;

/// Returns the description, with what every operation may answer beside its own answers.
#[must_use]
pub fn document() -> Value {
    let mut description = Description::openapi();
    let scheme = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some(
            "An API key, `qk_...`. Scopes: `ingest`, `read`, `sales`, `marketing`, `admin`.",
        ))
        .build();
    description
        .components
        .get_or_insert_default()
        .add_security_scheme("key", SecurityScheme::Http(scheme));
    // Only the document's own numbers and texts are written, and they always make JSON.
    let mut document = serde_json::to_value(&description).unwrap_or_default();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        let operations = item.as_object_mut().into_iter().flatten();
        for (method, operation) in operations {
            let has_body = operation.get("requestBody").is_some();
            let kinds = kinds_of(path, method, has_body);
            if let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) {
                add_problems(answers, &kinds);
            }
        }
    }
    document
}

/// Returns the problems an operation may answer with.
fn kinds_of(path: &str, method: &str, has_body: bool) -> Vec<Kind> {
    let mut kinds = vec![Kind::Internal];
    if path.contains('{') || path == "/metrics" {
        kinds.push(Kind::NotFound);
    }
    if path.starts_with("/v1/") {
        kinds.extend([
            Kind::InvalidParameter,
            Kind::Unauthorized,
            Kind::Forbidden,
            Kind::Overloaded,
        ]);
        kinds.extend([Kind::Unavailable]);
    }
    if path.starts_with("/v1/accounts/{account}") {
        kinds.push(Kind::AccountSetAside);
        if method != "get" {
            kinds.extend([Kind::PreconditionFailed, Kind::LimitReached]);
        }
    }
    if has_body {
        kinds.extend([Kind::BodyTimeout, Kind::BodyTooLarge, Kind::UnsupportedMediaType]);
    }
    kinds
}

/// Adds problems to an operation's answers, by status; what it says itself stays.
fn add_problems(answers: &mut Map<String, Value>, kinds: &[Kind]) {
    for kind in kinds {
        let status = kind.status().as_str().to_owned();
        answers.entry(status).or_insert_with(|| {
            json!({
                "description": kind.title(),
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            })
        });
    }
}

/// Shows this description.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", security(()),
    params(("If-None-Match" = Option<String>, Header, description = "The ETag of what you have")),
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")))]
pub(crate) async fn show(request: HttpRequest) -> HttpResponse {
    static TEXT: LazyLock<String> = LazyLock::new(|| document().to_string());
    let text = Bytes::from_static(TEXT.as_bytes());
    conditional::hashed(&request, OF_THE_BUILD, "application/json", text)
}

#[cfg(test)]
mod tests;
