use super::*;

fn now() -> Timestamp {
    "2026-06-16T14:32:00Z".parse().unwrap()
}

fn query(address: &str) -> BoardQuery {
    BoardQuery::parse(address).0
}

#[test]
fn the_menu_keeps_the_view_and_knows_where_it_stands() {
    let menu = InstantMenu::of(&query("band=hot&as_of=2026-06-09"), now());
    let options: Vec<(&str, &str, &str, bool)> = menu
        .options
        .iter()
        .map(|option| (option.name, &*option.date, &*option.href, option.current))
        .collect();
    assert_eq!(
        options,
        [
            ("Now", "", "/board?band=hot", false),
            ("A week ago", "9 Jun", "/board?band=hot&as_of=2026-06-09", true),
            ("30 days ago", "17 May", "/board?band=hot&as_of=2026-05-17", false),
            ("90 days ago", "18 Mar", "/board?band=hot&as_of=2026-03-18", false),
            (
                "180 days ago",
                "18 Dec 2025",
                "/board?band=hot&as_of=2025-12-18",
                false
            ),
        ]
    );
    assert_eq!(menu.chosen, "9 Jun 2026");
    assert_eq!(menu.kept, [("band", "hot".to_owned())]);
    assert_eq!((&*menu.day, &*menu.latest), ("2026-06-09", "2026-06-16"));
}

#[test]
fn what_there_is_too_much_of_is_said_with_its_numbers() {
    let error = PastListError::TooMany {
        accounts: 300_000,
        max: 250_000,
    };
    let text = refused(error).to_string();
    assert!(
        text.contains("300,000") && text.contains("at most 250,000"),
        "{text}"
    );
}
