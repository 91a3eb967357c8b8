//! A row of an import as the review shows it: what the file says, whom it may be about, what will happen.

use quorate_domain::account::field;
use quorate_domain::id::AccountId;
use quorate_domain::value::Value;
use quorate_engine::Engine;
use quorate_engine::imports::{Import, ImportRow, answer_text};
use quorate_intake::draft::CellNote;
use quorate_intake::mapping::Field;
use quorate_intake::matching::{Alike, Answer, Candidate};
use quorate_intake::plan::{Change, Verdict};

use crate::pages::account::value_text;
use crate::pages::board::escaped;
use crate::words;

/// Changes of a row that are named; more are counted.
const CHANGES_NAMED: usize = 6;

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RowLine {
    pub(crate) number: usize,
    /// What the file calls it.
    pub(crate) name: String,
    /// Domains, then country and size, as they stand in the file.
    pub(crate) facts: Vec<String>,
    /// Whom it is or may be about.
    pub(crate) known: Vec<KnownLine>,
    /// What may be answered; empty: nothing.
    pub(crate) choices: Vec<Choice>,
    pub(crate) tone: &'static str,
    pub(crate) verdict: &'static str,
    /// Why it stays out or is asked.
    pub(crate) reason: Option<String>,
    pub(crate) changes: Vec<ChangeLine>,
    /// `and 3 more`.
    pub(crate) more: Option<String>,
    /// What stays as it is, and what to look at.
    pub(crate) remarks: Vec<String>,
}

/// An account that a row is or may be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownLine {
    pub(crate) name: String,
    /// `None`: another row of the file makes it.
    pub(crate) href: Option<String>,
    /// A text, and whether the file says otherwise.
    pub(crate) facts: Vec<(String, bool)>,
    /// What is alike: `same domain`.
    pub(crate) alike: &'static str,
}

/// An answer that may be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
    /// The key that chooses it.
    pub(crate) key: usize,
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ChangeLine {
    pub(crate) field: String,
    pub(crate) old: Option<String>,
    pub(crate) new: String,
}

impl RowLine {
    /// - `asks`: whether the row may be answered here.
    pub(crate) fn of(engine: &Engine, import: &Import, row: &ImportRow, asks: bool) -> Self {
        let planned = &row.planned;
        let said = Said::of(import, row);
        let mut known: Vec<KnownLine> = planned
            .candidates
            .iter()
            .map(|candidate| KnownLine::candidate(candidate, &said))
            .collect();
        if known.is_empty() && planned.verdict != Verdict::Created {
            known.extend(planned.account.as_ref().map(|id| KnownLine::account(engine, id)));
        }
        let (tone, verdict) = verdict(planned.verdict, row.done);
        let named = planned.changes.iter().take(CHANGES_NAMED);
        let left = planned.changes.len().saturating_sub(CHANGES_NAMED);
        let kept = planned.kept.iter().map(|kept| {
            format!(
                "{} stays {}: the source “{}” is stronger than this import, which says {}",
                words::capitalised(&words::spaced(&kept.field)),
                value_text(&kept.value),
                kept.stated_by.0,
                value_text(&kept.said)
            )
        });
        let problems = planned.problems.iter().map(remark);
        let notes = planned.notes.iter().map(remark);
        Self {
            number: planned.row,
            name: said.name.clone(),
            facts: said.facts(),
            known,
            choices: if asks && !row.done {
                choices(row)
            } else {
                Vec::new()
            },
            tone,
            verdict,
            reason: planned
                .reason
                .as_deref()
                .filter(|_| planned.problems.is_empty())
                .map(words::capitalised),
            changes: named.map(ChangeLine::of).collect(),
            more: (left > 0).then(|| format!("and {} more", words::count(left))),
            remarks: problems.chain(notes).chain(kept).collect(),
        }
    }
}

fn remark(note: &CellNote) -> String {
    if note.column.is_empty() {
        words::capitalised(&note.text)
    } else {
        format!("{}: “{}” {}", note.column, note.value, note.text)
    }
}

fn verdict(verdict: Verdict, done: bool) -> (&'static str, &'static str) {
    match (verdict, done) {
        (Verdict::Created, false) => ("ok", "Create"),
        (Verdict::Created, true) => ("ok", "Created"),
        (Verdict::Updated, false) => ("acc", "Update"),
        (Verdict::Updated, true) => ("acc", "Updated"),
        (Verdict::Unchanged, _) => ("n", "Nothing new"),
        (Verdict::Skipped, _) => ("n", "Stays out"),
        (Verdict::NeedsAnswer, _) => ("warn", "Your call"),
        (Verdict::Failed, _) => ("danger", "Cannot go in"),
    }
}

/// What a row of the file says, in its own words.
struct Said {
    name: String,
    domains: Vec<String>,
    country: Option<String>,
    employees: Option<String>,
}

