//! How many commits were synced, in a file of its own beside the database.
//!
//! Written after each sync and not synced itself, so it never claims more than is on disk; after a power cut it
//! may claim less. On opening, a database with fewer commits than this has lost something that was acknowledged:
//! the one thing that looking at the database alone cannot tell from a torn tail.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

#[derive(Debug)]
pub(super) struct SyncedMark {
    file: File,
}

impl SyncedMark {
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(folder.join("synced"))?;
        Ok(Self { file })
    }

    /// Returns how many commits are known to be on disk; 0 when the mark itself did not survive.
    pub(super) fn read(&self) -> io::Result<u64> {
        let mut bytes = [0; 12];
        match self.file.read_exact_at(&mut bytes, 0) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(0),
            Err(error) => return Err(error),
        }
        let [commits @ .., _, _, _, _] = bytes;
        let commits = u64::from_le_bytes(commits);
        if encode(commits) == bytes {
            Ok(commits)
        } else {
            Ok(0)
        }
    }

    pub(super) fn write(&self, commits: u64) -> io::Result<()> {
        self.file.write_all_at(&encode(commits), 0)
    }
}

fn encode(commits: u64) -> [u8; 12] {
    let mut bytes = [0; 12];
    let (number, checksum) = bytes.split_at_mut(8);
    number.copy_from_slice(&commits.to_le_bytes());
    checksum.copy_from_slice(&crc32fast::hash(&commits.to_le_bytes()).to_le_bytes());
    bytes
}
