use quorate_domain::id::AccountId;

use super::*;

#[test]
fn a_form_answers_rows_and_what_is_not_understood_stays_a_question() {
    let fields = [
        ("form_token", "t"),
        ("show", "maybe"),
        ("row.48", "same:halden-biologics"),
        ("row.231", "new"),
        ("row.232", "skip"),
        ("row.233", "perhaps"),
        ("row.x", "new"),
        ("other", "new"),
    ];
    let fields = fields.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let sent = Sent::of(fields.to_vec());
    assert_eq!((sent.form_token.as_str(), sent.show.as_str()), ("t", "maybe"));
    let halden = AccountId::new("halden-biologics").unwrap();
    let expected = [
        (48, Answer::Same(halden)),
        (231, Answer::New),
        (232, Answer::Skip),
    ];
    assert_eq!(sent.answers, BTreeMap::from(expected));
    assert_eq!((sent.all.as_str(), sent.back), ("", None));
}
