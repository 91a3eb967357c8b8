//! The contract suite: every promise of the port is a function here, and a test of every home.
//!
//! ```text
//! quorate_store::store_contract!(embedded, TempFolder::new());
//! ```
#![expect(clippy::missing_panics_doc, reason = "a promise panics when it is broken")]

use std::sync::Arc;

use quorate_domain::account::{AccountState, Event, Record};
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactId, ContactNo, Kind, ModelVersion, Seq, SignalId};
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::time::Timestamp;

use crate::port::{
    Append, AppendRefusal, Appended, CommitMark, DocWrite, Error, NoticeNo, OwnerToken, Snapshot, Store,
    Stretch,
};

/// Where stores of one kind live, each home empty at first.
pub trait Home {
    /// Opens the store. A second call comes after the first store was dropped: a restart.
    fn open(&self) -> Arc<dyn Store>;
}

/// Writes one test per promise, in a module of that name. `$home` is evaluated once for each.
///
/// `store_contract!(@list once HOME)` keeps all promises one after the other within a test: for homes whose servers are
/// dear to start.
#[macro_export]
macro_rules! store_contract {
    ($name:ident, $home:expr) => {
        mod $name {
            use super::*;
            $crate::store_contract! { @list each $home }
        }
    };
    (@list $how:ident $home:expr) => {
        $crate::store_contract! { @$how $home,
            an_append_is_there_when_loaded
            a_restart_loses_nothing
            an_account_nobody_wrote_is_absent
            several_accounts_are_loaded_in_the_order_asked
            an_unexpected_sequence_refuses_the_append
            records_that_are_not_numbered_on_are_refused
            a_duplicate_id_refuses_the_whole_append
            an_id_twice_in_one_append_refuses_it
            an_id_at_another_account_is_another_signal
            ids_are_exact_whatever_the_mark
            known_ids_answers_in_the_order_asked
            a_stale_owner_is_refused
            an_unknown_owner_is_refused
            a_refused_append_leaves_the_others_of_its_group
            appends_of_one_account_may_follow_each_other_in_a_group
            an_append_without_records_changes_cards_and_notices
            a_card_replaces_the_one_before
            snapshot_and_tail_are_the_whole_journal
            deleting_all_snapshots_loses_nothing
            a_snapshot_ahead_of_the_journal_is_refused
            history_gives_every_stretch
            a_condensed_stretch_is_read_in_its_place
            a_condensed_id_is_known_no_more
            condensing_is_refused_to_a_stale_owner_and_elsewhere_than_at_the_first_whole_record
            a_stretch_may_end_within_an_append
            accounts_with_names_that_start_alike_stay_apart
            notices_keep_their_order
            summaries_are_handed_out_as_committed
            an_outline_is_the_account_without_its_records
            documents_come_back_and_go
            collections_are_named
            documents_are_written_together
            an_unstorable_document_is_refused
            an_empty_group_is_no_error
        }
    };
    (@once $home:expr, $($promise:ident)+) => {
        $(
            eprintln!("{}", stringify!($promise));
            $crate::contract::$promise(&$home);
        )+
    };
    (@each $home:expr, $($promise:ident)+) => {
        $(
            #[test]
            fn $promise() {
                $crate::contract::$promise(&$home);
            }
        )+
    };
}

/// Returns a recorded signal.
#[must_use]
pub fn signal(id: &str) -> Event {
    Event::SignalRecorded(Signal {
        id: SignalId::trusted(id),
        kind: Kind::trusted("page.pricing"),
        contact: Some(ContactNo(0)),
        occurred_at: Timestamp::from_millis(1_788_264_000_000),
        strength: 1.0,
        source: SignalSource::FirstParty,
        solution: None,
        object: Some(Arc::from("/pricing")),
        properties: None,
        expired: false,
    })
}

/// Returns an append of these signals after `expected`, looked up never.
#[must_use]
pub fn append(account: &str, owner: &OwnerToken, expected: u64, ids: &[&str]) -> Append {
    let records = ids
        .iter()
        .zip(expected + 1..)
        .map(|(id, seq)| Record {
            seq: Seq(seq),
            at: Timestamp::from_millis(1_788_264_000_500),
            event: signal(id),
        })
        .collect();
    Append {
        account: AccountId::trusted(account),
        owner: owner.clone(),
        expected: Seq(expected),
        records,
        cards: Vec::new(),
        notices: Vec::new(),
        summary: format!("{account} after {}", expected.saturating_add(1)).into_bytes(),
        ids_known_at: CommitMark::BEGINNING,
    }
}

