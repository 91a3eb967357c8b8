//! What comes in: lists of accounts, as the common exporters write them, read, mapped, cleaned, matched and planned.
//!
//! [`csv`] reads a file into rows, [`mapping`] says which column is what, [`draft`] makes of each row what it says of
//! an account, [`matching`] finds which known account that is, and [`plan`] says what importing it would do.
//!
//! Invariants:
//! - Pure: no I/O, no clock. What is known is handed in, what would happen is handed out; applying it is the
//!   engine's.
//! - No row is lost silently: every one has a [`plan::Verdict`], and one that is not good has a reason.
//! - An empty cell says nothing: an import never clears what is known.

pub mod clean;
pub mod csv;
pub mod domain_name;
pub mod draft;
pub mod mapping;
pub mod matching;
pub mod plan;
pub mod sheet;
