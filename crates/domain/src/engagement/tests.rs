use super::*;
use crate::model::Model;
use crate::time::{DAY_MS, Days};

/// Midnight of a UTC day.
const START: i64 = 1_772_409_600_000;

fn day(days: f64) -> Timestamp {
    Timestamp::from_millis(START).plus_days(Days(days))
}

fn rule(keys: &str) -> std::sync::Arc<SignalRule> {
    let text = format!("name = 'm'\n[signals.k]\n{keys}");
    let model = Model::from_toml(&text).unwrap_or_else(|errors| panic!("{errors}"));
    std::sync::Arc::clone(model.rule("k").unwrap())
}

/// Checks what signals (id, day, strength, object) contribute at a day, in both orders of arrival.
#[track_caller]
fn check(keys: &str, signals: &[(&str, f64, f64, &str)], at: f64, expected: f64) {
    let rule = rule(keys);
    let contribution = |signals: &[(&str, f64, f64, &str)]| {
        let mut all: Option<Accumulator> = None;
        for (id, when, strength, object) in signals {
            let view = SignalView {
                id,
                occurred_at: day(*when),
                strength: *strength,
                object: (!object.is_empty()).then_some(object),
            };
            match &mut all {
                Some(all) => all.add(&rule, &view),
                None => all = Some(Accumulator::new(&rule, &view)),
            }
        }
        all.unwrap().part(&rule).at(day(at))
    };
    let got = contribution(signals);
    assert!((got - expected).abs() < 1e-9, "got {got}, expected {expected}");
    let mut reversed = signals.to_vec();
    reversed.reverse();
    assert_eq!(
        contribution(&reversed).to_bits(),
        got.to_bits(),
        "the order of arrival"
    );
}

#[test]
fn signals_add_up_and_fade() {
    // 8 * 2^-1 + 8 * 2 = 4 + 16.
    check(
        "points = 8\nhalf_life_days = 7",
        &[("a", 0.0, 1.0, ""), ("b", 7.0, 2.0, "")],
        7.0,
        20.0,
    );
}

#[test]
fn the_newest_of_a_gauge_counts_even_when_it_is_smaller() {
    // 0.5 * 10 * 2^-1.
    check(
        "points = 0.5\nhalf_life_days = 7\ncombine = 'latest'",
        &[("a", 0.0, 90.0, ""), ("b", 7.0, 10.0, "")],
        14.0,
        2.5,
    );
}

#[test]
fn of_equally_new_the_greatest_id_counts() {
    check(
        "points = 1\ncombine = 'latest'",
        &[("a", 1.0, 9.0, ""), ("c", 1.0, 2.0, ""), ("b", 1.0, 5.0, "")],
        2.0,
        2.0,
    );
}

#[test]
fn the_largest_decayed_value_counts() {
    // At day 7: 8 * 2^-1 = 4 and 3: the older one.
    check(
        "points = 1\nhalf_life_days = 7\ncombine = 'max'",
        &[("a", 0.0, 8.0, ""), ("b", 7.0, 3.0, "")],
        7.0,
        4.0,
    );
    // Of negative points the one nearest to 0: -8 * 2^-3 = -1, not -3.
    check(
        "points = -1\nhalf_life_days = 7\ncombine = 'max'",
        &[("a", 0.0, 8.0, ""), ("b", 21.0, 3.0, "")],
        21.0,
        -1.0,
    );
}

#[test]
fn once_a_day_counts_the_earliest_from_the_start_of_its_day() {
    // Day 0 counts 2 (the earliest), dated at midnight: at day 1 of a 1-day half-life 1; day 1 counts 4 as it is.
    check(
        "points = 1\nhalf_life_days = 1\nonce_per_day = true",
        &[("b", 0.9, 8.0, ""), ("a", 0.3, 2.0, ""), ("c", 1.0, 4.0, "")],
        1.0,
        5.0,
    );
}

#[test]
fn once_a_day_means_once_for_each_object_and_for_none() {
    check(
        "points = 1\nonce_per_day = true",
        &[
            ("a", 0.1, 1.0, "/x"),
            ("b", 0.2, 1.0, "/y"),
            ("c", 0.3, 1.0, ""),
            ("d", 0.4, 1.0, "/x"),
        ],
        1.0,
        3.0,
    );
}

#[test]
fn of_equally_early_ones_of_a_day_the_smallest_id_stands_for_it() {
    check(
        "points = 1\nonce_per_day = true",
        &[("b", 0.1, 7.0, ""), ("a", 0.1, 3.0, "")],
        1.0,
        3.0,
    );
}

