//! The rules of Quorate: accounts, buying committees, signals, the qualification model and what follows from them.
//!
//! Pure: no I/O, no clock, no randomness, no threads. [`account::decide`] says what a command makes happen;
//! [`account::AccountState::apply`] writes it into the facts; a [`standing::Standing`] is what a model makes of
//! the facts. Section numbers in the code are those of `docs/semantics.md`.
//!
//! Invariants:
//! - The same journal, model and instant give the same bits, whatever the order of arrival, the number of
//!   threads or the snapshots in between (3.15); see [`decay`] for how.
//! - Nothing here knows who calls it, and nothing here names a person: names and addresses live in
//!   [`contact::Card`]s, apart from the facts.

pub mod account;
pub mod committee;
pub mod contact;
pub mod curve;
pub mod decay;
pub mod engagement;
pub mod evidence;
pub mod explain;
pub mod fit;
pub mod forecast;
pub mod framework;
pub mod gap;
pub mod id;
pub mod infer;
pub mod math;
pub mod model;
pub mod mqa;
pub mod opportunity;
pub mod signal;
pub mod standing;
pub mod time;
pub mod value;
pub mod words;
