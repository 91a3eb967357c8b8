//! Leaving memory.

use actix::prelude::*;
use quorate_store::Snapshot;

use super::AccountActor;

/// Stops the actor; what it has not saved yet comes back as a snapshot.
#[derive(Message)]
#[rtype(result = "Option<Snapshot>")]
pub(crate) struct Passivate;

impl Handler<Passivate> for AccountActor {
    type Result = MessageResult<Passivate>;

    fn handle(&mut self, _: Passivate, ctx: &mut Context<Self>) -> Self::Result {
        let snapshot = self.snapshot();
        ctx.stop();
        MessageResult(snapshot)
    }
}
