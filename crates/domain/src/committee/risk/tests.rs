use super::*;
use crate::account::ContactFact;
use crate::committee::fixture::{account, measure, say};
use proptest::prelude::*;

use RelationKind::{Blocks, Influences, ReportsTo, WorksWith};

fn risk(state: &AccountState, engaged: &[u32]) -> Risk {
    let (committee, ways, access) = measure(state);
    Risk::of(state, &committee, None, &ways, &access, |no| {
        engaged.contains(&no.0)
    })
}

fn numbers(people: &[ContactNo]) -> Vec<u32> {
    people.iter().map(|no| no.0).collect()
}

/// Champion 0 - 1 - buyer 2, and what is added.
fn line(more: &[(u32, RelationKind, u32, f64)]) -> AccountState {
    let mut relations = vec![(0, ReportsTo, 1, 0.8), (1, Influences, 2, 0.6)];
    relations.extend(more);
    account(6, &[(0, "champion"), (2, "economic_buyer")], &relations)
}

#[test]
fn one_engaged_person_is_named() {
    let state = line(&[]);
    assert_eq!(risk(&state, &[]).only_engaged, None);
    assert_eq!(risk(&state, &[4]).only_engaged, Some(ContactNo(4)));
    assert_eq!(risk(&state, &[0, 4]).only_engaged, None);
    assert!(risk(&state, &[4]).is_single_threaded());
}

#[test]
fn who_holds_the_supporters_to_the_buyer_is_named() {
    assert_eq!(numbers(&risk(&line(&[]), &[]).holds), [1]);
    // A second way round.
    assert_eq!(
        numbers(&risk(&line(&[(0, WorksWith, 3, 0.5), (3, WorksWith, 2, 0.5)]), &[]).holds),
        [0_u32; 0]
    );
    // Straight to the buyer: nobody between.
    assert_eq!(
        numbers(&risk(&line(&[(0, Influences, 2, 0.1)]), &[]).holds),
        [0_u32; 0]
    );
}

#[test]
fn a_supporter_behind_the_champion_hangs_on_it_too() {
    let mut state = line(&[(4, ReportsTo, 0, 0.8)]);
    assert_eq!(
        numbers(&risk(&state, &[]).holds),
        [1],
        "nobody knows that 4 is for it"
    );
    say(&mut state, 4, ContactFact::Attitude(Some(Attitude::Supporter)));
    assert_eq!(numbers(&risk(&state, &[]).holds), [0, 1]);
    // A supporter beside the buyer makes the way of the others one of two.
    say(&mut state, 5, ContactFact::Attitude(Some(Attitude::Supporter)));
    state.relations.extend(line(&[(5, WorksWith, 2, 0.5)]).relations);
    assert_eq!(numbers(&risk(&state, &[]).holds), [0_u32; 0]);
}

#[test]
fn a_champion_who_is_the_buyer_hangs_on_nobody() {
    let state = account(1, &[(0, "champion"), (0, "economic_buyer")], &[]);
    assert_eq!(numbers(&risk(&state, &[]).holds), [0_u32; 0]);
}

#[test]
fn blockers_are_told_with_their_way_to_the_buyer() {
    let mut state = line(&[(3, Blocks, 0, 1.0), (3, ReportsTo, 1, 0.5), (4, Blocks, 5, 0.0)]);
    say(&mut state, 4, ContactFact::Attitude(Some(Attitude::Detractor)));
    let blockers = risk(&state, &[]).blockers;
    let told: Vec<_> = blockers
        .iter()
        .map(|blocker| {
            (
                blocker.contact.0,
                numbers(&blocker.blocks),
                blocker.detractor,
                blocker.strength,
                blocker.steps,
            )
        })
        .collect();
    // 0.5 * 0.6 for who reports to 1; the detractor knows nobody, and a blocking of strength 0 is none.
    assert_eq!(
        told,
        [
            (3, vec![0], false, Some(0.3), Some(2)),
            (4, vec![], true, None, None)
        ]
    );
}

#[test]
fn a_buyer_who_is_against_it_is_a_blocker_at_the_buyer() {
    let mut state = line(&[]);
    say(&mut state, 2, ContactFact::Attitude(Some(Attitude::Detractor)));
    let blockers = risk(&state, &[]).blockers;
    assert_eq!((blockers[0].strength, blockers[0].steps), (Some(1.0), Some(0)));
}

