//! Where heat comes from: in words, and to the tenth of a point by person and kind.

use std::collections::BTreeMap;

use quorate_domain::explain::{Cause, GroupExplanation, KindExplanation, PersonExplanation};
use quorate_domain::id::Kind;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::AccountView;

use super::asked::Links;
use super::deeds;
use super::people::{self, RoleMark};
use super::sentence::{Sentence, listed};
use crate::words;

/// Kinds with a column of their own.
const KINDS: usize = 6;
/// Kinds of a person named on a narrow screen, and in the sentence.
const TOP_KINDS: usize = 3;
/// How wide the bar of a person's share is drawn.
const BAR_WIDTH: f64 = 36.0;
/// The share in percent from which visits nobody is named for are worth a sentence.
const ANONYMOUS_SHARE: f64 = 15.0;

/// Why it is hot, or not.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Why {
    pub(crate) title: &'static str,
    pub(crate) text: Sentence,
    pub(crate) kinds: Vec<String>,
    pub(crate) people: Vec<PersonRow>,
    /// The last row: sums by kind.
    pub(crate) sums: Vec<String>,
    pub(crate) total: String,
    pub(crate) total_exact: String,
    pub(crate) heat: String,
}

/// What a person brings.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PersonRow {
    pub(crate) mark: RoleMark,
    pub(crate) name: String,
    /// `None`: the anonymous visitor, who has no page.
    pub(crate) href: Option<String>,
    pub(crate) title: String,
    /// The largest kinds, for a narrow screen.
    pub(crate) top: String,
    pub(crate) cells: Vec<PointCell>,
    pub(crate) points: String,
    pub(crate) exact: String,
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
    /// The signals behind it.
    pub(crate) href: String,
}

impl Why {
    /// - `week_ago`: heat seven days before; `None`: it was not known.
    pub(crate) fn of(
        view: &AccountView,
        groups: &[GroupExplanation],
        week_ago: Option<f64>,
        links: &Links,
    ) -> Self {
        let heat = view.reading.best().map_or(0.0, |group| group.heat);
        let title = if heat >= 50.0 {
            "Why is it hot?"
        } else {
            "Why this heat?"
        };
        let Some(group) = groups.get(view.reading.best) else {
            return Self::nothing(title, heat);
        };
        let columns = columns(group);
        let people = by_points(group);
        let largest = people
            .iter()
            .flat_map(|person| columns.iter().map(|column| column.points(person).abs()))
            .fold(0.0, f64::max);
        let gross = gross(&people);
        let rows = people
            .iter()
            .map(|person| PersonRow::of(view, person, &columns, largest, gross, links))
            .collect();
        let sum = |column: &Column| people.iter().map(|person| column.points(person)).sum();
        Self {
            title,
            text: sentences(view, group, &people, heat, week_ago, links),
            kinds: columns.iter().map(|column| column.label.clone()).collect(),
            sums: columns.iter().map(|column| words::points(sum(column))).collect(),
            people: rows,
            total: words::points(group.intent_points),
            total_exact: words::exact(group.intent_points),
            heat: words::whole(heat),
        }
    }

    fn nothing(title: &'static str, heat: f64) -> Self {
        Self {
            title,
            text: Sentence::default(),
            kinds: Vec::new(),
            people: Vec::new(),
            sums: Vec::new(),
            total: words::points(0.0),
            total_exact: words::exact(0.0),
            heat: words::whole(heat),
        }
    }
}

/// Returns who brings or takes points: most first; of equal points anonymous visits last, then by number.
fn by_points(group: &GroupExplanation) -> Vec<&PersonExplanation> {
    let mut people: Vec<&PersonExplanation> = group
        .people
        .iter()
        .filter(|person| person.points.abs() > 0.0)
        .collect();
    people.sort_by(|a, b| {
        b.points
            .total_cmp(&a.points)
            .then(a.contact.is_none().cmp(&b.contact.is_none()))
    });
    people
}

