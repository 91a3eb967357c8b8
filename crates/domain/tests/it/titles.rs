//! Roles and levels read from job titles by the default model: the confusions that matter, and how much of long lists
//! is read (`cargo run -p quorate-domain --example titles` prints more).

use quorate_domain::infer::{Inference, infer};
use quorate_domain::model::{DEFAULT_MODEL, Model};
use std::path::PathBuf;

fn model() -> Model {
    Model::from_toml(DEFAULT_MODEL).unwrap()
}

/// What a title is read as: roles with `?` for candidates, then the level.
fn told(inference: &Inference) -> String {
    let roles: Vec<String> = inference
        .roles
        .iter()
        .map(|role| format!("{}{}", role.role, if role.candidate { "?" } else { "" }))
        .collect();
    let level = inference.seniority.map_or("none", |level| level.as_str());
    format!("{} / {level}", roles.join(" "))
}

#[test]
fn titles_that_are_easily_confused_are_told_apart() {
    let model = model();
    let table = [
        // Somebody else's title.
        ("Assistant to the CEO", " / staff"),
        ("Executive Assistant to the Chief Financial Officer", " / staff"),
        ("Personal Assistant to Managing Director", " / staff"),
        ("Assistenz der Geschäftsführung", " / staff"),
        ("CEO", "decision_maker executive_sponsor / c_level"),
        // Owners of a thing, not of a company.
        ("Product Owner", "business_evaluator / none"),
        ("Senior Product Owner", "business_evaluator / none"),
        ("Process Owner", " / none"),
        ("Business Owner", "business_evaluator decision_maker / c_level"),
        ("Owner", "decision_maker / c_level"),
        // Managers who manage no people.
        ("Account Manager", "user / staff"),
        ("Key Account Manager", "user / staff"),
        ("Project Manager", "user / none"),
        ("Operations Manager", "business_evaluator / manager"),
        ("IT Manager", "technical_evaluator / manager"),
        // Vice presidents: an office in industry, a grade at a bank.
        ("Vice President of Operations", "decision_maker / vp"),
        ("VP Engineering", "decision_maker technical_evaluator / vp"),
        ("Assistant Vice President", " / manager"),
        ("Vice President, Branch Manager", " / manager"),
        ("Vice President Commercial Lending", " / manager"),
        ("AVP Mortgage", " / manager"),
        // Officers who are not chief.
        ("Chief Financial Officer", "economic_buyer / c_level"),
        ("Loan Officer", " / none"),
        ("Security Officer", " / none"),
        // Other languages.
        ("Geschäftsführer", "decision_maker executive_sponsor / c_level"),
        ("Leiter Finanzen", "champion? economic_buyer / manager"),
        ("Directeur Financier", "economic_buyer / director"),
        ("Directora Financiera", "economic_buyer / director"),
        ("Director General", "champion? decision_maker / c_level"),
        ("Jefe de Compras", "champion? procurement / manager"),
    ];
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(title, expected)| {
            let got = told(&infer(Some(title), None, &model));
            (got != *expected).then(|| format!("{title}: got {got:?}, expected {expected:?}"))
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_is_read_of_long_lists_does_not_shrink() {
    let model = model();
    // Least shares of titles with a role and with a level, in percent.
    for (file, role, level) in [
        ("job_titles_list/titles_combined.txt", 17, 29),
        ("job_titles_onet/alternate_titles_dev.tsv", 12, 19),
    ] {
        let Some(text) = read(file) else { continue };
        let titles: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.split('\t').nth(1).unwrap_or(line))
            .collect();
        let read: Vec<Inference> = titles
            .iter()
            .map(|title| infer(Some(title), None, &model))
            .collect();
        let with_role = read.iter().filter(|read| !read.roles.is_empty()).count();
        let with_level = read.iter().filter(|read| read.seniority.is_some()).count();
        let percent = |count: usize| count * 100 / titles.len();
        println!(
            "{file}: {} titles, {} % with a role, {} % with a level",
            titles.len(),
            percent(with_role),
            percent(with_level)
        );
        assert!(
            percent(with_role) >= role,
            "{file}: {} % with a role",
            percent(with_role)
        );
        assert!(
            percent(with_level) >= level,
            "{file}: {} % with a level",
            percent(with_level)
        );
    }
}

/// Reads a list of the reference data; nothing when it is not there.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads its input; the domain itself touches no file"
)]
fn read(name: &str) -> Option<String> {
    let shared = std::env::var_os("QUORATE_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let read = std::fs::read_to_string(shared.join("data").join(name)).ok();
    if read.is_none() {
        eprintln!("not compared with {name}: no reference data (QUORATE_SHARED can name it)");
    }
    read
}
