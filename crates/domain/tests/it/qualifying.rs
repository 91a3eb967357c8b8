//! Properties of completeness and gaps (docs/semantics.md 3.10, 3.11), on small committees of any shape.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestRunner;
use quorate_domain::account::{
    AccountChange, AccountState, Command, ContactChange, ContactFact, ContactRef, Decision, Directory, Event,
    NewSignal, Patch, Policy, Record, Rejection, Relate, StateEvidence, decide,
};
use quorate_domain::committee::access;
use quorate_domain::contact::{Attitude, Card, HeldRole, RelationKey, RelationKind, Seniority};
use quorate_domain::evidence::{Level, Statement};
use quorate_domain::gap::{About, Gap, GapKind};
use quorate_domain::id::{ContactId, ContactNo, EvidenceNo, Kind, ModelVersion, Role, Seq, SignalId};
use quorate_domain::model::Model;
use quorate_domain::signal::{Signal, SignalSource};
use quorate_domain::standing::{GroupReading, ModelInForce, Standing};
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Value};

use crate::properties::{NOW, config, fold_anew, ms};
use crate::reference::DAY;

const ROLES: [&str; 4] = ["champion", "economic_buyer", "user", "blocker"];
const ELEMENTS: [&str; 4] = ["pain", "champion", "buyer", "gone"];

pub(crate) const MODEL: &str = "
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
checks = [
  { kind = 'evidence' },
  { kind = 'signal', signal = 'visit', within_days = 5 },
  { kind = 'attribute', attribute = 'industry' },
]
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
    /// Records the account as it is when its people have these numbers, by place.
    fn records(&self, numbers: &[u32]) -> Vec<Record> {
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
        events
            .into_iter()
            .zip((1..).map(Seq))
            .map(|((at, event), seq)| Record {
                seq,
                at: ms(at),
                event,
            })
            .collect()
    }

    /// Reads the account when its people have these numbers, by place.
    fn read(&self, numbers: &[u32]) -> GroupReading {
        House::of(self.records(numbers)).reading
    }

    fn in_order(&self) -> Vec<u32> {
        (0..).take(self.people.len()).collect()
    }

    fn read_in_order(&self) -> GroupReading {
        self.read(&self.in_order())
    }
}

/// An account folded from its records, which commands can go on from.
pub(crate) struct House {
    pub(crate) model: Arc<Model>,
    records: Vec<Record>,
    pub(crate) state: AccountState,
    pub(crate) reading: GroupReading,
}

impl House {
    fn of(records: Vec<Record>) -> Self {
        Self::under(MODEL, records, 0)
    }

    /// The account under a model, read some days after now.
    pub(crate) fn under(model: &str, records: Vec<Record>, days: i64) -> Self {
        let models = [ModelInForce {
            from: Timestamp::MIN,
            version: ModelVersion(1),
            model: Arc::new(Model::from_toml(model).unwrap_or_else(|errors| panic!("{errors}"))),
        }];
        let at = NOW + days * DAY;
        let folded = fold_anew(&records, &models, at, at);
        let [ModelInForce { model, .. }] = models;
        let reading = folded.standing.read(&folded.state, &model, ms(at));
        Self {
            model,
            records,
            state: folded.state,
            reading: reading.best().unwrap().clone(),
        }
    }

    /// Who is who: contact 3 is `c3`.
    pub(crate) fn directory(&self) -> Directory {
        Directory::new(self.state.contacts.keys().map(|no| {
            let outside_id = Some(named(*no));
            let card = Card {
                outside_id,
                ..Card::default()
            };
            (*no, card)
        }))
    }

    /// The account after these commands, one after the other.
    pub(crate) fn after(self, commands: &[Command]) -> Self {
        commands.iter().fold(self, |house, command| {
            let decided = house.decide(command);
            let decided = decided.unwrap_or_else(|rejection| panic!("{command:?}: {rejection}"));
            let (mut records, now) = (house.records, ms(NOW));
            for event in decided.events {
                let seq = Seq(u64::try_from(records.len()).unwrap() + 1);
                records.push(Record { seq, at: now, event });
            }
            Self::of(records)
        })
    }

