//! How keys are put together.
//!
//! An account belongs to one of 256 partitions by its id's hash, for good. All keys of a partition share the hash tag
//! `{p:N}`, so that they lie in one slot of a cluster and one function call over them is atomic.
//!
//! | key | type | holds |
//! |---|---|---|
//! | `PREFIX:{p:N}:owner` | hash | token, epoch, node and lease of the partition's owner |
//! | `PREFIX:{p:N}:heads` | hash | account -> last record, last notice, summary |
//! | `PREFIX:{p:N}:snapshots` | hash | account -> snapshot |
//! | `PREFIX:{p:N}:journal:ACCOUNT` | stream | the records of an append, under the last one's number |
//! | `PREFIX:{p:N}:condensed:ACCOUNT` | stream | the same of what is older than the retention: it comes before the journal |
//! | `PREFIX:{p:N}:ids:ACCOUNT` | set | hashes of its signals' ids, but for condensed ones |
//! | `PREFIX:{p:N}:cards:ACCOUNT` | hash | contact -> card |
//! | `PREFIX:{p:N}:notices:ACCOUNT` | stream | notices under their numbers |
//! | `PREFIX:{docs}:docs:COLLECTION` | hash | key -> document |
//! | `PREFIX:{docs}:collections` | hash | collection -> 1, once it had a document |
//! | `PREFIX:{docs}:meta` | hash | the store's format, and what was fixed when it was made |

use quorate_domain::id::{AccountId, SignalId};
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// How many partitions there are; never another number, or accounts would be looked for in the wrong ones.
pub(crate) const PARTITIONS: u16 = 256;

/// One of the partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Partition(u16);

impl Partition {
    /// Returns the one an account is in.
    pub(crate) fn of(account: &AccountId) -> Self {
        let [.., low] = xxh3_64(account.as_str().as_bytes()).to_be_bytes();
        Self(u16::from(low))
    }

    /// Returns all of them.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..PARTITIONS).map(Self)
    }

    /// Returns its place among all, from 0.
    pub(crate) fn place(self) -> usize {
        usize::from(self.0)
    }

    /// Returns its slot in a Redis Cluster.
    pub(crate) fn slot(self) -> u16 {
        slot(format!("p:{}", self.0).as_bytes())
    }
}

/// Returns the slot of a hash tag: CRC-16/XMODEM modulo 16384 (Redis Cluster specification, "Key distribution model").
pub(crate) fn slot(tag: &[u8]) -> u16 {
    let mut crc: u16 = 0;
    for byte in tag {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            let carry = crc & 0x8000 != 0;
            crc <<= 1;
            if carry {
                crc ^= 0x1021;
            }
        }
    }
    crc % 16_384
}

/// The hash tag of documents.
pub(crate) const DOCS_TAG: &str = "docs";

/// Keys under one prefix.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    prefix: String,
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
        }
    }

    pub(crate) fn owner(&self, partition: Partition) -> String {
        self.of_partition(partition, "owner")
    }

    pub(crate) fn heads(&self, partition: Partition) -> String {
        self.of_partition(partition, "heads")
    }

    pub(crate) fn snapshots(&self, partition: Partition) -> String {
        self.of_partition(partition, "snapshots")
    }

    pub(crate) fn journal(&self, account: &AccountId) -> String {
        self.of_account(account, "journal")
    }

    pub(crate) fn condensed(&self, account: &AccountId) -> String {
        self.of_account(account, "condensed")
    }

    pub(crate) fn ids(&self, account: &AccountId) -> String {
        self.of_account(account, "ids")
    }

    pub(crate) fn cards(&self, account: &AccountId) -> String {
        self.of_account(account, "cards")
    }

    pub(crate) fn notices(&self, account: &AccountId) -> String {
        self.of_account(account, "notices")
    }

    pub(crate) fn docs(&self, collection: &str) -> String {
        format!("{}:{{{DOCS_TAG}}}:docs:{collection}", self.prefix)
    }

    pub(crate) fn collections(&self) -> String {
        format!("{}:{{{DOCS_TAG}}}:collections", self.prefix)
    }

    pub(crate) fn meta(&self) -> String {
        format!("{}:{{{DOCS_TAG}}}:meta", self.prefix)
    }

    fn of_partition(&self, partition: Partition, what: &str) -> String {
        format!("{}:{{p:{}}}:{what}", self.prefix, partition.0)
    }

    fn of_account(&self, account: &AccountId, what: &str) -> String {
        let partition = Partition::of(account).0;
        format!("{}:{{p:{partition}}}:{what}:{}", self.prefix, account.as_str())
    }
}

/// What the checksum of a stored value covers beside its bytes: what it is, whose, which.
/// Independent of prefix and partition, so that values may be moved.
pub(crate) fn seal_key(account: &AccountId, number: &[u8]) -> Vec<u8> {
    let mut key = account.as_str().as_bytes().to_vec();
    key.push(0);
    key.extend_from_slice(number);
    key
}

/// Returns 128 bits of a hash that is seeded once per store, so that nobody outside can aim at a collision.
pub(crate) fn signal_id(seed: u64, account: &AccountId, id: &SignalId) -> [u8; 16] {
    let mut hasher = Xxh3::with_seed(seed);
    hasher.update(account.as_str().as_bytes());
    hasher.update(&[0]);
    hasher.update(id.as_str().as_bytes());
    hasher.digest128().to_be_bytes()
}

#[cfg(test)]
mod tests;
