//! `quorate import` from outside: over a running server, over a data folder, and killed while it applies.
#![expect(
    clippy::unwrap_used,
    reason = "a helper that cannot do its work fails the test"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use quorate_testkit::{Deadline, Launch};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

fn import(file: &Path, args: &[&str]) -> Output {
    Command::new(BINARY)
        .arg("import")
        .arg(file)
        .args(args)
        .output()
        .unwrap()
}

#[track_caller]
fn told(output: &Output, code: i32) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{text}\n{error}");
    text
}

#[test]
fn a_server_takes_a_list_from_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::serve(BINARY, folder.path().join("data")).start();
    let file = folder.path().join("targets.csv");
    std::fs::write(
        &file,
        "Company,Website,Employees\nAcme,acme.com,\"1,850\"\nBeta,beta.com,many\n",
    )
    .unwrap();
    let url = format!("http://{}", server.address());
    let key = server.key();
    let at_server = ["--server", url.as_str(), "--key", key.as_str()];

    let review = told(&import(&file, &at_server), 4);
    for part in [
        "Company -> name",
        "1 new accounts",
        r#"row 3, column "Employees": "many" is not a number"#,
        "Mend them in the file",
        "Nothing is changed yet",
    ] {
        assert!(review.contains(part), "{part:?} is missing: {review}");
    }
    assert_eq!(server.client().get("/v1/accounts").json()["total"], 0);

    let more = ["--list", "q3", "--leave-out-bad-cells", "--apply", "--json"];
    let applied: Value =
        serde_json::from_str(&told(&import(&file, &[&at_server[..], &more].concat()), 0)).unwrap();
    assert_eq!(applied["import"]["state"], "applied");
    assert_eq!(applied["import"]["done"], 2);
    assert_eq!(server.client().get("/v1/lists/q3").json()["members"], 2);

    let refused = import(&file, &["--server", &url, "--key", "qk_wrong"]);
    told(&refused, 1);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--key"));
    told(&import(&file, &["--map", "Company=nmae"]), 2);
    told(&import(&folder.path().join("nothing.csv"), &at_server), 1);
    let unnamed = folder.path().join("unnamed.csv");
    std::fs::write(&unnamed, "Symbol,Weight\nMMM,1\n").unwrap();
    let refused = import(&unnamed, &at_server);
    told(&refused, 1);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("--map HEADER=FIELD"));
    let empty = folder.path().join("empty.csv");
    std::fs::write(&empty, "").unwrap();
    let refused = import(&empty, &at_server);
    told(&refused, 1);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the file is empty"));
    // A gigabyte that takes no room: refused by its size, and quickly.
    let huge = folder.path().join("huge.csv");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(1024 * 1024 * 1024)
        .unwrap();
    let refused = import(&huge, &at_server);
    told(&refused, 1);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("larger than 32 MiB"));
}

#[test]
fn a_data_folder_takes_a_list_while_its_server_is_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let file = folder.path().join("targets.csv");
    std::fs::write(&file, "name,domain\nAcme,acme.com\n").unwrap();
    let here = ["--data", data.to_str().unwrap(), "--apply", "--list", "tal"];
    told(&import(&file, &here), 1);
    let server = Launch::serve(BINARY, &data).start();
    let running = import(&file, &here);
    told(&running, 1);
    assert!(
        String::from_utf8_lossy(&running.stderr).contains("in use"),
        "{running:?}"
    );
    let (_, launch) = server.terminate(Deadline::seconds(10));
    let text = told(&import(&file, &here), 0);
    assert!(text.contains("1 rows were applied"), "{text}");
    let server = launch.start();
    assert_eq!(
        server.client().get("/v1/accounts/acme.com").json()["lists"],
        json!(["tal"])
    );
}

#[test]
fn an_import_that_is_killed_goes_on_after_the_start_and_does_nothing_twice() {
    const ROWS: usize = 6_000;
    let folder = tempfile::tempdir().unwrap();
    let mut server = Launch::serve(BINARY, folder.path().join("data")).start();
    let mut text = "name,domain,employees\n".to_owned();
    for number in 0..ROWS {
        writeln!(text, "Account {number},a{number}.example,{number}").unwrap();
    }
    let answer = server
        .client()
        .post_raw("/v1/imports?apply=true&list=all", "text/csv", text.as_bytes());
    let id = answer.expect_status(202).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/imports/{id}");
    let mut kills = 0;
    loop {
        let seen = Deadline::seconds(60).wait("some more rows to be done", || {
            let import = server.client().get(&path).json();
            let done = import["done"].as_u64().unwrap_or(0);
            let enough = import["state"] == "applied" || done > kills * 1_000;
            if enough { Ok(import) } else { Err(import) }
        });
        if seen["state"] == "applied" {
            break;
        }
        if kills < 3 {
            kills += 1;
            server = server.kill9().start();
        }
    }
    assert!(
        kills > 0,
        "it was done before it could be killed: this proves nothing"
    );
    let client = server.client();
    let import = client.get(&path).json();
    assert_eq!(import["counts"]["created"], ROWS);
    assert_eq!(import["done"], ROWS);
    assert_eq!(client.get("/v1/accounts?limit=1").json()["total"], ROWS);
    assert_eq!(client.get("/v1/lists/all").json()["members"], ROWS);
    // Name, employees, domains and the list: one record each, however often a row was carried out.
    for number in [0, 249, 250, 999, 1_000, 3_333, ROWS - 1] {
        let account = client
            .get(&format!("/v1/accounts/a{number}.example"))
            .expect_status(200);
        assert_eq!(account.header("etag"), Some("\"4\""), "account {number}");
    }
}
