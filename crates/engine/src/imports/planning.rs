//! From a file to a plan: rows are matched with the live index, and what is known of each account is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use quorate_domain::id::AccountId;
use quorate_domain::time::Timestamp;
use quorate_domain::value::Source;
use quorate_intake::csv::{Row, Table};
use quorate_intake::draft::{self, Draft};
use quorate_intake::matching::{self, Answer, Directory, Match};
use quorate_intake::plan::{self, Facts, Planned, Terms, Verdict};

use super::{Import, ImportError, ImportRow, blocking};
use crate::error::Error;
use crate::handle::AsOf;
use crate::router::Router;

/// Accounts that are read at once.
const READS_AT_ONCE: usize = 64;

/// Returns a new import's id: its instant and a few random letters, so that ids sort by age.
pub(super) fn new_id(now: Timestamp) -> Result<String, Error> {
    let mut random = [0_u8; 4];
    getrandom::fill(&mut random).map_err(|_| Error::Unavailable {
        reason: "the operating system gives no randomness".to_owned(),
    })?;
    Ok(format!(
        "{:013}-{:08x}",
        now.as_millis(),
        u32::from_be_bytes(random)
    ))
}

/// Plans every row of a table; returns its cells with what becomes of it.
pub(super) async fn plan(
    router: &Arc<Router>,
    import: &Import,
    table: Table,
    answers: BTreeMap<usize, Answer>,
) -> Result<Vec<(Vec<String>, Planned)>, ImportError> {
    let (mapping, bad_cells, index) = (import.mapping.clone(), import.bad_cells, router.index());
    let matched = blocking(move || {
        let drafts = draft::read(&table, &mapping, bad_cells);
        let mut directory = Directory::wanted(&drafts, &answers);
        index.visit_kept(&mut |row| {
            directory.offer(&row.id, row.name.as_ref(), &row.domains, row.country.as_ref());
        });
        let found = matching::resolve(&drafts, &directory, &answers, &|id| index.row(id).is_some());
        (table, drafts, found)
    });
    let (table, drafts, found) = matched.await?;
    let known: BTreeSet<AccountId> = found
        .iter()
        .filter_map(|found| match found {
            Match::Known(account) => Some(account.clone()),
            Match::Made { .. }
            | Match::New(_)
            | Match::Double { .. }
            | Match::Ask { .. }
            | Match::Out(_)
            | Match::Wrong => None,
        })
        .collect();
    let facts = read_all(router, known).await?;
    let (source, list) = (import.source.clone(), import.list.clone());
    let model = router.model().model;
    let planned = blocking(move || {
        let rank = |source: &Source| model.source_rank(source);
        let terms = Terms {
            source: &source,
            rank: &rank,
            list: list.as_ref().map(crate::lists::Slug::as_str),
        };
        drafts
            .iter()
            .zip(&found)
            .map(|(draft, found)| one(draft, found, &facts, &terms))
            .collect::<Vec<_>>()
    });
    let cells = table.rows.into_iter().map(|row| row.cells);
    Ok(cells.zip(planned.await?).collect())
}

fn one(
    draft: &Draft,
    found: &Match,
    facts: &BTreeMap<AccountId, Result<Facts, String>>,
    terms: &Terms<'_>,
) -> Planned {
    let Match::Known(account) = found else {
        return plan::plan(draft, found, None, terms);
    };
    match facts.get(account) {
        Some(Ok(facts)) => plan::plan(draft, found, Some(facts), terms),
        Some(Err(reason)) => Planned {
            verdict: Verdict::Failed,
            account: Some(account.clone()),
            reason: Some(reason.clone()),
            ..plan::plan(draft, &Match::Wrong, None, terms)
        },
        None => plan::plan(draft, found, None, terms),
    }
}

/// Reads what is known of accounts. One that is set aside is told as such; the others go on.
async fn read_all(
    router: &Arc<Router>,
    accounts: BTreeSet<AccountId>,
) -> Result<BTreeMap<AccountId, Result<Facts, String>>, ImportError> {
    let mut reads = stream::iter(accounts)
        .map(|account| async move {
            let read = loop {
                match router.account(&account, AsOf::default()).await {
                    Err(Error::Overloaded { .. }) => super::apply::wait_a_little().await,
                    read => break read,
                }
            };
            (account, read)
        })
        .buffer_unordered(READS_AT_ONCE);
    let mut facts = BTreeMap::new();
    while let Some((account, read)) = reads.next().await {
        let read = match read {
            Ok(view) => Ok(view.map(|view| view.state.fields).unwrap_or_default()),
            Err(error @ Error::Quarantined { .. }) => Err(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        facts.insert(account, read);
    }
    Ok(facts)
}

/// Plans the rows of an import again; those that were carried out stay as they are.
pub(super) async fn again(
    router: &Arc<Router>,
    import: &Import,
    rows: &mut [ImportRow],
) -> Result<(), ImportError> {
    let answers = rows
        .iter()
        .filter_map(|row| Some((row.planned.row, row.answer.clone()?)))
        .collect();
    let table = Table {
        header: import
            .mapping
            .columns
            .iter()
            .map(|(name, _)| name.clone())
            .collect(),
        rows: rows
            .iter()
            .map(|row| Row {
                number: row.planned.row,
                cells: row.cells.clone(),
            })
            .collect(),
        blank_rows: import.blank_rows,
        delimiter: import.delimiter,
        encoding: "UTF-8",
    };
    let planned = plan(router, import, table, answers).await?;
    for (row, (_, planned)) in rows.iter_mut().zip(planned) {
        if !row.done {
            row.planned = planned;
        }
    }
    Ok(())
}
