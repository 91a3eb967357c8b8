//! The tiles at the head: heat, stage, quorum, fit, people.

use std::collections::BTreeMap;

use quorate_domain::committee::SeatState;
use quorate_domain::fit::Outcome;
use quorate_domain::model::{Condition, Test};
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_domain::value::Value;
use quorate_engine::view::AccountView;

use super::asked::Links;
use super::people;
use crate::partials::{Dated, Fit, HeatChip, Momentum, stage_word};
use crate::words;

/// How wide and high the bar of seats is drawn, and the gap between two of them.
const BAR_WIDTH: f64 = 128.0;
const BAR_HEIGHT: f64 = 14.0;
const BAR_GAP: f64 = 2.0;
/// Within this many days an end is told as time left.
const SOON_DAYS: i64 = 14;

/// All tiles.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tiles {
    pub(crate) heat: HeatChip,
    /// Heat in words.
    pub(crate) band: String,
    pub(crate) momentum: Momentum,
    pub(crate) change: Option<HeatChange>,
    pub(crate) stage: StageTile,
    pub(crate) quorum: QuorumTile,
    /// `None`: the model uses no framework.
    pub(crate) qualified: Option<QualifiedTile>,
    pub(crate) fit: FitTile,
    pub(crate) engaged: EngagedTile,
}

/// How heat changed in a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeatChange {
    pub(crate) text: String,
    pub(crate) title: String,
}

/// How far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StageTile {
    pub(crate) name: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) since: Option<Dated>,
    pub(crate) until: Option<Dated>,
    /// Whether it ends soon.
    pub(crate) soon: bool,
    /// What is missing for MQA.
    pub(crate) missing: String,
}

/// Seats and how well they are filled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QuorumTile {
    pub(crate) percent: String,
    pub(crate) title: String,
    pub(crate) segments: Vec<Segment>,
    /// Every seat with its state, for those who do not see the bar.
    pub(crate) alternative: String,
    pub(crate) seats: String,
}

/// A seat in the bar: as wide as its weight, filled as high as it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) state: &'static str,
    pub(crate) x: String,
    pub(crate) width: String,
    /// Where the filled part begins, and how high it is.
    pub(crate) top: String,
    pub(crate) filled: String,
    /// The other end of a cross.
    pub(crate) end: String,
    pub(crate) title: String,
}

/// How complete it is by the first framework, and in words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct QualifiedTile {
    /// The framework.
    pub(crate) name: String,
    pub(crate) percent: String,
    pub(crate) verdict: String,
    /// An element each, of one width; the state of a stale one is `st`.
    pub(crate) segments: Vec<Segment>,
    /// Every element with its score, for those who do not see the bar.
    pub(crate) alternative: String,
}

/// How well it fits, and by which rules.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FitTile {
    pub(crate) fit: Fit,
    /// `all 6 facts known`.
    pub(crate) known: String,
    pub(crate) rules: Vec<RuleLine>,
}

/// A rule and what it says of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleLine {
    pub(crate) label: String,
    /// What is asked for.
    pub(crate) asks: String,
    /// What there is.
    pub(crate) found: String,
    pub(crate) verdict: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) weight: String,
}

/// Who is engaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EngagedTile {
    pub(crate) people: String,
    pub(crate) roles: String,
    pub(crate) title: String,
}

impl Tiles {
    /// - `week_ago`: heat seven days before; `None`: it was not known.
    pub(crate) fn of(view: &AccountView, week_ago: Option<f64>) -> Self {
        let group = view.reading.best();
        let heat = group.map_or(0.0, |group| group.heat);
        let band = group.map_or(quorate_domain::engagement::Band::Cold, |group| group.band);
        Self {
            heat: HeatChip::of(heat, band).sized("lg"),
            band: words::capitalised(band.as_str()),
            momentum: Momentum::of(group.and_then(|group| group.momentum)),
            change: week_ago.map(|before| HeatChange::of(heat, before)),
            stage: StageTile::of(view),
            quorum: QuorumTile::of(view),
            qualified: QualifiedTile::of(view),
            fit: FitTile::of(view),
            engaged: EngagedTile::of(view),
        }
    }
}

impl HeatChange {
    fn of(heat: f64, before: f64) -> Self {
        // Of the numbers people read, so that 83 after 60 is never told as +24.
        let change = words::floored(heat) - words::floored(before);
        let text = match change {
            0 => "no change in 7 d".to_owned(),
            rise if rise > 0 => format!("+{} in 7 d", words::grouped(rise)),
            fall => format!("{} in 7 d", words::grouped(fall)),
        };
        Self {
            text,
            title: format!("A week ago heat was {}", words::whole(before)),
        }
    }
}

