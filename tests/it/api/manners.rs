//! Who may do what, and problems that say what is wrong.

use std::process::Command;

use quorate_testkit::{Answer, Body, Deadline};
use serde_json::Value;

use super::{BINARY, outcomes, pricing, server};

/// Returns a problem's `code`; the answer is `application/problem+json` and says the same status inside.
#[track_caller]
fn problem(answer: Answer, status: u16) -> String {
    let answer = answer.expect_status(status);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let body = answer.json();
    assert_eq!(body["status"], status);
    for name in ["type", "title", "detail"] {
        assert!(
            body[name].as_str().is_some_and(|text| !text.is_empty()),
            "{name}: {body}"
        );
    }
    body["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn problems_are_told_alike_and_a_key_does_what_its_scope_says() {
    let (folder, server) = server("");
    let client = server.client();
    assert_eq!(problem(client.get("/v1/nothing"), 404), "not_found");
    assert_eq!(
        problem(client.get("/v1/accounts/nobody"), 404),
        "account_not_found"
    );
    let wrong = client.send("DELETE", "/v1/signals", &[], Body::Empty).unwrap();
    assert_eq!(wrong.header("allow"), Some("POST, OPTIONS"));
    assert_eq!(problem(wrong, 405), "method_not_allowed");
    assert_eq!(client.get("/v1/accounts?sort=warmth").status, 400);

    let nobody = server.anonymous_client();
    assert_eq!(
        nobody
            .get("/v1/accounts")
            .expect_status(401)
            .header("www-authenticate")
            .map(|kind| &kind[..6]),
        Some("Bearer")
    );
    problem(nobody.post("/v1/signals", &pricing("s-1")), 401);
    problem(
        nobody.clone().with_key("qk_000000000000_00").get("/v1/accounts"),
        401,
    );
    for open in ["/livez", "/readyz", "/version", "/metrics", "/openapi.json"] {
        nobody.get(open).expect_status(200);
    }

    let (_, launch) = server.terminate(Deadline::seconds(10));
    let made = Command::new(BINARY)
        .args([
            "keys", "create", "--name", "website", "--scope", "ingest", "--json", "--data",
        ])
        .arg(folder.path().join("data"))
        .output()
        .unwrap();
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let server = launch.start();
    let website = server.anonymous_client().with_key(made["key"].as_str().unwrap());
    let answer = website
        .post("/v1/signals", &pricing("s-1"))
        .expect_status(200)
        .json();
    assert_eq!(outcomes(&answer), ["accepted"]);
    for path in [
        "/v1/accounts",
        "/v1/accounts/acme",
        "/v1/accounts/acme/timeline",
        "/v1/events",
    ] {
        problem(website.get(path), 403);
    }
    problem(
        website.put("/v1/accounts/acme", &serde_json::json!({"name": "Mine"})),
        403,
    );
    assert_eq!(
        server.client().get("/v1/accounts/acme").expect_status(200).json()["name"],
        "acme"
    );
}
