//! Stopping and starting: what was said stays, to the bit, and crossings keep their dates.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing field of an answer fails the test"
)]

use std::path::Path;

use quorate_testkit::{Client, DAY_MS, Deadline, Launch, rfc3339};
use serde_json::{Value, json};

use crate::crash::now_ms;

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

fn serve(data: &Path) -> Launch {
    Launch::serve(BINARY, data)
}

fn read(client: &Client, path: &str) -> Value {
    client.get(path).expect_status(200).json()
}

/// Returns the changes of standing of that kind in an account's timeline, newest first.
fn changes(client: &Client, account: &str, event: &str) -> Vec<Value> {
    let timeline = read(client, &format!("/v1/accounts/{account}/timeline?limit=1000"));
    let items = timeline["items"].as_array().cloned().unwrap_or_default();
    items
        .into_iter()
        .map(|entry| entry["change"].clone())
        .filter(|change| change["event"] == event)
        .collect()
}

/// Posts one demo request of a known contact, which qualifies an account for 14 days.
fn demo_requested(client: &Client, account: &str, at_ms: i64) {
    let signal = json!({
        "id": "demo", "account": account, "contact": "ann", "kind": "demo.requested", "occurred_at": rfc3339(at_ms),
    });
    let answer = client.post("/v1/signals", &signal).expect_status(200).json();
    assert_eq!(answer["accepted"], 1, "{answer}");
}

#[test]
fn what_was_said_stands_to_the_bit_after_sigterm_and_after_sigkill() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = serve(folder.path()).start();
    let client = server.client();
    let now = now_ms();
    let put = |path: &str, document: Value| {
        let answer = client.put(path, &document);
        assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text());
    };
    put(
        "/v1/accounts/acme",
        json!({"name": "Acme", "domains": ["acme.com"], "attributes": {"employees": 300}}),
    );
    put(
        "/v1/accounts/acme/contacts/bob",
        json!({"name": "Bob", "title": "CFO"}),
    );
    put(
        "/v1/accounts/acme/contacts/ann",
        json!({"roles": ["champion"], "reports_to": "bob"}),
    );
    let kinds = [
        "page.pricing",
        "email.click",
        "content.case_study",
        "form.error",
        "never.heard_of",
    ];
    let signals: Vec<Value> = (0..200_i64)
        .zip(kinds.iter().cycle())
        .map(|(no, kind)| {
            let contact = ["ann", "bob", "new"].get(usize::try_from(no % 4).unwrap_or(3));
            json!({
                "id": format!("s-{no}"), "account": "acme", "contact": contact, "kind": kind,
                "occurred_at": rfc3339(now - no * DAY_MS / 5),
            })
        })
        .collect();
    let answer = client
        .post("/v1/signals", &json!(signals))
        .expect_status(200)
        .json();
    assert_eq!(answer["accepted"], 200, "{answer}");

    let at = format!("?as_of={}", rfc3339(now_ms()));
    let all = |client: &Client| -> Vec<Value> {
        [
            format!("/v1/accounts/acme{at}"),
            format!("/v1/accounts/acme/explanation{at}"),
            format!("/v1/accounts/acme/committee{at}"),
        ]
        .map(|path| read(client, &path))
        .to_vec()
    };
    let before = all(&client);
    assert_eq!(before[0]["signals"]["recorded"], 200);
    for end in ["TERM", "KILL"] {
        let launch = if end == "TERM" {
            let (status, launch) = server.terminate(Deadline::seconds(10));
            assert_eq!(status.code(), Some(0));
            launch
        } else {
            server.kill9()
        };
        server = launch.start();
        assert_eq!(all(&server.client()), before, "after SIG{end}");
        let listed = read(&server.client(), "/v1/accounts?sort=-heat&limit=10");
        assert_eq!(listed["items"][0]["name"], "Acme", "{listed}");
    }
}

#[test]
fn a_crossing_while_nobody_was_there_is_dated_at_the_crossing() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path()).start();
    // What the demo request opened ends some seconds from now.
    let ends = now_ms() + 3_000;
    demo_requested(&server.client(), "acme", ends - 14 * DAY_MS);
    let account = read(&server.client(), "/v1/accounts/acme");
    assert_eq!(account["mqa"]["qualified"], true, "{account:#}");
    let launch = server.kill9();
    Deadline::seconds(30).wait("the instant of the crossing", || {
        let now = now_ms();
        if now > ends + 200 { Ok(()) } else { Err(now) }
    });
    let server = launch.start();
    let client = server.client();
    // Nobody has asked for the account yet: its timer alone must tell.
    let left = Deadline::seconds(10).wait("mqa.left in the timeline", || {
        changes(&client, "acme", "mqa.left").pop().ok_or(())
    });
    assert_eq!(instant(&left["at"]), instant(&json!(rfc3339(ends))), "{left:#}");
    let account = read(&client, "/v1/accounts/acme");
    assert_eq!(account["mqa"]["qualified"], false, "{account:#}");
}

#[test]
fn old_signals_date_their_crossings_in_the_past_and_a_restart_tells_them_no_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path()).start();
    let at = now_ms() - 40 * DAY_MS;
    demo_requested(&server.client(), "acme", at);
    let dates = |client: &Client| {
        ["mqa.entered", "mqa.left"].map(|event| {
            let found = changes(client, "acme", event);
            found
                .iter()
                .map(|change| instant(&change["at"]))
                .collect::<Vec<_>>()
        })
    };
    let expected = [
        vec![instant(&json!(rfc3339(at)))],
        vec![instant(&json!(rfc3339(at + 14 * DAY_MS)))],
    ];
    Deadline::seconds(10).wait("both crossings in the timeline", || {
        let seen = dates(&server.client());
        if seen == expected { Ok(()) } else { Err(seen) }
    });
    let server = server.kill9().start();
    assert_eq!(dates(&server.client()), expected);
}

/// Returns an instant of the API without trailing zeros of its fraction, so that texts compare as instants do.
fn instant(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default().trim_end_matches('Z');
    match text.split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{}", fraction.trim_end_matches('0')),
        None => format!("{text}."),
    }
}
