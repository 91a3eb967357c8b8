use super::*;

use std::cell::Cell;

use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountRow;

use crate::pages::board::row_tests::northfold;

fn now() -> Timestamp {
    "2026-06-16T14:32:00Z".parse().unwrap()
}

fn seen(row: &AccountRow) -> Seen {
    Seen {
        view: RowView::of(row, now()),
        out: Vec::new(),
    }
}

fn watching(row: &AccountRow) -> Rows {
    let version = RowView::of(row, now()).render().unwrap().version;
    Rows {
        watched: [(row.id.clone(), Watched::of(&version))].into(),
        changed: BTreeSet::new(),
    }
}

#[test]
fn a_row_that_shows_the_same_is_not_sent() {
    let row = northfold();
    let mut rows = watching(&row);
    rows.note(&row.id);
    assert!(rows.take(true, |_| Some(seen(&row))).is_empty());
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
        Some(seen(&AccountRow {
            heat: 91.0,
            ..row.clone()
        }))
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
    let sent = rows.take(true, |_| Some(seen(&cooler)));
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

#[test]
fn after_the_first_time_only_cells_that_changed_are_sent() {
    let row = northfold();
    let mut rows = watching(&row);
    let heat = |heat: f64| AccountRow { heat, ..row.clone() };
    let first = rows.take(true, |_| Some(seen(&heat(91.0))));
    assert!(
        first[0].cells.len() > 5,
        "a page that was away lacks more than one cell"
    );
    let second = rows.take(true, |_| Some(seen(&heat(92.0))));
    assert_eq!(second[0].cells.keys().collect::<Vec<_>>(), [&"heat"]);
}

#[test]
fn a_row_that_left_a_view_is_told_so_and_told_when_it_is_back() {
    let row = northfold();
    let mut rows = watching(&row);
    let out = |views: &[&str]| {
        Some(Seen {
            out: views.iter().map(|view| Arc::from(*view)).collect(),
            ..seen(&row)
        })
    };
    let told = |messages: Vec<RowMessage>| messages.into_iter().next().map(|message| message.out);
    assert_eq!(
        told(rows.take(true, |_| out(&["band=hot"]))),
        Some(vec![Arc::from("band=hot")])
    );
    assert_eq!(told(rows.take(true, |_| out(&["band=hot"]))), None);
    assert_eq!(told(rows.take(true, |_| out(&[]))), Some(Vec::new()));
}

#[test]
fn views_are_what_the_pages_of_a_browser_show() {
    let views = views("rows=a.1&view=band%3Dhot&view=&view=tier%3D1%2C2&summary=");
    let names: Vec<&str> = views.iter().map(|(view, _)| &**view).collect();
    assert_eq!(names, ["band=hot", "tier=1,2"]);
    assert_eq!(views[1].1.tiers, [Arc::from("1"), Arc::from("2")]);
}

#[test]
fn a_page_names_the_lists_its_summary_is_about() {
    let scopes = scopes("rows=&summary=&summary=list%3Dq3&summary=list%3Dq3%26band%3Dhot");
    let told: Vec<String> = scopes.iter().map(|scope| scope.query.view()).collect();
    assert_eq!(told, ["", "list=q3"]);
}
