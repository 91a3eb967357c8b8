//! Reading a file of rows: encoding, delimiter, quotes, row numbers, limits.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// What a file may hold at most.
#[expect(clippy::struct_field_names, reason = "limits end in max")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Rows below the header.
    pub rows_max: usize,
    /// Columns.
    pub columns_max: usize,
    /// The longest cell, in bytes.
    pub cell_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows_max: 50_000,
            columns_max: 500,
            cell_bytes_max: 32 * 1024,
        }
    }
}

/// Why a file cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No bytes, or only white space.
    #[error("the file is empty; it needs a header row and a row for each account")]
    Empty,
    /// A header and nothing below it.
    #[error("the file has a header row and no row below it; it needs one for each account")]
    NoRows,
    /// A workbook, which is no text.
    #[error("the file is an Excel workbook; save it as CSV (UTF-8) and send that")]
    Workbook,
    /// NUL bytes: a file of something else, or one that was cut.
    #[error(
        "row {row} holds a NUL byte: this is no text file, or it was damaged on the way; save it again as CSV (UTF-8)"
    )]
    Nul {
        /// The line of the text, from 1.
        row: usize,
    },
    /// A quote that is never closed would swallow the rest of the file.
    #[error(
        "the quote that opens in line {line} is never closed; close it, or write two for one inside a cell"
    )]
    UnclosedQuote {
        /// The line of the text, from 1.
        line: usize,
    },
    /// A column without a name that has values, or one name twice.
    #[error("columns {first} and {second} are both called {name:?}; rename one of them")]
    DuplicateHeader {
        /// The name.
        name: String,
        /// Where it stands first, from 1.
        first: usize,
        /// Where it stands again.
        second: usize,
    },
    /// More rows than are taken at once.
    #[error("the file has more than {max} rows; divide it")]
    TooManyRows {
        /// The limit.
        max: usize,
    },
    /// More columns than are taken.
    #[error(
        "the header has {found} columns, more than {max}; leave out those that say nothing of an account"
    )]
    TooManyColumns {
        /// The limit.
        max: usize,
        /// What was found.
        found: usize,
    },
    /// A cell longer than any field of an account.
    #[error("row {row}, column {column}: the cell is longer than {max} bytes")]
    CellTooLong {
        /// Where, as a spreadsheet counts.
        row: usize,
        /// The column, from 1.
        column: usize,
        /// The limit.
        max: usize,
    },
}

/// A file of rows, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns, trimmed; empty where the header has none.
    pub header: Vec<String>,
    /// The rows, without those that have nothing in any cell.
    pub rows: Vec<Row>,
    /// Rows that have nothing in any cell.
    pub blank_rows: usize,
    /// What divides cells.
    pub delimiter: char,
    /// The encoding the file was read as, such as `UTF-8` or `windows-1252`.
    pub encoding: &'static str,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number as a spreadsheet shows it: the header is 1.
    pub number: usize,
    /// Its cells, trimmed; as many as the row has, which may not be as many as the header's.
    pub cells: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// When it cannot be read as rows at all; see [`Error`]. A single bad row is not an error here.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Table, Error> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(Error::Workbook);
    }
    let (text, encoding) = decode(bytes);
    let (told, text) = told_delimiter(&text);
    if text.trim().is_empty() {
        return Err(Error::Empty);
    }
    if let Some(before) = text.find('\0').and_then(|place| text.get(..place)) {
        return Err(Error::Nul {
            row: before.lines().count().max(1),
        });
    }
    let delimiter = told.unwrap_or_else(|| delimiter(text));
    check_quotes(text, delimiter)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut header: Option<Vec<String>> = None;
    let mut rows = Vec::new();
    let mut blank_rows = 0;
    // A spreadsheet counts a cell with line breaks as one row; the text has more lines by then.
    let mut breaks_inside = 0;
    let mut lines = Lines::of(text);
    for record in reader.records() {
        // Text from a string cannot fail to be read, and rows may be of any length.
        let Ok(record) = record else { continue };
        let start = record.position().map_or(0, csv::Position::byte);
        let number = lines.line_at(usize::try_from(start).unwrap_or(usize::MAX)) - breaks_inside;
        breaks_inside += record
            .iter()
            .map(|cell| cell.matches('\n').count())
            .sum::<usize>();
        let cells: Vec<String> = record.iter().map(|cell| cell.trim().to_owned()).collect();
        if let Some(place) = cells.iter().position(|cell| cell.len() > limits.cell_bytes_max) {
            return Err(Error::CellTooLong {
                row: number,
                column: place + 1,
                max: limits.cell_bytes_max,
            });
        }
        if cells.iter().all(String::is_empty) {
            blank_rows += usize::from(header.is_some());
            continue;
        }
        if header.is_none() {
            header = Some(checked_header(cells, limits)?);
            continue;
        }
        if rows.len() >= limits.rows_max {
            return Err(Error::TooManyRows { max: limits.rows_max });
        }
        rows.push(Row { number, cells });
    }
    let header = header.ok_or(Error::Empty)?;
    if rows.is_empty() {
        return Err(Error::NoRows);
    }
    Ok(Table {
        header,
        rows,
        blank_rows,
        delimiter: char::from(delimiter),
        encoding: encoding.name(),
    })
}

