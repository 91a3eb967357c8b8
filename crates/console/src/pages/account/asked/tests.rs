use super::*;

#[track_caller]
fn check(text: &str, expected: Option<&str>) {
    assert_eq!(
        instant(text).map(|at| at.to_string()).as_deref(),
        expected,
        "{text}"
    );
}

#[test]
fn a_day_is_its_first_instant_and_a_form_means_utc() {
    check("2026-06-01", Some("2026-06-01T00:00:00Z"));
    check("2026-06-01T14:30", Some("2026-06-01T14:30:00Z"));
    check("2026-06-01T14:30:07", Some("2026-06-01T14:30:07Z"));
    check("2026-06-01T14:30:07+02:00", Some("2026-06-01T12:30:07Z"));
    check("last week", None);
    check("", None);
}

#[test]
fn every_link_keeps_the_instant_that_is_looked_at() {
    let now = Links::new("/accounts/northfold");
    assert_eq!(now.person(ContactNo(3)), "/accounts/northfold/people/3");
    let kinds = [Kind::new("page.view").unwrap(), Kind::new("a b&c").unwrap()];
    assert_eq!(
        now.signals(None, &kinds),
        "/accounts/northfold/signals?person=anonymous&kind=page.view%2Ca%20b%26c"
    );
    let past = Links {
        as_of: Some("2026-06-01T00:00:00Z".to_owned()),
        ..now
    };
    assert_eq!(
        past.to("/history", &[]),
        "/accounts/northfold/history?as_of=2026-06-01T00%3A00%3A00Z"
    );
    assert_eq!(past.now("/history"), "/accounts/northfold/history");
}
