//! Reading: whole groups only, every value checked, every gap an error.

use std::sync::atomic::Ordering;

use fjall::{LsmError, Readable};
use quorate_domain::account::Record;
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, Seq, SignalId};

use super::{EmbeddedStore, keys};
use crate::port::{
    CommitMark, Error, KnownIds, Loaded, NoticeNo, Outline, Snapshot, StoredNotice, SummaryContent,
    SummaryRow,
};
use crate::record::{self, Head};

/// Where an account stands, apart from its summary.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadPlace {
    pub(super) seq: Seq,
    pub(super) notices: NoticeNo,
}

impl EmbeddedStore {
    pub(super) fn read_account(&self, account: &AccountId) -> Result<Option<Loaded>, Error> {
        let view = self.database.snapshot();
        let Some(HeadPlace { seq, notices }) = self.head(&view, account)? else {
            return Ok(None);
        };
        let snapshot = self.usable_snapshot(&view, account, seq)?;
        let after = snapshot.as_ref().map_or(Seq(0), |snapshot| snapshot.seq);
        let tail = self.records(&view, account, after, usize::MAX, seq)?;
        Ok(Some(Loaded {
            snapshot,
            tail,
            cards: self.cards(&view, account, seq)?,
            seq,
            notices,
        }))
    }

    pub(super) fn read_outline(&self, account: &AccountId) -> Result<Option<Outline>, Error> {
        let view = self.database.snapshot();
        let key = keys::of_account(account);
        let stored = view
            .get(&self.spaces.heads, &key)
            .map_err(|error| self.account_fault(account, Seq(0), error))?;
        let Some(stored) = stored else { return Ok(None) };
        let head = open_head(account, &key, &stored)?;
        Ok(Some(Outline {
            seq: head.seq,
            notices: head.notices,
            summary: head.summary.to_vec(),
            cards: self.cards(&view, account, head.seq)?,
            snapshot: self.usable_snapshot(&view, account, head.seq)?,
        }))
    }

    fn cards(
        &self,
        view: &fjall::Snapshot,
        account: &AccountId,
        seq: Seq,
    ) -> Result<Vec<(ContactNo, Card)>, Error> {
        let mut cards = Vec::new();
        for entry in view.prefix(&self.spaces.cards, keys::of_account(account)) {
            let (key, value) = entry
                .into_inner()
                .map_err(|error| self.account_fault(account, seq, error))?;
            let card = record::open_card(&key, &value)
                .map_err(|damage| corrupt(account, seq, format!("a contact's card: {damage}")))?;
            let no = keys::last_contact(&key)
                .ok_or_else(|| corrupt(account, seq, "a contact's card has no number".to_owned()))?;
            cards.push((no, card));
        }
        Ok(cards)
    }

    pub(super) fn head(
        &self,
        view: &fjall::Snapshot,
        account: &AccountId,
    ) -> Result<Option<HeadPlace>, Error> {
        let key = keys::of_account(account);
        let stored = view
            .get(&self.spaces.heads, &key)
            .map_err(|error| self.account_fault(account, Seq(0), error))?;
        let Some(stored) = stored else { return Ok(None) };
        let head = open_head(account, &key, &stored)?;
        Ok(Some(HeadPlace {
            seq: head.seq,
            notices: head.notices,
        }))
    }

    /// Returns the snapshot unless it is damaged: the journal decides, so a damaged one is only said.
    fn usable_snapshot(
        &self,
        view: &fjall::Snapshot,
        account: &AccountId,
        last: Seq,
    ) -> Result<Option<Snapshot>, Error> {
        let key = keys::of_account(account);
        let opened = match view.get(&self.spaces.snapshots, &key) {
            Ok(None) => return Ok(None),
            Ok(Some(stored)) => record::open_snapshot(&key, &stored).map_err(|damage| damage.to_string()),
            Err(error) if is_damage(&error) => Err(error.to_string()),
            Err(error) => return Err(self.read_fault(error)),
        };
        match opened {
            Ok(snapshot) if snapshot.seq <= last => Ok(Some(snapshot)),
            Ok(snapshot) => {
                tracing::warn!(account.id = %account, snapshot = snapshot.seq.0, journal = last.0,
                    "a snapshot is ahead of its journal; reading the whole journal instead");
                Ok(None)
            }
            Err(reason) => {
                tracing::warn!(account.id = %account, reason,
                    "a snapshot is damaged; reading the whole journal instead");
                Ok(None)
            }
        }
    }

