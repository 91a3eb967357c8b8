use super::*;
use crate::account::ContactFact;
use crate::committee::fixture::{account, measure, say};
use crate::contact::HeldRole;
use crate::model::Model;
use proptest::prelude::*;

fn access(state: &AccountState) -> Access {
    measure(state).2
}

/// Checks strength and people of the best path.
#[track_caller]
fn check(state: &AccountState, strength: f64, people: &[u32]) {
    let path = access(state)
        .path
        .unwrap_or_else(|why| panic!("no path: {why:?}"));
    let got: Vec<u32> = path.people.iter().map(|no| no.0).collect();
    assert_eq!(got, people);
    assert!(
        (path.strength - strength).abs() < 1e-12,
        "strength {}, expected {strength}",
        path.strength
    );
    assert_eq!(path.steps.len() + 1, path.people.len());
}

use RelationKind::{Blocks, Influences, ReportsTo, WorksWith};

const PAIR: [(u32, &str); 2] = [(0, "champion"), (2, "economic_buyer")];

#[test]
fn strengths_multiply_along_the_path() {
    // 0.8 * 0.6.
    let state = account(3, &PAIR, &[(0, ReportsTo, 1, 0.8), (1, Influences, 2, 0.6)]);
    check(&state, 0.48, &[0, 1, 2]);
    let access = access(&state);
    assert_eq!(access.reach.strength(ContactNo(1)), Some(0.6));
    assert_eq!(access.reach.steps(ContactNo(0)), Some(2));
    assert_eq!(
        access.reach.path(ContactNo(2)).map(|path| path.people),
        Some(vec![ContactNo(2)])
    );
    let steps = access.path.unwrap().steps;
    assert_eq!((steps[0].kind, steps[0].along), (ReportsTo, true));
}

#[test]
fn reporting_and_working_together_go_both_ways_and_influence_one() {
    check(&account(3, &PAIR, &[(2, ReportsTo, 0, 0.8)]), 0.8, &[0, 2]);
    check(&account(3, &PAIR, &[(2, WorksWith, 0, 0.5)]), 0.5, &[0, 2]);
    let against = account(3, &PAIR, &[(2, Influences, 0, 0.9)]);
    assert_eq!(access(&against).path, Err(NoPath::Apart));
    let blocks = account(3, &PAIR, &[(0, Blocks, 2, 0.9)]);
    assert_eq!(access(&blocks).path, Err(NoPath::Apart));
}

#[test]
fn a_longer_way_that_is_stronger_wins_and_of_equal_ones_the_shorter() {
    let strong = [
        (0, WorksWith, 2, 0.5),
        (0, Influences, 1, 0.9),
        (1, Influences, 2, 0.9),
    ];
    check(&account(3, &PAIR, &strong), 0.81, &[0, 1, 2]);
    // 0.5 * 0.5 = 0.25.
    let equal = [
        (0, WorksWith, 2, 0.25),
        (0, Influences, 1, 0.5),
        (1, Influences, 2, 0.5),
    ];
    check(&account(3, &PAIR, &equal), 0.25, &[0, 2]);
    // Full strength costs nothing, and still the shorter way is taken.
    let full = [
        (0, Influences, 1, 1.0),
        (1, Influences, 2, 1.0),
        (0, WorksWith, 2, 1.0),
    ];
    check(&account(3, &PAIR, &full), 1.0, &[0, 2]);
}

#[test]
fn of_equal_ways_the_one_through_the_lowest_number_is_taken() {
    let roles = [(0, "champion"), (3, "economic_buyer")];
    let relations = [
        (0, WorksWith, 2, 0.8),
        (2, WorksWith, 3, 0.5),
        (0, WorksWith, 1, 0.5),
        (1, WorksWith, 3, 0.8),
    ];
    check(&account(4, &roles, &relations), 0.4, &[0, 1, 3]);
}

#[test]
fn two_champions_and_two_buyers_take_the_best_of_all_pairs() {
    let roles = [
        (0, "champion"),
        (1, "champion"),
        (2, "economic_buyer"),
        (3, "economic_buyer"),
    ];
    let relations = [
        (0, Influences, 2, 0.5),
        (0, Influences, 3, 0.4),
        (1, Influences, 2, 0.3),
        (1, Influences, 3, 0.7),
    ];
    check(&account(4, &roles, &relations), 0.7, &[1, 3]);
}

#[test]
fn a_champion_who_is_the_buyer_is_a_path_of_one() {
    let state = account(1, &[(0, "champion"), (0, "economic_buyer")], &[]);
    check(&state, 1.0, &[0]);
}

#[test]
fn no_strength_is_no_edge() {
    let state = account(3, &PAIR, &[(0, WorksWith, 2, 0.0)]);
    assert_eq!(access(&state).path, Err(NoPath::Apart));
}

#[test]
fn cycles_and_self_relations_lead_nowhere_and_do_no_harm() {
    let relations = [
        (0, ReportsTo, 1, 0.8),
        (1, ReportsTo, 0, 0.8),
        (0, ReportsTo, 0, 1.0),
        (1, Influences, 2, 0.6),
        (2, WorksWith, 2, 1.0),
    ];
    check(&account(3, &PAIR, &relations), 0.48, &[0, 1, 2]);
}

