//! What people read of gaps and elements: plain words over what the rules found.
//!
//! They live beside the rules because API and console say the same of a gap, and both reach the domain; everything
//! here is a function of values, so it is tested as text. Names come from the directory, which is erasable, and go
//! into the words when they are read, never into what is stored.

use std::sync::Arc;

use crate::account::{AccountState, Directory};
use crate::evidence::Level;
use crate::framework::Verdict;
use crate::gap::{About, Gap, GapKind};
use crate::id::{ContactNo, Role};
use crate::model::Model;
use crate::mqa::{ConditionKind, ConditionState, Measure};
use crate::standing::PersonReading;
use crate::time::Timestamp;

/// How many people are named before the rest is counted.
const NAMED_MAX: usize = 3;

/// What words are made from, beside the thing itself.
#[derive(Clone, Copy)]
pub struct Speaker<'a> {
    /// The account's facts.
    pub state: &'a AccountState,
    /// Who its people are.
    pub directory: &'a Directory,
    /// The model.
    pub model: &'a Model,
    /// The people of the buying group, with their engagement.
    pub people: &'a [PersonReading],
    /// The instant it is read at.
    pub at: Timestamp,
}

/// A gap in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapWords {
    /// What is missing: "Economic buyer known but cold".
    pub what: String,
    /// What shows it: "Owen Castellane, CFO: engagement 1.7, needs 5".
    pub proof: String,
    /// What to do: "Ask Ingrid Solheim to bring Owen Castellane in".
    pub next: String,
    /// What closing it adds: "+22.5 quorum, +4.1 MEDDPICC"; empty when that is no number.
    pub worth: String,
}

impl GapWords {
    /// Returns the words of a gap.
    #[must_use]
    pub fn of(gap: &Gap, speaker: &Speaker<'_>) -> Self {
        let (what, proof, next) = match &gap.about {
            About::Role {
                role,
                wanted,
                engaged,
            } => speaker.role_gap(gap, role, *wanted, *engaged),
            About::Element { .. } => speaker.element_gap(gap),
            About::Path { .. } => speaker.path_gap(gap),
            About::Signal {
                element,
                pattern,
                within,
                last,
            } => {
                let label = speaker.signal(pattern);
                (
                    format!("{element}: no {label} in {} days", days(within.0)),
                    last.map_or_else(
                        || "It never happened.".to_owned(),
                        |last| format!("The last one was on {}.", speaker.day(last)),
                    ),
                    speaker.ask(
                        gap,
                        &format!("for the next step that shows it: {label}"),
                        "Bring it about",
                    ),
                )
            }
            About::Attribute { element, attribute } => {
                let name = spaced(attribute);
                (
                    format!("{element}: {name} not known"),
                    "Nobody filled it in.".to_owned(),
                    speaker.ask(
                        gap,
                        &format!("about the {name}, and fill it in"),
                        "Find it out and fill it in",
                    ),
                )
            }
            About::Blocker { strength } => {
                let who = speaker.names(&gap.contacts);
                (
                    format!("{who} is against it, near the buyer"),
                    format!("Path to the buyer: strength {strength:.2}."),
                    speaker.ask(
                        gap,
                        &format!("what {who} fears"),
                        &format!("Hear {who} out before the buyer does"),
                    ),
                )
            }
            About::Alone => {
                let who = speaker.names(&gap.contacts);
                let proof = if gap.id.ends_with(":engaged") {
                    "Nobody else is engaged.".to_owned()
                } else {
                    "Without them no supporter reaches the buyer.".to_owned()
                };
                (
                    format!("Everything hangs on {who}"),
                    proof,
                    format!("Ask {who} to bring a second person in"),
                )
            }
            About::Leaving { at } => (
                format!("MQA ends on {}", speaker.day(*at)),
                "That is if nothing new happens.".to_owned(),
                speaker.ask(
                    gap,
                    "for the next meeting before that",
                    "Set up the next meeting before that",
                ),
            ),
            About::Condition { state, lacking } => speaker.condition_gap(gap, state, *lacking),
        };
        Self {
            what,
            proof,
            next,
            worth: speaker.worth(gap),
        }
    }
}

