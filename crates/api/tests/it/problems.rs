//! Each kind of bad input, and the words its sender reads.

use std::time::Duration;

use quorate_testkit::{Body, RawConnection, raw_http};
use serde_json::json;

use crate::house::{House, house, shown};

fn put(house: &House, name: &str, path: &str, body: &str) {
    snapshot(
        house,
        name,
        "PUT",
        path,
        &[("content-type", "application/json")],
        body.as_bytes(),
    );
}

fn get(house: &House, name: &str, path: &str) {
    snapshot(house, name, "GET", path, &[], b"");
}

fn snapshot(house: &House, name: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) {
    let body = match headers.iter().find(|(name, _)| *name == "content-type") {
        Some((_, content_type)) => Body::Raw(content_type, body),
        None => Body::Empty,
    };
    let headers: Vec<(&str, &str)> = headers
        .iter()
        .copied()
        .filter(|(name, _)| *name != "content-type")
        .collect();
    let answer = house.client.send(method, path, &headers, body).unwrap();
    insta::assert_snapshot!(name, format!("{method} {path}\n{}", shown(&answer)));
}

#[test]
fn bad_bodies_are_told_with_their_place() {
    let house = house();
    put(
        &house,
        "broken_json",
        "/v1/accounts/acme",
        "{\"name\": \"Acme\",\n  \"tier\": }",
    );
    put(&house, "truncated_json", "/v1/accounts/acme", "{\"name\": \"Ac");
    put(
        &house,
        "not_finite",
        "/v1/accounts/acme",
        r#"{"attributes": {"employees": NaN}}"#,
    );
    put(
        &house,
        "unknown_field",
        "/v1/accounts/acme",
        r#"{"nmae": "Acme"}"#,
    );
    put(
        &house,
        "wrong_type",
        "/v1/accounts/acme",
        r#"{"domains": ["acme.com", 7]}"#,
    );
    put(
        &house,
        "several_wrong",
        "/v1/accounts/acme",
        r#"{"name": " ", "domains": ["acme", "ok.com"], "attributes": {"tier": "1", "a/b": {}}}"#
            .replace("{}", "\"\"")
            .as_str(),
    );
    put(
        &house,
        "nested_value",
        "/v1/accounts/acme",
        r#"{"attributes": {"a/b": {"c": 1}}}"#,
    );
    let deep = format!(
        r#"{{"attributes": {{"a": {}{}}}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    put(&house, "deep_value", "/v1/accounts/acme", &deep);
    put(&house, "deep_unknown", "/v1/accounts/acme", &"[".repeat(5_000));
}

#[test]
fn bad_people_and_relations_are_told_with_their_place() {
    let house = house();
    put(
        &house,
        "contact_words",
        "/v1/accounts/acme/contacts/c-1",
        r#"{"seniority": "c-level", "attitude": "happy", "email": "jane", "reports_to": "c-1"}"#,
    );
    put(
        &house,
        "role_form",
        "/v1/accounts/acme/contacts/c-1",
        r#"{"roles": [{"name": "champion"}]}"#,
    );
    put(
        &house,
        "role_solution",
        "/v1/accounts/acme/contacts/c-1",
        r#"{"roles": [{"role": "champion", "solution": "crm"}]}"#,
    );
    put(&house, "empty_id", "/v1/accounts/%20", "{}");
    let json = [("content-type", "application/json")];
    snapshot(
        &house,
        "relation_words",
        "POST",
        "/v1/accounts/acme/relations",
        &json,
        br#"{"from": "c-1", "to": "", "kind": "report_to"}"#,
    );
    snapshot(
        &house,
        "relation_strength",
        "POST",
        "/v1/accounts/acme/relations",
        &json,
        br#"{"from": "c-1", "to": "c-2", "kind": "blocks", "strength": 2}"#,
    );
    snapshot(
        &house,
        "relation_to_itself",
        "POST",
        "/v1/accounts/acme/relations",
        &json,
        br#"{"from": "c-1", "to": "c-1", "kind": "blocks"}"#,
    );
    snapshot(
        &house,
        "wrong_type_of_body",
        "PUT",
        "/v1/accounts/acme",
        &[("content-type", "text/csv")],
        b"a,b",
    );
    snapshot(
        &house,
        "wrong_if_match",
        "PUT",
        "/v1/accounts/acme",
        &[("content-type", "application/json"), ("if-match", "yesterday")],
        b"{}",
    );
    snapshot(
        &house,
        "stale_if_match",
        "PUT",
        "/v1/accounts/acme",
        &[("content-type", "application/json"), ("if-match", "\"7\"")],
        br#"{"name": "Acme"}"#,
    );
}

#[test]
fn bad_questions_are_told_with_what_was_meant() {
    let house = house();
    house.put("/v1/accounts/acme", &json!({"name": "Acme"}), 201);
    get(&house, "unknown_path", "/v1/acounts");
    get(&house, "unknown_account", "/v1/accounts/nobody");
    get(&house, "unknown_parameter", "/v1/accounts?heat_gt=5&foo=1");
    get(
        &house,
        "bad_values",
        "/v1/accounts?band=hott,cold&fit=E&mqa=yes&heat_gte=NaN&limit=0&sort=-haet&exits_within=14&momentum=up",
    );
    get(&house, "empty_values", "/v1/accounts?q=&band=&limit=");
    get(
        &house,
        "bad_list_or_seat",
        "/v1/accounts?list=Q3%20targets&seat=champion&element=pain",
    );
    get(&house, "bad_seat_state", "/v1/accounts?seat=champion:gone");
    get(&house, "given_twice", "/v1/accounts?limit=1&limit=2");
    get(&house, "bad_cursor", "/v1/accounts?cursor=abc");
    get(
        &house,
        "no_parameters_here",
        "/v1/accounts/acme/forecast?as_of=now",
    );
    get(
        &house,
        "list_of_the_future",
        "/v1/accounts?as_of=2030-01-01T00:00:00Z",
    );
    get(&house, "bad_as_of", "/v1/accounts/acme?as_of=yesterday");
    get(
        &house,
        "future_as_of",
        "/v1/accounts/acme?as_of=2030-01-01T00:00:00Z",
    );
    get(&house, "unknown_event", "/v1/events?types=mqa.enter");
    snapshot(&house, "wrong_method", "DELETE", "/v1/accounts/acme", &[], b"");
    snapshot(
        &house,
        "relation_not_named",
        "DELETE",
        "/v1/accounts/acme/relations?from=a",
        &[],
        b"",
    );
    snapshot(
        &house,
        "relation_not_there",
        "DELETE",
        "/v1/accounts/acme/relations?from=a&to=b&kind=blocks",
        &[],
        b"",
    );
    for contact in ["a", "b"] {
        house.put(&format!("/v1/accounts/acme/contacts/{contact}"), &json!({}), 201);
    }
    let query = "/v1/accounts/acme/relations?from=a&to=b&kind=blocks";
    snapshot(&house, "relation_unknown", "DELETE", query, &[], b"");
}

#[test]
fn a_body_that_is_too_large_is_refused_and_its_sender_reads_why() {
    let house = house();
    let large = vec![b' '; 50_000_000];
    for path in ["/v1/signals", "/v1/accounts/acme"] {
        let method = if path == "/v1/signals" { "POST" } else { "PUT" };
        let answer = house
            .client
            .send(method, path, &[], Body::Raw("application/json", &large))
            .unwrap();
        assert_eq!(answer.status, 413, "{path}: {}", answer.text());
        assert_eq!(answer.json()["code"], "body_too_large");
    }
    let key = house.keys.create(quorate_api::NewKey {
        name: "raw".into(),
        scopes: vec![quorate_api::Scope::Admin],
        source: None,
    });
    let head = format!(
        "POST /v1/signals HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ntransfer-encoding: chunked\r\n\r\n",
        key.unwrap().0.reveal(),
    );
    let mut bytes = head.into_bytes();
    for _ in 0..20 {
        bytes.extend_from_slice(b"8000\r\n");
        bytes.extend_from_slice(&vec![b' '; 0x8000]);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    let answer = raw_http(house.client.address(), &bytes, Duration::from_secs(10)).unwrap();
    assert_eq!(answer.status(), Some(413), "{}", answer.text());
}

#[test]
fn a_body_that_stalls_is_given_up_and_others_are_served_meanwhile() {
    let house = house();
    let (key, _) = house
        .keys
        .create(quorate_api::NewKey {
            name: "raw".into(),
            scopes: vec![quorate_api::Scope::Ingest],
            source: None,
        })
        .unwrap();
    let head = format!(
        "POST /v1/signals HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 100\r\n\r\n[",
        key.reveal(),
    );
    let mut stalling = RawConnection::open(house.client.address()).unwrap();
    stalling.send(head.as_bytes()).unwrap();
    assert_eq!(house.client.get("/livez").status, 200);
    let answer = stalling.read(Duration::from_secs(10)).unwrap();
    assert_eq!(answer.status(), Some(408), "{}", answer.text());
    assert!(
        answer.text().contains("body_timeout") && answer.closed,
        "{}",
        answer.text()
    );
}

#[test]
fn a_compressed_body_is_read_and_one_that_lies_is_refused() {
    let house = house();
    let gzip = [("content-encoding", "gzip")];
    let answer = house
        .client
        .send("POST", "/v1/signals", &gzip, Body::Raw("application/json", b"[]"))
        .unwrap();
    assert_eq!(answer.status, 400, "{}", answer.text());
    let odd = [("content-encoding", "zip")];
    let answer = house
        .client
        .send("POST", "/v1/signals", &odd, Body::Raw("application/json", b"[]"))
        .unwrap();
    assert_eq!(answer.status, 415, "{}", answer.text());
}

#[test]
fn every_kind_of_problem_has_its_page() {
    let house = house();
    let kinds = house.client.get("/problems").expect_status(200).json();
    for kind in kinds.as_array().unwrap() {
        let page = kind["type"].as_str().unwrap();
        assert_eq!(house.client.get(page).expect_status(200).json(), *kind);
    }
    assert_eq!(
        kinds.as_array().unwrap().len(),
        quorate_api::ProblemKind::ALL.len()
    );
    let html = house
        .client
        .send(
            "GET",
            "/problems/invalid-json",
            &[("accept", "text/html")],
            Body::Empty,
        )
        .unwrap();
    assert!(html.text().starts_with("<!doctype html>"), "{}", html.text());
    assert_eq!(house.client.get("/problems/nothing").status, 404);
}

#[test]
fn bad_bodies_of_signals_are_told_item_by_item() {
    let house = house();
    let long = "k".repeat(300);
    let items = json!([
        {"kind": "page.view", "account": "acme"},
        {"id": " ", "kind": "page.view", "account": "acme"},
        {"id": long, "kind": "page.view", "account": "acme"},
        {"id": "no-kind", "account": "acme"},
        {"id": "kind", "kind": 7, "account": "acme"},
        {"id": "when", "kind": "page.view", "account": "acme", "occurred_at": "yesterday"},
        {"id": "ahead", "kind": "page.view", "account": "acme", "occurred_at": "2027-01-01T00:00:00Z"},
        {"id": "strength", "kind": "page.view", "account": "acme", "strength": "high"},
        {"id": "negative", "kind": "page.view", "account": "acme", "strength": -1},
        {"id": "source", "kind": "page.view", "account": "acme", "source": "frist_party"},
        {"id": "solution", "kind": "page.view", "account": "acme", "solution": "crm"},
        {"id": "no-solution", "kind": "page.view", "account": "acme", "solution": 1},
        {"id": "object", "kind": "page.view", "account": "acme", "object": []},
        {"id": "whose", "kind": "page.view"},
        {"id": "account", "kind": "page.view", "account": 7},
        {"id": "described", "kind": "page.view", "account": {}},
        {"id": "contact", "kind": "page.view", "account": "acme", "contact": 7},
        {"id": "email", "kind": "page.view", "account": "acme", "contact": {"email": "ann"}},
        {"id": "properties", "kind": "page.view", "account": "acme", "properties": 7},
        {"id": "large", "kind": "page.view", "account": "acme", "properties": {"a": "x".repeat(20_000)}},
        {"id": "unknown", "kind": "page.view", "account": "acme", "knid": "x"},
        "text",
        7,
        null,
    ]);
    let answer = house.client.post("/v1/signals", &items).expect_status(200);
    let text = answer.text().replace(&long, "kkk...");
    let body: serde_json::Value = serde_json::from_str(&text).unwrap();
    insta::assert_snapshot!("signal_items", format!("{body:#}"));
    let lines = "{\"id\": \"good\", \"kind\": \"page.view\", \"account\": \"acme\"}\n{\"id\": \"cut\", \n\n[]\nhello\n";
    let answer = house
        .client
        .post_raw("/v1/signals", "application/x-ndjson", lines.as_bytes());
    insta::assert_snapshot!("signal_lines", shown(&answer));
    let json = [("content-type", "application/json")];
    snapshot(
        &house,
        "signals_no_json",
        "POST",
        "/v1/signals",
        &json,
        b"{\"id\": ",
    );
    snapshot(
        &house,
        "signals_text",
        "POST",
        "/v1/signals",
        &[("content-type", "text/html")],
        b"<p>",
    );
}

#[test]
fn who_may_not_is_told_what_would_let_it_in() {
    let mut house = house();
    let admin = house.client.clone();
    house.client = admin.clone().without_key();
    get(&house, "no_key", "/v1/accounts");
    house.client = admin.clone().with_key("qk_000000000000_00");
    get(&house, "wrong_key", "/v1/accounts");
    house.client = house.client_with(quorate_api::Scope::Ingest);
    get(&house, "ingest_only", "/v1/accounts");
}

#[test]
fn limits_and_what_is_not_there_are_told_with_their_names() {
    let house = crate::house::house_with(&quorate_engine::EngineConfig {
        commands_in_flight_max: 0,
        policy: quorate_domain::account::Policy {
            contacts_max: 1,
            ..quorate_domain::account::Policy::default()
        },
        ..quorate_engine::EngineConfig::default()
    });
    put(&house, "overloaded", "/v1/accounts/acme", r#"{"name": "Acme"}"#);
    let house = crate::house::house_with(&quorate_engine::EngineConfig {
        past_rows_max: 1,
        ..quorate_engine::EngineConfig::default()
    });
    for account in ["acme", "globex"] {
        house.put(
            &format!("/v1/accounts/{account}"),
            &serde_json::json!({"name": "A"}),
            201,
        );
    }
    get(
        &house,
        "too_many_for_the_past",
        "/v1/accounts?as_of=2026-08-01T00:00:00Z",
    );
    let house = crate::house::house_with(&quorate_engine::EngineConfig {
        policy: quorate_domain::account::Policy {
            contacts_max: 1,
            ..quorate_domain::account::Policy::default()
        },
        ..quorate_engine::EngineConfig::default()
    });
    let json = [("content-type", "application/json")];
    let relation = br#"{"from": "ann", "to": "ben", "kind": "works_with"}"#;
    snapshot(
        &house,
        "too_many_contacts",
        "POST",
        "/v1/accounts/acme/relations",
        &json,
        relation,
    );
    house.put("/v1/accounts/acme/contacts/ann", &json!({"name": "Ann"}), 201);
    let query = "/v1/accounts/acme/relations?from=ann&to=zoe&kind=blocks";
    snapshot(&house, "unknown_contact", "DELETE", query, &[], b"");
    get(
        &house,
        "cursor_of_another_list",
        "/v1/accounts/acme/timeline?cursor=x",
    );
    put(&house, "array_for_object", "/v1/accounts/acme", "[null]");
}

#[test]
fn an_idempotency_key_that_is_taken_or_wrong_is_told() {
    let house = house();
    let ask = |name: &str, key: &str, to: &str| {
        let body = format!(r#"{{"from": "ann", "to": "{to}", "kind": "works_with"}}"#);
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        snapshot(
            &house,
            name,
            "POST",
            "/v1/accounts/acme/relations",
            &headers,
            body.as_bytes(),
        );
    };
    ask("idempotency_first", "k-1", "ben");
    ask("idempotency_replayed", "k-1", "ben");
    ask("idempotency_reused", "k-1", "cay");
    ask("idempotency_wrong", "k 1", "ben");
}

#[test]
fn bodies_too_large_and_too_slow_are_told_with_the_limit() {
    let house = house();
    let large = vec![b' '; 70_000];
    let json = [("content-type", "application/json")];
    snapshot(&house, "too_large", "PUT", "/v1/accounts/acme", &json, &large);
    let key = house.keys.create(quorate_api::NewKey {
        name: "raw".into(),
        scopes: vec![quorate_api::Scope::Ingest],
        source: None,
    });
    let head = format!(
        "POST /v1/signals HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 100\r\n\r\n[",
        key.unwrap().0.reveal(),
    );
    let answer = raw_http(house.client.address(), head.as_bytes(), Duration::from_secs(10)).unwrap();
    let text = answer.text();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    insta::assert_snapshot!("too_slow", format!("{body:#}"));
}

#[test]
fn lists_and_imports_that_do_not_work_are_told_why() {
    let house = house();
    let csv = [("content-type", "text/csv")];
    snapshot(&house, "empty_file", "POST", "/v1/imports", &csv, b"");
    get(&house, "unknown_list", "/v1/lists/q3");
    get(&house, "unknown_import", "/v1/imports/0-0");
    house.put("/v1/accounts/acme", &json!({"name": "Acme"}), 201);
    house.put("/v1/lists/q3", &json!({"name": "Q3"}), 201);
    house.post("/v1/lists/q3/members", &json!({"add": ["acme"]}));
    snapshot(&house, "list_with_members", "DELETE", "/v1/lists/q3", &[], b"");
}

/// Every kind has a snapshot of what its sender reads: here, or, for what no request brings about at will, in the
/// unit tests of `problem.rs`.
#[test]
fn every_kind_is_shown_by_a_snapshot() {
    let folders = ["tests/it/snapshots", "src/problem/snapshots"];
    let shown: String = folders
        .into_iter()
        .map(|folder| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "snap"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let missing: Vec<&str> = quorate_api::ProblemKind::ALL
        .iter()
        .map(|kind| kind.code())
        .filter(|code| !shown.contains(&format!("\"code\": \"{code}\"")))
        .collect();
    assert!(missing.is_empty(), "no snapshot shows {missing:?}");
}
