use super::*;
use crate::id::AccountId;
use crate::model::Model;
use crate::time::Timestamp;
use crate::value::{Source, Stated};

fn account(fields: &[(&str, Value)]) -> AccountState {
    let mut state = AccountState::new(AccountId::trusted("a"));
    for (name, value) in fields {
        let stated = Stated {
            value: value.clone(),
            source: Source::person(),
            at: Timestamp::from_millis(0),
        };
        state.fields.insert((*name).into(), stated);
    }
    state
}

/// Returns the value of a cell: several items are separated by `;`.
fn cell(text: &str) -> Value {
    if text.contains(';') {
        Value::List(text.split(';').map(Into::into).collect())
    } else {
        Value::text(text)
    }
}

/// Checks the fit of fit rules, written as in a model file, over cells.
#[track_caller]
fn check(rules: &str, cells: &[(&str, &str)], score: Option<f64>, known: f64, grade: Option<Grade>) {
    let model = Model::from_toml(rules).unwrap_or_else(|errors| panic!("{errors}"));
    let fields: Vec<(&str, Value)> = cells.iter().map(|(name, text)| (*name, cell(text))).collect();
    let fit = Fit::of(&model.fit, &account(&fields));
    let close = match (fit.score, score) {
        (Some(got), Some(expected)) => (got - expected).abs() < 1e-9,
        (got, expected) => got.is_none() && expected.is_none(),
    };
    assert!(
        close && (fit.known - known).abs() < 1e-9,
        "got {fit:?}, expected {score:?} of {known}"
    );
    assert_eq!(fit.grade, grade, "{fit:?}");
}

const RULES: &str = "
[[fit.rules]]
attribute = 'employees'
between = [200, 5000]
weight = 60
[[fit.rules]]
attribute = 'industry'
in = ['software', 'logistics']
weight = 30
[[fit.rules]]
attribute = 'stack'
contains_any = ['kafka', 'redis']
weight = 10
[[fit.rules]]
attribute = 'country'
equals = 'XX'
weight = -50
";

#[test]
fn fit_is_matched_weight_over_known_positive_weight() {
    // 60 + 30 + 10 of 100.
    check(
        RULES,
        &[
            ("employees", "300"),
            ("industry", "software"),
            ("stack", "kafka;go"),
        ],
        Some(100.0),
        1.0,
        Some(Grade::A),
    );
    // 60 of 60 + 30; stack unknown.
    check(
        RULES,
        &[("employees", "300"), ("industry", "mining")],
        Some(100.0 * 60.0 / 90.0),
        0.9,
        Some(Grade::B),
    );
    // 60 - 50 of 90.
    check(
        RULES,
        &[("employees", "300"), ("industry", "mining"), ("country", "XX")],
        Some(100.0 / 9.0),
        0.9,
        Some(Grade::D),
    );
    // 30 - 50 is below 0.
    check(
        RULES,
        &[("industry", "logistics"), ("country", "XX")],
        Some(0.0),
        0.3,
        Some(Grade::D),
    );
    // A country that is not XX takes nothing away.
    check(
        RULES,
        &[("industry", "logistics"), ("country", "NO")],
        Some(100.0),
        0.3,
        Some(Grade::A),
    );
}

#[test]
fn too_little_known_gives_a_number_without_a_grade() {
    check(RULES, &[("stack", "redis")], Some(100.0), 0.1, None);
    check(
        RULES,
        &[("employees", "  "), ("stack", "redis")],
        Some(100.0),
        0.1,
        None,
    );
    check(RULES, &[("country", "XX")], None, 0.0, None);
    check(RULES, &[], None, 0.0, None);
}

#[test]
fn no_rules_and_no_positive_weight_leave_fit_undefined() {
    check("", &[("a", "b")], None, 0.0, None);
    check(
        "[[fit.rules]]\nattribute = 'a'\nexists = true\nweight = -5",
        &[("a", "b")],
        None,
        0.0,
        None,
    );
    check(
        "[[fit.rules]]\nattribute = 'a'\nexists = true\nweight = 0",
        &[("a", "b")],
        None,
        0.0,
        None,
    );
}

#[test]
fn an_exists_rule_is_always_known() {
    let known = "[[fit.rules]]\nattribute = 'a'\nexists = true";
    check(known, &[("a", "x")], Some(100.0), 1.0, Some(Grade::A));
    check(known, &[], Some(0.0), 1.0, Some(Grade::D));
    check(known, &[("a", "")], Some(0.0), 1.0, Some(Grade::D));
    let absent = "[[fit.rules]]\nattribute = 'a'\nexists = false";
    check(absent, &[], Some(100.0), 1.0, Some(Grade::A));
    check(absent, &[("a", "x")], Some(0.0), 1.0, Some(Grade::D));
}

#[test]
fn nothing_matched_is_a_plain_zero() {
    let fit = Fit::of(
        &Model::from_toml(RULES).unwrap().fit,
        &account(&[("industry", Value::text("mining"))]),
    );
    assert_eq!(fit.score.unwrap().to_string(), "0", "and not -0");
}

#[test]
fn grades_start_at_80_60_and_40() {
    let check = |score: f64, expected: Grade| assert_eq!(Grade::of(score), expected, "{score}");
    check(100.0, Grade::A);
    check(80.0, Grade::A);
    check(79.999, Grade::B);
    check(60.0, Grade::B);
    check(59.999, Grade::C);
    check(40.0, Grade::C);
    check(39.999, Grade::D);
    check(0.0, Grade::D);
    assert!(
        Grade::A < Grade::B && Grade::C < Grade::D,
        "the best is the smallest"
    );
    for grade in Grade::ALL {
        assert_eq!(Grade::parse(grade.as_str()), Some(grade));
    }
    assert_eq!((Grade::parse("a"), Grade::parse("E")), (None, None));
}

