use super::*;
use crate::contact::{Attitude, HeldRole, RelationKind, Seniority};
use crate::id::{Kind, Role, Seq, SignalId, Solution};
use crate::model::Model;
use crate::signal::{STRENGTH_MAX, Signal, SignalSource};
use crate::time::{DAY_MS, Days};
use crate::value::Source;

const NOW: i64 = 1_772_409_600_000;

const MODEL: &str = "
name = 'm'
[roles.economic_buyer]
titles = ['chief financial officer']
[roles.user]
[seniority.titles]
c_level = ['chief']
[signals.'page.*']
points = 1
[[solutions]]
name = 'alpha'
";

/// An account, who its contacts are, which signals it knows, and what is asked of it.
struct Given {
    state: AccountState,
    directory: Directory,
    known: Vec<SignalId>,
    model: Model,
    policy: Policy,
    now: Timestamp,
    seq: u64,
}

fn given() -> Given {
    Given {
        state: AccountState::new(AccountId::trusted("acme")),
        directory: Directory::default(),
        known: Vec::new(),
        model: Model::from_toml(MODEL).unwrap_or_else(|errors| panic!("{errors}")),
        policy: Policy::default(),
        now: Timestamp::from_millis(NOW),
        seq: 0,
    }
}

impl Given {
    fn when(&self, command: &Command) -> Result<Decision, Rejection> {
        decide(
            &self.state,
            &self.directory,
            command,
            &self.model,
            &self.policy,
            self.now,
            |id| self.known.contains(id),
        )
    }

    /// Lets a command happen.
    #[track_caller]
    fn and(mut self, command: &Command) -> Self {
        let decision = self.when(command).unwrap();
        for event in decision.events {
            self.seq += 1;
            if let Event::SignalRecorded(signal) = &event {
                self.known.push(signal.id.clone());
            }
            self.state.apply(&Record {
                seq: Seq(self.seq),
                at: self.now,
                event,
            });
        }
        for (no, card) in decision.cards {
            self.directory.put(no, card);
        }
        self
    }

    /// Checks which events a command makes.
    #[track_caller]
    fn then(&self, command: &Command, expected: &[Event]) {
        let decision = self.when(command).unwrap();
        assert_eq!(decision.events, expected);
    }

    #[track_caller]
    fn rejects(&self, command: &Command, expected: &Rejection) {
        assert_eq!(self.when(command).as_ref(), Err(expected));
    }
}

fn source(name: &str) -> Source {
    Source(Arc::from(name))
}

fn contact_id(id: &str) -> ContactId {
    ContactId::trusted(id)
}

fn change_account(by: &str, fields: &[(&str, Option<Value>)]) -> Command {
    Command::ChangeAccount(AccountChange {
        fields: fields
            .iter()
            .map(|(field, value)| (Arc::from(*field), value.clone()))
            .collect(),
        source: source(by),
    })
}

fn field_set(field: &str, value: Option<Value>, by: &str) -> Event {
    Event::FieldSet {
        field: Arc::from(field),
        value,
        source: source(by),
    }
}

fn change_contact(id: &str, by: &str, change: impl FnOnce(&mut ContactChange)) -> Command {
    let mut asked = ContactChange::new(contact_id(id), source(by));
    change(&mut asked);
    Command::ChangeContact(asked)
}

fn introduced(no: u32) -> Event {
    Event::ContactIntroduced {
        contact: ContactNo(no),
    }
}

fn stated(no: u32, fact: ContactFact, by: &str) -> Event {
    Event::ContactStated {
        contact: ContactNo(no),
        fact,
        source: source(by),
    }
}

fn held(role: &str, solution: Option<&str>) -> HeldRole {
    HeldRole {
        role: Role::trusted(role),
        solution: solution.map(Solution::trusted),
    }
}

fn signal(id: &str) -> NewSignal {
    NewSignal {
        id: SignalId::trusted(id),
        kind: Kind::trusted("page.pricing"),
        contact: None,
        occurred_at: None,
        strength: 1.0,
        source: SignalSource::FirstParty,
        solution: None,
        object: None,
        properties: None,
    }
}

fn by(id: &str) -> ContactRef {
    ContactRef::Id(contact_id(id))
}

