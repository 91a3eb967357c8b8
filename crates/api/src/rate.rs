//! How often one caller may ask: a token bucket each, and the headers that say what is left of it.
//!
//! Source: draft-ietf-httpapi-ratelimit-headers-10, the fields `RateLimit-Policy` and `RateLimit`.

use std::sync::Arc;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::config::RateLimit;

#[cfg(test)]
mod tests;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");
/// Buckets in memory before those that are full again are let go.
const BUCKETS_MAX: usize = 10_000;

type Limiter = RateLimiter<Arc<str>, HashMapStateStore<Arc<str>>, DefaultClock, StateInformationMiddleware>;

/// The buckets of all callers. Only callers that were let in have one.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    limit: Option<Limit>,
}

#[derive(Debug)]
struct Limit {
    limiter: Limiter,
    of: RateLimit,
    policy: HeaderValue,
}

/// What a request took from its caller's bucket.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    policy: HeaderValue,
    /// Requests that are left.
    left: u32,
    /// Seconds until the bucket is full again.
    full_in_seconds: u64,
    /// Seconds until there is one request more; `None`: this one is let through.
    pub(crate) wait_seconds: Option<u64>,
}

impl Rates {
    /// Returns full buckets.
    pub(crate) fn new(limit: Option<RateLimit>) -> Self {
        let limit = limit.and_then(|of| {
            // A window of nothing is no limit.
            let quota = Quota::with_period(of.window / of.requests.get())?.allow_burst(of.requests);
            let policy = format!("\"requests\";q={};w={}", of.requests, of.window.as_secs().max(1));
            Some(Limit {
                limiter: RateLimiter::hashmap(quota).with_middleware(),
                of,
                policy: HeaderValue::from_str(&policy).ok()?,
            })
        });
        Self { limit }
    }

    /// Takes one request from a caller's bucket; `None`: nobody is limited.
    pub(crate) fn take(&self, caller: &Arc<str>) -> Option<Taken> {
        let limit = self.limit.as_ref()?;
        if limit.limiter.len() > BUCKETS_MAX {
            limit.limiter.retain_recent();
        }
        let (left, wait_seconds) = match limit.limiter.check_key(caller) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(not_until) => {
                let wait = not_until.wait_time_from(DefaultClock::default().now());
                (0, Some(whole_seconds(wait)))
            }
        };
        let missing = limit.of.requests.get().saturating_sub(left);
        let full_in = limit
            .of
            .window
            .mul_f64(f64::from(missing) / f64::from(limit.of.requests.get()));
        Some(Taken {
            policy: limit.policy.clone(),
            left,
            full_in_seconds: whole_seconds(full_in),
            wait_seconds,
        })
    }
}

/// Rounds up, so that who waits as long as it is told is let through.
fn whole_seconds(time: std::time::Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl Taken {
    /// Writes the headers.
    pub(crate) fn tell(self, headers: &mut HeaderMap) {
        let left = format!("\"requests\";r={};t={}", self.left, self.full_in_seconds);
        headers.insert(POLICY, self.policy);
        if let Ok(left) = HeaderValue::from_str(&left) {
            headers.insert(LEFT, left);
        }
    }
}
