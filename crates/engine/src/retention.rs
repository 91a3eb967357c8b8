//! The retention: signals that are older are condensed, account by account, beside all else.
//!
//! Nothing waits for it and nothing is worth anything else after it: an account's journal is read whole, the old part is
//! condensed, and only when folding both gives the same account is the short form put in the place of the long one.
//! Accounts in memory need not know: what they hold is the same either way.

use std::sync::Arc;
use std::time::Duration;

use quorate_domain::account::{AccountState, FUTURE_MAX_MS, Record, condense};
use quorate_domain::id::{AccountId, Seq};
use quorate_domain::standing::{Horizon, Notice, Reading, refold};
use quorate_domain::time::{Days, Timestamp};
use quorate_store::{AppendRefusal, Error as StoreError, OwnerToken, Store, Stretch};

use crate::account_actor::{LoadFailure, read_history};
use crate::clock::Clock;
use crate::index::Index;
use crate::models::Models;
use crate::view::Retained;

/// About how many records one write condenses: what it sends stays small, and what it holds up short.
const RECORDS_MAX: usize = 512;
/// An account is looked at once what it keeps too long is older than the retention by this part of it. Each stretch that
/// is condensed is an entry of its own, and small ones save little.
const PATIENCE: f64 = 0.1;
/// The least patience.
const PATIENCE_MIN_MS: i64 = 3_600_000;

/// Condenses what is older than the retention.
#[derive(Clone)]
pub(crate) struct Keeper {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) owner: OwnerToken,
    pub(crate) index: Arc<Index>,
    pub(crate) clock: Clock,
    pub(crate) models: Models,
    pub(crate) retention: Days,
}

/// Why a sweep stops.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("another node took over")]
    StaleOwner,
    #[error(transparent)]
    Store(StoreError),
}

/// What is over the retention.
#[derive(Clone, Copy, Debug)]
struct Cut {
    now: Timestamp,
    /// What was recorded before it is condensed.
    before: Timestamp,
    /// Unless nothing was recorded before this: then it may wait.
    worth_it: Timestamp,
}

impl Keeper {
    /// Looks through all accounts again and again.
    pub(crate) async fn run(self, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            self.sweep().await;
        }
    }

    /// Looks through all accounts once.
    pub(crate) async fn sweep(&self) -> Retained {
        let mut retained = Retained::default();
        for segment in 0..Index::segments() {
            for account in self.index.accounts(segment) {
                // A clock that may be wrong decides nothing that cannot be undone.
                if self.clock.doubt().is_some() {
                    tracing::warn!(
                        "the machine's clock is in doubt: nothing more is condensed until it is confirmed"
                    );
                    return retained;
                }
                let (keeper, cut) = (self.clone(), self.cut());
                let job = actix_rt::task::spawn_blocking(move || keeper.keep(&account, cut));
                match job.await {
                    Ok(Ok(0)) => {}
                    Ok(Ok(signals)) => {
                        retained.accounts += 1;
                        retained.signals += signals;
                    }
                    Ok(Err(stop)) => {
                        tracing::warn!(error = %stop, "condensing what is older than the retention stopped");
                        return retained;
                    }
                    Err(_) => tracing::error!("condensing an account panicked"),
                }
            }
        }
        if retained.signals > 0 {
            tracing::info!(
                accounts = retained.accounts,
                signals = retained.signals,
                "what is older than the retention was condensed"
            );
        }
        retained
    }

    fn cut(&self) -> Cut {
        let now = self.clock.now();
        let retention = self.retention.to_millis();
        let patience = Days(self.retention.0 * PATIENCE).to_millis().max(PATIENCE_MIN_MS);
        // A signal may be dated a little after its arrival: it is too old only when nobody can send it again and have it
        // counted.
        let before = now.plus_millis(-retention.saturating_add(FUTURE_MAX_MS));
        Cut {
            now,
            before,
            worth_it: before.plus_millis(-patience),
        }
    }

    /// Condenses what is too old of one account. Blocking. Returns how many signals.
    fn keep(&self, account: &AccountId, cut: Cut) -> Result<u64, Stop> {
        let first = match self.store.first_whole(account) {
            Ok(Some(first)) if first.at < cut.worth_it => first.seq,
            Ok(_) => return Ok(0),
            Err(StoreError::Corrupt { reason, .. }) => {
                tracing::warn!(account.id = %account, reason, "a damaged account is not condensed");
                return Ok(0);
            }
            Err(error) => return Err(Stop::Store(error)),
        };
        let history = match read_history(&*self.store, account) {
            Ok(history) => history,
            Err(LoadFailure::Quarantine(reason)) => {
                tracing::warn!(account.id = %account, reason, "a damaged account is not condensed");
                return Ok(0);
            }
            Err(LoadFailure::Unavailable(reason)) => {
                tracing::warn!(account.id = %account, reason, "an account is not condensed now");
                return Ok(0);
            }
        };
        let stretches = self.stretches(account, &history, first, cut);
        if stretches.is_empty() {
            return Ok(0);
        }
        if !self.is_same(account, &history, &stretches, cut.now) {
            tracing::error!(account.id = %account,
                "an account would not be the same after condensing: it stays as it is; please report this");
            metrics::counter!("quorate_condensing_refused_total").increment(1);
            return Ok(0);
        }
        let mut signals = 0;
        for stretch in stretches {
            match self.store.condense(&stretch).map_err(Stop::Store)? {
                Ok(()) => {
                    let condensed = u64::try_from(stretch.forgotten.len()).unwrap_or(u64::MAX);
                    metrics::counter!("quorate_condensed_signals_total").increment(condensed);
                    signals += condensed;
                }
                Err(AppendRefusal::StaleOwner { .. }) => return Err(Stop::StaleOwner),
                Err(refusal) => {
                    tracing::warn!(account.id = %account, reason = %refusal, "an account is not condensed now");
                    return Ok(signals);
                }
            }
        }
        Ok(signals)
    }

    fn stretches(&self, account: &AccountId, history: &[Record], first: Seq, cut: Cut) -> Vec<Stretch> {
        let mut stretches = Vec::new();
        let mut next = first;
        while let Some(condensed) = condense(history, next, cut.before, RECORDS_MAX) {
            let Some(last) = condensed.records.last() else {
                break;
            };
            next = Seq(last.seq.0 + 1);
            stretches.push(Stretch {
                account: account.clone(),
                owner: self.owner.clone(),
                records: condensed.records,
                forgotten: condensed.forgotten,
            });
        }
        stretches
    }

    /// Whether the account is the same with these stretches in their place.
    fn is_same(
        &self,
        account: &AccountId,
        history: &[Record],
        stretches: &[Stretch],
        now: Timestamp,
    ) -> bool {
        let mut short = history.to_vec();
        for record in stretches.iter().flat_map(|stretch| &stretch.records) {
            let place = short.partition_point(|whole| whole.seq < record.seq);
            if let Some(whole) = short.get_mut(place) {
                *whole = record.clone();
            }
        }
        self.folded(account, history, now) == self.folded(account, &short, now)
    }

    fn folded(
        &self,
        account: &AccountId,
        records: &[Record],
        now: Timestamp,
    ) -> Option<(AccountState, Reading, Vec<Notice>)> {
        let horizon = Horizon {
            as_of: now,
            now,
            known_at: None,
        };
        let mut notices = Vec::new();
        let (state, standing) = refold(account, records, self.models.all(), horizon, &mut notices)?;
        let reading = standing.read(&state, &self.models.current().model, now);
        Some((state, reading, notices))
    }
}
