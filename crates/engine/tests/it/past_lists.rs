//! A list as of a past instant says of every account what the account says of itself, and leaves none out in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use quorate_domain::account::{Command, ListChange};
use quorate_domain::engagement::Band;
use quorate_domain::gap::GapKind;
use quorate_domain::id::{AccountId, ModelVersion};
use quorate_domain::model::Model;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::{Days, Timestamp};
use quorate_domain::value::Source;
use quorate_engine::list::{Filter, ListQuery, SortKey};
use quorate_engine::past_lists::{PastList, PastListError, PastLook, Progress};
use quorate_engine::view::AccountRow;
use quorate_engine::{AsOf, EngineConfig, Faults};

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
[signals."page.view"]
points = 6
half_life_days = 7
cap = 10
[[committee.seats]]
role = "economic_buyer"
weight = 3
[[committee.seats]]
role = "champion"
[[fit.rules]]
attribute = "name"
exists = true
[mqa]
enter_heat = 40
engaged_contacts = 1
[frameworks]
use = ["bant"]
"#;

/// Waits until a list is read.
async fn list(house: &House, instant: Timestamp) -> PastList {
    tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            match house.engine.past_lists().look(instant).unwrap() {
                PastLook::Ready(list) => return list,
                PastLook::Reading(_) => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        }
    })
    .await
    .expect("the list is read")
}

fn rows(list: &PastList) -> BTreeMap<String, AccountRow> {
    let mut rows = BTreeMap::new();
    list.listing.visit(&Filter::default(), &mut |row| {
        rows.insert(row.id.as_str().to_owned(), row.clone());
    });
    rows
}

fn id(account: &str) -> AccountId {
    AccountId::new(account).unwrap()
}

/// Compares a row with what its account says as of the same instant.
async fn check(house: &House, row: &AccountRow, instant: Timestamp) {
    let as_of = AsOf {
        at: Some(instant),
        known_at: None,
    };
    let view = house.engine.account(&row.id, as_of).await.unwrap().unwrap();
    let best = view.reading.best().unwrap();
    let what = format!("{} as of {instant}", row.id);
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + b.abs());
    // A row adds up points by half-life, an account by person: the same sum in another order.
    assert!(near(row.intent_points, best.intent_points), "{what}: points");
    assert!(
        near(row.heat, best.heat),
        "{what}: heat {} {}",
        row.heat,
        best.heat
    );
    match (row.momentum, best.momentum) {
        (Some(a), Some(b)) => assert!(near(a, b), "{what}: momentum"),
        (a, b) => assert_eq!(a, b, "{what}: momentum"),
    }
    assert_eq!(row.fit, view.reading.fit.score, "{what}: fit");
    assert_eq!(row.grade, view.reading.fit.grade, "{what}: grade");
    assert_eq!(row.quorum, best.quorum.percent, "{what}: quorum");
    assert_eq!(row.completeness, best.completeness, "{what}: completeness");
    assert_eq!(
        usize::try_from(row.engaged_contacts).unwrap(),
        best.engaged_contacts,
        "{what}: engaged"
    );
    assert_eq!(
        row.engaged_roles.to_vec(),
        best.engaged_roles,
        "{what}: engaged roles"
    );
    assert_eq!(row.stage, view.reading.stage(), "{what}: stage");
    assert_eq!(row.mqa_since, view.reading.mqa_since(), "{what}: MQA since");
    assert_eq!(row.mqa_ends_at, view.mqa_ends_at, "{what}: MQA ends");
    assert_eq!(
        row.last_signal_at, view.state.last_signal_at,
        "{what}: last signal"
    );
    assert_eq!(
        usize::try_from(row.contacts).unwrap(),
        view.state.contacts.len(),
        "{what}: contacts"
    );
    assert_eq!(row.seats.len(), best.quorum.seats.len(), "{what}: seats");
    for (cell, seat) in row.seats.iter().zip(&best.quorum.seats) {
        assert_eq!(
            (cell.state, &cell.role),
            (seat.state, &seat.seat.role),
            "{what}: seat"
        );
    }
    let on = |list: &str| row.lists.iter().any(|on| **on == *list);
    let lists = view.state.value("lists").map(|lists| lists.texts().count());
    assert_eq!(lists.unwrap_or(0), row.lists.len(), "{what}: lists");
    assert_eq!(on("q3"), lists.is_some_and(|lists| lists > 0), "{what}: list");
    // That MQA ends soon is a row's own `mqa_ends_at`.
    let gaps = best.gaps.iter().filter(|gap| gap.kind != GapKind::LeavingMqa);
    assert_eq!(row.gaps.len(), gaps.count(), "{what}: gaps");
    assert_eq!(row.seq, view.seq, "{what}: version");
}

