//! Files as they come: plain, gzip or zstd, from disk or standard input.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Bytes read at a time from a compressed file.
const BUFFER_BYTES: usize = 64 * 1024;
/// The largest zstd window accepted: what `zstd --long=27` makes.
const WINDOW_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// How signals are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON object a line.
    Ndjson,
    /// A header, then one record a row.
    Csv,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InputError {
    /// It cannot be opened.
    #[error("{name} cannot be opened; check the path and its permissions")]
    Open {
        /// Which file.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Reading it failed midway.
    #[error("{name} cannot be read to its end; if it is compressed it may be cut short: fetch it again")]
    Read {
        /// Which file.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A column is not there.
    #[error("{name} has no column {wanted:?}; its header has {found}: rename or add the column")]
    Column {
        /// Which file.
        name: String,
        /// What is wanted.
        wanted: &'static str,
        /// The columns that are there, quoted.
        found: String,
    },
    /// A column is there twice.
    #[error("{name} has two columns \"{column}\"; remove one")]
    ColumnTwice {
        /// Which file.
        name: String,
        /// Which column.
        column: String,
    },
}

/// The header of a CSV file.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// The file.
    pub(super) name: String,
    /// Its columns, in order.
    pub(super) columns: Vec<String>,
}

impl Header {
    fn new(name: String, columns: Vec<String>) -> Result<Self, InputError> {
        for (place, column) in columns.iter().enumerate() {
            if !column.is_empty() && columns.iter().skip(place + 1).any(|other| other == column) {
                let column = column.clone();
                return Err(InputError::ColumnTwice { name, column });
            }
        }
        Ok(Self { name, columns })
    }

    /// Returns the place of a column.
    pub(super) fn find(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known == column)
    }

    /// Returns the place of a column that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub(super) fn need(&self, column: &'static str) -> Result<usize, InputError> {
        self.find(column).ok_or_else(|| self.lacks(column))
    }

    /// Says that a record has more or fewer cells than the header, if so.
    pub(super) fn check_width(&self, record: &csv::ByteRecord) -> Result<(), String> {
        if record.len() == self.columns.len() {
            return Ok(());
        }
        let (cells, columns) = (record.len(), self.columns.len());
        Err(format!("has {cells} cells where the header has {columns}"))
    }

    /// Says which columns are not used, if there are any.
    pub(super) fn unused(&self, used: &[&str]) -> Option<String> {
        let unused: Vec<String> = self
            .columns
            .iter()
            .filter(|column| !used.contains(&column.as_str()))
            .map(|column| format!("{column:?}"))
            .collect();
        (!unused.is_empty()).then(|| {
            let (name, unused, used) = (&self.name, unused.join(", "), used.join(", "));
            format!("{name}: columns that are not used: {unused} (used are: {used})")
        })
    }

    /// Returns the error of a column that is not there.
    pub(super) fn lacks(&self, wanted: &'static str) -> InputError {
        let found: Vec<String> = self.columns.iter().map(|column| format!("{column:?}")).collect();
        InputError::Column {
            name: self.name.clone(),
            wanted,
            found: if found.is_empty() {
                "no columns".to_owned()
            } else {
                found.join(", ")
            },
        }
    }
}

/// A file that is open, decompressed as it is read.
pub(crate) struct Input {
    name: String,
    reader: Box<dyn BufRead + Send>,
    read_bytes: Arc<AtomicU64>,
}

