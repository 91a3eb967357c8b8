//! The API of the built server, from outside: the wire names of signals, outcomes item by item, bad input of every
//! kind, and who may do what. A server serves a whole test: each test process starts one.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that cannot do its work fails the test"
)]

use quorate_testkit::{Launch, QuorateProcess};
use serde_json::{Value, json};
use tempfile::TempDir;

mod hostile;
mod manners;
mod signals;

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

/// Starts a server over a new folder, with these lines of configuration.
fn server(configuration: &str) -> (TempDir, QuorateProcess) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("quorate.toml");
    std::fs::write(&file, configuration).unwrap();
    let data = folder.path().join("data");
    let server = Launch::serve(BINARY, data)
        .args(["--config".as_ref(), file.as_os_str()])
        .start();
    (folder, server)
}

/// A signal of acme that the default model gives points.
fn pricing(id: &str) -> Value {
    json!({"id": id, "account": "acme", "contact": "ann", "kind": "page.pricing"})
}

/// Returns each item's outcome and code, such as `rejected/missing_id`.
fn outcomes(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    let word = |item: &Value| {
        let outcome = item["outcome"].as_str().unwrap().to_owned();
        item["code"]
            .as_str()
            .map(|code| format!("{outcome}/{code}"))
            .unwrap_or(outcome)
    };
    items.iter().map(word).collect()
}
