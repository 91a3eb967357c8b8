//! Cutting a body into its items. The quick way reads everything in one pass; where an item breaks it, the body is
//! cut at its lines or brackets and each piece read by itself, so that one bad item costs only itself.

use std::str;

use super::item::Item;
use crate::body::invalid_json;
use crate::problem::{Kind, Problem};

/// How a body holds its signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// One object or an array.
    Json,
    /// An object a line.
    Lines,
    /// Nobody said: look.
    Unknown,
}

/// An item, or why it cannot be read.
pub(crate) type Piece<'a> = Result<Item<'a>, String>;

/// What a body holds.
#[derive(Debug)]
pub(crate) struct Pieces<'a> {
    /// One a signal, in order.
    pub(crate) items: Vec<Piece<'a>>,
}

/// Returns the form a media type names; `None`: none that is read here.
pub(crate) fn form(media_type: &str) -> Option<Form> {
    match media_type {
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/jsonlines"
        | "application/x-jsonlines" => Some(Form::Lines),
        "" | "text/plain" | "application/octet-stream" => Some(Form::Unknown),
        "application/json" => Some(Form::Json),
        other if other.ends_with("+json") => Some(Form::Json),
        _ => None,
    }
}

/// Cuts a body into its items.
///
/// # Errors
/// When it holds nothing that could be an item.
pub(crate) fn split(body: &[u8], form: Form) -> Result<Pieces<'_>, Problem> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii();
    let Some(first) = body.first() else {
        return Err(Problem::new(
            Kind::InvalidJson,
            "the body is empty; send a signal, an array of them, or one a line",
        ));
    };
    let items = match (form, first) {
        (Form::Lines, _) => lines(body),
        (Form::Json | Form::Unknown, b'[') => array(text(body)?),
        (Form::Json, _) => vec![Ok(one(body)?)],
        (Form::Unknown, _) => match one(body) {
            Ok(item) => vec![Ok(item)],
            Err(problem) => {
                let lines = lines(body);
                // Several lines of which one at least is a signal: that is what was meant.
                if lines.len() > 1 && lines.iter().any(Result::is_ok) {
                    lines
                } else {
                    return Err(problem);
                }
            }
        },
    };
    Ok(Pieces { items })
}

fn text(body: &[u8]) -> Result<&str, Problem> {
    str::from_utf8(body).map_err(|error| {
        Problem::new(
            Kind::InvalidJson,
            format!(
                "the body is not UTF-8: the byte at {} is not",
                error.valid_up_to()
            ),
        )
    })
}

fn one(body: &[u8]) -> Result<Item<'_>, Problem> {
    serde_json::from_str(text(body)?).map_err(|error| invalid_json(&error))
}

/// Reads an object a line; empty lines hold none.
fn lines(body: &[u8]) -> Vec<Piece<'_>> {
    body.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .map(line)
        .collect()
}

fn line(line: &[u8]) -> Piece<'_> {
    let text = str::from_utf8(line)
        .map_err(|error| format!("not UTF-8: the byte at {} is not", error.valid_up_to()))?;
    piece(text)
}

fn piece(text: &str) -> Piece<'_> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn array(text: &str) -> Vec<Piece<'_>> {
    match serde_json::from_str::<Vec<Item<'_>>>(text) {
        Ok(items) => items.into_iter().map(Ok).collect(),
        Err(_) => elements(text).into_iter().map(piece).collect(),
    }
}

/// Cuts the text of an array at the commas of its own level. What follows the array, and an array that does not
/// end, make a last piece that cannot be read.
fn elements(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut depth = 0_usize;
    let mut start = 1;
    let mut in_string = false;
    let mut escaped = false;
    let mut cut = |from: usize, to: usize| pieces.push(text.get(from..to).unwrap_or_default().trim());
    for (place, byte) in text.bytes().enumerate() {
        if in_string {
            (in_string, escaped) = match byte {
                _ if escaped => (true, false),
                b'\\' => (true, true),
                b'"' => (false, false),
                _ => (true, false),
            };
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'[' | b'{' => depth += 1,
            b'}' | b']' if depth > 1 => depth -= 1,
            b',' if depth == 1 => {
                cut(start, place);
                start = place + 1;
            }
            b']' if depth == 1 => {
                cut(start, place);
                start = place + 1;
                depth = 0;
            }
            _ => {}
        }
    }
    let rest = text.get(start..).unwrap_or_default().trim();
    if depth > 0 || !rest.is_empty() {
        pieces.push(rest);
    }
    pieces
}

#[cfg(test)]
mod tests;
