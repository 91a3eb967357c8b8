//! The heat tape (docs/semantics.md 3.14): what heat was at the end of each of the last weeks and days.
//!
//! A standing notes it as it folds: right before something changes its sums, every week and day that ended since
//! the last change is read from them. So a tape costs nothing but its bytes to read, and says what a fold up to
//! each of those instants says.

use crate::time::{Day, Timestamp, Week};

/// Weeks a tape shows, the one under way included.
pub const TAPE_WEEKS: usize = 26;

/// Week ends noted: the last week shown is under way and read from the sums.
const PAST_WEEKS: usize = TAPE_WEEKS - 1;
/// Day ends noted: enough to know the heat at the start of the day a week ago.
const PAST_DAYS: usize = 8;
/// A cell before anything was known.
const UNKNOWN: u8 = u8::MAX;

/// The weeks of a tape: whole degrees of heat, oldest first, the week under way last; `None` where nothing that
/// counts was known.
pub type TapeWeeks = [Option<u8>; TAPE_WEEKS];

/// Heat at the end of past weeks and days, in whole degrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tape {
    /// The first day whose end is not noted.
    next: Day,
    /// The last one is the week before that of `next`.
    weeks: [u8; PAST_WEEKS],
    /// The last one is the day before `next`.
    days: [u8; PAST_DAYS],
    /// Whether anything that counts is known of the account.
    known: bool,
    outdated: bool,
}

impl Tape {
    /// Returns the tape of an account of which nothing is known.
    #[must_use]
    pub fn blank() -> Self {
        Self {
            next: Timestamp::MIN.day(),
            weeks: [UNKNOWN; PAST_WEEKS],
            days: [UNKNOWN; PAST_DAYS],
            known: false,
            outdated: false,
        }
    }

    /// Returns a tape of which only is known that it has to be told anew.
    #[must_use]
    pub fn lost() -> Self {
        Self {
            outdated: true,
            ..Self::blank()
        }
    }

    /// Returns the tape that was noted before `next`, as it was stored.
    ///
    /// - `weeks`, `days`: oldest first, the last one before `next`; cells missing at the front are unknown.
    /// - `known`: whether anything that counts is known of the account.
    /// - `outdated`: see [`Tape::is_outdated`].
    #[must_use]
    pub fn restored(next: Day, weeks: &[u8], days: &[u8], known: bool, outdated: bool) -> Self {
        let mut tape = Self {
            next,
            known,
            outdated,
            ..Self::blank()
        };
        for (cell, stored) in tape.weeks.iter_mut().rev().zip(weeks.iter().rev()) {
            *cell = *stored;
        }
        for (cell, stored) in tape.days.iter_mut().rev().zip(days.iter().rev()) {
            *cell = *stored;
        }
        tape
    }

    /// Returns the first day whose end is not noted.
    #[must_use]
    pub fn next(&self) -> Day {
        self.next
    }

    /// Returns the noted week ends from the first that is known on, oldest first, for storing.
    #[must_use]
    pub fn stored_weeks(&self) -> &[u8] {
        trimmed(&self.weeks)
    }

    /// Returns the noted day ends from the first that is known on, oldest first, for storing.
    #[must_use]
    pub fn stored_days(&self) -> &[u8] {
        trimmed(&self.days)
    }

    /// Returns whether anything that counts is known of the account.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.known
    }

    /// Returns whether a late signal may have made noted heats wrong: the past is to be folded anew.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.outdated
    }

    /// Says that something that counts is known from here on, or is not, as another model has it.
    pub(super) fn set_known(&mut self, known: bool) {
        self.known = known;
    }

    /// Takes up a signal that came late.
    pub(super) fn take_late(&mut self, occurred_at: Timestamp) {
        self.outdated |= occurred_at.day() < self.next;
    }

    /// Notes the ends of weeks and days up to the day `until` is in.
    ///
    /// - `heat`: heat at an instant since the last change, none later.
    pub fn note(&mut self, until: Timestamp, heat: impl Fn(Timestamp) -> f64) {
        let today = until.day();
        if today <= self.next {
            return;
        }
        let cell = |at| if self.known { degrees(heat(at)) } else { UNKNOWN };
        extend(&mut self.weeks, self.next.week().0, today.week().0, |week| {
            cell(Week(week).end())
        });
        extend(&mut self.days, self.next.0, today.0, |day| cell(Day(day).end()));
        self.next = today;
    }

    /// Returns the weeks up to the one `at` is in.
    ///
    /// - `heat`: heat at an instant since the last change.
    #[must_use]
    pub fn weeks(&self, at: Timestamp, heat: impl Fn(Timestamp) -> f64) -> TapeWeeks {
        let mut noted = *self;
        noted.note(at, &heat);
        let newer = i64::from(at.day().week().0) - i64::from(noted.next.week().0);
        let mut weeks = [None; TAPE_WEEKS];
        for (cell, place) in weeks.iter_mut().zip(newer..) {
            // The page of a list may be read at an instant before the row's newest week.
            *cell = usize::try_from(place)
                .ok()
                .and_then(|place| noted.weeks.get(place))
                .copied()
                .filter(|degrees| *degrees != UNKNOWN);
        }
        if let Some(now) = weeks.last_mut() {
            *now = self.known.then(|| degrees(heat(at)));
        }
        weeks
    }

    /// Returns by how many whole degrees heat moved since the start of the UTC day a week before `at`; `None`:
    /// nothing that counts is known. Before anything was known heat was 0.
    ///
    /// - `heat`: heat at an instant since the last change.
    #[must_use]
    pub fn week_change(&self, at: Timestamp, heat: impl Fn(Timestamp) -> f64) -> Option<i16> {
        if !self.known {
            return None;
        }
        let mut noted = *self;
        noted.note(at, &heat);
        // The day before the one a week ago.
        let place = i64::from(at.day().0) - i64::from(noted.next.0);
        let before = usize::try_from(place)
            .ok()
            .and_then(|place| noted.days.get(place))
            .copied()
            .filter(|degrees| *degrees != UNKNOWN)
            .unwrap_or(0);
        Some(i16::from(degrees(heat(at))) - i16::from(before))
    }
}

/// Returns the whole degrees of a heat.
fn degrees(heat: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "held to 0..=100 first"
    )]
    let degrees = heat.floor().clamp(0.0, 100.0) as u8;
    degrees
}

/// Appends the cells of the periods `from..to` and lets go of as many at the front.
fn extend<const N: usize>(cells: &mut [u8; N], from: i32, to: i32, cell: impl Fn(i32) -> u8) {
    let fresh = usize::try_from(to.saturating_sub(from)).unwrap_or(0).min(N);
    cells.rotate_left(fresh);
    for (place, period) in cells.iter_mut().rev().take(fresh).zip((from..to).rev()) {
        *place = cell(period);
    }
}

fn trimmed(cells: &[u8]) -> &[u8] {
    let known = cells
        .iter()
        .position(|cell| *cell != UNKNOWN)
        .unwrap_or(cells.len());
    cells.get(known..).unwrap_or_default()
}

#[cfg(test)]
mod tests;
