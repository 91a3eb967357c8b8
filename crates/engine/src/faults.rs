//! Failures planned by name, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// A plan of failures. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    panics: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl Faults {
    /// Makes the account panic each time it is to record this signal, `times` times.
    pub fn panic_on_signal(&self, id: &str, times: u32) {
        self.panics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.to_owned(), times);
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
