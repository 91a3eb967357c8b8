//! `[roles]`, `[seniority]`, `[relations]` and `[[committee.seats]]`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Names;
use super::reader::{self, Bound, Item, Section};
use super::titles::Packs;
use crate::contact::Seniority;
use crate::id::Role;
use crate::model::{RelationRule, RoleRule, Seat, SeniorityRule, TitlePattern};

/// Returns the roles; they may name the functions that `packs` tell apart.
pub(super) fn roles(root: &Section<'_>, packs: &Packs<'_>) -> BTreeMap<Role, RoleRule> {
    let known = packs.functions();
    let mut roles = BTreeMap::new();
    for (name, item) in root.section_or_empty("roles").entries() {
        let Some(section) = item.section() else { continue };
        let read = RoleRule {
            weight: section.number("weight", Bound::NotNegative).unwrap_or(1.0),
            titles: section
                .item("titles")
                .map(|item| patterns(&item))
                .unwrap_or_default(),
            departments: section.texts("departments"),
            functions: functions(&section, "functions", &known),
            heads: functions(&section, "heads", &known),
            family: section.text("family"),
        };
        section.refuse_unknown();
        match Role::new(name) {
            Ok(role) => {
                roles.insert(role, read);
            }
            Err(error) => item.problem(error.to_string()),
        }
    }
    roles
}

/// Returns names of functions that a pack in use tells apart.
fn functions(section: &Section<'_>, key: &'static str, known: &[&str]) -> Vec<Arc<str>> {
    let read = |item: &Item<'_>| {
        let name = item.text()?;
        if !known.contains(&name) {
            let hint = reader::hint(name, known);
            item.problem(format!(
                "no pack of [titles] in use knows this function, found {name:?}{hint}"
            ));
        }
        Some(Arc::from(name))
    };
    section.item(key).map(|item| item.each(read)).unwrap_or_default()
}

pub(super) fn patterns(item: &Item<'_>) -> Vec<TitlePattern> {
    item.each(|item| {
        let pattern = TitlePattern::new(item.text()?);
        if pattern.is_none() {
            item.problem("a title pattern needs a word");
        }
        pattern
    })
}

pub(super) fn seniority(root: &Section<'_>) -> SeniorityRule {
    let section = root.section_or_empty("seniority");
    let titles = section.section_or_empty("titles");
    let mut rule = SeniorityRule {
        factors: BTreeMap::new(),
        titles: BTreeMap::new(),
    };
    for level in Seniority::ALL {
        if let Some(factor) = section.number(level.as_str(), Bound::NotNegative) {
            rule.factors.insert(level, factor);
        }
        if let Some(item) = titles.item(level.as_str()) {
            rule.titles.insert(level, patterns(&item));
        }
    }
    titles.refuse_unknown();
    section.refuse_unknown();
    rule
}

pub(super) fn relations(root: &Section<'_>) -> RelationRule {
    let section = root.section_or_empty("relations");
    let rule = RelationRule {
        reports_to: section.number("reports_to", Bound::SHARE).unwrap_or(0.8),
        works_with: section.number("works_with", Bound::SHARE).unwrap_or(0.5),
        influences: section.number("influences", Bound::SHARE).unwrap_or(0.5),
    };
    section.refuse_unknown();
    rule
}

pub(super) fn seats(root: &Section<'_>, names: &Names<'_>) -> Vec<Seat> {
    let committee = root.section_or_empty("committee");
    let mut seats: Vec<Seat> = Vec::new();
    for section in committee.sections("seats") {
        let role = section.required("role").and_then(|item| names.role(&item));
        let count = section.count("count", 1).unwrap_or(1);
        let weight = section.number("weight", Bound::NotNegative).unwrap_or(1.0);
        let required = section.flag("required").unwrap_or(true);
        let solution = section.item("solution").and_then(|item| names.solution(&item));
        section.refuse_unknown();
        let Some(role) = role else { continue };
        if seats
            .iter()
            .any(|seat| seat.role == role && seat.solution == solution)
        {
            section.problem_at(
                "role",
                format!("there is a seat for it already, raise its count; found {role:?}"),
            );
        }
        seats.push(Seat {
            role,
            count,
            weight,
            required,
            solution,
        });
    }
    committee.refuse_unknown();
    seats
}
