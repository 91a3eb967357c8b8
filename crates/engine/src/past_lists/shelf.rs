//! The lists that are kept or being read: how many, how large, and for how long.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quorate_domain::time::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::job::{Ended, Job};
use super::{PastList, PastListError, PastLook};
use crate::router::Router;

/// The most lists that are kept or being read at once.
const LISTS_MAX: usize = 16;
/// How long a list is read on that nobody asks for.
const WANTED_FOR: Duration = Duration::from_secs(60);
/// How long a finished list is kept that nobody asks for.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// How long a finished list is kept at most: what was heard since of the past shows in the next one.
const FRESH_FOR: Duration = Duration::from_secs(3_600);
/// How often it is looked whether a list is still wanted.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The lists that are kept or being read.
pub(crate) struct PastShelf {
    /// Accounts that all lists together may hold.
    rows_max: usize,
    lists: Mutex<BTreeMap<Timestamp, Slot>>,
    /// One list is read at a time.
    turn: Semaphore,
}

/// One list's place.
struct Slot {
    job: Arc<Job>,
    /// How many accounts room is kept for.
    rows: usize,
    begun: Instant,
    asked: Instant,
}

impl Slot {
    /// Returns whether it is let go of at `now`.
    fn is_over(&self, now: Instant) -> bool {
        let unasked = now.duration_since(self.asked);
        match self.job.ended() {
            None => unasked >= WANTED_FOR,
            Some(_) => unasked >= KEPT_FOR || now.duration_since(self.begun) >= FRESH_FOR,
        }
    }
}

impl PastShelf {
    pub(crate) fn new(rows_max: usize) -> Self {
        Self {
            rows_max,
            lists: Mutex::default(),
            turn: Semaphore::new(1),
        }
    }

    /// A list is put in or taken out whole, so a panic elsewhere leaves nothing half done.
    fn lists(&self) -> MutexGuard<'_, BTreeMap<Timestamp, Slot>> {
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, at: Timestamp) -> Option<PastList> {
        let now = Instant::now();
        let mut lists = self.lists();
        let slot = lists.get_mut(&at).filter(|slot| !slot.is_over(now))?;
        match slot.job.ended() {
            Some(Ended::Ready(list)) => {
                slot.asked = now;
                Some(list.clone())
            }
            Some(Ended::BrokeOff(_)) | None => None,
        }
    }

    pub(super) fn look(
        self: &Arc<Self>,
        at: Timestamp,
        router: &Arc<Router>,
    ) -> Result<PastLook, PastListError> {
        let now = Instant::now();
        let mut lists = self.lists();
        let_go(&mut lists, now);
        // Whoever reads has the turn.
        let busy = self.turn.available_permits() == 0;
        if let Some(slot) = lists.get_mut(&at) {
            slot.asked = now;
            match slot.job.ended() {
                None => return Ok(PastLook::Reading(slot.job.progress(busy))),
                Some(Ended::Ready(list)) => return Ok(PastLook::Ready(list.clone())),
                Some(Ended::BrokeOff(reason)) => {
                    let reason = reason.clone();
                    lists.remove(&at);
                    return Err(PastListError::BrokeOff { reason });
                }
            }
        }
        let accounts = router.index().len();
        self.make_room(&mut lists, accounts)?;
        let job = Arc::new(Job::new(at, router.now(), accounts));
        let progress = job.progress(busy);
        let slot = Slot {
            job: Arc::clone(&job),
            rows: accounts,
            begun: now,
            asked: now,
        };
        lists.insert(at, slot);
        drop(lists);
        tokio::spawn(Arc::clone(self).keep(job, Arc::clone(router)));
        Ok(PastLook::Reading(progress))
    }

    /// Lets go of finished lists, the longest unasked first, until there is room for one more of so many accounts.
    fn make_room(&self, lists: &mut BTreeMap<Timestamp, Slot>, accounts: usize) -> Result<(), PastListError> {
        if accounts > self.rows_max {
            return Err(PastListError::TooMany {
                accounts,
                max: self.rows_max,
            });
        }
        loop {
            let held: usize = lists.values().map(|slot| slot.rows).sum();
            if lists.len() < LISTS_MAX && held + accounts <= self.rows_max {
                return Ok(());
            }
            let finished = lists.iter().filter(|(_, slot)| slot.job.ended().is_some());
            let unasked = finished.min_by_key(|(_, slot)| slot.asked).map(|(at, _)| *at);
            match unasked {
                Some(at) => lists.remove(&at),
                None => return Err(PastListError::Busy),
            };
        }
    }

    /// Reads a list, and keeps it as long as it is asked for.
    async fn keep(self: Arc<Self>, job: Arc<Job>, router: Arc<Router>) {
        let mut look = tokio::time::interval(LOOK_EVERY);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        {
            let mut reading = pin!(job.read(&self.turn, &router));
            loop {
                tokio::select! {
                    () = &mut reading => break,
                    _ = look.tick() => let_go(&mut self.lists(), Instant::now()),
                }
            }
        }
        metrics::counter!("quorate_past_lists_total", "end" => job.end()).increment(1);
        // A finished list needs no store: an engine that stopped lets go of its folder.
        drop(router);
        loop {
            let_go(&mut self.lists(), Instant::now());
            if !self.lists().values().any(|slot| Arc::ptr_eq(&slot.job, &job)) {
                return;
            }
            look.tick().await;
        }
    }
}

/// Lets go of the lists that nobody asks for any more; those that are being read are given up.
fn let_go(lists: &mut BTreeMap<Timestamp, Slot>, now: Instant) {
    lists.retain(|_, slot| {
        let over = slot.is_over(now);
        if over {
            slot.job.give_up();
        }
        !over
    });
}
