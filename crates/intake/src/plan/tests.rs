use std::path::PathBuf;
use std::sync::Arc;

use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_domain::value::{Source, Stated, Value};

use super::{Facts, Planned, Terms, Verdict, plan};
use crate::csv::{self, Limits};
use crate::draft::{self, BadCells, Draft};
use crate::mapping::{Field, Mapping, Wishes};
use crate::matching::{Directory, Match, resolve};

fn source(name: &str) -> Source {
    Source(Arc::from(name))
}

fn rank(source: &Source) -> usize {
    Source::RANKING
        .iter()
        .position(|known| *known == &*source.0)
        .unwrap_or(9)
}

fn facts(stated: &[(&str, Value, &str)]) -> Facts {
    stated
        .iter()
        .map(|(name, value, by)| {
            let stated = Stated {
                value: value.clone(),
                source: source(by),
                at: Timestamp::from_millis(0),
            };
            (Arc::from(*name), stated)
        })
        .collect()
}

fn draft(text: &str) -> Draft {
    drafts(text.as_bytes(), &Wishes::default()).remove(0)
}

fn drafts(bytes: &[u8], wishes: &Wishes) -> Vec<Draft> {
    let table = csv::read(bytes, &Limits::default()).unwrap();
    let mapping = Mapping::find(&table.header, wishes).unwrap();
    draft::read(&table, &mapping, BadCells::Fail)
}

fn planned(text: &str, known: &Facts, by: &str, list: Option<&str>) -> Planned {
    let source = source(by);
    let terms = Terms {
        source: &source,
        rank: &rank,
        list,
    };
    let account = AccountId::new("a1").unwrap();
    plan(&draft(text), &Match::Known(account), Some(known), &terms)
}

fn shown(planned: &Planned) -> Vec<String> {
    let old = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), ToString::to_string);
    planned
        .changes
        .iter()
        .map(|change| format!("{}: {} -> {}", change.field, old(&change.old), change.new))
        .collect()
}

#[test]
fn a_row_changes_what_is_new_and_leaves_the_rest() {
    let known = facts(&[
        ("name", Value::text("Acme"), "list"),
        ("domains", Value::List(vec!["acme.com".into()]), "list"),
        ("employees", Value::Number(100.0), "vendor"),
        ("tier", Value::text("1"), "list"),
    ]);
    let text = "name,domain,employees,tier\nAcme,acme.de,250,\n";
    let made = planned(text, &known, "list", None);
    assert_eq!(made.verdict, Verdict::Updated);
    assert_eq!(
        shown(&made),
        ["employees: 100 -> 250", "domains: acme.com -> acme.com;acme.de"]
    );
}

#[test]
fn a_weaker_source_never_overwrites_a_stronger_one() {
    let known = facts(&[
        ("name", Value::text("Acme"), "person"),
        ("employees", Value::Number(100.0), "crm"),
    ]);
    let made = planned("name,employees\nACME Inc,250\n", &known, "vendor", None);
    assert_eq!(made.verdict, Verdict::Unchanged);
    assert_eq!(
        made.reason.as_deref(),
        Some("a stronger source states what it would change")
    );
    let kept: Vec<&str> = made.kept.iter().map(|kept| &*kept.stated_by.0).collect();
    assert_eq!(kept, ["person", "crm"]);
    let same_strength = planned("name,employees\nACME Inc,250\n", &known, "crm", None);
    assert_eq!(shown(&same_strength), ["employees: 100 -> 250"]);
}

#[test]
fn what_is_known_already_is_no_change_whoever_says_it() {
    let known = facts(&[
        ("name", Value::text("Acme"), "vendor"),
        ("lists", Value::List(vec!["q3".into()]), "list"),
    ]);
    assert_eq!(
        planned("name\nAcme\n", &known, "crm", Some("q3")).verdict,
        Verdict::Unchanged
    );
    let joining = planned("name\nAcme\n", &known, "vendor", Some("q4"));
    assert!(joining.joins);
    assert_eq!(shown(&joining), ["lists: q3 -> q3;q4"]);
}

