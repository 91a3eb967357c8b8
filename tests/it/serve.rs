//! `quorate serve`, `config` and `keys` from outside: how it starts, what it says, and how it ends.
#![expect(
    clippy::indexing_slicing,
    reason = "a JSON value answers null, it does not panic"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use quorate_testkit::{Body, Client, Deadline, Launch, RawConnection};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

fn serve(data: &Path) -> Launch {
    Launch::serve(BINARY, data)
}

/// Runs a command that ends by itself, in a folder of its own.
fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(BINARY)
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary was built")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Starts a server that is meant not to start; returns its exit code and what it said.
fn refused(launch: &Launch) -> (Option<i32>, String) {
    let (status, log) = launch.run_to_end(Deadline::seconds(60));
    (status.code(), log)
}

fn accounts(client: &Client) -> Value {
    client.get("/v1/accounts").expect_status(200).json()["items"].clone()
}

#[test]
fn the_banner_says_where_it_is_and_the_first_key_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let first = serve(&data).start();
    let key = first.key();
    let banner = first.log();
    for part in [
        format!("console    http://{}/board", first.address()),
        format!("data       {}", data.display()),
        "fsync".to_owned(),
        "model      Default, version 1".to_owned(),
    ] {
        assert!(banner.contains(&part), "{part:?} is missing in:\n{banner}");
    }
    assert_eq!(banner.matches(&key).count(), 1, "{banner}");
    first.anonymous_client().get("/v1/accounts").expect_status(401);
    assert_eq!(accounts(&first.client()), json!([]));

    let (status, again) = first.terminate(Deadline::seconds(10));
    assert!(status.success(), "{status}");
    let second = again.start();
    assert!(
        !second.log().contains("qk_"),
        "a key is shown again:\n{}",
        second.log()
    );
    assert_eq!(
        accounts(&second.client()),
        json!([]),
        "the key of the first start still lets in"
    );
}

#[test]
fn with_json_logs_the_banner_is_one_json_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&folder.path().join("data")).args(["--log", "json"]).start();
    let log = server.log();
    let line = log
        .lines()
        .find(|line| line.contains("\"ready\""))
        .unwrap_or_default();
    let ready: Value = serde_json::from_str(line).unwrap_or_default();
    assert_eq!(ready["url"], format!("http://{}", server.address()), "{log}");
    assert_eq!(ready["durability"], "fsync");
    assert!(
        ready["first_key"]
            .as_str()
            .is_some_and(|key| key.starts_with("qk_")),
        "{log}"
    );
}

#[test]
fn sigterm_with_an_open_stream_ends_it_within_five_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&folder.path().join("data")).start();
    let key = server.key();
    let mut stream = RawConnection::open(server.address()).unwrap();
    let request =
        format!("GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.send(request.as_bytes()).unwrap();
    let opened = stream
        .read_until(Deadline::seconds(10).left(), |bytes| {
            text(bytes).contains("text/event-stream")
        })
        .unwrap();
    assert_eq!(opened.status(), Some(200), "{}", opened.text());
    let (status, _) = server.terminate(Deadline::seconds(5));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_second_server_over_the_same_folder_is_told_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let first = serve(folder.path()).start();
    let (code, log) = refused(&serve(folder.path()));
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("is in use by another Quorate process; stop that process"),
        "{log}"
    );
    assert_eq!(accounts(&first.client()), json!([]), "the first one goes on");
}

