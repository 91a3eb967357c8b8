//! What a row says of why an account is where it is, and what it lacks, without waking it.

use std::sync::Arc;

use quorate_domain::account::{AccountChange, Command};
use quorate_domain::committee::SeatState;
use quorate_domain::id::{AccountId, ModelVersion, Role};
use quorate_domain::model::Model;
use quorate_domain::mqa::{ConditionKind, Measure};
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::{Days, Timestamp};
use quorate_domain::value::{Source, Value};
use quorate_engine::list::{Filter, ListQuery};
use quorate_engine::view::AccountRow;
use quorate_engine::{AsOf, EngineConfig};

use crate::house::{House, at, open, open_under, signal};

const MODEL: &str = r#"
[heat]
half_point = 50
[engagement]
engaged_at = 5
[roles.champion]
[roles.economic_buyer]
[signals."demo.requested"]
points = 30
half_life_days = 30
label = "Demo request"
[signals."page.view"]
points = 6
half_life_days = 7
[[committee.seats]]
role = "economic_buyer"
weight = 3
[[committee.seats]]
role = "champion"
weight = 1
[mqa]
enter_heat = 40
engaged_contacts = 2
any_role_engaged = ["economic_buyer"]
[[mqa.segments]]
when = { attribute = "employees", between = [0, 99] }
engaged_contacts = 1
"#;

fn house(folder: &std::path::Path, now: Timestamp) -> House {
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model: Arc::new(Model::from_toml(MODEL).unwrap()),
    }];
    open_under(folder, now, EngineConfig::default(), models)
}

fn row(house: &House) -> AccountRow {
    house
        .engine
        .listing()
        .row(&AccountId::new("acme").unwrap())
        .unwrap()
}

async fn set(house: &House, field: &str, value: Value) {
    let change = AccountChange {
        fields: vec![(Arc::from(field), Some(value))],
        source: Source::person(),
    };
    let account = AccountId::new("acme").unwrap();
    house
        .engine
        .execute(account, Command::ChangeAccount(change), None)
        .await
        .unwrap();
}

fn missing(row: &AccountRow) -> Vec<(ConditionKind, Measure)> {
    row.missing()
        .into_iter()
        .map(|condition| (condition.kind, condition.needed))
        .collect()
}

#[actix_rt::test]
async fn a_row_names_what_its_account_lacks_at_the_instant_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = house(folder.path(), now);
    house.give_role("acme", "ann", "champion").await;
    house
        .accept(vec![
            signal("acme", "s1", "ann", "demo.requested", now),
            signal("acme", "s2", "ann", "page.view", now.plus_millis(-86_400_000)),
            signal("acme", "s3", "ann", "page.view", now),
        ])
        .await;
    // 30 + 6 + 5.4 points are heat 43.7.
    let buyer = Measure::Roles(vec![Role::new("economic_buyer").unwrap()]);
    assert_eq!(
        missing(&row(&house)),
        [
            (ConditionKind::EngagedContacts, Measure::Number(2.0)),
            (ConditionKind::AnyRoleEngaged, buyer.clone())
        ]
    );
    // Small accounts need one person only; and what is read later is colder.
    set(&house, "employees", Value::Number(50.0)).await;
    assert_eq!(
        missing(&row(&house)),
        [(ConditionKind::AnyRoleEngaged, buyer.clone())]
    );
    house.hand.set(now.plus_days(Days(10.0)));
    assert_eq!(
        missing(&row(&house)),
        [
            (ConditionKind::Heat, Measure::Number(40.0)),
            (ConditionKind::AnyRoleEngaged, buyer)
        ]
    );
    house.close().await;
}

#[actix_rt::test]
async fn an_account_that_is_mqa_lacks_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    house
        .accept(vec![signal("acme", "s1", "ann", "demo.requested", now)])
        .await;
    assert!(row(&house).mqa_since.is_some());
    assert_eq!(missing(&row(&house)), []);
    house.close().await;
}

