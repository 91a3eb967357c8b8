//! A server that was killed in the middle of a write and started twice: what it acknowledged in between is there.

use std::path::PathBuf;

use quorate_domain::id::AccountId;
use quorate_store::contract::{append, recorded_ids};
use quorate_store::{Error, Store};
use quorate_store_redis::{Login, RedisStore};
use quorate_testkit::Deadline;

use crate::home::Single;

/// What a killed server leaves of a function's effects: a transaction without its end.
const HALF_A_TRANSACTION: &[u8] =
    b"*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$5\r\ntorn1\r\n$1\r\nv\r\n*3\r\n$3\r\nSET\r\n$5\r\nto";

/// Kills the server so that its file ends in the middle of a transaction, and starts it again.
fn kill_in_the_middle(home: &mut Single) {
    let answer = home.server.ask(&["CONFIG", "GET", "dir"]).unwrap();
    let folder = PathBuf::from(answer.lines().last().unwrap()).join("appendonlydir");
    home.server.kill();
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let newest = files
        .filter(|file| file.to_string_lossy().ends_with(".incr.aof"))
        .max_by_key(|file| std::fs::metadata(file).unwrap().modified().unwrap())
        .unwrap();
    let mut bytes = std::fs::read(&newest).unwrap();
    bytes.extend_from_slice(HALF_A_TRANSACTION);
    std::fs::write(&newest, bytes).unwrap();
    home.server.restart();
    assert!(home.server.log_text().contains("Truncating the AOF"));
}

/// Checks that what nobody acknowledged was not carried out with what came after it.
#[track_caller]
fn check_nothing_torn(home: &Single) {
    assert!(home.server.ask(&["EXISTS", "torn1"]).unwrap().starts_with(":0"));
    assert!(!home.server.log_text().contains("can not be nested"));
}

fn eventually<T>(what: &str, mut act: impl FnMut() -> Result<T, Error>) -> T {
    Deadline::seconds(30).wait(what, || act().map_err(|error| error.to_string()))
}

#[test]
fn what_is_acknowledged_between_two_restarts_is_there() {
    let mut home = Single::new();
    let (store, owner) = home.under_store();
    let mut expected = 0;
    for round in 0..3 {
        kill_in_the_middle(&mut home);
        for turn in 0..5 {
            let id = format!("{round}-{turn}");
            // A half-known outcome would be written: the server is not killed while this writes.
            let answers = eventually("a write", || {
                store.commit(vec![append("acme", &owner, expected, &[&id])])
            });
            assert!(answers[0].is_ok(), "{answers:?}");
            expected += 1;
        }
    }
    kill_in_the_middle(&mut home);
    let found = eventually("a read", || store.load(&AccountId::trusted("acme")));
    assert_eq!(found.unwrap().seq.0, expected);
    assert_eq!(recorded_ids(&store, "acme").len(), 15);
    check_nothing_torn(&home);
}

#[test]
fn a_document_written_between_two_restarts_is_there() {
    let mut home = Single::new();
    let (store, _owner) = home.under_store();
    kill_in_the_middle(&mut home);
    eventually("a write", || store.put_doc("keys", "k", b"v".to_vec()));
    home.server.kill();
    home.server.restart();
    let found = eventually("a read", || store.get_doc("keys", "k"));
    assert_eq!(found.as_deref(), Some(&b"v"[..]));
    check_nothing_torn(&home);
}

#[test]
fn a_store_opened_over_a_server_that_was_restarted_is_safe_as_well() {
    let mut home = Single::new();
    drop(home.under_store());
    kill_in_the_middle(&mut home);
    let (store, owner) = home.under_store();
    assert!(store.commit(vec![append("acme", &owner, 0, &["a"])]).unwrap()[0].is_ok());
    drop(store);
    home.server.kill();
    home.server.restart();
    let (store, _owner) = home.under_store();
    assert_eq!(recorded_ids(&store, "acme"), ["a"]);
    check_nothing_torn(&home);
}

