//! What one row says of an account, before anybody asks which one it is.

use std::sync::Arc;

use quorate_domain::account::field;
use quorate_domain::id::AccountId;
use quorate_domain::value::Value;

use crate::clean::{self, DomainCell, Reading};
use crate::csv::{Row, Table};
use crate::mapping::{Field, Mapping, Use};

/// The longest text a field takes, in bytes.
const TEXT_LENGTH_MAX: usize = 1_024;
/// The most items of a list.
const ITEMS_MAX: usize = 200;
/// What cells are quoted with at most, in letters.
const QUOTED_MAX: usize = 80;

/// What to do with a cell that cannot be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadCells {
    /// The row fails.
    #[default]
    Fail,
    /// The cell is left out and the row goes on, with a note.
    LeaveOut,
}

/// Something about one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellNote {
    /// The column's header.
    pub column: String,
    /// What stands there, its start.
    pub value: String,
    /// What about it.
    pub text: String,
}

/// What one row says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Draft {
    /// Its number as a spreadsheet shows it.
    pub row: usize,
    /// The id in the system it comes from.
    pub id: Option<AccountId>,
    /// Its name.
    pub name: Option<Arc<str>>,
    /// Its domains, in the form accounts are matched by.
    pub domains: Vec<Arc<str>>,
    /// Its country.
    pub country: Option<Arc<str>>,
    /// All it says but the domains: fields and attributes.
    pub fields: Vec<(Arc<str>, Value)>,
    /// What somebody may want to look at.
    pub notes: Vec<CellNote>,
    /// What is wrong: with any of these the row fails.
    pub problems: Vec<CellNote>,
    /// Why it is skipped, if so.
    pub skip: Option<String>,
}

/// Reads every row of a table.
#[must_use]
pub fn read(table: &Table, mapping: &Mapping, bad_cells: BadCells) -> Vec<Draft> {
    let footer = footer_start(table);
    table
        .rows
        .iter()
        .map(|row| {
            if row.number >= footer {
                return Draft {
                    row: row.number,
                    skip: Some("it belongs to the report's footer".to_owned()),
                    ..Draft::default()
                };
            }
            read_row(row, mapping, bad_cells)
        })
        .collect()
}

/// Reports end with a few lines of text: rows at the end with one cell or two, under a header of more.
fn footer_start(table: &Table) -> usize {
    const FOOTER_CELLS_MAX: usize = 2;
    if table.header.len() <= FOOTER_CELLS_MAX {
        return usize::MAX;
    }
    let is_text = |row: &&Row| {
        let filled = row.cells.iter().filter(|cell| !cell.is_empty()).count();
        row.cells.len() < table.header.len() && filled <= FOOTER_CELLS_MAX
    };
    let footer = table.rows.iter().rev().take_while(is_text);
    footer.last().map_or(usize::MAX, |row| row.number)
}

/// Reads one row.
#[must_use]
pub fn read_row(row: &Row, mapping: &Mapping, bad_cells: BadCells) -> Draft {
    let mut reader = Reader {
        draft: Draft {
            row: row.number,
            ..Draft::default()
        },
        bad_cells,
    };
    let columns = mapping.columns.len();
    let filled = row
        .cells
        .iter()
        .rposition(|cell| !cell.is_empty())
        .map_or(0, |last| last + 1);
    if row.cells.len() < columns || filled > columns {
        // Whatever was lost or slipped in, the cells behind it stand under the wrong headers.
        reader.draft.problems.push(CellNote {
            column: String::new(),
            value: String::new(),
            text: format!(
                "the row has {} cells and the header {columns}; a cell with a delimiter in it stands in quotes, one with \
                 nothing in it keeps its place",
                row.cells.len().max(filled)
            ),
        });
        return reader.draft;
    }
    for ((header, column), cell) in mapping.columns.iter().zip(&row.cells) {
        if let Use::Field { field, times, .. } = column {
            reader.cell(header, field, f64::from(*times), cell);
        }
    }
    reader.finish()
}

struct Reader {
    draft: Draft,
    bad_cells: BadCells,
}

