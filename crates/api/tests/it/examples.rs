//! The examples of the description are answers of a real server: this asks for each and compares.

use std::collections::BTreeMap;
use std::path::Path;

use quorate_testkit::{Answer, Body};
use serde_json::{Value, json};

use crate::house::{House, NOW, house};

/// Asks, and keeps the answer under its method, the path's pattern and its status.
struct Asking {
    house: House,
    answers: BTreeMap<String, Value>,
}

impl Asking {
    #[track_caller]
    fn ask(&mut self, method: &str, pattern: &str, query: &str, body: Option<&Value>, status: u16) -> Answer {
        let path = pattern.replace("{account}", "acme").replace("{contact}", "ann") + query;
        let body = body.map_or(Body::Empty, Body::Json);
        let answer = self
            .house
            .client
            .send(method, &path, &[], body)
            .unwrap()
            .expect_status(status);
        self.answers
            .insert(format!("{method} {pattern} {status}"), answer.json());
        answer
    }
}

fn answers() -> BTreeMap<String, Value> {
    const ACCOUNT: &str = "/v1/accounts/{account}";
    let mut asking = Asking {
        house: house(),
        answers: BTreeMap::new(),
    };
    let below = |part: &str| format!("{ACCOUNT}{part}");
    let acme = json!({"name": "Acme", "domains": ["acme.com"], "owner": "dana", "attributes": {"industry": "software", "employees": 420}});
    asking.ask("PUT", ACCOUNT, "", Some(&acme), 201);
    asking.ask("PUT", ACCOUNT, "", Some(&json!({"tier": "1"})), 200);
    let ann = json!({"name": "Ann", "title": "CFO", "email": "ann@acme.com", "roles": ["economic_buyer"]});
    asking.ask("PUT", &below("/contacts/{contact}"), "", Some(&ann), 201);
    asking.ask(
        "PUT",
        &below("/contacts/{contact}"),
        "",
        Some(&json!({"attitude": "supporter"})),
        200,
    );
    let relation = json!({"from": "ann", "to": "ben", "kind": "works_with"});
    asking.ask("POST", &below("/relations"), "", Some(&relation), 200);
    let made = asking
        .house
        .client
        .post("/v1/accounts/globex/relations", &relation);
    let made = made.expect_status(201).json();
    asking
        .answers
        .insert(format!("POST {} 201", below("/relations")), made);
    let signals = json!([
        {"id": "evt-1", "kind": "demo.requested", "account": "acme", "contact": "ann", "occurred_at": NOW},
        {"id": "evt-2", "kind": "no.such.kind", "account": "acme", "occurred_at": NOW},
        {"kind": "page.view", "account": "acme"},
    ]);
    asking.ask("POST", "/v1/signals", "", Some(&signals), 200);
    asking.ask("GET", "/v1/accounts", "?limit=1", None, 200);
    for part in ["", "/explanation", "/forecast", "/committee"] {
        asking.ask("GET", &below(part), "", None, 200);
    }
    asking.ask("GET", &below("/timeline"), "?limit=5", None, 200);
    let query = "?from=ann&to=ben&kind=works_with";
    asking.ask("DELETE", &below("/relations"), query, None, 200);
    asking.ask("GET", "/livez", "", None, 200);
    asking.ask("GET", "/readyz", "", None, 200);
    asking.answers
}

#[test]
fn the_examples_are_what_a_server_answers() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/openapi/examples.json");
    let answered = format!("{:#}\n", json!(answers()));
    if std::env::var_os("QUORATE_UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, &answered).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        committed == answered,
        "src/openapi/examples.json is stale; run: QUORATE_UPDATE_OPENAPI=1 cargo nextest run -p quorate-api examples openapi, twice"
    );
}
