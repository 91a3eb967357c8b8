//! A shard: the account actors of one arbiter, and all that reaches them.
//!
//! Asks come in through one queue. Whatever queued up is taken at once: accounts that are not in memory are loaded
//! and signal ids looked up in one step off the arbiter, then each account's actor is asked. An actor that died is
//! loaded again and asked again, a few times; a signal that keeps killing its account is set aside.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix::prelude::*;
use hashbrown::{HashMap, HashSet};
use quorate_domain::account::{Command, NewSignal};
use quorate_domain::id::{AccountId, Seq, SignalId};
use quorate_domain::time::Timestamp;
use quorate_store::{OwnerToken, Store};
use tokio::sync::{mpsc, oneshot};

use crate::account_actor::{
    AccountActor, Begun, Done, Execute, Failure, Known, LoadFailure, Loading, Passivate, Read, ReadAnswer,
    Wake, load, save,
};
use crate::clock::Clock;
use crate::commit::{Committer, Gatherer};
use crate::config::EngineConfig;
use crate::error::Error;
use crate::index::Index;
use crate::live::{Live, UnknownKinds};
use crate::models::Models;
use crate::set_aside;
use crate::view::ItemOutcome;

mod ask;
mod timers;

pub(crate) use ask::{Ask, Outcomes, SignalsAsk, Slot};
pub(crate) use timers::Timers;

/// Asks taken from the queue at once.
const TURN_MAX: usize = 1_024;
/// How often signals are asked again that waited for an account when it left memory.
const WAITS_MAX: u32 = 32;
/// Accounts woken at once by timers; a restart after a long time has many that are due.
const WAKES_MAX: usize = 64;
/// Accounts that leave memory in one step.
const PASSIVATE_MAX: usize = 512;
/// How often idle accounts are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// What the actors of a shard share.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) owner: OwnerToken,
    pub(crate) gatherer: Gatherer,
    pub(crate) index: Arc<Index>,
    pub(crate) clock: Clock,
    pub(crate) models: Models,
    pub(crate) config: EngineConfig,
    pub(crate) live: Arc<Live>,
    pub(crate) unknown_kinds: Arc<UnknownKinds>,
    pub(crate) timers: Timers,
}

/// What a shard is started with.
pub(crate) struct Start {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) owner: OwnerToken,
    pub(crate) committer: Committer,
    pub(crate) index: Arc<Index>,
    pub(crate) clock: Clock,
    pub(crate) models: Models,
    pub(crate) config: EngineConfig,
    pub(crate) live: Arc<Live>,
    pub(crate) unknown_kinds: Arc<UnknownKinds>,
    pub(crate) active: Arc<AtomicUsize>,
    pub(crate) quarantined: Arc<std::sync::Mutex<std::collections::BTreeMap<AccountId, String>>>,
    /// Timers of the accounts known at the start.
    pub(crate) wakes: Vec<(AccountId, Timestamp)>,
    pub(crate) queue: mpsc::UnboundedReceiver<Ask>,
    /// The sending end of `queue`, for asks that have to be asked again.
    pub(crate) again: mpsc::WeakUnboundedSender<Ask>,
}

struct Resident {
    actor: Addr<AccountActor>,
    last_used: Timestamp,
}

struct Shard {
    shared: Rc<Shared>,
    residents: RefCell<HashMap<AccountId, Resident>>,
    active: Arc<AtomicUsize>,
    quarantined: Arc<std::sync::Mutex<std::collections::BTreeMap<AccountId, String>>>,
    again: mpsc::WeakUnboundedSender<Ask>,
    active_max: usize,
}

/// Runs a shard on the current arbiter until its queue is closed.
pub(crate) async fn run(start: Start) {
    let shards = start.config.shards.max(1);
    let shared = Rc::new(Shared {
        store: start.store,
        owner: start.owner,
        gatherer: Gatherer::new(start.committer),
        index: start.index,
        clock: start.clock.clone(),
        models: start.models,
        live: start.live,
        unknown_kinds: start.unknown_kinds,
        timers: Timers::new(start.wakes),
        config: start.config,
    });
    let this = Rc::new(Shard {
        active_max: (shared.config.active_accounts_max / shards).max(1),
        shared,
        residents: RefCell::default(),
        active: start.active,
        quarantined: start.quarantined,
        again: start.again,
    });
    let timing = actix_rt::spawn(Rc::clone(&this).keep_time(start.clock));
    let sweeping = actix_rt::spawn(Rc::clone(&this).sweep());
    let mut queue = start.queue;
    let mut turn = Vec::new();
    while queue.recv_many(&mut turn, TURN_MAX).await > 0 {
        if let Some(stop) = Rc::clone(&this).turn(&mut turn).await {
            timing.abort();
            sweeping.abort();
            this.passivate_all().await;
            let _ = stop.send(());
            break;
        }
        this.make_room().await;
    }
}

