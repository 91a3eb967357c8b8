//! A store that grows old: what is over the retention is condensed while the server is killed again and again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use quorate_testkit::{
    Client, DAY_MS, Deadline, FakeClock, Launch, RedisServer, SplitMix64, rfc3339, rounds,
};
use serde_json::{Value, json};

use super::now_ms;
use super::redis::over_redis;
use super::serve;

const ACCOUNTS: usize = 12;
const SIGNALS_OF_EACH: usize = 200;
const KINDS: [&str; 4] = [
    "page.pricing",
    "page.view",
    "content.case_study",
    "demo.requested",
];
/// How long ago it all happened, in days.
const AGO: i64 = 500;

fn account(no: usize) -> String {
    format!("old-{no}")
}

/// A month of signals of some accounts, all of it when the server's clock was behind.
fn fill(client: &Client, now: i64, random: &mut SplitMix64) {
    for no in 0..ACCOUNTS {
        let signals: Vec<Value> = (0..SIGNALS_OF_EACH)
            .map(|signal| {
                let age = i64::try_from(random.below(30 * DAY_MS.unsigned_abs())).unwrap();
                json!({
                    "id": format!("s-{signal}"), "account": account(no), "contact": format!("c-{}", random.below(4)),
                    "kind": KINDS[usize::try_from(random.below(4)).unwrap()], "occurred_at": rfc3339(now - age),
                    "object": format!("/p-{}", random.below(9)), "properties": {"ip": "192.0.2.1", "n": signal},
                })
            })
            .collect();
        for part in signals.chunks(20) {
            let answer = client.post("/v1/signals", &json!(part)).expect_status(200).json();
            assert_eq!(answer["accepted"], part.len(), "{answer}");
        }
    }
}

/// What is told of every account as of an instant, without ids.
fn told(client: &Client, at: i64) -> BTreeMap<String, Value> {
    let at = rfc3339(at);
    let read = |path: String| client.get(&path).expect_status(200).json();
    (0..ACCOUNTS)
        .map(|no| {
            let account = account(no);
            let mut why = read(format!("/v1/accounts/{account}/explanation?as_of={at}"));
            forget_ids(&mut why);
            let state = read(format!("/v1/accounts/{account}?as_of={at}"));
            (account, json!([why, state]))
        })
        .collect()
}

/// Takes the id from every line of an explanation that is a signal.
fn forget_ids(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            if fields.get("cause").is_some_and(|cause| cause == "signal") {
                fields.remove("id");
            }
            fields.values_mut().for_each(forget_ids);
        }
        Value::Array(items) => items.iter_mut().for_each(forget_ids),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Counts the signals of all accounts that still have an id.
fn ids_left(client: &Client) -> usize {
    (0..ACCOUNTS)
        .map(|no| {
            let path = format!(
                "/v1/accounts/{}/explanation?as_of={}",
                account(no),
                rfc3339(now_ms() - AGO * DAY_MS)
            );
            client
                .get(&path)
                .expect_status(200)
                .text()
                .matches("\"id\":\"s-")
                .count()
        })
        .sum()
}

#[expect(
    clippy::disallowed_methods,
    reason = "it dies at a random moment, in no state that could be waited for"
)]
fn grow_old(folder: &Path, launch: &Launch) {
    let seed = now_ms().unsigned_abs();
    eprintln!("seed {seed}");
    let mut random = SplitMix64::new(seed);
    let clock = FakeClock::new(folder);
    let launch = clock
        .launch(launch.clone())
        .env("QUORATE_RETENTION__EVERY_SECONDS", "1");
    clock.set_days(-AGO);
    let server = launch.start();
    let then = now_ms() - AGO * DAY_MS;
    fill(&server.client(), then, &mut random);
    let before = told(&server.client(), then);
    assert!(ids_left(&server.client()) > ACCOUNTS * SIGNALS_OF_EACH / 2);

    let mut launch = server.kill9();
    clock.set_days(0);
    for _ in 0..rounds(3, 30) {
        let server = launch.start();
        std::thread::sleep(Duration::from_millis(950 + random.below(250)));
        launch = server.kill9();
    }
    let server = launch.start();
    let client = server.client();
    Deadline::seconds(60).wait("all that is old to be condensed", || match ids_left(&client) {
        0 => Ok(()),
        left => Err(left),
    });
    let after = told(&client, then);
    for (account, before) in &before {
        assert_eq!(after.get(account), Some(before), "{account}");
    }
    let late = json!({"id": "s-1", "account": account(0), "kind": "page.view", "occurred_at": rfc3339(then)});
    let answer = client.post("/v1/signals", &late).expect_status(200).json();
    assert_eq!(answer["items"][0]["code"], "expired", "{answer}");
}

#[test]
fn a_folder_grows_old_and_nothing_is_worth_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    grow_old(folder.path(), &serve(&folder.path().join("data")));
}

#[test]
fn a_redis_grows_old_and_nothing_is_worth_anything_else() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    grow_old(
        folder.path(),
        &over_redis(&folder.path().join("data"), &redis.url(), "0"),
    );
}
