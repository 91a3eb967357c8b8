//! Signals whose account is described and matched none: kept, and given to the account that matches later.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;
use quorate_domain::account::NewSignal;
use quorate_domain::time::Timestamp;
use quorate_store::{DocWrite, Store};

use crate::error::StartError;
use crate::handle::AccountRef;
use crate::stored::{UnmatchedV1, pack, unpack};

/// Where they are stored.
const COLLECTION: &str = "unmatched";

/// How many wait, by what they wait for.
pub(crate) struct Unmatched {
    waiting: Mutex<HashMap<String, usize>>,
    max: usize,
}

impl Unmatched {
    pub(crate) fn load(store: &dyn Store, max: usize) -> Result<Self, StartError> {
        let mut waiting: HashMap<String, usize> = HashMap::new();
        store.scan_docs(COLLECTION, "", &mut |key, _| {
            if let Some((account, _)) = key.split_once('\u{0}') {
                *waiting.entry(account.to_owned()).or_default() += 1;
            }
        })?;
        Ok(Self {
            waiting: Mutex::new(waiting),
            max,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Keeps signals, durable when it returns. Blocking.
    pub(crate) fn keep(
        &self,
        store: &dyn Store,
        signals: &[(AccountRef, NewSignal)],
        now: Timestamp,
    ) -> Result<(), String> {
        if self.len() + signals.len() > self.max {
            return Err(format!(
                "{} signals wait for an account already, the most that may",
                self.max
            ));
        }
        let writes = signals
            .iter()
            .map(|(account, signal)| DocWrite {
                collection: COLLECTION.to_owned(),
                key: format!("{}\u{0}{}", key(account), signal.id.as_str()),
                value: Some(pack(&UnmatchedV1::of(signal, now))),
            })
            .collect();
        store.write_docs(writes).map_err(|error| error.to_string())?;
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for (account, _) in signals {
            *waiting.entry(key(account)).or_default() += 1;
        }
        Ok(())
    }

    /// Returns what waits for any of these, with the key of each. Blocking.
    pub(crate) fn find(&self, store: &dyn Store, accounts: &[AccountRef]) -> Vec<(String, NewSignal)> {
        let mut found = Vec::new();
        for account in accounts {
            let prefix = key(account);
            let waits = self
                .waiting
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains_key(&prefix);
            if !waits {
                continue;
            }
            let scanned = store.scan_docs(COLLECTION, &format!("{prefix}\u{0}"), &mut |key, value| {
                if let Some(stored) = unpack::<UnmatchedV1>(value) {
                    found.push((key.to_owned(), stored.restore()));
                }
            });
            if let Err(error) = scanned {
                tracing::warn!(error = %error, "signals that wait could not be read");
            }
        }
        found
    }

    /// Forgets what has found its account. Blocking.
    pub(crate) fn forget(&self, store: &dyn Store, keys: &[String]) {
        let writes = keys
            .iter()
            .map(|key| DocWrite {
                collection: COLLECTION.to_owned(),
                key: key.clone(),
                value: None,
            })
            .collect();
        if let Err(error) = store.write_docs(writes) {
            tracing::warn!(error = %error, "signals that found their account are kept; their ids prevent doubles");
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys {
            if let Some((account, _)) = key.split_once('\u{0}')
                && let Some(count) = waiting.get_mut(account)
            {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    waiting.remove(account);
                }
            }
        }
    }
}

/// What a signal waits for, as text.
fn key(account: &AccountRef) -> String {
    match account {
        AccountRef::Id(id) => format!("id:{id}"),
        AccountRef::Domain(domain) => format!("domain:{domain}"),
        AccountRef::Name(name) => format!("name:{name}"),
    }
}
