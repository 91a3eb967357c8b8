//! Headers as people and programs write them, brought to one form.

use super::Field;
use super::aliases::ALIASES;

/// Returns a header in the form aliases are written in: letters and digits only, lower case, without what stands in
/// brackets.
pub(super) fn key(header: &str) -> String {
    let mut depth = 0_usize;
    let mut key = String::with_capacity(header.len());
    for c in header.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            c if depth == 0 && c.is_alphanumeric() => key.extend(c.to_lowercase()),
            _ => {}
        }
    }
    key
}

/// Returns the field a header is known for, and its place among the headers known for it: 0 is best.
pub(super) fn known(header: &str) -> Option<(Field, usize)> {
    if header.trim_start().starts_with("(Do Not Modify)") {
        // Dynamics: the account's own id is `(Do Not Modify) Account`, the others are of no use here.
        return (key(header) == "account").then_some((Field::Id, 0));
    }
    let key = key(header);
    let find = |key: &str| {
        ALIASES.iter().find_map(|alias| {
            let rank = alias.headers.iter().position(|known| *known == key)?;
            Some((alias.field.clone(), rank))
        })
    };
    // Connectors that copy HubSpot put `property_` before every name.
    find(&key).or_else(|| find(key.strip_prefix("property")?))
}

/// Returns what numbers below a header are to be multiplied with: `Revenue (in 000s USD)` is in thousands.
pub(super) fn times(header: &str) -> u32 {
    let lower = header.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |known: &[&str]| words.iter().any(|word| known.contains(word));
    if has(&["000s", "thousands", "teur", "tsd"]) || lower.contains("in 000") {
        1_000
    } else if has(&["millions", "mio", "mn"])
        || lower.contains("in mm")
        || lower.contains("(m)")
        || lower.contains("($m)")
    {
        1_000_000
    } else {
        1
    }
}

/// Returns a header as the name of an attribute: lower case words joined by `_`.
pub(super) fn slug(header: &str, length_max: usize) -> String {
    let mut slug = String::with_capacity(header.len());
    for c in header.chars() {
        if c.is_alphanumeric() {
            slug.extend(c.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('_') {
            slug.push('_');
        }
    }
    while slug.len() > length_max {
        slug.pop();
    }
    slug.trim_end_matches('_').to_owned()
}
