//! Condensing: entries of a journal's beginning become one.

use fjall::{Readable, Snapshot};
use quorate_domain::account::Record;
use quorate_domain::id::{AccountId, Seq};

use super::{EmbeddedStore, keys};
use crate::port::{AppendRefusal, Error, Stretch};
use crate::record;

impl EmbeddedStore {
    pub(super) fn read_first_whole(&self, account: &AccountId) -> Result<Option<Record>, Error> {
        self.first_whole_in(&self.database.snapshot(), account)
    }

    pub(super) fn condense_stretch(&self, stretch: &Stretch) -> Result<Result<(), AppendRefusal>, Error> {
        let Stretch {
            account,
            owner,
            records,
            forgotten,
        } = stretch;
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return Ok(Ok(()));
        };
        // Held to the end: no append comes in between.
        let mut writer = self.writer()?;
        if writer.owner() != Some(owner) {
            return Ok(Err(AppendRefusal::StaleOwner { token: owner.clone() }));
        }
        let view = self.database.snapshot();
        let mismatch = |found: Seq| {
            Ok(Err(AppendRefusal::SequenceMismatch {
                account: account.clone(),
                expected: first.seq,
                found,
            }))
        };
        let begins_at = self.first_whole_in(&view, account)?.map(|record| record.seq);
        if begins_at != Some(first.seq) {
            return mismatch(begins_at.unwrap_or(Seq(0)));
        }
        if self.head(&view, account)?.is_none_or(|head| head.seq < last.seq) {
            return mismatch(last.seq);
        }
        // An entry that ends later stays: who reads on from the stretch passes over its beginning.
        let key = keys::journal(account, last.seq);
        let mut replaced = Vec::new();
        for entry in view.range(
            &self.spaces.journal,
            keys::journal(account, first.seq)..key.clone(),
        ) {
            let key = entry
                .key()
                .map_err(|error| self.account_fault(account, first.seq, error))?;
            replaced.push(key);
        }
        let mut batch = self.database.batch();
        for key in replaced {
            batch.remove(&self.spaces.journal, key);
        }
        batch.insert(
            &self.spaces.journal,
            key.clone(),
            record::seal_condensed(&key, records),
        );
        for id in forgotten {
            batch.remove(&self.spaces.ids, keys::signal_id(self.seed, account, id));
        }
        self.sync(&mut writer, batch)?;
        Ok(Ok(()))
    }

    fn first_whole_in(&self, view: &Snapshot, account: &AccountId) -> Result<Option<Record>, Error> {
        let mut condensed = 0;
        for entry in view.prefix(&self.spaces.journal, keys::of_account(account)) {
            let (key, value) = entry
                .into_inner()
                .map_err(|error| self.account_fault(account, Seq(condensed), error))?;
            let last = keys::last_u64(&key).unwrap_or(0);
            if record::is_condensed_journal(&value) {
                condensed = last;
                continue;
            }
            let records = record::open_journal(&key, &value).map_err(|damage| Error::Corrupt {
                account: account.clone(),
                seq: Seq(last),
                reason: damage.to_string(),
            })?;
            return Ok(records.into_iter().find(|record| record.seq.0 > condensed));
        }
        Ok(None)
    }
}
