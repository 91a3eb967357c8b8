use super::{Answer, Verdict};

#[test]
fn an_answer_counts_and_lists_its_items() {
    let mut answer = Answer::with_capacity(2);
    answer.push(None, &Verdict::rejected("invalid_json", "a \"quote\"".to_owned()));
    answer.push(Some("é\n"), &Verdict::unavailable("overloaded", "later"));
    let json = answer.into_json("fsync");
    let value: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let expected = serde_json::json!({
        "accepted": 0, "duplicate": 0, "rejected": 1, "unavailable": 1, "durability": "fsync",
        "items": [
            {"index": 0, "id": null, "outcome": "rejected", "code": "invalid_json", "detail": "a \"quote\""},
            {"index": 1, "id": "é\n", "outcome": "unavailable", "code": "overloaded", "detail": "later"},
        ],
    });
    assert_eq!(value, expected);
}

#[test]
fn an_answer_to_nothing_is_json_too() {
    let json = Answer::with_capacity(0).into_json("weak");
    assert_eq!(
        String::from_utf8(json).unwrap(),
        r#"{"accepted":0,"duplicate":0,"rejected":0,"unavailable":0,"durability":"weak","items":[]}"#
    );
}
