//! The live index: one small row per known account, for listing, sorting and matching without waking actors.
//!
//! A row carries its intent points as a curve, so that a page is computed at the request's instant. Rows are kept
//! in the order of the points they had when last placed: an account is placed anew at each of its events, and
//! [`Index::sweep`] places those anew that only decay. Locks are held for one row or one page, never across a wait.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use hashbrown::HashMap;
use quorate_domain::engagement::{self, Band};
use quorate_domain::fit::Grade;
use quorate_domain::gap::{Catalogue, Seen};
use quorate_domain::id::{AccountId, ModelVersion, Role, Seq};
use quorate_domain::model::{Model, MqaRule, MqaThresholds};
use quorate_domain::standing::{Stage, Tape};
use quorate_domain::time::Timestamp;

use crate::view::{AccountRow, SeatCell, Why};

mod gaps;
mod heat_curve;
mod judged;
mod page;
mod shelf;

pub(crate) use heat_curve::{HeatCurve, Term};
pub(crate) use judged::Judged;
use page::level_code;
use shelf::Shelf;

/// How old an account's place in the order may be, in milliseconds.
const PLACED_WITHIN_MS: f64 = 60_000.0;

/// Parts of the index, each behind a lock of its own.
const SEGMENTS: usize = 32;

/// What the index keeps of an account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: AccountId,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) domains: Arc<[Arc<str>]>,
    pub(crate) owner: Option<Arc<str>>,
    pub(crate) tier: Option<Arc<str>>,
    pub(crate) industry: Option<Arc<str>>,
    pub(crate) country: Option<Arc<str>>,
    /// Intent points over time.
    pub(crate) curve: HeatCurve,
    /// Heat at the ends of the weeks and days before `curve` begins.
    pub(crate) tape: Tape,
    pub(crate) fit: Option<f64>,
    pub(crate) grade: Option<Grade>,
    pub(crate) quorum: Option<f64>,
    pub(crate) engaged_contacts: u32,
    pub(crate) engaged_roles: Arc<[Role]>,
    pub(crate) stage: Stage,
    pub(crate) mqa_since: Option<Timestamp>,
    pub(crate) mqa_ends_at: Option<Timestamp>,
    pub(crate) last_signal_at: Option<Timestamp>,
    pub(crate) contacts: u32,
    pub(crate) seats: Arc<[SeatCell]>,
    pub(crate) why: [Option<Why>; 2],
    pub(crate) lists: Arc<[Arc<str>]>,
    pub(crate) excluded: bool,
    /// Which of the MQA rule's numbers it is judged by; `None`: there is no rule.
    pub(crate) thresholds: Option<u16>,
    pub(crate) seq: Seq,
    /// When somebody should look again: the next crossing, or before it.
    pub(crate) wake_at: Option<Timestamp>,
    /// The model it was computed with.
    pub(crate) model: ModelVersion,
    /// How complete the best group is, in percent.
    pub(crate) completeness: Option<f64>,
    /// The level of evidence of each element of the framework that counts: 0 none to 3 validated.
    pub(crate) levels: Box<[u8]>,
    /// What the best group lacks, most helpful first; `None`: never looked for.
    pub(crate) gaps: Option<Arc<[Seen]>>,
}

impl Row {
    /// Returns the row as people see it at `t`.
    pub(crate) fn at(&self, t: Timestamp, scale: &Scale) -> AccountRow {
        let intent_points = self.curve.points(t);
        let heat_at = |at| engagement::heat(self.curve.points(at), scale.half_point);
        let heat = heat_at(t);
        AccountRow {
            id: self.id.clone(),
            name: self.name.clone().unwrap_or_else(|| Arc::from(self.id.as_str())),
            domain: self.domains.first().cloned(),
            owner: self.owner.clone(),
            tier: self.tier.clone(),
            industry: self.industry.clone(),
            country: self.country.clone(),
            intent_points,
            heat,
            band: Band::of(heat),
            momentum: self.curve.momentum(t),
            tape: self.tape.weeks(t, heat_at),
            week_change: self.tape.week_change(t, heat_at),
            fit: self.fit,
            grade: self.grade,
            quorum: self.quorum,
            engaged_contacts: self.engaged_contacts,
            engaged_roles: Arc::clone(&self.engaged_roles),
            stage: self.stage,
            mqa_since: self.mqa_since,
            mqa_ends_at: self.mqa_ends_at,
            last_signal_at: self.last_signal_at,
            contacts: self.contacts,
            seats: Arc::clone(&self.seats),
            why: self.why.clone(),
            lists: Arc::clone(&self.lists),
            excluded: self.excluded,
            thresholds: self.thresholds.and_then(|place| scale.thresholds(place)),
            seq: self.seq,
            completeness: self.completeness,
            gaps: self.gaps.clone().unwrap_or_default(),
        }
    }
}

