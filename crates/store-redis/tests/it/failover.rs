//! Servers that die, stand still, or come back with less: what was acknowledged stays, whoever is master.

use std::time::{Duration, Instant};

use quorate_domain::id::AccountId;
use quorate_store::contract::{append, recorded_ids};
use quorate_store::{OwnerToken, Store};
use quorate_store_redis::RedisStore;
use quorate_testkit::{Deadline, rounds};

use crate::home::{Cluster, Sentinels, Single};

/// Writes to some accounts and remembers what was acknowledged.
struct Writer {
    store: RedisStore,
    owner: OwnerToken,
    acknowledged: Vec<Vec<String>>,
    next: u64,
}

const ACCOUNTS: usize = 24;

impl Writer {
    fn new((store, owner): (RedisStore, OwnerToken)) -> Self {
        Self {
            store,
            owner,
            acknowledged: vec![Vec::new(); ACCOUNTS],
            next: 0,
        }
    }

    fn name(account: usize) -> String {
        format!("account-{account}")
    }

    /// Writes one signal to every account in one group. After an unknown outcome it loads the accounts again, as the
    /// engine does: what turns out to be there counts as acknowledged.
    fn write(&mut self) -> bool {
        self.next += 1;
        let id = format!("s-{}", self.next);
        let group = (0..ACCOUNTS)
            .map(|account| {
                let expected = u64::try_from(self.acknowledged[account].len()).unwrap();
                append(&Self::name(account), &self.owner, expected, &[&id])
            })
            .collect();
        match self.store.commit(group) {
            Ok(answers) => {
                for (account, answer) in answers.into_iter().enumerate() {
                    assert!(answer.is_ok(), "{account}: {answer:?}");
                    self.acknowledged[account].push(id.clone());
                }
                true
            }
            Err(error) => {
                assert!(error.may_pass(), "{error:?}");
                self.look_again();
                false
            }
        }
    }

    fn look_again(&mut self) {
        let found = Deadline::seconds(60).wait("a store that reads again", || {
            (0..ACCOUNTS)
                .map(|account| {
                    self.store
                        .load(&AccountId::trusted(Self::name(account)))
                        .map(|_| recorded_ids(&self.store, &Self::name(account)))
                        .map_err(|error| error.to_string())
                })
                .collect::<Result<Vec<_>, _>>()
        });
        for (account, found) in found.into_iter().enumerate() {
            let known = &self.acknowledged[account];
            assert!(
                found.starts_with(known),
                "account {account} lost {:?}",
                known.iter().filter(|id| !found.contains(id)).collect::<Vec<_>>()
            );
            self.acknowledged[account] = found;
        }
    }

    /// Writes until a write goes through again. Returns how long that took.
    #[expect(
        clippy::disallowed_methods,
        reason = "told to whoever reads the log, decides nothing"
    )]
    fn write_until_it_works(&mut self) -> Duration {
        let started = Instant::now();
        Deadline::seconds(60).wait("a write that goes through", || {
            if self.write() {
                Ok(())
            } else {
                Err("refused".to_owned())
            }
        });
        started.elapsed()
    }

    fn check(&mut self) {
        self.look_again();
    }
}

#[test]
fn a_server_that_is_killed_and_started_again_loses_nothing() {
    let mut home = Single::new();
    let mut writer = Writer::new(home.under_store());
    for _ in 0..rounds(3, 100) {
        for _ in 0..20 {
            writer.write();
        }
        home.server.kill();
        home.server.restart();
        writer.write_until_it_works();
    }
    writer.check();
}

#[test]
fn a_master_behind_sentinels_may_die() {
    let mut home = Sentinels::start();
    let under = home.home();
    let mut writer = Writer::new(under.store());
    for round in 0..rounds(1, 20) {
        for _ in 0..20 {
            writer.write();
        }
        let master = home.servers.master().unwrap();
        home.servers.servers[master].kill();
        let took = writer.write_until_it_works();
        eprintln!("round {round}: acknowledged again after {took:?}");
        home.servers.servers[master].restart();
        home.servers.wait_replicas(2);
    }
    writer.check();
}

