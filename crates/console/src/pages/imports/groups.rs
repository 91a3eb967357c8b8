//! Rows of an import by what they ask of a person: questions apart from what cannot go in, apart from what may be
//! looked at, apart from what is fine.

use std::collections::BTreeMap;

use quorate_engine::imports::ImportRow;
use quorate_intake::plan::Verdict;

use crate::words;

/// A group of rows, in the order they are shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// Somebody must say whether it is an account that is known.
    Maybe,
    /// Somebody must say whether it is another row's account.
    Twice,
    /// Wrong in a column; empty: as a whole.
    Failed(String),
    /// Somebody answered.
    Answered,
    /// A column was read with care.
    Noted(String),
    /// A stronger source says otherwise.
    Kept,
    /// What becomes of it.
    Will(Verdict),
}

/// What a group's rows have in common with those beside it in the list of groups.
pub(crate) const HEADS: [&str; 4] = [
    "Needs an answer",
    "Cannot go in",
    "Worth a look",
    "What will happen",
];

impl Group {
    /// Returns the groups a row is in.
    pub(crate) fn of(row: &ImportRow) -> Vec<Self> {
        let planned = &row.planned;
        let mut groups = Vec::new();
        match planned.verdict {
            Verdict::NeedsAnswer => {
                let in_file = planned.candidates.iter().all(|candidate| candidate.row.is_some());
                let is_twice = in_file && !planned.candidates.is_empty();
                groups.push(if is_twice { Self::Twice } else { Self::Maybe });
            }
            Verdict::Failed => {
                let column = planned.problems.first().map(|problem| problem.column.clone());
                groups.push(Self::Failed(column.unwrap_or_default()));
            }
            Verdict::Created | Verdict::Updated | Verdict::Unchanged | Verdict::Skipped => {
                groups.push(Self::Will(planned.verdict));
            }
        }
        if row.answer.is_some() {
            groups.push(Self::Answered);
        }
        if planned.verdict != Verdict::Failed {
            groups.extend(planned.notes.iter().map(|note| Self::Noted(note.column.clone())));
        }
        if !planned.kept.is_empty() {
            groups.push(Self::Kept);
        }
        groups.sort();
        groups.dedup();
        groups
    }

    /// Returns the group as an address names it.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Maybe => "maybe".to_owned(),
            Self::Twice => "twice".to_owned(),
            Self::Answered => "answered".to_owned(),
            Self::Failed(column) => format!("failed:{column}"),
            Self::Noted(column) => format!("look:{column}"),
            Self::Kept => "kept".to_owned(),
            Self::Will(verdict) => verdict.as_str().to_owned(),
        }
    }

    /// Returns the group of an address.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            Some(("failed", column)) => Some(Self::Failed(column.to_owned())),
            Some(("look", column)) => Some(Self::Noted(column.to_owned())),
            Some(_) => None,
            None => match text {
                "maybe" => Some(Self::Maybe),
                "twice" => Some(Self::Twice),
                "answered" => Some(Self::Answered),
                "kept" => Some(Self::Kept),
                other => Verdict::parse(other)
                    .filter(|verdict| !matches!(verdict, Verdict::NeedsAnswer | Verdict::Failed))
                    .map(Self::Will),
            },
        }
    }

    /// Returns whether somebody is asked here.
    pub(crate) fn asks(&self) -> bool {
        matches!(self, Self::Maybe | Self::Twice | Self::Answered)
    }

    /// Returns the place of its head in [`HEADS`].
    pub(crate) fn head(&self) -> usize {
        match self {
            Self::Maybe | Self::Twice => 0,
            Self::Failed(_) => 1,
            Self::Answered | Self::Noted(_) | Self::Kept => 2,
            Self::Will(_) => 3,
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Maybe => "Maybe already here".to_owned(),
            Self::Twice => "Twice in the file".to_owned(),
            Self::Answered => "Answered".to_owned(),
            Self::Failed(column) if column.is_empty() => "Row cannot be read".to_owned(),
            Self::Failed(column) => format!("{column} cannot be read"),
            Self::Noted(column) if column.is_empty() => "Read with care".to_owned(),
            Self::Noted(column) => format!("{column} read with care"),
            Self::Kept => "Stronger source stays".to_owned(),
            Self::Will(Verdict::Created) => "Create".to_owned(),
            Self::Will(Verdict::Updated) => "Update".to_owned(),
            Self::Will(Verdict::Unchanged) => "Nothing new".to_owned(),
            Self::Will(Verdict::Skipped) => "Stay out".to_owned(),
            Self::Will(verdict @ (Verdict::NeedsAnswer | Verdict::Failed)) => {
                words::capitalised(&words::spaced(verdict.as_str()))
            }
        }
    }

    /// Returns what there is to do about it.
    pub(crate) fn lead(&self) -> &'static str {
        match self {
            Self::Maybe => {
                "These rows look like accounts you have. Say which are the same company. A row without an answer stays out."
            }
            Self::Twice => {
                "These rows look like another row of this file. Say which are the same company. A row without an answer \
                 stays out."
            }
            Self::Answered => {
                "What somebody said. It can be changed or taken back until the rows are applied."
            }
            Self::Failed(_) => {
                "These rows stay out. Mend them in the file and send it again, or leave such cells out under “Change \
                 columns”."
            }
            Self::Noted(_) => "These cells were not plain. See that they were read as they were meant.",
            Self::Kept => {
                "An import never overwrites what a stronger source said, such as a person or the CRM. The rest of the row \
                 goes in."
            }
            Self::Will(Verdict::Created) => "Each makes an account.",
            Self::Will(Verdict::Updated) => "Each changes an account that is known.",
            Self::Will(Verdict::Unchanged) => "All they say is known already.",
            Self::Will(Verdict::Skipped) => {
                "Doubles, rows deleted where they come from, and rows you left out."
            }
            Self::Will(Verdict::NeedsAnswer | Verdict::Failed) => "",
        }
    }
}

/// All rows of an import, counted by group, and some rows of one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survey {
    pub(crate) counts: BTreeMap<Group, usize>,
    /// Rows of the wanted group, or of each when none is wanted, at most `limit` after a row.
    pub(crate) rows: BTreeMap<Group, Vec<ImportRow>>,
    wanted: Option<Group>,
    after: usize,
    limit: usize,
}

impl Survey {
    pub(crate) fn new(wanted: Option<Group>, after: usize, limit: usize) -> Self {
        Self {
            wanted,
            after,
            limit,
            ..Self::default()
        }
    }

    pub(crate) fn see(&mut self, row: &ImportRow) {
        for group in Group::of(row) {
            *self.counts.entry(group.clone()).or_default() += 1;
            let is_wanted = self.wanted.as_ref().is_none_or(|wanted| *wanted == group);
            if is_wanted && row.planned.row > self.after {
                let rows = self.rows.entry(group).or_default();
                if rows.len() < self.limit {
                    rows.push(row.clone());
                }
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