impl Shard {
    /// Takes what queued up: loads and looks up what it needs, then asks each account. Returns a request to stop.
    async fn turn(self: Rc<Self>, turn: &mut Vec<Ask>) -> Option<oneshot::Sender<()>> {
        let mut stop = None;
        let mut ready: Vec<Ask> = Vec::with_capacity(turn.len());
        // Signals of one account that came in with several batches are recorded in one step.
        let mut places: HashMap<AccountId, usize> = HashMap::new();
        for ask in turn.drain(..) {
            match ask {
                Ask::Stop(stopped) => stop = Some(stopped),
                Ask::Signals(signals) if signals.kills == 0 && signals.tries == 0 && !signals.alone => {
                    let place = places.get(&signals.account).copied();
                    if let Some(Ask::Signals(first)) = place.and_then(|place| ready.get_mut(place)) {
                        first.signals.extend(signals.signals);
                    } else {
                        places.insert(signals.account.clone(), ready.len());
                        ready.push(Ask::Signals(signals));
                    }
                }
                Ask::Signals(_) | Ask::Command { .. } | Ask::Read { .. } | Ask::Wake { .. } => {
                    // What is asked after a command or a read must not overtake it.
                    places.remove(ask.account());
                    ready.push(ask);
                }
            }
        }
        let mut known = self.prepare(&mut ready).await;
        for ask in ready {
            let known = match &ask {
                Ask::Signals(signals) => known.remove(&signals.no).unwrap_or_default(),
                Ask::Command { .. } | Ask::Read { .. } | Ask::Wake { .. } | Ask::Stop(_) => Known::default(),
            };
            let Some(actor) = self.actor(ask.account()) else {
                match self.quarantine_reason(ask.account()) {
                    Some(reason) => ask.refuse(&reason),
                    // It left memory while others were loaded: a commit of it failed. The next turn loads it.
                    None => self.ask_again(ask),
                }
                continue;
            };
            actix_rt::spawn(Rc::clone(&self).ask(actor, ask, known));
        }
        stop
    }

    /// Loads accounts that are not in memory and looks up signal ids, both in one step off the arbiter.
    async fn prepare(&self, asks: &mut Vec<Ask>) -> HashMap<u64, Known> {
        let mut cold: Vec<AccountId> = Vec::new();
        let mut seen = HashSet::new();
        let mut ids: Vec<(AccountId, Vec<SignalId>)> = Vec::new();
        let mut numbers: Vec<u64> = Vec::new();
        for (no, ask) in (0_u64..).zip(asks.iter_mut()) {
            let account = ask.account();
            if !self.residents.borrow().contains_key(account) && seen.insert(account.clone()) {
                cold.push(account.clone());
            }
            if let Ask::Signals(signals) = ask {
                signals.no = no;
                ids.push((
                    signals.account.clone(),
                    signals
                        .signals
                        .iter()
                        .map(|(_, signal)| signal.id.clone())
                        .collect(),
                ));
                numbers.push(no);
            }
        }
        if cold.is_empty() && ids.is_empty() {
            return HashMap::new();
        }
        let (store, models) = (Arc::clone(&self.shared.store), self.shared.models.clone());
        let now = self.shared.clock.now();
        let job = actix_rt::task::spawn_blocking(move || {
            let loaded = load(&*store, &cold, &models, now);
            let known = if ids.is_empty() {
                None
            } else {
                Some(store.known_ids(&ids))
            };
            (loaded, known, ids)
        });
        let Ok((loaded, known, ids)) = job.await else {
            refuse_all(asks, "loading panicked");
            return HashMap::new();
        };
        let mut unavailable: HashMap<AccountId, String> = HashMap::new();
        for (account, loading) in loaded {
            match loading {
                Ok(loading) => self.admit(account, loading),
                Err(LoadFailure::Quarantine(reason)) => self.quarantine(&account, reason),
                Err(LoadFailure::Unavailable(reason)) => {
                    unavailable.insert(account, reason);
                }
            }
        }
        if !unavailable.is_empty() {
            let (failed, fine) = asks
                .drain(..)
                .partition::<Vec<_>, _>(|ask| unavailable.contains_key(ask.account()));
            *asks = fine;
            for ask in failed {
                let reason = unavailable.get(ask.account()).cloned().unwrap_or_default();
                ask.fail(&reason);
            }
        }
        match known {
            None => HashMap::new(),
            Some(Ok(answer)) => {
                let mark = answer.mark;
                let known_of = |ids: Vec<SignalId>, known: Vec<bool>| Known {
                    ids: ids
                        .into_iter()
                        .zip(known)
                        .filter(|(_, known)| *known)
                        .map(|(id, _)| id)
                        .collect(),
                    mark,
                };
                numbers
                    .into_iter()
                    .zip(ids.into_iter().zip(answer.known))
                    .map(|(no, ((_, ids), known))| (no, known_of(ids, known)))
                    .collect()
            }
            Some(Err(error)) => {
                let (signals, others) = asks
                    .drain(..)
                    .partition::<Vec<_>, _>(|ask| matches!(ask, Ask::Signals(_)));
                *asks = others;
                for ask in signals {
                    ask.fail(&error.to_string());
                }
                HashMap::new()
            }
        }
    }

