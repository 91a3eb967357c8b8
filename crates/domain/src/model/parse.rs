//! From TOML text to a checked model.
//!
//! One file a part of the model; each reads its keys through [`reader`], which collects what is wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use toml::de::DeTable;

use super::{EngagementRule, HandoffRule, Lexicon, Model, Shipped, SolutionRule};
use crate::gap::Catalogue;
use crate::id::{Role, Solution};
use crate::time::Days;
use crate::value::Source;
use reader::{Bound, Item, Reader, Section};

mod fit;
mod framework;
mod mqa;
mod people;
mod reader;
mod signals;
mod titles;

/// Something wrong with a model, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ModelError {
    /// The line in the text, from 1.
    pub line: usize,
    /// The full path of the key, such as `signals."page.x".cap` or `fit.rules#2.between` (the second rule);
    /// empty when the text is no TOML.
    pub key: String,
    /// What is wrong, and the value met.
    pub problem: String,
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(f, "line {}: {}", self.line, self.problem)
        } else {
            write!(f, "line {}, {}: {}", self.line, self.key, self.problem)
        }
    }
}

/// Everything that is wrong with a model, in the order of lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ModelErrors(pub Vec<ModelError>);

impl fmt::Display for ModelErrors {
    /// Prints one error per line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, error) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

/// Returns the model of a TOML text, or everything that is wrong with it.
///
/// Text that is no TOML is told as such, without a look at what its keys mean.
pub(super) fn from_toml(text: &str, shipped: &Shipped) -> Result<Model, ModelErrors> {
    let reader = Reader::new(text);
    let (tree, broken) = DeTable::parse_recoverable(text);
    for error in broken {
        let offset = error.span().map_or(0, |span| span.start);
        reader.problem(
            reader.line(offset),
            "",
            format!("is no TOML: {}", error.message()),
        );
    }
    let mut errors = reader.into_errors();
    // What the first slip of a line drags behind it is noise.
    errors.dedup_by_key(|error| error.line);
    if errors.is_empty() {
        let reader = Reader::new(text);
        let model = model(&Section::root(&reader, tree.get_ref()), shipped);
        errors = reader.into_errors();
        if errors.is_empty() {
            return Ok(model);
        }
    }
    Err(ModelErrors(errors))
}

/// Returns the model as far as it can be read; what is wrong is in the reader.
fn model(root: &Section<'_>, shipped: &Shipped) -> Model {
    let solutions = solutions(root);
    let packs = titles::packs(root, shipped);
    let roles = people::roles(root, &packs);
    packs.check_roles(&roles);
    let seniority = people::seniority(root);
    let names = Names {
        roles: &roles,
        solutions: &solutions,
    };
    let (kinds, kind_patterns) = signals::signals(root, &names);
    let seats = people::seats(root, &names);
    let frameworks = framework::frameworks(root, &names, shipped);
    let model = Model {
        name: root.text("name").unwrap_or_default(),
        notes: root.text("notes").unwrap_or_default(),
        sources: sources(root),
        half_point: half_point(root),
        engagement: engagement(root),
        lexicon: Arc::new(Lexicon::of(&roles, &seniority, &packs.packs)),
        seniority,
        relations: people::relations(root),
        kinds,
        kind_patterns,
        gaps: Arc::new(Catalogue::of(&seats, &frameworks)),
        seats,
        fit: fit::rules(root),
        mqa: root.section("mqa").map(|section| mqa::rule(&section, &names)),
        frameworks,
        handoff: root.section("handoff").map(|section| handoff(&section)),
        roles: roles.clone(),
        solutions: solutions.clone(),
    };
    root.refuse_unknown();
    model
}

/// The names a model may refer to.
struct Names<'m> {
    roles: &'m BTreeMap<Role, super::RoleRule>,
    solutions: &'m [SolutionRule],
}

