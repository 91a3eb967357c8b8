//! Accounts for the tests of the committee.

use super::Committee;
use super::access::{Access, Ways};
use crate::account::{AccountState, ContactFact, Event, Record};
use crate::contact::{HeldRole, RelationKey, RelationKind};
use crate::id::{AccountId, ContactNo, Role, Seq};
use crate::model::Model;
use crate::time::Timestamp;
use crate::value::Source;

/// Returns an account of people `0..count`, with roles and relations such as `(0, Influences, 1, 0.6)`.
pub(super) fn account(
    count: u32,
    roles: &[(u32, &str)],
    relations: &[(u32, RelationKind, u32, f64)],
) -> AccountState {
    let mut state = AccountState::new(AccountId::trusted("a"));
    for no in 0..count {
        let held = roles.iter().filter(|(who, _)| *who == no);
        let held = held.map(|(_, role)| HeldRole {
            role: Role::trusted(*role),
            solution: None,
        });
        say(&mut state, no, ContactFact::Roles(Some(held.collect())));
    }
    for (from, kind, to, strength) in relations {
        let key = RelationKey {
            from: ContactNo(*from),
            to: ContactNo(*to),
            kind: *kind,
        };
        state.relations.insert(key, Some(*strength));
    }
    state
}

/// Says something of a person.
pub(super) fn say(state: &mut AccountState, no: u32, fact: ContactFact) {
    state.apply(&Record {
        seq: Seq(1),
        at: Timestamp::from_millis(0),
        event: Event::ContactStated {
            contact: ContactNo(no),
            fact,
            source: Source::person(),
        },
    });
}

/// Measures an account that sells one thing, under a model that says nothing of it.
pub(super) fn measure(state: &AccountState) -> (Committee, Ways, Access) {
    let model = Model::from_toml("name = 'm'").unwrap_or_else(|errors| panic!("{errors}"));
    let committee = Committee::of(state, &model);
    let ways = Ways::of(state, &committee);
    let access = Access::of(state, None, &ways);
    (committee, ways, access)
}
