//! The filters that are set, and the form that sets others.

use std::collections::BTreeMap;
use std::sync::Arc;

use quorate_domain::engagement::Band;
use quorate_domain::fit::Grade;
use quorate_domain::standing::Stage;

use super::columns::Col;
use super::overview::Overview;
use super::query::{BoardQuery, Chosen};
use crate::partials::stage_word;
use crate::words;

/// A filter that is set, with the view without it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chip {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    pub(crate) href: String,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filters {
    pub(crate) groups: Vec<Group>,
    pub(crate) selects: Vec<Select>,
    /// What the form keeps: tab, order, columns, density, text, and what is left out.
    pub(crate) kept: Vec<Kept>,
}

/// What a form keeps of a view: a key and a value.
pub(crate) type Kept = (&'static str, String);

/// The form that chooses columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Columns {
    pub(crate) options: Vec<Choice>,
    pub(crate) kept: Vec<Kept>,
    /// The view with its usual columns; `None`: it shows them.
    pub(crate) usual: Option<String>,
}

impl Columns {
    pub(crate) fn of(query: &BoardQuery) -> Self {
        let shown = query.shown_cols();
        let option = |(col, value, name, ..): (Col, &str, &str, &str, bool)| Choice {
            value: value.to_owned(),
            text: name.to_owned(),
            chosen: shown.contains(&col),
        };
        let mut usual = query.first_page();
        usual.cols = None;
        Self {
            options: Col::ALL.into_iter().map(option).collect(),
            kept: kept(query, |key, _| key != "cols"),
            usual: query.cols.is_some().then(|| usual.href()),
        }
    }
}

/// Returns what a form keeps of a view.
///
/// - `keep`: whether it keeps a key, or what a key leaves out.
pub(crate) fn kept(query: &BoardQuery, keep: impl Fn(&str, bool) -> bool) -> Vec<Kept> {
    let pairs = query.first_page().pairs().into_iter();
    pairs
        .filter(|pair| keep(pair.key, pair.not))
        .map(|pair| (pair.key, pair.form_value()))
        .collect()
}

/// Boxes to tick.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) options: Vec<Choice>,
}

/// A list to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Select {
    pub(crate) key: &'static str,
    pub(crate) name: &'static str,
    pub(crate) options: Vec<Choice>,
}

/// Something to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) chosen: bool,
}

/// Returns the filters that are set.
pub(crate) fn chips(query: &BoardQuery) -> Vec<Chip> {
    let chip = |condition: super::query::Condition| Chip {
        name: condition.name,
        value: condition.value,
        href: query.without(condition.key).href(),
    };
    // The list that is chosen stands in the head.
    let in_head =
        |condition: &super::query::Condition| condition.key == "list" && query.list_chosen().is_some();
    let conditions = query.conditions().into_iter();
    conditions
        .filter(|condition| !in_head(condition))
        .map(chip)
        .collect()
}

/// The lists to look at, in the head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListMenu {
    /// What is looked at: `Q3 target accounts`.
    pub(crate) chosen: String,
    pub(crate) number: String,
    pub(crate) options: Vec<ListOption>,
}

/// A list to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListOption {
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}

impl ListMenu {
    /// - `names`: what people call lists, by slug.
    /// - `all`: the overview of all accounts; `scoped`: that of the lists looked at.
    pub(crate) fn of(
        query: &BoardQuery,
        names: &BTreeMap<String, String>,
        all: &Overview,
        scoped: &Overview,
    ) -> Self {
        let called = |slug: &str| names.get(slug).cloned().unwrap_or_else(|| slug.to_owned());
        let everything = query.without("list");
        let mut options = vec![ListOption {
            name: "All accounts".to_owned(),
            number: words::count(all.accounts),
            current: query.lists == everything.lists,
            href: everything.href(),
        }];
        let empty = names.keys().filter(|slug| !all.lists.contains_key(slug.as_str()));
        let counted = all.lists.iter().map(|(slug, count)| (&**slug, count.accounts));
        let mut lists: Vec<ListOption> = counted
            .chain(empty.map(|slug| (slug.as_str(), 0)))
            .map(|(slug, accounts)| {
                let mut view = query.first_page();
                view.lists = vec![Arc::from(slug)].into();
                ListOption {
                    name: called(slug),
                    number: words::count(accounts),
                    href: view.href(),
                    current: query.list_chosen().is_some_and(|chosen| **chosen == *slug),
                }
            })
            .collect();
        lists.sort_by_key(|list| list.name.to_lowercase());
        options.extend(lists);
        let chosen = match query.list_chosen() {
            Some(slug) => called(slug),
            None if query.lists == everything.lists => "All accounts".to_owned(),
            None => "Several lists".to_owned(),
        };
        Self {
            chosen,
            number: words::count(scoped.accounts),
            options,
        }
    }
}

impl Filters {
    pub(crate) fn of(query: &BoardQuery, overview: &Overview) -> Self {
        let choices = &overview.choices;
        let groups = vec![
            group("band", "Heat", &Band::ALL, &query.bands, Band::as_str, |band| {
                words::capitalised(band.as_str())
            }),
            group("fit", "Fit", &Grade::ALL, &query.grades, Grade::as_str, |grade| {
                grade.as_str().to_owned()
            }),
            group(
                "stage",
                "Stage",
                &Stage::ALL,
                &query.stages,
                Stage::as_str,
                |stage| stage_word(stage).to_owned(),
            ),
        ];
        let selects = [
            select("owner", "Owner", &choices.owners, &query.owners),
            select("tier", "Tier", &choices.tiers, &query.tiers),
            select("industry", "Industry", &choices.industries, &query.industries),
            select("country", "Country", &choices.countries, &query.countries),
        ];
        let asked = |key: &str| groups.iter().any(|group| group.key == key);
        let selects: Vec<Select> = selects.into_iter().flatten().collect();
        let selected = |key: &str| selects.iter().any(|select| select.key == key);
        let kept = kept(query, |key, not| not || (!asked(key) && !selected(key)));
        Self {
            groups,
            selects,
            kept,
        }
    }
}

fn group<T: Copy + PartialEq>(
    key: &'static str,
    name: &'static str,
    all: &[T],
    chosen: &Chosen<T>,
    value: impl Fn(T) -> &'static str,
    text: impl Fn(T) -> String,
) -> Group {
    let option = |one: &T| Choice {
        value: value(*one).to_owned(),
        text: text(*one),
        chosen: chosen.any.contains(one),
    };
    Group {
        key,
        name,
        options: all.iter().map(option).collect(),
    }
}

/// Returns a list to choose from; `None`: there is nothing to choose.
fn select(
    key: &'static str,
    name: &'static str,
    choices: &BTreeMap<Arc<str>, usize>,
    chosen: &Chosen<Arc<str>>,
) -> Option<Select> {
    // What the address asks for stays to be seen even when no account has it.
    let missing = chosen
        .any
        .iter()
        .filter(|value| !choices.contains_key(*value))
        .map(|value| (value, &0));
    let option = |(value, count): (&Arc<str>, &usize)| Choice {
        value: value.to_string(),
        text: format!("{value} ({})", words::count(*count)),
        chosen: chosen.any.contains(value),
    };
    let options: Vec<Choice> = choices.iter().chain(missing).map(option).collect();
    (!options.is_empty()).then_some(Select { key, name, options })
}
