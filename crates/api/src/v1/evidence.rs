//! Evidence for the elements of frameworks: stated, listed, denied, taken back.

pub(crate) mod contest;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod post;
