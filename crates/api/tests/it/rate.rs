//! A caller that asks too often is told when to come back, and others are served.

use std::num::NonZeroU32;
use std::time::Duration;

use quorate_api::{ApiConfig, RateLimit};
use quorate_testkit::Client;

use crate::house::{house, house_served, shown, usual};

fn two_an_hour() -> ApiConfig {
    ApiConfig {
        rate_limit: Some(RateLimit {
            requests: NonZeroU32::new(2).unwrap(),
            window: Duration::from_secs(3_600),
        }),
        ..usual()
    }
}

#[test]
fn a_caller_that_asks_too_often_is_told_when_to_come_back() {
    let house = house_served(two_an_hour());
    let client = house.client_with(quorate_api::Scope::Read);
    let first = client.get("/v1/accounts").expect_status(200);
    assert_eq!(first.header("ratelimit-policy"), Some("\"requests\";q=2;w=3600"));
    assert_eq!(first.header("ratelimit"), Some("\"requests\";r=1;t=1800"));
    // What is refused for another reason counts as well.
    let second = client
        .post("/v1/signals", &serde_json::json!({}))
        .expect_status(403);
    assert_eq!(second.header("ratelimit"), Some("\"requests\";r=0;t=3600"));
    let third = client.get("/v1/accounts");
    insta::assert_snapshot!("rate_limited", shown(&third));
}

#[test]
fn others_and_operators_are_served_meanwhile() {
    let house = house_served(two_an_hour());
    let client = house.client_with(quorate_api::Scope::Read);
    for _ in 0..3 {
        drop(client.get("/v1/accounts"));
    }
    client.get("/v1/accounts").expect_status(429);
    house.client.get("/v1/accounts").expect_status(200);
    let nobody = Client::new(house.client.address());
    for _ in 0..4 {
        let answer = nobody.get("/readyz").expect_status(200);
        assert_eq!(answer.header("ratelimit"), None);
        assert_eq!(nobody.get("/v1/accounts").status, 401);
    }
}

#[test]
fn without_a_limit_no_header_speaks_of_one() {
    let answer = house().client.get("/v1/accounts").expect_status(200);
    assert_eq!(
        (answer.header("ratelimit"), answer.header("ratelimit-policy")),
        (None, None)
    );
}
