//! Gaps of all accounts, most helpful first, out of their rows.

use std::collections::BinaryHeap;

use quorate_domain::gap::{Mark, Packed, Seen};
use quorate_domain::time::Timestamp;

use super::page::{fixed, moving};
use super::{Index, read};
use crate::list::{GapPlace, GapQuery, LIMIT_MAX};
use crate::view::{AccountGap, GapPage};

/// A gap that may be on the page; the greatest one is the last of the page.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    place: GapPlace,
    segment: usize,
    slot: u32,
    since: Timestamp,
}

impl Index {
    /// Returns a page of gaps. Every row is looked at, and no more than a page of gaps is kept.
    pub(crate) fn gaps(&self, query: &GapQuery, now: Timestamp) -> GapPage {
        let limit = query.limit.clamp(1, LIMIT_MAX);
        let text = query.filter.text.as_ref().map(|text| text.to_lowercase());
        let wanted = self.wanted(&query.filter);
        let half_point = self.scale.half_point;
        let mut found: BinaryHeap<Candidate> = BinaryHeap::new();
        let mut total = 0;
        for (segment, rows) in self.segments.iter().enumerate() {
            for (slot, (row, _)) in (0_u32..).zip(&read(rows).rows) {
                let Some(gaps) = row.gaps.as_ref().filter(|gaps| !gaps.is_empty()) else {
                    continue;
                };
                if !fixed(&query.filter, text.as_deref(), row, now, &wanted)
                    || !moving(&query.filter, row, now, half_point)
                {
                    continue;
                }
                for Seen { gap, since } in gaps.iter() {
                    let Some(mark) = self.catalogue.unpack(*gap) else {
                        continue;
                    };
                    if !query.kinds.is_empty() && !query.kinds.contains(&mark.kind) {
                        continue;
                    }
                    total += 1;
                    let place = place(&mark, *gap, row.id.clone());
                    if query.after.as_ref().is_some_and(|after| place <= *after) {
                        continue;
                    }
                    if found.len() > limit && found.peek().is_some_and(|last| last.place <= place) {
                        continue;
                    }
                    found.push(Candidate {
                        place,
                        segment,
                        slot,
                        since: *since,
                    });
                    if found.len() > limit + 1 {
                        found.pop();
                    }
                }
            }
        }
        let mut found = found.into_sorted_vec();
        let more = found.len() > limit;
        found.truncate(limit);
        let gaps = found.into_iter().filter_map(|candidate| {
            let segment = read(self.segments.get(candidate.segment)?);
            let (row, _) = segment.row(candidate.slot)?;
            Some(AccountGap {
                account: row.at(now, &self.scale),
                gap: self.catalogue.unpack(Packed(candidate.place.packed))?,
                since: candidate.since,
                place: candidate.place,
            })
        });
        GapPage {
            gaps: gaps.collect(),
            more,
            total,
            as_of: now,
        }
    }
}

fn place(mark: &Mark, Packed(packed): Packed, account: quorate_domain::id::AccountId) -> GapPlace {
    GapPlace {
        rest: !mark.closes,
        lacks: GapPlace::lacks_of(mark.worth()),
        account,
        packed,
    }
}
