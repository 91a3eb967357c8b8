//! What went wrong, in the port's words.

use quorate_domain::id::{AccountId, Seq};
use quorate_store::Error;
use quorate_store::record::Damage;
use redis::{RedisError, Value};

/// Returns the error of servers that did not do what they were asked to. What they did is unknown.
pub(crate) fn unavailable(place: &str, action: &'static str, reason: impl Into<String>) -> Error {
    Error::Unavailable {
        place: place.to_owned(),
        action,
        reason: reason.into(),
    }
}

/// Says what went wrong with a server. A wait that ended is told by the system as a resource that is not there yet.
pub(crate) fn said(error: &RedisError) -> String {
    if error.is_timeout() {
        "no answer in time (redis.answer_timeout_ms, redis.connect_timeout_ms)".to_owned()
    } else {
        error.to_string()
    }
}

/// Returns the error of a server's answer that is none of those agreed on.
pub(crate) fn odd(what: &Value) -> RedisError {
    RedisError::from((
        redis::ErrorKind::UnexpectedReturnType,
        "an answer is none of those agreed on",
        // Values may hold what nobody is to read in a log.
        if let Value::ServerError(error) = what {
            error.to_string()
        } else {
            "of another shape".to_owned()
        },
    ))
}

/// Returns the error of a value that cannot be trusted.
pub(crate) fn corrupt(account: &AccountId, seq: Seq, what: &str, damage: &Damage) -> Error {
    Error::Corrupt {
        account: account.clone(),
        seq,
        reason: format!("{what}: {damage}"),
    }
}

/// Returns the error of a journal with a hole.
pub(crate) fn missing(account: &AccountId, seq: Seq) -> Error {
    Error::Corrupt {
        account: account.clone(),
        seq,
        reason: "it is missing".to_owned(),
    }
}
