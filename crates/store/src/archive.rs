//! A whole store in one file, whatever its home: to move it, and to get it back.
//!
//! ```text
//! quorate-archive 1\n                            the format, readable without anything else
//! frame:  length u32 LE | crc32 u32 LE | deflate  the checksum covers the frame's number (u64 LE) and its bytes
//! item:   kind u8 | key length u32 LE | value length u32 LE | key | value
//! ```
//!
//! | item | key | value |
//! |---|---|---|
//! | `H` the header, first | | JSON: see [`Header`] |
//! | `D` a document | collection, 0, key | sealed document |
//! | `A` an account begins | account | sealed head: last record, last notice, summary |
//! | `C` one of its cards | account, 0, contact | sealed card |
//! | `S` its snapshot | account | sealed snapshot |
//! | `J` its next records | account, 0, the last one's number | sealed records |
//! | `N` its next notice | account, 0, number | sealed notice |
//! | `E` the end | | JSON: how many of each, the SHA-256 of all items before it, accounts that were left out |
//!
//! - Values are the stored forms of [`crate::record`], each with its own version and checksum; a frame holds whole items,
//!   some 256 KiB of them.
//! - Between `A` and the next account come its cards, its snapshot, then records and notices in the order they were
//!   committed in, without holes up to what `A` says.
//! - Documents that are work under way (imports, waiting signals) come before the accounts and were read before them, so
//!   that nothing counts as done which an account lacks. Documents that accounts refer to (models, lists, keys) come last
//!   and were read last, so that no account refers to one that is not there.
//! - Ids of signals are not there: they follow from the records. Ownership is not, either: the new home has its own.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use quorate_domain::id::AccountId;
use serde::{Deserialize, Serialize};

mod export;
mod frame;
mod import;
mod item;
mod part;
mod read;

pub use export::{Origin, export};
pub use import::{import, is_unfinished};
pub use part::{Damaged, contents};
pub use read::{Checked, check};

use crate::port::{AppendRefusal, Error};

/// The format this build writes; it reads all up to it.
pub const FORMAT: u32 = 1;

/// Where a store that is being filled from an archive says so, until it is full. No archive holds it.
const MARK_COLLECTION: &str = "archive";
const MARK_KEY: &str = "importing";

/// What an archive says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Which Quorate wrote it.
    pub build: String,
    /// When that began, in RFC 3339.
    pub made_at: String,
    /// The format of the store it was read from, such as `embedded 1`.
    pub store: String,
    /// The newest form of each kind of value in it.
    #[serde(default)]
    pub forms: BTreeMap<String, u8>,
}

/// How much a store or an archive holds, and a digest of all of it but snapshots, which follow from the rest.
///
/// Two that hold the same have the same digest, whatever their home and whatever order things lie in there; it is
/// comparable between builds whose stored forms are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Accounts.
    pub accounts: u64,
    /// Records of all accounts.
    pub records: u64,
    /// Notices of all accounts.
    pub notices: u64,
    /// Cards of all accounts.
    pub cards: u64,
    /// Documents.
    pub documents: u64,
    /// The digest.
    pub digest: Digest,
}

/// A sum of hashes, which does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest([u64; 4]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| write!(f, "{part:016x}"))
    }
}

/// What goes wrong with an archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The store that is read or filled.
    #[error(transparent)]
    Store(#[from] Error),
    /// The archive cannot be read.
    #[error("the archive cannot be read")]
    Read(#[source] io::Error),
    /// The archive cannot be written.
    #[error("the archive cannot be written")]
    Write(#[source] io::Error),
    /// The file is something else.
    #[error("this is no Quorate archive: it does not start with `quorate-archive`")]
    Foreign,
    /// A newer Quorate wrote it.
    #[error("a newer Quorate wrote this archive: {what} has format {found}, this build reads up to {known}")]
    Newer {
        /// What of it.
        what: String,
        /// What was found.
        found: u32,
        /// The newest this build reads.
        known: u32,
    },
    /// It ends before its end mark.
    #[error("the archive is cut off: it ends at byte {at}, {missing}")]
    Cut {
        /// Where.
        at: u64,
        /// What should follow.
        missing: &'static str,
    },
    /// It is not as it was written.
    #[error("the archive is damaged in the frame at byte {at}: {reason}")]
    Damaged {
        /// Where the frame begins.
        at: u64,
        /// What is wrong.
        reason: String,
    },
    /// Something is too large for any frame.
    #[error("{what} has {bytes} bytes, more than an archive can hold")]
    TooLarge {
        /// What.
        what: String,
        /// How many.
        bytes: usize,
    },
    /// The store to fill has something already.
    #[error("the target is not empty: it has {what}")]
    NotEmpty {
        /// What it has.
        what: String,
    },
    /// An import into this store did not come to its end.
    #[error("an import into this store did not come to its end, so it holds a part of an archive only")]
    Unfinished,
    /// The store to fill refused a part.
    #[error("the target refused a part of the archive")]
    Refused(#[source] AppendRefusal),
    /// What the store to fill holds now is not what the archive holds.
    #[error("the target holds something else than the archive: {found:?} instead of {expected:?}")]
    Different {
        /// What it holds.
        found: Box<Contents>,
        /// What it should.
        expected: Box<Contents>,
    },
}

/// What a sealed value's checksum covers beside its bytes: whose, and which.
fn seal_key(account: &AccountId, number: &[u8]) -> Vec<u8> {
    let mut key = account.as_str().as_bytes().to_vec();
    if !number.is_empty() {
        key.push(0);
        key.extend_from_slice(number);
    }
    key
}

fn doc_key(collection: &str, key: &str) -> Vec<u8> {
    [collection.as_bytes(), &[0], key.as_bytes()].concat()
}
