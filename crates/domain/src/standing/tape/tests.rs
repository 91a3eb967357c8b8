use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Heat 80 on 3 August 2026, a Monday, and one degree less each day.
fn fading(t: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a few days")]
    let days = t.millis_since(at("2026-08-03T00:00:00Z")) as f64 / 86_400_000.0;
    80.0 - days
}

fn begun() -> Tape {
    let mut tape = Tape::blank();
    tape.note(at("2026-08-03T00:00:00Z"), fading);
    tape.set_known(true);
    tape
}

#[track_caller]
fn check(tape: &Tape, read_at: &str, expected: &[u8]) {
    let weeks = tape.weeks(at(read_at), fading);
    let known: Vec<u8> = weeks.iter().copied().flatten().collect();
    assert_eq!(known, expected, "read at {read_at}");
    let unknown = TAPE_WEEKS - expected.len();
    assert!(weeks.iter().take(unknown).all(Option::is_none), "{weeks:?}");
}

#[test]
fn a_blank_tape_shows_nothing() {
    check(&Tape::blank(), "2026-08-03T00:00:00Z", &[]);
    assert_eq!(
        Tape::blank().week_change(at("2026-08-03T00:00:00Z"), fading),
        None
    );
}

#[test]
fn the_week_under_way_shows_heat_as_it_is() {
    check(&begun(), "2026-08-03T00:00:00Z", &[80]);
    // Sunday, 6.5 days later: 73.5.
    check(&begun(), "2026-08-09T12:00:00Z", &[73]);
}

#[test]
fn a_week_ends_with_its_sunday() {
    // The last millisecond of 9 August is 6.99.. days later: 73.0..; noon of 10 August 72.5.
    check(&begun(), "2026-08-10T12:00:00Z", &[73, 72]);
    check(&begun(), "2026-08-24T00:00:00Z", &[73, 66, 59, 59]);
}

#[test]
fn what_is_noted_stays_and_what_is_older_than_the_tape_goes() {
    let mut tape = begun();
    tape.note(at("2026-08-24T00:00:00Z"), fading);
    let weeks = tape.weeks(at("2026-08-25T00:00:00Z"), |_| 5.0);
    assert_eq!(
        weeks.get(22..),
        Some(&[Some(73), Some(66), Some(59), Some(5)][..])
    );
    let weeks = tape.weeks(at("2027-01-25T00:00:00Z"), |_| 5.0);
    // The week of 3 August is 25 weeks before that of 25 January.
    assert_eq!(weeks.first(), Some(&Some(73)));
    let weeks = tape.weeks(at("2027-02-01T00:00:00Z"), |_| 5.0);
    assert_eq!(weeks.first(), Some(&Some(66)));
    let weeks = tape.weeks(at("2030-02-01T00:00:00Z"), |_| 5.0);
    assert!(weeks.iter().all(|cell| *cell == Some(5)), "{weeks:?}");
}

#[test]
fn a_tape_can_be_read_at_an_instant_before_its_newest_week() {
    let mut tape = begun();
    tape.note(at("2026-08-24T00:00:00Z"), fading);
    check(&tape, "2026-08-16T12:00:00Z", &[73, 66]);
}

#[test]
fn the_change_of_a_week_counts_from_the_start_of_the_day_a_week_ago() {
    let mut tape = begun();
    tape.note(at("2026-08-24T18:00:00Z"), fading);
    // At the start of 18 August heat was 65.0.., now it is 90.
    assert_eq!(tape.week_change(at("2026-08-25T12:00:00Z"), |_| 90.0), Some(25));
    // Nothing was known yet: heat was 0.
    assert_eq!(begun().week_change(at("2026-08-04T00:00:00Z"), fading), Some(79));
}

#[test]
fn a_stored_tape_is_the_same_tape() {
    let mut tape = begun();
    tape.note(at("2026-08-24T00:00:00Z"), fading);
    let stored = Tape::restored(
        tape.next(),
        tape.stored_weeks(),
        tape.stored_days(),
        tape.is_known(),
        tape.is_outdated(),
    );
    assert_eq!(stored, tape);
    assert_eq!(tape.stored_weeks(), [73, 66, 59]);
}

#[test]
fn a_signal_of_a_day_that_has_ended_makes_it_outdated() {
    let mut tape = begun();
    tape.note(at("2026-08-24T00:00:00Z"), fading);
    tape.take_late(at("2026-08-24T00:00:00Z"));
    assert!(!tape.is_outdated());
    tape.take_late(at("2026-08-23T23:59:59.999Z"));
    assert!(tape.is_outdated());
}
