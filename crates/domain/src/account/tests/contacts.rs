//! Commands on contacts and their relations, and how a contact is found.

use super::*;

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
fn an_account_has_a_greatest_number_of_relations_and_those_that_are_replaced_make_room() {
    let mut given = given();
    given.policy.relations_max = 1;
    let reports = |to: &str| {
        let to = contact_id(to);
        change_contact("a", "person", move |change| change.reports_to = Patch::Set(to))
    };
    let full = Rejection::TooMany {
        what: "relations",
        max: 1,
    };
    let given = given.and(&reports("b"));
    given.rejects(&relate("a", "c", None), &full);
    let other = change_contact("b", "person", |change| {
        change.reports_to = Patch::Set(contact_id("c"));
    });
    given.rejects(&other, &full);
    assert!(given.when(&reports("c")).is_ok(), "one goes, one comes");
    let mut stronger = Relate {
        from: contact_id("a"),
        to: contact_id("b"),
        kind: RelationKind::ReportsTo,
        strength: Some(0.3),
    };
    assert!(
        given.when(&Command::Relate(stronger.clone())).is_ok(),
        "it is there already"
    );
    stronger.to = contact_id("a");
    given.rejects(&Command::Relate(stronger), &Rejection::SelfRelation);
    let itself = change_contact("a", "person", |change| {
        change.reports_to = Patch::Set(contact_id("a"));
    });
    given.rejects(&itself, &Rejection::SelfRelation);
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
