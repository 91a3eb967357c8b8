//! Parts that several pages show: each a view struct of plain values and a template without arithmetic.

use askama::Template;
use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::standing::Stage;
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::list::Trend;

use crate::words;

mod needs;
mod seats;
mod tape;

pub(crate) use needs::Needs;
pub(crate) use seats::Quorum;
pub(crate) use tape::HeatTape;

/// Within this many days an end is told as time left, and in warning colour.
const SOON_DAYS: i64 = 14;

/// Heat: a step of the ramp with the number in it.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/heat.html")]
pub(crate) struct HeatChip {
    pub(crate) step: u8,
    pub(crate) number: String,
    pub(crate) title: String,
    /// `xs`, `lg` or nothing.
    pub(crate) size: &'static str,
}

impl HeatChip {
    pub(crate) fn of(heat: f64, band: Band) -> Self {
        Self {
            step: words::heat_step(heat),
            number: words::whole(heat),
            title: format!("Heat {}, {}", words::whole(heat), band.as_str()),
            size: "",
        }
    }

    pub(crate) fn sized(self, size: &'static str) -> Self {
        Self { size, ..self }
    }
}

/// Momentum: a triangle, the ratio and the word.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/momentum.html")]
pub(crate) struct Momentum {
    /// `up`, `down` or `flat`; nothing: undefined.
    pub(crate) direction: Option<&'static str>,
    pub(crate) ratio: String,
    pub(crate) word: &'static str,
    /// `+24 in 7 d`; nothing: not known.
    pub(crate) change: String,
    pub(crate) title: String,
}

impl Momentum {
    /// Returns the same with what heat did in a week.
    pub(crate) fn with_change(self, change: Option<i16>) -> Self {
        let change = change.map(|change| format!("{} in 7 d", words::change(i64::from(change))));
        Self {
            change: change.unwrap_or_default(),
            ..self
        }
    }

    pub(crate) fn of(momentum: Option<f64>) -> Self {
        let Some(momentum) = momentum else {
            return Self {
                direction: None,
                ratio: words::UNKNOWN.to_owned(),
                word: "",
                change: String::new(),
                title: "Momentum is not known: too few points in 30 days".to_owned(),
            };
        };
        let trend = Trend::of(momentum);
        Self {
            direction: Some(match trend {
                Trend::Surging => "up",
                Trend::Steady => "flat",
                Trend::Cooling => "down",
            }),
            ratio: words::momentum(momentum),
            word: trend.as_str(),
            change: String::new(),
            title: format!(
                "Points of the last week come in at {momentum:.2} times the rate of the last 30 days"
            ),
        }
    }
}

/// Fit: the grade in a square, the value beside it.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/fit.html")]
pub(crate) struct Fit {
    pub(crate) grade: &'static str,
    pub(crate) number: String,
    pub(crate) title: String,
}

impl Fit {
    pub(crate) fn of(fit: Option<f64>, grade: Option<Grade>) -> Self {
        let number = fit.map_or_else(String::new, words::whole);
        let title = match (fit, grade) {
            (Some(fit), Some(grade)) => format!("Fit {}, grade {}", words::exact(fit), grade.as_str()),
            (Some(fit), None) => format!("Fit {}, not graded: too few facts known", words::exact(fit)),
            (None, _) => "Fit is not known: no fact the model asks for is".to_owned(),
        };
        Self {
            grade: grade.map_or(words::UNKNOWN, Grade::as_str),
            number,
            title,
        }
    }
}

/// How far an account has come, and what comes next.
#[derive(Clone, Debug, PartialEq, Eq, Template)]
#[template(path = "partials/status.html")]
pub(crate) struct Status {
    /// Colour of the badge.
    pub(crate) tone: &'static str,
    pub(crate) stage: &'static str,
    /// Beside the badge.
    pub(crate) since: Option<Dated>,
    /// Below it.
    pub(crate) until: Option<Dated>,
    /// Whether it ends soon.
    pub(crate) soon: bool,
    /// What keeps it from being MQA.
    pub(crate) needs: Option<Needs>,
}

/// A text about an instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) text: String,
    pub(crate) title: String,
    /// For programs.
    pub(crate) machine: String,
}

impl Dated {
    pub(crate) fn new(text: String, t: Timestamp) -> Self {
        Self {
            text,
            title: words::instant(t),
            machine: t.to_string(),
        }
    }

    pub(crate) fn ago(t: Timestamp, now: Timestamp) -> Self {
        Self::new(words::ago(t, now), t)
    }
}

impl Status {
    pub(crate) fn of(
        stage: Stage,
        mqa_since: Option<Timestamp>,
        mqa_ends_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let since = mqa_since.map(|since| Dated::new(format!("since {}", words::date(since, now)), since));
        let soon = mqa_ends_at.is_some_and(|ends| ends.millis_since(now) < SOON_DAYS * DAY_MS);
        let until = mqa_ends_at.map(|ends| {
            let text = if soon {
                format!("leaves in {}", words::ahead(ends, now))
            } else {
                format!("until {}", words::date(ends, now))
            };
            Dated::new(text, ends)
        });
        Self {
            tone: match stage {
                Stage::Mqa => "acc",
                Stage::Target | Stage::Aware | Stage::Engaged => "n",
                Stage::Disqualified => "danger",
            },
            stage: stage_word(stage),
            since,
            until,
            soon,
            needs: None,
        }
    }

    /// Returns the same with what keeps the account from being MQA.
    pub(crate) fn with_needs(self, needs: Option<Needs>) -> Self {
        Self { needs, ..self }
    }
}

/// Returns a stage as people read it.
pub(crate) fn stage_word(stage: Stage) -> &'static str {
    match stage {
        Stage::Target => "Target",
        Stage::Aware => "Aware",
        Stage::Engaged => "Engaged",
        Stage::Mqa => "MQA",
        Stage::Disqualified => "Disqualified",
    }
}

#[cfg(test)]
mod tests;
