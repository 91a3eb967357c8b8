//! Access (docs/semantics.md 3.7): how the people of a committee are reached through one another, and the best path
//! from a champion to an economic buyer.
//!
//! The strength of a path is the product of its edges', so the strongest path is the shortest one over `-log2` of
//! them: petgraph's Dijkstra, over integers, so that equal paths are equal whatever the order of adding.

use petgraph::algo::{dijkstra, dominators};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeRef, Reversed};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Add;

use super::Committee;
use crate::account::AccountState;
use crate::contact::{Attitude, Contact, RelationKind};
use crate::id::{ContactNo, Role, Solution};
use crate::math;

/// One step of a path.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Who passes it on.
    pub from: ContactNo,
    /// To whom.
    pub to: ContactNo,
    /// By which relation.
    pub kind: RelationKind,
    /// Whether it goes the way the relation was stated: `from` reports to `to`, not `to` to `from`.
    pub along: bool,
    /// The relation's strength, above 0 and at most 1.
    pub strength: f64,
    /// Whether somebody stated the strength; else the model gives it.
    pub stated: bool,
}

/// A way from one person to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// The product of its steps' strengths, above 0 and at most 1; 1 when who starts is who is reached.
    pub strength: f64,
    /// Its people, from first to last; at least one.
    pub people: Vec<ContactNo>,
    /// One fewer than people.
    pub steps: Vec<Step>,
}

/// Through whom people are reached: `reports_to` and `works_with` both ways, `influences` along its direction.
///
/// Excluded contacts are not in it. Nothing leads to a detractor, so no path goes through one; what leads away from
/// one is kept, because a blocker's own path to the buyer is a risk.
#[derive(Clone, Debug)]
pub struct Ways {
    graph: DiGraph<(), Step>,
    nodes: BTreeMap<ContactNo, NodeIndex>,
}

impl Ways {
    /// Returns the ways between the people of an account.
    #[must_use]
    pub fn of(state: &AccountState, committee: &Committee) -> Self {
        Self::among(state, committee, is_passable)
    }

    /// Returns the ways that lead to those whom `passes` lets pass.
    pub(super) fn among(
        state: &AccountState,
        committee: &Committee,
        passes: impl Fn(&Contact) -> bool,
    ) -> Self {
        let mut graph = DiGraph::new();
        let counted = state.contacts.values().filter(|contact| !contact.is_excluded());
        let nodes: BTreeMap<_, _> = counted.map(|contact| (contact.no, graph.add_node(()))).collect();
        let mut ways = Self { graph, nodes };
        for (from, to, relation) in committee.relations() {
            let passes = |no: ContactNo| state.contacts.get(&no).is_some_and(&passes);
            let step = Step {
                from,
                to,
                kind: relation.kind,
                along: true,
                strength: relation.strength,
                stated: relation.stated,
            };
            let back = Step {
                from: to,
                to: from,
                along: false,
                ..step
            };
            match relation.kind {
                RelationKind::ReportsTo | RelationKind::WorksWith => {
                    ways.add(step, passes(to));
                    ways.add(back, passes(from));
                }
                RelationKind::Influences => ways.add(step, passes(to)),
                RelationKind::Blocks => {}
            }
        }
        ways
    }

    fn add(&mut self, step: Step, passes: bool) {
        if !passes || step.strength <= 0.0 || step.from == step.to {
            return;
        }
        if let (Some(from), Some(to)) = (self.nodes.get(&step.from), self.nodes.get(&step.to)) {
            self.graph.add_edge(*from, *to, step);
        }
    }

    /// Returns how everybody reaches the nearest of `targets`; those that are excluded are none.
    #[must_use]
    pub fn to(&self, targets: &[ContactNo]) -> Reach {
        let mut graph = self.graph.clone();
        let end = graph.add_node(());
        for node in targets.iter().filter_map(|no| self.nodes.get(no)) {
            graph.add_edge(*node, end, ARRIVED);
        }
        let costs = dijkstra(Reversed(&graph), end, None, |edge| Cost::of(edge.weight()));
        let mut by_cost: Vec<(Cost, NodeIndex, ContactNo)> = self
            .nodes
            .iter()
            .filter_map(|(no, node)| Some((*costs.get(node)?, *node, *no)))
            .collect();
        by_cost.sort_unstable();
        let mut reach = Reach::default();
        for (cost, node, no) in by_cost {
            // Of equally good ways the one to the lowest number; between the same two the first kind.
            let best = graph
                .edges(node)
                .filter(|edge| edge.target() != end)
                .filter(|edge| {
                    let onward = costs.get(&edge.target());
                    cost > Cost::default()
                        && onward.is_some_and(|onward| Cost::of(edge.weight()) + *onward == cost)
                });
            let step = best
                .map(|edge| *edge.weight())
                .min_by_key(|step| (step.to, step.kind));
            let strength = step.map_or(1.0, |step| step.strength * reach.strength(step.to).unwrap_or(1.0));
            reach.people.insert(no, Reached { strength, cost, step });
        }
        reach
    }
}

