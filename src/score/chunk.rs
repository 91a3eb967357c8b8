//! The signals file in chunks of whole lines or records, so that threads can parse them side by side.

use std::io::{self, Read};

use super::input::{Format, Header, Input, InputError, csv_error};

/// Bytes of text in a chunk, about.
const CHUNK_BYTES: usize = 256 * 1024;
/// The longest line that is read; a longer one is rejected.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A piece of the file, whole lines or records.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    /// Its place in the file, from 0.
    pub(super) place: u64,
    /// NDJSON: the lines. CSV: the cells of the records, one after the other.
    pub(super) text: Vec<u8>,
    /// CSV: the records; empty for NDJSON.
    pub(super) records: Vec<Record>,
    /// CSV: where each cell ends in `text`.
    pub(super) ends: Vec<u32>,
    /// The line it holds is longer than is read, and cut off.
    pub(super) cut: bool,
}

/// A CSV record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    /// The line it begins on, from 1.
    pub(super) line: u64,
    /// How many cells it has.
    pub(super) cells: u32,
}

impl Chunk {
    fn clear(&mut self) {
        self.text.clear();
        self.records.clear();
        self.ends.clear();
        self.cut = false;
    }
}

/// Reads the file chunk by chunk.
pub(super) enum Chunks {
    Lines(Box<Lines>),
    Records(Box<Records>),
}

/// Reads lines.
pub(super) struct Lines {
    input: Input,
    /// What was read of the next line already.
    rest: Vec<u8>,
    place: u64,
    ended: bool,
}

/// Reads CSV records.
pub(super) struct Records {
    reader: csv::Reader<Input>,
    header: Header,
    record: csv::ByteRecord,
    place: u64,
}

impl Chunks {
    /// Returns the chunks of an input; for CSV the header too.
    pub(super) fn new(input: Input, format: Format) -> Result<(Self, Option<Header>), InputError> {
        match format {
            Format::Ndjson => {
                let lines = Lines {
                    input,
                    rest: Vec::new(),
                    place: 0,
                    ended: false,
                };
                Ok((Self::Lines(Box::new(lines)), None))
            }
            Format::Csv => {
                let (reader, header) = input.csv()?;
                let records = Records {
                    reader,
                    header: header.clone(),
                    record: csv::ByteRecord::new(),
                    place: 0,
                };
                Ok((Self::Records(Box::new(records)), Some(header)))
            }
        }
    }

    /// Reads the next chunk into `chunk`; false at the end of the file.
    pub(super) fn read(&mut self, chunk: &mut Chunk) -> Result<bool, InputError> {
        chunk.clear();
        match self {
            Self::Lines(lines) => lines.read(chunk).map_err(|source| lines.input.read_error(source)),
            Self::Records(records) => records
                .read(chunk)
                .map_err(|error| csv_error(&records.header.name, error)),
        }
    }
}

impl Lines {
    fn read(&mut self, chunk: &mut Chunk) -> io::Result<bool> {
        chunk.place = self.place;
        self.place += 1;
        let text = &mut chunk.text;
        std::mem::swap(text, &mut self.rest);
        self.rest.clear();
        let mut wanted = CHUNK_BYTES;
        loop {
            fill(&mut self.input, text, wanted, &mut self.ended)?;
            if self.ended {
                return Ok(!text.is_empty());
            }
            if let Some(newline) = memchr::memrchr(b'\n', text) {
                self.rest
                    .extend_from_slice(text.get(newline + 1..).unwrap_or_default());
                text.truncate(newline + 1);
                return Ok(true);
            }
            if text.len() >= LINE_BYTES_MAX {
                chunk.cut = true;
                text.clear();
                return self.skip_line().map(|()| true);
            }
            wanted = text.len() * 2;
        }
    }

    /// Reads on to the end of a line nobody wants.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            self.rest.clear();
            fill(&mut self.input, &mut self.rest, CHUNK_BYTES, &mut self.ended)?;
            if let Some(newline) = memchr::memchr(b'\n', &self.rest) {
                self.rest.drain(..=newline);
                return Ok(());
            }
            if self.ended {
                self.rest.clear();
                return Ok(());
            }
        }
    }
}

/// Reads until `text` has `wanted` bytes or the file ends.
fn fill(input: &mut Input, text: &mut Vec<u8>, wanted: usize, ended: &mut bool) -> io::Result<()> {
    let missing = wanted.saturating_sub(text.len());
    text.reserve(missing);
    let read = input
        .by_ref()
        .take(u64::try_from(missing).unwrap_or(u64::MAX))
        .read_to_end(text)?;
    *ended = read < missing;
    Ok(())
}

impl Records {
    fn read(&mut self, chunk: &mut Chunk) -> csv::Result<bool> {
        chunk.place = self.place;
        self.place += 1;
        while chunk.text.len() < CHUNK_BYTES && self.reader.read_byte_record(&mut self.record)? {
            for cell in &self.record {
                chunk.text.extend_from_slice(cell);
                chunk
                    .ends
                    .push(u32::try_from(chunk.text.len()).unwrap_or(u32::MAX));
            }
            chunk.records.push(Record {
                line: self.record.position().map_or(0, csv::Position::line),
                cells: u32::try_from(self.record.len()).unwrap_or(u32::MAX),
            });
        }
        Ok(!chunk.records.is_empty())
    }
}
