//! The words by which titles and departments are read: the packs of `[titles]` and the model's own patterns, in one
//! index, so that a title is compared with the few of some thousand patterns that can fit it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::{RoleRule, SeniorityRule, Title, TitlePattern};
use crate::contact::Seniority;
use crate::id::Role;

/// A language, or a trade, in words: what its phrases suggest, and where they mislead.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pack {
    /// Such as `de`.
    pub(in crate::model) name: Arc<str>,
    /// Phrases by function, in order: the first of two equally long ones wins.
    pub(in crate::model) functions: Vec<(Arc<str>, Vec<TitlePattern>)>,
    /// Phrases by level.
    pub(in crate::model) seniority: BTreeMap<Seniority, Vec<TitlePattern>>,
    /// Phrases by role; those of roles the model does not list are left out.
    pub(in crate::model) roles: BTreeMap<Role, Vec<TitlePattern>>,
    /// Where words mislead.
    pub(in crate::model) misread: Misread,
}

/// Where words mislead.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Misread {
    /// Phrases with the places of words that mean something else in them.
    pub(in crate::model) other_meaning: Vec<(TitlePattern, Vec<usize>)>,
    /// From these words on it is somebody else's title.
    pub(in crate::model) somebody_else: Vec<TitlePattern>,
    /// Titles that are only half believed when they say nothing else.
    pub(in crate::model) alone: Vec<TitlePattern>,
    /// Who is below what the title sounds like; the first that fits holds.
    pub(in crate::model) below: Vec<Below>,
}

/// People who are below what their title sounds like, and hold no role that decides.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Below {
    /// By these words,
    pub(in crate::model) titles: Vec<TitlePattern>,
    /// when one of these stands beside them; empty: always;
    pub(in crate::model) beside: Vec<TitlePattern>,
    /// unless they are part of one of these.
    pub(in crate::model) except: Vec<TitlePattern>,
    /// The level they are of at most.
    pub(in crate::model) at_most: Seniority,
}

/// What a phrase says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Means {
    /// Its person may hold the role.
    Role(Role),
    /// A department whose people may hold the role.
    Department(Role),
    /// Its person is of the level.
    Level(Seniority),
    /// Its person works there: the place of a function in [`Lexicon::functions`].
    Function(usize),
    /// The words at these places mean something else.
    OtherMeaning(Vec<usize>),
    /// What follows is somebody else's title.
    SomebodyElse,
    /// Half believed when nothing else is said.
    Alone,
    /// Its person is below: the place of a rule in [`Lexicon::below`].
    Below(usize),
    /// The rule of that place asks for it.
    Beside(usize),
    /// The rule of that place does not mean it.
    Except(usize),
}

impl Means {
    pub(crate) fn role(&self) -> Option<&Role> {
        if let Self::Role(role) = self {
            Some(role)
        } else {
            None
        }
    }

    pub(crate) fn level(&self) -> Option<Seniority> {
        if let Self::Level(level) = self {
            Some(*level)
        } else {
            None
        }
    }

    pub(crate) fn function(&self) -> Option<usize> {
        if let Self::Function(place) = self {
            Some(*place)
        } else {
            None
        }
    }

    pub(crate) fn below(&self) -> Option<usize> {
        if let Self::Below(rule) = self {
            Some(*rule)
        } else {
            None
        }
    }
}

/// A phrase and what it says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Phrase {
    pub(crate) pattern: TitlePattern,
    pub(crate) means: Means,
}

/// A phrase in a title.
pub(crate) struct Hit<'l> {
    pub(crate) phrase: &'l Phrase,
    /// The words it takes.
    pub(crate) place: Range<usize>,
}

/// What a rule of [`Below`] asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BelowRule {
    pub(crate) at_most: Seniority,
    pub(crate) needs_beside: bool,
}

/// All phrases of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lexicon {
    phrases: Vec<Phrase>,
    /// Phrases by their first word.
    by_word: BTreeMap<Box<str>, Vec<usize>>,
    /// Phrases whose first word is left open at its end, or beginning, by what comes before.
    by_start: BTreeMap<Box<str>, Vec<usize>>,
    functions: Vec<Arc<str>>,
    below: Vec<BelowRule>,
}