impl StageTile {
    fn of(view: &AccountView) -> Self {
        let now = view.reading.at;
        let stage = view.reading.stage();
        let since = view
            .reading
            .mqa_since()
            .map(|since| Dated::new(format!("since {}", words::date(since, now)), since));
        let ends = view.mqa_ends_at;
        let soon = ends.is_some_and(|ends| ends.millis_since(now) < SOON_DAYS * DAY_MS);
        let until = ends.map(|ends| {
            let text = if soon {
                format!("leaves in {}", words::ahead(ends, now))
            } else {
                format!("until {}", words::date(ends, now))
            };
            Dated::new(text, ends)
        });
        let lacking = super::conditions::lines(view)
            .into_iter()
            .filter(|line| !line.met)
            .count();
        let missing = match (view.reading.is_mqa(), lacking) {
            (true, _) | (false, 0) => String::new(),
            (false, 1) => "1 condition short of MQA".to_owned(),
            (false, lacking) => format!("{lacking} conditions short of MQA"),
        };
        Self {
            name: stage_word(stage),
            tone: if view.state.disqualified.is_some() {
                "danger"
            } else {
                ""
            },
            since,
            until,
            soon,
            missing,
        }
    }
}

impl QuorumTile {
    fn of(view: &AccountView) -> Self {
        let Some(quorum) = view.reading.best().map(|group| &group.quorum) else {
            return Self::none();
        };
        let Some(percent) = quorum.percent else {
            return Self::none();
        };
        let all: f64 = quorum.seats.iter().map(|seat| seat.seat.weight).sum();
        let gaps = BAR_GAP * f64::from(u32::try_from(quorum.seats.len().saturating_sub(1)).unwrap_or(0));
        let room = BAR_WIDTH - gaps;
        let mut x = 0.0;
        let mut segments = Vec::with_capacity(quorum.seats.len());
        for seat in &quorum.seats {
            let width = if all > 0.0 {
                room * seat.seat.weight / all
            } else {
                0.0
            };
            let state = match seat.state {
                SeatState::Missing => "mi",
                SeatState::Opposed => "op",
                SeatState::Identified | SeatState::Engaged => "en",
            };
            let role = words::spaced(seat.seat.role.as_str());
            segments.push(Segment {
                state,
                x: format!("{x:.1}"),
                width: format!("{width:.1}"),
                top: format!("{:.1}", BAR_HEIGHT * (1.0 - seat.worth)),
                filled: format!("{:.1}", BAR_HEIGHT * seat.worth),
                end: format!("{:.1}", x + width),
                title: format!("{role}: {}", people::seat_word(seat.state)),
            });
            x += width + BAR_GAP;
        }
        let filled = quorum
            .seats
            .iter()
            .filter(|seat| seat.state == SeatState::Engaged)
            .count();
        Self {
            percent: format!("{}%", words::whole(percent)),
            title: format!(
                "Quorum {}% of the weight of all seats; {} points of it rest on roles read from titles alone",
                words::exact(percent),
                words::points(quorum.inferred)
            ),
            alternative: segments
                .iter()
                .map(|segment| segment.title.clone())
                .collect::<Vec<_>>()
                .join(", "),
            seats: format!(
                "{filled} of {} engaged",
                words::counted(quorum.seats.len(), "seat", "seats")
            ),
            segments,
        }
    }

    fn none() -> Self {
        Self {
            percent: words::UNKNOWN.to_owned(),
            title: "The model lists no seats".to_owned(),
            segments: Vec::new(),
            alternative: String::new(),
            seats: "no seats in the model".to_owned(),
        }
    }
}

impl QualifiedTile {
    fn of(view: &AccountView) -> Option<Self> {
        let reading = view.reading.best()?.frameworks.first()?;
        let number = f64::from(u32::try_from(reading.elements.len().max(1)).unwrap_or(1));
        let width = (BAR_WIDTH - BAR_GAP * (number - 1.0)) / number;
        let mut x = 0.0;
        let mut segments = Vec::with_capacity(reading.elements.len());
        for element in &reading.elements {
            let score = element.score.clamp(0.0, 1.0);
            let level = element
                .level
                .map_or("no evidence", quorate_domain::evidence::Level::as_str);
            let after = match (element.in_scope, element.stale) {
                (false, _) => ", not in scope",
                (true, true) => ", stale",
                (true, false) => "",
            };
            segments.push(Segment {
                state: match (element.in_scope, element.stale) {
                    (false, _) => "mi",
                    (true, true) => "st",
                    (true, false) => "en",
                },
                x: format!("{x:.1}"),
                width: format!("{width:.1}"),
                top: format!("{:.1}", BAR_HEIGHT * (1.0 - score)),
                filled: format!("{:.1}", BAR_HEIGHT * score),
                end: format!("{:.1}", x + width),
                title: format!(
                    "{}: {}%, {level}{after}",
                    element.name,
                    words::whole(score * 100.0)
                ),
            });
            x += width + BAR_GAP;
        }
        let titles: Vec<&str> = segments.iter().map(|segment| segment.title.as_str()).collect();
        Some(Self {
            name: quorate_domain::words::shouted(&reading.name),
            percent: reading.completeness.map_or(words::UNKNOWN.to_owned(), |percent| {
                format!("{}%", words::whole(percent))
            }),
            verdict: reading
                .verdict
                .map(|verdict| words::capitalised(quorate_domain::words::verdict(verdict)))
                .unwrap_or_default(),
            alternative: titles.join("; "),
            segments,
        })
    }
}

