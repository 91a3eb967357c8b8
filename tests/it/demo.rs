//! `quorate demo` from outside: full at once, moving, and going on where it stopped.
#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value answers null, it does not panic"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Command, Stdio};

use quorate_testkit::{Client, Deadline, Launch, QuorateProcess};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

fn demo(args: &[&str]) -> QuorateProcess {
    Launch::demo(BINARY).args(args).start()
}

/// All accounts by id.
fn accounts(client: &Client) -> BTreeMap<String, Value> {
    let page = client
        .get("/v1/accounts?sort=-heat&limit=1000")
        .expect_status(200)
        .json();
    let items = page["items"].as_array().cloned().unwrap_or_default();
    items
        .into_iter()
        .map(|row| (row["id"].as_str().unwrap_or_default().to_owned(), row))
        .collect()
}

fn account(client: &Client, id: &str) -> Value {
    client
        .get(&format!("/v1/accounts/{id}"))
        .expect_status(200)
        .json()
}

fn is_mqa(account: &Value) -> bool {
    account["mqa"]["qualified"] == json!(true)
}

#[test]
fn the_board_is_full_at_once_without_a_key() {
    let demo = demo(&[]);
    let client = demo.anonymous_client();
    let board = client.get("/board").expect_status(200).text();
    assert!(board.contains("Northfold Logistics"), "{board}");
    let all = accounts(&client);
    assert_eq!(all.len(), 248);
    assert!(
        is_mqa(&all["northfold-logistics"]),
        "{}",
        all["northfold-logistics"]
    );
    let bands: Vec<&str> = all.values().filter_map(|row| row["band"].as_str()).collect();
    for band in ["cold", "warm", "hot", "burning"] {
        assert!(bands.contains(&band), "nobody is {band}");
    }
}

#[test]
fn the_first_half_minute_shows_one_account_entering_and_one_leaving() {
    let demo = demo(&["--accounts", "20"]);
    let client = demo.anonymous_client();
    assert!(!is_mqa(&account(&client, "sunhollow-energy")));
    let blackmere = account(&client, "blackmere-utilities");
    assert!(is_mqa(&blackmere), "{blackmere}");
    let forecast = blackmere["mqa"]["ends_at"].clone();
    assert!(forecast.is_string(), "{blackmere}");
    Deadline::seconds(60).wait("Sunhollow to enter and Blackmere to leave", || {
        let seen = (
            account(&client, "sunhollow-energy"),
            account(&client, "blackmere-utilities"),
        );
        if is_mqa(&seen.0) && !is_mqa(&seen.1) {
            Ok(())
        } else {
            Err((seen.0["mqa"].clone(), seen.1["mqa"].clone()))
        }
    });
    let timeline = client
        .get("/v1/accounts/blackmere-utilities/timeline?limit=50")
        .expect_status(200)
        .json();
    let left = timeline["items"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|entry| entry["change"]["event"] == "mqa.left")
        .map(|entry| entry["at"].clone());
    assert_eq!(left, Some(forecast), "it leaves at the instant that was foretold");
}

#[test]
fn the_buyers_visit_moves_northfold() {
    let demo = demo(&["--accounts", "8"]);
    let client = demo.anonymous_client();
    let before = account(&client, "northfold-logistics");
    let visit = json!({"id": "first", "account": "northfold-logistics", "contact": "owen.castellane", "kind": "page.pricing"});
    client.post("/v1/signals", &visit).expect_status(200);
    let after = account(&client, "northfold-logistics");
    let quorum = |account: &Value| {
        account["quorum"]
            .as_f64()
            .or_else(|| account["quorum"]["percent"].as_f64())
            .unwrap_or_default()
    };
    // The buyer's seat is 3 of 13; known but cold counts a quarter of it, engaged all.
    let gained = quorum(&after) - quorum(&before);
    assert!(
        (gained - 100.0 * 3.0 / 13.0 * 0.75).abs() < 1e-6,
        "{before}\n{after}"
    );
    assert!(after["heat"].as_f64() > before["heat"].as_f64());
}

