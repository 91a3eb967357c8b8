use super::*;

/// The fast path says what the domain's own parser says, or leaves the text to it.
#[track_caller]
fn check(text: &str) {
    let mut instants = Instants::default();
    for _ in 0..2 {
        if let Some(fast) = instants.usual(text.as_bytes()) {
            assert_eq!(Ok(fast), text.parse(), "{text}");
        }
        let read = instants.read(text.as_bytes()).ok();
        assert_eq!(read, text.parse().ok(), "{text}");
    }
}

#[test]
fn every_day_of_four_centuries_is_what_the_domain_says() {
    let first: Timestamp = "1899-12-31T00:00:00Z".parse().unwrap();
    for day in 0..146_097 {
        let instant = first.plus_millis(day * DAY_MS + 86_399_999);
        let text = instant.to_string();
        assert_eq!(
            Instants::default().usual(text.as_bytes()),
            Some(instant),
            "{text}"
        );
    }
}

#[test]
fn odd_forms_are_left_to_the_domain() {
    for text in [
        "2026-08-14T09:12:33Z",
        "2026-08-14T09:12:33.5Z",
        "2026-08-14T09:12:33.123Z",
        "2026-08-14T09:12:33.123456Z",
        "2026-08-14T09:12:33+02:00",
        "2026-08-14t09:12:33z",
        "2026-08-14 09:12:33Z",
        "2026-02-29T00:00:00Z",
        "2024-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-12-31T23:59:60Z",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2026-08-14",
        "",
        "yesterday",
    ] {
        check(text);
    }
}
