//! What the handlers' own descriptions leave out, because it is the same for all: problems, examples, headers,
//! forms of parameters.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::problem::{FieldError, Kind, Problem};

/// Answers that a real server gave, by method, path and status; see `tests/it/examples.rs`.
const EXAMPLES: &str = include_str!("examples.json");

const PROBLEM: &str = "application/problem+json";

/// Completes a document.
pub(super) fn complete(document: &mut Value) {
    let examples: Map<String, Value> = serde_json::from_str(EXAMPLES).unwrap_or_default();
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        let operations = item.as_object_mut().into_iter().flatten();
        for (method, operation) in operations {
            let Some(operation) = operation.as_object_mut() else {
                continue;
            };
            operation.insert("operationId".to_owned(), operation_id(method, path).into());
            for parameter in list(operation, "parameters") {
                complete_parameter(parameter);
            }
            let kinds = kinds_of(path, method, operation);
            let conditional = names(operation).contains(&"If-None-Match".to_owned());
            let Some(answers) = operation.get_mut("responses").and_then(Value::as_object_mut) else {
                continue;
            };
            if conditional {
                answers.insert("304".to_owned(), json!({"description": "You have it already"}));
            }
            for (status, answer) in answers.iter_mut() {
                let key = format!("{} {path} {status}", method.to_uppercase());
                if let (Some(example), Some(content)) = (
                    examples.get(&key),
                    answer.pointer_mut("/content/application~1json"),
                ) {
                    insert(content, "example", example.clone());
                }
            }
            add_problems(answers, &kinds);
            if path.starts_with("/v1/") {
                answers.values_mut().for_each(add_rate);
            }
        }
    }
    let headers = json!({
        "RateLimit": {
            "description": "What is left of this key's requests (`r`), and in how many seconds all of them are there \
                again (`t`). Absent when nobody is limited.",
            "schema": {"type": "string"}, "example": "\"requests\";r=199999;t=1",
        },
        "RateLimit-Policy": {
            "description": "How many requests a key may send (`q`) in how many seconds (`w`)",
            "schema": {"type": "string"}, "example": "\"requests\";q=200000;w=10",
        },
        "Retry-After": {
            "description": "How many seconds to wait before sending it again",
            "schema": {"type": "integer", "minimum": 1}, "example": 1,
        },
        "WWW-Authenticate": {
            "description": "How to be let in",
            "schema": {"type": "string"}, "example": "Bearer realm=\"quorate\"",
        },
        "Allow": {
            "description": "The methods that the path answers",
            "schema": {"type": "string"}, "example": "GET, HEAD, OPTIONS",
        },
    });
    if let Some(components) = document.get_mut("components") {
        insert(components, "headers", headers);
    }
    insert(
        document,
        "servers",
        json!([{"url": "/", "description": "The server this is read from"}]),
    );
}

/// `get_accounts_account_timeline`: one of its own for every operation, whatever the handlers are called.
fn operation_id(method: &str, path: &str) -> String {
    let parts = path
        .split(['/', '{', '}', '.'])
        .filter(|part| !part.is_empty() && *part != "v1");
    parts.fold(method.to_owned(), |id, part| format!("{id}_{part}"))
}

