//! Signals over HTTP: forms, outcomes, and what is not lost.

use quorate_engine::EngineConfig;
use quorate_testkit::Body;
use serde_json::{Value, json};

use crate::house::{House, NOW, house, house_with};

fn demo(id: &str) -> Value {
    json!({"id": id, "kind": "demo.requested", "account": "acme", "contact": "c-1", "occurred_at": NOW})
}

/// Returns each item's outcome and code, such as `rejected/missing_id`.
fn outcomes(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    let mut words = Vec::new();
    for (place, item) in items.iter().enumerate() {
        assert_eq!(item["index"], place);
        let outcome = item["outcome"].as_str().unwrap();
        words.push(
            item["code"]
                .as_str()
                .map_or(outcome.to_owned(), |code| format!("{outcome}/{code}")),
        );
    }
    words
}

fn post(house: &House, content_type: &str, body: &str) -> Value {
    house
        .client
        .post_raw("/v1/signals", content_type, body.as_bytes())
        .expect_status(200)
        .json()
}

#[test]
fn one_an_array_and_lines_do_the_same() {
    let house = house();
    let one = house
        .client
        .post("/v1/signals", &demo("a"))
        .expect_status(200)
        .json();
    let expected = json!({
        "accepted": 1, "duplicate": 0, "rejected": 0, "unavailable": 0, "durability": "fsync",
        "items": [{"index": 0, "id": "a", "outcome": "accepted"}],
    });
    assert_eq!(one, expected);
    let array = house
        .client
        .post("/v1/signals", &json!([demo("a"), demo("b")]))
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&array), ["duplicate", "accepted"]);
    let lines = format!("{}\n{}\n", demo("b"), demo("c"));
    assert_eq!(
        outcomes(&post(&house, "application/x-ndjson", &lines)),
        ["duplicate", "accepted"]
    );
    assert_eq!(
        outcomes(&post(&house, "text/plain", &lines)),
        ["duplicate", "duplicate"]
    );
    assert_eq!(outcomes(&post(&house, "application/json", "[]")), [""; 0]);
    let account = house.client.get("/v1/accounts/acme").expect_status(200).json();
    assert!(
        (account["intent_points"].as_f64().unwrap() - 180.0).abs() < 1e-9,
        "3 signals of 60 points: {account}"
    );
}

#[test]
fn one_bad_item_never_loses_the_good_ones() {
    let house = house();
    let at = |time: &str| json!({"id": time, "kind": "page.view", "account": "acme", "occurred_at": time});
    let mut negative = demo("negative");
    negative["strength"] = json!(-1);
    let lines = [
        demo("good-1").to_string(),
        "not json".to_owned(),
        json!({"kind": "page.view", "account": "acme"}).to_string(),
        json!({"id": "", "kind": "page.view", "account": "acme"}).to_string(),
        json!({"id": "k", "kind": "", "account": "acme"}).to_string(),
        json!({"id": "u", "kind": "never.heard", "account": "acme"}).to_string(),
        r#"{"id":"n","kind":"page.view","account":"acme","strength":NaN}"#.to_owned(),
        negative.to_string(),
        at("2026-09-01T12:05:01Z").to_string(),
        at("2026-09-01T12:04:59Z").to_string(),
        at("2020-01-01T00:00:00Z").to_string(),
        json!({"id": "d", "kind": "page.view", "account": {"domain": "nobody.example"}}).to_string(),
        json!({"id": "g", "kind": "page.view", "contact": {"email": "x@gmail.com"}}).to_string(),
        demo("good-1").to_string(),
        demo("good-2").to_string(),
        r#"{"id":"cut","kind":"page"#.to_owned(),
    ];
    let answer = post(&house, "application/x-ndjson", &lines.join("\n"));
    let expected = [
        "accepted",
        "rejected/invalid_json",
        "rejected/missing_id",
        "rejected/invalid_id",
        "rejected/invalid_kind",
        "accepted/unknown_kind",
        "rejected/invalid_json",
        "rejected/strength",
        "rejected/future",
        "accepted/waiting",
        "accepted/expired",
        "accepted/waiting",
        "rejected/account_unknown",
        "duplicate",
        "accepted",
        "rejected/invalid_json",
    ];
    assert_eq!(outcomes(&answer), expected, "{answer:#}");
    assert_eq!(answer["accepted"], 6);
    let account = house.client.get("/v1/accounts/acme").expect_status(200).json();
    assert!(
        (account["intent_points"].as_f64().unwrap() - 120.0).abs() < 1e-9,
        "2 signals of 60: {account:#}"
    );
}

