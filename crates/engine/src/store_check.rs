//! Whether the store would take a write now, for whoever sends traffic here. Asked at most once a second, however often
//! somebody wants to know: the question may be open to everybody.

use std::sync::Arc;
use std::time::Duration;

use quorate_store::Store;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long an answer is told again.
const FRESH: Duration = Duration::from_secs(1);

/// The last answer.
pub(crate) struct StoreCheck {
    store: Arc<dyn Store>,
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl StoreCheck {
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            last: Mutex::new(None),
        }
    }

    /// Returns why the store takes no writes now; those who ask meanwhile wait for the one answer.
    pub(crate) async fn ask(&self) -> Result<(), String> {
        let mut last = self.last.lock().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < FRESH
        {
            return answer.clone();
        }
        let store = Arc::clone(&self.store);
        let answer = actix_rt::task::spawn_blocking(move || store.check().map_err(|error| error.to_string()))
            .await
            .unwrap_or_else(|_| Err("asking the store panicked".to_owned()));
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}
