use std::sync::Arc;

use quorate_domain::id::Role;
use quorate_engine::view::Why;

use super::super::row::tests::northfold;
use super::*;

fn now() -> Timestamp {
    "2026-06-16T14:32:00Z".parse().unwrap()
}

fn seat(role: &str, weight: f64, state: SeatState, worth: f64) -> SeatCell {
    SeatCell {
        role: Role::new(role).unwrap(),
        weight,
        state,
        worth,
    }
}

fn of(seats: Vec<SeatCell>) -> WhyCell {
    let kind = |label: &str, at: &str| Why {
        label: Arc::from(label),
        newest: at.parse().unwrap(),
    };
    let row = AccountRow {
        seats: seats.into(),
        why: [
            Some(kind("Meeting attended", "2026-06-11T09:00:00Z")),
            Some(kind("Demo requested", "2026-06-12T09:00:00Z")),
        ],
        ..northfold()
    };
    WhyCell::of(&row, now())
}

#[test]
fn the_largest_kinds_and_the_heaviest_gap_are_said() {
    let cell = of(vec![
        seat("champion", 2.0, SeatState::Missing, 0.0),
        seat("economic_buyer", 3.0, SeatState::Identified, 0.25),
    ]);
    assert_eq!(cell.why, "Meeting attended 11 Jun, demo requested 12 Jun");
    assert_eq!(cell.gap, "Economic buyer known but cold");
    assert_eq!(of(vec![seat("user", 1.0, SeatState::Engaged, 1.0)]).gap, "");
    assert_eq!(
        of(vec![seat("user", 1.0, SeatState::Missing, 0.0)]).gap,
        "No user known"
    );
    assert_eq!(
        of(vec![seat("user", 1.0, SeatState::Opposed, 0.0)]).gap,
        "User opposed"
    );
}

#[test]
fn an_account_without_signals_says_so() {
    let row = AccountRow {
        why: [None, None],
        seats: Arc::default(),
        ..northfold()
    };
    let html = WhyCell::of(&row, now()).render().unwrap();
    assert!(html.contains("Nothing that counts yet"), "{html}");
}
