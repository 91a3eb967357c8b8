//! Reading a request's body: how large, how slow, of what type, and as what.

use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Decompress, Payload};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::config::ApiConfig;
use crate::idempotency;
use crate::problem::{FieldError, Kind, Problem};
use crate::state::Api;
use crate::suggest::did_you_mean;

/// How much of a body that is too large is still read, so that its sender gets to read the answer.
const DRAINED_MAX: usize = 128 * 1024 * 1024;
/// How long that may take.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(5);

/// The room a body takes, until its request is answered.
struct Room {
    of: Arc<Semaphore>,
    limit: usize,
    held: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Makes room for a body of that many bytes so far; refuses when others take it all.
    fn hold(&mut self, bytes: usize) -> Result<(), Problem> {
        let held = self.held.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let Some(more) = bytes.checked_sub(held).filter(|more| *more > 0) else {
            return Ok(());
        };
        let permit = u32::try_from(more)
            .ok()
            .and_then(|more| Arc::clone(&self.of).try_acquire_many_owned(more).ok())
            .ok_or_else(|| {
                metrics::counter!("quorate_shed_total", "limit" => "bodies").increment(1);
                tracing::warn!(
                    limit_bytes = self.limit,
                    "a request was shed: the bodies of others fill the room for them"
                );
                Problem::new(
                    Kind::Overloaded,
                    "more is under way than this server takes on; nothing was recorded",
                )
            })?;
        match &mut self.held {
            Some(held) => held.merge(permit),
            None => self.held = Some(permit),
        }
        Ok(())
    }
}

/// Reads a body whole. What it takes of the room for bodies is given back with its request.
///
/// # Errors
/// [`Kind::BodyTooLarge`], [`Kind::BodyTimeout`], [`Kind::UnsupportedMediaType`] for an encoding other than gzip,
/// [`Kind::Overloaded`] when the bodies of others fill the room for them: then little of it was read.
pub(crate) async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    api: &Api,
    bytes_max: usize,
) -> Result<Bytes, Problem> {
    let config = &*api.config;
    check_encoding(request)?;
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok())
        .and_then(|length| length.parse::<usize>().ok());
    let mut stream = Decompress::from_headers(payload.take(), request.headers());
    let started = Instant::now();
    if announced.is_some_and(|length| length > bytes_max) {
        drain(&mut stream).await;
        return Err(too_large(bytes_max));
    }
    let mut room = Room {
        of: Arc::clone(&api.bodies),
        limit: config.bodies_bytes_max,
        held: None,
    };
    if let Err(refused) = room.hold(announced.unwrap_or(0)) {
        drain(&mut stream).await;
        return Err(refused);
    }
    let mut body = BytesMut::new();
    let mut first: Option<Bytes> = None;
    loop {
        let received = body.len() + first.as_ref().map_or(0, Bytes::len);
        let allowance = u64::try_from(received / config.body_bytes_per_second_min.max(1)).unwrap_or(u64::MAX);
        let deadline = started + config.body_timeout + Duration::from_secs(allowance);
        let chunk = match timeout_at(deadline, stream.next()).await {
            Ok(Some(Ok(chunk))) => chunk,
            Ok(Some(Err(error))) => return Err(broken(&error)),
            Ok(None) => break,
            Err(_) => return Err(too_slow(received, config)),
        };
        if received + chunk.len() > bytes_max {
            drain(&mut stream).await;
            return Err(too_large(bytes_max));
        }
        if let Err(refused) = room.hold(received + chunk.len()) {
            drop((body, first));
            drain(&mut stream).await;
            return Err(refused);
        }
        // Most bodies come in one piece: then nothing is copied.
        if body.is_empty() && first.is_none() {
            first = Some(chunk);
        } else {
            if let Some(first) = first.take() {
                body.reserve(announced.unwrap_or(0).max(first.len() + chunk.len()));
                body.extend_from_slice(&first);
            }
            body.extend_from_slice(&chunk);
        }
    }
    let body = first.unwrap_or_else(|| body.freeze());
    idempotency::note_body(request, &body);
    request.extensions_mut().insert(room);
    Ok(body)
}

async fn drain(stream: &mut Decompress<Payload>) {
    let mut drained = 0;
    let deadline = Instant::now() + DRAIN_TIMEOUT;
    while let Ok(Some(Ok(chunk))) = timeout_at(deadline, stream.next()).await {
        drained += chunk.len();
        if drained > DRAINED_MAX {
            break;
        }
    }
}

fn too_large(bytes_max: usize) -> Problem {
    Problem::new(
        Kind::BodyTooLarge,
        format!("the body is larger than {bytes_max} bytes; send it in several requests"),
    )
}

