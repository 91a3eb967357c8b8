use std::sync::Arc;

use actix_web::test::TestRequest;
use quorate_domain::account::{AccountChange, Command, ContactChange, ContactRef, NewSignal, Patch};
use quorate_domain::contact::HeldRole;
use quorate_domain::id::{ContactId, Kind, ModelVersion, Role, SignalId};
use quorate_domain::model::Model;
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::{Change, ModelInForce};
use quorate_domain::value::{Source, Value};
use quorate_engine::view::LiveChange;
use quorate_engine::{AccountRef, Clock, EngineConfig, IncomingSignal};
use quorate_store::{EmbeddedOptions, EmbeddedStore};

use quorate_domain::id::{AccountId, ContactNo};
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::Engine;

use super::asked::Asked;
use super::overview::{Overview, Read};
use super::*;

/// Heat 50 at 50 points; in from heat 50 with one engaged contact, out below 40.
const MODEL: &str = r#"
[heat]
half_point = 50
[engagement]
engaged_at = 5
anonymous_weight = 0.5
[roles.champion]
weight = 1
[roles.economic_buyer]
weight = 1
[signals."demo.requested"]
label = "Demo requested"
points = 60
half_life_days = 30
[signals."page.view"]
points = 10
half_life_days = 30
[[committee.seats]]
role = "economic_buyer"
weight = 3
[[committee.seats]]
role = "champion"
[mqa]
enter_heat = 50
exit_heat = 40
engaged_contacts = 1
any_role_engaged = ["champion", "economic_buyer"]
"#;

struct House {
    engine: Engine,
    _folder: tempfile::TempDir,
}

fn northfold() -> AccountId {
    AccountId::new("northfold").unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Priya, the champion, asked for a demo 30 days ago; somebody nobody knows read a page then; Owen did nothing.
async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(folder.path(), EmbeddedOptions::default()).unwrap());
    let model = Arc::new(Model::from_toml(MODEL).unwrap());
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model,
    }];
    let (clock, hand) = Clock::manual(at("2026-06-01T12:00:00Z"));
    let engine = Engine::start(store, models, clock, EngineConfig::default()).unwrap();
    let fields = vec![
        (Arc::from("name"), Some(Value::text("Northfold <Logistics>"))),
        (Arc::from("employees"), Some(Value::Number(1_850.0))),
    ];
    let change = AccountChange {
        fields,
        source: Source::person(),
    };
    engine
        .execute(northfold(), Command::ChangeAccount(change), None)
        .await
        .unwrap();
    for (id, name, role) in [
        ("p1", "Priya Lindqvist", "champion"),
        ("p2", "Owen Castellane", "economic_buyer"),
    ] {
        let mut change = ContactChange::new(ContactId::new(id).unwrap(), Source::person());
        change.name = Patch::Set(Arc::from(name));
        change.roles = Patch::Set(vec![HeldRole {
            role: Role::new(role).unwrap(),
            solution: None,
        }]);
        engine
            .execute(northfold(), Command::ChangeContact(change), None)
            .await
            .unwrap();
    }
    let signals = [
        ("s1", "demo.requested", Some("p1")),
        ("s2", "page.view", None),
        ("s3", "new.kind", None),
    ];
    let signals = signals.map(|(id, kind, contact)| IncomingSignal {
        account: AccountRef::Id(northfold()),
        signal: NewSignal {
            id: SignalId::new(id).unwrap(),
            kind: Kind::new(kind).unwrap(),
            contact: contact.map(|id| ContactRef::Id(ContactId::new(id).unwrap())),
            occurred_at: Some(at("2026-06-01T12:00:00Z")),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
        },
    });
    engine.record_signals(signals.to_vec()).await.unwrap();
    let mut told = engine.listen();
    hand.set(at("2026-07-01T12:00:00Z"));
    // Heat falls under 40 meanwhile: its timer tells so, a moment after the clock moved.
    let left = async {
        while !matches!(&told.recv().await.unwrap().what, LiveChange::Notice(notice)
            if matches!(notice.change, Change::MqaLeft(_)))
        {}
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), left)
        .await
        .expect("nobody told that the account left MQA");
    House {
        engine,
        _folder: folder,
    }
}

fn asked(house: &House, address: &str) -> Asked {
    let request = TestRequest::with_uri(address).to_http_request();
    let own = ["compare", "person", "kind", "cursor", "show"];
    Asked::of(&house.engine, &request, "northfold".to_owned(), &own).unwrap()
}

