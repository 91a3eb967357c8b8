//! An element: how far it is proven, by which checks, and on whose word.

use quorate_domain::evidence::{Evidence, Level};
use quorate_domain::framework::{CheckReading, ElementReading, Found, FrameworkReading};
use quorate_domain::id::ContactNo;
use quorate_domain::model::CheckKind;
use quorate_domain::time::{Days, Timestamp};
use quorate_engine::view::AccountView;

use crate::pages::account::asked::Links;
use crate::pages::account::people;
use crate::partials::Dated;
use crate::words;

/// How wide a full score bar is drawn.
const BAR_WIDTH: f64 = 96.0;

/// An element.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ElementRow {
    pub(crate) key: String,
    /// Where it stands on the page.
    pub(crate) anchor: String,
    pub(crate) name: String,
    /// How many of the three blocks are filled.
    pub(crate) blocks: usize,
    pub(crate) level: &'static str,
    pub(crate) level_tone: &'static str,
    /// "stale since 3 Mar", or until when it is good.
    pub(crate) age: Option<Dated>,
    pub(crate) stale: bool,
    pub(crate) contested: bool,
    /// `40%`, and how wide its bar is.
    pub(crate) score: String,
    pub(crate) bar: String,
    /// What the gate asks and whether it holds the verdict.
    pub(crate) gate: String,
    pub(crate) holds: bool,
    /// Why it does not count; empty: it does.
    pub(crate) out_of_scope: String,
    /// Its weight in completeness.
    pub(crate) weight: String,
    pub(crate) checks: Vec<CheckLine>,
    pub(crate) evidence: Vec<EvidenceLine>,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckLine {
    /// What it asks.
    pub(crate) what: String,
    /// "yes", "no", "in part".
    pub(crate) answer: &'static str,
    pub(crate) tone: &'static str,
    /// What was found.
    pub(crate) why: String,
    pub(crate) weight: String,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EvidenceLine {
    pub(crate) no: u32,
    pub(crate) blocks: usize,
    pub(crate) level: &'static str,
    pub(crate) note: String,
    pub(crate) artefact: String,
    /// Who at the account said or did it, and their page.
    pub(crate) said_by: Option<(String, String)>,
    pub(crate) said: Dated,
    pub(crate) source: String,
    /// What it lost since: "stale since 3 Mar, counts as assumed".
    pub(crate) lost: String,
    /// Who denies it, and what they say.
    pub(crate) contested: Option<String>,
}

/// Returns where an element stands on the page.
pub(crate) fn anchor(key: &str) -> String {
    format!("el-{key}")
}

/// Returns how many of the three blocks a level fills.
pub(crate) fn blocks(level: Option<Level>) -> usize {
    match level {
        None => 0,
        Some(Level::Assumed) => 1,
        Some(Level::Stated) => 2,
        Some(Level::Validated) => 3,
    }
}

impl ElementRow {
    pub(crate) fn of(
        view: &AccountView,
        framework: &FrameworkReading,
        reading: &ElementReading,
        links: &Links,
    ) -> Self {
        let now = view.reading.at;
        let rule = view
            .model
            .frameworks
            .in_use
            .iter()
            .filter(|rule| rule.name == framework.name)
            .flat_map(|rule| &rule.elements)
            .find(|rule| rule.key == reading.key);
        let age = reading
            .stale_at
            .filter(|_| !reading.evidence.is_empty())
            .map(|at| {
                let text = if reading.stale {
                    format!("stale since {}", words::date(at, now))
                } else {
                    format!("good until {}", words::date(at, now))
                };
                Dated::new(text, at)
            });
        let needed = rule.and_then(|rule| rule.min_amount);
        let out_of_scope = match (reading.in_scope, needed) {
            (true, _) => String::new(),
            (false, Some(needed)) => format!(
                "Not in scope: counts from an open amount of {}.",
                words::number(needed)
            ),
            (false, None) => "Not in scope: the model gives it no check.".to_owned(),
        };
        let stale_after = rule.map_or(Days(f64::INFINITY), |rule| rule.stale_after_days);
        let evidence = reading
            .evidence
            .iter()
            .filter_map(|no| view.state.evidence.get(no));
        Self {
            key: reading.key.to_string(),
            anchor: anchor(&reading.key),
            name: reading.name.to_string(),
            blocks: blocks(reading.level),
            level: reading.level.map_or("none", Level::as_str),
            level_tone: match (reading.in_scope, reading.level) {
                (false, _) => "s",
                (true, None) => "danger",
                (true, Some(_)) => "m",
            },
            age,
            stale: reading.stale,
            contested: reading.contested,
            score: format!("{}%", words::whole(reading.score * 100.0)),
            bar: format!("{:.1}", BAR_WIDTH * reading.score.clamp(0.0, 1.0)),
            gate: gate(reading),
            holds: reading.holds(),
            out_of_scope,
            weight: words::weight(reading.weight),
            checks: reading
                .checks
                .iter()
                .map(|check| CheckLine::of(view, check))
                .collect(),
            evidence: evidence
                .map(|evidence| EvidenceLine::of(view, evidence, stale_after, links))
                .collect(),
        }
    }
}

fn gate(reading: &ElementReading) -> String {
    let Some(gate) = reading.gate.filter(|_| reading.in_scope) else {
        return String::new();
    };
    let needs = words::whole(gate * 100.0);
    if reading.holds() {
        format!("Below its gate of {needs}%: holds the verdict at under-qualified.")
    } else {
        format!("Above its gate of {needs}%.")
    }
}

impl CheckLine {
    fn of(view: &AccountView, check: &CheckReading) -> Self {
        let (answer, tone) = match check.share {
            share if share >= 1.0 => ("yes", "ok"),
            share if share > 0.0 => ("in part", "warn"),
            _ => ("no", "s"),
        };
        Self {
            what: asks(view, &check.kind),
            answer,
            tone,
            why: found(view, check),
            weight: words::weight(check.weight),
        }
    }
}

fn asks(view: &AccountView, kind: &CheckKind) -> String {
    match kind {
        CheckKind::Evidence => "Evidence".to_owned(),
        CheckKind::RoleIdentified(role) => {
            format!("{} known", words::capitalised(&words::spaced(role.as_str())))
        }
        CheckKind::RoleEngaged(role) => {
            format!("{} engaged", words::capitalised(&words::spaced(role.as_str())))
        }
        CheckKind::Path { from, to, strength } => format!(
            "Path from {} to {}, at least {strength:.2}",
            words::spaced(from.as_str()),
            words::spaced(to.as_str())
        ),
        CheckKind::Signal { pattern, within } => {
            format!("{} in {} days", signal(view, pattern), words::number(within.0))
        }
        CheckKind::Attribute(name) => format!("{} known", words::capitalised(&words::spaced(name))),
    }
}

/// Returns what a check calls the signals of a pattern.
pub(crate) fn signal(view: &AccountView, pattern: &str) -> String {
    let label = view.model.rule(pattern).and_then(|rule| rule.label.as_deref());
    label.map_or_else(|| format!("“{pattern}”"), str::to_owned)
}

fn found(view: &AccountView, check: &CheckReading) -> String {
    let now = view.reading.at;
    match &check.found {
        Found::Evidence(None) => "none that counts".to_owned(),
        Found::Evidence(Some(level)) => match level {
            Level::Assumed => "assumed counts a third",
            Level::Stated => "stated counts two thirds",
            Level::Validated => "validated counts in full",
        }
        .to_owned(),
        Found::People(people) if people.is_empty() => "nobody".to_owned(),
        Found::People(people) => names(view, people),
        Found::Path(None) => "there is none".to_owned(),
        Found::Path(Some(path)) => format!(
            "{:.2}, by {}",
            (path.strength * 100.0).floor() / 100.0,
            names(view, &path.people)
        ),
        Found::Signal(None) => "it never happened".to_owned(),
        Found::Signal(Some(newest)) => format!("last on {}", words::date(*newest, now)),
        Found::Known(true) => "filled in".to_owned(),
        Found::Known(false) => "not filled in".to_owned(),
    }
}

fn names(view: &AccountView, people: &[ContactNo]) -> String {
    let names: Vec<String> = people.iter().map(|no| people::name(view, Some(*no))).collect();
    names.join(", ")
}

impl EvidenceLine {
    fn of(view: &AccountView, evidence: &Evidence, stale_after: Days, links: &Links) -> Self {
        let now = view.reading.at;
        let statement = &evidence.statement;
        let text = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap_or_default().to_owned();
        Self {
            no: evidence.no.0,
            blocks: blocks(Some(statement.level)),
            level: statement.level.as_str(),
            note: text(&statement.note),
            artefact: text(&statement.artefact),
            said_by: statement
                .said_by
                .map(|no| (people::name(view, Some(no)), links.person(no))),
            said: Dated::new(words::date(statement.said_at, now), statement.said_at),
            source: people::said_by(&statement.source.0),
            lost: lost(evidence, stale_after, now),
            contested: evidence.contested.as_ref().map(|contest| {
                let who = people::name(view, Some(contest.by));
                match &contest.note {
                    Some(note) => format!("{who} denies it: “{note}”"),
                    None => format!("{who} denies it"),
                }
            }),
        }
    }
}

fn lost(evidence: &Evidence, stale_after: Days, now: Timestamp) -> String {
    let Some(worth) = evidence.worth(stale_after, now) else {
        return String::new();
    };
    if worth.level == Some(evidence.statement.level) {
        return String::new();
    }
    let counts = worth.level.map_or_else(
        || "counts for nothing now".to_owned(),
        |level| format!("counts as {} now", level.as_str()),
    );
    if worth.stale {
        format!("stale since {}, {counts}", words::date(worth.stale_at, now))
    } else {
        counts
    }
}
