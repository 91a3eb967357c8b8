//! The engine's limits, each with a name and a default.

use quorate_domain::account::Policy;

/// How the engine is set up.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Threads that run account actors; one a core.
    pub shards: usize,
    /// Signals that may be on their way to the disk at once; more are refused.
    pub signals_in_flight_max: usize,
    /// Commands other than signals that may be under way at once.
    pub commands_in_flight_max: usize,
    /// Accounts kept in memory, all shards together; the longest idle go first.
    pub active_accounts_max: usize,
    /// How long an account may be idle before it leaves memory.
    pub idle_after_ms: u64,
    /// Records after which an account's snapshot is written anew.
    pub snapshot_every: u64,
    /// How long after a late signal the past is told anew; several late signals are told at once.
    pub refold_after_ms: u64,
    /// Events a slow listener may fall behind before it misses some.
    pub live_events_max: usize,
    /// Signals that are kept until an account matches them.
    pub unmatched_max: usize,
    /// Accounts in lists as of past instants, all that are kept together; each takes about 2 KB.
    pub past_rows_max: usize,
    /// How often an event may kill its account before it is set aside.
    pub poison_tries_max: u32,
    /// How often accounts are looked through for what is older than the retention.
    pub retention_every_ms: u64,
    /// The domain's limits.
    pub policy: Policy,
    /// Failures planned by a test.
    #[cfg(feature = "test-util")]
    pub faults: crate::faults::Faults,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            shards: std::thread::available_parallelism().map_or(1, usize::from),
            signals_in_flight_max: 30_000,
            commands_in_flight_max: 10_000,
            active_accounts_max: 50_000,
            idle_after_ms: 300_000,
            snapshot_every: 256,
            refold_after_ms: 200,
            live_events_max: 4_096,
            unmatched_max: 100_000,
            past_rows_max: 100_000,
            poison_tries_max: 3,
            retention_every_ms: 6 * 3_600_000,
            policy: Policy::default(),
            #[cfg(feature = "test-util")]
            faults: crate::faults::Faults::default(),
        }
    }
}