#[test]
fn a_data_folder_that_cannot_be_used_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let check = |data: PathBuf, expected: &str| {
        let (code, log) = refused(&serve(&data));
        assert_eq!(code, Some(1), "{log}");
        assert!(log.contains(expected), "{expected:?} is missing in:\n{log}");
        assert!(!log.contains("http://"), "it never said it was ready:\n{log}");
    };
    let file = folder.path().join("file");
    fs::write(&file, "text").unwrap();
    check(
        file.clone(),
        "is a file, a data folder is needed; give another path with --data DIR",
    );
    check(file.join("below"), "is a file, a data folder is needed");

    let newer = folder.path().join("newer");
    fs::create_dir(&newer).unwrap();
    fs::write(newer.join("quorate-format"), "999\n").unwrap();
    check(newer, "written by a newer Quorate: it has format 999");

    let foreign = folder.path().join("foreign");
    fs::create_dir_all(foreign.join("db")).unwrap();
    check(
        foreign,
        "holds other files and no Quorate data; give an empty folder",
    );

    // Root may write anywhere, but not below /proc: the one place without a right to write on every Linux.
    check(PathBuf::from("/proc/quorate"), "/proc/quorate");
}

#[test]
fn an_address_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let first = serve(&folder.path().join("a")).start();
    let listen = first.address().to_string();
    let said = run(folder.path(), &["serve", "--data", "b", "--listen", &listen]);
    assert_eq!(said.status.code(), Some(1));
    assert!(
        text(&said.stderr).contains(&format!("cannot listen on {listen}")),
        "{}",
        text(&said.stderr)
    );
}

#[test]
fn a_redis_that_does_not_answer_is_told_plainly_and_without_its_password() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(
        folder.path(),
        // Nothing listens on the discard port.
        &["serve", "--store", "redis://me:swordfish@127.0.0.1:9"],
    );
    let stderr = text(&said.stderr);
    assert_eq!(said.status.code(), Some(1));
    assert!(
        stderr.contains("the store at redis://127.0.0.1:9 failed while it was to open")
            && stderr.contains("see that Redis runs"),
        "{stderr}"
    );
    assert!(!stderr.contains("swordfish"), "{stderr}");
}

#[test]
fn a_store_nobody_has_heard_of_is_told_plainly() {
    let folder = tempfile::tempdir().unwrap();
    let said = run(folder.path(), &["serve", "--store", "postgres://localhost"]);
    let stderr = text(&said.stderr);
    assert_eq!(said.status.code(), Some(1));
    assert!(stderr.contains("postgres://localhost is no store"), "{stderr}");
}

#[test]
fn a_bad_model_stops_the_start_with_line_and_key() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.toml");
    fs::write(&model, "name = \"Mine\"\n[heat]\nhalf_point = -1\n").unwrap();
    let (code, log) =
        refused(&serve(&folder.path().join("data")).args(["--model".as_ref(), model.as_os_str()]));
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("model.toml is no valid model") && log.contains("half_point"),
        "{log}"
    );
    assert!(log.contains("line 3"), "{log}");
}

#[test]
fn a_changed_model_file_is_a_new_version_and_the_old_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let model = folder.path().join("model.toml");
    let with = |points: u32| format!("name = \"Mine\"\n[signals.\"page.pricing\"]\npoints = {points}\n");
    let version = |log: &str| {
        log.lines()
            .find(|line| line.contains("model  "))
            .unwrap_or_default()
            .trim()
            .to_owned()
    };

    fs::write(&model, with(10)).unwrap();
    let first = serve(&data).args(["--model".as_ref(), model.as_os_str()]).start();
    assert_eq!(
        version(&first.log()),
        "model      Mine, version 1, new from now on"
    );
    let (_, launch) = first.terminate(Deadline::seconds(10));

    // Another comment is no other model.
    fs::write(&model, format!("# a comment\n{}", with(10))).unwrap();
    let second = launch.start();
    assert_eq!(version(&second.log()), "model      Mine, version 1");
    let (_, launch) = second.terminate(Deadline::seconds(10));

    fs::write(&model, with(20)).unwrap();
    let third = launch.start();
    assert_eq!(
        version(&third.log()),
        "model      Mine, version 2, new from now on"
    );
    let (_, _) = third.terminate(Deadline::seconds(10));

    // Without a file the newest version goes on; the shipped one comes back only when it is asked for.
    let fourth = serve(&data).start();
    assert_eq!(version(&fourth.log()), "model      Mine, version 2");
    let (_, _) = fourth.terminate(Deadline::seconds(10));
    let fifth = serve(&data).args(["--model", "default"]).start();
    assert_eq!(
        version(&fifth.log()),
        "model      Default, version 3, new from now on"
    );
}

