//! The demo under way: its clock, what happens from day to day, and where it goes on after a restart.

use std::time::Duration;

use anyhow::Context;
use quorate_console::{Demo as _, DemoClock};
use quorate_domain::committee::{SeatState, SeatView};
use quorate_domain::id::AccountId;
use quorate_domain::time::{Days, Timestamp};
use quorate_engine::{AsOf, ClockHand, Engine};
use quorate_store::Store;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

use super::control::{Control, LEAD};
use super::load::{instant, record, signal};
use super::{COMPANIES, LIVE_DAYS, SEED, World};

/// How long a day of the demo takes.
const SECONDS_A_DAY: f64 = 20.0;

/// From which heat on an account is called hot.
const HOT: f64 = 50.0;

/// How often the clock is moved: 216 demo seconds at a time. Crossings are dated exactly whatever the step.
const TICK: Duration = Duration::from_millis(50);

/// Ticks between two notes of where the demo is.
const TICKS_A_NOTE: u32 = 40;

/// How many days a restart after the end goes on for.
const MORE_DAYS: i32 = 7;

/// Where the demo's own state lies in the store.
const COLLECTION: &str = "demo";
const KEY: &str = "run";

/// Where a demo stands: enough to go on after a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct RunV1 {
    seed: u64,
    companies: usize,
    started_at_ms: i64,
    ended_at_ms: i64,
    now_ms: i64,
    /// The history is in. Until then nothing else in the store is to be relied on.
    is_loaded: bool,
}

/// A demo, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    at: RunV1,
    /// The store held it.
    is_found: bool,
}

impl Run {
    /// Returns the demo that a store holds, else a new one.
    ///
    /// - `seed`, `companies`: what was asked for; `None`: what the store says, else the usual.
    ///
    /// # Errors
    /// When the store fails, holds a demo of another seed or size than asked for, or accounts that are no demo's.
    pub(crate) fn resume(
        store: &dyn Store,
        seed: Option<u64>,
        companies: Option<usize>,
        now: Timestamp,
    ) -> anyhow::Result<Self> {
        let Some(bytes) = store.get_doc(COLLECTION, KEY)? else {
            if holds_accounts(store)? {
                anyhow::bail!(
                    "the data folder holds accounts that are no demo's, or a demo that an older version did not finish \
                     filling; give another folder"
                );
            }
            let start = now.as_millis();
            return Ok(Self {
                is_found: false,
                at: RunV1 {
                    seed: seed.unwrap_or(SEED),
                    companies: companies.unwrap_or(COMPANIES),
                    started_at_ms: start,
                    ended_at_ms: start + Days(f64::from(LIVE_DAYS)).to_millis(),
                    now_ms: start,
                    is_loaded: false,
                },
            });
        };
        let mut at: RunV1 = serde_json::from_slice(&bytes).context("the stored demo cannot be read")?;
        if seed.is_some_and(|seed| seed != at.seed) || companies.is_some_and(|count| count != at.companies) {
            anyhow::bail!(
                "the data folder holds a demo of seed {} with {} accounts; give another folder, or leave --seed and --accounts out",
                at.seed,
                at.companies
            );
        }
        if at.now_ms >= at.ended_at_ms {
            at.ended_at_ms = at.now_ms + Days(f64::from(MORE_DAYS)).to_millis();
        }
        Ok(Self { at, is_found: true })
    }

    /// Returns the demo's companies.
    pub(crate) fn world(&self) -> World {
        World::make(self.at.seed, self.at.companies)
    }

    /// Returns the instant the history ends at.
    pub(crate) fn start(&self) -> Timestamp {
        Timestamp::from_millis(self.at.started_at_ms)
    }

