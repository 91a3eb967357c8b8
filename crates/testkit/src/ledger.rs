//! What was sent and what was acknowledged: the memory that a test of durability holds against the server's.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::generate::Signal;

#[cfg(test)]
mod tests;

/// Which signal: its account and its id there.
pub type SignalKey = (String, String);

/// Why a ledger could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The file.
    #[error("ledger {path}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// An acknowledgement of what was never sent: the test is wrong, or the server made it up.
    #[error("signal {:?} of account {:?} was acknowledged and never sent", key.1, key.0)]
    NeverSent {
        /// Which signal.
        key: SignalKey,
    },
}

/// What happened to a signal, as far as its sender knows.
#[derive(Clone, Debug)]
struct Entry {
    signal: Signal,
    acknowledged: bool,
}

/// An append-only ledger: in memory for the checks, in a file for whoever looks into a failure.
#[derive(Debug)]
pub struct Ledger {
    entries: BTreeMap<SignalKey, Entry>,
    path: PathBuf,
    file: File,
}

/// What is wrong between a ledger and what the server holds; empty lists mean nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Acknowledged and not there.
    pub lost: Vec<SignalKey>,
    /// There more than once, with how often.
    pub doubled: Vec<(SignalKey, usize)>,
    /// There and never sent.
    pub strange: Vec<SignalKey>,
}

impl Audit {
    /// Returns whether nothing is lost, doubled or strange.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.strange.is_empty()
    }
}

impl Ledger {
    /// Returns an empty ledger that writes to a new file.
    ///
    /// # Errors
    /// When the file exists or cannot be made.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, LedgerError> {
        let path = path.as_ref().to_owned();
        match File::options().append(true).create_new(true).open(&path) {
            Ok(file) => Ok(Self {
                entries: BTreeMap::new(),
                path,
                file,
            }),
            Err(source) => Err(LedgerError::File { path, source }),
        }
    }

    /// Writes down that a signal is about to be sent. Sent again, it stays the one that was sent first.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn sent(&mut self, signal: &Signal) -> Result<(), LedgerError> {
        self.write(&json!({"sent": signal.to_json()}))?;
        let key = (signal.account.clone(), signal.id.clone());
        self.entries.entry(key).or_insert_with(|| Entry {
            signal: signal.clone(),
            acknowledged: false,
        });
        Ok(())
    }

    /// Writes down that the server answered for a signal (`accepted` or `duplicate`).
    ///
    /// # Errors
    /// When it was never sent, or the file cannot be written.
    pub fn acknowledged(&mut self, account: &str, id: &str) -> Result<(), LedgerError> {
        self.write(&json!({"acknowledged": {"account": account, "id": id}}))?;
        let key = (account.to_owned(), id.to_owned());
        match self.entries.get_mut(&key) {
            Some(entry) => {
                entry.acknowledged = true;
                Ok(())
            }
            None => Err(LedgerError::NeverSent { key }),
        }
    }

    /// Returns the signals that were acknowledged, by account and id.
    pub fn acknowledged_signals(&self) -> impl Iterator<Item = &Signal> {
        self.entries
            .values()
            .filter(|entry| entry.acknowledged)
            .map(|entry| &entry.signal)
    }

    /// Returns the signals that were sent and never answered for: the server may hold them or not. Send them again.
    pub fn unanswered_signals(&self) -> impl Iterator<Item = &Signal> {
        self.entries
            .values()
            .filter(|entry| !entry.acknowledged)
            .map(|entry| &entry.signal)
    }

    /// Returns how many signals of an account were acknowledged, and how many were sent: what it holds is between.
    #[must_use]
    pub fn bounds(&self, account: &str) -> (usize, usize) {
        let of_account = || {
            self.entries
                .values()
                .filter(|entry| entry.signal.account == account)
        };
        (
            of_account().filter(|entry| entry.acknowledged).count(),
            of_account().count(),
        )
    }

    /// Compares the ledger with every signal that the server holds.
    #[must_use]
    pub fn audit(&self, held: impl IntoIterator<Item = SignalKey>) -> Audit {
        let mut counts: BTreeMap<SignalKey, usize> = BTreeMap::new();
        for key in held {
            *counts.entry(key).or_default() += 1;
        }
        let acknowledged = self.entries.iter().filter(|(_, entry)| entry.acknowledged);
        Audit {
            lost: acknowledged
                .map(|(key, _)| key)
                .filter(|key| !counts.contains_key(*key))
                .cloned()
                .collect(),
            strange: counts
                .keys()
                .filter(|key| !self.entries.contains_key(*key))
                .cloned()
                .collect(),
            doubled: counts.into_iter().filter(|(_, count)| *count > 1).collect(),
        }
    }

    fn write(&mut self, line: &Value) -> Result<(), LedgerError> {
        let written = writeln!(self.file, "{line}");
        written.map_err(|source| LedgerError::File {
            path: self.path.clone(),
            source,
        })
    }
}
