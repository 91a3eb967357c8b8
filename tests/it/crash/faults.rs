//! What machines do to a store: torn tails, flipped bytes, full disks, failing syncs, no memory, clocks that jump. The
//! built binary goes on, or stops with a clear error; either way every acknowledged signal is there once.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use quorate_testkit::{Deadline, FakeClock, Launch, QuorateProcess, RedisServer, SplitMix64, rounds};
use serde_json::{Value, json};

use super::campaign::{Campaign, now_ms};
use super::redis::{over_redis, wait_until_it_writes};
use super::senders::Agreed;
use super::{BINARY, serve};

/// Over a folder that may fail: until the process has ended, what waits is answered 503.
const FAILING: Agreed = Agreed {
    durability: "fsync",
    may_be_away: true,
};
const REDIS: Agreed = Agreed {
    durability: "redis-fsync",
    may_be_away: true,
};

/// A campaign that has begun, and chance.
fn begin(folder: &Path, agreed: Agreed, server: &QuorateProcess) -> (Campaign, SplitMix64) {
    let seed = now_ms().unsigned_abs();
    eprintln!("seed {seed}");
    let mut random = SplitMix64::new(seed);
    let campaign = Campaign::begin(folder, agreed, &mut random);
    Campaign::introduce(&server.client());
    (campaign, random)
}

/// Sends signals for a while and kills the server; returns how to start it again.
fn live_and_die(campaign: &mut Campaign, server: QuorateProcess, random: &mut SplitMix64) -> Launch {
    let senders = campaign.send(&server, 0, random);
    senders.run_for(Duration::from_millis(250));
    let launch = server.kill9();
    senders.join();
    launch
}

/// Finds everything there, once, and everything new taken.
#[track_caller]
fn check_sound(campaign: &Campaign, server: &QuorateProcess) {
    campaign.nothing_is_lost_or_doubled(&server.client());
    campaign.send_the_unanswered_again(&server.client());
    campaign.nothing_is_lost_or_doubled(&server.client());
    assert!(
        campaign.acknowledged() > 50,
        "only {} signals: this proves nothing",
        campaign.acknowledged()
    );
}

/// Sends signals until the server has ended by itself with code 3 (the store failed), and says why.
#[track_caller]
fn live_until_the_store_fails(
    campaign: &mut Campaign,
    mut server: QuorateProcess,
    random: &mut SplitMix64,
    why: &str,
) {
    let senders = campaign.send(&server, 1, random);
    let status = Deadline::seconds(60).wait("the end of the server", || {
        server.exit_status().ok_or_else(|| server.log())
    });
    senders.join();
    assert_eq!(status.code(), Some(3), "{}", server.log());
    Deadline::seconds(5).wait("its last words", || {
        let log = server.log();
        if log.contains("error: the store failed") && log.contains(why) {
            Ok(())
        } else {
            Err(log)
        }
    });
}

/// Starts what is not to start; returns what it said.
#[track_caller]
fn refused(launch: &Launch) -> String {
    let (status, log) = launch.run_to_end(Deadline::seconds(60));
    assert_eq!(status.code(), Some(1), "{log}");
    log
}

/// The newest journal file, and how many of its bytes are used.
fn journal(data: &Path) -> (PathBuf, usize) {
    let mut journals: Vec<PathBuf> = fs::read_dir(data.join("db"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "jnl"))
        .collect();
    journals.sort();
    let newest = journals.pop().unwrap();
    let used = fs::read(&newest)
        .unwrap()
        .iter()
        .rposition(|byte| *byte != 0)
        .unwrap()
        + 1;
    (newest, used)
}

fn write_at(file: &Path, at: usize, bytes: &[u8]) {
    let file = OpenOptions::new().write(true).open(file).unwrap();
    file.write_all_at(bytes, u64::try_from(at).unwrap()).unwrap();
}

