//! The engine's handle: the only thing API, console and binary hold. Async functions; no actor address leaks.

use std::sync::Arc;

use quorate_domain::account::{Command, NewSignal};
use quorate_domain::id::{AccountId, Seq};
use quorate_domain::standing::{HistoryPoint, ModelInForce};
use quorate_domain::time::Timestamp;
use quorate_store::{Durability, Store};
use tokio::sync::{Mutex, broadcast, watch};

use crate::clock::Clock;
use crate::config::EngineConfig;
use crate::error::{Error, StartError};
use crate::imports::{Desk, Imports};
use crate::listing::Listing;
use crate::lists::Lists;
use crate::past_lists::{PastLists, PastShelf};
use crate::router::Router;
use crate::set_aside::SetAside;
use crate::view::{AccountView, ItemOutcome, LiveEvent, Receipt, Retained, Status, TimelineEntry};
use crate::views::Views;

/// How a signal names its account.
#[derive(Clone, Debug, PartialEq)]
pub enum AccountRef {
    /// By id; an account that is not there is made.
    Id(AccountId),
    /// By lower-case domain; one that matches none waits.
    Domain(Arc<str>),
    /// By exact name; one that matches none waits.
    Name(Arc<str>),
}

/// A signal on its way in.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingSignal {
    /// Whose it is.
    pub account: AccountRef,
    /// The signal.
    pub signal: NewSignal,
}

/// The instant a read is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AsOf {
    /// A past instant; `None`: now.
    pub at: Option<Timestamp>,
    /// Leaves out what was recorded later; `None`: all that is known now.
    pub known_at: Option<Timestamp>,
}

/// A cheap, cloneable handle on a running engine.
#[derive(Clone)]
pub struct Engine {
    router: Arc<Router>,
    desk: Arc<Desk>,
    past: Arc<PastShelf>,
    /// Held while saved views are changed.
    views: Arc<Mutex<()>>,
}

impl Engine {
    /// Starts the engine over a store: takes ownership of it, loads the index, starts shards and timers.
    ///
    /// - `models`: oldest first; the last one is in force.
    ///
    /// # Errors
    /// When the store cannot be read or owned, or there is no model.
    pub fn start(
        store: Arc<dyn Store>,
        models: Vec<ModelInForce>,
        clock: Clock,
        config: EngineConfig,
    ) -> Result<Self, StartError> {
        let past_rows_max = config.past_rows_max;
        let router = Arc::new(Router::start(store, models, clock, config)?);
        let desk = Arc::new(Desk::open(&router));
        let past = Arc::new(PastShelf::new(past_rows_max));
        Ok(Self {
            router,
            desk,
            past,
            views: Arc::default(),
        })
    }