#[test]
fn a_hard_exclusion_excludes_only_who_is_known_to_match() {
    let rules = "[[fit.rules]]\nattribute = 'competitor'\nequals = true\nexclude = true\nweight = 0";
    let excluded =
        |fields: &[(&str, Value)]| Fit::of(&Model::from_toml(rules).unwrap().fit, &account(fields)).excluded;
    assert!(excluded(&[("competitor", Value::Flag(true))]));
    assert!(excluded(&[("competitor", Value::text("TRUE"))]));
    assert!(!excluded(&[("competitor", Value::Flag(false))]));
    assert!(!excluded(&[]));
}

#[test]
fn each_test_compares_what_it_is_given() {
    use Outcome::{Failed, Matched, Unknown};
    #[track_caller]
    fn check(test: &str, value: impl Into<Option<Value>>, expected: Outcome) {
        let value = value.into();
        let model = Model::from_toml(&format!("[[fit.rules]]\nattribute = 'x'\n{test}")).unwrap();
        let fields: Vec<(&str, Value)> = value.iter().map(|value| ("x", value.clone())).collect();
        assert_eq!(
            model.fit[0].condition.outcome(&account(&fields)),
            expected,
            "{test} of {value:?}"
        );
    }
    let text = |text: &str| Some(Value::text(text));
    let number = |number| Some(Value::Number(number));
    let list = |items: &[&str]| Some(Value::List(items.iter().map(|item| (*item).into()).collect()));

    check("equals = 'NO'", text("NO"), Matched);
    check("equals = 'NO'", text("no"), Failed);
    check("equals = 'NO'", None, Unknown);
    check("equals = 'NO'", text(""), Unknown);
    check("equals = 'NO'", list(&["NO"]), Matched);
    check("equals = 'NO'", list(&["NO", "SE"]), Failed);
    check("equals = 'NO;SE'", list(&["NO", "SE"]), Matched);
    check("equals = 5", number(5.0), Matched);
    check("equals = 5", text("5.0"), Matched);
    check("equals = '5'", number(5.0), Matched);
    check("equals = '5'", text("5.0"), Failed);
    check("equals = 5", text("five"), Failed);
    check("equals = true", Some(Value::Flag(true)), Matched);
    check("equals = true", text("yes"), Failed);
    check("equals = false", text("False"), Matched);
    check("in = ['a', 3]", text("a"), Matched);
    check("in = ['a', 3]", text("3"), Matched);
    check("in = ['a', 3]", text("b"), Failed);
    check("in = ['a', 3]", None, Unknown);
    check("between = [1, 3]", number(1.0), Matched);
    check("between = [1, 3]", text(" 3 "), Matched);
    check("between = [1, 3]", text("3.001"), Failed);
    check("between = [1, 3]", text("NaN"), Failed);
    check("between = [1, 3]", text("many"), Failed);
    check("between = [1, 3]", list(&["2"]), Failed);
    check("between = [1, 3]", None, Unknown);
    check("contains_any = ['k', '7']", list(&["z", " k "]), Matched);
    check("contains_any = ['k', '7']", text("k"), Matched);
    check("contains_any = ['k', '7']", text("kk"), Failed);
    check("contains_any = ['k', '7']", number(7.0), Matched);
    check("contains_any = ['k', '7']", list(&["", " "]), Unknown);
    check("exists = true", None, Failed);
    check("exists = false", None, Matched);
}

/// Returns a file of the shared examples; `None` when they are not at hand.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads its expectations; the domain does not"
)]
fn example(name: &str) -> Option<String> {
    let shared = std::env::var("QUORATE_SHARED")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
    std::fs::read_to_string(format!("{shared}/examples/{name}")).ok()
}

/// Returns the rows of a comma-separated text without quotes, each as header and cell.
fn rows(text: &str) -> Vec<Vec<(&str, &str)>> {
    let mut lines = text.lines().map(|line| line.split(','));
    let header: Vec<&str> = lines.next().into_iter().flatten().collect();
    lines
        .map(|cells| header.iter().copied().zip(cells).collect())
        .collect()
}

#[test]
fn the_worked_example_comes_out_right() {
    let files = (
        example("model.toml"),
        example("accounts.csv"),
        example("expected.csv"),
    );
    let (Some(model), Some(accounts), Some(expected)) = files else {
        println!("not run: no examples folder; set QUORATE_SHARED to the folder that holds it");
        return;
    };
    let model = Model::from_toml(&model).unwrap();
    let find = |row: &[(&str, &str)], column: &str| {
        let found = row.iter().find(|(name, _)| *name == column);
        found.map(|(_, cell)| (*cell).to_owned()).unwrap_or_default()
    };
    let accounts = rows(&accounts);
    for expected in rows(&expected) {
        let id = find(&expected, "account");
        let row = accounts.iter().find(|row| find(row, "account") == id);
        let cells = row.into_iter().flatten().filter(|(name, _)| *name != "account");
        let fields: Vec<(&str, Value)> = cells.map(|(name, text)| (*name, cell(text))).collect();
        let fit = Fit::of(&model.fit, &account(&fields));
        let score: Option<f64> = find(&expected, "fit").parse().ok();
        let close = fit
            .score
            .zip(score)
            .is_none_or(|(got, wanted)| (got - wanted).abs() < 1e-6);
        assert!(
            close && fit.score.is_some() == score.is_some(),
            "{id}: got {fit:?}, expected {score:?}"
        );
        assert_eq!(
            fit.grade.map_or("", Grade::as_str),
            find(&expected, "grade"),
            "{id}: {fit:?}"
        );
    }
}