#[test]
fn signals_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path()).start();
    let signal = json!({"id": "s1", "account": "acme", "contact": "ann", "kind": "page.pricing"});
    let answer = server
        .client()
        .post("/v1/signals", &signal)
        .expect_status(200)
        .json();
    assert_eq!(
        (&answer["accepted"], &answer["durability"]),
        (&json!(1), &json!("fsync")),
        "{answer}"
    );
    let (_, again) = server.terminate(Deadline::seconds(10));
    let server = again.start();
    let account = server.client().get("/v1/accounts/acme").expect_status(200).json();
    assert!(
        account["intent_points"]
            .as_f64()
            .is_some_and(|points| points > 5.0),
        "{account}"
    );
}

#[test]
fn a_store_that_cannot_write_any_more_ends_the_process_with_code_3_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let first = serve(folder.path()).start();
    let (_, launch) = first.terminate(Deadline::seconds(10));
    // No file may grow beyond a MiB from here on: what a full disk does, without one.
    let mut server = launch
        .clone()
        .under(["sh", "-c", "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\""])
        .start();
    let client = server.client();
    let batch = |number: u32| -> Value {
        let signals = (0..500).map(|place| {
            json!({"id": format!("{number}-{place}"), "account": format!("a{}", place % 50), "kind": "page.view",
                "object": "x".repeat(200)})
        });
        signals.collect()
    };
    let failing = (1..=100).find(|number| {
        let sent = client.send("POST", "/v1/signals", &[], Body::Json(&batch(*number)));
        !sent.is_ok_and(|answer| answer.status == 200)
    });
    let failing = failing.expect("100 batches fit into a MiB");
    assert!(failing > 1, "nothing was written at all");
    let status = Deadline::seconds(15).wait("its end", || server.exit_status().ok_or("it runs"));
    assert_eq!(status.code(), Some(3), "{}", server.log());
    assert!(
        server.log().contains("error: the store failed"),
        "{}",
        server.log()
    );

    let server = launch.start();
    for number in 1..failing {
        let again = server
            .client()
            .post("/v1/signals", &batch(number))
            .expect_status(200)
            .json();
        assert_eq!(again["duplicate"], 500, "batch {number} was acknowledged");
    }
}

#[test]
fn the_configuration_comes_from_file_environment_and_flags_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("quorate.toml"),
        "[server]\nlisten = \"127.0.0.1:1\"\nworkers = 5\nheartbeat_seconds = 9\n",
    )
    .unwrap();
    let shown = Command::new(BINARY)
        .args(["config", "show", "--json", "--listen", "127.0.0.1:3"])
        .env("QUORATE_SERVER__WORKERS", "6")
        .current_dir(folder.path())
        .output()
        .unwrap();
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    for (key, value, source) in [
        ("server.listen", json!("127.0.0.1:3"), "--listen"),
        ("server.workers", json!(6), "QUORATE_SERVER__WORKERS"),
        ("server.heartbeat_seconds", json!(9), "quorate.toml"),
        ("server.keep_alive_seconds", json!(75), "default"),
    ] {
        assert_eq!(shown[key], json!({"value": value, "source": source}), "{key}");
    }
    let shown = run(folder.path(), &["config", "show"]);
    assert!(
        text(&shown.stdout).contains("= 9  (quorate.toml)"),
        "{}",
        text(&shown.stdout)
    );
}

#[test]
fn a_wrong_configuration_stops_the_start_with_key_source_and_a_hint() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("quorate.toml"),
        "[server]\nlisen = \"127.0.0.1:1\"\n",
    )
    .unwrap();
    let said = run(folder.path(), &["serve"]);
    assert_eq!(said.status.code(), Some(1));
    assert_eq!(
        text(&said.stderr),
        "error: quorate.toml, line 2: unknown key \"server.lisen\"; did you mean \"server.listen\"?\n"
    );
    let said = run(folder.path(), &["serve", "--config", "nowhere.toml"]);
    assert!(
        text(&said.stderr).contains("nowhere.toml cannot be read"),
        "{}",
        text(&said.stderr)
    );
}

