//! Pages of a list: filtered, computed at the list's instant, sorted by what they show.

use std::cmp::Ordering;
use std::sync::Arc;

use quorate_domain::time::Timestamp;

use super::{Index, Row, read};
use crate::list::{Cursor, Filter, LIMIT_MAX, ListQuery, SortKey, SortValue, Trend};
use crate::view::{AccountRow, Page};

/// How far heat may drift between two sweeps before the order of a page could show it: rows this much below the
/// last one of a page are looked at too.
const DRIFT: f64 = 0.5;

impl Index {
    /// Returns a page. All pages of one list are computed at the instant of its first.
    pub(crate) fn page(&self, query: &ListQuery, now: Timestamp) -> Page {
        let as_of = query.cursor.as_ref().map_or(now, |cursor| cursor.as_of);
        let limit = query.limit.clamp(1, LIMIT_MAX);
        let by_heat = query.sort == SortKey::Heat && query.descending;
        let (mut found, total) = if by_heat && query.filter == Filter::default() {
            (self.hottest(query.cursor.as_ref(), limit, as_of), self.len())
        } else {
            self.matching(query, as_of)
        };
        let more = if found.len() > limit {
            found.select_nth_unstable_by(limit, |a, b| order(query, a, b));
            found.truncate(limit);
            true
        } else {
            false
        };
        found.sort_by(|a, b| order(query, a, b));
        let next = found.last().filter(|_| more).map(|(value, row)| Cursor {
            as_of,
            sort: query.sort,
            descending: query.descending,
            value: value.clone(),
            after: row.id.clone(),
        });
        Page {
            rows: found.into_iter().map(|(_, row)| row).collect(),
            next,
            total,
            as_of,
        }
    }

    /// The hottest rows after the cursor: enough of each segment, in the order they were placed, to be sure.
    fn hottest(
        &self,
        cursor: Option<&Cursor>,
        limit: usize,
        as_of: Timestamp,
    ) -> Vec<(SortValue, AccountRow)> {
        let half_point = self.half_point();
        let query = ListQuery {
            descending: true,
            ..ListQuery::default()
        };
        // Take from all segments in step, hottest first, until the rest is surely colder than what is there.
        let mut found: Vec<(SortValue, AccountRow)> = Vec::with_capacity(limit * 2);
        for segment in &self.segments {
            let segment = read(segment);
            let mut taken = 0;
            let mut last_heat = f64::INFINITY;
            for (placed, slot) in segment.order.iter().rev() {
                // One row more than the page tells whether there is a next one.
                if taken > limit && placed.0 < last_heat - DRIFT {
                    break;
                }
                let Some((row, _)) = segment.row(*slot) else {
                    continue;
                };
                if let Some(cursor) = cursor
                    && let SortValue::Number(Some(after)) = cursor.value
                    && placed.0 > after + DRIFT
                {
                    continue;
                }
                let shown = row.at(as_of, half_point);
                let entry = (SortValue::Number(Some(shown.heat)), shown);
                if cursor.is_none_or(|cursor| is_after(&query, &entry, cursor)) {
                    last_heat = last_heat.min(entry.1.heat);
                    found.push(entry);
                    taken += 1;
                }
            }
        }
        found
    }

    fn matching(&self, query: &ListQuery, as_of: Timestamp) -> (Vec<(SortValue, AccountRow)>, usize) {
        let half_point = self.half_point();
        let text = query.filter.text.as_ref().map(|text| text.to_lowercase());
        let mut found = Vec::new();
        let mut total = 0;
        for segment in &self.segments {
            for (row, _) in &read(segment).rows {
                if !fixed(&query.filter, text.as_deref(), row, as_of) {
                    continue;
                }
                let shown = row.at(as_of, half_point);
                if !moving(&query.filter, &shown) {
                    continue;
                }
                total += 1;
                let entry = (sort_value(query.sort, &shown), shown);
                if query
                    .cursor
                    .as_ref()
                    .is_none_or(|cursor| is_after(query, &entry, cursor))
                {
                    found.push(entry);
                }
            }
        }
        (found, total)
    }
}

/// Whether a row passes the conditions that do not change with time alone.
fn fixed(filter: &Filter, text: Option<&str>, row: &Row, as_of: Timestamp) -> bool {
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
        && text.is_none_or(has_text)
}

/// Whether a row passes the conditions on what moves with time.
fn moving(filter: &Filter, row: &AccountRow) -> bool {
    (filter.bands.is_empty() || filter.bands.contains(&row.band))
        && filter.heat_gte.is_none_or(|least| row.heat >= least)
        && filter.heat_lt.is_none_or(|line| row.heat < line)
        && (filter.momentum.is_empty()
            || row
                .momentum
                .is_some_and(|momentum| filter.momentum.contains(&Trend::of(momentum))))
}

fn sort_value(key: SortKey, row: &AccountRow) -> SortValue {
    let instant = |at: Option<Timestamp>| SortValue::Instant(at.map(Timestamp::as_millis));
    match key {
        SortKey::Heat => SortValue::Number(Some(row.heat)),
        SortKey::Name => SortValue::Text(Arc::from(row.name.to_lowercase())),
        SortKey::Fit => SortValue::Number(row.fit),
        SortKey::Quorum => SortValue::Number(row.quorum),
        SortKey::Momentum => SortValue::Number(row.momentum),
        SortKey::EngagedContacts => SortValue::Instant(Some(i64::from(row.engaged_contacts))),
        SortKey::LastSignal => instant(row.last_signal_at),
        SortKey::MqaEnds => instant(row.mqa_ends_at),
        SortKey::MqaSince => instant(row.mqa_since),
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

fn order(query: &ListQuery, a: &(SortValue, AccountRow), b: &(SortValue, AccountRow)) -> Ordering {
    compare(query, (&a.0, a.1.id.as_str()), (&b.0, b.1.id.as_str()))
}

fn is_after(query: &ListQuery, entry: &(SortValue, AccountRow), cursor: &Cursor) -> bool {
    compare(
        query,
        (&entry.0, entry.1.id.as_str()),
        (&cursor.value, cursor.after.as_str()),
    )
    .is_gt()
}