/// Returns the ids of an account's recorded signals, in order.
#[must_use]
pub fn recorded_ids(store: &dyn Store, account: &str) -> Vec<String> {
    let records = store
        .history(&AccountId::trusted(account), Seq(0), usize::MAX)
        .expect("history reads");
    records
        .into_iter()
        .zip(1..)
        .map(|(record, seq)| {
            assert_eq!(record.seq, Seq(seq), "the journal of {account} has a hole");
            let Event::SignalRecorded(signal) = record.event else {
                panic!("not a signal: {:?}", record.event)
            };
            signal.id.as_str().to_owned()
        })
        .collect()
}

fn opened(home: &dyn Home) -> (Arc<dyn Store>, OwnerToken) {
    let store = home.open();
    let owner = store.acquire().expect("ownership is free");
    (store, owner)
}

fn account(name: &str) -> AccountId {
    AccountId::trusted(name)
}

/// Commits one append and returns its answer.
#[track_caller]
fn commit_one(store: &dyn Store, append: Append) -> Result<Appended, AppendRefusal> {
    store
        .commit(vec![append])
        .expect("the store works")
        .pop()
        .expect("one answer for one append")
}

#[track_caller]
fn accept(store: &dyn Store, append: Append) {
    commit_one(store, append).expect("accepted");
}

fn card(name: &str) -> Card {
    Card {
        outside_id: Some(ContactId::trusted(name)),
        name: Some(Arc::from(name)),
        title: None,
        emails: Vec::new(),
    }
}

fn snapshot_at(store: &dyn Store, name: &str, seq: u64) -> Snapshot {
    let mut state = AccountState::new(account(name));
    let limit = usize::try_from(seq).expect("small");
    for record in store
        .history(&account(name), Seq(0), limit)
        .expect("history reads")
    {
        state.apply(&record);
    }
    Snapshot {
        seq: Seq(seq),
        model: ModelVersion(4),
        state,
        standing: vec![1, 2, 3],
    }
}

/// What was committed is loaded: records, cards, places.
pub fn an_append_is_there_when_loaded(home: &dyn Home) {
    let (store, owner) = opened(home);
    let mut first = append("acme", &owner, 0, &["a", "b"]);
    first.cards.push((ContactNo(0), card("ada")));
    first.notices.push(b"entered".to_vec());
    let answer = commit_one(&*store, first.clone());
    assert_eq!(
        answer,
        Ok(Appended {
            seq: Seq(2),
            notices: NoticeNo(1)
        })
    );
    let loaded = store.load(&account("acme")).expect("loads").expect("is there");
    assert_eq!(loaded.tail, first.records);
    assert_eq!(loaded.cards, first.cards);
    assert_eq!(
        (loaded.seq, loaded.notices, loaded.snapshot),
        (Seq(2), NoticeNo(1), None)
    );
}

/// Everything is there after a restart, and goes on where it was.
pub fn a_restart_loses_nothing(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a", "b"]));
    let mut second = append("acme", &owner, 2, &["c"]);
    second.cards.push((ContactNo(3), card("ada")));
    second.notices.push(b"entered".to_vec());
    accept(&*store, second);
    store.put_doc("models", "1", b"model".to_vec()).expect("writes");
    store
        .put_snapshot(&account("acme"), &snapshot_at(&*store, "acme", 2))
        .expect("writes");
    let before = store.load(&account("acme")).expect("loads");
    drop(store);

    let (store, owner) = opened(home);
    let after = store.load(&account("acme")).expect("loads");
    // A snapshot is not synced, so it may be gone; the history may not.
    assert_eq!(after.as_ref().map(|it| it.seq), before.as_ref().map(|it| it.seq));
    assert_eq!(
        after.as_ref().map(|it| &it.cards),
        before.as_ref().map(|it| &it.cards)
    );
    assert_eq!(recorded_ids(&*store, "acme"), ["a", "b", "c"]);
    assert_eq!(
        store.get_doc("models", "1").expect("reads"),
        Some(b"model".to_vec())
    );
    let answer = commit_one(&*store, append("acme", &owner, 3, &["b"]));
    assert_eq!(
        answer,
        Err(AppendRefusal::DuplicateId {
            account: account("acme"),
            id: SignalId::trusted("b")
        })
    );
    accept(&*store, append("acme", &owner, 3, &["d"]));
}

/// Nothing is loaded of an account that was never written.
pub fn an_account_nobody_wrote_is_absent(home: &dyn Home) {
    let (store, _) = opened(home);
    assert_eq!(store.load(&account("acme")).expect("loads"), None);
    assert_eq!(store.history(&account("acme"), Seq(0), 10).expect("reads"), []);
    assert_eq!(
        store.notices(&account("acme"), NoticeNo(0), 10).expect("reads"),
        []
    );
}

/// An append that expects another end of the journal is refused, with the end that is there.
pub fn an_unexpected_sequence_refuses_the_append(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a", "b"]));
    for expected in [0, 1, 3] {
        let answer = commit_one(&*store, append("acme", &owner, expected, &["c"]));
        assert_eq!(
            answer,
            Err(AppendRefusal::SequenceMismatch {
                account: account("acme"),
                expected: Seq(expected),
                found: Seq(2)
            })
        );
    }
    assert_eq!(recorded_ids(&*store, "acme"), ["a", "b"]);
}

