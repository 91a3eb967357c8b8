//! Opportunities, as far as qualification asks: their amount decides which elements are in scope.

pub(crate) mod list;
pub(crate) mod put;
