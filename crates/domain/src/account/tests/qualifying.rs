//! Commands on evidence, opportunities and gaps.

use super::*;
use crate::evidence::{Level, Statement, TEXT_MAX};
use crate::id::{EvidenceNo, OpportunityId};
use crate::opportunity::{Opportunity, OpportunityState};
use crate::time::Day;

fn given() -> Given {
    let framework = "
[frameworks]
use = ['meddic']
[[frameworks.ours.elements]]
key = 'pilot'
checks = [{ kind = 'evidence' }]
";
    let mut given = super::given();
    given.model = Model::from_toml(&format!("{MODEL}{framework}")).unwrap();
    given.and(&change_contact("ada", "person", |_| {}))
}

fn evidence(change: impl FnOnce(&mut StateEvidence)) -> Command {
    let mut evidence = StateEvidence {
        solution: None,
        framework: Arc::from("ours"),
        element: Arc::from("pilot"),
        level: Level::Stated,
        artefact: None,
        said_by: None,
        note: None,
        said_at: None,
        source: source("person"),
    };
    change(&mut evidence);
    Command::StateEvidence(evidence)
}

#[expect(clippy::unnecessary_box_returns, reason = "the event holds it in a box")]
fn statement(change: impl FnOnce(&mut Statement)) -> Box<Statement> {
    let mut statement = Statement {
        solution: None,
        framework: Arc::from("ours"),
        element: Arc::from("pilot"),
        level: Level::Stated,
        artefact: None,
        source: source("person"),
        said_by: None,
        note: None,
        said_at: Timestamp::from_millis(NOW),
    };
    change(&mut statement);
    Box::new(statement)
}

fn opportunity(change: impl FnOnce(&mut OpportunityChange)) -> Command {
    let mut asked = OpportunityChange::new(OpportunityId::trusted("o-1"), source("crm"));
    change(&mut asked);
    Command::ChangeOpportunity(asked)
}

fn snooze(gap: &str, until: Option<i64>) -> Command {
    Command::SnoozeGap(SnoozeGap {
        solution: None,
        gap: Arc::from(gap),
        until: until.map(Timestamp::from_millis),
        reason: Some(Arc::from("on leave")),
        source: source("person"),
    })
}

#[test]
fn evidence_is_dated_now_unless_it_says_when() {
    given().then(
        &evidence(|_| {}),
        &[Event::EvidenceStated {
            evidence: EvidenceNo(1),
            statement: statement(|_| {}),
        }],
    );
    let said = Timestamp::from_millis(NOW - 5 * DAY_MS);
    given().then(
        &evidence(|asked| {
            asked.said_at = Some(said);
            asked.said_by = Some(contact_id("ada"));
            asked.note = Some(Arc::from("we decide in May"));
        }),
        &[Event::EvidenceStated {
            evidence: EvidenceNo(1),
            statement: statement(|statement| {
                statement.said_at = said;
                statement.said_by = Some(ContactNo(0));
                statement.note = Some(Arc::from("we decide in May"));
            }),
        }],
    );
}

#[test]
fn a_clock_that_is_a_little_ahead_says_now_and_one_far_ahead_is_refused() {
    let ahead = |by: i64| evidence(move |asked| asked.said_at = Some(Timestamp::from_millis(NOW + by)));
    given().then(
        &ahead(FUTURE_MAX_MS),
        &[Event::EvidenceStated {
            evidence: EvidenceNo(1),
            statement: statement(|_| {}),
        }],
    );
    given().rejects(
        &ahead(FUTURE_MAX_MS + 1),
        &Rejection::EvidenceAhead {
            said_at: Timestamp::from_millis(NOW + FUTURE_MAX_MS + 1),
            now: Timestamp::from_millis(NOW),
        },
    );
}

#[test]
fn an_unknown_framework_or_element_is_told_which_are_known() {
    let asked = |framework: &'static str, element: &'static str| {
        let command = evidence(|asked| {
            asked.framework = Arc::from(framework);
            asked.element = Arc::from(element);
        });
        given().when(&command).unwrap_err().to_string()
    };
    assert_eq!(
        asked("bant", "budget"),
        r#"the model uses no framework "bant"; it uses meddic, ours"#
    );
    assert_eq!(
        asked("meddic", "budget"),
        r#"framework "meddic" has no element "budget"; it has metrics, economic_buyer, decision_criteria, decision_process, identified_pain, champion"#
    );
}

#[test]
fn validated_evidence_names_what_shows_it() {
    given().rejects(
        &evidence(|asked| asked.level = Level::Validated),
        &Rejection::NoArtefact,
    );
    given().rejects(
        &evidence(|asked| {
            asked.level = Level::Validated;
            asked.artefact = Some(Arc::from("  "));
        }),
        &Rejection::NoArtefact,
    );
    let shown = given().when(&evidence(|asked| {
        asked.level = Level::Validated;
        asked.artefact = Some(Arc::from("signed plan"));
    }));
    assert!(shown.is_ok());
}

