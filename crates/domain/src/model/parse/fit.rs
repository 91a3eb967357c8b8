//! `[[fit.rules]]`, and the conditions that segments share with them.

use super::reader::{Bound, Item, Section};
use crate::model::{Condition, FitRule, Test};
use crate::value::Value;

pub(super) fn rules(root: &Section<'_>) -> Vec<FitRule> {
    let section = root.section_or_empty("fit");
    let rules = section.sections("rules").iter().filter_map(rule).collect();
    section.refuse_unknown();
    rules
}

fn rule(section: &Section<'_>) -> Option<FitRule> {
    let condition = condition(section);
    let weight = section.number("weight", Bound::Finite).unwrap_or(1.0);
    let exclude = section.flag("exclude").unwrap_or(false);
    let label = section.text("label");
    section.refuse_unknown();
    Some(FitRule {
        condition: condition?,
        weight,
        exclude,
        label,
    })
}

/// Returns the condition whose keys stand in `section`, which may have other keys too.
pub(super) fn condition(section: &Section<'_>) -> Option<Condition> {
    let attribute = section.name("attribute");
    let tests: Vec<(&str, Option<Test>)> = TESTS
        .into_iter()
        .filter_map(|(key, read)| section.item(key).map(|item| (key, read(&item))))
        .collect();
    let names: Vec<&str> = tests.iter().map(|(key, _)| *key).collect();
    match names.len() {
        1 => {}
        0 => section.problem("needs one of equals, in, between, contains_any, exists; found none"),
        _ => section.problem(format!(
            "needs only one of its tests; found {}",
            names.join(" and ")
        )),
    }
    let (_, test) = tests.into_iter().next()?;
    Some(Condition {
        attribute: attribute?,
        test: test?,
    })
}

type ReadTest = fn(&Item<'_>) -> Option<Test>;

const TESTS: [(&str, ReadTest); 5] = [
    ("equals", |item| scalar(item).map(Test::Equals)),
    ("in", |item| not_empty(item, item.each(scalar)).map(Test::In)),
    ("between", between),
    ("contains_any", |item| {
        not_empty(item, item.texts()).map(Test::ContainsAny)
    }),
    ("exists", |item| item.flag().map(Test::Exists)),
];

fn scalar(item: &Item<'_>) -> Option<Value> {
    if let Some(text) = item.value().as_str() {
        if text.trim().is_empty() {
            item.problem("an empty value is unknown and never matches; use exists = false");
            return None;
        }
        return Some(Value::text(text));
    }
    if let Some(flag) = item.value().as_bool() {
        return Some(Value::Flag(flag));
    }
    if item.value().is_integer() || item.value().is_float() {
        return item.number(Bound::Finite).map(Value::Number);
    }
    item.problem("must be text, a number, true or false");
    None
}

fn not_empty<T>(item: &Item<'_>, values: Vec<T>) -> Option<Vec<T>> {
    if item.value().as_array().is_some_and(|array| array.is_empty()) {
        item.problem("needs at least one value, found an empty list");
    }
    (!values.is_empty()).then_some(values)
}

fn between(item: &Item<'_>) -> Option<Test> {
    let ends = item.list()?;
    let [low, high] = ends.as_slice() else {
        item.problem(format!(
            "must be two numbers, the lowest and the highest; found {}",
            ends.len()
        ));
        return None;
    };
    let (low, high) = (low.number(Bound::Finite), high.number(Bound::Finite));
    let (low, high) = (low?, high?);
    if low > high {
        item.problem(format!(
            "the lowest must not be above the highest, found {low} and {high}"
        ));
        return None;
    }
    Some(Test::Between(low, high))
}
