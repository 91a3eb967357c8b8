//! Bytes that flip in Redis: an error that names what is wrong, and nothing else is touched.

use std::sync::Arc;

use quorate_domain::account::AccountState;
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, ModelVersion, Seq};
use quorate_store::archive::{self, Damaged, Origin};
use quorate_store::contract::{append, recorded_ids};
use quorate_store::{AppendRefusal, Error, NoticeNo, OwnerToken, Snapshot, Store};
use quorate_store_redis::RedisStore;

use crate::home::Single;

/// What flips a byte in the middle of a text.
const FLIP: &str = "local function flip(value) local at = math.floor(#value / 2) return string.sub(value, 1, at - 1) .. \
    string.char((string.byte(value, at) + 1) % 256) .. string.sub(value, at + 1) end ";
/// Flips a byte of a hash's field.
const FLIP_FIELD: &str =
    "redis.call('HSET', KEYS[1], ARGV[1], flip(redis.call('HGET', KEYS[1], ARGV[1]))) return 1";
/// Flips a byte of a stream's entry, by its place.
const FLIP_ENTRY: &str = "local all = redis.call('XRANGE', KEYS[1], '-', '+') redis.call('DEL', KEYS[1]) \
    for place, entry in ipairs(all) do local value = entry[2][2] if place == tonumber(ARGV[1]) then value = flip(value) \
    end redis.call('XADD', KEYS[1], entry[1], entry[2][1], value) end return 1";
/// Puts an entry into the place of another.
const SWAP_ENTRY: &str = "local all = redis.call('XRANGE', KEYS[1], '-', '+') redis.call('DEL', KEYS[1]) \
    for place, entry in ipairs(all) do local value = entry[2][2] if place == tonumber(ARGV[1]) then \
    value = all[place + 1][2][2] end redis.call('XADD', KEYS[1], entry[1], entry[2][1], value) end return 1";

fn acme() -> AccountId {
    AccountId::trusted("acme")
}

/// `acme` with six appends of two records, cards and notices; `globex` with one.
struct Filled {
    home: Single,
    store: RedisStore,
    owner: OwnerToken,
}

impl Filled {
    fn new() -> Self {
        let home = Single::new();
        let (store, owner) = home.under_store();
        for turn in 0..6_u64 {
            let ids = [format!("s-{turn}"), format!("t-{turn}")];
            let mut append = append("acme", &owner, 2 * turn, &[&ids[0], &ids[1]]);
            append.notices = vec![b"something changed".to_vec()];
            append.cards = vec![(
                ContactNo(3),
                Card {
                    name: Some(Arc::from("Ada Lovelace")),
                    ..Card::default()
                },
            )];
            assert!(store.commit(vec![append]).unwrap()[0].is_ok());
        }
        assert!(store.commit(vec![append("globex", &owner, 0, &["g"])]).unwrap()[0].is_ok());
        Self { home, store, owner }
    }

    /// Runs a script over the key of that kind of `acme`.
    #[track_caller]
    fn tamper(&self, kind: &str, script: &str, argument: &str) {
        let found = self
            .home
            .server
            .ask(&["KEYS", &format!("quorate:{{p:*}}:{kind}")])
            .unwrap();
        for key in found.lines().filter(|line| line.starts_with("quorate:")) {
            // Partitions that do not hold the account are passed over.
            let there = self.home.server.ask(&["HEXISTS", key, argument]).unwrap();
            if there.starts_with(":0") {
                continue;
            }
            let script = format!("{FLIP}{script}");
            let done = self
                .home
                .server
                .ask(&["EVAL", &script, "1", key, argument])
                .unwrap();
            assert!(done.starts_with(":1"), "{done}");
            return;
        }
        panic!("no key {kind} with {argument}: {found}");
    }

    /// Opens the store again, which remembers nothing.
    fn again(self) -> Self {
        let Self { home, store, owner } = self;
        drop((store, owner));
        let (store, owner) = home.under_store();
        Self { home, store, owner }
    }

    /// Checks that the account is known to be damaged from that record on, and that the other one is sound. An archive
    /// of the store is not made without it.
    #[track_caller]
    fn check_corrupt(&self, seq: u64) {
        match self.store.load(&acme()) {
            Err(Error::Corrupt {
                account, seq: found, ..
            }) => assert_eq!((account, found), (acme(), Seq(seq))),
            other => panic!("{other:?}"),
        }
        self.check_no_archive();
        assert_eq!(recorded_ids(&self.store, "globex"), ["g"]);
        let append = append("globex", &self.owner, 1, &["h"]);
        assert!(self.store.commit(vec![append]).unwrap()[0].is_ok());
    }

    #[track_caller]
    fn check_no_archive(&self) {
        let origin = Origin {
            build: "test",
            made_at: "2026-09-01T00:00:00Z",
        };
        let export =
            |damaged, bytes: &mut Vec<u8>| archive::export(&self.store, origin, damaged, bytes, &mut |_| {});
        let mut bytes = Vec::new();
        let error = export(Damaged::Refuse, &mut bytes).unwrap_err();
        assert!(error.to_string().starts_with("account acme: record "), "{error}");
        // Asked to, it leaves the account out and says so.
        bytes.clear();
        let contents = export(Damaged::LeaveOut, &mut bytes).unwrap();
        let checked = archive::check(&mut bytes.as_slice()).unwrap();
        assert_eq!((checked.contents, contents.accounts), (contents, 1));
        assert_eq!(checked.left_out, ["acme"]);
    }
}