#[test]
fn a_torn_journal_tail_is_cut_and_said_and_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = serve(&data).start();
    let (mut campaign, mut random) = begin(folder.path(), FAILING, &server);
    let launch = live_and_die(&mut campaign, server, &mut random);
    // A write that a power cut left half done: the start of a batch, and no end.
    let (journal, used) = journal(&data);
    let begun = fs::read(&journal).unwrap()[..60].to_vec();
    write_at(&journal, used, &begun);
    let server = launch.start();
    assert!(
        server
            .log()
            .contains("cut off a write that was never acknowledged"),
        "{}",
        server.log()
    );
    check_sound(&campaign, &server);
}

#[test]
fn a_journal_that_lost_or_flipped_a_byte_is_refused_by_name_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = serve(&data).start();
    let (mut campaign, mut random) = begin(folder.path(), FAILING, &server);
    let launch = live_and_die(&mut campaign, server, &mut random);
    let (journal, used) = journal(&data);
    let whole = fs::read(&journal).unwrap();
    let mut flipped = whole.clone();
    flipped[used / 2] ^= 4;
    // Half of it: what was written last may not have been acknowledged when the server was killed.
    let mut cut = whole.clone();
    cut[used / 2..].fill(0);
    for damaged in [flipped, cut] {
        fs::write(&journal, &damaged).unwrap();
        let log = refused(&launch);
        assert!(
            log.contains(&format!("the store at {} is damaged", data.display())),
            "{log}"
        );
        assert!(log.contains("restore it from a backup"), "{log}");
        assert!(fs::read(&journal).unwrap() == damaged, "the evidence was changed");
    }
    fs::write(&journal, &whole).unwrap();
    check_sound(&campaign, &launch.start());
}

#[test]
fn a_sync_that_fails_ends_the_server_and_nothing_acknowledged_is_lost() {
    for round in 0..rounds(2, 30) {
        let folder = tempfile::tempdir().unwrap();
        let server = serve(&folder.path().join("data")).start();
        let (mut campaign, mut random) = begin(folder.path(), FAILING, &server);
        let (_, launch) = server.terminate(Deadline::seconds(20));
        let fails_at = 10 + random.below(40);
        let inject = format!("inject=fdatasync:error=EIO:when={fails_at}");
        let traced = [
            "strace",
            "-D",
            "-f",
            "-qq",
            "-e",
            "trace=fdatasync",
            "-e",
            &inject,
            "-o",
            "/dev/null",
        ];
        let server = launch.clone().under(traced).start();
        live_until_the_store_fails(&mut campaign, server, &mut random, "failed while it was to write");
        eprintln!("round {round}: sync {fails_at} failed");
        check_sound(&campaign, &launch.start());
    }
}

/// A file system of its own, until it is dropped.
struct Mount(tempfile::TempDir);

impl Mount {
    /// Mounts; `None`, and a sentence on stderr, where that is not permitted.
    fn new(arguments: &[&str], source: &Path) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(arguments)
            .arg(source)
            .arg(folder.path())
            .output();
        match mounted {
            Ok(done) if done.status.success() => Some(Self(folder)),
            other => {
                eprintln!(
                    "NOT TESTED: mounting a file system needs root, and is not permitted here: {other:?}"
                );
                None
            }
        }
    }

    #[track_caller]
    fn again(&self, options: &str) {
        let mut command = Command::new("mount");
        let done = command.args(["-o", options]).arg(self.0.path()).output().unwrap();
        assert!(done.status.success(), "{options}: {done:?}");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _done = Command::new("umount").arg(self.0.path()).output();
    }
}

