//! Opportunities: what sales opened, as far as qualification asks (docs/semantics.md 3.10): which elements are in scope
//! depends on the largest open amount.

use std::sync::Arc;

use crate::id::{OpportunityId, Solution};
use crate::time::{Day, Timestamp};
use crate::value::Source;

/// How an opportunity ended, if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpportunityState {
    /// Being worked on.
    Open,
    /// They bought.
    Won,
    /// They did not.
    Lost,
}

impl OpportunityState {
    /// All states, in wire order.
    pub const ALL: [Self; 3] = [Self::Open, Self::Won, Self::Lost];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Won => "won",
            Self::Lost => "lost",
        }
    }

    /// Returns the state of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// An opportunity as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Opportunity {
    /// Its id, unique within its account.
    pub id: OpportunityId,
    /// What people call it.
    pub name: Option<Arc<str>>,
    /// For which solution; `None`: for every buying group.
    pub solution: Option<Solution>,
    /// How much it is worth; not negative. `None`: nobody said.
    pub amount: Option<f64>,
    /// In which currency, such as `EUR`; `None`: that of the model.
    pub currency: Option<Arc<str>>,
    /// Whether it is open.
    pub state: OpportunityState,
    /// When it is to close, or closed.
    pub closes_on: Option<Day>,
    /// Who says so.
    pub source: Source,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

impl Opportunity {
    /// Returns whether the buying group of `solution` counts it.
    #[must_use]
    pub fn is_for(&self, solution: Option<&Solution>) -> bool {
        self.solution.is_none() || self.solution.as_ref() == solution
    }

    /// Returns its amount when it is open and in `currency` (any, when the model names none).
    #[must_use]
    pub fn open_amount(&self, currency: Option<&str>) -> Option<f64> {
        let counts = match (currency, self.currency.as_deref()) {
            (Some(wanted), Some(found)) => wanted.eq_ignore_ascii_case(found),
            (None, _) | (_, None) => true,
        };
        self.amount
            .filter(|_| counts && self.state == OpportunityState::Open)
    }
}
