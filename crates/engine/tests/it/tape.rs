//! The tape in a row is what the account reads as of each week's end, without waking it.

use std::sync::Arc;
use std::time::Duration;

use quorate_domain::id::{AccountId, ModelVersion};
use quorate_domain::model::Model;
use quorate_domain::standing::{ModelInForce, TapeWeeks};
use quorate_domain::time::{Days, Timestamp, Week};
use quorate_engine::{AsOf, EngineConfig};

use crate::house::{House, MODEL, at, open, open_under, signal};

/// The tape as of each week's end, told one by one from the journal.
async fn told(house: &House, account: &AccountId, now: Timestamp) -> TapeWeeks {
    let this_week = now.day().week().0;
    let mut weeks = TapeWeeks::default();
    for (cell, ago) in weeks.iter_mut().rev().zip(0..) {
        let at = if ago == 0 {
            now
        } else {
            Week(this_week - ago).end()
        };
        let as_of = AsOf {
            at: Some(at),
            known_at: None,
        };
        let view = house.engine.account(account, as_of).await.unwrap().unwrap();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::as_conversions,
            reason = "heat is 0..=100"
        )]
        let degrees = |heat: f64| heat.floor() as u8;
        *cell = (view.counted > 0).then(|| degrees(view.reading.best().unwrap().heat));
    }
    weeks
}

/// Waits until the row shows what the journal tells: a late signal is taken up a moment after its answer.
#[track_caller]
fn check(house: &House, now: Timestamp) -> impl Future<Output = ()> + '_ {
    let caller = std::panic::Location::caller();
    async move {
        let account = AccountId::new("acme").unwrap();
        let expected = told(house, &account, now).await;
        let mut shown = house.engine.listing().row(&account).unwrap();
        for _ in 0..500 {
            if shown.tape == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            shown = house.engine.listing().row(&account).unwrap();
        }
        panic!(
            "{caller}: the row shows {:?}, the journal tells {expected:?}",
            shown.tape
        );
    }
}

fn later(now: Timestamp, days: f64) -> Timestamp {
    now.plus_days(Days(days))
}

#[actix_rt::test]
async fn a_row_shows_heat_at_the_end_of_each_week_also_after_late_signals_and_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut now = at("2026-01-01T12:00:00Z");
    let mut house = open(folder.path(), now, EngineConfig::default());
    let mut draw = 7_u32;
    for no in 0..60_u32 {
        draw = draw.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        let roll = (draw >> 16) % 100;
        // Half come as they happen, the others up to three weeks late.
        let late = if roll < 50 { 0.0 } else { f64::from(roll % 22) };
        let kind = if roll.is_multiple_of(7) {
            "demo.requested"
        } else {
            "page.view"
        };
        let contact = if roll.is_multiple_of(3) { "ann" } else { "bob" };
        let happened = later(now, -late);
        house
            .accept(vec![signal("acme", &format!("s{no}"), contact, kind, happened)])
            .await;
        if no % 12 == 11 {
            check(&house, now).await;
        }
        now = later(now, f64::from(roll % 9));
        house.hand.set(now);
        if no == 30 {
            house.close().await;
            house = open(folder.path(), now, EngineConfig::default());
        }
    }
    check(&house, now).await;
    // What has ended since the last signal is read from what is left of it.
    now = later(now, 100.0);
    house.hand.set(now);
    check(&house, now).await;
    house.close().await;
}

#[actix_rt::test]
async fn weeks_that_ended_under_another_model_keep_the_heat_they_had() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-08-05T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    house.close().await;

    let now = later(now, 20.0);
    let model = |from, version, text: &str| ModelInForce {
        from,
        version: ModelVersion(version),
        model: Arc::new(Model::from_toml(text).unwrap()),
    };
    let cooler = MODEL.replace("half_point = 50", "half_point = 200");
    let models = vec![
        model(Timestamp::MIN, 1, MODEL),
        model(later(now, -5.0), 2, &cooler),
    ];
    let house = open_under(folder.path(), now, EngineConfig::default(), models);
    check(&house, now).await;
    let row = house
        .engine
        .listing()
        .row(&AccountId::new("acme").unwrap())
        .unwrap();
    // 60 points halve in 30 days: 54.1 at the end of 9 August (heat 52.7), 46.0 a week later (heat 47.1), and under
    // the new model 39.1 (heat 12.7) and 37.8 now (heat 12.3).
    assert_eq!(
        row.tape.get(22..),
        Some(&[Some(52), Some(47), Some(12), Some(12)][..])
    );
    // At the start of 18 August 44.9 points were heat 46.4.
    assert_eq!(row.week_change, Some(12 - 46));
    house.close().await;
}
