use std::path::Path;

use fjall::{Database, KeyspaceCreateOptions, PersistMode};

use super::*;

const COMMIT: &[u8] = b"commits";

/// Writes batches with fjall and returns the newest journal file.
fn write(folder: &Path, batches: u64) -> PathBuf {
    let database = Database::builder(folder).open().expect("opens");
    let space = database
        .keyspace("space", KeyspaceCreateOptions::default)
        .expect("opens");
    for n in 1..=batches {
        let mut batch = database.batch().durability(Some(PersistMode::SyncData));
        batch.insert(&space, format!("key {n:>10}"), noise(n));
        batch.remove(&space, format!("key {:>10}", n - 1));
        batch.insert(&space, COMMIT, n.to_be_bytes());
        batch.commit().expect("commits");
    }
    drop(database);
    // Most of the zeros that fjall puts behind the batches are not needed here.
    let file = folder.join("0.jnl");
    let end = length(end_of_last_batch(&file) + 10_000);
    OpenOptions::new()
        .write(true)
        .open(&file)
        .and_then(|file| file.set_len(end))
        .expect("cuts");
    file
}

/// Bytes that do not compress, so that every batch has the same length.
fn noise(seed: u64) -> Vec<u8> {
    (0..625)
        .flat_map(|n| xxhash_rust::xxh3::xxh3_64(&[seed, n].map(u64::to_le_bytes).concat()).to_le_bytes())
        .collect()
}

fn flip(file: &Path, at: usize) {
    let mut bytes = fs::read(file).expect("reads");
    bytes[at] ^= 0xff;
    fs::write(file, bytes).expect("writes");
}

fn end_of_last_batch(file: &Path) -> usize {
    let bytes = fs::read(file).expect("reads");
    bytes
        .windows(4)
        .rposition(|window| window == TRAILER)
        .expect("there is a batch")
        + 4
}

#[test]
fn what_fjall_writes_is_read_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), 20);
    let checked = check(folder.path(), COMMIT).expect("sound");
    assert_eq!(
        checked,
        Checked {
            batches: 20,
            last_commit: Some(20),
            torn: None
        }
    );
}

#[test]
fn a_torn_tail_is_found_and_cut_wherever_it_was_torn() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), 3);
    let whole = fs::read(&file).expect("reads");
    let end = end_of_last_batch(&file);
    for lost in [1, 4, 5, 12, 13, 40, 100, 4000, 5000] {
        let mut bytes = whole.clone();
        bytes[end - lost..].fill(0);
        fs::write(&file, bytes).expect("writes");
        let checked = check(folder.path(), COMMIT).expect("a torn tail is no damage");
        assert_eq!(
            (checked.batches, checked.last_commit),
            (2, Some(2)),
            "{lost} bytes lost"
        );
        let torn = checked.torn.expect("torn");
        cut(&torn).expect("cuts");
        let checked = check(folder.path(), COMMIT).expect("sound");
        assert_eq!(
            checked,
            Checked {
                batches: 2,
                last_commit: Some(2),
                torn: None
            }
        );
    }
}

#[test]
fn damage_with_a_commit_after_it_is_no_torn_tail() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), 4);
    let whole = fs::read(&file).expect("reads");
    let end = end_of_last_batch(&file);
    let batch_bytes = end / 4;
    for at in [
        0,
        1,
        13,
        20,
        30,
        batch_bytes - 3,
        batch_bytes + 1,
        2 * batch_bytes + 2500,
    ] {
        flip(&file, at);
        let found = check(folder.path(), COMMIT);
        assert!(
            matches!(found, Err(CheckError::Damaged { .. })),
            "byte {at}: {found:?}"
        );
        fs::write(&file, &whole).expect("writes");
    }
}

#[test]
fn a_sealed_journal_has_no_tail_to_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = write(folder.path(), 2);
    let end = end_of_last_batch(&file);
    flip(&file, end - 100);
    fs::write(folder.path().join("1.jnl"), []).expect("writes");
    assert!(matches!(
        check(folder.path(), COMMIT),
        Err(CheckError::Damaged { .. })
    ));
}
