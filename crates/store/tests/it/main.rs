//! The embedded home: the contract every home keeps, and what only a disk can break.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod archive;
mod damage;
mod folder;
mod home;
mod kill;
mod ledger;
mod sync;

use home::TempFolder;

quorate_store::store_contract!(embedded, TempFolder::new());
