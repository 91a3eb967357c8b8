//! Pages of a list: filtered, computed at the list's instant, sorted by what they show.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use quorate_domain::committee::SeatState;
use quorate_domain::engagement::{self, Band};
use quorate_domain::evidence::Level;
use quorate_domain::gap::{Catalogue, GapKind};
use quorate_domain::id::{AccountId, Role};
use quorate_domain::time::Timestamp;

use super::{Index, Placed, Row, read};
use crate::list::{Cursor, Except, Filter, LIMIT_MAX, ListQuery, SortKey, SortValue, Trend};
use crate::view::{AccountRow, Neighbours, Page};

/// With more drift than this the order rows were placed in says too little.
const DRIFT_MAX: f64 = 0.2;
/// How far a list's instant may be from now for the order rows are placed in to be good.
const FRESH_MS: i64 = 60_000;

/// A row that may be on the page, and what it is sorted by.
struct Candidate {
    value: SortValue,
    id: AccountId,
    segment: usize,
    slot: u32,
}

impl Index {
    /// Returns a page. All pages of one list are computed at the instant of its first.
    pub(crate) fn page(&self, query: &ListQuery, now: Timestamp) -> Page {
        let as_of = query.cursor.as_ref().map_or(now, |cursor| cursor.as_of);
        let limit = query.limit.clamp(1, LIMIT_MAX);
        let by_heat = query.sort == SortKey::Heat && query.descending;
        let placed_well = now.millis_since(as_of).abs() <= FRESH_MS && self.drift <= DRIFT_MAX;
        let (mut found, total) = if by_heat && placed_well && query.filter == Filter::default() {
            (self.hottest(query, limit, as_of), self.len())
        } else {
            self.matching(query, as_of)
        };
        let more = found.len() > limit;
        if more {
            found.select_nth_unstable_by(limit, |a, b| order(query, a, b));
            found.truncate(limit);
        }
        found.sort_by(|a, b| order(query, a, b));
        let next = found.last().filter(|_| more).map(|last| Cursor {
            as_of,
            sort: query.sort,
            descending: query.descending,
            value: last.value.clone(),
            after: last.id.clone(),
        });
        let rows = found
            .iter()
            .filter_map(|candidate| {
                let segment = read(self.segments.get(candidate.segment)?);
                segment
                    .row(candidate.slot)
                    .map(|(row, _)| row.at(as_of, &self.scale))
            })
            .collect();
        Page {
            rows,
            next,
            total,
            as_of,
        }
    }

    /// The hottest rows after the cursor: all segments in step, in the order their rows were placed, until what is
    /// left is surely colder than what is there.
    fn hottest(&self, query: &ListQuery, limit: usize, as_of: Timestamp) -> Vec<Candidate> {
        let segments: Vec<_> = self.segments.iter().map(read).collect();
        let mut orders: Vec<_> = segments
            .iter()
            .map(|segment| segment.order.iter().rev())
            .collect();
        let mut next: BinaryHeap<(Placed, usize, u32)> = BinaryHeap::new();
        for (place, order) in orders.iter_mut().enumerate() {
            next.extend(order.next().map(|(placed, slot)| (*placed, place, *slot)));
        }
        // What lies surely before the cursor needs no look.
        let start = query
            .cursor
            .as_ref()
            .map_or(f64::INFINITY, |cursor| match cursor.value {
                SortValue::Number(Some(points)) => points / (1.0 - self.drift) + f64::EPSILON,
                SortValue::Number(None) | SortValue::Instant(_) | SortValue::Text(_) => f64::INFINITY,
            });
        let mut found = Vec::with_capacity(limit * 2);
        let mut least = f64::INFINITY;
        while let Some((placed, place, slot)) = next.pop() {
            if found.len() > limit && placed.0 < least * (1.0 - self.drift) {
                break;
            }
            if let Some((placed, slot)) = orders.get_mut(place).and_then(Iterator::next) {
                next.push((*placed, place, *slot));
            }
            if placed.0 > start {
                continue;
            }
            let Some((row, _)) = segments.get(place).and_then(|segment| segment.row(slot)) else {
                continue;
            };
            let points = row.curve.points(as_of).max(0.0);
            let value = SortValue::Number(Some(points));
            let candidate = Candidate {
                value,
                id: row.id.clone(),
                segment: place,
                slot,
            };
            if is_after(query, &candidate) {
                if found.len() <= limit {
                    least = least.min(points);
                }
                found.push(candidate);
            }
        }
        found
    }