/// Returns all points that people bring; what shares are shares of.
fn gross(people: &[&PersonExplanation]) -> f64 {
    people.iter().map(|person| person.points.max(0.0)).sum()
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
        links: &Links,
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
                href: links.signals(person.contact, &column.kinds),
            }
        };
        let engaged = view
            .reading
            .best()
            .and_then(|group| group.people.iter().find(|other| other.contact == person.contact))
            .is_none_or(|reading| reading.engaged || reading.contact.is_none());
        let title = people::title(view, person.contact);
        Self {
            mark: people::mark_of(view, person.contact),
            name: people::name(view, person.contact),
            href: person.contact.map(|no| links.person(no)),
            title: match (engaged, title.is_empty()) {
                (true, _) => title,
                (false, true) => "not engaged yet".to_owned(),
                (false, false) => format!("{title}, not engaged yet"),
            },
            top: top_kinds(person)
                .into_iter()
                .take(TOP_KINDS)
                .map(|kind| {
                    let points = words::points(person.weight * kind.contribution);
                    format!("{} {points}", label(kind))
                })
                .collect::<Vec<_>>()
                .join(" · "),
            cells: columns.iter().map(cell).collect(),
            points: words::points(person.points),
            exact: words::exact(person.points),
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

/// Returns the kinds by which a person brings points, most first.
fn top_kinds(person: &PersonExplanation) -> Vec<&KindExplanation> {
    let mut kinds: Vec<&KindExplanation> = person
        .kinds
        .iter()
        .filter(|kind| kind.contribution > 0.0)
        .collect();
    kinds.sort_by(|a, b| {
        b.contribution
            .total_cmp(&a.contribution)
            .then(a.kind.cmp(&b.kind))
    });
    kinds
}

fn sentences(
    view: &AccountView,
    group: &GroupExplanation,
    people: &[&PersonExplanation],
    heat: f64,
    week_ago: Option<f64>,
    links: &Links,
) -> Sentence {
    let mut text = Sentence::default();
    if people.is_empty() {
        text.say("No points yet: nothing came in that the model gives points for, or it has faded.");
        return text;
    }
    text.say("Heat is ")
        .stress(&words::whole(heat))
        .say(" from ")
        .stress(&words::points(group.intent_points))
        .say(" points.");
    let gross = gross(people);
    let share = |person: &PersonExplanation| 100.0 * person.points / gross;
    let known = people
        .iter()
        .find(|person| person.contact.is_some() && person.points > 0.0);
    if let Some(first) = known {
        text.append(brings(view, first, share(first), links));
    }
    let anonymous = people.iter().find(|person| person.contact.is_none());
    if let Some(anonymous) = anonymous.filter(|person| share(person) >= ANONYMOUS_SHARE) {
        text.say(" ")
            .link(
                &format!("{}%", words::whole(share(anonymous))),
                Some(links.signals(None, &[])),
            )
            .say(" comes from visits nobody is named for.");
    }
    if let Some(before) = week_ago {
        text.append(moved(view, group, heat, before, links));
    }
    text
}

/// `Priya Lindqvist (champion) brings 56%, mostly two meetings and a demo request.`
fn brings(view: &AccountView, person: &PersonExplanation, share: f64, links: &Links) -> Sentence {
    let mark = people::mark_of(view, person.contact);
    let role = if mark.code == "?" {
        String::new()
    } else {
        format!(" ({})", mark.title)
    };
    let mut text = Sentence::default();
    text.link(
        &people::name(view, person.contact),
        person.contact.map(|no| links.person(no)),
    )
    .say(&format!("{role} brings "))
    .stress(&format!("{}%", words::whole(share)));
    let kinds = top_kinds(person);
    let most: Vec<String> = kinds
        .iter()
        .take(2)
        .map(|kind| deeds::counted(&view.model, &kind.kind, signals(kind)))
        .collect();
    text.say(if kinds.len() > 2 { ", mostly " } else { " by " })
        .say(&listed(&most))
        .say(".");
    text
}

/// Returns how many signals are behind a kind's points.
fn signals(kind: &KindExplanation) -> usize {
    let is_signal = |line: &&quorate_domain::explain::Line| matches!(line.cause, Cause::Signal { .. });
    kind.lines.iter().filter(is_signal).count()
}

/// A signal with what it brings now.
struct Fresh<'a> {
    kind: &'a Kind,
    at: Timestamp,
    points: f64,
}

/// What changed within a week, and what did it.
fn moved(view: &AccountView, group: &GroupExplanation, heat: f64, before: f64, links: &Links) -> Sentence {
    let now = view.reading.at;
    let change = words::floored(heat) - words::floored(before);
    let fresh = fresh(group, now.plus_millis(-7 * DAY_MS));
    let mut text = Sentence::default();
    match change {
        0 => text.say("In 7 days it has not moved."),
        rise if rise > 0 => text.say("In 7 days it rose by ").stress(&words::grouped(rise)),
        fall => text.say(&format!(
            "That is {} less than a week ago.",
            words::grouped(-fall)
        )),
    };
    if change > 0 {
        let all: f64 = fresh.iter().map(|signal| signal.points).sum();
        let top: Vec<&Fresh> = fresh.iter().take(2).collect();
        let named: Vec<String> = top
            .iter()
            .map(|signal| {
                format!(
                    "{} on {}",
                    deeds::certain(&view.model, signal.kind),
                    words::date(signal.at, now)
                )
            })
            .collect();
        let share = top.iter().map(|signal| signal.points).sum::<f64>() / all;
        if named.is_empty() {
            text.say(".");
        } else {
            let verb = if named.len() == 1 { "makes" } else { "make" };
            text.say(&format!(": {} {verb} ", listed(&named)))
                .stress(&format!("{}%", words::whole(100.0 * share)))
                .say(" of the new points.");
        }
    } else if fresh.is_empty() {
        let last = view.state.last_signal_at.map(|at| words::date(at, now));
        let since = last.map_or_else(String::new, |last| format!(" since {last}"));
        text.say(" ")
            .link(&format!("Nothing new{since}"), Some(links.to("/signals", &[])))
            .say("; older signals fade.");
    } else if change < 0 {
        text.say(" Older signals fade faster than new ones come in.");
    }
    text
}

/// Returns signals that happened after `since` and bring points, most first.
fn fresh(group: &GroupExplanation, since: Timestamp) -> Vec<Fresh<'_>> {
    let mut fresh = Vec::new();
    for person in &group.people {
        for kind in &person.kinds {
            for line in &kind.lines {
                if let Cause::Signal { occurred_at, .. } = &line.cause
                    && *occurred_at > since
                    && person.weight * line.points > 0.0
                {
                    fresh.push(Fresh {
                        kind: &kind.kind,
                        at: *occurred_at,
                        points: person.weight * line.points,
                    });
                }
            }
        }
    }
    fresh.sort_by(|a, b| b.points.total_cmp(&a.points).then(b.at.cmp(&a.at)));
    fresh
}
