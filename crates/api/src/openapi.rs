//! The API's description: OpenAPI 3.1, generated from the handlers, committed as `openapi.json`.

use std::sync::LazyLock;

use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use crate::conditional::{self, OF_THE_BUILD};
use crate::problem::{FieldError, ProblemBody, page};
use crate::v1::{
    accounts, backup, clock, contacts, events, evidence, gaps, imports, lists, opportunities, relations,
    set_aside, signals,
};
use crate::{docs, health};

mod complete;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Quorate",
        description = "Which target accounts have a quorum: enough of the right people, warm enough. Send signals, \
            read accounts, listen to what changes.\n\n\
            - **Keys.** `Authorization: Bearer qk_...`; `quorate serve` prints the first one. Press *Authorize* to try \
            requests out here.\n\
            - **Success means durable.** An answer to a change is sent after the change is on disk.\n\
            - **Sending again is safe.** Signals go by their `id`; a `POST` that makes something takes an \
            `Idempotency-Key`; `PUT` and `DELETE` may be repeated.\n\
            - **Failures** are `application/problem+json` with a `code` for programs; `/problems` explains each. A path \
            that does not answer a method says 405 and lists in `Allow` those it does.\n\
            - **Busy** is 429 when this key asks too often and 503 when the server is; both with `Retry-After`.\n\
            - Every answer has an `X-Request-Id`, yours if you send one, which the server's log has too.",
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
        opportunities::list::list,
        opportunities::put::put,
        accounts::framework::framework,
        accounts::gaps::gaps,
        gaps::snooze::snooze,
        gaps::list::list,
        lists::all::all,
        lists::get::get,
        lists::put::put,
        lists::delete::delete,
        lists::members::post,
        imports::all::all,
        imports::post::post,
        imports::get::get,
        imports::rows::rows,
        imports::answers::post,
        imports::apply::apply,
        imports::rejects::rejects,
        set_aside::all::all,
        set_aside::retry::retry,
        clock::get::get,
        clock::confirm::confirm,
        events::events,
        backup::post,
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
        (name = "signals", description = "What happened: page views, downloads, meetings, surges. One, many, or one a line"),
        (name = "accounts", description = "Companies, and how they stand: heat, engaged people, quorum, MQA, with every number explained"),
        (name = "contacts", description = "People and how they are related"),
        (name = "qualification", description = "Evidence, frameworks, opportunities, and what is missing"),
        (name = "lists", description = "Lists of target accounts"),
        (name = "imports", description = "Accounts from a file: reviewed, answered, applied"),
        (name = "events", description = "What happens, as it happens"),
        (name = "operations", description = "For operators and their tools; open to everybody but for backups"),
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
    complete::complete(&mut document);
    document
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