    fn admit(&self, account: AccountId, loading: Loading) {
        let now = self.shared.clock.now();
        let mut residents = self.residents.borrow_mut();
        if residents.contains_key(&account) {
            return;
        }
        let actor = AccountActor::new(loading, Rc::clone(&self.shared)).start();
        residents.insert(
            account,
            Resident {
                actor,
                last_used: now,
            },
        );
        self.active.fetch_add(1, Ordering::Relaxed);
    }

    fn actor(&self, account: &AccountId) -> Option<Addr<AccountActor>> {
        let mut residents = self.residents.borrow_mut();
        let resident = residents.get_mut(account)?;
        resident.last_used = self.shared.clock.now();
        Some(resident.actor.clone())
    }

    fn evict(&self, account: &AccountId, actor: &Addr<AccountActor>) {
        let mut residents = self.residents.borrow_mut();
        if residents
            .get(account)
            .is_some_and(|resident| resident.actor == *actor)
        {
            residents.remove(account);
            self.active.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn quarantine(&self, account: &AccountId, reason: String) {
        tracing::error!(account.id = %account, reason, "an account is set aside");
        self.quarantined
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(account.clone(), reason);
    }

    fn quarantine_reason(&self, account: &AccountId) -> Option<String> {
        let quarantined = self
            .quarantined
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        quarantined.get(account).cloned()
    }

    /// Asks an actor, and answers whoever asked.
    async fn ask(self: Rc<Self>, actor: Addr<AccountActor>, ask: Ask, known: Known) {
        match ask {
            Ask::Signals(signals) => self.record(actor, signals, known).await,
            Ask::Command {
                account,
                command,
                expected,
                answer,
                tries,
            } => {
                let execute = Execute {
                    command: (*command).clone(),
                    known: Known::default(),
                    expected,
                    begun: Begun::default(),
                };
                let sent = actor.send(execute).await;
                let killed = "the command keeps killing its account";
                match self.answer_of(&account, &actor, sent, tries, killed) {
                    Some(result) => {
                        let _ = answer.send(result);
                    }
                    None => self.ask_again(Ask::Command {
                        account,
                        command,
                        expected,
                        answer,
                        tries: tries + 1,
                    }),
                }
            }
            Ask::Read {
                account,
                forecast,
                answer,
                tries,
            } => {
                let sent = actor.send(Read { forecast }).await;
                let killed = "reading keeps killing the account";
                match self.answer_of(&account, &actor, sent, tries, killed) {
                    Some(result) => {
                        let _ = answer.send(result);
                    }
                    None => self.ask_again(Ask::Read {
                        account,
                        forecast,
                        answer,
                        tries: tries + 1,
                    }),
                }
            }
            Ask::Wake { account, done } => {
                match actor.send(Wake).await {
                    Ok(Ok(())) => {}
                    Ok(Err(failure)) => {
                        let error = self.failed(&account, &actor, failure);
                        tracing::warn!(account.id = %account, error = %error, "an account could not be woken");
                    }
                    Err(_) => self.evict(&account, &actor),
                }
                drop(done);
            }
            Ask::Stop(_) => {}
        }
    }

    /// Returns what a command or a read is answered with; `None`: it is to be asked again, of the account loaded anew.
    ///
    /// - `killed`: what to say of one that kills its account at every try.
    fn answer_of<T>(
        &self,
        account: &AccountId,
        actor: &Addr<AccountActor>,
        sent: Result<Result<T, Failure>, MailboxError>,
        tries: u32,
        killed: &str,
    ) -> Option<Result<T, Error>> {
        match sent {
            Ok(Ok(done)) => Some(Ok(done)),
            Ok(Err(Failure::Conflict)) | Err(_) if tries < self.shared.config.poison_tries_max => {
                self.evict(account, actor);
                None
            }
            Ok(Err(failure)) => Some(Err(self.failed(account, actor, failure))),
            Err(_) => {
                self.evict(account, actor);
                Some(Err(Error::Unavailable {
                    reason: killed.to_owned(),
                }))
            }
        }
    }

    fn failed(&self, account: &AccountId, actor: &Addr<AccountActor>, failure: Failure) -> Error {
        match failure {
            Failure::Rejected(rejection) => Error::Rejected(rejection),
            Failure::Version { expected, found } => Error::VersionMismatch { expected, found },
            Failure::Conflict => {
                self.evict(account, actor);
                Error::Unavailable {
                    reason: "the account kept changing underneath".to_owned(),
                }
            }
            Failure::Lost(reason) => {
                self.evict(account, actor);
                Error::Unavailable { reason }
            }
        }
    }

    fn ask_again(&self, ask: Ask) {
        match self.again.upgrade() {
            Some(queue) => {
                if let Err(mpsc::error::SendError(ask)) = queue.send(ask) {
                    ask.fail("the engine is shutting down");
                }
            }
            None => ask.fail("the engine is shutting down"),
        }
    }

    async fn record(self: Rc<Self>, actor: Addr<AccountActor>, mut ask: SignalsAsk, known: Known) {
        let signals: Vec<NewSignal> = ask.signals.iter().map(|(_, signal)| signal.clone()).collect();
        let begun = Begun::default();
        let execute = Execute {
            command: Command::RecordSignals(signals),
            known,
            expected: None,
            begun: begun.clone(),
        };
        let result = actor.send(execute).await;
        let tries_max = self.shared.config.poison_tries_max;
        match result {
            Ok(Ok(Done { outcomes, .. })) => {
                ask.put(outcomes.into_iter().map(ItemOutcome::Decided));
            }
            Ok(Err(Failure::Conflict)) if ask.tries < tries_max => {
                self.evict(&ask.account, &actor);
                ask.tries += 1;
                self.ask_again(Ask::Signals(ask));
            }
            Ok(Err(failure)) => {
                let reason = self.failed(&ask.account, &actor, failure).to_string();
                Ask::Signals(ask).fail(&reason);
            }
            Err(_) if !begun.is_so() => {
                // The account left memory for something else: whatever that was, these did not do it.
                self.evict(&ask.account, &actor);
                ask.tries += 1;
                if ask.tries < WAITS_MAX {
                    self.ask_again(Ask::Signals(ask));
                } else {
                    Ask::Signals(ask).fail("the account left memory again and again while it was asked");
                }
            }
            Err(_) => {
                self.evict(&ask.account, &actor);
                ask.kills += 1;
                metrics::counter!("quorate_account_panics_total").increment(1);
                if ask.kills < tries_max {
                    self.ask_again(Ask::Signals(ask));
                } else if ask.signals.len() > 1 {
                    // One of them is poison; each gets its own tries.
                    for single in ask.split() {
                        self.ask_again(Ask::Signals(single));
                    }
                } else {
                    self.set_aside(ask).await;
                }
            }
        }
    }

    /// Keeps a signal that kills its account apart, so that the account lives on without it.
    async fn set_aside(&self, ask: SignalsAsk) {
        let now = self.shared.clock.now();
        let store = Arc::clone(&self.shared.store);
        let account = ask.account.clone();
        let signals: Vec<NewSignal> = ask.signals.iter().map(|(_, signal)| signal.clone()).collect();
        tracing::error!(account.id = %account, "a signal keeps killing its account and is set aside");
        metrics::counter!("quorate_poison_signals_total").increment(1);
        let saved = actix_rt::task::spawn_blocking(move || {
            signals
                .iter()
                .try_for_each(|signal| set_aside::keep(&*store, &account, signal, now))
        })
        .await;
        match saved {
            Ok(Ok(())) => Ask::Signals(ask).refuse("the signal keeps killing its account; it is set aside"),
            Ok(Err(error)) => Ask::Signals(ask).fail(&error.to_string()),
            Err(_) => Ask::Signals(ask).fail("setting the signal aside panicked"),
        }
    }

    /// Wakes accounts whose time has come.
    async fn keep_time(self: Rc<Self>, clock: Clock) {
        loop {
            let due = self.shared.timers.due(&clock).await;
            let (done, mut finished) = mpsc::unbounded_channel::<()>();
            for account in due.into_iter().take(WAKES_MAX) {
                self.ask_again(Ask::Wake {
                    account,
                    done: done.clone(),
                });
            }
            drop(done);
            // The next ones when these are through: wakes must not crowd out what people ask.
            while finished.recv().await.is_some() {}
        }
    }

    /// Lets idle accounts go.
    async fn sweep(self: Rc<Self>) {
        let mut every = tokio::time::interval(SWEEP_EVERY);
        every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let now = self.shared.clock.now();
            let idle_ms = i64::try_from(self.shared.config.idle_after_ms).unwrap_or(i64::MAX);
            let mut leaving: Vec<(Timestamp, AccountId)> = Vec::new();
            let over = {
                let residents = self.residents.borrow();
                leaving.extend(
                    residents
                        .iter()
                        .map(|(account, resident)| (resident.last_used, account.clone())),
                );
                residents.len().saturating_sub(self.active_max)
            };
            leaving.sort_unstable_by_key(|leaving| leaving.0);
            let leaving: Vec<AccountId> = leaving
                .into_iter()
                .enumerate()
                .filter(|(place, (used, _))| *place < over || now.millis_since(*used) > idle_ms)
                .map(|(_, (_, account))| account)
                .collect();
            self.passivate(leaving).await;
        }
    }

    /// Makes room at once when far more accounts are in memory than may be: a turn or a restart can wake many.
    /// The next turn waits for it, so that memory stays bounded however fast asks come in.
    async fn make_room(&self) {
        let mut residents: Vec<(Timestamp, AccountId)> = {
            let residents = self.residents.borrow();
            if residents.len() <= self.active_max + self.active_max / 4 + TURN_MAX {
                return;
            }
            residents
                .iter()
                .map(|(account, resident)| (resident.last_used, account.clone()))
                .collect()
        };
        residents.sort_unstable_by_key(|resident| resident.0);
        let over = residents.len().saturating_sub(self.active_max);
        self.passivate(
            residents
                .into_iter()
                .take(over)
                .map(|(_, account)| account)
                .collect(),
        )
        .await;
    }

    /// Lets accounts go; the snapshots of many are saved in one step off the arbiter.
    async fn passivate(&self, accounts: Vec<AccountId>) {
        for accounts in accounts.chunks(PASSIVATE_MAX) {
            let leaving: Vec<(AccountId, Resident)> = {
                let mut residents = self.residents.borrow_mut();
                accounts
                    .iter()
                    .filter_map(|account| {
                        residents
                            .remove(account)
                            .map(|resident| (account.clone(), resident))
                    })
                    .collect()
            };
            self.active.fetch_sub(leaving.len(), Ordering::Relaxed);
            let saving = leaving.into_iter().map(|(account, resident)| async move {
                let snapshot = resident.actor.send(Passivate).await.ok().flatten()?;
                Some((account, snapshot))
            });
            let snapshots = futures_util::future::join_all(saving).await;
            let store = Arc::clone(&self.shared.store);
            let saved = actix_rt::task::spawn_blocking(move || {
                for (account, snapshot) in snapshots.into_iter().flatten() {
                    save(&*store, &account, &snapshot);
                }
            });
            // Only shortens recovery: whatever becomes of it, the journal has everything.
            let _ = saved.await;
        }
    }

    async fn passivate_all(&self) {
        let accounts: Vec<AccountId> = self.residents.borrow().keys().cloned().collect();
        self.passivate(accounts).await;
    }
}

fn refuse_all(asks: &mut Vec<Ask>, reason: &str) {
    for ask in asks.drain(..) {
        ask.fail(reason);
    }
}

/// What an ask of a command or a read is answered with.
pub(crate) type CommandAnswer = oneshot::Sender<Result<Done, Error>>;
/// What a read is answered with; `None`: there is no such account.
pub(crate) type ReadAnswerSender = oneshot::Sender<Result<Option<ReadAnswer>, Error>>;

/// The version a command expects.
pub(crate) type Expected = Option<Seq>;
