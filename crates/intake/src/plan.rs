//! What an import would do, as data: a verdict for every row, and each change with what it replaces.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use quorate_domain::account::field;
use quorate_domain::id::AccountId;
use quorate_domain::value::{Source, Stated, Value};

use crate::draft::{CellNote, Draft};
use crate::matching::{Candidate, Match};

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It makes an account.
    Created,
    /// It changes a known account.
    Updated,
    /// It says what is known already.
    Unchanged,
    /// It stays out.
    Skipped,
    /// A person must say which account it is about; until then it stays out.
    NeedsAnswer,
    /// It is wrong.
    Failed,
}

impl Verdict {
    /// All verdicts.
    pub const ALL: [Self; 6] = [
        Self::Created,
        Self::Updated,
        Self::Unchanged,
        Self::Skipped,
        Self::NeedsAnswer,
        Self::Failed,
    ];

    /// Returns the wire name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
            Self::NeedsAnswer => "needs_answer",
            Self::Failed => "failed",
        }
    }

    /// Returns the verdict of a wire name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }

    /// Returns whether applying the row changes anything.
    #[must_use]
    pub fn acts(self) -> bool {
        matches!(self, Self::Created | Self::Updated)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One field that a row changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which.
    pub field: Arc<str>,
    /// What is known; `None`: nothing.
    pub old: Option<Value>,
    /// What will be.
    pub new: Value,
}

/// A field that stays as it is, because a stronger source states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Which.
    pub field: Arc<str>,
    /// What stays.
    pub value: Value,
    /// Who states it.
    pub stated_by: Source,
    /// What the row says.
    pub said: Value,
}

/// What a row would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Its number as a spreadsheet shows it.
    pub row: usize,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Which account it is about.
    pub account: Option<AccountId>,
    /// Why, when it is skipped, failed or a question.
    pub reason: Option<String>,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What it would change and may not.
    pub kept: Vec<Kept>,
    /// Whether it puts the account on the import's list.
    pub joins: bool,
    /// Whom it may be about, when it is a question.
    pub candidates: Vec<Candidate>,
    /// Cells somebody may want to look at.
    pub notes: Vec<CellNote>,
    /// Cells that are wrong.
    pub problems: Vec<CellNote>,
}

/// What is known of an account: its fields, each with who said so.
pub type Facts = BTreeMap<Arc<str>, Stated<Value>>;

/// On whose behalf, and with what in mind, rows are planned.
pub struct Terms<'a> {
    /// Who says all this.
    pub source: &'a Source,
    /// A source's place in the model's ranking, 0 the strongest.
    pub rank: &'a dyn Fn(&Source) -> usize,
    /// The list the accounts are put on.
    pub list: Option<&'a str>,
}

/// Says what a row would do to the account it is about.
///
/// - `facts`: what is known of that account; `None`: it is new.
#[must_use]
pub fn plan(draft: &Draft, found: &Match, facts: Option<&Facts>, terms: &Terms<'_>) -> Planned {
    let mut planned = Planned {
        row: draft.row,
        verdict: Verdict::Failed,
        account: None,
        reason: None,
        changes: Vec::new(),
        kept: Vec::new(),
        joins: false,
        candidates: Vec::new(),
        notes: draft.notes.clone(),
        problems: draft.problems.clone(),
    };
    match found {
        Match::Wrong => planned.reason = draft.problems.first().map(told),
        Match::Out(reason) => {
            planned.verdict = Verdict::Skipped;
            planned.reason = Some(reason.clone());
        }
        Match::Double { of, account } => {
            planned.verdict = Verdict::Skipped;
            planned.account = Some(account.clone());
            planned.reason = Some(format!("row {of} is the same account and goes first"));
        }
        Match::Ask { reason, candidates } => {
            planned.verdict = Verdict::NeedsAnswer;
            planned.reason = Some(reason.clone());
            planned.candidates.clone_from(candidates);
        }
        Match::New(account) | Match::Known(account) | Match::Made { account, .. } => {
            planned.account = Some(account.clone());
            let nothing = Facts::new();
            change(&mut planned, draft, facts.unwrap_or(&nothing), terms);
            planned.verdict = match found {
                Match::New(_) => Verdict::Created,
                Match::Known(_)
                | Match::Made { .. }
                | Match::Double { .. }
                | Match::Ask { .. }
                | Match::Out(_)
                | Match::Wrong => {
                    if planned.changes.is_empty() {
                        Verdict::Unchanged
                    } else {
                        Verdict::Updated
                    }
                }
            };
            if planned.verdict == Verdict::Unchanged && !planned.kept.is_empty() {
                planned.reason = Some("a stronger source states what it would change".to_owned());
            }
        }
    }
    planned
}

/// Returns a cell's note as one line: `column "Employees": "many" is not a number`.
#[must_use]
pub fn told(note: &CellNote) -> String {
    if note.column.is_empty() {
        note.text.clone()
    } else {
        format!("column {:?}: {:?} {}", note.column, note.value, note.text)
    }
}

fn change(planned: &mut Planned, draft: &Draft, facts: &Facts, terms: &Terms<'_>) {
    let mut say = |name: &Arc<str>, new: Value| {
        let stated = facts.get(name);
        if stated.map(|stated| &stated.value) == Some(&new) {
            // Said already: not even who says it changes, so that an import done twice does nothing.
            return;
        }
        match stated {
            Some(stated) if (terms.rank)(terms.source) > (terms.rank)(&stated.source) => {
                planned.kept.push(Kept {
                    field: Arc::clone(name),
                    value: stated.value.clone(),
                    stated_by: stated.source.clone(),
                    said: new,
                });
            }
            _ => planned.changes.push(Change {
                field: Arc::clone(name),
                old: stated.map(|stated| stated.value.clone()),
                new,
            }),
        }
    };
    for (name, value) in &draft.fields {
        say(name, value.clone());
    }
    let domains_field: Arc<str> = Arc::from(field::DOMAINS);
    let known = texts(facts.get(&domains_field));
    // Domains are added to: a list that names one of several takes none away.
    let domains = union(&known, &draft.domains);
    if domains.len() > known.len() {
        say(&domains_field, Value::List(domains));
    }
    if let Some(list) = terms.list {
        let lists_field: Arc<str> = Arc::from(field::LISTS);
        let known = texts(facts.get(&lists_field));
        let lists = union(&known, &[Arc::from(list)]);
        if lists.len() > known.len() {
            planned.joins = true;
            // Being on one list takes nothing from another: no source outranks it.
            planned.changes.push(Change {
                field: lists_field,
                old: facts.get(field::LISTS).map(|stated| stated.value.clone()),
                new: Value::List(lists),
            });
        }
    }
}

fn texts(stated: Option<&Stated<Value>>) -> Vec<Arc<str>> {
    stated
        .into_iter()
        .flat_map(|stated| stated.value.texts())
        .map(Arc::from)
        .collect()
}

fn union(known: &[Arc<str>], more: &[Arc<str>]) -> Vec<Arc<str>> {
    let mut all = known.to_vec();
    for text in more {
        if !all.contains(text) {
            all.push(Arc::clone(text));
        }
    }
    all
}

#[cfg(test)]
mod tests;
