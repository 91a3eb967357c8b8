use redis::{ErrorKind, ServerErrorKind};

use super::*;

fn words(transactions: &Transactions, calls: usize) -> String {
    let calls: Vec<Cmd> = (0..calls).map(|_| cmd("FCALL")).collect();
    let calls: Vec<&Cmd> = calls.iter().collect();
    let wrapped = transactions.wrap(&calls);
    let packed = wrapped.iter().map(|command| command.get_packed_command());
    let text = packed.map(|bytes| String::from_utf8(bytes).unwrap());
    text.map(|text| {
        text.lines()
            .nth(2)
            .unwrap_or_default()
            .chars()
            .take(1)
            .collect::<String>()
    })
    .collect()
}

#[test]
fn calls_are_put_together_but_one_alone_and_those_to_a_cluster() {
    let mut single = Transactions::of(&PlaceKind::Single);
    assert_eq!(words(&single, 0), "");
    assert_eq!(words(&single, 1), "F");
    assert_eq!(words(&single, 3), "MFFFE");
    single.calls_max = 2;
    assert_eq!(words(&single, 5), "MFFEMFFEF");
    assert_eq!(words(&Transactions::of(&PlaceKind::Cluster), 2), "FF");
}

#[test]
fn a_transaction_answers_for_each_call_and_fails_with_the_first_reason() {
    let ok = || Value::Okay;
    let queued = || Value::SimpleString("QUEUED".to_owned());
    let refused = |code: &str| redis::parse_redis_value(format!("-{code} not now\r\n").as_bytes()).unwrap();
    let answers = vec![Value::Int(1), Value::Int(2)];
    let all = vec![ok(), queued(), queued(), Value::Array(answers.clone())];
    assert_eq!(carried_out(all, 2).unwrap(), answers);
    // One that was carried out and failed leaves the others theirs.
    let one = vec![Value::Int(1), refused("OOM")];
    let all = vec![ok(), queued(), queued(), Value::Array(one.clone())];
    assert_eq!(carried_out(all, 2).unwrap(), one);
    let none = vec![ok(), refused("READONLY"), queued(), refused("EXECABORT")];
    let error = carried_out(none, 2).unwrap_err();
    assert_eq!(
        error.kind(),
        ErrorKind::Server(ServerErrorKind::ReadOnly),
        "{error}"
    );
    assert!(carried_out(vec![ok(), queued(), Value::Nil], 1).is_err());
    assert!(carried_out(vec![ok(), queued(), queued(), Value::Array(vec![ok()])], 2).is_err());
}
