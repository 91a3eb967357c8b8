//! `[titles]`: the shipped packs of words and the file's own, in one form.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use toml::de::DeTable;

use super::people::patterns;
use super::reader::{self, Item, Reader, Section};
use crate::contact::Seniority;
use crate::id::Role;
use crate::model::lexicon::{Below, Misread, Pack};
use crate::model::{RoleRule, Shipped, TitlePattern};

/// The packs of a model, before anybody knows which roles it lists.
pub(super) struct Packs<'r> {
    /// In the order of `use`, then the file's own that are not named there.
    pub(super) packs: Vec<Pack>,
    /// Where the file's own packs name roles.
    named: Vec<(&'r str, Item<'r>)>,
}

impl Packs<'_> {
    /// Returns the functions its packs tell apart.
    pub(super) fn functions(&self) -> Vec<&str> {
        let functions = self.packs.iter().flat_map(|pack| &pack.functions);
        functions.map(|(name, _)| &**name).collect()
    }

    /// Says which roles the file's own packs name that it does not list.
    pub(super) fn check_roles(&self, roles: &BTreeMap<Role, RoleRule>) {
        for (name, item) in &self.named {
            if !roles.contains_key(*name) {
                let known: Vec<&str> = roles.keys().map(Role::as_str).collect();
                let hint = reader::hint(name, &known);
                item.problem(format!("no [roles.{name}] in this model, found {name:?}{hint}"));
            }
        }
    }
}

/// Returns the packs named in `use`, then the file's own that are not named there.
///
/// A model that says nothing of packs reads its own patterns only, but is warned of what misleads in any shipped
/// language: that takes away and adds nothing.
pub(super) fn packs<'r>(root: &Section<'r>, shipped: &Shipped) -> Packs<'r> {
    let section = root.section_or_empty("titles");
    let mut own: Vec<Pack> = Vec::new();
    let mut named = Vec::new();
    for (name, item) in section.entries() {
        if name != "use"
            && let Some(section) = item.section()
        {
            own.push(pack(name, &section, &mut named));
        }
    }
    let known: Vec<&str> = shipped.titles.iter().map(|(name, _)| &**name).collect();
    let mut packs: Vec<Pack> = Vec::new();
    let Some(listed) = section.item("use") else {
        let known = known.iter().filter(|_| reads_titles(root));
        packs.extend(
            known
                .filter_map(|name| read_shipped(name, shipped))
                .map(|pack| Pack {
                    name: pack.name,
                    misread: pack.misread,
                    ..Pack::default()
                }),
        );
        packs.append(&mut own);
        return Packs { packs, named };
    };
    for item in listed.list().unwrap_or_default() {
        let Some(name) = item.text() else { continue };
        if packs.iter().any(|pack| *pack.name == *name) {
            item.problem(format!("stands twice in the list, found {name:?}"));
        } else if let Some(place) = own.iter().position(|pack| *pack.name == *name) {
            packs.push(own.remove(place));
        } else if let Some(pack) = read_shipped(name, shipped) {
            packs.push(pack);
        } else {
            let hint = reader::hint(name, &known);
            let known = known.join(", ");
            item.problem(format!(
                "is neither shipped ({known}) nor in this file, found {name:?}{hint}"
            ));
        }
    }
    packs.append(&mut own);
    Packs { packs, named }
}

/// Returns whether a model has patterns of its own that could mislead.
fn reads_titles(root: &Section<'_>) -> bool {
    let has = |section: Section<'_>, key| section.item(key).is_some();
    let roles = root.section_or_empty("roles").entries();
    let mut roles = roles.into_iter().filter_map(|(_, role)| role.value().as_table());
    roles.any(|role| {
        role.iter()
            .any(|(key, _)| key.get_ref() == "titles" || key.get_ref() == "departments")
    }) || has(root.section_or_empty("seniority"), "titles")
}

/// The packs of this build, read once: every model looks at them, and they are long.
static OF_THIS_BUILD: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    let shipped = Shipped::of_this_build();
    let packs = shipped.titles.iter();
    packs.filter_map(|(name, text)| read_pack(name, text)).collect()
});

