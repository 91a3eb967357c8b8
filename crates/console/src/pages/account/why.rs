//! Where heat comes from: in words, and to the tenth of a point by person and kind.

use std::collections::BTreeMap;

use quorate_domain::explain::{GroupExplanation, KindExplanation, PersonExplanation};
use quorate_domain::id::Kind;
use quorate_domain::time::DAY_MS;
use quorate_engine::view::AccountView;

use super::chart::Sample;
use super::people::{self, RoleMark};
use crate::words;

/// Kinds with a column of their own.
const KINDS: usize = 6;
/// How wide the bar of a person's share is drawn.
const BAR_WIDTH: f64 = 36.0;

/// Why it is hot, or not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Why {
    /// Sentences; every second piece is emphasised.
    pub(crate) text: Vec<Piece>,
    pub(crate) kinds: Vec<String>,
    pub(crate) people: Vec<PersonRow>,
    /// The last row: sums by kind.
    pub(crate) sums: Vec<String>,
    pub(crate) total: String,
    pub(crate) heat: String,
}

/// A piece of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) strong: bool,
}

/// What a person brings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PersonRow {
    pub(crate) mark: RoleMark,
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) cells: Vec<PointCell>,
    pub(crate) points: String,
    pub(crate) share: String,
    pub(crate) bar: String,
}

/// Points of one person and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PointCell {
    /// `None`: nothing.
    pub(crate) points: Option<String>,
    pub(crate) negative: bool,
    /// `0..=4`.
    pub(crate) shade: u8,
    pub(crate) title: String,
}

impl Why {
    pub(crate) fn of(view: &AccountView, groups: &[GroupExplanation], samples: &[Sample]) -> Self {
        let heat = view.reading.best().map_or(0.0, |group| group.heat);
        let Some(group) = groups.get(view.reading.best) else {
            return Self::nothing(heat);
        };
        let columns = columns(group);
        let mut people: Vec<&PersonExplanation> = group
            .people
            .iter()
            .filter(|person| person.points.abs() > 0.0)
            .collect();
        // Most points first; of equal points anonymous visits last, then by number.
        people.sort_by(|a, b| {
            b.points
                .total_cmp(&a.points)
                .then(a.contact.is_none().cmp(&b.contact.is_none()))
        });
        let largest = people
            .iter()
            .flat_map(|person| columns.iter().map(|column| column.points(person).abs()))
            .fold(0.0, f64::max);
        let gross: f64 = people.iter().map(|person| person.points.max(0.0)).sum();
        let rows = people
            .iter()
            .map(|person| PersonRow::of(view, person, &columns, largest, gross))
            .collect();
        let sum = |column: &Column| people.iter().map(|person| column.points(person)).sum();
        Self {
            text: sentences(view, group, &people, gross, heat, samples),
            kinds: columns.iter().map(|column| column.label.clone()).collect(),
            sums: columns.iter().map(|column| words::points(sum(column))).collect(),
            people: rows,
            total: words::points(group.intent_points),
            heat: words::whole(heat),
        }
    }

    fn nothing(heat: f64) -> Self {
        Self {
            text: Vec::new(),
            kinds: Vec::new(),
            people: Vec::new(),
            sums: Vec::new(),
            total: words::points(0.0),
            heat: words::whole(heat),
        }
    }
}

/// A column: a kind, or all that have none of their own.
struct Column {
    label: String,
    kinds: Vec<Kind>,
}

impl Column {
    fn points(&self, person: &PersonExplanation) -> f64 {
        let of = |kind: &&KindExplanation| self.kinds.contains(&kind.kind);
        person
            .kinds
            .iter()
            .filter(of)
            .map(|kind| person.weight * kind.contribution)
            .sum()
    }
}

fn label(kind: &KindExplanation) -> String {
    kind.label
        .as_deref()
        .map_or_else(|| kind.kind.as_str().to_owned(), str::to_owned)
}

