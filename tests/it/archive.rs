//! `export-archive`, `import-archive` and `backup` from outside: between homes, and what they say when something is
//! wrong.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use quorate_testkit::{Body, Client, Deadline, Launch, RedisServer};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

/// Runs a command to its end; returns its exit code, what it printed, and what it complained of.
fn run(args: &[&str]) -> (Option<i32>, String, String) {
    let done = Command::new(BINARY)
        .args(args)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

/// Runs a command that prints JSON and is to go well.
#[track_caller]
fn run_json(args: &[&str]) -> Value {
    let (code, out, complaint) = run(args);
    assert_eq!(code, Some(0), "{args:?}: {complaint}");
    serde_json::from_str(&out).unwrap()
}

/// Runs a command that is to fail; returns its complaint.
#[track_caller]
fn run_refused(args: &[&str]) -> String {
    let (code, out, complaint) = run(args);
    assert_eq!(code, Some(1), "{args:?}: {out}{complaint}");
    complaint
}

/// Says something of everything that is kept: accounts, contacts, relations, evidence, signals (one of them waits to be
/// matched), lists, an import, keys.
fn fill(client: &Client) {
    for account in 0..12 {
        let path = format!("/v1/accounts/acct-{account}");
        let body = json!({
            "name": format!("Account {account} GmbH"),
            "domains": [format!("account-{account}.example")],
            "attributes": {"industry": "software", "employees": 100 * account},
        });
        client.put(&path, &body).expect_status(201);
        for contact in 0..3 {
            let body = json!({"name": format!("Ada {contact}"), "title": "VP Sales",
                "email": format!("ada{contact}@account-{account}.example")});
            client
                .put(&format!("{path}/contacts/c-{contact}"), &body)
                .expect_status(201);
        }
        let relation = json!({"from": "c-0", "to": "c-1", "kind": "reports_to"});
        client
            .post(&format!("{path}/relations"), &relation)
            .expect_status(200);
        let signals: Vec<Value> = (0..60)
            .map(|no| {
                json!({"id": format!("s-{no}"), "account": format!("acct-{account}"), "contact": format!("c-{}", no % 3),
                    "kind": (["page.pricing", "demo.requested", "email.open"][no % 3])})
            })
            .collect();
        client
            .post("/v1/signals", &Value::from(signals))
            .expect_status(200);
    }
    let waiting = json!({"id": "w", "account": {"domain": "nobody.example"}, "kind": "page.view"});
    client.post("/v1/signals", &waiting).expect_status(200);
    client
        .put("/v1/lists/q3", &json!({"name": "Q3 targets"}))
        .expect_status(201);
    let csv = "Name,Domain\nAccount 1 GmbH,account-1.example\nNew One,new-one.example\n";
    let csv = Body::Raw("text/csv", csv.as_bytes());
    let import = client.send("POST", "/v1/imports?apply=true", &[], csv).unwrap();
    assert!(import.status < 300, "{}", import.text());
    Deadline::seconds(30).wait("an import that is applied", || {
        let imports = client.get("/v1/imports").json();
        if imports["items"][0]["state"] == "applied" {
            Ok(())
        } else {
            Err(imports)
        }
    });
}

/// Returns every account as of an instant, as the API tells it: numbers, notices, timeline, committee.
fn told(client: &Client, at: &str) -> Vec<Value> {
    let list = client.get("/v1/accounts?limit=1000").expect_status(200).json();
    let mut names: Vec<String> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
        .iter()
        .flat_map(|name| {
            let get = |below: &str| client.get(&format!("/v1/accounts/{name}{below}")).json();
            [
                get(&format!("?as_of={at}")),
                get(&format!("/explanation?as_of={at}")),
                get(&format!("/committee?as_of={at}")),
                get("/timeline?limit=1000"),
            ]
        })
        .collect()
}

/// Compares what two servers tell, and says where they differ first.
#[track_caller]
fn check_same(here: &[Value], there: &[Value]) {
    assert_eq!(here.len(), there.len());
    for (here, there) in here.iter().zip(there) {
        if let Some(difference) = difference("", here, there) {
            panic!("{}{difference}", here["id"]);
        }
    }
}

fn difference(at: &str, here: &Value, there: &Value) -> Option<String> {
    match (here, there) {
        (Value::Object(a), Value::Object(b)) => a
            .keys()
            .chain(b.keys())
            .find_map(|key| difference(&format!("{at}/{key}"), &here[key], &there[key])),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .zip(0..)
            .find_map(|((a, b), place)| difference(&format!("{at}/{place}"), a, b)),
        _ if here == there => None,
        _ => Some(format!("{at}: {here} here, {there} there")),
    }
}

fn path(folder: &Path, name: &str) -> (PathBuf, String) {
    let path = folder.join(name);
    let text = path.to_str().unwrap().to_owned();
    (path, text)
}

#[test]
fn an_installation_moves_to_redis_and_back_and_every_account_stands_as_it_did() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    let (data, data_text) = path(folder.path(), "data");
    let server = Launch::serve(BINARY, &data).start();
    let key = server.key();
    fill(&server.client());
    let accounts = server.client().get("/v1/accounts?limit=1000").json();
    let at = server.client().get("/v1/accounts/acct-1").json()["as_of"]
        .as_str()
        .unwrap()
        .to_owned();
    let lists = server.client().get("/v1/lists").json();
    let imports = server.client().get("/v1/imports").json();
    let before = told(&server.client(), &at);
    assert!(before.len() > 40, "{accounts}");
    assert!(server.terminate(Deadline::seconds(20)).0.success());

    let (out, out_text) = path(folder.path(), "out.archive");
    let exported = run_json(&[
        "export-archive",
        "--data",
        &data_text,
        "--to",
        &out_text,
        "--json",
    ]);
    assert_eq!(
        fs::metadata(&out).unwrap().permissions().mode() & 0o777,
        0o600,
        "it holds personal data"
    );
    assert_eq!(exported["store"], "embedded 2");
    let checked = run_json(&["import-archive", "--from", &out_text, "--check", "--json"]);
    let url = redis.url();
    let imported = run_json(&["import-archive", "--from", &out_text, "--store", &url, "--json"]);
    for other in [&checked, &imported] {
        for field in ["accounts", "records", "notices", "cards", "documents", "digest"] {
            assert_eq!(other[field], exported[field], "{field}");
        }
    }

    let over_redis = Launch::serve(BINARY, folder.path().join("unused"))
        .args(["--store", &url])
        .key(&key)
        .start();
    check_same(&told(&over_redis.client(), &at), &before);
    assert_eq!(over_redis.client().get("/v1/lists").json(), lists);
    assert_eq!(over_redis.client().get("/v1/imports").json(), imports);
    // Sent again, it is known.
    let again = json!({"id": "s-7", "account": "acct-3", "kind": "page.pricing"});
    let answer = over_redis.client().post("/v1/signals", &again).json();
    assert_eq!(answer["duplicate"], 1, "{answer}");

    // And back, through the running server.
    let (_, back_text) = path(folder.path(), "back.archive");
    let server_url = format!("http://{}", over_redis.address());
    let backed = run_json(&[
        "backup",
        "--server",
        &server_url,
        "--key",
        &key,
        "--to",
        &back_text,
        "--json",
    ]);
    assert_eq!(backed["store"], "redis 3");
    drop(over_redis);
    let (restored, restored_text) = path(folder.path(), "restored");
    let imported = run_json(&[
        "import-archive",
        "--from",
        &back_text,
        "--data",
        &restored_text,
        "--json",
    ]);
    assert_eq!(imported["digest"], backed["digest"]);
    let server = Launch::serve(BINARY, &restored).key(&key).start();
    check_same(&told(&server.client(), &at), &before);
}

