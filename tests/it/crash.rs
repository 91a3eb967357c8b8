//! `kill -9` at random moments, held against a ledger of what was acknowledged.
//!
//! Nothing acknowledged is lost or doubled, and every account stands as a second server finds it that was given
//! the ledger in one go and never died. `QUORATE_SOAK=1` runs a hundred rounds.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that cannot do its work fails the test"
)]

use std::path::Path;
use std::time::Duration;

use quorate_testkit::{Launch, QuorateProcess, SplitMix64, rounds};

mod backup;
mod campaign;
mod faults;
mod planted;
mod redis;
mod retention;
mod senders;
mod statements;

pub(crate) use campaign::now_ms;
use campaign::{Campaign, ON_DISK};

const BINARY: &str = env!("CARGO_BIN_EXE_quorate");

/// Rounds over one data folder, after which a new one is begun: the audit reads everything at each round.
const ROUNDS_OF_A_FOLDER: usize = 5;

fn serve(data: &Path) -> Launch {
    Launch::serve(BINARY, data)
}

#[test]
fn killed_at_random_moments_nothing_acknowledged_is_lost_or_doubled() {
    let seed = now_ms().unsigned_abs();
    eprintln!("seed {seed}");
    let mut random = SplitMix64::new(seed);
    let mut left = rounds(4, 100);
    let mut acknowledged = 0;
    while left > 0 {
        let now = left.min(ROUNDS_OF_A_FOLDER);
        acknowledged += killed_again_and_again(now, &mut random);
        left -= now;
    }
    eprintln!("{acknowledged} signals acknowledged");
    assert!(
        acknowledged > 100,
        "only {acknowledged} signals were acknowledged: this proves nothing"
    );
}

/// Runs rounds of life and death over one folder; returns how many signals were acknowledged.
fn killed_again_and_again(rounds: usize, random: &mut SplitMix64) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let twin = serve(&folder.path().join("twin")).start();
    let mut server = serve(&folder.path().join("data")).start();
    let mut campaign = Campaign::begin(folder.path(), ON_DISK, random);
    // Roles first, at both, so that both judge every later signal by the same roles.
    Campaign::introduce(&server.client());
    Campaign::introduce(&twin.client());
    for round in 0..rounds {
        let senders = campaign.send(&server, round, random);
        let alive_us = 20_000 + random.below(250_000);
        senders.run_for(Duration::from_micros(alive_us));
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

/// Kills the server and starts it over its folder; sometimes it is killed once more while it starts.
fn start_again(server: QuorateProcess, random: &mut SplitMix64) -> QuorateProcess {
    let launch = server.kill9();
    if random.happens(0.3) {
        return launch.start_unready().kill9().start();
    }
    launch.start()
}
