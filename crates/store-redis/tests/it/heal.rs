//! A server that comes back with less than was acknowledged: what is missing is put back in its order.

use std::path::{Path, PathBuf};
use std::process::Command;

use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, SignalId};
use quorate_store::contract::{append, recorded_ids};
use quorate_store::{Error, NoticeNo, OwnerToken, Store};
use quorate_store_redis::RedisStore;
use quorate_testkit::Deadline;

use crate::home::Single;

/// A server whose files can be put back to what they were, and a store that accepts that it may lose.
struct Forgetful {
    home: Single,
    store: RedisStore,
    owner: OwnerToken,
    files: PathBuf,
    copy: tempfile::TempDir,
}

fn acme() -> AccountId {
    AccountId::trusted("acme")
}

fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    let copied = Command::new("cp").arg("-r").args([from, to]).status().unwrap();
    assert!(copied.success(), "{} to {}", from.display(), to.display());
}

impl Forgetful {
    fn new() -> Self {
        // Weak, so that what was written is kept to be put back.
        let mut home = Single::with(&["--appendfsync", "everysec"]);
        home.under.options.accept_loss_window = true;
        let answer = home.server.ask(&["CONFIG", "GET", "dir"]).unwrap();
        let files = PathBuf::from(answer.lines().last().unwrap()).join("appendonlydir");
        let (store, owner) = home.under_store();
        Self {
            home,
            store,
            owner,
            files,
            copy: tempfile::tempdir().unwrap(),
        }
    }

    /// Keeps the server's files as they are now.
    fn keep(&self) {
        copy(&self.files, &self.copy.path().join("kept"));
    }

    /// Kills the server and starts it again with the files that were kept; without any when none were.
    fn lose_what_came_since(&mut self) {
        self.home.server.kill();
        let kept = self.copy.path().join("kept");
        if kept.exists() {
            copy(&kept, &self.files);
        } else {
            std::fs::remove_dir_all(&self.files).unwrap();
        }
        self.home.server.restart();
    }

    #[track_caller]
    fn write(&self, expected: u64, ids: &[&str], notice: Option<&str>, card: Option<&str>) {
        let mut append = append("acme", &self.owner, expected, ids);
        append.notices = notice
            .map(|notice| notice.as_bytes().to_vec())
            .into_iter()
            .collect();
        append.cards = card
            .map(|name| {
                let card = Card {
                    name: Some(name.into()),
                    ..Card::default()
                };
                (ContactNo(1), card)
            })
            .into_iter()
            .collect();
        let answers = self.store.commit(vec![append]).unwrap();
        assert!(answers[0].is_ok(), "{answers:?}");
    }

    /// Writes until the store has found the server again.
    #[track_caller]
    fn write_again(&self, expected: u64, id: &str) {
        let answers = Deadline::seconds(30).wait("a write", || {
            let append = append("acme", &self.owner, expected, &[id]);
            self.store.commit(vec![append]).map_err(|error| error.to_string())
        });
        assert!(answers[0].is_ok(), "{answers:?}");
    }

    #[track_caller]
    fn check(&self, ids: &[&str], notices: usize, name: Option<&str>) {
        assert_eq!(recorded_ids(&self.store, "acme"), ids);
        let told = self.store.notices(&acme(), NoticeNo(0), 100).unwrap();
        assert_eq!(told.len(), notices);
        let loaded = self.store.load(&acme()).unwrap().unwrap();
        let card = loaded.cards.iter().find(|(no, _)| *no == ContactNo(1));
        assert_eq!(card.and_then(|(_, card)| card.name.as_deref()), name);
    }
}

#[test]
fn appends_of_records_of_notices_and_of_cards_are_put_back() {
    let mut forgetful = Forgetful::new();
    forgetful.write(0, &["a"], None, Some("Ann"));
    forgetful.keep();
    forgetful.write(1, &[], Some("something changed"), None);
    forgetful.write(1, &["b"], None, None);
    forgetful.write(2, &[], None, Some("Ann Other"));
    forgetful.write(2, &["c"], Some("again"), None);
    forgetful.lose_what_came_since();
    forgetful.write_again(3, "d");
    forgetful.check(&["a", "b", "c", "d"], 2, Some("Ann Other"));
}

#[test]
fn a_card_that_came_last_is_put_back() {
    let mut forgetful = Forgetful::new();
    forgetful.write(0, &["a"], None, Some("Ann"));
    forgetful.keep();
    forgetful.write(1, &[], None, Some("Ann Other"));
    forgetful.lose_what_came_since();
    forgetful.write_again(1, "b");
    forgetful.check(&["a", "b"], 0, Some("Ann Other"));
}

/// With another seed the ids that are there would not be found, and what is sent again would count again.
#[test]
fn a_server_that_lost_everything_gets_back_what_ids_are_hashed_with() {
    let mut forgetful = Forgetful::new();
    forgetful.write(0, &["a"], None, None);
    forgetful.lose_what_came_since();
    forgetful.write_again(1, "b");
    let Forgetful { home, store, .. } = forgetful;
    drop(store);
    let (store, _) = home.under_store();
    assert_eq!(recorded_ids(&store, "acme"), ["a", "b"]);
    let asked = [(acme(), vec![SignalId::trusted("a"), SignalId::trusted("c")])];
    assert_eq!(store.known_ids(&asked).unwrap().known, [[true, false]]);
}

#[test]
fn a_server_with_another_store_on_it_is_refused() {
    let mut forgetful = Forgetful::new();
    forgetful.write(0, &["a"], None, None);
    let other = Forgetful::new();
    other.keep();
    forgetful.copy = other.copy;
    forgetful.lose_what_came_since();
    Deadline::seconds(30).wait("a refusal for good", || {
        let append = append("acme", &forgetful.owner, 1, &["b"]);
        match forgetful.store.commit(vec![append]) {
            Err(Error::Damaged { reason, .. }) if reason.contains("another store") => Ok(()),
            other => Err(format!("{other:?}")),
        }
    });
}
