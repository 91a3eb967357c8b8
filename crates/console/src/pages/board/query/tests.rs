use super::*;

fn parsed(text: &str) -> BoardQuery {
    let (query, unread) = BoardQuery::parse(text);
    assert!(unread.is_empty(), "{text}: not understood: {unread:?}");
    query
}

#[test]
fn an_address_says_what_it_was_read_from() {
    for text in [
        "",
        "band=hot,burning&fit=A",
        "q=north%20%26%20co",
        "stage=engaged&mqa=out&momentum=surging&exits_within=14d",
        "owner=Ada%20Marsh&tier=1&industry=Freight&country=NO",
        "industry=Oil%2C%20gas,Freight",
        "sort=name&density=compact",
        "band=hot,-burning&tier=-1,-2",
        "owner=%2DX,-Y%2CZ",
        "sort=-name&cols=fit,tier",
        "list=q3-targets&seat=economic_buyer:missing,-champion:engaged",
    ] {
        let href = parsed(text).href();
        let expected = if text.is_empty() {
            "/board".to_owned()
        } else {
            format!("/board?{text}")
        };
        assert_eq!(href, expected);
    }
}

#[test]
fn defaults_and_empty_fields_are_left_out() {
    assert_eq!(parsed("sort=-heat&q=&band=&tier=").href(), "/board");
    // A form sends a comma inside a value escaped; between values it says "or".
    assert_eq!(
        parsed("industry=Oil%2C+gas").industries.any,
        [Arc::from("Oil, gas")]
    );
    assert_eq!(parsed("band=hot%2Cwarm").bands.any, [Band::Hot, Band::Warm]);
    assert_eq!(parsed("q=100%25%zz").text, Some(Arc::from("100%%zz")));
    assert_eq!(
        parsed("band=hot&band=burning&band=hot").href(),
        "/board?band=hot,burning"
    );
}

#[test]
fn what_is_not_understood_is_named_and_the_rest_stands() {
    let (query, unread) =
        BoardQuery::parse("band=hot,boiling&seat=x&owner=me&exits_within=0d&cursor=zz&sort=luck");
    assert_eq!(query.href(), "/board?band=hot");
    assert_eq!(
        unread,
        [
            "band=boiling",
            "seat=x",
            "owner=me",
            "exits_within=0d",
            "cursor=zz",
            "sort=luck"
        ]
    );
    let (_, unread) = BoardQuery::parse(&format!("{}=1", "x".repeat(500)));
    assert_eq!(unread.first().map(|text| text.chars().count()), Some(63));
}

#[test]
fn a_condition_can_be_taken_away_and_the_page_starts_over() {
    let mut query = parsed("tier=1,2&band=hot");
    query.cursor = Some(Cursor {
        as_of: quorate_domain::time::Timestamp::from_millis(5),
        sort: SortKey::Heat,
        descending: true,
        value: quorate_engine::list::SortValue::Number(Some(4.0)),
        after: quorate_domain::id::AccountId::trusted("a"),
    });
    assert_eq!(query.without("tier").href(), "/board?band=hot");
    let names: Vec<(&str, String)> = query
        .conditions()
        .into_iter()
        .map(|one| (one.name, one.value))
        .collect();
    assert_eq!(names, [("Heat", "hot".to_owned()), ("Tier", "1 or 2".to_owned())]);
    // A cursor counts only for the order it came from.
    assert!(query.list().cursor.is_some());
    query.sort = Some(Sort {
        key: SortKey::Name,
        descending: false,
    });
    assert!(query.list().cursor.is_none());
}

#[test]
fn a_leading_minus_says_not() {
    let query = parsed("tier=-1,2&fit=-D&owner=%2DX");
    assert_eq!(query.tiers.any, [Arc::from("2")]);
    assert_eq!(query.tiers.not, [Arc::from("1")]);
    assert_eq!(
        query.owners.any,
        [Arc::from("-X")],
        "an escaped minus is part of the name"
    );
    let filter = query.filter();
    assert_eq!(filter.except.grades, [Grade::D]);
    assert_eq!(filter.except.tiers, [Arc::from("1")]);
    let values: Vec<String> = query.conditions().into_iter().map(|one| one.value).collect();
    assert_eq!(values, ["not D", "-X", "2, not 1"]);
}

#[test]
fn columns_are_those_named_and_the_usual_ones_are_left_out() {
    assert_eq!(parsed("cols=owner,fit&cols=fit").href(), "/board?cols=fit,owner");
    let usual: Vec<&str> = Col::usual().into_iter().map(Col::as_str).collect();
    assert_eq!(parsed(&format!("cols={}", usual.join(","))).href(), "/board");
    let (query, unread) = BoardQuery::parse("cols=fit,luck,-owner");
    assert_eq!(query.href(), "/board?cols=fit");
    assert_eq!(unread, ["cols=luck", "cols=-owner"]);
}

#[test]
fn what_the_stream_is_told_of_a_view_is_its_conditions() {
    assert_eq!(
        parsed("tier=1,-2&sort=name&cols=fit&density=compact").view(),
        "tier=1,-2"
    );
    assert_eq!(parsed("sort=name").view(), "");
}
