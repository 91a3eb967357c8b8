//! What a buying group's committee may fail by (docs/semantics.md 3.7): all hanging on one person, blockers near the
//! buyer, parts of the company that nobody reached.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Committee;
use super::access::{self, Access, Ways};
use super::central::{Betweenness, WORK_MAX};
use crate::account::AccountState;
use crate::contact::{Attitude, Contact, RelationKind, Seniority};
use crate::id::{ContactNo, Role, Solution};

/// How many of the most central people are told.
pub const CENTRAL_MAX: usize = 5;

/// Somebody who stands against the purchase.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocker {
    /// Who.
    pub contact: ContactNo,
    /// Whether it holds the role `blocker`.
    pub by_role: bool,
    /// Whether it is a detractor.
    pub detractor: bool,
    /// Whom it blocks, by number.
    pub blocks: Vec<ContactNo>,
    /// How strong its own path to an economic buyer is, 1 when it is one; `None`: it has none.
    pub strength: Option<f64>,
    /// How many steps that path has.
    pub steps: Option<u32>,
}

/// Somebody through whom others reach each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Central {
    /// Who.
    pub contact: ContactNo,
    /// Share of the pairs of others whose shortest way goes through it, above 0 and at most 1.
    pub share: f64,
}

/// How many people of a part of the company are known, and how many of them engaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// People known.
    pub known: usize,
    /// Of them engaged.
    pub engaged: usize,
}

impl Coverage {
    /// Returns whether anybody there is engaged.
    #[must_use]
    pub fn is_reached(self) -> bool {
        self.engaged > 0
    }

    fn count(&mut self, engaged: bool) {
        self.known += 1;
        self.engaged += usize::from(engaged);
    }
}

/// What a buying group's committee may fail by. Excluded contacts are not in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Risk {
    /// The one engaged contact, when there is exactly one.
    pub only_engaged: Option<ContactNo>,
    /// Everybody, buyers apart, without whom none of the other supporters reaches an economic buyer; from our side
    /// to the buyer's.
    pub holds: Vec<ContactNo>,
    /// Who stands against it: the strongest path to the buyer first, then by number.
    pub blockers: Vec<Blocker>,
    /// Through whom most others reach each other, at most [`CENTRAL_MAX`], largest share first, then by number.
    pub central: Vec<Central>,
    /// Whether the shares are estimated, because the committee is very large.
    pub central_estimated: bool,
    /// Every level, highest first.
    pub levels: Vec<(Seniority, Coverage)>,
    /// Every function somebody is known in, by name in lower case.
    pub functions: BTreeMap<Arc<str>, Coverage>,
    /// People who report to each other in a circle, each circle by number: somebody stated what cannot be.
    pub circles: Vec<Vec<ContactNo>>,
}

impl Risk {
    /// Measures the risks of a buying group.
    ///
    /// - `access`: that of the same group, over the same `ways`.
    #[must_use]
    pub fn of(
        state: &AccountState,
        committee: &Committee,
        solution: Option<&Solution>,
        ways: &Ways,
        access: &Access,
        engaged: impl Fn(ContactNo) -> bool,
    ) -> Self {
        let counted = || state.contacts.values().filter(|contact| !contact.is_excluded());
        let mut engaged_ones = counted().map(|contact| contact.no).filter(|no| engaged(*no));
        let only_engaged = match (engaged_ones.next(), engaged_ones.next()) {
            (Some(only), None) => Some(only),
            (None | Some(_), _) => None,
        };
        let mut levels = Seniority::ALL.map(|level| (level, Coverage::default()));
        let mut functions: BTreeMap<Arc<str>, Coverage> = BTreeMap::new();
        for contact in counted() {
            let is_engaged = engaged(contact.no);
            let level = contact.seniority();
            if let Some((_, coverage)) = levels.iter_mut().find(|(of, _)| Some(*of) == level) {
                coverage.count(is_engaged);
            }
            if let Some(function) = contact.function() {
                functions.entry(function).or_default().count(is_engaged);
            }
        }
        let (central, central_estimated) = central(state, committee);
        Self {
            only_engaged,
            holds: holds(state, solution, ways, access),
            blockers: blockers(state, committee, solution, access),
            central,
            central_estimated,
            levels: levels.to_vec(),
            functions,
            circles: circles(committee),
        }
    }

    /// Returns whether everything hangs on one person: one engaged contact, or one who holds all supporters.
    #[must_use]
    pub fn is_single_threaded(&self) -> bool {
        self.only_engaged.is_some() || !self.holds.is_empty()
    }
}

fn has_role(contact: &Contact, solution: Option<&Solution>, names: &[&str]) -> bool {
    let roles = contact.roles_for(solution);
    roles.iter().any(|role| names.contains(&role.as_str()))
}

