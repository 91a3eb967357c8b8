//! Every gap a model can have, numbered, so that a row of the index keeps a gap in eight bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Gap, GapKind};
use crate::model::{CheckKind, Frameworks, Seat};
use crate::mqa::ConditionKind;
use crate::time::Timestamp;

/// The gaps a model can have, in one order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    /// Kind and id; the id of a gap that is about a person lacks its number.
    entries: Vec<(GapKind, Arc<str>)>,
    places: BTreeMap<Arc<str>, u16>,
}

/// A gap as a row keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// What kind.
    pub kind: GapKind,
    /// Its id.
    pub id: Arc<str>,
    /// Points of quorum that closing it adds, to the hundredth.
    pub quorum: f64,
    /// Points of completeness that closing it adds, to the hundredth.
    pub completeness: f64,
    /// Whether closing it meets a condition of the MQA rule that fails.
    pub closes: bool,
}

impl Mark {
    /// Returns the larger of the two percentages.
    #[must_use]
    pub fn worth(&self) -> f64 {
        self.quorum.max(self.completeness)
    }
}

/// A gap of a row, and since when it has been seen.
#[derive(Clone, Copy, Debug)]
pub struct Seen {
    /// The gap.
    pub gap: Packed,
    /// Since when. It depends on when somebody looked, so that it is no part of what a row says: any two are equal.
    pub since: Timestamp,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        self.gap == other.gap
    }
}

/// A [`Mark`] in eight bytes: whether it closes a condition, which gap, whom it is about, and its two percentages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed(pub u64);

const CLOSES: u64 = 1 << 63;
const PLACE_MAX: u16 = 0x7fff;

impl Catalogue {
    /// Returns the catalogue of a model's seats and the framework that counts.
    #[must_use]
    pub fn of(seats: &[Seat], frameworks: &Frameworks) -> Self {
        let mut made = Self::default();
        let elements = frameworks
            .in_use
            .first()
            .map(|framework| framework.elements.as_slice())
            .unwrap_or_default();
        let checks = || elements.iter().flat_map(|element| &element.checks);
        let asked = checks().filter_map(|check| match &check.kind {
            CheckKind::RoleIdentified(role) | CheckKind::RoleEngaged(role) => Some(role),
            CheckKind::Evidence
            | CheckKind::Path { .. }
            | CheckKind::Signal { .. }
            | CheckKind::Attribute(_) => None,
        });
        for role in seats.iter().map(|seat| &seat.role).chain(asked) {
            for kind in [
                GapKind::EmptySeat,
                GapKind::ColdSeat,
                GapKind::OpposedSeat,
                GapKind::ShortSeat,
            ] {
                made.add(kind, role.as_str());
            }
        }
        for element in elements {
            made.add(GapKind::UnprovenElement, &element.key);
            made.add(GapKind::StaleElement, &element.key);
            for check in &element.checks {
                if let Some((kind, about)) = super::of_check(&element.key, &check.kind) {
                    made.add(kind, &about);
                }
            }
        }
        for condition in ConditionKind::ALL {
            made.add(GapKind::MqaCondition, condition.as_str());
        }
        made.add(GapKind::SingleThreaded, "engaged");
        made.add(GapKind::LeavingMqa, "mqa");
        made.add(GapKind::SingleThreaded, "");
        made.add(GapKind::Blocker, "");
        made
    }

    fn add(&mut self, kind: GapKind, about: &str) {
        let id: Arc<str> = super::id(kind, about);
        let Ok(place) = u16::try_from(self.entries.len()) else {
            return;
        };
        if place < PLACE_MAX && !self.places.contains_key(&id) {
            self.places.insert(id.clone(), place);
            self.entries.push((kind, id));
        }
    }

    /// Returns a gap in eight bytes; `None`: the model knows no such gap.
    #[must_use]
    pub fn pack(&self, gap: &Gap) -> Option<Packed> {
        let (place, contact) = if let Some(place) = self.places.get(&gap.id) {
            (*place, 0)
        } else {
            let (about, number) = gap.id.split_once(':')?;
            let place = self.places.get(format!("{about}:").as_str())?;
            (*place, number.parse::<u16>().ok()?)
        };
        let closes = if gap.closes.is_empty() { 0 } else { CLOSES };
        let packed = closes
            | u64::from(place) << 48
            | u64::from(contact) << 32
            | u64::from(hundredths(gap.quorum)) << 16
            | u64::from(hundredths(gap.completeness));
        Some(Packed(packed))
    }

    /// Returns what a gap in eight bytes says; `None`: it is of another model.
    #[must_use]
    pub fn unpack(&self, Packed(packed): Packed) -> Option<Mark> {
        let word = |shift: u32| u16::try_from((packed >> shift) & 0xffff).unwrap_or(0);
        let (kind, id) = self.entries.get(usize::from(word(48) & PLACE_MAX))?;
        let id = if id.ends_with(':') {
            Arc::from(format!("{id}{}", word(32)))
        } else {
            id.clone()
        };
        Some(Mark {
            kind: *kind,
            id,
            quorum: f64::from(word(16)) / 100.0,
            completeness: f64::from(word(0)) / 100.0,
            closes: packed & CLOSES != 0,
        })
    }
}

/// Percentages are at most 100, so that their hundredths fit.
fn hundredths(percent: f64) -> u16 {
    let whole = format!("{:.0}", (percent * 100.0).clamp(0.0, 65_535.0));
    whole.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests;
