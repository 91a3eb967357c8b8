//! The Redis home: one Redis, a master behind sentinels, or a Redis Cluster behind the store port.
//!
//! Invariants:
//! - **Safety rests on the write.** An append checks owner, sequence and signal ids in one function call on the server
//!   and writes all of it or nothing. The lease only keeps a second node from taking over by accident.
//! - **Nothing is acknowledged on hope.** Where replicas are asked for, a group ends with `WAIT` on the connection it
//!   was written by, for every replica that could take over; too few answers, or none, is an unknown outcome, and
//!   nothing is read as known before what is there was waited for again.
//! - **No setting is trusted unasked.** Servers are asked for persistence and eviction whenever one is new, and refused
//!   when they can lose what they acknowledge, unless an operator accepts the window; then everything is `weak`.
//! - **No file is trusted that a server found when it started.** It is written anew before anything is written to it.
//! - **A master that comes back with less is noticed.** What was written in the last minute is kept and put back
//!   in order; what cannot be is said.
//!
//! Nothing outside this crate names Redis.

mod commit;
mod condense;
mod docs;
mod fault;
mod format;
mod heal;
mod layout;
mod lease;
mod names;
mod node;
mod options;
mod read;
mod replicas;
mod rewrite;
mod safety;
mod scan;
mod sentinel;
mod snapshot;
mod store;
mod transaction;

pub use format::FORMAT;
pub use options::{Certificates, Login, Place, PlaceKind, RedisOptions, UrlError};
pub use store::RedisStore;
