//! Heat over half a year and the weeks ahead, as a picture the server draws.

use quorate_domain::engagement;
use quorate_domain::explain::{Cause, GroupExplanation};
use quorate_domain::id::Kind;
use quorate_domain::standing::{ModelInForce, Span};
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::AccountView;

use super::deeds;
use crate::words;

pub(crate) const BACK_MS: i64 = super::BACK_DAYS * DAY_MS;
const AHEAD_DAYS: i64 = 60;
const AHEAD_MS: i64 = AHEAD_DAYS * DAY_MS;
/// The drawing's plot: left, right, bottom (heat 0) and top (heat 100).
const LEFT: f64 = 28.0;
const RIGHT: f64 = 686.0;
const BOTTOM: f64 = 214.0;
const TOP: f64 = 22.0;
/// Where the bar of being MQA lies.
const BAR_Y: f64 = 10.0;
/// Rows of the table that tells the same.
const TABLE_ROWS: usize = 26;
/// Marks of meetings and requests: drawn at most, and told in words at most.
const MARKS: usize = 24;
const MARKS_LABELLED: usize = 4;
/// How far apart labels of marks stand at least.
const LABEL_WIDTH: f64 = 104.0;

/// Heat at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) at: Timestamp,
    pub(crate) heat: f64,
}

/// The picture, ready to be written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chart {
    pub(crate) alternative: String,
    pub(crate) line: String,
    pub(crate) area: String,
    /// What comes if nothing new happens.
    pub(crate) forecast: String,
    pub(crate) grid: Vec<GridLine>,
    pub(crate) bands: Vec<GridLine>,
    pub(crate) months: Vec<Label>,
    pub(crate) spans: Vec<SpanBar>,
    /// Heat under which MQA ends, or from which it begins.
    pub(crate) line_of_rule: Option<RuleLine>,
    /// Where MQA ends if nothing new happens.
    pub(crate) end: Option<Mark>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) models: Vec<Label>,
    pub(crate) now: Mark,
    /// The step of the ramp at now.
    pub(crate) step: u8,
    /// Where the bar of being MQA lies.
    pub(crate) bar_y: String,
    pub(crate) table: Vec<(String, String)>,
}

/// A line across, with its number at the left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GridLine {
    pub(crate) y: String,
    pub(crate) text: String,
}

/// A text below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) x: String,
    pub(crate) text: String,
}

/// A time of being MQA.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpanBar {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) coming: bool,
    pub(crate) title: String,
}

/// A dashed line at a heat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RuleLine {
    pub(crate) y: String,
    pub(crate) from: String,
    pub(crate) text: String,
    /// Where the text ends.
    pub(crate) text_x: String,
}

/// Something at an instant and a heat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) title: String,
    /// Beside it; empty: the title must do.
    pub(crate) label: String,
    /// Where the label stands.
    pub(crate) label_x: String,
    pub(crate) label_y: String,
}

struct Scale {
    now: Timestamp,
}

impl Scale {
    fn x(&self, t: Timestamp) -> f64 {
        let since = t.millis_since(self.now).clamp(-BACK_MS, AHEAD_MS) + BACK_MS;
        LEFT + (RIGHT - LEFT) * float(since) / float(BACK_MS + AHEAD_MS)
    }

    fn y(heat: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP) * heat.clamp(0.0, 100.0) / 100.0
    }

    fn point(&self, sample: &Sample) -> String {
        format!("{:.1} {:.1}", self.x(sample.at), Self::y(sample.heat))
    }

    fn path<'a>(&self, samples: impl Iterator<Item = &'a Sample>) -> String {
        let points: Vec<String> = samples.map(|sample| self.point(sample)).collect();
        if points.len() < 2 {
            String::new()
        } else {
            format!("M{}", points.join("L"))
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "milliseconds of a year are far below 2^53"
)]
fn float(millis: i64) -> f64 {
    millis as f64
}

