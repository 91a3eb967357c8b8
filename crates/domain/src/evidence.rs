//! Evidence (docs/semantics.md 3.10): dated statements for the elements of a framework, who made them, and how much
//! they are worth at an instant.

use std::sync::Arc;

use crate::id::{ContactNo, EvidenceNo, Solution};
use crate::time::{Days, Timestamp};
use crate::value::Source;

/// The longest note or artefact that is accepted, in bytes.
pub const TEXT_MAX: usize = 4_000;

/// How far a statement is proven. A higher level is worth more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The seller believes it.
    Assumed,
    /// The buyer said it.
    Stated,
    /// The buyer did it, and something shows that.
    Validated,
}

impl Level {
    /// All levels, weakest first.
    pub const ALL: [Self; 3] = [Self::Assumed, Self::Stated, Self::Validated];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Assumed => "assumed",
            Self::Stated => "stated",
            Self::Validated => "validated",
        }
    }

    /// Returns the level of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == text)
    }

    /// Returns how much of an evidence check it passes: 1/3, 2/3 or 1.
    #[must_use]
    pub fn share(self) -> f64 {
        match self {
            Self::Assumed => 1.0 / 3.0,
            Self::Stated => 2.0 / 3.0,
            Self::Validated => 1.0,
        }
    }

    /// Returns the level one step down; `None`: nothing is left of an assumption.
    #[must_use]
    pub fn step_down(self) -> Option<Self> {
        match self {
            Self::Assumed => None,
            Self::Stated => Some(Self::Assumed),
            Self::Validated => Some(Self::Stated),
        }
    }
}

/// What a piece of evidence says, and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// For which solution; `None`: for every buying group.
    pub solution: Option<Solution>,
    /// The framework, such as `meddpicc`.
    pub framework: Arc<str>,
    /// Its element, such as `decision_process`.
    pub element: Arc<str>,
    /// How far it is proven.
    pub level: Level,
    /// What shows it: a document, a mail, a meeting. Never absent from a validated statement.
    pub artefact: Option<Arc<str>>,
    /// Who recorded it.
    pub source: Source,
    /// Who at the account said or did it; `None`: nobody is named.
    pub said_by: Option<ContactNo>,
    /// What was said.
    pub note: Option<Arc<str>>,
    /// When it was said or done; it counts from then on.
    pub said_at: Timestamp,
}

/// A piece of evidence, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// Its number within the account; never given twice.
    pub no: EvidenceNo,
    /// What it says.
    pub statement: Statement,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who at the account denies it.
    pub contested: Option<Contest>,
}

/// Somebody at the account says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Contest {
    /// Who.
    pub by: ContactNo,
    /// What they say.
    pub note: Option<Arc<str>>,
    /// Who recorded it.
    pub source: Source,
    /// When it was recorded.
    pub at: Timestamp,
}

/// What a piece of evidence is worth at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Worth {
    /// The level it still counts for; `None`: nothing is left.
    pub level: Option<Level>,
    /// It is older than its element allows, and lost a step.
    pub stale: bool,
    /// Somebody at the account denies it, and it lost a step.
    pub contested: bool,
    /// When it went stale or will.
    pub stale_at: Timestamp,
}

impl Evidence {
    /// Returns whether the buying group of `solution` counts it.
    #[must_use]
    pub fn is_for(&self, solution: Option<&Solution>) -> bool {
        self.statement.solution.is_none() || self.statement.solution.as_ref() == solution
    }

    /// Returns what it is worth at `t`, for an element that lets evidence go stale after `stale_after`; `None`: it
    /// was not said yet.
    ///
    /// It is stale from the instant `said_at + stale_after` on.
    #[must_use]
    pub fn worth(&self, stale_after: Days, t: Timestamp) -> Option<Worth> {
        if self.statement.said_at > t {
            return None;
        }
        let stale_at = self.statement.said_at.plus_days(stale_after);
        let stale = stale_at <= t;
        let contested = self.contested.is_some();
        let mut level = Some(self.statement.level);
        for lost in [stale, contested] {
            if lost {
                level = level.and_then(Level::step_down);
            }
        }
        Some(Worth {
            level,
            stale,
            contested,
            stale_at,
        })
    }
}

#[cfg(test)]
mod tests;
