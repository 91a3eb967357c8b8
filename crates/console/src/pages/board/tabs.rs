//! The tabs: views somebody asks for every day, as links. Some are shipped, the others people saved.

use quorate_domain::committee::SeatState;
use quorate_domain::id::Role;
use quorate_domain::time::Timestamp;
use quorate_engine::Listing;
use quorate_engine::list::Trend;
use quorate_engine::views::SavedView;

use super::overview::Overview;
use super::query::{BoardQuery, SOON_DAYS};
use crate::words;

/// A tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// How many accounts each tab has, in the tabs' order: a shipped one under the filters that are set, a saved one under
/// its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    shipped: [usize; 5],
    saved: Vec<usize>,
}

/// A tab's conditions: MQA or not, momentum, days within which MQA ends, whether nobody is known who could buy.
type Preset = (&'static str, Option<bool>, Option<Trend>, Option<u32>, bool);

const PRESETS: [Preset; 5] = [
    ("All", None, None, None, false),
    ("MQA", Some(true), None, None, false),
    ("Heating up", Some(false), Some(Trend::Surging), None, false),
    ("Falls out soon", None, None, Some(SOON_DAYS), false),
    ("No economic buyer", None, None, None, true),
];

fn preset(query: &BoardQuery, (_, mqa, momentum, exits_within_days, no_buyer): Preset) -> BoardQuery {
    BoardQuery {
        mqa,
        momentum: momentum.into_iter().collect::<Vec<_>>().into(),
        exits_within_days,
        seats: no_buyer
            .then(|| (Role::trusted(Role::ECONOMIC_BUYER), SeatState::Missing))
            .into_iter()
            .collect::<Vec<_>>()
            .into(),
        ..query.first_page()
    }
}

/// Returns what a saved view asks for, as of an instant.
pub(crate) fn saved_query(view: &SavedView, as_of: Option<Timestamp>) -> BoardQuery {
    BoardQuery::parse(&view.shows).0.at_instant(as_of)
}

/// Returns the shipped tab of that name, or that shows just this without further filters.
pub(crate) fn shipped(name: &str, query: &BoardQuery) -> Option<&'static str> {
    let plain = BoardQuery::default();
    let found = PRESETS
        .into_iter()
        .find(|one| one.0.to_lowercase() == name.trim().to_lowercase() || preset(&plain, *one) == *query);
    found.map(|(name, ..)| name)
}

impl Totals {
    /// Counts. Without filters of its own a view is counted in the overview of its lists already; else each tab is one
    /// look over the index.
    pub(crate) fn of(
        listing: &Listing,
        query: &BoardQuery,
        saved: &[SavedView],
        shown: usize,
        overview: &Overview,
    ) -> Self {
        let here = query.first_page();
        let total = |view: &BoardQuery| {
            if *view == here {
                shown
            } else {
                super::total(listing, view)
            }
        };
        let views = PRESETS.map(|one| preset(query, one));
        let [all, ..] = &views;
        let shipped = if all.filter() == query.scope().filter() {
            [
                overview.accounts,
                overview.mqa,
                overview.heating.total,
                overview.leaving.total,
                overview.no_buyer,
            ]
        } else {
            views.map(|view| total(&view))
        };
        let saved = saved.iter().map(|view| total(&saved_query(view, query.as_of)));
        Self {
            shipped,
            saved: saved.collect(),
        }
    }
}

/// Returns the tabs.
pub(crate) fn tabs(query: &BoardQuery, saved: &[SavedView], totals: &Totals) -> Vec<Tab> {
    let here = query.first_page();
    let tab = |name: &str, view: BoardQuery, total: &usize| Tab {
        name: name.to_owned(),
        number: words::count(*total),
        current: view == here,
        href: view.href(),
    };
    let saved = saved.iter().zip(&totals.saved);
    let saved = saved.map(|(view, total)| tab(&view.name, saved_query(view, query.as_of), total));
    let saved: Vec<Tab> = saved.collect();
    // A shipped tab keeps the filters that are set, and may so come to what somebody saved: one of them is current.
    let is_saved = saved.iter().any(|tab| tab.current);
    let shipped = PRESETS.into_iter().zip(&totals.shipped);
    let shipped = shipped.map(|(one, total)| {
        let tab = tab(one.0, preset(query, one), total);
        Tab {
            current: tab.current && !is_saved,
            ..tab
        }
    });
    shipped.chain(saved).collect()
}
