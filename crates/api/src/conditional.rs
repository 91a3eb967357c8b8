//! Answers that need not be sent twice: a strong `ETag` made from the bytes, and 304 for who has them.
//!
//! An account *now* is none of these. Its heat fades while nothing is recorded, so no version of it can say that the
//! answer is still the same; its `ETag` is its version, for `If-Match`, and it is answered whole every time. An
//! account *as of* a past instant changes only when something is recorded or the model of that time changes, and
//! then its bytes do.

use actix_web::http::header::{self, EntityTag, Header as _, IfNoneMatch};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use quorate_engine::AsOf;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::auth::hex;
use crate::problem::{Kind, Problem};

/// For what is of this build alone: kept by anybody, asked for each time.
pub(crate) const OF_THE_BUILD: &str = "public, no-cache";
/// For what is of a caller: kept by it alone, asked for each time.
const OF_THE_CALLER: &str = "private, no-cache";
/// Bytes of the hash in a tag.
const TAG_BYTES: usize = 12;

/// Returns an answer with the hash of its bytes as `ETag`; 304 when the client has them.
pub(crate) fn hashed(
    request: &HttpRequest,
    cache_control: &'static str,
    media_type: &'static str,
    bytes: impl Into<Bytes>,
) -> HttpResponse {
    let bytes = bytes.into();
    let tag = tag_of(&bytes);
    let mut answer = if has(request, &tag) {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header((header::CACHE_CONTROL, cache_control));
    if has(request, &tag) {
        return answer.finish();
    }
    answer.content_type(media_type).body(bytes)
}

/// Returns the answer to a read: one of the past is [`hashed`], one of now is as `now` makes it.
///
/// # Errors
/// [`Kind::Internal`], when the body cannot be written; it always can.
pub(crate) fn read<T: Serialize>(
    request: &HttpRequest,
    as_of: AsOf,
    body: &T,
    now: impl FnOnce(&T) -> HttpResponse,
) -> Result<HttpResponse, Problem> {
    if as_of.at.is_none() {
        return Ok(now(body));
    }
    let bytes = serde_json::to_vec(body).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written");
        Problem::new(Kind::Internal, "the answer cannot be written")
    })?;
    Ok(hashed(request, OF_THE_CALLER, "application/json", bytes))
}

/// Returns the tag of an answer's bytes. It begins with a letter: no version of an account does.
pub(crate) fn tag_of(bytes: &[u8]) -> EntityTag {
    let digest = Sha256::digest(bytes);
    let start = digest.get(..TAG_BYTES).unwrap_or(&digest);
    EntityTag::new_strong(format!("h{}", hex(start)))
}

/// Returns whether the client has what a tag names: `If-None-Match`, compared weakly as RFC 9110 13.1.2 says.
pub(crate) fn has(request: &HttpRequest, tag: &EntityTag) -> bool {
    if !request.headers().contains_key(header::IF_NONE_MATCH) {
        return false;
    }
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|given| given.weak_eq(tag)),
        // A tag that cannot be read is one nobody has.
        Err(_) => false,
    }
}
