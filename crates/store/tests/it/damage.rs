//! Torn tails and flipped bytes: an error that names what is wrong, or the truth; never something else.

use std::fs;
use std::path::{Path, PathBuf};

use fjall::{Database, Keyspace, KeyspaceCreateOptions};
use quorate_domain::account::{AccountState, Record};
use quorate_domain::id::{AccountId, ModelVersion, Seq};
use quorate_store::contract::append;
use quorate_store::{AppendRefusal, EmbeddedStore, Error, Snapshot, Store};

use crate::home::{TempFolder, open};

const APPENDS: u64 = 12;

fn acme() -> AccountId {
    AccountId::trusted("acme")
}

/// A closed store: `acme` with twelve appends of two records, `globex` with one.
fn filled() -> (TempFolder, Vec<Record>) {
    let home = TempFolder::new();
    let (store, owner) = home.store();
    for turn in 0..APPENDS {
        let ids = [format!("s-{turn}"), format!("t-{turn}")];
        let mut group = vec![append("acme", &owner, 2 * turn, &[&ids[0], &ids[1]])];
        if turn == 0 {
            group.push(append("globex", &owner, 0, &["g"]));
        }
        let answers = store.commit(group).unwrap();
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    }
    let records = store.history(&acme(), Seq(0), usize::MAX).unwrap();
    assert_eq!(records.len(), 24);
    drop(store);
    (home, records)
}

fn newest_journal(folder: &Path) -> PathBuf {
    let mut journals: Vec<PathBuf> = fs::read_dir(folder.join("db"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "jnl"))
        .collect();
    journals.sort();
    journals.pop().unwrap()
}

fn used_bytes(file: &Path) -> usize {
    fs::read(file)
        .unwrap()
        .iter()
        .rposition(|byte| *byte != 0)
        .unwrap()
        + 1
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 0x10;
    fs::write(file, bytes).unwrap();
}

/// What an opened store may say of a journal that was tampered with: whole appends from the start, or an error.
#[track_caller]
fn check_prefix(store: &EmbeddedStore, whole: &[Record], what: &str) -> usize {
    match store.history(&acme(), Seq(0), usize::MAX) {
        Ok(records) => {
            assert_eq!(records.as_slice(), &whole[..records.len()], "{what}");
            assert_eq!(records.len() % 2, 0, "{what}: half an append");
            records.len()
        }
        Err(Error::Corrupt { account, .. }) => {
            assert_eq!(account, acme(), "{what}");
            0
        }
        Err(error) => panic!("{what}: {error:?}"),
    }
}

#[test]
fn a_tail_that_is_gone_is_refused_when_it_was_acknowledged() {
    let (home, _) = filled();
    let used = used_bytes(&newest_journal(&home.path()));
    for lost in [1, 20, 150, 700, used / 2] {
        let copy = TempFolder::copy_of(&home.path());
        let journal = newest_journal(&copy.path());
        fs::OpenOptions::new()
            .write(true)
            .open(&journal)
            .unwrap()
            .set_len(u64::try_from(used - lost).unwrap())
            .unwrap();
        let before = fs::read(&journal).unwrap();
        let error = open(&copy.path())
            .err()
            .unwrap_or_else(|| panic!("{lost} bytes lost and it opens"));
        assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
        assert!(error.to_string().contains("was acknowledged"), "{error}");
        if lost != used / 2 {
            // A journal that ends between two commits looks whole; every other one is left as it was.
            assert_eq!(fs::read(&journal).unwrap(), before, "the evidence was changed");
        }
    }
}

