//! One account in memory: decide, append, answer. It owns memory and no rule.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use quorate_domain::account::{AccountState, Decision, Directory, Record};
use quorate_domain::id::{AccountId, Seq};
use quorate_domain::standing::{Notice, Standing};
use quorate_domain::time::Timestamp;
use quorate_store::{Append, AppendRefusal, Appended, CommitMark, Snapshot};

use crate::commit::CommitError;
use crate::index::{Judged, Row};
use crate::shard::Shared;
use crate::stored::{NoticeV1, StandingV1, SummaryV1, pack};
use crate::view::{LiveChange, LiveEvent};

mod execute;
mod later;
mod load;
mod passivate;
mod read;
mod refold;
mod wake;

pub(crate) use execute::{Begun, Done, Execute, Known};
pub(crate) use load::{LoadFailure, Loading, load, read_history};
pub(crate) use passivate::Passivate;
pub(crate) use read::{Read, ReadAnswer};
pub(crate) use wake::Wake;

/// How long after an account became MQA it is found out when that ends.
const ENDS_AFTER: Duration = Duration::from_millis(500);
/// How often it is found out again while signals keep coming: it takes a look ahead, and most signals move it little.
const ENDS_AGAIN_AFTER: Duration = Duration::from_secs(20);

/// Why an account could not do what it was asked.
#[derive(Clone, Debug)]
pub(crate) enum Failure {
    /// A rule says no.
    Rejected(quorate_domain::account::Rejection),
    /// The caller expects another version.
    Version { expected: u64, found: u64 },
    /// Somebody else wrote meanwhile: the actor is gone, load it again and ask again.
    Conflict,
    /// The store failed or is gone: the actor is gone, the outcome is unknown.
    Lost(String),
}

/// One account's actor.
pub(crate) struct AccountActor {
    pub(crate) id: AccountId,
    state: AccountState,
    directory: Directory,
    standing: Standing,
    seq: Seq,
    /// When the newest record was made; the next one is not before it, even if the machine's clock was set back.
    last_at: Timestamp,
    /// Records since the last snapshot.
    unsaved: u64,
    refold_scheduled: bool,
    ends_scheduled: bool,
    /// Memory holds what is on its way to the disk, and may never get there.
    committing: bool,
    mqa_ends_at: Option<Timestamp>,
    shared: Rc<Shared>,
}

/// What an append changes besides the journal, done once it is durable.
struct Effects {
    row: Row,
    records: usize,
    notices: Vec<Notice>,
}

impl Actor for AccountActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        if self.standing.is_to_be_told_anew() {
            self.refold_soon(ctx);
        }
    }
}

impl AccountActor {
    pub(crate) fn new(loading: Loading, shared: Rc<Shared>) -> Self {
        let mqa_ends_at = shared
            .index
            .row(&loading.state.id)
            .and_then(|row| row.mqa_ends_at);
        Self {
            id: loading.state.id.clone(),
            state: loading.state,
            directory: loading.directory,
            standing: loading.standing,
            seq: loading.seq,
            last_at: loading.last_at,
            unsaved: loading.unsaved,
            refold_scheduled: false,
            ends_scheduled: false,
            committing: false,
            mqa_ends_at,
            shared,
        }
    }

    /// Returns the instant the next record is made at.
    fn now(&self) -> Timestamp {
        self.shared.clock.now().max(self.last_at)
    }

    /// Returns the account's row of the live index as of `now`.
    ///
    /// - `seq`: the last record of its journal, which may be on its way to the disk.
    fn row(&self, seq: Seq, now: Timestamp) -> Row {
        let judged = Judged {
            state: &self.state,
            standing: &self.standing,
            model: &self.shared.models.current().model,
            mqa_ends_at: self.mqa_ends_at,
            seq,
        };
        judged.row(now)
    }

    /// Takes a decision into memory and returns what makes it durable. Nobody is answered before it is.
    fn take_up(&mut self, decision: Decision, now: Timestamp, ids_known_at: CommitMark) -> (Append, Effects) {
        let model = Arc::clone(&self.shared.models.current().model);
        let expected = self.seq;
        let mut notices = Vec::new();
        let records: Vec<Record> = decision
            .events
            .into_iter()
            .zip(expected.0 + 1..)
            .map(|(event, seq)| Record {
                seq: Seq(seq),
                at: now,
                event,
            })
            .collect();
        for (contact, card) in &decision.cards {
            self.directory.put(*contact, card.clone());
        }
        self.standing
            .absorb_all(&mut self.state, &records, &model, &mut notices);
        if !records.is_empty() {
            self.last_at = now;
        }
        self.seal(expected, records, decision.cards, notices, now, ids_known_at)
    }

    /// Returns the append of these records and notices, with the account's summary as it is now.
    fn seal(
        &mut self,
        expected: Seq,
        records: Vec<Record>,
        cards: Vec<(quorate_domain::id::ContactNo, quorate_domain::contact::Card)>,
        notices: Vec<Notice>,
        now: Timestamp,
        ids_known_at: CommitMark,
    ) -> (Append, Effects) {
        self.committing = true;
        let seq = records.last().map_or(expected, |record| record.seq);
        if !self
            .standing
            .groups
            .iter()
            .any(|group| group.status.since.is_some())
        {
            self.mqa_ends_at = None;
        }
        let row = self.row(seq, now);
        let append = Append {
            account: self.id.clone(),
            owner: self.shared.owner.clone(),
            expected,
            cards,
            notices: notices.iter().map(|notice| pack(&NoticeV1::of(notice))).collect(),
            summary: pack(&SummaryV1::of(&row)),
            ids_known_at,
            records,
        };
        let effects = Effects {
            row,
            records: append.records.len(),
            notices,
        };
        (append, effects)
    }

