//! The stored form of records whose signals are condensed: column by column, words once.

use std::collections::BTreeMap;
use std::sync::Arc;

use quorate_domain::account::{Event, Record};
use quorate_domain::id::{ContactNo, Kind, Seq, SignalId, Solution};
use quorate_domain::signal::Signal;
use quorate_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::envelope::Damage;
use super::event::RecordV1;
use super::word::SignalSourceV1;

/// The second form of a journal entry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct EntryV2 {
    /// Kinds, solutions and objects; signals name them by their place here.
    words: Vec<Arc<str>>,
    /// Records that are no condensed signals, each with its place in the entry.
    whole: Vec<(u32, RecordV1)>,
    /// The rest, in order.
    signals: ColumnsV2,
}

/// A column a field. One that is left out says the usual thing of every signal.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct ColumnsV2 {
    /// When it was recorded, in milliseconds after the signal before; the first after 1970.
    at: Vec<i64>,
    /// How long before that it happened, in milliseconds.
    age: Vec<i64>,
    kind: Vec<u32>,
    contact: Vec<Option<u32>>,
    source: Vec<u8>,
    /// Left out: 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    strength: Vec<f64>,
    /// Left out: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    solution: Vec<Option<u32>>,
    /// Left out: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    object: Vec<Option<u32>>,
    /// Left out: not expired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    expired: Vec<bool>,
    /// The place of its id among those of its instant. Left out: 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rank: Vec<u32>,
}

/// Returns whether an entry of these records has the second form.
pub(super) fn any_is_condensed(records: &[Record]) -> bool {
    records
        .iter()
        .any(|record| matches!(&record.event, Event::SignalRecorded(signal) if signal.id.is_condensed()))
}

impl EntryV2 {
    /// Returns the stored form.
    pub(super) fn from_domain(records: &[Record]) -> Self {
        let mut words = Words::default();
        let mut whole = Vec::new();
        let mut columns = ColumnsV2::default();
        let mut last_at = 0;
        for (place, record) in (0..).zip(records) {
            let Event::SignalRecorded(signal) = &record.event else {
                whole.push((place, RecordV1::from_domain(record)));
                continue;
            };
            let Some(rank) = signal.id.condensed_rank() else {
                whole.push((place, RecordV1::from_domain(record)));
                continue;
            };
            let at = record.at.as_millis();
            columns.at.push(at.wrapping_sub(last_at));
            columns.age.push(at.wrapping_sub(signal.occurred_at.as_millis()));
            last_at = at;
            columns.kind.push(words.place(signal.kind.as_str()));
            columns.contact.push(signal.contact.map(|no| no.0));
            columns.source.push(SignalSourceV1::from(signal.source).number());
            columns.strength.push(signal.strength);
            let solution = signal.solution.as_ref().map(Solution::as_str);
            columns.solution.push(solution.map(|word| words.place(word)));
            columns
                .object
                .push(signal.object.as_deref().map(|word| words.place(word)));
            columns.expired.push(signal.expired);
            columns.rank.push(rank);
        }
        columns.leave_out_what_is_usual();
        Self {
            words: words.in_order,
            whole,
            signals: columns,
        }
    }

    #[cfg(test)]
    pub(super) fn cut_a_column(&mut self) {
        self.signals.contact.pop();
    }

    /// Returns the records, numbered from `first`.
    ///
    /// # Errors
    /// When a column is too short or names a word that is not there.
    pub(super) fn into_domain(self, first: u64) -> Result<Vec<Record>, Damage> {
        let Self {
            words,
            whole,
            signals,
        } = self;
        let count = whole.len() + signals.at.len();
        let mut whole = whole.into_iter().peekable();
        let mut records = Vec::with_capacity(count);
        let (mut row, mut at) = (0, 0_i64);
        for (place, seq) in (0_u32..).zip(first..).take(count) {
            if let Some((_, record)) = whole.next_if(|(of, _)| *of == place) {
                records.push(record.into_domain(Seq(seq)));
                continue;
            }
            let (later, signal) = signals
                .signal(row, Seq(seq), at, &words)
                .ok_or_else(|| Damage::Content(format!("its signal {row} is cut off")))?;
            at = later;
            row += 1;
            records.push(Record {
                seq: Seq(seq),
                at: Timestamp::from_millis(at),
                event: Event::SignalRecorded(signal),
            });
        }
        Ok(records)
    }
}

impl ColumnsV2 {
    fn leave_out_what_is_usual(&mut self) {
        if self
            .strength
            .iter()
            .all(|strength| strength.to_bits() == 1.0_f64.to_bits())
        {
            self.strength = Vec::new();
        }
        if self.solution.iter().all(Option::is_none) {
            self.solution = Vec::new();
        }
        if self.object.iter().all(Option::is_none) {
            self.object = Vec::new();
        }
        if self.expired.iter().all(|expired| !expired) {
            self.expired = Vec::new();
        }
        if self.rank.iter().all(|rank| *rank == 0) {
            self.rank = Vec::new();
        }
    }

    /// Returns a signal and when it was recorded; `None`: there is not all of it.
    fn signal(&self, row: usize, seq: Seq, last_at: i64, words: &[Arc<str>]) -> Option<(i64, Signal)> {
        let word = |place: u32| words.get(usize::try_from(place).ok()?).cloned();
        let at = last_at.wrapping_add(*self.at.get(row)?);
        let rank = of(&self.rank, row, 0)?;
        let signal = Signal {
            id: SignalId::condensed(rank, seq),
            kind: Kind::trusted(word(*self.kind.get(row)?)?),
            contact: self.contact.get(row)?.map(ContactNo),
            occurred_at: Timestamp::from_millis(at.wrapping_sub(*self.age.get(row)?)),
            strength: of(&self.strength, row, 1.0)?,
            source: SignalSourceV1::numbered(*self.source.get(row)?)?.into(),
            solution: match of(&self.solution, row, None)? {
                Some(place) => Some(Solution::trusted(word(place)?)),
                None => None,
            },
            object: match of(&self.object, row, None)? {
                Some(place) => Some(word(place)?),
                None => None,
            },
            properties: None,
            expired: of(&self.expired, row, false)?,
        };
        Some((at, signal))
    }
}

/// Returns a row of a column that may have been left out.
fn of<T: Copy>(column: &[T], row: usize, usual: T) -> Option<T> {
    if column.is_empty() {
        Some(usual)
    } else {
        column.get(row).copied()
    }
}

/// Words in the order in which they first came.
#[derive(Default)]
struct Words {
    in_order: Vec<Arc<str>>,
    places: BTreeMap<Arc<str>, u32>,
}

impl Words {
    fn place(&mut self, word: &str) -> u32 {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let place = u32::try_from(self.in_order.len()).unwrap_or(u32::MAX);
        let word: Arc<str> = word.into();
        self.in_order.push(Arc::clone(&word));
        self.places.insert(word, place);
        place
    }
}
