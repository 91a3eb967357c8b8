//! Settings that lose acknowledged writes are refused, or every acknowledgement says so.

use quorate_store::{Durability, Error, Store};
use quorate_store_redis::{Login, RedisStore};

use crate::home::{Sentinels, Single};

#[track_caller]
fn check_refused(settings: &[&str], said: &str) {
    let home = Single::with(settings);
    match RedisStore::open(home.under.options.clone()).err() {
        Some(Error::Unsafe { faults, .. }) => {
            assert!(faults.iter().any(|fault| fault.contains(said)), "{faults:?}");
        }
        other => panic!("{other:?}"),
    }
    let mut accepting = home.under.options.clone();
    accepting.accept_loss_window = true;
    let store = RedisStore::open(accepting).unwrap();
    assert_eq!(store.durability(), Durability::Weak);
}

#[test]
fn safe_settings_are_accepted() {
    let (store, _) = Single::new().under_store();
    assert_eq!(store.durability(), Durability::RedisFsync);
}

#[test]
fn a_server_without_an_append_only_file_is_refused() {
    check_refused(&["--appendonly", "no"], "appendonly yes");
}

#[test]
fn a_server_that_syncs_every_second_is_refused() {
    check_refused(&["--appendfsync", "everysec"], "appendfsync always");
}

#[test]
fn a_server_that_syncs_nothing_while_it_writes_its_file_anew_is_refused() {
    check_refused(
        &["--no-appendfsync-on-rewrite", "yes"],
        "no-appendfsync-on-rewrite no",
    );
}

#[test]
fn a_server_that_evicts_is_refused() {
    check_refused(
        &["--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"],
        "noeviction",
    );
}

/// The rights of the sample in `deploy/`, without EVAL and CONFIG SET, without loading functions.
const ENGINE_USER: &str = "user engine on >secret ~quorate:* -@all +fcall +hget +hgetall +hscan +hsetnx +hset +hdel \
    +hmget +smismember +sismember +sadd +xadd +xrange +unlink +wait +multi +exec +info +bgrewriteaof \
    +acl|dryrun +time +config|get +cluster|slots";

#[test]
fn a_user_without_the_right_to_load_functions_needs_an_admin() {
    let home = Single::new();
    let acl: Vec<&str> = ENGINE_USER.split_whitespace().collect();
    let mut words = vec!["ACL", "SETUSER"];
    words.extend(&acl[1..]);
    let answer = home.server.ask(&words).unwrap();
    assert!(answer.starts_with("+OK"), "{answer}");
    let mut options = home.under.options.clone();
    options.place.login = Some(Login {
        user: "engine".to_owned(),
        password: "secret".to_owned(),
    });
    let refused = RedisStore::open(options.clone()).err();
    assert!(
        matches!(&refused, Some(Error::Unavailable { reason, .. }) if reason.contains("function")),
        "{refused:?}"
    );

    // Anybody with the right loads them once.
    drop(RedisStore::open(home.under.options.clone()).unwrap());
    let store = RedisStore::open(options).unwrap();
    let owner = store.acquire().unwrap();
    let answers = store
        .commit(vec![quorate_store::contract::append("acme", &owner, 0, &["a"])])
        .unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
    let mark = store.put_doc("keys", "k", b"v".to_vec());
    assert!(mark.is_ok(), "{mark:?}");
}

#[test]
fn a_server_that_is_full_refuses_and_goes_on_when_there_is_room() {
    let home = Single::with(&["--maxmemory", "4mb"]);
    let (store, owner) = home.under_store();
    let mut seq = 0;
    let failed = loop {
        let mut append = quorate_store::contract::append("acme", &owner, seq, &[&format!("s-{seq}")]);
        append.notices = vec![vec![7; 100_000]];
        match store.commit(vec![append]) {
            Ok(answers) => assert!(answers[0].is_ok(), "{answers:?}"),
            Err(error) => break error,
        }
        seq += 1;
        assert!(seq < 1_000, "never full");
    };
    assert!(failed.may_pass(), "{failed:?}");
    home.server.ask(&["CONFIG", "SET", "maxmemory", "0"]).unwrap();
    let loaded = store
        .load(&quorate_domain::id::AccountId::trusted("acme"))
        .unwrap()
        .unwrap();
    assert_eq!(loaded.seq.0, seq, "what was refused is not there, all else is");
    let answers = store
        .commit(vec![quorate_store::contract::append(
            "acme",
            &owner,
            seq,
            &["after"],
        )])
        .unwrap();
    assert!(answers[0].is_ok(), "{answers:?}");
}