    /// Returns the engine's now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.router.now()
    }

    /// Returns the model in force.
    #[must_use]
    pub fn model(&self) -> ModelInForce {
        self.router.model()
    }

    /// Returns all models that ever were in force, oldest first: a model's number is its place from 1.
    #[must_use]
    pub fn models(&self) -> Vec<ModelInForce> {
        self.router.models()
    }

    /// Returns what an acknowledgement survives.
    #[must_use]
    pub fn durability(&self) -> Durability {
        self.router.durability()
    }

    /// Records signals; when it returns, each accepted one is durable. One bad item never loses the good ones.
    ///
    /// Returns one outcome a signal, in order.
    ///
    /// # Errors
    /// [`Error::Overloaded`] and [`Error::Stopping`]: nothing was recorded.
    pub async fn record_signals(&self, signals: Vec<IncomingSignal>) -> Result<Vec<ItemOutcome>, Error> {
        self.router.record_signals(signals).await
    }

    /// Carries out a command on one account.
    ///
    /// - `expected`: the version the caller changes (`If-Match`); `None`: any.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn execute(
        &self,
        account: AccountId,
        command: Command,
        expected: Option<Seq>,
    ) -> Result<Receipt, Error> {
        self.router.execute(account, command, expected).await
    }

    /// Reads one account; `None`: nothing was ever recorded of it (or nothing by `known_at`).
    ///
    /// What is known of it undated holds from the beginning, so it can be read at instants before it was recorded.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn account(&self, account: &AccountId, as_of: AsOf) -> Result<Option<AccountView>, Error> {
        self.router.account(account, as_of).await
    }

    /// Reads an account's heat at many instants in one fold of its journal: the same as [`Engine::account`] as of
    /// each of them, at the price of one. `None`: there is no such account (or nothing by `known_at`).
    ///
    /// - `instants`: in any order; the points come in order of time, and none is later than `as_of.at` or now.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn history(
        &self,
        account: &AccountId,
        instants: Vec<Timestamp>,
        as_of: AsOf,
    ) -> Result<Option<Vec<HistoryPoint>>, Error> {
        self.router.history(account, instants, as_of).await
    }

    /// Explains an account's intent points down to each signal; `None`: there is no such account.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn explanation(
        &self,
        account: &AccountId,
        as_of: AsOf,
    ) -> Result<Option<(AccountView, Vec<quorate_domain::explain::GroupExplanation>)>, Error> {
        self.router.explanation(account, as_of).await
    }

    /// Foretells every coming change if nothing new happens; `None`: there is no such account.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn forecast(
        &self,
        account: &AccountId,
    ) -> Result<Option<(AccountView, Vec<quorate_domain::standing::Notice>)>, Error> {
        self.router.forecast(account).await
    }

    /// Returns an account's timeline, newest first: `limit` entries before `before`; `None`: no such account.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn timeline(
        &self,
        account: &AccountId,
        before: Option<Timestamp>,
        limit: usize,
    ) -> Result<Option<Vec<TimelineEntry>>, Error> {
        self.router.timeline(account, before, limit).await
    }

    /// Returns all accounts as they are now, out of the live index: no account is woken to list it.
    #[must_use]
    pub fn listing(&self) -> Listing {
        self.router.listing()
    }

    /// Returns the lists of all accounts as of past instants.
    #[must_use]
    pub fn past_lists(&self) -> PastLists {
        PastLists::new(Arc::clone(&self.router), Arc::clone(&self.past))
    }

    /// Listens to what happens from now on. A listener that falls behind is told how much it missed.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Arc<LiveEvent>> {
        self.router.listen()
    }

    /// Returns what an operator wants to know.
    #[must_use]
    pub fn status(&self) -> Status {
        self.router.status()
    }

    /// Returns the lists of target accounts.
    #[must_use]
    pub fn lists(&self) -> Lists {
        Lists::new(Arc::clone(&self.router))
    }

    /// Condenses what is older than the retention now. A running engine does so by itself
    /// ([`EngineConfig::retention_every_ms`]); nothing is worth anything else after it.
    ///
    /// # Errors
    /// [`Error::Stopping`], or [`Error::Unavailable`] when the store failed before.
    pub async fn keep_retention(&self) -> Result<Retained, Error> {
        self.router.keep_retention().await
    }

    /// Returns the saved views of the heat board.
    #[must_use]
    pub fn views(&self) -> Views {
        Views::new(Arc::clone(&self.router), Arc::clone(&self.views))
    }

    /// Returns what was set aside.
    #[must_use]
    pub fn set_aside(&self) -> SetAside {
        SetAside::new(Arc::clone(&self.router))
    }

    /// Returns the imports. Call [`Imports::resume`] once after the start of a server, so that what a crash cut off
    /// goes on.
    #[must_use]
    pub fn imports(&self) -> Imports {
        Imports::new(Arc::clone(&self.router), Arc::clone(&self.desk))
    }

    /// Returns the store, for small documents (keys, lists).
    #[must_use]
    pub fn store(&self) -> Arc<dyn Store> {
        self.router.store()
    }

    /// Returns the engine's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.router.clock()
    }

    /// Asks the store whether it would take a write now, and returns why not. Asked of the store at most once a second.
    ///
    /// # Errors
    /// In words for an operator.
    pub async fn check_store(&self) -> Result<(), String> {
        self.router.check_store().await
    }

    /// Tells when the store has failed, and why: nothing more is acknowledged, and the process is to stop.
    #[must_use]
    pub fn failed(&self) -> watch::Receiver<Option<String>> {
        self.router.failed()
    }

    /// Stops taking work, finishes what is under way, writes snapshots and stops the shards.
    pub async fn stop(&self) {
        self.router.stop().await;
    }
}
