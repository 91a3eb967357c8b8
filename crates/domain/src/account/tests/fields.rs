//! Commands on what is known of the account itself.

use super::*;

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