/// The samples that `deploy/` gives to operators, as they are.
#[test]
fn a_redis_started_from_the_samples_is_safe_and_its_user_may_do_all_that_is_needed() {
    let deploy = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy");
    let folder = tempfile::tempdir().unwrap();
    let mut server = quorate_testkit::RedisServer::start_with(
        folder.path().join("redis"),
        &[
            &format!("{deploy}/redis.conf"),
            "--aclfile",
            &format!("{deploy}/redis-users.acl"),
        ],
    );
    let mut options = crate::home::options(&server.url(), 0);
    options.place.login = Some(Login::parse("quorate:change-me-engine").unwrap());
    options.admin = Some(Login::parse("quorate-admin:change-me-admin").unwrap());
    let store = RedisStore::open(options.clone()).unwrap();
    assert_eq!(store.durability(), Durability::RedisFsync);
    let owner = store.acquire().unwrap();
    let append = quorate_store::contract::append("acme", &owner, 0, &["a"]);
    assert!(store.commit(vec![append]).unwrap()[0].is_ok());
    let acme = quorate_domain::id::AccountId::trusted("acme");
    assert_eq!(store.load(&acme).unwrap().unwrap().seq.0, 1);
    assert_eq!(
        store
            .history(&acme, quorate_domain::id::Seq(0), 10)
            .unwrap()
            .len(),
        1
    );
    let asked = [(acme, vec![quorate_domain::id::SignalId::trusted("a")])];
    assert_eq!(store.known_ids(&asked).unwrap().known, [[true]]);
    store.put_doc("keys", "k", b"v".to_vec()).unwrap();
    store.delete_doc("keys", "k").unwrap();
    store.scan_summaries(&mut |_| {}).unwrap();
    store.delete_snapshots().unwrap();
    // A Redis reads its file with the rights of its default user, and drops what that may not do.
    drop(store);
    server.kill();
    server.restart();
    let store = RedisStore::open(options).unwrap();
    assert_eq!(quorate_store::contract::recorded_ids(&store, "acme"), ["a"]);
}

/// It would drop every transaction of its file at its next start, and Quorate would take it for a new store.
#[test]
fn a_server_whose_default_user_may_not_write_is_refused_whatever_is_accepted() {
    let home = Single::new();
    let safe = home
        .server
        .ask(&["ACL", "SETUSER", "engine", "on", ">secret", "~*", "+@all"]);
    assert!(safe.unwrap().starts_with("+OK"));
    let mut options = home.under.options.clone();
    options.place.login = Some(Login::parse("engine:secret").unwrap());
    options.accept_loss_window = true;
    drop(RedisStore::open(options.clone()).unwrap());
    let ask = |words: &[&str]| {
        let mut as_engine = home.server.ask_as("engine", "secret", words).unwrap();
        as_engine.truncate(3);
        assert_eq!(as_engine, "+OK");
    };
    ask(&["ACL", "SETUSER", "default", "off", "-@all"]);
    match RedisStore::open(options.clone()).err() {
        Some(Error::Unsafe { faults, .. }) => {
            assert!(faults[0].contains("user default off resetpass"), "{faults:?}");
        }
        other => panic!("{other:?}"),
    }
    ask(&[
        "ACL",
        "SETUSER",
        "default",
        "off",
        "resetpass",
        "~*",
        "&*",
        "+@all",
    ]);
    drop(RedisStore::open(options).unwrap());
}

#[test]
fn behind_sentinels_writes_wait_for_replicas_and_those_are_looked_at_too() {
    let home = Sentinels::start();
    let options = home.home().options;
    drop(RedisStore::open(options.clone()).unwrap());
    let check =
        |options: &quorate_store_redis::RedisOptions, said: &str| match RedisStore::open(options.clone())
            .err()
        {
            Some(Error::Unsafe { faults, .. }) => {
                assert!(faults.iter().any(|fault| fault.contains(said)), "{faults:?}");
            }
            other => panic!("{other:?}"),
        };
    let mut alone = options.clone();
    alone.replicas_min = 0;
    check(&alone, "redis.replicas_min = 1");
    alone.accept_loss_window = true;
    assert_eq!(RedisStore::open(alone).unwrap().durability(), Durability::Weak);

    let master = home.servers.master().unwrap();
    let replica = (0..3).find(|server| *server != master).unwrap();
    let replica = &home.servers.servers[replica];
    let set = replica
        .ask(&["CONFIG", "SET", "appendfsync", "everysec"])
        .unwrap();
    assert!(set.starts_with("+OK"), "{set}");
    check(
        &options,
        &format!(
            "{}, a replica: it syncs its append-only file everysec",
            replica.port()
        ),
    );
}
