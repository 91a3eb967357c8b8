//! What a shard is asked, and how everybody is answered exactly once.

use std::sync::{Arc, Mutex, PoisonError};

use quorate_domain::account::{Command, NewSignal};
use quorate_domain::id::AccountId;
use tokio::sync::{mpsc, oneshot};

use super::{CommandAnswer, Expected, ReadAnswerSender};
use crate::error::Error;
use crate::view::ItemOutcome;

/// Something asked of one account, or of the shard.
pub(crate) enum Ask {
    /// Record signals of one account.
    Signals(SignalsAsk),
    /// Carry out a command.
    Command {
        account: AccountId,
        command: Box<Command>,
        expected: Expected,
        answer: CommandAnswer,
        tries: u32,
    },
    /// Read it.
    Read {
        account: AccountId,
        forecast: bool,
        answer: ReadAnswerSender,
        tries: u32,
    },
    /// Let time pass for it; `done` is dropped when that is through.
    Wake {
        account: AccountId,
        done: mpsc::UnboundedSender<()>,
    },
    /// Stop the shard.
    Stop(oneshot::Sender<()>),
}

/// Signals of one account, each with the place its outcome goes to. They may come from several batches.
pub(crate) struct SignalsAsk {
    pub(crate) account: AccountId,
    pub(crate) signals: Vec<(Slot, NewSignal)>,
    /// How often it was asked again although it did nothing wrong.
    pub(crate) tries: u32,
    /// How often its account died of it.
    pub(crate) kills: u32,
    /// One of a batch that kept killing its account: it is tried by itself, never with others again.
    pub(crate) alone: bool,
    /// Its place in the turn that takes it.
    pub(crate) no: u64,
}

/// Where a signal's outcome goes: a batch, and a place in it.
#[derive(Clone)]
pub(crate) struct Slot {
    pub(crate) outcomes: Outcomes,
    pub(crate) place: usize,
}

/// The outcomes of one batch, filled in by the accounts it touches; whoever waits is told when the last one is in.
#[derive(Clone)]
pub(crate) struct Outcomes {
    filling: Arc<Mutex<Filling>>,
}

struct Filling {
    outcomes: Vec<Option<ItemOutcome>>,
    missing: usize,
    answer: Option<oneshot::Sender<Vec<ItemOutcome>>>,
}

impl Outcomes {
    /// Returns the outcomes of a batch, with what is known of it already, and what waits for the whole.
    pub(crate) fn new(outcomes: Vec<Option<ItemOutcome>>) -> (Self, oneshot::Receiver<Vec<ItemOutcome>>) {
        let (answer, answered) = oneshot::channel();
        let missing = outcomes.iter().filter(|outcome| outcome.is_none()).count();
        let filling = Filling {
            outcomes,
            missing,
            answer: Some(answer),
        };
        let this = Self {
            filling: Arc::new(Mutex::new(filling)),
        };
        this.put(std::iter::empty());
        (this, answered)
    }

    /// Whether both are of one batch.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.filling, &other.filling)
    }

    /// Fills in outcomes; a place that is filled already stays.
    pub(crate) fn put(&self, outcomes: impl IntoIterator<Item = (usize, ItemOutcome)>) {
        let mut filling = self.filling.lock().unwrap_or_else(PoisonError::into_inner);
        for (place, outcome) in outcomes {
            if let Some(empty) = filling.outcomes.get_mut(place).filter(|known| known.is_none()) {
                *empty = Some(outcome);
                filling.missing -= 1;
            }
        }
        if filling.missing == 0
            && let Some(answer) = filling.answer.take()
        {
            let all = std::mem::take(&mut filling.outcomes)
                .into_iter()
                .flatten()
                .collect();
            // Whoever asked may have gone; what is recorded stays recorded.
            let _ = answer.send(all);
        }
    }
}

impl SignalsAsk {
    /// Returns one ask a signal, each with tries of its own.
    pub(crate) fn split(self) -> impl Iterator<Item = Self> {
        let Self { account, signals, .. } = self;
        signals.into_iter().map(move |signal| Self {
            account: account.clone(),
            signals: vec![signal],
            tries: 0,
            kills: 0,
            alone: true,
            no: 0,
        })
    }

    /// Fills in the outcomes, one a signal in order. Signals of one batch are filled in at once.
    pub(crate) fn put(&self, outcomes: impl IntoIterator<Item = ItemOutcome>) {
        let mut filled = self.signals.iter().map(|(slot, _)| slot).zip(outcomes).peekable();
        while let Some((slot, outcome)) = filled.next() {
            let mut share = vec![(slot.place, outcome)];
            while let Some((next, outcome)) = filled.next_if(|(next, _)| next.outcomes.is(&slot.outcomes)) {
                share.push((next.place, outcome));
            }
            slot.outcomes.put(share);
        }
    }

    fn put_all(&self, outcome: &ItemOutcome) {
        self.put(std::iter::repeat_n(outcome.clone(), self.signals.len()));
    }
}

impl Ask {
    /// Returns the account asked.
    ///
    /// A request to stop is of none, and never gets here.
    pub(crate) fn account(&self) -> &AccountId {
        match self {
            Self::Signals(signals) => &signals.account,
            Self::Command { account, .. } | Self::Read { account, .. } | Self::Wake { account, .. } => {
                account
            }
            Self::Stop(_) => nobody(),
        }
    }

    /// Answers that it was not done and may be asked again.
    pub(crate) fn fail(self, reason: &str) {
        let error = || Error::Unavailable {
            reason: reason.to_owned(),
        };
        match self {
            Self::Signals(signals) => signals.put_all(&ItemOutcome::Unavailable {
                reason: reason.to_owned(),
            }),
            Self::Command { answer, .. } => {
                let _ = answer.send(Err(error()));
            }
            Self::Read { answer, .. } => {
                let _ = answer.send(Err(error()));
            }
            Self::Wake { .. } | Self::Stop(_) => {}
        }
    }

    /// Answers that the account, or this signal of it, is set aside.
    pub(crate) fn refuse(self, reason: &str) {
        let error = |account: AccountId| Error::Quarantined {
            account,
            reason: reason.to_owned(),
        };
        match self {
            Self::Signals(signals) => signals.put_all(&ItemOutcome::Quarantined {
                reason: reason.to_owned(),
            }),
            Self::Command { account, answer, .. } => {
                let _ = answer.send(Err(error(account)));
            }
            Self::Read { account, answer, .. } => {
                let _ = answer.send(Err(error(account)));
            }
            Self::Wake { .. } | Self::Stop(_) => {}
        }
    }
}

fn nobody() -> &'static AccountId {
    static NOBODY: std::sync::OnceLock<AccountId> = std::sync::OnceLock::new();
    NOBODY.get_or_init(|| AccountId::trusted(""))
}
