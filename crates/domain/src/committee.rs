//! The buying committee (docs/semantics.md 3.7): contacts as nodes and relations as edges of one petgraph graph,
//! measured per buying group against the model's seats.

use petgraph::stable_graph::{NodeIndex, StableDiGraph};
use std::collections::BTreeMap;

use crate::account::AccountState;
use crate::contact::{Attitude, Contact, RelationKind};
use crate::id::{ContactNo, Role, Solution};
use crate::math;
use crate::model::{Model, Seat};

pub mod access;
mod central;
#[cfg(test)]
mod fixture;
pub mod risk;

/// An edge between two contacts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Relation {
    /// What it is.
    pub kind: RelationKind,
    /// How strong, `0..=1`: as stated, else as the model says.
    pub strength: f64,
    /// Whether somebody stated the strength.
    pub stated: bool,
}

/// The people of an account and how they are related.
#[derive(Clone, Debug)]
pub struct Committee {
    graph: StableDiGraph<ContactNo, Relation>,
    nodes: BTreeMap<ContactNo, NodeIndex>,
}

impl Committee {
    /// Returns the committee of an account. Nodes and edges stand in the order of contact numbers.
    #[must_use]
    pub fn of(state: &AccountState, model: &Model) -> Self {
        let mut graph = StableDiGraph::with_capacity(state.contacts.len(), state.relations.len());
        let nodes: BTreeMap<_, _> = state
            .contacts
            .keys()
            .map(|no| (*no, graph.add_node(*no)))
            .collect();
        for (relation, strength) in &state.relations {
            let (Some(from), Some(to)) = (nodes.get(&relation.from), nodes.get(&relation.to)) else {
                continue;
            };
            let default = match relation.kind {
                RelationKind::ReportsTo => model.relations.reports_to,
                RelationKind::Influences => model.relations.influences,
                RelationKind::WorksWith => model.relations.works_with,
                RelationKind::Blocks => 1.0,
            };
            let edge = Relation {
                kind: relation.kind,
                strength: strength.unwrap_or(default),
                stated: strength.is_some(),
            };
            graph.add_edge(*from, *to, edge);
        }
        Self { graph, nodes }
    }

    /// Returns the graph.
    #[must_use]
    pub fn graph(&self) -> &StableDiGraph<ContactNo, Relation> {
        &self.graph
    }

    /// Returns a contact's node.
    #[must_use]
    pub fn node(&self, no: ContactNo) -> Option<NodeIndex> {
        self.nodes.get(&no).copied()
    }

    /// Returns the relations, in order: from, to, what.
    pub fn relations(&self) -> impl Iterator<Item = (ContactNo, ContactNo, Relation)> + '_ {
        self.graph.edge_indices().filter_map(|edge| {
            let (from, to) = self.graph.edge_endpoints(edge)?;
            let weight = self.graph.edge_weight(edge)?;
            Some((
                *self.graph.node_weight(from)?,
                *self.graph.node_weight(to)?,
                *weight,
            ))
        })
    }
}

/// How well a seat is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SeatState {
    /// Nobody holds it.
    Missing,
    /// Only detractors or blockers hold it.
    Opposed,
    /// Somebody holds it, not all of it engaged.
    Identified,
    /// As many engaged holders as it wants.
    Engaged,
}

impl SeatState {
    /// All states, the emptiest first.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Opposed, Self::Identified, Self::Engaged];

    /// Returns the state of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Opposed => "opposed",
            Self::Identified => "identified",
            Self::Engaged => "engaged",
        }
    }
}

/// Somebody who holds a seat.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holder {
    /// Who.
    pub contact: ContactNo,
    /// 1 engaged, 0.25 only identified, 0 a detractor or blocker.
    pub worth: f64,
    /// Whether the role rests on inference alone.
    pub inferred: bool,
}

/// A seat and who holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeatView {
    /// The seat.
    pub seat: Seat,
    /// How well it is filled.
    pub state: SeatState,
    /// The sum of its best holders over how many it wants, `0..=1`.
    pub worth: f64,
    /// Who holds it, best first.
    pub holders: Vec<Holder>,
}

