//! An account from the store: snapshot and journal tail, or the whole journal when the snapshot is of no use.

use std::panic::{AssertUnwindSafe, catch_unwind};

use quorate_domain::account::{AccountState, Directory, Record};
use quorate_domain::id::{AccountId, Seq};
use quorate_domain::standing::{Horizon, Standing, refold};
use quorate_domain::time::Timestamp;
use quorate_store::{Error as StoreError, Loaded, Store};

use crate::models::Models;
use crate::stored::{StandingV1, unpack};

/// Accounts asked for in one go: a home that is far away answers them in one round trip, and all are in memory until
/// they are folded.
const LOADED_AT_ONCE: usize = 64;
/// Records read at once.
const HISTORY_PAGE: usize = 10_000;

/// An account as loaded.
pub(crate) struct Loading {
    pub(crate) state: AccountState,
    pub(crate) directory: Directory,
    pub(crate) standing: Standing,
    pub(crate) seq: Seq,
    pub(crate) last_at: Timestamp,
    /// Records that no snapshot has.
    pub(crate) unsaved: u64,
}

/// Why an account cannot be loaded.
#[derive(Clone, Debug)]
pub(crate) enum LoadFailure {
    /// Its journal is damaged, or folding it panics: it is set aside.
    Quarantine(String),
    /// The store failed.
    Unavailable(String),
}

impl From<StoreError> for LoadFailure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt { .. } => Self::Quarantine(error.to_string()),
            StoreError::Poisoned
            | StoreError::CorruptDocument { .. }
            | StoreError::Damaged { .. }
            | StoreError::StaleOwner { .. }
            | StoreError::SequenceMismatch { .. }
            | StoreError::Locked { .. }
            | StoreError::Full { .. }
            | StoreError::ReadOnly { .. }
            | StoreError::NotAFolder { .. }
            | StoreError::Foreign { .. }
            | StoreError::NewerFormat { .. }
            | StoreError::Unstorable { .. }
            | StoreError::Unavailable { .. }
            | StoreError::Unsafe { .. }
            | StoreError::Held { .. }
            | StoreError::Io { .. } => Self::Unavailable(error.to_string()),
        }
    }
}

/// Loads accounts, and returns each with what came of it, in the order asked. Blocking.
pub(crate) fn load(
    store: &dyn Store,
    accounts: &[AccountId],
    models: &Models,
    now: Timestamp,
) -> Vec<(AccountId, Result<Loading, LoadFailure>)> {
    let mut loaded = Vec::with_capacity(accounts.len());
    let mut away: Option<String> = None;
    for some in accounts.chunks(LOADED_AT_ONCE) {
        // A store that is away is waited for once, not once for each of them: others wait behind these.
        if let Some(reason) = &away {
            let failed = |id: &AccountId| (id.clone(), Err(LoadFailure::Unavailable(reason.clone())));
            loaded.extend(some.iter().map(failed));
            continue;
        }
        for (id, found) in some.iter().zip(store.load_many(some)) {
            // A journal entry that makes the fold panic must not take the shard with it.
            let fold = || fold(store, id, models, now, found?);
            let loading = catch_unwind(AssertUnwindSafe(fold))
                .unwrap_or_else(|_| Err(LoadFailure::Quarantine("its journal cannot be folded".to_owned())));
            if let Err(LoadFailure::Unavailable(reason)) = &loading {
                away = Some(reason.clone());
            }
            loaded.push((id.clone(), loading));
        }
    }
    loaded
}

fn fold(
    store: &dyn Store,
    id: &AccountId,
    models: &Models,
    now: Timestamp,
    loaded: Option<Loaded>,
) -> Result<Loading, LoadFailure> {
    let current = models.current();
    let Some(loaded) = loaded else {
        let state = AccountState::new(id.clone());
        let standing = Standing::new(&state, &current.model, current.version);
        return Ok(Loading {
            state,
            directory: Directory::default(),
            standing,
            seq: Seq(0),
            last_at: Timestamp::MIN,
            unsaved: 0,
        });
    };
    let directory = Directory::new(loaded.cards);
    let tail_is_whole = loaded.snapshot.is_none();
    let restored = loaded
        .snapshot
        .filter(|snapshot| snapshot.model == current.version)
        .and_then(|snapshot| {
            let stored: StandingV1 = unpack(&snapshot.standing)?;
            let standing = stored.restore(&snapshot.state, &current.model, current.version)?;
            Some((snapshot.state, standing, snapshot.seq))
        });
    if let Some((mut state, mut standing, _)) = restored {
        let last_at = last_at(&loaded.tail).unwrap_or(Timestamp::MIN);
        standing.absorb_all(&mut state, &loaded.tail, &current.model, &mut Vec::new());
        let unsaved = u64::try_from(loaded.tail.len()).unwrap_or(u64::MAX);
        return Ok(Loading {
            state,
            directory,
            standing,
            seq: loaded.seq,
            last_at,
            unsaved,
        });
    }
    let records = if tail_is_whole {
        loaded.tail
    } else {
        read_history(store, id)?
    };
    let last_at = last_at(&records).unwrap_or(Timestamp::MIN);
    let now = now.max(last_at);
    let horizon = Horizon {
        as_of: now,
        now,
        known_at: None,
    };
    let (state, standing) = refold(id, &records, models.all(), horizon, &mut Vec::new())
        .ok_or_else(|| LoadFailure::Unavailable("there is no model".to_owned()))?;
    let unsaved = u64::try_from(records.len()).unwrap_or(u64::MAX);
    Ok(Loading {
        state,
        directory,
        standing,
        seq: loaded.seq,
        last_at,
        unsaved,
    })
}

fn last_at(records: &[Record]) -> Option<Timestamp> {
    records.last().map(|record| record.at)
}

/// Reads an account's whole journal. Blocking.
pub(crate) fn read_history(store: &dyn Store, id: &AccountId) -> Result<Vec<Record>, LoadFailure> {
    let mut records: Vec<Record> = Vec::new();
    loop {
        let after = records.last().map_or(Seq(0), |record| record.seq);
        let page = store.history(id, after, HISTORY_PAGE)?;
        if page.is_empty() {
            return Ok(records);
        }
        records.extend(page);
    }
}