/// A hole or a repetition in the numbers of an append's records refuses it.
pub fn records_that_are_not_numbered_on_are_refused(home: &dyn Home) {
    let (store, owner) = opened(home);
    for second in [1, 3] {
        let mut holed = append("acme", &owner, 0, &["a", "b"]);
        for (record, seq) in holed.records.iter_mut().zip([1, second]) {
            record.seq = Seq(seq);
        }
        let answer = commit_one(&*store, holed);
        assert!(
            matches!(answer, Err(AppendRefusal::SequenceMismatch { .. })),
            "{answer:?}"
        );
    }
    assert_eq!(store.load(&account("acme")).expect("loads"), None);
}

/// One known id refuses the whole append, and nothing of it is there.
pub fn a_duplicate_id_refuses_the_whole_append(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a"]));
    let before = store.load(&account("acme")).expect("loads");
    let mut second = append("acme", &owner, 1, &["b", "a", "c"]);
    second.cards.push((ContactNo(0), card("ada")));
    second.notices.push(b"entered".to_vec());
    let answer = commit_one(&*store, second);
    assert_eq!(
        answer,
        Err(AppendRefusal::DuplicateId {
            account: account("acme"),
            id: SignalId::trusted("a")
        })
    );
    assert_eq!(store.load(&account("acme")).expect("loads"), before);
    assert_eq!(
        store.notices(&account("acme"), NoticeNo(0), 10).expect("reads"),
        []
    );
    // Its new ids stay new.
    accept(&*store, append("acme", &owner, 1, &["b", "c"]));
}

/// The same id twice in an append refuses it.
pub fn an_id_twice_in_one_append_refuses_it(home: &dyn Home) {
    let (store, owner) = opened(home);
    let answer = commit_one(&*store, append("acme", &owner, 0, &["a", "b", "a"]));
    assert!(
        matches!(answer, Err(AppendRefusal::DuplicateId { .. })),
        "{answer:?}"
    );
    assert_eq!(store.load(&account("acme")).expect("loads"), None);
}

/// Ids are unique within their account only.
pub fn an_id_at_another_account_is_another_signal(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a"]));
    accept(&*store, append("globex", &owner, 0, &["a"]));
    assert_eq!(recorded_ids(&*store, "globex"), ["a"]);
}

/// A mark that is new, old or from before everything finds the same duplicates.
pub fn ids_are_exact_whatever_the_mark(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a"]));
    let early = store
        .known_ids(&[(account("acme"), vec![SignalId::trusted("b")])])
        .expect("reads");
    assert_eq!(early.known, [[false]]);
    accept(&*store, append("acme", &owner, 1, &["b"]));
    let late = store
        .known_ids(&[(account("acme"), vec![SignalId::trusted("b")])])
        .expect("reads");
    assert_eq!(late.known, [[true]]);
    assert!(late.mark > early.mark, "{early:?} then {late:?}");
    for mark in [CommitMark::BEGINNING, early.mark] {
        let mut again = append("acme", &owner, 2, &["b"]);
        again.ids_known_at = mark;
        let answer = commit_one(&*store, again);
        assert!(
            matches!(answer, Err(AppendRefusal::DuplicateId { .. })),
            "{mark:?}: {answer:?}"
        );
    }
    for (expected, mark) in [(2, CommitMark::BEGINNING), (3, early.mark), (4, late.mark)] {
        let mut fresh = append("acme", &owner, expected, &[&format!("new {expected}")]);
        fresh.ids_known_at = mark;
        accept(&*store, fresh);
    }
}

/// Answers stand in the order of the question.
pub fn known_ids_answers_in_the_order_asked(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a", "b"]));
    let ids = |ids: &[&str]| ids.iter().map(|id| SignalId::trusted(*id)).collect::<Vec<_>>();
    let asked = [
        (account("globex"), ids(&["a"])),
        (account("acme"), ids(&["x", "b", "ab", "a"])),
        (account("acme"), ids(&[])),
    ];
    let known = store.known_ids(&asked).expect("reads").known;
    assert_eq!(known, [vec![false], vec![false, true, false, true], vec![]]);
}

/// Once somebody else acquired the store, the earlier token is refused.
pub fn a_stale_owner_is_refused(home: &dyn Home) {
    let (store, first) = opened(home);
    accept(&*store, append("acme", &first, 0, &["a"]));
    let second = store.acquire().expect("acquires");
    assert_ne!(first, second);
    let answer = commit_one(&*store, append("acme", &first, 1, &["b"]));
    assert_eq!(answer, Err(AppendRefusal::StaleOwner { token: first }));
    accept(&*store, append("acme", &second, 1, &["b"]));
    drop(store);
    let store = home.open();
    let answer = commit_one(&*store, append("acme", &second, 2, &["c"]));
    assert_eq!(answer, Err(AppendRefusal::StaleOwner { token: second }));
}