/// Says the form of parameters that several operations have. A parameter is there or not, and never null or empty.
fn complete_parameter(parameter: &mut Value) {
    let name = parameter
        .get("name")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    // An empty query parameter is refused; an empty conditional header is as good as none.
    let in_query = parameter.get("in").is_some_and(|place| place == "query");
    if let Some(schema) = parameter.get_mut("schema") {
        let plain = schema
            .get("type")
            .and_then(Value::as_array)
            .and_then(|types| types.first().cloned());
        if let Some(plain) = plain {
            insert(schema, "type", plain);
        }
        if in_query && schema.get("type").is_some_and(|kind| kind == "string") {
            insert(schema, "minLength", json!(1));
        }
    }
    let in_path = parameter.get("in").is_some_and(|place| place == "path");
    let (form, example) = match name.as_str() {
        // Those of the examples of answers; a filter of the same name is not filled in by who tries it out.
        "evidence" if in_path => (json!({}), json!(1)),
        "framework" if in_path => (json!({}), json!("meddpicc")),
        "gap" if in_path => (json!({}), json!("unproven_element:decision_process")),
        "import" if in_path => (json!({}), json!("01991a2b-7c3d-7e4f-8a5b-6c7d8e9f0a10")),
        "list" if in_path => (json!({}), json!("q3-targets")),
        "opportunity" if in_path => (json!({}), json!("o-1")),
        "account" => (json!({"minLength": 1}), json!("acme")),
        "contact" => (json!({"minLength": 1}), json!("ann")),
        "as_of" | "known_at" => (json!({"format": "date-time"}), json!("2026-09-01T12:00:00Z")),
        "If-Match" => (json!({"pattern": r#"^("[0-9]{1,18}"|\*)$"#}), json!("*")),
        "If-None-Match" => (json!({}), json!("\"h0123456789abcdef01234567\"")),
        "Idempotency-Key" => (
            json!({"minLength": 1, "maxLength": 255, "pattern": "^[!#-~]+$"}),
            json!("8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ),
        _ => return,
    };
    if let (Some(schema), Value::Object(form)) = (parameter.get_mut("schema"), form) {
        form.into_iter()
            .for_each(|(name, value)| insert(schema, &name, value));
    }
    // Two optional headers that cannot be true of a first request are not filled in by who tries it out.
    if name != "If-None-Match" && name != "If-Match" && name != "known_at" && name != "as_of" {
        insert(parameter, "example", example);
    }
}

/// Returns the problems an operation may answer with.
fn kinds_of(path: &str, method: &str, operation: &Map<String, Value>) -> Vec<Kind> {
    let names = names(operation);
    let has = |name: &str| names.iter().any(|known| known == name);
    let mut kinds = vec![Kind::Internal];
    if path.contains('{') || path == "/metrics" {
        kinds.push(Kind::NotFound);
    }
    if path.starts_with("/v1/") {
        kinds.extend([
            Kind::InvalidParameter,
            Kind::Unauthorized,
            Kind::Forbidden,
            Kind::RateLimited,
            Kind::Overloaded,
            Kind::Unavailable,
            Kind::Stopping,
        ]);
    }
    if path.starts_with("/v1/") && path.contains('{') {
        kinds.push(Kind::InvalidId);
    }
    if path.starts_with("/v1/accounts/{account}") {
        kinds.push(Kind::AccountSetAside);
        match method {
            "get" if path.contains("/frameworks") => {
                kinds.extend([Kind::AccountNotFound, Kind::FrameworkNotFound]);
            }
            "get" if path.contains("/gaps/") => kinds.extend([Kind::AccountNotFound, Kind::GapNotFound]),
            "delete" if path.contains("/evidence") => kinds.push(Kind::EvidenceNotFound),
            "get" => kinds.push(Kind::AccountNotFound),
            "delete" => kinds.extend([Kind::ContactNotFound, Kind::RelationNotFound]),
            "post" if path.ends_with("/snooze") => kinds.extend([Kind::AccountNotFound, Kind::GapNotFound]),
            "post" if path.ends_with("/contest") => {
                kinds.extend([Kind::EvidenceNotFound, Kind::ContactNotFound, Kind::LimitReached]);
            }
            "post" if path.ends_with("/evidence") => {
                kinds.extend([Kind::ContactNotFound, Kind::LimitReached]);
            }
            _ => kinds.push(Kind::LimitReached),
        }
    }
    if path.starts_with("/v1/lists/{list}") {
        kinds.push(Kind::ListNotFound);
        if method == "put" {
            kinds.push(Kind::LimitReached);
        }
        if method == "delete" && !path.contains("/members") {
            kinds.push(Kind::ListHasMembers);
        }
    }
    if path.starts_with("/v1/imports/{import}") {
        kinds.push(Kind::ImportNotFound);
        if method == "post" {
            kinds.push(Kind::ImportApplying);
        }
    }
    if path == "/v1/accounts" && method == "get" {
        kinds.push(Kind::LimitReached);
    }
    if path == "/v1/imports" && method == "post" {
        kinds.push(Kind::InvalidFile);
    }
    if has("cursor") {
        kinds.push(Kind::InvalidCursor);
    }
    if has("If-Match") {
        kinds.extend([Kind::InvalidHeader, Kind::PreconditionFailed]);
    }
    // Signals take the key and go by their own ids.
    if has("Idempotency-Key") && path != "/v1/signals" {
        kinds.extend([
            Kind::InvalidHeader,
            Kind::IdempotencyKeyReused,
            Kind::RequestRunning,
        ]);
    }
    if operation.contains_key("requestBody") {
        kinds.extend([
            Kind::InvalidJson,
            Kind::InvalidField,
            Kind::BodyTimeout,
            Kind::BodyTooLarge,
            Kind::UnsupportedMediaType,
        ]);
    }
    kinds
}

/// Adds problems to an operation's answers, by status, beside what it says itself.
fn add_problems(answers: &mut Map<String, Value>, kinds: &[Kind]) {
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        let of_status = by_status.entry(kind.status().as_u16()).or_default();
        if !of_status.contains(kind) {
            of_status.push(*kind);
        }
    }
    for (status, kinds) in by_status {
        let titles: Vec<&str> = kinds.iter().map(|kind| kind.title()).collect();
        let examples: Map<String, Value> = kinds
            .iter()
            .map(|kind| {
                (
                    kind.code().to_owned(),
                    json!({"summary": kind.title(), "value": example(*kind)}),
                )
            })
            .collect();
        let content = json!({"schema": {"$ref": "#/components/schemas/Problem"}, "examples": examples});
        let answer = answers
            .entry(status.to_string())
            .or_insert_with(|| json!({"description": format!("{}.", titles.join(". Or: "))}));
        let mut add = |under: &str, name: &str, value: Value| {
            if answer.get(under).is_none() {
                insert(answer, under, json!({}));
            }
            if let Some(place) = answer.get_mut(under) {
                insert(place, name, value);
            }
        };
        add("content", PROBLEM, content);
        if kinds.iter().any(|kind| kind.may_be_sent_again()) {
            add(
                "headers",
                "Retry-After",
                json!({"$ref": "#/components/headers/Retry-After"}),
            );
        }
        if kinds.contains(&Kind::Unauthorized) || kinds.contains(&Kind::Forbidden) {
            add(
                "headers",
                "WWW-Authenticate",
                json!({"$ref": "#/components/headers/WWW-Authenticate"}),
            );
        }
    }
}

/// Every answer to a key says what is left of its requests.
fn add_rate(answer: &mut Value) {
    if answer.get("headers").is_none() {
        insert(answer, "headers", json!({}));
    }
    if let Some(headers) = answer.get_mut("headers") {
        for name in ["RateLimit", "RateLimit-Policy"] {
            insert(
                headers,
                name,
                json!({"$ref": format!("#/components/headers/{name}")}),
            );
        }
    }
}

/// Returns a problem of a kind as a client reads it, with a detail such as it has.
fn example(kind: Kind) -> Value {
    let problem = if kind == Kind::InvalidJson {
        Problem::new(kind, "expected value at line 2 column 11").with(FieldError {
            line: Some(2),
            column: Some(11),
            message: "expected value".to_owned(),
            ..FieldError::default()
        })
    } else if kind == Kind::InvalidField {
        let message = "unknown field \"nmae\"; did you mean \"name\"?";
        Problem::fields(kind, vec![FieldError::at("/nmae", message)])
    } else if kind == Kind::InvalidParameter {
        let message = "\"0\" is no number from 1 to 1000";
        Problem::fields(kind, vec![FieldError::parameter("limit", message)])
    } else if kind == Kind::RateLimited {
        Problem::rate_limited(7)
    } else {
        Problem::new(kind, detail(kind))
    };
    serde_json::to_value(problem.body()).unwrap_or_default()
}

fn detail(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidJson | Kind::InvalidField | Kind::InvalidParameter | Kind::RateLimited => "",
        Kind::InvalidCursor => {
            "the cursor is of a list with other filters or another order; start again without one"
        }
        Kind::InvalidId => "the account id has a control character",
        Kind::InvalidHeader => {
            "If-Match takes one version as the ETag of an account gives it, such as \"12\", or *"
        }
        Kind::Unauthorized => "send an API key: Authorization: Bearer qk_...",
        Kind::Forbidden => "this needs a key with one of the scopes sales, marketing, admin",
        Kind::NotFound => "there is nothing at this path; /docs and /openapi.json list all paths",
        Kind::AccountNotFound => "there is no account \"acme\", or was none at the instant asked about",
        Kind::ContactNotFound => "there is no contact \"ann\"",
        Kind::RelationNotFound => "there is no such relation between these contacts",
        Kind::EvidenceNotFound => "the account has no evidence 1",
        Kind::FrameworkNotFound => "the model uses no framework \"bant\"; it uses meddpicc",
        Kind::GapNotFound => "the account has no such gap now",
        Kind::MethodNotAllowed => "this path does not answer PATCH; it answers GET, HEAD, PUT, OPTIONS",
        Kind::BodyTimeout => "0 bytes came in and then too few: a body has 30 s",
        Kind::IdempotencyKeyReused => {
            "this Idempotency-Key was used for another request: another path or body; take a new key for a new request"
        }
        Kind::RequestRunning => {
            "a request with this Idempotency-Key is being carried out; ask again for its answer"
        }
        Kind::PreconditionFailed => {
            "the account is at version 13, your If-Match says 12; read it again and repeat the change"
        }
        Kind::BodyTooLarge => "the body is larger than 1048576 bytes; send it in several requests",
        Kind::UnsupportedMediaType => "the body is \"text/csv\"; send application/json",
        Kind::LimitReached => "the account has 10000 contacts already",
        Kind::AccountSetAside => {
            "this account is set aside because its records are damaged; the server's log says how"
        }
        Kind::Overloaded => "more is under way than this server takes on; nothing was recorded",
        Kind::InvalidFile => "the file has a header and no rows",
        Kind::ListNotFound => "there is no list \"q3-targets\"",
        Kind::ImportNotFound => "there is no import \"019a\", or it is kept no more",
        Kind::ListHasMembers => "248 accounts are on the list; ?force=true takes them off it",
        Kind::ImportApplying => "the import is being applied; ask for it again in a moment",
        Kind::Internal => "something failed inside",
        Kind::Unavailable => "nobody can say whether it was recorded; sending it again is safe",
        Kind::Stopping => "this server is shutting down; nothing was recorded",
    }
}

fn list<'a>(operation: &'a mut Map<String, Value>, name: &str) -> impl Iterator<Item = &'a mut Value> {
    operation
        .get_mut(name)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

/// Returns the names of an operation's parameters.
fn names(operation: &Map<String, Value>) -> Vec<String> {
    let parameters = operation.get("parameters").and_then(Value::as_array);
    parameters
        .into_iter()
        .flatten()
        .filter_map(|parameter| parameter.get("name")?.as_str().map(str::to_owned))
        .collect()
}

fn insert(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// Returns the successes below `/v1` that no example shows.
#[cfg(test)]
pub(super) fn without_example(document: &Value) -> Vec<String> {
    let mut missing = Vec::new();
    for (path, item) in document
        .get("paths")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let answers = operation.get("responses").and_then(Value::as_object);
            for (status, answer) in answers.into_iter().flatten() {
                let content = answer
                    .get("content")
                    .and_then(|content| content.get("application/json"));
                let shown = content.is_none_or(|content| content.get("example").is_some());
                if path.starts_with("/v1/") && status.starts_with('2') && !shown {
                    missing.push(format!("{} {path} {status}", method.to_uppercase()));
                }
            }
        }
    }
    missing
}