#[actix_rt::test]
async fn a_row_shows_seats_reasons_and_lists_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let first = house(folder.path(), now);
    first.give_role("acme", "ann", "champion").await;
    let earlier = now.plus_millis(-3_600_000);
    first
        .accept(vec![
            signal("acme", "s1", "ann", "page.view", earlier),
            signal("acme", "s2", "ann", "demo.requested", now),
        ])
        .await;
    set(
        &first,
        "lists",
        Value::List(vec![Arc::from("tal-2026"), Arc::from("emea")]),
    )
    .await;
    let shown = row(&first);
    let seats: Vec<(&str, f64, SeatState, f64)> = shown
        .seats
        .iter()
        .map(|seat| (seat.role.as_str(), seat.weight, seat.state, seat.worth))
        .collect();
    assert_eq!(
        seats,
        [
            ("economic_buyer", 3.0, SeatState::Missing, 0.0),
            ("champion", 1.0, SeatState::Engaged, 1.0)
        ]
    );
    let why: Vec<(&str, Timestamp)> = shown
        .why
        .iter()
        .flatten()
        .map(|why| (&*why.label, why.newest))
        .collect();
    assert_eq!(why, [("Demo request", now), ("page.view", earlier)]);
    assert_eq!(shown.lists.len(), 2);
    first.close().await;

    let again = house(folder.path(), now);
    assert_eq!(row(&again), shown);
    assert_eq!(row(&again).missing(), shown.missing());
    assert!(!shown.missing().is_empty());
    again.close().await;
}

#[actix_rt::test]
async fn accounts_are_found_by_list_and_by_the_state_of_a_seat() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = house(folder.path(), now);
    house.give_role("acme", "ann", "champion").await;
    set(&house, "lists", Value::List(vec![Arc::from("emea")])).await;
    house.name("other", "Other", "other.example").await;
    let found = |filter: Filter| -> Vec<String> {
        let query = ListQuery {
            filter,
            limit: 10,
            ..ListQuery::default()
        };
        let page = house.engine.listing().page(&query);
        page.rows.iter().map(|row| row.id.as_str().to_owned()).collect()
    };
    let listed = |list: &str| Filter {
        lists: vec![Arc::from(list)],
        ..Filter::default()
    };
    assert_eq!(found(listed("emea")), ["acme"]);
    assert_eq!(found(listed("apac")), Vec::<String>::new());
    let seated = |role: &str, state| Filter {
        seats: vec![(Role::new(role).unwrap(), state)],
        ..Filter::default()
    };
    assert_eq!(found(seated("champion", SeatState::Identified)), ["acme"]);
    assert_eq!(found(seated("champion", SeatState::Missing)), ["other"]);
    assert_eq!(
        found(seated("economic_buyer", SeatState::Missing)),
        ["acme", "other"]
    );
    house.close().await;
}

#[actix_rt::test]
async fn a_history_says_what_the_account_was_as_of_each_instant() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    let ago = |days: f64| now.plus_days(Days(-days));
    house
        .accept(vec![
            signal("acme", "s1", "ann", "demo.requested", ago(30.0)),
            signal("acme", "s2", "bob", "page.view", ago(2.5)),
            signal("acme", "s3", "bob", "demo.requested", ago(9.0)),
        ])
        .await;
    let account = AccountId::new("acme").unwrap();
    // The last one lies ahead, where nothing is known yet.
    let instants: Vec<Timestamp> = [40.0, 30.0, 12.0, 7.0, 0.0, -1.0].map(ago).to_vec();
    let points = house
        .engine
        .history(&account, instants.clone(), AsOf::default())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(points.len(), 5);
    for (point, instant) in points.iter().zip(instants) {
        let as_of = AsOf {
            at: Some(instant),
            known_at: None,
        };
        let view = house.engine.account(&account, as_of).await.unwrap().unwrap();
        let best = view.reading.best().unwrap();
        assert_eq!(point.at, instant);
        assert_eq!(point.heat.to_bits(), best.heat.to_bits(), "{instant}");
        assert_eq!(point.mqa, view.reading.is_mqa(), "{instant}");
    }
    let nobody = AccountId::new("nobody").unwrap();
    let none = house.engine.history(&nobody, Vec::new(), AsOf::default()).await;
    assert_eq!(none.unwrap(), None);
    house.close().await;
}
