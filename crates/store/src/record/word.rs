//! The stored words of closed lists. A domain variant may be renamed; its stored word stays.

use quorate_domain::contact::{Attitude, RelationKind, Seniority};
use quorate_domain::evidence::Level;
use quorate_domain::opportunity::OpportunityState;
use quorate_domain::signal::SignalSource;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $stored:ident, $domain:ident, [$($variant:ident),+]) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(super) enum $stored {
            $($variant),+
        }

        impl From<$domain> for $stored {
            fn from(value: $domain) -> Self {
                match value {
                    $($domain::$variant => Self::$variant),+
                }
            }
        }

        impl From<$stored> for $domain {
            fn from(value: $stored) -> Self {
                match value {
                    $($stored::$variant => Self::$variant),+
                }
            }
        }
    };
}

words! {
    /// How senior a contact is.
    SeniorityV1, Seniority, [CLevel, Vp, Director, Manager, Staff]
}
words! {
    /// How a contact stands to the purchase.
    AttitudeV1, Attitude, [Supporter, Neutral, Detractor, Unknown]
}
words! {
    /// How two contacts are related.
    RelationKindV1, RelationKind, [ReportsTo, Influences, WorksWith, Blocks]
}
words! {
    /// Where a signal was seen.
    SignalSourceV1, SignalSource, [FirstParty, ThirdParty, Product, Sales]
}
words! {
    /// How far evidence is proven.
    LevelV1, Level, [Assumed, Stated, Validated]
}
words! {
    /// How an opportunity ended, if it did.
    OpportunityStateV1, OpportunityState, [Open, Won, Lost]
}

impl SignalSourceV1 {
    /// Returns its number where a word would be too long.
    pub(super) fn number(self) -> u8 {
        match self {
            Self::FirstParty => 0,
            Self::ThirdParty => 1,
            Self::Product => 2,
            Self::Sales => 3,
        }
    }

    /// Returns the source of a number.
    pub(super) fn numbered(number: u8) -> Option<Self> {
        [Self::FirstParty, Self::ThirdParty, Self::Product, Self::Sales]
            .into_iter()
            .find(|source| source.number() == number)
    }
}
