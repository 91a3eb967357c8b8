//! Snapshots: they shorten reading and nothing else, so a damaged one is passed over.

use quorate_domain::id::{AccountId, Seq};
use quorate_store::{Error, Snapshot, record};
use redis::cmd;

use crate::names::{Partition, seal_key};
use crate::store::RedisStore;

impl RedisStore {
    pub(crate) fn save_snapshot(&self, account: &AccountId, snapshot: &Snapshot) -> Result<(), Error> {
        let names = &self.shared.names;
        let partition = Partition::of(account);
        let mut command = cmd("FCALL");
        command
            .arg("quorate2_save")
            .arg(2)
            .arg(names.heads(partition))
            .arg(names.snapshots(partition))
            .arg(account.as_str())
            .arg(snapshot.seq.0)
            .arg(record::seal_snapshot(&seal_key(account, &[]), snapshot));
        let answer: Vec<String> =
            self.shared
                .write_partition("save a snapshot", partition, |connection| {
                    command.query(connection)
                })?;
        match answer.as_slice() {
            [refused, found] if refused == "SEQ" => Err(Error::SequenceMismatch {
                account: account.clone(),
                expected: snapshot.seq,
                found: Seq(found.parse().unwrap_or(0)),
            }),
            _ => Ok(()),
        }
    }

    pub(crate) fn drop_snapshots(&self) -> Result<(), Error> {
        for partition in Partition::all() {
            let key = self.shared.names.snapshots(partition);
            self.shared
                .write_partition("delete snapshots", partition, |connection| {
                    cmd("UNLINK").arg(&key).exec(connection)
                })?;
        }
        Ok(())
    }
}

/// Returns the snapshot unless it is damaged: the journal decides, so a damaged one is only said.
pub(crate) fn usable_snapshot(account: &AccountId, stored: Option<&[u8]>, last: Seq) -> Option<Snapshot> {
    match record::open_snapshot(&seal_key(account, &[]), stored?) {
        Ok(snapshot) if snapshot.seq <= last => Some(snapshot),
        Ok(snapshot) => {
            tracing::warn!(account.id = %account, snapshot = snapshot.seq.0, journal = last.0,
                "a snapshot is ahead of its journal; reading the whole journal instead");
            None
        }
        Err(damage) => {
            tracing::warn!(account.id = %account, reason = %damage,
                "a snapshot is damaged; reading the whole journal instead");
            None
        }
    }
}