/// A token that nobody was given is refused.
pub fn an_unknown_owner_is_refused(home: &dyn Home) {
    let store = home.open();
    let made_up = OwnerToken(Arc::from("1:00000000000000000000000000000000"));
    let answer = commit_one(&*store, append("acme", &made_up, 0, &["a"]));
    assert_eq!(answer, Err(AppendRefusal::StaleOwner { token: made_up }));
}

/// A refusal concerns its own append only, whatever its reason and place.
pub fn a_refused_append_leaves_the_others_of_its_group(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("known", &owner, 0, &["a"]));
    let stale = OwnerToken(Arc::from("0:stale"));
    let answers = store
        .commit(vec![
            append("one", &owner, 0, &["a"]),
            append("known", &owner, 1, &["a"]),
            append("two", &stale, 0, &["a"]),
            append("three", &owner, 7, &["a"]),
            append("four", &owner, 0, &["a"]),
        ])
        .expect("the store works");
    let accepted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [true, false, false, false, true]);
    assert_eq!(recorded_ids(&*store, "one"), ["a"]);
    assert_eq!(recorded_ids(&*store, "four"), ["a"]);
    assert_eq!(recorded_ids(&*store, "known"), ["a"]);
    for refused in ["two", "three"] {
        assert_eq!(store.load(&account(refused)).expect("loads"), None, "{refused}");
    }
}

/// Several appends of one account in a group: each is judged after the one before, refused ones apart.
pub fn appends_of_one_account_may_follow_each_other_in_a_group(home: &dyn Home) {
    let (store, owner) = opened(home);
    let answers = store
        .commit(vec![
            append("acme", &owner, 0, &["a"]),
            append("acme", &owner, 1, &["b"]),
            append("acme", &owner, 2, &["a"]),
            append("acme", &owner, 2, &["c"]),
        ])
        .expect("the store works");
    let accepted: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(accepted, [true, true, false, true]);
    assert_eq!(recorded_ids(&*store, "acme"), ["a", "b", "c"]);
}

/// An append may bring only cards and notices; the sequence stays and is checked all the same.
pub fn an_append_without_records_changes_cards_and_notices(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a"]));
    let mut silent = append("acme", &owner, 1, &[]);
    silent.cards.push((ContactNo(0), card("ada")));
    silent.notices.push(b"left".to_vec());
    silent.summary = b"new summary".to_vec();
    assert_eq!(
        commit_one(&*store, silent.clone()),
        Ok(Appended {
            seq: Seq(1),
            notices: NoticeNo(1)
        })
    );
    let loaded = store.load(&account("acme")).expect("loads").expect("is there");
    assert_eq!((loaded.seq, loaded.cards), (Seq(1), silent.cards.clone()));
    silent.expected = Seq(0);
    let answer = commit_one(&*store, silent);
    assert!(
        matches!(answer, Err(AppendRefusal::SequenceMismatch { .. })),
        "{answer:?}"
    );
}

/// The newest card of a number is the only one; an erased contact's card is empty.
pub fn a_card_replaces_the_one_before(home: &dyn Home) {
    let (store, owner) = opened(home);
    let mut first = append("acme", &owner, 0, &["a"]);
    first.cards = vec![(ContactNo(0), card("ada")), (ContactNo(1), card("bob"))];
    accept(&*store, first);
    let mut change = append("acme", &owner, 1, &[]);
    change.cards = vec![(ContactNo(0), card("zoe"))];
    let mut erasure = change.clone();
    erasure.cards = vec![(ContactNo(0), card("eve")), (ContactNo(0), Card::default())];
    let answers = store.commit(vec![change, erasure]).expect("the store works");
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let loaded = store.load(&account("acme")).expect("loads").expect("is there");
    assert_eq!(
        loaded.cards,
        [(ContactNo(0), Card::default()), (ContactNo(1), card("bob"))]
    );
}

/// Several at once are what each of them is by itself: with a snapshot, without one, absent, asked for twice.
pub fn several_accounts_are_loaded_in_the_order_asked(home: &dyn Home) {
    let (store, owner) = opened(home);
    for name in ["acme", "globex", "initech"] {
        accept(&*store, append(name, &owner, 0, &["a", "b"]));
    }
    store
        .put_snapshot(&account("globex"), &snapshot_at(&*store, "globex", 1))
        .expect("writes");
    let asked = ["initech", "nobody", "globex", "acme", "initech"].map(account);
    let loaded = store.load_many(&asked);
    assert_eq!(loaded.len(), asked.len());
    for (account, loaded) in asked.iter().zip(loaded) {
        let alone = store.load(account).expect("loads");
        let loaded = loaded.expect("loads");
        assert_eq!(format!("{loaded:?}"), format!("{alone:?}"), "{account}");
    }
    assert!(store.load_many(&[]).is_empty());
}