/// Returns a pack Quorate ships; `None` when there is none of that name.
fn read_shipped(name: &str, shipped: &Shipped) -> Option<Pack> {
    let (_, text) = shipped.titles.iter().find(|(known, _)| **known == *name)?;
    match text {
        Cow::Borrowed(_) => OF_THIS_BUILD.iter().find(|pack| *pack.name == *name).cloned(),
        Cow::Owned(text) => read_pack(name, text),
    }
}

fn read_pack(name: &str, text: &str) -> Option<Pack> {
    let tree = DeTable::parse(text).ok()?;
    let reader = Reader::new(text);
    let root = Section::root(&reader, tree.get_ref());
    let (_, item) = root.entries().into_iter().find(|(key, _)| *key == name)?;
    item.section()
        .map(|section| pack(name, &section, &mut Vec::new()))
}

fn pack<'r>(name: &str, section: &Section<'r>, named: &mut Vec<(&'r str, Item<'r>)>) -> Pack {
    let mut functions: Vec<(Arc<str>, Vec<TitlePattern>)> = Vec::new();
    for function in section.sections("functions") {
        let titles = list(&function, "titles");
        if let Some(name) = function.name("name") {
            functions.push((name, titles));
        }
        function.refuse_unknown();
    }
    let levels = section.section_or_empty("seniority");
    let mut seniority = BTreeMap::new();
    for level in Seniority::ALL {
        if let Some(item) = levels.item(level.as_str()) {
            seniority.insert(level, patterns(&item));
        }
    }
    levels.refuse_unknown();
    let mut roles = BTreeMap::new();
    for (role, item) in section.section_or_empty("roles").entries() {
        roles.insert(Role::trusted(role), patterns(&item));
        named.push((role, item));
    }
    let misread = misread(&section.section_or_empty("misread"));
    section.refuse_unknown();
    Pack {
        name: name.into(),
        functions,
        seniority,
        roles,
        misread,
    }
}

fn misread(section: &Section<'_>) -> Misread {
    let other_meaning = section
        .item("other_meaning")
        .map(|item| item.each(other_meaning))
        .unwrap_or_default();
    let below = section.sections("below");
    let misread = Misread {
        other_meaning,
        somebody_else: list(section, "somebody_else"),
        alone: list(section, "alone"),
        below: below.iter().filter_map(below_one).collect(),
    };
    section.refuse_unknown();
    misread
}

fn below_one(section: &Section<'_>) -> Option<Below> {
    let levels = Seniority::ALL.map(|level| (level.as_str(), level));
    let titles = section
        .required("titles")
        .map(|item| patterns(&item))
        .unwrap_or_default();
    let (beside, except) = (list(section, "beside"), list(section, "except"));
    let at_most = section.required("at_most").and_then(|item| item.word(&levels));
    section.refuse_unknown();
    Some(Below {
        titles,
        beside,
        except,
        at_most: at_most?,
    })
}

fn list(section: &Section<'_>, key: &'static str) -> Vec<TitlePattern> {
    section.item(key).map(|item| patterns(&item)).unwrap_or_default()
}

/// Returns a phrase and the places of its words in brackets: `vice [president]`.
fn other_meaning(item: &Item<'_>) -> Option<(TitlePattern, Vec<usize>)> {
    let text = item.text()?;
    let count = |text: &str| TitlePattern::new(text).map_or(0, |pattern| pattern.length());
    let (before, rest) = text.split_once('[').unwrap_or((text, ""));
    let (marked, _) = rest.split_once(']').unwrap_or(("", ""));
    let pattern = TitlePattern::new(text);
    let first = count(before);
    let places: Vec<usize> = (first..first + count(marked)).collect();
    if pattern.is_none() || places.is_empty() {
        item.problem(format!(
            "needs brackets around the words that mean something else, such as \"vice [president]\", found {text:?}"
        ));
        return None;
    }
    Some((pattern?, places))
}
