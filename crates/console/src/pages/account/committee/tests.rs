use std::sync::Arc;

use quorate_domain::account::{Command, ContactChange, ContactRef, NewSignal, Patch, Relate};
use quorate_domain::contact::{Attitude, HeldRole, RelationKind, Seniority};
use quorate_domain::id::{AccountId, ContactId, Kind, ModelVersion, Role, SignalId};
use quorate_domain::model::Model;
use quorate_domain::signal::SignalSource;
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;
use quorate_engine::{AccountRef, Clock, Engine, EngineConfig, IncomingSignal};
use quorate_store::{EmbeddedOptions, EmbeddedStore};

use super::*;

const MODEL: &str = r#"
[engagement]
engaged_at = 5
mql_at = 20
[roles.economic_buyer]
weight = 1.7
titles = ["cfo"]
[roles.champion]
weight = 1.5
titles = ["director"]
[roles.decision_maker]
weight = 1.3
[roles.blocker]
[roles.user]
weight = 0.7
[roles.business_evaluator]
[seniority.titles]
c_level = ["cfo", "coo"]
[signals."demo.requested"]
points = 60
[[committee.seats]]
role = "economic_buyer"
weight = 3
[[committee.seats]]
role = "champion"
[[committee.seats]]
role = "business_evaluator"
[[committee.seats]]
role = "user"
required = false
"#;

pub(in crate::pages::account) struct House {
    pub(super) engine: Engine,
    _folder: tempfile::TempDir,
}

impl House {
    pub(in crate::pages::account) async fn view(&self) -> AccountView {
        let read = self.engine.account(&northfold(), AsOf::default()).await;
        read.unwrap().unwrap()
    }

    pub(in crate::pages::account) async fn order(&self, command: Command) {
        self.engine.execute(northfold(), command, None).await.unwrap();
    }

    async fn tab(&self, may_edit: bool) -> Tab {
        let view = self.view().await;
        let group = view.reading.best().unwrap();
        Tab::of(&view, group, &Links::new("/accounts/northfold"), may_edit, None)
    }
}

pub(super) fn northfold() -> AccountId {
    AccountId::new("northfold").unwrap()
}

fn id(number: usize) -> ContactId {
    ContactId::new(format!("p{number}")).unwrap()
}

/// Priya, the engaged champion, reports to Ingrid, who influences Owen, the buyer. Karl, below, blocks Priya.
/// Mei is a user by what somebody said; nobody evaluates it for the business.
pub(in crate::pages::account) async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(folder.path(), EmbeddedOptions::default()).unwrap());
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model: Arc::new(Model::from_toml(MODEL).unwrap()),
    }];
    let (clock, _hand) = Clock::manual("2026-06-01T12:00:00Z".parse().unwrap());
    let engine = Engine::start(store, models, clock, EngineConfig::default()).unwrap();
    let house = House {
        engine,
        _folder: folder,
    };
    let people = [
        (
            "Priya Lindqvist",
            "VP Operations",
            Some("champion"),
            Some(Seniority::Vp),
            Attitude::Supporter,
        ),
        (
            "Ingrid Solheim",
            "COO",
            Some("decision_maker"),
            None,
            Attitude::Neutral,
        ),
        ("Owen Castellane", "CFO", None, None, Attitude::Unknown),
        (
            "Karl <Brandvold>",
            "Director IT Security",
            Some("blocker"),
            Some(Seniority::Director),
            Attitude::Detractor,
        ),
        (
            "Mei Duarte",
            "Warehouse Systems Lead",
            Some("user"),
            Some(Seniority::Staff),
            Attitude::Supporter,
        ),
    ];
    for (number, (name, title, role, level, attitude)) in people.into_iter().enumerate() {
        let mut change = ContactChange::new(id(number), Source::person());
        change.name = Patch::Set(Arc::from(name));
        change.title = Patch::Set(Arc::from(title));
        change.roles = role.map_or(Patch::Leave, |role| {
            Patch::Set(vec![HeldRole {
                role: Role::new(role).unwrap(),
                solution: None,
            }])
        });
        change.seniority = level.map_or(Patch::Leave, Patch::Set);
        change.attitude = Patch::Set(attitude);
        house.order(Command::ChangeContact(change)).await;
    }
    let relations = [
        (0, RelationKind::ReportsTo, 1, None),
        (1, RelationKind::Influences, 2, Some(0.6)),
        (3, RelationKind::Blocks, 0, None),
        (4, RelationKind::ReportsTo, 0, None),
    ];
    for (from, kind, to, strength) in relations {
        let relate = Relate {
            from: id(from),
            to: id(to),
            kind,
            strength,
        };
        house.order(Command::Relate(relate)).await;
    }
    let signal = NewSignal {
        id: SignalId::new("s1").unwrap(),
        kind: Kind::new("demo.requested").unwrap(),
        contact: Some(ContactRef::Id(id(0))),
        occurred_at: None,
        strength: 1.0,
        source: SignalSource::FirstParty,
        solution: None,
        object: None,
        properties: None,
    };
    let signal = IncomingSignal {
        account: AccountRef::Id(northfold()),
        signal,
    };
    house.engine.record_signals(vec![signal]).await.unwrap();
    house
}