#[test]
fn a_torn_tail_that_nobody_was_told_of_is_cut() {
    let (home, whole) = filled();
    let used = used_bytes(&newest_journal(&home.path()));
    let mut lengths = Vec::new();
    for lost in (1..used.min(2000)).step_by(97) {
        let copy = TempFolder::copy_of(&home.path());
        // As after a power cut that came before the mark reached the disk.
        fs::remove_file(copy.path().join("synced")).unwrap();
        let journal = newest_journal(&copy.path());
        let mut bytes = fs::read(&journal).unwrap();
        bytes[used - lost..].fill(0);
        fs::write(&journal, bytes).unwrap();
        let (store, owner) = copy.store();
        let there = check_prefix(&store, &whole, &format!("{lost} bytes torn"));
        // It goes on from there, and what follows survives the next opening.
        let expected = u64::try_from(there).unwrap();
        store
            .commit(vec![append("acme", &owner, expected, &["again"])])
            .unwrap()
            .remove(0)
            .unwrap();
        drop(store);
        let store = open(&copy.path()).unwrap();
        assert_eq!(store.load(&acme()).unwrap().unwrap().seq, Seq(expected + 1));
        lengths.push(there);
    }
    lengths.dedup();
    assert!(lengths.len() > 2, "several appends were torn: {lengths:?}");
}

#[test]
fn a_flipped_byte_in_the_journal_file_never_changes_a_record() {
    let (home, whole) = filled();
    let used = used_bytes(&newest_journal(&home.path()));
    let mut refused = 0;
    for at in (0..used).step_by(used / 40) {
        for mark_survives in [true, false] {
            let copy = TempFolder::copy_of(&home.path());
            flip(&newest_journal(&copy.path()), at);
            if !mark_survives {
                fs::remove_file(copy.path().join("synced")).unwrap();
            }
            match open(&copy.path()) {
                Ok(store) => {
                    let there = check_prefix(&store, &whole, &format!("byte {at}"));
                    assert!(
                        !mark_survives || there == whole.len(),
                        "byte {at}: an acknowledged append is gone"
                    );
                }
                Err(Error::Damaged { .. }) => refused += 1,
                Err(error) => panic!("byte {at}: {error:?}"),
            }
        }
    }
    assert!(refused > 40, "only {refused} refused");
}

/// Opens the database behind the store's back.
fn tamper(home: &TempFolder, change: impl FnOnce(&dyn Fn(&str) -> Keyspace)) {
    let database = Database::builder(home.path().join("db")).open().unwrap();
    change(&|name| database.keyspace(name, KeyspaceCreateOptions::default).unwrap());
}

fn flip_value(space: &Keyspace, key: &[u8]) {
    let mut value = space.get(key).unwrap().unwrap().to_vec();
    let middle = value.len() / 2;
    value[middle] ^= 1;
    space.insert(key, value).unwrap();
}

fn account_key() -> Vec<u8> {
    let hash = xxhash_rust::xxh3::xxh3_64(b"acme").to_be_bytes();
    [&hash[..4], b"acme\0"].concat()
}

fn journal_key(last: u64) -> Vec<u8> {
    [account_key().as_slice(), &last.to_be_bytes()].concat()
}

#[track_caller]
fn check_corrupt(store: &EmbeddedStore, seq: u64) {
    match store.load(&acme()) {
        Err(Error::Corrupt {
            account, seq: found, ..
        }) => assert_eq!((account, found), (acme(), Seq(seq))),
        other => panic!("{other:?}"),
    }
    // The others are sound.
    let globex = store.load(&AccountId::trusted("globex")).unwrap().unwrap();
    assert_eq!(globex.tail.len(), 1);
}

#[test]
fn a_damaged_record_names_its_account_and_place() {
    let (home, whole) = filled();
    tamper(&home, |space| flip_value(&space("journal"), &journal_key(6)));
    let store = open(&home.path()).unwrap();
    check_corrupt(&store, 5);
    // What does not touch the damage still reads.
    assert_eq!(store.history(&acme(), Seq(0), 4).unwrap(), whole[..4]);
    assert_eq!(store.history(&acme(), Seq(6), 100).unwrap(), whole[6..]);
    assert!(matches!(
        store.history(&acme(), Seq(3), 3),
        Err(Error::Corrupt { seq: Seq(5), .. })
    ));
}

#[test]
fn a_missing_record_is_damage_in_the_middle_and_at_the_end() {
    for (last, damaged) in [(2, 1), (6, 5), (24, 23)] {
        let (home, _) = filled();
        tamper(&home, |space| space("journal").remove(journal_key(last)).unwrap());
        check_corrupt(&open(&home.path()).unwrap(), damaged);
    }
}

