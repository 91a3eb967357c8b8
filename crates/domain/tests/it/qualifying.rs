//! Properties of completeness and gaps (docs/semantics.md 3.10, 3.11), on small committees of any shape.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use quorate_domain::account::{ContactFact, Event, Record};
use quorate_domain::contact::{Attitude, HeldRole, RelationKey, RelationKind, Seniority};
use quorate_domain::evidence::{Level, Statement};
use quorate_domain::gap::{Gap, GapKind};
use quorate_domain::id::{ContactNo, EvidenceNo, Kind, ModelVersion, Role, Seq, SignalId};
use quorate_domain::model::Model;
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::standing::{GroupReading, ModelInForce};
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;

use crate::properties::{NOW, config, fold_anew, ms};
use crate::reference::DAY;

const ROLES: [&str; 4] = ["champion", "economic_buyer", "user", "blocker"];
const ELEMENTS: [&str; 4] = ["pain", "champion", "buyer", "gone"];

const MODEL: &str = "
name = 'm'
[engagement]
engaged_at = 4.3
[signals.'visit']
points = 5
half_life_days = 30
[roles.champion]
[roles.economic_buyer]
[roles.user]
[roles.blocker]
[[committee.seats]]
role = 'economic_buyer'
weight = 2
[[committee.seats]]
role = 'champion'
[[committee.seats]]
role = 'user'
count = 2
[mqa]
enter_heat = 20
exit_heat = 10
engaged_contacts = 2
quorum = 60
[frameworks]
use = ['ours', 'meddpicc']
[[frameworks.ours.elements]]
key = 'pain'
stale_after_days = 20
gate = 0.5
checks = [{ kind = 'evidence' }, { kind = 'signal', signal = 'visit', within_days = 5 }]
[[frameworks.ours.elements]]
key = 'champion'
weight = 2
checks = [{ kind = 'evidence', weight = 3 }, { kind = 'role_engaged', role = 'champion' }]
[[frameworks.ours.elements]]
key = 'buyer'
checks = [
  { kind = 'evidence' },
  { kind = 'role_identified', role = 'economic_buyer' },
  { kind = 'path', from = 'champion', to = 'economic_buyer', strength = 0.4 },
]
";

#[derive(Clone, Debug)]
struct Person {
    roles: Vec<&'static str>,
    attitude: Option<Attitude>,
    seniority: Option<Seniority>,
    excluded: bool,
    /// How many days ago it visited.
    visits: Vec<i64>,
}

/// An account: people by place, and what is said of them and of the account.
#[derive(Clone, Debug)]
struct Given {
    people: Vec<Person>,
    relations: Vec<(Index, Index, RelationKind, Option<f64>)>,
    evidence: Vec<Proof>,
}

#[derive(Clone, Debug)]
struct Proof {
    element: &'static str,
    level: Level,
    days_ago: i64,
    said_by: Option<Index>,
    contested_by: Option<Index>,
}

fn person() -> impl Strategy<Value = Person> {
    (
        prop::sample::subsequence(ROLES.to_vec(), 0..=2),
        prop::option::of(select(vec![
            Attitude::Supporter,
            Attitude::Neutral,
            Attitude::Detractor,
        ])),
        prop::option::of(select(vec![Seniority::CLevel, Seniority::Staff])),
        prop::bool::weighted(0.1),
        prop::collection::vec(0..20_i64, 0..=2),
    )
        .prop_map(|(roles, attitude, seniority, excluded, visits)| Person {
            roles,
            attitude,
            seniority,
            excluded,
            visits,
        })
}

fn proof() -> impl Strategy<Value = Proof> {
    (
        select(ELEMENTS.to_vec()),
        select(Level::ALL.to_vec()),
        // Also such as is said only later.
        -2..40_i64,
        prop::option::of(any::<Index>()),
        prop::option::weighted(0.3, any::<Index>()),
    )
        .prop_map(|(element, level, days_ago, said_by, contested_by)| Proof {
            element,
            level,
            days_ago,
            said_by,
            contested_by,
        })
}

fn given() -> impl Strategy<Value = Given> {
    let relation = (
        any::<Index>(),
        any::<Index>(),
        select(vec![
            RelationKind::ReportsTo,
            RelationKind::Influences,
            RelationKind::WorksWith,
            RelationKind::Blocks,
        ]),
        prop::option::of(select(vec![0.3, 0.6, 0.9])),
    );
    (
        prop::collection::vec(person(), 1..=6),
        prop::collection::vec(relation, 0..=10),
        prop::collection::vec(proof(), 0..=6),
    )
        .prop_map(|(people, relations, evidence)| Given {
            people,
            relations,
            evidence,
        })
}

/// An account, and another number for each of its people.
fn relabelled() -> impl Strategy<Value = (Given, Vec<u32>)> {
    given().prop_flat_map(|given| {
        let numbers: Vec<u32> = (0..).take(given.people.len()).collect();
        (Just(given), Just(numbers).prop_shuffle())
    })
}

