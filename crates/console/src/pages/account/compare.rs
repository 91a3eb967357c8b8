//! What changed between two instants: causes by person and kind, and what fading took.

use quorate_domain::engagement;
use quorate_domain::explain::{self, GroupExplanation};
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::AccountView;

use super::asked::{self, Links};
use super::sentence::Sentence;
use super::{deeds, people};
use crate::words;

/// How wide the longest bar is drawn; the axis stands in the middle.
const BAR_WIDTH: f64 = 60.0;
/// Points from which a cause is told.
const LEAST: f64 = 0.05;
/// Causes with a line of their own.
const CAUSES: usize = 12;

/// The choice of an instant to compare with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    /// What the date field says: `2026-06-09`.
    pub(crate) day: String,
    /// The latest day that can be chosen.
    pub(crate) latest: String,
    /// Quick choices.
    pub(crate) presets: Vec<Preset>,
    /// Where the form goes.
    pub(crate) action: String,
    /// The instant of the page, kept by the form.
    pub(crate) as_of: Option<String>,
}

/// A quick choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Preset {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

/// What changed.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Comparison {
    pub(crate) text: Sentence,
    pub(crate) causes: Vec<CauseLine>,
    /// Where the comparison is closed.
    pub(crate) close: String,
}

/// A cause and what it gave or took.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CauseLine {
    pub(crate) who: String,
    pub(crate) href: Option<String>,
    pub(crate) what: String,
    pub(crate) points: String,
    pub(crate) exact: String,
    pub(crate) gained: bool,
    /// Where the bar begins, and how wide it is.
    pub(crate) x: String,
    pub(crate) width: String,
}

impl Choice {
    pub(crate) fn of(view: &AccountView, asked: &asked::Asked, with: Option<Timestamp>) -> Self {
        let now = view.reading.at;
        let mut presets: Vec<(String, Timestamp)> = vec![
            ("a week ago".to_owned(), now.plus_millis(-7 * DAY_MS)),
            ("30 days ago".to_owned(), now.plus_millis(-30 * DAY_MS)),
        ];
        if let Some(since) = view.reading.mqa_since() {
            let before = since.plus_millis(-1);
            presets.push((format!("before MQA, {}", words::date(since, now)), before));
        }
        let preset = |(name, at): (String, Timestamp)| Preset {
            name,
            href: asked.links.to("", &[("compare", &at.to_string())]),
            current: with == Some(at),
        };
        Self {
            day: with.map(asked::day).unwrap_or_default(),
            latest: asked::day(now),
            presets: presets.into_iter().map(preset).collect(),
            action: asked.links.now(""),
            as_of: asked.at.map(|at| at.to_string()),
        }
    }
}

impl Comparison {
    /// Compares the groups that speak for the account.
    ///
    /// - `earlier`, `before`: the account then and its explanation; `None` inside: nothing was known.
    /// - `later`: its explanation now, of the same group.
    pub(crate) fn of(
        view: &AccountView,
        later: &GroupExplanation,
        before: &AccountView,
        earlier: &GroupExplanation,
        links: &Links,
    ) -> Self {
        let (then, now) = (before.reading.at, view.reading.at);
        let faded = earlier.faded(&before.model, then, now);
        let mut all = explain::differences(earlier, &faded, later);
        // What reads as 0.0 is no cause: unchanged sums differ by the rounding of floats.
        all.retain(|cause| cause.points.abs() >= LEAST);
        let largest = all.iter().map(|cause| cause.points.abs()).fold(0.0, f64::max);
        let gained: f64 = all.iter().map(|cause| cause.points.max(0.0)).sum();
        let lost: f64 = all.iter().map(|cause| cause.points.min(0.0)).sum();
        let line = |cause: &explain::Difference| {
            let width = if largest > 0.0 {
                BAR_WIDTH * cause.points.abs() / largest
            } else {
                0.0
            };
            let x = if cause.points > 0.0 {
                BAR_WIDTH
            } else {
                BAR_WIDTH - width
            };
            CauseLine {
                who: match (&cause.kind, cause.contact) {
                    (None, _) => String::new(),
                    (Some(_), contact) => people::name(view, contact),
                },
                href: cause
                    .kind
                    .as_ref()
                    .map(|kind| links.signals(cause.contact, std::slice::from_ref(kind))),
                what: cause.kind.as_ref().map_or_else(
                    || "older signals fade".to_owned(),
                    |kind| deeds::label(&view.model, kind),
                ),
                points: words::signed_points(cause.points),
                exact: words::signed_exact(cause.points),
                gained: cause.points > 0.0,
                x: format!("{x:.1}"),
                width: format!("{width:.1}"),
            }
        };
        let mut causes: Vec<CauseLine> = all.iter().take(CAUSES).map(line).collect();
        let rest: f64 = all.iter().skip(CAUSES).map(|cause| cause.points).sum();
        if all.len() > CAUSES {
            let more = explain::Difference {
                contact: None,
                kind: None,
                points: rest,
            };
            causes.push(CauseLine {
                what: format!("{} smaller ones", all.len() - CAUSES),
                ..line(&more)
            });
        }
        let heat = |points: f64, view: &AccountView| engagement::heat(points, view.model.half_point);
        let (was, is) = (
            heat(earlier.intent_points, before),
            heat(later.intent_points, view),
        );
        let mut text = Sentence::default();
        text.say(&format!(
            "From {} to {} heat went from ",
            instant(then, now),
            instant(now, now)
        ))
        .stress(&words::whole(was))
        .say(" to ")
        .stress(&words::whole(is))
        .say(": ")
        .stress(&words::points(gained))
        .say(" points came in, ")
        .stress(&words::points(-lost))
        .say(&format!(
            " went, {} in all.",
            words::signed_points(later.intent_points - earlier.intent_points)
        ));
        if before.model_version != view.model_version {
            text.say(" The model changed in between, which counts in both.");
        }
        Self {
            text,
            causes,
            close: links.to("", &[]),
        }
    }
}

/// Returns an instant as short as it can be told: a day at its first instant is the day.
fn instant(t: Timestamp, now: Timestamp) -> String {
    if t == now {
        "now".to_owned()
    } else {
        words::date(t, now)
    }
}
