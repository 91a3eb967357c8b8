//! The tiles above the table: what changed, and heat by fit.

use askama::Template;
use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::time::Timestamp;
use quorate_engine::view::AccountRow;

use super::overview::{Overview, Top};
use super::query::{BoardQuery, SOON_DAYS, Sort, escaped};
use crate::partials::{HeatChip, Momentum};
use crate::{instant, words};

/// The summary, rendered apart too: the live stream sends it.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/summary.html")]
pub(crate) struct Summary {
    pub(crate) tiles: Vec<Tile>,
    pub(crate) bands: Vec<&'static str>,
    pub(crate) matrix: Vec<MatrixRow>,
}

/// A count and its first accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tile {
    pub(crate) title: &'static str,
    pub(crate) span: &'static str,
    pub(crate) number: String,
    /// Colour of the number.
    pub(crate) tone: &'static str,
    pub(crate) lines: Vec<TileLine>,
    /// What stands there when there are none.
    pub(crate) none: &'static str,
    pub(crate) all: String,
    pub(crate) href: String,
}

/// An account in a tile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TileLine {
    pub(crate) heat: HeatChip,
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) direction: Option<&'static str>,
    pub(crate) strong: String,
    pub(crate) tone: &'static str,
    pub(crate) detail: String,
}

/// Accounts of one grade by band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MatrixRow {
    pub(crate) grade: &'static str,
    pub(crate) title: &'static str,
    pub(crate) cells: Vec<MatrixCell>,
}

/// Accounts of one grade and band.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MatrixCell {
    pub(crate) number: String,
    /// `0..=4`: how much of the largest cell it is.
    pub(crate) shade: u8,
    pub(crate) label: String,
    /// `None`: there is no such filter.
    pub(crate) href: Option<String>,
}

impl Summary {
    /// - `scope`: the lists it is about.
    pub(crate) fn of(overview: &Overview, scope: &BoardQuery) -> Self {
        let now = overview.at.unwrap_or(Timestamp::MIN);
        Self {
            tiles: vec![
                became(overview, scope, now),
                heating(overview, scope),
                leaving(overview, scope, now),
            ],
            bands: Band::ALL.into_iter().map(Band::as_str).collect(),
            matrix: matrix(overview, scope),
        }
    }
}

fn became(overview: &Overview, scope: &BoardQuery, now: Timestamp) -> Tile {
    let query = BoardQuery {
        mqa: Some(true),
        sort: Some(Sort {
            key: quorate_engine::list::SortKey::MqaSince,
            descending: true,
        }),
        ..scope.clone()
    };
    let line = |row: &AccountRow| {
        let date = row
            .mqa_since
            .map(|since| words::date(since, now))
            .unwrap_or_default();
        let engaged = usize::try_from(row.engaged_contacts).unwrap_or(usize::MAX);
        let people = format!("{} engaged", words::count(engaged));
        TileLine {
            detail: format!("{date}, {people}"),
            ..TileLine::of(row, scope)
        }
    };
    Tile {
        title: "Became MQA",
        span: "last 30 days",
        tone: "",
        lines: lines(&overview.became, line),
        none: "None in 30 days.",
        all: "All MQAs, newest first".to_owned(),
        href: query.href(),
        number: words::count(overview.became.total),
    }
}

fn heating(overview: &Overview, scope: &BoardQuery) -> Tile {
    let query = BoardQuery {
        mqa: Some(false),
        momentum: vec![quorate_engine::list::Trend::Surging].into(),
        ..scope.clone()
    };
    let line = |row: &AccountRow| {
        let momentum = Momentum::of(row.momentum);
        let engaged = usize::try_from(row.engaged_contacts).unwrap_or(usize::MAX);
        TileLine {
            direction: momentum.direction,
            strong: row
                .week_change
                .map_or(momentum.ratio, |change| words::change(i64::from(change))),
            tone: "up",
            detail: format!("{} engaged", words::count(engaged)),
            ..TileLine::of(row, scope)
        }
    };
    Tile {
        title: "Heating up, not yet MQA",
        span: "",
        tone: "",
        lines: lines(&overview.heating, line),
        none: "Nothing surges outside MQA.",
        all: format!("All {}", words::count(overview.heating.total)),
        href: query.href(),
        number: words::count(overview.heating.total),
    }
}

