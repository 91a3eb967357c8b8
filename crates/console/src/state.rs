//! What every page may reach.

use std::fmt;
use std::sync::Arc;

use quorate_engine::Engine;
use tokio::sync::watch;

use crate::access::Access;
use crate::demo::Demo;
use crate::pages::board::SharedOverview;

/// What every page may reach. Cheap to clone; all clones share sessions and counts.
#[derive(Clone)]
pub struct ConsoleState {
    /// The engine.
    pub(crate) engine: Engine,
    /// Who is let in.
    pub(crate) access: Access,
    /// Turns true when the server is to stop: streams end then.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Counts over all accounts, made once for all who look.
    pub(crate) overview: Arc<SharedOverview>,
    /// The demo under way; `None`: this is no demo.
    pub(crate) demo: Option<Arc<dyn Demo>>,
    /// The largest file that may be imported, in bytes.
    pub(crate) import_bytes_max: usize,
}

/// The largest file that may be imported when nobody says, in bytes.
const IMPORT_BYTES_MAX: usize = 32 * 1024 * 1024;

impl ConsoleState {
    /// Returns the state of a console over an engine.
    ///
    /// - `stopping`: turns true when the server is to stop.
    #[must_use]
    pub fn new(engine: Engine, access: Access, stopping: watch::Receiver<bool>) -> Self {
        Self {
            engine,
            access,
            stopping,
            overview: Arc::default(),
            demo: None,
            import_bytes_max: IMPORT_BYTES_MAX,
        }
    }

    /// The same state, taking files of up to so many bytes.
    #[must_use]
    pub fn with_import_bytes_max(self, import_bytes_max: usize) -> Self {
        Self {
            import_bytes_max,
            ..self
        }
    }

    /// The same state, over a demo that people may pause and send signals to.
    #[must_use]
    pub fn with_demo(self, demo: Arc<dyn Demo>) -> Self {
        Self {
            demo: Some(demo),
            ..self
        }
    }
}

impl fmt::Debug for ConsoleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleState")
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}
