//! Groups as they reach the server: put together, so that one sync serves many appends.

use std::path::PathBuf;

use quorate_store::contract::{append, recorded_ids};
use quorate_store::{AppendRefusal, Store};

use crate::home::Single;

/// How many transactions are in the server's append-only files.
fn transactions(home: &Single) -> usize {
    let answer = home.server.ask(&["CONFIG", "GET", "dir"]).unwrap();
    let folder = PathBuf::from(answer.lines().last().unwrap()).join("appendonlydir");
    let files = std::fs::read_dir(folder).unwrap();
    let written = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
    written
        .map(|bytes| bytes.windows(7).filter(|word| word == b"MULTI\r\n").count())
        .sum()
}

#[test]
fn a_large_group_is_written_in_a_few_transactions_and_what_is_refused_in_them_stays_out() {
    let home = Single::new();
    let (store, owner) = home.under_store();
    let before = transactions(&home);
    let name = |no: usize| format!("a-{no:04}");
    let group: Vec<_> = (0..1_200)
        .map(|no| append(&name(no), &owner, u64::from(no == 700), &["x"]))
        .collect();
    let answers = store.commit(group).unwrap();
    assert_eq!(transactions(&home) - before, 3);
    for (no, answer) in answers.iter().enumerate() {
        if no == 700 {
            assert!(
                matches!(answer, Err(AppendRefusal::SequenceMismatch { .. })),
                "{answer:?}"
            );
        } else {
            assert!(answer.is_ok(), "{no}: {answer:?}");
        }
    }
    for no in [0, 499, 500, 699, 701, 999, 1_000, 1_199] {
        assert_eq!(recorded_ids(&store, &name(no)), ["x"], "{no}");
    }
    assert!(
        store
            .load(&quorate_domain::id::AccountId::trusted(name(700)))
            .unwrap()
            .is_none()
    );
}
