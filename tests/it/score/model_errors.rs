//! What is wrong with a model is said where it is, by `score` and by `check`.

use super::{Folder, run, signal};

const WRONG: &str = "[signals.\"demo\"]\npoints = 4.0\nhalf_life_days = -1.0\n[heat]\nhalf = 3\n";

#[test]
fn score_and_check_name_line_and_key() {
    let folder = Folder::new();
    folder.put("signals.ndjson", signal("1", "acme", "ann", "demo"));
    folder.put("model.toml", WRONG);
    folder.score(&["--signals", "signals.ndjson"]).fails(
        1,
        &[
            "model.toml is no valid model",
            "line 3, signals.demo.half_life_days",
            "line 5, heat.half",
        ],
    );
    let checked = run(folder.folder.path(), &["check", "model.toml"], b"");
    assert_eq!(checked.code, Some(1));
    assert!(
        checked
            .stdout
            .contains("model.toml: line 3, signals.demo.half_life_days"),
        "{}",
        checked.stdout
    );
    let checked = run(folder.folder.path(), &["check", "--json", "model.toml"], b"");
    assert!(checked.stdout.contains("\"line\":5"), "{}", checked.stdout);
}

#[test]
fn without_a_model_the_default_one_is_used() {
    let folder = Folder::new();
    folder.put("signals.ndjson", signal("1", "acme", "ann", "demo.requested"));
    let args = ["score", "--signals", "signals.ndjson", "--at", super::AT];
    let scored = run(folder.folder.path(), &args, b"");
    let points: f64 = scored.column("intent_points")[0].1.parse().unwrap();
    assert!(points > 0.0, "it knows demo requests");
}

#[test]
fn a_wrong_command_line_is_exit_code_2() {
    let folder = Folder::new();
    for args in [
        &["score"][..],
        &["score", "--signals", "x", "--at", "tomorrow"],
        &[
            "score",
            "--signals",
            "x",
            "--at",
            super::AT,
            "--retention-days",
            "-1",
        ],
        &["scores"],
        &["check"],
    ] {
        assert_eq!(run(folder.folder.path(), args, b"").code, Some(2), "{args:?}");
    }
    let help = run(folder.folder.path(), &[], b"");
    assert_eq!(help.code, Some(0));
    assert!(help.stdout.contains("Usage: quorate"), "{}", help.stdout);
}
