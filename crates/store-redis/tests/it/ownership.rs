//! Two nodes that both believe they own the store.

use std::time::Duration;

use quorate_store::contract::{append, recorded_ids};
use quorate_store::{AppendRefusal, Error, Store};

use crate::home::Single;

#[test]
fn a_second_node_waits_for_the_lease_and_is_told_who_holds_it() {
    let home = Single::new();
    let (_first, _) = home.under_store();
    // The first one renews its lease all the while.
    let second = quorate_store_redis::RedisStore::open(home.under.options.clone()).unwrap();
    match second.acquire() {
        Err(Error::Held { left, .. }) => assert!(left <= home.under.options.lease, "{left:?}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_node_that_stood_still_past_its_lease_writes_nothing_more() {
    let home = Single::new();
    let mut sleepy = home.under.options.clone();
    sleepy.lease = Duration::from_millis(300);
    let first = quorate_store_redis::RedisStore::open(sleepy).unwrap();
    let old = first.acquire().unwrap();
    let answers = first.commit(vec![append("acme", &old, 0, &["a"])]).unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
    // As after SIGSTOP: nobody renews. Forgetting the store keeps its token in Redis, as a killed process does.
    first.stop_renewing();

    let (second, new) = home.under_store();
    assert_ne!(old, new);
    let answers = second.commit(vec![append("acme", &new, 1, &["b"])]).unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
    let answers = first.commit(vec![append("acme", &old, 2, &["c"])]).unwrap();
    assert_eq!(answers[0], Err(AppendRefusal::StaleOwner { token: old }));
    assert_eq!(recorded_ids(&second, "acme"), ["a", "b"]);
}

#[test]
fn an_orderly_end_frees_the_store_at_once() {
    let mut home = Single::new();
    // Longer than any test may run: one that waits for it fails by its deadline.
    home.under.options.lease = Duration::from_secs(3_600);
    let (first, _) = home.under_store();
    drop(first);
    let (_second, owner) = home.under_store();
    assert!(owner.0.starts_with("2:"), "{owner}");
}
