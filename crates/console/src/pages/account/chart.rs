//! Heat over half a year and the weeks ahead, as a picture the server draws.

use quorate_domain::engagement::Band;
use quorate_domain::standing::{Change, Notice, Span};
use quorate_domain::time::{DAY_MS, Timestamp};
use quorate_engine::view::AccountView;

use crate::words;

const BACK_MS: i64 = super::BACK_DAYS * DAY_MS;
const AHEAD_MS: i64 = 60 * DAY_MS;
/// The drawing's plot: left, right, bottom (heat 0) and top (heat 100).
const LEFT: f64 = 30.0;
const RIGHT: f64 = 650.0;
const BOTTOM: f64 = 200.0;
const TOP: f64 = 24.0;
/// Where the bar of being MQA lies.
const BAR_Y: f64 = 12.0;
/// Rows of the table that tells the same.
const TABLE_ROWS: usize = 26;

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
    pub(crate) months: Vec<Label>,
    pub(crate) spans: Vec<SpanBar>,
    pub(crate) now_x: String,
    pub(crate) now_y: String,
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
    pub(crate) fn of(view: &AccountView, samples: &[Sample], coming: &[Notice]) -> Self {
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
        let ahead = ahead(last, coming);
        let peak = samples.iter().map(|sample| sample.heat).fold(0.0, f64::max);
        Self {
            alternative: format!(
                "Heat over 180 days: now {}, highest {}",
                words::whole(last.heat),
                words::whole(peak)
            ),
            forecast: scale.path(ahead.iter()),
            grid: [0.0, 20.0, 50.0, 80.0, 100.0]
                .into_iter()
                .map(|heat| GridLine {
                    y: format!("{:.1}", Scale::y(heat)),
                    text: words::whole(heat),
                })
                .collect(),
            months: months(&scale),
            spans: spans(view, &scale),
            now_x: format!("{:.1}", scale.x(last.at)),
            now_y: format!("{:.1}", Scale::y(last.heat)),
            bar_y: format!("{BAR_Y:.1}"),
            table: table(samples, now),
            line,
            area,
        }
    }
}

/// Returns the instants ahead at which heat is known: where it crosses into another band or ends being MQA. In
/// between it falls smoothly; the line is straight.
fn ahead(last: Sample, coming: &[Notice]) -> Vec<Sample> {
    let crossing = |notice: &Notice| {
        let heat = match &notice.change {
            Change::BandChanged { from, to } => Some(edge(*from, *to)),
            Change::MqaLeft(moment) => Some(moment.heat),
            Change::MqaEntered(_)
            | Change::MqaRevised { .. }
            | Change::Engaged { .. }
            | Change::Cooled { .. } => None,
        };
        heat.map(|heat| Sample { at: notice.at, heat })
    };
    let end = last.at.plus_millis(AHEAD_MS);
    let mut samples = vec![last];
    for next in coming.iter().filter_map(crossing) {
        let before = samples.last().copied().unwrap_or(last);
        if next.at > end {
            // The first crossing beyond the picture says how the line leaves it.
            let (whole, part) = (
                float(next.at.millis_since(before.at)),
                float(end.millis_since(before.at)),
            );
            let heat = before.heat + (next.heat - before.heat) * part / whole;
            samples.push(Sample { at: end, heat });
            return samples;
        }
        samples.push(next);
    }
    samples
}

/// Returns the heat between two bands.
fn edge(from: Band, to: Band) -> f64 {
    let warmer = from.max(to);
    match warmer {
        Band::Cold | Band::Warm => 20.0,
        Band::Hot => 50.0,
        Band::Burning => 80.0,
    }
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
    let bar = |from: Timestamp, to: Timestamp, coming: bool| SpanBar {
        from: format!("{:.1}", scale.x(from)),
        to: format!("{:.1}", scale.x(to)),
        coming,
    };
    let past = |span: &Span| {
        let left = span.left.unwrap_or(now);
        (left > start).then(|| bar(span.entered, left, false))
    };
    let mut bars: Vec<SpanBar> = spans.iter().filter_map(past).collect();
    if view.reading.is_mqa() {
        let ends = view.mqa_ends_at.unwrap_or_else(|| now.plus_millis(AHEAD_MS));
        bars.push(bar(now, ends, true));
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
