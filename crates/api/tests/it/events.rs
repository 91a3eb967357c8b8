//! The event stream: what is told, to whom, and its end.

use std::time::Duration;

use quorate_testkit::Deadline;
use serde_json::{Value, json};

use crate::house::{NOW, house};

/// Reads lines until an event of that type came, and returns its data.
fn wait_for(lines: &mut impl Iterator<Item = std::io::Result<String>>, event: &str) -> Value {
    let deadline = Deadline::after(Duration::from_secs(10));
    let mut seen = Vec::new();
    while !deadline.is_over() {
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("the stream ended before {event}: {seen:#?}"))
            .unwrap();
        let found = line == format!("event: {event}");
        seen.push(line);
        if found {
            let data = lines.next().unwrap().unwrap();
            return serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        }
    }
    panic!("no {event} within 10 s: {seen:#?}");
}

fn demo(account: &str) -> Value {
    json!({"id": "s-1", "kind": "demo.requested", "account": account, "contact": "c-1", "occurred_at": NOW})
}

#[test]
fn a_listener_hears_of_a_signal_at_once() {
    let house = house();
    let mut lines = house.client.stream("/v1/events").unwrap();
    house.post("/v1/signals", &demo("acme"));
    let entered = wait_for(&mut lines, "mqa.entered");
    assert_eq!(
        (&entered["account"], &entered["at"]),
        (&json!("acme"), &json!(NOW))
    );
    assert!(entered["moment"]["heat"].as_f64().unwrap() > 50.0, "{entered:#}");
}

#[test]
fn a_listener_hears_what_it_asked_for_only() {
    let house = house();
    let mut lines = house
        .client
        .stream("/v1/events?account=beta&types=account.changed")
        .unwrap();
    house.post("/v1/signals", &json!([demo("acme"), demo("beta")]));
    let changed = wait_for(&mut lines, "account.changed");
    assert_eq!(
        (&changed["account"], &changed["row"]["id"]),
        (&json!("beta"), &json!("beta"))
    );
}

#[test]
fn a_quiet_stream_says_that_it_is_there() {
    let house = house();
    let lines = house.client.stream("/v1/events").unwrap();
    let beat = lines
        .map(Result::unwrap)
        .take(20)
        .find(|line| line == ": still here");
    assert!(beat.is_some());
}

#[test]
fn the_server_stops_within_seconds_while_streams_are_open() {
    let mut house = house();
    let client = house.client.clone();
    let streams: Vec<_> = (0..4).map(|_| client.stream("/v1/events").unwrap()).collect();
    let patience = Deadline::after(Duration::from_secs(5));
    house.close();
    assert!(!patience.is_over(), "stopping took more than 5 s");
    for lines in streams {
        // Each ends by itself: the server closed it.
        assert!(lines.count() < 50);
    }
}