impl Said {
    fn of(import: &Import, row: &ImportRow) -> Self {
        let cells = |field: Field| -> Vec<String> {
            import
                .mapping
                .places(&field)
                .filter_map(|place| row.cells.get(place))
                .filter(|cell| !cell.is_empty())
                .cloned()
                .collect()
        };
        let first = |field: Field| cells(field).into_iter().next();
        let anything = || row.cells.iter().find(|cell| !cell.is_empty()).cloned();
        Self {
            name: first(Field::Name)
                .or_else(|| first(Field::Id))
                .or_else(anything)
                .unwrap_or_default(),
            domains: cells(Field::Domains),
            country: first(Field::Country),
            employees: first(Field::Employees),
        }
    }

    fn facts(&self) -> Vec<String> {
        let people = self.employees.as_ref().map(|number| format!("{number} people"));
        let place: Vec<String> = self.country.clone().into_iter().chain(people).collect();
        let mut facts = self.domains.clone();
        if !place.is_empty() {
            facts.push(place.join(", "));
        }
        facts
    }

    fn has_domain(&self, domain: &str) -> bool {
        let cleaned = |said: &String| match quorate_intake::clean::domain(said) {
            Ok(quorate_intake::clean::DomainCell::Domain(cleaned)) => cleaned == domain,
            Ok(quorate_intake::clean::DomainCell::FreeMail(_)) | Err(_) => false,
        };
        self.domains.iter().any(cleaned)
    }

    fn is_in(&self, country: &str) -> bool {
        self.country.as_deref().is_none_or(|said| {
            said == country || quorate_intake::clean::country(said).is_some_and(|code| code == country)
        })
    }
}

impl KnownLine {
    fn candidate(candidate: &Candidate, said: &Said) -> Self {
        let mut facts: Vec<(String, bool)> = candidate
            .domains
            .iter()
            .map(|domain| (domain.to_string(), !said.has_domain(domain)))
            .collect();
        facts.extend(
            candidate
                .country
                .as_ref()
                .map(|country| (country.to_string(), !said.is_in(country))),
        );
        let name = candidate.name.as_deref().unwrap_or(candidate.account.as_str());
        Self {
            name: match candidate.row {
                Some(row) => format!("{name}, row {row}"),
                None => name.to_owned(),
            },
            href: candidate.row.is_none().then(|| link(&candidate.account)),
            facts,
            alike: match candidate.alike {
                Alike::Id => "same id",
                Alike::Domain => "same domain",
                Alike::Name => "same name",
            },
        }
    }

    fn account(engine: &Engine, id: &AccountId) -> Self {
        let row = engine.listing().row(id);
        Self {
            name: row
                .as_ref()
                .map_or_else(|| id.as_str().to_owned(), |row| row.name.to_string()),
            href: row.is_some().then(|| link(id)),
            facts: row
                .and_then(|row| row.domain.map(|domain| (domain.to_string(), false)))
                .into_iter()
                .collect(),
            alike: "",
        }
    }
}

fn link(id: &AccountId) -> String {
    format!("/accounts/{}", escaped(id.as_str()))
}

fn choices(row: &ImportRow) -> Vec<Choice> {
    let candidates = &row.planned.candidates;
    let mut same: Vec<(AccountId, String)> = candidates
        .iter()
        .map(|candidate| {
            let name = candidate.name.as_deref().unwrap_or(candidate.account.as_str());
            (candidate.account.clone(), format!("Same as {name}"))
        })
        .collect();
    if let [(_, text)] = same.as_mut_slice() {
        "Same".clone_into(text);
    }
    if let Some(Answer::Same(id)) = &row.answer
        && same.is_empty()
    {
        same.push((id.clone(), "Same".to_owned()));
    }
    let answers = same
        .into_iter()
        .map(|(id, text)| (Answer::Same(id), text))
        .chain([(Answer::New, "New".to_owned()), (Answer::Skip, "Skip".to_owned())]);
    answers
        .zip(1..)
        .map(|((answer, text), key)| Choice {
            chosen: row.answer.as_ref() == Some(&answer),
            value: answer_text(&answer),
            text,
            key,
        })
        .collect()
}

impl ChangeLine {
    fn of(change: &Change) -> Self {
        let added = |new: &Value| -> Vec<String> {
            let known: Vec<&str> = change.old.iter().flat_map(Value::texts).collect();
            new.texts()
                .filter(|text| !known.contains(text))
                .map(str::to_owned)
                .collect()
        };
        let (field, old, new) = match &*change.field {
            field::LISTS => ("On the list".to_owned(), None, added(&change.new).join(", ")),
            field::DOMAINS => ("Adds the domain".to_owned(), None, added(&change.new).join(", ")),
            name => (
                words::capitalised(&words::spaced(name)),
                change.old.as_ref().map(value_text),
                value_text(&change.new),
            ),
        };
        Self { field, old, new }
    }
}

#[cfg(test)]
mod tests;
