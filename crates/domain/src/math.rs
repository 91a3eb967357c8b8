//! The only home of `2^x` and logarithms, so that their cost and their bits are one decision
//! (docs/semantics.md 3.15 asks for the same bits from the same build).

/// Returns `2^x`.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "their only home")]
pub fn exp2(x: f64) -> f64 {
    x.exp2()
}

/// Returns the base-2 logarithm of `x`; negative infinity at zero.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "their only home")]
pub fn log2(x: f64) -> f64 {
    x.log2()
}

/// Returns an `i64` count of milliseconds as a float.
///
/// Exact for every instant the crate accepts: years 0 to 9999 stay below 2^53 milliseconds.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "below 2^53 for every accepted instant"
)]
pub(crate) fn millis_f64(millis: i64) -> f64 {
    millis as f64
}

/// Returns a count as a float; exact below 2^53.
#[must_use]
#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "counts here stay far below 2^53"
)]
pub(crate) fn count_f64(count: usize) -> f64 {
    count as f64
}
