//! Reads that take the whole journal: an account as of an instant, its timeline. Blocking, off the arbiters.

use std::sync::Arc;

use quorate_domain::account::{AccountState, Directory, Record};
use quorate_domain::forecast;
use quorate_domain::id::{AccountId, Seq};
use quorate_domain::standing::{self, HistoryPoint, Horizon, ModelInForce, Standing, refold};
use quorate_domain::time::Timestamp;
use quorate_store::{NoticeNo, Store};

use crate::account_actor::{LoadFailure, read_history};
use crate::error::Error;
use crate::handle::AsOf;
use crate::index::{Judged, Row};
use crate::models::Models;
use crate::stored::{NoticeV1, unpack};
use crate::view::{AccountView, TimelineEntry};

/// An account as of an instant, with all that can be said of it.
pub(super) struct Past {
    pub(super) view: AccountView,
    pub(super) standing: Standing,
    pub(super) records: Vec<Record>,
}

/// Facts and standing as of an instant, folded from an account's journal.
pub(crate) struct Folded {
    state: AccountState,
    standing: Standing,
    records: Vec<Record>,
    /// The model in force then.
    current: ModelInForce,
    at: Timestamp,
    seq: Seq,
}

impl Folded {
    /// Folds an account's journal; `None`: there is no such account (or nothing of it by `known_at`). Blocking.
    pub(crate) fn fold(
        store: &dyn Store,
        models: &Models,
        id: &AccountId,
        as_of: AsOf,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let records = read_history(store, id).map_err(|failure| load_error(id, failure))?;
        let Some(last) = records.last() else {
            return Ok(None);
        };
        let seq = last.seq;
        let now = now.max(last.at);
        let at = as_of.at.unwrap_or(now).min(now);
        let (models, current) = models.until(at);
        let horizon = Horizon {
            as_of: at,
            now,
            known_at: as_of.known_at,
        };
        let (state, mut standing) =
            refold(id, &records, &models, horizon, &mut Vec::new()).ok_or_else(|| Error::Unavailable {
                reason: "there is no model".to_owned(),
            })?;
        if state.created_at.is_none() {
            return Ok(None);
        }
        standing.advance(&state, &current.model, at, &mut Vec::new());
        Ok(Some(Self {
            state,
            standing,
            records,
            current,
            at,
            seq,
        }))
    }

    /// Returns whether anything that is known of the account happened, or was recorded, by the instant.
    pub(crate) fn was_there(&self) -> bool {
        self.records.iter().any(|record| record.effective_at() <= self.at)
    }

    /// Returns the account's row of a list as of the instant.
    pub(crate) fn row(&self) -> Row {
        let judged = Judged {
            state: &self.state,
            standing: &self.standing,
            model: &self.current.model,
            mqa_ends_at: self.mqa_ends_at(),
            seq: self.seq,
        };
        judged.row(self.at)
    }

    fn mqa_ends_at(&self) -> Option<Timestamp> {
        forecast::mqa_ends_at(&self.standing, &self.state, &self.current.model, self.at)
    }
}

impl Past {
    pub(super) fn fold(
        store: &dyn Store,
        models: &Models,
        id: &AccountId,
        as_of: AsOf,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let Some(folded) = Folded::fold(store, models, id, as_of, now)? else {
            return Ok(None);
        };
        let cards = store
            .load(id)
            .map_err(|error| load_error(id, error.into()))?
            .map(|loaded| loaded.cards)
            .unwrap_or_default();
        let mqa_ends_at = folded.mqa_ends_at();
        let Folded {
            state,
            standing,
            records,
            current,
            at,
            seq,
        } = folded;
        let view = view(
            state,
            Directory::new(cards),
            &standing,
            &current,
            at,
            seq,
            mqa_ends_at,
        );
        Ok(Some(Self {
            view,
            standing,
            records,
        }))
    }
}

/// An account at many instants, in one fold of its journal.
pub(super) fn history(
    store: &dyn Store,
    models: &Models,
    id: &AccountId,
    mut instants: Vec<Timestamp>,
    as_of: AsOf,
    now: Timestamp,
) -> Result<Option<Vec<HistoryPoint>>, Error> {
    let records = read_history(store, id).map_err(|failure| load_error(id, failure))?;
    let Some(last) = records.last() else {
        return Ok(None);
    };
    let now = now.max(last.at);
    let horizon = Horizon {
        as_of: as_of.at.unwrap_or(now).min(now),
        now,
        known_at: as_of.known_at,
    };
    instants.sort_unstable();
    Ok(standing::history(id, &records, models.all(), horizon, &instants))
}

fn view(
    state: AccountState,
    directory: Directory,
    standing: &Standing,
    current: &ModelInForce,
    at: Timestamp,
    seq: Seq,
    mqa_ends_at: Option<Timestamp>,
) -> AccountView {
    let mut reading = standing.read(&state, &current.model, at);
    standing.foresee(&mut reading, &state, &current.model, mqa_ends_at);
    AccountView {
        reading,
        counted: standing.counted,
        unknown: standing.unknown,
        state,
        directory,
        mqa_ends_at,
        seq,
        model: Arc::clone(&current.model),
        model_version: current.version,
    }
}

pub(super) fn load_error(account: &AccountId, failure: LoadFailure) -> Error {
    match failure {
        LoadFailure::Quarantine(reason) => Error::Quarantined {
            account: account.clone(),
            reason,
        },
        LoadFailure::Unavailable(reason) => Error::Unavailable { reason },
    }
}

/// Facts and changes of standing, newest first.
pub(super) fn timeline(
    store: &dyn Store,
    account: &AccountId,
    before: Option<Timestamp>,
    limit: usize,
) -> Result<Vec<TimelineEntry>, LoadFailure> {
    let mut entries: Vec<TimelineEntry> = read_history(store, account)?
        .into_iter()
        .map(TimelineEntry::Record)
        .collect();
    let mut after = NoticeNo(0);
    loop {
        let page = store.notices(account, after, 10_000)?;
        let Some(last) = page.last() else { break };
        after = last.no;
        let notices = page
            .iter()
            .filter_map(|stored| unpack::<NoticeV1>(&stored.bytes)?.restore());
        entries.extend(notices.map(TimelineEntry::Notice));
    }
    entries.retain(|entry| before.is_none_or(|before| entry.at() < before));
    // Stable, so that facts of one instant keep the order in which they were recorded.
    entries.sort_by_key(TimelineEntry::at);
    entries.reverse();
    entries.truncate(limit);
    Ok(entries)
}
