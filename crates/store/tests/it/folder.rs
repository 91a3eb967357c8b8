//! What a data folder may be, and what is said when it is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use quorate_store::contract::{append, recorded_ids};
use quorate_store::{EmbeddedStore, Error, OwnerToken, Store};

use crate::home::{TempFolder, open};

#[track_caller]
fn error_of(path: &Path) -> Error {
    match open(path) {
        Ok(_) => panic!("{} opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn a_folder_is_made_with_its_parents() {
    let home = TempFolder::new();
    let path = home.path().join("deep").join("er");
    let store = open(&path).unwrap();
    assert_eq!(store.path(), path);
}

#[test]
fn a_folder_that_is_in_use_is_refused_and_free_again_afterwards() {
    let home = TempFolder::new();
    let (store, _) = home.store();
    let error = error_of(&home.path());
    assert!(matches!(error, Error::Locked { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!(
            "the data folder {} is in use by another Quorate process",
            home.path().display()
        )
    );
    drop(store);
    open(&home.path()).unwrap();
}

#[test]
fn a_file_is_no_folder() {
    let home = TempFolder::new();
    fs::write(home.path(), "hello").unwrap();
    for path in [home.path(), home.path().join("below")] {
        let error = error_of(&path);
        assert!(matches!(error, Error::NotAFolder { .. }), "{error:?}");
    }
    assert_eq!(fs::read_to_string(home.path()).unwrap(), "hello");
}

#[test]
fn a_newer_format_is_refused_and_left_alone() {
    let home = TempFolder::new();
    drop(home.store());
    fs::write(home.path().join("quorate-format"), "3\n").unwrap();
    assert_eq!(
        error_of(&home.path()).to_string(),
        format!(
            "the store at {} was written by a newer Quorate: it has format 3, this build reads up to 2",
            home.path().display()
        )
    );
}

/// What an older build wrote is read, and no older build reads it from then on.
#[test]
fn an_older_format_becomes_todays() {
    let home = TempFolder::new();
    let (store, owner) = home.store();
    assert!(store.commit(vec![append("acme", &owner, 0, &["a"])]).unwrap()[0].is_ok());
    drop(store);
    let format = home.path().join("quorate-format");
    fs::write(&format, "1\n").unwrap();
    let store = open(&home.path()).unwrap();
    assert_eq!(recorded_ids(&store, "acme"), ["a"]);
    assert_eq!(fs::read_to_string(format).unwrap(), "2\n");
}

#[test]
fn a_format_that_is_no_number_is_damage() {
    let home = TempFolder::new();
    drop(home.store());
    fs::write(home.path().join("quorate-format"), "one").unwrap();
    let error = error_of(&home.path());
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
}

#[test]
fn a_database_without_a_format_is_not_touched() {
    let home = TempFolder::new();
    fs::create_dir_all(home.path().join("db")).unwrap();
    fs::write(home.path().join("db").join("precious"), "x").unwrap();
    let error = error_of(&home.path());
    assert!(matches!(error, Error::Foreign { .. }), "{error:?}");
    assert!(home.path().join("db").join("precious").exists());
}

#[test]
fn a_creation_that_was_cut_off_is_begun_again() {
    let home = TempFolder::new();
    let unfinished = home.path().join("db.new");
    fs::create_dir_all(unfinished.join("keyspaces")).unwrap();
    fs::write(unfinished.join("0.jnl"), [0; 100]).unwrap();
    fs::write(home.path().join("quorate-format"), "1\n").unwrap();
    open(&home.path()).unwrap();
    assert!(!unfinished.exists());
}

#[test]
fn a_file_system_that_is_read_only_is_named() {
    let home = TempFolder::new();
    drop(home.store());
    let Some(mount) = Mount::new(&["--bind"], &home.path()) else {
        return;
    };
    mount.again("remount,bind,ro");
    let error = error_of(mount.path());
    assert!(matches!(error, Error::ReadOnly { .. }), "{error:?}");
    mount.again("remount,bind,rw");
    open(mount.path()).unwrap();
}

#[test]
fn a_full_disk_stops_the_store_and_loses_nothing_that_was_accepted() {
    let home = TempFolder::new();
    let Some(mount) = Mount::new(&["-t", "tmpfs", "-o", "size=24m"], Path::new("tmpfs")) else {
        return;
    };
    let store = open(mount.path()).unwrap();
    let owner = store.acquire().unwrap();
    let (accepted, error) = fill(&store, &owner);
    assert!(matches!(error, Error::Full { .. }), "{error:?}");
    assert!(matches!(store.get_doc("docs", "key"), Err(Error::Poisoned)));
    drop(store);
    mount.again("remount,size=200m");
    let store = open(mount.path()).unwrap();
    let there = recorded_ids(&store, "acme");
    assert!(
        there.len() == accepted || there.len() == accepted + 1,
        "{} of {accepted}",
        there.len()
    );
    drop(store);
    drop(mount);
    drop(home);
}

/// Appends large records until nothing more goes in; returns how many went in.
fn fill(store: &EmbeddedStore, owner: &OwnerToken) -> (usize, Error) {
    for accepted in 0.. {
        let expected = u64::try_from(accepted).unwrap();
        let mut large = append("acme", owner, expected, &[&format!("s-{accepted}")]);
        large.summary = vec![7; 300_000];
        match store.commit(vec![large]) {
            Ok(answers) => assert!(answers.iter().all(Result::is_ok), "{answers:?}"),
            Err(error) => return (accepted, error),
        }
    }
    unreachable!("no disk is endless");
}

/// Something mounted, until it is dropped.
struct Mount {
    folder: tempfile::TempDir,
}

impl Mount {
    /// Mounts; nothing, and a sentence, where that is not permitted.
    fn new(arguments: &[&str], source: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = run(Command::new("mount")
            .args(arguments)
            .arg(source)
            .arg(folder.path()));
        if !mounted {
            eprintln!("skipped: mounting a file system is not permitted here");
            return None;
        }
        Some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn again(&self, options: &str) {
        assert!(
            run(Command::new("mount").args(["-o", options]).arg(self.path())),
            "{options}"
        );
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let path: PathBuf = self.path().to_owned();
        run(Command::new("umount").arg(path));
    }
}

fn run(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}
