//! Pages of what happened, newest first. A page ends at an instant and so many of its entries, so that what comes in
//! meanwhile shifts nothing.

use quorate_domain::time::Timestamp;

/// Entries a page shows.
pub(crate) const SHOWN: usize = 100;

/// Where a page begins: after `skip` entries of the instant `at`, counted from the newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    at: Timestamp,
    skip: usize,
}

/// One page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Paged<T> {
    pub(crate) entries: Vec<T>,
    /// What the key `cursor` says of the next page; `None`: this is the last one.
    pub(crate) next: Option<String>,
    /// Whether it is not the first one.
    pub(crate) further: bool,
}

impl Cursor {
    fn read(text: &str) -> Option<Self> {
        let (at, skip) = text.split_once('-')?;
        Some(Self {
            at: Timestamp::from_millis(at.parse().ok()?),
            skip: skip.parse().ok()?,
        })
    }
}

/// Returns the page of entries that a cursor names; they come newest first. One that is not understood is the first.
pub(crate) fn page<T>(entries: Vec<T>, at: impl Fn(&T) -> Timestamp, cursor: Option<&str>) -> Paged<T> {
    let cursor = cursor.and_then(Cursor::read);
    let start = cursor.map_or(0, |cursor| {
        let newer = entries.partition_point(|entry| at(entry) > cursor.at);
        let same = entries
            .iter()
            .skip(newer)
            .take_while(|entry| at(entry) == cursor.at)
            .count();
        newer + cursor.skip.min(same)
    });
    let last = entries.get((start + SHOWN).saturating_sub(1)).map(&at);
    let more = entries.len() > start + SHOWN;
    let next = last.filter(|_| more).map(|last| {
        let newer = entries.partition_point(|entry| at(entry) > last);
        format!("{}-{}", last.as_millis(), start + SHOWN - newer)
    });
    Paged {
        entries: entries.into_iter().skip(start).take(SHOWN).collect(),
        next,
        further: start > 0,
    }
}

#[cfg(test)]
mod tests;