impl Ways {
    /// Returns those whom every way from one of `sources` to one of `targets` goes through, from first to last; ends
    /// are among them when all ways begin or end there.
    pub(super) fn on_every_way(&self, sources: &[ContactNo], targets: &[ContactNo]) -> Vec<ContactNo> {
        let mut graph = self.graph.clone();
        let (start, end) = (graph.add_node(()), graph.add_node(()));
        for node in sources.iter().filter_map(|no| self.nodes.get(no)) {
            graph.add_edge(start, *node, ARRIVED);
        }
        for node in targets.iter().filter_map(|no| self.nodes.get(no)) {
            graph.add_edge(*node, end, ARRIVED);
        }
        let who: BTreeMap<NodeIndex, ContactNo> = self.nodes.iter().map(|(no, node)| (*node, *no)).collect();
        let tree = dominators::simple_fast(&graph, start);
        let dominators = tree.strict_dominators(end).into_iter().flatten();
        let mut on_every: Vec<ContactNo> = dominators.filter_map(|node| who.get(&node).copied()).collect();
        on_every.reverse();
        on_every
    }

    /// Returns everybody who has a way to or from somebody, and for each the places of those reached in one step.
    pub(super) fn neighbours(&self) -> (Vec<ContactNo>, Vec<Vec<usize>>) {
        let ways = || self.graph.edge_weights();
        let people: BTreeSet<ContactNo> = ways().flat_map(|step| [step.from, step.to]).collect();
        let places: BTreeMap<ContactNo, usize> = people.iter().copied().zip(0..).collect();
        let mut neighbours = vec![BTreeSet::new(); people.len()];
        for step in ways() {
            if let (Some(from), Some(to)) = (places.get(&step.from), places.get(&step.to))
                && let Some(of) = neighbours.get_mut(*from)
            {
                of.insert(*to);
            }
        }
        let lists = neighbours.into_iter().map(|of| of.into_iter().collect());
        (people.into_iter().collect(), lists.collect())
    }
}

/// Stands for having arrived: it costs nothing and is no step.
const ARRIVED: Step = Step {
    from: ContactNo(0),
    to: ContactNo(0),
    kind: RelationKind::WorksWith,
    along: true,
    strength: 1.0,
    stated: false,
};

/// How far: first by strength, then by steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Cost {
    bits: u64,
    steps: u32,
}

impl Cost {
    fn of(step: &Step) -> Self {
        Self {
            bits: math::cost_of(step.strength),
            // Nobody is related to itself: that is the mark of having arrived.
            steps: u32::from(step.from != step.to),
        }
    }
}

impl Add for Cost {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self {
            bits: self.bits.saturating_add(more.bits),
            steps: self.steps.saturating_add(more.steps),
        }
    }
}

/// How everybody reaches the nearest of some people.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reach {
    people: BTreeMap<ContactNo, Reached>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Reached {
    strength: f64,
    cost: Cost,
    /// The first step; `None`: there already.
    step: Option<Step>,
}

impl Reach {
    /// Returns the strength of a person's best path; `None`: there is none.
    #[must_use]
    pub fn strength(&self, no: ContactNo) -> Option<f64> {
        self.people.get(&no).map(|reached| reached.strength)
    }

    /// Returns how many steps a person's best path has; `None`: there is none.
    #[must_use]
    pub fn steps(&self, no: ContactNo) -> Option<u32> {
        self.people.get(&no).map(|reached| reached.cost.steps)
    }

