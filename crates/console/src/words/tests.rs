use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn whole_numbers_are_rounded_down() {
    for (value, expected) in [
        (49.99, "49"),
        (0.0, "0"),
        (100.0, "100"),
        (1850.2, "1,850"),
        (-0.5, "−1"),
        (1_234_567.0, "1,234,567"),
    ] {
        assert_eq!(whole(value), expected, "{value}");
    }
}

#[test]
fn a_momentum_never_reads_as_a_line_it_has_not_reached() {
    for (value, expected) in [
        (1.499, "1.4×"),
        (2.1, "2.1×"),
        (0.499, "0.49×"),
        (0.0, "0.00×"),
        (0.999, "0.99×"),
    ] {
        assert_eq!(momentum(value), expected, "{value}");
    }
}

#[test]
fn points_have_a_real_minus_and_no_minus_zero() {
    for (value, expected) in [(-3.12, "−3.1"), (-0.01, "0.0"), (12.0, "12.0")] {
        assert_eq!(points(value), expected, "{value}");
    }
}

#[test]
fn heat_steps_stay_on_the_ramp() {
    for (heat, expected) in [
        (0.0, 0),
        (9.999, 0),
        (10.0, 1),
        (84.0, 8),
        (100.0, 9),
        (f64::NAN, 0),
    ] {
        assert_eq!(heat_step(heat), expected, "{heat}");
    }
}

#[test]
fn instants_read_relative_within_a_day_and_as_dates_beyond() {
    let now = at("2026-06-16T14:32:07Z");
    for (then, expected) in [
        ("2026-06-16T14:31:30Z", "just now"),
        ("2026-06-16T14:20:00Z", "12 min ago"),
        ("2026-06-16T09:00:00Z", "5 h ago"),
        ("2026-06-15T14:32:07Z", "15 Jun"),
        ("2025-12-31T23:59:59Z", "31 Dec 2025"),
    ] {
        assert_eq!(ago(at(then), now), expected, "{then}");
    }
    assert_eq!(ahead(at("2026-06-19T15:00:00Z"), now), "3 d");
    assert_eq!(ahead(at("2026-06-16T19:40:00Z"), now), "5 h");
    assert_eq!(ahead(at("2026-06-16T14:00:00Z"), now), "0 min");
    assert_eq!(ahead_in_full(at("2026-08-01T15:00:00Z"), now), "46 days");
    assert_eq!(ahead_in_full(at("2026-06-16T15:40:00Z"), now), "1 hour");
    assert_eq!(clock(now), "14:32 UTC");
    assert_eq!(instant(now), "16 Jun 2026, 14:32:07 UTC");
}

#[test]
fn initials_come_from_the_first_and_the_last_word() {
    for (name, expected) in [
        ("Northfold Logistics", "NL"),
        ("Marrow & Pike", "MP"),
        ("Juniper Logistics 126", "JL"),
        ("Acme", "AC"),
        ("élan vital", "ÉV"),
        ("3M", "3M"),
        ("…", ""),
    ] {
        assert_eq!(initials(name), expected, "{name}");
    }
}
