//! How keys are put together. An account id has no NUL, so one NUL ends it and no account's keys run into another's.

use quorate_domain::id::{AccountId, ContactNo, Seq, SignalId};

use crate::port::{Error, NoticeNo};

/// The longest collection plus key of a document, in bytes.
const DOC_KEY_BYTES_MAX: usize = 4096;

/// Returns what all keys of an account start with.
pub(super) fn of_account(account: &AccountId) -> Vec<u8> {
    with(account, &[])
}

/// A journal entry is kept under its **last** record, so that a range from `after + 1` starts with the entry that
/// holds it.
pub(super) fn journal(account: &AccountId, last: Seq) -> Vec<u8> {
    with(account, &last.0.to_be_bytes())
}

pub(super) fn signal_id(account: &AccountId, id: &SignalId) -> Vec<u8> {
    with(account, id.as_str().as_bytes())
}

pub(super) fn card(account: &AccountId, no: ContactNo) -> Vec<u8> {
    with(account, &no.0.to_be_bytes())
}

pub(super) fn notice(account: &AccountId, no: NoticeNo) -> Vec<u8> {
    with(account, &no.0.to_be_bytes())
}

/// Returns the number at the end of a journal's or notice's key.
pub(super) fn last_u64(key: &[u8]) -> Option<u64> {
    key.last_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes))
}

/// Returns the contact's number at the end of a card's key.
pub(super) fn last_contact(key: &[u8]) -> Option<ContactNo> {
    key.last_chunk::<4>()
        .map(|bytes| ContactNo(u32::from_be_bytes(*bytes)))
}

pub(super) fn doc(collection: &str, key: &str) -> Result<Vec<u8>, Error> {
    let refuse = |reason: String| {
        Err(Error::Unstorable {
            what: format!("document {collection}/{key}"),
            reason,
        })
    };
    if collection.is_empty() || collection.contains('\0') {
        return refuse("a collection has a name without NUL".to_owned());
    }
    if collection.len() + key.len() > DOC_KEY_BYTES_MAX {
        return refuse(format!(
            "collection and key have more than {DOC_KEY_BYTES_MAX} bytes"
        ));
    }
    let mut bytes = Vec::with_capacity(collection.len() + 1 + key.len());
    bytes.extend_from_slice(collection.as_bytes());
    bytes.push(0);
    bytes.extend_from_slice(key.as_bytes());
    Ok(bytes)
}

fn with(account: &AccountId, end: &[u8]) -> Vec<u8> {
    let account = account.as_str().as_bytes();
    let mut bytes = Vec::with_capacity(account.len() + 1 + end.len());
    bytes.extend_from_slice(account);
    bytes.push(0);
    bytes.extend_from_slice(end);
    bytes
}