#[test]
fn who_is_against_it_or_excluded_passes_nothing_on() {
    let mut state = account(3, &PAIR, &[(0, ReportsTo, 1, 0.8), (1, Influences, 2, 0.6)]);
    say(&mut state, 1, ContactFact::Attitude(Some(Attitude::Detractor)));
    let told = access(&state);
    assert_eq!(told.path, Err(NoPath::Apart));
    assert_eq!(
        told.reach.strength(ContactNo(1)),
        Some(0.6),
        "a detractor's own path is known"
    );
    assert_eq!(told.nearest, None, "a detractor is nobody to turn to");
    say(&mut state, 1, ContactFact::Attitude(None));
    check(&state, 0.48, &[0, 1, 2]);
    say(&mut state, 1, ContactFact::Excluded(Some("competitor".into())));
    assert_eq!(access(&state).path, Err(NoPath::Apart));
    assert_eq!(access(&state).reach.strength(ContactNo(1)), None);
}

#[test]
fn a_contact_that_is_gone_takes_its_relations_along() {
    let mut state = account(3, &PAIR, &[(0, ReportsTo, 1, 0.8), (1, Influences, 2, 0.6)]);
    state.contacts.remove(&ContactNo(1));
    assert_eq!(access(&state).path, Err(NoPath::Apart));
}

#[test]
fn a_champion_or_buyer_who_is_against_it_is_none() {
    let mut state = account(3, &PAIR, &[(0, Influences, 2, 0.6)]);
    say(&mut state, 2, ContactFact::Attitude(Some(Attitude::Detractor)));
    assert_eq!(access(&state).path, Err(NoPath::NoBuyer));
    say(&mut state, 2, ContactFact::Attitude(None));
    say(&mut state, 0, ContactFact::Attitude(Some(Attitude::Detractor)));
    assert_eq!(access(&state).path, Err(NoPath::NoChampion));
}

#[test]
fn without_a_path_the_nearest_to_the_buyer_is_named() {
    let relations = [
        (1, Influences, 2, 0.6),
        (3, ReportsTo, 2, 0.8),
        (4, ReportsTo, 3, 0.8),
    ];
    let nearest = access(&account(5, &PAIR, &relations)).nearest;
    assert_eq!(
        nearest,
        Some(Nearest {
            contact: ContactNo(3),
            steps: 1,
            strength: 0.8
        })
    );
    assert_eq!(access(&account(3, &PAIR, &[])).nearest, None);
}

#[test]
fn roles_of_another_solution_open_no_path() {
    let mut state = account(2, &[(1, "economic_buyer")], &[(0, Influences, 1, 0.6)]);
    let held = HeldRole {
        role: Role::trusted("champion"),
        solution: Some(Solution::trusted("alpha")),
    };
    say(&mut state, 0, ContactFact::Roles(Some(vec![held])));
    let model = Model::from_toml("name = 'm'").unwrap();
    let between = |solution: &str| {
        let roles = [Role::trusted("champion"), Role::trusted("economic_buyer")];
        best_path(
            &state,
            &Ways::of(&state, &Committee::of(&state, &model)),
            Some(&Solution::trusted(solution)),
            &roles[0],
            &roles[1],
        )
        .map(|path| path.strength)
    };
    assert_eq!(between("alpha"), Some(0.6));
    assert_eq!(between("beta"), None);
}

/// A committee of up to seven, its people's roles (a bit each for champion, buyer, detractor, excluded) and relations.
#[derive(Clone, Debug)]
struct Drawn {
    people: Vec<u8>,
    relations: Vec<(u32, RelationKind, u32, f64)>,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let kinds = prop::sample::select(RelationKind::ALL.to_vec());
    let strengths = prop::sample::select(vec![0.0, 0.25, 0.3, 0.5, 0.6, 0.8, 0.9, 1.0]);
    let one =
        prop_oneof![4 => Just(0u8), 2 => Just(1), 2 => Just(2), 1 => Just(4), 1 => Just(8), 1 => Just(3)];
    (1_u32..8).prop_flat_map(move |count| {
        let relation = (0..count, kinds.clone(), 0..count, strengths.clone());
        let people = prop::collection::vec(one.clone(), place(count));
        (people, prop::collection::vec(relation, 0..16))
            .prop_map(|(people, relations)| Drawn { people, relations })
    })
}

fn place(no: u32) -> usize {
    usize::try_from(no).unwrap()
}

