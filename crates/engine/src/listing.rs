//! The accounts that lists are made of: as they are now, or as they were at a past instant. Filters, orders, pages and
//! counts are the same for both.

use std::fmt;
use std::sync::Arc;

use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;

use crate::clock::Clock;
use crate::index::Index;
use crate::list::{Filter, GapQuery, ListQuery};
use crate::view::{AccountRow, GapPage, Neighbours, Page};

/// All accounts as they are now or were at a past instant. Cheap to clone.
#[derive(Clone)]
pub struct Listing {
    index: Arc<Index>,
    instant: Instant,
}

/// Which instant rows are computed at.
#[derive(Clone)]
enum Instant {
    /// That of the request.
    Now(Clock),
    /// Always this one.
    Then(Timestamp),
}

impl fmt::Debug for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing")
            .field("at", &self.at())
            .finish_non_exhaustive()
    }
}

impl Listing {
    pub(crate) fn live(index: Arc<Index>, clock: Clock) -> Self {
        let instant = Instant::Now(clock);
        Self { index, instant }
    }

    pub(crate) fn past(index: Arc<Index>, at: Timestamp) -> Self {
        let instant = Instant::Then(at);
        Self { index, instant }
    }

    /// Returns the instant that rows asked for now are computed at.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match &self.instant {
            Instant::Now(clock) => clock.now(),
            Instant::Then(at) => *at,
        }
    }

    /// Returns the past instant; `None`: the listing is that of now.
    #[must_use]
    pub fn past_at(&self) -> Option<Timestamp> {
        match &self.instant {
            Instant::Now(_) => None,
            Instant::Then(at) => Some(*at),
        }
    }

    /// Returns how many accounts there are.
    #[must_use]
    pub fn accounts(&self) -> usize {
        self.index.len()
    }

    /// Returns a page. A cursor of another instant than a past listing's begins at the first row.
    #[must_use]
    pub fn page(&self, query: &ListQuery) -> Page {
        let elsewhere = |at: Timestamp| query.cursor.as_ref().is_some_and(|cursor| cursor.as_of != at);
        match self.past_at() {
            Some(at) if elsewhere(at) => {
                let first = ListQuery {
                    cursor: None,
                    ..query.clone()
                };
                self.index.page(&first, at)
            }
            Some(_) | None => self.index.page(query, self.at()),
        }
    }

    /// Returns a page of what accounts lack, most helpful first.
    #[must_use]
    pub fn gaps(&self, query: &GapQuery) -> GapPage {
        self.index.gaps(query, self.at())
    }

    /// Returns one account's row; `None`: there is no such account.
    #[must_use]
    pub fn row(&self, account: &AccountId) -> Option<AccountRow> {
        let row = self.index.row(account)?;
        Some(row.at(self.at(), self.index.scale()))
    }

    /// Returns who stands before and after an account; `None`: there is no such account. Looks at every row that the
    /// list's filter may show.
    #[must_use]
    pub fn neighbours(&self, account: &AccountId, query: &ListQuery) -> Option<Neighbours> {
        self.index.neighbours(account, query, self.at())
    }

    /// Returns whether an account is one of those a filter shows.
    #[must_use]
    pub fn admits(&self, account: &AccountId, filter: &Filter) -> bool {
        self.index.admits(account, filter, self.at())
    }

    /// Shows the row of every account that passes a filter, in no order: for counts over all of them. What `see` does
    /// holds up the accounts of one part of the index: keep it short.
    ///
    /// Returns the instant the rows are computed at.
    pub fn visit(&self, filter: &Filter, see: &mut dyn FnMut(&AccountRow)) -> Timestamp {
        let at = self.at();
        self.index.visit(filter, at, see);
        at
    }
}
