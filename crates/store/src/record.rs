//! Stored forms: what a home writes, in forms of its own with a version each.
//!
//! Contents are `MessagePack` with field names, so that a stranger can read them; heads are fixed fields, for speed.
//! A changed form is a new version beside the old one, with a conversion, and a new frozen sample in
//! `record/golden/`. The old sample stays and must still read.

use std::sync::Arc;

use quorate_domain::account::Record;
use quorate_domain::contact::Card;
use quorate_domain::id::{ContactId, ModelVersion, Seq};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod condensed;
mod envelope;
mod event;
mod qualify;
mod state;
mod word;

pub use envelope::{Damage, Kind};
pub use event::RecordV1;
pub use state::AccountStateV1;

use condensed::EntryV2;

use crate::port::{NoticeNo, Snapshot, StoredNotice};

/// Returns the journal entry of an append's records. They are numbered without holes.
///
/// Records with a condensed signal among them have a form of their own, a tenth of the size.
#[must_use]
pub fn seal_journal(key: &[u8], records: &[Record]) -> Vec<u8> {
    let first = records.first().map_or(0, |record| record.seq.0);
    if condensed::any_is_condensed(records) {
        return seal_condensed(key, records);
    }
    let stored: Vec<RecordV1> = records.iter().map(RecordV1::from_domain).collect();
    envelope::seal(Kind::Journal, 1, key, first, |bytes| pack(bytes, &stored))
}

/// Returns the journal entry of a condensed stretch, whether or not it has signals.
#[must_use]
pub fn seal_condensed(key: &[u8], records: &[Record]) -> Vec<u8> {
    let first = records.first().map_or(0, |record| record.seq.0);
    let stored = EntryV2::from_domain(records);
    envelope::seal(Kind::Journal, 2, key, first, |bytes| pack(bytes, &stored))
}

/// Returns the records of a journal entry.
///
/// # Errors
/// When the entry is damaged or of a newer form.
pub fn open_journal(key: &[u8], bytes: &[u8]) -> Result<Vec<Record>, Damage> {
    let opened = envelope::open(Kind::Journal, key, bytes)?;
    if opened.form == 2 {
        return unpack::<EntryV2>(opened.payload)?.into_domain(opened.seq);
    }
    let stored: Vec<RecordV1> = unpack(opened.payload)?;
    Ok(stored
        .into_iter()
        .zip(opened.seq..)
        .map(|(record, seq)| record.into_domain(Seq(seq)))
        .collect())
}

/// Returns whether a journal entry is a condensed stretch. Looks at its first bytes only.
#[must_use]
pub fn is_condensed_journal(bytes: &[u8]) -> bool {
    bytes.starts_with(&envelope::head_of(Kind::Journal, 2))
}

/// Returns a snapshot's stored form: model version, facts, standing.
#[must_use]
pub fn seal_snapshot(key: &[u8], snapshot: &Snapshot) -> Vec<u8> {
    envelope::seal(Kind::Snapshot, 1, key, snapshot.seq.0, |bytes| {
        let mut state = Vec::with_capacity(1024);
        pack(&mut state, &AccountStateV1::from_domain(&snapshot.state));
        bytes.extend_from_slice(&snapshot.model.0.to_be_bytes());
        bytes.extend_from_slice(&u64::try_from(state.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(&state);
        bytes.extend_from_slice(&snapshot.standing);
    })
}

/// Returns a snapshot.
///
/// # Errors
/// When it is damaged or of a newer form.
pub fn open_snapshot(key: &[u8], bytes: &[u8]) -> Result<Snapshot, Damage> {
    let opened = envelope::open(Kind::Snapshot, key, bytes)?;
    let (model, rest) = take_u64(opened.payload)?;
    let (state_bytes, rest) = take_u64(rest)?;
    let (state, standing) = usize::try_from(state_bytes)
        .ok()
        .and_then(|length| rest.split_at_checked(length))
        .ok_or(Damage::Short(rest.len()))?;
    Ok(Snapshot {
        seq: Seq(opened.seq),
        model: ModelVersion(model),
        state: unpack::<AccountStateV1>(state)?.into_domain(),
        standing: standing.to_vec(),
    })
}

/// Where an account stands, and its line in the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a> {
    /// Its last record.
    pub seq: Seq,
    /// Its last notice.
    pub notices: NoticeNo,
    /// The engine's summary.
    pub summary: &'a [u8],
}

/// Returns a head's stored form.
#[must_use]
pub fn seal_head(key: &[u8], head: Head<'_>) -> Vec<u8> {
    envelope::seal(Kind::Head, 1, key, head.seq.0, |bytes| {
        bytes.extend_from_slice(&head.notices.0.to_be_bytes());
        bytes.extend_from_slice(head.summary);
    })
}

/// Returns a head.
///
/// # Errors
/// When it is damaged or of a newer form.
pub fn open_head<'a>(key: &[u8], bytes: &'a [u8]) -> Result<Head<'a>, Damage> {
    let opened = envelope::open(Kind::Head, key, bytes)?;
    let (notices, summary) = take_u64(opened.payload)?;
    Ok(Head {
        seq: Seq(opened.seq),
        notices: NoticeNo(notices),
        summary,
    })
}

