//! Who stands between the others: betweenness by Brandes' algorithm (2001), one breadth-first search a person.
//!
//! Written here although it is in rustworkx-core: that crate brings rayon, rand and ndarray with it, and the domain
//! reaches neither threads nor randomness (docs/semantics.md 3.15).

use std::collections::VecDeque;

use crate::math;

/// The most searches times people and ways one committee may cost; above it only some people are searched from.
pub(super) const WORK_MAX: usize = 4_000_000;

/// How much each node stands between the others.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Betweenness {
    /// Share of the ordered pairs of others whose shortest way goes through the node, `0..=1`, by node.
    pub(super) shares: Vec<f64>,
    /// Whether it was estimated from some of the searches, because all of them would cost more than [`WORK_MAX`].
    pub(super) estimated: bool,
}

impl Betweenness {
    /// Measures a graph, given as the nodes that each node leads to, each once.
    pub(super) fn of(ways: &[Vec<usize>], work_max: usize) -> Self {
        let size = ways.len() + ways.iter().map(Vec::len).sum::<usize>();
        let searches = (work_max / size.max(1)).clamp(1, ways.len().max(1));
        let mut shares = vec![0.0; ways.len()];
        // Evenly spread, so that the same committee is always estimated from the same people.
        for search in 0..searches.min(ways.len()) {
            Search::from(search * ways.len() / searches, ways).add_to(&mut shares);
        }
        let scale = math::count_f64(ways.len()) / math::count_f64(searches);
        let others = ways.len().saturating_sub(1) * ways.len().saturating_sub(2);
        for share in &mut shares {
            *share = (*share * scale / math::count_f64(others.max(1))).min(1.0);
        }
        Self {
            shares,
            estimated: searches < ways.len(),
        }
    }
}

/// A breadth-first search: in which order nodes were reached, in how many shortest ways, and from where.
struct Search {
    start: usize,
    order: Vec<usize>,
    ways: Vec<f64>,
    before: Vec<Vec<usize>>,
}

impl Search {
    fn from(start: usize, graph: &[Vec<usize>]) -> Self {
        let mut search = Self {
            start,
            order: Vec::new(),
            ways: vec![0.0; graph.len()],
            before: vec![Vec::new(); graph.len()],
        };
        let mut steps: Vec<Option<u32>> = vec![None; graph.len()];
        set(&mut steps, start, Some(0));
        set(&mut search.ways, start, 1.0);
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            search.order.push(node);
            let here = steps.get(node).copied().flatten().unwrap_or(0);
            for next in graph.get(node).into_iter().flatten().copied() {
                let known = steps.get(next).copied().flatten();
                if known.is_none() {
                    set(&mut steps, next, Some(here + 1));
                    queue.push_back(next);
                }
                if known.is_none_or(|there| there == here + 1) {
                    let more = search.ways.get(node).copied().unwrap_or(0.0);
                    if let Some(ways) = search.ways.get_mut(next) {
                        *ways += more;
                    }
                    if let Some(before) = search.before.get_mut(next) {
                        before.push(node);
                    }
                }
            }
        }
        search
    }

    /// Adds what each node carries of the ways from the start, farthest first.
    fn add_to(&self, shares: &mut [f64]) {
        let mut carried = vec![0.0; self.ways.len()];
        let at = |values: &[f64], node: usize| values.get(node).copied().unwrap_or(0.0);
        for node in self.order.iter().rev().copied() {
            let through = at(&carried, node);
            for before in self.before.get(node).into_iter().flatten().copied() {
                let part = at(&self.ways, before) / at(&self.ways, node) * (1.0 + through);
                if let Some(carried) = carried.get_mut(before) {
                    *carried += part;
                }
            }
            if node != self.start
                && let Some(share) = shares.get_mut(node)
            {
                *share += through;
            }
        }
    }
}

fn set<T>(values: &mut [T], place: usize, value: T) {
    if let Some(old) = values.get_mut(place) {
        *old = value;
    }
}

#[cfg(test)]
mod tests;