impl Drawn {
    fn state(&self, rename: impl Fn(u32) -> u32) -> AccountState {
        let count = u32::try_from(self.people.len()).unwrap();
        let numbered = || (0..count).zip(&self.people);
        let mut roles = Vec::new();
        for (no, bits) in numbered() {
            if bits & 1 != 0 {
                roles.push((rename(no), "champion"));
            }
            if bits & 2 != 0 {
                roles.push((rename(no), "economic_buyer"));
            }
        }
        let relations: Vec<_> = self
            .relations
            .iter()
            .map(|(from, kind, to, strength)| (rename(*from), *kind, rename(*to), *strength))
            .collect();
        let mut state = account(count, &roles, &relations);
        for (no, bits) in numbered() {
            if bits & 4 != 0 {
                say(
                    &mut state,
                    rename(no),
                    ContactFact::Attitude(Some(Attitude::Detractor)),
                );
            }
            if bits & 8 != 0 {
                say(
                    &mut state,
                    rename(no),
                    ContactFact::Excluded(Some("student".into())),
                );
            }
        }
        state
    }

    /// The slow, obvious answer: every simple path from every champion, tried one after the other.
    fn strongest(&self) -> Option<f64> {
        let usable = |no: u32| self.people[place(no)] & 0b1100 == 0;
        let mut latest = std::collections::BTreeMap::new();
        for (from, kind, to, strength) in &self.relations {
            latest.insert((*from, *to, *kind), *strength);
        }
        let mut best: Option<f64> = None;
        let mut open: Vec<(Vec<u32>, f64)> = (0..u32::try_from(self.people.len()).unwrap())
            .filter(|no| usable(*no) && self.people[place(*no)] & 1 != 0)
            .map(|no| (vec![no], 1.0))
            .collect();
        while let Some((walked, strength)) = open.pop() {
            let at = *walked.last().unwrap();
            if self.people[place(at)] & 2 != 0 {
                best = Some(best.map_or(strength, |best| best.max(strength)));
            }
            for ((from, to, kind), edge) in &latest {
                let both = matches!(kind, ReportsTo | WorksWith);
                let next = match kind {
                    ReportsTo | WorksWith | Influences if *from == at => Some(*to),
                    ReportsTo | WorksWith | Influences if both && *to == at => Some(*from),
                    Blocks | ReportsTo | WorksWith | Influences => None,
                };
                if let Some(next) = next.filter(|next| usable(*next) && !walked.contains(next))
                    && *edge > 0.0
                {
                    let mut further = walked.clone();
                    further.push(next);
                    open.push((further, strength * edge));
                }
            }
        }
        best
    }
}

fn strength(state: &AccountState) -> Option<f64> {
    access(state).path.ok().map(|path| path.strength)
}

fn same(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => (a - b).abs() < 1e-12,
        (Some(_), None) | (None, Some(_)) => false,
    }
}

proptest! {
    #[test]
    fn the_best_path_is_the_best_of_all_simple_ones(drawn in drawn()) {
        let got = strength(&drawn.state(|no| no));
        let expected = drawn.strongest();
        prop_assert!(same(got, expected), "got {got:?}, expected {expected:?}");
    }

    #[test]
    fn other_numbers_give_the_same_answers(drawn in drawn()) {
        let top = u32::try_from(drawn.people.len()).unwrap() - 1;
        let plain = access(&drawn.state(|no| no));
        let renamed = access(&drawn.state(|no| top - no));
        match (&plain.path, &renamed.path) {
            (Ok(plain), Ok(renamed)) => {
                prop_assert!((plain.strength - renamed.strength).abs() < 1e-12);
                prop_assert_eq!(plain.steps.len(), renamed.steps.len());
            }
            (plain, renamed) => prop_assert_eq!(plain.as_ref().err(), renamed.as_ref().err()),
        }
        for no in 0..=top {
            let (plain, renamed) = (plain.reach.strength(ContactNo(no)), renamed.reach.strength(ContactNo(top - no)));
            prop_assert!(same(plain, renamed), "person {no}: {plain:?} and {renamed:?}");
        }
    }

    #[test]
    fn taking_a_relation_away_never_makes_a_path_stronger(drawn in drawn(), which in any::<prop::sample::Index>()) {
        let state = drawn.state(|no| no);
        let before = strength(&state).unwrap_or(0.0);
        let mut less = state.clone();
        if !state.relations.is_empty() {
            let gone = state.relations.keys().nth(which.index(state.relations.len())).copied();
            less.relations.remove(&gone.unwrap());
        }
        prop_assert!(strength(&less).unwrap_or(0.0) <= before + 1e-12);
        let (more, less) = (access(&state).reach, access(&less).reach);
        for no in state.contacts.keys() {
            let (more, less) = (more.strength(*no).unwrap_or(0.0), less.strength(*no).unwrap_or(0.0));
            prop_assert!(less <= more + 1e-12, "person {no:?}: {less} instead of {more}");
        }
    }

    #[test]
    fn a_path_is_what_its_steps_say(drawn in drawn()) {
        let state = drawn.state(|no| no);
        let access = access(&state);
        if let Ok(path) = &access.path {
            let product: f64 = path.steps.iter().map(|step| step.strength).product();
            prop_assert!((product - path.strength).abs() < 1e-12);
            prop_assert!(access.champions.contains(&path.people[0]));
            prop_assert!(access.buyers.contains(path.people.last().unwrap()));
            for (step, pair) in path.steps.iter().zip(path.people.windows(2)) {
                prop_assert_eq!([step.from, step.to], [pair[0], pair[1]]);
            }
        }
    }
}
