//! Reading: what one function call sees is of one moment; every value checked, every gap an error.

use std::sync::atomic::Ordering;

use quorate_domain::account::Record;
use quorate_domain::contact::Card;
use quorate_domain::id::{AccountId, ContactNo, Seq, SignalId};
use quorate_store::record::{self, Head};
use quorate_store::{CommitMark, Error, KnownIds, Loaded, NoticeNo, Outline, StoredNotice};
use redis::{Cmd, FromRedisValue, RedisError, Value, cmd};

use crate::fault::{corrupt, missing, odd, said, unavailable};
use crate::names::{Partition, seal_key, signal_id};
use crate::snapshot::usable_snapshot;
use crate::store::RedisStore;

/// Journal entries fetched at a time: one call holds the server up for a millisecond or two at most.
const ENTRIES_AT_ONCE: usize = 500;
/// Ids asked for in one command.
const IDS_AT_ONCE: usize = 1_000;

/// An account as one call saw it.
struct Seen {
    head: Vec<u8>,
    snapshot: Option<Vec<u8>>,
    cards: Vec<(Vec<u8>, Vec<u8>)>,
    entries: Vec<Entry>,
    /// The journal's last record; `None`: it has none that is not condensed.
    newest: Option<u64>,
}

impl Seen {
    /// Returns the head, unless the journal goes on after it: the two are written together.
    fn head(&self, account: &AccountId) -> Result<Head<'_>, Error> {
        let head = open_head(account, &self.head)?;
        match self.newest {
            Some(newest) if newest > head.seq.0 => Err(Error::Corrupt {
                account: account.clone(),
                seq: Seq(head.seq.0.saturating_add(1)),
                reason: format!("it is there, and the head says {} records", head.seq.0),
            }),
            Some(_) | None => Ok(head),
        }
    }
}

/// A stream's entry: its number and its value.
struct Entry {
    number: u64,
    value: Vec<u8>,
}

impl RedisStore {
    pub(crate) fn read_account(&self, account: &AccountId) -> Result<Option<Loaded>, Error> {
        let seen = self.see(account, true, ENTRIES_AT_ONCE)?;
        self.loaded(account, seen)
    }

    /// Reads accounts with one round trip a server, and a few more for those whose tail is long.
    pub(crate) fn read_accounts(&self, accounts: &[AccountId]) -> Vec<Result<Option<Loaded>, Error>> {
        let failed = |reason: String| unavailable(&self.shared.place, "read", reason);
        let asked: Vec<(Partition, Cmd)> = accounts
            .iter()
            .map(|account| {
                let look = self.look(account, true, ENTRIES_AT_ONCE);
                (Partition::of(account), look)
            })
            .collect();
        match self.shared.read_many(&asked) {
            Ok(answers) => accounts
                .iter()
                .zip(answers)
                .map(|(account, answer)| {
                    let seen = seen(answer).map_err(|error| failed(said(&error)))?;
                    self.loaded(account, seen)
                })
                .collect(),
            Err(error) => self.all_failed(accounts, &error),
        }
    }

    /// Returns the same failure for each account.
    pub(crate) fn all_failed(
        &self,
        accounts: &[AccountId],
        error: &Error,
    ) -> Vec<Result<Option<Loaded>, Error>> {
        let told;
        let reason = if let Error::Unavailable { reason, .. } = error {
            reason
        } else {
            told = error.to_string();
            &told
        };
        let failed = || Err(unavailable(&self.shared.place, "read", reason.as_str()));
        accounts.iter().map(|_| failed()).collect()
    }

    /// Returns an account as a call saw it, and reads on where that was not all.
    fn loaded(&self, account: &AccountId, seen: Option<Seen>) -> Result<Option<Loaded>, Error> {
        let Some(seen) = seen else {
            return Ok(None);
        };
        let Head { seq, notices, .. } = seen.head(account)?;
        let snapshot = usable_snapshot(account, seen.snapshot.as_deref(), seq);
        // A snapshot that cannot be used was skipped over in vain: the tail is read again from the start.
        let seen = if snapshot.is_none() && seen.snapshot.is_some() {
            self.see(account, false, ENTRIES_AT_ONCE)?
                .ok_or_else(|| missing(account, Seq(1)))?
        } else {
            seen
        };
        let after = snapshot.as_ref().map_or(Seq(0), |snapshot| snapshot.seq);
        let tail = self.records(account, after, usize::MAX, seq, seen.entries)?;
        Ok(Some(Loaded {
            snapshot,
            tail,
            cards: open_cards(account, seq, &seen.cards)?,
            seq,
            notices,
        }))
    }

