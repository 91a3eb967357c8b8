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

/// Returns what a share costs on the way to the product of many: `-log2(share)` in units of `2^-48`, so that the
/// order of adding changes no bit. 0 for a share of 1; `share` is above 0 and at most 1.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::as_conversions,
    reason = "not negative, and at most 1,074 * 2^48 < 2^59"
)]
pub(crate) fn cost_of(share: f64) -> u64 {
    const UNITS: f64 = 281_474_976_710_656.0;
    debug_assert!(share > 0.0 && share <= 1.0, "no share: {share}");
    (-log2(share) * UNITS).round() as u64
}
