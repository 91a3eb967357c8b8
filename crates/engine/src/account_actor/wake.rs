//! Time passes: a line is crossed, an act-now ends, a signal falls due.

use actix::prelude::*;
use quorate_store::CommitMark;

use super::{AccountActor, Failure};

/// Lets time pass up to now.
#[derive(Message)]
#[rtype(result = "Result<(), Failure>")]
pub(crate) struct Wake;

impl Handler<Wake> for AccountActor {
    type Result = AtomicResponse<Self, Result<(), Failure>>;

    fn handle(&mut self, _: Wake, ctx: &mut Context<Self>) -> Self::Result {
        if self.standing.is_to_be_told_anew() {
            return AtomicResponse::new(self.tell_anew());
        }
        let model = std::sync::Arc::clone(&self.shared.models.current().model);
        let now = self.shared.clock.now();
        let mut notices = Vec::new();
        let qualified = |standing: &quorate_domain::standing::Standing| -> Vec<_> {
            standing
                .groups
                .iter()
                .map(|group| group.qualified.clone())
                .collect()
        };
        let before = qualified(&self.standing);
        self.standing.advance(&self.state, &model, now, &mut notices);
        let requalified = before != qualified(&self.standing);
        let outdated = self.shared.index.row(&self.id).is_none_or(|row| {
            row.model != self.standing.model || row.tape.is_outdated() || row.gaps.is_none()
        });
        if notices.is_empty() && !outdated && !requalified {
            let wake_at = self.standing.wake_at(&model);
            self.schedule(wake_at, ctx);
            return AtomicResponse::new(Box::pin(std::future::ready(Ok(())).into_actor(self)));
        }
        let (append, effects) = self.seal(
            self.seq,
            Vec::new(),
            Vec::new(),
            notices,
            now,
            CommitMark::BEGINNING,
        );
        let gatherer = self.shared.gatherer.clone();
        AtomicResponse::new(Box::pin(
            async move { gatherer.commit(append).await }
                .into_actor(self)
                .map(move |result, actor, ctx| actor.settle(result, effects, ctx).map(|_| ())),
        ))
    }
}
