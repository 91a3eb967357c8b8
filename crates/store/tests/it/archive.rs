//! Archives: what is written comes back, whatever is wrong with one is named, and the store it was meant for stays as
//! it was.

use std::io::Cursor;
use std::sync::Arc;

use quorate_domain::account::AccountState;
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, ModelVersion, Seq};
use quorate_store::archive::{self, ArchiveError, Contents, Damaged, Origin};
use quorate_store::contract::{append, condense, recorded_ids};
use quorate_store::{EmbeddedStore, NoticeNo, OwnerToken, Snapshot, Store};

use crate::home::{TempFolder, open};

/// Accounts that are written to while an archive is made.
const ACCOUNTS: u64 = 30;

const ORIGIN: Origin<'_> = Origin {
    build: "0.0.0-test",
    made_at: "2026-09-01T00:00:00Z",
};

fn write(store: &dyn Store) -> (Vec<u8>, Contents) {
    let mut bytes = Vec::new();
    let contents = archive::export(store, ORIGIN, Damaged::Refuse, &mut bytes, &mut |_| {}).unwrap();
    (bytes, contents)
}

fn read_into(store: &dyn Store, bytes: &[u8]) -> Result<archive::Checked, ArchiveError> {
    archive::import(store, &mut Cursor::new(bytes), &mut |_| {})
}

