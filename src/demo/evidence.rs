//! What the sellers of the demo know: evidence for elements, dated and sourced, and what they opened.
//!
//! Northfold's is written by hand. The others' is drawn by how much goes on there, apart from their stories, so that
//! it changes no signal.

use quorate_domain::evidence::Level;

use super::company::Company;
use super::random::Random;
use super::story::Story;

/// The framework it is for; the default model's.
pub(crate) const FRAMEWORK: &str = "meddpicc";

/// A statement, without the instant the demo started at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) element: &'static str,
    pub(crate) level: Level,
    /// When, in days since the demo's start; negative.
    pub(crate) day: f64,
    /// Who, by place; `None`: nobody at the company.
    pub(crate) person: Option<usize>,
    pub(crate) note: &'static str,
    /// What shows it; some for what is validated.
    pub(crate) artefact: Option<&'static str>,
}

/// What is known of a company beside its signals.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) evidence: Vec<Said>,
    /// What the open opportunity is worth, in the model's currency; `None`: there is none.
    pub(crate) amount: Option<f64>,
}

/// What may be said for an element: what the seller believes, what the buyer says, what the buyer did, what shows it.
const ELEMENTS: [(&str, &str, &str, &str, &str); 8] = [
    (
        "metrics",
        "Handling time should fall by a tenth, our estimate",
        "They want handling time down by 15%",
        "Their own sheet counts on 15% less handling time",
        "Business case, sheet 2",
    ),
    (
        "economic_buyer",
        "The finance lead should hold the budget",
        "Says the budget is hers to give",
        "Released the budget for the pilot",
        "Mail with the budget line",
    ),
    (
        "decision_criteria",
        "Security and price, as with their peers",
        "Named security, price and time to set up",
        "Sent their list of criteria with weights",
        "Criteria list",
    ),
    (
        "decision_process",
        "Probably a steering group by the end of the quarter",
        "Told us who signs, and in what order",
        "Put the steps and dates into our shared plan",
        "Shared plan",
    ),
    (
        "paper_process",
        "Procurement will ask for three offers",
        "Procurement told us what papers it needs",
        "Procurement sent its template of a contract",
        "Contract template",
    ),
    (
        "identified_pain",
        "Manual planning seems to cost them weekends",
        "Says every late plan costs a day",
        "Confirmed in writing what late plans cost",
        "Mail after the meeting",
    ),
    (
        "champion",
        "Seems to want it",
        "Offered to speak for it in the steering group",
        "Presented it to the board without us",
        "Slides from the board meeting",
    ),
    (
        "competition",
        "Doing nothing is the likely other way",
        "They look at one other vendor",
        "Showed us the comparison they made",
        "Comparison sheet",
    ),
];

/// Returns what is known of a company.
///
/// - `random`: of its own, apart from the story's.
pub(crate) fn known(company: &Company, random: &mut Random) -> Known {
    if company.id == "northfold-logistics" {
        return northfold();
    }
    let (share, depth, oldest) = diligence(&company.story, random);
    let speaks =
        company.people.iter().any(|person| person.eagerness > 0.0) || matches!(company.story, Story::Told(_));
    let champion = company.place("champion").or(Some(0)).filter(|_| speaks);
    let mut evidence = Vec::new();
    for (element, assumed, stated, validated, artefact) in ELEMENTS {
        let is_known = random.chance(share);
        let how = random.share();
        let day = -random.between(3.0, oldest);
        if !is_known {
            continue;
        }
        let level = match champion {
            Some(_) if how < depth => Level::Validated,
            Some(_) if how < depth + 0.5 => Level::Stated,
            Some(_) | None => Level::Assumed,
        };
        let (note, artefact) = match level {
            Level::Assumed => (assumed, None),
            Level::Stated => (stated, None),
            Level::Validated => (validated, Some(artefact)),
        };
        evidence.push(Said {
            element,
            level,
            day,
            person: champion.filter(|_| level > Level::Assumed),
            note,
            artefact,
        });
    }
    let thousands = random.between(8.0, 260.0).round();
    let is_open = random.chance(share * 0.6);
    Known {
        evidence,
        amount: is_open.then_some(thousands * 1_000.0),
    }
}

/// How likely each element is known, how likely it is then shown, and how many days back it was said at most.
fn diligence(story: &Story, random: &mut Random) -> (f64, f64, f64) {
    let is_worked_well = random.chance(0.5);
    match story {
        Story::Hot { .. } if is_worked_well => (0.99, 0.9, 45.0),
        Story::Hot { .. } | Story::HeatingUp { .. } => (0.75, 0.35, 90.0),
        Story::Told(_) => (0.7, 0.2, 110.0),
        Story::Cooling { .. }
        | Story::Lost { .. }
        | Story::Trial { .. }
        | Story::DemoRequested { .. }
        | Story::Burst { .. } => (0.45, 0.2, 130.0),
        Story::Steady { .. } => (0.25, 0.0, 130.0),
        Story::Anonymous { .. } | Story::Awakening { .. } | Story::Quiet => (0.12, 0.0, 130.0),
        Story::JobSeekers => (0.0, 0.0, 130.0),
    }
}

/// One of eight proven; what was said of competitors is out of date.
fn northfold() -> Known {
    let said = |element, level, day, person, note, artefact| Said {
        element,
        level,
        day,
        person,
        note,
        artefact,
    };
    Known {
        evidence: vec![
            said(
                "metrics",
                Level::Assumed,
                -13.2,
                None,
                "Fewer empty miles: 12%. Our estimate",
                None,
            ),
            said(
                "decision_criteria",
                Level::Stated,
                -4.3,
                Some(3),
                "Criteria list shared in the meeting",
                None,
            ),
            said(
                "identified_pain",
                Level::Validated,
                -4.2,
                Some(2),
                "Every empty return trip costs them 340 EUR",
                Some("Mail from Priya, confirming it"),
            ),
            said(
                "champion",
                Level::Stated,
                -6.3,
                Some(2),
                "Offered to bring the case to her chief operating officer",
                None,
            ),
            said(
                "competition",
                Level::Stated,
                -83.5,
                Some(2),
                "They had one other vendor in, in spring",
                None,
            ),
        ],
        amount: Some(180_000.0),
    }
}
