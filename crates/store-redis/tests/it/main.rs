//! The Redis home against real servers: the contract every home keeps, and what only Redis can break.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod archive;
mod damage;
mod failover;
mod groups;
mod heal;
mod home;
mod ownership;
mod rewrite;
mod settings;
mod tls;

use home::{Cluster, Sentinels, Single};

quorate_store::store_contract!(single, Single::new());

/// Servers that are dear to start are shared by all promises, each under a prefix of its own.
#[test]
fn every_promise_holds_behind_sentinels() {
    let sentinels = Sentinels::start();
    quorate_store::store_contract!(@list once sentinels.home());
}

#[test]
fn every_promise_holds_on_a_cluster() {
    let cluster = Cluster::start();
    quorate_store::store_contract!(@list once cluster.home());
}
