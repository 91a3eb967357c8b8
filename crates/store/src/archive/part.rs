//! Parts: what a store holds, one after the other, in the order an archive holds it.

use quorate_domain::account::Record;
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, Seq};
use sha2::{Digest as _, Sha256};

use super::{ArchiveError, Contents, MARK_COLLECTION, doc_key, seal_key};
use crate::port::{Error, NoticeNo, Outline, Snapshot, Store, StoredNotice};
use crate::record::{self, Head};

/// Collections that accounts refer to: read after the accounts, so that whatever an account names is there.
const REFERRED_TO: [&str; 3] = ["keys", "lists", "models"];
/// Records that are read at a time.
const RECORDS_AT_ONCE: usize = 512;
/// Records of one part.
const RECORDS_OF_A_PART: usize = 128;
/// Notices that are read at a time.
const NOTICES_AT_ONCE: usize = 256;

/// A part of a store.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Document {
        collection: String,
        key: String,
        value: Vec<u8>,
    },
    /// An account begins; its cards, snapshot, records and notices follow.
    Account {
        account: AccountId,
        seq: Seq,
        notices: NoticeNo,
        summary: Vec<u8>,
    },
    Card(ContactNo, Card),
    Snapshot(Box<Snapshot>),
    Records(Vec<Record>),
    Notice(StoredNotice),
}

/// What to do about an account that is damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Damaged {
    /// Stop: an archive without it would look whole.
    #[default]
    Refuse,
    /// Leave it out, and say so in the archive.
    LeaveOut,
}

/// Whoever is shown parts.
pub(super) type See<'s> = dyn FnMut(Part) -> Result<(), ArchiveError> + 's;

/// Shows all parts of a store. Others may write to it meanwhile: each account is as of one instant of its own.
///
/// Returns the accounts that were left out.
pub(super) fn of_store(
    store: &dyn Store,
    damaged: Damaged,
    see: &mut See<'_>,
) -> Result<Vec<AccountId>, ArchiveError> {
    let is_referred_to = |collection: &String| REFERRED_TO.contains(&collection.as_str());
    for collection in store.collections()? {
        if !is_referred_to(&collection) && collection != MARK_COLLECTION {
            documents(store, &collection, see)?;
        }
    }
    let mut shown = Ok(());
    let mut left_out = Vec::new();
    store.scan_summaries(&mut |row| {
        if shown.is_err() {
            return;
        }
        let id = AccountId::trusted(row.account);
        shown = match damaged {
            Damaged::LeaveOut if is_damaged(store, &id) => {
                left_out.push(id);
                Ok(())
            }
            Damaged::Refuse | Damaged::LeaveOut => account(store, &id, see),
        };
    })?;
    shown?;
    for collection in store.collections()?.into_iter().filter(is_referred_to) {
        documents(store, &collection, see)?;
    }
    Ok(left_out)
}

/// Reads all of an account, to know before its first part is shown.
fn is_damaged(store: &dyn Store, id: &AccountId) -> bool {
    let read = account(store, id, &mut |_| Ok(()));
    if let Err(ArchiveError::Store(error @ Error::Corrupt { .. })) = &read {
        let cause: &dyn std::error::Error = error;
        tracing::warn!(account.id = %id, error = cause, "a damaged account is left out of the archive");
        return true;
    }
    false
}

fn documents(store: &dyn Store, collection: &str, see: &mut See<'_>) -> Result<(), ArchiveError> {
    let mut shown = Ok(());
    store.scan_docs(collection, "", &mut |key, value| {
        if shown.is_ok() {
            shown = see(Part::Document {
                collection: collection.to_owned(),
                key: key.to_owned(),
                value: value.to_vec(),
            });
        }
    })?;
    shown
}

fn account(store: &dyn Store, account: &AccountId, see: &mut See<'_>) -> Result<(), ArchiveError> {
    let Some(outline) = store.outline(account)? else {
        return Ok(());
    };
    let Outline {
        seq,
        notices,
        summary,
        cards,
        snapshot,
    } = outline;
    see(Part::Account {
        account: account.clone(),
        seq,
        notices,
        summary,
    })?;
    for (no, card) in cards {
        see(Part::Card(no, card))?;
    }
    if let Some(snapshot) = snapshot {
        see(Part::Snapshot(Box::new(snapshot)))?;
    }
    let mut records = Records {
        store,
        account,
        last: seq,
        at: Seq(0),
        read: Vec::new().into_iter(),
    };
    let mut told = NoticeNo(0);
    while told < notices {
        let left = usize::try_from(notices.0 - told.0).unwrap_or(usize::MAX);
        for notice in store.notices(account, told, NOTICES_AT_ONCE.min(left))? {
            told = notice.no;
            records.show_up_to(notice.seq, see)?;
            see(Part::Notice(notice))?;
        }
    }
    records.show_up_to(seq, see)
}

