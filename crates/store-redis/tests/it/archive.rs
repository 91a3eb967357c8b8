//! Moving between homes in either direction, and what a newer or an older build left behind.

use std::io::Cursor;
use std::sync::Arc;

use quorate_domain::account::AccountState;
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, ModelVersion, Seq};
use quorate_store::archive::{self, Contents, Damaged, Origin};
use quorate_store::contract::{append, condense};
use quorate_store::{EmbeddedOptions, EmbeddedStore, Error, OwnerToken, Snapshot, Store};
use quorate_store_redis::RedisStore;

use crate::home::{Cluster, Single, Under};

fn write(store: &dyn Store) -> (Vec<u8>, Contents) {
    let origin = Origin {
        build: "0.0.0-test",
        made_at: "2026-09-01T00:00:00Z",
    };
    let mut bytes = Vec::new();
    let contents = archive::export(store, origin, Damaged::Refuse, &mut bytes, &mut |_| {}).unwrap();
    (bytes, contents)
}

fn read_into(store: &dyn Store, bytes: &[u8]) -> Contents {
    archive::import(store, &mut Cursor::new(bytes), &mut |_| {})
        .unwrap()
        .contents
}

/// Accounts in many partitions, one with more entries than are read at once, cards, notices, a snapshot, documents.
fn fill(store: &dyn Store, owner: &OwnerToken) {
    for (collection, key) in [
        ("models", "1"),
        ("imports", "i"),
        ("import_rows", "i/1"),
        ("keys", "k"),
    ] {
        store
            .put_doc(collection, key, format!("{collection} {key}").into_bytes())
            .unwrap();
    }
    for account in 0..60 {
        let name = format!("account {account}");
        let mut first = append(&name, owner, 0, &["a", "b", "c"]);
        first.cards = (0..account % 4)
            .map(|no| {
                let card = Card {
                    name: Some(Arc::from(format!("contact {no} of {name}"))),
                    ..Card::default()
                };
                (ContactNo(no), card)
            })
            .collect();
        first.notices = vec![name.into_bytes(); usize::try_from(account % 3).unwrap()];
        assert!(store.commit(vec![first]).unwrap()[0].is_ok());
    }
    for turn in 0..30_u64 {
        let group = (turn * 40..turn * 40 + 40)
            .map(|seq| {
                let mut append = append("large", owner, seq, &[&format!("s-{seq}")]);
                if seq % 7 == 0 {
                    append.notices = vec![vec![9; 200]];
                }
                append
            })
            .collect();
        for answer in store.commit(group).unwrap() {
            assert!(answer.is_ok(), "{answer:?}");
        }
    }
    assert_eq!(condense(store, owner, "large", (1, 300)), Ok(()));
    assert_eq!(condense(store, owner, "large", (301, 500)), Ok(()));
    let large = AccountId::trusted("large");
    let mut state = AccountState::new(large.clone());
    for record in store.history(&large, Seq(0), 1_000).unwrap() {
        state.apply(&record);
    }
    let snapshot = Snapshot {
        seq: Seq(1_000),
        model: ModelVersion(1),
        state,
        standing: vec![5; 1000],
    };
    store.put_snapshot(&large, &snapshot).unwrap();
}

