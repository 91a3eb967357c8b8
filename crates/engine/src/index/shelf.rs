//! Texts and lists of them that many rows have in common, kept once.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, PoisonError, RwLock};

use hashbrown::HashSet;
use quorate_domain::id::Role;

use super::Row;
use crate::view::SeatCell;

/// Values beyond those in use that are kept before the unused ones are let go.
const UNUSED_MAX: usize = 1_024;

/// What rows share.
#[derive(Default)]
pub(super) struct Shelf {
    texts: Shared<str>,
    lists: Shared<[Arc<str>]>,
    roles: Shared<[Role]>,
    seats: Shared<[SeatCell]>,
}

impl Shelf {
    /// Puts shared values in the place of a row's own.
    pub(super) fn share(&self, row: &mut Row) {
        let texts = [&mut row.owner, &mut row.tier, &mut row.industry, &mut row.country];
        for text in texts.into_iter().flatten() {
            self.texts.share(text);
        }
        for why in row.why.iter_mut().flatten() {
            self.texts.share(&mut why.label);
        }
        self.lists.share(&mut row.lists);
        self.roles.share(&mut row.engaged_roles);
        self.seats.share(&mut row.seats);
    }
}

struct Shared<T: ?Sized> {
    known: RwLock<Known<T>>,
}

struct Known<T: ?Sized> {
    values: HashSet<Arc<T>>,
    /// At this many the unused ones are looked for.
    prune_at: usize,
}

impl<T: ?Sized> Default for Shared<T> {
    fn default() -> Self {
        Self {
            known: RwLock::new(Known {
                values: HashSet::new(),
                prune_at: UNUSED_MAX,
            }),
        }
    }
}

impl<T: ?Sized + Hash + Eq> Shared<T> {
    fn share(&self, value: &mut Arc<T>) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = known.values.get(&*value) {
            *value = Arc::clone(shared);
            return;
        }
        drop(known);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.values.len() >= known.prune_at {
            known.values.retain(|value| Arc::strong_count(value) > 1);
            known.prune_at = known.values.len() * 2 + UNUSED_MAX;
        }
        *value = Arc::clone(known.values.get_or_insert_with(&*value, Arc::clone));
    }
}

// A model's weights are numbers, so equal ones are equal to themselves.
impl Eq for SeatCell {}

impl Hash for SeatCell {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.role.hash(hasher);
        self.state.hash(hasher);
        self.weight.to_bits().hash(hasher);
        self.worth.to_bits().hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_kept_once_and_unused_ones_let_go() {
        let shared: Shared<str> = Shared::default();
        let (mut first, mut second): (Arc<str>, Arc<str>) = (Arc::from("software"), Arc::from("software"));
        shared.share(&mut first);
        shared.share(&mut second);
        assert!(Arc::ptr_eq(&first, &second));
        for no in 0..10 * UNUSED_MAX {
            shared.share(&mut Arc::from(no.to_string()));
        }
        let known = shared.known.read().unwrap();
        assert!(known.values.len() <= 2 * UNUSED_MAX + 1, "{}", known.values.len());
        assert!(known.values.contains("software"));
    }
}
