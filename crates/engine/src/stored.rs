//! Stored forms of what the engine keeps beside the journal: summaries, standings, notices, signals that wait.
//!
//! All of it follows from the journal or is small. `MessagePack` with field names, so that a field may be added; a
//! form that cannot be read any more (a model is gone, a version is newer) is made anew from the journal.

use serde::Serialize;
use serde::de::DeserializeOwned;

mod notice;
mod standing;
mod summary;
mod unmatched;

pub(crate) use notice::NoticeV1;
pub(crate) use standing::StandingV1;
pub(crate) use summary::SummaryV1;
pub(crate) use unmatched::UnmatchedV1;

/// Returns the stored bytes of a form.
pub(crate) fn pack<T: Serialize>(form: &T) -> Vec<u8> {
    // Only a map with keys of several kinds or a failing writer can make this fail; forms have neither.
    rmp_serde::to_vec_named(form).unwrap_or_default()
}

/// Returns the form of stored bytes; `None`: they are of another form.
pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    rmp_serde::from_slice(bytes).ok()
}