    pub(crate) fn read_outline(&self, account: &AccountId) -> Result<Option<Outline>, Error> {
        let Some(seen) = self.see(account, true, 1)? else {
            return Ok(None);
        };
        let Head {
            seq,
            notices,
            summary,
        } = seen.head(account)?;
        Ok(Some(Outline {
            seq,
            notices,
            summary: summary.to_vec(),
            cards: open_cards(account, seq, &seen.cards)?,
            snapshot: usable_snapshot(account, seen.snapshot.as_deref(), seq),
        }))
    }

    /// Head, snapshot, cards and the first `entries_max` journal entries after the snapshot, as of one instant.
    fn see(
        &self,
        account: &AccountId,
        use_snapshot: bool,
        entries_max: usize,
    ) -> Result<Option<Seen>, Error> {
        let look = self.look(account, use_snapshot, entries_max);
        self.shared.read_partition(Partition::of(account), |connection| {
            let answer: Value = look.query(connection)?;
            seen(answer)
        })
    }

    /// Returns the call that [`RedisStore::see`] makes.
    fn look(&self, account: &AccountId, use_snapshot: bool, entries_max: usize) -> Cmd {
        let names = &self.shared.names;
        let partition = Partition::of(account);
        let mut command = cmd("FCALL");
        command
            .arg("quorate2_load")
            .arg(5)
            .arg(names.heads(partition))
            .arg(names.snapshots(partition))
            .arg(names.condensed(account))
            .arg(names.journal(account))
            .arg(names.cards(account))
            .arg(account.as_str())
            .arg(if use_snapshot { "1" } else { "0" })
            .arg(entries_max);
        command
    }

    pub(crate) fn head(&self, account: &AccountId) -> Result<Option<Vec<u8>>, Error> {
        let partition = Partition::of(account);
        let heads = self.shared.names.heads(partition);
        self.shared.read_partition(partition, |connection| {
            cmd("HGET").arg(&heads).arg(account.as_str()).query(connection)
        })
    }

    pub(crate) fn read_history(
        &self,
        account: &AccountId,
        after: Seq,
        limit: usize,
    ) -> Result<Vec<Record>, Error> {
        match self.head(account)? {
            Some(head) => {
                let seq = open_head(account, &head)?.seq;
                self.records(account, after, limit, seq, Vec::new())
            }
            None => Ok(Vec::new()),
        }
    }

    /// Returns up to `limit` records after `after`, up to `last`; a hole, or an end before `last`, is damage.
    ///
    /// - `entries`: the first of them, when they were fetched already.
    fn records(
        &self,
        account: &AccountId,
        after: Seq,
        limit: usize,
        last: Seq,
        entries: Vec<Entry>,
    ) -> Result<Vec<Record>, Error> {
        let read = self.records_of_one_server(account, after, limit, last, entries);
        if !matches!(read, Err(Error::Corrupt { .. })) || !self.shared.may_lose() {
            return read;
        }
        // Another server may have taken over between two calls, which has less until it is put back.
        let still_there = self.head(account)?;
        let still_there = still_there.map(|head| open_head(account, &head).map(|head| head.seq));
        if still_there.transpose()?.is_none_or(|seq| seq < last) {
            return Err(unavailable(
                &self.shared.place,
                "read",
                "another server took over while the account was read, and has less of it",
            ));
        }
        read
    }