    pub(super) fn read_history(
        &self,
        account: &AccountId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        let view = self.database.snapshot();
        match self.head(&view, account)? {
            Some(head) => self.records(&view, account, after, limit, head.seq),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the records after `after`; a hole, or an end before `last`, is damage.
    fn records(
        &self,
        view: &fjall::Snapshot,
        account: &AccountId,
        after: Seq,
        limit: usize,
        last: Seq,
    ) -> Result<Vec<Record>, Error> {
        let mut records = Vec::new();
        let mut next = Seq(after.0.saturating_add(1));
        if next > last || limit == 0 {
            return Ok(records);
        }
        let range = keys::journal(account, next)..=keys::journal(account, Seq(u64::MAX));
        for entry in view.range(&self.spaces.journal, range) {
            let (key, value) = entry
                .into_inner()
                .map_err(|error| self.account_fault(account, next, error))?;
            let batch = record::open_journal(&key, &value)
                .map_err(|damage| corrupt(account, next, damage.to_string()))?;
            let ends_at = batch.last().map(|record| record.seq.0);
            if batch.first().is_none_or(|first| first.seq > next) || ends_at != keys::last_u64(&key) {
                return Err(corrupt(account, next, "it is missing".to_owned()));
            }
            for record in batch {
                if record.seq < next {
                    continue;
                }
                next = Seq(record.seq.0.saturating_add(1));
                records.push(record);
                if records.len() == limit {
                    return Ok(records);
                }
            }
        }
        if next.0 != last.0.saturating_add(1) {
            return Err(corrupt(
                account,
                next,
                format!("it is missing; the head says {} records", last.0),
            ));
        }
        Ok(records)
    }

    pub(super) fn read_notices(
        &self,
        account: &AccountId,
        after: NoticeNo,
        limit: usize,
    ) -> Result<Vec<StoredNotice>, Error> {
        let view = self.database.snapshot();
        let Some(head) = self.head(&view, account)? else {
            return Ok(Vec::new());
        };
        let mut notices = Vec::new();
        let mut next = NoticeNo(after.0.saturating_add(1));
        let range = keys::notice(account, next)..=keys::notice(account, NoticeNo(u64::MAX));
        for entry in view.range(&self.spaces.notices, range).take(limit) {
            let (key, value) = entry
                .into_inner()
                .map_err(|error| self.account_fault(account, head.seq, error))?;
            if keys::last_u64(&key) != Some(next.0) {
                break;
            }
            let notice = record::open_notice(&key, next, &value)
                .map_err(|damage| corrupt(account, head.seq, format!("notice {}: {damage}", next.0)))?;
            notices.push(notice);
            next = NoticeNo(next.0.saturating_add(1));
        }
        if notices.len() < limit && next.0 <= head.notices.0 {
            return Err(corrupt(
                account,
                head.seq,
                format!("notice {} is missing", next.0),
            ));
        }
        Ok(notices)
    }

    pub(super) fn look_up_ids(&self, asked: &[(AccountId, Vec<SignalId>)]) -> Result<KnownIds, Error> {
        // Before the lookup: what is committed meanwhile may be missed, and the commit looks at it again.
        let mark = CommitMark(self.committed.load(Ordering::Acquire));
        let mut known = Vec::with_capacity(asked.len());
        for (account, ids) in asked {
            let mut of_account = Vec::with_capacity(ids.len());
            for id in ids {
                let key = keys::signal_id(self.seed, account, id);
                of_account.push(
                    self.spaces
                        .ids
                        .contains_key(key)
                        .map_err(|error| self.read_fault(error))?,
                );
            }
            known.push(of_account);
        }
        Ok(KnownIds { known, mark })
    }

    pub(super) fn visit_summaries(&self, visit: &mut dyn FnMut(SummaryRow<'_>)) -> Result<(), Error> {
        let view = self.database.snapshot();
        for entry in view.iter(&self.spaces.heads) {
            let (key, value) = entry.into_inner().map_err(|error| self.read_fault(error))?;
            let Some(account) = keys::account_in(&key) else {
                return Err(Error::Damaged {
                    place: self.path().display().to_string(),
                    reason: "an account's id is no text".to_owned(),
                });
            };
            let content = record::open_head(&key, &value)
                .inspect_err(|damage| {
                    tracing::warn!(account.id = account, reason = %damage, "an account's head is damaged");
                })
                .ok()
                .map(|head| SummaryContent {
                    seq: head.seq,
                    notices: head.notices,
                    summary: head.summary,
                });
            visit(SummaryRow { account, content });
        }
        Ok(())
    }

    pub(super) fn read_doc(&self, collection: &str, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let stored_key = keys::doc(collection, key)?;
        let stored = self
            .spaces
            .docs
            .get(&stored_key)
            .map_err(|error| self.read_fault(error))?;
        let Some(stored) = stored else { return Ok(None) };
        record::open_doc(&stored_key, &stored)
            .map(|doc| Some(doc.to_vec()))
            .map_err(|damage| corrupt_doc(collection, key, &damage))
    }

    pub(super) fn visit_docs(
        &self,
        collection: &str,
        prefix: &str,
        visit: &mut dyn FnMut(&str, &[u8]),
    ) -> Result<(), Error> {
        let start = keys::doc(collection, prefix)?;
        let view = self.database.snapshot();
        for entry in view.prefix(&self.spaces.docs, start) {
            let (stored_key, value) = entry.into_inner().map_err(|error| self.read_fault(error))?;
            let name = stored_key.get(collection.len() + 1..).unwrap_or_default();
            let key = String::from_utf8_lossy(name);
            let doc = record::open_doc(&stored_key, &value)
                .map_err(|damage| corrupt_doc(collection, &key, &damage))?;
            visit(&key, doc);
        }
        Ok(())
    }

    pub(super) fn collection_names(&self) -> Result<Vec<String>, Error> {
        let view = self.database.snapshot();
        let mut names: Vec<String> = Vec::new();
        // A collection's name ends with a NUL: behind it and the largest byte comes the next collection.
        let mut from: Vec<u8> = Vec::new();
        while let Some(entry) = view.range(&self.spaces.docs, from.clone()..).next() {
            let key = entry.key().map_err(|error| self.read_fault(error))?;
            let name = key.split(|byte| *byte == 0).next().unwrap_or_default();
            names.push(String::from_utf8_lossy(name).into_owned());
            from = name.to_vec();
            from.push(1);
        }
        Ok(names)
    }

    /// A block of the database that does not read is damage of the account it was read for.
    pub(super) fn account_fault(&self, account: &AccountId, seq: Seq, error: fjall::Error) -> Error {
        if is_damage(&error) {
            corrupt(account, seq, error.to_string())
        } else {
            self.read_fault(error)
        }
    }
}

fn open_head<'a>(account: &AccountId, key: &[u8], stored: &'a [u8]) -> Result<Head<'a>, Error> {
    record::open_head(key, stored)
        .map_err(|damage| corrupt(account, Seq(0), format!("the account's head: {damage}")))
}

fn is_damage(error: &fjall::Error) -> bool {
    matches!(
        error,
        fjall::Error::Storage(
            LsmError::ChecksumMismatch { .. }
                | LsmError::Decompress(_)
                | LsmError::InvalidTag(_)
                | LsmError::InvalidTrailer
                | LsmError::InvalidHeader(_)
        )
    )
}

fn corrupt(account: &AccountId, seq: Seq, reason: String) -> Error {
    Error::Corrupt {
        account: account.clone(),
        seq,
        reason,
    }
}

fn corrupt_doc(collection: &str, key: &str, damage: &record::Damage) -> Error {
    Error::CorruptDocument {
        collection: collection.to_owned(),
        key: key.to_owned(),
        reason: damage.to_string(),
    }
}