/// How much of the committee is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Quorum {
    /// In percent; `None` when the model has no seats, or none of any weight.
    pub percent: Option<f64>,
    /// How much of `percent` rests on inferred roles alone, in points of it.
    pub inferred: f64,
    /// The seats, in model order.
    pub seats: Vec<SeatView>,
}

/// What an identified holder who is not engaged is worth.
const IDENTIFIED_WORTH: f64 = 0.25;

impl Quorum {
    /// Measures an account's people against the seats of one buying group.
    #[must_use]
    pub fn of(
        state: &AccountState,
        model: &Model,
        solution: Option<&Solution>,
        engaged: impl Fn(ContactNo) -> bool,
    ) -> Self {
        if model.seats.is_empty() {
            // Asked at every judgement, so nobody is looked at in vain.
            return Self {
                percent: None,
                inferred: 0.0,
                seats: Vec::new(),
            };
        }
        let holders: Vec<(&Contact, Vec<&Role>)> = state
            .contacts
            .values()
            .filter(|contact| !contact.is_excluded())
            .map(|contact| (contact, contact.roles_for(solution)))
            .filter(|(_, roles)| !roles.is_empty())
            .collect();
        let seats: Vec<SeatView> = model
            .seats
            .iter()
            .filter(|seat| seat.solution.is_none() || seat.solution.as_ref() == solution)
            .map(|seat| fill(seat, &holders, &engaged))
            .collect();
        let weight: f64 = seats.iter().map(|view| view.seat.weight).sum();
        let share = |worth: fn(&SeatView) -> f64| {
            let sum: f64 = seats.iter().map(|view| view.seat.weight * worth(view)).sum();
            (weight > 0.0).then(|| 100.0 * sum / weight)
        };
        let percent = share(|view| view.worth);
        let stated = share(|view| worth(&view.seat, view.holders.iter().filter(|holder| !holder.inferred)));
        let inferred = percent.unwrap_or(0.0) - stated.unwrap_or(0.0);
        Self {
            percent,
            inferred,
            seats,
        }
    }
}

fn fill(seat: &Seat, people: &[(&Contact, Vec<&Role>)], engaged: &impl Fn(ContactNo) -> bool) -> SeatView {
    let mut holders: Vec<Holder> = people
        .iter()
        .filter(|(_, roles)| roles.contains(&&seat.role))
        .map(|(contact, roles)| {
            let opposed = contact.attitude() == Attitude::Detractor
                || roles.iter().any(|role| role.as_str() == Role::BLOCKER);
            let worth = match (opposed, engaged(contact.no)) {
                (true, _) => 0.0,
                (false, true) => 1.0,
                (false, false) => IDENTIFIED_WORTH,
            };
            Holder {
                contact: contact.no,
                worth,
                inferred: contact.roles_are_inferred(),
            }
        })
        .collect();
    holders.sort_by(|a, b| b.worth.total_cmp(&a.worth).then(a.contact.cmp(&b.contact)));
    let wanted = usize::try_from(seat.count).unwrap_or(usize::MAX);
    let engaged_holders = holders.iter().filter(|holder| holder.worth >= 1.0).count();
    let state = if holders.is_empty() {
        SeatState::Missing
    } else if holders.iter().all(|holder| holder.worth <= 0.0) {
        SeatState::Opposed
    } else if engaged_holders >= wanted {
        SeatState::Engaged
    } else {
        SeatState::Identified
    };
    SeatView {
        seat: seat.clone(),
        state,
        worth: worth(seat, holders.iter()),
        holders,
    }
}

/// The sum of the best holders over how many the seat wants; holders come best first.
fn worth<'a>(seat: &Seat, holders: impl Iterator<Item = &'a Holder>) -> f64 {
    let wanted = usize::try_from(seat.count).unwrap_or(usize::MAX);
    // Not `sum`: that of nothing is -0, which people would read.
    let sum = holders.take(wanted).fold(0.0, |sum, holder| sum + holder.worth);
    sum / math::count_f64(wanted.max(1))
}

#[cfg(test)]
mod tests;