#[test]
fn time_passes_and_a_restart_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let launch = Launch::demo(BINARY)
        .args(["--accounts", "40", "--data"])
        .args([&data]);
    let first = launch.start();
    let client = first.anonymous_client();
    let before = accounts(&client);
    let versions = |all: &BTreeMap<String, Value>| -> Vec<u64> {
        all.values()
            .map(|row| row["version"].as_u64().unwrap_or_default())
            .collect()
    };
    Deadline::seconds(60).wait("signals to arrive by themselves", || {
        let now = accounts(&client);
        if versions(&now) == versions(&before) {
            Err("nothing")
        } else {
            Ok(())
        }
    });
    let stopped_at = account(&client, "northfold-logistics")["as_of"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let count = accounts(&client).len();
    let (status, again) = first.terminate(Deadline::seconds(5));
    assert_eq!(status.code(), Some(0));

    let second = again.start();
    let client = second.anonymous_client();
    assert_eq!(accounts(&client).len(), count, "nobody is there twice");
    let goes_on_at = account(&client, "northfold-logistics")["as_of"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    // Where it was is noted every two seconds, which are two hours and a half of the demo's.
    assert!(
        goes_on_at.get(..10) >= stopped_at.get(..10),
        "{stopped_at}, then {goes_on_at}"
    );
    drop(second);

    let other = Command::new(BINARY)
        .args(["demo", "--listen", "127.0.0.1:0", "--seed", "8", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(other.status.code(), Some(1));
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(said.contains("holds a demo of seed 7 with 40 accounts"), "{said}");
}

/// What a filling leaves at an account, whenever it began.
fn filled(client: &Client, id: &str) -> Value {
    let below = |what: &str| {
        client
            .get(&format!("/v1/accounts/{id}/{what}"))
            .expect_status(200)
            .json()
    };
    let (evidence, committee) = (below("evidence"), below("committee"));
    let statements = evidence["items"].as_array().into_iter().flatten();
    let count = |list: &Value| list.as_array().map(Vec::len);
    json!({
        "statements": statements.clone().count(),
        "denied": statements.filter(|said| !said["contested"].is_null()).count(),
        "opportunities": count(&below("opportunities")["items"]),
        "people": count(&committee["contacts"]),
        "relations": count(&committee["relations"]),
    })
}

#[test]
fn a_filling_that_was_killed_goes_on_and_comes_to_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("demo");
    let log = folder.path().join("log");
    let mut child = Command::new(BINARY)
        .args(["demo", "--listen", "127.0.0.1:0", "--accounts", "400", "--data"])
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    // The first hundred are in by then, others are under way, and the signals of six months are not.
    Deadline::seconds(60).wait("the filling to be under way", || {
        let said = std::fs::read_to_string(&log).unwrap_or_default();
        if said.contains("the demo is being filled") {
            Ok(())
        } else {
            Err(said)
        }
    });
    child.kill().unwrap();
    let killed = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&killed.stdout).into_owned();
    assert!(!said.contains("http://"), "it was whole already: {said}");

    let other = Command::new(BINARY)
        .args(["demo", "--listen", "127.0.0.1:0", "--accounts", "12", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert_eq!(other.status.code(), Some(1), "a demo of another size");
    let again = Launch::demo(BINARY).args(["--data"]).args([&data]).start();
    let log = again.log();
    assert!(
        log.contains("was broken off while it filled") && log.contains("goes on where it stopped"),
        "{log}"
    );
    let whole = demo(&["--accounts", "400"]);
    let (again, whole) = (again.anonymous_client(), whole.anonymous_client());
    let (found, expected) = (accounts(&again), accounts(&whole));
    assert_eq!(found.len(), 400);
    assert!(found.keys().eq(expected.keys()));
    for id in expected.keys() {
        assert_eq!(filled(&again, id), filled(&whole, id), "{id}");
    }
    for path in ["/v1/lists", "/v1/imports"] {
        let count = |client: &Client| {
            let list = client.get(path).expect_status(200).json();
            list["items"].as_array().map(Vec::len)
        };
        assert_eq!(count(&again), count(&whole), "{path}");
    }
}

#[test]
fn it_refuses_to_let_other_machines_in() {
    let said = Command::new(BINARY)
        .args(["demo", "--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(said.status.code(), Some(1));
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(
        said.contains("asks for no key, so it listens on this machine only"),
        "{said}"
    );
}