    /// Does what follows from a durable append; drops this actor when it is not durable.
    fn settle(
        &mut self,
        result: Result<Appended, CommitError>,
        effects: Effects,
        ctx: &mut Context<Self>,
    ) -> Result<Seq, Failure> {
        self.committing = false;
        match result {
            Ok(appended) => {
                self.seq = appended.seq;
                self.unsaved += u64::try_from(effects.records).unwrap_or(u64::MAX);
                let wake_at = effects.row.wake_at;
                self.publish(effects);
                self.schedule(wake_at, ctx);
                Ok(appended.seq)
            }
            Err(error) => {
                // Memory holds what the journal does not: it is dropped, and the journal decides.
                ctx.stop();
                Err(match error {
                    CommitError::Refused(
                        AppendRefusal::SequenceMismatch { .. } | AppendRefusal::DuplicateId { .. },
                    ) => Failure::Conflict,
                    CommitError::Refused(
                        refusal @ (AppendRefusal::StaleOwner { .. } | AppendRefusal::Corrupt { .. }),
                    ) => Failure::Lost(refusal.to_string()),
                    CommitError::Failed(error) => Failure::Lost(error.to_string()),
                    CommitError::Gone => Failure::Lost(CommitError::Gone.to_string()),
                })
            }
        }
    }

    /// Puts the row into the index and tells listeners.
    fn publish(&mut self, effects: Effects) {
        let now = self.shared.clock.now();
        let shown = self
            .shared
            .live
            .is_listened_to()
            .then(|| effects.row.at(now, self.shared.index.scale()));
        self.shared.index.put(effects.row, now);
        for notice in effects.notices {
            metrics::counter!("quorate_notices_total", "change" => crate::view::change_name(&notice.change))
                .increment(1);
            let what = LiveChange::Notice(notice.clone());
            self.shared.live.send(LiveEvent {
                no: 0,
                account: self.id.clone(),
                at: notice.at,
                what,
            });
        }
        if let Some(row) = shown {
            let what = LiveChange::AccountChanged(Box::new(row));
            self.shared.live.send(LiveEvent {
                no: 0,
                account: self.id.clone(),
                at: now,
                what,
            });
        }
    }

    /// Sets the account's timers, and saves a snapshot when it is worth one.
    fn schedule(&mut self, wake_at: Option<Timestamp>, ctx: &mut Context<Self>) {
        let wake_at = wake_at.filter(|_| !self.standing.is_to_be_told_anew());
        self.shared.timers.set(&self.id, wake_at, self.shared.clock.now());
        if self.standing.is_to_be_told_anew() {
            self.refold_soon(ctx);
        }
        let inside = self
            .standing
            .groups
            .iter()
            .any(|group| group.status.since.is_some());
        if inside && !self.ends_scheduled {
            self.ends_scheduled = true;
            let after = if self.mqa_ends_at.is_none() {
                ENDS_AFTER
            } else {
                ENDS_AGAIN_AFTER
            };
            Self::later(ctx, after, |actor, _| actor.tell_end());
        }
        if self.unsaved >= self.shared.config.snapshot_every
            && let Some(snapshot) = self.snapshot()
        {
            let store = Arc::clone(&self.shared.store);
            let id = self.id.clone();
            // Only shortens recovery; what fails here is said and costs nothing.
            actix_rt::task::spawn_blocking(move || save(&*store, &id, &snapshot));
        }
    }

    /// Finds out when MQA ends, off the hot path, and puts it into the index.
    fn tell_end(&mut self) {
        self.ends_scheduled = false;
        if self.standing.stale {
            return;
        }
        let model = Arc::clone(&self.shared.models.current().model);
        let now = self.shared.clock.now();
        let ends = quorate_domain::forecast::mqa_ends_at(&self.standing, &self.state, &model, now);
        if ends != self.mqa_ends_at {
            self.mqa_ends_at = ends;
            let row = self.row(self.seq, now);
            self.publish(Effects {
                row,
                records: 0,
                notices: Vec::new(),
            });
        }
    }

    /// Returns a snapshot of what is durable; `None` when there is nothing new to save.
    fn snapshot(&mut self) -> Option<Snapshot> {
        if self.unsaved == 0 || self.standing.stale {
            return None;
        }
        self.unsaved = 0;
        Some(Snapshot {
            seq: self.seq,
            model: self.standing.model,
            state: self.state.clone(),
            standing: pack(&StandingV1::of(&self.standing)),
        })
    }
}

/// Saves a snapshot; a failure is logged, the journal has everything.
pub(crate) fn save(store: &dyn quorate_store::Store, account: &AccountId, snapshot: &Snapshot) {
    if let Err(error) = store.put_snapshot(account, snapshot) {
        tracing::warn!(account.id = %account, error = %error, "a snapshot could not be saved");
    }
}
