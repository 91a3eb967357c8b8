//! How keys are put together.
//!
//! fjall keeps a key's first four bytes beside its pointer and up to 20 bytes in place. Keys that differ early
//! and are short are compared without a cache miss each, which is most of what a commit costs. So an account's
//! keys start with four bytes of its id's hash, and a signal id is kept as a hash alone.
//!
//! After the hash comes the account's id in full. It has no NUL, so one NUL ends it and no account's keys run
//! into another's.

use quorate_domain::id::{AccountId, ContactNo, Seq, SignalId};

use xxhash_rust::xxh3::{Xxh3, xxh3_64};

use crate::port::{Error, NoticeNo};

/// How much of its hash an account's keys start with.
const HASH_BYTES: usize = 4;

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

/// The key of a signal id: 128 bits of a hash that is seeded once per folder, so that nobody outside can aim at a
/// collision. Two of 10^12 ids collide by chance with a probability below 10^-14; the later one would count as a
/// duplicate.
pub(super) fn signal_id(seed: u64, account: &AccountId, id: &SignalId) -> [u8; 16] {
    let (account, id) = (account.as_str().as_bytes(), id.as_str().as_bytes());
    let mut hasher = Xxh3::with_seed(seed);
    hasher.update(account);
    hasher.update(&[0]);
    hasher.update(id);
    hasher.digest128().to_be_bytes()
}

/// Returns the account's id in a key that starts with it, such as a head's.
pub(super) fn account_in(key: &[u8]) -> Option<&str> {
    let name = key.get(HASH_BYTES..)?.split(|byte| *byte == 0).next()?;
    std::str::from_utf8(name).ok()
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
    let mut bytes = Vec::with_capacity(HASH_BYTES + account.len() + 1 + end.len());
    let [hash @ .., _, _, _, _] = xxh3_64(account).to_be_bytes();
    bytes.extend_from_slice(&hash);
    bytes.extend_from_slice(account);
    bytes.push(0);
    bytes.extend_from_slice(end);
    bytes
}
