use super::*;
use crate::account::{AccountState, ContactFact, Directory, Event, Record};
use crate::contact::{Attitude, Card, HeldRole, RelationKey};
use crate::evidence::Statement;
use crate::framework;
use crate::id::{AccountId, ContactId, EvidenceNo, Seq};
use crate::model::Model;
use crate::mqa::Measure;
use crate::time::DAY_MS;
use crate::value::Source;
use crate::words::{GapWords, Speaker};
use std::collections::{BTreeMap, BTreeSet};

const NOW: i64 = 1_772_409_600_000;

/// Seats weigh 4 in all: the buyer 2, champion 1, two evaluators 1. Elements weigh 2 in all.
const MODEL: &str = "
name = 'm'
[roles.champion]
[roles.economic_buyer]
[roles.technical_evaluator]
[roles.blocker]
[[committee.seats]]
role = 'economic_buyer'
weight = 2
[[committee.seats]]
role = 'champion'
[[committee.seats]]
role = 'technical_evaluator'
count = 2
required = false
[mqa]
enter_heat = 0
exit_heat = 0
engaged_contacts = 2
[frameworks]
use = ['ours']
[[frameworks.ours.elements]]
key = 'metrics'
name = 'Metrics'
checks = [{ kind = 'evidence' }]
[[frameworks.ours.elements]]
key = 'economic_buyer'
name = 'Economic buyer'
checks = [
  { kind = 'role_engaged', role = 'economic_buyer' },
  { kind = 'path', from = 'champion', to = 'economic_buyer', strength = 0.4 },
]
";

struct Given {
    state: AccountState,
    directory: Directory,
    engaged: BTreeSet<ContactNo>,
    model: Model,
}

fn given() -> Given {
    Given {
        state: AccountState::new(AccountId::trusted("acme")),
        directory: Directory::default(),
        engaged: BTreeSet::new(),
        model: Model::from_toml(MODEL).unwrap_or_else(|errors| panic!("{errors}")),
    }
}

impl Given {
    fn event(mut self, event: Event) -> Self {
        let at = Timestamp::from_millis(NOW - DAY_MS);
        self.state.apply(&Record {
            seq: Seq(1),
            at,
            event,
        });
        self
    }

    fn person(mut self, no: u32, name: &str, role: &str, attitude: Attitude) -> Self {
        let card = Card {
            outside_id: Some(ContactId::trusted(format!("c-{no}"))),
            name: Some(Arc::from(name)),
            title: None,
            emails: Vec::new(),
        };
        self.directory.put(ContactNo(no), card);
        let stated = |fact| Event::ContactStated {
            contact: ContactNo(no),
            fact,
            source: Source::person(),
        };
        let held = HeldRole {
            role: Role::trusted(role),
            solution: None,
        };
        self.event(stated(ContactFact::Roles(Some(vec![held]))))
            .event(stated(ContactFact::Attitude(Some(attitude))))
    }

    fn engaged(mut self, no: u32) -> Self {
        self.engaged.insert(ContactNo(no));
        self
    }

    fn reports(self, from: u32, to: u32) -> Self {
        self.event(Event::RelationSet {
            relation: RelationKey {
                from: ContactNo(from),
                to: ContactNo(to),
                kind: crate::contact::RelationKind::ReportsTo,
            },
            strength: None,
        })
    }

    fn proven(self) -> Self {
        let statement = Statement {
            solution: None,
            framework: Arc::from("ours"),
            element: Arc::from("metrics"),
            level: Level::Validated,
            artefact: Some(Arc::from("business case")),
            source: Source::person(),
            said_by: None,
            note: None,
            said_at: Timestamp::from_millis(NOW - DAY_MS),
        };
        self.event(Event::EvidenceStated {
            evidence: EvidenceNo(1),
            statement: Box::new(statement),
        })
    }

