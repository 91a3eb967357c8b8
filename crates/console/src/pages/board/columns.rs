//! The columns of the board: which there are, which a view shows, and what a click on one sorts by.

use quorate_engine::list::SortKey;

use super::query::{BoardQuery, Sort};

/// A column that can be shown or not. The account and its heat always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Col {
    Tape,
    Momentum,
    Fit,
    Quorum,
    Status,
    Why,
    Points,
    Engaged,
    Roles,
    Stage,
    Signal,
    Tier,
    Industry,
    Country,
    Lists,
    Owner,
}

impl Col {
    /// All, in the table's order: its word in an address, its head, the class of its cells, and whether it is usual.
    pub(crate) const ALL: [(Self, &'static str, &'static str, &'static str, bool); 16] = [
        (Self::Tape, "tape", "Last 26 weeks", "tape", true),
        (Self::Momentum, "momentum", "Momentum", "mom", true),
        (Self::Fit, "fit", "Fit", "fit", true),
        (Self::Quorum, "quorum", "Quorum", "q", true),
        (Self::Status, "status", "Status", "mqa", true),
        (Self::Why, "why", "Why, and the gap", "why", true),
        (Self::Points, "points", "Points", "pts", false),
        (Self::Engaged, "engaged", "Engaged", "eng", false),
        (Self::Roles, "roles", "Engaged roles", "roles", false),
        (Self::Stage, "stage", "Stage", "stage", false),
        (Self::Signal, "signal", "Last signal", "sig", false),
        (Self::Tier, "tier", "Tier", "tier", false),
        (Self::Industry, "industry", "Industry", "ind", false),
        (Self::Country, "country", "Country", "ctry", false),
        (Self::Lists, "lists", "Lists", "lists", false),
        (Self::Owner, "owner", "Owner", "own", true),
    ];

    fn row(self) -> (Self, &'static str, &'static str, &'static str, bool) {
        Self::ALL
            .into_iter()
            .find(|(col, ..)| *col == self)
            .unwrap_or((self, "", "", "", false))
    }

    /// Returns its word in an address.
    pub(crate) fn as_str(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn name(self) -> &'static str {
        self.row().2
    }

    /// Returns the name of its cells.
    pub(crate) fn cell(self) -> &'static str {
        self.row().3
    }

    /// Returns the columns of a view that asks for none.
    pub(crate) fn usual() -> Vec<Self> {
        let usual = |(col, .., usual): &(Self, _, _, _, bool)| usual.then_some(*col);
        Self::ALL.iter().filter_map(usual).collect()
    }

    /// Returns what a first click on its head sorts by, the most interesting end first.
    fn sort(self) -> Option<Sort> {
        let (key, descending) = match self {
            Self::Momentum => (SortKey::Momentum, true),
            Self::Fit => (SortKey::Fit, true),
            Self::Quorum => (SortKey::Quorum, true),
            Self::Status => (SortKey::MqaEnds, false),
            Self::Points => (SortKey::Heat, true),
            Self::Engaged => (SortKey::EngagedContacts, true),
            Self::Signal => (SortKey::LastSignal, true),
            Self::Tape
            | Self::Why
            | Self::Lists
            | Self::Roles
            | Self::Stage
            | Self::Tier
            | Self::Industry
            | Self::Country
            | Self::Owner => {
                return None;
            }
        };
        Some(Sort { key, descending })
    }
}

/// A column's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) name: &'static str,
    pub(crate) cell: &'static str,
    /// Only for those who cannot see the column.
    pub(crate) hidden: bool,
    /// The view sorted by it; `None`: one cannot sort by it.
    pub(crate) href: Option<String>,
    /// `ascending` or `descending` when the table is sorted by it.
    pub(crate) sorted: Option<&'static str>,
}

/// Returns the heads of a view's columns.
pub(crate) fn heads(query: &BoardQuery) -> Vec<Head> {
    let order = query.order();
    let head = |name, cell, sort: Option<Sort>| {
        let sorted = sort.filter(|sort| sort.key == order.key).map(|_| {
            if order.descending {
                "descending"
            } else {
                "ascending"
            }
        });
        // A click on the column the table is sorted by turns it round.
        let href = sort.map(|sort| {
            let turned = Sort {
                key: order.key,
                descending: !order.descending,
            };
            query.sorted(if sorted.is_some() { turned } else { sort }).href()
        });
        Head {
            name,
            cell,
            hidden: cell == "own",
            href,
            sorted,
        }
    };
    let name = Sort {
        key: SortKey::Name,
        descending: false,
    };
    let mut heads = vec![
        head("Account", "acct", Some(name)),
        head("Heat", "heat", Some(Sort::HOTTEST)),
    ];
    heads.extend(query.shown_cols().into_iter().map(|col| {
        // Points sort as heat does: the arrow stands at one of them.
        let sort = col.sort().filter(|sort| sort.key != SortKey::Heat);
        head(col.name(), col.cell(), sort)
    }));
    heads
}

/// An order to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) name: &'static str,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// Orders a person may ask for, in words.
const ORDERS: [(&str, SortKey, bool); 9] = [
    ("Hottest", SortKey::Heat, true),
    ("Momentum", SortKey::Momentum, true),
    ("Best fit", SortKey::Fit, true),
    ("Quorum", SortKey::Quorum, true),
    ("Most people engaged", SortKey::EngagedContacts, true),
    ("Falls out first", SortKey::MqaEnds, false),
    ("Newest MQA", SortKey::MqaSince, true),
    ("Newest signal", SortKey::LastSignal, true),
    ("Name", SortKey::Name, false),
];

/// Returns the orders of a view.
pub(crate) fn orders(query: &BoardQuery) -> Vec<Order> {
    ORDERS
        .into_iter()
        .map(|(name, key, descending)| {
            let sort = Sort { key, descending };
            Order {
                name,
                href: query.sorted(sort).href(),
                current: query.order() == sort,
            }
        })
        .collect()
}
