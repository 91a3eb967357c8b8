//! Items: what a frame holds, one after the other.

use std::io::{Read, Write};

use sha2::{Digest as _, Sha256};

use super::ArchiveError;
use super::frame::{Frame, FrameReader, FrameWriter};

/// How much a frame gathers before it is written.
const GATHERED_BYTES: usize = 256 * 1024;
/// Kind and two lengths.
const PREFIX_BYTES: usize = 9;

pub(super) const HEADER: u8 = b'H';
pub(super) const DOCUMENT: u8 = b'D';
pub(super) const ACCOUNT: u8 = b'A';
pub(super) const CARD: u8 = b'C';
pub(super) const SNAPSHOT: u8 = b'S';
pub(super) const RECORDS: u8 = b'J';
pub(super) const NOTICE: u8 = b'N';
pub(super) const END: u8 = b'E';

/// Gathers items into frames.
pub(super) struct ItemWriter<W> {
    frames: FrameWriter<W>,
    gathered: Vec<u8>,
    hash: Sha256,
}

impl<W: Write> ItemWriter<W> {
    pub(super) fn begin(to: W) -> Result<Self, ArchiveError> {
        Ok(Self {
            frames: FrameWriter::begin(to)?,
            gathered: Vec::with_capacity(GATHERED_BYTES),
            hash: Sha256::new(),
        })
    }

    pub(super) fn write(&mut self, kind: u8, key: &[u8], value: &[u8]) -> Result<(), ArchiveError> {
        let length = |bytes: &[u8]| {
            u32::try_from(bytes.len()).map_err(|_| ArchiveError::TooLarge {
                what: "a value".to_owned(),
                bytes: bytes.len(),
            })
        };
        let begin = self.gathered.len();
        self.gathered.push(kind);
        self.gathered.extend_from_slice(&length(key)?.to_le_bytes());
        self.gathered.extend_from_slice(&length(value)?.to_le_bytes());
        self.gathered.extend_from_slice(key);
        self.gathered.extend_from_slice(value);
        self.hash.update(self.gathered.get(begin..).unwrap_or_default());
        if self.gathered.len() >= GATHERED_BYTES {
            self.frame()?;
        }
        Ok(())
    }

    /// Returns the hash of all items so far.
    pub(super) fn hash(&self) -> String {
        hex(self.hash.clone())
    }

    pub(super) fn finish(mut self) -> Result<(), ArchiveError> {
        self.frame()?;
        self.frames.flush()
    }

    fn frame(&mut self) -> Result<(), ArchiveError> {
        self.frames.write(&self.gathered)?;
        self.gathered.clear();
        Ok(())
    }
}

/// Takes items out of frames.
pub(super) struct ItemReader<R> {
    frames: FrameReader<R>,
    frame: Frame,
    /// Where the next item begins in the frame.
    next: usize,
    hash: Sha256,
}

/// An item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'a> {
    /// Where its frame begins.
    pub(super) at: u64,
    pub(super) kind: u8,
    pub(super) key: &'a [u8],
    pub(super) value: &'a [u8],
}

impl<R: Read> ItemReader<R> {
    pub(super) fn begin(from: R) -> Result<Self, ArchiveError> {
        Ok(Self {
            frames: FrameReader::begin(from)?,
            frame: Frame {
                at: 0,
                items: Vec::new(),
            },
            next: 0,
            hash: Sha256::new(),
        })
    }

    /// Returns the next item; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Item<'_>>, ArchiveError> {
        while self.next >= self.frame.items.len() {
            match self.frames.next()? {
                Some(frame) => self.frame = frame,
                None => return Ok(None),
            }
            self.next = 0;
        }
        let at = self.frame.at;
        let rest = self.frame.items.get(self.next..).unwrap_or_default();
        let (item, bytes) = split(rest).ok_or_else(|| ArchiveError::Damaged {
            at,
            reason: "an item runs past its end".to_owned(),
        })?;
        self.next += bytes;
        // The end's own hash is of what comes before it.
        if item.kind != END {
            self.hash.update(rest.get(..bytes).unwrap_or_default());
        }
        Ok(Some(Item { at, ..item }))
    }

    /// Returns the hash of all items so far.
    pub(super) fn hash(&self) -> String {
        hex(self.hash.clone())
    }

    /// Returns where what was not read yet begins.
    pub(super) fn at(&self) -> u64 {
        self.frames.at()
    }
}

/// Returns the first item and how many bytes it takes.
fn split(bytes: &[u8]) -> Option<(Item<'_>, usize)> {
    let (prefix, rest) = bytes.split_first_chunk::<PREFIX_BYTES>()?;
    let [kind, k0, k1, k2, k3, v0, v1, v2, v3] = *prefix;
    let key_bytes = usize::try_from(u32::from_le_bytes([k0, k1, k2, k3])).ok()?;
    let value_bytes = usize::try_from(u32::from_le_bytes([v0, v1, v2, v3])).ok()?;
    let (key, rest) = rest.split_at_checked(key_bytes)?;
    let (value, _) = rest.split_at_checked(value_bytes)?;
    let item = Item {
        at: 0,
        kind,
        key,
        value,
    };
    Some((item, PREFIX_BYTES + key_bytes + value_bytes))
}

fn hex(hash: Sha256) -> String {
    use std::fmt::Write as _;
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        // Text takes what is written into it.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
