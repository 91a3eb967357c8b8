//! The worked workload of the reference data, number by number.

use quorate_testkit::shared_dir;

use super::{AT, run};

/// Returns the records of a CSV text without quoted cells.
fn records(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split(',').collect()).collect()
}

#[test]
fn the_worked_example_comes_out_as_computed_elsewhere() {
    let Some(shared) = shared_dir() else {
        return;
    };
    let folder = shared.join("examples");
    let scored = run(
        &folder,
        &[
            "score",
            "--model",
            "model.toml",
            "--contacts",
            "contacts.csv",
            "--accounts",
            "accounts.csv",
            "--signals",
            "signals.ndjson",
            "--at",
            AT,
        ],
        b"",
    );
    assert_eq!(scored.code, Some(0), "{}", scored.stderr);
    let expected = std::fs::read_to_string(folder.join("expected.csv")).unwrap();
    let (expected, got) = (records(&expected), records(&scored.stdout));
    assert_eq!(expected.len(), got.len());
    assert!(expected.len() > 20, "the example has accounts");
    for (want, have) in expected.iter().zip(&got) {
        assert_eq!(want.len(), have.len(), "{have:?}");
        for ((want, have), column) in want.iter().zip(have).zip(&expected[0]) {
            let same = match (want.parse::<f64>(), have.parse::<f64>()) {
                (Ok(want), Ok(have)) => (want - have).abs() < 1e-6,
                _ => want == have,
            };
            assert!(same, "{column}: want {want}, have {have}");
        }
    }
}