/// What rows are read by: the numbers of the model in force.
pub(crate) struct Scale {
    pub(crate) half_point: f64,
    /// In the order of [`quorate_domain::model::MqaRule::all`].
    thresholds: Vec<Arc<MqaThresholds>>,
}

impl Scale {
    fn of(model: &Model) -> Self {
        Self {
            half_point: model.half_point,
            thresholds: model
                .mqa
                .iter()
                .flat_map(MqaRule::all)
                .map(|thresholds| Arc::new(thresholds.clone()))
                .collect(),
        }
    }

    fn thresholds(&self, place: u16) -> Option<Arc<MqaThresholds>> {
        self.thresholds.get(usize::from(place)).cloned()
    }
}

/// Intent points as something to sort by, not below 0; the same order as heat, and finer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Placed(pub(crate) f64);

impl Eq for Placed {}
impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Placed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[derive(Default)]
struct Segment {
    /// Rows by slot; a slot is never given up, accounts are not forgotten.
    rows: Vec<(Row, Placed)>,
    slots: HashMap<AccountId, u32>,
    order: BTreeSet<(Placed, u32)>,
}

impl Segment {
    fn row(&self, slot: u32) -> Option<&(Row, Placed)> {
        usize::try_from(slot).ok().and_then(|slot| self.rows.get(slot))
    }

    fn put(&mut self, row: Row, placed: Placed) -> Option<Row> {
        if let Some(slot) = self.slots.get(&row.id).copied() {
            let place = usize::try_from(slot)
                .ok()
                .and_then(|slot| self.rows.get_mut(slot))?;
            if place.1 != placed {
                self.order.remove(&(place.1, slot));
                self.order.insert((placed, slot));
            }
            return Some(std::mem::replace(place, (row, placed)).0);
        }
        let slot = u32::try_from(self.rows.len()).ok()?;
        self.slots.insert(row.id.clone(), slot);
        self.order.insert((placed, slot));
        self.rows.push((row, placed));
        None
    }
}

/// The live index.
pub(crate) struct Index {
    segments: Vec<RwLock<Segment>>,
    /// Accounts by domain and by exact name, the first one who said so.
    domains: RwLock<HashMap<Arc<str>, AccountId>>,
    names: RwLock<HashMap<Arc<str>, AccountId>>,
    scale: Scale,
    shelf: Shelf,
    /// What gaps in eight bytes say.
    catalogue: Arc<Catalogue>,
    /// The elements of the framework that counts.
    elements: Vec<Arc<str>>,
    /// The share of intent points an account may lose or gain by decay while its place is still good.
    drift: f64,
}

