//! The examples of the description are answers of a real server: this asks for each and compares.

use std::collections::BTreeMap;
use std::path::Path;

use quorate_testkit::{Answer, Body, Deadline};
use serde_json::{Value, json};

use crate::house::{House, NOW, house_qualifying};

/// Asks, and keeps the answer under its method, the path's pattern and its status.
struct Asking {
    house: House,
    /// The id of the import, which is drawn.
    import: String,
    /// The id of the one that is applied at once.
    other: String,
    /// The id of the key, which is drawn, too.
    by: String,
    answers: BTreeMap<String, Value>,
}

impl Asking {
    #[track_caller]
    fn ask(&mut self, method: &str, pattern: &str, query: &str, body: Option<&Value>, status: u16) -> Answer {
        let path = pattern
            .replace("{account}", "acme")
            .replace("{contact}", "ann")
            .replace("{list}", "q3-targets")
            .replace("{import}", &self.import)
            .replace("{evidence}", "1")
            .replace("{opportunity}", "o-1")
            .replace("{framework}", "ours")
            .replace("{gap}", "unproven_element:process")
            + query;
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

impl Asking {
    fn qualification(&mut self) {
        let below = |part: &str| format!("/v1/accounts/{{account}}{part}");
        let opportunity =
            json!({"name": "Rollout", "amount": 48_000, "currency": "EUR", "closes_on": "2026-10-30"});
        self.ask(
            "PUT",
            &below("/opportunities/{opportunity}"),
            "",
            Some(&opportunity),
            201,
        );
        let later = json!({"closes_on": "2026-11-30"});
        self.ask(
            "PUT",
            &below("/opportunities/{opportunity}"),
            "",
            Some(&later),
            200,
        );
        self.ask("GET", &below("/opportunities"), "", None, 200);
        let stated =
            json!({"element": "pain", "level": "stated", "said_by": "ann", "note": "Reports take a week"});
        self.ask("POST", &below("/evidence"), "", Some(&stated), 200);
        let made = self.house.client.post(
            "/v1/accounts/initech/evidence",
            &json!({"element": "pain", "level": "assumed"}),
        );
        let made = made.expect_status(201).json();
        self.answers
            .insert(format!("POST {} 201", below("/evidence")), made);
        self.ask("GET", &below("/frameworks/{framework}"), "", None, 200);
        self.ask("GET", &below("/gaps"), "", None, 200);
        self.ask("GET", "/v1/gaps", "?limit=1", None, 200);
        let off = json!({"until": "2026-10-01T00:00:00Z", "reason": "On leave"});
        self.ask("POST", &below("/gaps/{gap}/snooze"), "", Some(&off), 200);
        let denied = json!({"contact": "ben", "note": "It takes a day"});
        self.ask(
            "POST",
            &below("/evidence/{evidence}/contest"),
            "",
            Some(&denied),
            200,
        );
        self.ask("GET", &below("/evidence"), "", None, 200);
        self.ask(
            "DELETE",
            &below("/evidence/{evidence}"),
            "?reason=mistaken",
            None,
            200,
        );
    }

    fn lists(&mut self) {
        const LIST: &str = "/v1/lists/{list}";
        let list = json!({"name": "Q3 target accounts"});
        self.ask("PUT", LIST, "", Some(&list), 201);
        self.ask("PUT", LIST, "", Some(&json!({"owner": "dana"})), 200);
        let members = json!({"add": ["acme", "globex"]});
        self.ask("POST", "/v1/lists/{list}/members", "", Some(&members), 200);
        self.ask("GET", LIST, "", None, 200);
        self.ask("GET", "/v1/lists", "", None, 200);
    }

    fn imports(&mut self) {
        const IMPORT: &str = "/v1/imports/{import}";
        let file = "Account Name,Website,Employees\nHooli,hooli.com,5000\nAcme,acme.com,many\nAcme Labs,acme.com,12\n";
        let body = Body::Raw("text/csv", file.as_bytes());
        let path = "/v1/imports?list=q3-targets&file=targets.csv";
        let sent = self.house.client.send("POST", path, &[], body).unwrap();
        let made = sent.expect_status(201).json();
        made["id"].as_str().unwrap().clone_into(&mut self.import);
        made["by"].as_str().unwrap().clone_into(&mut self.by);
        self.answers.insert("POST /v1/imports 201".to_owned(), made);
        // Imports of the same millisecond have no order.
        self.house.hand.set("2026-09-01T12:00:01Z".parse().unwrap());
        let path = "/v1/imports?apply=true";
        let body = Body::Raw("text/csv", b"Account Name,Website\nHooli,hooli.com\n");
        let sent = self.house.client.send("POST", path, &[], body).unwrap();
        let applied = sent.expect_status(202).json();
        applied["id"].as_str().unwrap().clone_into(&mut self.other);
        self.answers.insert("POST /v1/imports 202".to_owned(), applied);
        // What follows finds it applied, each time.
        let path = format!("/v1/imports/{}", self.other);
        Deadline::seconds(20).wait("the import to be applied", || {
            let import = self.house.client.get(&path).expect_status(200).json();
            if import["state"] == "applied" {
                Ok(())
            } else {
                Err(import)
            }
        });
        self.ask("GET", "/v1/imports", "", None, 200);
        self.ask("GET", IMPORT, "", None, 200);
        self.ask("GET", "/v1/imports/{import}/rows", "", None, 200);
        let answers = json!({"answers": {"4": "skip"}});
        self.ask("POST", "/v1/imports/{import}/answers", "", Some(&answers), 200);
        self.ask("POST", "/v1/imports/{import}/apply", "", Some(&json!({})), 202);
    }
}

fn answers() -> BTreeMap<String, Value> {
    const ACCOUNT: &str = "/v1/accounts/{account}";
    let mut asking = Asking {
        house: house_qualifying(),
        import: String::new(),
        other: String::new(),
        by: String::new(),
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
    asking.ask("GET", "/v1/accounts", "?as_of=2026-09-01T11:00:00Z", None, 202);
    for part in ["", "/explanation", "/forecast", "/committee"] {
        asking.ask("GET", &below(part), "", None, 200);
    }
    asking.ask("GET", &below("/timeline"), "?limit=5", None, 200);
    let query = "?from=ann&to=ben&kind=works_with";
    asking.ask("DELETE", &below("/relations"), query, None, 200);
    asking.qualification();
    asking.lists();
    asking.imports();
    asking.ask("GET", "/livez", "", None, 200);
    asking.ask("GET", "/readyz", "", None, 200);
    asking.ask("GET", "/v1/set-aside", "", None, 200);
    asking.ask("POST", "/v1/set-aside/retry", "", Some(&json!({})), 200);
    asking.ask("GET", "/v1/clock", "", None, 200);
    asking.ask("POST", "/v1/clock/confirm", "", None, 200);
    let drawn = [
        std::mem::take(&mut asking.import),
        std::mem::take(&mut asking.other),
    ];
    let mut text = json!(asking.answers).to_string();
    // Others each time: they would make the file stale at once.
    text = text.replace(&asking.by, "3f2a9c81d0e4");
    for (place, drawn) in drawn.iter().enumerate() {
        text = text.replace(drawn, &format!("01991a2b-7c3d-7e4f-8a5b-6c7d8e9f0a1{place}"));
    }
    serde_json::from_str(&text).unwrap()
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
