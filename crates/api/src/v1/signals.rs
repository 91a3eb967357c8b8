//! Signals: one object, an array, or NDJSON.

pub(crate) mod answer;
pub(crate) mod check;
pub(crate) mod item;
pub(crate) mod post;
pub(crate) mod split;
