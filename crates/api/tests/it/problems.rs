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
    get(&house, "given_twice", "/v1/accounts?limit=1&limit=2");
    get(&house, "bad_cursor", "/v1/accounts?cursor=abc");
    get(
        &house,
        "no_parameters_here",
        "/v1/accounts/acme/forecast?as_of=now",
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
