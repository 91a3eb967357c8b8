//! What became of the input, in numbers.

use std::path::PathBuf;

use super::kinds::NamedKinds;
use super::pipeline::Counts;
use super::rejects::{RejectedFile, Rejects};
use super::rows::Row;

/// How many unknown kinds are named.
const UNKNOWN_NAMED_MAX: usize = 10;

/// What became of the input. `lines` = `accepted` + `duplicates` + `after_at` + rejected signals.
#[derive(Debug)]
pub(crate) struct Summary {
    /// Signals read, empty lines left out.
    pub(crate) lines: u64,
    /// Signals that were taken up: those that count, expired ones and those of unknown kinds.
    pub(crate) accepted: u64,
    /// Signals whose id came before at the same account.
    pub(crate) duplicates: u64,
    /// Signals dated after the instant asked about, left out.
    pub(crate) after_at: u64,
    /// Accepted signals older than the retention, worth 0.
    pub(crate) expired: u64,
    /// Accepted signals of kinds the model does not know, worth 0.
    pub(crate) unknown: u64,
    /// Those kinds with their signals, most frequent first, at most 10.
    pub(crate) unknown_kinds: Vec<(String, u64)>,
    /// How many such kinds there are.
    pub(crate) unknown_kinds_count: usize,
    /// What could not be used.
    pub(crate) rejected: RejectedLines,
    /// Rows of the result.
    pub(crate) accounts: usize,
    /// How many of them are MQA.
    pub(crate) mqa: usize,
    /// What else somebody should know.
    pub(crate) notes: Vec<String>,
}

/// Lines that could not be used.
#[derive(Debug)]
pub(crate) struct RejectedLines {
    /// Of the contacts file.
    pub(crate) contacts: u64,
    /// Of the accounts file.
    pub(crate) accounts: u64,
    /// Of the signals file.
    pub(crate) signals: u64,
    /// Where they are listed; `None`: nowhere, or there are none.
    pub(crate) file: Option<PathBuf>,
    /// The first few, in words.
    pub(crate) first: Vec<String>,
}

impl Summary {
    /// Puts the numbers together.
    pub(super) fn of(
        counts: &Counts,
        kinds: &NamedKinds,
        rows: &[Row],
        rejects: &Rejects,
        notes: Vec<String>,
    ) -> Self {
        let mut unknown_kinds: Vec<(String, u64)> = counts
            .unknown
            .iter()
            .filter_map(|(no, count)| Some((kinds.kind(*no)?.as_str().to_owned(), *count)))
            .collect();
        unknown_kinds.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let unknown_kinds_count = unknown_kinds.len();
        unknown_kinds.truncate(UNKNOWN_NAMED_MAX);
        Self {
            lines: counts.lines,
            accepted: counts.accepted,
            duplicates: counts.duplicates,
            after_at: counts.after_at,
            expired: counts.expired,
            unknown: counts.unknown.values().sum(),
            unknown_kinds,
            unknown_kinds_count,
            rejected: RejectedLines {
                contacts: rejects.count(RejectedFile::Contacts),
                accounts: rejects.count(RejectedFile::Accounts),
                signals: rejects.count(RejectedFile::Signals),
                file: rejects.written_to(),
                first: rejects.first().to_vec(),
            },
            accounts: rows.len(),
            mqa: rows.iter().filter(|row| row.mqa).count(),
            notes,
        }
    }
}
