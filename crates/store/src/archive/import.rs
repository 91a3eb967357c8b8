//! Filling an empty store from an archive.

use std::io::{Read, Seek, SeekFrom};

use quorate_domain::account::{Event, Record};
use quorate_domain::id::{AccountId, Seq};

use super::part::{self, Part};
use super::read::{Checked, check, walk};
use super::{ArchiveError, Contents, MARK_COLLECTION, MARK_KEY};
use crate::port::{Append, CommitMark, DocWrite, OwnerToken, Snapshot, Store};

/// What one append carries at most: records of a part, cards, or notices.
const OF_AN_APPEND_MAX: usize = 128;
/// What is committed at once: appends, and roughly their bytes.
const GROUP_APPENDS_MAX: usize = 2048;
const GROUP_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Returns whether an import into this store began and did not come to its end: it holds a part of an archive only and
/// must not be used.
///
/// # Errors
/// When the store cannot be read.
pub fn is_unfinished(store: &dyn Store) -> Result<bool, ArchiveError> {
    Ok(store.get_doc(MARK_COLLECTION, MARK_KEY)?.is_some())
}

/// Fills an empty store from an archive, reads back what it holds, and compares.
///
/// Returns what the archive holds, and the store now.
///
/// The archive is checked to its end before anything is written: a damaged one leaves the store empty. A store that is
/// only partly filled (the process was killed, the disk is full) says so ([`is_unfinished`]).
///
/// - `progress`: is shown how much was written, after each account.
///
/// # Errors
/// - [`ArchiveError::NotEmpty`], [`ArchiveError::Unfinished`]: the store is not touched.
/// - Those of [`check`]: the store is not touched.
/// - [`ArchiveError::Store`], [`ArchiveError::Refused`], [`ArchiveError::Different`]: the store is of no use.
pub fn import(
    store: &dyn Store,
    from: &mut (impl Read + Seek),
    progress: &mut dyn FnMut(&Contents),
) -> Result<Checked, ArchiveError> {
    let start = from.stream_position().map_err(ArchiveError::Read)?;
    refuse_unless_empty(store)?;
    check(from)?;
    from.seek(SeekFrom::Start(start)).map_err(ArchiveError::Read)?;

    let owner = store.acquire()?;
    store.put_doc(MARK_COLLECTION, MARK_KEY, Vec::new())?;
    let mut filling = Filling {
        store,
        owner,
        group: Vec::new(),
        group_bytes: 0,
        snapshots: Vec::new(),
        documents: Vec::new(),
        document_bytes: 0,
        open: None,
    };
    let mut told = Contents::default();
    let checked = walk(from, &mut |part| {
        told.count(&part);
        if matches!(part, Part::Account { .. }) {
            progress(&told);
        }
        filling.take(part)
    })?;
    filling.finish()?;
    let found = part::contents(store)?;
    if found != checked.contents {
        return Err(ArchiveError::Different {
            found: Box::new(found),
            expected: Box::new(checked.contents),
        });
    }
    store.delete_doc(MARK_COLLECTION, MARK_KEY)?;
    progress(&found);
    Ok(checked)
}

fn refuse_unless_empty(store: &dyn Store) -> Result<(), ArchiveError> {
    if is_unfinished(store)? {
        return Err(ArchiveError::Unfinished);
    }
    let mut accounts = 0_u64;
    store.scan_summaries(&mut |_| accounts += 1)?;
    if accounts > 0 {
        return Err(ArchiveError::NotEmpty {
            what: format!("{accounts} accounts"),
        });
    }
    for collection in store.collections()? {
        let mut documents = 0_u64;
        store.scan_docs(&collection, "", &mut |_, _| documents += 1)?;
        if documents > 0 {
            return Err(ArchiveError::NotEmpty {
                what: format!("{documents} documents in {collection}"),
            });
        }
    }
    Ok(())
}

/// A store that is being filled: parts become appends, appends become groups.
struct Filling<'s> {
    store: &'s dyn Store,
    owner: OwnerToken,
    group: Vec<Append>,
    group_bytes: usize,
    /// Those of accounts in the group: they may be put once their records are there.
    snapshots: Vec<(AccountId, Snapshot)>,
    documents: Vec<DocWrite>,
    document_bytes: usize,
    open: Option<Open>,
}

/// The account that is being written, and its next append.
struct Open {
    snapshot: Option<Snapshot>,
    append: Append,
    /// The record that stands last once `append` is in.
    at: Seq,
}