async fn overview(house: &House, address: &str) -> Overview {
    let mut asked = asked(house, address);
    let with = asked.instant("compare");
    let read = Read::of(&house.engine, &asked, with).await.unwrap();
    Overview::of(&read, &asked, with, &house.engine.models(), true)
}

#[actix_web::test]
async fn why_adds_up_and_says_who() {
    let house = house().await;
    let why = overview(&house, "/accounts/northfold").await.why;
    // A half-life later: 60 / 2 of Priya, 10 / 2 * 0.5 of nobody known; heat 100 * (1 - 2^(-32.5/50)) = 36.2.
    let rows: Vec<(&str, &str, &str)> = why
        .people
        .iter()
        .map(|row| (row.name.as_str(), row.points.as_str(), row.share.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            ("Priya Lindqvist", "30.0", "92%"),
            ("Anonymous visits", "2.5", "7%")
        ]
    );
    assert_eq!((why.total.as_str(), why.heat.as_str()), ("32.5", "36"));
    assert_eq!(why.kinds, ["Demo requested", "page.view"]);
    assert_eq!(why.sums, ["30.0", "2.5"]);
    assert_eq!(
        why.people[0].cells[0].href,
        "/accounts/northfold/signals?person=0&kind=demo.requested"
    );
}

#[actix_web::test]
async fn sentences_read_as_a_person_would_say_them() {
    let house = house().await;
    let now = overview(&house, "/accounts/northfold").await;
    insta::assert_snapshot!(now.why.text.text(), @"Heat is 36 from 32.5 points. Priya Lindqvist (champion) brings 92% by a demo request. That is 5 less than a week ago. Nothing new since 1 Jun; older signals fade.");
    insta::assert_snapshot!(now.outlook.text(), @"2 of 3 conditions met. Missing: heat 50 (now 36). If nothing new happens, Priya Lindqvist goes cold on 17 Sep, in 77 days.");
    insta::assert_snapshot!(now.turn.text(), @"Left MQA on 26 Jun: heat fell under 40.");
    let hot = overview(&house, "/accounts/northfold?as_of=2026-06-02").await;
    insta::assert_snapshot!(hot.why.text.text(), @"Heat is 58 from 64.3 points. Priya Lindqvist (champion) brings 92% by a demo request. In 7 days it rose by 58: the demo request on 1 Jun and the page visit on 1 Jun make 100% of the new points.");
    insta::assert_snapshot!(hot.outlook.text(), @"If nothing new happens, MQA ends on 26 Jun, in 24 days.");
    insta::assert_snapshot!(hot.turn.text(), @"MQA since 1 Jun: the first person, Priya Lindqvist, became engaged.");
}

#[actix_web::test]
async fn what_changed_adds_up_to_the_change() {
    let house = house().await;
    let changed = overview(&house, "/accounts/northfold?compare=2026-06-01T13:00")
        .await
        .comparison
        .unwrap();
    // Nothing came in, and 65 points an hour after halved by a half-life less an hour: all of it is fading.
    insta::assert_snapshot!(changed.text.text(), @"From 1 Jun to now heat went from 59 to 36: 0.0 points came in, 32.4 went, −32.4 in all.");
    let causes: Vec<(&str, &str)> = changed
        .causes
        .iter()
        .map(|cause| (cause.what.as_str(), cause.points.as_str()))
        .collect();
    assert_eq!(causes, [("older signals fade", "−32.4")]);
    let before = overview(&house, "/accounts/northfold?compare=2026-05-31")
        .await
        .comparison;
    let causes: Vec<(String, String)> = before
        .map(|changed| changed.causes)
        .unwrap_or_default()
        .into_iter()
        .map(|cause| (format!("{} {}", cause.who, cause.what), cause.points))
        .collect();
    let expected = [
        ("Priya Lindqvist Demo requested", "+30.0"),
        ("Anonymous visits page.view", "+2.5"),
    ];
    assert_eq!(
        causes,
        expected.map(|(who, points)| (who.to_owned(), points.to_owned()))
    );
}