    fn matching(&self, query: &ListQuery, as_of: Timestamp) -> (Vec<Candidate>, usize) {
        let half_point = self.scale.half_point;
        let text = query.filter.text.as_ref().map(|text| text.to_lowercase());
        let wanted = self.wanted(&query.filter);
        let mut found = Vec::new();
        let mut total = 0;
        for (place, segment) in self.segments.iter().enumerate() {
            for (slot, (row, _)) in (0_u32..).zip(&read(segment).rows) {
                if !fixed(&query.filter, text.as_deref(), row, as_of, &wanted)
                    || !moving(&query.filter, row, as_of, half_point)
                {
                    continue;
                }
                total += 1;
                let value = sort_value(query.sort, row, as_of);
                let candidate = Candidate {
                    value,
                    id: row.id.clone(),
                    segment: place,
                    slot,
                };
                if is_after(query, &candidate) {
                    found.push(candidate);
                }
            }
        }
        (found, total)
    }

    /// Returns who stands before and after an account in a list at `now`, and its place; an account nobody knows has none.
    /// One that the filter leaves out stands where it would.
    pub(crate) fn neighbours(
        &self,
        account: &AccountId,
        query: &ListQuery,
        now: Timestamp,
    ) -> Option<Neighbours> {
        let here = {
            let segment = read(self.segment(account.as_str()));
            let slot = segment.slots.get(account).copied()?;
            let (row, _) = segment.row(slot)?;
            sort_value(query.sort, row, now)
        };
        let text = query.filter.text.as_ref().map(|text| text.to_lowercase());
        let wanted = self.wanted(&query.filter);
        let half_point = self.scale.half_point;
        let mut before: Option<(SortValue, AccountId)> = None;
        let mut after: Option<(SortValue, AccountId)> = None;
        let (mut place, mut total) = (1, 0);
        for segment in &self.segments {
            for (row, _) in &read(segment).rows {
                if !fixed(&query.filter, text.as_deref(), row, now, &wanted)
                    || !moving(&query.filter, row, now, half_point)
                {
                    continue;
                }
                total += 1;
                let value = sort_value(query.sort, row, now);
                let against = |other: &(SortValue, AccountId)| {
                    compare(query, (&value, row.id.as_str()), (&other.0, other.1.as_str()))
                };
                match compare(query, (&value, row.id.as_str()), (&here, account.as_str())) {
                    Ordering::Less => {
                        place += 1;
                        if before.as_ref().is_none_or(|other| against(other).is_gt()) {
                            before = Some((value, row.id.clone()));
                        }
                    }
                    Ordering::Greater => {
                        if after.as_ref().is_none_or(|other| against(other).is_lt()) {
                            after = Some((value, row.id.clone()));
                        }
                    }
                    Ordering::Equal => {}
                }
            }
        }
        Some(Neighbours {
            before: before.map(|(_, id)| id),
            after: after.map(|(_, id)| id),
            place,
            total,
        })
    }

    /// Returns whether an account passes a filter at `now`; an account nobody knows does not.
    pub(crate) fn admits(&self, account: &AccountId, filter: &Filter, now: Timestamp) -> bool {
        let segment = read(self.segment(account.as_str()));
        let slot = segment.slots.get(account).copied();
        slot.and_then(|slot| segment.row(slot)).is_some_and(|(row, _)| {
            let wanted = self.wanted(filter);
            let text = filter.text.as_ref().map(|text| text.to_lowercase());
            fixed(filter, text.as_deref(), row, now, &wanted)
                && moving(filter, row, now, self.scale.half_point)
        })
    }

    /// Shows every row that passes a filter as people see it at `now`, in no order. One part of the index is locked at
    /// a time.
    pub(crate) fn visit(&self, filter: &Filter, now: Timestamp, see: &mut dyn FnMut(&AccountRow)) {
        let text = filter.text.as_ref().map(|text| text.to_lowercase());
        let wanted = self.wanted(filter);
        let all = *filter == Filter::default();
        let passes = |row: &Row| {
            fixed(filter, text.as_deref(), row, now, &wanted)
                && moving(filter, row, now, self.scale.half_point)
        };
        for segment in &self.segments {
            for (row, _) in &read(segment).rows {
                if all || passes(row) {
                    see(&row.at(now, &self.scale));
                }
            }
        }
    }
}

