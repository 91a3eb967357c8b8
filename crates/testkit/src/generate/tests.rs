use std::collections::BTreeMap;

use super::*;

/// 2026-09-01T00:00:00Z.
const SEPTEMBER: i64 = 1_788_220_800_000;

#[track_caller]
fn check(millis: i64, expected: &str) {
    assert_eq!(rfc3339(millis), expected);
}

#[test]
fn instants_are_printed_in_utc() {
    check(0, "1970-01-01T00:00:00.000Z");
    check(-1, "1969-12-31T23:59:59.999Z");
    check(951_782_400_000, "2000-02-29T00:00:00.000Z");
    check(951_868_800_000, "2000-03-01T00:00:00.000Z");
    check(SEPTEMBER + 45_296_007, "2026-09-01T12:34:56.007Z");
    check(4_107_542_399_000, "2100-02-28T23:59:59.000Z");
    check(4_107_542_400_000, "2100-03-01T00:00:00.000Z");
}

#[test]
fn splitmix_gives_the_published_numbers() {
    // Seed 1234567, from the reference implementation (Vigna, splitmix64.c).
    let mut random = SplitMix64::new(1_234_567);
    let drawn: Vec<u64> = (0..5).map(|_| random.bits()).collect();
    assert_eq!(
        drawn,
        [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
            4_593_380_528_125_082_431,
            16_408_922_859_458_223_821
        ]
    );
}

#[test]
fn one_seed_gives_one_stream() {
    let stream = |seed| {
        Generator::new(seed, Shape::new(50, 3, 30, SEPTEMBER))
            .take(200)
            .collect::<Vec<_>>()
    };
    assert_eq!(stream(7), stream(7));
    assert_ne!(stream(7), stream(8));
}

#[test]
fn signals_keep_to_their_shape() {
    let shape = Shape::new(50, 3, 30, SEPTEMBER);
    let signals: Vec<Signal> = Generator::new(1, shape.clone()).take(5_000).collect();
    let mut by_account: BTreeMap<&str, usize> = BTreeMap::new();
    for signal in &signals {
        assert!(
            (shape.from_ms..shape.to_ms).contains(&signal.occurred_at_ms),
            "{signal:?}"
        );
        *by_account.entry(&signal.account).or_default() += 1;
    }
    let (first, last) = (Generator::account_id(0), Generator::account_id(49));
    assert!(
        by_account[first.as_str()] > 10 * by_account[last.as_str()],
        "uneven: {by_account:?}"
    );
    assert_eq!(by_account.len(), 50);
    let anonymous = signals.iter().filter(|signal| signal.contact.is_none()).count();
    assert!(
        (400..600).contains(&anonymous),
        "{anonymous} of 5000 at a share of 0.1"
    );
}

#[test]
fn a_shuffle_keeps_every_item() {
    let mut items: Vec<u32> = (0..100).collect();
    SplitMix64::new(3).shuffle(&mut items);
    assert_ne!(items, (0..100).collect::<Vec<_>>());
    items.sort_unstable();
    assert_eq!(items, (0..100).collect::<Vec<_>>());
}

#[test]
fn a_signal_reads_as_the_api_wants_it() {
    let signal = Signal {
        id: "s1".into(),
        account: "a".into(),
        contact: None,
        kind: "page.view".into(),
        occurred_at_ms: SEPTEMBER,
        strength: 1.0,
    };
    assert_eq!(
        signal.to_json(),
        json!({"id": "s1", "account": "a", "kind": "page.view",
               "occurred_at": "2026-09-01T00:00:00.000Z", "strength": 1.0})
    );
}
