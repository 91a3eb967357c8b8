//! Stories: how much happens at a company on a day, and what.
//!
//! Days count from the demo's start: -180 to -1 are history, from 0 on they happen before the viewer's eyes. A day
//! is drawn by itself, so that the same seed tells the same story however often the demo is stopped in between.

use super::company::Company;
use super::random::Random;

/// Something that happens, without the instant the demo started at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Happening {
    /// When, in days since the demo's start; negative: before.
    pub(crate) day: f64,
    /// Who, by place; `None`: an anonymous visitor.
    pub(crate) person: Option<usize>,
    pub(crate) kind: &'static str,
    pub(crate) strength: f64,
    /// What it was about.
    pub(crate) object: Option<&'static str>,
}

/// What goes on at a company.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Story {
    /// A buying process under way, since some weeks.
    Hot { since: f64 },
    /// More from week to week.
    HeatingUp { pace: f64 },
    /// A little all the time.
    Steady { a_day: f64 },
    /// Was hot, fell silent.
    Cooling { until: f64 },
    /// One busy week, then nothing.
    Burst { at: f64 },
    /// Visits nobody puts a name to, and a vendor who saw a surge.
    Anonymous { a_day: f64 },
    /// Asked for a demo.
    DemoRequested { at: f64 },
    /// Visits the careers page: no buyer.
    JobSeekers,
    /// Tries the product.
    Trial { since: f64 },
    /// A deal was lost.
    Lost { at: f64 },
    /// Wakes up while the viewer watches.
    Awakening { at: f64 },
    /// Next to nothing.
    Quiet,
    /// Written by hand; see the cast.
    Told(Vec<Happening>),
}

/// Kinds with what they are about, and how often each, for one sort of interest.
type Mix = &'static [(&'static str, Option<&'static str>, f64)];

const BROWSING: Mix = &[
    ("page.view", Some("/product"), 4.0),
    ("page.view", Some("/customers"), 2.0),
    ("page.blog", Some("/blog/five-signs-of-a-buying-committee"), 3.0),
    ("page.blog", Some("/blog/how-attribution-misleads"), 2.0),
    ("page.docs", Some("/docs/api"), 1.5),
    ("content.video", Some("Product tour"), 1.0),
    ("email.open", Some("Newsletter"), 4.0),
    ("email.click", Some("Newsletter"), 1.5),
    ("ad.click", Some("Retargeting"), 1.0),
    ("social.engaged", None, 1.0),
    ("content.download", Some("Buyer's guide"), 0.6),
];

const EVALUATING: Mix = &[
    ("page.pricing", Some("/pricing"), 3.0),
    ("page.comparison", Some("/compare"), 1.5),
    (
        "content.case_study",
        Some("Case study: cutting sales cycles"),
        2.5,
    ),
    ("content.download", Some("Security overview"), 2.0),
    ("content.download", Some("Buyer's guide"), 1.0),
    ("email.click", Some("Invitation"), 2.0),
    ("email.reply", None, 1.2),
    (
        "event.webinar.attended",
        Some("Webinar: from leads to committees"),
        1.0,
    ),
    (
        "event.webinar.registered",
        Some("Webinar: from leads to committees"),
        0.8,
    ),
    ("meeting.attended", None, 0.8),
    ("meeting.booked", None, 0.5),
    ("call.connected", None, 0.8),
    ("roi.calculated", Some("ROI calculator"), 0.5),
    ("page.docs", Some("/docs/security"), 1.5),
];

const USING: Mix = &[
    ("product.sign_in", None, 6.0),
    ("product.core_use", None, 2.0),
    ("product.invite", None, 0.4),
    ("product.limit", None, 0.2),
    ("page.docs", Some("/docs/getting-started"), 2.0),
    ("page.pricing", Some("/pricing"), 0.6),
];

const PASSING: Mix = &[
    ("page.view", Some("/"), 5.0),
    ("page.view", Some("/product"), 3.0),
    ("page.pricing", Some("/pricing"), 0.8),
    ("page.blog", Some("/blog/how-attribution-misleads"), 2.0),
];

