//! Condensing: what is older than the retention loses what nothing counts by.

use std::collections::{BTreeMap, BTreeSet};

use super::{Event, Record};
use crate::id::{Seq, SignalId};
use crate::signal::Signal;
use crate::time::Timestamp;

/// A stretch of a journal in its condensed form.
#[derive(Clone, Debug, PartialEq)]
pub struct Condensed {
    /// All records of the stretch; its signals without ids and properties.
    pub records: Vec<Record>,
    /// The ids that are gone.
    pub forgotten: Vec<SignalId>,
}

/// Condenses the records from `first` on that were recorded before `before`; `None`: there are none.
///
/// Signals lose id and properties, which no rule reads; kind, contact, instant, strength, source, solution, object stay,
/// and so does everything else. Whatever is computed of the history is the same bits afterwards, at every instant and
/// under every model: where ids of one instant decide (3.1), their order stays; a signal that happened at the instant
/// of one outside the stretch keeps its id.
///
/// - `history`: all of the account's records.
/// - `records_max`: about how many at once; those recorded at one instant stay together.
#[must_use]
pub fn condense(history: &[Record], first: Seq, before: Timestamp, records_max: usize) -> Option<Condensed> {
    let from = history.partition_point(|record| record.seq < first);
    let old = history.get(from..)?;
    let old = old.get(..old.partition_point(|record| record.at < before))?;
    let last_at = old.get(..records_max).unwrap_or(old).last()?.at;
    let stretch = old.get(..old.partition_point(|record| record.at <= last_at))?;
    let until = from + stretch.len();

    let outside = history
        .iter()
        .take(from)
        .chain(history.iter().skip(until))
        .filter_map(|record| signal(record))
        .filter(|signal| !signal.id.is_condensed())
        .map(|signal| signal.occurred_at);
    let instants: BTreeSet<Timestamp> = outside.collect();
    let keeps_its_id = |signal: &Signal| signal.id.is_condensed() || instants.contains(&signal.occurred_at);

    let mut of_instant: BTreeMap<Timestamp, Vec<&SignalId>> = BTreeMap::new();
    for signal in stretch.iter().filter_map(signal) {
        of_instant.entry(signal.occurred_at).or_default().push(&signal.id);
    }
    for ids in of_instant.values_mut() {
        ids.sort_unstable();
    }
    let rank = |signal: &Signal| {
        let ids = of_instant.get(&signal.occurred_at)?;
        u32::try_from(ids.binary_search(&&signal.id).ok()?).ok()
    };

    let mut forgotten = Vec::new();
    let records = stretch
        .iter()
        .map(|record| {
            let mut record = record.clone();
            let seq = record.seq;
            if let Event::SignalRecorded(signal) = &mut record.event
                && !keeps_its_id(signal)
                && let Some(rank) = rank(signal)
            {
                signal.properties = None;
                forgotten.push(std::mem::replace(&mut signal.id, SignalId::condensed(rank, seq)));
            }
            record
        })
        .collect();
    Some(Condensed { records, forgotten })
}

fn signal(record: &Record) -> Option<&Signal> {
    if let Event::SignalRecorded(signal) = &record.event {
        Some(signal)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