#[test]
fn the_default_file_is_a_configuration_and_the_page_of_the_docs_is_made_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let default = run(folder.path(), &["config", "default"]);
    fs::write(folder.path().join("quorate.toml"), &default.stdout).unwrap();
    let shown = run(folder.path(), &["config", "show"]);
    assert!(shown.status.success(), "{}", text(&shown.stderr));

    let page = text(&run(folder.path(), &["config", "reference"]).stdout);
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    let written = fs::read_to_string(&docs).unwrap_or_default();
    assert!(
        page == written,
        "docs/configuration.md is stale: quorate config reference > docs/configuration.md"
    );
}

#[test]
fn how_many_relations_an_account_may_have_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path())
        .env("QUORATE_ENGINE__RELATIONS_MAX", "1")
        .start();
    let client = server.client();
    let relate = |to: &str| {
        let relation = json!({"from": "ann", "to": to, "kind": "works_with"});
        client.post("/v1/accounts/acme/relations", &relation)
    };
    relate("ben").expect_status(201);
    let problem = relate("cay").expect_status(422).json();
    assert_eq!(
        problem["detail"],
        "the account already has 1 relations, the most it may have"
    );
    relate("ben").expect_status(200);
    // What is there already stays, whatever the limit says later.
    let (_, launch) = server.terminate(Deadline::seconds(10));
    let server = launch.env("QUORATE_ENGINE__RELATIONS_MAX", "0").start();
    let committee = server
        .client()
        .get("/v1/accounts/acme/committee")
        .expect_status(200)
        .json();
    assert_eq!(
        committee["relations"].as_array().map(Vec::len),
        Some(1),
        "{committee}"
    );
}

#[test]
fn keys_are_made_listed_and_revoked_while_the_server_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path()).start();
    let busy = run(folder.path(), &["keys", "list", "--data", "."]);
    assert!(
        text(&busy.stderr).contains("in use by another Quorate process"),
        "{}",
        text(&busy.stderr)
    );
    let (_, launch) = server.terminate(Deadline::seconds(10));

    let keys = |args: &[&str]| -> Value {
        let args: Vec<&str> = ["keys"]
            .into_iter()
            .chain(args.iter().copied())
            .chain(["--data", ".", "--json"])
            .collect();
        let said = run(folder.path(), &args);
        assert!(said.status.success(), "{args:?}: {}", text(&said.stderr));
        serde_json::from_slice(&said.stdout).unwrap()
    };
    let made = keys(&["create", "--name", "website", "--scope", "ingest"]);
    let key = made["key"].as_str().unwrap().to_owned();
    let listed = keys(&["list"]);
    let names: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["name"])
        .collect();
    assert!(names.len() == 2 && names.contains(&&json!("website")), "{listed}");
    assert!(!listed.to_string().contains(&key), "a secret is listed: {listed}");

    let server = launch.start();
    let website = server.anonymous_client().with_key(&key);
    let signal = json!({"id": "s1", "account": "acme", "kind": "page.view"});
    website.post("/v1/signals", &signal).expect_status(200);
    website.get("/v1/accounts").expect_status(403);
    let (_, launch) = server.terminate(Deadline::seconds(10));

    let revoked = keys(&["revoke", made["id"].as_str().unwrap()]);
    assert!(revoked["revoked_at"].is_string(), "{revoked}");
    let server = launch.start();
    server
        .anonymous_client()
        .with_key(&key)
        .post("/v1/signals", &signal)
        .expect_status(401);
    drop(server);

    let wrong = run(
        folder.path(),
        &["keys", "create", "--name", "x", "--scope", "admn"],
    );
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        text(&wrong.stderr).contains("did you mean \"admin\"?"),
        "{}",
        text(&wrong.stderr)
    );
}
