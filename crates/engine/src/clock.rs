//! The only reader of clocks. Everything else is handed an instant.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use quorate_domain::time::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use guard::Guard;

mod guard;

/// Tells the engine's now, which never goes back.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Kind,
    /// The latest instant told: a wall clock that is set back does not take the engine with it.
    latest: Arc<AtomicI64>,
}

/// How long a sleeper at most waits until it looks at the clock again, in seconds.
const LOOK_AGAIN_SECONDS: f64 = 60.0;

#[derive(Clone, Debug)]
enum Kind {
    /// The machine's wall clock, as long as it can be believed.
    Wall(Arc<Guard>),
    /// An instant and how much faster than real time it runs.
    Simulated {
        start: Timestamp,
        epoch: Instant,
        pace: f64,
    },
    /// Stands still until somebody moves it.
    Manual(watch::Receiver<Timestamp>),
}

/// Moves a manual clock.
#[derive(Debug)]
pub struct ClockHand {
    now: watch::Sender<Timestamp>,
}

impl ClockHand {
    /// Moves the clock to an instant; an earlier one than it shows is not followed.
    pub fn set(&self, now: Timestamp) {
        self.now.send_replace(now);
    }
}

impl Clock {
    /// Returns the machine's wall clock. When it jumps it is not followed until somebody confirms it, or it comes
    /// back; see [`Clock::doubt`].
    #[must_use]
    pub fn wall() -> Self {
        Self::guarded(Guard::new(wall_millis, guard::steady_millis))
    }

    fn guarded(guard: Guard) -> Self {
        Self {
            kind: Kind::Wall(Arc::new(guard)),
            latest: Arc::new(AtomicI64::new(i64::MIN)),
        }
    }

    /// Returns by how much the machine's clock is away from the engine's now since it jumped, in milliseconds, and
    /// negative when it jumped back; `None`: there is no doubt.
    ///
    /// Meanwhile the engine's now goes on at the pace of time: nothing fades, and no account leaves MQA, by a jump.
    #[must_use]
    pub fn doubt(&self) -> Option<i64> {
        match &self.kind {
            Kind::Wall(guard) => guard.doubt(),
            Kind::Simulated { .. } | Kind::Manual(_) => None,
        }
    }

    /// Believes the machine's clock as it is. Now never goes back: after a jump back it stands still until the machine's
    /// clock has come so far again.
    pub fn confirm(&self) {
        match &self.kind {
            Kind::Wall(guard) => guard.confirm(),
            Kind::Simulated { .. } | Kind::Manual(_) => {}
        }
    }

    /// Returns a clock that starts at `start` and runs `pace` times as fast as tokio's.
    #[must_use]
    pub fn simulated(start: Timestamp, pace: f64) -> Self {
        let kind = Kind::Simulated {
            start,
            epoch: Instant::now(),
            pace,
        };
        Self {
            kind,
            latest: Arc::new(AtomicI64::new(i64::MIN)),
        }
    }

    /// Returns a clock that stands at `start`, and the hand that moves it: all accounts under one controlled clock.
    #[must_use]
    pub fn manual(start: Timestamp) -> (Self, ClockHand) {
        let (now, shown) = watch::channel(start);
        let clock = Self {
            kind: Kind::Manual(shown),
            latest: Arc::new(AtomicI64::new(i64::MIN)),
        };
        (clock, ClockHand { now })
    }

    /// Returns now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let told = match &self.kind {
            Kind::Wall(guard) => guard.now(),
            Kind::Simulated { start, epoch, pace } => {
                let elapsed_ms = epoch.elapsed().as_secs_f64() * 1000.0 * pace;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::as_conversions,
                    reason = "floats saturate"
                )]
                let elapsed_ms = elapsed_ms as i64;
                start.plus_millis(elapsed_ms).as_millis()
            }
            Kind::Manual(shown) => shown.borrow().as_millis(),
        };
        let latest = self.latest.fetch_max(told, Ordering::Relaxed).max(told);
        Timestamp::from_millis(latest)
    }

    /// Waits until the clock shows `instant`.
    pub async fn sleep_until(&self, instant: Timestamp) {
        let pace = match &self.kind {
            Kind::Wall(_) => 1.0,
            Kind::Simulated { pace, .. } => *pace,
            Kind::Manual(shown) => {
                let mut shown = shown.clone();
                // Without its hand the clock stands still for ever.
                if shown.wait_for(|now| *now >= instant).await.is_err() {
                    std::future::pending::<()>().await;
                }
                return;
            }
        };
        loop {
            let ahead_ms = instant.millis_since(self.now());
            if ahead_ms <= 0 {
                return;
            }
            #[expect(
                clippy::cast_precision_loss,
                clippy::as_conversions,
                reason = "below 2^53 for every accepted instant"
            )]
            let seconds = ahead_ms as f64 / 1000.0 / pace;
            // Not for long, then look again: the clock may be set, and the machine may sleep.
            let wait = Duration::from_secs_f64(seconds.clamp(0.001, LOOK_AGAIN_SECONDS));
            tokio::time::sleep(wait).await;
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the machine's clock"
)]
fn wall_millis() -> i64 {
    let since = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
