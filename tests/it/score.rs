//! `quorate score` over files, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that cannot do its work fails the test"
)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

mod inputs;
mod model_errors;
mod rejects;
mod replay;
mod threads;
mod worked_example;

/// The instant of most tests.
const AT: &str = "2026-09-01T00:00:00Z";

/// A model with an exact kind, a pattern, roles and an MQA rule.
const MODEL: &str = r#"
name = "Test"
[engagement]
engaged_at = 5.0
anonymous_weight = 0.5
[mqa]
enter_heat = 50.0
engaged_contacts = 1
any_role_engaged = ["champion"]
[roles.champion]
weight = 2.0
titles = ["project lead"]
[roles.user]
weight = 0.5
titles = ["clerk"]
[signals."demo"]
points = 40.0
[signals."page.*"]
points = 1.0
half_life_days = 7.0
"#;

/// A folder with files, and what `quorate score` makes of them.
struct Folder {
    folder: tempfile::TempDir,
}

/// What a run came to.
struct Scored {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Folder {
    fn new() -> Self {
        let folder = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        folder.put("model.toml", MODEL);
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs `quorate score` in the folder at [`AT`] with the folder's model.
    fn score(&self, args: &[&str]) -> Scored {
        let mut all = vec!["score", "--model", "model.toml", "--at", AT];
        all.extend(args);
        run(self.folder.path(), &all, b"")
    }
}

impl Scored {
    /// Returns the cells of a column by account, after a run that went well.
    #[track_caller]
    fn column(&self, name: &str) -> Vec<(String, String)> {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        let mut rows = self
            .stdout
            .lines()
            .map(|line| line.split(',').collect::<Vec<_>>());
        let header = rows.next().unwrap();
        let place = header.iter().position(|column| *column == name).unwrap();
        rows.map(|row| (row[0].to_owned(), row[place].to_owned()))
            .collect()
    }

    /// Asserts a failure with that exit code whose message holds these words.
    #[track_caller]
    fn fails(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "{word:?} is not in: {}", self.stderr);
        }
        assert_eq!(self.stdout, "", "nothing is scored");
    }
}

/// Runs `quorate` in a folder.
fn run(folder: &Path, args: &[&str], input: &[u8]) -> Scored {
    let mut child = Command::new(env!("CARGO_BIN_EXE_quorate"))
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A thread of its own: the child may answer before it has read everything.
    let feeding = std::thread::spawn(move || {
        // A child that fails early closes its end; the test sees why by its exit code.
        let _closed = std::io::Write::write_all(&mut stdin, &input);
    });
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().unwrap();
    feeding.join().unwrap();
    Scored {
        code: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Returns a signal's line at [`AT`], where it has lost nothing yet.
fn signal(id: &str, account: &str, contact: &str, kind: &str) -> String {
    signal_at(id, account, contact, kind, AT)
}

fn signal_at(id: &str, account: &str, contact: &str, kind: &str, at: &str) -> String {
    format!(
        "{{\"id\":\"{id}\",\"account\":\"{account}\",\"contact\":\"{contact}\",\"kind\":\"{kind}\",\"occurred_at\":\"{at}\"}}\n"
    )
}

/// Returns owned pairs, to compare a column with.
fn cells(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(account, cell): &(&str, &str)| ((*account).to_owned(), (*cell).to_owned());
    pairs.iter().map(owned).collect()
}