/// A poisoned lock only says that a reader or writer of a whole row panicked; rows are replaced whole.
fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl Index {
    pub(crate) fn new(model: &Model) -> Self {
        let halves = model
            .kinds
            .values()
            .chain(model.kind_patterns.iter().map(|(_, rule)| rule));
        let shortest = halves
            .filter_map(|rule| rule.half_life)
            .map(quorate_domain::time::HalfLife::millis)
            .fold(f64::INFINITY, f64::min);
        // Twice the minute: a place may be a minute old, and a list's instant another one.
        let drift = 1.0 - quorate_domain::math::exp2(-2.0 * PLACED_WITHIN_MS / shortest) + 1e-6;
        Self {
            segments: (0..SEGMENTS).map(|_| RwLock::default()).collect(),
            domains: RwLock::default(),
            names: RwLock::default(),
            scale: Scale::of(model),
            shelf: Shelf::default(),
            catalogue: Arc::clone(&model.gaps),
            elements: model
                .frameworks
                .in_use
                .first()
                .map(|framework| {
                    framework
                        .elements
                        .iter()
                        .map(|element| element.key.clone())
                        .collect()
                })
                .unwrap_or_default(),
            drift,
        }
    }

    /// Returns what rows are read by.
    pub(crate) fn scale(&self) -> &Scale {
        &self.scale
    }

    fn segment(&self, account: &str) -> &RwLock<Segment> {
        let hash = xxhash_rust::xxh3::xxh3_64(account.as_bytes());
        let place = usize::try_from(hash % 32).unwrap_or(0);
        self.segments
            .get(place)
            .unwrap_or_else(|| unreachable_segment(&self.segments))
    }

    /// Puts a row, in place of the account's old one.
    pub(crate) fn put(&self, mut row: Row, now: Timestamp) {
        self.shelf.share(&mut row);
        let placed = Placed(row.curve.points(now).max(0.0));
        let (id, name, domains) = (row.id.clone(), row.name.clone(), Arc::clone(&row.domains));
        let old = write(self.segment(row.id.as_str())).put(row, placed);
        if old.as_ref().map(|old| &old.domains) != Some(&domains) {
            let mut by_domain = write(&self.domains);
            for gone in old
                .iter()
                .flat_map(|old| old.domains.iter())
                .filter(|gone| !domains.contains(gone))
            {
                if by_domain.get(gone) == Some(&id) {
                    by_domain.remove(gone);
                }
            }
            for domain in domains.iter() {
                by_domain.entry(Arc::clone(domain)).or_insert_with(|| id.clone());
            }
        }
        let old_name = old.and_then(|old| old.name);
        if old_name != name {
            let mut by_name = write(&self.names);
            if let Some(gone) = old_name.filter(|gone| by_name.get(gone) == Some(&id)) {
                by_name.remove(&gone);
            }
            if let Some(name) = name {
                by_name.entry(name).or_insert(id);
            }
        }
    }

    /// Returns the account with that domain.
    pub(crate) fn by_domain(&self, domain: &str) -> Option<AccountId> {
        read(&self.domains).get(domain).cloned()
    }

    /// Returns the account with exactly that name.
    pub(crate) fn by_name(&self, name: &str) -> Option<AccountId> {
        read(&self.names).get(name).cloned()
    }

    /// Returns how many accounts are known.
    pub(crate) fn len(&self) -> usize {
        self.segments.iter().map(|segment| read(segment).rows.len()).sum()
    }

    /// Returns an account's row.
    pub(crate) fn row(&self, account: &AccountId) -> Option<Row> {
        let segment = read(self.segment(account.as_str()));
        let slot = segment.slots.get(account).copied()?;
        segment.row(slot).map(|(row, _)| row.clone())
    }

    /// Shows every row as it is kept, in no order. Each part of the index is held up while its rows are shown.
    pub(crate) fn visit_kept(&self, see: &mut dyn FnMut(&Row)) {
        for segment in &self.segments {
            for (row, _) in &read(segment).rows {
                see(row);
            }
        }
    }

    /// Places the rows of one segment anew that decay has moved; call it for each segment within a minute.
    pub(crate) fn sweep(&self, segment: usize, now: Timestamp) {
        let Some(segment) = self.segments.get(segment % SEGMENTS) else {
            return;
        };
        let mut segment = write(segment);
        let Segment { rows, order, .. } = &mut *segment;
        for (slot, (row, placed)) in (0_u32..).zip(rows.iter_mut()) {
            let points = Placed(row.curve.points(now).max(0.0));
            if points != *placed {
                order.remove(&(*placed, slot));
                order.insert((points, slot));
                *placed = points;
            }
        }
    }

    /// Returns the accounts of one segment.
    pub(crate) fn accounts(&self, segment: usize) -> Vec<AccountId> {
        let Some(segment) = self.segments.get(segment % SEGMENTS) else {
            return Vec::new();
        };
        read(segment).rows.iter().map(|(row, _)| row.id.clone()).collect()
    }

    /// Returns how many segments [`Index::sweep`] knows.
    pub(crate) fn segments() -> usize {
        SEGMENTS
    }
}

/// There are as many segments as the remainder has values.
#[expect(
    clippy::indexing_slicing,
    reason = "the vector is made with SEGMENTS entries and never shrinks"
)]
fn unreachable_segment(segments: &[RwLock<Segment>]) -> &RwLock<Segment> {
    &segments[0]
}

#[cfg(test)]
mod tests;
