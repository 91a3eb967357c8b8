//! Function, level and roles read from a title and a department (docs/semantics.md 3.7, docs/roles.md).
//!
//! The model's lexicon says which words suggest what and where words mislead; this file weighs what is found.

use std::cmp::Reverse;
use std::ops::Range;
use std::sync::Arc;

use crate::contact::{InferredRole, Seniority};
use crate::id::Role;
use crate::model::{Hit, Means, Model, RoleRule, Title};

/// How sure a role read from a title is.
pub const TITLE_CONFIDENCE: f64 = 0.6;
/// How sure a role read from a department or a function alone is.
pub const DEPARTMENT_CONFIDENCE: f64 = 0.5;
/// How sure a role is when something about the title is known to mislead.
pub const DOUBTFUL_CONFIDENCE: f64 = 0.4;

/// Roles no title can prove: only behaviour or a person does.
const CANDIDATES: [&str; 3] = ["champion", "coach", Role::BLOCKER];

/// Roles that decide or carry a purchase: never an assistant's or an intern's.
const DECIDING: [&str; 4] = [
    "economic_buyer",
    "decision_maker",
    "executive_sponsor",
    "champion",
];

/// What a title and a department suggest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inference {
    /// Roles, in name order, each once.
    pub roles: Vec<InferredRole>,
    /// The level; `None`: the title tells none.
    pub seniority: Option<Seniority>,
    /// Where in the company somebody works, by the name of a function of the model's packs: that of the department,
    /// else that of the title; `None`: neither tells.
    pub function: Option<Arc<str>>,
}

/// Returns what a title and a department suggest under a model.
///
/// - Every role that one of its title patterns finds, or whose `heads` a head of the function is; when there is none,
///   every role of the department or the function.
/// - A pattern with a word left open (`chief * officer`) yields where another role's pattern names all its words.
/// - Champion, coach and blocker are candidates only.
/// - Words that belong to somebody else (`assistant to the CEO`) or mean something else in their place
///   (`product owner`, `account manager`, `vice president` of a bank, `it` the pronoun) suggest nothing.
#[must_use]
pub fn infer(title: Option<&str>, department: Option<&str>, model: &Model) -> Inference {
    // Most contacts of a bulk load have neither: some thousand patterns need not look at nothing.
    let title = title
        .map(|text| Read::new(text, model))
        .filter(|title| !title.is_empty());
    let department = department
        .map(|text| Read::new(text, model))
        .filter(|department| !department.is_empty());
    let function_of = |read: &Option<Read<'_>>| read.as_ref().and_then(|read| read.function(model));
    let function = function_of(&department).or_else(|| function_of(&title));
    let seniority = title.as_ref().and_then(Read::seniority);
    let mut roles = title
        .as_ref()
        .map(|title| title.roles(seniority, function.as_deref(), model))
        .unwrap_or_default();
    if roles.is_empty() {
        roles = by_department(department.as_ref(), function.as_deref(), model);
    }
    if title.is_some_and(|title| title.at_most.is_some()) {
        roles.retain(|role| !DECIDING.contains(&role.role.as_str()));
    }
    Inference {
        roles,
        seniority,
        function,
    }
}

fn by_department(department: Option<&Read<'_>>, function: Option<&str>, model: &Model) -> Vec<InferredRole> {
    let roles = model.roles.iter().filter(|(role, _)| !role.is_unknown());
    let named = |role: &Role| {
        let mut hits = department.into_iter().flat_map(|department| &department.hits);
        hits.find(|hit| matches!(&hit.phrase.means, Means::Department(named) if named == role))
    };
    let found = roles.filter_map(|(role, rule)| {
        let fired = match (named(role), function) {
            (Some(hit), _) => format!("department: {}", hit.phrase.pattern.as_str()),
            (None, Some(function)) if names(&rule.functions, function) => format!("function: {function}"),
            (None, _) => return None,
        };
        Some(inferred(role, DEPARTMENT_CONFIDENCE, fired.into()))
    });
    found.collect()
}

fn names(functions: &[Arc<str>], function: &str) -> bool {
    functions.iter().any(|name| **name == *function)
}

fn inferred(role: &Role, confidence: f64, fired: Arc<str>) -> InferredRole {
    InferredRole {
        role: role.clone(),
        confidence,
        rule: fired,
        candidate: CANDIDATES.contains(&role.as_str()),
    }
}

/// A title or department, what the lexicon finds in it, and what of it misleads.
struct Read<'m> {
    words: usize,
    hits: Vec<Hit<'m>>,
    traps: Vec<Trap>,
    /// The word after which it is somebody else's title.
    others: usize,
    /// It says nothing but what is half believed.
    alone: bool,
    /// The level it cannot exceed, when it has words that say so; such a person decides nothing.
    at_most: Option<Seniority>,
}

/// A word that means what it says only for those who name all words of `whole`, and no less exactly.
struct Trap {
    word: usize,
    whole: Range<usize>,
    letters: usize,
}

impl<'m> Read<'m> {
    fn new(text: &str, model: &'m Model) -> Self {
        let title = Title::new(text);
        let hits = model.lexicon.hits(&title);
        let words = title.words().count();
        let of = |means: &'static Means| hits.iter().filter(move |hit| hit.phrase.means == *means);
        let others = of(&Means::SomebodyElse).map(|hit| hit.place.end).min();
        let alone = of(&Means::Alone).any(|hit| hit.place.len() == words);
        Self {
            words,
            traps: traps(text, &title, &hits),
            others: others.unwrap_or(words),
            alone,
            at_most: at_most(&hits, model),
            hits,
        }
    }

    fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// Returns whether what it suggests is less sure: it names somebody else, a grade below, or the bare
    /// `Vice President`, which at a bank is a grade.
    fn is_doubtful(&self) -> bool {
        self.at_most.is_some() || self.others < self.words || self.alone
    }

    /// Returns the phrases whose words mean what they say, by rank.
    fn speaking(&self) -> impl Iterator<Item = &Hit<'m>> {
        self.hits.iter().filter(|hit| {
            let covers = |whole: &Range<usize>| hit.place.start <= whole.start && whole.end <= hit.place.end;
            let misled = |trap: &Trap| {
                let names_all = covers(&trap.whole) && hit.phrase.pattern.letters() >= trap.letters;
                hit.place.contains(&trap.word) && !names_all
            };
            hit.place.end <= self.others && !self.traps.iter().any(misled)
        })
    }

    fn seniority(&self) -> Option<Seniority> {
        let levels = self.speaking().filter_map(|hit| hit.phrase.means.level());
        // Higher levels come first in their order.
        match (levels.min(), self.at_most) {
            (found, Some(at_most)) => Some(found.map_or(at_most, |found| found.max(at_most))),
            (found, None) => found,
        }
    }

    /// Returns the function of the longest phrase; of equally long ones the function that comes first.
    fn function(&self, model: &Model) -> Option<Arc<str>> {
        let found = self
            .speaking()
            .filter_map(|hit| Some((Reverse(hit.place.len()), hit.phrase.means.function()?)));
        let (_, place) = found.min()?;
        model.lexicon.function(place).cloned()
    }

    fn roles(&self, level: Option<Seniority>, function: Option<&str>, model: &Model) -> Vec<InferredRole> {
        let confidence = if self.is_doubtful() {
            DOUBTFUL_CONFIDENCE
        } else {
            TITLE_CONFIDENCE
        };
        let said: Vec<(&Role, &Hit<'_>)> = self
            .speaking()
            .filter_map(|hit| Some((hit.phrase.means.role()?, hit)))
            .collect();
        // `chief * officer` does not speak where another role names the officer: a chief financial officer is what a
        // CFO is.
        let yields = |role: &Role, place: &Range<usize>| {
            said.iter().any(|(other, hit)| {
                !hit.phrase.pattern.has_gap()
                    && *other != role
                    && hit.place.start <= place.start
                    && place.end <= hit.place.end
            })
        };
        let fires = |role: &Role, rule: &RoleRule| -> Option<Arc<str>> {
            let mut own = said.iter().filter(|(said, _)| *said == role);
            let hit = own.find(|(_, hit)| !hit.phrase.pattern.has_gap() || !yields(role, &hit.place));
            if let Some((_, hit)) = hit {
                return Some(hit.phrase.pattern.as_str().into());
            }
            let is_head = self.at_most.is_none() && level.is_some_and(|level| level <= Seniority::Director);
            let function = function.filter(|function| is_head && names(&rule.heads, function))?;
            Some(format!("heads {function}").into())
        };
        let roles = model.roles.iter().filter(|(role, _)| !role.is_unknown());
        roles
            .filter_map(|(role, rule)| Some(inferred(role, confidence, fires(role, rule)?)))
            .collect()
    }
}

fn traps(text: &str, title: &Title, hits: &[Hit<'_>]) -> Vec<Trap> {
    let mut traps = Vec::new();
    for hit in hits {
        if let Means::OtherMeaning(words) = &hit.phrase.means {
            traps.extend(words.iter().map(|word| Trap {
                word: hit.place.start + word,
                whole: hit.place.clone(),
                letters: hit.phrase.pattern.letters(),
            }));
        }
    }
    if has_pronoun(text) {
        let its = title.words().enumerate().filter(|(_, word)| *word == "it");
        // No pattern names this: the pronoun never names a department.
        traps.extend(its.map(|(word, _)| Trap {
            word,
            whole: 0..usize::MAX,
            letters: usize::MAX,
        }));
    }
    traps
}

/// Returns whether the author, who writes capitals, writes a small `it`.
fn has_pronoun(text: &str) -> bool {
    text.chars().any(char::is_uppercase)
        && text
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| word == "it")
}

/// Returns the level of the first rule that says the person is below what the title sounds like.
fn at_most(hits: &[Hit<'_>], model: &Model) -> Option<Seniority> {
    let is_beside = |rule: usize| hits.iter().any(|hit| hit.phrase.means == Means::Beside(rule));
    let is_excepted = |rule: usize, place: &Range<usize>| {
        let excepted = |hit: &Hit<'_>| {
            hit.phrase.means == Means::Except(rule)
                && hit.place.start <= place.start
                && place.end <= hit.place.end
        };
        hits.iter().any(excepted)
    };
    let rules = hits.iter().filter_map(|hit| {
        let rule = hit.phrase.means.below()?;
        (!is_excepted(rule, &hit.place)).then_some((rule, model.lexicon.below(rule)?))
    });
    rules
        .filter(|(rule, below)| !below.needs_beside || is_beside(*rule))
        .min_by_key(|(rule, _)| *rule)
        .map(|(_, below)| below.at_most)
}

#[cfg(test)]
mod tests;
