use tempfile::TempDir;

use super::*;
use crate::generate::{Generator, Shape};

/// 2026-09-01T00:00:00Z.
const SEPTEMBER: i64 = 1_788_220_800_000;

/// Returns a ledger of 20 signals of which the first 15 are acknowledged, and their keys.
fn ledger(folder: &TempDir) -> (Ledger, Vec<SignalKey>) {
    let mut ledger = Ledger::create(folder.path().join("ledger.ndjson")).expect("the folder is writable");
    let signals: Vec<Signal> = Generator::new(1, Shape::new(3, 2, 10, SEPTEMBER))
        .take(20)
        .collect();
    for signal in &signals {
        ledger.sent(signal).expect("the file is writable");
    }
    for signal in signals.iter().take(15) {
        ledger
            .acknowledged(&signal.account, &signal.id)
            .expect("it was sent");
    }
    (
        ledger,
        signals
            .into_iter()
            .map(|signal| (signal.account, signal.id))
            .collect(),
    )
}

#[test]
fn what_was_acknowledged_is_enough() {
    let folder = TempDir::new().expect("a temp folder");
    let (ledger, keys) = ledger(&folder);
    assert_eq!(ledger.audit(keys[..15].iter().cloned()), Audit::default());
    assert!(ledger.audit(keys[..15].iter().cloned()).is_clean());
}

#[test]
fn what_was_sent_without_an_answer_may_be_there() {
    let folder = TempDir::new().expect("a temp folder");
    let (ledger, keys) = ledger(&folder);
    assert!(ledger.audit(keys.iter().cloned()).is_clean());
    assert_eq!(ledger.unanswered_signals().count(), 5);
}

#[test]
fn a_planted_loss_is_found() {
    let folder = TempDir::new().expect("a temp folder");
    let (ledger, keys) = ledger(&folder);
    let audit = ledger.audit(keys.iter().filter(|key| **key != keys[7]).cloned());
    assert_eq!(
        audit,
        Audit {
            lost: vec![keys[7].clone()],
            ..Audit::default()
        }
    );
    assert!(!audit.is_clean());
}

#[test]
fn a_planted_double_is_found() {
    let folder = TempDir::new().expect("a temp folder");
    let (ledger, keys) = ledger(&folder);
    let audit = ledger.audit(keys.iter().chain([&keys[2], &keys[2], &keys[18]]).cloned());
    let mut doubled = vec![(keys[2].clone(), 3), (keys[18].clone(), 2)];
    doubled.sort();
    assert_eq!(
        audit,
        Audit {
            doubled,
            ..Audit::default()
        }
    );
    assert!(!audit.is_clean());
}

#[test]
fn a_planted_stranger_is_found() {
    let folder = TempDir::new().expect("a temp folder");
    let (ledger, keys) = ledger(&folder);
    // The same id at another account is another signal.
    let stranger = ("elsewhere".to_owned(), keys[0].1.clone());
    let audit = ledger.audit(keys.iter().cloned().chain([stranger.clone()]));
    assert_eq!(
        audit,
        Audit {
            strange: vec![stranger],
            ..Audit::default()
        }
    );
    assert!(!audit.is_clean());
}

#[test]
fn an_acknowledgement_out_of_nowhere_is_refused() {
    let folder = TempDir::new().expect("a temp folder");
    let (mut ledger, _) = ledger(&folder);
    let error = ledger
        .acknowledged("acct-0000000", "sig-999999999")
        .expect_err("it was never sent");
    assert_eq!(
        error.to_string(),
        "signal \"sig-999999999\" of account \"acct-0000000\" was acknowledged and never sent"
    );
}

#[test]
fn bounds_count_by_account() {
    let folder = TempDir::new().expect("a temp folder");
    let (ledger, keys) = ledger(&folder);
    let of = |account: &str, keys: &[SignalKey]| keys.iter().filter(|key| key.0 == account).count();
    for account in ["acct-0000000", "acct-0000001", "acct-0000002"] {
        assert_eq!(
            ledger.bounds(account),
            (of(account, &keys[..15]), of(account, &keys))
        );
    }
}

#[test]
fn every_line_is_in_the_file() {
    let folder = TempDir::new().expect("a temp folder");
    let (_ledger, keys) = ledger(&folder);
    let text = std::fs::read_to_string(folder.path().join("ledger.ndjson")).expect("it was written");
    assert_eq!(text.lines().count(), 35);
    let last: Value = serde_json::from_str(text.lines().last().expect("35 lines")).expect("JSON");
    assert_eq!(
        last,
        json!({"acknowledged": {"account": keys[14].0, "id": keys[14].1}})
    );
}
