use super::*;
use crate::time::DAY_MS;

const SAID: i64 = 1_772_409_600_000;

fn evidence(level: Level) -> Evidence {
    Evidence {
        no: EvidenceNo(1),
        statement: Statement {
            solution: None,
            framework: Arc::from("meddpicc"),
            element: Arc::from("metrics"),
            level,
            artefact: None,
            source: Source::person(),
            said_by: None,
            note: None,
            said_at: Timestamp::from_millis(SAID),
        },
        recorded_at: Timestamp::from_millis(SAID),
        contested: None,
    }
}

#[track_caller]
fn check(level: Level, contested: bool, after_ms: i64, expected: Option<(Option<Level>, bool)>) {
    let mut evidence = evidence(level);
    evidence.contested = contested.then(|| Contest {
        by: ContactNo(1),
        note: None,
        source: Source::person(),
        at: Timestamp::from_millis(SAID),
    });
    let worth = evidence.worth(Days(90.0), Timestamp::from_millis(SAID + after_ms));
    assert_eq!(worth.map(|worth| (worth.level, worth.stale)), expected);
}

#[test]
fn evidence_counts_from_when_it_was_said() {
    check(Level::Validated, false, -1, None);
    check(Level::Validated, false, 0, Some((Some(Level::Validated), false)));
}

#[test]
fn evidence_loses_a_step_at_the_millisecond_it_goes_stale() {
    let stale = 90 * DAY_MS;
    check(
        Level::Validated,
        false,
        stale - 1,
        Some((Some(Level::Validated), false)),
    );
    check(Level::Validated, false, stale, Some((Some(Level::Stated), true)));
    check(Level::Stated, false, stale, Some((Some(Level::Assumed), true)));
    check(Level::Assumed, false, stale, Some((None, true)));
    // It goes stale once, not again and again.
    check(
        Level::Validated,
        false,
        10 * stale,
        Some((Some(Level::Stated), true)),
    );
}

#[test]
fn a_denied_statement_loses_a_step_and_a_stale_one_another() {
    check(Level::Validated, true, 0, Some((Some(Level::Stated), false)));
    check(
        Level::Validated,
        true,
        90 * DAY_MS,
        Some((Some(Level::Assumed), true)),
    );
    check(Level::Stated, true, 90 * DAY_MS, Some((None, true)));
}
