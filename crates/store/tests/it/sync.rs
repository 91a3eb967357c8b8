//! Acknowledged means synced: read from the system calls of a real run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::home::TempFolder;
use crate::ledger::{self, Order, Said};

/// Whether `strace` runs here; says so when it does not.
fn can_trace() -> bool {
    let works = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .status()
        .is_ok_and(|it| it.success());
    if !works {
        eprintln!("skipped: strace is not installed or may not trace here");
    }
    works
}

/// Runs the ledger under `strace` and returns what was said and the trace.
fn trace(home: &TempFolder, groups: u64, order: Order) -> (Vec<Said>, String) {
    let file = home.path().with_extension("trace");
    let wrapper = [
        "strace",
        "-f",
        "-y",
        "-s",
        "100000",
        "-e",
        "trace=write,writev,pwrite64,pwritev,pwritev2,fsync,fdatasync,rename,renameat,renameat2",
        "-o",
        file.to_str().unwrap(),
    ];
    let (mut process, acks) = ledger::spawn(&wrapper, ledger::command(&home.path(), 1, groups, order));
    let said = acks.collect();
    assert!(process.wait().unwrap().success());
    (said, std::fs::read_to_string(file).unwrap())
}

/// One thing in a trace, in the order in which it began or ended.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// A write to a journal began; it has signals of these groups.
    Write(String, BTreeSet<u64>),
    /// A sync of a file or folder began; it covers the writes before it.
    SyncBegins(u32, String),
    /// It ended well.
    SyncEnds(u32),
    /// The database was moved to its place.
    Moved,
    /// The process said that this group is committed.
    Ack(u64),
}

fn steps(trace: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for line in trace.lines() {
        let Some((process, call)) = line.split_once(' ') else {
            continue;
        };
        let process: u32 = process.parse().unwrap();
        let call = call.trim_start();
        let path = |call: &str| {
            let (_, from) = call.split_once('<')?;
            Some(from.split_once('>')?.0.to_owned())
        };
        if call.starts_with("fsync(") || call.starts_with("fdatasync(") {
            steps.push(Step::SyncBegins(process, path(call).unwrap()));
            if call.ends_with("= 0") {
                steps.push(Step::SyncEnds(process));
            }
        } else if call.starts_with("<... f") && call.contains("sync resumed") {
            if call.ends_with("= 0") {
                steps.push(Step::SyncEnds(process));
            }
        } else if call.starts_with("rename") && call.contains("db.new\"") {
            steps.push(Step::Moved);
        } else if call.starts_with("write") || call.starts_with("pwrite") {
            let file = path(call).unwrap_or_default();
            if Path::new(&file).extension().is_some_and(|end| end == "jnl") {
                steps.push(Step::Write(file, groups_in(call)));
            } else if let Some((_, text)) = call.split_once("\"\\nack ") {
                steps.push(Step::Ack(text.split_once('\\').unwrap().0.parse().unwrap()));
            }
        }
    }
    steps
}

/// Returns the groups whose signal ids stand in what was written.
fn groups_in(call: &str) -> BTreeSet<u64> {
    call.match_indices('g')
        .filter_map(|(at, _)| ledger::group_of(&call[at..]))
        .collect()
}

/// What is wrong with the order of syncs and acknowledgements.
fn violations(steps: &[Step], folder: &Path) -> Vec<String> {
    // By file: the groups in it that no sync covers yet. A file with unsynced bytes of no group is here too.
    let mut unsynced: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    // By process: the file it syncs, and what that will cover.
    let mut syncing: BTreeMap<u32, (String, Option<BTreeSet<u64>>)> = BTreeMap::new();
    let mut synced: BTreeSet<u64> = BTreeSet::new();
    let mut moved_unsynced = false;
    let mut found = Vec::new();
    for step in steps {
        match step {
            Step::Write(file, groups) => unsynced.entry(file.clone()).or_default().extend(groups),
            Step::SyncBegins(process, path) => {
                // What is written from here on is not covered, so it starts a new set.
                let covered = unsynced.remove(path);
                syncing.insert(*process, (path.clone(), covered));
            }
            Step::SyncEnds(process) => {
                let Some((path, covered)) = syncing.remove(process) else {
                    continue;
                };
                synced.extend(covered.into_iter().flatten());
                if Path::new(&path) == folder {
                    moved_unsynced = false;
                }
            }
            Step::Moved => moved_unsynced = true,
            Step::Ack(group) => {
                let underway = syncing.values().any(|(_, covered)| covered.is_some());
                if !unsynced.is_empty() || underway {
                    found.push(format!("ack {group} while something written is not synced"));
                }
                if !synced.contains(group) {
                    found.push(format!("ack {group} before its signals were synced"));
                }
                if moved_unsynced {
                    found.push(format!("ack {group} before the database's folder was synced"));
                }
            }
        }
    }
    found
}

