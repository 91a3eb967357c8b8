//! A creation that is sent again with its key is answered again, and nothing is made twice.

use quorate_testkit::{Answer, Body, Client, DAY_MS};
use serde_json::{Value, json};

use crate::house::{NOW, house, house_served, usual};

const PATH: &str = "/v1/accounts/acme/relations";

fn relate(client: &Client, key: &str, body: &Value) -> Answer {
    client
        .send("POST", PATH, &[("idempotency-key", key)], Body::Json(body))
        .unwrap()
}

fn relation(to: &str) -> Value {
    json!({"from": "ann", "to": to, "kind": "works_with"})
}

/// What makes two answers the same.
fn said(answer: &Answer) -> (u16, Option<&str>, Value) {
    (answer.status, answer.header("etag"), answer.json())
}

#[test]
fn the_same_key_and_request_get_the_same_answer_and_nothing_is_made_twice() {
    let house = house();
    let first = relate(&house.client, "k-1", &relation("ben")).expect_status(201);
    assert_eq!(first.header("idempotency-replayed"), None);
    house.post(PATH, &relation("cay"));
    let again = relate(&house.client, "\"k-1\"", &relation("ben"));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(
        said(&again),
        said(&first),
        "the quotes of the draft name the same key"
    );
    assert_eq!(again.header("content-type"), Some("application/json"));
    let version = house.client.get("/v1/accounts/acme").json()["version"].clone();
    relate(&house.client, "k-1", &relation("ben")).expect_status(201);
    assert_eq!(house.client.get("/v1/accounts/acme").json()["version"], version);
}

#[test]
fn a_key_is_good_for_one_request_of_one_caller() {
    let house = house();
    relate(&house.client, "k-1", &relation("ben")).expect_status(201);
    let other = relate(&house.client, "k-1", &relation("cay"))
        .expect_status(422)
        .json();
    assert_eq!(other["code"], "idempotency_key_reused");
    let elsewhere = house.client.send(
        "POST",
        "/v1/accounts/globex/relations",
        &[("idempotency-key", "k-1")],
        Body::Json(&relation("ben")),
    );
    elsewhere.unwrap().expect_status(422);
    let sales = house.client_with(quorate_api::Scope::Sales);
    let theirs = relate(&sales, "k-1", &relation("cay")).expect_status(200);
    assert_eq!(theirs.header("idempotency-replayed"), None);
}

#[test]
fn a_key_that_cannot_be_read_is_refused_and_nothing_is_made() {
    let house = house();
    let long = "k".repeat(256);
    for key in [long.as_str(), "a b", "\"\"", "\t"] {
        let answer = relate(&house.client, key, &relation("ben")).expect_status(400);
        assert_eq!(answer.json()["code"], "invalid_header", "{key:?}");
    }
    house.client.get("/v1/accounts/acme").expect_status(404);
}

#[test]
fn a_request_that_failed_leaves_its_key_free() {
    let house = house();
    let wrong = json!({"from": "ann", "to": "ann", "kind": "works_with"});
    relate(&house.client, "k-1", &wrong).expect_status(400);
    relate(&house.client, "k-1", &json!({"from": "ann"})).expect_status(400);
    relate(&house.client, "k-1", &relation("ben")).expect_status(201);
}

#[test]
fn answers_outlive_a_restart_and_end_after_a_day() {
    let house = house();
    let first = relate(&house.client, "k-1", &relation("ben")).expect_status(201);
    let key = house.client.clone();
    let house = house.restart();
    // The key itself is in the store, so the same caller comes back to another port.
    let client = key.at(house.client.address());
    let again = relate(&client, "k-1", &relation("ben"));
    assert_eq!(said(&again), said(&first));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let now: quorate_domain::time::Timestamp = NOW.parse().unwrap();
    house.hand.set(now.plus_millis(DAY_MS));
    let later = relate(&client, "k-1", &relation("ben")).expect_status(200);
    assert_eq!(
        later.header("idempotency-replayed"),
        None,
        "a day later it is a new request"
    );
}

#[test]
fn the_oldest_answers_leave_when_there_are_too_many() {
    let mut config = usual();
    config.idempotency_answers_max = 2;
    let house = house_served(config);
    let now: quorate_domain::time::Timestamp = NOW.parse().unwrap();
    for (key, millis) in [("k-1", 1), ("k-2", 2), ("k-3", 3)] {
        house.hand.set(now.plus_millis(millis));
        relate(&house.client, key, &relation("ben"));
    }
    let replayed = |key: &str| {
        relate(&house.client, key, &relation("ben"))
            .header("idempotency-replayed")
            .is_some()
    };
    assert_eq!((replayed("k-3"), replayed("k-2")), (true, true));
    assert!(!replayed("k-1"));
}

#[test]
fn signals_take_the_header_and_go_by_their_own_ids() {
    let house = house();
    let signal = json!({"id": "s-1", "account": "acme", "kind": "page.view"});
    let send = |body: &Value| {
        let answer = house.client.send(
            "POST",
            "/v1/signals",
            &[("idempotency-key", "k-1")],
            Body::Json(body),
        );
        answer.unwrap().expect_status(200).json()
    };
    assert_eq!(send(&signal)["accepted"], 1);
    assert_eq!(send(&signal)["duplicate"], 1);
    let other = json!({"id": "s-2", "account": "acme", "kind": "page.view"});
    assert_eq!(send(&other)["accepted"], 1);
}