/// A snapshot at any record, between appends or within one, plus the tail is the whole history.
pub fn snapshot_and_tail_are_the_whole_journal(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a", "b", "c"]));
    accept(&*store, append("acme", &owner, 3, &["d"]));
    let whole = store
        .history(&account("acme"), Seq(0), usize::MAX)
        .expect("reads");
    for seq in 1..=4 {
        let snapshot = snapshot_at(&*store, "acme", seq);
        store.put_snapshot(&account("acme"), &snapshot).expect("writes");
        let loaded = store.load(&account("acme")).expect("loads").expect("is there");
        assert_eq!(loaded.snapshot.as_ref(), Some(&snapshot));
        let tail_from = usize::try_from(seq).expect("small");
        assert_eq!(
            loaded.tail,
            whole.iter().skip(tail_from).cloned().collect::<Vec<_>>(),
            "from {seq}"
        );
    }
}

/// Without snapshots the journal gives the same account.
pub fn deleting_all_snapshots_loses_nothing(home: &dyn Home) {
    let (store, owner) = opened(home);
    for name in ["acme", "globex"] {
        accept(&*store, append(name, &owner, 0, &["a", "b"]));
        store
            .put_snapshot(&account(name), &snapshot_at(&*store, name, 2))
            .expect("writes");
    }
    store.delete_snapshots().expect("deletes");
    for name in ["acme", "globex"] {
        let loaded = store.load(&account(name)).expect("loads").expect("is there");
        assert_eq!(
            (loaded.snapshot, loaded.tail.len(), loaded.seq),
            (None, 2, Seq(2))
        );
    }
}

/// A snapshot cannot claim records that are not there.
pub fn a_snapshot_ahead_of_the_journal_is_refused(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a"]));
    let mut snapshot = snapshot_at(&*store, "acme", 1);
    snapshot.seq = Seq(2);
    let answer = store.put_snapshot(&account("acme"), &snapshot);
    assert!(
        matches!(answer, Err(Error::SequenceMismatch { found: Seq(1), .. })),
        "{answer:?}"
    );
}

/// Any stretch of the history is given, across and within appends.
pub fn history_gives_every_stretch(home: &dyn Home) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a", "b", "c"]));
    accept(&*store, append("acme", &owner, 3, &["d"]));
    accept(&*store, append("acme", &owner, 4, &["e", "f"]));
    for after in 0..=7_u64 {
        for limit in 0..=7_usize {
            let stretch = store.history(&account("acme"), Seq(after), limit).expect("reads");
            let seqs: Vec<u64> = stretch.iter().map(|record| record.seq.0).collect();
            let expected: Vec<u64> = (after + 1..=6).take(limit).collect();
            assert_eq!(seqs, expected, "after {after}, at most {limit}");
        }
    }
}

/// Condenses an account's records `first` to `last`, all of them signals of different instants.
///
/// # Errors
/// As [`Store::condense`] refuses.
pub fn condense(
    store: &dyn Store,
    owner: &OwnerToken,
    name: &str,
    range: (u64, u64),
) -> Result<(), AppendRefusal> {
    let stretch = stretch_of(store, owner, name, range);
    store.condense(&stretch).expect("the store works")
}

fn stretch_of(store: &dyn Store, owner: &OwnerToken, name: &str, (first, last): (u64, u64)) -> Stretch {
    let mut records = store
        .history(&account(name), Seq(first - 1), usize::MAX)
        .expect("reads");
    records.retain(|record| record.seq <= Seq(last));
    let mut forgotten = Vec::new();
    for record in &mut records {
        if let Event::SignalRecorded(signal) = &mut record.event {
            let condensed = SignalId::condensed(0, record.seq);
            forgotten.push(std::mem::replace(&mut signal.id, condensed));
        }
    }
    Stretch {
        account: account(name),
        owner: owner.clone(),
        records,
        forgotten,
    }
}

/// Five records in three appends, the first two of them condensed.
fn condensed_home(home: &dyn Home) -> (Arc<dyn Store>, OwnerToken) {
    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 0, &["a", "b"]));
    accept(&*store, append("acme", &owner, 2, &["c"]));
    accept(&*store, append("acme", &owner, 3, &["d", "e"]));
    accept(&*store, append("acme-2", &owner, 0, &["a"]));
    assert_eq!(condense(&*store, &owner, "acme", (1, 3)), Ok(()));
    (store, owner)
}

