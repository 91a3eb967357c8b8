//! Forecast (docs/semantics.md 3.13): what happens if nothing new does.

use crate::account::AccountState;
use crate::model::Model;
use crate::standing::{Change, Notice, Standing};
use crate::time::{Days, Timestamp};

/// How far ahead a forecast looks.
pub const HORIZON: Days = Days(3_650.0);

/// Returns every coming change of the account's standing in order, if no further signal comes.
///
/// Signals dated ahead are known and fall due.
#[must_use]
pub fn forecast(standing: &Standing, state: &AccountState, model: &Model, now: Timestamp) -> Vec<Notice> {
    let mut later = standing.clone();
    later.advance(state, model, now, &mut Vec::new());
    let mut notices = Vec::new();
    later.advance(state, model, now.plus_days(HORIZON), &mut notices);
    notices
}

/// Returns when the account stops being MQA if no further signal comes: when its last group that is in leaves.
///
/// `None`: it is not in, or nothing makes it leave within the [`HORIZON`].
#[must_use]
pub fn mqa_ends_at(
    standing: &Standing,
    state: &AccountState,
    model: &Model,
    now: Timestamp,
) -> Option<Timestamp> {
    let mut later = standing.clone();
    later.advance(state, model, now, &mut Vec::new());
    let inside = |standing: &Standing| {
        standing
            .groups
            .iter()
            .filter(|group| group.status.since.is_some())
            .count()
    };
    let mut left = inside(&later);
    if left == 0 {
        return None;
    }
    let end = now.plus_days(HORIZON);
    // One step of a few days at a time and then longer: most ends are near, and what lies behind them is not asked.
    let mut step = Days(8.0);
    let mut at = now;
    while at < end {
        at = at.plus_days(step).min(end);
        step = Days(step.0 * 2.0);
        let mut notices = Vec::new();
        later.advance(state, model, at, &mut notices);
        for notice in &notices {
            match notice.change {
                Change::MqaLeft(_) => left = left.saturating_sub(1),
                Change::MqaEntered(_) => left += 1,
                Change::MqaRevised { .. }
                | Change::BandChanged { .. }
                | Change::Engaged { .. }
                | Change::Cooled { .. }
                | Change::GapOpened { .. }
                | Change::GapClosed { .. } => {}
            }
            if left == 0 {
                return Some(notice.at);
            }
        }
    }
    None
}
