use super::*;
use proptest::prelude::*;

fn ms(t: i64) -> Timestamp {
    Timestamp::from_millis(t)
}

/// A part of so many points at 0, which halves every `half_life_ms`; 0: it stays.
fn part(amount: f64, half_life_ms: f64, cap: Option<f64>) -> Part {
    Part {
        start_ms: 0.0,
        amount,
        half_life_ms: (half_life_ms > 0.0).then_some(half_life_ms),
        cap,
    }
}

/// Returns every millisecond in `(0, end]` at which the curve crosses the level, by the search.
fn crossings(people: &[Weighted<'_>], level: f64, end: i64) -> Vec<i64> {
    let curve = Curve { people };
    let mut found = Vec::new();
    let mut from = ms(0);
    while let Some(next) = curve.next_crossing(level, from, ms(end), |t| curve.at(t) >= level) {
        found.push(next.as_millis());
        from = next;
    }
    found
}

/// The same by looking at every millisecond.
fn looked_up(people: &[Weighted<'_>], level: f64, end: i64) -> Vec<i64> {
    let curve = Curve { people };
    let above = |t: i64| curve.at(ms(t)) >= level;
    (1..=end).filter(|t| above(*t) != above(*t - 1)).collect()
}

#[track_caller]
fn check(parts: &[Part], level: f64, end: i64, expected: &[i64]) {
    let people = [Weighted { weight: 1.0, parts }];
    assert_eq!(crossings(&people, level, end), expected);
    assert_eq!(looked_up(&people, level, end), expected, "the expectation itself");
}

#[test]
fn a_fading_curve_falls_below_the_level_once() {
    // 8 * 2^(-t/1000) = 2 at t = 4000 - 2000 = 2000; there it still reaches the level.
    check(&[part(8.0, 1000.0, None)], 2.0, 10_000, &[2001]);
}

#[test]
fn fading_negative_points_let_a_curve_rise() {
    // 5 - 8 * 2^(-t/1000) = 3 when 2^(-t/1000) = 1/4.
    check(
        &[part(5.0, 0.0, None), part(-8.0, 1000.0, None)],
        3.0,
        10_000,
        &[2000],
    );
}

#[test]
fn a_capped_part_stands_on_the_level_until_the_cap_lets_go() {
    // 40 * 2^(-t/1000) is held to 10 until it is 10 itself, at 2000.
    check(&[part(40.0, 1000.0, Some(10.0))], 10.0, 10_000, &[2001]);
}

#[test]
fn a_cap_that_lets_negative_points_go_is_a_rise() {
    // 10 - min(40 * 2^(-t/1000), 20): -10 until 1000, then 10 - 10 = 0 at 2000.
    check(
        &[part(10.0, 0.0, None), part(-40.0, 1000.0, Some(20.0))],
        0.0,
        10_000,
        &[2000],
    );
}

#[test]
fn a_curve_that_touches_the_level_for_a_millisecond_is_seen() {
    // With x = 2^(-t/1000): 4 x - 4 x^2 has its greatest value, 1, at x = 1/2.
    check(
        &[part(4.0, 1000.0, None), part(-4.0, 500.0, None)],
        1.0,
        10_000,
        &[1000, 1001],
    );
}

#[test]
fn a_curve_that_stays_a_hair_under_the_level_is_not() {
    check(
        &[part(4.0, 1000.0, None), part(-4.0, 500.0, None)],
        1.000_000_1,
        10_000,
        &[],
    );
}

#[test]
fn a_curve_that_rises_and_falls_is_met_both_times() {
    // 4 x - 4 x^2 = 3/4 at x = 3/4 and x = 1/4: t = 1000 * log2(4/3) = 415.04 and t = 2000.
    check(
        &[part(4.0, 1000.0, None), part(-4.0, 500.0, None)],
        0.75,
        10_000,
        &[416, 2001],
    );
}

#[test]
fn what_never_fades_never_crosses() {
    check(&[part(5.0, 0.0, None)], 5.0, 100_000, &[]);
    let parts = [part(5.0, 0.0, None), part(1.0, 1000.0, None)];
    let people = [Weighted {
        weight: 1.0,
        parts: &parts,
    }];
    // It falls towards 5 and no further.
    assert_eq!(Curve { people: &people }.quiet_until(5.0, ms(0)), None);
}

#[test]
fn quiet_ends_just_before_a_single_part_crosses() {
    let parts = [part(8.0, 1_000_000.0, None)];
    let people = [Weighted {
        weight: 1.0,
        parts: &parts,
    }];
    let quiet = Curve { people: &people }.quiet_until(2.0, ms(0)).unwrap();
    assert!((1_999_990..=2_000_000).contains(&quiet.as_millis()), "{quiet:?}");
}

#[test]
fn a_curve_on_its_line_is_quiet_in_neither_direction() {
    // 3.0 is reached, but a last bit decides, and the half of it that stands for it may say otherwise.
    let parts = [part(3.0 - f64::EPSILON, 1000.0, None)];
    let people = [Weighted {
        weight: 1.0,
        parts: &parts,
    }];
    assert_eq!(Curve { people: &people }.quiet_until(3.0, ms(0)), Some(ms(0)));
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let one = (
        -20.0..20.0_f64,
        prop_oneof![Just(0.0), 20.0..3000.0_f64],
        prop::option::of(0.5..15.0_f64),
    )
        .prop_map(|(amount, half_life_ms, cap)| part(amount, half_life_ms, cap));
    prop::collection::vec(one, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_crossing_is_skipped_and_none_invented(first in parts(), second in parts(), weight in 0.0..3.0, level in -5.0..10.0) {
        let people = [
            Weighted { weight, parts: &first },
            Weighted { weight: 1.0, parts: &second },
        ];
        let all = looked_up(&people, level, 4000);
        prop_assert_eq!(&crossings(&people, level, 4000), &all);
        let quiet = Curve { people: &people }.quiet_until(level, ms(0));
        if let Some(first) = all.first() {
            prop_assert!(quiet.is_some_and(|quiet| quiet.as_millis() <= *first));
        }
    }

    #[test]
    fn a_near_tangent_is_told_to_the_millisecond(lift in -1e-5..1e-5_f64) {
        // 4 x - 4 x^2 and a constant: its top is at 1 + lift.
        let parts = [part(4.0, 1000.0, None), part(-4.0, 500.0, None), part(lift, 0.0, None)];
        let people = [Weighted { weight: 1.0, parts: &parts }];
        prop_assert_eq!(crossings(&people, 1.0, 4000), looked_up(&people, 1.0, 4000));
    }
}
