//! From the text of a chunk to signals that are checked and sorted by shard.

use quorate_domain::account::SignalRejection;
use quorate_domain::id::{ID_LENGTH_MAX, SignalId};
use quorate_domain::model::Model;
use quorate_domain::signal::STRENGTH_MAX;
use quorate_domain::time::Timestamp;
use xxhash_rust::xxh3::{xxh3_128, xxh3_128_with_seed};

use super::chunk::{Chunk, Record};
use super::input::{Header, InputError};
use super::instant::Instants;
use super::kinds::{KindNo, KindReader, Kinds, RuleNo, Rules};
use super::line::{self, Field, Fields, Span};
use super::shard::SHARDS;

/// The fingerprint of an id: 96 bits of XXH3-128. Ids are told apart by it alone, which saves keeping the texts of
/// signal ids, and two cache misses a signal for those of people.
///
/// Signal ids are compared within one account: ten million of one account meet a false duplicate with a chance of
/// 1 in 10^15, and spread over accounts as they are in life with far less. A million people are two in one with a
/// chance of 1 in 10^17.
pub(super) type Fingerprint = [u32; 3];

/// The hashes of an account's id.
#[derive(Clone, Copy, Debug)]
pub(super) struct AccountHash {
    /// For tables, and for the shard.
    pub(super) low: u64,
    high: u64,
}

impl AccountHash {
    /// Returns the hashes of an id.
    pub(super) fn of(id: &[u8]) -> Self {
        let [low, high] = words(xxh3_128(id));
        Self { low, high }
    }

    /// Returns the fingerprint of a visitor: of all 128 bits of its account's hash, and of the contact's id.
    pub(super) fn visitor(self, contact: &[u8]) -> Fingerprint {
        let [low, high] = words(xxh3_128_with_seed(contact, self.low));
        // Odd, so that no bit of the account's hash is lost.
        fingerprint(low, high ^ self.high.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Returns which shard holds the account.
    pub(super) fn shard(self) -> usize {
        // Neither the lowest nor the highest bits: a hash table uses those.
        usize::try_from(self.low >> 40).unwrap_or(0) % SHARDS
    }
}

/// Returns the lower and the higher half of a hash.
fn words(hash: u128) -> [u64; 2] {
    let low = |hash: u128| u64::try_from(hash & u128::from(u64::MAX)).unwrap_or(0);
    [low(hash), low(hash >> 64)]
}

fn fingerprint(low: u64, high: u64) -> Fingerprint {
    let word = |word: u64| u32::try_from(word & u64::from(u32::MAX)).unwrap_or(0);
    [word(low), word(low >> 32), word(high)]
}

/// A signal, checked, with its texts in its chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) account_hash: AccountHash,
    pub(super) visitor: Fingerprint,
    pub(super) occurred_at: Timestamp,
    pub(super) strength: f64,
    pub(super) signal: Fingerprint,
    pub(super) id: Span,
    pub(super) account: Span,
    /// Empty: the anonymous visitor.
    pub(super) contact: Span,
    /// Empty: it has none.
    pub(super) object: Span,
    pub(super) kind: KindNo,
    /// `None`: the model does not know the kind.
    pub(super) rule: Option<RuleNo>,
    /// The buying group it says it belongs to, by its place in the model.
    pub(super) group: Option<u32>,
    /// Older than the retention: counted, worth 0.
    pub(super) expired: bool,
}

/// A line that cannot be used.
#[derive(Debug)]
pub(super) struct Reject {
    /// Which: counted from 1 in an NDJSON chunk, in the whole file for CSV.
    pub(super) line: u64,
    /// Why.
    pub(super) reason: String,
}

/// A chunk, parsed.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// The chunk; texts that had to be unescaped follow its own.
    pub(super) chunk: Chunk,
    /// Signals by shard, in file order.
    pub(super) batches: Vec<Vec<Entry>>,
    /// Lines that cannot be used.
    pub(super) rejects: Vec<Reject>,
    /// Lines, empty ones included, or CSV records.
    pub(super) lines: u64,
    /// Lines that are not empty.
    pub(super) filled: u64,
    /// Signals dated after the instant asked about, left out.
    pub(super) after_at: u64,
}

impl Parsed {
    fn clear(&mut self) {
        self.batches.resize_with(SHARDS, Vec::new);
        self.batches.iter_mut().for_each(Vec::clear);
        self.rejects.clear();
        self.lines = 0;
        self.filled = 0;
        self.after_at = 0;
    }
}

/// Where the columns of a CSV file of signals are.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    count: usize,
    id: usize,
    account: usize,
    kind: usize,
    occurred_at: usize,
    contact: Option<usize>,
    strength: Option<usize>,
    solution: Option<usize>,
    object: Option<usize>,
}