#[test]
fn what_is_wrong_with_an_archive_or_its_target_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (data, data_text) = path(folder.path(), "data");
    let server = Launch::serve(BINARY, &data).start();
    fill(&server.client());
    let (out, out_text) = path(folder.path(), "out.archive");

    let complaint = run_refused(&["export-archive", "--data", &data_text, "--to", &out_text]);
    assert!(complaint.contains("quorate backup"), "{complaint}");
    assert!(!out.exists());
    let server_url = format!("http://{}", server.address());
    let complaint = run_refused(&["backup", "--server", &server_url, "--to", &out_text]);
    assert!(complaint.contains("--key KEY"), "{complaint}");
    let leftovers = || {
        fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name.contains("archive"))
            .collect::<Vec<_>>()
    };
    assert_eq!(leftovers(), Vec::<String>::new());
    assert!(server.terminate(Deadline::seconds(20)).0.success());

    run_json(&[
        "export-archive",
        "--data",
        &data_text,
        "--to",
        &out_text,
        "--json",
    ]);
    let complaint = run_refused(&["export-archive", "--data", &data_text, "--to", &out_text]);
    assert!(complaint.contains("--replace"), "{complaint}");
    run_json(&[
        "export-archive",
        "--data",
        &data_text,
        "--to",
        &out_text,
        "--json",
        "--replace",
    ]);
    assert_eq!(leftovers(), ["out.archive"]);

    let complaint = run_refused(&["import-archive", "--from", &out_text, "--data", &data_text]);
    assert!(complaint.contains("the target is not empty"), "{complaint}");

    let bytes = fs::read(&out).unwrap();
    let (target, target_text) = path(folder.path(), "target");
    let (bad, bad_text) = path(folder.path(), "bad.archive");
    let try_bytes = |bytes: &[u8]| {
        fs::write(&bad, bytes).unwrap();
        run_refused(&["import-archive", "--from", &bad_text, "--data", &target_text])
    };
    let complaint = try_bytes(&bytes[..bytes.len() / 2]);
    assert!(
        complaint.contains("the archive is cut off: it ends at byte"),
        "{complaint}"
    );
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    let complaint = try_bytes(&flipped);
    assert!(complaint.contains("damaged in the frame at byte"), "{complaint}");
    let mut newer = bytes.clone();
    newer[16] = b'7';
    let complaint = try_bytes(&newer);
    assert!(
        complaint.contains("format 7, this build reads up to 1") && complaint.contains("or a newer one"),
        "{complaint}"
    );
    // None of these wrote anything: the same folder takes the whole archive.
    run_json(&[
        "import-archive",
        "--from",
        &out_text,
        "--data",
        &target_text,
        "--json",
    ]);
    assert!(target.is_dir());
}

