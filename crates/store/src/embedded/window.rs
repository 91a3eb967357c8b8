//! What the committing thread remembers so that the hot path asks the disk for each signal id only once.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use crate::port::CommitMark;

/// Recent entries: at least the newest `max`, at most twice as many.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    max: usize,
}

impl<K: Hash + Eq, V: Copy> Recent<K, V> {
    pub(super) fn new(max: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            max,
        }
    }

    pub(super) fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.young.get(key).or_else(|| self.old.get(key)).copied()
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.max {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

/// The signal ids of recent commits, as hashes: a miss is certain, a hit wants a look at the disk.
#[derive(Debug)]
pub(super) struct RecentIds {
    young: HashSet<u64>,
    young_since: CommitMark,
    old: HashSet<u64>,
    old_since: CommitMark,
    max: usize,
}

impl RecentIds {
    /// Remembers at least the `max` newest ids of the commits after `since`.
    pub(super) fn new(since: CommitMark, max: usize) -> Self {
        Self {
            young: HashSet::new(),
            young_since: since,
            old: HashSet::new(),
            old_since: since,
            max,
        }
    }

    /// Returns whether every id committed after `mark` is remembered.
    pub(super) fn covers(&self, mark: CommitMark) -> bool {
        mark >= self.old_since
    }

    /// Returns whether the id may have been committed within the window; `false` is certain.
    pub(super) fn may_hold(&self, key: &[u8]) -> bool {
        let hash = xxhash_rust::xxh3::xxh3_64(key);
        self.young.contains(&hash) || self.old.contains(&hash)
    }

    /// Adds the ids of the commit `mark`.
    pub(super) fn add<'a>(&mut self, mark: CommitMark, keys: impl Iterator<Item = &'a [u8]>) {
        if self.young.len() >= self.max {
            self.old = std::mem::take(&mut self.young);
            self.old_since = self.young_since;
            // What is added from here on belongs to `mark` and later.
            self.young_since = CommitMark(mark.0.saturating_sub(1));
        }
        self.young.extend(keys.map(xxhash_rust::xxh3::xxh3_64));
    }
}

#[cfg(test)]
mod tests;
