//! What was set aside so that the rest goes on: signals that kept killing their account, and accounts whose journal
//! cannot be read. Both are listed with the reason, and tried again when an operator asks for it.

use std::fmt;
use std::sync::Arc;

use quorate_domain::account::NewSignal;
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_store::Store;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::handle::{AccountRef, IncomingSignal};
use crate::imports::{blocking, unavailable};
use crate::router::Router;
use crate::stored::{UnmatchedV1, pack, unpack};
use crate::view::ItemOutcome;

/// Where signals lie; the key is account, NUL, signal.
const COLLECTION: &str = "poison";
/// How many are tried again at once. One of them that kills its account again costs the others a few tries.
const RETRIED_AT_ONCE: usize = 100;

/// A signal that was set aside.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalAside {
    /// The account it killed.
    pub account: AccountId,
    /// The signal, as it was sent.
    pub signal: NewSignal,
    /// When it was set aside; `None`: by a build that did not note it.
    pub at: Option<Timestamp>,
}

/// An account that was set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountAside {
    /// The account.
    pub account: AccountId,
    /// Why, for the operator.
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
struct SignalAsideV1 {
    signal: UnmatchedV1,
    at: Option<i64>,
}

/// What was set aside, and trying it again.
#[derive(Clone)]
pub struct SetAside {
    router: Arc<Router>,
}

impl fmt::Debug for SetAside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetAside").finish_non_exhaustive()
    }
}

impl SetAside {
    pub(crate) fn new(router: Arc<Router>) -> Self {
        Self { router }
    }

    /// Returns the signals that are set aside, by account.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the store cannot be read.
    pub async fn signals(&self) -> Result<Vec<SignalAside>, Error> {
        let store = self.router.store();
        blocking(move || read(&*store)).await?
    }

    /// Returns the accounts that are set aside.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountAside> {
        let quarantined = self.router.status().quarantined;
        quarantined
            .into_iter()
            .map(|(account, reason)| AccountAside { account, reason })
            .collect()
    }

    /// Sends the signals of an account once more, or those of all; returns what came of each. What is decided now is
    /// set aside no more; what kills its account again stays.
    ///
    /// # Errors
    /// See [`Error`]; what was decided until then stays so.
    pub async fn retry_signals(
        &self,
        account: Option<&AccountId>,
    ) -> Result<Vec<(SignalAside, ItemOutcome)>, Error> {
        let mut asides = self.signals().await?;
        asides.retain(|aside| account.is_none_or(|account| aside.account == *account));
        let mut answered = Vec::with_capacity(asides.len());
        for asides in asides.chunks(RETRIED_AT_ONCE) {
            let signals = asides
                .iter()
                .map(|aside| IncomingSignal {
                    account: AccountRef::Id(aside.account.clone()),
                    signal: aside.signal.clone(),
                })
                .collect();
            let outcomes = self.router.record_signals(signals).await?;
            let done: Vec<String> = asides
                .iter()
                .zip(&outcomes)
                .filter(|(_, outcome)| matches!(outcome, ItemOutcome::Decided(_)))
                .map(|(aside, _)| key(&aside.account, &aside.signal))
                .collect();
            let store = self.router.store();
            let forgotten =
                blocking(move || done.iter().try_for_each(|key| store.delete_doc(COLLECTION, key)));
            forgotten.await?.map_err(|error| unavailable(&error))?;
            answered.extend(asides.iter().cloned().zip(outcomes));
        }
        Ok(answered)
    }

    /// Loads accounts that are set aside once more, after their store was mended; returns those that still are.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn retry_accounts(&self, account: Option<&AccountId>) -> Result<Vec<AccountAside>, Error> {
        for aside in self.accounts() {
            if account.is_none_or(|account| aside.account == *account) {
                self.router.take_back(&aside.account);
                match self.router.account(&aside.account, crate::AsOf::default()).await {
                    Ok(_) | Err(Error::Quarantined { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(self.accounts())
    }
}

/// Keeps a signal, durable when it returns. Blocking.
pub(crate) fn keep(
    store: &dyn Store,
    account: &AccountId,
    signal: &NewSignal,
    now: Timestamp,
) -> Result<(), quorate_store::Error> {
    let aside = SignalAsideV1 {
        signal: UnmatchedV1::of(signal, now),
        at: Some(now.as_millis()),
    };
    store.put_doc(COLLECTION, &key(account, signal), pack(&aside))
}

fn read(store: &dyn Store) -> Result<Vec<SignalAside>, Error> {
    let mut asides = Vec::new();
    store
        .scan_docs(COLLECTION, "", &mut |key, value| {
            let Some((account, _)) = key.split_once('\u{0}') else {
                return;
            };
            let aside = unpack::<SignalAsideV1>(value).or_else(|| {
                // An older build kept the signal alone.
                unpack::<UnmatchedV1>(value).map(|signal| SignalAsideV1 { signal, at: None })
            });
            let Some(SignalAsideV1 { signal, at }) = aside else {
                tracing::warn!(account.id = account, "a signal that was set aside cannot be read");
                return;
            };
            asides.push(SignalAside {
                account: AccountId::trusted(account),
                signal: signal.restore(),
                at: at.map(Timestamp::from_millis),
            });
        })
        .map_err(|error| unavailable(&error))?;
    Ok(asides)
}

fn key(account: &AccountId, signal: &NewSignal) -> String {
    format!("{}\u{0}{}", account.as_str(), signal.id.as_str())
}
