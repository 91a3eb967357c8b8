use super::*;

#[track_caller]
fn check(text: &str, millis: i64, printed: &str) {
    let instant: Timestamp = text.parse().unwrap();
    assert_eq!(instant.as_millis(), millis);
    assert_eq!(instant.to_string(), printed);
}

#[test]
fn an_instant_is_read_to_the_millisecond_it_is_in() {
    check("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z");
    check(
        "2026-09-01T02:00:00+02:00",
        1_788_220_800_000,
        "2026-09-01T00:00:00Z",
    );
    check("1970-01-01T00:00:00.0019999Z", 1, "1970-01-01T00:00:00.001Z");
    // Before 1970 too: down, not towards zero.
    check("1969-12-31T23:59:59.9995Z", -1, "1969-12-31T23:59:59.999Z");
}

#[test]
fn what_is_no_instant_is_told() {
    for text in [
        "",
        "tomorrow",
        "2026-09-01",
        "2026-09-01T00:00:00",
        "2026-13-01T00:00:00Z",
        "NaN",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text:?}");
    }
}

#[test]
fn instants_keep_to_their_range() {
    assert_eq!(Timestamp::MAX.plus_millis(i64::MAX), Timestamp::MAX);
    assert_eq!(Timestamp::MIN.plus_millis(i64::MIN), Timestamp::MIN);
    assert_eq!(Timestamp::MAX.plus_days(Days(1e300)), Timestamp::MAX);
    assert!(Timestamp::MAX.to_string().starts_with("9999-12-30"));
    assert!(Timestamp::MIN.to_string().starts_with("0001-01-01"));
}

#[test]
fn a_half_life_is_from_a_minute_to_a_century() {
    for (days, accepted) in [
        (0.0, false),
        (-1.0, false),
        (f64::NAN, false),
        (f64::INFINITY, false),
        (1.0 / 1440.0, true),
        (14.0, true),
        (36_525.0, true),
        (36_526.0, false),
    ] {
        assert_eq!(HalfLife::new(Days(days)).is_some(), accepted, "{days}");
    }
}

#[test]
fn a_point_halves_every_half_life() {
    let half_life = HalfLife::new(Days(30.0)).unwrap();
    assert!((half_life.remaining(30 * DAY_MS) - 0.5).abs() < 1e-15);
    assert!((half_life.remaining(90 * DAY_MS) - 0.125).abs() < 1e-15);
    assert!((half_life.remaining(0) - 1.0).abs() < 1e-15);
}

#[test]
fn weeks_go_from_monday_to_sunday() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let week = at("2026-08-03T00:00:00Z").day().week();
    assert_eq!(at("2026-08-09T23:59:59.999Z").day().week(), week);
    assert_eq!(week.end(), at("2026-08-09T23:59:59.999Z"));
    assert_eq!(week.monday().start(), at("2026-08-03T00:00:00Z"));
    assert_eq!(at("2026-08-02T23:59:59.999Z").day().week(), Week(week.0 - 1));
    // Before 1970 too.
    assert_eq!(at("1969-12-29T00:00:00Z").day().week(), Week(0));
    assert_eq!(at("1969-12-28T23:00:00Z").day().week(), Week(-1));
}

#[test]
fn an_instant_that_may_be_missing_is_no_larger() {
    assert_eq!(size_of::<Option<Timestamp>>(), size_of::<i64>());
    for millis in [Timestamp::MIN.as_millis(), -1, 0, 1, Timestamp::MAX.as_millis()] {
        assert_eq!(Timestamp::from_millis(millis).as_millis(), millis);
    }
}
