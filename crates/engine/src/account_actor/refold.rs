//! The past told anew, after a late signal or fact: off the hot path, several at once.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use quorate_domain::forecast;
use quorate_domain::standing::{Horizon, Notice, Standing, corrections, refold};
use quorate_domain::time::Timestamp;

use super::{AccountActor, Failure, read_history};
use quorate_store::CommitMark;

/// A past told anew.
struct Told {
    standing: Standing,
    notices: Vec<Notice>,
    mqa_ends_at: Option<Timestamp>,
}

impl AccountActor {
    /// Schedules telling the past anew.
    pub(super) fn refold_soon(&mut self, ctx: &mut Context<Self>) {
        if self.refold_scheduled {
            return;
        }
        self.refold_scheduled = true;
        // A long history costs more to tell: a stream of late signals must not make it the only thing done.
        let records_ms = self.seq.0 / 50;
        let delay = Duration::from_millis((self.shared.config.refold_after_ms + records_ms).min(30_000));
        Self::later(ctx, delay, |actor, ctx| {
            actor.refold_scheduled = false;
            if actor.standing.is_to_be_told_anew() {
                let told = actor.tell_anew();
                // Nobody asks this account anything while its past is being told.
                ctx.wait(told.map(|result, actor, _| {
                    if let Err(failure) = result {
                        tracing::warn!(account.id = %actor.id, ?failure, "the past could not be told anew");
                    }
                }));
            }
        });
    }

    /// Folds the whole journal anew, and makes durable what was announced otherwise.
    pub(super) fn tell_anew(&mut self) -> ResponseActFuture<Self, Result<(), Failure>> {
        let store = Arc::clone(&self.shared.store);
        let models = self.shared.models.clone();
        let id = self.id.clone();
        let now = self.now();
        metrics::counter!("quorate_refolds_total").increment(1);
        let folding = actix_rt::task::spawn_blocking(move || {
            let records =
                read_history(&*store, &id).map_err(|failure| Failure::Lost(format!("{failure:?}")))?;
            let mut notices = Vec::new();
            let horizon = Horizon {
                as_of: now,
                now,
                known_at: None,
            };
            let (state, standing) = refold(&id, &records, models.all(), horizon, &mut notices)
                .ok_or_else(|| Failure::Lost("there is no model".to_owned()))?;
            // Here it is off the arbiter already, and the row that follows has it at once.
            let ends = forecast::mqa_ends_at(&standing, &state, &models.current().model, now);
            Ok::<_, Failure>(Told {
                standing,
                notices,
                mqa_ends_at: ends,
            })
        });
        let told = async move {
            folding
                .await
                .unwrap_or_else(|_| Err(Failure::Lost("folding the journal panicked".to_owned())))
        };
        Box::pin(told.into_actor(self).then(|told, actor, _| actor.announce(told)))
    }

    fn announce(&mut self, told: Result<Told, Failure>) -> ResponseActFuture<Self, Result<(), Failure>> {
        let Told {
            standing,
            notices,
            mqa_ends_at,
        } = match told {
            Ok(told) => told,
            Err(failure) => {
                return Box::pin(std::future::ready(Err(failure)).into_actor(self));
            }
        };
        let corrections = corrections(&self.standing, &standing, &notices);
        self.standing = standing;
        self.mqa_ends_at = mqa_ends_at;
        let now = self.now();
        let (append, effects) = self.seal(
            self.seq,
            Vec::new(),
            Vec::new(),
            corrections,
            now,
            CommitMark::BEGINNING,
        );
        let gatherer = self.shared.gatherer.clone();
        Box::pin(
            async move { gatherer.commit(append).await }
                .into_actor(self)
                .map(move |result, actor, ctx| actor.settle(result, effects, ctx).map(|_| ())),
        )
    }
}
