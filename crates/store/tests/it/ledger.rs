//! A process of its own that commits groups and says so: what crashes, traces and failing syncs are tried on.
//!
//! It is this test binary once more, told by its environment to be the ledger.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use quorate_domain::id::{AccountId, SignalId};
use quorate_store::contract::{append, recorded_ids};
use quorate_store::{OwnerToken, Store};

use crate::home::{TempFolder, open};

const FOLDER: &str = "LEDGER_FOLDER";
const FIRST: &str = "LEDGER_FIRST";
const GROUPS: &str = "LEDGER_GROUPS";
const ORDER: &str = "LEDGER_ORDER";
const TEST: &str = "ledger::a_ledger_process_says_what_it_committed";

/// How many accounts share the ledger.
const ACCOUNTS: u64 = 5;
/// How many accounts a group appends to.
const APPENDS: u64 = 3;

/// When the process says that it committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// After the commit returned.
    CommitThenSay,
    /// Before it was asked to: the fault that the traces must find.
    SayThenCommit,
}

/// Returns the command that runs the ledger: `groups` groups from number `first` on.
pub(crate) fn command(folder: &Path, first: u64, groups: u64, order: Order) -> Vec<(String, String)> {
    let order = match order {
        Order::CommitThenSay => "commit",
        Order::SayThenCommit => "say",
    };
    vec![
        (FOLDER.to_owned(), folder.display().to_string()),
        (FIRST.to_owned(), first.to_string()),
        (GROUPS.to_owned(), groups.to_string()),
        (ORDER.to_owned(), order.to_owned()),
    ]
}

/// Starts the ledger, under another program such as `strace` when there is one.
pub(crate) fn spawn(wrapper: &[&str], environment: Vec<(String, String)>) -> (Child, Acks) {
    let own = std::env::current_exe().unwrap();
    let mut command = match wrapper {
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(own);
            command
        }
        [] => Command::new(own),
    };
    let mut child = command
        .args(["--exact", TEST, "--nocapture", "--test-threads=1"])
        .envs(environment)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap());
    (child, Acks { lines })
}

/// What the process says, line by line.
pub(crate) struct Acks {
    lines: BufReader<ChildStdout>,
}

impl Iterator for Acks {
    type Item = Said;

    fn next(&mut self) -> Option<Said> {
        loop {
            let mut line = String::new();
            // A line that a kill cut off was not said.
            if self.lines.read_line(&mut line).unwrap_or(0) == 0 || !line.ends_with('\n') {
                return None;
            }
            if let Some(group) = line.trim().strip_prefix("ack ") {
                return Some(Said::Ack(group.parse().unwrap()));
            }
            if let Some(text) = line.trim().strip_prefix("error ") {
                return Some(Said::Error(text.to_owned()));
            }
        }
    }
}

/// One thing the process says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// This group is committed.
    Ack(u64),
    /// This went wrong.
    Error(String),
}

/// Compares the store with what was acknowledged: nothing lost, nothing doubled, nothing that was never sent,
/// and every group whole. `sent` groups may be there at most.
#[track_caller]
pub(crate) fn check(store: &dyn Store, acked: &[u64], sent: u64) {
    let mut there = Vec::new();
    for account in 0..ACCOUNTS {
        let ids = recorded_ids(store, &format!("account-{account}"));
        let groups: Vec<u64> = ids.iter().map(|id| group_of(id).unwrap()).collect();
        assert!(groups.is_sorted(), "account {account} is out of order: {ids:?}");
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "account {account} has a signal twice");
        let signals: Vec<SignalId> = ids.iter().map(|id| SignalId::trusted(id.as_str())).collect();
        let question = [(AccountId::trusted(format!("account-{account}")), signals)];
        let known = store.known_ids(&question).unwrap().known;
        assert!(
            known[0].iter().all(|known| *known),
            "account {account} forgot an id"
        );
        there.extend(groups);
    }
    there.sort_unstable();
    for group in there.chunk_by(PartialEq::eq) {
        assert_eq!(
            group.len(),
            2 * usize::try_from(APPENDS).unwrap(),
            "group {} is not whole",
            group[0]
        );
        assert!(group[0] <= sent, "group {} was never sent", group[0]);
    }
    for group in acked {
        assert!(
            there.binary_search(group).is_ok(),
            "group {group} was acknowledged and is gone"
        );
    }
}

/// Returns the group of a signal id such as `g17/0/a`.
pub(crate) fn group_of(id: &str) -> Option<u64> {
    id.strip_prefix('g')?.split_once('/')?.0.parse().ok()
}

fn commit_group(store: &dyn Store, owner: &OwnerToken, group: u64) -> Result<(), quorate_store::Error> {
    let mut appends = Vec::new();
    for turn in 0..APPENDS {
        let account = format!("account-{}", (group + turn) % ACCOUNTS);
        let expected = store
            .load(&AccountId::trusted(account.as_str()))?
            .map_or(0, |loaded| loaded.seq.0);
        let ids = [format!("g{group}/{turn}/a"), format!("g{group}/{turn}/b")];
        appends.push(append(&account, owner, expected, &[&ids[0], &ids[1]]));
    }
    for answer in store.commit(appends)? {
        answer.unwrap();
    }
    Ok(())
}

fn say(text: &str) {
    // Straight to the descriptor: the test harness keeps what is printed.
    let mut out = std::io::stdout().lock();
    out.write_all(format!("\n{text}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Is the ledger, when the environment says so.
fn be_the_ledger() -> bool {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return false;
    };
    let number = |name| std::env::var(name).unwrap().parse::<u64>().unwrap();
    let say_first = std::env::var(ORDER).unwrap() == "say";
    let store = open(Path::new(&folder)).unwrap();
    let owner = store.acquire().unwrap();
    let first = number(FIRST);
    for group in first..first + number(GROUPS) {
        if say_first {
            say(&format!("ack {group}"));
        }
        if let Err(error) = commit_group(&store, &owner, group) {
            say(&format!("error {error}"));
            let next = store.load(&AccountId::trusted("account-0")).map(drop);
            say(&format!("error {}", next.unwrap_err()));
            let next = store.put_doc("docs", "key", Vec::new());
            say(&format!("error {}", next.unwrap_err()));
            break;
        }
        if !say_first {
            say(&format!("ack {group}"));
        }
    }
    true
}

#[test]
fn a_ledger_process_says_what_it_committed() {
    if be_the_ledger() {
        return;
    }
    let home = TempFolder::new();
    let (mut process, acks) = spawn(&[], command(&home.path(), 1, 30, Order::CommitThenSay));
    let said: Vec<Said> = acks.collect();
    assert!(process.wait().unwrap().success());
    assert_eq!(said, (1..=30).map(Said::Ack).collect::<Vec<_>>());
    let (store, _) = home.store();
    check(&store, &(1..=30).collect::<Vec<_>>(), 30);
}
