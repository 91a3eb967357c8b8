//! Instants as addresses and forms write them: always UTC.

use quorate_domain::time::Timestamp;

/// Reads `2026-06-01` (its first instant), `2026-06-01T14:30` as a form sends it, or an instant in full.
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let ended = match text.len() {
        10 => format!("{text}T00:00:00Z"),
        16 => format!("{text}:00Z"),
        19 => format!("{text}Z"),
        _ => text.to_owned(),
    };
    ended.parse().ok()
}

/// Returns how a form's date field writes an instant: `2026-06-01`.
pub(crate) fn day(t: Timestamp) -> String {
    t.to_string().chars().take(10).collect()
}

/// Returns how a form's field for an instant writes it: `2026-06-01T14:30`.
pub(crate) fn minute(t: Timestamp) -> String {
    t.to_string().chars().take(16).collect()
}

/// Returns the shortest text that [`read`] takes for the instant.
pub(crate) fn short(t: Timestamp) -> String {
    [day(t), minute(t)]
        .into_iter()
        .find(|text| read(text) == Some(t))
        .unwrap_or_else(|| t.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(read(text).map(short).as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn an_instant_is_written_as_short_as_it_can_be_read() {
        check("2026-06-01", "2026-06-01");
        check("2026-06-01T00:00", "2026-06-01");
        check("2026-06-01T14:30", "2026-06-01T14:30");
        check("2026-06-01T14:30:00", "2026-06-01T14:30");
        check("2026-06-01T14:30:07Z", "2026-06-01T14:30:07Z");
        check("2026-06-01T14:30:07.5Z", "2026-06-01T14:30:07.5Z");
        check("2026-06-01T02:00:00+02:00", "2026-06-01");
        assert_eq!(read("yesterday"), None);
    }
}
