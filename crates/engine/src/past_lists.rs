//! Lists of all accounts as of past instants.
//!
//! A past instant takes a fold of every account's journal, so such a list is read by a job: off the arbiters, one list
//! at a time and a few accounts at once, so that reads of now and ingest stay quick. Whoever wants the list asks for it
//! again and again, and is told how far it is; a list that nobody asks for any more is given up. A finished one is a
//! [`Listing`] as that of now is, kept for a while in bounded memory.
//!
//! A list is whole or it is not given: an account that cannot be read is named, and one of which nothing had happened by
//! the instant is counted.

use std::fmt;
use std::sync::Arc;

use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;

use crate::error::Error;
use crate::listing::Listing;
use crate::router::Router;

mod job;
mod shelf;

pub(crate) use shelf::PastShelf;

/// The most accounts of a list that are named because they cannot be read; all are counted.
pub const UNREAD_NAMED_MAX: usize = 100;

/// The lists of all accounts as of past instants. Cheap to clone.
#[derive(Clone)]
pub struct PastLists {
    router: Arc<Router>,
    shelf: Arc<PastShelf>,
}

/// What there is of a list that was asked for.
#[derive(Clone, Debug)]
pub enum PastLook {
    /// It is being read: ask again.
    Reading(Progress),
    /// It is there.
    Ready(PastList),
}

/// How far a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Accounts that were read.
    pub done: usize,
    /// Accounts there are to read.
    pub total: usize,
    /// Whether another list is read first.
    pub waiting: bool,
}

impl Progress {
    /// Returns the share that is done, in whole percent: 100 only when all is.
    #[must_use]
    pub fn percent(&self) -> usize {
        (self.done.min(self.total) * 100)
            .checked_div(self.total)
            .unwrap_or(0)
    }
}

/// All accounts as of a past instant. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PastList {
    /// The accounts of which something had happened, or was recorded, by the instant.
    pub listing: Listing,
    /// When the list was begun to be read: what was recorded before counts, whatever it is about.
    pub read_at: Timestamp,
    /// Accounts of which nothing had happened by the instant: they are not listed.
    pub later: usize,
    /// Accounts that cannot be read, and so are not listed, the first [`UNREAD_NAMED_MAX`] by id.
    pub unread: Arc<[Unread]>,
    /// How many cannot be read in all.
    pub unread_total: usize,
}

/// An account that cannot be read as of an instant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// Which.
    pub account: AccountId,
    /// Why, for the operator.
    pub reason: String,
}

/// Why there is no list as of an instant.
#[derive(Clone, Debug, thiserror::Error)]
pub enum PastListError {
    /// The instant has not passed.
    #[error("{at} has not passed")]
    NotPast {
        /// What was asked for.
        at: Timestamp,
    },
    /// There are more accounts than all lists together may hold.
    #[error("{accounts} accounts are known, and lists as of past instants hold at most {max}")]
    TooMany {
        /// How many are known.
        accounts: usize,
        /// The limit.
        max: usize,
    },
    /// Others are being read, and there is no room for another one now.
    #[error("as many lists as of past instants as there may be are being read")]
    Busy,
    /// Reading broke off. Asking again begins anew.
    #[error("reading all accounts broke off: {reason}")]
    BrokeOff {
        /// Why, for the log.
        reason: String,
    },
    /// The engine is stopping or its store failed.
    #[error(transparent)]
    Engine(#[from] Error),
}

impl fmt::Debug for PastLists {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PastLists").finish_non_exhaustive()
    }
}

impl PastLists {
    pub(crate) fn new(router: Arc<Router>, shelf: Arc<PastShelf>) -> Self {
        Self { router, shelf }
    }

    /// Asks for the list as of an instant: begins to read it when nobody did, else tells how far it is. Never waits.
    ///
    /// # Errors
    /// See [`PastListError`].
    ///
    /// # Panics
    /// Outside of an asynchronous runtime.
    pub fn look(&self, at: Timestamp) -> Result<PastLook, PastListError> {
        self.router.check_running()?;
        if at >= self.router.now() {
            return Err(PastListError::NotPast { at });
        }
        self.shelf.look(at, &self.router)
    }

    /// Returns the list as of an instant if it is there, without reading it otherwise.
    #[must_use]
    pub fn get(&self, at: Timestamp) -> Option<PastList> {
        self.shelf.get(at)
    }
}
