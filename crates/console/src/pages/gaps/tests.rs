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
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<&str> = GapKind::ALL.map(kind_name).to_vec();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), GapKind::ALL.len());
}