fn by_email(email: &str, name: Option<&str>) -> ContactRef {
    ContactRef::Email {
        email: Arc::from(email),
        name: name.map(Arc::from),
    }
}

fn after(millis: i64) -> Timestamp {
    Timestamp::from_millis(NOW + millis)
}

#[track_caller]
fn check_outcomes(given: &Given, signals: Vec<NewSignal>, expected: &[Outcome]) -> Decision {
    let decision = given.when(&Command::RecordSignals(signals)).unwrap();
    assert_eq!(decision.outcomes, expected);
    decision
}

#[test]
fn named_fields_are_stated_each_with_its_source() {
    given().then(
        &change_account(
            "crm",
            &[
                ("name", Some(Value::text("Acme"))),
                ("employees", Some(Value::Number(50.0))),
            ],
        ),
        &[
            field_set("name", Some(Value::text("Acme")), "crm"),
            field_set("employees", Some(Value::Number(50.0)), "crm"),
        ],
    );
}

#[test]
fn saying_again_what_is_said_makes_no_event() {
    let command = change_account("crm", &[("employees", Some(Value::Number(50.0)))]);
    given().and(&command).then(&command, &[]);
}

#[test]
fn an_account_known_by_its_id_alone_exists() {
    let given = given().and(&change_account("crm", &[]));
    assert_eq!(given.state.created_at, Some(Timestamp::from_millis(NOW)));
    assert_eq!(given.state.value("name"), None);
    given.then(&change_account("crm", &[]), &[]);
}

#[test]
fn a_weaker_source_changes_nothing_and_is_told_who_said_so() {
    let given = given().and(&change_account(
        "crm",
        &[("employees", Some(Value::Number(50.0)))],
    ));
    for value in [Some(Value::Number(70.0)), None] {
        let decision = given
            .when(&change_account("vendor", &[("employees", value)]))
            .unwrap();
        assert!(decision.events.is_empty());
        assert_eq!(
            decision.ignored,
            [IgnoredField {
                field: Arc::from("employees"),
                stated_by: source("crm"),
            }]
        );
    }
}

#[test]
fn a_stronger_or_equal_source_overwrites() {
    let given = given().and(&change_account(
        "crm",
        &[("employees", Some(Value::Number(50.0)))],
    ));
    for by in ["crm", "person"] {
        given.then(
            &change_account(by, &[("employees", Some(Value::Number(70.0)))]),
            &[field_set("employees", Some(Value::Number(70.0)), by)],
        );
    }
    // The same value by a stronger source is news: from now on a weaker one cannot change it.
    given.then(
        &change_account("person", &[("employees", Some(Value::Number(50.0)))]),
        &[field_set("employees", Some(Value::Number(50.0)), "person")],
    );
    // One that the model does not rank is the weakest.
    given.then(
        &change_account("rumour", &[("employees", Some(Value::Number(1.0)))]),
        &[],
    );
}

#[test]
fn null_and_an_empty_value_clear() {
    let given = given().and(&change_account(
        "crm",
        &[("industry", Some(Value::text("mining")))],
    ));
    for value in [None, Some(Value::text(" ")), Some(Value::List(Vec::new()))] {
        given.then(
            &change_account("crm", &[("industry", value)]),
            &[field_set("industry", None, "crm")],
        );
    }
    // What is not there cannot be cleared.
    given.then(&change_account("crm", &[("country", None)]), &[]);
}

#[test]
fn a_number_that_is_none_is_rejected() {
    given().rejects(
        &change_account("crm", &[("employees", Some(Value::Number(f64::NAN)))]),
        &Rejection::NotFinite {
            field: "employees".into(),
        },
    );
}

#[test]
fn an_account_has_a_greatest_number_of_fields() {
    let mut given = given();
    given.policy.fields_max = 1;
    let given = given.and(&change_account("crm", &[("a", Some(Value::text("x")))]));
    given.rejects(
        &change_account("crm", &[("b", Some(Value::text("x")))]),
        &Rejection::TooManyFields { max: 1 },
    );
    given.then(
        &change_account("crm", &[("a", Some(Value::text("y")))]),
        &[field_set("a", Some(Value::text("y")), "crm")],
    );
}

