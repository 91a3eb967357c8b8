use super::*;
use crate::account::{ContactFact, Event, Record};
use crate::contact::{HeldRole, InferredRole, RelationKey};
use crate::id::{AccountId, Seq};
use crate::time::Timestamp;
use crate::value::Source;

const SEATS: &str = "
name = 'm'
[roles.economic_buyer]
[roles.champion]
[roles.user]
[roles.blocker]
[[committee.seats]]
role = 'economic_buyer'
weight = 3
[[committee.seats]]
role = 'champion'
weight = 2
[[committee.seats]]
role = 'user'
count = 2
";

fn model(text: &str) -> Model {
    Model::from_toml(text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn stated(roles: &[&str]) -> ContactFact {
    let held = roles.iter().map(|role| HeldRole {
        role: Role::trusted(*role),
        solution: None,
    });
    ContactFact::Roles(Some(held.collect()))
}

fn inferred(role: &str, candidate: bool) -> ContactFact {
    ContactFact::Inferred {
        roles: vec![InferredRole {
            role: Role::trusted(role),
            confidence: 0.9,
            rule: "title".into(),
            candidate,
        }],
        seniority: None,
        function: None,
    }
}

fn account(facts: &[(u32, ContactFact)]) -> AccountState {
    let mut state = AccountState::new(AccountId::trusted("a"));
    for (no, fact) in facts {
        state.apply(&Record {
            seq: Seq(1),
            at: Timestamp::from_millis(0),
            event: Event::ContactStated {
                contact: ContactNo(*no),
                fact: fact.clone(),
                source: Source::person(),
            },
        });
    }
    state
}

/// Checks quorum, how much of it is inferred, and the states of the three seats.
#[track_caller]
fn check(facts: &[(u32, ContactFact)], engaged: &[u32], percent: f64, rests_on: f64, states: [SeatState; 3]) {
    let quorum = Quorum::of(&account(facts), &model(SEATS), None, |no| engaged.contains(&no.0));
    let got = quorum.percent.unwrap();
    assert!((got - percent).abs() < 1e-9, "got {got}, expected {percent}");
    assert!(
        (quorum.inferred - rests_on).abs() < 1e-9,
        "inferred {}",
        quorum.inferred
    );
    let got: Vec<SeatState> = quorum.seats.iter().map(|seat| seat.state).collect();
    assert_eq!(got, states);
}

use SeatState::{Engaged, Identified, Missing, Opposed};

#[test]
fn nobody_fills_nothing() {
    check(&[], &[], 0.0, 0.0, [Missing, Missing, Missing]);
    check(
        &[(0, stated(&["unknown"]))],
        &[0],
        0.0,
        0.0,
        [Missing, Missing, Missing],
    );
}

#[test]
fn a_known_holder_is_worth_a_quarter_and_an_engaged_one_all() {
    // 3 * 1/4 of 6.
    check(
        &[(0, stated(&["economic_buyer"]))],
        &[],
        12.5,
        0.0,
        [Identified, Missing, Missing],
    );
    // 3 * 1 of 6.
    check(
        &[(0, stated(&["economic_buyer"]))],
        &[0],
        50.0,
        0.0,
        [Engaged, Missing, Missing],
    );
}

#[test]
fn a_seat_for_two_takes_its_two_best() {
    let users = [
        (0, stated(&["user"])),
        (1, stated(&["user"])),
        (2, stated(&["user"])),
    ];
    // (1 + 1/4) / 2 of 6.
    check(
        &users,
        &[1],
        100.0 * 0.625 / 6.0,
        0.0,
        [Missing, Missing, Identified],
    );
    check(&users, &[0, 1, 2], 100.0 / 6.0, 0.0, [Missing, Missing, Engaged]);
    // One of two: 1/2, and not enough for the seat.
    check(&users[..1], &[0], 50.0 / 6.0, 0.0, [Missing, Missing, Identified]);
}

#[test]
fn somebody_may_hold_several_seats() {
    // 3 + 2 of 6.
    check(
        &[(0, stated(&["economic_buyer", "champion"]))],
        &[0],
        500.0 / 6.0,
        0.0,
        [Engaged, Engaged, Missing],
    );
}

#[test]
fn who_is_against_it_is_worth_nothing() {
    let against = ContactFact::Attitude(Some(Attitude::Detractor));
    check(
        &[(0, stated(&["economic_buyer"])), (0, against.clone())],
        &[0],
        0.0,
        0.0,
        [Opposed, Missing, Missing],
    );
    check(
        &[(0, stated(&["champion", "blocker"]))],
        &[0],
        0.0,
        0.0,
        [Missing, Opposed, Missing],
    );
    // A second one who is for it counts beside it.
    check(
        &[
            (0, stated(&["economic_buyer"])),
            (0, against),
            (1, stated(&["economic_buyer"])),
        ],
        &[0],
        12.5,
        0.0,
        [Identified, Missing, Missing],
    );
}

#[test]
fn the_excluded_hold_no_seat() {
    check(
        &[
            (0, stated(&["economic_buyer"])),
            (0, ContactFact::Excluded(Some("competitor".into()))),
        ],
        &[0],
        0.0,
        0.0,
        [Missing, Missing, Missing],
    );
}

#[test]
fn what_rests_on_inference_alone_is_told() {
    check(
        &[(0, inferred("economic_buyer", false))],
        &[0],
        50.0,
        50.0,
        [Engaged, Missing, Missing],
    );
    // A stated holder engaged beside an inferred one: nothing rests on inference.
    check(
        &[
            (0, inferred("economic_buyer", false)),
            (1, stated(&["economic_buyer"])),
        ],
        &[0, 1],
        50.0,
        0.0,
        [Engaged, Missing, Missing],
    );
    // A stated role wins over what the title says.
    check(
        &[(0, inferred("economic_buyer", false)), (0, stated(&["champion"]))],
        &[0],
        200.0 / 6.0,
        0.0,
        [Missing, Engaged, Missing],
    );
    check(
        &[(0, inferred("champion", true))],
        &[0],
        0.0,
        0.0,
        [Missing, Missing, Missing],
    );
}

#[test]
fn without_seats_quorum_is_undefined() {
    let state = account(&[(0, stated(&["champion"]))]);
    assert_eq!(
        Quorum::of(&state, &model("name = 'm'"), None, |_| true).percent,
        None
    );
}

#[test]
fn seats_and_roles_of_a_solution_count_for_it_alone() {
    let text = "
name = 'm'
[roles.champion]
[[committee.seats]]
role = 'champion'
solution = 'alpha'
[[solutions]]
name = 'alpha'
[[solutions]]
name = 'beta'
";
    let (alpha, beta) = (Solution::trusted("alpha"), Solution::trusted("beta"));
    let held = |solution: &Solution| {
        ContactFact::Roles(Some(vec![HeldRole {
            role: Role::trusted("champion"),
            solution: Some(solution.clone()),
        }]))
    };
    let percent = |fact, of| Quorum::of(&account(&[(0, fact)]), &model(text), Some(of), |_| true).percent;
    assert_eq!(percent(held(&alpha), &alpha), Some(100.0));
    assert_eq!(percent(held(&beta), &alpha), Some(0.0));
    assert_eq!(percent(held(&beta), &beta), None, "no seat is for it");
}

#[test]
fn a_relation_without_a_strength_takes_the_models() {
    let mut state = account(&[(0, stated(&[])), (1, stated(&[]))]);
    let key = |kind| RelationKey {
        from: ContactNo(0),
        to: ContactNo(1),
        kind,
    };
    state.relations.insert(key(RelationKind::ReportsTo), None);
    state.relations.insert(key(RelationKind::Influences), Some(0.9));
    let committee = Committee::of(&state, &model("name = 'm'\n[relations]\nreports_to = 0.7"));
    let told: Vec<_> = committee
        .relations()
        .map(|(from, to, relation)| (from.0, to.0, relation.strength, relation.stated))
        .collect();
    assert_eq!(told, [(0, 1, 0.7, false), (0, 1, 0.9, true)]);
    assert_eq!(committee.graph().node_count(), 2);
}
