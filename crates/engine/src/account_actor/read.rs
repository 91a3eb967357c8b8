//! The account as it is now.

use actix::prelude::*;
use quorate_domain::forecast;
use quorate_domain::standing::Notice;

use super::{AccountActor, Failure};
use crate::view::AccountView;

/// Reads the account now.
#[derive(Message)]
#[rtype(result = "Result<Option<ReadAnswer>, Failure>")]
pub(crate) struct Read {
    /// Whether every coming change is asked for too.
    pub(crate) forecast: bool,
}

/// The account now.
pub(crate) struct ReadAnswer {
    pub(crate) view: AccountView,
    /// Coming changes; empty when not asked for.
    pub(crate) forecast: Vec<Notice>,
}

impl Handler<Read> for AccountActor {
    type Result = AtomicResponse<Self, Result<Option<ReadAnswer>, Failure>>;

    fn handle(&mut self, ask: Read, _ctx: &mut Context<Self>) -> Self::Result {
        if self.state.created_at.is_none() {
            return AtomicResponse::new(Box::pin(std::future::ready(Ok(None)).into_actor(self)));
        }
        if self.standing.stale {
            // Whoever asks is told what is true: the past is told anew first.
            let told = self.tell_anew();
            return AtomicResponse::new(Box::pin(
                told.map(move |result, actor, _| result.map(|()| Some(actor.answer(ask.forecast)))),
            ));
        }
        let answer = self.answer(ask.forecast);
        AtomicResponse::new(Box::pin(std::future::ready(Ok(Some(answer))).into_actor(self)))
    }
}

impl AccountActor {
    fn answer(&self, with_forecast: bool) -> ReadAnswer {
        let current = self.shared.models.current();
        let now = self.now();
        let mqa_ends_at = forecast::mqa_ends_at(&self.standing, &self.state, &current.model, now);
        let mut reading = self.standing.read(&self.state, &current.model, now);
        self.standing
            .foresee(&mut reading, &self.state, &current.model, mqa_ends_at);
        let view = AccountView {
            state: self.state.clone(),
            directory: self.directory.clone(),
            reading,
            mqa_ends_at,
            counted: self.standing.counted,
            unknown: self.standing.unknown,
            seq: self.seq,
            model: std::sync::Arc::clone(&current.model),
            model_version: current.version,
        };
        let forecast = if with_forecast {
            forecast::forecast(&self.standing, &self.state, &current.model, now)
        } else {
            Vec::new()
        };
        ReadAnswer { view, forecast }
    }
}