    /// Returns a person's best path: the strongest, of equal ones that of fewest steps, of those the one through the
    /// lowest contact numbers.
    #[must_use]
    pub fn path(&self, no: ContactNo) -> Option<Path> {
        let mut reached = self.people.get(&no)?;
        let mut path = Path {
            strength: reached.strength,
            people: vec![no],
            steps: Vec::new(),
        };
        while let Some(step) = reached.step {
            path.people.push(step.to);
            path.steps.push(step);
            reached = self.people.get(&step.to)?;
        }
        Some(path)
    }

    /// Returns the best path of all that start at one of `sources`.
    #[must_use]
    pub fn best(&self, sources: &[ContactNo]) -> Option<Path> {
        let known = sources
            .iter()
            .filter_map(|no| Some((self.people.get(no)?.cost, *no)));
        known.min().and_then(|(_, no)| self.path(no))
    }

    /// Returns who reaches them in the fewest steps without being one of them; of several the strongest, then the
    /// lowest number.
    fn nearest(&self, state: &AccountState) -> Option<Nearest> {
        let outside = self.people.iter().filter(|(no, reached)| {
            reached.step.is_some() && state.contacts.get(no).is_some_and(is_passable)
        });
        let nearest = outside.min_by_key(|(no, reached)| (reached.cost.steps, reached.cost.bits, **no));
        nearest.map(|(no, reached)| Nearest {
            contact: *no,
            steps: reached.cost.steps,
            strength: reached.strength,
        })
    }
}

/// Who stands nearest to the economic buyer when no champion has a path there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// Who.
    pub contact: ContactNo,
    /// How many steps away; at least 1.
    pub steps: u32,
    /// How strong its path is.
    pub strength: f64,
}

/// Why there is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPath {
    /// Nobody who counts is an economic buyer.
    NoBuyer,
    /// Nobody who counts is a champion.
    NoChampion,
    /// Both are there, and nothing leads from one to the other.
    Apart,
}

impl NoPath {
    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoBuyer => "no_buyer",
            Self::NoChampion => "no_champion",
            Self::Apart => "apart",
        }
    }
}

/// Whether and how a champion reaches an economic buyer.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// The champions that count, by number: neither detractors nor excluded.
    pub champions: Vec<ContactNo>,
    /// The economic buyers that count.
    pub buyers: Vec<ContactNo>,
    /// The best path, over all pairs; or why there is none.
    pub path: Result<Path, NoPath>,
    /// Without a path: who stands nearest to the buyer. `None`: nobody is related to one.
    pub nearest: Option<Nearest>,
    /// How everybody reaches an economic buyer, detractors too.
    pub reach: Reach,
}

impl Access {
    /// Measures the access of a buying group.
    #[must_use]
    pub fn of(state: &AccountState, solution: Option<&Solution>, ways: &Ways) -> Self {
        let champions = passable_holders(state, solution, Role::CHAMPION);
        let buyers = passable_holders(state, solution, Role::ECONOMIC_BUYER);
        let reach = ways.to(&buyers);
        let path = reach.best(&champions).ok_or(if buyers.is_empty() {
            NoPath::NoBuyer
        } else if champions.is_empty() {
            NoPath::NoChampion
        } else {
            NoPath::Apart
        });
        let nearest = match path {
            Ok(_) => None,
            Err(_) => reach.nearest(state),
        };
        Self {
            champions,
            buyers,
            path,
            nearest,
            reach,
        }
    }
}

/// Returns the best path from a holder of one role to a holder of another, for one buying group.
#[must_use]
pub fn best_path(
    state: &AccountState,
    ways: &Ways,
    solution: Option<&Solution>,
    from: &Role,
    to: &Role,
) -> Option<Path> {
    let reach = ways.to(&passable_holders(state, solution, to.as_str()));
    reach.best(&passable_holders(state, solution, from.as_str()))
}

/// Returns the holders of a role that a path may use, by number.
#[must_use]
pub fn passable_holders(state: &AccountState, solution: Option<&Solution>, role: &str) -> Vec<ContactNo> {
    let holders = state.contacts.values().filter(|contact| {
        is_passable(contact)
            && contact
                .roles_for(solution)
                .iter()
                .any(|held| held.as_str() == role)
    });
    holders.map(|contact| contact.no).collect()
}

/// Returns whether a path may use a contact: detractors and the excluded are not used.
pub(super) fn is_passable(contact: &Contact) -> bool {
    !contact.is_excluded() && contact.attitude() != Attitude::Detractor
}

#[cfg(test)]
mod tests;
