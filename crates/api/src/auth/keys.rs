//! All API keys: documents of the store, with a copy in memory so that no request waits for the disk.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use quorate_domain::value::Source;
use quorate_engine::Engine;

use super::{Grant, KeyRecord, KeyText, Scope};

/// Where keys lie in the store.
const COLLECTION: &str = "keys";
/// Who speaks through a key that does not say.
const DEFAULT_SOURCE: &str = "crm";

/// Why a key could not be made, listed or revoked.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The store failed.
    #[error("the keys cannot be {action}: {reason}")]
    Store {
        /// What was tried: `read`, `written`.
        action: &'static str,
        /// What the store said.
        reason: String,
    },
    /// The operating system gives no randomness.
    #[error("no random numbers for a new key")]
    Randomness(#[source] getrandom::Error),
    /// There is no key of that id.
    #[error("there is no key {id:?}")]
    Unknown {
        /// What was asked for.
        id: String,
    },
    /// A key without scopes would let its owner do nothing.
    #[error("a key needs at least one scope: ingest, read, sales, marketing, admin")]
    NoScopes,
}

/// A key to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// What people call it.
    pub name: Arc<str>,
    /// What it may do; at least one.
    pub scopes: Vec<Scope>,
    /// Who speaks when a body names no `source`; `None`: the CRM.
    pub source: Option<Source>,
}

/// The keys of an installation. Clones share one memory.
#[derive(Clone)]
pub struct Keys {
    engine: Engine,
    known: Arc<RwLock<BTreeMap<Arc<str>, Arc<KeyRecord>>>>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}

impl Keys {
    /// Reads the keys from the store. Blocks on the disk.
    ///
    /// # Errors
    /// When the store cannot be read. A key that is damaged lets nobody in and is told in the log.
    pub fn load(engine: Engine) -> Result<Self, KeyError> {
        let mut known = BTreeMap::new();
        let mut visit = |key: &str, bytes: &[u8]| {
            if let Some(record) = KeyRecord::from_bytes(bytes) {
                known.insert(record.id.clone(), Arc::new(record));
            } else {
                tracing::error!(key.id = key, "a stored key cannot be read and lets nobody in");
            }
        };
        engine
            .store()
            .scan_docs(COLLECTION, "", &mut visit)
            .map_err(|error| KeyError::Store {
                action: "read",
                reason: error.to_string(),
            })?;
        Ok(Self {
            engine,
            known: Arc::new(RwLock::new(known)),
        })
    }

    /// Makes the first key, with every scope, when there is none; `None`: there is one already. Blocks on the disk.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn first(&self) -> Result<Option<KeyText>, KeyError> {
        if !self.read().is_empty() {
            return Ok(None);
        }
        let new = NewKey {
            name: Arc::from("first key"),
            scopes: vec![Scope::Admin],
            source: None,
        };
        self.create(new).map(|(text, _)| Some(text))
    }

    /// Makes a key. Its text is returned once and is nowhere else. Blocks on the disk.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn create(&self, new: NewKey) -> Result<(KeyText, Arc<KeyRecord>), KeyError> {
        if new.scopes.is_empty() {
            return Err(KeyError::NoScopes);
        }
        let text = KeyText::draw().map_err(KeyError::Randomness)?;
        let record = KeyRecord {
            id: Arc::from(text.id()),
            name: new.name,
            scopes: new.scopes.into(),
            source: new.source.unwrap_or_else(|| Source(Arc::from(DEFAULT_SOURCE))),
            created_at: self.engine.now(),
            revoked_at: None,
            secret_hash: text.secret_hash(),
        };
        Ok((text, self.keep(record)?))
    }

    /// Revokes a key: from now on it lets nobody in. Revoking twice is no error. Blocks on the disk.
    ///
    /// # Errors
    /// See [`KeyError`].
    pub fn revoke(&self, id: &str) -> Result<Arc<KeyRecord>, KeyError> {
        let record = self.read().get(id).cloned().ok_or_else(|| KeyError::Unknown {
            id: id.chars().take(64).collect(),
        })?;
        if record.revoked_at.is_some() {
            return Ok(record);
        }
        self.keep(KeyRecord {
            revoked_at: Some(self.engine.now()),
            ..(*record).clone()
        })
    }

    /// Returns all keys by id, revoked ones included.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<KeyRecord>> {
        self.read().values().cloned().collect()
    }

    /// Returns what a key grants; `None`: it is unknown, wrong or revoked.
    #[must_use]
    pub fn grant(&self, key: &str) -> Option<Grant> {
        let text = KeyText::parse(key)?;
        let record = self.read().get(text.id()).cloned()?;
        record.admits(&text).then(|| Grant {
            id: record.id.clone(),
            scopes: record.scopes.clone(),
            source: record.source.clone(),
        })
    }

    fn keep(&self, record: KeyRecord) -> Result<Arc<KeyRecord>, KeyError> {
        let failed = |reason: String| KeyError::Store {
            action: "written",
            reason,
        };
        let bytes = record.to_bytes().map_err(|error| failed(error.to_string()))?;
        self.engine
            .store()
            .put_doc(COLLECTION, &record.id, bytes)
            .map_err(|error| failed(error.to_string()))?;
        let record = Arc::new(record);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(record.id.clone(), Arc::clone(&record));
        Ok(record)
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, BTreeMap<Arc<str>, Arc<KeyRecord>>> {
        // A panic while the lock was held leaves a whole map: it is written in one step.
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }
}
