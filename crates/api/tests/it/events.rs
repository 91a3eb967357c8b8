//! The event stream: what is told, to whom, and its end.

use std::time::Duration;

use quorate_testkit::{Body, Deadline, RawConnection};
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

#[test]
fn listeners_are_bounded_and_a_place_is_free_again() {
    let house = house();
    let mut streams: Vec<_> = (0..8)
        .map(|_| house.client.stream("/v1/events").unwrap())
        .collect();
    let refused = house.client.get("/v1/events");
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    streams.pop();
    Deadline::seconds(10).wait("a free place", || {
        match house.client.send("HEAD", "/v1/events", &[], Body::Empty) {
            Ok(answer) if answer.status == 200 => Ok(()),
            other => Err(other.map(|answer| answer.status)),
        }
    });
}

#[test]
fn a_listener_that_comes_back_is_told_that_it_may_have_missed_something() {
    let house = house();
    let (key, _) = house
        .keys
        .create(quorate_api::NewKey {
            name: "raw".into(),
            scopes: vec![quorate_api::Scope::Read],
            source: None,
        })
        .unwrap();
    let head = format!(
        "GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\nlast-event-id: 7\r\n\r\n",
        key.reveal(),
    );
    let mut connection = RawConnection::open(house.client.address()).unwrap();
    connection.send(head.as_bytes()).unwrap();
    let found =
        |bytes: &[u8]| String::from_utf8_lossy(bytes).contains("event: lagged\ndata: {\"missed\":null}");
    let answer = connection.read_until(Duration::from_secs(10), found).unwrap();
    assert!(found(&answer.bytes), "{}", answer.text());
}
