//! What is told when a standing changes.

use std::sync::Arc;

use crate::engagement::Band;
use crate::id::{ContactNo, Solution};
use crate::mqa::{ConditionKind, ConditionState};
use crate::time::Timestamp;

/// Something about a standing changed: told to people and webhooks, never read by the fold.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// When it changed.
    pub at: Timestamp,
    /// Of which buying group.
    pub solution: Option<Solution>,
    /// What changed.
    pub change: Change,
    /// It became known only now that the past had been other than announced.
    pub late: bool,
}

/// What changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// The group became MQA.
    MqaEntered(Box<Moment>),
    /// It left MQA.
    MqaLeft(Box<Moment>),
    /// Announced before, and taken back: a late signal showed that it was not so.
    MqaRevised {
        /// When the account became MQA after all; `None`: it did not.
        since: Option<Timestamp>,
    },
    /// Heat went into another band.
    BandChanged {
        /// From.
        from: Band,
        /// To.
        to: Band,
    },
    /// A contact became engaged.
    Engaged {
        /// Who.
        contact: ContactNo,
    },
    /// A contact stopped being engaged.
    Cooled {
        /// Who.
        contact: ContactNo,
    },
    /// Something is missing that was not.
    GapOpened {
        /// The gap's id.
        gap: Arc<str>,
    },
    /// It is missing no more.
    GapClosed {
        /// The gap's id.
        gap: Arc<str>,
    },
}

/// A buying group at an instant, for the explanation of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    /// `H`.
    pub intent_points: f64,
    /// Heat.
    pub heat: f64,
    /// Who was engaged.
    pub engaged: Vec<ContactNo>,
    /// The conditions, each with what it needs and what there was: of a leaving those to stay, else those to enter.
    pub conditions: Vec<ConditionState>,
    /// Whether an act-now signal qualified it.
    pub act_now: bool,
    /// Of a leaving, the conditions that ended it; none when the model has no rule any more, and of a leaving that was
    /// recorded before this was kept, whose conditions are those to enter again.
    pub ended_by: Vec<ConditionKind>,
}
