use super::super::row::tests::northfold;
use super::*;

fn overview() -> Overview {
    let mut overview = Overview {
        at: Some("2026-06-16T14:32:00Z".parse().unwrap()),
        accounts: 12,
        ..Overview::default()
    };
    overview.became.total = 7;
    overview.became.first = vec![(std::cmp::Reverse(None), northfold())];
    overview.matrix = [
        [9, 21, 30, 8],
        [0, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ];
    overview
}

#[test]
fn a_tile_says_why_and_leads_to_its_accounts() {
    let summary = Summary::of(&overview(), &BoardQuery::default());
    let became = &summary.tiles[0];
    assert_eq!(became.number, "7");
    assert_eq!(became.lines[0].detail, "27 May, 3 engaged");
    assert_eq!(became.href, "/board?mqa=in&sort=-mqa_since");
    assert_eq!(summary.tiles[1].href, "/board?mqa=out&momentum=surging");
    assert_eq!(summary.tiles[2].href, "/board?exits_within=14d&sort=mqa_ends_at");
    let html = summary.render().unwrap();
    assert!(html.contains("No MQA ends within 14 days."), "{html}");
    assert!(!html.contains("style="), "{html}");
}

#[test]
fn a_cell_is_shaded_by_its_share_of_the_largest() {
    let summary = Summary::of(&overview(), &BoardQuery::default());
    let shades: Vec<u8> = summary.matrix[0].cells.iter().map(|cell| cell.shade).collect();
    assert_eq!(shades, [2, 3, 4, 2]);
    assert_eq!(summary.matrix[1].cells[0].shade, 0);
    assert_eq!(summary.matrix[2].cells[0].label, "1 account, fit C, cold");
    assert_eq!(
        summary.matrix[0].cells[2].href.as_deref(),
        Some("/board?band=hot&fit=A")
    );
}

#[test]
fn accounts_without_a_grade_have_a_row_only_where_there_are_some() {
    assert_eq!(Summary::of(&overview(), &BoardQuery::default()).matrix.len(), 4);
    let mut with = overview();
    with.matrix[4][0] = 3;
    let matrix = Summary::of(&with, &BoardQuery::default()).matrix;
    assert_eq!((matrix.len(), matrix[4].cells[0].href.as_deref()), (5, None));
}

#[test]
fn what_a_list_counts_leads_to_that_list() {
    let (scope, _) = BoardQuery::parse("list=q3");
    let summary = Summary::of(&overview(), &scope);
    assert_eq!(summary.tiles[0].href, "/board?list=q3&mqa=in&sort=-mqa_since");
    assert_eq!(
        summary.matrix[0].cells[2].href.as_deref(),
        Some("/board?list=q3&band=hot&fit=A")
    );
}
