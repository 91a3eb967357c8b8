//! Signals: something that happened at an account (docs/semantics.md 2 and 3.16).

use std::sync::Arc;

use crate::id::{ContactNo, Kind, SignalId, Solution};
use crate::time::Timestamp;

/// The largest strength that is accepted.
///
/// Decayed sums are exact integers; this bound keeps them from overflowing (see [`crate::decay`]).
pub const STRENGTH_MAX: f64 = 1_000_000.0;

/// Where a signal was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalSource {
    /// Our own site, mails, events.
    #[default]
    FirstParty,
    /// Bought or partnered intent data.
    ThirdParty,
    /// Use of the product.
    Product,
    /// What sales did or heard.
    Sales,
}

impl SignalSource {
    /// All sources, in wire order.
    pub const ALL: [Self; 4] = [Self::FirstParty, Self::ThirdParty, Self::Product, Self::Sales];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstParty => "first_party",
            Self::ThirdParty => "third_party",
            Self::Product => "product",
            Self::Sales => "sales",
        }
    }

    /// Returns the source of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == text)
    }
}

/// A signal as the journal keeps it: checked, under an internal contact number.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Unique within its account.
    pub id: SignalId,
    /// What happened.
    pub kind: Kind,
    /// Who did it; `None` is the account's anonymous visitor.
    pub contact: Option<ContactNo>,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Finite, `0..=`[`STRENGTH_MAX`]; 1 when nobody said.
    pub strength: f64,
    /// Where it was seen.
    pub source: SignalSource,
    /// Which solution it was about; `None`: what the model says of the kind, else all.
    pub solution: Option<Solution>,
    /// What it was about: a page, an asset.
    pub object: Option<Arc<str>>,
    /// Whatever else the sender said, as JSON text. Kept, never read by a rule.
    pub properties: Option<Arc<str>>,
    /// Older than the retention when it was recorded: accepted, counted, worth 0. Decided once.
    pub expired: bool,
}
