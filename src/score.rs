//! Scores accounts from files, with no server: the batch face of the domain.
//!
//! The signals are never held: they are read in chunks, parsed by all threads, and folded by shards of accounts,
//! each chunk in file order, into the same decayed sums a live account keeps. What stays in memory is a fingerprint
//! of each signal id (for duplicates), one sum a contact and kind, and the texts of ids.
//!
//! Invariants:
//! - The number of threads changes no bit of the result: sums are exact integers, and everything is read out in the
//!   order of account ids, contact ids and kind names.
//! - No rule is written here: every number comes from `quorate_domain`.

use std::io;
use std::path::PathBuf;

use input::Input;
use quorate_domain::model::Model;
use quorate_domain::time::{Days, Timestamp};

mod chunk;
mod contacts;
mod facts;
mod input;
mod instant;
mod judge;
mod kinds;
mod line;
mod parse;
mod pipeline;
mod rejects;
mod replay;
mod rows;
mod shard;
mod summary;

use input::InputError;
pub(crate) use rejects::Rejects;
pub(crate) use rows::{Row, write};
pub(crate) use summary::Summary;

/// What is to be scored, and how.
#[derive(Debug)]
pub(crate) struct Job {
    /// The policy.
    pub(crate) model: Model,
    /// The instant asked about; signals after it are left out.
    pub(crate) at: Timestamp,
    /// How old a signal may be at `at` to count.
    pub(crate) retention: Days,
    /// Contacts, as CSV.
    pub(crate) contacts: Option<PathBuf>,
    /// Accounts, as CSV.
    pub(crate) accounts: Option<PathBuf>,
    /// Signals, as NDJSON or CSV; `-` is standard input.
    pub(crate) signals: PathBuf,
    /// How many threads work; at least 1.
    pub(crate) threads: usize,
    /// Judge MQA at every signal and crossing, not at `at` alone.
    pub(crate) replay: bool,
}

/// Why nothing was scored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ScoreError {
    /// An input file cannot be read, or is not what it should be.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The file of rejected lines cannot be written.
    #[error("the rejected lines cannot be written to {path}; name another file with --rejects")]
    Rejects {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Scores the job's accounts: one row an account, in the order of account ids.
///
/// - `rejects`: takes the lines that cannot be used.
/// - `progress`: called now and then with how many bytes of the signals file have been read.
///
/// # Errors
/// When a file cannot be read or written; lines that cannot be used are no error.
pub(crate) fn run(
    job: &Job,
    rejects: &mut Rejects,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<(Vec<Row>, Summary), ScoreError> {
    let mut shards = shard::Shards::new(job);
    let mut notes = Vec::new();
    if let Some(path) = &job.contacts {
        contacts::load(path, &job.model, &mut shards, rejects, &mut notes)?;
    }
    if let Some(path) = &job.accounts {
        facts::load(path, &mut shards, rejects)?;
    }
    let signals = Input::open(&job.signals)?;
    let (tally, kinds) = pipeline::run(job, signals, &shards, rejects, &mut notes, progress)?;
    let rows = judge::all(job, &shards, &kinds);
    rejects.finish()?;
    let summary = Summary::of(&tally, &kinds, &rows, rejects, notes);
    Ok((rows, summary))
}
