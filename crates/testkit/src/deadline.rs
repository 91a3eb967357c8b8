//! Waiting for a state, never for a while.

use std::fmt::Debug;
use std::time::{Duration, Instant};

#[cfg(test)]
mod tests;

/// How long to look away between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// An instant after which a test gives up.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    started: Instant,
    patience: Duration,
}

impl Deadline {
    /// Returns the deadline `patience` from now.
    #[must_use]
    pub fn after(patience: Duration) -> Self {
        Self {
            started: now(),
            patience,
        }
    }

    /// Returns the deadline `seconds` from now.
    #[must_use]
    pub fn seconds(seconds: u64) -> Self {
        Self::after(Duration::from_secs(seconds))
    }

    /// Returns whether the deadline is over.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.elapsed() >= self.patience
    }

    /// Returns the time since the deadline was set.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        now().duration_since(self.started)
    }

    /// Returns what is left, zero when the deadline is over.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.patience.saturating_sub(self.elapsed())
    }

    /// Looks until `look` finds what it looks for: `Ok` ends the wait, `Err` says what was seen instead.
    ///
    /// `what` ends the sentence "waited in vain for".
    ///
    /// # Panics
    /// When the deadline is over, with what was last seen.
    #[track_caller]
    pub fn wait<T, S: Debug>(&self, what: &str, mut look: impl FnMut() -> Result<T, S>) -> T {
        loop {
            match look() {
                Ok(found) => return found,
                Err(seen) if self.is_over() => {
                    panic!(
                        "waited {:?} in vain for {what}; last seen: {seen:#?}",
                        self.patience
                    )
                }
                Err(_) => pause(),
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process is watched: its time is the wall clock"
)]
fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process is watched: nothing here can wake us"
)]
fn pause() {
    std::thread::sleep(PAUSE);
}