impl Lexicon {
    /// Returns the phrases of a model's own patterns, then those of its packs.
    #[must_use]
    pub(super) fn of(roles: &BTreeMap<Role, RoleRule>, seniority: &SeniorityRule, packs: &[Pack]) -> Self {
        let mut made = Self::default();
        for (role, rule) in roles.iter().filter(|(role, _)| !role.is_unknown()) {
            made.add_all(&rule.titles, &Means::Role(role.clone()));
            let departments = rule.departments.iter();
            let departments: Vec<_> = departments.filter_map(|name| TitlePattern::new(name)).collect();
            made.add_all(&departments, &Means::Department(role.clone()));
        }
        for (level, patterns) in &seniority.titles {
            made.add_all(patterns, &Means::Level(*level));
        }
        for pack in packs {
            made.add_pack(pack, roles);
        }
        made
    }

    fn add_pack(&mut self, pack: &Pack, roles: &BTreeMap<Role, RoleRule>) {
        for (role, patterns) in &pack.roles {
            if roles.contains_key(role) && !role.is_unknown() {
                self.add_all(patterns, &Means::Role(role.clone()));
            }
        }
        for (level, patterns) in &pack.seniority {
            self.add_all(patterns, &Means::Level(*level));
        }
        for (name, patterns) in &pack.functions {
            let known = self.functions.iter().position(|function| function == name);
            let place = known.unwrap_or_else(|| {
                self.functions.push(name.clone());
                self.functions.len() - 1
            });
            self.add_all(patterns, &Means::Function(place));
        }
        let misread = &pack.misread;
        for (pattern, words) in &misread.other_meaning {
            self.add(pattern, Means::OtherMeaning(words.clone()));
        }
        self.add_all(&misread.somebody_else, &Means::SomebodyElse);
        self.add_all(&misread.alone, &Means::Alone);
        for below in &misread.below {
            let place = self.below.len();
            self.below.push(BelowRule {
                at_most: below.at_most,
                needs_beside: !below.beside.is_empty(),
            });
            self.add_all(&below.titles, &Means::Below(place));
            self.add_all(&below.beside, &Means::Beside(place));
            self.add_all(&below.except, &Means::Except(place));
        }
    }

    fn add_all(&mut self, patterns: &[TitlePattern], means: &Means) {
        for pattern in patterns {
            self.add(pattern, means.clone());
        }
    }

    fn add(&mut self, pattern: &TitlePattern, means: Means) {
        let rank = self.phrases.len();
        for (start, is_whole) in pattern.beginnings() {
            let index = if is_whole {
                &mut self.by_word
            } else {
                &mut self.by_start
            };
            let ranks = index.entry(start.into()).or_default();
            // Both spellings may begin alike.
            if ranks.last() != Some(&rank) {
                ranks.push(rank);
            }
        }
        let pattern = pattern.clone();
        self.phrases.push(Phrase { pattern, means });
    }

    /// Returns the names of functions, the one that wins over others first.
    #[must_use]
    pub fn functions(&self) -> &[Arc<str>] {
        &self.functions
    }

    pub(crate) fn function(&self, place: usize) -> Option<&Arc<str>> {
        self.functions.get(place)
    }

    pub(crate) fn below(&self, place: usize) -> Option<BelowRule> {
        self.below.get(place).copied()
    }

    /// Returns every phrase of a title, the model's own patterns first, then by pack; of each, place by place.
    pub(crate) fn hits(&self, title: &Title) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        for (start, word) in title.words().enumerate() {
            let mut look = |index: &BTreeMap<Box<str>, Vec<usize>>, key: &str| {
                for rank in index.get(key).into_iter().flatten() {
                    let Some(phrase) = self.phrases.get(*rank) else {
                        continue;
                    };
                    if let Some(place) = phrase.pattern.place(title, start) {
                        let rank = *rank;
                        hits.push((rank, start, place));
                    }
                }
            };
            look(&self.by_word, word);
            for (end, _) in word.char_indices().chain([(word.len(), ' ')]) {
                if let Some(beginning) = word.get(..end) {
                    look(&self.by_start, beginning);
                }
            }
        }
        // Both spellings of a phrase may be found under different beginnings of one word.
        hits.sort_unstable_by_key(|(rank, start, _)| (*rank, *start));
        hits.dedup();
        hits.into_iter()
            .filter_map(|(rank, _, place)| {
                let phrase = self.phrases.get(rank)?;
                Some(Hit { phrase, place })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