impl Chart {
    /// - `samples`: heat in the past, oldest first; the last one is now.
    /// - `models`: all that ever were in force.
    pub(crate) fn of(
        view: &AccountView,
        group: Option<&GroupExplanation>,
        samples: &[Sample],
        models: &[ModelInForce],
    ) -> Self {
        let now = view.reading.at;
        let scale = Scale { now };
        let last = samples.last().copied().unwrap_or(Sample { at: now, heat: 0.0 });
        let line = scale.path(samples.iter());
        let area = match (line.is_empty(), samples.first()) {
            (false, Some(first)) => {
                format!(
                    "{line}L{:.1} {BOTTOM}L{:.1} {BOTTOM}Z",
                    scale.x(last.at),
                    scale.x(first.at)
                )
            }
            (_, _) => String::new(),
        };
        let ahead = group.map_or_else(|| vec![last], |group| ahead(view, group, last));
        let peak = samples.iter().map(|sample| sample.heat).fold(0.0, f64::max);
        let grid = |heat: f64, text: String| GridLine {
            y: format!("{:.1}", Scale::y(heat)),
            text,
        };
        Self {
            alternative: alternative(view, last, peak),
            forecast: scale.path(ahead.iter()),
            grid: [0.0, 20.0, 50.0, 80.0, 100.0]
                .into_iter()
                .map(|heat| grid(heat, words::whole(heat)))
                .collect(),
            bands: [(90.0, "Burning"), (65.0, "Hot"), (35.0, "Warm"), (10.0, "Cold")]
                .into_iter()
                .map(|(heat, name)| grid(heat, name.to_owned()))
                .collect(),
            months: months(&scale),
            spans: spans(view, &scale),
            line_of_rule: line_of_rule(view, &scale),
            end: end(view, &scale, &ahead),
            marks: group.map_or_else(Vec::new, |group| marks(view, group, samples, &scale)),
            models: changes(models, &scale),
            now: Mark::at(&scale, last, String::new()),
            step: words::heat_step(last.heat),
            bar_y: format!("{BAR_Y:.1}"),
            table: table(samples, now),
            line,
            area,
        }
    }
}

impl Mark {
    fn at(scale: &Scale, sample: Sample, title: String) -> Self {
        let (x, y) = (scale.x(sample.at), Scale::y(sample.heat));
        Self {
            x: format!("{x:.1}"),
            y: format!("{y:.1}"),
            title,
            label: String::new(),
            label_x: format!("{:.1}", x - 7.0),
            label_y: format!("{:.1}", (y - 5.0).max(TOP + 2.0)),
        }
    }
}

fn alternative(view: &AccountView, last: Sample, peak: f64) -> String {
    let ends = view.mqa_ends_at.map_or_else(String::new, |ends| {
        format!(
            ", forecast to leave MQA on {}",
            words::date(ends, view.reading.at)
        )
    });
    format!(
        "Heat over 180 days: {} now, {} at its highest{ends}",
        words::whole(last.heat),
        words::whole(peak)
    )
}

/// Returns heat on the days ahead if nothing new happens.
fn ahead(view: &AccountView, group: &GroupExplanation, last: Sample) -> Vec<Sample> {
    let day = |day: i64| {
        let at = last.at.plus_millis(day * DAY_MS);
        let points = group.faded(&view.model, last.at, at).intent_points;
        Sample {
            at,
            heat: engagement::heat(points, view.model.half_point),
        }
    };
    std::iter::once(last).chain((1..=AHEAD_DAYS).map(day)).collect()
}

/// Returns heat between the samples around an instant.
fn heat_at(samples: &[Sample], at: Timestamp) -> Option<f64> {
    let after = samples.partition_point(|sample| sample.at < at);
    let next = samples.get(after)?;
    let Some(before) = after.checked_sub(1).and_then(|place| samples.get(place)) else {
        return Some(next.heat);
    };
    let whole = float(next.at.millis_since(before.at));
    if whole <= 0.0 {
        return Some(next.heat);
    }
    let part = float(at.millis_since(before.at));
    Some(before.heat + (next.heat - before.heat) * part / whole)
}

fn is_marked(model: &quorate_domain::model::Model, kind: &Kind) -> bool {
    let acts_now = model.rule(kind.as_str()).is_some_and(|rule| rule.act_now);
    acts_now
        || matches!(
            kind.as_str(),
            "meeting.attended" | "demo.attended" | "event.webinar.attended"
        )
}

