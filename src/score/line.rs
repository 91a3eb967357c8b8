//! One NDJSON line: a scanner for flat objects as programs write them, and `serde_json` for everything else.
//!
//! The scanner gives up on whatever it does not fully understand (escapes, text that is not ASCII, nesting, long
//! numbers, bad JSON), so what a line says, and whether it says anything, is `serde_json`'s word alone.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// A text in a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    /// Where it begins.
    pub(super) start: u32,
    /// Its length in bytes.
    pub(super) len: u32,
}

impl Span {
    /// Returns the span of `start..end`; chunks are far below 4 GiB.
    pub(super) fn of(start: usize, end: usize) -> Self {
        let word = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Self {
            start: word(start),
            len: word(end.saturating_sub(start)),
        }
    }

    /// Returns the text.
    pub(super) fn of_text(self, text: &[u8]) -> &[u8] {
        let place = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let start = place(self.start);
        text.get(start..start.saturating_add(place(self.len)))
            .unwrap_or_default()
    }
}

/// What a field of a line says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Field {
    /// Nothing: it is not there, or null.
    #[default]
    Missing,
    /// A text.
    Text(Span),
    /// A number.
    Number(f64),
    /// Something else.
    Other,
}

/// The fields of a signal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fields {
    pub(super) id: Field,
    pub(super) account: Field,
    pub(super) contact: Field,
    pub(super) kind: Field,
    pub(super) occurred_at: Field,
    pub(super) strength: Field,
    pub(super) solution: Field,
    pub(super) object: Field,
}

impl Fields {
    /// Returns the field of a name; nothing for a name no rule reads.
    pub(super) fn named(&mut self, name: &[u8]) -> Option<&mut Field> {
        match name {
            b"id" => Some(&mut self.id),
            b"account" => Some(&mut self.account),
            b"contact" => Some(&mut self.contact),
            b"kind" => Some(&mut self.kind),
            b"occurred_at" => Some(&mut self.occurred_at),
            b"strength" => Some(&mut self.strength),
            b"solution" => Some(&mut self.solution),
            b"object" => Some(&mut self.object),
            _ => None,
        }
    }
}

/// Reads the line that begins at `start`: its fields, and where the next line begins.
///
/// Nothing when the line is not plainly what it should be: ask [`read_any`].
pub(super) fn read_plain(text: &[u8], start: usize) -> Option<(Fields, usize)> {
    let mut fields = Fields::default();
    let mut at = expect(text, skip_spaces(text, start), b'{')?;
    at = skip_spaces(text, at);
    loop {
        let name = expect(text, at, b'"')?;
        let name_end = plain_text_end(text, name)?;
        let field = fields.named(text.get(name..name_end)?);
        at = skip_spaces(text, expect(text, skip_spaces(text, name_end + 1), b':')?);
        let (value, after) = read_value(text, at)?;
        if let Some(field) = field {
            *field = value;
        }
        at = skip_spaces(text, after);
        match text.get(at)? {
            b',' => at = skip_spaces(text, at + 1),
            b'}' => break,
            _ => return None,
        }
    }
    at = skip_spaces(text, at + 1);
    match text.get(at) {
        None => Some((fields, at)),
        Some(b'\n') => Some((fields, at + 1)),
        Some(_) => None,
    }
}

fn expect(text: &[u8], at: usize, byte: u8) -> Option<usize> {
    (*text.get(at)? == byte).then_some(at + 1)
}

/// Returns the first place that is no blank; a newline ends the line and is none.
fn skip_spaces(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t' | b'\r')) {
        at += 1;
    }
    at
}

fn read_value(text: &[u8], at: usize) -> Option<(Field, usize)> {
    match text.get(at)? {
        b'"' => {
            let end = plain_text_end(text, at + 1)?;
            Some((Field::Text(Span::of(at + 1, end)), end + 1))
        }
        b'0'..=b'9' => plain_number(text, at),
        b'n' => literal(text, at, b"null").map(|after| (Field::Missing, after)),
        b't' => literal(text, at, b"true").map(|after| (Field::Other, after)),
        b'f' => literal(text, at, b"false").map(|after| (Field::Other, after)),
        _ => None,
    }
}

