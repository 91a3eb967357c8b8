//! The tabs: views somebody asks for every day, as links.

use quorate_engine::Engine;
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
pub(crate) struct Totals([usize; 4]);

/// A tab's conditions: MQA or not, momentum, days within which MQA ends.
type Preset = (&'static str, Option<bool>, Option<Trend>, Option<u32>);

const PRESETS: [Preset; 4] = [
    ("All", None, None, None),
    ("MQA", Some(true), None, None),
    ("Heating up", Some(false), Some(Trend::Surging), None),
    ("Falls out soon", None, None, Some(SOON_DAYS)),
];

fn preset(query: &BoardQuery, (_, mqa, momentum, exits_within_days): Preset) -> BoardQuery {
    BoardQuery {
        mqa,
        momentum: momentum.into_iter().collect::<Vec<_>>().into(),
        exits_within_days,
        ..query.first_page()
    }
}

impl Totals {
    /// Counts. Without filters of its own a view is counted in the overview already; else each tab is one look over
    /// the index.
    pub(crate) fn of(engine: &Engine, query: &BoardQuery, shown: usize, overview: &Overview) -> Self {
        let [all, mqa, heating, leaving] = PRESETS.map(|one| preset(query, one));
        if all.is_everything() {
            return Self([
                overview.accounts,
                overview.mqa,
                overview.heating.total,
                overview.leaving.total,
            ]);
        }
        let here = query.first_page();
        Self([all, mqa, heating, leaving].map(|view| {
            if view == here {
                shown
            } else {
                super::total(engine, &view)
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