/// Counts lines up to places that only move on.
struct Lines<'a> {
    bytes: &'a [u8],
    counted: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            counted: 0,
            line: 1,
        }
    }

    /// Returns the line, from 1, of what stands at a place or, when lines there are empty, after them.
    fn line_at(&mut self, place: usize) -> usize {
        let rest = self.bytes.get(place..).unwrap_or_default();
        let empty = rest
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        let passed = self.bytes.get(self.counted..place + empty).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.counted += passed.len();
        self.line
    }
}

/// Makes text of bytes: a byte order mark decides, else UTF-8 when it is valid, else what the bytes look like.
fn decode(bytes: &[u8]) -> (String, &'static Encoding) {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark_length..).unwrap_or_default());
        return (text.into_owned(), encoding);
    }
    // Plain letters in UTF-16 without a mark are valid UTF-8 as well: every second byte of them is NUL.
    if let Some(encoding) = wide(bytes) {
        return (
            encoding.decode_without_bom_handling(bytes).0.into_owned(),
            encoding,
        );
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), UTF_8);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Allow);
    (
        encoding.decode_without_bom_handling(bytes).0.into_owned(),
        encoding,
    )
}

fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let start = bytes.get(..64.min(bytes.len() & !1))?;
    let nuls = |offset: usize| {
        start
            .iter()
            .skip(offset)
            .step_by(2)
            .filter(|byte| **byte == 0)
            .count()
    };
    let half = start.len() / 2;
    if half < 4 {
        return None;
    }
    match (nuls(0), nuls(1)) {
        (0, odd) if odd * 4 >= half * 3 => Some(UTF_16LE),
        (even, 0) if even * 4 >= half * 3 => Some(UTF_16BE),
        _ => None,
    }
}

/// Excel's own first line, `sep=;`, says what divides cells and is no row.
fn told_delimiter(text: &str) -> (Option<u8>, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let told = line
        .trim_end_matches('\r')
        .strip_prefix("sep=")
        .and_then(|told| match told.as_bytes() {
            [byte] if byte.is_ascii() => Some(*byte),
            _ => None,
        });
    match told {
        Some(_) => (told, rest),
        None => (None, text),
    }
}

/// The one that stands most often in the header, outside quotes.
fn delimiter(text: &str) -> u8 {
    let header = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let mut quoted = false;
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in header.bytes() {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == byte) {
            *count += 1;
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts
        .iter()
        .find(|(_, count)| *count == most)
        .map_or(b',', |(byte, _)| *byte)
}

/// A quote opens a cell only at its start; one inside a bare cell is a letter like any other.
fn check_quotes(text: &str, delimiter: u8) -> Result<(), Error> {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Bare,
        Quoted,
        /// After a quote inside quotes: it ends the cell, or it is doubled and a letter.
        MaybeEnd,
    }
    let mut at = At::Start;
    let mut line = 1;
    let mut opened = 1;
    for byte in text.bytes() {
        at = match (at, byte) {
            (At::Start, b'"') => {
                opened = line;
                At::Quoted
            }
            (At::Quoted, b'"') => At::MaybeEnd,
            (At::MaybeEnd, b'"') | (At::Quoted, _) => At::Quoted,
            (At::Start | At::Bare | At::MaybeEnd, byte)
                if byte == delimiter || byte == b'\n' || byte == b'\r' =>
            {
                At::Start
            }
            (At::Start | At::Bare | At::MaybeEnd, _) => At::Bare,
        };
        line += usize::from(byte == b'\n');
    }
    if at == At::Quoted {
        return Err(Error::UnclosedQuote { line: opened });
    }
    Ok(())
}

fn checked_header(mut cells: Vec<String>, limits: &Limits) -> Result<Vec<String>, Error> {
    // Spreadsheets write empty columns behind the last one that was ever touched.
    while cells.last().is_some_and(String::is_empty) {
        cells.pop();
    }
    if cells.len() > limits.columns_max {
        return Err(Error::TooManyColumns {
            max: limits.columns_max,
            found: cells.len(),
        });
    }
    for (second, name) in cells.iter().enumerate() {
        let earlier = cells.iter().take(second).position(|other| other == name);
        if let Some(first) = earlier.filter(|_| !name.is_empty()) {
            return Err(Error::DuplicateHeader {
                name: name.clone(),
                first: first + 1,
                second: second + 1,
            });
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests;
