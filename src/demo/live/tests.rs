use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use quorate_domain::id::ModelVersion;
use quorate_domain::model::{DEFAULT_MODEL, Model};
use quorate_domain::standing::ModelInForce;
use quorate_engine::{Clock, EngineConfig};
use quorate_store::{EmbeddedOptions, EmbeddedStore};

use super::super::load;
use super::*;

/// A demo of the cast that goes on for some days, and how often it came to its end.
struct House {
    engine: Engine,
    control: Arc<Control>,
    ended: Arc<AtomicU32>,
    run: Run,
    _folder: tempfile::TempDir,
}

async fn house(days: f64) -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(folder.path(), EmbeddedOptions::default()).unwrap());
    let start: Timestamp = "2026-06-15T08:00:00Z".parse().unwrap();
    let mut run = Run::resume(&*store, None, Some(8), start).unwrap();
    run.at.ended_at_ms = start.plus_days(Days(days)).as_millis();
    let model = ModelInForce {
        from: start,
        version: ModelVersion(1),
        model: Arc::new(Model::from_toml(DEFAULT_MODEL).unwrap()),
    };
    let (clock, hand) = Clock::manual(start);
    let engine = Engine::start(store, vec![model], clock, EngineConfig::default()).unwrap();
    let world = run.world();
    load(&engine, &world, start, false).await.unwrap();
    let control = Arc::new(Control::new(|id| world.has(id), start));
    let ended = Arc::new(AtomicU32::new(0));
    let (going, told, count) = (run.clone(), Arc::clone(&control), Arc::clone(&ended));
    let engine_of_run = engine.clone();
    actix_rt::spawn(async move {
        let done = || {
            count.fetch_add(1, Ordering::Relaxed);
        };
        going
            .go_on(engine_of_run, world, hand, &told, done)
            .await
            .unwrap();
    });
    House {
        engine,
        control,
        ended,
        run,
        _folder: folder,
    }
}

impl House {
    /// Waits until something is so; says on failure where the clock is.
    async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is_so(self) {
            assert!(
                Instant::now() < deadline,
                "waited for {what}; now {}",
                self.engine.now()
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[actix_rt::test]
async fn at_its_end_the_clock_stands_until_somebody_asks_for_another_week() {
    // A hundredth of a day is 0.2 seconds.
    let house = house(0.01).await;
    house
        .until("the end", |house| house.control.clock() == DemoClock::Over)
        .await;
    assert_eq!(house.engine.now(), house.run.end());
    // Neither of the others moves it.
    house.control.pause();
    house.control.go_on();
    assert_eq!(house.control.clock(), DemoClock::Over);
    house.control.another_week();
    house
        .until("time to pass again", |house| house.engine.now() > house.run.end())
        .await;
    assert_eq!(house.control.clock(), DemoClock::Running);
    assert_eq!(house.ended.load(Ordering::Relaxed), 1);
    house.engine.stop().await;
}

#[actix_rt::test]
async fn a_pause_holds_the_clock_and_what_was_missed_is_not_made_up_for() {
    let house = house(14.0).await;
    let start = house.engine.now();
    house
        .until("time to pass", |house| house.engine.now() > start)
        .await;
    house.control.pause();
    // The turn under way may still end.
    tokio::time::sleep(2 * TICK).await;
    let stopped = house.engine.now();
    // Asking for a week moves nothing that has not come to its end.
    house.control.another_week();
    tokio::time::sleep(10 * TICK).await;
    assert_eq!(house.engine.now(), stopped);
    house.control.go_on();
    house
        .until("time to go on", |house| house.engine.now() > stopped)
        .await;
    // Ten ticks were missed; a few have passed.
    let jump_ms = house.engine.now().millis_since(stopped);
    assert!(jump_ms < Days(0.5).to_millis(), "{jump_ms} ms at once");
    house.engine.stop().await;
}

#[actix_rt::test]
async fn the_reason_to_look_at_the_first_account_follows_what_its_buyer_does() {
    let house = house(14.0).await;
    house
        .until("the first reason", |house| {
            house.control.lead().why == "hot, but the CFO is cold"
        })
        .await;
    let signal = house.control.signal("pricing").unwrap();
    record(&house.engine, vec![signal]).await.unwrap();
    house
        .until("the next reason", |house| {
            house.control.lead().why == "hot, and the CFO reads along"
        })
        .await;
    house.engine.stop().await;
}
