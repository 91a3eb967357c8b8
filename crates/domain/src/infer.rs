//! Roles and seniority read from a title and a department (docs/semantics.md 2).
//!
//! The model says which words suggest what; this file says how sure that is, and where words mislead.

use std::ops::Range;
use std::sync::Arc;

use crate::contact::{InferredRole, Seniority};
use crate::id::Role;
use crate::model::{Model, Title, TitlePattern};

/// How sure a role read from a title is.
pub const TITLE_CONFIDENCE: f64 = 0.6;
/// How sure a role read from a department alone is.
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

/// Words of people who work for those whose title they may name.
const ASSISTING: [&str; 18] = [
    "assistant",
    "asst",
    "assistent",
    "assistentin",
    "assistenz",
    "secretary",
    "receptionist",
    "intern",
    "interns",
    "internship",
    "trainee",
    "apprentice",
    "student",
    "praktikant",
    "praktikantin",
    "werkstudent",
    "stagiaire",
    "becario",
];

/// Words that make `assistant` before them a grade of its own: an assistant director manages people.
const GRADES: [&str; 7] = [
    "vice",
    "director",
    "general",
    "manager",
    "controller",
    "treasurer",
    "head",
];

/// Words that, beside `vice president`, tell a bank's rank and file: there the title is a grade, not an office.
const BANKING: [&str; 10] = [
    "assistant",
    "associate",
    "avp",
    "banking",
    "banker",
    "branch",
    "lending",
    "loan",
    "mortgage",
    "wealth",
];

/// Word pairs, and which of the two (0 or 1) means something else on its own.
const PAIRS: [(&str, &str, usize); 17] = [
    // It is not the head of a company.
    ("vice", "president", 1),
    ("product", "owner", 1),
    ("products", "owner", 1),
    ("process", "owner", 1),
    ("system", "owner", 1),
    ("service", "owner", 1),
    ("data", "owner", 1),
    ("risk", "owner", 1),
    // A driver with a lorry of his own.
    ("owner", "operator", 0),
    ("owner", "operators", 0),
    // These manage no people.
    ("account", "manager", 1),
    ("accounts", "manager", 1),
    ("case", "manager", 1),
    ("community", "manager", 1),
    ("project", "manager", 1),
    ("relationship", "manager", 1),
    ("territory", "manager", 1),
];

/// What a title and a department suggest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inference {
    /// Roles, in name order, each once.
    pub roles: Vec<InferredRole>,
    /// The level; `None`: the title tells none.
    pub seniority: Option<Seniority>,
}

/// Returns what a title and a department suggest under a model.
///
/// - Every role that one of its title patterns finds; when no title pattern of any role does, every role of the
///   department.
/// - A pattern with a word left open (`chief * officer`) yields where another role's pattern names all its words.
/// - Champion, coach and blocker are candidates only.
/// - Words that belong to somebody else (`assistant to the CEO`) or mean something else in their place
///   (`product owner`, `account manager`, `vice president` of a bank, `it` the pronoun) suggest nothing.
#[must_use]
pub fn infer(title: Option<&str>, department: Option<&str>, model: &Model) -> Inference {
    let department = department.unwrap_or_default();
    // Most contacts of a bulk load have no title: two hundred patterns need not look at nothing.
    let Some(title) = title.map(ReadTitle::new).filter(|title| !title.is_empty()) else {
        return Inference {
            roles: by_department(department, model),
            seniority: None,
        };
    };
    let mut roles = by_title(&title, model);
    if roles.is_empty() {
        roles = by_department(department, model);
    }
    if title.at_most.is_some() {
        roles.retain(|role| !DECIDING.contains(&role.role.as_str()));
    }
    Inference {
        roles,
        seniority: seniority(&title, model),
    }
}

fn by_title(title: &ReadTitle, model: &Model) -> Vec<InferredRole> {
    let confidence = if title.is_doubtful() {
        DOUBTFUL_CONFIDENCE
    } else {
        TITLE_CONFIDENCE
    };
    let roles = || model.roles.iter().filter(|(role, _)| !role.is_unknown());
    let named: Vec<(&Role, Range<usize>)> = roles()
        .flat_map(|(role, rule)| rule.titles.iter().map(move |pattern| (role, pattern)))
        .filter(|(_, pattern)| !pattern.has_gap())
        .flat_map(|(role, pattern)| title.places(pattern).map(move |place| (role, place)))
        .collect();
    // `chief * officer` does not speak where another role names the officer: a chief financial officer is what a
    // CFO is.
    let yields = |role: &Role, place: &Range<usize>| {
        let others = named.iter().filter(|(other, _)| *other != role);
        let mut places = others.map(|(_, place)| place);
        places.any(|named| named.start <= place.start && place.end <= named.end)
    };
    roles()
        .filter_map(|(role, rule)| {
            let fires = |pattern: &&TitlePattern| {
                title
                    .places(pattern)
                    .any(|place| !pattern.has_gap() || !yields(role, &place))
            };
            let pattern = rule.titles.iter().find(fires)?;
            Some(inferred(role, confidence, pattern.as_str().into()))
        })
        .collect()
}