impl Speaker<'_> {
    /// Returns what a contact is called: the name, else the outside id, else its number.
    #[must_use]
    pub fn name(&self, no: ContactNo) -> String {
        let card = self.directory.card(no);
        let name = card.and_then(|card| card.name.as_deref());
        let id = card
            .and_then(|card| card.outside_id.as_ref())
            .map(crate::id::ContactId::as_str);
        name.or(id)
            .map_or_else(|| format!("person {}", no.0), str::to_owned)
    }

    fn names(&self, people: &[ContactNo]) -> String {
        let mut names: Vec<String> = people.iter().take(NAMED_MAX).map(|no| self.name(*no)).collect();
        match people.len().saturating_sub(NAMED_MAX) {
            0 => {}
            1 => names.push("one more".to_owned()),
            more => names.push(format!("{more} more")),
        }
        match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, first)) => format!("{} and {last}", first.join(", ")),
            None => "nobody".to_owned(),
        }
    }

    /// "Owen Castellane, CFO: engagement 1.7, needs 5".
    fn engagement(&self, people: &[ContactNo]) -> String {
        let needs = days(self.model.engagement.engaged_at);
        let lines = people.iter().take(NAMED_MAX).map(|no| {
            let title = self.directory.card(*no).and_then(|card| card.title.as_deref());
            let title = title.map(|title| format!(", {title}")).unwrap_or_default();
            let engagement = self
                .people
                .iter()
                .find(|person| person.contact == Some(*no))
                .map_or(0.0, |person| person.engagement);
            format!(
                "{}{title}: engagement {}, needs {needs}",
                self.name(*no),
                one_decimal(engagement)
            )
        });
        let lines: Vec<String> = lines.collect();
        lines.join("; ")
    }

    fn ask(&self, gap: &Gap, what: &str, without: &str) -> String {
        match gap.ask {
            Some(no) => format!("Ask {} {what}", self.name(no)),
            None => without.to_owned(),
        }
    }

    fn role_gap(&self, gap: &Gap, role: &Role, wanted: usize, engaged: usize) -> (String, String, String) {
        let name = spaced(role.as_str());
        let title = capitalised(&name);
        let who = self.names(&gap.contacts);
        match gap.kind {
            GapKind::EmptySeat => (
                format!("No {name} known"),
                "Nobody at the account holds the role.".to_owned(),
                self.ask(
                    gap,
                    &format!("who the {name} is"),
                    &format!("Find out who the {name} is"),
                ),
            ),
            GapKind::OpposedSeat => {
                let (is, are) = if gap.contacts.len() == 1 {
                    ("is", "has")
                } else {
                    ("are", "have")
                };
                (
                    format!("{title} is against it"),
                    format!("{who} {is} against it, and nobody else {are} the role."),
                    self.ask(
                        gap,
                        &format!("what would change the mind of {who}"),
                        &format!("Hear {who} out"),
                    ),
                )
            }
            GapKind::ShortSeat => (
                format!("{title}: needs {} more", people(wanted.saturating_sub(engaged))),
                format!("{engaged} of {wanted} engaged."),
                self.ask(
                    gap,
                    &format!("who else is {} {name}", article(&name)),
                    &format!("Find out who else is {} {name}", article(&name)),
                ),
            ),
            GapKind::ColdSeat
            | GapKind::Blocker
            | GapKind::LeavingMqa
            | GapKind::MissingAttribute
            | GapKind::MissingSignal
            | GapKind::MqaCondition
            | GapKind::NoPath
            | GapKind::SingleThreaded
            | GapKind::StaleElement
            | GapKind::UnprovenElement => {
                let what = if engaged > 0 {
                    format!("{title}: {engaged} of {wanted} engaged")
                } else {
                    format!("{title} known but cold")
                };
                let next = match gap.ask {
                    Some(no) => format!("Ask {} to bring {who} in", self.name(no)),
                    None => format!("Write to {who}"),
                };
                (what, self.engagement(&gap.contacts), next)
            }
        }
    }

    fn element_gap(&self, gap: &Gap) -> (String, String, String) {
        let About::Element {
            name,
            level,
            stale_since,
            contested,
            holds,
            ..
        } = &gap.about
        else {
            return (String::new(), String::new(), String::new());
        };
        let low = name.to_lowercase();
        let what = match (stale_since, contested, level) {
            (Some(_), _, _) => format!("{name}: out of date"),
            (None, true, _) => format!("{name}: somebody there denies it"),
            (None, false, None) => format!("{name}: nothing known"),
            (None, false, Some(Level::Assumed)) => format!("{name}: only assumed"),
            (None, false, Some(Level::Stated | Level::Validated)) => format!("{name}: said, not yet shown"),
        };
        let counts = level.map_or_else(
            || "counts for nothing".to_owned(),
            |level| format!("counts as {}", level.as_str()),
        );
        let mut proof = match stale_since {
            Some(since) => format!("Last evidence went stale on {}; it {counts}.", self.day(*since)),
            None if level.is_none() && !contested => "No evidence is recorded.".to_owned(),
            None => format!("The best evidence {counts}."),
        };
        if *holds {
            proof.push_str(" The gate holds the verdict at under-qualified.");
        }
        let next = match (stale_since, level) {
            (Some(_), _) => self.ask(
                gap,
                &format!("whether it still holds: {low}"),
                &format!("Check whether it still holds: {low}"),
            ),
            (None, None | Some(Level::Assumed)) => {
                self.ask(gap, &format!("about it: {low}"), &format!("Ask about it: {low}"))
            }
            (None, Some(Level::Stated | Level::Validated)) => self.ask(
                gap,
                &format!("for something that shows it: {low}"),
                &format!("Get something that shows it: {low}"),
            ),
        };
        (what, proof, next)
    }

    fn path_gap(&self, gap: &Gap) -> (String, String, String) {
        let About::Path {
            from,
            to,
            needed,
            found,
        } = &gap.about
        else {
            return (String::new(), String::new(), String::new());
        };
        let short = |role: &Role| match role.as_str() {
            Role::ECONOMIC_BUYER => "buyer".to_owned(),
            other => spaced(other),
        };
        let (from, to) = (short(from), short(to));
        let (what, proof) = match found {
            Some(path) => (
                format!("Path from {from} to {to} is weak"),
                format!(
                    "Strength {:.2}, needs {needed:.2}; by {}.",
                    floor_to(path.strength, 100.0),
                    self.names(&path.people)
                ),
            ),
            None if gap.contacts.is_empty() => (
                format!("No path from {from} to {to}"),
                "Neither is known.".to_owned(),
            ),
            None => (
                format!("No path from {from} to {to}"),
                format!("No relation leads there; known: {}.", self.names(&gap.contacts)),
            ),
        };
        let next = self.ask(
            gap,
            &format!("who the {to} listens to"),
            &format!("Find out who the {to} listens to"),
        );
        (what, proof, next)
    }

    fn condition_gap(
        &self,
        gap: &Gap,
        state: &ConditionState,
        lacking: Option<f64>,
    ) -> (String, String, String) {
        let number = |measure: &Measure| match measure {
            Measure::Number(number) => *number,
            Measure::Grade(_) | Measure::Roles(_) | Measure::Flag(_) | Measure::Nothing => 0.0,
        };
        let (needed, actual) = (number(&state.needed), number(&state.actual));
        let short = whole_number(needed - actual);
        let roles = |measure: &Measure| match measure {
            Measure::Roles(roles) => {
                let names: Vec<String> = roles.iter().map(|role| spaced(role.as_str())).collect();
                names.join(", ")
            }
            Measure::Number(_) | Measure::Grade(_) | Measure::Flag(_) | Measure::Nothing => String::new(),
        };
        let engaged = roles(&state.actual);
        let engaged = if engaged.is_empty() {
            "No role is engaged.".to_owned()
        } else {
            format!("Engaged: {engaged}.")
        };
        let meet = |what: &str| self.ask(gap, what, "Bring one more person in");
        match state.kind {
            ConditionKind::Heat => (
                format!("Heat is under {}", days(needed)),
                format!(
                    "Heat is {}; {} points are lacking.",
                    floor(actual),
                    one_decimal_up(lacking.unwrap_or(0.0))
                ),
                self.ask(gap, "for a meeting", "Get them to a meeting"),
            ),
            ConditionKind::EngagedContacts => (
                format!(
                    "Needs {short} more engaged {}",
                    if short == 1 { "person" } else { "people" }
                ),
                format!("{} of {} engaged.", floor(actual), floor(needed)),
                meet("to bring one more person in"),
            ),
            ConditionKind::EngagedRoles => (
                format!(
                    "Needs {short} more {}",
                    if short == 1 {
                        "role engaged"
                    } else {
                        "roles engaged"
                    }
                ),
                format!("{} of {} roles engaged.", floor(actual), floor(needed)),
                meet("to bring somebody of another role in"),
            ),
            ConditionKind::AnyRoleEngaged => (
                format!("Needs one of these engaged: {}", roles(&state.needed)),
                engaged,
                meet("to bring one of them in"),
            ),
            ConditionKind::AllRolesEngaged => (
                format!("Needs all of these engaged: {}", roles(&state.needed)),
                engaged,
                meet("to bring the others in"),
            ),
            ConditionKind::Fit => {
                let grade = |measure: &Measure| match measure {
                    Measure::Grade(grade) => grade.as_str().to_owned(),
                    Measure::Number(_) | Measure::Roles(_) | Measure::Flag(_) | Measure::Nothing => {
                        "not graded".to_owned()
                    }
                };
                (
                    format!("Fit is {}, needs {}", grade(&state.actual), grade(&state.needed)),
                    "Fit follows from what is known of the account.".to_owned(),
                    "Fill in what is not known of the account".to_owned(),
                )
            }
            ConditionKind::Quorum => (
                format!("Quorum is under {}%", days(needed)),
                format!("Quorum is {}%.", floor(actual)),
                meet("to bring in who is missing"),
            ),
            ConditionKind::NotExcluded | ConditionKind::NotDisqualified => (
                "Not to be worked on".to_owned(),
                "The account is excluded or disqualified.".to_owned(),
                String::new(),
            ),
        }
    }

    fn worth(&self, gap: &Gap) -> String {
        let framework = self
            .model
            .frameworks
            .in_use
            .first()
            .map(|framework| shouted(&framework.name));
        let mut parts = Vec::new();
        for (points, of) in [
            (gap.quorum, Some("quorum".to_owned())),
            (gap.completeness, framework),
        ] {
            if points >= 0.05
                && let Some(of) = of
            {
                parts.push(format!("+{} {of}", one_decimal(points)));
            }
        }
        if parts.is_empty() && !gap.closes.is_empty() {
            return "closes an MQA condition".to_owned();
        }
        parts.join(", ")
    }

    /// "16 Jun", with the year when it is another one.
    fn day(&self, t: Timestamp) -> String {
        let date = |t: Timestamp| {
            jiff::Timestamp::from_millisecond(t.as_millis())
                .map(|instant| instant.to_zoned(jiff::tz::TimeZone::UTC).date())
                .ok()
        };
        match (date(t), date(self.at)) {
            (Some(date), Some(now)) if date.year() == now.year() => date.strftime("%-d %b").to_string(),
            (Some(date), _) => date.strftime("%-d %b %Y").to_string(),
            (None, _) => t.to_string(),
        }
    }

    fn signal(&self, pattern: &str) -> String {
        self.model
            .rule(pattern)
            .and_then(|rule| rule.label.as_deref())
            .map_or_else(
                || format!("“{pattern}”"),
                |label| format!("“{}”", label.to_lowercase()),
            )
    }
}