#[track_caller]
fn check_round_trip(under: &Under, other: &Under) {
    let folder = tempfile::tempdir().unwrap();
    let embedded =
        |name: &str| EmbeddedStore::open(folder.path().join(name), EmbeddedOptions::default()).unwrap();
    let source = embedded("source");
    let owner = source.acquire().unwrap();
    fill(&source, &owner);
    let (bytes, contents) = write(&source);
    assert_eq!((contents.accounts, contents.documents), (61, 4));

    // Embedded -> Redis -> another Redis -> embedded.
    let redis = RedisStore::open(under.options.clone()).unwrap();
    assert_eq!(read_into(&redis, &bytes), contents);
    let (bytes, from_redis) = write(&redis);
    assert_eq!(from_redis, contents);
    let second = RedisStore::open(other.options.clone()).unwrap();
    assert_eq!(read_into(&second, &bytes), contents);
    let back = embedded("back");
    assert_eq!(read_into(&back, &write(&second).0), contents);

    let large = AccountId::trusted("large");
    assert_eq!(redis.outline(&large).unwrap(), source.outline(&large).unwrap());
    assert_eq!(back.load(&large).unwrap(), source.load(&large).unwrap());
    assert_eq!(redis.load(&large).unwrap(), source.load(&large).unwrap());
    // It goes on from there: ids and sequence are known, in either home.
    drop((redis, back));
    let redis = RedisStore::open(under.options.clone()).unwrap();
    let back = embedded("back");
    let both: [&dyn Store; 2] = [&redis, &back];
    for store in both {
        let owner = store.acquire().unwrap();
        let known = store
            .commit(vec![append("large", &owner, 1_200, &["s-707"])])
            .unwrap();
        assert!(known[0].is_err(), "a signal was taken twice");
        // So does condensing: what came condensed is in the way of nothing.
        let first = store.first_whole(&large).unwrap().map(|record| record.seq);
        assert_eq!(first, Some(Seq(501)));
        assert_eq!(condense(store, &owner, "large", (501, 600)), Ok(()));
        assert_eq!(store.history(&large, Seq(0), usize::MAX).unwrap().len(), 1_200);
        let next = store
            .commit(vec![append("large", &owner, 1_200, &["next"])])
            .unwrap();
        assert!(next[0].is_ok(), "{next:?}");
    }
}

fn under_another_prefix(under: &Under) -> Under {
    let mut options = under.options.clone();
    options.prefix = format!("{}-other", options.prefix);
    Under { options }
}

#[test]
fn a_store_moves_from_a_folder_to_redis_and_back() {
    let home = Single::new();
    check_round_trip(&home.under, &under_another_prefix(&home.under));
}

#[test]
fn a_store_moves_from_a_folder_to_a_cluster_and_back() {
    let cluster = Cluster::start();
    let under = cluster.home();
    check_round_trip(&under, &under_another_prefix(&under));
}

#[test]
fn an_archive_of_a_store_that_another_process_writes_to_needs_no_ownership() {
    let home = Single::new();
    let (store, owner) = home.under_store();
    fill(&store, &owner);
    let reader = RedisStore::open(home.under.options.clone()).unwrap();
    let (_, contents) = write(&reader);
    assert_eq!(contents.accounts, 61);
    let next = store
        .commit(vec![append("large", &owner, 1_200, &["next"])])
        .unwrap();
    assert!(next[0].is_ok(), "{next:?}");
}

#[test]
fn a_store_of_a_newer_build_is_refused_by_name() {
    let home = Single::new();
    let (store, owner) = home.under_store();
    assert!(store.commit(vec![append("acme", &owner, 0, &["a"])]).unwrap()[0].is_ok());
    drop(store);
    home.server
        .ask(&["HSET", "quorate:{docs}:meta", "format", "9"])
        .unwrap();
    let error = RedisStore::open(home.under.options.clone())
        .err()
        .expect("it is refused");
    assert!(
        matches!(
            error,
            Error::NewerFormat {
                found: 9,
                known: quorate_store_redis::FORMAT,
                ..
            }
        ),
        "{error:?}"
    );
    let text = error.to_string();
    assert!(
        text.contains("a newer Quorate") && text.contains("format 9"),
        "{text}"
    );
    assert!(text.contains(&home.server.url()), "{text}");
}

#[test]
fn a_store_from_before_formats_were_noted_is_whole() {
    let home = Single::new();
    let (store, owner) = home.under_store();
    fill(&store, &owner);
    let contents = archive::contents(&store).unwrap();
    drop(store);
    home.server.ask(&["DEL", "quorate:{docs}:collections"]).unwrap();
    home.server
        .ask(&["HDEL", "quorate:{docs}:meta", "format"])
        .unwrap();
    let store = RedisStore::open(home.under.options.clone()).unwrap();
    assert_eq!(archive::contents(&store).unwrap(), contents);
}