#[test]
fn what_evidence_names_must_be_there_and_texts_are_bounded() {
    given().rejects(
        &evidence(|asked| asked.said_by = Some(contact_id("bob"))),
        &Rejection::UnknownContact {
            contact: "bob".to_owned(),
        },
    );
    given().rejects(
        &evidence(|asked| asked.solution = Some(Solution::trusted("beta"))),
        &Rejection::UnknownSolution {
            solution: "beta".to_owned(),
            known: vec!["alpha".to_owned()],
        },
    );
    given().rejects(
        &evidence(|asked| asked.note = Some(Arc::from("x".repeat(TEXT_MAX + 1)))),
        &Rejection::TextTooLong { field: "note" },
    );
    let mut full = given();
    full.policy.evidence_max = 1;
    full.and(&evidence(|_| {})).rejects(
        &evidence(|_| {}),
        &Rejection::TooMany {
            what: "pieces of evidence",
            max: 1,
        },
    );
}

#[test]
fn a_number_of_retracted_evidence_is_not_given_again() {
    let retract = Command::RetractEvidence {
        evidence: EvidenceNo(1),
        reason: None,
        source: source("person"),
    };
    let given = given().and(&evidence(|_| {})).and(&retract);
    assert!(given.state.evidence.is_empty());
    given.rejects(&retract, &Rejection::UnknownEvidence { evidence: 1 });
    given.then(
        &evidence(|_| {}),
        &[Event::EvidenceStated {
            evidence: EvidenceNo(2),
            statement: statement(|_| {}),
        }],
    );
}

#[test]
fn a_denial_is_kept_with_who_said_it() {
    let contest = |by: &str| Command::ContestEvidence {
        evidence: EvidenceNo(1),
        by: contact_id(by),
        note: Some(Arc::from("no")),
        source: source("person"),
    };
    let given = given().and(&evidence(|_| {}));
    given.rejects(
        &contest("bob"),
        &Rejection::UnknownContact {
            contact: "bob".to_owned(),
        },
    );
    let given = given.and(&contest("ada"));
    let contested = given.state.evidence[&EvidenceNo(1)].contested.as_ref().unwrap();
    assert_eq!(
        (contested.by, contested.note.as_deref()),
        (ContactNo(0), Some("no"))
    );
}

#[test]
fn an_opportunity_merges_what_is_named_and_says_nothing_twice() {
    let first = Opportunity {
        id: OpportunityId::trusted("o-1"),
        name: None,
        solution: None,
        amount: Some(25_000.0),
        currency: Some(Arc::from("EUR")),
        state: OpportunityState::Open,
        closes_on: Some(Day(20_600)),
        source: source("crm"),
        changed_at: Timestamp::from_millis(NOW),
    };
    let made = opportunity(|change| {
        change.amount = Patch::Set(25_000.0);
        change.currency = Patch::Set(Arc::from("EUR"));
        change.closes_on = Patch::Set(Day(20_600));
    });
    given().then(&made, &[Event::OpportunitySet(Box::new(first.clone()))]);
    let given = given().and(&made);
    given.then(&made, &[]);
    let won = opportunity(|change| {
        change.state = Some(OpportunityState::Won);
        change.closes_on = Patch::Clear;
    });
    let expected = Opportunity {
        state: OpportunityState::Won,
        closes_on: None,
        ..first
    };
    given.then(&won, &[Event::OpportunitySet(Box::new(expected))]);
    given.rejects(
        &opportunity(|change| change.amount = Patch::Set(-1.0)),
        &Rejection::Amount { amount: -1.0 },
    );
}

#[test]
fn a_gap_is_put_off_until_a_date_to_come_and_shown_again_when_asked() {
    let given = given();
    let over = Timestamp::from_millis(NOW);
    given.rejects(
        &snooze("cold_seat:champion", Some(NOW)),
        &Rejection::SnoozeOver {
            until: over,
            now: over,
        },
    );
    given.then(&snooze("cold_seat:champion", None), &[]);
    let mut given = given.and(&snooze("cold_seat:champion", Some(NOW + 10)));
    assert_eq!(given.state.snoozes.len(), 1);
    // What is over is forgotten as soon as another is put off.
    given.now = Timestamp::from_millis(NOW + 10);
    let given = given.and(&snooze("no_path:0", Some(NOW + 20)));
    assert_eq!(given.state.snoozes.len(), 1);
    let given = given.and(&snooze("no_path:0", None));
    assert!(given.state.snoozes.is_empty());
}
