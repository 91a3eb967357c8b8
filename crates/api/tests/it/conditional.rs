//! What need not be sent twice is not; what may have changed is.

use quorate_testkit::{Answer, Body};
use serde_json::json;

use crate::house::{House, NOW, house};

fn ask(house: &House, path: &str, tag: &str) -> Answer {
    house
        .client
        .send("GET", path, &[("if-none-match", tag)], Body::Empty)
        .unwrap()
}

#[test]
fn documents_of_the_build_are_sent_once() {
    let house = house();
    for path in [
        "/openapi.json",
        "/docs",
        "/docs/docs.js",
        "/docs/swagger-ui.css",
        "/problems",
        "/problems/not-found",
    ] {
        let first = house.client.get(path).expect_status(200);
        assert_eq!(first.header("cache-control"), Some("public, no-cache"), "{path}");
        let tag = first.header("etag").unwrap().to_owned();
        let again = ask(&house, path, &tag);
        assert_eq!((again.status, again.body.len()), (304, 0), "{path}");
        assert_eq!(again.header("etag"), Some(tag.as_str()), "{path}");
        assert_eq!(
            ask(&house, path, &format!("\"x\", W/{tag}")).status,
            304,
            "{path}"
        );
        assert_eq!(ask(&house, path, "*").status, 304, "{path}");
        assert_eq!(ask(&house, path, "\"x\"").status, 200, "{path}");
        assert_eq!(ask(&house, path, "nonsense").status, 200, "{path}");
    }
}

#[test]
fn an_account_of_now_is_answered_whole_and_never_cached() {
    let house = house();
    house.put("/v1/accounts/acme", &json!({"name": "Acme"}), 201);
    let now = house.client.get("/v1/accounts/acme").expect_status(200);
    assert_eq!(now.header("cache-control"), Some("no-store"));
    let version = now.header("etag").unwrap();
    assert_eq!(
        ask(&house, "/v1/accounts/acme", version).status,
        200,
        "its heat fades without a record"
    );
    assert_eq!(ask(&house, "/v1/accounts/acme", "*").status, 200);
}

#[test]
fn an_account_of_the_past_is_sent_again_when_something_about_it_was_learned() {
    let house = house();
    let signal = |id: &str| json!({"id": id, "account": "acme", "contact": "ann", "kind": "page.view", "occurred_at": "2026-09-01T11:00:00Z"});
    house.post("/v1/signals", &signal("s-1"));
    for part in ["", "/explanation", "/committee"] {
        let path = format!("/v1/accounts/acme{part}?as_of={NOW}");
        let then = house.client.get(&path).expect_status(200);
        let tag = then.header("etag").unwrap().to_owned();
        assert_eq!(then.header("cache-control"), Some("private, no-cache"), "{path}");
        house.hand.set(
            NOW.parse::<quorate_domain::time::Timestamp>()
                .unwrap()
                .plus_millis(60_000),
        );
        assert_eq!(ask(&house, &path, &tag).status, 304, "{path}");
        house.post("/v1/signals", &signal(&format!("late{part}")));
        assert_eq!(
            ask(&house, &path, &tag).status,
            200,
            "{path}: a late signal changes the past"
        );
        let put = house.client.send(
            "PUT",
            "/v1/accounts/acme",
            &[("if-match", &tag)],
            Body::Json(&json!({"name": "Acme"})),
        );
        put.unwrap().expect_status(400);
    }
}
