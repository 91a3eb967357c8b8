//! Condensing: entries at the beginning of an account's journal move into its condensed stream as one.

use quorate_domain::id::Seq;
use quorate_store::{AppendRefusal, Error, Stretch, record};
use redis::cmd;

use crate::fault::unavailable;
use crate::names::{Partition, seal_key, signal_id};
use crate::store::RedisStore;

impl RedisStore {
    /// Not waited for: a replica that takes over without it has the account as it was before, and nothing is lost.
    pub(crate) fn condense_stretch(&self, stretch: &Stretch) -> Result<Result<(), AppendRefusal>, Error> {
        let Stretch {
            account,
            owner,
            records,
            forgotten,
        } = stretch;
        let (Some(first), Some(last)) = (records.first(), records.last()) else {
            return Ok(Ok(()));
        };
        let names = &self.shared.names;
        let partition = Partition::of(account);
        let key = seal_key(account, &last.seq.0.to_be_bytes());
        let mut command = cmd("FCALL");
        command
            .arg("quorate2_condense")
            .arg(4)
            .arg(names.owner(partition))
            .arg(names.journal(account))
            .arg(names.condensed(account))
            .arg(names.ids(account))
            .arg(&*owner.0)
            .arg(first.seq.0)
            .arg(last.seq.0)
            .arg(record::seal_condensed(&key, records));
        for id in forgotten {
            command.arg(&signal_id(self.seed, account, id)[..]);
        }
        let answer: Vec<String> = self
            .shared
            .write_partition("condense", partition, |connection| command.query(connection))?;
        match answer.as_slice() {
            [done] if done == "OK" => Ok(Ok(())),
            [refused] if refused == "OWNER" => Ok(Err(AppendRefusal::StaleOwner { token: owner.clone() })),
            [refused, found] if refused == "SEQ" => Ok(Err(AppendRefusal::SequenceMismatch {
                account: account.clone(),
                expected: first.seq,
                found: Seq(found.parse().unwrap_or(0)),
            })),
            odd => Err(unavailable(
                &self.shared.place,
                "condense",
                format!("it answered {odd:?}"),
            )),
        }
    }
}