#[actix_web::test]
async fn the_chart_ends_at_now_and_knows_what_comes() {
    let house = house().await;
    let read = Read::of(&house.engine, &asked(&house, "/accounts/northfold"), None)
        .await
        .unwrap();
    let samples = read.samples.clone().unwrap();
    assert_eq!(samples.last().map(|sample| sample.at), Some(read.view.reading.at));
    assert!(samples.windows(2).all(|pair| pair[0].at < pair[1].at));
    let chart = overview(&house, "/accounts/northfold").await.chart.unwrap();
    assert!(
        chart.alternative.starts_with("Heat over 180 days: 36 now, 5"),
        "{}",
        chart.alternative
    );
    // It left MQA when heat fell under 40, some days ago.
    assert_eq!(
        chart.spans.iter().map(|span| span.coming).collect::<Vec<_>>(),
        [false]
    );
    assert_eq!(chart.line_of_rule.unwrap().text, "MQA from 50");
    assert_eq!(
        chart
            .marks
            .iter()
            .map(|mark| mark.title.as_str())
            .collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
    assert!(chart.forecast.starts_with('M') && chart.area.ends_with('Z'));
    assert_eq!(chart.table[0], ("1 Jul".to_owned(), "36".to_owned()));
    // The forecast is drawn by what is left each day: 30 days on it is half of 32.5 points, heat 20.1.
    let at = read.view.reading.at;
    let faded = read.groups[0].faded(&read.view.model, at, at.plus_millis(30 * DAY_MS));
    assert!((faded.intent_points - 16.25).abs() < 1e-9, "{faded:?}");
}

#[actix_web::test]
async fn seats_people_and_conditions_say_what_is_missing() {
    let house = house().await;
    let overview = overview(&house, "/accounts/northfold").await;
    let seats: Vec<(&str, &str, &str, &str)> = overview
        .seats
        .iter()
        .map(|seat| {
            let holder = seat.holders.first().map_or("", |holder| holder.name.as_str());
            (seat.role.as_str(), seat.state, holder, seat.weight.as_str())
        })
        .collect();
    assert_eq!(
        seats,
        [
            ("Economic buyer", "known, not engaged", "Owen Castellane", "75%"),
            ("Champion", "engaged", "Priya Lindqvist", "25%"),
        ]
    );
    let people: Vec<(&str, bool)> = overview
        .people
        .iter()
        .map(|person| (person.name.as_str(), person.engaged))
        .collect();
    assert_eq!(people, [("Priya Lindqvist", true), ("Owen Castellane", false)]);
    let conditions: Vec<(&str, bool, &str, &str)> = overview
        .conditions
        .iter()
        .map(|line| (line.name, line.met, line.actual.as_str(), line.needed.as_str()))
        .collect();
    assert_eq!(
        conditions,
        [
            ("Heat", false, "36", "needs 50"),
            ("Engaged people", true, "1", "needs 1"),
            ("One of these roles", true, "Priya Lindqvist", "one engaged"),
        ]
    );
    let signals: Vec<(String, String)> = overview
        .signals
        .unwrap()
        .into_iter()
        .map(|line| (format!("{} {}", line.who, line.what), line.aside))
        .collect();
    assert_eq!(
        signals,
        [
            ("Anonymous visits New.kind", "0.0"),
            ("Anonymous visits read a page", "+2.5"),
            ("Priya Lindqvist asked for a demo", "+30.0"),
        ]
        .map(|(what, points)| (what.to_owned(), points.to_owned()))
    );
}

#[actix_web::test]
async fn the_tiles_say_each_number_with_its_reason() {
    let house = house().await;
    let asked = asked(&house, "/accounts/northfold");
    let read = Read::of(&house.engine, &asked, None).await.unwrap();
    let tiles = tiles::Tiles::of(&read.view, read.week_ago);
    assert_eq!(tiles.heat.number, "36");
    assert_eq!(tiles.change.unwrap().text, "−5 in 7 d");
    assert_eq!(
        (tiles.stage.name, tiles.stage.missing.as_str()),
        ("Engaged", "1 condition short of MQA")
    );
    // A quarter of three quarters, and all of one: 43.75 %.
    assert_eq!(tiles.quorum.percent, "43%");
    assert_eq!(
        tiles.quorum.alternative,
        "economic buyer: known, not engaged, champion: engaged"
    );
    assert_eq!(
        tiles
            .quorum
            .segments
            .iter()
            .map(|seat| seat.filled.as_str())
            .collect::<Vec<_>>(),
        ["3.5", "14.0"]
    );
    assert_eq!(tiles.engaged.people, "1 of 2");
    assert_eq!(tiles.fit.known, "no fit rules in the model");
}

#[actix_web::test]
async fn the_signals_behind_a_cell_add_up_to_it() {
    let house = house().await;
    let asked = asked(&house, "/accounts/northfold/signals?person=0&kind=demo.requested");
    let (view, groups) = house
        .engine
        .explanation(&asked.id, asked.as_of())
        .await
        .unwrap()
        .unwrap();
    let records = signals::read(&house.engine, &asked, &view).await.unwrap();
    let list = signals::List::of(&view, groups.first(), records, &asked);
    let sum = list.sum.unwrap();
    assert_eq!((sum.total.as_str(), list.counted.as_str()), ("30.0", "1 signal"));
    let lines: Vec<(&str, &str, &str, &str)> = list
        .days
        .iter()
        .flat_map(|day| &day.signals)
        .map(|line| {
            (
                line.label.as_str(),
                line.then.as_str(),
                line.left.as_str(),
                line.now.as_str(),
            )
        })
        .collect();
    assert_eq!(lines, [("Demo requested", "60.0", "50%", "30.0")]);
}

#[actix_web::test]
async fn a_person_is_shown_with_roles_and_who_says_so() {
    let house = house().await;
    let asked = asked(&house, "/accounts/northfold");
    let (view, groups) = house
        .engine
        .explanation(&asked.id, asked.as_of())
        .await
        .unwrap()
        .unwrap();
    let records = signals::read(&house.engine, &asked, &view).await.unwrap();
    let contact = &view.state.contacts[&ContactNo(0)];
    let person = person::Person::of(&view, contact, groups.first(), &records, &asked.links);
    assert_eq!(
        (person.name.as_str(), person.engagement.as_str()),
        ("Priya Lindqvist", "30.0")
    );
    assert!(person.engaged);
    assert_eq!(person.roles[0].from, "stated by a person, 1 Jun");
    assert_eq!(
        person.spark.alternative,
        "Engagement over 180 days: 30.0 now, 60.0 at its highest"
    );
}

#[actix_web::test]
async fn history_says_why_it_became_mqa_and_why_it_left() {
    let house = house().await;
    let asked = asked(&house, "/accounts/northfold/history");
    let view = house
        .engine
        .account(&asked.id, asked.as_of())
        .await
        .unwrap()
        .unwrap();
    let entries = house
        .engine
        .timeline(&asked.id, None, 1_000)
        .await
        .unwrap()
        .unwrap();
    let history = history::History::of(&view, entries, &house.engine.models(), &asked);
    let told: Vec<String> = history
        .entries
        .iter()
        .map(|line| format!("{} {}: {}", line.who, line.what, line.why.text()))
        .collect();
    assert!(
        told.iter().any(|line| line.ends_with("heat fell under 40")),
        "{told:#?}"
    );
    assert!(
        told.contains(
            &" Became MQA at heat 56: the first person, Priya Lindqvist, became engaged".to_owned()
        ),
        "{told:#?}"
    );
    assert!(
        !told.iter().any(|line| line.contains("asked for a demo")),
        "{told:#?}"
    );
    assert_eq!(history.spans.len(), 1);
}

#[actix_web::test]
async fn a_page_of_the_past_says_so_and_stands_still() {
    let house = house().await;
    let asked = asked(&house, "/accounts/northfold?as_of=2026-06-02");
    let read = Read::of(&house.engine, &asked, None).await.unwrap();
    assert_eq!(read.view.reading.at, at("2026-06-02T00:00:00Z"));
    let shell = shell::Shell::of(
        &house.engine,
        &asked,
        &crate::access::Visitor::anybody(),
        &read.view,
        None,
        shell::Place::Overview,
    )
    .await
    .unwrap();
    assert!(shell.live.is_none() && shell.log.is_none());
    let past = shell.past.unwrap();
    assert_eq!(
        (past.at.as_str(), past.now.as_str()),
        ("2 Jun 2026, 00:00 UTC", "/accounts/northfold")
    );
    assert!(shell.tabs.iter().all(|tab| tab.href.contains("as_of=2026-06-02")));
}

#[actix_web::test]
async fn what_is_not_understood_is_left_out_and_said() {
    let house = house().await;
    let asked = asked(
        &house,
        "/accounts/northfold?as_of=soon&colour=red&compare=2026-06-01",
    );
    assert_eq!(asked.at, None);
    assert_eq!(
        asked.notes,
        [
            "“soon” is not understood as an instant: write 2026-06-01 or 2026-06-01T14:30.",
            "“colour” is not understood here and is left out."
        ]
    );
}

#[actix_web::test]
async fn an_account_nobody_knows_is_not_found() {
    let house = house().await;
    let request = TestRequest::with_uri("/accounts/nobody").to_http_request();
    for id in ["nobody", ""] {
        let found = Asked::of(&house.engine, &request, id.to_owned(), &[]);
        assert!(matches!(found, Err(PageError::NotFound { .. })));
    }
}