#[test]
fn disqualifying_is_said_once_and_taken_back() {
    let disqualify = |reason: Option<&str>| Command::Disqualify {
        reason: reason.map(Arc::from),
        source: source("person"),
    };
    let event = |reason: Option<&str>| Event::Disqualified {
        reason: reason.map(Arc::from),
        source: source("person"),
    };
    given().then(&disqualify(None), &[]);
    let given = given().and(&disqualify(Some("no budget")));
    given.then(&disqualify(Some("no budget")), &[]);
    given.then(&disqualify(None), &[event(None)]);
    given.then(&disqualify(Some("too small")), &[event(Some("too small"))]);
}

#[test]
fn a_contact_is_introduced_by_what_is_said_of_it() {
    let command = change_contact("c-1", "crm", |change| {
        change.name = Patch::Set(Arc::from("Ada"));
        change.roles = Patch::Set(vec![held("user", None), held("economic_buyer", Some("alpha"))]);
        change.attitude = Patch::Set(Attitude::Supporter);
    });
    let roles = vec![held("user", None), held("economic_buyer", Some("alpha"))];
    given().then(
        &command,
        &[
            introduced(0),
            stated(0, ContactFact::Roles(Some(roles)), "crm"),
            stated(0, ContactFact::Attitude(Some(Attitude::Supporter)), "crm"),
        ],
    );
    let given = given().and(&command);
    given.then(&command, &[]);
    let card = given.directory.card(ContactNo(0)).unwrap();
    assert_eq!(card.name.as_deref(), Some("Ada"));
    assert_eq!(card.outside_id, Some(contact_id("c-1")));
    let alpha = Solution::trusted("alpha");
    let contact = &given.state.contacts[&ContactNo(0)];
    assert_eq!(contact.roles_for(Some(&alpha)).len(), 2);
    assert_eq!(contact.roles_for(None).len(), 1);
}

#[test]
fn no_fact_names_a_person() {
    let given = given().and(&change_contact("ada@acme.example", "crm", |change| {
        change.name = Patch::Set(Arc::from("Ada Lovelace"));
        change.title = Patch::Set(Arc::from("Chief Financial Officer"));
    }));
    let facts = format!("{:?}", given.state);
    for personal in ["ada@", "Lovelace", "Chief Financial"] {
        assert!(!facts.contains(personal), "{personal} in {facts}");
    }
}

#[test]
fn a_title_suggests_roles_and_seniority() {
    let titled = |title: Patch<Arc<str>>| change_contact("c-1", "crm", |change| change.title = title);
    let given = given().and(&titled(Patch::Set(Arc::from("Chief Financial Officer"))));
    let contact = &given.state.contacts[&ContactNo(0)];
    let roles: Vec<&str> = contact.roles_for(None).into_iter().map(Role::as_str).collect();
    assert_eq!(roles, ["economic_buyer"]);
    assert_eq!(contact.seniority(), Some(Seniority::CLevel));
    // Another title that suggests the same is news for the card alone.
    let again = given
        .when(&titled(Patch::Set(Arc::from("The Chief Financial Officer"))))
        .unwrap();
    assert_eq!((again.events.len(), again.cards.len()), (0, 1));
    let gone = given.and(&titled(Patch::Clear));
    assert!(gone.state.contacts[&ContactNo(0)].roles_for(None).is_empty());
}

#[test]
fn a_dismissed_role_stays_away_until_the_title_changes() {
    let titled = |title: &str| {
        let title = Arc::from(title);
        change_contact("c-1", "crm", |change| change.title = Patch::Set(title))
    };
    let given = given().and(&titled("Chief Financial Officer"));
    let dismissed = given.and(&change_contact("c-1", "person", |change| {
        change.not_roles = vec![Role::trusted("economic_buyer")];
    }));
    let roles = |given: &Given| given.state.contacts[&ContactNo(0)].roles_for(None).len();
    assert_eq!(roles(&dismissed), 0);
    let again = dismissed.and(&titled("Chief Financial Officer"));
    assert_eq!(roles(&again), 0, "the same title was said again");
    let moved = again.and(&change_contact("c-1", "crm", |change| {
        change.function = Patch::Set(Arc::from("finance"));
    }));
    assert_eq!(roles(&moved), 0, "the same title in another department");
    assert_eq!(
        moved.state.contacts[&ContactNo(0)].seniority(),
        Some(Seniority::CLevel)
    );
    let promoted = moved.and(&titled("Group Chief Financial Officer"));
    assert_eq!(roles(&promoted), 1);
}

