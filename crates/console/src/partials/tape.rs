//! The heat tape: a cell a week, oldest at the left.

use askama::Template;
use quorate_domain::standing::TapeWeeks;

use crate::words;

/// From one cell to the next.
const STEP: usize = 6;
/// Where a dot begins in its cell.
const DOT: usize = 2;

/// Heat of the last 26 weeks.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/tape.html")]
pub(crate) struct HeatTape {
    /// Cells of one step of the ramp are one drawing: a page has a hundred tapes.
    drawings: Vec<Drawing>,
    title: String,
}

/// All cells of one colour.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Drawing {
    class: &'static str,
    path: String,
}

/// Classes of the ramp's steps, and of weeks of which nothing is known.
const CLASSES: [&str; 11] = ["h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "dot"];

impl HeatTape {
    pub(crate) fn of(weeks: &TapeWeeks) -> Self {
        let drawings = CLASSES.into_iter().enumerate().filter_map(|(step, class)| {
            let cells = weeks.iter().enumerate();
            let path: String = cells
                .filter(|(_, heat)| place(**heat) == step)
                .map(|(week, heat)| match heat {
                    Some(_) => format!("M{} 0h5v20h-5z", week * STEP),
                    None => format!("M{} 9h2v2h-2z", week * STEP + DOT),
                })
                .collect();
            (!path.is_empty()).then_some(Drawing { class, path })
        });
        let title = match (weeks.last().copied().flatten(), weeks.iter().flatten().max()) {
            (Some(now), Some(peak)) => format!("26 weeks of heat, now {now}, peak {peak}"),
            (_, _) => "26 weeks of heat: nothing known yet".to_owned(),
        };
        Self {
            drawings: drawings.collect(),
            title,
        }
    }
}

/// Returns the place of a week's class.
fn place(heat: Option<u8>) -> usize {
    heat.map_or(CLASSES.len() - 1, |heat| {
        usize::from(words::heat_step(f64::from(heat)))
    })
}

#[cfg(test)]
mod tests;
