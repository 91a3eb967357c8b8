//! What a demo lets people do from the console. Who runs the demo is not the console's business; it asks through
//! [`Demo`]. Without one there is no line on the board, and its routes do not exist.

use std::borrow::Cow;

use quorate_domain::id::AccountId;
use quorate_engine::IncomingSignal;

/// A demo under way.
pub trait Demo: Send + Sync {
    /// Returns how its clock goes.
    fn clock(&self) -> DemoClock;

    /// Returns how fast its clock goes, in words: `a day passes every 20 seconds`.
    fn pace(&self) -> &'static str;

    /// Returns where somebody who has never seen it should look first.
    fn lead(&self) -> DemoLead;

    /// Returns the signals that are ready to be sent.
    fn offers(&self) -> &[DemoOffer];

    /// Returns the signal of an offer, with an id nobody has sent yet; `None`: there is no such offer.
    fn signal(&self, offer: &str) -> Option<IncomingSignal>;

    /// Stops the clock, and with it what would arrive by itself.
    fn pause(&self);

    /// Lets the clock go on after a pause.
    fn go_on(&self);

    /// Lets the clock go on for a week, if it came to its end.
    fn another_week(&self);
}

/// How a demo's clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoClock {
    /// Time passes.
    Running,
    /// Somebody stopped it.
    Paused,
    /// It came to its end and stands.
    Over,
}

impl DemoClock {
    /// Returns the word for it in pages and cookies.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Over => "over",
        }
    }
}

/// The account to look at first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoLead {
    /// Its id.
    pub account: AccountId,
    /// Its name.
    pub name: Cow<'static, str>,
    /// Why it is worth a look, without a full stop: `hot, but the CFO is cold`; empty: nothing to say now.
    pub why: Cow<'static, str>,
}

/// A signal that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoOffer {
    /// What the form sends.
    pub key: &'static str,
    /// What happens, as a sentence without a full stop: `Owen Castellane reads the pricing page`.
    pub words: &'static str,
    /// What is seen of it: `the buyer's seat fills`.
    pub effect: &'static str,
    /// The account it happens at.
    pub account: AccountId,
    /// The account's name.
    pub name: &'static str,
}