#[derive(Serialize, Deserialize)]
struct CardV1 {
    outside_id: Option<Arc<str>>,
    name: Option<Arc<str>>,
    title: Option<Arc<str>>,
    emails: Vec<Arc<str>>,
}

/// Returns a card's stored form.
#[must_use]
pub fn seal_card(key: &[u8], card: &Card) -> Vec<u8> {
    let Card {
        outside_id,
        name,
        title,
        emails,
    } = card;
    let stored = CardV1 {
        outside_id: outside_id.as_ref().map(|id| id.as_str().into()),
        name: name.clone(),
        title: title.clone(),
        emails: emails.clone(),
    };
    envelope::seal(Kind::Card, 1, key, 0, |bytes| pack(bytes, &stored))
}

/// Returns a card.
///
/// # Errors
/// When it is damaged or of a newer form.
pub fn open_card(key: &[u8], bytes: &[u8]) -> Result<Card, Damage> {
    let stored: CardV1 = unpack(envelope::open(Kind::Card, key, bytes)?.payload)?;
    Ok(Card {
        outside_id: stored.outside_id.map(ContactId::trusted),
        name: stored.name,
        title: stored.title,
        emails: stored.emails,
    })
}

/// Returns a notice's stored form; `seq` is the account's last record.
#[must_use]
pub fn seal_notice(key: &[u8], seq: Seq, notice: &[u8]) -> Vec<u8> {
    envelope::seal(Kind::Notice, 1, key, seq.0, |bytes| {
        bytes.extend_from_slice(notice);
    })
}

/// Returns the notice at that place.
///
/// # Errors
/// When it is damaged or of a newer form.
pub fn open_notice(key: &[u8], no: NoticeNo, bytes: &[u8]) -> Result<StoredNotice, Damage> {
    let opened = envelope::open(Kind::Notice, key, bytes)?;
    Ok(StoredNotice {
        no,
        seq: Seq(opened.seq),
        bytes: opened.payload.to_vec(),
    })
}

/// Returns a document's stored form.
#[must_use]
pub fn seal_doc(key: &[u8], doc: &[u8]) -> Vec<u8> {
    envelope::seal(Kind::Doc, 1, key, 0, |bytes| bytes.extend_from_slice(doc))
}

/// Returns a document.
///
/// # Errors
/// When it is damaged or of a newer form.
pub fn open_doc<'a>(key: &[u8], bytes: &'a [u8]) -> Result<&'a [u8], Damage> {
    Ok(envelope::open(Kind::Doc, key, bytes)?.payload)
}

/// # Panics
/// Never in practice: the forms hold only what `MessagePack` has, and memory does not refuse a write.
fn pack(bytes: &mut Vec<u8>, form: &impl Serialize) {
    if let Err(error) = rmp_serde::encode::write_named(bytes, form) {
        unreachable!("a stored form does not pack: {error}");
    }
}

fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Damage> {
    rmp_serde::from_slice(bytes).map_err(|error| Damage::Content(error.to_string()))
}

fn take_u64(bytes: &[u8]) -> Result<(u64, &[u8]), Damage> {
    let (number, rest) = bytes.split_first_chunk::<8>().ok_or(Damage::Short(bytes.len()))?;
    Ok((u64::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests;
