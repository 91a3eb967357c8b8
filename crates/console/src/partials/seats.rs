//! The seat bar: a segment a seat. Its width is the seat's weight, its filled height what the seat is worth, so that
//! the filled area is the quorum.

use std::fmt::Write as _;

use askama::Template;
use quorate_domain::committee::SeatState;
use quorate_engine::view::SeatCell;

use crate::words;

const WIDTH: f64 = 92.0;
const HEIGHT: f64 = 16.0;
/// Between two seats.
const GAP: f64 = 2.0;
/// Less where there are many.
const NARROW_GAP: f64 = 0.5;
/// From how many seats on there are many.
const MANY: usize = 16;

/// Quorum: the seats, the share in percent, and who is engaged.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/quorum.html")]
pub(crate) struct Quorum {
    /// `None`: the model lists no seats.
    pub(crate) bar: Option<Bar>,
    pub(crate) percent: String,
    pub(crate) title: String,
    /// Who is engaged.
    pub(crate) people: String,
}

/// The bar: all parts of one look are one drawing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bar {
    /// The ground of seats that somebody holds.
    pub(crate) ground: String,
    pub(crate) filled: String,
    pub(crate) missing: String,
    pub(crate) opposed: String,
    pub(crate) crosses: String,
    /// Each seat with its state.
    pub(crate) alternative: String,
}

impl Quorum {
    pub(crate) fn of(quorum: Option<f64>, seats: &[SeatCell], people: String) -> Self {
        let Some(quorum) = quorum else {
            return Self {
                bar: None,
                percent: words::UNKNOWN.to_owned(),
                title: "The model lists no seats".to_owned(),
                people,
            };
        };
        Self {
            bar: (!seats.is_empty()).then(|| Bar::of(seats)),
            percent: format!("{}%", words::whole(quorum)),
            title: format!("Quorum {}% of the weight of all seats", words::exact(quorum)),
            people,
        }
    }
}

impl Bar {
    fn of(seats: &[SeatCell]) -> Self {
        let gap = if seats.len() < MANY { GAP } else { NARROW_GAP };
        let count = u32::try_from(seats.len()).map_or(f64::MAX, f64::from);
        let weight: f64 = seats.iter().map(|seat| seat.weight).sum();
        let scale = if weight > 0.0 {
            (WIDTH - gap * (count - 1.0)).max(0.0) / weight
        } else {
            0.0
        };
        let mut bar = Self::default();
        let mut x = 0.0;
        for seat in seats {
            let width = seat.weight * scale;
            bar.draw(seat, x, width);
            x += width + gap;
        }
        let named: Vec<String> = seats
            .iter()
            .map(|seat| format!("{} {}", words::spaced(seat.role.as_str()), seat.state.as_str()))
            .collect();
        bar.alternative = named.join(", ");
        bar
    }

    fn draw(&mut self, seat: &SeatCell, x: f64, width: f64) {
        match seat.state {
            SeatState::Missing => self.missing.push_str(&inner(x, width)),
            SeatState::Opposed => {
                self.opposed.push_str(&inner(x, width));
                let half = 2.5;
                let (left, top) = (x + width / 2.0 - half, HEIGHT / 2.0 - half);
                // Writing into a string cannot fail.
                let _ = write!(self.crosses, "M{left:.1} {top:.1}l5 5m0-5l-5 5");
            }
            SeatState::Identified | SeatState::Engaged => {
                self.ground.push_str(&block(x, width, HEIGHT));
                self.filled
                    .push_str(&block(x, width, HEIGHT * seat.worth.clamp(0.0, 1.0)));
            }
        }
    }
}

/// Returns a block that stands on the ground.
fn block(x: f64, width: f64, height: f64) -> String {
    let top = HEIGHT - height;
    format!("M{x:.1} {top:.1}h{width:.1}v{height:.1}h-{width:.1}z")
}

/// Returns a frame whose line lies within the block.
fn inner(x: f64, width: f64) -> String {
    let width = (width - 1.0).max(0.5);
    format!("M{:.1} .5h{width:.1}v15h-{width:.1}z", x + 0.5)
}

#[cfg(test)]
mod tests;
