//! Whether the wall clock can be believed: it is held against one that nobody can set.
//!
//! The two go apart slowly when the wall clock is slewed, and that is followed. When they go apart by more than
//! [`JUMP_MS`] from one look to the next, somebody set the wall clock, or it broke. A day that never passed would have
//! heat fade and accounts leave MQA for good, so time goes on as it did until somebody says that the new one is right.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

/// How far the clocks may go apart between two looks, in milliseconds: five minutes.
pub(super) const JUMP_MS: i64 = 300_000;

/// What the wall clock showed ahead of the steady one has not been looked at.
const NEVER: i64 = i64::MIN;

/// A wall clock and a steady one.
#[derive(Debug)]
pub(super) struct Guard {
    wall: fn() -> i64,
    steady: fn() -> i64,
    /// How far the wall clock was ahead of the steady one when it was last believed, in milliseconds.
    ahead: AtomicI64,
    /// Whether the jump was told.
    told: AtomicBool,
}

impl Guard {
    /// - `wall`: milliseconds since 1970, as the machine has it.
    /// - `steady`: milliseconds since whenever, of a clock that cannot be set.
    pub(super) fn new(wall: fn() -> i64, steady: fn() -> i64) -> Self {
        Self {
            wall,
            steady,
            ahead: AtomicI64::new(NEVER),
            told: AtomicBool::new(false),
        }
    }

    /// Returns now in milliseconds since 1970: the wall clock's, or what it would be had it not jumped.
    pub(super) fn now(&self) -> i64 {
        let (wall, steady) = self.look();
        match self.off(wall, steady) {
            None => {
                self.ahead.store(wall.saturating_sub(steady), Ordering::Relaxed);
                if self.told.swap(false, Ordering::Relaxed) {
                    tracing::info!("the machine's clock can be believed again");
                }
                wall
            }
            Some(off) => {
                if !self.told.swap(true, Ordering::Relaxed) {
                    tracing::error!(
                        jumped_ms = off,
                        "the machine's clock jumped and is not followed; if it is right now, say so: \
                         POST /v1/clock/confirm with an admin key"
                    );
                }
                steady.saturating_add(self.ahead.load(Ordering::Relaxed))
            }
        }
    }

    /// Returns how far the wall clock is off, if it jumped.
    pub(super) fn doubt(&self) -> Option<i64> {
        let (wall, steady) = self.look();
        self.off(wall, steady)
    }

    /// Believes the wall clock as it is.
    pub(super) fn confirm(&self) {
        let (wall, steady) = self.look();
        self.ahead.store(wall.saturating_sub(steady), Ordering::Relaxed);
    }

    fn look(&self) -> (i64, i64) {
        ((self.wall)(), (self.steady)())
    }

    fn off(&self, wall: i64, steady: i64) -> Option<i64> {
        let ahead = self.ahead.load(Ordering::Relaxed);
        if ahead == NEVER {
            return None;
        }
        let off = wall.saturating_sub(steady).saturating_sub(ahead);
        (off.saturating_abs() > JUMP_MS).then_some(off)
    }
}

/// Returns milliseconds since the machine started, with the time it slept: a sleep is no jump.
#[cfg(target_os = "linux")]
pub(super) fn steady_millis() -> i64 {
    let since_start = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    since_start
        .tv_sec
        .saturating_mul(1000)
        .saturating_add(since_start.tv_nsec / 1_000_000)
}

/// Returns milliseconds since this was first asked. Where the machine's sleep does not count, one longer than
/// [`JUMP_MS`] looks like a jump.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::disallowed_methods, reason = "read here, told by the clock")]
pub(super) fn steady_millis() -> i64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let since = START.elapsed();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
