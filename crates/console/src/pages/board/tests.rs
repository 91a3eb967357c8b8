use std::sync::Arc;

use actix_web::test::TestRequest;
use quorate_engine::list::{Cursor, SortKey, SortValue};
use quorate_engine::view::AccountRow;

use super::row::tests::northfold;
use super::*;
use crate::access::Visitor;

fn page(rows: Vec<AccountRow>, more: bool) -> view::Page {
    let as_of = "2026-06-16T14:32:00Z".parse().unwrap();
    let next = rows.last().filter(|_| more).map(|row| Cursor {
        as_of,
        sort: SortKey::Heat,
        descending: true,
        value: SortValue::Number(Some(row.heat)),
        after: row.id.clone(),
    });
    view::Page {
        total: if more { 1_248 } else { rows.len() },
        next,
        rows,
        as_of,
    }
}

fn board(address: &str, page: &view::Page, known: usize) -> Board {
    let (query, unread) = BoardQuery::parse(address);
    let request = TestRequest::with_uri(&format!("/board?{address}")).to_http_request();
    let frame = Frame::new("Heat board", &request, &Visitor::anybody(), page.as_of);
    let overview = Arc::new(Overview {
        accounts: known,
        at: Some(page.as_of),
        ..Overview::default()
    });
    let seen = Seen {
        all: Arc::clone(&overview),
        scoped: overview,
    };
    // Without its fit condition the view has 23 accounts, without any other none.
    let total = |query: &BoardQuery| {
        if query.grades == query::Chosen::default() {
            23
        } else {
            0
        }
    };
    let mut board = Board::of(frame, &query, &unread, page, &seen, total).unwrap();
    board.tabs = tabs::tabs(&query, &[], &Totals::default());
    board
}

#[test]
fn a_page_shows_its_rows_and_the_way_on() {
    let board = board("tier=1", &page(vec![northfold()], true), 1_248);
    assert_eq!(board.footer.shown, "1 of 1,248 accounts");
    let more = board.footer.more.clone().unwrap();
    assert!(more.starts_with("/board?tier=1&cursor="), "{more}");
    assert_eq!(board.footer.first, None);
    assert_eq!(board.empty, None);
    let html = board.render().unwrap();
    assert!(html.contains("aria-sort=\"descending\"") && html.contains("Show 100 more"));
    assert!(html.contains("Take this filter away"));
}

#[test]
fn a_page_works_under_a_strict_policy() {
    let html = board("q=x", &page(vec![northfold()], true), 5).render().unwrap();
    assert!(
        !html.contains("style=") && !html.contains("<style"),
        "a style stands inside the page"
    );
    assert!(!html.contains(" onclick=") && !html.contains("javascript:") && !html.contains("hx-on"));
    for script in html.split("<script").skip(1) {
        assert!(
            script.contains("src=\"/console/assets/"),
            "a script stands inside the page"
        );
    }
    for scheme in ["http://", "https://", "src=\"//", "href=\"//"] {
        assert!(!html.contains(scheme), "the page asks another host: {scheme}");
    }
}

#[test]
fn a_click_on_the_sorted_column_turns_it_round() {
    let (query, _) = BoardQuery::parse("tier=1");
    let all = columns::heads(&query);
    let href = |name: &str| {
        all.iter()
            .find(|column| column.name == name)
            .unwrap()
            .href
            .clone()
            .unwrap()
    };
    assert_eq!(href("Heat"), "/board?tier=1&sort=heat");
    assert_eq!(href("Account"), "/board?tier=1&sort=name");
    assert_eq!(href("Status"), "/board?tier=1&sort=mqa_ends_at");
    let (turned, _) = BoardQuery::parse("sort=heat");
    assert_eq!(columns::heads(&turned)[1].href.as_deref(), Some("/board"));
    assert_eq!(columns::heads(&turned)[1].sorted, Some("ascending"));
}

#[test]
fn an_empty_view_names_the_filter_that_hurts_most() {
    let none = page(Vec::new(), false);
    assert_eq!(board("", &none, 0).empty, Some(Empty::FirstRun));
    let hurt = board("fit=A,B&tier=1", &none, 9);
    let without = (
        "Fit A or B".to_owned(),
        "23".to_owned(),
        "/board?tier=1".to_owned(),
    );
    assert_eq!(
        hurt.empty,
        Some(Empty::NoMatch {
            without: Some(without)
        })
    );
    let html = hurt.render().unwrap();
    assert!(
        html.contains("Without <b>Fit A or B</b> there would be 23."),
        "{html}"
    );
    assert!(board("", &none, 0).render().unwrap().contains("No accounts yet"));
}

#[test]
fn what_was_not_understood_is_named_as_text() {
    let html = board(
        "gap=%3Cb%3Ex%3C/b%3E&band=hot",
        &page(vec![northfold()], false),
        1,
    )
    .render()
    .unwrap();
    assert!(html.contains("gap=&#60;b&#62;x&#60;/b&#62;"), "{html}");
}

#[test]
fn tabs_keep_the_filters_and_one_is_current() {
    let (query, _) = BoardQuery::parse("tier=1&mqa=in&sort=name");
    let all = tabs::tabs(&query, &[], &Totals::default());
    let hrefs: Vec<&str> = all.iter().map(|tab| tab.href.as_str()).collect();
    assert_eq!(
        hrefs,
        [
            "/board?tier=1&sort=name",
            "/board?mqa=in&tier=1&sort=name",
            "/board?mqa=out&momentum=surging&tier=1&sort=name",
            "/board?exits_within=14d&tier=1&sort=name",
            "/board?seat=economic_buyer:missing&tier=1&sort=name",
        ]
    );
    assert_eq!(
        all.iter().map(|tab| tab.current).collect::<Vec<_>>(),
        [false, true, false, false, false]
    );
}

