use quorate_engine::imports::Counts;

use super::super::tests::import;
use super::*;

#[test]
fn counts_name_what_matters_and_leave_out_what_is_not_there() {
    let told: Vec<String> = counts(&import())
        .into_iter()
        .map(|(number, what, tone)| format!("{number} {what} {tone}").trim_end().to_owned())
        .collect();
    assert_eq!(
        told,
        [
            "2 will be created",
            "0 will be updated",
            "0 stay out",
            "1 need you warn"
        ]
    );
    let applied = Import {
        state: State::Applied,
        ..import()
    };
    assert_eq!(counts(&applied)[0].1, "created");
}

#[test]
fn applying_names_what_goes_in_and_what_is_left() {
    let apply = Apply::of(&import());
    assert_eq!(
        (apply.button.as_str(), apply.rest.as_str()),
        ("Apply 2 rows", "and leave 1 for later")
    );
    assert_eq!(apply.rejects.unwrap().0, "The row that stays out, as CSV");
    let done = Import {
        state: State::Applied,
        counts: Counts::of([Verdict::Created, Verdict::Created]),
        done: 2,
        ..import()
    };
    let apply = Apply::of(&done);
    assert_eq!((apply.rows, apply.rejects), (0, None));
}

#[test]
fn the_columns_that_are_used_are_named() {
    let (named, more) = mapping(&import());
    let fields: Vec<&str> = named.iter().map(|(_, field)| field.as_str()).collect();
    assert_eq!(fields, ["Name", "Domain or website", "Country"]);
    assert_eq!(more.as_deref(), Some("1 not used"));
}