    fn records_of_one_server(
        &self,
        account: &AccountId,
        after: Seq,
        limit: usize,
        last: Seq,
        mut entries: Vec<Entry>,
    ) -> Result<Vec<Record>, Error> {
        let mut records = Vec::new();
        let mut next = Seq(after.0.saturating_add(1));
        let mut whole_until = Seq(0);
        while next <= last && records.len() < limit {
            if entries.is_empty() {
                entries = self.journal_entries(account, next, ENTRIES_AT_ONCE)?;
            }
            if entries.is_empty() {
                return Err(missing(account, next));
            }
            for entry in entries.drain(..) {
                if next > last || records.len() >= limit {
                    break;
                }
                let key = seal_key(account, &entry.number.to_be_bytes());
                let batch = record::open_journal(&key, &entry.value)
                    .map_err(|damage| corrupt(account, next, "an entry", &damage))?;
                let ends_at = batch.last().map(|record| record.seq.0);
                if batch.first().is_none_or(|first| first.seq > next) || ends_at != Some(entry.number) {
                    return Err(missing(account, next));
                }
                if !record::is_condensed_journal(&entry.value) {
                    // An append begins where the one before ended. What is begun over again was cut off in Redis' file
                    // and never acknowledged; which of the two to believe is for a person to say.
                    if batch.first().is_some_and(|first| first.seq <= whole_until) {
                        return Err(Error::Corrupt {
                            account: account.clone(),
                            seq: next,
                            reason: "two entries of its journal begin at one record".to_owned(),
                        });
                    }
                    whole_until = Seq(entry.number);
                }
                for record in batch {
                    if record.seq == next && next <= last && records.len() < limit {
                        next = Seq(next.0.saturating_add(1));
                        records.push(record);
                    }
                }
            }
        }
        Ok(records)
    }

    /// Returns up to `limit` entries of the journal, the first one that with record `from`.
    fn journal_entries(&self, account: &AccountId, from: Seq, limit: usize) -> Result<Vec<Entry>, Error> {
        let names = &self.shared.names;
        let mut command = cmd("FCALL");
        command
            .arg("quorate2_entries")
            .arg(2)
            .arg(names.condensed(account))
            .arg(names.journal(account))
            .arg(from.0)
            .arg(limit);
        self.shared.read_partition(Partition::of(account), |connection| {
            let answer: Vec<Value> = command.query(connection)?;
            answer.into_iter().map(entry).collect()
        })
    }

    /// Returns the first record that is in no condensed entry.
    pub(crate) fn read_first_whole(&self, account: &AccountId) -> Result<Option<Record>, Error> {
        let names = &self.shared.names;
        let moved = names.condensed(account);
        let newest: Vec<Value> = self.shared.read_partition(Partition::of(account), |connection| {
            cmd("XREVRANGE")
                .arg(&moved)
                .arg("+")
                .arg("-")
                .arg("COUNT")
                .arg(1)
                .query(connection)
        })?;
        let newest = newest.into_iter().next().map(entry).transpose();
        let newest = newest.map_err(|error| unavailable(&self.shared.place, "read", said(&error)))?;
        let mut condensed = newest.map_or(0, |entry| entry.number);
        let journal = names.journal(account);
        let mut at_once = 1;
        loop {
            let entries = self.entries(account, &journal, condensed.saturating_add(1), at_once)?;
            if entries.is_empty() {
                return Ok(None);
            }
            at_once = ENTRIES_AT_ONCE;
            for entry in entries {
                if record::is_condensed_journal(&entry.value) {
                    condensed = entry.number;
                    continue;
                }
                let key = seal_key(account, &entry.number.to_be_bytes());
                let records = record::open_journal(&key, &entry.value)
                    .map_err(|damage| corrupt(account, Seq(entry.number), "an entry", &damage))?;
                return Ok(records.into_iter().find(|record| record.seq.0 > condensed));
            }
        }
    }

