//! `/imports/{id}/columns`: the second step. What each column of the file says of an account.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use quorate_engine::imports::{Import, ImportError, ImportRow, State};
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::{self, Field, Mapping, Use, Wishes};

use super::{Head, Step, address, sentence};
use crate::access::{Editor, Visitor, check_origin};
use crate::pages::frame::Frame;
use crate::reply::{self, PageError};
use crate::state::ConsoleState;
use crate::words;

/// Rows that are looked at for examples and for how full a column is.
const LOOKED_AT: usize = 1_000;
/// Examples of a column.
const EXAMPLES: usize = 3;
/// Letters of an example.
const EXAMPLE_LETTERS: usize = 32;

/// The page.
#[derive(Debug, Template)]
#[template(path = "import/columns.html")]
pub(crate) struct Page {
    frame: Frame,
    head: Head,
    columns: Columns,
}

/// What stands on it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Columns {
    pub(crate) lines: Vec<Line>,
    pub(crate) action: String,
    pub(crate) leave_out_bad_cells: bool,
    /// `412 rows`.
    pub(crate) rows: String,
    /// What how full a column is was counted over.
    pub(crate) looked_at: String,
    /// Answers that new columns would forget.
    pub(crate) answers: usize,
    /// Whether the visitor may choose.
    pub(crate) may_choose: bool,
    pub(crate) applied: bool,
    pub(crate) problem: Option<String>,
}

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The field of the form; `None`: it has no header, so nothing can be said of it.
    pub(crate) key: Option<String>,
    pub(crate) header: String,
    pub(crate) examples: Vec<String>,
    /// Value, words, whether it is chosen.
    pub(crate) choices: Vec<(String, String, bool)>,
    /// What is chosen, for who may only read.
    pub(crate) chosen: String,
    /// `97 %`.
    pub(crate) filled: String,
    /// Why it is so.
    pub(crate) sure: String,
    /// Cells that are wrong or were read with care.
    pub(crate) unclear: Option<String>,
}

/// What the form says of each column, by its place; a column that is not named there: nothing.
type Chosen = BTreeMap<usize, Option<Field>>;

/// `GET /imports/{id}/columns`.
pub(crate) async fn show(
    visitor: Visitor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    id: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let page = page(&visitor, &request, &state, &id, None, None).await?;
    reply::html(&page)
}