    /// Returns quorum, completeness and the gaps.
    fn read(&self) -> (f64, f64, Vec<Gap>) {
        let at = Timestamp::from_millis(NOW);
        let engaged = self.engaged.clone();
        let sight = Sight::new(at, &self.state, &self.model, None, engaged, BTreeMap::new());
        let reading = framework::read(&self.model.frameworks.in_use[0], &sight);
        let quorum = Quorum::of(&self.state, &self.model, None, |no| self.engaged.contains(&no));
        let people = crate::math::count_f64(self.engaged.len());
        let conditions = [ConditionState {
            kind: ConditionKind::EngagedContacts,
            met: people >= 2.0,
            needed: Measure::Number(2.0),
            actual: Measure::Number(people),
            failing_since: None,
        }];
        let standings = Standings {
            quorum: &quorum,
            conditions: &conditions,
            intent_points: 0.0,
            framework: Some(&reading),
            mqa_ends_at: None,
        };
        let gaps = of(&sight, &standings);
        (quorum.percent.unwrap(), reading.completeness.unwrap(), gaps)
    }

    fn gap(&self, id: &str) -> Gap {
        let (_, _, gaps) = self.read();
        let ids: Vec<String> = gaps.iter().map(|gap| gap.id.to_string()).collect();
        gaps.into_iter()
            .find(|gap| *gap.id == *id)
            .unwrap_or_else(|| panic!("no {id} among {ids:?}"))
    }

    fn words(&self) -> String {
        let speaker = Speaker {
            state: &self.state,
            directory: &self.directory,
            model: &self.model,
            people: &[],
            at: Timestamp::from_millis(NOW),
        };
        let (_, _, gaps) = self.read();
        let lines = gaps.iter().map(|gap| {
            let words = GapWords::of(gap, &speaker);
            format!(
                "{}\n  {} | {} | {} | {}\n",
                gap.id, words.what, words.proof, words.next, words.worth
            )
        });
        lines.collect()
    }
}

/// Checks that closing a gap adds exactly what it said.
#[track_caller]
fn check_closing(before: &Given, id: &str, after: &Given) {
    let (quorum, completeness, _) = before.read();
    let gap = before.gap(id);
    let (quorum_after, completeness_after, gaps) = after.read();
    assert!(
        (quorum + gap.quorum - quorum_after).abs() < 1e-9,
        "quorum of {id}"
    );
    assert!(
        (completeness + gap.completeness - completeness_after).abs() < 1e-9,
        "completeness of {id}"
    );
    assert!(gaps.iter().all(|gap| *gap.id != *id), "{id} is closed");
}

#[test]
fn warming_a_cold_seat_adds_what_it_said() {
    let cold = || given().person(1, "Owen", "economic_buyer", Attitude::Neutral);
    // 2 of 4 at a quarter: 37.5 of quorum; half of an element of two: 25 of completeness.
    let gap = cold().gap("cold_seat:economic_buyer");
    assert!((gap.quorum - 37.5).abs() < 1e-9 && (gap.completeness - 25.0).abs() < 1e-9);
    check_closing(&cold(), "cold_seat:economic_buyer", &cold().engaged(1));
}

#[test]
fn filling_an_empty_seat_adds_what_it_said() {
    let filled = given()
        .person(1, "Priya", "champion", Attitude::Supporter)
        .engaged(1);
    check_closing(&given(), "empty_seat:champion", &filled);
}

#[test]
fn turning_an_opposed_seat_adds_what_it_said() {
    let with = |attitude| given().person(1, "Owen", "economic_buyer", attitude).engaged(1);
    check_closing(
        &with(Attitude::Detractor),
        "opposed_seat:economic_buyer",
        &with(Attitude::Neutral),
    );
}

#[test]
fn proving_an_element_and_finding_a_path_add_what_they_said() {
    check_closing(&given(), "unproven_element:metrics", &given().proven());
    let two = || {
        given()
            .person(1, "Priya", "champion", Attitude::Supporter)
            .person(2, "Owen", "economic_buyer", Attitude::Neutral)
    };
    check_closing(&two(), "no_path:champion-economic_buyer", &two().reports(1, 2));
}