#[test]
fn an_entry_in_the_place_of_another_is_damage() {
    let (home, _) = filled();
    tamper(&home, |space| {
        let journal = space("journal");
        let other = journal.get(journal_key(4)).unwrap().unwrap();
        journal.insert(journal_key(6), other).unwrap();
    });
    check_corrupt(&open(&home.path()).unwrap(), 5);
}

#[test]
fn a_damaged_snapshot_is_passed_over() {
    let (home, whole) = filled();
    let (store, _) = home.store();
    let mut state = AccountState::new(acme());
    whole[..20].iter().for_each(|record| state.apply(record));
    let snapshot = Snapshot {
        seq: Seq(20),
        model: ModelVersion(1),
        state,
        standing: vec![9; 100],
    };
    store.put_snapshot(&acme(), &snapshot).unwrap();
    assert_eq!(store.load(&acme()).unwrap().unwrap().tail.len(), 4);
    drop(store);
    tamper(&home, |space| flip_value(&space("snapshots"), &account_key()));
    let loaded = open(&home.path()).unwrap().load(&acme()).unwrap().unwrap();
    assert_eq!((loaded.snapshot, loaded.tail), (None, whole));
}

#[test]
fn a_damaged_head_quarantines_its_account() {
    let (home, _) = filled();
    tamper(&home, |space| flip_value(&space("heads"), &account_key()));
    let (store, owner) = home.store();
    check_corrupt(&store, 0);
    let answers = store
        .commit(vec![
            append("acme", &owner, 24, &["new"]),
            append("globex", &owner, 1, &["new"]),
        ])
        .unwrap();
    assert!(
        matches!(answers[0], Err(AppendRefusal::Corrupt { .. })),
        "{answers:?}"
    );
    assert!(answers[1].is_ok(), "{answers:?}");
    let mut seen = Vec::new();
    store
        .scan_summaries(&mut |row| seen.push((row.account.to_owned(), row.content.is_some())))
        .unwrap();
    seen.sort_unstable();
    assert_eq!(seen, [("acme".to_owned(), false), ("globex".to_owned(), true)]);
}

#[test]
fn a_damaged_document_is_named() {
    let (home, _) = filled();
    let (store, _) = home.store();
    store.put_doc("models", "7", b"a model".to_vec()).unwrap();
    drop(store);
    tamper(&home, |space| flip_value(&space("docs"), b"models\x007"));
    let store = open(&home.path()).unwrap();
    let error = store.get_doc("models", "7").unwrap_err();
    assert_eq!(
        error.to_string(),
        "document models/7 is damaged: its checksum does not fit"
    );
    let scanned = store.scan_docs("models", "", &mut |_, _| panic!("it was handed out"));
    assert!(matches!(scanned, Err(Error::CorruptDocument { .. })));
}

#[test]
fn a_flipped_byte_in_a_table_is_damage_of_an_account_or_of_the_folder() {
    let (home, whole) = filled();
    tamper(&home, |space| {
        for name in ["journal", "heads", "ids"] {
            space(name).rotate_memtable_and_wait().unwrap();
        }
    });
    let tables: Vec<PathBuf> = tables_below(&home.path().join("db/keyspaces"));
    assert!(tables.len() >= 3, "{tables:?}");
    let mut found = 0;
    for table in tables {
        let bytes = fs::read(&table).unwrap().len();
        for at in (0..bytes).step_by((bytes / 8).max(1)) {
            let copy = TempFolder::copy_of(&home.path());
            flip(&copy.path().join(table.strip_prefix(home.path()).unwrap()), at);
            match open(&copy.path()) {
                Ok(store) => found += usize::from(check_prefix(&store, &whole, "a table") < whole.len()),
                Err(Error::Damaged { .. }) => found += 1,
                Err(error) => panic!("{}: byte {at}: {error:?}", table.display()),
            }
        }
    }
    assert!(found > 0, "no flip was noticed");
}

fn tables_below(folder: &Path) -> Vec<PathBuf> {
    let mut tables = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tables.extend(tables_below(&path));
        } else if path.parent().is_some_and(|parent| parent.ends_with("tables")) {
            tables.push(path);
        }
    }
    tables.sort();
    tables
}