/// An account's records, shown stretch by stretch.
struct Records<'s> {
    store: &'s dyn Store,
    account: &'s AccountId,
    /// The last one that is shown.
    last: Seq,
    /// The last one that was shown.
    at: Seq,
    read: std::vec::IntoIter<Record>,
}

impl Records<'_> {
    fn show_up_to(&mut self, up_to: Seq, see: &mut See<'_>) -> Result<(), ArchiveError> {
        if up_to > self.last {
            return Err(ArchiveError::Store(Error::Corrupt {
                account: self.account.clone(),
                seq: self.last,
                reason: format!("a notice is of record {}, which is not there", up_to.0),
            }));
        }
        while self.at < up_to {
            if self.read.len() == 0 {
                let left = usize::try_from(self.last.0 - self.at.0).unwrap_or(usize::MAX);
                let read = self
                    .store
                    .history(self.account, self.at, RECORDS_AT_ONCE.min(left))?;
                self.read = read.into_iter();
            }
            let wanted = usize::try_from(up_to.0 - self.at.0).unwrap_or(usize::MAX);
            let part: Vec<Record> = self.read.by_ref().take(wanted.min(RECORDS_OF_A_PART)).collect();
            let Some(last) = part.last() else {
                return Err(ArchiveError::Store(Error::Corrupt {
                    account: self.account.clone(),
                    seq: Seq(self.at.0 + 1),
                    reason: "it is missing".to_owned(),
                }));
            };
            self.at = last.seq;
            see(Part::Records(part))?;
        }
        Ok(())
    }
}

/// Returns how much a store holds, and the digest of it.
///
/// # Errors
/// [`ArchiveError::Store`] when it cannot be read, or an account or document is damaged.
pub fn contents(store: &dyn Store) -> Result<Contents, ArchiveError> {
    let mut tally = Tally::default();
    of_store(store, Damaged::Refuse, &mut |part| {
        tally.see(&part);
        Ok(())
    })?;
    Ok(tally.finish())
}

/// Counts parts and sums their hashes up.
#[derive(Default)]
pub(super) struct Tally {
    contents: Contents,
    account: Option<AccountHash>,
}

/// Records and notices have a hash each, so that it does not matter how they are cut into parts.
struct AccountHash {
    account: AccountId,
    outline: Sha256,
    records: Sha256,
    notices: Sha256,
}

impl Tally {
    pub(super) fn so_far(&self) -> &Contents {
        &self.contents
    }

    pub(super) fn see(&mut self, part: &Part) {
        match part {
            Part::Document {
                collection,
                key,
                value,
            } => {
                self.end_account();
                self.contents.documents += 1;
                let key = doc_key(collection, key);
                let mut hash = Sha256::new();
                hash.update(&key);
                hash.update(record::seal_doc(&key, value));
                self.add(hash);
            }
            Part::Account {
                account,
                seq,
                notices,
                summary,
            } => {
                self.end_account();
                self.contents.accounts += 1;
                let key = seal_key(account, &[]);
                let head = Head {
                    seq: *seq,
                    notices: *notices,
                    summary,
                };
                let mut outline = Sha256::new();
                outline.update(&key);
                outline.update(record::seal_head(&key, head));
                self.account = Some(AccountHash {
                    account: account.clone(),
                    outline,
                    records: Sha256::new(),
                    notices: Sha256::new(),
                });
            }
            Part::Card(no, card) => {
                self.contents.cards += 1;
                if let Some(hash) = &mut self.account {
                    let key = seal_key(&hash.account, &no.0.to_be_bytes());
                    hash.outline.update(record::seal_card(&key, card));
                }
            }
            Part::Snapshot(_) => {}
            Part::Records(records) => {
                for record in records {
                    self.contents.records += 1;
                    if let Some(hash) = &mut self.account {
                        let key = seal_key(&hash.account, &record.seq.0.to_be_bytes());
                        hash.records
                            .update(record::seal_journal(&key, std::slice::from_ref(record)));
                    }
                }
            }
            Part::Notice(notice) => {
                self.contents.notices += 1;
                if let Some(hash) = &mut self.account {
                    let key = seal_key(&hash.account, &notice.no.0.to_be_bytes());
                    hash.notices
                        .update(record::seal_notice(&key, notice.seq, &notice.bytes));
                }
            }
        }
    }

    pub(super) fn finish(mut self) -> Contents {
        self.end_account();
        self.contents
    }

    fn end_account(&mut self) {
        if let Some(hash) = self.account.take() {
            let mut whole = hash.outline;
            whole.update(hash.records.finalize());
            whole.update(hash.notices.finalize());
            self.add(whole);
        }
    }

    fn add(&mut self, hash: Sha256) {
        let hash = hash.finalize();
        for (sum, part) in self.contents.digest.0.iter_mut().zip(hash.chunks_exact(8)) {
            let part = part.try_into().map_or(0, u64::from_le_bytes);
            *sum = sum.wrapping_add(part);
        }
    }
}