/// Who is on every way from a supporter to a buyer.
pub(crate) fn holds(
    state: &AccountState,
    solution: Option<&Solution>,
    ways: &Ways,
    access: &Access,
) -> Vec<ContactNo> {
    let supporters = state.contacts.values().filter(|contact| {
        contact.attitude() == Attitude::Supporter
            || has_role(contact, solution, &[Role::CHAMPION, Role::COACH])
    });
    let reaching: Vec<ContactNo> = supporters
        .filter(|contact| access::is_passable(contact) && access.reach.steps(contact.no).is_some())
        .map(|contact| contact.no)
        .collect();
    let mut holds = ways.on_every_way(&reaching, &access.buyers);
    // Who is a buyer, and who is the only supporter, holds nobody but itself.
    holds.retain(|no| !access.buyers.contains(no) && reaching.iter().any(|other| other != no));
    holds
}

pub(crate) fn blockers(
    state: &AccountState,
    committee: &Committee,
    solution: Option<&Solution>,
    access: &Access,
) -> Vec<Blocker> {
    let counts = |no: &ContactNo| {
        state
            .contacts
            .get(no)
            .is_some_and(|contact| !contact.is_excluded())
    };
    let mut blocked: BTreeMap<ContactNo, BTreeSet<ContactNo>> = BTreeMap::new();
    for (from, to, relation) in committee.relations() {
        let blocks = relation.kind == RelationKind::Blocks && relation.strength > 0.0;
        if blocks && from != to && counts(&from) && counts(&to) {
            blocked.entry(from).or_default().insert(to);
        }
    }
    let mut blockers: Vec<Blocker> = Vec::new();
    for contact in state.contacts.values().filter(|contact| !contact.is_excluded()) {
        let blocks: Vec<ContactNo> = blocked.remove(&contact.no).into_iter().flatten().collect();
        let by_role = has_role(contact, solution, &[Role::BLOCKER]);
        let detractor = contact.attitude() == Attitude::Detractor;
        if by_role || detractor || !blocks.is_empty() {
            let buys = has_role(contact, solution, &[Role::ECONOMIC_BUYER]);
            let reach = &access.reach;
            blockers.push(Blocker {
                contact: contact.no,
                by_role,
                detractor,
                blocks,
                strength: if buys {
                    Some(1.0)
                } else {
                    reach.strength(contact.no)
                },
                steps: if buys { Some(0) } else { reach.steps(contact.no) },
            });
        }
    }
    let strength = |blocker: &Blocker| blocker.strength.unwrap_or(0.0);
    blockers.sort_by(|a, b| {
        strength(b)
            .total_cmp(&strength(a))
            .then(a.contact.cmp(&b.contact))
    });
    blockers
}

/// The most central people, detractors too, over the ways between those who have any.
fn central(state: &AccountState, committee: &Committee) -> (Vec<Central>, bool) {
    let ways = Ways::among(state, committee, |contact| !contact.is_excluded());
    let (people, neighbours) = ways.neighbours();
    let between = Betweenness::of(&neighbours, WORK_MAX);
    let mut central: Vec<Central> = people
        .into_iter()
        .zip(between.shares)
        .filter(|(_, share)| *share > 0.0)
        .map(|(contact, share)| Central { contact, share })
        .collect();
    central.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.contact.cmp(&b.contact)));
    central.truncate(CENTRAL_MAX);
    (central, between.estimated)
}

/// Who reports to each other in a circle.
fn circles(committee: &Committee) -> Vec<Vec<ContactNo>> {
    let reports = committee
        .relations()
        .filter(|(_, _, relation)| relation.kind == RelationKind::ReportsTo);
    let pairs: BTreeSet<(ContactNo, ContactNo)> = reports.map(|(from, to, _)| (from, to)).collect();
    let mut graph = DiGraph::new();
    let people: BTreeSet<ContactNo> = pairs.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let nodes: BTreeMap<ContactNo, _> = people.into_iter().map(|no| (no, graph.add_node(no))).collect();
    for (from, to) in &pairs {
        if let (Some(from), Some(to)) = (nodes.get(from), nodes.get(to)) {
            graph.add_edge(*from, *to, ());
        }
    }
    // Not Tarjan's: petgraph's recurses as deep as a chain of reports is long.
    let parts = kosaraju_scc(&graph).into_iter().map(|part| {
        let mut part: Vec<ContactNo> = part
            .iter()
            .filter_map(|node| graph.node_weight(*node).copied())
            .collect();
        part.sort_unstable();
        part
    });
    let mut circles: Vec<Vec<ContactNo>> = parts
        .filter(|part| match part.as_slice() {
            [only] => pairs.contains(&(*only, *only)),
            more => more.len() > 1,
        })
        .collect();
    circles.sort_unstable();
    circles
}

#[cfg(test)]
mod tests;
