//! From the handle to the shards: admission, accounts to shards, reads of the past, start and stop.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix::Arbiter;
use hashbrown::HashMap;
use quorate_domain::account::{Command, NewSignal, field};
use quorate_domain::explain::{self, GroupExplanation};
use quorate_domain::id::{AccountId, Seq};
use quorate_domain::standing::{HistoryPoint, ModelInForce, Notice};
use quorate_domain::time::Timestamp;
use quorate_store::{Durability, Store};
use tokio::sync::{Semaphore, SemaphorePermit, broadcast, mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::commit::Committer;
use crate::config::EngineConfig;
use crate::error::{Error, StartError};
use crate::handle::{AccountRef, AsOf, IncomingSignal};
use crate::index::Index;
use crate::listing::Listing;
use crate::live::{Live, UnknownKinds};
use crate::models::Models;
use crate::retention::Keeper;
use crate::shard::{self, Ask, Outcomes, SignalsAsk, Slot};
use crate::store_check::StoreCheck;
use crate::stored::SummaryV1;
use crate::unmatched::Unmatched;
use crate::view::{AccountView, ItemOutcome, LiveEvent, Receipt, Retained, Status, TimelineEntry};

mod past;

pub(crate) use past::Folded;
use past::{Past, history, load_error, timeline};

/// Accounts hash to this many partitions, whatever the number of shards.
const PARTITIONS: u64 = 256;
/// How often a part of the index is placed anew; all parts within a minute.
const PLACE_EVERY: Duration = Duration::from_millis(1_500);
/// How long shards get to finish when the engine stops.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// The engine behind the handle.
pub(crate) struct Router {
    store: Arc<dyn Store>,
    shards: Vec<mpsc::UnboundedSender<Ask>>,
    arbiters: Mutex<Vec<Arbiter>>,
    commit_thread: Mutex<Option<std::thread::JoinHandle<()>>>,
    committer: Mutex<Option<Committer>>,
    placing: Mutex<Option<actix_rt::task::JoinHandle<()>>>,
    keeper: Keeper,
    keeping: Mutex<Option<actix_rt::task::JoinHandle<()>>>,
    index: Arc<Index>,
    clock: Clock,
    models: Models,
    config: EngineConfig,
    live: Arc<Live>,
    unknown_kinds: Arc<UnknownKinds>,
    unmatched: Arc<Unmatched>,
    active: Arc<AtomicUsize>,
    quarantined: Arc<Mutex<BTreeMap<AccountId, String>>>,
    signals: Semaphore,
    commands: Semaphore,
    failed: watch::Receiver<Option<String>>,
    store_check: StoreCheck,
    stopping: AtomicBool,
}

impl Router {
    pub(crate) fn start(
        store: Arc<dyn Store>,
        models: Vec<ModelInForce>,
        clock: Clock,
        config: EngineConfig,
    ) -> Result<Self, StartError> {
        let models = Models::new(models)?;
        let owner = store.acquire()?;
        let index = Arc::new(Index::new(&models.current().model));
        let now = clock.now();
        let shard_count = config.shards.max(1);
        let mut wakes: Vec<Vec<(AccountId, Timestamp)>> = vec![Vec::new(); shard_count];
        load_index(&*store, &index, models.current(), now, |account, at| {
            if let Some(wakes) = wakes.get_mut(shard_of(&account, shard_count)) {
                wakes.push((account, at));
            }
        })?;
        let unmatched = Arc::new(Unmatched::load(&*store, config.unmatched_max)?);
        let store_check = StoreCheck::new(Arc::clone(&store));
        let (failed_sender, failed) = watch::channel(None);
        let (committer, commit_thread) = Committer::start(Arc::clone(&store), failed_sender)?;
        let live = Arc::new(Live::new(config.live_events_max));
        let unknown_kinds = Arc::new(UnknownKinds::default());
        let active = Arc::new(AtomicUsize::new(0));
        let quarantined = Arc::new(Mutex::new(BTreeMap::new()));
        let mut shards = Vec::with_capacity(shard_count);
        let mut arbiters = Vec::with_capacity(shard_count);
        for wakes in wakes {
            // What may wait here is bounded by the permits below.
            let (asks, queue) = mpsc::unbounded_channel();
            let start = shard::Start {
                store: Arc::clone(&store),
                owner: owner.clone(),
                committer: committer.clone(),
                index: Arc::clone(&index),
                clock: clock.clone(),
                models: models.clone(),
                config: config.clone(),
                live: Arc::clone(&live),
                unknown_kinds: Arc::clone(&unknown_kinds),
                active: Arc::clone(&active),
                quarantined: Arc::clone(&quarantined),
                wakes,
                queue,
                again: asks.downgrade(),
            };
            let arbiter = Arbiter::new();
            arbiter.spawn_fn(move || {
                actix_rt::spawn(shard::run(start));
            });
            arbiters.push(arbiter);
            shards.push(asks);
        }
        let keeper = Keeper {
            store: Arc::clone(&store),
            owner,
            index: Arc::clone(&index),
            clock: clock.clone(),
            models: models.clone(),
            retention: config.policy.retention,
        };
        let keep_every = Duration::from_millis(config.retention_every_ms);
        Ok(Self {
            store,
            shards,
            arbiters: Mutex::new(arbiters),
            commit_thread: Mutex::new(Some(commit_thread)),
            committer: Mutex::new(Some(committer)),
            placing: Mutex::new(Some(actix_rt::spawn(keep_placed(
                Arc::clone(&index),
                clock.clone(),
            )))),
            keeping: Mutex::new(Some(actix_rt::spawn(keeper.clone().run(keep_every)))),
            keeper,
            index,
            clock,
            models,
            live,
            unknown_kinds,
            unmatched,
            active,
            quarantined,
            signals: Semaphore::new(config.signals_in_flight_max),
            commands: Semaphore::new(config.commands_in_flight_max),
            config,
            failed,
            store_check,
            stopping: AtomicBool::new(false),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock.clone()
    }

    pub(crate) fn model(&self) -> ModelInForce {
        self.models.current().clone()
    }

    pub(crate) fn models(&self) -> Vec<ModelInForce> {
        self.models.all().to_vec()
    }

    /// Failures planned by a test.
    #[cfg(feature = "test-util")]
    pub(crate) fn faults(&self) -> crate::faults::Faults {
        self.config.faults.clone()
    }

    /// All models, to be read by.
    pub(crate) fn all_models(&self) -> Models {
        self.models.clone()
    }

    pub(crate) fn durability(&self) -> Durability {
        self.store.durability()
    }

    pub(crate) fn store(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<LiveEvent>> {
        self.live.listen()
    }

    pub(crate) fn failed(&self) -> watch::Receiver<Option<String>> {
        self.failed.clone()
    }

    /// Returns why the store takes no writes now.
    pub(crate) async fn check_store(&self) -> Result<(), String> {
        self.store_check.ask().await
    }

    pub(crate) fn index(&self) -> Arc<Index> {
        Arc::clone(&self.index)
    }

    /// Condenses what is older than the retention now.
    pub(crate) async fn keep_retention(&self) -> Result<Retained, Error> {
        self.check_running()?;
        Ok(self.keeper.sweep().await)
    }

    pub(crate) fn check_running(&self) -> Result<(), Error> {
        if self.stopping.load(Ordering::Relaxed) {
            return Err(Error::Stopping);
        }
        if let Some(reason) = &*self.failed.borrow() {
            return Err(Error::Unavailable {
                reason: reason.clone(),
            });
        }
        Ok(())
    }

    fn shard(&self, account: &AccountId) -> Result<&mpsc::UnboundedSender<Ask>, Error> {
        self.shards
            .get(shard_of(account, self.shards.len()))
            .ok_or(Error::Stopping)
    }

    pub(crate) async fn record_signals(
        &self,
        signals: Vec<IncomingSignal>,
    ) -> Result<Vec<ItemOutcome>, Error> {
        self.check_running()?;
        let _signals = permit(
            &self.signals,
            signals.len(),
            "signals in flight",
            self.config.signals_in_flight_max,
        )?;
        let mut outcomes: Vec<Option<ItemOutcome>> = vec![None; signals.len()];
        let mut by_account: HashMap<AccountId, Vec<(usize, NewSignal)>> = HashMap::new();
        let mut waiting: Vec<(usize, AccountRef, NewSignal)> = Vec::new();
        let doubt = self.clock.doubt();
        for (place, incoming) in signals.into_iter().enumerate() {
            if doubt.is_some() && incoming.signal.is_too_far_ahead(self.now()) {
                // It may well be right, and the clock wrong: refusing it for good would lose it.
                if let Some(empty) = outcomes.get_mut(place) {
                    *empty = Some(ItemOutcome::Unavailable {
                        reason: "the machine's clock jumped; whether this lies in the future is not known"
                            .to_owned(),
                    });
                }
                continue;
            }
            match self.resolve(&incoming.account) {
                Some(account) => by_account
                    .entry(account)
                    .or_default()
                    .push((place, incoming.signal)),
                None => waiting.push((place, incoming.account, incoming.signal)),
            }
        }
        if !waiting.is_empty() {
            for (place, outcome) in self.keep_waiting(waiting).await {
                if let Some(empty) = outcomes.get_mut(place) {
                    *empty = Some(outcome);
                }
            }
        }
        let (outcomes, answered) = Outcomes::new(outcomes);
        for (account, signals) in by_account {
            let shard = self.shard(&account)?;
            let signals = signals
                .into_iter()
                .map(|(place, signal)| {
                    (
                        Slot {
                            outcomes: outcomes.clone(),
                            place,
                        },
                        signal,
                    )
                })
                .collect();
            let ask = SignalsAsk {
                account,
                signals,
                tries: 0,
                kills: 0,
                alone: false,
                no: 0,
            };
            if let Err(mpsc::error::SendError(ask)) = shard.send(Ask::Signals(ask)) {
                ask.fail("the engine is shutting down");
            }
        }
        drop(outcomes);
        answered.await.map_err(|_| Error::Unavailable {
            reason: "a shard is gone".to_owned(),
        })
    }

    fn resolve(&self, account: &AccountRef) -> Option<AccountId> {
        match account {
            AccountRef::Id(id) => Some(id.clone()),
            AccountRef::Domain(domain) => self.index.by_domain(domain),
            AccountRef::Name(name) => self.index.by_name(name),
        }
    }

    async fn keep_waiting(&self, waiting: Vec<(usize, AccountRef, NewSignal)>) -> Vec<(usize, ItemOutcome)> {
        let places: Vec<usize> = waiting.iter().map(|(place, _, _)| *place).collect();
        let (unmatched, store, now) = (Arc::clone(&self.unmatched), Arc::clone(&self.store), self.now());
        let signals: Vec<(AccountRef, NewSignal)> = waiting
            .into_iter()
            .map(|(_, account, signal)| (account, signal))
            .collect();
        let kept = actix_rt::task::spawn_blocking(move || unmatched.keep(&*store, &signals, now)).await;
        let outcome = match kept {
            Ok(Ok(())) => ItemOutcome::Unmatched,
            Ok(Err(reason)) => ItemOutcome::Unavailable { reason },
            Err(_) => ItemOutcome::Unavailable {
                reason: "keeping unmatched signals panicked".to_owned(),
            },
        };
        places.into_iter().map(|place| (place, outcome.clone())).collect()
    }

    pub(crate) async fn execute(
        &self,
        account: AccountId,
        command: Command,
        expected: Option<Seq>,
    ) -> Result<Receipt, Error> {
        self.check_running()?;
        let _permit = self.admit_command()?;
        let may_match = match &command {
            Command::ChangeAccount(change) => change
                .fields
                .iter()
                .any(|(name, value)| value.is_some() && [field::NAME, field::DOMAINS].contains(&&**name)),
            Command::ChangeLists(_)
            | Command::Disqualify { .. }
            | Command::ChangeContact(_)
            | Command::Relate(_)
            | Command::Unrelate { .. }
            | Command::RecordSignals(_)
            | Command::StateEvidence(_)
            | Command::RetractEvidence { .. }
            | Command::ContestEvidence { .. }
            | Command::ChangeOpportunity(_)
            | Command::SnoozeGap(_) => false,
        };
        let (answer, answered) = oneshot::channel();
        let ask = Ask::Command {
            account: account.clone(),
            command: Box::new(command),
            expected,
            answer,
            tries: 0,
        };
        self.shard(&account)?.send(ask).map_err(|_| Error::Stopping)?;
        let done = answered.await.map_err(|_| Error::Unavailable {
            reason: "a shard is gone".to_owned(),
        })??;
        if may_match && !self.unmatched.is_empty() {
            self.match_waiting(&account).await;
        }
        Ok(Receipt {
            seq: done.seq,
            created: done.created,
            records: done.records,
            ignored: done.ignored,
            evidence: done.evidence,
            durability: self.durability(),
        })
    }

    /// Gives an account the signals that waited for its domain or name.
    async fn match_waiting(&self, account: &AccountId) {
        let Some(row) = self.index.row(account) else {
            return;
        };
        let keys: Vec<AccountRef> = row
            .domains
            .iter()
            .map(|domain| AccountRef::Domain(Arc::clone(domain)))
            .chain(row.name.clone().map(AccountRef::Name))
            .filter(|key| self.resolve(key).as_ref() == Some(account))
            .collect();
        let (unmatched, store) = (Arc::clone(&self.unmatched), Arc::clone(&self.store));
        let taken = actix_rt::task::spawn_blocking(move || unmatched.find(&*store, &keys))
            .await
            .unwrap_or_default();
        if taken.is_empty() {
            return;
        }
        let (outcomes, answered) = Outcomes::new(vec![None; taken.len()]);
        let signals = taken
            .iter()
            .enumerate()
            .map(|(place, (_, signal))| {
                (
                    Slot {
                        outcomes: outcomes.clone(),
                        place,
                    },
                    signal.clone(),
                )
            })
            .collect();
        drop(outcomes);
        let ask = SignalsAsk {
            account: account.clone(),
            signals,
            tries: 0,
            kills: 0,
            alone: false,
            no: 0,
        };
        let sent = self
            .shard(account)
            .map(|shard| shard.send(Ask::Signals(ask)).is_ok());
        if sent.is_err() || sent.is_ok_and(|sent| !sent) {
            return;
        }
        let Ok(outcomes) = answered.await else { return };
        // Only what the account has taken for good stops waiting; recording twice is prevented by the ids.
        let done: Vec<String> = taken
            .into_iter()
            .zip(outcomes)
            .filter(|(_, outcome)| matches!(outcome, ItemOutcome::Decided(_)))
            .map(|((key, _), _)| key)
            .collect();
        let (unmatched, store) = (Arc::clone(&self.unmatched), Arc::clone(&self.store));
        let _ = actix_rt::task::spawn_blocking(move || unmatched.forget(&*store, &done)).await;
    }

    pub(crate) async fn account(
        &self,
        account: &AccountId,
        as_of: AsOf,
    ) -> Result<Option<AccountView>, Error> {
        if as_of == AsOf::default() {
            return Ok(self.read(account, false).await?.map(|answer| answer.view));
        }
        Ok(self.past(account, as_of).await?.map(|past| past.view))
    }

    async fn read(
        &self,
        account: &AccountId,
        forecast: bool,
    ) -> Result<Option<crate::account_actor::ReadAnswer>, Error> {
        let Some(_permit) = self.admit_read(account)? else {
            return Ok(None);
        };
        let (answer, answered) = oneshot::channel();
        let ask = Ask::Read {
            account: account.clone(),
            forecast,
            answer,
            tries: 0,
        };
        self.shard(account)?.send(ask).map_err(|_| Error::Stopping)?;
        answered.await.map_err(|_| Error::Unavailable {
            reason: "a shard is gone".to_owned(),
        })?
    }

    /// Lets an account that was set aside be loaded again.
    pub(crate) fn take_back(&self, account: &AccountId) {
        self.quarantined
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(account);
    }

    fn is_quarantined(&self, account: &AccountId) -> bool {
        self.quarantined
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(account)
    }

    /// Lets a read of an account in, as one of the commands in flight; `None`: nobody knows the account.
    fn admit_read(&self, account: &AccountId) -> Result<Option<SemaphorePermit<'_>>, Error> {
        self.check_running()?;
        if self.index.row(account).is_none() && !self.is_quarantined(account) {
            // Every known account has a row; what has none needs no look at the disk.
            return Ok(None);
        }
        self.admit_command().map(Some)
    }

    fn admit_command(&self) -> Result<SemaphorePermit<'_>, Error> {
        permit(
            &self.commands,
            1,
            "commands in flight",
            self.config.commands_in_flight_max,
        )
    }

    /// Reads an account's journal off the arbiters; `None`: nobody knows the account.
    async fn read_journal<T: Send + 'static>(
        &self,
        account: &AccountId,
        read: impl FnOnce(&dyn Store, &AccountId) -> Result<Option<T>, Error> + Send + 'static,
    ) -> Result<Option<T>, Error> {
        let Some(_permit) = self.admit_read(account)? else {
            return Ok(None);
        };
        let (store, id) = (Arc::clone(&self.store), account.clone());
        actix_rt::task::spawn_blocking(move || read(&*store, &id))
            .await
            .map_err(|_| Error::Unavailable {
                reason: "reading the journal panicked".to_owned(),
            })?
    }

    /// Folds an account's journal up to an instant.
    async fn past(&self, account: &AccountId, as_of: AsOf) -> Result<Option<Past>, Error> {
        let (models, now) = (self.models.clone(), self.now());
        self.read_journal(account, move |store, id| {
            Past::fold(store, &models, id, as_of, now)
        })
        .await
    }

    pub(crate) async fn history(
        &self,
        account: &AccountId,
        instants: Vec<Timestamp>,
        as_of: AsOf,
    ) -> Result<Option<Vec<HistoryPoint>>, Error> {
        let (models, now) = (self.models.clone(), self.now());
        self.read_journal(account, move |store, id| {
            history(store, &models, id, instants, as_of, now)
        })
        .await
    }

    pub(crate) async fn explanation(
        &self,
        account: &AccountId,
        as_of: AsOf,
    ) -> Result<Option<(AccountView, Vec<GroupExplanation>)>, Error> {
        let Some(past) = self.past(account, as_of).await? else {
            return Ok(None);
        };
        let model = Arc::clone(&past.view.model);
        let explained = actix_rt::task::spawn_blocking(move || {
            let at = past.view.reading.at;
            let groups = explain::explain(&past.view.state, &past.standing, &past.records, &model, at);
            (past.view, groups)
        })
        .await
        .map_err(|_| Error::Unavailable {
            reason: "explaining panicked".to_owned(),
        })?;
        Ok(Some(explained))
    }

    pub(crate) async fn forecast(
        &self,
        account: &AccountId,
    ) -> Result<Option<(AccountView, Vec<Notice>)>, Error> {
        Ok(self
            .read(account, true)
            .await?
            .map(|answer| (answer.view, answer.forecast)))
    }

    pub(crate) async fn timeline(
        &self,
        account: &AccountId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Option<Vec<TimelineEntry>>, Error> {
        self.read_journal(account, move |store, id| {
            timeline(store, id, before, limit)
                .map(Some)
                .map_err(|failure| load_error(id, failure))
        })
        .await
    }

    /// Returns the accounts as they are now.
    pub(crate) fn listing(&self) -> Listing {
        Listing::live(self.index(), self.clock())
    }

    pub(crate) fn status(&self) -> Status {
        let quarantined = self.quarantined.lock().unwrap_or_else(PoisonError::into_inner);
        Status {
            accounts: self.index.len(),
            active: self.active.load(Ordering::Relaxed),
            signals_in_flight: self.config.signals_in_flight_max - self.signals.available_permits(),
            quarantined: quarantined
                .iter()
                .map(|(id, reason)| (id.clone(), reason.clone()))
                .collect(),
            unmatched: self.unmatched.len(),
            unknown_kinds: self.unknown_kinds.most(),
            writable: self.failed.borrow().is_none() && !self.stopping.load(Ordering::Relaxed),
        }
    }

    pub(crate) async fn stop(&self) {
        if self.stopping.swap(true, Ordering::Relaxed) {
            return;
        }
        for task in [&self.placing, &self.keeping] {
            if let Some(task) = task.lock().unwrap_or_else(PoisonError::into_inner).take() {
                task.abort();
            }
        }
        let stopped: Vec<oneshot::Receiver<()>> = self
            .shards
            .iter()
            .filter_map(|shard| {
                let (stop, stopped) = oneshot::channel();
                shard.send(Ask::Stop(stop)).ok().map(|()| stopped)
            })
            .collect();
        for stopped in stopped {
            if tokio::time::timeout(STOP_WITHIN, stopped).await.is_err() {
                tracing::warn!(
                    "a shard did not stop in time; its journal has everything that was acknowledged"
                );
            }
        }
        let arbiters = std::mem::take(&mut *self.arbiters.lock().unwrap_or_else(PoisonError::into_inner));
        self.committer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let commit_thread = self
            .commit_thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let joined = actix_rt::task::spawn_blocking(move || {
            for arbiter in arbiters {
                arbiter.stop();
                let _ = arbiter.join();
            }
            commit_thread.map(std::thread::JoinHandle::join)
        });
        let _ = tokio::time::timeout(STOP_WITHIN, joined).await;
    }
}

fn shard_of(account: &AccountId, shards: usize) -> usize {
    let partition = xxhash_rust::xxh3::xxh3_64(account.as_str().as_bytes()) % PARTITIONS;
    usize::try_from(partition).unwrap_or(0) % shards.max(1)
}

fn permit<'a>(
    semaphore: &'a Semaphore,
    amount: usize,
    what: &'static str,
    limit: usize,
) -> Result<SemaphorePermit<'a>, Error> {
    // More than the whole limit can never be had: it is refused like any overload, and the edge bounds bodies.
    let amount = u32::try_from(amount).unwrap_or(u32::MAX);
    semaphore.try_acquire_many(amount).map_err(|_| {
        metrics::counter!("quorate_shed_total", "limit" => what).increment(1);
        Error::Overloaded { what, limit }
    })
}

