//! What the picture says in words: access, and what the committee may fail by.

use quorate_domain::committee::access::NoPath;
use quorate_domain::committee::risk::{Blocker, Coverage};
use quorate_domain::contact::Seniority;
use quorate_domain::id::ContactNo;

use super::scene::Scene;
use crate::pages::account::people;
use crate::words;

/// A sentence with its weighty part first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caption {
    pub(crate) strong: String,
    pub(crate) rest: String,
    /// Whether it warns.
    pub(crate) warns: bool,
}

impl Caption {
    pub(crate) fn plain(&self) -> String {
        format!("{}{}", self.strong, self.rest)
    }
}

/// Something the committee may fail by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RiskLine {
    pub(crate) tone: &'static str,
    pub(crate) what: String,
    pub(crate) why: String,
}

/// Returns whether and how a champion reaches the buyer.
pub(crate) fn access(scene: &Scene<'_>) -> Caption {
    match &scene.access.path {
        Ok(path) if path.people.len() == 1 => Caption {
            strong: "The champion is the buyer".to_owned(),
            rest: format!(": {}.", names(scene, &path.people)),
            warns: false,
        },
        Ok(path) => {
            let inner = |no: &&ContactNo| scene.risk.holds.contains(no);
            let between = path.people.get(1..path.people.len() - 1).unwrap_or_default();
            let holds: Vec<ContactNo> = between.iter().filter(inner).copied().collect();
            let rest = match holds.as_slice() {
                [] if between.is_empty() => "Nobody stands between.".to_owned(),
                [] => format!("It goes through {}; there are other ways.", names(scene, between)),
                [one] => format!("It depends on one person: {}.", names(scene, &[*one])),
                several => format!("It depends on each of {}.", names(scene, several)),
            };
            Caption {
                strong: "Champion has a path to the buyer".to_owned(),
                rest: format!(", strength {:.2}. {rest}", path.strength),
                warns: false,
            }
        }
        Err(why) => no_path(scene, *why),
    }
}

fn no_path(scene: &Scene<'_>, why: NoPath) -> Caption {
    let strong = match why {
        NoPath::NoBuyer => "No path to a buyer: nobody known is the economic buyer.",
        NoPath::NoChampion => "No path to the buyer: nobody known is a champion.",
        NoPath::Apart => "No path from champion to buyer.",
    };
    let rest = match (&scene.access.nearest, why) {
        (_, NoPath::NoBuyer) => String::new(),
        (Some(nearest), NoPath::NoChampion | NoPath::Apart) => format!(
            " Nearest: {}, {} away.",
            names(scene, &[nearest.contact]),
            steps(nearest.steps)
        ),
        (None, NoPath::NoChampion | NoPath::Apart) => " Nobody known is related to the buyer.".to_owned(),
    };
    Caption {
        strong: strong.to_owned(),
        rest,
        warns: true,
    }
}

/// Returns what the committee may fail by, worst first.
pub(crate) fn risks(scene: &Scene<'_>) -> Vec<RiskLine> {
    let risk = &scene.risk;
    let mut lines = Vec::new();
    let mut say = |tone, what: String, why: String| lines.push(RiskLine { tone, what, why });
    if let Some(only) = risk.only_engaged {
        say(
            "warn",
            format!("Only {} is engaged", names(scene, &[only])),
            "If that person leaves or goes quiet, nobody else has shown interest".to_owned(),
        );
    }
    if !risk.holds.is_empty() {
        say(
            "warn",
            format!("All ways to the buyer lead through {}", names(scene, &risk.holds)),
            "Without one of them no other supporter reaches the buyer".to_owned(),
        );
    }
    for blocker in &risk.blockers {
        say("danger", against(scene, blocker), way(blocker));
    }
    for circle in &risk.circles {
        say(
            "warn",
            format!("{} report to each other in a circle", names(scene, circle)),
            "One of these relations cannot be right".to_owned(),
        );
    }
    let levels: Vec<String> = risk
        .levels
        .iter()
        .filter(|(_, coverage)| !coverage.is_reached())
        .map(|(level, coverage)| format!("{} ({})", level_name(*level), known(*coverage)))
        .collect();
    if !levels.is_empty() {
        say("s", "Levels nobody engaged is in".to_owned(), levels.join(", "));
    }
    let functions: Vec<String> = risk
        .functions
        .iter()
        .filter(|(_, coverage)| !coverage.is_reached())
        .map(|(name, coverage)| format!("{} ({})", words::spaced(name), known(*coverage)))
        .collect();
    if !functions.is_empty() {
        say(
            "s",
            "Functions nobody engaged is in".to_owned(),
            functions.join(", "),
        );
    }
    if !risk.central.is_empty() {
        let central: Vec<String> = risk
            .central
            .iter()
            .map(|central| {
                let share = words::whole(central.share * 100.0);
                format!(
                    "{} ({share}% of the shortest ways)",
                    names(scene, &[central.contact])
                )
            })
            .collect();
        let estimated = if risk.central_estimated { ", estimated" } else { "" };
        say(
            "s",
            format!("Who stands between the others{estimated}"),
            central.join(", "),
        );
    }
    lines
}

fn against(scene: &Scene<'_>, blocker: &Blocker) -> String {
    let name = names(scene, &[blocker.contact]);
    if blocker.blocks.is_empty() {
        let what = if blocker.detractor {
            "is against it"
        } else {
            "is a blocker"
        };
        format!("{name} {what}")
    } else {
        format!("{name} blocks {}", names(scene, &blocker.blocks))
    }
}

fn way(blocker: &Blocker) -> String {
    match (blocker.steps, blocker.strength) {
        (Some(0), _) => "This is the buyer".to_owned(),
        (Some(count), Some(strength)) => {
            format!(
                "{} from the buyer, path strength {strength:.2}",
                words::capitalised(&steps(count))
            )
        }
        (None, _) | (_, None) => "No known path to the buyer".to_owned(),
    }
}

fn known(coverage: Coverage) -> String {
    match coverage.known {
        0 => "nobody known".to_owned(),
        count => format!("{} known", words::count(count)),
    }
}

/// Returns what people call a level.
pub(crate) fn level_name(level: Seniority) -> &'static str {
    match level {
        Seniority::CLevel => "C-level",
        Seniority::Vp => "VP and head of",
        Seniority::Director => "director",
        Seniority::Manager => "manager",
        Seniority::Staff => "staff",
    }
}

fn names(scene: &Scene<'_>, people: &[ContactNo]) -> String {
    /// More are told by their number.
    const NAMED_MAX: usize = 5;
    let mut names: Vec<String> = people
        .iter()
        .take(NAMED_MAX)
        .map(|no| people::name(scene.view, Some(*no)))
        .collect();
    if people.len() > NAMED_MAX {
        names.push(format!("{} more", words::count(people.len() - NAMED_MAX)));
    }
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}

/// Returns `one step`, `two steps`, `12 steps`.
fn steps(count: u32) -> String {
    let numbers = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    ];
    let number = usize::try_from(count).ok().and_then(|at| numbers.get(at));
    let number = number.map_or_else(|| count.to_string(), |word| (*word).to_owned());
    format!("{number} {}", if count == 1 { "step" } else { "steps" })
}