/// Twelve accounts over a hundred days, half of their signals late, and another model from day 60 on.
async fn history(folder: &std::path::Path, start: Timestamp) -> House {
    let day = |days: f64| start.plus_days(Days(days));
    let model = |from, version, text: &str| ModelInForce {
        from,
        version: ModelVersion(version),
        model: Arc::new(Model::from_toml(text).unwrap()),
    };
    let models = vec![model(Timestamp::MIN, 1, MODEL)];
    let mut house = open_under(folder, start, EngineConfig::default(), models);
    let mut draw = 11_u32;
    let mut next = |below: u32| {
        draw = draw.wrapping_mul(1_103_515_245).wrapping_add(12_345);
        (draw >> 16) % below
    };
    for step in 0..100_u32 {
        let now = day(f64::from(step));
        house.hand.set(now);
        if step == 60 {
            house.close().await;
            let other = MODEL
                .replace("half_point = 50", "half_point = 80")
                .replace("points = 30", "points = 40")
                .replace("weight = 3", "weight = 2");
            let models = vec![model(Timestamp::MIN, 1, MODEL), model(now, 2, &other)];
            house = open_under(folder, now, EngineConfig::default(), models);
        }
        // Accounts come one by one: the last of them in the second half.
        let account = format!("a{:02}", next(1 + step / 8));
        let late = if next(2) == 0 { 0 } else { next(20) };
        let kind = if next(3) == 0 {
            "demo.requested"
        } else {
            "page.view"
        };
        let contact = match next(3) {
            0 => "ann",
            1 => "bob",
            _ => "cay",
        };
        let happened = day(f64::from(step) - f64::from(late));
        house
            .accept(vec![signal(
                &account,
                &format!("s{step}"),
                contact,
                kind,
                happened,
            )])
            .await;
        match next(9) {
            0 => house.give_role(&account, contact, "champion").await,
            1 => house.give_role(&account, contact, "economic_buyer").await,
            2 => {
                house
                    .name(&account, &format!("Name {step}"), &format!("{account}.example"))
                    .await;
            }
            3 => {
                let change = ListChange {
                    add: vec![Arc::from("q3")],
                    remove: Vec::new(),
                    source: Source::person(),
                };
                let command = Command::ChangeLists(change);
                house.engine.execute(id(&account), command, None).await.unwrap();
            }
            _ => {}
        }
    }
    house
}

#[actix_rt::test]
async fn each_row_says_what_its_account_says_as_of_the_instant() {
    let folder = tempfile::tempdir().unwrap();
    let start = at("2026-01-01T12:00:00Z");
    let house = history(folder.path(), start).await;
    let known = house.engine.listing().accounts();
    let mut listed = BTreeSet::new();
    for days in [-30.0, 3.0, 21.4, 40.0, 59.999, 60.0, 75.2, 98.9] {
        let instant = start.plus_days(Days(days));
        let list = list(&house, instant).await;
        let rows = rows(&list);
        assert_eq!(rows.len() + list.later, known, "as of {instant}");
        assert_eq!((list.unread_total, list.listing.accounts()), (0, rows.len()));
        assert_eq!(list.listing.past_at(), Some(instant));
        for row in rows.values() {
            check(&house, row, instant).await;
        }
        listed.insert(rows.len());
    }
    // Accounts came one by one, and on the last day all were there.
    assert!(
        listed.contains(&0) && listed.contains(&known),
        "{listed:?} of {known}"
    );
    house.close().await;
}

#[actix_rt::test]
async fn an_account_is_listed_from_the_first_thing_that_happened_to_it_on() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let house = open(folder.path(), now, EngineConfig::default());
    let ago = |days: f64| now.plus_days(Days(-days));
    // Recorded today: one with a signal of ten days ago, one of which nothing but a name is known.
    house
        .accept(vec![signal("early", "s1", "ann", "demo.requested", ago(10.0))])
        .await;
    house.name("new", "New", "new.example").await;
    house.hand.set(now.plus_millis(1));
    let names = |list: &PastList| rows(list).into_keys().collect::<Vec<_>>();
    let before = list(&house, ago(10.0).plus_millis(-1)).await;
    assert_eq!((names(&before), before.later), (vec![], 2));
    let between = list(&house, ago(10.0)).await;
    assert_eq!((names(&between), between.later), (vec!["early".to_owned()], 1));
    let last = list(&house, now).await;
    assert_eq!(names(&last), ["early", "new"]);
    house.close().await;
}

