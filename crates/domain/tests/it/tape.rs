//! The heat tape is what the account's heat was: read from a fold, and kept in step record by record.

use proptest::prelude::*;
use quorate_domain::account::AccountState;
use quorate_domain::engagement;
use quorate_domain::model;
use quorate_domain::standing::{Horizon, ModelInForce, Standing, history, refold};
use quorate_domain::time::{Timestamp, Week};

use crate::generate::{self, START};
use crate::properties::{Folded, NOW, config, fold_anew, id, ms};
use crate::reference::DAY;

/// Reads a tape at an instant, as the live index does: what has ended since the last change from the sums.
fn weeks(folded: &Folded, model: &model::Model, t: i64) -> (Vec<Option<u8>>, Option<i16>) {
    let heat = |at: Timestamp| {
        let reading = folded.standing.read(&folded.state, model, at);
        let points = reading.groups.iter().map(|group| group.intent_points);
        engagement::heat(points.fold(0.0, f64::max), model.half_point)
    };
    let tape = folded.standing.tape_to(model, ms(t));
    assert_eq!(tape, {
        let mut twice = folded.standing.tape_to(model, ms(t));
        twice.note(ms(t), heat);
        twice
    });
    (tape.weeks(ms(t), heat).to_vec(), tape.week_change(ms(t), heat))
}

/// Heat as of an instant, and whether anything that counts was known.
fn heat_as_of(
    records: &[quorate_domain::account::Record],
    models: &[ModelInForce],
    at: Timestamp,
    now: i64,
) -> Option<f64> {
    let until: Vec<ModelInForce> = models
        .iter()
        .enumerate()
        .filter(|(place, model)| *place == 0 || model.from <= at)
        .map(|(_, model)| model.clone())
        .collect();
    let current = &until.last().unwrap().model;
    let folded = fold_anew(records, &until, at.as_millis(), now).until(current, at.as_millis());
    let reading = folded.standing.read(&folded.state, current, at);
    (folded.standing.counted > 0).then(|| reading.best().unwrap().heat)
}