impl Filling<'_> {
    fn take(&mut self, part: Part) -> Result<(), ArchiveError> {
        match part {
            Part::Document {
                collection,
                key,
                value,
            } => {
                self.end_account()?;
                self.document_bytes += value.len();
                self.documents.push(DocWrite {
                    collection,
                    key,
                    value: Some(value),
                });
                if self.documents.len() >= GROUP_APPENDS_MAX || self.document_bytes >= GROUP_BYTES_MAX {
                    self.write_documents()?;
                }
                Ok(())
            }
            Part::Account { account, summary, .. } => {
                self.end_account()?;
                let append = Append {
                    account,
                    owner: self.owner.clone(),
                    expected: Seq(0),
                    records: Vec::new(),
                    cards: Vec::new(),
                    notices: Vec::new(),
                    summary,
                    ids_known_at: CommitMark::BEGINNING,
                };
                self.open = Some(Open {
                    snapshot: None,
                    append,
                    at: Seq(0),
                });
                Ok(())
            }
            Part::Card(no, card) => self.add(|open| {
                open.append.cards.push((no, card));
                open.append.cards.len()
            }),
            Part::Snapshot(snapshot) => self.add(|open| {
                open.snapshot = Some(*snapshot);
                0
            }),
            Part::Records(records) => self.add_records(records),
            Part::Notice(notice) => self.add(|open| {
                open.append.notices.push(notice.bytes);
                open.append.notices.len()
            }),
        }
    }

    fn add(&mut self, add: impl FnOnce(&mut Open) -> usize) -> Result<(), ArchiveError> {
        if self.open.as_mut().map_or(0, add) >= OF_AN_APPEND_MAX {
            self.close_append()?;
        }
        Ok(())
    }

    /// What follows the last condensed signal gets an append of its own, so that it can be condensed when it is old.
    fn add_records(&mut self, mut records: Vec<Record>) -> Result<(), ArchiveError> {
        let is_condensed = |record: &Record| matches!(&record.event, Event::SignalRecorded(signal) if signal.id.is_condensed());
        let whole_from = records
            .iter()
            .rposition(is_condensed)
            .map_or(0, |place| place + 1);
        let whole = records.split_off(whole_from);
        for records in [records, whole] {
            if !records.is_empty() {
                self.add_append(records)?;
            }
        }
        Ok(())
    }

    /// A notice is of the last record of its append, so records that follow one need an append of their own.
    fn add_append(&mut self, records: Vec<Record>) -> Result<(), ArchiveError> {
        let is_begun = |open: &Open| !open.append.records.is_empty() || !open.append.notices.is_empty();
        if self.open.as_ref().is_some_and(is_begun) {
            self.close_append()?;
        }
        if let Some(open) = &mut self.open {
            open.at = records.last().map_or(open.at, |record| record.seq);
            open.append.records = records;
        }
        Ok(())
    }

    /// Puts the open account's append into the group and begins the next one.
    fn close_append(&mut self) -> Result<(), ArchiveError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let next = Append {
            expected: open.at,
            records: Vec::new(),
            cards: Vec::new(),
            notices: Vec::new(),
            account: open.append.account.clone(),
            owner: open.append.owner.clone(),
            summary: open.append.summary.clone(),
            ids_known_at: CommitMark::BEGINNING,
        };
        let append = std::mem::replace(&mut open.append, next);
        self.group_bytes += weight(&append);
        self.group.push(append);
        if self.group.len() >= GROUP_APPENDS_MAX || self.group_bytes >= GROUP_BYTES_MAX {
            self.commit()?;
        }
        Ok(())
    }

    fn end_account(&mut self) -> Result<(), ArchiveError> {
        let Some(open) = &self.open else { return Ok(()) };
        let append = &open.append;
        let is_empty = append.records.is_empty() && append.cards.is_empty() && append.notices.is_empty();
        // An account may have nothing but a summary.
        if !is_empty || open.at == Seq(0) {
            self.close_append()?;
        }
        if let Some(Open {
            snapshot: Some(snapshot),
            append,
            ..
        }) = self.open.take()
        {
            self.snapshots.push((append.account, snapshot));
        }
        Ok(())
    }

    fn commit(&mut self) -> Result<(), ArchiveError> {
        self.group_bytes = 0;
        for answer in self.store.commit(std::mem::take(&mut self.group))? {
            answer.map_err(ArchiveError::Refused)?;
        }
        for (account, snapshot) in self.snapshots.drain(..) {
            self.store.put_snapshot(&account, &snapshot)?;
        }
        Ok(())
    }

    fn write_documents(&mut self) -> Result<(), ArchiveError> {
        self.document_bytes = 0;
        self.store.write_docs(std::mem::take(&mut self.documents))?;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ArchiveError> {
        self.end_account()?;
        self.commit()?;
        self.write_documents()
    }
}

/// Roughly how many bytes an append takes.
fn weight(append: &Append) -> usize {
    let records = append.records.len() * 256;
    let notices: usize = append.notices.iter().map(Vec::len).sum();
    records + notices + append.cards.len() * 128 + append.summary.len()
}

impl Contents {
    fn count(&mut self, part: &Part) {
        match part {
            Part::Document { .. } => self.documents += 1,
            Part::Account { .. } => self.accounts += 1,
            Part::Card(..) => self.cards += 1,
            Part::Snapshot(_) => {}
            Part::Records(records) => {
                self.records += u64::try_from(records.len()).unwrap_or(u64::MAX);
            }
            Part::Notice(_) => self.notices += 1,
        }
    }
}
