//! The API's limits, each with a name and a default.

use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::time::Duration;

/// How the API is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiConfig {
    /// Where to listen. Port 0: any free one.
    pub listen: SocketAddr,
    /// Threads that serve requests.
    pub workers: usize,
    /// The largest body of `POST /v1/signals`, after decompression.
    pub signals_body_bytes_max: usize,
    /// The largest body of `POST /v1/imports`, after decompression.
    pub import_body_bytes_max: usize,
    /// The largest body of every other request.
    pub body_bytes_max: usize,
    /// All bodies that are in memory at once, after decompression.
    pub bodies_bytes_max: usize,
    /// The largest `properties` of a signal.
    pub properties_bytes_max: usize,
    /// How long the head of a request may take.
    pub head_timeout: Duration,
    /// How long a body may take, beside one second for each [`ApiConfig::body_bytes_per_second_min`] received.
    pub body_timeout: Duration,
    /// The slowest that a large body may come in.
    pub body_bytes_per_second_min: usize,
    /// How long an idle connection stays open.
    pub keep_alive: Duration,
    /// How long requests under way may take to finish when the server stops.
    pub shutdown_timeout: Duration,
    /// Listeners of the event stream that may be there at once.
    pub listeners_max: usize,
    /// How often one caller may ask; `None`: as often as it likes.
    pub rate_limit: Option<RateLimit>,
    /// Answers to requests with an `Idempotency-Key` that are kept for one caller.
    pub idempotency_answers_max: usize,
    /// How often an event stream with nothing to say says so.
    pub heartbeat: Duration,
}

/// How often one caller may ask: a bucket of `requests` that fills anew, evenly, in `window`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests.
    pub requests: NonZeroU32,
    /// In how long.
    pub window: Duration,
}

impl Default for ApiConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 7700)),
            workers: std::thread::available_parallelism().map_or(1, usize::from),
            signals_body_bytes_max: 16 * 1024 * 1024,
            import_body_bytes_max: 32 * 1024 * 1024,
            body_bytes_max: 1024 * 1024,
            bodies_bytes_max: 64 * 1024 * 1024,
            properties_bytes_max: 16 * 1024,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            body_bytes_per_second_min: 64 * 1024,
            keep_alive: Duration::from_secs(75),
            shutdown_timeout: Duration::from_secs(5),
            listeners_max: 1_000,
            rate_limit: None,
            idempotency_answers_max: 10_000,
            heartbeat: Duration::from_secs(15),
        }
    }
}
