//! The review in words for a person.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Answer, Args, SHOWN_MAX};

/// What each count is called, in the order they are told.
const COUNTS: [(&str, &str); 6] = [
    ("created", "new accounts"),
    ("updated", "accounts change"),
    ("unchanged", "say what is known already"),
    ("skipped", "stay out"),
    ("needs_answer", "need an answer"),
    ("failed", "failed"),
];

/// Returns what came out, in words.
pub(super) fn words(answer: &Answer, args: &Args) -> String {
    let import = &answer.import;
    let text = |name: &str| import.get(name).and_then(Value::as_str).unwrap_or_default();
    let mut words = String::new();
    // Writing to a string cannot fail, here and below.
    let _ = writeln!(
        words,
        "{}: {} rows, {}, divided by {:?}\n",
        import
            .get("file")
            .and_then(Value::as_str)
            .unwrap_or("standard input"),
        number(import, "rows"),
        text("encoding"),
        text("delimiter"),
    );
    columns(&mut words, import);
    let counts = import.get("counts").unwrap_or(&Value::Null);
    for (name, told) in COUNTS {
        let count = number(counts, name);
        if count > 0 {
            let _ = writeln!(words, "  {count:>7} {told}");
        }
    }
    questions(&mut words, &answer.questions, text("id"));
    failed(&mut words, &answer.failed);
    let _ = match (text("state"), number(import, "to_do")) {
        ("applied", _) => writeln!(
            words,
            "\n{} rows were applied. The import is {}.",
            number(import, "done"),
            text("id")
        ),
        (_, 0) => writeln!(
            words,
            "\nThere is nothing to apply. The review is {}.",
            text("id")
        ),
        (_, count) => writeln!(
            words,
            "\nNothing is changed yet. The same command with --apply applies {count} rows{}.",
            match &args.list {
                Some(list) => format!(" and puts them on the list {list}"),
                None => String::new(),
            }
        ),
    };
    words
}

fn number(value: &Value, name: &str) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(0)
}

fn columns(words: &mut String, import: &Value) {
    let columns = import.get("columns").and_then(Value::as_array);
    let mut unused = Vec::new();
    for column in columns.into_iter().flatten() {
        let header = column.get("header").and_then(Value::as_str).unwrap_or_default();
        let how = column.get("how").and_then(Value::as_str).unwrap_or_default();
        match column.get("field").and_then(Value::as_str) {
            Some(field) if how != "beaten" => {
                let _ = writeln!(words, "  {header} -> {field}");
            }
            Some(field) => unused.push(format!("{header} (another column gives {field})")),
            None => unused.push(header.to_owned()),
        }
    }
    if !unused.is_empty() {
        let _ = writeln!(words, "  not used: {}", unused.join(", "));
    }
    words.push('\n');
}

fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn questions(words: &mut String, rows: &[Value], import: &str) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(words, "\nThese need an answer and stay out until then:");
    for row in rows.iter().take(SHOWN_MAX) {
        let candidates = row.get("candidates").and_then(Value::as_array);
        let accounts: Vec<&str> = candidates
            .into_iter()
            .flatten()
            .map(|candidate| text(candidate, "account"))
            .collect();
        let _ = writeln!(
            words,
            "  row {}: {} ({})",
            number(row, "row"),
            text(row, "reason"),
            accounts.join(", ")
        );
    }
    more(words, rows.len());
    let _ = writeln!(
        words,
        "  Say which with the account's id in a column \"id\" of the file, or POST /v1/imports/{import}/answers."
    );
}

fn failed(words: &mut String, rows: &[Value]) {
    if rows.is_empty() {
        return;
    }
    let _ = writeln!(words, "\nThese failed:");
    for row in rows.iter().take(SHOWN_MAX) {
        let problems = row.get("problems").and_then(Value::as_array);
        let mut told = false;
        for problem in problems.into_iter().flatten() {
            told = true;
            let (column, message) = (text(problem, "column"), text(problem, "message"));
            let _ = if column.is_empty() {
                writeln!(words, "  row {}: {message}", number(row, "row"))
            } else {
                let value = text(problem, "value");
                writeln!(
                    words,
                    "  row {}, column {column:?}: {value:?} {message}",
                    number(row, "row")
                )
            };
        }
        if !told {
            let _ = writeln!(words, "  row {}: {}", number(row, "row"), text(row, "reason"));
        }
    }
    more(words, rows.len());
    let _ = writeln!(
        words,
        "  Mend them in the file and import it again: what is known already changes nothing."
    );
}

fn more(words: &mut String, count: usize) {
    if count > SHOWN_MAX {
        let _ = writeln!(
            words,
            "  and {} more; --json shows all of them",
            count - SHOWN_MAX
        );
    }
}