#[actix_rt::test]
async fn a_past_list_is_filtered_sorted_and_paged_as_that_of_now_is() {
    let folder = tempfile::tempdir().unwrap();
    let start = at("2026-01-01T12:00:00Z");
    let house = history(folder.path(), start).await;
    let instant = start.plus_days(Days(70.0));
    let listing = list(&house, instant).await.listing;
    let mut query = ListQuery {
        sort: SortKey::Heat,
        descending: true,
        limit: 2,
        ..ListQuery::default()
    };
    let mut seen: Vec<AccountRow> = Vec::new();
    loop {
        let page = listing.page(&query);
        assert_eq!(page.as_of, instant);
        seen.extend(page.rows);
        query.cursor = page.next;
        if query.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), listing.accounts());
    assert!(seen.is_sorted_by(|a, b| a.heat >= b.heat));
    let cold = Filter {
        bands: vec![Band::Cold],
        ..Filter::default()
    };
    let mut counted = 0;
    listing.visit(&cold, &mut |row| {
        assert!(row.heat < 20.0);
        counted += 1;
    });
    assert_eq!(counted, seen.iter().filter(|row| row.band == Band::Cold).count());
    let hottest = seen.first().unwrap();
    let query = ListQuery {
        cursor: None,
        ..query
    };
    let place = listing.neighbours(&hottest.id, &query).unwrap();
    assert_eq!((place.place, place.total), (1, seen.len()));
    assert_eq!(place.after.as_ref(), seen.get(1).map(|row| &row.id));
    // A cursor of the list as it is now is none of this one.
    let of_now = house.engine.listing().page(&query).next;
    let page = listing.page(&ListQuery {
        cursor: of_now,
        ..query
    });
    assert_eq!(page.rows.first().map(|row| &row.id), Some(&hottest.id));
    house.close().await;
}

#[actix_rt::test]
async fn an_account_that_cannot_be_read_is_named_and_the_others_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let faults = Faults::default();
    faults.panic_on_past(id("broken"));
    let config = EngineConfig {
        faults,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    let then = now.plus_days(Days(-1.0));
    for account in ["acme", "broken", "other"] {
        house
            .accept(vec![signal(account, "s1", "ann", "page.view", then)])
            .await;
    }
    let list = list(&house, then).await;
    assert_eq!(rows(&list).into_keys().collect::<Vec<_>>(), ["acme", "other"]);
    assert_eq!(list.unread_total, 1);
    let unread = list.unread.first().unwrap();
    assert_eq!(unread.account, id("broken"));
    assert_eq!(unread.reason, "its journal cannot be folded");
    house.close().await;
}

#[actix_rt::test]
async fn more_accounts_than_the_limit_are_refused_and_lists_make_room_for_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let ago = |days: f64| now.plus_days(Days(-days));
    let config = EngineConfig {
        past_rows_max: 2,
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    for account in ["acme", "other"] {
        house
            .accept(vec![signal(account, "s1", "ann", "page.view", ago(9.0))])
            .await;
    }
    let lists = house.engine.past_lists();
    let refused = lists.look(now).unwrap_err();
    assert!(
        matches!(refused, PastListError::NotPast { at } if at == now),
        "{refused:?}"
    );
    // The first one is being read, and there is no room for two.
    assert!(matches!(
        lists.look(ago(1.0)),
        Ok(PastLook::Reading(Progress { total: 2, .. }))
    ));
    let refused = lists.look(ago(2.0)).unwrap_err();
    assert!(matches!(refused, PastListError::Busy), "{refused:?}");
    list(&house, ago(1.0)).await;
    // A finished one makes room.
    list(&house, ago(2.0)).await;
    assert!(lists.get(ago(1.0)).is_none());
    assert!(lists.get(ago(2.0)).is_some());
    house
        .accept(vec![signal("third", "s1", "ann", "page.view", ago(9.0))])
        .await;
    let refused = lists.look(ago(3.0)).unwrap_err();
    assert!(
        matches!(refused, PastListError::TooMany { accounts: 3, max: 2 }),
        "{refused:?}"
    );
    house.close().await;
}

#[actix_rt::test]
async fn a_list_nobody_asks_for_is_given_up_and_a_finished_one_is_let_go() {
    let folder = tempfile::tempdir().unwrap();
    let now = at("2026-09-01T12:00:00Z");
    let then = now.plus_days(Days(-1.0));
    let faults = Faults::default();
    let config = EngineConfig {
        faults: faults.clone(),
        ..EngineConfig::default()
    };
    let house = open(folder.path(), now, config);
    let signals = (0..300).map(|no| signal(&format!("a{no}"), "s1", "ann", "page.view", then));
    house.accept(signals.collect()).await;
    let lists = house.engine.past_lists();
    faults.hold_past(true);
    tokio::time::pause();
    assert!(matches!(lists.look(then), Ok(PastLook::Reading(_))));
    tokio::time::advance(Duration::from_secs(59)).await;
    // Still wanted: whoever asks again keeps it going.
    assert!(matches!(lists.look(then), Ok(PastLook::Reading(_))));
    tokio::time::advance(Duration::from_secs(61)).await;
    tokio::time::resume();
    faults.hold_past(false);
    // It was given up: this is a new one, and it goes through.
    let other = then.plus_millis(1);
    list(&house, other).await;
    assert!(lists.get(then).is_none());
    assert!(lists.get(other).is_some());
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(599)).await;
    assert!(lists.get(other).is_some());
    tokio::time::advance(Duration::from_secs(601)).await;
    assert!(lists.get(other).is_none());
    tokio::time::resume();
    house.close().await;
}
