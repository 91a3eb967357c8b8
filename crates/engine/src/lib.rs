//! The engine: one actix actor per active account, group commit, timers and the live index.
//!
//! [`Engine`] is the only thing API, console and binary hold. Inside, accounts are spread over arbiters (threads)
//! by hash; a shard groups what comes in by account, its account actors decide, one commit thread makes a group
//! durable, and only then anybody hears of it.
//!
//! Invariants:
//! - Nobody reads what is not durable: an actor answers nothing between deciding and the commit, and it is dropped
//!   and loaded again when the commit fails.
//! - What waits is bounded before it reaches a mailbox.
//! - A panic costs one account's memory, never another's; an event that keeps killing its account is set aside.
//! - Only [`Clock`] reads a clock.

mod account_actor;
pub mod backup;
mod clock;
mod commit;
mod config;
mod error;
#[cfg(feature = "test-util")]
mod faults;
mod handle;
pub mod imports;
mod index;
pub mod list;
mod listing;
pub mod lists;
mod live;
mod models;
pub mod past_lists;
mod retention;
mod router;
pub mod set_aside;
mod shard;
mod store_check;
mod stored;
mod unmatched;
pub mod view;
pub mod views;

pub use clock::{Clock, ClockHand};
pub use config::EngineConfig;
pub use error::{Error, StartError};
#[cfg(feature = "test-util")]
pub use faults::Faults;
pub use handle::{AccountRef, AsOf, Engine, IncomingSignal};
pub use listing::Listing;
