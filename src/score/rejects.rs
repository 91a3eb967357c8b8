//! Lines that cannot be used, in a file of their own, so that they can be mended and sent again.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::PathBuf;

use super::ScoreError;

/// Which input a rejected line is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum RejectedFile {
    /// The contacts.
    Contacts,
    /// The accounts.
    Accounts,
    /// The signals.
    Signals,
}

impl RejectedFile {
    /// All inputs, in the order they are read.
    pub(crate) const ALL: [Self; 3] = [Self::Contacts, Self::Accounts, Self::Signals];

    /// Returns the word of the rejects file.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Accounts => "accounts",
            Self::Signals => "signals",
        }
    }
}

/// How many rejected lines are remembered, to be shown when there is no file for them.
const SHOWN_MAX: usize = 5;

/// Takes rejected lines, in the order of the files.
pub(crate) struct Rejects {
    path: Option<PathBuf>,
    file: Option<csv::Writer<BufWriter<File>>>,
    error: Option<io::Error>,
    counts: [u64; 3],
    shown: Vec<String>,
}

impl Rejects {
    /// Returns a taker that writes to `path` once there is something to write; without a path it counts only.
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self {
            path,
            file: None,
            error: None,
            counts: [0; 3],
            shown: Vec::new(),
        }
    }

    /// Takes a rejected line. An error of writing is kept for [`Rejects::finish`].
    pub(super) fn add(&mut self, file: RejectedFile, line: u64, reason: &str) {
        if let Some(count) = RejectedFile::ALL
            .iter()
            .position(|known| *known == file)
            .and_then(|place| self.counts.get_mut(place))
        {
            *count += 1;
        }
        if self.shown.len() < SHOWN_MAX {
            self.shown
                .push(format!("{} line {line}: {reason}", file.as_str()));
        }
        if self.error.is_none() {
            self.error = self.write(file, line, reason).err();
        }
    }

    fn write(&mut self, file: RejectedFile, line: u64, reason: &str) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let writer = if let Some(writer) = &mut self.file {
            writer
        } else {
            let mut writer = csv::Writer::from_writer(BufWriter::new(File::create(path)?));
            writer.write_record(["file", "line", "reason"])?;
            self.file.insert(writer)
        };
        writer.write_record([file.as_str(), &line.to_string(), reason])?;
        Ok(())
    }

    /// Writes what is not written yet.
    ///
    /// # Errors
    /// When that, or an earlier write, fails.
    pub(super) fn finish(&mut self) -> Result<(), ScoreError> {
        let flushed = match (&mut self.file, self.error.take()) {
            (_, Some(error)) => Err(error),
            (Some(file), None) => file.flush(),
            (None, None) => Ok(()),
        };
        flushed.map_err(|source| ScoreError::Rejects {
            path: self.path.clone().unwrap_or_default(),
            source,
        })
    }

    /// Returns how many lines of a file were rejected.
    pub(super) fn count(&self, file: RejectedFile) -> u64 {
        RejectedFile::ALL
            .iter()
            .zip(self.counts)
            .find(|(known, _)| **known == file)
            .map_or(0, |(_, count)| count)
    }

    /// Returns where the lines were written; `None`: nowhere.
    pub(super) fn written_to(&self) -> Option<PathBuf> {
        self.file.as_ref().and(self.path.clone())
    }

    /// Returns the first of them, in words.
    pub(super) fn first(&self) -> &[String] {
        &self.shown
    }
}