/// Conditions on gaps and elements, read by the model once a list.
pub(super) struct Wanted<'a> {
    catalogue: &'a Catalogue,
    gaps: &'a [GapKind],
    /// An element's place, and the level its evidence is to have; an element the model has not: no place.
    elements: Vec<(Option<usize>, u8)>,
}

impl Index {
    pub(super) fn wanted<'a>(&'a self, filter: &'a Filter) -> Wanted<'a> {
        let place = |key: &str| self.elements.iter().position(|element| **element == *key);
        Wanted {
            catalogue: &self.catalogue,
            gaps: &filter.gaps,
            elements: filter
                .elements
                .iter()
                .map(|(key, level)| (place(key), level_code(*level)))
                .collect(),
        }
    }
}

impl Wanted<'_> {
    fn passes(&self, row: &Row) -> bool {
        let has_gap = || {
            let gaps = row.gaps.iter().flat_map(|gaps| gaps.iter());
            gaps.filter_map(|seen| self.catalogue.unpack(seen.gap))
                .any(|mark| self.gaps.contains(&mark.kind))
        };
        let has_level = |(place, wanted): &(Option<usize>, u8)| {
            let level = place.and_then(|place| row.levels.get(place));
            level == Some(wanted)
        };
        (self.gaps.is_empty() || has_gap())
            && (self.elements.is_empty() || self.elements.iter().any(has_level))
    }
}

/// Returns a level as a row keeps it: 0 none to 3 validated.
pub(crate) fn level_code(level: Option<Level>) -> u8 {
    match level {
        None => 0,
        Some(Level::Assumed) => 1,
        Some(Level::Stated) => 2,
        Some(Level::Validated) => 3,
    }
}

/// Whether a row passes the conditions that do not change with time alone.
pub(super) fn fixed(
    filter: &Filter,
    text: Option<&str>,
    row: &Row,
    as_of: Timestamp,
    wanted: &Wanted<'_>,
) -> bool {
    fn one_of(wanted: &[Arc<str>], value: Option<&Arc<str>>) -> bool {
        wanted.is_empty() || value.is_some_and(|value| wanted.contains(value))
    }
    let has_text = |text: &str| {
        row.id.as_str().to_lowercase().contains(text)
            || row
                .name
                .as_ref()
                .is_some_and(|name| name.to_lowercase().contains(text))
            || row.domains.iter().any(|domain| domain.contains(text))
    };
    (filter.grades.is_empty() || row.grade.is_some_and(|grade| filter.grades.contains(&grade)))
        && (filter.stages.is_empty() || filter.stages.contains(&row.stage))
        && filter.mqa.is_none_or(|wanted| row.mqa_since.is_some() == wanted)
        && one_of(&filter.owners, row.owner.as_ref())
        && one_of(&filter.tiers, row.tier.as_ref())
        && one_of(&filter.industries, row.industry.as_ref())
        && one_of(&filter.countries, row.country.as_ref())
        && filter
            .engaged_contacts_gte
            .is_none_or(|least| row.engaged_contacts >= least)
        && filter.exits_within_days.is_none_or(|days| {
            let end = as_of.plus_days(quorate_domain::time::Days(days));
            row.mqa_ends_at.is_some_and(|ends| ends <= end)
        })
        && (filter.lists.is_empty() || row.lists.iter().any(|list| filter.lists.contains(list)))
        && (filter.seats.is_empty()
            || row.seats.iter().any(|seat| {
                filter
                    .seats
                    .iter()
                    .any(|(role, state)| *role == seat.role && *state == seat.state)
            }))
        && wanted.passes(row)
        && text.is_none_or(has_text)
        && !left_out(&filter.except, row)
}