#[test]
fn a_flipped_byte_in_a_journal_entry_names_account_and_record() {
    let filled = Filled::new();
    filled.tamper("journal:acme", FLIP_ENTRY, "3");
    filled.check_corrupt(5);
    // What does not touch the damage still reads.
    let first = filled.store.history(&acme(), Seq(0), 4).unwrap();
    assert_eq!(first.len(), 4);
    assert_eq!(filled.store.history(&acme(), Seq(6), 100).unwrap().len(), 6);
}

#[test]
fn an_entry_that_is_gone_or_in_the_place_of_another_is_damage() {
    for (script, argument, seq) in [
        ("redis.call('XDEL', KEYS[1], ARGV[1]) return 1", "6-1", 5),
        ("redis.call('XDEL', KEYS[1], ARGV[1]) return 1", "12-1", 11),
        (SWAP_ENTRY, "2", 3),
    ] {
        let filled = Filled::new();
        filled.tamper("journal:acme", script, argument);
        filled.check_corrupt(seq);
    }
}

#[test]
fn an_entry_beyond_the_head_is_damage() {
    let filled = Filled::new();
    filled.tamper(
        "journal:acme",
        "redis.call('XADD', KEYS[1], ARGV[1], 'r', 'more') return 1",
        "13-1",
    );
    filled.check_corrupt(13);
}

#[test]
fn a_flipped_byte_in_a_card_sets_its_account_aside() {
    let filled = Filled::new();
    filled.tamper("cards:acme", FLIP_FIELD, "3");
    filled.check_corrupt(12);
}

#[test]
fn a_flipped_byte_in_a_head_refuses_reads_and_appends() {
    let filled = Filled::new();
    filled.tamper("heads", FLIP_FIELD, "acme");
    let filled = filled.again();
    filled.check_corrupt(0);
    let append = append("acme", &filled.owner, 12, &["new"]);
    let other = quorate_store::contract::append("globex", &filled.owner, 2, &["i"]);
    let answers = filled.store.commit(vec![append, other]).unwrap();
    assert!(
        matches!(answers[0], Err(AppendRefusal::Corrupt { .. })),
        "{answers:?}"
    );
    assert!(answers[1].is_ok(), "{answers:?}");
    let mut seen = Vec::new();
    filled
        .store
        .scan_summaries(&mut |row| seen.push((row.account.to_owned(), row.content.is_some())))
        .unwrap();
    seen.sort_unstable();
    assert_eq!(seen, [("acme".to_owned(), false), ("globex".to_owned(), true)]);
}

#[test]
fn a_head_that_is_damaged_under_way_is_not_sealed_up() {
    let filled = Filled::new();
    // Without a restart: the store remembers where the account stands. What flips is the number of notices.
    let script = FLIP_FIELD.replace("flip(", "flip_notices(");
    let script = format!(
        "local function flip_notices(value) return string.sub(value, 1, 13) .. '\\1' .. string.sub(value, 15) end {script}"
    );
    filled.tamper("heads", &script, "acme");
    let append = append("acme", &filled.owner, 12, &["new"]);
    let answers = filled.store.commit(vec![append]).unwrap();
    assert!(
        matches!(answers[0], Err(AppendRefusal::Corrupt { .. })),
        "{answers:?}"
    );
}

#[test]
fn a_flipped_byte_in_a_notice_is_damage() {
    let filled = Filled::new();
    filled.tamper("notices:acme", FLIP_ENTRY, "2");
    let read = filled.store.notices(&acme(), NoticeNo(0), 100);
    assert!(matches!(read, Err(Error::Corrupt { .. })), "{read:?}");
    filled.check_no_archive();
}

#[test]
fn a_damaged_snapshot_is_passed_over() {
    let filled = Filled::new();
    let records = filled.store.history(&acme(), Seq(0), 100).unwrap();
    let mut state = AccountState::new(acme());
    records[..10].iter().for_each(|record| state.apply(record));
    let snapshot = Snapshot {
        seq: Seq(10),
        model: ModelVersion(1),
        state,
        standing: vec![9; 100],
    };
    filled.store.put_snapshot(&acme(), &snapshot).unwrap();
    filled.tamper("snapshots", FLIP_FIELD, "acme");
    let loaded = filled.store.load(&acme()).unwrap().unwrap();
    assert_eq!((loaded.snapshot, loaded.tail), (None, records));
}

#[test]
fn a_damaged_document_is_named() {
    let filled = Filled::new();
    filled.store.put_doc("models", "7", b"a model".to_vec()).unwrap();
    let key = "quorate:{docs}:docs:models";
    let script = format!("{FLIP}{FLIP_FIELD}");
    let done = filled.home.server.ask(&["EVAL", &script, "1", key, "7"]).unwrap();
    assert!(done.starts_with(":1"), "{done}");
    let error = filled.store.get_doc("models", "7").unwrap_err();
    assert_eq!(
        error.to_string(),
        "document models/7 is damaged: its checksum does not fit"
    );
    let scanned = filled
        .store
        .scan_docs("models", "", &mut |_, _| panic!("it was handed out"));
    assert!(matches!(scanned, Err(Error::CorruptDocument { .. })));
}