fn fill(store: &EmbeddedStore, owner: &OwnerToken) {
    for (collection, key) in [("models", "1"), ("imports", "i"), ("keys", "k")] {
        store
            .put_doc(collection, key, format!("{collection} {key}").into_bytes())
            .unwrap();
    }
    // Many records, so that an account has several parts; notices in between; cards that changed.
    for turn in 0..40_u64 {
        let ids: Vec<String> = (0..10).map(|no| format!("s-{turn}-{no}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let mut large = append("large", owner, turn * 10, &ids);
        if turn % 3 == 0 {
            large.notices = vec![vec![1; 300], Vec::new()];
            large.cards = vec![(
                ContactNo(u32::try_from(turn % 7).unwrap()),
                Card {
                    name: Some(Arc::from(format!("Ada {turn}"))),
                    ..Card::default()
                },
            )];
        }
        assert!(store.commit(vec![large]).unwrap()[0].is_ok());
    }
    let mut silent = append("silent", owner, 0, &[]);
    silent.notices = vec![b"before any record".to_vec()];
    let mut many = append("many-cards", owner, 0, &["a"]);
    many.cards = (0..300).map(|no| (ContactNo(no), Card::default())).collect();
    let plain = append("\u{e4}cme", owner, 0, &["a"]);
    for answer in store.commit(vec![silent, many, plain]).unwrap() {
        assert!(answer.is_ok(), "{answer:?}");
    }
    assert_eq!(condense(store, owner, "large", (1, 120)), Ok(()));
    assert_eq!(condense(store, owner, "large", (121, 250)), Ok(()));
    let mut state = AccountState::new(AccountId::trusted("large"));
    for record in store.history(&AccountId::trusted("large"), Seq(0), 390).unwrap() {
        state.apply(&record);
    }
    let snapshot = Snapshot {
        seq: Seq(390),
        model: ModelVersion(1),
        state,
        standing: vec![5; 1000],
    };
    store
        .put_snapshot(&AccountId::trusted("large"), &snapshot)
        .unwrap();
}

fn filled() -> (TempFolder, EmbeddedStore, OwnerToken) {
    let home = TempFolder::new();
    let (store, owner) = home.store();
    fill(&store, &owner);
    (home, store, owner)
}

#[test]
fn a_store_comes_back_as_it_was() {
    let (_home, store, _) = filled();
    let (bytes, contents) = write(&store);
    assert_eq!(
        (contents.accounts, contents.records, contents.documents),
        (4, 402, 3)
    );
    assert_eq!((contents.notices, contents.cards), (29, 307));
    assert_eq!(archive::contents(&store).unwrap(), contents);
    let header = archive::check(&mut bytes.as_slice()).unwrap().header;
    assert_eq!(
        (header.build.as_str(), header.store.as_str()),
        ("0.0.0-test", "embedded 2")
    );

    let home = TempFolder::new();
    let target = open(&home.path()).unwrap();
    assert_eq!(read_into(&target, &bytes).unwrap().contents, contents);
    for name in ["large", "silent", "many-cards", "\u{e4}cme"] {
        let account = AccountId::trusted(name);
        assert_eq!(
            target.outline(&account).unwrap(),
            store.outline(&account).unwrap(),
            "{name}"
        );
        let records = |store: &EmbeddedStore| store.history(&account, Seq(0), usize::MAX).unwrap();
        assert_eq!(records(&target), records(&store), "{name}");
        let notices = |store: &EmbeddedStore| store.notices(&account, NoticeNo(0), usize::MAX).unwrap();
        assert_eq!(notices(&target), notices(&store), "{name}");
    }
    // It goes on from there: sequence and ids are known.
    let owner = target.acquire().unwrap();
    let again = target
        .commit(vec![append("large", &owner, 400, &["s-39-0"])])
        .unwrap();
    assert!(again[0].is_err(), "a signal was taken twice");
    let next = target
        .commit(vec![append("large", &owner, 400, &["next"])])
        .unwrap();
    assert!(next[0].is_ok(), "{next:?}");
    // Only what was whole can be condensed next.
    let large = AccountId::trusted("large");
    let first = target.first_whole(&large).unwrap().map(|record| record.seq);
    assert_eq!(first, Some(Seq(251)));
    // Whatever differs shows.
    assert_ne!(archive::contents(&target).unwrap().digest, contents.digest);
}

#[test]
fn any_byte_that_is_gone_is_noticed_and_the_target_stays_empty() {
    let (_home, store, _) = filled();
    let (bytes, contents) = write(&store);
    let home = TempFolder::new();
    let target = open(&home.path()).unwrap();
    for length in (0..bytes.len())
        .step_by(bytes.len() / 60)
        .chain([bytes.len() - 1])
    {
        match read_into(&target, &bytes[..length]) {
            Err(ArchiveError::Cut { at, .. }) => assert_eq!(at, u64::try_from(length).unwrap()),
            Err(ArchiveError::Foreign) => assert!(length < 18, "{length}"),
            other => panic!("{length} bytes: {other:?}"),
        }
    }
    let more = [bytes.as_slice(), b"\0"].concat();
    assert!(matches!(read_into(&target, &more), Err(ArchiveError::Cut { .. })));
    assert_eq!(read_into(&target, &bytes).unwrap().contents, contents);
}

#[test]
fn any_byte_that_flips_is_noticed_and_the_target_stays_empty() {
    let (_home, store, _) = filled();
    let (bytes, contents) = write(&store);
    let home = TempFolder::new();
    let target = open(&home.path()).unwrap();
    for at in (0..bytes.len()).step_by(bytes.len() / 200).chain(0..40) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0x10;
        let error = read_into(&target, &flipped).unwrap_err();
        assert!(
            matches!(
                error,
                ArchiveError::Damaged { .. } | ArchiveError::Cut { .. } | ArchiveError::Foreign
            ),
            "byte {at}: {error:?}"
        );
    }
    assert_eq!(read_into(&target, &bytes).unwrap().contents, contents);
}

#[test]
fn a_target_with_something_in_it_is_refused() {
    let (_home, store, _) = filled();
    let (bytes, contents) = write(&store);
    assert!(matches!(
        read_into(&store, &bytes),
        Err(ArchiveError::NotEmpty { .. })
    ));
    assert_eq!(archive::contents(&store).unwrap(), contents);

    let home = TempFolder::new();
    let (target, _) = home.store();
    target.put_doc("keys", "k", b"key".to_vec()).unwrap();
    let error = read_into(&target, &bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the target is not empty: it has 1 documents in keys"
    );
}

#[test]
fn a_newer_archive_is_refused_by_name() {
    let home = TempFolder::new();
    let target = open(&home.path()).unwrap();
    let error = read_into(&target, b"quorate-archive 7\nwhatever").unwrap_err();
    assert_eq!(
        error.to_string(),
        "a newer Quorate wrote this archive: the whole has format 7, this build reads up to 1"
    );
    let error = read_into(&target, b"PK\x03\x04 something else").unwrap_err();
    assert!(matches!(error, ArchiveError::Foreign), "{error:?}");
}

#[test]
fn writes_meanwhile_leave_each_account_as_of_an_instant_of_its_own() {
    let home = TempFolder::new();
    let (store, owner) = home.store();
    let name = |account: u64| format!("account-{account}");
    // Each write changes a card and adds a record and a notice together: any mix of two instants shows.
    let write_to = |account: u64, seq: u64| {
        let mut append = append(&name(account), &owner, seq, &[&format!("s-{seq}")]);
        append.notices = vec![(seq + 1).to_string().into_bytes()];
        append.cards = vec![(
            ContactNo(0),
            Card {
                name: Some(Arc::from((seq + 1).to_string())),
                ..Card::default()
            },
        )];
        assert!(store.commit(vec![append]).unwrap()[0].is_ok());
    };
    for account in 0..ACCOUNTS {
        write_to(account, 0);
    }
    let done = std::sync::atomic::AtomicBool::new(false);
    let (bytes, _) = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut seq = 1;
            while !done.load(std::sync::atomic::Ordering::Acquire) {
                (0..ACCOUNTS).for_each(|account| write_to(account, seq));
                seq += 1;
            }
        });
        let mut written = (Vec::new(), Contents::default());
        // Until writes fell between two accounts of one archive.
        for _ in 0..200 {
            written = write(&store);
            if written.1.records > ACCOUNTS && !written.1.records.is_multiple_of(ACCOUNTS) {
                break;
            }
        }
        done.store(true, std::sync::atomic::Ordering::Release);
        written
    });
    let copy = TempFolder::new();
    let target = open(&copy.path()).unwrap();
    let contents = read_into(&target, &bytes).unwrap().contents;
    assert_eq!((contents.accounts, contents.cards), (ACCOUNTS, ACCOUNTS));
    let mut lengths = std::collections::BTreeSet::new();
    for account in 0..ACCOUNTS {
        let outline = target
            .outline(&AccountId::trusted(name(account)))
            .unwrap()
            .unwrap();
        let seq = outline.seq.0;
        assert_eq!(outline.notices.0, seq);
        assert_eq!(outline.cards[0].1.name.as_deref(), Some(seq.to_string().as_str()));
        let here = recorded_ids(&target, &name(account));
        assert_eq!(here, recorded_ids(&store, &name(account))[..here.len()]);
        lengths.insert(seq);
    }
    assert!(lengths.len() > 1, "nothing was written meanwhile: {lengths:?}");
}
