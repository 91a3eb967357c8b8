use super::super::tests::import;
use super::*;

fn outcome(state: State) -> Outcome {
    let import = Import {
        state,
        done: 1,
        ..import()
    };
    let head = Head {
        title: "",
        file: String::new(),
        facts: Vec::new(),
        list: Some(("Q3 targets".to_owned(), "/lists/q3".to_owned())),
        steps: Vec::new(),
    };
    Outcome::of(&import, &head, "16 Jun")
}

#[test]
fn while_it_is_applied_it_says_how_far_it_is() {
    let progress = outcome(State::Applying).progress.unwrap();
    assert_eq!((progress.text.as_str(), progress.share), ("1 of 2 rows", 50));
    assert_eq!(outcome(State::Applying).rejects, None);
}

#[test]
fn afterwards_it_says_what_happened_and_where_to_go_on() {
    let outcome = outcome(State::Applied);
    assert_eq!(outcome.title, "Applied 16 Jun");
    let lines: Vec<String> = outcome
        .lines
        .iter()
        .map(|(number, what, ..)| format!("{number} {what}"))
        .collect();
    assert_eq!(lines, ["2 accounts created", "1 row still needs you"]);
    assert_eq!(
        outcome.board,
        ("Heat board of Q3 targets".to_owned(), "/board?list=q3".to_owned())
    );
    assert_eq!(outcome.open.unwrap().0, "Answer 1 question");
    assert_eq!(outcome.rejects.unwrap().0, "1 row as CSV");
}
