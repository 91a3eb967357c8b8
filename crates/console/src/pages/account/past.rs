//! Heat at many past instants, for the chart.

use futures_util::future::try_join_all;
use quorate_domain::id::AccountId;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::AccountView;
use quorate_engine::{AsOf, Engine, Error};

use super::BACK_DAYS;
use super::chart::Sample;
use super::tiles::week_before;

/// The most and the least instants at which the past is read for the chart.
const SAMPLES: std::ops::RangeInclusive<usize> = 26..=90;
/// Signals folded for one chart: an account with many is looked at less often.
const FOLDED_MAX: usize = 100_000;

/// Returns heat over the days the chart looks back, oldest first; the last one is the view's own.
///
/// # Errors
/// When the account cannot be read.
pub(crate) async fn samples(
    engine: &Engine,
    id: &AccountId,
    view: &AccountView,
) -> Result<Vec<Sample>, Error> {
    let instants = instants(view);
    let past = try_join_all(instants.iter().map(|at| heat_at(engine, id, *at))).await?;
    let mut samples: Vec<Sample> = instants
        .into_iter()
        .zip(past)
        .map(|(at, heat)| Sample {
            at,
            heat: heat.unwrap_or(0.0),
        })
        .collect();
    samples.push(Sample {
        at: view.reading.at,
        heat: view.reading.best().map_or(0.0, |group| group.heat),
    });
    Ok(samples)
}

/// Returns heat at a past instant; `None`: nothing was known of the account then.
///
/// # Errors
/// When the account cannot be read.
pub(crate) async fn heat_at(engine: &Engine, id: &AccountId, at: Timestamp) -> Result<Option<f64>, Error> {
    let as_of = AsOf {
        at: Some(at),
        known_at: None,
    };
    let view = engine.account(id, as_of).await?;
    Ok(view.and_then(|view| view.reading.best().map(|group| group.heat)))
}

/// Returns the past instants the chart reads, oldest first; always one seven days ago.
fn instants(view: &AccountView) -> Vec<Timestamp> {
    let now = view.reading.at;
    let signals = usize::try_from(view.state.signals).unwrap_or(usize::MAX).max(1);
    let count = (FOLDED_MAX / signals).clamp(*SAMPLES.start(), *SAMPLES.end());
    let step = BACK_DAYS * DAY_MS / i64::try_from(count).unwrap_or(1);
    let mut instants: Vec<Timestamp> = (1..=count)
        .filter_map(|back| i64::try_from(back).ok())
        .map(|back| now.plus_millis(-back * step))
        .chain([week_before(now)])
        .collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}