impl Reader {
    fn cell(&mut self, header: &str, field: &Field, times: f64, cell: &str) {
        if clean::is_nothing(cell) {
            return;
        }
        if cell.contains(|c: char| c.is_control() && c != '\n' && c != '\t' && c != '\r') {
            self.wrong(header, cell, "has a control character");
            return;
        }
        match field {
            Field::Id => match AccountId::new(clean::id(cell)) {
                Ok(id) => self.draft.id = Some(id),
                Err(error) => self.wrong(header, cell, &error.to_string()),
            },
            Field::Name => {
                let name = cell.split_whitespace().collect::<Vec<_>>().join(" ");
                self.draft.name = Some(Arc::from(name.as_str()));
                self.text(header, field::NAME, &name);
            }
            Field::Domains => clean::items(cell)
                .iter()
                .for_each(|item| self.domain(header, item)),
            Field::Country => {
                if let Some(code) = clean::country(cell) {
                    self.draft.country = Some(Arc::from(code));
                    self.say("country", Value::text(code));
                } else {
                    self.draft.country = Some(Arc::from(cell));
                    self.note(header, cell, "is no country known here; it is kept as it stands");
                    self.text(header, "country", cell);
                }
            }
            Field::Employees => self.number(header, "employees", cell, times, true),
            Field::AnnualRevenue => self.number(header, "annual_revenue", cell, times, false),
            Field::Technologies => {
                let items: Vec<Arc<str>> = clean::items(cell)
                    .iter()
                    .map(|item| Arc::from(item.to_lowercase()))
                    .collect();
                if items.len() > ITEMS_MAX {
                    self.wrong(header, cell, &format!("has more than {ITEMS_MAX} items"));
                } else if !items.is_empty() {
                    self.say("technologies", Value::List(items));
                }
            }
            Field::Deleted => {
                if clean::is_yes(cell) {
                    self.draft.skip = Some(format!("{header:?} says that it was deleted there"));
                }
            }
            Field::Industry => self.text(header, "industry", cell),
            Field::Region => self.text(header, "region", cell),
            Field::City => self.text(header, "city", cell),
            Field::Tier => self.text(header, field::TIER, cell),
            Field::Owner => self.text(header, field::OWNER, cell),
            Field::Parent => self.text(header, field::PARENT, &clean::id(cell)),
            Field::Attribute(name) => match clean::number(cell, false) {
                // A range or a text stays one: nobody said that the column counts something.
                Ok(number) if number.reading == Reading::Exact && cell.parse::<f64>().is_ok() => {
                    self.say(name, Value::Number(number.value));
                }
                Ok(_) | Err(_) => self.text(header, name, cell),
            },
        }
    }

    fn domain(&mut self, header: &str, cell: &str) {
        match clean::domain(cell) {
            Ok(DomainCell::Domain(domain)) => {
                let domain: Arc<str> = Arc::from(domain);
                if !self.draft.domains.contains(&domain) && self.draft.domains.len() < ITEMS_MAX {
                    self.draft.domains.push(domain);
                }
            }
            Ok(DomainCell::FreeMail(domain)) => {
                self.note(
                    header,
                    cell,
                    &format!("{domain} gives addresses to everybody and tells no account"),
                );
            }
            Err(reason) => self.wrong(header, cell, reason),
        }
    }

    fn number(&mut self, header: &str, name: &str, cell: &str, times: f64, whole: bool) {
        match clean::number(cell, whole) {
            Ok(number) if number.value < 0.0 => self.wrong(header, cell, "is below zero"),
            Ok(number) => {
                let value = number.value * times;
                match number.reading {
                    Reading::Exact => {}
                    Reading::Middle => self.note(
                        header,
                        cell,
                        &format!("is a range; its middle, {value}, is taken"),
                    ),
                    Reading::Bound => {
                        self.note(header, cell, &format!("is open; its end, {value}, is taken"));
                    }
                }
                self.say(name, Value::Number(value));
            }
            Err(error) => self.wrong(header, cell, &error.to_string()),
        }
    }

    fn text(&mut self, header: &str, name: &str, text: &str) {
        if text.len() > TEXT_LENGTH_MAX {
            self.wrong(header, text, &format!("is longer than {TEXT_LENGTH_MAX} bytes"));
        } else {
            self.say(name, Value::text(text));
        }
    }

    fn say(&mut self, name: &str, value: Value) {
        self.draft.fields.push((Arc::from(name), value));
    }

    fn note(&mut self, header: &str, cell: &str, text: &str) {
        self.draft.notes.push(about(header, cell, text));
    }

    fn wrong(&mut self, header: &str, cell: &str, text: &str) {
        let note = about(header, cell, text);
        match self.bad_cells {
            BadCells::Fail => self.draft.problems.push(note),
            BadCells::LeaveOut => self.draft.notes.push(CellNote {
                text: format!("{text}; it is left out"),
                ..note
            }),
        }
    }

    fn finish(mut self) -> Draft {
        let draft = &mut self.draft;
        if draft.problems.is_empty()
            && draft.skip.is_none()
            && draft.id.is_none()
            && draft.name.is_none()
            && draft.domains.is_empty()
        {
            draft.problems.push(CellNote {
                column: String::new(),
                value: String::new(),
                text: "nothing says which account it is: no id, no name, no domain".to_owned(),
            });
        }
        self.draft
    }
}

fn about(header: &str, cell: &str, text: &str) -> CellNote {
    CellNote {
        column: header.to_owned(),
        value: cell.chars().take(QUOTED_MAX).collect(),
        text: text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