#[test]
fn a_full_disk_ends_the_server_and_nothing_acknowledged_is_lost() {
    let Some(mount) = Mount::new(&["-t", "tmpfs", "-o", "size=160m"], Path::new("tmpfs")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let server = serve(&mount.0.path().join("data")).start();
    let (mut campaign, mut random) = begin(folder.path(), FAILING, &server);
    let launch = live_and_die(&mut campaign, server, &mut random);
    let server = launch.clone().start();
    // All but a few KiB are taken by somebody else.
    let filler = mount.0.path().join("filler");
    let mut size = 160 * 1024 * 1024;
    let mut taken = Vec::new();
    while size >= 16 * 1024 {
        let piece = vec![1; size];
        let before = taken.len();
        taken.extend_from_slice(&piece);
        if fs::write(&filler, &taken).is_err() {
            taken.truncate(before);
            fs::write(&filler, &taken).unwrap();
            size /= 2;
        }
    }
    live_until_the_store_fails(&mut campaign, server, &mut random, "no space left");
    fs::remove_file(&filler).unwrap();
    let server = launch.start();
    check_sound(&campaign, &server);
    drop(server);
}

#[test]
fn a_read_only_folder_is_named_and_serves_again_when_it_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = serve(&data).start();
    let (mut campaign, mut random) = begin(folder.path(), FAILING, &server);
    let launch = live_and_die(&mut campaign, server, &mut random);
    let key = launch.clone().start().key();
    let Some(mount) = Mount::new(&["--bind"], &data) else {
        return;
    };
    mount.again("remount,bind,ro");
    let launch = serve(mount.0.path()).key(key);
    let log = refused(&launch);
    assert!(
        log.contains("cannot be written to; check its owner and mode"),
        "{log}"
    );
    mount.again("remount,bind,rw");
    let server = launch.start();
    check_sound(&campaign, &server);
    drop(server);
}

#[test]
fn a_redis_without_memory_refuses_and_goes_on_when_there_is_some() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    let server = over_redis(&folder.path().join("data"), &redis.url(), "0").start();
    let (mut campaign, mut random) = begin(folder.path(), REDIS, &server);
    let senders = campaign.send(&server, 0, &mut random);
    senders.run_for(Duration::from_millis(250));
    redis.ask(&["CONFIG", "SET", "maxmemory", "1mb"]).unwrap();
    let probe = json!({"id": "no-room", "account": "probe", "kind": "page.view"});
    let refused = Deadline::seconds(30).wait("a write that is refused", || {
        let answer = server.client().post("/v1/signals", &probe);
        if answer.status == 503 {
            Ok(answer)
        } else {
            Err(answer.text())
        }
    });
    assert!(refused.header("retry-after").is_some(), "{}", refused.text());
    // What is there is read all the while.
    assert_eq!(server.client().get("/v1/accounts?limit=5").status, 200);
    senders.run_for(Duration::from_millis(100));
    redis.ask(&["CONFIG", "SET", "maxmemory", "0"]).unwrap();
    wait_until_it_writes(&server);
    senders.run_for(Duration::from_millis(100));
    let server = server.kill9().start();
    senders.join();
    check_sound(&campaign, &server);
}

/// Flips a byte in the middle of the oldest journal entry of an account.
const FLIP_JOURNAL: &str = "local all = redis.call('XRANGE', KEYS[1], '-', '+') redis.call('DEL', KEYS[1]) \
    for place, entry in ipairs(all) do local value = entry[2][2] if place == 1 then local at = math.floor(#value / 2) \
    value = string.sub(value, 1, at - 1) .. string.char((string.byte(value, at) + 1) % 256) .. string.sub(value, at + 1) \
    end redis.call('XADD', KEYS[1], entry[1], entry[2][1], value) end return #all";

