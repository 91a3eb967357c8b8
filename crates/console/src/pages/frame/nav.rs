//! The main pages, in the order the navigation shows them. A page that is not there yet is not named.

/// A main page in the navigation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NavItem {
    pub(crate) href: &'static str,
    pub(crate) name: &'static str,
    /// Where there is little room.
    pub(crate) short: &'static str,
    /// What its picture is drawn of: the inside of a 16 by 16 SVG, ours, no data.
    pub(crate) icon: &'static str,
    /// After `G`, the key that goes there.
    pub(crate) key: &'static str,
    /// Whether we are there.
    pub(crate) current: bool,
}

/// Pages that are opened from a main page and belong to it: an account is a row of the board.
const PARTS: [(&str, &str); 1] = [("/accounts", "/board")];

/// Address, name, short name, key, picture.
const ITEMS: [(&str, &str, &str, &str, &str); 4] = [
    (
        "/board",
        "Heat board",
        "Heat",
        "b",
        r#"<path d="M8 1.8c.6 2.6 3.6 3.9 3.6 7.3A3.6 3.6 0 0 1 8 12.9a3.6 3.6 0 0 1-3.6-3.8c0-1.6.8-2.4 1.5-3.4.5 1 .9 1.3 1.3 1.4C7 5.3 7.2 3.5 8 1.8z"/><path d="M5 14.5h6"/>"#,
    ),
    (
        "/gaps",
        "Gaps",
        "Gaps",
        "a",
        r#"<circle cx="5" cy="5" r="2.2"/><circle cx="11.5" cy="11" r="2.2" stroke-dasharray="2 1.6"/><path d="M6.7 6.6l1.3 1.2"/>"#,
    ),
    (
        "/lists",
        "Lists",
        "Lists",
        "l",
        r#"<path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01"/>"#,
    ),
    (
        "/imports",
        "Imports",
        "Imports",
        "i",
        r#"<path d="M8 2v7M5 6.5L8 9.5l3-3M2.5 11v2.5h11V11"/>"#,
    ),
];

/// Returns the navigation of the page at a path.
pub(crate) fn items(path: &str) -> Vec<NavItem> {
    let under = |href: &str| {
        path.strip_prefix(href)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let below = |href: &str| under(href) || PARTS.iter().any(|(part, whole)| *whole == href && under(part));
    ITEMS
        .into_iter()
        .map(|(href, name, short, key, icon)| NavItem {
            href,
            name,
            short,
            icon,
            key,
            current: below(href),
        })
        .collect()
}