#[test]
fn what_a_stronger_source_says_of_a_contact_stays() {
    let roles = |by: &str, role: &str| {
        change_contact("c-1", by, |change| {
            change.roles = Patch::Set(vec![held(role, None)]);
        })
    };
    let given = given().and(&roles("person", "user"));
    let decision = given.when(&roles("list", "economic_buyer")).unwrap();
    assert!(decision.events.is_empty());
    assert_eq!(decision.ignored.len(), 1);
    let clear = change_contact("c-1", "person", |change| change.roles = Patch::Clear);
    given.then(&clear, &[stated(0, ContactFact::Roles(None), "person")]);
    // Once cleared, nobody's word is stronger.
    let given = given.and(&clear);
    let economic = vec![held("economic_buyer", None)];
    given.then(
        &roles("list", "economic_buyer"),
        &[stated(0, ContactFact::Roles(Some(economic)), "list")],
    );
}

#[test]
fn a_department_that_is_not_believed_suggests_no_role() {
    let text = "name = 'm'\n[roles.user]\ndepartments = ['finance', 'it']";
    let mut given = given();
    given.model = Model::from_toml(text).unwrap();
    let function = |by: &str, function: &str| {
        change_contact("c-1", by, |change| {
            change.function = Patch::Set(Arc::from(function));
        })
    };
    let given = given.and(&function("person", "gardening"));
    given.then(&function("vendor", "finance"), &[]);
}

#[test]
fn whom_a_contact_reports_to_is_replaced() {
    let reports = |to: Patch<ContactId>| change_contact("a", "crm", |change| change.reports_to = to);
    let relation = |to: u32| RelationKey {
        from: ContactNo(0),
        to: ContactNo(to),
        kind: RelationKind::ReportsTo,
    };
    given().then(
        &reports(Patch::Set(contact_id("b"))),
        &[
            introduced(0),
            introduced(1),
            Event::RelationSet {
                relation: relation(1),
                strength: None,
            },
        ],
    );
    let given = given().and(&reports(Patch::Set(contact_id("b"))));
    given.then(&reports(Patch::Set(contact_id("b"))), &[]);
    given.then(
        &reports(Patch::Set(contact_id("c"))),
        &[
            introduced(2),
            Event::RelationCleared {
                relation: relation(1),
            },
            Event::RelationSet {
                relation: relation(2),
                strength: None,
            },
        ],
    );
    given.then(
        &reports(Patch::Clear),
        &[Event::RelationCleared {
            relation: relation(1),
        }],
    );
    given.rejects(&reports(Patch::Set(contact_id("a"))), &Rejection::SelfRelation);
}

fn relate(from: &str, to: &str, strength: Option<f64>) -> Command {
    Command::Relate(Relate {
        from: contact_id(from),
        to: contact_id(to),
        kind: RelationKind::Influences,
        strength,
    })
}

#[test]
fn a_relation_is_stated_changed_and_taken_back() {
    let relation = RelationKey {
        from: ContactNo(0),
        to: ContactNo(1),
        kind: RelationKind::Influences,
    };
    let set = |strength| Event::RelationSet { relation, strength };
    given().then(
        &relate("a", "b", Some(0.5)),
        &[introduced(0), introduced(1), set(Some(0.5))],
    );
    let given = given().and(&relate("a", "b", Some(0.5)));
    given.then(&relate("a", "b", Some(0.5)), &[]);
    given.then(&relate("a", "b", None), &[set(None)]);
    let unrelate = |from: &str, to: &str| Command::Unrelate {
        from: contact_id(from),
        to: contact_id(to),
        kind: RelationKind::Influences,
    };
    given.then(&unrelate("a", "b"), &[Event::RelationCleared { relation }]);
    given.rejects(&unrelate("b", "a"), &Rejection::UnknownRelation);
    given.rejects(
        &unrelate("a", "z"),
        &Rejection::UnknownContact { contact: "z".into() },
    );
}

