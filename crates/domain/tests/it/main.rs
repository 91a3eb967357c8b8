//! The domain seen from outside, beside a slow and obvious reference.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what fails here is a failed test"
)]

mod condense;
mod examples;
mod falling;
mod generate;
mod properties;
mod qualifying;
mod reference;
mod tape;
mod titles;
