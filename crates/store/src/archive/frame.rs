//! Frames: some items, compressed, with their length and a checksum that covers their place in the archive too.

use std::io::{ErrorKind, Read, Write};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::{ArchiveError, FORMAT};

/// What an archive's first line begins with.
const MAGIC: &[u8] = b"quorate-archive ";
/// The longest first line.
const LINE_BYTES_MAX: usize = 32;
/// What a frame begins with: length and checksum.
const PREFIX_BYTES: usize = 8;
/// The most that a frame may hold, packed or unpacked.
const FRAME_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Writes frames one after the other.
pub(super) struct FrameWriter<W> {
    to: W,
    number: u64,
}

impl<W: Write> FrameWriter<W> {
    /// Begins an archive.
    pub(super) fn begin(mut to: W) -> Result<Self, ArchiveError> {
        let line = [MAGIC, FORMAT.to_string().as_bytes(), b"\n"].concat();
        to.write_all(&line).map_err(ArchiveError::Write)?;
        Ok(Self { to, number: 0 })
    }

    pub(super) fn write(&mut self, items: &[u8]) -> Result<(), ArchiveError> {
        let too_large = |bytes| ArchiveError::TooLarge {
            what: "a value".to_owned(),
            bytes,
        };
        if items.len() > FRAME_BYTES_MAX {
            return Err(too_large(items.len()));
        }
        let mut packed = DeflateEncoder::new(Vec::with_capacity(items.len() / 4), Compression::fast());
        let packed = packed
            .write_all(items)
            .and_then(|()| packed.finish())
            .map_err(ArchiveError::Write)?;
        let length = u32::try_from(packed.len()).map_err(|_| too_large(packed.len()))?;
        let checksum = checksum(self.number, &packed);
        let mut write = |bytes: &[u8]| self.to.write_all(bytes).map_err(ArchiveError::Write);
        write(&length.to_le_bytes())?;
        write(&checksum.to_le_bytes())?;
        write(&packed)?;
        self.number += 1;
        Ok(())
    }

    pub(super) fn flush(&mut self) -> Result<(), ArchiveError> {
        self.to.flush().map_err(ArchiveError::Write)
    }
}

/// Reads frames one after the other.
pub(super) struct FrameReader<R> {
    from: R,
    number: u64,
    /// Where the next frame begins.
    at: u64,
}

/// The items of a frame.
pub(super) struct Frame {
    /// Where it begins.
    pub(super) at: u64,
    pub(super) items: Vec<u8>,
}

impl<R: Read> FrameReader<R> {
    /// Begins to read an archive of a format that this build knows.
    pub(super) fn begin(mut from: R) -> Result<Self, ArchiveError> {
        let mut line = Vec::with_capacity(LINE_BYTES_MAX);
        loop {
            let mut byte = [0];
            if read_up_to(&mut from, &mut byte)? == 0 || line.len() == LINE_BYTES_MAX {
                return Err(ArchiveError::Foreign);
            }
            if byte == *b"\n" {
                break;
            }
            line.extend_from_slice(&byte);
        }
        let found: u32 = line
            .strip_prefix(MAGIC)
            .and_then(|number| std::str::from_utf8(number).ok()?.parse().ok())
            .filter(|number| *number > 0)
            .ok_or(ArchiveError::Foreign)?;
        if found > FORMAT {
            return Err(ArchiveError::Newer {
                what: "the whole".to_owned(),
                found,
                known: FORMAT,
            });
        }
        Ok(Self {
            from,
            number: 0,
            at: length(line.len() + 1),
        })
    }

    /// Returns the next frame; `None` at the end of the file.
    pub(super) fn next(&mut self) -> Result<Option<Frame>, ArchiveError> {
        let at = self.at;
        let damaged = |reason: &str| ArchiveError::Damaged {
            at,
            reason: reason.to_owned(),
        };
        let mut prefix = [0; PREFIX_BYTES];
        match read_up_to(&mut self.from, &mut prefix)? {
            0 => return Ok(None),
            PREFIX_BYTES => {}
            read => return Err(cut(at + length(read), "in the middle of a frame")),
        }
        let [l0, l1, l2, l3, c0, c1, c2, c3] = prefix;
        let packed_bytes = u32::from_le_bytes([l0, l1, l2, l3]);
        let stored = u32::from_le_bytes([c0, c1, c2, c3]);
        if usize::try_from(packed_bytes).unwrap_or(usize::MAX) > FRAME_BYTES_MAX {
            return Err(damaged("its length is impossible"));
        }
        // Grows with what is there, not with what a damaged length says.
        let mut packed = Vec::new();
        (&mut self.from)
            .take(u64::from(packed_bytes))
            .read_to_end(&mut packed)
            .map_err(ArchiveError::Read)?;
        let end = at + length(PREFIX_BYTES + packed.len());
        if length(packed.len()) < u64::from(packed_bytes) {
            return Err(cut(end, "in the middle of a frame"));
        }
        if checksum(self.number, &packed) != stored {
            return Err(damaged("its checksum does not fit"));
        }
        let mut items = Vec::with_capacity(packed.len() * 3);
        DeflateDecoder::new(packed.as_slice())
            .take(length(FRAME_BYTES_MAX) + 1)
            .read_to_end(&mut items)
            .map_err(|_| damaged("it does not unpack"))?;
        if items.len() > FRAME_BYTES_MAX {
            return Err(damaged("it holds more than a frame may"));
        }
        self.number += 1;
        self.at = end;
        Ok(Some(Frame { at, items }))
    }

    /// Returns where the next frame begins.
    pub(super) fn at(&self) -> u64 {
        self.at
    }
}

/// Reads as many bytes as there is room for; fewer at the end.
fn read_up_to(from: &mut impl Read, mut room: &mut [u8]) -> Result<usize, ArchiveError> {
    let mut read = 0;
    while !room.is_empty() {
        match from.read(room) {
            Ok(0) => break,
            Ok(count) => {
                read += count;
                room = room.get_mut(count..).unwrap_or_default();
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(ArchiveError::Read(error)),
        }
    }
    Ok(read)
}

fn checksum(number: u64, packed: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&number.to_le_bytes());
    hasher.update(packed);
    hasher.finalize()
}

pub(super) fn cut(at: u64, missing: &'static str) -> ArchiveError {
    ArchiveError::Cut { at, missing }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
