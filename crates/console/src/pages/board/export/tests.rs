use std::sync::Arc;

use super::super::row::tests::northfold;
use super::*;

#[test]
fn a_cell_that_begins_like_a_formula_is_text() {
    for (text, cell) in [
        ("Northfold", "Northfold"),
        ("Marrow, Pike", "\"Marrow, Pike\""),
        ("say \"hi\"", "\"say \"\"hi\"\"\""),
        ("=1+1", "\"'=1+1\""),
        ("-3 Ltd", "\"'-3 Ltd\""),
        ("@home", "\"'@home\""),
        ("\tx", "\"'\tx\""),
    ] {
        assert_eq!(plain(text), cell, "{text:?}");
    }
}

#[test]
fn every_row_has_a_cell_for_every_head() {
    let mut row = northfold();
    row.name = Arc::from("=cmd()");
    let page = Page {
        rows: vec![row],
        next: None,
        total: 1,
        as_of: Timestamp::from_millis(0),
    };
    let text = lines(&page, true);
    let mut found = text.lines();
    assert_eq!(
        found.next().map(|heads| heads.split(',').count()),
        Some(HEADS.len())
    );
    let line = found.next().unwrap();
    assert_eq!(line.split(',').count(), HEADS.len(), "{line}");
    assert!(line.contains("\"'=cmd()\""), "{line}");
    assert_eq!(lines(&page, false).lines().count(), 1);
}
