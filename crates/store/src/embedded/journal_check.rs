//! A look at fjall's journal files before fjall opens them.
//!
//! fjall (3.1) cuts a journal at the first entry it cannot read and says nothing, whatever follows. A torn tail is
//! cut rightly: nothing after it was ever acknowledged. But one flipped byte in the middle would silently take
//! every later commit with it. So this reads the same files first: damage with a whole batch after it, or in a
//! journal that was sealed, refuses to open and leaves the files as they are.
//!
//! Source: fjall 3.1, `src/journal/entry.rs`. A test writes with fjall and reads here, so a changed format shows.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

/// What ends every batch.
const TRAILER: [u8; 4] = *b"FJL\x03";

/// What the journals hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Checked {
    /// Whole batches.
    pub(super) batches: u64,
    /// The newest value under the key that counts commits, if a batch has one.
    pub(super) last_commit: Option<u64>,
    /// Bytes of a torn tail at the end of the newest journal, and where it starts.
    pub(super) torn: Option<Torn>,
}

/// A write that a crash cut off.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Torn {
    pub(super) file: PathBuf,
    pub(super) at: u64,
    pub(super) bytes: u64,
}

/// Why the journals cannot be trusted.
#[derive(Debug, thiserror::Error)]
pub(super) enum CheckError {
    #[error("{} is damaged at byte {at}, and acknowledged commits follow", file.display())]
    Damaged { file: PathBuf, at: u64 },
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads all journals of a database, oldest first. `commit_key` is the key whose value counts commits.
pub(super) fn check(database: &Path, commit_key: &[u8]) -> Result<Checked, CheckError> {
    let mut journals = Vec::new();
    for entry in fs::read_dir(database)? {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "jnl")
            && let Some(id) = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse::<u64>().ok())
        {
            journals.push((id, path));
        }
    }
    journals.sort_unstable();
    let mut checked = Checked::default();
    let newest = journals.len().saturating_sub(1);
    for (place, (_, file)) in journals.into_iter().enumerate() {
        let bytes = fs::read(&file)?;
        let mut at = 0;
        while let Some(batch) = bytes.get(at..).and_then(|rest| read_batch(rest, commit_key)) {
            checked.batches += 1;
            checked.last_commit = batch.commit.or(checked.last_commit);
            at += batch.bytes;
        }
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(used) = used_bytes(rest) else { continue };
        if place != newest || a_batch_follows(rest.get(..used).unwrap_or_default()) {
            return Err(CheckError::Damaged { file, at: length(at) });
        }
        checked.torn = Some(Torn {
            file,
            at: length(at),
            bytes: length(used),
        });
    }
    Ok(checked)
}

/// Cuts a torn tail off.
pub(super) fn cut(torn: &Torn) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(&torn.file)?;
    file.set_len(torn.at)?;
    file.sync_all()
}

/// Returns how many bytes are left without the zeros at the end, which fjall puts there in advance.
fn used_bytes(rest: &[u8]) -> Option<usize> {
    const PAGE: [u8; 4096] = [0; 4096];
    let page = rest
        .chunks(PAGE.len())
        .rposition(|page| Some(page) != PAGE.get(..page.len()))?;
    let start = page * PAGE.len();
    let last = rest
        .get(start..)?
        .iter()
        .take(PAGE.len())
        .rposition(|byte| *byte != 0)?;
    Some(start + last + 1)
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

/// Returns whether a whole batch starts somewhere after the damaged one at the front. A batch starts where
/// another ended, so only the places after a trailer are tried.
fn a_batch_follows(rest: &[u8]) -> bool {
    rest.windows(TRAILER.len())
        .enumerate()
        .filter(|(_, window)| *window == TRAILER)
        .filter_map(|(at, _)| rest.get(at + TRAILER.len()..))
        .any(|after| read_batch(after, &[]).is_some())
}

struct Batch {
    bytes: usize,
    commit: Option<u64>,
}

/// Reads the batch at the front; nothing when there is no whole and sound one.
fn read_batch(bytes: &[u8], commit_key: &[u8]) -> Option<Batch> {
    let mut reader = Reader { rest: bytes };
    if reader.u8()? != 1 {
        return None;
    }
    let items = reader.u32()?;
    let _sequence = reader.u64()?;
    let mut checksum = Xxh3::new();
    let mut commit = None;
    for _ in 0..items {
        let before = reader.rest;
        match reader.u8()? {
            2 => {
                let _kind = reader.u8()?;
                let _compression = reader.u8()?;
                let _keyspace = reader.u64()?;
                let key_bytes = usize::from(reader.u16()?);
                let _value_bytes = reader.u32()?;
                let stored_bytes = usize::try_from(reader.u32()?).ok()?;
                let key = reader.take(key_bytes)?;
                let value = reader.take(stored_bytes)?;
                if !commit_key.is_empty() && key == commit_key {
                    commit = value.try_into().ok().map(u64::from_be_bytes);
                }
            }
            4 => {
                let _keyspace = reader.u64()?;
            }
            _ => return None,
        }
        checksum.update(before.get(..before.len() - reader.rest.len())?);
    }
    if reader.u8()? != 3 || reader.u64()? != checksum.digest() || reader.take(4)? != TRAILER {
        return None;
    }
    Some(Batch {
        bytes: bytes.len() - reader.rest.len(),
        commit,
    })
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, bytes: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(taken)
    }

    fn chunk<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*taken)
    }

    fn u8(&mut self) -> Option<u8> {
        self.chunk::<1>().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.chunk().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.chunk().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.chunk().map(u64::from_le_bytes)
    }
}

#[cfg(test)]
mod tests;
