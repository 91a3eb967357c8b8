//! What an account does by itself after a while.
//!
//! actix says that an actor's timers stand still while a handler's `AtomicResponse` waits. They do not quite: those that
//! are due are polled once more in the turn in which the wait began, since its context merges the wait only afterwards.
//! A timer that acts then sees, replaces or saves memory that holds what is on its way to the disk and might never get
//! there. So every timer of an account is set here, and one that comes in such a moment comes again.

use std::time::Duration;

use actix::prelude::*;

use super::AccountActor;

/// When a timer that came while memory was ahead of the journal comes again.
const AGAIN_AFTER: Duration = Duration::from_millis(5);

impl AccountActor {
    /// Does something after a while, when memory holds nothing but what the journal has.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that looks before it acts"
    )]
    pub(super) fn later(ctx: &mut Context<Self>, delay: Duration, act: fn(&mut Self, &mut Context<Self>)) {
        ctx.run_later(delay, move |actor, ctx| {
            if actor.committing {
                Self::later(ctx, AGAIN_AFTER, act);
            } else {
                act(actor, ctx);
            }
        });
    }
}
