//! Cursors: opaque to clients, and only good for the list they came from.

use actix_web::HttpRequest;
use actix_web::web::Query;
use quorate_engine::list::{Cursor, ListQuery};

use crate::problem::{Kind, Problem};

/// Parameters that may change from page to page.
const FREE: [&str; 2] = ["cursor", "limit"];

/// Writes a cursor for the list a request asks for.
pub(crate) fn write(cursor: &Cursor, request: &HttpRequest) -> String {
    format!("{}.{:x}", cursor.encode(), fingerprint(request))
}

/// Reads a cursor into the query it belongs to.
///
/// # Errors
/// When it is none of ours, or of a list with other filters or another order.
pub(crate) fn read(text: &str, request: &HttpRequest, query: &ListQuery) -> Result<Cursor, Problem> {
    let wrong = |detail: &str| Problem::new(Kind::InvalidCursor, detail);
    let (cursor, of) = text
        .rsplit_once('.')
        .and_then(|(cursor, of)| Some((Cursor::decode(cursor)?, u64::from_str_radix(of, 16).ok()?)))
        .ok_or_else(|| wrong("the cursor is none of this server; start again without one"))?;
    if of != fingerprint(request) || cursor.sort != query.sort || cursor.descending != query.descending {
        return Err(wrong(
            "the cursor is of a list with other filters or another order; start again without one",
        ));
    }
    Ok(cursor)
}

/// Returns the `Link` header that leads to the next page.
pub(crate) fn next_link(request: &HttpRequest, cursor: &str) -> String {
    let mut query: Vec<&str> = request
        .query_string()
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="))
        .collect();
    let cursor = format!("cursor={cursor}");
    query.push(&cursor);
    format!("<{}?{}>; rel=\"next\"", request.path(), query.join("&"))
}

/// A number that differs when the filters do: FNV-1a over the sorted parameters.
fn fingerprint(request: &HttpRequest) -> u64 {
    let mut pairs = Query::<Vec<(String, String)>>::from_query(request.query_string())
        .map(Query::into_inner)
        .unwrap_or_default();
    pairs.retain(|(name, value)| !FREE.contains(&name.as_str()) && !value.is_empty());
    pairs.sort();
    let text = pairs
        .iter()
        .flat_map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes(), b"&"])
        .flatten();
    text.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
