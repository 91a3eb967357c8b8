//! Committing a group: judge each append, stage what is accepted, write and sync once.

use std::collections::{BTreeMap, HashMap, HashSet};

use fjall::{OwnedWriteBatch, Slice};
use quorate_domain::account::Event;
use quorate_domain::id::{AccountId, Seq, SignalId};

use super::window::{Recent, RecentIds};
use super::{EmbeddedOptions, EmbeddedStore, META_EPOCH, SyncedMark, keys, random};
use crate::port::{Append, AppendRefusal, Appended, CommitMark, Error, NoticeNo, OwnerToken};
use crate::record::{self, Head};

/// What only the one who writes may touch.
pub(super) struct Writer {
    epoch: u64,
    owner: Option<OwnerToken>,
    pub(super) commits: u64,
    pub(super) synced: SyncedMark,
    heads: Recent<AccountId, Place>,
    ids: RecentIds,
}

impl Writer {
    pub(super) fn new(epoch: u64, commits: u64, synced: SyncedMark, options: EmbeddedOptions) -> Self {
        Self {
            epoch,
            owner: None,
            commits,
            synced,
            heads: Recent::new(options.recent_heads_max),
            ids: RecentIds::new(CommitMark(commits), options.recent_ids_max),
        }
    }

    /// Returns who may append.
    pub(super) fn owner(&self) -> Option<&OwnerToken> {
        self.owner.as_ref()
    }
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    seq: Seq,
    notices: NoticeNo,
}

/// What a group has accepted so far; nothing of it is written yet.
#[derive(Default)]
struct Staged<'g> {
    places: HashMap<&'g AccountId, StagedPlace<'g>>,
    ids: HashSet<Slice>,
    journal: Vec<Item>,
    /// The last one of a key wins.
    cards: BTreeMap<Slice, Slice>,
    notices: Vec<Item>,
}

/// Where an account will stand, and what its index line will be.
#[derive(Clone, Copy)]
struct StagedPlace<'g> {
    place: Place,
    summary: &'g [u8],
}

type Item = (Slice, Slice);

impl EmbeddedStore {
    pub(super) fn take_ownership(&self) -> Result<OwnerToken, Error> {
        let nonce = u128::from_be_bytes(random(self.path())?);
        let mut writer = self.writer()?;
        let epoch = writer.epoch + 1;
        let mut batch = self.database.batch();
        batch.insert(&self.spaces.meta, META_EPOCH, epoch.to_be_bytes());
        self.sync(&mut writer, batch)?;
        let token = OwnerToken(format!("{epoch}:{nonce:032x}").into());
        writer.epoch = epoch;
        writer.owner = Some(token.clone());
        Ok(token)
    }

