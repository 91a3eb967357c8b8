//! Gaps (docs/semantics.md 3.11): everything that keeps a buying group's quorum, MQA or completeness from 100 %, most
//! helpful first.
//!
//! A gap's worth is what its own seat or check would add if it were full, and all else as it stands. What people read
//! of it is made in [`crate::words`].

use std::cmp::Ordering;
use std::sync::Arc;

use crate::account::Snooze;
use crate::committee::Quorum;
use crate::committee::access::Path;
use crate::evidence::Level;
use crate::framework::{FrameworkReading, Sight};
use crate::id::{ContactNo, Role};
use crate::model::CheckKind;
use crate::mqa::{ConditionKind, ConditionState};
use crate::time::{Days, Timestamp};

mod catalogue;
mod find;

pub use catalogue::{Catalogue, Mark, Packed, Seen};

use find::Finder;

/// How long before MQA ends that is a gap.
pub const LEAVING_WITHIN: Days = Days(14.0);

/// What is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// Somebody who is against it reaches the buyer.
    Blocker,
    /// Somebody holds the role and is not engaged.
    ColdSeat,
    /// Nobody holds the role.
    EmptySeat,
    /// MQA ends within two weeks.
    LeavingMqa,
    /// An attribute a check asks for is unknown.
    MissingAttribute,
    /// A signal a check asks for did not come lately.
    MissingSignal,
    /// A condition of the MQA rule fails.
    MqaCondition,
    /// No path is there, or none strong enough.
    NoPath,
    /// Only people who are against it hold the role.
    OpposedSeat,
    /// Fewer people hold the role than the seat wants, and all of them are engaged.
    ShortSeat,
    /// All of it hangs on one person.
    SingleThreaded,
    /// The evidence of an element is out of date.
    StaleElement,
    /// An element is not fully proven.
    UnprovenElement,
}

impl GapKind {
    /// All kinds, by wire name.
    pub const ALL: [Self; 13] = [
        Self::Blocker,
        Self::ColdSeat,
        Self::EmptySeat,
        Self::LeavingMqa,
        Self::MissingAttribute,
        Self::MissingSignal,
        Self::MqaCondition,
        Self::NoPath,
        Self::OpposedSeat,
        Self::ShortSeat,
        Self::SingleThreaded,
        Self::StaleElement,
        Self::UnprovenElement,
    ];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::ColdSeat => "cold_seat",
            Self::EmptySeat => "empty_seat",
            Self::LeavingMqa => "leaving_mqa",
            Self::MissingAttribute => "missing_attribute",
            Self::MissingSignal => "missing_signal",
            Self::MqaCondition => "mqa_condition",
            Self::NoPath => "no_path",
            Self::OpposedSeat => "opposed_seat",
            Self::ShortSeat => "short_seat",
            Self::SingleThreaded => "single_threaded",
            Self::StaleElement => "stale_element",
            Self::UnprovenElement => "unproven_element",
        }
    }

    /// Returns the kind of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// Something that is missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// What kind.
    pub kind: GapKind,
    /// Stable while the gap is open: `kind:about`.
    pub id: Arc<str>,
    /// Points of quorum that closing it adds.
    pub quorum: f64,
    /// Points of completeness that closing it adds.
    pub completeness: f64,
    /// Conditions of the MQA rule that fail and that closing it would meet.
    pub closes: Vec<ConditionKind>,
    /// What it is about.
    pub about: About,
    /// Whom it concerns, by number.
    pub contacts: Vec<ContactNo>,
    /// Whom to ask: the engaged person nearest to those it concerns.
    pub ask: Option<ContactNo>,
    /// Since when it has been seen.
    pub since: Since,
    /// Put off, and until when.
    pub snoozed: Option<Snooze>,
}

/// Since when a gap has been seen; `None`: found just now.
///
/// It depends on when somebody looked, so that it is no part of what a gap is: any two are equal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Since(pub Option<Timestamp>);

