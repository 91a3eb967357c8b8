//! The engine's time, and whether the machine's clock is believed.

pub(crate) mod confirm;
pub(crate) mod get;

use quorate_engine::Engine;
use serde::Serialize;
use utoipa::ToSchema;

/// The engine's time.
#[derive(Serialize, ToSchema)]
#[schema(as = Clock)]
pub(crate) struct ClockBody {
    /// The engine's now.
    now: String,
    /// By how many milliseconds the machine's clock is away from it since it jumped, negative when it jumped back;
    /// null: it is believed. Meanwhile time goes on as it did, and nothing fades by the jump.
    off_ms: Option<i64>,
}

impl ClockBody {
    fn of(engine: &Engine) -> Self {
        Self {
            now: engine.now().to_string(),
            off_ms: engine.clock().doubt(),
        }
    }
}