#[test]
fn a_server_is_not_told_to_write_its_file_anew_twice() {
    let home = Single::new();
    for _ in 0..3 {
        drop(home.under_store());
    }
    let info = home.server.ask(&["INFO", "persistence"]).unwrap();
    assert!(info.contains("aof_rewrites:1\r\n"), "{info}");
}

#[test]
fn while_a_server_writes_its_file_anew_accounts_are_read_and_nothing_is_written() {
    let mut home = Single::new();
    let (store, owner) = home.under_store();
    assert!(store.commit(vec![append("acme", &owner, 0, &["a"])]).unwrap()[0].is_ok());
    home.server.kill();
    home.server.restart();
    // Every key takes it three seconds.
    let slow = home
        .server
        .ask(&["CONFIG", "SET", "rdb-key-save-delay", "3000000"])
        .unwrap();
    assert!(slow.starts_with("+OK"), "{slow}");
    let commit = || store.commit(vec![append("acme", &owner, 1, &["b"])]);
    let refused = Deadline::seconds(30).wait("a refusal that says why", || match commit() {
        Err(error) if error.to_string().contains("append-only file anew") => Ok(error),
        other => Err(format!("{other:?}")),
    });
    assert!(refused.may_pass());
    assert_eq!(recorded_ids(&store, "acme"), ["a"]);
    let child = home
        .server
        .ask(&["CONFIG", "SET", "rdb-key-save-delay", "0"])
        .unwrap();
    assert!(child.starts_with("+OK"), "{child}");
    home.server.kill();
    home.server.restart();
    assert!(eventually("a write", commit)[0].is_ok());
}

#[test]
fn a_user_who_may_not_have_the_file_written_anew_is_told_what_to_do() {
    let home = Single::new();
    let answer = home
        .server
        .ask(&[
            "ACL",
            "SETUSER",
            "engine",
            "on",
            ">secret",
            "~*",
            "+@all",
            "-bgrewriteaof",
        ])
        .unwrap();
    assert!(answer.starts_with("+OK"), "{answer}");
    let mut options = home.under.options.clone();
    options.place.login = Some(Login::parse("engine:secret").unwrap());
    let store = RedisStore::open(options).unwrap();
    let refused = store.acquire().unwrap_err();
    assert!(
        refused.to_string().contains("allow the user `+bgrewriteaof`"),
        "{refused}"
    );
    // Or by hand, as the message says.
    let done = home.server.ask(&["BGREWRITEAOF"]).unwrap();
    assert!(done.starts_with('+'), "{done}");
    eventually("a start", || store.acquire());
}

#[test]
fn a_server_that_fails_to_write_its_file_anew_later_on_goes_on() {
    let home = Single::new();
    drop(home.under_store());
    // It is told again, by somebody else, and the process that writes is killed.
    let slow = home
        .server
        .ask(&["CONFIG", "SET", "rdb-key-save-delay", "3000000"])
        .unwrap();
    assert!(slow.starts_with("+OK"), "{slow}");
    assert!(home.server.ask(&["BGREWRITEAOF"]).unwrap().starts_with('+'));
    let info = home.server.ask(&["INFO", "server"]).unwrap();
    let pid = info
        .lines()
        .find_map(|line| line.strip_prefix("process_id:"))
        .unwrap();
    let killed = std::process::Command::new("pkill")
        .args(["-9", "-P", pid.trim()])
        .status();
    assert!(killed.unwrap().success(), "no process writes the file");
    Deadline::seconds(10).wait("a failure", || {
        let info = home.server.ask(&["INFO", "persistence"]).unwrap();
        if info.contains("aof_last_bgrewrite_status:err") {
            Ok(())
        } else {
            Err(info)
        }
    });
    let (store, owner) = home.under_store();
    assert!(store.commit(vec![append("acme", &owner, 0, &["a"])]).unwrap()[0].is_ok());
}