#[test]
fn the_form_keeps_what_it_does_not_ask() {
    let (query, _) = BoardQuery::parse("q=x&band=hot&tier=7&mqa=in&sort=name");
    let mut overview = Overview::default();
    overview.choices.owners.insert(Arc::from("Ada"), 3);
    let filters = Filters::of(&query, &overview);
    let kept: Vec<&str> = filters.kept.iter().map(|(key, _)| *key).collect();
    assert_eq!(kept, ["q", "mqa", "sort"]);
    let selects: Vec<&str> = filters.selects.iter().map(|select| select.key).collect();
    assert_eq!(selects, ["owner", "tier"]);
    assert_eq!(filters.selects[0].options[0].text, "Ada (3)");
    assert!(
        filters.selects[1].options[0].chosen,
        "a tier no account has can still be seen and taken away"
    );
}

#[test]
fn the_form_keeps_what_is_left_out() {
    let (query, _) = BoardQuery::parse("tier=1,-2&cols=fit,tier");
    let filters = Filters::of(&query, &Overview::default());
    let tier = |value: &str| ("tier", value.to_owned());
    assert!(filters.kept.contains(&tier("-2")) && !filters.kept.contains(&tier("1")));
    let chosen: Vec<String> = Columns::of(&query)
        .options
        .into_iter()
        .filter(|option| option.chosen)
        .map(|option| option.value)
        .collect();
    assert_eq!(chosen, ["fit", "tier"]);
}

#[test]
fn a_view_shows_the_columns_it_names_in_the_tables_order() {
    let board = board("cols=tier,fit", &page(vec![northfold()], false), 1);
    let cells: Vec<&str> = board.rows[0].cells.iter().map(|cell| cell.name).collect();
    assert_eq!(cells, ["acct", "heat", "fit", "tier"]);
    let heads: Vec<&str> = board.heads.iter().map(|head| head.cell).collect();
    assert_eq!(heads, cells);
    assert!(board.resort.ends_with("?cols=fit,tier"), "{}", board.resort);
}

#[test]
fn a_board_of_the_past_stays_there_whatever_is_pressed() {
    let html = board("as_of=2026-06-01&band=hot", &page(vec![northfold()], true), 1)
        .render()
        .unwrap();
    let away = [
        "/words",
        "/lists",
        "/shortcuts",
        "/gaps",
        "/imports",
        "/console",
        "/board\"",
    ];
    let links = html
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    let inside =
        |link: &&str| link.starts_with('/') && !away.iter().any(|away| format!("{link}\"").starts_with(away));
    for link in links.filter(inside) {
        // The first of the menu leads back to now.
        assert!(link.contains("as_of=") || link == "/board?band=hot", "{link}");
    }
    assert!(html.contains("As of 1 Jun 2026"), "{html}");
}

/// A hundred rows that differ, as they go over the wire.
#[test]
fn a_page_of_a_hundred_rows_is_light() {
    let rows = (0..100_u8).map(|number| AccountRow {
        id: quorate_domain::id::AccountId::new(format!("account-{}", u32::from(number) * 7_919)).unwrap(),
        name: Arc::from(format!("Company {} {number}", u32::from(number) * 104_729)),
        heat: f64::from(number),
        momentum: Some(f64::from(number) / 33.0),
        quorum: Some(f64::from(number)),
        tape: std::array::from_fn(|week| {
            u8::try_from((usize::from(number) * 31 + week * week * 7) % 100).ok()
        }),
        ..northfold()
    });
    let cols: Vec<&str> = columns::Col::ALL.into_iter().map(|(_, name, ..)| name).collect();
    let html = board(
        &format!("cols={}", cols.join(",")),
        &page(rows.collect(), true),
        1_248,
    )
    .render()
    .unwrap();
    let packed = crate::assets::packed(html.as_bytes());
    assert!(packed <= 120 * 1024, "{packed} bytes, {} unpacked", html.len());
}

#[test]
fn the_head_offers_the_lists_and_keeps_the_filters() {
    let (query, _) = BoardQuery::parse("list=q3&band=hot");
    let count = |accounts| overview::ListCount {
        accounts,
        ..overview::ListCount::default()
    };
    let all = Overview {
        accounts: 248,
        lists: [(Arc::from("q3"), count(104)), (Arc::from("Old list"), count(3))].into(),
        ..Overview::default()
    };
    let scoped = Overview {
        accounts: 104,
        ..Overview::default()
    };
    let names = [("q3", "Q3 targets"), ("q4", "Q4 targets")];
    let names = names
        .map(|(slug, name)| (slug.to_owned(), name.to_owned()))
        .into();
    let menu = ListMenu::of(&query, &names, &all, &scoped);
    assert_eq!(
        (menu.chosen.as_str(), menu.number.as_str()),
        ("Q3 targets", "104")
    );
    let told: Vec<_> = menu
        .options
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.number.as_str(),
                one.href.as_str(),
                one.current,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("All accounts", "248", "/board?band=hot", false),
            ("Old list", "3", "/board?list=Old%20list&band=hot", false),
            ("Q3 targets", "104", "/board?list=q3&band=hot", true),
            ("Q4 targets", "0", "/board?list=q4&band=hot", false),
        ]
    );
    // The head says which list it is; a chip would say it twice.
    let chips: Vec<_> = filters::chips(&query).into_iter().map(|chip| chip.name).collect();
    assert_eq!(chips, ["Heat"]);
    let (several, _) = BoardQuery::parse("list=q3,-q4");
    assert_eq!(filters::chips(&several).len(), 1);
    assert_eq!(
        ListMenu::of(&several, &names, &all, &scoped).chosen,
        "Several lists"
    );
}