    fn entries(
        &self,
        account: &AccountId,
        stream: &str,
        from: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Error> {
        self.shared.read_partition(Partition::of(account), |connection| {
            let answer: Vec<Value> = cmd("XRANGE")
                .arg(stream)
                .arg(format!("{from}-0"))
                .arg("+")
                .arg("COUNT")
                .arg(limit)
                .query(connection)?;
            answer.into_iter().map(entry).collect()
        })
    }

    pub(crate) fn read_notices(
        &self,
        account: &AccountId,
        after: NoticeNo,
        limit: usize,
    ) -> Result<Vec<StoredNotice>, Error> {
        let Some(head) = self.head(account)? else {
            return Ok(Vec::new());
        };
        let Head { seq, notices, .. } = open_head(account, &head)?;
        let stream = self.shared.names.notices(account);
        let mut found: Vec<StoredNotice> = Vec::new();
        let mut next = NoticeNo(after.0.saturating_add(1));
        while next <= notices && found.len() < limit {
            let at_once = (limit - found.len()).min(ENTRIES_AT_ONCE);
            let entries = self.entries(account, &stream, next.0, at_once)?;
            if entries.is_empty() {
                return Err(missing(account, seq));
            }
            for entry in entries {
                if entry.number != next.0 {
                    return Err(missing(account, seq));
                }
                let key = seal_key(account, &entry.number.to_be_bytes());
                let notice = record::open_notice(&key, next, &entry.value)
                    .map_err(|damage| corrupt(account, seq, "a notice", &damage))?;
                found.push(notice);
                next = NoticeNo(next.0.saturating_add(1));
            }
        }
        Ok(found)
    }

    pub(crate) fn look_up_ids(&self, asked: &[(AccountId, Vec<SignalId>)]) -> Result<KnownIds, Error> {
        // The commit looks every id up by itself, so any mark is true.
        let mark = CommitMark(self.marks.load(Ordering::Acquire));
        let commands: Vec<(Partition, Cmd)> = asked
            .iter()
            .flat_map(|(account, ids)| {
                let key = self.shared.names.ids(account);
                ids.chunks(IDS_AT_ONCE).map(move |ids| {
                    let mut command = cmd("SMISMEMBER");
                    command.arg(&key);
                    for id in ids {
                        command.arg(&signal_id(self.seed, account, id)[..]);
                    }
                    (Partition::of(account), command)
                })
            })
            .collect();
        let mut answers = self.shared.read_many(&commands)?.into_iter();
        let mut known = Vec::with_capacity(asked.len());
        for (_, ids) in asked {
            let mut of_account: Vec<bool> = Vec::with_capacity(ids.len());
            for answer in answers.by_ref().take(ids.len().div_ceil(IDS_AT_ONCE)) {
                let part: Vec<bool> =
                    FromRedisValue::from_redis_value(answer).map_err(|error: redis::ParsingError| {
                        unavailable(&self.shared.place, "read", error.to_string())
                    })?;
                of_account.extend(part);
            }
            known.push(of_account);
        }
        Ok(KnownIds { known, mark })
    }
}

pub(crate) fn open_head<'a>(account: &AccountId, bytes: &'a [u8]) -> Result<Head<'a>, Error> {
    record::open_head(&seal_key(account, &[]), bytes)
        .map_err(|damage| corrupt(account, Seq(0), "the account's head", &damage))
}

fn open_cards(
    account: &AccountId,
    seq: Seq,
    stored: &[(Vec<u8>, Vec<u8>)],
) -> Result<Vec<(ContactNo, Card)>, Error> {
    let mut cards = stored
        .iter()
        .map(|(number, value)| open_card(account, seq, number, value))
        .collect::<Result<Vec<_>, _>>()?;
    cards.sort_by_key(|(no, _)| *no);
    Ok(cards)
}

fn open_card(account: &AccountId, seq: Seq, number: &[u8], value: &[u8]) -> Result<(ContactNo, Card), Error> {
    let no = std::str::from_utf8(number)
        .ok()
        .and_then(|number| number.parse().ok())
        .map(ContactNo)
        .ok_or_else(|| missing(account, seq))?;
    let card = record::open_card(&seal_key(account, &no.0.to_be_bytes()), value)
        .map_err(|damage| corrupt(account, seq, "a contact's card", &damage))?;
    Ok((no, card))
}

fn seen(answer: Value) -> Result<Option<Seen>, RedisError> {
    let Some(parts) = Option::<Vec<Value>>::from_redis_value(answer)? else {
        return Ok(None);
    };
    let [head, snapshot, cards, entries, newest]: [Value; 5] = parts
        .try_into()
        .map_err(|parts: Vec<Value>| odd(&Value::Array(parts)))?;
    Ok(Some(Seen {
        head: FromRedisValue::from_redis_value(head)?,
        snapshot: FromRedisValue::from_redis_value(snapshot)?,
        cards: FromRedisValue::from_redis_value(cards)?,
        entries: Vec::<Value>::from_redis_value(entries)?
            .into_iter()
            .map(entry)
            .collect::<Result<_, _>>()?,
        newest: number(&String::from_redis_value(newest)?),
    }))
}

/// An entry's number is the first part of its id.
fn number(id: &str) -> Option<u64> {
    id.split_once('-')?.0.parse().ok()
}

/// An entry is `[number-1, [field, value]]`.
fn entry(value: Value) -> Result<Entry, RedisError> {
    let (id, fields): (String, Vec<Vec<u8>>) = FromRedisValue::from_redis_value(value)?;
    match (number(&id), fields.into_iter().nth(1)) {
        (Some(number), Some(value)) => Ok(Entry { number, value }),
        _ => Err(odd(&Value::SimpleString(id))),
    }
}