impl Columns {
    /// The columns some rule reads.
    pub(super) const KNOWN: [&str; 8] = [
        "id",
        "account",
        "contact",
        "kind",
        "occurred_at",
        "strength",
        "solution",
        "object",
    ];

    /// Finds the columns in a header.
    pub(super) fn find(header: &Header) -> Result<Self, InputError> {
        Ok(Self {
            count: header.columns.len(),
            id: header.need("id")?,
            account: header.need("account")?,
            kind: header.need("kind")?,
            occurred_at: header.need("occurred_at")?,
            contact: header.find("contact"),
            strength: header.find("strength"),
            solution: header.find("solution"),
            object: header.find("object"),
        })
    }
}

/// What every thread knows.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) model: &'a Model,
    pub(super) rules: &'a Rules,
    pub(super) kinds: &'a Kinds,
    pub(super) at: Timestamp,
    pub(super) retention_ms: i64,
    /// `None`: the file is NDJSON.
    pub(super) columns: Option<Columns>,
}

/// One thread's parser.
pub(super) struct Parser<'a> {
    context: &'a Context<'a>,
    kinds: KindReader<'a>,
    instants: Instants,
}

impl<'a> Parser<'a> {
    /// Returns a parser.
    pub(super) fn new(context: &'a Context<'a>) -> Self {
        Self {
            context,
            kinds: KindReader::new(context.kinds, context.rules, context.model),
            instants: Instants::default(),
        }
    }

    /// Parses a chunk.
    pub(super) fn parse(&mut self, parsed: &mut Parsed) {
        parsed.clear();
        if parsed.chunk.cut {
            parsed.lines = 1;
            parsed.filled = 1;
            parsed.reject(1, "is longer than 16 MiB".to_owned());
        } else if let Some(columns) = &self.context.columns {
            self.parse_records(columns, parsed);
        } else {
            self.parse_lines(parsed);
        }
    }

    fn parse_lines(&mut self, parsed: &mut Parsed) {
        let mut text = std::mem::take(&mut parsed.chunk.text);
        let end = text.len();
        let mut at = 0;
        if parsed.chunk.place == 0 && text.starts_with(b"\xef\xbb\xbf") {
            at = 3;
        }
        while at < end {
            parsed.lines += 1;
            if let Some((fields, next)) = line::read_plain(text.get(..end).unwrap_or_default(), at) {
                at = next;
                self.take(&fields, &text, parsed.lines, parsed);
                continue;
            }
            let rest = text.get(at..end).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..length).unwrap_or_default().to_vec();
            at += length + 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match line::read_any(&line, &mut text) {
                Ok(fields) => self.take(&fields, &text, parsed.lines, parsed),
                Err(reason) => {
                    parsed.filled += 1;
                    parsed.reject(parsed.lines, reason);
                }
            }
        }
        parsed.chunk.text = text;
    }

    fn parse_records(&mut self, columns: &Columns, parsed: &mut Parsed) {
        let chunk = std::mem::take(&mut parsed.chunk);
        let mut ends = chunk.ends.as_slice();
        let mut start = 0;
        for Record { line, cells } in &chunk.records {
            parsed.lines += 1;
            let cells = usize::try_from(*cells).unwrap_or(0);
            let (own, rest) = ends.split_at_checked(cells).unwrap_or((ends, &[]));
            ends = rest;
            if cells == columns.count {
                let fields = csv_fields(columns, &chunk.text, start, own);
                match fields {
                    Ok(fields) => self.take(&fields, &chunk.text, *line, parsed),
                    Err(reason) => {
                        parsed.filled += 1;
                        parsed.reject(*line, reason);
                    }
                }
            } else {
                parsed.filled += 1;
                let reason = format!("has {cells} cells where the header has {}", columns.count);
                parsed.reject(*line, reason);
            }
            start = own.last().copied().unwrap_or(start);
        }
        parsed.chunk = chunk;
    }

    /// Takes up the signal of a line, or says why it cannot be used.
    fn take(&mut self, fields: &Fields, text: &[u8], line: u64, parsed: &mut Parsed) {
        parsed.filled += 1;
        match self.check(fields, text) {
            Ok(entry) if entry.occurred_at > self.context.at => parsed.after_at += 1,
            Ok(entry) => {
                if let Some(batch) = parsed.batches.get_mut(entry.account_hash.shard()) {
                    batch.push(entry);
                }
            }
            Err(reason) => parsed.reject(line, reason),
        }
    }

    fn check(&mut self, fields: &Fields, text: &[u8]) -> Result<Entry, String> {
        let id = required("id", fields.id)?;
        let account = required("account", fields.account)?;
        let contact = optional("contact", fields.contact)?;
        let object = optional("object", fields.object)?;
        let id_text = id.of_text(text);
        let account_text = account.of_text(text);
        let contact_text = contact.of_text(text);
        check_id("id", id_text)?;
        check_id("account", account_text)?;
        if contact.len > 0 {
            check_id("contact", contact_text)?;
        }
        if object.len > 0 {
            check_id("object", object.of_text(text))?;
        }
        let kind = required("kind", fields.kind)?.of_text(text);
        let (kind, rule) = self.kinds.read(kind).map_err(|error| format!("kind {error}"))?;
        let instant = required("occurred_at", fields.occurred_at)?.of_text(text);
        let occurred_at = self
            .instants
            .read(instant)
            .map_err(|error| format!("occurred_at {error}"))?;
        let strength = match fields.strength {
            Field::Missing => 1.0,
            Field::Number(strength) if (0.0..=STRENGTH_MAX).contains(&strength) => strength,
            Field::Number(strength) => return Err(SignalRejection::Strength { strength }.to_string()),
            Field::Text(_) | Field::Other => return Err("strength is not a number".to_owned()),
        };
        let solution = optional("solution", fields.solution)?.of_text(text);
        let group = self.group(solution)?;
        let account_hash = AccountHash::of(account_text);
        let [low, high] = words(xxh3_128(id_text));
        let age_ms = self.context.at.millis_since(occurred_at);
        Ok(Entry {
            account_hash,
            visitor: account_hash.visitor(contact_text),
            occurred_at,
            strength,
            signal: fingerprint(low, high),
            id,
            account,
            contact,
            object,
            kind,
            rule,
            group,
            expired: age_ms > self.context.retention_ms,
        })
    }

    /// Returns the buying group of a solution; a model that lists none has one, and every signal belongs to it.
    fn group(&self, solution: &[u8]) -> Result<Option<u32>, String> {
        let listed = &self.context.model.solutions;
        if solution.is_empty() || listed.is_empty() {
            return Ok(None);
        }
        let place = listed
            .iter()
            .position(|rule| rule.name.as_str().as_bytes() == solution)
            .and_then(|place| u32::try_from(place).ok());
        if place.is_none() {
            let solution = String::from_utf8_lossy(solution).into_owned();
            return Err(SignalRejection::UnknownSolution { solution }.to_string());
        }
        Ok(place)
    }
}

