//! What every path does alike: HEAD, OPTIONS, ids, headers.

use std::time::Duration;

use quorate_api::ApiConfig;
use quorate_testkit::{Body, Deadline, RawConnection, raw_http};
use serde_json::json;

use crate::house::{house, house_served, usual};

#[test]
fn head_is_get_without_the_body() {
    let house = house();
    for path in ["/livez", "/readyz", "/version", "/openapi.json", "/v1/accounts"] {
        let get = house.client.get(path).expect_status(200);
        let head = house.client.send("HEAD", path, &[], Body::Empty).unwrap();
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(
            head.header("content-length"),
            get.header("content-length"),
            "{path}"
        );
    }
    let raw = b"HEAD /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = raw_http(house.client.address(), raw, Duration::from_secs(5)).unwrap();
    assert!(answer.text().ends_with("\r\n\r\n"), "{}", answer.text());
}

#[test]
fn options_and_wrong_methods_say_what_is_allowed() {
    let house = house();
    let options = house
        .client
        .send("OPTIONS", "/v1/accounts/acme", &[], Body::Empty)
        .unwrap();
    assert_eq!(
        (options.status, options.header("allow")),
        (204, Some("GET, HEAD, PUT, OPTIONS"))
    );
    let wrong = house
        .client
        .send("PATCH", "/v1/signals", &[], Body::Empty)
        .unwrap();
    assert_eq!(
        (wrong.status, wrong.header("allow")),
        (405, Some("POST, OPTIONS"))
    );
    assert_eq!(wrong.header("content-type"), Some("application/problem+json"));
}

#[test]
fn every_answer_has_an_id_and_is_safe_in_a_browser() {
    let house = house();
    for path in ["/livez", "/nothing", "/v1/accounts?x=1"] {
        let answer = house
            .client
            .send("GET", path, &[("x-request-id", "mine-7")], Body::Empty)
            .unwrap();
        assert_eq!(answer.header("x-request-id"), Some("mine-7"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
    let drawn = house
        .client
        .send("GET", "/livez", &[("x-request-id", "a b\"c")], Body::Empty)
        .unwrap();
    assert_ne!(drawn.header("x-request-id"), Some("a b\"c"));
}

#[test]
fn operators_are_answered_without_a_key() {
    let house = house();
    let client = quorate_testkit::Client::new(house.client.address());
    assert_eq!(client.get("/readyz").expect_status(200).json()["status"], "ready");
    assert_eq!(client.get("/metrics").expect_status(200).text(), "quorate_up 1\n");
    assert_eq!(
        client.get("/version").expect_status(200).json()["name"],
        "quorate"
    );
}

#[test]
fn bodies_that_do_not_fit_beside_others_are_refused_before_they_are_read() {
    let house = house_served(ApiConfig {
        bodies_bytes_max: 10_000,
        body_timeout: Duration::from_secs(30),
        ..usual()
    });
    let big = json!([{"id": "a", "account": "acme", "kind": "page.view", "properties": {"text": "x".repeat(6000)}}]);
    // One of 6,000 bytes that never comes holds its room.
    let mut slow = RawConnection::open(house.client.address()).unwrap();
    let head = format!(
        "POST /v1/signals HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: 6000\r\n\r\n[",
        house.client.key().unwrap()
    );
    slow.send(head.as_bytes()).unwrap();
    Deadline::seconds(10).wait("a body that takes its room", || {
        let answer = house.client.post("/v1/signals", &big);
        if answer.status == 503 {
            Ok(())
        } else {
            Err(answer.text())
        }
    });
    let refused = house.client.post("/v1/signals", &big);
    assert_eq!(refused.status, 503);
    assert_eq!(refused.json()["code"], "overloaded");
    assert_eq!(refused.header("retry-after"), Some("1"));
    // A small one fits, and the big one when the slow one is gone.
    let small = json!({"id": "b", "account": "acme", "kind": "page.view"});
    house.client.post("/v1/signals", &small).expect_status(200);
    drop(slow);
    Deadline::seconds(10).wait("room that is given back", || {
        let answer = house.client.post("/v1/signals", &big);
        if answer.status == 200 {
            Ok(())
        } else {
            Err(answer.text())
        }
    });
}