/// Returns meetings and requests, the ones that brought most with a label as long as labels have room.
fn marks(view: &AccountView, group: &GroupExplanation, samples: &[Sample], scale: &Scale) -> Vec<Mark> {
    let start = scale.now.plus_millis(-BACK_MS);
    let mut found: Vec<(Timestamp, &Kind, f64)> = Vec::new();
    for person in &group.people {
        for kind in person
            .kinds
            .iter()
            .filter(|kind| is_marked(&view.model, &kind.kind))
        {
            for line in &kind.lines {
                if let Cause::Signal {
                    occurred_at,
                    points_then,
                    ..
                } = &line.cause
                    && *occurred_at > start
                {
                    found.push((*occurred_at, &kind.kind, person.weight * points_then));
                }
            }
        }
    }
    found.sort_by_key(|mark| std::cmp::Reverse(mark.0));
    // Several at one instant, such as a meeting of three, are one mark.
    found.dedup_by(|a, b| a.0.day() == b.0.day() && a.1 == b.1);
    found.truncate(MARKS);
    let mut by_points: Vec<usize> = (0..found.len()).collect();
    by_points.sort_by(|a, b| {
        let points = |place: &usize| found.get(*place).map_or(0.0, |mark| mark.2);
        points(b).total_cmp(&points(a)).then(a.cmp(b))
    });
    let mut labelled: Vec<f64> = Vec::new();
    let mut marks: Vec<Mark> = found
        .iter()
        .map(|(at, kind, _)| {
            let heat = heat_at(samples, *at).unwrap_or(0.0);
            let noun = words::capitalised(deeds::certain(&view.model, kind).trim_start_matches("the "));
            let title = format!("{noun}, {}", words::date(*at, scale.now));
            Mark::at(scale, Sample { at: *at, heat }, title)
        })
        .collect();
    for place in by_points {
        let (Some(mark), Some(found)) = (marks.get_mut(place), found.get(place)) else {
            continue;
        };
        let x = scale.x(found.0);
        let room = x > LEFT + LABEL_WIDTH && labelled.iter().all(|other| (other - x).abs() > LABEL_WIDTH);
        if labelled.len() < MARKS_LABELLED && room {
            mark.label.clone_from(&mark.title);
            labelled.push(x);
        }
    }
    marks
}

/// Returns changes of the model within the picture, with the number of the model that came.
fn changes(models: &[ModelInForce], scale: &Scale) -> Vec<Label> {
    let start = scale.now.plus_millis(-BACK_MS);
    models
        .iter()
        .enumerate()
        // The first one holds from the beginning, whenever it was put in.
        .skip(1)
        .filter(|(_, model)| model.from > start && model.from <= scale.now)
        .map(|(place, model)| Label {
            x: format!("{:.1}", scale.x(model.from)),
            text: format!("v{}", place + 1),
        })
        .collect()
}

fn line_of_rule(view: &AccountView, scale: &Scale) -> Option<RuleLine> {
    let thresholds = view.model.mqa.as_ref()?.thresholds(&view.state);
    let inside = view.reading.best()?.mqa_since;
    let (heat, text) = match inside {
        Some(_) => (
            thresholds.exit_heat,
            format!("MQA ends under {}", words::whole(thresholds.exit_heat)),
        ),
        None => (
            thresholds.enter_heat,
            format!("MQA from {}", words::whole(thresholds.enter_heat)),
        ),
    };
    let from = inside.unwrap_or(scale.now).max(scale.now.plus_millis(-BACK_MS));
    let text_x = view.mqa_ends_at.map_or(RIGHT, |ends| scale.x(ends) - 8.0);
    Some(RuleLine {
        y: format!("{:.1}", Scale::y(heat)),
        from: format!("{:.1}", scale.x(from)),
        text,
        // Between now and where it ends, unless that is too near.
        text_x: format!(
            "{:.1}",
            if text_x < scale.x(scale.now) + LABEL_WIDTH {
                RIGHT
            } else {
                text_x
            }
        ),
    })
}

fn end(view: &AccountView, scale: &Scale, ahead: &[Sample]) -> Option<Mark> {
    let at = view.mqa_ends_at?;
    if at.millis_since(scale.now) > AHEAD_MS {
        return None;
    }
    let heat = heat_at(ahead, at)?;
    let date = words::date(at, scale.now);
    let mut mark = Mark::at(scale, Sample { at, heat }, format!("MQA ends on {date}"));
    mark.label = date;
    mark.label_y = format!("{:.1}", TOP + 8.0);
    Some(mark)
}

fn months(scale: &Scale) -> Vec<Label> {
    let mut labels: Vec<Label> = Vec::new();
    let (mut day, end) = (scale.now.plus_millis(-BACK_MS), scale.now.plus_millis(AHEAD_MS));
    while day < end {
        if words::is_first_of_month(day) {
            labels.push(Label {
                x: format!("{:.1}", scale.x(day)),
                text: words::month_name(day).to_owned(),
            });
        }
        day = day.plus_millis(DAY_MS);
    }
    labels
}