/// Plans a file over an empty installation; the counts in the order of the verdicts, and the rows.
fn first_import(name: &str, wishes: &Wishes) -> Option<([usize; 6], Vec<Planned>)> {
    let bytes = std::fs::read(shared(name)?).unwrap();
    let drafts = drafts(&bytes, wishes);
    let answers = std::collections::BTreeMap::new();
    let directory = Directory::wanted(&drafts, &answers);
    let found = resolve(&drafts, &directory, &answers, &|_| false);
    let source = source("list");
    let terms = Terms {
        source: &source,
        rank: &rank,
        list: None,
    };
    let rows: Vec<Planned> = drafts
        .iter()
        .zip(&found)
        .map(|(draft, found)| plan(draft, found, None, &terms))
        .collect();
    let counts = Verdict::ALL.map(|verdict| rows.iter().filter(|row| row.verdict == verdict).count());
    Some((counts, rows))
}

fn shared(name: &str) -> Option<PathBuf> {
    let folder = quorate_testkit::shared_dir()?;
    Some(folder.join("data").join(name))
}

fn told(columns: &[(&str, Option<Field>)]) -> Wishes {
    Wishes {
        columns: columns
            .iter()
            .map(|(name, field)| ((*name).to_owned(), field.clone()))
            .collect(),
        keep_unknown: false,
    }
}

#[test]
fn the_fortune_500_come_in_but_for_those_that_share_a_website() {
    let Some((counts, rows)) = first_import(
        "fortune500_hq/Fortune_500_Corporate_Headquarters.csv",
        &Wishes::default(),
    ) else {
        return;
    };
    // Three pairs share a website (the data's README); the later one of each is a question.
    let asked: Vec<&Planned> = rows
        .iter()
        .filter(|row| row.verdict == Verdict::NeedsAnswer)
        .collect();
    assert_eq!(counts, [497, 0, 0, 0, 3, 0], "{asked:#?}");
    for row in asked {
        assert!(
            row.reason
                .as_deref()
                .unwrap()
                .contains("has the same domain, and another name")
        );
        assert!(row.candidates[0].row.is_some());
    }
}

#[test]
fn the_sp_500_need_to_be_told_which_column_is_the_name() {
    let Some(path) = shared("sp500/constituents.csv") else {
        return;
    };
    let table = csv::read(&std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    assert!(Mapping::find(&table.header, &Wishes::default()).is_err());
    let wishes = told(&[("Security", Some(Field::Name))]);
    let (counts, rows) = first_import("sp500/constituents.csv", &wishes).unwrap();
    assert_eq!(counts, [503, 0, 0, 0, 0, 0]);
    let accenture = rows
        .iter()
        .find(|row| row.account.as_ref().is_some_and(|id| id.as_str() == "accenture"));
    assert!(shown(accenture.unwrap()).contains(&"industry: nothing -> Information Technology".to_owned()));
}

#[test]
fn the_sec_list_has_its_doubles_by_id() {
    let wishes = told(&[
        ("title", Some(Field::Name)),
        ("cik", Some(Field::Id)),
        ("ticker", None),
    ]);
    let Some((counts, _)) = first_import("sec_company_names/sec_company_tickers.csv", &wishes) else {
        return;
    };
    // 8,861 rows of 8,064 companies: a company has a row for each of its tickers.
    assert_eq!(counts, [8_064, 0, 0, 797, 0, 0]);
}

#[test]
fn connectors_that_copy_a_crm_are_read_as_they_land() {
    let Some((salesforce, rows)) =
        first_import("crm_salesforce_seeds/sf_account_data.csv", &Wishes::default())
    else {
        return;
    };
    let deleted = rows.iter().filter(|row| row.verdict == Verdict::Skipped).count();
    assert_eq!(salesforce.iter().sum::<usize>(), rows.len());
    assert!(deleted > 0, "some rows are marked as deleted");
    assert_eq!(rows[0].account.as_ref().unwrap().as_str(), "0015500000Xyy06AAB");
    let (hubspot, rows) = first_import("crm_hubspot_seeds/company_data.csv", &Wishes::default()).unwrap();
    assert_eq!(
        hubspot[5],
        0,
        "{:?}",
        rows.iter().find(|row| row.verdict == Verdict::Failed)
    );
    assert!(shown(&rows[0]).contains(&"country: nothing -> US".to_owned()));
    assert!(shown(&rows[0]).contains(&"annual_revenue: nothing -> 10000000".to_owned()));
}
