//! A backup while signals come in: what comes back from it is whole, account by account.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use quorate_testkit::{Launch, RedisServer, SignalKey, SplitMix64};

use super::campaign::{Campaign, ON_DISK, now_ms};
use super::redis::over_redis;
use super::senders::Agreed;
use super::{BINARY, serve};

const REDIS: Agreed = Agreed {
    durability: "redis-fsync",
    may_be_away: true,
};

/// Runs a command to its end; returns what it printed.
#[track_caller]
fn run(args: &[&str]) -> String {
    let done = Command::new(BINARY).args(args).output().unwrap();
    assert!(
        done.status.success(),
        "{args:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// Backs a server up under load, fills another home from it, and looks at what is there.
fn backed_up_under_load(
    (source, agreed): (impl Fn(&Path) -> Launch, Agreed),
    (target, target_agreed): (impl Fn(&Path) -> Launch, Agreed),
    target_args: impl Fn(&Path) -> Vec<String>,
) {
    let seed = now_ms().unsigned_abs();
    eprintln!("seed {seed}");
    let mut random = SplitMix64::new(seed);
    let folder = tempfile::tempdir().unwrap();
    let server = source(&folder.path().join("source")).start();
    let mut campaign = Campaign::begin(folder.path(), agreed, &mut random);
    Campaign::introduce(&server.client());
    let archive = folder.path().join("under-load.archive");
    let archive = archive.to_str().unwrap();

    let senders = campaign.send(&server, 0, &mut random);
    senders.run_for(Duration::from_millis(300));
    let before = campaign.acknowledged_keys();
    let url = format!("http://{}", server.address());
    let key = server.key();
    let said = run(&["backup", "--to", archive, "--server", &url, "--key", &key]);
    let during = campaign.acknowledged_keys();
    senders.run_for(Duration::from_millis(100));
    let server = server.kill9().start();
    senders.join();
    assert!(
        during.len() > before.len(),
        "nothing was written meanwhile: this proves nothing"
    );

    let target_folder = folder.path().join("target");
    let mut words = vec![
        "import-archive".to_owned(),
        "--from".to_owned(),
        archive.to_owned(),
    ];
    words.extend(target_args(&target_folder));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let imported = run(&words);
    let digest = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("digest ")).unwrap();
        line.to_owned()
    };
    assert_eq!(digest(&imported), digest(&said));

    // The source's keys let in there, and its accounts are what they were at an instant during the backup.
    let restored = target(&target_folder).key(key).start();
    let held = Campaign::held(&restored.client());
    let set: BTreeSet<SignalKey> = held.iter().cloned().collect();
    assert_eq!(set.len(), held.len(), "a signal is there twice");
    let lost: Vec<&SignalKey> = before.difference(&set).collect();
    assert!(
        lost.is_empty(),
        "acknowledged before the backup and not in it: {lost:?}"
    );
    let in_source: BTreeSet<SignalKey> = Campaign::held(&server.client()).into_iter().collect();
    assert!(
        set.is_subset(&in_source),
        "the backup has what its source never had"
    );

    let twin = serve(&folder.path().join("twin")).start();
    Campaign::introduce(&twin.client());
    campaign.tell_those(&twin.client(), &set, ON_DISK);
    Campaign::both_stand_alike(&restored.client(), &twin.client());
    // It takes up where it was: what the source got later is told again, and only that is new.
    campaign.send_the_unanswered_again(&server.client());
    let all = campaign.acknowledged_keys();
    campaign.tell_those(&restored.client(), &all, target_agreed);
    campaign.no_signal_is_lost_or_doubled(&restored.client());
}

#[test]
fn a_backup_of_a_folder_under_load_comes_back_in_redis() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    backed_up_under_load(
        (serve, ON_DISK),
        (|data: &Path| over_redis(data, &redis.url(), "0"), REDIS),
        |_| vec!["--store".to_owned(), redis.url()],
    );
}

#[test]
fn a_backup_of_redis_under_load_comes_back_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    backed_up_under_load(
        (|data: &Path| over_redis(data, &redis.url(), "0"), REDIS),
        (serve, ON_DISK),
        |target| vec!["--data".to_owned(), target.to_str().unwrap().to_owned()],
    );
}