fn spans(view: &AccountView, scale: &Scale) -> Vec<SpanBar> {
    let spans = view
        .reading
        .best()
        .map(|group| group.spans.as_slice())
        .unwrap_or_default();
    let (start, now) = (scale.now.plus_millis(-BACK_MS), scale.now);
    let bar = |from: Timestamp, to: Timestamp, coming: bool, title: String| SpanBar {
        from: format!("{:.1}", scale.x(from)),
        to: format!("{:.1}", scale.x(to)),
        coming,
        title,
    };
    let past = |span: &Span| {
        let left = span.left.unwrap_or(now);
        let since = words::date(span.entered, now);
        let title = span.left.map_or_else(
            || format!("MQA since {since}"),
            |left| format!("MQA from {since} to {}", words::date(left, now)),
        );
        (left > start).then(|| bar(span.entered, left, false, title))
    };
    let mut bars: Vec<SpanBar> = spans.iter().filter_map(past).collect();
    if view.reading.is_mqa() {
        let ends = view.mqa_ends_at.unwrap_or_else(|| now.plus_millis(AHEAD_MS));
        bars.push(bar(now, ends, true, "MQA, if nothing new happens".to_owned()));
    }
    bars
}

fn table(samples: &[Sample], now: Timestamp) -> Vec<(String, String)> {
    let step = samples.len().div_ceil(TABLE_ROWS).max(1);
    samples
        .iter()
        .rev()
        .step_by(step)
        .map(|sample| (words::date(sample.at, now), words::whole(sample.heat)))
        .collect()
}

/// A line without scale or rule, for a person's engagement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spark {
    pub(crate) alternative: String,
    pub(crate) line: String,
    pub(crate) area: String,
    /// Where somebody begins to be engaged.
    pub(crate) engaged_y: String,
    pub(crate) months: Vec<Label>,
    pub(crate) top: String,
    pub(crate) table: Vec<(String, String)>,
}

impl Spark {
    /// - `values`: oldest first; the last is now.
    /// - `line`: where somebody begins to be engaged.
    pub(crate) fn of(now: Timestamp, values: &[(Timestamp, f64)], engaged_at: f64) -> Self {
        const HIGH: f64 = 120.0;
        const LOW: f64 = 12.0;
        let top = values
            .iter()
            .map(|(_, value)| *value)
            .fold(engaged_at * 1.5, f64::max)
            .max(1.0);
        let x = |at: Timestamp| {
            let since = float(at.millis_since(now).clamp(-BACK_MS, 0) + BACK_MS);
            LEFT + (RIGHT - LEFT) * since / float(BACK_MS)
        };
        let y = |value: f64| HIGH - (HIGH - LOW) * value.clamp(0.0, top) / top;
        let points: Vec<String> = values
            .iter()
            .map(|(at, value)| format!("{:.1} {:.1}", x(*at), y(*value)))
            .collect();
        let line = if points.len() < 2 {
            String::new()
        } else {
            format!("M{}", points.join("L"))
        };
        let area = match (line.is_empty(), values.first()) {
            (false, Some((first, _))) => format!("{line}L{RIGHT} {HIGH}L{:.1} {HIGH}Z", x(*first)),
            (_, _) => String::new(),
        };
        let last = values.last().map_or(0.0, |(_, value)| *value);
        let peak = values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
        let step = values.len().div_ceil(TABLE_ROWS).max(1);
        let mut months = Vec::new();
        for day in 0..super::BACK_DAYS {
            let at = now.plus_millis(-day * DAY_MS);
            if words::is_first_of_month(at) {
                months.push(Label {
                    x: format!("{:.1}", x(at)),
                    text: words::month_name(at).to_owned(),
                });
            }
        }
        Self {
            alternative: format!(
                "Engagement over 180 days: {} now, {} at its highest",
                words::points(last),
                words::points(peak)
            ),
            engaged_y: format!("{:.1}", y(engaged_at)),
            top: words::points(top),
            months,
            table: values
                .iter()
                .rev()
                .step_by(step)
                .map(|(at, value)| (words::date(*at, now), words::points(*value)))
                .collect(),
            line,
            area,
        }
    }
}
