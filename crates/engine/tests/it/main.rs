//! The engine over a real embedded store, with a manual clock.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod house;
mod imports;
mod life;
mod past_lists;
mod reasons;
mod retention;
mod tape;
mod views;
