use actix_web::http::StatusCode;
use actix_web::test::TestRequest;

use super::*;

fn place(name: &str) -> Place {
    Place::of("ann", name)
}

fn day(hours: i64) -> Timestamp {
    Timestamp::from_millis(hours * 60 * 60 * 1_000)
}

#[test]
fn keys_are_read_with_and_without_quotes_and_bad_ones_are_refused() {
    #[track_caller]
    fn check(given: &str, expected: Option<&str>) {
        let request = TestRequest::default()
            .insert_header((IDEMPOTENCY_KEY, given))
            .to_http_request();
        let read = key(&request);
        match expected {
            Some(expected) => assert_eq!(read.unwrap().as_deref(), Some(expected), "{given:?}"),
            None => assert_eq!(read.unwrap_err().kind(), Kind::InvalidHeader, "{given:?}"),
        }
    }
    check(
        "8e03978e-40d5-43e8-bc93-6894a57f9324",
        Some("8e03978e-40d5-43e8-bc93-6894a57f9324"),
    );
    check("\"8e03978e\"", Some("8e03978e"));
    check(&"k".repeat(255), Some(&"k".repeat(255)));
    check(&"k".repeat(256), None);
    check("", None);
    check("\"\"", None);
    check("a b", None);
    check("\"a\"b\"", None);
    check("caf\u{e9}", None);
    let none = TestRequest::default().to_http_request();
    assert_eq!(key(&none).unwrap(), None);
    let twice = TestRequest::default()
        .append_header((IDEMPOTENCY_KEY, "a"))
        .append_header((IDEMPOTENCY_KEY, "b"))
        .to_http_request();
    assert_eq!(key(&twice).unwrap_err().kind(), Kind::InvalidHeader);
}

#[test]
fn the_oldest_and_those_past_a_day_are_forgotten() {
    let mut of = OfCaller::default();
    let asked = Fingerprint([0; 32]);
    for (name, hour) in [("a", 0), ("b", 1), ("c", 2), ("d", 3)] {
        of.keep(place(name), asked, day(hour));
    }
    assert_eq!(of.forget(day(3), 3), [place("a")], "one more than three");
    // b is 24 hours old at hour 25, c is not.
    assert_eq!(of.forget(day(25), 3), [place("b")]);
    // The same key again is one answer, of its newest age.
    of.keep(place("c"), asked, day(26));
    assert_eq!(of.forget(day(27), 3), [place("d")]);
    assert_eq!((of.kept.len(), of.by_age.len()), (1, 1));
}

#[test]
fn two_callers_may_use_the_same_key() {
    assert_ne!(Place::of("ann", "k"), Place::of("ben", "k"));
    assert_ne!(Place::of("an", "nk"), Place::of("ann", "k"));
}

#[test]
fn a_kept_answer_reads_as_it_was_written() {
    let answer = StoredAnswerV1 {
        caller: Arc::from("ann"),
        place: place("k"),
        fingerprint: Fingerprint([7; 32]),
        at: day(1),
        status: StatusCode::CREATED,
        headers: vec![("etag".to_owned(), "\"1\"".to_owned())],
        body: Bytes::from_static(b"{\"id\":\"acme\"}"),
    };
    let written = answer.write().unwrap();
    assert_eq!(StoredAnswerV1::read(&written), Some(answer.clone()));
    let golden = include_str!("golden_v1.json").trim_end();
    assert_eq!(
        String::from_utf8(written).unwrap(),
        golden,
        "the stored form is a promise"
    );
    assert_eq!(StoredAnswerV1::read(b"{\"version\":2}"), None);
    let binary = StoredAnswerV1 {
        body: Bytes::from_static(b"\xff"),
        ..answer
    };
    assert_eq!(binary.write(), None);
}