impl Parsed {
    fn reject(&mut self, line: u64, reason: String) {
        self.rejects.push(Reject { line, reason });
    }
}

fn required(name: &str, field: Field) -> Result<Span, String> {
    match field {
        Field::Text(span) => Ok(span),
        Field::Missing => Err(format!("{name} is missing")),
        Field::Number(_) | Field::Other => Err(format!("{name} is not text")),
    }
}

/// Returns an empty span for what is not there; empty text is no different from it.
fn optional(name: &str, field: Field) -> Result<Span, String> {
    match field {
        Field::Text(span) => Ok(span),
        Field::Missing => Ok(Span::default()),
        Field::Number(_) | Field::Other => Err(format!("{name} is not text")),
    }
}

/// Checks an id by the domain's rule; at once when it is short printable ASCII.
pub(super) fn check_id(name: &str, id: &[u8]) -> Result<(), String> {
    let printable = |bytes: &[u8]| {
        bytes
            .iter()
            .fold(true, |all, byte| all & (0x20..0x7f).contains(byte))
    };
    if id.first().is_some_and(|first| *first > b' ') && id.len() <= ID_LENGTH_MAX && printable(id) {
        return Ok(());
    }
    let text = std::str::from_utf8(id).map_err(|_| format!("{name} is not UTF-8"))?;
    SignalId::new(text)
        .map(drop)
        .map_err(|error| format!("{name} {error}"))
}

/// Returns the fields of a CSV record; an empty cell says nothing.
fn csv_fields(columns: &Columns, text: &[u8], start: u32, ends: &[u32]) -> Result<Fields, String> {
    let cell = |column: usize| -> Field {
        let end = ends.get(column).copied().unwrap_or(start);
        let begin = match column.checked_sub(1) {
            Some(before) => ends.get(before).copied().unwrap_or(start),
            None => start,
        };
        if end > begin {
            Field::Text(Span {
                start: begin,
                len: end - begin,
            })
        } else {
            Field::Missing
        }
    };
    let maybe = |column: Option<usize>| column.map_or(Field::Missing, cell);
    let strength = match maybe(columns.strength) {
        Field::Text(span) => Field::Number(read_number(span.of_text(text))?),
        other @ (Field::Missing | Field::Number(_) | Field::Other) => other,
    };
    Ok(Fields {
        id: cell(columns.id),
        account: cell(columns.account),
        contact: maybe(columns.contact),
        kind: cell(columns.kind),
        occurred_at: cell(columns.occurred_at),
        strength,
        solution: maybe(columns.solution),
        object: maybe(columns.object),
    })
}

fn read_number(text: &[u8]) -> Result<f64, String> {
    let text = String::from_utf8_lossy(text);
    text.trim()
        .parse()
        .map_err(|_| format!("strength {text:?} is not a number"))
}