/// Returns a verdict as people read it.
#[must_use]
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotQualified => "not qualified",
        Verdict::UnderQualified => "under-qualified",
        Verdict::Gapped => "gapped",
        Verdict::ForecastReady => "forecast-ready",
    }
}

/// Returns a framework's name as people read it: the shipped ones are initials.
#[must_use]
pub fn shouted(name: &Arc<str>) -> String {
    if ["bant", "champ", "meddic", "meddpicc"].contains(&&**name) {
        name.to_uppercase()
    } else {
        capitalised(&spaced(name))
    }
}

fn spaced(text: &str) -> String {
    text.replace('_', " ")
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    }
}

fn people(count: usize) -> String {
    if count == 1 {
        "1 person".to_owned()
    } else {
        format!("{count} people")
    }
}

/// A number as it is set: without decimals it does not have.
fn days(number: f64) -> String {
    format!("{number}")
}

/// Rounded down, so that 49.6 never reads as the 50 it has not reached.
fn floor(number: f64) -> String {
    format!("{:.0}", number.floor())
}

fn floor_to(number: f64, parts: f64) -> f64 {
    (number * parts).floor() / parts
}

fn one_decimal(number: f64) -> String {
    format!("{number:.1}")
}

/// Rounded up, so that what is said to be lacking is enough.
fn one_decimal_up(number: f64) -> String {
    format!("{:.1}", (number * 10.0).ceil() / 10.0)
}

fn whole_number(number: f64) -> usize {
    // Counts are small and whole; anything else is told as none.
    format!("{:.0}", number.max(0.0)).parse().unwrap_or(0)
}
