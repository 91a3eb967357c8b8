//! What every handler may reach.

use std::fmt;
use std::sync::Arc;

use quorate_engine::Engine;
use tokio::sync::{Semaphore, watch};

use crate::auth::Auth;
use crate::config::ApiConfig;
use crate::idempotency::Answers;
use crate::rate::Rates;

/// Renders the metrics of this process in Prometheus' text form.
pub type RenderMetrics = Arc<dyn Fn() -> String + Send + Sync>;

/// What every handler may reach. Cheap to clone.
#[derive(Clone)]
pub struct Api {
    /// The engine.
    pub engine: Engine,
    /// Who is let in.
    pub auth: Auth,
    /// Limits.
    pub config: Arc<ApiConfig>,
    /// For `/metrics`; `None`: nobody installed a recorder.
    pub metrics: Option<RenderMetrics>,
    /// How often each caller may ask.
    pub(crate) rates: Arc<Rates>,
    /// Answers to requests with an `Idempotency-Key`.
    pub(crate) answers: Answers,
    /// Bytes of bodies that may be in memory.
    pub(crate) bodies: Arc<Semaphore>,
    /// Places for listeners of the event stream.
    pub(crate) listeners: Arc<Semaphore>,
    /// The place of the one backup that may be under way.
    pub(crate) backups: Arc<Semaphore>,
    /// Turns true when the server is to stop: streams end then.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl fmt::Debug for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Api")
            .field("auth", &self.auth)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
