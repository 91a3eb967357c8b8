//! The API over HTTP: a real server, engine and embedded store in a temporary folder, under a clock the test moves.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "this is a test")]

mod accounts;
mod backup;
mod conditional;
mod docs;
mod events;
mod examples;
mod house;
mod idempotency;
mod imports;
mod keys;
mod manners;
mod problems;
mod qualification;
mod rate;
mod signals;
