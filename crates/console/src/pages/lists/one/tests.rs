use super::*;
use crate::pages::board::row_tests::northfold;

fn on(lists: &[&str]) -> AccountRow {
    AccountRow {
        lists: lists.iter().map(|list| Arc::from(*list)).collect(),
        ..northfold()
    }
}

#[test]
fn the_list_with_most_in_common_stands_first_with_what_is_only_here() {
    let mut counted = Counted::default();
    for lists in [
        &["q3"][..],
        &["q3", "emea"],
        &["q3", "emea", "Old list"],
        &["q3", "emea"],
    ] {
        counted.add(&on(lists), "q3");
    }
    assert_eq!(counted.accounts, 4);
    let names = BTreeMap::from([("emea".to_owned(), "EMEA".to_owned())]);
    let overlaps = counted.overlaps("q3", &names);
    let told: Vec<_> = overlaps
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.both.as_str(),
                one.share,
                one.only.0.as_str(),
            )
        })
        .collect();
    assert_eq!(told, [("EMEA", "3", 75, "1"), ("Old list", "1", 25, "3")]);
    assert_eq!(overlaps[0].href, "/lists/emea");
    assert_eq!(overlaps[0].only.1, "/board?list=q3,-emea");
    // A name that is no slug has no page of its own.
    assert_eq!(overlaps[1].href, "/board?list=Old%20list");
}

#[test]
fn what_was_done_is_told() {
    assert_eq!(told("1").as_deref(), Some("1 account put on the list."));
    assert_eq!(told("-3").as_deref(), Some("3 accounts taken off the list."));
    assert_eq!(told("x"), None);
}