/// Loads the rows of all known accounts, and says when each is to be looked at.
fn load_index(
    store: &dyn Store,
    index: &Index,
    current: &ModelInForce,
    now: Timestamp,
    mut wake: impl FnMut(AccountId, Timestamp),
) -> Result<(), StartError> {
    store.scan_summaries(&mut |found| {
        let id = AccountId::trusted(found.account);
        let row = found.content.and_then(|content| {
            let stored: SummaryV1<'_> = unpack_borrowed(content.summary)?;
            let mut row = stored.into_row(id.clone(), content.seq);
            // The place of another model's numbers says nothing.
            row.thresholds = row.thresholds.filter(|_| row.model == current.version);
            Some(row)
        });
        match row {
            Some(row) => {
                // A row of another model, or one stored before tapes were kept, is made anew, a few at a time; one stored
                // before it was found out when MQA ends is asked that.
                let end_unknown = row.mqa_since.is_some() && row.mqa_ends_at.is_none();
                let at = if row.model == current.version && !row.tape.is_outdated() && !end_unknown {
                    row.wake_at
                } else {
                    Some(now)
                };
                if let Some(at) = at {
                    wake(id, at);
                }
                index.put(row, now);
            }
            // Its summary is damaged or of another form: the journal has everything.
            None => wake(id, now),
        }
    })?;
    Ok(())
}

fn unpack_borrowed<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    rmp_serde::from_slice(bytes).ok()
}

/// Places rows anew that decay has moved, one part of the index at a time.
async fn keep_placed(index: Arc<Index>, clock: Clock) {
    let mut every = tokio::time::interval(PLACE_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut part = 0;
    loop {
        every.tick().await;
        let (index, now) = (Arc::clone(&index), clock.now());
        let _ = actix_rt::task::spawn_blocking(move || index.sweep(part, now)).await;
        part = (part + 1) % Index::segments();
    }
}