    /// An account after many commands, folded once at the end.
    pub(crate) fn decided(commands: &[Command]) -> Self {
        let empty = Self::of(Vec::new());
        let (mut state, mut records) = (empty.state, Vec::new());
        let mut directory = Directory::default();
        for command in commands {
            let policy = Policy::default();
            let decided = decide(
                &state,
                &directory,
                command,
                &empty.model,
                &policy,
                ms(NOW),
                |_| false,
            );
            let decided = decided.unwrap_or_else(|rejection| panic!("{command:?}: {rejection}"));
            for event in decided.events {
                let seq = Seq(u64::try_from(records.len()).unwrap() + 1);
                let record = Record {
                    seq,
                    at: ms(NOW),
                    event,
                };
                state.apply(&record);
                records.push(record);
            }
            for (no, card) in decided.cards {
                directory.put(no, card);
            }
        }
        Self::of(records)
    }

    /// What was noted of completeness by whoever absorbed the records as they came in: lists show it.
    pub(crate) fn noted_completeness(&self) -> Option<f64> {
        let mut state = AccountState::new(self.state.id.clone());
        let mut standing = Standing::new(&state, &self.model, ModelVersion(1));
        for record in &self.records {
            standing.absorb(&mut state, record, &self.model, &mut Vec::new());
        }
        standing.groups[0].qualified.completeness
    }

    pub(crate) fn decide(&self, command: &Command) -> Result<Decision, Rejection> {
        let (directory, policy) = (self.directory(), Policy::default());
        decide(
            &self.state,
            &directory,
            command,
            &self.model,
            &policy,
            ms(NOW),
            |_| false,
        )
    }

    /// The same account some days later, if nothing happens.
    pub(crate) fn days_later(&self, days: i64) -> Self {
        Self::under(MODEL, self.records.clone(), days)
    }

    /// The same account under another model.
    pub(crate) fn under_model(&self, model: &str) -> Self {
        Self::under(model, self.records.clone(), 0)
    }

    pub(crate) fn completeness(&self) -> f64 {
        self.reading.completeness.unwrap()
    }

    pub(crate) fn has_gap(&self, id: &str) -> bool {
        self.reading.gaps.iter().any(|gap| *gap.id == *id)
    }
}

pub(crate) fn named(no: ContactNo) -> ContactId {
    ContactId::trusted(format!("c{}", no.0))
}

/// The commands that close a gap and touch nothing else; `None`: no single thing that people can say or do closes it.
fn closing(gap: &Gap, state: &AccountState) -> Option<Vec<Command>> {
    let visit = |who: Option<ContactId>, days_ago: i64| {
        let who_said = who.as_ref().map_or("nobody", ContactId::as_str);
        Command::RecordSignals(vec![NewSignal {
            id: SignalId::trusted(format!("closing-{who_said}")),
            kind: Kind::trusted("visit"),
            contact: who.map(ContactRef::Id),
            occurred_at: Some(ms(NOW - days_ago * DAY)),
            strength: 1.0,
            source: SignalSource::FirstParty,
            solution: None,
            object: None,
            properties: None,
        }])
    };
    match &gap.about {
        // New people, so that no role, path or attitude of those who are there changes. Six days ago is engaged still,
        // and too long ago for the signal that `pain` asks for.
        About::Role { role, wanted, .. } => {
            let next = state.contacts.last_key_value().map_or(0, |(no, _)| no.0 + 1);
            let people = (next..).map(ContactNo).take(*wanted).map(named);
            let commands = people.flat_map(|person| {
                let mut change = ContactChange::new(person.clone(), Source::person());
                change.roles = Patch::Set(vec![HeldRole {
                    role: role.clone(),
                    solution: None,
                }]);
                [Command::ChangeContact(change), visit(Some(person), 6)]
            });
            Some(commands.collect())
        }
        About::Element { key, .. } => Some(vec![Command::StateEvidence(StateEvidence {
            solution: None,
            framework: Arc::from("ours"),
            element: key.clone(),
            level: Level::Validated,
            artefact: Some(Arc::from("a mail")),
            said_by: None,
            note: None,
            said_at: None,
            source: Source::person(),
        })]),
        About::Path { from, to, .. } => {
            let holders = |role: &Role| access::passable_holders(state, None, role.as_str());
            let (from, to) = (*holders(from).first()?, *holders(to).first()?);
            Some(vec![Command::Relate(Relate {
                from: named(from),
                to: named(to),
                kind: RelationKind::WorksWith,
                strength: Some(1.0),
            })])
        }
        About::Signal { .. } => Some(vec![visit(None, 0)]),
        About::Attribute { attribute, .. } => Some(vec![Command::ChangeAccount(AccountChange {
            fields: vec![(attribute.clone(), Some(Value::text("steel")))],
            source: Source::person(),
        })]),
        About::Blocker { .. } | About::Alone | About::Leaving { .. } | About::Condition { .. } => None,
    }
}

