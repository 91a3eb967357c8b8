//! The README does what it says: every command in it is run, and its worked example comes out.

use std::path::Path;
use std::process::{Command, Output};

use quorate_testkit::{Launch, QuorateProcess};
use serde_json::Value;

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");
const HOUSE: &str = env!("CARGO_MANIFEST_DIR");
const README: &str = include_str!("../../README.md");

/// The commands of all `sh` blocks; a line that ends in `\` goes on.
fn commands() -> Vec<String> {
    let mut commands = Vec::new();
    let mut inside = false;
    let mut open = String::new();
    for line in README.lines() {
        if line.starts_with("```") {
            inside = line == "```sh";
        } else if inside {
            let line = line.split("  #").next().unwrap_or_default().trim_end();
            open.push_str(line);
            if line.ends_with('\\') {
                open.push('\n');
            } else if !open.trim().is_empty() {
                commands.push(std::mem::take(&mut open));
            }
        }
    }
    commands
}

/// Returns the one command that holds a text.
#[track_caller]
fn command(part: &str) -> String {
    let found: Vec<String> = commands()
        .into_iter()
        .filter(|command| command.contains(part))
        .collect();
    assert_eq!(found.len(), 1, "{part:?}: {found:?}");
    found.into_iter().next().unwrap_or_default()
}

/// Runs a command as it stands in the README, with the built binary and the server under test.
fn run(command: &str, server: Option<&QuorateProcess>) -> Output {
    let mut command = command.replace("cargo run --release --", BINARY);
    if let Some(server) = server {
        command = command.replace("127.0.0.1:8080", &server.address().to_string());
    }
    let mut shell = Command::new("sh");
    shell.args(["-euc", &command]).current_dir(HOUSE);
    if let Some(server) = server.filter(|server| server.log().contains("qk_")) {
        shell.env("KEY", server.key());
    }
    let output = shell.output().expect("there is a shell");
    assert!(
        output.status.success(),
        "{command}: {} (is curl there?)\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?}"))
}

#[test]
fn every_command_is_one_that_a_test_runs() {
    let run_here = [
        "-- demo",
        "./test",
        "\"contact\":\"owen.castellane\"",
        "-- serve",
        "Bearer $KEY",
        "-- score",
        "-- import",
        "-- config default",
    ];
    for command in commands() {
        assert!(
            run_here.iter().any(|part| command.contains(part)),
            "nobody runs {command:?}"
        );
    }
    for part in run_here {
        assert!(
            commands().iter().any(|command| command.contains(part)),
            "the README lost {part:?}"
        );
    }
    // `./test` is what runs this.
    assert!(Path::new(HOUSE).join("test").is_file());
}

#[test]
fn the_pasted_curl_moves_a_row_of_the_demo() {
    assert_eq!(command("-- demo"), "cargo run --release -- demo");
    let demo = Launch::demo(BINARY).args(["--accounts", "12"]).start();
    let client = demo.anonymous_client();
    let heat = || client.get("/v1/accounts/northfold-logistics").json()["heat"].as_f64();
    let before = heat();
    let answer = json(&run(&command("owen.castellane"), Some(&demo)));
    assert_eq!(answer["accepted"], 1, "{answer}");
    assert!(heat() > before);
}

#[test]
fn the_server_takes_the_pasted_requests_with_its_key() {
    assert_eq!(command("-- serve"), "cargo run --release -- serve");
    let folder = tempfile::tempdir().unwrap();
    let server = Launch::serve(BINARY, folder.path()).start();
    let with_key: Vec<String> = commands()
        .into_iter()
        .filter(|command| command.contains("Bearer $KEY"))
        .collect();
    assert!(with_key.len() >= 2, "{with_key:?}");
    for command in with_key {
        let answer = json(&run(&command, Some(&server)));
        assert!(answer.get("status").is_none(), "{command}: {answer}");
    }
    let imported = run(&command("-- import"), Some(&server));
    let told = String::from_utf8_lossy(&imported.stdout).into_owned();
    assert!(told.contains("3 rows were applied"), "{told}");
    let halden = server
        .client()
        .get("/v1/accounts/halden-bio.example")
        .expect_status(200)
        .json();
    assert_eq!(halden["lists"], serde_json::json!(["q3-targets"]));
    let acme = server.client().get("/v1/accounts/acme").expect_status(200).json();
    assert_eq!(acme["name"], "Acme Freight");
    assert!(acme["heat"].as_f64().is_some_and(|heat| heat > 0.0), "{acme}");
}

#[test]
fn the_worked_example_comes_out_as_it_is_told() {
    let result = String::from_utf8(run(&command("-- score"), None).stdout).unwrap();
    let mut lines = result.lines();
    let names = lines.next().unwrap_or_default().split(',');
    let row: Vec<(&str, &str)> = names.zip(lines.next().unwrap_or_default().split(',')).collect();
    let cell = |name: &str| {
        row.iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, cell)| *cell)
    };
    // Ann: 20 points after one half-life of 14 days, times 1.7 for the buyer, times 1.5 for the C-level: 25.5.
    // Ben: (10 after one of 30 days + 30 after one of 45 days) / 2, times 0.7 for a user: 14. Together 39.5.
    assert_eq!(cell("account"), "acme");
    assert_eq!(cell("intent_points"), "39.5", "{result}");
    let heat: f64 = cell("heat").parse().unwrap();
    assert!(
        (heat - 100.0 * (1.0 - 2.0_f64.powf(-39.5 / 50.0))).abs() < 1e-9,
        "{result}"
    );
    assert_eq!(
        (cell("engaged_contacts"), cell("mqa")),
        ("2", "false"),
        "{result}"
    );
    for told in [
        "10 x 1.7 x 1.5 = 25.5",
        "20 x 0.7 = 14",
        "39.5",
        &format!("{heat:.1}"),
    ] {
        assert!(README.contains(told), "the README does not say {told}");
    }
}

#[test]
fn the_default_configuration_is_printed() {
    let printed = run(&command("-- config default"), None);
    assert!(String::from_utf8_lossy(&printed.stdout).contains("[server]"));
}

#[test]
fn every_link_leads_somewhere() {
    let parts = README.split("](").skip(1);
    for target in parts.filter_map(|part| part.split(')').next()) {
        let path = target.split('#').next().unwrap_or_default();
        if !path.is_empty() && !path.contains("://") {
            assert!(Path::new(HOUSE).join(path).exists(), "{target} is not there");
        }
    }
}
