//! What is older than the retention loses ids and properties, and nothing else changes.

use quorate_domain::account::{Event, Outcome};
use quorate_domain::id::{AccountId, Seq};
use quorate_domain::time::{Days, Timestamp};
use quorate_engine::view::{ItemOutcome, Retained};
use quorate_engine::{AsOf, EngineConfig, IncomingSignal};
use quorate_store::Store;

use crate::house::{House, at, open, signal};

/// Looked through only when the test says so; nothing leaves memory.
fn config() -> EngineConfig {
    EngineConfig {
        retention_every_ms: u64::from(u32::MAX),
        ..EngineConfig::default()
    }
}

fn told(id: &str, kind: &str, at: Timestamp) -> IncomingSignal {
    let mut told = signal("acme", id, "ann", kind, at);
    told.signal.object = Some("/pricing".into());
    told.signal.properties = Some(r#"{"ip":"192.0.2.1"}"#.into());
    told
}

/// Eighteen months of an account: a view a week, a demo request every quarter.
async fn live(house: &House, from: Timestamp) {
    house.name("acme", "Acme", "acme.example").await;
    for week in 0..78_i32 {
        let now = from.plus_days(Days(f64::from(week) * 7.0));
        house.hand.set(now);
        let kind = if week % 13 == 0 {
            "demo.requested"
        } else {
            "page.view"
        };
        house.accept(vec![told(&format!("s-{week}"), kind, now)]).await;
    }
    house.give_role("acme", "ann", "champion").await;
}

/// All that can be seen of the account, at many instants.
async fn seen(house: &House, from: Timestamp) -> Vec<String> {
    let id = AccountId::new("acme").unwrap();
    let mut seen = Vec::new();
    for month in 0..19_i32 {
        let at = Some(from.plus_days(Days(f64::from(month) * 30.0)));
        let as_of = AsOf { at, known_at: None };
        let (view, explained) = house.engine.explanation(&id, as_of).await.unwrap().unwrap();
        seen.push(format!("{:?}", view.reading));
        seen.extend(explained.iter().map(|group| {
            let lines = group.people.iter().flat_map(|person| &person.kinds);
            let points: Vec<f64> = lines
                .flat_map(|kind| &kind.lines)
                .map(|line| line.points)
                .collect();
            format!("{} {points:?}", group.intent_points)
        }));
    }
    let view = house.account("acme").await.unwrap();
    seen.push(format!(
        "{:?} {:?} {:?}",
        view.reading, view.state, view.mqa_ends_at
    ));
    seen.push(format!("{:?}", house.engine.listing().row(&id)));
    seen
}

fn signals(store: &dyn Store) -> Vec<(bool, bool)> {
    store
        .history(&AccountId::new("acme").unwrap(), Seq(0), usize::MAX)
        .unwrap()
        .into_iter()
        .filter_map(|record| {
            let Event::SignalRecorded(signal) = record.event else {
                return None;
            };
            assert_eq!(signal.object.as_deref(), Some("/pricing"));
            Some((signal.id.is_condensed(), signal.properties.is_some()))
        })
        .collect()
}

#[actix_rt::test]
async fn what_is_older_than_the_retention_is_condensed_and_nothing_else_changes() {
    let folder = tempfile::tempdir().unwrap();
    let from = at("2025-01-06T09:00:00Z");
    let house = open(folder.path(), from, config());
    live(&house, from).await;
    let before = seen(&house, from).await;

    // 78 weeks less 400 days: the first 20 weeks and some days are too old.
    let kept = house.engine.keep_retention().await.unwrap();
    assert_eq!(
        kept,
        Retained {
            accounts: 1,
            signals: 20
        }
    );
    let store = house.engine.store();
    let now = signals(&*store);
    assert!(now.iter().take(20).all(|signal| *signal == (true, false)));
    assert!(now.iter().skip(20).all(|signal| *signal == (false, true)));
    assert_eq!(now.len(), 78);
    assert_eq!(seen(&house, from).await, before);
    drop(store);
    house.close().await;

    let later = from.plus_days(Days(77.0 * 7.0));
    let house = open(folder.path(), later, config());
    assert_eq!(seen(&house, from).await, before, "after a restart");
    // Nothing is old enough to be worth it again.
    assert_eq!(house.engine.keep_retention().await.unwrap(), Retained::default());

    // What is sent again that long after is counted anew and worth nothing; what is not that old is a duplicate.
    let outcomes = house
        .record(vec![
            told("s-3", "page.view", from.plus_days(Days(21.0))),
            told("s-70", "page.view", from.plus_days(Days(490.0))),
        ])
        .await;
    assert_eq!(
        outcomes,
        [
            ItemOutcome::Decided(Outcome::Expired),
            ItemOutcome::Decided(Outcome::Duplicate)
        ]
    );
    house.hand.set(later.plus_days(Days(100.0)));
    let kept = house.engine.keep_retention().await.unwrap();
    assert_eq!((kept.accounts, kept.signals), (1, 15));
    house.close().await;
}

/// What is a little older waits until there is more of it.
#[actix_rt::test]
async fn what_is_hardly_older_waits() {
    let folder = tempfile::tempdir().unwrap();
    let from = at("2025-01-06T09:00:00Z");
    let house = open(folder.path(), from, config());
    house.accept(vec![told("a", "page.view", from)]).await;
    for (day, signals) in [(401.0, 0), (439.0, 0), (441.0, 1), (442.0, 0)] {
        house.hand.set(from.plus_days(Days(day)));
        let kept = house.engine.keep_retention().await.unwrap();
        assert_eq!(kept.signals, signals, "after {day} days");
    }
    house.close().await;
}

/// A running engine looks by itself.
#[actix_rt::test]
async fn an_engine_keeps_the_retention_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let from = at("2025-01-06T09:00:00Z");
    let config = EngineConfig {
        retention_every_ms: 20,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), from, config);
    house.accept(vec![told("a", "page.view", from)]).await;
    house.hand.set(from.plus_days(Days(500.0)));
    let store = house.engine.store();
    let condensed = async {
        while signals(&*store) != [(true, false)] {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), condensed)
        .await
        .expect("it was condensed");
    drop(store);
    house.close().await;
}