impl Given {
    /// Reads the account when its people have these numbers, by place.
    fn read(&self, numbers: &[u32]) -> GroupReading {
        let no = |place: usize| ContactNo(numbers[place]);
        let chosen = |index: &Index| no(index.index(numbers.len()));
        let mut events: Vec<(i64, Event)> = Vec::new();
        let mut say = |days_ago: i64, event: Event| events.push((NOW - days_ago * DAY, event));
        for (place, person) in self.people.iter().enumerate() {
            let contact = no(place);
            say(60, Event::ContactIntroduced { contact });
            let held = person.roles.iter().map(|role| HeldRole {
                role: Role::trusted(*role),
                solution: None,
            });
            for fact in [
                ContactFact::Roles(Some(held.collect())),
                ContactFact::Attitude(person.attitude),
                ContactFact::Seniority(person.seniority),
                ContactFact::Excluded(person.excluded.then(|| Arc::from("competitor"))),
            ] {
                let source = Source::person();
                say(
                    60,
                    Event::ContactStated {
                        contact,
                        fact,
                        source,
                    },
                );
            }
            for (visit, days_ago) in person.visits.iter().enumerate() {
                let signal = Signal {
                    id: SignalId::trusted(format!("{place}-{visit}")),
                    kind: Kind::trusted("visit"),
                    contact: Some(contact),
                    occurred_at: ms(NOW - days_ago * DAY),
                    strength: 1.0,
                    source: SignalSource::FirstParty,
                    solution: None,
                    object: None,
                    properties: None,
                    expired: false,
                };
                say(*days_ago, Event::SignalRecorded(signal));
            }
        }
        for (from, to, kind, strength) in &self.relations {
            let (from, to, kind, strength) = (chosen(from), chosen(to), *kind, *strength);
            if from != to {
                let relation = RelationKey { from, to, kind };
                say(50, Event::RelationSet { relation, strength });
            }
        }
        for (proof, evidence) in self.evidence.iter().zip((1..).map(EvidenceNo)) {
            let statement = Statement {
                solution: None,
                framework: Arc::from("ours"),
                element: Arc::from(proof.element),
                level: proof.level,
                artefact: None,
                source: Source::person(),
                said_by: proof.said_by.as_ref().map(chosen),
                note: None,
                said_at: ms(NOW - proof.days_ago * DAY),
            };
            let statement = Box::new(statement);
            say(0, Event::EvidenceStated { evidence, statement });
            if let Some(by) = proof.contested_by.as_ref().map(chosen) {
                let (note, source) = (None, Source::person());
                say(
                    0,
                    Event::EvidenceContested {
                        evidence,
                        by,
                        note,
                        source,
                    },
                );
            }
        }
        events.sort_by_key(|(at, _)| *at);
        let records: Vec<Record> = events
            .into_iter()
            .zip((1..).map(Seq))
            .map(|((at, event), seq)| Record {
                seq,
                at: ms(at),
                event,
            })
            .collect();
        let models = [ModelInForce {
            from: Timestamp::MIN,
            version: ModelVersion(1),
            model: Arc::new(Model::from_toml(MODEL).unwrap_or_else(|errors| panic!("{errors}"))),
        }];
        let folded = fold_anew(&records, &models, NOW, NOW);
        let reading = folded.standing.read(&folded.state, &models[0].model, ms(NOW));
        reading.best().unwrap().clone()
    }

    fn read_in_order(&self) -> GroupReading {
        let numbers: Vec<u32> = (0..).take(self.people.len()).collect();
        self.read(&numbers)
    }
}

/// A gap without what rests on the order of numbers: its people by place, and whether there is somebody to ask, as
/// ties among those are broken by number.
fn unlabelled(gap: &Gap, numbers: &[u32]) -> String {
    let place = |no: u32| numbers.iter().position(|number| *number == no).unwrap();
    let mut people: Vec<usize> = gap.contacts.iter().map(|no| place(no.0)).collect();
    people.sort_unstable();
    let id = match gap.id.split_once(':') {
        Some((kind, no)) if matches!(gap.kind, GapKind::Blocker | GapKind::SingleThreaded) => {
            let about = no
                .parse()
                .map_or_else(|_| no.to_owned(), |no| place(no).to_string());
            format!("{kind}:{about}")
        }
        Some(_) | None => gap.id.to_string(),
    };
    format!(
        "{id} of {people:?}: {:.6} {:.6} {:?}, ask {}",
        gap.quorum,
        gap.completeness,
        gap.closes,
        gap.ask.is_some()
    )
}

proptest! {
    #![proptest_config(config(1_000))]

    /// One more statement, whatever it is worth, takes nothing from what is proven, in whole or in any element.
    #[test]
    fn supporting_evidence_never_lowers_completeness(given in given(), mut more in proof()) {
        more.contested_by = None;
        let mut supported = given.clone();
        supported.evidence.push(more);
        let (before, after) = (given.read_in_order(), supported.read_in_order());
        prop_assert!(after.completeness >= before.completeness);
        for (before, after) in before.frameworks.iter().zip(&after.frameworks) {
            prop_assert!(after.completeness >= before.completeness);
            prop_assert!(after.verdict >= before.verdict);
            for (before, after) in before.elements.iter().zip(&after.elements) {
                prop_assert!(after.score >= before.score, "{before:?} and {after:?}");
            }
        }
    }

    /// What is missing hangs on who people are to each other and not on the numbers we gave them.
    #[test]
    fn relabelled_contacts_give_the_same_gaps((given, numbers) in relabelled()) {
        let gaps = |reading: &GroupReading, numbers: &[u32]| {
            let mut gaps: Vec<String> = reading.gaps.iter().map(|gap| unlabelled(gap, numbers)).collect();
            gaps.sort();
            gaps
        };
        let in_order: Vec<u32> = (0..).take(given.people.len()).collect();
        let (first, second) = (given.read(&in_order), given.read(&numbers));
        prop_assert_eq!(gaps(&first, &in_order), gaps(&second, &numbers));
        let close = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 1e-9);
        prop_assert!(close(first.completeness, second.completeness));
        prop_assert!(close(first.quorum.percent, second.quorum.percent));
    }
}