#[test]
fn a_byte_that_flips_in_redis_sets_its_account_aside_by_name_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    let launch = over_redis(&folder.path().join("data"), &redis.url(), "0");
    let server = launch.start();
    let client = server.client();
    for account in ["acme", "globex"] {
        let signals: Vec<Value> = (0..20)
            .map(|no| json!({"id": format!("s-{no}"), "account": account, "kind": "page.pricing"}))
            .collect();
        client
            .post("/v1/signals", &Value::from(signals))
            .expect_status(200);
    }
    let before = client.get("/v1/accounts/globex/timeline").json();
    let launch = server.kill9();
    let found = redis.ask(&["KEYS", "quorate:{p:*}:journal:acme"]).unwrap();
    let key = found.lines().find(|line| line.starts_with("quorate:")).unwrap();
    let flipped = redis.ask(&["EVAL", FLIP_JOURNAL, "1", key]).unwrap();
    assert!(flipped.starts_with(':'), "{flipped}");
    let server = launch.start();
    let client = server.client();
    let refused = client.get("/v1/accounts/acme/timeline");
    assert_eq!(refused.status, 423, "{}", refused.text());
    assert_eq!(refused.json()["code"], "account_set_aside");
    let signal = |account: &str| json!({"id": "new", "account": account, "kind": "page.view"});
    let refused = client.post("/v1/signals", &signal("acme")).json();
    assert_eq!(refused["items"][0]["code"], "account_set_aside", "{refused}");
    assert_eq!(refused["accepted"], 0, "{refused}");
    assert!(
        server.log().contains("acme") && server.log().contains("its checksum does not fit"),
        "{}",
        server.log()
    );
    // A list as of a past instant names it, and has the other.
    let then = client.get("/v1/accounts/globex").json()["as_of"].clone();
    let path = format!("/v1/accounts?as_of={}", then.as_str().unwrap());
    let list = Deadline::seconds(20).wait("the list to be read", || {
        let answer = client.get(&path);
        if answer.status == 200 {
            Ok(answer.json())
        } else {
            Err(answer.text())
        }
    });
    assert_eq!(list["past"]["unread_accounts"], json!(["acme"]), "{list}");
    assert_eq!(
        (&list["total"], &list["items"][0]["id"]),
        (&json!(1), &json!("globex"))
    );
    // An archive is not made without it, unless somebody asks for that.
    let (url, archive) = (redis.url(), folder.path().join("a.archive"));
    let export = |more: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(["export-archive", "--json", "--store", &url, "--to"]);
        command.arg(&archive).args(more).output().unwrap()
    };
    let refused = export(&[]);
    let complaint = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{complaint}");
    assert!(
        complaint.contains("account acme: record 1 is damaged") && complaint.contains("--leave-out-damaged"),
        "{complaint}"
    );
    let done = export(&["--leave-out-damaged"]);
    let said: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(said["left_out"], json!(["acme"]), "{said}");
    assert_eq!(said["accounts"], 1, "{said}");
    // The other account is as it was, and takes more.
    assert_eq!(client.get("/v1/accounts/globex/timeline").json(), before);
    client.post("/v1/signals", &signal("globex")).expect_status(200);
}

/// Lives through a day forward and two days back, under load, and through a restart at the end.
fn live_through_jumps(folder: &Path, launch: Launch, agreed: Agreed) {
    let clock = FakeClock::new(folder);
    let server = clock.launch(launch).start();
    let (mut campaign, mut random) = begin(folder, agreed, &server);
    let senders = campaign.send(&server, 0, &mut random);
    let day = || {
        let answer = server.anonymous_client().get("/livez");
        answer.header("date").unwrap().get(..16).unwrap().to_owned()
    };
    let today = day();
    for days in [1, -1, 0] {
        senders.run_for(Duration::from_millis(200));
        let before = campaign.acknowledged();
        clock.set_days(days);
        Deadline::seconds(10).wait("another day at the server", || {
            let now = day();
            if (now == today) == (days == 0) {
                Ok(())
            } else {
                Err(now)
            }
        });
        // It goes on taking signals, whatever the clock says.
        Deadline::seconds(30).wait("signals that are acknowledged", || {
            let now = campaign.acknowledged();
            if now > before + 50 {
                Ok(())
            } else {
                Err(format!("{now} of {before} before the jump"))
            }
        });
        eprintln!("{days} days: {} acknowledged", campaign.acknowledged());
    }
    let server = server.kill9().start();
    senders.join();
    check_sound(&campaign, &server);
}

#[test]
fn a_clock_that_jumps_a_day_either_way_loses_nothing_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let launch = serve(&folder.path().join("data"));
    live_through_jumps(folder.path(), launch, FAILING);
}

#[test]
fn a_clock_that_jumps_a_day_either_way_loses_nothing_over_redis() {
    let folder = tempfile::tempdir().unwrap();
    let redis = RedisServer::start(folder.path().join("redis"), &[]);
    let launch = over_redis(&folder.path().join("data"), &redis.url(), "0");
    live_through_jumps(folder.path(), launch, REDIS);
}
