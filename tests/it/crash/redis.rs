//! The same over Redis: the server is killed, and Redis as well: alone, behind sentinels, in a cluster.

use std::path::Path;
use std::time::Duration;

use quorate_testkit::{
    Deadline, Launch, QuorateProcess, RedisCluster, RedisSentinels, RedisServer, SplitMix64, rounds,
};

use super::campaign::{Campaign, now_ms};
use super::senders::Agreed;
use super::{BINARY, serve, start_again};

/// Rounds over one store, after which a new one is begun: the audit reads everything at each round.
const ROUNDS_OF_A_STORE: usize = 5;

pub(super) fn over_redis(data: &Path, url: &str, replicas: &str) -> Launch {
    Launch::serve(BINARY, data)
        .args(["--store", url])
        .env("QUORATE_REDIS__REPLICAS_MIN", replicas)
        // A killed server's lease is waited for.
        .env("QUORATE_REDIS__LEASE_MS", "600")
        .env("QUORATE_REDIS__ANSWER_TIMEOUT_MS", "1500")
}

/// Lives through rounds in which something dies while signals come in; returns how many were acknowledged.
fn live_through(
    rounds: usize,
    launch: impl Fn(&Path) -> Launch,
    durability: &'static str,
    mut strike: impl FnMut(&mut SplitMix64),
) -> usize {
    let seed = now_ms().unsigned_abs();
    eprintln!("seed {seed}");
    let mut random = SplitMix64::new(seed);
    let mut acknowledged = 0;
    let mut lived = 0;
    while lived < rounds {
        let now = (rounds - lived).min(ROUNDS_OF_A_STORE);
        let launch = |data: &Path| launch(data).env("QUORATE_REDIS__PREFIX", format!("after-{lived}"));
        acknowledged += live_in_one(now, launch, durability, &mut strike, &mut random);
        lived += now;
        eprintln!("{lived} rounds, {acknowledged} signals acknowledged");
    }
    acknowledged
}

fn live_in_one(
    rounds: usize,
    launch: impl Fn(&Path) -> Launch,
    durability: &'static str,
    strike: &mut impl FnMut(&mut SplitMix64),
    random: &mut SplitMix64,
) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let twin = serve(&folder.path().join("twin")).start();
    let mut server = launch(&folder.path().join("data")).start();
    let agreed = Agreed {
        durability,
        may_be_away: true,
    };
    let mut campaign = Campaign::begin(folder.path(), agreed, random);
    Campaign::introduce(&server.client());
    Campaign::introduce(&twin.client());
    for round in 0..rounds {
        let senders = campaign.send(&server, round, random);
        senders.run_for(moment(random));
        strike(random);
        wait_until_it_writes(&server);
        senders.run_for(moment(random));
        server = start_again(server, random);
        senders.join();
        let client = server.client();
        campaign.nothing_is_lost_or_doubled(&client);
        campaign.send_the_unanswered_again(&client);
        campaign.nothing_is_lost_or_doubled(&client);
    }
    campaign.tell(&twin.client());
    Campaign::both_stand_alike(&server.client(), &twin.client());
    campaign.acknowledged()
}

fn moment(random: &mut SplitMix64) -> Duration {
    Duration::from_micros(50_000 + random.below(300_000))
}

/// The process stays when its store is away, and takes writes again by itself.
pub(super) fn wait_until_it_writes(server: &QuorateProcess) {
    let signal = serde_json::json!({"id": "are-you-there", "account": "probe", "kind": "page.view"});
    Deadline::seconds(60).wait("a server that takes writes again", || {
        let answer = server.client().post("/v1/signals", &signal);
        if answer.status == 200 {
            Ok(())
        } else {
            Err(answer.text())
        }
    });
}

#[test]
fn redis_killed_under_load_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut redis = RedisServer::start(folder.path().join("redis"), &[]);
    let url = redis.url();
    let acknowledged = live_through(
        rounds(3, 100),
        |data| over_redis(data, &url, "0"),
        "redis-fsync",
        |_| {
            redis.kill();
            redis.restart();
        },
    );
    assert!(acknowledged > 100, "only {acknowledged}: this proves nothing");
}