/// `POST /imports/{id}/columns`.
pub(crate) async fn choose(
    editor: Editor,
    request: HttpRequest,
    state: web::Data<ConsoleState>,
    id: web::Path<String>,
    sent: web::Form<Vec<(String, String)>>,
) -> Result<HttpResponse, PageError> {
    check_origin(&request)?;
    let value = |name: &str| {
        let found = sent.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    editor.0.check_form(value("form_token"))?;
    let imports = state.engine.imports();
    let import = imports.get(&id).await?;
    let header = headers(&import.mapping);
    let chosen = chosen(&sent);
    let bad_cells = if value("bad_cells") == "leave_out" {
        BadCells::LeaveOut
    } else {
        BadCells::Fail
    };
    let problem = match wishes(&header, &chosen) {
        Ok(wishes) => match imports.choose_columns(&id, &wishes, bad_cells).await {
            Ok(import) => return Ok(reply::see_other(address(&import, "review"))),
            Err(ImportError::Mapping(mapping::Error::NothingIdentifies { .. })) => {
                "Say which column has the name, the domain or the id of an account: without one of them nobody can \
                 tell which account a row is about."
                    .to_owned()
            }
            Err(ImportError::Mapping(error)) => sentence(&error.to_string()),
            Err(
                error @ (ImportError::File(_)
                | ImportError::Unknown { .. }
                | ImportError::NoSuchRow { .. }
                | ImportError::NoQuestion { .. }
                | ImportError::Applying
                | ImportError::TooManyWait
                | ImportError::Damaged { .. }
                | ImportError::Engine(_)),
            ) => return Err(error.into()),
        },
        Err(problem) => problem,
    };
    let mut page = page(&editor.0, &request, &state, &id, Some(&chosen), Some(problem)).await?;
    page.columns.leave_out_bad_cells = bad_cells == BadCells::LeaveOut;
    Ok(reply::page(StatusCode::UNPROCESSABLE_ENTITY).body(page.render()?))
}

async fn page(
    visitor: &Visitor,
    request: &HttpRequest,
    state: &ConsoleState,
    id: &str,
    chosen: Option<&Chosen>,
    problem: Option<String>,
) -> Result<Page, PageError> {
    let imports = state.engine.imports();
    let import = imports.get(id).await?;
    let rows = imports.rows(id, Vec::new(), 0, LOOKED_AT).await?.rows;
    let now = state.engine.now();
    let head = Head::read(&state.engine, &import, Step::Columns).await?;
    let mut columns = Columns::of(&import, &rows, chosen);
    columns.may_choose = visitor.may_write() && import.state != State::Applying;
    columns.problem = problem;
    Ok(Page {
        frame: Frame::new(&format!("Columns, {}", head.file), request, visitor, now),
        head,
        columns,
    })
}

impl Columns {
    /// - `chosen`: what a form that was refused says.
    pub(crate) fn of(import: &Import, rows: &[ImportRow], chosen: Option<&Chosen>) -> Self {
        let header = headers(&import.mapping);
        let lines = import
            .mapping
            .columns
            .iter()
            .enumerate()
            .map(|(place, (name, column))| {
                let given = match chosen {
                    Some(chosen) => chosen.get(&place).cloned().flatten(),
                    None => given(column),
                };
                Line::of(place, name, column, given.as_ref(), &header, rows)
            })
            .collect();
        let looked_at = if import.counts.total() > rows.len() {
            format!("of the first {} rows", words::count(rows.len()))
        } else {
            "of all rows".to_owned()
        };
        Self {
            lines,
            action: address(import, "columns"),
            leave_out_bad_cells: import.bad_cells == BadCells::LeaveOut,
            rows: words::counted(import.counts.total(), "row", "rows"),
            looked_at,
            answers: rows
                .iter()
                .filter(|row| row.answer.is_some() && !row.done)
                .count(),
            may_choose: true,
            applied: import.state == State::Applied,
            problem: None,
        }
    }
}

impl Line {
    fn of(
        place: usize,
        name: &str,
        column: &Use,
        given: Option<&Field>,
        header: &[String],
        rows: &[ImportRow],
    ) -> Self {
        let cells = || {
            rows.iter()
                .filter_map(move |row| row.cells.get(place))
                .filter(|cell| !cell.is_empty())
        };
        let mut examples: Vec<String> = Vec::new();
        for cell in cells() {
            let short = shortened(cell);
            if !examples.contains(&short) {
                examples.push(short);
                if examples.len() == EXAMPLES {
                    break;
                }
            }
        }
        let about = |row: &&ImportRow| {
            let planned = &row.planned;
            planned
                .notes
                .iter()
                .chain(&planned.problems)
                .any(|note| note.column == name)
        };
        let unclear = rows.iter().filter(about).count();
        Self {
            key: (!name.is_empty()).then(|| format!("c{place}")),
            header: if name.is_empty() {
                "no name".to_owned()
            } else {
                name.to_owned()
            },
            examples,
            choices: choices(name, given, header),
            chosen: given.map_or_else(|| "not used".to_owned(), label),
            filled: share(cells().count(), rows.len()),
            sure: sure(name, column, header),
            unclear: (unclear > 0).then(|| words::counted(unclear, "value to look at", "values to look at")),
        }
    }
}

fn headers(mapping: &Mapping) -> Vec<String> {
    mapping.columns.iter().map(|(name, _)| name.clone()).collect()
}

/// Returns the field a column gives now.
fn given(column: &Use) -> Option<Field> {
    match column {
        Use::Field { field, .. } => Some(field.clone()),
        Use::Beaten { .. } | Use::LeftOut | Use::Unknown => None,
    }
}

fn choices(name: &str, given: Option<&Field>, header: &[String]) -> Vec<(String, String, bool)> {
    let mut fields: Vec<Field> = Field::ALL.to_vec();
    fields.extend(mapping::as_attribute(name, header));
    if let Some(given) = given.filter(|given| !fields.contains(given)) {
        fields.push(given.clone());
    }
    let none = (String::new(), "Not used".to_owned(), given.is_none());
    let choice = |field: Field| (value(&field), label(&field), given == Some(&field));
    std::iter::once(none)
        .chain(fields.into_iter().map(choice))
        .collect()
}

fn value(field: &Field) -> String {
    match field {
        Field::Attribute(name) => format!("attribute:{name}"),
        Field::Id
        | Field::Name
        | Field::Domains
        | Field::Industry
        | Field::Employees
        | Field::AnnualRevenue
        | Field::Country
        | Field::Region
        | Field::City
        | Field::Tier
        | Field::Owner
        | Field::Parent
        | Field::Technologies
        | Field::Deleted => field.as_str().to_owned(),
    }
}

/// Returns a field as people call it.
pub(crate) fn label(field: &Field) -> String {
    match field {
        Field::Domains => "Domain or website".to_owned(),
        Field::Parent => "Parent account".to_owned(),
        Field::Deleted => "Deleted there (row is skipped)".to_owned(),
        Field::Attribute(name) => format!("Attribute “{name}”"),
        Field::Id
        | Field::Name
        | Field::Industry
        | Field::Employees
        | Field::AnnualRevenue
        | Field::Country
        | Field::Region
        | Field::City
        | Field::Tier
        | Field::Owner
        | Field::Technologies => words::capitalised(&words::spaced(field.as_str())),
    }
}

fn sure(name: &str, column: &Use, header: &[String]) -> String {
    match column {
        Use::Field { told: true, .. } => "chosen by somebody".to_owned(),
        Use::Field { field, times, .. } => {
            let same = words::spaced(field.as_str()).eq_ignore_ascii_case(name.trim());
            let how = if same { "same name" } else { "known name" };
            if *times == 1 {
                how.to_owned()
            } else {
                let times = words::count(usize::try_from(*times).unwrap_or(usize::MAX));
                format!("{how}, numbers times {times}")
            }
        }
        Use::Beaten { field, by } => {
            let by = header.get(*by).map_or("", String::as_str);
            format!("“{by}” gives the {}", words::spaced(field.as_str()))
        }
        Use::LeftOut => "left out by somebody".to_owned(),
        Use::Unknown => "name not known".to_owned(),
    }
}

fn share(part: usize, whole: usize) -> String {
    if whole == 0 {
        return words::UNKNOWN.to_owned();
    }
    format!("{} %", part * 100 / whole)
}

fn shortened(cell: &str) -> String {
    let short: String = cell.chars().take(EXAMPLE_LETTERS).collect();
    if short.len() < cell.len() {
        format!("{short}…")
    } else {
        short
    }
}

fn chosen(sent: &[(String, String)]) -> Chosen {
    sent.iter()
        .filter_map(|(key, value)| {
            let place = key.strip_prefix('c')?.parse().ok()?;
            Some((place, Field::parse(value)))
        })
        .collect()
}

/// Returns what the choices ask for beyond what the headers say by themselves.
///
/// # Errors
/// When two columns are to give one field, for a person.
fn wishes(header: &[String], chosen: &Chosen) -> Result<Wishes, String> {
    let mut givers: BTreeMap<&Field, &str> = BTreeMap::new();
    for (place, field) in chosen {
        let (Some(field), Some(name)) = (field, header.get(*place)) else {
            continue;
        };
        if *field == Field::Domains {
            continue;
        }
        if let Some(first) = givers.insert(field, name) {
            return Err(format!(
                "“{first}” and “{name}” both go to {}. Choose one of them.",
                label(field)
            ));
        }
    }
    let found = Mapping::begin(header, &Wishes::default()).map_err(|error| sentence(&error.to_string()))?;
    let mut columns = Vec::new();
    for (place, (name, column)) in found.columns.iter().enumerate() {
        let Some(field) = chosen.get(&place).filter(|_| !name.is_empty()) else {
            continue;
        };
        let by_itself = match (field, column) {
            (Some(field), Use::Field { field: found, .. }) => field == found,
            // It stays beaten as long as the other column still gives the field.
            (None, Use::Beaten { field, by }) => chosen.get(by).cloned().flatten().as_ref() == Some(field),
            (None, Use::Unknown) => true,
            (Some(_), Use::Beaten { .. } | Use::LeftOut | Use::Unknown)
            | (None, Use::Field { .. } | Use::LeftOut) => false,
        };
        if !by_itself {
            columns.push((name.clone(), field.clone()));
        }
    }
    Ok(Wishes {
        columns,
        keep_unknown: false,
    })
}

#[cfg(test)]
mod tests;