/// Records keep their numbers, whether one reads from the start, from within or past it, now and after a restart; the next
/// stretch and the next append go on from there.
pub fn a_condensed_stretch_is_read_in_its_place(home: &dyn Home) {
    let (store, owner) = condensed_home(home);
    let id = |seq: u64| SignalId::condensed(0, Seq(seq)).as_str().to_owned();
    let expected = [id(1), id(2), id(3), "d".to_owned(), "e".to_owned()];
    assert_eq!(recorded_ids(&*store, "acme"), expected);
    assert_eq!(recorded_ids(&*store, "acme-2"), ["a"]);
    let first_whole = |store: &dyn Store| {
        let record = store.first_whole(&account("acme")).expect("reads");
        record.map(|record| record.seq.0)
    };
    assert_eq!(first_whole(&*store), Some(4));
    for after in 0..=6_u64 {
        for limit in 0..=6_usize {
            let stretch = store.history(&account("acme"), Seq(after), limit).expect("reads");
            let seqs: Vec<u64> = stretch.iter().map(|record| record.seq.0).collect();
            let expected: Vec<u64> = (after + 1..=5).take(limit).collect();
            assert_eq!(seqs, expected, "after {after}, at most {limit}");
        }
    }
    accept(&*store, append("acme", &owner, 5, &["f"]));
    assert_eq!(condense(&*store, &owner, "acme", (4, 6)), Ok(()));
    assert_eq!(first_whole(&*store), None);
    drop(store);

    let (store, owner) = opened(home);
    accept(&*store, append("acme", &owner, 6, &["g"]));
    assert_eq!(first_whole(&*store), Some(7));
    let mut expected: Vec<String> = (1..=6).map(id).collect();
    expected.push("g".to_owned());
    assert_eq!(recorded_ids(&*store, "acme"), expected);
    let loaded = store.load(&account("acme")).expect("reads").expect("is there");
    assert_eq!(loaded.tail.len(), 7);
    store
        .put_snapshot(&account("acme"), &snapshot_at(&*store, "acme", 2))
        .expect("saved");
    let loaded = store.load(&account("acme")).expect("reads").expect("is there");
    assert_eq!(loaded.tail.first().map(|record| record.seq), Some(Seq(3)));
}

/// An id that is gone is recorded again like a new one; those that are left are still refused.
pub fn a_condensed_id_is_known_no_more(home: &dyn Home) {
    let (store, owner) = condensed_home(home);
    let ids = ["a", "c", "d"].map(SignalId::trusted).to_vec();
    let known = store.known_ids(&[(account("acme"), ids)]).expect("reads");
    assert_eq!(known.known, [[false, false, true]]);
    accept(&*store, append("acme", &owner, 5, &["a"]));
    let mut again = append("acme", &owner, 6, &["d"]);
    again.ids_known_at = known.mark;
    assert!(matches!(
        commit_one(&*store, again),
        Err(AppendRefusal::DuplicateId { .. })
    ));
    let other = store
        .known_ids(&[(account("acme-2"), vec![SignalId::trusted("a")])])
        .expect("reads");
    assert_eq!(other.known, [[true]]);
}

/// Nothing changes when the owner is stale, or the stretch begins elsewhere than at the first whole record or ends after
/// the last.
pub fn condensing_is_refused_to_a_stale_owner_and_elsewhere_than_at_the_first_whole_record(home: &dyn Home) {
    let (store, stale) = condensed_home(home);
    let owner = store.acquire().expect("ownership is free");
    let before = recorded_ids(&*store, "acme");
    assert!(matches!(
        condense(&*store, &stale, "acme", (4, 5)),
        Err(AppendRefusal::StaleOwner { .. })
    ));
    let mut too_long = stretch_of(&*store, &owner, "acme", (4, 5));
    let mut after = too_long.records.clone();
    for record in &mut after {
        record.seq.0 += 2;
    }
    too_long.records.extend(after);
    for stretch in [
        stretch_of(&*store, &owner, "acme", (3, 5)),
        stretch_of(&*store, &owner, "acme", (5, 5)),
        too_long,
    ] {
        let refused = store.condense(&stretch).expect("the store works");
        assert!(
            matches!(refused, Err(AppendRefusal::SequenceMismatch { .. })),
            "{stretch:?}"
        );
    }
    assert_eq!(recorded_ids(&*store, "acme"), before);
    assert_eq!(condense(&*store, &owner, "acme", (4, 5)), Ok(()));
}