#[test]
fn a_relation_keeps_its_rules() {
    given().rejects(&relate("a", "a", None), &Rejection::SelfRelation);
    for strength in [-0.1, 1.1, f64::INFINITY] {
        given().rejects(
            &relate("a", "b", Some(strength)),
            &Rejection::RelationStrength { strength },
        );
    }
    assert!(given().when(&relate("a", "b", Some(f64::NAN))).is_err());
    for strength in [0.0, 1.0] {
        assert!(given().when(&relate("a", "b", Some(strength))).is_ok());
    }
}

#[test]
fn an_account_has_a_greatest_number_of_contacts() {
    let mut given = given();
    given.policy.contacts_max = 1;
    given.rejects(&relate("a", "b", None), &Rejection::TooManyContacts { max: 1 });
    let given = given.and(&change_contact("a", "crm", |_| {}));
    given.rejects(
        &change_contact("b", "crm", |_| {}),
        &Rejection::TooManyContacts { max: 1 },
    );
    // A signal of one too many is refused, the others are not.
    let mut signals = vec![signal("1"), signal("2"), signal("3")];
    signals[0].contact = Some(by("b"));
    signals[1].contact = Some(by("a"));
    check_outcomes(
        &given,
        signals,
        &[
            Outcome::Rejected(SignalRejection::TooManyContacts { max: 1 }),
            Outcome::Accepted,
            Outcome::Accepted,
        ],
    );
}

#[test]
fn every_signal_has_its_outcome_in_order() {
    let mut signals: Vec<NewSignal> = ["ok", "kind", "old", "soon", "far", "weak", "ok", "sol"]
        .map(signal)
        .into();
    signals[1].kind = Kind::trusted("page");
    signals[2].occurred_at = Some(after(-401 * DAY_MS));
    signals[3].occurred_at = Some(after(FUTURE_MAX_MS));
    signals[4].occurred_at = Some(after(FUTURE_MAX_MS + 1));
    signals[5].strength = -1.0;
    signals[7].solution = Some(Solution::trusted("gamma"));
    let decision = check_outcomes(
        &given(),
        signals,
        &[
            Outcome::Accepted,
            Outcome::UnknownKind,
            Outcome::Expired,
            Outcome::Waiting,
            Outcome::Rejected(SignalRejection::Future {
                occurred_at: Timestamp::from_millis(NOW + FUTURE_MAX_MS + 1),
                now: Timestamp::from_millis(NOW),
            }),
            Outcome::Rejected(SignalRejection::Strength { strength: -1.0 }),
            Outcome::Duplicate,
            Outcome::Rejected(SignalRejection::UnknownSolution {
                solution: "gamma".into(),
            }),
        ],
    );
    // Only what is new and not refused is recorded.
    let recorded: Vec<(&str, bool)> = decision
        .events
        .iter()
        .filter_map(|event| {
            let Event::SignalRecorded(signal) = event else {
                return None;
            };
            Some((signal.id.as_str(), signal.expired))
        })
        .collect();
    assert_eq!(
        recorded,
        [("ok", false), ("kind", false), ("old", true), ("soon", false)]
    );
}

#[test]
fn a_signal_without_an_instant_happened_now() {
    let decision = check_outcomes(&given(), vec![signal("a")], &[Outcome::Accepted]);
    assert!(matches!(
        decision.events.as_slice(),
        [Event::SignalRecorded(Signal { occurred_at, contact: None, .. })] if occurred_at.as_millis() == NOW
    ));
}

#[test]
fn the_first_of_an_id_wins_in_a_batch_and_later() {
    let mut second = signal("a");
    second.strength = 9.0;
    let decision = check_outcomes(
        &given(),
        vec![signal("a"), second.clone()],
        &[Outcome::Accepted, Outcome::Duplicate],
    );
    assert_eq!(decision.events.len(), 1);
    let given = given().and(&Command::RecordSignals(vec![signal("a")]));
    check_outcomes(&given, vec![second], &[Outcome::Duplicate]);
}

#[test]
fn a_refused_signal_leaves_its_id_free() {
    let mut refused = signal("a");
    refused.strength = f64::NAN;
    let decision = given()
        .when(&Command::RecordSignals(vec![refused, signal("a")]))
        .unwrap();
    assert!(matches!(
        decision.outcomes.as_slice(),
        [
            Outcome::Rejected(SignalRejection::Strength { .. }),
            Outcome::Accepted
        ]
    ));
}

