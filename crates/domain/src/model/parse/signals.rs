//! `[signals."KIND or prefix.*"]`.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Names;
use super::reader::{Bound, Item, Section};
use crate::id::Kind;
use crate::model::{Combine, SignalRule};
use crate::time::{Days, HalfLife};

/// Rules by exact kind, and by prefix (with its dot), longest first, then by name.
pub(super) type Rules = (BTreeMap<Kind, Arc<SignalRule>>, Vec<(Arc<str>, Arc<SignalRule>)>);

/// What the key of a rule stands for.
pub(super) enum Covers {
    /// One kind.
    Kind(Kind),
    /// Every kind that goes on after this prefix, which ends with a dot.
    Prefix(Arc<str>),
}

impl Covers {
    /// Returns what a key stands for, or what is wrong with it.
    pub(super) fn parse(key: &str) -> Result<Self, String> {
        let wrong = || format!("a pattern is a prefix and .* at the end, such as \"page.*\", found {key:?}");
        if !key.contains('*') {
            return Kind::new(key).map(Self::Kind).map_err(|error| error.to_string());
        }
        let prefix = key.strip_suffix('*').ok_or_else(wrong)?;
        let name = prefix.strip_suffix('.').ok_or_else(wrong)?;
        if name.is_empty() || name.contains('*') {
            return Err(wrong());
        }
        Kind::new(name).map_err(|error| error.to_string())?;
        Ok(Self::Prefix(prefix.into()))
    }
}

pub(super) fn signals(root: &Section<'_>, names: &Names<'_>) -> Rules {
    let mut kinds = BTreeMap::new();
    let mut prefixes = Vec::new();
    for (key, item) in root.section_or_empty("signals").entries() {
        let covers = Covers::parse(key);
        if let Err(problem) = &covers {
            item.problem(problem);
        }
        let Some(rule) = rule(&item, names).map(Arc::new) else {
            continue;
        };
        match covers {
            Ok(Covers::Kind(kind)) => {
                kinds.insert(kind, rule);
            }
            Ok(Covers::Prefix(prefix)) => prefixes.push((prefix, rule)),
            Err(_) => {}
        }
    }
    prefixes.sort_by(|(a, _), (b, _)| (Reverse(a.len()), a).cmp(&(Reverse(b.len()), b)));
    (kinds, prefixes)
}

fn rule(item: &Item<'_>, names: &Names<'_>) -> Option<SignalRule> {
    let section = item.section()?;
    let points_range = Bound::Range(-SignalRule::POINTS_MAX, SignalRule::POINTS_MAX);
    let points = section
        .required("points")
        .and_then(|item| item.number(points_range));
    let rule = SignalRule {
        points: points.unwrap_or_default(),
        half_life: section.item("half_life_days").and_then(|item| half_life(&item)),
        cap: section.number("cap", Bound::Positive),
        combine: section
            .item("combine")
            .and_then(|item| item.word(&COMBINES))
            .unwrap_or(Combine::Sum),
        once_per_day: section.flag("once_per_day").unwrap_or(false),
        act_now: section.flag("act_now").unwrap_or(false),
        solution: section.item("solution").and_then(|item| names.solution(&item)),
        label: section.text("label"),
    };
    section.refuse_unknown();
    Some(rule)
}

const COMBINES: [(&str, Combine); 3] = [
    ("sum", Combine::Sum),
    ("latest", Combine::Latest),
    ("max", Combine::Max),
];

fn half_life(item: &Item<'_>) -> Option<HalfLife> {
    let days = item.number(Bound::Positive)?;
    let half_life = HalfLife::new(Days(days));
    if half_life.is_none() {
        item.problem(format!(
            "must be from a minute ({} days) to {} days, found {days}",
            HalfLife::MIN.0,
            HalfLife::MAX.0
        ));
    }
    half_life
}