#[actix_rt::test]
async fn the_caption_says_how_strong_the_path_is_and_on_whom_it_hangs() {
    let tab = house().await.tab(false).await;
    assert_eq!(
        tab.caption.plain(),
        "Champion has a path to the buyer, strength 0.48. It depends on one person: Ingrid Solheim."
    );
    assert!(tab.graph.unwrap().alternative.contains("strength 0.48"));
}

#[actix_rt::test]
async fn without_a_path_the_caption_names_the_nearest() {
    let house = house().await;
    house
        .order(Command::Unrelate {
            from: id(0),
            to: id(1),
            kind: RelationKind::ReportsTo,
        })
        .await;
    let tab = house.tab(false).await;
    assert_eq!(
        tab.caption.plain(),
        "No path from champion to buyer. Nearest: Ingrid Solheim, one step away."
    );
    assert!(tab.caption.warns);
    let graph = tab.graph.unwrap();
    assert!(graph.edges.iter().all(|edge| edge.look != "path") && graph.words.is_empty());
}

#[actix_rt::test]
async fn the_picture_shows_people_by_layer_the_empty_seat_and_the_path() {
    let graph = house().await.tab(false).await.graph.unwrap();
    let bands: Vec<&str> = graph.bands.iter().map(|band| band.name).collect();
    assert_eq!(
        bands,
        ["C-level", "VP and head of", "Director and manager", "Others"]
    );
    let empty: Vec<&str> = graph
        .nodes
        .iter()
        .filter(|node| node.empty)
        .map(|node| &*node.title)
        .collect();
    // A seat that is not required is in the list alone.
    assert_eq!(empty, ["Empty seat: business evaluator"]);
    let path: Vec<&str> = graph
        .edges
        .iter()
        .filter(|edge| edge.look == "path")
        .map(|edge| &*edge.title)
        .collect();
    assert_eq!(
        path,
        [
            "Priya Lindqvist reports to 0.80 Ingrid Solheim",
            "Ingrid Solheim influences 0.60 Owen Castellane"
        ]
    );
    let priya = &graph.nodes[0];
    assert_eq!((priya.code, priya.family), ("CH", "ch"));
    assert_eq!(priya.filled.as_ref().map(|(_, step)| *step), Some(9));
    assert_eq!(
        priya.title,
        "Priya Lindqvist, VP Operations: champion, supporter, engagement 60.0"
    );
    let mut spots: Vec<&str> = graph.nodes.iter().map(|node| &*node.at).collect();
    spots.sort_unstable();
    spots.dedup();
    assert_eq!(spots.len(), graph.nodes.len(), "two stand on one spot");
}

#[actix_rt::test]
async fn the_same_committee_gives_the_same_picture() {
    let (one, other) = (house().await, house().await);
    assert_eq!(one.tab(false).await.graph, other.tab(false).await.graph);
}

#[actix_rt::test]
async fn the_list_has_the_same_facts() {
    let tab = house().await.tab(false).await;
    let names: Vec<&str> = tab.people.iter().map(|person| &*person.name).collect();
    assert_eq!(
        names,
        [
            "Owen Castellane",
            "Ingrid Solheim",
            "Priya Lindqvist",
            "Mei Duarte",
            "Karl <Brandvold>"
        ]
    );
    let paths: Vec<&str> = tab.people.iter().map(|person| &*person.path).collect();
    // 0.6; 0.8 * 0.6; 0.8 * 0.8 * 0.6.
    assert_eq!(
        paths,
        [
            "is the buyer",
            "0.60, 1 step",
            "0.48, 2 steps",
            "0.38, 3 steps",
            "–"
        ]
    );
    let owen = &tab.people[0];
    assert_eq!(owen.roles[0].origin, "by “cfo”, 60% sure");
    assert_eq!(owen.level, "C-level, by title");
    assert!(tab.people[2].engaged);
    let karl = &tab.people[4];
    assert_eq!(karl.roles[0].origin, "stated by a person, 1 Jun");
    assert_eq!(karl.roles[1].origin, "maybe, by “director”, 60% sure");
    assert_eq!((tab.seats.len(), tab.relations.len()), (4, 4));
}

#[actix_rt::test]
async fn what_it_may_fail_by_is_said() {
    let tab = house().await.tab(false).await;
    let told: Vec<&str> = tab.risks.iter().map(|risk| &*risk.what).collect();
    assert_eq!(
        told[..3],
        [
            "Only Priya Lindqvist is engaged",
            "All ways to the buyer lead through Priya Lindqvist and Ingrid Solheim",
            "Karl <Brandvold> blocks Priya Lindqvist",
        ]
    );
    assert_eq!(tab.risks[2].why, "No known path to the buyer");
}

#[actix_rt::test]
async fn only_who_may_write_is_offered_forms() {
    let house = house().await;
    assert!(house.tab(false).await.edit.is_none());
    let edit = house.tab(true).await.edit.unwrap();
    assert_eq!(edit.action, "/accounts/northfold/committee");
    assert_eq!(edit.people.len(), 5);
}