/// Whether a value that does not change with time alone leaves a row out.
fn left_out(except: &Except, row: &Row) -> bool {
    fn has_one(unwanted: &[Arc<str>], value: Option<&Arc<str>>) -> bool {
        value.is_some_and(|value| unwanted.contains(value))
    }
    row.grade.is_some_and(|grade| except.grades.contains(&grade))
        || except.stages.contains(&row.stage)
        || has_one(&except.owners, row.owner.as_ref())
        || has_one(&except.tiers, row.tier.as_ref())
        || has_one(&except.industries, row.industry.as_ref())
        || has_one(&except.countries, row.country.as_ref())
        || row.lists.iter().any(|list| except.lists.contains(list))
        || except
            .seats
            .iter()
            .any(|(role, state)| has_seat(row, role, *state))
}

/// Whether a seat of a row is in a state.
fn has_seat(row: &Row, role: &Role, state: SeatState) -> bool {
    row.seats
        .iter()
        .any(|seat| seat.role == *role && seat.state == state)
}

/// Whether a row passes the conditions on what moves with time.
pub(super) fn moving(filter: &Filter, row: &Row, as_of: Timestamp, half_point: f64) -> bool {
    let except = &filter.except;
    if !filter.momentum.is_empty() || !except.momentum.is_empty() {
        let trend = row.curve.momentum(as_of).map(Trend::of);
        let wanted =
            filter.momentum.is_empty() || trend.is_some_and(|trend| filter.momentum.contains(&trend));
        if !wanted || trend.is_some_and(|trend| except.momentum.contains(&trend)) {
            return false;
        }
    }
    if filter.bands.is_empty()
        && except.bands.is_empty()
        && filter.heat_gte.is_none()
        && filter.heat_lt.is_none()
    {
        return true;
    }
    let heat = engagement::heat(row.curve.points(as_of), half_point);
    let band = Band::of(heat);
    (filter.bands.is_empty() || filter.bands.contains(&band))
        && !except.bands.contains(&band)
        && filter.heat_gte.is_none_or(|least| heat >= least)
        && filter.heat_lt.is_none_or(|line| heat < line)
}

/// What a row is sorted by. Heat sorts by the points it shows: the same order, and finer where heat is near 100.
fn sort_value(key: SortKey, row: &Row, as_of: Timestamp) -> SortValue {
    let instant = |at: Option<Timestamp>| SortValue::Instant(at.map(Timestamp::as_millis));
    match key {
        SortKey::Heat => SortValue::Number(Some(row.curve.points(as_of).max(0.0))),
        SortKey::Name => SortValue::Text(Arc::from(
            row.name.as_deref().unwrap_or(row.id.as_str()).to_lowercase(),
        )),
        SortKey::Fit => SortValue::Number(row.fit),
        SortKey::Quorum => SortValue::Number(row.quorum),
        SortKey::Momentum => SortValue::Number(row.curve.momentum(as_of)),
        SortKey::EngagedContacts => SortValue::Instant(Some(i64::from(row.engaged_contacts))),
        SortKey::LastSignal => instant(row.last_signal_at),
        SortKey::MqaEnds => instant(row.mqa_ends_at),
        SortKey::MqaSince => instant(row.mqa_since),
        SortKey::Completeness => SortValue::Number(row.completeness),
        SortKey::Id => SortValue::Text(Arc::from(row.id.as_str())),
    }
}

/// The list's order: by value, undefined last either way, ties by id.
fn compare(query: &ListQuery, a: (&SortValue, &str), b: (&SortValue, &str)) -> Ordering {
    let values = match (a.0.is_undefined(), b.0.is_undefined()) {
        (true, false) => Ordering::Greater,
        (false, true) => Ordering::Less,
        (true, true) => Ordering::Equal,
        (false, false) if query.descending => b.0.compare(a.0),
        (false, false) => a.0.compare(b.0),
    };
    values.then_with(|| a.1.cmp(b.1))
}

fn order(query: &ListQuery, a: &Candidate, b: &Candidate) -> Ordering {
    compare(query, (&a.value, a.id.as_str()), (&b.value, b.id.as_str()))
}

fn is_after(query: &ListQuery, candidate: &Candidate) -> bool {
    query.cursor.as_ref().is_none_or(|cursor| {
        let last = (&cursor.value, cursor.after.as_str());
        compare(query, (&candidate.value, candidate.id.as_str()), last).is_gt()
    })
}
