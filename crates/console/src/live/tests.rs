use super::*;

use std::cell::Cell;

use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountRow;

use crate::pages::board::row_tests::northfold;

fn now() -> Timestamp {
    "2026-06-16T14:32:00Z".parse().unwrap()
}

fn watching(row: &AccountRow) -> Rows {
    let version = RowView::of(row, now()).render().unwrap().version;
    let watched = Watched { version, last: None };
    Rows {
        watched: [(row.id.clone(), watched)].into(),
        changed: BTreeSet::new(),
    }
}

#[test]
fn a_row_that_shows_the_same_is_not_sent() {
    let row = northfold();
    let mut rows = watching(&row);
    rows.note(&row.id);
    assert!(rows.take(true, |_| Some(RowView::of(&row, now()))).is_empty());
}

#[test]
fn many_changes_of_an_account_are_sent_once_and_as_they_ended() {
    let row = northfold();
    let mut rows = watching(&row);
    for _ in 0..100 {
        rows.note(&row.id);
    }
    let looked = Cell::new(0);
    let see = |_: &AccountId| {
        looked.set(looked.get() + 1);
        Some(RowView::of(
            &AccountRow {
                heat: 91.0,
                ..row.clone()
            },
            now(),
        ))
    };
    let sent = rows.take(false, see);
    assert_eq!((sent.len(), looked.get()), (1, 1));
    let message = &sent[0];
    assert!(
        message.flash && message.cells["heat"].contains(">91<"),
        "{message:?}"
    );
    assert!(rows.take(false, see).is_empty());
    assert_eq!(
        looked.get(),
        1,
        "a row of which nothing was recorded is not looked at"
    );
    assert!(rows.take(true, see).is_empty());
}

#[test]
fn what_time_changes_is_sent_without_a_flash() {
    let row = northfold();
    let mut rows = watching(&row);
    let cooler = AccountRow {
        heat: 79.9,
        ..row.clone()
    };
    let sent = rows.take(true, |_| Some(RowView::of(&cooler, now())));
    assert_eq!(
        sent.iter().map(|message| message.flash).collect::<Vec<_>>(),
        [false]
    );
}

#[test]
fn accounts_nobody_looks_at_are_not_gathered() {
    let mut rows = watching(&northfold());
    rows.note(&AccountId::new("another").unwrap());
    assert!(rows.changed.is_empty());
}

#[test]
fn a_stream_watches_a_bounded_number_of_rows() {
    let asked: Vec<String> = (0..ROWS_MAX + 50)
        .map(|number| format!("{number:08x}.0"))
        .collect();
    assert_eq!(Rows::asked(&asked.join(",")).len(), ROWS_MAX);
    assert!(Rows::asked("nonsense,,x").is_empty());
}

#[test]
fn an_event_is_one_line_of_json() {
    let mut text = String::new();
    put(&mut text, "summary", &"<p>\nx</p>");
    assert_eq!(text, "event: summary\ndata: \"<p>\\nx</p>\"\n\n");
}
