//! What is seen of every request: an id, a span, metrics, and the headers that belong on every answer.

use std::sync::atomic::{AtomicU64, Ordering};

use actix_web::HttpMessage as _;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::rate::Taken;

/// Requests answered, by `route`, `method` and `status`.
pub(crate) const REQUESTS_TOTAL: &str = "quorate_http_requests_total";
/// How long they took, by `route` and `method`. Of a stream: until its head was sent.
pub(crate) const REQUEST_SECONDS: &str = "quorate_http_request_duration_seconds";
/// Signals that came in, by `outcome`.
pub(crate) const SIGNALS_TOTAL: &str = "quorate_api_signals_total";
/// Answers kept for requests with an `Idempotency-Key`.
pub(crate) const ANSWERS_KEPT: &str = "quorate_idempotency_answers";
/// Listeners of the event stream.
pub(crate) const LISTENERS: &str = "quorate_event_listeners";

/// A request's id: taken from the request when it is sane, else drawn here; on the answer and in the log.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest request id that is taken from a client.
const REQUEST_ID_LENGTH_MAX: usize = 64;

/// Tells the metrics recorder what the API's metrics mean.
pub(crate) fn describe() {
    describe_counter!(REQUESTS_TOTAL, "Requests answered, by route, method and status");
    describe_histogram!(
        REQUEST_SECONDS,
        Unit::Seconds,
        "How long requests took, by route and method"
    );
    describe_counter!(SIGNALS_TOTAL, "Signals that came in over HTTP, by outcome");
    describe_gauge!(ANSWERS_KEPT, "Answers kept for requests with an idempotency key");
    describe_gauge!(LISTENERS, "Listeners of the event stream");
}

/// Tells how many answers are kept.
pub(crate) fn answers_kept(count: usize) {
    // A gauge is a float; a count of documents is far below where those have holes.
    metrics::gauge!(ANSWERS_KEPT).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
}

/// Headers that every answer has unless its handler says otherwise.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
];

/// Observes a request from its head to the head of its answer.
pub(crate) async fn observe<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let id = request_id(request.headers());
    // No path in the span: it may hold an address. The route says what was asked.
    let span = tracing::info_span!(
        "request",
        request.id = id.to_str().unwrap_or_default(),
        http.method = %request.method(),
        http.route = tracing::field::Empty,
        http.status = tracing::field::Empty,
        duration_ms = tracing::field::Empty,
    );
    let mut response = next.call(request).instrument(span.clone()).await?;
    let status = response.status();
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let seconds = started.elapsed().as_secs_f64();
    span.record("http.route", &*route);
    span.record("http.status", status.as_u16());
    span.record("duration_ms", seconds * 1_000.0);
    if status.is_server_error() {
        span.in_scope(|| tracing::warn!("a request failed"));
    } else {
        span.in_scope(|| tracing::debug!("a request was answered"));
    }
    let method = method_name(response.request().method());
    metrics::histogram!(REQUEST_SECONDS, "route" => route.clone(), "method" => method).record(seconds);
    metrics::counter!(REQUESTS_TOTAL, "route" => route, "method" => method, "status" => status.as_str().to_owned())
        .increment(1);
    let taken = response.request().extensions().get::<Taken>().cloned();
    let headers = response.headers_mut();
    if let Some(taken) = taken {
        taken.tell(headers);
    }
    for (name, value) in HEADERS {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    }
    headers.insert(REQUEST_ID, id);
    Ok(response)
}

/// A made-up method is one label, however many there are.
fn method_name(method: &actix_web::http::Method) -> &'static str {
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}

fn request_id(headers: &HeaderMap) -> HeaderValue {
    let given = headers.get(REQUEST_ID).filter(|given| {
        let bytes = given.as_bytes();
        let sane = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        !bytes.is_empty() && bytes.len() <= REQUEST_ID_LENGTH_MAX && bytes.iter().all(sane)
    });
    given.cloned().unwrap_or_else(drawn_id)
}

/// An id that is new in this process: its start and a count. It is a name for a log line, no secret.
fn drawn_id() -> HeaderValue {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    static PROCESS: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| getrandom::u32().unwrap_or_else(|_| std::process::id()));
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    HeaderValue::from_str(&format!("{:08x}-{count:x}", *PROCESS)).unwrap_or(HeaderValue::from_static("none"))
}
