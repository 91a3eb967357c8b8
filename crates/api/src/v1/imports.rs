//! Imports: a file of accounts to a review, answers to what is not certain, and what is certain applied.

use quorate_domain::value::Value;
use quorate_engine::imports::{Import, ImportError, ImportRow, answer_text};
use quorate_intake::draft::CellNote;
use quorate_intake::mapping::Use;
use quorate_intake::matching::Candidate;
use quorate_intake::plan::Verdict;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::accounts::value::AttributeValue;
use crate::problem::{FieldError, Kind, Problem};
use crate::v1::instant::Instant;

pub(crate) mod all;
pub(crate) mod answers;
pub(crate) mod apply;
pub(crate) mod get;
pub(crate) mod post;
pub(crate) mod rejects;
pub(crate) mod rows;

/// `/v1/imports/{import}`.
#[derive(Deserialize)]
pub(crate) struct ImportPath {
    pub(crate) import: String,
}

/// An import.
#[derive(Serialize, ToSchema)]
#[schema(as = Import)]
pub(crate) struct ImportBody {
    /// Its id.
    id: String,
    /// The file's name.
    file: Option<String>,
    /// `review`, `applying`, `applied`.
    state: &'static str,
    /// When it was reviewed.
    created_at: Instant,
    /// When it was applied last.
    applied_at: Option<Instant>,
    /// Who sent it.
    by: String,
    /// Who says all this.
    source: String,
    /// The list its accounts are put on.
    list: Option<String>,
    /// Rows by verdict.
    counts: CountsBody,
    /// Rows below the header that have anything in them.
    rows: usize,
    /// Rows with nothing in them.
    blank_rows: usize,
    /// Rows that were carried out.
    done: usize,
    /// Rows that change something.
    to_do: usize,
    /// What becomes of each column.
    columns: Vec<ColumnBody>,
    /// The encoding the file was read as.
    encoding: String,
    /// What divides its cells.
    delimiter: String,
}

/// Rows by verdict.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportCounts)]
struct CountsBody {
    created: usize,
    updated: usize,
    unchanged: usize,
    skipped: usize,
    needs_answer: usize,
    failed: usize,
}

/// What becomes of a column.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportColumn)]
struct ColumnBody {
    /// Its header.
    header: String,
    /// What it says of an account; null: nothing is taken from it.
    field: Option<String>,
    /// `told` by the sender, `found` by its header, `beaten` by another column for the same field, `left_out` as the
    /// sender wants, or `unknown`.
    how: &'static str,
    /// What its numbers are multiplied with, when the header says so: `Revenue (in 000s USD)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
}

impl ColumnBody {
    fn of(header: &str, column: &Use) -> Self {
        let (field, how, times) = match column {
            Use::Field { field, times, told } => (
                Some(field),
                if *told { "told" } else { "found" },
                Some(*times).filter(|times| *times != 1),
            ),
            Use::Beaten { field, .. } => (Some(field), "beaten", None),
            Use::LeftOut => (None, "left_out", None),
            Use::Unknown => (None, "unknown", None),
        };
        Self {
            header: header.to_owned(),
            field: field.map(ToString::to_string),
            how,
            times,
        }
    }
}

impl From<&Import> for ImportBody {
    fn from(import: &Import) -> Self {
        let count = |verdict| import.counts.get(verdict);
        Self {
            id: import.id.to_string(),
            file: import.file.as_deref().map(str::to_owned),
            state: import.state.as_str(),
            created_at: import.created_at.into(),
            applied_at: import.applied_at.map(Into::into),
            by: import.by.to_string(),
            source: import.source.0.to_string(),
            list: import.list.as_ref().map(ToString::to_string),
            counts: CountsBody {
                created: count(Verdict::Created),
                updated: count(Verdict::Updated),
                unchanged: count(Verdict::Unchanged),
                skipped: count(Verdict::Skipped),
                needs_answer: count(Verdict::NeedsAnswer),
                failed: count(Verdict::Failed),
            },
            rows: import.counts.total(),
            blank_rows: import.blank_rows,
            done: import.done,
            to_do: import.to_do,
            columns: import
                .mapping
                .columns
                .iter()
                .map(|(header, column)| ColumnBody::of(header, column))
                .collect(),
            encoding: import.encoding.to_string(),
            delimiter: import.delimiter.to_string(),
        }
    }
}

/// A row of an import.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportRow)]
pub(crate) struct RowBody {
    /// Its number as a spreadsheet shows it: the header is 1.
    row: usize,
    /// `created`, `updated`, `unchanged`, `skipped`, `needs_answer`, `failed`.
    verdict: &'static str,
    /// Which account it is about.
    account: Option<String>,
    /// Why, when it is skipped, failed or a question.
    reason: Option<String>,
    /// What a person said: `same:<account id>`, `new`, `skip`.
    answer: Option<String>,
    /// Whether it was carried out.
    done: bool,
    /// What it changes.
    changes: Vec<ChangeBody>,
    /// What it would change and may not, because a stronger source states it.
    kept: Vec<KeptBody>,
    /// Whom it may be about, when it is a question.
    candidates: Vec<CandidateBody>,
    /// Cells somebody may want to look at.
    notes: Vec<CellBody>,
    /// Cells that are wrong.
    problems: Vec<CellBody>,
    /// Its cells as they came.
    cells: Vec<String>,
}

