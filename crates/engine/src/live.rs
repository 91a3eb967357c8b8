//! What happens, told as it happens; and kinds nobody knows, counted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use quorate_domain::id::Kind;
use tokio::sync::broadcast;

use crate::view::LiveEvent;

/// What happens, told to whoever listens.
pub(crate) struct Live {
    events: broadcast::Sender<Arc<LiveEvent>>,
    count: AtomicU64,
}

impl Live {
    pub(crate) fn new(behind_max: usize) -> Self {
        Self {
            events: broadcast::channel(behind_max.max(1)).0,
            count: AtomicU64::new(0),
        }
    }

    pub(crate) fn is_listened_to(&self) -> bool {
        self.events.receiver_count() > 0
    }

    pub(crate) fn listen(&self) -> broadcast::Receiver<Arc<LiveEvent>> {
        self.events.subscribe()
    }

    /// Numbers an event and tells it. Nobody has to listen.
    pub(crate) fn send(&self, event: LiveEvent) {
        let no = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let _ = self.events.send(Arc::new(LiveEvent { no, ..event }));
    }
}

/// Kinds the model does not know, counted so that somebody sees them.
#[derive(Default)]
pub(crate) struct UnknownKinds {
    counts: Mutex<BTreeMap<Kind, u64>>,
}

impl UnknownKinds {
    const KINDS_MAX: usize = 1_000;

    pub(crate) fn count(&self, kind: &Kind) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(kind) {
            *count += 1;
        } else if counts.len() < Self::KINDS_MAX {
            counts.insert(kind.clone(), 1);
        }
    }

    pub(crate) fn most(&self) -> Vec<(Arc<str>, u64)> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut most: Vec<(Arc<str>, u64)> = counts
            .iter()
            .map(|(kind, count)| (Arc::from(kind.as_str()), *count))
            .collect();
        most.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        most
    }
}
