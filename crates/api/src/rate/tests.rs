use std::num::NonZeroU32;
use std::time::Duration;

use super::*;

fn rates(requests: u32, window: Duration) -> Rates {
    Rates::new(Some(RateLimit {
        requests: NonZeroU32::new(requests).unwrap(),
        window,
    }))
}

/// Takes one request and returns what is left and how long to wait.
fn take(rates: &Rates, caller: &str) -> (u32, Option<u64>) {
    let taken = rates.take(&Arc::from(caller)).unwrap();
    (taken.left, taken.wait_seconds)
}

#[test]
fn a_bucket_is_emptied_and_says_when_the_next_request_is_let_through() {
    // 3 an hour: one more every 1,200 s.
    let rates = rates(3, Duration::from_secs(3_600));
    let lefts: Vec<u32> = (0..3).map(|_| take(&rates, "ann").0).collect();
    assert_eq!(lefts, [2, 1, 0]);
    assert_eq!(take(&rates, "ann"), (0, Some(1_200)));
    assert_eq!(
        take(&rates, "ben"),
        (2, None),
        "another caller has a bucket of its own"
    );
}

#[test]
fn the_headers_are_those_of_the_draft() {
    let rates = rates(4, Duration::from_secs(60));
    let mut headers = HeaderMap::new();
    rates.take(&Arc::from("ann")).unwrap().tell(&mut headers);
    assert_eq!(headers.get(POLICY).unwrap(), "\"requests\";q=4;w=60");
    // One of four is missing: a quarter of the window.
    assert_eq!(headers.get(LEFT).unwrap(), "\"requests\";r=3;t=15");
}

#[test]
fn without_a_limit_nothing_is_counted() {
    assert!(Rates::new(None).take(&Arc::from("ann")).is_none());
}

#[test]
fn full_buckets_are_let_go() {
    // Every bucket is full again after a nanosecond or so.
    let rates = rates(1_000, Duration::from_micros(1));
    for caller in 0..BUCKETS_MAX + 10 {
        take(&rates, &caller.to_string());
    }
    let kept = rates.limit.as_ref().unwrap().limiter.len();
    assert!(kept <= BUCKETS_MAX + 1, "{kept} buckets are in memory");
}