impl Names<'_> {
    /// Returns a role the model lists and that people can hold.
    fn role(&self, item: &Item<'_>) -> Option<Role> {
        let text = item.text()?;
        if text == Role::UNKNOWN {
            item.problem("\"unknown\" is the absence of a role: nobody holds it");
            return None;
        }
        let found = self.roles.get_key_value(text).map(|(role, _)| role.clone());
        if found.is_none() {
            let known: Vec<&str> = self.roles.keys().map(Role::as_str).collect();
            let hint = reader::hint(text, &known);
            item.problem(format!("no [roles.{text}] in this model, found {text:?}{hint}"));
        }
        found
    }

    /// Returns a solution the model lists.
    fn solution(&self, item: &Item<'_>) -> Option<Solution> {
        let text = item.text()?;
        let found = self.solutions.iter().find(|rule| rule.name.as_str() == text);
        if found.is_none() {
            let known: Vec<&str> = self.solutions.iter().map(|rule| rule.name.as_str()).collect();
            let hint = reader::hint(text, &known);
            item.problem(format!(
                "no [[solutions]] of this model has that name, found {text:?}{hint}"
            ));
        }
        found.map(|rule| rule.name.clone())
    }
}

fn sources(root: &Section<'_>) -> Vec<Source> {
    let Some(item) = root.item("sources") else {
        return Source::RANKING
            .into_iter()
            .map(|name| Source(name.into()))
            .collect();
    };
    distinct(&item).into_iter().map(Source).collect()
}

/// Returns a list of names of which none is empty and none stands twice.
fn distinct(item: &Item<'_>) -> Vec<Arc<str>> {
    let mut seen: Vec<Arc<str>> = Vec::new();
    for each in item.list().unwrap_or_default() {
        match each.text() {
            Some(text) if text.trim().is_empty() => each.problem("must not be empty"),
            Some(text) if seen.iter().any(|name| **name == *text) => {
                each.problem(format!("stands twice in the list, found {text:?}"));
            }
            Some(text) => seen.push(text.into()),
            None => {}
        }
    }
    seen
}

fn half_point(root: &Section<'_>) -> f64 {
    let heat = root.section_or_empty("heat");
    let half_point = heat.number("half_point", Bound::Positive).unwrap_or(50.0);
    heat.refuse_unknown();
    half_point
}

fn engagement(root: &Section<'_>) -> EngagementRule {
    let section = root.section_or_empty("engagement");
    let rule = EngagementRule {
        engaged_at: section.number("engaged_at", Bound::NotNegative).unwrap_or(5.0),
        anonymous_weight: section
            .number("anonymous_weight", Bound::NotNegative)
            .unwrap_or(0.5),
        mql_at: section.number("mql_at", Bound::NotNegative).unwrap_or(20.0),
    };
    section.refuse_unknown();
    rule
}

fn handoff(section: &Section<'_>) -> HandoffRule {
    let reasons = |key| section.item(key).map(|item| distinct(&item)).unwrap_or_default();
    let rule = HandoffRule {
        auto: section.flag("auto").unwrap_or(true),
        answer_within_hours: section
            .number("answer_within_hours", Bound::Positive)
            .unwrap_or(24.0),
        reject_reasons: reasons("reject_reasons"),
        disqualify_reasons: reasons("disqualify_reasons"),
        recycle_days: section.number("recycle_days", Bound::Positive).map(Days),
    };
    section.refuse_unknown();
    rule
}

fn solutions(root: &Section<'_>) -> Vec<SolutionRule> {
    let mut solutions: Vec<SolutionRule> = Vec::new();
    for section in root.sections("solutions") {
        let label = section.text("label");
        if let Some(name) = section.name("name") {
            match Solution::new(&*name) {
                Err(error) => section.problem_at("name", error.to_string()),
                Ok(name) if solutions.iter().any(|rule| rule.name == name) => {
                    section.problem_at(
                        "name",
                        format!("there is a solution of that name already, found {name:?}"),
                    );
                }
                Ok(name) => solutions.push(SolutionRule { name, label }),
            }
        }
        section.refuse_unknown();
    }
    solutions
}