#[test]
fn an_account_is_found_by_its_domain_and_by_the_contacts_address() {
    let house = house();
    let domains = json!({"domains": ["https://www.Acme.com/"]});
    house.put("/v1/accounts/acme", &domains, 201);
    let described = json!([
        {"id": "1", "kind": "page.view", "account": {"domain": "WWW.acme.com"}},
        {"id": "2", "kind": "page.view", "contact": {"email": "Jane@Acme.com", "name": "Jane"}},
    ]);
    let answer = house
        .client
        .post("/v1/signals", &described)
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&answer), ["accepted", "accepted"]);
    let committee = house
        .client
        .get("/v1/accounts/acme/committee")
        .expect_status(200)
        .json();
    assert_eq!(committee["contacts"][0]["name"], "Jane");
    assert_eq!(committee["contacts"][0]["emails"], json!(["jane@acme.com"]));
}

#[test]
fn a_field_that_is_none_of_a_signals_is_told() {
    let house = house();
    let mut signal = demo("a");
    signal["occured_at"] = json!(NOW);
    let answer = house
        .client
        .post("/v1/signals", &signal)
        .expect_status(200)
        .json();
    assert_eq!(answer["items"][0]["outcome"], "accepted");
    let detail = answer["items"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("did you mean \"occurred_at\""), "{detail}");
}

#[test]
fn a_large_body_is_recorded_in_parts() {
    let house = house();
    let lines: Vec<String> = (0..6_000)
        .map(|n| format!(r#"{{"id":"{n}","kind":"a","account":"x"}}"#))
        .collect();
    let answer = post(&house, "application/jsonl", &lines.join("\n"));
    assert_eq!(answer["accepted"], 6_000);
    assert_eq!(answer["items"][5_999]["id"], "5999");
}

#[test]
fn a_body_that_holds_no_signal_is_a_problem() {
    let house = house();
    for (content_type, body) in [
        ("application/json", ""),
        ("application/json", "{\"id\":"),
        ("text/plain", "hello"),
    ] {
        let answer = house
            .client
            .post_raw("/v1/signals", content_type, body.as_bytes());
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (400, Some("invalid_json")),
            "{body:?}"
        );
    }
    let answer = house
        .client
        .send("POST", "/v1/signals", &[], Body::Raw("text/csv", b"id"))
        .unwrap();
    assert_eq!(answer.status, 415);
}

#[test]
fn what_the_engine_does_not_take_on_is_told_item_by_item() {
    let limits = EngineConfig {
        signals_in_flight_max: 2,
        ..EngineConfig::default()
    };
    let house = house_with(&limits);
    let batch = json!([demo("a"), demo("b"), {"kind": "page.view"}, demo("c")]);
    let answer = house.client.post("/v1/signals", &batch).expect_status(503);
    assert_eq!(answer.header("retry-after"), Some("1"));
    let words = outcomes(&answer.json());
    assert_eq!(
        words,
        [
            "unavailable/overloaded",
            "unavailable/overloaded",
            "rejected/missing_id",
            "unavailable/overloaded"
        ]
    );
    let again = house
        .client
        .post("/v1/signals", &demo("a"))
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&again), ["accepted"]);
}
