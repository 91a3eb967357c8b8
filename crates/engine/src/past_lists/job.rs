//! One list being read: account by account, a few at once, off the arbiters.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures_util::future::try_join_all;
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_store::Store;
use tokio::sync::Semaphore;

use super::{PastList, Progress, UNREAD_NAMED_MAX, Unread};
use crate::error::Error;
use crate::handle::AsOf;
use crate::imports::{blocking, unavailable};
use crate::index::{Index, Row};
use crate::listing::Listing;
use crate::models::Models;
use crate::router::{Folded, Router};

/// Accounts read in one go, between two looks at whether anybody still wants the list.
const AT_ONCE: usize = 32;
/// The most threads that read, however many processors there are.
const READERS_MAX: usize = 4;

/// A list being read, or read.
pub(super) struct Job {
    at: Timestamp,
    begun_at: Timestamp,
    total: AtomicUsize,
    done: AtomicUsize,
    /// Whether its turn came.
    begun: AtomicBool,
    given_up: AtomicBool,
    ended: OnceLock<Ended>,
}

/// How reading ended.
pub(super) enum Ended {
    /// The list is there.
    Ready(PastList),
    /// It is not, and why.
    BrokeOff(String),
}

/// What reading an account came to.
enum Found {
    /// Its row.
    Row(Box<Row>),
    /// Nothing of it had happened.
    Later,
    /// It cannot be read, and why.
    Unread(String),
}

/// What was found so far besides rows.
#[derive(Default)]
struct Missing {
    later: usize,
    /// The first [`UNREAD_NAMED_MAX`].
    unread: BTreeSet<Unread>,
    unread_total: usize,
}

impl Missing {
    fn note_unread(&mut self, unread: Unread) {
        self.unread_total += 1;
        self.unread.insert(unread);
        if self.unread.len() > UNREAD_NAMED_MAX {
            self.unread.pop_last();
        }
    }
}

impl Job {
    pub(super) fn new(at: Timestamp, begun_at: Timestamp, accounts: usize) -> Self {
        Self {
            at,
            begun_at,
            total: AtomicUsize::new(accounts),
            done: AtomicUsize::new(0),
            begun: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            ended: OnceLock::new(),
        }
    }

    /// - `busy`: whether some list is being read.
    pub(super) fn progress(&self, busy: bool) -> Progress {
        Progress {
            done: self.done.load(Ordering::Relaxed),
            total: self.total.load(Ordering::Relaxed),
            waiting: busy && !self.begun.load(Ordering::Relaxed),
        }
    }

    /// Returns how it ended; `None`: it is being read.
    pub(super) fn ended(&self) -> Option<&Ended> {
        self.ended.get()
    }

    /// Returns how it ended, as a metric names it.
    pub(super) fn end(&self) -> &'static str {
        match self.ended() {
            Some(Ended::Ready(_)) => "ready",
            Some(Ended::BrokeOff(_)) => "broke_off",
            None => "given_up",
        }
    }

    /// Nobody wants it any more.
    pub(super) fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
    }

    fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::Relaxed)
    }

    /// Reads all accounts when its turn comes.
    pub(super) async fn read(self: &Arc<Self>, turn: &Semaphore, router: &Router) {
        // The semaphore is never closed.
        let Ok(_turn) = turn.acquire().await else {
            return;
        };
        self.begun.store(true, Ordering::Relaxed);
        let ended = match self.read_all(router).await {
            Ok(Some(list)) => Ended::Ready(list),
            Ok(None) => return,
            Err(error) => {
                tracing::warn!(error = %error, "a list as of a past instant could not be read");
                Ended::BrokeOff(error.to_string())
            }
        };
        let _ = self.ended.set(ended);
    }

    /// Returns nothing when it was given up.
    async fn read_all(self: &Arc<Self>, router: &Router) -> Result<Option<PastList>, Error> {
        let store = router.store();
        let accounts: Arc<[AccountId]> = blocking(move || known(&*store)).await??.into();
        self.total.store(accounts.len(), Ordering::Relaxed);
        let models = router.all_models();
        let (_, current) = models.until(self.at);
        let index = Arc::new(Index::new(&current.model));
        let next = AtomicUsize::new(0);
        let missing = Arc::new(Mutex::new(Missing::default()));
        let reader = async || -> Result<(), Error> {
            loop {
                router.check_running()?;
                let from = next.fetch_add(AT_ONCE, Ordering::Relaxed);
                if self.is_given_up() || from >= accounts.len() {
                    return Ok(());
                }
                let part = Part {
                    job: Arc::clone(self),
                    store: router.store(),
                    models: models.clone(),
                    accounts: Arc::clone(&accounts),
                    index: Arc::clone(&index),
                    missing: Arc::clone(&missing),
                    #[cfg(feature = "test-util")]
                    faults: router.faults(),
                };
                let now = router.now();
                blocking(move || part.read(from, now)).await??;
            }
        };
        try_join_all((0..readers()).map(|_| reader())).await?;
        if self.is_given_up() {
            return Ok(None);
        }
        let missing = std::mem::take(&mut *missing.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Some(PastList {
            listing: Listing::past(index, self.at),
            read_at: self.begun_at,
            later: missing.later,
            unread: missing.unread.into_iter().collect(),
            unread_total: missing.unread_total,
        }))
    }
}

/// Half of the processors: the others are left to what is live.
fn readers() -> usize {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    (processors / 2).clamp(1, READERS_MAX)
}

/// Returns every account the store knows, set aside or not. Blocking.
fn known(store: &dyn Store) -> Result<Vec<AccountId>, Error> {
    let mut accounts = Vec::new();
    store
        .scan_summaries(&mut |found| accounts.push(AccountId::trusted(found.account)))
        .map_err(|error| unavailable(&error))?;
    Ok(accounts)
}

/// A part of the accounts, on its way to a thread that may block.
struct Part {
    job: Arc<Job>,
    store: Arc<dyn Store>,
    models: Models,
    accounts: Arc<[AccountId]>,
    index: Arc<Index>,
    missing: Arc<Mutex<Missing>>,
    #[cfg(feature = "test-util")]
    faults: crate::faults::Faults,
}

impl Part {
    fn read(&self, from: usize, now: Timestamp) -> Result<(), Error> {
        for account in self.accounts.iter().skip(from).take(AT_ONCE) {
            let found = self.find(account, now)?;
            match found {
                Found::Row(row) => self.index.put(*row, self.job.at),
                Found::Later => self.missing().later += 1,
                Found::Unread(reason) => self.missing().note_unread(Unread {
                    account: account.clone(),
                    reason,
                }),
            }
            self.job.done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn missing(&self) -> std::sync::MutexGuard<'_, Missing> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, account: &AccountId, now: Timestamp) -> Result<Found, Error> {
        let as_of = AsOf {
            at: Some(self.job.at),
            known_at: None,
        };
        // What makes one account's fold panic must not cost the others their list.
        let row = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(feature = "test-util")]
            self.faults.before_past(account);
            let folded = Folded::fold(&*self.store, &self.models, account, as_of, now)?;
            Ok(folded
                .filter(Folded::was_there)
                .map(|folded| Box::new(folded.row())))
        }));
        match row {
            Ok(Ok(Some(row))) => Ok(Found::Row(row)),
            Ok(Ok(None)) => Ok(Found::Later),
            Ok(Err(Error::Quarantined { reason, .. })) => Ok(Found::Unread(reason)),
            Ok(Err(error)) => Err(error),
            Err(_) => Ok(Found::Unread("its journal cannot be folded".to_owned())),
        }
    }
}