#[test]
fn a_failover_under_load_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut redis = RedisSentinels::start(folder.path(), 2);
    let url = redis.url();
    let acknowledged = live_through(
        rounds(1, 40),
        |data| over_redis(data, &url, "1"),
        "redis-replica",
        |random| {
            redis.wait_replicas(2);
            let master = redis.master().unwrap();
            if random.happens(0.5) {
                let replica = (master + 1) % redis.servers.len();
                strike_replica(&mut redis, replica, random);
            }
            if random.happens(0.5) {
                redis.servers[master].kill();
                redis.wait_other_master(master);
                redis.servers[master].restart();
            } else {
                redis.servers[master].pause();
                redis.wait_other_master(master);
                redis.servers[master].go_on();
            }
        },
    );
    assert!(acknowledged > 100, "only {acknowledged}: this proves nothing");
}

/// Kills a replica and starts it again, or stops it until its master notices, and waits until it follows again.
fn strike_replica(redis: &mut RedisSentinels, replica: usize, random: &mut SplitMix64) {
    if random.happens(0.5) {
        redis.servers[replica].kill();
        redis.servers[replica].restart();
    } else {
        redis.servers[replica].pause();
        redis.wait_behind(replica);
        redis.servers[replica].go_on();
    }
    redis.wait_replicas(2);
}

/// Each master has one replica: while that is master, nobody receives its writes, and they are refused.
#[test]
fn a_failover_of_a_cluster_under_load_loses_nothing_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let mut redis = RedisCluster::start(folder.path());
    let url = redis.url();
    let acknowledged = live_through(
        rounds(1, 40),
        |data| over_redis(data, &url, "1"),
        "redis-replica",
        |random| {
            redis.wait_whole();
            let masters = redis.masters();
            let place = usize::try_from(random.below(3)).unwrap();
            let master = masters[place];
            if random.happens(0.5) {
                redis.servers[master].kill();
                redis.wait_failover(master);
                redis.servers[master].restart();
            } else {
                redis.servers[master].pause();
                redis.wait_failover(master);
                redis.servers[master].go_on();
            }
        },
    );
    assert!(acknowledged > 100, "only {acknowledged}: this proves nothing");
}

#[test]
fn whether_writes_are_taken_is_told_while_redis_is_away_and_when_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut redis = RedisServer::start(folder.path().join("redis"), &[]);
    let server = over_redis(&folder.path().join("data"), &redis.url(), "0").start();
    let wait = |status: u16, word: &str| {
        Deadline::seconds(30).wait("another readiness", || {
            let answer = server.client().get("/readyz");
            let told = answer.json();
            if (answer.status, told["status"].as_str()) == (status, Some(word)) {
                Ok(())
            } else {
                Err(format!("{} {told}", answer.status))
            }
        });
    };
    wait(200, "ready");
    redis.kill();
    wait(503, "store_away");
    redis.restart();
    wait(200, "ready");
}

#[test]
fn a_second_server_over_the_same_redis_waits_and_then_says_who_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    let first = over_redis(&folder.path().join("a"), &redis.url(), "0").start();
    let (status, log) =
        over_redis(&folder.path().join("b"), &redis.url(), "0").run_to_end(Deadline::seconds(30));
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(log.contains("is owned by another node"), "{log}");
    assert_eq!(first.client().get("/v1/accounts").status, 200);
}

#[test]
fn a_server_that_slept_past_its_lease_ends_when_it_finds_another_one_writing() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    let launch = |name: &str| over_redis(&folder.path().join(name), &redis.url(), "0");
    let mut first = launch("a").start();
    let key = first.key();
    first.signal("STOP");
    let second = launch("b").key(key).start();
    first.signal("CONT");
    let signal = serde_json::json!({"id": "late", "account": "acme", "kind": "page.view"});
    // Refused or cut off: either way it is not acknowledged.
    let answered = first
        .client()
        .send("POST", "/v1/signals", &[], quorate_testkit::Body::Json(&signal))
        .is_ok_and(|answer| answer.status == 200);
    assert!(!answered, "a stale owner acknowledged a write");
    let status = Deadline::seconds(30).wait("the end of the stale server", || {
        first.exit_status().ok_or_else(|| first.log())
    });
    assert_eq!(status.code(), Some(3), "{}", first.log());
    assert_eq!(second.client().post("/v1/signals", &signal).status, 200);
}