impl FitTile {
    fn of(view: &AccountView) -> Self {
        let fit = view.reading.fit;
        // A fact several rules ask for is one fact.
        let mut facts: BTreeMap<&str, bool> = BTreeMap::new();
        for rule in &view.model.fit {
            let known = view.state.value(&rule.condition.attribute).is_some();
            if rule.weight > 0.0 {
                facts.insert(&rule.condition.attribute, known);
            }
        }
        let known = facts.values().filter(|known| **known).count();
        let known = match (facts.len(), known) {
            (0, _) => "no fit rules in the model".to_owned(),
            (all, known) if all == known => format!("all {} known", words::counted(all, "fact", "facts")),
            (all, known) => format!("{known} of {} known", words::counted(all, "fact", "facts")),
        };
        Self {
            fit: Fit::of(fit.score, fit.grade),
            known,
            rules: rules(view),
        }
    }
}

/// Returns each fit rule with its verdict, in the model's order.
pub(crate) fn rules(view: &AccountView) -> Vec<RuleLine> {
    let line = |rule: &quorate_domain::model::FitRule| {
        let outcome = rule.condition.outcome(&view.state);
        let wanted = rule.weight >= 0.0 && !rule.exclude;
        let (verdict, tone) = match (outcome, wanted) {
            (Outcome::Matched, true) => ("fits", "ok"),
            (Outcome::Matched, false) if rule.exclude => ("excludes", "danger"),
            (Outcome::Matched, false) => ("takes away", "warn"),
            (Outcome::Failed, true) => ("does not fit", "warn"),
            (Outcome::Failed, false) => ("does not apply", "s"),
            (Outcome::Unknown, _) => ("not known", "s"),
        };
        let attribute = words::spaced(&rule.condition.attribute);
        RuleLine {
            label: rule
                .label
                .as_deref()
                .map_or_else(|| words::capitalised(&attribute), str::to_owned),
            asks: asks(&rule.condition),
            found: view
                .state
                .value(&rule.condition.attribute)
                .map_or_else(|| words::UNKNOWN.to_owned(), value),
            verdict,
            tone,
            weight: words::signed_exact(rule.weight),
        }
    };
    view.model.fit.iter().map(line).collect()
}

/// Returns what a condition asks for, in words.
fn asks(condition: &Condition) -> String {
    let name = words::spaced(&condition.attribute);
    match &condition.test {
        Test::Equals(wanted) => format!("{name} is {}", value(wanted)),
        Test::In(list) => format!("{name} is one of {}", some(list.iter().map(value))),
        Test::Between(low, high) => {
            format!("{name} from {} to {}", words::number(*low), words::number(*high))
        }
        Test::ContainsAny(list) => {
            format!("{name} has one of {}", some(list.iter().map(ToString::to_string)))
        }
        Test::Exists(true) => format!("{name} is known"),
        Test::Exists(false) => format!("{name} is not known"),
    }
}

/// Returns the first few of many, and how many more there are.
fn some(texts: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 6;
    let texts: Vec<String> = texts.collect();
    let shown = texts.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Returns a value as people read it.
pub(crate) fn value(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Number(number) => words::number(*number),
        Value::Flag(flag) => if *flag { "yes" } else { "no" }.to_owned(),
        Value::List(items) => items.join(", "),
    }
}

impl EngagedTile {
    fn of(view: &AccountView) -> Self {
        let group = view.reading.best();
        let engaged = group.map_or(0, |group| group.engaged_contacts);
        let roles: Vec<String> = group
            .map(|group| group.engaged_roles.as_slice())
            .unwrap_or_default()
            .iter()
            .map(|role| words::spaced(role.as_str()))
            .collect();
        let known = view.state.contacts.len();
        Self {
            people: format!("{} of {}", words::count(engaged), words::count(known)),
            title: if roles.is_empty() {
                "No engaged person has a known role".to_owned()
            } else {
                format!("Engaged roles: {}", roles.join(", "))
            },
            roles: match roles.len() {
                0 if engaged == 0 => "nobody engaged yet".to_owned(),
                0 => "no known role".to_owned(),
                number => words::counted(number, "role", "roles"),
            },
        }
    }
}

/// Returns the instant a page of the past looks at a week earlier.
pub(crate) fn week_before(at: Timestamp) -> Timestamp {
    at.plus_millis(-7 * DAY_MS)
}

/// Where a tile leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TileLinks {
    pub(crate) details: String,
    pub(crate) history: String,
}

impl TileLinks {
    pub(crate) fn of(links: &Links) -> Self {
        Self {
            details: links.to("/details", &[]),
            history: links.to("/history", &[]),
        }
    }
}
