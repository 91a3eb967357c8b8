use std::sync::Arc;

use quorate_domain::account::{Command, ContactChange, Patch};
use quorate_domain::contact::HeldRole;
use quorate_domain::id::{AccountId, ContactId, ModelVersion, Role};
use quorate_domain::model::{DEFAULT_MODEL, Model};
use quorate_domain::standing::ModelInForce;
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;
use quorate_engine::{Clock, Engine, EngineConfig};
use quorate_store::{EmbeddedOptions, EmbeddedStore};

use super::*;

struct House {
    engine: Engine,
    _folder: tempfile::TempDir,
}

fn northfold() -> AccountId {
    AccountId::new("northfold").unwrap()
}

/// Priya Lindqvist, a champion; nothing is proven.
async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(EmbeddedStore::open(folder.path(), EmbeddedOptions::default()).unwrap());
    let text = DEFAULT_MODEL.replace("use = [\"meddpicc\"]", "use = [\"meddpicc\", \"bant\"]");
    let models = vec![ModelInForce {
        from: Timestamp::MIN,
        version: ModelVersion(1),
        model: Arc::new(Model::from_toml(&text).unwrap()),
    }];
    let (clock, _hand) = Clock::manual("2026-06-16T12:00:00Z".parse().unwrap());
    let house = House {
        engine: Engine::start(store, models, clock, EngineConfig::default()).unwrap(),
        _folder: folder,
    };
    let mut priya = ContactChange::new(ContactId::new("p1").unwrap(), Source::person());
    priya.name = Patch::Set(Arc::from("Priya Lindqvist"));
    priya.roles = Patch::Set(vec![HeldRole {
        role: Role::new("champion").unwrap(),
        solution: None,
    }]);
    house.order(Command::ChangeContact(priya)).await;
    house
}

impl House {
    async fn order(&self, command: Command) {
        self.engine.execute(northfold(), command, None).await.unwrap();
    }

    async fn view(&self) -> AccountView {
        let read = self.engine.account(&northfold(), AsOf::default()).await;
        read.unwrap().unwrap()
    }

    /// Sends a form; what is wrong with it, if anything is.
    async fn send(&self, sent: Sent) -> Option<String> {
        match sent.command(&self.view().await, None, &Arc::from("meddpicc")) {
            Err(problem) => Some(problem),
            Ok(command) => {
                self.order(command).await;
                None
            }
        }
    }

    async fn card(&self, name: Option<&str>, may_edit: bool) -> Card {
        let view = self.view().await;
        let group = view.reading.best().unwrap();
        let reading = framework(group, name).unwrap();
        let links = Links::new("/accounts/northfold");
        Card::of(&view, group, reading, &links, may_edit)
    }

    async fn row(&self, key: &str) -> ElementRow {
        let elements = self.card(None, true).await.elements;
        elements.into_iter().find(|row| row.key == key).unwrap()
    }
}

fn evidence(element: &str, level: &str, said_on: &str) -> Sent {
    Sent {
        act: "add".to_owned(),
        element: element.to_owned(),
        level: level.to_owned(),
        note: "Fewer empty miles: 12%".to_owned(),
        person: "0".to_owned(),
        said_on: said_on.to_owned(),
        ..Sent::default()
    }
}