const JOB_SEEKING: Mix = &[
    ("page.careers", Some("/careers"), 3.0),
    ("page.view", Some("/about"), 1.0),
];

impl Story {
    /// Draws a story; most accounts of a list are quiet.
    pub(super) fn draw(random: &mut Random) -> Self {
        let kind =
            random.weighted([4.0, 9.0, 16.0, 11.0, 9.0, 14.0, 1.5, 4.0, 3.0, 3.0, 6.0, 19.5].into_iter());
        match kind {
            0 => Self::Hot {
                since: random.between(-75.0, -20.0),
            },
            1 => Self::HeatingUp {
                pace: random.between(8.0, 25.0),
            },
            2 => Self::Steady {
                a_day: random.between(0.04, 0.2),
            },
            3 => Self::Cooling {
                until: random.between(-80.0, -15.0),
            },
            4 => Self::Burst {
                at: random.between(-140.0, -8.0),
            },
            5 => Self::Anonymous {
                a_day: random.between(0.1, 1.2),
            },
            6 => Self::DemoRequested {
                at: random.between(-12.0, -0.5),
            },
            7 => Self::JobSeekers,
            8 => Self::Trial {
                since: random.between(-60.0, -5.0),
            },
            9 => Self::Lost {
                at: random.between(-90.0, -10.0),
            },
            10 => Self::Awakening {
                at: random.between(0.1, 14.0),
            },
            _ => Self::Quiet,
        }
    }

    /// Draws how many people take part.
    pub(super) fn active_people(&self, random: &mut Random) -> usize {
        match self {
            Self::Hot { .. } | Self::Trial { .. } => 4 + random.below(3),
            Self::HeatingUp { .. } | Self::Cooling { .. } | Self::Lost { .. } | Self::Awakening { .. } => {
                3 + random.below(3)
            }
            Self::Burst { .. } | Self::Steady { .. } | Self::DemoRequested { .. } => 1 + random.below(3),
            Self::Anonymous { .. } | Self::JobSeekers => 0,
            Self::Quiet | Self::Told(_) => 1,
        }
    }

    /// How many signals people give on a day, and of which sorts, on average.
    fn known(&self, day: f64) -> [(f64, Mix); 2] {
        match *self {
            Self::Hot { since } if day >= since => [(0.1, BROWSING), (0.17, EVALUATING)],
            Self::HeatingUp { pace } => {
                // Tenfold in 2.3 times `pace` days, up to the start; then it stays.
                let level = (day.min(0.0) / pace).exp();
                [(0.03 + 0.15 * level, BROWSING), (0.2 * level, EVALUATING)]
            }
            Self::Steady { a_day } => [(a_day, BROWSING), (a_day / 8.0, EVALUATING)],
            Self::Cooling { until } | Self::Lost { at: until } if day < until && day > until - 50.0 => {
                [(0.1, BROWSING), (0.2, EVALUATING)]
            }
            Self::Burst { at } if (at..at + 6.0).contains(&day) => [(0.9, BROWSING), (0.5, EVALUATING)],
            Self::DemoRequested { at } if day > at - 10.0 => [(0.15, BROWSING), (0.06, EVALUATING)],
            Self::Trial { since } if day >= since => [(0.3, USING), (0.03, EVALUATING)],
            Self::Awakening { at } if day >= at => [(0.5, BROWSING), (0.6, EVALUATING)],
            Self::Hot { .. } | Self::Trial { .. } | Self::Lost { .. } | Self::Cooling { .. } => {
                [(0.02, BROWSING), (0.0, EVALUATING)]
            }
            Self::Burst { .. } | Self::DemoRequested { .. } | Self::Awakening { .. } | Self::Quiet => {
                [(0.01, BROWSING), (0.0, EVALUATING)]
            }
            Self::Anonymous { .. } | Self::JobSeekers | Self::Told(_) => [(0.0, BROWSING), (0.0, EVALUATING)],
        }
    }