#[test]
fn paths_are_told_apart_by_their_whole_names_and_checks_for_the_same_thing_are_one_gap() {
    let mut given = given();
    given.model = Model::from_toml(
        "
name = 'm'
[roles.user]
[roles.end_user]
[roles.economic_buyer]
[[committee.seats]]
role = 'user'
[frameworks]
use = ['ours']
[[frameworks.ours.elements]]
key = 'pain'
checks = [
  { kind = 'path', from = 'end_user', to = 'economic_buyer' },
  { kind = 'path', from = 'user', to = 'economic_buyer' },
  { kind = 'attribute', attribute = 'portal' },
  { kind = 'attribute', attribute = 'portal' },
]
",
    )
    .unwrap_or_else(|errors| panic!("{errors}"));
    let (_, _, gaps) = given.read();
    let worths: Vec<(&str, f64)> = gaps
        .iter()
        .filter(|gap| gap.completeness > 0.0)
        .map(|gap| (&*gap.id, gap.completeness))
        .collect();
    assert_eq!(
        worths,
        [
            ("missing_attribute:pain.portal", 50.0),
            ("no_path:end_user-economic_buyer", 25.0),
            ("no_path:user-economic_buyer", 25.0),
        ]
    );
}

#[test]
fn a_seat_that_is_not_required_is_missed_only_where_somebody_holds_it() {
    let ids = |given: &Given| -> Vec<String> {
        let (_, _, gaps) = given.read();
        gaps.iter().map(|gap| gap.id.to_string()).collect()
    };
    assert!(!ids(&given()).contains(&"empty_seat:technical_evaluator".to_owned()));
    let cold = given().person(1, "Tan", "technical_evaluator", Attitude::Neutral);
    assert!(ids(&cold).contains(&"cold_seat:technical_evaluator".to_owned()));
}

#[test]
fn what_closes_a_condition_comes_first_then_the_larger_worth() {
    // One person is engaged, two are needed: warming the buyer closes that, proving metrics does not.
    let given = given()
        .person(1, "Priya", "champion", Attitude::Supporter)
        .person(2, "Owen", "economic_buyer", Attitude::Neutral)
        .engaged(1);
    let (_, _, gaps) = given.read();
    let order: Vec<(&str, bool)> = gaps.iter().map(|gap| (&*gap.id, gap.closes.is_empty())).collect();
    assert_eq!(
        order,
        [
            ("cold_seat:economic_buyer", false),
            ("mqa_condition:engaged_contacts", false),
            ("single_threaded:engaged", false),
            ("unproven_element:metrics", true),
            ("no_path:champion-economic_buyer", true),
        ]
    );
}

#[test]
fn a_gap_that_was_put_off_says_until_when_and_an_account_nobody_works_on_has_none() {
    let until = Timestamp::from_millis(NOW + DAY_MS);
    let snoozed = given().event(Event::GapSnoozed {
        solution: None,
        gap: Arc::from("empty_seat:champion"),
        until: Some(until),
        reason: None,
        source: Source::person(),
    });
    assert!(
        snoozed
            .gap("empty_seat:champion")
            .is_snoozed(Timestamp::from_millis(NOW))
    );
    let out = given().event(Event::Disqualified {
        reason: Some(Arc::from("no budget")),
        source: Source::person(),
    });
    assert!(out.read().2.is_empty());
}

#[test]
fn the_nearest_engaged_person_is_to_be_asked() {
    let given = given()
        .person(1, "Priya", "champion", Attitude::Supporter)
        .person(2, "Owen", "economic_buyer", Attitude::Neutral)
        .person(3, "Ingrid", "technical_evaluator", Attitude::Neutral)
        .reports(3, 2)
        .reports(1, 3)
        .engaged(1)
        .engaged(3);
    assert_eq!(given.gap("cold_seat:economic_buyer").ask, Some(ContactNo(3)));
}

#[test]
fn gaps_read_as_a_person_says_them() {
    let given = given()
        .person(1, "Priya Lindqvist", "champion", Attitude::Supporter)
        .person(2, "Owen Castellane", "economic_buyer", Attitude::Neutral)
        .person(4, "Rita Moss", "blocker", Attitude::Detractor)
        .reports(4, 2)
        .engaged(1);
    insta::assert_snapshot!(given.words());
}

#[test]
fn an_empty_committee_reads_as_a_person_says_it() {
    insta::assert_snapshot!(given().words());
}
