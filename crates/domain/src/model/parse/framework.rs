//! `[frameworks]`: the shipped ones and the file's own, in one form.

use std::sync::Arc;

use toml::de::DeTable;

use super::Names;
use super::reader::{self, Bound, Item, Reader, Section};
use super::signals::Covers;
use crate::id::Role;
use crate::model::{Check, CheckKind, Element, Framework, Frameworks, Shipped};
use crate::time::Days;

/// The names of shipped frameworks; a test holds them to the file.
const SHIPPED_NAMES: [&str; 4] = ["bant", "champ", "meddic", "meddpicc"];

/// Who may be named in a check.
#[derive(Clone, Copy)]
enum Roles<'m> {
    /// Those the model lists.
    Listed(&'m Names<'m>),
    /// Any: a shipped framework must serve models that list few roles.
    Any,
}

/// Returns the frameworks named in `use`, then the file's own that are not named there.
pub(super) fn frameworks(root: &Section<'_>, names: &Names<'_>, texts: &Shipped) -> Frameworks {
    let section = root.section_or_empty("frameworks");
    let mut own: Vec<Framework> = Vec::new();
    for (name, item) in section.entries() {
        if name != "use" && name != "currency" {
            own.extend(
                item.section()
                    .map(|section| framework(name, &section, Roles::Listed(names))),
            );
        }
    }
    let mut in_use: Vec<Framework> = Vec::new();
    for item in section
        .item("use")
        .and_then(|item| item.list())
        .unwrap_or_default()
    {
        let Some(name) = item.text() else { continue };
        if in_use.iter().any(|framework| *framework.name == *name) {
            item.problem(format!("stands twice in the list, found {name:?}"));
        } else if let Some(place) = own.iter().position(|framework| *framework.name == *name) {
            in_use.push(own.remove(place));
        } else if let Some(framework) = shipped(name, texts) {
            in_use.push(framework);
        } else {
            let hint = reader::hint(name, &SHIPPED_NAMES);
            let known = SHIPPED_NAMES.join(", ");
            item.problem(format!(
                "is neither shipped ({known}) nor in this file, found {name:?}{hint}"
            ));
        }
    }
    in_use.append(&mut own);
    let currency = section.text("currency");
    Frameworks { in_use, currency }
}

/// Returns a framework Quorate ships; `None` when there is none of that name.
fn shipped(name: &str, texts: &Shipped) -> Option<Framework> {
    let tree = DeTable::parse(&texts.frameworks).ok()?;
    let reader = Reader::new(&texts.frameworks);
    let root = Section::root(&reader, tree.get_ref());
    let (_, item) = root.entries().into_iter().find(|(key, _)| *key == name)?;
    item.section()
        .map(|section| framework(name, &section, Roles::Any))
}

fn framework(name: &str, section: &Section<'_>, roles: Roles<'_>) -> Framework {
    let mut elements: Vec<Element> = Vec::new();
    let sections = section.sections("elements");
    if sections.is_empty() {
        section.problem("needs [[elements]], found none");
    }
    for section in sections {
        let Some(element) = element(&section, roles) else {
            continue;
        };
        if elements.iter().any(|other| other.key == element.key) {
            section.problem_at(
                "key",
                format!("there is an element of that key already, found {:?}", element.key),
            );
        }
        elements.push(element);
    }
    section.refuse_unknown();
    Framework {
        name: name.into(),
        elements,
    }
}

fn element(section: &Section<'_>, roles: Roles<'_>) -> Option<Element> {
    let key = section.name("key");
    let name = section.text("name");
    let checks: Vec<Option<Check>> = section
        .sections("checks")
        .iter()
        .map(|each| check(each, roles))
        .collect();
    let worth = checks
        .iter()
        .any(|check| check.as_ref().is_none_or(|check| check.weight > 0.0));
    if !worth {
        section.problem_at("checks", "needs a check with a weight above 0");
    }
    let weight = section.number("weight", Bound::NotNegative).unwrap_or(1.0);
    let stale_after_days = Days(
        section
            .number("stale_after_days", Bound::Positive)
            .unwrap_or(90.0),
    );
    let gate = section.number("gate", Bound::SHARE);
    let min_amount = section.number("min_amount", Bound::NotNegative);
    section.refuse_unknown();
    let key = key?;
    let name = name.unwrap_or_else(|| key.clone());
    let checks = checks.into_iter().flatten().collect();
    Some(Element {
        key,
        name,
        weight,
        stale_after_days,
        gate,
        min_amount,
        checks,
    })
}

fn check(section: &Section<'_>, roles: Roles<'_>) -> Option<Check> {
    let weight = section.number("weight", Bound::NotNegative).unwrap_or(1.0);
    let read = section.required("kind").and_then(|item| item.word(&KINDS));
    // Without a kind nobody can say which of the other keys belong to it.
    let kind = read?(section, roles);
    section.refuse_unknown();
    Some(Check { weight, kind: kind? })
}

type ReadKind = fn(&Section<'_>, Roles<'_>) -> Option<CheckKind>;

const KINDS: [(&str, ReadKind); 6] = [
    ("evidence", |_, _| Some(CheckKind::Evidence)),
    ("role_identified", |section, roles| {
        role(section, "role", roles).map(CheckKind::RoleIdentified)
    }),
    ("role_engaged", |section, roles| {
        role(section, "role", roles).map(CheckKind::RoleEngaged)
    }),
    ("path", path),
    ("signal", signal),
    ("attribute", |section, _| {
        section.name("attribute").map(CheckKind::Attribute)
    }),
];

fn path(section: &Section<'_>, roles: Roles<'_>) -> Option<CheckKind> {
    let (from, to) = (role(section, "from", roles), role(section, "to", roles));
    let strength = section.number("strength", Bound::SHARE).unwrap_or(0.0);
    Some(CheckKind::Path {
        from: from?,
        to: to?,
        strength,
    })
}

fn signal(section: &Section<'_>, _: Roles<'_>) -> Option<CheckKind> {
    let pattern = section.name("signal");
    let within = Days(section.number("within_days", Bound::Positive).unwrap_or(90.0));
    let pattern = pattern?;
    if let Err(problem) = Covers::parse(&pattern) {
        section.problem_at("signal", problem);
    }
    Some(CheckKind::Signal { pattern, within })
}

fn role(section: &Section<'_>, key: &'static str, roles: Roles<'_>) -> Option<Role> {
    let item: Item<'_> = section.required(key)?;
    match roles {
        Roles::Listed(names) => names.role(&item),
        Roles::Any => item.text().map(|text| Role::trusted(Arc::<str>::from(text))),
    }
}