#[test]
fn a_strength_is_a_finite_number_from_zero_up() {
    for (strength, accepted) in [
        (0.0, true),
        (STRENGTH_MAX, true),
        (STRENGTH_MAX * 1.001, false),
        (f64::INFINITY, false),
        (f64::NAN, false),
        (-0.001, false),
    ] {
        let mut asked = signal("a");
        asked.strength = strength;
        let decision = given().when(&Command::RecordSignals(vec![asked])).unwrap();
        assert_eq!(decision.outcomes == [Outcome::Accepted], accepted, "{strength}");
    }
}

#[test]
fn a_signal_as_old_as_the_retention_counts() {
    let mut given = given();
    given.policy.retention = Days(30.0);
    let (mut edge, mut over) = (signal("a"), signal("b"));
    edge.occurred_at = Some(after(-30 * DAY_MS));
    over.occurred_at = Some(after(-30 * DAY_MS - 1));
    check_outcomes(&given, vec![edge, over], &[Outcome::Accepted, Outcome::Expired]);
}

#[test]
fn a_signal_introduces_its_contact_once() {
    let mut signals = vec![signal("1"), signal("2"), signal("3")];
    signals[0].contact = Some(by("c-1"));
    signals[1].contact = Some(by("c-1"));
    signals[2].contact = Some(by("c-2"));
    let decision = check_outcomes(&given(), signals, &[const { Outcome::Accepted }; 3]);
    let contacts: Vec<String> = decision
        .events
        .iter()
        .map(|event| {
            if let Event::SignalRecorded(signal) = event {
                format!("by {}", signal.contact.unwrap().0)
            } else {
                assert!(matches!(event, Event::ContactIntroduced { .. }), "{event:?}");
                "new".to_owned()
            }
        })
        .collect();
    assert_eq!(contacts, ["new", "by 0", "by 0", "new", "by 1"]);
    assert_eq!(decision.cards.len(), 2);
}

#[test]
fn an_address_finds_its_contact_or_is_its_id() {
    let given = given().and(&change_contact("c-1", "crm", |change| {
        change.emails = Some(vec![Arc::from(" Ada@Acme.example ")]);
    }));
    let mut signals = vec![signal("1"), signal("2"), signal("3")];
    signals[0].contact = Some(by_email("ada@acme.example", None));
    signals[1].contact = Some(by_email("bob@acme.example", Some("Bob")));
    signals[2].contact = Some(by("bob@acme.example"));
    let decision = check_outcomes(&given, signals, &[const { Outcome::Accepted }; 3]);
    assert_eq!(decision.events.len(), 4, "only Bob is new");
    let (no, bob) = &decision.cards[0];
    assert_eq!(*no, ContactNo(1));
    assert_eq!(bob.name.as_deref(), Some("Bob"));
    assert_eq!(bob.outside_id, Some(contact_id("bob@acme.example")));
    assert_eq!(bob.emails, [Arc::from("bob@acme.example")]);
}

#[test]
fn a_directory_put_back_finds_whom_the_old_one_found() {
    let emails = |id: &str, emails: &[&str]| {
        change_contact(id, "crm", |change| {
            change.emails = Some(emails.iter().map(|email| Arc::from(*email)).collect());
        })
    };
    // The second contact has the address first, the first one gets it too.
    let given = given()
        .and(&emails("a", &[]))
        .and(&emails("b", &["team@acme.example"]))
        .and(&emails("a", &["team@acme.example"]));
    let cards: Vec<_> = given
        .directory
        .cards()
        .map(|(no, card)| (no, card.clone()))
        .collect();
    let again = Directory::new(cards);
    assert_eq!(again, given.directory);
    assert_eq!(again.find_email("team@acme.example"), Some(ContactNo(0)));
    // Who gives it up leaves it to the other.
    let given = given.and(&emails("a", &[]));
    assert_eq!(
        given.directory.find_email("team@acme.example"),
        Some(ContactNo(1))
    );
}

#[test]
fn a_number_is_never_given_twice() {
    let mut given = given().and(&change_contact("a", "crm", |_| {}));
    // The card is erased, the facts remain.
    given.directory = Directory::default();
    given.then(&change_contact("b", "crm", |_| {}), &[introduced(1)]);
}

