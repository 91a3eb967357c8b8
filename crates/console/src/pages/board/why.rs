//! Why an account is as hot as it is, and what is missing most: a line each.

use askama::Template;
use quorate_domain::committee::SeatState;
use quorate_domain::time::Timestamp;
use quorate_engine::view::{AccountRow, SeatCell};

use crate::words;

/// Less than half of a seat that somebody holds is worth this: its holders are known and cold.
const COLD: f64 = 0.25;

/// Why, and the gap.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/why_cell.html")]
pub(crate) struct WhyCell {
    /// The largest kinds of signal with the day of the newest.
    pub(crate) why: String,
    /// What the heaviest seat lacks; nothing: no seat lacks anything.
    pub(crate) gap: String,
}

impl WhyCell {
    pub(crate) fn of(row: &AccountRow, now: Timestamp) -> Self {
        let kinds: Vec<String> = row
            .why
            .iter()
            .flatten()
            .enumerate()
            .map(|(place, why)| {
                let label = if place == 0 {
                    words::capitalised(&why.label)
                } else {
                    uncapitalised(&why.label)
                };
                format!("{label} {}", words::date(why.newest, now))
            })
            .collect();
        Self {
            why: kinds.join(", "),
            gap: row
                .seats
                .iter()
                .filter(|seat| lacking(seat) > 0.0)
                // Of equal ones the first in the model's order.
                .rev()
                .max_by(|a, b| lacking(a).total_cmp(&lacking(b)))
                .map(gap)
                .unwrap_or_default(),
        }
    }
}

fn lacking(seat: &SeatCell) -> f64 {
    seat.weight * (1.0 - seat.worth)
}

fn gap(seat: &SeatCell) -> String {
    let role = words::spaced(seat.role.as_str());
    match seat.state {
        SeatState::Missing => format!("No {role} known"),
        SeatState::Opposed => format!("{} opposed", words::capitalised(&role)),
        SeatState::Identified if seat.worth <= COLD => {
            format!("{} known but cold", words::capitalised(&role))
        }
        SeatState::Identified | SeatState::Engaged => {
            format!("{} in part only", words::capitalised(&role))
        }
    }
}

/// Returns a text that goes on a sentence: `CRM` and `SaaS` keep their capitals.
fn uncapitalised(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(text.chars().skip(1)).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