/// Kinds of gaps that somebody closed while the property below ran.
const CLOSED: [GapKind; 9] = [
    GapKind::ColdSeat,
    GapKind::EmptySeat,
    GapKind::MissingAttribute,
    GapKind::MissingSignal,
    GapKind::NoPath,
    GapKind::OpposedSeat,
    GapKind::ShortSeat,
    GapKind::StaleElement,
    GapKind::UnprovenElement,
];

/// Closes one gap of an account by what a person would do; tells which kind it was.
fn close_one(given: &Given, which: Index) -> Result<Option<GapKind>, TestCaseError> {
    let house = House::of(given.records(&given.in_order()));
    let closable = |gap: &&Gap| closing(gap, &house.state).is_some();
    let gaps: Vec<Gap> = house.reading.gaps.iter().filter(closable).cloned().collect();
    if gaps.is_empty() {
        return Ok(None);
    }
    let gap = &gaps[which.index(gaps.len())];
    let commands = closing(gap, &house.state).unwrap();
    let before = house.reading.clone();
    let after = house.after(&commands).reading;
    let added = |after: Option<f64>, before: Option<f64>| after.unwrap() - before.unwrap();
    let quorum = added(after.quorum.percent, before.quorum.percent);
    let completeness = added(after.completeness, before.completeness);
    prop_assert!(
        (quorum - gap.quorum).abs() < 1e-9,
        "{gap:?} added {quorum} to quorum"
    );
    prop_assert!(
        (completeness - gap.completeness).abs() < 1e-9,
        "{gap:?} added {completeness} to completeness"
    );
    let still = after.gaps.iter().find(|left| left.id == gap.id);
    prop_assert!(still.is_none(), "{gap:?} is open after {commands:?}: {still:?}");
    for kind in &gap.closes {
        let met = after
            .conditions
            .iter()
            .any(|condition| condition.kind == *kind && condition.met);
        prop_assert!(met, "{gap:?} did not meet {kind:?}");
    }
    Ok(Some(gap.kind))
}

#[test]
#[expect(
    clippy::disallowed_types,
    reason = "the runner takes a closure that changes nothing; which kinds were closed is told beside it"
)]
fn closing_a_gap_adds_exactly_what_it_said() {
    let closed = std::cell::RefCell::new(BTreeSet::new());
    let mut runner = TestRunner::new(config(1_500));
    let ran = runner.run(&(given(), any::<Index>()), |(given, which)| {
        closed.borrow_mut().extend(close_one(&given, which)?);
        Ok(())
    });
    ran.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(closed.into_inner().into_iter().collect::<Vec<_>>(), CLOSED);
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
        let in_order = given.in_order();
        let (first, second) = (given.read(&in_order), given.read(&numbers));
        prop_assert_eq!(gaps(&first, &in_order), gaps(&second, &numbers));
        let close = |a: Option<f64>, b: Option<f64>| a.zip(b).is_some_and(|(a, b)| (a - b).abs() < 1e-9);
        prop_assert!(close(first.completeness, second.completeness));
        prop_assert!(close(first.quorum.percent, second.quorum.percent));
        let seats = |reading: &GroupReading| -> Vec<_> {
            let seats = reading.quorum.seats.iter();
            seats.map(|seat| (seat.state, seat.holders.len())).collect()
        };
        prop_assert_eq!(seats(&first), seats(&second));
        for (first, second) in first.frameworks.iter().zip(&second.frameworks) {
            prop_assert_eq!(first.verdict, second.verdict);
            prop_assert_eq!(first.weakest, second.weakest);
            prop_assert_eq!(first.champions.len(), second.champions.len());
            for (first, second) in first.elements.iter().zip(&second.elements) {
                prop_assert!((first.score - second.score).abs() < 1e-12);
                prop_assert_eq!((first.level, first.stale, first.contested), (second.level, second.stale, second.contested));
            }
        }
    }
}
