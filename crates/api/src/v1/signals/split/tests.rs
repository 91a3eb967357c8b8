use super::{Form, form, split};

/// Checks the ids that come out; `!` stands for an item that cannot be read.
#[track_caller]
fn check(body: &str, shape: Form, expected: &[&str]) {
    let pieces = split(body.as_bytes(), shape).unwrap_or_else(|problem| panic!("{body:?}: {problem}"));
    let ids: Vec<String> = pieces
        .items
        .iter()
        .map(|piece| match piece {
            Ok(item) => format!("{:?}", item.id).replace("Text(\"", "").replace("\")", ""),
            Err(_) => "!".to_owned(),
        })
        .collect();
    assert_eq!(ids, expected, "{body:?}");
}

#[test]
fn one_object_an_array_and_lines_are_read() {
    check(r#"{"id":"a"}"#, Form::Json, &["a"]);
    check(r#" [{"id":"a"}, {"id":"b"}] "#, Form::Json, &["a", "b"]);
    check("[]", Form::Json, &[]);
    check("{\"id\":\"a\"}\r\n\n{\"id\":\"b\"}\n", Form::Lines, &["a", "b"]);
    check("\u{feff}{\"id\":\"a\"}", Form::Json, &["a"]);
}

#[test]
fn an_unnamed_form_is_found_by_looking() {
    check("{\"id\":\"a\"}\n{\"id\":\"b\"}", Form::Unknown, &["a", "b"]);
    check("{\"id\":\n\"a\"}", Form::Unknown, &["a"]);
    check(r#"[{"id":"a"}]"#, Form::Unknown, &["a"]);
}

#[test]
fn a_bad_element_of_an_array_costs_only_itself() {
    check(
        r#"[{"id":"a"},{"id":"b","strength":NaN},{"id":"c"}]"#,
        Form::Json,
        &["a", "!", "c"],
    );
    check(r#"[{"id":"a"},7,{"id":"c"}]"#, Form::Json, &["a", "!", "c"]);
    check(r#"[{"id":"a"},,{"id":"c"}]"#, Form::Json, &["a", "!", "c"]);
    check(r#"[{"id":"a,]}[{\""},x]"#, Form::Json, &[r#"a,]}[{\""#, "!"]);
}

#[test]
fn an_array_that_does_not_end_loses_only_its_last_element() {
    check(r#"[{"id":"a"},{"id":"b"#, Form::Json, &["a", "!"]);
    check(r#"[{"id":"a"}"#, Form::Json, &["a"]);
    check(r#"[{"id":"a"}] {"id":"b"}x"#, Form::Json, &["a", "!"]);
}

#[test]
fn a_truncated_line_costs_only_itself() {
    check("{\"id\":\"a\"}\n{\"id\":\"b\",\"ki", Form::Lines, &["a", "!"]);
    check("nonsense\n{\"id\":\"b\"}", Form::Lines, &["!", "b"]);
}

#[test]
fn deep_nesting_costs_only_its_item() {
    let deep = "[".repeat(100_000);
    check(&format!(r#"[{{"id":"a"}},{deep}]"#), Form::Json, &["a", "!"]);
    let nested = format!(r#"{{"account":{}1{}}}"#, "{\"id\":".repeat(200), "}".repeat(200));
    check(&format!(r#"[{{"id":"a"}},{nested}]"#), Form::Json, &["a", "!"]);
}

#[test]
fn a_body_without_any_item_is_refused() {
    for body in ["", "  \n", "nonsense", "{\"id\":", "7x"] {
        assert!(split(body.as_bytes(), Form::Unknown).is_err(), "{body:?}");
    }
    assert!(split(b"[\"\xff\"]", Form::Json).is_err());
}

#[test]
fn media_types_name_their_form() {
    assert_eq!(form("application/x-ndjson"), Some(Form::Lines));
    assert_eq!(form("application/jsonl"), Some(Form::Lines));
    assert_eq!(form("application/json"), Some(Form::Json));
    assert_eq!(form(""), Some(Form::Unknown));
    assert_eq!(form("text/plain"), Some(Form::Unknown));
    assert_eq!(form("application/xml"), None);
}