#[test]
fn splitting_a_batch_changes_nothing() {
    let mut signals: Vec<NewSignal> = (0..6).map(|n| signal(&format!("{}", n % 4))).collect();
    for (place, signal) in signals.iter_mut().enumerate() {
        signal.contact = (place % 2 == 0).then(|| ContactRef::Id(contact_id(&format!("c-{}", place % 3))));
    }
    let whole = given().and(&Command::RecordSignals(signals.clone()));
    let mut parts = given();
    for signal in signals {
        parts = parts.and(&Command::RecordSignals(vec![signal]));
    }
    assert_eq!(whole.state, parts.state);
    assert_eq!(whole.directory, parts.directory);
    assert_eq!(whole.known, parts.known);
}

#[test]
fn expired_signals_are_counted_and_no_more() {
    let mut old = signal("old");
    old.occurred_at = Some(after(-401 * DAY_MS));
    let given = given().and(&Command::RecordSignals(vec![old]));
    assert_eq!((given.state.signals, given.state.expired), (1, 1));
    assert_eq!(given.state.last_signal_at, None);
}

#[test]
fn a_kind_over_the_limit_is_refused_and_known_kinds_go_on() {
    let model = crate::model::Model::from_toml("[signals.\"a\"]\npoints = 1").unwrap();
    let policy = Policy {
        kinds_max: 2,
        ..Policy::default()
    };
    let now: crate::time::Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
    let signal = |id: &str, kind: &str| NewSignal {
        id: crate::id::SignalId::trusted(id),
        kind: crate::id::Kind::trusted(kind),
        contact: None,
        occurred_at: None,
        strength: 1.0,
        source: crate::signal::SignalSource::FirstParty,
        solution: None,
        object: None,
        properties: None,
    };
    let command = Command::RecordSignals(vec![
        signal("1", "a"),
        signal("2", "b"),
        signal("3", "c"),
        signal("4", "a"),
    ]);
    let state = AccountState::new(crate::id::AccountId::trusted("acme"));
    let decided = decide(
        &state,
        &Directory::default(),
        &command,
        &model,
        &policy,
        now,
        |_| false,
    )
    .unwrap();
    let refused = Outcome::Rejected(SignalRejection::TooManyKinds { max: 2 });
    assert_eq!(
        decided.outcomes,
        [
            Outcome::Accepted,
            Outcome::UnknownKind,
            refused,
            Outcome::Accepted
        ]
    );
}

mod qualifying;

#[test]
fn lists_are_added_to_and_taken_from_whoever_put_the_others_there() {
    let lists = |items: &[&str], by: &str| Event::FieldSet {
        field: Arc::from("lists"),
        value: (!items.is_empty()).then(|| Value::List(items.iter().map(|item| Arc::from(*item)).collect())),
        source: source(by),
    };
    let change = |add: &[&str], remove: &[&str], by: &str| {
        Command::ChangeLists(ListChange {
            add: add.iter().map(|list| Arc::from(*list)).collect(),
            remove: remove.iter().map(|list| Arc::from(*list)).collect(),
            source: source(by),
        })
    };
    given().then(&change(&["q3"], &[], "list"), &[lists(&["q3"], "list")]);
    given().then(&change(&[], &["q3"], "list"), &[]);
    let mut given = given().and(&change(&["q3"], &[], "crm"));
    // The CRM outranks a list, and a list adds all the same; the CRM stays the one who holds the field.
    given.then(
        &change(&["q4", "q3"], &[], "list"),
        &[lists(&["q3", "q4"], "crm")],
    );
    given.then(&change(&["q4"], &[], "person"), &[lists(&["q3", "q4"], "person")]);
    given.then(&change(&["q3"], &[], "list"), &[]);
    given.then(&change(&["q4"], &["q3"], "list"), &[lists(&["q4"], "crm")]);
    given.then(&change(&[], &["q3"], "list"), &[lists(&[], "crm")]);
    given.policy.lists_max = 1;
    given.rejects(
        &change(&["q4"], &[], "list"),
        &Rejection::TooMany {
            what: "lists",
            max: 1,
        },
    );
}