fn too_slow(received: usize, config: &ApiConfig) -> Problem {
    let detail = format!(
        "{received} bytes came in and then too few: a body has {} s, and longer only while {} bytes a second come in",
        config.body_timeout.as_secs(),
        config.body_bytes_per_second_min,
    );
    Problem::new(Kind::BodyTimeout, detail)
}

fn broken(error: &PayloadError) -> Problem {
    tracing::debug!(%error, "a body broke off");
    Problem::new(
        Kind::InvalidJson,
        "the body broke off, or is not encoded as its Content-Encoding says",
    )
}

fn check_encoding(request: &HttpRequest) -> Result<(), Problem> {
    let Some(encoding) = request.headers().get(header::CONTENT_ENCODING) else {
        return Ok(());
    };
    match encoding.to_str().unwrap_or_default().trim() {
        "" | "identity" | "gzip" | "deflate" => Ok(()),
        _ => Err(Problem::new(
            Kind::UnsupportedMediaType,
            "Content-Encoding may be gzip, deflate or left out",
        )),
    }
}

/// Returns the media type of a request, lower case and without parameters; empty when it names none.
pub(crate) fn media_type(request: &HttpRequest) -> String {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// A JSON body: `application/json`, or no type at all.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned + 'static> FromRequest for JsonBody<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let Some(api) = request.app_data::<web::Data<Api>>() else {
                return Err(Problem::new(
                    Kind::Internal,
                    "this server is not set up to read bodies",
                ));
            };
            let media_type = media_type(&request);
            if !(media_type.is_empty() || media_type == "application/json" || media_type.ends_with("+json")) {
                let detail = format!("the body is {media_type:?}; send application/json");
                return Err(Problem::new(Kind::UnsupportedMediaType, detail));
            }
            let bytes = read(&request, &mut payload, api, api.config.body_bytes_max).await?;
            must_be_object(&bytes)?;
            parse(&bytes).map(Self)
        })
    }
}

/// Every body here is an object. serde would take an array of its fields in order as well.
fn must_be_object(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.trim_ascii_start().first() != Some(&b'[') {
        return Ok(());
    }
    // What is no JSON at all is told as such.
    parse::<serde::de::IgnoredAny>(bytes)?;
    let error = FieldError::at("", "the body is an array; send one object");
    Err(Problem::fields(Kind::InvalidField, vec![error]))
}

/// Parses a JSON body.
///
/// # Errors
/// [`Kind::InvalidJson`] with line and column; [`Kind::InvalidField`] with the place.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            wrong_field(&pointer, &inner)
        } else {
            invalid_json(&inner)
        }
    })?;
    reader.end().map_err(|error| invalid_json(&error))?;
    Ok(parsed)
}

/// Returns the problem of text that is no JSON.
pub(crate) fn invalid_json(error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    Problem::new(Kind::InvalidJson, &*message).with(FieldError {
        line: Some(error.line()),
        column: Some(error.column()),
        message: without_place(&message).to_owned(),
        ..FieldError::default()
    })
}

fn wrong_field(pointer: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let text = without_place(&message);
    let text = suggested(text).unwrap_or_else(|| text.to_owned());
    Problem::fields(
        Kind::InvalidField,
        vec![FieldError {
            pointer: Some(pointer.to_owned()),
            line: Some(error.line()),
            column: Some(error.column()),
            message: text,
            ..FieldError::default()
        }],
    )
}

/// serde says ``unknown field `nmae`, expected one of `name`, `tier` ``: names the nearest instead of all.
fn suggested(text: &str) -> Option<String> {
    let (what, rest) = ["unknown field ", "unknown variant "]
        .into_iter()
        .find_map(|start| text.strip_prefix(start).map(|rest| (start, rest)))?;
    let mut names = rest.split('`').skip(1).step_by(2);
    let word = names.next()?;
    let near = did_you_mean(word, names)?;
    Some(format!("{what}{word:?}; did you mean {near:?}?"))
}

/// `serde_json` writes ` at line 1 column 2` after its messages; the place stands in fields of its own.
fn without_place(message: &str) -> &str {
    message
        .rfind(" at line ")
        .and_then(|end| message.get(..end))
        .unwrap_or(message)
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use std::fmt::Write as _;
    let mut pointer = String::new();
    for segment in path {
        // Writing to a string cannot fail.
        let _ = match segment {
            serde_path_to_error::Segment::Seq { index } => write!(pointer, "/{index}"),
            serde_path_to_error::Segment::Map { key } => write!(pointer, "/{}", escaped(key)),
            serde_path_to_error::Segment::Enum { variant } => write!(pointer, "/{}", escaped(variant)),
            serde_path_to_error::Segment::Unknown => Ok(()),
        };
    }
    pointer
}

/// Writes a name as a part of a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
