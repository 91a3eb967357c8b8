use std::sync::Arc;

use quorate_domain::value::Source;
use quorate_engine::imports::Counts;
use quorate_engine::lists::Slug;
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::{Field, Mapping, Use};
use quorate_intake::plan::Verdict;

use super::*;

/// An import of three columns under review: two rows to create, one question.
pub(crate) fn import() -> Import {
    let column = |name: &str, field: Field| {
        let column = Use::Field {
            field,
            times: 1,
            told: false,
        };
        (name.to_owned(), column)
    };
    Import {
        id: Arc::from("1781620320000-0000abcd"),
        file: Some(Arc::from("targets.csv")),
        state: State::Review,
        created_at: "2026-06-16T12:32:00Z".parse().unwrap(),
        applied_at: None,
        by: Arc::from("open"),
        source: Source(Arc::from("list")),
        list: Some(Slug::new("q3").unwrap()),
        mapping: Mapping {
            columns: vec![
                column("Account Name", Field::Name),
                column("Website", Field::Domains),
                column("Billing Country", Field::Country),
                ("Notes".to_owned(), Use::Unknown),
            ],
        },
        bad_cells: BadCells::Fail,
        counts: Counts::of([Verdict::Created, Verdict::Created, Verdict::NeedsAnswer]),
        done: 0,
        to_do: 2,
        blank_rows: 1,
        encoding: Arc::from("windows-1252"),
        delimiter: ';',
    }
}

fn now() -> Timestamp {
    "2026-06-16T14:32:00Z".parse().unwrap()
}

#[test]
fn the_head_says_what_file_it_is_and_how_far_one_is() {
    let head = Head::of(&import(), "Q3 targets", Step::Review, now());
    assert_eq!(
        (head.title, head.file.as_str()),
        ("Review the import", "targets.csv")
    );
    assert_eq!(
        head.facts,
        [
            "3 rows",
            "sent 2 h ago",
            "1 empty row left out",
            "read as windows-1252"
        ]
    );
    assert_eq!(head.list, Some(("Q3 targets".to_owned(), "/lists/q3".to_owned())));
    let states: Vec<_> = head.steps.iter().map(|step| step.state).collect();
    assert_eq!(states, ["imdone", "imdone", "imhere", "imlater"]);
    let open: Vec<_> = head.steps.iter().map(|step| step.href.as_deref()).collect();
    assert_eq!(
        open,
        [None, Some("/imports/1781620320000-0000abcd/columns"), None, None]
    );
}

#[test]
fn a_step_leads_only_where_there_is_something_to_see() {
    let open = |state, at| -> Vec<&'static str> {
        let import = Import { state, ..import() };
        let open = steps(Some(&import), at).into_iter();
        open.filter(|step| step.href.is_some())
            .map(|step| step.name)
            .collect()
    };
    assert_eq!(open(State::Review, Step::Columns), ["Review"]);
    assert_eq!(open(State::Applying, Step::Result), Vec::<&str>::new());
    assert_eq!(open(State::Applied, Step::Review), ["Columns", "Result"]);
    assert!(steps(None, Step::File).iter().all(|step| step.href.is_none()));
}