/// Whole degrees, of which rounding may be one off where heat sits on one.
fn same_degrees(cell: Option<u8>, heat: Option<f64>) -> bool {
    match (cell, heat) {
        (None, None) => true,
        (Some(cell), Some(heat)) => {
            let cell = f64::from(cell);
            heat > cell - 1e-9 && heat < cell + 1.0 + 1e-9
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn check(
    folded: &Folded,
    records: &[quorate_domain::account::Record],
    models: &[ModelInForce],
    now: i64,
) -> Result<(), TestCaseError> {
    let model = &models.last().unwrap().model;
    let (weeks, change) = weeks(folded, model, now);
    let this_week = ms(now).day().week().0;
    for (cell, ago) in weeks.iter().rev().zip(0_i32..) {
        let at = if ago == 0 {
            ms(now)
        } else {
            Week(this_week - ago).end()
        };
        let heat = heat_as_of(records, models, at, now);
        prop_assert!(
            same_degrees(*cell, heat),
            "{at}: {cell:?} and {heat:?} in {weeks:?}"
        );
    }
    let start_ms = ms(now).day().start().as_millis() - 7 * DAY;
    let before = heat_as_of(records, models, ms(start_ms - 1), now).unwrap_or(0.0);
    let after = heat_as_of(records, models, ms(now), now);
    prop_assert_eq!(change.is_some(), after.is_some());
    if let (Some(change), Some(after)) = (change, after) {
        let exact = after.floor() - before.floor();
        prop_assert!((f64::from(change) - exact).abs() <= 1.0, "{change} and {exact}");
        let near = |heat: f64| (heat - heat.round()).abs() < 1e-9;
        prop_assert!(near(after) || near(before) || (f64::from(change) - exact).abs() < 0.5);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(128))]

    #[test]
    fn the_tape_of_a_fold_is_heat_as_of_each_weeks_end(
        first in generate::model(),
        second in generate::model(),
        records in generate::history(),
        day in 0..30_i64,
        later in 0..200 * DAY,
    ) {
        let in_force = generate::in_force(&[(0, first), (START + day * DAY + 1, second)]);
        let records = generate::journalled(&records);
        let folded = fold_anew(&records, &in_force, NOW, NOW);
        check(&folded, &records, &in_force, NOW)?;
        check(&folded, &records, &in_force, NOW + later)?;
    }

    /// One fold read at many instants says what a fold up to each of them says.
    #[test]
    fn a_history_is_the_account_as_of_each_instant(
        first in generate::model(),
        second in generate::model(),
        records in generate::history(),
        day in 0..30_i64,
        mut instants in prop::collection::vec(-2 * DAY..40 * DAY, 0..12),
        known_at in prop::option::of(0..37 * DAY),
    ) {
        let in_force = generate::in_force(&[(0, first), (START + day * DAY + 1, second)]);
        let records = generate::journalled(&records);
        // Also at the very instants at which something happened.
        instants.extend(records.iter().step_by(3).map(|record| record.effective_at().as_millis() - START));
        instants.sort_unstable();
        let instants: Vec<Timestamp> = instants.into_iter().map(|at| ms((START + at).min(NOW))).collect();
        let known_at = known_at.map(|at| ms(START + at));
        let horizon = |as_of| Horizon { as_of, now: ms(NOW), known_at };
        let points = history(&id(), &records, &in_force, horizon(ms(NOW)), &instants);
        let Some(points) = points else {
            prop_assert!(records.iter().all(|record| known_at.is_some_and(|known_at| record.at > known_at)));
            return Ok(());
        };
        prop_assert_eq!(points.len(), instants.len());
        for (point, at) in points.iter().zip(&instants) {
            let (state, mut standing) =
                refold(&id(), &records, &in_force, horizon(*at), &mut Vec::new()).unwrap();
            let current = in_force.iter().rev().find(|model| model.from <= *at).unwrap_or(&in_force[0]);
            standing.advance(&state, &current.model, *at, &mut Vec::new());
            let reading = standing.read(&state, &current.model, *at);
            let best = reading.best().unwrap();
            prop_assert_eq!(point.at, *at);
            prop_assert_eq!(point.intent_points.to_bits(), best.intent_points.to_bits());
            prop_assert_eq!(point.heat.to_bits(), best.heat.to_bits());
            prop_assert_eq!(point.mqa, reading.is_mqa(), "at {}", at);
            prop_assert_eq!(point.known, standing.counted > 0);
        }
    }

    /// A late signal either leaves the tape as it is, or says that it has to be told anew.
    #[test]
    fn the_tape_kept_in_step_is_heat_as_of_each_weeks_end(
        model in generate::model(),
        records in generate::history(),
        asked in 0..40_usize,
    ) {
        let in_force = generate::in_force(&[(0, model)]);
        let model = &in_force[0].model;
        let records = generate::journalled(&records);
        let mut state = AccountState::new(id());
        let mut standing = Standing::new(&state, model, in_force[0].version);
        for (place, record) in records.iter().enumerate() {
            let now = record.at.as_millis();
            if place % 3 == 0 {
                standing.advance(&state, model, record.at, &mut Vec::new());
            }
            standing.absorb(&mut state, record, model, &mut Vec::new());
            if standing.stale || standing.tape.is_outdated() {
                let told = fold_anew(&records[..=place], &in_force, now, now);
                (state, standing) = (told.state, told.standing);
            }
            if place == asked % records.len() {
                let live = Folded { state: state.clone(), standing: standing.clone(), notices: Vec::new() };
                let live = live.until(model, now);
                check(&live, &records[..=place], &in_force, now)?;
            }
        }
        let live = Folded { state, standing, notices: Vec::new() }.until(model, NOW);
        check(&live, &records, &in_force, NOW)?;
    }
}
