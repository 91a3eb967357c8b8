//! What a list of accounts may be asked for.

use std::sync::Arc;

use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::standing::Stage;
use quorate_domain::time::Timestamp;

/// The most rows a page may have.
pub const LIMIT_MAX: usize = 1_000;

/// What to sort by. Ties go by id, so that pages never repeat or skip a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortKey {
    /// Heat.
    #[default]
    Heat,
    /// Name, without case.
    Name,
    /// Fit; unknown last either way.
    Fit,
    /// Quorum; undefined last either way.
    Quorum,
    /// Momentum; undefined last either way.
    Momentum,
    /// Engaged contacts.
    EngagedContacts,
    /// Newest signal; none last either way.
    LastSignal,
    /// When MQA ends; none last either way.
    MqaEnds,
    /// Since when it is MQA; none last either way.
    MqaSince,
    /// Id.
    Id,
}

impl SortKey {
    /// All keys with their wire names.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Heat, "heat"),
        (Self::Name, "name"),
        (Self::Fit, "fit"),
        (Self::Quorum, "quorum"),
        (Self::Momentum, "momentum"),
        (Self::EngagedContacts, "engaged_contacts"),
        (Self::LastSignal, "last_signal_at"),
        (Self::MqaEnds, "mqa_ends_at"),
        (Self::MqaSince, "mqa_since"),
        (Self::Id, "id"),
    ];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(key, _)| *key == self).map_or("heat", |(_, name)| name)
    }

    /// Returns the key of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, name)| *name == text).map(|(key, _)| key)
    }
}

/// Which accounts a list shows. Within a field any of the values will do, between fields all must hold; empty: no
/// condition.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Text in name, id or domain, without case.
    pub text: Option<Arc<str>>,
    /// Bands.
    pub bands: Vec<Band>,
    /// Fit grades.
    pub grades: Vec<Grade>,
    /// Stages.
    pub stages: Vec<Stage>,
    /// MQA or not.
    pub mqa: Option<bool>,
    /// Owners.
    pub owners: Vec<Arc<str>>,
    /// Tiers.
    pub tiers: Vec<Arc<str>>,
    /// Industries.
    pub industries: Vec<Arc<str>>,
    /// Countries.
    pub countries: Vec<Arc<str>>,
    /// Heat at least.
    pub heat_gte: Option<f64>,
    /// Heat below.
    pub heat_lt: Option<f64>,
    /// Momentum: surging (> 1.5), steady, cooling (< 0.5).
    pub momentum: Vec<Trend>,
    /// Leaves MQA within this many days.
    pub exits_within_days: Option<f64>,
    /// Engaged contacts at least.
    pub engaged_contacts_gte: Option<u32>,
}

/// Momentum in words (docs/semantics.md 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Above 1.5.
    Surging,
    /// Between.
    Steady,
    /// Below 0.5.
    Cooling,
}

impl Trend {
    /// All trends.
    pub const ALL: [Self; 3] = [Self::Surging, Self::Steady, Self::Cooling];

    /// Returns the trend of a momentum.
    #[must_use]
    pub fn of(momentum: f64) -> Self {
        match momentum {
            momentum if momentum > 1.5 => Self::Surging,
            momentum if momentum < 0.5 => Self::Cooling,
            _ => Self::Steady,
        }
    }

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Surging => "surging",
            Self::Steady => "steady",
            Self::Cooling => "cooling",
        }
    }

    /// Returns the trend of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|trend| trend.as_str() == text)
    }
}

/// Where a list goes on: after this row, at the instant of its first page.
#[derive(Clone, Debug, PartialEq)]
pub struct Cursor {
    /// The instant of the list.
    pub as_of: Timestamp,
    /// How many rows went before.
    pub offset: usize,
    /// The id of the last row shown.
    pub after: Arc<str>,
    /// What that row was sorted by: a number's bits or a text.
    pub key: Arc<str>,
}

/// What a list is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListQuery {
    /// Which accounts.
    pub filter: Filter,
    /// Sorted by.
    pub sort: SortKey,
    /// Largest first.
    pub descending: bool,
    /// How many, at most [`LIMIT_MAX`].
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}