fn leaving(overview: &Overview, scope: &BoardQuery, now: Timestamp) -> Tile {
    let query = BoardQuery {
        exits_within_days: Some(SOON_DAYS),
        sort: Some(Sort {
            key: quorate_engine::list::SortKey::MqaEnds,
            descending: false,
        }),
        ..scope.clone()
    };
    let line = |row: &AccountRow| {
        let left = row
            .mqa_ends_at
            .map(|ends| words::ahead_in_full(ends, now))
            .unwrap_or_default();
        let last = row.last_signal_at.map(|at| words::ago(at, now));
        TileLine {
            strong: format!("in {left}"),
            tone: "warn",
            detail: last.map(|last| format!("last signal {last}")).unwrap_or_default(),
            ..TileLine::of(row, scope)
        }
    };
    Tile {
        title: "Falls out soon",
        span: "next 14 days",
        tone: if overview.leaving.total > 0 { "warn" } else { "" },
        lines: lines(&overview.leaving, line),
        none: "No MQA ends within 14 days.",
        all: format!("All {}", words::count(overview.leaving.total)),
        href: query.href(),
        number: words::count(overview.leaving.total),
    }
}

fn lines<K>(top: &Top<K>, line: impl Fn(&AccountRow) -> TileLine) -> Vec<TileLine> {
    top.first.iter().map(|(_, row)| line(row)).collect()
}

impl TileLine {
    fn of(row: &AccountRow, scope: &BoardQuery) -> Self {
        let as_of = scope.as_of.map(|at| format!("?as_of={}", instant::short(at)));
        Self {
            heat: HeatChip::of(row.heat, row.band).sized("xs"),
            name: row.name.to_string(),
            href: format!(
                "/accounts/{}{}",
                escaped(row.id.as_str()),
                as_of.unwrap_or_default()
            ),
            direction: None,
            strong: String::new(),
            tone: "",
            detail: String::new(),
        }
    }
}

fn matrix(overview: &Overview, scope: &BoardQuery) -> Vec<MatrixRow> {
    let largest = overview.matrix.iter().flatten().copied().max().unwrap_or(0);
    let grades = Grade::ALL.into_iter().map(Some).chain([None]);
    let rows = grades.zip(&overview.matrix).map(|(grade, counts)| {
        let cells = Band::ALL
            .into_iter()
            .zip(counts)
            .map(|(band, count)| cell(scope, grade, band, *count, largest));
        MatrixRow {
            grade: grade.map_or(words::UNKNOWN, Grade::as_str),
            title: if grade.is_some() {
                ""
            } else {
                "Not graded: too few facts known"
            },
            cells: cells.collect(),
        }
    });
    // A row for accounts without a grade only where there are some.
    rows.filter(|row| row.title.is_empty() || row.cells.iter().any(|cell| cell.number != "0"))
        .collect()
}

fn cell(scope: &BoardQuery, grade: Option<Grade>, band: Band, count: usize, largest: usize) -> MatrixCell {
    let fit = grade.map_or_else(
        || "not graded".to_owned(),
        |grade| format!("fit {}", grade.as_str()),
    );
    MatrixCell {
        number: words::count(count),
        shade: shade(count, largest),
        label: format!(
            "{}, {fit}, {}",
            words::counted(count, "account", "accounts"),
            band.as_str()
        ),
        href: grade.map(|grade| {
            let query = BoardQuery {
                bands: vec![band].into(),
                grades: vec![grade].into(),
                ..scope.clone()
            };
            query.href()
        }),
    }
}

/// Returns which quarter of the largest count a count falls into; 0: there is none.
fn shade(count: usize, largest: usize) -> u8 {
    (1..=4_u8)
        .find(|quarter| count * 4 <= largest * usize::from(*quarter))
        .filter(|_| count > 0)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests;