/// What an append holds after the stretch's end stays as it is until its turn comes.
pub fn a_stretch_may_end_within_an_append(home: &dyn Home) {
    let (store, owner) = condensed_home(home);
    let ids = |expected: [Option<&str>; 2]| {
        let recorded = recorded_ids(&*store, "acme");
        let condensed = |seq| SignalId::condensed(0, Seq(seq)).as_str().to_owned();
        let expected = [4, 5].map(|seq: u64| {
            let id = expected.get(usize::try_from(seq - 4).expect("small"));
            id.copied()
                .flatten()
                .map_or_else(|| condensed(seq), str::to_owned)
        });
        assert_eq!(recorded.get(3..), Some(expected.as_slice()));
        let first = store.first_whole(&account("acme")).expect("reads");
        first.map(|record| record.seq.0)
    };
    assert_eq!(condense(&*store, &owner, "acme", (4, 4)), Ok(()));
    assert_eq!(ids([None, Some("e")]), Some(5));
    let history = store.history(&account("acme"), Seq(4), 9).expect("reads");
    assert_eq!(history.len(), 1);
    assert_eq!(condense(&*store, &owner, "acme", (5, 5)), Ok(()));
    assert_eq!(ids([None, None]), None);
}

/// One account's id may be the start of another's.
pub fn accounts_with_names_that_start_alike_stay_apart(home: &dyn Home) {
    let (store, owner) = opened(home);
    let names = ["a", "a.b", "a b", "ab", "ä"];
    for name in names {
        let mut one = append(name, &owner, 0, &[name]);
        one.cards.push((ContactNo(0), card(name)));
        one.notices.push(name.as_bytes().to_vec());
        accept(&*store, one);
    }
    for name in names {
        let loaded = store.load(&account(name)).expect("loads").expect("is there");
        assert_eq!(
            (loaded.tail.len(), loaded.cards),
            (1, vec![(ContactNo(0), card(name))]),
            "{name}"
        );
        assert_eq!(recorded_ids(&*store, name), [name]);
        let notices = store.notices(&account(name), NoticeNo(0), 10).expect("reads");
        assert_eq!(notices.len(), 1, "{name}");
    }
}

/// Notices are numbered on and come in that order, from wherever one asks.
pub fn notices_keep_their_order(home: &dyn Home) {
    let (store, owner) = opened(home);
    let mut first = append("acme", &owner, 0, &["a"]);
    first.notices = vec![b"one".to_vec(), b"two".to_vec()];
    accept(&*store, first);
    let mut second = append("acme", &owner, 1, &["b"]);
    second.notices = vec![b"three".to_vec()];
    accept(&*store, second);
    let all = store.notices(&account("acme"), NoticeNo(0), 10).expect("reads");
    let seen: Vec<(u64, u64, &[u8])> = all
        .iter()
        .map(|notice| (notice.no.0, notice.seq.0, notice.bytes.as_slice()))
        .collect();
    assert_eq!(
        seen,
        [(1, 1, b"one".as_slice()), (2, 1, b"two"), (3, 2, b"three")]
    );
    let some = store.notices(&account("acme"), NoticeNo(1), 1).expect("reads");
    assert_eq!(some, all.get(1..2).expect("three of them"));
    assert_eq!(
        store.notices(&account("acme"), NoticeNo(3), 10).expect("reads"),
        []
    );
}

/// Each account's newest summary, once.
pub fn summaries_are_handed_out_as_committed(home: &dyn Home) {
    let (store, owner) = opened(home);
    for name in ["b", "a", "c"] {
        let mut one = append(name, &owner, 0, &["x"]);
        one.summary = vec![0, 255, 7];
        accept(&*store, one);
    }
    let mut newer = append("a", &owner, 1, &["y"]);
    newer.summary = b"newest".to_vec();
    newer.notices.push(b"entered".to_vec());
    accept(&*store, newer);
    let mut seen = Vec::new();
    store
        .scan_summaries(&mut |row| {
            let content = row.content.expect("sound");
            seen.push((
                row.account.to_owned(),
                content.seq.0,
                content.notices.0,
                content.summary.to_vec(),
            ));
        })
        .expect("scans");
    seen.sort_unstable();
    let raw = vec![0, 255, 7];
    assert_eq!(
        seen,
        [
            ("a".to_owned(), 2, 1, b"newest".to_vec()),
            ("b".to_owned(), 1, 0, raw.clone()),
            ("c".to_owned(), 1, 0, raw),
        ]
    );
}

/// Documents are found by name, listed by collection and start of the key, replaced and deleted.
pub fn documents_come_back_and_go(home: &dyn Home) {
    let (store, _) = opened(home);
    assert_eq!(store.get_doc("models", "1").expect("reads"), None);
    for (collection, key) in [
        ("models", "10"),
        ("models", "1"),
        ("models", "2"),
        ("model", "s1"),
    ] {
        store
            .put_doc(collection, key, format!("{collection} {key}").into_bytes())
            .expect("writes");
    }
    store
        .put_doc("models", "2", b"replaced".to_vec())
        .expect("writes");
    store
        .put_doc("models", "", Vec::new())
        .expect("an empty key and an empty document are fine");
    let list = |prefix: &str| {
        let mut seen = Vec::new();
        store
            .scan_docs("models", prefix, &mut |key, doc| {
                seen.push(format!("{key}={}", String::from_utf8_lossy(doc)));
            })
            .expect("scans");
        seen
    };
    assert_eq!(list(""), ["=", "1=models 1", "10=models 10", "2=replaced"]);
    assert_eq!(list("1"), ["1=models 1", "10=models 10"]);
    store.delete_doc("models", "1").expect("deletes");
    store.delete_doc("models", "never there").expect("deletes");
    assert_eq!(list("1"), ["10=models 10"]);
    assert_eq!(
        store.get_doc("model", "s1").expect("reads"),
        Some(b"model s1".to_vec())
    );
}

