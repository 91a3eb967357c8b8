//! A command: decided, made durable, answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix::prelude::*;
use hashbrown::HashSet;
use quorate_domain::account::{Command, Event, IgnoredField, Outcome, decide};
use quorate_domain::id::{EvidenceNo, Seq, SignalId};
use quorate_store::CommitMark;

use super::{AccountActor, Failure};

/// Which of a command's signals are recorded already, and as of when that was true.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    pub(crate) ids: HashSet<SignalId>,
    pub(crate) mark: CommitMark,
}

/// Carries out a command.
#[derive(Message)]
#[rtype(result = "Result<Done, Failure>")]
pub(crate) struct Execute {
    pub(crate) command: Command,
    pub(crate) known: Known,
    /// The version the caller changes; `None`: any.
    pub(crate) expected: Option<Seq>,
    /// Is set once the actor begins with it.
    pub(crate) begun: Begun,
}

/// Whether an actor began with a command: of those that died with it, only these can have killed it. The others waited
/// behind something else, or behind a commit that failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Begun(Arc<AtomicBool>);

impl Begun {
    fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the actor began.
    pub(crate) fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a command did.
#[derive(Clone, Debug)]
pub(crate) struct Done {
    pub(crate) seq: Seq,
    pub(crate) created: bool,
    pub(crate) records: usize,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) ignored: Vec<IgnoredField>,
    pub(crate) evidence: Option<EvidenceNo>,
}

impl Handler<Execute> for AccountActor {
    type Result = AtomicResponse<Self, Result<Done, Failure>>;

    fn handle(&mut self, ask: Execute, _ctx: &mut Context<Self>) -> Self::Result {
        ask.begun.begin();
        let now = self.now();
        if let Some(expected) = ask.expected.filter(|expected| *expected != self.seq) {
            return answer(
                self,
                Err(Failure::Version {
                    expected: expected.0,
                    found: self.seq.0,
                }),
            );
        }
        #[cfg(feature = "test-util")]
        if let Command::RecordSignals(signals) = &ask.command {
            for signal in signals {
                self.shared.config.faults.before_recording(signal.id.as_str());
            }
        }
        let model = std::sync::Arc::clone(&self.shared.models.current().model);
        let policy = &self.shared.config.policy;
        let known = |id: &SignalId| ask.known.ids.contains(id);
        let mut decision = match decide(
            &self.state,
            &self.directory,
            &ask.command,
            &model,
            policy,
            now,
            known,
        ) {
            Ok(decision) => decision,
            Err(rejection) => return answer(self, Err(Failure::Rejected(rejection))),
        };
        self.count_unknown(&ask.command, &decision.outcomes);
        let mut done = Done {
            seq: self.seq,
            created: self.state.created_at.is_none() && !decision.events.is_empty(),
            records: decision.events.len(),
            outcomes: std::mem::take(&mut decision.outcomes),
            ignored: std::mem::take(&mut decision.ignored),
            evidence: stated(&decision.events),
        };
        if decision.events.is_empty() && decision.cards.is_empty() {
            return answer(self, Ok(done));
        }
        let (append, effects) = self.take_up(decision, now, ask.known.mark);
        let gatherer = self.shared.gatherer.clone();
        let committed = async move { gatherer.commit(append).await };
        AtomicResponse::new(Box::pin(committed.into_actor(self).map(
            move |result, actor, ctx| {
                done.seq = actor.settle(result, effects, ctx)?;
                Ok(done)
            },
        )))
    }
}

impl AccountActor {
    fn count_unknown(&self, command: &Command, outcomes: &[Outcome]) {
        if let Command::RecordSignals(signals) = command {
            for (signal, outcome) in signals.iter().zip(outcomes) {
                if *outcome == Outcome::UnknownKind {
                    self.shared.unknown_kinds.count(&signal.kind);
                }
            }
        }
    }
}

/// Returns the number of the evidence that was stated.
fn stated(events: &[Event]) -> Option<EvidenceNo> {
    events.iter().find_map(|event| {
        if let Event::EvidenceStated { evidence, .. } = event {
            Some(*evidence)
        } else {
            None
        }
    })
}

fn answer(
    actor: &AccountActor,
    result: Result<Done, Failure>,
) -> AtomicResponse<AccountActor, Result<Done, Failure>> {
    AtomicResponse::new(Box::pin(
        actix::fut::wrap_future::<_, AccountActor>(std::future::ready(result)).map({
            let _ = actor;
            |result, _, _| result
        }),
    ))
}