    /// How many signals nobody in particular gives on a day, on average.
    fn anonymous(&self) -> (f64, Mix) {
        match *self {
            Self::Anonymous { a_day } => (a_day, PASSING),
            Self::JobSeekers => (0.12, JOB_SEEKING),
            Self::Quiet => (0.02, PASSING),
            Self::Told(_) => (0.0, PASSING),
            Self::Hot { .. }
            | Self::HeatingUp { .. }
            | Self::Steady { .. }
            | Self::Cooling { .. }
            | Self::Burst { .. }
            | Self::DemoRequested { .. }
            | Self::Trial { .. }
            | Self::Lost { .. }
            | Self::Awakening { .. } => (0.06, PASSING),
        }
    }
}

/// Returns what happens at a company on a day (from `day` to `day + 1`), in the order of time.
pub(crate) fn day_at(company: &Company, day: i32, random: &mut Random) -> Vec<Happening> {
    let start = f64::from(day);
    if let Story::Told(told) = &company.story {
        let today = told
            .iter()
            .filter(|happening| happening.day >= start && happening.day < start + 1.0);
        return sorted(today.cloned().collect());
    }
    let mut today = Vec::new();
    if company.people.iter().any(|person| person.eagerness > 0.0) {
        for (a_day, mix) in company.story.known(start) {
            for _ in 0..random.count(a_day) {
                let person = random.weighted(company.people.iter().map(|person| person.eagerness));
                today.push(draw(random, start, Some(person), mix));
            }
        }
    }
    let (a_day, mix) = company.story.anonymous();
    for _ in 0..random.count(a_day) {
        today.push(draw(random, start, None, mix));
    }
    today.extend(milestones(company, start));
    // Once a week a vendor tells what it saw.
    if matches!(company.story, Story::Anonymous { .. } | Story::HeatingUp { .. }) && day.rem_euclid(7) == 3 {
        let strength = random.between(10.0, 45.0).round();
        today.push(Happening {
            day: start + 0.25,
            person: None,
            kind: "intent.surge",
            strength,
            object: None,
        });
    }
    sorted(today)
}

/// What happens once in a story.
fn milestones(company: &Company, start: f64) -> Vec<Happening> {
    let today = |at: f64| (start..start + 1.0).contains(&at);
    let first = company.people.iter().position(|person| person.eagerness > 0.0);
    let once = |at: f64, person, kind| Happening {
        day: at,
        person,
        kind,
        strength: 1.0,
        object: None,
    };
    match company.story {
        Story::DemoRequested { at } if today(at) => vec![once(at, first, "demo.requested")],
        Story::Trial { since } if today(since) => vec![
            once(since, first, "trial.started"),
            once(since + 0.01, first, "product.activation"),
        ],
        Story::Lost { at } if today(at) => vec![once(at, None, "deal.lost")],
        Story::Awakening { at } if today(at) => vec![once(at, first, "event.attended")],
        Story::DemoRequested { .. }
        | Story::Trial { .. }
        | Story::Lost { .. }
        | Story::Awakening { .. }
        | Story::Hot { .. }
        | Story::HeatingUp { .. }
        | Story::Steady { .. }
        | Story::Cooling { .. }
        | Story::Burst { .. }
        | Story::Anonymous { .. }
        | Story::JobSeekers
        | Story::Quiet
        | Story::Told(_) => Vec::new(),
    }
}

fn draw(random: &mut Random, start: f64, person: Option<usize>, mix: Mix) -> Happening {
    let place = random.weighted(mix.iter().map(|(_, _, weight)| *weight));
    let (kind, object) = mix
        .get(place)
        .map_or(("page.view", None), |(kind, object, _)| (*kind, *object));
    // A meeting of strength 1 is half an hour.
    let strength = if kind == "meeting.attended" {
        random.pick(&[1.0, 1.5, 2.0])
    } else {
        1.0
    };
    // From 7 to 19 o'clock, if the demo started at midnight.
    let day = start + random.between(7.0, 19.0) / 24.0;
    Happening {
        day,
        person,
        kind,
        strength,
        object,
    }
}

fn sorted(mut happenings: Vec<Happening>) -> Vec<Happening> {
    happenings.sort_by(|a, b| a.day.total_cmp(&b.day));
    happenings
}