    pub(super) fn commit_group(
        &self,
        group: &[Append],
    ) -> Result<Vec<Result<Appended, AppendRefusal>>, Error> {
        let mut writer = self.writer()?;
        let mut staged = Staged::default();
        let mut answers = Vec::with_capacity(group.len());
        for append in group {
            answers.push(self.stage(&writer, &mut staged, append)?);
        }
        if staged.places.is_empty() {
            return Ok(answers);
        }
        let mut ids: Vec<Item> = staged.ids.drain().map(|key| (key, Slice::default())).collect();
        let mark = self.sync(&mut writer, self.batch(&mut staged, &mut ids))?;
        #[expect(
            clippy::iter_over_hash_type,
            reason = "the order of a cache's entries decides nothing"
        )]
        for (account, StagedPlace { place, .. }) in staged.places {
            writer.heads.put(account.clone(), place);
        }
        writer.ids.add(mark, ids.iter().map(|(key, _)| &**key));
        Ok(answers)
    }

    /// Returns a group's batch: keyspace by keyspace and in key order, so that fjall's memtables are walked once from
    /// end to end instead of at random.
    fn batch(&self, staged: &mut Staged<'_>, ids: &mut Vec<Item>) -> OwnedWriteBatch {
        let mut heads: Vec<Item> = staged
            .places
            .iter()
            .map(
                |(
                    account,
                    StagedPlace {
                        place: Place { seq, notices },
                        summary,
                    },
                )| {
                    let key = keys::of_account(account);
                    let head = record::seal_head(
                        &key,
                        Head {
                            seq: *seq,
                            notices: *notices,
                            summary,
                        },
                    );
                    (key.into(), head.into())
                },
            )
            .collect();
        let mut cards: Vec<Item> = std::mem::take(&mut staged.cards).into_iter().collect();
        let parts = [
            (&self.spaces.journal, &mut staged.journal),
            (&self.spaces.ids, ids),
            (&self.spaces.heads, &mut heads),
            (&self.spaces.cards, &mut cards),
            (&self.spaces.notices, &mut staged.notices),
        ];
        let mut batch = self.database.batch();
        for (space, items) in parts {
            items.sort_unstable();
            for (key, value) in items {
                batch.insert(space, key.clone(), value.clone());
            }
        }
        batch
    }

    /// Judges one append against the store and what the group staged before it; stages it whole or not at all.
    fn stage<'g>(
        &self,
        writer: &Writer,
        staged: &mut Staged<'g>,
        append: &'g Append,
    ) -> Result<Result<Appended, AppendRefusal>, Error> {
        if writer.owner() != Some(&append.owner) {
            return Ok(Err(AppendRefusal::StaleOwner {
                token: append.owner.clone(),
            }));
        }
        let found = match self.place(writer, staged, &append.account)? {
            Ok(place) => place,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let numbered = append
            .records
            .iter()
            .zip(append.expected.0 + 1..)
            .all(|(record, seq)| record.seq.0 == seq);
        if found.seq != append.expected || !numbered {
            return Ok(Err(AppendRefusal::SequenceMismatch {
                account: append.account.clone(),
                expected: append.expected,
                found: found.seq,
            }));
        }
        let ids = match self.fresh_ids(writer, staged, append)? {
            Ok(ids) => ids,
            Err(id) => {
                return Ok(Err(AppendRefusal::DuplicateId {
                    account: append.account.clone(),
                    id,
                }));
            }
        };
        staged.ids.extend(ids);
        Ok(Ok(stage_values(staged, append, found)))
    }

    /// Returns where the account stands once the group's earlier appends are in.
    fn place(
        &self,
        writer: &Writer,
        staged: &Staged<'_>,
        account: &AccountId,
    ) -> Result<Result<Place, AppendRefusal>, Error> {
        let staged = staged.places.get(account).map(|staged| staged.place);
        if let Some(place) = staged.or_else(|| writer.heads.get(account)) {
            return Ok(Ok(place));
        }
        let key = keys::of_account(account);
        let stored = self
            .spaces
            .heads
            .get(&key)
            .map_err(|error| self.read_fault(error))?;
        let Some(stored) = stored else {
            return Ok(Ok(Place {
                seq: Seq(0),
                notices: NoticeNo(0),
            }));
        };
        Ok(match record::open_head(&key, &stored) {
            Ok(head) => Ok(Place {
                seq: head.seq,
                notices: head.notices,
            }),
            Err(damage) => Err(AppendRefusal::Corrupt {
                account: account.clone(),
                reason: damage.to_string(),
            }),
        })
    }

    /// Returns the keys of the append's signal ids, or the first id that is not new.
    fn fresh_ids(
        &self,
        writer: &Writer,
        staged: &Staged<'_>,
        append: &Append,
    ) -> Result<Result<Vec<Slice>, SignalId>, Error> {
        let in_window = writer.ids.covers(append.ids_known_at);
        let mut own: HashSet<Slice> = HashSet::new();
        let mut fresh = Vec::new();
        for record in &append.records {
            let Event::SignalRecorded(signal) = &record.event else {
                continue;
            };
            if signal.id.is_condensed() {
                continue;
            }
            let key = Slice::from(keys::signal_id(self.seed, &append.account, &signal.id));
            // Within the window a miss is certain; a hit may be another id with the same hash.
            let ask_disk = !in_window || writer.ids.may_hold(&key);
            let known = staged.ids.contains(&key)
                || (ask_disk
                    && self
                        .spaces
                        .ids
                        .contains_key(&key)
                        .map_err(|error| self.read_fault(error))?);
            if known || !own.insert(key.clone()) {
                return Ok(Err(signal.id.clone()));
            }
            fresh.push(key);
        }
        Ok(Ok(fresh))
    }
}

/// Stages what an accepted append writes, apart from its ids and its head.
fn stage_values<'g>(staged: &mut Staged<'g>, append: &'g Append, found: Place) -> Appended {
    let account = &append.account;
    let seq = append.records.last().map_or(found.seq, |record| record.seq);
    if !append.records.is_empty() {
        let key = keys::journal(account, seq);
        let sealed = record::seal_journal(&key, &append.records);
        staged.journal.push((key.into(), sealed.into()));
    }
    for (no, card) in &append.cards {
        let key = keys::card(account, *no);
        let sealed = record::seal_card(&key, card);
        staged.cards.insert(key.into(), sealed.into());
    }
    let mut notices = found.notices;
    for notice in &append.notices {
        notices = NoticeNo(notices.0 + 1);
        let key = keys::notice(account, notices);
        let sealed = record::seal_notice(&key, seq, notice);
        staged.notices.push((key.into(), sealed.into()));
    }
    let place = Place { seq, notices };
    staged.places.insert(
        account,
        StagedPlace {
            place,
            summary: &append.summary,
        },
    );
    Appended { seq, notices }
}
