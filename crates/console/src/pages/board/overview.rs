//! What the heat board says of all accounts at once: one pass over the live index, shared by all who look.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use quorate_domain::committee::SeatState;
use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::Listing;
use quorate_engine::list::{Filter, Trend};
use quorate_engine::lists::LISTS_MAX;
use quorate_engine::view::{AccountRow, SeatCell};
use tokio::time::Instant;

use super::query::{BoardQuery, SOON_DAYS};

/// An account is new among the MQAs for this many days.
const NEW_DAYS: i64 = 30;
/// Accounts a tile names.
const NAMED: usize = 3;
/// Distinct owners, tiers, industries or countries that are offered to choose from.
const CHOICES_MAX: usize = 200;
/// Overviews that are kept.
const SCOPES_MAX: usize = 32;
/// An overview is used for this many times as long as it took to make: at most that share of the time is spent on it.
const REUSE: u32 = 10;

/// Counts over all accounts, and the first of each kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Overview {
    /// When it was so.
    pub(crate) at: Option<Timestamp>,
    /// Known accounts.
    pub(crate) accounts: usize,
    /// Those that are MQA.
    pub(crate) mqa: usize,
    /// Became MQA within 30 days and still are, newest first.
    pub(crate) became: Top<Reverse<Option<Timestamp>>>,
    /// Surging and not MQA, those that rose most in a week first, of these the hottest.
    pub(crate) heating: Top<Reverse<(Option<i16>, Hotness)>>,
    /// Leave MQA within 14 days, soonest first.
    pub(crate) leaving: Top<Option<Timestamp>>,
    /// Accounts of whose committee no economic buyer is known.
    pub(crate) no_buyer: usize,
    /// Accounts by grade (the last row: ungraded) and band.
    pub(crate) matrix: [[usize; 4]; 5],
    /// Each list's accounts.
    pub(crate) lists: BTreeMap<Arc<str>, ListCount>,
    /// What there is to choose from.
    pub(crate) choices: Choices,
}

/// How many accounts of a list do how well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ListCount {
    pub(crate) accounts: usize,
    pub(crate) mqa: usize,
    /// Hot or burning.
    pub(crate) hot: usize,
}

/// Returns whether a band is hot or burning.
pub(crate) fn is_hot(band: Band) -> bool {
    match band {
        Band::Hot | Band::Burning => true,
        Band::Cold | Band::Warm => false,
    }
}

impl ListCount {
    fn add(&mut self, row: &AccountRow) {
        self.accounts += 1;
        self.mqa += usize::from(row.mqa_since.is_some());
        self.hot += usize::from(is_hot(row.band));
    }
}

/// Heat as something to order by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hotness(f64);

impl Eq for Hotness {}
impl PartialOrd for Hotness {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Hotness {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// How many there are, and the first of them; ties by name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Top<K> {
    pub(crate) total: usize,
    pub(crate) first: Vec<(K, AccountRow)>,
}

impl<K> Default for Top<K> {
    fn default() -> Self {
        Self {
            total: 0,
            first: Vec::new(),
        }
    }
}

impl<K: Ord> Top<K> {
    fn add(&mut self, key: K, row: &AccountRow) {
        self.total += 1;
        let place = self
            .first
            .partition_point(|(other, shown)| (other, &shown.name, &shown.id) < (&key, &row.name, &row.id));
        if place < NAMED {
            self.first.insert(place, (key, row.clone()));
            self.first.truncate(NAMED);
        }
    }
}

/// Values that accounts have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Choices {
    pub(crate) owners: BTreeMap<Arc<str>, usize>,
    pub(crate) tiers: BTreeMap<Arc<str>, usize>,
    pub(crate) industries: BTreeMap<Arc<str>, usize>,
    pub(crate) countries: BTreeMap<Arc<str>, usize>,
}

impl Overview {
    /// Looks at every account that a scope has.
    pub(crate) fn of(listing: &Listing, scope: &Filter) -> Self {
        let mut overview = Self::default();
        let now = listing.at();
        let at = listing.visit(scope, &mut |row| overview.add(row, now));
        overview.at = Some(at);
        overview
    }