fn columns(group: &GroupExplanation) -> Vec<Column> {
    let mut by_kind: BTreeMap<&Kind, (String, f64)> = BTreeMap::new();
    for person in &group.people {
        for kind in &person.kinds {
            let entry = by_kind.entry(&kind.kind).or_insert_with(|| (label(kind), 0.0));
            entry.1 += (person.weight * kind.contribution).abs();
        }
    }
    let mut kinds: Vec<(&Kind, String, f64)> = by_kind
        .into_iter()
        .filter(|(_, (_, points))| *points > 0.0)
        .map(|(kind, (label, points))| (kind, label, points))
        .collect();
    kinds.sort_by(|a, b| b.2.total_cmp(&a.2).then(a.0.cmp(b.0)));
    // One more than have columns gets a column too: "Other" for a single kind would say less.
    let own = if kinds.len() == KINDS + 1 {
        KINDS + 1
    } else {
        KINDS
    };
    let others: Vec<Kind> = kinds
        .iter()
        .skip(own)
        .map(|(kind, _, _)| (*kind).clone())
        .collect();
    let mut columns: Vec<Column> = kinds
        .into_iter()
        .take(own)
        .map(|(kind, label, _)| Column {
            label,
            kinds: vec![kind.clone()],
        })
        .collect();
    if !others.is_empty() {
        columns.push(Column {
            label: "Other".to_owned(),
            kinds: others,
        });
    }
    columns
}

impl PersonRow {
    fn of(
        view: &AccountView,
        person: &PersonExplanation,
        columns: &[Column],
        largest: f64,
        gross: f64,
    ) -> Self {
        let share = if gross > 0.0 {
            person.points.max(0.0) / gross
        } else {
            0.0
        };
        let cell = |column: &Column| {
            let points = column.points(person);
            PointCell {
                points: (points.abs() > 0.0).then(|| words::points(points)),
                negative: points < 0.0,
                shade: shade(points, largest),
                title: format!("{}: {} points", column.label, words::exact(points)),
            }
        };
        Self {
            mark: people::mark_of(view, person.contact),
            name: people::name(view, person.contact),
            title: people::title(view, person.contact),
            cells: columns.iter().map(cell).collect(),
            points: words::points(person.points),
            share: format!("{}%", words::whole(share * 100.0)),
            bar: format!("{:.1}", BAR_WIDTH * share),
        }
    }
}

fn shade(points: f64, largest: f64) -> u8 {
    let quarters = if largest > 0.0 {
        (4.0 * points / largest).ceil()
    } else {
        0.0
    };
    u8::try_from(words::floored(quarters).clamp(0, 4)).unwrap_or(0)
}

fn sentences(
    view: &AccountView,
    group: &GroupExplanation,
    people: &[&PersonExplanation],
    gross: f64,
    heat: f64,
    samples: &[Sample],
) -> Vec<Piece> {
    let mut text = Sentence(Vec::new());
    if people.is_empty() {
        text.say("No points yet: nothing came in that the model gives points for, or it has faded.");
        return text.0;
    }
    text.say("Heat is ")
        .stress(&words::whole(heat))
        .say(" from ")
        .stress(&words::points(group.intent_points));
    text.say(" points. ");
    if let Some(first) = people.first().filter(|_| gross > 0.0) {
        let share = format!("{}%", words::whole(100.0 * first.points / gross));
        if first.contact.is_none() {
            text.stress(&share).say(" comes from visits nobody is named for");
        } else {
            let mark = people::mark_of(view, first.contact);
            text.stress(&people::name(view, first.contact))
                .say(&format!(" ({}) brings ", mark.title))
                .stress(&share);
        }
        let mut kinds: Vec<&KindExplanation> = first.kinds.iter().collect();
        kinds.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        let most: Vec<String> = kinds
            .iter()
            .take(2)
            .map(|kind| label(kind).to_lowercase())
            .collect();
        text.say(&format!(", mostly {}. ", most.join(" and ")));
    }
    if let Some(before) = week_ago(view, samples) {
        let change = words::floored(heat) - words::floored(before);
        match change {
            0 => text.say("In 7 days it has not moved."),
            change if change > 0 => text
                .say("In 7 days it rose by ")
                .stress(&words::grouped(change))
                .say("."),
            change => text
                .say("In 7 days it fell by ")
                .stress(&words::grouped(-change))
                .say("."),
        };
    }
    text.0
}

/// Returns the heat a week ago.
fn week_ago(view: &AccountView, samples: &[Sample]) -> Option<f64> {
    let then = view.reading.at.plus_millis(-7 * DAY_MS);
    samples
        .iter()
        .find(|sample| sample.at == then)
        .map(|sample| sample.heat)
}

struct Sentence(Vec<Piece>);

impl Sentence {
    fn say(&mut self, text: &str) -> &mut Self {
        self.0.push(Piece {
            text: text.to_owned(),
            strong: false,
        });
        self
    }

    fn stress(&mut self, text: &str) -> &mut Self {
        self.0.push(Piece {
            text: text.to_owned(),
            strong: true,
        });
        self
    }
}
