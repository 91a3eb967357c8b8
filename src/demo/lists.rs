//! Lists of target accounts, and an import that somebody has half reviewed.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use quorate_domain::account::{Command, ListChange};
use quorate_domain::value::Source;
use quorate_engine::Engine;
use quorate_engine::imports::NewImport;
use quorate_engine::lists::{ListEdit, Slug};
use quorate_intake::draft::BadCells;
use quorate_intake::mapping::Wishes;
use quorate_intake::matching::Answer;
use quorate_intake::plan::Verdict;

use super::World;
use super::company::{Company, shared};

/// The list that most of the demo's accounts are on.
const TARGETS: &str = "q3-target-accounts";
/// A list that shares some of them.
const NORDICS: &str = "nordics";
/// Who sent the file, as the console names those who need no key.
const SENDER: &str = "open";

/// Rows nobody has an account of, and two that one must look at: `{..}` stands for companies of the demo.
const FILE: &str = "\
Account Name,Website,NumberOfEmployees,Billing Country,Account Owner,ABM Tier,Notes
{first},https://www.{first domain}/about,,,,1,met at the fair
{second},{second id}-group.example,,{second country},Noor Salim,1,
{third},{third domain},,,,2,
Tarnbrook Foods,tarnbrook.example,1k-5k,Ireland,Noor Salim,2,
Vellum & Oak,vellum-oak.example,420,Netherlands,Jonas Peeters,2,asked for a call
Vellum and Oak Furniture,vellum-oak.example,420,Netherlands,Jonas Peeters,2,
Skylark Mobility,skylark-mobility.example,9800,France,,2,
Skylark,skylark-mobility.example,,France,,3,
Ironwell Castings,ironwell.example,a few hundred,Austria,Ana Maric,2,
Pellworm Shipping,pellworm.example,1400,Germany,Ana Maric,1,
";

/// Returns what puts a company on the lists it belongs to; `None`: it belongs to none.
pub(super) fn joins(company: &Company) -> Option<Command> {
    let is_nordic = matches!(company.country, "DK" | "FI" | "IS" | "NO" | "SE");
    let lists: Vec<Arc<str>> = [(TARGETS, is_target(company)), (NORDICS, is_nordic)]
        .into_iter()
        .filter(|(_, belongs)| *belongs)
        .map(|(list, _)| Arc::from(list))
        .collect();
    (!lists.is_empty()).then(|| {
        Command::ChangeLists(ListChange {
            add: lists,
            remove: Vec::new(),
            source: Source(Arc::from("list")),
        })
    })
}

fn is_target(company: &Company) -> bool {
    matches!(company.tier, "1" | "2")
}

/// Describes the lists and begins the import.
///
/// - `goes_on`: an earlier attempt may have begun it.
///
/// # Errors
/// When the engine does not take something.
pub(super) async fn load(engine: &Engine, world: &World, goes_on: bool) -> anyhow::Result<()> {
    let lists = [
        (
            TARGETS,
            "Q3 target accounts",
            "Tier 1 and 2, agreed with sales in June",
        ),
        (NORDICS, "Nordics", "For the roadshow in Oslo and Copenhagen"),
    ];
    for (slug, name, description) in lists {
        let edit = ListEdit {
            name: Some(shared(name)),
            description: Some(Some(shared(description))),
            owner: Some(Some(shared("Noor Salim"))),
        };
        engine
            .lists()
            .put(&Slug::new(slug)?, edit)
            .await
            .with_context(|| format!("the demo's list {slug} was not taken"))?;
    }
    let new = NewImport {
        bytes: file(world).into_bytes(),
        file: Some(shared("autumn-fair.csv")),
        wishes: Wishes::default(),
        bad_cells: BadCells::Fail,
        list: Some(Slug::new(TARGETS)?),
        source: Source(Arc::from("list")),
        by: Arc::from(SENDER),
    };
    let imports = engine.imports();
    let begun = if goes_on {
        imports.list().await?.into_iter().next()
    } else {
        None
    };
    let import = match begun {
        Some(import) => import,
        None => imports
            .begin(new)
            .await
            .context("the demo's import was not taken")?,
    };
    let all = imports
        .rows(&import.id, Verdict::ALL.to_vec(), 0, usize::MAX)
        .await?;
    if all.rows.iter().any(|row| row.answer.is_some()) {
        return Ok(());
    }
    // The last question is answered, the others are the visitor's.
    let mut rows = all.rows.iter().rev();
    let last = rows
        .find(|row| row.planned.verdict == Verdict::NeedsAnswer)
        .map(|row| (row.planned.row, Answer::New));
    imports.answer(&import.id, BTreeMap::from_iter(last)).await?;
    Ok(())
}

fn file(world: &World) -> String {
    let (first, second) = (world.companies.first(), world.companies.get(1));
    // One that is on no list of targets yet, if there is one: the import puts it there.
    let joining = world.companies.iter().find(|company| !is_target(company));
    let companies = [("first", first), ("second", second), ("third", joining.or(first))];
    let companies = companies
        .into_iter()
        .filter_map(|(place, company)| Some((place, company?)));
    companies.fold(FILE.to_owned(), |text, (place, company)| {
        text.replace(&format!("{{{place}}}"), &company.name)
            .replace(&format!("{{{place} id}}"), &company.id)
            .replace(&format!("{{{place} domain}}"), &company.domain())
            .replace(&format!("{{{place} country}}"), company.country)
    })
}