#[test]
fn every_acknowledgement_comes_after_the_sync_of_all_it_wrote() {
    if !can_trace() {
        return;
    }
    let home = TempFolder::new();
    let (said, trace) = trace(&home, 40, Order::CommitThenSay);
    assert_eq!(said, (1..=40).map(Said::Ack).collect::<Vec<_>>());
    let steps = steps(&trace);
    let acks = steps.iter().filter(|step| matches!(step, Step::Ack(_))).count();
    assert_eq!(acks, 40, "the trace shows every acknowledgement");
    assert!(
        steps.contains(&Step::Moved),
        "the trace shows the database being moved to its place"
    );
    assert_eq!(violations(&steps, &home.path()), Vec::<String>::new());
}

#[test]
fn an_acknowledgement_before_its_sync_is_found() {
    if !can_trace() {
        return;
    }
    let home = TempFolder::new();
    let (_, trace) = trace(&home, 10, Order::SayThenCommit);
    let found = violations(&steps(&trace), &home.path());
    let expected: Vec<String> = (1..=10)
        .map(|group| format!("ack {group} before its signals were synced"))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn an_acknowledgement_that_a_sync_does_not_cover_is_found() {
    let trace = "\
        7 write(5</d/db/0.jnl>, \"\\245g1/0/a\", 1) = 1\n\
        7 fdatasync(5</d/db/0.jnl> <unfinished ...>\n\
        8 write(5</d/db/0.jnl>, \"\\245g2/0/a\", 1) = 1\n\
        8 write(1<pipe:[1]>, \"\\nack 1\\n\", 7) = 7\n\
        7 <... fdatasync resumed>) = 0\n\
        7 write(1<pipe:[1]>, \"\\nack 2\\n\", 7) = 7\n\
        7 fdatasync(5</d/db/0.jnl>) = -1 EIO (Input/output error)\n\
        7 write(1<pipe:[1]>, \"\\nack 2\\n\", 7) = 7\n\
        7 rename(\"/d/db.new\", \"/d/db\") = 0\n\
        7 write(1<pipe:[1]>, \"\\nack 1\\n\", 7) = 7\n";
    assert_eq!(
        violations(&steps(trace), Path::new("/d")),
        [
            "ack 1 while something written is not synced",
            "ack 1 before its signals were synced",
            "ack 2 while something written is not synced",
            "ack 2 before its signals were synced",
            "ack 2 while something written is not synced",
            "ack 2 before its signals were synced",
            "ack 1 while something written is not synced",
            "ack 1 before the database's folder was synced",
        ]
    );
}

#[test]
fn a_failed_sync_ends_the_store_and_is_not_tried_again() {
    if !can_trace() {
        return;
    }
    let home = TempFolder::new();
    drop(home.store());
    let file = home.path().with_extension("trace");
    let wrapper = [
        "strace",
        "-f",
        "-y",
        "-e",
        "trace=fdatasync",
        "-e",
        "inject=fdatasync:error=EIO:when=9",
        "-o",
        file.to_str().unwrap(),
    ];
    let (mut process, acks) = ledger::spawn(
        &wrapper,
        ledger::command(&home.path(), 1, 100, Order::CommitThenSay),
    );
    let said: Vec<Said> = acks.collect();
    assert!(process.wait().unwrap().success());
    let acked: Vec<u64> = said
        .iter()
        .filter_map(|said| match said {
            Said::Ack(group) => Some(*group),
            Said::Error(_) => None,
        })
        .collect();
    let errors: Vec<&str> = said
        .iter()
        .filter_map(|said| match said {
            Said::Error(text) => Some(text.as_str()),
            Said::Ack(_) => None,
        })
        .collect();
    assert_eq!(
        acked,
        (1..=7).collect::<Vec<_>>(),
        "the ownership takes the first sync, the ninth fails"
    );
    assert!(errors[0].ends_with("failed while it was to write"), "{errors:?}");
    let stopped = "the store stopped after a failed write; restart to recover what is on disk";
    assert_eq!(errors[1..], [stopped, stopped]);
    let calls = std::fs::read_to_string(&file).unwrap();
    let after = calls.split("INJECTED").nth(1).unwrap();
    assert!(!after.contains("fdatasync("), "a sync was tried again: {after}");
    let (store, _) = home.store();
    ledger::check(&store, &acked, 8);
}
