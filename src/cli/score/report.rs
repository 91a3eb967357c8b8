//! The summary of `quorate score`, for a person and for a program.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::score::Summary;

/// Returns the summary in words, one thing a line.
pub(super) fn text(summary: &Summary, seconds: f64) -> String {
    let mut text = String::new();
    let mut line = |count: u64, what: &str| {
        let _infallible = writeln!(text, "{count:>12} {what}");
    };
    line(summary.lines, "signals read");
    line(summary.accepted, "accepted");
    for (count, what) in [
        (
            summary.expired,
            "of them expired: older than the retention, worth 0",
        ),
        (
            summary.unknown,
            "of them of kinds the model does not know, worth 0",
        ),
        (summary.duplicates, "duplicates: their id came before"),
        (summary.after_at, "dated after --at: left out"),
        (summary.rejected.signals, "rejected"),
        (summary.rejected.contacts, "rows of the contacts file rejected"),
        (summary.rejected.accounts, "rows of the accounts file rejected"),
    ] {
        if count > 0 {
            line(count, what);
        }
    }
    line(u64::try_from(summary.accounts).unwrap_or(u64::MAX), "accounts");
    line(u64::try_from(summary.mqa).unwrap_or(u64::MAX), "of them MQA");
    if !summary.unknown_kinds.is_empty() {
        let kinds: Vec<String> = summary
            .unknown_kinds
            .iter()
            .map(|(kind, count)| format!("{kind} ({count})"))
            .collect();
        let more = summary.unknown_kinds_count - kinds.len();
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let _infallible = writeln!(text, "unknown kinds: {}{more}", kinds.join(", "));
    }
    let rejected = &summary.rejected;
    if let Some(file) = &rejected.file {
        let _infallible = writeln!(text, "rejected lines are listed in {}", file.display());
    } else if !rejected.first.is_empty() {
        let _infallible = writeln!(text, "rejected lines (--rejects FILE lists them all):");
        for first in &rejected.first {
            let _infallible = writeln!(text, "  {first}");
        }
    }
    for note in &summary.notes {
        let _infallible = writeln!(text, "note: {note}");
    }
    let rate = rate(summary, seconds);
    let _infallible = writeln!(text, "{seconds:.2} s, {rate:.0} signals/s");
    text
}

/// Returns the summary as a JSON object.
pub(super) fn json(summary: &Summary, seconds: f64) -> Value {
    let kinds: Vec<Value> = summary
        .unknown_kinds
        .iter()
        .map(|(kind, count)| json!({"kind": kind, "signals": count}))
        .collect();
    let rejected = &summary.rejected;
    json!({
        "lines": summary.lines,
        "accepted": summary.accepted,
        "duplicates": summary.duplicates,
        "after_at": summary.after_at,
        "expired": summary.expired,
        "unknown": summary.unknown,
        "unknown_kinds": kinds,
        "unknown_kinds_count": summary.unknown_kinds_count,
        "rejected": {
            "signals": rejected.signals,
            "contacts": rejected.contacts,
            "accounts": rejected.accounts,
            "file": rejected.file.as_ref().map(|file| file.display().to_string()),
        },
        "accounts": summary.accounts,
        "mqa": summary.mqa,
        "notes": summary.notes,
        "seconds": seconds,
        "signals_per_second": rate(summary, seconds),
    })
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a rate, shown rounded"
)]
fn rate(summary: &Summary, seconds: f64) -> f64 {
    if seconds > 0.0 {
        summary.lines as f64 / seconds
    } else {
        0.0
    }
}
