//! Stored forms of an import and its rows.

use std::sync::Arc;

use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Value};
use quorate_intake::draft::{BadCells, CellNote};
use quorate_intake::mapping::{Field, Mapping, Use};
use quorate_intake::matching::{Alike, Candidate};
use quorate_intake::plan::{Change, Kept, Planned, Verdict};
use serde::{Deserialize, Serialize};

use super::{Counts, Import, ImportRow, State, answer_text, parse_answer};
use crate::lists::Slug;

#[derive(Serialize, Deserialize)]
pub(super) struct ImportV1 {
    id: String,
    file: Option<String>,
    state: String,
    created_at_ms: i64,
    applied_at_ms: Option<i64>,
    by: String,
    source: String,
    list: Option<String>,
    columns: Vec<ColumnV1>,
    leave_out_bad_cells: bool,
    counts: Vec<(String, u64)>,
    done: u64,
    to_do: u64,
    blank_rows: u64,
    encoding: String,
    delimiter: char,
}

#[derive(Serialize, Deserialize)]
struct ColumnV1 {
    header: String,
    /// `field`, `beaten`, `left_out`, `unknown`.
    becomes: String,
    field: Option<String>,
    is_attribute: bool,
    times: u32,
    told: bool,
    by: u64,
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn size(number: u64) -> Option<usize> {
    usize::try_from(number).ok()
}

impl ColumnV1 {
    fn of(header: &str, column: &Use) -> Self {
        let (becomes, field, times, told, by) = match column {
            Use::Field { field, times, told } => ("field", Some(field), *times, *told, 0),
            Use::Beaten { field, by } => ("beaten", Some(field), 1, false, *by),
            Use::LeftOut => ("left_out", None, 1, true, 0),
            Use::Unknown => ("unknown", None, 1, false, 0),
        };
        Self {
            header: header.to_owned(),
            becomes: becomes.to_owned(),
            field: field.map(|field| field.as_str().to_owned()),
            is_attribute: matches!(field, Some(Field::Attribute(_))),
            times,
            told,
            by: count(by),
        }
    }

    fn restore(self) -> Option<(String, Use)> {
        let field = || {
            let name = self.field.as_deref()?;
            if self.is_attribute {
                Some(Field::Attribute(Arc::from(name)))
            } else {
                Field::parse(name)
            }
        };
        let column = match self.becomes.as_str() {
            "field" => Use::Field {
                field: field()?,
                times: self.times,
                told: self.told,
            },
            "beaten" => Use::Beaten {
                field: field()?,
                by: size(self.by)?,
            },
            "left_out" => Use::LeftOut,
            "unknown" => Use::Unknown,
            _ => return None,
        };
        Some((self.header, column))
    }
}

impl ImportV1 {
    pub(super) fn of(import: &Import) -> Self {
        Self {
            id: import.id.to_string(),
            file: import.file.as_deref().map(str::to_owned),
            state: import.state.as_str().to_owned(),
            created_at_ms: import.created_at.as_millis(),
            applied_at_ms: import.applied_at.map(Timestamp::as_millis),
            by: import.by.to_string(),
            source: import.source.0.to_string(),
            list: import.list.as_ref().map(|list| list.as_str().to_owned()),
            columns: import
                .mapping
                .columns
                .iter()
                .map(|(header, column)| ColumnV1::of(header, column))
                .collect(),
            leave_out_bad_cells: import.bad_cells == BadCells::LeaveOut,
            counts: Verdict::ALL
                .iter()
                .map(|verdict| (verdict.as_str().to_owned(), count(import.counts.get(*verdict))))
                .collect(),
            done: count(import.done),
            to_do: count(import.to_do),
            blank_rows: count(import.blank_rows),
            encoding: import.encoding.to_string(),
            delimiter: import.delimiter,
        }
    }

