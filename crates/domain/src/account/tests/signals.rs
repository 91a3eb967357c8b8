//! Signals: what becomes of each one sent.

use super::*;

#[test]
fn every_signal_has_its_outcome_in_order() {
    let mut signals: Vec<NewSignal> = ["ok", "kind", "old", "soon", "far", "weak", "ok", "sol"]
        .map(signal)
        .into();
    signals[1].kind = Kind::trusted("page");
    signals[2].occurred_at = Some(after(-401 * DAY_MS));
    signals[3].occurred_at = Some(after(FUTURE_MAX_MS));
    signals[4].occurred_at = Some(after(FUTURE_MAX_MS + 1));
    signals[5].strength = -1.0;
    signals[7].solution = Some(Solution::trusted("gamma"));
    let decision = check_outcomes(
        &given(),
        signals,
        &[
            Outcome::Accepted,
            Outcome::UnknownKind,
            Outcome::Expired,
            Outcome::Waiting,
            Outcome::Rejected(SignalRejection::Future {
                occurred_at: Timestamp::from_millis(NOW + FUTURE_MAX_MS + 1),
                now: Timestamp::from_millis(NOW),
            }),
            Outcome::Rejected(SignalRejection::Strength { strength: -1.0 }),
            Outcome::Duplicate,
            Outcome::Rejected(SignalRejection::UnknownSolution {
                solution: "gamma".into(),
            }),
        ],
    );
    // Only what is new and not refused is recorded.
    let recorded: Vec<(&str, bool)> = decision
        .events
        .iter()
        .filter_map(|event| {
            let Event::SignalRecorded(signal) = event else {
                return None;
            };
            Some((signal.id.as_str(), signal.expired))
        })
        .collect();
    assert_eq!(
        recorded,
        [("ok", false), ("kind", false), ("old", true), ("soon", false)]
    );
}

#[test]
fn a_signal_without_an_instant_happened_now() {
    let decision = check_outcomes(&given(), vec![signal("a")], &[Outcome::Accepted]);
    assert!(matches!(
        decision.events.as_slice(),
        [Event::SignalRecorded(Signal { occurred_at, contact: None, .. })] if occurred_at.as_millis() == NOW
    ));
}

#[test]
fn the_first_of_an_id_wins_in_a_batch_and_later() {
    let mut second = signal("a");
    second.strength = 9.0;
    let decision = check_outcomes(
        &given(),
        vec![signal("a"), second.clone()],
        &[Outcome::Accepted, Outcome::Duplicate],
    );
    assert_eq!(decision.events.len(), 1);
    let given = given().and(&Command::RecordSignals(vec![signal("a")]));
    check_outcomes(&given, vec![second], &[Outcome::Duplicate]);
}

#[test]
fn a_refused_signal_leaves_its_id_free() {
    let mut refused = signal("a");
    refused.strength = f64::NAN;
    let decision = given()
        .when(&Command::RecordSignals(vec![refused, signal("a")]))
        .unwrap();
    assert!(matches!(
        decision.outcomes.as_slice(),
        [
            Outcome::Rejected(SignalRejection::Strength { .. }),
            Outcome::Accepted
        ]
    ));
}

#[test]
fn a_strength_is_a_finite_number_from_zero_up() {
    for (strength, accepted) in [
        (0.0, true),
        (STRENGTH_MAX, true),
        (STRENGTH_MAX * 1.001, false),
        (f64::INFINITY, false),
        (f64::NAN, false),
        (-0.001, false),
    ] {
        let mut asked = signal("a");
        asked.strength = strength;
        let decision = given().when(&Command::RecordSignals(vec![asked])).unwrap();
        assert_eq!(decision.outcomes == [Outcome::Accepted], accepted, "{strength}");
    }
}

#[test]
fn a_signal_as_old_as_the_retention_counts() {
    let mut given = given();
    given.policy.retention = Days(30.0);
    let (mut edge, mut over) = (signal("a"), signal("b"));
    edge.occurred_at = Some(after(-30 * DAY_MS));
    over.occurred_at = Some(after(-30 * DAY_MS - 1));
    check_outcomes(&given, vec![edge, over], &[Outcome::Accepted, Outcome::Expired]);
}

#[test]
fn a_signal_introduces_its_contact_once() {
    let mut signals = vec![signal("1"), signal("2"), signal("3")];
    signals[0].contact = Some(by("c-1"));
    signals[1].contact = Some(by("c-1"));
    signals[2].contact = Some(by("c-2"));
    let decision = check_outcomes(&given(), signals, &[const { Outcome::Accepted }; 3]);
    let contacts: Vec<String> = decision
        .events
        .iter()
        .map(|event| {
            if let Event::SignalRecorded(signal) = event {
                format!("by {}", signal.contact.unwrap().0)
            } else {
                assert!(matches!(event, Event::ContactIntroduced { .. }), "{event:?}");
                "new".to_owned()
            }
        })
        .collect();
    assert_eq!(contacts, ["new", "by 0", "by 0", "new", "by 1"]);
    assert_eq!(decision.cards.len(), 2);
}

#[test]
fn splitting_a_batch_changes_nothing() {
    let mut signals: Vec<NewSignal> = (0..6).map(|n| signal(&format!("{}", n % 4))).collect();
    for (place, signal) in signals.iter_mut().enumerate() {
        signal.contact = (place % 2 == 0).then(|| ContactRef::Id(contact_id(&format!("c-{}", place % 3))));
    }
    let whole = given().and(&Command::RecordSignals(signals.clone()));
    let mut parts = given();
    for signal in signals {
        parts = parts.and(&Command::RecordSignals(vec![signal]));
    }
    assert_eq!(whole.state, parts.state);
    assert_eq!(whole.directory, parts.directory);
    assert_eq!(whole.known, parts.known);
}

#[test]
fn expired_signals_are_counted_and_no_more() {
    let mut old = signal("old");
    old.occurred_at = Some(after(-401 * DAY_MS));
    let given = given().and(&Command::RecordSignals(vec![old]));
    assert_eq!((given.state.signals, given.state.expired), (1, 1));
    assert_eq!(given.state.last_signal_at, None);
}

#[test]
fn a_kind_over_the_limit_is_refused_and_known_kinds_go_on() {
    let model = crate::model::Model::from_toml("[signals.\"a\"]\npoints = 1").unwrap();
    let policy = Policy {
        kinds_max: 2,
        ..Policy::default()
    };
    let now: crate::time::Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
    let signal = |id: &str, kind: &str| NewSignal {
        id: crate::id::SignalId::trusted(id),
        kind: crate::id::Kind::trusted(kind),
        contact: None,
        occurred_at: None,
        strength: 1.0,
        source: crate::signal::SignalSource::FirstParty,
        solution: None,
        object: None,
        properties: None,
    };
    let command = Command::RecordSignals(vec![
        signal("1", "a"),
        signal("2", "b"),
        signal("3", "c"),
        signal("4", "a"),
    ]);
    let state = AccountState::new(crate::id::AccountId::trusted("acme"));
    let decided = decide(
        &state,
        &Directory::default(),
        &command,
        &model,
        &policy,
        now,
        |_| false,
    )
    .unwrap();
    let refused = Outcome::Rejected(SignalRejection::TooManyKinds { max: 2 });
    assert_eq!(
        decided.outcomes,
        [
            Outcome::Accepted,
            Outcome::UnknownKind,
            refused,
            Outcome::Accepted
        ]
    );
}