    /// Returns the demo's now.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.at.now_ms)
    }

    /// Returns the instant after which nothing happens by itself.
    pub(crate) fn end(&self) -> Timestamp {
        Timestamp::from_millis(self.at.ended_at_ms)
    }

    /// Returns whether the history is in the store.
    pub(crate) fn is_loaded(&self) -> bool {
        self.at.is_loaded
    }

    /// Returns whether an earlier start began to fill the store and did not come to the end.
    pub(crate) fn was_broken_off(&self) -> bool {
        self.is_found && !self.at.is_loaded
    }

    /// Notes that filling begins, before anything else is written: whoever comes next goes on from the same instant.
    /// Blocks on the disk.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn note_begun(&self, store: &dyn Store) -> anyhow::Result<()> {
        self.note(store)
    }

    /// Notes that the history is in. Blocks on the disk.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) fn note_loaded(&mut self, store: &dyn Store) -> anyhow::Result<()> {
        self.at.is_loaded = true;
        self.note(store)
    }

    fn note(&self, store: &dyn Store) -> anyhow::Result<()> {
        Ok(store.put_doc(COLLECTION, KEY, serde_json::to_vec(&self.at)?)?)
    }

    /// Lets time pass and things happen until the server stops. At the demo's end, and while somebody paused it, the
    /// clock stands still and nothing arrives by itself. `done` is called whenever it comes to its end.
    ///
    /// # Errors
    /// When the engine does not take a signal.
    pub(crate) async fn go_on(
        mut self,
        engine: Engine,
        world: World,
        hand: ClockHand,
        control: &Control,
        done: impl Fn(),
    ) -> anyhow::Result<()> {
        let mut coming = Coming::after(self.now(), self.start());
        let mut tick = tokio::time::interval(TICK);
        let mut last = Instant::now();
        for ticks in 0_u32.. {
            tick.tick().await;
            let passed = last.elapsed();
            last = Instant::now();
            if control.take_week() {
                self.at.ended_at_ms = self.at.now_ms + Days(f64::from(MORE_DAYS)).to_millis();
            }
            let ends = control.clock() == DemoClock::Running && {
                let now = self.now().plus_days(Days(passed.as_secs_f64() / SECONDS_A_DAY));
                let now = now.min(self.end());
                hand.set(now);
                self.at.now_ms = now.as_millis();
                let due = coming.due(&world, now, self.start());
                record(&engine, due).await?;
                now == self.end()
            };
            if ticks.is_multiple_of(TICKS_A_NOTE) || ends {
                control.tell_lead(lead(&engine).await?);
                self.note_later(&engine).await?;
            }
            if ends {
                control.end();
                done();
            }
        }
        Ok(())
    }

    async fn note_later(&self, engine: &Engine) -> anyhow::Result<()> {
        let (run, store) = (self.clone(), engine.store());
        actix_rt::task::spawn_blocking(move || run.note(&*store)).await?
    }
}

fn holds_accounts(store: &dyn Store) -> Result<bool, quorate_store::Error> {
    let mut found = false;
    store.scan_summaries(&mut |_| found = true)?;
    Ok(found)
}

/// Returns why the first account is worth a look, as it stands now; empty: no reason that a word would do for.
async fn lead(engine: &Engine) -> anyhow::Result<&'static str> {
    let view = engine.account(&AccountId::trusted(LEAD), AsOf::default()).await?;
    let Some(group) = view.as_ref().and_then(|view| view.reading.best()) else {
        return Ok("");
    };
    let buyer = |seat: &&SeatView| seat.seat.role.as_str() == "economic_buyer";
    let buyer_is_engaged = group
        .quorum
        .seats
        .iter()
        .find(buyer)
        .is_some_and(|seat| seat.state == SeatState::Engaged);
    Ok(match (group.heat >= HOT, buyer_is_engaged) {
        (true, false) => "hot, but the CFO is cold",
        (true, true) => "hot, and the CFO reads along",
        (false, _) => "",
    })
}

/// What is still to happen, in the order of time, a day at a time.
struct Coming {
    /// The next day to draw.
    day: i32,
    after: Timestamp,
    /// Latest first.
    drawn: Vec<(Timestamp, quorate_engine::IncomingSignal)>,
}

impl Coming {
    fn after(now: Timestamp, start: Timestamp) -> Self {
        Self {
            day: now.day().0 - start.day().0 - 1,
            after: now,
            drawn: Vec::new(),
        }
    }

    /// Returns what has happened by `now` and was not returned before.
    fn due(
        &mut self,
        world: &World,
        now: Timestamp,
        start: Timestamp,
    ) -> Vec<quorate_engine::IncomingSignal> {
        while start.plus_days(Days(f64::from(self.day))) <= now {
            for (subject, company) in world.companies.iter().enumerate() {
                for (id, happening) in world.day(subject, company, self.day) {
                    let at = instant(&happening, start);
                    if at > self.after && happening.day >= 0.0 {
                        self.drawn.push((at, signal(company, id, &happening, start)));
                    }
                }
            }
            self.day += 1;
            self.drawn.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        }
        let mut due = Vec::new();
        while let Some((_, next)) = self.drawn.pop_if(|(at, _)| *at <= now) {
            due.push(next);
        }
        due
    }
}

#[cfg(test)]
mod tests;
