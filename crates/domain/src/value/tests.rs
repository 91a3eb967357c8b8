use super::*;

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| Arc::from(*item)).collect())
}

#[test]
fn an_empty_value_is_unknown() {
    for (value, unknown) in [
        (Value::text(""), true),
        (Value::text("  "), true),
        (Value::text("x"), false),
        (list(&[]), true),
        (list(&["", " "]), true),
        (list(&["", "x"]), false),
        (Value::Number(0.0), false),
        (Value::Number(f64::NAN), true),
        (Value::Flag(false), false),
    ] {
        assert_eq!(value.is_unknown(), unknown, "{value:?}");
    }
}

#[test]
fn text_that_reads_as_a_number_is_one() {
    assert_eq!(Value::text(" 200 ").as_number(), Some(200.0));
    assert_eq!(Value::Number(2.5).as_number(), Some(2.5));
    for value in [
        Value::text("many"),
        Value::text("inf"),
        Value::text("nan"),
        Value::Flag(true),
        list(&["1"]),
    ] {
        assert_eq!(value.as_number(), None, "{value:?}");
    }
}

#[test]
fn a_list_prints_as_a_cell() {
    assert_eq!(list(&["a", "b"]).to_string(), "a;b");
    assert_eq!(list(&["a", "b"]).texts().count(), 2);
}