    fn add(&mut self, row: &AccountRow, now: Timestamp) {
        self.accounts += 1;
        let grade = row
            .grade
            .map_or(Grade::ALL.len(), |grade| place(&Grade::ALL, &grade));
        let cell = self
            .matrix
            .get_mut(grade)
            .and_then(|bands| bands.get_mut(place(&Band::ALL, &row.band)));
        if let Some(cell) = cell {
            *cell += 1;
        }
        if let Some(since) = row.mqa_since {
            self.mqa += 1;
            if now.millis_since(since) <= NEW_DAYS * DAY_MS {
                self.became.add(Reverse(Some(since)), row);
            }
        } else if row
            .momentum
            .is_some_and(|momentum| Trend::of(momentum) == Trend::Surging)
        {
            self.heating
                .add(Reverse((row.week_change, Hotness(row.heat))), row);
        }
        if let Some(ends) = row.mqa_ends_at
            && ends.millis_since(now) <= i64::from(SOON_DAYS) * DAY_MS
        {
            self.leaving.add(Some(ends), row);
        }
        let no_buyer =
            |seat: &SeatCell| seat.role.as_str() == "economic_buyer" && seat.state == SeatState::Missing;
        if row.seats.iter().any(no_buyer) {
            self.no_buyer += 1;
        }
        for list in &*row.lists {
            if let Some(count) = self.lists.get_mut(list) {
                count.add(row);
            } else if self.lists.len() < LISTS_MAX {
                let mut count = ListCount::default();
                count.add(row);
                self.lists.insert(Arc::clone(list), count);
            }
        }
        choose(&mut self.choices.owners, row.owner.as_ref());
        choose(&mut self.choices.tiers, row.tier.as_ref());
        choose(&mut self.choices.industries, row.industry.as_ref());
        choose(&mut self.choices.countries, row.country.as_ref());
    }
}

fn place<T: PartialEq>(all: &[T], one: &T) -> usize {
    all.iter().position(|other| other == one).unwrap_or(all.len())
}

fn choose(choices: &mut BTreeMap<Arc<str>, usize>, value: Option<&Arc<str>>) {
    let Some(value) = value else {
        return;
    };
    if let Some(count) = choices.get_mut(value) {
        *count += 1;
    } else if choices.len() < CHOICES_MAX {
        choices.insert(Arc::clone(value), 1);
    }
}

/// Overviews of an engine, each made again when it is older than the time it took to make allows: one of all accounts,
/// and one of each choice of lists and past instant that somebody looks at.
#[derive(Debug, Default)]
pub(crate) struct SharedOverview {
    /// By the scope as an address has it; those of all accounts under the empty text.
    kept: Mutex<BTreeMap<String, Arc<Slot>>>,
}

/// One overview's place.
#[derive(Debug, Default)]
struct Slot {
    last: Mutex<Option<Made>>,
}

#[derive(Debug)]
struct Made {
    overview: Arc<Overview>,
    until: Instant,
}

impl SharedOverview {
    /// Returns an overview of all accounts. Takes tens of milliseconds at 100,000 of them: not for a thread that serves
    /// others.
    pub(crate) fn get(&self, listing: &Listing) -> Arc<Overview> {
        self.scoped(listing, &BoardQuery::default())
    }

    /// Returns an overview of the lists that a view chooses; as slow as one of all accounts at worst.
    pub(crate) fn scoped(&self, listing: &Listing, query: &BoardQuery) -> Arc<Overview> {
        let scope = BoardQuery {
            as_of: listing.past_at(),
            ..query.scope()
        };
        let slot = self.slot(scope.view());
        // The lock is held while it is made, so that it is made once for all who ask meanwhile.
        let mut last = slot.last.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Instant::now();
        if let Some(made) = last.as_ref().filter(|made| start < made.until) {
            return Arc::clone(&made.overview);
        }
        let overview = Arc::new(Overview::of(listing, &scope.filter()));
        let took: Duration = start.elapsed();
        *last = Some(Made {
            overview: Arc::clone(&overview),
            until: Instant::now() + took * REUSE,
        });
        overview
    }

    fn slot(&self, scope: String) -> Arc<Slot> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= SCOPES_MAX && !kept.contains_key(&scope) {
            // Somebody went through many lists: the one of all accounts stays, the others are made when asked for.
            kept.retain(|known, _| known.is_empty());
        }
        Arc::clone(kept.entry(scope).or_default())
    }
}

#[cfg(test)]
mod tests;
