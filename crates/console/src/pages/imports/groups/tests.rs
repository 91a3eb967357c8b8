use std::sync::Arc;

use quorate_domain::id::AccountId;
use quorate_intake::draft::CellNote;
use quorate_intake::matching::{Alike, Answer, Candidate};
use quorate_intake::plan::Planned;

use super::*;

/// A row of a file with a verdict and nothing else to say.
pub(crate) fn row(number: usize, cells: &[&str], verdict: Verdict) -> ImportRow {
    ImportRow {
        cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        answer: None,
        planned: Planned {
            row: number,
            verdict,
            account: None,
            reason: None,
            changes: Vec::new(),
            kept: Vec::new(),
            joins: false,
            candidates: Vec::new(),
            notes: Vec::new(),
            problems: Vec::new(),
        },
        done: false,
    }
}

/// An account that has a row's domain; one of another row, if one is named.
pub(crate) fn candidate(id: &str, of: Option<usize>) -> Candidate {
    Candidate {
        account: AccountId::new(id).unwrap(),
        name: Some(Arc::from("Acme")),
        domains: vec![Arc::from("acme.example")],
        country: Some(Arc::from("DE")),
        alike: Alike::Domain,
        row: of,
    }
}

fn note(column: &str) -> CellNote {
    CellNote {
        column: column.to_owned(),
        value: "1k-5k".to_owned(),
        text: "is a range".to_owned(),
    }
}

#[track_caller]
fn check(row: &ImportRow, expected: &[&str]) {
    let groups: Vec<String> = Group::of(row).iter().map(Group::text).collect();
    assert_eq!(groups, expected);
    for group in Group::of(row) {
        assert_eq!(Group::parse(&group.text()), Some(group));
    }
}

#[test]
fn a_row_stands_with_those_that_ask_the_same() {
    check(&row(2, &[], Verdict::Created), &["created"]);
    let mut question = row(3, &[], Verdict::NeedsAnswer);
    question.planned.candidates = vec![candidate("acme", None)];
    check(&question, &["maybe"]);
    question.planned.candidates = vec![candidate("acme", Some(2))];
    check(&question, &["twice"]);
    let mut wrong = row(4, &[], Verdict::Failed);
    wrong.planned.problems = vec![note("Employees")];
    wrong.planned.notes = vec![note("Revenue")];
    check(&wrong, &["failed:Employees"]);
    let mut answered = row(5, &[], Verdict::Updated);
    answered.answer = Some(Answer::New);
    answered.planned.notes = vec![note("Employees"), note("Employees")];
    check(&answered, &["answered", "look:Employees", "updated"]);
    assert_eq!(Group::parse("needs_answer"), None);
    assert_eq!(Group::parse("x:y"), None);
}

#[test]
fn a_survey_counts_all_and_keeps_a_page_of_the_wanted() {
    let mut survey = Survey::new(Some(Group::Will(Verdict::Created)), 2, 2);
    for number in 2..8 {
        survey.see(&row(number, &[], Verdict::Created));
    }
    survey.see(&row(8, &[], Verdict::Skipped));
    let counts: Vec<(String, usize)> = survey
        .counts
        .iter()
        .map(|(group, count)| (group.text(), *count))
        .collect();
    assert_eq!(counts, [("created".to_owned(), 6), ("skipped".to_owned(), 1)]);
    let rows = survey.rows.get(&Group::Will(Verdict::Created)).unwrap();
    let numbers: Vec<usize> = rows.iter().map(|row| row.planned.row).collect();
    assert_eq!(numbers, [3, 4]);
    assert_eq!(survey.rows.len(), 1);
}
