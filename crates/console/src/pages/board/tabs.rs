//! The tabs: views somebody asks for every day, as links.

use quorate_domain::committee::SeatState;
use quorate_domain::id::Role;
use quorate_engine::Listing;
use quorate_engine::list::Trend;

use super::overview::Overview;
use super::query::{BoardQuery, SOON_DAYS};
use crate::words;

/// A tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tab {
    pub(crate) name: &'static str,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// How many accounts each tab has under the filters that are set, in the tabs' order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals([usize; 5]);

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

impl Totals {
    /// Counts. Without filters of its own a view is counted in the overview of its lists already; else each tab is one
    /// look over the index.
    pub(crate) fn of(listing: &Listing, query: &BoardQuery, shown: usize, overview: &Overview) -> Self {
        let views = PRESETS.map(|one| preset(query, one));
        let [all, ..] = &views;
        if all.filter() == query.scope().filter() {
            return Self([
                overview.accounts,
                overview.mqa,
                overview.heating.total,
                overview.leaving.total,
                overview.no_buyer,
            ]);
        }
        let here = query.first_page();
        Self(views.map(|view| {
            if view == here {
                shown
            } else {
                super::total(listing, &view)
            }
        }))
    }
}

/// Returns the tabs.
pub(crate) fn tabs(query: &BoardQuery, Totals(totals): &Totals) -> Vec<Tab> {
    let here = query.first_page();
    let tab = |(one, total): (Preset, &usize)| {
        let view = preset(query, one);
        Tab {
            name: one.0,
            number: words::count(*total),
            current: view == here,
            href: view.href(),
        }
    };
    PRESETS.into_iter().zip(totals).map(tab).collect()
}