#[test]
fn a_store_that_was_not_filled_to_the_end_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let (data, data_text) = path(folder.path(), "data");
    let server = Launch::serve(BINARY, &data).start();
    fill(&server.client());
    let large = json!({"text": "x".repeat(10_000)});
    for account in 0..100 {
        let signals: Vec<Value> = (0..10)
            .map(|no| json!({"id": format!("l-{no}"), "account": format!("large-{account}"), "kind": "page.view", "properties": large}))
            .collect();
        server
            .client()
            .post("/v1/signals", &Value::from(signals))
            .expect_status(200);
    }
    assert!(server.terminate(Deadline::seconds(20)).0.success());
    let (_, out_text) = path(folder.path(), "out.archive");
    run_json(&[
        "export-archive",
        "--data",
        &data_text,
        "--to",
        &out_text,
        "--json",
    ]);

    // A Redis that has room for a part of it only.
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    redis.ask(&["CONFIG", "SET", "maxmemory", "6mb"]).unwrap();
    let url = redis.url();
    let complaint = run_refused(&["import-archive", "--from", &out_text, "--store", &url]);
    assert!(complaint.contains("OOM"), "{complaint}");
    redis.ask(&["CONFIG", "SET", "maxmemory", "0"]).unwrap();
    let said = "did not come to its end, so it holds a part of an archive only; delete it";
    let (status, log) = Launch::serve(BINARY, folder.path().join("unused"))
        .args(["--store", &url])
        .run_to_end(Deadline::seconds(30));
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains(said), "{log}");
    for args in [
        ["import-archive", "--from", &out_text, "--store", &url],
        ["export-archive", "--to", "never", "--store", &url],
    ] {
        let complaint = run_refused(&args);
        assert!(complaint.contains(said), "{args:?}: {complaint}");
    }
    // As the complaint says: deleted, it takes the archive.
    redis.ask(&["FLUSHALL"]).unwrap();
    run_json(&["import-archive", "--from", &out_text, "--store", &url, "--json"]);
}

#[test]
fn a_newer_store_is_refused_by_name_in_both_homes() {
    let folder = tempfile::tempdir().unwrap();
    let (data, _) = path(folder.path(), "data");
    let server = Launch::serve(BINARY, &data).start();
    let (_, again) = server.terminate(Deadline::seconds(20));
    fs::write(data.join("quorate-format"), "8\n").unwrap();
    let (status, log) = again.run_to_end(Deadline::seconds(30));
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(
        log.contains("a newer Quorate: it has format 8, this build reads up to 2"),
        "{log}"
    );

    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    redis
        .ask(&["HSET", "quorate:{docs}:meta", "format", "8"])
        .unwrap();
    let (status, log) = Launch::serve(BINARY, folder.path().join("unused"))
        .args(["--store", &redis.url()])
        .run_to_end(Deadline::seconds(30));
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(
        log.contains("a newer Quorate: it has format 8, this build reads up to 3"),
        "{log}"
    );
    assert!(log.contains("run that version of Quorate"), "{log}");
}
