//! Heat at many past instants, for the chart.

use quorate_domain::id::AccountId;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::AccountView;
use quorate_engine::{AsOf, Engine, Error};

use super::BACK_DAYS;
use super::chart::{BACK_MS, Sample};
use super::tiles::week_before;

/// Returns heat over the days the chart looks back, oldest first; the last one is the view's own.
///
/// # Errors
/// When the account cannot be read.
pub(crate) async fn samples(
    engine: &Engine,
    id: &AccountId,
    view: &AccountView,
) -> Result<Vec<Sample>, Error> {
    let as_of = AsOf {
        at: Some(view.reading.at),
        known_at: None,
    };
    let points = engine.history(id, instants(view), as_of).await?;
    let mut samples: Vec<Sample> = points
        .unwrap_or_default()
        .into_iter()
        .map(|point| Sample {
            at: point.at,
            heat: point.heat,
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

/// Returns the past instants the chart reads, oldest first: the ends of its days, when MQA began and ended, and seven
/// days ago.
fn instants(view: &AccountView) -> Vec<Timestamp> {
    let now = view.reading.at;
    let begin = now.plus_millis(-BACK_MS);
    let midnight = now.day().start();
    let midnights = (0..=BACK_DAYS).map(|back| midnight.plus_millis(-back * DAY_MS));
    let spans = view.reading.best().into_iter().flat_map(|group| &group.spans);
    // What takes heat over a line is a step: the instant before it is its foot.
    let crossings = spans
        .flat_map(|span| [Some(span.entered), span.left])
        .flatten()
        .flat_map(|at| [at.plus_millis(-1), at]);
    let mut instants: Vec<Timestamp> = midnights
        .chain(crossings)
        .chain([week_before(now), begin])
        .filter(|at| (begin..now).contains(at))
        .collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}
