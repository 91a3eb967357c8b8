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
    engine.record_signals(signals.to_vec(), 300).await.unwrap();
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

async fn read(house: &House) -> Read {
    Read::of(&house.engine, &northfold()).await.unwrap().unwrap()
}

fn text(why: &Why) -> String {
    why.text.iter().map(|piece| piece.text.as_str()).collect()
}

#[actix_web::test]
async fn why_adds_up_and_says_who() {
    let house = house().await;
    let why = Overview::of(&read(&house).await).why;
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
        text(&why),
        "Heat is 36 from 32.5 points. Priya Lindqvist (champion) brings 92%, mostly demo requested. \
         In 7 days it fell by 5."
    );
}

#[actix_web::test]
async fn the_chart_ends_at_now_and_knows_what_comes() {
    let house = house().await;
    let read = read(&house).await;
    let chart = Overview::of(&read).chart;
    assert_eq!(
        read.samples.last().map(|sample| sample.at),
        Some(read.view.reading.at)
    );
    assert!(read.samples.windows(2).all(|pair| pair[0].at < pair[1].at));
    assert!(
        chart
            .alternative
            .starts_with("Heat over 180 days: now 36, highest 5"),
        "{}",
        chart.alternative
    );
    // It left MQA when heat fell under 40, some days ago.
    assert_eq!(
        chart.spans.iter().map(|span| span.coming).collect::<Vec<_>>(),
        [false]
    );
    assert!(chart.forecast.starts_with('M') && chart.area.ends_with('Z'));
    assert_eq!(chart.table[0], ("1 Jul".to_owned(), "36".to_owned()));
}

#[actix_web::test]
async fn seats_people_and_conditions_say_what_is_missing() {
    let house = house().await;
    let overview = Overview::of(&read(&house).await);
    let seats: Vec<(&str, &str, &str, &str)> = overview
        .seats
        .iter()
        .map(|seat| {
            (
                seat.role.as_str(),
                seat.state,
                seat.holders.as_str(),
                seat.weight.as_str(),
            )
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
            ("One of these roles", true, "champion", "any of 2 roles"),
        ]
    );
    assert_eq!(
        overview.outlook,
        "2 of 3 conditions met. Missing: heat needs 50, now 36. \
         If nothing new happens, Priya Lindqvist goes cold on 17 Sep, in 77 days."
    );
    let signals: Vec<(&str, &str)> = overview
        .signals
        .iter()
        .map(|line| (line.what.as_str(), line.aside.as_str()))
        .collect();
    assert!(signals.contains(&("demo requested", "+30.0")), "{signals:?}");
    assert!(signals.contains(&("new.kind", "+0.0")), "{signals:?}");
}

#[actix_web::test]
async fn both_tabs_are_written_without_style_and_names_are_text() {
    let house = house().await;
    let read = read(&house).await;
    let row = house.engine.row(&northfold()).unwrap();
    let now = read.view.reading.at;
    let request = TestRequest::with_uri("/accounts/northfold").to_http_request();
    let entries = house
        .engine
        .timeline(&northfold(), None, HISTORY_SHOWN)
        .await
        .unwrap()
        .unwrap();
    let lines: Vec<EntryLine> = entries
        .iter()
        .map(|entry| EntryLine::of(entry, &read.view, now))
        .collect();
    let told: Vec<String> = lines
        .iter()
        .map(|line| format!("{} {}", line.who, line.what))
        .collect();
    assert!(
        told.iter()
            .any(|line| line.starts_with(" Left MQA at heat 39") || line.starts_with(" Left MQA at heat 40")),
        "{told:?}"
    );
    assert!(
        told.contains(&"Priya Lindqvist became engaged".to_owned()),
        "{told:?}"
    );
    for body in [
        Body::Overview(Box::new(Overview::of(&read))),
        Body::History(lines),
    ] {
        let frame = Frame::new("Northfold", &request, &Visitor::anybody(), now);
        let html = Page::new(frame, &row, &read.view, body, now)
            .unwrap()
            .render()
            .unwrap();
        assert!(
            html.contains("Northfold &#60;Logistics&#62;") && html.contains("1,850 employees"),
            "{html}"
        );
        assert!(
            !html.contains("style=") && !html.contains("<Logistics>"),
            "{html}"
        );
    }
}

#[actix_web::test]
async fn an_account_nobody_knows_is_not_found() {
    let house = house().await;
    assert!(matches!(
        known(&house.engine, "nobody".to_owned()),
        Err(PageError::NotFound { .. })
    ));
    assert!(matches!(
        known(&house.engine, String::new()),
        Err(PageError::NotFound { .. })
    ));
}