/// Several documents are written at once, the last write of a key wins.
pub fn documents_are_written_together(home: &dyn Home) {
    let (store, _) = opened(home);
    let write = |key: &str, value: Option<&[u8]>| DocWrite {
        collection: "waiting".to_owned(),
        key: key.to_owned(),
        value: value.map(<[u8]>::to_vec),
    };
    store.put_doc("waiting", "gone", b"x".to_vec()).expect("writes");
    store
        .write_docs(vec![
            write("a", Some(b"1")),
            write("gone", None),
            write("b", Some(b"2")),
            write("c", Some(b"4")),
            write("a", Some(b"3")),
            write("c", None),
        ])
        .expect("writes");
    drop(store);
    let store = home.open();
    let mut seen = Vec::new();
    store
        .scan_docs("waiting", "", &mut |key, doc| {
            seen.push((key.to_owned(), doc.to_vec()));
        })
        .expect("scans");
    assert_eq!(
        seen,
        [("a".to_owned(), b"3".to_vec()), ("b".to_owned(), b"2".to_vec())]
    );
}

/// An outline has all of an account but records and notices, and says how many of those there are.
pub fn an_outline_is_the_account_without_its_records(home: &dyn Home) {
    let (store, owner) = opened(home);
    assert_eq!(store.outline(&account("acme")).expect("reads"), None);
    let mut first = append("acme", &owner, 0, &["a", "b"]);
    first.cards = vec![(ContactNo(0), card("ada")), (ContactNo(7), card("bob"))];
    first.notices = vec![b"entered".to_vec(), b"left".to_vec()];
    accept(&*store, first.clone());
    let mut second = append("acme", &owner, 2, &["c"]);
    second.cards = vec![(ContactNo(7), card("rob"))];
    accept(&*store, second.clone());
    let snapshot = snapshot_at(&*store, "acme", 2);
    store.put_snapshot(&account("acme"), &snapshot).expect("writes");
    let outline = store.outline(&account("acme")).expect("reads").expect("is there");
    assert_eq!((outline.seq, outline.notices), (Seq(3), NoticeNo(2)));
    assert_eq!(outline.summary, second.summary);
    assert_eq!(
        outline.cards,
        [(ContactNo(0), card("ada")), (ContactNo(7), card("rob"))]
    );
    assert_eq!(outline.snapshot, Some(snapshot));
}

/// Every collection with a document is named, after a restart too.
pub fn collections_are_named(home: &dyn Home) {
    let (store, _) = opened(home);
    for (collection, key) in [("rows", "1"), ("models", "1"), ("row", "1"), ("models", "2")] {
        store.put_doc(collection, key, b"text".to_vec()).expect("writes");
    }
    let check = |store: &dyn Store| {
        let mut named = store.collections().expect("reads");
        // One that never had a document may be named as well.
        named.retain(|name| {
            let mut documents = 0;
            store
                .scan_docs(name, "", &mut |_, _| documents += 1)
                .expect("reads");
            documents > 0
        });
        assert_eq!(named, ["models", "row", "rows"]);
    };
    check(&*store);
    drop(store);
    check(&*opened(home).0);
}

/// A document whose name cannot be stored is refused, and so is what comes with it.
pub fn an_unstorable_document_is_refused(home: &dyn Home) {
    let (store, _) = opened(home);
    let write = |collection: &str, key: &str| DocWrite {
        collection: collection.to_owned(),
        key: key.to_owned(),
        value: Some(Vec::new()),
    };
    let long = "x".repeat(100_000);
    for bad in [write("a\0b", "k"), write("", "k"), write("docs", &long)] {
        let answer = store.write_docs(vec![write("docs", "good"), bad]);
        assert!(matches!(answer, Err(Error::Unstorable { .. })), "{answer:?}");
    }
    assert_eq!(store.get_doc("docs", "good").expect("reads"), None);
}

/// Nothing to do is done at once.
pub fn an_empty_group_is_no_error(home: &dyn Home) {
    let (store, _) = opened(home);
    assert_eq!(store.commit(Vec::new()).expect("works"), []);
    store.write_docs(Vec::new()).expect("works");
    assert_eq!(
        store.known_ids(&[]).expect("works").known,
        Vec::<Vec<bool>>::new()
    );
}