impl Input {
    /// Opens a file; `-` is standard input. What it is compressed with is told by its first bytes.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, InputError> {
        let (name, raw): (String, Box<dyn Read + Send>) = if path == Path::new("-") {
            ("standard input".to_owned(), Box::new(io::stdin()))
        } else {
            let name = path.display().to_string();
            let opened = File::open(path).and_then(|file| {
                if file.metadata()?.is_dir() {
                    return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
                }
                Ok(file)
            });
            match opened {
                Ok(file) => (name, Box::new(file)),
                Err(source) => return Err(InputError::Open { name, source }),
            }
        };
        let read_bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted {
            raw,
            read_bytes: Arc::clone(&read_bytes),
        };
        let mut raw = BufReader::with_capacity(BUFFER_BYTES, counted);
        let reader = match raw.fill_buf() {
            Ok([0x1f, 0x8b, ..]) => buffered(MultiGzDecoder::new(raw)),
            Ok([0x28, 0xb5, 0x2f, 0xfd, ..]) => buffered(ZstdFrames::new(raw)),
            Ok(_) => Box::new(raw),
            Err(source) => return Err(InputError::Read { name, source }),
        };
        Ok(Self {
            name,
            reader,
            read_bytes,
        })
    }

    /// Returns how many bytes of the file itself have been read; a handle that can be asked later.
    pub(crate) fn read_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read_bytes)
    }

    /// Tells the format: by the name's ending, else by the first character.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(crate) fn format(&mut self, path: &Path) -> Result<Format, InputError> {
        let mut stem = path.to_owned();
        if matches!(extension(&stem).as_str(), "gz" | "zst" | "zstd") {
            stem.set_extension("");
        }
        match extension(&stem).as_str() {
            "ndjson" | "jsonl" | "json" => return Ok(Format::Ndjson),
            "csv" => return Ok(Format::Csv),
            _ => {}
        }
        match self.reader.fill_buf() {
            Ok(first) => {
                let text = first
                    .strip_prefix(b"\xef\xbb\xbf")
                    .unwrap_or(first)
                    .trim_ascii_start();
                Ok(if text.is_empty() || text.starts_with(b"{") {
                    Format::Ndjson
                } else {
                    Format::Csv
                })
            }
            Err(source) => Err(self.read_error(source)),
        }
    }

    /// Returns the file as CSV with a header, and that header.
    ///
    /// # Errors
    /// When the file cannot be read, or has a column twice.
    pub(super) fn csv(self) -> Result<(csv::Reader<Self>, Header), InputError> {
        let name = self.name.clone();
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(self);
        let header = reader.byte_headers().map_err(|error| csv_error(&name, error))?;
        let columns = header
            .iter()
            .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
            .collect();
        Ok((reader, Header::new(name, columns)?))
    }

    /// Returns the error of a read that failed.
    pub(crate) fn read_error(&self, source: io::Error) -> InputError {
        InputError::Read {
            name: self.name.clone(),
            source,
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

fn extension(path: &Path) -> String {
    path.extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
        .unwrap_or_default()
}

fn buffered(decoder: impl Read + Send + 'static) -> Box<dyn BufRead + Send> {
    Box::new(BufReader::with_capacity(BUFFER_BYTES, decoder))
}

/// Returns the error of a CSV reader that failed. Any bytes are CSV to it, so only reading itself fails.
pub(super) fn csv_error(name: &str, error: csv::Error) -> InputError {
    let source = if error.is_io_error() {
        io::Error::from(error)
    } else {
        io::Error::other(error)
    };
    InputError::Read {
        name: name.to_owned(),
        source,
    }
}

/// Counts what is read of the file itself, for progress.
struct Counted {
    raw: Box<dyn Read + Send>,
    read_bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.raw.read(buffer)?;
        self.read_bytes
            .fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(count)
    }
}

/// All frames of a zstd file one after the other.
struct ZstdFrames<R: BufRead> {
    raw: R,
    frame: Box<FrameDecoder>,
    within: bool,
}

impl<R: BufRead> ZstdFrames<R> {
    fn new(raw: R) -> Self {
        let mut frame = Box::new(FrameDecoder::new());
        frame.set_max_window_size(WINDOW_BYTES_MAX);
        Self {
            raw,
            frame,
            within: false,
        }
    }

    /// Goes into the next frame; skips those that hold no data.
    fn enter(&mut self) -> io::Result<()> {
        match self.frame.reset(&mut self.raw) {
            Ok(()) => {
                self.within = true;
                Ok(())
            }
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length, ..
            })) => {
                let mut skipped = self.raw.by_ref().take(u64::from(length));
                io::copy(&mut skipped, &mut io::sink()).map(drop)
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Leaves a frame that was read to its end, if its checksum is right.
    fn leave(&mut self) -> io::Result<()> {
        self.within = false;
        match (
            self.frame.get_checksum_from_data(),
            self.frame.get_calculated_checksum(),
        ) {
            (Some(written), Some(found)) if written != found => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the zstd checksum is wrong",
            )),
            _ => Ok(()),
        }
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within {
                if self.raw.fill_buf()?.is_empty() {
                    return Ok(0);
                }
                self.enter()?;
            } else if self.frame.can_collect() > 0 {
                return self.frame.read(buffer);
            } else if self.frame.is_finished() {
                self.leave()?;
            } else {
                self.frame
                    .decode_blocks(&mut self.raw, BlockDecodingStrategy::UptoBlocks(1))
                    .map_err(io::Error::other)?;
            }
        }
    }
}