#[actix_rt::test]
async fn an_unproven_account_says_what_is_weakest_and_how_it_is_asked() {
    let card = house().await.card(None, false).await;
    assert_eq!(card.name, "MEDDPICC");
    assert_eq!(card.elements.len(), 8);
    assert_eq!(card.counted, "0 of 8 elements in scope validated");
    assert!(card.verdict.starts_with("Not qualified"), "{}", card.verdict);
    assert_eq!(
        card.amount,
        "No open amount is known, so that every element is in scope."
    );
    assert!(card.weakest.is_some() && card.edit.is_none());
    let frameworks: Vec<(&str, &str, bool)> = card
        .frameworks
        .iter()
        .map(|(name, href, shown)| (name.as_str(), href.as_str(), *shown))
        .collect();
    assert_eq!(
        frameworks,
        [
            ("MEDDPICC", "/accounts/northfold/qualification", true),
            ("BANT", "/accounts/northfold/qualification?framework=bant", false),
        ]
    );
    let champion = &card.champions[0];
    let facts: Vec<String> = champion
        .facts
        .iter()
        .map(|(asked, known)| format!("{}: {asked}: {known}", champion.name))
        .collect();
    insta::assert_snapshot!(facts.join("\n"), @r"
    Priya Lindqvist: Power: Level not known
    Priya Lindqvist: Influence: No path to the buyer
    Priya Lindqvist: Sells inside: Not engaged, attitude not known
    Priya Lindqvist: Own interest: Gave no evidence yet
    ");
}

#[actix_rt::test]
async fn an_element_shows_its_level_who_said_so_and_its_checks() {
    let house = house().await;
    assert_eq!(
        house.send(evidence("metrics", "stated", "2026-06-11")).await,
        None
    );
    let row = house.row("metrics").await;
    assert_eq!((row.blocks, row.level, row.score.as_str()), (2, "stated", "50%"));
    let age = row.age.unwrap();
    assert_eq!((age.text.as_str(), row.stale), ("good until 9 Sep", false));
    let checks: Vec<String> = row
        .checks
        .iter()
        .map(|check| {
            format!(
                "{}: {}, {} ({})",
                check.what, check.answer, check.why, check.weight
            )
        })
        .collect();
    insta::assert_snapshot!(checks.join("\n"), @r"
    Evidence: in part, stated counts two thirds (3)
    ROI calculator in 90 days: no, it never happened (1)
    ");
    let line = &row.evidence[0];
    assert_eq!(line.note, "Fewer empty miles: 12%");
    assert_eq!(line.said_by.as_ref().unwrap().0, "Priya Lindqvist");
    assert_eq!(
        (line.said.text.as_str(), line.source.as_str()),
        ("11 Jun", "a person")
    );
}

#[actix_rt::test]
async fn old_evidence_is_marked_stale_with_the_day_and_what_it_counts_for() {
    let house = house().await;
    assert_eq!(
        house.send(evidence("metrics", "stated", "2026-01-11")).await,
        None
    );
    let row = house.row("metrics").await;
    assert_eq!((row.blocks, row.level, row.stale), (1, "assumed", true));
    assert_eq!(row.age.unwrap().text, "stale since 11 Apr");
    assert_eq!(row.evidence[0].lost, "stale since 11 Apr, counts as assumed now");
}

#[actix_rt::test]
async fn evidence_is_denied_and_taken_back() {
    let house = house().await;
    house.send(evidence("metrics", "stated", "")).await;
    let act = |act: &str| Sent {
        act: act.to_owned(),
        evidence: "1".to_owned(),
        person: "0".to_owned(),
        note: "It is 4%".to_owned(),
        ..Sent::default()
    };
    assert_eq!(house.send(act("contest")).await, None);
    let row = house.row("metrics").await;
    assert_eq!((row.contested, row.level), (true, "assumed"));
    let denied = row.evidence[0].contested.as_deref();
    assert_eq!(denied, Some("Priya Lindqvist denies it: “It is 4%”"));
    assert_eq!(house.send(act("retract")).await, None);
    let row = house.row("metrics").await;
    assert_eq!((row.level, row.evidence.len()), ("none", 0));
}

#[actix_rt::test]
async fn a_form_that_does_not_do_says_what_is_missing() {
    let house = house().await;
    let check = async |sent: Sent, expected: &str| {
        assert_eq!(house.send(sent).await.as_deref(), Some(expected));
    };
    check(
        evidence("metrics", "validated", ""),
        "Validated needs what shows it: a link, a document, a meeting.",
    )
    .await;
    check(
        evidence("metrics", "", ""),
        "Choose a level: assumed, stated or validated.",
    )
    .await;
    check(
        evidence("metrics", "stated", "2027-01-01"),
        "2027-01-01 has not come yet.",
    )
    .await;
    check(
        evidence("metrics", "stated", "last week"),
        "“last week” is no date: write 2026-06-01.",
    )
    .await;
    check(
        Sent {
            person: "9".to_owned(),
            ..evidence("metrics", "stated", "")
        },
        "Choose a person.",
    )
    .await;
}
