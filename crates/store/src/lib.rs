//! The store port, the stored forms and the embedded home.
//!
//! The engine sequences and the domain decides; the store remembers. [`Store`] is the port, [`record`] holds the
//! stored forms, [`EmbeddedStore`] is the default home: a folder, written by one process. [`archive`] is a whole store in
//! one file, whatever its home.
//!
//! Invariants:
//! - Nothing is acknowledged before it is synced; a failed sync ends the store and is never retried.
//! - Domain types are never stored: each has a form here with a version, a frozen sample and a test.
//! - Personal data is in cards only.

pub mod archive;
#[cfg(feature = "contract")]
pub mod contract;
mod embedded;
pub mod port;
pub mod record;

pub use embedded::{EmbeddedOptions, EmbeddedStore, FORMAT};
pub use port::{
    Append, AppendRefusal, Appended, CommitMark, DocWrite, Durability, Error, KnownIds, Loaded, NoticeNo,
    Outline, OwnerToken, Snapshot, Store, StoredNotice, Stretch, SummaryContent, SummaryRow,
};
