//! Instants on the wire: RFC 3339 text in UTC.

use quorate_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// An instant, such as `2026-09-01T12:00:00Z`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(value_type = String, format = DateTime)]
pub(crate) struct Instant(String);

impl From<Timestamp> for Instant {
    fn from(instant: Timestamp) -> Self {
        Self(instant.to_string())
    }
}

/// Returns an instant that may be absent.
pub(crate) fn maybe(instant: Option<Timestamp>) -> Option<Instant> {
    instant.map(Instant::from)
}
