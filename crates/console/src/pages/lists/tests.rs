use super::*;

#[track_caller]
fn check(name: &str, expected: Option<&str>) {
    assert_eq!(slug_of(name).as_ref().map(Slug::as_str), expected, "{name:?}");
}

#[test]
fn a_list_is_addressed_by_what_people_call_it() {
    check("Q3 target accounts", Some("q3-target-accounts"));
    check("  O'Reilly & Sons ", Some("oreilly-sons"));
    check("Zürich 2026", Some("z-rich-2026"));
    check("日本", None);
    check("", None);
    check(&"x".repeat(80), Some(&"x".repeat(64)));
}
