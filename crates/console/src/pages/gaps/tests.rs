use super::*;

#[test]
fn an_address_narrows_and_what_it_does_not_know_is_noted() {
    let asked = Asked::parse("owner=Jonas+Peeters&gap=cold_seat&list=q3&cursor=x&sort=heat");
    assert_eq!(
        asked.href(None),
        "/gaps?owner=Jonas%20Peeters&gap=cold_seat&list=q3"
    );
    assert_eq!(asked.notes.len(), 2, "{:?}", asked.notes);
    let query = asked.query();
    assert_eq!(query.kinds, [GapKind::ColdSeat]);
    assert_eq!(query.filter.owners.len(), 1);
    assert_eq!(Asked::parse("owner=&gap=").href(None), "/gaps");
    let grouped = Asked::parse("by=owner");
    assert_eq!(grouped.by, Some(By::Owner));
    assert_eq!(grouped.href(None), "/gaps?by=owner");
    assert_eq!(Asked::parse("by=heat").notes.len(), 1);
}

#[test]
fn owners_are_offered_with_the_one_asked_for_even_when_nobody_knows_it() {
    let known = BTreeMap::from([(Arc::from("Ada"), 3), (Arc::from("Ben"), 1)]);
    let offer = |name: &str, count, chosen| (name.to_owned(), count, chosen);
    assert_eq!(
        offered(Some("Ben"), &known),
        [offer("Ada", 3, false), offer("Ben", 1, true)]
    );
    assert_eq!(offered(Some("Zoe"), &known)[2], offer("Zoe", 0, true));
    assert_eq!(offered(None, &BTreeMap::new()), []);
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<&str> = GapKind::ALL.map(kind_name).to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), GapKind::ALL.len());
}