/// A change of one field.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportChange)]
struct ChangeBody {
    /// Which.
    field: String,
    /// What is known; null: nothing.
    // An attribute's value may be null by itself: named as an option, null would be two of its forms at once.
    #[schema(value_type = AttributeValue)]
    old: Option<AttributeValue>,
    /// What will be.
    new: AttributeValue,
}

/// A field that stays as it is.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportKept)]
struct KeptBody {
    /// Which.
    field: String,
    /// What stays.
    value: AttributeValue,
    /// Who states it.
    stated_by: String,
    /// What the row says.
    said: AttributeValue,
}

/// An account a row may be about.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportCandidate)]
struct CandidateBody {
    /// Its id.
    account: String,
    /// Its name.
    name: Option<String>,
    /// Its domains.
    domains: Vec<String>,
    /// Its country.
    country: Option<String>,
    /// What is alike: `id`, `domain`, `name`.
    alike: &'static str,
    /// The row of the same file that makes it; null: it is known already.
    row: Option<usize>,
}

impl From<&Candidate> for CandidateBody {
    fn from(candidate: &Candidate) -> Self {
        Self {
            account: candidate.account.to_string(),
            name: candidate.name.as_deref().map(str::to_owned),
            domains: candidate.domains.iter().map(ToString::to_string).collect(),
            country: candidate.country.as_deref().map(str::to_owned),
            alike: candidate.alike.as_str(),
            row: candidate.row,
        }
    }
}

/// Something about one cell.
#[derive(Serialize, ToSchema)]
#[schema(as = ImportCell)]
struct CellBody {
    /// The column's header; empty when it is about the whole row.
    column: String,
    /// What stands there, its start.
    value: String,
    /// What about it.
    message: String,
}

fn cells(notes: &[CellNote]) -> Vec<CellBody> {
    notes
        .iter()
        .map(|note| CellBody {
            column: note.column.clone(),
            value: note.value.clone(),
            message: note.text.clone(),
        })
        .collect()
}

fn value(value: &Value) -> AttributeValue {
    AttributeValue(value.clone())
}

impl From<&ImportRow> for RowBody {
    fn from(row: &ImportRow) -> Self {
        let planned = &row.planned;
        Self {
            row: planned.row,
            verdict: planned.verdict.as_str(),
            account: planned.account.as_ref().map(ToString::to_string),
            reason: planned.reason.clone(),
            answer: row.answer.as_ref().map(answer_text),
            done: row.done,
            changes: planned
                .changes
                .iter()
                .map(|change| ChangeBody {
                    field: change.field.to_string(),
                    old: change.old.as_ref().map(value),
                    new: value(&change.new),
                })
                .collect(),
            kept: planned
                .kept
                .iter()
                .map(|kept| KeptBody {
                    field: kept.field.to_string(),
                    value: value(&kept.value),
                    stated_by: kept.stated_by.0.to_string(),
                    said: value(&kept.said),
                })
                .collect(),
            candidates: planned.candidates.iter().map(CandidateBody::from).collect(),
            notes: cells(&planned.notes),
            problems: cells(&planned.problems),
            cells: row.cells.clone(),
        }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Self {
        let text = error.to_string();
        match error {
            ImportError::File(_) => Self::new(Kind::InvalidFile, text),
            ImportError::Mapping(_) => Self::new(
                Kind::InvalidFile,
                format!(
                    "{text}. Say which column is what: map=HEADER=FIELD, at the command line --map HEADER=FIELD"
                ),
            ),
            ImportError::Unknown { .. } => Self::new(Kind::ImportNotFound, text),
            ImportError::NoSuchRow { row } | ImportError::NoQuestion { row, .. } => Self::fields(
                Kind::InvalidField,
                vec![FieldError::at(format!("/answers/{row}"), text)],
            ),
            ImportError::Applying => Self::new(Kind::ImportApplying, text),
            ImportError::TooManyWait => Self::new(Kind::Overloaded, text),
            ImportError::Damaged { .. } => {
                tracing::error!(reason = text, "a stored import cannot be read");
                Self::new(Kind::Internal, "what is stored of this import cannot be read")
            }
            ImportError::Engine(error) => error.into(),
        }
    }
}

/// Returns an import as the API shows it.
#[must_use]
pub fn import_json(import: &Import) -> serde_json::Value {
    // Numbers and texts always make JSON.
    serde_json::to_value(ImportBody::from(import)).unwrap_or_default()
}

/// Returns a row of an import as the API shows it.
#[must_use]
pub fn import_row_json(row: &ImportRow) -> serde_json::Value {
    serde_json::to_value(RowBody::from(row)).unwrap_or_default()
}
