//! What the sellers of the demo know: evidence for elements, dated and sourced, and what they opened.
//!
//! Northfold's is written by hand. The others' is drawn by how much goes on there, apart from their stories, so that
//! it changes no signal.

use quorate_domain::contact::Attitude;
use quorate_domain::evidence::Level;

use super::company::Company;
use super::random::Random;
use super::story::{Happening, Story};

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
    /// Who denies it, by place.
    pub(crate) contested_by: Option<usize>,
}

/// What somebody says who denies a statement.
pub(crate) const DENIAL: &str = "Says that this is not so on their side";

/// What is known of a company beside its signals.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Known {
    pub(crate) evidence: Vec<Said>,
    /// What the open opportunity is worth, in the model's currency; `None`: there is none.
    pub(crate) amount: Option<f64>,
    /// What buyers did about it in the last weeks, beside what the company's story tells.
    pub(crate) done: Vec<Happening>,
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
    let diligence = Diligence::of(&company.story, random.share());
    let Diligence { share, depth, oldest } = diligence;
    let speaks =
        company.people.iter().any(|person| person.eagerness > 0.0) || matches!(company.story, Story::Told(_));
    let champion = company.place("champion").or(Some(0)).filter(|_| speaks);
    let against = company
        .people
        .iter()
        .position(|person| person.attitude == Some(Attitude::Detractor));
    let last = company.people.len().checked_sub(1);
    let denier = against.or(last).filter(|place| Some(*place) != champion);
    let mut evidence = Vec::new();
    for (element, assumed, stated, validated, artefact) in ELEMENTS {
        let is_known = random.chance(share);
        let how = random.share();
        let day = -random.between(3.0, oldest);
        let is_denied = random.chance(0.07);
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
            contested_by: denier.filter(|_| is_denied && level > Level::Assumed),
        });
    }
    let thousands = random.between(8.0, 260.0).round();
    let is_open = random.chance(share * 0.6);
    let done = if diligence.is_closing() {
        closing(company, random.between(-14.0, -4.0))
    } else {
        Vec::new()
    };
    Known {
        evidence,
        amount: is_open.then_some(thousands * 1_000.0),
        done,
    }
}

/// What happens shortly before a decision: the case is counted, and those who decide meet.
fn closing(company: &Company, day: f64) -> Vec<Happening> {
    let steps = [
        ("champion", "roi.calculated", Some("Business case"), -2.0),
        ("technical_evaluator", "review.compare", Some("Comparison"), -1.0),
        (
            "champion",
            "meeting.attended",
            Some("Review of the business case"),
            0.0,
        ),
        (
            "economic_buyer",
            "meeting.attended",
            Some("Review of the business case"),
            0.0,
        ),
        (
            "technical_evaluator",
            "meeting.attended",
            Some("Review of the business case"),
            0.0,
        ),
    ];
    let happening = |(role, kind, object, after)| {
        let person = Some(company.place(role)?);
        Some(Happening {
            day: day + after,
            person,
            kind,
            strength: 1.0,
            object,
        })
    };
    steps.into_iter().filter_map(happening).collect()
}

/// How well sellers work on a company.
#[derive(Clone, Copy)]
struct Diligence {
    /// How likely each element is known.
    share: f64,
    /// How likely it is then shown, not only said.
    depth: f64,
    /// How many days back it was said at most. Statements go stale after 60 or 90.
    oldest: f64,
}

impl Diligence {
    const CLOSING: Self = Self::new(1.0, 0.97, 40.0);
    const WORKED: Self = Self::new(0.92, 0.5, 70.0);
    const BEGUN: Self = Self::new(0.7, 0.25, 110.0);
    const LEFT: Self = Self::new(0.45, 0.2, 130.0);
    const TOUCHED: Self = Self::new(0.25, 0.0, 130.0);
    const GUESSED: Self = Self::new(0.12, 0.0, 130.0);
    const NONE: Self = Self::new(0.0, 0.0, 130.0);

    const fn new(share: f64, depth: f64, oldest: f64) -> Self {
        Self { share, depth, oldest }
    }

    fn is_closing(self) -> bool {
        self.depth >= Self::CLOSING.depth
    }

    /// - `luck`: in `[0, 1)`; the lower, the better the sellers.
    fn of(story: &Story, luck: f64) -> Self {
        match story {
            Story::Hot { .. } if luck < 0.35 => Self::CLOSING,
            Story::Hot { .. } if luck < 0.85 => Self::WORKED,
            Story::HeatingUp { .. } | Story::Trial { .. } if luck < 0.08 => Self::CLOSING,
            Story::HeatingUp { .. } | Story::Trial { .. } if luck < 0.45 => Self::WORKED,
            Story::DemoRequested { .. } if luck < 0.25 => Self::WORKED,
            Story::Hot { .. } | Story::HeatingUp { .. } | Story::Trial { .. } | Story::Told(_) => Self::BEGUN,
            Story::Cooling { .. }
            | Story::Lost { .. }
            | Story::DemoRequested { .. }
            | Story::Burst { .. } => Self::LEFT,
            Story::Steady { .. } => Self::TOUCHED,
            Story::Anonymous { .. } | Story::Awakening { .. } | Story::Quiet => Self::GUESSED,
            Story::JobSeekers => Self::NONE,
        }
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
        contested_by: None,
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
        done: Vec::new(),
    }
}