#[test]
fn a_gauge_once_a_day_looks_at_the_days() {
    // Day 0 stands at 5 (the earliest), though 9 came later that day; day 1 has two objects, of which `b` is greater.
    check(
        "points = 1\nonce_per_day = true\ncombine = 'latest'",
        &[("a", 0.1, 5.0, ""), ("z", 0.9, 9.0, "")],
        1.0,
        5.0,
    );
    check(
        "points = 1\nonce_per_day = true\ncombine = 'latest'",
        &[("a", 1.2, 5.0, "/x"), ("b", 1.1, 9.0, "/y")],
        2.0,
        9.0,
    );
    check(
        "points = 1\nonce_per_day = true\ncombine = 'max'",
        &[("a", 0.2, 5.0, ""), ("b", 0.1, 1.0, ""), ("c", 1.1, 4.0, "")],
        2.0,
        4.0,
    );
}

#[test]
fn a_cap_holds_both_ways() {
    check(
        "points = 8\ncap = 20",
        &[("a", 0.0, 1.0, ""), ("b", 0.0, 2.0, "")],
        1.0,
        20.0,
    );
    check(
        "points = -8\ncap = 20",
        &[("a", 0.0, 1.0, ""), ("b", 0.0, 2.0, "")],
        1.0,
        -20.0,
    );
    check(
        "points = 1\ncap = 20\ncombine = 'latest'",
        &[("a", 0.0, 90.0, "")],
        1.0,
        20.0,
    );
}

#[test]
fn a_day_is_a_utc_day_before_1970_too() {
    assert_eq!(Timestamp::from_millis(-1).day(), Day(-1));
    assert_eq!(Timestamp::from_millis(-DAY_MS).day(), Day(-1));
    assert_eq!(Timestamp::from_millis(0).day(), Day(0));
    assert_eq!(Day(-1).start(), Timestamp::from_millis(-DAY_MS));
}

#[test]
fn heat_is_half_at_the_half_point_and_never_below_zero() {
    for (points, expected) in [
        (0.0, 0.0),
        (-30.0, 0.0),
        (50.0, 50.0),
        (100.0, 75.0),
        (150.0, 87.5),
    ] {
        assert!((heat(points, 50.0) - expected).abs() < 1e-12);
    }
    assert!(heat(1e300, 50.0) <= 100.0);
}

#[test]
fn bands_begin_at_their_edges() {
    for (heat, band) in [
        (0.0, Band::Cold),
        (19.999, Band::Cold),
        (20.0, Band::Warm),
        (50.0, Band::Hot),
        (79.999, Band::Hot),
        (80.0, Band::Burning),
        (100.0, Band::Burning),
    ] {
        assert_eq!(Band::of(heat), band, "{heat}");
    }
}

#[test]
fn points_reach_the_level_exactly_when_heat_reaches_the_line() {
    for half_point in [0.001, 10.0, 50.0, 333.3, 1e6] {
        for line in [
            1e-9,
            0.1,
            12.5,
            20.0,
            50.0,
            66.6,
            80.0,
            99.0,
            99.999_999,
            99.999_999_999_9,
            100.0,
        ] {
            let level = points_at_heat(line, half_point);
            assert!(heat(level, half_point) >= line, "{line} of {half_point}");
            assert!(
                heat(level.next_down(), half_point) < line,
                "{line} of {half_point}"
            );
        }
    }
    assert!(points_at_heat(0.0, 50.0).abs() <= 0.0);
}

#[test]
fn momentum_is_the_fast_rate_over_the_slow_one() {
    // ln2/7 * 70 and ln2/30 * 60: 10 ln2 / 2 ln2.
    assert!((momentum(70.0, 60.0).unwrap() - 5.0).abs() < 1e-12);
    // ln2/30 * 0.4 = 0.0092 points a day: too few to tell.
    assert_eq!(momentum(0.4, 0.4), None);
}

#[test]
fn rates_take_positive_points_without_caps() {
    let mut rates = Rates::default();
    rates.add(day(0.0), 16.0);
    rates.add(day(0.0), -100.0);
    rates.add(day(7.0), 2.0);
    let (fast, slow) = rates.parts();
    // 16 * 2^-1 + 2 = 10, and 16 * 2^(-7/30) + 2.
    assert!((fast.at(day(7.0)) - 10.0).abs() < 1e-8);
    assert!((slow.at(day(7.0)) - (16.0 * math::exp2(-7.0 / 30.0) + 2.0)).abs() < 1e-8);
}

#[test]
fn a_person_remembers_its_newest_act_now() {
    let rule = rule("points = 1\nact_now = true");
    let mut person: Person<&str> = Person::default();
    for when in [3.0, 5.0, 4.0] {
        let view = SignalView {
            id: "s",
            occurred_at: day(when),
            strength: 1.0,
            object: None,
        };
        person.add(&"k", &rule, &view);
    }
    assert_eq!(person.act_now, Some(day(5.0)));
}