fn literal(text: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    let end = at + word.len();
    (text.get(at..end)? == word).then_some(end)
}

/// Significant digits of which any number is a float exactly.
const DIGITS_MAX: usize = 15;
/// Powers of ten, exact as floats, so that one division rounds once and right.
const TENS: [f64; DIGITS_MAX + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Reads digits with an optional fraction, of at most [`DIGITS_MAX`] digits in all.
#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "at most 15 digits: below 2^53"
)]
fn plain_number(text: &[u8], start: usize) -> Option<(Field, usize)> {
    let mut at = start;
    let mut number = 0_u64;
    let mut digits = 0;
    let mut fraction: Option<usize> = None;
    loop {
        match text.get(at) {
            Some(digit @ b'0'..=b'9') => {
                number = number * 10 + u64::from(digit - b'0');
                digits += 1;
                if digits > DIGITS_MAX {
                    return None;
                }
                fraction = fraction.map(|places| places + 1);
            }
            Some(b'.') if fraction.is_none() => fraction = Some(0),
            Some(b'e' | b'E' | b'.' | b'+' | b'-') => return None,
            _ => break,
        }
        at += 1;
    }
    let leading_zero = text.get(start) == Some(&b'0') && matches!(text.get(start + 1), Some(b'0'..=b'9'));
    if leading_zero || fraction == Some(0) {
        return None;
    }
    let scale = TENS.get(fraction.unwrap_or(0))?;
    Some((Field::Number(number as f64 / scale), at))
}

/// Returns where a text that begins at `at` ends: the place of its closing quote.
///
/// Nothing when there is an escape, a control character or a byte that is not ASCII in it.
#[inline]
fn plain_text_end(text: &[u8], mut at: usize) -> Option<usize> {
    while let Some(eight) = text.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let stops = stops(u64::from_le_bytes(*eight));
        if stops != 0 {
            let place = at + usize::try_from(stops.trailing_zeros() / 8).unwrap_or(0);
            return (text.get(place) == Some(&b'"')).then_some(place);
        }
        at += 8;
    }
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' | 0..0x20 | 0x80.. => return None,
            _ => at += 1,
        }
    }
}

/// Marks the bytes of a word that end plain text; the lowest mark is exact, and it alone is asked for.
///
/// Source: "Bit Twiddling Hacks", "Determine if a word has a byte less than n".
fn stops(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let quote = below(word ^ (ONES * u64::from(b'"')), 1);
    let escape = below(word ^ (ONES * u64::from(b'\\')), 1);
    let control = below(word, 0x20);
    (quote | escape | control | word) & HIGH
}

/// Reads any line with `serde_json`. Texts are added to `text`; the error says what is wrong and in which column.
pub(super) fn read_any(line: &[u8], text: &mut Vec<u8>) -> Result<Fields, String> {
    let any: Any = serde_json::from_slice(line).map_err(|error| {
        let words = error.to_string();
        let what = words.split(" at line ").next().unwrap_or(&words);
        // What is no object at all has no column.
        match error.column() {
            0 => format!("is no JSON object: {what}"),
            column => format!("is no JSON object: {what} (column {column})"),
        }
    })?;
    let mut fields = Fields::default();
    for (name, value) in any.0 {
        if let Some(field) = fields.named(name.as_bytes()) {
            *field = match value {
                Value::Null => Field::Missing,
                Value::String(value) => {
                    let start = text.len();
                    text.extend_from_slice(value.as_bytes());
                    Field::Text(Span::of(start, text.len()))
                }
                Value::Number(number) => number.as_f64().map_or(Field::Other, Field::Number),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => Field::Other,
            };
        }
    }
    Ok(fields)
}

/// The fields some rule reads, in the order of the line.
struct Any(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Any {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = Any;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Any, M::Error> {
        let mut named = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if Fields::default().named(name.as_bytes()).is_some() {
                named.push((name, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Any(named))
    }
}

#[cfg(test)]
mod tests;