#[test]
fn the_excluded_are_no_risk_and_reach_nothing() {
    let mut state = line(&[(3, Blocks, 0, 1.0)]);
    say(&mut state, 3, ContactFact::Excluded(Some("left".into())));
    assert_eq!(risk(&state, &[]).blockers, []);
    assert_eq!(risk(&state, &[3]).only_engaged, None);
}

#[test]
fn the_most_central_come_first() {
    let central = risk(&line(&[(1, WorksWith, 3, 0.5), (4, ReportsTo, 3, 0.5)]), &[]).central;
    let told: Vec<u32> = central.iter().map(|central| central.contact.0).collect();
    assert_eq!(told, [1, 3]);
}

#[test]
fn parts_that_nobody_reached_are_told() {
    let mut state = line(&[]);
    let level = |level| ContactFact::Seniority(Some(level));
    let function = |name: &str| ContactFact::Function(Some(name.into()));
    say(&mut state, 0, level(Seniority::Vp));
    say(&mut state, 2, level(Seniority::CLevel));
    say(&mut state, 0, function("Operations"));
    say(&mut state, 1, function(" operations"));
    say(&mut state, 2, function("finance"));
    let risk = risk(&state, &[0]);
    let coverage = |known, engaged| Coverage { known, engaged };
    assert_eq!(risk.levels[0], (Seniority::CLevel, coverage(1, 0)));
    assert_eq!(risk.levels[1], (Seniority::Vp, coverage(1, 1)));
    assert_eq!(risk.levels[2].1, Coverage::default());
    assert_eq!(risk.functions.get("operations"), Some(&coverage(2, 1)));
    assert!(!risk.functions["finance"].is_reached());
}

#[test]
fn people_who_report_in_a_circle_are_told_and_nothing_hangs() {
    let state = line(&[
        (1, ReportsTo, 0, 0.8),
        (3, ReportsTo, 3, 0.8),
        (4, ReportsTo, 5, 0.8),
    ]);
    let risk = risk(&state, &[]);
    let circles: Vec<_> = risk.circles.iter().map(|circle| numbers(circle)).collect();
    assert_eq!(circles, [vec![0, 1], vec![3]]);
    assert_eq!(numbers(&risk.holds), [1]);
}

#[test]
fn a_committee_of_five_hundred_and_ten_thousand_people_in_a_row_are_measured() {
    for (count, estimated) in [(500, false), (10_000, true)] {
        let row: Vec<_> = (1..count).map(|no| (no - 1, ReportsTo, no, 0.9)).collect();
        let state = account(count, &[(0, "champion"), (count - 1, "economic_buyer")], &row);
        let risk = risk(&state, &[]);
        assert_eq!(risk.central_estimated, estimated);
        assert_eq!(risk.holds.len() + 2, usize::try_from(count).unwrap());
    }
}

proptest! {
    /// The slow, obvious answer: take everybody away in turn and see whether another supporter still arrives.
    #[test]
    fn who_holds_the_supporters_is_who_cuts_them_off(
        supporters in prop::collection::btree_set(0_u32..6, 0..4),
        buyers in prop::collection::btree_set(0_u32..6, 1..3),
        relations in prop::collection::vec((0_u32..6, prop::sample::select(vec![ReportsTo, Influences]), 0_u32..6), 0..12),
    ) {
        let relations: Vec<_> = relations.into_iter().map(|(from, kind, to)| (from, kind, to, 0.5)).collect();
        let roles: Vec<_> = buyers.iter().map(|no| (*no, "economic_buyer")).collect();
        let mut state = account(6, &roles, &relations);
        for no in &supporters {
            say(&mut state, *no, ContactFact::Attitude(Some(Attitude::Supporter)));
        }
        let arriving = |state: &AccountState| -> Vec<u32> {
            let reach = measure(state).2.reach;
            supporters.iter().copied().filter(|no| reach.steps(ContactNo(*no)).is_some()).collect()
        };
        let all = arriving(&state);
        let cuts = |no: &u32| {
            let mut without = state.clone();
            without.contacts.remove(&ContactNo(*no));
            let others = all.iter().any(|other| other != no);
            !buyers.contains(no) && others && arriving(&without).iter().all(|left| left == no)
        };
        let expected: BTreeSet<u32> = (0..6).filter(cuts).collect();
        let got: BTreeSet<u32> = numbers(&risk(&state, &[]).holds).into_iter().collect();
        prop_assert_eq!(got, expected);
    }
}
