//! Test helpers: the server as a process, a client, raw sockets, generated signals, and a ledger of what was
//! acknowledged.
//!
//! - It drives the built binary from outside and knows nothing of its inside: not even the domain's types, so
//!   that no test compares the product with itself.
//! - Nothing here retries, and nothing waits without a [`Deadline`].
//! - A helper that cannot do its work panics with all it knows (the server's log above all): it runs in tests.

mod client;
mod deadline;
mod fake_clock;
mod generate;
mod ledger;
mod quorate_process;
mod raw_http;
mod redis_server;
mod shared_dir;

pub use client::{Answer, Body, Client, TransportError};
pub use deadline::Deadline;
pub use fake_clock::FakeClock;
pub use generate::{DAY_MS, DEFAULT_KINDS, Generator, Shape, Signal, SplitMix64, rfc3339};
pub use ledger::{Audit, Ledger, LedgerError, SignalKey};
pub use quorate_process::{Launch, QuorateProcess};
pub use raw_http::{RawAnswer, RawConnection, raw_http};
pub use redis_server::{RedisCluster, RedisSentinels, RedisServer};
pub use shared_dir::shared_dir;

/// Returns how many rounds a test of chance should run: `usual`, or `soak` when `QUORATE_SOAK=1` asks for hours.
#[must_use]
pub fn rounds(usual: usize, soak: usize) -> usize {
    let asked = std::env::var_os("QUORATE_SOAK").is_some_and(|value| value != "0" && !value.is_empty());
    if asked { soak } else { usual }
}
