use std::sync::Arc;

use quorate_domain::value::Value;

use super::super::groups::tests::{candidate, row};
use super::super::tests::import;
use super::*;

fn text(change: &ChangeLine) -> String {
    match &change.old {
        Some(old) => format!("{}: {old} -> {}", change.field, change.new),
        None => format!("{}: {}", change.field, change.new),
    }
}

fn change(name: &str, old: Option<Value>, new: Value) -> Change {
    Change {
        field: Arc::from(name),
        old,
        new,
    }
}

#[test]
fn a_candidate_shows_where_the_file_says_otherwise() {
    let said = Said::of(
        &import(),
        &row(
            2,
            &["Acme", "https://www.acme.example/about", "France", ""],
            Verdict::NeedsAnswer,
        ),
    );
    assert_eq!(said.facts(), ["https://www.acme.example/about", "France"]);
    let known = KnownLine::candidate(&candidate("acme", None), &said);
    assert_eq!(
        known.facts,
        [("acme.example".to_owned(), false), ("DE".to_owned(), true)]
    );
    assert_eq!(known.href.as_deref(), Some("/accounts/acme"));
    let made = KnownLine::candidate(&candidate("acme", Some(7)), &said);
    assert_eq!((made.name.as_str(), made.href), ("Acme, row 7", None));
}

#[test]
fn answers_are_the_candidates_or_new_or_none() {
    let mut question = row(2, &["Acme"], Verdict::NeedsAnswer);
    question.planned.candidates = vec![candidate("acme", None)];
    let texts = |row: &ImportRow| -> Vec<String> {
        choices(row)
            .iter()
            .map(|choice| format!("{} {}", choice.key, choice.text))
            .collect()
    };
    assert_eq!(texts(&question), ["1 Same", "2 New", "3 Skip"]);
    question.planned.candidates.push(candidate("acme-2", None));
    assert_eq!(
        texts(&question),
        ["1 Same as Acme", "2 Same as Acme", "3 New", "4 Skip"]
    );
    // What was answered can be seen and changed, though nobody asks any more.
    let mut answered = row(2, &["Acme"], Verdict::Updated);
    answered.answer = Some(Answer::Same(AccountId::new("acme").unwrap()));
    let chosen: Vec<_> = choices(&answered)
        .into_iter()
        .map(|choice| (choice.value, choice.chosen))
        .collect();
    let expected = [("same:acme", true), ("new", false), ("skip", false)];
    assert_eq!(chosen, expected.map(|(value, chosen)| (value.to_owned(), chosen)));
}

#[test]
fn a_change_says_what_is_added_or_what_it_replaces() {
    let list = |items: &[&str]| Value::List(items.iter().map(|item| Arc::from(*item)).collect());
    let lines = [
        change("employees", Some(Value::Number(1_700.0)), Value::Number(1_850.0)),
        change("tier", None, Value::text("1")),
        change(
            "domains",
            Some(list(&["a.example"])),
            list(&["a.example", "b.example"]),
        ),
        change("lists", None, list(&["q3"])),
        change("annual_revenue", None, Value::Number(2_000.0)),
    ];
    let lines: Vec<String> = lines.iter().map(|change| text(&ChangeLine::of(change))).collect();
    assert_eq!(
        lines,
        [
            "Employees: 1,700 -> 1,850",
            "Tier: 1",
            "Adds the domain: b.example",
            "On the list: q3",
            "Annual revenue: 2,000"
        ]
    );
}