impl PartialEq for Since {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What a gap is about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A seat, or a role that a check asks for.
    Role {
        /// The role.
        role: Role,
        /// How many people it wants.
        wanted: usize,
        /// How many are engaged.
        engaged: usize,
    },
    /// The evidence of an element.
    Element {
        /// Its key.
        key: Arc<str>,
        /// What people read.
        name: Arc<str>,
        /// The level its best evidence still counts for.
        level: Option<Level>,
        /// When that went stale.
        stale_since: Option<Timestamp>,
        /// Somebody at the account denies it.
        contested: bool,
        /// It is below its gate and holds the verdict.
        holds: bool,
    },
    /// A path between two roles.
    Path {
        /// From a holder of this role.
        from: Role,
        /// To a holder of this one.
        to: Role,
        /// The strength it needs.
        needed: f64,
        /// The best there is.
        found: Option<Path>,
    },
    /// A signal.
    Signal {
        /// The element it proves.
        element: Arc<str>,
        /// A kind, or `prefix.*`.
        pattern: Arc<str>,
        /// How lately.
        within: Days,
        /// The newest.
        last: Option<Timestamp>,
    },
    /// An attribute of the account.
    Attribute {
        /// The element it proves.
        element: Arc<str>,
        /// Its name.
        attribute: Arc<str>,
    },
    /// Somebody against it who reaches the buyer.
    Blocker {
        /// How strong the path to the buyer is.
        strength: f64,
    },
    /// The one person all hangs on.
    Alone,
    /// MQA ends.
    Leaving {
        /// When, if nothing new happens.
        at: Timestamp,
    },
    /// A condition of the MQA rule.
    Condition {
        /// With what it needs and what there is.
        state: ConditionState,
        /// Intent points that are lacking, of the condition on heat.
        lacking: Option<f64>,
    },
}

impl Gap {
    /// Returns the larger of the two percentages.
    #[must_use]
    pub fn worth(&self) -> f64 {
        self.quorum.max(self.completeness)
    }

    /// Returns whether it is put off at `t`.
    #[must_use]
    pub fn is_snoozed(&self, t: Timestamp) -> bool {
        self.snoozed.as_ref().is_some_and(|snooze| snooze.until > t)
    }

    /// The order of a list: what would close an MQA condition first, then the larger worth, then kind and id.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        self.closes
            .is_empty()
            .cmp(&other.closes.is_empty())
            .then_with(|| other.worth().total_cmp(&self.worth()))
            .then_with(|| self.kind.as_str().cmp(other.kind.as_str()))
            .then_with(|| self.id.cmp(&other.id))
    }
}

/// What a group has come to, beside what a [`Sight`] shows.
pub struct Standings<'a> {
    /// Its seats.
    pub quorum: &'a Quorum,
    /// The conditions of the MQA rule.
    pub conditions: &'a [ConditionState],
    /// Its intent points.
    pub intent_points: f64,
    /// The framework that gives the account's completeness.
    pub framework: Option<&'a FrameworkReading>,
    /// When MQA ends if nothing new happens, where that is known.
    pub mqa_ends_at: Option<Timestamp>,
}

/// Returns the gaps of a group, most helpful first. An account that is excluded or disqualified has none: a gap is
/// work, and nobody is to work on it.
#[must_use]
pub fn of(sight: &Sight<'_>, standings: &Standings<'_>) -> Vec<Gap> {
    let blocked = standings.conditions.iter().any(|condition| {
        !condition.met
            && matches!(
                condition.kind,
                ConditionKind::NotExcluded | ConditionKind::NotDisqualified
            )
    });
    if blocked || sight.state.disqualified.is_some() {
        return Vec::new();
    }
    let finder = Finder::new(sight, standings);
    let mut gaps = Vec::new();
    finder.roles(&mut gaps);
    finder.elements(&mut gaps);
    finder.risks(&mut gaps);
    finder.conditions(&mut gaps);
    finder.leaving(&mut gaps);
    for gap in &mut gaps {
        let key = (sight.solution.cloned(), gap.id.clone());
        gap.snoozed = sight
            .state
            .snoozes
            .get(&key)
            .filter(|it| it.until > sight.at)
            .cloned();
    }
    gaps.sort_by(Gap::order);
    gaps
}

/// Returns the kind of the gap that a failing check of an element makes, and what its id names; `None`: it is a seat's
/// or the element's own.
fn of_check(element: &str, check: &CheckKind) -> Option<(GapKind, String)> {
    match check {
        CheckKind::Path { from, to, .. } => Some((GapKind::NoPath, format!("{from}-{to}"))),
        CheckKind::Signal { pattern, .. } => Some((GapKind::MissingSignal, format!("{element}.{pattern}"))),
        CheckKind::Attribute(attribute) => {
            Some((GapKind::MissingAttribute, format!("{element}.{attribute}")))
        }
        CheckKind::Evidence | CheckKind::RoleIdentified(_) | CheckKind::RoleEngaged(_) => None,
    }
}

fn id(kind: GapKind, about: &str) -> Arc<str> {
    Arc::from(format!("{}:{about}", kind.as_str()))
}

#[cfg(test)]
mod tests;