fn by_department(department: &str, model: &Model) -> Vec<InferredRole> {
    if department.trim().is_empty() {
        return Vec::new();
    }
    let department = Title::new(department);
    let roles = model.roles.iter().filter(|(role, _)| !role.is_unknown());
    roles
        .filter_map(|(role, rule)| {
            let listed = |name: &&Arc<str>| {
                TitlePattern::new(name).is_some_and(|pattern| pattern.matches(&department))
            };
            let name = rule.departments.iter().find(listed)?;
            Some(inferred(
                role,
                DEPARTMENT_CONFIDENCE,
                format!("department: {name}").into(),
            ))
        })
        .collect()
}

fn inferred(role: &Role, confidence: f64, fired: Arc<str>) -> InferredRole {
    InferredRole {
        role: role.clone(),
        confidence,
        rule: fired,
        candidate: CANDIDATES.contains(&role.as_str()),
    }
}

fn seniority(title: &ReadTitle, model: &Model) -> Option<Seniority> {
    let finds = |level: &Seniority| {
        let patterns = model.seniority.titles.get(level);
        patterns.is_some_and(|patterns| patterns.iter().any(|pattern| title.suits(pattern)))
    };
    let found = Seniority::ALL.into_iter().find(finds);
    match title.at_most {
        // Lower levels come later in their order.
        Some(at_most) => Some(found.map_or(at_most, |found| found.max(at_most))),
        None => found,
    }
}

/// A title, and what of it misleads.
struct ReadTitle {
    title: Title,
    traps: Vec<Trap>,
    /// The word from which on it is somebody else's title.
    others: usize,
    /// The level it cannot exceed, when it has words that say so; such a person decides nothing.
    at_most: Option<Seniority>,
}

/// A word that means what it says only together with all words of `whole`.
struct Trap {
    word: usize,
    whole: Range<usize>,
}

impl ReadTitle {
    fn new(text: &str) -> Self {
        let title = Title::new(text);
        let words: Vec<&str> = title.words().collect();
        let traps = traps(&words, has_pronoun(text));
        Self {
            traps,
            others: others(&words),
            at_most: at_most(&words),
            title,
        }
    }

    fn is_empty(&self) -> bool {
        self.title.words().next().is_none()
    }

    /// Returns whether what it suggests is less sure: it names somebody else, a grade below, or the bare
    /// `Vice President`, which at a bank is a grade.
    fn is_doubtful(&self) -> bool {
        let words: Vec<&str> = self.title.words().filter(|word| *word != "senior").collect();
        let bare = words == ["vice", "president"] || words == ["vp"];
        self.at_most.is_some() || self.others < self.title.words().count() || bare
    }

    /// Returns whether the pattern finds words that mean what they say.
    fn suits(&self, pattern: &TitlePattern) -> bool {
        self.places(pattern).next().is_some()
    }

    /// Returns where they stand.
    fn places<'t>(&'t self, pattern: &'t TitlePattern) -> impl Iterator<Item = Range<usize>> + 't {
        pattern.places(&self.title).filter(|place| {
            let covers = |whole: &Range<usize>| place.start <= whole.start && whole.end <= place.end;
            let misled = |trap: &Trap| place.contains(&trap.word) && !covers(&trap.whole);
            place.end <= self.others && !self.traps.iter().any(misled)
        })
    }
}

fn traps(words: &[&str], pronoun: bool) -> Vec<Trap> {
    let mut traps = Vec::new();
    for (place, pair) in words.windows(2).enumerate() {
        for (first, second, misleading) in PAIRS {
            if pair == [first, second] {
                traps.push(Trap {
                    word: place + misleading,
                    whole: place..place + 2,
                });
            }
        }
    }
    if pronoun {
        let its = words.iter().enumerate().filter(|(_, word)| **word == "it");
        // No pattern covers this: the pronoun never names a department.
        traps.extend(its.map(|(word, _)| Trap {
            word,
            whole: 0..usize::MAX,
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

/// Returns the place after which a title names somebody else: `assistant to the CEO`, `office of the CFO`.
fn others(words: &[&str]) -> usize {
    let to = words.iter().position(|word| *word == "to");
    let office = words
        .windows(3)
        .position(|three| three == ["office", "of", "the"]);
    to.into_iter().chain(office).min().unwrap_or(words.len())
}

fn at_most(words: &[&str]) -> Option<Seniority> {
    let is_grade = |pair: &[&str]| matches!(pair, [first, second] if ["assistant", "asst"].contains(first) && GRADES.contains(second));
    let vice_president = words.contains(&"vp") || words.windows(2).any(|pair| pair == ["vice", "president"]);
    let banking = words.iter().any(|word| BANKING.contains(word));
    if words.contains(&"avp") || (vice_president && banking) || words.windows(2).any(is_grade) {
        Some(Seniority::Manager)
    } else if words.iter().any(|word| ASSISTING.contains(word)) {
        Some(Seniority::Staff)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