#[test]
fn a_master_behind_sentinels_may_stand_still() {
    let home = Sentinels::start();
    let under = home.home();
    let mut writer = Writer::new(under.store());
    for round in 0..rounds(1, 20) {
        for _ in 0..20 {
            writer.write();
        }
        let master = home.servers.master().unwrap();
        home.servers.servers[master].pause();
        let took = writer.write_until_it_works();
        home.servers.servers[master].go_on();
        eprintln!("round {round}: acknowledged again after {took:?}");
        for _ in 0..20 {
            writer.write_until_it_works();
        }
        home.servers.wait_replicas(2);
    }
    writer.check();
}

/// What a failover looks like to a master that stood still meanwhile: one replica took over, the other still follows the
/// old master, and the sentinels have not told anybody yet. What it would acknowledge is lost when it hears of it.
#[test]
fn a_master_that_was_replaced_acknowledges_nothing_with_the_replica_it_has_left() {
    let home = Sentinels::start();
    let under = home.home();
    let mut writer = Writer::new(under.store());
    assert!(writer.write());
    home.servers.pause_sentinels();
    let master = home.servers.master_by_itself();
    let promoted = (0..3).find(|server| *server != master).unwrap();
    let told = home.servers.servers[promoted].ask(&["REPLICAOF", "NO", "ONE"]);
    assert!(told.unwrap().starts_with("+OK"));
    let store = &writer.store;
    let commit = |id: &str, expected| store.commit(vec![append("account-0", &writer.owner, expected, &[id])]);
    let refused = commit("lost", 1).unwrap_err();
    assert!(refused.to_string().contains("1 of 2 replicas"), "{refused}");
    // The old master has it now, so it would be told to be known.
    let known = store.known_ids(&[(AccountId::trusted("account-0"), Vec::new())]);
    assert!(known.is_err(), "told by a server that may not be the master");
    let loaded = store.load(&AccountId::trusted("account-0"));
    assert!(loaded.is_err(), "told by a server that may not be the master");
    // It follows again, and everything is as before.
    let port = home.servers.servers[master].port().to_string();
    let told = home.servers.servers[promoted].ask(&["REPLICAOF", "127.0.0.1", &port]);
    assert!(told.unwrap().starts_with("+OK"));
    home.servers.sentinels_go_on();
    writer.write_until_it_works();
    writer.check();
}

#[test]
fn a_replica_that_is_down_is_waited_for_until_the_sentinels_say_so() {
    let mut home = Sentinels::start();
    let under = home.home();
    let mut writer = Writer::new(under.store());
    assert!(writer.write());
    let master = home.servers.master().unwrap();
    let gone = (0..3).find(|server| *server != master).unwrap();
    home.servers.servers[gone].kill();
    let took = writer.write_until_it_works();
    eprintln!("acknowledged again after {took:?} with one replica less");
    home.servers.servers[gone].restart();
    home.servers.wait_replicas(2);
    writer.write_until_it_works();
    writer.check();
}

#[test]
fn a_master_of_a_cluster_may_die() {
    let mut home = Cluster::start();
    let under = home.home();
    let mut writer = Writer::new(under.store());
    for round in 0..rounds(1, 20) {
        for _ in 0..20 {
            writer.write();
        }
        let master = home.servers.masters()[0];
        home.servers.servers[master].kill();
        // The only replica becomes master: nobody is left to receive its writes until the old one is back.
        home.servers.wait_failover(master);
        home.servers.servers[master].restart();
        let took = writer.write_until_it_works();
        eprintln!("round {round}: acknowledged again {took:?} after the old master came back");
        home.servers.wait_whole();
    }
    writer.check();
}
