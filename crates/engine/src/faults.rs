//! Failures planned by name, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use quorate_domain::id::AccountId;

/// A plan of failures. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    panics: Arc<Mutex<BTreeMap<String, u32>>>,
    unreadable: Arc<Mutex<BTreeSet<AccountId>>>,
    held: Arc<(Mutex<bool>, Condvar)>,
}

impl Faults {
    /// Makes the account panic each time it is to record this signal, `times` times.
    pub fn panic_on_signal(&self, id: &str, times: u32) {
        self.panics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned(), times);
    }

    /// Makes reading the account for a list as of a past instant panic.
    pub fn panic_on_past(&self, account: AccountId) {
        self.unreadable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account);
    }

    /// Holds up the reading of lists as of past instants, or lets it go on.
    pub fn hold_past(&self, hold: bool) {
        let (waits, moved) = &*self.held;
        *waits.lock().unwrap_or_else(PoisonError::into_inner) = hold;
        moved.notify_all();
    }

    /// Waits and panics when the plan says so.
    ///
    /// # Panics
    /// As planned.
    pub(crate) fn before_past(&self, account: &AccountId) {
        let (waits, moved) = &*self.held;
        let held = waits.lock().unwrap_or_else(PoisonError::into_inner);
        drop(moved.wait_while(held, |held| *held));
        let unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        let planned = unreadable.contains(account);
        drop(unreadable);
        assert!(!planned, "planned: account {account} cannot be read");
    }

    /// Panics when the plan says so.
    ///
    /// # Panics
    /// As planned.
    pub(crate) fn before_recording(&self, id: &str) {
        let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left) = panics.get_mut(id).filter(|left| **left > 0) {
            *left -= 1;
            drop(panics);
            panic!("planned: signal {id} kills its account");
        }
    }
}
