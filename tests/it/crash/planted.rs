//! The checker is checked: a loss and a double that were put into the store by hand are found. Without this, a campaign
//! that finds nothing proves nothing.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use quorate_domain::account::Event;
use quorate_domain::id::{AccountId, Seq};
use quorate_store::{Append, EmbeddedOptions, EmbeddedStore, Store};
use quorate_testkit::{Deadline, Launch, QuorateProcess, RedisServer, SignalKey, SplitMix64};
use serde_json::json;

use super::campaign::{Campaign, ON_DISK, now_ms};
use super::redis::over_redis;
use super::senders::Agreed;
use super::serve;

const REDIS: Agreed = Agreed {
    durability: "redis-fsync",
    may_be_away: true,
};

/// A campaign over a server that has lived through some signals and was found sound.
fn sound(folder: &Path, launch: Launch, agreed: Agreed) -> (Campaign, QuorateProcess, SplitMix64) {
    let seed = now_ms().unsigned_abs();
    eprintln!("seed {seed}");
    let mut random = SplitMix64::new(seed);
    let server = launch.start();
    let mut campaign = Campaign::begin(folder, agreed, &mut random);
    Campaign::introduce(&server.client());
    let server = live(&mut campaign, server, &mut random);
    (campaign, server, random)
}

/// Sends signals for a while, kills the server, starts it again, and finds it sound.
fn live(campaign: &mut Campaign, server: QuorateProcess, random: &mut SplitMix64) -> QuorateProcess {
    let senders = campaign.send(&server, 0, random);
    senders.run_for(Duration::from_millis(250));
    let server = server.kill9().start();
    senders.join();
    campaign.send_the_unanswered_again(&server.client());
    campaign.nothing_is_lost_or_doubled(&server.client());
    server
}

/// Checks that the campaign's own check fails and says so.
#[track_caller]
fn check_found(campaign: &Campaign, server: &QuorateProcess, word: &str, key: &SignalKey) {
    let client = server.client();
    let found = catch_unwind(AssertUnwindSafe(|| campaign.nothing_is_lost_or_doubled(&client)));
    let complaint = found.expect_err("the check passed over what was planted");
    let complaint = complaint.downcast_ref::<String>().cloned().unwrap_or_default();
    assert!(
        complaint.contains(&format!("{word}: [")) && complaint.contains(&key.1),
        "{complaint}"
    );
}

/// Checks that exactly the planted losses are found.
#[track_caller]
fn check_lost(campaign: &Campaign, server: &QuorateProcess, before: &BTreeSet<SignalKey>) {
    let audit = campaign.audit(&server.client());
    let lost: BTreeSet<SignalKey> = audit.lost.iter().cloned().collect();
    let planted: BTreeSet<SignalKey> = campaign.acknowledged_keys().difference(before).cloned().collect();
    assert!(!planted.is_empty(), "nothing was lost: this proves nothing");
    assert_eq!(lost, planted);
    assert!(audit.doubled.is_empty() && audit.strange.is_empty(), "{audit:#?}");
    check_found(campaign, server, "lost", lost.first().unwrap());
}

#[test]
fn a_loss_planted_in_a_folder_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (mut campaign, server, mut random) = sound(folder.path(), serve(&data), ON_DISK);
    let (_, launch) = server.terminate(Deadline::seconds(20));
    let old = folder.path().join("old");
    copy(&data, &old);
    let before = campaign.acknowledged_keys();
    let server = live(&mut campaign, launch.start(), &mut random);
    // A whole store, only an older one: nothing but a ledger can tell.
    let (_, launch) = server.terminate(Deadline::seconds(20));
    fs::remove_dir_all(&data).unwrap();
    fs::rename(&old, &data).unwrap();
    check_lost(&campaign, &launch.start(), &before);
}

#[test]
fn a_double_planted_in_a_folder_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (campaign, server, _) = sound(folder.path(), serve(&data), ON_DISK);
    let signal = campaign.any_acknowledged();
    let (_, launch) = server.terminate(Deadline::seconds(20));
    let store = EmbeddedStore::open(&data, EmbeddedOptions::default()).unwrap();
    let account = AccountId::trusted(signal.account.as_str());
    let outline = store.outline(&account).unwrap().unwrap();
    let mut record = store
        .history(&account, Seq(0), usize::MAX)
        .unwrap()
        .into_iter()
        .find(
            |record| matches!(&record.event, Event::SignalRecorded(found) if found.id.as_str() == signal.id),
        )
        .unwrap();
    record.seq = Seq(outline.seq.0 + 1);
    let append = Append {
        account,
        owner: store.acquire().unwrap(),
        expected: outline.seq,
        records: vec![record],
        cards: Vec::new(),
        notices: Vec::new(),
        summary: outline.summary,
        // A lie: the id is there. The store believes what it is told of the time before it was opened.
        ids_known_at: store.known_ids(&[]).unwrap().mark,
    };
    store.commit(vec![append]).unwrap().remove(0).unwrap();
    drop(store);
    let server = launch.start();
    let key = (signal.account, signal.id);
    assert_eq!(campaign.audit(&server.client()).doubled, [(key.clone(), 2)]);
    check_found(&campaign, &server, "doubled", &key);
}

/// Returns the names of the keys that a pattern finds.
fn keys(redis: &RedisServer, pattern: &str) -> Vec<String> {
    let answer = redis.ask(&["KEYS", pattern]).unwrap();
    answer
        .lines()
        .filter(|line| line.starts_with("quorate:"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_loss_planted_in_redis_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("redis");
    let mut redis = RedisServer::start(&data, &[]);
    let launch = over_redis(&folder.path().join("data"), &redis.url(), "0");
    let (mut campaign, server, mut random) = sound(folder.path(), launch, REDIS);
    let before = campaign.acknowledged_keys();
    let (_, launch) = server.terminate(Deadline::seconds(20));
    let old = folder.path().join("old");
    redis.kill();
    copy(&data, &old);
    redis.restart();
    let server = live(&mut campaign, launch.start(), &mut random);
    // A whole store, only an older one: nothing but a ledger can tell.
    let (_, launch) = server.terminate(Deadline::seconds(20));
    redis.kill();
    fs::remove_dir_all(&data).unwrap();
    fs::rename(&old, &data).unwrap();
    redis.restart();
    check_lost(&campaign, &launch.start(), &before);
}

#[test]
fn a_double_planted_in_redis_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    let launch = over_redis(&folder.path().join("data"), &redis.url(), "0");
    let (campaign, server, _) = sound(folder.path(), launch, REDIS);
    let signal = campaign.any_acknowledged();
    let (_, launch) = server.terminate(Deadline::seconds(20));
    // What Redis knows of the account's ids is gone: it takes one of them a second time.
    let ids = keys(&redis, &format!("quorate:{{p:*}}:ids:{}", signal.account));
    assert_eq!(ids.len(), 1, "{ids:?}");
    redis.ask(&["DEL", &ids[0]]).unwrap();
    let server = launch.start();
    let answer = server.client().post("/v1/signals", &signal.to_json()).json();
    assert_eq!(answer["accepted"], json!(1), "{answer}");
    let key = (signal.account, signal.id);
    assert_eq!(campaign.audit(&server.client()).doubled, [(key.clone(), 2)]);
    check_found(&campaign, &server, "doubled", &key);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
