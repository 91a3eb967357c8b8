use super::*;
use crate::time::{DAY_MS, Days};
use proptest::prelude::*;

const START: i64 = 1_772_409_600_000;

fn day(days: f64) -> Timestamp {
    Timestamp::from_millis(START).plus_days(Days(days))
}

fn half_life(days: f64) -> Option<HalfLife> {
    HalfLife::new(Days(days))
}

/// Checks the sum of signals (day, strength) at a day, one point each.
#[track_caller]
fn check(half_life_days: f64, signals: &[(f64, f64)], at: f64, expected: f64) {
    let half_life = (half_life_days > 0.0).then(|| HalfLife::new(Days(half_life_days)).unwrap());
    let mut sum = DecayedSum::default();
    for (when, strength) in signals {
        sum.add(half_life, day(*when), *strength);
    }
    let got = sum.part(1.0, half_life, None).at(day(at));
    assert!(
        (got - expected).abs() <= 1e-12 * expected.abs().max(1e-9),
        "got {got}, expected {expected}"
    );
}

#[test]
fn a_sum_halves_every_half_life() {
    check(14.0, &[(0.0, 1.0)], 14.0, 0.5);
    check(14.0, &[(0.0, 8.0)], 42.0, 1.0);
}

#[test]
fn signals_of_several_days_add_up_each_by_its_age() {
    // 8 * 2^-2 + 4 * 2^-1 + 1 = 2 + 2 + 1.
    check(7.0, &[(0.0, 8.0), (7.0, 4.0), (14.0, 1.0)], 14.0, 5.0);
}

#[test]
fn without_a_half_life_nothing_fades() {
    check(0.0, &[(0.0, 1.5), (1.0, 2.0)], 10_000.0, 3.5);
}

#[test]
fn signals_of_two_periods_are_brought_together() {
    // Periods are 32 half-lives: one signal 40 half-lives before the other.
    check(
        1.0,
        &[(0.0, 1_000_000.0), (40.0, 0.0)],
        40.0,
        1e6 / 1_099_511_627_776.0,
    );
    check(
        1.0,
        &[(40.0, 1.0), (0.0, 1_000_000.0)],
        41.0,
        0.5 * (1.0 + 1e6 / 1_099_511_627_776.0),
    );
}

#[test]
fn nothing_is_nothing_at_any_time() {
    let part = DecayedSum::default().part(5.0, half_life(1.0), Some(1.0));
    assert!(part.at(Timestamp::MIN).abs() <= 0.0 && part.at(Timestamp::MAX).abs() <= 0.0);
}

#[test]
fn a_cap_holds_the_sum_when_it_is_read_and_not_the_signals() {
    let mut sum = DecayedSum::default();
    for _ in 0..4 {
        sum.add(half_life(10.0), day(0.0), 1.0);
    }
    let part = sum.part(8.0, half_life(10.0), Some(20.0));
    // 32 held to 20; a half-life later 16; two later 8.
    for (at, expected) in [(0.0, 20.0), (10.0, 16.0), (20.0, 8.0)] {
        assert!((part.at(day(at)) - expected).abs() < 1e-12);
    }
    let negative = sum.part(-8.0, half_life(10.0), Some(20.0));
    assert!((negative.at(day(0.0)) + 20.0).abs() < 1e-12);
}

#[test]
fn what_is_taken_back_leaves_nothing_behind() {
    let mut sum = DecayedSum::default();
    sum.add(half_life(3.0), day(1.0), 0.1);
    let before = sum.clone();
    sum.add(half_life(3.0), day(2.0), 0.7);
    sum.subtract(half_life(3.0), day(2.0), 0.7);
    assert_eq!(
        sum.part(1.0, half_life(3.0), None),
        before.part(1.0, half_life(3.0), None)
    );
}

#[test]
fn the_largest_strength_many_times_over_does_not_overflow() {
    let mut sum = DecayedSum::default();
    let at = day(0.0).plus_millis(-1);
    for _ in 0..100_000 {
        sum.add(half_life(1.0), at, 1e6);
    }
    let got = sum.part(1.0, half_life(1.0), None).at(at);
    assert!((got / 1e11 - 1.0).abs() < 1e-12, "{got}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_order_of_adding_changes_no_bit(
        (signals, shuffled) in prop::collection::vec((0..400 * DAY_MS, 0.0..100.0), 1..30)
            .prop_flat_map(|signals| (Just(signals.clone()), Just(signals).prop_shuffle())),
        days in prop::sample::select(vec![0.01, 0.3, 1.0, 7.0, 29.97]),
    ) {
        let sum = |signals: &[(i64, f64)]| {
            let mut sum = DecayedSum::default();
            for (at, strength) in signals {
                sum.add(half_life(days), Timestamp::from_millis(START + at), *strength);
            }
            sum
        };
        let (first, second) = (sum(&signals), sum(&shuffled));
        prop_assert_eq!(&first, &second);
        prop_assert_eq!(&DecayedSum::from_buckets(first.buckets()), &second);
    }

    #[test]
    fn a_sum_is_what_its_signals_are_worth_one_by_one(
        signals in prop::collection::vec((0..60 * DAY_MS, 0.001..100.0), 1..30),
        days in prop::sample::select(vec![0.3, 1.0, 7.0, 29.97, 365.0]),
    ) {
        let mut sum = DecayedSum::default();
        let at = Timestamp::from_millis(START + 60 * DAY_MS);
        let mut expected = 0.0;
        for (when, strength) in signals {
            let when = Timestamp::from_millis(START + when);
            sum.add(half_life(days), when, strength);
            expected += strength * half_life(days).unwrap().remaining(at.millis_since(when));
        }
        let got = sum.part(1.0, half_life(days), None).at(at);
        prop_assert!((got - expected).abs() <= 1e-9 * expected, "{got} and {expected}");
    }
}