    pub(super) fn restore(self) -> Option<Import> {
        let state = [State::Review, State::Applying, State::Applied]
            .into_iter()
            .find(|state| state.as_str() == self.state)?;
        let mut counts = Counts::default();
        for (name, rows) in &self.counts {
            counts.set(Verdict::parse(name)?, size(*rows)?);
        }
        let columns: Option<Vec<(String, Use)>> = self.columns.into_iter().map(ColumnV1::restore).collect();
        Some(Import {
            id: self.id.into(),
            file: self.file.map(Arc::from),
            state,
            created_at: Timestamp::from_millis(self.created_at_ms),
            applied_at: self.applied_at_ms.map(Timestamp::from_millis),
            by: self.by.into(),
            source: Source(self.source.into()),
            list: self.list.map(|list| Slug::new(&list)).transpose().ok()?,
            mapping: Mapping { columns: columns? },
            bad_cells: if self.leave_out_bad_cells {
                BadCells::LeaveOut
            } else {
                BadCells::Fail
            },
            counts,
            done: size(self.done)?,
            to_do: size(self.to_do)?,
            blank_rows: size(self.blank_rows)?,
            encoding: self.encoding.into(),
            delimiter: self.delimiter,
        })
    }
}

#[derive(Serialize, Deserialize)]
enum ValueV1 {
    Text(String),
    Number(f64),
    Flag(bool),
    List(Vec<String>),
}

impl ValueV1 {
    fn of(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.to_string()),
            Value::Number(number) => Self::Number(*number),
            Value::Flag(flag) => Self::Flag(*flag),
            Value::List(items) => Self::List(items.iter().map(ToString::to_string).collect()),
        }
    }

    fn restore(self) -> Value {
        match self {
            Self::Text(text) => Value::text(text),
            Self::Number(number) => Value::Number(number),
            Self::Flag(flag) => Value::Flag(flag),
            Self::List(items) => Value::List(items.into_iter().map(Arc::from).collect()),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub(super) struct RowV1 {
    row: u64,
    cells: Vec<String>,
    answer: Option<String>,
    done: bool,
    verdict: String,
    account: Option<String>,
    reason: Option<String>,
    changes: Vec<(String, Option<ValueV1>, ValueV1)>,
    kept: Vec<(String, ValueV1, String, ValueV1)>,
    joins: bool,
    candidates: Vec<CandidateV1>,
    notes: Vec<(String, String, String)>,
    problems: Vec<(String, String, String)>,
}

#[derive(Serialize, Deserialize)]
struct CandidateV1 {
    account: String,
    name: Option<String>,
    domains: Vec<String>,
    country: Option<String>,
    alike: String,
    row: Option<u64>,
}

impl CandidateV1 {
    fn of(candidate: &Candidate) -> Self {
        Self {
            account: candidate.account.as_str().to_owned(),
            name: candidate.name.as_deref().map(str::to_owned),
            domains: candidate.domains.iter().map(ToString::to_string).collect(),
            country: candidate.country.as_deref().map(str::to_owned),
            alike: candidate.alike.as_str().to_owned(),
            row: candidate.row.map(count),
        }
    }

    fn restore(self) -> Option<Candidate> {
        Some(Candidate {
            account: AccountId::trusted(self.account),
            name: self.name.map(Arc::from),
            domains: self.domains.into_iter().map(Arc::from).collect(),
            country: self.country.map(Arc::from),
            alike: [Alike::Id, Alike::Domain, Alike::Name]
                .into_iter()
                .find(|alike| alike.as_str() == self.alike)?,
            row: match self.row {
                Some(row) => Some(size(row)?),
                None => None,
            },
        })
    }
}

fn notes(notes: &[CellNote]) -> Vec<(String, String, String)> {
    notes
        .iter()
        .map(|note| (note.column.clone(), note.value.clone(), note.text.clone()))
        .collect()
}

fn restored(notes: Vec<(String, String, String)>) -> Vec<CellNote> {
    notes
        .into_iter()
        .map(|(column, value, text)| CellNote { column, value, text })
        .collect()
}

impl RowV1 {
    pub(super) fn of(row: &ImportRow) -> Self {
        let planned = &row.planned;
        Self {
            row: count(planned.row),
            cells: row.cells.clone(),
            answer: row.answer.as_ref().map(answer_text),
            done: row.done,
            verdict: planned.verdict.as_str().to_owned(),
            account: planned
                .account
                .as_ref()
                .map(|account| account.as_str().to_owned()),
            reason: planned.reason.clone(),
            changes: planned
                .changes
                .iter()
                .map(|change| {
                    (
                        change.field.to_string(),
                        change.old.as_ref().map(ValueV1::of),
                        ValueV1::of(&change.new),
                    )
                })
                .collect(),
            kept: planned
                .kept
                .iter()
                .map(|kept| {
                    (
                        kept.field.to_string(),
                        ValueV1::of(&kept.value),
                        kept.stated_by.0.to_string(),
                        ValueV1::of(&kept.said),
                    )
                })
                .collect(),
            joins: planned.joins,
            candidates: planned.candidates.iter().map(CandidateV1::of).collect(),
            notes: notes(&planned.notes),
            problems: notes(&planned.problems),
        }
    }

    pub(super) fn restore(self) -> Option<ImportRow> {
        let answer = match self.answer {
            Some(text) => Some(parse_answer(&text).ok()?),
            None => None,
        };
        let candidates: Option<Vec<Candidate>> =
            self.candidates.into_iter().map(CandidateV1::restore).collect();
        Some(ImportRow {
            cells: self.cells,
            answer,
            done: self.done,
            planned: Planned {
                row: size(self.row)?,
                verdict: Verdict::parse(&self.verdict)?,
                account: self.account.map(AccountId::trusted),
                reason: self.reason,
                changes: self
                    .changes
                    .into_iter()
                    .map(|(field, old, new)| Change {
                        field: field.into(),
                        old: old.map(ValueV1::restore),
                        new: new.restore(),
                    })
                    .collect(),
                kept: self
                    .kept
                    .into_iter()
                    .map(|(field, value, stated_by, said)| Kept {
                        field: field.into(),
                        value: value.restore(),
                        stated_by: Source(stated_by.into()),
                        said: said.restore(),
                    })
                    .collect(),
                joins: self.joins,
                candidates: candidates?,
                notes: restored(self.notes),
                problems: restored(self.problems),
            },
        })
    }
}
